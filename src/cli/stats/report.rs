//! The statistics as they are printed: the JSON document, and what the screen is drawn from.

use jiff::Timestamp;
use serde::Serialize;

use crate::cli::stats::{Rows, Span};
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::store::stats::{ErrorRow, Percentiles, StatsReport, StatsRow, Sums};

/// Everything `stats` prints.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    schema_version: u32,
    pub(super) span: SpanShown,
    pub(super) totals: Line,
    /// Requests that have not ended yet; in no sum.
    pub(super) open: u64,
    pub(super) by: &'static str,
    pub(super) rows: Vec<Line>,
    pub(super) days: Vec<Day>,
    pub(super) errors: Vec<Failing>,
    /// The program that spent most.
    pub(super) busiest_client: Option<Busiest>,
}

/// The span.
#[derive(Debug, Serialize)]
pub(super) struct SpanShown {
    pub(super) name: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) time_zone: Option<String>,
}

/// Sums, of everything or of one row.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    pub(super) name: Option<String>,
    pub(super) requests: u64,
    pub(super) answered: u64,
    pub(super) refused: u64,
    pub(super) failed: u64,
    pub(super) cut: u64,
    pub(super) client_gone: u64,
    pub(super) in_doubt: u64,
    /// Answered by another target after the first had failed.
    pub(super) rescued: u64,
    pub(super) failing: u64,
    pub(super) input_tokens: u64,
    pub(super) cache_read_tokens: u64,
    pub(super) output_tokens: u64,
    pub(super) reasoning_tokens: u64,
    /// What is known to be spent; `null` where tokens were used and none of them has a price.
    pub(super) cost_usd: Option<f64>,
    pub(super) cost_exact_usd: f64,
    pub(super) cost_estimated_usd: f64,
    /// `null` where nothing is in doubt, or nothing of it has a price.
    pub(super) in_doubt_at_most_usd: Option<f64>,
    pub(super) in_doubt_attempts: u64,
    pub(super) unpriced_attempts: u64,
    pub(super) subscription_answers: u64,
    pub(super) free_answers: u64,
    pub(super) first_attempts: u64,
    pub(super) first_attempts_ok: u64,
    /// Time to first content of streamed attempts.
    pub(super) ttft_seconds: Times,
    /// From beginning to end of attempts that answered.
    pub(super) total_seconds: Times,
    /// Time spent in llmroute before a request left for a provider.
    pub(super) overhead_seconds: Times,
    #[serde(skip)]
    pub(super) spent: Usd,
}

/// Percentiles of times, off by less than 0.8 %; `null` where there are too few values to bound one.
#[derive(Debug, Serialize)]
pub(super) struct Times {
    pub(super) n: u64,
    pub(super) p50: Option<f64>,
    pub(super) p95: Option<f64>,
    pub(super) p99: Option<f64>,
}

/// One calendar day.
#[derive(Debug, Serialize)]
pub(super) struct Day {
    pub(super) date: String,
    pub(super) requests: u64,
    pub(super) cost_usd: Option<f64>,
    pub(super) unpriced_attempts: u64,
    #[serde(skip)]
    pub(super) weekday: String,
    #[serde(skip)]
    pub(super) spent: Usd,
}

/// Failures with one code.
#[derive(Debug, Serialize)]
pub(super) struct Failing {
    pub(super) code: String,
    pub(super) kind: String,
    pub(super) attempts: u64,
    pub(super) requests: u64,
}

/// Who spent most.
#[derive(Debug, Serialize)]
pub(super) struct Busiest {
    pub(super) client: String,
    pub(super) requests: u64,
    pub(super) cost_usd: Option<f64>,
    #[serde(skip)]
    pub(super) spent: Usd,
}

