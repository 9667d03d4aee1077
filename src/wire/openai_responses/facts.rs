//! The few facts that routing and the ledger need of an answer that is relayed as it is.
//!
//! Nearly all events are deltas: of those only the name and the length of the text are looked for, by substring. That is
//! sound because a quoted key followed by a colon cannot occur inside a JSON string, whose quotes are escaped.

use memchr::memmem;

use serde_json::value::RawValue;

use super::{error, reply, usage};
use crate::domain::event::Fault;
use crate::wire::json::{self, Object, wrong};
use crate::wire::sse::Frame;
use crate::wire::{Facts, Malformed, Sight, Watcher};

/// Watches a stream.
#[derive(Debug, Default)]
pub(super) struct Watch {
    facts: Facts,
    /// A tool call came.
    called: bool,
    /// Some text was told in deltas, so that its repetition at the end is none.
    spoken: bool,
}

/// Events whose `delta` is content.
const CONTENT: [&str; 8] = [
    "response.output_text.delta",
    "response.refusal.delta",
    "response.function_call_arguments.delta",
    "response.custom_tool_call_input.delta",
    "response.reasoning_summary_text.delta",
    "response.reasoning_text.delta",
    "response.reasoning_summary.delta",
    "response.reasoning.delta",
];

const DELTA: &[u8] = b"\"delta\"";

impl Watcher for Watch {
    fn watch(&mut self, frame: &Frame) -> Sight {
        let data = frame.data();
        let data = data.trim_ascii();
        if data.is_empty() || data == b"[DONE]" {
            return Sight::default();
        }
        if CONTENT.contains(&frame.event())
            && let Some(length) = spelled_length(data)
        {
            return self.content(length, true);
        }
        let Ok(event) = Object::parse(data) else {
            let fault = serde_json::from_slice(data).ok().and_then(error::of_value);
            return match fault {
                Some(fault) => self.fault(fault),
                None => Sight { malformed: true, ..Sight::default() },
            };
        };
        let kind = event.get("type").and_then(json::text).map_or_else(|| frame.event().to_owned(), Into::into);
        self.event(&kind, &event, data)
    }

    fn is_large_end(&self, head: &[u8]) -> bool {
        let name = head.strip_prefix(b"event:").map(<[u8]>::trim_ascii_start).unwrap_or_default();
        name.starts_with(b"response.completed") || name.starts_with(b"response.incomplete")
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }
}

impl Watch {
    fn content(&mut self, length: usize, delta: bool) -> Sight {
        self.spoken |= delta;
        self.facts.content |= length > 0;
        self.facts.content_bytes = self.facts.content_bytes.saturating_add(length as u64);
        Sight { content: length > 0, ..Sight::default() }
    }

    fn fault(&mut self, fault: Fault) -> Sight {
        self.facts.fault = Some(fault.clone());
        Sight { fault: Some(fault), ..Sight::default() }
    }

    fn event(&mut self, kind: &str, event: &Object, data: &[u8]) -> Sight {
        if CONTENT.contains(&kind) {
            let length = event.get("delta").and_then(json::text).map_or(0, |it| it.len());
            return self.content(length, true);
        }
        let response = event.get("response").and_then(Object::of);
        match kind {
            "response.output_item.added" | "response.output_item.done" => self.item(kind, event),
            "response.output_text.done" if !self.spoken => {
                let length = event.get("text").and_then(json::text).map_or(0, |it| it.len());
                self.content(length, true)
            }
            "response.created" | "response.in_progress" | "response.queued" => {
                self.model(response.as_ref());
                Sight::default()
            }
            "response.completed" | "response.incomplete" | "response.cancelled" => self.end(response.as_ref()),
            "response.failed" => {
                self.model(response.as_ref());
                self.facts.usage = response.as_ref().and_then(usage::find).or_else(|| self.facts.usage.take());
                // The `error` event before it says more.
                let told = self.facts.fault.take().or_else(|| response.as_ref().and_then(error::of_response));
                self.fault(told.unwrap_or_else(|| error::of_event(data, event)))
            }
            // `response.failed` follows, which some clients wait for: the answer is not over before it.
            "error" => {
                self.facts.fault = Some(error::of_event(data, event));
                Sight::default()
            }
            _ if event.get("error").is_some() => self.fault(error::of_event(data, event)),
            _ => Sight::default(),
        }
    }

