//! Floor 1: the languages. Bytes of one dialect ↔ the hub (`domain::prompt`, `domain::event`). No I/O, no provider,
//! no price.
//!
//! A new dialect is one folder here and one row in [`codec`].

pub mod beside;
pub mod call_ids;
pub mod counting;
pub mod embedding;
pub mod eventstream;
pub mod json;
pub mod multipart;
pub mod onward;
pub mod sse;
pub mod tokens;

mod cited;
mod fields;
mod freeform;
mod function;
mod losses;
mod openai_annotations;
mod openai_media;
mod own;

pub mod anthropic;
pub mod bedrock_converse;
pub mod cohere;
pub mod gemini;
pub mod ollama;
pub mod openai_chat;
pub mod openai_completions;
pub mod openai_responses;

use crate::domain::dialect::Dialect;
use crate::domain::event::{Event, Fault, Finish};
use crate::domain::failure::Failure;
use crate::domain::id::RequestId;
use crate::domain::prompt::{Loss, Prompt};
use crate::domain::quirks::Quirks;
use crate::domain::reply::Reply;
use crate::domain::usage::Usage;

/// The codec of a dialect.
#[must_use]
pub fn codec(dialect: Dialect) -> &'static dyn Codec {
    match dialect {
        Dialect::OpenaiChat => &openai_chat::OpenaiChat,
        Dialect::OpenaiResponses => &openai_responses::OpenaiResponses,
        Dialect::Anthropic => &anthropic::Anthropic,
        Dialect::Gemini => &gemini::Gemini,
        Dialect::BedrockConverse => &bedrock_converse::BedrockConverse,
        Dialect::Cohere => &cohere::Cohere,
        Dialect::Ollama => &ollama::Ollama,
        Dialect::OpenaiCompletions => &openai_completions::OpenaiCompletions,
    }
}

/// One dialect: four things to read, four to write, one to watch.
///
/// Readers are lenient (unknown fields travel as `Opaque`, never fail), writers are strict (what they cannot say is
/// a `Loss`). No method may panic on any input.
pub trait Codec: std::fmt::Debug + Send + Sync {
    /// A client's request. In a dialect that says so in the path, [`Prompt::model`] and [`Prompt::stream`] are left to
    /// the caller.
    ///
    /// # Errors
    /// The body is not JSON, or not a request of this dialect; says where.
    fn read_request(&self, body: &[u8]) -> Result<Prompt, Malformed>;

    /// A request for a provider. `model` replaces `prompt.model`.
    fn write_request(&self, prompt: &Prompt, model: &str, quirks: &Quirks) -> Written;

    /// A provider's whole answer (status 2xx). An error object inside a 200 becomes `Reply::fault`.
    ///
    /// # Errors
    /// The body is not JSON, or not an answer of this dialect.
    fn read_reply(&self, body: &[u8]) -> Result<Reply, Malformed>;

    /// The same for a dialect whose calls may have no ids: what they get must differ from one answer to the next, and
    /// [`Asked::answer_id`] does where the answer has no id of its own.
    ///
    /// # Errors
    /// As [`Codec::read_reply`].
    fn read_reply_to(&self, _asked: &Asked, body: &[u8]) -> Result<Reply, Malformed> {
        self.read_reply(body)
    }

    /// A whole answer for a client.
    fn write_reply(&self, reply: &Reply) -> Written;

    /// The same for a dialect whose answers depend on the request: they repeat it, or tell calls as its tools were told.
    fn write_reply_to(&self, _asked: &Asked, reply: &Reply) -> Written {
        self.write_reply(reply)
    }

    /// Cuts a provider's stream into the frames that the reader and the watcher take: server-sent events, in most dialects.
    fn splitter(&self) -> Box<dyn sse::Split> {
        Box::new(sse::Splitter::new())
    }

    /// Whether what begins with this byte (white space aside) is no stream but something whole in place of one: an answer,
    /// an error, a page.
    fn is_whole(&self, first: u8) -> bool {
        matches!(first, b'{' | b'[' | b'<')
    }

    /// Reads a provider's stream.
    fn stream_reader(&self) -> Box<dyn StreamReader>;

    /// The same as [`Codec::read_reply_to`] for a stream.
    fn stream_reader_to(&self, _asked: &Asked) -> Box<dyn StreamReader> {
        self.stream_reader()
    }

    /// Writes a stream for a client. `usage` says whether the client asked for usage at the end (dialects that
    /// always send it ignore this).
    fn stream_writer(&self, usage: bool) -> Box<dyn StreamWriter>;

    /// The same as [`Codec::write_reply_to`] for a stream.
    fn stream_writer_to(&self, asked: &Asked) -> Box<dyn StreamWriter> {
        self.stream_writer(asked.usage)
    }

    /// Watches a provider's stream that is relayed as it is, for the few facts that routing and the ledger need.
    fn watcher(&self) -> Box<dyn Watcher>;

    /// Counts in a whole answer that is relayed as it is. Borrowing parse of `usage` only; `None` where there is none.
    ///
    /// # Errors
    /// The body is not JSON, or not an answer of this dialect.
    fn read_facts(&self, body: &[u8]) -> Result<Facts, Malformed>;

