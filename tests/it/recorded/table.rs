//! The table: pass counts by provider, by API and by feature.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::exchange::Exchange;
use super::{CHECKS, Outcome, run};

/// An exchange with what its checks came to.
pub(super) struct Row<'a> {
    exchange: &'a Exchange,
    /// One for each check; none where the exchange is in no dialect that is spoken.
    outcomes: Result<Vec<Outcome>, &'static str>,
}

impl<'a> Row<'a> {
    pub(super) fn of(exchange: &'a Exchange) -> Self {
        let outcomes = exchange.dialect().map(|_| CHECKS.iter().map(|(_, check)| run(*check, exchange)).collect());
        Self { exchange, outcomes }
    }

    /// What does not hold, in words.
    pub(super) fn failures(&self) -> Vec<String> {
        let outcomes = self.outcomes.as_deref().unwrap_or_default();
        let failed = CHECKS.iter().zip(outcomes).filter_map(|((name, _), outcome)| match outcome {
            Outcome::Failed(how) => Some(format!("{} [{name}]: {how}", self.exchange.file)),
            _ => None,
        });
        failed.collect()
    }
}

/// Passed and run, for each check.
type Counts = [(usize, usize); CHECKS.len()];

pub(super) fn shown(rows: &[Row]) -> String {
    let mut out = String::new();
    let by = |keys: fn(&Exchange) -> Vec<String>| {
        let mut groups: BTreeMap<String, (usize, Counts)> = BTreeMap::new();
        for row in rows {
            let Ok(outcomes) = &row.outcomes else { continue };
            for key in keys(row.exchange) {
                let (many, counts) = groups.entry(key).or_default();
                *many += 1;
                for (count, outcome) in counts.iter_mut().zip(outcomes) {
                    count.0 += usize::from(*outcome == Outcome::Passed);
                    count.1 += usize::from(!matches!(outcome, Outcome::Beside(_)));
                }
            }
        }
        groups
    };
    let groups = [
        ("provider", by(|it| vec![it.provider.clone()])),
        ("api", by(|it| vec![it.api.clone()])),
        ("feature", by(|it| it.features.clone())),
        ("all", by(|_| vec!["together".to_owned()])),
    ];
    for (title, groups) in groups {
        write!(out, "\n{title:<24}{:>10}", "exchanges").unwrap();
        for (name, _) in CHECKS {
            write!(out, "{name:>17}").unwrap();
        }
        out.push('\n');
        for (key, (many, counts)) in groups {
            write!(out, "{key:<24}{many:>10}").unwrap();
            for (passed, run) in counts {
                let cell = if run == 0 { "-".to_owned() } else { format!("{passed}/{run}") };
                write!(out, "{cell:>17}").unwrap();
            }
            out.push('\n');
        }
    }
    aside(rows, &mut out);
    out
}

/// Why some exchanges, and some checks of others, are not in the counts.
fn aside(rows: &[Row], out: &mut String) {
    let mut reasons: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in rows {
        match &row.outcomes {
            Err(why) => *reasons.entry((row.exchange.api.as_str(), *why)).or_default() += 1,
            Ok(outcomes) => {
                for ((name, _), outcome) in CHECKS.iter().zip(outcomes) {
                    if let Outcome::Beside(why) = outcome {
                        *reasons.entry((*name, *why)).or_default() += 1;
                    }
                }
            }
        }
    }
    out.push_str("\nnot in the counts\n");
    for ((what, why), many) in reasons {
        writeln!(out, "{what:<24}{many:>10}  {why}").unwrap();
    }
}
