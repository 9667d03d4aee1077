//! Which process is the running server of this home: it holds the lock on `server.lock`, and the file says where it
//! listens.
//!
//! The lock is what counts. A file that a killed server left behind has a free lock and means nothing.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::clock::Stamp;
use crate::store::error::StoreError;
use crate::store::private_file::{self, FileProblem};

/// Where the running server is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningServer {
    /// Its process id.
    pub pid: u32,
    /// The port it listens on.
    pub port: u16,
    /// When it started, in microseconds since 1970-01-01 UTC.
    pub started: i64,
}

/// The lock of the running server. Free again when this is dropped, and when the process ends in any way.
#[derive(Debug)]
pub struct ServerLock {
    file: File,
    path: PathBuf,
}

/// The lock cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Another server of this home runs; where, if it has said so yet.
    #[error("a server of this home is running already")]
    Running(Option<RunningServer>),
    /// The file cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Becomes the server of `home`.
///
/// # Errors
/// Another process is, or the file cannot be used.
pub fn take(home: &Path) -> Result<ServerLock, Refused> {
    private_file::ensure_dir(home).map_err(StoreError::from)?;
    let path = home.join(FILE);
    let file = private_file::open_or_create(&path).map_err(StoreError::from)?;
    // `find` holds the lock for an instant while it looks, so one refusal proves nothing.
    for _ in 0..20 {
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0).map_err(|error| io(&path, "write", error))?;
                return Ok(ServerLock { file, path });
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            Err(TryLockError::Error(error)) => return Err(io(&path, "lock", error).into()),
        }
    }
    Err(Refused::Running(find(home)?))
}

/// The running server of `home`, if there is one that has announced itself.
///
/// # Errors
/// The file cannot be used.
pub fn find(home: &Path) -> Result<Option<RunningServer>, StoreError> {
    let path = home.join(FILE);
    let Some(mut file) = private_file::open_existing(&path)? else { return Ok(None) };
    // Shared, so that two who look do not take each other for a server. Freed when the file is closed below.
    match file.try_lock_shared() {
        Ok(()) => return Ok(None),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(io(&path, "lock", error)),
    }
    for _ in 0..10 {
        let mut text = String::new();
        file.seek(SeekFrom::Start(0)).map_err(|error| io(&path, "read", error))?;
        (&file).take(4096).read_to_string(&mut text).map_err(|error| io(&path, "read", error))?;
        if let Ok(server) = serde_json::from_str(&text) {
            return Ok(Some(server));
        }
        // It has the lock and is not listening yet.
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(None)
}

impl ServerLock {
    /// Says where this process listens, for `ask`, `status` and `stop` to find.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn announce(&mut self, port: u16, started: Stamp) -> Result<(), StoreError> {
        let here = RunningServer { pid: std::process::id(), port, started: started.0 };
        let text = serde_json::to_string(&here).map_err(|error| io(&self.path, "write", error.into()))?;
        let mut write = || {
            self.file.set_len(0)?;
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(text.as_bytes())
        };
        write().map_err(|error| io(&self.path, "write", error))
    }
}

const FILE: &str = "server.lock";

fn io(path: &Path, doing: &'static str, source: std::io::Error) -> StoreError {
    FileProblem::Io { path: path.to_owned(), doing, source }.into()
}
