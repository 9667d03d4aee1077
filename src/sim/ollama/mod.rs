//! Ollama's chat (`/api/chat`) as the simulated provider speaks it: what it refuses, how it fails, and the shape of its
//! answers. Written from Ollama's reference and the recorded exchanges, with no line shared with `wire`.

mod fails;
mod reads;
mod says;

pub(crate) use fails::{error_line, said, trouble};
pub(crate) use reads::read;
pub(crate) use says::{models, stream, whole};
