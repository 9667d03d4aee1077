//! Whole answers, both ways, and what an answer's stop reason and blocks are called.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::event::{Block, Fault, Finish};
use crate::domain::prompt::Opaque;
use crate::domain::reply::{Piece, Reply};
use crate::domain::signature::Signature;
use crate::domain::usage::Usage;
use crate::wire::bedrock_converse::fields::{self, Losses, is_object, opaque, spelling, within, wrong};
use crate::wire::bedrock_converse::request::STRUCTURED;
use crate::wire::bedrock_converse::{blocks, citations, error, usage};
use crate::wire::json::{Object, ObjectWriter};
use crate::wire::{Facts, Malformed, Written};

/// Name of the spelling of a reason that shares its noun with another.
const STOP_REASON: &str = "stopReason";

/// How long the provider took.
const METRICS: &str = "metrics";

/// Reads a whole answer.
pub(super) fn read(body: &[u8]) -> Result<Reply, Malformed> {
    let mut it = Object::parse(body)?;
    if let Some(fault) = fault(&it, body) {
        return Ok(Reply { fault: Some(fault), ..Reply::default() });
    }
    let mut message = message(&mut it)?;
    let mut reply = Reply { model: routed_to(&it).unwrap_or_default(), ended: true, ..Reply::default() };
    let content = message.take_items("content")?.unwrap_or_default();
    for (nth, raw) in content.into_iter().enumerate() {
        let piece = piece(raw).map_err(|error| within(&error, format_args!("output.message.content[{nth}]")))?;
        reply.blocks.push(piece);
    }
    reply.usage = usage::take(&mut it);
    if let Some(raw) = it.take("stopReason")
        && let Some(reason) = fields::text(raw)
    {
        let calls = reply.blocks.iter().any(|it| matches!(it.block, Block::ToolCall { .. }));
        let (reason, spelled) = finish(&reason, raw, calls);
        reply.finish = Some(reason);
        reply.extra.extend(spelled);
    }
    reply.stop = stop_text(&it);
    reply.extra.extend(take_metrics(&mut it));
    message.take("role");
    reply.extra.extend(fields::rest(message, "output.message."));
    reply.extra.extend(fields::rest(it, ""));
    Ok(reply)
}

/// What a ledger needs of a whole answer.
pub(super) fn facts(body: &[u8]) -> Result<Facts, Malformed> {
    let mut it = Object::parse(body)?;
    if let Some(fault) = fault(&it, body) {
        return Ok(Facts { fault: Some(fault), ..Facts::default() });
    }
    let mut message = message(&mut it)?;
    let mut facts = Facts { usage: usage::take(&mut it), model: routed_to(&it), ..Facts::default() };
    let mut calls = false;
    for raw in message.take_items("content")?.unwrap_or_default() {
        let Some((name, value)) = Object::of(raw).and_then(fields::member) else { continue };
        calls |= name == "toolUse" && is_call(value);
        let bytes = content_bytes(&name, value);
        facts.content |= bytes > 0;
        facts.content_bytes += bytes;
    }
    let reason = it.take("stopReason");
    facts.finish = reason.and_then(|raw| Some(finish(&fields::text(raw)?, raw, calls).0));
    Ok(facts)
}

fn fault(it: &Object, body: &[u8]) -> Option<Fault> {
    let answers = it.get("output").is_some() || it.get("stopReason").is_some();
    let says = it.get("message").is_some() || it.get("__type").is_some() || it.get("error").is_some();
    (!answers && says).then(|| error::read(None, body))
}

fn message<'a>(it: &mut Object<'a>) -> Result<Object<'a>, Malformed> {
    let mut output =
        it.take_object("output")?.ok_or_else(|| wrong("output", "is missing: this is no Converse answer"))?;
    let message = output.take_object("message")?;
    message.ok_or_else(|| wrong("output.message", "is missing: this is no Converse answer"))
}

/// The model that a prompt router chose: the only case in which an answer names its model.
pub(super) fn routed_to(it: &Object) -> Option<String> {
    let router = Object::of(it.get("trace")?)?.get("promptRouter").and_then(Object::of)?;
    router.get("invokedModelId").and_then(fields::text)
}

/// The stop text, which Anthropic's models tell if it is asked for.
pub(super) fn stop_text(it: &Object) -> Option<String> {
    Object::of(it.get("additionalModelResponseFields")?)?.get("stop_sequence").and_then(fields::text)
}

