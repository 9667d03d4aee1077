//! Answers of the responses dialect, kept so that a client can go on from them (`previous_response_id`) where the target
//! keeps none itself.
//!
//! One thread with a connection of its own writes and reads them in the order it is asked, so that what was kept can be
//! found by whoever asks next. Each turn is kept by itself, with the id of the one before it.
//!
//! Bounded: a turn of at most [`LARGEST`] bytes, [`MOST`] bytes in all (the oldest go first), each for [`LIFETIME_DAYS`]
//! days after it was last gone on from.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::sync::oneshot;

use crate::domain::clock::Clock;
use crate::store::error::StoreError;
use crate::store::open::{self, Access};

/// Largest turn that is kept: input and answer together, in bytes.
pub const LARGEST: usize = 16 << 20;
/// Most that is kept in all, in bytes.
pub const MOST: i64 = 256 << 20;
/// How long an answer is kept after it was made or last gone on from: as long as `OpenAI` keeps its own.
pub const LIFETIME_DAYS: i64 = 30;
/// Turns of one conversation that are gone back through.
const LONGEST: usize = 1000;
/// Turns that may wait to be written.
const QUEUE: usize = 256;
/// What is too old or too much is looked for once in so many turns.
const SWEEP: u32 = 32;

/// One turn: what the client said and what it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The response's id.
    pub id: String,
    /// The id of the turn this one goes on from.
    pub previous: Option<String>,
    /// The client's input of this turn: JSON, a string or an array of items.
    pub input: String,
    /// The response object: JSON.
    pub response: String,
    /// The id of the virtual key it was made for; `None` = the owner's own token.
    pub owner: Option<i64>,
}

impl Turn {
    fn size(&self) -> usize {
        self.input.len() + self.response.len()
    }
}

/// The kept answers of a process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Responses {
    queue: SyncSender<Message>,
}

#[derive(Debug)]
enum Message {
    Keep(Turn),
    /// The turn and those before it, oldest first.
    Chain(String, Option<i64>, oneshot::Sender<Result<Vec<Turn>, StoreError>>),
    Find(String, Option<i64>, oneshot::Sender<Result<Option<Turn>, StoreError>>),
    Forget(String, Option<i64>, oneshot::Sender<Result<bool, StoreError>>),
}

