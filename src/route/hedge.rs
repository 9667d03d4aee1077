//! When a second target is asked because the first is slow to begin, and how often that may be (routing.md §6). Values:
//! told what was seen, they say how long to wait and whether a hedge is left.

use std::time::Duration;

use crate::domain::policy::Hedge;

/// Answers that are remembered of a target and a size.
const REMEMBERED: usize = 128;
/// Answers needed before their 95th percentile means anything.
const ENOUGH: usize = 20;
/// The wait while nothing is known of a target …
const UNKNOWN: Duration = Duration::from_secs(10);
/// … and the same where the request asks the model to reason.
const UNKNOWN_REASONING: Duration = Duration::from_secs(60);
/// No shorter wait is worth a second request.
const LEAST: Duration = Duration::from_secs(2);
/// One hedge for so many requests.
const REQUESTS_A_HEDGE: u32 = 20;
/// Hedges that are there from the beginning, before anything is known. They are paid for by the first requests.
const FIRST: u32 = 3;
/// Hedges that quiet times can save up.
const SAVED_MOST: u32 = 10;

/// What kind of answer a time is of: times are compared within a kind only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size {
    /// Prompt tokens: the power of four that they are below, from 1,024 on.
    pub bucket: u8,
    /// Streamed: the time is to the first content. Else it is to the whole answer.
    pub stream: bool,
}

impl Size {
    /// The size of a request.
    #[must_use]
    pub fn of(prompt_tokens: u64, stream: bool) -> Self {
        let bucket = (0..5).find(|it| prompt_tokens < 1024 << (2 * it)).unwrap_or(5);
        Self { bucket, stream }
    }
}

/// The latest times to the first content of one target in one size.
#[derive(Debug, Clone, Default)]
pub struct Times {
    /// A ring, in milliseconds.
    latest: Vec<u32>,
    next: usize,
    p95: Option<u32>,
}

impl Times {
    /// An answer began after `time`. One that was given up before it began says nothing: counted by the time until then,
    /// it would draw the percentile up to the waits themselves.
    pub fn add(&mut self, time: Duration) {
        let millis = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        if self.latest.len() < REMEMBERED {
            self.latest.push(millis);
        } else {
            self.latest[self.next] = millis;
        }
        self.next = (self.next + 1) % REMEMBERED;
        if self.latest.len() >= ENOUGH {
            let mut sorted = self.latest.clone();
            // Nearest rank: the smallest value that 95 % do not exceed.
            let rank = (sorted.len() * 95).div_ceil(100) - 1;
            self.p95 = Some(*sorted.select_nth_unstable(rank).1);
        }
    }

    /// The time within which 95 % of the latest answers began; `None` while there are too few.
    #[must_use]
    pub fn p95(&self) -> Option<Duration> {
        self.p95.map(|it| Duration::from_millis(it.into()))
    }
}

/// How long to wait for the first content before the next target is asked; `None` = never asked. `p95`: what is known of
/// the target that was asked first.
#[must_use]
pub fn wait(hedge: Hedge, p95: Option<Duration>, reasoning: bool) -> Option<Duration> {
    match (hedge, p95) {
        (Hedge::Off, _) => None,
        (Hedge::After(it), _) => Some(it),
        (Hedge::Auto, Some(p95)) => Some(p95.max(LEAST)),
        (Hedge::Auto, None) => Some(if reasoning { UNKNOWN_REASONING } else { UNKNOWN }),
    }
}

/// Hedges that are left: one for every 20 requests, so that at most 5 % are extra.
#[derive(Debug, Clone)]
pub struct Budget {
    /// In hedges ÷ [`REQUESTS_A_HEDGE`].
    credit: u32,
    /// Requests that still pay for the hedges that were there from the beginning.
    owed: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { credit: FIRST * REQUESTS_A_HEDGE, owed: FIRST * REQUESTS_A_HEDGE }
    }
}

impl Budget {
    /// A request came.
    pub fn request(&mut self) {
        if self.owed > 0 {
            self.owed -= 1;
        } else {
            self.credit = (self.credit + 1).min(SAVED_MOST * REQUESTS_A_HEDGE);
        }
    }

    /// Takes one hedge, if one is left.
    pub fn take(&mut self) -> bool {
        let left = self.credit.checked_sub(REQUESTS_A_HEDGE);
        self.credit = left.unwrap_or(self.credit);
        left.is_some()
    }
}

#[cfg(test)]
mod tests;
