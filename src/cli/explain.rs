//! `explain`: what would become of a request. Sends nothing, and leaves nothing behind.

use std::io::Read as _;
use std::path::PathBuf;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::ask::{Question, server, unreachable_server};
use crate::cli::decision::{self, Likely, Shown};
use crate::cli::diag::{Diag, Done, Exit, Stop};
use crate::cli::session::Session;
use crate::cli::start;
use crate::cli::view::{BAD, BOLD, paint, safe};
use crate::config::Loaded;
use crate::domain::ask::{Ask, Envelope};
use crate::domain::dialect::Dialect;
use crate::domain::failure::Failure;
use crate::domain::id::RequestId;
use crate::domain::operation::Operation;
use crate::engine::Call;
use crate::engine::explain::{Explained, explain};
use crate::engine::prices::Prices;
use crate::route::health::FleetView;
use crate::route::record::Facts;
use crate::upstream::local::Local;

/// The most that a body may have; the server takes no larger one.
const CAP: u64 = 64 * 1024 * 1024;

/// `explain`.
#[derive(Debug, Args)]
#[command(after_help = "Nothing is sent. With a running server it is that server's view of its targets.\n\
                        The exit status is 3 if nobody could take the request.\n\n\
                        Example:\n  llmroute explain -m smart -f big.md -a shot.png \"what is wrong?\"\n  \
                        llmroute explain --body request.json --dialect anthropic")]
pub struct Explain {
    #[command(flatten)]
    question: Question,
    /// A request body instead of a question; `-` is stdin.
    #[arg(long, value_name = "FILE|-", conflicts_with_all = ["prompt", "model", "system", "files", "images"])]
    body: Option<PathBuf>,
    /// What the body is written in.
    #[arg(long, value_enum, value_name = "openai-chat|anthropic|openai-responses", hide_possible_values = true,
        hide_default_value = true, default_value_t = Written::OpenaiChat, requires = "body")]
    dialect: Written,
}

/// What a body can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Written {
    /// OpenAI chat completions.
    OpenaiChat,
    /// Anthropic messages.
    Anthropic,
    /// OpenAI responses.
    OpenaiResponses,
}

/// The document of `explain`.
#[derive(Debug, Serialize)]
struct Document {
    schema_version: u32,
    /// The view of the running server; else every target is taken to be healthy.
    live: bool,
    /// What the decision knows of the request.
    facts: Facts,
    #[serde(flatten)]
    shown: Shown,
    /// Why nobody could take it.
    refusal: Option<Refused>,
}

#[derive(Debug, Serialize)]
struct Refused {
    code: String,
    message: String,
}

impl Explain {
    /// Shows what would become of a request.
    ///
    /// # Errors
    /// The request cannot be read, or nobody could take it.
    pub fn run(&self, session: &Session) -> Done {
        let (body, dialect) = self.request(session)?;
        let loaded = session.glance()?;
        let (explained, live) = match server(session)? {
            Some(local) => (ask_server(&local, body, dialect)?, true),
            None => {
                let prices = Prices::loading(loaded.prices.clone(), &loaded.policy);
                start::runtime()?.block_on(prices.ready());
                (here(session, &loaded, &prices, body, dialect).map_err(|it| unreadable(&it))?, false)
            }
        };
        let Explained { record, refusal } = explained;
        let likely = Likely::read(session, &loaded)?;
        let shown = Shown::new(&record, &loaded.policy).estimated(&record, &likely);
        let refusal = record.refusal.clone().map(|code| Refused { code, message: refusal.unwrap_or_default() });
        let document = Document { schema_version: 1, live, facts: record.ask, shown, refusal };
        session.screen.show(&document, |it, frame| {
            let head = format!("{} · {}", it.facts.model, decision::facts(&it.facts));
            let mut lines = vec![paint(BOLD, &safe::line(&head))];
            lines.push(decision::draw(&it.shown, frame));
            lines.retain(|it| !it.is_empty());
            if let Some(refusal) = &it.refusal {
                lines.push(format!("{} {}", paint(BAD, &format!("{}:", refusal.code)), safe::line(&refusal.message)));
            }
            lines.join("\n")
        })?;
        if document.refusal.is_some() { Err(Stop::Quiet(Exit::NoProvider)) } else { Ok(()) }
    }

    fn request(&self, session: &Session) -> Done<(Bytes, Dialect)> {
        let Some(path) = &self.body else {
            let (body, _) = self.question.body(session, true)?;
            return Ok((body, Dialect::OpenaiChat));
        };
        let mut bytes = Vec::new();
        let read = if path.as_os_str() == "-" {
            std::io::stdin().lock().take(CAP + 1).read_to_end(&mut bytes)
        } else {
            std::fs::File::open(path).and_then(|it| it.take(CAP + 1).read_to_end(&mut bytes))
        };
        let why = match read {
            Err(error) => Some(error.to_string()),
            Ok(_) if bytes.len() as u64 > CAP => Some("it has more than 64 MiB".to_owned()),
            Ok(_) => None,
        };
        if let Some(why) = why {
            let what = format!("{} cannot be read", path.display());
            return Err(Diag::new(Exit::Usage, "bad-file", what, why).fix("name a file with one request body").into());
        }
        Ok((Bytes::from(bytes), self.dialect.dialect()))
    }
}

impl Written {
    const fn dialect(self) -> Dialect {
        match self {
            Self::OpenaiChat => Dialect::OpenaiChat,
            Self::Anthropic => Dialect::Anthropic,
            Self::OpenaiResponses => Dialect::OpenaiResponses,
        }
    }
}

/// Without a server nothing is known of the targets' health.
fn here(
    session: &Session,
    loaded: &Loaded,
    prices: &Prices,
    body: Bytes,
    dialect: Dialect,
) -> Result<Explained, Failure> {
    let call = Call {
        at: session.clock.now(),
        dialect,
        operation: Operation::Chat,
        path: None,
        body,
        headers: Vec::new(),
        client: "llmroute-ask".to_owned(),
        session: None,
        priority: None,
        strict: false,
        recalled: None,
        envelope: Envelope::default(),
    };
    // Any throw does: the next request has another one.
    let id = RequestId(call.at.wall.0.cast_unsigned());
    let policy = &loaded.policy;
    let fleet = |ask: &Ask| FleetView { rates: prices.card_for(policy, ask, false), ..FleetView::default() };
    explain(policy, fleet, call, (id, 0), |ask| prices.quote(policy, ask))
}

fn ask_server(local: &Local, body: Bytes, dialect: Dialect) -> Done<Explained> {
    let path = format!("/explain/v1/{}", dialect.chat_path());
    let answer = start::runtime()?.block_on(async {
        let mut answer = local.post(&path, body).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok::<_, Failure>((answer.status(), bytes))
    });
    let (status, bytes) = answer.map_err(|it| unreachable_server(&it))?;
    if status != 200 {
        let told = String::from_utf8_lossy(&bytes);
        return Err(Diag::new(Exit::Usage, "bad-request", "the server cannot explain this request", told)
            .fix("correct the body; a server of an older version has to be restarted: llmroute serve")
            .into());
    }
    Ok(serde_json::from_slice(&bytes).map_err(|error| {
        Diag::new(Exit::Failed, "bad-answer", "the server's answer cannot be read", error)
            .fix("the server may be of another version: restart it")
    })?)
}

fn unreadable(failure: &Failure) -> Stop {
    Diag::new(Exit::Usage, "bad-request", "the request cannot be read", &failure.told)
        .fix("correct the body, or say what it is written in: --dialect anthropic")
        .into()
}
