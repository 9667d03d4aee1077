//! Floor 2: the far door. Address, authorisation, sending, and the verdict on what comes back. The only room that
//! opens a [`crate::domain::secret::Secret`]; it knows nothing of prompts.

mod authorize;
mod client;
mod credential;
mod fetch;
mod incoming;
mod line;
pub mod local;
mod own_key;
mod redact;
mod send;
mod transport;
pub mod verdict;
pub mod wait;

#[cfg(test)]
mod tests;

pub use client::SetUp;
pub use fetch::fetch;
pub use incoming::Incoming;
pub use own_key::own_key;
pub use send::{Asking, Upstream};
