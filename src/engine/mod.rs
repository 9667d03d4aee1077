//! Floor 3: the life of a request. [`Engine::answer`] is the journey on one screen; the files beside it are its
//! stations, in order: [`read`] → [`decided`] → [`failover`] → [`attempt`] ([`lane`], [`exchange`], [`flow`]) →
//! [`relay`] → [`settle`]. [`tether`] ties the walk to its client, [`race`] is for two attempts at once, [`resume`] goes on
//! with an answer that was cut, and [`drain`] reads what nobody waits for. [`fleet`] and [`canaries`] are told how it went.
//! [`beside`] is what differs where something else than the next turn of a conversation is asked for.
//!
//! The only stateful async room. It never holds a lock across `.await`, and turns to the disk in one place: a request
//! is not sent before its intent is in the journal. [`told`] is what clients hear beside an answer, [`vault`] what providers
//! want back of theirs.

pub mod attempt;
pub mod beside;
mod callers;
pub mod canaries;
pub mod committed;
pub mod counting;
pub mod decided;
pub mod drain;
pub mod exchange;
pub mod explain;
pub mod failover;
pub mod fleet;
pub mod flow;
pub mod lane;
pub mod limits;
pub mod prices;
pub mod race;
pub mod read;
pub mod recall;
pub mod relay;
pub mod resume;
pub mod rooms;
pub mod settle;
pub mod standing;
pub mod tether;
pub mod told;
pub mod vault;
mod wishes;

#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderName, HeaderValue};
use tokio::sync::{broadcast, watch};

use crate::catalog::prices::Override;
use crate::domain::ask::{Ask, Envelope, Recalled};
use crate::domain::caller::Caller;
use crate::domain::clock::{Clock, Now};
use crate::domain::dialect::Dialect;
use crate::domain::failure::{Failure, Origin};
use crate::domain::operation::Operation;
use crate::domain::policy::Policy;
use crate::domain::secret::{ClientKey, Keyring};
use crate::engine::canaries::Canaries;
use crate::engine::decided::InForce;
use crate::engine::failover::Ways;
use crate::engine::fleet::Fleet;
use crate::engine::limits::Limits;
use crate::engine::prices::Prices;
use crate::engine::settle::Settlement;
use crate::engine::standing::Told;
use crate::engine::tether::Tethered;
use crate::route::health::FleetView;
use crate::route::warmth;
use crate::store::canaries::CanaryRow;
use crate::store::responses::Responses;
use crate::store::vault::Vault;
use crate::store::{HealthRow, Ledger, RequestRecord};
use crate::upstream::Upstream;

/// Takes calls and answers them.
#[derive(Debug)]
pub struct Engine {
    policy: ArcSwap<InForce>,
    upstream: Upstream,
    fleet: Fleet,
    ledger: Ledger,
    prices: Arc<Prices>,
    clock: Clock,
    finished: broadcast::Sender<Arc<RequestRecord>>,
    closing: watch::Sender<bool>,
    /// Answers that clients may go on from; unset where none are kept.
    responses: OnceLock<Responses>,
    /// What providers want back of their answers; unset where nothing is kept.
    vault: OnceLock<Vault>,
    /// How often a rule could not be evaluated over a request.
    rule_failures: AtomicU64,
    canaries: Canaries,
    limits: Limits,
}

/// What a door hands in: a request with everything that HTTP had to say about it.
#[derive(Debug, Clone)]
pub struct Call {
    /// When it arrived.
    pub at: Now,
    /// The dialect of the path it came to.
    pub dialect: Dialect,
    /// What is asked for.
    pub operation: Operation,
    /// What the path said, in a dialect where it says the model.
    pub path: Option<Addressed>,
    /// The body as it came.
    pub body: Bytes,
    /// Headers that may go upstream, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Who asks.
    pub client: String,
    /// Whose virtual key it came with; `None`: the owner's own token.
    pub caller: Option<Arc<Caller>>,
    /// The key of the client itself; left empty unless [`Engine::takes_own_keys`].
    pub own_key: Option<Arc<ClientKey>>,
    /// The client's session id.
    pub session: Option<String>,
    /// How urgent it is, as the client spells it.
    pub priority: Option<String>,
    /// Refuse rather than drop what cannot be said.
    pub strict: bool,
    /// Set by [`recall`].
    pub recalled: Option<Recalled>,
    /// What HTTP said beside the body; left empty unless [`Engine::reads_envelopes`].
    pub envelope: Envelope,
}

