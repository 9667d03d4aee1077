//! (a) A request through the hub and back is the same request. (b) Through every other dialect and back it says the same,
//! but for what is named.

use std::collections::BTreeMap;

use llmroute::domain::dialect::Dialect;
use llmroute::domain::prompt::{Body, Loss, Prompt};
use llmroute::domain::quirks::Quirks;
use llmroute::wire::codec;
use serde_json::Value;

use super::Outcome;
use super::asked::Asked;
use super::exchange::Exchange;

/// A model of a generation that can do what the dialect can.
fn model(dialect: Dialect) -> &'static str {
    match dialect.name() {
        "anthropic" => "claude-sonnet-4-5",
        "bedrock-converse" => "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "gemini" => "gemini-2.5-flash",
        "cohere" => "command-a-reasoning-08-2025",
        "ollama" => "qwen3:4b",
        _ => "gpt-5",
    }
}

/// The hub's reading of the request; `Err` where the provider refused it too.
fn prompt(exchange: &Exchange, dialect: Dialect) -> Result<Option<Prompt>, Outcome> {
    let Some(request) = &exchange.request else { return Ok(None) };
    match codec(dialect).read_request(request.as_bytes()) {
        Ok(prompt) => Ok(Some(prompt)),
        Err(error) => {
            assert_eq!(exchange.status, 400, "{error}");
            Err(Outcome::Beside("refused here as it was by the provider"))
        }
    }
}

const ANSWER_ONLY: Outcome = Outcome::Beside("only the answer was recorded");

pub(super) fn comes_back(exchange: &Exchange) -> Outcome {
    let dialect = exchange.dialect().unwrap();
    let prompt = match prompt(exchange, dialect) {
        Ok(Some(prompt)) => prompt,
        Ok(None) => return ANSWER_ONLY,
        Err(refused) => return refused,
    };
    let request = exchange.asked().unwrap();
    // Each generation has its own words for thinking.
    let own = request["model"].as_str().unwrap_or(match dialect.name() {
        "gemini" if !request.to_string().contains("thinkingBudget") => "gemini-3-flash-preview",
        _ => model(dialect),
    });
    let written = codec(dialect).write_request(&prompt, own, &Quirks::default());
    let back: Value = serde_json::from_slice(&written.body).unwrap();
    same(&Asked::of(dialect, &request), &Asked::of(dialect, &back), &written.losses);
    for (key, value) in request.as_object().unwrap() {
        let renamed = match key.as_str() {
            "max_completion_tokens" => "max_tokens",
            "output_format" => "output_config",
            "reasoning" => "reasoning_effort",
            "system_instruction" => "systemInstruction",
            "generation_config" => "generationConfig",
            "tool_config" => "toolConfig",
            "safety_settings" => "safetySettings",
            other => other,
        };
        let empty =
            value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty);
        let idle = value.is_null() || *value == false || empty || (key == "truncation" && value == "disabled");
        let there = back.get(key).is_some() || back.get(renamed).is_some();
        assert!(there || idle || is_named(&written.losses, &[key]), "{key}: {value} went in silence");
    }
    Outcome::Passed
}

pub(super) fn comes_back_through_every_other(exchange: &Exchange) -> Outcome {
    let dialect = exchange.dialect().unwrap();
    let prompt = match prompt(exchange, dialect) {
        Ok(Some(prompt)) => prompt,
        Ok(None) => return ANSWER_ONLY,
        Err(refused) => return refused,
    };
    if !dialect.converses() {
        return Outcome::Beside("a text that is continued is no conversation");
    }
    let before = Asked::of(dialect, &exchange.asked().unwrap());
    for to in Dialect::ALL.into_iter().filter(|to| *to != dialect) {
        let there = codec(to).write_request(&prompt, model(to), &Quirks::default());
        let read = codec(to).read_request(&there.body).unwrap_or_else(|it| panic!("through {to}: {it}"));
        let back = codec(dialect).write_request(&read, model(dialect), &Quirks::default());
        let after = Asked::of(dialect, &serde_json::from_slice(&back.body).unwrap());
        let losses: Vec<Loss> = there.losses.into_iter().chain(back.losses).collect();
        let checked = std::panic::catch_unwind(|| same(&before, &after, &losses));
        if let Err(panic) = checked {
            let how = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            return Outcome::Failed(format!("through {to}: {how}"));
        }
        // Byte for byte, as the model wrote them.
        let spelled = |prompt: &Prompt| {
            let parts = prompt.turns.iter().flat_map(|it| &it.parts);
            let calls = parts.filter_map(|it| match &it.body {
                Body::ToolCall { arguments, .. } if arguments.trim().is_empty() => Some("{}".to_owned()),
                Body::ToolCall { arguments, .. } => Some(arguments.clone()),
                _ => None,
            });
            calls.collect::<Vec<_>>()
        };
        let returned = codec(dialect).read_request(&back.body).unwrap();
        assert_eq!(spelled(&prompt), spelled(&returned), "the spelling of arguments, through {to}; {losses:?}");
    }
    Outcome::Passed
}

