use std::time::Duration;

use super::breaker::{Breaker, Outcome, Standing, Why};
use super::health::{FleetView, SeatId};
use super::*;
use crate::domain::ask::{Fields, Needs, Priority};
use crate::domain::clock::{Moment, Now};
use crate::domain::dialect::Dialect;
use crate::domain::id::{KeyId, RequestId};
use crate::domain::operation::Operation;
use crate::domain::policy::{Auth, Billing, Deadlines, Group, Hedge, Key, OnRefusal, Room, Speech};
use crate::domain::quirks::Quirks;

fn provider(name: &str, keys: &[i64]) -> Arc<Provider> {
    let key = |id: &i64| Key {
        id: KeyId(*id),
        name: format!("k{id}").into(),
        weight: 1.0,
        billing: Billing::Metered,
        enabled: true,
        problem: None,
    };
    Arc::new(Provider {
        name: name.into(),
        speaks: vec![Speech::new(Dialect::OpenaiChat, format!("http://127.0.0.1:1/{name}"))],
        auth: Auth::Bearer,
        headers: Vec::new(),
        quirks: Quirks::default(),
        keys: keys.iter().map(key).collect(),
        local: false,
        allow_private: false,
        enabled: true,
        fast: None,
        smart: None,
        models: vec!["m".into()],
        price_id: None,
        settings: std::collections::BTreeMap::new(),
        unready: None,
    })
}

fn policy(providers: &[Arc<Provider>], weights: &[(&str, f64)]) -> Policy {
    let targets = weights.iter().map(|(name, weight)| (Target::parse(name).unwrap(), *weight)).collect();
    let group = Group {
        name: "g".into(),
        targets,
        deadlines: Deadlines::default(),
        hedge: Hedge::Auto,
        on_refusal: OnRefusal::Tell,
        room: Room::default(),
        built_in: false,
    };
    Policy {
        version: 1,
        providers: providers.iter().map(|it| (it.name.clone(), Arc::clone(it))).collect(),
        groups: [(group.name.clone(), Arc::new(group))].into(),
    }
}

fn ask(id: u64, model: &str) -> Ask {
    Ask {
        id: RequestId(id),
        at: Now::default(),
        dialect: Dialect::OpenaiChat,
        written_in: Dialect::OpenaiChat,
        operation: Operation::Chat,
        model: model.to_owned(),
        stream: false,
        body: bytes::Bytes::new(),
        fields: Fields::default(),
        needs: Needs::default(),
        headers: Vec::new(),
        client: String::new(),
        session: None,
        priority: Priority::default(),
        strict: false,
        recalled: None,
    }
}

fn firsts(policy: &Policy, fleet: &FleetView, n: u64) -> std::collections::BTreeMap<String, u64> {
    let mut counts = std::collections::BTreeMap::new();
    for id in 0..n {
        let decision = decide(policy, &ask(id, "g"), fleet, &mut Dice::of(RequestId(id), 7));
        *counts.entry(decision.plan[0].target.to_string()).or_default() += 1;
    }
    counts
}

#[test]
fn weights_60_30_10_land_within_the_99_percent_interval_of_1000_draws() {
    let all = [provider("a", &[1]), provider("b", &[2]), provider("c", &[3])];
    let policy = policy(&all, &[("a/m", 60.0), ("b/m", 30.0), ("c/m", 10.0)]);
    let counts = firsts(&policy, &FleetView::default(), 1000);
    for (name, share) in [("a/m", 0.6), ("b/m", 0.3), ("c/m", 0.1)] {
        let spread = 2.576 * (1000.0f64 * share * (1.0 - share)).sqrt();
        let off = (f64::from(u32::try_from(counts[name]).unwrap()) - 1000.0 * share).abs();
        assert!(off <= spread, "{name}: {counts:?}");
    }
}

#[test]
fn a_weight_of_a_thousandth_still_gets_its_share() {
    let all = [provider("a", &[1]), provider("b", &[2])];
    let policy = policy(&all, &[("a/m", 0.999), ("b/m", 0.001)]);
    let rare = firsts(&policy, &FleetView::default(), 200_000)["b/m"];
    // Binomial(200 000, 0.001): mean 200, 99 % interval about ± 36.
    assert!((164..=236).contains(&rare), "{rare}");
}

#[test]
fn a_drained_target_is_never_first_but_still_a_fallback() {
    let all = [provider("a", &[1]), provider("b", &[2])];
    let policy = policy(&all, &[("b/m", 0.0), ("a/m", 1.0)]);
    for id in 0..100 {
        let decision = decide(&policy, &ask(id, "g"), &FleetView::default(), &mut Dice::of(RequestId(id), 7));
        let order: Vec<String> = decision.plan.iter().map(|it| it.target.to_string()).collect();
        assert_eq!(order, ["a/m", "b/m"]);
    }
}

