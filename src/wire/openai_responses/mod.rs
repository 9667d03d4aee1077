//! OpenAI responses (`/v1/responses`), as its own API, Codex and the SDKs speak it, and the providers that follow it.
//!
//! How it maps to the hub:
//! - `instructions` and the `system` and `developer` messages at the front are `Prompt::system`.
//! - Items of the model (messages, reasoning, calls) that follow each other are one assistant turn; outputs of tools that
//!   follow each other are one user turn of tool results.
//! - An item's id and status, and a reasoning item as it was, are spelling ([`Opaque::SPELLING`]): kept for the way back,
//!   and no loss to another dialect.
//! - Custom tools are [`Freeform`](crate::domain::prompt::Freeform).
//! - Every other item (searches, computer use, compaction, references) is opaque.
//! - `null` and an absent field are the same.

pub mod compaction;
pub mod conversation;

mod annotations;
mod error;
mod facts;
mod item;
mod offer;
mod reply;
mod request;
mod response;
mod stream;
mod usage;

use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::event::Fault;
use crate::domain::failure::Failure;
use crate::domain::id::RequestId;
use crate::domain::prompt::{Opaque, Prompt};
use crate::domain::quirks::Quirks;
use crate::domain::reply::Reply;
use crate::wire::json::{Object, ObjectWriter};
use crate::wire::{Asked, Codec, Facts, Malformed, StreamReader, StreamWriter, Watcher, Written, losses};

/// The codec.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenaiResponses;

