//! Whole answers, both ways. One is a stream of a single line.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::event::Block;
use crate::domain::prompt::Opaque;
use crate::domain::reply::{Piece, Reply};
use crate::wire::json::{self, Object, ObjectWriter};
use crate::wire::ollama::stream::read::Reader;
use crate::wire::ollama::{Losses, finish_word, ids, usage, write_extra};
use crate::wire::{Malformed, Written, own};

/// Reads a whole answer. An error in place of one becomes [`Reply::fault`].
pub(super) fn read(body: &[u8]) -> Result<Reply, Malformed> {
    let mut events = Vec::new();
    Reader::default().line(known(body)?, body, &mut events);
    Ok(Reply::of(events))
}

/// A body that is an answer or an error of this dialect.
pub(super) fn known(body: &[u8]) -> Result<Object<'_>, Malformed> {
    let it = Object::parse(body)?;
    if it.get("message").is_some() || it.get("error").is_some() {
        return Ok(it);
    }
    Err(Malformed {
        what: "`message` is missing: this is no Ollama answer".to_owned(),
        at: None,
        param: Some("message".to_owned()),
    })
}

/// Whether a line is the last.
pub(super) fn is_done(it: &Object) -> bool {
    it.get("done").is_some_and(|it| it.get() == "true")
}

/// `created_at` of this many seconds since 1970.
fn time_of(seconds: i64) -> String {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years begin in March here, so that a leap day is the last of one; an era is 400 of them.
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, year) = if month < 10 { (month + 3, year) } else { (month - 9, year + 1) };
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z", year + era * 400)
}

// === writing ===

/// Why a citation is lost.
const NO_CITATIONS: &str = "ollama does not say where words come from";

/// Writes a whole answer.
pub(super) fn write(reply: &Reply) -> Written {
    let mut losses = Losses::default();
    losses.foreign("", &reply.extra);
    let mut texts = Texts::default();
    for (nth, piece) in reply.blocks.iter().enumerate() {
        texts.add(piece, &format!("content[{nth}]"), &mut losses);
    }
    if reply.stop.is_some() {
        losses.add("stop_sequence", "ollama does not say which stop text was met");
    }
    let mut body = Vec::with_capacity(512);
    let mut top = ObjectWriter::begin(&mut body);
    head(&reply.model, reply.created, &reply.extra, &mut top);
    message(&texts, &reply.extra, &mut top);
    last(reply, &mut top);
    write_extra(&reply.extra, "", &mut top);
    top.end();
    Written { body, losses: losses.0 }
}

/// Writes who answers, and when.
pub(super) fn head(model: &str, created: Option<i64>, extra: &[Opaque], out: &mut ObjectWriter) {
    out.text("model", model);
    if !own::has(Dialect::Ollama, extra, "created_at") {
        out.text("created_at", &time_of(created.unwrap_or(0)));
    }
}

/// What is said in a message, by where it goes.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) content: String,
    pub(super) thinking: String,
    /// Calls as they are written.
    pub(super) calls: Vec<Vec<u8>>,
}

impl Texts {
    pub(super) fn add(&mut self, piece: &Piece, path: &str, losses: &mut Losses) {
        if piece.signature.is_some() {
            losses.add(format!("{path}.signature"), "ollama has no signatures");
        }
        losses.foreign(path, &piece.extra);
        if !piece.citations.is_empty() {
            losses.add(format!("{path}.citation"), NO_CITATIONS);
        }
        match &piece.block {
            Block::Text => self.content.push_str(&piece.text),
            Block::Thinking => self.thinking.push_str(&piece.text),
            Block::Refusal => {
                losses.add(path, "changed: a refusal is told as text");
                self.content.push_str(&piece.text);
            }
            Block::ToolCall { id, name } => {
                let nth = self.calls.len();
                let arguments = arguments(&piece.text, path, losses);
                let mut out = Vec::with_capacity(64 + arguments.len());
                let mut call = ObjectWriter::begin(&mut out);
                if !ids::is_made(id) && !id.is_empty() {
                    call.text("id", id);
                }
                let mut function = call.object("function");
                function.plain("index", nth);
                function.text("name", name);
                function.raw("arguments", &arguments);
                write_extra(&piece.extra, "tool_call.function.", &mut function);
                function.end();
                write_extra(&piece.extra, "tool_call.", &mut call);
                call.end();
                self.calls.push(out);
            }
            Block::RedactedThinking(_) => losses.add("redacted_thinking", "ollama has no encrypted reasoning"),
            Block::Opaque(it) => losses.add(format!("{path}.{}", it.name), "ollama has no such block"),
        }
    }
}

/// Writes `message`.
pub(super) fn message(texts: &Texts, extra: &[Opaque], out: &mut ObjectWriter) {
    let mut message = out.object("message");
    message.text("role", "assistant");
    message.text("content", &texts.content);
    if !texts.thinking.is_empty() {
        message.text("thinking", &texts.thinking);
    }
    if !texts.calls.is_empty() {
        message.list("tool_calls", &texts.calls, |call, out| out.extend_from_slice(call));
    }
    write_extra(extra, "message.", &mut message);
    message.end();
}

/// Writes what the last line says: why, and how much.
pub(super) fn last(reply: &Reply, out: &mut ObjectWriter) {
    out.raw("done", "true");
    out.text("done_reason", finish_word(reply.finish.as_ref()));
    if let Some(counts) = &reply.usage {
        usage::write(counts, out);
    }
}

/// Arguments as the object the dialect wants, byte for byte if they are one.
pub(super) fn arguments<'a>(text: &'a str, path: &str, losses: &mut Losses) -> Cow<'a, str> {
    let trimmed = text.trim();
    // Some models write `null` for no arguments.
    if trimmed.is_empty() || trimmed == "null" {
        return Cow::Borrowed("{}");
    }
    if trimmed.starts_with('{') && serde_json::from_str::<&RawValue>(trimmed).is_ok() {
        return Cow::Borrowed(trimmed);
    }
    losses.add(format!("{path}.arguments"), "changed: tool arguments that are not a JSON object");
    let mut wrapped = br#"{"_raw":"#.to_vec();
    json::quote(text, &mut wrapped);
    wrapped.push(b'}');
    Cow::Owned(String::from_utf8(wrapped).unwrap_or_else(|_| "{}".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::gemini::unix_seconds;

    #[test]
    fn times_read_back() {
        for (seconds, time) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_709_251_200, "2024-03-01T00:00:00Z"),
            (1_785_873_519, "2026-08-04T19:58:39Z"),
            (4_102_444_799, "2099-12-31T23:59:59Z"),
        ] {
            assert_eq!((time_of(seconds).as_str(), unix_seconds(time)), (time, Some(seconds)));
        }
    }

    #[test]
    fn arguments_that_are_no_object_are_kept_where_they_can_be_seen() {
        let mut losses = Losses::default();
        for (text, written) in
            [("", "{}"), (" null ", "{}"), ("{\"a\": 1.0}", "{\"a\": 1.0}"), ("[1]", "{\"_raw\":\"[1]\"}")]
        {
            assert_eq!(arguments(text, "x", &mut losses), written);
        }
        assert_eq!(losses.0.len(), 1);
    }
}
