//! Sending one request to one seat, and reading what comes back.

use std::error::Error as _;
use std::future::poll_fn;
use std::io::ErrorKind;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http_body::Body as _;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};

use crate::domain::clock::Stamp;
use crate::domain::dialect::Dialect;
use crate::domain::failure::{Failure, Kind, Origin};
use crate::domain::id::ProviderName;
use crate::domain::policy::{Auth, Provider, Speech};
use crate::domain::secret::{Keyring, Secret};
use crate::domain::target::Seat;
use crate::upstream::redact::Redaction;
use crate::upstream::{verdict, wait};

/// The client side of every provider, and the secrets it authorises with.
#[derive(Debug)]
pub struct Upstream {
    client: reqwest::Client,
    keyring: ArcSwap<Keyring>,
}

/// A provider's answer, its body still on the way.
#[derive(Debug)]
pub struct Incoming {
    /// HTTP status.
    pub status: u16,
    headers: HeaderMap,
    body: reqwest::Body,
    provider: ProviderName,
    redaction: Option<Redaction>,
    ended: bool,
}

/// The HTTP client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be set up: {0}")]
pub struct SetUp(String);

impl Upstream {
    /// A client that follows no redirect (a key must not travel to another host), uses no proxy, asks for no
    /// compression and retries nothing but what was provably never sent.
    ///
    /// # Errors
    /// The TLS backend cannot be initialised.
    pub fn new(connect: Duration, keyring: Keyring) -> Result<Self, SetUp> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("llmroute/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(connect)
            .tcp_nodelay(true)
            .tcp_keepalive(Duration::from_secs(30))
            .pool_idle_timeout(Duration::from_secs(90))
            .pool_max_idle_per_host(128)
            .http2_keep_alive_interval(Duration::from_secs(20))
            .http2_keep_alive_while_idle(true)
            .http2_adaptive_window(true)
            .build()
            .map_err(|it| SetUp(chain(&it)))?;
        Ok(Self { client, keyring: ArcSwap::from_pointee(keyring) })
    }

    /// Replaces the secrets, after the policy changed.
    pub fn rekey(&self, keyring: Keyring) {
        self.keyring.store(Arc::new(keyring));
    }

    /// Sends `body` to `seat` and waits for the head of the answer. Dropping the future cancels the exchange.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] where nothing was sent, [`Kind::Uncertain`] where it may have been, [`Kind::Auth`] where
    /// the key could not be had.
    pub async fn send(
        &self,
        provider: &Provider,
        speech: &Speech,
        seat: &Seat,
        client_headers: &[(String, String)],
        body: Bytes,
    ) -> Result<Incoming, Failure> {
        let secret = match seat.key_id() {
            None => None,
            Some(id) => Some(self.keyring.load().get(id).cloned().ok_or_else(|| no_secret(provider, seat))?),
        };
        let headers = self::headers(provider, speech.dialect, client_headers, secret.as_ref())?;
        let answer = self.client.post(&speech.url).headers(headers).body(body).send().await;
        let response = answer.map_err(|it| transport(&provider.name, it))?;
        Ok(Incoming { redaction: secret.and_then(Redaction::of), ..Incoming::plain(response, provider.name.clone()) })
    }
}

// === impl Incoming ===

impl Incoming {
    /// An answer of `provider` that no secret was sent for.
    pub(super) fn plain(response: reqwest::Response, provider: ProviderName) -> Self {
        let (head, body) = http::Response::from(response).into_parts();
        let status = head.status.as_u16();
        Self { status, headers: head.headers, body, provider, redaction: None, ended: false }
    }

    /// The next piece of the body, without our own key wherever the provider echoes it; `None` at its clean end. Safe
    /// to cancel and call again.
    ///
    /// # Errors
    /// [`Kind::Cut`]: the connection broke before the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        while !self.ended {
            let frame = poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx)).await;
            let data = match frame {
                None => {
                    self.ended = true;
                    self.redaction.as_mut().map(Redaction::rest).unwrap_or_default()
                }
                Some(Ok(frame)) => {
                    // Trailers carry nothing a client of these dialects reads.
                    let data = frame.into_data().unwrap_or_default();
                    match &mut self.redaction {
                        Some(it) => it.pass(data),
                        None => data,
                    }
                }
                Some(Err(error)) => {
                    let told = format!("{} cut the connection in the middle of its answer", self.provider);
                    let mut failure = Failure::upstream(Kind::Cut, "upstream_cut", told);
                    failure.detail = format!("{}: {}", self.provider, chain(&error.without_url()));
                    return Err(failure);
                }
            };
            if !data.is_empty() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }

    /// A header of the answer, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The wait that the provider states in its headers.
    #[must_use]
    pub fn wait(&self, now: Stamp) -> Option<Duration> {
        wait::stated(|name| self.header(name), now)
    }

    /// The body is compressed, although that was not asked for: it can be neither watched nor relayed.
    #[must_use]
    pub fn is_encoded(&self) -> bool {
        self.headers.get(CONTENT_ENCODING).is_some_and(|it| !it.as_bytes().eq_ignore_ascii_case(b"identity"))
    }

    /// Headers that may be passed on to a client: names in lower case. Everything else stays here, cookies and
    /// locations above all, and whatever echoes our own key.
    #[must_use]
    pub fn relayable(&self) -> Vec<(String, String)> {
        let echoes = |value: &HeaderValue| self.redaction.as_ref().is_some_and(|it| it.finds_in(value.as_bytes()));
        let named = self.headers.iter().filter(|(name, value)| is_relayable(name.as_str()) && !echoes(value));
        named.filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))).collect()
    }
}

