//! `explain`: what would become of a request. Sends nothing, and leaves nothing behind.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;

use crate::cli::ask::{Question, server, unreachable_server};
use crate::cli::decision::{self, Likely, Shown};
use crate::cli::diag::{Diag, Done, Exit, Stop};
use crate::cli::session::Session;
use crate::cli::start;
use crate::cli::view::{BAD, BOLD, paint, safe};
use crate::config::Loaded;
use crate::config::address::stream_url;
use crate::domain::ask::{Ask, Envelope};
use crate::domain::dialect::Dialect;
use crate::domain::failure::Failure;
use crate::domain::id::{GroupName, RequestId};
use crate::domain::operation::Operation;
use crate::domain::policy::Speech;
use crate::engine::explain::{Explained, explain};
use crate::engine::prices::Prices;
use crate::engine::{Addressed, Call};
use crate::route::canary::{Stage, Trial};
use crate::route::health::FleetView;
use crate::route::record::Facts;
use crate::store;
use crate::upstream::local::Local;

/// The most that a body may have; the server takes no larger one.
const CAP: u64 = 64 * 1024 * 1024;

/// `explain`.
#[derive(Debug, Args)]
#[command(after_help = "Nothing is sent. With a running server it is that server's view of its targets.\n\
                        The exit status is 3 if nobody could take the request.\n\n\
                        Example:\n  llmroute explain -m smart -f big.md -a shot.png \"what is wrong?\"\n  \
                        llmroute explain --body request.json --dialect anthropic\n  \
                        llmroute explain --body request.json --dialect gemini -m smart")]
pub struct Explain {
    #[command(flatten)]
    question: Question,
    /// A request body instead of a question; `-` is stdin.
    #[arg(long, value_name = "FILE|-", conflicts_with_all = ["prompt", "system", "files", "images"])]
    body: Option<PathBuf>,
    /// What the body is written in. A body in `gemini` does not say its model: -m does.
    #[arg(long, value_name = "openai-chat|openai-responses|anthropic|gemini|openai-completions", value_parser = written(),
        hide_possible_values = true, hide_default_value = true, default_value = "openai-chat", requires = "body")]
    dialect: Dialect,
    /// Whose request it is: the name of a virtual key. Without it, it is the owner's.
    #[arg(long, value_name = "NAME")]
    virtual_key: Option<String>,
    /// The answer would be streamed, where a body in that dialect does not say so (gemini).
    #[arg(long, requires = "body")]
    stream: bool,
}

/// What a client can write a body in.
fn written() -> impl TypedValueParser<Value = Dialect> {
    let names = Dialect::CLIENTS.into_iter().chain([Dialect::OpenaiCompletions]).map(Dialect::name);
    PossibleValuesParser::new(names).try_map(|it| it.parse::<Dialect>())
}

/// A request to explain.
struct Wanted {
    body: Bytes,
    dialect: Dialect,
    /// What its path would say, in a dialect where that says something.
    path: Option<Addressed>,
    /// The name of the virtual key that it comes with.
    virtual_key: Option<String>,
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
        let wanted = self.request(session)?;
        let loaded = session.glance()?;
        let (explained, live) = match server(session)? {
            Some(local) => (ask_server(&local, wanted)?, true),
            None => (here(session, &loaded, wanted)?, false),
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

    fn request(&self, session: &Session) -> Done<Wanted> {
        let Some(path) = &self.body else {
            let (body, _) = self.question.body(session, true)?;
            let virtual_key = self.virtual_key.clone();
            return Ok(Wanted { body, dialect: Dialect::OpenaiChat, path: None, virtual_key });
        };
        let addressed = self.addressed()?;
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
        let virtual_key = self.virtual_key.clone();
        Ok(Wanted { body: Bytes::from(bytes), dialect: self.dialect, path: addressed, virtual_key })
    }

    /// What the path says of a body that does not say it itself.
    fn addressed(&self) -> Done<Option<Addressed>> {
        let refuse = |why: &str, fix: &str| {
            let what = format!("a body in {} is to be explained", self.dialect);
            Err(Diag::new(Exit::Usage, "usage", what, why).fix(fix).into())
        };
        match (self.dialect.model_in_path(), self.question.model()) {
            (true, Some(model)) => Ok(Some(Addressed { model: model.to_owned(), stream: self.stream })),
            (true, None) => refuse("it does not say its model", "name it: -m MODEL"),
            (false, Some(_)) => refuse("it says its model itself", "leave -m out, or change the body"),
            (false, None) if self.stream => refuse("it says itself whether to stream", "leave --stream out"),
            (false, None) => Ok(None),
        }
    }
}

/// How far canaries have come, by the file.
fn stages(session: &Session, loaded: &Loaded) -> Done<BTreeMap<GroupName, Stage>> {
    let mut stages = BTreeMap::new();
    for row in store::canaries::list(&session.read()?)? {
        let canary = loaded.policy.groups.get(row.group.as_str()).and_then(|it| it.canary.as_ref());
        if let (Some(canary), Ok(trial)) = (canary, serde_json::from_str::<Trial>(&row.trial))
            && trial.is_of(canary)
        {
            stages.insert(row.group.as_str().into(), Stage { share: trial.share, stays: false });
        }
    }
    Ok(stages)
}

/// Without a server nothing is known of the targets' health.
fn here(session: &Session, loaded: &Loaded, wanted: Wanted) -> Done<Explained> {
    let canaries = stages(session, loaded)?;
    let caller = match &wanted.virtual_key {
        None => None,
        Some(name) => match loaded.policy.virtual_keys.named(name) {
            Some(key) => Some(Arc::clone(&key.caller)),
            None => return Err(no_such_key(name)),
        },
    };
    let call = Call {
        caller,
        at: session.clock.now(),
        dialect: wanted.dialect,
        operation: Operation::Chat,
        path: wanted.path,
        body: wanted.body,
        headers: Vec::new(),
        client: "llmroute-ask".to_owned(),
        own_key: None,
        session: None,
        priority: None,
        strict: false,
        recalled: None,
        envelope: Envelope::default(),
    };
    // Any throw does: the next request has another one.
    let id = RequestId(call.at.wall.0.cast_unsigned());
    let policy = &loaded.policy;
    let prices = Prices::by(Arc::clone(&loaded.book), loaded.prices.clone(), policy);
    start::runtime()?.block_on(prices.ready());
    let fleet = |ask: &Ask| FleetView { rates: prices.card_for(policy, ask, false), canaries, ..FleetView::default() };
    explain(policy, fleet, call, (id, 0), |ask| prices.quote(policy, ask)).map_err(|it| unreadable(&it))
}

fn ask_server(local: &Local, Wanted { body, dialect, path, virtual_key }: Wanted) -> Done<Explained> {
    let path = match path {
        None => format!("/explain/v1/{}", dialect.chat_path()),
        Some(Addressed { model, stream }) => {
            let root = format!("/explain/v1beta/{}", dialect.chat_path());
            let speech = Speech { stream_url: stream_url(dialect, &root), ..Speech::new(dialect, root) };
            speech.url_of(&Operation::Chat, &model.as_str().into(), stream).map_or_else(String::new, Cow::into_owned)
        }
    };
    let answer = start::runtime()?.block_on(async {
        let mut answer = local.post_for(&path, body, virtual_key.as_deref()).await?;
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

fn no_such_key(name: &str) -> Stop {
    let what = format!("there is no virtual key `{name}`");
    Diag::new(Exit::Usage, "unknown-member", what, "--virtual-key names one by its name")
        .fix("llmroute virtual-keys   lists them")
        .into()
}
