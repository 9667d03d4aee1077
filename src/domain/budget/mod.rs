//! What may be spent: on whose requests, in which time, and what happens when it is.

mod period;

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;

use crate::domain::clock::Stamp;
use crate::domain::id::GroupName;
use crate::domain::money::Usd;
use crate::domain::scope::Scope;

pub use period::{NotAPeriod, Period, Unit, Window};

/// An amount of dollars for a period, for one scope. What was spent is counted by scope and period: changing anything else
/// keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Whose requests it counts.
    pub scope: Scope,
    /// How much they may cost.
    pub amount: Usd,
    /// In which time.
    pub period: Period,
    /// Percentages, ascending, that are told of when they are reached, each once a window.
    pub warn: Vec<u8>,
    /// What happens to a request that it has no room for.
    pub then: Then,
    /// Where the calendar of its period is in force.
    pub zone: TimeZone,
    /// Refuses nothing before this time; it is counted all the same.
    pub lifted: Option<Stamp>,
}

/// What happens to a request that a budget has no room for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Then {
    /// It is refused.
    #[default]
    Stop,
    /// It goes to this group, as far as that fits; so does every request from the last percentage of [`Budget::warn`] on.
    Downgrade(GroupName),
    /// Nothing but a notice.
    Warn,
}

impl Budget {
    /// A budget that says nothing beside what it must: it stops, and warns at nothing.
    #[must_use]
    pub fn new(scope: Scope, amount: Usd, period: Period, zone: TimeZone) -> Self {
        Self { scope, amount, period, warn: Vec::new(), then: Then::Stop, zone, lifted: None }
    }

    /// Whether it refuses: one that only warns does not.
    #[must_use]
    pub fn is_hard(&self) -> bool {
        self.then != Then::Warn
    }

    /// Whether it lets everything through at `now`.
    #[must_use]
    pub fn is_lifted(&self, now: Stamp) -> bool {
        self.lifted.is_some_and(|until| now < until)
    }

    /// The window that is counted at `at`.
    #[must_use]
    pub fn window(&self, at: Stamp) -> Window {
        self.period.window(at, &self.zone)
    }

    /// `all/day`, `openai/month`: what people call it.
    #[must_use]
    pub fn label(&self) -> String {
        label(&self.scope, self.period)
    }
}

/// The earliest time of which budgets still count what was spent at `at`; `None` without any. Rows since then must not go.
pub fn counted_since<'a>(budgets: impl IntoIterator<Item = &'a Budget>, at: Stamp) -> Option<Stamp> {
    /// An attempt belongs to the window it began in, and to a request that may have arrived a day before.
    const LONGEST: i64 = 86_400_000_000;
    let starts = budgets.into_iter().map(|it| it.window(at).start);
    starts.min().map(|it| Stamp(it.0.saturating_sub(LONGEST)))
}

/// What people call the budget of that scope and period.
#[must_use]
pub fn label(scope: &Scope, period: Period) -> String {
    format!("{}/{period}", short(scope))
}

/// A scope as it is typed most briefly: a provider by its bare name.
#[must_use]
pub fn short(scope: &Scope) -> String {
    match scope {
        // `all` alone would be everybody's.
        Scope::Provider(it) if it.as_str() != "all" => it.to_string(),
        other => other.to_string(),
    }
}

/// The text is no amount for a period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAmount {
    /// There is no `/` in it.
    #[error("`{0}` is no budget: write it as AMOUNT/PERIOD, like 10/day")]
    NoPeriod(String),
    /// What stands before the `/` is no amount.
    #[error("`{0}` is no amount of dollars above 0")]
    Amount(String),
    /// What stands behind it is no period.
    #[error(transparent)]
    Period(#[from] NotAPeriod),
}

/// Reads `10/day` or `$0.50/24h`.
///
/// # Errors
/// It is none.
pub fn amount(text: &str) -> Result<(Usd, Period), NotAnAmount> {
    let (amount, period) = text.split_once('/').ok_or_else(|| NotAnAmount::NoPeriod(text.to_owned()))?;
    let dollars: Option<f64> = amount.trim_start_matches('$').parse().ok();
    let usd = dollars.and_then(Usd::from_dollars).filter(|it| *it > Usd::ZERO);
    Ok((usd.ok_or_else(|| NotAnAmount::Amount(amount.to_owned()))?, period.parse()?))
}

impl fmt::Display for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stop => f.pad("stop"),
            Self::Downgrade(group) => f.pad(&format!("downgrade={group}")),
            Self::Warn => f.pad("warn"),
        }
    }
}

impl FromStr for Then {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, text.strip_prefix("downgrade=")) {
            ("stop", _) => Ok(Self::Stop),
            ("warn", _) => Ok(Self::Warn),
            (_, Some(group)) if !group.is_empty() => Ok(Self::Downgrade(group.into())),
            _ => Err(format!("`{text}` is not what a budget can do: expected stop, downgrade=GROUP or warn")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_with_their_period() {
        let read = |text: &str| amount(text).map(|(usd, period)| (usd.pico(), period.to_string()));
        assert_eq!(read("10/day"), Ok((10_000_000_000_000, "day".to_owned())));
        assert_eq!(read("$0.5/30d"), Ok((500_000_000_000, "30d".to_owned())));
        for text in ["10", "day", "/day", "0/day", "-1/day", "NaN/day", "inf/day", "1e30/day", "10/", "10/blue moon"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_happens_then_reads_back_what_it_prints() {
        for text in ["stop", "warn", "downgrade=fast"] {
            assert_eq!(text.parse::<Then>().unwrap().to_string(), text);
        }
        for text in ["", "downgrade", "downgrade=", "Stop"] {
            assert!(text.parse::<Then>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_budget_is_called_by_its_scope_and_period() {
        let label = |scope: &str| label(&scope.parse().unwrap(), Period::Calendar(Unit::Day));
        assert_eq!(label("all"), "all/day");
        assert_eq!(label("openai"), "openai/day");
        assert_eq!(label("provider:all"), "provider:all/day");
        assert_eq!(label("key:openai/home"), "key:openai/home/day");
    }

    #[test]
    fn what_any_budget_counts_is_counted_since_the_first_of_their_windows() {
        // 2027-01-15, eight in the morning.
        let now = Stamp(1_800_000_000_000_000);
        let of = |period: &str| {
            let amount = Usd::from_pico(1);
            Budget::new(Scope::All, amount, period.parse().unwrap(), TimeZone::UTC)
        };
        let since = |all: &[Budget]| counted_since(all, now).map(|it| (now.0 - it.0) / 3_600_000_000);
        assert_eq!(since(&[]), None);
        assert_eq!(since(&[of("day")]), Some(8 + 24));
        assert_eq!(since(&[of("day"), of("year"), of("24h")]), Some(14 * 24 + 8 + 24));
        assert_eq!(counted_since(&[of("day"), of("total")], now), Some(Stamp(i64::MIN)));
    }
}
