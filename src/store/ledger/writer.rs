//! The writer thread: lets messages gather for a moment and takes up to 256 of them into one transaction.
//!
//! When the disk refuses, settlements are kept and tried again, at growing intervals and with every later message.
//! They keep their requests' turns, so at most [`super::OPEN_REQUESTS`] of them can gather, and they are in the airbag
//! meanwhile; new attempts are let through as long as that has room, and none that a hard budget counts on.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::error::TryRecvError;

use crate::domain::clock::Clock;
use crate::store::canaries::{self, CanaryRow};
use crate::store::error::StoreError;
use crate::store::health::{self, HealthRow};
use crate::store::ledger::airbag::Airbag;
use crate::store::ledger::chain::{self, Head};
use crate::store::ledger::housekeeping::{Bell, Housekeeper};
use crate::store::ledger::journal::Journal;
use crate::store::ledger::liveness::{self, Registered};
use crate::store::ledger::names::Names;
use crate::store::ledger::record::{ProcessKind, RequestRecord};
use crate::store::ledger::{Ack, Ids, LedgerError, Message, OPEN_REQUESTS, State, rows};
use crate::store::open::{self, Access};
use crate::store::rollups::Pending;

/// Messages in one transaction.
const BATCH: usize = 256;

/// How long a server's records gather before they are committed together. A process that dies meanwhile has them in
/// its journal, as attempts in doubt.
const GATHER: Duration = Duration::from_millis(5);

/// Ids a server reserves at a time, and the rest at which it reserves the next block.
const BLOCK: u64 = 4096;
const LOW: u64 = 1024;

/// A safety net under the housekeeper: beyond this many pages (64 MiB) the writer moves the WAL itself.
const WAL_PAGES: i64 = 16_384;

/// Pause before a refused batch is tried again: doubled each time up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How long closing waits for open requests, in steps.
const CLOSING: Duration = Duration::from_secs(5);
const CLOSING_STEP: Duration = Duration::from_millis(2);

/// Everything that is opened before a thread starts, so that a fault is the caller's to see.
pub(super) struct Started {
    pub(super) writer: Writer,
    pub(super) housekeeper: Housekeeper,
    pub(super) first: Ids,
    pub(super) salt: u64,
}

/// The writer.
pub(super) struct Writer {
    conn: Connection,
    clock: Clock,
    process: Registered,
    kind: ProcessKind,
    bell: Bell,
    names: Names,
    path: PathBuf,
    kept: VecDeque<Settlement>,
    /// How many of `kept` are in the airbag, too.
    bagged: usize,
    pause: Duration,
}

type Settlement = (Arc<RequestRecord>, OwnedSemaphorePermit);

/// One transaction's worth of messages.
#[derive(Default)]
struct Batch {
    settlements: Vec<Settlement>,
    fleet: Fleet,
    /// Waiting for ids or for the commit as such.
    waiting: Vec<Ack>,
    more_ids: bool,
    /// Somebody wants to know whether the file can be written.
    probe: bool,
    close: bool,
}

/// What a commit came to.
struct Committed {
    /// The ids it reserved.
    ids: Option<Ids>,
    /// Where the chain stands; `None` = where it stood.
    head: Option<Head>,
}

/// What is kept of the fleet.
#[derive(Default)]
struct Fleet {
    health: Vec<HealthRow>,
    canaries: Vec<CanaryRow>,
}

impl Fleet {
    fn len(&self) -> usize {
        self.health.len() + self.canaries.len()
    }
}

impl Batch {
    fn add(&mut self, message: Message) {
        match message {
            Message::Settle(record, turn) => self.settlements.push((record, turn)),
            Message::Health(row) => self.fleet.health.push(row),
            Message::Canary(row) => {
                // Each says all that is known: only the latest of a group is written.
                self.fleet.canaries.retain(|it| it.group != row.group);
                self.fleet.canaries.push(row);
            }
            Message::Flush(ack) => self.waiting.push(ack),
            Message::Probe(ack) => {
                self.probe = true;
                self.waiting.push(ack);
            }
            Message::Ids(ack) => {
                self.more_ids = true;
                self.waiting.push(ack);
            }
            Message::Close => self.close = true,
        }
    }

    fn is_full(&self) -> bool {
        self.settlements.len() + self.fleet.len() + self.waiting.len() >= BATCH
    }

    /// Nobody waits for this batch: it may grow.
    fn may_gather(&self) -> bool {
        self.waiting.is_empty() && !self.close
    }
}

