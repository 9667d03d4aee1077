//! A world of simulated targets, event by event. The walk over a plan is the one of routing.md §6, told in events; all it
//! asks and tells is the real `decide` and the real `Fleet`.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use llmroute::domain::ask::{Ask, Needs};
use llmroute::domain::clock::{Clock, Moment, Now, Stamp};
use llmroute::domain::dialect::Dialect;
use llmroute::domain::dice::Dice;
use llmroute::domain::failure::{Failure, Kind, Next};
use llmroute::domain::id::{KeyId, RequestId};
use llmroute::domain::operation::Operation;
use llmroute::domain::policy::{Auth, Billing, Group, Hedge, Key, Policy, Provider, Speech};
use llmroute::domain::strategy::Strategy;
use llmroute::domain::target::{Seat, Target};
use llmroute::engine::fleet::{Fleet, Ticket};
use llmroute::route::breaker::Standing;
use llmroute::route::explain::Step;
use llmroute::route::live::Class;
use llmroute::route::{Decision, decide};

/// How a target behaves.
#[derive(Debug, Clone)]
pub(super) struct Behaviour {
    /// Median of its time to the first content, in seconds; the times are lognormal.
    pub(super) median: f64,
    /// Standard deviation of their logarithm.
    pub(super) spread: f64,
    /// Share of attempts that fail while nothing is wrong.
    pub(super) fails: f64,
    /// How long a failure takes.
    pub(super) fails_after: f64,
    /// What kind it is.
    pub(super) kind: Kind,
    /// The wait it names.
    pub(super) retry_after: Option<Duration>,
    /// When it behaves otherwise.
    pub(super) episodes: Vec<Episode>,
}

/// A time of trouble, in seconds of the simulation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Episode {
    pub(super) from: f64,
    pub(super) to: f64,
    /// So many times as slow.
    pub(super) slower: f64,
    /// Share of attempts that fail.
    pub(super) fails: f64,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            median: 0.6,
            spread: 0.3,
            fails: 0.0,
            fails_after: 0.05,
            kind: Kind::Transient,
            retry_after: None,
            episodes: Vec::new(),
        }
    }
}

impl Behaviour {
    fn at(&self, seconds: f64) -> (f64, f64) {
        let now = self.episodes.iter().filter(|it| it.from <= seconds && seconds < it.to);
        now.fold((self.median, self.fails), |(median, fails), it| (median * it.slower, fails.max(it.fails)))
    }

    /// Its true mean time at a moment.
    pub(super) fn mean(&self, seconds: f64) -> f64 {
        self.at(seconds).0 * (self.spread * self.spread / 2.0).exp()
    }

    /// What comes of an attempt that begins at `seconds`: after how long, and whether it is an answer.
    pub(super) fn attempt(&self, seconds: f64, dice: &mut Dice) -> (f64, bool) {
        let (median, fails) = self.at(seconds);
        let took = median * (self.spread * dice.normal()).exp();
        if dice.unit() < fails { (self.fails_after, false) } else { (took, true) }
    }
}

/// Everything a run needs.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) seed: u64,
    pub(super) strategy: Strategy,
    /// Weight, keys and behaviour of each target, which are called `t0/m`, `t1/m` …
    pub(super) targets: Vec<(f64, usize, Behaviour)>,
    /// Requests a second, arriving as they please.
    pub(super) rate: f64,
    pub(super) seconds: f64,
    /// From the first content of an answer to its end.
    pub(super) tail: f64,
}

impl Setting {
    /// The salt of its house: far from those of its neighbours, whose requests have the same ids.
    pub(super) fn salt(&self) -> u64 {
        Dice::of(RequestId(self.seed), 0x5a17).word()
    }
}

/// What came of one request.
#[derive(Debug, Clone)]
pub(super) struct Fate {
    /// When it came, in seconds.
    pub(super) at: f64,
    /// The first of its plan.
    pub(super) first: Option<usize>,
    /// Who answered.
    pub(super) answered: Option<usize>,
    /// From its arrival to its first content or its refusal.
    pub(super) took: f64,
    /// Targets in the order they were tried.
    pub(super) tried: Vec<usize>,
    /// When a target that had failed was tried again.
    pub(super) retries: Vec<f64>,
}

/// What a check sees of every decision and attempt.
pub(super) trait Witness {
    /// A decision was made; `standing` tells how each seat stood.
    fn decided(&mut self, _decision: &Decision, _standing: &dyn Fn(&Seat) -> Standing) {}
    /// An attempt begins at a seat that stood so.
    fn begins(&mut self, _seat: &Seat, _standing: Standing) {}
    /// It ended.
    fn ends(&mut self, _seat: &Seat) {}
}

