//! Whole answers of this dialect ↔ [`Reply`].

use serde_json::value::RawValue;

use super::item::{self, Call};
use super::response::{Builder, Ending, Head};
use super::{
    Losses, MESSAGE_FIELD, annotations, error, keep_rest, mark, opaque, opaque_json, own, spelling, take_fields, usage,
};
use crate::domain::citation::Citation;
use crate::domain::dialect::Dialect;
use crate::domain::event::{Block, Finish};
use crate::domain::prompt::Opaque;
use crate::domain::reply::{Piece, Reply};
use crate::domain::signature::Signature;
use crate::wire::json::{self, Object, wrong};
use crate::wire::{Asked, Malformed, Written, freeform, openai_annotations};

/// Prefix of the names of opaque parts of messages; every other opaque block is an item.
pub(super) const PART: &str = "content.";

/// Fields of a response that repeat the request or say how it was served.
const ECHOES: [&str; 32] = [
    "access_programs",
    "background",
    "billing",
    "completed_at",
    "content_filters",
    "conversation",
    "frequency_penalty",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "moderation",
    "parallel_tool_calls",
    "presence_penalty",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "temperature",
    "text",
    "tool_choice",
    "tool_usage",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
];

/// Reads an answer. An error object in place of one, or a failed response, becomes [`Reply::fault`].
///
/// # Errors
/// Not JSON, or neither an answer nor an error.
pub(super) fn read(body: &[u8]) -> Result<Reply, Malformed> {
    let top = match Object::parse(body) {
        Ok(top) => top,
        Err(malformed) => {
            let fault = serde_json::from_slice(body).ok().and_then(error::of_value);
            return fault.map(|it| Reply { fault: Some(it), ..Reply::default() }).ok_or(malformed);
        }
    };
    let mut reply = read_head(&top);
    reply.fault = error::of_response(&top);
    reply.usage = usage::find(&top);
    let Some(output) = top.get("output").and_then(json::items) else {
        return if reply.fault.is_some() { Ok(reply) } else { Err(wrong("output", "an array")) };
    };
    for raw in output {
        read_item(raw, &mut reply.blocks);
    }
    let called = reply.blocks.iter().any(|it| matches!(it.block, Block::ToolCall { .. }));
    reply.finish = finish(&top, called).filter(|_| reply.fault.is_none());
    reply.ended = reply.finish.is_some();
    reply.extra = extras(top);
    Ok(reply)
}

/// Id, model and time of a response.
pub(super) fn read_head(response: &Object) -> Reply {
    let text = |key: &str| response.get(key).and_then(json::text).unwrap_or_default().into_owned();
    let created = response.get("created_at").and_then(|it| serde_json::from_str::<f64>(it.get()).ok());
    #[expect(clippy::cast_possible_truncation, reason = "a float out of range becomes the nearest integer")]
    let created = created.map(|it| it as i64);
    Reply { id: text("id"), model: text("model"), created, ..Reply::default() }
}

/// Why a response ended, from its status. A response that runs in the background is paused: its client comes back for it.
pub(super) fn finish(response: &Object, called: bool) -> Option<Finish> {
    let status = response.get("status").and_then(json::text);
    let details = response.get("incomplete_details").and_then(Object::of);
    let reason = details.as_ref().and_then(|it| it.get("reason").and_then(json::text));
    Some(match (status.as_deref(), reason.as_deref()) {
        // Whatever stopped it, an answer that breaks off is what clients know as one that grew too long.
        (Some("incomplete"), Some("max_output_tokens" | "max_tokens") | None) => Finish::Length,
        (Some("incomplete"), Some("content_filter")) => Finish::ContentFilter,
        (Some("incomplete"), Some(other)) => Finish::Other(other.to_owned()),
        (Some("failed"), _) => return None,
        (Some("queued" | "in_progress"), _) => Finish::Pause,
        (Some("cancelled"), _) => Finish::Other("cancelled".to_owned()),
        _ if called => Finish::ToolCalls,
        _ => Finish::Stop,
    })
}

