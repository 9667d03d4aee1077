//! `simulate`: what another policy would have done with the requests of the ledger. Each is decided again, with its own
//! dice and the fleet as it was seen then, by the policy in force with the groups and weights of a file over it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::cli::decision::Likely;
use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::session::Session;
use crate::cli::view::amounts;
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, safe};
use crate::config::policy_file;
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::domain::policy::Policy;
use crate::domain::usage::Usage;
use crate::route::record::Record;
use crate::store::decisions::{self, Played};
use crate::store::stats::Range;

/// Longest span, in days.
const DAYS_MOST: u64 = 365;

/// `simulate`.
#[derive(Debug, Args)]
#[command(after_help = "The file says which groups and weights are to be another:\n\n  \
                        [groups.smart.targets]\n  \"anthropic/claude-sonnet-5\" = 3\n  \"openai/gpt-5.6-sol\" = 2\n\n  \
                        [weights.fast]\n  \"groq/llama-3.1-8b-instant\" = 4\n\n\
                        First choices are compared: who would have had to step in for whom is not foreseen.\n\n\
                        Example:\n  llmroute simulate --since 7d --with policy.toml")]
pub struct Simulate {
    /// How far back, in hours or days.
    #[arg(long, value_name = "7d|24h", default_value = "7d", value_parser = span)]
    since: u64,
    /// The policy file.
    #[arg(long = "with", value_name = "FILE")]
    file: PathBuf,
}

/// The document of `simulate`.
#[derive(Debug, Default, Serialize)]
struct Document {
    schema_version: u32,
    /// Requests that were decided again.
    requests: u64,
    /// Requests whose record cannot be read.
    unreadable: u64,
    /// What they would have been refused for, by code, where they were not before.
    refused: BTreeMap<String, u64>,
    before: Totals,
    after: Totals,
    targets: Vec<Line>,
}

/// One policy's side of the comparison, of the requests that were answered.
#[derive(Debug, Default, Serialize)]
struct Totals {
    /// At today's prices; `null` = of no request a price is known.
    #[serde(serialize_with = "dollars")]
    cost_usd: Option<Usd>,
    /// Requests whose price is not known.
    unpriced: u64,
    /// The mean of the targets' medians; `null` = too few answers to know one.
    first_us: Option<u64>,
    #[serde(skip)]
    times: (u64, u64),
}

#[derive(Debug, Default, Serialize)]
struct Line {
    target: String,
    /// Requests whose first choice it was.
    before: u64,
    /// Requests whose first choice it would have been.
    after: u64,
    before_share: f64,
    after_share: f64,
    first_us: Option<u64>,
}

impl Simulate {
    /// Shows what would have been.
    ///
    /// # Errors
    /// The file is no policy, or the ledger cannot be read.
    pub fn run(&self, session: &Session) -> Done {
        let name = self.file.display().to_string();
        let text = std::fs::read_to_string(&self.file).map_err(|error| {
            Diag::new(Exit::Usage, "bad-file", format_args!("{name} cannot be read"), error).fix("name a policy file")
        })?;
        let loaded = session.glance()?;
        let policy = policy_file::read(&text, &name, &loaded.policy)?;
        let now = session.clock.now().wall.0;
        let micros = i64::try_from(self.since).unwrap_or(i64::MAX).saturating_mul(1_000_000);
        let range = Range { from: Stamp(now.saturating_sub(micros)), to: Stamp(now.saturating_add(1)) };
        let played = decisions::played(&session.read()?, range)?;
        let likely = Likely::read(session, &loaded)?;
        let document = Document::new(&played, &policy, &likely);
        session.screen.show(&document, draw)
    }
}

