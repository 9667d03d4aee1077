//! The record of a decision: what [`decide`] was given and what it gave, small enough to keep with every request and
//! whole enough to decide again.
//!
//! The policy is not in it: that changes rarely, and is kept once for all requests that were decided by it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::ask::{Ask, Needs};
use crate::domain::caller::Caller;
use crate::domain::clock::Now;
use crate::domain::dialect::Dialect;
use crate::domain::dice::Dice;
use crate::domain::id::{KeyId, RequestId};
use crate::domain::operation::{Inputs, Operation, Relayed};
use crate::domain::policy::Policy;
use crate::domain::strategy::Strategy;
use crate::domain::target::{Seat, Target};
use crate::domain::wishes::Wishes;
use crate::route::explain::{About, Step};
use crate::route::health::FleetView;
use crate::route::{Decision, Stop, decide, rules};

/// What a decision was made of, but for the policy and the dice, and what it came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What was asked.
    pub ask: Facts,
    /// The fleet as it was seen, as far as it mattered.
    #[serde(default, skip_serializing_if = "FleetView::is_calm")]
    pub fleet: FleetView,
    /// What each stage did.
    pub trail: Vec<Step>,
    /// The targets in the order to try them, each with its keys; a target that needs none has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<(Target, Vec<KeyId>)>,
    /// The code of the refusal, where nothing could be tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// Of a request what decisions depend on. None of its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// `model` as sent.
    pub model: String,
    /// The client's dialect.
    pub dialect: Dialect,
    /// What is asked for; absent in a record where it is the next turn of a conversation.
    #[serde(default, skip_serializing_if = "Wanted::is_chat")]
    pub wanted: Wanted,
    /// The client wants a stream.
    #[serde(default, skip_serializing_if = "is_not")]
    pub stream: bool,
    /// What a target must be able to do.
    #[serde(default)]
    pub needs: Needs,
    /// Where it wants to go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wishes: Option<Box<Wishes>>,
    /// What its conversation is known by, where the decision may go by that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<u64>,
    /// Whose virtual key it came with; absent where it was the owner's own token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Arc<Caller>>,
}

/// [`Operation`] without what no decision depends on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// [`Operation::Chat`].
    #[default]
    Chat,
    /// [`Operation::Embed`] of one text.
    EmbedOne,
    /// [`Operation::Embed`].
    Embed,
    /// [`Operation::CountTokens`].
    CountTokens,
    /// [`Operation::Compact`].
    Compact,
    /// [`Operation::Relay`].
    Relay {
        /// How it is asked.
        method: String,
        /// The path below the root of the API.
        path: String,
        /// The provider that the client names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
    },
}

/// What comes of deciding again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recomputed {
    /// The same, to the last bit.
    Same,
    /// Something else; the first difference.
    Differs(String),
}

impl Record {
    /// The record of a decision about `ask` in view of `fleet`. Takes the trail out of the decision. What no strategy
    /// looked at is let go of at once: the windows are a value that is copied wherever they change while somebody holds
    /// it, and a record lives as long as its request.
    #[must_use]
    pub fn of(ask: &Ask, mut fleet: FleetView, decision: &mut Decision) -> Self {
        let trail = std::mem::take(&mut decision.trail);
        let limited = ask.wishes.as_deref().is_some_and(|it| it.max_price.is_some());
        let (mut live, mut assessment, mut rates, mut warmth) = (false, false, limited, false);
        if !trail.iter().any(|it| matches!(it, Step::Canary { .. })) {
            fleet.canaries.clear();
        }
        for step in &trail {
            // Every strategy that looks at more than weights leaves its step.
            if let Step::Ranked { strategy, .. } = step {
                live |= strategy.reads_live();
                assessment |= *strategy == Strategy::Adaptive;
                rates |= strategy.reads_prices();
                warmth |= strategy.reads_prices();
            }
            if let Step::Affinity { .. } = step {
                (rates, warmth) = (true, true);
            }
        }
        if !warmth {
            fleet.warmth = None;
        }
        // A seat that is assessed as failed holds no conversation.
        assessment |= fleet.warmth.is_some();
        if !live {
            fleet.live = Arc::default();
        }
        if !assessment {
            fleet.assessment = Arc::default();
        }
        if !rates {
            fleet.rates = Arc::default();
        }
        let keys = |stop: &Stop| stop.seats.iter().filter_map(Seat::key_id).collect();
        let plan = decision.plan.iter().map(|stop| (stop.target.clone(), keys(stop))).collect();
        let refusal = decision.refusal.as_ref().map(|it| it.code.to_owned());
        Self { ask: Facts::of(ask), fleet, trail, plan, refusal }
    }

