//! The local file: opening, migrating, policy edits, the server lock, statistics.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use llmroute::domain::clock::Stamp;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::id::KeyId;
use llmroute::domain::policy::{Auth, Billing};
use llmroute::domain::quirks::Quirks;
use llmroute::domain::row::{ProviderRow, SpeechRow};
use llmroute::store::providers::Users;
use llmroute::store::server_lock::{self, Refused};
use llmroute::store::{
    Access, Db, GroupRow, GroupSettings, KeySource, NewKey, StoreError, groups, keys, open, policy, providers, weights,
};
use tempfile::TempDir;

fn home() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("llmroute.db");
    (dir, path)
}

fn fresh() -> (TempDir, Db) {
    let (dir, path) = home();
    let db = open(&path, Access::ReadWrite).unwrap();
    (dir, db)
}

fn provider(name: &str) -> ProviderRow {
    ProviderRow {
        name: name.to_owned(),
        title: None,
        base_url: format!("https://{name}.example/v1"),
        speaks: vec![SpeechRow::of(Dialect::OpenaiChat)],
        auth: Auth::Bearer,
        headers: Vec::new(),
        settings: Vec::new(),
        env: Vec::new(),
        env_file: Vec::new(),
        keys_url: None,
        local: false,
        allow_private: false,
        privacy: None,
        region: None,
        fast: None,
        smart: None,
        models: vec!["m".to_owned()],
        billing: None,
        price_id: None,
        quirks: Quirks::default(),
    }
}

fn key(provider: &str, name: &str) -> NewKey {
    NewKey {
        provider: provider.to_owned(),
        name: name.to_owned(),
        source: KeySource::Stored { sealed: vec![1, 2, 3] },
        fingerprint: "sk-tes…0123".to_owned(),
        billing: Billing::Metered,
        weight: 1.0,
        created: Stamp(5),
    }
}

fn group(name: &str, targets: &[(&str, f64)]) -> GroupRow {
    let targets = targets.iter().map(|(target, weight)| ((*target).to_owned(), *weight)).collect();
    GroupRow { name: name.to_owned(), targets, settings: GroupSettings::default() }
}

// === opening ===

#[test]
fn the_file_is_private_and_in_wal_mode_and_its_folder_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a/b/llmroute.db");
    let db = open(&path, Access::ReadWrite).unwrap();
    let mode = |it: &std::path::Path| fs::metadata(it).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&path.with_extension("db-wal")), 0o600);
    drop(db);
    // Bytes 18 and 19 of the header say 2 for WAL (SQLite file format, §1.3).
    assert_eq!(fs::read(&path).unwrap()[18..20], [2, 2]);
}

#[test]
fn files_that_others_can_reach_are_refused_with_the_command_that_helps() {
    let (dir, path) = home();
    drop(open(&path, Access::ReadWrite).unwrap());
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    for access in [Access::ReadWrite, Access::ReadOnly] {
        let error = open(&path, access).unwrap_err();
        assert_eq!(error.code(), "file-exposed");
        assert!(error.fix().starts_with("chmod 600 "), "{}", error.fix());
    }
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let link = dir.path().join("link.db");
    symlink(&path, &link).unwrap();
    assert_eq!(open(&link, Access::ReadWrite).unwrap_err().code(), "file-exposed");
    fs::set_permissions(dir.path(), Permissions::from_mode(0o777)).unwrap();
    assert_eq!(open(&path, Access::ReadWrite).unwrap_err().code(), "file-exposed");
    fs::set_permissions(dir.path(), Permissions::from_mode(0o700)).unwrap();
    assert!(open(&path, Access::ReadWrite).is_ok());
}

#[test]
fn a_folder_reached_through_a_link_is_fine() {
    let (dir, _) = home();
    let real = dir.path().join("real");
    fs::create_dir(&real).unwrap();
    symlink(&real, dir.path().join("alias")).unwrap();
    assert!(open(&dir.path().join("alias/llmroute.db"), Access::ReadWrite).is_ok());
}

