use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;

use super::authorize::present;
use super::credential::Credential;
use super::line::{Line, Lines};
use super::{verdict, wait};
use crate::domain::clock::Stamp;
use crate::domain::dialect::Dialect;
use crate::domain::event::Fault;
use crate::domain::failure::{Kind, Next};
use crate::domain::policy::{Auth, Provider, Speech};
use crate::domain::secret::Secret;

const NOON: Stamp = Stamp(1_795_262_400_000_000); // 2026-11-21 12:00:00 UTC

fn stated(headers: &[(&str, &str)]) -> Option<f64> {
    let find = |name: &str| headers.iter().find(|it| it.0 == name).map(|it| it.1);
    wait::stated(find, NOON).map(|it| it.as_secs_f64())
}

#[test]
fn retry_after_in_all_its_forms() {
    let of = |text| stated(&[("retry-after", text)]);
    assert_eq!(of("120"), Some(120.0));
    assert_eq!(of(" 1.5 "), Some(1.5));
    assert_eq!(of("0"), Some(0.0));
    assert_eq!(of("Sat, 21 Nov 2026 12:00:30 GMT"), Some(30.0));
    assert_eq!(of("Sat, 21 Nov 2026 11:00:00 GMT"), Some(0.0), "a past date is a wait of zero");
    assert_eq!(of("1e12"), Some(86_400.0), "never longer than a day");
    assert_eq!(of("-1"), None);
    assert_eq!(of("NaN"), None);
    assert_eq!(of("soon"), None);
    assert_eq!(of(""), None);
    assert_eq!(stated(&[("retry-after-ms", "250"), ("retry-after", "9")]), Some(0.25));
}

#[test]
fn reset_headers_count_only_for_a_limit_that_is_used_up() {
    let full = [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "6m0s")];
    assert_eq!(stated(&full), Some(360.0));
    assert_eq!(stated(&[("x-ratelimit-remaining-requests", "3"), full[1]]), None);
    let anthropic =
        [("anthropic-ratelimit-tokens-remaining", "0"), ("anthropic-ratelimit-tokens-reset", "2026-11-21T12:00:46Z")];
    assert_eq!(stated(&anthropic), Some(46.0));
}

#[test]
fn spans_as_providers_write_them() {
    let of = |text| wait::span(text).map(|it| it.as_secs_f64());
    assert_eq!(of("174ms"), Some(0.174));
    assert_eq!(of("9m38.016s"), Some(578.016));
    assert_eq!(of("10h17m5.7s"), Some(37_025.7));
    assert_eq!(of("46s"), Some(46.0));
    assert_eq!(of("later"), None);
    assert_eq!(of(""), None);
    assert_eq!(of("1x"), None);
}

fn fault(kind: &str, code: &str, message: &str) -> Fault {
    let some = |it: &str| (!it.is_empty()).then(|| it.to_owned());
    Fault { kind: some(kind), code: some(code), message: message.to_owned(), ..Fault::default() }
}

#[test]
fn each_provider_word_means_its_class() {
    let rows: &[(u16, (&str, &str, &str), Kind)] = &[
        (401, ("invalid_request_error", "invalid_api_key", "Incorrect API key"), Kind::Auth),
        (403, ("", "", "Country not supported"), Kind::Auth),
        (429, ("tokens", "rate_limit_exceeded", "Rate limit reached"), Kind::Rate),
        (429, ("insufficient_quota", "insufficient_quota", "You exceeded your current quota"), Kind::Quota),
        (429, ("requests", "organization_spend_limit_exceeded", ""), Kind::Quota),
        (503, ("server_error", "server_is_overloaded", ""), Kind::Overload),
        (500, ("server_error", "", "The server had an error"), Kind::Transient),
        (502, ("", "", ""), Kind::Uncertain),
        (504, ("", "", ""), Kind::Uncertain),
        (520, ("", "", "<html>"), Kind::Transient),
        (400, ("invalid_request_error", "context_length_exceeded", ""), Kind::Context),
        (400, ("invalid_request_error", "", "prompt is too long: 250000 tokens > 200000 maximum"), Kind::Context),
        (400, ("invalid_request_error", "content_policy_violation", ""), Kind::Filter),
        (400, ("invalid_request_error", "", "messages: roles must alternate"), Kind::Client),
        (404, ("invalid_request_error", "model_not_found", ""), Kind::Model),
        (404, ("not_found_error", "", "model: claude-9"), Kind::Model),
        (400, ("invalid_request_error", "", "You have reached your specified API usage limits."), Kind::Quota),
        (402, ("", "", "Insufficient credits"), Kind::Quota),
        (529, ("overloaded_error", "", "Overloaded"), Kind::Overload),
        (429, ("rate_limit_error", "", "This request would exceed your input tokens per minute"), Kind::Rate),
        (413, ("request_too_large", "", ""), Kind::Client),
        (200, ("overloaded_error", "", "Overloaded"), Kind::Overload),
        (200, ("server_error", "server_error", ""), Kind::Transient),
        (200, ("", "429", "Provider returned error"), Kind::Rate),
        (200, ("", "", "Network connection lost."), Kind::Broken),
        (498, ("", "capacity_exceeded", ""), Kind::Overload),
        (422, ("", "", ""), Kind::Client),
        (400, ("INVALID_ARGUMENT", "API_KEY_INVALID", "API key not valid."), Kind::Auth),
        (400, ("FAILED_PRECONDITION", "400", "Please enable billing on your project"), Kind::Quota),
        (429, ("RESOURCE_EXHAUSTED", "429", "You exceeded your current quota, please check your plan"), Kind::Rate),
        (
            400,
            ("INVALID_ARGUMENT", "400", "The input token count (9) exceeds the maximum number of tokens"),
            Kind::Context,
        ),
        (400, ("INVALID_ARGUMENT", "400", "Unable to submit request"), Kind::Client),
        (404, ("NOT_FOUND", "404", "models/x is not found for API version v1beta"), Kind::Model),
        (503, ("UNAVAILABLE", "503", "The model is overloaded."), Kind::Overload),
        (200, ("UNAVAILABLE", "503", "The model is overloaded."), Kind::Overload),
        (200, ("INTERNAL", "500", "An internal error has occurred."), Kind::Transient),
    ];
    for (status, (kind, code, message), want) in rows {
        let fault = fault(kind, code, message);
        assert_eq!(verdict::kind(*status, &fault), *want, "{status} {fault:?}");
    }
}

