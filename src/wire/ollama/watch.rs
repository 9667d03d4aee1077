//! The few facts that routing and the ledger need of an answer.

use crate::wire::json::{self, Object};
use crate::wire::ollama::{error, read_finish, reply, usage};
use crate::wire::{Facts, Malformed, Sight, Watcher, sse};

/// The watcher.
#[derive(Debug, Default)]
pub(super) struct Watch {
    facts: Facts,
    called: bool,
}

impl Watcher for Watch {
    fn watch(&mut self, frame: &sse::Frame) -> Sight {
        let data = frame.data();
        if data.trim_ascii().is_empty() {
            return Sight::default();
        }
        match Object::parse(&data) {
            Ok(it) => self.line(it, &data),
            Err(_) => Sight { malformed: true, ..Sight::default() },
        }
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }
}

impl Watch {
    fn line(&mut self, mut it: Object, data: &[u8]) -> Sight {
        if it.get("error").is_some() {
            let fault = error::read(data);
            self.facts.fault = Some(fault.clone());
            return Sight { fault: Some(fault), ..Sight::default() };
        }
        if self.facts.model.is_none() {
            self.facts.model = it.get("model").and_then(json::text).filter(|it| !it.is_empty()).map(Into::into);
        }
        let bytes = it.take("message").and_then(Object::of).map_or(0, |it| self.message(&it));
        self.facts.usage = usage::take(&mut it).or(self.facts.usage.take());
        self.facts.content |= bytes > 0;
        self.facts.content_bytes = self.facts.content_bytes.saturating_add(bytes);
        let end = reply::is_done(&it);
        if end {
            let reason = it.get("done_reason").and_then(json::text);
            self.facts.finish = Some(read_finish(reason.as_deref(), self.called));
        }
        Sight { content: bytes > 0, end, ..Sight::default() }
    }

    /// How much a message says, in bytes of its JSON spelling.
    fn message(&mut self, it: &Object) -> u64 {
        let text = |key: &str| it.get(key).map_or(0, |it| it.get().len().saturating_sub(2));
        let calls = it.get("tool_calls").and_then(json::items).unwrap_or_default();
        self.called |= !calls.is_empty();
        let called: usize = calls.iter().map(|it| it.get().len()).sum();
        (text("content") + text("thinking") + called) as u64
    }
}

/// Facts of a whole answer.
///
/// # Errors
/// Not JSON, or neither an answer nor an error.
pub(super) fn read_facts(body: &[u8]) -> Result<Facts, Malformed> {
    let mut watch = Watch::default();
    watch.line(reply::known(body)?, body);
    Ok(watch.facts)
}
