//! After the commit: from the provider to the client as it comes, with the truth at the end. Retries nothing; where the
//! group wants it, another target goes on with what was cut ([`crate::engine::resume`]).
//!
//! A relay is pulled by the client's connection, so a slow client slows the provider and nothing piles up in between.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use tokio::time::{Instant, Sleep, timeout_at};

use crate::domain::dialect::Dialect;
use crate::domain::failure::{Failure, Kind, Origin};
use crate::domain::id::{ProviderName, RequestId};
use crate::domain::policy::Deadlines;
use crate::domain::prompt::Loss;
use crate::engine::BrokenOff;
use crate::engine::committed::{By, Committed, Content};
use crate::engine::drain;
use crate::engine::failover::Walked;
use crate::engine::flow::{Ending, Flow, Taken};
use crate::engine::resume::{self, GoingOn, Rest};
use crate::engine::settle::{Pace, Settlement};
use crate::upstream::{Incoming, verdict};
use crate::wire;

/// After the end mark a provider may take this long to say the rest and close its side.
const CLOSING: Duration = Duration::from_millis(500);

/// What a relay was woken by.
enum Next {
    Bytes(Result<Option<Bytes>, Failure>),
    Alarm,
    Closing,
}

/// An answer that broke off.
struct Broken {
    failure: Failure,
    /// The client has been told, by the provider's own words.
    told: bool,
    /// Another target may go on with it.
    may_follow: bool,
}

