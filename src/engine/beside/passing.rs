//! An answer that is passed on without being understood: status, headers by allow-list, and the very same bytes. It is
//! committed with its first bytes; what comes after them is pulled by the client's connection, so a slow client slows the
//! provider and nothing piles up in between.
//!
//! JSON of a size that is held elsewhere too is read whole before the commit: it may say what it used.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::stream;
use tokio::time::{Instant, timeout_at};

use crate::domain::failure::{Failure, Kind};
use crate::domain::id::ProviderName;
use crate::domain::policy::Deadlines;
use crate::engine::beside::read::is_json;
use crate::engine::committed::{By, Content};
use crate::engine::drain;
use crate::engine::exchange::Exchange;
use crate::engine::settle::Settlement;
use crate::engine::{Answer, AnswerBody, BrokenOff};
use crate::upstream::Incoming;
use crate::wire::sse::{self, Split as _};
use crate::wire::{self, Facts};

/// Largest JSON that is read whole.
const JSON_MOST: usize = 16 << 20;
/// Largest event that is read.
const EVENT_MOST: usize = 16 << 20;

/// The beginning of an answer, and where the rest comes from.
#[derive(Debug)]
pub struct Passed {
    /// HTTP status.
    pub status: u16,
    /// What has come so far.
    pub held: VecDeque<Bytes>,
    /// The rest; `None` where that was all.
    pub incoming: Option<Box<Incoming>>,
    /// What the ledger needs of it, as far as it is known.
    pub facts: Facts,
    /// What reads the ledger's share of the rest.
    pub tap: Option<Tap>,
    /// When it was asked for.
    pub began: Instant,
}

/// Reads on the way what a stream of events says it used: most say so in their last one.
#[derive(Debug, Default)]
pub struct Tap {
    splitter: sse::Splitter,
    frames: Vec<sse::Frame>,
}

impl Tap {
    /// Reads the next bytes.
    pub fn read(&mut self, chunk: &Bytes, facts: &mut Facts) {
        self.splitter.push(chunk.clone(), &mut self.frames);
        // The rest of an event that is larger than any picture is not looked at.
        if self.splitter.pending() > EVENT_MOST {
            self.splitter.take_pending();
        }
        for frame in self.frames.drain(..) {
            Self::look(&frame, facts);
        }
    }

    /// There are no more.
    pub fn end(&mut self, facts: &mut Facts) {
        if let Some(frame) = self.splitter.finish() {
            Self::look(&frame, facts);
        }
    }

    fn look(frame: &sse::Frame, facts: &mut Facts) {
        if memchr::memmem::find(frame.raw(), b"\"usage").is_none() {
            return;
        }
        // An event that is no JSON has nothing to say here, and passes.
        if let Ok(read) = wire::beside::facts(&frame.data()) {
            facts.usage = read.usage.or(facts.usage.take());
            facts.model = read.model.or(facts.model.take());
        }
    }
}

/// Waits for the first bytes of an answer.
///
/// # Errors
/// They did not come.
pub async fn begin(exchange: &Exchange<'_>, mut incoming: Incoming) -> Result<Content, Failure> {
    let status = incoming.status;
    let until = exchange.began + exchange.deadlines.whole;
    let reads = incoming.header("content-type").is_some_and(is_json);
    let mut held = VecDeque::new();
    let mut size = 0;
    let mut ended = false;
    while !ended && (held.is_empty() || (reads && size <= JSON_MOST)) {
        match exchange.chunk(&mut incoming, until).await? {
            Some(chunk) => {
                size += chunk.len();
                held.push_back(chunk);
            }
            None => ended = true,
        }
    }
    let mut facts = Facts { content: true, ..Facts::default() };
    if reads && ended {
        let whole = if held.len() == 1 { held.pop_front() } else { None };
        let whole = whole.unwrap_or_else(|| held.drain(..).flatten().collect());
        // What is no object of ours to read is passed on all the same.
        if let Ok(read) = wire::beside::facts(&whole) {
            facts = read;
        }
        held.push_back(whole);
    }
    let mut tap =
        incoming.header("content-type").is_some_and(|it| it.starts_with("text/event-stream")).then(Tap::default);
    if let Some(tap) = &mut tap {
        for it in &held {
            tap.read(it, &mut facts);
        }
    }
    let incoming = (!ended).then(|| Box::new(incoming));
    Ok(Content::Passed(Box::new(Passed { status, held, incoming, facts, tap, began: exchange.began })))
}

