//! `least-busy`: the fewest requests in flight, relative to weight. Among equally busy ones a weighted draw.

use crate::domain::dice::Dice;
use crate::route::order::{Field, Ranked, Score, sorted, standing_back};

pub(super) fn rank(field: &Field<'_>, dice: &mut Dice) -> Ranked {
    let back = standing_back(field, dice);
    let score = |it: &super::Contender<'_>, dice: &mut Dice| {
        let in_flight = it.live.as_ref().map_or(0.0, |live| f64::from(live.in_flight));
        let weight = if it.weight > 0.0 { it.weight } else { 1.0 };
        // The smallest of exponential draws over their weights falls as the weights say (Efraimidis and Spirakis, 2006).
        let tie = dice.exponential() / weight;
        Score::of(in_flight / weight, &[("in flight", in_flight), ("weight", it.weight), ("draw", tie)])
    };
    let scores: Vec<Score> = field.all.iter().map(|it| score(it, dice)).collect();
    let order = sorted(field, |a, b| {
        let tie = |at: usize| scores[at].parts[2].1;
        back[a]
            .cmp(&back[b])
            .then_with(|| scores[a].value.total_cmp(&scores[b].value))
            .then_with(|| tie(a).total_cmp(&tie(b)))
    });
    Ranked { order, scores }
}
