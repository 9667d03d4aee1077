//! `weights`: the shares of a group's targets, as meant and as they came out.

use std::collections::HashMap;
use std::sync::Arc;

use clap::{Args, Subcommand};
use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;

use crate::cli::decision::Likely;
use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::groups::{shares, unknown};
use crate::cli::session::Session;
use crate::cli::simulate::simulated;
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, amounts, bars};
use crate::config::edits::weighted;
use crate::domain::clock::Stamp;
use crate::domain::id::GroupName;
use crate::domain::money::Usd;
use crate::domain::policy::Group;
use crate::domain::target::Target;
use crate::domain::usage::Usage;
use crate::store::stats::{self, By, Range, Sums};

/// Days that the actual shares are counted over.
const DAYS: i64 = 7;
/// Columns of a bar.
const BAR: usize = 10;

/// `weights`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  llmroute weights\n  llmroute weights set smart openai/gpt-5.6-sol=6")]
pub struct Weights {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show the weights of a group, or of all (the default).
    #[command(after_help = "Example:\n  llmroute weights show smart")]
    Show {
        /// The group.
        group: Option<String>,
    },
    /// Change weights; targets that are not named keep theirs.
    #[command(
        after_help = "Example:\n  llmroute weights set smart anthropic/claude-sonnet-5=3 openai/gpt-5.6-sol=6\n  \
                            llmroute weights set smart openai/gpt-5.6-sol=6 --dry-run"
    )]
    Set {
        /// The group.
        group: String,
        /// Targets with their new weights; 0 = only as a fallback.
        #[arg(required = true, value_name = "PROVIDER/MODEL=WEIGHT")]
        weights: Vec<String>,
        /// Change nothing: tell what these weights would have done with the requests of the last 7 days.
        #[arg(long)]
        dry_run: bool,
    },
    /// Go back to the weights the group was made with.
    #[command(after_help = "Example:\n  llmroute weights reset smart")]
    Reset {
        /// The group.
        group: String,
    },
}

/// The document of `weights` and its edits.
#[derive(Debug, Serialize)]
struct Listed {
    schema_version: u32,
    /// Days that the actual figures are counted over.
    days: i64,
    groups: Vec<Shown>,
}

#[derive(Debug, Serialize)]
struct Shown {
    group: String,
    built_in: bool,
    targets: Vec<Weighed>,
    /// Requests that another target answered after one had failed.
    rescued: u64,
}

#[derive(Debug, Serialize)]
struct Weighed {
    target: String,
    weight: f64,
    /// Share as the weights say.
    target_share: f64,
    /// Share of the requests that were answered; `null` where none was.
    actual_share: Option<f64>,
    answered: u64,
    first_attempts: u64,
    first_attempts_ok: u64,
    ttft_p50_us: Option<u64>,
    /// Dollars for a million tokens of an answer, today; `null` = no price is known.
    output_usd: Option<f64>,
}

impl Weights {
    /// Shows or edits weights.
    ///
    /// # Errors
    /// A group, target or weight is wrong, or the local file cannot be used.
    pub fn run(&self, session: &Session) -> Done {
        match &self.verb {
            None => show(session, None),
            Some(Verb::Show { group }) => show(session, group.as_deref()),
            Some(Verb::Set { group, weights, dry_run: false }) => set(session, group, weights),
            Some(Verb::Set { group, weights, dry_run: true }) => try_out(session, group, weights),
            Some(Verb::Reset { group }) => reset(session, group),
        }
    }
}

fn show(session: &Session, group: Option<&str>) -> Done {
    let listed = read(session, group)?;
    session.screen.show(&listed, |it, frame| {
        if it.groups.is_empty() {
            return "no groups: llmroute groups set NAME PROVIDER/MODEL=WEIGHT …".to_owned();
        }
        it.groups.iter().map(|it| draw(it, frame)).collect::<Vec<_>>().join("\n\n")
    })
}

fn set(session: &Session, group: &str, texts: &[String]) -> Done {
    let mut weights = Vec::new();
    for text in texts {
        weights.push(weighted(text)?);
    }
    session.edit(|edits| edits.set_weights(group, &weights))?;
    report(session, group, "")
}

/// What other weights would have done.
fn try_out(session: &Session, group: &str, texts: &[String]) -> Done {
    let loaded = session.glance()?;
    let mut policy = loaded.policy.clone();
    let Some(changed) = policy.groups.get_mut(group) else {
        return Err(unknown(group, policy.groups.keys().map(GroupName::as_str)).into());
    };
    let changed = Arc::make_mut(changed);
    for text in texts {
        let (target, weight) = weighted(text)?;
        let Some(own) = changed.targets.iter_mut().find(|it| it.0.to_string() == target) else {
            let why = format!("group `{group}` has no target `{target}`");
            return Err(Diag::new(Exit::Usage, "unknown-target", "nothing can be told", why)
                .fix(format_args!("llmroute weights show {group}"))
                .into());
        };
        own.1 = weight;
    }
    let days = u64::try_from(DAYS).unwrap_or(0);
    let told = simulated(session, &loaded, &policy, days * 86_400)?;
    session.screen.show(&told, |it, _| {
        if it.is_empty() {
            return "no request of the last 7 days has a record of its decision · nothing written".to_owned();
        }
        let cost = format!("cost {} → {}", amounts::money(it.before.cost_usd), amounts::money(it.after.cost_usd));
        let first = format!("{} → {}", amounts::micros(it.before.first_us), amounts::micros(it.after.first_us));
        format!("on your last {DAYS} days: {cost} · expected TTFT {first} · nothing written")
    })
}

