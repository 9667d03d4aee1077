//! Whole answers of this dialect ↔ [`Reply`].

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::annotations::{self, Stretch};
use super::{
    Losses, details, error, finish_with_calls, finish_word, is_own, keep_rest, opaque, read_finish, usage, write_extra,
};
use crate::domain::event::{Block, Fault};
use crate::domain::prompt::Opaque;
use crate::domain::reply::{Piece, Reply};
use crate::wire::json::{self, Object, ObjectWriter, wrong};
use crate::wire::{Asked, Malformed, Written, call_ids, cited};

/// Reads an answer. An error object in place of one, or beside one, becomes [`Reply::fault`].
///
/// # Errors
/// Not JSON, or neither an answer nor an error.
pub(super) fn read(body: &[u8]) -> Result<Reply, Malformed> {
    let mut top = match Object::parse(body) {
        Ok(top) => top,
        Err(malformed) => {
            // Gemini's compatible endpoint puts its errors into an array.
            let fault = serde_json::from_slice(body).ok().and_then(error::of_value);
            return fault.map(|it| Reply { fault: Some(it), ..Reply::default() }).ok_or(malformed);
        }
    };
    let fault = top.take("error").map(error::of_error);
    let mut reply = Reply { fault, usage: usage::find(&top), ..Reply::default() };
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
        if nth == 0 {
            let choice = Object::of(raw).ok_or_else(|| wrong("choices[0]", "an object"))?;
            read_choice(choice, &mut reply)?;
            name_calls(&mut reply);
        } else {
            reply.extra.push(opaque(format!("choices[{nth}]"), raw));
        }
    }
    let lists: Vec<_> = annotations::LISTS.iter().filter_map(|key| Some((*key, top.get(key)?))).collect();
    let last = reply.blocks.iter_mut().rfind(|it| matches!(it.block, Block::Text));
    if let (Some((citations, back)), Some(text)) = (annotations::beside(&lists), last) {
        text.citations.extend(citations);
        reply.extra.extend(back);
        for key in annotations::LISTS {
            top.take(key);
        }
    }
    keep_rest(top, "", &mut reply.extra);
    reply.ended = reply.fault.is_none() && reply.finish.is_some();
    Ok(reply)
}

/// Gives the calls that have no id one, as a stream's get it.
fn name_calls(reply: &mut Reply) {
    let ids = reply.blocks.iter_mut().filter_map(|it| match &mut it.block {
        Block::ToolCall { id, .. } => Some(id),
        _ => None,
    });
    for (nth, id) in ids.enumerate().filter(|(_, id)| id.is_empty()) {
        *id = call_ids::made(&reply.id, nth);
    }
}

fn read_choice(mut choice: Object, reply: &mut Reply) -> Result<(), Malformed> {
    choice.take("index");
    let reason = choice.take("finish_reason").and_then(json::text);
    if let Some(mut message) = choice.take_object("message")? {
        read_message(&mut message, &mut reply.blocks)?;
        let call = reply.blocks.iter_mut().find(|it| matches!(it.block, Block::ToolCall { .. }));
        if let (Some(call), Some(list)) = (call, message.get(details::FIELD).and_then(details::kept)) {
            message.take(details::FIELD);
            call.extra.push(list);
        }
        if let Some(raw) = message.take("annotations") {
            reply.extra.extend(cite(raw, &mut reply.blocks));
        }
        keep_rest(message, "message.", &mut reply.extra);
    }
    reply.usage = reply.usage.take().or_else(|| usage::read(choice.take("usage")?));
    if reason.as_deref() == Some("error") {
        let stated = choice.take("error").map(error::of_error);
        reply.fault = reply.fault.take().or(stated).or_else(|| Some(unnamed_fault()));
    } else {
        let calls = reply.blocks.iter().any(|it| matches!(it.block, Block::ToolCall { .. }));
        reply.finish = Some(finish_with_calls(reason.as_deref().and_then(read_finish), calls));
    }
    keep_rest(choice, "choice.", &mut reply.extra);
    Ok(())
}

/// `finish_reason: "error"` without a word on which.
pub(super) fn unnamed_fault() -> Fault {
    Fault { code: Some("error".to_owned()), message: "the provider ended with an error".to_owned(), ..Fault::default() }
}

