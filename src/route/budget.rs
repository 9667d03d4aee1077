//! The stage of budgets: drop whom the request could cost more than is left, for whoever asks and whoever is asked; refuse
//! where nobody is left, or send it to the group that a budget names for that (routing.md §2, money.md).
//!
//! What is left comes in with the view of the fleet. Nothing is held here: an attempt holds its worst case before it is
//! sent, and what this stage lets through may find that others were quicker.

use std::time::Duration;

use http::Method;
use serde::{Deserialize, Serialize};

use crate::domain::ask::Ask;
use crate::domain::failure::{Failure, Kind, Origin};
use crate::domain::id::GroupName;
use crate::domain::money::Usd;
use crate::domain::operation::Operation;
use crate::domain::policy::{Auth, Billing, Policy, Provider};
use crate::domain::rates::Most;
use crate::domain::scope::Scope;
use crate::domain::target::{Seat, Target};
use crate::route::explain::Step;
use crate::route::health::{FleetView, RateCard};
use crate::route::{Candidate, candidates, fit};

/// Tokens of the longest prompt there is, where part of it is not in the request and the model's window is not known.
const HIDDEN: u64 = 1_000_000;
/// Tokens of the longest answer, where neither the request nor what is known of the model says.
const UNKNOWN: u64 = 131_072;
/// What is passed on without being understood costs nothing below these paths: something is put there, or looked at.
const FREE_PATHS: [&str; 2] = ["files", "uploads"];

/// What is left of one budget that counts whoever asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fund {
    /// What it counts.
    pub scope: Scope,
    /// What people call it: `openai/day`.
    pub label: String,
    /// How it is typed: `openai`.
    pub short: String,
    /// The whole amount.
    pub amount: Usd,
    /// What is neither spent nor held for requests under way; never below 0.
    pub left: Usd,
    /// Spent and held, in percent of the amount.
    pub used: f64,
    /// It refuses what does not fit. One that only warns, or is lifted, does not.
    pub hard: bool,
    /// The group for what it has no room for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<GroupName>,
    /// The last of its warnings is reached.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub crossed: bool,
    /// Seconds until there is more; `None` where time alone brings none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resets_s: Option<u64>,
    /// What was spent could not be read, so that nothing can be let through.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blind: bool,
}

/// Why a seat is not asked.
#[derive(Debug, Clone)]
struct Short<'a> {
    fund: &'a Fund,
    need: Option<Usd>,
}

/// What `ask` costs at the worst, asked of this seat; `None` where nobody can tell. Pure, so that what a decision reckons
/// with and what an attempt holds are one figure.
#[must_use]
pub fn worst_case(ask: &Ask, provider: &Provider, seat: &Seat, rates: &RateCard) -> Option<Usd> {
    let key = seat.key_id().and_then(|id| provider.keys.iter().find(|it| it.id == id));
    let keyless = if provider.auth == Auth::None { Billing::Free } else { Billing::Metered };
    if key.map_or(keyless, |it| it.billing) != Billing::Metered || ask.operation == Operation::CountTokens {
        return Some(Usd::ZERO);
    }
    let tariff = rates.0.get(&seat.target)?;
    if let Operation::Relay(it) = &ask.operation {
        let first = it.path.split('/').next().unwrap_or_default();
        let looks = [Method::GET, Method::HEAD, Method::DELETE].contains(&it.method);
        let is_free = tariff.worst(Most { prompt: 1, output: 1, searches: 1 }) == Some(Usd::ZERO);
        return (looks || is_free || FREE_PATHS.contains(&first)).then_some(Usd::ZERO);
    }
    tariff.worst(most(ask, provider, &seat.target))
}

/// How much a request is reckoned with at a target.
fn most(ask: &Ask, provider: &Provider, target: &Target) -> Most {
    let facts = provider.facts.get(target.model.as_str());
    let (window, longest) = (facts.and_then(|it| it.window), facts.and_then(|it| it.output));
    let bound = ask.needs.bound.unwrap_or_default();
    let prompt = if bound.hidden { window.unwrap_or(HIDDEN.max(bound.prompt)) } else { bound.prompt };
    let answer = match (ask.needs.max_tokens, longest) {
        (Some(cap), Some(longest)) => cap.min(longest),
        (cap, longest) => cap.or(longest).or(window).unwrap_or(UNKNOWN),
    };
    let output = if matches!(ask.operation, Operation::Embed(_)) { 0 } else { answer };
    // A list of texts has the window for each.
    let is_one = !matches!(ask.operation, Operation::Embed(_));
    let prompt = window.filter(|_| is_one).map_or(prompt, |it| prompt.min(it));
    Most { prompt, output: output.saturating_mul(bound.answers.max(1)), searches: bound.searches }
}

