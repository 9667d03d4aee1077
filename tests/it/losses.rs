//! Nothing goes in silence: of every request that was recorded, and of those that say everything a dialect can say, each
//! single thing is either in the request for another dialect or named as a loss.

mod answers;
mod written;

use llmroute::domain::dialect::Dialect;
use llmroute::domain::prompt::{Body, Format, Media, Opaque, Part, Prompt, Role, Tool, ToolChoice};
use llmroute::domain::quirks::Quirks;
use llmroute::wire::codec;
use serde_json::Value;

use self::written::Written;
use crate::recorded_anthropic::recorded;

/// Models without thinking.
const NEVER_THINK: [&str; 2] = ["amazon.nova-pro-v1:0", "command-a-03-2025"];

/// What of a prompt is neither in `to` nor named.
fn missing(prompt: &Prompt, to: &Written, target: Dialect, model: &str) -> Vec<String> {
    let mut missing = Vec::new();
    for (nth, part) in prompt.system.iter().enumerate() {
        part_missing(part, &format!("system[{nth}]"), to, target, &mut missing);
    }
    for (nth, turn) in prompt.turns.iter().enumerate() {
        let path = format!("messages[{nth}]");
        for (place, part) in turn.parts.iter().enumerate() {
            part_missing(part, &format!("{path}.content[{place}]"), to, target, &mut missing);
        }
        extras_missing(&turn.extra, &path, to, target, &mut missing);
        if turn.role == Role::System && !turn.parts.is_empty() && !to.names(&path, &["role"]) {
            let own = to.field(&["role"], |it| it == "system" || it == "developer");
            if !own && turn.parts.iter().any(|it| matches!(&it.body, Body::Text(text) if !text.trim().is_empty())) {
                missing.push(format!("{path}: a system text became something else"));
            }
        }
    }
    let no_tools = to.losses.iter().any(|it| it.what == "tools");
    for (nth, tool) in prompt.tools.iter().enumerate().filter(|_| !no_tools) {
        tool_missing(tool, &format!("tools[{nth}]"), to, target, &mut missing);
    }
    settings_missing(prompt, to, model, &mut missing);
    extras_missing(&prompt.extra, "", to, target, &mut missing);
    missing
}

fn extras_missing(extra: &[Opaque], path: &str, to: &Written, target: Dialect, missing: &mut Vec<String>) {
    for it in extra.iter().filter(|it| it.dialect != target && !it.is_spelling()) {
        let value: Value = serde_json::from_str(it.raw.get()).unwrap();
        if !to.field(&[&it.name], |it| *it == value)
            && !to.names(path, &[&it.name])
            && !to.losses.iter().any(|loss| loss.what.contains(&it.name))
        {
            missing.push(format!("{path}.{}", it.name));
        }
    }
}

