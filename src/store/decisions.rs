//! How requests were decided, out of the ledger. What the texts mean is for whoever wrote them to say.

use rusqlite::{OptionalExtension as _, params};

use crate::domain::clock::Stamp;
use crate::domain::id::{KeyId, RequestId};
use crate::domain::money::Usd;
use crate::store::error::StoreError;
use crate::store::open::Db;
use crate::store::stats::Range;

/// How one request was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// Which request.
    pub id: RequestId,
    /// The id of the policy it was decided by.
    pub policy: i64,
    /// The salt of its dice.
    pub salt: u64,
    /// The record, as JSON.
    pub record: String,
}

/// How request `id` was decided; `None` for one that is open, was refused before, or is older than these records.
///
/// # Errors
/// The file cannot be read.
pub fn of(db: &Db, id: RequestId) -> Result<Option<DecisionRow>, StoreError> {
    let Ok(number) = i64::try_from(id.0) else { return Ok(None) };
    let sql = "SELECT policy, salt, record FROM decisions WHERE request = ?1";
    let row = db.conn().prepare_cached(sql)?.query_row([number], |row| {
        Ok(DecisionRow { id, policy: row.get(0)?, salt: row.get::<_, i64>(1)?.cast_unsigned(), record: row.get(2)? })
    });
    Ok(row.optional()?)
}

/// The text of a policy that requests were decided by.
///
/// # Errors
/// The file cannot be read.
pub fn policy(db: &Db, id: i64) -> Result<Option<String>, StoreError> {
    let sql = "SELECT text FROM policies WHERE id = ?1";
    Ok(db.conn().prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?)
}

/// How a request was decided, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played {
    /// The decision.
    pub decision: DecisionRow,
    /// Who answered, as `provider/model`.
    pub answered: Option<String>,
    /// Prompt tokens of the answer, where they are known.
    pub input: Option<u64>,
    /// Generated tokens.
    pub output: Option<u64>,
    /// What it cost, where that is known.
    pub cost: Option<Usd>,
    /// When it came.
    pub started: Stamp,
    /// Who asked.
    pub client: String,
    /// The client's session.
    pub session: Option<String>,
}

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The provider.
    pub provider: String,
    /// The model.
    pub model: String,
    /// The key; `None` where none is needed.
    pub key: Option<KeyId>,
    /// When it began.
    pub at: Stamp,
    /// The client wanted a stream.
    pub stream: bool,
    /// From there to its first content, in microseconds.
    pub first_us: Option<u64>,
    /// From there to its end.
    pub total_us: Option<u64>,
    /// The class of what went wrong.
    pub kind: Option<String>,
    /// Whether it was closed as it should be, with an answer.
    pub settled: bool,
    /// Prompt tokens that were not read from the provider's cache, where they are known.
    pub input: Option<u64>,
    /// Tokens of its answer.
    pub output: Option<u64>,
}

/// What came of the attempts of a span, in conversations.
///
/// # Errors
/// The file cannot be read.
pub fn tried(db: &Db, range: Range) -> Result<Vec<Tried>, StoreError> {
    let sql = "SELECT a.provider, a.model, a.key_id, a.at, r.stream, a.first_us, a.total_us, a.kind,
            a.state = 'settled' AND a.kind IS NULL,
            a.input - coalesce(a.cache_read, 0), a.output
        FROM attempts a JOIN requests r ON r.id = a.request
        WHERE r.started >= ?1 AND r.started < ?2 AND r.operation IS NULL";
    let mut statement = db.conn().prepare_cached(sql)?;
    let rows = statement.query_map(params![range.from.0, range.to.0], |row| {
        let count = |at| row.get::<_, Option<i64>>(at).map(|it| it.and_then(|it| u64::try_from(it).ok()));
        Ok(Tried {
            provider: row.get(0)?,
            model: row.get(1)?,
            key: row.get::<_, Option<i64>>(2)?.map(KeyId),
            at: Stamp(row.get(3)?),
            stream: row.get(4)?,
            first_us: count(5)?,
            total_us: count(6)?,
            kind: row.get(7)?,
            settled: row.get(8)?,
            input: count(9)?,
            output: count(10)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How the requests of a span were decided and what came of them, in the order they came. Those without a record are left
/// out.
///
/// # Errors
/// The file cannot be read.
pub fn played(db: &Db, range: Range) -> Result<Vec<Played>, StoreError> {
    let sql = "SELECT d.request, d.policy, d.salt, d.record, r.provider || '/' || r.model, r.input, r.output, r.cost,
            r.started, r.client, r.session
        FROM decisions d JOIN requests r ON r.id = d.request
        WHERE r.started >= ?1 AND r.started < ?2 ORDER BY r.started, r.id";
    let mut statement = db.conn().prepare_cached(sql)?;
    let rows = statement.query_map(params![range.from.0, range.to.0], |row| {
        let count = |at| row.get::<_, Option<i64>>(at).map(|it| it.map(i64::cast_unsigned));
        Ok(Played {
            decision: DecisionRow {
                id: RequestId(row.get::<_, i64>(0)?.cast_unsigned()),
                policy: row.get(1)?,
                salt: row.get::<_, i64>(2)?.cast_unsigned(),
                record: row.get(3)?,
            },
            answered: row.get(4)?,
            input: count(5)?,
            output: count(6)?,
            cost: row.get::<_, Option<i64>>(7)?.map(Usd::from_pico),
            started: Stamp(row.get(8)?),
            client: row.get(9)?,
            session: row.get(10)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
