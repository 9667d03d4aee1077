//! The journal of a process: one line for each attempt that is about to be sent, in a file of the process's own. It
//! is what a request of a process that dies is booked from.
//!
//! An append is one `write` to the page cache (a third of a microsecond here, where a commit of SQLite's takes twenty
//! and the way to the writer's thread and back as long again), so it happens on the caller's own thread; what is
//! written survives the death of the process at once, and a power cut once the housekeeper has synced it. A line has
//! had its day when its attempt has a row in the ledger: lines are never changed, only left behind when the file is
//! written anew.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::domain::money::Usd;
use crate::store::error::StoreError;
use crate::store::keys::billing_name;
use crate::store::ledger::airbag;
use crate::store::ledger::record::{Intent, Mark};
use crate::store::private_file::{self, FileProblem};

/// A journal larger than this is emptied as soon as no request is open.
const MUCH: u64 = 64 << 10;
/// A journal larger than this is written anew, without the lines that have had their day.
const MOST: u64 = 4 << 20;
/// Room that is taken beforehand, so that lines can be appended although the disk is full.
const RESERVED: u64 = 2 << 20;
/// A journal beyond this is no journal of ours: open requests are counted in thousands, their lines in hundreds of
/// bytes.
const LIMIT: u64 = 1 << 30;

/// The journal this process writes.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    end: Mutex<End>,
}

/// Where the next line goes.
#[derive(Debug)]
struct End {
    file: File,
    len: u64,
    /// Beyond this length the file is written anew.
    most: u64,
    /// The line being made; kept for its room.
    line: Vec<u8>,
    /// Half a line could neither be finished nor taken back: nothing can be appended any more.
    broken: bool,
}

/// An attempt, as a line has it.
#[derive(Debug, Serialize, Deserialize)]
struct Line<'a> {
    request: u64,
    n: u32,
    started: i64,
    #[serde(borrow)]
    dialect: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    operation: Option<Cow<'a, str>>,
    #[serde(borrow)]
    asked: Cow<'a, str>,
    #[serde(borrow)]
    group: Option<Cow<'a, str>>,
    #[serde(borrow)]
    client: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    virtual_key: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    team: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer: Option<i64>,
    #[serde(borrow)]
    session: Option<Cow<'a, str>>,
    stream: bool,
    at: i64,
    #[serde(borrow)]
    provider: Cow<'a, str>,
    #[serde(borrow)]
    model: Cow<'a, str>,
    key: Option<i64>,
    #[serde(borrow)]
    key_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    billing: Cow<'a, str>,
    input: u64,
    expected: Option<i64>,
}

/// How far an attempt has come; the last such line of it counts.
#[derive(Debug, Serialize, Deserialize)]
struct Progress {
    request: u64,
    n: u32,
    input: u64,
    output: u64,
    spent: Option<i64>,
}

impl<'a> From<&'a Intent<'a>> for Line<'a> {
    fn from(it: &'a Intent<'a>) -> Self {
        Self {
            request: it.id.0,
            n: it.attempt,
            started: it.head.at.0,
            dialect: it.head.dialect.name().into(),
            operation: it.head.operation_column().map(Cow::Borrowed),
            asked: Cow::Borrowed(&it.head.asked),
            group: it.head.group.as_ref().map(|it| it.as_str().into()),
            client: Cow::Borrowed(&it.head.client),
            virtual_key: it.head.caller.virtual_key,
            team: it.head.caller.team,
            customer: it.head.caller.customer,
            session: it.head.session.as_deref().map(Cow::Borrowed),
            stream: it.head.stream,
            at: it.at.0,
            provider: it.provider.into(),
            model: it.model.into(),
            key: it.key.map(|it| it.0),
            key_name: it.key_name.map(Cow::Borrowed),
            billing: billing_name(it.billing).into(),
            input: it.input_estimate,
            expected: it.expected_cost.map(Usd::pico),
        }
    }
}

