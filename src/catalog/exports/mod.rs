//! What providers say they counted and billed, in the files that they give out. Each form of file is a table in
//! `formats.toml`, which also says where it is documented; none is code.

mod compare;
mod table;
#[cfg(test)]
mod tests;

pub use compare::{Line, Sums, Verdict, compare};

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use crate::domain::model::canonical;
use crate::domain::money::Usd;

/// One form of file.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// What it is called.
    pub title: String,
    /// The built-in provider whose it is.
    pub provider: String,
    /// Where it is documented.
    pub source: String,
    needs: Vec<String>,
    day: String,
    model: String,
    requests: Option<String>,
    #[serde(default)]
    input: Vec<String>,
    #[serde(default)]
    cached: Vec<String>,
    #[serde(default)]
    output: Vec<String>,
    cost: Option<String>,
    #[serde(default = "one")]
    cost_unit: f64,
}

/// What a file says.
#[derive(Debug)]
pub struct Export {
    /// The form it is in.
    pub format: &'static Format,
    /// Sums by day (UTC) and model, as [`meant`] names it; `None` = the file does not tell models apart on that day.
    pub sums: BTreeMap<(Date, Option<String>), Sums>,
    /// It is one page, and says that there are more.
    pub more: bool,
}

/// The file cannot be compared with anything.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It is neither CSV nor JSON, or not whole.
    #[error("it is neither CSV with a header nor JSON: {0}")]
    Unreadable(String),
    /// Its columns are those of no known form.
    #[error("its columns are those of no export that is known here: {}", seen.join(", "))]
    Unknown {
        /// Those that were found, some of them.
        seen: Vec<String>,
    },
    /// A value is not what its column says.
    #[error("row {row}: `{value}` in `{column}` is no {expected}")]
    Value {
        /// Which row, from 1.
        row: usize,
        /// Its column.
        column: String,
        /// What stands there.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
    /// It has the columns and nothing else.
    #[error("it holds no day")]
    Empty,
}

/// The file's shape: a list of `[[format]]` tables.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Formats {
    format: Vec<Format>,
}

static FORMATS: LazyLock<Vec<Format>> = LazyLock::new(|| {
    // The text is part of the binary and a test reads it, so it can only fail in a build that fails its tests.
    toml::from_str::<Formats>(include_str!("formats.toml")).expect("the compiled-in table of exports is valid").format
});

/// Every form that is known.
#[must_use]
pub fn formats() -> &'static [Format] {
    &FORMATS
}

/// Reads a file.
///
/// # Errors
/// It is of no known form, or a value in it is not what its column says.
pub fn read(text: &str) -> Result<Export, ExportError> {
    let table::Table { rows, more } = table::read(text)?;
    let columns: Vec<&String> = rows.iter().flat_map(BTreeMap::keys).collect();
    let has = |column: &String| columns.contains(&column);
    let format = formats().iter().filter(|it| it.needs.iter().all(has)).max_by_key(|it| it.needs.len());
    let Some(format) = format else {
        let mut seen: Vec<String> = columns.into_iter().take(40).cloned().collect();
        seen.sort();
        seen.dedup();
        seen.truncate(12);
        return Err(ExportError::Unknown { seen });
    };
    let mut sums: BTreeMap<(Date, Option<String>), Sums> = BTreeMap::new();
    for (at, row) in (1..).zip(&rows) {
        let cells = Cells { row, at };
        let Some(day) = cells.day(&format.day)? else { continue };
        let model = row.get(&format.model).map(|it| meant(it)).filter(|it| !it.is_empty());
        let sum = sums.entry((day, model)).or_default();
        sum.add(&Sums {
            requests: format.requests.as_ref().map(|it| cells.count(std::slice::from_ref(it))).transpose()?,
            input: cells.counts(&format.input)?,
            cached: cells.counts(&format.cached)?,
            output: cells.counts(&format.output)?,
            cost: format.cost.as_ref().map(|it| cells.dollars(it, format.cost_unit)).transpose()?,
        });
    }
    if sums.is_empty() {
        return Err(ExportError::Empty);
    }
    Ok(Export { format, sums: together(sums), more })
}