impl Responses {
    /// Starts the thread, which opens the file at `path` when it is first asked for something and ends when the last clone
    /// is dropped.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start(path: &Path) -> Result<Self, StoreError> {
        let (queue, messages) = sync_channel(QUEUE);
        let (name, path) = ("llmroute-responses".to_owned(), path.to_owned());
        std::thread::Builder::new().name(name).spawn(move || run(&path, &messages)).map_err(StoreError::Thread)?;
        Ok(Self { queue })
    }

    /// Keeps a turn. Never waits: one that is too large, or finds the queue full, is not kept, which its client learns
    /// when it wants to go on from it.
    pub fn keep(&self, turn: Turn) {
        if turn.size() > LARGEST {
            tracing::warn!(id = turn.id, "an answer is too large to be kept");
            return;
        }
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = self.queue.try_send(Message::Keep(turn)) {
            tracing::warn!("an answer was not kept: the file does not keep up");
        }
    }

    /// The turn `id` and all before it, oldest first; empty where it, or one before it, is not kept. `who` is the id of the
    /// virtual key that asks, here and below: it finds its own turns only, and who comes with none finds all.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn chain(&self, id: &str, who: Option<i64>) -> Result<Vec<Turn>, StoreError> {
        self.ask(|answer| Message::Chain(id.to_owned(), who, answer)).await
    }

    /// The turn `id`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn find(&self, id: &str, who: Option<i64>) -> Result<Option<Turn>, StoreError> {
        self.ask(|answer| Message::Find(id.to_owned(), who, answer)).await
    }

    /// Forgets the turn `id`. `false` if it is not kept.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn forget(&self, id: &str, who: Option<i64>) -> Result<bool, StoreError> {
        self.ask(|answer| Message::Forget(id.to_owned(), who, answer)).await
    }

    async fn ask<T>(
        &self,
        ask: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Message,
    ) -> Result<T, StoreError> {
        let gone = || StoreError::Disk("the thread that keeps answers has ended, or has too much to do".to_owned());
        let (answer, told) = oneshot::channel();
        self.queue.try_send(ask(answer)).map_err(|_| gone())?;
        told.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// The thread's own.
struct Keeper {
    conn: Connection,
    clock: Clock,
    since_sweep: u32,
}

fn run(path: &Path, messages: &Receiver<Message>) {
    let mut opened = None;
    for message in messages {
        let keeper = match &mut opened {
            Some(it) => Ok(it),
            None => Keeper::open(path).map(|it| opened.insert(it)),
        };
        // Whoever asked may have stopped waiting.
        match message {
            Message::Keep(turn) => {
                if let Err(error) = keeper.and_then(|it| it.keep(&turn)) {
                    tracing::error!(%error, id = turn.id, "an answer cannot be kept");
                }
            }
            Message::Chain(id, who, answer) => drop(answer.send(keeper.and_then(|it| it.chain(&id, who)))),
            Message::Find(id, who, answer) => drop(answer.send(keeper.and_then(|it| it.find(&id, who)))),
            Message::Forget(id, who, answer) => drop(answer.send(keeper.and_then(|it| it.forget(&id, who)))),
        }
    }
}

impl Keeper {
    fn open(path: &Path) -> Result<Self, StoreError> {
        let conn = open::open(path, Access::ReadWrite)?.into_conn();
        // An answer that a power cut takes is asked for again; it is not worth a wait for the disk.
        conn.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(Self { conn, clock: Clock::system(), since_sweep: 0 })
    }

    fn keep(&mut self, turn: &Turn) -> Result<(), StoreError> {
        let now = self.clock.now().wall.0;
        let size = i64::try_from(turn.size()).unwrap_or(i64::MAX);
        self.conn
            .prepare_cached(
                "INSERT OR REPLACE INTO responses (id, previous, used, size, input, response, owner)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![turn.id, turn.previous, now, size, turn.input, turn.response, turn.owner])?;
        if self.since_sweep == 0 {
            self.sweep(now)?;
        }
        self.since_sweep = (self.since_sweep + 1) % SWEEP;
        Ok(())
    }

    /// Removes what is too old, and then the longest unused until the rest is small enough.
    fn sweep(&self, now: i64) -> Result<(), StoreError> {
        let oldest = now.saturating_sub(LIFETIME_DAYS * 86_400 * 1_000_000);
        self.conn.execute("DELETE FROM responses WHERE used < ?1", [oldest])?;
        self.conn.execute(
            "DELETE FROM responses WHERE id IN (
                 SELECT id FROM (SELECT id, sum(size) OVER (ORDER BY used DESC, id) AS upto FROM responses)
                 WHERE upto > ?1)",
            [MOST],
        )?;
        Ok(())
    }

    fn find(&self, id: &str, who: Option<i64>) -> Result<Option<Turn>, StoreError> {
        let sql =
            "SELECT id, previous, input, response, owner FROM responses WHERE id = ?1 AND (?2 IS NULL OR owner = ?2)";
        let turn = self.conn.prepare_cached(sql)?.query_row(params![id, who], |row| {
            let (id, previous, input) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Turn { id, previous, input, response: row.get(3)?, owner: row.get(4)? })
        });
        Ok(turn.optional()?)
    }

    fn chain(&self, id: &str, who: Option<i64>) -> Result<Vec<Turn>, StoreError> {
        let mut turns: Vec<Turn> = Vec::new();
        let mut next = Some(id.to_owned());
        while let Some(id) = next.take() {
            let known = turns.iter().any(|it| it.id == id);
            match self.find(&id, who)?.filter(|_| !known && turns.len() < LONGEST) {
                Some(turn) => {
                    next.clone_from(&turn.previous);
                    turns.push(turn);
                }
                None => return Ok(Vec::new()),
            }
        }
        let now = self.clock.now().wall.0;
        let mut touch = self.conn.prepare_cached("UPDATE responses SET used = ?2 WHERE id = ?1")?;
        for turn in &turns {
            touch.execute(params![turn.id, now])?;
        }
        turns.reverse();
        Ok(turns)
    }

    fn forget(&self, id: &str, who: Option<i64>) -> Result<bool, StoreError> {
        let sql = "DELETE FROM responses WHERE id = ?1 AND (?2 IS NULL OR owner = ?2)";
        Ok(self.conn.execute(sql, params![id, who])? > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeper() -> (tempfile::TempDir, Keeper) {
        let dir = tempfile::tempdir().unwrap();
        let keeper = Keeper::open(&dir.path().join("home").join("t.db")).unwrap();
        (dir, keeper)
    }

    fn turn(id: &str, previous: Option<&str>) -> Turn {
        Turn {
            id: id.to_owned(),
            previous: previous.map(str::to_owned),
            input: format!("\"{id}\""),
            response: "{}".to_owned(),
            owner: None,
        }
    }

    #[test]
    fn a_conversation_is_found_from_its_last_turn() {
        let (_dir, mut keeper) = keeper();
        for it in [turn("a", None), turn("b", Some("a")), turn("c", Some("b")), turn("x", Some("gone"))] {
            keeper.keep(&it).unwrap();
        }
        let ids = |it: Vec<Turn>| it.into_iter().map(|it| it.id).collect::<Vec<_>>();
        assert_eq!(ids(keeper.chain("c", None).unwrap()), ["a", "b", "c"]);
        assert_eq!(ids(keeper.chain("a", None).unwrap()), ["a"]);
        // Half a conversation would be answered as if it were all of it.
        assert_eq!(keeper.chain("x", None).unwrap(), []);
        assert!(keeper.forget("b", None).unwrap() && !keeper.forget("b", None).unwrap());
        assert_eq!(keeper.chain("c", None).unwrap(), []);
        keeper.keep(&turn("d", Some("d"))).unwrap();
        assert_eq!(keeper.chain("d", None).unwrap(), [], "a circle has no beginning");
    }

    #[test]
    fn a_virtual_key_finds_its_own_turns_only() {
        let (_dir, mut keeper) = keeper();
        let of = |owner, it: Turn| Turn { owner, ..it };
        for it in [of(Some(1), turn("a", None)), of(Some(2), turn("b", Some("a"))), turn("c", None)] {
            keeper.keep(&it).unwrap();
        }
        assert!(keeper.find("a", Some(1)).unwrap().is_some() && keeper.find("a", None).unwrap().is_some());
        assert_eq!(keeper.find("a", Some(2)).unwrap(), None);
        assert_eq!(keeper.chain("b", Some(2)).unwrap(), [], "what it goes on from is another's");
        assert_eq!((keeper.find("c", Some(1)).unwrap(), keeper.forget("c", Some(1)).unwrap()), (None, false));
        assert!(keeper.forget("a", Some(1)).unwrap());
    }

    #[test]
    fn what_is_old_or_too_much_goes() {
        let (_dir, mut keeper) = keeper();
        for id in ["a", "b", "c"] {
            keeper.keep(&turn(id, None)).unwrap();
        }
        let now = keeper.clock.now().wall.0;
        let day = 86_400 * 1_000_000;
        let set = |id: &str, used: i64, size: i64| {
            keeper
                .conn
                .execute("UPDATE responses SET used = ?2, size = ?3 WHERE id = ?1", params![id, used, size])
                .unwrap();
        };
        set("a", now - 31 * day, 10);
        set("b", now - 2 * day, MOST / 2);
        set("c", now - day, MOST / 2 + 10);
        keeper.sweep(now).unwrap();
        let left = |id: &str| keeper.find(id, None).unwrap().is_some();
        assert_eq!((left("a"), left("b"), left("c")), (false, false, true));
    }

    #[tokio::test]
    async fn what_was_kept_is_found_by_who_asks_next() {
        let dir = tempfile::tempdir().unwrap();
        let kept = Responses::start(&dir.path().join("home").join("t.db")).unwrap();
        kept.keep(turn("a", None));
        assert_eq!(kept.find("a", None).await.unwrap(), Some(turn("a", None)));
        kept.keep(Turn { input: "x".repeat(LARGEST + 1), ..turn("large", None) });
        assert_eq!(kept.find("large", None).await.unwrap(), None);
        assert!(kept.forget("a", None).await.unwrap());
        assert_eq!(kept.chain("a", None).await.unwrap(), []);
    }
}
