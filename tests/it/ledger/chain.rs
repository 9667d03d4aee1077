//! Whatever is changed, lost or put back in the ledger is found (faults.md L8, L9, rows 66 and 67).

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use llmroute::domain::dice::Dice;
use llmroute::domain::id::RequestId;
use llmroute::store::ledger::{Checked, check};
use llmroute::store::{Access, Ledger, ProcessKind, open};
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

use super::generate;
use crate::house;

/// Bits flipped, one at a time; `LLMROUTE_FLIPS` says otherwise.
const FLIPS: usize = 600;
/// Threads that flip.
const HANDS: usize = 2;

fn filled(size: u64) -> (TempDir, PathBuf) {
    let (dir, path) = super::home();
    generate::fill(&path, size);
    (dir, path)
}

fn checked(path: &Path) -> Checked {
    check(&open(path, Access::ReadOnly).unwrap()).unwrap()
}

/// What is wrong with the rows.
fn codes(it: &Checked) -> Vec<&'static str> {
    it.faults.iter().map(|it| it.code).filter(|it| *it != "schema-changed").collect()
}

/// The database as somebody opens it who minds no rule of ours.
fn foreign(path: &Path) -> Connection {
    Connection::open(path).unwrap()
}

/// Without what keeps rows from being changed.
fn unguarded(path: &Path) -> Connection {
    let conn = foreign(path);
    let mut statement = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").unwrap();
    let names: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    drop(statement);
    assert!(names.len() >= 8, "{names:?}");
    for name in names {
        conn.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    conn
}

#[test]
fn a_ledger_as_it_was_written_is_whole() {
    let (_dir, path) = filled(300);
    let it = checked(&path);
    assert_eq!((codes(&it), it.requests, it.noted, it.loose), (vec![], 300, true, 0));
    assert!(it.attempts > 300, "some had two: {}", it.attempts);
    // It goes on from where it stood.
    generate::fill(&path, 10);
    let it = checked(&path);
    assert_eq!((codes(&it), it.requests), (vec![], 310));
}

#[test]
fn rows_can_neither_be_changed_nor_deleted() {
    let (_dir, path) = filled(20);
    let conn = foreign(&path);
    for sql in [
        "UPDATE ledger_requests SET cost = 0 WHERE id = 3",
        "DELETE FROM ledger_requests WHERE id = 3",
        "UPDATE ledger_attempts SET cost = 0 WHERE request = 3",
        "DELETE FROM ledger_attempts WHERE request = 3",
        "UPDATE names SET text = 'x' WHERE id = 1",
        "DELETE FROM names WHERE id = 1",
    ] {
        let error = conn.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains("never"), "{sql}: {error}");
    }
    assert_eq!(codes(&checked(&path)), Vec::<&str>::new());
}

#[test]
fn a_guard_that_was_taken_away_is_found() {
    let (_dir, path) = filled(20);
    assert_eq!(checked(&path).faults, []);
    foreign(&path).execute_batch("DROP TRIGGER ledger_requests_kept").unwrap();
    let it = checked(&path);
    assert_eq!(it.faults.iter().map(|it| it.code).collect::<Vec<_>>(), ["schema-changed"]);
    assert!(it.faults[0].what.contains("ledger_requests_kept"), "{:?}", it.faults);
}

