//! Bedrock's error answers: the class in a header, the words in the body.

use serde_json::{Value, json};

use crate::sim::trouble::Trouble;

/// The error object of a failure. Its `__type` is the class, which goes out in a header ([`class_of`]).
pub(crate) fn trouble(trouble: Trouble) -> Value {
    match trouble {
        Trouble::BadKey => {
            error("UnrecognizedClientException", "The security token included in the request is invalid.")
        }
        Trouble::Forbidden => error(
            "AccessDeniedException",
            "User: arn:aws:iam::123456789012:user/sim is not authorized to perform: bedrock:InvokeModel",
        ),
        Trouble::NoQuota => {
            error("ServiceQuotaExceededException", "Your request exceeds the service quota for your account.")
        }
        Trouble::RateLimited => error("ThrottlingException", "Too many requests, please wait before trying again."),
        Trouble::Overloaded => error("ServiceUnavailableException", "Bedrock is unable to process your request."),
        Trouble::Internal => error(
            "InternalServerException",
            "The system encountered an unexpected error during processing. Try your request again.",
        ),
        Trouble::Timeout => error("ModelTimeoutException", "The request took too long to process."),
        Trouble::NoModel => {
            error("ResourceNotFoundException", "Could not resolve the foundation model from the model identifier.")
        }
        Trouble::ContextLength => error("ValidationException", "Input is too long for requested model."),
        Trouble::ContentPolicy => {
            error("ValidationException", "The request was blocked by our content management policy.")
        }
        Trouble::TooLarge => {
            error("ValidationException", "1 validation error detected: the request body is too large.")
        }
    }
}

/// The answer to a request that is not taken.
pub(crate) fn rejected(message: &str) -> Value {
    error("ValidationException", message)
}

/// The error object for a status that means no failure of the catalogue.
pub(crate) fn unnamed(status: u16, message: &str) -> Value {
    error(if status < 500 { "ValidationException" } else { "InternalServerException" }, message)
}

/// Takes the class out of an error object: only the header has it.
pub(crate) fn class_of(body: &mut Value) -> Option<String> {
    let class = body.as_object_mut()?.remove("__type")?;
    class.as_str().map(|it| format!("{it}:http://internal.amazon.com/coral/com.amazon.bedrock/"))
}

fn error(class: &str, message: &str) -> Value {
    json!({"__type": class, "message": message})
}