    /// A call says something by being there, and so does an item the hub has no noun for; a message and reasoning say it
    /// in their deltas, or only when they are done.
    fn item(&mut self, kind: &str, event: &Object) -> Sight {
        let Some(raw) = event.get("item") else { return Sight::default() };
        let item = Object::of(raw).unwrap_or_default();
        let done = kind == "response.output_item.done";
        match item.get("type").and_then(json::text).as_deref() {
            Some("function_call" | "custom_tool_call") => {
                self.called = true;
                let name = item.get("name").map_or(0, |it| it.get().len().saturating_sub(2));
                if done { Sight::default() } else { self.opened(name) }
            }
            Some("message") if done && !self.spoken => self.content(content_bytes(raw), false),
            Some("reasoning") if done => {
                let encrypted = item.get("encrypted_content").map_or(0, |it| it.get().len().saturating_sub(2));
                self.opened(encrypted)
            }
            Some("message" | "reasoning") => Sight::default(),
            _ if done => self.opened(raw.get().len()),
            _ => self.opened(0),
        }
    }

    /// Content that is not told in words: it counts as such, and its length tells nothing about tokens.
    fn opened(&mut self, length: usize) -> Sight {
        self.facts.content |= length > 0;
        Sight { content: length > 0, ..Sight::default() }
    }

    fn model(&mut self, response: Option<&Object>) {
        let model = response.and_then(|it| it.get("model")).and_then(json::text).filter(|it| !it.is_empty());
        self.facts.model = self.facts.model.take().or_else(|| model.map(Into::into));
    }

    fn end(&mut self, response: Option<&Object>) -> Sight {
        self.model(response);
        let Some(response) = response else { return Sight { end: true, ..Sight::default() } };
        self.facts.usage = usage::find(response).or_else(|| self.facts.usage.take());
        if let Some(fault) = error::of_response(response) {
            return self.fault(fault);
        }
        let mut content = false;
        let output = response.get("output").and_then(json::items).unwrap_or_default();
        self.called |= output.iter().any(|it| is_call(it));
        if !self.facts.content {
            // Some providers tell everything at once.
            let bytes = output.iter().map(|it| content_bytes(it)).sum();
            content = self.content(bytes, false).content;
        }
        self.facts.finish = reply::finish(response, self.called);
        Sight { content, end: true, ..Sight::default() }
    }
}

/// Facts of a whole answer.
///
/// # Errors
/// Not JSON, or neither an answer nor an error.
pub(super) fn read(body: &[u8]) -> Result<Facts, Malformed> {
    let mut facts = Facts::default();
    let top = match Object::parse(body) {
        Ok(top) => top,
        Err(malformed) => {
            facts.fault = Some(serde_json::from_slice(body).ok().and_then(error::of_value).ok_or(malformed)?);
            return Ok(facts);
        }
    };
    facts.fault = error::of_response(&top);
    facts.usage = usage::find(&top);
    facts.model = top.get("model").and_then(json::text).filter(|it| !it.is_empty()).map(Into::into);
    let Some(output) = top.get("output").and_then(json::items) else {
        return if facts.fault.is_some() { Ok(facts) } else { Err(wrong("output", "an array")) };
    };
    let bytes: usize = output.iter().map(|it| content_bytes(it)).sum();
    facts.content = bytes > 0;
    facts.content_bytes = bytes as u64;
    if facts.fault.is_none() {
        facts.finish = reply::finish(&top, output.iter().any(|it| is_call(it)));
    }
    Ok(facts)
}

fn is_call(raw: &RawValue) -> bool {
    let kind = Object::of(raw).and_then(|it| it.get("type").and_then(json::text).map(std::borrow::Cow::into_owned));
    matches!(kind.as_deref(), Some("function_call" | "custom_tool_call"))
}

/// How much an item says, in bytes; zero for one that says nothing.
fn content_bytes(raw: &RawValue) -> usize {
    let mut blocks = Vec::new();
    reply::read_item(raw, &mut blocks);
    let of = |it: &crate::domain::reply::Piece| match &it.block {
        crate::domain::event::Block::ToolCall { name, .. } => it.text.len().max(name.len()).max(1),
        crate::domain::event::Block::Opaque(whole) => whole.raw.get().len(),
        _ => it.text.len().max(it.signature.as_ref().map_or(0, |it| it.text.len())),
    };
    blocks.iter().map(of).sum()
}

/// Length of the text under `delta`, as it is spelled. `None` if there is none, or not surely.
fn spelled_length(data: &[u8]) -> Option<usize> {
    let after = data.get(memmem::find(data, DELTA)? + DELTA.len()..)?.trim_ascii_start();
    let text = after.strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}
