//! A budget as it is shown.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::cli::diag::Done;
use crate::cli::live;
use crate::cli::session::Session;
use crate::cli::view::bars;
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, amounts};
use crate::domain::budget::{Budget, Then, short};
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::domain::scope::Scope;
use crate::engine::purse::BudgetTold;
use crate::store::spent::{Question, spent};

/// Columns of a bar.
const BAR: usize = 10;

/// A budget with how it stands.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    scope: String,
    period: String,
    amount_usd: f64,
    /// Of all sessions together, where each has its own.
    spent_usd: f64,
    /// For requests under way; only the running server knows.
    held_usd: f64,
    /// `null` where each session has its own.
    left_usd: Option<f64>,
    /// Spent and held, in percent of the amount; of the session that has taken most, where each has its own.
    used_percent: f64,
    /// When the window ends, in seconds since 1970; `null` where it does not.
    resets: Option<i64>,
    warn_percent: Vec<u8>,
    then: String,
    time_zone: Option<String>,
    /// Until when it refuses nothing, in seconds since 1970.
    lifted_until: Option<i64>,
    #[serde(skip)]
    shown: [String; 7],
}

/// Every budget, with what the running server says of it, or else the file.
pub(super) fn lines(session: &Session) -> Done<Vec<Line>> {
    let policy = session.glance()?.policy;
    if policy.budgets.is_empty() {
        return Ok(Vec::new());
    }
    let told = live::told(session)?.map(|it| it.budgets).unwrap_or_default();
    let now = session.clock.now().wall;
    let db = session.read()?;
    let mut lines = Vec::with_capacity(policy.budgets.len());
    for budget in &policy.budgets {
        let (scope, period) = (budget.scope.to_string(), budget.period.to_string());
        // A budget of a moment ago is in force within the next.
        let live = told.iter().find(|it| it.scope == scope && it.period == period).cloned();
        let standing = match live {
            Some(it) => it,
            None => of_rows(budget, now, &db)?,
        };
        lines.push(Line::new(budget, &standing, now));
    }
    Ok(lines)
}

/// How it stands where no server runs: nothing is held then that a row does not know of.
fn of_rows(budget: &Budget, now: Stamp, db: &crate::store::Db) -> Done<BudgetTold> {
    let question = Question { scope: &budget.scope, since: budget.window(now).start, part: None };
    let rows = spent(db, &question, Vec::new)?;
    let dearest = rows.iter().filter_map(|it| Some((it.session.clone()?, it.cost.pico()))).max_by_key(|it| it.1);
    Ok(BudgetTold {
        scope: budget.scope.to_string(),
        period: budget.period.to_string(),
        spent: rows.iter().map(|it| it.cost).sum::<Usd>().pico(),
        held: 0,
        dearest_session: dearest,
    })
}

// === impl Line ===

impl Line {
    #[expect(clippy::cast_precision_loss, reason = "for display")]
    fn new(budget: &Budget, told: &BudgetTold, now: Stamp) -> Self {
        let each = budget.scope == Scope::Session;
        let taken = if each { told.dearest_session.as_ref().map_or(0, |it| it.1) } else { told.spent + told.held };
        let left = Usd::from_pico((budget.amount.pico() - taken).max(0));
        let used = taken as f64 / budget.amount.pico() as f64;
        let end = budget.window(now).end;
        let lifted = budget.lifted.filter(|it| now < *it);
        let zone = budget.zone.iana_name().map(ToOwned::to_owned);
        let then = match &budget.then {
            Then::Downgrade(group) => format!("downgrade to {group}"),
            other => other.to_string(),
        };
        let resets = match end {
            Some(end) => {
                let place = zone.as_deref().map(|it| format!(" {}", it.rsplit('/').next().unwrap_or(it)));
                format!("{} ({}){}", clock(end, now, &budget.zone), until(end, now), place.unwrap_or_default())
            }
            None if budget.period.part().is_some() => "rolling".to_owned(),
            None => "never".to_owned(),
        };
        let lifts = lifted.map(|it| format!(", lifted until {}", clock(it, now, &budget.zone))).unwrap_or_default();
        let of_each = |it: Usd| if each { format!("{it} each") } else { it.to_string() };
        Self {
            amount_usd: budget.amount.dollars(),
            spent_usd: Usd::from_pico(told.spent).dollars(),
            held_usd: Usd::from_pico(told.held).dollars(),
            left_usd: (!each).then(|| left.dollars()),
            used_percent: used * 100.0,
            resets: end.map(Stamp::seconds),
            warn_percent: budget.warn.clone(),
            then: budget.then.to_string(),
            time_zone: zone,
            lifted_until: lifted.map(Stamp::seconds),
            shown: [
                short(&budget.scope),
                format!("{}/{}", budget.amount, budget.period),
                Usd::from_pico(told.spent).to_string(),
                Usd::from_pico(told.held).to_string(),
                of_each(left),
                resets,
                format!("{then}{lifts}"),
            ],
            scope: told.scope.clone(),
            period: told.period.clone(),
        }
    }

    pub(super) fn is(&self, scope: &str, period: &str) -> bool {
        (self.scope.as_str(), self.period.as_str()) == (scope, period)
    }

    /// `all: $10.00/day, $6.42 spent, then downgrade to fast`.
    pub(super) fn sentence(&self) -> String {
        let [scope, limit, spent, .., then] = &self.shown;
        let warn: Vec<String> = self.warn_percent.iter().map(|it| format!("{it} %")).collect();
        let warn = if warn.is_empty() { String::new() } else { format!(", warns at {}", warn.join(" and ")) };
        format!("{scope}: {limit}, {spent} spent{warn}, then {then}")
    }
}

pub(super) fn table(lines: &[Line], frame: Frame) -> String {
    let mut table = Table::new(&[
        left("SCOPE"),
        right("LIMIT"),
        right("SPENT"),
        right("HELD").wide(),
        right("LEFT"),
        left("").drawn(),
        right("USED"),
        left("RESETS"),
        left("THEN").wide(),
    ]);
    for line in lines {
        let [scope, limit, spent, held, left, resets, then] = line.shown.clone();
        let used = line.used_percent / 100.0;
        let bar = bars::bar(used, BAR);
        table.row([scope, limit, spent, held, left, bar, amounts::share(used), resets, then]);
    }
    table.draw(frame)
}

/// `00:00`; with the day where it is further off than a day.
pub(super) fn clock(at: Stamp, now: Stamp, zone: &TimeZone) -> String {
    let far = at.0.saturating_sub(now.0) > 86_400_000_000;
    let shape = if far { "%Y-%m-%d %H:%M" } else { "%H:%M" };
    Timestamp::from_microsecond(at.0)
        .map(|it| it.to_zoned(zone.clone()).strftime(shape).to_string())
        .unwrap_or_default()
}

/// `6h12`, `12m`, `3d`.
fn until(at: Stamp, now: Stamp) -> String {
    let minutes = at.0.saturating_sub(now.0).max(0) / 60_000_000;
    match minutes {
        0..60 => format!("{minutes}m"),
        60..2_880 => format!("{}h{:02}", minutes / 60, minutes % 60),
        _ => format!("{}d", minutes / 1_440),
    }
}