/// What a model's name means here: [`canonical`], also for a name written for people (`Claude Sonnet 4.5`), a line of a
/// bill (`gpt-5-mini, input`) and a dated snapshot (`gpt-5-mini-2026-08-07`).
#[must_use]
pub fn meant(name: &str) -> String {
    let name = name.split(',').next().unwrap_or(name).trim();
    let plain = canonical(&name.replace(' ', "-"));
    let is_digit = |it: &str, len: usize| it.len() == len && it.bytes().all(|it| it.is_ascii_digit());
    let mut parts = plain.rsplitn(4, '-');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(day), Some(month), Some(year), Some(model))
            if is_digit(day, 2) && is_digit(month, 2) && is_digit(year, 4) =>
        {
            model.to_owned()
        }
        _ => plain,
    }
}

// === private ===

fn one() -> f64 {
    1.0
}

/// A day of which one row names no model can only be compared as a whole.
fn together(sums: BTreeMap<(Date, Option<String>), Sums>) -> BTreeMap<(Date, Option<String>), Sums> {
    let whole: Vec<Date> = sums.keys().filter(|it| it.1.is_none()).map(|it| it.0).collect();
    let mut out: BTreeMap<(Date, Option<String>), Sums> = BTreeMap::new();
    for ((day, model), it) in sums {
        let model = model.filter(|_| !whole.contains(&day));
        out.entry((day, model)).or_default().add(&it);
    }
    out
}

/// The cells of one row. What is empty is nothing.
struct Cells<'a> {
    row: &'a BTreeMap<String, String>,
    at: usize,
}

impl Cells<'_> {
    fn text(&self, column: &str) -> Option<&str> {
        self.row.get(column).map(|it| it.trim()).filter(|it| !it.is_empty())
    }

    fn wrong(&self, column: &str, expected: &'static str) -> ExportError {
        let value = self.row.get(column).cloned().unwrap_or_default().chars().take(60).collect();
        ExportError::Value { row: self.at, column: column.to_owned(), value, expected }
    }

    /// A date, a time of one in RFC 3339 or without a zone (then UTC), or seconds since 1970.
    fn day(&self, column: &str) -> Result<Option<Date>, ExportError> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let wrong = || self.wrong(column, "date or time");
        if let Ok(seconds) = text.parse::<i64>() {
            let at = Timestamp::from_second(seconds).map_err(|_| wrong())?;
            return Ok(Some(at.to_zoned(TimeZone::UTC).date()));
        }
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Some(at.to_zoned(TimeZone::UTC).date()));
        }
        if let Ok(at) = text.parse::<civil::DateTime>() {
            return Ok(Some(at.date()));
        }
        text.parse::<Date>().map(Some).map_err(|_| wrong())
    }

    /// `None` where the form tells no such count.
    fn counts(&self, columns: &[String]) -> Result<Option<u64>, ExportError> {
        if columns.is_empty() { Ok(None) } else { self.count(columns).map(Some) }
    }

    fn count(&self, columns: &[String]) -> Result<u64, ExportError> {
        let mut sum = 0u64;
        for column in columns {
            let Some(text) = self.text(column) else { continue };
            // Some write a count as 12.0.
            let whole = text.split_once('.').filter(|it| it.1.bytes().all(|it| it == b'0')).map_or(text, |it| it.0);
            let n: u64 = whole.parse().map_err(|_| self.wrong(column, "count"))?;
            sum = sum.saturating_add(n);
        }
        Ok(sum)
    }

    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    fn dollars(&self, column: &str, unit: f64) -> Result<Usd, ExportError> {
        let Some(text) = self.text(column) else { return Ok(Usd::ZERO) };
        let amount: f64 = text.trim_start_matches('$').parse().map_err(|_| self.wrong(column, "amount"))?;
        let pico = (amount * unit * 1e12).round();
        // Credits are below nothing.
        if pico.is_finite() && pico.abs() < 9.0e18 {
            Ok(Usd::from_pico(pico as i64))
        } else {
            Err(self.wrong(column, "amount"))
        }
    }
}
