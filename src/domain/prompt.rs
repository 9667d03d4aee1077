//! The hub's request: a conversation in no dialect. Only the translate lane uses it.
//!
//! Typed but open: what the hub has no noun for travels as [`Opaque`]. A codec writes back only its own dialect's
//! opaque pieces and reports every other as a [`Loss`], so that nothing goes in silence.

use serde_json::value::RawValue;

use crate::domain::dialect::Dialect;
use crate::domain::signature::Signature;

/// A request, dialect-neutral.
#[derive(Debug, Clone, Default)]
pub struct Prompt {
    /// The model as the client named it.
    pub model: String,
    /// Leading system or developer text, in order and never merged: some upstreams strip the first piece by position.
    pub system: Vec<Part>,
    /// The conversation.
    pub turns: Vec<Turn>,
    /// Tools the model may call.
    pub tools: Vec<Tool>,
    /// Which tool it must or may call.
    pub tool_choice: Option<ToolChoice>,
    /// Whether several calls in one turn are allowed; `None` is the dialect's default (they are).
    pub parallel_tools: Option<bool>,
    /// The form the answer must have.
    pub format: Format,
    /// Numbers that steer sampling and length.
    pub sampling: Sampling,
    /// Thinking, if the request says anything about it.
    pub reasoning: Option<Reasoning>,
    /// Stream the answer.
    pub stream: bool,
    /// A stream is to end with usage (`stream_options.include_usage`; Anthropic always does).
    pub stream_usage: bool,
    /// An end-user id for the provider's abuse detection (`user`, `metadata.user_id`).
    pub user: Option<String>,
    /// Top-level fields with no noun here.
    pub extra: Vec<Opaque>,
}

/// One turn of the conversation.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub parts: Vec<Part>,
    /// Fields of the message itself with no noun here (`name`, …).
    pub extra: Vec<Opaque>,
}

/// Who speaks in a turn. Tool results are parts of a user turn, as in Anthropic's dialect: that keeps the results of
/// parallel calls together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The person, or the program that acts for them (tool results included).
    User,
    /// The model.
    Assistant,
    /// System or developer text in the middle of a conversation.
    System,
}

/// One piece of content.
#[derive(Debug, Clone)]
pub struct Part {
    /// What it is.
    pub body: Body,
    /// Prompt-cache mark on this piece.
    pub cache: Option<CacheMark>,
    /// Proof that a provider wrote it, to be sent back with it. Which kinds of pieces carry one is the dialect's
    /// business: Anthropic signs thinking, Gemini any part, thinking seldom among them.
    pub signature: Option<Signature>,
    /// Fields of the piece with no noun here (citations settings, titles, …).
    pub extra: Vec<Opaque>,
}

/// The content of a [`Part`].
#[derive(Debug, Clone)]
pub enum Body {
    /// Text.
    Text(String),
    /// A picture.
    Image {
        /// Where the bytes are.
        source: Media,
        /// OpenAI's `detail` (`low`, `high`, `auto`).
        detail: Option<String>,
    },
    /// A document (PDF, plain text, …).
    File {
        /// Where the bytes are.
        source: Media,
        /// Its name or title.
        name: Option<String>,
    },
    /// A sound.
    Audio {
        /// Where the bytes are.
        source: Media,
    },
    /// The model called a tool.
    ToolCall {
        /// Id that the result refers to.
        id: String,
        /// Name of the tool.
        name: String,
        /// JSON text as the model wrote it, byte for byte. May be empty or invalid; it is the model's.
        arguments: String,
    },
    /// What a tool returned.
    ToolResult {
        /// Id of the call it answers.
        id: String,
        /// Text, images or files.
        content: Vec<Part>,
        /// The tool failed.
        is_error: bool,
    },
    /// The visible text of the model's reasoning, may be empty.
    Thinking(String),
    /// Reasoning the provider encrypted as a whole.
    RedactedThinking(Signature),
    /// The model declined.
    Refusal(String),
    /// A block the hub has no noun for.
    Opaque(Opaque),
}

impl Turn {
    /// Whether it answers calls and does nothing else: where each result is a message of its own, the next one belongs to it.
    #[must_use]
    pub fn is_results(&self) -> bool {
        let results = self.parts.iter().all(|it| matches!(it.body, Body::ToolResult { .. }));
        self.role == Role::User && !self.parts.is_empty() && results
    }
}

impl From<Body> for Part {
    fn from(body: Body) -> Self {
        Self { body, cache: None, signature: None, extra: Vec::new() }
    }
}

impl Part {
    /// Plain text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Body::Text(text.into()).into()
    }
}

