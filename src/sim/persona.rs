//! Who a simulated provider is: what it speaks and says, how fast it is, how often and how it fails.

use std::time::Duration;

use crate::domain::dialect::Dialect;
use crate::domain::dice::Dice;
use crate::domain::id::RequestId;
use crate::sim::answer::Answer;
use crate::sim::asked::Asked;
use crate::sim::script::{By, Fault, Script, When};
use crate::sim::trouble::Trouble;

/// A simulated provider's character. Everything it does follows from this, its scripts and the order of arrival.
#[derive(Debug, Clone)]
pub struct Persona {
    /// Its name, echoed in its answers.
    pub name: String,
    /// The dialects it answers; another one's paths are not found.
    pub speaks: Vec<Dialect>,
    /// The models it serves; none means any.
    pub models: Vec<String>,
    /// Whom it lets in.
    pub admits: Admits,
    /// How fast it is.
    pub latency: Latency,
    /// The share of requests that fail, from 0.0 to 1.0.
    pub failure_rate: f64,
    /// The ways in which they do, each as likely as the others.
    pub failures: Vec<Script>,
    /// Seed of the failures: the n-th request fares the same in every run.
    pub seed: u64,
    /// What it says, in rotation.
    pub sentences: Vec<String>,
    /// It stops generating, and charging, when its client hangs up.
    pub cancels: bool,
    /// Its models go on from a turn of theirs that ends a conversation; otherwise they begin anew.
    pub prefills: bool,
    /// It takes `sim:NAME` in the last user message as an order ([`Script::named`]): a way to script a simulator
    /// from another process.
    pub obeys: bool,
    /// How many arrivals its meter remembers.
    pub keep_arrivals: usize,
    /// It does not look at requests and answers prebuilt bytes: for measuring others.
    pub canned: Option<Canned>,
}

/// Whom a simulated provider lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admits {
    /// Anybody.
    Anyone,
    /// Whoever shows any key.
    AnyKey,
    /// Whoever shows this key.
    Key(String),
}

/// How fast a simulated provider is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latency {
    /// From the last byte of the request to the first of the answer.
    pub first: Duration,
    /// For each generated token.
    pub per_token: Duration,
}

/// The shape of prebuilt answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Canned {
    /// Content events of a stream.
    pub events: usize,
    /// Bytes of text in an unstreamed answer.
    pub text_bytes: usize,
}

// === impl Persona ===

impl Persona {
    /// An instant, faultless provider of any model that speaks every dialect: the start of most tests.
    #[must_use]
    pub fn plain(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            speaks: Dialect::every().collect(),
            models: Vec::new(),
            admits: Admits::AnyKey,
            latency: Latency::default(),
            failure_rate: 0.0,
            failures: Vec::new(),
            seed: 0,
            sentences: sentences(),
            cancels: true,
            prefills: false,
            obeys: true,
            keep_arrivals: 100_000,
            canned: None,
        }
    }

    /// The demo's provider that speaks as OpenAI does: steady, rather quick.
    #[must_use]
    pub fn openai_like() -> Self {
        Self {
            speaks: vec![Dialect::OpenaiChat],
            models: vec!["sim-large".to_owned(), "sim-small".to_owned()],
            latency: Latency { first: Duration::from_millis(180), per_token: Duration::from_millis(18) },
            keep_arrivals: 256,
            ..Self::plain("openai-like")
        }
    }

    /// The demo's provider that speaks as Anthropic does: a later start, then faster.
    #[must_use]
    pub fn anthropic_like() -> Self {
        Self {
            speaks: vec![Dialect::Anthropic],
            models: vec!["sim-sonnet".to_owned()],
            latency: Latency { first: Duration::from_millis(260), per_token: Duration::from_millis(12) },
            keep_arrivals: 256,
            ..Self::plain("anthropic-like")
        }
    }

    /// A provider that speaks as Gemini does.
    #[must_use]
    pub fn gemini_like() -> Self {
        Self {
            speaks: vec![Dialect::Gemini],
            models: vec!["sim-flash".to_owned()],
            latency: Latency { first: Duration::from_millis(220), per_token: Duration::from_millis(10) },
            keep_arrivals: 256,
            ..Self::plain("gemini-like")
        }
    }

    /// The demo's provider that fails more often than not, each time in another way.
    #[must_use]
    pub fn flaky(seed: u64) -> Self {
        Self {
            speaks: vec![Dialect::OpenaiChat],
            models: vec!["sim-cheap".to_owned()],
            latency: Latency { first: Duration::from_millis(120), per_token: Duration::from_millis(15) },
            failure_rate: 0.6,
            failures: vec![
                Script::trouble(Trouble::Internal),
                Script::trouble(Trouble::RateLimited).header("retry-after", "2"),
                Script::status(529),
                Script::natural().fault(Fault::Cut { after: 6, mid_event: true, by: By::Reset }),
                Script::error_event(When::BeforeContent),
                Script::empty_200(),
            ],
            seed,
            keep_arrivals: 256,
            ..Self::plain("flaky")
        }
    }

    /// The three providers of `serve --demo`.
    #[must_use]
    pub fn demo() -> Vec<Self> {
        vec![Self::openai_like(), Self::anthropic_like(), Self::flaky(7)]
    }

    /// A provider that costs as little CPU as it can, for measuring what stands before it.
    #[must_use]
    pub fn bench(latency: Latency, canned: Canned) -> Self {
        Self {
            admits: Admits::Anyone,
            latency,
            obeys: false,
            keep_arrivals: 0,
            canned: Some(canned),
            ..Self::plain("bench")
        }
    }

    /// How the persona by itself treats its `seq`-th request.
    pub(crate) fn mood(&self, seq: u64) -> Script {
        let mut dice = Dice::of(RequestId(seq), self.seed);
        if self.failures.is_empty() || dice.unit() >= self.failure_rate {
            return Script::natural();
        }
        let at = usize::try_from(dice.word() % self.failures.len() as u64).unwrap_or(0);
        self.failures.get(at).cloned().unwrap_or_else(Script::natural)
    }

    /// What the persona says by itself to its `seq`-th request.
    pub(crate) fn answer(&self, asked: &Asked, seq: u64) -> Answer {
        let lines = self.sentences.len().max(1) as u64;
        let at = usize::try_from(seq.saturating_sub(1) % lines).unwrap_or(0);
        let line = self.sentences.get(at).map_or("Nothing more to say.", String::as_str);
        let system = if asked.has_system { " I keep to the system prompt." } else { "" };
        asked.answer(&format!("This is {}, model {}.{system} {line}", self.name, asked.model))
    }

    /// Whether this key, or its absence, gets in.
    pub(crate) fn admits(&self, key: Option<&str>) -> bool {
        match (&self.admits, key) {
            (Admits::Anyone, _) => true,
            (Admits::AnyKey, key) => key.is_some_and(|it| !it.is_empty()),
            (Admits::Key(mine), key) => key == Some(mine.as_str()),
        }
    }
}

fn sentences() -> Vec<String> {
    [
        "No real model was asked: the words come from a fixed list, but they travelled the whole way that real ones would.",
        "Each word you read was an event of its own, sent by a server on this machine.",
        "If you ask again, the weights of the group may well pick another provider.",
        "When one provider fails before its first word, the next one answers and you only see this text.",
        "The ledger has a row for this answer by now, with its tokens and its price.",
        "Try a few more questions and then look at the statistics: they count real attempts, also the failed ones.",
    ]
    .map(str::to_owned)
    .to_vec()
}
