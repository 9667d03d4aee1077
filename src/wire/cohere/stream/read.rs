//! A provider's stream → events.

use serde_json::value::RawValue;

use crate::domain::event::{Block, Delta, Event, Fault};
use crate::domain::prompt::Opaque;
use crate::domain::reply::Piece;
use crate::wire::cohere::{citations, error, opaque, plan_mark, read_finish, reply, rest, spelling, usage};
use crate::wire::json::{self, Object};
use crate::wire::{Malformed, StreamReader, sse};

/// The reader.
#[derive(Debug, Default)]
pub(in crate::wire::cohere) struct Reader {
    begun: bool,
    /// Index of the next block.
    next: u32,
    /// The content item that is going on.
    content: Option<Open>,
    /// The plan that is going on.
    plan: Option<Open>,
    /// Calls that are going on.
    calls: Vec<Open>,
    /// Nothing more is read: the answer ended or failed.
    over: bool,
}

/// An open block.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// What the provider calls it among its kind.
    key: u64,
    index: u32,
    /// Half of a character that came in two pieces.
    half: Option<u16>,
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
        // It follows the end, and gateways send it by itself.
        if data != b"[DONE]" {
            self.event(Object::parse(data)?, data, out);
        }
        Ok(())
    }
}

impl Reader {
    fn event(&mut self, mut it: Object, data: &[u8], out: &mut Vec<Event>) {
        let kind = it.take("type").and_then(json::text).unwrap_or_default();
        if kind.is_empty() && (it.get("message").is_some() || it.get("error").is_some()) {
            return self.fault(error::read(data), out);
        }
        let mut delta = it.take("delta").and_then(Object::of).unwrap_or_default();
        let key = it.take("index").and_then(|it| json::integer(it.get().as_bytes())).unwrap_or(0);
        if !std::mem::replace(&mut self.begun, true) {
            let id = it.get("id").and_then(json::text).unwrap_or_default().into_owned();
            out.push(Event::Start { id, model: String::new(), created: None });
        }
        it.take("id");
        if kind == "message-end" {
            return self.end(delta, out);
        }
        let mut message = delta.take("message").and_then(Object::of).unwrap_or_default();
        match &*kind {
            "content-start" => self.content_start(key, message.take("content"), out),
            "content-delta" => self.content_delta(message.take("content"), out),
            "content-end" => close(self.content.take(), out),
            "tool-plan-delta" => self.plan_delta(message.take("tool_plan"), out),
            "tool-call-start" => self.call_start(key, message.take("tool_calls"), out),
            "tool-call-delta" => self.call_delta(key, message.take("tool_calls"), out),
            "tool-call-end" => {
                if let Some(at) = self.calls.iter().position(|it| it.key == key) {
                    close(Some(self.calls.remove(at)), out);
                }
            }
            "citation-start" => self.citation(message.take("citations"), out),
            // What it holds is told again, piece by piece.
            "message-start" | "citation-end" => {}
            other => {
                if let Ok(raw) = serde_json::from_slice::<&RawValue>(data) {
                    out.push(Event::Opaque(opaque(format!("event.{other}"), raw)));
                }
            }
        }
        // `logprobs` of a delta, and whatever comes to be told beside it.
        out.extend(rest(it, "").map(Event::Opaque));
    }

    fn content_start(&mut self, key: u64, raw: Option<&RawValue>, out: &mut Vec<Event>) {
        close(self.plan.take(), out);
        close(self.content.take(), out);
        let Some(raw) = raw else { return };
        let (block, text) = reply::content(raw);
        let index = self.opened(block, out);
        self.content = Some(Open { key, index, half: None });
        if !text.is_empty() {
            out.push(Event::Delta { index, delta: Delta::Text(text.into_owned()) });
        }
    }

    fn content_delta(&mut self, raw: Option<&RawValue>, out: &mut Vec<Event>) {
        let (Some(open), Some(it)) = (&mut self.content, raw.and_then(Object::of)) else { return };
        if let Some(raw) = it.get("text").or_else(|| it.get("thinking")) {
            say(open, raw, Delta::Text, out);
        }
    }

