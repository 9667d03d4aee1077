//! Whole answers, both ways, and what an answer's stop reason and blocks are called.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::domain::citation::Citation;
use crate::domain::dialect::Dialect;
use crate::domain::event::{Block, Fault, Finish};
use crate::domain::prompt::{Loss, Opaque};
use crate::domain::reply::{Piece, Reply};
use crate::domain::signature::Signature;
use crate::domain::usage::Usage;
use crate::wire::anthropic::fields::{self, is_object, opaque, within, wrong};
use crate::wire::anthropic::{citations, error, usage};
use crate::wire::json::{Object, ObjectWriter};
use crate::wire::{Facts, Malformed, Written};

/// Prefix of the names of opaque pieces that are whole events of a stream.
pub(super) const EVENT: &str = "event ";

/// Reads a whole answer.
pub(super) fn read(body: &[u8]) -> Result<Reply, Malformed> {
    let mut it = Object::parse(body)?;
    if let Some(fault) = fault(&it) {
        return Ok(Reply { fault: Some(fault), ..Reply::default() });
    }
    let blocks = blocks(&mut it)?;
    let mut reply = Reply {
        id: fields::some_text(&mut it, "id").unwrap_or_default(),
        model: fields::some_text(&mut it, "model").unwrap_or_default(),
        finish: fields::some_text(&mut it, "stop_reason").map(finish),
        stop: fields::some_text(&mut it, "stop_sequence"),
        usage: it.take("usage").and_then(usage::read),
        ended: true,
        ..Reply::default()
    };
    for (nth, raw) in blocks.into_iter().enumerate() {
        let piece = piece(raw).map_err(|error| within(&error, format_args!("content[{nth}]")))?;
        reply.blocks.push(piece);
    }
    it.take("type");
    it.take("role");
    reply.extra.extend(fields::rest(it, ""));
    Ok(reply)
}

/// What a ledger needs of a whole answer that is relayed as it is.
pub(super) fn facts(body: &[u8]) -> Result<Facts, Malformed> {
    let mut it = Object::parse(body)?;
    if let Some(fault) = fault(&it) {
        return Ok(Facts { fault: Some(fault), ..Facts::default() });
    }
    let mut facts = Facts {
        usage: it.take("usage").and_then(usage::read),
        model: fields::some_text(&mut it, "model"),
        finish: fields::some_text(&mut it, "stop_reason").map(finish),
        ..Facts::default()
    };
    for raw in blocks(&mut it)? {
        let bytes = fields::object(raw).map_or(0, |it| content_bytes(&it, raw));
        facts.content |= bytes > 0;
        facts.content_bytes += bytes;
    }
    Ok(facts)
}

fn fault(it: &Object) -> Option<Fault> {
    let is_error = it.get("type").and_then(fields::text).is_some_and(|it| it == "error");
    let error = it.get("error").filter(|_| is_error || it.get("content").is_none());
    (is_error || error.is_some()).then(|| error::of(error))
}

fn blocks<'a>(it: &mut Object<'a>) -> Result<Vec<&'a RawValue>, Malformed> {
    let content = it.take("content").ok_or_else(|| wrong("content", "is missing: this is no Anthropic message"))?;
    fields::items(content).map_err(|error| within(&error, "content"))
}

/// How much a block says, in bytes of its JSON spelling; zero for one that says nothing.
pub(super) fn content_bytes(block: &Object, raw: &RawValue) -> u64 {
    let quoted = |key: &str| block.get(key).map_or(0, |it| it.get().len().saturating_sub(2));
    let bytes = match block.get("type").and_then(fields::text).as_deref() {
        Some("text") => quoted("text"),
        Some("thinking") => quoted("thinking"),
        Some("tool_use") => block.get("input").map_or(2, |it| it.get().len()).max(1),
        _ => raw.get().len(),
    };
    bytes as u64
}

/// One block of an answer.
fn piece(raw: &RawValue) -> Result<Piece, Malformed> {
    let mut it = fields::object(raw)?;
    let kind = fields::some_text(&mut it, "type").ok_or_else(|| wrong("type", "is missing"))?;
    let mut piece = match block(&kind, raw, &mut it)? {
        Block::Opaque(whole) => return Ok(bare(Block::Opaque(whole))),
        block => bare(block),
    };
    match piece.block {
        Block::Text => piece.text = fields::some_text(&mut it, "text").unwrap_or_default(),
        Block::Thinking => {
            piece.text = fields::some_text(&mut it, "thinking").unwrap_or_default();
            piece.signature = fields::some_text(&mut it, "signature").and_then(fields::signature);
        }
        Block::ToolCall { .. } => piece.text = it.take("input").map(|it| it.get().to_owned()).unwrap_or_default(),
        _ => {}
    }
    piece.citations = take_citations(&mut it);
    piece.extra = extras(it);
    Ok(piece)
}

