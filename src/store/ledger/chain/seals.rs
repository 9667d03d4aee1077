//! What is left of entries that were pruned: a seal for each range, with the hash the chain goes on from and its sums.

use rusqlite::{Connection, Row, params};

use crate::store::error::StoreError;
use crate::store::ledger::chain::check::Checked;
use crate::store::ledger::chain::{Content, GENESIS, Hash, RowKind};

/// What is left of pruned entries.
pub(in crate::store) struct Seals {
    /// The last entry that was pruned.
    pub(in crate::store) to: i64,
    /// Its hash.
    pub(in crate::store) hash: Hash,
    pub(super) requests: i64,
    pub(super) attempts: i64,
    pub(super) cost: i64,
    /// Where each range ended, and with what hash.
    pub(super) ends: Vec<(i64, Hash)>,
}

impl Seals {
    /// Reads all of them, and says what is wrong with them.
    pub(in crate::store) fn read(conn: &Connection, checked: &mut Checked) -> Result<Self, StoreError> {
        let mut sum = Self { to: 0, hash: GENESIS, requests: 0, attempts: 0, cost: 0, ends: Vec::new() };
        let mut statement = conn.prepare(
            "SELECT from_seq, to_seq, hash, requests, attempts, cost, since, until, pruned, digest
             FROM ledger_seals ORDER BY to_seq",
        )?;
        let rows = statement.query_map([], |row| Ok((Seal::of(row)?, row.get::<_, Vec<u8>>(9)?)))?;
        for row in rows {
            let (seal, digest) = row?;
            if digest != seal.digest() {
                let what = format!("the seal of the pruned entries up to {} was changed", seal.to);
                checked.fault("seal-changed", what, None);
            }
            if seal.from != sum.to + 1 {
                let what = format!("pruned entries {} to {} have no seal", sum.to + 1, seal.from - 1);
                checked.fault("rows-missing", what, None);
            }
            (sum.to, sum.hash) = (seal.to, seal.hash);
            sum.requests += seal.requests;
            sum.attempts += seal.attempts;
            sum.cost = sum.cost.wrapping_add(seal.cost);
            sum.ends.push((seal.to, seal.hash));
        }
        Ok(sum)
    }
}

/// What is kept of a range of entries that were pruned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Seal {
    /// The first entry.
    pub(in crate::store) from: i64,
    /// The last.
    pub(in crate::store) to: i64,
    /// The hash of the last.
    pub(in crate::store) hash: Hash,
    /// Requests of the range.
    pub(in crate::store) requests: i64,
    /// Their attempts.
    pub(in crate::store) attempts: i64,
    /// What those cost, as in [`Head::cost`].
    pub(in crate::store) cost: i64,
    /// When the first of them arrived.
    pub(in crate::store) since: i64,
    /// When the last did.
    pub(in crate::store) until: i64,
    /// When they were pruned.
    pub(in crate::store) pruned: i64,
}

impl Seal {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            from: row.get(0)?,
            to: row.get(1)?,
            hash: row.get(2)?,
            requests: row.get(3)?,
            attempts: row.get(4)?,
            cost: row.get(5)?,
            since: row.get(6)?,
            until: row.get(7)?,
            pruned: row.get(8)?,
        })
    }

    /// Covers every value of it.
    fn digest(&self) -> Vec<u8> {
        let mut content = Content::default();
        content.row(RowKind::Seal);
        content.odd(0, (&self.hash[..]).into());
        let values = [self.from, self.to, self.requests, self.attempts, self.cost, self.since, self.until, self.pruned];
        for (at, value) in (1..).zip(values) {
            content.int(at, value);
        }
        content.digest()[..16].to_vec()
    }

    /// Writes it: from then on its entries may be dropped.
    pub(in crate::store) fn write(&self, conn: &Connection) -> Result<(), StoreError> {
        conn.prepare_cached(
            "INSERT INTO ledger_seals (from_seq, to_seq, hash, requests, attempts, cost, since, until, pruned, digest)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            self.from,
            self.to,
            self.hash,
            self.requests,
            self.attempts,
            self.cost,
            self.since,
            self.until,
            self.pruned,
            self.digest()
        ])?;
        Ok(())
    }
}
