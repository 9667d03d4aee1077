//! The ledger as a whole: many at once, after crashes, and what statistics make of it.

mod chain;
mod disk;
pub(crate) mod generate;
mod retention;
mod size;

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;
use llmroute::domain::caller::CallerIds;
use llmroute::domain::clock::Stamp;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::id::{KeyId, RequestId};
use llmroute::domain::money::Usd;
use llmroute::domain::policy::Billing;
use llmroute::domain::usage::{Source, Usage};
use llmroute::store::stats::{self, By, Range};
use llmroute::store::{
    Access, AttemptRecord, AttemptState, Cost, FailureNote, Head, Intent, Ledger, Outcome, ProcessKind, RequestRecord,
    open, requests,
};
use tempfile::TempDir;

fn home() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("llmroute.db");
    (dir, path)
}

/// One request as a test tells it.
#[derive(Clone)]
struct Told {
    at: i64,
    group: Option<&'static str>,
    outcome: Outcome,
    /// Each: provider, first content, cost, why it failed.
    attempts: Vec<(&'static str, u64, Cost, Option<&'static str>)>,
    billing: Billing,
}

impl Told {
    fn ok(at: i64, provider: &'static str, pico: i64) -> Self {
        let attempts = vec![(provider, 400, Cost::Exact(Usd::from_pico(pico)), None)];
        Self { at, group: Some("smart"), outcome: Outcome::Ok, attempts, billing: Billing::Metered }
    }

    fn head(&self) -> Arc<Head> {
        Arc::new(Head {
            at: Stamp(self.at),
            dialect: Dialect::Anthropic,
            operation: "chat".into(),
            asked: "smart".to_owned(),
            group: self.group.map(Into::into),
            client: "python".to_owned(),
            caller: CallerIds::default(),
            session: None,
            stream: true,
        })
    }

    fn intent<'a>(&self, head: &'a Head, id: RequestId, n: u32) -> Intent<'a> {
        Intent {
            id,
            head,
            attempt: n,
            at: Stamp(self.at),
            provider: self.attempts[n as usize - 1].0,
            model: "m",
            key: Some(KeyId(1)),
            key_name: Some("main"),
            billing: self.billing,
            input_estimate: 9,
            expected_cost: Some(Usd::from_pico(1)),
            strict: false,
        }
    }

    fn record(&self, id: RequestId) -> Arc<RequestRecord> {
        let usage = Usage { input: 100, cache_read: 60, output: 10, source: Source::Provider, ..Usage::default() };
        let attempts: Vec<_> = (1..)
            .zip(&self.attempts)
            .map(|(n, (provider, first, cost, error))| AttemptRecord {
                resume: None,
                equivalent: None,
                priced_by: None,
                n,
                provider: (*provider).into(),
                model: "m".into(),
                key: Some(KeyId(1)),
                key_name: Some("main".into()),
                billing: self.billing,
                lane: "verbatim",
                started_us: 5,
                first_content_us: error.is_none().then_some(*first),
                total_us: 900,
                status: Some(200),
                state: if error.is_none() { AttemptState::Settled } else { AttemptState::Voided },
                error: error.map(|code| FailureNote { kind: "overload", code, detail: String::new() }),
                retry_after_ms: None,
                usage: error.is_none().then(|| usage.clone()),
                cost: *cost,
            })
            .collect();
        let answered = self.attempts.last().filter(|it| it.3.is_none());
        Arc::new(RequestRecord {
            id,
            head: self.head(),
            total_us: 1_000,
            first_content_us: Some(500),
            overhead_us: 30,
            status: 200,
            outcome: self.outcome,
            provider: answered.map(|it| it.0.into()),
            model: answered.map(|_| "m".into()),
            key_name: answered.map(|_| "main".into()),
            served_model: None,
            finish: None,
            usage: answered.map(|_| usage),
            cost: attempts.iter().map(|it| it.cost).reduce(Cost::plus).unwrap_or(Cost::Exact(Usd::ZERO)),
            reported_cost: None,
            baseline: None,
            moved: self.attempts.len() > 1,
            error: attempts.last().and_then(|it| it.error.clone()),
            losses: Vec::new(),
            attempts,
            decision: None,
        })
    }
}

