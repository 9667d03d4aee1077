//! How a group's targets do just now, drawn.

use std::time::Duration;

use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, amounts};
use crate::engine::standing::SeatLive;

/// A row for each key of each target; the canary is the one without a weight.
pub(super) fn table<'a>(
    targets: impl Iterator<Item = (&'a str, Option<f64>, Option<&'a [SeatLive]>)>,
    frame: Frame,
) -> String {
    let targets: Vec<_> = targets.collect();
    let all: f64 = targets.iter().flat_map(|it| it.2.unwrap_or_default()).map(|it| it.recent).sum();
    let mut table = Table::new(&[
        left("TARGET"),
        right("WEIGHT"),
        left("KEY"),
        left("STANDING"),
        left("ADAPTIVE").wide(),
        right("5 MIN"),
        right("IN FLIGHT"),
        right("TTFT"),
        right("TOK/S").wide(),
        right("FAILED 30 S"),
    ]);
    for (target, weight, seats) in targets {
        let mut shown = (target.to_owned(), weight.map_or_else(|| "canary".to_owned(), amounts::weight));
        let seats = seats.unwrap_or_default();
        if seats.is_empty() {
            let none = || amounts::NONE.to_owned();
            let told = [
                shown.0,
                shown.1,
                none(),
                "not used lately".to_owned(),
                none(),
                none(),
                none(),
                none(),
                none(),
                none(),
            ];
            table.row(told);
            continue;
        }
        for it in seats {
            let (name, weight) = std::mem::take(&mut shown);
            let standing = match (&it.why, it.left_s) {
                (Some(why), Some(left)) => format!("{} {left} s: {why}", it.standing),
                _ => it.standing.clone(),
            };
            let first = it.first_s.map(Duration::from_secs_f64);
            table.row([
                name,
                weight,
                it.key.clone().unwrap_or_else(|| amounts::NONE.to_owned()),
                standing,
                adaptive(it),
                if all > 0.0 { amounts::share(it.recent / all) } else { amounts::NONE.to_owned() },
                it.in_flight.to_string(),
                first.map_or_else(|| amounts::NONE.to_owned(), amounts::duration),
                it.tokens_per_s.map_or_else(|| amounts::NONE.to_owned(), |it| format!("{it:.0}")),
                amounts::percent(u64::from(it.bad), u64::from(it.good + it.bad)),
            ]);
        }
    }
    table.draw(frame)
}

fn adaptive(it: &SeatLive) -> String {
    match (&it.assessed, it.ramp) {
        (Some(state), Some(ramp)) if ramp < 1.0 => format!("{state} {}", amounts::share(ramp)),
        (Some(state), _) => state.clone(),
        (None, _) => amounts::NONE.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_a_row_and_an_unused_target_says_so() {
        let seat = SeatLive {
            provider: "a".to_owned(),
            model: "m".to_owned(),
            key: Some("main".to_owned()),
            standing: "out".to_owned(),
            why: Some("it failed too often just now".to_owned()),
            left_s: Some(4),
            in_flight: 2,
            recent: 30.0,
            first_s: Some(0.61),
            tokens_per_s: Some(63.4),
            good: 1,
            bad: 3,
            assessed: Some("recovering".to_owned()),
            ramp: Some(0.2),
        };
        let seats = [seat];
        let drawn = table(
            [("a/m", Some(2.0), Some(&seats[..])), ("b/m", None, Some(&[][..]))].into_iter(),
            Frame { columns: Some(160) },
        );
        let drawn = anstream::adapter::strip_str(&drawn).to_string();
        let lines: Vec<Vec<&str>> =
            drawn.lines().map(|it| it.split("  ").map(str::trim).filter(|it| !it.is_empty()).collect()).collect();
        assert_eq!(
            lines[1],
            [
                "a/m",
                "2",
                "main",
                "out 4 s: it failed too often just now",
                "recovering 20%",
                "100%",
                "2",
                "0.61s",
                "63",
                "75.0%"
            ]
        );
        assert_eq!(lines[2][..4], ["b/m", "canary", "–", "not used lately"]);
    }
}
