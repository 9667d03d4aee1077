//! Which seats are out, and until when: a restart does not make a target well.

use rusqlite::{Connection, params};

use crate::domain::clock::Stamp;
use crate::domain::id::{KeyId, ModelName, ProviderName};
use crate::store::error::StoreError;
use crate::store::open::Db;

/// A key of a provider, for one model or for all, that is not to be used for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthRow {
    /// The provider.
    pub provider: ProviderName,
    /// The model; `None` for the key as a whole.
    pub model: Option<ModelName>,
    /// The key; `None` where the provider needs none.
    pub key: Option<KeyId>,
    /// Why, in a word.
    pub why: String,
    /// When it tripped, where it did.
    pub tripped: Option<Stamp>,
    /// Until when it is out. A time that is over takes the row away.
    pub until: Stamp,
}

/// What is still out at `now`.
///
/// # Errors
/// The file cannot be read.
pub fn out(db: &Db, now: Stamp) -> Result<Vec<HealthRow>, StoreError> {
    let sql = "SELECT provider, model, key, why, tripped, until FROM health WHERE until > ?1";
    let mut statement = db.conn().prepare(sql)?;
    let rows = statement.query_map([now.0], |row| {
        Ok(HealthRow {
            provider: ProviderName::from(row.get::<_, String>(0)?.as_str()),
            model: Some(row.get::<_, String>(1)?).filter(|it| !it.is_empty()).map(|it| it.as_str().into()),
            key: Some(row.get(2)?).filter(|it| *it != 0).map(KeyId),
            why: row.get(3)?,
            tripped: row.get::<_, Option<i64>>(4)?.map(Stamp),
            until: Stamp(row.get(5)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes rows, and takes away what is over at `now`.
pub(in crate::store) fn write(conn: &Connection, rows: &[HealthRow], now: Stamp) -> Result<(), StoreError> {
    let sql =
        "INSERT OR REPLACE INTO health (provider, model, key, why, tripped, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut insert = conn.prepare_cached(sql)?;
    for it in rows {
        insert.execute(params![
            it.provider.as_str(),
            it.model.as_ref().map_or("", ModelName::as_str),
            it.key.map_or(0, |it| it.0),
            it.why,
            it.tripped.map(|it| it.0),
            it.until.0,
        ])?;
    }
    conn.prepare_cached("DELETE FROM health WHERE until <= ?1")?.execute([now.0])?;
    Ok(())
}
