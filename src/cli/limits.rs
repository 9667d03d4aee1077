//! `limits`: how many requests and tokens a minute, and how many requests at once.

use std::collections::HashMap;

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::cli::diag::{Diag, Done};
use crate::cli::live;
use crate::cli::question;
use crate::cli::session::Session;
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, amounts};
use crate::config::settings::duration;
use crate::engine::limits::Told;
use crate::store::limits::{self as rows, LimitRow};

/// `limits`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  llmroute limits\n  llmroute limits set team:red --rpm 60 --tpm 100000 --queue 5s")]
pub struct Limits {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the limits, and how much of each is used (the default).
    #[command(after_help = "Example:\n  llmroute limits list --json")]
    List,
    /// Set a limit, or change what is named of it.
    #[command(
        after_help = "SCOPE is all, customer:X, team:X, virtual-key:X, virtual-key:X/provider:P, provider:P (or just P), model:P/M,\n\
                      key:P/K or session:* (each session by itself).\n\n\
                      A target without room is passed over for one that has some. Where nobody has, and where the limit is of who\n\
                      asks, a request waits as long as --queue says (the header x-llmroute-priority: high goes first), or is told\n\
                      when to come back (429). Of a provider, model or key each attempt counts, of who asks each request.\n\n\
                      Example:\n  llmroute limits set all --rpm 600\n  llmroute limits set key:openai/work --tpm 200000 --parallel 8 --queue 5s"
    )]
    Set {
        /// What it counts.
        scope: String,
        #[command(flatten)]
        what: What,
    },
    /// Remove a limit.
    #[command(after_help = "Example:\n  llmroute limits remove team:red")]
    Remove {
        /// What it counts.
        scope: String,
    },
}

/// What a limit says. What is not given stays as it is.
#[derive(Debug, Args)]
#[group(id = "limit", required = true, multiple = true)]
struct What {
    /// Requests in any 60 seconds; 0 = any number.
    #[arg(long, value_name = "N")]
    rpm: Option<u32>,
    /// Tokens of prompts and answers in any 60 seconds; 0 = any number. An answer is booked with its cap, or 1,000 tokens, until
    /// it is known what it has.
    #[arg(long, value_name = "N")]
    tpm: Option<u64>,
    /// Requests at once; 0 = any number.
    #[arg(long, value_name = "N")]
    parallel: Option<u32>,
    /// How long a request waits for room; 0 = not at all.
    #[arg(long, value_name = "TIME")]
    queue: Option<String>,
}

/// The document of `limits`.
#[derive(Debug, Serialize)]
struct Listed {
    schema_version: u32,
    /// The use is that of the running server; without one, nothing is used.
    live: bool,
    limits: Vec<Shown>,
}

#[derive(Debug, Serialize)]
struct Shown {
    scope: String,
    rpm: Option<u32>,
    tpm: Option<u64>,
    parallel: Option<u32>,
    queue_seconds: f64,
    /// What is used just now; `null` where no server runs.
    used: Option<Told>,
}

/// The document of `limits set`.
#[derive(Debug, Serialize)]
struct Set {
    schema_version: u32,
    limit: Shown,
}

#[derive(Debug, Serialize)]
struct Removed {
    schema_version: u32,
    removed: String,
}

impl Limits {
    /// Lists or edits limits.
    ///
    /// # Errors
    /// A scope names what is not there, a limit says nothing, or the local file cannot be used.
    pub fn run(&self, session: &Session) -> Done {
        match &self.verb {
            None | Some(Verb::List) => list(session),
            Some(Verb::Set { scope, what }) => what.run(session, scope),
            Some(Verb::Remove { scope }) => {
                question::confirm(&session.global, &format!("Remove the limit of {scope}?"))?;
                let removed = session.edit(|edits| edits.remove_limit(scope))?;
                let text = format!("✓ limit of {removed} removed");
                session.screen.did(&Removed { schema_version: 1, removed }, text)
            }
        }
    }
}

impl What {
    fn run(&self, session: &Session, scope: &str) -> Done {
        let queue = match self.queue.as_deref() {
            None => None,
            Some("0") => Some(0),
            Some(text) => {
                let length = duration(text)
                    .map_err(|why| Diag::usage(why, "--queue takes a length of time").fix("--queue 5s"))?;
                Some(u64::try_from(length.as_millis()).unwrap_or(u64::MAX))
            }
        };
        let row = session.edit(|edits| {
            edits.set_limit(scope, |row| {
                if let Some(it) = self.rpm {
                    row.requests = Some(it).filter(|it| *it > 0);
                }
                if let Some(it) = self.tpm {
                    row.tokens = Some(it).filter(|it| *it > 0);
                }
                if let Some(it) = self.parallel {
                    row.parallel = Some(it).filter(|it| *it > 0);
                }
                row.queue_ms = queue.unwrap_or(row.queue_ms);
            })
        })?;
        let limit = Shown::new(row, None);
        let text = format!("✓ {}: {}", limit.scope, limit.words());
        session.screen.did(&Set { schema_version: 1, limit }, text)
    }
}

impl Shown {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of at most a day")]
    fn new(row: LimitRow, used: Option<Told>) -> Self {
        let LimitRow { scope, requests, tokens, parallel, queue_ms } = row;
        Self { scope, rpm: requests, tpm: tokens, parallel, queue_seconds: queue_ms as f64 / 1000.0, used }
    }

    fn words(&self) -> String {
        let parts = [
            self.rpm.map(|it| format!("{it} requests a minute")),
            self.tpm.map(|it| format!("{} tokens a minute", amounts::count(it))),
            self.parallel.map(|it| format!("{it} at once")),
            (self.queue_seconds > 0.0).then(|| format!("waits {} s", self.queue_seconds)),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

fn list(session: &Session) -> Done {
    let all = rows::list(&session.read()?)?;
    let told = if all.is_empty() { None } else { live::told(session)? };
    let live = told.is_some();
    let mut used: HashMap<String, Told> =
        told.into_iter().flat_map(|it| it.limits).map(|it| (it.scope.clone(), it)).collect();
    let limits = all.into_iter().map(|it| {
        let used = used.remove(&it.scope);
        Shown::new(it, used)
    });
    session
        .screen
        .show(&Listed { schema_version: 1, live, limits: limits.collect() }, |it, frame| table(&it.limits, frame))
}

fn table(limits: &[Shown], frame: Frame) -> String {
    if limits.is_empty() {
        return "no limits: llmroute limits set SCOPE --rpm N --tpm N --parallel N".to_owned();
    }
    let mut table = Table::new(&[
        left("SCOPE"),
        right("REQUESTS/MIN"),
        right("TOKENS/MIN"),
        right("AT ONCE"),
        right("QUEUE"),
        right("WAITING"),
    ]);
    for it in limits {
        let of = |used: Option<u64>, most: Option<u64>| match (used, most) {
            (_, None) => "–".to_owned(),
            (None, Some(most)) => amounts::count(most),
            (Some(used), Some(most)) => format!("{} of {}", amounts::count(used), amounts::count(most)),
        };
        let used = it.used.as_ref();
        table.row([
            it.scope.clone(),
            of(used.map(|it| it.requests), it.rpm.map(u64::from)),
            of(used.map(|it| it.tokens), it.tpm),
            of(used.map(|it| u64::from(it.parallel)), it.parallel.map(u64::from)),
            if it.queue_seconds > 0.0 { format!("{} s", it.queue_seconds) } else { "–".to_owned() },
            used.map_or_else(|| "–".to_owned(), |it| it.waiting.to_string()),
        ]);
    }
    table.draw(frame)
}