impl Journal {
    /// A new journal beside the lock file `lock`.
    pub(super) fn create(lock: &Path) -> Result<Self, FileProblem> {
        let path = beside(lock);
        let file = private_file::create_new(&path)?;
        airbag::reserve(&file, RESERVED).map_err(|source| FileProblem::Io {
            path: path.clone(),
            doing: "reserve",
            source,
        })?;
        let end = End { file, len: 0, most: MOST, line: Vec::with_capacity(512), broken: false };
        Ok(Self { path, end: Mutex::new(end) })
    }

    /// Where it is. The file under this name changes when the journal is written anew.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one attempt. When this returns, the attempt outlives the process.
    pub(super) fn append(&self, intent: &Intent<'_>) -> io::Result<()> {
        self.write(&Line::from(intent))
    }

    /// Appends how far an attempt has come that was appended before.
    pub(super) fn mark(&self, mark: &Mark) -> io::Result<()> {
        let Mark { id, attempt, input, output, spent } = *mark;
        self.write(&Progress { request: id.0, n: attempt, input, output, spent: spent.map(Usd::pico) })
    }

    fn write(&self, said: &impl Serialize) -> io::Result<()> {
        let mut end = self.lock();
        let mut line = std::mem::take(&mut end.line);
        line.clear();
        let written = serde_json::to_writer(&mut line, said).map_err(io::Error::from).and_then(|()| {
            line.push(b'\n');
            end.push(&line)
        });
        end.line = line;
        written
    }

    /// Empties the journal if it has grown and `is_idle` says that no request is open. Whoever appends holds an open
    /// request, so none can slip in between.
    pub(super) fn clear(&self, is_idle: impl FnOnce() -> bool) {
        let mut end = self.lock();
        if end.len >= MUCH && is_idle() {
            end.cut_back(0);
            // A disk that is full by now takes no more lines than it had room for.
            let _full = airbag::reserve(&end.file, RESERVED);
        }
    }

    /// Writes the journal anew if it has grown large: lines whose attempt has its row stay behind.
    pub(super) fn shrink(&self, conn: &Connection) -> Result<(), StoreError> {
        let (len, most) = {
            let end = self.lock();
            (end.len, end.most)
        };
        if len < most {
            return Ok(());
        }
        // Most of the work is done while others append; what they append meanwhile is taken over as it is.
        let text = read(&self.path)?.unwrap_or_default();
        let (old, _) = text.split_at(usize::try_from(len).unwrap_or(usize::MAX).min(text.len()));
        let mut open = open_lines(conn, old)?;
        let problem = |source| StoreError::from(FileProblem::Io { path: self.path.clone(), doing: "write", source });
        let mut end = self.lock();
        let text = read(&self.path)?.unwrap_or_default();
        open.extend_from_slice(&text[old.len()..]);
        let next = self.path.with_extension("journal-new");
        remove(&next);
        let mut file = private_file::create_new(&next)?;
        file.write_all(&open).map_err(problem)?;
        fs::rename(&next, &self.path).map_err(problem)?;
        end.file = file;
        end.len = open.len() as u64;
        end.most = MOST.max(2 * end.len);
        Ok(())
    }

    /// The place of the next line. Whole after every statement but a failed write, which says so itself.
    fn lock(&self) -> MutexGuard<'_, End> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl End {
    fn push(&mut self, line: &[u8]) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier line could neither be finished nor taken back"));
        }
        match self.file.write_all(line) {
            Ok(()) => {
                self.len += line.len() as u64;
                Ok(())
            }
            Err(error) => {
                // Half a line would make the next one unreadable too.
                self.cut_back(self.len);
                Err(error)
            }
        }
    }

    fn cut_back(&mut self, len: u64) {
        let cut = self.file.set_len(len).and_then(|()| self.file.seek(SeekFrom::Start(len)));
        self.broken = cut.is_err();
        self.len = len;
    }
}

/// Which attempt a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
struct Place {
    request: u64,
    n: u32,
}

