//! Streams: [`read`] a provider's, [`write`] one.

pub(super) mod read;
pub(super) mod write;
