//! After the commit: from the provider to the client as it comes, with the truth at the end. Retries nothing.
//!
//! A relay is pulled by the client's connection, so a slow client slows the provider and nothing piles up in between.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use tokio::time::{Instant, Sleep, timeout, timeout_at};

use crate::domain::ask::Ask;
use crate::domain::dialect::Dialect;
use crate::domain::failure::{Failure, Kind};
use crate::domain::id::{ProviderName, RequestId};
use crate::domain::policy::Deadlines;
use crate::engine::beside::passing;
use crate::engine::committed::{By, Committed, Content};
use crate::engine::drain;
use crate::engine::failover::Walked;
use crate::engine::flow::{Ending, Flow, Taken};
use crate::engine::settle::Settlement;
use crate::engine::tether::Tethered;
use crate::engine::{Answer, AnswerBody, BrokenOff};
use crate::upstream::{Incoming, verdict};
use crate::wire;

/// After the end mark a provider may take this long to say the rest and close its side.
const CLOSING: Duration = Duration::from_millis(500);

/// The answer of a walk that has ended.
pub fn finished(walked: Walked) -> Answer {
    let (outcome, settlement) = walked;
    match outcome {
        Err(failure) => settlement.refuse(failure),
        Ok(Committed { by, content }) => match content {
            Content::Whole { body, facts, losses } => settlement.whole(by, body, &facts, &losses),
            Content::Stream { held, flow, incoming, began } => {
                let headers = settlement.stream_headers(Some(&by.seat));
                let relayed = by.headers.iter().filter(|it| it.0 != "content-type").cloned().collect();
                let relay = Relay::new(&by, settlement, held, flow, incoming, began);
                Answer { status: 200, headers, relayed, body: AnswerBody::Stream(Box::pin(relay.into_stream())) }
            }
            Content::Passed(passed) => passing::answer(by, settlement, *passed),
        },
    }
}

/// The answer of a stream whose walk may take long: the status line waits for the content, but not longer than the
/// client's own patience; then a ping goes out `every` so often while the walk goes on.
pub async fn held(mut walk: Tethered, ask: &Ask, every: Duration) -> Answer {
    if let Ok(walked) = timeout(every, &mut walk).await {
        return finished(walked);
    }
    let headers = vec![
        ("x-llmroute-id", ask.id.to_string()),
        ("content-type", "text/event-stream".to_owned()),
        ("cache-control", "no-cache".to_owned()),
    ];
    let ping = Bytes::from_static(wire::codec(ask.dialect).ping());
    let waiting = Stage::Waiting { walk, ping, every, due: true };
    let body = stream::unfold(waiting, Stage::next).map(Ok);
    Answer { status: 200, headers, relayed: Vec::new(), body: AnswerBody::Stream(Box::pin(body)) }
}

/// Where a held stream stands.
enum Stage {
    Waiting { walk: Tethered, ping: Bytes, every: Duration, due: bool },
    Relaying(Box<Relay>),
    Over,
}

impl Stage {
    async fn next(self) -> Option<(Bytes, Self)> {
        match self {
            Self::Over => None,
            Self::Waiting { walk, ping, every, due: true } => {
                Some((ping.clone(), Self::Waiting { walk, ping, every, due: false }))
            }
            Self::Waiting { mut walk, ping, every, due: false } => match timeout(every, &mut walk).await {
                Err(_) => Some((ping.clone(), Self::Waiting { walk, ping, every, due: false })),
                Ok((Err(failure), settlement)) => Some((settlement.refuse_in_stream(failure), Self::Over)),
                Ok((Ok(Committed { by, content }), settlement)) => match content {
                    Content::Stream { held, flow, incoming, began } => {
                        let relay = Relay::new(&by, settlement, held, flow, incoming, began);
                        relay.next().await.map(|(bytes, it)| (bytes, Self::Relaying(it)))
                    }
                    // A request for a stream is only ever answered by a stream.
                    Content::Whole { body, .. } => Some((body, Self::Over)),
                    Content::Passed(_) => None,
                },
            },
            Self::Relaying(relay) => relay.next().await.map(|(bytes, it)| (bytes, Self::Relaying(it))),
        }
    }
}

/// What a relay was woken by.
enum Next {
    Bytes(Result<Option<Bytes>, Failure>),
    Alarm,
    Closing,
}

