//! The ground truth of billing: every request that arrived at a simulated provider, what was sent for it, and what a
//! real provider would have charged.
//!
//! The rule: an error status, and an answer that broke before its first token through the provider's own fault, cost
//! nothing. A complete answer costs its input and all its output; one the provider cut costs its input and the tokens
//! generated until then. A client that hangs up pays the input and the tokens generated until the provider noticed,
//! or the whole answer where the persona does not cancel.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::domain::clock::{Clock, Now};

/// Tokens charged for one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Billed {
    /// All prompt tokens, cached ones included.
    pub input: u64,
    /// Of `input`: read from the prompt cache.
    pub cache_read: u64,
    /// Of `input`: written to the prompt cache.
    pub cache_write: u64,
    /// All generated tokens, reasoning included.
    pub output: u64,
}

/// One request that arrived, or one connection that was reset before it could.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Its number, from 1, in the order of arrival.
    pub seq: u64,
    /// The HTTP method; empty where the connection was reset before reading.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The headers, names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body, chunked framing removed.
    pub body: Bytes,
    /// The `model` of the body.
    pub model: Option<String>,
    /// When its last byte was read.
    pub at: Now,
    /// What was done with it ([`crate::sim::Script::name`]).
    pub script: Cow<'static, str>,
    /// Why a real provider would have refused it; such a request got that refusal unless a script said otherwise.
    pub violation: Option<String>,
    /// What came of it, once it is settled.
    pub outcome: Outcome,
}

/// What came of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// When the exchange was over, after which nothing here changes; `None` while it is not.
    pub settled: Option<Now>,
    /// Bytes given to the socket, headers and framing included.
    pub sent: u64,
    /// The terminal event, or the last byte of a whole body, was given to the socket.
    pub completed: bool,
    /// The client went away before the end.
    pub cancelled_by_client: bool,
    /// What was charged; `None` is nothing at all.
    pub billed: Option<Billed>,
}

/// A view on what one simulated provider saw. Clones share it.
#[derive(Debug, Clone)]
pub struct Meter(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    book: Mutex<Book>,
    changed: Notify,
    /// Bytes given to sockets so far, by exchanges under way too.
    sent: AtomicU64,
    clock: Clock,
    keep: usize,
}

#[derive(Debug, Default)]
struct Book {
    arrivals: VecDeque<Arrival>,
    arrived: u64,
    settled: u64,
    connections: u64,
    billed: Billed,
}

// === impl Billed ===

impl Billed {
    /// This much input and output, nothing cached.
    #[must_use]
    pub const fn of(input: u64, output: u64) -> Self {
        Self { input, cache_read: 0, cache_write: 0, output }
    }
}

impl std::ops::AddAssign for Billed {
    fn add_assign(&mut self, other: Self) {
        self.input += other.input;
        self.cache_read += other.cache_read;
        self.cache_write += other.cache_write;
        self.output += other.output;
    }
}

// === impl Arrival ===

impl Arrival {
    /// The value of a header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// An arrival nobody will look at.
    pub(crate) fn bare(seq: u64, at: Now) -> Self {
        Self {
            seq,
            method: String::new(),
            path: String::new(),
            headers: Vec::new(),
            body: Bytes::new(),
            model: None,
            at,
            script: Cow::Borrowed("canned"),
            violation: None,
            outcome: Outcome::default(),
        }
    }

    /// The body as JSON; null where it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

// === impl Meter ===

impl Meter {
    /// A meter that remembers the last `keep` arrivals; its totals cover all.
    pub(crate) fn new(keep: usize, clock: Clock) -> Self {
        let (book, changed, sent) = (Mutex::default(), Notify::new(), AtomicU64::new(0));
        Self(Arc::new(Shared { book, changed, sent, clock, keep }))
    }

    /// The arrivals so far, settled or not, oldest first.
    #[must_use]
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.lock().arrivals.iter().cloned().collect()
    }

    /// The latest arrival.
    #[must_use]
    pub fn last(&self) -> Option<Arrival> {
        self.lock().arrivals.back().cloned()
    }

