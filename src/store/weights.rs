//! Weights set on a group after it was made. They lie over the group's own list, so that they can be taken back, and
//! so that built-in groups, which have no row, can have them.

use std::collections::BTreeMap;

use rusqlite::params;

use crate::store::error::StoreError;
use crate::store::open::Db;

/// Weights by group and `provider/model`.
pub type Overrides = BTreeMap<(String, String), f64>;

/// Sets weights of some targets of a group. Whether the group has those targets, the caller knows.
///
/// # Errors
/// A weight is not a number from 0 up, or the file cannot be written.
pub fn set(db: &mut Db, group: &str, weights: &[(String, f64)]) -> Result<(), StoreError> {
    db.edit(|tx| {
        let mut insert =
            tx.prepare("INSERT OR REPLACE INTO weights (group_name, target, weight) VALUES (?1, ?2, ?3)")?;
        for (target, weight) in weights {
            insert.execute(params![group, target, weight])?;
        }
        Ok(())
    })
}

/// Goes back to the weights the group was made with. Says how many were different.
///
/// # Errors
/// The file cannot be written.
pub fn reset(db: &mut Db, group: &str) -> Result<usize, StoreError> {
    db.edit(|tx| Ok(tx.execute("DELETE FROM weights WHERE group_name = ?1", [group])?))
}

/// Everything that was set.
///
/// # Errors
/// The file cannot be read.
pub fn overrides(db: &Db) -> Result<Overrides, StoreError> {
    let mut statement = db.conn().prepare_cached("SELECT group_name, target, weight FROM weights")?;
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
