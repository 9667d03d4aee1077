//! The checked policy: what the local file says, with every field meaningful. Built by `config`, swapped in whole;
//! requests in flight keep the one they started with.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::clock::Stamp;
use crate::domain::dialect::Dialect;
use crate::domain::id::{GroupName, KeyId, KeyName, ModelName, ProviderName};
use crate::domain::limit::Limit;
use crate::domain::model::ModelTable;
use crate::domain::operation::Operation;
use crate::domain::pattern::Pattern;
use crate::domain::quirks::Quirks;
use crate::domain::rule::Rules;
use crate::domain::strategy::Strategy;
use crate::domain::target::Target;
use crate::domain::virtual_key::VirtualKeys;

/// Everything a decision needs to know of the local file. It can be written down and read back, so that a decision can be
/// recomputed from what it was made of: a field that is added later needs a default.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Policy {
    /// Changes with every edit (`PRAGMA data_version` is not stable over restarts; this is).
    #[serde(skip)]
    pub version: i64,
    /// Providers by name.
    pub providers: BTreeMap<ProviderName, Arc<Provider>>,
    /// Groups by name.
    pub groups: BTreeMap<GroupName, Arc<Group>>,
    /// The version of the facts about models that its providers hold; empty where they hold none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub facts: String,
    /// Names the user gave to models, and what they stand for: a group, a target, or a model by any name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub aliases: BTreeMap<ModelName, String>,
    /// The rules that are enabled.
    #[serde(default, skip_serializing_if = "Rules::is_empty")]
    pub rules: Rules,
    /// The limits. Decisions go by what is used of them, which is written down with each.
    #[serde(skip)]
    pub limits: Vec<Limit>,
    /// The virtual keys.
    #[serde(default, skip_serializing_if = "VirtualKeys::is_empty")]
    pub virtual_keys: VirtualKeys,
}

/// A provider: one row, built in or the user's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Provider {
    /// Its name.
    pub name: ProviderName,
    /// The dialects it speaks, and where. Never empty.
    pub speaks: Vec<Speech>,
    /// How it wants its key.
    pub auth: Auth,
    /// Headers every request to it carries, in lower case, beside those its dialects demand.
    /// No decision depends on them, and a value may be a secret: they are not written down.
    #[serde(skip)]
    pub headers: Vec<(String, String)>,
    /// How it deviates.
    pub quirks: Quirks,
    /// Its keys. Empty and `auth` neither [`Auth::None`] nor [`Auth::Client`]: it cannot be used yet.
    pub keys: Vec<Key>,
    /// Runs on this machine or network and costs no money.
    pub local: bool,
    /// The base URL may point into a private or link-local network.
    pub allow_private: bool,
    /// Whether requests may go there.
    pub enabled: bool,
    /// The small chat model used for the built-in group `fast`.
    pub fast: Option<ModelName>,
    /// The large chat model used for the built-in group `smart`.
    pub smart: Option<ModelName>,
    /// Models that are known to be there (from the catalogue, or `models sync`).
    pub models: Vec<ModelName>,
    /// What is known of its models, and which others it may have. Not written down with a policy: [`Policy::facts`] says
    /// which version it is.
    #[serde(skip)]
    pub facts: Arc<ModelTable>,
    /// What becomes of what is sent to it.
    #[serde(default)]
    pub privacy: Privacy,
    /// Where what is sent to it is worked on (`eu-west-1`), in lower case; `None` where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The id the price table knows it by; `None` where it has no prices.
    pub price_id: Option<String>,
    /// What its address was made of: region, project, account.
    pub settings: BTreeMap<String, String>,
    /// Why no request can go there yet, whatever its keys: a setting of its address has no value.
    pub unready: Option<Unready>,
    /// How the clients' own keys are paid for, where it takes those.
    #[serde(default = "metered", skip_serializing_if = "Billing::is_metered")]
    pub client_billing: Billing,
}

const fn metered() -> Billing {
    Billing::Metered
}