impl Started {
    pub(super) fn open(path: &Path, kind: ProcessKind) -> Result<Self, StoreError> {
        let clock = Clock::system();
        let db = open::open(path, Access::ReadWrite)?;
        let (path, run) = (db.path().to_owned(), db.run());
        let mut conn = db.into_conn();
        conn.pragma_update(None, "synchronous", "NORMAL")?;
        conn.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
        conn.set_prepared_statement_cache_capacity(rows::STATEMENTS);
        let now = clock.now().wall;
        let tx = Transaction::new(&mut conn, TransactionBehavior::Immediate)?;
        chain::seal_loose(&tx)?;
        chain::outside::compare(&tx, &path, now)?;
        tx.commit()?;
        let booked = liveness::bury_dead(&mut conn, &run, now)?;
        if booked > 0 {
            tracing::warn!(booked, "requests of a process that died are booked as in doubt");
        }
        let process = Registered::new(&mut conn, &run, kind, now)?;
        let salt: i64 = conn.query_row("SELECT value FROM meta WHERE key = 'salt'", [], |row| row.get(0))?;
        let tx = Transaction::new(&mut conn, TransactionBehavior::Immediate)?;
        let first = reserve_ids(&tx, kind)?;
        tx.commit()?;
        let second = open::open(&path, Access::ReadWrite)?.into_conn();
        let (housekeeper, bell) = Housekeeper::new(second, &path, process.journal.path());
        bell.ring(Some(Head::read(&conn)?));
        let names = Names::default();
        let writer = Writer {
            conn,
            clock,
            process,
            kind,
            bell,
            names,
            path,
            kept: VecDeque::new(),
            bagged: 0,
            pause: FIRST_PAUSE,
        };
        Ok(Self { writer, housekeeper, first, salt: salt.cast_unsigned() })
    }
}

/// Reserves the next block of ids. Ids of a block that is never used up are skipped for ever.
fn reserve_ids(tx: &Transaction<'_>, kind: ProcessKind) -> Result<Ids, StoreError> {
    let size = match kind {
        ProcessKind::Server => BLOCK,
        ProcessKind::Command => 1,
    };
    let sql = "UPDATE meta SET value = value + ?1 WHERE key = 'next_request' RETURNING value";
    let end: i64 = tx.prepare_cached(sql)?.query_row([size.cast_signed()], |row| row.get(0))?;
    let end = end.cast_unsigned();
    Ok(Ids { next: end - size, end })
}