/// Where the bytes of an image, file or sound are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Media {
    /// In the request, base64.
    Base64 {
        /// MIME type (`image/png`, `application/pdf`, `audio/wav`).
        media_type: String,
        /// Base64 text as it came.
        data: String,
    },
    /// Plain text given as a document.
    Text(String),
    /// At an address the provider fetches.
    Url(String),
    /// Uploaded to the provider earlier; means nothing to another provider.
    FileId(String),
}

/// A prompt-cache breakpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheMark {
    /// The dialect's default lifetime (Anthropic: five minutes, not spelled out).
    Default,
    /// Five minutes, spelled out.
    FiveMinutes,
    /// One hour.
    OneHour,
}

/// A tool the model may call.
#[derive(Debug, Clone)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// JSON schema of its arguments, as it came.
    pub schema: Option<Box<RawValue>>,
    /// The provider must hold the model to the schema.
    pub strict: Option<bool>,
    /// Prompt-cache mark.
    pub cache: Option<CacheMark>,
    /// Set for a tool that the provider itself runs (`web_search_20250305`, …): then the whole definition is here,
    /// and it is a loss for every other dialect.
    pub server: Option<Opaque>,
    /// Set for a tool that takes text in place of JSON.
    pub freeform: Option<Freeform>,
    /// Fields with no noun here.
    pub extra: Vec<Opaque>,
}

/// What is particular to a tool whose input is plain text (OpenAI's custom tools, Codex's `apply_patch`).
///
/// The hub tells such a tool as the function it has to become wherever a dialect knows functions only: with a schema of
/// one string, `input`, and calls whose arguments are `{"input": "…"}`. A dialect that has such tools finds them by this
/// mark and unwraps the text again.
#[derive(Debug, Clone, Default)]
pub struct Freeform {
    /// What the text must look like, as it came (`{"type":"grammar","syntax":"lark","definition":"…"}`).
    pub format: Option<Box<RawValue>>,
}

/// Which tool to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolChoice {
    /// The model decides.
    Auto,
    /// No tool.
    None,
    /// Some tool (`required`, `any`).
    Required,
    /// This tool.
    Named(String),
}

/// The form the answer must have.
#[derive(Debug, Clone, Default)]
pub enum Format {
    /// Free text.
    #[default]
    Text,
    /// Some JSON object.
    JsonObject,
    /// JSON that fits a schema.
    JsonSchema {
        /// OpenAI's name for the schema.
        name: Option<String>,
        /// What it describes.
        description: Option<String>,
        /// The schema as it came.
        schema: Box<RawValue>,
        /// The provider must hold the model to it.
        strict: Option<bool>,
    },
}

/// Numbers that steer sampling and length. Kept as JSON numbers spell them where spelling could matter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sampling {
    /// Most tokens to generate, reasoning included where the dialect counts it so.
    pub max_tokens: Option<u64>,
    /// Temperature.
    pub temperature: Option<f64>,
    /// Nucleus mass.
    pub top_p: Option<f64>,
    /// Only the k likeliest tokens.
    pub top_k: Option<u64>,
    /// Frequency penalty (OpenAI).
    pub frequency_penalty: Option<f64>,
    /// Presence penalty (OpenAI).
    pub presence_penalty: Option<f64>,
    /// Seed (OpenAI).
    pub seed: Option<i64>,
    /// Texts that end the answer.
    pub stop: Vec<String>,
    /// How many answers (OpenAI `n`).
    pub choices: Option<u64>,
}

/// What a request says about thinking.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reasoning {
    /// `false`: switched off in so many words (`thinking: {type: disabled}`, effort `none`).
    pub enabled: bool,
    /// Effort word (`minimal`, `low`, `medium`, `high`, `xhigh`, `max`).
    pub effort: Option<String>,
    /// Most tokens to think with (Anthropic `budget_tokens`).
    pub budget: Option<u64>,
    /// The model decides how much (Anthropic `adaptive`).
    pub adaptive: bool,
}

/// A piece of JSON one dialect has and the hub has no noun for.
#[derive(Debug, Clone)]
pub struct Opaque {
    /// Whose it is.
    pub dialect: Dialect,
    /// Field or block type, for the loss report.
    pub name: String,
    /// The JSON as it came. For a field: its value; for a block or item: the whole object.
    pub raw: Box<RawValue>,
}

impl Opaque {
    /// Prefix of the names of pieces that only say how something was spelled, numbered or ordered (item ids, which of two
    /// fields held a text). Their own dialect writes them back; another one loses nothing without them, so they are no
    /// [`Loss`].
    pub const SPELLING: &str = "spelling.";

    /// Whether it only says how something was spelled.
    #[must_use]
    pub fn is_spelling(&self) -> bool {
        self.name.starts_with(Self::SPELLING)
    }
}

/// Something that could not be said in the target's dialect. Named to the client and the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// What was dropped or changed: a field (`logit_bias`), a path (`messages[2].content[0].citations`), a tool.
    pub what: String,
    /// Why, in a few words.
    pub why: &'static str,
}
