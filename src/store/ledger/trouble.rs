//! What is wrong with the database just now, as callers, the writer and the housekeeper see it.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nothing.
    None,
    /// Another program holds the write lock.
    Locked,
    /// The disk refuses, or what was written may not have reached it.
    Refused,
    /// The file is no longer where it was: what is written would be nobody's.
    Moved,
}

/// All of it, each set by whoever notices.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    /// Why the last commit failed: 0 = it did not, 1 = the file was locked, 2 = anything else.
    commit: AtomicU8,
    /// The last sync failed.
    unsynced: AtomicBool,
    moved: AtomicBool,
    /// Bytes left in the airbag.
    room: AtomicU64,
}

impl Troubles {
    /// The worst of it.
    pub(super) fn now(&self) -> Trouble {
        if self.moved() {
            return Trouble::Moved;
        }
        match self.commit.load(Ordering::Relaxed) {
            0 if !self.unsynced() => Trouble::None,
            1 if !self.unsynced() => Trouble::Locked,
            _ => Trouble::Refused,
        }
    }

    /// A commit went well; says whether the one before did not.
    pub(super) fn committed(&self) -> bool {
        self.commit.swap(0, Ordering::Relaxed) != 0
    }

    /// A commit failed.
    pub(super) fn refused(&self, locked: bool) {
        self.commit.store(if locked { 1 } else { 2 }, Ordering::Relaxed);
    }

    /// Whether the last sync failed.
    pub(super) fn unsynced(&self) -> bool {
        self.unsynced.load(Ordering::Relaxed)
    }

    /// A sync failed, or what it left in doubt is safe now.
    pub(super) fn set_unsynced(&self, it: bool) {
        self.unsynced.store(it, Ordering::Relaxed);
    }

    /// Whether the file is elsewhere.
    pub(super) fn moved(&self) -> bool {
        self.moved.load(Ordering::Relaxed)
    }

    /// The file is elsewhere, or back; says whether that is news.
    pub(super) fn set_moved(&self, it: bool) -> bool {
        self.moved.swap(it, Ordering::Relaxed) != it
    }

    /// Bytes left in the airbag.
    pub(super) fn room(&self) -> u64 {
        self.room.load(Ordering::Relaxed)
    }

    /// So many are left.
    pub(super) fn set_room(&self, bytes: u64) {
        self.room.store(bytes, Ordering::Relaxed);
    }
}