fn bare(block: Block) -> Piece {
    Piece::new(block, "")
}

/// The kind of a block, its identity taken out of it and its content left in.
pub(super) fn block(kind: &str, raw: &RawValue, it: &mut Object) -> Result<Block, Malformed> {
    Ok(match kind {
        "text" => Block::Text,
        "thinking" => Block::Thinking,
        "redacted_thinking" => {
            Block::RedactedThinking(Signature { dialect: Dialect::Anthropic, text: fields::need_text(it, "data")? })
        }
        "tool_use" => Block::ToolCall { id: fields::need_text(it, "id")?, name: fields::need_text(it, "name")? },
        _ => Block::Opaque(opaque(kind, raw)),
    })
}

/// Takes the citations of a block.
pub(super) fn take_citations(it: &mut Object) -> Vec<Citation> {
    let citations = it.take("citations").and_then(|it| fields::items(it).ok()).unwrap_or_default();
    citations.into_iter().map(citations::read).collect()
}

/// What a block has beyond its content: unknown fields.
pub(super) fn extras(mut it: Object) -> Vec<Opaque> {
    it.take("type");
    fields::rest(it, "").collect()
}

/// `stop_reason` → hub.
pub(super) fn finish(reason: String) -> Finish {
    match reason.as_str() {
        "end_turn" => Finish::Stop,
        "stop_sequence" => Finish::StopSequence,
        "max_tokens" => Finish::Length,
        "tool_use" => Finish::ToolCalls,
        "refusal" => Finish::Refusal,
        "pause_turn" => Finish::Pause,
        "model_context_window_exceeded" => Finish::ContextFull,
        _ => Finish::Other(reason),
    }
}

/// Hub → `stop_reason`. `called`: the answer calls tools; a client runs them only if the reason says so, and some
/// providers say `stop` all the same. `declined`: the answer is a refusal, which other dialects mark on the text.
pub(super) fn stop_reason(
    finish: Option<&Finish>,
    called: bool,
    declined: bool,
    losses: &mut Vec<Loss>,
) -> &'static str {
    match finish {
        Some(Finish::Length) => "max_tokens",
        Some(Finish::Pause) => "pause_turn",
        Some(Finish::ContextFull) => "model_context_window_exceeded",
        Some(Finish::Refusal | Finish::ContentFilter) => "refusal",
        Some(Finish::StopSequence) => "stop_sequence",
        Some(Finish::ToolCalls) => "tool_use",
        Some(Finish::Stop | Finish::Other(_)) | None => {
            if let Some(Finish::Other(reason)) = finish {
                let what = format!("finish reason {reason}");
                losses.push(Loss { what, why: "anthropic has no such reason" });
            }
            match (called, declined) {
                (true, _) => "tool_use",
                (false, true) => "refusal",
                (false, false) => "end_turn",
            }
        }
    }
}

/// Writes a whole answer.
pub(super) fn write(reply: &Reply) -> Written {
    let mut losses = Vec::new();
    let mut content = Vec::new();
    for (nth, piece) in reply.blocks.iter().enumerate() {
        content.extend(written(piece, nth, &mut losses));
    }
    let called = reply.blocks.iter().any(|it| matches!(it.block, Block::ToolCall { .. }));
    let declined = reply.blocks.iter().any(|it| matches!(it.block, Block::Refusal));
    let reason = stop_reason(reply.finish.as_ref(), called, declined, &mut losses);
    let mut body = Vec::with_capacity(512);
    fields::write(&mut body, |out| {
        out.text("id", &reply.id);
        out.text("type", "message");
        out.text("role", "assistant");
        out.text("model", &reply.model);
        fields::list(out, "content", &content);
        out.text("stop_reason", reason);
        optional_text("stop_sequence", reply.stop.as_deref(), out);
        for extra in &reply.extra {
            if extra.dialect == Dialect::Anthropic && !extra.name.starts_with(EVENT) {
                out.raw(&extra.name, extra.raw.get());
            } else if !extra.is_spelling() {
                losses.push(no_place(&extra.name));
            }
        }
        let none = Usage::default();
        fields::nest(out, "usage", |out| usage::write(reply.usage.as_ref().unwrap_or(&none), out));
    });
    Written { body, losses }
}

/// A string or `null`.
pub(super) fn optional_text(key: &str, text: Option<&str>, out: &mut ObjectWriter) {
    match text {
        Some(text) => out.text(key, text),
        None => out.raw(key, "null"),
    }
}

