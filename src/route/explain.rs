//! The trail of a decision, and its sentences.
//!
//! A step says by itself what it is about and how it is put into words ([`Step::about`], [`Step::words`]): whoever shows
//! a trail need not know the stages. It is written into the ledger as it is, so a step that is there keeps its name and
//! fields, and a field that is added later needs a default.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::id::{GroupName, KeyName, ModelName, RuleName};
use crate::domain::money::Usd;
use crate::domain::rule::CHAIN_MOST;
use crate::domain::strategy::Strategy;
use crate::domain::target::{Seat, Target};
use crate::route::breaker::Why;
use crate::route::canary;
use crate::route::limits::Full;
use crate::route::order::Score;

/// What one stage did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// A limit has no room for a seat, which comes behind those that have some.
    Full {
        /// Which.
        seat: Seat,
        /// Of what.
        limit: Full,
    },
    /// Everything was out for its health, so the least bad is tried.
    LeastBad {
        /// Which.
        target: Target,
    },
    /// The canary of a group took its place, or none.
    Canary {
        /// Which target it is.
        target: Target,
        /// Where the conversation falls, 0 ≤ x ≤ 1.
        draw: f64,
        /// Below what it is the canary's.
        share: f64,
        /// What came of that.
        place: canary::Place,
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
    /// A provider has part of the conversation in its prompt cache.
    Affinity {
        /// Which, with the key that the cache is booked on.
        seat: Seat,
        /// Tokens of the prompt that are there, as far as is known.
        warm: u64,
        /// Tokens of the prompt, as that provider is likely to count them.
        prompt: u64,
        /// For how long yet, if it is not used.
        left: Duration,
        /// Turns that are likely to follow, over which the costs are reckoned too.
        further: f64,
        /// What staying there costs; `None` = no price is known.
        stay: Option<Usd>,
        /// Whom the strategy would ask instead; `None` = nobody else.
        instead: Option<Target>,
        /// What going there costs, with nothing in the cache that is not there.
        go: Option<Usd>,
        /// It stays.
        stays: bool,
    },
    /// A strategy gave the targets, or the keys of the first of them, their order.
    Ranked {
        /// Which.
        strategy: Strategy,
        /// Everybody with the numbers, the first choice first.
        places: Vec<Place>,
    },
}

/// A place in the order that a strategy gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Whose.
    pub target: Target,
    /// With which key, where the keys of one target were put in order.
    pub key: Option<KeyName>,
    /// What decided.
    pub score: Score,
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
            // The order as a whole is of one strategy: its sentence names everybody.
            Self::Ranked { .. }
            | Self::Rule { .. }
            | Self::Rewritten { .. }
            | Self::RuleFailed { .. }
            | Self::ChainTooLong { .. }
            | Self::NoGroup { .. }
            | Self::Group { .. }
            | Self::Alias { .. }
            | Self::Model { .. }
            | Self::Unknown { .. }
            | Self::AsListed => About::All,
            Self::Named { target } | Self::LeastBad { target } | Self::Drawn { target, .. } => About::Target(target),
            Self::Affinity { seat, stays: true, .. } => About::Target(&seat.target),
            Self::Affinity { stays: false, instead: Some(target), .. } => About::Target(target),
            Self::Affinity { .. } => About::All,
            Self::Canary { target, place, .. } if place.is_in_play() => About::Target(target),
            Self::Canary { target, .. } | Self::Out { target, .. } => About::Out(target),
            Self::Resting { seat, .. } => About::Out(&seat.target),
            Self::Full { seat, .. } => About::Target(&seat.target),
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
            Self::Full { seat, limit } => {
                let key = seat.key.as_ref().map(|(_, key)| format!("key {key} ")).unwrap_or_default();
                let Full { scope, what, most, left } = limit;
                format!("{key}waits {} s: {most} {what} for {scope} are used up", left.as_secs().max(1))
            }
            Self::LeastBad { .. } => "the least bad: all are out for their health".to_owned(),
            Self::Canary { draw, share, place, .. } => place.words(*draw, *share),
            Self::Drawn { share, .. } if *share >= 1.0 => "has all the weight".to_owned(),
            Self::Drawn { draw, share, .. } => format!("drawn (throw {draw:.2}, share {share:.2})"),
            Self::Affinity { warm, stays: true, .. } => format!("stays: {warm} tokens in its prompt cache"),
            Self::Affinity { seat, warm, go: Some(go), stay: Some(stay), .. } => {
                format!(
                    "cheaper even so: {go} against {stay} at {}, which has {warm} tokens in its prompt cache",
                    seat.target
                )
            }
            _ => self.to_string(),
        }
    }
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
            Self::Alias { name, meant } => write!(f, "alias {name}: {meant}"),
            Self::Named { target } => write!(f, "named target {target}"),
            Self::Model { model, providers } => write!(f, "model {model}: served by {providers} providers"),
            Self::Unknown { model } => write!(f, "{model}: no group, provider/model or model is called so"),
            Self::Out { target, why } => write!(f, "{target} out: {why}"),
            Self::Resting { seat, why, left } => match &seat.key {
                Some((_, key)) => write!(f, "{} key {key} rests {} s: {}", seat.target, left.as_secs(), why.sentence()),
                None => write!(f, "{} rests {} s: {}", seat.target, left.as_secs(), why.sentence()),
            },
            Self::Full { seat, .. } => write!(f, "{} {}", seat.target, self.words()),
            Self::LeastBad { target } => write!(f, "all are out for their health: {target} is the least bad"),
            Self::Canary { target, draw, share, place } => write!(f, "{target}: {}", place.words(*draw, *share)),
            Self::Drawn { target, draw, share } => write!(f, "drew {target} (throw {draw:.4}, share {share:.4})"),
            Self::AsListed => write!(f, "no positive weight: tried as listed"),
            Self::Affinity { seat, warm, prompt, left, further, stay, instead, go, stays } => {
                let dollars = |it: &Option<Usd>| it.map_or_else(|| "?".to_owned(), |it| it.to_string());
                write!(
                    f,
                    "{} has {warm} of about {prompt} tokens in its prompt cache for {} s yet",
                    seat.target,
                    left.as_secs()
                )?;
                match instead {
                    None => write!(f, ": it stays there"),
                    Some(target) => {
                        let verdict = if *stays { "it stays" } else { "it goes" };
                        let (stay, go) = (dollars(stay), dollars(go));
                        write!(
                            f,
                            ": staying costs {stay}, going to {target} {go}, over {further:.1} further turns: {verdict}"
                        )
                    }
                }
            }
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
