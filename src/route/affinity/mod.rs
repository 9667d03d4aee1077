//! Stage 5: a conversation stays where its prompt cache is warm, unless going where the strategy would send it is cheaper
//! including the cache it gives up (routing.md §2; lead.md, item 5).
//!
//! What both cost is reckoned over the turn at hand and those that are likely to follow: a cache is bought by the turn that
//! fills it. Where a price is not known, nothing shows that going is cheaper, and it stays. Who is drained, resting, coming
//! back from a failure or assessed as failed holds nobody.

use std::time::Duration;

use crate::domain::ask::Ask;
use crate::domain::id::KeyId;
use crate::domain::money::Usd;
use crate::domain::quirks::Keeps;
use crate::domain::rates::Tokens;
use crate::domain::target::Seat;
use crate::route::Candidate;
use crate::route::breaker::Standing;
use crate::route::explain::Step;
use crate::route::health::{FleetView, SeatId};
use crate::route::order::adaptive::State;
use crate::route::order::is_metered;
use crate::route::warmth::Warmth;

/// Where a conversation is warm and what follows from it.
#[derive(Debug)]
pub(in crate::route) struct Held {
    /// Its place among the candidates.
    pub(in crate::route) at: usize,
    /// The key that its cache is booked on.
    pub(in crate::route) key: Option<KeyId>,
    /// It goes first.
    pub(in crate::route) stays: bool,
    /// What is told of it.
    pub(in crate::route) step: Step,
}

/// A warm seat.
struct Place<'a> {
    at: usize,
    seat: &'a Seat,
    tokens: u64,
    left: Duration,
}

/// Whether the conversation stays where it is warm, given that the strategy would put the `first` of `found` first. `None`:
/// it is warm with nobody who may hold it.
pub(in crate::route) fn held(
    found: &[Candidate],
    first: usize,
    warmth: &Warmth,
    ask: &Ask,
    fleet: &FleetView,
) -> Option<Held> {
    let all_drained = found.iter().all(|it| it.weight <= 0.0);
    let places = found.iter().enumerate().filter(|it| all_drained || it.1.weight > 0.0).flat_map(|(at, it)| {
        it.seats.iter().filter(|seat| may_hold(&seat.0, fleet)).filter_map(move |(seat, _)| {
            let (tokens, left) = warmth.at(&SeatId::of(seat), fleet.now)?;
            Some(Place { at, seat, tokens, left })
        })
    });
    let cost = |place: &Place<'_>| bill(&found[place.at], Some(place.seat), warmth, ask, fleet, None);
    // Of several the cheapest, of those without a price the one that has most.
    let rank = |it: &Place<'_>| (cost(it).map_or(i64::MAX, Usd::pico), std::cmp::Reverse(it.tokens));
    let place = places.min_by_key(rank)?;
    let prompt = warmth.prompt(ask.needs.prompt_tokens);
    let stay = cost(&place);
    let elsewhere = (place.at != first).then(|| &found[first]);
    let go = elsewhere.and_then(|it| bill(it, None, warmth, ask, fleet, None));
    let stays = elsewhere.is_none() || !matches!((stay, go), (Some(stay), Some(go)) if go < stay);
    let step = Step::Affinity {
        seat: place.seat.clone(),
        warm: place.tokens.min(prompt),
        prompt,
        left: place.left,
        further: warmth.further,
        stay,
        instead: elsewhere.map(|it| it.target.clone()),
        go,
        stays,
    };
    Some(Held { at: place.at, key: place.seat.key_id(), stays, step })
}

/// A seat that is on its way back takes one request at a time, and one that fails none that need not come.
fn may_hold(seat: &Seat, fleet: &FleetView) -> bool {
    let assessed = fleet.assessment.seats.get(&SeatId::of(seat));
    matches!(fleet.standing(seat), Standing::Healthy | Standing::Degraded)
        && assessed.is_none_or(|it| it.state != State::Failed)
}

/// What the turn at hand and those that are likely to follow cost at `candidate`, paid with the key of `seat`, or else with
/// the one that comes cheapest. `output`: the tokens of an answer where the conversation has not told. `None`: no price is
/// known.
pub(in crate::route) fn bill(
    candidate: &Candidate,
    seat: Option<&Seat>,
    warmth: &Warmth,
    ask: &Ask,
    fleet: &FleetView,
    output: Option<u64>,
) -> Option<Usd> {
    let seats = candidate.seats.iter().map(|it| &it.0).filter(|it| seat.is_none_or(|seat| *it == seat));
    let of = |seat: &Seat| of_seat(candidate, seat, warmth, ask, fleet, output);
    // Whoever does not know the price of one knows that of none: keys that are free come first.
    seats.filter_map(of).min()
}

fn of_seat(
    candidate: &Candidate,
    seat: &Seat,
    warmth: &Warmth,
    ask: &Ask,
    fleet: &FleetView,
    output: Option<u64>,
) -> Option<Usd> {
    if !is_metered(candidate, seat) {
        return Some(Usd::ZERO);
    }
    let prompt = warmth.prompt(ask.needs.prompt_tokens);
    let rates = fleet.rates.0.get(&candidate.target)?.at(prompt)?;
    let output = output.filter(|_| warmth.counted == 0).unwrap_or(warmth.output);
    let output = output.min(ask.needs.max_tokens.unwrap_or(u64::MAX));
    let warm = warmth.at(&SeatId::of(seat), fleet.now).map_or(0, |it| it.0).min(prompt);
    let cache = candidate.provider.quirks.prompt_cache;
    let keeps = warm > 0
        || match cache.keeps {
            Keeps::Everything => prompt >= cache.least,
            Keeps::WhatIsMarked => warmth.marks && prompt >= cache.least,
            Keeps::Unknown => false,
        };
    let written = |tokens: u64| if keeps { tokens } else { 0 };
    let now = Tokens { input: prompt, cache_read: warm, cache_write: written(prompt - warm), output };
    // The next turn brings as much as this one has, and at least the answer.
    let more = if warmth.counted == 0 { output } else { prompt.saturating_sub(warmth.counted).max(output) };
    let later =
        Tokens { input: prompt.saturating_add(more), cache_read: written(prompt), cache_write: written(more), output };
    let (now, later) = (rates.cost(now), rates.cost(later));
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a likely amount, rounded once")]
    let later = (later.pico() as f64 * warmth.further) as i64;
    Some(now + Usd::from_pico(later))
}

#[cfg(test)]
mod tests;
