//! Errors, both ways: a provider's words → [`Fault`], our own failures → Google's error object.

use serde_json::value::RawValue;

use crate::domain::event::Fault;
use crate::domain::failure::{Failure, Kind};
use crate::domain::id::RequestId;
use crate::wire::gemini::fields;
use crate::wire::json::{self, Object};
use crate::wire::sse;

/// Longest message kept of an error in this dialect.
const LONGEST: usize = 2000;
/// Longest text kept of a body that is something else.
const LONGEST_FOREIGN: usize = 300;

/// Reads an error body: the object, an array of it (a stream that was not asked for as events), or any text.
pub(super) fn read(body: &[u8]) -> Fault {
    let value = serde_json::from_slice::<&RawValue>(body).ok();
    value.and_then(of_body).unwrap_or_else(|| plain(&String::from_utf8_lossy(body)))
}

/// Reads the object an error body consists of, or the first of an array of them. `None` where it is no error.
pub(super) fn of_body(value: &RawValue) -> Option<Fault> {
    let object = match json::items(value) {
        Some(items) => Object::of(items.first()?)?,
        None => Object::of(value)?,
    };
    object.get("error").map(of)
}

/// Reads the value of `error`.
pub(super) fn of(error: &RawValue) -> Fault {
    let Some(mut it) = Object::of(error) else {
        return plain(&json::text(error).unwrap_or_else(|| error.get().into()));
    };
    let message = clean(&fields::some_text(&mut it, "message").unwrap_or_default(), LONGEST);
    // Gateways put the provider's whole error into the message, as JSON in a string. One level of it is undone.
    let inner = serde_json::from_str::<&RawValue>(&message).ok().and_then(Object::of);
    if let Some(inner) = inner.and_then(|it| it.get("error").and_then(Object::of)) {
        return from_object(inner);
    }
    it = Object::of(error).unwrap_or_default();
    from_object(it)
}

fn from_object(mut it: Object) -> Fault {
    let mut fault = Fault {
        kind: fields::some_text(&mut it, "status"),
        code: it.take("code").map(|raw| json::text(raw).unwrap_or_else(|| raw.get().into()).into_owned()),
        message: clean(&fields::some_text(&mut it, "message").unwrap_or_default(), LONGEST),
        ..Fault::default()
    };
    for raw in it.take("details").and_then(json::items).unwrap_or_default() {
        let Some(mut detail) = Object::of(raw) else { continue };
        // `API_KEY_INVALID` says more than the 400 it comes with.
        if let Some(reason) = fields::some_text(&mut detail, "reason") {
            fault.code = Some(clean(&reason, LONGEST_FOREIGN));
        }
        let wait = fields::some_text(&mut detail, "retryDelay").and_then(|it| duration(&it));
        fault.retry_after_ms = wait.or(fault.retry_after_ms);
        // Which quota it was: one a minute and one a day are told in the same words.
        let quota = fields::take(&mut detail, "violations").and_then(json::items).unwrap_or_default();
        let mut quotas =
            quota.into_iter().filter_map(Object::of).filter_map(|mut it| fields::some_text(&mut it, "quotaId"));
        // Where several are used up, the one of the day outlasts the others.
        let first = quotas.next();
        let quota = quotas.find(|it| it.contains("PerDay")).or(first);
        if let Some(quota) = quota.filter(|it| !it.is_empty()) {
            fault.code = Some(clean(&quota, LONGEST_FOREIGN));
        }
        let field = fields::take(&mut detail, "fieldViolations").and_then(json::items).unwrap_or_default();
        let field = field.into_iter().filter_map(Object::of).find_map(|mut it| fields::some_text(&mut it, "field"));
        fault.param = fault.param.or(field.filter(|it| !it.is_empty()));
    }
    // Quota errors of the Gemini API say the wait in words where they have no details.
    fault.retry_after_ms = fault.retry_after_ms.or_else(|| {
        let (_, after) = fault.message.split_once("retry in ")?;
        let end = after.find(|it: char| !it.is_ascii_alphanumeric() && it != '.').unwrap_or(after.len());
        duration(after.get(..end)?.trim_end_matches('.'))
    });
    fault
}