fn part_missing(part: &Part, path: &str, to: &Written, target: Dialect, missing: &mut Vec<String>) {
    let mut need = |there: bool, what: &str, words: &[&str]| {
        if !there && !to.names(path, words) {
            missing.push(format!("{path}: {what}"));
        }
    };
    match &part.body {
        Body::Text(text) => need(to.says(text), "text", &["text"]),
        Body::Refusal(text) => need(to.says(text), "refusal", &["refusal"]),
        Body::Thinking(text) => need(to.says(text), "thinking", &["thinking", "reasoning"]),
        Body::RedactedThinking(data) => need(to.says(&data.text), "redacted thinking", &["redacted", "reasoning"]),
        Body::Image { source, detail } => {
            need(media(source, to), "image", &["image", "content", "tool_result"]);
            let told = detail.as_deref().is_none_or(|it| it == "auto" || to.says(it));
            need(told, "detail", &["detail", "image", "content"]);
        }
        Body::File { source, name } => {
            need(media(source, to), "file", &["file", "content", "tool_result"]);
            need(name.as_deref().is_none_or(|it| to.says(it)), "name", &["name", "title", "file", "content"]);
        }
        Body::Audio { source } => need(media(source, to), "audio", &["audio", "content"]),
        Body::ToolCall { id, name, arguments } => {
            need(to.says(name), "name", &["name"]);
            let value = serde_json::from_str::<Value>(arguments);
            let said = to.says(arguments) || value.is_ok_and(|it| to.has(&it) || it == serde_json::json!({}));
            need(said || freeform(arguments, to), "arguments", &["arguments"]);
            // Ids that the target would refuse become others, and the same for call and result.
            let same = to.says(id) || id.is_empty() || target == Dialect::Anthropic || id.starts_with("gem_");
            need(same, "id", &["id"]);
        }
        Body::ToolResult { content, is_error, .. } => {
            let told = !is_error
                || to.field(&["is_error"], |it| it == true)
                || to.field(&["error"], |_| true)
                || to.field(&["status"], |it| it == "error");
            need(told, "is_error", &["is_error"]);
            for (nth, it) in content.iter().enumerate() {
                part_missing(it, &format!("{path}.content[{nth}]"), to, target, missing);
            }
        }
        Body::Opaque(it) if it.is_spelling() => {}
        Body::Opaque(it) => need(it.dialect == target, &it.name, &[&it.name]),
    }
    let mut need = |there: bool, what: &str, words: &[&str]| {
        if !there && !to.names(path, words) && !to.losses.iter().any(|it| it.what.contains(what)) {
            missing.push(format!("{path}: {what}"));
        }
    };
    if part.cache.is_some() {
        let marked = to.field(&["cache_control", "cachePoint"], |_| true);
        need(marked, "cache_control", &["cache_control"]);
    }
    if let Some(it) = &part.signature {
        need(to.says(&it.text), "signature", &["signature", "thinking", "reasoning"]);
    }
    // A part that is named as lost has lost its fields, too.
    if !to.losses.iter().any(|it| it.what == path) {
        extras_missing(&part.extra, path, to, target, missing);
    }
}

/// The text of a tool that takes text.
fn freeform(arguments: &str, to: &Written) -> bool {
    let input = serde_json::from_str::<Value>(arguments).ok().and_then(|it| it["input"].as_str().map(str::to_owned));
    input.is_some_and(|it| to.says(&it))
}

fn media(source: &Media, to: &Written) -> bool {
    match source {
        Media::Base64 { data, .. } => to.says(data) || decoded(data).is_some_and(|it| to.says(&it)),
        Media::Text(text) => {
            use base64::Engine as _;
            to.says(text) || to.says(&base64::engine::general_purpose::STANDARD.encode(text))
        }
        Media::Url(url) => to.says(url) || url.split_once(',').is_some_and(|it| to.says(it.1)),
        Media::FileId(id) => to.says(id),
    }
}

/// The text that base64 holds.
fn decoded(data: &str) -> Option<String> {
    use base64::Engine as _;
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(data).ok()?).ok()
}

fn tool_missing(tool: &Tool, path: &str, to: &Written, target: Dialect, missing: &mut Vec<String>) {
    let named = |words: &[&str]| {
        to.losses.iter().any(|it| {
            let of_it = it.what.starts_with(path) || it.what.starts_with("tools.") || it.what.contains(&tool.name);
            of_it && words.iter().any(|word| it.what.contains(word))
        })
    };
    if let Some(server) = &tool.server {
        if server.dialect != target && !named(&[&tool.name, &server.name]) {
            missing.push(format!("{path}: {}", server.name));
        }
        return;
    }
    let mut need = |there: bool, what: &str| {
        let word = if what == "schema" { "parameters" } else { what };
        if !there && !named(&[what, word]) && !to.losses.iter().any(|it| it.what == what) {
            missing.push(format!("{path}: {what}"));
        }
    };
    need(to.says(&tool.name), "name");
    need(tool.description.as_deref().is_none_or(|it| to.says(it)), "description");
    let schema = tool.schema.as_ref().map(|it| serde_json::from_str::<Value>(it.get()).unwrap());
    let trivial = |it: &Value| it.is_null() || it.as_object().is_some_and(serde_json::Map::is_empty);
    need(schema.is_none_or(|it| trivial(&it) || tool.freeform.is_some() || to.has(&it)), "schema");
    let strict = to.field(&["strict", "strict_tools"], |it| it == true);
    need(tool.strict != Some(true) || strict, "strict");
    need(tool.cache.is_none() || to.field(&["cache_control", "cachePoint"], |_| true), "cache_control");
    extras_missing(&tool.extra, path, to, target, missing);
}

