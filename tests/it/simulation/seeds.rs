//! A thousand random fleets with random troubles: what must hold whatever happens. A seed that fails says so; it is run
//! again, alone, with `LLMROUTE_SEED=N cargo test --test it simulation::seeds`.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use llmroute::domain::clock::Moment;
use llmroute::domain::dice::Dice;
use llmroute::domain::failure::Kind;
use llmroute::domain::id::RequestId;
use llmroute::domain::strategy::Strategy;
use llmroute::domain::target::Seat;
use llmroute::route::breaker::Standing;
use llmroute::route::health::FleetView;
use llmroute::route::{Decision, decide};

use super::world::{ATTEMPTS, Behaviour, Episode, Fate, Setting, Witness, ask, is_last_resort, number, policy, run};

/// The seed to replay, or all of them.
#[expect(clippy::disallowed_methods, reason = "how a failing seed is replayed")]
fn seeds() -> Range<u64> {
    match std::env::var("LLMROUTE_SEED") {
        Ok(text) => {
            let seed: u64 = text.parse().expect("LLMROUTE_SEED is a number");
            seed..seed + 1
        }
        Err(_) => 0..1000,
    }
}

/// One of several, evenly.
fn pick<T: Copy>(dice: &mut Dice, among: &[T]) -> T {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place")]
    let place = (dice.unit() * among.len() as f64) as usize;
    among[place]
}

fn behaviour(dice: &mut Dice) -> Behaviour {
    let kind = pick(
        dice,
        &[Kind::Transient, Kind::Rate, Kind::Overload, Kind::Silent, Kind::Auth, Kind::Broken, Kind::Client],
    );
    let episode = |dice: &mut Dice| {
        let from = dice.unit() * 60.0;
        Episode {
            from,
            to: from + dice.unit() * 30.0,
            slower: pick(dice, &[1.0, 3.0, 8.0]),
            fails: pick(dice, &[0.0, 0.5, 1.0]),
        }
    };
    Behaviour {
        median: 0.2 + dice.unit() * 1.5,
        spread: 0.1 + dice.unit() * 0.5,
        fails: pick(dice, &[0.0, 0.0, 0.02, 0.2]),
        fails_after: pick(dice, &[0.01, 0.5, 4.0]),
        kind,
        retry_after: pick(dice, &[None, None, Some(Duration::from_secs(2)), Some(Duration::from_secs(20))]),
        episodes: (0..pick(dice, &[0, 1, 2])).map(|_| episode(dice)).collect(),
    }
}

fn setting(seed: u64) -> Setting {
    let mut dice = Dice::of(RequestId(seed), 77);
    let targets = (0..pick(&mut dice, &[1, 2, 3, 4, 6, 9])).map(|_| {
        let weight = pick(&mut dice, &[0.0, 0.1, 1.0, 1.0, 3.0, 10.0]);
        (weight, pick(&mut dice, &[1, 1, 2, 3]), behaviour(&mut dice))
    });
    let targets = targets.collect();
    Setting {
        seed,
        strategy: pick(&mut dice, &Strategy::ALL),
        targets,
        rate: pick(&mut dice, &[0.3, 1.0, 4.0]),
        seconds: 75.0,
        tail: dice.unit() * 5.0,
    }
}

/// Notes what must never happen.
#[derive(Default)]
struct Strict {
    faults: Vec<String>,
    probes: HashMap<Seat, usize>,
    running: HashMap<Seat, Vec<bool>>,
    targets: usize,
    keys: Vec<usize>,
}

impl Witness for Strict {
    fn decided(&mut self, decision: &Decision, standing: &dyn Fn(&Seat) -> Standing) {
        let planned: Vec<&Seat> = decision.plan.iter().flat_map(|it| &it.seats).collect();
        let out = |it: &Seat| matches!(standing(it), Standing::Out { .. });
        if decision.plan.is_empty() != decision.refusal.is_some() {
            self.faults.push(format!("a plan and a refusal, or neither: {decision:?}"));
        }
        if is_last_resort(decision) {
            if planned.len() != 1 {
                self.faults.push(format!("the least bad is one seat: {planned:?}"));
            }
            return;
        }
        if let Some(excluded) = planned.iter().find(|it| out(it)) {
            self.faults.push(format!("planned although it is out: {excluded:?}"));
        }
        let mut once: Vec<_> = planned.clone();
        once.sort_by_key(|it| (it.target.clone(), it.key_id()));
        once.dedup();
        if once.len() != planned.len() {
            self.faults.push(format!("planned twice: {planned:?}"));
        }
        // Whoever is not out is in the plan: it is a whole order, not one pick.
        let keys: usize = self.keys.iter().sum();
        let resting = decision.trail.iter().filter(|it| matches!(it, llmroute::route::explain::Step::Resting { .. }));
        let resting = resting.count();
        if decision.refusal.is_none() && planned.len() + resting != keys {
            self.faults.push(format!("{} planned and {resting} out of {keys} seats", planned.len()));
        }
    }

