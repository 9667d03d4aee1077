//! The station of the decision: what the stages are handed, and what is kept of it for the ledger.

use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest;

use crate::domain::ask::Ask;
use crate::domain::dice::Dice;
use crate::domain::policy::Policy;
use crate::engine::Engine;
use crate::route::record::Record;
use crate::route::{self, Decision};
use crate::store::DecisionNote;

/// A policy in force. Its text is made once, if anything is decided by it.
#[derive(Debug)]
pub struct InForce {
    /// The policy.
    pub policy: Arc<Policy>,
    text: OnceLock<(i64, String)>,
}

/// What is kept of one decision.
#[derive(Debug)]
pub struct Decided {
    by: Arc<InForce>,
    salt: u64,
    record: Record,
}

impl InForce {
    /// Puts a policy in force.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { policy: Arc::new(policy), text: OnceLock::new() }
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

/// Decides where `ask` goes. The trail is in the second part only.
#[must_use]
pub fn decide(engine: &Engine, ask: &Ask, by: Arc<InForce>) -> (Decision, Decided) {
    let salt = engine.ledger.salt();
    let fleet = engine.view(&by.policy, ask.at);
    let mut decision = route::decide(&by.policy, ask, &fleet, &mut Dice::of(ask.id, salt));
    engine.note_failed_rules(&decision.trail);
    let record = Record::of(ask, fleet, &mut decision);
    (decision, Decided { by, salt, record })
}