async fn write(ledger: &Ledger, told: &Told) -> RequestId {
    let slot = ledger.slot().await.unwrap();
    let id = slot.id();
    for n in 1..=told.attempts.len() {
        ledger.intent(&told.intent(&told.head(), id, u32::try_from(n).unwrap())).await.unwrap();
    }
    slot.settle(told.record(id));
    id
}

fn fill(path: &Path, all: &[Told]) {
    let ledger = Ledger::start(path, ProcessKind::Server).unwrap();
    runtime().block_on(async {
        for told in all {
            write(&ledger, told).await;
        }
    });
    ledger.close();
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

const EVER: Range = Range { from: Stamp(0), to: Stamp(i64::MAX) };

#[test]
fn ten_thousand_requests_of_a_hundred_clients_are_all_there() {
    let (_dir, path) = home();
    let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
    runtime().block_on(async {
        let told = Arc::new(Told::ok(1_000, "openai", 3));
        let clients = (0..100).map(|_| {
            let (ledger, told) = (ledger.clone(), Arc::clone(&told));
            tokio::spawn(async move {
                for _ in 0..100 {
                    write(&ledger, &told).await;
                }
            })
        });
        for client in clients.collect::<Vec<_>>() {
            client.await.unwrap();
        }
    });
    ledger.close();
    let db = open(&path, Access::ReadOnly).unwrap();
    let report = stats::report(&db, EVER, &By::Total).unwrap();
    let it = report.totals;
    assert_eq!((it.requests.all, it.requests.ok, report.open), (10_000, 10_000, 0));
    assert_eq!(it.money.exact, Usd::from_pico(30_000));
    assert_eq!(it.tokens.input, 1_000_000);
}

#[test]
fn slots_beyond_the_limit_wait_for_room() {
    let (_dir, path) = home();
    let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
    runtime().block_on(async {
        let mut held = Vec::new();
        for _ in 0..4096 {
            held.push(ledger.slot().await.unwrap());
        }
        let wait = std::time::Duration::from_millis(50);
        assert!(tokio::time::timeout(wait, ledger.slot()).await.is_err(), "the queue is bounded");
        // Intents pass all the same: whoever has a slot can finish.
        let told = Told::ok(1, "openai", 1);
        ledger.intent(&told.intent(&told.head(), held[0].id(), 1)).await.unwrap();
        let first = held.swap_remove(0);
        let id = first.id();
        first.settle(told.record(id));
        assert!(tokio::time::timeout(wait * 100, ledger.slot()).await.is_ok());
    });
}

/// Settles when it is dropped, as the engine's own settlement does.
struct Settles(Option<(llmroute::store::Slot, Arc<RequestRecord>)>);
impl Drop for Settles {
    fn drop(&mut self) {
        if let Some((slot, record)) = self.0.take() {
            slot.settle(record);
        }
    }
}

#[test]
fn a_settlement_from_a_dropped_future_is_written() {
    let (_dir, path) = home();
    let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
    runtime().block_on(async {
        let slot = ledger.slot().await.unwrap();
        let record = Told { outcome: Outcome::ClientGone, ..Told::ok(1, "openai", 4) }.record(slot.id());
        let settles = Settles(Some((slot, record)));
        let task = tokio::spawn(async move {
            let _settles = settles;
            std::future::pending::<()>().await;
        });
        tokio::task::yield_now().await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    });
    ledger.close();
    let db = open(&path, Access::ReadOnly).unwrap();
    assert_eq!(stats::report(&db, EVER, &By::Total).unwrap().totals.requests.client_gone, 1);
}

#[test]
fn closing_waits_for_those_who_are_not_done_and_refuses_newcomers() {
    let (_dir, path) = home();
    let ledger = Ledger::start(&path, ProcessKind::Command).unwrap();
    let runtime = runtime();
    let slot = runtime.block_on(ledger.slot()).unwrap();
    let (late, newcomer) = (ledger.clone(), ledger.clone());
    let told = Told::ok(1, "openai", 4);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            let id = slot.id();
            slot.settle(told.record(id));
        });
        late.close();
    });
    assert!(runtime.block_on(newcomer.slot()).is_err());
    let db = open(&path, Access::ReadOnly).unwrap();
    assert_eq!(requests::recent(&db, 9).unwrap().len(), 1);
}

