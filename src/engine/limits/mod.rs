//! Limits on requests and tokens a minute, and on requests at once: of who asks, looked at once for each request, and of
//! whom is asked, looked at for each attempt. Everything that covers a request is looked at and booked together, behind one
//! short lock; a request that is not let through waits for its turn, the most urgent first, or is told when to come back.

mod leave;
mod meter;
mod told;
mod window;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

pub use leave::Leave;
pub use told::Told;

use crate::domain::ask::{Ask, Priority};
use crate::domain::clock::{Clock, Moment};
use crate::domain::failure::{Failure, Origin};
use crate::domain::limit::{Counted, Limit, Used};
use crate::domain::scope::{Scope, Who};
use crate::domain::target::Seat;
use crate::engine::limits::meter::Meter;
use crate::route::limits::Full;

/// Tokens of an answer that is not capped, until it is known how many it has.
const UNCAPPED: u64 = 1_000;
/// Requests that wait at once, whatever for: any more are refused.
const MOST_WAITING: usize = 1_000;
/// Sessions that are counted at once; beyond that, those that rest are forgotten.
const MOST_SESSIONS: usize = 4_096;

/// The limits in force and what they have let through. Clones share it.
#[derive(Debug, Clone)]
pub struct Limits(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    state: Mutex<State>,
    /// Rung whenever something may have room that had none.
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    meters: BTreeMap<u64, Meter>,
    /// The meters of single sessions, each with that of the limit it is under.
    sessions: HashMap<(u64, Box<str>), Meter>,
    waiting: Vec<Waiter>,
    ids: u64,
}

/// Which meter: that of a limit, or of one session under it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Which(u64, Option<Box<str>>);

#[derive(Debug)]
struct Waiter {
    turn: Turn,
    meters: Vec<Which>,
}

/// A place in the queue: the most urgent first, among equals who came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    priority: Priority,
    came: u64,
}

/// The tokens that a request may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// Of its prompt, as estimated.
    pub prompt: u64,
    /// Of its answer: its cap, else a guess.
    pub answer: u64,
}

/// There is no room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Short {
    /// Whose limit it is.
    pub scope: Scope,
    /// Which part of it.
    pub what: Counted,
    /// How much that part lets through.
    pub most: u64,
    /// When there is room again; `None` = never for this request.
    pub wait: Option<Duration>,
    /// How long a request may wait for it.
    pub queue: Duration,
}

impl Need {
    /// What `ask` needs.
    #[must_use]
    pub fn of(ask: &Ask) -> Self {
        Self { prompt: ask.needs.prompt_tokens, answer: ask.needs.max_tokens.unwrap_or(UNCAPPED) }
    }

    /// The same under a limit of `most`: a cap is no reason to be shut out for ever, a prompt is.
    fn within(self, most: u64) -> u64 {
        self.prompt.saturating_add(self.answer).min(most.max(self.prompt))
    }
}

