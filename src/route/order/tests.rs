use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::domain::id::{KeyId, RequestId};
use crate::domain::target::Target;
use crate::route::breaker::Why;
use crate::route::health::LiveSeats;
use crate::route::order::adaptive::{Assessment, State};

const NOW: Moment = Moment(600_000_000);

fn class() -> Class {
    Class::of(true, 300)
}

fn someone() -> Contender<'static> {
    Contender { weight: 1.0, standing: Standing::Healthy, native: true, live: None, assessed: None, price: None }
}

fn field(all: Vec<Contender<'_>>) -> Field<'_> {
    Field { all, class: class(), now: NOW }
}

/// A seat that answered `n` times in `seconds` up to now.
fn took(seconds: f64, n: u32) -> Live {
    let mut live = Live::default();
    for nth in (0..n).rev() {
        let at = Moment(NOW.0 - u64::from(nth) * 1_000_000);
        live.answered(class(), Duration::from_secs_f64(seconds), at);
    }
    live
}

fn with(live: Live) -> Contender<'static> {
    Contender { live: Some(Cow::Owned(live)), ..someone() }
}

fn busy(weight: f64, in_flight: u32) -> Contender<'static> {
    let mut live = Live::default();
    (0..in_flight).for_each(|_| live.sent(NOW));
    Contender { weight, ..with(live) }
}

fn priced(dollars: f64) -> Contender<'static> {
    Contender { price: Usd::from_dollars(dollars), ..someone() }
}

/// How often each is first in a thousand throws.
fn firsts(strategy: Strategy, field: &Field<'_>) -> Vec<u32> {
    let mut counts = vec![0; field.all.len()];
    for id in 0..1000 {
        let ranked = rank(strategy, field, &mut Dice::of(RequestId(id), 3));
        let mut everybody = ranked.order.clone();
        everybody.sort_unstable();
        assert_eq!(everybody, (0..field.all.len()).collect::<Vec<_>>(), "a whole order");
        assert_eq!(ranked.scores.len(), field.all.len());
        counts[ranked.order[0]] += 1;
    }
    counts
}

#[test]
fn whatever_the_strategy_the_drained_come_last_and_those_coming_back_have_half_their_share() {
    for strategy in Strategy::ALL {
        let drained = Contender { weight: 0.0, ..with(took(0.1, 14)) };
        let drained = Contender { price: Some(Usd::ZERO), ..drained };
        let known = || Contender { price: Usd::from_dollars(0.01), ..with(took(1.0, 14)) };
        let all = field(vec![drained, known(), known()]);
        for id in 0..200 {
            let ranked = rank(strategy, &all, &mut Dice::of(RequestId(id), 3));
            assert_eq!(ranked.order[2], 0, "{strategy}");
        }
        let back = Contender { standing: Standing::Degraded, ..known() };
        let alone = firsts(strategy, &field(vec![known(), known()]))[0];
        let share = firsts(strategy, &field(vec![back, known()]))[0];
        // Where it had all or half before, it has about half of that now; twice as slow is less for `latency`.
        assert!(share < alone * 4 / 5, "{strategy}: {share} of {alone}");
    }
}

#[test]
fn priority_is_as_listed() {
    let dear = priced(9.0);
    let slow = Contender { native: false, ..with(took(9.0, 14)) };
    assert_eq!(firsts(Strategy::Priority, &field(vec![slow, dear, with(took(0.1, 14))])), [1000, 0, 0]);
}

#[test]
fn latency_prefers_the_fast_and_tries_what_nobody_knows() {
    let counts = firsts(Strategy::Latency, &field(vec![with(took(2.0, 14)), with(took(0.5, 14)), someone()]));
    assert!(counts[0] < 5 && counts[1] > 600 && counts[2] > 50, "{counts:?}");
}

#[test]
fn stale_knowledge_is_tried_again() {
    let stale = |minutes: u64| {
        let mut live = Live::default();
        for _ in 0..14 {
            live.answered(class(), Duration::from_secs_f64(1.0), Moment(NOW.0 - minutes * 60_000_000));
        }
        live
    };
    let slow_of = |minutes| firsts(Strategy::Latency, &field(vec![with(stale(minutes)), with(took(0.6, 14))]))[0];
    assert!(slow_of(0) < 15 && slow_of(9) > 30, "{} {}", slow_of(0), slow_of(9));
}

#[test]
fn a_fast_refusal_is_slow() {
    let mut refuses = Live::default();
    for _ in 0..5 {
        refuses.failed(class(), Duration::from_millis(2), NOW);
    }
    assert!(firsts(Strategy::Latency, &field(vec![with(refuses), with(took(2.0, 14))]))[0] < 5);
}

#[test]
fn with_much_in_flight_the_load_counts() {
    let mut fast = took(0.5, 14);
    (0..30).for_each(|_| fast.sent(NOW));
    let counts = firsts(Strategy::Latency, &field(vec![with(fast), with(took(1.0, 14)), with(took(1.1, 14))]));
    assert!(counts[0] < 5, "{counts:?}");
    // Of many, two are drawn and the better is taken: nobody has them all.
    let many: Vec<_> = (0..9).map(|n| with(took(0.5 + f64::from(n) * 0.1, 14))).collect();
    let counts = firsts(Strategy::Latency, &field(many));
    assert!(counts[0] < 350 && counts[0] > 120 && counts[7] > 10, "{counts:?}");
}

