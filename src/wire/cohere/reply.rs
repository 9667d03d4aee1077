//! Whole answers, both ways.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::event::{Block, Fault};
use crate::domain::prompt::Opaque;
use crate::domain::reply::{Piece, Reply};
use crate::wire::cohere::{
    Losses, citations, error, finish_word, is_plan, opaque, plan_mark, read_finish, rest, spelling, usage, write_extra,
};
use crate::wire::json::{self, Object, ObjectWriter};
use crate::wire::{Malformed, Written, own};

/// Reads a whole answer. An error in place of one becomes [`Reply::fault`].
pub(super) fn read(body: &[u8]) -> Result<Reply, Malformed> {
    let mut top = known(body)?;
    let Some(message) = top.get("message").and_then(Object::of) else {
        return Ok(Reply { fault: Some(error::read(body)), ..Reply::default() });
    };
    top.take("message");
    let mut reply = Reply { id: text(top.take("id")), ..Reply::default() };
    read_message(message, &mut reply);
    let reason = text(top.take("finish_reason"));
    reply.fault = failed(&reason, None);
    if reply.fault.is_none() && !reason.is_empty() {
        reply.finish = Some(read_finish(&reason));
        reply.ended = true;
    }
    if let Some(raw) = top.take("usage") {
        reply.usage = usage::read(raw);
        reply.extra.push(spelling(usage::AS_TOLD, raw));
    }
    reply.extra.extend(rest(top, ""));
    Ok(reply)
}

/// A body that is an answer or an error of this dialect: in the one `message` is an object, in the other a text.
pub(super) fn known(body: &[u8]) -> Result<Object<'_>, Malformed> {
    let it = Object::parse(body)?;
    if it.get("message").is_some() || it.get("error").is_some() {
        return Ok(it);
    }
    Err(Malformed {
        what: "`message` is missing: this is no Cohere answer".to_owned(),
        at: None,
        param: Some("message".to_owned()),
    })
}

/// The failure that a finish reason is.
pub(super) fn failed(reason: &str, said: Option<&str>) -> Option<Fault> {
    let otherwise = match reason {
        "ERROR" => "the provider ended with an error",
        "TIMEOUT" => "the provider ran out of time",
        _ => return None,
    };
    let message = said.filter(|it| !it.is_empty()).unwrap_or(otherwise);
    // The same care as with an error body: it is a stranger's text.
    let message = error::read(message.as_bytes()).message;
    Some(Fault { kind: Some(reason.to_owned()), message, ..Fault::default() })
}

fn text(raw: Option<&RawValue>) -> String {
    raw.and_then(json::text).unwrap_or_default().into_owned()
}

fn read_message(mut it: Object, reply: &mut Reply) {
    it.take("role");
    match it.get("content") {
        Some(raw) if json::text(raw).is_some() => push(&mut reply.blocks, Block::Text, text(Some(raw))),
        raw => {
            for raw in raw.and_then(json::items).unwrap_or_default() {
                let (block, said) = content(raw);
                reply.blocks.push(Piece::new(block, said));
            }
        }
    }
    it.take("content");
    let plan = text(it.take("tool_plan"));
    if !plan.is_empty() {
        push(&mut reply.blocks, Block::Thinking, plan);
        if let Some(piece) = reply.blocks.last_mut() {
            piece.extra.extend(plan_mark());
        }
    }
    for raw in it.take("citations").and_then(json::items).unwrap_or_default() {
        let place = place_of(raw, &reply.blocks);
        match place.and_then(|at| reply.blocks.get_mut(at)) {
            Some(piece) => piece.citations.push(citations::read(raw)),
            None => reply.extra.push(opaque("message.citation", raw)),
        }
    }
    for raw in it.take("tool_calls").and_then(json::items).unwrap_or_default() {
        let Some(call) = Object::of(raw) else { continue };
        reply.blocks.push(read_call(call));
    }
    reply.extra.extend(rest(it, "message."));
}

fn push(blocks: &mut Vec<Piece>, block: Block, text: String) {
    if !text.is_empty() {
        blocks.push(Piece::new(block, text));
    }
}

/// What a content item is, and what it says so far.
pub(super) fn content(raw: &RawValue) -> (Block, Cow<'_, str>) {
    let object = Object::of(raw).unwrap_or_default();
    let said = |key: &str| object.get(key).and_then(json::text);
    match (said("type").as_deref(), said("text"), said("thinking")) {
        (Some("text"), text, _) => (Block::Text, text.unwrap_or_default()),
        (Some("thinking"), _, text) => (Block::Thinking, text.unwrap_or_default()),
        (kind, ..) => (Block::Opaque(opaque(kind.unwrap_or("content"), raw)), Cow::Borrowed("")),
    }
}

/// The block that a citation points into: the one it names, the plan, or the first text.
fn place_of(raw: &RawValue, blocks: &[Piece]) -> Option<usize> {
    let it = Object::of(raw)?;
    if it.get("type").is_some_and(|it| it.get() == "\"PLAN\"") {
        return blocks.iter().position(|it| is_plan(&it.extra));
    }
    let named = it.get("content_index").and_then(|it| json::integer(it.get().as_bytes()));
    match named {
        Some(index) => usize::try_from(index).ok().filter(|at| *at < blocks.len()),
        None => blocks.iter().position(|it| matches!(it.block, Block::Text)),
    }
}

