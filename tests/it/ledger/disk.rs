//! When the database refuses: what is finished is kept, what is under way goes on, and nothing is there twice (faults.md
//! rows 60 to 63 and 72).

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use llmroute::store::ledger::check;
use llmroute::store::stats::{self, By};
use llmroute::store::{Access, Ledger, ProcessKind, open, requests};
use rusqlite::Connection;
use tempfile::TempDir;

use super::{Told, home, runtime};

/// The write lock of the database, held as another program would.
struct HoldWriteLock(Connection);

impl HoldWriteLock {
    fn of(path: &Path) -> Self {
        let other = Connection::open(path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        Self(other)
    }
}

impl Drop for HoldWriteLock {
    fn drop(&mut self) {
        self.0.execute_batch("ROLLBACK").unwrap();
    }
}

/// A database that refuses every finished request, as a full disk does.
struct Refusing(Connection);

impl Refusing {
    fn of(path: &Path) -> Self {
        let other = Connection::open(path).unwrap();
        let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON ledger_requests BEGIN SELECT RAISE(ABORT, 'no room'); END";
        other.execute_batch(refuse).unwrap();
        Self(other)
    }

    fn mend(path: &Path) {
        Connection::open(path).unwrap().execute_batch("DROP TRIGGER refuse").unwrap();
    }
}

impl Drop for Refusing {
    fn drop(&mut self) {
        self.0.execute_batch("DROP TRIGGER refuse").unwrap();
    }
}

fn outcomes(path: &Path) -> Vec<(String, Option<String>)> {
    let db = open(path, Access::ReadOnly).unwrap();
    let rows = requests::recent(&db, 100).unwrap();
    rows.into_iter().map(|it| (it.id.to_string(), it.outcome)).collect()
}

fn whole(path: &Path) {
    let it = check(&open(path, Access::ReadOnly).unwrap()).unwrap();
    assert_eq!(it.faults, []);
}

/// A copy of a home as a killed process leaves it.
fn as_if_killed(path: &Path) -> (TempDir, PathBuf) {
    let (dir, copy) = home();
    fs::DirBuilder::new().mode(0o700).create(dir.path().join("run")).unwrap();
    for name in ["llmroute.db", "llmroute.db-wal", "llmroute.head"] {
        let from = path.with_file_name(name);
        if from.exists() {
            fs::copy(&from, dir.path().join(name)).unwrap();
        }
    }
    for file in fs::read_dir(path.with_file_name("run")).unwrap().map(|it| it.unwrap().path()) {
        fs::copy(&file, dir.path().join("run").join(file.file_name().unwrap())).unwrap();
    }
    (dir, copy)
}

#[test]
fn a_lock_that_another_program_keeps_stops_nobody_and_loses_nothing() {
    let (_dir, path) = home();
    let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
    let told = Told::ok(1, "openai", 4);
    runtime().block_on(async {
        let hold = HoldWriteLock::of(&path);
        let kept = ledger.slot().await.unwrap();
        ledger.intent(&told.intent(&told.head(), kept.id(), 1)).await.unwrap();
        let id = kept.id();
        kept.settle(told.record(id));
        let error = ledger.flush().await.unwrap_err();
        assert!(error.to_string().contains("locked"), "{error}");
        assert!(ledger.failing());
        // The hot path goes on, a strict intent too: all of it is kept.
        for _ in 0..20 {
            let slot = ledger.slot().await.unwrap();
            let head = told.head();
            let intent = llmroute::store::Intent { strict: true, ..told.intent(&head, slot.id(), 1) };
            ledger.intent(&intent).await.unwrap();
            let id = slot.id();
            slot.settle(told.record(id));
        }
        drop(hold);
        ledger.flush().await.unwrap();
        assert!(!ledger.failing());
    });
    ledger.close();
    let all = outcomes(&path);
    assert_eq!(all.len(), 21);
    assert!(all.iter().all(|it| it.1.as_deref() == Some("ok")), "{all:?}");
    whole(&path);
}

#[test]
fn a_database_that_refuses_lets_nothing_through_that_a_hard_budget_counts_on() {
    let (_dir, path) = home();
    let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
    let told = Told::ok(1, "openai", 4);
    runtime().block_on(async {
        let refusing = Refusing::of(&path);
        let kept = ledger.slot().await.unwrap();
        ledger.intent(&told.intent(&told.head(), kept.id(), 1)).await.unwrap();
        let id = kept.id();
        kept.settle(told.record(id));
        ledger.flush().await.unwrap_err();
        let head = told.head();
        let fresh = ledger.slot().await.unwrap();
        let intent = told.intent(&head, fresh.id(), 1);
        let strict = llmroute::store::Intent { strict: true, ..intent.clone() };
        ledger.intent(&strict).await.unwrap_err();
        ledger.intent(&intent).await.unwrap();
        let id = fresh.id();
        fresh.settle(told.record(id));
        drop(refusing);
        ledger.flush().await.unwrap();
        let fresh = ledger.slot().await.unwrap();
        ledger.intent(&llmroute::store::Intent { strict: true, ..told.intent(&head, fresh.id(), 1) }).await.unwrap();
        let id = fresh.id();
        fresh.settle(told.record(id));
    });
    ledger.close();
    assert_eq!(outcomes(&path).len(), 3);
    whole(&path);
}

#[test]
fn what_the_database_refused_outlives_the_process_and_is_there_once() {
    let (_dir, path) = home();
    let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
    let told = Told::ok(1, "openai", 4);
    let (copy, ids) = runtime().block_on(async {
        let refusing = Refusing::of(&path);
        let mut ids = Vec::new();
        for _ in 0..5 {
            let slot = ledger.slot().await.unwrap();
            ledger.intent(&told.intent(&told.head(), slot.id(), 1)).await.unwrap();
            ids.push(slot.id());
            let id = slot.id();
            slot.settle(told.record(id));
        }
        ledger.flush().await.unwrap_err();
        // Still open when it is killed: that one is in doubt.
        let open = ledger.slot().await.unwrap();
        ledger.intent(&told.intent(&told.head(), open.id(), 1)).await.unwrap();
        let copy = as_if_killed(&path);
        drop(refusing);
        ledger.flush().await.unwrap();
        drop(open);
        (copy, ids)
    });
    ledger.close();
    // The one that lived on has them, and its next start puts nothing in twice.
    Ledger::start(&path, ProcessKind::Server).unwrap().close();
    whole(&path);
    let (_dir, copy) = copy;
    Refusing::mend(&copy);
    for _ in 0..2 {
        Ledger::start(&copy, ProcessKind::Server).unwrap().close();
        let all = outcomes(&copy);
        assert_eq!(all.len(), 6, "{all:?}");
        for id in &ids {
            assert!(all.contains(&(id.to_string(), Some("ok".to_owned()))), "{id} in {all:?}");
        }
        assert_eq!(all.iter().filter(|it| it.1.as_deref() == Some("in_doubt")).count(), 1);
        let db = open(&copy, Access::ReadOnly).unwrap();
        let totals = stats::report(&db, super::EVER, &By::Total).unwrap().totals;
        assert_eq!((totals.requests.all, totals.money.exact.pico()), (6, 20), "each is summed up once");
        whole(&copy);
    }
    let left: Vec<_> = fs::read_dir(copy.with_file_name("run")).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_journal_that_the_database_does_not_know_is_booked_all_the_same() {
    let (_dir, path) = home();
    Ledger::start(&path, ProcessKind::Server).unwrap().close();
    let before = fs::read(&path).unwrap();
    let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
    let told = Told::ok(1, "openai", 4);
    let copy = runtime().block_on(async {
        let slot = ledger.slot().await.unwrap();
        ledger.intent(&told.intent(&told.head(), slot.id(), 1)).await.unwrap();
        let copy = as_if_killed(&path);
        drop(slot);
        copy
    });
    ledger.close();
    // A copy from before that process, put in the place of what it wrote.
    let (_copy_dir, copy) = copy;
    fs::write(&copy, before).unwrap();
    let _ = fs::remove_file(copy.with_extension("db-wal"));
    Ledger::start(&copy, ProcessKind::Server).unwrap().close();
    assert_eq!(outcomes(&copy).iter().filter(|it| it.1.as_deref() == Some("in_doubt")).count(), 1);
}

#[test]
fn a_database_that_is_moved_while_it_is_open_is_noticed_and_nothing_more_is_sent() {
    let (dir, path) = home();
    let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
    let told = Told::ok(1, "openai", 4);
    runtime().block_on(async {
        let slot = ledger.slot().await.unwrap();
        ledger.intent(&told.intent(&told.head(), slot.id(), 1)).await.unwrap();
        let away = dir.path().join("elsewhere.db");
        fs::rename(&path, &away).unwrap();
        while !ledger.failing() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let other = ledger.slot().await.unwrap();
        let error = ledger.intent(&told.intent(&told.head(), other.id(), 1)).await.unwrap_err();
        assert!(error.to_string().contains("moved"), "{error}");
        let id = slot.id();
        slot.settle(told.record(id));
        ledger.flush().await.unwrap_err();
        fs::rename(&away, &path).unwrap();
        while ledger.failing() {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let _still = ledger.flush().await;
        }
        ledger.intent(&told.intent(&told.head(), other.id(), 1)).await.unwrap();
        let id = other.id();
        other.settle(told.record(id));
    });
    ledger.close();
    assert_eq!(outcomes(&path).len(), 2);
    whole(&path);
}
