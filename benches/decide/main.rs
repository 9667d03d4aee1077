//! What one routing decision costs: a group of twelve targets with a key each, healthy, with three of them out, and with
//! rules to be asked first.

mod fleet;

use std::hint::black_box;
use std::sync::Arc;

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use jiff::tz::TimeZone;
use llmroute::domain::ask::{Ask, Envelope};
use llmroute::domain::clock::{Moment, Now, Stamp};
use llmroute::domain::dice::Dice;
use llmroute::domain::id::{KeyId, RequestId};
use llmroute::domain::policy::Policy;
use llmroute::domain::rule::{Destination, Rule, Rules, Scope};
use llmroute::domain::strategy::Strategy;
use llmroute::route::breaker::{Standing, Why};
use llmroute::route::decide;
use llmroute::route::health::{FleetView, SeatId};
use llmroute::route::rules::compile;

use crate::fleet::{after, ask, policy};

/// Twenty rules as people write them, none of which matches: all have to be asked.
const RULES: [&str; 20] = [
    "model == 'gpt-3'",
    "model.startsWith('claude-') && stream",
    "prompt_tokens > 100000",
    "has_images && !has_tools",
    "headers[?'x-team'].orValue('') == 'red'",
    "'x-llmroute-tier' in headers && headers['x-llmroute-tier'] == 'gold'",
    "'cheap' in tags",
    "client == 'claude-code' && messages > 100",
    "hour < 6",
    "weekday > 5 && hour >= 9",
    "request_type == 'embedding'",
    "max_tokens > 8000 && json_schema",
    "dialect == 'gemini'",
    "health['p1/m'] == 'failed'",
    "session.matches('^batch-[0-9]+$')",
    "provider in ['p7', 'p8'] && prompt_tokens < 200",
    "budget_used > 90.0",
    "has(params.region) && params.region == 'eu'",
    "has_audio",
    "model == 'g' && client == 'cron'",
];

fn rule(nth: usize, when: &str) -> Arc<Rule> {
    Arc::new(Rule {
        name: format!("r{nth:02}").into(),
        scope: Scope::Global,
        priority: 0,
        when: Arc::new(compile(when).expect("a condition")),
        targets: vec![(Destination::parse("p1/m").expect("a target"), 1.0)],
        fallbacks: Vec::new(),
        chain: false,
    })
}

fn with_rules(when: &[&str]) -> Policy {
    let rules = when.iter().enumerate().map(|(nth, when)| rule(nth, when)).collect();
    Policy { rules: Rules::new(rules, TimeZone::UTC), ..policy() }
}

/// A request as an agent sends it.
fn asked() -> Ask {
    let body = r#"{"model":"g","messages":[{"role":"user","content":"What is a proxy?"}],"stream":true}"#;
    let headers = ["host", "user-agent", "content-type", "content-length", "accept", "x-team", "x-stainless-lang"];
    let body = Bytes::from_static(body.as_bytes());
    let fields = llmroute::wire::json::scan(&body).expect("JSON");
    let envelope =
        Envelope { headers: headers.map(|it| (it.to_owned(), "some value".to_owned())).into(), params: Vec::new() };
    // 2026-11-20, a Friday, 12:00 UTC: no rule about the time matches.
    let at = Now { wall: Stamp(1_795_176_000_000_000), ..Now::default() };
    Ask { at, body, fields, envelope, client: "python".to_owned(), ..ask() }
}

fn rules(bench: &mut Criterion) {
    let (ask, fleet) = (asked(), FleetView::default());
    let mut run = |name: &str, policy: &Policy| {
        let decided = decide(policy, &ask, &fleet, &mut Dice::of(RequestId(1), 7));
        assert_eq!(decided.plan.len(), 12, "no rule matches: {:?}", decided.trail);
        let mut n = 0;
        bench.bench_function(name, |it| {
            it.iter(|| {
                n += 1;
                decide(black_box(policy), black_box(&ask), &fleet, &mut Dice::of(RequestId(n), 7))
            });
        });
    };
    run("decide, no rules", &policy());
    run("decide, twenty rules", &with_rules(&RULES));
    for when in RULES {
        run(&format!("decide, one rule: {when}"), &with_rules(&[when]));
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
    for (name, fleet) in [("decide, twelve healthy", &healthy), ("decide, three of twelve out", &hurt)] {
        let mut n = 0;
        bench.bench_function(name, |it| {
            it.iter(|| {
                n += 1;
                decide(black_box(&policy), black_box(&ask), fleet, &mut Dice::of(RequestId(n), 7))
            });
        });
    }
    let used = after(20);
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

criterion_group!(benches, decisions, rules);
criterion_main!(benches);
