//! The balancing simulation of smart.md §3.4: four unequal targets with times of slowness and of errors, and what each
//! policy makes of them. The strategy `latency` runs through the whole of `decide` and the fleet; what it is measured
//! against is told here in a few lines each.

use llmroute::domain::dice::Dice;
use llmroute::domain::id::RequestId;
use llmroute::domain::strategy::Strategy;

use super::world::{Behaviour, Episode, Nobody, Setting, run};

/// Four targets over `seconds`; every hour or so each of them has minutes in which it is slow or fails.
pub(super) fn setting(seed: u64, rate: f64, seconds: f64) -> Setting {
    let mut dice = Dice::of(RequestId(seed), 4);
    let target = |median: f64, dice: &mut Dice| {
        let mut episodes = Vec::new();
        let mut at = dice.exponential() * 3600.0;
        while at < seconds {
            let to = at + 120.0 + dice.exponential() * 480.0;
            let slow = dice.unit() < 0.6;
            let (slower, fails) = if slow { (3.0 + dice.unit() * 5.0, 0.0) } else { (1.0, 0.3 + dice.unit() * 0.7) };
            episodes.push(Episode { from: at, to, slower, fails });
            at = to + dice.exponential() * 3600.0;
        }
        let behaviour =
            Behaviour { median, spread: 0.45, fails: 0.005, fails_after: 1.0, episodes, ..Behaviour::default() };
        (1.0, 1, behaviour)
    };
    let targets = [0.45, 0.6, 0.8, 1.1].map(|median| target(median, &mut dice)).to_vec();
    Setting { seed, strategy: Strategy::Latency, targets, rate, seconds, tail: 0.0 }
}

/// Mean, p95 and p99 of the times to the first content, in seconds.
#[derive(Debug, Clone, Copy)]
struct Times {
    mean: f64,
    p95: f64,
    p99: f64,
}

impl Times {
    fn of(mut all: Vec<f64>) -> Self {
        all.sort_by(f64::total_cmp);
        let at = |percent: usize| all[all.len() * percent / 100];
        Self { mean: all.iter().sum::<f64>() / f64::from(u32::try_from(all.len()).unwrap()), p95: at(95), p99: at(99) }
    }

    /// Whether it is within a fifth of the figures of the table, or below them.
    fn is_about(self, mean: f64, p95: f64, p99: f64) -> bool {
        [(self.mean, mean), (self.p95, p95), (self.p99, p99)].iter().all(|(own, table)| *own < table * 1.2)
    }
}

/// The same world without any memory of health: a request goes to the targets in the order that `order` says until one
/// answers; `tell` hears of every attempt.
fn without_us(
    setting: &Setting,
    mut order: impl FnMut(usize, &mut Dice) -> Vec<usize>,
    mut tell: impl FnMut(usize, f64, bool),
) -> Vec<f64> {
    let mut dice = Dice::of(RequestId(setting.seed), 0x5eed);
    let (mut at, mut times) = (0.0, Vec::new());
    while at < setting.seconds {
        let mut took = 0.0;
        for target in order(times.len(), &mut dice) {
            let (time, well) = setting.targets[target].2.attempt(at + took, &mut dice);
            took += time;
            tell(target, time, well);
            if well {
                break;
            }
        }
        times.push(took);
        at += dice.exponential() / setting.rate;
    }
    times
}

fn round_robin(setting: &Setting) -> Vec<f64> {
    let n = setting.targets.len();
    without_us(setting, |nth, _| (0..n).map(|it| (nth + it) % n).collect(), |_, _, _| {})
}

/// Always the one with the lowest mean of late; a failure counts as slow.
fn greedy(setting: &Setting) -> Vec<f64> {
    let means = std::cell::RefCell::new(vec![0.0_f64; setting.targets.len()]);
    let order = |_, _: &mut Dice| {
        let means = means.borrow();
        let mut order: Vec<usize> = (0..means.len()).collect();
        order.sort_by(|a, b| means[*a].total_cmp(&means[*b]));
        order
    };
    let tell = |target: usize, time: f64, well: bool| {
        let mean: &mut f64 = &mut means.borrow_mut()[target];
        let time = if well { time } else { 10.0 };
        *mean = if *mean > 0.0 { *mean * 0.7 + time * 0.3 } else { time };
    };
    without_us(setting, order, tell)
}

fn ours(setting: &Setting) -> Vec<f64> {
    run(setting, &mut Nobody).into_iter().map(|it| it.took).collect()
}

fn over(seeds: u64, rate: f64, hours: f64, policy: impl Fn(&Setting) -> Vec<f64>) -> Times {
    Times::of((0..seeds).flat_map(|seed| policy(&setting(seed, rate, hours * 3600.0))).collect())
}

#[test]
fn at_a_request_every_ten_seconds_latency_comes_to_the_figures_of_the_table() {
    let of = |policy: &dyn Fn(&Setting) -> Vec<f64>| over(12, 0.1, 6.0, policy);
    let (robin, greedy, ours) = (of(&round_robin), of(&greedy), of(&ours));
    println!("0.1 rps: round robin {robin:?}\n greedy {greedy:?}\n latency {ours:?}");
    assert!(ours.is_about(0.67, 1.43, 3.8), "{ours:?}");
    assert!(ours.mean < 0.7 * robin.mean && ours.mean < greedy.mean, "{ours:?} {greedy:?} {robin:?}");
}

#[test]
fn at_two_requests_a_second_latency_comes_to_the_figures_of_the_table() {
    let of = |policy: &dyn Fn(&Setting) -> Vec<f64>| over(4, 2.0, 2.0, policy);
    let (robin, greedy, ours) = (of(&round_robin), of(&greedy), of(&ours));
    println!("2 rps: round robin {robin:?}\n greedy {greedy:?}\n latency {ours:?}");
    assert!(ours.is_about(0.62, 1.21, 2.7), "{ours:?}");
    assert!(ours.mean < 0.7 * robin.mean && ours.mean < greedy.mean, "{ours:?} {greedy:?} {robin:?}");
}