impl Provider {
    /// An enabled provider of which nothing else is said: no keys, models, prices, quirks or headers of its own.
    #[must_use]
    pub fn new(name: ProviderName, speaks: Vec<Speech>, auth: Auth) -> Self {
        Self {
            name,
            speaks,
            auth,
            headers: Vec::new(),
            quirks: Quirks::default(),
            keys: Vec::new(),
            local: false,
            allow_private: false,
            enabled: true,
            fast: None,
            smart: None,
            models: Vec::new(),
            facts: Arc::default(),
            privacy: Privacy::default(),
            region: None,
            price_id: None,
            settings: BTreeMap::new(),
            unready: None,
            client_billing: Billing::Metered,
        }
    }
}

/// What becomes of what is sent to a provider, the least private first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Privacy {
    /// Nothing is promised: it may be kept, and learned from.
    #[default]
    Any,
    /// Nothing is kept once it is answered (zero data retention), by contract.
    Zdr,
    /// It does not leave this machine or network.
    Local,
}

impl Privacy {
    /// The word on the command line and on screens.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Zdr => "zdr",
            Self::Local => "local",
        }
    }
}

/// What a provider lacks besides a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unready {
    /// What is missing.
    pub what: String,
    /// What to do about it.
    pub fix: String,
}

impl std::fmt::Display for Unready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.what, self.fix)
    }
}

impl Provider {
    /// How it speaks `dialect`, if it does.
    #[must_use]
    pub fn speech(&self, dialect: Dialect) -> Option<&Speech> {
        self.speaks.iter().find(|it| it.dialect == dialect)
    }

    /// How it is asked by a client of `dialect` for `operation` of `model`: in the client's own dialect if it can be, else in
    /// one of the same API, else, where the operation can be translated, in the first that has it. A conversation is held
    /// in the client's dialect where it speaks that, for this model, else in the first that it can converse in. `None` if
    /// there is no such.
    #[must_use]
    pub fn speech_for(&self, operation: &Operation, dialect: Dialect, model: &ModelName) -> Option<&Speech> {
        match operation {
            Operation::Chat => return self.conversation(dialect, model),
            // Whoever does not do that itself is asked for a summary, as for any other turn.
            Operation::Compact => {
                let own = self.speech(Dialect::OpenaiResponses).filter(|_| self.quirks.compacts);
                return own.or_else(|| self.conversation(dialect, model));
            }
            Operation::CountTokens if !self.quirks.counts_tokens => return None,
            _ => {}
        }
        let able = |is: &dyn Fn(Dialect) -> bool| self.speaks.iter().find(|it| is(it.dialect) && it.offers(operation));
        able(&|it| it == dialect)
            .or_else(|| able(&|it| it.is_kin(dialect)))
            .or_else(|| able(&|_| operation.translates()))
    }

    fn conversation(&self, dialect: Dialect, model: &ModelName) -> Option<&Speech> {
        if !self.quirks.chat {
            return None;
        }
        let models = &self.quirks.completions_models;
        let takes = dialect.converses() || models.is_empty() || models.iter().any(|it| it == model.as_str());
        let own = self.speech(dialect).filter(|_| takes);
        own.or_else(|| self.speaks.iter().find(|it| it.dialect.converses()))
    }

    /// Whether a conversation in `speech` is compacted by this provider itself.
    #[must_use]
    pub fn compacts(&self, speech: &Speech) -> bool {
        self.quirks.compacts && speech.dialect == Dialect::OpenaiResponses
    }

    /// Keys that can be used: enabled and resolved.
    pub fn usable_keys(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(|it| it.enabled && it.problem.is_none())
    }

    /// Those of them that are for `model`.
    pub fn keys_for(&self, model: &ModelName) -> impl Iterator<Item = &Key> {
        self.usable_keys().filter(|it| it.is_for(model))
    }

    /// Whether a request could go there now: it is enabled, its address is whole, and a key is there if it wants one.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        let keyed = matches!(self.auth, Auth::None | Auth::Client) || self.usable_keys().next().is_some();
        self.enabled && self.unready.is_none() && keyed
    }

    /// How a request is paid for that is sent with the key of that id. A key that is gone is taken for a metered one.
    #[must_use]
    pub fn billing(&self, key: Option<KeyId>) -> Billing {
        let own = || key.and_then(|id| self.keys.iter().find(|it| it.id == id));
        match self.auth {
            Auth::Client => self.client_billing,
            auth => own().map_or(if auth == Auth::None { Billing::Free } else { Billing::Metered }, |it| it.billing),
        }
    }

    /// Every way in which a request to it may be paid for just now.
    pub fn billings(&self) -> impl Iterator<Item = Billing> {
        let keyless = self.auth == Auth::Client || (self.auth == Auth::None && self.keys.is_empty());
        self.usable_keys().map(|it| it.billing).chain(keyless.then(|| self.billing(None)))
    }
}

