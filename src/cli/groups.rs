//! `groups`: names that stand for weighted targets.

mod live;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::question;
use crate::cli::session::Session;
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, amounts};
use crate::config::Refusal;
use crate::config::edits::{self, deadline, hedge, weighted};
use crate::domain::policy::{Affinity, Deadlines, Group, Hedge, OnRefusal};
use crate::domain::strategy::Strategy;
use crate::domain::target::Target;
use crate::engine::standing::SeatLive;
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
    /// Make a group, or replace it whole.
    #[command(after_help = "A weight of 0 keeps a target as a fallback only.\n\n\
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
                            llmroute groups set smart anthropic/claude-sonnet-5 openai/gpt-5.6-sol=0 --hedge-after 4s")]
    Set {
        /// Its name: what clients send as `model`.
        name: String,
        /// Targets, as PROVIDER/MODEL=WEIGHT; without a weight, 1.
        #[arg(required = true, value_name = "PROVIDER/MODEL[=WEIGHT]")]
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

/// What a group says beside its targets. What is not given stays as it is.
#[derive(Debug, Args)]
struct Setting {
    /// How the targets are ordered; without it, as before.
    #[arg(long, value_name = "NAME")]
    strategy: Option<String>,
    /// A conversation stays where its provider has its prompt cached, unless going where the strategy would send it is
    /// cheaper including that cache; off: each request goes where the strategy says.
    #[arg(long, value_enum, value_name = "price|off", hide_possible_values = true)]
    affinity: Option<Stay>,
    /// Ask the next target too when the first has not begun to answer by then: after its own usual time, after TIME, or
    /// never. At most 5 % of all requests are sent twice.
    #[arg(long, value_name = "auto|TIME|off")]
    hedge_after: Option<String>,
    /// What a refusal by a provider's content policy means: the client is told, or the next target is sent the same.
    #[arg(long, value_enum, value_name = "tell|next", hide_possible_values = true)]
    on_refusal: Option<Refused>,
    /// How many requests of this group one target takes at once; 0 = any number. A full one is passed over for the next.
    #[arg(long, value_name = "N")]
    max_parallel: Option<u32>,
    /// How many more wait for a place where no target has one. Those with the header `x-llmroute-priority: high` come first.
    #[arg(long, value_name = "N")]
    queue: Option<u32>,
    /// How long a part of the exchange may take: connect, first-content, first-content-reasoning, byte-gap, content-gap,
    /// whole or stream. Can be given several times.
    #[arg(long, value_name = "WHICH=TIME")]
    deadline: Vec<String>,
}

/// Whether a conversation stays where its prompt cache is warm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
enum Stay {
    /// Unless going elsewhere is cheaper all the same.
    Price,
    /// No.
    Off,
}

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
enum Refused {
    /// The client is told.
    Tell,
    /// The next target is asked.
    Next,
}

impl Setting {
    /// Puts what is given into `settings`.
    fn put(&self, settings: &mut GroupSettings) -> Result<(), Refusal> {
        if let Some(text) = &self.strategy {
            settings.strategy = edits::strategy(text)?;
        }
        if let Some(it) = self.affinity {
            settings.affinity = if it == Stay::Off { Affinity::Off } else { Affinity::Price };
        }
        if let Some(text) = &self.hedge_after {
            settings.hedge = Some(hedge(text)?);
        }
        if let Some(it) = self.on_refusal {
            settings.next_on_refusal = it == Refused::Next;
        }
        if let Some(it) = self.max_parallel {
            settings.max_parallel = NonZeroU32::new(it);
        }
        if let Some(it) = self.queue {
            settings.queue = it;
        }
        self.deadline.iter().try_for_each(|it| deadline(it, &mut settings.deadlines))
    }
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

#[derive(Debug, Serialize)]
struct Shown {
    name: String,
    /// Made by llmroute from the providers that can be used.
    built_in: bool,
    /// How its targets are ordered.
    strategy: Strategy,
    /// Whether a conversation stays where its prompt cache is warm.
    affinity: Stay,
    targets: Vec<Weighed>,
    /// When the next target is asked too: `auto`, `off`, or a time.
    hedge_after: String,
    /// What a refusal by a content policy means.
    on_refusal: Refused,
    /// Requests at one target at once; `null` = any number.
    max_parallel: Option<NonZeroU32>,
    /// Requests that wait where all targets are full.
    queue: u32,
    /// In milliseconds.
    deadlines: BTreeMap<&'static str, u128>,
}

/// A target with its weight and share.
#[derive(Debug, Serialize)]
struct Weighed {
    target: String,
    weight: f64,
    /// Of the weights; 0 = only as a fallback.
    share: f64,
    /// How each of its keys does, as the running server tells; left out where none runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<Vec<SeatLive>>,
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
    let listed = Listed { schema_version: 1, groups: groups.values().map(|it| Shown::of(it)).collect() };
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
    let mut one = One { schema_version: 1, group: Shown::of(group) };
    let told = crate::cli::live::told(session)?;
    for target in &mut one.group.targets {
        let of = |it: &&SeatLive| format!("{}/{}", it.provider, it.model) == target.target;
        target.live = told.as_ref().map(|told| told.seats.iter().filter(of).cloned().collect());
    }
    // What the deadlines of this group differ from.
    let usual = Shown::of(&Group { deadlines: Deadlines::default(), ..Group::clone(group) }).deadlines;
    session.screen.show(&one, |it, frame| {
        let group = &it.group;
        let mut lines = vec![format!("{} · strategy {}", group.name, group.strategy)];
        lines.push(if told.is_some() {
            live::table(group.targets.iter().map(|it| (it.target.as_str(), it.weight, it.live.as_deref())), frame)
        } else {
            table(std::slice::from_ref(group), frame)
        });
        lines.push(group.ways(&usual));
        lines.join("\n")
    })
}

fn millis(it: u128) -> Duration {
    Duration::from_millis(u64::try_from(it).unwrap_or(u64::MAX))
}

fn set(session: &Session, name: &str, texts: &[String], given: &Setting) -> Done {
    let mut targets = Vec::new();
    for text in texts {
        targets.push(weighted(text)?);
    }
    let strategy = session.edit(|edits| {
        // What `groups set` does not name stays as it is.
        let mut settings = store::groups::get(edits.db, name)?.map_or_else(GroupSettings::default, |it| it.settings);
        given.put(&mut settings)?;
        let strategy = settings.strategy;
        edits.set_group(name, &targets, settings)?;
        Ok(strategy)
    })?;
    let policy = session.glance()?.policy;
    let Some(group) = policy.groups.get(name) else { return Err(unknown(name, std::iter::empty()).into()) };
    let one = One { schema_version: 1, group: Shown::of(group) };
    let shares: Vec<String> =
        one.group.targets.iter().map(|it| format!("{} {}", it.target, amounts::share(it.share))).collect();
    // The usual strategy goes without saying.
    let by = if strategy == Strategy::default() { String::new() } else { format!(", strategy {strategy}") };
    session.screen.did(&one, format_args!("✓ group {name}: {}{by}", shares.join(" · ")))
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

impl Shown {
    fn of(group: &Group) -> Self {
        let shares = shares(group.targets.iter().map(|it| it.1));
        let weighed = |((target, weight), share): (&(Target, f64), f64)| Weighed {
            target: target.to_string(),
            weight: *weight,
            share,
            live: None,
        };
        let it = group.deadlines;
        let deadlines = [
            ("connect", it.connect),
            ("first-content", it.first_content),
            ("first-content-reasoning", it.first_content_reasoning),
            ("byte-gap", it.byte_gap),
            ("content-gap", it.content_gap),
            ("whole", it.whole),
            ("stream", it.stream),
        ];
        Self {
            name: group.name.to_string(),
            built_in: group.built_in,
            strategy: group.strategy,
            affinity: if group.affinity == Affinity::Off { Stay::Off } else { Stay::Price },
            targets: group.targets.iter().zip(shares).map(weighed).collect(),
            hedge_after: match group.hedge {
                Hedge::Auto => "auto".to_owned(),
                Hedge::Off => "off".to_owned(),
                Hedge::After(it) => amounts::duration(it),
            },
            max_parallel: group.room.most,
            queue: group.room.queue,
            on_refusal: match group.on_refusal {
                OnRefusal::Tell => Refused::Tell,
                OnRefusal::Next => Refused::Next,
            },
            deadlines: deadlines.into_iter().map(|(name, it)| (name, it.as_millis())).collect(),
        }
    }

    /// How its requests are tried, in lines. `usual`: the deadlines that need no mention.
    fn ways(&self, usual: &BTreeMap<&'static str, u128>) -> String {
        let own = self.deadlines.iter().filter(|it| usual.get(it.0) != Some(it.1));
        let own: Vec<String> = own.map(|(which, ms)| format!("{which} {}", amounts::duration(millis(*ms)))).collect();
        let deadlines = if own.is_empty() { "as usual".to_owned() } else { own.join(" · ") };
        let refused = if self.on_refusal == Refused::Next { "the next target is asked" } else { "the client is told" };
        let hedge = &self.hedge_after;
        let room = self.max_parallel.map_or_else(
            || "any number at once".to_owned(),
            |most| format!("{most} at once, {} more wait", self.queue),
        );
        let affinity = match self.affinity {
            Stay::Price => "a conversation stays where its prompt cache is warm, unless going is cheaper",
            Stay::Off => "each request goes where the strategy says",
        };
        format!(
            "affinity:    {affinity}\nhedge after: {hedge}\non refusal:  {refused}\neach target: {room}\ndeadlines:   {deadlines}"
        )
    }
}

/// The share of each weight. Where all are 0, targets are tried as listed, so nobody has one.
pub(super) fn shares(weights: impl Iterator<Item = f64> + Clone) -> Vec<f64> {
    let sum: f64 = weights.clone().sum();
    weights.map(|it| if sum > 0.0 { it / sum } else { 0.0 }).collect()
}

fn table(groups: &[Shown], frame: Frame) -> String {
    let mut table = Table::new(&[left("GROUP"), left("TARGET"), right("WEIGHT"), right("SHARE"), left("STRATEGY")]);
    for group in groups {
        for (at, it) in group.targets.iter().enumerate() {
            let built_in = if group.built_in { " (built in)" } else { "" };
            table.row([
                if at == 0 { format!("{}{built_in}", group.name) } else { String::new() },
                it.target.clone(),
                amounts::weight(it.weight),
                if it.weight > 0.0 { amounts::share(it.share) } else { "fallback".to_owned() },
                if at == 0 { group.strategy.to_string() } else { String::new() },
            ]);
        }
    }
    table.draw(frame)
}
