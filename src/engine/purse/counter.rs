//! One budget with what its window has spent and holds.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::budget::{Budget, Window};
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::domain::scope::{Scope, Who};
use crate::engine::purse::tally::Tally;
use crate::engine::purse::{Live, Payer};
use crate::store::spent::Spent;

/// Sessions whose sums are dropped together once they are as many and empty.
const SESSIONS: usize = 4_096;

/// A budget that is counted.
#[derive(Debug)]
pub(super) struct Counter {
    pub(super) budget: Arc<Budget>,
    window: Window,
    /// The part in which a rolling window began when it was last brought to a moment.
    rolled: i64,
    /// When the latest began of what it has counted.
    latest: Stamp,
    /// What everybody together did; a budget of sessions leaves it empty.
    one: Tally,
    /// By session, of a budget that counts each by itself.
    each: HashMap<Arc<str>, Tally>,
    pub(super) state: State,
}

/// Whether a counter knows all that it has to.
#[derive(Debug)]
pub(super) enum State {
    /// It does, and refuses what it has no room for.
    Known,
    /// Its sums are being read; it counts what happens meanwhile and refuses nothing yet. These requests it has seen
    /// itself: their rows are not to be added.
    Reading(HashSet<u64>),
    /// Its sums could not be read: until they can be, nothing gets through.
    Blind(HashSet<u64>),
}

/// A warning that was reached.
#[derive(Debug, Clone)]
pub(super) struct Warning {
    pub(super) budget: Arc<Budget>,
    /// Of the amount.
    pub(super) percent: u8,
    pub(super) spent: Usd,
}

impl Counter {
    pub(super) fn new(budget: Arc<Budget>, now: Stamp, state: State) -> Self {
        let window = budget.window(now);
        Self {
            budget,
            window,
            rolled: i64::MIN,
            latest: Stamp(i64::MIN),
            one: Tally::default(),
            each: HashMap::new(),
            state,
        }
    }

    /// Whether it is of the same scope and period, and so counts the same.
    pub(super) fn is_same(&self, budget: &Budget) -> bool {
        let own = &self.budget;
        (&own.scope, own.period, &own.zone) == (&budget.scope, budget.period, &budget.zone)
    }

    pub(super) fn covers(&self, payer: &Payer) -> bool {
        self.budget.scope.covers(payer.who(), &payer.seat)
    }

    /// Whether what began at `at` is of its window.
    pub(super) fn counts(&self, at: Stamp) -> bool {
        // A clock that was put back must not grant a window anew: what lies ahead is of it as well.
        self.budget.period.part().is_some() || at >= self.window.start
    }

    /// Whether `now` lies before its window: the clock was put back.
    pub(super) fn is_ahead(&self, now: Stamp) -> bool {
        self.budget.period.part().is_none() && now < self.window.start
    }

    /// Goes on to the window of `now`. Says whether a new one has begun: then nothing is held in it yet.
    pub(super) fn roll(&mut self, now: Stamp) -> bool {
        if self.window.end.is_some_and(|end| now >= end) {
            self.window = self.budget.window(now);
            self.one = Tally::default();
            self.each.clear();
            return true;
        }
        if let Some(part) = self.budget.period.part() {
            // Nothing leaves a rolling window but a whole part at a time: when its beginning is in the next one.
            let nth = self.budget.window(now).start.0.div_euclid(part);
            if std::mem::replace(&mut self.rolled, nth) != nth {
                let Self { budget, one, each, .. } = self;
                each.values_mut().chain([one]).for_each(|it| it.roll(budget, now));
                let reached = self.reached();
                self.one.warned = self.one.warned.min(reached);
            }
        }
        false
    }

    /// Counts what is under way as far as it is of its window: what began before that is of the one before.
    pub(super) fn take_over(&mut self, live: &[Option<Live>]) {
        for it in live.iter().flatten() {
            if !self.covers(&it.payer) || !self.counts(it.payer.at) {
                continue;
            }
            match it.cost {
                Some(cost) => drop(self.spend(&it.payer, cost)),
                None => self.hold(&it.payer, it.held),
            }
        }
    }

    pub(super) fn tally(&self, who: Who<'_>) -> Option<&Tally> {
        if self.budget.scope == Scope::Session { self.each.get(who.session?) } else { Some(&self.one) }
    }

