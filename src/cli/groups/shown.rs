//! A group as documents and screens show it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use serde::Serialize;

use crate::cli::groups::setting::{Refused, Stay};
use crate::cli::groups::shares;
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{Frame, amounts};
use crate::domain::policy::{Affinity, Group, Hedge, OnRefusal};
use crate::domain::strategy::Strategy;
use crate::domain::target::Target;
use crate::engine::standing::{CanaryTold, SeatLive};

#[derive(Debug, Serialize)]
pub(super) struct Shown {
    pub(super) name: String,
    /// Made by llmroute from the providers that can be used.
    built_in: bool,
    /// How its targets are ordered.
    pub(super) strategy: Strategy,
    /// Whether a conversation stays where its prompt cache is warm.
    affinity: Stay,
    pub(super) targets: Vec<Weighed>,
    /// When the next target is asked too: `auto`, `off`, or a time.
    hedge_after: String,
    /// What a refusal by a content policy means.
    on_refusal: Refused,
    /// An answer that is cut is gone on with at the next target.
    resume: bool,
    /// Requests at one target at once; `null` = any number.
    max_parallel: Option<NonZeroU32>,
    /// Requests that wait where all targets are full.
    queue: u32,
    /// In milliseconds.
    pub(super) deadlines: BTreeMap<&'static str, u128>,
    /// The target that is tried out, and how far it has come.
    pub(super) canary: Option<CanaryTold>,
}

/// A target with its weight and share.
#[derive(Debug, Serialize)]
pub(super) struct Weighed {
    pub(super) target: String,
    pub(super) weight: f64,
    /// Of the weights; 0 = only as a fallback.
    pub(super) share: f64,
    /// How each of its keys does, as the running server tells; left out where none runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) live: Option<Vec<SeatLive>>,
}

impl Shown {
    pub(super) fn of(group: &Group, canary: Option<CanaryTold>) -> Self {
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
            resume: group.resume,
            max_parallel: group.room.most,
            queue: group.room.queue,
            on_refusal: match group.on_refusal {
                OnRefusal::Tell => Refused::Tell,
                OnRefusal::Next => Refused::Next,
            },
            deadlines: deadlines.into_iter().map(|(name, it)| (name, it.as_millis())).collect(),
            canary,
        }
    }

    /// How its requests are tried, in lines. `usual`: the deadlines that need no mention.
    pub(super) fn ways(&self, usual: &BTreeMap<&'static str, u128>) -> String {
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
        let cut = if self.resume { "the next target goes on, where it can" } else { "the client is told" };
        let lines = [
            format!("affinity:    {affinity}"),
            format!("hedge after: {hedge}"),
            format!("on refusal:  {refused}"),
            format!("on a cut:    {cut}"),
            format!("each target: {room}"),
            format!("deadlines:   {deadlines}"),
        ];
        lines.join("\n")
    }
}

fn millis(it: u128) -> Duration {
    Duration::from_millis(u64::try_from(it).unwrap_or(u64::MAX))
}

pub(super) fn table(groups: &[Shown], frame: Frame) -> String {
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
        if let Some(it) = &group.canary {
            let share = if it.share > 0.0 { amounts::share(it.share) } else { it.state.name().to_owned() };
            table.row([
                String::new(),
                format!("{} (canary)", it.target),
                amounts::NONE.to_owned(),
                share,
                String::new(),
            ]);
        }
    }
    table.draw(frame)
}
