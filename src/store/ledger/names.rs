//! Texts that many rows share (providers, models, clients, words): one row each, and rows refer to them by id. It halves
//! the ledger.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _};

/// Names kept in memory, and the longest of them. Clients choose some of them.
const MOST: usize = 4096;
const LONGEST: usize = 128;

/// The ids of names this process has met.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: HashMap<Box<str>, i64>,
}

impl Names {
    /// The id of `text`, which gets one if it has none. To be called inside the transaction that writes the row.
    pub(super) fn id(&mut self, conn: &Connection, text: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.known.get(text) {
            return Ok(*id);
        }
        let found = conn.prepare_cached("SELECT id FROM names WHERE text = ?1")?.query_row([text], |row| row.get(0));
        let id = if let Some(id) = found.optional()? {
            id
        } else {
            conn.prepare_cached("INSERT INTO names (text) VALUES (?1)")?.execute([text])?;
            conn.last_insert_rowid()
        };
        if self.known.len() >= MOST {
            self.known.clear();
        }
        if text.len() <= LONGEST {
            self.known.insert(text.into(), id);
        }
        Ok(id)
    }

    /// A transaction was rolled back: what it added is not there.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }
}
