//! `reconcile`: what a provider says it counted and billed, beside the ledger.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::catalog::exports::{self, Export, ExportError, Line, Sums, Verdict};
use crate::cli::diag::{Diag, Done, Exit, Stop};
use crate::cli::session::Session;
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{BOLD, Frame, amounts, paint, safe};
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::store::open::Db;
use crate::store::stats::{self, By, Range};

/// Files beyond this are no export of a person's usage.
const LARGEST: u64 = 256 << 20;
/// Days that an export may span.
const DAYS_MOST: i32 = 1100;

/// `reconcile`.
#[derive(Debug, Args)]
#[command(
    after_help = "The form of the file is known by its columns: usage and costs of OpenAI and Anthropic, of their consoles (CSV)\n\
                        and their usage APIs (JSON), and the activity of OpenRouter (CSV or JSON). Days are those of UTC, as providers\n\
                        count them. The exit status is 1 where something differs by more than the tolerance.\n\n\
                        Example:\n  llmroute reconcile ~/Downloads/usage.csv\n  \
                        llmroute reconcile cost.json --provider work --tolerance 0.5 --json"
)]
pub struct Reconcile {
    /// The provider's export.
    file: PathBuf,
    /// Which provider of yours it is about, where that is not the one of that name.
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// By how many percent of the larger figure two may differ. Half a cent never counts.
    #[arg(long, value_name = "PERCENT", default_value_t = 1.0)]
    tolerance: f64,
}

/// Everything `reconcile` prints.
#[derive(Debug, Serialize)]
struct Shown {
    schema_version: u32,
    format: &'static str,
    provider: String,
    from: String,
    to: String,
    tolerance_percent: f64,
    agrees: bool,
    /// The file is one page of several, and not the last.
    more_pages: bool,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    day: String,
    /// `null` = all of that day: the file does not tell models apart on it.
    model: Option<String>,
    /// `requests`, `input`, `cached`, `output` (tokens) or `cost` (dollars).
    measure: &'static str,
    theirs: f64,
    ours: f64,
    difference: f64,
    verdict: &'static str,
    #[serde(skip)]
    line: Line,
}

impl Reconcile {
    /// Compares.
    ///
    /// # Errors
    /// The file cannot be read or is of no known form, the provider is unknown, the ledger cannot be read; without a
    /// message and with status 1, the two differ.
    pub fn run(&self, session: &Session) -> Done {
        if !(0.0..=100.0).contains(&self.tolerance) {
            let what = format_args!("`{}` is no tolerance", self.tolerance);
            return Err(Diag::usage(what, "it is a part of a figure, in percent").fix("--tolerance 1").into());
        }
        let export = self.read()?;
        let provider = self.provider.clone().unwrap_or_else(|| export.format.provider.clone());
        if !session.glance()?.policy.providers.contains_key(provider.as_str()) {
            let why = format_args!("there is no provider `{provider}`");
            let diag = Diag::new(Exit::Usage, "unknown-provider", "nothing to compare with", why);
            return Err(diag.fix("llmroute providers   lists them; name one with --provider").into());
        }
        let days = || export.sums.keys().map(|it| it.0);
        let (Some(first), Some(last)) = (days().min(), days().max()) else {
            return Err(self.refuse(&ExportError::Empty));
        };
        if (last - first).get_days() > DAYS_MOST {
            let why = format_args!("it goes from {first} to {last}");
            return Err(Diag::new(Exit::Usage, "bad-export", "the export spans too many days", why).into());
        }
        let ours = ours(&session.read()?, &provider, first, last)?;
        let lines = exports::compare(&export.sums, &ours, self.tolerance / 100.0);
        let shown = Shown {
            schema_version: 1,
            format: &export.format.title,
            provider,
            from: first.to_string(),
            to: last.to_string(),
            tolerance_percent: self.tolerance,
            agrees: lines.iter().all(|it| it.verdict == Verdict::Agrees),
            more_pages: export.more,
            rows: lines.into_iter().map(Row::from).collect(),
        };
        session.screen.show(&shown, draw)?;
        if shown.agrees { Ok(()) } else { Err(Stop::Quiet(Exit::Failed)) }
    }

    fn read(&self) -> Done<Export> {
        let name = self.file.display();
        let unreadable = |why: &dyn std::fmt::Display| {
            Diag::new(Exit::Usage, "bad-file", format_args!("{name} cannot be read"), why)
                .fix("name the file to compare")
        };
        let size = std::fs::metadata(&self.file).map_err(|it| unreadable(&it))?.len();
        if size > LARGEST {
            return Err(unreadable(&format_args!("it is larger than {} MiB", LARGEST >> 20)).into());
        }
        let text = std::fs::read_to_string(&self.file).map_err(|it| unreadable(&it))?;
        exports::read(&text).map_err(|it| self.refuse(&it))
    }