/// The candidates that every budget has room for. Where there are none and a budget names a group for that, those of the
/// group that fit; `group` is then that one.
///
/// # Errors
/// `budget_exhausted` (429) if nothing is left for anybody, with the soonest time at which there is; `budget_unpriced` if
/// it is only that nobody knows the price.
pub fn afford(
    policy: &Policy,
    ask: &Ask,
    fleet: &FleetView,
    group: &mut Option<GroupName>,
    fitting: Vec<Candidate>,
    trail: &mut Vec<Step>,
) -> Result<Vec<Candidate>, Failure> {
    if fleet.funds.is_empty() || ask.operation == Operation::CountTokens {
        return Ok(fitting);
    }
    let mut short = Vec::new();
    let room = with_room(fitting, ask, fleet, |it| it.crossed && leads(it, group.as_ref()), &mut short, trail);
    if !room.is_empty() {
        return Ok(room);
    }
    let leading = short.iter().map(|it| it.fund).find(|it| leads(it, group.as_ref()));
    let Some((budget, then)) = leading.and_then(|it| Some((it.label.clone(), it.then.clone()?))) else {
        return Err(refusal(&short));
    };
    trail.push(Step::Downgraded { budget, group: then.clone() });
    let spare = candidates::find(policy, ask, then.as_str(), trail).map(|it| it.1).unwrap_or_default();
    let fitting = fit::fit(policy, spare, ask, fleet, trail)?;
    // Its warnings are why the request is here.
    let room = with_room(fitting, ask, fleet, |_| false, &mut short, trail);
    if room.is_empty() {
        return Err(refusal(&short));
    }
    *group = Some(then);
    Ok(room)
}

/// Whether a budget names a group for what it has no room for, and another one than was asked for.
fn leads(fund: &Fund, asked: Option<&GroupName>) -> bool {
    fund.then.is_some() && fund.then.as_ref() != asked
}

/// Without the seats that a budget has no room for, and those that one saves on.
fn with_room<'a>(
    candidates: Vec<Candidate>,
    ask: &Ask,
    fleet: &'a FleetView,
    saves: impl Fn(&Fund) -> bool,
    short: &mut Vec<Short<'a>>,
    trail: &mut Vec<Step>,
) -> Vec<Candidate> {
    let mut all = Vec::with_capacity(candidates.len());
    for mut it in candidates {
        let provider = &it.provider;
        it.seats.retain(|(seat, _)| {
            let need = worst_case(ask, provider, seat, &fleet.rates);
            if need == Some(Usd::ZERO) {
                return true;
            }
            let lacks = |fund: &&Fund| {
                let counts = fund.hard && fund.scope.covers_seat(seat);
                counts && (fund.blind || saves(fund) || need.is_none_or(|need| need > fund.left))
            };
            let Some(fund) = fleet.funds.iter().find(lacks) else { return true };
            let fits = need.is_some_and(|need| need <= fund.left);
            let (seat, budget) = (seat.clone(), fund.label.clone());
            trail.push(if fits && !fund.blind {
                Step::Saved { seat, budget, used: fund.used }
            } else {
                Step::Short { seat, budget, left: fund.left, need }
            });
            short.push(Short { fund, need });
            false
        });
        if !it.seats.is_empty() {
            all.push(it);
        }
    }
    all
}

/// What a client is told whom every budget turns away: of the one that has room again soonest.
fn refusal(short: &[Short<'_>]) -> Failure {
    let wait = |it: &&Short<'_>| (it.need.is_none(), it.fund.resets_s.is_none(), it.fund.resets_s);
    let Some(it) = short.iter().min_by_key(wait) else {
        // Nobody was left to be turned away.
        return exhausted(None, None, "a budget has no room for this request".to_owned());
    };
    told(it.fund, it.need)
}

/// The refusal of a request that may cost `need`, which `fund` has no room for.
#[must_use]
pub fn told(fund: &Fund, need: Option<Usd>) -> Failure {
    let Fund { label, short, amount, left, .. } = fund;
    let lift = format!("llmroute budgets lift {short} --for 2h");
    if fund.blind {
        let told = format!("what was spent of the budget {label} cannot be read, so nothing may be spent: {lift}");
        return exhausted(Some(fund), None, told);
    }
    let Some(need) = need else {
        let told = format!(
            "price unknown while a hard dollar budget applies ({label}); give it one: llmroute prices set \
             PROVIDER/MODEL in=USD out=USD --ceiling"
        );
        return Failure { code: "budget_unpriced", ..exhausted(None, None, told) };
    };
    let resets = match fund.resets_s {
        Some(it) => format!("more in {}", time(it)),
        None => "no more by itself".to_owned(),
    };
    let told = format!(
        "the budget {label} of {amount} has {left} left, and this request may cost {need}; {resets}; to let it \
         through: {lift}"
    );
    exhausted(Some(fund), Some(need), told)
}

fn exhausted(fund: Option<&Fund>, _need: Option<Usd>, told: String) -> Failure {
    let mut failure = Failure::local(Origin::Local, "budget_exhausted", 429, told);
    failure.kind = Kind::Quota;
    failure.retry_after = fund.and_then(|it| it.resets_s).map(Duration::from_secs);
    failure
}

/// `45 s`, `12 min`, `6 h 12 min`, `3 days`.
fn time(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Percent of the tightest of these budgets that counts whoever asks, whatever is chosen for them; 0 where there is none.
#[must_use]
pub fn used(funds: &[Fund]) -> f64 {
    funds.iter().filter(|it| it.scope.is_of_caller()).map(|it| it.used).fold(0.0, f64::max)
}
