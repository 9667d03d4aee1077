//! Time as a value. Decisions take a [`Now`]; only the shells around them own a [`Clock`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Monotonic microseconds since the clock was made. Never goes back, also when the wall clock does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub u64);

impl Moment {
    /// The time from `earlier` to here; zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }

    /// This moment moved on by `by`.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(by.as_micros()).unwrap_or(u64::MAX)))
    }
}

/// Wall-clock microseconds since 1970-01-01 UTC. For people and for price dates; never for measuring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stamp(pub i64);

impl Stamp {
    /// Whole seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
}

/// One reading of both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Now {
    /// For durations and deadlines.
    pub mono: Moment,
    /// For ledger rows and prices.
    pub wall: Stamp,
}

/// Where a shell gets its [`Now`] from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clocks.
    System {
        /// Zero of [`Moment`].
        started: Instant,
    },
    /// A clock that tests move by hand: microseconds for both readings.
    Manual(Arc<AtomicU64>),
}

impl Clock {
    /// The machine's clocks, counting from now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
    pub fn system() -> Self {
        Self::System { started: Instant::now() }
    }

    /// Reads both clocks.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clocks")]
    pub fn now(&self) -> Now {
        match self {
            Self::System { started } => {
                let mono = Moment::default().plus(started.elapsed());
                let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Now { mono, wall: Stamp(i64::try_from(wall.as_micros()).unwrap_or(i64::MAX)) }
            }
            Self::Manual(micros) => {
                let at = micros.load(Ordering::Relaxed);
                Now { mono: Moment(at), wall: Stamp(i64::try_from(at).unwrap_or(i64::MAX)) }
            }
        }
    }
}
