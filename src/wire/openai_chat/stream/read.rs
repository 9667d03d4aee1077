//! A provider's stream → events.

use serde_json::value::RawValue;

use super::calls::Calls;
use crate::domain::citation::Citation;
use crate::domain::event::{Block, Delta, Event, Fault};
use crate::domain::prompt::Opaque;
use crate::wire::cited;
use crate::wire::json::{self, Object};
use crate::wire::openai_chat::annotations::{self, Stretch};
use crate::wire::openai_chat::details::{self, Details};
use crate::wire::openai_chat::{DONE, DONE_OBJECT, error, finish_with_calls, opaque, read_finish, reply, usage};
use crate::wire::sse::Frame;
use crate::wire::{Malformed, StreamReader};

/// Reads chunks.
#[derive(Debug, Default)]
pub(in crate::wire::openai_chat) struct Reader {
    /// Id of the answer; set when `Start` was told.
    answer: Option<String>,
    /// `index` of the choice that is the answer: the first that came.
    choice: Option<String>,
    /// Number of the next block.
    next: u32,
    /// The open block of text, reasoning or refusal, and half a character at its end.
    open: Option<(Kind, u32, Option<u16>)>,
    calls: Calls,
    any_call: bool,
    finished: bool,
    /// After the end mark or a fault nothing is told.
    over: bool,
    /// What came before the answer began.
    early: Vec<Opaque>,
    /// Last value of each field without a noun, most of which every chunk repeats.
    seen: Vec<Opaque>,
    /// The texts of the message.
    texts: Vec<Stretch>,
    /// Notes that wait for the text to be complete: they may come before it.
    notes: Vec<Citation>,
    details: Details,
    /// Lists of pages beside the answer, as they came last, until they are told.
    lists: Vec<(&'static str, Box<RawValue>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
    Refusal,
}

impl Kind {
    fn block(self) -> Block {
        match self {
            Self::Text => Block::Text,
            Self::Thinking => Block::Thinking,
            Self::Refusal => Block::Refusal,
        }
    }
}

impl StreamReader for Reader {
    fn read(&mut self, frame: &Frame, out: &mut Vec<Event>) -> Result<(), Malformed> {
        if self.over {
            return Ok(());
        }
        if frame.is_comment() {
            // `: OPENROUTER PROCESSING`; a stray blank line says nothing.
            if frame.raw().contains(&b':') {
                out.push(Event::Ping);
            }
            return Ok(());
        }
        let data = frame.data();
        let data = data.trim_ascii();
        if data == DONE {
            self.end(out);
            return Ok(());
        }
        if frame.event() == "error" {
            self.fault(error::read(data), out);
            return Ok(());
        }
        if data.is_empty() {
            return Ok(());
        }
        let chunk = match Object::parse(data) {
            Ok(chunk) => chunk,
            Err(malformed) => {
                let fault = serde_json::from_slice(data).ok().and_then(error::of_value).ok_or(malformed)?;
                self.fault(fault, out);
                return Ok(());
            }
        };
        self.chunk(chunk, out);
        Ok(())
    }
}

impl Reader {
    fn chunk(&mut self, mut chunk: Object, out: &mut Vec<Event>) {
        let mut fault = chunk.take("error").map(error::of_error);
        let choices = chunk.take("choices").and_then(json::items).unwrap_or_default();
        let text = |raw: Option<&RawValue>| raw.and_then(json::text).unwrap_or_default().into_owned();
        let (id, model) = (text(chunk.take("id")), text(chunk.take("model")));
        let created = chunk.take("created").and_then(|it| serde_json::from_str(it.get()).ok());
        let mut counts = usage::find(&chunk);
        chunk.take("usage");
        let done = chunk.take("object").is_some_and(|it| it.get() == DONE_OBJECT);
        // Random padding against guessing at lengths.
        chunk.take("obfuscation");
        // Azure begins with a chunk about its filter that has neither id nor model.
        if self.answer.is_none() && (!choices.is_empty() || !id.is_empty() || counts.is_some()) {
            self.answer = Some(id.clone());
            out.push(Event::Start { id, model, created });
            out.extend(self.early.drain(..).map(Event::Opaque));
        }
        for (key, raw) in chunk.rest() {
            match annotations::LISTS.iter().find(|it| **it == key) {
                Some(name) if raw.get() != "null" => {
                    self.lists.retain(|it| it.0 != *name);
                    self.lists.push((*name, raw.to_owned()));
                }
                _ => self.extra(&key, raw, out),
            }
        }
        for raw in choices {
            let Some(mut choice) = Object::of(raw) else { continue };
            let index = choice.take("index").map_or("0", RawValue::get);
            if self.choice.get_or_insert_with(|| index.to_owned()) != index {
                // The hub has one answer, the first. The others of a request for several are told as they came.
                out.push(Event::Opaque(opaque(format!("choices[{index}]"), raw)));
                continue;
            }
            counts = counts.or_else(|| usage::read(choice.take("usage")?));
            fault = fault.or(self.choice(choice, out));
        }
        out.extend(counts.map(Event::Usage));
        if let Some(fault) = fault {
            self.fault(fault, out);
        } else if done {
            self.end(out);
        }
    }

