//! What one limit has let through, as a value.

use std::time::Duration;

use crate::domain::clock::Moment;
use crate::domain::limit::{Counted, Limit};
use crate::engine::limits::Need;
use crate::engine::limits::window::Window;

/// Share of the latest stay in the running mean.
const LATEST: f64 = 0.2;
/// Told where nobody knows better when a place is free.
const A_WHILE: Duration = Duration::from_secs(1);

/// A limit, and how much of it is used.
#[derive(Debug, Clone)]
pub(super) struct Meter {
    pub(super) limit: Limit,
    requests: Window,
    tokens: Window,
    busy: u32,
    /// Seconds that a place is held, on average.
    stay: Option<f64>,
}

/// Why there is no room: which part of the limit, and when there is some again; `None` = never.
pub(super) type Shortage = (Counted, Option<Duration>);

impl Meter {
    pub(super) fn new(limit: Limit) -> Self {
        Self { limit, requests: Window::default(), tokens: Window::default(), busy: 0, stay: None }
    }

    /// What keeps one more request from passing, the longest wait of all; `None`: nothing.
    pub(super) fn lacks(&mut self, now: Moment, need: Need) -> Option<Shortage> {
        let requests =
            self.limit.requests.map(|most| (Counted::Requests, self.requests.wait(now, 1, u64::from(most.get()))));
        let tokens =
            self.limit.tokens.map(|most| (Counted::Tokens, self.tokens.wait(now, need.within(most.get()), most.get())));
        let full = self.limit.parallel.filter(|most| self.busy >= most.get());
        let parallel = full.map(|most| {
            let wait =
                self.stay.map_or(A_WHILE, |it| Duration::from_secs_f64((it / f64::from(most.get())).clamp(1.0, 600.0)));
            (Counted::Parallel, Some(wait))
        });
        let all = [requests, tokens, parallel].into_iter().flatten().filter(|it| it.1 != Some(Duration::ZERO));
        // Never is longer than anything.
        all.max_by_key(|it| it.1.unwrap_or(Duration::MAX))
    }

    /// Lets a request pass. The tokens that it is booked with.
    pub(super) fn pass(&mut self, now: Moment, need: Need) -> u64 {
        self.busy += 1;
        self.requests.count(now, 1);
        let tokens = self.limit.tokens.map_or(need.prompt + need.answer, |most| need.within(most.get()));
        self.tokens.count(now, tokens);
        tokens
    }

    /// A request that passed at `at` with `booked` tokens is over; it had `tokens`, where that is known.
    pub(super) fn over(&mut self, (at, now): (Moment, Moment), booked: u64, tokens: Option<u64>) {
        self.busy = self.busy.saturating_sub(1);
        let stayed = now.since(at).as_secs_f64();
        self.stay = Some(self.stay.map_or(stayed, |it| it + LATEST * (stayed - it)));
        match tokens {
            Some(tokens) if tokens < booked => self.tokens.take_back(at, booked - tokens),
            // They came while it ran, nobody knows when: at the end is the latest.
            Some(tokens) if tokens > booked => self.tokens.count(now, tokens - booked),
            _ => {}
        }
    }

    /// A request that passed at `at` was not sent after all.
    pub(super) fn undo(&mut self, at: Moment, booked: u64) {
        self.busy = self.busy.saturating_sub(1);
        self.requests.take_back(at, 1);
        self.tokens.take_back(at, booked);
    }

    /// Requests and tokens of the last minute, and requests under way.
    pub(super) fn used(&mut self, now: Moment) -> (u64, u64, u32) {
        (self.requests.used(now), self.tokens.used(now), self.busy)
    }

    /// Whether it has nothing to remember.
    pub(super) fn is_idle(&mut self, now: Moment) -> bool {
        self.used(now) == (0, 0, 0)
    }
}

#[cfg(test)]
mod tests {
    use std::num::{NonZeroU32, NonZeroU64};

    use super::*;

    fn meter(requests: u32, tokens: u64, parallel: u32) -> Meter {
        Meter::new(Limit {
            scope: "all".parse().unwrap(),
            requests: NonZeroU32::new(requests),
            tokens: NonZeroU64::new(tokens),
            parallel: NonZeroU32::new(parallel),
            queue: Duration::ZERO,
        })
    }

    const fn at(seconds: u64) -> Moment {
        Moment(seconds * 1_000_000)
    }

    const fn need(prompt: u64, answer: u64) -> Need {
        Need { prompt, answer }
    }

    #[test]
    fn tokens_are_booked_as_estimated_and_settled_to_what_they_were() {
        let mut it = meter(0, 1_000, 0);
        let booked = it.pass(at(0), need(300, 500));
        assert_eq!((booked, it.used(at(0))), (800, (1, 800, 1)));
        assert_eq!(it.lacks(at(1), need(300, 0)).unwrap(), (Counted::Tokens, Some(Duration::from_secs(59))));
        it.over((at(0), at(5)), booked, Some(350));
        assert_eq!(it.used(at(5)), (1, 350, 0));
        assert_eq!(it.lacks(at(5), need(300, 0)), None);
        let booked = it.pass(at(5), need(300, 100));
        it.over((at(5), at(30)), booked, Some(900));
        assert_eq!(it.used(at(64)).1, 900, "what it had more than was booked counts from its end");
        assert_eq!(it.used(at(65)).1, 500);
    }

    #[test]
    fn a_cap_larger_than_the_limit_waits_for_all_of_it_and_a_larger_prompt_for_ever() {
        let mut it = meter(0, 1_000, 0);
        assert_eq!(it.lacks(at(0), need(300, 100_000)), None);
        assert_eq!(it.pass(at(0), need(300, 100_000)), 1_000);
        assert_eq!(it.lacks(at(0), need(1_001, 0)), Some((Counted::Tokens, None)));
    }

    #[test]
    fn what_was_not_sent_leaves_no_trace() {
        let mut it = meter(1, 1_000, 1);
        let booked = it.pass(at(0), need(1, 1));
        assert_eq!(it.lacks(at(0), need(1, 1)).unwrap().0, Counted::Requests, "the longest wait is told");
        it.undo(at(0), booked);
        assert!(it.is_idle(at(0)));
        assert_eq!(it.lacks(at(0), need(1, 1)), None);
    }
}
