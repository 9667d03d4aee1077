//! Edits of the key rows. A secret reaches this room sealed, or as a reference, never as itself.

use rusqlite::{OptionalExtension, Row, params};

use crate::domain::clock::Stamp;
use crate::domain::id::KeyId;
use crate::domain::pattern::{NotAPattern, Pattern};
use crate::domain::policy::Billing;
use crate::store::error::StoreError;
use crate::store::open::Db;

/// Where a key's secret comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum KeySource {
    /// In the file, sealed by `config::seal`.
    Stored {
        /// The sealed secret.
        sealed: Vec<u8>,
    },
    /// In this environment variable.
    Env(String),
    /// In this file.
    File(String),
    /// What this shell command prints.
    Cmd(String),
}

impl std::fmt::Debug for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// `stored`, `env:NAME`, `file:PATH`, `cmd:COMMAND`.
impl std::fmt::Display for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stored { .. } => f.pad("stored"),
            Self::Env(it) => f.pad(&format!("env:{it}")),
            Self::File(it) => f.pad(&format!("file:{it}")),
            Self::Cmd(it) => f.pad(&format!("cmd:{it}")),
        }
    }
}

/// A key as it is in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyRow {
    /// Stable over renames and never given out twice.
    pub id: KeyId,
    /// The provider it is for.
    pub provider: String,
    /// Its owner's name for it.
    pub name: String,
    /// Where the secret comes from.
    pub source: KeySource,
    /// What may be shown of the secret: `sk-ant…9QAA`.
    pub fingerprint: String,
    /// Who pays, and how.
    pub billing: Billing,
    /// Share among the provider's keys; 0 = only as a fallback.
    pub weight: f64,
    /// Whether it may be used.
    pub enabled: bool,
    /// The models that it is for; none means any.
    pub models: Vec<Pattern>,
    /// When it was added.
    pub created: Stamp,
}

/// A key to be added.
#[derive(Debug, Clone, PartialEq)]
pub struct NewKey {
    /// The provider it is for.
    pub provider: String,
    /// Its owner's name for it.
    pub name: String,
    /// Where the secret comes from.
    pub source: KeySource,
    /// What may be shown of the secret.
    pub fingerprint: String,
    /// Who pays, and how.
    pub billing: Billing,
    /// Share among the provider's keys.
    pub weight: f64,
    /// When it is added.
    pub created: Stamp,
}

/// Adds a key, enabled.
///
/// # Errors
/// The provider has a key of that name, or the file cannot be written.
pub fn add(db: &mut Db, key: &NewKey) -> Result<KeyId, StoreError> {
    db.edit(|tx| {
        let (kind, reference, sealed) = columns(&key.source);
        let sql = "INSERT INTO keys
                   (provider, name, source, reference, sealed, fingerprint, billing, weight, enabled, created)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9)";
        let values = params![
            key.provider,
            key.name,
            kind,
            reference,
            sealed,
            key.fingerprint,
            billing_name(key.billing),
            key.weight,
            key.created.0
        ];
        tx.execute(sql, values).map_err(|error| taken(error, &key.provider, &key.name))?;
        Ok(KeyId(tx.last_insert_rowid()))
    })
}

/// Gives a key another name. A stored secret is sealed with its name, so it comes sealed anew.
///
/// # Errors
/// There is no such key, the name is taken, or the file cannot be written.
pub fn rename(db: &mut Db, id: KeyId, name: &str, sealed: Option<&[u8]>) -> Result<(), StoreError> {
    db.edit(|tx| {
        let row = tx.query_row("SELECT provider FROM keys WHERE id = ?1", [id.0], |row| row.get::<_, String>(0));
        let provider = row.optional()?.ok_or_else(|| unknown(id))?;
        let sql = "UPDATE keys SET name = ?2, sealed = coalesce(?3, sealed) WHERE id = ?1";
        tx.execute(sql, params![id.0, name, sealed]).map_err(|error| taken(error, &provider, name))?;
        Ok(())
    })
}

/// Replaces the secret of a key. Its id, name and history stay.
///
/// # Errors
/// There is no such key, or the file cannot be written.
pub fn rotate(db: &mut Db, id: KeyId, source: &KeySource, fingerprint: &str) -> Result<(), StoreError> {
    let (kind, reference, sealed) = columns(source);
    let sql = "UPDATE keys SET source = ?2, reference = ?3, sealed = ?4, fingerprint = ?5 WHERE id = ?1";
    update(db, id, sql, params![id.0, kind, reference, sealed, fingerprint])
}

/// Removes a key. The ledger keeps its id and name.
///
/// # Errors
/// There is no such key, or the file cannot be written.
pub fn remove(db: &mut Db, id: KeyId) -> Result<(), StoreError> {
    update(db, id, "DELETE FROM keys WHERE id = ?1", params![id.0])
}

/// Switches a key on or off.
///
/// # Errors
/// There is no such key, or the file cannot be written.
pub fn set_enabled(db: &mut Db, id: KeyId, enabled: bool) -> Result<(), StoreError> {
    update(db, id, "UPDATE keys SET enabled = ?2 WHERE id = ?1", params![id.0, enabled])
}

/// Sets a key's share among the keys of its provider.
///
/// # Errors
/// There is no such key, the weight is not a number from 0 up, or the file cannot be written.
pub fn set_weight(db: &mut Db, id: KeyId, weight: f64) -> Result<(), StoreError> {
    update(db, id, "UPDATE keys SET weight = ?2 WHERE id = ?1", params![id.0, weight])
}