fn is_relayable(name: &str) -> bool {
    const NAMES: [&str; 6] =
        ["content-type", "retry-after", "retry-after-ms", "request-id", "x-request-id", "openai-processing-ms"];
    NAMES.contains(&name) || name.starts_with("x-ratelimit-") || name.starts_with("anthropic-ratelimit-")
}

// === private ===

/// The headers of a request. Where two say the same name, the provider's row overrules the dialect's own, and the
/// client's word, which is there only where nothing is translated, overrules both.
pub(super) fn headers(
    provider: &Provider,
    dialect: Dialect,
    client: &[(String, String)],
    secret: Option<&Secret>,
) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::with_capacity(8 + client.len());
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    // A compressed answer could neither be watched nor relayed as it streams.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    for (name, value) in dialect.headers() {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    for (name, value) in provider.headers.iter().chain(client) {
        // Both lists were checked where they came from; what still does not fit a header is left out, not sent wrong.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    if let Some(secret) = secret {
        let (name, text) = match provider.auth {
            Auth::Bearer => (AUTHORIZATION, format!("Bearer {}", secret.expose())),
            Auth::XApiKey => (HeaderName::from_static("x-api-key"), secret.expose().to_owned()),
            Auth::ApiKey => (HeaderName::from_static("api-key"), secret.expose().to_owned()),
            Auth::None => return Ok(headers),
        };
        let mut value = HeaderValue::try_from(text).map_err(|_| {
            let told = format!("the key for {} has characters that no header can carry", provider.name);
            Failure::upstream(Kind::Auth, "upstream_auth", told)
        })?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

fn no_secret(provider: &Provider, seat: &Seat) -> Failure {
    // The policy was swapped between the decision and the sending, and the key went with it.
    let name = seat.key.as_ref().map(|it| it.1.as_str()).unwrap_or_default();
    let told = format!("the key {name} of {} is no longer there", provider.name);
    Failure { origin: Origin::Local, ..Failure::upstream(Kind::Auth, "upstream_auth", told) }
}

/// What a failed send means. Only an error while connecting proves that nothing was sent; every other one may have
/// cost money.
fn transport(provider: &ProviderName, error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let detail = chain(&error);
    let io = io_kind(&error);
    let lower = detail.to_ascii_lowercase();
    let (kind, code, what) = if error.is_connect() || error.is_builder() {
        if lower.contains("dns") {
            (Kind::Unreachable, "upstream_dns", "its name cannot be resolved (DNS)")
        } else if matches!(io, Some(ErrorKind::InvalidData | ErrorKind::UnexpectedEof)) {
            // All that is read while connecting is the other side's part of the handshake.
            (Kind::Unreachable, "upstream_tls", "its TLS certificate or handshake was not accepted")
        } else if error.is_timeout() || lower.contains("timed out") {
            (Kind::Unreachable, "upstream_connect_timeout", "no connection within the deadline")
        } else if io == Some(ErrorKind::ConnectionRefused) {
            (Kind::Unreachable, "upstream_refused", "the connection was refused")
        } else {
            (Kind::Unreachable, verdict::code(Kind::Unreachable), "no connection could be made")
        }
    } else {
        (Kind::Uncertain, verdict::code(Kind::Uncertain), "the connection broke before an answer came")
    };
    let mut failure = Failure::upstream(kind, code, format!("{provider}: {what}"));
    failure.detail = format!("{provider}: {detail}");
    failure
}

/// What the system, or TLS on top of it, called the innermost cause.
fn io_kind(error: &reqwest::Error) -> Option<ErrorKind> {
    let (mut kind, mut cause) = (None, error.source());
    while let Some(it) = cause {
        let io = it.downcast_ref::<std::io::Error>();
        kind = io.map(std::io::Error::kind).or(kind);
        // One that wraps another names as its source what is behind that one.
        cause = io.and_then(|it| Some(it.get_ref()? as &dyn std::error::Error)).or_else(|| it.source());
    }
    kind
}

/// An error with its causes, outermost first.
fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(it) = cause {
        let more = it.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = it.source();
    }
    text
}