/// A call, whole or as a stream begins one.
pub(super) fn read_call(mut it: Object) -> Piece {
    let mut function = it.take("function").and_then(Object::of).unwrap_or_default();
    it.take("type");
    let block = Block::ToolCall { id: text(it.take("id")), name: text(function.take("name")) };
    let said = text(function.take("arguments"));
    let extra = rest(function, "tool_call.function.").chain(rest(it, "tool_call."));
    Piece { extra: extra.collect(), ..Piece::new(block, said) }
}

// === writing ===

/// Writes a whole answer.
pub(super) fn write(reply: &Reply) -> Written {
    let mut losses = Losses::default();
    losses.foreign("", &reply.extra);
    if reply.stop.is_some() {
        losses.add("stop_sequence", "cohere does not say which stop text was met");
    }
    let mut body = Vec::with_capacity(512);
    let mut top = ObjectWriter::begin(&mut body);
    top.text("id", &reply.id);
    let mut message = top.object("message");
    message.text("role", "assistant");
    write_message(&reply.blocks, &mut message, &mut losses);
    write_extra(&reply.extra, "message.", &mut message);
    message.end();
    top.text("finish_reason", finish_word(reply.finish.as_ref()));
    if let Some(counts) = reply.usage.as_ref().filter(|_| !own::has(Dialect::Cohere, &reply.extra, usage::AS_TOLD)) {
        usage::write(counts, top.key("usage"));
    }
    write_extra(&reply.extra, "", &mut top);
    top.end();
    Written { body, losses: losses.0 }
}

fn write_message(blocks: &[Piece], message: &mut ObjectWriter, losses: &mut Losses) {
    let (mut items, mut calls, mut cited, mut plan) = (Vec::new(), Vec::new(), Vec::new(), String::new());
    for (nth, piece) in blocks.iter().enumerate() {
        let path = format!("content[{nth}]");
        name_marks(piece, &path, losses);
        let plans = is_plan(&piece.extra);
        let thinks = matches!(piece.block, Block::Thinking);
        if thinks || matches!(piece.block, Block::Text | Block::Refusal) {
            let item = Some(items.len()).filter(|_| !plans);
            let at = citations::At { item, thinks, text: &piece.text, path: &path };
            cited.extend(piece.citations.iter().filter_map(|it| citations::write(it, at, losses)));
        } else if !piece.citations.is_empty() {
            losses.add(format!("{path}.citation"), citations::ONLY_TEXT);
        }
        match &piece.block {
            Block::Thinking if plans => plan.push_str(&piece.text),
            Block::ToolCall { id, name } => calls.push(call(id, name, &piece.text, &piece.extra)),
            Block::Opaque(it) if it.dialect == Dialect::Cohere => items.push(it.raw.get().as_bytes().to_vec()),
            block => items.extend(kind_of(block, &path, losses).map(|kind| item(kind, &piece.text))),
        }
    }
    let lists = [("content", items), ("tool_calls", calls)];
    for (key, items) in lists.into_iter().filter(|(_, items)| !items.is_empty()) {
        message.list(key, items, |item, out| out.extend_from_slice(&item));
    }
    if !plan.is_empty() {
        message.text("tool_plan", &plan);
    }
    if !cited.is_empty() {
        message.list("citations", cited, |it, out| out.extend_from_slice(&it));
    }
}

/// Names a signature and additions of other dialects.
pub(super) fn name_marks(piece: &Piece, path: &str, losses: &mut Losses) {
    if piece.signature.is_some() {
        losses.add(format!("{path}.signature"), "cohere has no signatures");
    }
    losses.foreign(path, &piece.extra);
}

/// The `type` of a content item, which is also the key of its text. `None` for what cannot be said.
pub(super) fn kind_of(block: &Block, path: &str, losses: &mut Losses) -> Option<&'static str> {
    match block {
        Block::Text => Some("text"),
        Block::Thinking => Some("thinking"),
        Block::Refusal => {
            losses.add(path, "changed: a refusal is told as text");
            Some("text")
        }
        Block::RedactedThinking(_) => {
            losses.add("redacted_thinking", "cohere has no encrypted reasoning");
            None
        }
        Block::Opaque(it) => {
            losses.add(format!("{path}.{}", it.name), "cohere has no such content");
            None
        }
        Block::ToolCall { .. } => None,
    }
}

/// A content item.
pub(super) fn item(kind: &str, text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(32 + text.len());
    let mut object = ObjectWriter::begin(&mut out);
    object.text("type", kind);
    object.text(kind, text);
    object.end();
    out
}

/// A call.
pub(super) fn call(id: &str, name: &str, arguments: &str, extra: &[Opaque]) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + arguments.len());
    let mut object = ObjectWriter::begin(&mut out);
    object.text("id", id);
    object.text("type", "function");
    let mut function = object.object("function");
    function.text("name", name);
    function.text("arguments", arguments);
    write_extra(extra, "tool_call.function.", &mut function);
    function.end();
    write_extra(extra, "tool_call.", &mut object);
    object.end();
    out
}
