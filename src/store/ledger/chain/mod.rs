//! The chain over the entries of the ledger (faults.md L8, L9). An entry is a finished request with its attempts, or a
//! correction of one. Its hash covers all its values and the hash of the entry before it, so that a change, a loss or a
//! swap anywhere is found by reading everything once ([`check`]); the last hash stands in the database and, against an
//! older copy put in its place, in a file beside it ([`outside`]).
//!
//! The hashes are evidence against damage, not against somebody who may write both files and computes them anew.

pub(in crate::store) mod check;
pub(in crate::store) mod outside;
mod read;
pub(in crate::store) mod seals;

pub(in crate::store) use read::seal_loose;

use aws_lc_rs::digest::{SHA256, digest};
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, Transaction, params};

use crate::store::ledger::columns::{ATTEMPT, ATTEMPT_COST, CORRECTION, Cell, Column, REQUEST};
use crate::store::ledger::names::Names;

/// The hash of an entry: the first half of a SHA-256.
pub(in crate::store) type Hash = [u8; 16];

/// Before the first entry.
pub(in crate::store) const GENESIS: Hash = [0; 16];

/// Where the chain has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Head {
    /// How many entries there ever were; the place of the last.
    pub(in crate::store) seq: i64,
    /// The hash of the last.
    pub(in crate::store) hash: Hash,
    /// How many requests and attempts those were.
    pub(in crate::store) requests: i64,
    /// See `requests`.
    pub(in crate::store) attempts: i64,
    /// What all attempts cost, in pico-dollars, as far as known. A checksum: it wraps.
    pub(in crate::store) cost: i64,
}

impl Head {
    /// As the database has it.
    pub(in crate::store) fn read(conn: &Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT seq, hash, requests, attempts, cost FROM ledger_head";
        conn.prepare_cached(sql)?.query_row([], |row| {
            let hash = row.get_ref(1)?.as_blob().ok().and_then(|it| it.try_into().ok()).unwrap_or(GENESIS);
            Ok(Self { seq: row.get(0)?, hash, requests: row.get(2)?, attempts: row.get(3)?, cost: row.get(4)? })
        })
    }

    fn write(&self, conn: &Connection) -> rusqlite::Result<()> {
        let sql = "UPDATE ledger_head SET seq = ?1, hash = ?2, requests = ?3, attempts = ?4, cost = ?5";
        conn.prepare_cached(sql)?.execute(params![self.seq, self.hash, self.requests, self.attempts, self.cost])?;
        Ok(())
    }
}

/// The values of an entry, spelled out without ambiguity and not yet hashed.
#[derive(Debug, Default)]
pub(in crate::store) struct Content {
    bytes: Vec<u8>,
}

/// What of an entry's content is hashed with the hash of the one before.
pub(in crate::store) type Digest = [u8; 32];

impl Content {
    /// Begins an entry.
    pub(in crate::store) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Begins a row of the entry.
    pub(in crate::store) fn row(&mut self, kind: RowKind) {
        self.bytes.push(kind as u8);
    }

    /// A value of that row; `at` is its place among the columns.
    pub(in crate::store) fn int(&mut self, at: usize, value: i64) {
        self.tag(at, 1);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// See [`Self::int`].
    pub(in crate::store) fn text(&mut self, at: usize, value: &[u8]) {
        self.tag(at, 2);
        self.bytes.extend_from_slice(&(value.len() as u64).to_le_bytes());
        self.bytes.extend_from_slice(value);
    }

    /// A value that no row of ours has, as the file has it.
    pub(in crate::store) fn odd(&mut self, at: usize, value: ValueRef<'_>) {
        match value {
            ValueRef::Null => {}
            ValueRef::Integer(it) => self.int(at, it),
            ValueRef::Text(it) => self.text(at, it),
            ValueRef::Real(it) => {
                self.tag(at, 3);
                self.bytes.extend_from_slice(&it.to_le_bytes());
            }
            ValueRef::Blob(it) => {
                self.tag(at, 4);
                self.bytes.extend_from_slice(&(it.len() as u64).to_le_bytes());
                self.bytes.extend_from_slice(it);
            }
        }
    }

    /// The id of a name that there is none of.
    pub(in crate::store) fn unnamed(&mut self, at: usize, id: i64) {
        self.tag(at, 5);
        self.bytes.extend_from_slice(&id.to_le_bytes());
    }

    /// Rows that were spelled out elsewhere.
    pub(in crate::store) fn extend(&mut self, rows: &Self) {
        self.bytes.extend_from_slice(&rows.bytes);
    }

    fn cells(&mut self, cells: &[Cell<'_>]) {
        for (at, cell) in cells.iter().enumerate() {
            match cell {
                Cell::Null => {}
                Cell::Int(it) => self.int(at, *it),
                Cell::Text(it) => self.text(at, it.as_bytes()),
            }
        }
    }

    // Columns are counted in tens; a row kind is above them all.
    fn tag(&mut self, at: usize, tag: u8) {
        self.bytes.push(u8::try_from(at).unwrap_or(u8::MAX / 2));
        self.bytes.push(tag);
    }

    /// Its digest.
    pub(in crate::store) fn digest(&self) -> Digest {
        let mut out = [0; 32];
        out.copy_from_slice(digest(&SHA256, &self.bytes).as_ref());
        out
    }
}

/// Which row of an entry follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::store) enum RowKind {
    Request = 0xf0,
    Attempt = 0xf1,
    Correction = 0xf2,
    Seal = 0xf3,
}

/// The hash of the entry at `seq` after one with the hash `before`.
pub(in crate::store) fn link(before: &Hash, seq: i64, content: &Digest) -> Hash {
    let mut bytes = [0; 56];
    bytes[..16].copy_from_slice(before);
    bytes[16..24].copy_from_slice(&seq.to_le_bytes());
    bytes[24..].copy_from_slice(content);
    let mut out = GENESIS;
    out.copy_from_slice(&digest(&SHA256, &bytes).as_ref()[..16]);
    out
}

/// The statements that append.
pub(super) const STATEMENTS: usize = 8;

/// Appends entries within one transaction.
pub(super) struct Entries<'a> {
    conn: &'a Connection,
    names: &'a mut Names,
    request: CachedStatement<'a>,
    attempt: CachedStatement<'a>,
    head: Head,
    content: Content,
}