#[test]
fn least_busy_goes_by_load_relative_to_weight_and_draws_among_equals() {
    assert_eq!(firsts(Strategy::LeastBusy, &field(vec![busy(1.0, 2), busy(4.0, 4)])), [0, 1000]);
    let idle = firsts(Strategy::LeastBusy, &field(vec![busy(1.0, 0), busy(3.0, 0)]));
    assert!((200..300).contains(&idle[0]), "{idle:?}");
}

#[test]
fn cost_is_the_cheapest_first_and_the_unknown_last() {
    let all = field(vec![someone(), priced(0.02), priced(0.0), priced(0.01)]);
    let ranked = rank(Strategy::Cost, &all, &mut Dice::of(RequestId(1), 3));
    assert_eq!(ranked.order, [2, 3, 1, 0]);
    assert!((ranked.scores[1].value - 0.02).abs() < 1e-12 && ranked.scores[0].to_string() == "?");
}

#[test]
fn openrouter_draws_by_the_inverse_square_of_the_price_among_those_without_an_outage() {
    // 1/1² against 1/3²: nine to one, as its documentation reckons it.
    let counts = firsts(Strategy::Openrouter, &field(vec![priced(0.01), priced(0.03), someone()]));
    assert!((870..930).contains(&counts[0]) && counts[2] == 0, "{counts:?}");
    let mut down = took(0.5, 4);
    down.cut(NOW);
    down.cut(NOW);
    let out = Contender { price: Usd::from_dollars(0.0001), ..with(down) };
    assert_eq!(firsts(Strategy::Openrouter, &field(vec![out, priced(0.03)])), [0, 1000]);
}

fn assess(before: &Assessment, live: &Live, standing: Standing, now: Moment) -> Assessment {
    let target = Target { provider: "p".into(), model: "m".into() };
    let id = SeatId::of(&Seat { target, key: Some((KeyId(1), "k".into())) });
    let seats = LiveSeats(HashMap::from([(id.clone(), Arc::new(live.clone()))]));
    before.next(&seats, &HashMap::from([(id, standing)]), now)
}

fn only(it: &Assessment) -> &Assessed {
    it.seats.values().next().unwrap()
}

#[test]
fn adaptive_goes_through_its_states_and_gives_traffic_back_by_and_by() {
    let (live, second) = (took(1.0, 20), 1_000_000);
    let at = |seconds: u64| Moment(NOW.0 + seconds * second);
    let well = assess(&Assessment::default(), &live, Standing::Healthy, NOW);
    assert_eq!((only(&well).state, only(&well).ramp), (State::Healthy, 1.0));
    let out = Standing::Out { until: at(20), why: Why::Tripped };
    let failed = assess(&well, &live, out, at(5));
    assert_eq!(only(&failed).state, State::Failed);
    let mut now = assess(&failed, &live, Standing::Recovering, at(10));
    assert_eq!(only(&now).state, State::Recovering);
    let mut ramps = Vec::new();
    for nth in 3..8 {
        now = assess(&now, &live, Standing::Healthy, at(nth * 5));
        ramps.push(only(&now).ramp);
    }
    assert!(ramps.iter().zip([0.2, 0.4, 0.8, 1.0, 1.0]).all(|(a, b)| (a - b).abs() < 1e-9), "{ramps:?}");
    assert_eq!(only(&now).state, State::Healthy);
    // While it still fails it gets no more.
    let mut failing = live.clone();
    failing.cut(at(15));
    let held = assess(&assess(&failed, &live, Standing::Recovering, at(10)), &failing, Standing::Degraded, at(15));
    assert!((only(&held).ramp - 0.1).abs() < 1e-9);
}

#[test]
fn adaptive_calls_errors_and_slowness_degraded() {
    let mut errors = took(1.0, 20);
    (0..4).for_each(|_| errors.cut(NOW));
    assert_eq!(only(&assess(&Assessment::default(), &errors, Standing::Healthy, NOW)).state, State::Degraded);
    let mut slow = took(1.0, 200);
    (0..20).for_each(|_| slow.answered(class(), Duration::from_secs(4), NOW));
    assert_eq!(only(&assess(&Assessment::default(), &slow, Standing::Healthy, NOW)).state, State::Degraded);
}

#[test]
fn adaptive_shares_follow_the_weights_until_somebody_does_worse() {
    let contender = |weight: f64, live: &Live| {
        let assessed = only(&assess(&Assessment::default(), live, Standing::Healthy, NOW)).clone();
        Contender { weight, assessed: Some(Cow::Owned(assessed)), ..someone() }
    };
    let like = firsts(Strategy::Adaptive, &field(vec![contender(3.0, &took(1.0, 20)), contender(1.0, &took(1.0, 20))]));
    assert!((700..800).contains(&like[0]), "{like:?}");
    let slower =
        firsts(Strategy::Adaptive, &field(vec![contender(3.0, &took(3.0, 20)), contender(1.0, &took(1.0, 20))]));
    assert!(slower[0] < 100 && slower[0] > 0, "{slower:?}");
}

#[test]
fn a_score_says_what_it_is_made_of() {
    let score = Score::of(-0.5, &[("mean", -0.625), ("fails", 0.125)]);
    assert_eq!(score.to_string(), "-0.5000 (mean -0.6250, fails 0.1250)");
}
