//! What the outcomes of two arms say, as evidence that may be looked at after every request.
//!
//! Each kind is an e-process: it begins at 1, and while its null hypothesis holds it is expected never to grow. By
//! Ville's inequality it then ever reaches `1/α` with a chance of at most `α`, however often it is looked at and however
//! long it runs (Ramdas, Grünwald, Vovk, Shafer: Game-Theoretic Statistics and Safe Anytime-Valid Inference, Statistical
//! Science 38, 2023). No rate has to be known, no number of requests fixed in advance, and nothing is asymptotic.

use serde::{Deserialize, Serialize};

/// Error rates of the others that are reckoned with.
const RATES: [f64; 6] = [0.005, 0.02, 0.05, 0.1, 0.2, 0.4];
/// By how much more the canary's may be, where it is worse.
const MORE: [f64; 4] = [0.05, 0.15, 0.4, 0.75];
/// Chances with which one of a pair is the slower one, where there is a difference.
const CHANCES: [f64; 3] = [0.6, 0.75, 0.9];

/// How many of some requests failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Count {
    /// All.
    pub all: u32,
    /// Of these, failed.
    pub failed: u32,
}

impl Count {
    /// One more.
    pub const fn add(&mut self, good: bool) {
        self.all = self.all.saturating_add(1);
        if !good {
            self.failed = self.failed.saturating_add(1);
        }
    }

    /// The share that failed, where there is any.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.all > 0).then(|| f64::from(self.failed) / f64::from(self.all))
    }
}

/// Evidence about two error rates, from blocks of outcomes that hold some of either arm.
///
/// One factor a block: the likelihood of its outcomes under two assumed rates, over that under the pair of rates nearest
/// to them (in the sum of Kullback-Leibler divergences) for which the null hypothesis holds. That its expectation is at
/// most 1 wherever a convex null hypothesis holds is shown for such blocks by Turner, Ly and Grünwald (Generic E-variables
/// for exact sequential k-sample tests that allow for optional stopping, JSPI 230, 2024) and with a margin by Turner and
/// Grünwald (Exact anytime-valid confidence intervals for contingency tables and beyond, Stat. Prob. Letters 198, 2023).
/// Several assumptions stand side by side, each with the same part of the stake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// For each assumption the logarithm of its product.
    logs: Vec<f64>,
}

/// What is assumed of two rates, and what that speaks against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Against {
    /// That the canary fails no more often than the others. Evidence against it is evidence that it is worse.
    NotWorse,
    /// That it fails more often by at least so much. Evidence against it is evidence that it is about as good.
    WorseBy(f64),
}

impl Against {
    /// Pairs of rates, the others' and the canary's, that are assumed.
    fn assumed(self) -> Vec<(f64, f64)> {
        match self {
            Self::NotWorse => {
                let pairs = RATES.iter().flat_map(|it| MORE.iter().map(move |more| (*it, it + more)));
                pairs.filter(|it| it.1 < 0.99).collect()
            }
            Self::WorseBy(_) => RATES.iter().map(|it| (*it, *it)).collect(),
        }
    }

    const fn margin(self) -> f64 {
        match self {
            Self::NotWorse => 0.0,
            Self::WorseBy(it) => it,
        }
    }
}

impl Rates {
    /// None yet.
    #[must_use]
    pub fn new(against: Against) -> Self {
        Self { logs: vec![0.0; against.assumed().len()] }
    }

    /// Takes in a block. Which outcomes are in it must not depend on how they came out.
    pub fn add(&mut self, against: Against, others: Count, canary: Count) {
        for (log, (other, own)) in self.logs.iter_mut().zip(against.assumed()) {
            let null = nearest((other, own), (f64::from(others.all), f64::from(canary.all)), against.margin());
            *log += likelihood(others, other, null) + likelihood(canary, own, null + against.margin());
        }
    }

    /// The evidence: 1 = none, the more the stronger.
    #[must_use]
    pub fn value(&self) -> f64 {
        mean_of_exp(&self.logs)
    }
}

/// The logarithm of how much likelier `count` is at the rate `assumed` than at `null`.
fn likelihood(count: Count, assumed: f64, null: f64) -> f64 {
    let good = count.all - count.failed;
    f64::from(count.failed) * (assumed / null).ln() + f64::from(good) * ((1.0 - assumed) / (1.0 - null)).ln()
}

