//! What is old is pruned: whole ranges of entries from the beginning of the chain, each with a seal in its place (faults.md
//! L8); records of decisions sooner. A few at a time, each in a transaction of its own, so that the writer never waits long.

use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use crate::domain::clock::Stamp;
use crate::store::error::StoreError;
use crate::store::ledger::chain::Hash;
use crate::store::ledger::chain::check::Checked;
use crate::store::ledger::chain::seals::{Seal, Seals};
use crate::store::open::Db;

/// Entries, or records of decisions, that go in one transaction.
const CHUNK: usize = 1000;

/// Pages that are given back to the file system in one go.
const PAGES: i64 = 2000;

/// How long the writer has the file to itself between two transactions.
const REST: Duration = Duration::from_millis(5);

/// What went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Requests.
    pub requests: u64,
    /// Their attempts.
    pub attempts: u64,
    /// Records of decisions, of other requests too.
    pub decisions: u64,
}

/// An entry that is old enough to go.
#[derive(Debug, Clone, Copy)]
struct Old {
    seq: i64,
    hash: Hash,
    request: i64,
    /// When the request arrived; of a correction, when it was made.
    at: i64,
    is_correction: bool,
}

/// How many requests would go with [`prune`]; some of them may have to stay a while longer, behind one that took long.
///
/// # Errors
/// The file cannot be read.
pub fn due(db: &Db, before: Stamp) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM ledger_requests WHERE started < ?1";
    Ok(db.conn().query_row(sql, [before.0], |row| row.get::<_, i64>(0))?.cast_unsigned())
}

/// Drops requests that arrived before `before`, up to the first that has to stay. Requests still in doubt go like any other.
///
/// # Errors
/// The file cannot be written. What was pruned until then stays pruned.
pub fn prune(db: &mut Db, before: Stamp, now: Stamp) -> Result<Pruned, StoreError> {
    let conn = db.conn_mut();
    let old = old(conn, before)?;
    let mut pruned = Pruned::default();
    let mut rest = &old[..];
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(whole(rest, CHUNK));
        if chunk.is_empty() {
            break;
        }
        let tx = Transaction::new(conn, TransactionBehavior::Immediate)?;
        if !drop_entries(&tx, chunk, now, &mut pruned)? {
            // Somebody else prunes, too, and was quicker.
            break;
        }
        tx.commit()?;
        rest = after;
        std::thread::sleep(REST);
    }
    Ok(pruned)
}

/// Drops how requests that arrived before `before` were decided, and policies that none refers to any more.
///
/// # Errors
/// As [`prune`].
pub fn prune_decisions(db: &mut Db, before: Stamp) -> Result<u64, StoreError> {
    let conn = db.conn_mut();
    // Ids are given out in the order in which requests arrive.
    let first_kept = "SELECT coalesce(
        (SELECT id FROM ledger_requests WHERE started >= ?1 ORDER BY started, id LIMIT 1),
        (SELECT max(id) + 1 FROM ledger_requests), 0)";
    let first_kept: i64 = conn.query_row(first_kept, [before.0], |row| row.get(0))?;
    let mut dropped = 0;
    loop {
        let tx = Transaction::new(conn, TransactionBehavior::Immediate)?;
        let sql = "DELETE FROM decisions
            WHERE request IN (SELECT request FROM decisions WHERE request < ?1 ORDER BY request LIMIT ?2)";
        let n = tx.execute(sql, params![first_kept, i64::try_from(CHUNK).unwrap_or(i64::MAX)])?;
        if n < CHUNK && dropped + n > 0 {
            tx.execute("DELETE FROM policies WHERE id NOT IN (SELECT policy FROM decisions)", [])?;
        }
        tx.commit()?;
        dropped += n;
        if n < CHUNK {
            return Ok(dropped as u64);
        }
        std::thread::sleep(REST);
    }
}

