//! Walks the plan until one target commits. Chooses nothing: the order is the decision's, what a failure means is its
//! class's.

mod failures;
mod limited;
mod ways;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};

pub use ways::Ways;

use crate::domain::ask::Ask;
use crate::domain::dice::Dice;
use crate::domain::failure::{Failure, Kind, Next};
use crate::domain::policy::{Hedge, OnRefusal};
use crate::domain::target::Seat;
use crate::engine::Engine;
use crate::engine::committed::{By, Committed};
use crate::engine::failover::failures::{being_probed, crowded, nobody_waits, telling, used_up};
use crate::engine::fleet::Barred;
use crate::engine::limits::{Leave, Short};
use crate::engine::race::{Race, Racer, Woken};
use crate::engine::resume::Rest;
use crate::engine::rooms::Place;
use crate::engine::settle::Settlement;
use crate::route::Stop;
use crate::route::hedge::{self, Size};

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
    ways: Ways,
    settlement: Settlement,
    left: usize,
    /// The failure to tell if nothing commits.
    worst: Option<Failure>,
    /// The last seat whose failure may pass by itself.
    again: Option<(usize, Seat, Duration)>,
    /// The first seat that was left out because another request was probing it.
    probed: Option<(usize, Seat)>,
    /// Accounts whose limits are used up, at which target of the plan.
    spent: Vec<(usize, Arc<str>)>,
    /// The first target that was passed over because it was full.
    full: Option<usize>,
    /// Seats that limits had no room for.
    short: Vec<(usize, Seat, Short)>,
    /// Targets that have failed.
    down: Vec<usize>,
    /// The widest window, in tokens, that the prompt was too long for.
    outgrown: Option<u64>,
}

/// What is to be tried next: a target of the plan, and one of its keys.
#[derive(Debug, Clone, Copy, Default)]
struct Ahead {
    target: usize,
    key: usize,
}

/// Tries `plan` in order. Owns everything it needs, so that a stream can be handed to the client while it still runs.
pub async fn run(
    engine: Arc<Engine>,
    ask: Arc<Ask>,
    plan: Vec<Stop>,
    ways: Ways,
    mut settlement: Settlement,
) -> Walked {
    let left = ATTEMPTS.max(plan.len());
    let ways = Ways { resume: ways.resume && plan.len() > 1, ..ways };
    settlement.may_go_on(ways.resume);
    if let Some(need) = ways.need {
        match engine.limits.admit(&ask, need).await {
            Ok(leave) => settlement.let_in(leave),
            Err(failure) => return (Err(failure), settlement),
        }
    }
    walk(Rest { engine, ask, plan, ways, left }, settlement).await
}

/// Tries what is left of a plan. For the rest of an answer that was cut it ends when every stream has to end.
pub async fn walk(rest: Rest, settlement: Settlement) -> Walked {
    let Rest { engine, ask, plan, ways, left } = rest;
    let mut closing = settlement.closing();
    let goes_on = settlement.account().leg().is_some();
    let mut walk = Walk {
        engine,
        ask,
        ways,
        settlement,
        left,
        worst: None,
        again: None,
        probed: None,
        spent: Vec::new(),
        full: None,
        short: Vec::new(),
        down: Vec::new(),
        outgrown: None,
    };
    let outcome = tokio::select! {
        biased;
        it = walk.targets(&plan) => it,
        // An engine that is gone has closed, too.
        _ = closing.wait_for(|it| *it), if goes_on => Err(nobody_waits()),
    };
    let outcome = outcome.map(|it| Committed { rest: walk.rest(plan, &it.by), ..it });
    (outcome, walk.settlement)
}

// === impl Walk ===

