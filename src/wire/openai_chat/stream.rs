//! Streams of this dialect ↔ events.

mod calls;
mod read;
mod write;

pub(super) use read::Reader;
pub(super) use write::Writer;
