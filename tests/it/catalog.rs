//! The catalogue against data that others recorded.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use llmroute::catalog::prices::PriceBook;
use llmroute::catalog::{provider, providers};
use llmroute::domain::clock::Stamp;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::money::Usd;
use llmroute::domain::usage::{ServiceTier, Source, Usage};
use llmroute::wire::codec;
use serde_json::Value;

#[path = "../tools/model_facts/make.rs"]
mod make;

/// 2026-08-21, 12:00 UTC: the day of the recorded price table.
const RECORDED: Stamp = Stamp(1_787_313_600_000_000);

/// Prices that were cut between an answer and that day, and a day before the cut: the recorder counts what was paid.
const CUT: [(&str, &str, Stamp); 1] = [("aws", "openai.gpt-5.6-luna", Stamp(1_784_548_800_000_000))];

/// A file of the shared catalogue; `None`, said aloud, where the machine does not have it.
fn shared(name: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/catalogue").join(name);
    let Ok(packed) = std::fs::read(&path) else {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    };
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut text).unwrap();
    Some(text)
}

/// The counts as this crate holds them, from the recorder's names for them. `None` where it has no place for one.
fn counts(recorded: &Value) -> Option<Usage> {
    let mut usage = Usage { source: Source::Provider, ..Usage::default() };
    let (mut writes, mut hour) = (0, 0);
    for (name, count) in recorded.as_object()? {
        let count = count.as_u64()?;
        match name.as_str() {
            "input_tokens" => usage.input = count,
            "output_tokens" => usage.output = count,
            "cache_read_tokens" => usage.cache_read = count,
            "cache_write_tokens" => writes = count,
            "cache_write_1h_tokens" => hour = count,
            "cache_write_5m_tokens" => {}
            "input_audio_tokens" => usage.input_audio = count,
            "output_audio_tokens" => usage.output_audio = count,
            "output_reasoning_tokens" => usage.reasoning = count,
            "web_searches" => usage.web_searches = count,
            // Parts by kind that have no price of their own here.
            "input_text_tokens"
            | "input_image_tokens"
            | "input_video_tokens"
            | "input_tool_tokens"
            | "input_text_tool_tokens"
            | "output_text_tokens"
            | "cache_text_read_tokens"
            | "cache_image_read_tokens" => {}
            _ => return None,
        }
    }
    usage.cache_write = writes - hour;
    usage.cache_write_1h = hour;
    Some(usage)
}

/// An answer of `dialect` that reports `usage`.
fn answer(dialect: Dialect, usage: &Value) -> Vec<u8> {
    let body = match dialect {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        Dialect::BedrockConverse => unreachable!("no client speaks it"),
        Dialect::OpenaiChat => serde_json::json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}],
            "usage": usage,
        }),
        Dialect::OpenaiResponses => serde_json::json!({
            "id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed", "usage": usage,
            "output": [{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                        "content": [{"type": "output_text", "text": "x", "annotations": []}]}],
        }),
        Dialect::Anthropic => serde_json::json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m",
            "content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn", "usage": usage,
        }),
        Dialect::Gemini => serde_json::json!({
            "candidates": [{"content": {"role": "model", "parts": [{"text": "x"}]}, "finishReason": "STOP"}],
            "usageMetadata": usage,
        }),
        Dialect::Cohere => serde_json::json!({
            "id": "co-1", "message": {"role": "assistant", "content": [{"type": "text", "text": "x"}]},
            "finish_reason": "COMPLETE", "usage": usage,
        }),
        Dialect::Ollama => panic!("the table has no counts of it"),
    };
    serde_json::to_vec(&body).unwrap()
}

