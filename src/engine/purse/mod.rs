//! The purse: what budgets have spent and what they hold for requests under way, so that requests that run at the same
//! time cannot spend the same money twice (faults.md §3).
//!
//! An attempt holds its worst case on every budget that counts it, all at once or none, before its intent is written; when
//! it has come to its end, what it cost is booked and the rest is free again. A [`Hold`] is a linear value: whatever drops
//! it, a cancelled future or a panic, it is settled once. One mutex, held for tens of nanoseconds, never across an await.
//!
//! What was spent before is read from the rows of the ledger when a budget is first counted, never kept as a number of its
//! own: a window is a question, not a counter that somebody has to reset (L11).

pub mod bound;
mod counter;
mod reading;
mod tally;
#[cfg(test)]
mod tests;
mod view;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::budget::Budget;
use crate::domain::caller::Caller;
use crate::domain::clock::Stamp;
use crate::domain::id::RequestId;
use crate::domain::money::Usd;
use crate::domain::scope::Who;
use crate::domain::target::Seat;
use crate::engine::purse::counter::{Counter, State, Warning};
use crate::route::budget::Fund;
use crate::store::Ledger;

pub use view::BudgetTold;

/// All budgets of the policy in force, counted.
#[derive(Debug)]
pub struct Purse {
    /// Something is counted. Looked at before anything else, so that a policy without budgets pays one load.
    counts: AtomicBool,
    book: Mutex<Book>,
    /// What attempts cost beyond what was held for them, in pico-dollars, and how many did.
    overrun: AtomicU64,
    overruns: AtomicU64,
    /// Where what was spent is read from.
    ledger: Ledger,
    /// Somebody reads already.
    reading: AtomicBool,
}

#[derive(Debug, Default)]
struct Book {
    counters: Vec<Counter>,
    /// Attempts that hold something, and those whose request has no row yet.
    live: Vec<Option<Live>>,
    free: Vec<usize>,
}

/// An attempt between its hold and its request's row.
#[derive(Debug)]
struct Live {
    payer: Payer,
    held: Usd,
    /// What it cost, once that is known.
    cost: Option<Usd>,
}

/// Who pays for an attempt, whom, and since when.
#[derive(Debug, Clone)]
pub struct Payer {
    /// The request.
    pub request: RequestId,
    /// When the attempt began. It is of the window of that moment, whenever it ends.
    pub at: Stamp,
    /// Whose virtual key it is.
    pub caller: Option<Arc<Caller>>,
    /// The client's session.
    pub session: Option<Arc<str>>,
    /// Who is asked, with which key.
    pub seat: Seat,
}

/// What is held for one attempt. Dropped before [`Hold::settle`], it is free again, or counts in full where the attempt
/// was sent and nobody knows what came of it.
#[derive(Debug)]
#[must_use = "dropped, nothing is held any more"]
pub struct Hold {
    purse: Arc<Purse>,
    at: usize,
    amount: Usd,
    sent: bool,
    settled: bool,
}

impl Payer {
    fn who(&self) -> Who<'_> {
        Who { caller: self.caller.as_deref(), session: self.session.as_deref() }
    }
}

impl Purse {
    /// A purse that counts `budgets`: what was spent of them is read before this returns. Where that fails, the hard ones
    /// let nothing through until it does not.
    #[must_use]
    pub fn open(budgets: &[Arc<Budget>], ledger: Ledger, now: Stamp) -> Arc<Self> {
        let purse = Arc::new(Self {
            counts: AtomicBool::new(false),
            book: Mutex::default(),
            overrun: AtomicU64::new(0),
            overruns: AtomicU64::new(0),
            ledger,
            reading: AtomicBool::new(false),
        });
        if !budgets.is_empty() {
            purse.install(budgets, now, State::Blind);
            purse.read_now();
        }
        purse
    }

    /// Counts `budgets` from now on. What was counted of the same scope and period goes on; what is new takes effect as soon
    /// as what was spent of it is read, which holds nobody up.
    pub fn follow(self: &Arc<Self>, budgets: &[Arc<Budget>], now: Stamp) {
        if budgets.is_empty() && !self.counts() {
            return;
        }
        self.install(budgets, now, State::Reading);
        self.read_beside();
    }

