//! Streams: [`read`] a provider's, [`write`] one like it.

pub(super) mod read;
pub(super) mod write;

/// Names of the messages of a stream.
pub(super) mod name {
    pub(in crate::wire::bedrock_converse) const START: &str = "messageStart";
    pub(in crate::wire::bedrock_converse) const OPEN: &str = "contentBlockStart";
    pub(in crate::wire::bedrock_converse) const DELTA: &str = "contentBlockDelta";
    pub(in crate::wire::bedrock_converse) const CLOSE: &str = "contentBlockStop";
    pub(in crate::wire::bedrock_converse) const STOP: &str = "messageStop";
    pub(in crate::wire::bedrock_converse) const METADATA: &str = "metadata";
}

use crate::wire::{Malformed, eventstream, sse};

/// What a message is beside the events of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Other {
    /// The provider reports an error.
    Fault,
    /// A type that is not known, or none.
    Unknown,
}

/// Looks at a message that is none of the known events.
///
/// # Errors
/// It is no message at all: a checksum is wrong, or a length.
pub(super) fn other(frame: &sse::Frame) -> Result<Other, Malformed> {
    let raw = frame.raw();
    eventstream::check(raw).map_err(|it| Malformed { what: it.to_string(), at: None, param: None })?;
    Ok(match eventstream::header(raw, eventstream::MESSAGE_TYPE) {
        Some("exception" | "error") => Other::Fault,
        _ => Other::Unknown,
    })
}
