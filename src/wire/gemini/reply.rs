//! Whole answers, both ways, and what finish reasons and parts are called.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::event::{Block, Finish};
use crate::domain::prompt::Opaque;
use crate::domain::reply::{Piece, Reply};
use crate::domain::signature::Signature;
use crate::wire::gemini::fields::{self, Losses, is_own, nest, spelled, write_extra};
use crate::wire::gemini::grounding::{self, Grounding};
use crate::wire::gemini::stream::read::Reader;
use crate::wire::gemini::{UNSIGNED, error, ids, usage};
use crate::wire::json::{self, Object, ObjectWriter};
use crate::wire::{Malformed, StreamReader as _, Written};

/// Fields by which an answer of this dialect is known.
const KNOWN: [&str; 5] = ["candidates", "promptFeedback", "usageMetadata", "responseId", "error"];

/// Reads a whole answer, also one that came as the array of chunks which a stream is without `alt=sse`.
pub(super) fn read(mut reader: Reader, body: &[u8]) -> Result<Reply, Malformed> {
    let mut events = Vec::new();
    for it in chunks(body)? {
        reader.chunk(it, &mut events);
    }
    reader.closed(&mut events);
    Ok(Reply::of(events))
}

/// The answer, or the answers of a stream told as an array.
pub(super) fn chunks(body: &[u8]) -> Result<Vec<Object<'_>>, Malformed> {
    if body.trim_ascii_start().starts_with(b"[")
        && let Ok(items) = serde_json::from_slice::<Vec<&RawValue>>(body)
    {
        return items.into_iter().map(|it| known(Object::of(it).unwrap_or_default())).collect();
    }
    Ok(vec![known(Object::parse(body)?)?])
}

fn known(it: Object) -> Result<Object, Malformed> {
    if KNOWN.iter().any(|key| fields::get(&it, key).is_some()) {
        return Ok(it);
    }
    Err(Malformed {
        what: "`candidates` is missing: this is no Gemini answer".to_owned(),
        at: None,
        param: Some("candidates".to_owned()),
    })
}

/// `finishReason` → hub.
pub(super) fn finish(word: &str) -> Option<Finish> {
    Some(match word {
        "" | "FINISH_REASON_UNSPECIFIED" => return None,
        "STOP" => Finish::Stop,
        "MAX_TOKENS" => Finish::Length,
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "MODEL_ARMOR"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => Finish::ContentFilter,
        other => Finish::Other(other.to_owned()),
    })
}

/// Hub → `finishReason`.
pub(super) fn finish_word(finish: &Finish) -> &str {
    match finish {
        Finish::Stop | Finish::StopSequence | Finish::ToolCalls | Finish::Pause => "STOP",
        Finish::Length | Finish::ContextFull => "MAX_TOKENS",
        Finish::ContentFilter | Finish::Refusal => "SAFETY",
        // Google's words are upper case; another vendor's word would not parse.
        Finish::Other(word) if word.bytes().all(|it| it.is_ascii_uppercase() || it == b'_') => word,
        Finish::Other(_) => "OTHER",
    }
}

/// Seconds since 1970 of `2026-05-27T16:53:45.443719Z`, the only form of a time the dialect has.
pub(in crate::wire) fn unix_seconds(time: &str) -> Option<i64> {
    let number = |from: usize, to: usize| time.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let seconds = number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?;
    let shape = time.ends_with('Z') && (1..=12).contains(&month) && (1..=31).contains(&day) && year >= 1970;
    // Years begin in March here, so that a leap day is the last of one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468;
    shape.then_some(days * 86_400 + seconds)
}

// === writing ===

