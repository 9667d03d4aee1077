//! What `groups set` takes beside targets.

use std::num::NonZeroU32;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::config::Refusal;
use crate::config::edits::{self, deadline, hedge};
use crate::domain::clock::Stamp;
use crate::domain::policy::Affinity;
use crate::store::GroupSettings;

/// What a group says beside its targets. What is not given stays as it is.
#[derive(Debug, Args)]
#[group(id = "setting", multiple = true)]
pub(super) struct Setting {
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
    /// Go on with an answer that is cut after its client has begun to hear it: the next target is asked for the rest, and
    /// its answer is told only from where it meets the first, character for character. Off unless this is given; `--resume`
    /// alone means on. Both parts are paid for.
    #[arg(
        long,
        value_enum,
        value_name = "on|off",
        hide_possible_values = true,
        num_args = 0..=1,
        default_missing_value = "on"
    )]
    resume: Option<Switch>,
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
    /// Try a further target out on this share of conversations: it gets more step by step while it fails and lags no more than
    /// the others, and nothing once it is found to. `off` ends the trial, and the same again begins it anew.
    #[arg(long, value_name = "PROVIDER/MODEL=PERCENT%|off")]
    canary: Option<String>,
}

/// Whether a conversation stays where its prompt cache is warm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Stay {
    /// Unless going elsewhere is cheaper all the same.
    Price,
    /// No.
    Off,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Refused {
    /// The client is told.
    Tell,
    /// The next target is asked.
    Next,
}

impl Setting {
    /// Puts what is given into `settings`.
    pub(super) fn put(&self, settings: &mut GroupSettings, now: Stamp) -> Result<(), Refusal> {
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
        if let Some(it) = self.resume {
            settings.resume = it == Switch::On;
        }
        if let Some(it) = self.max_parallel {
            settings.max_parallel = NonZeroU32::new(it);
        }
        if let Some(it) = self.queue {
            settings.queue = it;
        }
        if let Some(text) = &self.canary {
            settings.canary = edits::canary(text, now)?;
        }
        self.deadline.iter().try_for_each(|it| deadline(it, &mut settings.deadlines))
    }
}