    /// A provider's error body (status ≥ 400, or an error object inside a 200). Never fails: a body that is not this
    /// dialect's becomes a fault with its text (at most 300 characters, control characters removed) as message.
    fn read_error(&self, body: &[u8]) -> Fault;

    /// The same in a dialect that says in a header what kind of error it is.
    fn read_error_of(&self, _header: &dyn Fn(&str) -> Option<String>, body: &[u8]) -> Fault {
        self.read_error(body)
    }

    /// An error body for a client, with the HTTP status it goes out with.
    fn write_error(&self, failure: &Failure, id: RequestId) -> (u16, Vec<u8>);

    /// The same inside a stream that has already begun, complete with framing and whatever end the dialect's clients
    /// need to see that it failed. Never the dialect's mark of success.
    fn write_stream_error(&self, failure: &Failure, id: RequestId) -> Vec<u8>;

    /// A complete frame that clients ignore but that resets their idle timers.
    fn ping(&self) -> &'static [u8];
}

/// What the answer to a request may depend on.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The request's id: what a dialect without another one may number its answer by. Zero is none.
    pub id: RequestId,
    /// The request as the client wrote it.
    pub body: &'a [u8],
    /// The client of a stream asked for usage at its end.
    pub usage: bool,
    /// When the request came, in Unix seconds, for a provider that does not say when it answered.
    pub created: i64,
    /// The model that was asked, for a provider that does not say which one answered.
    pub model: &'a str,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        Self { id: RequestId(0), body: b"{}", usage: true, created: 0, model: "" }
    }
}

impl Asked<'_> {
    /// The id of an answer whose provider gives it none; empty where the request has none either.
    #[must_use]
    pub fn answer_id(&self) -> String {
        if self.id == RequestId(0) { String::new() } else { self.id.to_string() }
    }

    /// What an id made of the request's own begins with.
    fn prefix(&self) -> String {
        if self.id == RequestId(0) { String::new() } else { format!("{}x", self.id) }
    }
}

/// What a writer made, and what it could not say.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// The body.
    pub body: Vec<u8>,
    /// What was dropped or changed.
    pub losses: Vec<Loss>,
}

/// Provider stream → events.
pub trait StreamReader: Send {
    /// Reads one frame and appends what it says.
    ///
    /// # Errors
    /// The frame's data is not JSON or not of this dialect. Frames of unknown type are not an error.
    fn read(&mut self, frame: &sse::Frame, out: &mut Vec<Event>) -> Result<(), Malformed>;

    /// The provider closed the stream. In a dialect without an end mark this is the end, if the stream said all it had to
    /// say; appends what follows from that. A stream that was cut appends nothing.
    fn closed(&mut self, _out: &mut Vec<Event>) {}
}

/// Events → client stream.
pub trait StreamWriter: Send {
    /// Appends the bytes for one event, framing included; may append nothing. [`Event::End`] writes whatever the
    /// dialect needs to end well. [`Event::Fault`] is not written here: the caller ends with
    /// [`Codec::write_stream_error`].
    fn write(&mut self, event: &Event, out: &mut Vec<u8>);

    /// What could not be said so far.
    fn losses(&self) -> &[Loss];
}

/// Looks at frames of a relayed stream without building events.
pub trait Watcher: Send {
    /// Looks at one frame. Cheap: after the first content most frames cost a substring search.
    fn watch(&mut self, frame: &sse::Frame) -> Sight;

    /// Whether the event that begins with `head` ends the answer, in a dialect whose last event may be of any size because
    /// it repeats the answer.
    fn is_large_end(&self, _head: &[u8]) -> bool {
        false
    }

    /// What was learnt so far.
    fn facts(&self) -> &Facts;

    /// Whether a stream that is closed here is whole. Only in a dialect without an end mark.
    fn may_close(&self) -> bool {
        false
    }
}

/// What one frame of a relayed stream is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sight {
    /// It carries content: text, thinking, a refusal, or a byte of tool arguments, or opens a tool call. Role chunks,
    /// pings, empty deltas and comments do not count.
    pub content: bool,
    /// It is, or is followed by nothing but, the dialect's end mark.
    pub end: bool,
    /// It carries usage and nothing else: hidden from a client that did not ask for it.
    pub usage_only: bool,
    /// It is an error.
    pub fault: Option<Fault>,
    /// Its data is neither JSON nor the end mark.
    pub malformed: bool,
}

/// What the ledger needs to know of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Counts, where the provider gave any.
    pub usage: Option<Usage>,
    /// The model that answered, as the provider names it.
    pub model: Option<String>,
    /// Why it ended.
    pub finish: Option<Finish>,
    /// It says something (text, thinking, refusal, tool call).
    pub content: bool,
    /// Bytes of content seen so far, for an estimate where no usage comes.
    pub content_bytes: u64,
    /// An error object inside a 200.
    pub fault: Option<Fault>,
}

/// Bytes that are not what they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}{}", at.map(|it| format!(" at byte {it}")).unwrap_or_default())]
pub struct Malformed {
    /// What is wrong, for the client.
    pub what: String,
    /// Byte offset, where known.
    pub at: Option<usize>,
    /// The parameter at fault (`messages[2].role`), where known.
    pub param: Option<String>,
}