/// `34.4s`, and what people's shells show of it, `10h17m5.7s`, in milliseconds.
fn duration(text: &str) -> Option<u64> {
    let mut seconds = 0.0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|it: char| !it.is_ascii_digit() && it != '.')?;
        let (number, after) = rest.split_at_checked(digits)?;
        let number: f64 = number.parse().ok()?;
        let (scale, after) = match after.as_bytes() {
            [b'm', b's', ..] => (0.001, after.get(2..)?),
            [b'h', ..] => (3600.0, after.get(1..)?),
            [b'm', ..] => (60.0, after.get(1..)?),
            [b's', ..] => (1.0, after.get(1..)?),
            _ => return None,
        };
        seconds += number * scale;
        rest = after;
    }
    let valid = !text.trim().is_empty() && (0.0..1e12).contains(&seconds);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
    valid.then_some((seconds * 1000.0).ceil() as u64)
}

fn plain(text: &str) -> Fault {
    Fault { message: clean(text, LONGEST_FOREIGN), ..Fault::default() }
}

/// Without control characters, and not longer than `most` characters.
fn clean(text: &str, most: usize) -> String {
    text.trim().chars().map(|it| if it.is_control() { ' ' } else { it }).take(most).collect()
}

// === writing ===

/// An error body in our own words, and its status.
pub(super) fn write(failure: &Failure, id: RequestId) -> (u16, Vec<u8>) {
    let (status, word) = spelling(failure);
    let mut body = Vec::with_capacity(256);
    // Google's own clients look for exactly this beginning in a stream.
    fields::write(&mut body, |out| {
        fields::nest(out, "error", |out| {
            out.plain("code", status);
            out.text("message", &failure.told);
            out.text("status", word);
            let mut details = Vec::new();
            let mut info = Vec::new();
            fields::write(&mut info, |out| {
                out.text("@type", "type.googleapis.com/google.rpc.ErrorInfo");
                out.text("reason", failure.code);
                out.text("domain", "llmroute");
                fields::nest(out, "metadata", |out| out.text("request_id", &id.to_string()));
            });
            details.push(info);
            if let Some(wait) = failure.retry_after {
                let mut retry = Vec::new();
                fields::write(&mut retry, |out| {
                    out.text("@type", "type.googleapis.com/google.rpc.RetryInfo");
                    out.text("retryDelay", &format!("{}s", wait.as_secs_f64()));
                });
                details.push(retry);
            }
            fields::list(out, "details", &details);
        });
    });
    (status, body)
}

/// The same as the last frame of a stream: one without a finish reason, so nobody takes what came for an answer.
pub(super) fn write_stream(failure: &Failure, id: RequestId) -> Vec<u8> {
    let mut out = Vec::new();
    sse::frame(None, &write(failure, id).1, &mut out);
    out
}

/// HTTP status and Google's word for it (faults.md §4).
fn spelling(failure: &Failure) -> (u16, &'static str) {
    match failure.kind {
        Kind::Rate | Kind::Quota => (429, "RESOURCE_EXHAUSTED"),
        // Not 401: a client would ask its user for the key of this proxy.
        Kind::Auth => (424, "FAILED_PRECONDITION"),
        Kind::Overload => (503, "UNAVAILABLE"),
        Kind::Transient | Kind::Unreachable | Kind::Broken | Kind::Cut => (502, "UNAVAILABLE"),
        Kind::Uncertain | Kind::Silent => (504, "DEADLINE_EXCEEDED"),
        Kind::Context | Kind::Filter => (400, "INVALID_ARGUMENT"),
        Kind::Model => (404, "NOT_FOUND"),
        Kind::Client => {
            let status = failure.status.filter(|it| (400..500).contains(it)).unwrap_or(400);
            (status, word(status))
        }
        Kind::Local => {
            let status = failure.status.filter(|it| (400..600).contains(it)).unwrap_or(500);
            (status, word(status))
        }
    }
}