#[test]
fn what_is_not_our_database_is_refused_and_left_alone() {
    let (_dir, path) = home();
    let garbage = b"this is not a database at all, not even nearly one, and it is long enough";
    fs::write(&path, garbage).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    for access in [Access::ReadWrite, Access::ReadOnly] {
        assert_eq!(open(&path, access).unwrap_err().code(), "db-corrupt");
    }
    assert_eq!(fs::read(&path).unwrap(), garbage);
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let (_dir, path) = home();
    drop(open(&path, Access::ReadWrite).unwrap());
    // The schema version is the big-endian number at byte 60 (SQLite file format, §1.3).
    let mut bytes = fs::read(&path).unwrap();
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    fs::write(&path, &bytes).unwrap();
    for access in [Access::ReadWrite, Access::ReadOnly] {
        let error = open(&path, access).unwrap_err();
        assert_eq!(error.code(), "db-newer");
        assert!(error.to_string().contains("99"), "{error}");
        assert!(error.fix().contains("update"), "{}", error.fix());
    }
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn reading_a_file_that_is_not_there_reads_nothing_and_makes_nothing() {
    let (dir, path) = home();
    let db = open(&path, Access::ReadOnly).unwrap();
    assert!(keys::list(&db).unwrap().is_empty());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    assert!(open(&dir.path().join("no/such/folder/x.db"), Access::ReadOnly).is_ok());
}

#[test]
fn a_reader_cannot_write() {
    let (_dir, path) = home();
    drop(open(&path, Access::ReadWrite).unwrap());
    let mut db = open(&path, Access::ReadOnly).unwrap();
    assert_eq!(providers::add(&mut db, &provider("a")).unwrap_err().code(), "db-readonly");
}

#[test]
fn several_may_open_a_new_file_at_once() {
    let (_dir, path) = home();
    std::thread::scope(|scope| {
        for n in 0..8 {
            let path = &path;
            scope.spawn(move || {
                let mut db = open(path, Access::ReadWrite).unwrap();
                providers::add(&mut db, &provider(&format!("p{n}"))).unwrap();
            });
        }
    });
    let db = open(&path, Access::ReadOnly).unwrap();
    assert_eq!(providers::list(&db).unwrap().len(), 8);
}

// === edits ===

#[test]
fn every_edit_moves_the_policy_version_by_one_and_a_refused_one_does_not() {
    let (_dir, mut db) = fresh();
    let start = db.policy_version().unwrap();
    providers::add(&mut db, &provider("a")).unwrap();
    let id = keys::add(&mut db, &key("a", "main")).unwrap();
    groups::set(&mut db, &group("g", &[("a/m", 2.0), ("a/n", 1.0)])).unwrap();
    weights::set(&mut db, "g", &[("a/n".to_owned(), 5.0)]).unwrap();
    assert_eq!(db.policy_version().unwrap(), start + 4);

    assert_eq!(providers::add(&mut db, &provider("a")).unwrap_err().code(), "exists");
    assert_eq!(keys::add(&mut db, &key("a", "main")).unwrap_err().code(), "exists");
    assert_eq!(keys::remove(&mut db, KeyId(id.0 + 1)).unwrap_err().code(), "not-found");
    assert_eq!(groups::remove(&mut db, "none").unwrap_err().code(), "not-found");
    assert!(groups::set(&mut db, &group("g", &[("a/m", 1.0), ("a/m", 1.0)])).is_err());
    assert!(groups::set(&mut db, &group("g", &[("a/m", f64::NAN)])).is_err());
    assert!(keys::set_weight(&mut db, id, -1.0).is_err());
    assert_eq!(db.policy_version().unwrap(), start + 4);
    // The group that was to be replaced is whole.
    let kept = groups::get(&db, "g").unwrap().unwrap();
    assert_eq!(kept.targets, [("a/m".to_owned(), 2.0), ("a/n".to_owned(), 5.0)]);
}

#[test]
fn a_watcher_sees_that_something_changed() {
    let (_dir, path) = home();
    let mut db = open(&path, Access::ReadWrite).unwrap();
    let watcher = open(&path, Access::ReadOnly).unwrap();
    let (data, version) = (watcher.data_version().unwrap(), watcher.policy_version().unwrap());
    assert_eq!(watcher.data_version().unwrap(), data);
    providers::add(&mut db, &provider("a")).unwrap();
    assert_ne!(watcher.data_version().unwrap(), data);
    assert_eq!(watcher.policy_version().unwrap(), version + 1);
}

#[test]
fn provider_rows_come_back_as_they_were_written() {
    let (_dir, mut db) = fresh();
    let mut row = provider("a");
    row.quirks.tools = false;
    row.headers = vec![("x-b".to_owned(), "c".to_owned())];
    providers::add(&mut db, &row).unwrap();
    assert_eq!(providers::get(&db, "a").unwrap().unwrap().row, Some(row.clone()));
    providers::set_enabled(&mut db, "a", false).unwrap();
    row.base_url = "https://other.example".to_owned();
    providers::replace(&mut db, &row).unwrap();
    let stored = providers::get(&db, "a").unwrap().unwrap();
    assert_eq!((stored.row, stored.enabled), (Some(row), false));

    // A built-in provider that is switched off has no row of its own.
    providers::set_enabled(&mut db, "openai", false).unwrap();
    let stored = providers::get(&db, "openai").unwrap().unwrap();
    assert_eq!((stored.row, stored.enabled), (None, false));
}

#[test]
fn removing_a_provider_in_use_is_refused_with_its_users_or_takes_them_along() {
    let (_dir, mut db) = fresh();
    providers::add(&mut db, &provider("a")).unwrap();
    providers::add(&mut db, &provider("ab")).unwrap();
    keys::add(&mut db, &key("a", "main")).unwrap();
    keys::add(&mut db, &key("ab", "main")).unwrap();
    groups::set(&mut db, &group("both", &[("a/m", 1.0), ("ab/m", 1.0)])).unwrap();
    groups::set(&mut db, &group("only", &[("a/m", 1.0)])).unwrap();
    weights::set(&mut db, "both", &[("a/m".to_owned(), 4.0)]).unwrap();

    match providers::remove(&mut db, "a", Users::Refuse).unwrap_err() {
        StoreError::InUse { users, .. } => assert_eq!(users, ["key main", "group both", "group only"]),
        other => panic!("{other}"),
    }
    let removed = providers::remove(&mut db, "a", Users::Remove).unwrap();
    assert_eq!((removed.keys.len(), removed.groups), (1, vec!["both".to_owned(), "only".to_owned()]));
    let rows = policy::read(&db).unwrap();
    assert_eq!(rows.providers.len(), 1);
    assert_eq!(rows.keys.len(), 1);
    assert_eq!(rows.groups, [group("both", &[("ab/m", 1.0)])]);
    assert!(rows.weights.is_empty());
    assert_eq!(providers::remove(&mut db, "a", Users::Remove).unwrap_err().code(), "not-found");
}

#[test]
fn keys_keep_their_id_through_every_edit_and_ids_are_not_reused() {
    let (_dir, mut db) = fresh();
    let id = keys::add(&mut db, &key("a", "main")).unwrap();
    keys::rename(&mut db, id, "work", Some(&[9, 9])).unwrap();
    keys::set_billing(&mut db, id, Billing::Subscription).unwrap();
    keys::set_weight(&mut db, id, 0.5).unwrap();
    keys::set_enabled(&mut db, id, false).unwrap();
    let row = keys::get(&db, "a", "work").unwrap().unwrap();
    assert_eq!(row.source, KeySource::Stored { sealed: vec![9, 9] });
    assert_eq!((row.id, row.billing, row.enabled, row.created), (id, Billing::Subscription, false, Stamp(5)));
    keys::rotate(&mut db, id, &KeySource::Env("A_KEY".to_owned()), "…").unwrap();
    assert_eq!(keys::get(&db, "a", "work").unwrap().unwrap().source, KeySource::Env("A_KEY".to_owned()));
    keys::remove(&mut db, id).unwrap();
    assert!(keys::add(&mut db, &key("a", "work")).unwrap() > id);
}

#[test]
fn weights_lie_over_a_group_until_they_are_reset_or_it_is_set_anew() {
    let (_dir, mut db) = fresh();
    let listed = group("g", &[("a/m", 3.0), ("b/m", 1.0)]);
    groups::set(&mut db, &listed).unwrap();
    weights::set(&mut db, "g", &[("b/m".to_owned(), 0.0)]).unwrap();
    assert_eq!(groups::list(&db).unwrap(), [group("g", &[("a/m", 3.0), ("b/m", 0.0)])]);
    assert_eq!(weights::reset(&mut db, "g").unwrap(), 1);
    assert_eq!(groups::list(&db).unwrap(), std::slice::from_ref(&listed));
    weights::set(&mut db, "g", &[("b/m".to_owned(), 9.0)]).unwrap();
    groups::set(&mut db, &listed).unwrap();
    assert_eq!(groups::list(&db).unwrap(), [listed]);
}

#[test]
fn two_who_edit_at_once_lose_nothing() {
    let (_dir, path) = home();
    let start = open(&path, Access::ReadWrite).unwrap().policy_version().unwrap();
    std::thread::scope(|scope| {
        for who in ["a", "b"] {
            let path = &path;
            scope.spawn(move || {
                let mut db = open(path, Access::ReadWrite).unwrap();
                for n in 0..40 {
                    keys::add(&mut db, &key(who, &format!("k{n}"))).unwrap();
                }
            });
        }
    });
    let db = open(&path, Access::ReadOnly).unwrap();
    assert_eq!(keys::list(&db).unwrap().len(), 80);
    assert_eq!(db.policy_version().unwrap(), start + 80);
}

// === the server lock ===

#[test]
fn one_server_a_home_and_others_find_it() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(server_lock::find(dir.path()).unwrap(), None);
    let mut lock = server_lock::take(dir.path()).unwrap();
    assert_eq!(server_lock::find(dir.path()).unwrap(), None, "it does not listen yet");
    lock.announce(8484, Stamp(7)).unwrap();
    let found = server_lock::find(dir.path()).unwrap().unwrap();
    assert_eq!((found.pid, found.port, found.started), (std::process::id(), 8484, 7));
    match server_lock::take(dir.path()).unwrap_err() {
        Refused::Running(Some(it)) => assert_eq!(it, found),
        other => panic!("{other:?}"),
    }
    // What a killed server leaves: the file, and a lock that is free.
    drop(lock);
    assert!(dir.path().join("server.lock").exists());
    assert_eq!(server_lock::find(dir.path()).unwrap(), None);
    assert!(server_lock::take(dir.path()).is_ok());
}
