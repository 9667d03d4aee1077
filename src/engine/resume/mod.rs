//! Going on with an answer that was cut after its client had begun to hear it (routing.md §6; off unless a group says so).
//!
//! The client hears one answer: [`tale`] keeps its writer and remembers what it was [`told`]. After a cut the next target
//! is asked for the rest ([`leg`]); what it says is held back until it has come, byte for byte, to where the first broke
//! off ([`seam`]), and from there it takes its place in the answer ([`join`]). Where it does not come there, nothing of it
//! is told, and the client hears of the cut as if nobody had been asked.

pub mod join;
pub mod leg;
pub mod seam;
pub mod tale;
pub mod told;

use std::sync::Arc;

use bytes::Bytes;

pub use leg::{Leg, Way};
pub use tale::{Overheard, Tale};

use crate::domain::ask::Ask;
use crate::domain::failure::{Failure, Kind};
use crate::engine::committed::By;
use crate::engine::failover::{self, Ways};
use crate::engine::flow::Flow;
use crate::engine::settle::Settlement;
use crate::engine::tether::Tethered;
use crate::engine::{Engine, lane, recall};
use crate::route::Stop;

/// What is left of a plan when one of its targets answers: whoever can go on if that one is cut.
#[derive(Debug)]
pub struct Rest {
    /// Who walks it.
    pub engine: Arc<Engine>,
    /// What was asked.
    pub ask: Arc<Ask>,
    /// The targets that have not failed, without the one that answers.
    pub plan: Vec<Stop>,
    /// How they are tried.
    pub ways: Ways,
    /// Attempts that are left.
    pub left: usize,
}

/// The next target being asked for the rest of an answer.
#[derive(Debug)]
pub struct GoingOn {
    /// Its walk.
    pub walk: Tethered,
    tale: Box<Tale>,
    leg: Arc<Leg>,
}

/// Asks the next target to go on from what `tale` has told.
///
/// # Errors
/// Nobody can; everything is handed back.
pub fn begin(
    rest: Option<Box<Rest>>,
    tale: Box<Tale>,
    mut settlement: Settlement,
) -> Result<GoingOn, Box<(Box<Tale>, Settlement)>> {
    let id = settlement.ask().id;
    let (rest, leg) = match rest_of(rest, &tale) {
        Ok(it) => it,
        Err(why) => {
            tracing::info!(%id, "the answer was cut and is not gone on with: {why}");
            return Err(Box::new((tale, settlement)));
        }
    };
    let leg = Arc::new(leg);
    settlement.go_on(&leg);
    let tether = settlement.tether();
    let walk = Tethered::new(Box::pin(failover::walk(*rest, settlement)), tether);
    Ok(GoingOn { walk, tale, leg })
}

fn rest_of(rest: Option<Box<Rest>>, tale: &Tale) -> Result<(Box<Rest>, Leg), String> {
    let rest = rest.ok_or("no other target is left")?;
    if rest.left == 0 || rest.plan.is_empty() {
        return Err("no other target, or no attempt, is left".to_owned());
    }
    let point = tale.told().point()?;
    let prompt = lane::prompt(&rest.ask).map_err(|it| it.to_string())?;
    Ok((rest, Leg::of(&prompt, point)?))
}

/// Whether another target may be asked for the rest of an answer that ended with `failure`: not for what a provider's
/// content policy stopped, and not where the request is at fault.
#[must_use]
pub const fn may_follow(failure: &Failure) -> bool {
    !matches!(failure.kind, Kind::Client | Kind::Context | Kind::Filter | Kind::Local)
}

impl GoingOn {
    /// The target `by` has begun to answer: what the client is told of it so far. `flow` goes on with the tale.
    pub fn join(self, by: &By, flow: &mut Flow) -> Bytes {
        let Self { mut tale, leg, walk: _ } = self;
        let way = leg.way(&by.provider, &by.seat.target.model);
        tale.go_on(leg.point(), leg.seam(way));
        flow.speak(tale)
    }

    /// Nobody went on: what was told is all that there is.
    #[must_use]
    pub fn into_tale(self) -> Box<Tale> {
        self.tale
    }
}

/// What keeps an answer of several targets, none of which can keep it whole.
pub fn keeper(settlement: &Settlement) -> Option<recall::Keep> {
    let account = settlement.account();
    recall::ours(account.engine().responses(), account.ask())
}
