//! `requests`: single requests out of the ledger.

mod prune;
mod shown;
mod tail;

use clap::{Args, Subcommand};

use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::requests::shown::{Attempt, Listed, Shown, Whole, draw_one, table};
use crate::cli::session::Session;
use crate::domain::clock::Stamp;
use crate::domain::id::RequestId;
use crate::store::requests::{self, Filter};

pub(super) use shown::{Price, seconds};

/// `requests`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Example:\n  llmroute requests -n 50\n  llmroute requests --moved --since 24h\n  llmroute requests show r7k3"
)]
pub struct Requests {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the latest requests (the default); with `-q` only their ids.
    #[command(after_help = "Example:\n  llmroute requests list -n 50 --status failed")]
    List(List),
    /// Show one request and its attempts.
    #[command(after_help = "Example:\n  llmroute requests show r7k3")]
    Show {
        /// Its id, as receipts and lists show it.
        id: String,
    },
    /// Print requests as they end, until Ctrl-C.
    #[command(
        after_help = "With `--json`, one JSON object a line.\n\nExample:\n  llmroute requests tail --status failed"
    )]
    Tail {
        #[command(flatten)]
        which: Which,
    },
    /// Drop old requests. Their sums stay; a running server does this by itself (`keep-requests-days` in config.toml).
    #[command(after_help = "Example:\n  llmroute requests prune --keep 90d")]
    Prune {
        /// Drop those that are older.
        #[arg(long, value_name = "90d|24h", value_parser = prune::age)]
        keep: u64,
    },
}

#[derive(Debug, Clone, Args)]
struct List {
    /// How many.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    /// Only those of so long.
    #[arg(long, value_name = "7d|24h", value_parser = prune::age)]
    since: Option<u64>,
    #[command(flatten)]
    which: Which,
}

/// Which requests.
#[derive(Debug, Clone, Args)]
struct Which {
    /// Only those that this provider answered or was tried for.
    #[arg(long, value_name = "PROVIDER")]
    provider: Option<String>,
    /// Only those that ended so: ok, refused, failed, cut, client_gone, in_doubt, open, or an HTTP status.
    #[arg(long, value_name = "ok|failed|429|…", value_parser = ending)]
    status: Option<Ending>,
    /// Only those of this client.
    #[arg(long, value_name = "CLIENT")]
    client: Option<String>,
    /// Only those that another than the first target answered.
    #[arg(long)]
    moved: bool,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ending {
    Outcome(String),
    Status(u16),
}

/// An outcome or a status.
fn ending(text: &str) -> Result<Ending, String> {
    const OUTCOMES: [&str; 7] = ["ok", "refused", "failed", "cut", "client_gone", "in_doubt", "open"];
    let word = text.replace('-', "_");
    if OUTCOMES.contains(&word.as_str()) {
        return Ok(Ending::Outcome(word));
    }
    match text.parse() {
        Ok(status @ 100..=599) => Ok(Ending::Status(status)),
        _ => Err(format!("write one of {} or a status like 429", OUTCOMES.join(", "))),
    }
}

impl Which {
    fn filter(&self, since: Option<Stamp>) -> Filter {
        let (outcome, status) = match self.status.clone() {
            Some(Ending::Outcome(it)) => (Some(it), None),
            Some(Ending::Status(it)) => (None, Some(it)),
            None => (None, None),
        };
        let (provider, client) = (self.provider.clone(), self.client.clone());
        Filter { since, provider, outcome, status, client, moved: self.moved }
    }
}

impl Requests {
    /// Lists, shows, follows or prunes requests.
    ///
    /// # Errors
    /// There is no such request, the local file cannot be read, or stdout cannot be written.
    pub fn run(&self, session: &Session) -> Done {
        match &self.verb {
            None => list(session, &self.list),
            Some(Verb::List(it)) => list(session, it),
            Some(Verb::Show { id }) => show(session, id),
            Some(Verb::Tail { which }) => tail::run(session, &which.filter(None)),
            Some(Verb::Prune { keep }) => prune::run(session, *keep),
        }
    }
}

fn list(session: &Session, list: &List) -> Done {
    let since = list.since.map(|seconds| prune::ago(session, seconds));
    let rows = requests::list(&session.read()?, &list.which.filter(since), list.limit)?;
    if session.global.quiet && !session.screen.json() {
        return session.screen.say(rows.iter().map(|it| it.id.to_string()).collect::<Vec<_>>().join("\n"));
    }
    let zone = session.settings()?.time_zone;
    let listed = Listed { schema_version: 1, requests: rows.iter().map(|it| Shown::new(it, &zone)).collect() };
    session.screen.show(&listed, |it, frame| table(&it.requests, frame))
}

fn show(session: &Session, text: &str) -> Done {
    let id = wanted(text)?;
    let Some((row, attempts)) = requests::show(&session.read()?, id)? else { return Err(unknown(id).into()) };
    let zone = session.settings()?.time_zone;
    let whole = Whole {
        schema_version: 1,
        request: Shown::new(&row, &zone),
        attempts: attempts.iter().map(Attempt::new).collect(),
    };
    session.screen.show(&whole, |it, frame| draw_one(&it.request, &it.attempts, frame))
}

/// The id that was typed.
///
/// # Errors
/// It is none.
pub(super) fn wanted(text: &str) -> Done<RequestId> {
    Ok(text.parse().map_err(|error| {
        Diag::usage(format_args!("`{text}` is no request"), error).fix("llmroute requests lists them")
    })?)
}

/// There is no such request.
pub(super) fn unknown(id: RequestId) -> Diag {
    let why = "the ledger of this home has no row of that id";
    Diag::new(Exit::Usage, "not-found", format_args!("there is no request {id}"), why)
        .fix("llmroute requests lists the latest")
}
