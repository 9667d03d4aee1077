//! From one dialect through the hub into another, with recorded traffic: what is written must be valid there, say the
//! same, and name what it leaves out. The validators know the dialects' rules and nothing of the codecs.

mod clients;
mod gemini;
mod natives;
mod responses;

use std::collections::{BTreeMap, BTreeSet};

use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::{Block, Event, Finish};
use llmroute::domain::prompt::{Body, Loss, Part, Prompt};
use llmroute::domain::quirks::Quirks;
use llmroute::domain::reply::Reply;
use llmroute::wire::codec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::anthropic::any_input::wild;
use crate::anthropic::golden;
use crate::anthropic::streams::check_stream;
use crate::house::unheard;
use crate::recorded_anthropic::{Answer, Exchange, check_grammar, events, frames, frames_of, recorded};
use crate::responses_stream::fold;

/// The recordings of a dialect. `None` where there are none.
fn recordings(dialect: Dialect) -> Option<Vec<Exchange>> {
    recorded(match dialect {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        // Its streams are binary: `recorded_bedrock` reads those.
        Dialect::BedrockConverse => "bedrock.converse",
        Dialect::OpenaiChat => "openai.chat",
        Dialect::OpenaiResponses => "openai.responses",
        Dialect::Anthropic => "anthropic.messages",
        Dialect::Gemini => "gemini.generateContent",
        Dialect::Cohere => "cohere.chat.v2",
        Dialect::Ollama => "ollama.chat",
    })
}

// === requests ===

#[test]
fn openai_requests_become_valid_anthropic_requests() {
    let checked = translate_requests(Dialect::OpenaiChat, Dialect::Anthropic, "claude-sonnet-4-5", check_anthropic);
    assert!(checked.is_none_or(|it| it == 114), "{checked:?}");
}

#[test]
fn openai_requests_become_valid_requests_for_the_newest_generation() {
    let checked = translate_requests(Dialect::OpenaiChat, Dialect::Anthropic, "claude-opus-5", |body, file| {
        check_anthropic(body, file);
        for refused in ["temperature", "top_p", "top_k"] {
            assert_eq!(body[refused], Value::Null, "{file}");
        }
        assert_ne!(body["thinking"]["type"], "enabled", "{file}");
    });
    assert!(checked.is_none_or(|it| it == 114), "{checked:?}");
}

#[test]
fn anthropic_requests_become_valid_openai_requests() {
    let checked = translate_requests(Dialect::Anthropic, Dialect::OpenaiChat, "gpt-5", check_openai);
    assert!(checked.is_none_or(|it| it == 48), "{checked:?}");
}

#[test]
fn openai_requests_become_valid_gemini_requests() {
    for model in ["gemini-2.5-flash", "gemini-3-pro-preview"] {
        let checked = translate_requests(Dialect::OpenaiChat, Dialect::Gemini, model, gemini::check_request);
        assert!(checked.is_none_or(|it| it == 114), "{checked:?}");
    }
}

#[test]
fn anthropic_requests_become_valid_gemini_requests() {
    for model in ["gemini-2.0-flash", "gemini-3.8-flash"] {
        let checked = translate_requests(Dialect::Anthropic, Dialect::Gemini, model, gemini::check_request);
        assert!(checked.is_none_or(|it| it == 48), "{checked:?}");
    }
}

#[test]
fn gemini_requests_become_valid_openai_requests() {
    let checked = translate_requests(Dialect::Gemini, Dialect::OpenaiChat, "gpt-5", check_openai);
    assert!(checked.is_none_or(|it| it == 42), "{checked:?}");
}

#[test]
fn gemini_requests_become_valid_anthropic_requests() {
    let checked = translate_requests(Dialect::Gemini, Dialect::Anthropic, "claude-sonnet-4-5", check_anthropic);
    assert!(checked.is_none_or(|it| it == 42), "{checked:?}");
}

#[test]
fn requests_of_every_client_become_valid_cohere_requests() {
    for model in ["command-a-03-2025", "command-a-reasoning-08-2025"] {
        for (from, many) in REQUESTS {
            let checked = translate_requests(from, Dialect::Cohere, model, natives::check_cohere);
            assert!(checked.is_none_or(|it| it == many), "{from}: {checked:?}");
        }
    }
}

#[test]
fn requests_of_every_client_become_valid_ollama_requests() {
    for (from, many) in REQUESTS {
        let checked = translate_requests(from, Dialect::Ollama, "qwen3:4b", natives::check_ollama);
        assert!(checked.is_none_or(|it| it == many), "{from}: {checked:?}");
    }
}

/// How many recorded requests there are in the dialects of clients.
const REQUESTS: [(Dialect, usize); 3] = [(Dialect::OpenaiChat, 114), (Dialect::Anthropic, 48), (Dialect::Gemini, 42)];

/// Translates every recorded request and compares both sides. Says how many there were.
fn translate_requests(from: Dialect, to: Dialect, model: &str, check: impl Fn(&Value, &str)) -> Option<usize> {
    let mut checked = 0;
    for Exchange { file, request, status, .. } in recordings(from)? {
        let Some(request) = request else { continue };
        let prompt = match codec(from).read_request(request.to_string().as_bytes()) {
            Ok(prompt) => prompt,
            // One recording shows a provider refuse a temperature that is no number; so do we.
            Err(error) => {
                assert_eq!((status, error.param.as_deref()), (400, Some("temperature")), "{file}: {error}");
                continue;
            }
        };
        let written = codec(to).write_request(&prompt, model, &Quirks::default());
        let body: Value = serde_json::from_slice(&written.body).unwrap();
        assert!(body["model"] == model || to.model_in_path(), "{file}");
        check(&body, &file);
        same_request(&said(&request, from), &said(&body, to), &written.losses, &file);
        let flat = |it: Value, dialect| match dialect {
            Dialect::Gemini => gemini::flat(&it),
            Dialect::Cohere => natives::flat_cohere(&it),
            Dialect::Ollama => natives::flat_ollama(&it),
            _ => it,
        };
        top_level_is_accounted_for(&flat(request, from), &flat(body, to), &written.losses, &file);
        checked += 1;
    }
    Some(checked)
}

