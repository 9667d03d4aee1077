//! The live state of every seat: breakers behind one short lock, seen by decisions as a value.

mod windows;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::domain::clock::{Clock, Moment, Now, Stamp};
use crate::domain::dice::Dice;
use crate::domain::failure::{Failure, Health};
use crate::domain::id::{KeyId, RequestId};
use crate::domain::target::{Seat, Target};
use crate::engine::fleet::windows::Windows;
use crate::engine::rooms::Rooms;
use crate::route::breaker::{Breaker, Kept, Outcome, Standing, Why};
use crate::route::health::{FleetView, SeatId};
use crate::route::hedge::{Budget, Size, Times};
use crate::route::warmth::{Conversations, Told, Warmth};
use crate::store::{HealthRow, Ledger};

/// How long a refused key or an exhausted account stays out when nobody says otherwise.
const KEY_OUT: Duration = Duration::from_secs(30 * 60);
/// How long a (key, model) pair stays out when the model is not served to that key.
const MODEL_OUT: Duration = Duration::from_secs(10 * 60);
/// Extra attempts on a target that already failed: this share of the last minute's requests …
const RETRY_SHARE: u64 = 10;
/// … or this many a second, whichever is more.
const RETRY_LEAST: u64 = 3;
/// Targets and sizes that times are kept of.
const MOST_TIMES: usize = 4096;

/// Breakers of all seats that ever failed or were tried lately.
#[derive(Debug)]
pub struct Fleet {
    clock: Clock,
    salt: u64,
    ledger: Option<Ledger>,
    rooms: Rooms,
    state: Mutex<State>,
    /// Rung whenever a breaker was told something.
    told: Notify,
}

#[derive(Debug, Default)]
struct State {
    breakers: HashMap<SeatId, Breaker>,
    windows: Windows,
    /// Requests and retries by second over the last minute.
    seconds: HashMap<u64, (u64, u64)>,
    throws: u64,
    /// How soon targets begin to answer.
    times: HashMap<(Target, Size), Times>,
    /// What conversations have in prompt caches.
    conversations: Conversations,
    hedges: Budget,
    /// Whom keys are booked on, as their providers say.
    accounts: HashMap<KeyId, Arc<str>>,
}

/// Leave to make one attempt. Tells the breaker what came of it; dropped without a word (the client left, the
/// process panicked) it gives a probe back.
#[derive(Debug)]
#[must_use]
pub struct Ticket<'a> {
    fleet: &'a Fleet,
    seat: Option<Seat>,
}

/// Why a seat is not to be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// Another request is probing it.
    Probed,
    /// A limit of its provider's is used up for so long yet.
    UsedUp(Duration),
}

impl Fleet {
    /// A fleet about which nothing bad is known, and which forgets with the process.
    #[must_use]
    pub fn new(clock: Clock, salt: u64) -> Self {
        Self { clock, salt, ledger: None, rooms: Rooms::default(), state: Mutex::default(), told: Notify::new() }
    }

    /// The same; what becomes known of seats that are out is kept with `ledger`.
    #[must_use]
    pub fn kept_with(ledger: Ledger, clock: Clock) -> Self {
        let salt = ledger.salt();
        Self { ledger: Some(ledger), ..Self::new(clock, salt) }
    }

    /// Takes over what an earlier process knew.
    pub fn revive(&self, rows: &[HealthRow]) {
        let now = self.clock.now();
        let span = |from: Stamp, to: Stamp| Duration::from_micros(u64::try_from(to.0 - from.0).unwrap_or(0));
        let mut state = self.lock();
        for it in rows {
            // A word of another version is no reason to leave a target out.
            let Some(why) = Why::named(&it.why) else { continue };
            let tripped = it.tripped.map(|at| span(at, now.wall));
            let kept = Kept { left: span(now.wall, it.until), why, tripped };
            let id = SeatId { provider: it.provider.clone(), model: it.model.clone(), key: it.key };
            state.breakers.insert(id, Breaker::revived(kept, now.mono));
        }
    }

    /// The places at targets.
    #[must_use]
    pub fn rooms(&self) -> &Rooms {
        &self.rooms
    }

