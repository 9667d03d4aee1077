//! `latency`: a discounted Thompson draw over the logarithm of the time to the first content (of the whole answer where it
//! does not stream), widened the staler the knowledge is, with a penalty for failures; where there are many targets or much
//! is in flight, the better of two by that draw and their load (smart.md §3.4). `throughput` is the same over the time that a
//! token takes.

use crate::domain::dice::Dice;
use crate::route::live::{Estimate, Live};
use crate::route::order::{Contender, Field, Ranked, Score, sorted};

/// The spread of one observation.
const SPREAD: f64 = 0.5;
/// Knowledge loses its worth over about so many seconds.
const STALE: f64 = 300.0;
/// What a target that always fails is put back by: twenty times as slow.
const FAILS: f64 = 3.0;
/// From so many targets on, or …
const MANY: usize = 8;
/// … with more than so many in flight, the load counts.
const BUSY: u32 = 8;
/// What nobody has seen yet is worth half an observation of the average.
const UNSEEN: f64 = 0.5;

/// What is to be little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// The time to the first content, or to the whole.
    Time,
    /// The time a token takes from the first content on (`throughput`).
    Speed,
}

pub(super) fn rank(field: &Field<'_>, dice: &mut Dice, of: Of) -> Ranked {
    let estimate = |live: &Live| match of {
        Of::Time => live.estimate(field.class, field.now),
        Of::Speed => live.pace(field.now),
    };
    let known: Vec<Option<Estimate>> = field.all.iter().map(|it| estimate(it.live.as_ref()?)).collect();
    let means = || known.iter().flatten().map(|it| it.mean);
    #[expect(clippy::cast_precision_loss, reason = "a count of targets")]
    let average = if means().next().is_some() { means().sum::<f64>() / means().count() as f64 } else { 0.0 };
    let in_flight = |it: &Contender<'_>| it.live.as_ref().map_or(0, |live| live.in_flight);
    let many = field.all.len() >= MANY || field.all.iter().map(in_flight).sum::<u32>() > BUSY;
    let score = |(it, known): (&Contender<'_>, &Option<Estimate>), dice: &mut Dice| {
        let (mean, weight, idle) =
            known.map_or((average, UNSEEN, 0.0), |it| (it.mean, it.weight, it.idle.as_secs_f64()));
        let spread = SPREAD / (1.0 + (weight - 1.0) * (-idle / STALE).exp()).sqrt();
        let drawn = mean + spread * dice.normal();
        let (bad, good) = it.live.as_ref().map_or((0.0, 0.0), |live| live.odds(field.now));
        let fails = if bad > 1e-3 { FAILS * dice.beta(bad, good + 1.0) } else { 0.0 };
        // Half the share has no exact meaning here; to look twice as slow comes near it.
        let back = -it.gentleness().ln();
        let load = if many { f64::from(in_flight(it) + 1).ln() } else { 0.0 };
        let mut parts = vec![("mean", mean), ("spread", spread), ("drawn", drawn), ("fails", fails)];
        for (name, part) in [("back", back), ("load", load)] {
            if part > 0.0 {
                parts.push((name, part));
            }
        }
        Score::of(drawn + fails + back + load, &parts)
    };
    let scores: Vec<Score> = field.all.iter().zip(&known).map(|it| score(it, dice)).collect();
    let picked = if many { two(field, dice) } else { None };
    let first = picked.map(|(a, b)| if scores[b].value < scores[a].value { b } else { a });
    let order = sorted(field, |a, b| {
        let chosen = (Some(b) == first).cmp(&(Some(a) == first));
        chosen.then_with(|| scores[a].value.total_cmp(&scores[b].value))
    });
    Ranked { order, scores }
}

/// Two different ones, drawn evenly among those that are not drained. That not all flock to the one that looks best is
/// what spreads the load (Mitzenmacher, 2001).
fn two(field: &Field<'_>, dice: &mut Dice) -> Option<(usize, usize)> {
    let open: Vec<usize> = (0..field.all.len()).filter(|at| field.all[*at].weight > 0.0).collect();
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place")]
    let place = |among: usize, dice: &mut Dice| ((dice.unit() * among as f64) as usize).min(among - 1);
    if open.len() < 2 {
        return None;
    }
    let a = place(open.len(), dice);
    let b = (a + 1 + place(open.len() - 1, dice)) % open.len();
    Some((open[a], open[b]))
}