fn settings_missing(prompt: &Prompt, to: &Written, model: &str, missing: &mut Vec<String>) {
    // Where the tools are lost, what is said about them is lost with them.
    let no_tools = to.losses.iter().any(|it| it.what == "tools");
    let mut need = |there: bool, what: &str| {
        if !there && !to.losses.iter().any(|it| it.what.contains(what)) {
            missing.push(what.to_owned());
        }
    };
    let it = &prompt.sampling;
    let near = |wanted: f64| move |it: &Value| it.as_f64().is_some_and(|it| (it - wanted).abs() < 1e-9);
    for (what, value, usual, names) in [
        ("temperature", it.temperature, 1.0, &["temperature"][..]),
        ("top_p", it.top_p, 1.0, &["top_p", "topP", "p"]),
        ("frequency_penalty", it.frequency_penalty, 0.0, &["frequency_penalty", "frequencyPenalty"]),
        ("presence_penalty", it.presence_penalty, 0.0, &["presence_penalty", "presencePenalty"]),
    ] {
        let Some(value) = value.filter(|it| (it - usual).abs() > f64::EPSILON) else { continue };
        need(to.field(names, near(value)), what);
    }
    for (what, value, names) in [
        (
            "max_tokens",
            it.max_tokens,
            &[
                "max_tokens",
                "max_completion_tokens",
                "max_output_tokens",
                "maxOutputTokens",
                "maxTokens",
                "num_predict",
            ][..],
        ),
        ("top_k", it.top_k, &["top_k", "topK", "k"]),
        ("n", it.choices.filter(|it| *it > 1), &["n", "candidateCount"]),
    ] {
        let Some(value) = value else { continue };
        need(to.field(names, |it| it.as_u64() == Some(value)), what);
    }
    if let Some(seed) = it.seed {
        need(to.field(&["seed"], |it| it.as_i64() == Some(seed)), "seed");
    }
    for stop in &it.stop {
        let told = to.field(&["stop", "stop_sequences", "stopSequences"], |it| it.to_string().contains(stop.as_str()));
        need(told || to.says(stop) && to.field(&["stop", "stop_sequences", "stopSequences"], |_| true), "stop");
    }
    if let Some(it) = &prompt.reasoning {
        let words = ["reasoning_effort", "reasoning", "thinking", "thinkingConfig", "output_config", "think"];
        // How much is the model's choice: what holds where nothing is said.
        let said = it.adaptive && it.effort.is_none() && it.budget.is_none();
        let named = to.losses.iter().any(|it| it.what.contains("reasoning"));
        // Whoever never thinks need not be told not to.
        let never = !it.enabled && NEVER_THINK.contains(&model);
        need(said || named || never || to.field(&words, |_| true), "thinking");
    }
    match &prompt.format {
        Format::Text => {}
        Format::JsonObject => {
            let mime = to.field(&["responseMimeType"], |_| true) || to.field(&["format"], |it| it == "json");
            need(mime || to.says("json_object"), "response_format");
        }
        Format::JsonSchema { schema, description, .. } => {
            let value: Value = serde_json::from_str(schema.get()).unwrap();
            need(to.has(&value), "response_format");
            need(description.as_deref().is_none_or(|it| to.says(it)), "response_format");
        }
    }
    let choice = ["tool_choice", "toolConfig", "toolChoice"];
    match &prompt.tool_choice {
        None | Some(ToolChoice::Auto) => {}
        Some(_) if no_tools => {}
        Some(ToolChoice::Named(name)) => {
            need(to.field(&choice, |it| it.to_string().contains(name.as_str())), "tool_choice");
        }
        // Where no tool is left, none is called.
        Some(ToolChoice::None) => {
            need(to.field(&choice, |_| true) || !to.field(&["tools"], |_| true), "tool_choice");
        }
        Some(ToolChoice::Required) => need(to.field(&choice, |_| true), "tool_choice"),
    }
    if prompt.parallel_tools == Some(false) && !prompt.tools.is_empty() && !no_tools {
        let told = to.field(&["parallel_tool_calls"], |it| it == false)
            || to.field(&["disable_parallel_tool_use"], |it| it == true);
        need(told, "parallel_tool_calls");
    }
    need(prompt.user.as_deref().is_none_or(|it| to.says(it)), "user");
}

