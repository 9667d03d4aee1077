//! Sending one request to one seat.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;

use crate::domain::clock::Clock;
use crate::domain::failure::{Failure, Kind, Origin};
use crate::domain::policy::{Provider, Speech};
use crate::domain::secret::Keyring;
use crate::domain::target::Seat;
use crate::upstream::authorize::{self, Errand};
use crate::upstream::client::{self, Client, SetUp};
use crate::upstream::credential::{self, Credential, Credentials};
use crate::upstream::incoming::Incoming;
use crate::upstream::line::{Line, Lines};
use crate::upstream::transport;

/// How often a request that a server handed back untouched is sent again.
const AGAIN_MOST: u32 = 2;

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
        let credentials = ArcSwap::from_pointee(credential::prepare(keyring));
        Ok(Self { client: client::build(connect)?, credentials, lines: Lines::default(), clock })
    }

    /// Replaces the secrets, after the policy changed.
    pub fn rekey(&self, keyring: Keyring) {
        self.credentials.store(Arc::new(credential::prepare(keyring)));
        self.lines.clear();
    }

    /// Sends `body` to `seat`, asking for a stream or not, and waits for the head of the answer. Dropping the future
    /// cancels the exchange.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] where nothing was sent, [`Kind::Uncertain`] where it may have been, [`Kind::Auth`] where
    /// the key, or what it is exchanged for, could not be had.
    pub async fn send(
        &self,
        provider: &Provider,
        speech: &Speech,
        seat: &Seat,
        stream: bool,
        client_headers: &[(String, String)],
        body: Bytes,
    ) -> Result<Incoming, Failure> {
        let credential = self.credential(provider, seat)?;
        let line = self.lines.get(provider, speech, &speech.url_of(&seat.target.model, stream))?;
        let mut again = 0;
        loop {
            let mut request = request(&line, client_headers, body.clone());
            let (client, clock) = (&self.client, &self.clock);
            let errand = Errand { provider, credential: credential.as_ref(), body: &body, client, clock };
            let presented = authorize::authorize(&errand, &mut request).await?;
            match self.client.request(request).await {
                Ok(response) => return Ok(Incoming::new(response, provider.name.clone(), presented)),
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
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = line.uri.clone();
    *request.headers_mut() = line.headers(client_headers);
    request
}

fn no_secret(provider: &Provider, seat: &Seat) -> Failure {
    // The policy was swapped between the decision and the sending, and the key went with it.
    let name = seat.key.as_ref().map(|it| it.1.as_str()).unwrap_or_default();
    let told = format!("the key {name} of {} is no longer there", provider.name);
    Failure { origin: Origin::Local, ..Failure::upstream(Kind::Auth, "upstream_auth", told) }
}
