//! Vectors in every dialect that has them: a request and an answer each way, through one hub
//! ([`crate::domain::embedding`]). In the same dialect nothing of this is used: bytes pass.

pub mod gemini;
pub mod numbers;
pub mod openai;
#[cfg(test)]
mod tests;

use crate::domain::dialect::Dialect;
use crate::domain::embedding::{Form, Input, Vectors, Wanted};
use crate::domain::operation::Inputs;
use crate::domain::quirks::Quirks;
use crate::wire::{Malformed, Written, tokens};

/// The codec of a dialect, if it has vectors.
#[must_use]
pub fn codec(dialect: Dialect) -> Option<&'static dyn Codec> {
    match dialect {
        Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::OpenaiCompletions => Some(&openai::Openai),
        Dialect::Gemini => Some(&gemini::Gemini),
        _ => None,
    }
}

/// One dialect: a request and an answer to read, and the same to write. No method may panic on any input.
pub trait Codec: std::fmt::Debug + Sync {
    /// A client's request.
    ///
    /// # Errors
    /// It is none of this dialect, or asks for what no other dialect has; says where.
    fn read_request(&self, body: &[u8], inputs: Inputs) -> Result<Wanted, Malformed>;

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

    /// An answer for a client that asked with `inputs` and wants it in `form`. `model` is what it asked for, for a provider
    /// that does not say which answered; `usage` is never missing in dialects whose clients insist on it.
    fn write_answer(&self, vectors: &Vectors, asked: Answering<'_>) -> Vec<u8>;
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

fn malformed(param: &str, what: &str) -> Malformed {
    Malformed { what: what.to_owned(), at: None, param: Some(param.to_owned()) }
}