/// The same 1,577 objects, each inside an answer of the dialect it is in: the codecs must take from them what the
/// table's extractors for OpenAI chat, Anthropic, Google and Cohere took.
#[test]
fn codecs_read_recorded_usages_as_the_table_does() {
    let Some(usages) = shared("genai_prices_usages.json.gz") else { return };
    let entries: Vec<Value> = serde_json::from_slice(&usages).unwrap();
    let dialects = [
        (Dialect::OpenaiChat, "openai", "chat"),
        (Dialect::OpenaiResponses, "openai", "responses"),
        (Dialect::Anthropic, "anthropic", "default"),
        (Dialect::Gemini, "google", "default"),
        (Dialect::Cohere, "cohere", "default"),
    ];
    let mut faults = Vec::new();
    let mut read = BTreeMap::new();
    for (entry, (dialect, provider, flavor)) in entries.iter().flat_map(|it| dialects.map(|dialect| (it, dialect))) {
        let by_it = |it: &&Value| {
            let extractors = it["extractors"].as_array().unwrap();
            extractors.iter().any(|by| by["provider_id"] == provider && by["api_flavor"] == flavor)
        };
        let Some(extracted) = entry["extracted"].as_array().unwrap().iter().find(by_it) else { continue };
        let Some(expected) = counts(&extracted["usage"]) else { continue };
        let stated = &entry["body"][if dialect == Dialect::Gemini { "usageMetadata" } else { "usage" }];
        let facts = codec(dialect).read_facts(&answer(dialect, stated)).unwrap();
        // Neither what it cost nor the tier it was served at is among the table's counts.
        let ours = facts.usage.map(|it| Usage { cost_reported: None, tier: ServiceTier::Standard, ..it });
        if ours.as_ref() != Some(&expected) {
            faults.push(format!("{dialect}: {stated}\n  ours {ours:?}\n  not  {expected:?}"));
        }
        *read.entry(dialect).or_insert(0) += 1;
    }
    eprintln!("recorded usages read, by dialect: {read:?}");
    assert!(faults.is_empty(), "{} of {read:?} differ:\n{}", faults.len(), faults.join("\n"));
    let enough = |(dialect, many): (&Dialect, &i32)| *many > if *dialect == Dialect::Cohere { 10 } else { 300 };
    assert!(read.len() == dialects.len() && read.iter().all(enough), "{read:?}");
}

/// Loads the prices of every built-in provider.
fn load(book: &PriceBook) {
    for price_id in providers().iter().filter_map(|it| it.price_id.as_deref()) {
        book.load(price_id).unwrap();
    }
}

/// A recorded amount in millionths of a pico-dollar: every digit of it counts.
fn amount(recorded: &Value) -> Option<i128> {
    let (whole, part) = recorded.as_str()?.split_once('.').unwrap_or((recorded.as_str()?, ""));
    let digits = format!("{whole}{part:0<18}");
    (part.len() <= 18).then(|| digits.parse().ok())?
}

/// 1,577 `usage` objects of real answers, each with what the table's own extractor made of it and what it cost at the
/// table's data of August 2026. At that same data our counts must come to the same amounts, without exception.
#[test]
fn recorded_usages_cost_what_they_did() {
    let (Some(usages), Some(table)) = (shared("genai_prices_usages.json.gz"), shared("genai_prices_v2_data.json.gz"))
    else {
        return;
    };
    let book = PriceBook::from_json(String::from_utf8(table).unwrap(), "genai-prices 47df840a").unwrap();
    load(&book);
    let entries: Vec<Value> = serde_json::from_slice(&usages).unwrap();
    let mut checked: BTreeMap<&str, usize> = BTreeMap::new();
    let mut faults = Vec::new();
    let known = |id: &str| providers().iter().find_map(|row| row.price_id.as_deref().filter(|it| *it == id));
    for entry in &entries {
        let Some(model) = entry["model"].as_str() else { continue };
        for extracted in entry["extracted"].as_array().unwrap() {
            let Some(usage) = counts(&extracted["usage"]) else { continue };
            for by in extracted["extractors"].as_array().unwrap() {
                let Some(provider) = by["provider_id"].as_str().and_then(known) else { continue };
                // The recorder names the parts; searches and requests are in neither.
                let (Some(input), Some(output)) = (amount(&by["input_price"]), amount(&by["output_price"])) else {
                    continue;
                };
                if usage.web_searches > 0 || input + output == 0 {
                    continue;
                }
                *checked.entry(provider).or_default() += 1;
                let cut = CUT.iter().find(|it| (it.0, it.1) == (provider, model));
                let ours = book.price(provider, model, &usage, cut.map_or(RECORDED, |it| it.2)).map(|it| it.usd);
                // To the pico-dollar: what is left over is less than half of one.
                let is =
                    ours.is_some_and(|it| 2 * (i128::from(it.pico()) * 1_000_000 - input - output).abs() <= 1_000_000);
                if !is {
                    let expected = (input + output) / 1_000_000;
                    faults.push(format!("{provider}/{model}: {ours:?}, expected {expected} pico-dollars of {usage:?}"));
                }
            }
        }
    }
    eprintln!("recorded usages priced, by provider: {checked:?}");
    assert!(faults.is_empty(), "{} differ:\n{}", faults.len(), faults.join("\n"));
    for needed in ["openai", "anthropic", "google", "groq", "mistral", "aws", "azure"] {
        assert!(checked.contains_key(needed), "no recorded usage of {needed} was priced: {checked:?}");
    }
}

