//! Prices the user set. They come before every table's, and unknown stays unknown where there is neither.

use rusqlite::params;

use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::store::error::StoreError;
use crate::store::open::Db;

/// One price row, in dollars per million tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRow {
    /// `provider/model`.
    pub target: String,
    /// Of prompt tokens.
    pub input: Usd,
    /// Of generated tokens.
    pub output: Usd,
    /// Of prompt tokens read from the provider's cache; `None` = as `input`.
    pub cache_read: Option<Usd>,
    /// Of prompt tokens written to the provider's cache; `None` = as `input`.
    pub cache_write: Option<Usd>,
    /// From when on; the beginning of time for a price without a date.
    pub from: Stamp,
    /// Not the true price but one that will not be exceeded.
    pub ceiling: bool,
}

/// Sets a price; replaces the one of the same target and date.
///
/// # Errors
/// The file cannot be written.
pub fn set(db: &mut Db, row: &PriceRow) -> Result<(), StoreError> {
    db.edit(|tx| {
        tx.execute(
            "INSERT OR REPLACE INTO prices (target, valid_from, input, output, cache_read, cache_write, ceiling)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                row.target,
                row.from.0,
                row.input.pico(),
                row.output.pico(),
                row.cache_read.map(Usd::pico),
                row.cache_write.map(Usd::pico),
                row.ceiling,
            ],
        )?;
        Ok(())
    })
}

/// Removes every price of a target. Says how many there were.
///
/// # Errors
/// The file cannot be written.
pub fn remove(db: &mut Db, target: &str) -> Result<usize, StoreError> {
    db.edit(|tx| Ok(tx.execute("DELETE FROM prices WHERE target = ?1", [target])?))
}

/// All of them, by target and date.
///
/// # Errors
/// The file cannot be read.
pub fn list(db: &Db) -> Result<Vec<PriceRow>, StoreError> {
    let mut statement = db.conn().prepare_cached(
        "SELECT target, valid_from, input, output, cache_read, cache_write, ceiling
         FROM prices ORDER BY target, valid_from",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(PriceRow {
            target: row.get(0)?,
            from: Stamp(row.get(1)?),
            input: Usd::from_pico(row.get(2)?),
            output: Usd::from_pico(row.get(3)?),
            cache_read: row.get::<_, Option<i64>>(4)?.map(Usd::from_pico),
            cache_write: row.get::<_, Option<i64>>(5)?.map(Usd::from_pico),
            ceiling: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
