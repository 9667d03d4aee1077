use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::domain::caller::CallerIds;
use crate::domain::clock::Stamp;
use crate::domain::dialect::Dialect;
use crate::domain::money::Usd;
use crate::domain::policy::Billing;
use crate::domain::usage::{Source, Usage};
use crate::store::open::{Access, Db, open};
use crate::store::requests;

fn home() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("llmroute.db");
    (dir, path)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

fn head(at: i64) -> Arc<Head> {
    Arc::new(Head {
        at: Stamp(at),
        dialect: Dialect::OpenaiChat,
        operation: "chat".into(),
        asked: "smart".to_owned(),
        group: Some("smart".into()),
        client: "python".to_owned(),
        caller: CallerIds::default(),
        session: None,
        stream: true,
    })
}

fn intent(id: RequestId, attempt: u32, expected: Option<i64>) -> Intent<'static> {
    static HEAD: LazyLock<Arc<Head>> = LazyLock::new(|| head(1_000));
    Intent {
        id,
        head: &HEAD,
        attempt,
        at: Stamp(1_000 + i64::from(attempt)),
        provider: "openai",
        model: "gpt-x",
        key: Some(crate::domain::id::KeyId(1)),
        key_name: Some("main"),
        billing: Billing::Metered,
        input_estimate: 12,
        expected_cost: expected.map(Usd::from_pico),
        strict: false,
    }
}

fn attempt(n: u32, cost: Cost, error: Option<&'static str>) -> AttemptRecord {
    AttemptRecord {
        resume: None,
        equivalent: None,
        priced_by: None,
        n,
        provider: "openai".into(),
        model: "gpt-x".into(),
        key: Some(crate::domain::id::KeyId(1)),
        key_name: Some("main".into()),
        billing: Billing::Metered,
        lane: "verbatim",
        started_us: u64::from(n),
        first_content_us: error.is_none().then_some(400),
        total_us: 900,
        status: Some(if error.is_none() { 200 } else { 503 }),
        state: if error.is_none() { AttemptState::Settled } else { AttemptState::Voided },
        error: error.map(|code| FailureNote { kind: "overload", code, detail: "busy".to_owned() }),
        retry_after_ms: None,
        usage: error.is_none().then(|| Usage { input: 10, output: 5, source: Source::Provider, ..Usage::default() }),
        cost,
    }
}

fn record(id: RequestId, attempts: Vec<AttemptRecord>) -> Arc<RequestRecord> {
    let ok = attempts.last().is_some_and(|it| it.error.is_none());
    let cost = attempts.iter().map(|it| it.cost).reduce(Cost::plus).unwrap_or(Cost::Exact(Usd::ZERO));
    Arc::new(RequestRecord {
        id,
        head: head(1_000),
        total_us: 1_000,
        first_content_us: Some(500),
        overhead_us: 30,
        status: if ok { 200 } else { 503 },
        outcome: if ok { Outcome::Ok } else { Outcome::Failed },
        provider: ok.then(|| "openai".into()),
        model: ok.then(|| "gpt-x".into()),
        key_name: ok.then(|| "main".into()),
        served_model: ok.then(|| "gpt-x-0125".to_owned()),
        finish: ok.then(|| "stop".to_owned()),
        usage: ok.then(|| Usage { input: 10, output: 5, source: Source::Provider, ..Usage::default() }),
        cost,
        reported_cost: None,
        baseline: None,
        moved: attempts.len() > 1,
        error: (!ok).then(|| FailureNote { kind: "overload", code: "upstream_busy", detail: "all busy".to_owned() }),
        losses: Vec::new(),
        attempts,
        decision: None,
    })
}

fn read(path: &std::path::Path) -> Db {
    open(path, Access::ReadOnly).unwrap()
}

#[test]
fn a_request_leaves_one_row_and_one_for_each_attempt() {
    let (_dir, path) = home();
    let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
    let id = runtime().block_on(async {
        let slot = ledger.slot().await.unwrap();
        let id = slot.id();
        ledger.intent(&intent(id, 1, Some(5))).await.unwrap();
        ledger.intent(&intent(id, 2, Some(5))).await.unwrap();
        let first = attempt(1, Cost::Exact(Usd::ZERO), Some("upstream_busy"));
        let second = attempt(2, Cost::Exact(Usd::from_pico(77)), None);
        slot.settle(record(id, vec![first, second]));
        ledger.flush().await.unwrap();
        id
    });
    let (row, attempts) = requests::show(&read(&path), id).unwrap().unwrap();
    assert_eq!(row.outcome.as_deref(), Some("ok"));
    assert_eq!(row.cost, Some(Cost::Exact(Usd::from_pico(77))));
    assert_eq!((row.moved, row.attempts), (true, Some(2)));
    assert_eq!(row.served.as_deref(), Some("gpt-x-0125"));
    assert_eq!(attempts.len(), 2);
    assert_eq!(attempts[0].state, "voided");
    assert_eq!(attempts[0].error.as_ref().unwrap().code, "upstream_busy");
    assert_eq!(attempts[1].first_us, Some(400));
    ledger.close();
}

#[test]
fn an_intent_is_in_the_file_when_its_future_resolves() {
    let (_dir, path) = home();
    let ledger = Ledger::start(&path, ProcessKind::Command).unwrap();
    runtime().block_on(async {
        let slot = ledger.slot().await.unwrap();
        ledger.intent(&intent(slot.id(), 1, Some(5))).await.unwrap();
        let (row, attempts) = requests::show(&read(&path), slot.id()).unwrap().unwrap();
        assert_eq!((row.outcome, row.cost), (None, None));
        assert_eq!((attempts[0].state.as_str(), attempts[0].expected_cost), ("open", Some(Usd::from_pico(5))));
    });
}

