//! What would become of a request: everything up to its first attempt, and nothing sent, counted or written down.

use serde::{Deserialize, Serialize};

use crate::domain::ask::Ask;
use crate::domain::dice::Dice;
use crate::domain::failure::Failure;
use crate::domain::id::RequestId;
use crate::domain::money::Usd;
use crate::domain::policy::Policy;
use crate::domain::rule::Variable;
use crate::engine::{Call, Engine, read};
use crate::route;
use crate::route::health::FleetView;
use crate::route::record::Record;

/// The decision about a request that is not made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Explained {
    /// How it would be decided now. Another request is decided by another throw.
    pub record: Record,
    /// Why it would be refused, for its client.
    pub refusal: Option<String>,
}

/// Decides about `call` as if it had come, in view of the `fleet` for it. `quote` says what it is expected to cost, where that
/// is known.
///
/// # Errors
/// Its body cannot be read.
pub fn explain(
    policy: &Policy,
    fleet: impl FnOnce(&Ask) -> FleetView,
    call: Call,
    (id, salt): (RequestId, u64),
    quote: impl FnOnce(&Ask) -> Option<Usd>,
) -> Result<Explained, Failure> {
    let (mut ask, understood) = read::read(call, id);
    understood?;
    if policy.rules.reads(Variable::EstCost) {
        ask.quote = quote(&ask);
    }
    let fleet = fleet(&ask);
    let mut decision = route::decide(policy, &ask, &fleet, &mut Dice::of(id, salt));
    let record = Record::of(&ask, fleet, &mut decision).trimmed();
    Ok(Explained { record, refusal: decision.refusal.map(|it| it.told) })
}

impl Engine {
    /// Decides about `call` as if it had come, in view of the fleet as it is.
    ///
    /// # Errors
    /// Its body cannot be read.
    pub fn explain(&self, call: Call) -> Result<Explained, Failure> {
        let policy = self.policy();
        let dice = (self.ledger.spare_id(), self.ledger.salt());
        explain(&policy, |ask| self.view_for(&policy, ask), call, dice, |ask| self.prices.quote(&policy, ask))
    }
}
