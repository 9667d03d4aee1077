//! The station of the decision: what the stages are handed, what is kept of it for the ledger, and what the log hears.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest;

use crate::domain::ask::Ask;
use crate::domain::dice::Dice;
use crate::domain::policy::{Auth, Policy};
use crate::domain::rule::Variable;
use crate::engine::Engine;
use crate::engine::canaries::Side;
use crate::route::explain::Step;
use crate::route::record::Record;
use crate::route::{self, Decision};
use crate::store::DecisionNote;

/// A policy in force. Its text is made once, if anything is decided by it.
#[derive(Debug)]
pub struct InForce {
    /// The policy.
    pub policy: Arc<Policy>,
    /// Some provider of it takes the keys of clients.
    pub takes_own_keys: bool,
    text: OnceLock<(i64, String)>,
}

/// What is kept of one decision.
#[derive(Debug)]
pub struct Decided {
    by: Arc<InForce>,
    salt: u64,
    record: Record,
    side: Option<Side>,
}

impl Decided {
    /// Which side of a canary's trial the request is on.
    #[must_use]
    pub fn side(&self) -> Option<&Side> {
        self.side.as_ref()
    }
}

impl InForce {
    /// Puts a policy in force.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        let takes_own_keys = policy.providers.values().any(|it| it.enabled && it.auth == Auth::Client);
        Self { policy: Arc::new(policy), takes_own_keys, text: OnceLock::new() }
    }

    /// Its text and an id made of that: the first eight bytes of its SHA-256.
    #[must_use]
    pub fn spelled(&self) -> (i64, &str) {
        let (id, text) = self.text.get_or_init(|| {
            let text = serde_json::to_string(&*self.policy).unwrap_or_else(|error| {
                // Names and numbers only: it cannot fail. A record without its policy can still be shown.
                tracing::error!(%error, "the policy cannot be written down");
                String::new()
            });
            let hash = digest::digest(&digest::SHA256, text.as_bytes());
            let first: [u8; 8] = hash.as_ref().first_chunk().copied().unwrap_or_default();
            (i64::from_be_bytes(first), text)
        });
        (*id, text)
    }
}

impl DecisionNote for Decided {
    fn policy(&self) -> (i64, &str) {
        self.by.spelled()
    }

    fn salt(&self) -> u64 {
        self.salt
    }

    fn record(&self) -> String {
        serde_json::to_string(&self.record.clone().trimmed()).unwrap_or_else(|error| {
            tracing::error!(%error, "a decision cannot be written down");
            String::new()
        })
    }
}

/// Works out what `ask` is expected to cost, and how much of its limits is used, where a rule wants to know.
pub async fn quote(engine: &Engine, policy: &Policy, ask: &mut Ask) {
    if policy.rules.reads(Variable::EstCost) {
        engine.prices.ready().await;
        ask.quote = engine.prices.quote(policy, ask);
    }
    let reads_use = [Variable::RequestsUsed, Variable::TokensUsed].into_iter().any(|it| policy.rules.reads(it));
    if reads_use && !policy.limits.is_empty() {
        ask.used = engine.limits.used_by(ask.who(), ask.at.mono);
    }
}

/// Decides where `ask` goes. The trail is in the second part only.
#[must_use]
pub fn decide(engine: &Engine, ask: &Ask, by: Arc<InForce>) -> (Decision, Decided) {
    let salt = engine.ledger.salt();
    let fleet = engine.view_for(&by.policy, ask);
    let mut decision = route::decide(&by.policy, ask, &fleet, &mut Dice::of(ask.id, salt));
    note_failed_rules(engine, &decision.trail);
    let side = engine.canaries.decided(ask, &decision);
    let record = Record::of(ask, fleet, &mut decision);
    (decision, Decided { by, salt, record, side })
}

/// Counts the rules that could not be evaluated, and tells the log of the first and of each thousandth after it.
fn note_failed_rules(engine: &Engine, trail: &[Step]) {
    for step in trail {
        let Step::RuleFailed { name, why } = step else { continue };
        let before = engine.rule_failures.fetch_add(1, Ordering::Relaxed);
        if before.is_multiple_of(1000) {
            tracing::warn!("rule {name} counts as not matched: {why} ({} such since the start)", before + 1);
        }
    }
}