impl Codec for OpenaiResponses {
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
        reply::write(reply, &Asked::default())
    }

    fn write_reply_to(&self, asked: &Asked, reply: &Reply) -> Written {
        reply::write(reply, asked)
    }

    fn stream_reader(&self) -> Box<dyn StreamReader> {
        Box::<stream::Reader>::default()
    }

    fn stream_writer(&self, _usage: bool) -> Box<dyn StreamWriter> {
        Box::new(stream::Writer::new(&Asked::default()))
    }

    fn stream_writer_to(&self, asked: &Asked) -> Box<dyn StreamWriter> {
        Box::new(stream::Writer::new(asked))
    }

    fn watcher(&self) -> Box<dyn Watcher> {
        Box::<facts::Watch>::default()
    }

    fn read_facts(&self, body: &[u8]) -> Result<Facts, Malformed> {
        facts::read(body)
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

/// A comment. An event of its own would be better heard by clients that wait for events, but the official SDKs take no
/// event before `response.created`.
const PING: &[u8] = b": llmroute\n\n";

/// Names of own pieces that are spelling.
mod spelling {
    /// On a prompt: it was written in this dialect, so what it leaves out it leaves out on purpose.
    pub(super) const OWN: &str = "spelling.own";
    /// On a prompt: `store` is false, as it is everywhere else.
    pub(super) const NOT_STORED: &str = "spelling.store";
    /// On a system part: it stood in `instructions`.
    pub(super) const INSTRUCTIONS: &str = "spelling.instructions";
    /// On the first part of a message: the fields of the message itself that mean nothing elsewhere, as one object.
    pub(super) const MESSAGE: &str = "spelling.message";
    /// On a system part: it belongs into the message of the part before it.
    pub(super) const JOINED: &str = "spelling.joined";
    /// On a call or a result: the same for its item.
    pub(super) const ITEM: &str = "spelling.item";
    /// On a call or a result: it is one of a custom tool.
    pub(super) const CUSTOM: &str = "spelling.custom";
    /// A system part that is not said: an item that offers tools, as it came. What it offers is among the prompt's tools.
    pub(super) const TOOLS: &str = "spelling.additional_tools";
    /// On a tool: its namespace, as it came.
    pub(super) const CONTAINER: &str = "spelling.container";
    /// On a tool: it is written with something else that holds it.
    pub(super) const INSIDE: &str = "spelling.inside";
    /// On reasoning: the whole item as it came.
    pub(super) const REASONING: &str = "spelling.reasoning";
    /// On an answer: a field that repeats the request or describes how it was served.
    pub(super) const ECHO: &str = "spelling.echo.";
}

/// Prefix of the names of pieces that are whole events of a stream.
const EVENT: &str = "event ";

/// Prefix of the names of a message's own fields, kept with its first part.
const MESSAGE_FIELD: &str = "message.";

/// A piece of this dialect that the hub has no noun for.
fn opaque(name: impl Into<String>, raw: &RawValue) -> Opaque {
    Opaque { dialect: Dialect::OpenaiResponses, name: name.into(), raw: raw.to_owned() }
}

/// The same, of JSON that is being made; `None` if it is none.
fn opaque_json(name: impl Into<String>, json: Vec<u8>) -> Option<Opaque> {
    let raw = RawValue::from_string(String::from_utf8(json).ok()?).ok()?;
    Some(Opaque { dialect: Dialect::OpenaiResponses, name: name.into(), raw })
}

/// A mark: an own piece that says something by being there.
fn mark(name: &str) -> Option<Opaque> {
    opaque_json(name, b"true".to_vec())
}

/// Keeps what is left of an object, each field named `prefix` + key.
fn keep_rest(object: Object, prefix: &str, extra: &mut Vec<Opaque>) {
    extra.extend(object.rest().map(|(key, raw)| opaque(format!("{prefix}{key}"), raw)));
}

/// Takes some fields out of an object into one own piece. `None` if none of them is there.
fn take_fields(object: &mut Object, keys: &[&str], name: &str) -> Option<Opaque> {
    let mut out = Vec::new();
    let mut any = false;
    let mut fields = ObjectWriter::begin(&mut out);
    for key in keys {
        if let Some(raw) = object.take(key) {
            any = true;
            fields.raw(key, raw.get());
        }
    }
    fields.end();
    if any { opaque_json(name, out) } else { None }
}

/// Writes the fields of an own piece that is an object.
fn write_fields(extra: &[Opaque], name: &str, object: &mut ObjectWriter) {
    let Some(fields) = own(extra, name).and_then(Object::of) else { return };
    for (key, raw) in fields.rest() {
        object.raw(&key, raw.get());
    }
}

/// Whether this dialect made it.
fn is_own(it: &Opaque) -> bool {
    it.dialect == Dialect::OpenaiResponses
}

/// The own piece of this name.
fn own<'e>(extra: &'e [Opaque], name: &str) -> Option<&'e RawValue> {
    extra.iter().find(|it| is_own(it) && it.name == name).map(|it| &*it.raw)
}

/// Writes the own fields among `extra` that belong at `prefix`; with an empty one, those that belong nowhere deeper.
fn write_extra(extra: &[Opaque], prefix: &str, object: &mut ObjectWriter) {
    /// Prefixes of fields that do not stand where the piece that holds them stands.
    const INNER: [&str; 6] =
        [MESSAGE_FIELD, "text.format.", "text.", "reasoning.", "stream_options.", Opaque::SPELLING];
    for it in extra.iter().filter(|it| is_own(it)) {
        let Some(key) = it.name.strip_prefix(prefix) else { continue };
        if !INNER.iter().any(|inner| key.starts_with(inner) || (prefix == "text." && key.starts_with("format."))) {
            object.raw(key, it.raw.get());
        }
    }
}

/// Whether an own field among `extra` belongs at `prefix`.
fn has_extra(extra: &[Opaque], prefix: &str) -> bool {
    extra.iter().any(|it| is_own(it) && it.name.starts_with(prefix))
}

/// What could not be said. Each thing is named once.
type Losses = losses::Losses<OpenaiResponses>;

impl losses::Target for OpenaiResponses {
    const DIALECT: Dialect = Dialect::OpenaiResponses;
    const NO_FIELD: &'static str = NO_FIELD;
}

const NO_FIELD: &str = "openai-responses has no such field";