    /// The same with only the targets that the decision can have looked at: every candidate is in the plan or has a step
    /// that says why it is out.
    #[must_use]
    pub fn trimmed(self) -> Self {
        let planned = self.plan.iter().map(|it| &it.0);
        let named = self.trail.iter().filter_map(|it| match it.about() {
            About::Target(it) | About::Out(it) => Some(it),
            About::All => None,
        });
        let targets: Vec<Target> = planned.chain(named).cloned().collect();
        Self { fleet: self.fleet.of(&targets), ..self }
    }

    /// Decides again: by `policy`, with the dice of `id` under `salt`.
    #[must_use]
    pub fn again(&self, policy: &Policy, id: RequestId, salt: u64) -> Self {
        let mut ask = self.ask.ask(id, self.fleet.now);
        ask.verdicts = Some(rules::verdicts(&self.trail));
        let mut decision = decide(policy, &ask, &self.fleet, &mut Dice::of(id, salt));
        Self::of(&ask, self.fleet.clone(), &mut decision)
    }

    /// Decides again, and compares: every step, figure and target of the order.
    #[must_use]
    pub fn recompute(&self, policy: &Policy, id: RequestId, salt: u64) -> Recomputed {
        let again = self.again(policy, id, salt);
        if again == *self {
            return Recomputed::Same;
        }
        Recomputed::Differs(self.difference(&again))
    }
}

// === impl Record ===

impl Record {
    fn difference(&self, again: &Self) -> String {
        let steps = self.trail.len().max(again.trail.len());
        for at in 0..steps {
            let (was, is) = (self.trail.get(at), again.trail.get(at));
            if was != is {
                let told = |step: Option<&Step>| step.map_or_else(|| "nothing".to_owned(), ToString::to_string);
                return format!("step {} was `{}` and is now `{}`", at + 1, told(was), told(is));
            }
        }
        if self.plan != again.plan {
            return format!("the order was {} and is now {}", order(&self.plan), order(&again.plan));
        }
        let told = |code: &Option<String>| code.clone().unwrap_or_else(|| "no refusal".to_owned());
        format!("it ended with {} and ends now with {}", told(&self.refusal), told(&again.refusal))
    }
}

fn order(plan: &[(Target, Vec<KeyId>)]) -> String {
    let shown = plan.iter().map(|(target, keys)| {
        let keys: Vec<String> = keys.iter().map(|it| it.0.to_string()).collect();
        format!("{target} [{}]", keys.join(" "))
    });
    shown.collect::<Vec<_>>().join(", ")
}

// === impl Facts ===

impl Facts {
    /// Those of a request.
    #[must_use]
    pub fn of(ask: &Ask) -> Self {
        Self {
            model: ask.model.clone(),
            dialect: ask.dialect,
            wanted: Wanted::of(&ask.operation),
            stream: ask.stream,
            needs: ask.needs,
            wishes: ask.wishes.clone(),
            conversation: ask.conversation,
            caller: ask.caller.clone(),
        }
    }

    /// A request of these facts, without a body.
    #[must_use]
    pub fn ask(&self, id: RequestId, at: crate::domain::clock::Moment) -> Ask {
        let at = Now { mono: at, ..Now::default() };
        Ask {
            stream: self.stream,
            needs: self.needs,
            wishes: self.wishes.clone(),
            conversation: self.conversation,
            caller: self.caller.clone(),
            ..Ask::new(id, at, self.dialect, self.wanted.operation(), self.model.clone())
        }
    }
}

// === impl Wanted ===

impl Wanted {
    fn of(operation: &Operation) -> Self {
        match operation {
            Operation::Chat => Self::Chat,
            Operation::Embed(Inputs::One) => Self::EmbedOne,
            Operation::Embed(Inputs::Many) => Self::Embed,
            Operation::CountTokens => Self::CountTokens,
            Operation::Compact => Self::Compact,
            Operation::Relay(it) => {
                Self::Relay { method: it.method.to_string(), path: it.path.clone(), provider: it.provider.clone() }
            }
        }
    }

    fn operation(&self) -> Operation {
        match self {
            Self::Chat => Operation::Chat,
            Self::EmbedOne => Operation::Embed(Inputs::One),
            Self::Embed => Operation::Embed(Inputs::Many),
            Self::CountTokens => Operation::CountTokens,
            Self::Compact => Operation::Compact,
            Self::Relay { method, path, provider } => Operation::Relay(Box::new(Relayed {
                // A method that was one when it was written down still is.
                method: method.parse().unwrap_or_default(),
                path: path.clone(),
                query: None,
                content_type: None,
                provider: provider.clone(),
            })),
        }
    }

    fn is_chat(&self) -> bool {
        *self == Self::Chat
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_not(it: &bool) -> bool {
    !*it
}