/// Requests of a dialect: all that were recorded, and those that say everything.
fn requests(dialect: Dialect) -> Vec<(String, Value)> {
    let (api, everything) = match dialect {
        Dialect::OpenaiChat => ("openai.chat", include_str!("../golden/openai_chat/everything.in.json")),
        Dialect::OpenaiResponses => ("openai.responses", include_str!("../golden/openai_responses/everything.in.json")),
        Dialect::Anthropic => ("anthropic.messages", include_str!("../golden/anthropic/awkward_request.json")),
        _ => ("gemini.generateContent", include_str!("../golden/gemini/everything.out.json")),
    };
    let mut all = vec![("everything".to_owned(), serde_json::from_str(everything).unwrap())];
    for it in recorded(api).unwrap_or_default() {
        let file = it.file;
        all.extend(it.request.map(|request| (file, request)));
    }
    all
}

#[test]
fn of_every_request_each_thing_is_said_or_named() {
    let models = [
        (Dialect::OpenaiChat, "gpt-6-sol"),
        (Dialect::OpenaiResponses, "gpt-6-sol"),
        (Dialect::Anthropic, "claude-sonnet-4-5"),
        (Dialect::Anthropic, "claude-opus-5"),
        (Dialect::Gemini, "gemini-2.5-flash"),
        (Dialect::Gemini, "gemini-3.8-flash"),
        (Dialect::BedrockConverse, "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        (Dialect::BedrockConverse, "amazon.nova-pro-v1:0"),
        (Dialect::Cohere, "command-a-03-2025"),
        (Dialect::Cohere, "command-a-reasoning-08-2025"),
        (Dialect::Ollama, "qwen3"),
        (Dialect::Ollama, "gpt-oss"),
    ];
    let quirks = [
        Quirks::default(),
        Quirks { tools: false, images: false, json_schema: false, usage_in_stream: false, ..Quirks::default() },
        Quirks { replays_reasoning: true, encrypted_reasoning: true, developer_role: true, ..Quirks::default() },
    ];
    let (mut checked, mut silent) = (0, Vec::new());
    for from in Dialect::CLIENTS {
        for (file, request) in requests(from) {
            let Ok(prompt) = codec(from).read_request(request.to_string().as_bytes()) else { continue };
            for (to, model) in models.iter().filter(|it| it.0 != from) {
                for quirks in &quirks {
                    let written = codec(*to).write_request(&prompt, model, quirks);
                    let body = serde_json::from_slice(&written.body).unwrap();
                    let there = Written::new(&body, written.losses);
                    let gone = missing(&prompt, &there, *to, model).into_iter();
                    silent.extend(gone.map(|it| format!("{from} → {to} {model}: {it} ({file})")));
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 3000 || recorded("openai.chat").is_none(), "{checked}");
    assert!(silent.is_empty(), "{} of {checked} in silence:\n{}", silent.len(), silent.join("\n"));
}
