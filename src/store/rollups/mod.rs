//! The ledger summed up by the hour, so that a question about a month does not read every request of it. Kept by the
//! writer in the transaction of the rows; what is summed up stays when the rows are pruned.
//!
//! Hours are those of UTC, by the arrival of the request. A request counts in the cell of whoever answered it, each
//! attempt in the cell of whoever was asked.

mod bytes;
mod cell;
mod facts;
mod histogram;
mod pending;
mod reading;
#[cfg(test)]
mod tests;

pub(in crate::store) use cell::{Cell, Sum};
pub(in crate::store) use histogram::Histogram;
pub(in crate::store) use pending::{Errors, Pending, Series};
pub(in crate::store) use reading::Reading;

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, Transaction};

use crate::domain::clock::Stamp;
use crate::store::error::StoreError;
use facts::{Saved, Which, each_row};

/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;

/// Cells that are gathered in memory before they are written, where all rows are summed up.
const MANY: usize = 8192;

/// The step of the schema that brings the tables; what is in the ledger by then is summed up after it.
pub(in crate::store) const SCHEMA: &str = "
    -- hour: since 1970, UTC. Cells are written and read by the program alone.
    CREATE TABLE rollup_series (
        id          INTEGER PRIMARY KEY,
        provider    TEXT NOT NULL,
        model       TEXT NOT NULL,
        key_name    TEXT NOT NULL,
        client      TEXT NOT NULL,
        group_name  TEXT NOT NULL,
        virtual_key INTEGER NOT NULL,
        team        INTEGER NOT NULL,
        customer    INTEGER NOT NULL,
        UNIQUE (client, provider, model, key_name, group_name, virtual_key, team, customer)
    ) STRICT;
    CREATE TABLE rollups (
        hour   INTEGER NOT NULL,
        series INTEGER NOT NULL,
        cell   BLOB NOT NULL,
        PRIMARY KEY (hour, series)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE rollup_hours (
        hour INTEGER PRIMARY KEY,
        cell BLOB NOT NULL
    ) STRICT;
    CREATE TABLE rollup_sessions (
        hour    INTEGER NOT NULL,
        session TEXT NOT NULL,
        cell    BLOB NOT NULL,
        PRIMARY KEY (hour, session)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE rollup_errors (
        hour     INTEGER NOT NULL,
        kind     TEXT NOT NULL,
        code     TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        requests INTEGER NOT NULL,
        PRIMARY KEY (hour, kind, code)
    ) STRICT, WITHOUT ROWID;
    ";

/// Sums up every row there is, for a file that has none summed up.
pub(in crate::store) fn fill(conn: &Connection) -> Result<(), StoreError> {
    let mut pending = Pending::default();
    each_row(conn, &Which::Between(Stamp(i64::MIN), Stamp(i64::MAX)), |_, request, attempts| {
        pending.whole(request, attempts);
        if pending.len() >= MANY { pending.write(conn) } else { Ok(()) }
    })?;
    pending.write(conn)
}

/// Sums up requests that came into the ledger by another way than the writer's, after they have their rows.
pub(in crate::store) fn add(tx: &Transaction<'_>, ids: &[i64]) -> Result<(), StoreError> {
    let mut pending = Pending::default();
    each_row(tx, &Which::Ids(ids), |_, request, attempts| {
        pending.whole(request, attempts);
        Ok(())
    })?;
    pending.write(tx)
}

/// What the rows do not have yet of what a dead process left open in `temp.intents`.
#[derive(Debug)]
pub(in crate::store) struct Orphans {
    /// Requests with an attempt that has no row.
    ids: Vec<i64>,
    attempts: HashSet<(i64, u32)>,
    /// Of `ids`: those that have a row themselves, with what they are compared by.
    known: HashMap<i64, Option<Saved>>,
}

impl Orphans {
    /// Looks for them, before they are booked.
    pub(in crate::store) fn of(tx: &Transaction<'_>, process: i64) -> Result<Self, StoreError> {
        let mut statement = tx.prepare_cached(
            "SELECT i.request, i.n, EXISTS (SELECT 1 FROM requests r WHERE r.id = i.request)
             FROM temp.intents i WHERE i.process = ?1
                 AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.request = i.request AND a.n = i.n)
             ORDER BY i.request",
        )?;
        let rows = statement.query_map([process], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut it = Self { ids: Vec::new(), attempts: HashSet::new(), known: HashMap::new() };
        for row in rows {
            let (request, n, known): (i64, u32, bool) = row?;
            it.ids.push(request);
            it.attempts.insert((request, n));
            if known {
                it.known.insert(request, None);
            }
        }
        it.ids.dedup();
        let known: Vec<i64> = it.known.keys().copied().collect();
        each_row(tx, &Which::Ids(&known), |id, request, _| {
            it.known.insert(id, request.saved);
            Ok(())
        })?;
        Ok(it)
    }

    /// Adds what their rows say, after they are booked.
    pub(in crate::store) fn book(&self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        let mut pending = Pending::default();
        each_row(tx, &Which::Ids(&self.ids), |id, request, attempts| {
            match self.known.get(&id) {
                None => pending.request(request, request.is_rescued(attempts)),
                Some(Some(saved)) if request.saved.is_none() => pending.uncompare(request, saved),
                Some(_) => {}
            }
            let new = attempts.iter().filter(|it| self.attempts.contains(&(id, it.n)));
            for it in new {
                pending.attempt(request, it);
            }
            Ok(())
        })?;
        pending.write(tx)
    }
}

/// The hour a stamp is in.
fn hour(at: Stamp) -> i64 {
    at.0.div_euclid(HOUR)
}

fn damaged(hour: i64) -> StoreError {
    StoreError::Corrupt(format!("the sums of hour {hour} cannot be read"))
}
