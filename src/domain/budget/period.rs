//! How long a budget lasts: windows as functions of an instant, never of a counter.
//!
//! A day is from one local midnight to the next, as instants (faults.md row 81), so that the day on which clocks are changed
//! is as long as it is. Windows of one period follow each other without gap or overlap in every time zone.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::clock::Stamp;

const SECOND: i64 = 1_000_000;
/// A rolling window is counted in so many parts: what was spent leaves it one part late at most, never early.
const PARTS: i64 = 720;
/// Shortest and longest rolling window, in seconds.
const ROLLING: std::ops::RangeInclusive<i64> = 60..=3_660 * 86_400;

/// How long a budget lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Period {
    /// One of the calendar's.
    Calendar(Unit),
    /// The last so many seconds, at every moment anew.
    Rolling(i64),
    /// For ever: prepaid.
    Total,
}

/// A unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unit {
    /// As the clock on the wall shows it.
    Minute,
    /// As the clock on the wall shows it.
    Hour,
    /// From one local midnight to the next.
    Day,
    /// From Monday on.
    Week,
    /// From the first on.
    Month,
    /// From 1 January on.
    Year,
}

/// A span of time, by instants: from `start` on and before `end`. `None`: it does not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant that is in it.
    pub start: Stamp,
    /// The first instant after it.
    pub end: Option<Stamp>,
}

/// The text names no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no period: expected minute, hour, day, week, month, year, total, or a rolling one like 24h or 30d")]
pub struct NotAPeriod(pub String);

impl Unit {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Minute, "minute"),
        (Self::Hour, "hour"),
        (Self::Day, "day"),
        (Self::Week, "week"),
        (Self::Month, "month"),
        (Self::Year, "year"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|it| it.0 == self).map_or("", |it| it.1)
    }
}

impl Window {
    /// Whether `at` is in it.
    #[must_use]
    pub fn holds(&self, at: Stamp) -> bool {
        self.start <= at && self.end.is_none_or(|end| at < end)
    }
}

impl Period {
    /// The window that `at` is in. That of a rolling period ends with `at`, as far as anybody knows by then.
    #[must_use]
    pub fn window(self, at: Stamp, zone: &TimeZone) -> Window {
        match self {
            Self::Total => Window { start: Stamp(i64::MIN), end: None },
            Self::Rolling(seconds) => {
                Window { start: Stamp(at.0.saturating_sub(seconds.saturating_mul(SECOND))), end: None }
            }
            Self::Calendar(unit) => {
                // A time beyond what a calendar holds cannot come from a clock; it is the calendar's first moment then.
                let at = Timestamp::from_microsecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
                let (start, end) = match unit {
                    Unit::Minute => short(at, 60, zone),
                    Unit::Hour => short(at, 3600, zone),
                    Unit::Day | Unit::Week | Unit::Month | Unit::Year => dates(at, unit, zone),
                };
                Window { start: Stamp(start.as_microsecond()), end: Some(Stamp(end.as_microsecond())) }
            }
        }
    }

    /// How long the parts are in which a rolling window is counted, in microseconds. `None` where a window is counted as
    /// one.
    #[must_use]
    pub fn part(self) -> Option<i64> {
        let Self::Rolling(seconds) = self else { return None };
        Some((seconds / PARTS).max(1) * SECOND)
    }
}

/// Minutes and hours: as the clock on the wall counts them, and cut where it is changed.
fn short(at: Timestamp, seconds: i64, zone: &TimeZone) -> (Timestamp, Timestamp) {
    let offset = i64::from(zone.to_offset(at).seconds());
    let local = at.as_second() + offset - i64::from(at.subsec_nanosecond() < 0);
    let start = local.div_euclid(seconds) * seconds - offset;
    let instant = |it: i64| Timestamp::from_second(it).unwrap_or(at);
    // Tables list changes that change nothing, at the end of what they were once made for.
    let is_real = |it: &Timestamp| zone.to_offset(*it) != zone.to_offset(*it - Span::new().nanoseconds(1));
    let (start, end) = (instant(start), instant(start + seconds));
    let before = zone.preceding(at + Span::new().nanoseconds(1)).map(|it| it.timestamp());
    let begins = before.take_while(|it| *it > start).find(|it| *it <= at && is_real(it));
    let after = zone.following(at).map(|it| it.timestamp());
    let ends = after.take_while(|it| *it < end).find(|it| *it > at && is_real(it));
    (begins.unwrap_or(start), ends.unwrap_or(end))
}

