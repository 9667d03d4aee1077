//! Virtual keys: tokens that the owner hands out, each with what it may be used for. Of the token itself only a digest is
//! known.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::caller::Caller;
use crate::domain::clock::Stamp;
use crate::domain::id::{GroupName, ProviderName};
use crate::domain::pattern::{NotAPattern, Pattern};
use crate::domain::policy::Privacy;

/// The SHA-256 of a token.
pub type Digest = [u8; 32];

/// A virtual key that can be used, unless it has expired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualKey {
    /// Who comes with it.
    pub caller: Arc<Caller>,
    /// Where its requests may go.
    #[serde(default, skip_serializing_if = "Grant::is_open")]
    pub grant: Grant,
    /// From when on it is of no use; `None` = never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Stamp>,
}

/// Where the requests of a virtual key may go. Everything it names must hold at once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Grant {
    /// The models that may be used; none means any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<Allowed>,
    /// The providers that may be asked; none means any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<ProviderName>,
    /// What must at least be promised of what is sent.
    #[serde(skip_serializing_if = "is_any")]
    pub privacy: Privacy,
    /// Where it must be worked on: a region, or the part of it before a `-`; none means anywhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Box<str>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_any(it: &Privacy) -> bool {
    matches!(it, Privacy::Any)
}

/// What a list of allowed models can name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Allowed {
    /// A model of one provider.
    At(ProviderName, Pattern),
    /// The targets of the group of that name, whatever they are then; where there is no such group, the model of that name
    /// at whichever provider has it.
    Named(Pattern),
}

impl Grant {
    /// Whether it names nothing.
    #[must_use]
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }
}

/// `models fast, gpt-5*; providers openai; privacy zdr; regions eu`.
impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn list(word: &str, all: &[impl ToString]) -> Option<String> {
            let all: Vec<String> = all.iter().map(ToString::to_string).collect();
            (!all.is_empty()).then(|| format!("{word} {}", all.join(", ")))
        }
        let privacy = (self.privacy > Privacy::Any).then(|| format!("privacy {}", self.privacy.name()));
        let parts =
            [list("models", &self.models), list("providers", &self.providers), privacy, list("regions", &self.regions)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        f.write_str(if parts.is_empty() { "everything" } else { "" })?;
        f.write_str(&parts.join("; "))
    }
}

impl Allowed {
    /// The group it may stand for.
    #[must_use]
    pub fn group(&self) -> Option<GroupName> {
        match self {
            Self::Named(it) if !it.as_str().ends_with('*') => Some(it.as_str().into()),
            _ => None,
        }
    }
}

impl FromStr for Allowed {
    type Err = NotAPattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some(("", _)) => Err(NotAPattern(text.to_owned())),
            Some((provider, model)) => {
                let model = model.parse().map_err(|_| NotAPattern(text.to_owned()))?;
                Ok(Self::At(provider.into(), model))
            }
            None => Ok(Self::Named(text.parse()?)),
        }
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(provider, model) => write!(f, "{provider}/{model}"),
            Self::Named(it) => it.fmt(f),
        }
    }
}

impl From<Allowed> for String {
    fn from(it: Allowed) -> Self {
        it.to_string()
    }
}

impl TryFrom<String> for Allowed {
    type Error = NotAPattern;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// All virtual keys of a policy, found by the digest of their token. Digests are not written down with a policy, and keys
/// that were removed are not either: no decision depends on them.
#[derive(Debug, Clone, Default)]
pub struct VirtualKeys {
    live: Vec<Arc<VirtualKey>>,
    presented: HashMap<Digest, Found>,
}

/// Whom a token belongs to.
#[derive(Debug, Clone)]
pub enum Found {
    /// A key that was not removed.
    Live(Arc<VirtualKey>),
    /// One that was, by the name it had.
    Removed(Arc<str>),
}

impl VirtualKeys {
    /// The keys with the digests of their tokens.
    #[must_use]
    pub fn new(presented: HashMap<Digest, Found>) -> Self {
        let live = presented.values().filter_map(|it| match it {
            Found::Live(it) => Some(Arc::clone(it)),
            Found::Removed(_) => None,
        });
        let mut live: Vec<Arc<VirtualKey>> = live.collect();
        live.sort_by_key(|it| it.caller.virtual_key.id);
        Self { live, presented }
    }

    /// Whether no token could be one's.
    #[must_use]
    pub fn is_unused(&self) -> bool {
        self.presented.is_empty()
    }

    /// Whether there is none to be used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// Whose token has this digest. What the time it takes tells is about digests, which nobody can choose.
    #[must_use]
    pub fn presented(&self, digest: &Digest) -> Option<&Found> {
        self.presented.get(digest)
    }

    /// The key of that id.
    #[must_use]
    pub fn get(&self, id: i64) -> Option<&Arc<VirtualKey>> {
        self.live.binary_search_by_key(&id, |it| it.caller.virtual_key.id).ok().map(|at| &self.live[at])
    }

    /// The key of that name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Arc<VirtualKey>> {
        self.live.iter().find(|it| *it.caller.virtual_key.name == *name)
    }
}

impl Serialize for VirtualKeys {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.live)
    }
}

impl<'de> Deserialize<'de> for VirtualKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut live = Vec::<Arc<VirtualKey>>::deserialize(deserializer)?;
        live.sort_by_key(|it| it.caller.virtual_key.id);
        Ok(Self { live, presented: HashMap::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::caller::Member;

    #[test]
    fn a_grant_says_what_it_names_and_reads_back() {
        assert_eq!(Grant::default().to_string(), "everything");
        let grant = Grant {
            models: ["fast", "openai/gpt-5*", "openrouter/qwen/qwen3:free"].map(|it| it.parse().unwrap()).into(),
            providers: vec!["openai".into()],
            privacy: Privacy::Zdr,
            regions: vec!["eu".into()],
        };
        let shown = "models fast, openai/gpt-5*, openrouter/qwen/qwen3:free; providers openai; privacy zdr; regions eu";
        assert_eq!(grant.to_string(), shown);
        let text = serde_json::to_string(&grant).unwrap();
        assert_eq!(serde_json::from_str::<Grant>(&text).unwrap(), grant);
        for bad in ["", "/m", "p/", "a*b", "p/a*b"] {
            assert!(bad.parse::<Allowed>().is_err(), "{bad}");
        }
    }

    #[test]
    fn keys_are_written_down_without_their_digests() {
        let key = |id, name: &str| {
            let caller = Caller { virtual_key: Member { id, name: name.into() }, team: None, customer: None };
            Arc::new(VirtualKey { caller: Arc::new(caller), grant: Grant::default(), expires: None })
        };
        let found = |digest, it| ([digest; 32], it);
        let keys = VirtualKeys::new(HashMap::from([
            found(1, Found::Live(key(7, "b"))),
            found(2, Found::Live(key(3, "a"))),
            found(3, Found::Removed("old".into())),
        ]));
        assert_eq!(keys.get(7).unwrap().caller.virtual_key.name, "b".into());
        assert!(keys.get(4).is_none() && keys.named("old").is_none() && keys.named("a").is_some());
        assert!(matches!(keys.presented(&[3; 32]), Some(Found::Removed(_))));
        let text = serde_json::to_string(&keys).unwrap();
        assert!(!text.contains("old"), "{text}");
        let back: VirtualKeys = serde_json::from_str(&text).unwrap();
        assert!(back.get(3).is_some() && back.is_unused() && !back.is_empty());
    }
}
