//! What was spent since a moment, on whose requests: the one question that budgets put to the ledger.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::domain::clock::Stamp;
use crate::domain::id::RequestId;
use crate::domain::money::Usd;
use crate::domain::scope::Scope;
use crate::store::error::StoreError;
use crate::store::open::Db;

/// No request lives longer than this, in microseconds: an attempt that began since a moment is of a request that began
/// within this time before it.
const LONGEST: i64 = 86_400_000_000;

/// Whose requests, since when, and in which parts.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// Whose.
    pub scope: &'a Scope,
    /// Attempts that began then or later: what a clock that was put back since stamped later is in it too.
    pub since: Stamp,
    /// The length of each part, in microseconds; `None` = all in one.
    pub part: Option<i64>,
}

/// What was spent in one part of the time, in one session where sessions are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// When the part begins; `since`, where there is only one.
    pub at: Stamp,
    /// The session, where [`Scope::Session`] was asked for.
    pub session: Option<String>,
    /// When the last of its attempts began.
    pub last: Stamp,
    /// What its attempts cost, as far as anybody knows: those in doubt at what they are in doubt with.
    pub cost: Usd,
}

/// Answers a question without the requests that `except` gives: it is asked once the state of the file is fixed, so that
/// whatever ends after that is neither missed nor counted twice by who keeps count of the others.
///
/// # Errors
/// The file cannot be read.
pub fn spent(
    db: &Db,
    question: &Question<'_>,
    except: impl FnOnce() -> Vec<RequestId>,
) -> Result<Vec<Spent>, StoreError> {
    let tx = db.conn().unchecked_transaction()?;
    // A transaction reads the file as it is at its first read, not at its beginning.
    tx.query_row("SELECT count(*) FROM (SELECT 1 FROM requests LIMIT 1)", [], |_| Ok(()))?;
    let except: Vec<String> = except().iter().map(|it| it.0.cast_signed().to_string()).collect();
    let found = ask(&tx, question, &except.join(","))?;
    tx.commit()?;
    Ok(found)
}

fn ask(conn: &Connection, question: &Question<'_>, except: &str) -> Result<Vec<Spent>, StoreError> {
    let Question { scope, since, part } = question;
    let (condition, values) = condition(scope);
    let part_of = part.map_or_else(|| "0".to_owned(), |it| format!("a.at / {it}"));
    let session = if **scope == Scope::Session { "r.session" } else { "NULL" };
    // The numbers are ours: nothing that anybody wrote is put into the text.
    let sql = format!(
        "SELECT {part_of} AS part, {session} AS session, sum(a.cost), max(a.at) FROM requests r JOIN attempts a ON a.request = r.id
         WHERE r.started >= ?1 AND a.at >= ?2 AND a.cost > 0 AND r.id NOT IN ({except}) AND {condition}
         GROUP BY 1, 2 ORDER BY 1, 2"
    );
    let bound = [Value::from(since.0.saturating_sub(LONGEST)), Value::from(since.0)];
    let values = bound.into_iter().chain(values.into_iter().map(Value::from));
    let mut statement = conn.prepare(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| {
        let nth: i64 = row.get(0)?;
        Ok(Spent {
            at: part.map_or(*since, |part| Stamp(nth.saturating_mul(part)).max(*since)),
            session: row.get(1)?,
            last: Stamp(row.get(3)?),
            cost: Usd::from_pico(row.get(2)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A scope as a condition on `requests r` and `attempts a`. Members and keys are meant by their present name and found by
/// their id, so that renaming one keeps what it spent.
fn condition(scope: &Scope) -> (&'static str, Vec<String>) {
    let text = |it: &str| it.to_owned();
    match scope {
        Scope::All => ("1", Vec::new()),
        Scope::Session => ("r.session IS NOT NULL", Vec::new()),
        Scope::Customer(it) => {
            ("r.customer IN (SELECT id FROM customers WHERE name = ?3 AND removed IS NULL)", vec![text(it)])
        }
        Scope::Team(it) => ("r.team IN (SELECT id FROM teams WHERE name = ?3 AND removed IS NULL)", vec![text(it)]),
        Scope::VirtualKey(it) => {
            ("r.virtual_key IN (SELECT id FROM virtual_keys WHERE name = ?3 AND removed IS NULL)", vec![text(it)])
        }
        Scope::VirtualKeyAt(it, provider) => (
            "r.virtual_key IN (SELECT id FROM virtual_keys WHERE name = ?3 AND removed IS NULL) AND a.provider = ?4",
            vec![text(it), text(provider.as_str())],
        ),
        Scope::Provider(it) => ("a.provider = ?3", vec![text(it.as_str())]),
        Scope::Model(it) => {
            ("a.provider = ?3 AND a.model = ?4", vec![text(it.provider.as_str()), text(it.model.as_str())])
        }
        // A key that was never stored has no row, and its name is the only one it ever has.
        Scope::Key(provider, key) => (
            "a.provider = ?3 AND coalesce(a.key_id IN (SELECT id FROM keys WHERE provider = ?3 AND name = ?4), 0)
                 + (a.key_id < 0 AND a.key_name = ?4) > 0",
            vec![text(provider.as_str()), text(key.as_str())],
        ),
    }
}