/// Writes a whole answer.
pub(super) fn write(reply: &Reply) -> Written {
    let mut losses = Losses::default();
    let mut parts = Vec::new();
    let mut grounding = Grounding::default();
    for (nth, piece) in reply.blocks.iter().enumerate() {
        let path = format!("content[{nth}]");
        let first = !reply.blocks.iter().take(nth).any(|it| matches!(it.block, Block::ToolCall { .. }));
        let lose = &mut |what: &str, why| losses.add(format!("{path}.{what}"), why);
        for citation in &piece.citations {
            match piece.block {
                Block::Text | Block::Refusal => grounding.add(citation, &piece.text, parts.len(), 0, lose),
                _ => lose("citation", ONLY_TEXT),
            }
        }
        parts.extend(part(piece, first, &path, &mut losses));
    }
    let declined = reply.blocks.iter().any(|it| matches!(it.block, Block::Refusal));
    let end = Finished {
        finish: reply.finish.as_ref(),
        declined,
        stop: reply.stop.as_deref(),
        grounding: &grounding,
        extra: &reply.extra,
    };
    losses.foreign("", &reply.extra);
    let mut body = Vec::with_capacity(512);
    fields::write(&mut body, |out| {
        candidate(&parts, Some(&end), out, &mut losses);
        usage::write_field(reply.usage.as_ref(), out);
        identity(&reply.model, &reply.id, out);
        write_extra(&last(&reply.extra), "", out);
    });
    Written { body, losses: losses.0 }
}

/// Why a citation of anything else is lost.
pub(super) const ONLY_TEXT: &str = "gemini cites for text only";

/// What the last chunk of an answer says beside its text.
pub(super) struct Finished<'r> {
    pub(super) finish: Option<&'r Finish>,
    /// The answer is a refusal, which other dialects mark on its text.
    pub(super) declined: bool,
    pub(super) stop: Option<&'r str>,
    pub(super) grounding: &'r Grounding,
    pub(super) extra: &'r [Opaque],
}

/// Writes `candidates` with the one candidate.
pub(super) fn candidate(parts: &[Vec<u8>], end: Option<&Finished>, out: &mut ObjectWriter, losses: &mut Losses) {
    out.list("candidates", [()], |(), out| {
        fields::write(out, |out| {
            nest(out, "content", |out| {
                fields::list(out, "parts", parts);
                out.text("role", "model");
            });
            if let Some(end) = end {
                let finish = match end.finish.unwrap_or(&Finish::Stop) {
                    Finish::Stop if end.declined => &Finish::Refusal,
                    finish => finish,
                };
                let word = finish_word(finish);
                match (spelled(end.extra, "candidate.finishReason"), finish) {
                    (Some(own), _) => out.raw("finishReason", own.get()),
                    (None, Finish::Other(said)) if word != said => {
                        losses.add(format!("finish reason {said}"), "gemini has no such reason");
                        out.text("finishReason", word);
                    }
                    (None, _) => out.text("finishReason", word),
                }
                if end.stop.is_some() {
                    losses.add("stop_sequence", "gemini does not say which stop text was met");
                }
                write_extra(&last(end.extra), "candidate.", out);
                grounding::write_own(end.extra, out);
                end.grounding.write(out);
            }
            out.plain("index", 0);
        });
    });
}

/// Writes who answers.
pub(super) fn identity(model: &str, id: &str, out: &mut ObjectWriter) {
    for (key, text) in [("modelVersion", model), ("responseId", id)] {
        if !text.is_empty() {
            out.text(key, text);
        }
    }
}

/// The last value of each field: a stream may tell one several times.
fn last(extra: &[Opaque]) -> Vec<Opaque> {
    let is_last = |nth: usize, it: &Opaque| !extra.iter().skip(nth + 1).any(|later| later.name == it.name);
    extra.iter().enumerate().filter(|(nth, it)| is_last(*nth, it)).map(|(_, it)| it.clone()).collect()
}

