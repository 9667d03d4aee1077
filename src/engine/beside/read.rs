//! What routing needs to know of a request that is no conversation. Pure.

use crate::domain::ask::{Ask, Needs};
use crate::domain::dialect::Dialect;
use crate::domain::failure::Failure;
use crate::domain::operation::{Inputs, Operation};
use crate::engine::read::{bad, malformed, model};
use crate::wire::json;

/// Reads a request for vectors.
///
/// # Errors
/// `bad_json` or `bad_request` (400).
pub fn embed(ask: &mut Ask) -> Result<(), Failure> {
    let body = ask.body.clone();
    ask.fields = json::scan(&body).map_err(|it| malformed(&it))?;
    let value = |key: &str| ask.fields.find(&body, key).map(|it| &body[it]);
    if !ask.dialect.model_in_path() {
        ask.model = model(value("model"))?;
    }
    let key = match (ask.dialect, &ask.operation) {
        (Dialect::Gemini, Operation::Embed(Inputs::One)) => "content",
        (Dialect::Gemini, _) => "requests",
        _ => "input",
    };
    let input = value(key).ok_or_else(|| bad(&format!("the body has no `{key}`")))?;
    ask.needs = Needs { prompt_tokens: u64::try_from(input.len() / 4).unwrap_or(u64::MAX), ..Needs::default() };
    Ok(())
}

/// Reads a request for a count. Nothing in the conversation keeps a target from counting it.
///
/// # Errors
/// `bad_json` or `bad_request` (400).
pub fn count(ask: &mut Ask) -> Result<(), Failure> {
    let body = ask.body.clone();
    ask.fields = json::scan(&body).map_err(|it| malformed(&it))?;
    let value = |key: &str| ask.fields.find(&body, key).map(|it| &body[it]);
    let named = value("model").filter(|it| *it != b"null");
    // OpenAI's clients may leave the model out.
    if !ask.dialect.model_in_path() && (named.is_some() || ask.dialect != Dialect::OpenaiResponses) {
        ask.model = model(named)?;
    }
    ask.needs = Needs { prompt_tokens: u64::try_from(body.len() / 4).unwrap_or(u64::MAX), ..Needs::default() };
    Ok(())
}

/// Reads a request that is passed on: nothing but the model, if it names one.
///
/// # Errors
/// `bad_json` or `bad_request` (400): it says that it is JSON and is none, or its model is no text.
pub fn relay(ask: &mut Ask) -> Result<(), Failure> {
    let Operation::Relay(relayed) = &ask.operation else { return Ok(()) };
    if ask.body.is_empty() || !relayed.content_type.as_deref().is_some_and(is_json) {
        return Ok(());
    }
    let body = ask.body.clone();
    ask.fields = json::scan(&body).map_err(|it| malformed(&it))?;
    match ask.fields.find(&body, "model").map(|it| &body[it]) {
        Some(value) if !ask.dialect.model_in_path() => ask.model = model(Some(value))?,
        _ => {}
    }
    Ok(())
}

/// Whether a media type is JSON's.
#[must_use]
pub fn is_json(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}
