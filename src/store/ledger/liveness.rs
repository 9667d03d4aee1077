//! Which processes are alive, and what the dead ones left open.
//!
//! A process holds a lock on a file of its own for as long as it runs; the system frees the lock however the process
//! ends. A row in `processes` that has not ended and whose lock is free is dead.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use crate::domain::clock::Stamp;
use crate::store::error::StoreError;
use crate::store::ledger::airbag::{self, Airbag};
use crate::store::ledger::journal::{self, Journal};
use crate::store::ledger::orphans;
use crate::store::ledger::record::ProcessKind;
use crate::store::private_file::{self, FileProblem};
use crate::store::rollups::Orphans;

/// This process's row, the lock that goes with it, and its journal. The lock is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Registered {
    pub(super) id: i64,
    pub(super) journal: Arc<Journal>,
    /// Only a server has one: a command has one request, and its journal.
    pub(super) airbag: Option<Airbag>,
    lock: PathBuf,
    _held: File,
}

impl Registered {
    /// Takes a lock and a row.
    pub(super) fn new(conn: &mut Connection, run: &Path, kind: ProcessKind, now: Stamp) -> Result<Self, StoreError> {
        private_file::ensure_dir(run)?;
        let pid = std::process::id();
        let word: i64 = conn.query_row("SELECT random()", [], |row| row.get(0))?;
        let name = format!("{pid}-{:016x}.lock", word.cast_unsigned());
        let lock = run.join(&name);
        let held = private_file::create_new(&lock)?;
        held.try_lock().map_err(|error| FileProblem::Io { path: lock.clone(), doing: "lock", source: error.into() })?;
        let journal = Arc::new(Journal::create(&lock)?);
        let airbag = match kind {
            ProcessKind::Server => Some(Airbag::create(&lock)?),
            ProcessKind::Command => None,
        };
        let kind = match kind {
            ProcessKind::Server => "server",
            ProcessKind::Command => "command",
        };
        let tx = Transaction::new(conn, TransactionBehavior::Immediate)?;
        tx.execute(
            "INSERT INTO processes (kind, pid, lock, started) VALUES (?1, ?2, ?3, ?4)",
            params![kind, pid, name, now.0],
        )?;
        let id = tx.last_insert_rowid();
        tx.commit()?;
        Ok(Self { id, journal, airbag, lock, _held: held })
    }

    /// Signs the process off. Requests still open stay the process's: they are booked by the next start.
    pub(super) fn end(self, conn: &mut Connection, now: Stamp) -> Result<(), StoreError> {
        journal::prepare(conn)?;
        let kept = self.airbag.as_ref().is_some_and(|it| !it.is_empty());
        if journal::load(conn, self.id, &self.lock)? == 0 && !kept {
            conn.execute("UPDATE processes SET ended = ?2 WHERE id = ?1", params![self.id, now.0])?;
            journal::remove_beside(&self.lock);
        }
        if !kept {
            airbag::remove_beside(&self.lock);
        }
        journal::remove(&self.lock);
        Ok(())
    }
}

/// Books what dead processes left open: their attempts at the expected cost, in doubt; their requests closed. Says how
/// many requests those were.
pub(super) fn bury_dead(conn: &mut Connection, run: &Path, now: Stamp) -> Result<usize, StoreError> {
    adopt_unknown(conn, run, now)?;
    let mut statement = conn.prepare("SELECT id, lock FROM processes WHERE ended IS NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    drop(statement);
    let mut booked = 0;
    for (id, lock) in rows {
        // The name comes out of a file that may have been tampered with; it must stay inside its folder.
        let Some(name) = Path::new(&lock).file_name() else { continue };
        let path = run.join(name);
        let file = private_file::open_existing(&path)?;
        // The lock is held until the rows are booked. Where even the file is gone, so is its process.
        if let Some(file) = &file
            && !take(file, &path)?
        {
            continue;
        }
        let replayed = airbag::replay(conn, &path)?;
        if replayed > 0 {
            tracing::warn!(replayed, "finished requests that the database had refused are in the ledger now");
        }
        journal::prepare(conn)?;
        journal::load(conn, id, &path)?;
        booked += book(conn, id, now)?;
        journal::remove_beside(&path);
        airbag::remove_beside(&path);
        journal::remove(&path);
    }
    Ok(booked)
}

/// Gives a row to processes that left something behind and that this database does not know: it is an older copy, or
/// was put in the place of the one they wrote.
fn adopt_unknown(conn: &Connection, run: &Path, now: Stamp) -> Result<(), StoreError> {
    let Ok(folder) = std::fs::read_dir(run) else { return Ok(()) };
    for entry in folder.flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|it| it != "journal") {
            continue;
        }
        let lock = path.with_extension("lock");
        let Some(name) = lock.file_name().and_then(|it| it.to_str()) else { continue };
        // Held = it lives, and is about to have its row.
        if let Some(file) = private_file::open_existing(&lock)?
            && !take(&file, &lock)?
        {
            continue;
        }
        conn.execute(
            "INSERT INTO processes (kind, pid, lock, started)
             SELECT 'unknown', 0, ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM processes WHERE lock = ?1)",
            params![name, now.0],
        )?;
    }
    Ok(())
}

/// Takes the lock; `false` if somebody holds it.
fn take(file: &File, path: &Path) -> Result<bool, StoreError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => {
            Err(FileProblem::Io { path: path.to_owned(), doing: "lock", source }.into())
        }
    }
}

/// Does its work once, whoever calls it and how often: what it books has its row from then on.
fn book(conn: &mut Connection, process: i64, now: Stamp) -> Result<usize, StoreError> {
    let tx = Transaction::new(conn, TransactionBehavior::Immediate)?;
    let sums = Orphans::of(&tx, process)?;
    let booked = orphans::book(&tx, process, now)?;
    sums.book(&tx)?;
    tx.execute("UPDATE processes SET ended = ?2 WHERE id = ?1 AND ended IS NULL", params![process, now.0])?;
    tx.commit()?;
    Ok(booked)
}
