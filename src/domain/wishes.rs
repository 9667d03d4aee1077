//! What a request says of where it wants to go, beside the model: OpenRouter's `models` and `provider`, LiteLLM's
//! `fallbacks` (openrouter.ai/docs/features/provider-routing, docs.litellm.ai/docs/proxy/client_side_fallbacks).

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::domain::ask::Fields;
use crate::domain::strategy::Strategy;

/// Wishes of one request. Nearly none has any.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    /// Models to go on with, in order, when every target of the one before is through: the rest of `models`, then
    /// `fallbacks`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// Providers to try first, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// The only providers allowed; none means all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Providers that are not allowed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
    /// Whether anybody but those in `order` may answer; without an order, anybody but the first choice.
    pub allow_fallbacks: bool,
    /// What to put the targets of each model in order by, in place of the group's strategy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<Sort>,
    /// The most that its tokens may cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_price: Option<MaxPrice>,
    /// Nobody may keep or learn from what is sent (`data_collection: "deny"`, `zdr: true`).
    pub private: bool,
    /// Nobody may answer who leaves a parameter of the request out.
    pub require_parameters: bool,
    /// The `provider` object as it was sent, for targets that understand it themselves; not kept in records.
    #[serde(skip)]
    pub provider: Option<String>,
    /// The body with that object where it stood, and its fields: what such a target is sent in the client's own dialect.
    #[serde(skip)]
    pub body: Option<(Bytes, Fields)>,
    /// What of it means nothing here: `provider.quantizations`.
    #[serde(skip)]
    pub unheard: Vec<String>,
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            models: Vec::new(),
            order: Vec::new(),
            only: Vec::new(),
            ignore: Vec::new(),
            allow_fallbacks: true,
            sort: None,
            max_price: None,
            private: false,
            require_parameters: false,
            provider: None,
            body: None,
            unheard: Vec::new(),
        }
    }
}

/// What to put targets in order by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// The cheapest first (`:floor`).
    Price,
    /// The most tokens a second first (`:nitro`).
    Throughput,
    /// The soonest first content first.
    Latency,
}

impl Sort {
    /// What the last part of a model's name means, after its last `:`
    /// (openrouter.ai/docs/guides/routing/model-variants).
    #[must_use]
    pub fn suffix(text: &str) -> Option<Self> {
        match text {
            "floor" => Some(Self::Price),
            "nitro" => Some(Self::Throughput),
            _ => None,
        }
    }

    /// The strategy that orders so.
    #[must_use]
    pub const fn strategy(self) -> Strategy {
        match self {
            Self::Price => Strategy::Cost,
            Self::Throughput => Strategy::Throughput,
            Self::Latency => Strategy::Latency,
        }
    }
}

/// The most that tokens may cost, in dollars a million (openrouter.ai/docs/guides/routing/provider-selection).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MaxPrice {
    /// Of the prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<f64>,
    /// Of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completion: Option<f64>,
}
