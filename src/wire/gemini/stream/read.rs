//! A provider's stream → events, and a whole answer the same way: it is a stream of one chunk.
//!
//! The dialect has no blocks: texts that follow each other are one, until one of them is signed. Why the answer ended may
//! be said in any chunk, and by older models in every one, so it is told when the stream is closed.

use serde_json::value::RawValue;

use super::partial::Partial;
use crate::domain::event::{Block, Delta, Event, Fault, Finish};
use crate::domain::prompt::Opaque;
use crate::domain::signature::Signature;
use crate::domain::usage::Usage;
use crate::wire::gemini::fields::{self, opaque, spelling};
use crate::wire::gemini::grounding::{self, Grounds};
use crate::wire::gemini::{error, ids, reply, usage};
use crate::wire::json::{self, Object};
use crate::wire::{Asked, Malformed, StreamReader, sse};

/// The reader.
#[derive(Debug, Default)]
pub(in crate::wire::gemini) struct Reader {
    /// Id of the answer, once it has begun.
    answer: Option<String>,
    /// What ids of calls are made of where the answer has none.
    asked: String,
    /// Index of the next block.
    next: u32,
    /// The text that is going on.
    open: Option<Text>,
    /// First half of a surrogate pair that ended its last piece.
    half: Option<u16>,
    /// The call whose arguments are coming in pieces.
    partial: Option<(u32, Partial)>,
    calls: usize,
    usage: Option<Usage>,
    finish: Option<Finish>,
    /// Fields without a noun, as they were told last.
    seen: Vec<Opaque>,
    grounds: Grounds,
    /// Nothing more is read: the answer ended or failed.
    over: bool,
}

/// An open text or thought.
#[derive(Debug, Clone, Copy)]
struct Text {
    thought: bool,
    /// Nothing more belongs to it. It stays open for what is said of it at the end.
    signed: bool,
    index: u32,
}

impl StreamReader for Reader {
    fn read(&mut self, frame: &sse::Frame, out: &mut Vec<Event>) -> Result<(), Malformed> {
        if self.over {
            return Ok(());
        }
        let data = frame.data();
        let data = data.trim_ascii();
        if data.is_empty() {
            if frame.is_comment() {
                out.push(Event::Ping);
            }
            return Ok(());
        }
        // Not this dialect's mark, but gateways send it.
        if data == b"[DONE]" {
            return Ok(());
        }
        self.chunk(Object::parse(data)?, out);
        Ok(())
    }

    fn closed(&mut self, out: &mut Vec<Event>) {
        if self.over {
            return;
        }
        let Some(finish) = self.finish.take() else { return };
        self.over = true;
        self.complete(out);
        self.grounds.tell(out);
        self.close(out);
        let finish = if self.calls > 0 && finish == Finish::Stop { Finish::ToolCalls } else { finish };
        out.extend([Event::Finish { reason: finish, stop: None }, Event::End]);
    }
}

impl Reader {
    /// A reader of the answer to one request.
    pub(in crate::wire::gemini) fn of(asked: &Asked) -> Self {
        Self { asked: asked.answer_id(), ..Self::default() }
    }