#[test]
fn the_fallbacks_come_by_weight() {
    let all = [provider("a", &[1]), provider("b", &[2]), provider("c", &[3])];
    let policy = policy(&all, &[("a/m", 1.0), ("b/m", 2.0), ("c/m", 3.0)]);
    for id in 0..50 {
        let decision = decide(&policy, &ask(id, "g"), &FleetView::default(), &mut Dice::of(RequestId(id), 7));
        let rest: Vec<_> = decision.plan[1..].iter().map(|it| it.target.to_string()).collect();
        assert!(rest.windows(2).all(|it| it[0] > it[1]), "{rest:?}");
    }
}

#[test]
fn an_unknown_model_names_the_nearest() {
    let policy = policy(&[provider("anthropic", &[1])], &[("anthropic/m", 1.0)]);
    let decision = decide(&policy, &ask(1, "antropic/m"), &FleetView::default(), &mut Dice::of(RequestId(1), 7));
    let refusal = decision.refusal.unwrap();
    assert_eq!((refusal.code, refusal.status), ("no_route", Some(404)));
    assert!(refusal.told.contains("anthropic/m"), "{}", refusal.told);
}

#[test]
fn a_target_without_a_key_is_out_and_says_so() {
    let policy = policy(&[provider("a", &[]), provider("b", &[2])], &[("a/m", 1.0), ("b/m", 0.0)]);
    let decision = decide(&policy, &ask(1, "g"), &FleetView::default(), &mut Dice::of(RequestId(1), 7));
    assert_eq!(decision.plan.len(), 1);
    assert!(decision.trail.iter().any(|it| it.to_string().contains("a has no key")), "{:?}", decision.trail);
}

#[test]
fn all_resting_by_our_own_guess_tries_the_least_bad_and_by_the_providers_word_refuses() {
    let policy = policy(&[provider("a", &[1]), provider("b", &[2])], &[("a/m", 1.0), ("b/m", 1.0)]);
    let id = |name: &str, key| SeatId { provider: name.into(), model: Some("m".into()), key: Some(KeyId(key)) };
    let mut fleet = FleetView::default();
    let out = |secs: u64, why| Standing::Out { until: Moment(secs * 1_000_000), why };
    fleet.standings.insert(id("a", 1), out(9, Why::Tripped));
    fleet.standings.insert(id("b", 2), out(5, Why::Asked));
    let decision = decide(&policy, &ask(1, "g"), &fleet, &mut Dice::of(RequestId(1), 7));
    assert_eq!(decision.plan[0].target.to_string(), "a/m");
    fleet.standings.insert(id("a", 1), out(9, Why::KeyRefused));
    let decision = decide(&policy, &ask(1, "g"), &fleet, &mut Dice::of(RequestId(1), 7));
    let refusal = decision.refusal.unwrap();
    assert_eq!((refusal.status, refusal.retry_after), (Some(503), Some(Duration::from_secs(5))));
    assert!(refusal.told.contains("a/m") && refusal.told.contains("b/m"), "{}", refusal.told);
}

fn at(secs: f64) -> Moment {
    Moment::default().plus(Duration::from_secs_f64(secs))
}

#[test]
fn three_in_a_row_trip_and_a_good_probe_and_three_more_heal() {
    let mut breaker = Breaker::default();
    for n in 0..3 {
        assert_eq!(breaker.standing(at(f64::from(n))), Standing::Healthy);
        breaker.record(at(f64::from(n)), Outcome::Bad, 0.5);
    }
    assert!(matches!(breaker.standing(at(2.1)), Standing::Out { why: Why::Tripped, .. }));
    assert_eq!(breaker.standing(at(7.1)), Standing::Recovering);
    assert!(breaker.admit(at(7.1)), "the first takes the probe");
    assert!(!breaker.admit(at(7.2)), "the second does not");
    breaker.record(at(7.3), Outcome::Good, 0.5);
    assert_eq!(breaker.standing(at(7.4)), Standing::Degraded);
    for _ in 0..3 {
        breaker.record(at(7.5), Outcome::Good, 0.5);
    }
    assert_eq!(breaker.standing(at(7.6)), Standing::Healthy);
}

#[test]
fn half_of_at_least_five_within_thirty_seconds_trip() {
    let mut breaker = Breaker::default();
    let outcomes = [Outcome::Bad, Outcome::Good, Outcome::Bad, Outcome::Good];
    for (n, outcome) in (0u32..).zip(outcomes) {
        breaker.record(at(f64::from(n)), outcome, 0.5);
    }
    assert_eq!(breaker.standing(at(4.0)), Standing::Healthy, "four outcomes are not enough");
    breaker.record(at(4.0), Outcome::Bad, 0.5);
    assert!(matches!(breaker.standing(at(4.1)), Standing::Out { .. }));

    let mut slow = Breaker::default();
    for n in 0..10 {
        slow.record(at(f64::from(n) * 20.0), if n % 2 == 0 { Outcome::Bad } else { Outcome::Good }, 0.5);
    }
    assert_eq!(slow.standing(at(200.0)), Standing::Healthy, "outcomes older than the window do not count");
}

