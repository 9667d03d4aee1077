//! A provider's answer as it comes in.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http_body::Body as _;
use hyper::body::Incoming as Body;

use crate::domain::clock::Stamp;
use crate::domain::failure::Failure;
use crate::domain::id::ProviderName;
use crate::upstream::credential::Credential;
use crate::upstream::{transport, wait};

/// A provider's answer, its body still on the way. Dropping it closes the exchange.
#[derive(Debug)]
pub struct Incoming {
    /// HTTP status.
    pub status: u16,
    headers: HeaderMap,
    body: Body,
    provider: ProviderName,
    credential: Option<Arc<Credential>>,
}

impl Incoming {
    /// The answer of `provider` to a request that `credential` authorised.
    pub(super) fn new(response: Response<Body>, provider: ProviderName, credential: Option<Arc<Credential>>) -> Self {
        let (head, body) = response.into_parts();
        Self { status: head.status.as_u16(), headers: head.headers, body, provider, credential }
    }

    /// The next piece of the body; `None` at its clean end. Safe to cancel and call again.
    ///
    /// # Errors
    /// [`Kind::Cut`](crate::domain::failure::Kind::Cut): the connection broke before the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            let frame = poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx)).await;
            match frame {
                None => return Ok(None),
                Some(Ok(frame)) => {
                    // Trailers carry nothing a client of these dialects reads.
                    if let Ok(data) = frame.into_data()
                        && !data.is_empty()
                    {
                        return Ok(Some(data));
                    }
                }
                Some(Err(error)) => return Err(transport::cut(&self.provider, &error)),
            }
        }
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

    /// Headers that may be passed on to a client. Everything else stays here, cookies and locations above all.
    #[must_use]
    pub fn relayable(&self) -> Vec<(HeaderName, HeaderValue)> {
        let named = self.headers.iter().filter(|(name, value)| is_relayable(name.as_str()) && value.to_str().is_ok());
        named.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// The text with this exchange's own key cut out: a provider that echoes it must not teach it to the client.
    #[must_use]
    pub fn redact(&self, text: Bytes) -> Bytes {
        match &self.credential {
            Some(it) => it.redact(text),
            None => text,
        }
    }
}

fn is_relayable(name: &str) -> bool {
    const NAMES: [&str; 6] =
        ["content-type", "retry-after", "retry-after-ms", "request-id", "x-request-id", "openai-processing-ms"];
    NAMES.contains(&name) || name.starts_with("x-ratelimit-") || name.starts_with("anthropic-ratelimit-")
}
