//! Files and folders that nobody else may read or replace: the database, the master key, the token, locks.
//!
//! A file is refused when it is a symbolic link, belongs to another user, or may be read or written by others. A
//! folder is refused when it belongs to another user or others may write into it; reading its names is harmless as
//! long as each file in it is private.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A file or folder that must not be trusted, or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileProblem {
    /// It is a symbolic link: somebody else may decide what it points to.
    #[error("{} is a symbolic link", path.display())]
    Symlink {
        /// Where.
        path: PathBuf,
    },
    /// It is not the kind of thing it should be.
    #[error("{} is not a {expected}", path.display())]
    WrongKind {
        /// Where.
        path: PathBuf,
        /// `file` or `folder`.
        expected: &'static str,
    },
    /// Another user owns it.
    #[error("{} belongs to user {owner}, not to you (user {you})", path.display())]
    ForeignOwner {
        /// Where.
        path: PathBuf,
        /// Its owner's user id.
        owner: u32,
        /// The user id of this process.
        you: u32,
    },
    /// Its mode lets others in.
    #[error("{} is open to other users (mode {mode:04o})", path.display())]
    TooOpen {
        /// Where.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// The permission bits it should have.
        wanted: u32,
    },
    /// The operating system said no.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What was tried: `create`, `open`, `read`.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl FileProblem {
    /// The stable code for people and programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Symlink { .. } | Self::ForeignOwner { .. } | Self::TooOpen { .. } => "file-exposed",
            Self::WrongKind { .. } => "file-kind",
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => "file-denied",
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "disk-full",
                _ => "file-io",
            },
        }
    }

    /// What its owner can do about it.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Self::Symlink { path } => {
                format!("replace the link {} by the file or folder itself", path.display())
            }
            Self::WrongKind { path, .. } => format!("move {} out of the way", path.display()),
            Self::ForeignOwner { .. } => "run llmroute as that user, or use another folder: --home DIR".to_owned(),
            Self::TooOpen { path, wanted, .. } => format!("chmod {wanted:o} {}", path.display()),
            Self::Io { path, .. } => {
                let folder = path.parent().unwrap_or(path);
                format!(
                    "check the permissions and free space of {}, or use another folder: --home DIR",
                    folder.display()
                )
            }
        }
    }

    fn io(path: &Path, doing: &'static str, source: io::Error) -> Self {
        // O_NOFOLLOW answers ELOOP when the last part of the path is a symbolic link.
        if source.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
            return Self::Symlink { path: path.to_owned() };
        }
        Self::Io { path: path.to_owned(), doing, source }
    }
}

/// Makes sure `path` is a folder of ours, creating it and its parents with mode 0700.
///
/// # Errors
/// It cannot be created, or exists and is not ours alone to write.
pub fn ensure_dir(path: &Path) -> Result<(), FileProblem> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| FileProblem::io(path, "create", source))?;
    let meta = fs::metadata(path).map_err(|source| FileProblem::io(path, "read", source))?;
    if !meta.is_dir() {
        return Err(FileProblem::WrongKind { path: path.to_owned(), expected: "folder" });
    }
    check_owner(path, &meta)?;
    if meta.mode() & 0o022 != 0 {
        return Err(FileProblem::TooOpen { path: path.to_owned(), mode: meta.mode() & 0o7777, wanted: 0o700 });
    }
    Ok(())
}

/// Checks a file without opening it. Opening and closing a database file would drop the locks that SQLite holds on
/// it elsewhere in this process (POSIX record locks belong to the process, not to the descriptor).
///
/// Returns whether the file is there.
///
/// # Errors
/// It is there and must not be trusted.
pub fn check(path: &Path) -> Result<bool, FileProblem> {
    match fs::symlink_metadata(path) {
        Ok(meta) => check_file(path, &meta).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(FileProblem::io(path, "read", source)),
    }
}

/// Creates a file with mode 0600. It must not exist yet.
///
/// # Errors
/// It exists, or the system refuses.
pub fn create_new(path: &Path) -> Result<File, FileProblem> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|source| FileProblem::io(path, "create", source))
}

/// Opens a file of ours for reading and writing, creating it with mode 0600 if it is not there.
///
/// # Errors
/// It must not be trusted, or the system refuses.
pub fn open_or_create(path: &Path) -> Result<File, FileProblem> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(no_follow())
        .open(path)
        .map_err(|source| FileProblem::io(path, "open", source))?;
    check_open(path, &file)?;
    Ok(file)
}

/// Opens a file of ours for reading; `None` if it is not there.
///
/// # Errors
/// It must not be trusted, or the system refuses.
pub fn open_existing(path: &Path) -> Result<Option<File>, FileProblem> {
    match OpenOptions::new().read(true).custom_flags(no_follow()).open(path) {
        Ok(file) => {
            check_open(path, &file)?;
            Ok(Some(file))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileProblem::io(path, "open", source)),
    }
}

/// Reads at most `limit` bytes of a file of ours; `None` if it is not there.
///
/// # Errors
/// It must not be trusted, or cannot be read.
pub fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, FileProblem> {
    let Some(file) = open_existing(path)? else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes).map_err(|source| FileProblem::io(path, "read", source))?;
    Ok(Some(bytes))
}

// O_NONBLOCK keeps a planted FIFO from hanging the start; it means nothing for regular files.
fn no_follow() -> i32 {
    use rustix::fs::OFlags;
    (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed()
}

fn check_open(path: &Path, file: &File) -> Result<(), FileProblem> {
    let meta = file.metadata().map_err(|source| FileProblem::io(path, "read", source))?;
    check_file(path, &meta)
}

fn check_file(path: &Path, meta: &fs::Metadata) -> Result<(), FileProblem> {
    if meta.file_type().is_symlink() {
        return Err(FileProblem::Symlink { path: path.to_owned() });
    }
    if !meta.is_file() {
        return Err(FileProblem::WrongKind { path: path.to_owned(), expected: "file" });
    }
    check_owner(path, meta)?;
    if meta.mode() & 0o077 != 0 {
        return Err(FileProblem::TooOpen { path: path.to_owned(), mode: meta.mode() & 0o7777, wanted: 0o600 });
    }
    Ok(())
}

fn check_owner(path: &Path, meta: &fs::Metadata) -> Result<(), FileProblem> {
    let you = rustix::process::geteuid().as_raw();
    if meta.uid() == you {
        return Ok(());
    }
    Err(FileProblem::ForeignOwner { path: path.to_owned(), owner: meta.uid(), you })
}
