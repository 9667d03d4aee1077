//! Requests. [`read`] takes a client's apart, [`write`] composes one for a provider; [`blocks`], [`ids`] and
//! [`thinking`] are what composing needs beyond spelling.

pub(super) mod read;
pub(super) mod write;

mod blocks;
mod generation;
mod ids;
mod thinking;
