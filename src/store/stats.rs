//! Sums over the ledger for a span of time: of whole hours from what the writer has summed up, of the rest from rows.
//! Reads no row outside that span.
//!
//! Counts of requests are the clients' view: one request is one, however many attempts it took. Tokens and money are
//! the providers' view: every attempt counts, whoever's answer the client got.

mod calendar;

use jiff::tz::TimeZone;
use rusqlite::{Connection, params};

use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::store::error::StoreError;
use crate::store::ledger::journal;
use crate::store::open::Db;
use crate::store::rollups::{Cell, Histogram, Reading, Series, Sum};
use calendar::Step;

/// A span of time: requests that arrived from `from` on and before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first instant that belongs to it.
    pub from: Stamp,
    /// The first that does not.
    pub to: Stamp,
}

/// What the rows of a report stand for.
#[derive(Debug, Clone, PartialEq)]
pub enum By {
    /// No rows, only totals.
    Total,
    /// `provider/model`.
    Model,
    /// A provider.
    Provider,
    /// A provider's key: `provider name`.
    Key,
    /// The program that asked.
    Client,
    /// A client's session.
    Session,
    /// The group asked for.
    Group,
    /// What a group sent where: `GROUP PROVIDER/MODEL`. Requests that named no group are left out.
    GroupTarget,
    /// A virtual key, by its id.
    VirtualKey,
    /// A team, by its id.
    Team,
    /// A customer, by its id.
    Customer,
    /// A calendar day in that time zone. Days without requests have a row too.
    Day(TimeZone),
    /// A calendar hour in that time zone. Hours without requests have a row too.
    Hour(TimeZone),
}

/// What was asked, and the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatsReport {
    /// The span.
    pub range: Range,
    /// Requests of the span that are not finished; nothing else counts them.
    pub open: u64,
    /// Everything in it.
    pub totals: Sums,
    /// One row for each model, provider, day …: the dearest first, days and hours in order.
    pub rows: Vec<StatsRow>,
    /// Failures by code, the most frequent first.
    pub errors: Vec<ErrorRow>,
}

/// One row of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatsRow {
    /// The model, provider, day …; `None` for requests that have none (no group, no session).
    pub name: Option<String>,
    /// The beginning of a day or hour.
    pub start: Option<Stamp>,
    /// Its sums.
    pub sums: Sums,
}

/// Sums over some requests and their attempts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums {
    /// Requests, by how they ended.
    pub requests: Requests,
    /// Tokens of all attempts.
    pub tokens: Tokens,
    /// Money of all attempts.
    pub money: Money,
    /// First attempts of requests.
    pub first: FirstTries,
    /// Time to first content of streamed attempts that had one, each from its own beginning.
    pub ttft: Percentiles,
    /// From beginning to end of attempts that answered.
    pub total: Percentiles,
    /// Time spent in llmroute before a request left for a provider.
    pub overhead: Percentiles,
}

/// Requests, by how they ended. In a row of a model, provider or key: those it answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Requests {
    /// All of them.
    pub all: u64,
    /// Answered in full.
    pub ok: u64,
    /// Refused by llmroute or for a fault of their own.
    pub refused: u64,
    /// No target could answer.
    pub failed: u64,
    /// Cut after content had reached the client.
    pub cut: u64,
    /// The client hung up.
    pub client_gone: u64,
    /// Left open by a process that died.
    pub in_doubt: u64,
    /// Answered in full after an attempt had failed. Who was only slower than another has not failed.
    pub rescued: u64,
    /// With a failed attempt or a failed end; `rescued` is a part of it.
    pub failing: u64,
}

/// Tokens; cached and reasoning tokens are parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    /// Prompt tokens.
    pub input: u64,
    /// Of `input`: read from the provider's cache.
    pub cache_read: u64,
    /// Generated tokens.
    pub output: u64,
    /// Of `output`: reasoning.
    pub reasoning: u64,
}

