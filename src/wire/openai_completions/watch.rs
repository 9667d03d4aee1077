//! The few facts that routing and the ledger need of an answer that is relayed as it is.

use serde_json::value::RawValue;

use super::{DONE, read_finish};
use crate::domain::event::Finish;
use crate::wire::json::{self, Object, wrong};
use crate::wire::openai_chat::{error, usage};
use crate::wire::sse::Frame;
use crate::wire::{Facts, Malformed, Sight, Watcher};

/// Watches a stream. A chunk is small and this endpoint is rare: each is parsed, one level deep.
#[derive(Debug, Default)]
pub(super) struct Watch {
    facts: Facts,
    /// A choice came.
    begun: bool,
}

impl Watcher for Watch {
    fn watch(&mut self, frame: &Frame) -> Sight {
        let data = frame.data();
        let data = data.trim_ascii();
        if data.is_empty() {
            return Sight::default();
        }
        if data == DONE {
            if self.begun {
                self.facts.finish.get_or_insert(Finish::Stop);
            }
            return Sight { end: self.facts.fault.is_none(), ..Sight::default() };
        }
        let Ok(chunk) = Object::parse(data) else {
            let fault = serde_json::from_slice(data).ok().and_then(error::of_value);
            self.facts.fault = self.facts.fault.take().or_else(|| fault.clone());
            return Sight { malformed: fault.is_none(), fault, ..Sight::default() };
        };
        let counted = top(&chunk, &mut self.facts);
        let choices = chunk.get("choices").and_then(json::items).unwrap_or_default();
        let before = self.facts.content_bytes;
        for raw in &choices {
            self.begun = true;
            choice(raw, &mut self.facts);
        }
        let fault = self.facts.fault.clone();
        Sight {
            content: self.facts.content_bytes > before,
            usage_only: choices.is_empty() && counted && fault.is_none(),
            fault,
            ..Sight::default()
        }
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }
}

/// Facts of a whole answer.
///
/// # Errors
/// Not JSON, or neither an answer nor an error.
pub(super) fn read_facts(body: &[u8]) -> Result<Facts, Malformed> {
    let mut facts = Facts::default();
    let answer = match Object::parse(body) {
        Ok(it) => it,
        Err(malformed) => {
            facts.fault = Some(serde_json::from_slice(body).ok().and_then(error::of_value).ok_or(malformed)?);
            return Ok(facts);
        }
    };
    top(&answer, &mut facts);
    let Some(choices) = answer.get("choices").and_then(json::items) else {
        return if facts.fault.is_some() { Ok(facts) } else { Err(wrong("choices", "an array")) };
    };
    for raw in &choices {
        choice(raw, &mut facts);
    }
    if !choices.is_empty() && facts.fault.is_none() {
        facts.finish.get_or_insert(Finish::Stop);
    }
    Ok(facts)
}

/// What stands around the choices; whether there were counts.
fn top(object: &Object, facts: &mut Facts) -> bool {
    let model = object.get("model").and_then(json::text).filter(|it| !it.is_empty());
    facts.model = facts.model.take().or_else(|| model.map(Into::into));
    facts.fault = facts.fault.take().or_else(|| object.get("error").map(error::of_error));
    let counts = usage::find(object);
    let counted = counts.is_some();
    facts.usage = counts.or_else(|| facts.usage.take());
    counted
}

/// All choices are paid for, and the first tells how the answer ended.
fn choice(raw: &RawValue, facts: &mut Facts) {
    let Some(choice) = Object::of(raw) else { return };
    let length = choice.get("text").and_then(json::text).map_or(0, |it| it.len());
    facts.content |= length > 0;
    facts.content_bytes = facts.content_bytes.saturating_add(length as u64);
    let reason = choice.get("finish_reason").and_then(json::text);
    facts.finish = facts.finish.take().or_else(|| read_finish(reason.as_deref()?));
}
