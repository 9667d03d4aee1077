//! The circuit breaker as a value: it is told what happened and when, and says how its seat stands. It reads no clock
//! and takes no lock (routing.md §5).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::clock::Moment;

/// Seconds over which outcomes count.
const WINDOW: u64 = 30;
/// Outcomes needed before a rate means anything.
const ENOUGH: u32 = 5;
/// Failures in a row that trip by themselves.
const IN_A_ROW: u32 = 3;
/// Good outcomes after the probe that make a seat healthy again.
const PROOF: u8 = 3;
/// A cool-down is this share of the time since the trip, so that a minute's outage is over within 10 s of its end.
const COOL_SHARE: f64 = 0.15;
const COOL_LEAST: Duration = Duration::from_secs(5);
const COOL_MOST: Duration = Duration::from_secs(120);
/// A wait that a provider names is believed up to a day.
const ASKED_MOST: Duration = Duration::from_secs(24 * 3600);
/// A limit that nobody explains is looked at again after this time.
const UNEXPLAINED: Duration = Duration::from_secs(600);
/// A probe whose request never reported back (it cannot happen, settlements record on drop) must not block for ever.
const PROBE_LOST: Duration = Duration::from_secs(3600);

/// How a seat stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Nothing known against it.
    Healthy,
    /// Came back lately: half its share.
    Degraded,
    /// Its cool-down is over and the one probe is free.
    Recovering,
    /// Not to be used.
    Out {
        /// Until when.
        until: Moment,
        /// Why.
        why: Why,
    },
}

/// Why a seat is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// It failed too often.
    Tripped,
    /// A probe is under way.
    Probing,
    /// The provider named a wait.
    Asked,
    /// A limit is used up, as the provider said with an answer.
    UsedUp,
    /// The provider refused again and again because of some limit.
    Unexplained,
    /// The provider refused the key or its quota is used up.
    KeyRefused,
    /// This key cannot use this model.
    ModelNotServed,
}

impl Why {
    /// Every reason that outlives a restart.
    const KEPT: [Self; 6] =
        [Self::Tripped, Self::Asked, Self::UsedUp, Self::Unexplained, Self::KeyRefused, Self::ModelNotServed];

    /// The word in rows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tripped => "tripped",
            Self::Probing => "probing",
            Self::Asked => "asked",
            Self::UsedUp => "used-up",
            Self::Unexplained => "unexplained",
            Self::KeyRefused => "key-refused",
            Self::ModelNotServed => "model-not-served",
        }
    }

    /// The reason of that name, where it is one that is kept.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::KEPT.into_iter().find(|it| it.name() == name)
    }

    /// A few words for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Tripped => "it failed too often just now",
            Self::Probing => "it is being probed",
            Self::Asked => "the provider asked to wait",
            Self::UsedUp => "the provider says that a limit is used up",
            Self::Unexplained => "a limit is used up, and the provider does not say until when",
            Self::KeyRefused => "the key was refused or its quota is used up",
            Self::ModelNotServed => "the model is not served to this key",
        }
    }

    /// Whether being out is our own guess rather than the provider's word.
    #[must_use]
    pub const fn is_our_guess(self) -> bool {
        matches!(self, Self::Tripped | Self::Probing)
    }
}

/// What an attempt meant for health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It answered.
    Good,
    /// It failed.
    Bad,
    /// The provider named a wait: cools at once, without a trip.
    Asked(Duration),
    /// It answered, and said that a limit is used up for so long.
    UsedUp(Duration),
    /// It refused because of some limit, and said neither which nor until when.
    Unexplained,
    /// Out for a fixed time.
    Out(Duration, Why),
    /// Says nothing (the client's fault, or the client left); gives a probe back.
    Neutral,
}

/// The health of one seat.
#[derive(Debug, Clone, Default)]
pub struct Breaker {
    state: State,
    /// Provider-named wait or fixed-time absence, on top of the state.
    barred: Option<(Moment, Why)>,
    in_a_row: u32,
    /// The last outcome was a refusal that nobody explained.
    unexplained: bool,
    /// Good and bad outcomes by second, in a ring of [`WINDOW`].
    seconds: Vec<Second>,
    last: Moment,
}

#[derive(Debug, Clone, Copy, Default)]
struct Second {
    at: u64,
    good: u32,
    bad: u32,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum State {
    #[default]
    Closed,
    Open {
        tripped: Trip,
        until: Moment,
        probe: Option<Moment>,
    },
    Degraded {
        tripped: Trip,
        good: u8,
    },
}

/// When a breaker tripped.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Trip {
    at: Moment,
    /// Time since the trip that had passed before `at`, in an earlier process.
    before: Duration,
}

/// What is kept of a breaker over a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// How long it is out yet.
    pub left: Duration,
    /// Why.
    pub why: Why,
    /// How long ago it tripped, where it did.
    pub tripped: Option<Duration>,
}

impl Breaker {
    /// What is to be kept over a restart; `None` where the seat is not out.
    #[must_use]
    pub fn kept(&self, now: Moment) -> Option<Kept> {
        let Standing::Out { until, why } = self.standing(now) else { return None };
        let tripped = match self.state {
            State::Open { tripped, .. } => Some(tripped.ago(now)),
            State::Closed | State::Degraded { .. } => None,
        };
        (why != Why::Probing).then(|| Kept { left: until.since(now), why, tripped })
    }

    /// The breaker that `kept` was kept of.
    #[must_use]
    pub fn revived(kept: Kept, now: Moment) -> Self {
        let until = now.plus(kept.left);
        let state = match kept.tripped {
            Some(before) => State::Open { tripped: Trip { at: now, before }, until, probe: None },
            None => State::Closed,
        };
        let barred = (kept.why != Why::Tripped).then_some((until, kept.why));
        Self { state, barred, last: now, ..Self::default() }
    }

