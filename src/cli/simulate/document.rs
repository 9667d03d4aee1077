//! What came of deciding again, for documents and screens.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::decision::Likely;
use crate::cli::simulate::interval::{self, Hour};
use crate::cli::simulate::moment;
use crate::cli::view::amounts;
use crate::domain::money::Usd;
use crate::domain::policy::Policy;
use crate::domain::usage::Usage;
use crate::route::record::Record;
use crate::route::replay::{Replay, Then};
use crate::route::rules;
use crate::store::decisions::Played;

/// Microseconds of an hour.
const HOUR: i64 = 3_600 * 1_000_000;

/// The document of `simulate`.
#[derive(Debug, Default, Serialize)]
pub(in crate::cli) struct Document {
    schema_version: u32,
    /// Requests that were decided again.
    pub(super) requests: u64,
    /// Requests whose record cannot be read.
    pub(super) unreadable: u64,
    /// What they would have been refused for, by code, where they were not before.
    pub(super) refused: BTreeMap<String, u64>,
    pub(in crate::cli) before: Totals,
    pub(in crate::cli) after: Totals,
    pub(super) targets: Vec<Line>,
    /// Rules that look at what is not kept of a request: they count as they did then.
    pub(super) not_replayable: Vec<NotReplayable>,
    /// Requests that a budget would have stopped; `null` = there are no budgets yet.
    budget_hits: Option<u64>,
}

/// One policy's side of the comparison, of the requests that were answered.
#[derive(Debug, Default, Serialize)]
pub(in crate::cli) struct Totals {
    /// At today's prices; `null` = of no request a price is known.
    #[serde(serialize_with = "dollars")]
    pub(in crate::cli) cost_usd: Option<Usd>,
    /// Requests whose price is not known.
    unpriced: u64,
    /// Where the cost of another span like this one would be, 95 times of 100; `null` = too few hours with requests to tell.
    pub(super) cost_interval_usd: Option<[f64; 2]>,
    /// The mean of the targets' medians; `null` = too few answers to know one.
    pub(in crate::cli) first_us: Option<u64>,
    /// The same of that mean.
    first_interval_us: Option<[u64; 2]>,
    #[serde(skip)]
    hours: BTreeMap<i64, Hour>,
}

#[derive(Debug, Default, Serialize)]
pub(in crate::cli) struct Line {
    pub(super) target: String,
    /// Requests whose first choice it was.
    pub(super) before: u64,
    /// Requests whose first choice it would have been.
    pub(super) after: u64,
    pub(super) before_share: f64,
    pub(super) after_share: f64,
    pub(super) first_us: Option<u64>,
}

/// A rule that looks at what is not kept.
#[derive(Debug, Serialize)]
pub(super) struct NotReplayable {
    pub(super) rule: String,
    /// What it looks at.
    variables: Vec<&'static str>,
}

impl NotReplayable {
    /// `headers is`, `headers and tags are`.
    pub(super) fn told(&self) -> String {
        let verb = if self.variables.len() == 1 { "is" } else { "are" };
        format!("{} {verb}", self.variables.join(" and "))
    }
}

impl Document {
    /// Whether there was nothing to decide again.
    pub(in crate::cli) fn is_empty(&self) -> bool {
        self.requests == 0
    }

