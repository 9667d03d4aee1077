//! `openrouter`: targets without a significant outage in the last 30 s, drawn by the inverse square of their price, as the
//! aggregator of that name documents its default; the rest follow by the same draw.

use crate::domain::dice::Dice;
use crate::domain::money::Usd;
use crate::route::order::{Contender, Field, Ranked, Score, sorted};

/// So many failures within half a minute are an outage …
const FAILURES: u32 = 2;
/// … where they are at least so much of all outcomes.
const SHARE: f64 = 0.2;

pub(super) fn rank(field: &Field<'_>, dice: &mut Dice) -> Ranked {
    let score = |it: &Contender<'_>, dice: &mut Dice| {
        let (good, bad) = it.live.as_ref().map_or((0, 0), |live| live.recent(field.now));
        let out = !it.is_sound() || (bad >= FAILURES && f64::from(bad) >= SHARE * f64::from(good + bad));
        let price = it.price.map(Usd::dollars);
        // An exponential draw over the share: the smallest falls as the shares say, and so does the order of the rest.
        let draw = dice.exponential();
        let value = price.map_or(f64::INFINITY, |it| draw * it * it);
        let parts = [
            ("price", price.unwrap_or(f64::INFINITY)),
            ("good", f64::from(good)),
            ("bad", f64::from(bad)),
            ("outage", f64::from(u8::from(out))),
            ("draw", draw),
        ];
        (out, Score::of(value, &parts))
    };
    let (out, scores): (Vec<bool>, Vec<Score>) = field.all.iter().map(|it| score(it, dice)).unzip();
    let order = sorted(field, |a, b| {
        let draw = |at: usize| scores[at].parts[4].1;
        // Where nobody knows a price, or nothing costs any, the draw alone decides.
        out[a]
            .cmp(&out[b])
            .then_with(|| scores[a].value.total_cmp(&scores[b].value))
            .then_with(|| draw(a).total_cmp(&draw(b)))
    });
    Ranked { order, scores }
}
