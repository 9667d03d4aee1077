//! Names the user gave to models.

use rusqlite::params;

use crate::store::error::StoreError;
use crate::store::open::Db;

/// Gives `name` to `model`, in place of what it stood for before.
///
/// # Errors
/// The file cannot be written.
pub fn set(db: &mut Db, name: &str, model: &str) -> Result<(), StoreError> {
    db.edit(|tx| {
        tx.execute("INSERT OR REPLACE INTO aliases (name, model) VALUES (?1, ?2)", params![name, model])?;
        Ok(())
    })
}

/// Takes `name` back. Says whether it stood for anything.
///
/// # Errors
/// The file cannot be written.
pub fn remove(db: &mut Db, name: &str) -> Result<bool, StoreError> {
    db.edit(|tx| Ok(tx.execute("DELETE FROM aliases WHERE name = ?1", [name])? == 1))
}

/// All of them, by name: the name, and what it stands for.
///
/// # Errors
/// The file cannot be read.
pub fn list(db: &Db) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement = db.conn().prepare_cached("SELECT name, model FROM aliases ORDER BY name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
