//! Errors: what providers of this dialect say (in a good dozen shapes), and what its clients expect to be told.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::domain::event::Fault;
use crate::domain::failure::{Failure, Kind};
use crate::domain::id::RequestId;
use crate::wire::json::{self, Object, ObjectWriter};

/// Longest message kept of an error in this dialect.
const LONGEST: usize = 2000;
/// Longest text kept of a body that is something else.
const LONGEST_FOREIGN: usize = 300;

/// Reads an error body: OpenAI's object, `{"error":"text"}`, a flat object, `detail` (Mistral, FastAPI), an array of
/// these (Gemini's compatible endpoint), or any text.
pub(in crate::wire) fn read(body: &[u8]) -> Fault {
    let value = serde_json::from_slice::<&RawValue>(body).ok();
    if let Some(fault) = value.and_then(of_value) {
        return fault;
    }
    let text = value.and_then(json::text).unwrap_or_else(|| String::from_utf8_lossy(body));
    let message = clean(&text, LONGEST_FOREIGN);
    Fault { retry_after_ms: wait_in(&message), message, ..Fault::default() }
}

/// Reads the object an error body consists of, or the first of an array of them.
pub(in crate::wire) fn of_value(value: &RawValue) -> Option<Fault> {
    let object = match json::items(value) {
        Some(items) => Object::of(items.first()?)?,
        None => Object::of(value)?,
    };
    let fault = match object.get("error") {
        Some(error) => of_error(error),
        None if ["message", "detail", "error_message"].iter().any(|key| object.get(key).is_some()) => flat(&object),
        None => return None,
    };
    Some(fault)
}

/// Reads the value of an `error` field.
pub(in crate::wire) fn of_error(error: &RawValue) -> Fault {
    if let Some(object) = Object::of(error) {
        return flat(&object);
    }
    let message = clean(&shown(error), LONGEST);
    Fault { retry_after_ms: wait_in(&message), message, ..Fault::default() }
}

/// Reads an object that is itself the error. `None` if it has no message.
pub(in crate::wire) fn read_flat(object: &Object) -> Option<Fault> {
    object.get("message").map(|_| flat(object))
}

/// `type` and `code` of a failure, as clients are told.
pub(in crate::wire) fn kind_and_code(failure: &Failure) -> (&'static str, &'static str) {
    let (_, kind, code) = spelling(failure);
    (kind, code)
}

/// Reads an object with `message`, `type`, `code` and the like.
fn flat(object: &Object) -> Fault {
    let field = |key: &str| object.get(key).map(|it| clean(&shown(it), LONGEST)).filter(|it| !it.is_empty());
    let (detail, detail_param) = object.get("detail").map(detail).unwrap_or_default();
    let message = field("message").or(detail).or_else(|| field("error_message")).unwrap_or_default();
    // Some gateways put the whole error of the provider behind them into the message, as JSON in a string.
    if let Some(inner) = unwrap_nested(&message) {
        return inner;
    }
    let metadata = object.get("metadata").and_then(Object::of);
    let of_metadata = |key: &str| metadata.as_ref()?.get(key).map(|raw| clean(&shown(raw), LONGEST));
    let told = of_metadata("raw");
    let what_ran_out = ["error_type", "limit_source"].into_iter().find_map(of_metadata);
    let stated = details_wait(object).or_else(|| seconds(object.get("retry_after")?));
    let wait = stated.or_else(|| wait_in(&message)).or_else(|| wait_in(told.as_deref()?));
    let message = match told {
        Some(told) if !told.is_empty() => clean(&format!("{message}: {told}"), LONGEST),
        _ => message,
    };
    Fault {
        kind: field("type").or_else(|| field("status")),
        // What ran out says more than the 402 it comes with.
        code: what_ran_out.filter(|it| !it.is_empty()).or_else(|| field("code")),
        message,
        param: field("param").or(detail_param),
        retry_after_ms: wait,
    }
}

