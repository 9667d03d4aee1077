//! `config.toml`: what concerns the process and not the policy. Optional; nothing in it is needed.

use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::config::refusal::{Refusal, nearest};
use crate::domain::policy::Deadlines;

/// The port the server listens on unless told otherwise.
pub const PORT: u16 = 8484;

/// Settings of the process, every one with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The port of `serve`; 0 = any that is free.
    pub port: u16,
    /// How the server logs.
    pub log: LogStyle,
    /// Which time zone a day is in.
    pub time_zone: TimeZone,
    /// Deadlines of every request, unless its group says otherwise.
    pub deadlines: Deadlines,
    /// How long what a provider wants back of an answer is kept after it was made or last used; zero = nothing is.
    pub keep_originals: Duration,
    /// How long the rows of requests are kept; zero = for ever.
    pub keep_requests: Duration,
    /// How long it is kept how requests were decided, which `why` and `simulate` read; zero = as long as their rows.
    pub keep_decisions: Duration,
}

/// How long unless told otherwise.
const ORIGINALS_DAYS: u16 = 7;
const REQUESTS_DAYS: u16 = 90;
const DECISIONS_DAYS: u16 = 7;
/// Seconds of a day.
const DAY: u64 = 86_400;

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: PORT,
            log: LogStyle::Plain,
            time_zone: TimeZone::system(),
            deadlines: Deadlines::default(),
            keep_originals: days(ORIGINALS_DAYS),
            keep_requests: days(REQUESTS_DAYS),
            keep_decisions: days(DECISIONS_DAYS),
        }
    }
}

/// How the server logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogStyle {
    /// One plain line for each request.
    #[default]
    Plain,
    /// One JSON object for each line.
    Json,
}

/// The file as written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Raw {
    port: Option<u16>,
    log: Option<LogStyle>,
    time_zone: Option<toml::Spanned<String>>,
    keep_originals_days: Option<u16>,
    keep_requests_days: Option<u16>,
    keep_decisions_days: Option<u16>,
    deadlines: RawDeadlines,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct RawDeadlines {
    connect: Option<toml::Spanned<String>>,
    first_content: Option<toml::Spanned<String>>,
    first_content_reasoning: Option<toml::Spanned<String>>,
    byte_gap: Option<toml::Spanned<String>>,
    content_gap: Option<toml::Spanned<String>>,
    whole: Option<toml::Spanned<String>>,
    stream: Option<toml::Spanned<String>>,
    ping: Option<toml::Spanned<String>>,
}

const EXAMPLE: &str = "port = 8484, log = \"plain\", time-zone = \"Europe/Berlin\", [deadlines] connect = \"5s\"";

/// Reads the file, if it is there.
///
/// # Errors
/// It cannot be read, or says something that means nothing: every such place, with line and column.
pub fn read(path: &Path) -> Result<Settings, Refusal> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Settings::default()),
        Err(error) => {
            let what = format!("the settings in {} cannot be read", path.display());
            return Err(Refusal::new("settings-file", what, error.to_string(), "make it readable, or remove it"));
        }
    };
    parse(&text).map_err(|faults| {
        let lines: Vec<String> = faults
            .iter()
            .map(|it| {
                let (line, column) = position(&text, it.at);
                format!("{}:{line}:{column}: {}", path.display(), it.what)
            })
            .collect();
        let fix = faults.iter().find_map(|it| it.fix.clone());
        let fix = fix.unwrap_or_else(|| format!("correct it there; for instance: {EXAMPLE}"));
        Refusal::new("settings", "the settings file is not understood; nothing was started", lines.join("\n"), fix)
    })
}

/// Something in the file that means nothing.
struct Fault {
    at: usize,
    what: String,
    fix: Option<String>,
}

fn parse(text: &str) -> Result<Settings, Vec<Fault>> {
    let raw: Raw = toml::from_str(text).map_err(|error| {
        let what = error.message().to_owned();
        let fix = suggestion(&what);
        vec![Fault { at: error.span().map_or(0, |it| it.start), what, fix }]
    })?;
    let mut settings = Settings::default();
    let mut faults = Vec::new();
    settings.port = raw.port.unwrap_or(PORT);
    settings.log = raw.log.unwrap_or_default();
    settings.keep_originals = days(raw.keep_originals_days.unwrap_or(ORIGINALS_DAYS));
    settings.keep_requests = days(raw.keep_requests_days.unwrap_or(REQUESTS_DAYS));
    settings.keep_decisions = days(raw.keep_decisions_days.unwrap_or(DECISIONS_DAYS));
    if let Some(name) = raw.time_zone {
        match TimeZone::get(name.get_ref()) {
            Ok(zone) => settings.time_zone = zone,
            Err(_) => faults.push(Fault {
                at: name.span().start,
                what: format!("`{}` is not a time zone", name.get_ref()),
                fix: Some("write it as in the tz database: time-zone = \"Europe/Berlin\"".to_owned()),
            }),
        }
    }
    let it = &mut settings.deadlines;
    for (written, deadline) in [
        (raw.deadlines.connect, &mut it.connect),
        (raw.deadlines.first_content, &mut it.first_content),
        (raw.deadlines.first_content_reasoning, &mut it.first_content_reasoning),
        (raw.deadlines.byte_gap, &mut it.byte_gap),
        (raw.deadlines.content_gap, &mut it.content_gap),
        (raw.deadlines.whole, &mut it.whole),
        (raw.deadlines.stream, &mut it.stream),
        (raw.deadlines.ping, &mut it.ping),
    ] {
        let Some(written) = written else { continue };
        match duration(written.get_ref()) {
            Ok(it) => *deadline = it,
            Err(what) => faults.push(Fault { at: written.span().start, what, fix: None }),
        }
    }
    if faults.is_empty() { Ok(settings) } else { Err(faults) }
}