impl Walk {
    async fn targets(&mut self, plan: &[Stop]) -> Result<Committed, Failure> {
        if let Some(ended) = self.through(plan).await {
            return ended;
        }
        // Nobody else can take it: now a place at a full target is worth waiting for.
        if let Some(at) = self.full.take().filter(|at| self.has_room(&plan[*at]))
            && self.left > 0
            && let Some(ended) = self.queued(at, &plan[at]).await
        {
            return ended;
        }
        if let Some(ended) = self.limited(plan).await {
            return ended;
        }
        // To turn this client away while somebody else finds out that all is well again would be an outage of our own.
        if let Some((at, seat)) = self.probed.take().filter(|it| self.has_room(&plan[it.0]))
            && self.left > 0
            && timeout(LONGEST_PAUSE, self.engine.fleet.probe_over(&seat)).await.is_ok()
            && let Some(ended) = self.once_more(at, &plan[at], &seat).await
        {
            return ended;
        }
        // Everything else has failed: now waiting for a target that failed in passing is worth something.
        for n in 0..AGAIN {
            let Some((at, seat, wait)) = self.again.take().filter(|it| self.has_room(&plan[it.0])) else { break };
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

    /// Every target once, and each key of it while another key may help. A target that is late to begin is not waited for
    /// alone. `None`: nobody answered, and more may be tried.
    async fn through(&mut self, plan: &[Stop]) -> Option<Result<Committed, Failure>> {
        let engine = Arc::clone(&self.engine);
        let mut race = Race::default();
        let mut ahead = Ahead::default();
        loop {
            if race.is_empty() {
                if self.settlement.tether().is_cut() {
                    return Some(Err(nobody_waits()));
                }
                if !self.start(&engine, plan, &mut ahead, &mut race) {
                    return None;
                }
            }
            let alarm = self.alarm(plan, &race);
            match race.woken(alarm).await {
                Woken::Late => {
                    let at = race.mark_late();
                    if engine.fleet.may_hedge() {
                        ahead.beyond(at);
                        self.start(&engine, plan, &mut ahead, &mut race);
                    }
                }
                Woken::Won(racer, committed) => {
                    self.won(*racer, &mut race);
                    return Some(Ok(*committed));
                }
                Woken::Failed(racer, failure) => {
                    let (at, effect) = (racer.at, failure.kind.effect());
                    self.failed(*racer, &failure);
                    if self.ends(&failure, plan, at) {
                        race.over(&mut self.settlement);
                        return Some(Err(*failure));
                    }
                    self.note(*failure);
                    if !effect.other_key {
                        ahead.beyond(at);
                    }
                    // What stood in for the late one has failed: where that cost nothing, the next stands in.
                    if race.alone().is_some_and(|it| it.late) && (!effect.may_be_billed || engine.fleet.may_hedge()) {
                        self.start(&engine, plan, &mut ahead, &mut race);
                    }
                }
            }
        }
    }

    /// Sends the next attempt of the plan; false if there is none, or none may be sent.
    fn start<'a>(&mut self, engine: &'a Engine, plan: &[Stop], ahead: &mut Ahead, race: &mut Race<'a>) -> bool {
        if self.left == 0 || self.settlement.tether().is_cut() {
            return false;
        }
        while let Some(stop) = plan.get(ahead.target) {
            let (at, key) = (ahead.target, ahead.key);
            let Some(seat) = stop.seats.get(key).filter(|_| self.has_room(stop)) else {
                ahead.beyond(at);
                continue;
            };
            ahead.key += 1;
            // Another key of the same account has the same limits.
            let is_spent = !self.spent.is_empty()
                && engine.fleet.account(seat).is_some_and(|account| self.spent.contains(&(at, account)));
            if is_spent {
                continue;
            }
            let Ok(leave) = self.pass(at, seat) else { continue };
            let mut place = None;
            if self.ways.room.most.is_some() {
                place = engine.fleet.rooms().enter(&seat.target, self.ways.room);
                if place.is_none() {
                    Leave::none(leave);
                    self.full = self.full.or(Some(at));
                    ahead.beyond(at);
                    continue;
                }
            }
            match engine.fleet.admit(seat) {
                Ok(ticket) => {
                    self.left -= 1;
                    let held = (seat, place, leave);
                    race.start(at, stop, held, ticket, self.ways.deadlines, self.settlement.account());
                    return true;
                }
                Err(Barred::Probed) => self.probed = self.probed.take().or_else(|| Some((at, seat.clone()))),
                Err(Barred::UsedUp(wait)) => self.note(used_up(&seat.target, wait)),
            }
            Leave::none(leave);
        }
        false
    }

    /// Waits for a place at a target that is full, not longer than for its first content, and tries it then. `None` if the
    /// walk goes on all the same.
    async fn queued(&mut self, at: usize, stop: &Stop) -> Option<Result<Committed, Failure>> {
        let seat = stop.seats.first()?;
        let engine = Arc::clone(&self.engine);
        let (rooms, room) = (engine.fleet.rooms(), self.ways.room);
        let turn = match rooms.queue(&seat.target, room, self.ask.priority) {
            Ok(it) => it,
            Err(full) => {
                self.note(crowded(full.wait));
                return None;
            }
        };
        if let Ok(Ok(place)) = timeout(self.ways.deadlines.first_content, turn).await {
            let leave = self.pass(at, seat).ok()?;
            return self.try_once(at, stop, (seat, Some(place), leave)).await;
        }
        // Somebody more urgent has its turn, or it has waited long enough.
        self.note(crowded(rooms.wait(&seat.target, room)));
        None
    }

    /// When the one that runs alone is late, if there is anybody to ask beside it.
    fn alarm(&self, plan: &[Stop], race: &Race<'_>) -> Option<Instant> {
        let racer = race.alone().filter(|it| !it.late && it.at + 1 < plan.len() && self.left > 0)?;
        let p95 = self.engine.fleet.begins_within(&racer.seat.target, self.size());
        Some(racer.began + hedge::wait(self.ways.hedge, p95, self.ask.needs.reasoning)?)
    }

    /// Who can go on if `by` is cut: those that come after it, then those before it that have not failed.
    fn rest(&self, plan: Vec<Stop>, by: &By) -> Option<Box<Rest>> {
        if !self.ways.resume {
            return None;
        }
        let at = plan.iter().position(|it| it.target == by.seat.target)?;
        let mut plan: Vec<(usize, Stop)> = plan.into_iter().enumerate().collect();
        plan.rotate_left(at);
        let others = plan.into_iter().skip(1).filter(|it| !self.down.contains(&it.0));
        let plan = others.map(|it| it.1).collect();
        // The client hears nothing while the rest is awaited: whoever is asked for it is given its time.
        let ways = Ways { hedge: Hedge::Off, ..self.ways };
        let (engine, ask) = (Arc::clone(&self.engine), Arc::clone(&self.ask));
        Some(Box::new(Rest { engine, ask, plan, ways, left: self.left }))
    }

    fn won(&mut self, racer: Racer<'_>, race: &mut Race<'_>) {
        self.settlement.hold(racer.place);
        self.settlement.let_through(racer.leave);
        let fleet = &self.engine.fleet;
        fleet.began(&racer.seat.target, self.size(), racer.began.elapsed());
        racer.ticket.good();
        race.over(&mut self.settlement);
    }

    fn failed(&mut self, racer: Racer<'_>, failure: &Failure) {
        let Racer { at, seat, ticket, leave, .. } = racer;
        ticket.failed(failure);
        // What fails without a bill had no tokens; of the rest nobody knows.
        if let Some(leave) = leave {
            leave.over((!failure.kind.effect().may_be_billed).then_some(0));
        }
        self.down.push(at);
        if matches!(failure.kind, Kind::Rate | Kind::Quota)
            && let Some(account) = self.engine.fleet.account(&seat)
        {
            self.spent.push((at, account));
        }
        let wait = match failure.next {
            Next::SameAfter(wait) => wait,
            _ => failure.retry_after.unwrap_or_default(),
        };
        if failure.kind.effect().same && wait <= LONGEST_PAUSE {
            self.again = Some((at, seat, wait));
        }
    }

    /// Whether nobody else is asked after this, which came from the `at`th target of `plan`.
    fn ends(&mut self, failure: &Failure, plan: &[Stop], at: usize) -> bool {
        let passed_on = match failure.kind {
            Kind::Filter => self.ways.on_refusal == OnRefusal::Next,
            Kind::Context => {
                self.outgrown = self.outgrown.max(plan.get(at).and_then(window));
                // Whose window is not known to be larger may be as small: it is not asked.
                self.outgrown.is_some() && plan.iter().any(|it| self.has_room(it))
            }
            _ => false,
        };
        failure.next == Next::Stop && !passed_on
    }

    /// Whether the window of `stop` is known to be wider than those that the prompt was too long for.
    fn has_room(&self, stop: &Stop) -> bool {
        self.outgrown.is_none_or(|most| window(stop).is_some_and(|it| it > most))
    }

    fn size(&self) -> Size {
        Size::of(self.ask.needs.prompt_tokens, self.ask.stream)
    }

    /// One more attempt after the plan is through; `None` if the walk goes on all the same.
    async fn once_more(&mut self, at: usize, stop: &Stop, seat: &Seat) -> Option<Result<Committed, Failure>> {
        let room = self.ways.room;
        let place = match room.most {
            None => None,
            Some(_) => Some(self.engine.fleet.rooms().enter(&seat.target, room)?),
        };
        let leave = self.pass(at, seat).ok()?;
        self.try_once(at, stop, (seat, place, leave)).await
    }

    /// One attempt on its own.
    async fn try_once(
        &mut self,
        at: usize,
        stop: &Stop,
        (seat, place, leave): (&Seat, Option<Place>, Option<Leave>),
    ) -> Option<Result<Committed, Failure>> {
        if self.settlement.tether().is_cut() {
            return Some(Err(nobody_waits()));
        }
        let engine = Arc::clone(&self.engine);
        let ticket = match engine.fleet.admit(seat) {
            Ok(it) => it,
            Err(barred) => {
                Leave::none(leave);
                if let Barred::UsedUp(wait) = barred {
                    self.note(used_up(&seat.target, wait));
                }
                return None;
            }
        };
        self.left -= 1;
        let mut race = Race::default();
        race.start(at, stop, (seat, place, leave), ticket, self.ways.deadlines, self.settlement.account());
        match race.woken(None).await {
            Woken::Late => None,
            Woken::Won(racer, committed) => {
                self.won(*racer, &mut race);
                Some(Ok(*committed))
            }
            Woken::Failed(racer, failure) => {
                self.failed(*racer, &failure);
                if self.ends(&failure, std::slice::from_ref(stop), 0) {
                    return Some(Err(*failure));
                }
                self.note(*failure);
                None
            }
        }
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

// === impl Ahead ===

impl Ahead {
    /// On to the target after the `at`th, if it is not there yet.
    fn beyond(&mut self, at: usize) {
        if self.target <= at {
            *self = Self { target: at + 1, key: 0 };
        }
    }
}

/// How many tokens of a prompt a target takes, where that is known.
fn window(stop: &Stop) -> Option<u64> {
    stop.provider.facts.get(stop.target.model.as_str())?.window
}
