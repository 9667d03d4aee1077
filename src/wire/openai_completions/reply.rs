//! Whole answers of this dialect ↔ [`Reply`].

use serde_json::value::RawValue;

use super::{Losses, finish_word, keep_rest, opaque, read_finish};
use crate::domain::dialect::Dialect;
use crate::domain::event::{Block, Finish};
use crate::domain::reply::{Piece, Reply};
use crate::wire::json::{self, Object, ObjectWriter, wrong};
use crate::wire::openai_chat::{error, usage};
use crate::wire::{Malformed, Written};

/// Reads an answer. An error object in place of one becomes [`Reply::fault`].
///
/// # Errors
/// Not JSON, or neither an answer nor an error.
pub(super) fn read(body: &[u8]) -> Result<Reply, Malformed> {
    let mut top = Object::parse(body)?;
    let mut reply =
        Reply { fault: top.take("error").map(error::of_error), usage: usage::find(&top), ..Reply::default() };
    let Some(choices) = top.take_items("choices")? else {
        return if reply.fault.is_some() { Ok(reply) } else { Err(wrong("choices", "an array")) };
    };
    let text = |raw: Option<&RawValue>| raw.and_then(json::text).unwrap_or_default().into_owned();
    reply.id = text(top.take("id"));
    reply.model = text(top.take("model"));
    reply.created = top.take("created").and_then(|it| serde_json::from_str(it.get()).ok());
    top.take("usage");
    top.take("object");
    for (nth, raw) in choices.iter().enumerate() {
        if nth > 0 {
            reply.extra.push(opaque(format!("choices[{nth}]"), raw));
            continue;
        }
        let mut choice = Object::of(raw).ok_or_else(|| wrong("choices[0]", "an object"))?;
        choice.take("index");
        let said = text(choice.take("text"));
        if !said.is_empty() {
            reply.blocks.push(Piece::new(Block::Text, said));
        }
        let reason = choice.take("finish_reason").and_then(json::text);
        reply.finish = Some(reason.as_deref().and_then(read_finish).unwrap_or(Finish::Stop));
        keep_rest(choice, "choice.", &mut reply.extra);
    }
    keep_rest(top, "", &mut reply.extra);
    reply.ended = reply.fault.is_none() && reply.finish.is_some();
    Ok(reply)
}

/// Why a citation is lost.
pub(super) const NO_CITATIONS: &str = "openai-completions does not say where words come from";

/// Writes an answer for a client, made at `created` (Unix seconds) where its provider does not say when.
pub(super) fn write(reply: &Reply, created: i64) -> Written {
    let mut out = Vec::with_capacity(256);
    let mut losses = Losses::default();
    let mut text = String::new();
    for piece in &reply.blocks {
        if is_said(&piece.block, &mut losses) {
            text.push_str(&piece.text);
            losses.foreign("", &piece.extra);
            if !piece.citations.is_empty() {
                losses.add("citation", NO_CITATIONS);
            }
        }
    }
    let extra = || reply.extra.iter().filter(|it| it.dialect == Dialect::OpenaiCompletions);
    let mut top = ObjectWriter::begin(&mut out);
    top.text("id", &reply.id);
    top.text("object", "text_completion");
    top.plain("created", reply.created.unwrap_or(created));
    top.text("model", &reply.model);
    let choices = top.key("choices");
    choices.push(b'[');
    let mut choice = ObjectWriter::begin(choices);
    choice.text("text", &text);
    choice.plain("index", 0);
    if !extra().any(|it| it.name == "choice.logprobs") {
        choice.raw("logprobs", "null");
    }
    for (key, it) in extra().filter_map(|it| Some((it.name.strip_prefix("choice.")?, it))) {
        choice.raw(key, it.raw.get());
    }
    choice.text("finish_reason", finish_word(reply.finish.as_ref()));
    choice.end();
    for other in extra().filter(|it| it.name.starts_with("choices[")) {
        choices.push(b',');
        choices.extend_from_slice(other.raw.get().as_bytes());
    }
    choices.push(b']');
    if let Some(counts) = &reply.usage {
        usage::write(counts, top.key("usage"));
    }
    for it in extra().filter(|it| !it.name.starts_with("choice")) {
        top.raw(&it.name, it.raw.get());
    }
    top.end();
    losses.foreign("", &reply.extra);
    Written { body: out, losses: losses.0 }
}

/// Whether a block is text to this dialect's clients; where not, it is named.
pub(super) fn is_said(block: &Block, losses: &mut Losses) -> bool {
    const NOT_TEXT: &str = "openai-completions answers with text only";
    match block {
        Block::Text | Block::Refusal => return true,
        Block::Thinking => losses.add("thinking", NOT_TEXT),
        Block::RedactedThinking(_) => losses.add("redacted_thinking", NOT_TEXT),
        Block::ToolCall { name, .. } => losses.add(format!("tool_calls.{name}"), NOT_TEXT),
        Block::Opaque(it) => losses.add(it.name.clone(), NOT_TEXT),
    }
    false
}
