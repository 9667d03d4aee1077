//! Walks the plan until one target commits. Chooses nothing: the order is the decision's, what a failure means is its
//! class's.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::domain::ask::Ask;
use crate::domain::dice::Dice;
use crate::domain::failure::{Failure, Kind, Next, Origin};
use crate::domain::policy::Deadlines;
use crate::domain::target::Seat;
use crate::engine::Engine;
use crate::engine::attempt;
use crate::engine::committed::Committed;
use crate::engine::settle::Settlement;
use crate::route::Stop;

/// Attempts a client call gets, or one for each target where the plan has more.
const ATTEMPTS: usize = 3;
/// Further attempts on a target that already failed.
const AGAIN: u32 = 2;
/// Nothing is worth waiting for longer than this within one request.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// A walk that ended: the target that committed, or the most telling failure.
pub type Walked = (Result<Committed, Failure>, Settlement);

/// One walk over one plan.
struct Walk {
    engine: Arc<Engine>,
    ask: Arc<Ask>,
    deadlines: Deadlines,
    settlement: Settlement,
    left: usize,
    /// The failure to tell if nothing commits.
    worst: Option<Failure>,
    /// The last seat whose failure may pass by itself.
    again: Option<(usize, Seat, Duration)>,
    /// The first seat that was left out because another request was probing it.
    probed: Option<(usize, Seat)>,
}

/// How one target's keys fared.
enum Stage {
    Committed(Box<Committed>),
    /// The client must be told this at once.
    Stop(Box<Failure>),
    /// On to the next target.
    Next,
}

/// Tries `plan` in order. Owns everything it needs, so that a stream can be handed to the client while it still runs.
pub async fn run(
    engine: Arc<Engine>,
    ask: Arc<Ask>,
    plan: Vec<Stop>,
    deadlines: Deadlines,
    settlement: Settlement,
) -> Walked {
    let left = ATTEMPTS.max(plan.len());
    let mut walk = Walk { engine, ask, deadlines, settlement, left, worst: None, again: None, probed: None };
    let outcome = walk.targets(&plan).await;
    (outcome, walk.settlement)
}

// === impl Walk ===

impl Walk {
    async fn targets(&mut self, plan: &[Stop]) -> Result<Committed, Failure> {
        for (at, stop) in plan.iter().enumerate() {
            match self.keys(at, stop).await {
                Stage::Committed(it) => return Ok(*it),
                Stage::Stop(failure) => return Err(*failure),
                Stage::Next => {}
            }
        }
        // To turn this client away while somebody else finds out that all is well again would be an outage of our own.
        if let Some((at, seat)) = self.probed.take()
            && self.left > 0
            && timeout(LONGEST_PAUSE, self.engine.fleet.probe_over(&seat)).await.is_ok()
            && let Some(ended) = self.once_more(at, &plan[at], &seat).await
        {
            return ended;
        }
        // Everything else has failed: now waiting for a target that failed in passing is worth something.
        for n in 0..AGAIN {
            let Some((at, seat, wait)) = self.again.take() else { break };
            if self.left == 0 || !self.engine.fleet.may_retry() {
                break;
            }
            tokio::time::sleep(self.pause(n, wait)).await;
            if let Some(ended) = self.once_more(at, &plan[at], &seat).await {
                return ended;
            }
        }
        let soonest = self.settlement.soonest_wait();
        let mut failure = self.worst.take().unwrap_or_else(being_probed);
        failure.retry_after = soonest.or(failure.retry_after);
        Err(failure)
    }

    /// The keys of one target, while another key may help.
    async fn keys(&mut self, at: usize, stop: &Stop) -> Stage {
        for seat in &stop.seats {
            if self.left == 0 {
                return Stage::Next;
            }
            match self.seat(at, stop, seat).await {
                None => self.probed = self.probed.take().or_else(|| Some((at, seat.clone()))),
                Some(Ok(it)) => return Stage::Committed(Box::new(it)),
                Some(Err(failure)) if failure.next == Next::Stop => return Stage::Stop(Box::new(failure)),
                Some(Err(failure)) => {
                    let other_key = failure.kind.effect().other_key;
                    self.note(failure);
                    if !other_key {
                        return Stage::Next;
                    }
                }
            }
        }
        Stage::Next
    }

    /// One more attempt after the plan is through; `None` if the walk goes on all the same.
    async fn once_more(&mut self, at: usize, stop: &Stop, seat: &Seat) -> Option<Result<Committed, Failure>> {
        match self.seat(at, stop, seat).await? {
            Err(failure) if failure.next != Next::Stop => {
                self.note(failure);
                None
            }
            ended => Some(ended),
        }
    }

    /// One attempt on one seat, with its report to the fleet and the settlement. `None` if another request is probing
    /// that seat.
    async fn seat(&mut self, at: usize, stop: &Stop, seat: &Seat) -> Option<Result<Committed, Failure>> {
        if self.settlement.tether().is_cut() {
            return Some(Err(nobody_waits()));
        }
        let engine = Arc::clone(&self.engine);
        let ticket = engine.fleet.admit(seat)?;
        self.left -= 1;
        let tried = attempt::run(&engine, &self.ask, stop, seat, &self.deadlines, &mut self.settlement).await;
        match &tried {
            Ok(_) => ticket.good(),
            Err(failure) => {
                ticket.failed(failure);
                self.settlement.failed(failure);
                let wait = match failure.next {
                    Next::SameAfter(wait) => wait,
                    _ => failure.retry_after.unwrap_or_default(),
                };
                if failure.kind.effect().same && wait <= LONGEST_PAUSE {
                    self.again = Some((at, seat.clone(), wait));
                }
            }
        }
        Some(tried)
    }

    /// Keeps the failure that tells the client most.
    fn note(&mut self, failure: Failure) {
        if self.worst.as_ref().is_none_or(|it| telling(failure.kind) >= telling(it.kind)) {
            self.worst = Some(failure);
        }
    }

    /// Back-off 0.5 s · 2ⁿ with full jitter, not below what the provider asked for.
    fn pause(&self, n: u32, asked: Duration) -> Duration {
        let ceiling = Duration::from_millis(500).saturating_mul(1 << n.min(4)).min(LONGEST_PAUSE);
        let throw = Dice::of(self.ask.id, u64::from(n) + 1).unit();
        ceiling.mul_f64(throw).max(asked)
    }
}

/// Nothing was tried: every seat was being probed by other requests, and stayed so for as long as we could wait.
fn being_probed() -> Failure {
    let told = "every target is coming back from a failure and being probed by another request; try again";
    let mut failure = Failure::upstream(Kind::Overload, "all_resting", told);
    failure.retry_after = Some(Duration::from_secs(1));
    failure
}

/// The client has left: whatever is tried from here on would be for nobody.
fn nobody_waits() -> Failure {
    Failure::local(Origin::Client, "client_gone", 499, "the client has left")
}

/// How much a class tells the client about why nobody answered: capacity and quota it can act on, a refused key or an
/// unreachable host it cannot.
const fn telling(kind: Kind) -> u8 {
    match kind {
        Kind::Client | Kind::Context | Kind::Filter | Kind::Local => 9,
        Kind::Rate => 8,
        Kind::Overload => 7,
        Kind::Quota => 6,
        Kind::Transient => 5,
        Kind::Uncertain | Kind::Silent | Kind::Broken | Kind::Cut => 4,
        Kind::Model => 3,
        Kind::Auth => 2,
        Kind::Unreachable => 1,
    }
}
