//! Vectors in every dialect that has them: a request and an answer each way, through one hub
//! ([`crate::domain::embedding`]). In the same dialect nothing of this is used: bytes pass.

pub mod cohere;
pub mod gemini;
pub mod numbers;
pub mod ollama;
pub mod openai;
#[cfg(test)]
mod tests;

use crate::domain::dialect::Dialect;
use crate::domain::embedding::{Form, Input, Vectors, Wanted};
use crate::domain::operation::Inputs;
use crate::domain::quirks::Quirks;
use crate::wire::{Malformed, Written, tokens};

/// How clients of a dialect ask for vectors, if they do.
#[must_use]
pub fn client(dialect: Dialect) -> Option<&'static dyn Client> {
    match dialect {
        Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::OpenaiCompletions => Some(&openai::Openai),
        Dialect::Gemini => Some(&gemini::Gemini),
        _ => None,
    }
}

/// How providers of a dialect are asked for vectors, if they have any.
#[must_use]
pub fn provider(dialect: Dialect) -> Option<&'static dyn Provider> {
    match dialect {
        Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::OpenaiCompletions => Some(&openai::Openai),
        Dialect::Gemini => Some(&gemini::Gemini),
        Dialect::Cohere => Some(&cohere::Cohere),
        Dialect::Ollama => Some(&ollama::Ollama),
        Dialect::Anthropic | Dialect::BedrockConverse => None,
    }
}

/// A client's side of a dialect. No method may panic on any input.
pub trait Client: std::fmt::Debug + Sync {
    /// A client's request.
    ///
    /// # Errors
    /// It is none of this dialect, or asks for what no other dialect has; says where.
    fn read_request(&self, body: &[u8], inputs: Inputs) -> Result<Wanted, Malformed>;

    /// An answer for a client that asked as `asked` says.
    fn write_answer(&self, vectors: &Vectors, asked: Answering<'_>) -> Vec<u8>;
}

/// A provider's side of a dialect. No method may panic on any input.
pub trait Provider: std::fmt::Debug + Sync {
    /// A request for a provider that calls the model `model`.
    ///
    /// # Errors
    /// It cannot be said at all: tokens of one model's vocabulary to another model.
    fn write_request(&self, wanted: &Wanted, model: &str, quirks: &Quirks) -> Result<Written, Malformed>;

    /// A provider's answer.
    ///
    /// # Errors
    /// It is none of this dialect.
    fn read_answer(&self, body: &[u8]) -> Result<Vectors, Malformed>;
}

/// What an answer depends on of its request.
#[derive(Debug, Clone, Copy)]
pub struct Answering<'a> {
    /// One, or a list.
    pub inputs: Inputs,
    /// How the vectors are to be written.
    pub form: Form,
    /// The model the client asked for.
    pub model: &'a str,
    /// About how many tokens were sent, for a provider that does not count.
    pub estimate: u64,
}

/// About how many tokens `wanted` is.
#[must_use]
pub fn estimate(wanted: &Wanted) -> u64 {
    let of = |input: &Input| match input {
        Input::Text(text) => tokens::estimate(text.as_bytes()),
        Input::Tokens(tokens) => u64::try_from(tokens.len()).unwrap_or(u64::MAX),
    };
    wanted.inputs.iter().map(of).fold(0, u64::saturating_add)
}

/// The texts of a request for a provider that takes no tokens.
///
/// # Errors
/// There are tokens among them: they are of one model's vocabulary.
fn texts(wanted: &Wanted) -> Result<Vec<&str>, Malformed> {
    let mut texts = Vec::with_capacity(wanted.inputs.len());
    for input in &wanted.inputs {
        match input {
            Input::Text(text) => texts.push(text.as_str()),
            Input::Tokens(_) => {
                return Err(malformed("input", "is tokens of one model's vocabulary, and the target takes texts only"));
            }
        }
    }
    Ok(texts)
}

fn malformed(param: &str, what: &str) -> Malformed {
    Malformed { what: what.to_owned(), at: None, param: Some(param.to_owned()) }
}
