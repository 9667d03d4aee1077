//! `stats --heatmap`: a year of days, a column for each week.

use jiff::civil::{Date, Weekday};
use jiff::{ToSpan as _, Zoned};
use serde::Serialize;

use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::view::{BOLD, Frame, amounts, paint};
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::store::open::Db;
use crate::store::stats::{self, Range, StatsRow};

/// Weeks that are shown, the current one included.
const WEEKS: usize = 53;
/// From the least to the most.
const SHADES: [&str; 4] = ["░", "▒", "▓", "█"];
/// A day without a request.
const EMPTY: &str = "·";
/// Columns of the names of weekdays.
const NAMES: usize = 5;

/// Everything `stats --heatmap` prints.
#[derive(Debug, Serialize)]
pub(super) struct Heatmap {
    schema_version: u32,
    time_zone: Option<String>,
    /// What the shades stand for: `cost`, or `requests` where nothing cost anything.
    measure: &'static str,
    /// Every day from the first of the oldest week to today.
    rows: Vec<Cell>,
    active_days: usize,
    /// Days in a row up to today with a request; a day that is not over yet breaks no row.
    current_streak: usize,
    longest_streak: usize,
    requests: u64,
    #[serde(skip)]
    spent: Usd,
    #[serde(skip)]
    unpriced: u64,
}

/// One day.
#[derive(Debug, Serialize)]
struct Cell {
    #[serde(rename = "name")]
    date: String,
    requests: u64,
    /// `null` where tokens were used and none of them has a price.
    cost_usd: Option<f64>,
    /// 0 = no request, then quarters of the days with one, up to 4.
    level: usize,
    #[serde(skip)]
    day: Date,
    #[serde(skip)]
    spent: Usd,
}

/// Reads a year of days up to `now`.
pub(super) fn read(db: &Db, now: &Zoned) -> Done<Heatmap> {
    let calendar = |error: jiff::Error| Diag::new(Exit::Failed, "clock", "the calendar ends here", error);
    let today = now.date();
    let monday = i64::from(today.weekday().since(Weekday::Monday));
    let weeks = i64::try_from(WEEKS - 1).unwrap_or(0);
    let first = today.checked_sub((weeks * 7 + monday).days()).map_err(calendar)?;
    let zone = now.time_zone();
    let from = first.to_zoned(zone.clone()).map_err(calendar)?;
    let stamp = |at: &Zoned| at.timestamp().as_microsecond();
    let range = Range { from: Stamp(stamp(&from)), to: Stamp(stamp(now).saturating_add(1)) };
    let days = stats::days(db, range, zone)?;
    Ok(Heatmap::new(&days, first, today, zone.iana_name()))
}

impl Heatmap {
    fn new(days: &[StatsRow], first: Date, today: Date, zone: Option<&str>) -> Self {
        let mut rows = Vec::new();
        let mut known = days.iter().filter_map(|it| Some((it.name.as_deref()?.parse::<Date>().ok()?, it))).peekable();
        for day in first.series(1.day()).take_while(|it| *it <= today) {
            while known.peek().is_some_and(|it| it.0 < day) {
                known.next();
            }
            let row = known.peek().filter(|it| it.0 == day).map(|it| it.1);
            let (requests, money) = row.map_or_else(Default::default, |it| (it.sums.requests.all, it.sums.money));
            let spent = money.spent();
            let cost_usd = (money.unpriced == 0 || spent != Usd::ZERO).then(|| spent.dollars());
            rows.push(Cell { date: day.to_string(), requests, cost_usd, level: 0, day, spent });
        }
        let by_cost = rows.iter().any(|it| it.spent != Usd::ZERO);
        let measure = |it: &Cell| if by_cost { it.spent.pico() } else { it.requests.cast_signed() };
        let mut values: Vec<i64> = rows.iter().filter(|it| it.requests > 0).map(measure).collect();
        values.sort_unstable();
        for it in rows.iter_mut().filter(|it| it.requests > 0) {
            let below = values.partition_point(|value| *value < measure(it));
            it.level = 1 + below * SHADES.len() / values.len().max(1);
        }
        let (current_streak, longest_streak) = streaks(&rows);
        Self {
            schema_version: 1,
            time_zone: zone.map(ToOwned::to_owned),
            measure: if by_cost { "cost" } else { "requests" },
            active_days: values.len(),
            current_streak,
            longest_streak,
            requests: rows.iter().map(|it| it.requests).sum(),
            spent: rows.iter().map(|it| it.spent).sum(),
            unpriced: days.iter().map(|it| it.sums.money.unpriced).sum(),
            rows,
        }
    }
}

/// The row of days with requests that reaches up to today, and the longest.
fn streaks(rows: &[Cell]) -> (usize, usize) {
    let mut longest = 0;
    let mut row = 0;
    for it in rows {
        row = if it.requests > 0 { row + 1 } else { 0 };
        longest = longest.max(row);
    }
    let idle_today = rows.last().is_some_and(|it| it.requests == 0);
    let before = rows.iter().rev().skip(usize::from(idle_today));
    (before.take_while(|it| it.requests > 0).count(), longest)
}