/// One dialect a provider speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speech {
    /// The dialect.
    pub dialect: Dialect,
    /// The full URL that takes a chat request. In a dialect whose path says the model, `{model}` stands for it.
    pub url: String,
    /// Another URL for an answer that is to stream, in a dialect whose path says so.
    pub stream_url: Option<String>,
    /// What the provider has changed about the bodies of this dialect.
    #[serde(skip)]
    pub body: BodyEdits,
}

/// Top-level fields of a body, by name, that a provider does without or insists on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BodyEdits {
    /// Not to be sent.
    pub omit: Vec<String>,
    /// To be sent under the second name, unless a field of that name is there too.
    pub rename: Vec<(String, String)>,
    /// To be sent with this JSON text as value.
    pub put: Vec<(String, String)>,
}

impl Speech {
    /// A dialect spoken to the letter at `url`.
    #[must_use]
    pub fn new(dialect: Dialect, url: impl Into<String>) -> Self {
        Self { dialect, url: url.into(), stream_url: None, body: BodyEdits::default() }
    }

    /// What stands for the model in a URL.
    pub const MODEL: &'static str = "{model}";

    /// The URL of one request; `None` where this speech has no such operation.
    #[must_use]
    pub fn url_of(&self, operation: &Operation, model: &ModelName, stream: bool) -> Option<Cow<'_, str>> {
        let url = match operation {
            Operation::Chat => Cow::Borrowed(self.stream_url.as_ref().filter(|_| stream).unwrap_or(&self.url).as_str()),
            other => Cow::Owned(self.beside(other)?),
        };
        if !url.contains(Self::MODEL) {
            return Some(url);
        }
        let plain = |it: u8| it.is_ascii_alphanumeric() || b"-._~@".contains(&it);
        let spell = |it: u8| if plain(it) { char::from(it).to_string() } else { format!("%{it:02X}") };
        let spelled: String = model.as_str().bytes().map(spell).collect();
        Some(Cow::Owned(url.replace(Self::MODEL, &spelled)))
    }

    /// Whether it has `operation`.
    #[must_use]
    pub fn offers(&self, operation: &Operation) -> bool {
        *operation == Operation::Chat || self.beside(operation).is_some()
    }

    /// The URL of an operation beside chat, from that of chat. A row that names a path of its own for chat, one that does
    /// not end like the dialect's, says nothing about the rest of its API.
    fn beside(&self, operation: &Operation) -> Option<String> {
        let path = operation.path(self.dialect)?;
        let (chat, row) = self.url.split_once('?').map_or((self.url.as_str(), None), |(url, query)| (url, Some(query)));
        let root = chat.strip_suffix(self.dialect.chat_path())?;
        let client = if let Operation::Relay(it) = operation { it.query.as_deref() } else { None };
        let mut url = format!("{root}{path}");
        for (query, mark) in [row, client].into_iter().flatten().zip(["?", "&"]) {
            url.extend([mark, query]);
        }
        Some(url)
    }
}

/// How a provider wants its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Auth {
    /// `authorization: Bearer KEY`.
    Bearer,
    /// `x-api-key: KEY` (Anthropic).
    XApiKey,
    /// `api-key: KEY` (Azure).
    ApiKey,
    /// `x-goog-api-key: KEY` (Google).
    XGoogApiKey,
    /// `authorization: Bearer TOKEN`: the key is an access token of Google's, or what is exchanged for one: a
    /// service-account file, an authorized-user file, or `metadata` for the account of the machine.
    Google,
    /// `authorization: Bearer TOKEN`: the key is an access token of Microsoft Entra ID, or what is exchanged for one: the
    /// tenantId, clientId and clientSecret of an application as JSON, or `metadata` for the account of the machine.
    Entra,
    /// `authorization: AWS4-HMAC-SHA256 …`, a signature over the request for the settings `region` and `signing-service`:
    /// the key is `ACCESS:SECRET[:SESSION]`, or the JSON of `aws configure export-credentials`. Any other key is one of
    /// the service's own, and is sent as a bearer token.
    Aws,
    /// The key of the client itself, in the headers it came in: llmroute has none for such a provider. The client shows the
    /// local token in `x-llmroute-key` then.
    Client,
    /// No key at all (local servers).
    None,
}

