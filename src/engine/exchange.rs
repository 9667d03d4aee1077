//! One exchange with one provider, whatever is asked of it: its answer within the deadlines that hold before the commit,
//! and what it means where there is none.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, timeout_at};

use crate::domain::dialect::Dialect;
use crate::domain::failure::{Failure, Kind, Relay};
use crate::domain::policy::{Auth, Deadlines, Provider};
use crate::engine::Engine;
use crate::upstream::{Incoming, verdict};
use crate::wire;

/// Largest answer that is held in memory.
const WHOLE_MOST: usize = 64 << 20;
/// Largest part of an error answer that is kept.
const ERROR_MOST: usize = 64 << 10;

/// An exchange in progress.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// Whose.
    pub engine: &'a Engine,
    /// With whom.
    pub provider: &'a Provider,
    /// In which dialect.
    pub dialect: Dialect,
    /// How long each part of it may take.
    pub deadlines: &'a Deadlines,
    /// When it began.
    pub began: Instant,
}

// === impl Exchange ===

impl Exchange<'_> {
    /// The next bytes, within the deadlines that hold before the commit.
    ///
    /// # Errors
    /// [`Kind::Uncertain`]: the connection broke. [`Kind::Silent`]: nothing came in time.
    pub async fn chunk(&self, incoming: &mut Incoming, until: Instant) -> Result<Option<Bytes>, Failure> {
        let gap = Instant::now() + self.deadlines.byte_gap;
        match timeout_at(until.min(gap), incoming.chunk()).await {
            Ok(Ok(it)) => Ok(it),
            // Nothing has reached the client, so this is not yet a cut: another target may still answer.
            Ok(Err(failure)) => Err(Failure {
                detail: failure.detail,
                ..Failure::upstream(Kind::Uncertain, "upstream_uncertain", failure.told)
            }),
            Err(_) if gap < until => Err(silent(self.provider, "fell silent before any content")),
            Err(_) => Err(silent(self.provider, "sent no content within the deadline")),
        }
    }

    /// A whole answer that began with `begun`.
    ///
    /// # Errors
    /// As [`Self::chunk`], and [`Kind::Broken`] where it is larger than anybody sends.
    pub async fn collect(&self, incoming: &mut Incoming, begun: Bytes) -> Result<Bytes, Failure> {
        let until = self.began + self.deadlines.whole;
        let mut first = begun;
        let mut more: Option<BytesMut> = None;
        while let Some(chunk) = self.chunk(incoming, until).await? {
            // Most answers come in one piece and are not copied.
            if first.is_empty() && more.is_none() {
                first = chunk;
                continue;
            }
            let all = more.get_or_insert_with(|| BytesMut::from(&first[..]));
            if all.len() + chunk.len() > WHOLE_MOST {
                return Err(broken(self.provider, "an answer larger than 64 MiB"));
            }
            all.extend_from_slice(&chunk);
        }
        Ok(more.map_or(first, BytesMut::freeze))
    }

    /// An error answer: read, judged, and kept for the client that can read it.
    pub async fn error(&self, mut incoming: Incoming) -> Failure {
        let mut body = BytesMut::new();
        let until = Instant::now() + Duration::from_secs(10);
        // An error body that stalls or breaks is judged by what came of it: the status is known already.
        while let Ok(Ok(Some(chunk))) = timeout_at(until, incoming.chunk()).await {
            body.extend_from_slice(&chunk[..chunk.len().min(ERROR_MOST - body.len())]);
            if body.len() >= ERROR_MOST {
                break;
            }
        }
        let body = if incoming.is_encoded() { Bytes::new() } else { body.freeze() };
        let header = |name: &str| incoming.header(name).map(str::to_owned);
        let fault = wire::codec(self.dialect).read_error_of(&header, &body);
        let now = self.engine.now().wall;
        let wait = incoming.wait(now).max(verdict::reset(incoming.status, &fault, now));
        let mut failure = verdict::failure(&self.provider.name, incoming.status, &fault, wait);
        if verdict::is_late(incoming.status, &fault) {
            let off =
                incoming.clock_off(now).map_or_else(|| "wrong".to_owned(), |it| format!("off by {} s", it.as_secs()));
            failure.told = format!(
                "{} refused the date of a signature: the clock of this machine is {off} (set it, or let it be set by NTP)",
                self.provider.name
            );
        }
        if self.provider.auth == Auth::Client && failure.kind == Kind::Auth {
            // The key is the client's, and so is the fault: it signs in anew where it is told so in the provider's words.
            let own = Failure::upstream(Kind::Client, "upstream_refused_request", String::new());
            failure = Failure {
                told: format!("{} refused the key that its client came with", self.provider.name),
                detail: failure.detail,
                status: failure.status,
                ..own
            };
        }
        // A CDN's HTML page is no error of the dialect, nor is half of one that was too long to be kept.
        if wire::json::scan(&body).is_ok() {
            failure.relay = Some(Box::new(Relay {
                dialect: self.dialect,
                status: incoming.status,
                headers: incoming.relayable(),
                body,
            }));
        }
        failure
    }

    /// What it means that an answer is none of its dialect.
    #[must_use]
    pub fn garbage(&self, body: &Bytes, malformed: &wire::Malformed) -> Failure {
        match body.iter().find(|it| !it.is_ascii_whitespace()) {
            None => broken(self.provider, "an empty body"),
            Some(b'<') => broken(self.provider, "an HTML page"),
            _ => broken(self.provider, &format!("something that is no answer of its dialect: {malformed}")),
        }
    }
}

/// Nothing came in time.
#[must_use]
pub fn silent(provider: &Provider, what: &str) -> Failure {
    Failure::upstream(Kind::Silent, "upstream_silent", format!("{} {what}", provider.name))
}

/// An answer that is none.
#[must_use]
pub fn broken(provider: &Provider, what: &str) -> Failure {
    Failure::upstream(Kind::Broken, "upstream_broken_answer", format!("{} sent {what}", provider.name))
}

/// An answer that says to ask elsewhere: a key must not travel to another host.
#[must_use]
pub fn redirect(provider: &Provider, status: u16) -> Failure {
    let told = format!("{} answered {status}, a redirect, which is never followed: fix its base URL", provider.name);
    let mut failure = Failure::upstream(Kind::Broken, "upstream_redirect", told);
    failure.status = Some(status);
    failure
}
