//! What the local file holds, and how much room it takes.

use std::fs;

use rusqlite::Connection;

use crate::domain::clock::Stamp;
use crate::store::error::StoreError;
use crate::store::open::Db;

/// The local file in figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// The schema it is at.
    pub schema: i64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes that wait beside it (`-wal`) to be moved into it.
    pub wal_bytes: u64,
    /// Bytes in it that hold nothing any more.
    pub free_bytes: u64,
    /// Finished requests in the ledger.
    pub requests: u64,
    /// Their attempts.
    pub attempts: u64,
    /// Requests that were pruned.
    pub pruned: u64,
    /// When the oldest request in the ledger arrived.
    pub oldest: Option<Stamp>,
    /// What takes how many bytes, indexes with their tables, the largest first.
    pub tables: Vec<(String, u64)>,
}

/// Looks at the file.
///
/// # Errors
/// It cannot be read.
pub fn read(db: &Db) -> Result<Info, StoreError> {
    let conn = db.conn();
    let tx = conn.unchecked_transaction()?;
    let pragma = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let page = pragma("page_size")?.cast_unsigned();
    let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).map(i64::cast_unsigned);
    let mut wal = db.path().as_os_str().to_owned();
    wal.push("-wal");
    let info = Info {
        schema: pragma("user_version")?,
        bytes: pragma("page_count")?.cast_unsigned() * page,
        wal_bytes: fs::metadata(&wal).map_or(0, |it| it.len()),
        free_bytes: pragma("freelist_count")?.cast_unsigned() * page,
        requests: count("SELECT count(*) FROM ledger_requests")?,
        attempts: count("SELECT count(*) FROM ledger_attempts")?,
        pruned: count("SELECT coalesce(sum(requests), 0) FROM ledger_seals")?,
        oldest: conn
            .query_row("SELECT min(started) FROM ledger_requests", [], |row| row.get(0))
            .map(|it: Option<i64>| it.map(Stamp))?,
        tables: tables(conn)?,
    };
    drop(tx);
    Ok(info)
}

fn tables(conn: &Connection) -> Result<Vec<(String, u64)>, StoreError> {
    let sql = "SELECT coalesce(s.tbl_name, d.name), sum(d.pgsize)
        FROM dbstat d LEFT JOIN sqlite_schema s ON s.name = d.name
        WHERE d.aggregate = TRUE GROUP BY 1 ORDER BY 2 DESC, 1";
    let mut statement = conn.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned())))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
