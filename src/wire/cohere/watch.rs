//! The few facts that routing and the ledger need of an answer.

use serde_json::value::RawValue;

use crate::wire::cohere::{error, read_finish, reply, usage};
use crate::wire::json::{self, Object};
use crate::wire::{Facts, Malformed, Sight, Watcher, sse};

/// The watcher.
#[derive(Debug, Default)]
pub(super) struct Watch {
    facts: Facts,
}

impl Watcher for Watch {
    fn watch(&mut self, frame: &sse::Frame) -> Sight {
        let data = frame.data();
        let data = data.trim_ascii();
        if data.is_empty() || data == b"[DONE]" {
            return Sight::default();
        }
        match Object::parse(data) {
            Ok(it) => self.event(&it, data),
            Err(_) => Sight { malformed: true, ..Sight::default() },
        }
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }
}

impl Watch {
    fn event(&mut self, it: &Object, data: &[u8]) -> Sight {
        let kind = it.get("type").and_then(json::text).unwrap_or_default();
        let delta = it.get("delta").and_then(Object::of);
        if kind.is_empty() && (it.get("message").is_some() || it.get("error").is_some()) {
            return self.fault(Some(error::read(data)));
        }
        if kind == "message-end" {
            let delta = delta.unwrap_or_default();
            self.facts.usage = delta.get("usage").and_then(usage::read).or(self.facts.usage.take());
            let reason = delta.get("finish_reason").and_then(json::text).unwrap_or_default();
            let fault = reply::failed(&reason, delta.get("error").and_then(json::text).as_deref());
            if fault.is_some() {
                return self.fault(fault);
            }
            self.facts.finish = Some(read_finish(&reason));
            return Sight { end: true, ..Sight::default() };
        }
        let message = delta.and_then(|it| it.get("message").and_then(Object::of)).unwrap_or_default();
        let bytes = match &*kind {
            "content-start" | "content-delta" => message.get("content").map_or(0, said),
            "tool-plan-delta" => message.get("tool_plan").map_or(0, length),
            "tool-call-start" => message.get("tool_calls").map_or(0, |it| it.get().len()),
            "tool-call-delta" => {
                let function = message.get("tool_calls").and_then(|it| Object::of(it)?.get("function"));
                function.and_then(|it| Object::of(it)?.get("arguments")).map_or(0, length)
            }
            _ => 0,
        };
        self.say(bytes)
    }

    fn say(&mut self, bytes: usize) -> Sight {
        self.facts.content |= bytes > 0;
        self.facts.content_bytes = self.facts.content_bytes.saturating_add(bytes as u64);
        Sight { content: bytes > 0, ..Sight::default() }
    }

    fn fault(&mut self, fault: Option<crate::domain::event::Fault>) -> Sight {
        self.facts.fault.clone_from(&fault);
        Sight { fault, ..Sight::default() }
    }
}

/// How long a text is, as it is spelled.
fn length(raw: &RawValue) -> usize {
    if raw.get().starts_with('"') { raw.get().len().saturating_sub(2) } else { 0 }
}

/// How much a content item says.
fn said(raw: &RawValue) -> usize {
    let Some(it) = Object::of(raw) else { return length(raw) };
    ["text", "thinking"].iter().filter_map(|key| it.get(key)).map(length).sum()
}

/// Facts of a whole answer.
///
/// # Errors
/// Not JSON, or neither an answer nor an error.
pub(super) fn read_facts(body: &[u8]) -> Result<Facts, Malformed> {
    let top = reply::known(body)?;
    let mut watch = Watch::default();
    let Some(message) = top.get("message").and_then(Object::of) else {
        watch.fault(Some(error::read(body)));
        return Ok(watch.facts);
    };
    let reason = top.get("finish_reason").and_then(json::text).unwrap_or_default();
    watch.facts.fault = reply::failed(&reason, None);
    if watch.facts.fault.is_none() && !reason.is_empty() {
        watch.facts.finish = Some(read_finish(&reason));
    }
    watch.facts.usage = top.get("usage").and_then(usage::read);
    let content = message.get("content");
    let items = content.and_then(json::items).unwrap_or_default();
    let called = message.get("tool_calls").and_then(json::items).unwrap_or_default();
    let bytes = items.into_iter().map(said).sum::<usize>()
        + content.map_or(0, length)
        + message.get("tool_plan").map_or(0, length)
        + called.iter().map(|it| it.get().len()).sum::<usize>();
    watch.say(bytes);
    Ok(watch.facts)
}
