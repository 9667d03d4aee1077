//! What is old is pruned in whole ranges; the chain and its sums stay whole (faults.md L8).

use std::path::Path;

use llmroute::domain::clock::Stamp;
use llmroute::store::ledger::{Checked, check, retention};
use llmroute::store::{Access, Ledger, ProcessKind, info, open, requests};
use rusqlite::Connection;

use super::{Told, generate, home, runtime};

const DAY: i64 = 86_400_000_000;

fn checked(path: &Path) -> Checked {
    check(&open(path, Access::ReadOnly).unwrap()).unwrap()
}

#[test]
fn old_requests_go_with_a_seal_in_their_place_and_the_file_shrinks() {
    let (_dir, path) = home();
    generate::fill(&path, 4_500);
    let before = info::read(&open(&path, Access::ReadOnly).unwrap()).unwrap();
    let mut db = open(&path, Access::ReadWrite).unwrap();
    let cutoff = Stamp(generate::END.0 - 30 * DAY);
    let due = retention::due(&db, cutoff).unwrap();
    assert!((2_990..=3_010).contains(&due), "{due}");
    let pruned = retention::prune(&mut db, cutoff, generate::END).unwrap();
    assert_eq!(pruned.requests, due);
    assert!(pruned.attempts > due);
    let it = checked(&path);
    assert_eq!((it.faults.as_slice(), it.pruned, it.requests), (&[][..], due, 4_500 - due));
    assert_eq!(retention::prune(&mut db, cutoff, generate::END).unwrap(), retention::Pruned::default());
    retention::shrink(&mut db).unwrap();
    drop(db);
    let after = info::read(&open(&path, Access::ReadOnly).unwrap()).unwrap();
    assert!(after.free_bytes == 0 && after.bytes * 3 < before.bytes * 2, "{before:?} {after:?}");
    assert_eq!((after.requests, after.pruned), (4_500 - due, due));
    // What goes on is linked with what was pruned, and its seals are evidence, too.
    generate::fill(&path, 10);
    assert_eq!(checked(&path).faults, []);
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch("DROP TRIGGER ledger_seals_kept; UPDATE ledger_seals SET cost = cost + 1").unwrap();
    let codes: Vec<&str> = checked(&path).faults.iter().map(|it| it.code).collect();
    assert!(codes.contains(&"seal-changed") && codes.contains(&"sums"), "{codes:?}");
}

#[test]
fn pruning_stops_before_a_request_that_has_to_stay() {
    let (_dir, path) = home();
    let times = [1, 2, 50, 3, 60];
    super::fill(&path, &times.map(|at| Told::ok(at, "openai", 1)));
    let mut db = open(&path, Access::ReadWrite).unwrap();
    assert_eq!(retention::prune(&mut db, Stamp(10), Stamp(100)).unwrap().requests, 2);
    assert_eq!(checked(&path).faults, []);
    let left: Vec<i64> = requests::recent(&db, 9).unwrap().iter().map(|it| it.started.0).collect();
    assert_eq!(left, [60, 50, 3]);
    assert_eq!(retention::prune(&mut db, Stamp(55), Stamp(100)).unwrap().requests, 2);
    assert_eq!(checked(&path).faults, []);
}

#[test]
fn a_request_goes_together_with_its_correction() {
    let (_dir, path) = home();
    let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
    let told = Told { attempts: vec![Told::ok(1, "openai", 4).attempts[0]; 2], ..Told::ok(1, "openai", 4) };
    runtime().block_on(async {
        let slot = ledger.slot().await.unwrap();
        for n in [1, 2] {
            ledger.intent(&told.intent(&told.head(), slot.id(), n)).await.unwrap();
        }
        let id = slot.id();
        slot.settle(Told::ok(1, "openai", 4).record(id));
        ledger.flush().await.unwrap();
    });
    ledger.close();
    // The next start corrects it, at a time of its own: now.
    Ledger::start(&path, ProcessKind::Server).unwrap().close();
    assert_eq!(checked(&path).faults, []);
    let mut db = open(&path, Access::ReadWrite).unwrap();
    assert_eq!(retention::prune(&mut db, Stamp(10), Stamp(100)).unwrap().requests, 0);
    assert_eq!(checked(&path).faults, []);
    assert_eq!(retention::prune(&mut db, Stamp(i64::MAX), Stamp(100)).unwrap().requests, 1);
    let it = checked(&path);
    assert_eq!((it.faults.as_slice(), it.requests, it.attempts, it.pruned), (&[][..], 0, 0, 2));
}

#[test]
fn decisions_go_sooner_than_rows_and_policies_with_the_last_that_needs_them() {
    let (_dir, path) = home();
    super::fill(&path, &[1, 2, 30, 40].map(|at| Told::ok(at, "openai", 1)));
    let conn = Connection::open(&path).unwrap();
    let decide = "INSERT INTO policies VALUES (7, 'old'), (8, 'new');
        INSERT INTO decisions SELECT id, iif(started < 10, 7, 8), 1, 'x' FROM requests";
    conn.execute_batch(decide).unwrap();
    let mut db = open(&path, Access::ReadWrite).unwrap();
    assert_eq!(retention::prune_decisions(&mut db, Stamp(10)).unwrap(), 2);
    let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!((count("SELECT count(*) FROM decisions"), count("SELECT sum(id) FROM policies")), (2, 8));
    assert_eq!(count("SELECT count(*) FROM requests"), 4);
    assert_eq!(checked(&path).faults, []);
}
