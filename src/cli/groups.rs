//! `groups`: names that stand for weighted targets.

mod canary;
mod live;
mod setting;
mod shown;

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::groups::setting::Setting;
use crate::cli::groups::shown::{Shown, table};
use crate::cli::question;
use crate::cli::session::Session;
use crate::cli::view::amounts;
use crate::config::edits::weighted;
use crate::domain::policy::{Deadlines, Group};
use crate::domain::strategy::Strategy;
use crate::engine::standing::SeatLive;
use crate::store::canaries::{self, CanaryRow};
use crate::store::{self, GroupSettings};

/// `groups`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  llmroute groups\n  llmroute groups set fast openai/gpt-5.4-mini=3 groq/llama-3.3-70b-versatile=1"
)]
pub struct Groups {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the groups (the default).
    #[command(after_help = "Example:\n  llmroute groups list --json")]
    List,
    /// Show one group.
    #[command(after_help = "Example:\n  llmroute groups show fast")]
    Show {
        /// Its name.
        name: String,
    },
    /// Make a group or replace its targets, or change how they are tried.
    #[command(
        after_help = "A weight of 0 keeps a target as a fallback only. Without targets, those that the group has stay.\n\n\
                            Strategies:\n  \
                            weighted    a weighted draw (as long as nothing is said)\n  \
                            priority    as listed\n  \
                            latency     whoever is likely to answer soonest\n  \
                            least-busy  the fewest requests in flight, relative to weight\n  \
                            cost        the cheapest for the request at hand\n  \
                            openrouter  no outage in the last 30 s, then the cheaper the likelier\n  \
                            adaptive    a weighted draw by weights that follow errors, times and load\n\n\
                            Example:\n  llmroute groups set smart anthropic/claude-sonnet-5=3 openai/gpt-5.6-sol=2\n  \
                            llmroute groups set smart anthropic/claude-sonnet-5 openai/gpt-5.6-sol --strategy latency\n  \
                            llmroute groups set smart anthropic/claude-sonnet-5 openai/gpt-5.6-sol=0 --hedge-after 4s\n  \
                            llmroute groups set smart anthropic/claude-sonnet-5 openai/gpt-5.6-sol=0 --resume on\n  \
                            llmroute groups set smart --canary google/gemini-3.8-pro=5%"
    )]
    Set {
        /// Its name: what clients send as `model`.
        name: String,
        /// Targets, as PROVIDER/MODEL=WEIGHT; without a weight, 1. None = as before.
        #[arg(required_unless_present = "setting", value_name = "PROVIDER/MODEL[=WEIGHT]")]
        targets: Vec<String>,
        #[command(flatten)]
        settings: Setting,
    },
    /// Remove a group.
    #[command(after_help = "Example:\n  llmroute groups remove smart")]
    Remove {
        /// Its name.
        name: String,
    },
}

/// The document of `groups`.
#[derive(Debug, Serialize)]
struct Listed {
    schema_version: u32,
    groups: Vec<Shown>,
}

/// The document of `groups show` and of the edits.
#[derive(Debug, Serialize)]
struct One {
    schema_version: u32,
    group: Shown,
}

#[derive(Debug, Serialize)]
struct Removed<'a> {
    schema_version: u32,
    removed: &'a str,
}

impl Groups {
    /// Lists or edits groups.
    ///
    /// # Errors
    /// A name, target or weight is wrong, or the local file cannot be used.
    pub fn run(&self, session: &Session) -> Done {
        match &self.verb {
            None | Some(Verb::List) => list(session),
            Some(Verb::Show { name }) => show(session, name),
            Some(Verb::Set { name, targets, settings }) => set(session, name, targets, settings),
            Some(Verb::Remove { name }) => remove(session, name),
        }
    }
}

fn list(session: &Session) -> Done {
    let groups = session.glance()?.policy.groups;
    let kept = canaries::list(&session.read()?)?;
    let listed = Listed { schema_version: 1, groups: groups.values().map(|it| shown(it, &kept)).collect() };
    session.screen.show(&listed, |it, frame| {
        if it.groups.is_empty() {
            return "no groups: add a key for the built-in ones, or make one: llmroute groups set NAME PROVIDER/MODEL=WEIGHT …"
                .to_owned();
        }
        table(&it.groups, frame)
    })
}

