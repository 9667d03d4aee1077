//! Events → a client's stream.
//!
//! The dialect has one block open at a time. Where the answer has several (parallel tool calls of other dialects), the
//! first is written as it comes and the others are held until it closes. A block is opened at its first content, so
//! that one that stays empty is never seen.

use std::collections::VecDeque;

use crate::domain::citation::Citation;
use crate::domain::dialect::Dialect;
use crate::domain::event::{Block, Delta, Event, Finish};
use crate::domain::prompt::{Loss, Opaque};
use crate::domain::usage::Usage;
use crate::wire::anthropic::fields;
use crate::wire::anthropic::{citations, reply, usage};
use crate::wire::json::ObjectWriter;
use crate::wire::{StreamWriter, sse};

/// Fields that stand beside `delta` in `message_delta`, not in it.
const BESIDE_DELTA: [&str; 1] = ["context_management"];

/// The writer.
#[derive(Debug, Default)]
pub(in crate::wire::anthropic) struct Writer {
    /// Id and model of an answer that has begun and was not announced yet: its counts may follow at once.
    pending_start: Option<(String, String)>,
    announced: bool,
    usage: Option<Usage>,
    /// Blocks that have begun and are not completely written; the first is the one being written.
    blocks: VecDeque<Held>,
    /// Index of the next block on the wire.
    next: u32,
    called: bool,
    declined: bool,
    finish: Option<Finish>,
    stop: Option<String>,
    /// Fields of the message that belong into its end.
    extra: Vec<Opaque>,
    ended: bool,
    losses: Vec<Loss>,
}

/// A block that is not completely written.
#[derive(Debug)]
struct Held {
    index: u32,
    block: Block,
    /// What came while another block was being written.
    deltas: Vec<Delta>,
    closed: bool,
    /// Its `content_block_start` is written.
    opened: bool,
    /// Fields of this dialect's own for its start.
    extra: Vec<Opaque>,
    /// The signature so far. Clients take the last `signature_delta` for the whole, so there can be only one.
    signature: String,
}

impl StreamWriter for Writer {
    fn write(&mut self, event: &Event, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        match event {
            Event::Start { id, model, .. } => {
                if !self.announced {
                    self.pending_start = Some((id.clone(), model.clone()));
                }
                return;
            }
            Event::Usage(usage) => {
                self.usage = Some(usage.clone());
                return;
            }
            Event::Opaque(opaque) => return self.opaque(opaque, out),
            // Also before `message_start`: what comes before the answer must not begin it without its name.
            Event::Ping => return out.extend_from_slice(super::super::PING),
            Event::Fault(_) => return,
            _ => {}
        }
        self.announce(out);
        match event {
            Event::Open { index, block } => self.open(*index, block),
            Event::Delta { index, delta } => self.delta(*index, delta, out),
            Event::Close { index } => self.close(*index, out),
            Event::Finish { reason, stop } => {
                self.finish = Some(reason.clone());
                self.stop.clone_from(stop);
            }
            Event::End => self.end(out),
            Event::Start { .. } | Event::Usage(_) | Event::Opaque(_) | Event::Ping | Event::Fault(_) => {}
        }
    }

    fn losses(&self) -> &[Loss] {
        &self.losses
    }
}

impl Writer {
    /// Writes `message_start`, with the counts that are known by now. A provider that counts only at the end leaves
    /// zeros here; the figures in `message_delta` replace them.
    fn announce(&mut self, out: &mut Vec<u8>) {
        if self.announced {
            return;
        }
        self.announced = true;
        let (id, model) = self.pending_start.take().unwrap_or_default();
        let usage = self.usage.clone().unwrap_or_default();
        event("message_start", out, |it| {
            fields::nest(it, "message", |it| {
                it.text("id", &id);
                it.text("type", "message");
                it.text("role", "assistant");
                it.text("model", &model);
                it.raw("content", "[]");
                it.raw("stop_reason", "null");
                it.raw("stop_sequence", "null");
                fields::nest(it, "usage", |it| usage::write(&usage, it));
            });
        });
    }

    fn open(&mut self, index: u32, block: &Block) {
        self.called |= matches!(block, Block::ToolCall { .. });
        self.declined |= matches!(block, Block::Refusal);
        self.blocks.push_back(Held {
            index,
            block: block.clone(),
            deltas: Vec::new(),
            closed: false,
            opened: false,
            extra: Vec::new(),
            signature: String::new(),
        });
    }

