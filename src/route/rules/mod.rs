//! Stage 1, where there are rules: the first that matches says where a request goes; one that chains says what its model
//! is called from now on, and all are asked again (routing.md §3).
//!
//! The only room that knows CEL. [`compile`] makes conditions of texts and [`check`] refuses what can be known to be
//! wrong; [`chains`] finds circles; [`values`], [`facts`], [`said`] and [`signals`] are what conditions look at.

mod chains;
mod check;
mod compile;
mod facts;
mod said;
mod signals;
mod values;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

pub use chains::{Link, circle};
pub use compile::{Compiled, Fault, compile};
pub use facts::is_open;

use crate::domain::ask::Ask;
use crate::domain::dice::Dice;
use crate::domain::failure::Failure;
use crate::domain::id::GroupName;
use crate::domain::policy::Policy;
use crate::domain::rule::{CHAIN_MOST, Condition as _, Destination, Facts, Rule, Scope, Variable, Verdict};
use crate::domain::target::Target;
use crate::route::explain::Step;
use crate::route::health::FleetView;
use crate::route::rules::facts::{Round, Sight};
use crate::route::{Candidate, candidates, order, wishes};

/// The candidates that the rules, or without a match the model's name, lead to.
///
/// # Errors
/// As [`candidates::find`], where no rule ended the search.
pub fn route(
    policy: &Policy,
    ask: &Ask,
    fleet: &FleetView,
    dice: &mut Dice,
    trail: &mut Vec<Step>,
) -> Result<(Option<GroupName>, Vec<Candidate>), Failure> {
    let sight = Sight::new(policy, ask, fleet);
    let mut model = ask.model.clone();
    let mut behind: &[Destination] = &[];
    for rewritten in 0.. {
        let rule = match &ask.verdicts {
            Some(verdicts) if !ask.replays => recorded(policy, verdicts.get(rewritten), trail),
            _ => first_match(policy, ask, &sight, &model, trail),
        };
        let Some(rule) = rule else { break };
        if !rule.chain {
            trail.push(Step::Rule {
                name: rule.name.clone(),
                targets: rule.targets.iter().map(|it| it.0.to_string()).collect(),
            });
            return Ok(expand(policy, &rule.targets, &rule.fallbacks, trail));
        }
        if rewritten == CHAIN_MOST {
            trail.push(Step::ChainTooLong { name: rule.name.clone() });
            break;
        }
        let to = drawn(rule, dice).to_string();
        trail.push(Step::Rewritten { name: rule.name.clone(), from: model, to: to.clone() });
        model = to;
        behind = &rule.fallbacks;
    }
    let (group, mut found) = wishes::find(policy, ask, &model, trail)?;
    stand_behind(policy, behind, &mut found, trail);
    Ok((group, found))
}

/// The first rule that matches while the model is called `model`. One that chains to where the request already is has
/// done its work.
fn first_match<'a>(
    policy: &'a Policy,
    ask: &Ask,
    sight: &Sight<'_>,
    model: &str,
    trail: &mut Vec<Step>,
) -> Option<&'a Rule> {
    let round = Round { sight, model, provider: provider_of(policy, model) };
    policy.rules.iter().map(AsRef::as_ref).find(|rule| {
        if !concerns(&rule.scope, &round) || (rule.chain && rule.targets.iter().any(|it| is_called(&it.0, model))) {
            return false;
        }
        if let Some(said) = &ask.verdicts
            && unkept(rule).next().is_some()
        {
            return said.iter().any(|it| it.matched.as_ref() == Some(&rule.name));
        }
        rule.when.holds(&round).unwrap_or_else(|why| {
            let step = Step::RuleFailed { name: rule.name.clone(), why };
            // The rules may be asked several times, and what is wrong with one stays wrong.
            if !trail.contains(&step) {
                trail.push(step);
            }
            false
        })
    })
}

/// What a rule looks at that no record keeps. One that does matches, where decisions are replayed, what it matched then.
pub fn unkept(rule: &Rule) -> impl Iterator<Item = Variable> {
    Variable::ALL.into_iter().filter(|it| !it.is_kept() && rule.when.names(*it))
}

/// What the rules said when this request was decided: its words, which conditions look at, are not kept.
fn recorded<'a>(policy: &'a Policy, said: Option<&Verdict>, trail: &mut Vec<Step>) -> Option<&'a Rule> {
    let said = said?;
    trail.extend(said.failed.iter().map(|(name, why)| Step::RuleFailed { name: name.clone(), why: why.clone() }));
    let matched = said.matched.as_ref()?;
    policy.rules.iter().map(AsRef::as_ref).find(|it| it.name == *matched)
}

/// What the rules said, one verdict each time they were asked, from the steps they left.
#[must_use]
pub fn verdicts(trail: &[Step]) -> Vec<Verdict> {
    let mut said = vec![Verdict::default()];
    for step in trail {
        let Some(last) = said.last_mut() else { break };
        match step {
            Step::RuleFailed { name, why } => last.failed.push((name.clone(), why.clone())),
            Step::Rule { name, .. } | Step::Rewritten { name, .. } | Step::ChainTooLong { name } => {
                last.matched = Some(name.clone());
                said.push(Verdict::default());
            }
            _ => {}
        }
    }
    said
}

