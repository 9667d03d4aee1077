//! Events → a client's stream, with the life of every item that the SDKs and Codex follow: added, its parts and deltas,
//! done.
//!
//! An item that has closed is told as done when the next one begins or the answer ends: only then it is known whether it
//! was cut. Texts that follow each other are parts of one message.

mod tell;

use crate::domain::citation::Citation;
use crate::domain::dialect::Dialect;
use crate::domain::event::{Block, Delta, Event, Finish};
use crate::domain::prompt::{Loss, Opaque};
use crate::domain::signature::Signature;
use crate::domain::usage::Usage;
use crate::wire::openai_responses::item::{self, Call};
use crate::wire::openai_responses::response::{Ending, Head, Tool, one_line};
use crate::wire::openai_responses::{Losses, PING, annotations, is_own, reply};
use crate::wire::{Asked, StreamWriter};

/// Writes events.
#[derive(Debug)]
pub(in crate::wire::openai_responses) struct Writer {
    head: Head,
    /// What the answer's id begins with.
    prefix: String,
    created: i64,
    begun: bool,
    over: bool,
    /// `sequence_number` of the next event.
    next: u64,
    blocks: Vec<Open>,
    /// The items as they are told at the end, by output index; empty while they are not done.
    items: Vec<Vec<u8>>,
    message: Option<Message>,
    /// Calls that have closed and are not told as done, by the number of their block.
    waiting: Vec<usize>,
    usage: Option<Usage>,
    ending: Option<Ending>,
    refused: bool,
    extra: Vec<Opaque>,
    losses: Losses,
}

/// A message that is open.
#[derive(Debug)]
struct Message {
    at: usize,
    id: String,
    parts: Vec<Vec<u8>>,
}

/// A block of the answer.
#[derive(Debug)]
struct Open {
    kind: Kind,
    /// Its output index, once its item was added.
    at: Option<usize>,
    /// Its place in its message.
    part: usize,
    item: String,
    text: String,
    encrypted: Option<String>,
    citations: Vec<Citation>,
    extra: Vec<Opaque>,
    closed: bool,
}

#[derive(Debug)]
enum Kind {
    Text,
    Refusal,
    Thinking,
    Call {
        tool: Tool,
        id: String,
    },
    /// An item of this dialect that goes out whole.
    Whole(String),
    /// A block that cannot be said.
    Lost,
}

impl Writer {
    pub(in crate::wire::openai_responses) fn new(asked: &Asked) -> Self {
        Self {
            head: Head::asked(asked),
            prefix: asked.prefix(),
            created: asked.created,
            begun: false,
            over: false,
            next: 0,
            blocks: Vec::new(),
            items: Vec::new(),
            message: None,
            waiting: Vec::new(),
            usage: None,
            ending: None,
            refused: false,
            extra: Vec::new(),
            losses: Losses::default(),
        }
    }

    fn begin(&mut self, id: &str, model: &str, created: Option<i64>, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        self.head.begin(&self.prefix, id, model, created.unwrap_or(self.created));
        for name in ["response.created", "response.in_progress"] {
            self.response(name, Ending::InProgress, &[], None, &[], out);
        }
    }

    fn open(&mut self, block: &Block, out: &mut Vec<u8>) {
        let spoken = matches!(block, Block::Text | Block::Refusal);
        self.tell_waiting("completed", out);
        if !spoken {
            self.close_message("completed", out);
        }
        let mut open = Open {
            kind: Kind::Lost,
            at: None,
            part: 0,
            item: String::new(),
            text: String::new(),
            encrypted: None,
            citations: Vec::new(),
            extra: Vec::new(),
            closed: false,
        };
        open.kind = match block {
            Block::Text => Kind::Text,
            Block::Refusal => {
                self.refused = true;
                Kind::Refusal
            }
            Block::Thinking => Kind::Thinking,
            Block::RedactedThinking(data) => {
                open.encrypted = data.own(Dialect::OpenaiResponses).map(str::to_owned);
                if open.encrypted.is_none() {
                    self.losses.add("redacted_thinking", "encrypted reasoning of another dialect");
                }
                Kind::Thinking
            }
            Block::ToolCall { id, name } => {
                let tool = self.head.tool(name);
                let begun = Call::begun(&tool, id);
                let write = |item: &str, out: &mut Vec<u8>| begun.write(item, "in_progress", &[], out);
                let (at, item) = self.add(Call::prefix(tool.custom), write, out);
                open.at = Some(at);
                open.item = item;
                Kind::Call { tool, id: id.clone() }
            }
            Block::Opaque(it) if is_own(it) && !it.name.starts_with(reply::PART) => Kind::Whole(one_line(it.raw.get())),
            Block::Opaque(it) => {
                self.losses.add(it.name.clone(), "openai-responses has no such block");
                Kind::Lost
            }
        };
        self.blocks.push(open);
    }

