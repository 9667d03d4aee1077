//! `budgets`: what may be spent, what was, and what is held for requests under way.

mod shown;

use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::cli::budgets::shown::{Line, table};
use crate::cli::diag::Done;
use crate::cli::question;
use crate::cli::session::Session;
use crate::cli::view::amounts;
use crate::config::edits::BudgetInput;
use crate::domain::clock::Stamp;

/// `budgets`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  llmroute budgets\n  llmroute budgets set all 10/day --warn 50,80 --then downgrade=fast\n  \
                        llmroute budgets lift all --for 2h"
)]
pub struct Budgets {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the budgets with what was spent, what is held for requests under way, and what is left (the default).
    #[command(after_help = "Example:\n  llmroute budgets list --json")]
    List,
    /// Make a budget, or change the one of that scope and period. What was spent in it stays spent.
    #[command(
        after_help = "What may cost more than is left is refused before it is sent: its worst case is held first, on every budget that\n\
                      counts it, so that requests at the same time cannot spend the same money twice.\n\n\
                      Scopes:\n  \
                      all                        everybody's requests\n  \
                      PROVIDER, provider:P       those that one provider is asked\n  \
                      model:P/M                  those for one model of a provider\n  \
                      key:P/K                    those paid with one key\n  \
                      customer:X, team:X         those of their virtual keys\n  \
                      virtual-key:X              those of one virtual key, or with /provider:P those for one provider\n  \
                      session:*                  those of each session by themselves\n\n\
                      Periods:\n  \
                      minute, hour, day, week, month, year   of the calendar\n  \
                      24h, 30d, 90m                          rolling\n  \
                      total                                  prepaid: for ever\n\n\
                      Example:\n  llmroute budgets set all 10/day --warn 50,80 --then downgrade=fast\n  \
                      llmroute budgets set openai 100/month\n  llmroute budgets set virtual-key:ci 0.50/24h"
    )]
    Set {
        /// Whose requests it counts.
        scope: String,
        /// How many dollars, and for how long.
        #[arg(value_name = "AMOUNT/PERIOD")]
        amount: String,
        /// Percentages that are told of in the log when they are reached, each once a window; `` = none.
        #[arg(long, value_name = "50,80")]
        warn: Option<String>,
        /// What happens to what it has no room for: it is refused, it goes to a group (as does everything from the last
        /// `--warn` on), or it is let through. Refused, unless this is given.
        #[arg(long, value_name = "stop|downgrade=GROUP|warn")]
        then: Option<String>,
        /// The time zone of its calendar, as in `Europe/Berlin`; without it the configured one, else the machine's.
        #[arg(long, value_name = "ZONE")]
        tz: Option<String>,
    },
    /// Remove the budgets of a scope, or only the one of a period.
    #[command(after_help = "Example:\n  llmroute budgets remove openai\n  llmroute budgets remove all day")]
    Remove {
        /// Whose requests it counts.
        scope: String,
        /// Only this period's.
        period: Option<String>,
    },
    /// Let the budgets of a scope refuse nothing for a time. They count on.
    #[command(after_help = "Example:\n  llmroute budgets lift openai --for 2h")]
    Lift {
        /// Whose requests it counts.
        scope: String,
        /// For how long.
        #[arg(long = "for", value_name = "2h|30m|1d", value_parser = span)]
        time: Duration,
    },
}

/// The document of `budgets`.
#[derive(Debug, Serialize)]
struct Listed {
    schema_version: u32,
    budgets: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Changed<'a> {
    schema_version: u32,
    scope: &'a str,
    /// How many budgets that were.
    budgets: usize,
    /// Until when they are lifted, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_until: Option<i64>,
}

impl Budgets {
    /// Lists or edits budgets.
    ///
    /// # Errors
    /// A scope, amount, period or name is wrong, or the local file cannot be used.
    pub fn run(&self, session: &Session) -> Done {
        match &self.verb {
            None | Some(Verb::List) => list(session),
            Some(Verb::Set { scope, amount, warn, then, tz }) => {
                let input = BudgetInput { warn: warn.clone(), then: then.clone(), zone: tz.clone() };
                set(session, scope, amount, input)
            }
            Some(Verb::Remove { scope, period }) => remove(session, scope, period.as_deref()),
            Some(Verb::Lift { scope, time }) => lift(session, scope, *time),
        }
    }
}

fn list(session: &Session) -> Done {
    let listed = Listed { schema_version: 1, budgets: shown::lines(session)? };
    session.screen.show(&listed, |it, frame| {
        if it.budgets.is_empty() {
            return "no budgets: llmroute budgets set all 10/day".to_owned();
        }
        table(&it.budgets, frame)
    })
}

fn set(session: &Session, scope: &str, amount: &str, input: BudgetInput) -> Done {
    let row = session.edit(|edits| edits.set_budget(scope, amount, input))?;
    let budgets = shown::lines(session)?;
    let budgets: Vec<Line> = budgets.into_iter().filter(|it| it.is(&row.scope, &row.period)).collect();
    let told = budgets.first().map(Line::sentence).unwrap_or_default();
    session.screen.did(&Listed { schema_version: 1, budgets }, format_args!("✓ {told}"))
}

fn remove(session: &Session, scope: &str, period: Option<&str>) -> Done {
    question::confirm(&session.global, &format!("Remove the budgets of {scope}?"))?;
    let budgets = session.edit(|edits| edits.remove_budget(scope, period))?;
    let text = format!("✓ {} of {scope} removed", amounts::plural(budgets as u64, "budget", "budgets"));
    session.screen.did(&Changed { schema_version: 1, scope, budgets, lifted_until: None }, text)
}

fn lift(session: &Session, scope: &str, time: Duration) -> Done {
    let micros = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    let until = Stamp(session.clock.now().wall.0.saturating_add(micros));
    let budgets = session.edit(|edits| edits.lift_budget(scope, until))?;
    let zone = session.settings()?.time_zone;
    let text = format!(
        "✓ {} of {scope} lifted until {}",
        amounts::plural(budgets as u64, "budget", "budgets"),
        shown::clock(until, session.clock.now().wall, &zone)
    );
    session.screen.did(&Changed { schema_version: 1, scope, budgets, lifted_until: Some(until.seconds()) }, text)
}

/// `2h`, `30m`, `1d`.
fn span(text: &str) -> Result<Duration, String> {
    let unit = match text.as_bytes().last() {
        Some(b'm') => 60,
        Some(b'h') => 3_600,
        Some(b'd') => 86_400,
        _ => 0,
    };
    let number = text.get(..text.len().saturating_sub(1)).and_then(|it| it.parse::<u64>().ok());
    let seconds = number.and_then(|it| it.checked_mul(unit)).filter(|it| (1..=366 * 86_400).contains(it));
    seconds.map(Duration::from_secs).ok_or_else(|| "write it like 2h, 30m or 1d, up to 366d".to_owned())
}
