//! Rows of the ledger back into the contents that were hashed.

use std::collections::HashMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Rows, Transaction, params};

use crate::store::error::StoreError;
use crate::store::ledger::chain::{Content, Digest, Hash, Head, RowKind, link};
use crate::store::ledger::columns::{ATTEMPT, ATTEMPT_COST, CORRECTION, Column, REQUEST, list};

/// All names by id, as bytes: what is damaged need not be text.
pub(super) type Texts = HashMap<i64, Vec<u8>>;

/// Reads all names.
pub(super) fn texts(conn: &Connection) -> rusqlite::Result<Texts> {
    let mut statement = conn.prepare("SELECT id, text FROM names")?;
    let mut rows = statement.query([])?;
    let mut texts = Texts::new();
    while let Some(row) = rows.next()? {
        let text = match row.get_ref(1)? {
            ValueRef::Text(it) | ValueRef::Blob(it) => it.to_vec(),
            _ => Vec::new(),
        };
        texts.insert(row.get(0)?, text);
    }
    Ok(texts)
}

/// An entry as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) seq: i64,
    /// What it says its hash is.
    pub(super) hash: Hash,
    /// Of what it says else.
    pub(super) digest: Digest,
    /// The request it is about.
    pub(super) request: i64,
}

/// What all rows came to.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    pub(super) entries: Vec<Entry>,
    pub(super) requests: i64,
    pub(super) attempts: i64,
    /// Wraps, as [`Head::cost`] does.
    pub(super) cost: i64,
    /// Requests from before there was a chain.
    pub(super) loose: i64,
    /// Attempts of requests that are not there.
    pub(super) strays: Vec<i64>,
}

/// Reads every entry: requests in the order of their ids, then corrections.
pub(super) fn scan(conn: &Connection, into: &mut Scanned) -> Result<(), StoreError> {
    let texts = texts(conn)?;
    let sql = format!("SELECT {}, seq, hash FROM ledger_requests ORDER BY id", list(&REQUEST));
    let mut statement = conn.prepare(&sql)?;
    let mut requests = statement.query([])?;
    let sql = format!("SELECT {} FROM ledger_attempts ORDER BY request, n", list(&ATTEMPT));
    let mut statement = conn.prepare(&sql)?;
    let mut attempts = Attempts { rows: statement.query([])?, texts: &texts, next: None };
    attempts.advance(into)?;
    let mut content = Content::default();
    while let Some(row) = requests.next()? {
        let id: i64 = row.get(0)?;
        content.clear();
        put(&mut content, RowKind::Request, &REQUEST, row, &texts)?;
        while let Some(it) = attempts.next.take_if(|it| it.request <= id) {
            if it.request < id {
                into.strays.push(it.request);
            } else if !it.late {
                content.extend(&it.content);
            }
            attempts.advance(into)?;
        }
        into.requests += 1;
        match row.get_ref(REQUEST.len())?.as_i64() {
            Ok(seq) => {
                let hash = hash(row.get_ref(REQUEST.len() + 1)?);
                into.entries.push(Entry { seq, hash, digest: content.digest(), request: id });
            }
            Err(_) => into.loose += 1,
        }
    }
    while let Some(it) = attempts.next.take() {
        into.strays.push(it.request);
        attempts.advance(into)?;
    }
    corrections(conn, &texts, into)
}

fn corrections(conn: &Connection, texts: &Texts, into: &mut Scanned) -> Result<(), StoreError> {
    let mut statement = conn.prepare(&format!("SELECT {}, hash FROM ledger_corrections", list(&CORRECTION)))?;
    let late = "FROM ledger_attempts WHERE request = ?1 AND late = ?2 ORDER BY n";
    let mut late = conn.prepare(&format!("SELECT {} {late}", list(&ATTEMPT)))?;
    let mut rows = statement.query([])?;
    let mut content = Content::default();
    while let Some(row) = rows.next()? {
        let (seq, request): (i64, i64) = (row.get(0)?, row.get(1)?);
        content.clear();
        put(&mut content, RowKind::Correction, &CORRECTION, row, texts)?;
        let mut attempts = late.query([request, seq])?;
        while let Some(row) = attempts.next()? {
            put(&mut content, RowKind::Attempt, &ATTEMPT, row, texts)?;
        }
        let hash = hash(row.get_ref(CORRECTION.len())?);
        into.entries.push(Entry { seq, hash, digest: content.digest(), request });
    }
    Ok(())
}

