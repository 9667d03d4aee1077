//! Google's error answers, word for word.

use serde_json::{Value, json};

use crate::sim::trouble::Trouble;

/// The error object of a failure.
pub(crate) fn trouble(trouble: Trouble, model: &str) -> Value {
    match trouble {
        Trouble::BadKey => {
            let mut it = error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.");
            it["error"]["details"] = json!([{
                "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID",
                "domain": "googleapis.com", "metadata": {"service": "generativelanguage.googleapis.com"},
            }]);
            it
        }
        Trouble::Forbidden => error(403, "PERMISSION_DENIED", "The caller does not have permission"),
        Trouble::NoQuota => error(
            400,
            "FAILED_PRECONDITION",
            "Gemini API free tier is not available in your country. Please enable billing on your project in Google AI Studio.",
        ),
        Trouble::RateLimited => error(
            429,
            "RESOURCE_EXHAUSTED",
            "You exceeded your current quota, please check your plan and billing details.",
        ),
        Trouble::Overloaded => error(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
        Trouble::Internal => error(
            500,
            "INTERNAL",
            "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting",
        ),
        Trouble::Timeout => error(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
        Trouble::NoModel => error(
            404,
            "NOT_FOUND",
            &format!(
                "models/{model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods."
            ),
        ),
        Trouble::ContextLength => error(
            400,
            "INVALID_ARGUMENT",
            "The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).",
        ),
        Trouble::ContentPolicy => error(
            400,
            "INVALID_ARGUMENT",
            "The prompt could not be submitted. This prompt contains sensitive words that violate Google's Responsible AI practices.",
        ),
        Trouble::TooLarge => error(400, "INVALID_ARGUMENT", "Request payload size exceeds the limit: 20971520 bytes."),
    }
}

/// The answer to a request that is not taken.
pub(crate) fn rejected(message: &str) -> Value {
    error(400, "INVALID_ARGUMENT", message)
}

/// The error object for a status that means no failure of the catalogue.
pub(crate) fn unnamed(status: u16, message: &str) -> Value {
    error(status, if status < 500 { "INVALID_ARGUMENT" } else { "INTERNAL" }, message)
}

fn error(code: u16, status: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message, "status": status}})
}