#[test]
fn a_changed_value_is_found_and_its_request_named() {
    let (_dir, path) = filled(40);
    let conn = unguarded(&path);
    let id = 17;
    let expected = Some(RequestId(17));
    for (table, key) in [("ledger_requests", "id"), ("ledger_attempts", "request")] {
        let sql = format!(
            "SELECT name, type FROM pragma_table_info('{table}') WHERE name NOT IN ('id', 'request', 'n', 'seq')"
        );
        let mut columns = conn.prepare(&sql).unwrap();
        let columns: Vec<(String, String)> =
            columns.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
        assert!(columns.len() > 25);
        for (column, kind) in columns {
            let of = format!("FROM {table} WHERE {key} = {id} LIMIT 1");
            let before: Value = conn.query_row(&format!("SELECT {column} {of}"), [], |row| row.get(0)).unwrap();
            let other = match (&before, kind.as_str()) {
                (Value::Integer(it), _) => Value::Integer(it ^ 1),
                (_, "INTEGER") => Value::Integer(1),
                (_, "BLOB") => Value::Blob(vec![7; 16]),
                _ => Value::Text("something else".to_owned()),
            };
            let set = format!("UPDATE {table} SET {column} = ?1 WHERE {key} = {id}");
            conn.execute(&set, [&other]).unwrap();
            let it = checked(&path);
            let named = it.faults.iter().any(|it| it.code == "row-changed" && it.request == expected);
            assert!(named, "{table}.{column}: {:?}", it.faults);
            assert!(it.faults.iter().all(|it| it.request.is_none() || it.request == expected), "{:?}", it.faults);
            conn.execute(&set, [&before]).unwrap();
            assert_eq!(codes(&checked(&path)), Vec::<&str>::new(), "{table}.{column} as it was");
        }
    }
}

#[test]
fn lost_and_slipped_in_rows_are_found() {
    let (_dir, path) = filled(40);
    let before = fs::read(&path).unwrap();
    for (sql, code) in [
        ("DELETE FROM ledger_requests WHERE id = 17", "rows-missing"),
        ("DELETE FROM ledger_requests WHERE seq = (SELECT max(seq) FROM ledger_requests)", "rows-missing"),
        ("DELETE FROM ledger_attempts WHERE request = 17", "row-changed"),
        ("UPDATE ledger_requests SET seq = 18 WHERE id = 17", "row-extra"),
        ("UPDATE ledger_head SET cost = cost + 1", "sums"),
        ("UPDATE ledger_head SET hash = zeroblob(16)", "head-changed"),
        ("UPDATE names SET text = 'elsewhere' WHERE text = 'south'", "row-changed"),
        (
            "INSERT INTO ledger_attempts (request, n, state, at, provider, model, billing, cost_kind)
          VALUES (17, 9, 1, 1, 1, 1, 1, 1)",
            "row-changed",
        ),
        (
            "INSERT INTO ledger_attempts (request, n, state, at, provider, model, billing, cost_kind)
          VALUES (9999, 1, 1, 1, 1, 1, 1, 1)",
            "row-extra",
        ),
    ] {
        unguarded(&path).execute_batch(sql).unwrap();
        let it = checked(&path);
        assert!(codes(&it).contains(&code), "{sql}: {:?}", it.faults);
        fs::write(&path, &before).unwrap();
        assert_eq!(codes(&checked(&path)), Vec::<&str>::new());
    }
}

#[test]
fn an_older_copy_and_another_ledger_in_its_place_are_noticed_and_remembered() {
    let (_dir, path) = filled(30);
    let older = fs::read(&path).unwrap();
    generate::fill(&path, 12);
    fs::write(&path, &older).unwrap();
    let it = checked(&path);
    assert_eq!(codes(&it), ["went-back"]);
    assert!(it.faults[0].what.contains("went back 12 entries"), "{:?}", it.faults);
    // A start says so and goes on from there; that it happened is not forgotten.
    Ledger::start(&path, ProcessKind::Server).unwrap().close();
    let it = checked(&path);
    assert_eq!((codes(&it), it.notices.len()), (vec![], 1));
    assert_eq!(it.notices[0].what, "went-back");

    let (_other_dir, other) = filled(31);
    unguarded(&other).execute_batch("UPDATE ledger_requests SET cost = 5").unwrap();
    let (_third_dir, third) = super::home();
    super::fill(&third, &vec![super::Told::ok(9, "a", 5); 40]);
    fs::copy(&third, &path).unwrap();
    assert_eq!(codes(&checked(&path)), ["replaced"]);
}

#[test]
fn a_file_cut_off_anywhere_is_noticed() {
    let (_dir, path) = filled(200);
    let whole = fs::read(&path).unwrap();
    for part in 1..20 {
        fs::write(&path, &whole[..whole.len() * part / 20]).unwrap();
        let faults = open(&path, Access::ReadOnly).map(|db| check(&db).unwrap().faults);
        assert!(faults.as_ref().map_or(true, |it| !it.is_empty()), "{part}/20: {faults:?}");
        let _ = fs::remove_file(path.with_extension("db-wal"));
        let _ = fs::remove_file(path.with_extension("db-shm"));
    }
}

