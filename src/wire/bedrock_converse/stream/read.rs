//! A provider's stream → events.
//!
//! Texts and thinking begin without an announcement: their first delta opens the block. Lenient where models are sloppy
//! (a block that says nothing, an index that is used again), and strict in what comes out: the grammar of [`Event`] holds
//! whatever comes in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;

use super::{Other, name, other};
use crate::domain::dialect::Dialect;
use crate::domain::event::{Block, Delta, Event};
use crate::domain::signature::Signature;
use crate::wire::bedrock_converse::fields::{self, opaque, wrong};
use crate::wire::bedrock_converse::request::STRUCTURED;
use crate::wire::bedrock_converse::{blocks, citations, error, reply, usage};
use crate::wire::json::{self, Object};
use crate::wire::{Malformed, StreamReader, sse};

/// The reader.
#[derive(Debug, Default)]
pub(in crate::wire::bedrock_converse) struct Reader {
    started: bool,
    /// The hub's index of the next block.
    next: u32,
    /// Blocks that are open, with the provider's index.
    open: Vec<(u64, Slot)>,
    /// The answer calls tools of the client's.
    called: bool,
    finished: bool,
    /// Nothing more is read: the answer ended or failed.
    over: bool,
}

/// An open block.
#[derive(Debug)]
enum Slot {
    /// A block the hub has a noun for; its deltas are passed on as they come.
    Live {
        index: u32,
        kind: Kind,
        /// First half of a surrogate pair that ended the last delta.
        half: Option<u16>,
    },
    /// Encrypted reasoning, passed on when it is complete.
    Redacted { decoded: Vec<u8>, raw: String },
    /// A block the hub has no noun for (a call that the provider runs, its result, an image), passed on when it is
    /// complete: its kind, the fields of its start, and what was added to it.
    Held { kind: String, start: Vec<(String, String)>, input: String, pieces: Vec<String> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// The answer in a schema's form, which stands in a call of the tool that stands in for the schema.
    Structured,
    Thinking,
    ToolCall,
}

impl StreamReader for Reader {
    fn read(&mut self, frame: &sse::Frame, out: &mut Vec<Event>) -> Result<(), Malformed> {
        if self.over {
            return Ok(());
        }
        let data = frame.data();
        match frame.event() {
            name::START => {
                self.start(out);
                Ok(())
            }
            // The answer has said why it ended; a block after that could only be half of another one.
            name::OPEN | name::DELTA | name::CLOSE if self.finished => Ok(()),
            name::OPEN => self.block_start(Object::parse(&data)?, out),
            name::DELTA => self.block_delta(Object::parse(&data)?, out),
            name::CLOSE => {
                let at = index(&mut Object::parse(&data)?)?;
                self.block_stop(at, out);
                Ok(())
            }
            name::STOP => self.stop(Object::parse(&data)?, out),
            name::METADATA => {
                self.metadata(Object::parse(&data)?, out);
                Ok(())
            }
            unknown => match other(frame)? {
                Other::Fault => {
                    self.over = true;
                    out.push(Event::Fault(error::of_message(unknown, &data)));
                    Ok(())
                }
                Other::Unknown => {
                    out.push(Event::Ping);
                    Ok(())
                }
            },
        }
    }

    /// The counts come after the reason; without them the answer is still whole.
    fn closed(&mut self, out: &mut Vec<Event>) {
        if self.finished && !self.over {
            self.over = true;
            out.push(Event::End);
        }
    }
}

impl Reader {
    /// Begins the answer, which names neither itself nor its model.
    fn start(&mut self, out: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.started, true) {
            out.push(Event::Start { id: String::new(), model: String::new(), created: None });
        }
    }

    fn block_start(&mut self, mut it: Object, out: &mut Vec<Event>) -> Result<(), Malformed> {
        self.start(out);
        let at = index(&mut it)?;
        self.block_stop(at, out);
        let start = it.take("start").ok_or_else(|| wrong("start", "is missing"))?;
        let Some((kind, value)) = fields::member(fields::object(start)?) else { return Ok(()) };
        let is_server =
            |it: &Object| it.get("type").and_then(fields::text).is_some_and(|it| it == blocks::SERVER_TOOL_USE);
        let mut it = fields::object(value)?;
        if kind == "toolUse" && !is_server(&it) {
            let id = fields::need_text(&mut it, "toolUseId")?;
            let name = fields::need_text(&mut it, "name")?;
            if name == STRUCTURED {
                self.live(at, Block::Text, Kind::Structured, out);
            } else {
                self.called = true;
                let index = self.live(at, Block::ToolCall { id, name }, Kind::ToolCall, out);
                let extra = blocks::call_extra(it);
                out.extend(extra.into_iter().map(|it| Event::Delta { index, delta: Delta::Opaque(it) }));
            }
            return Ok(());
        }
        let start = it.rest().map(|(name, raw)| (name.into_owned(), raw.get().to_owned())).collect();
        self.open.push((at, Slot::Held { kind, start, input: String::new(), pieces: Vec::new() }));
        Ok(())
    }

