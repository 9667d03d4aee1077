//! Stage 4: the order. Weighted random for the first, the rest by weight (routing.md §4, strategy `weighted`).

use std::cmp::Ordering;

use crate::domain::dialect::Dialect;
use crate::domain::dice::Dice;
use crate::domain::target::Seat;
use crate::route::breaker::Standing;
use crate::route::explain::Step;
use crate::route::health::FleetView;
use crate::route::{Candidate, Stop};

/// Orders the candidates into a plan. A candidate whose seats are all degraded or recovering has half its share.
pub fn order(
    found: Vec<Candidate>,
    dialect: Dialect,
    fleet: &FleetView,
    dice: &mut Dice,
    trail: &mut Vec<Step>,
) -> Vec<Stop> {
    let shares: Vec<f64> = found.iter().map(|it| it.weight * gentleness(it, fleet)).collect();
    // Who stands behind others takes no part in the draw.
    let front = found.iter().map(|it| it.tier).min();
    let drawn: Vec<f64> =
        found.iter().zip(&shares).map(|(it, share)| if Some(it.tier) == front { *share } else { 0.0 }).collect();
    let throw = dice.unit();
    let first = draw(&drawn, throw);
    match first {
        Some(at) => {
            let share = drawn[at] / drawn.iter().sum::<f64>();
            trail.push(Step::Drawn { target: found[at].target.clone(), draw: throw, share });
        }
        None => trail.push(Step::AsListed),
    }
    let mut ranked: Vec<(usize, Candidate)> = found.into_iter().enumerate().collect();
    ranked.sort_by(|(a, left), (b, right)| {
        let chosen = (Some(*b) == first).cmp(&(Some(*a) == first));
        // Among equals the one that speaks the client's dialect loses nothing in translation.
        let speaks = |it: &Candidate| it.provider.speech(dialect).is_some();
        left.tier
            .cmp(&right.tier)
            .then(chosen)
            .then_with(|| shares[*b].partial_cmp(&shares[*a]).unwrap_or(Ordering::Equal))
            .then_with(|| speaks(right).cmp(&speaks(left)))
            .then_with(|| a.cmp(b))
    });
    let plan = ranked.into_iter().map(|(_, it)| {
        let seats = seats(it.seats, dice);
        Stop { provider: it.provider, target: it.target, seats }
    });
    plan.collect()
}

/// Which of `shares` the throw falls on; `None` if none is positive.
#[must_use]
pub fn draw(shares: &[f64], throw: f64) -> Option<usize> {
    let total: f64 = shares.iter().filter(|it| **it > 0.0).sum();
    if total <= 0.0 || !total.is_finite() {
        return None;
    }
    let mut left = throw * total;
    let mut last = None;
    for (at, share) in shares.iter().enumerate().filter(|it| *it.1 > 0.0) {
        last = Some(at);
        left -= share;
        if left < 0.0 {
            return last;
        }
    }
    // Rounding can leave a crumb after the last positive share: it is the last one's.
    last
}

/// The keys of one target: the first drawn by weight, the rest by weight.
fn seats(found: Vec<(Seat, f64)>, dice: &mut Dice) -> Vec<Seat> {
    if found.len() == 1 {
        return found.into_iter().map(|it| it.0).collect();
    }
    let shares: Vec<f64> = found.iter().map(|it| it.1).collect();
    let first = draw(&shares, dice.unit());
    let mut ranked: Vec<(usize, Seat)> = found.into_iter().map(|it| it.0).enumerate().collect();
    ranked.sort_by(|(a, _), (b, _)| {
        let chosen = (Some(*b) == first).cmp(&(Some(*a) == first));
        chosen.then_with(|| shares[*b].partial_cmp(&shares[*a]).unwrap_or(Ordering::Equal)).then_with(|| a.cmp(b))
    });
    ranked.into_iter().map(|it| it.1).collect()
}

/// 1, or one half while a target comes back from a failure.
fn gentleness(it: &Candidate, fleet: &FleetView) -> f64 {
    if fleet.standings.is_empty() {
        return 1.0;
    }
    let healthy = it.seats.iter().any(|(seat, _)| fleet.standing(seat) == Standing::Healthy);
    if healthy { 1.0 } else { 0.5 }
}
