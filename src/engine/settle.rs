//! Once per request, whatever happens: what came of it, what it cost, one record for the ledger. A [`Settlement`]
//! that is dropped unfinished (the client hung up, the process panics) records itself.

mod account;
mod baseline;
mod ending;
mod legs;
mod limited;
mod mark;
mod paid;
mod tried;

pub use account::{Account, Entry};
pub use mark::Pace;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::domain::ask::Ask;
use crate::domain::caller::CallerIds;
use crate::domain::clock::Moment;
use crate::domain::failure::{Failure, Kind, Origin};
use crate::domain::money::Usd;
use crate::domain::operation::Operation;
use crate::domain::prompt::Loss;
use crate::domain::target::Seat;
use crate::engine::committed::By;
use crate::engine::decided::Decided;
use crate::engine::rooms::Place;
use crate::engine::settle::limited::Limited;
use crate::engine::settle::tried::note;
use crate::engine::tether::Tether;
use crate::engine::told::{header_text, refusal, seat_headers};
use crate::engine::{Answer, AnswerBody, Engine};
use crate::route::Decision;
use crate::store::{AttemptRecord, AttemptState, Cost, DecisionNote, Head, Outcome, RequestRecord, Slot};
use crate::wire::{self, Facts};

/// The status a row has whose client hung up: nobody was sent one.
const CLIENT_GONE: u16 = 499;

/// The account of one request, from its arrival to its row.
#[derive(Debug)]
pub struct Settlement {
    account: Account,
    /// Taken exactly once: by whoever finishes, or by `drop`.
    slot: Option<Slot>,
    decision: Option<Arc<Decided>>,
    /// What the client's dialect could not say of the answer.
    losses: Vec<String>,
    /// Attempts that lost and are still read for what they cost. The row waits for them.
    strays: Vec<JoinHandle<()>>,
    /// Its place at the target that answers, as long as that answers.
    place: Option<Place>,
    /// Its leave to come in, and to be where it is answered.
    limited: Limited,
}

impl Settlement {
    /// The account of a request that has just been read.
    pub fn open(engine: &Arc<Engine>, ask: &Arc<Ask>, slot: Slot) -> Self {
        let head = Head {
            at: ask.at.wall,
            dialect: ask.dialect,
            operation: ask.operation.name(),
            asked: match &ask.operation {
                it @ Operation::Relay(_) if ask.model.is_empty() => it.name().into_owned(),
                _ => ask.model.clone(),
            },
            group: None,
            client: ask.client.clone(),
            caller: ask.caller.as_deref().map(CallerIds::from).unwrap_or_default(),
            session: ask.session.clone(),
            stream: ask.stream,
        };
        Self {
            account: Account::new(engine, ask, head),
            slot: Some(slot),
            decision: None,
            losses: Vec::new(),
            strays: Vec::new(),
            place: None,
            limited: Limited::default(),
        }
    }

    /// What ties the walk of this request to its client.
    #[must_use]
    pub fn tether(&self) -> Arc<Tether> {
        Arc::clone(&self.account.tether)
    }

    /// Notes what was decided.
    pub fn decided(&mut self, decision: &Decision, kept: Decided) {
        // Nobody else holds the head yet, so this copies nothing.
        Arc::make_mut(&mut self.account.head).group.clone_from(&decision.group);
        self.account.spending = kept.spending().cloned();
        self.decision = Some(Arc::new(kept));
    }

    /// What its attempts write into.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The row waits for `stray`, an attempt that lost and is read on for what it costs.
    pub fn wait_for(&mut self, stray: JoinHandle<()>) {
        self.strays.push(stray);
    }

    /// Keeps a place until the answer has come to its end.
    pub fn hold(&mut self, place: Option<Place>) {
        self.place = place;
    }

    /// The soonest time at which one of the targets that were tried asked to be tried again.
    #[must_use]
    pub fn soonest_wait(&self) -> Option<Duration> {
        self.account.book().tries.iter().filter_map(|it| it.failure.as_ref()?.retry_after).min()
    }

    /// The whole answer is known: its row is on its way, and it has its headers.
    pub fn whole(mut self, by: By, body: Bytes, facts: &Facts, losses: &[Loss]) -> Answer {
        self.losses.extend(losses.iter().map(|it| it.what.clone()));
        let mut answer = self.passed(by, 200, body, facts);
        answer.headers.push(("content-type", "application/json".to_owned()));
        answer
    }