fn part(piece: &Piece, first: bool, path: &str, losses: &mut Losses) -> Option<Vec<u8>> {
    let signature = own_signature(piece.signature.as_ref(), &format!("{path}.signature"), losses);
    losses.foreign(path, &piece.extra);
    match &piece.block {
        Block::Text | Block::Refusal | Block::Thinking => {
            let thought = matches!(piece.block, Block::Thinking);
            (!piece.text.is_empty() || signature.is_some()).then(|| text(&piece.text, thought, signature))
        }
        Block::ToolCall { id, name } => {
            let signature = signature.or_else(|| unsigned(id, first));
            Some(call(id, name, &piece.text, signature, &piece.extra, path, losses))
        }
        Block::Opaque(it) if is_own(it) => Some(it.raw.get().as_bytes().to_vec()),
        Block::Opaque(it) => {
            losses.add(format!("{path}.{}", it.name), "gemini has no such part");
            None
        }
        Block::RedactedThinking(_) => {
            losses.add("redacted_thinking", "gemini has no encrypted reasoning");
            None
        }
    }
}

/// The text of a signature that is this dialect's.
pub(super) fn own_signature<'s>(it: Option<&'s Signature>, path: &str, losses: &mut Losses) -> Option<&'s str> {
    let own = it.and_then(|it| it.own(Dialect::Gemini));
    if it.is_some() && own.is_none() {
        losses.add(path, "another provider's signature means nothing to gemini's clients");
    }
    own
}

/// What stands for the signature of a call that another provider made: its client sends it back, and so can go on with a
/// provider of this dialect, which wants one on the `first` call of an answer. Calls of this dialect's own without ids are
/// of models that sign none.
pub(super) fn unsigned(id: &str, first: bool) -> Option<&'static str> {
    (first && !ids::is_made(id)).then_some(UNSIGNED)
}

/// A part of text.
pub(super) fn text(text: &str, thought: bool, signature: Option<&str>) -> Vec<u8> {
    let mut out = Vec::with_capacity(32 + text.len());
    fields::write(&mut out, |it| {
        it.text("text", text);
        if thought {
            it.raw("thought", "true");
        }
        if let Some(signature) = signature {
            it.text("thoughtSignature", signature);
        }
    });
    out
}

/// A part that calls a tool.
pub(super) fn call(
    id: &str,
    name: &str,
    arguments: &str,
    signature: Option<&str>,
    extra: &[Opaque],
    path: &str,
    losses: &mut Losses,
) -> Vec<u8> {
    let arguments = self::arguments(arguments);
    if let Cow::Owned(_) = arguments {
        losses.add(format!("{path}.args"), "the model's arguments are no JSON object");
    }
    let mut out = Vec::with_capacity(64 + arguments.len());
    fields::write(&mut out, |it| {
        nest(it, "functionCall", |it| {
            if !ids::is_made(id) && !id.is_empty() {
                it.text("id", id);
            }
            it.text("name", name);
            it.raw("args", &arguments);
            write_extra(extra, "functionCall.", it);
        });
        if let Some(signature) = signature {
            it.text("thoughtSignature", signature);
        }
    });
    out
}

/// Arguments as a JSON object on one line: clients parse them strictly. What the model wrote instead of one is kept in a
/// field, so that the person who looks for the fault can see it.
fn arguments(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    // Some models write `null` for no arguments.
    if trimmed.is_empty() || trimmed == "null" {
        return Cow::Borrowed("{}");
    }
    if trimmed.starts_with('{') && serde_json::from_str::<&RawValue>(trimmed).is_ok() {
        return Cow::Borrowed(trimmed);
    }
    let mut wrapped = br#"{"_raw":"#.to_vec();
    json::quote(text, &mut wrapped);
    wrapped.push(b'}');
    Cow::Owned(String::from_utf8(wrapped).unwrap_or_else(|_| "{}".to_owned()))
}

/// The error that stands in place of an answer, if one does.
pub(super) fn fault(it: &Object) -> Option<crate::domain::event::Fault> {
    it.get("error").map(error::of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_become_seconds() {
        for (time, seconds) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-05-27T16:53:45.443719Z", Some(1_779_900_825)),
            ("2024-02-29T23:59:59Z", Some(1_709_251_199)),
            ("2024-13-01T00:00:00Z", None),
            ("2024-01-01T00:00:00+01:00", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(unix_seconds(time), seconds, "{time}");
        }
    }
}