impl Auth {
    /// Whether a key may be a JSON object that is exchanged for a token.
    #[must_use]
    pub const fn takes_files(self) -> bool {
        matches!(self, Self::Google | Self::Entra | Self::Aws)
    }
}

/// One credential of a provider. The secret itself is in [`crate::domain::secret::Keyring`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// Stable id.
    pub id: KeyId,
    /// Its owner's name for it.
    pub name: KeyName,
    /// Share among the provider's keys; 0 = only as a fallback.
    pub weight: f64,
    /// Who pays, and how.
    pub billing: Billing,
    /// Whether it may be used.
    pub enabled: bool,
    /// The models that it is for; none means any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<Pattern>,
    /// Why the secret could not be had (`env OPENAI_API_KEY is not set`); `None` when it was.
    pub problem: Option<String>,
}

impl Key {
    /// Whether it is for `model`.
    #[must_use]
    pub fn is_for(&self, model: &ModelName) -> bool {
        self.models.is_empty() || self.models.iter().any(|it| it.matches(model.as_str()))
    }
}

/// How a key is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Billing {
    /// By the token.
    Metered,
    /// A flat fee (coding plans): costs 0 dollars a request, which is not unknown.
    Subscription,
    /// Nothing.
    Free,
}

impl Billing {
    /// Whether it is paid for by the token.
    #[must_use]
    pub const fn is_metered(&self) -> bool {
        matches!(self, Self::Metered)
    }
}

/// A name a client may send as `model`. Beside a decision is written what it goes by, not how the plan is then tried.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: GroupName,
    /// Its targets with their weights, as listed. Weight 0 = drained: never first, still a fallback.
    pub targets: Vec<(Target, f64)>,
    /// How its targets are ordered.
    #[serde(default)]
    pub strategy: Strategy,
    /// Whether a conversation stays where its prompt cache is warm.
    #[serde(default)]
    pub affinity: Affinity,
    /// Deadlines of its requests.
    #[serde(skip)]
    pub deadlines: Deadlines,
    /// When another target is started because the one that was asked is slow.
    #[serde(skip)]
    pub hedge: Hedge,
    /// What a refusal by a provider's content policy means.
    #[serde(skip)]
    pub on_refusal: OnRefusal,
    /// How many of its requests each target takes at once.
    #[serde(skip)]
    pub room: Room,
    /// An answer that is cut after its client has begun to hear it is gone on with at the next target.
    #[serde(skip)]
    pub resume: bool,
    /// A target that is tried out by a part of its conversations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<Canary>,
    /// Made by llmroute, not by the user (`fast`, `smart`).
    pub built_in: bool,
}

/// A target that is tried out by a part of a group's conversations. How far it has come is no policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Canary {
    /// Which. Not one of the group's own.
    pub target: Target,
    /// The share of conversations that it begins with, above 0 and below 1.
    pub share: f64,
    /// When it was set up; tells it from an earlier one of the same target.
    pub began: Stamp,
}

impl Group {
    /// A group of a user's that says nothing beside its targets.
    #[must_use]
    pub fn new(name: GroupName, targets: Vec<(Target, f64)>) -> Self {
        Self {
            name,
            targets,
            strategy: Strategy::default(),
            affinity: Affinity::default(),
            deadlines: Deadlines::default(),
            hedge: Hedge::default(),
            on_refusal: OnRefusal::default(),
            room: Room::default(),
            resume: false,
            canary: None,
            built_in: false,
        }
    }
}

/// Whether a conversation stays where its prompt cache is warm (routing.md §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Affinity {
    /// Unless going elsewhere is cheaper, including the cache that it gives up.
    #[default]
    Price,
    /// Each of its requests is sent where the strategy says.
    Off,
}