    /// How the seat stands at `now`. Reading never takes the probe.
    #[must_use]
    pub fn standing(&self, now: Moment) -> Standing {
        if let Some((until, why)) = self.barred
            && now < until
        {
            return Standing::Out { until, why };
        }
        match self.state {
            State::Closed => Standing::Healthy,
            State::Degraded { .. } => Standing::Degraded,
            State::Open { until, .. } if now < until => Standing::Out { until, why: Why::Tripped },
            State::Open { probe: Some(since), .. } if now.since(since) < PROBE_LOST => {
                Standing::Out { until: now.plus(COOL_LEAST), why: Why::Probing }
            }
            State::Open { .. } => Standing::Recovering,
        }
    }

    /// An attempt is about to be made. Takes the probe if the seat is recovering; says `false` if another attempt
    /// has it. A seat that is out may still be tried (as the least bad): that is the caller's decision.
    pub fn admit(&mut self, now: Moment) -> bool {
        match self.standing(now) {
            Standing::Out { why: Why::Probing, .. } => false,
            Standing::Recovering => {
                if let State::Open { probe, .. } = &mut self.state {
                    *probe = Some(now);
                }
                true
            }
            _ => true,
        }
    }

    /// An attempt ended. `jitter` is a throw, 0 ≤ x < 1, that spreads the cool-down by ± 10 %.
    pub fn record(&mut self, now: Moment, outcome: Outcome, jitter: f64) {
        self.last = self.last.max(now);
        let again = outcome == Outcome::Unexplained;
        match outcome {
            Outcome::Good => self.good(now),
            Outcome::Bad => self.bad(now, jitter),
            // Twice in a row it is no matter of a minute: then it is asked every ten.
            Outcome::Unexplained if self.unexplained => {
                self.bar(now, UNEXPLAINED, Why::Unexplained);
                self.release_probe();
            }
            Outcome::Unexplained => self.bad(now, jitter),
            Outcome::Asked(wait) => {
                self.bar(now, wait.min(ASKED_MOST), Why::Asked);
                self.release_probe();
            }
            Outcome::Out(time, why) => {
                self.bar(now, time, why);
                self.release_probe();
            }
            // Its answer is an outcome of its own.
            Outcome::UsedUp(wait) => return self.bar(now, wait.min(ASKED_MOST), Why::UsedUp),
            Outcome::Neutral => return self.release_probe(),
        }
        self.unexplained = again;
    }

    /// Whether it holds nothing worth keeping: healthy, and no outcome within the window.
    #[must_use]
    pub fn is_forgettable(&self, now: Moment) -> bool {
        self.standing(now) == Standing::Healthy && now.since(self.last) > Duration::from_secs(WINDOW)
    }
}

// === impl Breaker ===

impl Breaker {
    fn good(&mut self, now: Moment) {
        self.in_a_row = 0;
        self.second(now).good += 1;
        match &mut self.state {
            State::Closed => {}
            State::Open { tripped, .. } => self.state = State::Degraded { tripped: *tripped, good: 0 },
            State::Degraded { good, .. } => {
                *good += 1;
                if *good >= PROOF {
                    self.state = State::Closed;
                    // What it did before the trip says nothing about it any more.
                    self.seconds.clear();
                }
            }
        }
    }

    fn bad(&mut self, now: Moment, jitter: f64) {
        self.in_a_row += 1;
        self.second(now).bad += 1;
        match self.state {
            State::Closed => {
                let (good, bad) = self.tally(now);
                if self.in_a_row >= IN_A_ROW || (good + bad >= ENOUGH && bad >= good) {
                    let tripped = Trip { at: now, before: Duration::ZERO };
                    self.state = State::Open { tripped, until: now.plus(cool_down(tripped, now, jitter)), probe: None };
                }
            }
            // A straggler that was sent before the trip and fails after it must not push the probe further away.
            State::Open { probe: None, until, .. } if now < until => {}
            State::Open { tripped, .. } | State::Degraded { tripped, .. } => {
                self.state = State::Open { tripped, until: now.plus(cool_down(tripped, now, jitter)), probe: None };
            }
        }
    }

    fn bar(&mut self, now: Moment, time: Duration, why: Why) {
        let until = now.plus(time);
        if self.barred.is_none_or(|(at, _)| at < until) {
            self.barred = Some((until, why));
        }
    }

    fn release_probe(&mut self) {
        if let State::Open { probe, .. } = &mut self.state {
            *probe = None;
        }
    }

    fn second(&mut self, now: Moment) -> &mut Second {
        if self.seconds.is_empty() {
            self.seconds = vec![Second::default(); usize::try_from(WINDOW).unwrap_or(30)];
        }
        let at = now.0 / 1_000_000;
        let slot = usize::try_from(at % WINDOW).unwrap_or(0);
        let second = &mut self.seconds[slot];
        if second.at != at {
            *second = Second { at, good: 0, bad: 0 };
        }
        second
    }

    fn tally(&self, now: Moment) -> (u32, u32) {
        let at = now.0 / 1_000_000;
        let live = self.seconds.iter().filter(|it| at - it.at.min(at) < WINDOW);
        live.fold((0, 0), |(good, bad), it| (good + it.good, bad + it.bad))
    }
}

impl Trip {
    fn ago(self, now: Moment) -> Duration {
        now.since(self.at) + self.before
    }
}

fn cool_down(tripped: Trip, now: Moment, jitter: f64) -> Duration {
    let cool = tripped.ago(now).mul_f64(COOL_SHARE).clamp(COOL_LEAST, COOL_MOST);
    cool.mul_f64(0.9 + 0.2 * jitter.clamp(0.0, 1.0))
}
