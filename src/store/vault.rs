//! What providers want back and clients do not carry: signatures, encrypted reasoning, reasoning text. One row for each
//! answer that had any, found again by hashes of what its client sends back of it.
//!
//! What a row says is `engine::vault`'s to write and to read; here it is text.
//!
//! One thread with a connection of its own writes and reads in the order it is asked, so that what was kept is found by
//! whoever asks next. A row that finds the queue full is not kept, and counted: nobody ever waits to keep one.
//!
//! Bounded: a row of at most [`LARGEST`] bytes, [`MOST`] bytes in all (the longest unused go first), each for as long as
//! the settings say after it was made or last found.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::sync::oneshot;

use crate::domain::clock::Clock;
use crate::store::error::StoreError;
use crate::store::open::{self, Access};

/// Largest row that is kept, in bytes.
pub const LARGEST: usize = 4 << 20;
/// Most that is kept in all, in bytes.
pub const MOST: i64 = 64 << 20;
/// Longest wait for the thread at the end of the process.
const CLOSING: Duration = Duration::from_secs(5);
/// Rows and questions that may wait.
const QUEUE: usize = 256;
/// What is too old or too much is looked for once in so many rows.
const SWEEP: u32 = 64;
/// A row that was used within this time is not written again only to say that it was used, in microseconds.
const TOUCH: i64 = 3600 * 1_000_000;

/// A keyed hash.
pub type Hash = [u8; 16];

/// What a row is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Of the id and name of the first tool call; `None` for an answer without calls.
    pub by_id: Option<Hash>,
    /// Of the name and arguments of the first tool call, or of the text of an answer without calls.
    pub by_content: Hash,
    /// Of what the conversation began with.
    pub conversation: Hash,
    /// How many turns of the model were before it.
    pub turn: u32,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Where it belongs.
    pub place: Place,
    /// Who made it, and takes it back.
    pub maker: String,
    /// What it says.
    pub said: String,
}

/// The rows of a process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Vault {
    queue: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Message {
    Keep(Original),
    Find(String, Vec<Place>, oneshot::Sender<Result<Vec<Option<String>>, StoreError>>),
    Written(oneshot::Sender<()>),
}