/// The answer that `passed` is the beginning of.
pub fn answer(by: By, settlement: Settlement, passed: Passed) -> Answer {
    let Passed { status, held, incoming, facts, tap, began } = passed;
    if incoming.is_none() && held.len() < 2 {
        return settlement.passed(by, status, held.into_iter().next().unwrap_or_default(), &facts);
    }
    let headers = settlement.answer_headers(&by.seat);
    let mut closing = settlement.closing();
    let passing = Passing {
        held,
        incoming,
        facts,
        tap,
        deadlines: by.deadlines,
        bills_anyway: !by.provider.quirks.cancels,
        until: began + by.deadlines.stream,
        provider: by.provider.name.clone(),
        settlement: Some(settlement),
        closing: Box::pin(async move {
            // An engine that is gone has closed, too.
            let _ = closing.wait_for(|it| *it).await;
        }),
    };
    let body = AnswerBody::Stream(Box::pin(stream::unfold(passing, Passing::next)));
    Answer { status, headers, relayed: by.headers, body }
}

/// An answer on its way.
struct Passing {
    held: VecDeque<Bytes>,
    incoming: Option<Box<Incoming>>,
    facts: Facts,
    tap: Option<Tap>,
    deadlines: Deadlines,
    /// The provider goes on, and bills, when its client leaves.
    bills_anyway: bool,
    until: Instant,
    provider: ProviderName,
    /// Taken when the end is recorded; still there when this is dropped = the client left.
    settlement: Option<Settlement>,
    /// Ends when every answer has to end.
    closing: Pin<Box<dyn Future<Output = ()> + Send>>,
}

// === impl Passing ===

impl Passing {
    /// The next bytes for the client; `None` after the last. There is no dialect in which to say that an answer was cut:
    /// the connection breaks off, as the provider's did.
    async fn next(mut self) -> Option<(Result<Bytes, BrokenOff>, Self)> {
        if let Some(held) = self.held.pop_front() {
            return Some((Ok(held), self));
        }
        self.settlement.as_ref()?;
        let Some(incoming) = self.incoming.as_mut() else { return self.ended() };
        let until = self.until.min(Instant::now() + self.deadlines.byte_gap);
        let chunk = tokio::select! {
            biased;
            it = timeout_at(until, incoming.chunk()) => it,
            () = self.closing.as_mut() => {
                let told = "llmroute is shutting down and had to cut this answer";
                return self.cut(Failure::upstream(Kind::Cut, "shutting_down", told));
            }
        };
        match chunk {
            Ok(Ok(Some(chunk))) => {
                if let Some(tap) = &mut self.tap {
                    tap.read(&chunk, &mut self.facts);
                }
                Some((Ok(chunk), self))
            }
            Ok(Ok(None)) => self.ended(),
            Ok(Err(failure)) => self.cut(failure),
            Err(_) => {
                let late = Instant::now() >= self.until;
                let what = if late { "did not finish its answer in time" } else { "fell silent in its answer" };
                let told = format!("{} {what}", self.provider);
                self.cut(Failure::upstream(Kind::Cut, "upstream_cut", told))
            }
        }
    }

    fn ended(mut self) -> Option<(Result<Bytes, BrokenOff>, Self)> {
        self.incoming = None;
        if let Some(tap) = &mut self.tap {
            tap.end(&mut self.facts);
        }
        self.settlement.take()?.ended(&self.facts, &[], None);
        None
    }

    fn cut(mut self, failure: Failure) -> Option<(Result<Bytes, BrokenOff>, Self)> {
        self.incoming = None;
        self.settlement.take()?.ended(&self.facts, &[], Some(failure));
        Some((Err(BrokenOff), self))
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        let Some(settlement) = self.settlement.take() else { return };
        match (self.incoming.take(), self.tap.take(), tokio::runtime::Handle::try_current()) {
            // Hanging up would not stop the bill, only hide it.
            (Some(incoming), Some(tap), Ok(runtime)) if self.bills_anyway => {
                runtime.spawn(drain::passed(incoming, tap, std::mem::take(&mut self.facts), settlement));
            }
            // Nothing in the rest says what it used.
            _ => settlement.left(&self.facts),
        }
    }
}