/// What a conversation says, read directly from its JSON.
#[derive(Debug, Default)]
struct Said {
    /// Every text with a visible character, each with the role that says it.
    texts: Vec<(String, String)>,
    /// Id, name, arguments.
    calls: Vec<(String, String, Value)>,
    results: Vec<String>,
    tools: Vec<String>,
    images: usize,
    files: usize,
    sounds: usize,
    /// Blocks that only this dialect has, by type.
    special: Vec<String>,
}

fn said(body: &Value, dialect: Dialect) -> Said {
    match dialect {
        Dialect::Gemini => return gemini::said(body),
        Dialect::Ollama => return natives::said(body),
        _ => {}
    }
    let mut said = Said::default();
    if dialect == Dialect::OpenaiResponses {
        responses::read(body, &mut said);
        return said;
    }
    if let Some(system) = body.get("system") {
        said.content(system, "system");
    }
    for message in body["messages"].as_array().unwrap() {
        let role = message["role"].as_str().unwrap();
        if role == "tool" {
            said.results.push(message["tool_call_id"].as_str().unwrap().to_owned());
        }
        let role = if role == "developer" { "system" } else { role };
        said.content(&message["content"], role);
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            let arguments = call["function"]["arguments"].as_str().expect("arguments are a string");
            let arguments = if arguments.is_empty() {
                json!({})
            } else {
                serde_json::from_str(arguments).unwrap_or(json!(arguments))
            };
            said.calls.push((text(&call["id"]), text(&call["function"]["name"]), arguments));
        }
    }
    for tool in body["tools"].as_array().into_iter().flatten() {
        let (name, own) = match dialect {
            Dialect::OpenaiChat | Dialect::Cohere => (&tool["function"]["name"], tool["type"] == "function"),
            Dialect::OpenaiResponses | Dialect::Ollama => unreachable!("read above"),
            Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
            Dialect::BedrockConverse => unreachable!("no client speaks it"),
            Dialect::Anthropic | Dialect::Gemini => (&tool["name"], tool.get("type").is_none()),
        };
        if own {
            said.tools.push(text(name));
        }
    }
    said
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Said {
    fn content(&mut self, content: &Value, role: &str) {
        match content {
            Value::String(text) if !text.trim().is_empty() => self.texts.push((role.to_owned(), text.clone())),
            Value::Array(blocks) => blocks.iter().for_each(|it| self.block(it, role)),
            _ => {}
        }
    }

    fn block(&mut self, block: &Value, role: &str) {
        match block["type"].as_str().unwrap() {
            "text" => self.content(&block["text"], role),
            "image" | "image_url" => self.images += 1,
            "document" | "file" => self.files += 1,
            "input_audio" => self.sounds += 1,
            "tool_use" => self.calls.push((text(&block["id"]), text(&block["name"]), block["input"].clone())),
            "tool_result" => {
                self.results.push(text(&block["tool_use_id"]));
                self.content(&block["content"], "tool");
            }
            other => self.special.push(other.to_owned()),
        }
    }
}

fn same_request(before: &Said, after: &Said, losses: &[Loss], file: &str) {
    let lost = |word: &str| losses.iter().any(|it| it.what.contains(word) || it.why.contains(word));
    for (role, text) in &before.texts {
        // White space at the end of a model's last turn is named as lost.
        let text = text.trim_end();
        assert!(
            after
                .texts
                .iter()
                .any(|(it, whole)| (whole.contains(text) && (it == role || it == "user" || role == "tool"))
                    || (role == "tool" && same_json(whole, text))),
            "{file}: {role} says {text:?}, which is gone; {losses:?}"
        );
    }
    let shape = |it: &Said| it.calls.iter().map(|(_, name, input)| (name.clone(), input.clone())).collect::<Vec<_>>();
    assert_eq!(shape(before), shape(after), "{file}");
    // Ids may change, but alike for a call and its result, and never two into one.
    let ids: BTreeMap<_, _> = before.calls.iter().map(|it| &it.0).zip(after.calls.iter().map(|it| &it.0)).collect();
    let sorted = |it: &[String]| it.iter().cloned().collect::<BTreeSet<_>>();
    let renamed: Vec<_> = before.results.iter().map(|it| ids.get(it).map_or(it, |it| *it).clone()).collect();
    assert_eq!(sorted(&renamed), sorted(&after.results), "{file}");
    assert_eq!(before.results.len(), after.results.len(), "{file}");
    assert_eq!(before.tools, after.tools, "{file}");
    for (what, before, after) in [
        ("images", before.images, after.images),
        ("files", before.files, after.files),
        ("sounds", before.sounds, after.sounds),
    ] {
        let named = losses.iter().filter(|it| it.what.starts_with("messages[")).count();
        assert!(after <= before && before - after <= named, "{file}: {before} {what} became {after}; {losses:?}");
    }
    for kind in &before.special {
        assert!(lost(kind) || lost("thinking") || lost("content["), "{file}: {kind} went in silence; {losses:?}");
    }
}