/// How much a block says, in bytes of its JSON spelling; zero for one that says nothing.
pub(super) fn content_bytes(name: &str, value: &RawValue) -> u64 {
    let quoted = |raw: Option<&RawValue>| raw.map_or(0, |it| it.get().len().saturating_sub(2));
    let bytes = match name {
        "text" => quoted(Some(value)),
        "reasoningContent" => match Object::of(value).and_then(|it| Object::of(it.get("reasoningText")?)) {
            Some(said) => quoted(said.get("text")) + quoted(said.get("signature")),
            None => value.get().len(),
        },
        "toolUse" => Object::of(value).and_then(|it| it.get("input")).map_or(2, |it| it.get().len()).max(1),
        _ => value.get().len(),
    };
    bytes as u64
}

/// Whether a `toolUse` is a call for the client to run.
pub(super) fn is_call(value: &RawValue) -> bool {
    let Some(it) = Object::of(value) else { return false };
    let said = |key: &str, word: &str| it.get(key).and_then(fields::text).is_some_and(|it| it == word);
    !said("type", blocks::SERVER_TOOL_USE) && !said("name", STRUCTURED)
}

/// One block of an answer.
fn piece(raw: &RawValue) -> Result<Piece, Malformed> {
    let Some((name, value)) = fields::member(fields::object(raw)?) else {
        return Ok(bare(Block::Opaque(opaque("block", raw))));
    };
    match name.as_str() {
        "text" => Ok(Piece { text: fields::text(value).unwrap_or_default(), ..bare(Block::Text) }),
        "toolUse" => tool_use(value, raw),
        "reasoningContent" => Ok(reasoning(value).unwrap_or_else(|| bare(Block::Opaque(opaque(&*name, raw))))),
        "citationsContent" => {
            let text = blocks::plain_text(value).unwrap_or_default();
            let mut it = fields::object(value)?;
            it.take("content");
            let cited = it.take("citations").and_then(|it| fields::items(it).ok()).unwrap_or_default();
            let citations = cited.into_iter().map(citations::read).collect();
            Ok(Piece { text, citations, extra: fields::rest(it, "").collect(), ..bare(Block::Text) })
        }
        _ => Ok(bare(Block::Opaque(opaque(name, raw)))),
    }
}

fn tool_use(value: &RawValue, whole: &RawValue) -> Result<Piece, Malformed> {
    let mut it = fields::object(value)?;
    if it.get("type").and_then(fields::text).is_some_and(|it| it == blocks::SERVER_TOOL_USE) {
        return Ok(bare(Block::Opaque(opaque("toolUse", whole))));
    }
    let (id, name) = (fields::need_text(&mut it, "toolUseId")?, fields::need_text(&mut it, "name")?);
    let text = it.take("input").map(|it| it.get().to_owned()).unwrap_or_default();
    if name == STRUCTURED {
        return Ok(Piece { text, ..bare(Block::Text) });
    }
    Ok(Piece { text, extra: blocks::call_extra(it), ..bare(Block::ToolCall { id, name }) })
}

fn reasoning(value: &RawValue) -> Option<Piece> {
    let mut it = Object::of(value)?;
    if let Some(data) = fields::some_text(&mut it, "redactedContent") {
        return Some(bare(Block::RedactedThinking(blocks::redacted(&data))));
    }
    let mut said = Object::of(it.take("reasoningText")?)?;
    let text = fields::some_text(&mut said, "text").unwrap_or_default();
    let signature = fields::some_text(&mut said, "signature").and_then(blocks::signature);
    Some(Piece { text, signature, extra: fields::rest(said, "").collect(), ..bare(Block::Thinking) })
}

fn bare(block: Block) -> Piece {
    Piece::new(block, "")
}

/// `stopReason` → hub, with its spelling where another reason has the same noun. `calls`: the answer has calls for the
/// client; a tool that only stands in for a schema is none.
pub(super) fn finish(reason: &str, raw: &RawValue, calls: bool) -> (Finish, Option<Opaque>) {
    let finish = match reason {
        "end_turn" => Finish::Stop,
        "tool_use" if calls => Finish::ToolCalls,
        "tool_use" => Finish::Stop,
        "max_tokens" => Finish::Length,
        "stop_sequence" => Finish::StopSequence,
        "guardrail_intervened" | "content_filtered" => Finish::ContentFilter,
        "model_context_window_exceeded" => Finish::ContextFull,
        // In Anthropic's words, should they come through.
        "refusal" => Finish::Refusal,
        "pause_turn" => Finish::Pause,
        _ => Finish::Other(reason.to_owned()),
    };
    let spelled = (word(&finish) != Some(reason)).then(|| spelling(STOP_REASON, raw));
    (finish, spelled)
}

