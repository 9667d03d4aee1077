//! `rules test`: one rule, asked about a request that goes nowhere.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use clap::Args;
use http::Request;
use jiff::civil::DateTime;
use serde::Serialize;
use serde_json::Value;

use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::session::Session;
use crate::cli::start;
use crate::config::Loaded;
use crate::domain::ask::Ask;
use crate::domain::clock::{Now, Stamp};
use crate::domain::dialect::Dialect;
use crate::domain::id::RequestId;
use crate::domain::money::Usd;
use crate::domain::operation::Operation;
use crate::domain::rule::{Condition as _, Variable};
use crate::engine::prices::Prices;
use crate::engine::{Addressed, read};
use crate::route::rules::{self, compile};
use crate::server::ingress;
use crate::store::rules as rows;

/// `rules test`.
#[derive(Debug, Args)]
pub(super) struct Test {
    /// Its name; it need not be enabled.
    name: String,
    /// The file with the body of the request.
    #[arg(long, value_name = "FILE")]
    body: PathBuf,
    /// A header of the request; can be given several times.
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// The dialect of the body; without it, what the body looks like.
    #[arg(long, value_name = "DIALECT")]
    dialect: Option<Dialect>,
    /// The model, in place of the body's.
    #[arg(long)]
    model: Option<String>,
    /// The query of its URL: `a=b&c=d`.
    #[arg(long)]
    query: Option<String>,
    /// When it is asked, in the configured time zone: 2026-11-20T03:30. Without it, now.
    #[arg(long, value_name = "TIME")]
    at: Option<DateTime>,
}

/// The document of `rules test`.
#[derive(Debug, Serialize)]
struct Tested {
    schema_version: u32,
    rule: String,
    when: String,
    /// Whether it matches.
    matches: bool,
    /// Why it could not be evaluated, and so does not match.
    problem: Option<String>,
    enabled: bool,
    dialect: &'static str,
    /// What it names, with the value that has here; `null` is one that is not known.
    values: Vec<Named>,
}

#[derive(Debug, Serialize)]
struct Named {
    name: &'static str,
    value: Option<Value>,
}

impl Test {
    pub(super) fn run(&self, session: &Session) -> Done {
        let Some(row) = rows::list(&session.read()?)?.into_iter().find(|it| it.name == self.name) else {
            let why = "llmroute rules   lists them";
            return Err(
                Diag::new(Exit::Usage, "unknown-rule", format_args!("there is no rule `{}`", self.name), why).into()
            );
        };
        let when = compile(&row.when).map_err(|fault| {
            let why = format!("{fault}\n{}", fault.drawn(&row.when));
            Diag::new(Exit::Failed, "bad-condition", "the rule cannot be asked", why)
        })?;
        let loaded = session.glance()?;
        let policy = &loaded.policy;
        let mut ask = self.ask(session, policy.rules.time_zone.clone())?;
        if when.names(Variable::EstCost) {
            ask.quote = quote(&loaded, &ask)?;
        }
        let tried = rules::examine(&when, policy, &ask);
        let tested = Tested {
            schema_version: 1,
            rule: row.name.clone(),
            when: row.when.clone(),
            matches: tried.outcome == Ok(true),
            problem: tried.outcome.err(),
            enabled: row.enabled,
            dialect: ask.dialect.name(),
            values: tried.values.into_iter().map(|(it, value)| Named { name: it.name(), value }).collect(),
        };
        session.screen.show(&tested, |it, _| draw(it))
    }

    fn ask(&self, session: &Session, time_zone: jiff::tz::TimeZone) -> Done<Ask> {
        let refuse = |why: String| Diag::new(Exit::Usage, "bad-request-file", "the rule was not asked", why);
        let body = std::fs::read(&self.body).map_err(|it| refuse(format!("{}: {it}", self.body.display())))?;
        let dialect = self.dialect.unwrap_or_else(|| looks_like(&body));
        let mut now = session.clock.now();
        if let Some(at) = self.at {
            let at = at.to_zoned(time_zone).map_err(|it| refuse(it.to_string()))?;
            now = Now { wall: Stamp(at.timestamp().as_microsecond()), ..now };
        }
        let uri = self.query.as_ref().map_or_else(|| "/".to_owned(), |it| format!("/?{it}"));
        let mut request = Request::builder().uri(uri);
        for header in &self.headers {
            let (name, value) =
                header.split_once(':').ok_or_else(|| refuse(format!("`{header}` is no header: write NAME: VALUE")))?;
            request = request.header(name.trim(), value.trim());
        }
        let (head, ()) = request.body(()).map_err(|it| refuse(it.to_string()))?.into_parts();
        let path =
            dialect.model_in_path().then(|| Addressed { model: self.model.clone().unwrap_or_default(), stream: false });
        let mut call = ingress::call(now, dialect, Operation::Chat, path, &head);
        call.body = Bytes::from(body);
        call.envelope = ingress::envelope(&head);
        let (mut ask, understood) = read::read(call, RequestId(0));
        understood.map_err(|it| refuse(format!("{}: {}", self.body.display(), it.told)))?;
        if let Some(model) = &self.model {
            ask.model.clone_from(model);
        }
        Ok(ask)
    }
}

/// What the request would cost, by the prices that a server would use.
fn quote(loaded: &Loaded, ask: &Ask) -> Done<Option<Usd>> {
    let prices = Prices::by(Arc::clone(&loaded.book), loaded.prices.clone(), &loaded.policy);
    start::runtime()?.block_on(prices.ready());
    Ok(prices.quote(&loaded.policy, ask))
}

/// The dialect whose fields a body has. OpenAI's chat and Anthropic's messages are told apart by what only one has.
fn looks_like(body: &[u8]) -> Dialect {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let has = |name: &str| body.get(name).is_some();
    if has("contents") {
        Dialect::Gemini
    } else if has("input") {
        Dialect::OpenaiResponses
    } else if has("system") || has("stop_sequences") || has("thinking") {
        Dialect::Anthropic
    } else {
        Dialect::OpenaiChat
    }
}

fn draw(it: &Tested) -> String {
    let outcome = match (&it.problem, it.matches) {
        (Some(why), _) => format!("does not match: {why}"),
        (None, true) => "matches".to_owned(),
        (None, false) => "does not match".to_owned(),
    };
    let off = if it.enabled { "" } else { " (it is off)" };
    let mut lines = vec![format!("rule {} {outcome}{off}", it.rule), format!("  when {}", it.when.replace('\n', " "))];
    for it in &it.values {
        let value = it.value.as_ref().map_or_else(|| "not known".to_owned(), ToString::to_string);
        lines.push(format!("  {} = {value}", it.name));
    }
    lines.push(format!("  the body was read as {}", it.dialect));
    lines.join("\n")
}
