//! Rules: each one compiled, so that a policy holds nothing that has to be made sense of while a request waits.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::config::load::{Known, Loaded, Problem};
use crate::config::refusal::nearest;
use crate::domain::rule::{Destination, Rule, Rules, Scope};
use crate::route::rules::{self, Compiled, Fault};
use crate::store::policy::PolicyRows;
use crate::store::rules::RuleRow;

/// Puts the rules that are enabled into the policy. What a rule sends to may have gone since it was saved: then the rule
/// is the one to be mended, and nothing is sent elsewhere meanwhile.
pub(super) fn build(
    rows: &PolicyRows,
    known: &Known<'_>,
    time_zone: &TimeZone,
    loaded: &mut Loaded,
    problems: &mut Vec<Problem>,
) {
    let mut built = Vec::new();
    for row in rows.rules.iter().filter(|it| it.enabled) {
        match rule(row) {
            Ok((rule, _)) => {
                lost(&rule, rows, known, problems);
                built.push(Arc::new(rule));
            }
            Err(problem) => problems.push(problem),
        }
    }
    loaded.policy.rules = Rules::new(built, time_zone.clone());
}

/// A row as a rule. Its condition is given beside it too, for whoever has to look into it.
///
/// # Errors
/// It says something that means nothing.
pub(in crate::config) fn rule(row: &RuleRow) -> Result<(Rule, Arc<Compiled>), Problem> {
    let place = |what: &str| format!("rule {}, {what}", row.name);
    let when = rules::compile(&row.when).map(Arc::new).map_err(|it| wrong_condition(&row.name, &row.when, &it))?;
    let scope: Scope = row.scope.parse().map_err(|it: crate::domain::rule::NotAScope| {
        Problem::new(place("scope"), it.to_string(), format!("llmroute rules edit {} --scope global", row.name))
    })?;
    let destination = |text: &str| {
        Destination::parse(text).ok_or_else(|| {
            let fix = format!("llmroute rules edit {} --to GROUP or PROVIDER/MODEL", row.name);
            Problem::new(place("targets"), format!("`{text}` is neither a group nor a target"), fix)
        })
    };
    let targets = row.targets.iter().map(|(text, weight)| Ok((destination(text)?, *weight)));
    let rule = Rule {
        name: row.name.as_str().into(),
        scope,
        priority: row.priority,
        when: Arc::clone(&when) as _,
        targets: targets.collect::<Result<_, Problem>>()?,
        fallbacks: row.fallbacks.iter().map(|it| destination(it)).collect::<Result<_, _>>()?,
        chain: row.chain,
    };
    if rule.targets.is_empty() {
        let fix = format!("llmroute rules edit {} --to PROVIDER/MODEL", row.name);
        return Err(Problem::new(place("targets"), "it sends nowhere", fix));
    }
    Ok((rule, when))
}

/// What is wrong with a condition, with the place under a caret.
pub(in crate::config) fn wrong_condition(name: &str, when: &str, fault: &Fault) -> Problem {
    let what = format!("{fault}\n{}", fault.drawn(when));
    let fix = fault.hint.clone().unwrap_or_else(|| format!("llmroute rules edit {name} --when CEL"));
    Problem::new(format!("rule {name}, when"), what, fix)
}

fn lost(rule: &Rule, rows: &PolicyRows, known: &Known<'_>, problems: &mut Vec<Problem>) {
    for it in rule.targets.iter().map(|it| &it.0).chain(&rule.fallbacks) {
        let place = format!("rule {}, targets", rule.name);
        let fix = format!("llmroute rules edit {} --to …   or   llmroute rules disable {}", rule.name, rule.name);
        match it {
            Destination::Target(it) if !known.0.contains_key(it.provider.as_str()) => {
                let meant = nearest(it.provider.as_str(), known.0.keys().copied());
                let fix = meant.map_or(fix, |it| format!("is `{it}` meant?"));
                problems.push(Problem::new(place, format!("there is no provider `{}`", it.provider), fix));
            }
            Destination::Group(it) if !is_group(it.as_str(), rows) => {
                problems.push(Problem::new(place, format!("there is no group `{it}`"), fix));
            }
            _ => {}
        }
    }
}

fn is_group(name: &str, rows: &PolicyRows) -> bool {
    // The built-in groups come and go with the keys; a rule may name them all the same.
    [super::FAST, super::SMART].contains(&name) || rows.groups.iter().any(|it| it.name == name)
}
