//! How the requests of a group are tried.

use crate::domain::ask::Ask;
use crate::domain::operation::Operation;
use crate::domain::policy::{Deadlines, Group, Hedge, OnRefusal, Policy, Room};
use crate::engine::limits::Need;
use crate::route::Decision;

/// What a group says of how its requests are tried.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ways {
    /// How long each part may take.
    pub deadlines: Deadlines,
    /// When another target is asked beside one that is late.
    pub hedge: Hedge,
    /// What a refusal by a content policy means.
    pub on_refusal: OnRefusal,
    /// How many each target takes at once.
    pub room: Room,
    /// An answer that is cut is gone on with at the next target.
    pub resume: bool,
    /// What limits are to have room for; `None` where there are none, or it does not count.
    pub need: Option<Need>,
}

impl Ways {
    /// What the group of `decision` says, as far as it bears on `ask`.
    #[must_use]
    pub fn of(policy: &Policy, decision: &Decision, ask: &Ask) -> Self {
        let group = decision.group.as_ref().and_then(|it| policy.groups.get(it));
        let said = group.map_or_else(Self::default, |it| {
            let Group { deadlines, hedge, on_refusal, room, resume, .. } = **it;
            Self { deadlines, hedge, on_refusal, room, resume, need: None }
        });
        // Only a conversation has a first content that could be late, or a text that could be gone on with.
        let converses = ask.operation == Operation::Chat;
        let resume = said.resume && converses && ask.stream && !ask.needs.compaction;
        // A second target would read the whole of it anew that the first has in its prompt cache (lead.md, item 4).
        let may_hedge = converses && !decision.warm;
        // A count of tokens costs nothing, and counts as nothing.
        let counts = !policy.limits.is_empty() && ask.operation != Operation::CountTokens;
        let need = counts.then(|| Need::of(ask));
        Self { hedge: if may_hedge { said.hedge } else { Hedge::Off }, resume, need, ..said }
    }
}
