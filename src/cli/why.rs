//! `why`: how a request was decided, decided again from its record.

use clap::Args;
use serde::Serialize;

use crate::catalog::models;
use crate::cli::decision::{self, Shown};
use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::requests::wanted;
use crate::cli::session::Session;
use crate::cli::view::{BOLD, paint, safe};
use crate::domain::policy::Policy;
use crate::route::record::{Facts, Recomputed, Record};
use crate::store::decisions::{self, DecisionRow};
use crate::store::requests::{self, RequestRow};

/// `why`.
#[derive(Debug, Args)]
#[command(after_help = "The decision is made once more from what was recorded, and compared with it.\n\n\
                        Example:\n  llmroute why r7k3\n  llmroute why r7k3 --json")]
pub struct Why {
    /// The request, as receipts and lists show it.
    id: String,
}

/// The document of `why`.
#[derive(Debug, Serialize)]
struct Document {
    schema_version: u32,
    id: String,
    asked: String,
    group: Option<String>,
    client: String,
    outcome: Option<String>,
    error: Option<String>,
    /// What the decision knew of the request.
    facts: Facts,
    #[serde(flatten)]
    shown: Shown,
    /// The policy it was decided by.
    policy: String,
    /// `same`, `differs`, or `unknown` where the policy cannot be had.
    recomputed: &'static str,
    /// What differs, or why it cannot be known.
    difference: Option<String>,
}

impl Why {
    /// Shows how a request was decided.
    ///
    /// # Errors
    /// There is no such request or no record of its decision, or the local file cannot be read.
    pub fn run(&self, session: &Session) -> Done {
        let id = wanted(&self.id)?;
        let db = session.read()?;
        let Some((row, attempts)) = requests::show(&db, id)? else {
            return Err(crate::cli::requests::unknown(id).into());
        };
        let Some(kept) = decisions::of(&db, id)? else { return Err(no_record(&row).into()) };
        let record: Record = serde_json::from_str(&kept.record).map_err(|error| {
            Diag::new(Exit::Failed, "bad-record", format_args!("the record of {id} cannot be read"), error)
                .fix("was it written by a newer llmroute? use that one")
        })?;
        let (policy, recomputed) = match policy(decisions::policy(&db, kept.policy)?) {
            Ok(policy) => {
                let told = record.recompute(&policy, id, kept.salt);
                (policy, Ok(told))
            }
            Err(why) => (Policy::default(), Err(why)),
        };
        let shown = Shown::new(&record, &policy).tried(&attempts);
        let document = Document::new(&row, &kept, record.ask, shown, recomputed);
        session.screen.show(&document, |it, frame| {
            let mut lines = vec![it.head()];
            lines.push(decision::draw(&it.shown, frame));
            lines.extend(it.error.as_ref().map(|it| safe::line(it).into_owned()));
            lines.push(it.verdict());
            lines.join("\n")
        })
    }
}

impl Document {
    fn new(
        row: &RequestRow,
        kept: &DecisionRow,
        facts: Facts,
        shown: Shown,
        recomputed: Result<Recomputed, String>,
    ) -> Self {
        let (recomputed, difference) = match recomputed {
            Ok(Recomputed::Same) => ("same", None),
            Ok(Recomputed::Differs(what)) => ("differs", Some(what)),
            Err(why) => ("unknown", Some(why)),
        };
        Self {
            schema_version: 1,
            id: row.id.to_string(),
            asked: row.asked.clone(),
            group: row.group.clone(),
            client: row.client.clone(),
            outcome: row.outcome.clone(),
            error: row.error.as_ref().map(|it| format!("error {}: {}", it.code, it.detail)),
            facts,
            shown,
            policy: format!("{:016x}", kept.policy),
            recomputed,
            difference,
        }
    }

    fn head(&self) -> String {
        let client = if self.client.is_empty() { "?" } else { &self.client };
        let head = format!("{} {} · {} · client {client}", self.id, self.asked, decision::facts(&self.facts));
        paint(BOLD, &safe::line(&head))
    }

    fn verdict(&self) -> String {
        match &self.difference {
            None => format!("recomputed: same (policy {})", self.policy),
            Some(what) => safe::line(&format!("recomputed: {}: {what}", self.recomputed)).into_owned(),
        }
    }
}

fn policy(text: Option<String>) -> Result<Policy, String> {
    let text = text.ok_or("the policy it was decided by is not kept")?;
    let mut policy: Policy =
        serde_json::from_str(&text).map_err(|error| format!("the policy it was decided by cannot be read: {error}"))?;
    models::equip(&mut policy)?;
    Ok(policy)
}

fn no_record(row: &RequestRow) -> Diag {
    let why = match (&row.outcome, row.attempts) {
        (None, _) => "it is still open, and its record is written when it ends",
        (Some(_), Some(0)) => "it was refused before anything was decided",
        (Some(_), _) => "its process died, or it was made before decisions were recorded",
    };
    Diag::new(Exit::Failed, "no-record", format_args!("nothing is kept of how {} was decided", row.id), why)
        .fix(format_args!("llmroute requests show {}", row.id))
}
