//! Events → a stream of messages.

use super::name;
use crate::domain::event::{Block, Delta, Event, Finish};
use crate::domain::prompt::{Loss, Opaque};
use crate::domain::usage::Usage;
use crate::wire::bedrock_converse::fields::{self, Losses};
use crate::wire::bedrock_converse::{citations, reply};
use crate::wire::json::{Object, ObjectWriter};
use crate::wire::{StreamWriter, eventstream};

/// The writer. One block at a time: what comes to a later one waits until the one before it is closed.
#[derive(Debug, Default)]
pub(in crate::wire::bedrock_converse) struct Writer {
    /// Blocks not yet closed, the first of them being written.
    blocks: Vec<Waiting>,
    /// The dialect's index of the next block: what cannot be said leaves no gap.
    next: u64,
    usage: Option<Usage>,
    finish: Option<Finish>,
    stop: Option<String>,
    called: bool,
    declined: bool,
    /// Fields of this dialect's own for the last messages.
    extra: Vec<Opaque>,
    ended: bool,
    losses: Losses,
}

/// A block that has begun.
#[derive(Debug)]
struct Waiting {
    index: u32,
    block: Block,
    /// Its index in this dialect, once it is written.
    at: Option<u64>,
    /// What came while another block was being written.
    deltas: Vec<Delta>,
    closed: bool,
}

