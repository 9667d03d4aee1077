//! Requests of this dialect ↔ [`Prompt`](crate::domain::prompt::Prompt).

mod read;
mod settings;
mod write;

pub(super) use read::read;
pub(super) use write::write;

/// Prefix of the names of fields of `options`.
const OPTIONS: &str = "options.";
/// Prefix of the names of fields of a call's `function`.
const FUNCTION: &str = "function.";
