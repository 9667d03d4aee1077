//! Requests of this dialect ↔ [`Prompt`](crate::domain::prompt::Prompt).

mod content;
mod generation;
mod input;
mod items;
mod read;
mod tools;
mod write;

pub(super) use read::read;
pub(super) use write::write;

use crate::wire::Malformed;

/// A field that has to be there.
fn required<T>(field: Option<T>, param: &str) -> Result<T, Malformed> {
    let missing = || Malformed { what: format!("`{param}` is missing"), at: None, param: Some(param.to_owned()) };
    field.ok_or_else(missing)
}

/// Puts the place of an object before the parameter named in an error within it.
fn under(error: Malformed, place: &str) -> Malformed {
    let Some(param) = error.param else { return error };
    let dot = if param.starts_with('[') { "" } else { "." };
    let whole = format!("{place}{dot}{param}");
    Malformed { what: error.what.replacen(&param, &whole, 1), at: error.at, param: Some(whole) }
}
