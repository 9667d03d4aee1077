//! Reads the whole ledger and says what is wrong with it, and where (faults.md rows 66 and 67, L9).

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use rusqlite::{Connection, OptionalExtension as _};

use crate::domain::clock::Stamp;
use crate::domain::id::RequestId;
use crate::store::error::StoreError;
use crate::store::ledger::chain::outside::{self, Standing};
use crate::store::ledger::chain::read::{Entry, Scanned, scan};
use crate::store::ledger::chain::seals::Seals;
use crate::store::ledger::chain::{GENESIS, Hash, Head, link};
use crate::store::migrations;
use crate::store::open::Db;

/// Faults that are told one by one.
const MOST: usize = 100;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// Requests that were read.
    pub requests: u64,
    /// Attempts that were read.
    pub attempts: u64,
    /// Entries that were pruned, of which only seals are left.
    pub pruned: u64,
    /// Requests from before there was a chain, which the next start of the server puts into it.
    pub loose: u64,
    /// What is wrong, the first hundred of it.
    pub faults: Vec<Fault>,
    /// What is wrong beyond those.
    pub more: u64,
    /// There is a note beside the file on where the ledger stands, without which an older copy in its place would not be
    /// noticed. It is written within a second of every start.
    pub noted: bool,
    /// What was noticed at earlier starts.
    pub notices: Vec<Notice>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Stable: `row-changed`, `rows-missing`, `went-back` …
    pub code: &'static str,
    /// In words.
    pub what: String,
    /// The request it is about, where it is about one.
    pub request: Option<RequestId>,
}

/// Something that was wrong at a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// When.
    pub at: Stamp,
    /// The code of the fault.
    pub what: String,
    /// In words.
    pub detail: String,
}

impl Checked {
    pub(super) fn fault(&mut self, code: &'static str, what: String, request: Option<i64>) {
        if self.faults.len() == MOST {
            self.more += 1;
            return;
        }
        let request = request.map(|it| RequestId(it.cast_unsigned()));
        self.faults.push(Fault { code, what, request });
    }
}

/// Checks SQLite's own structure, then every entry of the chain, the sums, and the note beside the file. What is damaged
/// is a finding and not an error.
///
/// # Errors
/// The file cannot be read at all.
pub fn check(db: &Db) -> Result<Checked, StoreError> {
    let mut checked = Checked::default();
    let conn = db.conn();
    // All of one moment, also beside a server that writes.
    let tx = conn.unchecked_transaction()?;
    if let Err(error) = structure(&tx, &mut checked) {
        unreadable(&mut checked, &error);
    }
    if let Err(error) = content(&tx, db, &mut checked) {
        unreadable(&mut checked, &error);
    }
    drop(tx);
    Ok(checked)
}

fn unreadable(checked: &mut Checked, error: &StoreError) {
    let after = i64::try_from(checked.requests).ok().filter(|it| *it > 0);
    let what = match after {
        Some(n) => format!("the ledger cannot be read beyond its first {n} requests: {error}"),
        None => format!("the ledger cannot be read: {error}"),
    };
    checked.fault("unreadable", what, None);
}

fn structure(conn: &Connection, checked: &mut Checked) -> Result<(), StoreError> {
    schema(conn, checked)?;
    let mut statement = conn.prepare("PRAGMA integrity_check(50)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let said = String::from_utf8_lossy(row.get_ref(0)?.as_bytes().unwrap_or_default()).into_owned();
        if said != "ok" {
            checked.fault("structure", said, None);
        }
    }
    Ok(())
}

/// The rows are read through views and kept by triggers: those must be ours, too.
fn schema(conn: &Connection, checked: &mut Checked) -> Result<(), StoreError> {
    static OURS: OnceLock<BTreeSet<String>> = OnceLock::new();
    let ours = if let Some(it) = OURS.get() {
        it
    } else {
        let mut fresh = Connection::open_in_memory()?;
        migrations::run(&mut fresh, Path::new(":memory:"), migrations::STEPS)?;
        let made = definitions(&fresh)?;
        OURS.get_or_init(|| made)
    };
    let theirs = definitions(conn)?;
    for odd in ours.symmetric_difference(&theirs) {
        let words = odd.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
        let what = if ours.contains(odd) { "lacks" } else { "has" };
        checked.fault("schema-changed", format!("the file {what} `{words} …`, other than llmroute made it"), None);
    }
    Ok(())
}

