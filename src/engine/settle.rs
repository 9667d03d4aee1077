//! Once per request, whatever happens: what came of it, what it cost, one record for the ledger. A [`Settlement`]
//! that is dropped unfinished (the client hung up, the process panics) records itself.

mod tried;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

use crate::domain::ask::Ask;
use crate::domain::clock::Moment;
use crate::domain::failure::{Failure, Health, Kind, Origin};
use crate::domain::money::Usd;
use crate::domain::operation::Operation;
use crate::domain::policy::{Auth, Billing, Provider};
use crate::domain::prompt::Loss;
use crate::domain::target::Seat;
use crate::domain::usage::{Source, Usage};
use crate::engine::committed::{By, Content};
use crate::engine::decided::Decided;
use crate::engine::lane::Rendered;
use crate::engine::settle::tried::{Try, note};
use crate::engine::tether::Tether;
use crate::engine::told::{header_text, refusal, seat_headers};
use crate::engine::{Answer, AnswerBody, Engine};
use crate::route::Decision;
use crate::store::{AttemptRecord, AttemptState, Cost, DecisionNote, Head, Intent, Outcome, RequestRecord, Slot};
use crate::wire::{self, Facts, tokens};

/// Bytes of a streamed answer for one token, where the provider gave no count.
const BYTES_A_TOKEN: u64 = 4;
/// The status a row has whose client hung up: nobody was sent one.
const CLIENT_GONE: u16 = 499;

