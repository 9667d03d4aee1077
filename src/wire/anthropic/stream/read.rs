//! A provider's stream → events.
//!
//! Lenient where providers and gateways are sloppy (no `event` line, a second `message_start`, a delta without a
//! start), and strict in what comes out: the grammar of [`Event`] holds whatever comes in.

use serde_json::value::RawValue;

use crate::domain::event::{Block, Delta, Event};
use crate::domain::prompt::Opaque;
use crate::wire::anthropic::fields::{self, opaque, wrong};
use crate::wire::anthropic::usage::Counts;
use crate::wire::anthropic::{citations, error, reply};
use crate::wire::json::{self, Object};
use crate::wire::{Malformed, StreamReader, sse};

/// The reader.
#[derive(Debug, Default)]
pub(in crate::wire::anthropic) struct Reader {
    /// Id of the answer, once it has begun.
    started: Option<String>,
    /// The hub's index of the next block.
    next: u32,
    /// Blocks that are open, with the provider's index. The dialect has one at a time.
    open: Vec<(u64, Slot)>,
    counts: Counts,
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
        /// `input` as the start gave it, for a call without deltas.
        whole_input: Option<String>,
        /// First half of a surrogate pair that ended the last delta.
        half: Option<u16>,
    },
    /// A block the hub has no noun for. It is passed on when it is complete, with the input that was streamed to it.
    Held { name: String, start: Box<RawValue>, input: String, more: Vec<Opaque> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
    ToolCall,
    Other,
}

impl StreamReader for Reader {
    fn read(&mut self, frame: &sse::Frame, out: &mut Vec<Event>) -> Result<(), Malformed> {
        if self.over {
            return Ok(());
        }
        let data = frame.data();
        if data.trim_ascii().is_empty() {
            if frame.is_comment() || frame.event() == "ping" {
                out.push(Event::Ping);
            }
            return Ok(());
        }
        // A gateway's own end mark; the dialect's has been before it, or the answer was cut.
        if data.trim_ascii() == b"[DONE]" {
            return Ok(());
        }
        if frame.event() == "error" {
            self.over = true;
            out.push(Event::Fault(error::read(&data)));
            return Ok(());
        }
        let mut it = Object::parse(&data)?;
        let kind = fields::some_text(&mut it, "type").unwrap_or_else(|| frame.event().to_owned());
        self.event(&kind, it, &data, out)
    }
}

impl Reader {
    fn event(&mut self, kind: &str, mut it: Object, data: &[u8], out: &mut Vec<Event>) -> Result<(), Malformed> {
        match kind {
            // The answer has said why it ended; a block after that could only be half of another one.
            "content_block_start" | "content_block_delta" | "content_block_stop" if self.finished => Ok(()),
            "message_start" => self.message_start(it, out),
            "content_block_start" => {
                self.started(out);
                let at = index(&mut it)?;
                let block = it.take("content_block").ok_or_else(|| wrong("content_block", "is missing"))?;
                self.block_start(at, block, out)
            }
            "content_block_delta" => {
                self.started(out);
                let at = index(&mut it)?;
                let delta = it.take("delta").ok_or_else(|| wrong("delta", "is missing"))?;
                self.block_delta(at, delta, out)
            }
            "content_block_stop" => {
                let at = index(&mut it)?;
                self.block_stop(at, out);
                Ok(())
            }
            "message_delta" => {
                self.started(out);
                self.message_delta(it, out)
            }
            "message_stop" => {
                self.started(out);
                self.stop_blocks(out);
                self.over = true;
                out.push(Event::End);
                Ok(())
            }
            "ping" => {
                out.push(Event::Ping);
                Ok(())
            }
            // Also an error object without the dialect's `type`, as gateways in front of it send.
            _ if kind == "error" || (it.get("error").is_some() && it.get("delta").is_none()) => {
                self.over = true;
                out.push(Event::Fault(error::read(data)));
                Ok(())
            }
            _ => {
                let raw = std::str::from_utf8(data).ok().and_then(|it| serde_json::from_str::<&RawValue>(it).ok());
                out.extend(raw.map(|raw| Event::Opaque(opaque(format!("{}{kind}", reply::EVENT), raw))));
                Ok(())
            }
        }
    }

    /// Begins the answer if the provider forgot to.
    fn started(&mut self, out: &mut Vec<Event>) {
        if self.started.is_none() {
            self.started = Some(String::new());
            out.push(Event::Start { id: String::new(), model: String::new(), created: None });
        }
    }

