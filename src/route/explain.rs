//! The trail of a decision, and its sentences.
//!
//! A step says by itself what it is about and how it is put into words ([`Step::about`], [`Step::words`]): whoever shows
//! a trail need not know the stages. It is written into the ledger as it is, so a step that is there keeps its name and
//! fields, and a field that is added later needs a default.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::id::{GroupName, ModelName};
use crate::domain::target::{Seat, Target};
use crate::route::breaker::Why;

/// What one stage did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The model named a group.
    Group {
        /// Which.
        name: GroupName,
        /// How many targets it lists.
        targets: usize,
    },
    /// The model is a name that the user gave.
    Alias {
        /// Which.
        name: ModelName,
        /// What it stands for.
        meant: String,
    },
    /// The model named one target.
    Named {
        /// Which.
        target: Target,
    },
    /// The model is a bare id that several providers may serve.
    Model {
        /// Which.
        model: ModelName,
        /// How many serve it.
        providers: usize,
    },
    /// Nothing is called so; another model was named too.
    Unknown {
        /// Which.
        model: ModelName,
    },
    /// A target is out.
    Out {
        /// Which.
        target: Target,
        /// Why.
        why: String,
    },
    /// A key of a target is out for its health.
    Resting {
        /// Which.
        seat: Seat,
        /// Why.
        why: Why,
        /// For how long yet.
        left: Duration,
    },
    /// Everything was out for its health, so the least bad is tried.
    LeastBad {
        /// Which.
        target: Target,
    },
    /// The first target was drawn.
    Drawn {
        /// Which.
        target: Target,
        /// The throw, 0 ≤ x < 1.
        draw: f64,
        /// Its share of the weights in play.
        share: f64,
    },
    /// Nobody has a positive weight: the order is as listed.
    AsListed,
}

/// What a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'a> {
    /// The request as a whole.
    All,
    /// A target that stays in play, and where it stands.
    Target(&'a Target),
    /// A target that is out. It may be out with one of its keys and in play with another.
    Out(&'a Target),
}

impl Step {
    /// What it is about.
    #[must_use]
    pub const fn about(&self) -> About<'_> {
        match self {
            Self::Group { .. } | Self::Alias { .. } | Self::Model { .. } | Self::Unknown { .. } | Self::AsListed => {
                About::All
            }
            Self::Named { target } | Self::LeastBad { target } | Self::Drawn { target, .. } => About::Target(target),
            Self::Out { target, .. } => About::Out(target),
            Self::Resting { seat, .. } => About::Out(&seat.target),
        }
    }

    /// A few words beside what it is about; the sentence is its `Display`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Named { .. } => "named".to_owned(),
            Self::Out { why, .. } => why.clone(),
            Self::Resting { seat, why, left } => {
                let key = seat.key.as_ref().map(|(_, key)| format!("key {key} ")).unwrap_or_default();
                format!("{key}rests {} s: {}", left.as_secs(), why.sentence())
            }
            Self::LeastBad { .. } => "the least bad: all are out for their health".to_owned(),
            Self::Drawn { share, .. } if *share >= 1.0 => "has all the weight".to_owned(),
            Self::Drawn { draw, share, .. } => format!("drawn (throw {draw:.2}, share {share:.2})"),
            Self::Group { .. } | Self::Alias { .. } | Self::Model { .. } | Self::Unknown { .. } | Self::AsListed => {
                self.to_string()
            }
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group { name, targets } => write!(f, "group {name}: {targets} targets"),
            Self::Alias { name, meant } => write!(f, "alias {name}: {meant}"),
            Self::Named { target } => write!(f, "named target {target}"),
            Self::Model { model, providers } => write!(f, "model {model}: served by {providers} providers"),
            Self::Unknown { model } => write!(f, "{model}: no group, provider/model or model is called so"),
            Self::Out { target, why } => write!(f, "{target} out: {why}"),
            Self::Resting { seat, why, left } => match &seat.key {
                Some((_, key)) => write!(f, "{} key {key} rests {} s: {}", seat.target, left.as_secs(), why.sentence()),
                None => write!(f, "{} rests {} s: {}", seat.target, left.as_secs(), why.sentence()),
            },
            Self::LeastBad { target } => write!(f, "all are out for their health: {target} is the least bad"),
            Self::Drawn { target, draw, share } => write!(f, "drew {target} (throw {draw:.4}, share {share:.4})"),
            Self::AsListed => write!(f, "no positive weight: tried as listed"),
        }
    }
}