#[test]
fn a_process_whose_lock_file_is_gone_is_booked_from_its_journal_at_the_next_start() {
    let (_dir, path) = home();
    let told = Told::ok(1, "openai", 4);
    let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
    let id = runtime().block_on(async {
        let slot = ledger.slot().await.unwrap();
        ledger.intent(&told.intent(&told.head(), slot.id(), 1)).await.unwrap();
        slot.id()
    });
    // A home restored on another machine, without the lock.
    ledger.close();
    let (other, copy) = home();
    std::fs::copy(&path, &copy).unwrap();
    std::fs::DirBuilder::new().mode(0o700).create(other.path().join("run")).unwrap();
    for file in std::fs::read_dir(path.with_file_name("run")).unwrap().map(|it| it.unwrap().path()) {
        assert_eq!(file.extension().unwrap(), "journal");
        std::fs::copy(&file, other.path().join("run").join(file.file_name().unwrap())).unwrap();
    }
    Ledger::start(&copy, ProcessKind::Server).unwrap().close();
    let db = open(&copy, Access::ReadOnly).unwrap();
    let (row, attempts) = requests::show(&db, id).unwrap().unwrap();
    assert_eq!(row.outcome.as_deref(), Some("in_doubt"));
    assert_eq!(row.cost, Some(Cost::InDoubt(Some(Usd::from_pico(1)))));
    assert_eq!(attempts[0].state, "orphaned");
}

#[test]
fn an_attempt_that_the_record_forgot_is_not_lost() {
    let (_dir, path) = home();
    let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
    let told = Told { attempts: vec![Told::ok(1, "openai", 4).attempts[0]; 2], ..Told::ok(1, "openai", 4) };
    let id = runtime().block_on(async {
        let slot = ledger.slot().await.unwrap();
        for n in [1, 2] {
            ledger.intent(&told.intent(&told.head(), slot.id(), n)).await.unwrap();
        }
        let id = slot.id();
        slot.settle(Told::ok(1, "openai", 4).record(id));
        id
    });
    ledger.close();
    Ledger::start(&path, ProcessKind::Server).unwrap().close();
    let db = open(&path, Access::ReadOnly).unwrap();
    let (row, attempts) = requests::show(&db, id).unwrap().unwrap();
    assert_eq!((row.outcome.as_deref(), row.attempts), (Some("ok"), Some(2)));
    assert_eq!(row.cost, Some(Cost::InDoubt(Some(Usd::from_pico(5)))));
    assert_eq!(attempts[1].state, "orphaned");
}

// === statistics ===

#[test]
fn totals_count_what_clients_saw_and_what_providers_billed() {
    let (_dir, path) = home();
    let nothing = Cost::Exact(Usd::ZERO);
    let dear = Cost::Exact(Usd::from_pico(50));
    let all = [
        Told::ok(10, "openai", 100),
        Told {
            attempts: vec![("openai", 0, nothing, Some("busy")), ("groq", 300, dear, None)],
            ..Told::ok(20, "groq", 0)
        },
        Told {
            outcome: Outcome::Failed,
            group: None,
            attempts: vec![("openai", 0, Cost::InDoubt(Some(Usd::from_pico(7))), Some("timeout"))],
            ..Told::ok(30, "openai", 0)
        },
        Told { outcome: Outcome::Refused, attempts: Vec::new(), ..Told::ok(40, "openai", 0) },
        Told { attempts: vec![("groq", 300, Cost::Unpriced, None)], ..Told::ok(50, "groq", 0) },
        Told {
            attempts: vec![("kimi", 300, nothing, None)],
            billing: Billing::Subscription,
            ..Told::ok(60, "kimi", 0)
        },
        Told {
            attempts: vec![("groq", 300, Cost::Estimated(Usd::from_pico(5)), None)],
            outcome: Outcome::ClientGone,
            ..Told::ok(70, "groq", 0)
        },
        Told::ok(1_000, "openai", 9_999),
    ];
    fill(&path, &all);
    let db = open(&path, Access::ReadOnly).unwrap();
    let range = Range { from: Stamp(10), to: Stamp(1_000) };
    let report = stats::report(&db, range, &By::Model).unwrap();

    let it = report.totals.requests;
    assert_eq!((it.all, it.ok, it.failed, it.refused, it.client_gone), (7, 4, 1, 1, 1));
    assert_eq!((it.rescued, it.failing), (1, 2));
    let it = report.totals.money;
    assert_eq!((it.exact.pico(), it.estimated.pico(), it.spent().pico()), (150, 5, 155));
    assert_eq!((it.in_doubt.pico(), it.in_doubt_count, it.unpriced, it.subscription, it.free), (7, 1, 1, 1, 0));
    assert_eq!((report.totals.tokens.input, report.totals.tokens.cache_read), (500, 300));
    assert_eq!((report.totals.first.all, report.totals.first.ok), (6, 4));

    let names: Vec<_> = report.rows.iter().map(|it| it.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["openai/m", "groq/m", "kimi/m"], "the dearest first");
    let openai = &report.rows[0].sums;
    assert_eq!((openai.requests.all, openai.money.exact.pico()), (1, 100));
    assert_eq!((openai.first.all, openai.first.ok), (3, 1));
    let codes: Vec<_> = report.errors.iter().map(|it| (it.code.as_str(), it.attempts, it.requests)).collect();
    assert_eq!(codes, [("timeout", 1, 1), ("busy", 1, 0)]);

    let by_group = stats::report(&db, range, &By::Group).unwrap().rows;
    assert_eq!(
        by_group.iter().map(|it| (it.name.as_deref(), it.sums.requests.all)).collect::<Vec<_>>(),
        [(Some("smart"), 6), (None, 1)]
    );
    for (by, rows) in [(By::Provider, 3), (By::Key, 3), (By::Client, 1), (By::Session, 1), (By::Total, 0)] {
        assert_eq!(stats::report(&db, range, &by).unwrap().rows.len(), rows, "{by:?}");
    }
    let none = stats::report(&db, Range { from: Stamp(2_000), to: Stamp(3_000) }, &By::Model).unwrap();
    assert_eq!(none.totals, stats::Sums::default());
}

