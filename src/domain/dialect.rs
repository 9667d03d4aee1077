//! The languages of the field, and what can be asked in them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A wire dialect. Who speaks it is a provider row's business, how it is spoken is `wire`'s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// OpenAI chat completions, and everything compatible with it.
    OpenaiChat,
    /// OpenAI responses.
    OpenaiResponses,
    /// Anthropic messages.
    Anthropic,
    /// Gemini `generateContent`.
    Gemini,
    /// Amazon Bedrock `Converse`. Spoken to providers only.
    BedrockConverse,
    /// Cohere chat, version 2.
    Cohere,
    /// Ollama's own chat (`/api/chat`).
    Ollama,
    /// OpenAI text completions, the legacy endpoint: a text and its continuation, no conversation.
    OpenaiCompletions,
}

impl Dialect {
    /// Every dialect that holds conversations, in the order they are shown.
    pub const ALL: [Self; 7] = [
        Self::OpenaiChat,
        Self::OpenaiResponses,
        Self::Anthropic,
        Self::Gemini,
        Self::BedrockConverse,
        Self::Cohere,
        Self::Ollama,
    ];

    /// Those a client may ask in. A dialect may be spoken to providers only.
    pub const CLIENTS: [Self; 4] = [Self::OpenaiChat, Self::OpenaiResponses, Self::Anthropic, Self::Gemini];

    /// Every dialect there is.
    pub fn every() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().chain([Self::OpenaiCompletions])
    }

    /// Whether a request of another dialect can be said in this one.
    #[must_use]
    pub const fn converses(self) -> bool {
        !matches!(self, Self::OpenaiCompletions)
    }

    /// The name used on the command line, in the file and in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenaiChat => "openai-chat",
            Self::OpenaiResponses => "openai-responses",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::BedrockConverse => "bedrock-converse",
            Self::Cohere => "cohere",
            Self::Ollama => "ollama",
            Self::OpenaiCompletions => "openai-completions",
        }
    }

    /// Headers no request in this dialect may lack, with what they say where nobody says otherwise: the provider's
    /// row may, and the client of a request that is not translated.
    #[must_use]
    pub const fn headers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::OpenaiChat
            | Self::OpenaiResponses
            | Self::Gemini
            | Self::BedrockConverse
            | Self::Cohere
            | Self::Ollama
            | Self::OpenaiCompletions => &[],
            // The version whose requests the translation writes; 2026-10-21 takes no `temperature`.
            Self::Anthropic => &[("anthropic-version", "2023-06-01")],
        }
    }

    /// The path of a chat request below the root of an API of this dialect. What an API offers beside it lies beside it.
    #[must_use]
    pub const fn chat_path(self) -> &'static str {
        match self {
            Self::OpenaiChat => "chat/completions",
            Self::OpenaiResponses => "responses",
            Self::Anthropic => "messages",
            Self::Gemini => "models/{model}:generateContent",
            Self::BedrockConverse => "model/{model}/converse",
            Self::Cohere | Self::Ollama => "chat",
            Self::OpenaiCompletions => "completions",
        }
    }

    /// Whether both are spoken at the same API: everything but a conversation is asked in the same way there.
    #[must_use]
    pub fn is_kin(self, other: Self) -> bool {
        let openai = |it| matches!(it, Self::OpenaiChat | Self::OpenaiResponses | Self::OpenaiCompletions);
        self == other || (openai(self) && openai(other))
    }

    /// Whether the path says the model and whether to stream; where not, the body does.
    #[must_use]
    pub const fn model_in_path(self) -> bool {
        matches!(self, Self::Gemini | Self::BedrockConverse)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The text names no dialect llmroute speaks.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is not a dialect llmroute speaks: use openai-chat, openai-responses, anthropic, gemini, \
     bedrock-converse, cohere, ollama or openai-completions"
)]
pub struct NotADialect(String);

impl FromStr for Dialect {
    type Err = NotADialect;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::every().find(|it| it.name() == text).ok_or_else(|| NotADialect(text.to_owned()))
    }
}
