//! Where the chain stands, in a file beside the database: an older copy put in its place, or a file of other origin, is
//! noticed at the next start (faults.md row 67).

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension as _, Transaction, params};
use serde::{Deserialize, Serialize};

use crate::domain::clock::Stamp;
use crate::store::error::StoreError;
use crate::store::ledger::chain::{Hash, Head};
use crate::store::private_file::{self, FileProblem};

/// A file larger than this is not ours.
const LIMIT: u64 = 4096;

/// Entries from the end that are looked through at a start. A process that dies leaves the note at most a second behind.
const RECENT: i64 = 20_000;

/// The note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    seq: i64,
    hash: String,
}

/// What the note says of the database beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) enum Standing {
    /// There is none: the first start, or it was removed.
    Unknown,
    /// The database has this entry, and maybe more.
    Fits,
    /// The database ends so many entries before it.
    Behind(i64),
    /// The database has another entry in its place.
    Other(i64),
    /// It cannot be read.
    Unreadable(String),
}

impl Standing {
    /// What is wrong, with a code; `None` if nothing is.
    pub(in crate::store) fn fault(&self) -> Option<(&'static str, String)> {
        match self {
            Self::Unknown | Self::Fits => None,
            Self::Behind(n) => Some((
                "went-back",
                format!("the ledger went back {n} entries: the database is an older copy, or its end was lost"),
            )),
            Self::Other(seq) => Some((
                "replaced",
                format!("entry {seq} of the ledger is another one than before: the database was replaced or rewritten"),
            )),
            Self::Unreadable(why) => {
                Some(("head-unreadable", format!("the note beside the database on where it stands: {why}")))
            }
        }
    }
}

/// Where the note of the database at `path` is.
pub(in crate::store) fn beside(path: &Path) -> PathBuf {
    path.with_extension("head")
}

/// Notes where the chain stands.
pub(in crate::store) fn write(path: &Path, head: &Head) -> Result<(), FileProblem> {
    let path = beside(path);
    let mut next = path.as_os_str().to_owned();
    next.push(format!(".new-{}", std::process::id()));
    let next = PathBuf::from(next);
    let problem = |source| FileProblem::Io { path: path.clone(), doing: "write", source };
    // One that a process of the same number left behind when it died.
    match fs::remove_file(&next) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(problem(error)),
        _ => {}
    }
    let mut file = private_file::create_new(&next)?;
    let note = Note { seq: head.seq, hash: hex(&head.hash) };
    let text = serde_json::to_string(&note).map_err(|error| problem(error.into()))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_data()).map_err(problem)?;
    fs::rename(&next, &path).map_err(problem)
}

/// What the note beside `path` says of a chain that stands at `head`; `hash_at` knows the hash of an entry, or `None`
/// where there is no telling.
pub(in crate::store) fn standing(
    path: &Path,
    head: &Head,
    hash_at: impl FnOnce(i64) -> Result<Option<Hash>, StoreError>,
) -> Result<Standing, StoreError> {
    let bytes = match private_file::read(&beside(path), LIMIT) {
        Ok(Some(it)) => it,
        Ok(None) => return Ok(Standing::Unknown),
        Err(problem) => return Ok(Standing::Unreadable(problem.to_string())),
    };
    let note: Note = match serde_json::from_slice(&bytes) {
        Ok(it) => it,
        Err(error) => return Ok(Standing::Unreadable(error.to_string())),
    };
    if note.seq > head.seq {
        return Ok(Standing::Behind(note.seq - head.seq));
    }
    let here = if note.seq == head.seq { Some(head.hash) } else { hash_at(note.seq)? };
    Ok(match here {
        Some(here) if hex(&here) != note.hash => Standing::Other(note.seq),
        _ => Standing::Fits,
    })
}

/// At a start: what is wrong is said, and kept for whoever checks later, because the note moves on from here.
pub(in crate::store) fn compare(tx: &Transaction<'_>, path: &Path, now: Stamp) -> Result<(), StoreError> {
    let head = Head::read(tx)?;
    let standing = standing(path, &head, |seq| recent(tx, seq))?;
    if let Some((what, detail)) = standing.fault() {
        tracing::error!(what, "{detail}; llmroute db check tells more");
        tx.execute("INSERT INTO ledger_notices (at, what, detail) VALUES (?1, ?2, ?3)", params![now.0, what, detail])?;
    }
    Ok(())
}

/// The hash of an entry among the last ones.
fn recent(tx: &Transaction<'_>, seq: i64) -> Result<Option<Hash>, StoreError> {
    let sql = "SELECT hash FROM ledger_requests
        WHERE id > (SELECT max(id) FROM ledger_requests) - ?2 AND seq = ?1
        UNION ALL SELECT hash FROM ledger_corrections WHERE seq = ?1
        UNION ALL SELECT hash FROM ledger_seals WHERE to_seq = ?1";
    Ok(tx.query_row(sql, [seq, RECENT], |row| row.get(0)).optional()?)
}

fn hex(hash: &Hash) -> String {
    use std::fmt::Write as _;
    hash.iter().fold(String::with_capacity(32), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
