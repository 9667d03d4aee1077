//! Errors, both ways: a provider's words → [`Fault`], our own failures → the dialect's error object.

use serde_json::value::RawValue;

use crate::domain::event::Fault;
use crate::domain::failure::{Failure, Kind, Origin};
use crate::domain::id::RequestId;
use crate::wire::anthropic::fields;
use crate::wire::json::Object;
use crate::wire::sse;

/// Longest text taken from a body that is no error object.
const MAX_TEXT: usize = 300;

/// Reads an error body, whatever it is: the dialect's own object, another vendor's, a gateway's page.
pub(super) fn read(body: &[u8]) -> Fault {
    let text = String::from_utf8_lossy(body);
    let Ok(raw) = serde_json::from_str::<&RawValue>(&text) else { return plain(&text) };
    // Vertex answers a stream with an array of errors.
    let first = fields::items(raw).ok().and_then(|it| it.first().copied()).unwrap_or(raw);
    let Ok(mut it) = fields::object(first) else { return plain(&text) };
    let mut fault = match it.take("error") {
        Some(error) => of(Some(error)),
        None => from_object(it),
    };
    if fault.message.is_empty() {
        fault.message = plain(&text).message;
    }
    fault
}

/// Reads the value of `error`.
pub(super) fn of(error: Option<&RawValue>) -> Fault {
    let Some(raw) = error else { return Fault::default() };
    match (fields::text(raw), fields::object(raw)) {
        (Some(text), _) => Fault { message: text, ..Fault::default() },
        (None, Ok(it)) => from_object(it),
        (None, Err(_)) => plain(raw.get()),
    }
}

fn from_object(mut it: Object) -> Fault {
    let mut fault = Fault {
        kind: fields::some_text(&mut it, "type")
            .filter(|it| it != "error")
            .or_else(|| fields::some_text(&mut it, "status")),
        code: it.take("code").map(spelled),
        param: fields::some_text(&mut it, "param"),
        ..Fault::default()
    };
    for key in ["message", "Message", "detail", "error"] {
        if fault.message.is_empty() {
            fault.message = fields::some_text(&mut it, key).unwrap_or_default();
        }
    }
    let Some(details) = it.take("details") else { return fault };
    // Anthropic has one object here, Google an array of them.
    for raw in fields::items(details).unwrap_or_else(|_| vec![details]) {
        let Ok(mut it) = fields::object(raw) else { continue };
        fault.code = fields::some_text(&mut it, "error_code").or(fault.code);
        fault.retry_after_ms =
            fields::some_text(&mut it, "retryDelay").and_then(|it| milliseconds(&it)).or(fault.retry_after_ms);
    }
    fault
}

/// A code as text, also when it is a number.
fn spelled(raw: &RawValue) -> String {
    fields::text(raw).unwrap_or_else(|| raw.get().to_owned())
}

/// `34.4s` in milliseconds.
fn milliseconds(delay: &str) -> Option<u64> {
    let seconds: f64 = delay.strip_suffix('s')?.parse().ok()?;
    let valid = seconds.is_finite() && (0.0..1e9).contains(&seconds);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
    valid.then_some((seconds * 1000.0).ceil() as u64)
}

fn plain(text: &str) -> Fault {
    let visible = text.trim().chars().map(|it| if it.is_control() { ' ' } else { it });
    Fault { message: visible.take(MAX_TEXT).collect(), ..Fault::default() }
}

/// An error body in our own words, and its status. Whether the provider's words go back instead is the engine's to
/// decide.
pub(super) fn write(failure: &Failure, id: RequestId) -> (u16, Vec<u8>) {
    let (status, kind) = class(failure);
    (status, envelope(kind, failure, id))
}

/// The same as an event of a stream that has begun. No `message_stop` may follow it.
pub(super) fn write_stream(failure: &Failure, id: RequestId) -> Vec<u8> {
    let (_, kind) = class(failure);
    let mut out = Vec::new();
    sse::frame(Some("error"), &envelope(kind, failure, id), &mut out);
    out
}

fn envelope(kind: &str, failure: &Failure, id: RequestId) -> Vec<u8> {
    let mut body = Vec::new();
    fields::write(&mut body, |out| {
        out.text("type", "error");
        fields::nest(out, "error", |out| {
            out.text("type", kind);
            out.text("message", &message(failure));
        });
        out.text("request_id", &id.to_string());
    });
    body
}

/// Clients shorten a conversation when they read the words that Anthropic says this with; other vendors' words for it
/// would go unheard.
fn message(failure: &Failure) -> String {
    const WORDS: &str = "prompt is too long";
    if failure.kind == Kind::Context && !failure.told.to_ascii_lowercase().contains(WORDS) {
        return format!("{WORDS}: {}", failure.told);
    }
    failure.told.clone()
}

