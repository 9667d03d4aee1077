//! What the attempts of a request write down while they run. Two may run at once (a hedge), so each has an entry of its
//! own, and all entries are in one book behind a short lock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::ask::Ask;
use crate::domain::clock::Moment;
use crate::domain::failure::{Failure, HEDGE_LOST, Health, Origin};
use crate::domain::money::Usd;
use crate::domain::operation::Operation;
use crate::domain::policy::Provider;
use crate::domain::target::Seat;
use crate::domain::usage::{Source, Usage};
use crate::engine::Engine;
use crate::engine::canaries::Side;
use crate::engine::committed::Content;
use crate::engine::lane::Rendered;
use crate::engine::resume::Leg;
use crate::engine::settle::tried::Try;
use crate::engine::spending::{Parked, Spending};
use crate::engine::tether::{AtWork, Tether};
use crate::route::canary::Seen;
use crate::route::warmth::{self, Told};
use crate::store::{AttemptState, Head, Intent};
use crate::wire::{Facts, tokens};

/// Bytes of a streamed answer for one token, where the provider gave no count.
pub(super) const BYTES_A_TOKEN: u64 = 4;

/// The account of one request, as its attempts see it. Clones share it.
#[derive(Debug, Clone)]
pub struct Account {
    pub(super) engine: Arc<Engine>,
    pub(super) ask: Arc<Ask>,
    pub(super) head: Arc<Head>,
    pub(super) tether: Arc<Tether>,
    /// The answer may be gone on with if it is cut.
    pub(super) resumes: bool,
    /// The rest that is asked for, where an answer was cut.
    pub(super) leg: Option<Arc<Leg>>,
    /// What attempts hold money by; `None` where nothing is counted.
    pub(super) spending: Option<Arc<Spending>>,
    /// What is held for the one attempt that this is handed to.
    pub(super) parked: Option<Arc<Parked>>,
    pub(super) book: Arc<Mutex<Book>>,
}

/// All attempts of one request, as far as they have come.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) tries: Vec<Try>,
    /// Which of `tries` answers the client.
    pub(super) answering: Option<usize>,
    /// Which of them answered it before, and were cut.
    pub(super) heard: Vec<usize>,
    /// Nobody else may answer it any more.
    decided: bool,
    pub(super) sent: Option<Moment>,
    pub(super) first_content: Option<Moment>,
}

/// One attempt's place in the book. Dropped before the attempt has come to its end, it is closed as cancelled.
#[derive(Debug)]
pub struct Entry {
    account: Account,
    at: usize,
    /// Set while a provider is at work for it.
    at_work: Option<AtWork>,
    open: bool,
}

// === impl Account ===

impl Account {
    pub(super) fn new(engine: &Arc<Engine>, ask: &Arc<Ask>, head: Head) -> Self {
        Self {
            engine: Arc::clone(engine),
            ask: Arc::clone(ask),
            head: Arc::new(head),
            tether: Arc::default(),
            resumes: false,
            leg: None,
            spending: None,
            parked: None,
            book: Arc::default(),
        }
    }

    /// What the client is told is to be remembered, so that another target can go on from it.
    #[must_use]
    pub fn resumes(&self) -> bool {
        self.resumes
    }

    /// The rest that is asked for, where an answer was cut.
    #[must_use]
    pub fn leg(&self) -> Option<&Arc<Leg>> {
        self.leg.as_ref()
    }

    /// The engine it belongs to.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// What was asked.
    #[must_use]
    pub fn ask(&self) -> &Arc<Ask> {
        &self.ask
    }

