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
}