/// What a response has beyond its answer.
pub(super) fn extras(mut response: Object) -> Vec<Opaque> {
    for key in [
        "id",
        "object",
        "created_at",
        "model",
        "output",
        "output_text",
        "usage",
        "status",
        "error",
        "incomplete_details",
    ] {
        response.take(key);
    }
    let name = |key: &str| {
        if ECHOES.contains(&key) { format!("{}{key}", spelling::ECHO) } else { key.to_owned() }
    };
    response.rest().map(|(key, raw)| opaque(name(&key), raw)).collect()
}

/// Reads an item into its blocks. One that cannot be read is opaque: an answer is never refused for a part of it.
pub(super) fn read_item(raw: &RawValue, blocks: &mut Vec<Piece>) {
    let Some(mut it) = Object::of(raw) else { return };
    let kind = it.take("type").and_then(json::text).unwrap_or("item".into());
    match &*kind {
        "message" => read_message(it, blocks),
        "reasoning" => {
            let (text, encrypted) = item::reasoning(&it);
            let mut thought = piece(Block::Thinking, text);
            thought.signature = encrypted.and_then(|it| Signature::of(Dialect::OpenaiResponses, it));
            thought.extra.push(opaque(spelling::REASONING, raw));
            blocks.push(thought);
        }
        "function_call" | "custom_tool_call" => {
            let custom = kind == "custom_tool_call";
            let text = |raw: Option<&RawValue>| raw.and_then(json::text).unwrap_or_default().into_owned();
            let block = Block::ToolCall { id: text(it.take("call_id")), name: text(it.take("name")) };
            let said = text(it.take(if custom { "input" } else { "arguments" }));
            let mut call = piece(block, if custom { freeform::wrap(&said) } else { said });
            call.extra = call_extras(custom, it);
            blocks.push(call);
        }
        kind => blocks.push(piece(Block::Opaque(opaque(kind, raw)), String::new())),
    }
}

/// What is left of a call's item.
pub(super) fn call_extras(custom: bool, mut it: Object) -> Vec<Opaque> {
    for key in ["type", "call_id", "name", "input", "arguments"] {
        it.take(key);
    }
    let mut extra: Vec<Opaque> = mark(spelling::CUSTOM).filter(|_| custom).into_iter().collect();
    extra.extend(take_fields(&mut it, &["id", "status"], spelling::ITEM));
    keep_rest(it, "", &mut extra);
    extra
}

fn read_message(mut it: Object, blocks: &mut Vec<Piece>) {
    let parts = it.take("content").and_then(json::items).unwrap_or_default();
    it.take("role");
    let mut fields = Vec::new();
    fields.extend(take_fields(&mut it, &["id", "status", "phase"], spelling::MESSAGE));
    keep_rest(it, MESSAGE_FIELD, &mut fields);
    for raw in parts {
        let mut said = read_said(raw);
        said.extra.append(&mut fields);
        blocks.push(said);
    }
}

/// One part of a message.
fn read_said(raw: &RawValue) -> Piece {
    let mut it = Object::of(raw).unwrap_or_default();
    let kind = it.take("type").and_then(json::text).unwrap_or("part".into());
    let text = it.take(if kind == "refusal" { "refusal" } else { "text" }).and_then(json::text);
    let (block, Some(text)) = (if kind == "refusal" { Block::Refusal } else { Block::Text }, text) else {
        return piece(Block::Opaque(opaque(format!("{PART}{kind}"), raw)), String::new());
    };
    let mut said = piece(block, text.into_owned());
    (said.citations, said.extra) = said_beside(it);
    said
}

