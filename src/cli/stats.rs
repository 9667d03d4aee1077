//! `stats`: what happened and what it cost, over a span of calendar days.

mod draw;
mod report;

use clap::{Args, ValueEnum};
use jiff::civil::Weekday;
use jiff::{Timestamp, ToSpan as _, Zoned};

use crate::cli::diag::{Diag, Done, Exit, Stop};
use crate::cli::session::Session;
use crate::domain::clock::Stamp;
use crate::store::stats::{self, By, Range};

/// `stats`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  llmroute stats today --json\n  llmroute stats 30d --by provider")]
pub struct Stats {
    /// The span: `today`, `month`, or a number of days up to today like `7d`.
    #[arg(value_name = "today|7d|30d|month", default_value = "7d", hide_default_value = true)]
    span: String,
    /// One row for each of these.
    #[arg(long, value_enum)]
    by: Option<Rows>,
}

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Rows {
    Model,
    Provider,
    Key,
    Client,
    Session,
    Group,
    Day,
    Hour,
    Error,
}

/// A span as asked for.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) name: String,
    pub(super) range: Range,
    pub(super) zone: jiff::tz::TimeZone,
}

impl Stats {
    /// Prints the statistics.
    ///
    /// # Errors
    /// The span is none, the local file cannot be read, or stdout cannot be written.
    pub fn run(&self, session: &Session) -> Done {
        let span = span(&self.span, &now(session)?)?;
        let db = session.read()?;
        let today = span.name == "today";
        let by = self.by.unwrap_or(Rows::Model);
        let asked = match by {
            Rows::Model => By::Model,
            Rows::Provider => By::Provider,
            Rows::Key => By::Key,
            Rows::Client => By::Client,
            Rows::Session => By::Session,
            Rows::Group => By::Group,
            Rows::Day => By::Day(span.zone.clone()),
            Rows::Hour => By::Hour(span.zone.clone()),
            Rows::Error => By::Total,
        };
        let read = |by: &By| stats::report(&db, span.range, by).map_err(Stop::from);
        let rows = read(&asked)?;
        let days = read(&By::Day(span.zone.clone()))?;
        let clients = read(&By::Client)?;
        let shown = report::Report::new(&span, by, &rows, &days, &clients);
        session.screen.show(&shown, |it, frame| draw::screen(it, frame, today && self.by.is_none()))
    }
}

/// Since midnight, where this home's days begin.
///
/// # Errors
/// The settings cannot be read, or the clock is beyond the calendar.
pub(super) fn today(session: &Session) -> Done<Range> {
    Ok(span("today", &now(session)?)?.range)
}

fn now(session: &Session) -> Done<Zoned> {
    let now = Timestamp::from_microsecond(session.clock.now().wall.0).map_err(|error| {
        Diag::new(Exit::Failed, "clock", "the machine's clock cannot be used", error).fix("set the clock")
    })?;
    Ok(now.to_zoned(session.settings()?.time_zone))
}

/// The span a word stands for, up to and including `now`. Days begin at midnight of the zone of `now`.
fn span(word: &str, now: &Zoned) -> Done<Span> {
    let bad = |why: &str| {
        Stop::from(
            Diag::usage(format_args!("`{word}` is no span"), why).fix("llmroute stats today   or   7d, 30d, month"),
        )
    };
    let calendar = |error: jiff::Error| bad(&error.to_string());
    let first = match word {
        "today" => now.clone(),
        "month" => now.first_of_month().map_err(calendar)?,
        "week" => {
            let since_monday = i64::from(now.weekday().since(Weekday::Monday));
            now.checked_sub(since_monday.days()).map_err(calendar)?
        }
        _ => {
            let days = word.strip_suffix('d').and_then(|it| it.parse::<i64>().ok());
            let days = days.filter(|it| (1..=3660).contains(it));
            let days = days.ok_or_else(|| bad("it is `today`, `week`, `month`, or 1 to 3660 days like `7d`"))?;
            now.checked_sub((days - 1).days()).map_err(calendar)?
        }
    };
    let from = first.start_of_day().map_err(calendar)?;
    // One microsecond on: the span ends before `to`, and a request that just ended belongs to it.
    let range = Range {
        from: Stamp(from.timestamp().as_microsecond()),
        to: Stamp(now.timestamp().as_microsecond().saturating_add(1)),
    };
    Ok(Span { name: word.to_owned(), range, zone: now.time_zone().clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(word: &str) -> (String, i64) {
        let now: Zoned = "2026-11-19T15:30:00+01:00[Europe/Berlin]".parse().unwrap();
        let span = span(word, &now).unwrap();
        let from = Timestamp::from_microsecond(span.range.from.0).unwrap().to_zoned(span.zone);
        (from.strftime("%Y-%m-%d %H:%M").to_string(), span.range.to.0 - now.timestamp().as_microsecond())
    }

    #[test]
    fn spans_begin_at_midnight() {
        assert_eq!(days("today"), ("2026-11-19 00:00".into(), 1));
        assert_eq!(days("7d").0, "2026-11-13 00:00");
        assert_eq!(days("week").0, "2026-11-16 00:00");
        assert_eq!(days("month").0, "2026-11-01 00:00");
    }

    #[test]
    fn other_words_are_refused() {
        let now: Zoned = "2026-11-19T15:30:00+00:00[UTC]".parse().unwrap();
        for word in ["yesterdya", "0d", "-3d", "9999d", "d", ""] {
            assert!(span(word, &now).is_err(), "{word}");
        }
    }
}
