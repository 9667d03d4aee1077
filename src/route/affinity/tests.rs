use std::sync::Arc;

use super::*;
use crate::domain::ask::Needs;
use crate::domain::clock::Moment;
use crate::domain::dice::Dice;
use crate::domain::id::RequestId;
use crate::domain::policy::{Affinity, Billing, Policy, Provider};
use crate::domain::quirks::PromptCache;
use crate::domain::rates::{Rates, Tariff};
use crate::domain::strategy::Strategy;
use crate::domain::target::Target;
use crate::domain::wishes::{Sort, Wishes};
use crate::route::breaker::Why;
use crate::route::health::{LiveSeats, RateCard};
use crate::route::order::adaptive::Assessment;
use crate::route::record::{Recomputed, Record};
use crate::route::tests::{ask, policy, provider};
use crate::route::warmth::Warm;
use crate::route::{Decision, decide};

const NOW: Moment = Moment(1_000_000_000);

fn keeps(name: &str, keys: &[i64]) -> Arc<Provider> {
    let mut it = Provider::clone(&provider(name, keys));
    it.quirks.prompt_cache = PromptCache { keeps: Keeps::Everything, ..PromptCache::default() };
    Arc::new(it)
}

/// Providers `a`, `b` and `c` with one key each, but `b` with two.
fn three() -> Policy {
    let all = [keeps("a", &[1]), keeps("b", &[2, 3]), keeps("c", &[4])];
    policy(&all, &[("a/m", 1.0), ("b/m", 1.0), ("c/m", 1.0)])
}

fn target(name: &str) -> Target {
    Target { provider: name.into(), model: "m".into() }
}

fn id(name: &str, key: i64) -> SeatId {
    SeatId { provider: name.into(), model: Some("m".into()), key: Some(KeyId(key)) }
}

/// Dollars a million tokens cost: read again a tenth of new ones, written as much as new ones, generated ones five times.
fn tariff(input: f64) -> Tariff {
    let usd = |it: f64| Usd::from_dollars(it).unwrap();
    let (cache_read, cache_write) = (usd(input / 10.0), usd(input));
    let rates = Rates { input: usd(input), cache_read, cache_write, output: usd(5.0 * input), dearest: usd(input) };
    Tariff { tiers: vec![(1_000_000, rates)], ..Tariff::default() }
}

/// A conversation of 10,000 tokens that are warm with these, before a turn of 11,000 and one that is likely to follow.
fn warm(seats: &[(&str, i64)], prices: &[(&str, f64)]) -> FleetView {
    let warm = |(name, key): &(&str, i64)| Warm {
        seat: id(name, *key),
        tokens: 10_000,
        until: NOW.plus(Duration::from_secs(200)),
        for_an_hour: false,
        missed: false,
    };
    let warmth = Warmth {
        counted: 10_000,
        estimated: 10_000,
        output: 500,
        marks: false,
        further: 1.0,
        seats: seats.iter().map(warm).collect(),
    };
    let card = prices.iter().map(|(name, input)| (target(name), tariff(*input))).collect();
    FleetView { now: NOW, warmth: Some(Arc::new(warmth)), rates: Arc::new(RateCard(card)), ..FleetView::default() }
}

fn turn(id: u64) -> Ask {
    Ask { needs: Needs { prompt_tokens: 11_000, ..Needs::default() }, ..ask(id, "g") }
}

fn decided(policy: &Policy, ask: &Ask, fleet: &FleetView) -> Decision {
    decide(policy, ask, fleet, &mut Dice::of(ask.id, 7))
}

fn first(decision: &Decision) -> &str {
    decision.plan[0].target.provider.as_str()
}

fn told(decision: &Decision) -> String {
    let step = decision.trail.iter().find(|it| matches!(it, Step::Affinity { .. }));
    step.map_or_else(String::new, ToString::to_string)
}

#[test]
fn under_every_strategy_it_stays_at_one_price_and_the_rest_are_as_the_strategy_has_them() {
    let even = [("a", 3.0), ("b", 3.0), ("c", 3.0)];
    for strategy in Strategy::ALL {
        let mut policy = three();
        Arc::make_mut(policy.groups.get_mut("g").unwrap()).strategy = strategy;
        for n in 0..40 {
            let decision = decided(&policy, &turn(n), &warm(&[("b", 3)], &even));
            assert_eq!((first(&decision), decision.warm), ("b", true), "{strategy}: {:?}", decision.trail);
            assert_eq!(decision.plan[0].seats[0].key_id(), Some(KeyId(3)), "{strategy}: the key that has the cache");
            assert_eq!((decision.plan.len(), decision.plan[0].seats.len()), (3, 2), "nobody is lost");
            let cold = decided(&policy, &turn(n), &FleetView { warmth: None, ..warm(&[], &even) });
            let others = |it: &Decision| -> Vec<String> {
                it.plan.iter().map(|it| it.target.to_string()).filter(|it| it != "b/m").collect()
            };
            if !strategy.reads_prices() {
                assert_eq!(others(&decision), others(&cold), "{strategy}: the same throws");
            }
            assert!(!cold.warm && told(&cold).is_empty());
        }
    }
}

