//! How much of each limit is used, for people.

use serde::{Deserialize, Serialize};

use crate::engine::limits::Limits;

/// How much of one limit is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Whose, as it is written.
    pub scope: String,
    /// Requests of the last minute; of sessions, those of the busiest.
    pub requests: u64,
    /// Tokens of the last minute, booked ones too.
    pub tokens: u64,
    /// Requests under way.
    pub parallel: u32,
    /// Requests that wait for room.
    pub waiting: usize,
}

impl Limits {
    /// How much of each limit is used just now.
    #[must_use]
    pub fn told(&self) -> Vec<Told> {
        let now = self.0.clock.now().mono;
        let mut state = self.0.lock();
        let state = &mut *state;
        let mut all = Vec::with_capacity(state.meters.len());
        for (id, meter) in &mut state.meters {
            let of_it = state.sessions.iter_mut().filter(|it| it.0.0 == *id);
            let busiest = of_it.map(|it| it.1.used(now)).max().unwrap_or_default();
            let (requests, tokens, parallel) = meter.used(now).max(busiest);
            let waiting = state.waiting.iter().filter(|it| it.meters.iter().any(|it| it.0 == *id)).count();
            all.push(Told { scope: meter.limit.scope.to_string(), requests, tokens, parallel, waiting });
        }
        all
    }
}