/// Whether two texts are the same JSON object, which a dialect may spell in its own way.
fn same_json(one: &str, other: &str) -> bool {
    let parsed = |it: &str| serde_json::from_str::<Value>(it).ok().filter(Value::is_object);
    parsed(one).is_some_and(|it| Some(it) == parsed(other))
}

/// Every top-level field is in the other request, under one of the names it has there, or named as lost.
fn top_level_is_accounted_for(request: &Value, body: &Value, losses: &[Loss], file: &str) {
    const SAME: [(&str, &[&str]); 19] = [
        ("max_tokens", &["max_completion_tokens", "max_output_tokens"]),
        ("max_completion_tokens", &["max_tokens", "max_output_tokens"]),
        ("max_output_tokens", &["max_tokens"]),
        ("instructions", &["system", "messages"]),
        ("input", &["messages"]),
        ("messages", &["input"]),
        ("text", &["response_format", "output_config"]),
        ("stop", &["stop_sequences"]),
        ("stop_sequences", &["stop"]),
        ("user", &["metadata"]),
        ("metadata", &["user"]),
        ("system", &["messages", "instructions", "input"]),
        ("response_format", &["output_config", "text"]),
        ("output_config", &["response_format", "reasoning_effort", "text", "reasoning"]),
        ("output_format", &["response_format", "text"]),
        ("reasoning_effort", &["thinking", "reasoning"]),
        ("reasoning", &["thinking", "reasoning_effort"]),
        ("thinking", &["reasoning_effort", "reasoning", "thinking"]),
        ("parallel_tool_calls", &["tool_choice"]),
    ];
    for (key, value) in request.as_object().unwrap() {
        let known = SAME.iter().find(|(it, _)| it == key).map_or(&[][..], |(_, names)| *names);
        let there = std::iter::once(&key.as_str()).chain(known).any(|it| body.get(it).is_some());
        let words = match key.as_str() {
            "reasoning_effort" | "thinking" => &["reasoning"][..],
            "output_config" | "output_format" => &["response_format", "reasoning"],
            "stop_sequences" => &["stop"],
            "text" => &["response_format"],
            "tool_choice" => &["toolConfig"],
            _ => &[],
        };
        let word = |it: &Loss| it.what.contains(key) || words.iter().any(|word| it.what.contains(word));
        let named = losses.iter().any(word);
        // Fields whose value is the default, or nothing, or only how the answer is to be sent.
        let idle = value.is_null()
            || ["stream_options", "stream"].contains(&key.as_str())
            || (key == "tool_choice"
                && (*value == "auto" || value["type"] == "auto" || *value == json!({"mode": "AUTO"})))
            // Nobody need be told not to do what it cannot.
            || (key == "thinking"
                && (value["type"] == "disabled" || value["thinkingBudget"] == 0)
                && body["model"] == "command-a-03-2025")
            || (key == "store" && *value == false)
            || (key == "truncation" && *value == "disabled")
            || (key == "reasoning" && value["effort"].is_null())
            || (key == "n" && *value == 1)
            || (key == "logprobs" && *value == false)
            || (key == "parallel_tool_calls" && *value == true)
            || (key == "temperature" && *value == 1.0)
            // The model decides how much to think: what the other dialect does when nothing is said.
            || (key == "thinking" && *value == json!({"type": "adaptive"}))
            || value.as_array().is_some_and(Vec::is_empty);
        assert!(there || named || idle, "{file}: {key}: {value} went in silence; {losses:?}");
    }
}

/// The fields of `/v1/messages` that a translated request may have.
const KNOWN: [&str; 16] = [
    "model",
    "max_tokens",
    "system",
    "messages",
    "tools",
    "tool_choice",
    "temperature",
    "top_p",
    "top_k",
    "stream",
    "stop_sequences",
    "thinking",
    "metadata",
    "output_config",
    "service_tier",
    "cache_control",
];

/// The rules of `/v1/messages`.
fn check_anthropic(body: &Value, file: &str) {
    assert!(body["max_tokens"].as_u64().unwrap() > 0, "{file}");
    for block in body["system"].as_array().into_iter().flatten() {
        assert!(!text(&block["text"]).trim().is_empty(), "{file}");
    }
    let messages = body["messages"].as_array().unwrap();
    assert_eq!(messages[0]["role"], "user", "{file}");
    let (mut called, mut ever) = (BTreeSet::new(), BTreeSet::new());
    for (nth, message) in messages.iter().enumerate() {
        let role = text(&message["role"]);
        assert_eq!(role, if nth % 2 == 0 { "user" } else { "assistant" }, "{file}: turns must alternate");
        let blocks = message["content"].as_array().unwrap();
        assert!(!blocks.is_empty(), "{file}");
        let (mut calls, mut results, mut other) = (BTreeSet::new(), BTreeSet::new(), false);
        for block in blocks {
            check_block(block, &role, file);
            match block["type"].as_str().unwrap() {
                "tool_use" => {
                    let id = text(&block["id"]);
                    assert!(ever.insert(id.clone()), "{file}: {id} twice");
                    calls.insert(id);
                }
                "tool_result" => {
                    assert!(!other, "{file}: a result after something else");
                    results.insert(text(&block["tool_use_id"]));
                }
                _ => other = true,
            }
        }
        if role == "user" {
            assert_eq!(results, called, "{file}: results must answer the calls of the turn before");
        }
        called = calls;
    }
    let last = messages.last().unwrap();
    if last["role"] == "assistant" {
        let end = text(&last["content"].as_array().unwrap().last().unwrap()["text"]);
        assert_eq!(end.trim_end(), end, "{file}");
    }
    for tool in body["tools"].as_array().into_iter().flatten() {
        assert!(!text(&tool["name"]).is_empty() && tool["input_schema"]["type"] == "object", "{file}: {tool}");
    }
    if body.get("tool_choice").is_some() {
        assert!(body["tools"].is_array(), "{file}");
        assert!(["auto", "any", "tool", "none"].contains(&body["tool_choice"]["type"].as_str().unwrap()), "{file}");
    }
    if let Some(temperature) = body["temperature"].as_f64() {
        assert!((0.0..=1.0).contains(&temperature), "{file}");
        assert!(body["thinking"].is_null() || body["thinking"]["type"] == "disabled", "{file}");
    }
    if body["thinking"]["type"] == "enabled" {
        let budget = body["thinking"]["budget_tokens"].as_u64().unwrap();
        assert!((1024..body["max_tokens"].as_u64().unwrap()).contains(&budget), "{file}");
        assert!(!["any", "tool"].contains(&body["tool_choice"]["type"].as_str().unwrap_or_default()), "{file}");
    }
    for key in body.as_object().unwrap().keys() {
        assert!(KNOWN.contains(&key.as_str()), "{file}: {key} is no field of the dialect");
    }
}

