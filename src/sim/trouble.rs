//! The error answers of the dialects, word for word as their providers send them. Sources: the providers'
//! error pages and the recorded exchanges; the wording matters because agents match on it.

use serde_json::{Value, json};

use crate::domain::dialect::Dialect;
use crate::sim::{bedrock, cohere, gemini, ollama};

/// A failure every dialect has its own answer for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The key is not known.
    BadKey,
    /// The key is known and may not do this.
    Forbidden,
    /// The account has no money or quota left.
    NoQuota,
    /// Too many requests; clears by itself.
    RateLimited,
    /// The provider has too much to do (OpenAI 503, Anthropic 529).
    Overloaded,
    /// The provider broke.
    Internal,
    /// The provider gave up waiting for itself (504): it may have generated and billed an answer.
    Timeout,
    /// The model does not exist here.
    NoModel,
    /// The prompt does not fit the model's window.
    ContextLength,
    /// The prompt was stopped by a content filter.
    ContentPolicy,
    /// The body is larger than the provider takes.
    TooLarge,
}

impl Trouble {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::BadKey,
        Self::Forbidden,
        Self::NoQuota,
        Self::RateLimited,
        Self::Overloaded,
        Self::Internal,
        Self::Timeout,
        Self::NoModel,
        Self::ContextLength,
        Self::ContentPolicy,
        Self::TooLarge,
    ];

    /// Its name in the meter.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadKey => "bad-key",
            Self::Forbidden => "forbidden",
            Self::NoQuota => "no-quota",
            Self::RateLimited => "rate-limited",
            Self::Overloaded => "overloaded",
            Self::Internal => "internal",
            Self::Timeout => "timeout",
            Self::NoModel => "no-model",
            Self::ContextLength => "context-length",
            Self::ContentPolicy => "content-policy",
            Self::TooLarge => "too-large",
        }
    }

    /// Its HTTP status in a dialect.
    #[must_use]
    pub const fn status(self, dialect: Dialect) -> u16 {
        match (self, dialect) {
            (Self::BadKey | Self::NoQuota | Self::TooLarge, Dialect::Gemini) => 400,
            (Self::BadKey, Dialect::BedrockConverse) => 403,
            (Self::NoQuota | Self::TooLarge, Dialect::BedrockConverse) => 400,
            (Self::Timeout, Dialect::BedrockConverse) => 408,
            (Self::NoQuota, Dialect::Cohere | Dialect::Ollama) => 402,
            (Self::BadKey, _) => 401,
            (Self::Forbidden, _) => 403,
            (Self::Overloaded, Dialect::Anthropic) => 529,
            (Self::Overloaded, _) => 503,
            (Self::Internal, _) => 500,
            (Self::Timeout, _) => 504,
            (Self::NoModel, _) => 404,
            (Self::NoQuota, Dialect::Anthropic) | (Self::ContextLength | Self::ContentPolicy, _) => 400,
            (Self::NoQuota | Self::RateLimited, _) => 429,
            (Self::TooLarge, _) => 413,
        }
    }

    /// Its error object in a dialect.
    #[must_use]
    pub fn body(self, dialect: Dialect, model: &str) -> Value {
        match dialect {
            Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::OpenaiCompletions => self.openai(model),
            Dialect::Anthropic => self.anthropic(model),
            Dialect::Gemini => gemini::trouble(self, model),
            Dialect::BedrockConverse => bedrock::trouble(self),
            Dialect::Cohere => cohere::trouble(self, model),
            Dialect::Ollama => ollama::trouble(self, model),
        }
    }

    fn openai(self, model: &str) -> Value {
        match self {
            Self::BadKey => openai_error(
                "Incorrect API key provided: sk-sim-****. You can find your API key at https://platform.openai.com/account/api-keys.",
                "invalid_request_error",
                None,
                Some("invalid_api_key"),
            ),
            Self::Forbidden => openai_error(
                "Country, region, or territory not supported",
                "request_forbidden",
                None,
                Some("unsupported_country_region_territory"),
            ),
            Self::NoQuota => openai_error(
                "You exceeded your current quota, please check your plan and billing details.",
                "insufficient_quota",
                None,
                Some("insufficient_quota"),
            ),
            Self::RateLimited => openai_error(
                &format!("Rate limit reached for {model} on requests per min (RPM): Limit 3, Used 3, Requested 1."),
                "requests",
                None,
                Some("rate_limit_exceeded"),
            ),
            Self::Overloaded => openai_error(
                "The server is currently overloaded with other requests. Sorry about that! You can retry your request.",
                "server_error",
                None,
                Some("server_is_overloaded"),
            ),
            Self::Internal => openai_error(
                "The server had an error while processing your request. Sorry about that!",
                "server_error",
                None,
                None,
            ),
            Self::Timeout => openai_error("Gateway timeout", "server_error", None, None),
            Self::NoModel => openai_error(
                &format!("The model `{model}` does not exist or you do not have access to it."),
                "invalid_request_error",
                None,
                Some("model_not_found"),
            ),
            Self::ContextLength => openai_error(
                "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens. Please reduce the length of the messages.",
                "invalid_request_error",
                Some("messages"),
                Some("context_length_exceeded"),
            ),
            Self::ContentPolicy => openai_error(
                "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
                "invalid_request_error",
                None,
                Some("invalid_prompt"),
            ),
            Self::TooLarge => openai_error("Request body too large", "invalid_request_error", None, None),
        }
    }

    fn anthropic(self, model: &str) -> Value {
        match self {
            Self::BadKey => anthropic_error("authentication_error", "invalid x-api-key"),
            Self::Forbidden => anthropic_error("permission_error", "Your API key does not have permission to do this."),
            Self::NoQuota => anthropic_error(
                "invalid_request_error",
                "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
            ),
            Self::RateLimited => anthropic_error(
                "rate_limit_error",
                "This request would exceed your organization's rate limit of 50 requests per minute.",
            ),
            Self::Overloaded => anthropic_error("overloaded_error", "Overloaded"),
            Self::Internal => anthropic_error("api_error", "Internal server error"),
            Self::Timeout => anthropic_error("timeout_error", "Request timed out"),
            Self::NoModel => anthropic_error("not_found_error", &format!("model: {model}")),
            Self::ContextLength => {
                anthropic_error("invalid_request_error", "prompt is too long: 200254 tokens > 199999 maximum")
            }
            Self::ContentPolicy => {
                anthropic_error("invalid_request_error", "Output blocked by content filtering policy")
            }
            Self::TooLarge => {
                anthropic_error("request_too_large", "Request exceeds the maximum allowed number of bytes.")
            }
        }
    }
}

