//! Where a request can go.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::id::{KeyId, KeyName, ModelName, ProviderName};

/// A provider and one of its models.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Target {
    /// The provider row.
    pub provider: ProviderName,
    /// The model as that provider names it.
    pub model: ModelName,
}

impl Target {
    /// Splits `provider/model` at the first `/`; model ids may contain further ones.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (provider, model) = text.split_once('/')?;
        (!provider.is_empty() && !model.is_empty()).then(|| Self { provider: provider.into(), model: model.into() })
    }
}

impl From<Target> for String {
    fn from(it: Target) -> Self {
        it.to_string()
    }
}

impl TryFrom<String> for Target {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no target"))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.provider, self.model))
    }
}

/// A target with the key that will pay for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Seat {
    /// Where to.
    pub target: Target,
    /// With which key; `None` for a provider that needs none.
    pub key: Option<(KeyId, KeyName)>,
}

impl Seat {
    /// What health is kept by: provider, model and key.
    #[must_use]
    pub fn key_id(&self) -> Option<KeyId> {
        self.key.as_ref().map(|(id, _)| *id)
    }
}
