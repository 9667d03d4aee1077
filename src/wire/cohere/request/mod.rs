//! Requests of this dialect ↔ [`Prompt`](crate::domain::prompt::Prompt).

mod messages;
mod read;
mod settings;
mod write;

pub(super) use read::read;
pub(super) use write::write;

/// Prefix of the names of fields of a call's or tool's `function`.
const FUNCTION: &str = "function.";
/// Prefix of the names of fields of `image_url`.
const IMAGE: &str = "image_url.";
/// Prefix of the names of fields of `thinking`.
const THINKING: &str = "thinking.";
/// Prefix of the names of fields of `response_format`.
const FORMAT: &str = "response_format.";
