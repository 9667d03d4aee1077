//! The statistics as they are printed: the JSON document, and what the screen is drawn from.

use jiff::Timestamp;
use serde::Serialize;

use crate::cli::stats::Rows;
use crate::cli::stats::span::Span;
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::store::stats::{ErrorRow, Percentiles, Savings, StatsRow, Sums, Survey};

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
    /// What answers paid by a flat fee would have cost by the token; in no other sum. `null` where there are none, or
    /// none of them has a price.
    pub(super) equivalent_usd: Option<f64>,
    /// Of how many of them nobody knows that.
    pub(super) equivalent_unknown: u64,
    /// Against the model that each client asked for, at list price, without caches.
    pub(super) saved: Saved,
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
    #[serde(skip)]
    pub(super) equivalent: Usd,
    /// The row of a server on this machine.
    #[serde(skip)]
    pub(super) is_local: bool,
}

/// What requests cost beside what they would have; below nothing where they cost more.
#[derive(Debug, Serialize)]
pub(super) struct Saved {
    /// Requests that are compared: those of which both amounts are known.
    pub(super) requests: u64,
    baseline_usd: f64,
    cost_usd: f64,
    #[serde(rename = "saved_usd")]
    all_usd: f64,
    routing_usd: f64,
    prompt_cache_usd: f64,
    #[serde(skip)]
    pub(super) baseline: Usd,
    #[serde(skip)]
    pub(super) cost: Usd,
    #[serde(skip)]
    pub(super) all: Usd,
    #[serde(skip)]
    pub(super) routing: Usd,
    #[serde(skip)]
    pub(super) prompt_cache: Usd,
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
    /// From a survey of the rows that were asked for, days and clients. `local`: providers on this machine.
    pub(super) fn new(span: &Span, by: Rows, survey: &Survey, local_providers: &[String]) -> Self {
        let rows = |nth: usize| survey.rows.get(nth).map(Vec::as_slice).unwrap_or_default();
        Self {
            schema_version: 1,
            span: SpanShown {
                name: span.name.clone(),
                from: local(span, span.range.from, "%Y-%m-%dT%H:%M:%S%:z"),
                to: local(span, span.range.to, "%Y-%m-%dT%H:%M:%S%:z"),
                time_zone: span.zone.iana_name().map(ToOwned::to_owned),
            },
            totals: Line::new(None, &survey.totals, false),
            open: survey.open,
            by: by.word(),
            rows: rows(0)
                .iter()
                .map(|it| Line::new(it.name.clone(), &it.sums, by.is_local(it.name.as_deref(), local_providers)))
                .collect(),
            days: rows(1).iter().map(|it| Day::new(span, it)).collect(),
            errors: survey.errors.iter().map(Failing::new).collect(),
            busiest_client: rows(2).first().and_then(Busiest::new),
        }
    }

    /// The heading of the names of rows.
    pub(super) fn title(&self) -> &'static str {
        match self.by {
            "provider" => "PROVIDER",
            "key" => "KEY",
            "client" => "CLIENT",
            "session" => "SESSION",
            "group" => "GROUP",
            "virtual-key" => "VIRTUAL KEY",
            "team" => "TEAM",
            "customer" => "CUSTOMER",
            "day" => "DAY",
            "hour" => "HOUR",
            _ => "MODEL",
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
            Self::VirtualKey => "virtual-key",
            Self::Team => "team",
            Self::Customer => "customer",
            Self::Error => "error",
        }
    }

    /// Whether a row is that of a server on this machine.
    fn is_local(self, name: Option<&str>, local: &[String]) -> bool {
        let end = match self {
            Self::Provider => None,
            Self::Model => Some('/'),
            Self::Key => Some(' '),
            _ => return false,
        };
        let provider = name.map(|it| end.and_then(|end| it.split_once(end)).map_or(it, |it| it.0));
        provider.is_some_and(|it| local.iter().any(|local| local == it))
    }
}

impl Line {
    fn new(name: Option<String>, sums: &Sums, is_local: bool) -> Self {
        let Sums { requests, tokens, money, savings, first, ttft, total, overhead } = sums;
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
            equivalent_usd: known(money.equivalent, money.equivalent_unknown).filter(|_| money.subscription > 0),
            equivalent_unknown: money.equivalent_unknown,
            saved: Saved::new(savings),
            first_attempts: first.all,
            first_attempts_ok: first.ok,
            ttft_seconds: Times::of(ttft),
            total_seconds: Times::of(total),
            overhead_seconds: Times::of(overhead),
            spent: money.spent(),
            equivalent: money.equivalent,
            is_local,
        }
    }
}

impl Saved {
    fn new(it: &Savings) -> Self {
        Self {
            requests: it.requests,
            baseline_usd: it.baseline.dollars(),
            cost_usd: it.cost.dollars(),
            all_usd: it.saved().dollars(),
            routing_usd: it.routing().dollars(),
            prompt_cache_usd: it.prompt_cache.dollars(),
            baseline: it.baseline,
            cost: it.cost,
            all: it.saved(),
            routing: it.routing(),
            prompt_cache: it.prompt_cache,
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
