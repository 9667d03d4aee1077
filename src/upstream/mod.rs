//! Floor 2: the far door. Address, authorisation, sending, and the verdict on what comes back. The only room that
//! opens a [`crate::domain::secret::Secret`]; it knows nothing of prompts.

pub mod local;
mod redact;
pub mod send;
pub mod verdict;
pub mod wait;

#[cfg(test)]
mod tests;

pub use send::{Incoming, Upstream};