/// Sets the models that a key is for; none means any.
///
/// # Errors
/// There is no such key, or the file cannot be written.
pub fn set_models(db: &mut Db, id: KeyId, models: &[Pattern]) -> Result<(), StoreError> {
    let text = models.iter().map(Pattern::as_str).collect::<Vec<_>>().join(" ");
    update(db, id, "UPDATE keys SET models = ?2 WHERE id = ?1", params![id.0, text])
}

/// Sets how a key is paid for.
///
/// # Errors
/// There is no such key, or the file cannot be written.
pub fn set_billing(db: &mut Db, id: KeyId, billing: Billing) -> Result<(), StoreError> {
    update(db, id, "UPDATE keys SET billing = ?2 WHERE id = ?1", params![id.0, billing_name(billing)])
}

/// All keys, by provider and age.
///
/// # Errors
/// The file cannot be read, or a row in it.
pub fn list(db: &Db) -> Result<Vec<KeyRow>, StoreError> {
    let mut statement = db.conn().prepare_cached(&format!("{SELECT} ORDER BY provider, id"))?;
    let rows = statement.query_map([], raw)?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(from_raw).collect()
}

/// The key of a provider by its name.
///
/// # Errors
/// The file cannot be read, or that row.
pub fn get(db: &Db, provider: &str, name: &str) -> Result<Option<KeyRow>, StoreError> {
    let mut statement = db.conn().prepare_cached(&format!("{SELECT} WHERE provider = ?1 AND name = ?2"))?;
    statement.query_row([provider, name], raw).optional()?.map(from_raw).transpose()
}

const SELECT: &str =
    "SELECT id, provider, name, source, reference, sealed, fingerprint, billing, weight, enabled, created,
     models FROM keys";

fn update(db: &mut Db, id: KeyId, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<(), StoreError> {
    db.edit(|tx| match tx.execute(sql, values)? {
        0 => Err(unknown(id)),
        _ => Ok(()),
    })
}

fn unknown(id: KeyId) -> StoreError {
    StoreError::NotFound { what: "key", name: format!("#{}", id.0) }
}

fn taken(error: rusqlite::Error, provider: &str, name: &str) -> StoreError {
    let unique = error.sqlite_error().is_some_and(|it| it.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE);
    if unique { StoreError::Exists { what: "key", name: format!("{provider} {name}") } } else { error.into() }
}

type Columns<'a> = (&'static str, Option<&'a str>, Option<&'a [u8]>);

fn columns(source: &KeySource) -> Columns<'_> {
    match source {
        KeySource::Stored { sealed } => ("stored", None, Some(sealed)),
        KeySource::Env(it) => ("env", Some(it), None),
        KeySource::File(it) => ("file", Some(it), None),
        KeySource::Cmd(it) => ("cmd", Some(it), None),
    }
}

/// The word for a way of paying in rows and JSON.
#[must_use]
pub fn billing_name(billing: Billing) -> &'static str {
    match billing {
        Billing::Metered => "metered",
        Billing::Subscription => "subscription",
        Billing::Free => "free",
    }
}

/// The way of paying a word stands for.
#[must_use]
pub fn billing_from(name: &str) -> Option<Billing> {
    [Billing::Metered, Billing::Subscription, Billing::Free].into_iter().find(|it| billing_name(*it) == name)
}

/// A row whose text columns are not understood yet.
struct Raw {
    key: KeyRow,
    source: String,
    reference: Option<String>,
    sealed: Option<Vec<u8>>,
    billing: String,
    /// With spaces between them: none is part of a name.
    models: String,
}

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let key = KeyRow {
        id: KeyId(row.get(0)?),
        provider: row.get(1)?,
        name: row.get(2)?,
        source: KeySource::Env(String::new()),
        fingerprint: row.get(6)?,
        billing: Billing::Metered,
        weight: row.get(8)?,
        enabled: row.get(9)?,
        models: Vec::new(),
        created: Stamp(row.get(10)?),
    };
    Ok(Raw {
        key,
        source: row.get(3)?,
        reference: row.get(4)?,
        sealed: row.get(5)?,
        billing: row.get(7)?,
        models: row.get(11)?,
    })
}

fn from_raw(raw: Raw) -> Result<KeyRow, StoreError> {
    let Raw { key, source, reference, sealed, billing, models } = raw;
    let name = format!("{} {}", key.provider, key.name);
    let bad = |problem: &str| StoreError::Row { what: "key", name: name.clone(), problem: problem.to_owned() };
    let source = match (source.as_str(), reference, sealed) {
        ("stored", _, Some(sealed)) => KeySource::Stored { sealed },
        ("env", Some(it), _) => KeySource::Env(it),
        ("file", Some(it), _) => KeySource::File(it),
        ("cmd", Some(it), _) => KeySource::Cmd(it),
        _ => return Err(bad("its source is not known")),
    };
    let billing = billing_from(&billing).ok_or_else(|| bad("its billing is not known"))?;
    let models = models.split_whitespace().map(str::parse).collect::<Result<_, NotAPattern>>();
    let models = models.map_err(|it| bad(&it.to_string()))?;
    Ok(KeyRow { source, billing, models, ..key })
}