    /// An attempt begins; its intent is to be in the journal before it is sent.
    pub fn begin<'a>(
        &'a self,
        provider: &'a Arc<Provider>,
        seat: &'a Seat,
        rendered: &Rendered,
        asking: &Ask,
    ) -> (Entry, Intent<'a>) {
        let now = self.engine.now();
        let billing = provider.billing(seat.key_id());
        let hold = self.parked.as_ref().and_then(|it| it.take());
        let strict = hold.is_some() && self.is_strict(seat);
        let mut book = self.book();
        let at = book.tries.len();
        book.tries.push(Try {
            provider: Arc::clone(provider),
            seat: seat.clone(),
            billing,
            lane: rendered.lane.name(),
            losses: rendered.losses.iter().map(|it| it.what.clone()).collect(),
            asked: asking.body.clone(),
            resume: self.leg.as_ref().map(|it| it.way(provider, &seat.target.model).name()),
            began: now.mono,
            sent: None,
            in_flight: false,
            first_content: None,
            ended: now.mono,
            open: true,
            state: AttemptState::Voided,
            failure: None,
            usage: None,
            served: None,
            finish: None,
            status: None,
            cost: None,
            priced_by: None,
            hold,
        });
        drop(book);
        let likely = Usage::estimated(asking.needs.prompt_tokens, asking.needs.max_tokens.unwrap_or(0));
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
        let intent = Intent {
            id: self.ask.id,
            head: &self.head,
            attempt: u32::try_from(at + 1).unwrap_or(u32::MAX),
            at: now.wall,
            provider: provider.name.as_str(),
            model,
            key: seat.key_id(),
            key_name: seat.key.as_ref().map(|it| it.1.as_str()),
            billing,
            input_estimate: likely.input,
            expected_cost,
            strict,
        };
        (Entry { account: self.clone(), at, at_work: None, open: true }, intent)
    }

    /// Whether a hard budget counts what is sent to `seat`: nothing may be spent of it that cannot be written down.
    fn is_strict(&self, seat: &Seat) -> bool {
        let policy = self.engine.policy();
        policy.budgets.iter().any(|it| it.is_hard() && it.scope.covers(self.ask.who(), seat))
    }

    /// It is decided what the client is told: attempts that still run have lost.
    pub fn decide(&self) {
        self.book().decide();
    }

    /// What an attempt that lost, the `at`th, came to: it was read on for this.
    pub fn read_on(&self, at: usize, facts: &Facts) {
        if let Some(it) = self.book().tries.get_mut(at) {
            // Cut off before its end, it does not tell how long its answers are.
            it.answered(&self.ask, &self.engine, facts, facts.finish.is_some());
            it.pay(&self.ask, &self.engine);
        }
    }

    /// The book is whole after every statement, so a panic elsewhere while it was held does not spoil it.
    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Entry ===

impl Entry {
    /// The intent is committed: from here on the attempt may cost money.
    pub fn sending(&mut self) {
        let now = self.account.engine.now().mono;
        let mut book = self.account.book();
        book.sent.get_or_insert(now);
        let it = &mut book.tries[self.at];
        it.state = AttemptState::Uncertain;
        it.sent = Some(now);
        it.in_flight = true;
        it.is_sent();
        self.account.engine.fleet.sent(&it.seat);
        let bills_anyway = !it.provider.quirks.cancels;
        drop(book);
        self.at_work = bills_anyway.then(|| AtWork::new(&self.account.tether));
    }

    /// The attempt has content. The first of a request's attempts to have some answers it; the others have lost.
    pub fn content(mut self, content: &Content) {
        let now = self.account.engine.now().mono;
        self.open = false;
        let mut book = self.account.book();
        let it = &mut book.tries[self.at];
        it.first_content = Some(now);
        it.status = Some(content.status());
        if let Content::Whole { facts, .. } = content {
            it.usage.clone_from(&facts.usage);
        }
        // That of one that lost is a time like any other: it was waited for to its end.
        let class = Try::class(&self.account.ask, content.facts().and_then(|it| it.usage.as_ref()));
        self.account.engine.fleet.answered(&it.seat, class, it.waited(now));
        if book.decided {
            return;
        }
        book.answering = Some(self.at);
        book.first_content.get_or_insert(now);
        book.decide();
    }

    /// The attempt failed before any content.
    pub fn failed(mut self, failure: &Failure) {
        self.open = false;
        let mut book = self.account.book();
        let it = &mut book.tries[self.at];
        it.close(&self.account.ask, &self.account.engine, failure);
        it.pay(&self.account.ask, &self.account.engine);
    }

    /// Which attempt of its request it is, from 0.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        let mut book = self.account.book();
        let outrun = book.decided;
        let it = &mut book.tries[self.at];
        it.given_up(&self.account.ask, &self.account.engine);
        // A provider that stops when it is hung up on has read the question all the same.
        if outrun && it.state == AttemptState::Uncertain && it.provider.quirks.cancels {
            it.state = AttemptState::Settled;
            it.usage = Some(Usage::estimated(tokens::estimate(&it.asked), 0));
        }
        it.pay(&self.account.ask, &self.account.engine);
    }
}

// === impl Book ===

impl Book {
    fn decide(&mut self) {
        self.decided = true;
        for it in self.tries.iter_mut().filter(|it| it.open && it.first_content.is_none()) {
            it.failure = Some(outrun());
        }
    }

    /// An answer that was cut is gone on with: whoever has content first answers.
    pub(super) fn reopen(&mut self) {
        self.decided = false;
    }

    /// What the client's answer came to, of which `last` is the last part.
    pub(super) fn told_usage(&self, last: &Try) -> Option<Usage> {
        let before = self.heard.iter().filter(|at| Some(**at) != self.answering);
        let before = before.filter_map(|at| self.tries.get(*at)?.usage.as_ref());
        before.fold(last.usage.clone(), |sum, it| sum.map(|sum| sum.plus(it)))
    }