    /// What `policy` would have done with these requests. `zero` is the beginning of the replay's clock.
    pub(super) fn new(played: &[Played], policy: &Policy, likely: &Likely<'_>, mut replay: Replay, zero: i64) -> Self {
        let mut it = Self { schema_version: 1, ..Self::default() };
        it.not_replayable = not_replayable(policy);
        let mut targets = BTreeMap::<String, Line>::new();
        for request in played {
            let Ok(before) = serde_json::from_str::<Record>(&request.decision.record) else {
                it.unreadable += 1;
                continue;
            };
            let then = Then {
                record: &before,
                id: request.decision.id,
                salt: request.decision.salt,
                at: moment(request.started, zero),
                wall: request.started,
                client: &request.client,
                session: request.session.as_deref(),
            };
            let after = replay.decide(policy, &then);
            it.requests += 1;
            if let (None, Some(code)) = (&before.refusal, &after.refusal) {
                *it.refused.entry(code.clone()).or_default() += 1;
            }
            for (record, totals, is_after) in [(&before, &mut it.before, false), (&after, &mut it.after, true)] {
                let Some((target, keys)) = record.plan.first() else { continue };
                let line = targets.entry(target.to_string()).or_default();
                if is_after {
                    line.after += 1;
                } else {
                    line.before += 1;
                }
                line.first_us = likely.first_us(target);
                // What was never answered has no size to be priced by.
                let (Some(input), Some(output)) = (request.input, request.output) else { continue };
                let cost = likely.cost(target, keys, &Usage::estimated(input, output));
                totals.add(request.started.0.div_euclid(HOUR), cost, line.first_us);
            }
        }
        it.targets = targets.into_iter().map(|(target, line)| Line { target, ..line }).collect();
        let (before, after) = it.targets.iter().fold((0, 0), |sum, it| (sum.0 + it.before, sum.1 + it.after));
        for line in &mut it.targets {
            line.before_share = share(line.before, before);
            line.after_share = share(line.after, after);
        }
        it.targets.sort_by(|a, b| b.after.cmp(&a.after).then_with(|| a.target.cmp(&b.target)));
        it.before.close();
        it.after.close();
        it
    }
}

fn not_replayable(policy: &Policy) -> Vec<NotReplayable> {
    let all = policy.rules.iter().map(|rule| NotReplayable {
        rule: rule.name.to_string(),
        variables: rules::unkept(rule).map(crate::domain::rule::Variable::name).collect(),
    });
    all.filter(|it| !it.variables.is_empty()).collect()
}

impl Totals {
    fn add(&mut self, hour: i64, cost: Option<Usd>, first_us: Option<u64>) {
        let of_it = self.hours.entry(hour).or_default();
        match cost {
            Some(cost) => {
                self.cost_usd = Some(self.cost_usd.map_or(cost, |sum| sum + cost));
                of_it.cost += cost.dollars();
            }
            None => self.unpriced += 1,
        }
        if let Some(first) = first_us {
            of_it.first_us = of_it.first_us.saturating_add(first);
            of_it.timed += 1;
        }
    }

    fn close(&mut self) {
        let hours: Vec<Hour> = std::mem::take(&mut self.hours).into_values().collect();
        let (sum, timed) =
            hours.iter().fold((0_u64, 0), |all, it| (all.0.saturating_add(it.first_us), all.1 + it.timed));
        self.first_us = sum.checked_div(timed);
        if self.cost_usd.is_some() {
            self.cost_interval_usd = interval::of(&hours, |all| Some(all.iter().map(|it| it.cost).sum()));
        }
        let first = interval::of(&hours, interval::mean_first);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "microseconds, none below 0")]
        let micros = |it: f64| it.max(0.0) as u64;
        self.first_interval_us = first.map(|it| it.map(micros));
    }

    /// `$4.20 [3.90–4.60] (+2 without a price), first 0.61s [0.58s–0.66s]`.
    pub(in crate::cli) fn told(&self) -> String {
        let cost = self.cost_interval_usd.map(|[low, high]| format!(" [{low:.2}–{high:.2}]")).unwrap_or_default();
        let unpriced = if self.unpriced > 0 {
            format!(" (+{} without a price)", amounts::count(self.unpriced))
        } else {
            String::new()
        };
        let shown = |it| amounts::micros(Some(it));
        let around = self.first_interval_us.map(|[low, high]| format!(" [{}–{}]", shown(low), shown(high)));
        let first = self.first_us.map(|it| format!(", first {}{}", shown(it), around.unwrap_or_default()));
        format!("{}{cost}{unpriced}{}", amounts::money(self.cost_usd), first.unwrap_or_default())
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share for display")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[expect(clippy::ref_option, reason = "as serde calls it")]
fn dollars<S: serde::Serializer>(it: &Option<Usd>, to: S) -> Result<S::Ok, S::Error> {
    it.map(Usd::dollars).serialize(to)
}
