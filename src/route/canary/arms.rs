//! The two sides of a trial, and what each came to.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::route::canary::evidence::Count;
use crate::route::live::Class;

/// Which target a request went to first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arm {
    /// The canary.
    Canary,
    /// Another one.
    Others,
}

/// What came of the first target of a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// Whose.
    pub arm: Arm,
    /// It answered; `None` where it is not to blame for what came (the client's fault), or where a time tells it: another
    /// target was faster to begin a stream.
    pub good: Option<bool>,
    /// After what time its first content came, where the answer is a stream, and what that compares with. Of one that was
    /// outrun, how long it had been waited for.
    pub first: Option<(Class, Duration)>,
}

/// What one arm came to.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Requests that say something, and how many of them failed.
    pub count: Count,
    /// Times to the first content.
    pub times: u32,
    /// The sum of their logarithms, of seconds.
    log_sum: f64,
}

impl Tally {
    pub(super) fn add(&mut self, seen: &Seen) {
        if let Some(good) = seen.good {
            self.count.add(good);
        }
        if let Some((_, time)) = seen.first {
            self.times = self.times.saturating_add(1);
            self.log_sum += log(time);
        }
    }

    /// The usual time to the first content, in seconds: the geometric mean.
    #[must_use]
    pub fn first_s(&self) -> Option<f64> {
        (self.times > 0).then(|| (self.log_sum / f64::from(self.times)).exp())
    }
}

/// A tally of each arm.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Both {
    /// The canary's.
    pub canary: Tally,
    /// The others'.
    pub others: Tally,
}

impl Both {
    pub(super) const fn of(&mut self, arm: Arm) -> &mut Tally {
        match arm {
            Arm::Canary => &mut self.canary,
            Arm::Others => &mut self.others,
        }
    }
}

/// The logarithm of seconds; of a millisecond where it was less.
pub(super) fn log(time: Duration) -> f64 {
    time.as_secs_f64().max(0.001).ln()
}
