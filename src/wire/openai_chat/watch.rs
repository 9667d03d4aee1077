//! The few facts that routing and the ledger need of an answer that is relayed as it is.
//!
//! Up to the first content every frame is parsed one level deep. After it a frame costs a few substring searches: for the
//! fields that matter, and for the text under the key that the last content had. Inside text a quote is escaped, so a
//! field's quoted name is the field. Only a frame that has one of those fields, or no text under that key, is parsed.
//! Content is counted exactly in parsed frames and as it is spelled in the others, where an escape counts all its bytes;
//! the count is only used where a provider gives no usage.

mod plain;

use std::sync::LazyLock;

use memchr::memchr2;
use memchr::memmem::Finder;
use serde_json::value::RawValue;

use super::{DONE, DONE_OBJECT, error, finish_with_calls, read_finish, reply, usage};
use crate::domain::event::{Block, Finish};
use crate::wire::json::{self, Object, wrong};
use crate::wire::sse::Frame;
use crate::wire::{Facts, Malformed, Sight, Watcher};

static USAGE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"usage\""));
static ERROR: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"error\""));
static FINISH: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"finish_reason\""));
static DELTA: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"delta\""));

/// The keys text comes under.
const KEYS: [&str; 5] = ["content", "reasoning_content", "reasoning", "refusal", "arguments"];
static TEXTS: LazyLock<[Finder<'static>; 5]> = LazyLock::new(|| {
    [&b"\"content\""[..], b"\"reasoning_content\"", b"\"reasoning\"", b"\"refusal\"", b"\"arguments\""].map(Finder::new)
});

/// Whether a field is there with a value other than null.
fn is_stated(data: &[u8], field: &Finder) -> bool {
    field.find_iter(data).any(|at| {
        let after = data.get(at + field.needle().len()..).unwrap_or_default().trim_ascii_start();
        after.strip_prefix(b":").is_some_and(|value| !value.trim_ascii_start().starts_with(b"null"))
    })
}

/// Watches a stream.
#[derive(Debug, Default)]
pub(super) struct Watch {
    facts: Facts,
    /// `index` of the choice that is the answer: the first that came.
    choice: Option<String>,
    /// A tool call came.
    calls: bool,
    /// Which of [`KEYS`] the last content came under.
    key: usize,
}

impl Watcher for Watch {
    fn watch(&mut self, frame: &Frame) -> Sight {
        let data = frame.data();
        let data = data.trim_ascii();
        if frame.event() == "error" {
            self.facts.fault = Some(error::read(data));
            return Sight { fault: self.facts.fault.clone(), ..Sight::default() };
        }
        if data.is_empty() {
            return Sight::default();
        }
        if data == DONE {
            if self.choice.is_some() && self.facts.finish.is_none() {
                self.facts.finish = Some(finish_with_calls(None, self.calls));
            }
            // Some providers end a failed stream with it too.
            return Sight { end: self.facts.fault.is_none(), ..Sight::default() };
        }
        if !matches!(data.first(), Some(b'{' | b'[')) {
            return Sight { malformed: true, ..Sight::default() };
        }
        let matters = is_stated(data, &USAGE) || is_stated(data, &FINISH) || is_stated(data, &ERROR);
        if !self.facts.content || matters {
            return self.parse(data);
        }
        let Some(length) = TEXTS.get(self.key).and_then(|key| spelled_length(data, key)) else {
            return self.parse(data);
        };
        self.facts.content_bytes = self.facts.content_bytes.saturating_add(length as u64);
        Sight { content: true, ..Sight::default() }
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }
}

impl Watch {
    fn parse(&mut self, data: &[u8]) -> Sight {
        let Ok(chunk) = Object::parse(data) else {
            let fault = serde_json::from_slice(data).ok().and_then(error::of_value);
            self.facts.fault = self.facts.fault.take().or_else(|| fault.clone());
            return Sight { malformed: fault.is_none(), fault, ..Sight::default() };
        };
        let choices = chunk.get("choices").and_then(json::items).unwrap_or_default();
        let mut seen = Seen::default();
        seen.top(&chunk, &mut self.facts);
        for raw in &choices {
            if let Some(choice) = Object::of(raw) {
                let index = choice.get("index").map_or("0", RawValue::get);
                let main = self.choice.get_or_insert_with(|| index.to_owned()) == index;
                seen.choice(&choice, "delta", main, &mut self.facts);
            }
        }
        self.calls |= seen.calls;
        if let Some(reason) = seen.finish {
            self.facts.finish.get_or_insert_with(|| finish_with_calls(Some(reason), self.calls));
        }
        let content = seen.bytes > 0 || seen.opened;
        self.key = seen.key.unwrap_or(self.key);
        self.facts.content |= content;
        self.facts.content_bytes = self.facts.content_bytes.saturating_add(seen.bytes as u64);
        let fault = self.facts.fault.clone();
        let end = fault.is_none() && chunk.get("object").is_some_and(|it| it.get() == DONE_OBJECT);
        Sight { content, end, usage_only: choices.is_empty() && seen.usage && fault.is_none(), fault, malformed: false }
    }
}