    /// The same for an answer that is passed on, whatever it is.
    pub fn passed(mut self, by: By, status: u16, body: Bytes, facts: &Facts) -> Answer {
        self.close_answer(facts, Outcome::Ok, None);
        self.price();
        let mut headers = self.answer_headers(&by.seat);
        // Within the first moments of the process the price may not be known yet: then only the ledger tells it.
        if let Some(Cost::Exact(cost) | Cost::Estimated(cost)) = self.total_cost() {
            headers.push(("x-llmroute-cost-usd", format!("{:.12}", cost.dollars())));
        }
        self.finish(Outcome::Ok, status, None);
        Answer { status, headers, relayed: by.headers, body: AnswerBody::Whole(body) }
    }

    /// A count that was made here: no provider gave one.
    pub fn guessed(self, body: Bytes) -> Answer {
        let mut headers = self.headers();
        headers.push(("content-type", "application/json".to_owned()));
        headers.push(("x-llmroute-estimate", "true".to_owned()));
        self.finish(Outcome::Ok, 200, None);
        Answer { status: 200, headers, relayed: Vec::new(), body: AnswerBody::Whole(body) }
    }

    /// The headers of every answer.
    #[must_use]
    pub fn answer_headers(&self, seat: &Seat) -> Vec<(&'static str, String)> {
        let mut headers = self.headers();
        headers.extend(seat_headers(seat));
        headers
    }

    /// The headers a stream begins with; what it cost is only known at its end, and then in the ledger.
    #[must_use]
    pub fn stream_headers(&self, seat: Option<&Seat>) -> Vec<(&'static str, String)> {
        let mut headers = seat.map_or_else(|| self.headers(), |it| self.answer_headers(it));
        headers.push(("content-type", "text/event-stream".to_owned()));
        headers.push(("cache-control", "no-cache".to_owned()));
        headers
    }

    /// A stream came to its end. `failure`: it was cut.
    pub fn ended(mut self, facts: &Facts, losses: &[Loss], failure: Option<Failure>) {
        self.losses.extend(losses.iter().map(|it| it.what.clone()));
        let answering = self.account.book().told().map(|it| (it.seat.clone(), it.status));
        if let (Some(_), Some((seat, _))) = (&failure, &answering) {
            self.account.engine.fleet.cut(seat);
        }
        let outcome = if failure.is_some() { Outcome::Cut } else { Outcome::Ok };
        let status = answering.and_then(|it| it.1).unwrap_or(200);
        self.close_answer(facts, outcome, failure.clone());
        self.finish(outcome, status, failure);
    }

    /// The client hung up in the middle of a stream.
    pub fn left(mut self, facts: &Facts) {
        self.close_answer(facts, Outcome::ClientGone, None);
        self.finish(Outcome::ClientGone, CLIENT_GONE, None);
    }

    /// Nothing could answer: the client is told why, in its own dialect.
    pub fn refuse(self, failure: Failure) -> Answer {
        let mut answer = refusal(self.ask().dialect, self.ask().id, &failure);
        answer.headers.extend(self.headers());
        self.finish(blame(&failure), answer.status, Some(failure));
        answer
    }

    /// The same, for a stream whose status line has already left: the frame that tells the client.
    pub fn refuse_in_stream(self, failure: Failure) -> Bytes {
        let frame = wire::codec(self.ask().dialect).write_stream_error(&failure, self.ask().id);
        self.finish(blame(&failure), 200, Some(failure));
        Bytes::from(frame)
    }

    /// Becomes true when every stream has to end.
    #[must_use]
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.account.engine.closing.subscribe()
    }

    /// The request this is the account of.
    #[must_use]
    pub fn ask(&self) -> &Arc<Ask> {
        &self.account.ask
    }
}

// === impl Settlement ===

impl Settlement {
    /// Closes the answering attempt with what the provider generated.
    fn close_answer(&mut self, facts: &Facts, outcome: Outcome, failure: Option<Failure>) {
        let Account { ask, engine, .. } = &self.account;
        let mut book = self.account.book();
        let Some(at) = book.answering else { return };
        let it = &mut book.tries[at];
        it.answered(ask, engine, facts, outcome == Outcome::Ok);
        it.failure = failure;
    }

