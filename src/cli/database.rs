//! `db`: the local file itself.

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::session::Session;
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, amounts, instant, safe};
use crate::store::ledger::{self, Checked, retention};
use crate::store::{self, Access, info};

/// `db`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  llmroute db info\n  llmroute db check")]
pub struct Database {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Print where the file is.
    #[command(after_help = "Example:\n  llmroute db path\n  ls -l \"$(llmroute db path)\"")]
    Path,
    /// Show what the file holds and what takes how much room (the default).
    #[command(after_help = "Example:\n  llmroute db info --json")]
    Info,
    /// Check that nothing in the ledger was changed, lost or put back.
    #[command(
        after_help = "Reads everything: the structure of the file, the hash of every request, the sums, and the note \
                      beside the file on where the ledger stood. Exit status 1 if something is wrong.\n\n\
                      Example:\n  llmroute db check"
    )]
    Check,
    /// Write the file anew, as small as it can be. A server that runs waits meanwhile.
    #[command(after_help = "Example:\n  llmroute db vacuum")]
    Vacuum,
}

/// The document of `db vacuum`.
#[derive(Debug, Serialize)]
struct Shrunk {
    schema_version: u32,
    bytes_before: u64,
    bytes_after: u64,
}

/// The document of `db path`.
#[derive(Debug, Serialize)]
struct Place {
    schema_version: u32,
    path: String,
}

/// The document of `db info`.
#[derive(Debug, Serialize)]
struct Figures {
    schema_version: u32,
    path: String,
    /// The schema the file is at.
    schema: i64,
    bytes: u64,
    wal_bytes: u64,
    free_bytes: u64,
    requests: u64,
    attempts: u64,
    pruned_requests: u64,
    /// When the oldest request in the ledger arrived; `null` = there is none.
    oldest: Option<String>,
    tables: Vec<Size>,
}

#[derive(Debug, Serialize)]
struct Size {
    table: String,
    bytes: u64,
}

/// The document of `db check`.
#[derive(Debug, Serialize)]
struct Report {
    schema_version: u32,
    whole: bool,
    requests: u64,
    attempts: u64,
    pruned_entries: u64,
    /// Requests of an earlier version, which the next start of the server puts into the chain.
    not_yet_chained: u64,
    /// Whether an older copy in place of the file would be noticed.
    noted_outside: bool,
    faults: Vec<Wrong>,
    /// Faults beyond those that are listed.
    more_faults: u64,
    /// What was noticed at earlier starts.
    noticed: Vec<Noticed>,
}

#[derive(Debug, Serialize)]
struct Wrong {
    code: &'static str,
    what: String,
    request: Option<String>,
}

#[derive(Debug, Serialize)]
struct Noticed {
    at: String,
    code: String,
    what: String,
}

impl Database {
    /// Shows or checks the local file.
    ///
    /// # Errors
    /// The file cannot be read, something in it is wrong, or stdout cannot be written.
    pub fn run(&self, session: &Session) -> Done {
        match &self.verb {
            Some(Verb::Path) => path(session),
            None | Some(Verb::Info) => figures(session),
            Some(Verb::Check) => check(session),
            Some(Verb::Vacuum) => vacuum(session),
        }
    }
}

fn vacuum(session: &Session) -> Done {
    let before = info::read(&session.read()?)?.bytes;
    retention::vacuum(&mut store::open(&session.paths()?.database(), Access::ReadWrite)?)?;
    let after = info::read(&session.read()?)?.bytes;
    let shrunk = Shrunk { schema_version: 1, bytes_before: before, bytes_after: after };
    session.screen.did(&shrunk, format_args!("✓ {} → {}", amounts::bytes(before), amounts::bytes(after)))
}

fn path(session: &Session) -> Done {
    let place = Place { schema_version: 1, path: session.paths()?.database().display().to_string() };
    // Bare, for scripts.
    session.screen.show(&place, |it, _| it.path.clone())
}

