//! Edits of virtual keys. Of a token only its digest reaches this room. A row is never deleted, only marked: the ledger
//! names it by its id, and whoever still presents its token is told that it was removed.

use rusqlite::params;

use crate::domain::caller::{Caller, Member};
use crate::domain::clock::Stamp;
use crate::domain::virtual_key::{Digest, Grant};
use crate::store::error::StoreError;
use crate::store::members::{free, id_of};
use crate::store::open::Db;

/// A virtual key as it is in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualKeyRow {
    /// Itself, and whom it belongs to.
    pub caller: Caller,
    /// The SHA-256 of its token.
    pub digest: Digest,
    /// What may be shown of its token: `llmr_…7f2c`.
    pub hint: String,
    /// Where its requests may go.
    pub grant: Grant,
    /// From when on it is of no use.
    pub expires: Option<Stamp>,
    /// When it was added.
    pub created: Stamp,
    /// When it was removed.
    pub removed: Option<Stamp>,
}

/// A virtual key to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVirtualKey<'a> {
    /// Its name.
    pub name: &'a str,
    /// The team it belongs to.
    pub team: Option<&'a str>,
    /// The customer it belongs to, where its team does not say.
    pub customer: Option<&'a str>,
    /// Where its requests may go.
    pub grant: &'a Grant,
    /// From when on it is of no use.
    pub expires: Option<Stamp>,
    /// When it is added.
    pub created: Stamp,
}

/// Adds a virtual key, whose token has `digest` and may be shown as `hint`.
///
/// # Errors
/// There is one of that name, there is no such team or customer, or the file cannot be written.
pub fn add(db: &mut Db, key: &NewVirtualKey<'_>, digest: &Digest, hint: &str) -> Result<i64, StoreError> {
    let allowed = to_json(key.name, key.grant)?;
    db.edit(|tx| {
        free(tx, "virtual_keys", "virtual key", key.name)?;
        let team = key.team.map(|it| id_of(tx, "teams", "team", it)).transpose()?;
        let customer = key.customer.map(|it| id_of(tx, "customers", "customer", it)).transpose()?;
        let sql = "INSERT INTO virtual_keys (name, team, customer, digest, hint, allowed, expires, created)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let expires = key.expires.map(|it| it.0);
        tx.execute(sql, params![key.name, team, customer, digest, hint, allowed, expires, key.created.0])?;
        Ok(tx.last_insert_rowid())
    })
}

/// Gives a virtual key another token. Everything else about it stays.
///
/// # Errors
/// There is none of that name, or the file cannot be written.
pub fn rotate(db: &mut Db, name: &str, digest: &Digest, hint: &str) -> Result<(), StoreError> {
    db.edit(|tx| {
        let id = id_of(tx, "virtual_keys", "virtual key", name)?;
        tx.execute("UPDATE virtual_keys SET digest = ?2, hint = ?3 WHERE id = ?1", params![id, digest, hint])?;
        Ok(())
    })
}

/// Removes a virtual key.
///
/// # Errors
/// There is none of that name, or the file cannot be written.
pub fn remove(db: &mut Db, name: &str, now: Stamp) -> Result<(), StoreError> {
    db.edit(|tx| {
        let id = id_of(tx, "virtual_keys", "virtual key", name)?;
        tx.execute("UPDATE virtual_keys SET removed = ?2 WHERE id = ?1", params![id, now.0])?;
        Ok(())
    })
}

/// All of them, those that were removed too, by name.
///
/// # Errors
/// The file cannot be read, or a row in it.
pub fn list(db: &Db) -> Result<Vec<VirtualKeyRow>, StoreError> {
    let sql = "SELECT k.id, k.name, t.id, t.name, c.id, c.name, k.digest, k.hint, k.allowed, k.expires, k.created,
                      k.removed
               FROM virtual_keys k
               LEFT JOIN teams t ON t.id = k.team
               LEFT JOIN customers c ON c.id = coalesce(k.customer, t.customer)
               ORDER BY k.name, k.id";
    let mut statement = db.conn().prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        let member = |at: usize| {
            let id: Option<i64> = row.get(at)?;
            let name: Option<String> = row.get(at + 1)?;
            Ok::<_, rusqlite::Error>(id.zip(name).map(|(id, name)| Member { id, name: name.into() }))
        };
        let name: String = row.get(1)?;
        let virtual_key = Member { id: row.get(0)?, name: name.into() };
        let key = VirtualKeyRow {
            caller: Caller { virtual_key, team: member(2)?, customer: member(4)? },
            digest: row.get(6)?,
            hint: row.get(7)?,
            grant: Grant::default(),
            expires: row.get::<_, Option<i64>>(9)?.map(Stamp),
            created: Stamp(row.get(10)?),
            removed: row.get::<_, Option<i64>>(11)?.map(Stamp),
        };
        Ok((key, row.get::<_, String>(8)?))
    })?;
    let read = |it: rusqlite::Result<(VirtualKeyRow, String)>| {
        let (key, allowed) = it?;
        let grant = serde_json::from_str(&allowed).map_err(|it| bad_row(&key.caller.virtual_key.name, &it))?;
        Ok(VirtualKeyRow { grant, ..key })
    };
    rows.map(read).collect()
}

fn to_json(name: &str, grant: &Grant) -> Result<String, StoreError> {
    serde_json::to_string(grant).map_err(|it| bad_row(name, &it))
}

fn bad_row(name: &str, error: &serde_json::Error) -> StoreError {
    StoreError::Row { what: "virtual key", name: name.to_owned(), problem: error.to_string() }
}