/// Status and error type (faults.md §4, "client sees").
fn class(failure: &Failure) -> (u16, &'static str) {
    let client_status = failure.status.filter(|it| (400..500).contains(it)).unwrap_or(400);
    match failure.kind {
        Kind::Rate => (429, "rate_limit_error"),
        Kind::Quota => (429, "billing_error"),
        // Not 401: a client would ask its user for the key of this proxy.
        Kind::Auth => (424, "api_error"),
        Kind::Overload => (529, "overloaded_error"),
        Kind::Transient | Kind::Unreachable | Kind::Broken | Kind::Cut => (502, "api_error"),
        Kind::Uncertain | Kind::Silent => (504, "api_error"),
        Kind::Client => (client_status, by_status(client_status)),
        Kind::Context | Kind::Filter => (400, "invalid_request_error"),
        Kind::Model => (404, "not_found_error"),
        Kind::Local => {
            let usual = if failure.origin == Origin::Client { 400 } else { 500 };
            let status = failure.status.unwrap_or(usual);
            let spent = status == 429 && (failure.code.contains("budget") || failure.code.contains("quota"));
            (status, if spent { "billing_error" } else { by_status(status) })
        }
    }
}

fn by_status(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 | 529 => "overloaded_error",
        400..500 => "invalid_request_error",
        _ => "api_error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_own_and_other_shapes() {
        let read = |body: &str| {
            let it = read(body.as_bytes());
            (it.kind.unwrap_or_default(), it.code.unwrap_or_default(), it.message)
        };
        let is = |kind: &str, code: &str, message: &str| (kind.to_owned(), code.to_owned(), message.to_owned());
        for (body, expected) in [
            (
                r#"{"type":"error","error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}},"request_id":"req_1"}"#,
                is("rate_limit_error", "enforced_spend_limit_reached", "m"),
            ),
            (r#"{"error":{"message":"m","type":"x","code":429}}"#, is("x", "429", "m")),
            (r#"{"error":"m"}"#, is("", "", "m")),
            (r#"{"message":"m"}"#, is("", "", "m")),
            (r#"[{"error":{"code":503,"status":"UNAVAILABLE","message":"m"}}]"#, is("UNAVAILABLE", "503", "m")),
            (r#"{"type":"error","message":"m"}"#, is("", "", "m")),
            (r#"{"odd":1}"#, is("", "", r#"{"odd":1}"#)),
            ("<html>\n502\u{7}</html>", is("", "", "<html> 502 </html>")),
            ("", is("", "", "")),
        ] {
            assert_eq!(read(body), expected, "{body}");
        }
        assert_eq!(super::read("é".repeat(400).as_bytes()).message.chars().count(), 300);
        let delay = br#"{"error":{"message":"m","details":[{"@type":"RetryInfo","retryDelay":"34.4s"}]}}"#;
        assert_eq!(super::read(delay).retry_after_ms, Some(34_400));
    }

    #[test]
    fn every_class_has_its_status_and_type() {
        let told = |kind| {
            let (status, body) = write(&Failure::upstream(kind, "c", "told"), RequestId(7));
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body["type"], "error");
            assert_eq!(body["request_id"], "r0007");
            (
                status,
                body["error"]["type"].as_str().unwrap().to_owned(),
                body["error"]["message"].as_str().unwrap().to_owned(),
            )
        };
        for (kind, status, name) in [
            (Kind::Rate, 429, "rate_limit_error"),
            (Kind::Quota, 429, "billing_error"),
            (Kind::Auth, 424, "api_error"),
            (Kind::Overload, 529, "overloaded_error"),
            (Kind::Transient, 502, "api_error"),
            (Kind::Uncertain, 504, "api_error"),
            (Kind::Client, 400, "invalid_request_error"),
            (Kind::Filter, 400, "invalid_request_error"),
            (Kind::Model, 404, "not_found_error"),
            (Kind::Unreachable, 502, "api_error"),
            (Kind::Silent, 504, "api_error"),
            (Kind::Broken, 502, "api_error"),
        ] {
            assert_eq!(told(kind), (status, name.to_owned(), "told".to_owned()), "{kind:?}");
        }
        assert_eq!(told(Kind::Context).2, "prompt is too long: told");
    }

    #[test]
    fn our_own_refusals_keep_their_status() {
        for (status, code, name) in [
            (400, "bad_request", "invalid_request_error"),
            (401, "no_token", "authentication_error"),
            (403, "host", "permission_error"),
            (404, "no_model", "not_found_error"),
            (413, "too_large", "request_too_large"),
            (429, "busy", "rate_limit_error"),
            (429, "budget_spent", "billing_error"),
            (503, "draining", "overloaded_error"),
            (500, "bug", "api_error"),
        ] {
            let failure = Failure::local(Origin::Local, code, status, "told");
            let (sent, body) = write(&failure, RequestId(1));
            assert_eq!(sent, status);
            assert!(String::from_utf8(body).unwrap().contains(&format!(r#""type":"{name}""#)), "{status} {code}");
        }
    }

    #[test]
    fn inside_a_stream_it_is_one_event() {
        let frame = write_stream(&Failure::upstream(Kind::Cut, "c", "two\nlines"), RequestId(1));
        let expected = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"two\\nlines\"},\"request_id\":\"r0001\"}\n\n";
        assert_eq!(String::from_utf8(frame).unwrap(), expected);
    }
}
