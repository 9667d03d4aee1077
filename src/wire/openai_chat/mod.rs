//! The dialect of OpenAI chat completions and of everything compatible with it: llama.cpp to OpenRouter. Knows the fields
//! of OpenAI's reference and the extensions that several providers share; which provider deviates how is said by
//! [`Quirks`], never by a name.
//!
//! How it maps to the hub:
//! - `system` and `developer` messages at the front are `Prompt::system`, one part a piece of text.
//! - Consecutive `tool` messages are one user turn of tool results.
//! - `null` and an absent field are the same.
//! - A field without a noun in the hub is an [`Opaque`] named by its place: `service_tier` at the top,
//!   `message.annotations` in a message or delta, `choice.logprobs` in a choice, `image_url.format` inside a part.

mod annotations;
mod details;
pub(in crate::wire) mod error;
mod reply;
mod request;
mod stream;
pub(in crate::wire) mod usage;
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
use crate::wire::{Asked, Codec, Facts, Malformed, StreamReader, StreamWriter, Watcher, Written, losses};

/// The codec.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenaiChat;

impl Codec for OpenaiChat {
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
        Box::new(stream::Reader::default())
    }

    fn stream_writer(&self, usage: bool) -> Box<dyn StreamWriter> {
        Box::new(stream::Writer::new(&Asked { usage, ..Asked::default() }))
    }

    fn stream_writer_to(&self, asked: &Asked) -> Box<dyn StreamWriter> {
        Box::new(stream::Writer::new(asked))
    }

    fn watcher(&self) -> Box<dyn Watcher> {
        Box::new(watch::Watch::default())
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
        let mut out = Vec::new();
        crate::wire::sse::frame(None, &error::write(failure, id).1, &mut out);
        out
    }

    fn ping(&self) -> &'static [u8] {
        PING
    }
}

/// A comment: the standard makes every client skip it.
const PING: &[u8] = b": llmroute\n\n";

/// The mark of a stream that ended well.
const DONE: &[u8] = b"[DONE]";

/// `object` of a last chunk that stands for the mark (Perplexity sends no other).
const DONE_OBJECT: &str = "\"chat.completion.done\"";

/// What stands in for reasoning that a provider wants back and nobody has: it looks only for whether there is some.
pub const STAND_IN: &str = ".";

/// Why.
pub const WHY_STAND_IN: &str =
    "the provider refuses calls that come back without reasoning, and this one's is not known";

/// A piece of this dialect that the hub has no noun for.
fn opaque(name: impl Into<String>, raw: &RawValue) -> Opaque {
    Opaque { dialect: Dialect::OpenaiChat, name: name.into(), raw: raw.to_owned() }
}

/// Keeps what is left of an object, each field named `prefix` + key.
fn keep_rest(object: Object, prefix: &str, extra: &mut Vec<Opaque>) {
    extra.extend(object.rest().map(|(key, raw)| opaque(format!("{prefix}{key}"), raw)));
}

/// Whether this dialect made it.
fn is_own(it: &Opaque) -> bool {
    it.dialect == Dialect::OpenaiChat
}

/// Prefixes of names of fields that do not stand where the piece that holds them stands.
const INNER: [&str; 11] = [
    "message.",
    "choice.",
    "image_url.",
    "file.",
    "function.",
    "stream_options.",
    "response_format.json_schema.",
    "reasoning.",
    "thinking.",
    "tool_call.",
    // Of what a search found, each field that the hub has no noun for: the list that holds it is written whole.
    "search_results.",
];

/// Writes the own fields among `extra` that belong at `prefix`; with an empty one, those that belong nowhere deeper.
fn write_extra<'e>(extra: impl IntoIterator<Item = &'e Opaque>, prefix: &str, object: &mut ObjectWriter) {
    for it in extra.into_iter().filter(|it| is_own(it)) {
        let name = it.name.strip_prefix(Opaque::SPELLING).unwrap_or(&it.name);
        let deeper = prefix.is_empty() && INNER.iter().any(|inner| name.starts_with(inner));
        if let Some(key) = name.strip_prefix(prefix).filter(|_| !deeper) {
            object.raw(key, it.raw.get());
        }
    }
}

/// Whether an own field among `extra` belongs at `prefix`.
fn has_extra(extra: &[Opaque], prefix: &str) -> bool {
    extra.iter().any(|it| is_own(it) && it.name.starts_with(prefix))
}

/// What could not be said. Each thing is named once.
type Losses = losses::Losses<OpenaiChat>;

impl losses::Target for OpenaiChat {
    const DIALECT: Dialect = Dialect::OpenaiChat;
    const NO_FIELD: &'static str = NO_FIELD;
}

const NO_FIELD: &str = "openai-chat has no such field";

/// Reads `finish_reason`. `None` for an empty one, which some providers send in place of null.
fn read_finish(reason: &str) -> Option<Finish> {
    Some(match reason {
        "" => return None,
        "stop" => Finish::Stop,
        "length" => Finish::Length,
        // Mistral's word for a window that is full.
        "model_length" => Finish::ContextFull,
        "tool_calls" => Finish::ToolCalls,
        "content_filter" => Finish::ContentFilter,
        other => Finish::Other(other.to_owned()),
    })
}

/// OpenAI says `stop` when a call was forced by name, and some providers always do; who runs the tools needs to know.
fn finish_with_calls(reason: Option<Finish>, calls: bool) -> Finish {
    match reason {
        None | Some(Finish::Stop) if calls => Finish::ToolCalls,
        None => Finish::Stop,
        Some(reason) => reason,
    }
}

/// Spells a finish. Refusals become `content_filter`, the nearest that clients know.
fn finish_word<'f>(finish: &'f Finish, calls: bool, losses: &mut Losses) -> &'f str {
    match finish {
        Finish::Stop | Finish::StopSequence | Finish::Pause => "stop",
        Finish::Length | Finish::ContextFull => "length",
        Finish::ToolCalls => "tool_calls",
        Finish::ContentFilter | Finish::Refusal => "content_filter",
        // The words of this dialect's providers are lower case; another dialect's word would not parse.
        Finish::Other(word) if !word.bytes().any(|it| it.is_ascii_uppercase()) => word,
        Finish::Other(word) => {
            losses.add(format!("finish reason {word}"), "openai-chat has no such reason");
            if calls { "tool_calls" } else { "stop" }
        }
    }
}
