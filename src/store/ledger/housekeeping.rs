//! Once a second, beside the writer: makes what was committed survive a power cut, moves the WAL into the database, and
//! notes outside the database where the chain stands.
//!
//! Commits of the writer are `synchronous=NORMAL`: they survive the death of the process at once and a power cut only
//! after the WAL file is synced. Syncing the file needs none of SQLite's locks, so it happens here, where its 4 to
//! 16 ms stop nobody; a commit with `synchronous=FULL` would hold the write lock for as long.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use crate::store::ledger::chain::{Head, outside};

/// How long a commit may wait to be safe from a power cut.
const PERIOD: Duration = Duration::from_secs(1);

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
        (Self { conn, path, wal: wal.into(), journal, dirty, head, woken }, bell)
    }

    pub(super) fn start(self) -> std::io::Result<JoinHandle<()>> {
        std::thread::Builder::new().name("llmroute-housekeeper".to_owned()).spawn(move || self.run())
    }

    fn run(self) {
        // Idle, it sleeps until something is committed; then it lets a second's worth of commits gather.
        while self.woken.recv().is_ok() {
            let closing = matches!(self.woken.recv_timeout(PERIOD), Err(RecvTimeoutError::Disconnected));
            self.dirty.store(false, Ordering::Release);
            self.tidy();
            if closing {
                return;
            }
        }
    }

    fn tidy(&self) {
        // What is noted outside is never ahead of what a power cut leaves: it is taken first and noted last.
        let head = self.head.lock().unwrap_or_else(PoisonError::into_inner).take();
        // First the journal: whatever has its row by the time the WAL is synced is also there.
        match File::open(&self.journal).and_then(|it| it.sync_data()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::error!(%error, "cannot sync the journal of open requests to the disk"),
        }
        match fs::metadata(&self.wal) {
            Ok(it) if it.len() > WAL_BYTES => {
                // Syncs the WAL too. PASSIVE: never waits for a reader or the writer; what it could not move is moved
                // the next time.
                let moved = self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
                if let Err(error) = moved {
                    tracing::error!(%error, "cannot move the WAL into the database");
                }
            }
            Ok(_) => {
                // SQLite holds no POSIX lock on the WAL file, so that closing this descriptor drops none.
                if let Err(error) = File::open(&self.wal).and_then(|it| it.sync_data()) {
                    tracing::error!(%error, "cannot sync the ledger to the disk");
                }
            }
            Err(error) => tracing::error!(path = %self.wal.display(), %error, "the ledger's WAL file is gone"),
        }
        if let Some(head) = head
            && let Err(error) = outside::write(&self.path, &head)
        {
            tracing::error!(%error, "where the ledger stands cannot be noted beside it");
        }
    }
}
