//! The trail of a decision, and its sentences.

use std::fmt;
use std::time::Duration;

use crate::domain::id::{GroupName, KeyName, ModelName};
use crate::domain::strategy::Strategy;
use crate::domain::target::{Seat, Target};
use crate::route::order::Score;

/// What one stage did.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The model named a group.
    Group {
        /// Which.
        name: GroupName,
        /// How many targets it lists.
        targets: usize,
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
        why: &'static str,
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
    /// A strategy gave the targets, or the keys of the first of them, their order.
    Ranked {
        /// Which.
        strategy: Strategy,
        /// Everybody with the numbers, the first choice first.
        places: Vec<Place>,
    },
}

/// A place in the order that a strategy gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Whose.
    pub target: Target,
    /// With which key, where the keys of one target were put in order.
    pub key: Option<KeyName>,
    /// What decided.
    pub score: Score,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group { name, targets } => write!(f, "group {name}: {targets} targets"),
            Self::Named { target } => write!(f, "named target {target}"),
            Self::Model { model, providers } => write!(f, "model {model}: served by {providers} providers"),
            Self::Out { target, why } => write!(f, "{target} out: {why}"),
            Self::Resting { seat, why, left } => match &seat.key {
                Some((_, key)) => write!(f, "{} key {key} rests {} s: {why}", seat.target, left.as_secs()),
                None => write!(f, "{} rests {} s: {why}", seat.target, left.as_secs()),
            },
            Self::LeastBad { target } => write!(f, "all are out for their health: {target} is the least bad"),
            Self::Drawn { target, draw, share } => write!(f, "drew {target} (throw {draw:.4}, share {share:.4})"),
            Self::AsListed => write!(f, "no positive weight: tried as listed"),
            Self::Ranked { strategy, places } => {
                write!(f, "{strategy}:")?;
                for (nth, it) in places.iter().enumerate() {
                    let key = it.key.as_ref().map(|it| format!(" key {it}")).unwrap_or_default();
                    write!(f, "{} {}{key} {}", if nth == 0 { "" } else { "," }, it.target, it.score)?;
                }
                Ok(())
            }
        }
    }
}