    fn delta(&mut self, nth: usize, delta: &Delta, out: &mut Vec<u8>) {
        let Some(open) = self.blocks.get_mut(nth).filter(|it| !it.closed) else {
            if let Delta::Citation(_) = delta {
                self.losses.add("citation", "it was told when its text had been written");
            }
            return;
        };
        match (&open.kind, delta) {
            (Kind::Text, Delta::Citation(it)) => open.citations.push((**it).clone()),
            (_, Delta::Citation(_)) => self.losses.add("citation", annotations::ONLY_TEXT),
            // An item's own id and fields come after the item was told of; it has got others.
            (_, Delta::Opaque(it)) if it.is_spelling() => {}
            (Kind::Lost, _) => {}
            (_, Delta::Opaque(it)) if is_own(it) => open.extra.push(it.clone()),
            (_, Delta::Opaque(it)) => self.losses.foreign("", [it]),
            (Kind::Thinking, Delta::Signature(Signature { dialect: Dialect::OpenaiResponses, text })) => {
                open.encrypted.get_or_insert_default().push_str(text);
            }
            (_, Delta::Signature(_)) => {
                self.losses.add("signature", "a signature of another dialect has no place in openai-responses");
            }
            (Kind::Call { tool, .. }, Delta::Arguments(more)) => {
                open.text.push_str(more);
                // The text of a custom tool is inside the arguments, and told when it is whole.
                if !tool.custom && !more.is_empty() {
                    self.piece("response.function_call_arguments.delta", nth, None, ("delta", more), out);
                }
            }
            (Kind::Text | Kind::Refusal, Delta::Text(more)) if !more.is_empty() => {
                open.text.push_str(more);
                let refusal = matches!(open.kind, Kind::Refusal);
                self.place_part(nth, refusal, out);
                let name = if refusal { "response.refusal.delta" } else { "response.output_text.delta" };
                self.piece(name, nth, Some("content_index"), ("delta", more), out);
            }
            (Kind::Thinking, Delta::Text(more)) if !more.is_empty() => {
                open.text.push_str(more);
                self.place_thought(nth, true, out);
                self.piece("response.reasoning_summary_text.delta", nth, Some("summary_index"), ("delta", more), out);
            }
            _ => {}
        }
    }

    /// Gives a text its place in a message, at its first word: a text that stays empty is never seen.
    fn place_part(&mut self, nth: usize, refusal: bool, out: &mut Vec<u8>) {
        if self.blocks.get(nth).is_none_or(|it| it.at.is_some()) {
            return;
        }
        if self.message.is_none() {
            let write = |id: &str, out: &mut Vec<u8>| item::write_message(id, "in_progress", &[], &[], out);
            let (at, id) = self.add("msg", write, out);
            self.message = Some(Message { at, id, parts: Vec::new() });
        }
        if let (Some(message), Some(open)) = (&mut self.message, self.blocks.get_mut(nth)) {
            open.at = Some(message.at);
            open.part = message.parts.len();
            open.item.clone_from(&message.id);
            message.parts.push(Vec::new());
        }
        let mut part = Vec::new();
        item::write_said(refusal, "", &[], &[], &mut part);
        self.part_event("response.content_part.added", nth, "content_index", &part, out);
    }