    /// What came of the target that was tried first, for the trial of a canary. A target that answered with one of its keys
    /// has answered.
    pub(super) fn seen(&self, side: &Side, ask: &Ask) -> Option<Seen> {
        let target = &self.tries.first().filter(|it| it.seat.target == side.first)?.seat.target;
        let tries = || self.tries.iter().filter(|it| it.seat.target == *target);
        let blamed = |it: &Try| it.failure.as_ref().is_some_and(|it| it.kind.effect().health != Health::None);
        let answering = tries().find(|it| it.first_content.is_some());
        let outrun = tries().find(|it| it.in_race());
        let good = match answering {
            Some(it) => Some(!blamed(it)),
            // How late a stream was is told by its time; of any other answer nothing else would tell that it was.
            None => (tries().any(blamed) || (outrun.is_some() && !ask.stream)).then_some(false),
        };
        let timed = answering.map(|it| (it, it.first_content)).or_else(|| Some((outrun?, Some(outrun?.ended))));
        let first = timed
            .filter(|_| ask.stream)
            .and_then(|(it, at)| Some((Try::class(ask, it.usage.as_ref())?, it.waited(at?))));
        (good.is_some() || first.is_some()).then_some(Seen { arm: side.arm, good, first })
    }

    /// The attempt that answers, else the last.
    pub(super) fn told(&self) -> Option<&Try> {
        self.answering.map_or_else(|| self.tries.last(), |at| self.tries.get(at))
    }
}

impl Try {
    /// Closes it with what the provider generated; `whole`: all that it had to say.
    pub(super) fn answered(&mut self, ask: &Ask, engine: &Engine, facts: &Facts, whole: bool) {
        let now = engine.now().mono;
        self.open = false;
        self.ended = now;
        self.state = AttemptState::Settled;
        self.served.clone_from(&facts.model);
        self.finish = facts.finish.as_ref().map(|it| it.name().to_owned());
        let seen = facts.content_bytes.div_ceil(BYTES_A_TOKEN);
        self.usage = match (&ask.operation, &facts.usage) {
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
            (_, None) => Some(Usage::estimated(tokens::estimate(&self.asked), seen)),
        };
        // What it read of its prompt cache counts also where the answer broke off.
        if let (Some(conversation), Some(usage)) = (warmth::id(ask), &facts.usage) {
            let cache = self.provider.quirks.prompt_cache;
            let told = Told { estimated: ask.needs.prompt_tokens, usage, cache };
            engine.fleet.remember(conversation, &self.seat, told);
        }
        if let (Some(usage), true) = (&self.usage, whole && Self::class(ask, None).is_some()) {
            let telling = self.first_content.filter(|_| ask.stream).map(|first| now.since(first));
            engine.fleet.told(&self.seat, usage.output, telling);
        }
        self.lands(engine);
    }

    /// Closes it where it stands: its client left, or another one was faster. What that says of the target is the same:
    /// an answer that was late already is at least so late, and one that was not yet due says nothing.
    pub(super) fn given_up(&mut self, ask: &Ask, engine: &Engine) {
        let now = engine.now().mono;
        self.open = false;
        self.ended = now;
        if self.in_flight
            && let (None, Some(class)) = (self.first_content, Self::class(ask, None))
        {
            engine.fleet.left(&self.seat, class, self.waited(now));
        }
        self.lands(engine);
    }

    /// Closes it as failed before any content.
    fn close(&mut self, ask: &Ask, engine: &Engine, failure: &Failure) {
        let now = engine.now().mono;
        self.open = false;
        self.ended = now;
        self.status = failure.status;
        let was_sent = self.state == AttemptState::Uncertain;
        self.state = if was_sent && failure.kind.effect().may_be_billed {
            AttemptState::Uncertain
        } else {
            AttemptState::Voided
        };
        self.failure = Some(failure.clone());
        if was_sent && failure.kind.effect().health != Health::None {
            engine.fleet.failed(&self.seat, Self::class(ask, None), self.waited(now));
        }
        self.lands(engine);
    }

    /// Whether another target was faster.
    fn in_race(&self) -> bool {
        self.failure.as_ref().is_some_and(|it| it.code == HEDGE_LOST)
    }

    /// It is in flight no more.
    fn lands(&mut self, engine: &Engine) {
        if std::mem::take(&mut self.in_flight) {
            engine.fleet.over(&self.seat);
        }
    }
}

/// Why an attempt did not answer although nothing was wrong with it.
fn outrun() -> Failure {
    Failure::local(Origin::Local, HEDGE_LOST, 499, "another target was asked meanwhile and answered first")
}