fn check_block(block: &Value, role: &str, file: &str) {
    let id_is_fine =
        |id: &str| !id.is_empty() && id.chars().all(|it| it.is_ascii_alphanumeric() || it == '_' || it == '-');
    match (block["type"].as_str().unwrap(), role) {
        ("text", _) => assert!(!text(&block["text"]).trim().is_empty(), "{file}: empty text"),
        ("image" | "document", "user") => check_source(&block["source"], file),
        ("tool_use", "assistant") => {
            assert!(id_is_fine(&text(&block["id"])), "{file}: {}", block["id"]);
            assert!(block["input"].is_object() && !text(&block["name"]).is_empty(), "{file}");
        }
        ("tool_result", "user") => {
            assert!(id_is_fine(&text(&block["tool_use_id"])), "{file}");
            for inner in block["content"].as_array().into_iter().flatten() {
                assert_ne!(inner["type"], "tool_result", "{file}");
                check_block(inner, "user", file);
            }
        }
        ("thinking", "assistant") => assert!(!text(&block["signature"]).is_empty(), "{file}: unsigned thinking"),
        (kind, role) => panic!("{file}: {kind} in a turn of the {role}"),
    }
}

fn check_source(source: &Value, file: &str) {
    let key = match source["type"].as_str().unwrap() {
        "base64" | "text" => {
            assert!(source["media_type"].is_string(), "{file}");
            "data"
        }
        "url" => "url",
        "file" => "file_id",
        other => panic!("{file}: a source of type {other}"),
    };
    let value = text(&source[key]);
    assert!(!value.is_empty() && !value.starts_with("data:"), "{file}");
}

/// The rules of `/v1/chat/completions`.
fn check_openai(body: &Value, file: &str) {
    let mut waiting: BTreeSet<String> = BTreeSet::new();
    let messages = body["messages"].as_array().unwrap();
    assert!(!messages.is_empty(), "{file}");
    for message in messages {
        let role = text(&message["role"]);
        if role == "tool" {
            let id = text(&message["tool_call_id"]);
            assert!(waiting.remove(&id), "{file}: {id} answers no call");
        } else {
            assert!(waiting.is_empty(), "{file}: {waiting:?} are not answered");
        }
        match &message["content"] {
            Value::String(_) => {}
            Value::Null => assert!(role == "assistant" && message["tool_calls"].is_array(), "{file}: {message}"),
            Value::Array(parts) => {
                assert!(!parts.is_empty(), "{file}");
                for part in parts {
                    let allowed: &[&str] = match role.as_str() {
                        "user" => &["text", "image_url", "input_audio", "file"],
                        "assistant" => &["text", "refusal"],
                        _ => &["text"],
                    };
                    let kind = text(&part["type"]);
                    assert!(allowed.contains(&kind.as_str()), "{file}: {kind} in a message of {role}");
                    let value = if kind == "text" { &part["text"] } else { &part[&kind] };
                    assert!(!value.is_null(), "{file}: {part}");
                }
            }
            other => panic!("{file}: content {other}"),
        }
        assert!(["system", "developer", "user", "assistant", "tool"].contains(&role.as_str()), "{file}: {role}");
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            assert_eq!((role.as_str(), &call["type"]), ("assistant", &json!("function")), "{file}");
            assert!(call["function"]["arguments"].is_string() && call["function"]["name"].is_string(), "{file}");
            assert!(waiting.insert(text(&call["id"])), "{file}: an id twice");
        }
    }
    for tool in body["tools"].as_array().into_iter().flatten() {
        assert_eq!(tool["type"], "function", "{file}");
        assert!(tool["function"]["name"].is_string(), "{file}");
    }
    if let Some(format) = body.get("response_format") {
        assert!(format["type"] != "json_schema" || format["json_schema"]["name"].is_string(), "{file}");
    }
    if body.get("stream_options").is_some() {
        assert_eq!(body["stream"], true, "{file}");
    }
}

// === answers ===

#[test]
fn answers_say_the_same_in_the_other_dialect() {
    let mut checked = 0;
    for (from, to) in all_ways() {
        let Some(exchanges) = recordings(from) else { return };
        for Exchange { file, status, answer, .. } in exchanges {
            let Answer::Whole(whole) = answer else { continue };
            if status >= 400 {
                continue;
            }
            let reply =
                codec(from).read_reply(whole.to_string().as_bytes()).unwrap_or_else(|it| panic!("{file}: {it}"));
            if reply.fault.is_some() {
                continue;
            }
            let written = codec(to).write_reply(&reply);
            let body: Value = serde_json::from_slice(&written.body).unwrap();
            match to {
                Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
                Dialect::BedrockConverse => unreachable!("no client speaks it"),
                Dialect::Anthropic => check_message(&body, &file),
                Dialect::OpenaiChat => check_completion(&body, &file),
                Dialect::OpenaiResponses => responses::check_response(&body, &file),
                Dialect::Gemini => gemini::check_answer(&body, &file),
                Dialect::Cohere | Dialect::Ollama => unheard(to),
            }
            let back = codec(to).read_reply(&written.body).unwrap();
            same_answer(&reply, &back, &written.losses, &file);
            checked += 1;
        }
    }
    eprintln!("{checked} answers");
    assert!(checked > 200, "{checked}");
}

