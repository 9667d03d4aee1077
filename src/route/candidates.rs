//! Stage 1: from the `model` a client sent to the targets that could be meant (routing.md §1).

use std::sync::Arc;

use crate::domain::ask::Ask;
use crate::domain::failure::{Failure, Origin};
use crate::domain::id::{GroupName, ModelName, ProviderName};
use crate::domain::model::canonical;
use crate::domain::operation::{Operation, Relayed};
use crate::domain::policy::{Auth, Key, Policy, Provider};
use crate::domain::target::{Seat, Target};
use crate::domain::wishes::Sort;
use crate::route::explain::Step;
use crate::route::{Candidate, permit};

/// The candidates for `ask` if its model is called `model`: a group's targets, one target, or everybody who serves that
/// model, under whatever name; where no model is named, the one provider that can be meant. A suffix (`:floor`, `:nitro`)
/// says what they are to be put in order by.
///
/// # Errors
/// `no_route` (404), naming the nearest names, if nothing is called so; what [`one_provider`] says.
pub fn find(
    policy: &Policy,
    ask: &Ask,
    model: &str,
    trail: &mut Vec<Step>,
) -> Result<(Option<GroupName>, Vec<Candidate>), Failure> {
    if let (Operation::Relay(relayed), true) = (&ask.operation, model.is_empty()) {
        return one_provider(policy, ask, relayed, trail).map(|it| (None, vec![it]));
    }
    let (model, sort) = sorted(policy, model);
    let (model, sort) = match policy.aliases.get(model).filter(|_| !policy.groups.contains_key(model)) {
        Some(meant) => {
            trail.push(Step::Alias { name: ModelName::from(model), meant: meant.clone() });
            let (meant, own) = sorted(policy, meant);
            (meant, sort.or(own))
        }
        None => (model, sort),
    };
    let (group, mut found) = meant(policy, ask, model, trail)?;
    if let Some(sort) = sort.or_else(|| ask.wishes.as_deref()?.sort) {
        // By whatever name each knows the model: it is the one order that was wished for.
        for it in &mut found {
            (it.sort, it.tier) = (Some(sort), 0);
        }
    }
    Ok((group, found))
}

/// What a model's name means, aliases and suffixes left behind.
fn meant(
    policy: &Policy,
    ask: &Ask,
    model: &str,
    trail: &mut Vec<Step>,
) -> Result<(Option<GroupName>, Vec<Candidate>), Failure> {
    if let Some(group) = policy.groups.get(model) {
        trail.push(Step::Group { name: group.name.clone(), targets: group.targets.len() });
        let found = group.targets.iter().filter_map(|(target, weight)| listed(policy, target, *weight, trail));
        let found: Vec<_> = found.collect();
        return Ok((Some(group.name.clone()), found));
    }
    if let Some(target) = Target::parse(model)
        && let Some(provider) = policy.providers.get(&target.provider)
    {
        trail.push(Step::Named { target: target.clone() });
        return Ok((None, vec![candidate(provider, target.model, 1.0)]));
    }
    let serving = serving(policy, model);
    if serving.is_empty() {
        return Err(unknown(policy, ask, model));
    }
    trail.push(Step::Model { model: ModelName::from(model), providers: serving.len() });
    Ok((None, serving))
}

/// Whether a model's name, or what it stands for, says what its targets are to be put in order by.
#[must_use]
pub fn has_suffix(policy: &Policy, model: &str) -> bool {
    let meant = policy.aliases.get(model).map_or(model, String::as_str);
    sorted(policy, meant).1.is_some()
}

