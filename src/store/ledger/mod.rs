//! The ledger of a process: one thread writes, everybody else sends.
//!
//! A request takes a [`Slot`] first: it has an id and a place in the queue that its final record can always be sent
//! to without waiting, also from `Drop`. Before an attempt is complete on the wire its [`Intent`] is in the journal,
//! a file of the process's own. At the end [`Slot::settle`] sends the one [`RequestRecord`].
//!
//! Must not: wait for the disk on a caller's thread, lose a record, write a row twice.

mod airbag;
pub(in crate::store) mod chain;
pub(in crate::store) mod columns;
mod housekeeping;
pub(in crate::store) mod journal;
mod liveness;
mod names;
mod orphans;
mod record;
pub mod retention;
mod rows;
mod trouble;
mod writer;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::mpsc::{self, OwnedPermit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::domain::id::RequestId;
use crate::store::canaries::CanaryRow;
use crate::store::error::StoreError;
use crate::store::health::HealthRow;
use crate::store::ledger::journal::Journal;
use crate::store::ledger::trouble::{Trouble, Troubles};

pub use chain::check::{Checked, Fault, Notice, check};
pub(in crate::store) use record::CHAT;
pub use record::{
    AttemptRecord, AttemptState, Baseline, Cost, DecisionNote, FailureNote, Head, IN_DOUBT, Intent, Mark, Outcome,
    ProcessKind, RequestRecord,
};

/// Requests that may be open or not yet committed at once. Each holds one place in the queue.
const OPEN_REQUESTS: usize = 4096;

/// Places in the queue: one for each open request, and some for those who ask.
const QUEUE: usize = OPEN_REQUESTS + 64;

/// The ledger cannot take what it was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The disk refuses. Nothing may be spent that cannot be written down.
    #[error("the ledger cannot be written: {reason}")]
    Unavailable {
        /// The code of the [`StoreError`] behind it.
        code: &'static str,
        /// What it says.
        reason: Arc<str>,
    },
    /// The ledger was closed.
    #[error("the ledger is closed")]
    Closed,
}

impl LedgerError {
    fn from_store(error: &StoreError) -> Self {
        Self::Unavailable { code: error.code(), reason: error.to_string().into() }
    }
}

/// The ledger of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ledger {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    queue: mpsc::Sender<Message>,
    state: Arc<State>,
    journal: Arc<Journal>,
    salt: u64,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What callers and the writer both look at.
#[derive(Debug)]
struct State {
    /// A turn for each request that is open or not yet committed.
    open: Arc<Semaphore>,
    ids: Mutex<Ids>,
    trouble: Troubles,
}

/// Request ids reserved in the file and not given out yet.
#[derive(Debug, Default, Clone, Copy)]
struct Ids {
    next: u64,
    end: u64,
}

impl Ids {
    fn left(self) -> u64 {
        self.end.saturating_sub(self.next)
    }
}

impl State {
    /// Whether every request that is open could still be kept at its end, and one more.
    fn has_room(&self) -> bool {
        let open = OPEN_REQUESTS - self.open.available_permits().min(OPEN_REQUESTS);
        self.trouble.room() >= (open as u64 + 1) * airbag::RECORD
    }

    fn take_id(&self) -> Option<RequestId> {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        (ids.left() > 0).then(|| {
            ids.next += 1;
            RequestId(ids.next - 1)
        })
    }

    fn ids_left(&self) -> u64 {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).left()
    }

    /// The block after the one in use. What is left of the old one is used up first when the two join.
    fn refill(&self, block: Ids) {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        if ids.end == block.next && ids.left() > 0 {
            ids.end = block.end;
        } else {
            *ids = block;
        }
    }
}

/// What the writer is sent.
#[derive(Debug)]
enum Message {
    Settle(Arc<RequestRecord>, OwnedSemaphorePermit),
    /// Keep how a seat stands.
    Health(HealthRow),
    /// Keep how far a canary has come.
    Canary(CanaryRow),
    /// Reserve more ids.
    Ids(Ack),
    /// Answer when everything before is committed.
    Flush(Ack),
    /// Answer whether the file can be written.
    Probe(Ack),
    Close,
}

type Ack = oneshot::Sender<Result<(), LedgerError>>;