    fn place_thought(&mut self, nth: usize, speaks: bool, out: &mut Vec<u8>) {
        if self.blocks.get(nth).is_none_or(|it| it.at.is_some()) {
            return;
        }
        let write = |id: &str, out: &mut Vec<u8>| item::write_reasoning(Some(id), "", None, None, out);
        let (at, id) = self.add("rs", write, out);
        if let Some(open) = self.blocks.get_mut(nth) {
            open.at = Some(at);
            open.item = id;
        }
        if speaks {
            let mut part = Vec::new();
            item::summary_part("", &mut part);
            self.part_event("response.reasoning_summary_part.added", nth, "summary_index", &part, out);
        }
    }

    fn close(&mut self, nth: usize, out: &mut Vec<u8>) {
        let Some(open) = self.blocks.get_mut(nth).filter(|it| !it.closed) else { return };
        open.closed = true;
        match &open.kind {
            Kind::Text | Kind::Refusal if open.at.is_some() => self.close_part(nth, out),
            Kind::Thinking => self.close_thought(nth, out),
            Kind::Call { .. } => self.waiting.push(nth),
            Kind::Whole(json) => {
                let json = json.clone().into_bytes();
                let begun = json.clone();
                let (at, _) = self.add("item", |_, out| out.extend_from_slice(&begun), out);
                self.done(at, json, out);
            }
            Kind::Text if !open.citations.is_empty() => {
                self.losses.add("citation", "there is no text that it could stand on");
            }
            Kind::Text | Kind::Refusal | Kind::Lost => {}
        }
    }

    fn close_part(&mut self, nth: usize, out: &mut Vec<u8>) {
        let Some(open) = self.blocks.get_mut(nth) else { return };
        let refusal = matches!(open.kind, Kind::Refusal);
        let text = std::mem::take(&mut open.text);
        let extra = std::mem::take(&mut open.extra);
        let number = open.part;
        let lose = &mut |what: &str, why| self.losses.add(what, why);
        let citations = std::mem::take(&mut open.citations);
        let notes: Vec<_> = citations.iter().flat_map(|it| annotations::write(it, &text, lose)).collect();
        for (at, note) in notes.iter().enumerate() {
            self.annotation(nth, at, note, out);
        }
        let (name, key) =
            if refusal { ("response.refusal.done", "refusal") } else { ("response.output_text.done", "text") };
        self.piece(name, nth, Some("content_index"), (key, &text), out);
        let mut part = Vec::new();
        item::write_said(refusal, &text, &notes, &extra, &mut part);
        self.part_event("response.content_part.done", nth, "content_index", &part, out);
        if let Some(place) = self.message.as_mut().and_then(|it| it.parts.get_mut(number)) {
            *place = part;
        }
    }

    fn close_thought(&mut self, nth: usize, out: &mut Vec<u8>) {
        let Some(open) = self.blocks.get_mut(nth) else { return };
        let text = std::mem::take(&mut open.text);
        let encrypted = open.encrypted.take();
        if !text.is_empty() {
            self.piece("response.reasoning_summary_text.done", nth, Some("summary_index"), ("text", &text), out);
            let mut part = Vec::new();
            item::summary_part(&text, &mut part);
            self.part_event("response.reasoning_summary_part.done", nth, "summary_index", &part, out);
        } else if encrypted.is_some() {
            self.place_thought(nth, false, out);
        } else {
            return;
        }
        let Some((Some(at), id)) = self.blocks.get(nth).map(|it| (it.at, it.item.clone())) else { return };
        let mut item = Vec::new();
        item::write_reasoning(Some(&id), &text, encrypted.as_deref(), None, &mut item);
        self.done(at, item, out);
    }

