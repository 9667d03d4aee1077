//! What a request is compared with to say what was saved: the model its client asked for, at its list price, without any
//! prompt cache.
//!
//! The model asked for is the target that the client named. Where it named a group, that is the group's first target;
//! an alias stands for what it means. A bare model is asked for of whoever answered, if that one has the model, so that
//! choosing between its hosts counts as no saving; where a rule sent the request to another model, it is the first
//! provider that would have been found for the name.
//!
//! The baseline is priced with the tokens of the answer that was given, all of the prompt at the full price. How a
//! target is paid for counts as it does for an answer of its own: asking for one with a flat fee has a baseline of
//! nothing.

use crate::domain::ask::Ask;
use crate::domain::model::canonical;
use crate::domain::money::Usd;
use crate::domain::operation::Operation;
use crate::domain::policy::{Auth, Billing, Policy, Provider};
use crate::domain::target::Target;
use crate::domain::usage::{ServiceTier, Usage};
use crate::engine::prices::Prices;
use crate::engine::settle::tried::Try;
use crate::route::candidates;
use crate::store::{AttemptState, Baseline, Cost};

/// The baseline of a request that `told` answered with `usage` in all; `None` where it has none: a price is not known,
/// or it was asked for something that is not paid by the token.
pub(super) fn of(
    policy: &Policy,
    prices: &Prices,
    ask: &Ask,
    tries: &[Try],
    told: &Try,
    usage: &Usage,
) -> Option<Baseline> {
    if !matches!(ask.operation, Operation::Chat | Operation::Compact | Operation::Embed(_)) {
        return None;
    }
    let target = asked_for(policy, ask, told)?;
    let at = ask.at.wall;
    let usd = if target == told.seat.target {
        told.cost_of(&uncached(usage), told.billing, ask, prices)?
    } else {
        let provider = policy.providers.get(&target.provider)?;
        let usage = Usage { tier: ServiceTier::Standard, ..uncached(usage) };
        known(prices.cost(provider, usual_billing(provider), &[target.model.as_str()], &usage, at))?
    };
    let mut cache_saved = 0;
    for it in tries.iter().filter(|it| it.state == AttemptState::Settled) {
        let Some(usage) = it.usage.as_ref().filter(|it| it.input_uncached() < it.input) else { continue };
        let (full, paid) = (it.cost_of(&uncached(usage), it.billing, ask, prices)?, known(it.cost?)?);
        cache_saved += full.pico() - paid.pico();
    }
    Some(Baseline { usd, cache_saved: Usd::from_pico(cache_saved) })
}

/// What an answer that a flat fee paid would have cost with a key that is paid by the token; `None` where nobody knows,
/// and for any other answer.
pub(super) fn equivalent(it: &Try, ask: &Ask, prices: &Prices) -> Option<Usd> {
    if it.billing != Billing::Subscription || it.state != AttemptState::Settled {
        return None;
    }
    it.cost_of(it.usage.as_ref()?, Billing::Metered, ask, prices)
}

// === private ===

fn asked_for(policy: &Policy, ask: &Ask, told: &Try) -> Option<Target> {
    let group = |name: &str| policy.groups.get(name);
    let alias = policy.aliases.get(ask.model.as_str()).filter(|_| group(&ask.model).is_none());
    let name = alias.unwrap_or(&ask.model);
    if let Some(group) = group(name) {
        return group.targets.first().map(|it| it.0.clone());
    }
    let answering = &told.seat.target;
    if names(name, answering) {
        return Some(answering.clone());
    }
    let (_, found) = candidates::find(policy, ask, &ask.model, &mut Vec::new()).ok()?;
    found.into_iter().next().map(|it| it.target)
}

/// Whether `name` is that very target, or its model by any name.
fn names(name: &str, target: &Target) -> bool {
    let of_provider = name.strip_prefix(target.provider.as_str()).and_then(|it| it.strip_prefix('/'));
    match of_provider {
        Some(model) => model == target.model.as_str(),
        None => !name.contains('/') && canonical(name) == canonical(target.model.as_str()),
    }
}

/// How an answer of a provider is paid for if nothing is said about the key.
fn usual_billing(provider: &Provider) -> Billing {
    let keyless = if provider.auth == Auth::None { Billing::Free } else { Billing::Metered };
    provider.usable_keys().next().map_or(keyless, |it| it.billing)
}

fn uncached(usage: &Usage) -> Usage {
    Usage { cache_read: 0, cache_write: 0, cache_write_1h: 0, ..usage.clone() }
}

fn known(cost: Cost) -> Option<Usd> {
    match cost {
        Cost::Exact(it) | Cost::Estimated(it) => Some(it),
        Cost::InDoubt(_) | Cost::Unpriced => None,
    }
}

impl Try {
    /// What `usage` of the model that served costs here.
    fn cost_of(&self, usage: &Usage, billing: Billing, ask: &Ask, prices: &Prices) -> Option<Usd> {
        let asked = self.seat.target.model.as_str();
        let served = self.served.as_deref().unwrap_or(asked);
        known(prices.cost(&self.provider, billing, &[served, asked], usage, ask.at.wall))
    }
}
