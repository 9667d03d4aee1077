//! Errors. The error object is the chat dialect's; a failed response has its own.

use serde_json::value::RawValue;

use crate::domain::event::Fault;
use crate::domain::failure::Failure;
use crate::domain::id::RequestId;
use crate::wire::json::{Object, ObjectWriter};
use crate::wire::openai_chat::error as chat;
use crate::wire::sse;

pub(super) use chat::{read, write};

/// The fault a response object states: `error`, or the status `failed` without one.
pub(super) fn of_response(response: &Object) -> Option<Fault> {
    if let Some(error) = response.get("error") {
        return Some(chat::of_error(error));
    }
    let failed = response.get("status").is_some_and(|it| it.get() == "\"failed\"");
    failed.then(|| Fault {
        code: Some("failed".to_owned()),
        message: "the provider says that the response failed, and not why".to_owned(),
        ..Fault::default()
    })
}

/// The fault of an `error` event: its fields are those of the event, or one level down.
pub(super) fn of_event(data: &[u8], event: &Object) -> Fault {
    match event.get("error") {
        Some(error) => chat::of_error(error),
        None => chat::read_flat(event).unwrap_or_else(|| read(data)),
    }
}

/// The fault in a value that is an error in place of an answer.
pub(super) fn of_value(value: &RawValue) -> Option<Fault> {
    chat::of_value(value)
}

/// Numbers of the last two events of a stream that fails: larger than any stream gets to, since this place does not know
/// how far this one has come. They fit 32 bits with a sign.
const LAST_BUT_ONE: u32 = 2_147_483_646;
const LAST: u32 = 2_147_483_647;

/// The end of a stream that failed. The SDKs raise the `error` event; Codex looks for `response.failed`.
pub(super) fn write_stream(failure: &Failure, id: RequestId) -> Vec<u8> {
    let (_, code) = chat::kind_and_code(failure);
    let mut out = Vec::with_capacity(512);
    let mut data = Vec::new();
    let (_, body) = write(failure, id);
    let mut event = ObjectWriter::begin(&mut data);
    event.text("type", "error");
    event.plain("sequence_number", LAST_BUT_ONE);
    event.text("code", code);
    event.text("message", &failure.told);
    event.raw("param", "null");
    if let Some(error) = Object::parse(&body).ok().and_then(|it| it.get("error").map(RawValue::get)) {
        event.raw("error", error);
    }
    event.end();
    sse::frame(Some("error"), &data, &mut out);
    data.clear();
    let mut event = ObjectWriter::begin(&mut data);
    event.text("type", "response.failed");
    event.plain("sequence_number", LAST);
    let mut response = event.object("response");
    response.text("id", &format!("resp_{id}"));
    response.text("object", "response");
    response.plain("created_at", 0);
    response.text("status", "failed");
    response.text("model", "");
    response.raw("output", "[]");
    response.raw("parallel_tool_calls", "true");
    response.text("tool_choice", "auto");
    response.raw("tools", "[]");
    response.raw("incomplete_details", "null");
    response.raw("usage", "null");
    let mut error = response.object("error");
    error.text("code", code);
    error.text("message", &failure.told);
    error.end();
    response.end();
    event.end();
    sse::frame(Some("response.failed"), &data, &mut out);
    out
}