/// Every model the catalogue lists for a provider with prices has one, so that a newcomer's first answer shows a
/// cost and not `?`.
#[test]
fn every_listed_model_has_a_price() {
    let book = PriceBook::bundled();
    load(&book);
    // 2026-11-20, 12:00 UTC.
    let now = Stamp(1_795_176_000_000_000);
    let mut unpriced = Vec::new();
    for row in providers() {
        // Vectors are no output.
        let output = if row.quirks.chat { 100 } else { 0 };
        let usage = Usage { input: 1_000, output, source: Source::Provider, ..Usage::default() };
        for (model, price_id) in row.models.iter().filter_map(|it| Some((it, row.price_id.as_deref()?))) {
            let priced = book.price(price_id, model, &usage, now);
            if priced.is_none_or(|it| it.usd <= Usd::ZERO || !it.exact) {
                unpriced.push(format!("{}/{model}: {priced:?}", row.name));
            }
        }
    }
    assert!(unpriced.is_empty(), "{unpriced:#?}");
}

/// The providers the documentation names.
#[test]
fn the_promised_providers_are_there() {
    let promised = [
        "openai",
        "anthropic",
        "gemini",
        "vertex",
        "azure",
        "azure-deployments",
        "groq",
        "mistral",
        "cohere",
        "deepseek",
        "xai",
        "openrouter",
        "together",
        "fireworks",
        "cerebras",
        "perplexity",
        "moonshot",
        "zai",
        "alibaba",
        "minimax",
        "nvidia",
        "sambanova",
        "hyperbolic",
        "nebius",
        "deepinfra",
        "huggingface",
        "github-models",
        "cloudflare",
        "databricks",
        "ollama",
        "vllm",
        "sglang",
        "lmstudio",
        "llamacpp",
    ];
    for name in promised {
        assert!(provider(name).is_some(), "{name}");
    }
    assert!(providers().len() >= 45, "{}", providers().len());
}

#[test]
fn what_is_known_of_models_is_what_the_public_tables_say() {
    let tables = (shared("litellm_model_prices.json.gz"), shared("models_dev_first_party.json.gz"));
    let (Some(litellm), Some(models_dev)) = tables else { return };
    let read = |it: &[u8]| serde_json::from_slice::<Value>(it).unwrap();
    let made = make::facts(&read(&litellm), &read(&models_dev));
    let kept = include_str!("../../src/catalog/models/facts.tsv");
    let different = made.lines().zip(kept.lines()).position(|(a, b)| a != b);
    let stale = "stale: cargo run --example model_facts -- LITELLM.json.gz MODELS_DEV.json.gz";
    assert_eq!(different.map(|at| (made.lines().nth(at), kept.lines().nth(at))), None, "{stale}");
    assert_eq!(made.len(), kept.len(), "{stale}");
}
