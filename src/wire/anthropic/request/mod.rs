//! Requests. [`read`] takes a client's apart, [`write`] composes one for a provider; [`blocks`] and
//! [`thinking`] are what composing needs beyond spelling.

pub(super) mod read;
pub(super) mod write;

mod blocks;
pub(in crate::wire) mod generation;
pub(in crate::wire) mod thinking;
