//! The last stage: the order. A group's strategy puts its targets in order, and the keys of each target by the same rule
//! (routing.md §4). One file a strategy; all see the same [`Field`] and none reads a clock or a price table.
//!
//! Under every strategy a weight of 0 drains, and a target that comes back from a failure has half its share.

pub mod adaptive;
mod cost;
mod latency;
mod least_busy;
mod openrouter;
mod priority;
pub mod weighted;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::ask::Ask;
use crate::domain::clock::Moment;
use crate::domain::dice::Dice;
use crate::domain::money::Usd;
use crate::domain::operation::Operation;
use crate::domain::policy::Billing;
use crate::domain::strategy::Strategy;
use crate::domain::target::Seat;
use crate::route::breaker::Standing;
use crate::route::explain::{Place, Step};
use crate::route::health::{FleetView, SeatId};
use crate::route::live::{Class, Live};
use crate::route::order::adaptive::Assessed;
use crate::route::warmth::Warmth;
use crate::route::{Candidate, Stop, affinity};

/// Tokens of output that are reckoned with where nobody has told anything yet.
const LIKELY_OUTPUT: f64 = 500.0;

/// Who competes: the targets of a group, or the keys of one of them.
#[derive(Debug)]
pub struct Field<'a> {
    /// Everybody, as listed.
    pub all: Vec<Contender<'a>>,
    /// What their times are compared by.
    pub class: Class,
    /// The time of the decision.
    pub now: Moment,
}

/// One who competes.
#[derive(Debug)]
pub struct Contender<'a> {
    /// Share among the others; 0 = drained.
    pub weight: f64,
    /// How the best of its seats stands.
    pub standing: Standing,
    /// It speaks the client's dialect, so that nothing is lost in translation.
    pub native: bool,
    /// What it has done lately, where anything is known and the strategy asks.
    pub live: Option<Cow<'a, Live>>,
    /// How it was last assessed, where it was and the strategy asks.
    pub assessed: Option<Cow<'a, Assessed>>,
    /// What this request would cost there, where that is known and the strategy asks.
    pub price: Option<Usd>,
}

/// What a strategy made of a field.
#[derive(Debug)]
pub struct Ranked {
    /// Places in the field, the first choice first. Everybody, each once.
    pub order: Vec<usize>,
    /// For each in the field, as listed: its score and what it is made of.
    pub scores: Vec<Score>,
}

/// A number and its parts, for people.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Score {
    /// What decides: the smaller, or where it is a share the larger, the better.
    pub value: f64,
    /// Where it comes from.
    pub parts: Vec<(Cow<'static, str>, f64)>,
}

