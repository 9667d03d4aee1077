//! What a simulated model says, before it is put into a dialect, and how the simulator counts tokens.
//!
//! The count is the simulator's own, simple on purpose: prose costs four tokens for three words, rounded up; JSON
//! one token for four bytes, rounded up; an image 85; every message 3. llmroute does not share a line of it.

use crate::sim::asked::Asked;
use crate::sim::meter::Billed;

/// An answer in no dialect. An empty one is legal: a finished answer without content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Reasoning that comes before the text.
    pub thinking: Option<Thinking>,
    /// The text.
    pub text: String,
    /// Tool calls; more than one are parallel.
    pub calls: Vec<Call>,
    /// The model refuses in these words.
    pub refusal: Option<String>,
    /// Token counts to state and to bill instead of the simulator's own.
    pub counts: Option<Billed>,
}

/// A reasoning block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thinking {
    /// The thought.
    pub text: String,
    /// What proves it, in the Anthropic dialect.
    pub signature: String,
}

/// A tool call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// Its id; made up from the request's number if none is given.
    pub id: Option<String>,
    /// The tool.
    pub name: String,
    /// Its arguments, JSON text. Sent as written in the OpenAI dialect and in Anthropic streams.
    pub arguments: String,
}

/// Why the answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finish {
    Stop,
    StopSequence(String),
    Length,
    Calls,
    Refusal,
}

/// An answer made ready for one request: cut to its limits and counted.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) answer: Answer,
    pub(crate) finish: Finish,
    /// What the whole answer is billed at.
    pub(crate) billed: Billed,
    /// Of the output: reasoning.
    pub(crate) reasoning: u64,
}

// === impl Call ===

impl Call {
    /// A call with an id of the simulator's making.
    #[must_use]
    pub fn new(name: impl Into<String>, arguments: impl Into<String>) -> Self {
        Self { id: None, name: name.into(), arguments: arguments.into() }
    }

    /// Its id in the `index`-th place of an answer to request `seq`.
    pub(crate) fn id(&self, prefix: &str, seq: u64, index: usize) -> String {
        self.id.clone().unwrap_or_else(|| format!("{prefix}sim{seq:06}x{index}"))
    }

    fn tokens(&self) -> u64 {
        json_tokens(&self.arguments) + json_tokens(&self.name)
    }
}

// === impl Said ===

impl Said {
    /// Applies the request's stop sequences and token limit to `answer`, and counts.
    pub(crate) fn new(mut answer: Answer, asked: &Asked) -> Self {
        let mut finish = Finish::Stop;
        if !answer.calls.is_empty() {
            finish = Finish::Calls;
        }
        if answer.refusal.is_some() {
            finish = Finish::Refusal;
        }
        if let Some((at, stop)) = first_stop(&answer.text, &asked.stop) {
            answer.text.truncate(at);
            finish = Finish::StopSequence(stop);
        }
        let reasoning = answer.thinking.as_ref().map_or(0, |it| prose_tokens(&it.text));
        if let Some(limit) = asked.max_tokens {
            let room = limit.saturating_sub(reasoning);
            if prose_tokens(&answer.text) > room {
                answer.text = first_words(&answer.text, room);
                finish = Finish::Length;
            }
        }
        let spoken = prose_tokens(&answer.text)
            + answer.refusal.as_deref().map_or(0, prose_tokens)
            + answer.calls.iter().map(Call::tokens).sum::<u64>();
        let mut output = reasoning + spoken;
        if finish == Finish::Length {
            output = output.min(asked.max_tokens.unwrap_or(output));
        }
        let billed = answer.counts.unwrap_or(Billed { input: asked.input_tokens, output, ..Billed::default() });
        Self { answer, finish, billed, reasoning: reasoning.min(billed.output) }
    }
}

/// Tokens of a prose text: four for three words, rounded up.
#[must_use]
pub fn prose_tokens(text: &str) -> u64 {
    words_to_tokens(text.split_whitespace().count())
}

/// Tokens of this many words.
pub(crate) fn words_to_tokens(words: usize) -> u64 {
    (words as u64 * 4).div_ceil(3)
}

/// Tokens of a JSON text: one for four bytes, rounded up.
#[must_use]
pub fn json_tokens(text: &str) -> u64 {
    (text.len() as u64).div_ceil(4)
}

/// The earliest place at which any of `stops` occurs, and which.
fn first_stop(text: &str, stops: &[String]) -> Option<(usize, String)> {
    let found = stops.iter().filter(|it| !it.is_empty()).filter_map(|it| text.find(it.as_str()).map(|at| (at, it)));
    found.min_by_key(|(at, _)| *at).map(|(at, it)| (at, it.clone()))
}

/// As many words as `room` tokens hold, but one at least: a limit must not turn an answer into an empty one.
fn first_words(text: &str, room: u64) -> String {
    let words = usize::try_from(room.saturating_mul(3) / 4).unwrap_or(usize::MAX).max(1);
    let kept: String =
        text.split_inclusive(char::is_whitespace).filter(|it| !it.trim().is_empty()).take(words).collect();
    kept.trim_end().to_owned()
}
