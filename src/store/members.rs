//! Edits of teams and customers. A row is never deleted, only marked: the ledger names it by its id, which no other gets.

use rusqlite::{OptionalExtension, Transaction, params};

use crate::domain::clock::Stamp;
use crate::store::error::StoreError;
use crate::store::open::Db;

/// A customer as it is in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerRow {
    /// What the ledger calls it.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created: Stamp,
}

/// A team as it is in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamRow {
    /// What the ledger calls it.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// The customer it belongs to, by name.
    pub customer: Option<String>,
    /// When it was added.
    pub created: Stamp,
}

/// Adds a customer.
///
/// # Errors
/// There is one of that name, or the file cannot be written.
pub fn add_customer(db: &mut Db, name: &str, now: Stamp) -> Result<i64, StoreError> {
    db.edit(|tx| {
        free(tx, "customers", "customer", name)?;
        tx.execute("INSERT INTO customers (name, created) VALUES (?1, ?2)", params![name, now.0])?;
        Ok(tx.last_insert_rowid())
    })
}

/// Adds a team, to a customer or to none.
///
/// # Errors
/// There is one of that name, there is no such customer, or the file cannot be written.
pub fn add_team(db: &mut Db, name: &str, customer: Option<&str>, now: Stamp) -> Result<i64, StoreError> {
    db.edit(|tx| {
        free(tx, "teams", "team", name)?;
        let customer = customer.map(|it| id_of(tx, "customers", "customer", it)).transpose()?;
        let sql = "INSERT INTO teams (name, customer, created) VALUES (?1, ?2, ?3)";
        tx.execute(sql, params![name, customer, now.0])?;
        Ok(tx.last_insert_rowid())
    })
}

/// Removes a customer.
///
/// # Errors
/// There is none of that name, teams or virtual keys belong to it, or the file cannot be written.
pub fn remove_customer(db: &mut Db, name: &str, now: Stamp) -> Result<(), StoreError> {
    remove(
        db,
        ("customers", "customer", name),
        "SELECT 'team ' || name FROM teams WHERE customer = ?1 AND removed IS NULL
         UNION ALL SELECT 'virtual key ' || name FROM virtual_keys WHERE customer = ?1 AND removed IS NULL",
        now,
    )
}

/// Removes a team.
///
/// # Errors
/// There is none of that name, virtual keys belong to it, or the file cannot be written.
pub fn remove_team(db: &mut Db, name: &str, now: Stamp) -> Result<(), StoreError> {
    let users = "SELECT 'virtual key ' || name FROM virtual_keys WHERE team = ?1 AND removed IS NULL";
    remove(db, ("teams", "team", name), users, now)
}

/// All customers, by name.
///
/// # Errors
/// The file cannot be read.
pub fn customers(db: &Db) -> Result<Vec<CustomerRow>, StoreError> {
    let sql = "SELECT id, name, created FROM customers WHERE removed IS NULL ORDER BY name";
    let mut statement = db.conn().prepare_cached(sql)?;
    let rows = statement
        .query_map([], |row| Ok(CustomerRow { id: row.get(0)?, name: row.get(1)?, created: Stamp(row.get(2)?) }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// All teams, by name.
///
/// # Errors
/// The file cannot be read.
pub fn teams(db: &Db) -> Result<Vec<TeamRow>, StoreError> {
    let sql = "SELECT t.id, t.name, c.name, t.created FROM teams t LEFT JOIN customers c ON c.id = t.customer
               WHERE t.removed IS NULL ORDER BY t.name";
    let mut statement = db.conn().prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(TeamRow { id: row.get(0)?, name: row.get(1)?, customer: row.get(2)?, created: Stamp(row.get(3)?) })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The id of the member of that name in `table`.
pub(super) fn id_of(tx: &Transaction<'_>, table: &str, what: &'static str, name: &str) -> Result<i64, StoreError> {
    let sql = format!("SELECT id FROM {table} WHERE name = ?1 AND removed IS NULL");
    let id = tx.query_row(&sql, [name], |row| row.get(0)).optional()?;
    id.ok_or_else(|| StoreError::NotFound { what, name: name.to_owned() })
}

/// Refuses a name that is taken.
pub(super) fn free(tx: &Transaction<'_>, table: &str, what: &'static str, name: &str) -> Result<(), StoreError> {
    match id_of(tx, table, what, name) {
        Ok(_) => Err(StoreError::Exists { what, name: name.to_owned() }),
        Err(StoreError::NotFound { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

fn remove(
    db: &mut Db,
    (table, what, name): (&str, &'static str, &str),
    users: &str,
    now: Stamp,
) -> Result<(), StoreError> {
    db.edit(|tx| {
        let id = id_of(tx, table, what, name)?;
        let users: Vec<String> = tx.prepare(users)?.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
        if !users.is_empty() {
            return Err(StoreError::InUse { name: name.to_owned(), users });
        }
        tx.execute(&format!("UPDATE {table} SET removed = ?2 WHERE id = ?1"), params![id, now.0])?;
        Ok(())
    })
}
