//! Gemini `generateContent` as the simulated provider speaks it: what it refuses, how it fails, and the shape of its
//! answers. Written from Google's reference and the recorded exchanges, with no line shared with `wire`.

mod fails;
mod reads;
mod says;

pub(crate) use fails::{rejected, trouble, unnamed};
pub(crate) use reads::{method, read};
pub(crate) use says::{error_event, models, stream, whole};