/// The provider a model names before its first `/`, if there is one of that name.
fn provider_of<'a>(policy: &Policy, model: &'a str) -> &'a str {
    let named = model.split_once('/').map_or("", |it| it.0);
    if policy.providers.contains_key(named) { named } else { "" }
}

fn concerns(scope: &Scope, facts: &dyn Facts) -> bool {
    let is = |variable, id: &str| matches!(facts.fact(variable), Some(crate::domain::rule::Fact::Text(it)) if it == id);
    match scope {
        Scope::Global => true,
        Scope::VirtualKey(id) => is(Variable::VirtualKey, id),
        Scope::Team(id) => is(Variable::Team, id),
        Scope::Customer(id) => is(Variable::Customer, id),
    }
}

fn is_called(destination: &Destination, model: &str) -> bool {
    match destination {
        Destination::Group(it) => it.as_str() == model,
        Destination::Target(it) => {
            let model = model.split_once('/');
            model.is_some_and(|(provider, model)| it.provider.as_str() == provider && it.model.as_str() == model)
        }
    }
}

/// What a rule that chains rewrites the model to, drawn by weight where there are several.
fn drawn<'a>(rule: &'a Rule, dice: &mut Dice) -> &'a Destination {
    let weights: Vec<f64> = rule.targets.iter().map(|it| it.1).collect();
    let at = if weights.len() > 1 { order::weighted::draw(&weights, dice.unit()) } else { None };
    &rule.targets[at.unwrap_or(0)].0
}

/// A rule that sends to one group is as if that group had been asked for. Of several destinations each gets its share,
/// which a group divides among its targets.
fn expand(
    policy: &Policy,
    targets: &[(Destination, f64)],
    fallbacks: &[Destination],
    trail: &mut Vec<Step>,
) -> (Option<GroupName>, Vec<Candidate>) {
    let (group, mut found) = match targets {
        [(Destination::Group(name), _)] if policy.groups.contains_key(name) => {
            (Some(name.clone()), members(policy, &targets[0].0, trail))
        }
        several => {
            let of = |(destination, weight): &(Destination, f64), trail: &mut Vec<Step>| {
                let mut found = members(policy, destination, trail);
                let sum: f64 = found.iter().map(|it| it.weight).sum();
                for it in &mut found {
                    it.weight = if sum > 0.0 { weight * it.weight / sum } else { 0.0 };
                }
                found
            };
            (None, several.iter().flat_map(|it| of(it, trail)).collect())
        }
    };
    unique(&mut found);
    stand_behind(policy, fallbacks, &mut found, trail);
    (group, found)
}

/// Puts fallbacks behind what was found, each behind the one before it.
fn stand_behind(policy: &Policy, fallbacks: &[Destination], found: &mut Vec<Candidate>, trail: &mut Vec<Step>) {
    for (tier, destination) in (1..).zip(fallbacks) {
        let mut next = members(policy, destination, trail);
        for it in &mut next {
            it.tier = tier;
        }
        found.append(&mut next);
    }
    if !fallbacks.is_empty() {
        unique(found);
    }
}

/// The targets a destination stands for, with the weights they have there.
fn members(policy: &Policy, destination: &Destination, trail: &mut Vec<Step>) -> Vec<Candidate> {
    match destination {
        Destination::Target(it) => candidates::listed(policy, it, 1.0, trail).into_iter().collect(),
        Destination::Group(name) => {
            let Some(group) = policy.groups.get(name) else {
                trail.push(Step::NoGroup { name: name.clone() });
                return Vec::new();
            };
            group.targets.iter().filter_map(|(it, weight)| candidates::listed(policy, it, *weight, trail)).collect()
        }
    }
}

/// Of a target that is named twice, its first place counts, with the weight of both if those are shares of one draw.
fn unique(found: &mut Vec<Candidate>) {
    let mut seen: HashSet<Target> = HashSet::new();
    let mut more: Vec<(Target, f64)> = Vec::new();
    found.retain(|it| {
        let new = seen.insert(it.target.clone());
        if !new && it.tier == 0 {
            more.push((it.target.clone(), it.weight));
        }
        new
    });
    for (target, weight) in more {
        if let Some(it) = found.iter_mut().find(|it| it.target == target) {
            it.weight += weight;
        }
    }
}

/// What one condition comes to over one request, and what it looks at there.
#[derive(Debug, Clone, PartialEq)]
pub struct Examined {
    /// Whether it holds, or why it cannot be evaluated.
    pub outcome: Result<bool, String>,
    /// The variables it names; `None` where one is not known.
    pub values: Vec<(Variable, Option<serde_json::Value>)>,
}

/// Asks one condition about a request, with every target healthy.
#[must_use]
pub fn examine(when: &Compiled, policy: &Policy, ask: &Ask) -> Examined {
    let fleet = FleetView::default();
    let sight = Sight::new(policy, ask, &fleet);
    let round = Round { sight: &sight, model: &ask.model, provider: provider_of(policy, &ask.model) };
    let named = Variable::ALL.into_iter().filter(|it| when.names(*it));
    let values = named.map(|it| (it, round.fact(it).map(facts::shown))).collect();
    Examined { outcome: when.holds(&round), values }
}
