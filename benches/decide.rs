//! What one routing decision costs: a group of ten targets with a key each, healthy and with three of them out.

use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use llmroute::domain::ask::{Ask, Fields, Needs};
use llmroute::domain::clock::{Moment, Now};
use llmroute::domain::dialect::Dialect;
use llmroute::domain::dice::Dice;
use llmroute::domain::id::{KeyId, RequestId};
use llmroute::domain::operation::Operation;
use llmroute::domain::policy::{Auth, Billing, Deadlines, Group, Key, Policy, Provider, Speech};
use llmroute::domain::quirks::Quirks;
use llmroute::domain::strategy::Strategy;
use llmroute::domain::target::Target;
use llmroute::route::breaker::{Standing, Why};
use llmroute::route::decide;
use llmroute::route::health::{FleetView, LiveSeats, SeatId};
use llmroute::route::live::{Class, Live};
use llmroute::route::order::adaptive::Assessment;

fn provider(n: i64) -> Arc<Provider> {
    let key =
        Key { id: KeyId(n), name: "main".into(), weight: 1.0, billing: Billing::Metered, enabled: true, problem: None };
    Arc::new(Provider {
        name: format!("p{n}").into(),
        speaks: vec![Speech::new(Dialect::OpenaiChat, "http://127.0.0.1:1/v1".to_owned())],
        auth: Auth::Bearer,
        headers: Vec::new(),
        quirks: Quirks::default(),
        keys: vec![key],
        local: false,
        allow_private: false,
        enabled: true,
        fast: None,
        smart: None,
        models: vec!["m".into()],
        price_id: None,
        settings: BTreeMap::new(),
        unready: None,
        facts: Arc::default(),
        privacy: llmroute::domain::policy::Privacy::Any,
    })
}

fn policy() -> Policy {
    let providers: BTreeMap<_, _> = (0..10).map(provider).map(|it| (it.name.clone(), it)).collect();
    let target = |name: &llmroute::domain::id::ProviderName| Target { provider: name.clone(), model: "m".into() };
    let targets = providers.keys().map(|it| (target(it), 1.0)).collect();
    let group = Group {
        name: "g".into(),
        targets,
        strategy: Strategy::default(),
        deadlines: Deadlines::default(),
        built_in: false,
    };
    Policy { version: 1, providers, groups: [(group.name.clone(), Arc::new(group))].into(), ..Policy::default() }
}

fn ask() -> Ask {
    Ask {
        id: RequestId(1),
        at: Now::default(),
        dialect: Dialect::OpenaiChat,
        written_in: Dialect::OpenaiChat,
        operation: Operation::Chat,
        model: "g".to_owned(),
        stream: true,
        body: Bytes::new(),
        fields: Fields::default(),
        needs: Needs::default(),
        headers: Vec::new(),
        client: String::new(),
        session: None,
        strict: false,
        wishes: None,
        recalled: None,
    }
}

/// Every target has answered a while.
fn used() -> FleetView {
    let seat = |n: i64| SeatId { provider: format!("p{n}").into(), model: Some("m".into()), key: Some(KeyId(n)) };
    let live = |n: u64| {
        let mut live = Live::default();
        for at in 0..20 {
            live.answered(Class::of(true, 0), Duration::from_millis(400 + 50 * n), Moment(at * 1_000_000));
        }
        Arc::new(live)
    };
    let seats = LiveSeats((0..10).map(|n| (seat(n), live(n.unsigned_abs()))).collect());
    let now = Moment(30_000_000);
    let assessment = Arc::new(Assessment::default().next(&seats, &HashMap::new(), now));
    FleetView { now, live: Arc::new(seats), assessment, ..FleetView::default() }
}

fn decisions(bench: &mut Criterion) {
    let (policy, ask) = (policy(), ask());
    let healthy = FleetView::default();
    let mut hurt = FleetView::default();
    for n in 0..3 {
        let id = SeatId { provider: format!("p{n}").into(), model: Some("m".into()), key: Some(KeyId(n)) };
        hurt.standings.insert(id, Standing::Out { until: Moment(1_000_000), why: Why::Tripped });
    }
    for (name, fleet) in [("decide, ten healthy", &healthy), ("decide, three of ten out", &hurt)] {
        let mut n = 0;
        bench.bench_function(name, |it| {
            it.iter(|| {
                n += 1;
                decide(black_box(&policy), black_box(&ask), fleet, &mut Dice::of(RequestId(n), 7))
            });
        });
    }
    let used = used();
    for strategy in Strategy::ALL {
        let mut policy = policy.clone();
        Arc::make_mut(policy.groups.get_mut("g").unwrap()).strategy = strategy;
        let mut n = 0;
        bench.bench_function(&format!("decide, ten in use, {strategy}"), |it| {
            it.iter(|| {
                n += 1;
                decide(black_box(&policy), black_box(&ask), &used, &mut Dice::of(RequestId(n), 7))
            });
        });
    }
}

criterion_group!(benches, decisions);
criterion_main!(benches);