#[test]
fn what_a_dead_process_left_open_is_booked_once_at_the_expected_cost() {
    let (_dir, path) = home();
    let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
    let (known, unknown, done) = runtime().block_on(async {
        let slots = [ledger.slot().await.unwrap(), ledger.slot().await.unwrap(), ledger.slot().await.unwrap()];
        let [known, unknown, done] = slots;
        ledger.intent(&intent(known.id(), 1, Some(40))).await.unwrap();
        ledger.intent(&intent(known.id(), 2, Some(2))).await.unwrap();
        ledger.intent(&intent(unknown.id(), 1, None)).await.unwrap();
        ledger.intent(&intent(done.id(), 1, Some(40))).await.unwrap();
        let ids = (known.id(), unknown.id(), done.id());
        done.settle(record(ids.2, vec![attempt(1, Cost::Exact(Usd::from_pico(7)), None)]));
        ledger.flush().await.unwrap();
        drop((known, unknown));
        ids
    });
    // The process is alive: nobody may touch its rows.
    drop(Ledger::start(&path, ProcessKind::Command).unwrap());
    assert_eq!(requests::show(&read(&path), known).unwrap().unwrap().0.outcome, None);

    // Closed with requests open, it leaves what a killed process leaves: a row not ended whose lock is free.
    ledger.close();
    for _ in 0..3 {
        Ledger::start(&path, ProcessKind::Command).unwrap().close();
    }
    let db = read(&path);
    let (row, attempts) = requests::show(&db, known).unwrap().unwrap();
    assert_eq!(row.outcome.as_deref(), Some(IN_DOUBT));
    assert_eq!(row.cost, Some(Cost::InDoubt(Some(Usd::from_pico(42)))));
    assert!(attempts.iter().all(|it| it.state == "orphaned"), "{attempts:?}");
    let (row, _) = requests::show(&db, unknown).unwrap().unwrap();
    assert_eq!(row.cost, Some(Cost::InDoubt(None)), "an unknown price is not 0");
    let (row, _) = requests::show(&db, done).unwrap().unwrap();
    assert_eq!(row.cost, Some(Cost::Exact(Usd::from_pico(7))));
}

#[test]
fn ids_are_never_given_out_twice() {
    let (_dir, path) = home();
    let runtime = runtime();
    let mut seen = std::collections::BTreeSet::new();
    for kind in [ProcessKind::Command, ProcessKind::Server, ProcessKind::Command] {
        let ledger = Ledger::start(&path, kind).unwrap();
        let other = Ledger::start(&path, ProcessKind::Server).unwrap();
        runtime.block_on(async {
            for n in 0..9_000 {
                if kind == ProcessKind::Command && n > 20 {
                    break;
                }
                assert!(seen.insert(ledger.slot().await.unwrap().id()), "round {n}");
                assert!(seen.insert(other.slot().await.unwrap().id()), "round {n}");
            }
        });
    }
}

/// What a client of the ledger may do with one request.
#[derive(Debug, Clone)]
enum Act {
    Intend(u8),
    Settle(u8),
    Drop(u8),
    Flush,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        5 => (0..12_u8).prop_map(Act::Intend),
        3 => (0..12_u8).prop_map(Act::Settle),
        2 => (0..12_u8).prop_map(Act::Drop),
        1 => Just(Act::Flush),
    ];
    proptest::collection::vec(act, 0..60)
}

/// What the file must say of a request: how many attempts it has, and their summed cost once settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Model {
    attempts: u32,
    settled: Option<i64>,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_intents_settlements_and_drops_leaves_what_a_small_model_says(acts in acts()) {
        let (_dir, path) = home();
        let ledger = Ledger::start(&path, ProcessKind::Server).unwrap();
        let mut model: BTreeMap<RequestId, Model> = BTreeMap::new();
        runtime().block_on(async {
            let mut open: BTreeMap<u8, Slot> = BTreeMap::new();
            for act in acts {
                match act {
                    Act::Intend(n) => {
                        let slot = match open.entry(n) {
                            std::collections::btree_map::Entry::Occupied(it) => it.into_mut(),
                            std::collections::btree_map::Entry::Vacant(it) => it.insert(ledger.slot().await.unwrap()),
                        };
                        let entry = model.entry(slot.id()).or_default();
                        entry.attempts += 1;
                        ledger.intent(&intent(slot.id(), entry.attempts, Some(3))).await.unwrap();
                    }
                    Act::Settle(n) => if let Some(slot) = open.remove(&n) {
                        let id = slot.id();
                        let entry = model.entry(id).or_default();
                        let attempts: Vec<_> = (1..=entry.attempts)
                            .map(|n| attempt(n, Cost::Exact(Usd::from_pico(i64::from(n) * 11)), None))
                            .collect();
                        entry.settled = Some(attempts.iter().filter_map(|it| it.cost.amount()).sum::<Usd>().pico());
                        slot.settle(record(id, attempts));
                    },
                    Act::Drop(n) => drop(open.remove(&n)),
                    Act::Flush => ledger.flush().await.unwrap(),
                }
            }
            ledger.flush().await.unwrap();
        });
        let db = read(&path);
        let rows = requests::recent(&db, 1_000).unwrap();
        prop_assert_eq!(rows.len(), model.len());
        for row in rows {
            let (row, attempts) = requests::show(&db, row.id).unwrap().unwrap();
            let said = Model {
                attempts: u32::try_from(attempts.len()).unwrap(),
                settled: row.cost.map(|it| it.amount().unwrap().pico()),
            };
            prop_assert_eq!(Some(&said), model.get(&row.id));
            let sum: Usd = attempts.iter().filter_map(|it| it.cost?.amount()).sum();
            prop_assert_eq!(sum.pico(), said.settled.unwrap_or(0));
        }
    }
}