impl Writer {
    pub(super) fn start(self, messages: Receiver<Message>, state: Arc<State>) -> std::io::Result<JoinHandle<()>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        std::thread::Builder::new()
            .name("llmroute-ledger".to_owned())
            .spawn(move || self.run(messages, &state, &runtime))
    }

    pub(super) fn journal(&self) -> Arc<Journal> {
        Arc::clone(&self.process.journal)
    }

    fn run(mut self, mut messages: Receiver<Message>, state: &State, runtime: &tokio::runtime::Runtime) {
        state.trouble.set_room(self.process.airbag.as_ref().map_or(0, Airbag::room));
        loop {
            let first = if self.kept.is_empty() {
                runtime.block_on(messages.recv())
            } else {
                // Something is kept: go on when its pause is over even if nobody sends.
                match runtime.block_on(async { tokio::time::timeout(self.pause, messages.recv()).await }) {
                    Ok(it) => it,
                    Err(_pause_over) => {
                        self.write(Batch::default(), state);
                        continue;
                    }
                }
            };
            let Some(first) = first else { break };
            let mut batch = Batch::default();
            batch.add(first);
            if self.kind == ProcessKind::Server && batch.may_gather() {
                std::thread::sleep(GATHER);
            }
            while !batch.is_full() && !batch.close {
                let Ok(next) = messages.try_recv() else { break };
                batch.add(next);
            }
            let close = batch.close;
            self.write(batch, state);
            if close {
                self.drain(&mut messages, state);
                break;
            }
        }
        self.sign_off(state);
    }

    /// Takes what open requests still send, until none is open or the wait is over.
    fn drain(&mut self, messages: &mut Receiver<Message>, state: &State) {
        messages.close();
        let mut waited = Duration::ZERO;
        while waited < CLOSING {
            let mut batch = Batch::default();
            let mut ended = false;
            while !batch.is_full() {
                match messages.try_recv() {
                    Ok(it) => batch.add(it),
                    Err(error) => {
                        ended = error == TryRecvError::Disconnected;
                        break;
                    }
                }
            }
            self.write(batch, state);
            if ended {
                return;
            }
            std::thread::sleep(CLOSING_STEP);
            waited += CLOSING_STEP;
        }
        tracing::warn!("requests were still open when the ledger closed; the next start books them as in doubt");
    }

    fn sign_off(mut self, state: &State) {
        for _ in 0..3 {
            if self.kept.is_empty() {
                break;
            }
            std::thread::sleep(self.pause);
            self.write(Batch::default(), state);
        }
        for (record, _turn) in self.kept.iter().skip(self.bagged) {
            tracing::error!(?record, "a finished request could not be written to the ledger");
        }
        if let Err(error) = self.process.end(&mut self.conn, self.clock.now().wall) {
            tracing::error!(%error, "cannot sign this process off in the ledger");
        }
    }

    /// Writes a batch and what was kept before it, and answers everybody who waits.
    fn write(&mut self, batch: Batch, state: &State) {
        let Batch { settlements, fleet, waiting, more_ids, probe, close: _ } = batch;
        self.kept.extend(settlements);
        let more_ids = more_ids || (self.kind == ProcessKind::Server && state.ids_left() < LOW);
        if self.kept.is_empty() && fleet.len() == 0 && !more_ids && !probe {
            // An empty batch writes nothing; a flush of nothing is done.
            answer(waiting.into_iter(), &Ok(()));
            return;
        }
        let result = self.usable(state, probe).and_then(|()| self.commit(&fleet, more_ids, probe));
        match &result {
            Ok(Committed { ids, head }) => self.committed(state, *ids, *head),
            Err(error) => self.refused(state, error),
        }
        let told = result.map(|_| ()).map_err(|error| LedgerError::from_store(&error));
        answer(waiting.into_iter(), &told);
    }

    /// Nothing is written into a file that is no longer where it was; and while a sync has failed, nobody is told that all
    /// is well.
    fn usable(&self, state: &State, probe: bool) -> Result<(), StoreError> {
        if state.trouble.moved() {
            return Err(StoreError::Moved { path: self.path.clone() });
        }
        if probe && state.trouble.unsynced() {
            return Err(StoreError::Disk("what was written may not have reached it".to_owned()));
        }
        Ok(())
    }

    fn committed(&mut self, state: &State, ids: Option<Ids>, head: Option<Head>) {
        if let Some(ids) = ids {
            state.refill(ids);
        }
        self.kept.clear();
        self.bagged = 0;
        if let Some(airbag) = &mut self.process.airbag {
            // If it cannot be emptied, the next start finds that all in it has its rows.
            if let Err(error) = airbag.empty() {
                tracing::warn!(%error, "what the ledger has by now cannot be taken out of the airbag");
            }
            state.trouble.set_room(airbag.room());
        }
        self.pause = FIRST_PAUSE;
        if state.trouble.committed() {
            tracing::info!("the ledger can be written again");
        }
        self.bell.ring(head);
        self.process.journal.clear(|| state.open.available_permits() == OPEN_REQUESTS);
        if let Err(error) = self.process.journal.shrink(&self.conn) {
            tracing::error!(%error, "the journal of open requests cannot be written anew");
        }
    }

    /// What is finished is kept, in memory and in the airbag, and tried again.
    fn refused(&mut self, state: &State, error: &StoreError) {
        self.names.forget();
        if let Some(airbag) = &mut self.process.airbag {
            let fresh = self.kept.iter().skip(self.bagged).map(|it| &*it.0);
            match airbag.take(self.process.id, fresh) {
                Ok(()) => self.bagged = self.kept.len(),
                Err(error) => tracing::error!(%error, "finished requests are kept in memory alone"),
            }
            state.trouble.set_room(airbag.room());
        }
        state.trouble.refused(matches!(error, StoreError::Locked));
        tracing::error!(%error, code = error.code(), kept = self.kept.len(), "the ledger cannot be written");
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    fn commit(&mut self, fleet: &Fleet, more_ids: bool, probe: bool) -> Result<Committed, StoreError> {
        let tx = Transaction::new(&mut self.conn, TransactionBehavior::Immediate)?;
        if probe {
            tx.execute("UPDATE meta SET value = value WHERE key = 'salt'", [])?;
        }
        let mut head = None;
        if !self.kept.is_empty() {
            let mut rows = rows::Records::new(&tx, &mut self.names)?;
            let mut sums = Pending::default();
            for (record, _turn) in &self.kept {
                if rows.write(self.process.id, record)? {
                    sums.record(record);
                } else {
                    tracing::error!(id = %record.id, "a request was settled twice; its first record stays");
                }
            }
            head = Some(rows.finish()?);
            sums.write(&tx)?;
        }
        if !fleet.health.is_empty() {
            health::write(&tx, &fleet.health, self.clock.now().wall)?;
        }
        if !fleet.canaries.is_empty() {
            canaries::write(&tx, &fleet.canaries)?;
        }
        let ids = more_ids.then(|| reserve_ids(&tx, self.kind)).transpose()?;
        tx.commit()?;
        Ok(Committed { ids, head })
    }
}

fn answer(waiting: impl Iterator<Item = Ack>, told: &Result<(), LedgerError>) {
    for ack in waiting {
        // Whoever asked may have stopped waiting; the row is there all the same.
        let _gone = ack.send(told.clone());
    }
}
