//! Requests and attempts as documents and on the screen.

use std::time::Duration;

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{BOLD, Frame, amounts, instant, paint, safe};
use crate::store::Cost;
use crate::store::requests::{AttemptRow, RequestRow, RowError, RowTokens};

/// The document of `requests`.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    pub(super) schema_version: u32,
    pub(super) requests: Vec<Shown>,
}

/// The document of `requests show`.
#[derive(Debug, Serialize)]
pub(super) struct Whole {
    pub(super) schema_version: u32,
    pub(super) request: Shown,
    pub(super) attempts: Vec<Attempt>,
}

#[derive(Debug, Serialize)]
pub(super) struct Shown {
    pub(super) id: String,
    started: String,
    dialect: String,
    operation: String,
    asked: String,
    group: Option<String>,
    client: String,
    session: Option<String>,
    stream: bool,
    /// `null` = it is still open.
    outcome: Option<String>,
    status: Option<u16>,
    target: Option<String>,
    key: Option<String>,
    /// The model the provider says it used, where it is another one.
    served: Option<String>,
    finish: Option<String>,
    moved: bool,
    attempts: Option<u32>,
    first_seconds: Option<f64>,
    total_seconds: Option<f64>,
    overhead_seconds: Option<f64>,
    tokens: Option<Tokens>,
    cost: Option<Price>,
    reported_cost_usd: Option<f64>,
    error: Option<Wrong>,
    losses: Vec<String>,
    #[serde(skip)]
    row: Times,
}

#[derive(Debug, Serialize)]
pub(super) struct Attempt {
    n: u32,
    state: String,
    target: String,
    key: Option<String>,
    billing: String,
    lane: Option<String>,
    /// How it was asked for the rest of an answer that was cut: `prefill`, `anchor` or `repeat`.
    resume: Option<String>,
    /// Which prices its cost is by: a table with its version, or `own`; `null` where none were needed or known.
    priced_by: Option<String>,
    status: Option<u16>,
    first_seconds: Option<f64>,
    total_seconds: Option<f64>,
    retry_after_seconds: Option<f64>,
    tokens: Option<Tokens>,
    cost: Option<Price>,
    error: Option<Wrong>,
    #[serde(skip)]
    row: Times,
}

#[derive(Debug, Serialize)]
struct Tokens {
    input: u64,
    cache_read: u64,
    output: u64,
    reasoning: u64,
    /// Counted by llmroute because the provider did not say.
    estimated: bool,
}

/// What something cost, or may have.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct Price {
    /// `exact`, `estimated`, `in-doubt`, `unpriced`, …
    kind: &'static str,
    /// `null` = unknown.
    usd: Option<f64>,
    #[serde(skip)]
    text: String,
}

#[derive(Debug, Serialize)]
struct Wrong {
    code: String,
    class: String,
    detail: String,
}

/// What the screen needs beside the document.
#[derive(Debug, Default)]
struct Times {
    clock: String,
    first_us: Option<u64>,
    total_us: Option<u64>,
}

// === impl Shown, Attempt ===

impl Shown {
    pub(super) fn new(row: &RequestRow, zone: &TimeZone) -> Self {
        Self {
            id: row.id.to_string(),
            started: instant::exact(row.started, zone),
            dialect: row.dialect.clone(),
            operation: row.operation.clone(),
            asked: row.asked.clone(),
            group: row.group.clone(),
            client: row.client.clone(),
            session: row.session.clone(),
            stream: row.stream,
            outcome: row.outcome.clone(),
            status: row.status,
            target: row
                .provider
                .as_ref()
                .zip(row.model.as_ref())
                .map(|(provider, model)| format!("{provider}/{model}")),
            key: row.key_name.clone(),
            served: row.served.clone(),
            finish: row.finish.clone(),
            moved: row.moved,
            attempts: row.attempts,
            first_seconds: seconds(row.first_us),
            total_seconds: seconds(row.total_us),
            overhead_seconds: seconds(row.overhead_us),
            tokens: row.tokens.map(Tokens::new),
            cost: row.cost.map(Price::new),
            reported_cost_usd: row.reported_cost.map(crate::domain::money::Usd::dollars),
            error: row.error.as_ref().map(Wrong::new),
            losses: row.losses.clone(),
            row: Times { clock: instant::clock(row.started, zone), first_us: row.first_us, total_us: row.total_us },
        }
    }

