//! Errors, both ways. The class is the name of an exception of the service's model: in the header [`TYPE_HEADER`], in a
//! body's `__type` as older services of AWS have it, or as the type of a message of a stream.

use serde_json::value::RawValue;

use crate::domain::event::Fault;
use crate::domain::failure::{Failure, Kind, Origin};
use crate::domain::id::RequestId;
use crate::wire::bedrock_converse::fields;
use crate::wire::eventstream;
use crate::wire::json::Object;

/// The header that names the class (`ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/`).
pub(super) const TYPE_HEADER: &str = "x-amzn-errortype";

/// Longest text taken from a body that is no error object.
const MAX_TEXT: usize = 300;

/// Reads an error body, whatever it is, with the class that a header gave.
pub(super) fn read(class: Option<&str>, body: &[u8]) -> Fault {
    let text = String::from_utf8_lossy(body);
    let mut fault = match serde_json::from_str::<&RawValue>(&text).ok().and_then(Object::of) {
        Some(it) => of(it),
        None => Fault::default(),
    };
    if let Some(class) = class.map(bare).filter(|it| !it.is_empty()) {
        fault.kind = Some(class.to_owned());
    }
    if fault.message.is_empty() {
        let visible = text.trim().chars().map(|it| if it.is_control() { ' ' } else { it });
        fault.message = visible.take(MAX_TEXT).collect();
    }
    fault
}

/// Reads a message of a stream that is an exception: `name` is its class.
pub(super) fn of_message(name: &str, data: &[u8]) -> Fault {
    read(Some(name), data)
}

/// Reads an error object, of this dialect or of a gateway before it.
pub(super) fn of(it: Object) -> Fault {
    let mut it = it.get("error").and_then(Object::of).unwrap_or(it);
    let spelled = |raw: &RawValue| fields::text(raw).unwrap_or_else(|| raw.get().to_owned());
    let class = fields::some_text(&mut it, "__type").or_else(|| fields::some_text(&mut it, "type"));
    let mut fault = Fault {
        kind: class.map(|it| bare(&it).to_owned()).filter(|it| !it.is_empty()),
        // What the model's own server answered, where that is the reason.
        code: it.take("originalStatusCode").or_else(|| it.take("code")).map(spelled),
        ..Fault::default()
    };
    for key in ["message", "Message", "originalMessage", "error"] {
        if fault.message.is_empty() {
            fault.message = fields::some_text(&mut it, key).unwrap_or_default();
        }
    }
    fault
}

/// The name in `namespace#Name:address`.
fn bare(class: &str) -> &str {
    let name = class.split(':').next().unwrap_or_default();
    name.rsplit('#').next().unwrap_or_default().trim()
}

/// An error body in our own words, and its status. The class stands in the body, because only that is written here; the
/// SDKs read it there too.
pub(super) fn write(failure: &Failure, id: RequestId) -> (u16, Vec<u8>) {
    let (status, class) = class(failure);
    let mut body = Vec::new();
    fields::write(&mut body, |out| {
        out.text("__type", class);
        out.text("message", &failure.told);
        out.text("request_id", &id.to_string());
    });
    (status, body)
}

/// The same as a message of a stream that has begun. Nothing may follow it.
pub(super) fn write_stream(failure: &Failure, id: RequestId) -> Vec<u8> {
    let (_, class) = class(failure);
    // A stream's exceptions are members of a union, whose names begin small.
    let class = match class {
        "ThrottlingException" => "throttlingException",
        "ServiceUnavailableException" => "serviceUnavailableException",
        "ValidationException" => "validationException",
        "InternalServerException" => "internalServerException",
        _ => "modelStreamErrorException",
    };
    let (_, payload) = write(failure, id);
    let mut out = Vec::new();
    let headers =
        [(":exception-type", class), (":content-type", "application/json"), (eventstream::MESSAGE_TYPE, "exception")];
    eventstream::write(&headers, &payload, &mut out);
    out
}

