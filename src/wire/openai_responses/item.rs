//! The items of an answer: messages, reasoning, calls. Reasoning is read here too, which requests have as well.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::response::Tool;
use super::{MESSAGE_FIELD, own, spelling, write_extra};
use crate::domain::prompt::Opaque;
use crate::wire::freeform;
use crate::wire::json::{self, Object, ObjectWriter};

/// Between the parts of a reasoning summary.
pub(super) const PARAGRAPH: &str = "\n\n";

/// Text and encryption of a reasoning item. The summary is the text where there is one; else the reasoning itself is, as
/// open models tell it.
pub(super) fn reasoning(item: &Object) -> (String, Option<String>) {
    let texts = |key: &str| -> Vec<String> {
        let parts = item.get(key).and_then(json::items).unwrap_or_default();
        parts.into_iter().filter_map(text_of).map(Cow::into_owned).collect()
    };
    let mut text = texts("summary").join(PARAGRAPH);
    if text.is_empty() {
        text = texts("content").concat();
    }
    let encrypted = item.get("encrypted_content").and_then(json::text).map(Cow::into_owned);
    (text, encrypted.filter(|it| !it.is_empty()))
}

/// The text of a part that has one.
pub(super) fn text_of(part: &RawValue) -> Option<Cow<'_, str>> {
    Object::of(part)?.get("text").and_then(json::text)
}

/// Writes a reasoning item.
pub(super) fn write_reasoning(
    id: Option<&str>,
    text: &str,
    encrypted: Option<&str>,
    status: Option<&str>,
    out: &mut Vec<u8>,
) {
    let mut object = ObjectWriter::begin(out);
    if let Some(id) = id {
        object.text("id", id);
    }
    object.text("type", "reasoning");
    object.list("summary", Some(text).filter(|it| !it.is_empty()), summary_part);
    if let Some(data) = encrypted {
        object.text("encrypted_content", data);
    }
    if let Some(status) = status {
        object.text("status", status);
    }
    object.end();
}

/// One part of a summary.
pub(super) fn summary_part(text: &str, out: &mut Vec<u8>) {
    let mut part = ObjectWriter::begin(out);
    part.text("type", "summary_text");
    part.text("text", text);
    part.end();
}

/// Name of the own piece of a text's notes that are no citations.
pub(super) const ANNOTATIONS: &str = "annotations";

/// A message's part of text or refusal, with its notes and what its own dialect had beside it.
pub(super) fn write_said(refusal: bool, text: &str, notes: &[Vec<u8>], extra: &[Opaque], out: &mut Vec<u8>) {
    let mut part = ObjectWriter::begin(out);
    if refusal {
        part.text("type", "refusal");
        part.text("refusal", text);
    } else {
        part.text("type", "output_text");
        part.text("text", text);
        let others = own(extra, ANNOTATIONS).and_then(json::items).unwrap_or_default();
        let others = others.into_iter().map(|it| it.get().as_bytes());
        part.list(ANNOTATIONS, notes.iter().map(Vec::as_slice).chain(others), |it, out| out.extend_from_slice(it));
        if own(extra, "logprobs").is_none() {
            part.raw("logprobs", "[]");
        }
    }
    for it in extra.iter().filter(|it| it.name != ANNOTATIONS) {
        write_extra(std::slice::from_ref(it), "", &mut part);
    }
    part.end();
}

/// A message of the model.
pub(super) fn write_message(id: &str, status: &str, parts: &[Vec<u8>], extra: &[Opaque], out: &mut Vec<u8>) {
    let mut object = ObjectWriter::begin(out);
    object.text("type", "message");
    object.text("role", "assistant");
    write_identity(id, status, own(extra, spelling::MESSAGE), &mut object);
    write_extra(extra, MESSAGE_FIELD, &mut object);
    object.list("content", parts, |part, out| out.extend_from_slice(part));
    object.end();
}

/// Id and status, and what else an item had of its own.
fn write_identity(id: &str, status: &str, own: Option<&RawValue>, object: &mut ObjectWriter) {
    let fields = own.and_then(Object::of).unwrap_or_default();
    if fields.get("id").is_none() {
        object.text("id", id);
    }
    if fields.get("status").is_none() {
        object.text("status", status);
    }
    for (key, raw) in fields.rest() {
        object.raw(&key, raw.get());
    }
}

/// A call, as it is told in this dialect.
#[derive(Debug)]
pub(super) struct Call<'a> {
    tool: &'a Tool,
    id: &'a str,
    /// Arguments or input, as far as they have come.
    said: Cow<'a, str>,
}

impl<'a> Call<'a> {
    /// A call of a function, or of a tool that takes text.
    pub(super) fn new(tool: &'a Tool, id: &'a str, arguments: &'a str) -> Self {
        // Clients parse arguments without asking: a call without any has none.
        let said = match (tool.custom, arguments) {
            (true, "") => "".into(),
            (true, arguments) => freeform::unwrap(arguments),
            (false, "") => "{}".into(),
            (false, arguments) => arguments.into(),
        };
        Self { tool, id, said }
    }

    /// The same before its model has said anything.
    pub(super) const fn begun(tool: &'a Tool, id: &'a str) -> Self {
        Self { tool, id, said: Cow::Borrowed("") }
    }

    /// Arguments or input.
    pub(super) fn said(&self) -> &str {
        &self.said
    }

    /// Prefix of its item's id.
    pub(super) const fn prefix(custom: bool) -> &'static str {
        if custom { "ctc" } else { "fc" }
    }

    /// Writes its item.
    pub(super) fn write(&self, item: &str, status: &str, extra: &[Opaque], out: &mut Vec<u8>) {
        let mut object = ObjectWriter::begin(out);
        object.text("type", if self.tool.custom { "custom_tool_call" } else { "function_call" });
        write_identity(item, status, own(extra, spelling::ITEM), &mut object);
        object.text("call_id", self.id);
        if let Some(namespace) = &self.tool.namespace {
            object.text("namespace", namespace);
        }
        object.text("name", &self.tool.name);
        object.text(if self.tool.custom { "input" } else { "arguments" }, &self.said);
        write_extra(extra, "", &mut object);
        object.end();
    }

    /// Whether it is of a tool that takes text.
    pub(super) const fn is_custom(&self) -> bool {
        self.tool.custom
    }
}