/// The dialect's error object for a bare status.
pub(crate) fn of_status(status: u16, dialect: Dialect, model: &str) -> Value {
    let known = match status {
        401 => Some(Trouble::BadKey),
        403 => Some(Trouble::Forbidden),
        404 => Some(Trouble::NoModel),
        413 => Some(Trouble::TooLarge),
        429 => Some(Trouble::RateLimited),
        500 => Some(Trouble::Internal),
        504 => Some(Trouble::Timeout),
        503 | 529 => Some(Trouble::Overloaded),
        _ => None,
    };
    if let Some(trouble) = known {
        return trouble.body(dialect, model);
    }
    let message = format!("simulated status {status}");
    match dialect {
        Dialect::Anthropic if status == 402 => anthropic_error("billing_error", &message),
        Dialect::Anthropic if status < 500 => anthropic_error("invalid_request_error", &message),
        Dialect::Anthropic => anthropic_error("api_error", &message),
        Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::OpenaiCompletions if status < 500 => {
            openai_error(&message, "invalid_request_error", None, None)
        }
        Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::OpenaiCompletions => {
            openai_error(&message, "server_error", None, None)
        }
        Dialect::Gemini => gemini::unnamed(status, &message),
        Dialect::BedrockConverse => bedrock::unnamed(status, &message),
        Dialect::Cohere => cohere::said(&message),
        Dialect::Ollama => ollama::said(&message),
    }
}

/// The dialect's answer to a request it does not take.
pub(crate) fn rejected(dialect: Dialect, message: &str, param: Option<&str>) -> Value {
    match dialect {
        Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::OpenaiCompletions => {
            openai_error(message, "invalid_request_error", param, None)
        }
        Dialect::Anthropic => anthropic_error("invalid_request_error", message),
        Dialect::Gemini => gemini::rejected(message),
        Dialect::BedrockConverse => bedrock::rejected(message),
        Dialect::Cohere => cohere::said(message),
        Dialect::Ollama => ollama::said(message),
    }
}

/// The error that arrives inside a stream.
pub(crate) fn in_stream(dialect: Dialect) -> Value {
    match dialect {
        Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::OpenaiCompletions => openai_error(
            "The server had an error while processing your request. Sorry about that!",
            "server_error",
            None,
            Some("server_error"),
        ),
        Dialect::Anthropic => json!({
            "type": "error",
            "error": {"details": null, "type": "overloaded_error", "message": "Overloaded"},
            "request_id": "req_sim",
        }),
        Dialect::Gemini => gemini::trouble(Trouble::Overloaded, ""),
        Dialect::BedrockConverse => bedrock::trouble(Trouble::Overloaded),
        Dialect::Cohere => cohere::trouble(Trouble::Internal, ""),
        Dialect::Ollama => ollama::trouble(Trouble::Internal, ""),
    }
}

fn openai_error(message: &str, kind: &str, param: Option<&str>, code: Option<&str>) -> Value {
    json!({"error": {"message": message, "type": kind, "param": param, "code": code}})
}

fn anthropic_error(kind: &str, message: &str) -> Value {
    json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_sim"})
}
