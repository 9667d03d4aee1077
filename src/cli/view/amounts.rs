//! Figures as people read them. Unknown is `?`, not enough data is `–`; neither is ever shown as 0.

use std::time::Duration;

use crate::domain::money::Usd;

/// A figure nobody knows.
pub const UNKNOWN: &str = "?";
/// A figure the sample cannot carry, or that does not apply.
pub const NONE: &str = "–";

/// `1,204`.
#[must_use]
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `388`, `1,204`, `41.2k`, `1.63M`, `41.2M`: exact up to 9,999, then three digits.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub fn tokens(n: u64) -> String {
    let n_f = n as f64;
    match n {
        0..10_000 => count(n),
        10_000..999_500 => scaled(n_f / 1e3, "k"),
        999_500..999_500_000 => scaled(n_f / 1e6, "M"),
        _ => scaled(n_f / 1e9, "B"),
    }
}

/// Three significant digits and a unit.
fn scaled(x: f64, unit: &str) -> String {
    let decimals = match x {
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{x:.decimals$}{unit}")
}

/// `0.4ms`, `88ms`, `0.61s`, `2.1s`, `2m05s`.
#[must_use]
pub fn duration(it: Duration) -> String {
    let seconds = it.as_secs_f64();
    if it < Duration::from_micros(9_950) {
        format!("{:.1}ms", seconds * 1e3)
    } else if it < Duration::from_millis(100) {
        format!("{:.0}ms", seconds * 1e3)
    } else if seconds < 0.995 {
        format!("{seconds:.2}s")
    } else if seconds < 99.95 {
        format!("{seconds:.1}s")
    } else {
        let whole = it.as_secs();
        format!("{}m{:02}s", whole / 60, whole % 60)
    }
}

/// A duration in microseconds that may not be known.
#[must_use]
pub fn micros(it: Option<u64>) -> String {
    it.map_or_else(|| NONE.to_owned(), |it| duration(Duration::from_micros(it)))
}

/// Seconds without a unit, for columns whose header carries it: `0.62`, `1.4`, `–`.
#[must_use]
pub fn seconds(it: Option<Duration>) -> String {
    it.map_or_else(
        || NONE.to_owned(),
        |it| {
            let s = it.as_secs_f64();
            if s < 0.995 { format!("{s:.2}") } else { format!("{s:.1}") }
        },
    )
}

/// Money that may be unknown.
#[must_use]
pub fn money(it: Option<Usd>) -> String {
    it.map_or_else(|| UNKNOWN.to_owned(), |it| it.to_string())
}

/// `98.3%`; `–` where nothing was counted.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { NONE.to_owned() } else { format!("{:.1}%", part as f64 * 100.0 / whole as f64) }
}

/// A share between 0 and 1 as whole percent. A small share is not shown as none, nor a large one as all.
#[must_use]
pub fn share(fraction: f64) -> String {
    let percent = fraction * 100.0;
    if percent > 0.0 && percent < 0.5 {
        "<1%".to_owned()
    } else if percent > 99.5 && percent < 100.0 {
        ">99%".to_owned()
    } else {
        format!("{percent:.0}%")
    }
}

/// A weight as it was written: `3`, `0.5`, `0.001`.
#[must_use]
pub fn weight(it: f64) -> String {
    format!("{it}")
}

/// `812 B`, `4.1 kB`, `38 MB`: in thousands, two digits at least.
#[must_use]
pub fn bytes(n: u64) -> String {
    let mut unit = "B";
    let (mut whole, mut tenths) = (n, 0);
    for larger in ["kB", "MB", "GB", "TB"] {
        if whole < 1000 {
            break;
        }
        (tenths, whole, unit) = (whole % 1000 / 100, whole / 1000, larger);
    }
    if unit == "B" || whole >= 10 { format!("{whole} {unit}") } else { format!("{whole}.{tenths} {unit}") }
}

/// `1 stream`, `2 streams`.
#[must_use]
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_tokens() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1_204), "1,204");
        assert_eq!(count(12_345_678), "12,345,678");
        assert_eq!(tokens(388), "388");
        assert_eq!(tokens(9_999), "9,999");
        assert_eq!(tokens(41_249), "41.2k");
        assert_eq!(tokens(999_499), "999k");
        assert_eq!(tokens(999_500), "1.00M");
        assert_eq!(tokens(41_200_000), "41.2M");
        assert_eq!(tokens(999_499_999), "999M");
        assert_eq!(tokens(1_000_000_000), "1.00B");
    }

    #[test]
    fn durations() {
        let shown = |micros| duration(Duration::from_micros(micros));
        assert_eq!(shown(400), "0.4ms");
        assert_eq!(shown(88_000), "88ms");
        assert_eq!(shown(612_000), "0.61s");
        assert_eq!(shown(2_100_000), "2.1s");
        assert_eq!(shown(125_000_000), "2m05s");
        assert_eq!(micros(None), "–");
    }

    #[test]
    fn shares_never_round_to_none_or_all() {
        assert_eq!(share(0.001), "<1%");
        assert_eq!(share(0.999), ">99%");
        assert_eq!(share(0.0), "0%");
        assert_eq!(share(1.0), "100%");
        assert_eq!(percent(0, 0), "–");
        assert_eq!(money(None), "?");
    }
}
