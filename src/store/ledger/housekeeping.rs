//! Once a second, beside the writer: makes what was committed survive a power cut, moves the WAL into the database, and
//! notes outside the database where the chain stands.
//!
//! Commits of the writer are `synchronous=NORMAL`: they survive the death of the process at once and a power cut only
//! after the WAL file is synced. Syncing the file needs none of SQLite's locks, so it happens here, where its 4 to
//! 16 ms stop nobody; a commit with `synchronous=FULL` would hold the write lock for as long.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use crate::store::error::StoreError;
use crate::store::ledger::State;
use crate::store::ledger::chain::{self, Head, outside};
use crate::store::ledger::trouble::Troubles;
use crate::store::open::{self, Access};

/// How long a commit may wait to be safe from a power cut.
const PERIOD: Duration = Duration::from_secs(1);

/// How often it is looked whether the database is still where it was.
const LOOK: Duration = Duration::from_secs(5);

/// A WAL larger than this is moved into the database.
const WAL_BYTES: u64 = 4 << 20;

/// The writer's end: says that something was committed. The housekeeper stops when it is dropped.
#[derive(Debug)]
pub(super) struct Bell {
    dirty: Arc<AtomicBool>,
    head: Arc<Mutex<Option<Head>>>,
    wake: SyncSender<()>,
}

impl Bell {
    /// Something was committed; the chain stands at `head`, where that is new.
    pub(super) fn ring(&self, head: Option<Head>) {
        if head.is_some() {
            *self.head.lock().unwrap_or_else(PoisonError::into_inner) = head;
        }
        if !self.dirty.swap(true, Ordering::Release) {
            // A full channel means that a wake-up is on its way already.
            let _already_woken = self.wake.try_send(());
        }
    }
}

/// The housekeeper before its thread is started.
#[derive(Debug)]
pub(super) struct Housekeeper {
    conn: Connection,
    path: PathBuf,
    wal: PathBuf,
    journal: PathBuf,
    dirty: Arc<AtomicBool>,
    /// Where the chain stands, if that is not noted outside yet.
    head: Arc<Mutex<Option<Head>>>,
    /// Device and inode of the database.
    file: Option<(u64, u64)>,
    woken: Receiver<()>,
}

impl Housekeeper {
    /// A housekeeper with a connection of its own to the database at `path`, for the process with that `journal`.
    pub(super) fn new(conn: Connection, path: &Path, journal: &Path) -> (Self, Bell) {
        let mut wal = path.as_os_str().to_owned();
        wal.push("-wal");
        let dirty = Arc::new(AtomicBool::new(false));
        let head = Arc::new(Mutex::new(None));
        let (wake, woken) = sync_channel(1);
        let bell = Bell { dirty: Arc::clone(&dirty), head: Arc::clone(&head), wake };
        let (path, journal) = (path.to_owned(), journal.to_owned());
        (Self { conn, file: identity(&path), path, wal: wal.into(), journal, dirty, head, woken }, bell)
    }

    pub(super) fn start(self, state: Arc<State>) -> std::io::Result<JoinHandle<()>> {
        std::thread::Builder::new().name("llmroute-housekeeper".to_owned()).spawn(move || self.run(&state.trouble))
    }

    fn run(mut self, trouble: &Troubles) {
        loop {
            // Idle, it only looks whether the file is there; once something is committed it lets a second's worth of
            // commits gather.
            match self.woken.recv_timeout(LOOK) {
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    self.look(trouble);
                    if trouble.unsynced() {
                        self.rescue(trouble);
                    }
                }
                Ok(()) => {
                    let closing = matches!(self.woken.recv_timeout(PERIOD), Err(RecvTimeoutError::Disconnected));
                    self.dirty.store(false, Ordering::Release);
                    self.look(trouble);
                    self.tidy(trouble);
                    if closing {
                        return;
                    }
                }
            }
        }
    }

    /// Whether the database is still the file of its name (faults.md row 72).
    fn look(&self, trouble: &Troubles) {
        let moved = self.file.is_some() && identity(&self.path) != self.file;
        if !trouble.set_moved(moved) {
            return;
        }
        if moved {
            tracing::error!(path = %self.path.display(), "the database was moved, removed or replaced: nothing more is sent");
        } else {
            tracing::info!(path = %self.path.display(), "the database is back in its place");
        }
    }

    /// After a sync that failed, the system may hold pages for written that are not: syncing again would prove nothing
    /// (faults.md row 62). What the WAL holds is read back, checked, and written into the database anew through a new
    /// connection; only when that has reached the disk is all well.
    fn rescue(&mut self, trouble: &Troubles) {
        let again = open::open(&self.path, Access::ReadWrite).and_then(|db| {
            let conn = db.into_conn();
            chain::check::tail(&conn)?;
            let busy: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            if busy == 0 { Ok(conn) } else { Err(StoreError::Locked) }
        });
        match again {
            Ok(conn) => {
                self.conn = conn;
                trouble.set_unsynced(false);
                tracing::warn!("what a failed sync left in doubt was written anew and is on the disk");
            }
            Err(error) => tracing::error!(%error, "what a failed sync left in doubt cannot be written anew yet"),
        }
    }

    fn tidy(&mut self, trouble: &Troubles) {
        // What is noted outside is never ahead of what a power cut leaves: it is taken first and noted last.
        let head = self.head.lock().unwrap_or_else(PoisonError::into_inner).take();
        // First the journal: whatever has its row by the time the WAL is synced is also there.
        match File::open(&self.journal).and_then(|it| it.sync_data()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::error!(%error, "cannot sync the journal of open requests to the disk"),
        }
        if trouble.moved() {
            return;
        }
        if trouble.unsynced() {
            self.rescue(trouble);
        } else {
            self.sync(trouble);
        }
        if trouble.unsynced() {
            return;
        }
        if let Some(head) = head
            && let Err(error) = outside::write(&self.path, &head)
        {
            tracing::error!(%error, "where the ledger stands cannot be noted beside it");
        }
    }

    fn sync(&self, trouble: &Troubles) {
        let failed = match fs::metadata(&self.wal) {
            Ok(it) if it.len() > WAL_BYTES => {
                // Syncs the WAL too. PASSIVE: never waits for a reader or the writer; what it could not move is moved
                // the next time.
                let moved = self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
                moved.err().map(|error| error.to_string())
            }
            // SQLite holds no POSIX lock on the WAL file, so that closing this descriptor drops none.
            Ok(_) => File::open(&self.wal).and_then(|it| it.sync_data()).err().map(|error| error.to_string()),
            Err(error) => {
                tracing::error!(path = %self.wal.display(), %error, "the ledger's WAL file is gone");
                None
            }
        };
        if let Some(error) = failed {
            tracing::error!(%error, "the ledger cannot be synced to the disk");
            trouble.set_unsynced(true);
        }
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|it| (it.dev(), it.ino()))
}