#[test]
fn a_minutes_outage_is_over_within_ten_seconds_of_its_end() {
    let mut breaker = Breaker::default();
    for _ in 0..3 {
        breaker.record(at(0.0), Outcome::Bad, 0.99);
    }
    let mut now = 0.0;
    while now < 60.0 {
        now += 0.1;
        if breaker.standing(at(now)) == Standing::Recovering {
            assert!(breaker.admit(at(now)));
            breaker.record(at(now), Outcome::Bad, 0.99);
        }
    }
    assert_eq!(breaker.standing(at(70.0)), Standing::Recovering);
}

#[test]
fn a_named_wait_cools_at_once_without_a_trip_and_is_believed_up_to_a_day() {
    let mut breaker = Breaker::default();
    breaker.record(at(0.0), Outcome::Asked(Duration::from_secs(300)), 0.5);
    assert_eq!(breaker.standing(at(299.0)), Standing::Out { until: at(300.0), why: Why::Asked });
    assert_eq!(breaker.standing(at(301.0)), Standing::Healthy);
    breaker.record(at(301.0), Outcome::Asked(Duration::from_secs(10_000_000)), 0.5);
    assert_eq!(breaker.standing(at(301.0 + 86_401.0)), Standing::Healthy);
}

#[test]
fn a_client_that_leaves_gives_the_probe_back() {
    let mut breaker = Breaker::default();
    for _ in 0..3 {
        breaker.record(at(0.0), Outcome::Bad, 0.5);
    }
    assert!(breaker.admit(at(6.0)));
    breaker.record(at(6.5), Outcome::Neutral, 0.5);
    assert_eq!(breaker.standing(at(6.6)), Standing::Recovering);
}

#[test]
fn a_limit_that_nobody_explains_is_looked_at_every_ten_minutes_after_the_second() {
    let mut breaker = Breaker::default();
    breaker.record(at(0.0), Outcome::Unexplained, 0.5);
    assert_eq!(breaker.standing(at(0.1)), Standing::Healthy, "one may be any limit of a minute");
    breaker.record(at(1.0), Outcome::Good, 0.5);
    breaker.record(at(2.0), Outcome::Unexplained, 0.5);
    assert_eq!(breaker.standing(at(2.1)), Standing::Healthy, "not in a row");
    breaker.record(at(3.0), Outcome::Unexplained, 0.5);
    for (now, is_out) in [(3.1, true), (602.9, true), (603.1, false)] {
        let standing = breaker.standing(at(now));
        assert_eq!(matches!(standing, Standing::Out { why: Why::Unexplained, .. }), is_out, "{now}: {standing:?}");
    }
    breaker.record(at(604.0), Outcome::Unexplained, 0.5);
    assert!(matches!(breaker.standing(at(1203.9)), Standing::Out { .. }), "the next look says the same");
}

#[test]
fn what_is_kept_of_a_breaker_goes_on_where_it_was() {
    assert_eq!(Breaker::default().kept(at(1.0)), None);
    let mut tripped = Breaker::default();
    (0..3).for_each(|_| tripped.record(at(100.0), Outcome::Bad, 0.5));
    let kept = tripped.kept(at(103.0)).unwrap();
    assert_eq!((kept.why, kept.tripped), (Why::Tripped, Some(Duration::from_secs(3))));
    // In another process, whose clock has just begun.
    let mut revived = Breaker::revived(kept, at(0.0));
    assert!(matches!(revived.standing(at(1.9)), Standing::Out { why: Why::Tripped, .. }));
    assert_eq!(revived.standing(at(2.1)), Standing::Recovering);
    // 103 s after the trip a probe that fails costs 15 s, not the least of 5.
    assert!(revived.admit(at(100.0)));
    revived.record(at(100.0), Outcome::Bad, 0.5);
    assert!(matches!(revived.standing(at(115.0)), Standing::Out { .. }));
    assert_eq!(revived.standing(at(116.0)), Standing::Recovering);
    let mut barred = Breaker::default();
    barred.record(at(0.0), Outcome::Out(Duration::from_secs(1800), Why::KeyRefused), 0.5);
    let revived = Breaker::revived(barred.kept(at(800.0)).unwrap(), at(0.0));
    assert!(matches!(revived.standing(at(999.0)), Standing::Out { why: Why::KeyRefused, .. }));
    assert_eq!(revived.standing(at(1001.0)), Standing::Healthy);
}
