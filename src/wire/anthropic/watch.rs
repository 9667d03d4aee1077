//! Watches a provider's stream that is relayed as it is.
//!
//! Nearly all frames are deltas: of those only the kind and the length of the text are looked for, by substring. That is
//! sound because a quoted key followed by a colon cannot occur inside a JSON string, whose quotes are escaped.

use memchr::memmem;

use crate::domain::event::Fault;
use crate::wire::anthropic::fields;
use crate::wire::anthropic::usage::Counts;
use crate::wire::anthropic::{error, reply};
use crate::wire::json::Object;
use crate::wire::{Facts, Sight, Watcher, sse};

/// The watcher.
#[derive(Debug, Default)]
pub(super) struct Watch {
    facts: Facts,
    counts: Counts,
}

/// Kinds of deltas that are content, with the key of their text.
const CONTENT: [(&[u8], &[u8]); 3] = [
    (b"\"text_delta\"", b"\"text\":"),
    (b"\"input_json_delta\"", b"\"partial_json\":"),
    (b"\"thinking_delta\"", b"\"thinking\":"),
];

impl Watcher for Watch {
    fn watch(&mut self, frame: &sse::Frame) -> Sight {
        let data = frame.data();
        if data.trim_ascii().is_empty() || data.trim_ascii() == b"[DONE]" {
            return Sight::default();
        }
        match frame.event() {
            "ping" => Sight::default(),
            "content_block_delta" => self.delta(&data),
            "error" => self.fault(error::read(&data)),
            _ => match Object::parse(&data) {
                Ok(it) => self.event(frame.event(), it, &data),
                Err(_) => Sight { malformed: true, ..Sight::default() },
            },
        }
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }
}

impl Watch {
    fn delta(&mut self, data: &[u8]) -> Sight {
        let Some((_, key)) = CONTENT.iter().find(|(kind, _)| memmem::find(data, kind).is_some()) else {
            return Sight { malformed: !looks_whole(data), ..Sight::default() };
        };
        match memmem::find(data, key).and_then(|at| data.get(at + key.len()..)).and_then(quoted_len) {
            Some(bytes) => self.content(bytes),
            // Spaces before a colon, a text that is no string, or data cut short: read it properly.
            None => match Object::parse(data) {
                Ok(it) => self.parsed_delta(&it),
                Err(_) => Sight { malformed: true, ..Sight::default() },
            },
        }
    }

    fn parsed_delta(&mut self, it: &Object) -> Sight {
        let Some(delta) = it.get("delta").and_then(|it| fields::object(it).ok()) else { return Sight::default() };
        let key = match delta.get("type").and_then(fields::text).as_deref() {
            Some("text_delta") => "text",
            Some("thinking_delta") => "thinking",
            Some("input_json_delta") => "partial_json",
            _ => return Sight::default(),
        };
        self.content(delta.get(key).map_or(0, |it| it.get().len().saturating_sub(2)))
    }

    fn content(&mut self, bytes: usize) -> Sight {
        self.facts.content |= bytes > 0;
        self.facts.content_bytes += bytes as u64;
        Sight { content: bytes > 0, ..Sight::default() }
    }

    fn fault(&mut self, fault: Fault) -> Sight {
        self.facts.fault = Some(fault.clone());
        Sight { fault: Some(fault), ..Sight::default() }
    }

    fn event(&mut self, name: &str, mut it: Object, data: &[u8]) -> Sight {
        let kind = fields::some_text(&mut it, "type").unwrap_or_else(|| name.to_owned());
        match kind.as_str() {
            "message_start" => self.message_start(it),
            "content_block_start" => self.block_start(&it),
            "content_block_delta" => self.parsed_delta(&it),
            "message_delta" => {
                self.usage(&mut it);
                let reason =
                    it.take_object("delta").ok().flatten().and_then(|mut it| fields::some_text(&mut it, "stop_reason"));
                if self.facts.finish.is_none() {
                    self.facts.finish = reason.map(reply::finish);
                }
                Sight::default()
            }
            "message_stop" => Sight { end: true, ..Sight::default() },
            "error" => self.fault(error::read(data)),
            _ if it.get("error").is_some() => self.fault(error::read(data)),
            _ => Sight::default(),
        }
    }

    fn message_start(&mut self, mut it: Object) -> Sight {
        let Ok(Some(mut message)) = it.take_object("message") else { return Sight::default() };
        self.usage(&mut message);
        if self.facts.model.is_none() {
            self.facts.model = fields::some_text(&mut message, "model");
        }
        let blocks = message.take("content").and_then(|it| fields::items(it).ok()).unwrap_or_default();
        let bytes: u64 =
            blocks.into_iter().filter_map(|raw| Some(reply::content_bytes(&fields::object(raw).ok()?, raw))).sum();
        self.content(usize::try_from(bytes).unwrap_or(usize::MAX))
    }

    /// A block of text begins empty; any other says something by being there.
    fn block_start(&mut self, it: &Object) -> Sight {
        let Some(raw) = it.get("content_block") else { return Sight::default() };
        let Ok(block) = fields::object(raw) else { return Sight::default() };
        let bytes = reply::content_bytes(&block, raw);
        self.content(usize::try_from(bytes).unwrap_or(usize::MAX))
    }

    fn usage(&mut self, it: &mut Object) {
        if let Some(raw) = it.take("usage") {
            self.counts.update(raw);
            self.facts.usage = self.counts.usage();
        }
    }
}

/// Length of the JSON string that `rest` begins with, spaces before it allowed. `None` if it is no whole string.
fn quoted_len(rest: &[u8]) -> Option<usize> {
    let inner = rest.trim_ascii_start().strip_prefix(b"\"")?;
    let mut at = 0;
    loop {
        let len = memchr::memchr2(b'"', b'\\', inner.get(at..)?)?;
        at += len;
        if inner.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// Whether data can be an object. That it parses is not checked: it is relayed as it is, and says nothing we use.
fn looks_whole(data: &[u8]) -> bool {
    let data = data.trim_ascii();
    data.starts_with(b"{") && data.ends_with(b"}")
}
