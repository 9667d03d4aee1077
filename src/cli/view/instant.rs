//! Moments as people and programs read them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::clock::Stamp;

/// `2026-11-20T14:02:11.482+01:00`
#[must_use]
pub fn exact(at: Stamp, zone: &TimeZone) -> String {
    format(at, zone, "%Y-%m-%dT%H:%M:%S%.3f%:z")
}

/// `11-20 14:02:11`
#[must_use]
pub fn clock(at: Stamp, zone: &TimeZone) -> String {
    format(at, zone, "%m-%d %H:%M:%S")
}

// A stamp beyond the calendar's end is nobody's.
fn format(at: Stamp, zone: &TimeZone, format: &str) -> String {
    Timestamp::from_microsecond(at.0)
        .map(|it| it.to_zoned(zone.clone()).strftime(format).to_string())
        .unwrap_or_default()
}