    /// Reads one `GenerateContentResponse`.
    pub(in crate::wire::gemini) fn chunk(&mut self, mut it: Object, out: &mut Vec<Event>) {
        if let Some(raw) = it.take("error") {
            return self.fault(error::of(raw), out);
        }
        let id = fields::some_text(&mut it, "responseId").unwrap_or_default();
        let model = fields::some_text(&mut it, "modelVersion").unwrap_or_default();
        let created = fields::some_text(&mut it, "createTime").and_then(|it| reply::unix_seconds(&it));
        if self.answer.is_none() {
            let model = model.strip_prefix("models/").unwrap_or(&model).to_owned();
            out.push(Event::Start { id: id.clone(), model, created });
            self.answer = Some(id);
        }
        // Before the first text, because other dialects tell the size of the prompt at the beginning.
        if let Some(counts) = fields::take(&mut it, "usageMetadata").and_then(usage::read)
            && self.usage.as_ref() != Some(&counts)
        {
            self.usage = Some(counts.clone());
            out.push(Event::Usage(counts));
        }
        let candidates = fields::take(&mut it, "candidates").and_then(json::items).unwrap_or_default();
        for (nth, raw) in candidates.into_iter().enumerate() {
            let Some(candidate) = Object::of(raw) else { continue };
            match candidate.get("index").and_then(fields::integer).unwrap_or(nth as u64) {
                0 => self.candidate(candidate, out),
                other => self.extra(opaque(format!("candidates[{other}]"), raw), out),
            }
        }
        if let Some(raw) = fields::take(&mut it, "promptFeedback") {
            let blocked = Object::of(raw).is_some_and(|it| fields::get(&it, "blockReason").is_some());
            if blocked && self.finish.is_none() {
                self.finish = Some(Finish::ContentFilter);
            }
            self.extra(opaque("promptFeedback", raw), out);
        }
        for it in fields::rest(it, "") {
            self.extra(it, out);
        }
    }

    fn candidate(&mut self, mut it: Object, out: &mut Vec<Event>) {
        let content = fields::take(&mut it, "content").and_then(Object::of);
        let parts = content.and_then(|mut it| fields::take(&mut it, "parts")).and_then(json::items);
        for raw in parts.unwrap_or_default() {
            if let Some(part) = Object::of(raw) {
                self.part(part, raw, out);
            }
        }
        if let Some(raw) = fields::take(&mut it, "finishReason")
            && let Some(reason) = json::text(raw).and_then(|it| reply::finish(&it))
        {
            if reply::finish_word(&reason) != json::text(raw).unwrap_or_default() {
                self.extra(spelling("candidate.finishReason", raw), out);
            }
            self.finish = Some(reason);
        }
        for field in grounding::FIELDS {
            if let Some(raw) = fields::take(&mut it, field) {
                self.grounds.hear(field, raw);
            }
        }
        for key in ["index", "tokenCount"] {
            fields::take(&mut it, key);
        }
        for it in fields::rest(it, "candidate.") {
            self.extra(it, out);
        }
    }

    fn part(&mut self, mut it: Object, raw: &RawValue, out: &mut Vec<Event>) {
        let thought = fields::take(&mut it, "thought").is_some_and(|it| it.get() == "true");
        let signature = fields::some_text(&mut it, "thoughtSignature").and_then(fields::signature);
        if let Some(text) = fields::take(&mut it, "text") {
            self.piece(thought, text, signature, out);
        } else if let Some(call) = fields::take(&mut it, "functionCall").and_then(Object::of) {
            self.call(call, signature, out);
        } else if let Some(name) = it.first() {
            let name = fields::camel(name);
            self.close(out);
            let index = self.opened(Block::Opaque(opaque(name, raw)), out);
            out.push(Event::Close { index });
        } else if signature.is_some() {
            self.say(thought, String::new(), signature, out);
        }
    }

    /// Adds a text that may begin or end in the middle of a character.
    fn piece(&mut self, thought: bool, raw: &RawValue, signature: Option<Signature>, out: &mut Vec<Event>) {
        let goes_on = self.open.is_none_or(|it| it.thought == thought);
        let mut half = if goes_on { self.half.take() } else { None };
        let Some(text) = json::piece(raw.get().as_bytes(), &mut half) else { return };
        let mut text = text.into_owned();
        if signature.is_some() && half.take().is_some() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        self.say(thought, text, signature, out);
        self.half = half.or(self.half);
    }

