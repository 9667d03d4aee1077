//! Spans of calendar days, as people type them.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{ToSpan as _, Zoned};

use crate::cli::diag::{Diag, Done, Stop};
use crate::domain::clock::Stamp;
use crate::store::stats::Range;

/// A span as asked for.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) name: String,
    pub(super) range: Range,
    pub(super) zone: TimeZone,
}

impl Span {
    /// The span a word stands for. Days begin at midnight of the zone of `now`, however long a clock change makes them;
    /// what has no end ends now.
    pub(super) fn parse(word: &str, now: &Zoned) -> Done<Self> {
        let bad = |why: &str| {
            Stop::from(
                Diag::usage(format_args!("`{word}` is no span"), why)
                    .fix("llmroute stats today   or   7d, 30d, month, 2026-11-01..2026-11-15"),
            )
        };
        let calendar = |error: jiff::Error| bad(&error.to_string());
        let from = match (word, word.split_once("..")) {
            (_, Some((since, until))) => {
                let zone = now.time_zone();
                let at = |text: &str, next_day| moment(text, next_day, zone).map_err(|why| bad(&why));
                let from = if since.is_empty() { Stamp(0) } else { at(since, false)? };
                let to = if until.is_empty() { end(now) } else { at(until, true)? };
                if to <= from {
                    return Err(bad("it ends before it begins"));
                }
                let range = Range { from, to };
                return Ok(Self { name: word.to_owned(), range, zone: zone.clone() });
            }
            ("today", None) => now.clone(),
            ("month", None) => now.first_of_month().map_err(calendar)?,
            ("week", None) => {
                let since_monday = i64::from(now.weekday().since(Weekday::Monday));
                now.checked_sub(since_monday.days()).map_err(calendar)?
            }
            (_, None) => {
                let days = word.strip_suffix('d').and_then(|it| it.parse::<i64>().ok());
                let days = days.filter(|it| (1..=3660).contains(it));
                let days = days.ok_or_else(|| {
                    bad("it is `today`, `week`, `month`, 1 to 3660 days like `7d`, or SINCE..UNTIL with dates")
                })?;
                now.checked_sub((days - 1).days()).map_err(calendar)?
            }
        };
        let from = from.start_of_day().map_err(calendar)?;
        let range = Range { from: stamp(&from), to: end(now) };
        Ok(Self { name: word.to_owned(), range, zone: now.time_zone().clone() })
    }
}

/// A date, or a date and time. A date at the end of a span belongs to it whole.
fn moment(text: &str, next_day: bool, zone: &TimeZone) -> Result<Stamp, String> {
    let told = |error: jiff::Error| format!("`{text}`: {error}");
    let day = text.parse::<Date>().ok().filter(|_| !text.contains(['T', 't', ' ']));
    let at = match day {
        Some(day) if next_day => day.tomorrow().map_err(told)?.to_zoned(zone.clone()).map_err(told)?,
        Some(day) => day.to_zoned(zone.clone()).map_err(told)?,
        None => {
            let at: DateTime = text.parse().map_err(|_| {
                format!("`{text}` is neither a date like 2026-11-01 nor a time of one like 2026-11-01T14:00")
            })?;
            at.to_zoned(zone.clone()).map_err(told)?
        }
    };
    Ok(stamp(&at))
}

fn stamp(at: &Zoned) -> Stamp {
    Stamp(at.timestamp().as_microsecond())
}

/// One microsecond on: a span ends before `to`, and a request that just ended belongs to it.
fn end(now: &Zoned) -> Stamp {
    Stamp(stamp(now).0.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn now() -> Zoned {
        "2026-11-19T15:30:00+01:00[Europe/Berlin]".parse().unwrap()
    }

    fn ends(word: &str) -> (String, String) {
        let span = Span::parse(word, &now()).unwrap();
        let told = |at: Stamp| {
            let at = Timestamp::from_microsecond(at.0).unwrap().to_zoned(span.zone.clone());
            at.strftime("%Y-%m-%d %H:%M").to_string()
        };
        (told(span.range.from), told(span.range.to))
    }

    #[test]
    fn spans_begin_at_midnight_and_end_now() {
        for (word, from) in [
            ("today", "2026-11-19 00:00"),
            ("7d", "2026-11-13 00:00"),
            ("week", "2026-11-16 00:00"),
            ("month", "2026-11-01 00:00"),
            // The clocks went back on 25 October.
            ("30d", "2026-10-21 00:00"),
        ] {
            assert_eq!(ends(word), (from.to_owned(), "2026-11-19 15:30".to_owned()), "{word}");
            let to = Span::parse(word, &now()).unwrap().range.to.0;
            assert_eq!(to, now().timestamp().as_microsecond() + 1, "what just ended belongs to it");
        }
    }

    #[test]
    fn days_and_times_of_ones_own_are_those_of_the_zone() {
        let of = |word| ends(word);
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(of("2026-10-25..2026-10-25"), pair("2026-10-25 00:00", "2026-10-26 00:00"));
        let day = Span::parse("2026-10-25..2026-10-25", &now()).unwrap().range;
        assert_eq!(day.to.0 - day.from.0, 25 * 3_600_000_000, "the clocks went back");
        assert_eq!(of("2026-11-01.."), pair("2026-11-01 00:00", "2026-11-19 15:30"));
        assert_eq!(of("..2026-11-02"), pair("1970-01-01 01:00", "2026-11-03 00:00"));
        assert_eq!(of("2026-11-01T14:00..2026-11-01T15:30"), pair("2026-11-01 14:00", "2026-11-01 15:30"));
    }

    #[test]
    fn other_words_are_refused() {
        for word in
            ["yesterdya", "0d", "-3d", "9999d", "d", "", "2026-11-02..2026-11-01", "2026-13-01..", "x..y", "2026-11-01"]
        {
            assert!(Span::parse(word, &now()).is_err(), "{word}");
        }
    }
}