/// A name without the suffix that says what to put its targets in order by. Something may be called just so, and a gateway
/// has suffixes of its own.
fn sorted<'a>(policy: &Policy, model: &'a str) -> (&'a str, Option<Sort>) {
    let split = model.rsplit_once(':').and_then(|(plain, suffix)| Some((plain, Sort::suffix(suffix)?)));
    let Some((plain, sort)) = split.filter(|it| !it.0.is_empty()) else { return (model, None) };
    let lists = |it: &Provider, model: &str| {
        it.models.iter().any(|known| known.as_str() == model) || it.facts.get_name(model).is_some()
    };
    let named = policy.groups.contains_key(model) || policy.aliases.contains_key(model);
    let target = Target::parse(model)
        .and_then(|it| Some((policy.providers.get(&it.provider)?, it.model)))
        .is_some_and(|(provider, model)| provider.quirks.provider_routing || lists(provider, model.as_str()));
    if named || target || policy.providers.values().any(|it| it.enabled && lists(it, model)) {
        return (model, None);
    }
    (plain, Some(sort))
}

/// Everybody who has the model. Those whose row lists it by that very name come first; behind them those that are known to
/// have it, each by its own name for it. Who has no key only takes part where nobody has one: the refusal says so.
fn serving(policy: &Policy, model: &str) -> Vec<Candidate> {
    let enabled = || policy.providers.values().filter(|it| it.enabled);
    let of = |it: &Arc<Provider>| {
        if let Some(listed) = it.models.iter().find(|known| known.as_str() == model) {
            return Some(candidate(it, listed.clone(), 1.0));
        }
        let meant = || {
            let meant = canonical(model);
            let listed = it.models.iter().find(|known| canonical(known.as_str()) == meant);
            // Where the row lists a model, that is the name of it that is meant to be used.
            listed.or_else(|| it.facts.named(model))
        };
        // What stands before a slash may be a provider, misspelled: such a name is a model's only if it is exactly that.
        let known = it.facts.get_name(model).or_else(|| if model.contains('/') { None } else { meant() })?;
        Some(Candidate { tier: 1, ..candidate(it, known.clone(), 1.0) })
    };
    let with_key: Vec<Candidate> = enabled().filter(|it| it.is_usable()).filter_map(of).collect();
    if with_key.is_empty() { enabled().filter_map(of).collect() } else { with_key }
}

/// The provider for a request that names no model: the one that it names instead, else the only one that has a key and
/// the client's API, servers on this machine left aside. Files and jobs live at one provider, so that none is ever guessed.
fn one_provider(policy: &Policy, ask: &Ask, relayed: &Relayed, trail: &mut Vec<Step>) -> Result<Candidate, Failure> {
    // What stands for the model in rows and in the health of the target: what is asked for.
    let resource = ModelName::from(relayed.path.split('/').next().unwrap_or_default());
    // What names no model is for any key.
    let of = |provider: &Arc<Provider>| {
        let seats = seats(provider, &resource, |_| true);
        Candidate { seats, ..candidate(provider, resource.clone(), 1.0) }
    };
    let refuse = |code, status, told: String| Failure::local(Origin::Client, code, status, told);
    let found = if let Some(name) = &relayed.provider {
        let shown: String = name.chars().take(100).collect();
        policy.providers.get(name.as_str()).map(of).ok_or_else(|| {
            refuse(
                "no_route",
                404,
                format!("x-llmroute-provider names `{shown}`, and no provider is called so; see llmroute providers"),
            )
        })?
    } else {
        let able = policy
            .providers
            .values()
            .filter(|it| it.is_usable() && it.speech_for(&ask.operation, ask.dialect, &resource).is_some())
            .filter(|it| ask.caller.as_deref().is_none_or(|caller| permit::may_ask(policy, caller, it)))
            // Whoever brings a key of its own means the provider that takes it, and nobody else can mean that one.
            .filter(|it| (it.auth == Auth::Client) == ask.needs.own_key.is_some());
        // A server on this machine may not be running: it is meant only where there is nobody else.
        let (local, mut able): (Vec<_>, Vec<_>) = able.partition(|it| it.local);
        if able.is_empty() {
            able = local;
        }
        match able.as_slice() {
            [only] => of(only),
            [] => {
                let told = format!(
                    "/{} is passed on to a provider that speaks {} as it is, and none with a key does; add one: llmroute keys add PROVIDER",
                    relayed.path, ask.dialect
                );
                return Err(refuse("not_offered", 404, told));
            }
            several => {
                let names: Vec<&str> = several.iter().map(|it| it.name.as_str()).collect();
                let told = format!(
                    "the request names no model, and several providers could be meant: {}; name one in the header x-llmroute-provider",
                    names.join(", ")
                );
                return Err(refuse("which_provider", 400, told));
            }
        }
    };
    trail.push(Step::Named { target: found.target.clone() });
    Ok(found)
}

