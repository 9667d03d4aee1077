//! Edits of the provider rows.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, Transaction, params};

use crate::domain::row::ProviderRow;
use crate::store::error::StoreError;
use crate::store::open::Db;

/// A provider as the local file knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredProvider {
    /// Its name.
    pub name: String,
    /// The user's row; `None` where the built-in row of that name is meant and only `enabled` is the user's.
    pub row: Option<ProviderRow>,
    /// Whether requests may go there.
    pub enabled: bool,
    /// What the user set of what its address needs to know.
    pub settings: BTreeMap<String, String>,
}

impl StoredProvider {
    /// `row` with the user's values of its settings.
    #[must_use]
    pub fn settled(&self, row: &ProviderRow) -> ProviderRow {
        let mut row = row.clone();
        for it in &mut row.settings {
            if let Some(value) = self.settings.get(&it.name) {
                it.value = Some(value.clone());
            }
        }
        row
    }
}

/// What to do with the keys and group targets of a provider that is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Users {
    /// Refuse to remove it as long as there are any.
    Refuse,
    /// Remove them too; a group left without targets goes as well.
    Remove,
}

/// What went with a provider.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Removed {
    /// Names of its keys.
    pub keys: Vec<String>,
    /// Groups that lost targets.
    pub groups: Vec<String>,
}

/// Adds a provider.
///
/// # Errors
/// There is a row of that name, or the file cannot be written.
pub fn add(db: &mut Db, row: &ProviderRow) -> Result<(), StoreError> {
    let text = to_json(row)?;
    db.edit(|tx| {
        if row_of(tx, &row.name)?.is_some_and(|it| it.row.is_some()) {
            return Err(StoreError::Exists { what: "provider", name: row.name.clone() });
        }
        tx.execute(
            "INSERT OR REPLACE INTO providers (name, row, enabled) VALUES (?1, ?2, 1)",
            params![row.name, text],
        )?;
        Ok(())
    })
}

/// Adds a provider or replaces the row of that name, keeping whether it is enabled.
///
/// # Errors
/// The file cannot be written.
pub fn replace(db: &mut Db, row: &ProviderRow) -> Result<(), StoreError> {
    let text = to_json(row)?;
    db.edit(|tx| {
        let sql = "INSERT INTO providers (name, row, enabled) VALUES (?1, ?2, 1)
                   ON CONFLICT (name) DO UPDATE SET row = excluded.row";
        tx.execute(sql, params![row.name, text])?;
        Ok(())
    })
}

/// Switches a provider on or off. A name without a row stands for the built-in provider of that name; whether there is
/// one, the caller knows.
///
/// # Errors
/// The file cannot be written.
pub fn set_enabled(db: &mut Db, name: &str, enabled: bool) -> Result<(), StoreError> {
    db.edit(|tx| {
        let sql = "INSERT INTO providers (name, row, enabled) VALUES (?1, NULL, ?2)
                   ON CONFLICT (name) DO UPDATE SET enabled = excluded.enabled";
        tx.execute(sql, params![name, enabled])?;
        Ok(())
    })
}

/// Gives settings of a provider their values; an empty one takes the value away. A name without a row stands for the
/// built-in provider of that name; whether there is one, and has these settings, the caller knows.
///
/// # Errors
/// The file cannot be written.
pub fn set(db: &mut Db, name: &str, values: &[(String, String)]) -> Result<(), StoreError> {
    db.edit(|tx| {
        let mut settings = row_of(tx, name)?.map(|it| it.settings).unwrap_or_default();
        for (setting, value) in values {
            if value.is_empty() {
                settings.remove(setting)
            } else {
                settings.insert(setting.clone(), value.clone())
            };
        }
        let text = serde_json::to_string(&settings).map_err(|error| wrong_row(name, &error))?;
        let sql = "INSERT INTO providers (name, row, enabled, settings) VALUES (?1, NULL, 1, ?2)
                   ON CONFLICT (name) DO UPDATE SET settings = excluded.settings";
        tx.execute(sql, params![name, text])?;
        Ok(())
    })
}

