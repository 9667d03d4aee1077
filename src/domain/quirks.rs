//! How a provider deviates from the dialect it speaks. Data of a provider row, never code that names a provider.

use serde::{Deserialize, Serialize};

use crate::domain::model::canonical;

/// Deviations; the default is a provider that follows its dialect to the letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Quirks {
    /// Holds conversations. Where not, it offers what lies beside them: vectors, reranking.
    pub chat: bool,
    /// Understands `stream_options.include_usage`. Where not, usage comes unasked or never.
    pub usage_in_stream: bool,
    /// The field that caps the output in openai-chat.
    pub output_cap: OutputCap,
    /// Understands `response_format: json_schema`.
    pub json_schema: bool,
    /// Understands tools.
    pub tools: bool,
    /// Understands images.
    pub images: bool,
    /// Understands the role `developer`; where not, `system` is written.
    pub developer_role: bool,
    /// Hanging up stops generation and billing. Where not (or not known), an abandoned answer is drained for its usage.
    pub cancels: bool,
    /// Keeps the answers of the responses dialect, so that a client can go on from one by its id. Where not, they are kept
    /// in the local file.
    pub keeps_responses: bool,
    /// Counts the tokens of a conversation, where its dialect has a path for that. Where not, they are guessed at here.
    pub counts_tokens: bool,
    /// Compacts conversations, in the responses dialect. Where not, a model is asked for a summary.
    pub compacts: bool,
    /// Refuses a turn of its model that called tools and comes back without the reasoning that led to the calls, while the
    /// model thinks (400, "`reasoning_content` … must be passed back"). In openai-chat, where that is plain text.
    pub replays_reasoning: bool,
    /// What ids of tool calls it takes.
    pub call_ids: CallIds,
    /// Hands its reasoning out encrypted on demand, in the responses dialect, and takes it back so.
    pub encrypted_reasoning: bool,
    /// The models that its openai-completions path takes; none means all of them.
    pub completions_models: Vec<String>,
    /// The field of a request for vectors that says how long they are to be.
    pub embedding_dimensions: DimensionsField,
    /// The key of reasoning text in openai-chat messages and deltas.
    pub reasoning_field: ReasoningField,
    /// How openai-chat spells a document in a user's message.
    pub document_part: DocumentPart,
    /// `input_audio` in openai-chat is the base64 text itself, not an object with it and its format.
    pub plain_audio: bool,
    /// Goes on from an answer that a conversation ends with only where that says `prefix: true`, in openai-chat.
    pub prefill_mark: bool,
    /// Its models that go on from an answer that a conversation ends with, and do not repeat it. Under any of their names;
    /// `*` is all of them.
    pub prefill_models: Vec<String>,
    /// Chooses among providers of its own by the `provider` object of a request (a gateway).
    pub provider_routing: bool,
    /// Understands `user`, an id of the end user, in openai-chat.
    pub end_user: bool,
    /// What it keeps of prompts, to read the same beginning for less the next time.
    pub prompt_cache: PromptCache,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            chat: true,
            usage_in_stream: true,
            output_cap: OutputCap::MaxTokens,
            json_schema: true,
            tools: true,
            images: true,
            developer_role: false,
            cancels: false,
            keeps_responses: false,
            counts_tokens: false,
            compacts: false,
            replays_reasoning: false,
            call_ids: CallIds::Any,
            encrypted_reasoning: false,
            completions_models: Vec::new(),
            embedding_dimensions: DimensionsField::Dimensions,
            reasoning_field: ReasoningField::ReasoningContent,
            document_part: DocumentPart::File,
            plain_audio: false,
            prefill_mark: false,
            prefill_models: Vec::new(),
            provider_routing: false,
            end_user: true,
            prompt_cache: PromptCache::default(),
        }
    }
}

/// A provider's cache of prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PromptCache {
    /// What it keeps.
    pub keeps: Keeps,
    /// For so many seconds after it was last used; where that is not promised, about so many.
    pub seconds: u64,
    /// Prompts below so many tokens are not kept.
    pub least: u64,
}

/// What a provider keeps of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keeps {
    /// What its answers say; nobody has said more.
    #[default]
    Unknown,
    /// All of it, unasked.
    Everything,
    /// What the request marks (`cache_control`, `cachePoint`).
    WhatIsMarked,
}

impl Default for PromptCache {
    fn default() -> Self {
        Self { keeps: Keeps::Unknown, seconds: 300, least: 1024 }
    }
}

impl Quirks {
    /// Whether `model` goes on from an answer that a conversation ends with.
    #[must_use]
    pub fn prefills(&self, model: &str) -> bool {
        self.prefill_models.iter().any(|it| it == "*" || canonical(it) == canonical(model))
    }
}

/// What ids of tool calls a provider takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallIds {
    /// Any.
    #[default]
    Any,
    /// Short ones: 40 characters in chat, 64 in responses (OpenAI).
    Short,
    /// Nine letters and digits (Mistral).
    NineAlphanumerics,
}

/// How openai-chat spells the output cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputCap {
    /// `max_tokens`, what nearly every compatible provider reads.
    MaxTokens,
    /// `max_completion_tokens`, which OpenAI's reasoning models insist on.
    MaxCompletionTokens,
}

/// How a provider of OpenAI's API spells the length of vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DimensionsField {
    /// `dimensions`.
    Dimensions,
    /// `output_dimension` (Mistral, Voyage).
    OutputDimension,
}

/// How openai-chat spells reasoning text, which its specification does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasoningField {
    /// `reasoning_content` (DeepSeek, vLLM, Moonshot, Z.ai, …).
    ReasoningContent,
    /// `reasoning` (OpenRouter, Groq, Together, Ollama).
    Reasoning,
    /// No key: the text stands in the content, in parts of type `thinking` (Mistral).
    Parts,
}

impl ReasoningField {
    /// The key.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReasoningContent => "reasoning_content",
            Self::Reasoning => "reasoning",
            Self::Parts => "thinking",
        }
    }
}

/// How openai-chat spells a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentPart {
    /// `file`, an object with name and bytes; none by address.
    File,
    /// `document_url`, an address or the bytes in one, with `document_name` beside it (Mistral).
    DocumentUrl,
}