/// What a text has beside it: what it cites, and what the hub has no noun for. Empty lists are there because the schema
/// wants them.
pub(super) fn said_beside(mut it: Object) -> (Vec<Citation>, Vec<Opaque>) {
    for key in ["type", "text", "refusal"] {
        it.take(key);
    }
    let mut citations = Vec::new();
    let mut others = Vec::new();
    for raw in it.take("annotations").and_then(json::items).unwrap_or_default() {
        match openai_annotations::read(Dialect::OpenaiResponses, raw) {
            Some(citation) => citations.push(citation),
            None => others.push(raw),
        }
    }
    let mut extra = Vec::new();
    if !others.is_empty() {
        extra.extend(serde_json::to_vec(&others).ok().and_then(|it| opaque_json(item::ANNOTATIONS, it)));
    }
    extra.extend(it.rest().filter(|(_, raw)| raw.get() != "[]").map(|(key, raw)| opaque(key, raw)));
    (citations, extra)
}

fn piece(block: Block, text: String) -> Piece {
    Piece::new(block, text)
}

// === writing ===

/// Writes an answer for a client.
pub(super) fn write(reply: &Reply, asked: &Asked) -> Written {
    let mut losses = Losses::default();
    let head = Head::of(asked, &reply.id, &reply.model, reply.created);
    let mut builder = Builder::new(&head);
    let last = reply.blocks.len().saturating_sub(1);
    let ending = Ending::of(reply.finish.as_ref(), reply.blocks.iter().any(|it| matches!(it.block, Block::Refusal)));
    for (nth, piece) in reply.blocks.iter().enumerate() {
        if piece.signature.as_ref().is_some_and(|it| it.own(Dialect::OpenaiResponses).is_none()) {
            losses.add("signature", "a signature of another dialect has no place in openai-responses");
        }
        let path = format!("content[{nth}]");
        losses.foreign(&path, &piece.extra);
        let status = if nth == last { ending.status() } else { "completed" };
        write_piece(piece, &path, &head, status, &mut builder, &mut losses);
    }
    if reply.stop.is_some() {
        losses.add("stop_sequence", "openai-responses does not say which stop text was met");
    }
    losses.foreign("", &reply.extra);
    let mut body = Vec::with_capacity(1024);
    head.write(&ending, &builder.items(), reply.usage.as_ref(), &reply.extra, &mut body);
    Written { body, losses: losses.0 }
}

fn write_piece(piece: &Piece, path: &str, head: &Head, status: &'static str, to: &mut Builder, losses: &mut Losses) {
    if !matches!(piece.block, Block::Text) && !piece.citations.is_empty() {
        losses.add(format!("{path}.citation"), annotations::ONLY_TEXT);
    }
    match &piece.block {
        Block::Text | Block::Refusal => {
            let mut part = Vec::new();
            let notes = annotations::of(piece, path, losses);
            item::write_said(matches!(piece.block, Block::Refusal), &piece.text, &notes, &piece.extra, &mut part);
            to.part(part, &piece.extra, status);
        }
        Block::Thinking => {
            if let Some(raw) = own(&piece.extra, spelling::REASONING) {
                return to.whole(raw.get());
            }
            let encrypted = piece.signature.as_ref().and_then(|it| it.own(Dialect::OpenaiResponses));
            to.thought(&piece.text, encrypted);
        }
        Block::ToolCall { id, name } => {
            let mut tool = head.tool(name);
            tool.custom |= own(&piece.extra, spelling::CUSTOM).is_some();
            to.call(&Call::new(&tool, id, &piece.text), &piece.extra, status);
        }
        Block::RedactedThinking(data) => match data.own(Dialect::OpenaiResponses) {
            Some(data) => to.thought("", Some(data)),
            None => losses.add("redacted_thinking", "encrypted reasoning of another dialect"),
        },
        Block::Opaque(it) if it.dialect == Dialect::OpenaiResponses => {
            if it.name.starts_with(PART) {
                to.part(it.raw.get().as_bytes().to_vec(), &piece.extra, status);
            } else {
                to.whole(it.raw.get());
            }
        }
        Block::Opaque(it) => losses.add(it.name.clone(), "openai-responses has no such block"),
    }
}