/// Status and exception (faults.md §4, "client sees").
fn class(failure: &Failure) -> (u16, &'static str) {
    match failure.kind {
        Kind::Rate | Kind::Quota => (429, "ThrottlingException"),
        // Not 403: a client would ask its user for the key of this proxy.
        Kind::Auth => (424, "ModelErrorException"),
        Kind::Overload => (503, "ServiceUnavailableException"),
        Kind::Transient | Kind::Unreachable | Kind::Broken | Kind::Cut => (502, "InternalServerException"),
        Kind::Uncertain | Kind::Silent => (504, "ModelTimeoutException"),
        Kind::Client => {
            let status = failure.status.filter(|it| (400..500).contains(it)).unwrap_or(400);
            (status, by_status(status))
        }
        Kind::Context | Kind::Filter => (400, "ValidationException"),
        Kind::Model => (404, "ResourceNotFoundException"),
        Kind::Local => {
            let usual = if failure.origin == Origin::Client { 400 } else { 500 };
            let status = failure.status.unwrap_or(usual);
            (status, by_status(status))
        }
    }
}

fn by_status(status: u16) -> &'static str {
    match status {
        401 | 403 => "AccessDeniedException",
        404 => "ResourceNotFoundException",
        408 => "ModelTimeoutException",
        429 => "ThrottlingException",
        503 => "ServiceUnavailableException",
        400..500 => "ValidationException",
        _ => "InternalServerException",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_is_found_wherever_it_stands() {
        let read = |class: Option<&str>, body: &str| {
            let it = read(class, body.as_bytes());
            (it.kind.unwrap_or_default(), it.code.unwrap_or_default(), it.message)
        };
        let is = |kind: &str, code: &str, message: &str| (kind.to_owned(), code.to_owned(), message.to_owned());
        for (class, body, expected) in [
            (
                Some("ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/"),
                r#"{"message":"m"}"#,
                is("ValidationException", "", "m"),
            ),
            (
                None,
                r#"{"__type":"com.amazon.coral.service#ThrottlingException","Message":"m"}"#,
                is("ThrottlingException", "", "m"),
            ),
            (None, r#"{"message":"m"}"#, is("", "", "m")),
            (
                Some("modelStreamErrorException"),
                r#"{"message":"m","originalStatusCode":529,"originalMessage":"o"}"#,
                is("modelStreamErrorException", "529", "m"),
            ),
            (None, r#"{"error":{"message":"m","type":"x"}}"#, is("x", "", "m")),
            (Some("InternalFailure"), "", is("InternalFailure", "", "")),
            (None, "<html>\n502\u{7}</html>", is("", "", "<html> 502 </html>")),
            (Some(""), r#"{"odd":1}"#, is("", "", r#"{"odd":1}"#)),
        ] {
            assert_eq!(read(class, body), expected, "{body}");
        }
        assert_eq!(super::read(None, "é".repeat(400).as_bytes()).message.chars().count(), 300);
    }

    #[test]
    fn a_written_error_reads_back() {
        for (kind, class, in_stream) in [
            (Kind::Rate, "ThrottlingException", "throttlingException"),
            (Kind::Overload, "ServiceUnavailableException", "serviceUnavailableException"),
            (Kind::Context, "ValidationException", "validationException"),
            (Kind::Cut, "InternalServerException", "internalServerException"),
            (Kind::Silent, "ModelTimeoutException", "modelStreamErrorException"),
        ] {
            let failure = Failure::upstream(kind, "c", "told");
            let (status, body) = write(&failure, RequestId(7));
            assert!(status >= 400);
            let fault = super::read(None, &body);
            assert_eq!((fault.kind.as_deref(), &*fault.message), (Some(class), "told"));
            let message = write_stream(&failure, RequestId(7));
            assert_eq!(eventstream::header(&message, ":exception-type"), Some(in_stream));
            assert_eq!(eventstream::header(&message, eventstream::MESSAGE_TYPE), Some("exception"));
        }
    }
}
