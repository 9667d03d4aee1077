//! What is left of the budgets, for decisions and for people.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::budget::{self, Then};
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::domain::scope::Who;
use crate::engine::purse::Purse;
use crate::engine::purse::counter::{Counter, State, Warning};
use crate::route::budget::Fund;

/// How a budget stands, for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BudgetTold {
    /// Its scope, as it is written.
    pub scope: String,
    /// Its period.
    pub period: String,
    /// Spent in its window, in pico-dollars; of all sessions together where each has its own.
    pub spent: i64,
    /// Held for requests under way, in pico-dollars.
    pub held: i64,
    /// The session that has taken most, where each has its own, and how much, in pico-dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dearest_session: Option<(String, i64)>,
}

impl Purse {
    /// What is left of each budget that counts `who`.
    #[must_use]
    pub fn funds(self: &Arc<Self>, who: Who<'_>, now: Stamp) -> Vec<Fund> {
        if !self.counts() {
            return Vec::new();
        }
        let mut book = self.book();
        let ahead = book.roll(now);
        let mine = book.counters.iter().filter(|it| it.is_shown() && it.budget.scope.covers_caller(who));
        let funds = mine.map(|it| it.fund(who, now)).collect();
        drop(book);
        if ahead {
            self.put_back(now);
        }
        funds
    }

    /// How every budget stands.
    #[must_use]
    pub fn told(&self, now: Stamp) -> Vec<BudgetTold> {
        let mut book = self.book();
        book.roll(now);
        let shown = book.counters.iter().filter(|it| it.is_shown());
        shown.map(Counter::told).collect()
    }
}

impl Counter {
    /// Of two of the same budget the older one is shown until the other is known.
    fn is_shown(&self) -> bool {
        !matches!(self.state, State::Reading(_))
    }

    pub(super) fn fund(&self, who: Who<'_>, now: Stamp) -> Fund {
        let budget = &self.budget;
        let taken = self.tally(who).map_or(Usd::ZERO, super::tally::Tally::taken);
        let left = Usd::from_pico(budget.amount.pico().saturating_sub(taken.pico()).max(0));
        let used = self.used(taken);
        let micros = |it: Stamp| u64::try_from(it.0.saturating_sub(now.0)).unwrap_or(0);
        Fund {
            scope: budget.scope.clone(),
            label: budget.label(),
            short: budget::short(&budget.scope),
            amount: budget.amount,
            left,
            used,
            hard: budget.is_hard() && !budget.is_lifted(now),
            then: if let Then::Downgrade(group) = &budget.then { Some(group.clone()) } else { None },
            crossed: budget.warn.last().is_some_and(|it| used >= f64::from(*it)),
            resets_s: self.resets(who, Usd::from_pico(1), now).map(|it| micros(it).div_ceil(1_000_000)),
            blind: matches!(self.state, State::Blind(_)),
        }
    }

    fn told(&self) -> BudgetTold {
        let (spent, held) = self.sum();
        BudgetTold {
            scope: self.budget.scope.to_string(),
            period: self.budget.period.to_string(),
            spent: spent.pico(),
            held: held.pico(),
            dearest_session: self.dearest_session().map(|it| (it.0.to_string(), it.1.pico())),
        }
    }
}

impl Warning {
    /// Tells the log.
    pub(super) fn tell(&self) {
        let Self { budget, percent, spent } = self;
        tracing::warn!("the budget {} has reached {percent} %: {spent} of {}", budget.label(), budget.amount);
    }
}