fn figures(session: &Session) -> Done {
    let zone = session.settings()?.time_zone;
    let info = info::read(&session.read()?)?;
    let figures = Figures {
        schema_version: 1,
        path: session.paths()?.database().display().to_string(),
        schema: info.schema,
        bytes: info.bytes,
        wal_bytes: info.wal_bytes,
        free_bytes: info.free_bytes,
        requests: info.requests,
        attempts: info.attempts,
        pruned_requests: info.pruned,
        oldest: info.oldest.map(|it| instant::exact(it, &zone)),
        tables: info.tables.into_iter().map(|(table, bytes)| Size { table, bytes }).collect(),
    };
    session.screen.show(&figures, draw_figures)
}

fn draw_figures(it: &Figures, frame: Frame) -> String {
    let mut lines = vec![safe::line(&it.path).into_owned()];
    let mut facts = vec![amounts::bytes(it.bytes)];
    if it.wal_bytes > 0 {
        facts.push(format!("{} beside it", amounts::bytes(it.wal_bytes)));
    }
    if it.free_bytes > 0 {
        facts.push(format!("{} of it free", amounts::bytes(it.free_bytes)));
    }
    facts.push(format!("schema {}", it.schema));
    lines.push(facts.join(" · "));
    let mut facts =
        vec![amounts::plural(it.requests, "request", "requests"), amounts::plural(it.attempts, "attempt", "attempts")];
    facts.extend(it.oldest.as_ref().map(|it| format!("since {it}")));
    if it.pruned_requests > 0 {
        facts.push(format!("{} pruned", amounts::count(it.pruned_requests)));
    }
    lines.push(facts.join(" · "));
    let mut table = Table::new(&[left("TABLE"), right("SIZE")]);
    for size in &it.tables {
        table.row([size.table.clone(), amounts::bytes(size.bytes)]);
    }
    lines.push(table.draw(frame));
    lines.join("\n")
}

fn check(session: &Session) -> Done {
    let zone = session.settings()?.time_zone;
    let Checked { requests, attempts, pruned, loose, faults, more, noted, notices } = ledger::check(&session.read()?)?;
    let report = Report {
        schema_version: 1,
        whole: faults.is_empty(),
        requests,
        attempts,
        pruned_entries: pruned,
        not_yet_chained: loose,
        noted_outside: noted,
        faults: faults
            .into_iter()
            .map(|it| Wrong { code: it.code, what: it.what, request: it.request.map(|it| it.to_string()) })
            .collect(),
        more_faults: more,
        noticed: notices
            .into_iter()
            .map(|it| Noticed { at: instant::exact(it.at, &zone), code: it.what, what: it.detail })
            .collect(),
    };
    session.screen.show(&report, |it, _| draw_report(it))?;
    if report.whole {
        return Ok(());
    }
    let wrong = report.faults.len() as u64 + report.more_faults;
    let what = format!("the ledger is not as it was written: {}", amounts::plural(wrong, "fault", "faults"));
    let why = report.faults.first().map_or_else(String::new, |it| it.what.clone());
    Err(Diag::new(Exit::Failed, "ledger-damaged", what, why)
        .fix("keep the file as it is and put back a copy, or go on with it knowing what is listed above")
        .into())
}

fn draw_report(it: &Report) -> String {
    let mut lines = Vec::new();
    for fault in &it.faults {
        lines.push(format!("✗ {}: {}", fault.code, safe::line(&fault.what)));
    }
    if it.more_faults > 0 {
        lines.push(format!("✗ and {} more", amounts::count(it.more_faults)));
    }
    let read = format!(
        "{} and {}",
        amounts::plural(it.requests, "request", "requests"),
        amounts::plural(it.attempts, "attempt", "attempts")
    );
    if it.whole {
        lines.push(format!("✓ the ledger is whole: {read}, each as it was written"));
    } else {
        lines.push(format!("read: {read}"));
    }
    if it.pruned_entries > 0 {
        lines.push(format!("  {} entries were pruned; their sums are sealed", amounts::count(it.pruned_entries)));
    }
    if it.not_yet_chained > 0 {
        let loose = amounts::count(it.not_yet_chained);
        lines.push(format!("  {loose} requests of an earlier version have no hash until the server is started"));
    }
    if !it.noted_outside && it.requests > 0 {
        lines.push(
            "  there is no note beside the file on where it stood: an older copy in its place could not be told"
                .to_owned(),
        );
    }
    for notice in &it.noticed {
        lines.push(format!("  noticed {}: {}", notice.at, safe::line(&notice.what)));
    }
    lines.join("\n")
}