    fn begins(&mut self, seat: &Seat, standing: Standing) {
        let probe = standing == Standing::Recovering;
        let probes = self.probes.entry(seat.clone()).or_default();
        if probe {
            *probes += 1;
            if *probes > 1 {
                self.faults.push(format!("{probes} probes at once: {seat:?}"));
            }
        }
        self.running.entry(seat.clone()).or_default().push(probe);
    }

    fn ends(&mut self, seat: &Seat) {
        // Attempts are told apart by the order they began in only as far as this check needs it: a probe that ended.
        let running = self.running.get_mut(seat).unwrap();
        let at = running.iter().position(|it| *it).unwrap_or(0);
        if running.remove(at) {
            *self.probes.get_mut(seat).unwrap() -= 1;
        }
    }
}

/// Retries stay within their budget: three a second, or a tenth of the last minute's requests.
fn retries_beyond_budget(fates: &[Fate]) -> Option<String> {
    let mut retries: Vec<f64> = fates.iter().flat_map(|it| it.retries.iter().copied()).collect();
    retries.sort_by(f64::total_cmp);
    for (nth, at) in retries.iter().enumerate() {
        let this_second = retries[..=nth].iter().filter(|it| it.floor().total_cmp(&at.floor()).is_eq()).count();
        let minute = retries[..=nth].iter().filter(|it| **it > at - 60.0).count();
        let requests = fates.iter().filter(|it| it.at <= *at && it.at > at - 61.0).count();
        if this_second > 3 && minute * 10 > requests {
            return Some(format!("{minute} retries of {requests} requests, {this_second} in the second of {at}"));
        }
    }
    None
}

#[test]
fn nothing_excluded_is_planned_one_probe_at_a_time_and_retries_stay_within_their_budget() {
    let (mut requests, mut answered, mut moved) = (0, 0, 0);
    for seed in seeds() {
        let setting = setting(seed);
        let keys = setting.targets.iter().map(|it| it.1).collect();
        let mut strict = Strict { targets: setting.targets.len(), keys, ..Strict::default() };
        let fates = run(&setting, &mut strict);
        let replay = || format!("seed {seed} (LLMROUTE_SEED={seed}): {setting:?}");
        assert!(strict.faults.is_empty(), "{}\n{:#?}", replay(), strict.faults);
        let most = ATTEMPTS.max(strict.targets);
        for it in &fates {
            assert!(it.tried.len() <= most, "{}\n{it:?}", replay());
        }
        if let Some(storm) = retries_beyond_budget(&fates) {
            panic!("{}\n{storm}", replay());
        }
        // With everything told, nothing is in flight any more, and one probe a seat at most was left open: none.
        assert!(strict.probes.values().all(|it| *it == 0), "{}\n{:?}", replay(), strict.probes);
        requests += fates.len();
        answered += fates.iter().filter(|it| it.answered.is_some()).count();
        moved += fates.iter().filter(|it| it.answered.is_some() && it.answered != it.first).count();
    }
    // The thousand worlds are neither all dead nor all well, or nothing above was put to the test.
    if seeds().count() == 1000 {
        assert!(requests > 50_000 && answered > requests / 2 && moved > 1_000, "{requests} {answered} {moved}");
    }
}