/// The account of one request, from its arrival to its row.
#[derive(Debug)]
pub struct Settlement {
    engine: Arc<Engine>,
    /// Taken exactly once: by whoever finishes, or by `drop`.
    slot: Option<Slot>,
    ask: Arc<Ask>,
    head: Arc<Head>,
    decision: Option<Arc<Decided>>,
    tries: Vec<Try>,
    /// The last of `tries` is still running.
    running: bool,
    sent: Option<Moment>,
    first_content: Option<Moment>,
    losses: Vec<String>,
    tether: Arc<Tether>,
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
            session: ask.session.clone(),
            stream: ask.stream,
        };
        Self {
            engine: Arc::clone(engine),
            slot: Some(slot),
            ask: Arc::clone(ask),
            head: Arc::new(head),
            decision: None,
            tries: Vec::new(),
            running: false,
            sent: None,
            first_content: None,
            losses: Vec::new(),
            tether: Arc::default(),
        }
    }

    /// What ties the walk of this request to its client.
    #[must_use]
    pub fn tether(&self) -> Arc<Tether> {
        Arc::clone(&self.tether)
    }

    /// Notes what was decided.
    pub fn decided(&mut self, decision: &Decision, kept: Decided) {
        // Nobody else holds the head yet, so this copies nothing.
        Arc::make_mut(&mut self.head).group.clone_from(&decision.group);
        self.decision = Some(Arc::new(kept));
    }

    /// An attempt begins; its intent is to be in the journal before it is sent.
    pub fn begin<'a>(&'a mut self, provider: &'a Arc<Provider>, seat: &'a Seat, rendered: &Rendered) -> Intent<'a> {
        let now = self.engine.now();
        let key = seat.key_id().and_then(|id| provider.keys.iter().find(|it| it.id == id));
        let billing =
            key.map_or(if provider.auth == Auth::None { Billing::Free } else { Billing::Metered }, |it| it.billing);
        self.losses = rendered.losses.iter().map(|it| it.what.clone()).collect();
        self.tries.push(Try {
            provider: Arc::clone(provider),
            seat: seat.clone(),
            billing,
            lane: rendered.lane.name(),
            began: now.mono,
            sent: None,
            first_content: None,
            ended: now.mono,
            state: AttemptState::Voided,
            failure: None,
            usage: None,
            served: None,
            finish: None,
            status: None,
            cost: None,
        });
        self.running = true;
        let likely = Usage::estimated(self.ask.needs.prompt_tokens, self.ask.needs.max_tokens.unwrap_or(0));
        let model = seat.target.model.as_str();
        let prices = &self.engine.prices;
        let expected_cost = match self.ask.operation {
            Operation::CountTokens => Some(Usd::ZERO),
            // What is passed on is not understood: nobody can tell what it will cost.
            Operation::Relay(_) => prices.is_free(provider, billing).then_some(Usd::ZERO),
            Operation::Chat | Operation::Embed(_) | Operation::Compact => {
                prices.cost(provider, billing, &[model], &likely, now.wall).amount()
            }
        };
        Intent {
            id: self.ask.id,
            head: &self.head,
            attempt: u32::try_from(self.tries.len()).unwrap_or(u32::MAX),
            at: now.wall,
            provider: provider.name.as_str(),
            model,
            key: seat.key_id(),
            key_name: seat.key.as_ref().map(|it| it.1.as_str()),
            billing,
            input_estimate: likely.input,
            expected_cost,
        }
    }

    /// The intent is committed: from here on the attempt may cost money.
    pub fn sending(&mut self) {
        let now = self.engine.now().mono;
        self.sent.get_or_insert(now);
        if let Some(it) = self.tries.last_mut() {
            it.state = AttemptState::Uncertain;
            self.tether.at_work(!it.provider.quirks.cancels);
            it.sent = Some(now);
            self.engine.fleet.sent(&it.seat);
        }
    }

    /// The attempt has content.
    pub fn content(&mut self, content: &Content) {
        let now = self.engine.now().mono;
        self.first_content = Some(now);
        if let Some(it) = self.tries.last_mut() {
            it.first_content = Some(now);
            it.status = Some(content.status());
            if let Content::Whole { facts, .. } = content {
                it.usage.clone_from(&facts.usage);
            }
            let class = Try::class(&self.ask, content.facts().and_then(|it| it.usage.as_ref()));
            self.engine.fleet.answered(&it.seat, class, it.waited(now));
        }
    }

    /// The attempt failed before any content.
    pub fn failed(&mut self, failure: &Failure) {
        let now = self.engine.now().mono;
        let Some(it) = self.tries.last_mut().filter(|_| self.running) else { return };
        self.running = false;
        self.tether.at_work(false);
        it.ended = now;
        it.status = failure.status;
        let was_sent = it.state == AttemptState::Uncertain;
        it.state = if was_sent && failure.kind.effect().may_be_billed {
            AttemptState::Uncertain
        } else {
            AttemptState::Voided
        };
        it.failure = Some(failure.clone());
        if was_sent {
            if failure.kind.effect().health != Health::None {
                self.engine.fleet.failed(&it.seat, Try::class(&self.ask, None), it.waited(now));
            }
            self.engine.fleet.over(&it.seat);
        }
    }

    /// The soonest time at which one of the targets that were tried asked to be tried again.
    #[must_use]
    pub fn soonest_wait(&self) -> Option<Duration> {
        self.tries.iter().filter_map(|it| it.failure.as_ref()?.retry_after).min()
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
        if failure.is_some()
            && let Some(it) = self.tries.last()
        {
            self.engine.fleet.cut(&it.seat);
        }
        let outcome = if failure.is_some() { Outcome::Cut } else { Outcome::Ok };
        let status = self.tries.last().and_then(|it| it.status).unwrap_or(200);
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
        let mut answer = refusal(self.ask.dialect, self.ask.id, &failure);
        answer.headers.extend(self.headers());
        self.finish(blame(&failure), answer.status, Some(failure));
        answer
    }

    /// The same, for a stream whose status line has already left: the frame that tells the client.
    pub fn refuse_in_stream(self, failure: Failure) -> Bytes {
        let frame = wire::codec(self.ask.dialect).write_stream_error(&failure, self.ask.id);
        self.finish(blame(&failure), 200, Some(failure));
        Bytes::from(frame)
    }

    /// Becomes true when every stream has to end.
    #[must_use]
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.engine.closing.subscribe()
    }

    /// The request this is the account of.
    #[must_use]
    pub fn ask(&self) -> &Arc<Ask> {
        &self.ask
    }
}

