//! Days and hours of the calendar in a time zone, however long its clock changes make them.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use rusqlite::Connection;

use crate::domain::clock::Stamp;
use crate::store::error::StoreError;
use crate::store::rollups::Reading;
use crate::store::stats::{Range, StatsRow, totals};

/// What one row is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Day,
    Hour,
}

/// One row for each calendar step from the first request of the span to its last.
pub(super) fn series(
    conn: &Connection,
    range: Range,
    zone: &TimeZone,
    step: Step,
) -> Result<Vec<StatsRow>, StoreError> {
    let Some((first, last)) = Reading::ends(conn, range)? else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    let mut start = begin(first, zone, step);
    while let Some(at) = start.take() {
        let from = Stamp(at.timestamp().as_microsecond());
        if from > last {
            break;
        }
        let next = next(&at, step);
        let to = next.as_ref().map_or(range.to, |it| Stamp(it.timestamp().as_microsecond()));
        let part = Range { from: from.max(range.from), to: to.min(range.to) };
        let name = match step {
            Step::Day => at.strftime("%Y-%m-%d").to_string(),
            Step::Hour => at.strftime("%Y-%m-%dT%H:%M%:z").to_string(),
        };
        rows.push(StatsRow { name: Some(name), start: Some(from), sums: totals(conn, part)? });
        start = next;
    }
    Ok(rows)
}

/// The beginning of the day or hour that `at` is in; `None` only beyond the calendar's end.
fn begin(at: Stamp, zone: &TimeZone, step: Step) -> Option<Zoned> {
    let at = Timestamp::from_microsecond(at.0).ok()?.to_zoned(zone.clone());
    match step {
        Step::Day => at.start_of_day().ok(),
        // Not by setting the minutes to 0: where a clock change skips or repeats that hour it would be another one.
        Step::Hour => {
            let past = i64::from(at.minute()) * 60 + i64::from(at.second());
            at.checked_sub(past.seconds()).ok()?.with().subsec_nanosecond(0).build().ok()
        }
    }
}

fn next(at: &Zoned, step: Step) -> Option<Zoned> {
    match step {
        Step::Day => at.tomorrow().ok()?.start_of_day().ok(),
        Step::Hour => at.checked_add(1.hour()).ok(),
    }
}
