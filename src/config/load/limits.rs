//! Limits, each with a scope that means something. One whose virtual key, team, customer or provider has gone counts nobody,
//! and is told of where limits are listed.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use crate::config::load::Problem;
use crate::domain::limit::Limit;
use crate::domain::scope::Scope;
use crate::store::policy::PolicyRows;

pub(super) fn build(rows: &PolicyRows, problems: &mut Vec<Problem>) -> Vec<Limit> {
    let mut limits = Vec::with_capacity(rows.limits.len());
    for row in &rows.limits {
        match row.scope.parse::<Scope>() {
            Ok(scope) => limits.push(Limit {
                scope,
                requests: row.requests.and_then(NonZeroU32::new),
                tokens: row.tokens.and_then(NonZeroU64::new),
                parallel: row.parallel.and_then(NonZeroU32::new),
                queue: Duration::from_millis(row.queue_ms),
            }),
            Err(error) => {
                let fix = format!("llmroute limits remove {}", row.scope);
                problems.push(Problem::new(format!("limit {}, scope", row.scope), error.to_string(), fix));
            }
        }
    }
    limits
}
