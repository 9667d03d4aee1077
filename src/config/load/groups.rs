//! Groups: the user's, and the built-in `fast` and `smart`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::config::load::{Known, Loaded, Problem, Sources};
use crate::config::refusal::nearest;
use crate::domain::id::GroupName;
use crate::domain::policy::{Canary, Deadlines, Group, Hedge, OnRefusal, Provider, Room};
use crate::domain::target::Target;
use crate::store::policy::PolicyRows;
use crate::store::{CanarySetting, DeadlineSettings, GroupRow, HedgeSetting};

/// The small chat model of every provider that has a usable key, and the large one.
pub(in crate::config) const FAST: &str = "fast";
pub(in crate::config) const SMART: &str = "smart";

pub(super) fn build(
    rows: &PolicyRows,
    known: &Known<'_>,
    sources: &Sources<'_>,
    loaded: &mut Loaded,
    problems: &mut Vec<Problem>,
) {
    for row in &rows.groups {
        let targets = targets(row, known, problems);
        let group = Group {
            name: row.name.as_str().into(),
            targets,
            strategy: row.settings.strategy,
            affinity: row.settings.affinity,
            deadlines: within(sources.deadlines, row.settings.deadlines),
            hedge: row.settings.hedge.map_or(Hedge::Auto, HedgeSetting::value),
            room: Room { most: row.settings.max_parallel, queue: row.settings.queue },
            on_refusal: if row.settings.next_on_refusal { OnRefusal::Next } else { OnRefusal::Tell },
            resume: row.settings.resume,
            canary: row.settings.canary.as_ref().and_then(|it| canary(row, it, known, problems)),
            built_in: false,
        };
        loaded.policy.groups.insert(group.name.clone(), Arc::new(group));
    }
    for name in [FAST, SMART] {
        let name = GroupName::from(name);
        if loaded.policy.groups.contains_key(&name) {
            continue;
        }
        let targets: Vec<_> = order(sources, loaded)
            .into_iter()
            .filter_map(|provider| built_in_target(provider, &name))
            .map(|target| {
                let set = rows.weights.get(&(name.to_string(), target.to_string())).copied();
                (target, set.unwrap_or(1.0))
            })
            .collect();
        // A group of nothing would promise what cannot be had.
        if !targets.is_empty() {
            let group = Group { deadlines: sources.deadlines, built_in: true, ..Group::new(name.clone(), targets) };
            loaded.policy.groups.insert(name, Arc::new(group));
        }
    }
}

/// Providers that can be used, the user's own first, then in the order of the built-in table.
fn order<'a>(sources: &Sources<'_>, loaded: &'a Loaded) -> Vec<&'a Arc<Provider>> {
    let usable = |it: &&Arc<Provider>| {
        // A local server may not be running; it takes part only where a group or a request names it.
        !it.local && it.is_usable()
    };
    let mut providers: Vec<_> = loaded.policy.providers.values().filter(usable).collect();
    // `None` comes before any position.
    providers.sort_by_key(|it| sources.built_in.iter().position(|row| row.name == it.name.as_str()));
    providers
}

fn built_in_target(provider: &Arc<Provider>, group: &GroupName) -> Option<Target> {
    let model = if group.as_str() == FAST { &provider.fast } else { &provider.smart };
    model.clone().map(|model| Target { provider: provider.name.clone(), model })
}

fn targets(row: &GroupRow, known: &Known<'_>, problems: &mut Vec<Problem>) -> Vec<(Target, f64)> {
    let place = format!("group {}", row.name);
    if row.targets.is_empty() {
        let fix = format!("llmroute groups set {} PROVIDER/MODEL=1", row.name);
        problems.push(Problem::new(&place, "it has no targets", fix));
    }
    let mut seen = BTreeSet::new();
    let mut targets = Vec::new();
    for (text, weight) in &row.targets {
        let Some(target) = Target::parse(text) else {
            problems.push(Problem::new(&place, format!("`{text}` is no target"), "write targets as PROVIDER/MODEL"));
            continue;
        };
        let name = target.provider.as_str();
        if !known.0.contains_key(name) {
            let fix = match nearest(name, known.0.keys().copied()) {
                Some(meant) => format!("is `{meant}` meant? else: llmroute providers add {name} --base-url URL"),
                None => format!("llmroute providers add {name} --base-url URL"),
            };
            problems.push(Problem::new(&place, format!("there is no provider `{name}` (in `{text}`)"), fix));
        }
        if !weight.is_finite() || *weight < 0.0 {
            let what = format!("{weight} is not a weight (of `{text}`)");
            problems.push(Problem::new(&place, what, "set a number from 0 up"));
        }
        if !seen.insert(text) {
            problems.push(Problem::new(&place, format!("`{text}` is listed twice"), "list each target once"));
        }
        targets.push((target, *weight));
    }
    targets
}

fn canary(row: &GroupRow, set: &CanarySetting, known: &Known<'_>, problems: &mut Vec<Problem>) -> Option<Canary> {
    let place = format!("group {}", row.name);
    let target = Target::parse(&set.target).filter(|it| known.0.contains_key(it.provider.as_str()));
    if target.is_none() {
        let fix = format!("llmroute groups set {} --canary off", row.name);
        problems.push(Problem::new(place, format!("there is no provider for its canary `{}`", set.target), fix));
    }
    Some(Canary { target: target?, share: f64::from(set.basis_points) / 10_000.0, began: set.began })
}

/// The usual deadlines with those that the group sets.
fn within(usual: Deadlines, set: DeadlineSettings) -> Deadlines {
    let or = |ms: Option<u64>, usual: Duration| ms.map_or(usual, Duration::from_millis);
    Deadlines {
        connect: or(set.connect_ms, usual.connect),
        first_content: or(set.first_content_ms, usual.first_content),
        first_content_reasoning: or(set.first_content_reasoning_ms, usual.first_content_reasoning),
        byte_gap: or(set.byte_gap_ms, usual.byte_gap),
        content_gap: or(set.content_gap_ms, usual.content_gap),
        whole: or(set.whole_ms, usual.whole),
        stream: or(set.stream_ms, usual.stream),
        ping: usual.ping,
    }
}
