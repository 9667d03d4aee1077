//! Cohere's chat, version 2 (`/v2/chat`). Spoken to providers only. Version 1 (`message`, `chat_history`) is not spoken.
//!
//! Sources: Cohere's API reference (chat, streaming, tool use, reasoning, structured outputs) and the types of its own
//! library; recorded traffic.
//!
//! What is peculiar to it:
//! - Beside its content a message has a `tool_plan`: what the model thought before it called tools. Cohere calls it a
//!   chain of thought, and the templates of its models put it where thinking goes, so in the hub it is thinking.
//! - Citations stand beside the content and point into it ([`citations`]).
//! - Counts come twice ([`usage`]).
//! - An answer does not say which model made it.
//! - A stream is events of three levels (message, content or call, delta) and ends with `message-end`; what went wrong is
//!   said there too.

mod citations;
mod error;
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
use crate::wire::{Codec, Facts, Malformed, StreamReader, StreamWriter, Watcher, Written, losses, own};

/// The codec.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cohere;

/// A comment: the standard makes every client skip it.
const PING: &[u8] = b": llmroute\n\n";

/// Name of the mark on a thought that stood in `tool_plan`.
const PLAN: &str = "tool_plan";

impl Codec for Cohere {
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

    fn write_stream_error(&self, failure: &Failure, _id: RequestId) -> Vec<u8> {
        error::write_stream(failure)
    }

    fn ping(&self) -> &'static [u8] {
        PING
    }
}

/// What could not be said. Each thing is named once.
type Losses = losses::Losses<Cohere>;

impl losses::Target for Cohere {
    const DIALECT: Dialect = Dialect::Cohere;
    const NO_FIELD: &'static str = NO_FIELD;
}

const NO_FIELD: &str = "cohere has no such field";

/// A piece of this dialect that the hub has no noun for.
fn opaque(name: impl Into<String>, raw: &RawValue) -> Opaque {
    own::opaque(Dialect::Cohere, name, raw)
}

/// How this dialect spells something the hub has a noun for.
fn spelling(name: &str, raw: &RawValue) -> Opaque {
    own::spelling(Dialect::Cohere, name, raw)
}

/// What nobody took of an object, each field named `prefix` + key.
fn rest(object: Object, prefix: &str) -> impl Iterator<Item = Opaque> {
    own::rest(Dialect::Cohere, object, prefix)
}

/// Writes the own pieces that stand at `prefix`.
fn write_extra(extra: &[Opaque], prefix: &str, out: &mut ObjectWriter) {
    own::write(Dialect::Cohere, extra, prefix, out);
}

/// The mark of a thought that stood in `tool_plan`, which it goes back to.
fn plan_mark() -> Option<Opaque> {
    Some(spelling(PLAN, &RawValue::from_string("true".to_owned()).ok()?))
}

/// Whether a thought has that mark.
fn is_plan(extra: &[Opaque]) -> bool {
    own::has(Dialect::Cohere, extra, PLAN)
}

/// Reads `finish_reason`. What is a failure is not one of these: see [`reply::failed`].
fn read_finish(reason: &str) -> Finish {
    match reason {
        "COMPLETE" => Finish::Stop,
        "STOP_SEQUENCE" => Finish::StopSequence,
        "MAX_TOKENS" => Finish::Length,
        "TOOL_CALL" => Finish::ToolCalls,
        other => Finish::Other(other.to_owned()),
    }
}

/// Spells a finish.
fn finish_word(finish: Option<&Finish>) -> &str {
    match finish {
        None | Some(Finish::Stop | Finish::Pause | Finish::ContentFilter | Finish::Refusal) => "COMPLETE",
        Some(Finish::StopSequence) => "STOP_SEQUENCE",
        Some(Finish::Length | Finish::ContextFull) => "MAX_TOKENS",
        Some(Finish::ToolCalls) => "TOOL_CALL",
        Some(Finish::Other(word)) => word,
    }
}