/// `7d` or `24h`, in seconds.
fn span(text: &str) -> Result<u64, String> {
    let told = || format!("write it like 7d or 24h, up to {DAYS_MOST}d");
    let unit = match text.as_bytes().last() {
        Some(b'd') => 86_400,
        Some(b'h') => 3_600,
        _ => return Err(told()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| told())?;
    number.checked_mul(unit).filter(|it| (1..=DAYS_MOST * 86_400).contains(it)).ok_or_else(told)
}

impl Document {
    fn new(played: &[Played], policy: &Policy, likely: &Likely<'_>) -> Self {
        let mut it = Self { schema_version: 1, ..Self::default() };
        let mut targets = BTreeMap::<String, Line>::new();
        for request in played {
            let Ok(before) = serde_json::from_str::<Record>(&request.decision.record) else {
                it.unreadable += 1;
                continue;
            };
            let after = before.again(policy, request.decision.id, request.decision.salt);
            it.requests += 1;
            if let (None, Some(code)) = (&before.refusal, &after.refusal) {
                *it.refused.entry(code.clone()).or_default() += 1;
            }
            for (record, totals, is_after) in [(&before, &mut it.before, false), (&after, &mut it.after, true)] {
                let Some((target, keys)) = record.plan.first() else { continue };
                let line = targets.entry(target.to_string()).or_default();
                if is_after {
                    line.after += 1;
                } else {
                    line.before += 1;
                }
                line.first_us = likely.first_us(target);
                // What was never answered has no size to be priced by.
                let (Some(input), Some(output)) = (request.input, request.output) else { continue };
                totals.add(likely.cost(target, keys, &Usage::estimated(input, output)), line.first_us);
            }
        }
        it.targets = targets.into_iter().map(|(target, line)| Line { target, ..line }).collect();
        let (before, after) = it.targets.iter().fold((0, 0), |sum, it| (sum.0 + it.before, sum.1 + it.after));
        for line in &mut it.targets {
            line.before_share = share(line.before, before);
            line.after_share = share(line.after, after);
        }
        it.targets.sort_by(|a, b| b.after.cmp(&a.after).then_with(|| a.target.cmp(&b.target)));
        it.before.close();
        it.after.close();
        it
    }
}

impl Totals {
    fn add(&mut self, cost: Option<Usd>, first_us: Option<u64>) {
        match cost {
            Some(cost) => self.cost_usd = Some(self.cost_usd.map_or(cost, |sum| sum + cost)),
            None => self.unpriced += 1,
        }
        if let Some(first) = first_us {
            self.times = (self.times.0.saturating_add(first), self.times.1 + 1);
        }
    }

    fn close(&mut self) {
        self.first_us = self.times.0.checked_div(self.times.1);
    }

    fn told(&self) -> String {
        let unpriced = if self.unpriced > 0 {
            format!(" (+{} without a price)", amounts::count(self.unpriced))
        } else {
            String::new()
        };
        let first = self.first_us.map(|_| format!(", first {}", amounts::micros(self.first_us))).unwrap_or_default();
        format!("{}{unpriced}{first}", amounts::money(self.cost_usd))
    }
}

fn draw(it: &Document, frame: Frame) -> String {
    if it.requests == 0 {
        return "no request of that time has a record of its decision".to_owned();
    }
    let mut table = Table::new(&[left("FIRST CHOICE"), right("WAS"), right("WOULD BE"), right("TTFT p50").wide()]);
    for line in &it.targets {
        let cell = |n: u64, share: f64| {
            if n == 0 { amounts::NONE.to_owned() } else { format!("{} ({})", amounts::count(n), amounts::share(share)) }
        };
        table.row([
            line.target.clone(),
            cell(line.before, line.before_share),
            cell(line.after, line.after_share),
            amounts::micros(line.first_us),
        ]);
    }
    let mut lines = vec![
        format!("{}, at today's prices", amounts::plural(it.requests, "request", "requests")),
        table.draw(frame),
        format!("was {}   would be {}", it.before.told(), it.after.told()),
    ];
    for (code, n) in &it.refused {
        lines.push(format!("{} would be refused: {}", amounts::count(*n), safe::line(code)));
    }
    if it.unreadable > 0 {
        lines.push(format!("{} of a newer version left out", amounts::plural(it.unreadable, "record", "records")));
    }
    lines.join("\n")
}

#[expect(clippy::cast_precision_loss, reason = "a share for display")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[expect(clippy::ref_option, reason = "as serde calls it")]
fn dollars<S: serde::Serializer>(it: &Option<Usd>, to: S) -> Result<S::Ok, S::Error> {
    it.map(Usd::dollars).serialize(to)
}
