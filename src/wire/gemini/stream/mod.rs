//! Streams: [`read`] a provider's, [`write`] a client's.

mod partial;
pub(super) mod read;
pub(super) mod write;