impl Score {
    fn of(value: f64, parts: &[(&'static str, f64)]) -> Self {
        Self { value, parts: parts.iter().map(|(name, it)| (Cow::Borrowed(*name), *it)).collect() }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |it: f64| if it.is_finite() { format!("{it:.4}") } else { "?".to_owned() };
        f.write_str(&number(self.value))?;
        let parts: Vec<String> = self.parts.iter().map(|(name, it)| format!("{name} {}", number(*it))).collect();
        if parts.is_empty() { Ok(()) } else { write!(f, " ({})", parts.join(", ")) }
    }
}

/// Candidates in order.
#[derive(Debug)]
pub struct Ordered {
    /// All of them, the first choice first.
    pub plan: Vec<Stop>,
    /// The first is it for what its prompt cache has of the conversation.
    pub warm: bool,
}

/// Orders the candidates into a plan. `warmth`: what is known of the conversation, where it is to stay where it is warm.
pub fn order(
    strategy: Strategy,
    found: Vec<Candidate>,
    ask: &Ask,
    (fleet, warmth): (&FleetView, Option<&Warmth>),
    dice: &mut Dice,
    trail: &mut Vec<Step>,
) -> Ordered {
    let class = Class::of(ask.stream, ask.needs.prompt_tokens);
    let contenders = found.iter().map(|it| {
        let seats = it.seats.iter().map(|it| &it.0);
        contender(strategy, it, &seats, it.weight, ask, fleet)
    });
    let mut field = Field { all: contenders.collect(), class, now: fleet.now };
    put_prices(strategy, &mut field, |at| (&found[at], None), ask, (fleet, warmth));
    let mut ranked = rank(strategy, &field, dice);
    drop(field);
    tell(strategy, &ranked, trail, |at| (&found[at], None));
    let held = warmth.and_then(|it| affinity::held(&found, *ranked.order.first()?, it, ask, fleet));
    let held = held.map(|it| {
        trail.push(it.step);
        (it.at, it.key, it.stays)
    });
    if let Some((at, _, true)) = held {
        let from = ranked.order.iter().position(|it| *it == at).unwrap_or_default();
        ranked.order[..=from].rotate_right(1);
    }
    let mut found: Vec<Option<Candidate>> = found.into_iter().map(Some).collect();
    let mut plan = Vec::with_capacity(found.len());
    for at in ranked.order {
        let Some(it) = found[at].take() else { continue };
        let mut seats = seats(strategy, &it, ask, (fleet, warmth), dice, plan.is_empty().then_some(&mut *trail));
        if let Some((_, key, true)) = held.filter(|it| it.0 == at) {
            // Another key may be another account's, and know nothing of it.
            let from = seats.iter().position(|it| it.key_id() == key).unwrap_or_default();
            seats[..=from].rotate_right(1);
        }
        plan.push(Stop { provider: it.provider, target: it.target, seats });
    }
    Ordered { plan, warm: held.is_some_and(|it| it.2) }
}

/// The keys of one target in order; the choice among those of the first target is told.
fn seats(
    strategy: Strategy,
    candidate: &Candidate,
    ask: &Ask,
    (fleet, warmth): (&FleetView, Option<&Warmth>),
    dice: &mut Dice,
    trail: Option<&mut Vec<Step>>,
) -> Vec<Seat> {
    if let [(only, _)] = candidate.seats.as_slice() {
        return vec![only.clone()];
    }
    let class = Class::of(ask.stream, ask.needs.prompt_tokens);
    let contenders = candidate
        .seats
        .iter()
        .map(|(seat, weight)| contender(strategy, candidate, &std::iter::once(seat), *weight, ask, fleet));
    let mut field = Field { all: contenders.collect(), class, now: fleet.now };
    put_prices(strategy, &mut field, |at| (candidate, Some(&candidate.seats[at].0)), ask, (fleet, warmth));
    let ranked = rank(strategy, &field, dice);
    if let Some(trail) = trail {
        tell(strategy, &ranked, trail, |at| (candidate, Some(&candidate.seats[at].0)));
    }
    ranked.order.iter().map(|at| candidate.seats[*at].0.clone()).collect()
}

/// One of a field: a target by all its seats, or one of them. What a strategy does not ask for is not gathered.
fn contender<'a, 'b>(
    strategy: Strategy,
    candidate: &Candidate,
    seats: &(impl Iterator<Item = &'b Seat> + Clone),
    weight: f64,
    ask: &Ask,
    fleet: &'a FleetView,
) -> Contender<'a> {
    let standing = standing(fleet, seats.clone());
    let live = if strategy.reads_live() { live(fleet, seats.clone()) } else { None };
    let assessed = if strategy == Strategy::Adaptive { assessed(fleet, seats.clone()) } else { None };
    let native = candidate.provider.speech(ask.dialect).is_some();
    Contender { weight, standing, native, live, assessed, price: None }
}

/// Puts a price on each of a field, where the strategy goes by prices. Whoever has told nothing yet is reckoned to tell as
/// much as the others: else the one that is known to be brief would always be the cheapest.
fn put_prices<'b>(
    strategy: Strategy,
    field: &mut Field<'_>,
    who: impl Fn(usize) -> (&'b Candidate, Option<&'b Seat>),
    ask: &Ask,
    (fleet, warmth): (&FleetView, Option<&Warmth>),
) {
    if !strategy.reads_prices() {
        return;
    }
    let unknown = Warmth::default();
    let warmth = warmth.unwrap_or(&unknown);
    let output = |it: &Contender<'_>| it.live.as_ref().and_then(|live| live.output.get());
    let known: Vec<f64> = field.all.iter().filter_map(output).collect();
    #[expect(clippy::cast_precision_loss, reason = "a count of targets")]
    let average = if known.is_empty() { LIKELY_OUTPUT } else { (known.iter().sum::<f64>() / known.len() as f64).exp() };
    for (at, it) in field.all.iter_mut().enumerate() {
        let (candidate, seat) = who(at);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a token count")]
        let output = match ask.operation {
            Operation::Embed(_) => 0,
            _ => output(it).map_or(average, f64::exp).ceil() as u64,
        };
        it.price = affinity::bill(candidate, seat, warmth, ask, fleet, Some(output));
    }
}

/// The best standing among seats that are not out.
fn standing<'b>(fleet: &FleetView, mut seats: impl Iterator<Item = &'b Seat>) -> Standing {
    if fleet.standings.is_empty() {
        return Standing::Healthy;
    }
    let mut best = Standing::Recovering;
    let sound = seats.any(|it| {
        let standing = fleet.standing(it);
        if standing == Standing::Degraded {
            best = standing;
        }
        standing == Standing::Healthy
    });
    if sound { Standing::Healthy } else { best }
}

fn live<'a, 'b>(fleet: &'a FleetView, seats: impl Iterator<Item = &'b Seat>) -> Option<Cow<'a, Live>> {
    let mut known = seats.filter_map(|it| fleet.live.0.get(&SeatId::of(it)).map(AsRef::as_ref));
    let first = known.next()?;
    let Some(second) = known.next() else { return Some(Cow::Borrowed(first)) };
    Some(Cow::Owned(Live::joined([first, second].into_iter().chain(known), fleet.now)))
}