/// Everything the ledger says, as one text.
fn told(path: &Path) -> Result<String, rusqlite::Error> {
    let conn = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut text = String::new();
    for table in ["requests", "attempts", "ledger_requests", "ledger_attempts", "ledger_corrections", "ledger_seals"] {
        let mut statement = conn.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                write!(text, "{:?} ", row.get_ref(column)?).unwrap();
            }
            text.push('\n');
        }
    }
    Ok(text)
}

/// The pages that hold the ledger, by their place in the file.
fn ledger_pages(path: &Path) -> Vec<usize> {
    let conn = foreign(path);
    let sql = "SELECT pageno FROM dbstat d JOIN sqlite_schema s ON s.name = d.name
        WHERE s.tbl_name LIKE 'ledger%' OR s.tbl_name = 'names'";
    let mut statement = conn.prepare(sql).unwrap();
    let pages = statement.query_map([], |row| row.get::<_, u32>(0)).unwrap().map(|it| it.unwrap() as usize - 1);
    pages.collect()
}

/// L9: each of many random flips is found, or has changed nothing of what the ledger says (it hit room that holds
/// nothing, or another table). Nine in ten hit pages of the ledger, one any page.
#[test]
fn every_flipped_bit_of_the_ledger_is_found() {
    let flips = house::setting("LLMROUTE_FLIPS").unwrap_or(FLIPS);
    let (dir, path) = filled(400);
    let whole = fs::read(&path).unwrap();
    let note = fs::read(path.with_extension("head")).unwrap();
    let truth = told(&path).unwrap();
    let pages = ledger_pages(&path);
    let size = 4096;
    assert!(pages.len() > 20 && whole.len() % size == 0);
    let (found, without) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for hand in 0..HANDS {
            let (dir, whole, note, truth) = (dir.path().join(format!("hand-{hand}")), &whole, &note, &truth);
            let pages = &pages;
            let (found, without) = (&found, &without);
            scope.spawn(move || {
                fs::create_dir(&dir).unwrap();
                let path = dir.join("llmroute.db");
                let create = |path: &Path, bytes: &[u8]| {
                    let _ = fs::remove_file(path);
                    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).unwrap();
                    file.write_all_at(bytes, 0).unwrap();
                };
                let folder = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o700);
                fs::set_permissions(&dir, folder).unwrap();
                create(&path.with_extension("head"), note);
                for nth in (hand..flips).step_by(HANDS) {
                    let mut dice = Dice::of(RequestId(nth as u64), 0xf11b);
                    let mut below = |n: usize| {
                        let throw = format!("{:.9}", dice.unit())[2..].parse::<u64>().unwrap();
                        usize::try_from(throw).unwrap() % n
                    };
                    let page = if nth % 10 == 0 { below(whole.len() / size) } else { pages[below(pages.len())] };
                    let (at, bit) = (page * size + below(size), below(8));
                    let mut bytes = whole.clone();
                    bytes[at] ^= 1 << bit;
                    create(&path, &bytes);
                    for beside in ["db-wal", "db-shm"] {
                        let _ = fs::remove_file(path.with_extension(beside));
                    }
                    let faults = open(&path, Access::ReadOnly).map_err(|it| it.to_string());
                    let faults = faults.and_then(|db| Ok(check(&db).map_err(|it| it.to_string())?.faults));
                    if faults.as_ref().map_or(true, |it| !it.is_empty()) {
                        found.fetch_add(1, Ordering::Relaxed);
                        continue;
                    }
                    // A reader brought it to the newest schema if it was the schema's number that was hit.
                    let says = told(&path).unwrap_or_else(|error| error.to_string());
                    assert!(says == *truth, "bit {bit} of byte {at} changed the ledger and was not found");
                    without.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let (found, without) = (found.into_inner(), without.into_inner());
    eprintln!("{flips} flips: {found} found, {without} changed nothing of the ledger");
    assert!(found + without == flips && found * 2 > flips, "{found} {without}");
}
