//! Ids of tool calls where a dialect or a provider is strict about them. A conversation keeps the ids it has; what is made
//! of them here is the same for a call and its result, and in every request, or the provider's prompt cache would miss.
//!
//! - [`unique`]: letters, digits and few other characters, each id used once.
//! - [`fitting`]: short ones, or ones of one length.

mod fitting;
mod unique;

pub(super) use fitting::RESPONSES;
pub use fitting::{CHAT, fitting};
pub(super) use unique::Ids;
