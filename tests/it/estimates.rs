//! The guess at the tokens of a request, held against what providers say of theirs in the recorded traffic.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use llmroute::domain::dialect::Dialect;
use llmroute::wire::{codec, tokens};
use serde_json::Value;

use crate::recorded_anthropic::{Answer, frames, recorded};

/// Of one request: what was guessed, and what its provider counted.
#[derive(Debug, Clone)]
struct Guess {
    file: String,
    guessed: u64,
    counted: u64,
}

impl Guess {
    fn ratio(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts of some thousands")]
        let ratio = self.guessed as f64 / self.counted as f64;
        ratio
    }
}

/// What a provider counted for the input of an exchange.
fn counted(dialect: Dialect, answer: &Answer) -> Option<u64> {
    let usage = match answer {
        Answer::Whole(body) => codec(dialect).read_facts(body.to_string().as_bytes()).ok()?.usage,
        Answer::Stream(stream) => {
            let mut watcher = codec(dialect).watcher();
            for frame in frames(stream) {
                watcher.watch(&frame);
            }
            watcher.facts().usage.clone()
        }
        Answer::Other => None,
    };
    usage.map(|it| it.input).filter(|it| *it > 0)
}

/// Exchanges whose provider counted something else besides, that no feature of theirs tells.
const UNSEEN: [&str; 4] = [
    // What it had looked up on the web.
    "groq/test-groq-test-groq-model-web-search-tool-stream.json",
    "openrouter/test-openrouter-test-openrouter-web-search-annotations-stream.json",
    // Files it had searched.
    "gemini/test-google-test-google-model-file-search-tool-stream.json",
    // Reasoning that the recording does not show.
    "openai/gpt-5-6-reasoning-five-turn-streaming-metadata-roundtrip-1.json",
];

/// The exchanges whose provider counted what the request says and nothing else: no pictures or documents, nothing that it
/// looked up itself, no reasoning that the recording left out.
fn plain() -> Option<BTreeSet<String>> {
    const OTHER: [&str; 5] = ["server_tool", "image_in", "document_in", "audio_in", "thinking_replay"];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recorded");
    let index = std::fs::read_to_string(folder.join("index.jsonl")).ok()?;
    let lines = index.lines().map(|it| serde_json::from_str::<Value>(it).unwrap());
    let plain = lines.filter(|it| {
        let mut features = it["features"].as_array().unwrap().iter().map(|it| it.as_str().unwrap());
        !features.any(|it| OTHER.contains(&it))
    });
    let named = plain.map(|it| it["file"].as_str().unwrap().to_owned());
    Some(named.filter(|it| !UNSEEN.contains(&it.as_str())).collect())
}

fn guesses() -> Option<Vec<Guess>> {
    let plain = plain()?;
    let mut all = Vec::new();
    for (api, dialect) in [
        ("openai.chat", Dialect::OpenaiChat),
        ("openai.responses", Dialect::OpenaiResponses),
        ("anthropic.messages", Dialect::Anthropic),
        ("gemini.generateContent", Dialect::Gemini),
        ("openai.completions", Dialect::OpenaiCompletions),
    ] {
        for it in recorded(api)? {
            let (Some(request), Some(counted)) = (&it.request, counted(dialect, &it.answer)) else { continue };
            let remembered = ["previous_response_id", "conversation"].iter().any(|it| request.get(it).is_some());
            if remembered || !plain.contains(&it.file) {
                continue;
            }
            let Ok(prompt) = codec(dialect).read_request(request.to_string().as_bytes()) else { continue };
            all.push(Guess { file: it.file, guessed: tokens::of_prompt(&prompt, dialect), counted });
        }
    }
    Some(all)
}

#[test]
fn guesses_are_near_what_providers_count_and_seldom_below() {
    let Some(all) = guesses() else { return };
    let mut by: BTreeMap<&str, Vec<&Guess>> = BTreeMap::new();
    for it in &all {
        by.entry(it.file.split('/').next().unwrap()).or_default().push(it);
    }
    for (provider, mut of) in by {
        of.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
        let at = |share: usize| of[(of.len() - 1) * share / 100].ratio();
        let (guessed, counted) = of.iter().fold((0, 0), |sum, it| (sum.0 + it.guessed, sum.1 + it.counted));
        eprintln!(
            "{provider:<16}{:>4}  min {:.2}  p10 {:.2}  p50 {:.2}  p90 {:.2}  max {:.2}  all {guessed}/{counted}",
            of.len(),
            at(0),
            at(10),
            at(50),
            at(90),
            at(100)
        );
    }
    assert!(all.len() > 150, "{}", all.len());
    // What counts is a long conversation, which its client wants to shorten in time.
    let long: Vec<&Guess> = all.iter().filter(|it| it.counted >= 700).collect();
    assert!(long.len() > 20, "{}", long.len());
    for it in long {
        assert!((0.95..1.5).contains(&it.ratio()) || within(it, 500), "{:.2} {it:?}", it.ratio());
    }
    // Templates of open models, and of the models of others that a provider passes on, say more than is known here: a few
    // hundred tokens at most, however long the conversation.
    for it in &all {
        assert!(it.guessed + 500 >= it.counted, "{it:?}");
    }
    // OpenAI tells its models of tools in fewer words than their schemas have, and says of none how many.
    let high = all.iter().filter(|it| it.guessed * 10 > it.counted * 15 + 3000).count();
    assert!(high * 50 <= all.len(), "{high} of {} are far too high", all.len());
    let low = all.iter().filter(|it| it.ratio() < 0.9).count();
    assert!(low * 8 <= all.len(), "{low} of {} are more than a tenth too low", all.len());
}

/// Whether no more than `tokens` lie between the two.
const fn within(it: &Guess, tokens: u64) -> bool {
    it.guessed.abs_diff(it.counted) <= tokens
}
