//! What one window has spent and holds.

use std::collections::VecDeque;

use crate::domain::budget::{Budget, Window};
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;

/// The sums of one window of a budget: a window of the calendar in one part, a rolling one in many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// By the beginning of each part, ascending.
    parts: VecDeque<(Stamp, i64)>,
    spent: i64,
    held: i64,
    /// How many of the budget's warnings were given for this window.
    pub(super) warned: usize,
}

impl Tally {
    /// Neither spent nor held.
    pub(super) fn is_empty(&self) -> bool {
        self.spent == 0 && self.held == 0
    }

    pub(super) const fn spent(&self) -> Usd {
        Usd::from_pico(self.spent)
    }

    pub(super) const fn held(&self) -> Usd {
        Usd::from_pico(self.held)
    }

    /// Spent and held together.
    pub(super) const fn taken(&self) -> Usd {
        Usd::from_pico(self.spent.saturating_add(self.held))
    }

    pub(super) fn hold(&mut self, amount: Usd) {
        self.held = self.held.saturating_add(amount.pico());
    }

    pub(super) fn free(&mut self, amount: Usd) {
        self.held -= amount.pico();
        debug_assert!(self.held >= 0, "more was freed than was held");
    }

    /// Books what began at `at`.
    pub(super) fn spend(&mut self, budget: &Budget, at: Stamp, amount: Usd) {
        let pico = amount.pico();
        self.spent = self.spent.saturating_add(pico);
        let begin = match budget.period.part() {
            Some(part) => Stamp(at.0.div_euclid(part).saturating_mul(part)),
            None => Stamp(i64::MIN),
        };
        // Nearly always the last.
        let place = self.parts.iter().rposition(|it| it.0 <= begin);
        match place {
            Some(nth) if self.parts[nth].0 == begin => self.parts[nth].1 = self.parts[nth].1.saturating_add(pico),
            Some(nth) => self.parts.insert(nth + 1, (begin, pico)),
            None => self.parts.push_front((begin, pico)),
        }
    }

    /// Forgets what lies before the rolling window that ends with `now`.
    pub(super) fn roll(&mut self, budget: &Budget, now: Stamp) {
        let Some(part) = budget.period.part() else { return };
        let start = budget.window(now).start;
        while let Some((begin, pico)) = self.parts.front()
            && begin.0.saturating_add(part) <= start.0
        {
            self.spent -= pico;
            self.parts.pop_front();
        }
    }

    /// When `need` more of the budget than is left will be there again, by time alone.
    pub(super) fn resets(&self, budget: &Budget, window: Window, need: Usd, now: Stamp) -> Option<Stamp> {
        let Some(part) = budget.period.part() else { return window.end };
        let length = now.0 - budget.window(now).start.0;
        let mut over = self.taken().pico().saturating_add(need.pico()) - budget.amount.pico();
        for (begin, pico) in &self.parts {
            over -= pico;
            if over <= 0 {
                return Some(Stamp(begin.0.saturating_add(part).saturating_add(length)));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::scope::Scope;

    fn rolling() -> Budget {
        Budget::new(Scope::All, Usd::from_pico(100), "24h".parse().unwrap(), TimeZone::UTC)
    }

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn what_was_spent_leaves_a_rolling_window_when_it_is_as_old_as_that_and_never_sooner() {
        let (budget, mut tally) = (rolling(), Tally::default());
        tally.spend(&budget, Stamp(0), Usd::from_pico(60));
        tally.spend(&budget, Stamp(6 * HOUR), Usd::from_pico(30));
        tally.spend(&budget, Stamp(2 * HOUR), Usd::from_pico(1));
        for (at, spent) in [(6, 91), (24, 91), (25, 31), (27, 30), (30, 30), (31, 0)] {
            tally.roll(&budget, Stamp(at * HOUR));
            assert_eq!(tally.spent().pico(), spent, "after {at} h");
        }
        assert!(tally.parts.is_empty());
    }

    #[test]
    fn a_rolling_window_has_more_as_soon_as_enough_has_left_it() {
        let (budget, mut tally) = (rolling(), Tally::default());
        tally.spend(&budget, Stamp(0), Usd::from_pico(60));
        tally.spend(&budget, Stamp(6 * HOUR), Usd::from_pico(30));
        let now = Stamp(7 * HOUR);
        let resets = |need| tally.resets(&budget, budget.window(now), Usd::from_pico(need), now).map(|it| it.0 / HOUR);
        assert_eq!((resets(20), resets(80), resets(101)), (Some(24), Some(30), None));
    }
}
