//! What a request wishes beside its model: further models, and who may answer in which order. Names of providers are those
//! of rows here, in any case; `fireworks/fast`, which names a part of a provider to some gateways, is that provider.
//!
//! A provider whose row says that it understands the wishes itself (a gateway) is sent them, so that names of the providers
//! behind it are for it to judge: it is left out only where it is ignored by its own name.

use std::sync::Arc;

use crate::domain::ask::Ask;
use crate::domain::failure::Failure;
use crate::domain::id::GroupName;
use crate::domain::policy::{Policy, Privacy, Provider};
use crate::domain::wishes::{MaxPrice, Wishes};
use crate::route::explain::Step;
use crate::route::health::FleetView;
use crate::route::{Candidate, candidates, order};

/// The group that a model names, if it is one, and the candidates it stands for.
type Found = (Option<GroupName>, Vec<Candidate>);

/// The candidates of `model`, which the request means, and behind them those of the further models that are wished for.
///
/// # Errors
/// As [`candidates::find`], where none of the models is known.
pub fn find(policy: &Policy, ask: &Ask, model: &str, trail: &mut Vec<Step>) -> Result<Found, Failure> {
    let first = candidates::find(policy, ask, model, trail);
    match ask.wishes.as_deref() {
        Some(wishes) if !wishes.models.is_empty() => further(policy, ask, (model, first), wishes, trail),
        _ => first,
    }
}

fn further(
    policy: &Policy,
    ask: &Ask,
    (model, first): (&str, Result<Found, Failure>),
    wishes: &Wishes,
    trail: &mut Vec<Step>,
) -> Result<Found, Failure> {
    let (group, mut all, mut unknown) = match first {
        Ok((group, found)) => (group, found, None),
        Err(failure) => {
            trail.push(Step::Unknown { model: model.into() });
            (None, Vec::new(), Some(failure))
        }
    };
    for model in &wishes.models {
        let tier = all.iter().map(|it| it.tier + 1).max().unwrap_or(0);
        // A gateway knows more models than its row lists.
        let gateway = all.first().filter(|it| it.provider.quirks.provider_routing).map(|it| Arc::clone(&it.provider));
        let more = match (candidates::find(policy, ask, model, trail), gateway) {
            (Ok((_, found)), _) => found,
            (Err(_), Some(gateway)) => vec![candidates::candidate(&gateway, model.as_str().into(), 1.0)],
            (Err(failure), None) => {
                trail.push(Step::Unknown { model: model.as_str().into() });
                unknown.get_or_insert(failure);
                continue;
            }
        };
        for it in more {
            if all.iter().all(|known| known.target != it.target) {
                all.push(Candidate { tier: tier + it.tier, ..it });
            }
        }
    }
    match unknown {
        Some(failure) if all.is_empty() => Err(failure),
        _ => Ok((group, all)),
    }
}

/// Why this candidate is not wished for.
#[must_use]
pub fn bars(wishes: &Wishes, it: &Candidate) -> Option<String> {
    let provider = &it.provider;
    if names(&wishes.ignore, provider) {
        return Some("the request ignores this provider".to_owned());
    }
    if wishes.private && provider.privacy < Privacy::Zdr {
        let name = &provider.name;
        return Some(format!(
            "the request lets nobody keep what it says, and of {name} nothing is promised (where a contract does: \
             llmroute providers add {name} --like {name} --privacy zdr)"
        ));
    }
    if provider.quirks.provider_routing {
        return None;
    }
    if !wishes.only.is_empty() && !names(&wishes.only, provider) {
        return Some(format!("the request allows only {}", wishes.only.join(", ")));
    }
    if !wishes.allow_fallbacks && !wishes.order.is_empty() && !names(&wishes.order, provider) {
        return Some("`order` does not name this provider, and `allow_fallbacks` is false".to_owned());
    }
    None
}

/// Why this candidate costs more than the request allows. Keys that are not paid for by the token stay in play, and only
/// those, where the others would be too dear. What a gateway asks depends on whom it chooses: the limit is for it to keep.
pub fn too_dear(most: MaxPrice, it: &mut Candidate, ask: &Ask, fleet: &FleetView) -> Option<String> {
    let is_metered: Vec<bool> = it.seats.iter().map(|seat| order::is_metered(it, &seat.0)).collect();
    if it.provider.quirks.provider_routing || !is_metered.contains(&true) {
        return None;
    }
    let why = match fleet.rates.0.get(&it.target).and_then(|tariff| tariff.at(ask.needs.prompt_tokens)) {
        None => "the request has a highest price, and what this costs is not known (llmroute prices set)".to_owned(),
        Some(rates) => {
            let sides = [("prompt", rates.input, most.prompt), ("completion", rates.output, most.completion)];
            let (side, asks, most) = sides.into_iter().find_map(|(side, price, most)| {
                let (price, most) = (price.dollars(), most?);
                (price > most).then_some((side, price, most))
            })?;
            format!("a million {side} tokens cost ${asks}, and the request allows ${most}")
        }
    };
    if is_metered.contains(&false) {
        let mut is_metered = is_metered.into_iter();
        it.seats.retain(|_| is_metered.next() == Some(false));
        return None;
    }
    Some(why)
}

/// Puts those first, among the candidates of each model, that `order` names.
#[must_use]
pub fn arrange(mut found: Vec<Candidate>, wishes: &Wishes) -> Vec<Candidate> {
    if wishes.order.is_empty() {
        return found;
    }
    let places = u32::try_from(wishes.order.len()).unwrap_or(u32::MAX - 1) + 1;
    for it in &mut found {
        let place = wishes.order.iter().position(|name| is_named(name, &it.provider));
        let place = place.and_then(|at| u32::try_from(at).ok()).unwrap_or(places - 1);
        it.tier = it.tier.saturating_mul(places).saturating_add(place);
    }
    found
}

fn names(list: &[String], provider: &Provider) -> bool {
    list.iter().any(|it| is_named(it, provider))
}

fn is_named(name: &str, provider: &Provider) -> bool {
    let name = name.split_once('/').map_or(name, |it| it.0);
    name.eq_ignore_ascii_case(provider.name.as_str())
}