    /// Tells the calls that have closed as done; the last of them with `status`.
    fn tell_waiting(&mut self, status: &'static str, out: &mut Vec<u8>) {
        let waiting = std::mem::take(&mut self.waiting);
        let last = self.items.len().saturating_sub(1);
        for nth in waiting {
            let Some(Open { kind: Kind::Call { tool, id }, at: Some(at), item, text, extra, .. }) =
                self.blocks.get_mut(nth)
            else {
                continue;
            };
            let (at, item_id, text) = (*at, item.clone(), std::mem::take(text));
            let (tool, id, extra) = (tool.clone(), id.clone(), std::mem::take(extra));
            let call = Call::new(&tool, &id, &text);
            let said = call.said();
            if tool.custom {
                if !said.is_empty() {
                    self.piece("response.custom_tool_call_input.delta", nth, None, ("delta", said), out);
                }
                self.piece("response.custom_tool_call_input.done", nth, None, ("input", said), out);
            } else {
                if text.is_empty() {
                    self.piece("response.function_call_arguments.delta", nth, None, ("delta", said), out);
                }
                self.piece("response.function_call_arguments.done", nth, None, ("arguments", said), out);
            }
            let mut item = Vec::new();
            call.write(&item_id, if at == last { status } else { "completed" }, &extra, &mut item);
            self.done(at, item, out);
        }
    }

    /// Ends the message, unless a text in it still goes on.
    fn close_message(&mut self, status: &'static str, out: &mut Vec<u8>) {
        let goes_on = |it: &Open| matches!(it.kind, Kind::Text | Kind::Refusal) && it.at.is_some() && !it.closed;
        if self.blocks.iter().any(goes_on) {
            return;
        }
        let Some(message) = self.message.take() else { return };
        let mut item = Vec::new();
        item::write_message(&message.id, status, &message.parts, &[], &mut item);
        self.done(message.at, item, out);
    }

    fn finish(&mut self, reason: Option<&Finish>, out: &mut Vec<u8>) {
        if self.ending.is_some() {
            return;
        }
        if let Some(Finish::Other(reason)) = reason {
            self.losses.add(format!("finish reason {reason}"), "openai-responses has no such reason");
        }
        for nth in 0..self.blocks.len() {
            self.close(nth, out);
        }
        let ending = Ending::of(reason, self.refused);
        self.ending = Some(ending);
        let last = self.items.len().saturating_sub(1);
        let message = self.message.as_ref().map(|it| it.at);
        self.tell_waiting(ending.status(), out);
        self.close_message(if message == Some(last) { ending.status() } else { "completed" }, out);
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.finish(None, out);
        self.over = true;
        let ending = self.ending.unwrap_or(Ending::Completed);
        let name = match ending {
            Ending::Incomplete(_) => "response.incomplete",
            _ => "response.completed",
        };
        let (items, extra) = (std::mem::take(&mut self.items), std::mem::take(&mut self.extra));
        let usage = self.usage.take();
        self.response(name, ending, &items, usage.as_ref(), &extra, out);
    }
}

impl StreamWriter for Writer {
    fn write(&mut self, event: &Event, out: &mut Vec<u8>) {
        if self.over {
            return;
        }
        match event {
            Event::Start { id, model, created } => return self.begin(id, model, *created, out),
            Event::Ping => return out.extend_from_slice(PING),
            Event::Usage(counts) => {
                self.usage = Some(counts.clone());
                return;
            }
            Event::Opaque(it) if is_own(it) => {
                self.extra.retain(|known| known.name != it.name);
                self.extra.push(it.clone());
                return;
            }
            Event::Opaque(it) => return self.losses.foreign("", [it]),
            // The caller ends with `write_stream_error`.
            Event::Fault(_) => return,
            Event::Open { .. } | Event::Delta { .. } | Event::Close { .. } | Event::Finish { .. } | Event::End => {}
        }
        self.begin("", "", None, out);
        match event {
            Event::Open { block, .. } => self.open(block, out),
            Event::Delta { index, delta } => self.delta(*index as usize, delta, out),
            Event::Close { index } => self.close(*index as usize, out),
            Event::Finish { reason, stop } => {
                if stop.is_some() {
                    self.losses.add("stop_sequence", "openai-responses does not say which stop text was met");
                }
                self.finish(Some(reason), out);
            }
            Event::End => self.end(out),
            _ => {}
        }
    }

    fn losses(&self) -> &[Loss] {
        &self.losses.0
    }
}