    /// How many requests arrived (resets before reading included).
    #[must_use]
    pub fn arrived(&self) -> u64 {
        self.lock().arrived
    }

    /// How many connections were accepted.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.lock().connections
    }

    /// Bytes given to sockets so far, those of exchanges under way included: whether a slow reader holds the provider
    /// up can be seen from it.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    /// Everything charged by settled exchanges.
    #[must_use]
    pub fn billed_total(&self) -> Billed {
        self.lock().billed
    }

    /// Waits until `n` requests have arrived in all. Wrap it in a timeout: it does not give up.
    pub async fn wait_for(&self, n: u64) {
        self.wait(|book| book.arrived >= n).await;
    }

    /// Waits until `n` requests are settled in all. Wrap it in a timeout: it does not give up.
    pub async fn wait_settled(&self, n: u64) {
        self.wait(|book| book.settled >= n).await;
    }

    async fn wait(&self, reached: impl Fn(&Book) -> bool) {
        loop {
            // Registered before looking, so that a change in between is not missed.
            let mut changed = std::pin::pin!(self.0.changed.notified());
            changed.as_mut().enable();
            if reached(&self.lock()) {
                return;
            }
            changed.await;
        }
    }

    pub(crate) fn connected(&self) {
        self.lock().connections += 1;
    }

    /// Books an arrival; it is settled when the ticket is dropped, also when its connection's task is.
    pub(crate) fn arrive(&self, arrival: Arrival) -> Ticket {
        let seq = arrival.seq;
        let mut book = self.lock();
        book.arrived += 1;
        if self.0.keep > 0 {
            if book.arrivals.len() >= self.0.keep {
                book.arrivals.pop_front();
            }
            book.arrivals.push_back(arrival);
        }
        drop(book);
        self.0.changed.notify_waiters();
        Ticket { meter: self.clone(), seq, tariff: Tariff::Nothing, generated: 0, outcome: Outcome::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How an exchange is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tariff {
    /// Nothing, whatever happens.
    Nothing,
    /// This, whatever happens.
    Always(Billed),
    /// As an answer of these counts, by the rule of this module.
    Answer {
        /// The whole answer.
        whole: Billed,
        /// The provider stops generating when its client hangs up.
        cancels: bool,
    },
}

/// The open account of one exchange.
#[derive(Debug)]
pub(crate) struct Ticket {
    meter: Meter,
    seq: u64,
    pub(crate) tariff: Tariff,
    /// Output tokens generated so far.
    pub(crate) generated: u64,
    pub(crate) outcome: Outcome,
}

// === impl Ticket ===

impl Ticket {
    /// Closes the bill at what it is by now: the provider fell silent by itself, so that the client's going away
    /// later is no reason to charge more.
    pub(crate) fn close_bill(&mut self) {
        self.tariff = self.billed().map_or(Tariff::Nothing, Tariff::Always);
    }

    /// Books a write.
    pub(crate) fn wrote(&mut self, bytes: usize) {
        self.outcome.sent += bytes as u64;
        self.meter.0.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn billed(&self) -> Option<Billed> {
        match self.tariff {
            Tariff::Nothing => None,
            Tariff::Always(billed) => Some(billed),
            Tariff::Answer { whole, .. } if self.outcome.completed => Some(whole),
            Tariff::Answer { whole, cancels } if self.outcome.cancelled_by_client => {
                Some(if cancels { Billed { output: self.generated, ..whole } } else { whole })
            }
            Tariff::Answer { .. } if self.generated == 0 => None,
            Tariff::Answer { whole, .. } => Some(Billed { output: self.generated, ..whole }),
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let billed = self.billed();
        let settled = Some(self.meter.0.clock.now());
        let mut book = self.meter.lock();
        book.settled += 1;
        book.billed += billed.unwrap_or_default();
        // From the back: an exchange that settles is nearly always among the last to have arrived.
        if let Some(arrival) = book.arrivals.iter_mut().rev().find(|it| it.seq == self.seq) {
            arrival.outcome = Outcome { settled, billed, ..self.outcome.clone() };
        }
        drop(book);
        self.meter.0.changed.notify_waiters();
    }
}