/// Of all rates `x` of the others, with `x + margin` for the canary, the pair nearest to `(other, own)`: the root of a
/// derivative that only grows.
fn nearest((other, own): (f64, f64), (others, canaries): (f64, f64), margin: f64) -> f64 {
    if margin <= 0.0 {
        return (others * other + canaries * own) / (others + canaries);
    }
    let slope = |x: f64| {
        let y = x + margin;
        others * (x - other) / (x * (1.0 - x)) + canaries * (y - own) / (y * (1.0 - y))
    };
    let (mut low, mut high) = (1e-9, 1.0 - margin - 1e-9);
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if slope(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// Evidence about which of two is the slower, from pairs of times: how often the one was.
///
/// Against the null hypothesis that it is so at most half of the time: likelihood ratios of several assumed chances, side
/// by side (a mixture of Wald's sequential probability ratios; Robbins: Statistical methods related to the law of the
/// iterated logarithm, 1970). A sign test assumes nothing of how times are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Signs {
    /// Pairs.
    pub pairs: u32,
    /// Pairs in which it was.
    pub hits: u32,
}

impl Signs {
    /// One more pair.
    pub const fn add(&mut self, hit: bool) {
        self.pairs = self.pairs.saturating_add(1);
        if hit {
            self.hits = self.hits.saturating_add(1);
        }
    }

    /// The evidence: 1 = none, the more the stronger.
    #[must_use]
    pub fn value(self) -> f64 {
        let misses = self.pairs - self.hits;
        let log = |it: &f64| f64::from(self.hits) * (2.0 * it).ln() + f64::from(misses) * (2.0 * (1.0 - it)).ln();
        mean_of_exp(&CHANCES.iter().map(log).collect::<Vec<_>>())
    }
}

/// The mean of what these are logarithms of, no larger than a number can be.
fn mean_of_exp(logs: &[f64]) -> f64 {
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logs.iter().map(|it| (it - largest).exp()).sum();
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let count = logs.len() as f64;
    // Beyond this nobody needs to know how much more.
    (largest + (sum / count).ln()).min(690.0).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn count(all: u32, failed: u32) -> Count {
        Count { all, failed }
    }

    /// The expected factor of a block of these sizes for one assumption, where the rates truly are `(other, own)`.
    fn expected(against: Against, sizes: (u32, u32), truly: (f64, f64)) -> Vec<f64> {
        let chance = |all: u32, failed: u32, rate: f64| {
            let ways = (0..failed).fold(1.0, |it, n| it * f64::from(all - n) / f64::from(n + 1));
            ways * rate.powi(i32::try_from(failed).unwrap()) * (1.0 - rate).powi(i32::try_from(all - failed).unwrap())
        };
        let mut sums = vec![0.0; against.assumed().len()];
        for others in 0..=sizes.0 {
            for canaries in 0..=sizes.1 {
                let mut it = Rates::new(against);
                it.add(against, count(sizes.0, others), count(sizes.1, canaries));
                let chance = chance(sizes.0, others, truly.0) * chance(sizes.1, canaries, truly.1);
                for (sum, log) in sums.iter_mut().zip(&it.logs) {
                    *sum += chance * log.exp();
                }
            }
        }
        sums
    }

    #[test]
    fn no_factor_is_expected_to_grow_while_its_null_hypothesis_holds() {
        for sizes in [(1, 1), (19, 1), (1, 4), (7, 3)] {
            for other in [0.0, 0.01, 0.07, 0.3, 0.5, 0.9] {
                for less in [0.0, 0.01, 0.2] {
                    let own: f64 = f64::max(other - less, 0.0);
                    let sums = expected(Against::NotWorse, sizes, (other, own));
                    assert!(sums.iter().all(|it| *it <= 1.0 + 1e-6), "{sizes:?} {other} {own}: {sums:?}");
                }
                for margin in [0.05, 0.1, 0.2] {
                    for more in [0.0, 0.1] {
                        let own = other + margin + more;
                        if own > 1.0 {
                            continue;
                        }
                        let sums = expected(Against::WorseBy(margin), sizes, (other, own));
                        assert!(sums.iter().all(|it| *it <= 1.0 + 1e-6), "{sizes:?} {other} {own} {margin}: {sums:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn evidence_grows_where_there_is_some() {
        let mut worse = Rates::new(Against::NotWorse);
        let mut level = Rates::new(Against::WorseBy(0.2));
        for _ in 0..4 {
            worse.add(Against::NotWorse, count(19, 0), count(1, 1));
        }
        assert!(worse.value() > 1_000.0, "{}", worse.value());
        for _ in 0..40 {
            level.add(Against::WorseBy(0.2), count(19, 0), count(1, 0));
        }
        assert!(level.value() > 20.0, "{}", level.value());
        let (mut slower, mut even) = (Signs::default(), Signs::default());
        for n in 0..40 {
            slower.add(true);
            even.add(n % 2 == 0);
        }
        assert!(slower.value() > 1e6 && even.value() < 1.0, "{} {}", slower.value(), even.value());
        assert!(
            (Signs::default().value() - 1.0).abs() < 1e-12
                && (Rates::new(Against::NotWorse).value() - 1.0).abs() < 1e-12
        );
    }

    #[test]
    fn what_is_overwhelming_stays_a_number() {
        let mut worse = Rates::new(Against::NotWorse);
        for _ in 0..5_000 {
            worse.add(Against::NotWorse, count(1, 0), count(1, 1));
        }
        assert!(worse.value().is_finite() && worse.value() > 1e200);
    }
}