impl Vault {
    /// Starts the thread, which opens the file at `path` when it is first asked for something and ends when the last clone
    /// is dropped. A row is forgotten when it was not used for `lifetime`.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start(path: &Path, lifetime: Duration) -> Result<Self, StoreError> {
        let (queue, messages) = sync_channel(QUEUE);
        let (name, path) = ("llmroute-vault".to_owned(), path.to_owned());
        let lifetime = i64::try_from(lifetime.as_micros()).unwrap_or(i64::MAX);
        let run = move || run(&path, lifetime, &messages);
        std::thread::Builder::new().name(name).spawn(run).map_err(StoreError::Thread)?;
        Ok(Self { queue, dropped: Arc::default() })
    }

    /// Keeps a row. Never waits: one that is too large, or finds the queue full, is dropped and counted, and what follows
    /// from that is named when its conversation comes back.
    pub fn keep(&self, original: Original) {
        if original.said.len() > LARGEST || self.queue.try_send(Message::Keep(original)).is_err() {
            let dropped = self.dropped.fetch_add(1, Ordering::Relaxed) + 1;
            tracing::warn!(dropped, "the original of an answer is not kept: too large, or the file does not keep up");
        }
    }

    /// Waits until all that was to be kept is written, as at the end of the process, and not longer than [`CLOSING`].
    pub async fn written(&self) {
        let (done, told) = oneshot::channel();
        let written = async {
            let mut message = Message::Written(done);
            while let Err(TrySendError::Full(back)) = self.queue.try_send(message) {
                message = back;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            told.await
        };
        if !matches!(tokio::time::timeout(CLOSING, written).await, Ok(Ok(()))) {
            tracing::warn!("not all originals of answers could be written before the end");
        }
    }

    /// How many rows were not kept since the start.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// What `maker` said at each of `places`; `None` where nothing is kept.
    ///
    /// # Errors
    /// The file cannot be read, or the queue is full.
    pub async fn find(&self, maker: String, places: Vec<Place>) -> Result<Vec<Option<String>>, StoreError> {
        let gone = || StoreError::Disk("the thread that keeps originals has ended, or has too much to do".to_owned());
        let (answer, told) = oneshot::channel();
        self.queue.try_send(Message::Find(maker, places, answer)).map_err(|_| gone())?;
        told.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// The thread's own.
struct Keeper {
    conn: Connection,
    clock: Clock,
    lifetime: i64,
    since_sweep: u32,
}

fn run(path: &Path, lifetime: i64, messages: &Receiver<Message>) {
    let mut opened = None;
    for message in messages {
        let keeper = match &mut opened {
            Some(it) => Ok(it),
            None => Keeper::open(path, lifetime).map(|it| opened.insert(it)),
        };
        match message {
            Message::Keep(original) => {
                if let Err(error) = keeper.and_then(|it| it.keep(&original)) {
                    tracing::error!(%error, "the original of an answer cannot be kept");
                }
            }
            // Whoever asked may have stopped waiting, here and below.
            Message::Written(done) => drop(done.send(())),
            Message::Find(maker, places, answer) => drop(answer.send(keeper.and_then(|it| it.find(&maker, &places)))),
        }
    }
}

impl Keeper {
    fn open(path: &Path, lifetime: i64) -> Result<Self, StoreError> {
        let conn = open::open(path, Access::ReadWrite)?.into_conn();
        // What a power cut takes is a named loss later; it is not worth a wait for the disk.
        conn.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(Self { conn, clock: Clock::system(), lifetime, since_sweep: 0 })
    }

    fn keep(&mut self, it: &Original) -> Result<(), StoreError> {
        let now = self.clock.now().wall.0;
        let sql = "INSERT INTO originals (maker, by_id, by_content, conversation, turn, used, size, said)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let size = i64::try_from(it.said.len()).unwrap_or(i64::MAX);
        let Place { by_id, by_content, conversation, turn } = &it.place;
        let row = params![it.maker, by_id, by_content, conversation, turn, now, size, it.said];
        self.conn.prepare_cached(sql)?.execute(row)?;
        if self.since_sweep == 0 {
            self.sweep(now)?;
        }
        self.since_sweep = (self.since_sweep + 1) % SWEEP;
        Ok(())
    }

    /// Removes what is too old, and then the longest unused until the rest is small enough.
    fn sweep(&self, now: i64) -> Result<(), StoreError> {
        self.conn.execute("DELETE FROM originals WHERE used < ?1", [now.saturating_sub(self.lifetime)])?;
        self.conn.execute(
            "DELETE FROM originals WHERE id IN (
                 SELECT id FROM (SELECT id, sum(size) OVER (ORDER BY used DESC, id DESC) AS upto FROM originals)
                 WHERE upto > ?1)",
            [MOST],
        )?;
        Ok(())
    }

    fn find(&self, maker: &str, places: &[Place]) -> Result<Vec<Option<String>>, StoreError> {
        // Some providers number the calls of each conversation anew, so an id alone proves nothing: the conversation or
        // the arguments have to agree with it, and most of what agrees wins. Without an id the conversation has to.
        let sql = "SELECT id, used, said FROM originals
                   WHERE maker = ?1 AND used >= ?2
                     AND ((by_id = ?3 AND (conversation = ?5 OR by_content = ?4))
                          OR (by_content = ?4 AND conversation = ?5))
                   ORDER BY 8 * (by_id IS ?3) + 4 * (conversation = ?5) + 2 * (by_content = ?4) + (turn = ?6) DESC,
                            id DESC
                   LIMIT 1";
        let mut find = self.conn.prepare_cached(sql)?;
        let mut touch = self.conn.prepare_cached("UPDATE originals SET used = ?2 WHERE id = ?1")?;
        let now = self.clock.now().wall.0;
        let oldest = now.saturating_sub(self.lifetime);
        let mut found = Vec::with_capacity(places.len());
        for Place { by_id, by_content, conversation, turn } in places {
            let wanted = params![maker, oldest, by_id, by_content, conversation, turn];
            let row = |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            let row: Option<(i64, i64, String)> = find.query_row(wanted, row).optional()?;
            if let Some((id, used, _)) = &row
                && *used < now - TOUCH
            {
                touch.execute(params![id, now])?;
            }
            found.push(row.map(|it| it.2));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: Duration = Duration::from_secs(7 * 86_400);

    fn keeper() -> (tempfile::TempDir, Keeper) {
        let dir = tempfile::tempdir().unwrap();
        let lifetime = i64::try_from(WEEK.as_micros()).unwrap();
        let keeper = Keeper::open(&dir.path().join("home").join("t.db"), lifetime).unwrap();
        (dir, keeper)
    }

    fn place(id: u8, content: u8, conversation: u8, turn: u32) -> Place {
        let by_id = (id > 0).then_some([id; 16]);
        Place { by_id, by_content: [content; 16], conversation: [conversation; 16], turn }
    }

    fn original(place: Place, said: &str) -> Original {
        Original { place, maker: "a".to_owned(), said: said.to_owned() }
    }

    fn found(keeper: &Keeper, place: Place) -> Option<String> {
        keeper.find("a", &[place]).unwrap().remove(0)
    }

    #[test]
    fn what_agrees_most_is_found() {
        let (_dir, mut keeper) = keeper();
        for (it, said) in [
            (place(1, 1, 1, 0), "first"),
            (place(1, 1, 2, 0), "same call, other conversation"),
            (place(2, 2, 1, 1), "polled once"),
            (place(3, 2, 1, 2), "polled twice"),
            (place(0, 9, 1, 3), "a text"),
        ] {
            keeper.keep(&original(it, said)).unwrap();
        }
        assert_eq!(found(&keeper, place(1, 1, 1, 0)).as_deref(), Some("first"));
        assert_eq!(found(&keeper, place(1, 1, 2, 0)).as_deref(), Some("same call, other conversation"));
        // The client rewrote the arguments, or the beginning of the conversation.
        assert_eq!(found(&keeper, place(1, 7, 1, 0)).as_deref(), Some("first"));
        assert_eq!(found(&keeper, place(2, 2, 7, 5)).as_deref(), Some("polled once"));
        // It rewrote the id: the order of the turns tells equal calls apart.
        assert_eq!(found(&keeper, place(8, 2, 1, 1)).as_deref(), Some("polled once"));
        assert_eq!(found(&keeper, place(8, 2, 1, 2)).as_deref(), Some("polled twice"));
        assert_eq!(found(&keeper, place(0, 9, 1, 3)).as_deref(), Some("a text"));
        // An id alone, or the same words in another conversation, prove nothing.
        assert_eq!(found(&keeper, place(1, 7, 7, 0)), None);
        assert_eq!(found(&keeper, place(0, 9, 2, 3)), None);
        assert_eq!(keeper.find("b", &[place(1, 1, 1, 0)]).unwrap(), [None], "made by somebody else");
    }

    #[test]
    fn what_is_old_or_too_much_goes_and_what_is_used_stays() {
        let (_dir, mut keeper) = keeper();
        for id in 1..=4 {
            keeper.keep(&original(place(id, id, 1, 0), "x")).unwrap();
        }
        let now = keeper.clock.now().wall.0;
        let day = 86_400 * 1_000_000;
        let set = |id: i64, used: i64, size: i64| {
            let sql = "UPDATE originals SET used = ?2, size = ?3 WHERE id = ?1";
            keeper.conn.execute(sql, params![id, used, size]).unwrap();
        };
        set(1, now - 8 * day, 10);
        set(2, now - 6 * day, MOST / 2);
        set(3, now - 5 * day, MOST / 2);
        set(4, now - day, 10);
        let is_there = |id: u8| found(&keeper, place(id, id, 1, 0)).is_some();
        assert!(!is_there(1), "too old is not found, also where nobody has swept");
        assert!(is_there(2), "and this one is in use from now on");
        keeper.sweep(now).unwrap();
        assert_eq!((is_there(1), is_there(2), is_there(3), is_there(4)), (false, true, false, true));
    }

    #[tokio::test]
    async fn what_was_kept_is_found_by_who_asks_next() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::start(&dir.path().join("home").join("t.db"), WEEK).unwrap();
        vault.keep(original(place(1, 1, 1, 0), "said"));
        vault.keep(original(place(2, 2, 1, 0), &"x".repeat(LARGEST + 1)));
        let found = vault.find("a".to_owned(), vec![place(1, 1, 1, 0), place(2, 2, 1, 0)]).await.unwrap();
        assert_eq!(found, [Some("said".to_owned()), None]);
        assert_eq!(vault.dropped(), 1);
    }

    #[test]
    fn a_full_queue_drops_and_counts_and_never_waits() {
        let (queue, _nobody_reads) = sync_channel(2);
        let vault = Vault { queue, dropped: Arc::default() };
        for _ in 0..5 {
            vault.keep(original(place(1, 1, 1, 0), "said"));
        }
        assert_eq!(vault.dropped(), 3);
    }
}