    fn plan_delta(&mut self, raw: Option<&RawValue>, out: &mut Vec<Event>) {
        let Some(raw) = raw else { return };
        if self.plan.is_none() {
            close(self.content.take(), out);
            let index = self.opened(Block::Thinking, out);
            out.extend(plan_mark().map(|it| Event::Delta { index, delta: Delta::Opaque(it) }));
            self.plan = Some(Open { key: 0, index, half: None });
        }
        if let Some(open) = &mut self.plan {
            say(open, raw, Delta::Text, out);
        }
    }

    fn call_start(&mut self, key: u64, raw: Option<&RawValue>, out: &mut Vec<Event>) {
        close(self.plan.take(), out);
        close(self.content.take(), out);
        let Some(call) = raw.and_then(Object::of) else { return };
        let Piece { block, text, extra, .. } = reply::read_call(call);
        let index = self.opened(block, out);
        self.calls.push(Open { key, index, half: None });
        if !text.is_empty() {
            out.push(Event::Delta { index, delta: Delta::Arguments(text) });
        }
        out.extend(extra.into_iter().map(|it| Event::Delta { index, delta: Delta::Opaque(it) }));
    }

    fn call_delta(&mut self, key: u64, raw: Option<&RawValue>, out: &mut Vec<Event>) {
        let function = raw.and_then(|it| Object::of(it)?.get("function")).and_then(Object::of);
        let Some(raw) = function.and_then(|it| it.get("arguments")) else { return };
        if let Some(open) = self.calls.iter_mut().find(|it| it.key == key) {
            say(open, raw, Delta::Arguments, out);
        }
    }

    /// It comes while the block it points into is going on.
    fn citation(&mut self, raw: Option<&RawValue>, out: &mut Vec<Event>) {
        let Some(raw) = raw else { return };
        let plan = Object::of(raw).is_some_and(|it| it.get("type").is_some_and(|it| it.get() == "\"PLAN\""));
        let open = if plan { self.plan } else { self.content };
        out.push(match open {
            Some(Open { index, .. }) => Event::Delta { index, delta: Delta::Citation(Box::new(citations::read(raw))) },
            None => Event::Opaque(opaque("message.citation", raw)),
        });
    }

    fn end(&mut self, mut delta: Object, out: &mut Vec<Event>) {
        for open in [self.content.take(), self.plan.take()].into_iter().chain(self.calls.drain(..).map(Some)) {
            close(open, out);
        }
        let reason = delta.take("finish_reason").and_then(json::text).unwrap_or_default();
        let said = delta.take("error").and_then(json::text);
        if let Some(raw) = delta.take("usage") {
            out.extend(usage::read(raw).map(Event::Usage));
            out.push(Event::Opaque(spelling(usage::AS_TOLD, raw)));
        }
        let extra: Vec<Opaque> = rest(delta, "").collect();
        out.extend(extra.into_iter().map(Event::Opaque));
        if let Some(fault) = reply::failed(&reason, said.as_deref()) {
            return self.fault(fault, out);
        }
        self.over = true;
        out.extend([Event::Finish { reason: read_finish(&reason), stop: None }, Event::End]);
    }

    fn opened(&mut self, block: Block, out: &mut Vec<Event>) -> u32 {
        let index = self.next;
        self.next += 1;
        out.push(Event::Open { index, block });
        index
    }

    fn fault(&mut self, fault: Fault, out: &mut Vec<Event>) {
        self.over = true;
        out.push(Event::Fault(fault));
    }
}

/// Adds a piece of text to an open block.
fn say(open: &mut Open, raw: &RawValue, delta: fn(String) -> Delta, out: &mut Vec<Event>) {
    if let Some(text) = json::piece(raw.get().as_bytes(), &mut open.half).filter(|it| !it.is_empty()) {
        out.push(Event::Delta { index: open.index, delta: delta(text.into_owned()) });
    }
}

fn close(open: Option<Open>, out: &mut Vec<Event>) {
    if let Some(Open { index, .. }) = open {
        out.push(Event::Close { index });
    }
}