/// One stream on its way.
pub(super) struct Relay {
    dialect: Dialect,
    id: RequestId,
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
    /// When the ledger was told last how far it has come.
    pace: Pace,
    /// Taken when the end is recorded, and while another target is asked to go on; still there when the relay is dropped
    /// = the client left.
    settlement: Option<Settlement>,
    /// Who can go on if this is cut.
    rest: Option<Box<Rest>>,
    /// Somebody is being asked to.
    going_on: Option<GoingOn>,
    /// Why what the client heard last broke off.
    broke: Option<Failure>,
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
    pub(super) fn new(
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
            dialect: settlement.ask().dialect,
            id: settlement.ask().id,
            held: Some(held),
            flow,
            incoming,
            deadlines: by.deadlines,
            bills_anyway: !by.provider.quirks.cancels,
            until,
            last_byte: now,
            last_content: now,
            last_out: now,
            pace: Pace::new(now),
            settlement: Some(settlement),
            rest: None,
            going_on: None,
            broke: None,
            provider: by.provider.name.clone(),
            alarm: Box::pin(tokio::time::sleep_until(first)),
            closing: Box::pin(async move {
                // An engine that is gone has closed, too.
                let _ = closing.wait_for(|it| *it).await;
            }),
            afterwards: None,
        })
    }

    /// The same, with those who can go on if it is cut.
    pub(super) fn followed_by(mut self: Box<Self>, rest: Option<Box<Rest>>) -> Box<Self> {
        self.rest = rest;
        self
    }

    pub(super) fn into_stream(self: Box<Self>) -> impl futures_util::Stream<Item = Result<Bytes, BrokenOff>> + Send {
        stream::unfold(self, Self::next).map(Ok)
    }

    /// The next bytes for the client; `None` after the last.
    pub(super) async fn next(mut self: Box<Self>) -> Option<(Bytes, Box<Self>)> {
        self.back();
        loop {
            if let Some(held) = self.held.take().filter(|it| !it.is_empty()) {
                return Some((held, self));
            }
            if let Some(it) = &mut self.going_on {
                let Ok(walked) = timeout_at(self.last_out + self.deadlines.ping, &mut it.walk).await else {
                    return Some((self.ping(), self));
                };
                let out = self.walked(walked);
                if !out.is_empty() {
                    self.last_out = Instant::now();
                    return Some((out, self));
                }
            }
            // The settlement is taken with the last bytes; there is nothing after them.
            self.settlement.as_ref()?;
            if self.flow.ending().is_some()
                && let Some(rest) = self.afterwards().await
            {
                return Some((rest, self));
            }
            let ended = self.flow.ending().is_some() || self.incoming.is_none();
            let Some(incoming) = self.incoming.as_mut().filter(|_| !ended) else {
                let Some(broken) = self.broken() else { return self.close() };
                if self.goes_on(&broken) {
                    continue;
                }
                return self.cut(broken);
            };
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
                Next::Bytes(Err(failure)) => {
                    let broken = Broken { failure, told: false, may_follow: true };
                    if self.goes_on(&broken) {
                        continue;
                    }
                    return self.cut(broken);
                }
                Next::Closing => {
                    let told = "llmroute is shutting down and had to cut this answer";
                    let failure = Failure::upstream(Kind::Cut, "shutting_down", told);
                    return self.cut(Broken { failure, told: false, may_follow: false });
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
                Next::Alarm if wake == ping => return Some((self.ping(), self)),
                Next::Alarm => {
                    let what = if wake == gap {
                        "fell silent in the middle of its answer"
                    } else if wake == contents {
                        "sent no content for too long in the middle of its answer"
                    } else {
                        "did not finish its answer within the longest time a stream may take"
                    };
                    let may_follow = wake == gap || wake == contents;
                    let broken = Broken { failure: self.cut_by(what), told: false, may_follow };
                    if self.goes_on(&broken) {
                        continue;
                    }
                    return self.cut(broken);
                }
            };
            if taken.content {
                self.last_content = self.last_byte;
                if self.pace.is_due(self.last_byte, self.flow.facts().content_bytes)
                    && let Some(settlement) = &self.settlement
                {
                    settlement.mark(self.flow.facts());
                }
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

    fn ping(&mut self) -> Bytes {
        self.last_out = Instant::now();
        Bytes::from_static(wire::codec(self.dialect).ping())
    }

    /// How the answer that has just ended broke off; `None` if it is whole.
    fn broken(&self) -> Option<Broken> {
        let (failure, told) = match self.flow.ending() {
            Some(Ending::Whole) => return None,
            Some(Ending::Fault { fault, relayed }) => (verdict::failure(&self.provider, 200, fault, None), *relayed),
            Some(Ending::Malformed(what)) => (self.cut_by(&format!("sent {what}")), false),
            Some(Ending::Misfit(why)) => (self.misfit(why), false),
            None => (self.cut_by("ended its answer without an end mark"), false),
        };
        let may_follow = resume::may_follow(&failure) || matches!(self.flow.ending(), Some(Ending::Misfit(_)));
        let kind = if failure.kind == Kind::Local { Kind::Local } else { Kind::Cut };
        Some(Broken { failure: Failure { kind, ..failure }, told, may_follow })
    }

    /// Whether another target is asked to go on with an answer that broke off. Whatever there is to settle about this one
    /// is settled then.
    fn goes_on(&mut self, broken: &Broken) -> bool {
        if !broken.may_follow || broken.told || self.flow.is_mid_event() {
            return false;
        }
        let Some(mut tale) = self.flow.tale() else { return false };
        let Some(mut settlement) = self.settlement.take() else { return false };
        let incoming = self.incoming.take();
        if tale.is_joined() {
            let counted = self.flow.facts().usage.is_some();
            tale.ended(settlement.broke_off(&self.flow, &broken.failure), counted);
            self.broke = Some(broken.failure.clone());
        } else {
            let flow = std::mem::replace(&mut self.flow, Box::new(Flow::over()));
            settlement.misfit(flow, incoming, &broken.failure);
        }
        match resume::begin(self.rest.take(), tale, settlement) {
            Ok(it) => self.going_on = Some(it),
            Err(back) => {
                let (tale, settlement) = *back;
                self.held = Some(self.gave_up(&tale.losses(), settlement));
            }
        }
        true
    }

    /// What the client is told after somebody was asked to go on.
    fn walked(&mut self, (outcome, settlement): Walked) -> Bytes {
        let Some(going_on) = self.going_on.take() else { return Bytes::new() };
        let Ok(Committed { by, content: Content::Stream { flow, incoming, .. }, rest }) = outcome else {
            return self.gave_up(&going_on.into_tale().losses(), settlement);
        };
        let mut flow = flow.keeping(resume::keeper(&settlement));
        let out = going_on.join(&by, &mut flow);
        *self.flow = flow;
        self.incoming = incoming;
        self.rest = rest;
        self.bills_anyway = !by.provider.quirks.cancels;
        self.provider = by.provider.name.clone();
        self.settlement = Some(settlement);
        self.last_byte = Instant::now();
        self.last_content = self.last_byte;
        out
    }

    /// Nobody goes on: the client is told of the cut as if nobody had been asked.
    fn gave_up(&mut self, losses: &[Loss], settlement: Settlement) -> Bytes {
        let failure = self.broke.take().unwrap_or_else(|| self.cut_by("broke off"));
        let frame = last_words(false, self.dialect, &failure, self.id);
        settlement.gave_up(losses, failure);
        frame
    }

    /// The answer is whole: records it.
    fn close(mut self: Box<Self>) -> Option<(Bytes, Box<Self>)> {
        self.settlement.take()?.ended(self.flow.facts(), &self.flow.losses(), None);
        None
    }

    /// The answer broke off: records it, and gives the client the end it must see.
    fn cut(mut self: Box<Self>, broken: Broken) -> Option<(Bytes, Box<Self>)> {
        let settlement = self.settlement.take()?;
        let frame = if broken.told {
            Bytes::new()
        } else {
            last_words(self.flow.is_mid_event(), self.dialect, &broken.failure, self.id)
        };
        self.incoming = None;
        settlement.ended(self.flow.facts(), &self.flow.losses(), Some(broken.failure));
        (!frame.is_empty()).then_some((frame, self))
    }

    fn misfit(&self, why: &str) -> Failure {
        let told = format!("{} was to go on with an answer that was cut, and {why}", self.provider);
        Failure::local(Origin::Local, "resume_misfit", 502, told)
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
                settlement.ended(flow.facts(), &flow.losses(), None);
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
fn last_words(mid_event: bool, dialect: Dialect, failure: &Failure, id: RequestId) -> Bytes {
    let mut frame = if mid_event { b"\n\n".to_vec() } else { Vec::new() };
    frame.extend_from_slice(&wire::codec(dialect).write_stream_error(failure, id));
    Bytes::from(frame)
}
