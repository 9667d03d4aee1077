//! A canary: a target that is tried out by a part of a group's conversations, which grows step by step while it does as
//! well as the others, and becomes none as soon as it is found to be worse.
//!
//! Which conversations those are follows from a hash, so that none changes its model midway: [`draw`]. What came of the
//! first target of each request is told to the [`Trial`], which weighs it by [`evidence`]. What is compared: whether that
//! target answered, and for streams how soon. A trial that can tell nothing yet stays where it is, for as long as it takes.

mod arms;
pub mod evidence;
mod place;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use arms::{Arm, Both, Seen, Tally};
pub use place::{Place, Stage, join, put};

use crate::domain::clock::Stamp;
use crate::domain::dice::Dice;
use crate::domain::id::RequestId;
use crate::domain::policy::Canary;
use crate::domain::target::Target;
use crate::route::canary::arms::log;
use crate::route::canary::evidence::{Against, Count, Rates, Signs};
use crate::route::conversation::{self, HELD_ELSEWHERE};
use crate::route::live::{Class, SIZES};

/// The shares that a canary goes through, from where it began.
const STEPS: [f64; 5] = [0.05, 0.1, 0.25, 0.5, 1.0];
/// Evidence that rolls back, of each of two kinds: together they do so to a canary that is no worse with a chance of less
/// than 1 % in all its time.
pub const ROLLS_BACK: f64 = 250.0;
/// Evidence that promotes by one step: against a canary that is worse by the margin or more, which is promoted all the same
/// with a chance of at most 5 %.
pub const PROMOTES: f64 = 20.0;
/// Requests that a canary gets at each step at the least.
pub const LEAST: u32 = 20;
/// By how much its median time may be longer before it counts as slower.
const SLOWER: f64 = 1.25;
/// Fewer answers than this share of streams, and their times do not hold a promotion up.
const STREAMS: f64 = 0.1;

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It gets its share, and is compared.
    Trial,
    /// It gets everything first.
    Promoted,
    /// It gets nothing.
    RolledBack,
}

impl State {
    /// The word on screens.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Promoted => "promoted",
            Self::RolledBack => "rolled back",
        }
    }
}

/// The trial of one canary: what is known of it, and where that has brought it. Everything that is kept of it over a
/// restart; of a fixed size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Whose.
    pub target: Target,
    /// When it was set up: a canary that is set up again begins anew.
    pub began: Stamp,
    /// How far it has come.
    pub state: State,
    /// The share of conversations that it gets.
    pub share: f64,
    /// When that changed last.
    pub changed: Stamp,
    /// Why it changed last; empty where it never did.
    pub reason: String,
    /// Since this share.
    pub step: Both,
    /// Since it began.
    pub all: Both,
    /// Evidence that it fails more often, since it began.
    worse: Rates,
    /// Evidence that it is slower by more than a quarter, since it began.
    slower: Signs,
    /// Evidence that it fails not much more often, since this share.
    level: Rates,
    /// Evidence that it is not much slower, since this share.
    swift: Signs,
    /// Outcomes since both arms last had one.
    block: (Count, Count),
    /// For each class the latest time that has no partner of the other arm yet.
    single: [Option<(Arm, f64)>; SIZES],
}

/// What the evidence has brought about.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A larger share.
    Promoted,
    /// None any more.
    RolledBack,
}

/// How strong the evidence is, each kind on a scale of its own: 1 = none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighed {
    /// That it fails more often: rolls back at [`ROLLS_BACK`].
    pub worse: f64,
    /// That it is slower: rolls back at [`ROLLS_BACK`].
    pub slower: f64,
    /// That it fails more often by less than the margin: promotes at [`PROMOTES`].
    pub level: f64,
    /// That it is slower by less than the margin: promotes at [`PROMOTES`]. `None` where too few answers are streams for it
    /// to count.
    pub swift: Option<f64>,
}

impl Trial {
    /// A trial that begins.
    #[must_use]
    pub fn new(canary: &Canary) -> Self {
        let share = canary.share;
        Self {
            target: canary.target.clone(),
            began: canary.began,
            state: State::Trial,
            share,
            changed: canary.began,
            reason: String::new(),
            step: Both::default(),
            all: Both::default(),
            worse: Rates::new(Against::NotWorse),
            slower: Signs::default(),
            level: Rates::new(Against::WorseBy(margin(share))),
            swift: Signs::default(),
            block: Default::default(),
            single: [None; SIZES],
        }
    }

    /// Whether this is the trial of `canary`, and not of one that stood there before.
    #[must_use]
    pub fn is_of(&self, canary: &Canary) -> bool {
        self.began == canary.began && self.target == canary.target
    }

    /// Takes in what came of a request, and says what that changed.
    pub fn tell(&mut self, seen: &Seen, now: Stamp) -> Option<Change> {
        if self.state != State::Trial {
            return None;
        }
        self.step.of(seen.arm).add(seen);
        self.all.of(seen.arm).add(seen);
        if let Some(good) = seen.good {
            self.outcome(seen.arm, good);
        }
        if let Some((class, time)) = seen.first {
            self.time(seen.arm, class, log(time));
        }
        self.judge(now)
    }