impl Limits {
    /// No limits yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self(Arc::new(Inner { clock, state: Mutex::default(), changed: Notify::new() }))
    }

    /// Puts limits in force. What was counted under one of the same scope stays counted.
    pub fn follow(&self, limits: &[Limit]) {
        let mut state = self.0.lock();
        let mut before: Vec<(u64, Meter)> = std::mem::take(&mut state.meters).into_iter().collect();
        for limit in limits {
            let known = before.iter().position(|it| it.1.limit.scope == limit.scope);
            let Some(at) = known else {
                state.ids += 1;
                let id = state.ids;
                state.meters.insert(id, Meter::new(limit.clone()));
                continue;
            };
            let (id, mut meter) = before.swap_remove(at);
            for (_, it) in state.sessions.iter_mut().filter(|it| it.0.0 == id) {
                it.limit = limit.clone();
            }
            meter.limit = limit.clone();
            state.meters.insert(id, meter);
        }
        for (id, _) in before {
            state.sessions.retain(|it, _| it.0 != id);
        }
        drop(state);
        self.0.changed.notify_waiters();
    }

    /// Lets `ask` in, as far as limits go by who asks. Waits for its turn where a limit says so.
    ///
    /// # Errors
    /// `rate_limited` (429) with the time until there is room; `over_limit` (400): there never is.
    pub async fn admit(&self, ask: &Ask, need: Need) -> Result<Leave, Failure> {
        let meters = self.0.lock().of_caller(ask.who());
        let choices = [meters];
        self.turn(&choices, need, ask.priority).await.map(|it| it.1).map_err(|it| it.failure())
    }

    /// Leave to try `seat`, as far as limits go by whom is asked.
    ///
    /// # Errors
    /// There is no room.
    pub fn enter(&self, who: Who<'_>, seat: &Seat, need: Need) -> Result<Leave, Short> {
        let now = self.0.clock.now().mono;
        let mut state = self.0.lock();
        let meters = state.of_seat(who, seat);
        state.pass(&meters, now, need, None)?;
        Ok(self.leave(&mut state, meters, now, need))
    }

    /// Waits for room at one of `seats`, as long as their limits say. Which, and leave to try it.
    ///
    /// # Errors
    /// There is none.
    pub async fn wait(
        &self,
        who: Who<'_>,
        seats: &[&Seat],
        need: Need,
        priority: Priority,
    ) -> Result<(usize, Leave), Short> {
        let choices: Vec<Vec<Which>> = {
            let state = self.0.lock();
            seats.iter().map(|it| state.of_seat(who, it)).collect()
        };
        self.turn(&choices, need, priority).await
    }

    /// The limits of those who are asked that have no room just now.
    #[must_use]
    pub fn full(&self, now: Moment) -> Vec<Full> {
        let mut state = self.0.lock();
        let least = Need { prompt: 1, answer: 0 };
        let meters = state.meters.values_mut().filter(|it| !it.limit.scope.is_of_caller());
        let full = meters.filter_map(|it| {
            let (what, wait) = it.lacks(now, least)?;
            Some(Full { scope: it.limit.scope.clone(), what, most: it.limit.most(what), left: wait? })
        });
        full.collect()
    }

    /// How much of the tightest limits that `who` is under is used, in percent.
    #[must_use]
    pub fn used_by(&self, who: Who<'_>, now: Moment) -> Used {
        let mut state = self.0.lock();
        let mut used = Used::default();
        for it in state.of_caller(who) {
            let Some(meter) = state.meter(&it) else { continue };
            let (requests, tokens, _) = meter.used(now);
            #[expect(clippy::cast_precision_loss, reason = "percents of a minute's counts")]
            let percent = |used: u64, most: u64| 100.0 * used as f64 / most as f64;
            if let Some(most) = meter.limit.requests {
                used.requests = used.requests.max(percent(requests, u64::from(most.get())));
            }
            if let Some(most) = meter.limit.tokens {
                used.tokens = used.tokens.max(percent(tokens, most.get()));
            }
        }
        used
    }

    /// Leave by one of `choices`, each of which needs room on all of its meters.
    async fn turn(&self, choices: &[Vec<Which>], need: Need, priority: Priority) -> Result<(usize, Leave), Short> {
        let mut waiting: Option<(Waiting<'_>, Instant)> = None;
        loop {
            // Registered before looking, so that room which comes in between is not missed.
            let mut changed = std::pin::pin!(self.0.changed.notified());
            changed.as_mut().enable();
            let (short, until) = {
                let now = self.0.clock.now().mono;
                let mut state = self.0.lock();
                let turn = waiting.as_ref().map(|it| it.0.turn);
                let mut soonest: Option<Short> = None;
                for (at, meters) in choices.iter().enumerate() {
                    match state.pass(meters, now, need, turn) {
                        Ok(()) => return Ok((at, self.leave(&mut state, meters.clone(), now, need))),
                        Err(it) if soonest.as_ref().is_none_or(|known| it.is_sooner(known)) => soonest = Some(it),
                        Err(_) => {}
                    }
                }
                let Some(short) = soonest else { return Ok((0, self.leave(&mut state, Vec::new(), now, need))) };
                let Some(wait) = short.wait else { return Err(short) };
                let until = match &waiting {
                    Some((_, until)) => *until,
                    None if short.queue.is_zero() || state.waiting.len() >= MOST_WAITING => return Err(short),
                    // Whoever would not have room by then need not wait to learn it.
                    None if short.what != Counted::Parallel && wait > short.queue => return Err(short),
                    None => {
                        let until = Instant::now() + short.queue;
                        let turn = state.queue(priority, choices.concat());
                        waiting = Some((Waiting { limits: self, turn }, until));
                        until
                    }
                };
                // A place may be free at any time, and the head of the queue may have left.
                (short, until.min(Instant::now() + wait))
            };
            if timeout_at(until, changed).await.is_err() && waiting.as_ref().is_some_and(|it| Instant::now() >= it.1) {
                return Err(short);
            }
        }
    }

    fn leave(&self, state: &mut State, meters: Vec<Which>, at: Moment, need: Need) -> Leave {
        let booked = meters.into_iter().filter_map(|it| {
            let tokens = state.meter(&it)?.pass(at, need);
            Some((it, tokens))
        });
        Leave::new(self.clone(), at, booked.collect())
    }
}