// === impl Settlement ===

impl Settlement {
    /// Closes the running attempt with what the provider generated.
    fn close_answer(&mut self, facts: &Facts, outcome: Outcome, failure: Option<Failure>) {
        let now = self.engine.now().mono;
        let Some(it) = self.tries.last_mut().filter(|_| self.running) else { return };
        self.running = false;
        it.ended = now;
        it.state = AttemptState::Settled;
        it.failure = failure;
        it.served.clone_from(&facts.model);
        it.finish = facts.finish.as_ref().map(|it| it.name().to_owned());
        let seen = facts.content_bytes.div_ceil(BYTES_A_TOKEN);
        it.usage = match (&self.ask.operation, &facts.usage) {
            (Operation::CountTokens, _) => None,
            // Not every body is text, and not every answer is billed by the token.
            (Operation::Relay(_), usage) => usage.clone(),
            (Operation::Embed(_), Some(usage)) => Some(usage.clone()),
            // Counts are final once the provider has said why it ended; before that they only tell how it began.
            (_, Some(usage)) if facts.finish.is_some() => Some(usage.clone()),
            (_, Some(usage)) => {
                Some(Usage { output: usage.output.max(seen), source: Source::Estimated, ..usage.clone() })
            }
            // No count came: everything sent and seen is counted here, and the row says so.
            (_, None) => Some(Usage::estimated(tokens::estimate(&self.ask.body), seen)),
        };
        if let (Some(usage), Outcome::Ok) = (&it.usage, outcome)
            && Try::class(&self.ask, None).is_some()
        {
            let telling = it.first_content.filter(|_| self.ask.stream).map(|first| now.since(first));
            self.engine.fleet.told(&it.seat, usage.output, telling);
        }
        self.engine.fleet.over(&it.seat);
    }

    fn record(&mut self, outcome: Outcome, status: u16, failure: Option<&Failure>, ended: Moment) -> RequestRecord {
        let micros = |from: Moment, to: Moment| u64::try_from(to.since(from).as_micros()).unwrap_or(u64::MAX);
        let attempts: Vec<AttemptRecord> = (1u32..).zip(&self.tries).map(|(n, it)| it.record(n, &self.ask)).collect();
        let cost = attempts.iter().map(|it| it.cost).fold(Cost::Exact(Usd::ZERO), Cost::plus);
        let losses = std::mem::take(&mut self.losses);
        let answered = self.tries.last().filter(|it| it.state == AttemptState::Settled);
        let usage = answered.and_then(|it| it.usage.clone());
        RequestRecord {
            id: self.ask.id,
            head: Arc::clone(&self.head),
            total_us: micros(self.ask.at.mono, ended),
            first_content_us: self.first_content.map(|it| micros(self.ask.at.mono, it)),
            overhead_us: self.sent.map_or(0, |it| micros(self.ask.at.mono, it)),
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
            moved: answered.is_some() && self.tries.len() > 1,
            error: failure.map(note),
            losses,
            attempts,
            decision: self.decision.clone().map(|it| it as Arc<dyn DecisionNote>),
        }
    }

