//! Sums over the ledger for a span of time. Reads no row outside that span.
//!
//! Counts of requests are the clients' view: one request is one, however many attempts it took. Tokens and money are
//! the providers' view: every attempt counts, whoever's answer the client got.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use rusqlite::{Connection, Row, ToSql, params};

use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::store::error::StoreError;
use crate::store::ledger::journal;
use crate::store::open::Db;

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
    /// Answered in full after an attempt had failed.
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

/// Percentiles by nearest rank, in microseconds. One is `None` where there are too few values for it: with fewer than
/// 6, 72 and 368 values no 95 % interval bounds p50, p95 and p99.
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

impl Percentiles {
    /// Of these values.
    #[must_use]
    pub fn of(mut values: Vec<u64>) -> Self {
        values.sort_unstable();
        let n = values.len();
        // Nearest rank: the smallest value that at least `percent` in a hundred do not exceed.
        let rank = |percent: usize, least: usize| {
            let at = (n * percent).div_ceil(100).saturating_sub(1);
            values.get(at).copied().filter(|_| n >= least)
        };
        Self { n: n as u64, p50: rank(50, 6), p95: rank(95, 72), p99: rank(99, 368) }
    }
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
    let totals = totals(&tx, range)?;
    let rows = match by {
        By::Total => Vec::new(),
        By::Model => keyed(&tx, range, &OF_MODEL)?,
        By::Provider => keyed(&tx, range, &OF_PROVIDER)?,
        By::Key => keyed(&tx, range, &OF_KEY)?,
        By::Client => keyed(&tx, range, &of_request("r.client"))?,
        By::Session => keyed(&tx, range, &of_request("r.session"))?,
        By::Group => keyed(&tx, range, &of_request("r.group_name"))?,
        By::GroupTarget => keyed(&tx, range, &OF_GROUP_TARGET)?,
        By::Day(zone) => series(&tx, range, zone, Step::Day)?,
        By::Hour(zone) => series(&tx, range, zone, Step::Hour)?,
    };
    let errors = errors(&tx, range)?;
    let open = "SELECT count(DISTINCT request) FROM temp.intents WHERE started >= ?1 AND started < ?2";
    let open = tx.query_row(open, params![range.from.0, range.to.0], |row| count(row, 0))?;
    tx.commit()?;
    Ok(StatsReport { range, open, totals, rows, errors })
}

/// The SQL that names the row of a request, and of an attempt.
struct Naming {
    request: &'static str,
    attempt: &'static str,
    /// Requests without a name are nobody's (no model answered), rather than a row of their own.
    skip_unnamed: bool,
}

const OF_MODEL: Naming =
    Naming { request: "r.provider || '/' || r.model", attempt: "a.provider || '/' || a.model", skip_unnamed: true };
const OF_PROVIDER: Naming = Naming { request: "r.provider", attempt: "a.provider", skip_unnamed: true };
const OF_KEY: Naming = Naming {
    request: "r.provider || ' ' || r.key_name",
    attempt: "a.provider || ' ' || a.key_name",
    skip_unnamed: true,
};
const OF_GROUP_TARGET: Naming = Naming {
    request: "r.group_name || ' ' || r.provider || '/' || r.model",
    attempt: "r.group_name || ' ' || a.provider || '/' || a.model",
    skip_unnamed: true,
};
const ALL: Naming = of_request("NULL");

const fn of_request(column: &'static str) -> Naming {
    Naming { request: column, attempt: column, skip_unnamed: false }
}

type Named = BTreeMap<Option<String>, Sums>;

fn totals(conn: &Connection, range: Range) -> Result<Sums, StoreError> {
    Ok(gather(conn, range, &ALL)?.into_values().next().unwrap_or_default())
}

fn keyed(conn: &Connection, range: Range, naming: &Naming) -> Result<Vec<StatsRow>, StoreError> {
    let named = gather(conn, range, naming)?;
    let mut rows: Vec<_> = named
        .into_iter()
        .filter(|(name, _)| name.is_some() || !naming.skip_unnamed)
        .map(|(name, sums)| StatsRow { name, start: None, sums })
        .collect();
    rows.sort_by_key(|it| std::cmp::Reverse((it.sums.money.spent(), it.sums.requests.all)));
    Ok(rows)
}

