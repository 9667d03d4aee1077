//! Amazon Bedrock Converse as the simulated provider speaks it: what it refuses, how it fails, its binary framing and the
//! shape of its answers. Written from the service's model and the recorded exchanges, with no line shared with `wire`.

mod fails;
mod framing;
mod reads;
mod says;

pub(crate) use fails::{class_of, rejected, trouble, unnamed};
pub(crate) use framing::{message, messages};
pub(crate) use reads::{COUNT, key, method, read};
pub(crate) use says::{error_event, stream, whole};
