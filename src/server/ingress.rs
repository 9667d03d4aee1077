//! HTTP request → [`Call`]: the body read once, within limits and deadlines; headers by allow-list.

use std::time::Duration;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use crate::domain::ask::Envelope;
use crate::domain::clock::Now;
use crate::domain::dialect::Dialect;
use crate::domain::failure::{Failure, Origin};
use crate::domain::operation::Operation;
use crate::engine::{Addressed, Call};
use crate::route::rules;
use crate::server::gemini;

/// Largest request body: above the largest any provider takes.
const BODY_MOST: usize = 64 << 20;
/// A body up to this length is copied out of the buffer it was read into.
const SHORT: usize = 4 << 10;
/// Longest silence while a body is on its way.
const BODY_IDLE: Duration = Duration::from_secs(60);

/// What the head of a request says, and what was read in its path; its body is still to come.
pub fn call(at: Now, dialect: Dialect, operation: Operation, path: Option<Addressed>, head: &Parts) -> Call {
    let text = |name: &str| text(&head.headers, name);
    let mut headers = forwarded(&head.headers);
    if let Operation::Relay(relayed) = &operation {
        headers.extend(relayed.content_type.clone().map(|it| (header::CONTENT_TYPE.as_str().to_owned(), it)));
    }
    let session = ["x-llmroute-session", "x-claude-code-session-id", "x-session-id"].into_iter().find_map(text);
    Call {
        at,
        dialect,
        operation,
        path,
        body: Bytes::new(),
        headers,
        client: client(text("user-agent").unwrap_or_default()),
        caller: None,
        own_key: None,
        session: session.map(|it| it.chars().filter(|c| !c.is_control()).take(256).collect()),
        priority: text("x-llmroute-priority").map(str::to_owned),
        strict: text("x-llmroute-strict").is_some_and(|it| it == "true"),
        recalled: None,
        envelope: Envelope::default(),
    }
}

/// What a rule may see of the head: everything but what shows who somebody is.
pub fn envelope(head: &Parts) -> Envelope {
    let named = head.headers.iter().filter(|(name, _)| rules::is_open(name.as_str()));
    let headers = named.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    Envelope { headers: headers.collect(), params: params(head.uri.query().unwrap_or_default()) }
}

/// The parameters of a query. What is no text, or a key that Gemini's clients put there, is left out.
fn params(query: &str) -> Vec<(String, String)> {
    let decoded = |it: &str| gemini::decoded(&it.replace('+', " "));
    let pairs = query.split('&').filter(|it| !it.is_empty()).map(|it| it.split_once('=').unwrap_or((it, "")));
    let pairs = pairs.filter_map(|(name, value)| Some((decoded(name)?, decoded(value)?)));
    pairs.filter(|it| !["key", "access_token", "token"].contains(&it.0.as_str())).collect()
}

/// Reads the body of a request.
///
/// # Errors
/// `body_too_large` (413), `body_timeout` (408), `encoded_body` (415), `body_cut` (400).
pub async fn body(head: &Parts, body: Body) -> Result<Bytes, Failure> {
    if head.headers.get(header::CONTENT_ENCODING).is_some_and(|it| it.as_bytes() != b"identity") {
        return Err(refuse("encoded_body", 415, "compressed request bodies are not read"));
    }
    let announced = text(&head.headers, "content-length").and_then(|it| it.parse::<usize>().ok());
    if announced.is_some_and(|it| it > BODY_MOST) {
        return Err(too_large());
    }
    read(body, announced.unwrap_or(0)).await
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|it| it.to_str().ok())
}

async fn read(mut body: Body, announced: usize) -> Result<Bytes, Failure> {
    let mut first = Bytes::new();
    let mut more: Option<BytesMut> = None;
    loop {
        let frame = match timeout(BODY_IDLE, body.frame()).await {
            Err(_) => return Err(refuse("body_timeout", 408, "the request body stopped coming")),
            Ok(None) => return Ok(more.map_or_else(|| apart(first), BytesMut::freeze)),
            Ok(Some(Err(_))) => return Err(refuse("body_cut", 400, "the request body broke off or was malformed")),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        if first.is_empty() && more.is_none() {
            // A large body that comes in one piece is not copied.
            first = data;
            continue;
        }
        let all = more.get_or_insert_with(|| {
            let mut all = BytesMut::with_capacity(announced.max(first.len() + data.len()));
            all.extend_from_slice(&first);
            all
        });
        if all.len() + data.len() > BODY_MOST {
            return Err(too_large());
        }
        all.extend_from_slice(&data);
    }
}

/// A short body on its own: the buffer of the connection it came in is several times as large, and would live as long
/// as the request.
fn apart(body: Bytes) -> Bytes {
    if body.len() <= SHORT { Bytes::copy_from_slice(&body) } else { body }
}

/// Headers that mean something to a provider of the same dialect. Everything else stays here: the local token and
/// cookies above all, and whatever names a host.
fn forwarded(headers: &HeaderMap) -> Vec<(String, String)> {
    const NAMES: [&str; 5] =
        ["anthropic-version", "anthropic-beta", "openai-beta", "idempotency-key", "x-stainless-retry-count"];
    let named = NAMES.iter().flat_map(|name| headers.get_all(*name).iter().map(|value| (*name, value)));
    named.filter_map(|(name, value)| Some((name.to_owned(), value.to_str().ok()?.to_owned()))).collect()
}

/// Who asks, in a word, from the product of the user agent.
fn client(agent: &str) -> String {
    const KNOWN: [(&str, &str); 4] =
        [("claude-cli", "claude-code"), ("codex", "codex"), ("GeminiCLI", "gemini-cli"), ("AnthropicPython", "python")];
    let product = agent.split(['/', ' ']).next().unwrap_or_default();
    if let Some((_, name)) = KNOWN.iter().find(|it| product.starts_with(it.0)) {
        return (*name).to_owned();
    }
    // `google-genai-sdk/3.4.0 gl-python/3.13`.
    if let Some(language) =
        agent.split(' ').find_map(|it| it.strip_prefix("gl-")).filter(|_| product.starts_with("google-"))
    {
        return client(language);
    }
    // `OpenAI/Python 2.1`, `Anthropic/JS 0.9`: the language tells more than the maker of the SDK.
    let named = if matches!(product, "OpenAI" | "AsyncOpenAI" | "Anthropic" | "AsyncAnthropic") {
        agent.split(['/', ' ']).nth(1).unwrap_or(product)
    } else {
        product
    };
    let word = named.chars().filter(|it| it.is_ascii_alphanumeric() || "-_.".contains(*it)).take(40);
    word.collect::<String>().to_ascii_lowercase()
}

fn too_large() -> Failure {
    refuse("body_too_large", 413, "the request body is larger than 64 MiB")
}

fn refuse(code: &'static str, status: u16, told: &str) -> Failure {
    Failure::local(Origin::Client, code, status, told)
}
