//! The trail of a decision, and its sentences.

use std::fmt;
use std::time::Duration;

use crate::domain::id::{GroupName, ModelName, RuleName};
use crate::domain::rule::CHAIN_MOST;
use crate::domain::target::{Seat, Target};

/// What one stage did.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// A rule matched and says where the request goes.
    Rule {
        /// Which.
        name: RuleName,
        /// Where to.
        targets: Vec<String>,
    },
    /// A rule matched and says what the model is called from now on.
    Rewritten {
        /// Which.
        name: RuleName,
        /// What it was called.
        from: String,
        /// What it is called.
        to: String,
    },
    /// A rule could not be evaluated, and counts as not matched.
    RuleFailed {
        /// Which.
        name: RuleName,
        /// Why.
        why: String,
    },
    /// The model was rewritten as often as it may be; this rule would have done it once more.
    ChainTooLong {
        /// Which.
        name: RuleName,
    },
    /// A rule names a group that is gone.
    NoGroup {
        /// Which.
        name: GroupName,
    },
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
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule { name, targets } => write!(f, "rule {name}: to {}", targets.join(", ")),
            Self::Rewritten { name, from, to } => write!(f, "rule {name}: {from} is now {to}"),
            Self::RuleFailed { name, why } => write!(f, "rule {name} not matched: {why}"),
            Self::ChainTooLong { name } => {
                write!(f, "rule {name} not followed: the model was rewritten {CHAIN_MOST} times")
            }
            Self::NoGroup { name } => write!(f, "there is no group {name} any more"),
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
        }
    }
}
