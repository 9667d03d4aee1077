//! Edits of the budgets. What was spent of them is no row of theirs: it is asked of the ledger ([`crate::store::spent`]).

use rusqlite::{Transaction, params};

use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::store::error::StoreError;
use crate::store::open::Db;

/// A budget as it is in the file. What it says is looked at by `config`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetRow {
    /// Whose requests it counts ([`crate::domain::scope::Scope`]).
    pub scope: String,
    /// For how long ([`crate::domain::budget::Period`]).
    pub period: String,
    /// How much they may cost.
    pub amount: Usd,
    /// Percentages that are told of when they are reached, with commas between them.
    pub warn: String,
    /// What happens to what it has no room for ([`crate::domain::budget::Then`]).
    pub then: String,
    /// The time zone of its calendar; `None` = the configured one.
    pub zone: Option<String>,
    /// It refuses nothing before this time.
    pub lifted: Option<Stamp>,
}

/// Makes a budget, or replaces the one of the same scope and period.
///
/// # Errors
/// The file cannot be written.
pub fn set(db: &mut Db, row: &BudgetRow) -> Result<(), StoreError> {
    db.edit(|tx| {
        tx.execute(
            r#"INSERT OR REPLACE INTO budgets (scope, period, amount, warn, "then", zone, lifted)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"#,
            params![row.scope, row.period, row.amount.pico(), row.warn, row.then, row.zone, row.lifted.map(|it| it.0)],
        )?;
        Ok(())
    })
}

/// Removes the budgets of a scope, or only the one of that period. Says how many there were.
///
/// # Errors
/// The file cannot be written.
pub fn remove(db: &mut Db, scope: &str, period: Option<&str>) -> Result<usize, StoreError> {
    let sql = "DELETE FROM budgets WHERE scope = ?1 AND period = coalesce(?2, period)";
    db.edit(|tx| Ok(tx.execute(sql, params![scope, period])?))
}

/// Lets everything through until then, for all budgets of a scope. Says how many there are.
///
/// # Errors
/// The file cannot be written.
pub fn lift(db: &mut Db, scope: &str, until: Stamp) -> Result<usize, StoreError> {
    db.edit(|tx| Ok(tx.execute("UPDATE budgets SET lifted = ?2 WHERE scope = ?1", params![scope, until.0])?))
}

/// All of them, by scope and period.
///
/// # Errors
/// The file cannot be read.
pub fn list(db: &Db) -> Result<Vec<BudgetRow>, StoreError> {
    let sql = r#"SELECT scope, period, amount, warn, "then", zone, lifted FROM budgets ORDER BY scope, period"#;
    let mut statement = db.conn().prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(BudgetRow {
            scope: row.get(0)?,
            period: row.get(1)?,
            amount: Usd::from_pico(row.get(2)?),
            warn: row.get(3)?,
            then: row.get(4)?,
            zone: row.get(5)?,
            lifted: row.get::<_, Option<i64>>(6)?.map(Stamp),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A key got another name: what counts it goes on to do so.
pub(super) fn rename_key(tx: &Transaction<'_>, provider: &str, from: &str, to: &str) -> Result<(), StoreError> {
    let scope = |name: &str| format!("key:{provider}/{name}");
    tx.execute("UPDATE OR REPLACE budgets SET scope = ?2 WHERE scope = ?1", [scope(from), scope(to)])?;
    Ok(())
}
