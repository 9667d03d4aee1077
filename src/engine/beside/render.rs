//! How a request that is no conversation is brought to its target. Pure.

use std::borrow::Cow;

use bytes::Bytes;

use crate::domain::ask::Ask;
use crate::domain::dialect::Dialect;
use crate::domain::id::ModelName;
use crate::domain::operation::Operation;
use crate::engine::beside::read::{RESOURCE, form_model};
use crate::engine::lane::{Lane, Rendered, quoted};
use crate::wire::{Malformed, json, multipart};

/// Renders `ask` for a target that speaks `dialect` and calls the model `model`: as it came, but for the model.
///
/// # Errors
/// The body is not a request of the client's dialect.
pub fn render(ask: &Ask, dialect: Dialect, model: &ModelName) -> Result<Rendered, Malformed> {
    let body = match &ask.operation {
        _ if ask.model.is_empty() || ask.model == model.as_str() => None,
        Operation::Relay(relayed) => {
            match form_model(relayed.content_type.as_deref().unwrap_or_default(), &ask.body)? {
                Some(span) => Some(multipart::splice(&ask.body, &span, model.as_str().as_bytes())),
                None => renamed(ask, dialect, model),
            }
        }
        _ => renamed(ask, dialect, model),
    };
    let lane = if body.is_none() { Lane::Verbatim } else { Lane::Splice };
    Ok(Rendered { lane, body: body.unwrap_or_else(|| ask.body.clone()), losses: Vec::new(), hide_usage: false })
}

/// The body with another name for the model; `None` where it names none.
fn renamed(ask: &Ask, dialect: Dialect, model: &ModelName) -> Option<Bytes> {
    ask.fields.find(&ask.body, "model")?;
    let name = match dialect {
        Dialect::Gemini => Cow::Owned(format!("{RESOURCE}{model}")),
        _ => Cow::Borrowed(model.as_str()),
    };
    let edit = json::Edit::Set { key: "model", value: Cow::Owned(quoted(&name)) };
    Some(json::splice(&ask.body, &ask.fields, &[edit]))
}