fn show(session: &Session, name: &str) -> Done {
    let loaded = session.glance()?;
    let Some(group) = loaded.policy.groups.get(name) else {
        return Err(unknown(name, loaded.policy.groups.keys().map(crate::domain::id::GroupName::as_str)).into());
    };
    let kept = canaries::list(&session.read()?)?;
    let mut one = One { schema_version: 1, group: shown(group, &kept) };
    let told = crate::cli::live::told(session)?;
    // The running server knows it a moment before the file does.
    let live = told.as_ref().and_then(|it| it.canaries.iter().find(|it| it.group == name));
    if let Some(live) = live.filter(|_| one.group.canary.is_some()) {
        one.group.canary = Some(live.clone());
    }
    for target in &mut one.group.targets {
        let of = |it: &&SeatLive| format!("{}/{}", it.provider, it.model) == target.target;
        target.live = told.as_ref().map(|told| told.seats.iter().filter(of).cloned().collect());
    }
    let of_canary =
        |it: &&SeatLive| one.group.canary.as_ref().is_some_and(|c| c.target == format!("{}/{}", it.provider, it.model));
    let canary_live: Vec<SeatLive> = told.iter().flat_map(|it| &it.seats).filter(of_canary).cloned().collect();
    // What the deadlines of this group differ from.
    let usual = Shown::of(&Group { deadlines: Deadlines::default(), ..Group::clone(group) }, None).deadlines;
    let now = session.clock.now().wall;
    session.screen.show(&one, |it, frame| {
        let group = &it.group;
        let mut lines = vec![format!("{} · strategy {}", group.name, group.strategy)];
        lines.push(if told.is_some() {
            let targets = group.targets.iter().map(|it| (it.target.as_str(), Some(it.weight), it.live.as_deref()));
            let canary = group.canary.as_ref().map(|it| (it.target.as_str(), None, Some(canary_live.as_slice())));
            live::table(targets.chain(canary), frame)
        } else {
            table(std::slice::from_ref(group), frame)
        });
        lines.push(group.ways(&usual));
        lines.extend(group.canary.as_ref().map(|it| canary::draw(it, now, frame)));
        lines.join("\n")
    })
}

fn shown(group: &Group, kept: &[CanaryRow]) -> Shown {
    Shown::of(group, group.canary.as_ref().map(|it| canary::told(&group.name, it, kept)))
}

fn set(session: &Session, name: &str, texts: &[String], given: &Setting) -> Done {
    let mut targets = Vec::new();
    for text in texts {
        targets.push(weighted(text)?);
    }
    session.edit(|edits| {
        // What `groups set` does not name stays as it is.
        let mut settings = store::groups::get(edits.db, name)?.map_or_else(GroupSettings::default, |it| it.settings);
        given.put(&mut settings, edits.now)?;
        if targets.is_empty() { edits.change_group(name, &settings) } else { edits.set_group(name, &targets, settings) }
    })?;
    let policy = session.glance()?.policy;
    let Some(group) = policy.groups.get(name) else { return Err(unknown(name, std::iter::empty()).into()) };
    let one = One { schema_version: 1, group: shown(group, &canaries::list(&session.read()?)?) };
    let shares: Vec<String> =
        one.group.targets.iter().map(|it| format!("{} {}", it.target, amounts::share(it.share))).collect();
    // The usual strategy goes without saying.
    let by =
        if group.strategy == Strategy::default() { String::new() } else { format!(", strategy {}", group.strategy) };
    let canary = one.group.canary.as_ref().map(canary::line).unwrap_or_default();
    session.screen.did(&one, format_args!("✓ group {name}: {}{by}{canary}", shares.join(" · ")))
}

fn remove(session: &Session, name: &str) -> Done {
    question::confirm(&session.global, &format!("Remove the group {name}?"))?;
    session.edit(|edits| edits.remove_group(name))?;
    session.screen.did(&Removed { schema_version: 1, removed: name }, format_args!("✓ group {name} removed"))
}

/// There is no such group.
pub(super) fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Diag {
    let known: Vec<&str> = known.collect();
    let why =
        if known.is_empty() { "there are none yet".to_owned() } else { format!("there are: {}", known.join(", ")) };
    Diag::new(Exit::Usage, "unknown-group", format_args!("there is no group `{name}`"), why)
        .fix(format_args!("llmroute groups set {name} PROVIDER/MODEL=WEIGHT …"))
}

/// The share of each weight. Where all are 0, targets are tried as listed, so nobody has one.
pub(super) fn shares(weights: impl Iterator<Item = f64> + Clone) -> Vec<f64> {
    let sum: f64 = weights.clone().sum();
    weights.map(|it| if sum > 0.0 { it / sum } else { 0.0 }).collect()
}
