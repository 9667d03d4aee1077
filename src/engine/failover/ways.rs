//! How the requests of a group are tried.

use crate::domain::ask::Ask;
use crate::domain::operation::Operation;
use crate::domain::policy::{Deadlines, Group, Hedge, OnRefusal, Policy, Room};
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
}

impl Ways {
    /// What the group of `decision` says, as far as it bears on `ask`.
    #[must_use]
    pub fn of(policy: &Policy, decision: &Decision, ask: &Ask) -> Self {
        let group = decision.group.as_ref().and_then(|it| policy.groups.get(it));
        let said = group.map_or_else(Self::default, |it| {
            let Group { deadlines, hedge, on_refusal, room, resume, .. } = **it;
            Self { deadlines, hedge, on_refusal, room, resume }
        });
        // Only a conversation has a first content that could be late, or a text that could be gone on with.
        let converses = ask.operation == Operation::Chat;
        let resume = said.resume && converses && ask.stream && !ask.needs.compaction;
        // A second target would read the whole of it anew that the first has in its prompt cache (lead.md, item 4).
        let may_hedge = converses && !decision.warm;
        Self { hedge: if may_hedge { said.hedge } else { Hedge::Off }, resume, ..said }
    }
}
