//! Ids of tool calls where a dialect or a provider is strict about them. A conversation keeps the ids it has; what is made
//! of them here is the same for a call and its result, and in every request, or the provider's prompt cache would miss.
//!
//! - `unique`: letters, digits and few other characters, each id used once.
//! - [`fitting()`]: short ones, or ones of one length.
//! - [`made()`]: an id for a call that has none.

mod fitting;
mod unique;

pub(super) use fitting::RESPONSES;
pub use fitting::{CHAT, fitting};
pub(super) use unique::Ids;

/// An id for the `nth` call of an answer that is called `answer`: new in a conversation, and short enough for every
/// provider (40 characters).
pub(super) fn made(answer: &str, nth: usize) -> String {
    let tail: Vec<char> = answer.chars().filter(char::is_ascii_alphanumeric).rev().take(24).collect();
    format!("call_{nth}_{}", tail.into_iter().rev().collect::<String>())
}