/// When the next target is asked too, because the first has not begun to answer (routing.md §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hedge {
    /// When nearly every answer of that target to a request of this size has begun.
    #[default]
    Auto,
    /// After this time.
    After(Duration),
    /// Never.
    Off,
}

/// What follows when a provider's content policy refuses a request (routing.md §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnRefusal {
    /// The client is told, and nobody else is sent what was refused.
    #[default]
    Tell,
    /// The next target is asked.
    Next,
}

/// How many requests of a group one target takes at once, and how many more wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Room {
    /// At once; `None` = any number.
    pub most: Option<NonZeroU32>,
    /// Waiting, where no other target can take them.
    pub queue: u32,
}

/// How long each part of an exchange may take (routing.md §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// DNS, TCP and TLS together.
    pub connect: Duration,
    /// From sending to the first content of a stream.
    pub first_content: Duration,
    /// The same where the request asks the model to reason.
    pub first_content_reasoning: Duration,
    /// Silence between any two bytes of a stream.
    pub byte_gap: Duration,
    /// Silence between two contents of a stream.
    pub content_gap: Duration,
    /// A whole unstreamed answer.
    pub whole: Duration,
    /// A whole stream.
    pub stream: Duration,
    /// While a stream is held back, or its provider is silent, its client hears from us this often.
    pub ping: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_content: Duration::from_secs(120),
            first_content_reasoning: Duration::from_secs(600),
            byte_gap: Duration::from_secs(150),
            content_gap: Duration::from_secs(300),
            whole: Duration::from_secs(600),
            stream: Duration::from_secs(3600),
            ping: Duration::from_secs(15),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::operation::{Inputs, Relayed};

    #[test]
    fn a_model_is_put_into_the_url_that_names_it() {
        let speech = Speech {
            dialect: Dialect::Gemini,
            url: "https://x.test/models/{model}:generateContent".to_owned(),
            stream_url: Some("https://x.test/models/{model}:streamGenerateContent?alt=sse".to_owned()),
            body: BodyEdits::default(),
        };
        let of = |model: &str, stream| speech.url_of(&Operation::Chat, &model.into(), stream).unwrap().into_owned();
        assert_eq!(of("gemini-3.8-flash", false), "https://x.test/models/gemini-3.8-flash:generateContent");
        assert_eq!(of("m@001", true), "https://x.test/models/m@001:streamGenerateContent?alt=sse");
        assert_eq!(
            of("a/../b?c#d:e é", false),
            "https://x.test/models/a%2F..%2Fb%3Fc%23d%3Ae%20%C3%A9:generateContent"
        );
        let chat = Speech { url: "https://x.test/v1/chat/completions".to_owned(), stream_url: None, ..speech };
        let url = chat.url_of(&Operation::Chat, &"m".into(), true);
        assert!(matches!(url, Some(Cow::Borrowed("https://x.test/v1/chat/completions"))));
    }

    fn speech(dialect: Dialect, url: &str) -> Speech {
        Speech { dialect, url: url.to_owned(), stream_url: None, body: BodyEdits::default() }
    }

    fn relay(path: &str, query: Option<&str>) -> Operation {
        Operation::Relay(Box::new(Relayed {
            method: http::Method::GET,
            path: path.to_owned(),
            query: query.map(ToOwned::to_owned),
            content_type: None,
            provider: None,
        }))
    }

    #[test]
    fn what_lies_beside_chat_is_found_from_its_address() {
        use Dialect::{Anthropic, BedrockConverse, Gemini, OpenaiChat, OpenaiResponses};
        let google = "https://g.test/v1beta/models/{model}:generateContent";
        let vertex = "https://v.test/v1/projects/p/locations/l/publishers/google/models/{model}:generateContent";
        let azure = "https://a.test/openai/deployments/{model}/chat/completions?api-version=1";
        for (dialect, url, operation, found) in [
            (
                OpenaiChat,
                "https://o.test/v1/chat/completions",
                Operation::Embed(Inputs::One),
                Some("https://o.test/v1/embeddings"),
            ),
            (
                OpenaiResponses,
                "https://o.test/v1/responses",
                Operation::Embed(Inputs::Many),
                Some("https://o.test/v1/embeddings"),
            ),
            (OpenaiChat, "https://o.test/v2/talk", Operation::Embed(Inputs::One), None),
            (
                OpenaiChat,
                azure,
                Operation::Embed(Inputs::Many),
                Some("https://a.test/openai/deployments/m%2F1/embeddings?api-version=1"),
            ),
            (
                OpenaiChat,
                azure,
                relay("audio/speech", Some("x=y&z")),
                Some("https://a.test/openai/deployments/m%2F1/audio/speech?api-version=1&x=y&z"),
            ),
            (
                OpenaiChat,
                "https://o.test/v1/chat/completions",
                relay("files", Some("limit=2")),
                Some("https://o.test/v1/files?limit=2"),
            ),
            (OpenaiChat, "https://o.test/v1/chat/completions", Operation::CountTokens, None),
            (
                OpenaiResponses,
                "https://o.test/v1/responses",
                Operation::CountTokens,
                Some("https://o.test/v1/responses/input_tokens"),
            ),
            (
                Anthropic,
                "https://c.test/v1/messages",
                Operation::CountTokens,
                Some("https://c.test/v1/messages/count_tokens"),
            ),
            (
                BedrockConverse,
                "https://b.test/model/{model}/converse",
                Operation::CountTokens,
                Some("https://b.test/model/m%2F1/count-tokens"),
            ),
            (
                Anthropic,
                "https://c.test/v1/messages",
                relay("messages/batches/b/results", None),
                Some("https://c.test/v1/messages/batches/b/results"),
            ),
            (Anthropic, "https://c.test/v1/messages", Operation::Embed(Inputs::One), None),
            (Gemini, google, Operation::Embed(Inputs::One), Some("https://g.test/v1beta/models/m%2F1:embedContent")),
            (
                Gemini,
                google,
                Operation::Embed(Inputs::Many),
                Some("https://g.test/v1beta/models/m%2F1:batchEmbedContents"),
            ),
            (
                Gemini,
                vertex,
                Operation::CountTokens,
                Some("https://v.test/v1/projects/p/locations/l/publishers/google/models/m%2F1:countTokens"),
            ),
            (Gemini, google, relay("models/{model}:predict", None), Some("https://g.test/v1beta/models/m%2F1:predict")),
        ] {
            let speech = speech(dialect, url);
            let url = speech.url_of(&operation, &"m/1".into(), false);
            assert_eq!(url.as_deref(), found, "{operation:?}");
            assert_eq!(speech.offers(&operation), found.is_some());
        }
    }

    #[test]
    fn a_provider_is_asked_in_its_clients_dialect_where_it_can_be() {
        use Dialect::{Anthropic, Gemini, OpenaiChat, OpenaiResponses};
        let urls = [
            (Anthropic, "https://x.test/v1/messages"),
            (OpenaiResponses, "https://x.test/v1/responses"),
            (OpenaiChat, "https://x.test/v1/chat/completions"),
        ];
        let of = |spoken: &[(Dialect, &str)], operation: &Operation, client| {
            let speaks = spoken.iter().map(|it| speech(it.0, it.1)).collect();
            provider(speaks).speech_for(operation, client, &"m".into()).map(|it| it.dialect)
        };
        assert_eq!(of(&urls, &Operation::Chat, OpenaiChat), Some(OpenaiChat));
        assert_eq!(of(&urls, &Operation::Chat, Gemini), Some(Anthropic));
        let embed = Operation::Embed(Inputs::Many);
        assert_eq!(of(&urls, &embed, OpenaiChat), Some(OpenaiChat));
        assert_eq!(of(&urls[..2], &embed, OpenaiChat), Some(OpenaiResponses));
        assert_eq!(of(&urls, &embed, Gemini), Some(OpenaiResponses), "the first that has it");
        assert_eq!(of(&urls[..1], &embed, Gemini), None);
        assert_eq!(of(&urls[..2], &relay("files", None), OpenaiChat), Some(OpenaiResponses));
        assert_eq!(of(&urls[..1], &relay("files", None), OpenaiChat), None, "never translated");
    }

    fn provider(speaks: Vec<Speech>) -> Provider {
        Provider::new("p".into(), speaks, Auth::None)
    }
}
