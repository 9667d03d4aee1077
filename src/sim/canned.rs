//! Answers made once and sent to everybody: the fast path of a provider that is there to measure others.

use std::sync::Arc;
use std::time::Duration;

use memchr::memmem;

use crate::domain::dialect::Dialect;
use crate::sim::answer::Answer;
use crate::sim::asked::Asked;
use crate::sim::delivery::{Delivery, Named, Request};
use crate::sim::persona::{Canned, Latency, Persona};
use crate::sim::script::Script;

/// The prebuilt answers of every dialect.
#[derive(Debug)]
pub(crate) struct Prebuilt {
    openai: Pair,
    responses: Pair,
    anthropic: Pair,
    gemini: Pair,
    cohere: Pair,
    ollama: Pair,
}

#[derive(Debug)]
struct Pair {
    whole: Arc<Delivery>,
    stream: Arc<Delivery>,
}

impl Prebuilt {
    /// Builds the answers of a canned persona.
    pub(crate) fn of(persona: &Persona, canned: Canned) -> Self {
        let pair = |dialect| Pair {
            whole: Arc::new(whole(persona, dialect, canned)),
            stream: Arc::new(stream(persona, dialect, canned)),
        };
        Self {
            openai: pair(Dialect::OpenaiChat),
            responses: pair(Dialect::OpenaiResponses),
            anthropic: pair(Dialect::Anthropic),
            gemini: pair(Dialect::Gemini),
            cohere: pair(Dialect::Cohere),
            ollama: pair(Dialect::Ollama),
        }
    }

    /// The answer to a body on a path. Only whether it streams is looked at, without parsing; Gemini's path says so.
    pub(crate) fn answer(&self, route: &str, body: &[u8]) -> Option<&Delivery> {
        if route.ends_with(":streamGenerateContent") {
            return Some(&self.gemini.stream);
        }
        let pair = if route.ends_with("/chat/completions") {
            &self.openai
        } else if route.ends_with("/responses") {
            &self.responses
        } else if route.ends_with("/messages") {
            &self.anthropic
        } else if route.ends_with(":generateContent") {
            &self.gemini
        } else if route.ends_with("/v2/chat") {
            &self.cohere
        } else if route.ends_with("/api/chat") {
            &self.ollama
        } else {
            return None;
        };
        let streams = [&b"\"stream\":true"[..], b"\"stream\": true"].iter().any(|it| memmem::find(body, it).is_some());
        Some(if streams { &pair.stream } else { &pair.whole })
    }
}

fn plan(persona: &Persona, dialect: Dialect, stream: bool, text: String) -> Delivery {
    let asked =
        Asked { model: "sim-bench".to_owned(), stream, include_usage: true, input_tokens: 100, ..Asked::default() };
    let request = Request { dialect, named: Named { seq: 1, created: 1_750_000_000 }, asked: &Ok(asked), persona };
    Delivery::plan(&Script::reply(Answer { text, ..Answer::default() }), &request)
}

/// An unstreamed answer comes after the first-token time: the time for each token is for streams only here.
fn whole(persona: &Persona, dialect: Dialect, canned: Canned) -> Delivery {
    let quick = Persona { latency: Latency { per_token: Duration::ZERO, ..persona.latency }, ..persona.clone() };
    let words = canned.text_bytes.div_ceil(FILLER.len());
    let mut text = FILLER.repeat(words);
    text.truncate(canned.text_bytes);
    plan(&quick, dialect, false, text)
}

/// One word an event, and the same gap before each content event after the first.
fn stream(persona: &Persona, dialect: Dialect, canned: Canned) -> Delivery {
    let text = FILLER.repeat(canned.events);
    let quick = Persona { latency: Latency { per_token: Duration::ZERO, ..persona.latency }, ..persona.clone() };
    let mut delivery = plan(&quick, dialect, true, text.trim_end().to_owned());
    let mut so_far = 0;
    for step in &mut delivery.steps {
        if step.tokens > so_far && so_far > 0 {
            step.wait += persona.latency.per_token;
        }
        so_far = step.tokens.max(so_far);
    }
    delivery
}

/// A word and its space, of the length of a usual token's event.
const FILLER: &str = "word ";