#[test]
fn streams_say_the_same_in_the_other_dialect() {
    let mut checked = 0;
    for (from, to) in all_ways() {
        let Some(exchanges) = recordings(from) else { return };
        for Exchange { file, answer, .. } in exchanges {
            let Answer::Stream(recording) = answer else { continue };
            let events = events(codec(from), &frames_of(codec(from), &recording));
            check_grammar(&events, &file);
            let mut writer = codec(to).stream_writer(true);
            let mut out = Vec::new();
            for event in &events {
                writer.write(event, &mut out);
            }
            let losses = writer.losses().to_vec();
            let written = String::from_utf8(out).unwrap();
            let reply = Reply::of(events);
            match to {
                Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
                Dialect::BedrockConverse => unreachable!("no client speaks it"),
                _ if reply.fault.is_some() => {}
                Dialect::Anthropic => check_stream(&written),
                Dialect::OpenaiChat => check_chunks(&written, &file),
                Dialect::OpenaiResponses => responses::check_response(&fold(&written, &file), &file),
                Dialect::Gemini => gemini::check_chunks(&written, false, &file),
                Dialect::Cohere | Dialect::Ollama => unheard(to),
            }
            if reply.fault.is_none() {
                let again = crate::recorded_anthropic::events(codec(to), &frames(&written));
                check_grammar(&again, &file);
                let back = Reply::of(again);
                assert!(reply.ended && back.ended, "{file}");
                same_answer(&reply, &back, &losses, &file);
            }
            checked += 1;
        }
    }
    assert_eq!(checked, 3 * (25 + 51 + 28 + 18) + 4 * (8 + 3));
}

/// A stream made of a whole answer says what the whole answer says.
#[test]
fn whole_answers_can_be_streamed() {
    for (from, to) in all_ways() {
        let Some(exchanges) = recordings(from) else { return };
        for Exchange { file, status, answer, .. } in exchanges {
            let Answer::Whole(whole) = answer else { continue };
            let reply = codec(from).read_reply(whole.to_string().as_bytes());
            let Some(reply) = reply.ok().filter(|it| status < 400 && it.fault.is_none()) else { continue };
            let events = reply.clone().into_events();
            check_grammar(&events, &file);
            let mut writer = codec(to).stream_writer(true);
            let mut out = Vec::new();
            for event in events.iter().chain((!reply.ended).then_some(&Event::End)) {
                writer.write(event, &mut out);
            }
            let losses = writer.losses().to_vec();
            let back =
                Reply::of(crate::recorded_anthropic::events(codec(to), &frames(&String::from_utf8(out).unwrap())));
            same_answer(&reply, &back, &losses, &file);
        }
    }
}

/// A provider of every dialect to a client of every other. The same pairs, turned round, are those of requests.
fn all_ways() -> impl Iterator<Item = (Dialect, Dialect)> {
    let pairs = Dialect::ALL.into_iter().flat_map(|from| Dialect::CLIENTS.map(|to| (from, to)));
    // Bedrock's streams are bytes, which these recordings hold as text; they are proven by themselves.
    pairs.filter(|(from, to)| from != to && *from != Dialect::BedrockConverse)
}

fn same_answer(before: &Reply, after: &Reply, losses: &[Loss], file: &str) {
    let text = |it: &Reply, thinking: bool| {
        let wanted = it.blocks.iter().filter(|it| matches!(it.block, Block::Thinking) == thinking);
        let words = wanted.filter(|it| matches!(it.block, Block::Text | Block::Refusal | Block::Thinking));
        words.map(|it| it.text.as_str()).collect::<String>()
    };
    assert_eq!(text(before, false), text(after, false), "{file}");
    assert_eq!(text(before, true), text(after, true), "{file}");
    let calls = |it: &Reply| {
        let calls = it.blocks.iter().filter_map(|it| match &it.block {
            Block::ToolCall { id, name } => Some((id.clone(), name.clone(), parsed(&it.text))),
            _ => None,
        });
        calls.collect::<Vec<_>>()
    };
    for (before, after) in calls(before).iter().zip(calls(after)) {
        let named = losses.iter().any(|it| it.what.ends_with("input") || it.what.ends_with("args"));
        assert_eq!((&before.0, &before.1), (&after.0, &after.1), "{file}");
        // Where there must be an object, no arguments are an empty one.
        let idle = before.2.is_null() && after.2 == json!({});
        assert!(before.2 == after.2 || named || idle, "{file}: {before:?} {after:?}");
    }
    assert_eq!(calls(before).len(), calls(after).len(), "{file}");
    assert_eq!(meaning(before), meaning(after), "{file}: {losses:?}");
    let counts = |it: &Reply| it.usage.as_ref().map(|it| (it.input, it.cache_read, it.output, it.reasoning));
    match counts(before) {
        Some(before) => assert_eq!(Some(before), counts(after), "{file}"),
        None => assert!(counts(after).is_none_or(|it| it == (0, 0, 0, 0)), "{file}"),
    }
    let whole = before.blocks.iter().filter_map(|it| if let Block::Opaque(it) = &it.block { Some(it) } else { None });
    let beside = before.blocks.iter().flat_map(|it| &it.extra).chain(&before.extra);
    for it in whole.chain(beside).filter(|it| !it.is_spelling()) {
        let named = losses.iter().any(|loss| loss.what.contains(&it.name));
        assert!(named, "{file}: {} went in silence; {losses:?}", it.name);
    }
    assert_eq!(before.model, after.model, "{file}");
    // The responses dialect has ids of its own form, which end like the provider's.
    let plain = |id: &str| id.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let tail = plain(&before.id).chars().rev().take(32).collect::<Vec<_>>().into_iter().rev().collect::<String>();
    assert!(
        before.id == after.id || (after.id.starts_with("resp_") && after.id.ends_with(&tail)),
        "{file}: {}",
        after.id
    );
}

