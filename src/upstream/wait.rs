//! How long a provider asks to be left alone: `retry-after` in all its forms, and the reset headers.

use std::time::Duration;

use crate::domain::clock::Stamp;

/// Nobody is waited for longer than a day.
const MOST: Duration = Duration::from_secs(24 * 3600);

/// The wait that `headers` name, the most precise statement first: `retry-after-ms`, `retry-after` (seconds, also
/// fractional, or an HTTP date), then the soonest reset of a limit that is used up. Garbage is no statement; a date
/// in the past is a wait of zero.
pub fn stated<'a>(header: impl Fn(&str) -> Option<&'a str>, now: Stamp) -> Option<Duration> {
    let millis = header("retry-after-ms").and_then(|it| number(it, 0.001));
    let stated = millis.or_else(|| header("retry-after").and_then(|it| number(it, 1.0).or_else(|| date(it, now))));
    stated.or_else(|| reset(header, now)).map(|it| it.min(MOST))
}

fn number(text: &str, unit: f64) -> Option<Duration> {
    let count: f64 = text.trim().parse().ok()?;
    // 1e12 seconds is a statement, and "as long as I may" is how it is read; NaN and negatives are not.
    (count >= 0.0).then(|| Duration::from_secs_f64((count * unit).min(MOST.as_secs_f64())))
}

fn date(text: &str, now: Stamp) -> Option<Duration> {
    let at = httpdate::parse_http_date(text.trim()).ok()?;
    let at = at.duration_since(std::time::UNIX_EPOCH).ok()?;
    let now = Duration::from_micros(u64::try_from(now.0).ok()?);
    Some(at.saturating_sub(now))
}

/// How long a limit is used up that `headers` say has nothing left: of an answer, which none of this keeps from being one. A
/// limit of none at all is nobody's limit.
pub fn used_up<'a>(header: impl Fn(&str) -> Option<&'a str>, now: impl FnOnce() -> Stamp) -> Option<Duration> {
    let says = |name: &str| header(name).is_some_and(|it| it.trim() == "0");
    let mut left = OPENAI.iter().chain(&ANTHROPIC).map(|it| it.0);
    if !left.any(|name| says(name) && !says(&name.replace("remaining", "limit"))) {
        return None;
    }
    reset(header, now()).filter(|it| !it.is_zero()).map(|it| it.min(MOST))
}

/// Remaining and reset, with spans.
const OPENAI: [(&str, &str); 2] = [
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
];
/// Remaining and reset, with dates.
const ANTHROPIC: [(&str, &str); 4] = [
    ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
    ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
    ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"),
    ("anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"),
];

/// OpenAI's family spells resets as spans (`6m0s`), Anthropic's as dates (RFC 3339). Only a limit whose remainder is
/// zero is a reason to wait.
fn reset<'a>(header: impl Fn(&str) -> Option<&'a str>, now: Stamp) -> Option<Duration> {
    let used_up = |name: &str| header(name).is_some_and(|it| it.trim() == "0");
    let spans = OPENAI.iter().filter(|it| used_up(it.0)).filter_map(|it| span(header(it.1)?));
    let dates = ANTHROPIC.iter().filter(|it| used_up(it.0)).filter_map(|it| instant(header(it.1)?, now));
    // All limits that are used up must have reset before a request can pass, so the latest counts.
    spans.chain(dates).max()
}

/// A span like `1s`, `6m0s`, `9m38.016s`, `1h2m3s`, `174ms`, `2d`.
#[must_use]
pub fn span(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let count: f64 = rest[..digits].parse().ok()?;
        let unit = &rest[digits..];
        let letters = unit.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(unit.len());
        total += count
            * match &unit[..letters] {
                "ms" => 0.001,
                "s" | "" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                "d" => 86_400.0,
                _ => return None,
            };
        rest = &unit[letters..];
    }
    (total.is_finite() && !text.trim().is_empty()).then(|| Duration::from_secs_f64(total.min(MOST.as_secs_f64())))
}

fn instant(text: &str, now: Stamp) -> Option<Duration> {
    let at: jiff::Timestamp = text.trim().parse().ok()?;
    Some(Duration::from_micros(u64::try_from(at.as_microsecond().saturating_sub(now.0)).unwrap_or(0)))
}
