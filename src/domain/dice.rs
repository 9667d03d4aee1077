//! Randomness as a value: a small seeded generator, so that a decision can be recomputed from its record.

use crate::domain::id::RequestId;

/// SplitMix64 (Steele, Lea and Flood, 2014): one word of state, equidistributed, good enough to draw targets with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dice(u64);

impl Dice {
    /// The dice of one request under one salt (random, made once a process or database).
    #[must_use]
    pub fn of(id: RequestId, salt: u64) -> Self {
        let mut dice = Self(id.0 ^ salt);
        dice.word();
        dice
    }

    /// The next 64 random bits.
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0.0 <= x < 1.0`, with 53 random bits: fine enough that a weight of 0.001 gets its share.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// A draw of the standard normal distribution (Box and Muller, 1958). Takes two throws.
    pub fn normal(&mut self) -> f64 {
        // 1 - x is never zero, so that its logarithm is finite.
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A draw of the exponential distribution with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -(1.0 - self.unit()).ln()
    }

    /// A draw of Beta(`a`, `b`), both above zero: how probable something is that happened about `a` times and did not
    /// about `b` times.
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        // Both can only vanish where both shapes are tiny; then the larger one decides.
        if x + y > 0.0 { x / (x + y) } else { f64::from(u8::from(a >= b)) }
    }

    /// A draw of the gamma distribution (Marsaglia and Tsang, 2000). `shape` below one is drawn one higher and scaled.
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = (1.0 - self.unit()).powf(1.0 / shape);
            return boost * self.gamma(shape + 1.0);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            // It takes 1.05 rounds on average.
            if v > 0.0 && (1.0 - self.unit()).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_request_same_throws_and_neighbours_differ() {
        let throw = |id, salt| Dice::of(RequestId(id), salt).unit();
        assert!((throw(7, 1) - throw(7, 1)).abs() < f64::EPSILON);
        assert!((throw(7, 1) - throw(8, 1)).abs() > 1e-9);
        assert!((throw(7, 1) - throw(7, 2)).abs() > 1e-9);
    }

    #[test]
    fn throws_fill_the_unit_interval_evenly() {
        let mut tenths = [0u32; 10];
        for id in 0..10_000 {
            let x = Dice::of(RequestId(id), 42).unit();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..10")]
            let slot = (x * 10.0) as usize;
            tenths[slot] += 1;
        }
        assert!(tenths.iter().all(|n| (850..1150).contains(n)), "{tenths:?}");
    }

    /// Mean and variance of 20,000 draws.
    fn moments(draw: impl Fn(&mut Dice) -> f64) -> (f64, f64) {
        let draws: Vec<f64> = (0..20_000).map(|id| draw(&mut Dice::of(RequestId(id), 9))).collect();
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        (mean, draws.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / 20_000.0)
    }

    #[test]
    fn distributions_have_their_mean_and_variance() {
        let near = |(mean, variance): (f64, f64), meant: (f64, f64)| {
            assert!((mean - meant.0).abs() < 0.03 && (variance - meant.1).abs() < 0.06, "{mean} {variance}: {meant:?}");
        };
        near(moments(Dice::normal), (0.0, 1.0));
        near(moments(Dice::exponential), (1.0, 1.0));
        for (a, b) in [(0.5_f64, 0.5_f64), (1.0, 1.0), (2.0, 9.0), (0.07, 14.0), (30.0, 3.0)] {
            let sum = a + b;
            near(moments(|it| it.beta(a, b)), (a / sum, a * b / (sum * sum * (sum + 1.0))));
        }
    }
}