/// An error in this dialect that is itself the text of a message. One level: a message cannot be trusted to end.
fn unwrap_nested(message: &str) -> Option<Fault> {
    let value = serde_json::from_str::<&RawValue>(message).ok()?;
    let error = Object::of(value)?.get("error").and_then(Object::of)?;
    let text = |key: &str| error.get(key).map(|it| clean(&shown(it), LONGEST)).filter(|it| !it.is_empty());
    let message = text("message")?;
    Some(Fault {
        kind: text("type").or_else(|| text("status")),
        code: text("code"),
        param: text("param"),
        retry_after_ms: details_wait(&error).or_else(|| wait_in(&message)),
        message,
    })
}

/// `detail`: a text, or a list of `{loc, msg}` as FastAPI makes it.
fn detail(value: &RawValue) -> (Option<String>, Option<String>) {
    let Some(items) = json::items(value) else { return (Some(clean(&shown(value), LONGEST)), None) };
    let mut messages = Vec::new();
    let mut param = None;
    for item in items.into_iter().take(8) {
        let Some(object) = Object::of(item) else {
            messages.push(shown(item).into_owned());
            continue;
        };
        messages.extend(object.get("msg").map(|it| shown(it).into_owned()));
        let place = object.get("loc").and_then(json::items);
        param = param.or_else(|| place.map(|it| it.into_iter().map(shown).collect::<Vec<_>>().join(".")));
    }
    (Some(clean(&messages.join("; "), LONGEST)), param)
}

/// A value as people read it: text without quotes, everything else as JSON.
fn shown(value: &RawValue) -> Cow<'_, str> {
    json::text(value).unwrap_or(Cow::Borrowed(value.get()))
}

/// Without control characters, and not longer than `most` characters.
fn clean(text: &str, most: usize) -> String {
    text.trim().chars().map(|it| if it.is_control() { ' ' } else { it }).take(most).collect()
}

// === waits ===

/// The wait in Google's `RetryInfo`.
fn details_wait(error: &Object) -> Option<u64> {
    let details = error.get("details").and_then(json::items)?;
    let delay = details.into_iter().filter_map(|it| Object::of(it)?.get("retryDelay")).find_map(json::text)?;
    duration(&delay)
}

/// A number of seconds.
fn seconds(value: &RawValue) -> Option<u64> {
    millis(serde_json::from_str::<f64>(value.get()).ok()? * 1000.0)
}

fn millis(value: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
    (0.0..1e15).contains(&value).then(|| value.ceil() as u64)
}

/// A wait stated in words: "try again in 174ms", "in 9m38.016s", "retry after 34 seconds".
fn wait_in(message: &str) -> Option<u64> {
    let lower = message.to_ascii_lowercase();
    [
        "try again in ",
        "retry in ",
        "retry after ",
        "try again after ",
        "please wait ",
        "wait for ",
        "reset in ",
        "resets in ",
    ]
    .iter()
    .filter_map(|phrase| lower.split_once(phrase))
    .find_map(|(_, after)| duration(after))
}

/// The duration a text begins with: numbers with units, largest first, in any of `9m38.016s`, `1.5 s`, `2 hours 5 min`.
/// A number without a unit is seconds.
fn duration(text: &str) -> Option<u64> {
    let mut rest = text.trim_start();
    let mut total: Option<f64> = None;
    loop {
        let digits = rest.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at_checked(digits)?;
        // A full stop may end the sentence.
        let Ok(number) = number.trim_end_matches('.').parse::<f64>() else { break };
        let after = after.trim_start_matches(' ');
        let letters = after.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(letters)?;
        let unit = match unit {
            "ms" | "millisecond" | "milliseconds" => 1.0,
            "s" | "sec" | "secs" | "second" | "seconds" => 1e3,
            "m" | "min" | "mins" | "minute" | "minutes" => 6e4,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3.6e6,
            "d" | "day" | "days" => 8.64e7,
            "" if total.is_none() => 1e3,
            _ => break,
        };
        total = Some(total.unwrap_or(0.0) + number * unit);
        rest = after.trim_start_matches([' ', ',']);
        rest = rest.strip_prefix("and ").unwrap_or(rest);
    }
    millis(total?)
}