/// Money. What is not known is counted, never added as 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Money {
    /// From providers' counts and known prices.
    pub exact: Usd,
    /// From our own counts, or estimated prices.
    pub estimated: Usd,
    /// What attempts in doubt cost at most, as far as they have a price.
    pub in_doubt: Usd,
    /// How many attempts are in doubt.
    pub in_doubt_count: u64,
    /// How many attempts used tokens that have no price.
    pub unpriced: u64,
    /// How many answers were paid by a flat fee.
    pub subscription: u64,
    /// How many answers were free.
    pub free: u64,
}

impl Money {
    /// What is known to be spent: exact and estimated.
    #[must_use]
    pub fn spent(&self) -> Usd {
        self.exact + self.estimated
    }
}

/// First attempts of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FirstTries {
    /// How many.
    pub all: u64,
    /// How many of them answered.
    pub ok: u64,
}

/// Percentiles by nearest rank, in microseconds, each off by less than 1/128 of it. One is `None` where there are too few
/// values for it: with fewer than 6, 72 and 368 values no 95 % interval bounds p50, p95 and p99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Percentiles {
    /// How many values.
    pub n: u64,
    /// The median.
    pub p50: Option<u64>,
    /// The 95th percentile.
    pub p95: Option<u64>,
    /// The 99th percentile.
    pub p99: Option<u64>,
}

/// Failures with one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorRow {
    /// The stable code.
    pub code: String,
    /// Its class.
    pub kind: String,
    /// Attempts that failed with it.
    pub attempts: u64,
    /// Requests that ended with it.
    pub requests: u64,
}

/// Sums up the ledger over `range`.
///
/// # Errors
/// The file cannot be read.
pub fn report(db: &Db, range: Range, by: &By) -> Result<StatsReport, StoreError> {
    journal::load_open(db.conn(), &db.run())?;
    // One transaction: totals and rows are of the same moment.
    let tx = db.conn().unchecked_transaction()?;
    let reading = Reading::new(&tx, range)?;
    let totals = Sums::of(&reading.totals()?);
    let rows = rows(&reading, range, by)?;
    let errors = errors(&reading)?;
    let open = "SELECT count(DISTINCT request) FROM temp.intents WHERE started >= ?1 AND started < ?2";
    let open = tx.query_row(open, params![range.from.0, range.to.0], |row| row.get::<_, i64>(0))?.cast_unsigned();
    tx.commit()?;
    Ok(StatsReport { range, open, totals, rows, errors })
}

// === private ===

fn rows(reading: &Reading<'_>, range: Range, by: &By) -> Result<Vec<StatsRow>, StoreError> {
    match by {
        By::Total => Ok(Vec::new()),
        By::Day(zone) => calendar::series(reading.conn(), range, zone, Step::Day),
        By::Hour(zone) => calendar::series(reading.conn(), range, zone, Step::Hour),
        By::Session => {
            let named = reading.by_session()?.into_iter();
            Ok(dearest_first(named.map(|(name, cell)| (Some(name).filter(|it| !it.is_empty()), cell))))
        }
        _ => Ok(dearest_first(reading.by(|it| name(it, by))?)),
    }
}

/// What a series is called in the rows of `by`; `None` where it is nobody's, as requests without an answer are no
/// model's.
#[expect(clippy::option_option, reason = "a row may have no name, and a series no row")]
fn name(series: &Series<'_>, by: &By) -> Option<Option<String>> {
    let Series { provider, model, key, client, group, .. } = series;
    let answered = !provider.is_empty();
    let id = |id: i64| Some((id != 0).then(|| id.to_string()));
    match by {
        By::Model => answered.then(|| Some(format!("{provider}/{model}"))),
        By::Provider => answered.then(|| Some(provider.to_string())),
        By::Key => (answered && !key.is_empty()).then(|| Some(format!("{provider} {key}"))),
        By::Client => Some(Some(client.to_string())),
        By::Group => Some((!group.is_empty()).then(|| group.to_string())),
        By::GroupTarget => (answered && !group.is_empty()).then(|| Some(format!("{group} {provider}/{model}"))),
        By::VirtualKey => id(series.virtual_key),
        By::Team => id(series.team),
        By::Customer => id(series.customer),
        By::Total | By::Session | By::Day(_) | By::Hour(_) => None,
    }
}

