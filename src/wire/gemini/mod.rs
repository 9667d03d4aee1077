//! Gemini `generateContent` and `streamGenerateContent`, as Google's Gemini API and Vertex AI speak it.
//!
//! Sources: Google's API reference (`GenerateContentRequest`, `GenerateContentResponse`, error model), its pages on function
//! calling, thinking and thought signatures; recorded traffic.
//!
//! What is peculiar to it:
//! - It is JSON of protocol buffers: names come in camelCase and in snake_case, `null` and a default value are the same as
//!   an absent field, and a 64-bit number may be a string.
//! - The model and whether to stream are in the path, not in the body.
//! - Any part may carry a `thoughtSignature`, which must come back on the same part.
//! - A call has an id only if the provider likes; results are matched by name and order ([`ids`]).
//! - A stream has no end mark: it is whole if it said a finish reason before it was closed.

pub mod array;
mod error;
mod fields;
mod grounding;
mod ids;
mod parts;
mod reply;
mod request;
mod schema;
mod stream;
mod usage;
mod watch;

pub(in crate::wire) use reply::unix_seconds;

use crate::domain::event::Fault;
use crate::domain::failure::Failure;
use crate::domain::id::RequestId;
use crate::domain::prompt::Prompt;
use crate::domain::quirks::Quirks;
use crate::domain::reply::Reply;
use crate::wire::{Asked, Codec, Facts, Malformed, StreamReader, StreamWriter, Watcher, Written};

/// What Google documents for a call that another model made: the provider does not look for its signature.
const UNSIGNED: &str = "skip_thought_signature_validator";

/// The codec.
#[derive(Debug, Clone, Copy)]
pub struct Gemini;

/// Blank lines: Google's own clients take a comment line for a piece of JSON. Two events' worth of them, which no answer
/// has by itself.
const PING: &[u8] = b"\n\n\n\n";

impl Codec for Gemini {
    fn read_request(&self, body: &[u8]) -> Result<Prompt, Malformed> {
        request::read::read(body)
    }

    fn write_request(&self, prompt: &Prompt, model: &str, quirks: &Quirks) -> Written {
        request::write::write(prompt, model, quirks)
    }

    fn read_reply(&self, body: &[u8]) -> Result<Reply, Malformed> {
        reply::read(stream::read::Reader::default(), body)
    }

    fn write_reply(&self, reply: &Reply) -> Written {
        reply::write(reply)
    }

    fn stream_reader(&self) -> Box<dyn StreamReader> {
        Box::<stream::read::Reader>::default()
    }

    fn read_reply_to(&self, asked: &Asked, body: &[u8]) -> Result<Reply, Malformed> {
        reply::read(stream::read::Reader::of(asked), body)
    }

    fn stream_reader_to(&self, asked: &Asked) -> Box<dyn StreamReader> {
        Box::new(stream::read::Reader::of(asked))
    }

    fn stream_writer(&self, _usage: bool) -> Box<dyn StreamWriter> {
        Box::<stream::write::Writer>::default()
    }

    fn watcher(&self) -> Box<dyn Watcher> {
        Box::<watch::Watch>::default()
    }

    fn read_facts(&self, body: &[u8]) -> Result<Facts, Malformed> {
        watch::read_facts(body)
    }

    fn read_error(&self, body: &[u8]) -> Fault {
        error::read(body)
    }

    fn write_error(&self, failure: &Failure, id: RequestId) -> (u16, Vec<u8>) {
        error::write(failure, id)
    }

    fn write_stream_error(&self, failure: &Failure, id: RequestId) -> Vec<u8> {
        error::write_stream(failure, id)
    }

    fn ping(&self) -> &'static [u8] {
        PING
    }
}