fn word(finish: &Finish) -> Option<&'static str> {
    Some(match finish {
        Finish::Stop => "end_turn",
        Finish::ToolCalls => "tool_use",
        Finish::Length => "max_tokens",
        Finish::StopSequence => "stop_sequence",
        Finish::ContentFilter => "content_filtered",
        Finish::ContextFull => "model_context_window_exceeded",
        Finish::Refusal | Finish::Pause | Finish::Other(_) => return None,
    })
}

/// Hub → `stopReason`. `called`: the answer calls tools; some providers say `stop` all the same. `declined`: it is a
/// refusal, which other dialects mark on the text.
pub(super) fn stop_reason(
    finish: Option<&Finish>,
    extra: &[Opaque],
    called: bool,
    declined: bool,
    losses: &mut Losses,
) -> Cow<'static, str> {
    if let Some(own) = fields::spelled(extra, STOP_REASON).and_then(fields::text) {
        return Cow::Owned(own);
    }
    let usual = || match (called, declined) {
        (true, _) => "tool_use",
        (false, true) => "content_filtered",
        (false, false) => "end_turn",
    };
    Cow::Borrowed(match finish {
        Some(Finish::Stop) | None => usual(),
        Some(Finish::Refusal) => "content_filtered",
        Some(finish) => word(finish).unwrap_or_else(|| {
            losses.add(format!("finish reason {}", finish.name()), "converse has no such reason");
            usual()
        }),
    })
}

/// Writes a whole answer.
pub(super) fn write(reply: &Reply) -> Written {
    let mut losses = Losses::default();
    let numbered = reply.blocks.iter().enumerate();
    let content: Vec<_> =
        numbered.filter_map(|(nth, it)| written(it, &format!("content[{nth}]"), &mut losses)).collect();
    let called = reply.blocks.iter().any(|it| matches!(it.block, Block::ToolCall { .. }));
    let declined = reply.blocks.iter().any(|it| matches!(it.block, Block::Refusal));
    let reason = stop_reason(reply.finish.as_ref(), &reply.extra, called, declined, &mut losses);
    losses.foreign("", &reply.extra);
    let mut body = Vec::with_capacity(512);
    fields::write(&mut body, |out| {
        fields::nest(out, "output", |out| {
            fields::nest(out, "message", |out| {
                out.text("role", "assistant");
                fields::list(out, "content", &content);
                fields::write_extra(&reply.extra, "output.message.", out);
            });
        });
        out.text("stopReason", &reason);
        write_usage(reply.usage.as_ref(), out);
        write_metrics(&reply.extra, out);
        write_stop_text(reply.stop.as_deref(), &reply.extra, out);
        fields::write_extra(&reply.extra, "", out);
    });
    Written { body, losses: losses.0 }
}

/// Takes out how long the provider took, which is no part of the answer.
pub(super) fn take_metrics(it: &mut Object) -> Option<Opaque> {
    it.take(METRICS).map(|raw| spelling(METRICS, raw))
}