    /// A second start in the middle of an answer is ignored where it repeats the first. Where another answer begins,
    /// which happens when a provider retries behind its own stream, the blocks of the first are closed as they are and
    /// those of the second follow them: what was passed on cannot be taken back.
    fn message_start(&mut self, mut it: Object, out: &mut Vec<Event>) -> Result<(), Malformed> {
        let Some(mut message) = it.take_object("message")? else { return Err(wrong("message", "is missing")) };
        let id = fields::some_text(&mut message, "id").unwrap_or_default();
        let model = fields::some_text(&mut message, "model").unwrap_or_default();
        let first = self.started.is_none();
        if first {
            out.push(Event::Start { id: id.clone(), model, created: None });
        } else if self.started.as_ref() != Some(&id) {
            self.stop_blocks(out);
        }
        self.started = Some(id);
        self.usage(message.take("usage"), out);
        let content = message.take("content").and_then(|it| fields::items(it).ok()).unwrap_or_default();
        for (at, block) in (0..).zip(content) {
            self.block_start(at, block, out)?;
            self.block_stop(at, out);
        }
        for key in ["type", "role", "stop_reason", "stop_sequence"] {
            message.take(key);
        }
        if first {
            out.extend(fields::rest(message, "").map(Event::Opaque));
        }
        Ok(())
    }

    fn block_start(&mut self, at: u64, raw: &RawValue, out: &mut Vec<Event>) -> Result<(), Malformed> {
        self.block_stop(at, out);
        let mut it = fields::object(raw)?;
        let name = fields::some_text(&mut it, "type").ok_or_else(|| wrong("content_block.type", "is missing"))?;
        let block = reply::block(&name, raw, &mut it)?;
        let kind = match block {
            Block::Text => Kind::Text,
            Block::Thinking => Kind::Thinking,
            Block::ToolCall { .. } => Kind::ToolCall,
            Block::RedactedThinking(_) | Block::Refusal => Kind::Other,
            Block::Opaque(_) => {
                let slot = Slot::Held { name, start: raw.to_owned(), input: String::new(), more: Vec::new() };
                self.open.push((at, slot));
                return Ok(());
            }
        };
        let index = self.opened(block, out);
        let mut half = None;
        let (text, signature) = match kind {
            Kind::Text => (said(&mut it, "text", &mut half), None),
            Kind::Thinking => (said(&mut it, "thinking", &mut half), fields::some_text(&mut it, "signature")),
            Kind::ToolCall | Kind::Other => (None, None),
        };
        out.extend(text.map(|text| Event::Delta { index, delta: Delta::Text(text) }));
        let signature = signature.and_then(fields::signature);
        out.extend(signature.map(|it| Event::Delta { index, delta: Delta::Signature(it) }));
        let whole_input = it.take("input").filter(|_| kind == Kind::ToolCall).map(|it| it.get().to_owned());
        let citations = reply::take_citations(&mut it).into_iter();
        out.extend(citations.map(|it| Event::Delta { index, delta: Delta::Citation(Box::new(it)) }));
        out.extend(reply::extras(it).into_iter().map(|it| Event::Delta { index, delta: Delta::Opaque(it) }));
        self.open.push((at, Slot::Live { index, kind, whole_input, half }));
        Ok(())
    }

    fn opened(&mut self, block: Block, out: &mut Vec<Event>) -> u32 {
        let index = self.next;
        self.next += 1;
        out.push(Event::Open { index, block });
        index
    }

    fn block_delta(&mut self, at: u64, raw: &RawValue, out: &mut Vec<Event>) -> Result<(), Malformed> {
        let mut it = fields::object(raw)?;
        let name = fields::some_text(&mut it, "type").ok_or_else(|| wrong("delta.type", "is missing"))?;
        if !self.open.iter().any(|(it, _)| *it == at) && !self.open_unannounced(at, &name, out) {
            return Err(wrong("index", "is of a block that was never begun"));
        }
        let Some((_, slot)) = self.open.iter_mut().find(|(it, _)| *it == at) else { return Ok(()) };
        match slot {
            Slot::Live { index, kind, whole_input, half } => {
                let delta = match (name.as_str(), *kind) {
                    ("text_delta", Kind::Text) => said(&mut it, "text", half).map(Delta::Text),
                    ("thinking_delta", Kind::Thinking) => said(&mut it, "thinking", half).map(Delta::Text),
                    ("signature_delta", Kind::Thinking) => {
                        said(&mut it, "signature", half).and_then(fields::signature).map(Delta::Signature)
                    }
                    ("input_json_delta", Kind::ToolCall) => said(&mut it, "partial_json", half).map(|more| {
                        *whole_input = None;
                        Delta::Arguments(more)
                    }),
                    ("citations_delta", _) => {
                        it.take("citation").map(|it| Delta::Citation(Box::new(citations::read(it))))
                    }
                    _ => Some(Delta::Opaque(opaque(name, raw))),
                };
                out.extend(delta.map(|delta| Event::Delta { index: *index, delta }));
            }
            Slot::Held { input, more, .. } => match it.take("partial_json").and_then(fields::text) {
                Some(text) => input.push_str(&text),
                None => more.push(opaque(name, raw)),
            },
        }
        Ok(())
    }