#[test]
fn it_goes_only_where_that_is_cheaper_with_the_cache_that_it_gives_up() {
    let mut policy = three();
    Arc::make_mut(policy.groups.get_mut("g").unwrap()).strategy = Strategy::Priority;
    // At `b`, now and once more: (1,000 new + 1,000 read in tens + 2,500 for output) + (1,000 + 1,100 + 2,500) at its price.
    // At `a`: (11,000 + 2,500) + (1,000 + 1,100 + 2,500) at its own.
    let staying = 3.0 * (1_000.0 + 1_000.0 + 2_500.0 + 1_000.0 + 1_100.0 + 2_500.0) / 1e6;
    let per_dollar = (11_000.0 + 2_500.0 + 1_000.0 + 1_100.0 + 2_500.0) / 1e6;
    let even = staying / per_dollar;
    for (dollars, goes) in [(even + 0.001, false), (even - 0.001, true), (3.0, false), (0.01, true)] {
        let fleet = warm(&[("b", 2)], &[("a", dollars), ("b", 3.0), ("c", 9.0)]);
        let decision = decided(&policy, &turn(1), &fleet);
        assert_eq!(
            (first(&decision), decision.warm),
            (if goes { "a" } else { "b" }, !goes),
            "{dollars}: {}",
            told(&decision)
        );
        let step = decision.trail.iter().find(|it| matches!(it, Step::Affinity { .. }));
        let Some(Step::Affinity { stay, go, warm, prompt, left, .. }) = step else {
            panic!("{:?}", decision.trail);
        };
        let near =
            |it: &Option<Usd>, wanted: f64| assert!((it.unwrap().dollars() - wanted).abs() < 1e-9, "{it:?} {wanted}");
        near(stay, staying);
        near(go, dollars * per_dollar);
        assert_eq!((*warm, *prompt, left.as_secs()), (10_000, 11_000, 200));
    }
    let decision = decided(&policy, &turn(1), &warm(&[("b", 2)], &[("a", 2.0), ("b", 3.0)]));
    assert_eq!(
        told(&decision),
        "b/m has 10000 of about 11000 tokens in its prompt cache for 200 s yet: staying costs $0.027, going to a/m $0.036, over \
         1.0 further turns: it stays"
    );
}

#[test]
fn where_a_price_is_not_known_nothing_shows_that_going_is_cheaper_and_what_is_free_is_not_left() {
    let mut policy = three();
    Arc::make_mut(policy.groups.get_mut("g").unwrap()).strategy = Strategy::Priority;
    for prices in [&[("a", 0.001)][..], &[("b", 9.0)], &[]] {
        let decision = decided(&policy, &turn(1), &warm(&[("b", 2)], prices));
        assert_eq!(first(&decision), "b", "{}", told(&decision));
        assert!(told(&decision).contains('?'), "{}", told(&decision));
    }
    let paid = |policy: &Policy, name: &str, billing| {
        let mut policy = policy.clone();
        let provider = Arc::make_mut(policy.providers.get_mut(name).unwrap());
        provider.keys.iter_mut().for_each(|it| it.billing = billing);
        policy
    };
    let fleet = warm(&[("b", 2)], &[("a", 1.0), ("b", 9.0)]);
    assert_eq!(first(&decided(&paid(&policy, "a", Billing::Subscription), &turn(1), &fleet)), "a", "it costs nothing");
    assert_eq!(first(&decided(&paid(&policy, "b", Billing::Free), &turn(1), &fleet)), "b");
}

#[test]
fn nobody_holds_a_conversation_who_is_drained_resting_on_its_way_back_or_failing() {
    let even = [("a", 3.0), ("b", 3.0), ("c", 3.0)];
    let mut policy = three();
    Arc::make_mut(policy.groups.get_mut("g").unwrap()).strategy = Strategy::Priority;
    let well = warm(&[("b", 2)], &even);
    let with = |standing| FleetView { standings: [(id("b", 2), standing)].into(), ..well.clone() };
    let out = Standing::Out { until: NOW.plus(Duration::from_secs(9)), why: Why::Tripped };
    let seats = LiveSeats([(id("b", 2), Arc::default())].into());
    let assessment = Assessment::default().next(&seats, &[(id("b", 2), out)].into(), NOW);
    assert_eq!(assessment.seats[&id("b", 2)].state, State::Failed);
    for (fleet, stays) in [
        (well.clone(), true),
        (with(Standing::Degraded), true),
        (with(Standing::Recovering), false),
        (with(out), false),
        (FleetView { assessment: Arc::new(assessment), ..well.clone() }, false),
    ] {
        let decision = decided(&policy, &turn(1), &fleet);
        assert_eq!((first(&decision) == "b", decision.warm), (stays, stays), "{:?}", decision.trail);
    }
    Arc::make_mut(policy.groups.get_mut("g").unwrap()).targets[1].1 = 0.0;
    assert_eq!(first(&decided(&policy, &turn(1), &well)), "a", "a weight of 0 is never first");
    let group = Arc::make_mut(policy.groups.get_mut("g").unwrap());
    group.targets.iter_mut().for_each(|it| it.1 = 0.0);
    assert_eq!(first(&decided(&policy, &turn(1), &well)), "b", "unless nobody has any");
    let mut late = well;
    late.now = NOW.plus(Duration::from_secs(200));
    let decision = decided(&three(), &turn(1), &late);
    assert_eq!((decision.warm, told(&decision)), (false, String::new()), "its time is over");
}

