//! Properties of every dialect's codec over generated conversations, answers and streams: what a dialect can say comes
//! back as it was said, and how a stream's bytes are cut into pieces changes nothing.
//!
//! What a dialect has no word for is not generated for it: the table [`DIALECTS`] says what that is. A loss that a writer
//! names is therefore a fault here, and so is a row that claims a lack which is none.

mod replies;
mod requests;
mod said;

use llmroute::domain::dialect::Dialect;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use self::said::{answer, request};

/// Something not every dialect can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// `top_k`.
    TopK,
    /// Frequency and presence penalties.
    Penalties,
    /// A seed.
    Seed,
    /// Stop texts.
    Stop,
    /// Any JSON object as the form of the answer.
    JsonObject,
    /// A schema as the form of the answer.
    Schema,
    /// Some tool has to be called.
    Required,
    /// One certain tool has to be called.
    Named,
    /// No tool may be called although there are some.
    NoCall,
    /// One call at a time.
    OneCall,
    /// That a tool failed.
    ToolError,
    /// An end user's id.
    User,
    /// Thinking that is sent back, signed by its provider.
    SignedThinking,
    /// Thinking in an answer.
    Thinking,
    /// The answer's own id.
    AnswerId,
    /// The model that answers.
    AnswerModel,
    /// When it answered.
    Created,
    /// Of the input: read from a cache.
    CacheRead,
    /// Of the output: reasoning.
    Reasoning,
}

use Word::{
    AnswerId, AnswerModel, CacheRead, Created, JsonObject, Named, NoCall, OneCall, Penalties, Reasoning, Required,
    Schema, Seed, SignedThinking, Stop, ToolError, TopK, User,
};

/// Each dialect, a model that takes what the dialect can say, and what it has no word for.
const DIALECTS: [(Dialect, &str, &[Word]); 7] = [
    (Dialect::OpenaiChat, "gpt-4.1", &[TopK, ToolError, SignedThinking]),
    (Dialect::OpenaiResponses, "gpt-4.1", &[TopK, Penalties, Seed, Stop, ToolError]),
    (Dialect::Anthropic, "claude-3-5-haiku-latest", &[Penalties, Seed, JsonObject, Created]),
    (Dialect::Gemini, "gemini-2.5-flash", &[OneCall, User, Created]),
    (
        Dialect::BedrockConverse,
        "amazon.nova-pro-v1:0",
        &[
            Penalties,
            Seed,
            JsonObject,
            Schema,
            NoCall,
            OneCall,
            User,
            SignedThinking,
            AnswerId,
            AnswerModel,
            Created,
            Reasoning,
        ],
    ),
    (
        Dialect::Cohere,
        "command-a-reasoning-08-2025",
        &[Named, OneCall, ToolError, User, SignedThinking, AnswerModel, Created, CacheRead],
    ),
    (
        Dialect::Ollama,
        "qwen3",
        &[Required, Named, NoCall, OneCall, ToolError, User, SignedThinking, AnswerId, CacheRead, Reasoning],
    ),
];

#[test]
fn every_dialect_that_converses_has_a_row() {
    for dialect in Dialect::ALL {
        assert!(DIALECTS.iter().any(|it| it.0 == dialect), "{dialect}");
    }
}

#[test]
fn the_table_claims_no_lack_that_is_none() {
    let mut runner = TestRunner::deterministic();
    let mut sample =
        || (request().new_tree(&mut runner).unwrap().current(), answer().new_tree(&mut runner).unwrap().current());
    let samples: Vec<_> = (0..100).map(|_| sample()).collect();
    let mut wrong = Vec::new();
    for (dialect, model, lacks) in DIALECTS {
        for word in lacks {
            let others: Vec<Word> = lacks.iter().copied().filter(|it| it != word).collect();
            let comes_back = |(asked, answered): &(said::Request, said::Answer)| {
                requests::comes_back(asked, dialect, model, &others).is_ok()
                    && replies::comes_back(answered, dialect, &others).is_ok()
            };
            if samples.iter().all(comes_back) {
                wrong.push(format!("{dialect} has a word for {word:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
