//! Stage 1: from the `model` a client sent to the targets that could be meant (routing.md §1).

use std::sync::Arc;

use crate::domain::failure::{Failure, Origin};
use crate::domain::id::{GroupName, ModelName, ProviderName};
use crate::domain::policy::{Auth, Policy, Provider};
use crate::domain::target::{Seat, Target};
use crate::route::Candidate;
use crate::route::explain::Step;

/// The candidates for `model`: a group's targets, one target, or everybody who serves that model.
///
/// # Errors
/// `no_route` (404), naming the nearest names, if nothing is called so.
pub fn find(
    policy: &Policy,
    model: &str,
    trail: &mut Vec<Step>,
) -> Result<(Option<GroupName>, Vec<Candidate>), Failure> {
    if let Some(group) = policy.groups.get(model) {
        trail.push(Step::Group { name: group.name.clone(), targets: group.targets.len() });
        let found = group.targets.iter().filter_map(|(target, weight)| {
            let Some(provider) = policy.providers.get(&target.provider) else {
                trail.push(Step::Out { target: target.clone(), why: "its provider does not exist".to_owned() });
                return None;
            };
            Some(candidate(provider, target.model.clone(), *weight))
        });
        let found: Vec<_> = found.collect();
        return Ok((Some(group.name.clone()), found));
    }
    if let Some(target) = Target::parse(model)
        && let Some(provider) = policy.providers.get(&target.provider)
    {
        trail.push(Step::Named { target: target.clone() });
        return Ok((None, vec![candidate(provider, target.model, 1.0)]));
    }
    let serving: Vec<_> = policy
        .providers
        .values()
        .filter(|it| it.enabled && it.models.iter().any(|known| known.as_str() == model))
        .map(|it| candidate(it, ModelName::from(model), 1.0))
        .collect();
    if serving.is_empty() {
        return Err(unknown(policy, model));
    }
    trail.push(Step::Model { model: ModelName::from(model), providers: serving.len() });
    Ok((None, serving))
}

fn candidate(provider: &Arc<Provider>, model: ModelName, weight: f64) -> Candidate {
    let target = Target { provider: provider.name.clone(), model };
    let seats = if provider.auth == Auth::None && provider.keys.is_empty() {
        vec![(Seat { target: target.clone(), key: None }, 1.0)]
    } else {
        let seat =
            |it: &crate::domain::policy::Key| Seat { target: target.clone(), key: Some((it.id, it.name.clone())) };
        provider.usable_keys().map(|it| (seat(it), it.weight)).collect()
    };
    Candidate { provider: Arc::clone(provider), target, weight, seats }
}

fn unknown(policy: &Policy, model: &str) -> Failure {
    let near = nearest(policy, model);
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

/// The three names closest to `model` by Jaro-Winkler, best first, none below 0.6.
fn nearest(policy: &Policy, model: &str) -> Vec<String> {
    let groups = policy.groups.keys().map(ToString::to_string);
    let usable = policy.providers.values().filter(|it| it.enabled && (it.auth == Auth::None || !it.keys.is_empty()));
    let models = usable.flat_map(|it| it.models.iter().map(|m| (&it.name, m)));
    let models = models.flat_map(|(p, m): (&ProviderName, &ModelName)| [m.to_string(), format!("{p}/{m}")]);
    let mut scored: Vec<(f64, String)> =
        groups.chain(models).map(|name| (strsim::jaro_winkler(&name, model), name)).filter(|it| it.0 >= 0.6).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(3).map(|it| it.1).collect()
}