    fn record(&mut self, outcome: Outcome, status: u16, failure: Option<&Failure>, ended: Moment) -> RequestRecord {
        let micros = |from: Moment, to: Moment| u64::try_from(to.since(from).as_micros()).unwrap_or(u64::MAX);
        let mut losses = self.losses();
        losses.append(&mut self.losses);
        let Account { ask, head, engine, .. } = &self.account;
        let book = self.account.book();
        let attempts: Vec<AttemptRecord> =
            (1u32..).zip(&book.tries).map(|(n, it)| it.record(n, ask, &engine.prices)).collect();
        let cost = attempts.iter().map(|it| it.cost).fold(Cost::Exact(Usd::ZERO), Cost::plus);
        let answered = book.told().filter(|it| it.state == AttemptState::Settled && book.answering.is_some());
        let usage = answered.and_then(|it| book.told_usage(it));
        let policy = self.decision.as_ref().map(|it| it.policy());
        let known =
            policy.zip(answered).zip(usage.as_ref()).filter(|_| !matches!(cost, Cost::InDoubt(_) | Cost::Unpriced));
        let baseline = known
            .and_then(|((policy, told), usage)| baseline::of(policy, &engine.prices, ask, &book.tries, told, usage));
        RequestRecord {
            id: ask.id,
            head: Arc::clone(head),
            total_us: micros(ask.at.mono, ended),
            first_content_us: book.first_content.map(|it| micros(ask.at.mono, it)),
            overhead_us: book.sent.map_or(0, |it| micros(ask.at.mono, it)),
            status,
            outcome,
            provider: answered.map(|it| it.provider.name.clone()),
            model: answered.map(|it| it.seat.target.model.clone()),
            key_name: answered.and_then(|it| it.seat.key.as_ref()).map(|it| it.1.clone()),
            served_model: answered.and_then(|it| it.served.clone()),
            finish: answered.and_then(|it| it.finish.clone()),
            reported_cost: usage.as_ref().and_then(|it| it.cost_reported),
            usage,
            cost,
            baseline,
            moved: answered.is_some() && book.answering != Some(0),
            error: failure.map(note),
            losses,
            attempts,
            decision: self.decision.clone().map(|it| it as Arc<dyn DecisionNote>),
        }
    }

    /// Puts a price on every attempt that is over and has none yet.
    fn price(&mut self) {
        let Account { ask, engine, .. } = &self.account;
        self.account.book().tries.iter_mut().for_each(|it| it.pay(ask, engine));
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let ask = self.ask();
        let mut headers = vec![("x-llmroute-id", ask.id.to_string())];
        let book = self.account.book();
        if !book.tries.is_empty() {
            let tries = book.tries.iter().map(|it| format!("{} {}", it.seat.target, it.outcome()));
            headers.push(("x-llmroute-attempts", header_text(&tries.collect::<Vec<_>>().join(", "))));
        }
        if let Some(sent) = book.sent {
            headers.push(("x-llmroute-overhead-us", sent.since(ask.at.mono).as_micros().to_string()));
        }
        drop(book);
        let losses = self.losses();
        if !losses.is_empty() || !self.losses.is_empty() {
            let all: Vec<&str> = losses.iter().chain(&self.losses).map(String::as_str).collect();
            headers.push(("x-llmroute-dropped", header_text(&all.join(", "))));
        }
        headers
    }

    /// What could not be said to the target that answers.
    fn losses(&self) -> Vec<String> {
        self.account.book().told().map(|it| it.losses.clone()).unwrap_or_default()
    }

    /// The sum over all attempts; `None` while one of them has no price yet.
    fn total_cost(&self) -> Option<Cost> {
        self.account.book().tries.iter().try_fold(Cost::Exact(Usd::ZERO), |sum, it| Some(sum.plus(it.cost?)))
    }
}

// === private ===

/// How a request ended that nobody answered: for a fault of its own, or for one of its targets'.
fn blame(failure: &Failure) -> Outcome {
    match failure.origin {
        Origin::Upstream if !matches!(failure.kind, Kind::Client | Kind::Context | Kind::Filter) => Outcome::Failed,
        _ => Outcome::Refused,
    }
}
