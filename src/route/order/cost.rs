//! `cost`: the fewest dollars for this very request. A target whose price nobody knows comes after those with one.

use crate::domain::dice::Dice;
use crate::route::order::{Field, Ranked, Score, sorted, standing_back};

pub(super) fn rank(field: &Field<'_>, dice: &mut Dice) -> Ranked {
    let back = standing_back(field, dice);
    let scores = field.all.iter().zip(&back).map(|(it, back)| {
        Score::of(
            it.price.map_or(f64::INFINITY, crate::domain::money::Usd::dollars),
            if *back { &[("stands back", 1.0)] } else { &[] },
        )
    });
    let scores: Vec<Score> = scores.collect();
    let order = sorted(field, |a, b| {
        let price = |at: usize| (field.all[at].price.is_none(), field.all[at].price);
        back[a].cmp(&back[b]).then_with(|| price(a).cmp(&price(b)))
    });
    Ranked { order, scores }
}
