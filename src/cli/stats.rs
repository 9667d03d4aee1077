//! `stats`: what happened and what it cost, over a span of calendar days.

mod draw;
mod heatmap;
mod report;
mod savings;
mod span;

use clap::{Args, ValueEnum};
use jiff::{Timestamp, Zoned};

use crate::cli::diag::{Diag, Done, Exit, Stop};
use crate::cli::session::Session;
use crate::store::stats::{self, By, Range};
use report::Report;
use span::Span;

/// `stats`.
#[derive(Debug, Args)]
#[command(
    after_help = "A percentile is shown where its sample carries it: p50 from 6 on, p95 from 72, p99 from 368.\n\
                        ? is a price that nobody knows, never 0; \u{2248} is what a flat fee covers, at list price, in no sum.\n\n\
                        Example:\n  llmroute stats today --json\n  llmroute stats 30d --by provider\n  \
                        llmroute stats 2026-11-01..2026-11-15 --by client --savings\n  llmroute stats --heatmap"
)]
pub struct Stats {
    /// The span: `today`, `week`, `month`, a number of days up to today like `7d`, or dates SINCE..UNTIL.
    #[arg(value_name = "today|7d|30d|month|SINCE..UNTIL", default_value = "7d", hide_default_value = true)]
    span: String,
    /// One row for each of these.
    #[arg(long, value_enum)]
    by: Option<Rows>,
    /// A year of days in shades, a column for each week.
    #[arg(long, conflicts_with_all = ["span", "by", "savings"])]
    heatmap: bool,
    /// What routing and prompt caches saved, row by row, against the model that each client asked for.
    #[arg(long)]
    savings: bool,
}

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Rows {
    Day,
    Hour,
    Model,
    Provider,
    Key,
    Client,
    Session,
    Group,
    VirtualKey,
    Team,
    Customer,
    Error,
}

impl Stats {
    /// Prints the statistics.
    ///
    /// # Errors
    /// The span is none, the local file cannot be read, or stdout cannot be written.
    pub fn run(&self, session: &Session) -> Done {
        let now = now(session)?;
        let db = session.read()?;
        if self.heatmap {
            return session.screen.show(&heatmap::read(&db, &now)?, heatmap::screen);
        }
        let by = self.by.unwrap_or(Rows::Model);
        if self.savings && by == Rows::Error {
            let why = "errors have a count and no price";
            return Err(Diag::usage("--savings does not go with --by error", why).fix("leave one of them out").into());
        }
        let span = Span::parse(&self.span, &now)?;
        let asked = by.asked(&span);
        let survey = stats::survey(&db, span.range, &[asked, By::Day(span.zone.clone()), By::Client])?;
        let local = local(session, &survey)?;
        let shown = Report::new(&span, by, &survey, &local);
        let brief = span.name == "today" && self.by.is_none();
        match (self.savings, by) {
            (true, _) => session.screen.show(&shown, savings::screen),
            (false, Rows::Error) => {
                session.screen.show_list(&shown, "errors", |it, frame| draw::screen(it, frame, brief))
            }
            (false, _) => session.screen.show(&shown, |it, frame| draw::screen(it, frame, brief)),
        }
    }
}

impl Rows {
    fn asked(self, span: &Span) -> By {
        match self {
            Self::Day => By::Day(span.zone.clone()),
            Self::Hour => By::Hour(span.zone.clone()),
            Self::Model => By::Model,
            Self::Provider => By::Provider,
            Self::Key => By::Key,
            Self::Client => By::Client,
            Self::Session => By::Session,
            Self::Group => By::Group,
            Self::VirtualKey => By::VirtualKey,
            Self::Team => By::Team,
            Self::Customer => By::Customer,
            Self::Error => By::Total,
        }
    }
}

/// Providers on this machine, whose answers cost nothing. They are only looked up where something was free.
fn local(session: &Session, survey: &stats::Survey) -> Done<Vec<String>> {
    if survey.totals.money.free == 0 {
        return Ok(Vec::new());
    }
    let policy = session.glance()?.policy;
    Ok(policy.providers.values().filter(|it| it.local).map(|it| it.name.to_string()).collect())
}

/// Since midnight, where this home's days begin.
///
/// # Errors
/// The settings cannot be read, or the clock is beyond the calendar.
pub(super) fn today(session: &Session) -> Done<Range> {
    Ok(Span::parse("today", &now(session)?)?.range)
}

fn now(session: &Session) -> Done<Zoned> {
    let now = Timestamp::from_microsecond(session.clock.now().wall.0).map_err(|error| {
        Stop::from(Diag::new(Exit::Failed, "clock", "the machine's clock cannot be used", error).fix("set the clock"))
    })?;
    Ok(now.to_zoned(session.settings()?.time_zone))
}