    fn refuse(&self, error: &ExportError) -> Stop {
        let known: Vec<_> = exports::formats().iter().map(|it| it.title.as_str()).collect();
        let what = format_args!("{} is no usage export", self.file.display());
        let fix = format!("looked for: {}", known.join("; "));
        Diag::new(Exit::Usage, "bad-export", what, error).fix(fix).into()
    }
}

/// What the ledger has of a provider, by day (UTC) and model.
fn ours(db: &Db, provider: &str, first: Date, last: Date) -> Done<BTreeMap<(Date, Option<String>), Sums>> {
    let calendar = |error: jiff::Error| Diag::new(Exit::Usage, "bad-export", "a day is beyond the calendar", error);
    let stamp = |day: Date| -> Result<Stamp, jiff::Error> {
        Ok(Stamp(day.to_zoned(TimeZone::UTC)?.timestamp().as_microsecond()))
    };
    let mut sums: BTreeMap<(Date, Option<String>), Sums> = BTreeMap::new();
    let mut day = first;
    while day <= last {
        let next = day.tomorrow().map_err(calendar)?;
        let range = Range { from: stamp(day).map_err(calendar)?, to: stamp(next).map_err(calendar)? };
        for row in stats::report(db, range, &By::Model)?.rows {
            let name = row.name.unwrap_or_default();
            let Some(model) = name.strip_prefix(provider).and_then(|it| it.strip_prefix('/')) else { continue };
            let it = &row.sums;
            sums.entry((day, Some(exports::meant(model)))).or_default().add(&Sums {
                requests: Some(it.total.n),
                input: Some(it.tokens.input),
                cached: Some(it.tokens.cache_read),
                output: Some(it.tokens.output),
                cost: Some(it.money.spent()),
            });
        }
        day = next;
    }
    Ok(sums)
}

impl From<Line> for Row {
    fn from(line: Line) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "for display")]
        let figure = |n: i64| if line.measure == "cost" { Usd::from_pico(n).dollars() } else { n as f64 };
        let (theirs, ours) = (figure(line.theirs), figure(line.ours));
        Self {
            day: line.day.to_string(),
            model: line.model.clone(),
            measure: line.measure,
            theirs,
            ours,
            difference: figure(line.ours.saturating_sub(line.theirs)),
            verdict: line.verdict.name(),
            line,
        }
    }
}

/// What differs, and how much of the rest agrees.
fn draw(it: &Shown, frame: Frame) -> String {
    let head = format!("{} · {} to {} (UTC) · provider {}", it.format, it.from, it.to, it.provider);
    let mut parts = vec![paint(BOLD, &safe::line(&head))];
    let mut table = Table::new(&[
        left("DAY"),
        left("MODEL"),
        left("WHAT"),
        right("THEIRS"),
        right("OURS"),
        right("DIFFERENCE"),
        left("VERDICT"),
    ]);
    let differing: Vec<&Row> = it.rows.iter().filter(|it| it.line.verdict != Verdict::Agrees).collect();
    for row in &differing {
        let figure = |n: i64| figure(row.measure, n);
        table.row([
            row.day.clone(),
            row.model.clone().unwrap_or_else(|| "all".to_owned()),
            row.measure.to_owned(),
            figure(row.line.theirs),
            figure(row.line.ours),
            figure(row.line.ours.saturating_sub(row.line.theirs)),
            row.verdict.to_owned(),
        ]);
    }
    if !differing.is_empty() {
        parts.push(table.draw(frame));
    }
    for measure in ["cost", "requests", "input", "cached", "output"] {
        let of = || it.rows.iter().filter(|it| it.measure == measure);
        if of().next().is_none() {
            continue;
        }
        let sum = |side: fn(&Line) -> i64| of().map(|it| side(&it.line)).fold(0i64, i64::saturating_add);
        parts.push(format!(
            "{measure:<8}  theirs {}, ours {}",
            figure(measure, sum(|it| it.theirs)),
            figure(measure, sum(|it| it.ours))
        ));
    }
    let (all, off) = (it.rows.len(), differing.len());
    parts.push(format!("{} of {all} figures agree within {}%", all - off, it.tolerance_percent));
    if it.more_pages {
        parts.push("the file is one page of several: fetch the others and give them all in one file".to_owned());
    }
    parts.join("\n")
}

fn figure(measure: &str, n: i64) -> String {
    let size = n.unsigned_abs();
    let sign = if n < 0 { "-" } else { "" };
    let usd = || Usd::from_pico(i64::try_from(size).unwrap_or(i64::MAX)).to_string();
    format!("{sign}{}", if measure == "cost" { usd() } else { amounts::count(size) })
}
