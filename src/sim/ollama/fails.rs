//! Ollama's errors: one text each. Keys and quotas are its cloud's.

use serde_json::{Value, json};

use crate::sim::trouble::Trouble;

/// The error object of a failure.
pub(crate) fn trouble(trouble: Trouble, model: &str) -> Value {
    match trouble {
        Trouble::BadKey => said("unauthorized"),
        Trouble::Forbidden => {
            said("this model requires a subscription, upgrade for access: https://ollama.com/upgrade")
        }
        Trouble::NoQuota => said("you have reached your weekly usage limit, please upgrade to continue"),
        Trouble::RateLimited => said("too many concurrent requests"),
        Trouble::Overloaded => said("server busy, please try again.  maximum pending requests exceeded"),
        Trouble::Internal => said("the model failed to generate a response"),
        Trouble::Timeout => said("timed out waiting for llama runner to start"),
        Trouble::NoModel => said(&format!("model '{model}' not found")),
        Trouble::ContextLength => said("input exceeds maximum context length and cannot be truncated further"),
        Trouble::ContentPolicy => said("the request was flagged as potentially violating the usage guidelines"),
        Trouble::TooLarge => said("http: request body too large"),
    }
}

/// An error in these words.
pub(crate) fn said(message: &str) -> Value {
    json!({"error": message})
}

/// The error object as a line of a stream.
pub(crate) fn error_line(error: &Value) -> String {
    format!("{error}\n")
}