impl Report {
    /// From three readings of the ledger over one span.
    pub(super) fn new(span: &Span, by: Rows, rows: &StatsReport, days: &StatsReport, clients: &StatsReport) -> Self {
        Self {
            schema_version: 1,
            span: SpanShown {
                name: span.name.clone(),
                from: local(span, span.range.from, "%Y-%m-%dT%H:%M:%S%:z"),
                to: local(span, span.range.to, "%Y-%m-%dT%H:%M:%S%:z"),
                time_zone: span.zone.iana_name().map(ToOwned::to_owned),
            },
            totals: Line::new(None, &rows.totals),
            open: rows.open,
            by: by.word(),
            rows: rows.rows.iter().map(|it| Line::new(it.name.clone(), &it.sums)).collect(),
            days: days.rows.iter().map(|it| Day::new(span, it)).collect(),
            errors: rows.errors.iter().map(Failing::new).collect(),
            busiest_client: clients.rows.first().and_then(Busiest::new),
        }
    }
}

impl Rows {
    /// The word for it on the command line and in JSON.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Provider => "provider",
            Self::Key => "key",
            Self::Client => "client",
            Self::Session => "session",
            Self::Group => "group",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Error => "error",
        }
    }
}

impl Line {
    fn new(name: Option<String>, sums: &Sums) -> Self {
        let Sums { requests, tokens, money, first, ttft, total, overhead } = sums;
        Self {
            name,
            requests: requests.all,
            answered: requests.ok,
            refused: requests.refused,
            failed: requests.failed,
            cut: requests.cut,
            client_gone: requests.client_gone,
            in_doubt: requests.in_doubt,
            rescued: requests.rescued,
            failing: requests.failing,
            input_tokens: tokens.input,
            cache_read_tokens: tokens.cache_read,
            output_tokens: tokens.output,
            reasoning_tokens: tokens.reasoning,
            cost_usd: known(money.spent(), money.unpriced),
            cost_exact_usd: money.exact.dollars(),
            cost_estimated_usd: money.estimated.dollars(),
            in_doubt_at_most_usd: (money.in_doubt != Usd::ZERO).then(|| money.in_doubt.dollars()),
            in_doubt_attempts: money.in_doubt_count,
            unpriced_attempts: money.unpriced,
            subscription_answers: money.subscription,
            free_answers: money.free,
            first_attempts: first.all,
            first_attempts_ok: first.ok,
            ttft_seconds: Times::of(ttft),
            total_seconds: Times::of(total),
            overhead_seconds: Times::of(overhead),
            spent: money.spent(),
        }
    }
}

impl Times {
    fn of(it: &Percentiles) -> Self {
        Self { n: it.n, p50: seconds(it.p50), p95: seconds(it.p95), p99: seconds(it.p99) }
    }
}

impl Day {
    fn new(span: &Span, row: &StatsRow) -> Self {
        let money = &row.sums.money;
        Self {
            date: row.name.clone().unwrap_or_default(),
            requests: row.sums.requests.all,
            cost_usd: known(money.spent(), money.unpriced),
            unpriced_attempts: money.unpriced,
            weekday: row.start.map(|it| local(span, it, "%a")).unwrap_or_default(),
            spent: money.spent(),
        }
    }
}

impl Failing {
    fn new(row: &ErrorRow) -> Self {
        Self { code: row.code.clone(), kind: row.kind.clone(), attempts: row.attempts, requests: row.requests }
    }
}

impl Busiest {
    fn new(row: &StatsRow) -> Option<Self> {
        let money = &row.sums.money;
        Some(Self {
            client: row.name.clone().filter(|it| !it.is_empty())?,
            requests: row.sums.requests.all,
            cost_usd: known(money.spent(), money.unpriced),
            spent: money.spent(),
        })
    }
}

/// Nothing spent although something without a price was used is unknown, not zero.
fn known(spent: Usd, unpriced: u64) -> Option<f64> {
    (unpriced == 0 || spent != Usd::ZERO).then(|| spent.dollars())
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of one answer")]
fn seconds(micros: Option<u64>) -> Option<f64> {
    micros.map(|it| it as f64 / 1e6)
}

fn local(span: &Span, at: Stamp, format: &str) -> String {
    Timestamp::from_microsecond(at.0)
        .map(|it| it.to_zoned(span.zone.clone()).strftime(format).to_string())
        .unwrap_or_default()
}