    /// What decisions are to know of the fleet, as a value; the prices are for the caller to add.
    #[must_use]
    pub fn view(&self, now: Moment) -> FleetView {
        let mut state = self.lock();
        let unwell = state.breakers.iter().map(|(id, it)| (id, it.standing(now)));
        let unwell = unwell.filter(|it| it.1 != Standing::Healthy).map(|(id, it)| (id.clone(), it));
        let standings = unwell.collect();
        let (live, assessment) = state.windows.view(&standings, now);
        FleetView { now, standings, live, assessment, ..FleetView::default() }
    }

    /// Leave to try `seat`.
    ///
    /// # Errors
    /// It recovers and another request has its one probe, or its provider has said that a limit is used up.
    pub fn admit(&self, seat: &Seat) -> Result<Ticket<'_>, Barred> {
        let now = self.clock.now().mono;
        let mut state = self.lock();
        if let Some(breaker) = state.breakers.get_mut(&SeatId::of(seat)) {
            if let Standing::Out { until, why: Why::UsedUp } = breaker.standing(now) {
                return Err(Barred::UsedUp(until.since(now)));
            }
            if !breaker.admit(now) {
                return Err(Barred::Probed);
            }
        }
        Ok(Ticket { fleet: self, seat: Some(seat.clone()) })
    }

    /// The provider says that a limit of `seat` is used up, and when it has room again: it is not asked before.
    pub fn used_up(&self, seat: &Seat, wait: Duration) {
        self.record(&SeatId::of(seat), Outcome::UsedUp(wait));
    }

    /// Waits until no other request is probing `seat`.
    pub async fn probe_over(&self, seat: &Seat) {
        loop {
            // Registered before looking, so that an end in between is not missed.
            let mut told = std::pin::pin!(self.told.notified());
            told.as_mut().enable();
            if !self.is_probed(seat) {
                return;
            }
            told.await;
        }
    }

    fn is_probed(&self, seat: &Seat) -> bool {
        let now = self.clock.now().mono;
        let standing = self.lock().breakers.get(&SeatId::of(seat)).map(|it| it.standing(now));
        matches!(standing, Some(Standing::Out { why: Why::Probing, .. }))
    }

    /// Counts a request, for the retry budget.
    pub fn count_request(&self) {
        let second = self.clock.now().mono.0 / 1_000_000;
        let mut state = self.lock();
        state.seconds.entry(second).or_default().0 += 1;
        state.hedges.request();
    }

    /// The conversation `id` was answered by `seat`.
    pub fn remember(&self, id: u64, seat: &Seat, told: Told<'_>) {
        let now = self.clock.now().mono;
        self.lock().conversations.learn(id, SeatId::of(seat), told, now);
    }

    /// What is known of the conversation `id`.
    #[must_use]
    pub fn warmth(&self, id: u64) -> Warmth {
        self.lock().conversations.warmth(id)
    }

    /// `key` is booked on `account`.
    pub fn pays(&self, key: KeyId, account: String) {
        let accounts = &mut self.lock().accounts;
        if accounts.get(&key).is_none_or(|it| **it != *account) {
            accounts.insert(key, account.into());
        }
    }

    /// Whom the key of `seat` is booked on, if its provider has said so.
    #[must_use]
    pub fn account(&self, seat: &Seat) -> Option<Arc<str>> {
        self.lock().accounts.get(&seat.key_id()?).cloned()
    }

    /// Whether one more target may be asked because another is late; counts it if so.
    pub fn may_hedge(&self) -> bool {
        self.lock().hedges.take()
    }

    /// `target` began to answer a request of `size` after `time`. Kept beside the windows: those hold means, which is what
    /// orders targets, and a hedge goes by a percentile. Attempts that lost are not told here: each would be as long as
    /// the wait for its hedge, and the percentile would settle on that.
    pub fn began(&self, target: &Target, size: Size, time: Duration) {
        let mut state = self.lock();
        if let Some(times) = state.times.get_mut(&(target.clone(), size)) {
            return times.add(time);
        }
        // A name nobody asks for any more is no reason to grow without end.
        if state.times.len() >= MOST_TIMES {
            state.times.clear();
        }
        state.times.entry((target.clone(), size)).or_default().add(time);
    }

    /// The time within which 95 % of the latest answers of `target` to requests of `size` began; `None` while too few
    /// are known.
    #[must_use]
    pub fn begins_within(&self, target: &Target, size: Size) -> Option<Duration> {
        self.lock().times.get(&(target.clone(), size))?.p95()
    }

    /// Whether one more try of a target that already failed is within the retry budget; counts it if so.
    pub fn may_retry(&self) -> bool {
        let second = self.clock.now().mono.0 / 1_000_000;
        let mut state = self.lock();
        state.seconds.retain(|at, _| at + 60 > second);
        let (requests, retries) = state.seconds.values().fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        let this_second = state.seconds.get(&second).map_or(0, |it| it.1);
        let granted = this_second < RETRY_LEAST || (retries + 1) * 100 <= requests * RETRY_SHARE;
        if granted {
            state.seconds.entry(second).or_default().1 += 1;
        }
        granted
    }

    /// The policy was edited: keys that were refused and models that were not served get another chance.
    pub fn forgive(&self) {
        let now = self.clock.now();
        self.lock().breakers.retain(|id, it| {
            let out = matches!(it.standing(now.mono), Standing::Out { why: Why::KeyRefused | Why::ModelNotServed, .. });
            if out {
                let over = Kept { left: Duration::ZERO, why: Why::KeyRefused, tripped: None };
                self.keep(id, over, now);
            }
            !out
        });
    }

    /// What happened to `seat` after it had committed: a cut answer counts against it.
    pub fn cut(&self, seat: &Seat) {
        self.broke_off(seat);
        self.record(&SeatId::of(seat), Outcome::Bad);
    }

    fn record(&self, id: &SeatId, outcome: Outcome) {
        let at = self.clock.now();
        let now = at.mono;
        let mut state = self.lock();
        state.throws += 1;
        let jitter = Dice::of(RequestId(state.throws), self.salt).unit();
        let breaker = state.breakers.entry(id.clone()).or_default();
        let before = breaker.standing(now);
        breaker.record(now, outcome, jitter);
        if let Some(kept) = breaker.kept(now).filter(|_| breaker.standing(now) != before) {
            self.keep(id, kept, at);
        }
        if state.breakers.len() > 256 {
            state.breakers.retain(|_, it| !it.is_forgettable(now));
        }
        drop(state);
        self.told.notify_waiters();
    }

    fn keep(&self, id: &SeatId, kept: Kept, at: Now) {
        if let Some(ledger) = &self.ledger {
            ledger.keep_health(row(id, kept, at));
        }
    }

    /// The map is whole after every statement, so a panic elsewhere while it was held does not spoil it.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Ticket ===

