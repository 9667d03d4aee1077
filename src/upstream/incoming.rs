//! A provider's answer as it comes in.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http::header::{CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue};
use http_body::Body as _;
use hyper::body::Incoming as Body;

use crate::domain::clock::Stamp;
use crate::domain::failure::Failure;
use crate::domain::id::ProviderName;
use crate::upstream::credential::Credential;
use crate::upstream::redact::Redaction;
use crate::upstream::{transport, wait};

/// A provider's answer, its body still on the way. Dropping it closes the exchange.
#[derive(Debug)]
pub struct Incoming {
    /// HTTP status.
    pub status: u16,
    headers: HeaderMap,
    body: Body,
    provider: ProviderName,
    redaction: Option<Redaction>,
    ended: bool,
    /// It broke, and what came before is told first.
    broke: Option<Failure>,
}

impl Incoming {
    /// The answer of `provider` to a request that `credential` authorised.
    pub(super) fn new(response: Response<Body>, provider: ProviderName, credential: Option<&Arc<Credential>>) -> Self {
        let (head, body) = response.into_parts();
        let (status, redaction) = (head.status.as_u16(), credential.and_then(Redaction::of));
        Self { status, headers: head.headers, body, provider, redaction, ended: false, broke: None }
    }

    /// The next piece of the body, without our own key wherever the provider echoes it; `None` at its clean end. Safe
    /// to cancel and call again.
    ///
    /// # Errors
    /// [`Kind::Cut`](crate::domain::failure::Kind::Cut): the connection broke before the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        if let Some(failure) = self.broke.take() {
            return Err(failure);
        }
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
                    let failure = transport::cut(&self.provider, &error);
                    self.ended = true;
                    let rest = self.redaction.as_mut().map(Redaction::rest_of_broken).unwrap_or_default();
                    if rest.is_empty() {
                        return Err(failure);
                    }
                    self.broke = Some(failure);
                    rest
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

    /// How far this machine's clock is from the provider's, by the date of its answer.
    #[must_use]
    pub fn clock_off(&self, now: Stamp) -> Option<Duration> {
        let theirs =
            httpdate::parse_http_date(self.header("date")?).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        let ours = Duration::from_micros(u64::try_from(now.0).ok()?);
        Some(theirs.abs_diff(ours))
    }

    /// The account that the provider books this on, where it says so: keys of one account share its limits.
    #[must_use]
    pub fn account(&self) -> Option<String> {
        const ORGANISATIONS: [&str; 2] = ["openai-organization", "anthropic-organization-id"];
        let organisation = ORGANISATIONS.into_iter().find_map(|it| self.header(it))?;
        // Limits may be a project's own.
        let project = self.header("openai-project");
        Some(project.map_or_else(|| organisation.to_owned(), |it| format!("{organisation} {it}")))
    }

    /// The wait that the provider states in its headers.
    #[must_use]
    pub fn wait(&self, now: Stamp) -> Option<Duration> {
        wait::stated(|name| self.header(name), now)
    }

    /// How long a limit is used up, as the provider says in its headers. The time of day is only read where it does.
    #[must_use]
    pub fn used_up(&self, now: impl FnOnce() -> Stamp) -> Option<Duration> {
        wait::used_up(|name| self.header(name), now)
    }

    /// The body is compressed, although that was not asked for: it can be neither watched nor relayed.
    #[must_use]
    pub fn is_encoded(&self) -> bool {
        self.headers.get(CONTENT_ENCODING).is_some_and(|it| !it.as_bytes().eq_ignore_ascii_case(b"identity"))
    }

    /// Headers that may be passed on to a client. Everything else stays here, cookies and locations above all, and
    /// whatever echoes our own key.
    #[must_use]
    pub fn relayable(&self) -> Vec<(HeaderName, HeaderValue)> {
        let echoes = |value: &HeaderValue| self.redaction.as_ref().is_some_and(|it| it.finds_in(value.as_bytes()));
        let passes = |name: &HeaderName, value: &HeaderValue| {
            is_relayable(name.as_str()) && value.to_str().is_ok() && !echoes(value)
        };
        let named = self.headers.iter().filter(|(name, value)| passes(name, value));
        named.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

fn is_relayable(name: &str) -> bool {
    const NAMES: [&str; 6] =
        ["content-type", "retry-after", "retry-after-ms", "request-id", "x-request-id", "openai-processing-ms"];
    NAMES.contains(&name) || name.starts_with("x-ratelimit-") || name.starts_with("anthropic-ratelimit-")
}

#[cfg(test)]
mod tests {
    use hyper::client::conn::http1;
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::domain::failure::Kind;
    use crate::domain::secret::Secret;

    /// What a client of an exchange gets whose provider sends `body` of an answer that was to be longer, and goes away.
    async fn cut(body: &[u8], key: &str) -> (Vec<u8>, Failure) {
        let (near, mut far) = tokio::io::duplex(1024);
        let (mut sender, connection) = http1::handshake(TokioIo::new(near)).await.unwrap();
        tokio::spawn(connection);
        let request = http::Request::new(http_body_util::Empty::<Bytes>::new());
        let answer = [b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n", body].concat();
        let answering = tokio::spawn(async move {
            // An answer before the question is none.
            assert!(far.read(&mut [0; 512]).await.unwrap() > 0);
            far.write_all(&answer).await.unwrap();
        });
        let response = sender.send_request(request).await.unwrap();
        answering.await.unwrap();
        let credential = Arc::new(Credential::new(&Secret::new(key.to_owned())));
        let mut incoming = Incoming::new(response, "lab".into(), Some(&credential));
        let mut came = Vec::new();
        let failure = loop {
            match incoming.chunk().await {
                Ok(chunk) => came.extend_from_slice(&chunk.expect("a broken answer has no clean end")),
                Err(failure) => break failure,
            }
        };
        (came, failure)
    }

    #[tokio::test]
    async fn all_that_came_before_a_break_is_told_before_it() {
        // The last byte may begin the key, as the checksum of a message of a binary stream may.
        let (came, failure) = cut(b"message|sk-0", "sk-0123456789abcdef").await;
        assert_eq!((came.as_slice(), failure.kind, failure.code), (&b"message|sk-0"[..], Kind::Cut, "upstream_cut"));
    }

    #[tokio::test]
    async fn a_break_in_the_middle_of_our_key_does_not_tell_the_half_of_it() {
        let (came, failure) = cut(b"your key sk-0123456789abcde", "sk-0123456789abcdef").await;
        assert_eq!((came.as_slice(), failure.kind), (&b"your key "[..], Kind::Cut));
    }
}
