//! A group of twelve targets with a key each, as the benchmark of `decide` and the test of its allocations ask it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use llmroute::domain::ask::Ask;
use llmroute::domain::clock::{Moment, Now};
use llmroute::domain::dialect::Dialect;
use llmroute::domain::id::{KeyId, RequestId};
use llmroute::domain::operation::Operation;
use llmroute::domain::policy::{Auth, Billing, Group, Key, Policy, Provider, Speech};
use llmroute::domain::target::Target;
use llmroute::route::health::{FleetView, LiveSeats, SeatId};
use llmroute::route::live::{Class, Live};
use llmroute::route::order::adaptive::Assessment;

fn provider(n: i64) -> Arc<Provider> {
    let (weight, billing) = (1.0, Billing::Metered);
    let key =
        Key { id: KeyId(n), name: "main".into(), weight, billing, enabled: true, models: Vec::new(), problem: None };
    Arc::new(Provider {
        keys: vec![key],
        models: vec!["m".into()],
        ..Provider::new(
            format!("p{n}").into(),
            vec![Speech::new(Dialect::OpenaiChat, "http://127.0.0.1:1/v1".to_owned())],
            Auth::Bearer,
        )
    })
}

/// The targets are those of the group `g`.
pub(crate) fn policy() -> Policy {
    let providers: BTreeMap<_, _> = (0..12).map(provider).map(|it| (it.name.clone(), it)).collect();
    let target = |name: &llmroute::domain::id::ProviderName| Target { provider: name.clone(), model: "m".into() };
    let targets = providers.keys().map(|it| (target(it), 1.0)).collect();
    let group = Group::new("g".into(), targets);
    Policy { version: 1, providers, groups: [(group.name.clone(), Arc::new(group))].into(), ..Policy::default() }
}

/// A streamed request for it.
pub(crate) fn ask() -> Ask {
    Ask { stream: true, ..Ask::new(RequestId(1), Now::default(), Dialect::OpenaiChat, Operation::Chat, "g".to_owned()) }
}

/// The fleet when ten of its targets have given so many answers each, two a second.
pub(crate) fn after(answers: u64) -> FleetView {
    let seat = |n: i64| SeatId { provider: format!("p{n}").into(), model: Some("m".into()), key: Some(KeyId(n)) };
    let live = |n: u64| {
        let mut live = Live::default();
        for nth in 0..answers {
            live.answered(Class::of(true, 0), Duration::from_millis(400 + 50 * n), Moment(nth * 500_000));
        }
        Arc::new(live)
    };
    let seats = LiveSeats((0..10).map(|n| (seat(n), live(n.unsigned_abs()))).collect());
    let now = Moment(answers * 500_000);
    let assessment = Arc::new(Assessment::default().next(&seats, &HashMap::new(), now));
    FleetView { now, live: Arc::new(seats), assessment, ..FleetView::default() }
}
