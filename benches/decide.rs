//! What one routing decision costs: a group of ten targets with a key each, healthy and with three of them out.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use llmroute::domain::ask::{Ask, Fields, Needs, Priority};
use llmroute::domain::clock::{Moment, Now};
use llmroute::domain::dialect::Dialect;
use llmroute::domain::dice::Dice;
use llmroute::domain::id::{KeyId, RequestId};
use llmroute::domain::operation::Operation;
use llmroute::domain::policy::{
    Auth, Billing, Deadlines, Group, Hedge, Key, OnRefusal, Policy, Provider, Room, Speech,
};
use llmroute::domain::quirks::Quirks;
use llmroute::domain::target::Target;
use llmroute::route::breaker::{Standing, Why};
use llmroute::route::decide;
use llmroute::route::health::{FleetView, SeatId};

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
        deadlines: Deadlines::default(),
        hedge: Hedge::Auto,
        on_refusal: OnRefusal::Tell,
        room: Room::default(),
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
        priority: Priority::default(),
        strict: false,
        wishes: None,
        recalled: None,
    }
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
}

criterion_group!(benches, decisions);
criterion_main!(benches);