    /// One line of a list that grows.
    pub(super) fn line(&self) -> String {
        let to = self.target.as_deref().unwrap_or(amounts::NONE);
        let cost = self.cost.as_ref().map_or(amounts::NONE, |it| &it.text);
        let line = format!(
            "{} {} {} {} → {to}  {}  first {}  all {}  {} tok  {cost}",
            self.row.clock,
            self.id,
            self.client,
            self.asked,
            self.ended(),
            amounts::micros(self.row.first_us),
            amounts::micros(self.row.total_us),
            used(self.tokens.as_ref()),
        );
        safe::line(&line).into_owned()
    }

    /// `200`, or the outcome where no status tells it.
    fn ended(&self) -> String {
        match (&self.outcome, self.status) {
            (None, _) => "open".to_owned(),
            (Some(outcome), Some(status)) if outcome == "ok" => status.to_string(),
            (Some(outcome), Some(status)) => format!("{status} {}", outcome.replace('_', " ")),
            (Some(outcome), None) => outcome.replace('_', " "),
        }
    }
}

impl Attempt {
    pub(super) fn new(row: &AttemptRow) -> Self {
        Self {
            n: row.n,
            state: row.state.clone(),
            target: format!("{}/{}", row.provider, row.model),
            key: row.key_name.clone(),
            billing: row.billing.clone(),
            lane: row.lane.clone(),
            resume: row.resume.clone(),
            priced_by: row.priced_by.clone(),
            status: row.status,
            first_seconds: seconds(row.first_us),
            total_seconds: seconds(row.total_us),
            retry_after_seconds: row.retry_after_ms.and_then(|it| seconds(Some(it.saturating_mul(1000)))),
            tokens: row.tokens.map(Tokens::new),
            cost: row.cost.map(Price::new),
            error: row.error.as_ref().map(Wrong::new),
            row: Times { clock: String::new(), first_us: row.first_us, total_us: row.total_us },
        }
    }
}

impl Tokens {
    fn new(it: RowTokens) -> Self {
        Self {
            input: it.input,
            cache_read: it.cache_read,
            output: it.output,
            reasoning: it.reasoning,
            estimated: it.estimated,
        }
    }
}

impl Price {
    /// As people read it.
    pub(in crate::cli) fn text(&self) -> &str {
        &self.text
    }

    pub(in crate::cli) fn new(cost: Cost) -> Self {
        Self {
            kind: cost.name(),
            usd: cost.amount().map(crate::domain::money::Usd::dollars),
            text: amounts::money(cost.amount()),
        }
    }
}

impl Wrong {
    fn new(it: &RowError) -> Self {
        Self { code: it.code.clone(), class: it.kind.clone(), detail: it.detail.clone() }
    }
}

// === drawing ===

pub(super) fn table(rows: &[Shown], frame: Frame) -> String {
    if rows.is_empty() {
        return "no requests yet".to_owned();
    }
    let mut table = Table::new(&[
        left("ID"),
        left("TIME"),
        left("CLIENT").wide(),
        left("ASKED"),
        left("ANSWERED BY"),
        right("TRIES"),
        left("STATUS"),
        right("FIRST").wide(),
        right("ALL").wide(),
        right("TOKENS").wide(),
        right("COST"),
    ]);
    for row in rows {
        table.row([
            row.id.clone(),
            row.row.clock.clone(),
            row.client.clone(),
            row.asked.clone(),
            row.target.clone().unwrap_or_else(|| amounts::NONE.to_owned()),
            row.attempts.map_or_else(|| amounts::NONE.to_owned(), |it| it.to_string()),
            row.ended(),
            amounts::micros(row.row.first_us),
            amounts::micros(row.row.total_us),
            used(row.tokens.as_ref()),
            row.cost.as_ref().map_or_else(|| amounts::NONE.to_owned(), |it| it.text.clone()),
        ]);
    }
    table.draw(frame)
}