fn word(status: u16) -> &'static str {
    match status {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ABORTED",
        412 | 424 => "FAILED_PRECONDITION",
        429 => "RESOURCE_EXHAUSTED",
        400..=499 => "INVALID_ARGUMENT",
        501 => "UNIMPLEMENTED",
        502 | 503 | 529 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => "INTERNAL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failure::Origin;

    #[test]
    fn googles_details_are_read() {
        let it = read(
            br#"[{"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED","details":[
                {"@type":"x/google.rpc.QuotaFailure"},{"@type":"x/google.rpc.RetryInfo","retryDelay":"34.4s"}]}}]"#,
        );
        assert_eq!((it.kind.as_deref(), it.code.as_deref()), (Some("RESOURCE_EXHAUSTED"), Some("429")));
        assert_eq!((it.message.as_str(), it.retry_after_ms), ("Quota", Some(34_400)));
        let it = read(
            br#"{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT",
                "details":[{"@type":"x/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"},
                {"fieldViolations":[{"field":"contents[0]"}]}]}}"#,
        );
        assert_eq!((it.code.as_deref(), it.param.as_deref()), (Some("API_KEY_INVALID"), Some("contents[0]")));
        let wrapped = br#"{"error":{"message":"{\"error\":{\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}}","code":503}}"#;
        assert_eq!((read(wrapped).message.as_str(), read(wrapped).kind.as_deref()), ("busy", Some("UNAVAILABLE")));
        let words = br#"{"error":{"code":429,"message":"Please retry in 10h17m5.7s."}}"#;
        assert_eq!(read(words).retry_after_ms, Some(37_025_700));
        for delay in ["1e9", "s", "-1s", "5", "1x", "999999999999999999999999s", "", "."] {
            assert_eq!(duration(delay), None, "{delay}");
        }
    }

    #[test]
    fn what_is_no_error_of_this_dialect_is_kept_as_short_clean_text() {
        assert_eq!(read(b"<html>\n502\x07</html>").message, "<html> 502 </html>");
        assert_eq!(read(br#"{"error":"m"}"#).message, "m");
        assert_eq!(read(b"[]").message, "[]");
        assert_eq!(read("é".repeat(400).as_bytes()).message.chars().count(), 300);
        assert_eq!(read(b""), Fault::default());
    }

    #[test]
    fn failures_are_spelled_as_clients_know_them() {
        let mut failure = Failure::upstream(Kind::Rate, "upstream_rate", "slow \"down\"");
        failure.retry_after = Some(std::time::Duration::from_millis(1500));
        let (status, body) = write(&failure, RequestId(7));
        let expected = serde_json::json!({"error": {"code": 429, "message": "slow \"down\"", "status": "RESOURCE_EXHAUSTED",
            "details": [
                {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "upstream_rate", "domain": "llmroute",
                 "metadata": {"request_id": "r0007"}},
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.5s"}]}});
        assert_eq!((status, serde_json::from_slice::<serde_json::Value>(&body).unwrap()), (429, expected));
        assert!(write_stream(&failure, RequestId(7)).starts_with(b"data: {\"error\":{\"code\":429"));
        for (kind, expected) in [
            (Kind::Quota, (429, "RESOURCE_EXHAUSTED")),
            (Kind::Auth, (424, "FAILED_PRECONDITION")),
            (Kind::Overload, (503, "UNAVAILABLE")),
            (Kind::Cut, (502, "UNAVAILABLE")),
            (Kind::Silent, (504, "DEADLINE_EXCEEDED")),
            (Kind::Context, (400, "INVALID_ARGUMENT")),
            (Kind::Model, (404, "NOT_FOUND")),
            (Kind::Client, (400, "INVALID_ARGUMENT")),
        ] {
            assert_eq!(spelling(&Failure::upstream(kind, "x", "")), expected, "{kind:?}");
        }
        for (status, expected) in [(401, "UNAUTHENTICATED"), (413, "INVALID_ARGUMENT"), (500, "INTERNAL")] {
            assert_eq!(spelling(&Failure::local(Origin::Local, "x", status, "")), (status, expected));
        }
    }
}
