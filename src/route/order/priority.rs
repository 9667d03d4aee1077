//! `priority`: as listed.

use std::cmp::Ordering;

use crate::domain::dice::Dice;
use crate::route::order::{Field, Ranked, Score, standing_back};

pub(super) fn rank(field: &Field<'_>, dice: &mut Dice) -> Ranked {
    let back = standing_back(field, dice);
    let mut order: Vec<usize> = (0..field.all.len()).collect();
    // Which dialect it speaks does not matter here: the list says what is meant.
    order.sort_by(|a, b| {
        let drained = |at: usize| field.all[at].weight <= 0.0;
        drained(*a).cmp(&drained(*b)).then_with(|| back[*a].cmp(&back[*b])).then(Ordering::Equal)
    });
    let place = |at: usize| order.iter().position(|it| *it == at).unwrap_or(at) + 1;
    #[expect(clippy::cast_precision_loss, reason = "a place in a list")]
    let score =
        |(at, back): (usize, &bool)| Score::of(place(at) as f64, if *back { &[("stands back", 1.0)] } else { &[] });
    let scores = back.iter().enumerate().map(score).collect();
    Ranked { order, scores }
}
