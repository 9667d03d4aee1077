//! How large a ledger gets, and how long one of a million requests takes to start on.

use std::time::Instant;

use llmroute::store::ledger::check;
use llmroute::store::{Access, Ledger, ProcessKind, info, open};

use super::{generate, home};
use crate::house;

/// Bytes a request may take with its attempts and indexes, without payloads and records of decisions.
const MOST: u64 = 300;

fn size(requests: u64) -> (tempfile::TempDir, std::path::PathBuf) {
    let (dir, path) = home();
    generate::fill(&path, requests);
    let it = info::read(&open(&path, Access::ReadOnly).unwrap()).unwrap();
    assert_eq!(it.requests, requests);
    let own = |it: &&(String, u64)| it.0.starts_with("ledger_") || it.0 == "names";
    let rows = it.tables.iter().filter(own).map(|it| it.1).sum::<u64>() / requests;
    let all = (it.bytes + it.wal_bytes) / requests;
    eprintln!("{requests} requests: {rows} bytes each, {all} with the sums by the hour; {:?}", &it.tables[..6]);
    assert!(rows < MOST, "{rows} bytes a request");
    (dir, path)
}

#[test]
fn a_request_takes_less_than_three_hundred_bytes() {
    size(30_000);
}

#[test]
#[ignore = "fills a ledger with a million requests, or LLMROUTE_ROWS: minutes"]
#[expect(clippy::disallowed_methods, reason = "tells how long it takes, and asserts nothing about it")]
fn a_million_requests_are_small_and_quickly_started_on() {
    let rows = house::setting("LLMROUTE_ROWS").unwrap_or(1_000_000);
    let began = Instant::now();
    let (_dir, path) = size(rows as u64);
    eprintln!("filled in {:?}", began.elapsed());
    let began = Instant::now();
    let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
    eprintln!("started on in {:?}", began.elapsed());
    ledger.close();
    let began = Instant::now();
    let checked = check(&open(&path, Access::ReadOnly).unwrap()).unwrap();
    eprintln!("checked in {:?}: {} requests, {} faults", began.elapsed(), checked.requests, checked.faults.len());
    assert_eq!((checked.faults, checked.requests), (vec![], rows as u64));
}