fn reset(session: &Session, group: &str) -> Done {
    let changed = session.edit(|edits| edits.reset_weights(group))?;
    let what = format!(" ({} changed)", amounts::plural(changed as u64, "weight", "weights"));
    report(session, group, &what)
}

/// The weights as they are now, after an edit.
fn report(session: &Session, group: &str, what: &str) -> Done {
    let listed = read(session, Some(group))?;
    let shares: Vec<String> = listed
        .groups
        .iter()
        .flat_map(|it| &it.targets)
        .map(|it| format!("{} {}", it.target, amounts::share(it.target_share)))
        .collect();
    session.screen.did(&listed, format_args!("✓ {group}{what}: {}", shares.join(" · ")))
}

fn read(session: &Session, group: Option<&str>) -> Done<Listed> {
    let loaded = session.glance()?;
    let policy = &loaded.policy;
    let likely = Likely::read(session, &loaded)?;
    let chosen: Vec<&Group> = match group {
        None => policy.groups.values().map(AsRef::as_ref).collect(),
        Some(name) => match policy.groups.get(name) {
            Some(it) => vec![it.as_ref()],
            None => return Err(unknown(name, policy.groups.keys().map(GroupName::as_str)).into()),
        },
    };
    let to = Stamp(session.clock.now().wall.0.saturating_add(1));
    let from = Timestamp::from_microsecond(to.0).ok().and_then(|it| it.checked_sub((24 * DAYS).hours()).ok());
    let range = Range { from: from.map_or(Stamp(0), |it| Stamp(it.as_microsecond())), to };
    let report = stats::report(&session.read()?, range, &By::GroupTarget)?;
    let sums: HashMap<String, Sums> = report.rows.into_iter().filter_map(|it| Some((it.name?, it.sums))).collect();
    let groups = chosen.into_iter().map(|it| Shown::new(it, &sums, &likely)).collect();
    Ok(Listed { schema_version: 1, days: DAYS, groups })
}

impl Shown {
    fn new(group: &Group, sums: &HashMap<String, Sums>, likely: &Likely<'_>) -> Self {
        let name = group.name.as_str();
        let of = |target: &str| sums.get(&format!("{name} {target}")).cloned().unwrap_or_default();
        let prefix = format!("{name} ");
        let mine = || sums.iter().filter(|(name, _)| name.starts_with(&prefix)).map(|(_, it)| it.requests);
        let answered: u64 = mine().map(|it| it.ok).sum();
        let meant = shares(group.targets.iter().map(|it| it.1));
        let weighed = |((target, weight), target_share): (&(Target, f64), f64)| {
            let it = of(&target.to_string());
            Weighed {
                target: target.to_string(),
                weight: *weight,
                target_share,
                actual_share: share(it.requests.ok, answered),
                answered: it.requests.ok,
                first_attempts: it.first.all,
                first_attempts_ok: it.first.ok,
                ttft_p50_us: it.ttft.p50,
                output_usd: likely.cost(target, &[], &Usage::estimated(0, 1_000_000)).map(Usd::dollars),
            }
        };
        Self {
            group: name.to_owned(),
            built_in: group.built_in,
            targets: group.targets.iter().zip(meant).map(weighed).collect(),
            rescued: mine().map(|it| it.rescued).sum(),
        }
    }

    /// By how many points of a hundred the target furthest off is off, where there is anything to compare.
    fn off_target(&self) -> Option<f64> {
        let gaps = self.targets.iter().filter_map(|it| Some((it.actual_share? - it.target_share).abs() * 100.0));
        gaps.reduce(f64::max)
    }
}

fn draw(it: &Shown, frame: Frame) -> String {
    let mut table = Table::new(&[
        left("TARGET"),
        right("WEIGHT"),
        right("MEANT"),
        left("7D ACTUAL"),
        right("1ST OK").wide(),
        right("TTFT p50").wide(),
        right("$/1M out").wide(),
    ]);
    for target in &it.targets {
        let actual = target.actual_share.map_or_else(|| amounts::NONE.to_owned(), amounts::share);
        let bar = bars::bar(target.actual_share.unwrap_or(0.0), BAR);
        table.row([
            target.target.clone(),
            amounts::weight(target.weight),
            if target.weight > 0.0 { amounts::share(target.target_share) } else { "fallback".to_owned() },
            if frame.draws() { format!("{bar} {actual:>4}") } else { actual },
            amounts::percent(target.first_attempts_ok, target.first_attempts),
            amounts::micros(target.ttft_p50_us),
            target.output_usd.map_or_else(|| amounts::UNKNOWN.to_owned(), |it| format!("{it:.2}")),
        ]);
    }
    let built_in = if it.built_in { " (built in)" } else { "" };
    let mut lines = vec![format!("{}{built_in}", it.group), table.draw(frame)];
    if let Some(off) = it.off_target().filter(|off| *off >= 1.0 && it.rescued > 0) {
        let requests = amounts::plural(it.rescued, "request was", "requests were");
        lines.push(format!(
            "{off:.0} points off target: {requests} answered elsewhere after a failure (llmroute requests --moved)"
        ));
    }
    lines.join("\n")
}

#[expect(clippy::cast_precision_loss, reason = "a share for display")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