#[test]
fn nobody_who_is_well_starves() {
    for seed in seeds().filter(|it| it % 10 == 0) {
        for strategy in
            [Strategy::Weighted, Strategy::Latency, Strategy::LeastBusy, Strategy::Openrouter, Strategy::Adaptive]
        {
            let mut dice = Dice::of(RequestId(seed), 78);
            // Up to twice as slow as the fastest, and a few failures: no reason to be given up.
            let targets = (0..pick(&mut dice, &[2, 3, 4, 9])).map(|_| {
                let median = 0.5 * (1.0 + dice.unit());
                (1.0, 1, Behaviour { median, fails: 0.01, ..Behaviour::default() })
            });
            let targets: Vec<_> = targets.collect();
            let setting = Setting { seed, strategy, targets, rate: 5.0, seconds: 120.0, tail: 1.0 };
            let fates = run(&setting, &mut super::world::Nobody);
            for target in 0..setting.targets.len() {
                let got = fates.iter().filter(|it| it.first == Some(target)).count();
                assert!(
                    got > 0,
                    "seed {seed} (LLMROUTE_SEED={seed}), {strategy}: t{target} got none of {}",
                    fates.len()
                );
            }
        }
    }
}

/// The chi-square statistic of `counts` against `shares`, and its degrees of freedom. Places that expect fewer than five
/// are taken together.
fn chi_square(counts: &[usize], shares: &[f64]) -> (f64, f64) {
    let drawn = float(counts.iter().sum());
    let total: f64 = shares.iter().sum();
    let mut cells: Vec<(f64, f64)> = Vec::new();
    let mut small = (0.0, 0.0);
    for (count, share) in counts.iter().zip(shares) {
        let expected = drawn * share / total;
        if expected >= 5.0 {
            cells.push((float(*count), expected));
        } else {
            small = (small.0 + float(*count), small.1 + expected);
        }
    }
    match cells.last_mut() {
        Some(it) if small.1 < 5.0 => *it = (it.0 + small.0, it.1 + small.1),
        _ => cells.push(small),
    }
    let sum = cells.iter().map(|(count, expected)| (count - expected).powi(2) / expected).sum();
    (sum, float(cells.len() - 1))
}

fn float(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap())
}

/// How many standard deviations a chi-square statistic lies above its mean (Wilson and Hilferty, 1931).
fn deviations(chi_square: f64, freedom: f64) -> f64 {
    let spread = 2.0 / (9.0 * freedom);
    ((chi_square / freedom).cbrt() - (1.0 - spread)) / spread.sqrt()
}

#[test]
fn the_weights_are_hit() {
    let (mut sum, mut freedom) = (0.0, 0.0);
    for seed in seeds() {
        let mut setting = setting(seed);
        setting.strategy = Strategy::Weighted;
        let policy = policy(&setting);
        let weights: Vec<f64> = setting.targets.iter().map(|it| it.0).collect();
        if weights.iter().filter(|it| **it > 0.0).count() < 2 {
            continue;
        }
        let mut counts = vec![0; weights.len()];
        for id in 0..300 {
            let id = seed * 1000 + id;
            let view = FleetView::default();
            let decision = decide(&policy, &ask(id, Moment(0)), &view, &mut Dice::of(RequestId(id), setting.salt()));
            counts[number(&decision.plan[0].target)] += 1;
        }
        for (count, weight) in counts.iter().zip(&weights) {
            assert!(*weight > 0.0 || *count == 0, "seed {seed} (LLMROUTE_SEED={seed}): a drained target was first");
        }
        let (chi_square, cells) = chi_square(&counts, &weights);
        if cells < 1.0 {
            continue;
        }
        // One in a hundred million by chance.
        let off = deviations(chi_square, cells);
        assert!(off < 5.6, "seed {seed} (LLMROUTE_SEED={seed}): {counts:?} for {weights:?}");
        (sum, freedom) = (sum + chi_square, freedom + cells);
    }
    // All together: also a fault too small for one fleet shows, and a draw that is too even.
    if seeds().count() == 1000 {
        let off = deviations(sum, freedom);
        assert!(off.abs() < 4.0, "{sum} with {freedom} degrees of freedom");
    }
}

#[test]
fn the_statistic_tells_a_wrong_share() {
    let (fair, freedom) = chi_square(&[148, 102, 50], &[3.0, 2.0, 1.0]);
    assert!(deviations(fair, freedom) < 1.0, "{fair}");
    let (wrong, freedom) = chi_square(&[100, 100, 100], &[3.0, 2.0, 1.0]);
    assert!(deviations(wrong, freedom) > 5.6, "{wrong}");
}
