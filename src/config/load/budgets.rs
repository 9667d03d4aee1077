//! Budgets.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::config::load::{Loaded, Problem};
use crate::domain::budget::{Budget, Then};
use crate::store::budgets::BudgetRow;
use crate::store::policy::PolicyRows;

/// Puts the budgets into the policy. One that means nothing is a problem, never a budget that is not there.
pub(super) fn build(rows: &PolicyRows, zone: &TimeZone, loaded: &mut Loaded, problems: &mut Vec<Problem>) {
    for row in &rows.budgets {
        match budget(row, zone) {
            Ok(it) => {
                lost(&it, row, loaded, problems);
                loaded.policy.budgets.push(Arc::new(it));
            }
            Err(problem) => problems.push(problem),
        }
    }
}

/// A row as a budget.
///
/// # Errors
/// It says something that means nothing.
pub(in crate::config) fn budget(row: &BudgetRow, zone: &TimeZone) -> Result<Budget, Problem> {
    let BudgetRow { scope, period, .. } = row;
    let fix = format!("llmroute budgets remove {scope} {period}");
    let problem = |what: &str, why: String| Problem::new(format!("budget {scope}/{period}, {what}"), why, fix.clone());
    let zone = match &row.zone {
        None => zone.clone(),
        Some(name) => TimeZone::get(name).map_err(|it| problem("tz", it.to_string()))?,
    };
    let parsed = scope.parse().map_err(|it: crate::domain::scope::NotAScope| problem("scope", it.to_string()))?;
    let lasts = period.parse().map_err(|it: crate::domain::budget::NotAPeriod| problem("period", it.to_string()))?;
    Ok(Budget {
        warn: percents(&row.warn).map_err(|it| problem("warn", it))?,
        then: row.then.parse().map_err(|it| problem("then", it))?,
        lifted: row.lifted,
        ..Budget::new(parsed, row.amount, lasts, zone)
    })
}

/// Percentages with commas between them: above 0, up to 100, ascending.
pub(in crate::config) fn percents(text: &str) -> Result<Vec<u8>, String> {
    let none = || format!("`{text}` are no percentages: expected numbers from 1 to 100, ascending, like 50,80");
    let parts = text.split(',').filter(|_| !text.is_empty());
    let all: Vec<u8> = parts.map(|it| it.trim().parse()).collect::<Result<_, _>>().map_err(|_| none())?;
    let ascends = all.windows(2).all(|it| it[0] < it[1]);
    let fits = all.first().is_none_or(|it| *it > 0) && all.last().is_none_or(|it| *it <= 100);
    (ascends && fits).then_some(all).ok_or_else(none)
}

/// The group that it names may have gone since it was saved.
fn lost(it: &Budget, row: &BudgetRow, loaded: &Loaded, problems: &mut Vec<Problem>) {
    let Then::Downgrade(group) = &it.then else { return };
    if !loaded.policy.groups.contains_key(group) {
        let BudgetRow { scope, period, .. } = row;
        let fix =
            format!("llmroute groups set {group} PROVIDER/MODEL=1   or   llmroute budgets remove {scope} {period}");
        let why = format!("there is no group `{group}`");
        problems.push(Problem::new(format!("budget {scope}/{period}, then"), why, fix));
    }
}