fn days(number: u16) -> Duration {
    Duration::from_secs(u64::from(number) * DAY)
}

/// A length of time as people write it: `5s`, `2m`, `1h 30m`, `500ms`.
///
/// # Errors
/// It is none, or not between a millisecond and a day.
pub fn duration(text: &str) -> Result<Duration, String> {
    let parsed: Option<SignedDuration> = text.trim().parse().ok();
    let length = parsed.and_then(|it| Duration::try_from(it).ok());
    length
        .filter(|it| (Duration::from_millis(1)..=Duration::from_secs(86_400)).contains(it))
        .ok_or_else(|| format!("`{text}` is not a length of time from 1ms to 24h, like 5s or 2m"))
}

/// `unknown field `prot`, expected one of `port`, …` → the field that was meant.
fn suggestion(message: &str) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let typed = message.starts_with("unknown").then(|| quoted.next())??;
    let known: Vec<&str> = quoted.collect();
    match nearest(typed, known.iter().copied()) {
        Some(meant) => Some(format!("write `{meant}` instead of `{typed}`")),
        None => Some(format!("remove `{typed}`; known are: {}", known.join(", "))),
    }
}

/// Line and column, counted from 1, in characters.
pub(super) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Refusal {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        read(&path).unwrap_err()
    }

    #[test]
    fn no_file_and_an_empty_file_mean_the_defaults() {
        assert_eq!(read(Path::new("/nonexistent/config.toml")).unwrap(), Settings::default());
        assert_eq!(parse("").ok(), Some(Settings::default()));
    }

    #[test]
    fn every_setting_is_read() {
        let text = "port = 9\nlog = \"json\"\ntime-zone = \"Europe/Berlin\"\nkeep-originals-days = 0\nkeep-requests-days = 30\nkeep-decisions-days = 0\n[deadlines]\nconnect = \"2s\"\nstream = \"2h\"\nping = \"5s\"";
        let it = parse(text).ok().unwrap();
        assert_eq!((it.port, it.log), (9, LogStyle::Json));
        assert_eq!((it.keep_originals, it.keep_decisions), (Duration::ZERO, Duration::ZERO));
        assert_eq!(it.keep_requests, Duration::from_secs(30 * 86_400));
        assert_eq!(Settings::default().keep_requests, Duration::from_secs(90 * 86_400));
        assert_eq!(Settings::default().keep_originals, Duration::from_secs(7 * 86_400));
        assert_eq!(it.time_zone.iana_name(), Some("Europe/Berlin"));
        assert_eq!(it.deadlines.connect, Duration::from_secs(2));
        assert_eq!(it.deadlines.stream, Duration::from_secs(7200));
        assert_eq!(it.deadlines.ping, Duration::from_secs(5));
        assert_eq!(it.deadlines.whole, Deadlines::default().whole);
    }

    #[test]
    fn faults_have_their_place_and_what_was_meant() {
        let it = refused("log = \"plain\"\nprot = 1\n");
        assert!(it.why.contains("config.toml:2:1:"), "{}", it.why);
        assert_eq!(it.fix, "write `port` instead of `prot`");
        let it = refused("log = \"plain\nport = 1\n");
        assert!(it.why.contains(":1:"), "{}", it.why);
        let it = refused("time-zone = \"Mars/Olympus\"\n[deadlines]\nconnect = \"soon\"\nwhole = \"-5s\"");
        assert_eq!(it.why.lines().count(), 3, "all at once: {}", it.why);
        assert!(it.why.contains(":3:11: `soon`"), "{}", it.why);
        assert!(refused("port = 70000").why.contains(":1:8:"));
    }

    #[test]
    fn lengths_of_time() {
        assert_eq!(duration("1h 30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(duration(" 500ms "), Ok(Duration::from_millis(500)));
        for bad in ["", "5", "-5s", "0s", "2d", "NaN", "999999h"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