    fn opened(&mut self, block: Block, out: &mut Vec<Event>) -> u32 {
        let index = self.next;
        self.next += 1;
        out.push(Event::Open { index, block });
        index
    }

    fn live(&mut self, at: u64, block: Block, kind: Kind, out: &mut Vec<Event>) -> u32 {
        let index = self.opened(block, out);
        self.open.push((at, Slot::Live { index, kind, half: None }));
        index
    }

    /// The place of the open block of this kind, begun if it is not there. A block of another kind at that index is closed:
    /// some models put thinking and text under one.
    fn place(&mut self, at: u64, kind: Kind, out: &mut Vec<Event>) -> usize {
        let fits = |slot: &Slot| match slot {
            Slot::Live { kind: open, .. } => *open == kind || (*open == Kind::Structured && kind == Kind::ToolCall),
            _ => false,
        };
        if let Some(place) = self.open.iter().position(|(it, slot)| *it == at && fits(slot)) {
            return place;
        }
        self.block_stop(at, out);
        let block = if kind == Kind::Thinking { Block::Thinking } else { Block::Text };
        self.live(at, block, kind, out);
        self.open.len() - 1
    }

    fn block_delta(&mut self, mut it: Object, out: &mut Vec<Event>) -> Result<(), Malformed> {
        self.start(out);
        let at = index(&mut it)?;
        let delta = it.take("delta").ok_or_else(|| wrong("delta", "is missing"))?;
        let Some((kind, value)) = fields::member(fields::object(delta)?) else { return Ok(()) };
        match kind.as_str() {
            "text" => self.say(at, Kind::Text, value, Delta::Text, out),
            "toolUse" => self.tool_input(at, value, out)?,
            "reasoningContent" => self.reasoning(at, value, out)?,
            "citation" => {
                let place = self.place(at, Kind::Text, out);
                self.add(place, Delta::Citation(Box::new(citations::read(value))), out);
            }
            _ => {
                let held = |it: &&mut (u64, Slot)| it.0 == at && matches!(it.1, Slot::Held { .. });
                if let Some((_, Slot::Held { pieces, .. })) = self.open.iter_mut().find(held) {
                    pieces.push(value.get().to_owned());
                } else {
                    self.block_stop(at, out);
                    let pieces = vec![value.get().to_owned()];
                    self.open.push((at, Slot::Held { kind, start: Vec::new(), input: String::new(), pieces }));
                }
            }
        }
        Ok(())
    }

    /// Adds a text. One that is empty opens nothing: models announce blocks so that they then leave out.
    fn say(&mut self, at: u64, kind: Kind, raw: &RawValue, delta: fn(String) -> Delta, out: &mut Vec<Event>) {
        if raw.get() == "\"\"" {
            return;
        }
        let place = self.place(at, kind, out);
        let Some((_, Slot::Live { index, half, .. })) = self.open.get_mut(place) else { return };
        let said = json::piece(raw.get().as_bytes(), half).filter(|it| !it.is_empty());
        out.extend(said.map(|it| Event::Delta { index: *index, delta: delta(it.into_owned()) }));
    }

    fn add(&mut self, place: usize, delta: Delta, out: &mut Vec<Event>) {
        if let Some((_, Slot::Live { index, .. })) = self.open.get(place) {
            out.push(Event::Delta { index: *index, delta });
        }
    }

    fn tool_input(&mut self, at: u64, value: &RawValue, out: &mut Vec<Event>) -> Result<(), Malformed> {
        let mut it = fields::object(value)?;
        let Some(raw) = it.take("input") else { return Ok(()) };
        match self.open.iter_mut().find(|(it, _)| *it == at) {
            Some((_, Slot::Held { input, .. })) => input.push_str(&fields::text(raw).unwrap_or_default()),
            Some((_, Slot::Live { kind: Kind::ToolCall, .. })) => {
                self.say(at, Kind::ToolCall, raw, Delta::Arguments, out);
            }
            Some((_, Slot::Live { kind: Kind::Structured, .. })) => {
                self.say(at, Kind::Structured, raw, Delta::Text, out);
            }
            _ => return Err(wrong("contentBlockIndex", "is of a call that was never begun")),
        }
        Ok(())
    }

