//! How an answer stream goes and ends.

use bytes::Bytes;

use crate::domain::event::{Fault, Finish};
use crate::wire::Facts;

/// How an answer stream ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// With its dialect's end mark, or, in a dialect without one, closed after all was said.
    Whole,
    /// With an error of the provider's. `relayed`: the client has been sent the provider's own error frame.
    Fault {
        /// What it said.
        fault: Fault,
        /// The frame went out as it came.
        relayed: bool,
    },
    /// With bytes that are no event of its dialect.
    Malformed(String),
    /// It was to go on from another answer and does not.
    Misfit(&'static str),
}

/// What some bytes of a provider came to.
#[derive(Debug, Default)]
pub struct Taken {
    /// For the client; may be empty.
    pub out: Bytes,
    /// There was content among them.
    pub content: bool,
}

/// See [`super::Flow::is_empty_but_meant`].
#[must_use]
pub fn is_empty_but_meant(facts: &Facts) -> bool {
    let generated = facts.usage.as_ref().is_some_and(|it| it.output > 0);
    match &facts.finish {
        None => false,
        Some(Finish::Length | Finish::ContentFilter | Finish::Refusal | Finish::Pause | Finish::ContextFull) => true,
        Some(_) => generated,
    }
}