impl Ledger {
    /// Opens the file at `path`, registers this process in it, books what dead processes left open, and starts the
    /// writer.
    ///
    /// # Errors
    /// The file cannot be opened or written, or the thread cannot be started.
    pub fn start(path: &Path, process: ProcessKind) -> Result<Self, StoreError> {
        let writer::Started { writer, housekeeper, first, salt } = writer::Started::open(path, process)?;
        let journal = writer.journal();
        let (queue, messages) = mpsc::channel(QUEUE);
        let open = Arc::new(Semaphore::new(OPEN_REQUESTS));
        let state = Arc::new(State { open, ids: Mutex::new(first), trouble: Troubles::default() });
        let keep = housekeeper.start(Arc::clone(&state)).map_err(StoreError::Thread)?;
        let write = writer.start(messages, Arc::clone(&state)).map_err(StoreError::Thread)?;
        let threads = Mutex::new(vec![write, keep]);
        Ok(Self { shared: Arc::new(Shared { path: path.to_owned(), queue, state, journal, salt, threads }) })
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// An id and a place in the queue for one request. Waits for room.
    ///
    /// # Errors
    /// The ledger is closed, or the disk refuses and no id or room is left.
    pub async fn slot(&self) -> Result<Slot, LedgerError> {
        let open = Arc::clone(&self.shared.state.open);
        let turn = match Arc::clone(&open).try_acquire_owned() {
            Ok(turn) => turn,
            // Room comes with the next commit; while commits fail, waiting for one would hang every client.
            Err(_) if self.failing() => return Err(full_and_failing()),
            Err(_) => open.acquire_owned().await.map_err(|_| LedgerError::Closed)?,
        };
        let place = self.shared.queue.clone().reserve_owned().await.map_err(|_| LedgerError::Closed)?;
        loop {
            if let Some(id) = self.shared.state.take_id() {
                return Ok(Slot { id, place, turn });
            }
            self.ask(Message::Ids).await?;
        }
    }

    /// An id for something that will have no row. While the file gives out none it is 0, which no request has.
    #[must_use]
    pub fn spare_id(&self) -> RequestId {
        let id = self.shared.state.take_id();
        if self.shared.state.ids_left() == 0 {
            // The writer looks after each batch; an empty one is enough. A full queue has plenty in it already.
            let (ack, _) = oneshot::channel();
            let _busy = self.shared.queue.try_send(Message::Ids(ack));
        }
        id.unwrap_or(RequestId(0))
    }

    /// Writes an intent into the journal. When this returns, the attempt will be accounted for whatever happens.
    ///
    /// # Errors
    /// The disk refuses the intent itself; or it refuses the records of requests before it, and the intent is strict or no
    /// room is left to keep more of them.
    pub async fn intent(&self, intent: &Intent<'_>) -> Result<(), LedgerError> {
        let may_go_on = match self.shared.state.trouble.now() {
            Trouble::None => true,
            // Somebody else holds the file for a while: what is finished meanwhile is kept.
            Trouble::Locked => self.shared.state.has_room(),
            Trouble::Refused => !intent.strict && self.shared.state.has_room(),
            Trouble::Moved => false,
        };
        if !may_go_on {
            self.ask(Message::Probe).await?;
        }
        self.shared.journal.append(intent).map_err(|error| LedgerError::Unavailable {
            code: "journal-write",
            reason: format!("the journal of open requests cannot be written: {error}").into(),
        })
    }

    /// Notes in the journal how far an attempt has come. One that cannot be noted is only less well known if the process
    /// dies.
    pub fn mark(&self, mark: &Mark) {
        if let Err(error) = self.shared.journal.mark(mark) {
            tracing::debug!(%error, "how far an answer has come could not be noted");
        }
    }

    /// Waits until everything sent before is committed.
    ///
    /// # Errors
    /// The ledger is closed, or the disk refuses.
    pub async fn flush(&self) -> Result<(), LedgerError> {
        self.ask(Message::Flush).await
    }

    /// Keeps how a seat stands over a restart. Never waits: where there is no room just now, that is not kept.
    pub fn keep_health(&self, row: HealthRow) {
        if self.shared.queue.try_send(Message::Health(row)).is_err() {
            tracing::debug!("no room to keep how a seat stands");
        }
    }

    /// Keeps how far a canary has come over a restart. Never waits: where there is no room just now, the next outcome tells
    /// it again.
    pub fn keep_canary(&self, row: CanaryRow) {
        if self.shared.queue.try_send(Message::Canary(row)).is_err() {
            tracing::debug!("no room to keep how far a canary has come");
        }
    }

    /// Random, made once for each database: seeds the [`crate::domain::dice::Dice`] of each request.
    #[must_use]
    pub fn salt(&self) -> u64 {
        self.shared.salt
    }

    /// The last commit failed and none has succeeded since.
    #[must_use]
    pub fn failing(&self) -> bool {
        self.shared.state.trouble.now() != Trouble::None
    }

    /// Takes no more requests, waits until those that are open have settled (at most five seconds) and until all is
    /// committed, and signs this process off. What is open after that is booked, in doubt, by the next start.
    ///
    /// Blocks; every clone is closed with it.
    pub fn close(self) {
        self.shared.state.open.close();
        let mut message = Message::Close;
        while let Err(mpsc::error::TrySendError::Full(back)) = self.shared.queue.try_send(message) {
            message = back;
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let threads = std::mem::take(&mut *self.shared.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a thread of the ledger panicked");
            }
        }
    }

    async fn ask(&self, message: fn(Ack) -> Message) -> Result<(), LedgerError> {
        let (ack, answer) = oneshot::channel();
        self.shared.queue.send(message(ack)).await.map_err(|_| LedgerError::Closed)?;
        answer.await.unwrap_or(Err(LedgerError::Closed))
    }
}

fn full_and_failing() -> LedgerError {
    let reason = "too many finished requests wait to be written".into();
    LedgerError::Unavailable { code: "ledger-full", reason }
}

/// A request's id and its reserved place in the queue. Dropped without [`Slot::settle`] it leaves no row of its own:
/// that is for requests of which nothing was sent.
#[derive(Debug)]
#[must_use = "a request that was sent must be settled"]
pub struct Slot {
    id: RequestId,
    place: OwnedPermit<Message>,
    turn: OwnedSemaphorePermit,
}

impl Slot {
    /// The id of the request.
    #[must_use]
    pub fn id(&self) -> RequestId {
        self.id
    }

    /// Sends the final record. Never waits and cannot fail: if the disk refuses, the writer keeps the record and
    /// tries again.
    pub fn settle(self, record: Arc<RequestRecord>) {
        self.place.send(Message::Settle(record, self.turn));
    }
}
