//! What the rows of the ledger are made of, in one order: what is written is what the hash of an entry covers, and what
//! a check reads back.
//!
//! A new column is added at the end of its list, to the table and to its view: a value that is not there is not hashed,
//! so the rows of before keep their hashes.

use std::borrow::Cow;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Result, ToSql};
use serde::{Deserialize, Serialize};

/// One column of a row.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Column {
    /// Its name in the table.
    pub(in crate::store) name: &'static str,
    /// The table holds the id of a text in `names`.
    pub(in crate::store) named: bool,
}

const fn plain(name: &'static str) -> Column {
    Column { name, named: false }
}

const fn named(name: &'static str) -> Column {
    Column { name, named: true }
}

/// `ledger_requests`, without the place in the chain and the hash.
pub(in crate::store) const REQUEST: [Column; 42] = [
    plain("id"),
    plain("process"),
    plain("started"),
    named("dialect"),
    named("asked"),
    named("group_name"),
    named("client"),
    plain("session"),
    plain("stream"),
    named("outcome"),
    plain("status"),
    plain("total_us"),
    plain("first_us"),
    plain("overhead_us"),
    named("provider"),
    named("model"),
    named("key_name"),
    named("served"),
    named("finish"),
    plain("input"),
    plain("cache_read"),
    plain("cache_write"),
    plain("cache_write_1h"),
    plain("output"),
    plain("reasoning"),
    named("counted"),
    plain("suspect"),
    plain("cost"),
    named("cost_kind"),
    plain("cost_reported"),
    plain("moved"),
    plain("attempts"),
    named("kind"),
    named("code"),
    plain("detail"),
    plain("losses"),
    named("operation"),
    plain("virtual_key"),
    plain("team"),
    plain("customer"),
    plain("baseline"),
    plain("cache_saved"),
];

/// `ledger_attempts`. `late`: the place of the correction that brought it; NULL = it came with its request.
pub(in crate::store) const ATTEMPT: [Column; 32] = [
    plain("request"),
    plain("n"),
    plain("late"),
    named("state"),
    plain("at"),
    named("provider"),
    named("model"),
    plain("key_id"),
    named("key_name"),
    named("billing"),
    named("lane"),
    plain("started_us"),
    plain("first_us"),
    plain("total_us"),
    plain("status"),
    named("kind"),
    named("code"),
    plain("detail"),
    plain("retry_after_ms"),
    plain("input"),
    plain("cache_read"),
    plain("cache_write"),
    plain("cache_write_1h"),
    plain("output"),
    plain("reasoning"),
    named("counted"),
    plain("suspect"),
    plain("cost"),
    named("cost_kind"),
    named("resume"),
    plain("equivalent"),
    named("priced_by"),
];

/// `ledger_corrections`, without the hash: what a request costs in all, and how many attempts it had, as it turned out.
pub(in crate::store) const CORRECTION: [Column; 6] =
    [plain("seq"), plain("request"), plain("at"), plain("cost"), named("cost_kind"), plain("attempts")];

/// Where [`ATTEMPT`] has the amount.
pub(in crate::store) const ATTEMPT_COST: usize = 27;

/// The columns as SQL lists them.
pub(in crate::store) fn list(columns: &[Column]) -> String {
    columns.iter().map(|it| it.name).collect::<Vec<_>>().join(", ")
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(in crate::store) enum Cell<'a> {
    /// Not there.
    Null,
    /// A number.
    Int(i64),
    /// A text, which the table may hold as the id of a name.
    Text(Cow<'a, str>),
}

impl From<i64> for Cell<'_> {
    fn from(it: i64) -> Self {
        Self::Int(it)
    }
}

impl From<u16> for Cell<'_> {
    fn from(it: u16) -> Self {
        Self::Int(it.into())
    }
}

impl From<u32> for Cell<'_> {
    fn from(it: u32) -> Self {
        Self::Int(it.into())
    }
}

impl From<bool> for Cell<'_> {
    fn from(it: bool) -> Self {
        Self::Int(it.into())
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(it: &'a str) -> Self {
        Self::Text(Cow::Borrowed(it))
    }
}

impl From<String> for Cell<'_> {
    fn from(it: String) -> Self {
        Self::Text(Cow::Owned(it))
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(it: Option<T>) -> Self {
        it.map_or(Self::Null, Into::into)
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Int(it) => ToSqlOutput::Owned(Value::Integer(*it)),
            Self::Text(it) => ToSqlOutput::Borrowed(ValueRef::Text(it.as_bytes())),
        })
    }
}
