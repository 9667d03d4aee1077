//! A provider as it is written down, built in or by the user: one struct for the catalogue's table, the local file
//! and `policy export`. `config` checks it and makes a [`crate::domain::policy::Provider`] of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::dialect::Dialect;
use crate::domain::policy::{Auth, Billing, Privacy};
use crate::domain::quirks::Quirks;
use crate::domain::setting::SettingRow;

/// One provider row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProviderRow {
    /// Its name: lower-case letters, digits, `-`, `_`, `.`; no `/`.
    pub name: String,
    /// For people: `OpenAI`, `LM Studio`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where it is; paths are joined to it by dialect (wire.md §1). `{name}` stands for a setting, here, in `speaks` and
    /// in `headers`.
    pub base_url: String,
    /// The dialects it speaks, the preferred one first.
    pub speaks: Vec<SpeechRow>,
    /// How it wants its key.
    pub auth: Auth,
    /// Headers every request to it carries, in lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// What its address needs to know of its user.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<SettingRow>,
    /// The environment variables its key is conventionally in, the usual one first (`OPENAI_API_KEY`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// The environment variables that hold the path of a file with its key (`GOOGLE_APPLICATION_CREDENTIALS`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env_file: Vec<String>,
    /// Where a key can be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys_url: Option<String>,
    /// Runs on this machine or network and costs no money.
    #[serde(default)]
    pub local: bool,
    /// `base_url` may point into a private or link-local network.
    #[serde(default)]
    pub allow_private: bool,
    /// What becomes of what is sent there; without it `local` for a local one, else `any`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Privacy>,
    /// Where what is sent there is worked on: `eu`, `eu-west-1`. Without it, what the setting `region` or `location` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The small chat model of the built-in group `fast`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fast: Option<String>,
    /// The large chat model of the built-in group `smart`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smart: Option<String>,
    /// Models known to be there, for `/v1/models` and for finding a bare model id. Any other id works as
    /// `provider/model`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// The id the price table knows it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_id: Option<String>,
    /// How the clients' own keys are paid for, where `auth` is `client`; without it by the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing: Option<Billing>,
    /// How it deviates from its dialect.
    #[serde(default)]
    pub quirks: Quirks,
}

/// A dialect a provider speaks, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SpeechRow {
    /// The dialect.
    pub dialect: Dialect,
    /// Another base for this dialect (DeepSeek speaks Anthropic under `/anthropic`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Another path than the dialect's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Another path for an answer that is to stream, where the path says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_path: Option<String>,
    /// Top-level fields of the body that have no place here (a model that the path says).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omit: Vec<String>,
    /// Top-level fields that go by another name here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rename: BTreeMap<String, String>,
    /// Top-level fields that every body carries.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub put: BTreeMap<String, serde_json::Value>,
}

impl SpeechRow {
    /// A dialect spoken where it is usually spoken.
    #[must_use]
    pub const fn of(dialect: Dialect) -> Self {
        Self {
            dialect,
            base_url: None,
            path: None,
            stream_path: None,
            omit: Vec::new(),
            rename: BTreeMap::new(),
            put: BTreeMap::new(),
        }
    }
}