/// The cells of a request's row.
pub(super) type RequestCells<'a> = [Cell<'a>; REQUEST.len()];
/// The cells of an attempt's row.
pub(super) type AttemptCells<'a> = [Cell<'a>; ATTEMPT.len()];

impl<'a> Entries<'a> {
    /// Goes on from where the chain stands.
    pub(super) fn new(tx: &'a Transaction<'_>, names: &'a mut Names) -> rusqlite::Result<Self> {
        use std::sync::LazyLock;
        static REQUESTS: LazyLock<String> = LazyLock::new(|| {
            let end = "ON CONFLICT (id) DO NOTHING";
            format!("{} {end}", insert("ledger_requests", &REQUEST, &["seq", "hash"]))
        });
        static ATTEMPTS: LazyLock<String> = LazyLock::new(|| {
            let end = "ON CONFLICT (request, n) DO NOTHING";
            format!("{} {end}", insert("ledger_attempts", &ATTEMPT, &[]))
        });
        let head = Head::read(tx)?;
        let request = tx.prepare_cached(&REQUESTS)?;
        let attempt = tx.prepare_cached(&ATTEMPTS)?;
        Ok(Self { conn: tx, names, request, attempt, head, content: Content::default() })
    }

    /// Appends a request with its attempts. Says whether it is the first record of that request: a row that is there is
    /// never written again.
    pub(super) fn append(
        &mut self,
        request: &RequestCells<'_>,
        attempts: &[AttemptCells<'_>],
    ) -> rusqlite::Result<bool> {
        self.content.clear();
        self.content.row(RowKind::Request);
        self.content.cells(request);
        self.attempts_content(attempts);
        let seq = self.head.seq + 1;
        let hash = link(&self.head.hash, seq, &self.content.digest());
        bind(self.conn, self.names, &mut self.request, &REQUEST, request)?;
        self.request.raw_bind_parameter(REQUEST.len() + 1, seq)?;
        self.request.raw_bind_parameter(REQUEST.len() + 2, &hash[..])?;
        if self.request.raw_execute()? == 0 {
            return Ok(false);
        }
        self.write_attempts(attempts)?;
        self.head = Head { seq, hash, requests: self.head.requests + 1, ..self.head };
        Ok(true)
    }

    /// Appends what became known of a request after it had its row: attempts it did not know of, and what it costs with
    /// them.
    pub(super) fn correct(
        &mut self,
        correction: &mut [Cell<'_>; CORRECTION.len()],
        late: &mut [AttemptCells<'_>],
    ) -> rusqlite::Result<()> {
        let seq = self.head.seq + 1;
        correction[0] = Cell::Int(seq);
        for it in late.iter_mut() {
            it[2] = Cell::Int(seq);
        }
        self.content.clear();
        self.content.row(RowKind::Correction);
        self.content.cells(correction);
        self.attempts_content(late);
        let hash = link(&self.head.hash, seq, &self.content.digest());
        let mut statement = self.conn.prepare_cached(&insert("ledger_corrections", &CORRECTION, &["hash"]))?;
        bind(self.conn, self.names, &mut statement, &CORRECTION, correction)?;
        statement.raw_bind_parameter(CORRECTION.len() + 1, &hash[..])?;
        statement.raw_execute()?;
        drop(statement);
        self.write_attempts(late)?;
        self.head = Head { seq, hash, ..self.head };
        Ok(())
    }

    /// Writes where the chain has come to.
    pub(super) fn finish(self) -> rusqlite::Result<Head> {
        self.head.write(self.conn)?;
        Ok(self.head)
    }

    fn attempts_content(&mut self, attempts: &[AttemptCells<'_>]) {
        for it in attempts {
            self.content.row(RowKind::Attempt);
            self.content.cells(it);
        }
    }

    fn write_attempts(&mut self, attempts: &[AttemptCells<'_>]) -> rusqlite::Result<()> {
        for it in attempts {
            bind(self.conn, self.names, &mut self.attempt, &ATTEMPT, it)?;
            self.attempt.raw_execute()?;
            self.head.attempts += 1;
            if let Cell::Int(cost) = it[ATTEMPT_COST] {
                self.head.cost = self.head.cost.wrapping_add(cost);
            }
        }
        Ok(())
    }
}

fn insert(table: &str, columns: &[Column], more: &[&str]) -> String {
    let names: Vec<&str> = columns.iter().map(|it| it.name).chain(more.iter().copied()).collect();
    let places: Vec<String> = (1..=names.len()).map(|it| format!("?{it}")).collect();
    format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "))
}

fn bind(
    conn: &Connection,
    names: &mut Names,
    statement: &mut CachedStatement<'_>,
    columns: &[Column],
    cells: &[Cell<'_>],
) -> rusqlite::Result<()> {
    for (at, (column, cell)) in columns.iter().zip(cells).enumerate() {
        match cell {
            Cell::Text(text) if column.named => statement.raw_bind_parameter(at + 1, names.id(conn, text)?)?,
            other => statement.raw_bind_parameter(at + 1, other)?,
        }
    }
    Ok(())
}