/// The lines whose attempt has no row. What cannot be read is kept: only the next start may judge it.
fn open_lines(conn: &Connection, text: &[u8]) -> Result<Vec<u8>, StoreError> {
    let lines = || text.split_inclusive(|it| *it == b'\n');
    let places: Vec<Option<Place>> = lines().map(|it| serde_json::from_slice(it).ok()).collect();
    let requests = || places.iter().flatten().map(|it| it.request.cast_signed());
    let (Some(first), Some(last)) = (requests().min(), requests().max()) else { return Ok(text.to_vec()) };
    // Ids ascend, so the rows lie together and are read in one go.
    let mut rows = conn.prepare_cached("SELECT request, n FROM ledger_attempts WHERE request BETWEEN ?1 AND ?2")?;
    let rows = rows
        .query_map([first, last], |row| Ok(Place { request: row.get::<_, i64>(0)?.cast_unsigned(), n: row.get(1)? }))?;
    let done = rows.collect::<Result<HashSet<Place>, _>>()?;
    let is_open = |place: &Option<Place>| place.is_none_or(|it| !done.contains(&it));
    Ok(lines().zip(&places).filter(|it| is_open(it.1)).flat_map(|it| it.0).copied().collect())
}

/// Attempts that have no row, as a table of the connection's own.
const TABLE: &str = "
    PRAGMA temp_store = MEMORY;
    CREATE TEMP TABLE IF NOT EXISTS intents (
        request    INTEGER NOT NULL,
        n          INTEGER NOT NULL,
        process    INTEGER NOT NULL,
        started    INTEGER NOT NULL,
        dialect    TEXT NOT NULL,
        operation  TEXT,
        asked      TEXT NOT NULL,
        group_name TEXT,
        client     TEXT NOT NULL,
        session    TEXT,
        stream     INTEGER NOT NULL,
        at         INTEGER NOT NULL,
        provider   TEXT NOT NULL,
        model      TEXT NOT NULL,
        key_id     INTEGER,
        key_name   TEXT,
        billing    TEXT NOT NULL,
        input      INTEGER NOT NULL,
        expected   INTEGER,
        virtual_key INTEGER,
        team       INTEGER,
        customer   INTEGER,
        marked_input INTEGER,
        marked_output INTEGER,
        marked_spent INTEGER,
        PRIMARY KEY (request, n)
    ) STRICT, WITHOUT ROWID;
    DELETE FROM temp.intents;";

/// Fills `temp.intents` with what the journal of each process that has not signed off says of attempts without a row.
/// To be called before the transaction that reads it: a request that is finished in between then has its row.
pub(in crate::store) fn load_open(conn: &Connection, run: &Path) -> Result<(), StoreError> {
    conn.execute_batch(TABLE)?;
    let mut processes = conn.prepare_cached("SELECT id, lock FROM processes WHERE ended IS NULL")?;
    let processes = processes.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    for row in processes {
        let (process, lock) = row?;
        // The name comes out of a file that may have been tampered with; it must stay inside its folder.
        let Some(name) = Path::new(&lock).file_name() else { continue };
        load(conn, process, &run.join(name))?;
    }
    Ok(())
}