    /// Adds a text. A signed one is complete: what follows is another part, whose signature would be another.
    fn say(&mut self, thought: bool, text: String, signature: Option<Signature>, out: &mut Vec<Event>) {
        if text.is_empty() && signature.is_none() {
            return;
        }
        let fits = |it: &Text| !it.signed && (it.thought == thought || text.is_empty());
        let going_on = self.open.filter(fits);
        let index = going_on.map_or_else(
            || {
                self.close(out);
                let index = self.opened(if thought { Block::Thinking } else { Block::Text }, out);
                self.open = Some(Text { thought, signed: false, index });
                index
            },
            |it| it.index,
        );
        if !text.is_empty() {
            if !thought {
                self.grounds.say(index, &text);
            }
            out.push(Event::Delta { index, delta: Delta::Text(text) });
        }
        if let Some(signature) = signature {
            out.push(Event::Delta { index, delta: Delta::Signature(signature) });
            if let Some(open) = &mut self.open {
                open.signed = true;
            }
        }
    }

    fn call(&mut self, mut it: Object, signature: Option<Signature>, out: &mut Vec<Event>) {
        let name = fields::some_text(&mut it, "name").unwrap_or_default();
        let more = fields::take(&mut it, "willContinue").is_some_and(|it| it.get() == "true");
        let pieces = fields::take(&mut it, "partialArgs");
        let whole = fields::take(&mut it, "args");
        let goes_on = self.partial.is_some() && name.is_empty();
        if !goes_on {
            self.close(out);
            let id = fields::some_text(&mut it, "id").filter(|it| !it.is_empty());
            let answer = self.answer.as_deref().filter(|it| !it.is_empty()).unwrap_or(&self.asked);
            let id = id.unwrap_or_else(|| ids::make(answer, self.calls));
            self.calls += 1;
            let index = self.opened(Block::ToolCall { id, name }, out);
            out.extend(signature.map(|it| Event::Delta { index, delta: Delta::Signature(it) }));
            if !more && pieces.is_none() {
                let arguments = whole.map(|it| Delta::Arguments(it.get().to_owned()));
                out.extend(arguments.map(|delta| Event::Delta { index, delta }));
                let extra = fields::rest(it, "functionCall.");
                out.extend(extra.map(|it| Event::Delta { index, delta: Delta::Opaque(it) }));
                out.push(Event::Close { index });
                return;
            }
            self.partial = Some((index, Partial::default()));
        }
        if let Some((_, partial)) = &mut self.partial {
            if let Some(whole) = whole {
                partial.replace(whole);
            }
            if let Some(pieces) = pieces {
                partial.add(pieces);
            }
        }
        if !more {
            self.close(out);
        }
    }

    fn opened(&mut self, block: Block, out: &mut Vec<Event>) -> u32 {
        let index = self.next;
        self.next += 1;
        out.push(Event::Open { index, block });
        index
    }

    /// Tells the half of a character that a text ends in.
    fn complete(&mut self, out: &mut Vec<Event>) {
        if let (Some(Text { index, .. }), Some(half)) = (self.open, self.half.take()) {
            out.push(Event::Delta { index, delta: Delta::Text(String::from_utf16_lossy(&[half])) });
        }
    }

    /// Closes what is open.
    fn close(&mut self, out: &mut Vec<Event>) {
        self.complete(out);
        if let Some(Text { index, .. }) = self.open.take() {
            out.push(Event::Close { index });
        }
        if let Some((index, partial)) = self.partial.take() {
            out.push(Event::Delta { index, delta: Delta::Arguments(partial.into_text()) });
            out.push(Event::Close { index });
        }
    }

    /// Tells a field without a noun, unless it says what it said before.
    fn extra(&mut self, it: Opaque, out: &mut Vec<Event>) {
        match self.seen.iter_mut().find(|before| before.name == it.name) {
            Some(before) if before.raw.get() == it.raw.get() => return,
            Some(before) => before.raw.clone_from(&it.raw),
            None => self.seen.push(it.clone()),
        }
        out.push(Event::Opaque(it));
    }

    fn fault(&mut self, fault: Fault, out: &mut Vec<Event>) {
        self.over = true;
        out.push(Event::Fault(fault));
    }
}