    /// Puts a price on every attempt that has none yet. What is unknown stays open while the table is not there.
    fn price(&mut self) {
        let prices = &self.engine.prices;
        let loaded = prices.are_loaded();
        for it in self.tries.iter_mut().filter(|it| it.cost.is_none()) {
            let cost = it.price(&self.ask, prices);
            let is_known = loaded || !matches!(cost, Cost::Unpriced | Cost::InDoubt(None));
            it.cost = is_known.then_some(cost);
        }
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![("x-llmroute-id", self.ask.id.to_string())];
        if !self.tries.is_empty() {
            let tries = self.tries.iter().map(|it| format!("{} {}", it.seat.target, it.outcome()));
            headers.push(("x-llmroute-attempts", header_text(&tries.collect::<Vec<_>>().join(", "))));
        }
        if let Some(sent) = self.sent {
            headers.push(("x-llmroute-overhead-us", sent.since(self.ask.at.mono).as_micros().to_string()));
        }
        if !self.losses.is_empty() {
            headers.push(("x-llmroute-dropped", header_text(&self.losses.join(", "))));
        }
        headers
    }

    /// The sum over all attempts; `None` while one of them has no price yet.
    fn total_cost(&self) -> Option<Cost> {
        self.tries.iter().try_fold(Cost::Exact(Usd::ZERO), |sum, it| Some(sum.plus(it.cost?)))
    }

    /// Sends the record: now, or as soon as there are prices to write into it.
    fn finish(mut self, outcome: Outcome, status: u16, failure: Option<Failure>) {
        let ended = self.engine.now().mono;
        // A record in memory is lost with the process, so none waits that the table has nothing to say about.
        self.price();
        if self.tries.iter().all(|it| it.cost.is_some()) {
            return self.send(outcome, status, failure.as_ref(), ended);
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return self.send(outcome, status, failure.as_ref(), ended);
        };
        let prices = Arc::clone(&self.engine.prices);
        let unpriced = Unpriced { account: self, outcome, status, failure, ended };
        runtime.spawn(async move {
            prices.ready().await;
            drop(unpriced);
        });
    }

    fn send(&mut self, outcome: Outcome, status: u16, failure: Option<&Failure>, ended: Moment) {
        let Some(slot) = self.slot.take() else { return };
        self.price();
        let record = Arc::new(self.record(outcome, status, failure, ended));
        if self.engine.finished.receiver_count() > 0 {
            // Nobody listening is no failure.
            let _ = self.engine.finished.send(Arc::clone(&record));
        }
        slot.settle(record);
    }

    /// Everything this is the account of, handed on; what is left behind records nothing.
    fn take(&mut self) -> Self {
        Self {
            engine: Arc::clone(&self.engine),
            slot: self.slot.take(),
            ask: Arc::clone(&self.ask),
            head: Arc::clone(&self.head),
            decision: self.decision.take(),
            tries: std::mem::take(&mut self.tries),
            running: self.running,
            sent: self.sent,
            first_content: self.first_content,
            losses: std::mem::take(&mut self.losses),
            tether: Arc::clone(&self.tether),
        }
    }
}

/// A record that waits for prices, and is sent without them where the runtime ends first.
struct Unpriced {
    account: Settlement,
    outcome: Outcome,
    status: u16,
    failure: Option<Failure>,
    ended: Moment,
}

impl Drop for Unpriced {
    fn drop(&mut self) {
        self.account.send(self.outcome, self.status, self.failure.as_ref(), self.ended);
    }
}

impl Drop for Settlement {
    fn drop(&mut self) {
        // A request of which nothing was sent and nobody was told leaves no row: there is nothing true to say of it.
        if self.slot.is_none() || self.tries.is_empty() {
            return;
        }
        let mut account = self.take();
        if account.running
            && let Some(it) = account.tries.last_mut()
        {
            it.ended = account.engine.now().mono;
            if it.sent.is_some() {
                if let (None, Some(class)) = (it.first_content, Try::class(&account.ask, None)) {
                    account.engine.fleet.left(&it.seat, class, it.waited(it.ended));
                }
                account.engine.fleet.over(&it.seat);
            }
        }
        account.running = false;
        if std::thread::panicking() {
            let failure = Failure::local(Origin::Local, "internal", 500, "llmroute itself failed on this request");
            return account.finish(Outcome::Failed, 500, Some(failure));
        }
        account.finish(Outcome::ClientGone, CLIENT_GONE, None);
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
