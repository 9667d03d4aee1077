//! How a request that is no conversation is brought to its target. Pure.

use std::borrow::Cow;

use bytes::Bytes;

use crate::domain::ask::Ask;
use crate::domain::dialect::Dialect;
use crate::domain::id::ModelName;
use crate::domain::operation::{Inputs, Operation};
use crate::domain::quirks::Quirks;
use crate::engine::beside::read::{RESOURCE, form_model};
use crate::engine::lane::{Lane, Rendered, lost_headers, quoted};
use crate::wire::embedding::{self, Client, Provider};
use crate::wire::json::{self, Object};
use crate::wire::{self, Malformed, counting, multipart};

/// Renders `ask` for a target that speaks `dialect` and calls the model `model`: at the same API as it came, but for the
/// model; at another one through a hub, where there is one.
///
/// # Errors
/// The body is not a request of the client's dialect, or cannot be said in the target's.
pub fn render(ask: &Ask, dialect: Dialect, model: &ModelName, quirks: &Quirks) -> Result<Rendered, Malformed> {
    match &ask.operation {
        Operation::CountTokens if dialect != ask.dialect => return translated_count(ask, dialect, model, quirks),
        Operation::Embed(inputs) if !dialect.is_kin(ask.dialect) => {
            return translated_vectors(ask, *inputs, dialect, model, quirks);
        }
        _ => {}
    }
    let body = match &ask.operation {
        _ if ask.model.is_empty() || ask.model == model.as_str() => None,
        Operation::Embed(Inputs::Many) if dialect == Dialect::Gemini => each_renamed(&ask.body, model)?,
        Operation::CountTokens if dialect == Dialect::Gemini => {
            let body = renamed(ask, dialect, model);
            counting::renamed(body.as_ref().unwrap_or(&ask.body), model.as_str())?.or(body)
        }
        Operation::Relay(relayed) => {
            match form_model(relayed.content_type.as_deref().unwrap_or_default(), &ask.body)? {
                Some(span) => Some(multipart::splice(&ask.body, &span, model.as_str().as_bytes())),
                None => renamed(ask, dialect, model),
            }
        }
        _ => renamed(ask, dialect, model),
    };
    let lane = if body.is_none() { Lane::Verbatim } else { Lane::Splice };
    Ok(Rendered { lane, body: body.unwrap_or_else(|| ask.body.clone()), ..Rendered::default() })
}

/// The two sides of a translation: the target's and the client's.
///
/// # Errors
/// One of them has no vectors.
pub fn sides(theirs: Dialect, ours: Dialect) -> Result<(&'static dyn Provider, &'static dyn Client), Malformed> {
    let none = |dialect| Malformed { what: format!("{dialect} has no vectors"), at: None, param: None };
    let provider = embedding::provider(theirs).ok_or_else(|| none(theirs))?;
    Ok((provider, embedding::client(ours).ok_or_else(|| none(ours))?))
}

fn translated_vectors(
    ask: &Ask,
    inputs: Inputs,
    dialect: Dialect,
    model: &ModelName,
    quirks: &Quirks,
) -> Result<Rendered, Malformed> {
    let (theirs, ours) = sides(dialect, ask.dialect)?;
    let wanted = ours.read_request(&ask.body, inputs)?;
    let written = theirs.write_request(&wanted, model.as_str(), quirks)?;
    let mut losses = written.losses;
    losses.extend(lost_headers(ask));
    Ok(Rendered { lane: Lane::Translate, body: Bytes::from(written.body), losses, ..Rendered::default() })
}

/// The body with another name for the model; `None` where it names none.
fn renamed(ask: &Ask, dialect: Dialect, model: &ModelName) -> Option<Bytes> {
    ask.fields.find(&ask.body, "model")?;
    let edit = json::Edit::Set { key: "model", value: Cow::Owned(quoted(&spelled(dialect, model))) };
    Some(json::splice(&ask.body, &ask.fields, &[edit]))
}

fn spelled(dialect: Dialect, model: &ModelName) -> String {
    let prefix = if dialect == Dialect::Gemini { RESOURCE } else { "" };
    format!("{prefix}{model}")
}

/// Gemini's requests for many vectors repeat the model in each of them; all must name that of the path.
fn each_renamed(body: &Bytes, model: &ModelName) -> Result<Option<Bytes>, Malformed> {
    let object = Object::parse(body)?;
    let Some(requests) = object.get("requests").and_then(json::items) else { return Ok(None) };
    let value = quoted(&spelled(Dialect::Gemini, model));
    let mut out = Vec::with_capacity(body.len() + requests.len() * value.len());
    let mut copied = 0;
    for request in requests {
        let text = request.get().as_bytes();
        // Each is a piece of the body, so that its place is the distance between the two.
        let start = text.as_ptr().addr() - body.as_ptr().addr();
        let Ok(fields) = json::scan(text) else { continue };
        if let Some(named) = fields.find(text, "model") {
            out.extend_from_slice(&body[copied..start + named.start]);
            out.extend_from_slice(&value);
            copied = start + named.end;
        }
    }
    out.extend_from_slice(&body[copied..]);
    Ok((copied > 0).then(|| Bytes::from(out)))
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
