//! `simulate`: what another policy would have done with the requests of the ledger. Each is decided again, with its own dice,
//! by the policy in force with the groups, weights and rules of a file over it.

mod document;
mod interval;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

pub(super) use document::Document;

use crate::cli::decision::Likely;
use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::session::Session;
use crate::cli::start;
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, amounts, safe};
use crate::config::{Loaded, policy_file};
use crate::domain::clock::{Moment, Stamp};
use crate::domain::failure::{Health, Kind};
use crate::domain::policy::Policy;
use crate::engine::prices::Prices;
use crate::route::health::SeatId;
use crate::route::live::Class;
use crate::route::replay::{End, Past, Replay};
use crate::store::decisions::{self, Tried};
use crate::store::stats::Range;

/// Longest span, in days.
const DAYS_MOST: u64 = 365;
/// What targets did for so long before the span is looked at too: beyond that their windows have forgotten it.
const BEFORE: i64 = 3_600 * 1_000_000;

/// `simulate`.
#[derive(Debug, Args)]
#[command(after_help = "The file says which groups, weights and rules are to be another:\n\n  \
                        [groups.smart]\n  strategy = \"latency\"\n\n  \
                        [groups.smart.targets]\n  \"anthropic/claude-sonnet-5\" = 3\n  \"openai/gpt-5.6-sol\" = 2\n\n  \
                        [rules.night]\n  when = \"hour < 6 && !has_tools\"\n  targets = { \"fast\" = 1 }\n\n  \
                        [weights.fast]\n  \"groq/llama-3.1-8b-instant\" = 4\n\n\
                        First choices are compared: who would have had to step in for whom is not foreseen. Rules that look at\n\
                        words or headers, which are not kept, count as they did then. Strategies see what targets did with the\n\
                        requests that they were sent. An answer is taken to be as long as it was.\n\n\
                        Example:\n  llmroute simulate --since 7d --with policy.toml")]
pub struct Simulate {
    /// How far back, in hours or days.
    #[arg(long, value_name = "7d|24h", default_value = "7d", value_parser = span)]
    since: u64,
    /// The policy file.
    #[arg(long = "with", value_name = "FILE")]
    file: PathBuf,
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
        session.screen.show(&simulated(session, &loaded, &policy, self.since)?, draw)
    }
}

/// What `policy` would have done with the requests of the last `seconds`.
///
/// # Errors
/// The ledger cannot be read.
pub(super) fn simulated(session: &Session, loaded: &Loaded, policy: &Policy, seconds: u64) -> Done<Document> {
    let now = session.clock.now().wall.0;
    let micros = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000);
    let range = Range { from: Stamp(now.saturating_sub(micros)), to: Stamp(now.saturating_add(1)) };
    let db = session.read()?;
    let played = decisions::played(&db, range)?;
    let zero = range.from.0.saturating_sub(BEFORE);
    let tried = decisions::tried(&db, Range { from: Stamp(zero), ..range })?;
    let prices = Prices::by(Arc::clone(&loaded.book), loaded.prices.clone(), policy);
    start::runtime()?.block_on(prices.ready());
    let rates = prices.card(policy, Stamp(now));
    let replay = Replay::new(tried.iter().map(|it| past(it, zero)).collect(), Arc::clone(&rates));
    let likely = Likely::read(session, loaded)?;
    Ok(Document::new(&played, policy, &likely, replay, zero))
}

/// The time on the clock of a replay that begins at `zero`.
fn moment(at: Stamp, zero: i64) -> Moment {
    Moment(u64::try_from(at.0.saturating_sub(zero)).unwrap_or(0))
}

fn past(it: &Tried, zero: i64) -> Past {
    let blamed = it.kind.as_deref().and_then(Kind::named).is_some_and(|it| it.effect().health != Health::None);
    Past {
        seat: SeatId { provider: it.provider.as_str().into(), model: Some(it.model.as_str().into()), key: it.key },
        at: moment(it.at, zero),
        // Of an attempt that failed nobody counted the prompt: it counts as a small one.
        class: Some(Class::of(it.stream, it.input.unwrap_or(0))),
        first: it.first_us.map(Duration::from_micros),
        took: Duration::from_micros(it.total_us.unwrap_or(0)),
        end: match (it.settled, blamed) {
            (true, _) => End::Answered,
            (false, true) => End::Failed,
            (false, false) => End::Other,
        },
        output: it.output,
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
        format!("was       {}", it.before.told()),
        format!("would be  {}", it.after.told()),
    ];
    if it.before.cost_interval_usd.is_some() {
        lines.push("in brackets: where another span like this one would end up, 95 times of 100".to_owned());
    }
    for rule in &it.not_replayable {
        lines.push(
            safe::line(&format!("rule {} counts as it did then: {} not kept", rule.rule, rule.told())).into_owned(),
        );
    }
    for (code, n) in &it.refused {
        lines.push(format!("{} would be refused: {}", amounts::count(*n), safe::line(code)));
    }
    lines.push("budgets: there are none yet, so none would have been hit".to_owned());
    if it.unreadable > 0 {
        lines.push(format!("{} of a newer version left out", amounts::plural(it.unreadable, "record", "records")));
    }
    lines.join("\n")
}