fn dearest_first(named: impl IntoIterator<Item = (Option<String>, Cell)>) -> Vec<StatsRow> {
    let rows = named.into_iter().map(|(name, cell)| StatsRow { name, start: None, sums: Sums::of(&cell) });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|it| std::cmp::Reverse((it.sums.money.spent(), it.sums.requests.all)));
    rows
}

fn totals(conn: &Connection, range: Range) -> Result<Sums, StoreError> {
    Ok(Sums::of(&Reading::new(conn, range)?.totals()?))
}

fn errors(reading: &Reading<'_>) -> Result<Vec<ErrorRow>, StoreError> {
    let all = reading.errors()?.into_iter();
    let row = |((code, kind), it): (_, crate::store::rollups::Errors)| ErrorRow {
        code,
        kind,
        attempts: it.attempts,
        requests: it.requests,
    };
    let mut rows: Vec<_> = all.map(row).collect();
    rows.sort_by_key(|it| std::cmp::Reverse((it.attempts, it.requests)));
    Ok(rows)
}

impl Sums {
    fn of(cell: &Cell) -> Self {
        let count = |sum| u64::try_from(cell[sum]).unwrap_or(0);
        let usd = |sum| Usd::from_pico(cell[sum]);
        let (ok, failed, cut, rescued) = (count(Sum::Ok), count(Sum::Failed), count(Sum::Cut), count(Sum::Rescued));
        Self {
            requests: Requests {
                all: count(Sum::Requests),
                ok,
                refused: count(Sum::Refused),
                failed,
                cut,
                client_gone: count(Sum::ClientGone),
                in_doubt: count(Sum::InDoubtRequests),
                rescued,
                failing: rescued + failed + cut,
            },
            tokens: Tokens {
                input: count(Sum::Input),
                cache_read: count(Sum::CacheRead),
                output: count(Sum::Output),
                reasoning: count(Sum::Reasoning),
            },
            money: Money {
                exact: usd(Sum::Exact),
                estimated: usd(Sum::Estimated),
                in_doubt: usd(Sum::InDoubt),
                in_doubt_count: count(Sum::InDoubtAttempts),
                unpriced: count(Sum::Unpriced),
                subscription: count(Sum::Subscription),
                free: count(Sum::Free),
            },
            first: FirstTries { all: count(Sum::First), ok: count(Sum::FirstOk) },
            ttft: Percentiles::of(&cell.ttft),
            total: Percentiles::of(&cell.total),
            overhead: Percentiles::of(&cell.overhead),
        }
    }
}

impl Percentiles {
    fn of(times: &Histogram) -> Self {
        let n = times.len();
        let carried = |percent: u64, least: u64| times.percentile(percent).filter(|_| n >= least);
        Self { n, p50: carried(50, 6), p95: carried(95, 72), p99: carried(99, 368) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(n: u64) -> Percentiles {
        let mut times = Histogram::default();
        (1..=n).rev().for_each(|it| times.add(it));
        Percentiles::of(&times)
    }

    #[test]
    fn percentiles_are_given_only_where_the_sample_carries_them() {
        assert_eq!((of(0).n, of(5).p50, of(6).p50), (0, None, Some(3)));
        assert_eq!((of(71).p95, of(72).p95), (None, Some(69)));
        assert_eq!((of(367).p99, of(368).p99.is_some()), (None, true));
        let it = of(1000);
        for (seen, exact) in [(it.p50, 500), (it.p95, 950), (it.p99, 990)] {
            assert!(seen.unwrap().abs_diff(exact) * 128 <= exact, "{seen:?} for {exact}");
        }
    }
}
