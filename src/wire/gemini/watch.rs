//! Watches a provider's stream that is relayed as it is, and a whole answer the same way.
//!
//! After the first content nearly every chunk is one part of text with counts beside it ([`plain`]): of those only the
//! length of the text is looked for, and the counts are read. Whatever looks different in any way is parsed.

mod plain;

use crate::domain::event::{Fault, Finish};
use crate::wire::gemini::{fields, reply, usage};
use crate::wire::json::{self, Object};
use crate::wire::{Facts, Malformed, Sight, Watcher, sse};

/// The watcher.
#[derive(Debug, Default)]
pub(super) struct Watch {
    facts: Facts,
    called: bool,
    /// There was something besides thoughts.
    answered: bool,
}

/// Reasons for an end that are failures of the provider where there is no answer before them: its model wrote a call that
/// is none, or of a tool it was not given. To ask again, or somebody else, helps.
const BROKEN: [&str; 3] = ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE"];

impl Watcher for Watch {
    fn watch(&mut self, frame: &sse::Frame) -> Sight {
        let data = frame.data();
        let data = data.trim_ascii();
        if data.is_empty() || data == b"[DONE]" {
            return Sight::default();
        }
        if self.facts.content
            && self.facts.model.is_some()
            && let Some(it) = plain::read(data)
        {
            return self.plain(it);
        }
        match Object::parse(data) {
            Ok(it) => self.streamed(it),
            Err(_) => Sight { malformed: true, ..Sight::default() },
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
    fn plain(&mut self, it: plain::Plain) -> Sight {
        if let Some(counts) = it.usage {
            self.facts.usage = Some(counts);
        }
        self.facts.content_bytes += it.bytes;
        Sight { content: it.bytes > 0, ..Sight::default() }
    }

    /// A chunk of a stream. Once there was content, the client has it, and hears the reason in its own words.
    fn streamed(&mut self, it: Object) -> Sight {
        let sight = self.chunk(it);
        if self.facts.content || sight.fault.is_some() {
            return sight;
        }
        self.facts.fault = self.broken();
        Sight { fault: self.facts.fault.clone(), ..sight }
    }

    /// The failure that an answer is which ended for one of the [`BROKEN`] reasons.
    fn broken(&self) -> Option<Fault> {
        let Some(Finish::Other(word)) = &self.facts.finish else { return None };
        let message = format!("the model's answer was broken off: {word}");
        BROKEN.contains(&&**word).then(|| Fault { kind: Some(word.clone()), message, ..Fault::default() })
    }

    fn chunk(&mut self, mut it: Object) -> Sight {
        if let Some(fault) = reply::fault(&it) {
            self.facts.fault = Some(fault.clone());
            return Sight { fault: Some(fault), ..Sight::default() };
        }
        if let Some(counts) = fields::take(&mut it, "usageMetadata").and_then(usage::read) {
            self.facts.usage = Some(counts);
        }
        if self.facts.model.is_none() {
            let model = fields::some_text(&mut it, "modelVersion");
            self.facts.model = model.map(|it| it.strip_prefix("models/").unwrap_or(&it).to_owned());
        }
        let mut bytes = 0;
        let candidates = fields::take(&mut it, "candidates").and_then(json::items).unwrap_or_default();
        for (nth, raw) in candidates.into_iter().enumerate() {
            let Some(candidate) = Object::of(raw) else { continue };
            // The answer is the first; that another one ended does not end it.
            if candidate.get("index").and_then(fields::integer).unwrap_or(nth as u64) == 0 {
                bytes += self.candidate(candidate);
            }
        }
        let blocked = fields::take(&mut it, "promptFeedback").and_then(Object::of);
        if self.facts.finish.is_none() && blocked.is_some_and(|it| fields::get(&it, "blockReason").is_some()) {
            self.facts.finish = Some(Finish::ContentFilter);
        }
        self.facts.content |= bytes > 0;
        self.facts.content_bytes += bytes;
        Sight { content: bytes > 0, ..Sight::default() }
    }

    /// How much a candidate says, in bytes of its JSON spelling.
    fn candidate(&mut self, mut it: Object) -> u64 {
        let content = fields::take(&mut it, "content").and_then(Object::of);
        let parts = content.and_then(|mut it| fields::take(&mut it, "parts")).and_then(json::items);
        let mut bytes = 0;
        for raw in parts.unwrap_or_default() {
            let Some(mut part) = Object::of(raw) else { continue };
            let thought = fields::take(&mut part, "thought").is_some_and(|it| it.get() == "true");
            fields::take(&mut part, "thoughtSignature");
            let text = part.get("text").map(|it| it.get().len().saturating_sub(2));
            self.called |= fields::get(&part, "functionCall").is_some();
            let said = match (text, part.first()) {
                (Some(text), _) => text,
                (None, Some(_)) => raw.get().len(),
                (None, None) => 0,
            };
            bytes += said as u64;
            self.answered |= said > 0 && !thought;
        }
        let reason = fields::some_text(&mut it, "finishReason").and_then(|it| reply::finish(&it));
        if let Some(reason) = reason {
            self.facts.finish = Some(reason);
        }
        if self.called && self.facts.finish == Some(Finish::Stop) {
            self.facts.finish = Some(Finish::ToolCalls);
        }
        bytes
    }
}

/// Counts in a whole answer that is relayed as it is.
///
/// # Errors
/// The body is not JSON, or not an answer of this dialect.
pub(super) fn read_facts(body: &[u8]) -> Result<Facts, Malformed> {
    let mut watch = Watch::default();
    for it in reply::chunks(body)? {
        watch.chunk(it);
    }
    if !watch.answered && watch.facts.fault.is_none() {
        watch.facts.fault = watch.broken();
    }
    Ok(watch.facts)
}
