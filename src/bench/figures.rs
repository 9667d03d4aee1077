//! The statistics of measurements: pure functions of sorted values.
//!
//! Intervals of quantiles are order statistics: `[x_j, x_k]` with `P(j <= Bin(n, q) < k) >= 0.95`, which holds for
//! any distribution. Where the sample is too small to have one, there is none: a figure that cannot be bounded is not
//! shown (a median needs 6 values, p90 36, p95 72, p99 368).

use serde::Serialize;

/// A figure with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The figure.
    pub value: f64,
    /// The interval's lower end; `None` where the sample cannot carry one.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

/// Quantiles of a sample, in its own unit; those it cannot carry are `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Quantiles {
    /// Values in the sample.
    pub n: usize,
    /// The median.
    pub p50: Option<Interval>,
    /// 95 of 100 are at most this.
    pub p95: Option<Interval>,
    /// 99 of 100 are at most this.
    pub p99: Option<Interval>,
}

impl Quantiles {
    /// Quantiles of values in any order.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let sorted = sorted(values);
        let bounded = |q| quantile(&sorted, q).filter(|it| it.low.is_some());
        Self { n: sorted.len(), p50: quantile(&sorted, 0.5), p95: bounded(0.95), p99: bounded(0.99) }
    }
}

/// The median of values in any order, with its interval.
#[must_use]
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<Interval> {
    quantile(&sorted(values), 0.5)
}

/// The values in rising order; those that are no numbers are left out.
fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.into_iter().filter(|it| it.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// A quantile of sorted values, interpolated between the two nearest, and its interval.
fn quantile(sorted: &[f64], q: f64) -> Option<Interval> {
    let last = sorted.len().checked_sub(1)?;
    let place = as_f64(last) * q;
    let below = floor(place).min(last);
    let above = (below + 1).min(last);
    let (low, high) = (*sorted.get(below)?, *sorted.get(above)?);
    let value = low + (high - low) * (place - as_f64(below));
    let ends = ranks(sorted.len(), q).and_then(|(j, k)| Some((*sorted.get(j)?, *sorted.get(k)?)));
    Some(Interval { value, low: ends.map(|it| it.0), high: ends.map(|it| it.1) })
}

/// The 0-based ranks of the 95 % interval of a quantile in a sample of `n`, each tail holding 2.5 % at most.
fn ranks(n: usize, q: f64) -> Option<(usize, usize)> {
    let chances = binomial(n, q);
    let mut tail = 0.0;
    let mut low = None;
    for (rank, chance) in chances.iter().enumerate() {
        // The true quantile lies below x_(rank+1) if at most `rank` of the values do.
        tail += chance;
        if tail > 0.025 {
            low = rank.checked_sub(1);
            break;
        }
    }
    let mut tail = 0.0;
    let mut high = None;
    for (rank, chance) in chances.iter().enumerate().rev() {
        tail += chance;
        if tail > 0.025 {
            high = Some(rank).filter(|it| *it < n);
            break;
        }
    }
    low.zip(high)
}

/// The chances of 0 to `n` successes. Worked out from the most likely count outwards, so that nothing underflows
/// where it matters.
fn binomial(n: usize, q: f64) -> Vec<f64> {
    let mode = floor(as_f64(n + 1) * q).min(n);
    let mut weights = vec![0.0; n + 1];
    let odds = q / (1.0 - q);
    let mut weight = 1.0;
    for (k, slot) in weights.iter_mut().enumerate().skip(mode) {
        *slot = weight;
        weight *= as_f64(n - k) / as_f64(k + 1) * odds;
    }
    let mut weight = 1.0;
    for k in (0..mode).rev() {
        weight *= as_f64(k + 1) / as_f64(n - k) / odds;
        if let Some(slot) = weights.get_mut(k) {
            *slot = weight;
        }
    }
    let sum: f64 = weights.iter().sum();
    for weight in &mut weights {
        *weight /= sum;
    }
    weights
}

#[expect(clippy::cast_precision_loss, reason = "sample sizes are far below 2^53")]
fn as_f64(n: usize) -> f64 {
    n as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "ranks are small and not negative")]
fn floor(x: f64) -> usize {
    x.max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rising(n: u32) -> impl Iterator<Item = f64> {
        (1..=n).map(f64::from)
    }

    #[test]
    fn chances_sum_to_one_and_match_small_tables() {
        let chances = binomial(4, 0.5);
        for (got, expected) in chances.iter().zip([1.0, 4.0, 6.0, 4.0, 1.0]) {
            assert!((got - expected / 16.0).abs() < 1e-12);
        }
        assert!((binomial(5000, 0.99).iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn samples_too_small_for_a_quantile_have_none() {
        // The least sizes of cli.md §3: n >= ln 0.025 / ln q.
        for (q, least) in [(0.5, 6), (0.9, 36), (0.95, 72), (0.99, 368)] {
            assert!(ranks(least - 1, q).is_none(), "{q} at {}", least - 1);
            assert!(ranks(least, q).is_some(), "{q} at {least}");
        }
        assert!(median(std::iter::empty()).is_none());
        assert_eq!(median([3.0]).map(|it| (it.value, it.low)), Some((3.0, None)));
        assert!(Quantiles::of(rising(100)).p99.is_none());
    }

    #[test]
    fn the_interval_of_a_median_is_the_textbooks() {
        // n = 20: the 6th and the 15th value (Conover, table A3).
        let median = median(rising(20)).expect("a median");
        assert!((median.value - 10.5).abs() < 1e-9);
        assert_eq!((median.low, median.high), (Some(6.0), Some(15.0)));
    }

    #[test]
    fn the_interval_covers_as_often_as_it_says() {
        use crate::domain::dice::Dice;
        use crate::domain::id::RequestId;
        let covered = (0..1_000)
            .filter(|seed| {
                let mut dice = Dice::of(RequestId(*seed), 99);
                let it = median((0..25).map(|_| dice.unit())).expect("a median");
                it.low.is_some_and(|low| low <= 0.5) && it.high.is_some_and(|high| high >= 0.5)
            })
            .count();
        assert!(covered >= 940, "{covered} of 1000 intervals hold the true median, and 950 should");
    }
}
