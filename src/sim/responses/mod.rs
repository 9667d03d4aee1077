//! OpenAI responses as the simulated provider speaks them: what it refuses, and the shape of its answers.
//! Written from the provider's reference and the recorded exchanges, with no line shared with `wire`.

mod reads;
mod says;

pub(crate) use reads::read;
pub(crate) use says::{compacted, error_events, stream, whole};
