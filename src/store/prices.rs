//! Prices the user set. They come before every table's, and unknown stays unknown where there is neither.

use rusqlite::{OptionalExtension as _, params};

use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::domain::rates::UnitPrices;
use crate::store::error::StoreError;
use crate::store::open::Db;

/// One price row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRow {
    /// `provider/model`.
    pub target: String,
    /// What it charges.
    pub prices: UnitPrices,
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
            "INSERT OR REPLACE INTO prices (target, valid_from, input, output, cache_read, cache_write, ceiling,
                 cache_write_1h, reasoning, input_audio, output_audio, request, search)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            params![
                row.target,
                row.from.0,
                row.prices.input.pico(),
                row.prices.output.pico(),
                row.prices.cache_read.map(Usd::pico),
                row.prices.cache_write.map(Usd::pico),
                row.ceiling,
                row.prices.cache_write_1h.map(Usd::pico),
                row.prices.reasoning.map(Usd::pico),
                row.prices.input_audio.map(Usd::pico),
                row.prices.output_audio.map(Usd::pico),
                row.prices.request.map(Usd::pico),
                row.prices.search.map(Usd::pico),
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
        "SELECT target, valid_from, input, output, cache_read, cache_write, ceiling, cache_write_1h, reasoning,
             input_audio, output_audio, request, search
         FROM prices ORDER BY target, valid_from",
    )?;
    let rows = statement.query_map([], |row| {
        let part = |at: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(at)?.map(Usd::from_pico));
        Ok(PriceRow {
            target: row.get(0)?,
            from: Stamp(row.get(1)?),
            prices: UnitPrices {
                input: Usd::from_pico(row.get(2)?),
                output: Usd::from_pico(row.get(3)?),
                cache_read: part(4)?,
                cache_write: part(5)?,
                cache_write_1h: part(7)?,
                reasoning: part(8)?,
                input_audio: part(9)?,
                output_audio: part(10)?,
                request: part(11)?,
                search: part(12)?,
            },
            ceiling: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A price table that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceTable {
    /// What rows that were priced by it say.
    pub version: String,
    /// Where it came from.
    pub source: String,
    /// When.
    pub fetched: Stamp,
    /// The table.
    pub text: String,
}

/// Keeps a fetched table in place of an earlier one.
///
/// # Errors
/// The file cannot be written.
pub fn put_table(db: &mut Db, table: &PriceTable) -> Result<(), StoreError> {
    db.edit(|tx| {
        let sql = "INSERT OR REPLACE INTO price_table (one, version, source, fetched, text) VALUES (1, ?1, ?2, ?3, ?4)";
        tx.execute(sql, params![table.version, table.source, table.fetched.0, table.text])?;
        Ok(())
    })
}

/// Drops the fetched table. Says whether there was one.
///
/// # Errors
/// The file cannot be written.
pub fn drop_table(db: &mut Db) -> Result<bool, StoreError> {
    db.edit(|tx| Ok(tx.execute("DELETE FROM price_table", [])? > 0))
}

/// The version of the fetched table, if there is one.
///
/// # Errors
/// The file cannot be read.
pub fn table_version(db: &Db) -> Result<Option<String>, StoreError> {
    Ok(db.conn().query_row("SELECT version FROM price_table", [], |row| row.get(0)).optional()?)
}

/// The fetched table, if there is one.
///
/// # Errors
/// The file cannot be read.
pub fn table(db: &Db) -> Result<Option<PriceTable>, StoreError> {
    let sql = "SELECT version, source, fetched, text FROM price_table";
    let row = db.conn().query_row(sql, [], |row| {
        Ok(PriceTable { version: row.get(0)?, source: row.get(1)?, fetched: Stamp(row.get(2)?), text: row.get(3)? })
    });
    Ok(row.optional()?)
}
