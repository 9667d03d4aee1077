//! What was saved, and against what: the line below the statistics, and the table of `stats --savings`.

use crate::cli::stats::report::{Line, Report, Saved};
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{BOLD, Frame, amounts, paint};
use crate::domain::money::Usd;

/// What the savings are stated against, in full.
const BASELINE: &str = "\
baseline: the model each client asked for, at list price, no caches. A group stands for its first target; a bare
model is asked for of whoever answered, so that choosing between its hosts counts as no saving; a flat fee costs nothing";

/// `SAVED  $25.75 of $71.93 (baseline: the model each client asked for, no caches): routing 9.85 · prompt cache 13.72`
pub(super) fn line(totals: &Line) -> Option<String> {
    let it = &totals.saved;
    if it.requests == 0 || it.baseline == Usd::ZERO && it.cost == Usd::ZERO {
        return None;
    }
    let figure = |it: Usd| signed(it).replacen('$', "", 1);
    let not_compared = match totals.requests.saturating_sub(it.requests) {
        0 => String::new(),
        left => format!(" · {} not compared", amounts::count(left)),
    };
    Some(format!(
        "SAVED  {} of {} (baseline: the model each client asked for, no caches): routing {} · prompt cache {}{not_compared}",
        signed(it.all),
        it.baseline,
        figure(it.routing),
        figure(it.prompt_cache),
    ))
}

/// The screen of `stats --savings`.
pub(super) fn screen(report: &Report, frame: Frame) -> String {
    let title = report.title();
    let mut table = Table::new(&[
        left(title),
        right("REQ"),
        right("BASELINE"),
        right("PAID"),
        right("ROUTING").wide(),
        right("PROMPT CACHE").wide(),
        right("SAVED"),
        right("%"),
    ]);
    for line in report.rows.iter().filter(|it| it.saved.requests > 0) {
        let it = &line.saved;
        table.row([
            line.name.clone().unwrap_or_else(|| amounts::NONE.to_owned()),
            amounts::count(it.requests),
            it.baseline.to_string(),
            it.cost.to_string(),
            signed(it.routing),
            signed(it.prompt_cache),
            signed(it.all),
            percent(it),
        ]);
    }
    let all = &report.totals.saved;
    if all.requests == 0 {
        return format!("nothing to compare: no request of that time has a known price\n{BASELINE}");
    }
    let head = format!(
        "{} saved of {}{} · {} compared",
        signed(all.all),
        all.baseline,
        if all.baseline == Usd::ZERO { String::new() } else { format!(" ({})", percent(all)) },
        amounts::plural(all.requests, "request", "requests"),
    );
    let mut parts = vec![paint(BOLD, &head), table.draw(frame)];
    let left = report.totals.requests.saturating_sub(all.requests);
    if left > 0 {
        parts.push(format!(
            "{} not compared: not answered, or what they cost or would have cost is not known",
            amounts::plural(left, "request", "requests")
        ));
    }
    parts.push(BASELINE.to_owned());
    parts.join("\n")
}

/// With the sign before the unit: `-$0.40`.
fn signed(it: Usd) -> String {
    if it < Usd::ZERO { format!("-{}", Usd::from_pico(it.pico().saturating_neg())) } else { it.to_string() }
}

fn percent(it: &Saved) -> String {
    if it.baseline == Usd::ZERO {
        return amounts::NONE.to_owned();
    }
    format!("{:.0}%", it.all.dollars() * 100.0 / it.baseline.dollars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lost_has_its_sign_before_the_unit() {
        assert_eq!(signed(Usd::from_pico(-400_000_000_000)), "-$0.40");
        assert_eq!(signed(Usd::from_pico(400_000_000_000)), "$0.40");
    }
}