/// The whole screen: a page of days on a terminal, the days with requests elsewhere.
pub(super) fn screen(it: &Heatmap, frame: Frame) -> String {
    let mut parts = vec![
        amounts::plural(it.requests, "request", "requests"),
        if it.unpriced > 0 { format!("{}+?", it.spent) } else { it.spent.to_string() },
        amounts::plural(it.active_days as u64, "active day", "active days"),
        format!("streak {}", amounts::plural(it.current_streak as u64, "day", "days")),
    ];
    if it.longest_streak > it.current_streak {
        parts.push(format!("longest {}", it.longest_streak));
    }
    let head = paint(BOLD, &parts.join(" · "));
    let Some(columns) = frame.columns.filter(|_| frame.draws()) else {
        let days = it.rows.iter().filter(|it| it.requests > 0).map(|it| {
            let cost = it.cost_usd.map_or(amounts::UNKNOWN.to_owned(), |_| it.spent.to_string());
            format!("{}  {}  {cost}", it.date, amounts::plural(it.requests, "request", "requests"))
        });
        return std::iter::once(head).chain(days).collect::<Vec<_>>().join("\n");
    };
    format!("{head}\n{}", page(it, usize::from(columns)))
}

/// Weekdays below each other, weeks side by side: two columns each where there is room, the latest where there is not.
fn page(it: &Heatmap, columns: usize) -> String {
    let room = columns.saturating_sub(NAMES);
    let weeks: Vec<&[Cell]> = it.rows.chunks(7).collect();
    let width = if room >= weeks.len() * 2 { 2 } else { 1 };
    let shown = weeks.len().min(room / width).max(1);
    let weeks = &weeks[weeks.len() - shown..];
    let mut months = vec![b' '; shown * width];
    let mut free = 0;
    for (at, week) in weeks.iter().enumerate() {
        let begins = week.iter().find(|it| it.day.day() == 1);
        let Some(day) = begins.or_else(|| week.first().filter(|_| at == 0)) else { continue };
        let name = day.day.strftime("%b").to_string();
        let start = at * width;
        // A name has a column before it free, and does not stick out at the end.
        if start >= free && start + name.len() <= months.len() {
            months[start..start + name.len()].copy_from_slice(name.as_bytes());
            free = start + name.len() + 1;
        }
    }
    let mut lines = vec![format!("{:NAMES$}{}", "", String::from_utf8_lossy(&months).trim_end())];
    for weekday in 0..7 {
        let name = ["Mon", "", "Wed", "", "Fri", "", "Sun"][weekday];
        let mut line = format!("{name:NAMES$}");
        for week in weeks {
            let glyph = week.get(weekday).map_or(" ", |it| match it.level.checked_sub(1) {
                Some(level) => SHADES.get(level).copied().unwrap_or("█"),
                None => EMPTY,
            });
            line.push_str(glyph);
            line.push_str(&" ".repeat(width - 1));
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.push(format!("{:NAMES$}less {EMPTY} {} more ({} a day)", "", SHADES.join(" "), it.measure));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::stats::{Money, Requests, Sums};

    fn day(name: &str, requests: u64, cents: i64) -> StatsRow {
        let money = Money { exact: Usd::from_pico(cents * 10_000_000_000), ..Money::default() };
        let requests = Requests { all: requests, ..Requests::default() };
        StatsRow { name: Some(name.into()), start: None, sums: Sums { requests, money, ..Sums::default() } }
    }

    fn map(days: &[StatsRow]) -> Heatmap {
        Heatmap::new(days, "2025-11-17".parse().unwrap(), "2026-11-19".parse().unwrap(), Some("UTC"))
    }

    #[test]
    fn a_year_has_53_weeks_and_its_shades_are_quarters() {
        let it = map(&[
            day("2026-11-14", 1, 1),
            day("2026-11-15", 1, 100),
            day("2026-11-16", 1, 300),
            day("2026-11-17", 1, 900),
            day("2026-11-18", 0, 0),
        ]);
        assert_eq!(it.rows.len().div_ceil(7), WEEKS);
        let levels: Vec<_> = it.rows.iter().rev().take(6).map(|it| it.level).collect();
        assert_eq!(levels, [0, 0, 4, 3, 2, 1]);
        assert_eq!((it.active_days, it.longest_streak, it.current_streak), (4, 4, 0));
    }

    #[test]
    fn a_day_that_is_not_over_breaks_no_row() {
        let row = [day("2026-11-17", 2, 0), day("2026-11-18", 1, 0)];
        assert_eq!(map(&row).current_streak, 2);
        let with_today = [&row[..], &[day("2026-11-19", 9, 0)]].concat();
        assert_eq!(map(&with_today).current_streak, 3);
        assert_eq!(map(&with_today).measure, "requests", "nothing cost anything");
    }

    #[test]
    fn a_page_fits_every_terminal_and_a_pipe_gets_days() {
        let it = map(&[day("2026-11-17", 2, 150), day("2026-11-18", 1, 5)]);
        for columns in [20u16, 40, 58, 60, 80, 111, 112, 200] {
            let drawn = anstream::adapter::strip_str(&screen(&it, Frame { columns: Some(columns) })).to_string();
            let lines: Vec<_> = drawn.lines().skip(1).collect();
            assert_eq!(lines.len(), 9, "{drawn}");
            let widest = lines[..8].iter().map(|it| it.chars().count()).max().unwrap();
            assert!(widest <= usize::from(columns), "{widest} of {columns}:\n{drawn}");
            assert!(lines[2 + 1].ends_with('░'), "Wednesday is the last day with something:\n{drawn}");
        }
        let wide = anstream::adapter::strip_str(&screen(&it, Frame { columns: Some(120) })).to_string();
        assert!(wide.contains("Dec") && wide.contains("Nov"), "{wide}");
        let piped = anstream::adapter::strip_str(&screen(&it, Frame::PIPED)).to_string();
        assert_eq!(
            piped,
            "3 requests · $1.55 · 2 active days · streak 2 days\n2026-11-17  2 requests  $1.50\n\
             2026-11-18  1 request  $0.05"
        );
    }
}