/// Gives room that nothing is in any more back to the file system, a little at a time.
///
/// # Errors
/// The file cannot be written.
pub fn shrink(db: &mut Db) -> Result<(), StoreError> {
    let conn = db.conn_mut();
    loop {
        let free: i64 = conn.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
        if free == 0 {
            return Ok(());
        }
        // The pragma gives back a page with every row it is stepped to.
        let mut statement = conn.prepare(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
        drop(rows);
        drop(statement);
        let left: i64 = conn.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
        if left >= free {
            // A file from before llmroute asked for this: only `VACUUM` shrinks it.
            return Ok(());
        }
        std::thread::sleep(REST);
    }
}

/// Writes the whole file anew, as small as it can be.
///
/// # Errors
/// Another process writes, or there is no room for a second copy.
pub fn vacuum(db: &mut Db) -> Result<(), StoreError> {
    let conn = db.conn_mut();
    conn.execute_batch("PRAGMA auto_vacuum = INCREMENTAL; VACUUM;")?;
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// Entries from the first one on, without a gap, that all are old enough.
fn old(conn: &Connection, before: Stamp) -> Result<Vec<Old>, StoreError> {
    let from = Seals::read(conn, &mut Checked::default())?.to + 1;
    let sql = "SELECT seq, hash, id, started, 0 FROM ledger_requests WHERE started < ?1 AND seq IS NOT NULL
        UNION ALL SELECT seq, hash, request, at, 1 FROM ledger_corrections WHERE at < ?1 ORDER BY 1";
    let mut statement = conn.prepare(sql)?;
    let rows = statement.query_map([before.0], |row| {
        Ok(Old {
            seq: row.get(0)?,
            hash: row.get(1)?,
            request: row.get(2)?,
            at: row.get(3)?,
            is_correction: row.get(4)?,
        })
    })?;
    let mut old = Vec::new();
    for (row, place) in rows.zip(from..) {
        let row = row?;
        if row.seq != place {
            break;
        }
        old.push(row);
    }
    // A request goes together with what was found out about it later.
    let mut statement = conn.prepare("SELECT request, max(seq) FROM ledger_corrections GROUP BY request")?;
    let last = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let last = last.collect::<Result<std::collections::HashMap<i64, i64>, _>>()?;
    let end = old.last().map_or(0, |it| it.seq);
    let stays = old.iter().position(|it| last.get(&it.request).is_some_and(|last| *last > end));
    old.truncate(stays.unwrap_or(old.len()));
    Ok(old)
}

/// About `most` of `old`: none of its requests has a correction after it.
fn whole(old: &[Old], most: usize) -> usize {
    let mut end = most.min(old.len());
    let mut open: std::collections::HashSet<i64> = old[..end].iter().map(|it| it.request).collect();
    let mut at = end;
    while at < old.len() {
        if old[at].is_correction && open.contains(&old[at].request) {
            open.extend(old[end..=at].iter().map(|it| it.request));
            end = at + 1;
        }
        at += 1;
    }
    end
}

/// Seals and drops these; `false` if others did so meanwhile.
fn drop_entries(tx: &Transaction<'_>, chunk: &[Old], now: Stamp, pruned: &mut Pruned) -> Result<bool, StoreError> {
    let (Some(first), Some(last)) = (chunk.first(), chunk.last()) else { return Ok(false) };
    let sealed: i64 = tx.query_row("SELECT coalesce(max(to_seq), 0) FROM ledger_seals", [], |row| row.get(0))?;
    if sealed + 1 != first.seq {
        return Ok(false);
    }
    let mut seal = Seal {
        from: first.seq,
        to: last.seq,
        hash: last.hash,
        requests: 0,
        attempts: 0,
        cost: 0,
        since: chunk.iter().map(|it| it.at).min().unwrap_or(first.at),
        until: chunk.iter().map(|it| it.at).max().unwrap_or(last.at),
        pruned: now.0,
    };
    let requests = || chunk.iter().filter(|it| !it.is_correction).map(|it| it.request);
    for request in requests() {
        seal.requests += 1;
        let mut statement = tx.prepare_cached("SELECT cost FROM ledger_attempts WHERE request = ?1")?;
        for cost in statement.query_map([request], |row| row.get::<_, Option<i64>>(0))? {
            seal.attempts += 1;
            seal.cost = seal.cost.wrapping_add(cost?.unwrap_or(0));
        }
    }
    seal.write(tx)?;
    for request in requests() {
        tx.prepare_cached("DELETE FROM decisions WHERE request = ?1")?.execute([request])?;
        tx.prepare_cached("DELETE FROM ledger_requests WHERE id = ?1")?.execute([request])?;
        tx.prepare_cached("DELETE FROM ledger_attempts WHERE request = ?1")?.execute([request])?;
    }
    tx.execute("DELETE FROM ledger_corrections WHERE seq BETWEEN ?1 AND ?2", [seal.from, seal.to])?;
    pruned.requests += seal.requests.cast_unsigned();
    pruned.attempts += seal.attempts.cast_unsigned();
    Ok(true)
}
