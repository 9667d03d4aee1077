//! What can go wrong with the local file, with a stable code and a remedy for each.

use std::path::PathBuf;

use crate::store::private_file::FileProblem;

/// The local file cannot be used, or refuses an edit.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder must not be trusted or cannot be reached.
    #[error(transparent)]
    File(#[from] FileProblem),
    /// Written by a later llmroute.
    #[error("{} was written by a newer llmroute (schema {found}; this one knows up to {known})", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The newest schema version this program knows.
        known: i64,
    },
    /// A database, but of another program.
    #[error("{} is a database of another program", path.display())]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// The bundled SQLite has the WAL-reset fault (3.7.0 to 3.51.2).
    #[error("the SQLite in this build is {found}; 3.51.3 or later is needed")]
    OldSqlite {
        /// Its version.
        found: String,
    },
    /// Another process held the write lock for longer than the wait.
    #[error("the database is locked by another process")]
    Locked,
    /// Not a database, or damaged.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// The file or its file system cannot be written.
    #[error("the database cannot be written: {0}")]
    ReadOnly(String),
    /// No space left.
    #[error("the disk is full")]
    Full,
    /// The file was moved, removed or replaced while it was open.
    #[error("{} was moved, removed or replaced while llmroute was running", path.display())]
    Moved {
        /// Where it was.
        path: PathBuf,
    },
    /// The file system refused a read or a write.
    #[error("the database cannot be read or written: {0}")]
    Disk(String),
    /// Nothing of that name.
    #[error("there is no {what} named `{name}`")]
    NotFound {
        /// `provider`, `key`, `group`.
        what: &'static str,
        /// The name asked for.
        name: String,
    },
    /// The name is taken.
    #[error("there is already a {what} named `{name}`")]
    Exists {
        /// `provider`, `key`, `group`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Something else refers to it.
    #[error("`{name}` is used by {}", users.join(", "))]
    InUse {
        /// What was to be removed.
        name: String,
        /// What uses it: `key work`, `group smart`.
        users: Vec<String>,
    },
    /// A row holds what this program cannot read.
    #[error("the {what} row `{name}` cannot be read: {problem}")]
    Row {
        /// `provider`, `key`, `group`.
        what: &'static str,
        /// Its name.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A background thread could not be started.
    #[error("cannot start the ledger: {0}")]
    Thread(std::io::Error),
    /// Anything else SQLite reports.
    #[error("SQLite: {0}")]
    Sqlite(rusqlite::Error),
}

impl StoreError {
    /// The stable code for people and programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::File(problem) => problem.code(),
            Self::Newer { .. } => "db-newer",
            Self::Foreign { .. } => "db-foreign",
            Self::OldSqlite { .. } => "db-old-sqlite",
            Self::Locked => "db-locked",
            Self::Corrupt(_) => "db-corrupt",
            Self::ReadOnly(_) => "db-readonly",
            Self::Full => "db-full",
            Self::Disk(_) => "db-disk",
            Self::Moved { .. } => "db-moved",
            Self::NotFound { .. } => "not-found",
            Self::Exists { .. } => "exists",
            Self::InUse { .. } => "in-use",
            Self::Row { .. } => "db-row",
            Self::Thread(_) => "db-thread",
            Self::Sqlite(_) => "db-error",
        }
    }

    /// What can be done about it.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Self::File(problem) => problem.fix(),
            Self::Newer { .. } => "update llmroute, or use another folder: --home DIR".to_owned(),
            Self::Foreign { path } => {
                format!("move {} out of the way, or use another folder: --home DIR", path.display())
            }
            Self::OldSqlite { .. } => "build llmroute with its bundled SQLite".to_owned(),
            Self::Locked => "close the program that holds it (a database browser, a backup) and try again".to_owned(),
            Self::Corrupt(_) => "restore a copy of the database, or move it out of the way to start anew".to_owned(),
            Self::ReadOnly(_) => "make its folder writable, or use another folder: --home DIR".to_owned(),
            Self::Full => "free some space and try again".to_owned(),
            Self::Moved { .. } => "put it back, or start llmroute anew to go on with what is there".to_owned(),
            Self::Disk(_) => "check the disk; llmroute --home DIR uses another folder".to_owned(),
            Self::NotFound { what, .. } => format!("llmroute {what}s lists them"),
            Self::Exists { what, .. } => format!("choose another name; llmroute {what}s lists those taken"),
            Self::InUse { .. } => "remove those first, or remove all of it at once with --cascade".to_owned(),
            Self::Row { what, .. } => format!("remove that {what} and add it again"),
            Self::Thread(_) => "raise the limit on processes (ulimit -u) and try again".to_owned(),
            Self::Sqlite(_) => {
                "try again; if it stays, check the file with `sqlite3 FILE 'pragma integrity_check'`".to_owned()
            }
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let Some(code) = error.sqlite_error_code() else { return Self::Sqlite(error) };
        match code {
            Code::DatabaseBusy | Code::DatabaseLocked => Self::Locked,
            Code::DatabaseCorrupt | Code::NotADatabase => Self::Corrupt(error.to_string()),
            Code::ReadOnly => Self::ReadOnly(error.to_string()),
            Code::DiskFull => Self::Full,
            Code::SystemIoFailure | Code::CannotOpen => Self::Disk(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}
