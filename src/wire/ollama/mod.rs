//! Ollama's own chat (`/api/chat`), as its server speaks it on this machine and in its cloud. Spoken to providers only.
//!
//! Sources: Ollama's API reference (chat, errors, thinking, tool calling) and the types of its own libraries; recorded
//! traffic.
//!
//! What is peculiar to it:
//! - A stream is lines of JSON, one object a line ([`lines`]), and ends with the line that says `done`. An error within it
//!   is a line `{"error": …}`.
//! - An answer is streamed unless the request says `"stream": false`.
//! - The arguments of a call are an object, not text. What the model wrote has been through Ollama's parser already, so
//!   the bytes of the answer are what counts as the original.
//! - A call has an id only in newer versions; results are matched by the tool's name and order ([`ids`]).
//! - Sampling is in `options`, beside settings of the runner (`num_ctx`) that no other dialect has.

mod error;
mod ids;
pub mod lines;
mod reply;
mod request;
mod stream;
mod usage;
mod watch;

use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::event::{Fault, Finish};
use crate::domain::failure::Failure;
use crate::domain::id::RequestId;
use crate::domain::prompt::{Opaque, Prompt};
use crate::domain::quirks::Quirks;
use crate::domain::reply::Reply;
use crate::wire::json::{Object, ObjectWriter};
use crate::wire::{Codec, Facts, Malformed, StreamReader, StreamWriter, Watcher, Written, losses, own, sse};

/// The codec.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ollama;

/// A line that adds nothing: this framing has no comments.
const PING: &[u8] =
    b"{\"model\":\"\",\"created_at\":\"\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":false}\n";

impl Codec for Ollama {
    fn read_request(&self, body: &[u8]) -> Result<Prompt, Malformed> {
        request::read(body)
    }

    fn write_request(&self, prompt: &Prompt, model: &str, quirks: &Quirks) -> Written {
        request::write(prompt, model, quirks)
    }

    fn read_reply(&self, body: &[u8]) -> Result<Reply, Malformed> {
        reply::read(body)
    }

    fn write_reply(&self, reply: &Reply) -> Written {
        reply::write(reply)
    }

    fn splitter(&self) -> Box<dyn sse::Split> {
        Box::<lines::Lines>::default()
    }

    /// An object is what every stream begins with; an answer in place of one is a stream of one line.
    fn is_whole(&self, first: u8) -> bool {
        matches!(first, b'[' | b'<')
    }

    fn stream_reader(&self) -> Box<dyn StreamReader> {
        Box::<stream::read::Reader>::default()
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
        let mut line = error::write(failure, id).1;
        line.push(b'\n');
        line
    }

    fn ping(&self) -> &'static [u8] {
        PING
    }
}

/// What could not be said. Each thing is named once.
type Losses = losses::Losses<Ollama>;

impl losses::Target for Ollama {
    const DIALECT: Dialect = Dialect::Ollama;
    const NO_FIELD: &'static str = NO_FIELD;
}

const NO_FIELD: &str = "ollama has no such field";

/// A piece of this dialect that the hub has no noun for.
fn opaque(name: impl Into<String>, raw: &RawValue) -> Opaque {
    own::opaque(Dialect::Ollama, name, raw)
}

/// What nobody took of an object, each field named `prefix` + key.
fn rest(object: Object, prefix: &str) -> impl Iterator<Item = Opaque> {
    own::rest(Dialect::Ollama, object, prefix)
}

/// Writes the own pieces that stand at `prefix`.
fn write_extra(extra: &[Opaque], prefix: &str, out: &mut ObjectWriter) {
    own::write(Dialect::Ollama, extra, prefix, out);
}

/// Reads `done_reason`. The dialect says `stop` also where tools are to be run. `load` and `unload` say that the model came
/// into memory or left it, and nothing was generated.
fn read_finish(reason: Option<&str>, calls: bool) -> Finish {
    match reason {
        None | Some("" | "stop") if calls => Finish::ToolCalls,
        None | Some("" | "stop") => Finish::Stop,
        Some("length") => Finish::Length,
        Some(other) => Finish::Other(other.to_owned()),
    }
}

/// Spells a finish: the dialect has two words.
fn finish_word(finish: Option<&Finish>) -> &str {
    match finish {
        Some(Finish::Length | Finish::ContextFull) => "length",
        Some(Finish::Other(word)) => word,
        _ => "stop",
    }
}