/// Writes `metrics`, which the dialect insists on.
pub(super) fn write_metrics(extra: &[Opaque], out: &mut ObjectWriter) {
    out.raw(METRICS, fields::spelled(extra, METRICS).map_or(r#"{"latencyMs":0}"#, |it| it.get()));
}

/// Writes `usage`, which the dialect insists on.
pub(super) fn write_usage(usage: Option<&Usage>, out: &mut ObjectWriter) {
    let none = Usage::default();
    fields::nest(out, "usage", |out| usage::write(usage.unwrap_or(&none), out));
}

/// Writes the stop text where Anthropic's models tell it, unless what they told is there as it came.
pub(super) fn write_stop_text(stop: Option<&str>, extra: &[Opaque], out: &mut ObjectWriter) {
    if let Some(stop) = stop.filter(|_| fields::own(extra, "additionalModelResponseFields").is_none()) {
        fields::nest(out, "additionalModelResponseFields", |out| out.text("stop_sequence", stop));
    }
}

fn written(piece: &Piece, path: &str, losses: &mut Losses) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(64 + piece.text.len());
    if !matches!(piece.block, Block::Thinking) && piece.signature.is_some() {
        losses.add(format!("{path}.signature"), "converse signs thinking only");
    }
    losses.foreign(path, &piece.extra);
    if !matches!(piece.block, Block::Text | Block::Refusal) && !piece.citations.is_empty() {
        losses.add(format!("{path}.citation"), ONLY_TEXT);
    }
    match &piece.block {
        Block::Opaque(whole) if fields::is_own(whole) => return Some(whole.raw.get().as_bytes().to_vec()),
        Block::Opaque(whole) => {
            losses.add(format!("{path}.{}", whole.name), "converse has no such block");
            return None;
        }
        Block::RedactedThinking(data) => {
            let data = own_redacted(data, path, losses)?;
            fields::write(&mut out, |out| {
                fields::nest(out, "reasoningContent", |out| out.text("redactedContent", &data));
            });
        }
        Block::Thinking => {
            let signature = own_signature(piece.signature.as_ref(), path, losses);
            if piece.text.is_empty() && signature.is_none() {
                return None;
            }
            fields::write(&mut out, |out| {
                fields::nest(out, "reasoningContent", |out| {
                    fields::nest(out, "reasoningText", |out| {
                        out.text("text", &piece.text);
                        if let Some(signature) = signature {
                            out.text("signature", signature);
                        }
                        fields::write_extra(&piece.extra, "", out);
                    });
                });
            });
        }
        Block::Text | Block::Refusal if piece.text.is_empty() => {
            if !piece.citations.is_empty() {
                losses.add(format!("{path}.citation"), "there is no text that it could stand on");
            }
            return None;
        }
        Block::Text | Block::Refusal => text(piece, path, losses, &mut out),
        Block::ToolCall { id, name } => {
            let input = input(&piece.text);
            if let Cow::Owned(_) = input {
                losses.add(format!("{path}.input"), "the model's arguments are no JSON object");
            }
            fields::write(&mut out, |out| {
                fields::nest(out, "toolUse", |out| {
                    out.text("toolUseId", id);
                    out.text("name", name);
                    out.raw("input", &input);
                    if let Some(kind) = fields::spelled(&piece.extra, "type") {
                        out.raw("type", kind.get());
                    }
                    fields::write_extra(&piece.extra, "", out);
                });
            });
        }
    }
    Some(out)
}

/// Why a citation of anything else is lost.
pub(super) const ONLY_TEXT: &str = "converse cites for text only";

fn text(piece: &Piece, path: &str, losses: &mut Losses, out: &mut Vec<u8>) {
    let lose = &mut |what: &str, why| losses.add(format!("{path}.{what}"), why);
    let citations: Vec<_> = piece.citations.iter().flat_map(|it| citations::write(it, lose)).collect();
    fields::write(out, |out| {
        if citations.is_empty() {
            return out.text("text", &piece.text);
        }
        fields::nest(out, "citationsContent", |out| {
            out.list("content", [&piece.text], |text, out| fields::write(out, |out| out.text("text", text)));
            fields::list(out, "citations", &citations);
        });
    });
}

/// The signature a block of thinking can be written with.
pub(super) fn own_signature<'s>(signature: Option<&'s Signature>, path: &str, losses: &mut Losses) -> Option<&'s str> {
    let own = signature?.own(Dialect::Anthropic);
    if own.is_none() {
        losses.add(format!("{path}.signature"), "a signature of another provider's");
    }
    own
}

/// Encrypted reasoning in this dialect's wrapping.
pub(super) fn own_redacted(data: &Signature, path: &str, losses: &mut Losses) -> Option<String> {
    if let Some(text) = data.own(Dialect::Anthropic) {
        return Some(STANDARD.encode(text));
    }
    let own = data.own(Dialect::BedrockConverse).map(str::to_owned);
    if own.is_none() {
        losses.add(format!("{path}.redactedContent"), "reasoning that another provider encrypted");
    }
    own
}

/// Tool input as a JSON object. What the model wrote instead of one is kept in a field, so that the person who looks for
/// the fault can see it.
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