fn assessed<'a, 'b>(fleet: &'a FleetView, seats: impl Iterator<Item = &'b Seat>) -> Option<Cow<'a, Assessed>> {
    let mut known = seats.filter_map(|it| fleet.assessment.seats.get(&SeatId::of(it)));
    let first = known.next()?;
    let Some(second) = known.next() else { return Some(Cow::Borrowed(first)) };
    Some(Cow::Owned(Assessed::joined([first, second].into_iter().chain(known))))
}

/// Whether what goes through this seat is paid for by the token.
pub(super) fn is_metered(candidate: &Candidate, seat: &Seat) -> bool {
    let key = seat.key_id().and_then(|id| candidate.provider.keys.iter().find(|it| it.id == id));
    key.is_none_or(|it| it.billing == Billing::Metered)
}

fn rank(strategy: Strategy, field: &Field<'_>, dice: &mut Dice) -> Ranked {
    match strategy {
        Strategy::Weighted => weighted::rank(field, dice),
        Strategy::Priority => priority::rank(field, dice),
        Strategy::Latency => latency::rank(field, dice, latency::Of::Time),
        Strategy::Throughput => latency::rank(field, dice, latency::Of::Speed),
        Strategy::LeastBusy => least_busy::rank(field, dice),
        Strategy::Cost => cost::rank(field, dice),
        Strategy::Openrouter => openrouter::rank(field, dice),
        Strategy::Adaptive => adaptive::rank(field, dice),
    }
}

fn tell<'a>(
    strategy: Strategy,
    ranked: &Ranked,
    trail: &mut Vec<Step>,
    who: impl Fn(usize) -> (&'a Candidate, Option<&'a Seat>),
) {
    let Some(first) = ranked.order.first() else { return };
    if strategy == Strategy::Weighted {
        let (candidate, seat) = who(*first);
        if seat.is_some() {
            return;
        }
        let part = |name| ranked.scores[*first].parts.iter().find(|it| it.0 == name).map(|it| it.1);
        trail.push(match part("draw") {
            Some(draw) => Step::Drawn { target: candidate.target.clone(), draw, share: ranked.scores[*first].value },
            None => Step::AsListed,
        });
        return;
    }
    let places = ranked.order.iter().map(|at| {
        let (candidate, seat) = who(*at);
        let key = seat.and_then(|it| it.key.as_ref()).map(|it| it.1.clone());
        Place { target: candidate.target.clone(), key, score: ranked.scores[*at].clone() }
    });
    trail.push(Step::Ranked { strategy, places: places.collect() });
}

// === what several strategies share ===

impl Contender<'_> {
    /// Nothing is known against it. Where not, it comes back from a failure.
    fn is_sound(&self) -> bool {
        self.standing == Standing::Healthy
    }

    /// 1, or one half while it comes back from a failure.
    fn gentleness(&self) -> f64 {
        if self.is_sound() { 1.0 } else { 0.5 }
    }
}

/// The order by `before`, drained ones last; between equals the one that speaks the client's dialect, then the one that
/// is listed first.
fn sorted(field: &Field<'_>, before: impl Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..field.all.len()).collect();
    let drained = |at: usize| field.all[at].weight <= 0.0;
    order.sort_by(|a, b| {
        drained(*a)
            .cmp(&drained(*b))
            .then_with(|| before(*a, *b))
            .then_with(|| field.all[*b].native.cmp(&field.all[*a].native))
            .then_with(|| a.cmp(b))
    });
    order
}

/// The first drawn by `shares`, the rest by share. The shares are made to add up to 1; the throw is told with the drawn.
fn by_share(field: &Field<'_>, shares: &[f64], scores: &mut [Score], dice: &mut Dice) -> Vec<usize> {
    let throw = dice.unit();
    let drawn = weighted::draw(shares, throw);
    let total: f64 = shares.iter().sum();
    for (score, share) in scores.iter_mut().zip(shares) {
        score.value = if drawn.is_some() { share / total } else { 0.0 };
    }
    if let Some(drawn) = drawn {
        scores[drawn].parts.push(("draw".into(), throw));
    }
    sorted(field, |a, b| {
        let chosen = (Some(b) == drawn).cmp(&(Some(a) == drawn));
        chosen.then_with(|| shares[b].total_cmp(&shares[a]))
    })
}

/// For strategies without shares: who has to stand back this time, because it comes back from a failure and had its half
/// of the requests. The dice are thrown only for those.
fn standing_back(field: &Field<'_>, dice: &mut Dice) -> Vec<bool> {
    field.all.iter().map(|it| !it.is_sound() && dice.unit() < 0.5).collect()
}
