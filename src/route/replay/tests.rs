use super::*;
use crate::domain::ask::{Ask, Needs};
use crate::domain::dialect::Dialect;
use crate::domain::operation::Operation;
use crate::domain::policy::{Group, Provider};
use crate::domain::rule::{Destination, Rule, Rules, Scope};
use crate::domain::strategy::Strategy;
use crate::domain::target::Target;
use crate::route::breaker::Why;
use crate::route::explain::Step;

/// A group `g` of `a/m` and `b/m`, and a group `other` of `c/m`.
fn policy(strategy: Strategy, rules: &[(&str, &str)]) -> Policy {
    let provider = r#"{"name": "a", "speaks": [{"dialect": "openai-chat", "url": "http://x.test/v1/chat/completions",
        "stream_url": null}], "auth": "none", "quirks": {}, "keys": [], "local": false, "allow_private": false,
        "enabled": true, "fast": null, "smart": null, "models": [], "price_id": null, "settings": {}, "unready": null}"#;
    let providers = ["a", "b", "c"].map(|name| {
        let mut it: Provider = serde_json::from_str(provider).unwrap();
        it.name = name.into();
        (it.name.clone(), Arc::new(it))
    });
    let targets = |names: &[&str]| names.iter().map(|it| (Target::parse(it).unwrap(), 1.0)).collect();
    let groups = [
        Group { strategy, ..Group::new("g".into(), targets(&["a/m", "b/m"])) },
        Group::new("other".into(), targets(&["c/m"])),
    ];
    let rule = |(name, when): &(&str, &str)| {
        Arc::new(Rule {
            name: (*name).into(),
            scope: Scope::Global,
            priority: 0,
            when: Arc::new(rules::compile(when).unwrap()),
            targets: vec![(Destination::Group("other".into()), 1.0)],
            fallbacks: Vec::new(),
            chain: false,
        })
    };
    Policy {
        providers: providers.into(),
        groups: groups.map(|it| (it.name.clone(), Arc::new(it))).into(),
        rules: Rules::new(rules.iter().map(rule).collect(), jiff::tz::TimeZone::UTC),
        ..Policy::default()
    }
}

fn ask(id: u64, tools: bool) -> Ask {
    let ask = Ask::new(RequestId(id), Now::default(), Dialect::OpenaiChat, Operation::Chat, "g".to_owned());
    Ask { stream: true, needs: Needs { tools, ..Needs::default() }, ..ask }
}

fn recorded(policy: &Policy, ask: &Ask, fleet: &FleetView) -> Record {
    let mut decision = decide(policy, ask, fleet, &mut Dice::of(ask.id, 1));
    Record::of(ask, fleet.clone(), &mut decision)
}

fn then(record: &Record, id: u64, at: Moment) -> Then<'_> {
    // 1970 began at midnight.
    let wall = Stamp(i64::try_from(at.0).unwrap());
    Then { record, id: RequestId(id), salt: 1, at, wall, client: "curl", session: Some("s1") }
}

fn first(record: &Record) -> &str {
    record.plan.first().map_or("", |it| it.0.provider.as_str())
}

fn second(n: u64) -> Moment {
    Moment(n * 1_000_000)
}

fn past(provider: &str, at: Moment, millis: u64, end: End) -> Past {
    Past {
        seat: SeatId { provider: provider.into(), model: Some("m".into()), key: None },
        at,
        class: Some(Class::of(true, 10)),
        first: (end == End::Answered).then(|| Duration::from_millis(millis)),
        took: Duration::from_millis(millis + 500),
        end,
        output: (end == End::Answered).then_some(50),
    }
}

#[test]
fn a_strategy_sees_what_targets_did_up_to_then_and_nothing_later() {
    // For ten minutes `a` is the faster one, and from then on `b`.
    let slow = |from: u64| move |n: u64| if n < from { 300 } else { 3_000 };
    let (a, b) = (slow(600), |n: u64| if n < 600 { 3_000 } else { 300 });
    let attempts = (0..1_200).flat_map(|n| {
        let at = second(n);
        [past("a", at, a(n), End::Answered), past("b", at, b(n), End::Answered)]
    });
    let mut replay = Replay::new(attempts.collect(), Arc::default());
    let (weighted, latency) = (policy(Strategy::Weighted, &[]), policy(Strategy::Latency, &[]));
    let mut to_a = [0, 0];
    for n in 0..1_100_u64 {
        let record = recorded(&weighted, &ask(n, false), &FleetView::default());
        let again = replay.decide(&latency, &then(&record, n, second(n + 60)));
        to_a[usize::from(n >= 600)] += u32::from(first(&again) == "a");
    }
    // It takes some answers to notice the change.
    assert!(to_a[0] > 540 && to_a[1] < 50, "{to_a:?}");
    assert!(replay.live.0.values().all(|it| it.in_flight <= 4), "what is over is in flight no more");
}

