//! Times as counts in buckets, which can be added up: those of two hours together are those of both, where two
//! percentiles cannot be made into one.
//!
//! 64 buckets to each doubling, and below 64 one a value: a figure read from the middle of its bucket is off by less
//! than 1/128 of it (0.8 %), whatever its size.

use crate::store::rollups::bytes::{Reader, put};

/// Buckets to a doubling, as a power of two.
const BITS: u32 = 6;
/// Values from here on count as this one: 2⁴⁰ microseconds are twelve days.
const MOST: u64 = (1 << 40) - 1;
/// As many buckets as there are values to tell apart.
const BUCKETS: usize = bucket(MOST) as usize + 1;
/// From so many entries on a list is longer to work with than a row of all buckets.
const FEW: usize = 256;

/// Values as counts in buckets.
#[derive(Debug, Clone)]
pub(in crate::store) enum Histogram {
    /// Bucket and count, in no order; a bucket may come twice.
    Few(Vec<(u16, u64)>),
    /// A count for each bucket.
    Many(Vec<u64>),
}

impl Default for Histogram {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Histogram {
    /// Counts one value.
    pub(in crate::store) fn add(&mut self, value: u64) {
        self.count(bucket(value), 1);
    }

    /// Takes in all that `other` counted.
    pub(in crate::store) fn merge(&mut self, other: &Self) {
        match other {
            Self::Few(list) => {
                for (at, n) in list {
                    self.count(*at, *n);
                }
            }
            Self::Many(counts) => {
                for (at, n) in (0u16..).zip(counts).filter(|it| *it.1 > 0) {
                    self.count(at, *n);
                }
            }
        }
    }

    /// How many values were counted.
    pub(in crate::store) fn len(&self) -> u64 {
        match self {
            Self::Few(list) => list.iter().map(|it| it.1).sum(),
            Self::Many(counts) => counts.iter().sum(),
        }
    }

    /// The smallest value that `percent` in a hundred do not exceed (nearest rank), up to the width of its bucket.
    pub(in crate::store) fn percentile(&self, percent: u64) -> Option<u64> {
        let rank = (self.len() * percent).div_ceil(100).max(1);
        let mut below = 0;
        self.sorted().into_iter().find_map(|(at, n)| {
            below += n;
            (below >= rank).then(|| middle(at))
        })
    }

    /// Buckets with values, the smallest first.
    fn sorted(&self) -> Vec<(u16, u64)> {
        match self {
            Self::Few(list) => {
                let mut list = list.clone();
                tidy(&mut list);
                list
            }
            Self::Many(counts) => (0u16..).zip(counts.iter().copied()).filter(|it| it.1 > 0).collect(),
        }
    }

    fn count(&mut self, at: u16, n: u64) {
        match self {
            Self::Few(list) => {
                list.push((at, n));
                if list.len() >= 2 * FEW {
                    tidy(list);
                    if list.len() >= FEW {
                        let mut counts = vec![0; BUCKETS];
                        for (at, n) in list.iter() {
                            grow(&mut counts, *at, *n);
                        }
                        *self = Self::Many(counts);
                    }
                }
            }
            Self::Many(counts) => grow(counts, at, n),
        }
    }

    /// Appends the counts: how many buckets, then each as its distance from the one before and its count.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let list = self.sorted();
        put(out, list.len() as u64);
        let mut before = 0;
        for (at, n) in list {
            put(out, u64::from(at - before));
            put(out, n);
            before = at;
        }
    }

    /// Takes in what [`Self::encode`] wrote; `None` if it is cut short or names a bucket that there is not.
    pub(super) fn absorb(&mut self, from: &mut Reader<'_>) -> Option<()> {
        let mut at = 0u64;
        for _ in 0..from.number()? {
            at = at.checked_add(from.number()?)?;
            let n = from.number()?;
            let at = u16::try_from(at).ok().filter(|it| usize::from(*it) < BUCKETS)?;
            self.count(at, n);
        }
        Some(())
    }
}

/// Order, and each bucket once.
fn tidy(list: &mut Vec<(u16, u64)>) {
    list.sort_unstable_by_key(|it| it.0);
    list.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
}

fn grow(counts: &mut [u64], at: u16, n: u64) {
    if let Some(it) = counts.get_mut(usize::from(at)) {
        *it += n;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "at most bucket(MOST), 2,239")]
const fn bucket(value: u64) -> u16 {
    let value = if value < MOST { value } else { MOST };
    let top = (value | 1).ilog2();
    let shift = top.saturating_sub(BITS);
    ((shift as u64) << BITS) as u16 + (value >> shift) as u16
}

/// The value in the middle of a bucket.
fn middle(at: u16) -> u64 {
    let shift = (u64::from(at) >> BITS).saturating_sub(1);
    let low = (u64::from(at) - (shift << BITS)) << shift;
    low + ((1 << shift) - 1) / 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[u64]) -> Histogram {
        let mut it = Histogram::default();
        for value in values {
            it.add(*value);
        }
        it
    }

    proptest! {
        #[test]
        fn a_value_comes_back_within_its_error(value in 0..=MOST) {
            let seen = middle(bucket(value));
            prop_assert!(seen.abs_diff(value) * 128 <= value, "{value} came back as {seen}");
        }

        #[test]
        fn larger_values_are_never_in_smaller_buckets(a in 0..=MOST, b in 0..=MOST) {
            prop_assert!(a > b || bucket(a) <= bucket(b));
        }

        #[test]
        fn percentiles_are_those_of_the_values(values in prop::collection::vec(0..10_000_000u64, 1..900), percent in 1..=100u64) {
            let it = of(&values);
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let rank = (sorted.len() as u64 * percent).div_ceil(100);
            let exact = sorted[usize::try_from(rank).unwrap() - 1];
            let seen = it.percentile(percent).unwrap();
            prop_assert!(seen.abs_diff(exact) * 128 <= exact, "{exact} came back as {seen}");
        }

        #[test]
        fn parts_together_are_the_whole(values in prop::collection::vec(0..MOST, 0..1500), at in 0..1500usize) {
            let (one, other) = values.split_at(at.min(values.len()));
            let mut merged = of(one);
            merged.merge(&of(other));
            prop_assert_eq!(merged.sorted(), of(&values).sorted());
            let mut written = Vec::new();
            merged.encode(&mut written);
            let mut read = Histogram::default();
            read.absorb(&mut Reader::new(&written)).unwrap();
            prop_assert_eq!(read.sorted(), merged.sorted());
        }
    }

    #[test]
    fn nothing_has_no_percentile_and_absurd_values_count_as_the_largest() {
        assert_eq!(Histogram::default().percentile(50), None);
        assert_eq!(of(&[u64::MAX]).percentile(50), Some(middle(bucket(MOST))));
        assert_eq!(
            of(&[0, 1, 63, 64, 127]).sorted().iter().map(|it| middle(it.0)).collect::<Vec<_>>(),
            [0, 1, 63, 64, 127]
        );
    }

    #[test]
    fn a_bucket_that_there_is_not_is_refused() {
        let mut written = Vec::new();
        for number in [1, BUCKETS as u64, 1] {
            put(&mut written, number);
        }
        assert!(Histogram::default().absorb(&mut Reader::new(&written)).is_none());
    }
}