/// Looks at nothing.
pub(super) struct Nobody;

impl Witness for Nobody {}

/// The policy of a setting: the group `g` over all targets.
pub(super) fn policy(setting: &Setting) -> Policy {
    let key = |n: usize, key: usize| Key {
        id: KeyId(i64::try_from(n * 10 + key + 1).unwrap()),
        name: format!("k{key}").into(),
        weight: 1.0,
        billing: Billing::Metered,
        enabled: true,
        models: Vec::new(),
        problem: None,
    };
    let provider = |n: usize, keys: usize| {
        let speaks = vec![Speech::new(Dialect::OpenaiChat, "http://127.0.0.1:1/v1/chat/completions")];
        Provider {
            keys: (0..keys).map(|it| key(n, it)).collect(),
            models: vec!["m".into()],
            ..Provider::new(format!("t{n}").into(), speaks, Auth::Bearer)
        }
    };
    let providers: BTreeMap<_, _> = setting
        .targets
        .iter()
        .enumerate()
        .map(|(n, it)| Arc::new(provider(n, it.1)))
        .map(|it| (it.name.clone(), it))
        .collect();
    let targets = setting.targets.iter().enumerate();
    let targets = targets.map(|(n, it)| (Target::parse(&format!("t{n}/m")).unwrap(), it.0)).collect();
    let group = Group { strategy: setting.strategy, hedge: Hedge::Off, ..Group::new("g".into(), targets) };
    Policy { version: 1, providers, groups: [(group.name.clone(), Arc::new(group))].into(), ..Policy::default() }
}

/// A streamed request for the group `g`.
pub(super) fn ask(id: u64, at: Moment) -> Ask {
    let at = Now { mono: at, wall: Stamp(0) };
    Ask {
        stream: true,
        needs: Needs { prompt_tokens: 300, ..Needs::default() },
        ..Ask::new(RequestId(id), at, Dialect::OpenaiChat, Operation::Chat, "g".to_owned())
    }
}

/// The number of a target.
pub(super) fn number(target: &Target) -> usize {
    target.provider.as_str()[1..].parse().unwrap()
}

/// Attempts a client call gets, or one for each target where the plan has more.
pub(super) const ATTEMPTS: usize = 3;
const AGAIN: u32 = 2;

enum Event<'a> {
    Arrives,
    /// Another attempt may begin.
    Tries(Walk),
    Ends {
        walk: Walk,
        ticket: Ticket<'a>,
        seat: Seat,
        took: f64,
        well: bool,
    },
    Over(Seat),
}

struct Walk {
    fate: usize,
    /// What is left to be tried, the next one last.
    left: Vec<(Seat, usize)>,
    attempts: usize,
    again: Option<Seat>,
    agains: u32,
    id: u64,
}

/// A run in progress.
struct Run<'a, W> {
    setting: &'a Setting,
    fleet: &'a Fleet,
    now: f64,
    clock: Arc<AtomicU64>,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    events: BTreeMap<u64, Event<'a>>,
    fates: Vec<Fate>,
    dice: Dice,
    witness: &'a mut W,
}

/// Runs a setting to its end and says what came of each request.
pub(super) fn run(setting: &Setting, witness: &mut impl Witness) -> Vec<Fate> {
    let clock = Arc::new(AtomicU64::new(0));
    let fleet = Fleet::new(Clock::Manual(Arc::clone(&clock)), setting.salt());
    let policy = policy(setting);
    let mut run = Run {
        setting,
        fleet: &fleet,
        now: 0.0,
        clock,
        queue: BinaryHeap::new(),
        events: BTreeMap::new(),
        fates: Vec::new(),
        dice: Dice::of(RequestId(setting.seed), 0x5eed),
        witness,
    };
    run.later(0.0, Event::Arrives);
    while let Some(Reverse((at, event))) = run.queue.pop() {
        run.clock.store(at, Ordering::Relaxed);
        run.now = Duration::from_micros(at).as_secs_f64();
        let event = run.events.remove(&event).unwrap();
        run.happens(&policy, event);
    }
    run.fates
}

impl<'a, W: Witness> Run<'a, W> {
    fn later(&mut self, after: f64, event: Event<'a>) {
        let at = Moment::default().plus(Duration::from_secs_f64(self.now + after)).0;
        let nth = self.events.keys().last().map_or(0, |it| it + 1);
        self.events.insert(nth, event);
        self.queue.push(Reverse((at, nth)));
    }