/// Removes a provider's row, with its keys and group targets if `users` says so. A name without a row is a built-in
/// provider: its keys and targets are removed, itself it cannot be.
///
/// # Errors
/// It is unknown here altogether, or in use; or the file cannot be written.
pub fn remove(db: &mut Db, name: &str, users: Users) -> Result<Removed, StoreError> {
    db.edit(|tx| {
        let removed = Removed { keys: key_names(tx, name)?, groups: groups_with(tx, name)? };
        let known = row_of(tx, name)?.is_some();
        if !known && removed == Removed::default() {
            return Err(StoreError::NotFound { what: "provider", name: name.to_owned() });
        }
        if users == Users::Refuse && removed != Removed::default() {
            let keys = removed.keys.iter().map(|it| format!("key {it}"));
            let groups = removed.groups.iter().map(|it| format!("group {it}"));
            return Err(StoreError::InUse { name: name.to_owned(), users: keys.chain(groups).collect() });
        }
        tx.execute("DELETE FROM keys WHERE provider = ?1", [name])?;
        tx.execute("DELETE FROM group_targets WHERE substr(target, 1, length(?1) + 1) = ?1 || '/'", [name])?;
        tx.execute("DELETE FROM weights WHERE substr(target, 1, length(?1) + 1) = ?1 || '/'", [name])?;
        tx.execute("DELETE FROM groups WHERE name NOT IN (SELECT group_name FROM group_targets)", [])?;
        tx.execute("DELETE FROM providers WHERE name = ?1", [name])?;
        Ok(removed)
    })
}

/// All rows, by name.
///
/// # Errors
/// The file cannot be read, or a row in it.
pub fn list(db: &Db) -> Result<Vec<StoredProvider>, StoreError> {
    let mut statement = db.conn().prepare_cached("SELECT name, row, enabled, settings FROM providers ORDER BY name")?;
    let rows = statement.query_map([], raw)?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(from_raw).collect()
}

/// The row of a name.
///
/// # Errors
/// The file cannot be read, or that row.
pub fn get(db: &Db, name: &str) -> Result<Option<StoredProvider>, StoreError> {
    row_of(db.conn(), name)
}

fn row_of(conn: &rusqlite::Connection, name: &str) -> Result<Option<StoredProvider>, StoreError> {
    let sql = "SELECT name, row, enabled, settings FROM providers WHERE name = ?1";
    conn.prepare_cached(sql)?.query_row([name], raw).optional()?.map(from_raw).transpose()
}

fn key_names(tx: &Transaction<'_>, provider: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = tx.prepare("SELECT name FROM keys WHERE provider = ?1 ORDER BY id")?;
    Ok(statement.query_map([provider], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn groups_with(tx: &Transaction<'_>, provider: &str) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT DISTINCT group_name FROM group_targets
               WHERE substr(target, 1, length(?1) + 1) = ?1 || '/' ORDER BY group_name";
    Ok(tx.prepare(sql)?.query_map([provider], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

type Raw = (String, Option<String>, bool, Option<String>);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn from_raw((name, row, enabled, settings): Raw) -> Result<StoredProvider, StoreError> {
    let wrong = |error: serde_json::Error| wrong_row(&name, &error);
    let row = row.map(|text| serde_json::from_str(&text)).transpose().map_err(wrong)?;
    let settings = settings.map(|text| serde_json::from_str(&text)).transpose().map_err(wrong)?;
    Ok(StoredProvider { row, enabled, settings: settings.unwrap_or_default(), name })
}

fn to_json(row: &ProviderRow) -> Result<String, StoreError> {
    serde_json::to_string(row).map_err(|error| wrong_row(&row.name, &error))
}

fn wrong_row(name: &str, error: &serde_json::Error) -> StoreError {
    StoreError::Row { what: "provider", name: name.to_owned(), problem: error.to_string() }
}
