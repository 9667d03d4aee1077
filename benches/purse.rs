//! How long it takes to hold and settle what an attempt may cost, over four scopes: under a microsecond is wanted.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::tz::TimeZone;
use llmroute::domain::budget::Budget;
use llmroute::domain::caller::{Caller, Member};
use llmroute::domain::clock::Stamp;
use llmroute::domain::id::{KeyId, RequestId};
use llmroute::domain::money::Usd;
use llmroute::domain::target::{Seat, Target};
use llmroute::engine::purse::{Payer, Purse};
use llmroute::store::{Ledger, ProcessKind};

const NOW: Stamp = Stamp(1_795_176_000_000_000);

fn purse(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = Ledger::start(&folder.path().join("b.db"), ProcessKind::Server).expect("a ledger");
    let member = |id, name: &str| Member { id, name: name.into() };
    let caller = Arc::new(Caller {
        virtual_key: member(1, "ci"),
        team: Some(member(2, "red")),
        customer: Some(member(3, "acme")),
    });
    let seat = Seat { target: Target::parse("openai/gpt").expect("a target"), key: Some((KeyId(1), "work".into())) };
    let payer = Payer { request: RequestId(1), at: NOW, caller: Some(caller), session: Some("s".into()), seat };
    for (name, scopes) in [
        ("four scopes", ["all", "customer:acme", "team:red", "openai"]),
        ("four scopes, one by session", ["all", "virtual-key:ci", "model:openai/gpt", "session:*"]),
    ] {
        let amount = Usd::from_dollars(1e6).expect("an amount");
        let budgets = scopes.map(|it| {
            let period = "day".parse().expect("a period");
            Arc::new(Budget::new(it.parse().expect("a scope"), amount, period, TimeZone::UTC))
        });
        let purse = Purse::open(&budgets, ledger.clone(), NOW);
        c.bench_function(&format!("hold and settle, {name}"), |b| {
            b.iter(|| {
                let mut hold = purse.hold(black_box(payer.clone()), Usd::from_pico(500), NOW).expect("room");
                hold.settle(Usd::from_pico(0));
            });
        });
    }
    let none = Purse::open(&[], ledger.clone(), NOW);
    c.bench_function("no budgets", |b| b.iter(|| black_box(&none).counts()));
    ledger.close();
}

criterion_group!(benches, purse);
criterion_main!(benches);
