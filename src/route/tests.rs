use std::time::Duration;

use super::breaker::{Breaker, Outcome, Standing, Why};
use super::health::{FleetView, SeatId};
use super::*;
use crate::domain::ask::Needs;
use crate::domain::clock::{Moment, Now};
use crate::domain::dialect::Dialect;
use crate::domain::id::{KeyId, RequestId};
use crate::domain::model::{ModelFacts, ModelTable};
use crate::domain::operation::Operation;
use crate::domain::policy::{Auth, Billing, Group, Key, Speech};
use crate::domain::strategy::Strategy;

pub(super) fn provider(name: &str, keys: &[i64]) -> Arc<Provider> {
    let key = |id: &i64| Key {
        id: KeyId(*id),
        name: format!("k{id}").into(),
        weight: 1.0,
        billing: Billing::Metered,
        enabled: true,
        models: Vec::new(),
        problem: None,
    };
    Arc::new(Provider {
        keys: keys.iter().map(key).collect(),
        models: vec!["m".into()],
        ..Provider::new(
            name.into(),
            vec![Speech::new(Dialect::OpenaiChat, format!("http://127.0.0.1:1/{name}"))],
            Auth::Bearer,
        )
    })
}

pub(super) fn policy(providers: &[Arc<Provider>], weights: &[(&str, f64)]) -> Policy {
    let targets = weights.iter().map(|(name, weight)| (Target::parse(name).unwrap(), *weight)).collect();
    let group = Group::new("g".into(), targets);
    Policy {
        version: 1,
        providers: providers.iter().map(|it| (it.name.clone(), Arc::clone(it))).collect(),
        groups: [(group.name.clone(), Arc::new(group))].into(),
        ..Policy::default()
    }
}

