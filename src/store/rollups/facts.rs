//! What of a request and its attempts goes into sums: from the record that is being written, or from rows.

use std::borrow::Cow;

use rusqlite::{Connection, Params, Row};

use crate::domain::caller::CallerIds;
use crate::domain::clock::Stamp;
use crate::domain::failure::HEDGE_LOST;
use crate::domain::id::{GroupName, KeyName, ModelName, ProviderName};
use crate::domain::money::Usd;
use crate::domain::policy::Billing;
use crate::store::error::StoreError;
use crate::store::keys::billing_from;
use crate::store::ledger::{AttemptRecord, AttemptState, Cost, FailureNote, IN_DOUBT, Outcome, RequestRecord};

/// A request.
#[derive(Debug)]
pub(super) struct Request<'a> {
    pub(super) started: Stamp,
    pub(super) client: Cow<'a, str>,
    pub(super) group: Option<Cow<'a, str>>,
    pub(super) session: Option<Cow<'a, str>>,
    pub(super) caller: CallerIds,
    pub(super) stream: bool,
    pub(super) outcome: Cow<'a, str>,
    pub(super) overhead_us: Option<u64>,
    /// Who answered.
    pub(super) seat: Seat<'a>,
    pub(super) error: Option<Problem<'a>>,
}

/// One of its attempts.
#[derive(Debug)]
pub(super) struct Attempt<'a> {
    pub(super) n: u32,
    pub(super) seat: Seat<'a>,
    pub(super) billing: Billing,
    /// It was settled and nothing was wrong with it.
    pub(super) answered: bool,
    pub(super) error: Option<Problem<'a>>,
    pub(super) first_us: Option<u64>,
    pub(super) total_us: Option<u64>,
    pub(super) tokens: [i64; 6],
    pub(super) cost: Option<Cost>,
}

/// A provider, its model and the key that pays, as far as there is one.
#[derive(Debug, Clone, Default)]
pub(super) struct Seat<'a> {
    pub(super) provider: Option<Cow<'a, str>>,
    pub(super) model: Option<Cow<'a, str>>,
    pub(super) key: Option<Cow<'a, str>>,
}

/// Why something failed.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    pub(super) kind: Cow<'a, str>,
    pub(super) code: Cow<'a, str>,
}

impl Request<'_> {
    /// Its client got a whole answer although something had failed before. Who was only slower has not failed.
    pub(super) fn is_rescued(&self, attempts: &[Attempt<'_>]) -> bool {
        let failed = |it: &Attempt<'_>| it.error.as_ref().is_some_and(|it| it.code != HEDGE_LOST);
        self.outcome == Outcome::Ok.name() && attempts.iter().any(failed)
    }
}

// === from records ===

pub(super) fn of_record(record: &RequestRecord) -> (Request<'_>, Vec<Attempt<'_>>) {
    let head = &*record.head;
    let request = Request {
        started: head.at,
        client: Cow::Borrowed(&head.client),
        group: head.group.as_ref().map(GroupName::as_str).map(Cow::Borrowed),
        session: head.session.as_deref().map(Cow::Borrowed),
        caller: head.caller,
        stream: head.stream,
        outcome: Cow::Borrowed(record.outcome.name()),
        overhead_us: Some(record.overhead_us),
        seat: Seat {
            provider: record.provider.as_ref().map(ProviderName::as_str).map(Cow::Borrowed),
            model: record.model.as_ref().map(ModelName::as_str).map(Cow::Borrowed),
            key: record.key_name.as_ref().map(KeyName::as_str).map(Cow::Borrowed),
        },
        error: record.error.as_ref().map(Problem::of),
    };
    (request, record.attempts.iter().map(of_attempt).collect())
}

fn of_attempt(it: &AttemptRecord) -> Attempt<'_> {
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let tokens = it
        .usage
        .as_ref()
        .map(|it| [it.input, it.cache_read, it.cache_write, it.cache_write_1h, it.output, it.reasoning].map(count));
    Attempt {
        n: it.n,
        seat: Seat {
            provider: Some(Cow::Borrowed(it.provider.as_str())),
            model: Some(Cow::Borrowed(it.model.as_str())),
            key: it.key_name.as_ref().map(KeyName::as_str).map(Cow::Borrowed),
        },
        billing: it.billing,
        answered: it.state == AttemptState::Settled && it.error.is_none(),
        error: it.error.as_ref().map(Problem::of),
        first_us: it.first_content_us,
        total_us: Some(it.total_us),
        tokens: tokens.unwrap_or_default(),
        cost: Some(it.cost),
    }
}

impl<'a> Problem<'a> {
    fn of(note: &'a FailureNote) -> Self {
        Self { kind: Cow::Borrowed(note.kind), code: Cow::Borrowed(note.code) }
    }
}