    fn delta(&mut self, index: u32, delta: &Delta, out: &mut Vec<u8>) {
        match self.blocks.front_mut() {
            Some(first) if first.index == index => put(first, delta, self.next, &mut self.losses, out),
            _ => {
                let Some(held) = self.blocks.iter_mut().find(|it| it.index == index) else {
                    if let Delta::Citation(_) = delta {
                        let why = "it was told when its text had been written";
                        reply::add(&mut self.losses, Loss { what: "citation".to_owned(), why });
                    }
                    return;
                };
                match (held.deltas.last_mut(), delta) {
                    (Some(Delta::Text(text)), Delta::Text(more))
                    | (Some(Delta::Arguments(text)), Delta::Arguments(more)) => text.push_str(more),
                    _ => held.deltas.push(delta.clone()),
                }
            }
        }
    }

    /// Closes a block, and writes what was held of those after it.
    fn close(&mut self, index: u32, out: &mut Vec<u8>) {
        let Some(held) = self.blocks.iter_mut().find(|it| it.index == index) else { return };
        held.closed = true;
        while self.blocks.front().is_some_and(|it| it.closed) {
            let Some(mut first) = self.blocks.pop_front() else { return };
            self.complete(&mut first, out);
            let Some(now) = self.blocks.front_mut() else { return };
            for delta in std::mem::take(&mut now.deltas) {
                put(now, &delta, self.next, &mut self.losses, out);
            }
        }
    }

    /// Writes the end of a block, and its start where nothing else made it worth opening.
    fn complete(&mut self, held: &mut Held, out: &mut Vec<u8>) {
        let at = self.next;
        if !held.signature.is_empty() {
            if !held.opened {
                start(held, at, out);
            }
            block_delta(at, "signature_delta", "signature", &held.signature, out);
        }
        if !held.opened {
            match &held.block {
                // No content, no block: clients send it back, and the API refuses empty text.
                Block::Text | Block::Thinking | Block::Refusal => return,
                Block::Opaque(it) if it.dialect != Dialect::Anthropic => {
                    lose(&it.name, &mut self.losses);
                    return;
                }
                Block::RedactedThinking(data) if data.dialect != Dialect::Anthropic => {
                    lose("redacted_thinking", &mut self.losses);
                    return;
                }
                Block::ToolCall { .. } => {
                    // Clients that join the pieces and parse them must not be left with nothing.
                    put(held, &Delta::Arguments("{}".to_owned()), at, &mut self.losses, out);
                }
                Block::RedactedThinking(_) | Block::Opaque(_) => start(held, at, out),
            }
        }
        event("content_block_stop", out, |it| it.plain("index", at));
        self.next += 1;
    }

