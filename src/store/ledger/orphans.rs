//! What a process that died left open, as rows: each attempt at what it had cost by its last mark, or else at what it was
//! expected to, in doubt; its request closed.

use rusqlite::{OptionalExtension as _, Row, Transaction};

use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::store::error::StoreError;
use crate::store::ledger::chain::{AttemptCells, Entries, RequestCells};
use crate::store::ledger::columns::{ATTEMPT, Cell, REQUEST};
use crate::store::ledger::names::Names;
use crate::store::ledger::record::{Cost, IN_DOUBT};

/// An open attempt with what is known of its request.
struct Open {
    request: i64,
    expected: Option<i64>,
    head: RequestCells<'static>,
    attempt: AttemptCells<'static>,
}

/// Books what `temp.intents` holds of `process`. Says how many requests had no row before.
pub(super) fn book(tx: &Transaction<'_>, process: i64, now: Stamp) -> Result<usize, StoreError> {
    let mut statement = tx.prepare_cached("SELECT * FROM temp.intents WHERE process = ?1 ORDER BY request, n")?;
    let open = statement.query_map([process], open)?.collect::<Result<Vec<_>, _>>()?;
    let mut names = Names::default();
    let mut entries = Entries::new(tx, &mut names)?;
    let mut booked = 0;
    for of_request in open.chunk_by(|a, b| a.request == b.request) {
        booked += usize::from(book_request(tx, &mut entries, of_request, now)?);
    }
    entries.finish()?;
    Ok(booked)
}

fn book_request(
    tx: &Transaction<'_>,
    entries: &mut Entries<'_>,
    open: &[Open],
    now: Stamp,
) -> Result<bool, StoreError> {
    let Some(first) = open.first() else { return Ok(false) };
    let amount = |it: &Open| Cost::InDoubt(it.expected.map(Usd::from_pico));
    let Some(cost) = open.iter().map(amount).reduce(Cost::plus) else { return Ok(false) };
    let known = "SELECT cost_kind, cost, attempts FROM requests WHERE id = ?1";
    let known: Option<(String, Option<i64>, Option<i64>)> = tx
        .prepare_cached(known)?
        .query_row([first.request], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let mut attempts: Vec<AttemptCells<'_>> = open.iter().map(|it| it.attempt.clone()).collect();
    let tried = i64::try_from(open.len()).unwrap_or(i64::MAX);
    let Some((_, before, had)) = known else {
        let mut request = first.head.clone();
        request[place(&REQUEST, "cost")] = cost.amount().map(Usd::pico).into();
        request[place(&REQUEST, "cost_kind")] = cost.name().into();
        request[place(&REQUEST, "attempts")] = tried.into();
        return Ok(entries.append(&request, &attempts)?);
    };
    // It has its row although an intent of it is left: its record did not know of that attempt.
    let sum = match (before.map(Usd::from_pico), cost.amount()) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    };
    let mut correction = [
        Cell::Null,
        first.request.into(),
        now.0.into(),
        sum.map(Usd::pico).into(),
        cost.name().into(),
        had.unwrap_or(0).saturating_add(tried).into(),
    ];
    entries.correct(&mut correction, &mut attempts)?;
    Ok(false)
}

fn open(row: &Row<'_>) -> rusqlite::Result<Open> {
    // What was generated until the last mark is nearer to the truth than what might have been.
    let marked: Option<i64> = row.get("marked_output")?;
    let cost = if marked.is_some() { "marked_spent" } else { "expected" };
    let expected: Option<i64> = row.get(cost)?;
    let counted = marked.map(|_| "estimated");
    let mut head = [const { Cell::Null }; REQUEST.len()];
    for (at, column) in REQUEST.iter().enumerate() {
        head[at] = match column.name {
            "id" => row.get::<_, i64>("request")?.into(),
            "outcome" => IN_DOUBT.into(),
            "process" | "started" | "stream" | "virtual_key" | "team" | "customer" => {
                row.get::<_, Option<i64>>(column.name)?.into()
            }
            "dialect" | "asked" | "group_name" | "client" | "session" | "operation" => {
                row.get::<_, Option<String>>(column.name)?.into()
            }
            _ => Cell::Null,
        };
    }
    let mut attempt = [const { Cell::Null }; ATTEMPT.len()];
    for (at, column) in ATTEMPT.iter().enumerate() {
        attempt[at] = match column.name {
            "state" => "orphaned".into(),
            "cost" => expected.into(),
            "input" => row.get::<_, Option<i64>>("marked_input")?.into(),
            "output" => marked.into(),
            "counted" => counted.into(),
            "cost_kind" => Cost::InDoubt(None).name().into(),
            "request" | "n" | "at" | "key_id" => row.get::<_, Option<i64>>(column.name)?.into(),
            "provider" | "model" | "key_name" | "billing" => row.get::<_, Option<String>>(column.name)?.into(),
            _ => Cell::Null,
        };
    }
    Ok(Open { request: row.get("request")?, expected, head, attempt })
}

/// Where a column is; the lists are ours, so it is there.
fn place(columns: &[crate::store::ledger::columns::Column], name: &str) -> usize {
    columns.iter().position(|it| it.name == name).unwrap_or(0)
}