    /// Reads a choice; an error it ends with is handed back.
    fn choice(&mut self, mut choice: Object, out: &mut Vec<Event>) -> Option<Fault> {
        // Perplexity repeats the whole message so far beside each delta; where there is no delta, it is one.
        let message = choice.take("message");
        let delta = choice.take("delta").or(message).and_then(Object::of);
        if let Some(delta) = delta.filter(|_| !self.finished) {
            self.delta(delta, out);
        }
        let reason = choice.take("finish_reason").and_then(json::text);
        let stated = choice.take("error").map(error::of_error);
        for (key, raw) in choice.rest() {
            self.extra(&format!("choice.{key}"), raw, out);
        }
        if reason.as_deref() == Some("error") || stated.is_some() {
            return Some(stated.unwrap_or_else(reply::unnamed_fault));
        }
        if let Some(reason) = reason.as_deref().and_then(read_finish).filter(|_| !self.finished) {
            self.cite(out);
            self.close(out);
            self.finished = true;
            out.push(Event::Finish { reason: finish_with_calls(Some(reason), self.any_call), stop: None });
        }
        None
    }

    fn delta(&mut self, mut delta: Object, out: &mut Vec<Event>) {
        delta.take("role");
        for key in ["reasoning_content", "reasoning"] {
            let Some(raw) = delta.get(key).filter(|it| json::text(it).is_some()) else { continue };
            delta.take(key);
            // Some providers say the same under both names.
            let other = if key == "reasoning_content" { delta.get("reasoning") } else { None };
            if other.is_some_and(|it| it.get() == raw.get()) {
                delta.take("reasoning");
            }
            self.say(Kind::Thinking, raw, out);
        }
        if let Some(content) = delta.take("content") {
            if content.get().starts_with('"') {
                self.say(Kind::Text, content, out);
            } else {
                self.parts(content, out);
            }
        }
        if let Some(refusal) = delta.take("refusal") {
            self.say(Kind::Refusal, refusal, out);
        }
        let calls = delta.take("tool_calls").and_then(json::items).unwrap_or_default();
        if !calls.is_empty() {
            self.close_text(out);
            self.any_call = true;
        }
        for raw in calls {
            let answer = self.answer.as_deref().unwrap_or_default();
            self.calls.push(raw, &mut self.next, answer, out);
        }
        if let Some(raw) = delta.take("annotations") {
            let (citations, others) = annotations::read(raw);
            self.notes.extend(citations);
            out.extend(others.filter(|it| !it.is_spelling()).map(Event::Opaque));
        }
        if let Some(raw) = delta.take(details::FIELD) {
            self.details.hear(raw);
        }
        for (key, raw) in delta.rest() {
            self.extra(&format!("message.{key}"), raw, out);
        }
    }

    /// Adds a piece of text, opening its block if another kind was open.
    fn say(&mut self, kind: Kind, raw: &RawValue, out: &mut Vec<Event>) {
        let mut half = match self.open {
            Some((open, _, half)) if open == kind => half,
            _ => None,
        };
        let Some(text) = json::piece(raw.get().as_bytes(), &mut half) else { return };
        if text.is_empty() && half.is_none() {
            return;
        }
        let index = self.block(kind, out);
        self.open = Some((kind, index, half));
        if !text.is_empty() {
            self.lengthen(kind, &text);
            out.push(Event::Delta { index, delta: Delta::Text(text.into_owned()) });
        }
    }