fn read_message(message: &mut Object, blocks: &mut Vec<Piece>) -> Result<(), Malformed> {
    let mut add = |block, text: Cow<str>| {
        blocks.push(Piece::new(block, text));
    };
    message.take("role");
    if let Some(text) = take_reasoning(message) {
        add(Block::Thinking, text);
    }
    if let Some(content) = message.take("content") {
        for (block, text) in said(content) {
            add(block, text);
        }
    }
    if let Some(text) = message.take("refusal").and_then(json::text).filter(|it| !it.is_empty()) {
        add(Block::Refusal, text);
    }
    for (nth, raw) in message.take_items("tool_calls")?.into_iter().flatten().enumerate() {
        let place = || format!("choices[0].message.tool_calls[{nth}]");
        let call = Object::of(raw).ok_or_else(|| wrong(&place(), "an object"))?;
        blocks.push(read_call(call, raw));
    }
    Ok(())
}

/// Puts citations to the texts that they are about. What is no citation, or has no text, comes back.
fn cite(raw: &RawValue, blocks: &mut [Piece]) -> Vec<Opaque> {
    let (citations, others) = annotations::read(raw);
    let texts = stretches(blocks);
    let (mut homeless, mut back) = (Vec::new(), Vec::from_iter(others));
    for mut citation in citations {
        match annotations::place(&mut citation, &texts).and_then(|at| blocks.get_mut(at as usize)) {
            Some(piece) => piece.citations.push(citation),
            None => homeless.push(citation),
        }
    }
    back.extend(annotations::unread(&homeless));
    back
}

/// Where in the message each text stands.
fn stretches(blocks: &[Piece]) -> Vec<Stretch> {
    let mut start = 0;
    let texts = (0..).zip(blocks).filter(|it| matches!(it.1.block, Block::Text));
    let one = |(block, piece): (u32, &Piece)| {
        let length = cited::length(&piece.text);
        start += length;
        Stretch { block, start: start - length, length }
    };
    texts.map(one).collect()
}

fn read_call(mut call: Object, raw: &RawValue) -> Piece {
    let kind = call.take("type").and_then(json::text).unwrap_or("function".into());
    let Some(mut function) = call.take("function").and_then(Object::of) else {
        let block = Block::Opaque(opaque(format!("tool_calls.{kind}"), raw));
        return Piece::new(block, "");
    };
    let text = |raw: Option<&RawValue>| raw.and_then(json::text).unwrap_or_default().into_owned();
    let block = Block::ToolCall { id: text(call.take("id")), name: text(function.take("name")) };
    let arguments = function.take("arguments").map(arguments).unwrap_or_default();
    let mut piece = Piece::new(block, arguments);
    call.take("index");
    keep_rest(function, "function.", &mut piece.extra);
    keep_rest(call, "tool_call.", &mut piece.extra);
    piece
}

/// Tool arguments are JSON in a string; some providers send the JSON itself.
pub(super) fn arguments(raw: &RawValue) -> Cow<'_, str> {
    json::text(raw).unwrap_or(Cow::Borrowed(raw.get()))
}

/// Takes reasoning text under either of its names. Where both are there, providers say the same twice; if not, the
/// second stays.
pub(super) fn take_reasoning<'a>(message: &mut Object<'a>) -> Option<Cow<'a, str>> {
    let mut found: Option<Cow<str>> = None;
    for key in ["reasoning_content", "reasoning"] {
        let Some(text) = message.get(key).and_then(json::text) else { continue };
        if text.is_empty() || found.as_ref().is_none_or(|it| *it == text) {
            message.take(key);
            found = found.or(Some(text).filter(|it| !it.is_empty()));
        }
    }
    found
}

/// Content: a text, or (Mistral) a list of text and thinking parts. A part of another kind is a block of its own.
pub(super) fn said(content: &RawValue) -> Vec<(Block, Cow<'_, str>)> {
    if let Some(text) = json::text(content) {
        return if text.is_empty() { Vec::new() } else { vec![(Block::Text, text)] };
    }
    let parts = json::items(content).unwrap_or_default();
    parts
        .into_iter()
        .map(said_part)
        .filter(|(block, text)| matches!(block, Block::Opaque(_)) || !text.is_empty())
        .collect()
}

fn said_part(raw: &RawValue) -> (Block, Cow<'_, str>) {
    let object = Object::of(raw).unwrap_or_default();
    let kind = object.get("type").and_then(json::text).unwrap_or("part".into());
    match (&*kind, object.get("text").and_then(json::text), object.get("thinking")) {
        ("text", Some(text), _) => (Block::Text, text),
        ("thinking", _, Some(thinking)) => {
            let texts = said(thinking).into_iter().map(|(_, text)| text).collect::<Vec<_>>().concat();
            (Block::Thinking, Cow::Owned(texts))
        }
        _ => (Block::Opaque(opaque(&*kind, raw)), Cow::Borrowed("")),
    }
}

