//! `ask`: one question from the terminal. The answer goes to stdout as it comes, everything about it to stderr.

mod body;
mod material;
mod outcome;
mod stream;
mod via;

use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::ask::material::Sources;
use crate::cli::ask::stream::{Reading, Said};
use crate::cli::ask::via::{Reply, Via};
use crate::cli::diag::{Done, Exit, Stop};
use crate::cli::session::Session;
use crate::cli::start;
use crate::cli::view::receipt::Receipt;
use crate::domain::clock::Moment;
use crate::domain::event::Finish;
use crate::domain::id::RequestId;
use crate::store::requests::{self, RequestRow};

pub(super) use via::{server, unreachable_server};

/// `ask`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  llmroute ask \"Capital of Australia?\"\n  \
                        git diff | llmroute ask -s 'commit message, one line' -m fast\n  \
                        llmroute ask -f src/main.rs -a shot.png \"why does the layout break?\"")]
pub struct Ask {
    #[command(flatten)]
    question: Question,
    /// Print the answer as it came: no line feed added, control sequences not made harmless on a terminal.
    #[arg(long)]
    raw: bool,
    /// Wait for the whole answer.
    #[arg(long)]
    no_stream: bool,
    /// When to print the receipt on stderr.
    #[arg(
        long,
        value_enum,
        value_name = "auto|always|never",
        default_value = "auto",
        hide_possible_values = true,
        hide_default_value = true
    )]
    footer: Footer,
}

/// What is asked, of whom.
#[derive(Debug, Args)]
pub struct Question {
    /// The question; `-` reads it from stdin. Piped input comes before it, as context.
    prompt: Option<String>,
    /// A group, or PROVIDER/MODEL. Without it: the group `default` if there is one, else `fast`.
    #[arg(short, long, value_name = "MODEL|GROUP")]
    model: Option<String>,
    /// The system prompt.
    #[arg(short, long, value_name = "TEXT")]
    system: Option<String>,
    /// A text file to read first; `-` is stdin; may be repeated.
    #[arg(short, long = "file", value_name = "FILE|-")]
    files: Vec<String>,
    /// An image; `-` is stdin; may be repeated.
    #[arg(short = 'a', long = "attach", value_name = "IMAGE|-")]
    images: Vec<String>,
}

impl Question {
    /// The model it names, if it names one.
    pub(super) fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// The request body, and the model it names.
    ///
    /// # Errors
    /// A file cannot be read, or there is nothing to ask.
    pub(super) fn body(&self, session: &Session, stream: bool) -> Done<(bytes::Bytes, String)> {
        let sources = Sources {
            prompt: self.prompt.as_deref(),
            system: self.system.as_deref(),
            files: &self.files,
            images: &self.images,
        };
        let material = sources.read()?;
        let model = match &self.model {
            Some(it) => it.clone(),
            None => start::default_model(session)?,
        };
        Ok((body::write(&material, &model, stream), model))
    }
}

/// When to print the receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Footer {
    /// When stderr is a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The document of `ask --json`.
#[derive(Debug, Serialize)]
struct Document {
    schema_version: u32,
    text: String,
    asked: String,
    provider: Option<String>,
    model: Option<String>,
    /// Why the answer ended: `stop`, `length`, …
    finish: Option<String>,
    usage: Option<Used>,
    /// `null` = unknown.
    cost_usd: Option<f64>,
    /// `exact`, `estimated`, `in-doubt` or `unpriced`.
    cost_kind: Option<&'static str>,
    attempts: Option<u32>,
    first_seconds: Option<f64>,
    total_seconds: f64,
    id: Option<String>,
}

#[derive(Debug, Serialize)]
struct Used {
    input_tokens: u64,
    cache_read_tokens: u64,
    output_tokens: u64,
    reasoning_tokens: u64,
    estimated: bool,
}

/// What one exchange came to.
struct Exchange {
    said: Said,
    id: Option<String>,
    first: Option<Duration>,
    all: Duration,
}

impl Ask {
    /// Asks, prints the answer, and the receipt.
    ///
    /// # Errors
    /// As in the table of exit statuses: nothing to ask (2), nobody could answer (3), no key (4), too slow (6), cut
    /// (7).
    pub fn run(&self, session: &Session) -> Done {
        let (body, model) = self.question.body(session, !self.no_stream)?;
        let runtime = start::runtime()?;
        let asked = runtime.block_on(async {
            let via = Via::open(session)?;
            let exchange = tokio::select! {
                it = self.exchange(session, &via, body) => it,
                _ = tokio::signal::ctrl_c() => Err(Stop::Quiet(Exit::Interrupted)),
            };
            // Dropped above at the latest, the exchange has settled; its row is waited for before anything reads it.
            via.settled().await;
            let row = match &exchange {
                Ok(it) => row(session, it.id.as_deref()).await,
                Err(_) => None,
            };
            exchange.map(|it| (it, row))
        });
        // A provider that has gone silent must not hold up the end of the program.
        runtime.shutdown_timeout(Duration::from_millis(200));
        let (exchange, row) = asked?;
        self.report(session, &model, exchange, row.as_ref())
    }