impl StreamWriter for Writer {
    fn write(&mut self, event: &Event, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        match event {
            Event::Start { .. } => message(name::START, br#"{"role":"assistant"}"#, out),
            Event::Open { index, block } => {
                self.called |= matches!(block, Block::ToolCall { .. });
                self.declined |= matches!(block, Block::Refusal);
                let block = block.clone();
                self.blocks.push(Waiting { index: *index, block, at: None, deltas: Vec::new(), closed: false });
                self.advance(out);
            }
            Event::Delta { index, delta } => {
                match self.blocks.iter_mut().find(|it| it.index == *index) {
                    Some(waiting) => waiting.deltas.push(delta.clone()),
                    None if matches!(delta, Delta::Citation(_)) => {
                        let why = "it was told when its text had been written";
                        self.losses.add(format!("content[{index}].citation"), why);
                    }
                    None => {}
                }
                self.advance(out);
            }
            Event::Close { index } => {
                if let Some(waiting) = self.blocks.iter_mut().find(|it| it.index == *index) {
                    waiting.closed = true;
                }
                self.advance(out);
            }
            Event::Usage(usage) => self.usage = Some(usage.clone()),
            Event::Finish { reason, stop } => {
                self.finish = Some(reason.clone());
                self.stop.clone_from(stop);
            }
            Event::Opaque(it) => {
                self.losses.foreign("", std::slice::from_ref(it));
                if fields::is_own(it) {
                    self.extra.push(it.clone());
                }
            }
            Event::Ping => message("ping", b"{}", out),
            Event::End => self.end(out),
            // The caller ends with `write_stream_error`.
            Event::Fault(_) => {}
        }
    }

    fn losses(&self) -> &[Loss] {
        &self.losses.0
    }
}

impl Writer {
    /// Writes what can be written: all of the first block, and of those after it once it is closed.
    fn advance(&mut self, out: &mut Vec<u8>) {
        while let Some(first) = self.blocks.first_mut() {
            if first.at.is_none() && begin(&first.block, self.next, &mut self.losses, out) {
                first.at = Some(self.next);
                self.next += 1;
            }
            for delta in std::mem::take(&mut first.deltas) {
                if let Some(at) = first.at {
                    add(&first.block, at, &delta, &mut self.losses, out);
                }
            }
            if !first.closed {
                return;
            }
            if let Some(at) = first.at {
                event(name::CLOSE, out, |out| out.plain("contentBlockIndex", at));
            }
            self.blocks.remove(0);
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        for it in &mut self.blocks {
            it.closed = true;
        }
        self.advance(out);
        self.ended = true;
        let (called, declined) = (self.called, self.declined);
        let reason = reply::stop_reason(self.finish.as_ref(), &self.extra, called, declined, &mut self.losses);
        // What a whole answer has beside each other is in two messages here.
        let (late, early): (Vec<_>, Vec<_>) =
            self.extra.iter().cloned().partition(|it| it.name != "additionalModelResponseFields");
        event(name::STOP, out, |out| {
            out.text("stopReason", &reason);
            reply::write_stop_text(self.stop.as_deref(), &early, out);
            fields::write_extra(&early, "", out);
        });
        event(name::METADATA, out, |out| {
            reply::write_usage(self.usage.as_ref(), out);
            reply::write_metrics(&late, out);
            fields::write_extra(&late, "", out);
        });
    }
}

/// Announces a block; `false` where the dialect cannot say it.
fn begin(block: &Block, at: u64, losses: &mut Losses, out: &mut Vec<u8>) -> bool {
    let path = format!("content[{at}]");
    match block {
        // These begin with their first delta.
        Block::Text | Block::Refusal | Block::Thinking => true,
        Block::ToolCall { id, name } => {
            start(at, out, |out| {
                fields::nest(out, "toolUse", |out| {
                    out.text("toolUseId", id);
                    out.text("name", name);
                });
            });
            true
        }
        Block::RedactedThinking(data) => {
            let Some(data) = reply::own_redacted(data, &path, losses) else { return false };
            delta(at, out, |out| {
                fields::nest(out, "reasoningContent", |out| out.text("redactedContent", &data));
            });
            true
        }
        Block::Opaque(whole) if fields::is_own(whole) => {
            opaque(whole, at, out);
            true
        }
        Block::Opaque(whole) => {
            losses.add(format!("{path}.{}", whole.name), "converse has no such block");
            false
        }
    }
}

/// A block that came whole, in the pieces that a stream has it in.
fn opaque(whole: &Opaque, at: u64, out: &mut Vec<u8>) {
    let Some((kind, value)) = Object::of(&whole.raw).and_then(fields::member) else { return };
    let Some(mut it) = Object::of(value) else { return };
    let (input, content) = (it.take("input"), it.take("content"));
    let source = if kind == "image" { it.take("source") } else { None };
    start(at, out, |out| {
        fields::nest(out, &kind, |out| it.rest().for_each(|(name, raw)| out.raw(&name, raw.get())));
    });
    if let Some(input) = input {
        delta(at, out, |out| fields::nest(out, &kind, |out| out.text("input", input.get())));
    }
    if let Some(content) = content {
        delta(at, out, |out| out.raw(&kind, content.get()));
    }
    if let Some(source) = source {
        delta(at, out, |out| fields::nest(out, &kind, |out| out.raw("source", source.get())));
    }
}

fn add(block: &Block, at: u64, more: &Delta, losses: &mut Losses, out: &mut Vec<u8>) {
    match (block, more) {
        (_, Delta::Opaque(it)) => {
            losses.foreign(&format!("content[{at}]"), [it]);
        }
        (Block::Text | Block::Refusal, Delta::Citation(it)) => {
            let lose = &mut |what: &str, why| losses.add(format!("content[{at}].{what}"), why);
            for citation in citations::write(it, lose) {
                delta(at, out, |out| out.key("citation").extend_from_slice(&citation));
            }
        }
        (_, Delta::Citation(_)) => losses.add(format!("content[{at}].citation"), reply::ONLY_TEXT),
        (Block::Thinking, Delta::Text(text)) => {
            delta(at, out, |out| fields::nest(out, "reasoningContent", |out| out.text("text", text)));
        }
        (Block::Thinking, Delta::Signature(it)) => {
            if let Some(own) = reply::own_signature(Some(it), &format!("content[{at}]"), losses) {
                delta(at, out, |out| fields::nest(out, "reasoningContent", |out| out.text("signature", own)));
            }
        }
        (_, Delta::Signature(_)) => losses.add(format!("content[{at}].signature"), "converse signs thinking only"),
        (Block::ToolCall { .. }, Delta::Arguments(json)) => {
            delta(at, out, |out| fields::nest(out, "toolUse", |out| out.text("input", json)));
        }
        (_, Delta::Text(text) | Delta::Arguments(text)) => delta(at, out, |out| out.text("text", text)),
    }
}

fn start(at: u64, out: &mut Vec<u8>, fill: impl FnOnce(&mut ObjectWriter)) {
    event(name::OPEN, out, |out| {
        out.plain("contentBlockIndex", at);
        fields::nest(out, "start", fill);
    });
}

fn delta(at: u64, out: &mut Vec<u8>, fill: impl FnOnce(&mut ObjectWriter)) {
    event(name::DELTA, out, |out| {
        out.plain("contentBlockIndex", at);
        fields::nest(out, "delta", fill);
    });
}

fn event(name: &str, out: &mut Vec<u8>, fill: impl FnOnce(&mut ObjectWriter)) {
    let mut data = Vec::with_capacity(128);
    fields::write(&mut data, fill);
    message(name, &data, out);
}

/// Appends one message.
pub(in crate::wire::bedrock_converse) fn message(name: &str, payload: &[u8], out: &mut Vec<u8>) {
    let headers = [(":event-type", name), (":content-type", "application/json"), (eventstream::MESSAGE_TYPE, "event")];
    eventstream::write(&headers, payload, out);
}
