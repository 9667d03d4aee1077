//! What an item says when it is done: whatever was not told by then.

use serde_json::value::RawValue;

use super::{Item, Reader, close, shut, tell};
use crate::domain::dialect::Dialect;
use crate::domain::event::{Block, Delta, Event};
use crate::domain::signature::Signature;
use crate::wire::json::{self, Object};
use crate::wire::openai_responses::{item, opaque, reply, spelling};

impl Reader {
    /// Tells what was not told of an item, and closes it.
    pub(super) fn complete(&mut self, at: u64, raw: &RawValue, out: &mut Vec<Event>) {
        if self.done.contains(&at) {
            return;
        }
        self.add(at, raw, out);
        let Some(place) = self.items.iter().position(|it| it.at == at) else { return };
        let mut item = self.items.remove(place);
        self.done.push(at);
        let whole = Object::of(raw).unwrap_or_default();
        if whole.get("type").and_then(json::text).unwrap_or("item".into()) != item.kind {
            // Another item in its place says nothing about this one.
            return close(&mut item, out);
        }
        match &*item.kind {
            "message" => {
                let parts = whole.get("content").and_then(json::items).unwrap_or_default();
                for (content, part) in (0..).zip(parts) {
                    self.complete_part(&mut item, content, part, out);
                }
            }
            "reasoning" => self.complete_thought(&mut item, &whole, raw, out),
            "function_call" | "custom_tool_call" => complete_call(&mut item, whole, out),
            kind => {
                let part = self.open(0, Block::Opaque(opaque(kind, raw)), out);
                item.blocks.push(part);
            }
        }
        close(&mut item, out);
    }

    /// A part of a message as it is when it is done.
    fn complete_part(&mut self, item: &mut Item, content: u64, raw: &RawValue, out: &mut Vec<Event>) {
        let part = Object::of(raw).unwrap_or_default();
        let kind = part.get("type").and_then(json::text).unwrap_or("part".into());
        let refusal = kind == "refusal";
        let text = part.get(if refusal { "refusal" } else { "text" });
        if !item.blocks.iter().any(|it| it.content == content) {
            let block = match (&*kind, text) {
                ("output_text", Some(_)) => Block::Text,
                ("refusal", Some(_)) => Block::Refusal,
                _ => Block::Opaque(opaque(format!("{}{kind}", reply::PART), raw)),
            };
            self.open_part(item, content, block, out);
        }
        let Some(known) = item.blocks.iter_mut().find(|it| it.content == content && !it.closed) else { return };
        if !known.told
            && let Some(text) = text
        {
            tell(known, text, Delta::Text, out);
        }
        let index = known.index;
        let (citations, extra) = reply::said_beside(part);
        let citations = citations.into_iter().map(|it| Delta::Citation(Box::new(it)));
        let beside = citations.chain(extra.into_iter().map(Delta::Opaque));
        out.extend(beside.map(|delta| Event::Delta { index, delta }));
        shut(known, Delta::Text, out);
    }

    fn complete_thought(&mut self, item: &mut Item, whole: &Object, raw: &RawValue, out: &mut Vec<Event>) {
        let (text, encrypted) = item::reasoning(whole);
        if item.blocks.is_empty() {
            let part = self.open(0, Block::Thinking, out);
            let index = part.index;
            item.blocks.push(part);
            if !text.is_empty() {
                out.push(Event::Delta { index, delta: Delta::Text(text) });
            }
        }
        let Some(part) = item.blocks.first() else { return };
        let index = part.index;
        let signature = encrypted.and_then(|it| Signature::of(Dialect::OpenaiResponses, it));
        out.extend(signature.map(|it| Event::Delta { index, delta: Delta::Signature(it) }));
        let delta = Delta::Opaque(opaque(spelling::REASONING, raw));
        out.push(Event::Delta { index, delta });
    }
}

/// A call as it is when it is done. The input of a custom tool is told only here: before it is whole it cannot be wrapped.
fn complete_call(item: &mut Item, whole: Object, out: &mut Vec<Event>) {
    let custom = item.kind == "custom_tool_call";
    let Some(part) = item.blocks.first_mut() else { return };
    let index = part.index;
    if let Some(text) = whole.get(if custom { "input" } else { "arguments" }) {
        if custom {
            let text = crate::wire::freeform::wrap(&json::text(text).unwrap_or_default());
            out.push(Event::Delta { index, delta: Delta::Arguments(text) });
        } else if !part.told {
            tell(part, text, Delta::Arguments, out);
        }
    }
    let extra = reply::call_extras(custom, whole);
    out.extend(extra.into_iter().map(|it| Event::Delta { index, delta: Delta::Opaque(it) }));
}
