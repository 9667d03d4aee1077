//! What was counted within the last 60 seconds, as a value. A sliding window and no bucket: however the seconds are laid, at
//! most as much is let through in any 60 of them as may be.

use std::collections::VecDeque;
use std::time::Duration;

use crate::domain::clock::Moment;

/// What a limit a minute looks back over.
const SPAN: Duration = Duration::from_secs(60);
/// What is counted within this time is kept as one, as if all of it had come last: it is let go of too late by this much,
/// and never too early. It bounds what is kept to 1,200 marks.
const GRAIN: Duration = Duration::from_millis(50);

/// A sliding window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Window {
    marks: VecDeque<Mark>,
    sum: u64,
}

/// What was counted from `began` to `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    began: Moment,
    last: Moment,
    amount: u64,
}

impl Window {
    /// How much is in it.
    pub(super) fn used(&mut self, now: Moment) -> u64 {
        while let Some(first) = self.marks.front().filter(|it| now.since(it.last) >= SPAN) {
            self.sum -= first.amount;
            self.marks.pop_front();
        }
        self.sum
    }

    /// When there is room for `amount` beside what is in it, of `most` in all: zero if there is now; `None` if there never
    /// is.
    pub(super) fn wait(&mut self, now: Moment, amount: u64, most: u64) -> Option<Duration> {
        let mut over = match (self.used(now) + amount).checked_sub(most) {
            None | Some(0) => return Some(Duration::ZERO),
            Some(_) if amount > most => return None,
            Some(over) => over,
        };
        for it in &self.marks {
            let left = SPAN.saturating_sub(now.since(it.last));
            match over.checked_sub(it.amount) {
                None | Some(0) => return Some(left.max(Duration::from_micros(1))),
                Some(rest) => over = rest,
            }
        }
        Some(SPAN)
    }

    /// Counts `amount`.
    pub(super) fn count(&mut self, now: Moment, amount: u64) {
        self.used(now);
        self.sum += amount;
        match self.marks.back_mut().filter(|it| now.since(it.began) < GRAIN) {
            // A clock that stands still or steps back must not age what is there.
            Some(it) => (it.last, it.amount) = (it.last.max(now), it.amount + amount),
            None => self.marks.push_back(Mark { began: now, last: now, amount }),
        }
    }

    /// Takes back what was counted too much at `at`; what is no longer in the window is not there to be taken back.
    pub(super) fn take_back(&mut self, at: Moment, amount: u64) {
        let mark = self.marks.iter_mut().rev().find(|it| it.began <= at);
        if let Some(it) = mark.filter(|it| at <= it.last) {
            let back = amount.min(it.amount);
            it.amount -= back;
            self.sum -= back;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn ms(it: u64) -> Moment {
        Moment(it * 1_000)
    }

    #[test]
    fn room_comes_back_when_what_was_counted_is_sixty_seconds_old() {
        let mut window = Window::default();
        assert_eq!(window.wait(ms(0), 3, 3), Some(Duration::ZERO));
        window.count(ms(0), 2);
        window.count(ms(10_000), 1);
        assert_eq!(window.wait(ms(20_000), 1, 3), Some(Duration::from_secs(40)));
        assert_eq!(window.wait(ms(20_000), 3, 3), Some(Duration::from_secs(50)));
        assert_eq!(window.wait(ms(20_000), 4, 3), None, "never");
        assert_eq!(window.wait(ms(60_000), 2, 3), Some(Duration::ZERO));
        assert_eq!(window.used(ms(60_000)), 1);
        window.take_back(ms(10_000), 1);
        assert_eq!(window.used(ms(60_000)), 0);
        window.take_back(ms(0), 2);
        assert_eq!(window.used(ms(60_000)), 0, "what has left it is not taken back twice");
    }

    proptest! {
        #[test]
        fn never_more_than_may_be_in_any_sixty_seconds(
            most in 1_u64..50,
            asked in proptest::collection::vec((0_u64..4_000, 1_u64..12), 1..400),
        ) {
            let (mut window, mut now, mut let_through) = (Window::default(), 0, Vec::new());
            for (later, amount) in asked {
                now += later;
                let wait = window.wait(ms(now), amount, most);
                prop_assert_eq!(wait.is_none(), amount > most);
                // Who waits as long as it is told finds room.
                let Some(wait) = wait.filter(|it| *it < Duration::from_secs(2)) else { continue };
                now += u64::try_from(wait.as_micros().div_ceil(1000)).unwrap();
                prop_assert_eq!(window.wait(ms(now), amount, most), Some(Duration::ZERO));
                window.count(ms(now), amount);
                let_through.push((now, amount));
            }
            for (from, _) in &let_through {
                let within = let_through.iter().filter(|it| (*from..from + 60_000).contains(&it.0));
                prop_assert!(within.map(|it| it.1).sum::<u64>() <= most);
            }
            prop_assert!(window.marks.len() <= 1_201);
        }
    }
}