    fn opaque(&mut self, it: &Opaque, out: &mut Vec<u8>) {
        if it.is_spelling() {
            // Another dialect's, which loses nothing by it.
        } else if it.dialect != Dialect::Anthropic {
            lose(&it.name, &mut self.losses);
        } else if let Some(name) = it.name.strip_prefix(reply::EVENT) {
            self.announce(out);
            sse::frame(Some(name), it.raw.get().as_bytes(), out);
        } else {
            self.extra.retain(|known| known.name != it.name);
            self.extra.push(it.clone());
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        for index in self.blocks.iter().map(|it| it.index).collect::<Vec<_>>() {
            self.close(index, out);
        }
        let reason = reply::stop_reason(self.finish.as_ref(), self.called, self.declined, &mut self.losses);
        let usage = self.usage.take().unwrap_or_default();
        event("message_delta", out, |it| {
            let (beside, within): (Vec<_>, Vec<_>) =
                self.extra.iter().partition(|it| BESIDE_DELTA.contains(&it.name.as_str()));
            fields::nest(it, "delta", |it| {
                it.text("stop_reason", reason);
                reply::optional_text("stop_sequence", self.stop.as_deref(), it);
                for extra in within {
                    it.raw(&extra.name, extra.raw.get());
                }
            });
            fields::nest(it, "usage", |it| usage::write(&usage, it));
            for extra in beside {
                it.raw(&extra.name, extra.raw.get());
            }
        });
        event("message_stop", out, |_| {});
        self.ended = true;
    }
}

/// Writes a delta of the block that is being written, and the block's start before the first one that says something.
fn put(held: &mut Held, delta: &Delta, at: u32, losses: &mut Vec<Loss>, out: &mut Vec<u8>) {
    let (kind, key, text) = match (delta, &held.block) {
        (Delta::Citation(it), Block::Text | Block::Refusal) => return put_citation(held, it, at, losses, out),
        (Delta::Citation(_), _) => return lose("citation", losses),
        (Delta::Opaque(it), _) => return put_opaque(held, it, at, losses, out),
        (Delta::Text(text), Block::Text | Block::Refusal) => ("text_delta", "text", text),
        (Delta::Text(text), Block::Thinking) => ("thinking_delta", "thinking", text),
        (Delta::Signature(more), block) => {
            return match reply::own_signature(block, Some(more)) {
                Some(more) => held.signature.push_str(more),
                None => lose("signature", losses),
            };
        }
        (Delta::Arguments(text), Block::ToolCall { .. }) => ("input_json_delta", "partial_json", text),
        _ => return lose("a delta that does not fit its block", losses),
    };
    if text.is_empty() {
        return;
    }
    if !held.opened {
        start(held, at, out);
    }
    block_delta(at, kind, key, text, out);
}

fn block_delta(at: u32, kind: &str, key: &str, text: &str, out: &mut Vec<u8>) {
    event("content_block_delta", out, |it| {
        it.plain("index", at);
        fields::nest(it, "delta", |it| {
            it.text("type", kind);
            it.text(key, text);
        });
    });
}

/// A citation is a delta of its own.
fn put_citation(held: &mut Held, it: &Citation, at: u32, losses: &mut Vec<Loss>, out: &mut Vec<u8>) {
    let lose = &mut |what: &str, why| reply::add(losses, Loss { what: what.to_owned(), why });
    for citation in citations::write(it, lose) {
        if !held.opened {
            start(held, at, out);
        }
        event("content_block_delta", out, |out| {
            out.plain("index", at);
            fields::nest(out, "delta", |out| {
                out.text("type", "citations_delta");
                out.key("citation").extend_from_slice(&citation);
            });
        });
    }
}

/// A field of this dialect's own goes into the start, or into a delta where the block is one the hub has no noun for.
fn put_opaque(held: &mut Held, it: &Opaque, at: u32, losses: &mut Vec<Loss>, out: &mut Vec<u8>) {
    if it.is_spelling() {
        return;
    }
    if it.dialect != Dialect::Anthropic {
        return lose(&it.name, losses);
    }
    let whole_delta = matches!(held.block, Block::Opaque(_)) && it.raw.get().starts_with('{');
    if !whole_delta {
        if held.opened {
            return lose(&it.name, losses);
        }
        held.extra.push(it.clone());
        return;
    }
    if !held.opened {
        start(held, at, out);
    }
    event("content_block_delta", out, |out| {
        out.plain("index", at);
        out.raw("delta", it.raw.get());
    });
}

/// Writes `content_block_start`.
fn start(held: &mut Held, at: u32, out: &mut Vec<u8>) {
    held.opened = true;
    event("content_block_start", out, |it| {
        it.plain("index", at);
        if let Block::Opaque(whole) = &held.block {
            return it.raw("content_block", whole.raw.get());
        }
        fields::nest(it, "content_block", |it| {
            reply::open(&held.block, it);
            match held.block {
                Block::Text | Block::Refusal => it.text("text", ""),
                Block::Thinking => {
                    it.text("thinking", "");
                    it.text("signature", "");
                }
                Block::ToolCall { .. } => it.raw("input", "{}"),
                Block::RedactedThinking(_) | Block::Opaque(_) => {}
            }
            for extra in &held.extra {
                it.raw(&extra.name, extra.raw.get());
            }
        });
    });
}

/// Writes one event: its name twice, as the dialect has it, and the fields that `fill` writes.
fn event(name: &str, out: &mut Vec<u8>, fill: impl FnOnce(&mut ObjectWriter)) {
    let mut data = Vec::with_capacity(128);
    fields::write(&mut data, |it| {
        it.text("type", name);
        fill(it);
    });
    sse::frame(Some(name), &data, out);
}

/// Reports a loss once, however often a stream repeats it.
fn lose(what: &str, losses: &mut Vec<Loss>) {
    reply::add(losses, reply::no_place(what));
}
