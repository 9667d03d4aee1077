//! OpenAI text completions (`/v1/completions`), the legacy endpoint that base models, infilling editors and local servers
//! are still asked by: one text goes in, its continuation comes out.
//!
//! It holds no conversation, so no other dialect is translated into it: a provider's row that lists it is a target for its
//! own clients, and reads what they wrote as they wrote it. For every other target the text is what a user says:
//! - `prompt` is the only part of the only turn. A list of one text is that text; several texts, or tokens, are several
//!   answers or no text, which no chat can give, and are refused by name.
//! - The text of the answer is the continuation. A refusal in words is text too: its clients know no other.
//! - What only a continuation can have (`suffix`, `echo`, `best_of`, `logprobs`, `n` above one) is an [`Opaque`] and so a
//!   named loss, unless it says what holds anyway.
//! - A cap that is not stated is 16 tokens in OpenAI's reference. It is not stated to a chat either.

mod reply;
mod request;
mod stream;
mod watch;

use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::event::{Fault, Finish};
use crate::domain::failure::Failure;
use crate::domain::id::RequestId;
use crate::domain::prompt::{Opaque, Prompt};
use crate::domain::quirks::Quirks;
use crate::domain::reply::Reply;
use crate::wire::json::Object;
use crate::wire::openai_chat::OpenaiChat;
use crate::wire::openai_chat::error;
use crate::wire::{Asked, Codec, Facts, Malformed, StreamReader, StreamWriter, Watcher, Written, losses};

/// The codec. Errors and pings are those of chat completions: the API is one.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenaiCompletions;

impl Codec for OpenaiCompletions {
    fn read_request(&self, body: &[u8]) -> Result<Prompt, Malformed> {
        request::read(body)
    }

    fn write_request(&self, prompt: &Prompt, model: &str, _quirks: &Quirks) -> Written {
        request::write(prompt, model)
    }

    fn read_reply(&self, body: &[u8]) -> Result<Reply, Malformed> {
        reply::read(body)
    }

    fn write_reply(&self, reply: &Reply) -> Written {
        reply::write(reply, 0)
    }

    fn write_reply_to(&self, asked: &Asked, reply: &Reply) -> Written {
        reply::write(reply, asked.created)
    }

    fn stream_reader(&self) -> Box<dyn StreamReader> {
        Box::<stream::Reader>::default()
    }

    fn stream_writer(&self, usage: bool) -> Box<dyn StreamWriter> {
        Box::new(stream::Writer::new(usage, 0))
    }

    fn stream_writer_to(&self, asked: &Asked) -> Box<dyn StreamWriter> {
        Box::new(stream::Writer::new(asked.usage, asked.created))
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
        OpenaiChat.write_stream_error(failure, id)
    }

    fn ping(&self) -> &'static [u8] {
        OpenaiChat.ping()
    }
}

/// The mark of a stream that ended well.
const DONE: &[u8] = b"[DONE]";

/// A piece of this dialect that the hub has no noun for.
fn opaque(name: impl Into<String>, raw: &RawValue) -> Opaque {
    Opaque { dialect: Dialect::OpenaiCompletions, name: name.into(), raw: raw.to_owned() }
}

/// Keeps what is left of an object, each field named `prefix` + key.
fn keep_rest(object: Object, prefix: &str, extra: &mut Vec<Opaque>) {
    extra.extend(object.rest().map(|(key, raw)| opaque(format!("{prefix}{key}"), raw)));
}

/// What could not be said. Each thing is named once.
type Losses = losses::Losses<OpenaiCompletions>;

impl losses::Target for OpenaiCompletions {
    const DIALECT: Dialect = Dialect::OpenaiCompletions;
    const NO_FIELD: &'static str = NO_FIELD;
}

const NO_FIELD: &str = "openai-completions has no such field";

/// Reads `finish_reason`. `None` for an empty one, which some providers send in place of null.
fn read_finish(reason: &str) -> Option<Finish> {
    Some(match reason {
        "" => return None,
        "stop" => Finish::Stop,
        "length" => Finish::Length,
        "content_filter" => Finish::ContentFilter,
        other => Finish::Other(other.to_owned()),
    })
}

/// Spells a finish in one of the three words that clients' types know.
const fn finish_word(finish: Option<&Finish>) -> &'static str {
    match finish {
        Some(Finish::Length | Finish::ContextFull) => "length",
        Some(Finish::ContentFilter | Finish::Refusal) => "content_filter",
        _ => "stop",
    }
}