/// Whether a loss names one of `words`.
fn is_named(losses: &[Loss], words: &[&str]) -> bool {
    losses.iter().any(|it| words.iter().any(|word| it.what.contains(word) || it.why.contains(word)))
}

/// Both ask the same, but for what `losses` name.
fn same(before: &Asked, after: &Asked, losses: &[Loss]) {
    texts(before, after, losses);
    let shape = |it: &Asked| it.calls.iter().map(|(_, name, input)| (name.clone(), input.clone())).collect::<Vec<_>>();
    assert_eq!(shape(before), shape(after), "calls; {losses:?}");
    // Some dialects take ids of one form only: then they change alike for a call and its result.
    let ids: BTreeMap<_, _> = before.calls.iter().map(|it| &it.0).zip(after.calls.iter().map(|it| &it.0)).collect();
    let renamed: Vec<&String> = before.results.iter().map(|it| ids.get(it).copied().unwrap_or(it)).collect();
    let named = is_named(losses, &["tool_result", "functionResponse", "result", "messages["]);
    assert!(
        renamed == after.results.iter().collect::<Vec<_>>() || named,
        "results {:?} {:?}; {losses:?}",
        before.results,
        after.results
    );
    let offered = |it: &Asked| it.tools.iter().map(|it| it.0.clone()).collect::<Vec<_>>();
    // A dialect may want a definition of every tool that was called, and then says so.
    let defined = losses.iter().any(|it| it.what == "tools");
    // Where no tool may be called and there is no word for that, none is offered.
    let withheld = is_named(losses, &["the tools are left out"]) && after.tools.is_empty();
    let all = offered(before) == offered(after);
    assert!(all || withheld || (before.tools.is_empty() && defined), "tools; {losses:?}");
    for ((name, one), (_, other)) in before.tools.iter().zip(&after.tools) {
        // No schema is the schema of no arguments.
        let idle = one.is_null() && other["type"] == "object";
        assert!(
            one == other || idle || is_named(losses, &["tools[", "schema", "parameters"]),
            "schema of {name}: {one} {other}; {losses:?}"
        );
    }
    let gone = before.media.iter().filter(|it| !after.media.contains(it)).count();
    let named = losses.iter().filter(|it| it.what.starts_with("messages[") || it.what.starts_with("system")).count();
    assert!(gone <= named, "{gone} images, files or sounds are gone; {losses:?}");
    for (name, value) in &before.settings {
        let words: &[&str] = match *name {
            "max_tokens" => &["max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens"],
            "format" => &["format", "schema"],
            "effort" | "budget" => &["reasoning", "thinking", "effort", "budget"],
            "parallel" => &["parallel"],
            "stop" => &["stop"],
            other => &[other],
        };
        let now = after.settings.get(name);
        let idle = ["temperature", "top_p"].contains(name) && value == &serde_json::json!(1.0) && now.is_none();
        // Effort is told in a budget where a dialect has no word for it, and the other way.
        let retold = ["effort", "budget"].contains(name)
            && ["effort", "budget"].iter().any(|it| after.settings.contains_key(it));
        assert!(
            now == Some(value) || idle || retold || is_named(losses, words),
            "{name}: {value} became {now:?}; {losses:?}"
        );
    }
}

/// Every text is said, in the same voice, in the same order.
fn texts(before: &Asked, after: &Asked, losses: &[Loss]) {
    let voices = |it: &Asked| it.said.iter().map(|(role, text)| (*role, squeezed(text))).collect::<Vec<_>>();
    let (one, other) = (voices(before), voices(after));
    if one == other {
        return;
    }
    for (role, text) in &before.said {
        // White space at the end of a model's last turn is named as lost.
        let wanted = squeezed(text.trim_end());
        let there = other.iter().any(|(voice, whole)| whole.contains(&wanted) && (voice == role || *role == "tool"))
            || (*role == "tool" && other.iter().any(|(_, whole)| same_json(whole, &wanted)))
            // Several texts in one voice may have been joined in another order with their results.
            || pieces(text).all(|it| other.iter().any(|(_, whole)| whole.contains(&it)));
        assert!(
            there || is_named(losses, &["role", "content", "system"]),
            "{role} says {text:?}, which is gone: {:?}; {losses:?}",
            after.said
        );
    }
}

/// A text without white space, which dialects join texts with.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

fn pieces(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(squeezed)
}

/// Whether two texts are the same JSON, which a dialect may spell in its own way.
fn same_json(one: &str, other: &str) -> bool {
    let parsed = |it: &str| serde_json::from_str::<Value>(it).ok();
    parsed(one).is_some_and(|it| Some(it) == parsed(other))
}