/// A request that waits. Dropped, it gives up its turn.
struct Waiting<'a> {
    limits: &'a Limits,
    turn: Turn,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.limits.0.lock().waiting.retain(|it| it.turn != self.turn);
        // Whoever stood behind it may be first now.
        self.limits.0.changed.notify_waiters();
    }
}

// === impl Inner, State ===

impl Inner {
    /// The state is whole after every statement, so a panic elsewhere while it was held does not spoil it.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The meters that count by who asks.
    fn of_caller(&self, who: Who<'_>) -> Vec<Which> {
        let covering =
            self.meters.iter().filter(|it| it.1.limit.scope.is_of_caller() && it.1.limit.scope.covers_caller(who));
        let which = covering.map(|(id, it)| match it.limit.scope {
            Scope::Session => Which(*id, who.session.map(Into::into)),
            _ => Which(*id, None),
        });
        which.collect()
    }

    /// The meters that count by whom is asked.
    fn of_seat(&self, who: Who<'_>, seat: &Seat) -> Vec<Which> {
        let covering =
            self.meters.iter().filter(|it| !it.1.limit.scope.is_of_caller() && it.1.limit.scope.covers(who, seat));
        covering.map(|(id, _)| Which(*id, None)).collect()
    }

    fn meter(&mut self, which: &Which) -> Option<&mut Meter> {
        let Which(id, session) = which;
        let Some(session) = session else { return self.meters.get_mut(id) };
        let limit = self.meters.get(id)?.limit.clone();
        Some(self.sessions.entry((*id, session.clone())).or_insert_with(|| Meter::new(limit)))
    }

    /// Looks whether there is room on all of `meters` for one with that `turn`; without one it comes behind those that
    /// wait.
    fn pass(&mut self, meters: &[Which], now: Moment, need: Need, turn: Option<Turn>) -> Result<(), Short> {
        if self.sessions.len() > MOST_SESSIONS {
            self.sessions.retain(|_, it| !it.is_idle(now));
        }
        let mut longest: Option<Short> = None;
        for which in meters {
            let ahead = self
                .waiting
                .iter()
                .any(|it| turn.is_none_or(|turn| it.turn.is_before(turn)) && it.meters.contains(which));
            let Some(meter) = self.meter(which) else { continue };
            let lack = meter.lacks(now, need);
            let lack = lack.or_else(|| ahead.then(|| (meter.limit.first(), Some(Duration::from_secs(1)))));
            let Some((what, wait)) = lack else { continue };
            let most = meter.limit.most(what);
            let short = Short { scope: meter.limit.scope.clone(), what, most, wait, queue: meter.limit.queue };
            if longest.as_ref().is_none_or(|known| known.is_sooner(&short)) {
                longest = Some(short);
            }
        }
        longest.map_or(Ok(()), Err)
    }

    fn queue(&mut self, priority: Priority, meters: Vec<Which>) -> Turn {
        self.ids += 1;
        let turn = Turn { priority, came: self.ids };
        self.waiting.push(Waiter { turn, meters });
        turn
    }
}

impl Turn {
    fn is_before(self, other: Self) -> bool {
        (other.priority, self.came) < (self.priority, other.came)
    }
}

// === impl Short ===

impl Short {
    fn is_sooner(&self, other: &Self) -> bool {
        self.wait.unwrap_or(Duration::MAX) < other.wait.unwrap_or(Duration::MAX)
    }

    /// What its client is told.
    #[must_use]
    pub fn failure(&self) -> Failure {
        let Self { scope, what, most, .. } = self;
        let Some(wait) = self.wait else {
            let told = format!("the prompt alone is over the limit of {most} {what} for {scope} (llmroute limits)");
            return Failure::local(Origin::Client, "over_limit", 400, told);
        };
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let told = format!(
            "the limit of {most} {what} for {scope} is used up; try again in {} s (llmroute limits)",
            seconds.max(1)
        );
        let mut failure = Failure::local(Origin::Local, "rate_limited", 429, told);
        failure.retry_after = Some(wait);
        failure
    }
}