/// Facts of a whole answer.
///
/// # Errors
/// Not JSON, or neither an answer nor an error.
pub(super) fn read_facts(body: &[u8]) -> Result<Facts, Malformed> {
    if let Some(facts) = plain::read(body) {
        return Ok(facts);
    }
    let mut facts = Facts::default();
    let top = match Object::parse(body) {
        Ok(top) => top,
        Err(malformed) => {
            facts.fault = Some(serde_json::from_slice(body).ok().and_then(error::of_value).ok_or(malformed)?);
            return Ok(facts);
        }
    };
    let mut seen = Seen::default();
    seen.top(&top, &mut facts);
    let Some(choices) = top.get("choices").and_then(json::items) else {
        return if facts.fault.is_some() { Ok(facts) } else { Err(wrong("choices", "an array")) };
    };
    if let Some(choice) = choices.first().and_then(|it| Object::of(it)) {
        seen.choice(&choice, "message", true, &mut facts);
        if facts.fault.is_none() {
            facts.finish = Some(finish_with_calls(seen.finish, seen.calls));
        }
    }
    facts.content = seen.bytes > 0 || seen.opened;
    facts.content_bytes = seen.bytes as u64;
    Ok(facts)
}

/// What one object showed.
#[derive(Debug, Default)]
struct Seen {
    bytes: usize,
    opened: bool,
    calls: bool,
    usage: bool,
    finish: Option<Finish>,
    /// Which of [`KEYS`] had text.
    key: Option<usize>,
}

impl Seen {
    fn top(&mut self, object: &Object, facts: &mut Facts) {
        let model = object.get("model").and_then(json::text).filter(|it| !it.is_empty());
        facts.model = facts.model.take().or_else(|| model.map(Into::into));
        facts.fault = facts.fault.take().or_else(|| object.get("error").map(error::of_error));
        if let Some(usage) = usage::find(object) {
            self.usage = true;
            facts.usage = Some(usage);
        }
    }

    /// `said` is `delta` or `message`; a chunk may have the second in place of the first. Only the `main` choice tells
    /// how the answer ended.
    fn choice(&mut self, choice: &Object, said: &str, main: bool, facts: &mut Facts) {
        if let Some(message) = choice.get(said).or_else(|| choice.get("message")).and_then(Object::of) {
            self.message(&message);
        }
        if !main {
            return;
        }
        if let Some(usage) = choice.get("usage").filter(|_| !self.usage).and_then(usage::read) {
            self.usage = true;
            facts.usage = Some(usage);
        }
        let reason = choice.get("finish_reason").and_then(json::text);
        let stated = choice.get("error").map(error::of_error);
        if reason.as_deref() == Some("error") || (stated.is_some() && said == "delta") {
            let fault = stated.unwrap_or_else(reply::unnamed_fault);
            facts.fault.get_or_insert(fault);
        } else {
            self.finish = reason.as_deref().and_then(read_finish);
        }
    }

    fn message(&mut self, message: &Object) {
        let reasoning = ["reasoning_content", "reasoning"].map(|key| message.get(key).map_or("", RawValue::get));
        // Some providers say the same under both names.
        let fields: &[usize] = if reasoning[0] == reasoning[1] { &[0, 1, 3] } else { &[0, 1, 2, 3] };
        for &nth in fields {
            let raw = KEYS.get(nth).and_then(|key| message.get(key));
            self.text(nth, raw.map_or(0, text_length));
        }
        for raw in message.get("tool_calls").and_then(json::items).unwrap_or_default() {
            self.calls = true;
            let function = Object::of(raw).and_then(|it| it.get("function").and_then(Object::of));
            let field = |key: &str| function.as_ref().and_then(|it| it.get(key));
            self.opened |= field("name").is_some_and(|it| it.get() != "\"\"");
            self.text(4, field("arguments").map_or(0, |it| reply::arguments(it).len()));
        }
    }

    fn text(&mut self, key: usize, length: usize) {
        if length > 0 {
            self.key = Some(key);
            self.bytes += length;
        }
    }
}

/// Length of the text under `key` in a chunk's delta, as it is spelled. `None` if there is none, or not surely.
fn spelled_length(data: &[u8], key: &Finder) -> Option<usize> {
    let delta = data.get(DELTA.find(data)?..)?;
    let after = delta.get(key.find(delta)? + key.needle().len()..)?.trim_ascii_start();
    let text = after.strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
    let mut at = 0;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return (at > 0).then_some(at);
        }
        at += 2;
    }
}

/// Bytes of a text, or of the texts in a list of parts.
fn text_length(raw: &RawValue) -> usize {
    let length = |(block, text): (Block, std::borrow::Cow<str>)| match block {
        Block::Opaque(it) => it.raw.get().len(),
        _ => text.len(),
    };
    reply::said(raw).into_iter().map(length).sum()
}
