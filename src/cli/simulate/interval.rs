//! Where the total of another span would be, if that is like the one that was seen: whole hours of it are drawn again and
//! again (a block bootstrap; Künsch 1989, with blocks that do not overlap), because requests of one hour are of a kind.

use crate::domain::dice::Dice;
use crate::domain::id::RequestId;

/// Hours with requests from which on an interval means something.
const LEAST: usize = 12;
/// Draws.
const DRAWS: u64 = 2_000;

/// What the requests of one hour came to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hour {
    /// Dollars.
    pub(super) cost: f64,
    /// Microseconds to the first content, summed up …
    pub(super) first_us: u64,
    /// … over so many requests.
    pub(super) timed: u64,
}

/// The mean time to the first content; `None` where there is none.
#[expect(clippy::cast_precision_loss, reason = "microseconds of a year fit a double exactly")]
pub(super) fn mean_first(hours: &[Hour]) -> Option<f64> {
    let (sum, timed) = hours.iter().fold((0.0, 0.0), |all, it| (all.0 + it.first_us as f64, all.1 + it.timed as f64));
    (timed > 0.0).then(|| sum / timed)
}

/// Where `figure` of another such span would be, 95 times of 100; `None` where there are too few hours to tell. What is
/// seen is one draw and what is to come another, so that the interval is that of a difference of two.
pub(super) fn of(hours: &[Hour], figure: impl Fn(&[Hour]) -> Option<f64>) -> Option<[f64; 2]> {
    if hours.len() < LEAST {
        return None;
    }
    let seen = figure(hours)?;
    // Not of a request: the same hours always give the same interval.
    let mut dice = Dice::of(RequestId(hours.len() as u64), 0x5eed);
    let mut drawn = Vec::with_capacity(hours.len());
    let mut draw = || {
        drawn.clear();
        #[expect(clippy::cast_possible_truncation, reason = "a remainder of a length")]
        drawn.extend((0..hours.len()).map(|_| hours[(dice.word() % hours.len() as u64) as usize]));
        figure(&drawn)
    };
    let mut others: Vec<f64> = (0..DRAWS).filter_map(|_| Some(seen + draw()? - draw()?)).collect();
    others.sort_by(f64::total_cmp);
    let at = |per_thousand: usize| others.get(others.len() * per_thousand / 1_000).copied();
    // The middle 98 of 100 draws: a bootstrap of some dozen blocks covers a few points less than it says.
    Some([at(10)?.max(0.0), at(990)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A span of hours with requests: some hours are busy, some are not.
    fn span(seed: u64, hours: u64) -> Vec<Hour> {
        let mut dice = Dice::of(RequestId(seed), 3);
        let hour = |dice: &mut Dice| {
            let busy = dice.exponential();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred")]
            let timed = (busy * 30.0) as u64 + 1;
            let cost = (0..timed).map(|_| 0.01 * dice.exponential()).sum();
            Hour { cost, first_us: timed * 600_000 + dice.word() % 200_000 * timed, timed }
        };
        (0..hours).map(|_| hour(&mut dice)).collect()
    }

    #[test]
    fn another_span_like_it_is_within_the_interval_as_often_as_it_says() {
        let cost = |all: &[Hour]| Some(all.iter().map(|it| it.cost).sum::<f64>());
        let (mut costs, mut firsts) = (0, 0);
        for seed in 0..200 {
            let (seen, next) = (span(seed, 60), span(seed + 10_000, 60));
            let within = |it: [f64; 2], value: f64| (it[0]..=it[1]).contains(&value);
            costs += u32::from(within(of(&seen, cost).unwrap(), cost(&next).unwrap()));
            firsts += u32::from(within(of(&seen, mean_first).unwrap(), mean_first(&next).unwrap()));
        }
        // 95 of 100 are meant.
        eprintln!("{costs} and {firsts} of 200");
        assert!((184..=198).contains(&costs) && (184..=198).contains(&firsts), "{costs} and {firsts} of 200");
    }

    #[test]
    fn too_few_hours_tell_nothing() {
        assert_eq!(of(&span(1, 11), mean_first), None);
        assert_eq!(of(&[Hour::default(); 20], mean_first), None);
        assert!(of(&span(1, 12), mean_first).is_some());
    }
}