#[test]
fn days_and_hours_follow_the_calendar_and_leave_no_gap() {
    let (_dir, path) = home();
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_microsecond();
    // The clocks went back at 01:00 UTC on 26 October 2025: that day had 25 hours.
    let all = [
        Told::ok(at("2025-10-25T21:59:00Z"), "openai", 1),
        Told::ok(at("2025-10-25T22:00:00Z"), "openai", 2),
        Told::ok(at("2025-10-26T00:30:00Z"), "openai", 4),
        Told::ok(at("2025-10-26T01:30:00Z"), "openai", 8),
        Told::ok(at("2025-10-26T22:59:59Z"), "openai", 16),
        Told::ok(at("2025-10-28T12:00:00Z"), "openai", 32),
    ];
    fill(&path, &all);
    let db = open(&path, Access::ReadOnly).unwrap();
    let days = stats::report(&db, EVER, &By::Day(zone.clone())).unwrap();
    let shown: Vec<_> = days.rows.iter().map(|it| (it.name.as_deref().unwrap(), it.sums.money.exact.pico())).collect();
    assert_eq!(shown, [("2025-10-25", 1), ("2025-10-26", 30), ("2025-10-27", 0), ("2025-10-28", 32)]);
    assert_eq!(days.totals.money.exact.pico(), 63);

    let day = Range { from: Stamp(at("2025-10-25T22:00:00Z")), to: Stamp(at("2025-10-26T23:00:00Z")) };
    let hours = stats::report(&db, day, &By::Hour(zone)).unwrap().rows;
    assert_eq!(hours.len(), 25);
    let shown: Vec<_> = hours
        .iter()
        .filter(|it| it.sums.requests.all > 0)
        .map(|it| (it.name.as_deref().unwrap(), it.sums.money.exact.pico()))
        .collect();
    assert_eq!(
        shown,
        [
            ("2025-10-26T00:00+02:00", 2),
            ("2025-10-26T02:00+02:00", 4),
            ("2025-10-26T02:00+01:00", 8),
            ("2025-10-26T23:00+01:00", 16)
        ]
    );
}

#[test]
fn sums_beyond_nine_million_dollars_do_not_fail() {
    let (_dir, path) = home();
    fill(&path, &[Told::ok(1, "openai", i64::MAX), Told::ok(2, "openai", i64::MAX)]);
    let db = open(&path, Access::ReadOnly).unwrap();
    assert_eq!(stats::report(&db, EVER, &By::Model).unwrap().totals.money.exact.pico(), i64::MAX);
}
