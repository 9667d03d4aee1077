//! How a request that is no conversation is brought to its target. Pure.

use std::borrow::Cow;

use bytes::Bytes;

use crate::domain::ask::Ask;
use crate::domain::dialect::Dialect;
use crate::domain::id::ModelName;
use crate::domain::operation::Operation;
use crate::domain::quirks::Quirks;
use crate::engine::lane::{Lane, Rendered, quoted};
use crate::wire::{self, Malformed, counting, json};

/// Renders `ask` for a target that speaks `dialect` and calls the model `model`: as it came, but for the model; a
/// conversation that is to be counted in another dialect is translated.
///
/// # Errors
/// The body is not a request of the client's dialect.
pub fn render(ask: &Ask, dialect: Dialect, model: &ModelName, quirks: &Quirks) -> Result<Rendered, Malformed> {
    let counts = ask.operation == Operation::CountTokens;
    if counts && dialect != ask.dialect {
        return translated_count(ask, dialect, model, quirks);
    }
    let named = ask.fields.find(&ask.body, "model").is_some();
    let edits = match (ask.model == model.as_str(), named) {
        (true, _) | (_, false) => Vec::new(),
        (false, true) => vec![json::Edit::Set { key: "model", value: Cow::Owned(quoted(model.as_str())) }],
    };
    let mut body = json::splice(&ask.body, &ask.fields, &edits);
    if counts
        && dialect == Dialect::Gemini
        && ask.model != model.as_str()
        && let Some(renamed) = counting::renamed(&body, model.as_str())?
    {
        body = renamed;
    }
    let lane = if body == ask.body { Lane::Verbatim } else { Lane::Splice };
    Ok(Rendered { lane, body, ..Rendered::default() })
}

fn translated_count(ask: &Ask, dialect: Dialect, model: &ModelName, quirks: &Quirks) -> Result<Rendered, Malformed> {
    let turn = counting::conversation(ask.dialect, &ask.body)?;
    let mut prompt = wire::codec(ask.dialect).read_request(&turn)?;
    // A dialect that insists on a cap must not report that it had to make one up: a count has none.
    prompt.sampling.max_tokens = prompt.sampling.max_tokens.or(Some(1));
    let written = wire::codec(dialect).write_request(&prompt, model.as_str(), quirks);
    let body = counting::request(dialect, &written.body, model.as_str())?;
    let missing = || Malformed { what: format!("{dialect} has no count of tokens"), at: None, param: None };
    let body = Bytes::from(body.ok_or_else(missing)?);
    Ok(Rendered { lane: Lane::Translate, body, losses: written.losses, ..Rendered::default() })
}
