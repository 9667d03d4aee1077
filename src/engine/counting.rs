//! How many tokens a conversation has: the provider's own count where its row says that it has one, else a guess made
//! here, which is marked as such. A count costs nothing, and no failure of a provider's keeps it from being answered:
//! agents shorten their conversations by it, and one that gets none asks a model instead, which costs money.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::domain::ask::Ask;
use crate::domain::dialect::Dialect;
use crate::domain::failure::{Failure, Kind};
use crate::domain::policy::Policy;
use crate::domain::target::Target;
use crate::engine::failover::Ways;
use crate::engine::settle::Settlement;
use crate::engine::tether::Tethered;
use crate::engine::{Answer, Engine, decided, failover, read, relay};
use crate::wire::{self, Malformed, counting, tokens};

/// A guess is better than a count that comes later than this.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers a request for a count.
pub async fn count(engine: &Arc<Engine>, ask: Arc<Ask>, mut settlement: Settlement) -> Answer {
    let in_force = engine.policy.load_full();
    let policy = Arc::clone(&in_force.policy);
    let (decision, decided) = decided::decide(engine, &ask, in_force);
    settlement.decided(&decision, decided);
    let likely = decision.plan.first().and_then(|it| it.provider.speaks.first()).map(|it| it.dialect);
    if decision.refusal.is_none() {
        let mut ways = Ways::of(&policy, &decision, &ask);
        ways.deadlines.whole = ways.deadlines.whole.min(PATIENCE);
        let tether = settlement.tether();
        let walk = failover::run(Arc::clone(engine), Arc::clone(&ask), decision.plan, ways, settlement);
        let (outcome, account) = Tethered::new(Box::pin(walk), tether).await;
        match outcome {
            Err(failure) if !is_of_the_request(&failure, ask.dialect) => settlement = account,
            ended => return relay::finished((ended, account)),
        }
    }
    let likely = likely.or_else(|| spoken(&policy, &ask.model)).unwrap_or(ask.dialect);
    match guess(&ask, likely) {
        Ok(tokens) => settlement.guessed(Bytes::from(counting::write(ask.dialect, tokens))),
        Err(malformed) => settlement.refuse(read::malformed(&malformed)),
    }
}

/// Whether a provider that speaks the client's own dialect refused the request as such. Of a translated one that says
/// nothing.
pub fn is_of_the_request(failure: &Failure, dialect: Dialect) -> bool {
    matches!(failure.kind, Kind::Client | Kind::Context | Kind::Filter)
        && matches!(failure.status, Some(400 | 413 | 422))
        && failure.relay.as_ref().is_some_and(|it| it.dialect == dialect)
}

fn guess(ask: &Ask, likely: Dialect) -> Result<u64, Malformed> {
    let turn = counting::conversation(ask.dialect, &ask.body)?;
    let prompt = wire::codec(ask.dialect).read_request(&turn)?;
    Ok(tokens::of_prompt(&prompt, likely))
}

/// What the model that is meant by this name is spoken to in.
fn spoken(policy: &Policy, model: &str) -> Option<Dialect> {
    let of = |target: &Target| policy.providers.get(&target.provider);
    let provider = match policy.groups.get(model) {
        Some(group) => group.targets.iter().max_by(|a, b| a.1.total_cmp(&b.1)).and_then(|it| of(&it.0)),
        None => Target::parse(model).as_ref().and_then(of),
    };
    let serves = || policy.providers.values().find(|it| it.models.iter().any(|known| known.as_str() == model));
    provider.or_else(serves)?.speaks.first().map(|it| it.dialect)
}