pub(super) fn draw_one(it: &Shown, attempts: &[Attempt], frame: Frame) -> String {
    let way = it.target.as_ref().map_or_else(String::new, |target| format!(" → {target}"));
    let mut lines =
        vec![paint(BOLD, &safe::line(&format!("{} {} · {}{way} · {}", it.id, it.row.clock, it.asked, it.ended())))];
    let mut facts = vec![
        format!("{} in, {}", it.dialect, if it.stream { "streamed" } else { "whole" }),
        format!("client {}", if it.client.is_empty() { "?" } else { &it.client }),
        format!("first {}, all {}", amounts::micros(it.row.first_us), amounts::micros(it.row.total_us)),
        format!("{} tok", used(it.tokens.as_ref())),
    ];
    if it.operation != "chat" {
        facts.insert(0, it.operation.clone());
    }
    facts.extend(it.cost.as_ref().map(|it| format!("{} ({})", it.text, it.kind)));
    facts.extend(it.served.as_ref().map(|it| format!("answered as {it}")));
    facts.extend(it.finish.as_ref().map(|it| format!("ended: {it}")));
    lines.push(safe::line(&facts.join(" · ")).into_owned());
    if let Some(error) = &it.error {
        lines.push(safe::line(&format!("error {}: {}", error.code, error.detail)).into_owned());
    }
    for loss in &it.losses {
        lines.push(safe::line(&format!("not sent: {loss}")).into_owned());
    }
    if !attempts.is_empty() {
        let mut table = Table::new(&[
            right("#"),
            left("TARGET"),
            left("KEY"),
            left("STATE"),
            left("STATUS"),
            right("FIRST"),
            right("ALL"),
            right("TOKENS").wide(),
            right("COST"),
            left("ERROR"),
        ]);
        for attempt in attempts {
            table.row(attempt_cells(attempt));
        }
        lines.push(table.draw(frame));
    }
    lines.join("\n")
}

fn attempt_cells(it: &Attempt) -> [String; 10] {
    let none = || amounts::NONE.to_owned();
    let wait =
        it.retry_after_seconds.map(|it| format!(", retry after {}", amounts::duration(Duration::from_secs_f64(it))));
    [
        it.n.to_string(),
        it.target.clone(),
        it.key.clone().unwrap_or_else(none),
        it.state.clone(),
        it.status.map_or_else(none, |it| it.to_string()),
        amounts::micros(it.row.first_us),
        amounts::micros(it.row.total_us),
        used(it.tokens.as_ref()),
        it.cost.as_ref().map_or_else(none, |it| it.text.clone()),
        match (&it.error, &it.resume) {
            (Some(error), _) => format!("{}: {}{}", error.code, error.detail, wait.unwrap_or_default()),
            (None, Some(way)) => format!("went on with the answer that was cut ({way})"),
            (None, None) => String::new(),
        },
    ]
}

/// `1,204→388`; `~` where llmroute counted.
fn used(tokens: Option<&Tokens>) -> String {
    tokens.map_or_else(
        || amounts::UNKNOWN.to_owned(),
        |it| {
            let about = if it.estimated { "~" } else { "" };
            format!("{about}{}→{}", amounts::tokens(it.input), amounts::tokens(it.output))
        },
    )
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of one request")]
pub(in crate::cli) fn seconds(micros: Option<u64>) -> Option<f64> {
    micros.map(|it| it as f64 / 1e6)
}
