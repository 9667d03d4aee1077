//! Edits of the groups.

use std::num::NonZeroU32;
use std::time::Duration;

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::domain::clock::Stamp;
use crate::domain::policy::{Affinity, Hedge};
use crate::domain::strategy::Strategy;
use crate::store::error::StoreError;
use crate::store::open::Db;

/// A group as it is in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupRow {
    /// Its name.
    pub name: String,
    /// `provider/model` with the weight in force, in the order listed.
    pub targets: Vec<(String, f64)>,
    /// Everything else.
    pub settings: GroupSettings,
}

/// What a group sets beside its targets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct GroupSettings {
    /// How its targets are ordered.
    #[serde(skip_serializing_if = "is_default")]
    pub strategy: Strategy,
    /// A conversation stays where its prompt cache is warm, or does not.
    #[serde(skip_serializing_if = "is_usual")]
    pub affinity: Affinity,
    /// Deadlines that differ from the usual ones.
    #[serde(skip_serializing_if = "DeadlineSettings::is_empty")]
    pub deadlines: DeadlineSettings,
    /// When the next target is started too; `None` = as usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hedge: Option<HedgeSetting>,
    /// Another target is asked where a content policy refuses.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub next_on_refusal: bool,
    /// An answer that is cut is gone on with at the next target.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub resume: bool,
    /// Requests at one target at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_parallel: Option<NonZeroU32>,
    /// Requests that wait for one target.
    #[serde(skip_serializing_if = "is_zero")]
    pub queue: u32,
    /// A target that is tried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canary: Option<CanarySetting>,
}

/// A canary as set ([`crate::domain::policy::Canary`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CanarySetting {
    /// `provider/model`.
    pub target: String,
    /// The share of conversations that it begins with, in hundredths of a percent.
    pub basis_points: u32,
    /// When it was set up.
    pub began: Stamp,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde calls")]
const fn is_zero(it: &u32) -> bool {
    *it == 0
}

/// A hedge as set ([`crate::domain::policy::Hedge`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HedgeSetting {
    /// By what is known of the target.
    Auto,
    /// Never.
    Off,
    /// After so many milliseconds.
    AfterMs(u64),
}

impl HedgeSetting {
    /// What it means.
    #[must_use]
    pub const fn value(self) -> Hedge {
        match self {
            Self::Auto => Hedge::Auto,
            Self::Off => Hedge::Off,
            Self::AfterMs(it) => Hedge::After(Duration::from_millis(it)),
        }
    }
}

/// Deadlines as set, in milliseconds; `None` = the usual one ([`crate::domain::policy::Deadlines`]).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeadlineSettings {
    /// DNS, TCP and TLS together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_ms: Option<u64>,
    /// From sending to the first content of a stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_content_ms: Option<u64>,
    /// The same where the request asks the model to reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_content_reasoning_ms: Option<u64>,
    /// Silence between any two bytes of a stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte_gap_ms: Option<u64>,
    /// Silence between two contents of a stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_gap_ms: Option<u64>,
    /// A whole unstreamed answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole_ms: Option<u64>,
    /// A whole stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_ms: Option<u64>,
}

impl DeadlineSettings {
    /// Nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Makes a group or replaces it whole. Weights set on the earlier one are forgotten: the list says what is meant.
///
/// # Errors
/// A target is listed twice, a weight is not a number from 0 up, or the file cannot be written.
pub fn set(db: &mut Db, group: &GroupRow) -> Result<(), StoreError> {
    let settings = serde_json::to_string(&group.settings).map_err(|error| bad_row(&group.name, &error))?;
    db.edit(|tx| {
        tx.execute("DELETE FROM groups WHERE name = ?1", [&group.name])?;
        tx.execute("DELETE FROM weights WHERE group_name = ?1", [&group.name])?;
        tx.execute("INSERT INTO groups (name, settings) VALUES (?1, ?2)", params![group.name, settings])?;
        let mut insert =
            tx.prepare("INSERT INTO group_targets (group_name, position, target, weight) VALUES (?1, ?2, ?3, ?4)")?;
        for (position, (target, weight)) in (0_i64..).zip(&group.targets) {
            insert.execute(params![group.name, position, target, weight])?;
        }
        Ok(())
    })
}

/// Changes what a group sets beside its targets; those stay, with the weights in force.
///
/// # Errors
/// There is none of that name, or the file cannot be written.
pub fn change(db: &mut Db, name: &str, settings: &GroupSettings) -> Result<(), StoreError> {
    let settings = serde_json::to_string(settings).map_err(|error| bad_row(name, &error))?;
    db.edit(|tx| match tx.execute("UPDATE groups SET settings = ?2 WHERE name = ?1", params![name, settings])? {
        0 => Err(StoreError::NotFound { what: "group", name: name.to_owned() }),
        _ => Ok(()),
    })
}

/// Removes a group.
///
/// # Errors
/// There is none of that name, or the file cannot be written.
pub fn remove(db: &mut Db, name: &str) -> Result<(), StoreError> {
    db.edit(|tx| {
        tx.execute("DELETE FROM weights WHERE group_name = ?1", [name])?;
        tx.execute("DELETE FROM canaries WHERE group_name = ?1", [name])?;
        match tx.execute("DELETE FROM groups WHERE name = ?1", [name])? {
            0 => Err(StoreError::NotFound { what: "group", name: name.to_owned() }),
            _ => Ok(()),
        }
    })
}

/// All groups, by name.
///
/// # Errors
/// The file cannot be read, or a row in it.
pub fn list(db: &Db) -> Result<Vec<GroupRow>, StoreError> {
    let mut statement = db.conn().prepare_cached("SELECT name, settings FROM groups ORDER BY name")?;
    let rows =
        statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(|(name, settings)| whole(db, name, &settings)).collect()
}

/// The group of that name.
///
/// # Errors
/// The file cannot be read, or that row.
pub fn get(db: &Db, name: &str) -> Result<Option<GroupRow>, StoreError> {
    let mut statement = db.conn().prepare_cached("SELECT settings FROM groups WHERE name = ?1")?;
    let settings: Option<String> = statement.query_row([name], |row| row.get(0)).optional()?;
    settings.map(|it| whole(db, name.to_owned(), &it)).transpose()
}

fn whole(db: &Db, name: String, settings: &str) -> Result<GroupRow, StoreError> {
    let settings = serde_json::from_str(settings).map_err(|error| bad_row(&name, &error))?;
    let sql = "SELECT t.target, coalesce(w.weight, t.weight) FROM group_targets t
               LEFT JOIN weights w ON w.group_name = t.group_name AND w.target = t.target
               WHERE t.group_name = ?1 ORDER BY t.position";
    let mut statement = db.conn().prepare_cached(sql)?;
    let targets = statement.query_map([&name], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(GroupRow { name, targets, settings })
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_default(it: &Strategy) -> bool {
    *it == Strategy::default()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_usual(it: &Affinity) -> bool {
    *it == Affinity::default()
}

fn bad_row(name: &str, error: &serde_json::Error) -> StoreError {
    StoreError::Row { what: "group", name: name.to_owned(), problem: error.to_string() }
}