fn gather(conn: &Connection, range: Range, naming: &Naming) -> Result<Named, StoreError> {
    let mut named = Named::new();
    let bounds: [&dyn ToSql; 2] = [&range.from.0, &range.to.0];
    let sql = REQUESTS.replace("{name}", naming.request);
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(&bounds[..])?;
    while let Some(row) = rows.next()? {
        named.entry(row.get(0)?).or_default().requests = requests(row)?;
    }
    let sql = ATTEMPTS.replace("{name}", naming.attempt);
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(&bounds[..])?;
    while let Some(row) = rows.next()? {
        let sums = named.entry(row.get(0)?).or_default();
        (sums.tokens, sums.money, sums.first) = (tokens(row)?, money(row)?, first_tries(row)?);
    }
    let sql = TTFT.replace("{name}", naming.attempt);
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(&bounds[..])?;
    let mut values: BTreeMap<Option<String>, Vec<u64>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        values.entry(row.get(0)?).or_default().push(count(row, 1)?);
    }
    for (name, values) in values {
        named.entry(name).or_default().ttft = Percentiles::of(values);
    }
    Ok(named)
}

// The span is a range of the index on `started`; CROSS JOIN keeps the planner from starting at the attempts.
const REQUESTS: &str = "
    SELECT {name}, count(*), total(outcome = 'ok'), total(outcome = 'refused'), total(outcome = 'failed'),
        total(outcome = 'cut'), total(outcome = 'client_gone'), total(outcome = 'in_doubt'),
        total(outcome = 'ok' AND attempts > 1)
    FROM requests r WHERE started >= ?1 AND started < ?2 GROUP BY 1";

// Money is summed in two halves: SQLite's sum() of whole pico-dollars fails beyond nine million dollars.
const ATTEMPTS: &str = "
    SELECT {name}, sum(a.input), sum(a.cache_read), sum(a.output), sum(a.reasoning),
        sum(CASE a.cost_kind WHEN 'exact' THEN a.cost / 1000000 END),
        sum(CASE a.cost_kind WHEN 'exact' THEN a.cost % 1000000 END),
        sum(CASE a.cost_kind WHEN 'estimated' THEN a.cost / 1000000 END),
        sum(CASE a.cost_kind WHEN 'estimated' THEN a.cost % 1000000 END),
        sum(CASE a.cost_kind WHEN 'in-doubt' THEN a.cost / 1000000 END),
        sum(CASE a.cost_kind WHEN 'in-doubt' THEN a.cost % 1000000 END),
        total(a.cost_kind = 'in-doubt'), total(a.cost_kind = 'unpriced'),
        total(a.billing = 'subscription' AND a.state = 'settled' AND a.kind IS NULL),
        total(a.billing = 'free' AND a.state = 'settled' AND a.kind IS NULL),
        total(a.n = 1), total(a.n = 1 AND a.state = 'settled' AND a.kind IS NULL)
    FROM requests r CROSS JOIN attempts a ON a.request = r.id
    WHERE r.started >= ?1 AND r.started < ?2 GROUP BY 1";

const TTFT: &str = "
    SELECT {name}, a.first_us FROM requests r CROSS JOIN attempts a ON a.request = r.id
    WHERE r.started >= ?1 AND r.started < ?2 AND r.stream = 1 AND a.first_us IS NOT NULL";

fn requests(row: &Row<'_>) -> rusqlite::Result<Requests> {
    let (ok, failed, cut, rescued) = (whole(row, 2)?, whole(row, 4)?, whole(row, 5)?, whole(row, 8)?);
    Ok(Requests {
        all: count(row, 1)?,
        ok,
        refused: whole(row, 3)?,
        failed,
        cut,
        client_gone: whole(row, 6)?,
        in_doubt: whole(row, 7)?,
        rescued,
        failing: rescued + failed + cut,
    })
}

fn tokens(row: &Row<'_>) -> rusqlite::Result<Tokens> {
    Ok(Tokens { input: count(row, 1)?, cache_read: count(row, 2)?, output: count(row, 3)?, reasoning: count(row, 4)? })
}

