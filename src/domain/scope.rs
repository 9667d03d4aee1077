//! Whose requests a budget or a limit counts.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::caller::{Caller, Member};
use crate::domain::id::{KeyName, ModelName, ProviderName};
use crate::domain::target::{Seat, Target};

/// Whose requests are counted, as people and the local file write it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Scope {
    /// `all`: everybody's.
    All,
    /// `customer:X`
    Customer(Arc<str>),
    /// `team:X`
    Team(Arc<str>),
    /// `virtual-key:X`
    VirtualKey(Arc<str>),
    /// `virtual-key:X/provider:P`: those of one virtual key, as far as one provider is asked.
    VirtualKeyAt(Arc<str>, ProviderName),
    /// `provider:P`
    Provider(ProviderName),
    /// `model:P/M`
    Model(Target),
    /// `key:P/K`
    Key(ProviderName, KeyName),
    /// `session:*`: those of each session by themselves.
    Session,
}

/// The text names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no scope: expected all, customer:X, team:X, virtual-key:X, virtual-key:X/provider:P, provider:P (or just P), model:P/M, key:P/K or session:*"
)]
pub struct NotAScope(pub String);

impl Scope {
    /// Whether it counts by who asks alone, whatever target is chosen.
    #[must_use]
    pub const fn is_of_caller(&self) -> bool {
        matches!(self, Self::All | Self::Customer(_) | Self::Team(_) | Self::VirtualKey(_) | Self::Session)
    }

    /// Whether it counts what `who` sends to `seat`.
    #[must_use]
    pub fn covers(&self, who: Who<'_>, seat: &Seat) -> bool {
        self.covers_caller(who) && self.covers_seat(seat)
    }

    /// Whether it counts what `who` sends to some seat or other.
    #[must_use]
    pub fn covers_caller(&self, who: Who<'_>) -> bool {
        let is = |wanted: &Arc<str>, it: Option<&Member>| it.is_some_and(|it| it.name == *wanted);
        let caller = who.caller;
        match self {
            Self::All | Self::Provider(_) | Self::Model(_) | Self::Key(..) => true,
            Self::Session => who.session.is_some(),
            Self::Customer(it) => is(it, caller.and_then(|it| it.customer.as_ref())),
            Self::Team(it) => is(it, caller.and_then(|it| it.team.as_ref())),
            Self::VirtualKey(it) | Self::VirtualKeyAt(it, _) => is(it, caller.map(|it| &it.virtual_key)),
        }
    }

    /// Whether it counts what somebody or other sends to `seat`.
    #[must_use]
    pub fn covers_seat(&self, seat: &Seat) -> bool {
        let target = &seat.target;
        match self {
            Self::All | Self::Customer(_) | Self::Team(_) | Self::VirtualKey(_) | Self::Session => true,
            Self::VirtualKeyAt(_, it) | Self::Provider(it) => *it == target.provider,
            Self::Model(it) => it == target,
            Self::Key(provider, key) => {
                *provider == target.provider && seat.key.as_ref().is_some_and(|it| it.1 == *key)
            }
        }
    }
}

/// Who asks, as far as scopes look at it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Who<'a> {
    /// Whose virtual key it is.
    pub caller: Option<&'a Caller>,
    /// The client's session id.
    pub session: Option<&'a str>,
}

impl FromStr for Scope {
    type Err = NotAScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let Some((word, rest)) = text.split_once(':') else {
                return Some(if text == "all" { Self::All } else { Self::Provider(text.into()) });
            };
            Some(match word {
                "customer" => Self::Customer(rest.into()),
                "team" => Self::Team(rest.into()),
                "virtual-key" => match rest.split_once("/provider:") {
                    Some(("", _) | (_, "")) => return None,
                    Some((key, provider)) => Self::VirtualKeyAt(key.into(), provider.into()),
                    None => Self::VirtualKey(rest.into()),
                },
                "provider" => Self::Provider(rest.into()),
                "model" => {
                    let (provider, model) = rest.split_once('/').filter(|it| !it.0.is_empty() && !it.1.is_empty())?;
                    Self::Model(Target { provider: provider.into(), model: ModelName::from(model) })
                }
                "key" => {
                    let (provider, key) = rest.split_once('/').filter(|it| !it.0.is_empty() && !it.1.is_empty())?;
                    Self::Key(provider.into(), key.into())
                }
                "session" if rest == "*" => Self::Session,
                _ => return None,
            })
        };
        let ends_bare = text.is_empty() || text.ends_with(':');
        parse().filter(|_| !ends_bare).ok_or_else(|| NotAScope(text.to_owned()))
    }
}

impl From<Scope> for String {
    fn from(it: Scope) -> Self {
        it.to_string()
    }
}

impl TryFrom<String> for Scope {
    type Error = NotAScope;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Self::All => "all".to_owned(),
            Self::Customer(it) => format!("customer:{it}"),
            Self::Team(it) => format!("team:{it}"),
            Self::VirtualKey(it) => format!("virtual-key:{it}"),
            Self::VirtualKeyAt(it, provider) => format!("virtual-key:{it}/provider:{provider}"),
            Self::Provider(it) => format!("provider:{it}"),
            Self::Model(it) => format!("model:{it}"),
            Self::Key(provider, key) => format!("key:{provider}/{key}"),
            Self::Session => "session:*".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_back_what_they_print() {
        let written = [
            "all",
            "customer:acme",
            "team:red",
            "virtual-key:ci",
            "virtual-key:ci/provider:openai",
            "provider:openai",
            "model:openrouter/qwen/qwen3:free",
            "key:openai/work",
            "session:*",
        ];
        for text in written {
            assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
        }
        assert_eq!("openai".parse::<Scope>().unwrap().to_string(), "provider:openai");
    }

    #[test]
    fn a_scope_covers_its_own_and_nobody_else_s() {
        use crate::domain::id::KeyId;

        let member = |id, name: &str| Member { id, name: name.into() };
        let caller = Caller { virtual_key: member(1, "ci"), team: Some(member(2, "red")), customer: None };
        let ours = Who { caller: Some(&caller), session: Some("s") };
        let seat = Seat { target: Target::parse("openai/gpt").unwrap(), key: Some((KeyId(1), "work".into())) };
        let covered = |who, scope: &str| scope.parse::<Scope>().unwrap().covers(who, &seat);
        for scope in ["all", "virtual-key:ci", "virtual-key:ci/provider:openai", "team:red", "session:*"] {
            assert!(covered(ours, scope), "{scope}");
            assert_eq!(covered(Who::default(), scope), scope == "all", "{scope}");
        }
        for scope in ["openai", "model:openai/gpt", "key:openai/work"] {
            assert!(covered(ours, scope) && covered(Who::default(), scope), "{scope}");
        }
        for scope in ["virtual-key:me", "virtual-key:ci/provider:groq", "team:blue", "customer:red", "groq"] {
            assert!(!covered(ours, scope), "{scope}");
        }
        for scope in ["model:openai/o3", "key:openai/home"] {
            assert!(!covered(ours, scope), "{scope}");
        }
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for text in
            ["", "team:", "session:x", "model:gpt", "model:/m", "key:openai/", "user:x", "virtual-key:/provider:p"]
        {
            assert!(text.parse::<Scope>().is_err(), "{text}");
        }
    }
}
