//! `weighted`: weighted random for the first, the rest by weight. Any positive weight gets its share, however small.

use crate::domain::dice::Dice;
use crate::route::order::{Field, Ranked, Score, by_share};

pub(super) fn rank(field: &Field<'_>, dice: &mut Dice) -> Ranked {
    let shares: Vec<f64> = field.all.iter().map(|it| it.weight * it.gentleness()).collect();
    let mut scores = vec![Score::default(); field.all.len()];
    let order = by_share(field, &shares, &mut scores, dice);
    Ranked { order, scores }
}

/// Which of `shares` the throw falls on; `None` if none is positive.
#[must_use]
pub fn draw(shares: &[f64], throw: f64) -> Option<usize> {
    let total: f64 = shares.iter().filter(|it| **it > 0.0).sum();
    if total <= 0.0 || !total.is_finite() {
        return None;
    }
    let mut left = throw * total;
    let mut last = None;
    for (at, share) in shares.iter().enumerate().filter(|it| *it.1 > 0.0) {
        last = Some(at);
        left -= share;
        if left < 0.0 {
            return last;
        }
    }
    // Rounding can leave a crumb after the last positive share: it is the last one's.
    last
}