fn money(row: &Row<'_>) -> rusqlite::Result<Money> {
    Ok(Money {
        exact: amount(row, 5)?,
        estimated: amount(row, 7)?,
        in_doubt: amount(row, 9)?,
        in_doubt_count: whole(row, 11)?,
        unpriced: whole(row, 12)?,
        subscription: whole(row, 13)?,
        free: whole(row, 14)?,
    })
}

fn first_tries(row: &Row<'_>) -> rusqlite::Result<FirstTries> {
    Ok(FirstTries { all: whole(row, 15)?, ok: whole(row, 16)? })
}

/// A sum or count of columns that are never negative; a sum over nothing is 0.
fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, Option<i64>>(column)?.map_or(0, i64::cast_unsigned))
}

/// `total()` never fails and is 0 over nothing, but a float: exact for any count a disk can hold.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows")]
fn whole(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, f64>(column)? as u64)
}

/// A sum from its two halves: millions of pico-dollars, and what is below a million in each row.
fn amount(row: &Row<'_>, column: usize) -> rusqlite::Result<Usd> {
    let high: Option<i64> = row.get(column)?;
    let low: Option<i64> = row.get(column + 1)?;
    let sum = i128::from(high.unwrap_or(0)) * 1_000_000 + i128::from(low.unwrap_or(0));
    Ok(Usd::from_pico(i64::try_from(sum).unwrap_or(i64::MAX)))
}

fn errors(conn: &Connection, range: Range) -> Result<Vec<ErrorRow>, StoreError> {
    let sql = "
        SELECT code, kind, sum(tried), sum(ended) FROM (
            SELECT a.code AS code, a.kind AS kind, 1 AS tried, 0 AS ended
            FROM requests r CROSS JOIN attempts a ON a.request = r.id
            WHERE r.started >= ?1 AND r.started < ?2 AND a.code IS NOT NULL
            UNION ALL
            SELECT code, kind, 0, 1 FROM requests WHERE started >= ?1 AND started < ?2 AND code IS NOT NULL)
        GROUP BY code, kind ORDER BY 3 DESC, 4 DESC, 1";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params![range.from.0, range.to.0], |row| {
        Ok(ErrorRow { code: row.get(0)?, kind: row.get(1)?, attempts: count(row, 2)?, requests: count(row, 3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[derive(Clone, Copy)]
enum Step {
    Day,
    Hour,
}

/// One row for each calendar step from the first request of the span to its end.
fn series(conn: &Connection, range: Range, zone: &TimeZone, step: Step) -> Result<Vec<StatsRow>, StoreError> {
    let sql = "SELECT min(started), max(started) FROM requests WHERE started >= ?1 AND started < ?2";
    let ends = conn.query_row(sql, params![range.from.0, range.to.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = ends else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    let mut start = begin(Stamp(first), zone, step);
    while let Some(at) = start.take() {
        let from = Stamp(at.timestamp().as_microsecond());
        if from.0 > last {
            break;
        }
        let next = next(&at, step);
        let to = next.as_ref().map_or(range.to, |it| Stamp(it.timestamp().as_microsecond()));
        let part = Range { from: from.max(range.from), to: to.min(range.to) };
        let name = match step {
            Step::Day => at.strftime("%Y-%m-%d").to_string(),
            Step::Hour => at.strftime("%Y-%m-%dT%H:%M%:z").to_string(),
        };
        rows.push(StatsRow { name: Some(name), start: Some(from), sums: totals(conn, part)? });
        start = next;
    }
    Ok(rows)
}

/// The beginning of the day or hour that `at` is in; `None` only beyond the calendar's end.
fn begin(at: Stamp, zone: &TimeZone, step: Step) -> Option<Zoned> {
    let at = Timestamp::from_microsecond(at.0).ok()?.to_zoned(zone.clone());
    match step {
        Step::Day => at.start_of_day().ok(),
        // Not by setting the minutes to 0: where a clock change skips or repeats that hour it would be another one.
        Step::Hour => {
            let past = i64::from(at.minute()) * 60 + i64::from(at.second());
            at.checked_sub(past.seconds()).ok()?.with().subsec_nanosecond(0).build().ok()
        }
    }
}

fn next(at: &Zoned, step: Step) -> Option<Zoned> {
    match step {
        Step::Day => at.tomorrow().ok()?.start_of_day().ok(),
        Step::Hour => at.checked_add(1.hour()).ok(),
    }
}