// === writing ===

/// Writes an answer for a client. A provider that does not say when it answered did so when it was asked.
pub(super) fn write(reply: &Reply, asked: &Asked) -> Written {
    let mut out = Vec::with_capacity(512);
    let mut losses = Losses::default();
    let extra = merged(&reply.extra, &mut losses);
    let mut top = ObjectWriter::begin(&mut out);
    top.text("id", &reply.id);
    top.text("object", "chat.completion");
    top.plain("created", reply.created.unwrap_or(asked.created));
    top.text("model", &reply.model);
    let choices = top.key("choices");
    choices.push(b'[');
    let mut choice = ObjectWriter::begin(choices);
    choice.plain("index", 0);
    let mut message = choice.object("message");
    let calls = write_message(&reply.blocks, &mut message, &mut losses);
    details::write_of_answer(&reply.blocks, &mut message);
    write_notes(&reply.blocks, &extra, &mut message, &mut losses);
    write_extra(extra.iter().filter(|it| it.name != annotations::OTHERS), "message.", &mut message);
    message.end();
    if !extra.iter().any(|it| it.name == "choice.logprobs") {
        // Required by OpenAI's own schema, as are `content` and `refusal`.
        choice.raw("logprobs", "null");
    }
    write_extra(&extra, "choice.", &mut choice);
    let finish = finish_with_calls(reply.finish.clone(), calls);
    choice.text("finish_reason", finish_word(&finish, calls, &mut losses));
    choice.end();
    let is_choice = |it: &&Opaque| it.name.starts_with("choices[");
    for other in extra.iter().filter(is_choice) {
        choices.push(b',');
        choices.extend_from_slice(other.raw.get().as_bytes());
    }
    choices.push(b']');
    if let Some(usage) = &reply.usage {
        usage::write(usage, top.key("usage"));
    }
    write_extra(extra.iter().filter(|it| !is_choice(it)), "", &mut top);
    top.end();
    if reply.stop.is_some() {
        losses.add("stop_sequence", "openai-chat does not say which stop text was met");
    }
    Written { body: out, losses: losses.0 }
}

/// Writes the blocks; says whether there was a tool call.
fn write_message(blocks: &[Piece], message: &mut ObjectWriter, losses: &mut Losses) -> bool {
    let text_of = |wanted: fn(&Block) -> bool| {
        let texts: Vec<&str> = blocks.iter().filter(|it| wanted(&it.block)).map(|it| it.text.as_str()).collect();
        (!texts.is_empty()).then(|| texts.concat())
    };
    message.text("role", "assistant");
    let own_parts = blocks.iter().any(|it| matches!(&it.block, Block::Opaque(it) if is_part(it)));
    if own_parts {
        write_parts(blocks, message);
    } else {
        nullable(message, "content", text_of(|it| matches!(it, Block::Text)));
    }
    nullable(message, "refusal", text_of(|it| matches!(it, Block::Refusal)));
    if let Some(text) = text_of(|it| matches!(it, Block::Thinking)).filter(|it| !it.is_empty()) {
        message.text("reasoning_content", &text);
    }
    let calls: Vec<&Piece> = blocks.iter().filter(|it| is_call(&it.block)).collect();
    if !calls.is_empty() {
        message.list("tool_calls", &calls, |piece, out| write_call(piece, out));
    }
    for (nth, piece) in blocks.iter().enumerate() {
        if piece.signature.is_some() {
            losses.add(signature_of(&piece.block), "openai-chat has no signatures");
        }
        losses.foreign(&format!("content[{nth}]."), &piece.extra);
        match &piece.block {
            Block::RedactedThinking(_) => losses.add("redacted_thinking", "openai-chat has no encrypted reasoning"),
            Block::Opaque(it) if !is_own(it) => {
                losses.add(format!("content[{nth}].{}", it.name), "openai-chat has no such block");
            }
            _ => {}
        }
    }
    !calls.is_empty()
}

