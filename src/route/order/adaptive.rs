//! `adaptive`: a weighted draw by weights that follow what the targets do. Every five seconds each seat is assessed from
//! its live window; until then its figures stand, so that shares move in steps that can be followed.
//!
//! share = weight × speed × reliability × room × ramp. The weights are what is meant while all are equally well; the ramp
//! lets traffic return gradually to what had failed.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::clock::Moment;
use crate::domain::dice::Dice;
use crate::route::breaker::Standing;
use crate::route::health::{LiveSeats, SeatId};
use crate::route::live::{Class, Live, SIZES};
use crate::route::order::{Contender, Field, Ranked, Score, by_share};
use crate::route::pairs;

/// How often seats are assessed.
pub const EVERY: Duration = Duration::from_secs(5);
/// What is so many times as slow as the fastest has the inverse of it, to this power, of the share.
const STEEP: f64 = 6.0;
/// The same for the share of outcomes that are good.
const STRICT: f64 = 4.0;
/// How much of its share the busiest loses where everything in flight is there.
const CROWDED: f64 = 0.5;
/// No factor takes more than this away: what gets nothing can never show that it is well again.
const LEAST: f64 = 0.01;
/// What comes back from a failure begins with this much of its share, and doubles it at every assessment.
const RETURN: f64 = 0.1;
/// An error rate means something from so many outcomes on.
const ENOUGH: u32 = 5;
/// Worse than this is degraded …
const ERRORS: f64 = 0.1;
/// … and this is failed.
const FAILED: f64 = 0.5;
/// The logarithm of how many times slower than usual is degraded: twice.
const SLOW: f64 = std::f64::consts::LN_2;

/// How seats stood when they were last looked at.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Assessment {
    /// When that was; `None` before the first time.
    pub at: Option<Moment>,
    /// Each seat that anything is known of.
    #[serde(with = "pairs")]
    pub seats: HashMap<SeatId, Assessed>,
}

/// How one seat stood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessed {
    /// In one word.
    pub state: State,
    /// How much of its share it has back, 0 to 1.
    pub ramp: f64,
    /// The share of the last half minute's outcomes that were bad.
    pub errors: f64,
    /// Attempts that were running.
    pub busy: u32,
    first: [Option<f64>; SIZES],
    whole: [Option<f64>; SIZES],
}

/// The states of a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// As usual.
    Healthy,
    /// Fails now and then, or is twice as slow as usual.
    Degraded,
    /// Left alone by its breaker, or half of what it is asked fails.
    Failed,
    /// Back from a failure, not yet with its whole share.
    Recovering,
}

impl State {
    /// One word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Failed => "failed",
            Self::Recovering => "recovering",
        }
    }
}

impl Assessment {
    /// Whether it is time for the next.
    #[must_use]
    pub fn is_due(&self, now: Moment) -> bool {
        self.at.is_none_or(|at| now.since(at) >= EVERY)
    }

    /// The next one.
    #[must_use]
    pub fn next(&self, live: &LiveSeats, standings: &HashMap<SeatId, Standing>, now: Moment) -> Self {
        let steps = self.at.map_or(1.0, |at| (now.since(at).as_secs_f64() / EVERY.as_secs_f64()).floor().max(1.0));
        let seats = live.0.iter().map(|(id, live)| {
            let standing = standings.get(id).copied().unwrap_or(Standing::Healthy);
            (id.clone(), assess(self.seats.get(id), live, standing, steps, now))
        });
        Self { at: Some(now), seats: seats.collect() }
    }
}

impl Assessed {
    /// What several keys of one target are together: as well as the best of them.
    #[must_use]
    pub fn joined<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let rank = |it: State| match it {
            State::Healthy => 0,
            State::Degraded => 1,
            State::Recovering => 2,
            State::Failed => 3,
        };
        let none =
            Self { state: State::Failed, ramp: 0.0, errors: 1.0, busy: 0, first: [None; SIZES], whole: [None; SIZES] };
        let least = |own: &mut [Option<f64>; SIZES], other: &[Option<f64>; SIZES]| {
            for (own, other) in own.iter_mut().zip(other) {
                *own = match (*own, *other) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (a, b) => a.or(b),
                };
            }
        };
        all.into_iter().fold(none, |mut sum, it| {
            if rank(it.state) < rank(sum.state) {
                sum.state = it.state;
            }
            sum.ramp = sum.ramp.max(it.ramp);
            sum.errors = sum.errors.min(it.errors);
            sum.busy += it.busy;
            least(&mut sum.first, &it.first);
            least(&mut sum.whole, &it.whole);
            sum
        })
    }

    /// Its time for a class, or for the class of the next size.
    fn time(&self, class: Class) -> Option<f64> {
        let all = if class.stream { &self.first } else { &self.whole };
        (0..SIZES).filter_map(|it| Some((it.abs_diff(class.size()), all[it]?))).min_by_key(|it| it.0).map(|it| it.1)
    }
}