/// Every table, index, view and trigger, as it was made.
fn definitions(conn: &Connection) -> Result<BTreeSet<String>, StoreError> {
    let sql = "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM sqlite_schema
        WHERE name NOT LIKE 'sqlite_stat%'";
    let mut statement = conn.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(String::from_utf8_lossy(row.get_ref(0)?.as_bytes().unwrap_or_default()).into_owned())
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn content(conn: &Connection, db: &Db, checked: &mut Checked) -> Result<(), StoreError> {
    let head = Head::read(conn)?;
    let mut read = Scanned::default();
    let scanned = scan(conn, &mut read);
    checked.requests = read.requests.cast_unsigned();
    checked.attempts = read.attempts.cast_unsigned();
    checked.loose = read.loose.cast_unsigned();
    for request in &read.strays {
        let id = RequestId(request.cast_unsigned());
        checked.fault("row-extra", format!("there is an attempt of {id} and no such request"), Some(*request));
    }
    scanned?;
    let seals = Seals::read(conn, checked)?;
    checked.pruned = seals.to.cast_unsigned();
    read.entries.sort_by_key(|it| it.seq);
    follow(seals.to, seals.hash, &read.entries, &head, checked);
    let counted = (seals.requests + read.requests - read.loose, seals.attempts + read.attempts);
    let cost = seals.cost.wrapping_add(read.cost);
    if read.loose == 0 && (counted, cost) != ((head.requests, head.attempts), head.cost) {
        let what = format!(
            "the ledger's own sums say {} requests, {} attempts and {} pico-dollars; its rows say {}, {} and {cost}",
            head.requests, head.attempts, head.cost, counted.0, counted.1
        );
        checked.fault("sums", what, None);
    }
    notices(conn, checked)?;
    let known = |seq| Ok(hash_at(&read.entries, &seals, seq));
    let standing = outside::standing(db.path(), &head, known)?;
    checked.noted = standing != Standing::Unknown;
    if let Some((code, what)) = standing.fault() {
        checked.fault(code, what, None);
    }
    Ok(())
}

fn hash_at(entries: &[Entry], seals: &Seals, seq: i64) -> Option<Hash> {
    if seq <= seals.to {
        return seals.ends.iter().find(|it| it.0 == seq).map(|it| it.1);
    }
    // A place that nothing stands at has no hash that fits.
    Some(entries.binary_search_by_key(&seq, |it| it.seq).map_or(GENESIS, |at| entries[at].hash))
}

/// Follows the chain from the entry at `seq` with `hash`, and says where it breaks.
fn follow(mut seq: i64, mut hash: Hash, entries: &[Entry], head: &Head, checked: &mut Checked) {
    let mut known = true;
    for (at, it) in entries.iter().enumerate() {
        let id = RequestId(it.request.cast_unsigned());
        if it.seq <= seq {
            let what = format!("{id} stands at place {} of the ledger, which is taken", it.seq);
            checked.fault("row-extra", what, Some(it.request));
            continue;
        }
        if it.seq > seq + 1 {
            let lost = it.seq - seq - 1;
            checked.fault("rows-missing", format!("{lost} entries are missing before {id}"), Some(it.request));
            // What it is to be linked with is lost, too: the next one tells whether this one is as it was.
            known = false;
        }
        let computed = link(&hash, it.seq, &it.digest);
        let next = entries.get(at + 1).filter(|next| next.seq == it.seq + 1);
        let fits_next = |hash: &Hash| match next {
            Some(next) => link(hash, next.seq, &next.digest) == next.hash,
            None => it.seq == head.seq && *hash == head.hash,
        };
        if known && computed != it.hash {
            // Its own hash may be what was changed: then what was computed fits what follows.
            if fits_next(&computed) {
                checked.fault("row-changed", format!("the hash of {id} was changed"), Some(it.request));
                hash = computed;
            } else {
                checked.fault("row-changed", format!("{id} was changed after it was written"), Some(it.request));
                hash = it.hash;
            }
        } else {
            hash = it.hash;
        }
        known = true;
        seq = it.seq;
    }
    if seq < head.seq {
        checked.fault("rows-missing", format!("the last {} entries are missing", head.seq - seq), None);
    } else if seq > head.seq {
        checked.fault("head-changed", format!("there are {} entries beyond the last", seq - head.seq), None);
    } else if hash != head.hash {
        checked.fault("head-changed", "the ledger ends with another hash than it should".to_owned(), None);
    }
}

/// Whether the last entry is as it was written: quick, for a file that was just opened anew.
pub(in crate::store) fn tail(conn: &Connection) -> Result<(), StoreError> {
    let head = Head::read(conn)?;
    let sql = "SELECT hash FROM (SELECT seq, hash FROM ledger_requests ORDER BY id DESC LIMIT 10000) WHERE seq = ?1
        UNION ALL SELECT hash FROM ledger_corrections WHERE seq = ?1
        UNION ALL SELECT hash FROM ledger_seals WHERE to_seq = ?1";
    let last: Option<Hash> = conn.query_row(sql, [head.seq], |row| row.get(0)).optional()?;
    if last.is_some_and(|it| it != head.hash) {
        return Err(StoreError::Corrupt("the ledger does not end as it should".to_owned()));
    }
    Ok(())
}

fn notices(conn: &Connection, checked: &mut Checked) -> Result<(), StoreError> {
    let mut statement = conn.prepare("SELECT at, what, detail FROM ledger_notices ORDER BY id DESC LIMIT 20")?;
    let rows =
        statement.query_map([], |row| Ok(Notice { at: Stamp(row.get(0)?), what: row.get(1)?, detail: row.get(2)? }))?;
    checked.notices = rows.collect::<Result<_, _>>()?;
    Ok(())
}
