//! Watches a provider's stream for the few facts that routing and the ledger need.

use crate::domain::event::Fault;
use crate::wire::bedrock_converse::fields;
use crate::wire::bedrock_converse::stream::{Other, name, other};
use crate::wire::bedrock_converse::{error, reply, usage};
use crate::wire::json::Object;
use crate::wire::{Facts, Sight, Watcher, sse};

/// The watcher.
#[derive(Debug, Default)]
pub(super) struct Watch {
    facts: Facts,
    called: bool,
}

impl Watcher for Watch {
    fn watch(&mut self, frame: &sse::Frame) -> Sight {
        let data = frame.data();
        match frame.event() {
            name::START | name::CLOSE => Sight::default(),
            known @ (name::OPEN | name::DELTA | name::STOP | name::METADATA) => match Object::parse(&data) {
                Ok(it) => self.event(known, it),
                Err(_) => Sight { malformed: true, ..Sight::default() },
            },
            unknown => match other(frame) {
                Ok(Other::Fault) => self.fault(error::of_message(unknown, &data)),
                Ok(Other::Unknown) => Sight::default(),
                Err(_) => Sight { malformed: true, ..Sight::default() },
            },
        }
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn may_close(&self) -> bool {
        self.facts.finish.is_some()
    }
}

impl Watch {
    fn event(&mut self, name: &str, mut it: Object) -> Sight {
        match name {
            name::OPEN => {
                let start = it.take("start").and_then(Object::of).and_then(fields::member);
                let Some((kind, value)) = start else { return Sight::default() };
                self.called |= kind == "toolUse" && reply::is_call(value);
                self.content(value.get().len())
            }
            name::DELTA => {
                let delta = it.take("delta").and_then(Object::of).and_then(fields::member);
                let Some((kind, value)) = delta else { return Sight::default() };
                // The longest of its fields is what it says; a text is the delta itself.
                let inner = Object::of(value).map(|it| it.rest().map(|(_, raw)| raw.get().len()).sum());
                let bytes: usize = inner.unwrap_or(value.get().len());
                self.content(if kind == "citation" { 0 } else { bytes.saturating_sub(2) })
            }
            name::STOP => {
                if let Some(raw) = it.take("stopReason")
                    && let Some(reason) = fields::text(raw)
                    && self.facts.finish.is_none()
                {
                    self.facts.finish = Some(reply::finish(&reason, raw, self.called).0);
                }
                Sight::default()
            }
            _ => {
                if let Some(counts) = usage::take(&mut it) {
                    self.facts.usage = Some(counts);
                }
                self.facts.model = reply::routed_to(&it).or(self.facts.model.take());
                Sight { end: self.facts.finish.is_some(), ..Sight::default() }
            }
        }
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
}