    /// Begins the block of a delta that came without a start. `false` where its kind needs more than a delta tells.
    fn open_unannounced(&mut self, at: u64, delta: &str, out: &mut Vec<Event>) -> bool {
        let (block, kind) = match delta {
            "text_delta" => (Block::Text, Kind::Text),
            "thinking_delta" => (Block::Thinking, Kind::Thinking),
            _ => return false,
        };
        let index = self.opened(block, out);
        self.open.push((at, Slot::Live { index, kind, whole_input: None, half: None }));
        true
    }

    fn block_stop(&mut self, at: u64, out: &mut Vec<Event>) {
        if let Some(place) = self.open.iter().position(|(it, _)| *it == at) {
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
            Slot::Live { index, whole_input, half, .. } => {
                let rest = half.map(|it| Delta::Text(String::from_utf16_lossy(&[it])));
                let input = whole_input.map(Delta::Arguments);
                out.extend(rest.into_iter().chain(input).map(|delta| Event::Delta { index, delta }));
                out.push(Event::Close { index });
            }
            Slot::Held { name, start, input, mut more } => {
                let raw = with_input(start, &input, &mut more);
                let index = self.opened(Block::Opaque(opaque(name, &raw)), out);
                out.extend(more.into_iter().map(|it| Event::Delta { index, delta: Delta::Opaque(it) }));
                out.push(Event::Close { index });
            }
        }
    }

    fn message_delta(&mut self, mut it: Object, out: &mut Vec<Event>) -> Result<(), Malformed> {
        let mut delta = it.take_object("delta")?.unwrap_or_default();
        let stop = fields::some_text(&mut delta, "stop_sequence");
        let reason = fields::some_text(&mut delta, "stop_reason");
        self.usage(it.take("usage"), out);
        if reason.is_some() {
            self.stop_blocks(out);
        }
        out.extend(fields::rest(delta, "").chain(fields::rest(it, "")).map(Event::Opaque));
        if let Some(reason) = reason.filter(|_| !self.finished) {
            self.finished = true;
            out.push(Event::Finish { reason: reply::finish(reason), stop });
        }
        Ok(())
    }

    fn usage(&mut self, raw: Option<&RawValue>, out: &mut Vec<Event>) {
        if let Some(raw) = raw {
            self.counts.update(raw);
            out.extend(self.counts.usage().map(Event::Usage));
        }
    }
}

/// Which block an event is about. Gateways that know only one block leave it out.
fn index(it: &mut Object) -> Result<u64, Malformed> {
    Ok(it.take_integer("index")?.unwrap_or(0))
}

fn said(it: &mut Object, key: &str, half: &mut Option<u16>) -> Option<String> {
    let text = json::piece(it.take(key)?.get().as_bytes(), half)?;
    Some(text.into_owned()).filter(|it| !it.is_empty())
}

/// The block with the input that was streamed to it. Input that is not JSON cannot be put there and stays beside it.
fn with_input(start: Box<RawValue>, input: &str, more: &mut Vec<Opaque>) -> Box<RawValue> {
    if input.is_empty() {
        return start;
    }
    let Ok(streamed) = serde_json::from_str::<&RawValue>(input) else {
        let mut quoted = Vec::new();
        json::quote(input, &mut quoted);
        let quoted = String::from_utf8(quoted).ok().and_then(|it| RawValue::from_string(it).ok());
        more.extend(quoted.map(|it| opaque("input_json_delta", &it)));
        return start;
    };
    let Some(block) = Object::of(&start) else { return start };
    let mut whole = Vec::with_capacity(start.get().len() + input.len());
    fields::write(&mut whole, |out| {
        let mut placed = false;
        for (name, value) in block.rest() {
            placed |= name == "input";
            out.raw(&name, if name == "input" { streamed.get() } else { value.get() });
        }
        if !placed {
            out.raw("input", streamed.get());
        }
    });
    String::from_utf8(whole).ok().and_then(|it| RawValue::from_string(it).ok()).unwrap_or(start)
}
