//! Where a canary stands in one plan.

use serde::{Deserialize, Serialize};

use crate::domain::ask::Ask;
use crate::domain::id::GroupName;
use crate::domain::policy::{Canary, Policy};
use crate::domain::target::Target;
use crate::domain::wishes::Wishes;
use crate::route::canary::draw;
use crate::route::explain::Step;
use crate::route::health::FleetView;
use crate::route::{Candidate, candidates};

/// What a decision knows of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// The share of conversations that the canary gets; 0 = it was rolled back.
    pub share: f64,
    /// The conversation began with another target when the share was smaller, and stays there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stays: bool,
}

/// What became of a canary in one plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// It was drawn, and is asked first.
    First,
    /// It was not drawn, and is asked when all others have failed.
    Last,
    /// It would have been drawn, but the conversation began elsewhere; the same otherwise.
    Stays,
    /// It takes no part: it cannot take the request, nobody else can, or the request says itself where it wants to go.
    Unused,
    /// It was rolled back.
    RolledBack,
}

impl Place {
    /// Whether it is in the plan.
    #[must_use]
    pub const fn is_in_play(self) -> bool {
        matches!(self, Self::First | Self::Last | Self::Stays)
    }

    /// A few words, for people.
    #[must_use]
    pub fn words(self, draw: f64, share: f64) -> String {
        match self {
            Self::First => format!("canary: drawn ({draw:.4} < {share:.4})"),
            Self::Last => format!("canary: not drawn ({draw:.4} ≥ {share:.4})"),
            Self::Stays => format!("canary: the conversation stays where it began ({draw:.4} < {share:.4})"),
            Self::Unused => "canary: no part in this request".to_owned(),
            Self::RolledBack => "canary: rolled back".to_owned(),
        }
    }
}

/// The canary of a group with what is known of its trial; a trial that nobody knows of is at its beginning.
fn of<'a>(policy: &'a Policy, group: Option<&GroupName>, fleet: &FleetView) -> Option<(&'a Canary, Stage)> {
    let canary = policy.groups.get(group?)?.canary.as_ref()?;
    let stage = fleet.canaries.get(group?).copied().unwrap_or(Stage { share: canary.share, stays: false });
    Some((canary, stage))
}

/// Adds the canary of `group` to its candidates, where it may be drawn.
pub fn join(policy: &Policy, group: Option<&GroupName>, ask: &Ask, fleet: &FleetView, found: &mut Vec<Candidate>) {
    let Some((canary, stage)) = of(policy, group, fleet) else { return };
    let named = found.iter().any(|it| it.target == canary.target);
    if stage.share <= 0.0 || named || ask.wishes.as_deref().is_some_and(chooses) {
        return;
    }
    if let Some(provider) = policy.providers.get(&canary.target.provider) {
        found.push(candidates::candidate(provider, canary.target.model.clone(), 1.0));
    }
}

/// Puts the canary of `group`, if it is still among the candidates, before all others or behind them: it has a tier of its
/// own then, and is returned.
pub fn put<'a>(
    policy: &'a Policy,
    group: Option<&GroupName>,
    ask: &Ask,
    fleet: &FleetView,
    found: &mut [Candidate],
    trail: &mut Vec<Step>,
) -> Option<&'a Target> {
    let (canary, stage) = of(policy, group, fleet)?;
    let throw = draw(canary, ask.conversation, ask.id);
    let at = found.iter().position(|it| it.target == canary.target);
    let alone = found.iter().all(|it| it.target == canary.target || it.tier > 0);
    let place = match at {
        _ if stage.share <= 0.0 => Place::RolledBack,
        Some(_) if alone || ask.wishes.as_deref().is_some_and(chooses) => Place::Unused,
        None => Place::Unused,
        Some(_) if throw >= stage.share => Place::Last,
        Some(_) if stage.stays => Place::Stays,
        Some(_) => Place::First,
    };
    trail.push(Step::Canary { target: canary.target.clone(), draw: throw, share: stage.share, place });
    let last = found.iter().map(|it| it.tier).max().unwrap_or(0);
    let at = at?;
    match place {
        Place::First => {
            for (other, it) in found.iter_mut().enumerate() {
                it.tier = if other == at { 0 } else { it.tier + 1 };
            }
        }
        Place::Last | Place::Stays => found[at].tier = last + 1,
        Place::Unused | Place::RolledBack => return None,
    }
    Some(&canary.target)
}

/// Whether a request says itself in which order it wants to be tried.
fn chooses(wishes: &Wishes) -> bool {
    !wishes.order.is_empty() || !wishes.models.is_empty() || wishes.sort.is_some() || !wishes.allow_fallbacks
}