/// One stream on its way.
struct Relay {
    held: Option<Bytes>,
    flow: Box<Flow>,
    incoming: Option<Box<Incoming>>,
    deadlines: Deadlines,
    /// The provider goes on, and bills, when its client leaves.
    bills_anyway: bool,
    until: Instant,
    last_byte: Instant,
    last_content: Instant,
    last_out: Instant,
    /// Taken when the end is recorded; still there when the relay is dropped = the client left.
    settlement: Option<Settlement>,
    provider: ProviderName,
    /// Rings when the soonest of the deadlines may be over. It is not set anew for every event: when it rings early,
    /// it is set to the deadline of that moment.
    alarm: Pin<Box<Sleep>>,
    /// Ends when every stream has to end.
    closing: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// Set at the end mark: what the provider sends until then is still passed on.
    afterwards: Option<Instant>,
}

impl Relay {
    fn new(
        by: &By,
        settlement: Settlement,
        held: Bytes,
        flow: Box<Flow>,
        incoming: Option<Box<Incoming>>,
        began: Instant,
    ) -> Box<Self> {
        let now = Instant::now();
        let mut closing = settlement.closing();
        let until = began + by.deadlines.stream;
        let first = until.min(now + by.deadlines.ping.min(by.deadlines.byte_gap).min(by.deadlines.content_gap));
        Box::new(Self {
            held: Some(held),
            flow,
            incoming,
            deadlines: by.deadlines,
            bills_anyway: !by.provider.quirks.cancels,
            until,
            last_byte: now,
            last_content: now,
            last_out: now,
            settlement: Some(settlement),
            provider: by.provider.name.clone(),
            alarm: Box::pin(tokio::time::sleep_until(first)),
            closing: Box::pin(async move {
                // An engine that is gone has closed, too.
                let _ = closing.wait_for(|it| *it).await;
            }),
            afterwards: None,
        })
    }

    fn into_stream(self: Box<Self>) -> impl futures_util::Stream<Item = Result<Bytes, BrokenOff>> + Send {
        stream::unfold(self, Self::next).map(Ok)
    }

    /// The next bytes for the client; `None` after the last.
    async fn next(mut self: Box<Self>) -> Option<(Bytes, Box<Self>)> {
        self.back();
        if let Some(held) = self.held.take().filter(|it| !it.is_empty()) {
            return Some((held, self));
        }
        loop {
            // The settlement is taken with the last bytes; there is nothing after them.
            self.settlement.as_ref()?;
            if self.flow.ending().is_some() {
                return match self.afterwards().await {
                    Some(rest) => Some((rest, self)),
                    None => self.close(),
                };
            }
            let Some(incoming) = self.incoming.as_mut() else { return self.close() };
            let ping = self.last_out + self.deadlines.ping;
            let gap = self.last_byte + self.deadlines.byte_gap;
            let contents = self.last_content + self.deadlines.content_gap;
            let wake = ping.min(gap).min(contents).min(self.until);
            let event = tokio::select! {
                biased;
                it = incoming.chunk() => Next::Bytes(it),
                () = self.alarm.as_mut() => Next::Alarm,
                () = self.closing.as_mut() => Next::Closing,
            };
            let taken = match event {
                Next::Bytes(Ok(Some(chunk))) => {
                    self.last_byte = Instant::now();
                    self.flow.take(chunk)
                }
                Next::Bytes(Ok(None)) => self.closed(),
                // The provider has said all it had to say, in a dialect that ends by closing: how it goes away is its affair.
                Next::Bytes(Err(_)) if self.flow.may_close() => self.closed(),
                Next::Bytes(Err(failure)) => return self.cut(failure),
                Next::Closing => {
                    let told = "llmroute is shutting down and had to cut this answer";
                    return self.cut(Failure::upstream(Kind::Cut, "shutting_down", told));
                }
                // Something came since it was set.
                Next::Alarm if Instant::now() < wake => {
                    self.alarm.as_mut().reset(wake);
                    continue;
                }
                Next::Alarm if wake == gap && self.flow.may_close() => self.closed(),
                // Left out: it would fall into the middle of an event.
                Next::Alarm if wake == ping && self.flow.is_mid_event() => {
                    self.last_out = Instant::now();
                    continue;
                }
                Next::Alarm if wake == ping => {
                    self.last_out = Instant::now();
                    let dialect = self.settlement.as_ref()?.ask().dialect;
                    return Some((Bytes::from_static(wire::codec(dialect).ping()), self));
                }
                Next::Alarm => {
                    let what = if wake == gap {
                        "fell silent in the middle of its answer"
                    } else if wake == contents {
                        "sent no content for too long in the middle of its answer"
                    } else {
                        "did not finish its answer within the longest time a stream may take"
                    };
                    let told = format!("{} {what}", self.provider);
                    return self.cut(Failure::upstream(Kind::Cut, "upstream_cut", told));
                }
            };
            if taken.content {
                self.last_content = self.last_byte;
            }
            if !taken.out.is_empty() {
                self.last_out = Instant::now();
                return Some((taken.out, self));
            }
        }
    }