#[test]
fn a_short_wait_makes_the_same_key_worth_another_try_and_a_refused_key_is_not_quoted() {
    let rate = fault("", "rate_limit_exceeded", "slow");
    let short = verdict::failure(&"openai".into(), 429, &rate, Some(Duration::from_secs(1)));
    assert_eq!(short.next, Next::SameAfter(Duration::from_secs(1)));
    let long = verdict::failure(&"openai".into(), 429, &rate, Some(Duration::from_secs(60)));
    assert_eq!((long.next, long.retry_after), (Next::Elsewhere, Some(Duration::from_secs(60))));
    let auth = verdict::failure(&"openai".into(), 401, &fault("", "", "Incorrect API key provided: sk-abc"), None);
    assert!(!auth.told.contains("sk-abc"), "{}", auth.told);
}

fn provider(row: &[(String, String)]) -> Provider {
    Provider { headers: row.to_vec(), ..Provider::new("lab".into(), Vec::new(), Auth::XApiKey) }
}

fn request(line: &Line, client: &[(String, String)]) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::default());
    *request.headers_mut() = line.headers(client);
    request
}

#[test]
fn the_dialects_own_headers_give_way_to_the_row_and_the_row_to_the_client() {
    let named = |text: &str| vec![("anthropic-version".to_owned(), text.to_owned())];
    let version = |dialect, row: &[(String, String)], client: &[(String, String)]| {
        let provider = provider(row);
        let speech = Speech::new(dialect, "https://lab.example/v1/messages");
        let key = Credential::new(&Secret::new("sk-1".to_owned()));
        let mut request = request(&Line::new(&provider, &speech, &speech.url).unwrap(), client);
        present(&provider, &key, &mut request).unwrap();
        let headers = request.headers();
        assert_eq!(headers["x-api-key"], "sk-1");
        let found: Vec<String> =
            headers.get_all("anthropic-version").iter().map(|it| it.to_str().unwrap().to_owned()).collect();
        found.join(" and ")
    };
    assert_eq!(version(Dialect::Anthropic, &[], &[]), "2023-06-01");
    assert_eq!(version(Dialect::Anthropic, &named("row"), &[]), "row");
    assert_eq!(version(Dialect::Anthropic, &named("row"), &named("client")), "client");
    assert_eq!(version(Dialect::OpenaiChat, &[], &[]), "");
}

#[test]
fn a_line_is_used_again_only_for_a_row_that_says_the_same() {
    let lines = Lines::default();
    let speech = Speech::new(Dialect::OpenaiChat, "https://lab.example/v1/chat/completions");
    let first = lines.get(&provider(&[]), &speech, &speech.url).unwrap();
    assert!(Arc::ptr_eq(&first, &lines.get(&provider(&[]), &speech, &speech.url).unwrap()));
    let row = [("x-team".to_owned(), "blue".to_owned())];
    let other = provider(&row);
    let team = |line: &Line| line.headers(&[]).get("x-team").cloned();
    assert_eq!(
        team(&lines.get(&other, &speech, &speech.url).unwrap()).unwrap(),
        "blue",
        "another row at the same address"
    );
    assert_eq!(team(&first), None);
    lines.clear();
    assert!(!Arc::ptr_eq(&first, &lines.get(&provider(&[]), &speech, &speech.url).unwrap()));
}

#[test]
fn an_address_that_is_none_reaches_nobody_and_is_not_quoted() {
    for url in ["", "lab.example/v1?key=sk-1", "https://?key=sk-1", "data:sk-1"] {
        let speech = Speech::new(Dialect::OpenaiChat, url);
        let failure = Line::new(&provider(&[]), &speech, &speech.url).unwrap_err();
        assert_eq!(failure.kind, Kind::Unreachable, "{url}");
        assert!(!format!("{failure:?}").contains("sk-1"), "{failure:?}");
    }
}

#[test]
fn a_key_is_presented_as_its_provider_wants_it_and_never_printed() {
    let key = Credential::new(&Secret::new("sk-1".to_owned()));
    let presented =
        |auth| key.header(auth).unwrap().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
    assert_eq!(presented(Auth::Bearer).unwrap(), "authorization: Bearer sk-1");
    assert_eq!(presented(Auth::XApiKey).unwrap(), "x-api-key: sk-1");
    assert_eq!(presented(Auth::ApiKey).unwrap(), "api-key: sk-1");
    assert_eq!(presented(Auth::XGoogApiKey).unwrap(), "x-goog-api-key: sk-1");
    assert_eq!(presented(Auth::None), None);
    assert!(!format!("{key:?} {:?}", key.header(Auth::Bearer)).contains("sk-1"));

    let split = Credential::new(&Secret::new("sk\n1".to_owned()));
    let speech = Speech::new(Dialect::OpenaiChat, "https://lab.example/v1");
    let line = Line::new(&provider(&[]), &speech, &speech.url).unwrap();
    let failure = present(&provider(&[]), &split, &mut request(&line, &[])).unwrap_err();
    assert_eq!((failure.kind, failure.code), (Kind::Auth, "upstream_auth"));
}
