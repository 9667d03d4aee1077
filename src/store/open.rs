//! Opening the local file: private, in WAL mode, at the newest schema.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::store::error::StoreError;
use crate::store::migrations;
use crate::store::private_file::{self, FileProblem};

/// How long a connection waits for another process's write lock.
const BUSY: Duration = Duration::from_secs(5);

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Edits the policy. Creates and migrates the file.
    ReadWrite,
    /// Reads. A file that is not there yet reads as an empty one and is not created.
    ReadOnly,
}

/// A connection to the local file. One thread at a time; open another for another thread.
#[derive(Debug)]
pub struct Db {
    conn: Connection,
    path: PathBuf,
}

/// Opens the local file at `path`.
///
/// # Errors
/// The file or its folder is exposed to others, of a newer schema, damaged, locked or not writable.
pub fn open(path: &Path, access: Access) -> Result<Db, StoreError> {
    check_sqlite()?;
    match access {
        Access::ReadWrite => open_for_writing(path),
        Access::ReadOnly => open_for_reading(path),
    }
}

impl Db {
    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The number of the policy: it grows by one with every edit and survives restarts.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn policy_version(&self) -> Result<i64, StoreError> {
        let sql = "SELECT value FROM meta WHERE key = 'policy_version'";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// SQLite's own change counter: differs from the last reading when another connection has committed anything,
    /// ledger rows included. Means nothing across restarts.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn data_version(&self) -> Result<i64, StoreError> {
        Ok(self.conn.pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    /// The folder of what running processes keep beside the file.
    pub(super) fn run(&self) -> PathBuf {
        self.path.parent().unwrap_or(Path::new(".")).join("run")
    }

    /// The connection, for the rooms beside this one.
    pub(super) fn conn(&self) -> &Connection {
        &self.conn
    }

    /// The same, for transactions.
    pub(super) fn conn_mut(&mut self) -> &mut Connection {
        &mut self.conn
    }

    /// Runs one edit of the policy: all of it and the new policy version are committed together, or nothing is.
    pub(super) fn edit<T>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // IMMEDIATE: a transaction that starts as a reader and then writes fails at once, whatever the busy timeout.
        let tx = Transaction::new(&mut self.conn, TransactionBehavior::Immediate)?;
        let done = change(&tx)?;
        tx.execute("UPDATE meta SET value = value + 1 WHERE key = 'policy_version'", [])?;
        // Whoever edits may have mended what these were refused for: they get another chance, as in a running server.
        tx.execute("DELETE FROM health WHERE why IN ('key-refused', 'model-not-served')", [])?;
        tx.commit()?;
        Ok(done)
    }

    pub(super) fn into_conn(self) -> Connection {
        self.conn
    }
}

fn open_for_writing(path: &Path) -> Result<Db, StoreError> {
    let path = resolve(path, true)?;
    if !private_file::check(&path)? {
        create(&path)?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | shared_flags();
    let mut conn = Connection::open_with_flags(&path, flags)?;
    conn.busy_timeout(BUSY)?;
    migrations::refuse_unknown(&conn, &path, migrations::version(&conn)?, known_schema())?;
    // Of a file that has no table yet: so that what is pruned can be given back a little at a time.
    conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    use_wal(&conn)?;
    // A policy edit is worth its 4 ms of fsync: a lost key or budget would be noticed at the worst time. The ledger's
    // writer relaxes this for itself.
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    migrations::run(&mut conn, &path, migrations::STEPS)?;
    Ok(Db { conn, path })
}

fn open_for_reading(path: &Path) -> Result<Db, StoreError> {
    let path = resolve(path, false)?;
    if !private_file::check(&path)? {
        let mut conn = Connection::open_in_memory()?;
        migrations::run(&mut conn, &path, migrations::STEPS)?;
        return Ok(Db { conn, path });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | shared_flags();
    let mut conn = Connection::open_with_flags(&path, flags)?;
    conn.busy_timeout(BUSY)?;
    let found = migrations::version(&conn)?;
    migrations::refuse_unknown(&conn, &path, found, known_schema())?;
    if found < known_schema() {
        drop(conn);
        drop(open_for_writing(&path)?);
        conn = Connection::open_with_flags(&path, flags)?;
        conn.busy_timeout(BUSY)?;
    }
    Ok(Db { conn, path })
}

fn shared_flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW
}

fn known_schema() -> i64 {
    i64::try_from(migrations::STEPS.len()).unwrap_or(i64::MAX)
}

/// The path with its folder resolved: `SQLITE_OPEN_NOFOLLOW` refuses a link anywhere in the path, but only the file
/// itself must not be one.
fn resolve(path: &Path, create: bool) -> Result<PathBuf, StoreError> {
    let folder = match path.parent() {
        Some(it) if !it.as_os_str().is_empty() => it,
        _ => Path::new("."),
    };
    let Some(name) = path.file_name() else {
        return Err(FileProblem::WrongKind { path: path.to_owned(), expected: "file" }.into());
    };
    if create {
        private_file::ensure_dir(folder)?;
    }
    match fs::canonicalize(folder) {
        Ok(folder) => Ok(folder.join(name)),
        Err(_) if !create => Ok(path.to_owned()),
        Err(source) => Err(FileProblem::Io { path: folder.to_owned(), doing: "open", source }.into()),
    }
}

/// Puts an empty file of mode 0600 in place, whoever of several starters comes first.
///
/// It is made under another name and linked: closing a descriptor of the database file itself would drop the locks
/// another thread of this process may already hold on it.
fn create(path: &Path) -> Result<(), StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".new-{}-{:?}", std::process::id(), std::thread::current().id()));
    let fresh = PathBuf::from(name);
    drop(private_file::create_new(&fresh)?);
    let linked = fs::hard_link(&fresh, path);
    let removed = fs::remove_file(&fresh);
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(FileProblem::Io { path: path.to_owned(), doing: "create", source: error }.into())
        }
        _ => removed.map_err(|source| FileProblem::Io { path: fresh, doing: "remove", source }.into()),
    }
}

/// Switches to WAL. The switch needs the file alone for an instant and SQLite does not wait for it by itself.
fn use_wal(conn: &Connection) -> Result<(), StoreError> {
    for _ in 0..250 {
        match conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0)) {
            Ok(mode) if mode.eq_ignore_ascii_case("wal") => return Ok(()),
            Ok(mode) => return Err(StoreError::Disk(format!("its file system allows no WAL journal (only {mode})"))),
            Err(error) => match StoreError::from(error) {
                StoreError::Locked => std::thread::sleep(Duration::from_millis(20)),
                other => return Err(other),
            },
        }
    }
    Err(StoreError::Locked)
}

/// The WAL-reset fault of SQLite 3.7.0 to 3.51.2 can lose commits when two connections write and checkpoint.
fn check_sqlite() -> Result<(), StoreError> {
    if rusqlite::version_number() >= 3_051_003 {
        return Ok(());
    }
    Err(StoreError::OldSqlite { found: rusqlite::version().to_owned() })
}