impl Ticket<'_> {
    /// The seat answered.
    pub fn good(mut self) {
        if let Some(seat) = self.seat.take() {
            self.fleet.record(&SeatId::of(&seat), Outcome::Good);
        }
    }

    /// The attempt failed; what that means follows from its class.
    pub fn failed(mut self, failure: &Failure) {
        let Some(seat) = self.seat.take() else { return };
        let (id, outcome) = verdict(&seat, failure);
        if id.model.is_none() {
            // The key is out as a whole; the seat's own probe, if this was it, is free again.
            self.fleet.record(&SeatId::of(&seat), Outcome::Neutral);
        }
        self.fleet.record(&id, outcome);
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if let Some(seat) = self.seat.take() {
            self.fleet.record(&SeatId::of(&seat), Outcome::Neutral);
        }
    }
}

/// What is kept of a seat.
fn row(id: &SeatId, kept: Kept, now: Now) -> HealthRow {
    let micros = |it: Duration| i64::try_from(it.as_micros()).unwrap_or(i64::MAX);
    HealthRow {
        provider: id.provider.clone(),
        model: id.model.clone(),
        key: id.key,
        why: kept.why.name().to_owned(),
        tripped: kept.tripped.map(|ago| Stamp(now.wall.0.saturating_sub(micros(ago)))),
        until: Stamp(now.wall.0.saturating_add(micros(kept.left))),
    }
}

/// Which breaker a failure concerns, and what it is told.
fn verdict(seat: &Seat, failure: &Failure) -> (SeatId, Outcome) {
    let own = SeatId::of(seat);
    match failure.kind.effect().health {
        Health::None => (own, Outcome::Neutral),
        Health::Count => (own, Outcome::Bad),
        Health::Cool if failure.unexplained => (own, Outcome::Unexplained),
        Health::Cool => (own, failure.retry_after.map_or(Outcome::Bad, Outcome::Asked)),
        Health::KeyOut => {
            let time = failure.retry_after.unwrap_or(KEY_OUT);
            (SeatId::whole_key(seat), Outcome::Out(time, Why::KeyRefused))
        }
        Health::ModelOut => (own, Outcome::Out(MODEL_OUT, Why::ModelNotServed)),
    }
}
