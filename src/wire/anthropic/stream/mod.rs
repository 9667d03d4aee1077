//! Streams: [`read`] a provider's, [`write`] a client's.

pub(super) mod read;
pub(super) mod write;