/// Writes the notes on the message, and with them those that are no citations.
fn write_notes(blocks: &[Piece], extra: &[Opaque], message: &mut ObjectWriter, losses: &mut Losses) {
    let mut notes = Vec::new();
    for (nth, piece) in blocks.iter().enumerate().filter(|(_, it)| !it.citations.is_empty()) {
        let text = stretches(blocks).into_iter().find(|it| it.block as usize == nth);
        let lose = &mut |what: &str, why| losses.add(format!("content[{nth}].{what}"), why);
        match text {
            Some(it) => {
                let place = it.start..it.start + it.length;
                notes.extend(piece.citations.iter().flat_map(|it| annotations::write(it, place.clone(), lose)));
            }
            None => lose("citation", annotations::ONLY_TEXT),
        }
    }
    let others = extra.iter().find(|it| is_own(it) && it.name == annotations::OTHERS);
    let others = others.and_then(|it| json::items(&it.raw)).unwrap_or_default();
    notes.extend(others.into_iter().map(|it| it.get().as_bytes().to_vec()));
    if !notes.is_empty() {
        message.list("annotations", notes, |note, out| out.extend_from_slice(&note));
    }
}

/// What a lost signature is called.
fn signature_of(block: &Block) -> &'static str {
    match block {
        Block::Thinking => "thinking.signature",
        Block::ToolCall { .. } => "tool_calls.signature",
        _ => "signature",
    }
}

fn nullable(object: &mut ObjectWriter, key: &str, text: Option<String>) {
    match text {
        Some(text) => object.text(key, &text),
        None => object.raw(key, "null"),
    }
}

/// An own content part without a noun: then the content goes out as a list again.
fn is_part(it: &Opaque) -> bool {
    is_own(it) && !it.name.starts_with("tool_calls.")
}

fn is_call(block: &Block) -> bool {
    match block {
        Block::ToolCall { .. } => true,
        Block::Opaque(it) => is_own(it) && !is_part(it),
        _ => false,
    }
}

fn write_parts(blocks: &[Piece], message: &mut ObjectWriter) {
    let in_content = |it: &&Piece| match &it.block {
        Block::Text => true,
        Block::Opaque(it) => is_part(it),
        _ => false,
    };
    message.list("content", blocks.iter().filter(in_content), |piece, out| {
        if let Block::Opaque(it) = &piece.block {
            out.extend_from_slice(it.raw.get().as_bytes());
        } else {
            let mut part = ObjectWriter::begin(out);
            part.text("type", "text");
            part.text("text", &piece.text);
            part.end();
        }
    });
}

fn write_call(piece: &Piece, out: &mut Vec<u8>) {
    match &piece.block {
        Block::ToolCall { id, name } => {
            let mut call = ObjectWriter::begin(out);
            call.text("id", id);
            call.text("type", "function");
            let mut function = call.object("function");
            function.text("name", name);
            // Clients parse this without asking; a call without arguments is a call with none.
            function.text("arguments", if piece.text.is_empty() { "{}" } else { &piece.text });
            write_extra(&piece.extra, "function.", &mut function);
            function.end();
            write_extra(&piece.extra, "tool_call.", &mut call);
            call.end();
        }
        Block::Opaque(it) => out.extend_from_slice(it.raw.get().as_bytes()),
        _ => out.extend_from_slice(b"null"),
    }
}

/// Own pieces with one value a name, and the others named as losses. A field that came in pieces over a stream is put
/// together where it is a list; else its last value holds.
fn merged(extra: &[Opaque], losses: &mut Losses) -> Vec<Opaque> {
    losses.foreign("", extra);
    let mut merged: Vec<Opaque> = Vec::new();
    for it in extra.iter().filter(|it| is_own(it)) {
        let Some(before) = merged.iter_mut().find(|before| before.name == it.name) else {
            merged.push(it.clone());
            continue;
        };
        if let Some(both) = joined(before.raw.get(), it.raw.get()) {
            before.raw = both;
            continue;
        }
        if before.raw.get() != it.raw.get() {
            losses.add(it.name.clone(), "changed: it came more than once, the last value is kept");
        }
        before.raw.clone_from(&it.raw);
    }
    merged
}

/// Two JSON arrays as one.
fn joined(first: &str, second: &str) -> Option<Box<RawValue>> {
    let first = first.strip_prefix('[')?.strip_suffix(']')?.trim();
    let second = second.strip_prefix('[')?.strip_suffix(']')?.trim();
    let comma = if first.is_empty() || second.is_empty() { "" } else { "," };
    RawValue::from_string(format!("[{first}{comma}{second}]")).ok()
}