/// The same for one process, whose lock file is `lock`. The table must be there. Says how many attempts are open.
pub(super) fn load(conn: &Connection, process: i64, lock: &Path) -> Result<usize, StoreError> {
    let path = beside(lock);
    let Some(text) = read(&path)? else { return Ok(0) };
    let text = open_lines(conn, &text)?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO temp.intents (request, n, process, started, dialect, asked, group_name, client, session, stream,
             at, provider, model, key_id, key_name, billing, input, expected, operation,
             virtual_key, team, customer)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
             ?20, ?21, ?22)
         ON CONFLICT (request, n) DO NOTHING",
    )?;
    let mut marked = conn.prepare_cached(
        "UPDATE temp.intents SET marked_input = ?3, marked_output = ?4, marked_spent = ?5
         WHERE request = ?1 AND n = ?2",
    )?;
    let mut open = 0;
    for line in text.split_inclusive(|it| *it == b'\n') {
        let it: Line<'_> = match serde_json::from_slice(line) {
            Ok(it) => it,
            // The end of a line that was being written: its attempt was never sent.
            Err(_) if !line.ends_with(b"\n") => break,
            Err(error) => {
                if let Ok(it) = serde_json::from_slice::<Progress>(line) {
                    let (input, output) = (it.input.cast_signed(), it.output.cast_signed());
                    marked.execute(params![it.request.cast_signed(), it.n, input, output, it.spent])?;
                    continue;
                }
                tracing::error!(path = %path.display(), %error, "a line of a journal cannot be read and is left out");
                continue;
            }
        };
        open += insert.execute(params![
            it.request.cast_signed(),
            it.n,
            process,
            it.started,
            it.dialect,
            it.asked,
            it.group,
            it.client,
            it.session,
            it.stream,
            it.at,
            it.provider,
            it.model,
            it.key,
            it.key_name,
            it.billing,
            it.input.cast_signed(),
            it.expected,
            it.operation,
            it.virtual_key,
            it.team,
            it.customer
        ])?;
    }
    Ok(open)
}

/// Makes `temp.intents` empty, and at all.
pub(super) fn prepare(conn: &Connection) -> Result<(), StoreError> {
    Ok(conn.execute_batch(TABLE)?)
}

/// Removes the journal of the process whose lock file is `lock`.
pub(super) fn remove_beside(lock: &Path) {
    remove(&beside(lock));
}

/// A file that stays behind is harmless: no row points to it any more.
pub(super) fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(path = %path.display(), %error, "cannot remove a file of a process that is over");
    }
}