fn parsed(arguments: &str) -> Value {
    if arguments.trim().is_empty() { json!({}) } else { serde_json::from_str(arguments).unwrap_or(json!(arguments)) }
}

/// What a client does next. The two dialects have different words for most of it.
fn meaning(reply: &Reply) -> &'static str {
    let called = reply.blocks.iter().any(|it| matches!(it.block, Block::ToolCall { .. }));
    let declined = reply.blocks.iter().any(|it| matches!(it.block, Block::Refusal));
    match reply.finish {
        Some(Finish::Length | Finish::ContextFull) => "cut short",
        Some(Finish::Refusal | Finish::ContentFilter) => "refused",
        Some(Finish::ToolCalls) => "tools",
        _ if called => "tools",
        _ if declined => "refused",
        _ => "complete",
    }
}

/// A message as a strict client parses it.
fn check_message(body: &Value, file: &str) {
    assert_eq!((&body["type"], &body["role"]), (&json!("message"), &json!("assistant")), "{file}");
    assert!(body["id"].is_string() && body["model"].is_string() && body["stop_reason"].is_string(), "{file}");
    assert!(body.get("stop_sequence").is_some(), "{file}");
    for key in ["input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"] {
        assert!(body["usage"][key].is_u64(), "{file}: {key}");
    }
    for block in body["content"].as_array().unwrap() {
        match block["type"].as_str().unwrap() {
            "text" => assert_ne!(text(&block["text"]), "", "{file}"),
            "thinking" => assert!(block["thinking"].is_string() && block["signature"].is_string(), "{file}"),
            "tool_use" => {
                assert!(block["id"].is_string() && block["name"].is_string() && block["input"].is_object(), "{file}");
            }
            other => panic!("{file}: a block of type {other}"),
        }
    }
}

/// A completion as a strict client parses it.
fn check_completion(body: &Value, file: &str) {
    assert_eq!(body["object"], "chat.completion", "{file}");
    assert!(body["id"].is_string() && body["model"].is_string() && body["created"].is_i64(), "{file}");
    let choice = &body["choices"][0];
    assert_eq!(choice["index"], 0, "{file}");
    check_finish_reason(&choice["finish_reason"], file);
    let message = &choice["message"];
    assert_eq!(message["role"], "assistant", "{file}");
    assert!(message["content"].is_string() || message["content"].is_null(), "{file}");
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        assert!(call["id"].is_string() && call["function"]["name"].is_string(), "{file}");
        assert_eq!((&call["type"], call["function"]["arguments"].is_string()), (&json!("function"), true), "{file}");
    }
    let usage = &body["usage"];
    if usage.is_null() {
        return;
    }
    let sum = usage["prompt_tokens"].as_u64().unwrap() + usage["completion_tokens"].as_u64().unwrap();
    assert_eq!(usage["total_tokens"].as_u64(), Some(sum), "{file}");
}

fn check_finish_reason(reason: &Value, file: &str) {
    assert!(["stop", "length", "tool_calls", "content_filter"].contains(&reason.as_str().unwrap()), "{file}: {reason}");
}

/// Chat chunks: one object kind, one id, calls announced before their arguments with contiguous indexes, one finish,
/// usage in a chunk without choices, `[DONE]` last.
fn check_chunks(written: &str, file: &str) {
    let (mut ids, mut calls, mut finished, mut counted, mut done) = (BTreeSet::new(), 0, false, false, false);
    for frame in frames(written) {
        if frame.is_comment() {
            continue;
        }
        assert!(!done, "{file}: something after [DONE]");
        if frame.data().as_ref() == b"[DONE]" {
            done = true;
            continue;
        }
        let chunk: Value = serde_json::from_slice(&frame.data()).unwrap();
        assert_eq!(chunk["object"], "chat.completion.chunk", "{file}");
        assert!(chunk["created"].is_i64() && chunk["model"].is_string(), "{file}");
        ids.insert(text(&chunk["id"]));
        let choices = chunk["choices"].as_array().unwrap();
        if choices.is_empty() {
            assert!(chunk["usage"]["prompt_tokens"].is_u64() && finished, "{file}: {chunk}");
            assert!(!std::mem::replace(&mut counted, true), "{file}: usage twice");
            continue;
        }
        assert!(!counted && choices.len() == 1 && choices[0]["index"] == 0, "{file}: {chunk}");
        let delta = &choices[0]["delta"];
        for call in delta["tool_calls"].as_array().into_iter().flatten() {
            assert!(!finished, "{file}");
            let index = call["index"].as_u64().unwrap();
            if index == calls {
                assert!(call["id"].is_string() && call["function"]["name"].is_string(), "{file}: {call}");
                calls += 1;
            } else {
                assert!(index < calls && call.get("id").is_none_or(Value::is_null), "{file}: {call}");
            }
        }
        if !choices[0]["finish_reason"].is_null() {
            check_finish_reason(&choices[0]["finish_reason"], file);
            assert!(!std::mem::replace(&mut finished, true), "{file}: two finishes");
        }
    }
    assert_eq!(ids.len(), 1, "{file}: {ids:?}");
    assert!(finished && counted && done, "{file}: no proper end");
}

