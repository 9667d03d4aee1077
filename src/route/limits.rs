//! Stage: whom a limit has no room for comes behind those for whom it has. Nobody is taken out of the plan: by the time it is
//! somebody's turn there may be room, and where there is none anywhere, room is waited for.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::ask::Ask;
use crate::domain::limit::Counted;
use crate::domain::scope::Scope;
use crate::domain::target::Seat;
use crate::route::Candidate;
use crate::route::explain::Step;
use crate::route::health::FleetView;

/// A limit that has no room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Full {
    /// Whose.
    pub scope: Scope,
    /// Which part of it.
    pub what: Counted,
    /// How much that lets through.
    pub most: u64,
    /// For how long yet.
    pub left: Duration,
}

/// Puts those behind that have no room, and leaves out their keys that have none where another has.
#[must_use]
pub fn aside(mut found: Vec<Candidate>, ask: &Ask, fleet: &FleetView, trail: &mut Vec<Step>) -> Vec<Candidate> {
    if fleet.full.is_empty() {
        return found;
    }
    let full = |seat: &Seat| fleet.full.iter().find(|it| it.scope.covers(ask.who(), seat));
    let behind = found.iter().map(|it| it.tier + 1).max().unwrap_or(0);
    for it in &mut found {
        let all = it.seats.iter().all(|seat| full(&seat.0).is_some());
        for (seat, _) in &it.seats {
            if let Some(limit) = full(seat) {
                trail.push(Step::Full { seat: seat.clone(), limit: limit.clone() });
            }
        }
        if all {
            it.tier += behind;
        } else {
            it.seats.retain(|seat| full(&seat.0).is_none());
        }
    }
    found
}
