//! How far the canaries of groups have come. What the texts mean is for whoever wrote them to say.

use rusqlite::{Connection, params};

use crate::store::error::StoreError;
use crate::store::open::Db;

/// The trial of one group's canary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanaryRow {
    /// The group.
    pub group: String,
    /// The trial, as JSON. It says which canary it is of: the group may have another one by now.
    pub trial: String,
}

/// All trials, by group.
///
/// # Errors
/// The file cannot be read.
pub fn list(db: &Db) -> Result<Vec<CanaryRow>, StoreError> {
    let mut statement = db.conn().prepare("SELECT group_name, trial FROM canaries ORDER BY group_name")?;
    let rows = statement.query_map([], |row| Ok(CanaryRow { group: row.get(0)?, trial: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes trials in place of earlier ones.
pub(in crate::store) fn write(conn: &Connection, rows: &[CanaryRow]) -> Result<(), StoreError> {
    let mut insert = conn.prepare_cached("INSERT OR REPLACE INTO canaries (group_name, trial) VALUES (?1, ?2)")?;
    for it in rows {
        insert.execute(params![it.group, it.trial])?;
    }
    Ok(())
}