#[test]
fn failures_are_replayed_as_failures() {
    let attempts =
        (0..100).flat_map(|n| [past("a", second(n), 5, End::Failed), past("b", second(n), 900, End::Answered)]);
    let mut replay = Replay::new(attempts.collect(), Arc::default());
    let (weighted, latency) = (policy(Strategy::Weighted, &[]), policy(Strategy::Latency, &[]));
    let record = recorded(&weighted, &ask(1, false), &FleetView::default());
    let to_b = (0..50).filter(|n| first(&replay.decide(&latency, &then(&record, *n, second(90)))) == "b").count();
    assert!(to_b >= 48, "a fast failure is not the fastest: {to_b}");
}

#[test]
fn by_the_same_policy_the_same_comes_out() {
    let policy = policy(Strategy::Weighted, &[("tools", "has_tools")]);
    let mut replay = Replay::new(Vec::new(), Arc::default());
    for n in 0..200 {
        let record = recorded(&policy, &ask(n, n % 3 == 0), &FleetView::default());
        let again = replay.decide(&policy, &then(&record, n, second(n)));
        assert_eq!((&again.plan, &again.trail), (&record.plan, &record.trail));
    }
}

#[test]
fn rules_over_what_is_kept_are_asked_again_and_others_count_as_they_did_then() {
    let before = policy(Strategy::Weighted, &[("gold", "headers['x-plan'] == 'gold'")]);
    let mut gold = ask(1, false);
    gold.envelope.headers = vec![("x-plan".to_owned(), "gold".to_owned())];
    let (matched, plain) =
        (recorded(&before, &gold, &FleetView::default()), recorded(&before, &ask(2, false), &FleetView::default()));
    assert_eq!((first(&matched), first(&plain) != "c"), ("c", true));
    let mut replay = Replay::new(Vec::new(), Arc::default());
    let mut to =
        |policy: &Policy, record: &Record, at: u64| first(&replay.decide(policy, &then(record, 1, second(at)))) == "c";

    assert!(to(&before, &matched, 1) && !to(&before, &plain, 2));
    // The same name with another condition over headers: nobody can know, so it counts as it did.
    let silver = policy(Strategy::Weighted, &[("gold", "headers['x-plan'] == 'silver'")]);
    assert!(to(&silver, &matched, 3) && !to(&silver, &plain, 4));
    let renamed = policy(Strategy::Weighted, &[("silver", "headers['x-plan'] == 'silver'")]);
    assert!(!to(&renamed, &matched, 5), "a rule that was not there did not match");
    for (when, holds) in [
        ("client == 'curl' && session == 's1'", true),
        ("stream && !has_tools", true),
        ("has_tools", false),
        ("model == 'g' && request_type == 'chat'", true),
        ("hour == 3", true),
        ("hour == 4", false),
        ("health['a/m'] == 'healthy'", true),
    ] {
        assert_eq!(to(&policy(Strategy::Weighted, &[("new", when)]), &plain, 3 * 3_600 + 60), holds, "{when}");
    }
}

#[test]
fn who_was_out_then_is_out_again_for_as_long_as_it_was_to_be() {
    let policy = policy(Strategy::Weighted, &[]);
    let id = SeatId { provider: "a".into(), model: Some("m".into()), key: None };
    let out = Standing::Out { until: second(40), why: Why::Tripped };
    let fleet = FleetView { now: second(30), standings: [(id, out)].into(), ..FleetView::default() };
    let record = recorded(&policy, &ask(1, false), &fleet);
    let again = Replay::new(Vec::new(), Arc::default()).decide(&policy, &then(&record, 1, second(9_000)));
    let left = again.trail.iter().find_map(|it| if let Step::Resting { left, .. } = it { Some(*left) } else { None });
    assert_eq!((left, again.plan.len()), (Some(Duration::from_secs(10)), 1));
}