    fn happens(&mut self, policy: &Policy, event: Event<'a>) {
        match event {
            Event::Arrives => {
                if self.now < self.setting.seconds {
                    self.arrives(policy);
                    let pause = self.dice.exponential() / self.setting.rate;
                    self.later(pause, Event::Arrives);
                }
            }
            Event::Tries(walk) => self.tries(walk),
            Event::Ends { walk, ticket, seat, took, well } => self.ends(walk, ticket, seat, took, well),
            Event::Over(seat) => self.fleet.over(&seat),
        }
    }

    fn arrives(&mut self, policy: &Policy) {
        let id = self.fates.len() as u64;
        let now = Moment(self.clock.load(Ordering::Relaxed));
        let view = self.fleet.view(now);
        let decision = decide(policy, &ask(id, now), &view, &mut Dice::of(RequestId(id), self.setting.salt()));
        self.witness.decided(&decision, &|it| view.standing(it));
        self.fleet.count_request();
        let first = decision.plan.first().map(|it| number(&it.target));
        self.fates.push(Fate {
            at: self.now,
            first,
            answered: None,
            took: 0.0,
            tried: Vec::new(),
            retries: Vec::new(),
        });
        let stops = decision.plan.len();
        let seats = decision.plan.into_iter().enumerate();
        let mut left: Vec<_> = seats.flat_map(|(at, it)| it.seats.into_iter().map(move |it| (it, at))).collect();
        left.reverse();
        let walk = Walk { fate: self.fates.len() - 1, left, attempts: ATTEMPTS.max(stops), again: None, agains: 0, id };
        self.tries(walk);
    }

    fn tries(&mut self, mut walk: Walk) {
        let fate = walk.fate;
        while walk.attempts > 0 {
            let Some((seat, _)) = walk.left.pop() else { break };
            let now = Moment(self.clock.load(Ordering::Relaxed));
            let standing = self.fleet.view(now).standing(&seat);
            let Ok(ticket) = self.fleet.admit(&seat) else { continue };
            walk.attempts -= 1;
            self.witness.begins(&seat, standing);
            self.fleet.sent(&seat);
            let target = number(&seat.target);
            self.fates[fate].tried.push(target);
            let (took, well) = self.setting.targets[target].2.attempt(self.now, &mut self.dice);
            return self.later(took, Event::Ends { walk, ticket, seat, took, well });
        }
        if let Some(seat) = walk.again.take()
            && walk.attempts > 0
            && walk.agains < AGAIN
            && self.fleet.may_retry()
        {
            self.fates[fate].retries.push(self.now);
            let pause =
                0.5 * f64::from(1u32 << walk.agains) * Dice::of(RequestId(walk.id), u64::from(walk.agains) + 1).unit();
            walk.agains += 1;
            walk.left.push((seat, 0));
            return self.later(pause, Event::Tries(walk));
        }
        self.fates[fate].took = self.now - self.fates[fate].at;
    }

    fn ends(&mut self, mut walk: Walk, ticket: Ticket<'a>, seat: Seat, took: f64, well: bool) {
        self.witness.ends(&seat);
        let target = number(&seat.target);
        let class = Some(Class::of(true, 300));
        let time = Duration::from_secs_f64(took);
        if well {
            ticket.good();
            self.fleet.answered(&seat, class, time);
            let fate = &mut self.fates[walk.fate];
            fate.answered = Some(target);
            fate.took = self.now - fate.at;
            return self.later(self.setting.tail, Event::Over(seat));
        }
        let behaviour = &self.setting.targets[target].2;
        let mut failure = Failure::upstream(behaviour.kind, "simulated", "simulated");
        failure.retry_after = behaviour.retry_after;
        ticket.failed(&failure);
        self.fleet.failed(&seat, class, time);
        self.fleet.over(&seat);
        if failure.next == Next::Stop {
            self.fates[walk.fate].took = self.now - self.fates[walk.fate].at;
            return;
        }
        let effect = failure.kind.effect();
        if effect.same && failure.retry_after.is_none_or(|it| it <= Duration::from_secs(8)) {
            walk.again = Some(seat.clone());
        }
        if !effect.other_key {
            walk.left.retain(|it| it.0.target != seat.target);
        }
        self.tries(walk);
    }
}

/// Whether a decision fell back on the least bad, because everything was out.
pub(super) fn is_last_resort(decision: &Decision) -> bool {
    decision.trail.iter().any(|it| matches!(it, Step::LeastBad { .. }))
}
