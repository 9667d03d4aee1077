//! Stage 3: leave out what is known to fail just now (routing.md §2, §5).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::clock::Moment;
use crate::domain::failure::{Failure, Origin};
use crate::domain::id::{GroupName, KeyId, ModelName, ProviderName};
use crate::domain::rates::Tariff;
use crate::domain::target::{Seat, Target};
use crate::route::Candidate;
use crate::route::breaker::{Standing, Why};
use crate::route::canary;
use crate::route::explain::Step;
use crate::route::limits::Full;
use crate::route::live::Live;
use crate::route::order::adaptive::Assessment;
use crate::route::pairs;
use crate::route::warmth::Warmth;

/// What health is kept by: a key of a provider, for one model or (`model` absent) for all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SeatId {
    /// The provider.
    pub provider: ProviderName,
    /// The model; `None` for what concerns the key as a whole.
    pub model: Option<ModelName>,
    /// The key; `None` where the provider needs none.
    pub key: Option<KeyId>,
}

impl SeatId {
    /// The id of a seat.
    #[must_use]
    pub fn of(seat: &Seat) -> Self {
        let Seat { target, .. } = seat;
        Self { provider: target.provider.clone(), model: Some(target.model.clone()), key: seat.key_id() }
    }

    /// The id of a seat's key as a whole.
    #[must_use]
    pub fn whole_key(seat: &Seat) -> Self {
        Self { provider: seat.target.provider.clone(), model: None, key: seat.key_id() }
    }
}

/// What the seats have done lately; only those are in it that were used.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LiveSeats(#[serde(with = "pairs")] pub HashMap<SeatId, Arc<Live>>);

/// The prices of targets, as far as they are known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RateCard(#[serde(with = "pairs")] pub HashMap<Target, Tariff>);

/// What is known of the fleet at one moment: everything that a decision reads beside the policy and the request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FleetView {
    /// When it was taken.
    pub now: Moment,
    /// What is not healthy.
    #[serde(with = "pairs")]
    pub standings: HashMap<SeatId, Standing>,
    /// What seats have done lately.
    pub live: Arc<LiveSeats>,
    /// How seats stood when they were last assessed.
    pub assessment: Arc<Assessment>,
    /// What targets charge.
    pub rates: Arc<RateCard>,
    /// How far the canaries of groups have come.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub canaries: BTreeMap<GroupName, canary::Stage>,
    /// Where the conversation is warm of which the request is the next turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warmth: Option<Arc<Warmth>>,
    /// Limits of whom is asked that have no room.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub full: Vec<Full>,
}

impl FleetView {
    /// The same, of these targets only: what is worth keeping of it with a decision about them.
    #[must_use]
    pub fn of(&self, targets: &[Target]) -> Self {
        let is_of = |it: &SeatId| {
            let same = |target: &Target| {
                target.provider == it.provider && it.model.as_ref().is_none_or(|model| *model == target.model)
            };
            targets.iter().any(same)
        };
        let live = self.live.0.iter().filter(|it| is_of(it.0)).map(|(id, it)| (id.clone(), Arc::clone(it)));
        let assessed = self.assessment.seats.iter().filter(|it| is_of(it.0)).map(|(id, it)| (id.clone(), it.clone()));
        // A price that was looked for and is not known is as good as none.
        let rates = self.rates.0.iter().filter(|it| targets.contains(it.0) && !it.1.tiers.is_empty());
        let rates = rates.map(|(id, it)| (id.clone(), it.clone()));
        Self {
            now: self.now,
            standings: self.standings.iter().filter(|it| is_of(it.0)).map(|(id, it)| (id.clone(), *it)).collect(),
            live: Arc::new(LiveSeats(live.collect())),
            assessment: Arc::new(Assessment { at: self.assessment.at, seats: assessed.collect() }),
            rates: Arc::new(RateCard(rates.collect())),
            canaries: self.canaries.clone(),
            warmth: self.warmth.as_ref().map(|it| {
                let seats = it.seats.iter().filter(|it| is_of(&it.seat)).cloned().collect();
                Arc::new(Warmth { seats, ..Warmth::clone(it) })
            }),
            full: self.full.clone(),
        }
    }

    /// Whether it says nothing that a decision could depend on.
    #[must_use]
    pub fn is_calm(&self) -> bool {
        let unknown = self.live.0.is_empty() && self.assessment.seats.is_empty() && self.rates.0.is_empty();
        self.standings.is_empty()
            && unknown
            && self.canaries.is_empty()
            && self.warmth.is_none()
            && self.full.is_empty()
    }

    /// How a seat stands: the worse of its own standing and its key's.
    #[must_use]
    pub fn standing(&self, seat: &Seat) -> Standing {
        if self.standings.is_empty() {
            return Standing::Healthy;
        }
        let of = |id| self.standings.get(&id).copied().unwrap_or(Standing::Healthy);
        match of(SeatId::whole_key(seat)) {
            it @ Standing::Out { .. } => it,
            _ => of(SeatId::of(seat)),
        }
    }
}

/// The candidates and seats that are not resting. If all rest for their health alone, the least bad one.
///
/// # Errors
/// `all_resting` (503) if every seat waits because its provider said so or refused the key; lists each reason and
/// carries the soonest wait.
pub fn usable(found: Vec<Candidate>, fleet: &FleetView, trail: &mut Vec<Step>) -> Result<Vec<Candidate>, Failure> {
    if fleet.standings.is_empty() {
        return Ok(found);
    }
    let mut usable = Vec::with_capacity(found.len());
    let mut resting: Vec<(Candidate, Seat, Why, Moment)> = Vec::new();
    for mut candidate in found {
        let bare = Candidate { seats: Vec::new(), ..candidate.clone() };
        candidate.seats.retain(|(seat, _)| match fleet.standing(seat) {
            Standing::Out { until, why } => {
                resting.push((bare.clone(), seat.clone(), why, until));
                trail.push(Step::Resting { seat: seat.clone(), why, left: until.since(fleet.now) });
                false
            }
            Standing::Healthy | Standing::Degraded | Standing::Recovering => true,
        });
        if !candidate.seats.is_empty() {
            usable.push(candidate);
        }
    }
    if !usable.is_empty() {
        return Ok(usable);
    }
    // Failing closed would turn one bad minute of the only provider into an outage of our own making.
    let least_bad = resting.iter().filter(|it| it.2.is_our_guess()).min_by_key(|it| it.3);
    if let Some((candidate, seat, ..)) = least_bad {
        trail.push(Step::LeastBad { target: candidate.target.clone() });
        let seats = vec![(seat.clone(), 1.0)];
        return Ok(vec![Candidate { seats, ..candidate.clone() }]);
    }
    Err(all_resting(&resting, fleet.now))
}

fn all_resting(resting: &[(Candidate, Seat, Why, Moment)], now: Moment) -> Failure {
    let soonest = resting.iter().map(|it| it.3.since(now)).min();
    let reasons = resting.iter().map(|(candidate, _, why, until)| {
        format!("{}: {} ({} s)", candidate.target, why.sentence(), until.since(now).as_secs().max(1))
    });
    let reasons: Vec<String> = reasons.collect();
    let told = format!("every target is out just now: {}", reasons.join("; "));
    let mut failure = Failure::local(Origin::Upstream, "all_resting", 503, told);
    failure.retry_after = soonest.map(|it| it.max(Duration::from_secs(1)));
    failure
}