    /// How strong the evidence is.
    #[must_use]
    pub fn weighed(&self) -> Weighed {
        let Tally { count, times, .. } = self.step.canary;
        let timed = f64::from(times) >= STREAMS * f64::from(count.all) && times > 0;
        Weighed {
            worse: self.worse.value(),
            slower: self.slower.value(),
            level: self.level.value(),
            swift: timed.then(|| self.swift.value()),
        }
    }

    /// By how much it may fail more often, as a share of requests, to be promoted from here.
    #[must_use]
    pub fn margin(&self) -> f64 {
        margin(self.share)
    }

    /// By how much its median time may be longer, as a factor, to be promoted from here.
    #[must_use]
    pub fn slack(&self) -> f64 {
        slack(self.share)
    }

    /// The share that comes after this one; `None` where it has come to its end.
    #[must_use]
    pub fn next(&self) -> Option<f64> {
        let next = STEPS.into_iter().find(|it| *it > self.share + 1e-9);
        next.filter(|_| self.state == State::Trial)
    }
}

// === impl Trial ===

impl Trial {
    /// An outcome closes a block once either arm has one: what a block holds follows from who was asked, not from what came.
    fn outcome(&mut self, arm: Arm, good: bool) {
        let (others, canary) = &mut self.block;
        match arm {
            Arm::Canary => canary.add(good),
            Arm::Others => others.add(good),
        }
        if others.all > 0 && canary.all > 0 {
            let (others, canary) = std::mem::take(&mut self.block);
            self.worse.add(Against::NotWorse, others, canary);
            self.level.add(Against::WorseBy(margin(self.share)), others, canary);
        }
    }

    /// A time makes a pair with the latest of the other arm that is of its class and has no partner yet.
    fn time(&mut self, arm: Arm, class: Class, time: f64) {
        let single = &mut self.single[class.size()];
        match *single {
            Some((other, its)) if other != arm => {
                *single = None;
                let later = if arm == Arm::Canary { time - its } else { its - time };
                self.slower.add(later > SLOWER.ln());
                self.swift.add(later < slack(self.share).ln());
            }
            _ => *single = Some((arm, time)),
        }
    }

    fn judge(&mut self, now: Stamp) -> Option<Change> {
        let it = self.weighed();
        if it.worse >= ROLLS_BACK {
            return Some(self.roll_back(now, format!("it fails more often: {}", told(self.all, failures))));
        }
        if it.slower >= ROLLS_BACK {
            return Some(self.roll_back(now, format!("it is slower to begin: {}", told(self.all, firsts))));
        }
        let proven = it.level >= PROMOTES && it.swift.is_none_or(|it| it >= PROMOTES);
        let next = self.next().filter(|_| proven && self.step.canary.count.all >= LEAST)?;
        let (margin_points, slack) = (self.margin() * 100.0, self.slack());
        let errors = told(self.step, failures);
        let reason = format!("it fails more often by less than {margin_points:.0} points: {errors}");
        let reason = match it.swift {
            Some(_) => {
                format!("{reason}; it takes less than {slack} times as long to begin: {}", told(self.step, firsts))
            }
            None => reason,
        };
        self.share = next;
        self.state = if next >= 1.0 { State::Promoted } else { State::Trial };
        (self.changed, self.reason) = (now, reason);
        self.step = Both::default();
        self.level = Rates::new(Against::WorseBy(margin(next)));
        self.swift = Signs::default();
        Some(Change::Promoted)
    }

    fn roll_back(&mut self, now: Stamp, reason: String) -> Change {
        (self.share, self.state) = (0.0, State::RolledBack);
        (self.changed, self.reason) = (now, reason);
        Change::RolledBack
    }
}

/// Where a conversation falls in the trial of a canary: below its share, and it is the canary's. The same conversation always
/// falls in the same place, and for another canary in another. A request that belongs to no conversation is drawn by its own
/// id. `0 ≤ x < 1`, and 1 for a conversation that is only known to the target that holds it.
#[must_use]
pub fn draw(canary: &Canary, conversation: Option<u64>, id: RequestId) -> f64 {
    if conversation == Some(HELD_ELSEWHERE) {
        return 1.0;
    }
    let name = [canary.target.provider.as_str(), "/", canary.target.model.as_str()];
    let salt = conversation::hash(name.into_iter());
    Dice::of(RequestId(conversation.unwrap_or(id.0)), salt).unit()
}

/// The larger its next share, the less worse it may be: what could go wrong unseen stays about as much.
fn margin(share: f64) -> f64 {
    by_share(share, [0.2, 0.15, 0.1, 0.05])
}

fn slack(share: f64) -> f64 {
    by_share(share, [2.0, 1.75, 1.5, SLOWER])
}

fn by_share(share: f64, values: [f64; 4]) -> f64 {
    let at = STEPS[1..4].iter().filter(|it| share >= **it - 1e-9).count();
    values[at]
}

fn told(both: Both, what: fn(&Tally) -> String) -> String {
    format!("{}, of the others {}", what(&both.canary), what(&both.others))
}

fn failures(it: &Tally) -> String {
    format!("{} of {}", it.count.failed, it.count.all)
}

fn firsts(it: &Tally) -> String {
    it.first_s().map_or_else(|| "unknown".to_owned(), |it| format!("{it:.2} s"))
}