// === from rows ===

const ROWS: &str = "
    SELECT r.id, r.started, r.client, r.group_name, r.session, r.virtual_key, r.team, r.customer, r.stream, r.outcome,
        r.overhead_us, r.provider, r.model, r.key_name, r.kind, r.code,
        a.n, a.provider, a.model, a.key_name, a.billing, a.state, a.kind, a.code, a.first_us, a.total_us,
        a.input, a.cache_read, a.cache_write, a.cache_write_1h, a.output, a.reasoning, a.cost_kind, a.cost
    FROM requests r LEFT JOIN attempts a ON a.request = r.id";

/// Which requests are read.
pub(super) enum Which<'a> {
    /// Those that arrived from the first of these stamps on and before the second.
    Between(Stamp, Stamp),
    /// These.
    Ids(&'a [i64]),
}

/// Shows each request, with its id and all its attempts.
pub(super) fn each_row(
    conn: &Connection,
    which: &Which<'_>,
    mut show: impl FnMut(i64, &Request<'static>, &[Attempt<'static>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    match which {
        Which::Between(from, to) => {
            let sql = format!("{ROWS} WHERE r.started >= ?1 AND r.started < ?2 ORDER BY r.started, r.id, a.n");
            read(conn, &sql, [from.0, to.0], &mut show)
        }
        Which::Ids(ids) => {
            let sql = format!("{ROWS} WHERE r.id = ?1 ORDER BY a.n");
            ids.iter().try_for_each(|id| read(conn, &sql, [id], &mut show))
        }
    }
}

type Show<'a> = &'a mut dyn FnMut(i64, &Request<'static>, &[Attempt<'static>]) -> Result<(), StoreError>;

fn read(conn: &Connection, sql: &str, bounds: impl Params, show: Show<'_>) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(bounds)?;
    let mut open: Option<(i64, Request<'static>)> = None;
    let mut attempts = Vec::new();
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        if open.as_ref().is_none_or(|it| it.0 != id) {
            if let Some((id, request)) = open.replace((id, request(row)?)) {
                show(id, &request, &attempts)?;
            }
            attempts.clear();
        }
        attempts.extend(attempt(row)?);
    }
    match open {
        Some((id, request)) => show(id, &request, &attempts),
        None => Ok(()),
    }
}

fn request(row: &Row<'_>) -> rusqlite::Result<Request<'static>> {
    Ok(Request {
        started: Stamp(row.get(1)?),
        client: Cow::Owned(row.get(2)?),
        group: text(row, 3)?,
        session: text(row, 4)?,
        caller: CallerIds { virtual_key: row.get(5)?, team: row.get(6)?, customer: row.get(7)? },
        stream: row.get(8)?,
        outcome: text(row, 9)?.unwrap_or(Cow::Borrowed(IN_DOUBT)),
        overhead_us: count(row, 10)?,
        seat: Seat { provider: text(row, 11)?, model: text(row, 12)?, key: text(row, 13)? },
        error: problem(row, 14)?,
    })
}

/// `None` for a request that has no attempt.
fn attempt(row: &Row<'_>) -> rusqlite::Result<Option<Attempt<'static>>> {
    let Some(n) = row.get(16)? else { return Ok(None) };
    let (billing, state, cost_kind): (String, String, String) = (row.get(20)?, row.get(21)?, row.get(32)?);
    let error = problem(row, 22)?;
    let mut tokens = [0; 6];
    for (at, it) in tokens.iter_mut().enumerate() {
        *it = row.get::<_, Option<i64>>(26 + at)?.unwrap_or(0);
    }
    Ok(Some(Attempt {
        n,
        seat: Seat { provider: text(row, 17)?, model: text(row, 18)?, key: text(row, 19)? },
        // Of a word that only a later version knows nothing is known.
        billing: billing_from(&billing).unwrap_or(Billing::Metered),
        answered: state == AttemptState::Settled.name() && error.is_none(),
        error,
        first_us: count(row, 24)?,
        total_us: count(row, 25)?,
        tokens,
        cost: Cost::from_columns(&cost_kind, row.get::<_, Option<i64>>(33)?.map(Usd::from_pico)),
    }))
}

fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Cow<'static, str>>> {
    Ok(row.get::<_, Option<String>>(column)?.map(Cow::Owned))
}

/// Rows hold no negative counts.
fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<u64>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(i64::cast_unsigned))
}

fn problem(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Problem<'static>>> {
    let Some(kind) = text(row, column)? else { return Ok(None) };
    Ok(Some(Problem { kind, code: text(row, column + 1)?.unwrap_or_default() }))
}
