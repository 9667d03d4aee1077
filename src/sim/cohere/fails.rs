//! Cohere's errors. Its pages give the statuses; the words are those of recorded and reported answers where there are
//! any.

use serde_json::{Value, json};

use crate::sim::trouble::Trouble;

/// The error object of a failure.
pub(crate) fn trouble(trouble: Trouble, model: &str) -> Value {
    match trouble {
        Trouble::BadKey => said("invalid api token"),
        Trouble::Forbidden => said("your account is not allowed to use this resource"),
        Trouble::NoQuota => said("Please add or update your payment method at https://dashboard.cohere.com/billing"),
        Trouble::RateLimited => said(
            "You are using a Trial key, which is limited to 20 API calls / minute. You can continue to use the Trial key for free or upgrade to a Production key with higher rate limits.",
        ),
        Trouble::Overloaded => said("the service is overloaded, please try again later"),
        Trouble::Internal => said("internal server error, this has been reported to our developers."),
        Trouble::Timeout => said("the request timed out"),
        Trouble::NoModel => said(&format!(
            "model '{model}' not found, make sure the correct model ID was used and that you have access to the model."
        )),
        Trouble::ContextLength => said(
            "too many tokens: size limit exceeded by 1002 tokens. Try using shorter or fewer inputs, or setting prompt_truncation='AUTO'.",
        ),
        Trouble::ContentPolicy => said("the request was flagged as potentially violating the usage guidelines"),
        Trouble::TooLarge => said("request body too large"),
    }
}

/// An error in these words.
pub(crate) fn said(message: &str) -> Value {
    json!({"id": "00000000-0000-4000-8000-000000000000", "message": message})
}

/// The error object as the end of a stream.
pub(crate) fn error_event(error: &Value) -> String {
    let event = json!({"type": "message-end", "delta": {"finish_reason": "ERROR", "error": error["message"]}});
    format!("event: message-end\ndata: {event}\n\n")
}