#[test]
fn a_group_can_do_without_and_so_does_who_wishes_for_speed_or_an_order() {
    let even = [("a", 3.0), ("b", 3.0), ("c", 3.0)];
    let mut policy = three();
    Arc::make_mut(policy.groups.get_mut("g").unwrap()).strategy = Strategy::Priority;
    let fleet = warm(&[("b", 2)], &even);
    let wishing = |wishes| Ask { wishes: Some(Box::new(wishes)), ..turn(1) };
    let speed = wishing(Wishes { sort: Some(Sort::Latency), ..Wishes::default() });
    assert!(told(&decided(&policy, &speed, &fleet)).is_empty());
    let cheap = wishing(Wishes { sort: Some(Sort::Price), ..Wishes::default() });
    assert_eq!(first(&decided(&policy, &cheap, &fleet)), "b", "the cache is a part of the price");
    let ordered = wishing(Wishes { order: vec!["c".to_owned()], ..Wishes::default() });
    assert_eq!(first(&decided(&policy, &ordered, &fleet)), "c", "whom the client names comes first");
    Arc::make_mut(policy.groups.get_mut("g").unwrap()).affinity = Affinity::Off;
    let decision = decided(&policy, &turn(1), &fleet);
    assert_eq!((first(&decision), told(&decision)), ("a", String::new()));
}

#[test]
fn by_price_what_is_warm_is_cheaper_and_so_is_what_will_be() {
    let mut policy = three();
    Arc::make_mut(policy.groups.get_mut("g").unwrap()).strategy = Strategy::Cost;
    // `b` is dearer by half, and has nine tenths of the prompt.
    let fleet = warm(&[("b", 2)], &[("a", 2.0), ("b", 3.0), ("c", 9.0)]);
    assert_eq!(first(&decided(&policy, &turn(1), &fleet)), "b");
    // Nothing is warm yet: with many turns to come the dearer one that reads again for less is the cheaper one.
    let mut fleet = warm(&[], &[("a", 2.0), ("b", 2.2), ("c", 9.0)]);
    let rates = Arc::make_mut(&mut fleet.rates);
    rates.0.get_mut(&target("a")).unwrap().tiers[0].1.cache_read = Usd::from_dollars(2.0).unwrap();
    for (further, name) in [(0.0, "a"), (0.05, "a"), (0.5, "b"), (9.0, "b")] {
        let warmth = Warmth { further, ..Warmth::clone(fleet.warmth.as_ref().unwrap()) };
        let fleet = FleetView { warmth: Some(Arc::new(warmth)), ..fleet.clone() };
        assert_eq!(first(&decided(&policy, &turn(1), &fleet)), name, "{further}");
    }
}

#[test]
fn a_decision_by_warmth_is_decided_again_to_the_last_bit_from_what_is_kept() {
    let prices = [("a", 1.0), ("b", 3.0), ("c", 2.0), ("elsewhere", 1.0)];
    for strategy in Strategy::ALL {
        let mut policy = three();
        Arc::make_mut(policy.groups.get_mut("g").unwrap()).strategy = strategy;
        for n in 0..20_u32 {
            let mut fleet = warm(&[("b", 2), ("c", 4), ("elsewhere", 9)], &prices);
            let warmth = Arc::make_mut(fleet.warmth.as_mut().unwrap());
            warmth.further = 1.0 / (f64::from(n) + 0.7);
            let ask = Ask { id: RequestId(n.into()), ..turn(n.into()) };
            let mut decision = decided(&policy, &ask, &fleet);
            let record = Record::of(&ask, fleet, &mut decision).trimmed();
            let text = serde_json::to_string(&record).unwrap();
            assert!(!text.contains("elsewhere"), "{text}");
            let read: Record = serde_json::from_str(&text).unwrap();
            assert_eq!(read.recompute(&policy, ask.id, 7), Recomputed::Same, "{strategy}: {text}");
        }
    }
}