    /// Adds content that is a list of parts (Mistral).
    fn parts(&mut self, content: &RawValue, out: &mut Vec<Event>) {
        for (block, text) in reply::said(content) {
            let kind = match block {
                Block::Text => Kind::Text,
                Block::Thinking => Kind::Thinking,
                block => {
                    self.close_text(out);
                    let index = self.next;
                    self.next += 1;
                    out.extend([Event::Open { index, block }, Event::Close { index }]);
                    continue;
                }
            };
            let index = self.block(kind, out);
            self.lengthen(kind, &text);
            out.push(Event::Delta { index, delta: Delta::Text(text.into_owned()) });
        }
    }

    /// The open block of this kind.
    fn block(&mut self, kind: Kind, out: &mut Vec<Event>) -> u32 {
        if let Some((_, index, _)) = self.open.filter(|(open, ..)| *open == kind) {
            return index;
        }
        self.close_text(out);
        let index = self.next;
        self.next += 1;
        self.open = Some((kind, index, None));
        if kind == Kind::Text {
            let start = self.texts.last().map_or(0, |it| it.start + it.length);
            self.texts.push(Stretch { block: index, start, length: 0 });
        }
        out.push(Event::Open { index, block: kind.block() });
        index
    }

    /// Counts the characters of a text that are told.
    fn lengthen(&mut self, kind: Kind, text: &str) {
        if let Some(it) = self.texts.last_mut().filter(|_| kind == Kind::Text) {
            it.length += cited::length(text);
        }
    }

    /// Tells where the words come from, now that they are complete.
    fn cite(&mut self, out: &mut Vec<Event>) {
        let mut citations = std::mem::take(&mut self.notes);
        if self.texts.is_empty() {
            out.extend(annotations::unread(&citations).map(Event::Opaque));
            citations.clear();
        }
        let lists = std::mem::take(&mut self.lists);
        let lists: Vec<_> = lists.iter().map(|(name, raw)| (*name, &**raw)).collect();
        match annotations::beside(&lists).filter(|_| !self.texts.is_empty()) {
            Some((pages, back)) => {
                citations.extend(pages);
                out.extend(back.into_iter().map(Event::Opaque));
            }
            None => lists.iter().for_each(|(name, raw)| self.extra(name, raw, out)),
        }
        for mut citation in citations {
            if let Some(index) = annotations::place(&mut citation, &self.texts) {
                out.push(Event::Delta { index, delta: Delta::Citation(Box::new(citation)) });
            }
        }
    }

    fn close_text(&mut self, out: &mut Vec<Event>) {
        let Some((_, index, half)) = self.open.take() else { return };
        if half.is_some() {
            out.push(Event::Delta { index, delta: Delta::Text(char::REPLACEMENT_CHARACTER.to_string()) });
        }
        out.push(Event::Close { index });
    }

    fn close(&mut self, out: &mut Vec<Event>) {
        if let Some(list) = self.details.take() {
            out.push(match self.calls.first() {
                Some(index) => Event::Delta { index, delta: Delta::Opaque(list) },
                None => Event::Opaque(list),
            });
        }
        self.close_text(out);
        let answer = self.answer.as_deref().unwrap_or_default();
        self.calls.close(&mut self.next, answer, out);
    }

    /// Tells a field without a noun, unless it says what it said before.
    fn extra(&mut self, name: &str, raw: &RawValue, out: &mut Vec<Event>) {
        match self.seen.iter_mut().find(|it| it.name == name) {
            Some(before) if before.raw.get() == raw.get() => return,
            Some(before) => before.raw = raw.to_owned(),
            None => self.seen.push(opaque(name, raw)),
        }
        let it = opaque(name, raw);
        if self.answer.is_some() {
            out.push(Event::Opaque(it));
        } else {
            self.early.push(it);
        }
    }

    fn fault(&mut self, fault: Fault, out: &mut Vec<Event>) {
        self.over = true;
        out.push(Event::Fault(fault));
    }

    /// The end mark. A provider that never said why it ended did end well, or it would not have sent the mark.
    fn end(&mut self, out: &mut Vec<Event>) {
        // Also what came behind the finish.
        self.cite(out);
        if self.answer.is_some() && !self.finished {
            self.close(out);
            out.push(Event::Finish { reason: finish_with_calls(None, self.any_call), stop: None });
        }
        self.over = true;
        out.push(Event::End);
    }
}