/// A target that somebody lists; `None` if its provider is gone.
pub(super) fn listed(policy: &Policy, target: &Target, weight: f64, trail: &mut Vec<Step>) -> Option<Candidate> {
    let Some(provider) = policy.providers.get(&target.provider) else {
        trail.push(Step::Out { target: target.clone(), why: "its provider does not exist".to_owned() });
        return None;
    };
    Some(candidate(provider, target.model.clone(), weight))
}

/// A provider with one of its models, and every key that could be used.
pub(super) fn candidate(provider: &Arc<Provider>, model: ModelName, weight: f64) -> Candidate {
    let target = Target { provider: provider.name.clone(), model };
    let seats = seats(provider, &target.model, |it| it.is_for(&target.model));
    Candidate { provider: Arc::clone(provider), target, weight, tier: 0, seats, sort: None }
}

/// The keys that could be used, of those that are `meant`.
fn seats(provider: &Arc<Provider>, model: &ModelName, meant: impl Fn(&Key) -> bool) -> Vec<(Seat, f64)> {
    let target = Target { provider: provider.name.clone(), model: model.clone() };
    // Which key of its own a client has brought, [`crate::route::fit`] puts in.
    if provider.auth == Auth::Client || (provider.auth == Auth::None && provider.keys.is_empty()) {
        return vec![(Seat { target, key: None }, 1.0)];
    }
    let seat = |it: &Key| Seat { target: target.clone(), key: Some((it.id, it.name.clone())) };
    provider.usable_keys().filter(|it| meant(it)).map(|it| (seat(it), it.weight)).collect()
}

fn unknown(policy: &Policy, ask: &Ask, model: &str) -> Failure {
    let near = nearest(policy, ask, model);
    let hint = match near.as_slice() {
        [] if policy.groups.is_empty() => "no group is set up yet: llmroute keys add openai".to_owned(),
        [] => "llmroute models lists what there is".to_owned(),
        names => format!("nearest: {}", names.join(", ")),
    };
    // The name is the client's own text; it is shortened so that an answer cannot be made arbitrarily long with it.
    let shown: String = model.chars().take(100).collect();
    Failure::local(
        Origin::Client,
        "no_route",
        404,
        format!("no group, provider/model or model is called `{shown}`; {hint}"),
    )
}

/// The three names closest to `model` by Jaro-Winkler, best first, none below 0.6, and none that the caller may not use.
fn nearest(policy: &Policy, ask: &Ask, model: &str) -> Vec<String> {
    let groups = policy.groups.keys().map(ToString::to_string).chain(policy.aliases.keys().map(ToString::to_string));
    let usable = policy
        .providers
        .values()
        .filter(|it| it.enabled && (matches!(it.auth, Auth::None | Auth::Client) || !it.keys.is_empty()));
    let models = usable.flat_map(|it| it.models.iter().map(|m| (&it.name, m)));
    let models = models.flat_map(|(p, m): (&ProviderName, &ModelName)| [m.to_string(), format!("{p}/{m}")]);
    let mut scored: Vec<(f64, String)> =
        groups.chain(models).map(|name| (strsim::jaro_winkler(&name, model), name)).filter(|it| it.0 >= 0.6).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    let may_use = |name: &str| ask.caller.as_deref().is_none_or(|caller| permit::reaches(policy, caller, name));
    scored.into_iter().filter(|it| may_use(&it.1)).take(3).map(|it| it.1).collect()
}
