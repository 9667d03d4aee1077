//! What a client asks for: an answer in a conversation, or one of the things that a provider's API offers beside it.

use std::borrow::Cow;

use http::Method;

use crate::domain::dialect::Dialect;

/// What a request asks of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Operation {
    /// The next turn of a conversation: the only operation that may be streamed event by event.
    #[default]
    Chat,
    /// Vectors for texts.
    Embed(Inputs),
    /// How many tokens a conversation has. Costs nothing.
    CountTokens,
    /// A conversation in less room: one item that stands for all of it (OpenAI responses).
    Compact,
    /// Anything else of an API, passed on as it is to a provider with the same API.
    Relay(Box<Relayed>),
}

/// Whether a request for vectors brings one text or a list of them, where that makes two methods of it (Gemini).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inputs {
    /// One.
    One,
    /// A list, or either: the only form of every other dialect.
    Many,
}

/// A request that is passed on without being understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relayed {
    /// How it is asked.
    pub method: Method,
    /// The path below the root of the API (what a version like `v1` ends), without a slash at its beginning:
    /// `images/generations`. In a dialect whose paths name the model, [`Self::MODEL`] stands for it.
    pub path: String,
    /// The query, without the question mark and without a token of ours.
    pub query: Option<String>,
    /// What kind of body it is, as the client says it.
    pub content_type: Option<String>,
    /// The provider the client wants, where it names one. Only looked at where no model says more.
    pub provider: Option<String>,
}

impl Relayed {
    /// What stands for the model in a path.
    pub const MODEL: &'static str = "{model}";
}

impl Operation {
    /// How it is named in rows: one word, or for what is passed on its method, if it is not POST, and its path.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        match self {
            Self::Chat => Cow::Borrowed("chat"),
            Self::Embed(_) => Cow::Borrowed("embed"),
            Self::CountTokens => Cow::Borrowed("count-tokens"),
            Self::Compact => Cow::Borrowed("compact"),
            Self::Relay(it) if it.method == Method::POST => Cow::Owned(it.path.clone()),
            Self::Relay(it) => Cow::Owned(format!("{} {}", it.method, it.path)),
        }
    }

    /// How it is asked of a provider.
    #[must_use]
    pub fn method(&self) -> Method {
        match self {
            Self::Relay(it) => it.method.clone(),
            Self::Chat | Self::Embed(_) | Self::CountTokens | Self::Compact => Method::POST,
        }
    }

    /// Its path below the root of an API of `dialect`, where that has such an operation.
    #[must_use]
    pub fn path(&self, dialect: Dialect) -> Option<&str> {
        match (self, dialect) {
            (Self::Chat, _) => Some(dialect.chat_path()),
            (Self::Relay(it), _) => Some(&it.path),
            (Self::Embed(_), Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::OpenaiCompletions) => {
                Some("embeddings")
            }
            (Self::Embed(_), Dialect::Cohere | Dialect::Ollama) => Some("embed"),
            (Self::Embed(Inputs::One), Dialect::Gemini) => Some("models/{model}:embedContent"),
            (Self::Embed(Inputs::Many), Dialect::Gemini) => Some("models/{model}:batchEmbedContents"),
            (Self::CountTokens, Dialect::OpenaiResponses) => Some("responses/input_tokens"),
            (Self::CountTokens, Dialect::Anthropic) => Some("messages/count_tokens"),
            (Self::CountTokens, Dialect::Gemini) => Some("models/{model}:countTokens"),
            (Self::CountTokens, Dialect::BedrockConverse) => Some("model/{model}/count-tokens"),
            (Self::Compact, Dialect::OpenaiResponses) => Some("responses/compact"),
            (Self::Embed(_) | Self::CountTokens | Self::Compact, _) => None,
        }
    }

    /// Whether it can be asked of a provider whose dialect is not the client's.
    #[must_use]
    pub const fn translates(&self) -> bool {
        matches!(self, Self::Chat | Self::Embed(_) | Self::CountTokens | Self::Compact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_name_what_was_asked_for() {
        let relayed = |method| Relayed {
            method,
            path: "files".to_owned(),
            query: Some("limit=2".to_owned()),
            content_type: None,
            provider: None,
        };
        for (operation, name) in [
            (Operation::Chat, "chat"),
            (Operation::Embed(Inputs::One), "embed"),
            (Operation::CountTokens, "count-tokens"),
            (Operation::Relay(Box::new(relayed(Method::POST))), "files"),
            (Operation::Relay(Box::new(relayed(Method::GET))), "GET files"),
        ] {
            assert_eq!(operation.name(), name);
        }
    }
}