fn assess(before: Option<&Assessed>, live: &Live, standing: Standing, steps: f64, now: Moment) -> Assessed {
    let (good, bad) = live.recent(now);
    let all = good + bad;
    let errors = if all >= ENOUGH { f64::from(bad) / f64::from(all) } else { 0.0 };
    let class = live.main_class(now);
    let slow = match (live.just_now(class, now), live.usual(class)) {
        (Some(now), Some(usual)) => now - usual > SLOW,
        _ => false,
    };
    let ramp = before.map_or(1.0, |it| it.ramp);
    let failing = live.failing(now) > 0;
    let (state, ramp) = match standing {
        Standing::Out { .. } => (State::Failed, RETURN),
        _ if errors >= FAILED && failing => (State::Failed, RETURN),
        // The breaker lets one request through: to wait for it longer than that would help nobody.
        Standing::Recovering => (State::Recovering, RETURN),
        _ if ramp < 1.0 => {
            // It fails while it comes back: no further until it has stopped.
            let ramp = if failing { ramp } else { (ramp * 2.0_f64.powf(steps)).min(1.0) };
            (if ramp < 1.0 { State::Recovering } else { State::Healthy }, ramp)
        }
        _ if errors >= ERRORS || slow => (State::Degraded, 1.0),
        _ => (State::Healthy, 1.0),
    };
    let times = |stream| std::array::from_fn(|size| live.just_now(Class::at(stream, size), now));
    Assessed { state, ramp, errors, busy: live.in_flight, first: times(true), whole: times(false) }
}

pub(super) fn rank(field: &Field<'_>, dice: &mut Dice) -> Ranked {
    let all = &field.all;
    let time = |it: &Contender<'_>| it.assessed.as_ref()?.time(field.class);
    let open = || all.iter().filter(|it| it.weight > 0.0);
    let best = open().filter_map(time).min_by(f64::total_cmp);
    let weights: f64 = open().map(|it| it.weight).sum();
    let busy: u32 = open().filter_map(|it| it.assessed.as_ref()).map(|it| it.busy).sum();
    let mut scores = Vec::with_capacity(all.len());
    let mut shares = Vec::with_capacity(all.len());
    for it in all {
        // What nobody knows anything against is as good as the best.
        let (mut speed, mut reliable, mut room, mut ramp) = (1.0, 1.0, 1.0, 1.0);
        if let Some(assessed) = &it.assessed {
            if let (Some(best), Some(own)) = (best, time(it)) {
                speed = ((best - own) * STEEP).exp().clamp(LEAST, 1.0);
            }
            reliable = (1.0 - assessed.errors).powf(STRICT).max(LEAST);
            if busy > 0 && weights > 0.0 {
                let excess = f64::from(assessed.busy) / f64::from(busy) - it.weight / weights;
                room = 1.0 - CROWDED * excess.max(0.0);
            }
            ramp = assessed.ramp;
        }
        ramp = match it.standing {
            Standing::Healthy => ramp,
            // Until its one probe has been sent, there is nothing to be more gentle with.
            Standing::Recovering => it.gentleness(),
            _ => ramp.min(it.gentleness()),
        };
        let factor = (speed * reliable * room * ramp).max(LEAST);
        shares.push(it.weight * factor);
        let parts = [("weight", it.weight), ("speed", speed), ("reliable", reliable), ("room", room), ("ramp", ramp)];
        scores.push(Score::of(0.0, &parts));
    }
    let order = by_share(field, &shares, &mut scores, dice);
    Ranked { order, scores }
}