/// Days and what is made of them.
fn dates(at: Timestamp, unit: Unit, zone: &TimeZone) -> (Timestamp, Timestamp) {
    let begins = |date: Date| date.to_zoned(zone.clone()).map_or(at, |it| it.timestamp());
    let mut first = first_day(at.to_zoned(zone.clone()).date(), unit);
    // Where clocks are put back just after midnight, the day before comes again; by then the new one has begun.
    loop {
        let next = next_day(first, unit);
        let (start, end) = (begins(first), begins(next));
        if at < start {
            first = first_day(first.yesterday().unwrap_or(first), unit);
            if begins(first) >= start {
                return (start, end);
            }
        } else if at >= end && next > first {
            first = next;
        } else {
            return (start, end);
        }
    }
}

fn first_day(date: Date, unit: Unit) -> Date {
    match unit {
        Unit::Week => {
            let past = i64::from(date.weekday().since(Weekday::Monday));
            date.checked_sub(Span::new().days(past)).unwrap_or(date)
        }
        Unit::Month => date.first_of_month(),
        Unit::Year => date.first_of_year(),
        Unit::Minute | Unit::Hour | Unit::Day => date,
    }
}

fn next_day(first: Date, unit: Unit) -> Date {
    let span = match unit {
        Unit::Week => Span::new().weeks(1),
        Unit::Month => Span::new().months(1),
        Unit::Year => Span::new().years(1),
        Unit::Minute | Unit::Hour | Unit::Day => Span::new().days(1),
    };
    first.checked_add(span).unwrap_or(first)
}

impl FromStr for Period {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some((unit, _)) = Unit::ALL.iter().find(|it| it.1 == text) {
            return Ok(Self::Calendar(*unit));
        }
        if text == "total" {
            return Ok(Self::Total);
        }
        let rolling = || {
            let unit = match text.as_bytes().last()? {
                b'd' => 86_400,
                b'h' => 3_600,
                b'm' => 60,
                _ => return None,
            };
            let seconds = text[..text.len() - 1].parse::<i64>().ok()?.checked_mul(unit)?;
            ROLLING.contains(&seconds).then_some(Self::Rolling(seconds))
        };
        rolling().ok_or_else(|| NotAPeriod(text.to_owned()))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Self::Calendar(unit) => unit.name().to_owned(),
            Self::Total => "total".to_owned(),
            Self::Rolling(it) if it % 86_400 == 0 => format!("{}d", it / 86_400),
            Self::Rolling(it) if it % 3_600 == 0 => format!("{}h", it / 3_600),
            Self::Rolling(it) => format!("{}m", it / 60),
        })
    }
}

impl From<Period> for String {
    fn from(it: Period) -> Self {
        it.to_string()
    }
}

impl TryFrom<String> for Period {
    type Error = NotAPeriod;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CALENDAR: [Unit; 6] = [Unit::Minute, Unit::Hour, Unit::Day, Unit::Week, Unit::Month, Unit::Year];

    fn at(text: &str) -> Stamp {
        Stamp(text.parse::<Timestamp>().unwrap().as_microsecond())
    }

    fn window(period: &str, now: &str, zone: &str) -> (String, String) {
        let it = period.parse::<Period>().unwrap().window(at(now), &TimeZone::get(zone).unwrap());
        let shown = |it: Stamp| Timestamp::from_microsecond(it.0).unwrap().to_string();
        (shown(it.start), shown(it.end.unwrap()))
    }

    fn is(found: &(String, String), start: &str, end: &str) {
        assert_eq!((found.0.as_str(), found.1.as_str()), (start, end));
    }