pub(super) fn ask(id: u64, model: &str) -> Ask {
    Ask::new(RequestId(id), Now::default(), Dialect::OpenaiChat, Operation::Chat, model.to_owned())
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

/// A provider with what is known of its one model.
fn knowing(name: &str, key: i64, facts: ModelFacts) -> Arc<Provider> {
    let table = ModelTable::new([("m".into(), facts)].into());
    let speaks = vec![Speech::new(Dialect::OpenaiChat, "http://127.0.0.1:1/v1/chat/completions")];
    Arc::new(Provider { facts: Arc::new(table), speaks, ..Provider::clone(&provider(name, &[key])) })
}

fn order_of(policy: &Policy, ask: &Ask) -> Result<Vec<String>, Failure> {
    let decision = decide(policy, ask, &FleetView::default(), &mut Dice::of(ask.id, 7));
    decision.refusal.map_or(Ok(decision.plan.iter().map(|it| it.target.to_string()).collect()), Err)
}

#[test]
fn a_model_that_is_known_not_to_do_it_is_out_and_what_is_unknown_keeps_nobody_out() {
    let none = ModelFacts {
        tools: Some(false),
        images: Some(false),
        audio: Some(false),
        json_schema: Some(false),
        reasoning: Some(false),
        ..ModelFacts::default()
    };
    let all = [knowing("a", 1, none), provider("b", &[2])];
    let both = policy(&all, &[("a/m", 1.0), ("b/m", 0.0)]);
    let alone = policy(&all, &[("a/m", 1.0)]);
    for (needs, why) in [
        (Needs { tools: true, ..Needs::default() }, "does not call tools"),
        (Needs { images: true, ..Needs::default() }, "does not see images"),
        (Needs { audio: true, ..Needs::default() }, "does not hear sound"),
        (Needs { json_schema: true, ..Needs::default() }, "does not answer by a JSON schema"),
        (Needs { reasoning: true, ..Needs::default() }, "does not reason"),
    ] {
        let ask = Ask { needs, ..ask(1, "g") };
        assert_eq!(order_of(&both, &ask).unwrap(), ["b/m"], "{needs:?}");
        let refusal = order_of(&alone, &ask).unwrap_err();
        assert_eq!((refusal.code, refusal.status), ("no_fit", Some(400)));
        assert!(refusal.told.contains(&format!("a/m: m {why}")), "{}", refusal.told);
    }
    assert_eq!(order_of(&both, &ask(1, "g")).unwrap(), ["a/m", "b/m"]);
}

#[test]
fn a_window_that_is_surely_too_small_is_out_and_a_snug_one_only_where_another_has_room() {
    let window = |tokens| ModelFacts { window: Some(tokens), ..ModelFacts::default() };
    let all = [knowing("small", 1, window(1_000)), knowing("large", 2, window(8_000))];
    let both = policy(&all, &[("small/m", 1.0), ("large/m", 0.0)]);
    let alone = policy(&all, &[("small/m", 1.0)]);
    let sized = |tokens| Ask { needs: Needs { prompt_tokens: tokens, ..Needs::default() }, ..ask(1, "g") };
    assert_eq!(order_of(&both, &sized(800)).unwrap(), ["small/m", "large/m"], "with the margin it fits");
    assert_eq!(order_of(&both, &sized(900)).unwrap(), ["large/m"], "with the margin it does not");
    assert_eq!(order_of(&alone, &sized(900)).unwrap(), ["small/m"], "nobody else has room");
    let refusal = order_of(&alone, &sized(1_001)).unwrap_err();
    assert!(refusal.code == "no_fit" && refusal.told.contains("takes 1000 tokens"), "{}", refusal.told);
    let list = Ask { operation: Operation::Embed(crate::domain::operation::Inputs::Many), ..sized(5_000) };
    assert_eq!(order_of(&alone, &list).unwrap(), ["small/m"], "each text of a list has the window for itself");
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

#[test]
fn keys_are_chosen_as_targets_are_and_the_trail_has_the_numbers() {
    use super::explain::Step;
    use super::health::LiveSeats;
    use super::live::{Class, Live};

    let all = [provider("a", &[1, 2, 3]), provider("b", &[4])];
    let mut policy = policy(&all, &[("a/m", 1.0), ("b/m", 1.0)]);
    let group = Arc::make_mut(policy.groups.get_mut("g").unwrap());
    group.strategy = Strategy::Latency;
    let id = |name: &str, key| SeatId { provider: name.into(), model: Some("m".into()), key: Some(KeyId(key)) };
    let live = |seconds: f64| {
        let mut live = Live::default();
        for _ in 0..14 {
            live.answered(Class::of(false, 0), Duration::from_secs_f64(seconds), at(0.0));
        }
        Arc::new(live)
    };
    let seats = [(id("a", 1), live(4.0)), (id("a", 2), live(0.3)), (id("a", 3), live(4.0)), (id("b", 4), live(9.0))];
    let fleet = FleetView { live: Arc::new(LiveSeats(seats.into())), ..FleetView::default() };
    let decision = decide(&policy, &ask(1, "g"), &fleet, &mut Dice::of(RequestId(1), 7));
    assert_eq!(decision.plan[0].target.to_string(), "a/m");
    assert_eq!(decision.plan[0].seats[0].key_id(), Some(KeyId(2)));
    assert_eq!(decision.plan[0].seats.len(), 3);
    let ranked = decision.trail.iter().filter_map(|it| match it {
        Step::Ranked { strategy: Strategy::Latency, places } => Some(places),
        _ => None,
    });
    let ranked: Vec<_> = ranked.collect();
    let [targets, keys] = ranked.as_slice() else { panic!("{:?}", decision.trail) };
    assert_eq!((targets.len(), keys.len()), (2, 3));
    assert_eq!(keys[0].key.as_ref().map(ToString::to_string).as_deref(), Some("k2"));
    assert!(keys.windows(2).all(|it| it[0].score.value <= it[1].score.value), "{keys:?}");
    let again = decide(&policy, &ask(1, "g"), &fleet, &mut Dice::of(RequestId(1), 7));
    assert_eq!(again.trail, decision.trail, "the same values give the same numbers");
}

#[test]
fn a_view_reads_back_what_it_writes_and_keeps_what_concerns_a_decision() {
    use super::health::LiveSeats;
    use super::live::Live;

    let id = |name: &str| SeatId { provider: name.into(), model: Some("m".into()), key: Some(KeyId(1)) };
    let seats = LiveSeats([(id("a"), Arc::new(Live::default())), (id("b"), Arc::default())].into());
    let out = Standing::Out { until: at(9.0), why: Why::Tripped };
    let view = FleetView {
        now: at(3.0),
        standings: [(id("a"), out), (id("b"), Standing::Degraded)].into(),
        live: Arc::new(seats),
        ..FleetView::default()
    };
    let text = serde_json::to_string(&view).unwrap();
    assert_eq!(serde_json::from_str::<FleetView>(&text).unwrap(), view);
    let of_b = view.of(&[Target::parse("b/m").unwrap()]);
    assert_eq!((of_b.standings.len(), of_b.live.0.len()), (1, 1));
    assert!(of_b.live.0.contains_key(&id("b")));
}

mod wished {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::wishes::Wishes;

    /// Six providers in one group.
    fn six() -> Policy {
        let all: Vec<_> = (0..6).map(|n| provider(&format!("p{n}"), &[n + 1])).collect();
        let names: Vec<String> = (0..6).map(|n| format!("p{n}/m")).collect();
        let weights: Vec<(&str, f64)> = names.iter().map(|it| (it.as_str(), 1.0)).collect();
        policy(&all, &weights)
    }

    fn picked(numbers: &[usize]) -> Vec<String> {
        numbers.iter().map(|it| format!("p{it}")).collect()
    }

    proptest! {
        #[test]
        fn nobody_ignored_answers_and_the_order_is_kept(
            order in prop::collection::vec(0usize..8, 0..5),
            only in prop::collection::vec(0usize..8, 0..5),
            ignore in prop::collection::vec(0usize..8, 0..5),
            allow_fallbacks: bool,
            id: u64,
        ) {
            let wishes = Wishes {
                order: picked(&order), only: picked(&only), ignore: picked(&ignore), allow_fallbacks, ..Wishes::default()
            };
            let ask = Ask { wishes: Some(Box::new(wishes)), ..ask(id, "g") };
            let decision = decide(&six(), &ask, &FleetView::default(), &mut Dice::of(RequestId(id), 7));
            let plan: Vec<usize> =
                decision.plan.iter().map(|it| it.target.provider.as_str()[1..].parse().unwrap()).collect();
            let allowed = |it: &usize| {
                !ignore.contains(it)
                    && (only.is_empty() || only.contains(it))
                    && (allow_fallbacks || order.is_empty() || order.contains(it))
            };
            let may: Vec<usize> = (0..6).filter(allowed).collect();
            if !allow_fallbacks && order.is_empty() {
                prop_assert!(plan.len() <= 1 && plan.iter().all(|it| may.contains(it)));
            } else {
                let mut met = plan.clone();
                met.sort_unstable();
                prop_assert_eq!(&met, &may, "each of them once and nobody else");
            }
            let place = |it: &usize| order.iter().position(|wished| wished == it).unwrap_or(order.len());
            prop_assert!(plan.windows(2).all(|it| place(&it[0]) <= place(&it[1])), "{:?} in {:?}", plan, order);
            prop_assert_eq!(decision.refusal.map(|it| it.code), plan.is_empty().then_some("no_fit"));
        }

        #[test]
        fn further_models_stand_behind_the_first_each_target_once(first in 0usize..6, more in prop::collection::vec(0usize..8, 1..6)) {
            let wishes = Wishes { models: more.iter().map(|it| format!("p{it}/m")).collect(), ..Wishes::default() };
            let ask = Ask { wishes: Some(Box::new(wishes)), ..ask(1, &format!("p{first}/m")) };
            let decision = decide(&six(), &ask, &FleetView::default(), &mut Dice::of(RequestId(1), 7));
            let plan: Vec<String> = decision.plan.iter().map(|it| it.target.provider.to_string()).collect();
            let mut expected = Vec::new();
            for it in std::iter::once(&first).chain(&more).filter(|it| **it < 6) {
                let name = format!("p{it}");
                if !expected.contains(&name) {
                    expected.push(name);
                }
            }
            prop_assert_eq!(plan, expected);
        }
    }

    /// Two targets: the first begins soon, the second tells fast.
    fn soon_and_fast() -> FleetView {
        use crate::route::health::LiveSeats;
        use crate::route::live::{Class, Live};

        let live = |first: f64, tokens| {
            let mut live = Live::default();
            for _ in 0..14 {
                live.answered(Class::of(true, 0), Duration::from_secs_f64(first), at(0.0));
                live.told(tokens, Some(Duration::from_secs(10)), at(0.0));
            }
            Arc::new(live)
        };
        let id = |name: &str, key| SeatId { provider: name.into(), model: Some("m".into()), key: Some(KeyId(key)) };
        let seats = [(id("p0", 1), live(0.1, 100)), (id("p1", 2), live(10.0, 10_000))];
        FleetView { live: Arc::new(LiveSeats(seats.into())), ..FleetView::default() }
    }

    #[test]
    fn what_is_wished_for_stands_in_for_the_strategy() {
        use crate::domain::wishes::Sort;

        let mut policy = six();
        Arc::make_mut(policy.groups.get_mut("g").unwrap()).targets.truncate(2);
        let fleet = soon_and_fast();
        let sorted = |sort| Some(Box::new(Wishes { sort: Some(sort), ..Wishes::default() }));
        for id in 0..50 {
            for (model, wishes, first, told) in [
                ("g", sorted(Sort::Latency), "p0/m", "latency:"),
                ("g", sorted(Sort::Throughput), "p1/m", "throughput:"),
                ("g:nitro", None, "p1/m", "throughput:"),
            ] {
                let ask = Ask { wishes, stream: true, ..ask(id, model) };
                let decision = decide(&policy, &ask, &fleet, &mut Dice::of(RequestId(id), 7));
                assert_eq!(decision.plan[0].target.to_string(), first, "{model} {:?}", decision.trail);
                assert!(decision.trail.iter().any(|it| it.to_string().starts_with(told)), "{:?}", decision.trail);
            }
        }
    }

    #[test]
    fn a_suffix_is_one_only_where_nothing_is_called_so() {
        let named = Provider { models: vec!["m:nitro".into()], ..Provider::clone(&provider("names", &[7])) };
        let mut policy = six();
        policy.providers.insert("names".into(), Arc::new(named));
        policy.aliases.insert("quick".into(), "g:nitro".to_owned());
        let target = |model: &str| {
            let decision = decide(&policy, &ask(1, model), &FleetView::default(), &mut Dice::of(RequestId(1), 7));
            let sorted = decision.trail.iter().any(|it| it.to_string().starts_with("throughput:"));
            (decision.plan.iter().map(|it| it.target.to_string()).collect::<Vec<_>>(), sorted)
        };
        assert_eq!(target("m:nitro"), (vec!["names/m:nitro".to_owned()], false));
        assert_eq!(target("names/m:nitro"), (vec!["names/m:nitro".to_owned()], false));
        assert_eq!(target("p0/m:nitro"), (vec!["p0/m".to_owned()], true));
        let (all, sorted) = target("quick");
        assert_eq!((all.len(), sorted), (6, true));
    }

    #[test]
    fn a_key_that_is_not_paid_by_the_token_is_never_too_dear() {
        use crate::domain::money::Usd;
        use crate::domain::rates::{Rates, Tariff};
        use crate::domain::wishes::MaxPrice;
        use crate::route::health::RateCard;

        let mut both = Provider::clone(&provider("p0", &[1, 2]));
        both.keys[1].billing = Billing::Subscription;
        let policy = policy(&[Arc::new(both)], &[("p0/m", 1.0)]);
        let rates = Rates { input: Usd::from_dollars(3.0).unwrap(), ..Rates::default() };
        let tariff = Tariff { tiers: vec![(1_000_000, rates)] };
        let card = RateCard([(Target::parse("p0/m").unwrap(), tariff)].into());
        let fleet = FleetView { rates: Arc::new(card), ..FleetView::default() };
        let seats = |prompt| {
            let most = MaxPrice { prompt: Some(prompt), completion: None };
            let wishes = Wishes { max_price: Some(most), ..Wishes::default() };
            let ask = Ask { wishes: Some(Box::new(wishes)), ..ask(1, "g") };
            decide(&policy, &ask, &fleet, &mut Dice::of(RequestId(1), 7)).plan[0].seats.len()
        };
        assert_eq!((seats(3.0), seats(2.9)), (2, 1));
    }

    #[test]
    fn a_model_elsewhere_is_behind_those_that_list_it_by_that_name() {
        let table = ModelTable::new([("vendor/m-1.5".into(), ModelFacts::default())].into());
        let lists = Provider { models: vec!["m-1-5".into()], ..Provider::clone(&provider("lists", &[1])) };
        let knows =
            Provider { facts: Arc::new(table), models: Vec::new(), ..Provider::clone(&provider("knows", &[2])) };
        let keyless = Provider { models: vec!["m-1-5".into()], ..Provider::clone(&provider("keyless", &[])) };
        let all = [Arc::new(lists), Arc::new(knows), Arc::new(keyless)];
        let mut policy = policy(&all, &[("lists/m-1-5", 1.0)]);
        for id in 0..20 {
            let plan = order_of(&policy, &ask(id, "m-1-5")).unwrap();
            assert_eq!(plan, ["lists/m-1-5", "knows/vendor/m-1.5"]);
        }
        policy.aliases.insert("mine".into(), "m-1-5".to_owned());
        assert_eq!(order_of(&policy, &ask(1, "mine")).unwrap(), ["lists/m-1-5", "knows/vendor/m-1.5"]);
        policy.aliases.insert("other".into(), "g".to_owned());
        assert_eq!(order_of(&policy, &ask(1, "other")).unwrap(), ["lists/m-1-5"]);
        policy.providers.remove("lists");
        policy.providers.remove("knows");
        let refusal = order_of(&policy, &ask(1, "m-1-5")).unwrap_err();
        assert!(refusal.code == "no_key" && refusal.told.contains("keyless has no key"), "{}", refusal.told);
    }
}
