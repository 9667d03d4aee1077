//! Edits of the limits on the rate of requests.

use rusqlite::params;

use crate::store::error::StoreError;
use crate::store::open::Db;

/// A limit as it is in the file. What it says is looked at by `config`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitRow {
    /// What it counts: `all`, `team:red`, `key:openai/work`.
    pub scope: String,
    /// Requests a minute.
    pub requests: Option<u32>,
    /// Tokens a minute.
    pub tokens: Option<u64>,
    /// Requests at once.
    pub parallel: Option<u32>,
    /// How long a request waits for room, in milliseconds; 0 = not at all.
    pub queue_ms: u64,
}

/// Sets a limit, in place of the one of its scope.
///
/// # Errors
/// The file cannot be written.
pub fn set(db: &mut Db, limit: &LimitRow) -> Result<(), StoreError> {
    db.edit(|tx| {
        let sql =
            "INSERT OR REPLACE INTO limits (scope, requests, tokens, parallel, queue_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
        let whole = |it: u64| i64::try_from(it).unwrap_or(i64::MAX);
        let (tokens, queue) = (limit.tokens.map(whole), whole(limit.queue_ms));
        tx.execute(sql, params![limit.scope, limit.requests, tokens, limit.parallel, queue])?;
        Ok(())
    })
}

/// Removes the limit of a scope.
///
/// # Errors
/// There is none, or the file cannot be written.
pub fn remove(db: &mut Db, scope: &str) -> Result<(), StoreError> {
    db.edit(|tx| match tx.execute("DELETE FROM limits WHERE scope = ?1", [scope])? {
        0 => Err(StoreError::NotFound { what: "limit", name: scope.to_owned() }),
        _ => Ok(()),
    })
}

/// All limits, by scope.
///
/// # Errors
/// The file cannot be read.
pub fn list(db: &Db) -> Result<Vec<LimitRow>, StoreError> {
    let sql = "SELECT scope, requests, tokens, parallel, queue_ms FROM limits ORDER BY scope";
    let mut statement = db.conn().prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        let tokens: Option<i64> = row.get(2)?;
        Ok(LimitRow {
            scope: row.get(0)?,
            requests: row.get(1)?,
            tokens: tokens.map(i64::unsigned_abs),
            parallel: row.get(3)?,
            queue_ms: row.get::<_, i64>(4)?.unsigned_abs(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
