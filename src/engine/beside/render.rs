//! How a request that is no conversation is brought to its target. Pure.

use std::borrow::Cow;

use crate::domain::ask::Ask;
use crate::domain::dialect::Dialect;
use crate::domain::id::ModelName;
use crate::engine::lane::{Lane, Rendered, quoted};
use crate::wire::{Malformed, json};

/// Renders `ask` for a target that speaks `dialect` and calls the model `model`: as it came, but for the model.
///
/// # Errors
/// The body is not a request of the client's dialect.
pub fn render(ask: &Ask, _dialect: Dialect, model: &ModelName) -> Result<Rendered, Malformed> {
    let named = ask.fields.find(&ask.body, "model").is_some();
    let edits = match (ask.model == model.as_str(), named) {
        (true, _) | (_, false) => Vec::new(),
        (false, true) => vec![json::Edit::Set { key: "model", value: Cow::Owned(quoted(model.as_str())) }],
    };
    let lane = if edits.is_empty() { Lane::Verbatim } else { Lane::Splice };
    let body = json::splice(&ask.body, &ask.fields, &edits);
    Ok(Rendered { lane, body, losses: Vec::new(), hide_usage: false })
}