    fn closed(&mut self) -> Taken {
        self.incoming = None;
        self.flow.finish()
    }

    /// The client has come back for more. While it was busy with what it had, nobody listened to the provider, and that
    /// was no silence of the provider's: the first piece it left waiting need not be a whole event.
    fn back(&mut self) {
        let now = Instant::now();
        let away = now - self.last_out;
        self.last_byte += away;
        self.last_content += away;
        self.last_out = now;
    }

    /// The stream is over: records how, and gives the client the end it must see.
    fn close(mut self: Box<Self>) -> Option<(Bytes, Box<Self>)> {
        let failure = match self.flow.ending() {
            Some(Ending::Whole) => None,
            Some(Ending::Fault { fault, relayed }) => {
                let failure = verdict::failure(&self.provider, 200, fault, None);
                Some((Failure { kind: Kind::Cut, ..failure }, *relayed))
            }
            Some(Ending::Malformed(what)) => Some((self.cut_by(&format!("sent {what}")), false)),
            None => Some((self.cut_by("ended its answer without an end mark"), false)),
        };
        let settlement = self.settlement.take()?;
        let (dialect, id) = (settlement.ask().dialect, settlement.ask().id);
        let frame = match &failure {
            Some((failure, false)) => last_words(&self.flow, dialect, failure, id),
            _ => Bytes::new(),
        };
        settlement.ended(self.flow.facts(), self.flow.losses(), failure.map(|it| it.0));
        (!frame.is_empty()).then_some((frame, self))
    }

    fn cut(mut self: Box<Self>, failure: Failure) -> Option<(Bytes, Box<Self>)> {
        let settlement = self.settlement.take()?;
        let frame = last_words(&self.flow, settlement.ask().dialect, &failure, settlement.ask().id);
        self.incoming = None;
        settlement.ended(self.flow.facts(), self.flow.losses(), Some(failure));
        Some((frame, self))
    }

    fn cut_by(&self, what: &str) -> Failure {
        Failure::upstream(Kind::Cut, "upstream_cut", format!("{} {what}", self.provider))
    }

    /// What the provider sends after its end mark, up to its own close, so that the connection can be used again. Not
    /// waited for long: the client's stream ends with it.
    async fn afterwards(&mut self) -> Option<Bytes> {
        if self.flow.ending() != Some(&Ending::Whole) {
            return None;
        }
        let until = *self.afterwards.get_or_insert_with(|| Instant::now() + CLOSING);
        while let Some(incoming) = &mut self.incoming {
            // That it breaks, or that nothing comes in time, changes nothing about the answer.
            let Ok(Ok(chunk)) = timeout_at(until, incoming.chunk()).await else { break };
            let taken = if let Some(chunk) = chunk {
                self.flow.take(chunk)
            } else {
                self.incoming = None;
                self.flow.finish()
            };
            if !taken.out.is_empty() {
                return Some(taken.out);
            }
        }
        self.incoming = None;
        None
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let Some(settlement) = self.settlement.take() else { return };
        let flow = std::mem::replace(&mut self.flow, Box::new(Flow::over()));
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return settlement.left(flow.facts()) };
        match self.incoming.take() {
            // The client read the end mark and hung up before the connection did: that is a whole answer.
            _ if flow.ending() == Some(&Ending::Whole) && self.held.is_none() => {
                settlement.ended(flow.facts(), flow.losses(), None);
            }
            // Hanging up would not stop the bill, only hide it.
            Some(incoming) if self.bills_anyway => {
                runtime.spawn(drain::stream(flow, incoming, settlement));
            }
            _ => settlement.left(flow.facts()),
        }
    }
}

/// The frame that tells the client what went wrong. An event whose head it has already is ended first.
fn last_words(flow: &Flow, dialect: Dialect, failure: &Failure, id: RequestId) -> Bytes {
    let mut frame = if flow.is_mid_event() { b"\n\n".to_vec() } else { Vec::new() };
    frame.extend_from_slice(&wire::codec(dialect).write_stream_error(failure, id));
    Bytes::from(frame)
}