// === there and back ===

/// Id, name and arguments of every call of a conversation, in order.
fn calls(prompt: &Prompt) -> Vec<(String, String, String)> {
    let parts = prompt.turns.iter().flat_map(|it| &it.parts);
    let call = |it: &Part| match &it.body {
        Body::ToolCall { id, name, arguments } => Some((id.clone(), name.clone(), arguments.clone())),
        _ => None,
    };
    parts.filter_map(call).collect()
}

/// wire.md §2.4.
#[test]
pub(crate) fn there_and_back_keeps_calls_byte_for_byte() {
    let mut seen = 0;
    for (from, to) in all_ways() {
        let Some(exchanges) = recordings(from) else { return };
        for Exchange { file, request, .. } in exchanges {
            let Some(prompt) = request.and_then(|it| codec(from).read_request(it.to_string().as_bytes()).ok()) else {
                continue;
            };
            let mut back = prompt.clone();
            for dialect in [to, from] {
                let written = codec(dialect).write_request(&back, "m", &Quirks::default());
                back = codec(dialect).read_request(&written.body).unwrap_or_else(|it| panic!("{file}: {it}"));
            }
            // No arguments at all are an empty object in the dialect that wants objects.
            let filled = |(id, name, arguments): (String, String, String)| {
                (id, name, if arguments.is_empty() { "{}".to_owned() } else { arguments })
            };
            let before: Vec<_> = calls(&prompt).into_iter().map(filled).collect();
            let mut after = calls(&back);
            for (before, after) in before.iter().zip(&mut after) {
                // Anthropic takes ids of one form only; any other is given one of that form.
                let fits =
                    |it: &str| it.len() <= 64 && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-".contains(&it));
                if !fits(&before.0) && to == Dialect::Anthropic {
                    after.0.clone_from(&before.0);
                }
            }
            assert_eq!(before, after, "{file}");
            assert!(prompt.tools.len() >= back.tools.len(), "{file}");
            // Where the path says whether to stream, the body does not.
            let in_path = from.model_in_path() || to.model_in_path();
            assert!(in_path || prompt.stream == back.stream, "{file}");
            seen += before.len();
        }
    }
    assert!(seen > 25, "{seen}");
}

#[test]
fn conversations_in_the_other_dialect() {
    let anthropic = json!({
        "model": "claude", "max_tokens": 500, "temperature": 0.5,
        "system": [{"type": "text", "text": "one"}, {"type": "text", "text": "two", "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": [
                {"type": "text", "text": "look", "citations": [{"type": "char_location", "cited_text": "x"}]},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJD"}},
                {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"}, "title": "t",
                 "citations": {"enabled": true}},
            ]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm", "signature": "sig"},
                {"type": "text", "text": "I call two"},
                {"type": "tool_use", "id": "toolu_1", "name": "a", "input": {"x": 1}},
                {"type": "tool_use", "id": "toolu_2", "name": "b", "input": {}},
                {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "toolu_2", "content": "two", "is_error": true},
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": [
                    {"type": "text", "text": "one"},
                    {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
                ]},
                {"type": "text", "text": "and now?"},
            ]},
        ],
        "tools": [
            {"name": "a", "input_schema": {"type": "object"}},
            {"type": "web_search_20250305", "name": "web_search"},
        ],
        "tool_choice": {"type": "any", "disable_parallel_tool_use": true},
        "stop_sequences": ["END"], "top_k": 3, "metadata": {"user_id": "u"},
        "thinking": {"type": "enabled", "budget_tokens": 2000},
        "container": "c", "stream": true,
    });
    let openai = json!({
        "model": "gpt",
        "messages": [
            {"role": "developer", "content": "one"},
            {"role": "system", "content": [{"type": "text", "text": "two"}]},
            {"role": "user", "content": "look", "name": "ann"},
            {"role": "user", "content": [
                {"type": "text", "text": "at this"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD", "detail": "low"}},
                {"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBE"}},
            ]},
            {"role": "assistant", "content": null, "reasoning_content": "hm", "tool_calls": [
                {"id": "call:1", "type": "function", "function": {"name": "a", "arguments": "{ \"x\": 1 }"}},
                {"id": "call:2", "type": "function", "function": {"name": "b", "arguments": ""}},
            ]},
            {"role": "tool", "tool_call_id": "call:2", "content": "two"},
            {"role": "tool", "tool_call_id": "call:1", "content": [{"type": "text", "text": "one"}]},
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "and now?"},
        ],
        "tools": [{"type": "function", "function": {"name": "a", "parameters": {"type": "object"}, "strict": true}},
                  {"type": "function", "function": {"name": "b"}}],
        "tool_choice": {"type": "function", "function": {"name": "a"}}, "parallel_tool_calls": false,
        "temperature": 1.5, "stop": "END", "seed": 1, "logit_bias": {"1": 2}, "user": "u", "reasoning_effort": "high",
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": true}},
        "stream": true, "stream_options": {"include_usage": true}, "max_completion_tokens": 2000,
    });
    let google = gemini::conversation();
    for (name, request, from, to, model) in [
        ("anthropic_request_in_openai", &anthropic, Dialect::Anthropic, Dialect::OpenaiChat, "gpt"),
        ("openai_request_in_anthropic", &openai, Dialect::OpenaiChat, Dialect::Anthropic, "claude-haiku-4-5"),
        ("anthropic_request_in_gemini", &anthropic, Dialect::Anthropic, Dialect::Gemini, "gemini-3-pro-preview"),
        ("openai_request_in_gemini", &openai, Dialect::OpenaiChat, Dialect::Gemini, "gemini-2.5-flash"),
        ("gemini_request_in_openai", &google, Dialect::Gemini, Dialect::OpenaiChat, "gpt"),
        ("gemini_request_in_anthropic", &google, Dialect::Gemini, Dialect::Anthropic, "claude-haiku-4-5"),
        ("anthropic_request_in_cohere", &anthropic, Dialect::Anthropic, Dialect::Cohere, "command-a-reasoning-08-2025"),
        ("openai_request_in_cohere", &openai, Dialect::OpenaiChat, Dialect::Cohere, "command-a-03-2025"),
        ("anthropic_request_in_ollama", &anthropic, Dialect::Anthropic, Dialect::Ollama, "qwen3:4b"),
        ("gemini_request_in_ollama", &google, Dialect::Gemini, Dialect::Ollama, "qwen3:4b"),
    ] {
        let prompt = codec(from).read_request(request.to_string().as_bytes()).unwrap();
        let written = codec(to).write_request(&prompt, model, &Quirks::default());
        let body: Value = serde_json::from_slice(&written.body).unwrap();
        match to {
            Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
            Dialect::BedrockConverse => unreachable!("no client speaks it"),
            Dialect::Anthropic => check_anthropic(&body, name),
            Dialect::OpenaiChat => check_openai(&body, name),
            Dialect::OpenaiResponses => responses::check_request(&body, name),
            Dialect::Gemini => gemini::check_request(&body, name),
            Dialect::Cohere => natives::check_cohere(&body, name),
            Dialect::Ollama => natives::check_ollama(&body, name),
        }
        let losses: Vec<_> = written.losses.iter().map(|it| format!("{}: {}", it.what, it.why)).collect();
        let shown = serde_json::to_string_pretty(&json!({ "body": body, "losses": losses })).unwrap();
        golden(&format!("cross/{name}.json"), &format!("{shown}\n"));
    }
}