    fn reasoning(&mut self, at: u64, value: &RawValue, out: &mut Vec<Event>) -> Result<(), Malformed> {
        let mut it = fields::object(value)?;
        if let Some(raw) = it.take("text") {
            self.say(at, Kind::Thinking, raw, Delta::Text, out);
        }
        if let Some(signature) = fields::some_text(&mut it, "signature").and_then(blocks::signature) {
            let place = self.place(at, Kind::Thinking, out);
            self.add(place, Delta::Signature(signature), out);
        }
        let Some(more) = fields::some_text(&mut it, "redactedContent") else { return Ok(()) };
        if !self.open.iter().any(|(it, slot)| *it == at && matches!(slot, Slot::Redacted { .. })) {
            self.block_stop(at, out);
            self.open.push((at, Slot::Redacted { decoded: Vec::new(), raw: String::new() }));
        }
        if let Some((_, Slot::Redacted { decoded, raw })) = self.open.last_mut() {
            decoded.extend(STANDARD.decode(&more).unwrap_or_default());
            raw.push_str(&more);
        }
        Ok(())
    }

    fn block_stop(&mut self, at: u64, out: &mut Vec<Event>) {
        while let Some(place) = self.open.iter().position(|(it, _)| *it == at) {
            let (_, slot) = self.open.remove(place);
            self.close(slot, out);
        }
    }

    fn stop_blocks(&mut self, out: &mut Vec<Event>) {
        for (_, slot) in std::mem::take(&mut self.open) {
            self.close(slot, out);
        }
    }

    fn close(&mut self, slot: Slot, out: &mut Vec<Event>) {
        match slot {
            Slot::Live { index, half, .. } => {
                let rest = half.map(|it| Delta::Text(String::from_utf16_lossy(&[it])));
                out.extend(rest.map(|delta| Event::Delta { index, delta }));
                out.push(Event::Close { index });
            }
            Slot::Redacted { decoded, raw } => {
                let data = match String::from_utf8(decoded) {
                    Ok(text) if !text.is_empty() => Signature { dialect: Dialect::Anthropic, text },
                    _ => Signature { dialect: Dialect::BedrockConverse, text: raw },
                };
                let index = self.opened(Block::RedactedThinking(data), out);
                out.push(Event::Close { index });
            }
            Slot::Held { kind, start, input, pieces } => {
                if let Some(raw) = held(&kind, &start, &input, &pieces) {
                    let index = self.opened(Block::Opaque(opaque(kind, &raw)), out);
                    out.push(Event::Close { index });
                }
            }
        }
    }

    fn stop(&mut self, mut it: Object, out: &mut Vec<Event>) -> Result<(), Malformed> {
        self.start(out);
        self.stop_blocks(out);
        let raw = it.take("stopReason").ok_or_else(|| wrong("stopReason", "is missing"))?;
        let reason = fields::text(raw).ok_or_else(|| wrong("stopReason", "must be a string"))?;
        let stop = reply::stop_text(&it);
        let (reason, spelled) = reply::finish(&reason, raw, self.called);
        out.extend(spelled.map(Event::Opaque));
        padded(&mut it);
        out.extend(fields::rest(it, "").map(Event::Opaque));
        if !std::mem::replace(&mut self.finished, true) {
            out.push(Event::Finish { reason, stop });
        }
        Ok(())
    }

    fn metadata(&mut self, mut it: Object, out: &mut Vec<Event>) {
        self.start(out);
        out.extend(usage::take(&mut it).map(Event::Usage));
        out.extend(reply::take_metrics(&mut it).map(Event::Opaque));
        padded(&mut it);
        out.extend(fields::rest(it, "").map(Event::Opaque));
        if self.finished {
            self.over = true;
            out.push(Event::End);
        }
    }
}

/// Takes away what every message has to be of any length: letters that say nothing.
fn padded(it: &mut Object) {
    it.take("p");
}

/// Which block an event is about.
fn index(it: &mut Object) -> Result<u64, Malformed> {
    Ok(it.take_integer("contentBlockIndex")?.unwrap_or(0))
}

/// The block that a whole answer would have: what the start said, and what was added.
fn held(kind: &str, start: &[(String, String)], input: &str, pieces: &[String]) -> Option<Box<RawValue>> {
    let mut whole = Vec::new();
    fields::write(&mut whole, |out| {
        fields::nest(out, kind, |out| {
            for (name, raw) in start {
                out.raw(name, raw);
            }
            if kind == "toolUse" {
                let input = if serde_json::from_str::<&RawValue>(input).is_ok() { input } else { "{}" };
                out.raw("input", input);
            } else if kind == "toolResult" {
                // Each piece is an array of contents.
                let all = pieces.iter().filter_map(|it| serde_json::from_str::<Vec<&RawValue>>(it).ok()).flatten();
                out.list("content", all, |it, out| out.extend_from_slice(it.get().as_bytes()));
            } else {
                for (name, raw) in
                    pieces.iter().filter_map(|it| serde_json::from_str::<Object>(it).ok()).flat_map(Object::rest)
                {
                    out.raw(&name, raw.get());
                }
            }
        });
    });
    RawValue::from_string(String::from_utf8(whole).ok()?).ok()
}
