//! Room on the disk that was taken beforehand: where finished requests go while the database refuses (a full disk, an I/O
//! error, a lock that is not given back), so that what is known of them outlives the process (faults.md rows 60 and 61).
//!
//! A record is its length, its CRC-32 and the rows as JSON. The records of a process that died are put into the database by
//! the next start, in their order; one that has its row already is left out, so each is there once. How a request was
//! decided is not kept here.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use rustix::fs::{FallocateFlags, fallocate};
use serde::{Deserialize, Serialize};

use crate::store::error::StoreError;
use crate::store::ledger::chain::{AttemptCells, Entries};
use crate::store::ledger::columns::Cell;
use crate::store::ledger::names::Names;
use crate::store::ledger::record::RequestRecord;
use crate::store::ledger::rows;
use crate::store::private_file::{self, FileProblem};
use crate::store::rollups;

/// Bytes that are taken: some thousand requests.
const SIZE: u64 = 4 << 20;
/// Room a request under way may need at its end.
pub(super) const RECORD: u64 = 1 << 10;
/// Length and CRC-32, each a little-endian `u32`.
const HEAD: usize = 8;

/// The airbag of this process.
#[derive(Debug)]
pub(super) struct Airbag {
    path: PathBuf,
    file: File,
    len: u64,
}

/// A finished request as it is kept: the cells of its rows.
#[derive(Debug, Serialize, Deserialize)]
struct Kept<'a> {
    #[serde(borrow)]
    request: Vec<Cell<'a>>,
    #[serde(borrow)]
    attempts: Vec<Vec<Cell<'a>>>,
}

impl Airbag {
    /// Takes the room, beside the lock file `lock`.
    pub(super) fn create(lock: &Path) -> Result<Self, FileProblem> {
        let path = beside(lock);
        let file = private_file::create_new(&path)?;
        reserve(&file, SIZE).map_err(|source| FileProblem::Io { path: path.clone(), doing: "reserve", source })?;
        Ok(Self { path, file, len: 0 })
    }

    /// Bytes that are left.
    pub(super) fn room(&self) -> u64 {
        SIZE - self.len
    }

    /// Takes these in. When this returns they outlive the process, and a power cut.
    ///
    /// # Errors
    /// There is no room left for all of them, or the disk refuses this, too.
    pub(super) fn take<'r>(
        &mut self,
        process: i64,
        records: impl Iterator<Item = &'r RequestRecord>,
    ) -> Result<(), FileProblem> {
        let problem = |source| FileProblem::Io { path: self.path.clone(), doing: "write", source };
        let mut bytes = Vec::new();
        for record in records {
            let kept = Kept {
                request: rows::request(process, record).to_vec(),
                attempts: record.attempts.iter().map(|it| rows::attempt(record, it).to_vec()).collect(),
            };
            let text = serde_json::to_vec(&kept).map_err(|error| problem(error.into()))?;
            let length = u32::try_from(text.len()).map_err(|error| problem(io::Error::other(error)))?;
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(&crc32fast::hash(&text).to_le_bytes());
            bytes.extend_from_slice(&text);
        }
        let after = self.len + bytes.len() as u64;
        if after > SIZE {
            return Err(problem(io::ErrorKind::StorageFull.into()));
        }
        self.file.write_all_at(&bytes, self.len).and_then(|()| self.file.sync_data()).map_err(problem)?;
        self.len = after;
        Ok(())
    }

    /// Everything in it is in the database. The room stays taken.
    pub(super) fn empty(&mut self) -> Result<(), FileProblem> {
        if self.len == 0 {
            return Ok(());
        }
        let problem = |source| FileProblem::Io { path: self.path.clone(), doing: "write", source };
        // What is left behind the zeros of a first head is never read.
        self.file.write_all_at(&[0; HEAD], 0).and_then(|()| self.file.sync_data()).map_err(problem)?;
        self.len = 0;
        Ok(())
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// Puts what the airbag beside `lock` holds into the database. Says how many requests those were.
pub(super) fn replay(conn: &mut Connection, lock: &Path) -> Result<usize, StoreError> {
    let Some(bytes) = private_file::read(&beside(lock), SIZE)? else { return Ok(0) };
    let tx = Transaction::new(conn, TransactionBehavior::Immediate)?;
    let mut names = Names::default();
    let mut entries = Entries::new(&tx, &mut names)?;
    let mut replayed = Vec::new();
    for text in records(&bytes) {
        let Some((request, attempts)) = cells(text) else {
            tracing::error!(path = %lock.display(), "a record in an airbag cannot be read and is left out");
            continue;
        };
        if let (true, Cell::Int(id)) = (entries.append(&request, &attempts)?, &request[0]) {
            replayed.push(*id);
        }
    }
    entries.finish()?;
    rollups::add(&tx, &replayed)?;
    tx.commit()?;
    Ok(replayed.len())
}

type Cells<'a> = ([Cell<'a>; crate::store::ledger::columns::REQUEST.len()], Vec<AttemptCells<'a>>);

fn cells(text: &[u8]) -> Option<Cells<'_>> {
    let kept: Kept<'_> = serde_json::from_slice(text).ok()?;
    let attempts = kept.attempts.into_iter().map(|it| it.try_into().ok()).collect::<Option<_>>()?;
    Some((kept.request.try_into().ok()?, attempts))
}

/// The records up to the end, or to one that was being written when its process died.
fn records(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let word = |at: usize| head.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
        let (length, crc) = (usize::try_from(word(0)?).ok()?, word(4)?);
        let (text, after) = rest.split_at_checked(length)?;
        bytes = after;
        (length > 0 && crc32fast::hash(text) == crc).then_some(text)
    })
}

/// Removes the airbag beside `lock`.
pub(super) fn remove_beside(lock: &Path) {
    super::journal::remove(&beside(lock));
}

/// Takes room for `size` bytes, so that a disk that fills up later does not matter. Where the file system cannot, the
/// file is as good as any other.
pub(super) fn reserve(file: &File, size: u64) -> io::Result<()> {
    match fallocate(file, FallocateFlags::KEEP_SIZE, 0, size) {
        Ok(()) => Ok(()),
        Err(error) => match io::Error::from(error).kind() {
            io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput => Ok(()),
            _ => Err(error.into()),
        },
    }
}

fn beside(lock: &Path) -> PathBuf {
    lock.with_extension("airbag")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(texts: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for text in texts {
            bytes.extend_from_slice(&u32::try_from(text.len()).unwrap().to_le_bytes());
            bytes.extend_from_slice(&crc32fast::hash(text).to_le_bytes());
            bytes.extend_from_slice(text);
        }
        bytes
    }

    #[test]
    fn records_end_where_one_is_not_whole() {
        let whole = framed(&[b"one", b"two", b"three"]);
        assert_eq!(records(&whole).count(), 3);
        for cut in 0..whole.len() {
            let expected = match cut {
                0..11 => 0,
                11..22 => 1,
                _ => 2,
            };
            assert_eq!(records(&whole[..cut]).count(), expected, "cut at {cut}");
        }
        let mut flipped = whole.clone();
        flipped[9] ^= 1;
        assert_eq!(records(&flipped).count(), 0);
        let zeros = [framed(&[b"one"]), vec![0; 64]].concat();
        assert_eq!(records(&zeros).collect::<Vec<_>>(), [b"one"]);
    }
}
