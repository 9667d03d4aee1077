//! Floor 1: the decision. From a policy, a request and the health of the fleet to an *order* of targets and a trail
//! that says why. Pure and total: no I/O, no clock, no locks, and no randomness but the dice it is handed, so that
//! the same values always give the same decision.
//!
//! The stages, one a file, in running order: [`rules`] → [`candidates`] → [`permit`] → [`fit`] → [`health`] → [`canary`] → [`limits`] → [`affinity`] and
//! [`order`]. What the last ones read of the fleet's doings is in [`breaker`], [`live`] and [`warmth`]. [`record`] is what is
//! kept of a decision.

mod affinity;
pub mod breaker;
pub mod canary;
pub mod candidates;
pub mod conversation;
pub mod explain;
pub mod fit;
pub mod health;
pub mod hedge;
pub mod limits;
pub mod live;
pub mod order;
mod pairs;
pub mod permit;
pub mod record;
pub mod replay;
pub mod rules;
pub mod warmth;
pub mod wishes;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::domain::ask::Ask;
use crate::domain::dice::Dice;
use crate::domain::failure::Failure;
use crate::domain::id::GroupName;
use crate::domain::policy::{Affinity, Policy, Provider};
use crate::domain::strategy::Strategy;
use crate::domain::target::{Seat, Target};
use crate::domain::wishes::Sort;
use crate::route::explain::Step;
use crate::route::health::{FleetView, SeatId};

/// Where one request goes: the targets in the order to try them, and how that came about.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The group that was named, if one was.
    pub group: Option<GroupName>,
    /// Stops in order; the first is the choice, the rest are its fallbacks. Empty exactly when refused.
    pub plan: Vec<Stop>,
    /// What each stage did.
    pub trail: Vec<Step>,
    /// Why nothing can be tried.
    pub refusal: Option<Failure>,
    /// The first target has part of the prompt in its cache, and is the first for that.
    pub warm: bool,
}

/// One target of a plan with the keys to try there, in order.
#[derive(Debug, Clone)]
pub struct Stop {
    /// The provider row, as it was when the decision was made.
    pub provider: Arc<Provider>,
    /// Provider and model.
    pub target: Target,
    /// At least one.
    pub seats: Vec<Seat>,
}

impl From<Candidate> for Stop {
    fn from(it: Candidate) -> Self {
        Self { provider: it.provider, target: it.target, seats: it.seats.into_iter().map(|it| it.0).collect() }
    }
}

/// A target on its way through the stages.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The provider row.
    pub provider: Arc<Provider>,
    /// Provider and model.
    pub target: Target,
    /// Share among the candidates; 0 = never first.
    pub weight: f64,
    /// Candidates of a higher tier stand behind all of the lower ones.
    pub tier: u32,
    /// The keys still in play, with their weights; one entry without a key where none is needed.
    pub seats: Vec<(Seat, f64)>,
    /// What the request wishes its tier to be put in order by, in place of the group's strategy.
    pub sort: Option<Sort>,
}

/// Decides where `ask` goes.
#[must_use]
pub fn decide(policy: &Policy, ask: &Ask, fleet: &FleetView, dice: &mut Dice) -> Decision {
    let mut trail = Vec::new();
    // Files and jobs live at one provider, which no rule knows: a request that names no model is nobody's to move.
    let found = if policy.rules.is_empty() || ask.model.is_empty() {
        wishes::find(policy, ask, &ask.model, &mut trail)
    } else {
        rules::route(policy, ask, fleet, dice, &mut trail)
    };
    let (group, mut found) = match found {
        Ok(it) => it,
        Err(failure) => return Decision { group: None, plan: Vec::new(), trail, refusal: Some(failure), warm: false },
    };
    canary::join(policy, group.as_ref(), ask, fleet, &mut found);
    let outcome = permit::sift(policy, ask, found, &mut trail)
        .and_then(|permitted| fit::fit(permitted, ask, fleet, &mut trail))
        .and_then(|fitting| health::usable(fitting, fleet, &mut trail));
    match outcome {
        Ok(mut usable) => {
            let apart = canary::put(policy, group.as_ref(), ask, fleet, &mut usable, &mut trail);
            let chosen = group.as_ref().and_then(|it| policy.groups.get(it));
            let strategy = chosen.map_or_else(Strategy::default, |it| it.strategy);
            let affinity = chosen.map_or_else(Affinity::default, |it| it.affinity);
            let warmth = fleet.warmth.as_deref().filter(|_| affinity == Affinity::Price);
            let mut warm = false;
            let mut plan = Vec::with_capacity(usable.len());
            let wishes = ask.wishes.as_deref();
            let usable = if let Some(it) = wishes { wishes::arrange(usable, it) } else { usable };
            let usable = limits::aside(usable, ask, fleet, &mut trail);
            for tier in tiers(usable) {
                let is_first = plan.is_empty();
                if let ([it], Some(canary)) = (tier.as_slice(), apart)
                    && it.target == *canary
                    && let [(seat, _)] = it.seats.as_slice()
                {
                    warm |= is_first && warmth.is_some_and(|it| it.at(&SeatId::of(seat), fleet.now).is_some());
                    // There is nothing to put in order, and nothing to say but what the draw has said.
                    plan.extend(tier.into_iter().map(Stop::from));
                    continue;
                }
                // Those of one tier are of one model, or of one group.
                let sort = wishes.and_then(|it| it.sort).or_else(|| tier.first()?.sort);
                let strategy = sort.map_or(strategy, Sort::strategy);
                // Who wishes for speed has said what is worth more than the cache. Whoever stands behind was put there.
                let warmth = warmth.filter(|_| is_first && sort.is_none_or(|it| it == Sort::Price));
                let ordered = order::order(strategy, tier, ask, (fleet, warmth), dice, &mut trail);
                warm |= ordered.warm;
                plan.extend(ordered.plan);
            }
            if wishes.is_some_and(|it| !it.allow_fallbacks && it.order.is_empty()) {
                plan.truncate(1);
            }
            Decision { group, plan, trail, refusal: None, warm }
        }
        Err(failure) => Decision { group, plan: Vec::new(), trail, refusal: Some(failure), warm: false },
    }
}

/// The candidates tier by tier, those of one tier as they came.
fn tiers(found: Vec<Candidate>) -> Vec<Vec<Candidate>> {
    let mut tiers = std::collections::BTreeMap::<u32, Vec<Candidate>>::new();
    for it in found {
        tiers.entry(it.tier).or_default().push(it);
    }
    tiers.into_values().collect()
}