    fn tally_mut(&mut self, payer: &Payer) -> Option<&mut Tally> {
        if self.budget.scope != Scope::Session {
            return Some(&mut self.one);
        }
        let session = payer.session.as_ref()?;
        if self.each.len() >= SESSIONS && !self.each.contains_key(session) {
            self.each.retain(|_, it| !it.is_empty());
        }
        Some(self.each.entry(Arc::clone(session)).or_default())
    }

    /// Whether it has no room for `need`.
    pub(super) fn refuses(&self, payer: &Payer, need: Usd, now: Stamp) -> bool {
        if !self.budget.is_hard() || self.budget.is_lifted(now) || matches!(self.state, State::Reading(_)) {
            return false;
        }
        let taken = self.tally(payer.who()).map_or(Usd::ZERO, Tally::taken);
        let room = self.budget.amount.pico().saturating_sub(taken.pico());
        matches!(self.state, State::Blind(_)) || need.pico() > room
    }

    /// Whether something that it has counted before began in its window, which has only just begun: the clock had been ahead.
    pub(super) fn is_stale(&self) -> bool {
        self.budget.period.part().is_none() && self.latest >= self.window.start
    }

    pub(super) fn hold(&mut self, payer: &Payer, amount: Usd) {
        self.latest = self.latest.max(payer.at);
        if let Some(it) = self.tally_mut(payer) {
            it.hold(amount);
        }
    }

    pub(super) fn free(&mut self, payer: &Payer, amount: Usd) {
        if let Some(it) = self.tally_mut(payer) {
            it.free(amount);
        }
    }

    /// Books what was spent by an attempt that began at `at`. Gives the warning that this reaches.
    pub(super) fn spend(&mut self, payer: &Payer, amount: Usd) -> Option<Warning> {
        let budget = Arc::clone(&self.budget);
        self.tally_mut(payer)?.spend(&budget, payer.at, amount);
        if budget.period.part().is_some_and(|part| payer.at.0.div_euclid(part) < self.rolled) {
            // It began a while ago, and may have left a rolling window already.
            self.rolled = i64::MIN;
        }
        let reached = self.reached();
        let known = matches!(self.state, State::Known);
        if reached <= self.one.warned || !known {
            return None;
        }
        self.one.warned = reached;
        Some(Warning { percent: budget.warn[reached - 1], budget, spent: self.one.spent() })
    }

    /// Adds what rows say was spent before. What they say was warned of is not told again.
    pub(super) fn fill(&mut self, all: &[Spent]) {
        let budget = Arc::clone(&self.budget);
        for it in all {
            let tally = match (&it.session, &budget.scope) {
                (Some(session), Scope::Session) => self.each.entry(session.as_str().into()).or_default(),
                (None, Scope::Session) => continue,
                _ => &mut self.one,
            };
            tally.spend(&budget, it.at, it.cost);
            self.latest = self.latest.max(it.last);
        }
        self.state = State::Known;
        self.one.warned = self.reached();
    }

    /// How many of its warnings are reached.
    fn reached(&self) -> usize {
        let spent = i128::from(self.one.spent().pico()) * 100;
        let is_reached = |it: &&u8| spent >= i128::from(**it) * i128::from(self.budget.amount.pico());
        self.budget.warn.iter().take_while(is_reached).count()
    }

    /// Spent and held of the whole amount, in percent.
    #[expect(clippy::cast_precision_loss, reason = "for display and thresholds of whole percents")]
    pub(super) fn used(&self, taken: Usd) -> f64 {
        taken.pico() as f64 * 100.0 / self.budget.amount.pico().max(1) as f64
    }

    /// When there is room for `need` again, by time alone.
    pub(super) fn resets(&self, who: Who<'_>, need: Usd, now: Stamp) -> Option<Stamp> {
        self.tally(who).map_or(self.window.end, |it| it.resets(&self.budget, self.window, need, now))
    }

    pub(super) const fn window(&self) -> Window {
        self.window
    }

    /// Everything of it, sessions together.
    pub(super) fn sum(&self) -> (Usd, Usd) {
        let all = self.each.values().chain([&self.one]);
        all.fold((Usd::ZERO, Usd::ZERO), |sum, it| (sum.0 + it.spent(), sum.1 + it.held()))
    }

    /// The session that has taken most, and how much.
    pub(super) fn dearest_session(&self) -> Option<(&Arc<str>, Usd)> {
        self.each.iter().map(|it| (it.0, it.1.taken())).max_by_key(|it| it.1)
    }
}
