//! What routing needs to know of a request that is no conversation. Pure.

use std::ops::Range;

use crate::domain::ask::{Ask, Needs};
use crate::domain::dialect::Dialect;
use crate::domain::failure::Failure;
use crate::domain::operation::{Inputs, Operation};
use crate::engine::read::{bad, malformed, model};
use crate::wire::{Malformed, json, multipart};

/// What Gemini's names of models begin with where they stand in a body.
pub const RESOURCE: &str = "models/";

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

/// Reads a request that is passed on: nothing but the model, if it names one, in JSON or in a field of a form.
///
/// # Errors
/// `bad_json` or `bad_request` (400): it is not what it says it is, or its model is no text.
pub fn relay(ask: &mut Ask) -> Result<(), Failure> {
    let Operation::Relay(relayed) = &ask.operation else { return Ok(()) };
    let Some(media) = relayed.content_type.as_deref().filter(|_| !ask.body.is_empty()) else { return Ok(()) };
    let body = ask.body.clone();
    let named = if is_json(media) {
        ask.fields = json::scan(&body).map_err(|it| malformed(&it))?;
        let value = ask.fields.find(&body, "model").map(|it| &body[it]).filter(|it| *it != b"null");
        value.map(|it| model(Some(it))).transpose()?
    } else {
        let span = form_model(media, &body).map_err(|it| malformed(&it))?;
        let text = span.map(|it| std::str::from_utf8(&body[it]).map(str::to_owned)).transpose();
        text.map_err(|_| bad("the field `model` is not UTF-8"))?
    };
    match named {
        Some(it) if it.chars().any(char::is_control) => return Err(bad("`model` holds a control character")),
        Some(it) if ask.model.is_empty() => {
            let bare = if ask.dialect == Dialect::Gemini { it.strip_prefix(RESOURCE) } else { None };
            bare.unwrap_or(&it).clone_into(&mut ask.model);
        }
        _ => {}
    }
    Ok(())
}

/// Where a form's text field `model` is, if `media` is a form's and it has one.
///
/// # Errors
/// The body is not the form it is said to be.
pub fn form_model(media: &str, body: &[u8]) -> Result<Option<Range<usize>>, Malformed> {
    match multipart::boundary(media) {
        Some(boundary) => multipart::text_field(body, &boundary, "model"),
        None => Ok(None),
    }
}

/// Whether a media type is JSON's.
#[must_use]
pub fn is_json(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}