/// All attempts in order, read one ahead.
struct Attempts<'a> {
    rows: Rows<'a>,
    texts: &'a Texts,
    next: Option<Attempt>,
}

struct Attempt {
    request: i64,
    late: bool,
    content: Content,
}

impl Attempts<'_> {
    fn advance(&mut self, into: &mut Scanned) -> Result<(), StoreError> {
        let Some(row) = self.rows.next()? else { return Ok(()) };
        into.attempts += 1;
        if let Ok(cost) = row.get_ref(ATTEMPT_COST)?.as_i64() {
            into.cost = into.cost.wrapping_add(cost);
        }
        let mut content = Content::default();
        put(&mut content, RowKind::Attempt, &ATTEMPT, row, self.texts)?;
        self.next = Some(Attempt { request: row.get(0)?, late: row.get_ref(2)? != ValueRef::Null, content });
        Ok(())
    }
}

/// Spells out one row.
fn put(content: &mut Content, kind: RowKind, columns: &[Column], row: &Row<'_>, texts: &Texts) -> rusqlite::Result<()> {
    content.row(kind);
    for (at, column) in columns.iter().enumerate() {
        match row.get_ref(at)? {
            ValueRef::Integer(id) if column.named => match texts.get(&id) {
                Some(text) => content.text(at, text),
                None => content.unnamed(at, id),
            },
            other => content.odd(at, other),
        }
    }
    Ok(())
}

fn hash(value: ValueRef<'_>) -> Hash {
    value.as_blob().ok().and_then(|it| it.try_into().ok()).unwrap_or_default()
}

/// Gives rows from before there was a chain their place in it.
pub(in crate::store) fn seal_loose(tx: &Transaction<'_>) -> Result<(), StoreError> {
    let loose = "SELECT EXISTS (SELECT 1 FROM ledger_requests WHERE seq IS NULL)";
    if !tx.query_row(loose, [], |row| row.get::<_, bool>(0))? {
        return Ok(());
    }
    let texts = texts(tx)?;
    let mut head = Head::read(tx)?;
    let sql = format!("SELECT {} FROM ledger_requests WHERE seq IS NULL ORDER BY id", list(&REQUEST));
    let mut requests = tx.prepare(&sql)?;
    let mut attempts =
        tx.prepare(&format!("SELECT {} FROM ledger_attempts WHERE request = ?1 ORDER BY n", list(&ATTEMPT)))?;
    let mut sealed = Vec::new();
    let mut rows = requests.query([])?;
    let mut content = Content::default();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        content.clear();
        put(&mut content, RowKind::Request, &REQUEST, row, &texts)?;
        let mut tried = attempts.query([id])?;
        while let Some(row) = tried.next()? {
            put(&mut content, RowKind::Attempt, &ATTEMPT, row, &texts)?;
            head.attempts += 1;
            head.cost = head.cost.wrapping_add(row.get::<_, Option<i64>>(ATTEMPT_COST)?.unwrap_or(0));
        }
        head.seq += 1;
        head.hash = link(&head.hash, head.seq, &content.digest());
        head.requests += 1;
        sealed.push((id, head.seq, head.hash));
    }
    for (id, seq, hash) in sealed {
        let sql = "UPDATE ledger_requests SET seq = ?2, hash = ?3 WHERE id = ?1";
        tx.prepare_cached(sql)?.execute(params![id, seq, hash])?;
    }
    Ok(head.write(tx)?)
}