    /// Whether there is anything to count.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.counts.load(Ordering::Acquire)
    }

    /// Whether all that was spent before is read.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.unknown().is_none()
    }

    /// Holds `amount` on every budget that counts `payer`, or nothing.
    ///
    /// # Errors
    /// A hard budget has no room for it: this one.
    pub fn hold(self: &Arc<Self>, payer: Payer, amount: Usd, now: Stamp) -> Result<Hold, Box<Fund>> {
        let mut book = self.book();
        let ahead = book.roll(now);
        let full = book.counters.iter().position(|it| it.covers(&payer) && it.refuses(&payer, amount, now));
        let held = if let Some(at) = full {
            Err(Box::new(book.counters[at].fund(payer.who(), now)))
        } else {
            for it in book.counters.iter_mut().filter(|it| it.covers(&payer) && it.counts(payer.at)) {
                it.see(payer.request);
                it.hold(&payer, amount);
            }
            Ok(book.insert(Live { payer, held: amount, cost: None }))
        };
        book.check();
        drop(book);
        if ahead {
            self.put_back(now);
        }
        held.map(|at| Hold { purse: Arc::clone(self), at, amount, sent: false, settled: false })
    }

    /// What attempts cost beyond what was held for them, and how many did, since the start.
    #[must_use]
    pub fn overrun(&self) -> (Usd, u64) {
        let pico = self.overrun.load(Ordering::Relaxed);
        (Usd::from_pico(i64::try_from(pico).unwrap_or(i64::MAX)), self.overruns.load(Ordering::Relaxed))
    }

    /// The book is whole after every statement, so a panic elsewhere while it was held does not spoil it.
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn install(&self, budgets: &[Arc<Budget>], now: Stamp, state: fn(std::collections::HashSet<u64>) -> State) {
        let mut book = self.book();
        let mut old = std::mem::take(&mut book.counters);
        let mut counters = Vec::with_capacity(budgets.len());
        for budget in budgets {
            if let Some(at) = old.iter().position(|it| it.is_same(budget)) {
                let mut counter = old.swap_remove(at);
                counter.budget = Arc::clone(budget);
                counters.push(counter);
                continue;
            }
            counters.push(book.counted(budget, now, state));
        }
        book.counters = counters;
        self.counts.store(!book.counters.is_empty(), Ordering::Release);
    }

    fn settle(&self, at: usize, cost: Usd) {
        let mut warnings = Vec::new();
        let mut book = self.book();
        let Book { counters, live, .. } = &mut *book;
        let Some(Some(it)) = live.get_mut(at) else { return };
        if it.cost.replace(cost).is_some() {
            debug_assert!(false, "settled twice");
            return;
        }
        for counter in counters.iter_mut().filter(|counter| counter.covers(&it.payer) && counter.counts(it.payer.at)) {
            counter.free(&it.payer, it.held);
            warnings.extend(counter.spend(&it.payer, cost));
        }
        let held = it.held;
        let over = cost.pico().saturating_sub(held.pico());
        book.check();
        drop(book);
        if over > 0 {
            self.overrun.fetch_add(over.unsigned_abs(), Ordering::Relaxed);
            let n = self.overruns.fetch_add(1, Ordering::Relaxed) + 1;
            let over = Usd::from_pico(over);
            tracing::warn!(
                "an attempt cost {over} more than the {held} it was thought to cost at the worst ({n} so far)"
            );
        }
        warnings.iter().for_each(Warning::tell);
    }

    fn forget(&self, at: usize) {
        let mut book = self.book();
        if let Some(place) = book.live.get_mut(at) {
            *place = None;
            book.free.push(at);
        }
    }
}

impl Book {
    /// A new counter of `budget`, with what is under way.
    fn counted(&self, budget: &Arc<Budget>, now: Stamp, state: fn(std::collections::HashSet<u64>) -> State) -> Counter {
        let seen = self.live.iter().flatten().map(|it| it.payer.request.0).collect();
        let mut counter = Counter::new(Arc::clone(budget), now, state(seen));
        counter.take_over(&self.live);
        counter
    }

    fn insert(&mut self, live: Live) -> usize {
        if let Some(at) = self.free.pop() {
            self.live[at] = Some(live);
            return at;
        }
        self.live.push(Some(live));
        self.live.len() - 1
    }

    /// Brings every counter to `now`. Says whether one of them has to be read anew: the clock was put back, or forward again.
    fn roll(&mut self, now: Stamp) -> bool {
        let Self { counters, live, .. } = self;
        let mut ahead = false;
        for counter in &mut *counters {
            ahead |= counter.is_ahead(now);
            if counter.roll(now) {
                let stale = counter.is_stale();
                counter.take_over(live);
                if stale {
                    // Nothing gets through for the moment that it takes to read what there is of it already.
                    counter.state = State::Blind(live.iter().flatten().map(|it| it.payer.request.0).collect());
                    ahead = true;
                }
            }
        }
        ahead
    }

    /// What the sums say is what the attempts under way say: a leak is a fault, and loud (L6).
    fn check(&self) {
        if cfg!(debug_assertions) {
            for counter in &self.counters {
                let mine = |it: &&Live| counter.covers(&it.payer) && counter.counts(it.payer.at) && it.cost.is_none();
                let held: i64 = self.live.iter().flatten().filter(mine).map(|it| it.held.pico()).sum();
                assert_eq!(counter.sum().1.pico(), held, "{} holds what nobody does", counter.budget.label());
            }
        }
    }
}

impl Hold {
    /// The attempt is on its way: from here on it may cost money.
    pub fn sent(&mut self) {
        self.sent = true;
    }

    /// How much is held.
    #[must_use]
    pub const fn amount(&self) -> Usd {
        self.amount
    }

    /// What it cost is known: that is spent, and the rest is free again. Holds once.
    pub fn settle(&mut self, cost: Usd) {
        if !std::mem::replace(&mut self.settled, true) {
            self.purse.settle(self.at, cost);
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let cost = if self.sent { self.amount } else { Usd::ZERO };
        self.settle(cost);
        self.purse.forget(self.at);
    }
}
