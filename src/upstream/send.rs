//! Sending one request to one seat.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use http_body_util::Full;

use crate::domain::clock::Clock;
use crate::domain::failure::{Failure, Kind, Origin};
use crate::domain::operation::Operation;
use crate::domain::policy::{Auth, Provider, Speech};
use crate::domain::secret::{ClientKey, Keyring};
use crate::domain::target::Seat;
use crate::upstream::authorize::{self, Errand};
use crate::upstream::client::{self, Client, SetUp};
use crate::upstream::credential::{self, Credential, Credentials};
use crate::upstream::incoming::Incoming;
use crate::upstream::line::{Line, Lines};
use crate::upstream::transport;

/// How often a request that a server handed back untouched is sent again.
const AGAIN_MOST: u32 = 2;

/// What is asked of a provider.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// What for.
    pub operation: &'a Operation,
    /// The answer is to stream, in a dialect whose path says so.
    pub stream: bool,
    /// The client's own key, for a provider that takes that.
    pub own_key: Option<&'a ClientKey>,
}

/// The client side of every provider, and the secrets it authorises with.
#[derive(Debug)]
pub struct Upstream {
    client: Client,
    credentials: ArcSwap<Credentials>,
    lines: Lines,
    clock: Clock,
}

impl Upstream {
    /// A client that follows no redirect (a key must not travel to another host), uses no proxy, asks for no
    /// compression and retries nothing but what was provably never processed. `connect` is the deadline for DNS, TCP
    /// and TLS together; `clock` dates signatures and ends tokens.
    ///
    /// # Errors
    /// The TLS backend cannot be initialised.
    pub fn new(connect: Duration, keyring: Keyring, clock: Clock) -> Result<Self, SetUp> {
        let credentials = ArcSwap::from_pointee(credential::prepare(keyring, &Credentials::default()));
        Ok(Self { client: client::build(connect)?, credentials, lines: Lines::default(), clock })
    }

    /// Replaces the secrets, after the policy changed.
    pub fn rekey(&self, keyring: Keyring) {
        let prepared = credential::prepare(keyring, &self.credentials.load());
        self.credentials.store(Arc::new(prepared));
        self.lines.clear();
    }

    /// Sends `body` to `seat`, asking for something, and waits for the head of the answer. Dropping the future cancels the
    /// exchange.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] where nothing was sent, [`Kind::Uncertain`] where it may have been, [`Kind::Auth`] where
    /// the key, or what it is exchanged for, could not be had.
    pub async fn send(
        &self,
        provider: &Provider,
        speech: &Speech,
        seat: &Seat,
        asked: Asking<'_>,
        client_headers: &[(String, String)],
        body: Bytes,
    ) -> Result<Incoming, Failure> {
        let credential = match provider.auth {
            Auth::Client => {
                Some(Arc::new(Credential::passed_on(asked.own_key.ok_or_else(|| no_secret(provider, seat))?)))
            }
            _ => self.credential(provider, seat)?,
        };
        let url = speech.url_of(asked.operation, &seat.target.model, asked.stream);
        let url = url.ok_or_else(|| transport::no_url(&provider.name))?;
        let line = match asked.operation {
            // Paths that are passed on name files and jobs: each is asked for once.
            Operation::Relay(_) => Arc::new(Line::new(provider, speech, &url)?),
            _ => self.lines.get(provider, speech, &url)?,
        };
        let (mut again, mut renewed) = (0, false);
        loop {
            let mut request = request(&line, client_headers, body.clone());
            *request.method_mut() = asked.operation.method();
            let (client, clock) = (&self.client, &self.clock);
            let errand = Errand { provider, credential: credential.as_ref(), body: &body, client, clock };
            let presented = authorize::authorize(&errand, &mut request).await?;
            match self.client.request(request).await {
                // A token may be taken back before its end; what its provider refused it did not begin.
                Ok(response) if response.status() == StatusCode::UNAUTHORIZED && !renewed => {
                    renewed = true;
                    if !presented.as_ref().is_some_and(|it| authorize::renewable(&errand, it)) {
                        return Ok(Incoming::new(response, provider.name.clone(), presented.as_ref()));
                    }
                }
                Ok(response) => return Ok(Incoming::new(response, provider.name.clone(), presented.as_ref())),
                Err(error) if again < AGAIN_MOST && transport::handed_back(&error) => again += 1,
                Err(error) => return Err(transport::unsent(&provider.name, &error)),
            }
        }
    }

    fn credential(&self, provider: &Provider, seat: &Seat) -> Result<Option<Arc<Credential>>, Failure> {
        let Some(id) = seat.key_id() else { return Ok(None) };
        self.credentials.load().get(&id).cloned().map(Some).ok_or_else(|| no_secret(provider, seat))
    }
}

// === private ===

fn request(line: &Line, client_headers: &[(String, String)], body: Bytes) -> Request<Full<Bytes>> {
    let is_empty = body.is_empty();
    let mut request = Request::new(Full::new(body));
    *request.uri_mut() = line.uri.clone();
    *request.headers_mut() = line.headers(client_headers);
    if is_empty {
        request.headers_mut().remove(CONTENT_TYPE);
    }
    request
}

fn no_secret(provider: &Provider, seat: &Seat) -> Failure {
    // The policy was swapped between the decision and the sending, and the key went with it.
    let name = seat.key.as_ref().map(|it| it.1.as_str()).unwrap_or_default();
    let told = format!("the key {name} of {} is no longer there", provider.name);
    Failure { origin: Origin::Local, ..Failure::upstream(Kind::Auth, "upstream_auth", told) }
}
