//! A decision as `why` and `explain` show it: the same table for a request that was made and for one that was not.

mod draw;
mod likely;

use serde::Serialize;

use crate::cli::requests::{Price, seconds};
use crate::domain::failure::{Health, Kind};
use crate::domain::policy::Policy;
use crate::domain::target::Target;
use crate::route::explain::{About, Step};
use crate::route::record::Record;
use crate::store::requests::AttemptRow;

pub(super) use draw::{draw, facts};
pub(super) use likely::{Estimate, Likely};

/// A decision, for documents and screens.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    /// The targets in the order to try them.
    pub(super) plan: Vec<Line>,
    /// Targets that were out, and why.
    pub(super) out: Vec<Out>,
    /// What each stage did, in order.
    pub(super) trail: Vec<Told>,
}

/// One target of the order.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    pub(super) target: String,
    /// Its weight in the group; `null` where no group was named.
    pub(super) weight: Option<f64>,
    /// Its share of the weights in the order; `null` where no group was named.
    pub(super) share: Option<f64>,
    /// How it came to its place.
    pub(super) notes: Vec<String>,
    /// What it would cost and when it would begin; only of a request that was not made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) estimate: Option<Estimate>,
    /// What became of it; only of a request that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tried: Option<Vec<Tried>>,
}

/// One attempt on a target.
#[derive(Debug, Serialize)]
pub(super) struct Tried {
    n: u32,
    key: Option<String>,
    status: Option<u16>,
    /// The code of what went wrong; `null` = it answered, or is still at it.
    error: Option<String>,
    /// How it was asked for the rest of an answer that was cut; `null` = for a whole one.
    resume: Option<String>,
    first_seconds: Option<f64>,
    total_seconds: Option<f64>,
    retry_after_seconds: Option<f64>,
    cost: Option<Price>,
    answered: bool,
    /// What followed for the target or its key: `cooled`, `key out` or `model out`; `null` = nothing at once.
    followed: Option<&'static str>,
    #[serde(skip)]
    micros: (Option<u64>, Option<u64>),
}

/// A target that was out.
#[derive(Debug, Serialize)]
pub(super) struct Out {
    pub(super) target: String,
    pub(super) why: String,
}

/// A step, and what it says.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    pub(super) text: String,
    pub(super) step: Step,
}

impl Shown {
    /// A decision by `policy`.
    pub(super) fn new(record: &Record, policy: &Policy) -> Self {
        let group = record.trail.iter().find_map(|it| match it {
            Step::Group { name, .. } => policy.groups.get(name),
            _ => None,
        });
        let weight = |target: &Target| group?.targets.iter().find(|it| it.0 == *target).map(|it| it.1);
        let all: f64 = record.plan.iter().filter_map(|it| weight(&it.0)).sum();
        let plan = record.plan.iter().enumerate().map(|(at, (target, _))| {
            let of_it = record.trail.iter().filter(|it| it.about() == About::Target(target));
            let mut notes: Vec<String> = of_it.map(Step::words).collect();
            if at > 0 && notes.is_empty() {
                notes.push("fallback".to_owned());
            }
            let weight = weight(target);
            let share = weight.map(|it| if all > 0.0 { it / all } else { 0.0 });
            Line { target: target.to_string(), weight, share, notes, estimate: None, tried: None }
        });
        let out = record.trail.iter().filter_map(|it| match it.about() {
            About::Out(target) => Some(Out { target: target.to_string(), why: it.words() }),
            About::All | About::Target(_) => None,
        });
        let trail = record.trail.iter().map(|it| Told { text: it.to_string(), step: it.clone() });
        Self { plan: plan.collect(), out: out.collect(), trail: trail.collect() }
    }

    /// The same with what became of each target.
    pub(super) fn tried(mut self, attempts: &[AttemptRow]) -> Self {
        for line in &mut self.plan {
            let of_it = attempts.iter().filter(|it| format!("{}/{}", it.provider, it.model) == line.target);
            line.tried = Some(of_it.map(Tried::new).collect());
        }
        self
    }

    /// The same with what each target would cost, and when it would begin.
    pub(super) fn estimated(mut self, record: &Record, likely: &Likely<'_>) -> Self {
        for (line, (target, keys)) in self.plan.iter_mut().zip(&record.plan) {
            line.estimate = Some(likely.of(target, keys, &record.ask.needs));
        }
        self
    }
}

impl Tried {
    fn new(row: &AttemptRow) -> Self {
        Self {
            n: row.n,
            key: row.key_name.clone(),
            status: row.status,
            error: row.error.as_ref().map(|it| it.code.clone()),
            resume: row.resume.clone(),
            first_seconds: seconds(row.first_us),
            total_seconds: seconds(row.total_us),
            retry_after_seconds: row.retry_after_ms.and_then(|it| seconds(Some(it.saturating_mul(1000)))),
            cost: row.cost.map(Price::new),
            answered: row.state == "settled" && row.error.is_none(),
            followed: row.error.as_ref().and_then(|it| followed(Kind::named(&it.kind)?, row.retry_after_ms)),
            micros: (row.first_us, row.total_us),
        }
    }
}

/// What follows at once from a failure of that class (routing.md §5); one that only counts may have tripped a breaker or not.
fn followed(kind: Kind, retry_after_ms: Option<u64>) -> Option<&'static str> {
    match kind.effect().health {
        Health::Cool => retry_after_ms.map(|_| "cooled"),
        Health::KeyOut => Some("key out"),
        Health::ModelOut => Some("model out"),
        Health::None | Health::Count => None,
    }
}