#[test]
fn streams_in_the_other_dialect() {
    let chunk = |delta: Value, finish: Value| {
        let choice = json!([{"index": 0, "delta": delta, "finish_reason": finish}]);
        json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "model": "gpt", "choices": choice})
            .to_string()
    };
    let call = |index: u64, id: Value, name: Value, arguments: &str| {
        let call =
            json!({"index": index, "id": id, "type": "function", "function": {"name": name, "arguments": arguments}});
        chunk(json!({"tool_calls": [call]}), Value::Null)
    };
    let usage = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "model": "gpt", "choices": [],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120,
                  "prompt_tokens_details": {"cached_tokens": 64}, "completion_tokens_details": {"reasoning_tokens": 5}}});
    let data = [
        chunk(json!({"role": "assistant", "content": ""}), Value::Null),
        chunk(json!({"reasoning_content": "hm"}), Value::Null),
        chunk(json!({"content": "I call "}), Value::Null),
        chunk(json!({"content": "two"}), Value::Null),
        call(0, json!("a"), json!("one"), ""),
        call(1, json!("b"), json!("two"), "{"),
        call(0, Value::Null, Value::Null, "{\"x\":"),
        call(1, Value::Null, Value::Null, "}"),
        call(0, Value::Null, Value::Null, "1}"),
        chunk(json!({}), json!("tool_calls")),
        usage.to_string(),
        "[DONE]".to_owned(),
    ];
    let openai = data.map(|it| format!("data: {it}\n\n")).concat();
    let anthropic = translated(&openai, Dialect::OpenaiChat, Dialect::Anthropic);
    check_stream(&anthropic);
    golden("cross/openai_stream_in_anthropic.sse", &anthropic);
    let back = translated(&anthropic, Dialect::Anthropic, Dialect::OpenaiChat);
    check_chunks(&back, "back");
    golden("cross/anthropic_stream_in_openai.sse", &back);
    let google = translated(&openai, Dialect::OpenaiChat, Dialect::Gemini);
    gemini::check_chunks(&google, false, "gemini");
    golden("cross/openai_stream_in_gemini.sse", &google);
    let anthropic = translated(&google, Dialect::Gemini, Dialect::Anthropic);
    check_stream(&anthropic);
    golden("cross/gemini_stream_in_anthropic.sse", &anthropic);
}

fn translated(text: &str, from: Dialect, to: Dialect) -> String {
    let mut writer = codec(to).stream_writer(true);
    let mut out = Vec::new();
    for event in &events(codec(from), &frames(text)) {
        writer.write(event, &mut out);
    }
    String::from_utf8(out).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_request_makes_the_other_dialect_panic(value in wild()) {
        let turns = json!([{"role": "user", "content": [value]}, {"role": "assistant", "content": [value]}]);
        let part = json!({"model": "m", "messages": turns});
        let input = json!({"model": "m", "input": turns, "tools": [value]});
        let items = json!({"model": "m", "input": [value, {"type": "function_call_output", "call_id": "c", "output": [value]}]});
        for request in [value, part, input, items] {
            for (to, from) in all_ways() {
                let Ok(prompt) = codec(from).read_request(request.to_string().as_bytes()) else { continue };
                let written = codec(to).write_request(&prompt, "m", &Quirks::default());
                prop_assert!(serde_json::from_slice::<Value>(&written.body).is_ok());
                prop_assert!(codec(to).read_request(&written.body).is_ok(), "{}", String::from_utf8_lossy(&written.body));
            }
        }
    }
}