/// What a path can say of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressed {
    /// The model.
    pub model: String,
    /// The client wants a stream.
    pub stream: bool,
}

/// What the door hands back out.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Headers of the provider that are passed on.
    pub relayed: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: AnswerBody,
}

/// The body of an [`Answer`].
pub enum AnswerBody {
    /// All of it.
    Whole(Bytes),
    /// As it happens. A conversation ends cleanly for HTTP also when the answer was cut: the client is told in its own
    /// dialect. What has no dialect to say it in breaks off.
    Stream(Pin<Box<dyn Stream<Item = Result<Bytes, BrokenOff>> + Send>>),
}

/// The rest of an answer will not come, and the connection is to show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer broke off")]
pub struct BrokenOff;

impl std::fmt::Debug for AnswerBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Whole(_) => "Whole",
            Self::Stream(_) => "Stream",
        })
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).field("headers", &self.headers).finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine over a policy and its secrets. `prices` may still be loading.
    #[must_use]
    pub fn new(policy: Policy, upstream: Upstream, ledger: Ledger, prices: Arc<Prices>, clock: Clock) -> Arc<Self> {
        let fleet = Fleet::kept_with(ledger.clone(), clock.clone());
        // The channel is lossy on purpose: a slow terminal must never slow a request.
        let (finished, _) = broadcast::channel(1024);
        let canaries = Canaries::new(ledger.clone());
        canaries.follow(&policy);
        let limits = Limits::new(clock.clone());
        limits.follow(&policy.limits);
        let policy = ArcSwap::from_pointee(InForce::new(policy));
        let (closing, _) = watch::channel(false);
        let (responses, vault) = (OnceLock::new(), OnceLock::new());
        let rule_failures = AtomicU64::new(0);
        Arc::new(Self {
            policy,
            upstream,
            fleet,
            ledger,
            prices,
            clock,
            finished,
            closing,
            responses,
            vault,
            rule_failures,
            canaries,
            limits,
        })
    }

    /// Takes over what an earlier process knew of seats that are out.
    pub fn revive(&self, rows: &[HealthRow]) {
        self.fleet.revive(rows);
    }

    /// Takes over what an earlier process knew of the trials of canaries.
    pub fn revive_canaries(&self, rows: &[CanaryRow]) {
        self.canaries.revive(rows, &self.policy());
    }

    /// Lets clients go on from answers whose provider does not keep them. Holds once.
    pub fn keep_responses(&self, kept: Responses) {
        if self.responses.set(kept).is_err() {
            tracing::warn!("answers are kept already");
        }
    }

    /// The kept answers, if any are kept.
    #[must_use]
    pub fn responses(&self) -> Option<&Responses> {
        self.responses.get()
    }

    /// Keeps what providers want back of their answers and clients do not carry. Holds once.
    pub fn keep_originals(&self, kept: Vault) {
        if self.vault.set(kept).is_err() {
            tracing::warn!("originals are kept already");
        }
    }

    /// The kept originals, if any are kept.
    #[must_use]
    pub fn vault(&self) -> Option<&Vault> {
        self.vault.get()
    }

    /// The journey of one request.
    pub async fn answer(self: &Arc<Self>, call: Call) -> Answer {
        let slot = match self.ledger.slot().await {
            Ok(it) => it,
            Err(error) => return self.turn_away(call.dialect, &ledger_unavailable(&error)),
        };
        let (call, recalled) = recall::whole(self.responses(), &self.policy(), call).await;
        let (mut ask, understood) = read::read(call, slot.id());
        let in_force = self.policy.load_full();
        decided::quote(self, &in_force.policy, &mut ask).await;
        let ask = Arc::new(ask);
        let mut settlement = Settlement::open(self, &ask, slot);
        if let Err(failure) = recalled.and(understood) {
            return settlement.refuse(failure);
        }
        if ask.operation == Operation::CountTokens {
            return counting::count(self, ask, settlement).await;
        }
        let (decision, decided) = decided::decide(self, &ask, Arc::clone(&in_force));
        settlement.decided(&decision, decided);
        if let Some(refusal) = decision.refusal {
            return settlement.refuse(refusal);
        }
        self.fleet.count_request();
        let ways = Ways::of(&in_force.policy, &decision, &ask);
        let ping = ways.deadlines.ping;
        let tether = settlement.tether();
        let walk = failover::run(Arc::clone(self), Arc::clone(&ask), decision.plan, ways, settlement);
        let walk = Tethered::new(Box::pin(walk), tether);
        if ask.stream { relay::held(walk, &ask, ping).await } else { relay::finished(walk.await) }
    }

    /// What a decision at `now` is to know of the fleet: also for those who show it to people.
    #[must_use]
    pub fn view(&self, policy: &Policy, now: Now) -> FleetView {
        FleetView { rates: self.prices.card(policy, now.wall), ..self.fleet.view(now.mono) }
    }

    /// What a decision about `ask` is to know of the fleet.
    #[must_use]
    pub fn view_for(&self, policy: &Policy, ask: &Ask) -> FleetView {
        let warmth = warmth::id(ask).map(|it| Arc::new(self.fleet.warmth(it)));
        let is_warm = warmth.as_ref().is_some_and(|it| !it.seats.is_empty());
        let (rates, canaries) = (self.prices.card_for(policy, ask, is_warm), self.canaries.stages(ask));
        let full = if policy.limits.is_empty() { Vec::new() } else { self.limits.full(ask.at.mono) };
        FleetView { rates, canaries, warmth, full, ..self.fleet.view(ask.at.mono) }
    }

    /// How the fleet does just now, for people.
    #[must_use]
    pub fn standing(&self) -> Told {
        let canaries = standing::canaries(&self.canaries.trials());
        Told {
            canaries,
            limits: self.limits.told(),
            ..standing::told(&self.view(&self.policy(), self.now()), &self.policy())
        }
    }

    /// Refuses a call of somebody who was let in, for a fault that shows before its body is understood. Leaves a row
    /// like every other request.
    pub async fn refuse(self: &Arc<Self>, call: Call, failure: Failure) -> Answer {
        match self.ledger.slot().await {
            Ok(slot) => {
                let ask = Arc::new(read::unread(call, slot.id()));
                Settlement::open(self, &ask, slot).refuse(failure)
            }
            Err(_) => self.turn_away(call.dialect, &failure),
        }
    }

    /// Refuses somebody who was not let in, or what no ledger is there for. It has an id to be spoken of by and leaves
    /// no row: whoever has no token must not be able to fill the disk.
    #[must_use]
    pub fn turn_away(&self, dialect: Dialect, failure: &Failure) -> Answer {
        told::unrecorded(dialect, self.ledger.spare_id(), failure)
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.policy.load().policy)
    }

    /// How often, since the start, a rule could not be evaluated over a request, and so did not match.
    #[must_use]
    pub fn rule_failures(&self) -> u64 {
        self.rule_failures.load(Ordering::Relaxed)
    }

    /// Whether a rule of the policy in force looks at what HTTP says beside a body.
    #[must_use]
    pub fn reads_envelopes(&self) -> bool {
        self.policy.load().policy.rules.reads_the_envelope()
    }

    /// Whether a provider of the policy in force takes the keys of clients.
    #[must_use]
    pub fn takes_own_keys(&self) -> bool {
        self.policy.load().takes_own_keys
    }

    /// Swaps in a new policy whole. Requests in flight keep the one they started with.
    pub fn swap(&self, policy: Policy, keyring: Keyring, prices: Vec<Override>) {
        self.prices.replace(prices, &policy);
        self.upstream.rekey(keyring);
        self.canaries.follow(&policy);
        self.limits.follow(&policy.limits);
        self.policy.store(Arc::new(InForce::new(policy)));
        self.fleet.forgive();
    }

    /// What answers cost.
    #[must_use]
    pub fn prices(&self) -> &Prices {
        &self.prices
    }

    /// Requests as they finish. Lossy: whoever listens too slowly misses some.
    #[must_use]
    pub fn finished(&self) -> broadcast::Receiver<Arc<RequestRecord>> {
        self.finished.subscribe()
    }

    /// Cuts every stream that still runs: each client is told, each row is settled.
    pub fn close_streams(&self) {
        self.closing.send_replace(true);
    }

    /// Reads the clock.
    #[must_use]
    pub fn now(&self) -> Now {
        self.clock.now()
    }

    /// The ledger, for whoever shuts down.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

/// The refusal of a request while the local file cannot be used.
#[must_use]
pub fn ledger_unavailable(error: &dyn std::fmt::Display) -> Failure {
    let mut failure = Failure::local(
        Origin::Local,
        "ledger_unavailable",
        503,
        "llmroute cannot write its ledger, so nothing was sent (llmroute is out of disk space, or its file is gone)",
    );
    failure.detail = error.to_string();
    failure
}