    #[test]
    fn periods_read_back_what_they_print() {
        for text in ["minute", "hour", "day", "week", "month", "year", "total", "30d", "24h", "90m"] {
            let shown = text.parse::<Period>().unwrap().to_string();
            assert_eq!(shown, if text == "24h" { "1d" } else { text });
        }
        for text in
            ["", "d", "fortnight", "0d", "-1d", "1s", "30s", "99999999999999999999d", "9999999d", "1.5h", "Day", "é"]
        {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_on_which_clocks_change_are_as_long_as_they_are() {
        // 23 and 25 hours.
        is(&window("day", "2026-03-29T12:00:00Z", "Europe/Berlin"), "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
        is(&window("day", "2026-10-25T12:00:00Z", "Europe/Berlin"), "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
        // Midnight itself does not come: the day begins at one.
        is(&window("day", "2022-04-24T12:00:00Z", "Africa/Cairo"), "2022-04-23T22:00:00Z", "2022-04-24T22:00:00Z");
        is(&window("day", "2026-03-08T12:00:00Z", "America/Havana"), "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z");
        // A day that was left out.
        is(&window("day", "2011-12-30T09:59:59Z", "Pacific/Apia"), "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z");
        is(&window("day", "2011-12-30T10:00:00Z", "Pacific/Apia"), "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z");
        // Half an hour.
        is(
            &window("day", "2026-04-05T12:00:00Z", "Australia/Lord_Howe"),
            "2026-04-04T13:00:00Z",
            "2026-04-05T13:30:00Z",
        );
        is(
            &window("day", "2026-01-01T00:00:00Z", "Pacific/Kiritimati"),
            "2025-12-31T10:00:00Z",
            "2026-01-01T10:00:00Z",
        );
        is(&window("day", "2026-01-01T00:00:00Z", "Etc/GMT+12"), "2025-12-31T12:00:00Z", "2026-01-01T12:00:00Z");
    }

    #[test]
    fn months_and_years_end_where_they_end() {
        is(&window("month", "2028-02-29T23:59:59Z", "UTC"), "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z");
        is(&window("month", "2026-01-31T23:59:59Z", "UTC"), "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
        is(&window("month", "2026-12-31T23:30:00Z", "Europe/Berlin"), "2026-12-31T23:00:00Z", "2027-01-31T23:00:00Z");
        is(&window("year", "2028-02-29T00:00:00Z", "UTC"), "2028-01-01T00:00:00Z", "2029-01-01T00:00:00Z");
        is(&window("week", "2026-11-22T23:59:59Z", "UTC"), "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z");
        is(&window("hour", "2026-11-22T10:59:59Z", "Asia/Kolkata"), "2026-11-22T10:30:00Z", "2026-11-22T11:30:00Z");
        is(&window("minute", "2026-11-22T10:59:59Z", "UTC"), "2026-11-22T10:59:00Z", "2026-11-22T11:00:00Z");
    }

    #[test]
    fn what_does_not_end_has_no_end() {
        let total = Period::Total.window(Stamp(5), &TimeZone::UTC);
        assert!(total.end.is_none() && total.holds(Stamp(i64::MIN)) && total.holds(Stamp(i64::MAX)));
        let day: Period = "1d".parse().unwrap();
        assert_eq!(day.window(Stamp(90_000_000_000), &TimeZone::UTC).start, Stamp(3_600_000_000));
        assert_eq!((day.part(), Period::Total.part()), (Some(120_000_000), None));
    }

    /// Faults.md L11: in every zone the windows of every period tile time without gap or overlap.
    fn tiles(zone: &TimeZone, unit: Unit, now: Stamp) -> Result<(), TestCaseError> {
        let of = |at: i64| Period::Calendar(unit).window(Stamp(at), zone);
        let it = of(now.0);
        let end = it.end.unwrap();
        prop_assert!(it.holds(now), "{unit:?} {now:?}");
        prop_assert_eq!((of(it.start.0), of(end.0 - 1)), (it, it));
        prop_assert_eq!(of(it.start.0 - 1).end, Some(it.start));
        prop_assert_eq!(of(end.0).start, end);
        Ok(())
    }

    fn zones() -> Vec<TimeZone> {
        jiff::tz::db().available().map(|it| TimeZone::get(it.as_str()).unwrap()).collect()
    }

    #[test]
    fn windows_tile_time_around_every_change_of_the_clock_in_every_zone() {
        let zones = zones();
        assert!(zones.len() > 400, "{} zones", zones.len());
        let (from, to) = (at("1970-01-02T00:00:00Z").0, at("2100-01-01T00:00:00Z").0);
        let begin = Timestamp::from_microsecond(from).unwrap();
        let mut changes = 0;
        for zone in &zones {
            for change in zone.following(begin).take_while(|it| it.timestamp().as_microsecond() < to) {
                changes += 1;
                let change = change.timestamp().as_microsecond();
                for beside in [-3_600_000_000, -1, 0, 1, 3_600_000_000] {
                    for unit in [Unit::Hour, Unit::Day, Unit::Month] {
                        tiles(zone, unit, Stamp(change + beside)).unwrap();
                    }
                }
                // Years have few of them.
                if changes % 50 == 0 {
                    for unit in CALENDAR {
                        tiles(zone, unit, Stamp(change)).unwrap();
                    }
                }
            }
        }
        assert!(changes > 10_000, "{changes} changes");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]
        #[test]
        fn windows_tile_time_in_every_zone(
            nth in 0_usize..10_000,
            unit in proptest::sample::select(CALENDAR.to_vec()),
            now in 0_i64..4_102_444_800_000_000,
        ) {
            let zones = zones();
            tiles(&zones[nth % zones.len()], unit, Stamp(now))?;
        }
    }
}