    async fn exchange(&self, session: &Session, via: &Via, body: bytes::Bytes) -> Done<Exchange> {
        let began = session.clock.now().mono;
        let mut reply = via.post(session, body).await?;
        if reply.status != 200 {
            if self.question.model.is_none() && reply.error.as_deref() == Some("no_route") {
                return Err(start::no_default(session));
            }
            let body = reply.whole().await.map_err(|it| outcome::broken(&it))?;
            return Err(outcome::refused(reply.status, reply.error.as_deref(), &body).into());
        }
        let (said, first) = if self.no_stream {
            let body = reply.whole().await.map_err(|it| outcome::broken(&it))?;
            let said = stream::whole(&body).map_err(|it| outcome::malformed(&it, false))?;
            self.print(session, &said.text)?;
            (said, None)
        } else {
            self.streamed(session, &mut reply, began).await?
        };
        let all = session.clock.now().mono.since(began);
        self.end_line(session, &said.text)?;
        if let Some(fault) = &said.fault {
            return Err(outcome::fault(fault, !said.text.is_empty()).into());
        }
        if !said.ended {
            return Err(outcome::cut("the answer ended without its end mark").into());
        }
        Ok(Exchange { said, id: reply.id, first, all })
    }

    async fn streamed(&self, session: &Session, reply: &mut Reply, began: Moment) -> Done<(Said, Option<Duration>)> {
        let mut reading = Reading::new();
        let mut first = None;
        let mut text = String::new();
        loop {
            let chunk = match reply.chunk().await {
                Ok(it) => it,
                Err(failure) => {
                    let some = reading.has_text();
                    self.end_line(session, &reading.broken().text)?;
                    return Err(if some { outcome::cut(&failure.told) } else { outcome::broken(&failure) }.into());
                }
            };
            let Some(chunk) = chunk else { break };
            let read = reading.push(chunk, &mut text);
            if !text.is_empty() {
                first.get_or_insert_with(|| session.clock.now().mono.since(began));
                self.print(session, &text)?;
                text.clear();
            }
            if let Err(error) = read {
                let some = reading.has_text();
                self.end_line(session, &reading.broken().text)?;
                return Err(outcome::malformed(&error, some).into());
            }
        }
        let some = reading.has_text();
        let said = reading.finish(&mut text).map_err(|it| outcome::malformed(&it, some))?;
        self.print(session, &text)?;
        Ok((said, first))
    }

    fn print(&self, session: &Session, text: &str) -> Done {
        if session.screen.json() || text.is_empty() { Ok(()) } else { session.screen.answer(text, self.raw) }
    }

    /// Text files end with a line feed, and so does what a shell reads.
    fn end_line(&self, session: &Session, text: &str) -> Done {
        let missing = !text.is_empty() && !text.ends_with('\n') && !self.raw;
        if missing { self.print(session, "\n") } else { Ok(()) }
    }

    fn report(&self, session: &Session, model: &str, exchange: Exchange, row: Option<&RequestRow>) -> Done {
        let screen = session.screen;
        if exchange.said.finish == Some(Finish::Length) {
            screen.note("the answer reached the output cap and stops there");
        }
        let shows = match self.footer {
            Footer::Auto => screen.stderr_is_terminal() && !screen.json(),
            Footer::Always => true,
            Footer::Never => false,
        };
        if shows {
            screen.note(receipt(model, &exchange, row).line());
        }
        if screen.json() { screen.document(&document(model, exchange, row)) } else { Ok(()) }
    }
}

/// The ledger's row of a request. The running server writes in batches, so it may take a moment to appear.
async fn row(session: &Session, id: Option<&str>) -> Option<RequestRow> {
    let id: RequestId = id?.parse().ok()?;
    for _ in 0..40 {
        let shown = session.read().ok().and_then(|db| requests::show(&db, id).ok().flatten());
        if let Some((row, _)) = shown.filter(|(row, _)| row.outcome.is_some()) {
            return Some(row);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    None
}

fn receipt(model: &str, exchange: &Exchange, row: Option<&RequestRow>) -> Receipt {
    let usage = exchange.said.usage.as_ref();
    let tokens = row.and_then(|it| it.tokens);
    Receipt {
        asked: model.to_owned(),
        target: row.and_then(|it| Some(format!("{}/{}", it.provider.as_ref()?, it.model.as_ref()?))),
        tokens: tokens.map(|it| (it.input, it.output)).or_else(|| usage.map(|it| (it.input, it.output))),
        estimated: tokens.is_some_and(|it| it.estimated),
        cost: row.and_then(|it| it.cost).and_then(crate::store::Cost::amount),
        first: exchange.first,
        all: Some(exchange.all),
        attempts: row.and_then(|it| it.attempts).unwrap_or(0),
        id: exchange.id.clone(),
    }
}

fn document(model: &str, exchange: Exchange, row: Option<&RequestRow>) -> Document {
    let Exchange { said, id, first, all } = exchange;
    let counted = row.and_then(|it| it.tokens).map(|it| Used {
        input_tokens: it.input,
        cache_read_tokens: it.cache_read,
        output_tokens: it.output,
        reasoning_tokens: it.reasoning,
        estimated: it.estimated,
    });
    let told = said.usage.as_ref().map(|it| Used {
        input_tokens: it.input,
        cache_read_tokens: it.cache_read,
        output_tokens: it.output,
        reasoning_tokens: it.reasoning,
        estimated: false,
    });
    let cost = row.and_then(|it| it.cost);
    Document {
        schema_version: 1,
        text: said.text,
        asked: model.to_owned(),
        provider: row.and_then(|it| it.provider.clone()),
        model: row.and_then(|it| it.model.clone()).or(said.model),
        finish: said.finish.map(|it| outcome::finish_word(&it).to_owned()),
        usage: counted.or(told),
        cost_usd: cost.and_then(crate::store::Cost::amount).map(crate::domain::money::Usd::dollars),
        cost_kind: cost.map(crate::store::Cost::name),
        attempts: row.and_then(|it| it.attempts),
        first_seconds: first.map(|it| it.as_secs_f64()),
        total_seconds: all.as_secs_f64(),
        id,
    }
}