fn beside(lock: &Path) -> PathBuf {
    lock.with_extension("journal")
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, FileProblem> {
    private_file::read(path, LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::caller::CallerIds;
    use crate::domain::clock::Stamp;
    use crate::domain::dialect::Dialect;
    use crate::domain::id::RequestId;
    use crate::domain::policy::Billing;
    use crate::store::ledger::record::Head;
    use crate::store::migrations;

    struct Fixture {
        dir: tempfile::TempDir,
        conn: Connection,
        journal: Journal,
    }

    impl Fixture {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let mut conn = Connection::open_in_memory().unwrap();
            migrations::run(&mut conn, &dir.path().join("t.db"), migrations::STEPS).unwrap();
            let journal = Journal::create(&dir.path().join("1-a.lock")).unwrap();
            Self { dir, conn, journal }
        }

        fn append(&self, id: u64, asked: &str) {
            let head = Head {
                at: Stamp(5),
                dialect: Dialect::Anthropic,
                operation: "embed".into(),
                asked: asked.to_owned(),
                group: None,
                client: "a \"quoted\"\nclient".to_owned(),
                caller: CallerIds { team: Some(4), ..CallerIds::default() },
                session: Some("s".to_owned()),
                stream: true,
            };
            let intent = Intent {
                id: RequestId(id),
                head: &head,
                attempt: 1,
                at: Stamp(6),
                provider: "openai",
                model: "m",
                key: None,
                key_name: None,
                billing: Billing::Metered,
                input_estimate: 3,
                expected_cost: Some(Usd::from_pico(7)),
                strict: false,
            };
            self.journal.append(&intent).unwrap();
        }

        fn settle(&self, id: u64) {
            let sql = "INSERT INTO ledger_attempts (request, n, state, at, provider, model, billing, cost_kind)
                 VALUES (?1, 1, 1, 0, 1, 1, 1, 1)";
            self.conn.execute(sql, [id.cast_signed()]).unwrap();
        }

        fn open(&self) -> Vec<(i64, String)> {
            prepare(&self.conn).unwrap();
            load(&self.conn, 1, &self.dir.path().join("1-a.lock")).unwrap();
            let mut rows = self.conn.prepare("SELECT request, client FROM temp.intents ORDER BY request").unwrap();
            rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
        }
    }

    #[test]
    fn what_was_appended_is_open_until_it_has_its_row() {
        let it = Fixture::new();
        it.append(1, "x");
        it.append(2, "x");
        it.settle(1);
        assert_eq!(it.open(), [(2, "a \"quoted\"\nclient".to_owned())]);
    }

    #[test]
    fn the_last_mark_of_an_attempt_tells_how_far_it_came() {
        let it = Fixture::new();
        it.append(1, "x");
        it.append(2, "x");
        for output in [10, 2_000] {
            let spent = Some(Usd::from_pico(3 * output));
            let output = output.cast_unsigned();
            it.journal.mark(&Mark { id: RequestId(2), attempt: 1, input: 3, output, spent }).unwrap();
        }
        // Of one that has its row by now: it stays without meaning.
        it.journal.mark(&Mark { id: RequestId(9), attempt: 1, input: 3, output: 5, spent: None }).unwrap();
        assert_eq!(it.open().len(), 2);
        let sql = "SELECT marked_output, marked_spent FROM temp.intents ORDER BY request";
        let mut statement = it.conn.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap);
        let rows: Vec<(Option<i64>, Option<i64>)> = rows.collect();
        assert_eq!(rows, [(None, None), (Some(2_000), Some(6_000))]);
    }

    #[test]
    fn half_a_line_at_the_end_is_an_attempt_that_was_never_sent() {
        let it = Fixture::new();
        it.append(1, "x");
        let whole = fs::read(it.journal.path()).unwrap();
        for cut in 1..whole.len() {
            fs::write(it.journal.path(), [&whole[..], &whole[..cut]].concat()).unwrap();
            assert_eq!(it.open().len(), 1, "cut at {cut}");
        }
    }

    #[test]
    fn written_anew_it_keeps_what_is_open_and_goes_on() {
        let it = Fixture::new();
        let long = "x".repeat(40_000);
        for id in 0..110 {
            it.append(id, &long);
        }
        for id in (0..110).filter(|id| id % 10 != 0) {
            it.settle(id);
        }
        let before = fs::metadata(it.journal.path()).unwrap().len();
        it.journal.shrink(&it.conn).unwrap();
        it.append(200, "after");
        let after = fs::metadata(it.journal.path()).unwrap().len();
        assert!(before > MOST && after < before / 5, "{before} → {after}");
        let open: Vec<_> = it.open().into_iter().map(|it| it.0).collect();
        assert_eq!(open, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 200]);
    }

    #[test]
    fn with_nothing_open_it_is_emptied_and_goes_on() {
        let it = Fixture::new();
        it.append(1, &"x".repeat(80_000));
        it.settle(1);
        it.journal.clear(|| false);
        assert!(fs::metadata(it.journal.path()).unwrap().len() > 80_000);
        it.journal.clear(|| true);
        assert_eq!(fs::metadata(it.journal.path()).unwrap().len(), 0);
        it.append(2, "y");
        assert_eq!(it.open().len(), 1);
    }

    #[test]
    fn a_small_journal_is_left_alone() {
        let it = Fixture::new();
        it.append(1, "x");
        it.settle(1);
        let before = fs::read(it.journal.path()).unwrap();
        it.journal.shrink(&it.conn).unwrap();
        assert_eq!(fs::read(it.journal.path()).unwrap(), before);
    }

    #[test]
    fn a_disk_that_takes_nothing_is_said_and_nothing_is_appended_after_half_a_line() {
        let full = fs::OpenOptions::new().write(true).open("/dev/full");
        let Ok(file) = full else {
            eprintln!("skipped: this system has no /dev/full");
            return;
        };
        let mut end = End { file, len: 0, most: MOST, line: Vec::new(), broken: false };
        assert_eq!(end.push(b"{}\n").unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert!(end.broken, "a device cannot be cut back");
        assert!(end.push(b"{}\n").is_err());
    }
}