// === writing ===

/// The error object for a client, with its status. Where clients match on OpenAI's own code, that code is written;
/// else the code of the failure.
pub(in crate::wire) fn write(failure: &Failure, id: RequestId) -> (u16, Vec<u8>) {
    let (status, kind, code) = spelling(failure);
    let mut out = Vec::with_capacity(256);
    let mut body = ObjectWriter::begin(&mut out);
    let mut error = body.object("error");
    error.text("message", &failure.told);
    error.text("type", kind);
    // The key is there in every error of OpenAI, and a failure does not say which parameter it means.
    error.raw("param", "null");
    error.text("code", code);
    error.text("request_id", &id.to_string());
    error.end();
    body.end();
    (status, out)
}

/// Status, `type` and `code` (faults.md §4).
fn spelling(failure: &Failure) -> (u16, &'static str, &'static str) {
    let code = failure.code;
    match failure.kind {
        Kind::Rate => (429, "rate_limit_error", "rate_limit_exceeded"),
        Kind::Quota => (429, "insufficient_quota", "insufficient_quota"),
        // 401 would make people change the wrong key, and a 5xx would make their program try again.
        Kind::Auth => (424, "upstream_auth", code),
        Kind::Overload => (503, "server_error", code),
        Kind::Transient | Kind::Unreachable | Kind::Broken | Kind::Cut => (502, "server_error", code),
        Kind::Uncertain | Kind::Silent => (504, "server_error", code),
        Kind::Context => (400, "invalid_request_error", "context_length_exceeded"),
        Kind::Filter => (400, "invalid_request_error", "content_filter"),
        Kind::Model => (404, "invalid_request_error", "model_not_found"),
        Kind::Client => {
            let status = failure.status.filter(|it| (400..500).contains(it)).unwrap_or(400);
            (status, "invalid_request_error", code)
        }
        Kind::Local => {
            let status = failure.status.filter(|it| (400..600).contains(it)).unwrap_or(500);
            let kind = match status {
                401 => "authentication_error",
                403 => "permission_error",
                404 => "not_found_error",
                429 => "rate_limit_error",
                400..500 => "invalid_request_error",
                _ => "server_error",
            };
            (status, kind, code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failure::Origin;

    fn fault(body: &str) -> Fault {
        read(body.as_bytes())
    }

    #[test]
    fn every_shape_of_error_is_read() {
        let it = fault(r#"{"error":{"message":"Bad","type":"invalid_request_error","param":"x","code":"c"}}"#);
        assert_eq!((it.kind.as_deref(), it.code.as_deref()), (Some("invalid_request_error"), Some("c")));
        assert_eq!((it.message.as_str(), it.param.as_deref()), ("Bad", Some("x")));
        assert_eq!(fault(r#"{"error":{"code":401,"message":"No"}}"#).code.as_deref(), Some("401"));
        assert_eq!(fault(r#"{"error":{"code":null,"message":"No","param":null}}"#).code, None);
        assert_eq!(fault(r#"{"error":"model not found"}"#).message, "model not found");
        assert_eq!(fault(r#"{"object":"error","message":"Flat","type":"t"}"#).kind.as_deref(), Some("t"));
        assert_eq!(fault(r#"{"detail":"Not Found"}"#).message, "Not Found");
        let it = fault(r#"{"detail":[{"loc":["body","messages",0],"msg":"field required"},{"msg":"b"}]}"#);
        assert_eq!((it.message.as_str(), it.param.as_deref()), ("field required; b", Some("body.messages.0")));
        let it = fault(r#"{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"is busy"}}}"#);
        assert_eq!(it.message, "Provider returned error: is busy");
    }

    #[test]
    fn geminis_array_and_retry_info_are_read() {
        let it = fault(
            r#"[{"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED",
                "details":[{"@type":"x/google.rpc.Help"},{"@type":"x/google.rpc.RetryInfo","retryDelay":"34.4s"}]}}]"#,
        );
        assert_eq!((it.kind.as_deref(), it.code.as_deref()), (Some("RESOURCE_EXHAUSTED"), Some("429")));
        assert_eq!(it.retry_after_ms, Some(34_400));
        let wrapped = r#"{"error":{"message":"{\"error\":{\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}}","code":503}}"#;
        assert_eq!((fault(wrapped).message.as_str(), fault(wrapped).kind.as_deref()), ("busy", Some("UNAVAILABLE")));
    }

    #[test]
    fn what_is_no_error_of_this_dialect_is_kept_as_short_clean_text() {
        let html = format!("<html>\u{1b}[31m\n{}</html>", "x".repeat(1000));
        let it = fault(&html);
        assert_eq!(it.message.chars().count(), 300);
        assert!(it.message.starts_with("<html> [31m x") && !it.message.contains(char::is_control));
        assert_eq!(read(b"\xFF\xFEbad").message, "\u{FFFD}\u{FFFD}bad");
        assert_eq!(fault(""), Fault::default());
        assert_eq!(fault("[]").message, "[]");
        assert_eq!(fault("{\"x\":1}").message, "{\"x\":1}");
    }

    #[test]
    fn waits_in_words_are_found() {
        for (text, wait) in [
            ("Please try again in 174ms. Visit", Some(174)),
            ("Please try again in 9m38.016s.", Some(578_016)),
            ("try again in 1.5s", Some(1500)),
            ("Please retry in 10h17m5.7s", Some(37_025_700)),
            ("Please retry after 34 seconds.", Some(34_000)),
            ("Please try again in 2 minutes and 5 seconds", Some(125_000)),
            ("Retry after 7", Some(7000)),
            ("try again in 6 lines", None),
            ("try again in a while", None),
            ("try again in 1.2.3s", None),
            ("try again in 99999999999999999999999999999999999999999999h", None),
            ("nothing", None),
        ] {
            assert_eq!(wait_in(text), wait, "{text}");
        }
    }

    #[test]
    fn failures_are_spelled_as_clients_know_them() {
        let written = |failure: &Failure| {
            let (status, body) = write(failure, RequestId(7));
            (status, serde_json::from_slice::<serde_json::Value>(&body).unwrap())
        };
        let (status, body) = written(&Failure::upstream(Kind::Auth, "upstream_auth", "no \"key\""));
        assert_eq!(status, 424);
        let expected = serde_json::json!({"error": {"message": "no \"key\"", "type": "upstream_auth", "param": null,
            "code": "upstream_auth", "request_id": "r0007"}});
        assert_eq!(body, expected);
        for (kind, expected, code) in [
            (Kind::Rate, 429, "rate_limit_exceeded"),
            (Kind::Quota, 429, "insufficient_quota"),
            (Kind::Overload, 503, "x"),
            (Kind::Transient, 502, "x"),
            (Kind::Uncertain, 504, "x"),
            (Kind::Client, 400, "x"),
            (Kind::Context, 400, "context_length_exceeded"),
            (Kind::Filter, 400, "content_filter"),
            (Kind::Model, 404, "model_not_found"),
            (Kind::Unreachable, 502, "x"),
            (Kind::Silent, 504, "x"),
            (Kind::Broken, 502, "x"),
            (Kind::Cut, 502, "x"),
        ] {
            let (status, body) = written(&Failure::upstream(kind, "x", ""));
            assert_eq!((status, body["error"]["code"].as_str()), (expected, Some(code)), "{kind:?}");
        }
        for (status, kind) in [(401, "authentication_error"), (413, "invalid_request_error"), (503, "server_error")] {
            let (written, body) = written(&Failure::local(Origin::Local, "x", status, ""));
            assert_eq!((written, body["error"]["type"].as_str()), (status, Some(kind)));
        }
    }
}