/// The signature a block can be written with: one of this dialect's own, on thinking.
pub(super) fn own_signature<'s>(block: &Block, signature: Option<&'s Signature>) -> Option<&'s str> {
    signature.filter(|_| matches!(block, Block::Thinking)).and_then(|it| it.own(Dialect::Anthropic))
}

/// A piece without a place in this dialect.
pub(super) fn no_place(what: &str) -> Loss {
    Loss { what: what.to_owned(), why: "anthropic has no place for it" }
}

fn written(piece: &Piece, nth: usize, losses: &mut Vec<Loss>) -> Option<Vec<u8>> {
    let path = format!("content[{nth}]");
    if let Block::Opaque(whole) = &piece.block {
        if whole.dialect == Dialect::Anthropic {
            return Some(whole.raw.get().as_bytes().to_vec());
        }
        losses.push(no_place(&format!("{path}.{}", whole.name)));
        return None;
    }
    let own = own_signature(&piece.block, piece.signature.as_ref());
    if own.is_none() && piece.signature.is_some() {
        losses.push(no_place(&format!("{path}.signature")));
    }
    if let Block::RedactedThinking(data) = &piece.block
        && data.dialect != Dialect::Anthropic
    {
        losses.push(no_place(&format!("{path}.redacted_thinking")));
        return None;
    }
    let says_nothing = piece.text.is_empty() && own.is_none();
    if says_nothing && matches!(piece.block, Block::Text | Block::Thinking | Block::Refusal) {
        return None;
    }
    let mut out = Vec::with_capacity(64 + piece.text.len());
    fields::write(&mut out, |out| {
        open(&piece.block, out);
        match &piece.block {
            Block::Text | Block::Refusal => out.text("text", &piece.text),
            Block::Thinking => {
                out.text("thinking", &piece.text);
                out.text("signature", own.unwrap_or_default());
            }
            Block::ToolCall { .. } => {
                let input = input(&piece.text);
                if let Cow::Owned(_) = input {
                    losses
                        .push(Loss { what: format!("{path}.input"), why: "the model's arguments are no JSON object" });
                }
                out.raw("input", &input);
            }
            Block::RedactedThinking(_) | Block::Opaque(_) => {}
        }
        let own = |it: &&Opaque| it.dialect == Dialect::Anthropic;
        let citations = cited(piece, &path, losses);
        if !citations.is_empty() {
            fields::list(out, "citations", &citations);
        }
        for it in piece.extra.iter().filter(own) {
            out.raw(&it.name, it.raw.get());
        }
        for it in piece.extra.iter().filter(|it| !own(it) && !it.is_spelling()) {
            losses.push(no_place(&format!("{path}.{}", it.name)));
        }
    });
    Some(out)
}

/// The citations of a block. Only text has any here.
fn cited(piece: &Piece, path: &str, losses: &mut Vec<Loss>) -> Vec<Vec<u8>> {
    let lose = &mut |what: &str, why| add(losses, Loss { what: format!("{path}.{what}"), why });
    if !matches!(piece.block, Block::Text | Block::Refusal) {
        if !piece.citations.is_empty() {
            lose("citation", "anthropic cites for text only");
        }
        return Vec::new();
    }
    piece.citations.iter().flat_map(|it| citations::write(it, lose)).collect()
}

/// Names a loss once, however often it is met.
pub(super) fn add(losses: &mut Vec<Loss>, loss: Loss) {
    if !losses.contains(&loss) {
        losses.push(loss);
    }
}

/// Writes the fields that say what a block is.
pub(super) fn open(block: &Block, out: &mut ObjectWriter) {
    match block {
        Block::Text | Block::Refusal => out.text("type", "text"),
        Block::Thinking => out.text("type", "thinking"),
        Block::RedactedThinking(data) => {
            out.text("type", "redacted_thinking");
            out.text("data", &data.text);
        }
        Block::ToolCall { id, name } => {
            out.text("type", "tool_use");
            out.text("id", id);
            out.text("name", name);
        }
        Block::Opaque(whole) => out.text("type", &whole.name),
    }
}

/// Tool input as a JSON object: clients parse it strictly. What the model wrote instead of one is kept in a field, so
/// that the person who looks for the fault can see it.
fn input(arguments: &str) -> Cow<'_, str> {
    let trimmed = arguments.trim();
    if trimmed.is_empty() {
        return Cow::Borrowed("{}");
    }
    if is_object(trimmed) {
        return Cow::Borrowed(trimmed);
    }
    let mut wrapped = Vec::new();
    fields::write(&mut wrapped, |out| out.text("_raw", arguments));
    Cow::Owned(String::from_utf8(wrapped).unwrap_or_else(|_| "{}".to_owned()))
}
