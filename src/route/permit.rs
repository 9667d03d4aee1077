//! What a virtual key may use. Looked at before everything else that keeps a candidate from serving, and for every way in
//! which a candidate can come about: what is let through here is all that a request of that key can ever reach.

use std::sync::Arc;

use crate::domain::ask::Ask;
use crate::domain::caller::Caller;
use crate::domain::clock::Now;
use crate::domain::dialect::Dialect;
use crate::domain::failure::{Failure, Origin};
use crate::domain::id::RequestId;
use crate::domain::operation::Operation;
use crate::domain::policy::{Policy, Privacy, Provider};
use crate::domain::target::Target;
use crate::domain::virtual_key::{Allowed, Grant, VirtualKey};
use crate::route::explain::Step;
use crate::route::{Candidate, candidates};

/// Which of `found` the caller of `ask` may use; the others leave a step each. The request of the owner may use all.
///
/// # Errors
/// `not_allowed` (403), telling what is: nothing that the request can mean.
pub fn sift(
    policy: &Policy,
    ask: &Ask,
    found: Vec<Candidate>,
    trail: &mut Vec<Step>,
) -> Result<Vec<Candidate>, Failure> {
    let Some(caller) = ask.caller.as_deref() else { return Ok(found) };
    let key = key(policy, caller);
    if key.is_none() && ask.replays {
        // What another policy would have done with what the key let through then.
        return Ok(found);
    }
    if found.is_empty() {
        return Ok(found);
    }
    let name = &caller.virtual_key.name;
    let mut permitted = Vec::with_capacity(found.len());
    for it in found {
        let why = match key {
            // It was removed since the request came in.
            None => Some("it is gone".to_owned()),
            Some(key) => bars(policy, &key.grant, ask, &it),
        };
        match why {
            None => permitted.push(it),
            Some(why) => {
                let why = format!("not for the virtual key {name}: {why}");
                trail.push(Step::Out { target: it.target, why });
            }
        }
    }
    if permitted.is_empty() { Err(refusal(name, key.map(|it| &it.grant), ask)) } else { Ok(permitted) }
}

/// Whether `caller` may ask `provider` at all, for whatever model.
#[must_use]
pub fn may_ask(policy: &Policy, caller: &Caller, provider: &Provider) -> bool {
    key(policy, caller).is_some_and(|it| bars_provider(&it.grant, provider).is_none())
}

/// Whether any target that the model `name` stands for is one that `caller` may use.
#[must_use]
pub fn reaches(policy: &Policy, caller: &Caller, name: &str) -> bool {
    let Some(key) = key(policy, caller) else { return false };
    let ask = Ask::new(RequestId(0), Now::default(), Dialect::OpenaiChat, Operation::Chat, name.to_owned());
    let found = candidates::find(policy, &ask, name, &mut Vec::new());
    found.is_ok_and(|(_, found)| found.iter().any(|it| bars(policy, &key.grant, &ask, it).is_none()))
}

fn key<'a>(policy: &'a Policy, caller: &Caller) -> Option<&'a Arc<VirtualKey>> {
    policy.virtual_keys.get(caller.virtual_key.id)
}

/// Why requests under `grant` may not go to this candidate.
fn bars(policy: &Policy, grant: &Grant, ask: &Ask, it: &Candidate) -> Option<String> {
    if let Some(why) = bars_provider(grant, &it.provider) {
        return Some(why);
    }
    if grant.models.is_empty() {
        return None;
    }
    if ask.model.is_empty() {
        return Some("it may use some models only, and the request names none".to_owned());
    }
    let named = grant.models.iter().any(|allowed| names(policy, allowed, &it.target));
    (!named).then(|| format!("its models are {}", listed(&grant.models)))
}

fn bars_provider(grant: &Grant, provider: &Provider) -> Option<String> {
    let name = &provider.name;
    if !grant.providers.is_empty() && !grant.providers.contains(name) {
        return Some(format!("its providers are {}", listed(&grant.providers)));
    }
    if provider.privacy < grant.privacy {
        let (wants, has) = (grant.privacy.name(), provider.privacy.name());
        return Some(format!("it wants privacy {wants}, and {name} has {has}"));
    }
    // What stays on this machine is worked on where its owner is.
    if grant.regions.is_empty() || provider.privacy == Privacy::Local {
        return None;
    }
    let wants = listed(&grant.regions);
    match provider.region.as_deref() {
        None => Some(format!("it wants the region {wants}, and that of {name} is not known")),
        Some(region) if grant.regions.iter().any(|wanted| lies_in(region, wanted)) => None,
        Some(region) => Some(format!("it wants the region {wants}, and {name} is in {region}")),
    }
}

/// Whether `region` is `wanted`, or a part of it: `eu-west-1` lies in `eu`.
fn lies_in(region: &str, wanted: &str) -> bool {
    region.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn names(policy: &Policy, allowed: &Allowed, target: &Target) -> bool {
    match allowed {
        Allowed::At(provider, model) => *provider == target.provider && model.matches(target.model.as_str()),
        Allowed::Named(model) => match policy.groups.get(model.as_str()) {
            Some(group) => {
                let canary = group.canary.as_ref().map(|it| &it.target);
                group.targets.iter().map(|it| &it.0).chain(canary).any(|it| it == target)
            }
            None => model.matches(target.model.as_str()),
        },
    }
}

fn refusal(name: &str, grant: Option<&Grant>, ask: &Ask) -> Failure {
    let shown: String = ask.model.chars().take(100).collect();
    let asked = if shown.is_empty() { "this request".to_owned() } else { format!("`{shown}`") };
    let told = match grant {
        Some(grant) => format!("the virtual key `{name}` may not use {asked}; it may use: {grant}"),
        None => format!("the virtual key `{name}` is gone"),
    };
    Failure::local(Origin::Client, "not_allowed", 403, told)
}

fn listed(all: &[impl ToString]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
