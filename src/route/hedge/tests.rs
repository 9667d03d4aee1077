use super::*;
use crate::domain::dice::Dice;
use crate::domain::id::RequestId;

const SECOND: Duration = Duration::from_secs(1);

fn times(of: impl IntoIterator<Item = u64>) -> Times {
    let mut times = Times::default();
    of.into_iter().for_each(|it| times.add(Duration::from_millis(it)));
    times
}

#[test]
fn the_wait_is_the_targets_own_p95_and_never_below_two_seconds() {
    assert_eq!(times(1..=19).p95(), None);
    assert_eq!(times(1..=20).p95(), Some(Duration::from_millis(19)));
    assert_eq!(times(1..=100).p95(), Some(Duration::from_millis(95)));
    // The oldest are forgotten.
    assert_eq!(times((1..=1000).chain(std::iter::repeat_n(5, 128))).p95(), Some(Duration::from_millis(5)));
    assert_eq!(wait(Hedge::Auto, Some(3 * SECOND), false), Some(3 * SECOND));
    assert_eq!(wait(Hedge::Auto, Some(SECOND), true), Some(2 * SECOND));
    assert_eq!(wait(Hedge::Auto, None, false), Some(10 * SECOND));
    assert_eq!(wait(Hedge::Auto, None, true), Some(60 * SECOND));
    assert_eq!(wait(Hedge::After(SECOND), Some(5 * SECOND), true), Some(SECOND));
    assert_eq!(wait(Hedge::Off, Some(SECOND), false), None);
}

#[test]
fn sizes_are_powers_of_four() {
    let bucket = |tokens| Size::of(tokens, true).bucket;
    assert_eq!([0, 1023, 1024, 4095, 4096, 262_143, 262_144].map(bucket), [0, 0, 1, 1, 2, 4, 5]);
}

#[test]
fn never_more_than_one_hedge_for_twenty_requests_after_the_first_sixty() {
    for every in 1..50u64 {
        let mut budget = Budget::default();
        let mut taken = 0;
        for n in 1..=5000 {
            budget.request();
            // Wanted each `every` requests.
            taken += u64::from(n % every == 0 && budget.take());
            assert!(taken * 20 <= n.max(60), "{taken} of {n}");
        }
        let wanted = 5000 / every;
        assert!(taken == wanted.min(250) || (every < 20 && taken >= 249), "{taken} of {wanted}");
    }
}

/// One target that is slow to begin in 5 % of its requests, another one that is not, and what the first content took.
struct Run {
    p99: Duration,
    hedges: u32,
}

/// Box and Muller: two throws make one normal draw, here of a logarithm.
fn lognormal(median: f64, sigma: f64, dice: &mut Dice) -> Duration {
    let (u, v) = (1.0 - dice.unit(), dice.unit());
    let normal = (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos();
    Duration::from_secs_f64(median * (sigma * normal).exp())
}

fn run(origin: u64, on: bool, requests: u32) -> Run {
    let mut dice = Dice::of(RequestId(origin), 5);
    let (mut times, mut budget) = (Times::default(), Budget::default());
    let (mut seen, mut hedges) = (Vec::new(), 0);
    let mut slow_one = 0;
    for n in 0..requests {
        budget.request();
        // One of each twenty, at a place that nobody can foresee.
        if n % 20 == 0 {
            slow_one = n + u32::try_from(dice.word() % 20).unwrap();
        }
        let slow = n == slow_one;
        let first = lognormal(if slow { 15.0 } else { 0.6 }, 0.3, &mut dice);
        let second = lognormal(0.9, 0.3, &mut dice);
        let late = wait(Hedge::Auto, times.p95(), false).filter(|_| on);
        let took = match late {
            Some(late) if first > late && budget.take() => {
                hedges += 1;
                if first < late + second {
                    times.add(first);
                }
                first.min(late + second)
            }
            _ => {
                times.add(first);
                first
            }
        };
        seen.push(took);
    }
    seen.sort_unstable();
    Run { p99: seen[seen.len() * 99 / 100], hedges }
}

/// The figure of routing.md: p99 at least halved for at most 5 % more requests.
#[test]
fn a_hedge_halves_the_p99_of_a_target_that_is_slow_in_one_of_twenty() {
    let requests = 2000;
    for seed in 0..50 {
        let (plain, hedged) = (run(seed, false, requests), run(seed, true, requests));
        println!("seed {seed}: p99 {:?} -> {:?}, {} hedges", plain.p99, hedged.p99, hedged.hedges);
        assert_eq!(plain.hedges, 0);
        assert!(hedged.hedges * 20 <= requests, "seed {seed}: {} hedges", hedged.hedges);
        assert!(hedged.p99 * 2 <= plain.p99, "seed {seed}: {:?} -> {:?}", plain.p99, hedged.p99);
    }
}
