//! What the responses dialect says, read directly, and its rules.

use std::collections::BTreeSet;

use llmroute::domain::dialect::Dialect;
use serde_json::{Value, json};

use super::{Said, check_anthropic, check_openai, text, translate_requests};

#[test]
fn responses_requests_become_valid_chat_requests() {
    let checked = translate_requests(Dialect::OpenaiResponses, Dialect::OpenaiChat, "gpt-5", check_openai);
    assert!(checked.is_none_or(|it| it == 60), "{checked:?}");
}

#[test]
fn responses_requests_become_valid_anthropic_requests() {
    let model = "claude-sonnet-4-5";
    let checked = translate_requests(Dialect::OpenaiResponses, Dialect::Anthropic, model, check_anthropic);
    assert!(checked.is_none_or(|it| it == 60), "{checked:?}");
}

#[test]
fn chat_requests_become_valid_responses_requests() {
    let checked = translate_requests(Dialect::OpenaiChat, Dialect::OpenaiResponses, "gpt-6", check_request);
    assert!(checked.is_none_or(|it| it == 114), "{checked:?}");
}

#[test]
fn anthropic_requests_become_valid_responses_requests() {
    let checked = translate_requests(Dialect::Anthropic, Dialect::OpenaiResponses, "gpt-6", check_request);
    assert!(checked.is_none_or(|it| it == 48), "{checked:?}");
}

/// Reads a request of this dialect.
pub(super) fn read(body: &Value, said: &mut Said) {
    if let Some(text) = body["instructions"].as_str() {
        said.content(&json!(text), "system");
    }
    if let Some(text) = body["input"].as_str() {
        said.content(&json!(text), "user");
    }
    for item in body["input"].as_array().into_iter().flatten() {
        match item["type"].as_str().unwrap_or("message") {
            "message" => {
                let role = item["role"].as_str().unwrap();
                content(&item["content"], if role == "developer" { "system" } else { role }, said);
            }
            "function_call" => {
                let arguments = item["arguments"].as_str().expect("arguments are a string");
                let arguments = if arguments.is_empty() { "{}" } else { arguments };
                let arguments = serde_json::from_str(arguments).unwrap_or(json!(arguments));
                said.calls.push((text(&item["call_id"]), text(&item["name"]), arguments));
            }
            "function_call_output" => {
                said.results.push(text(&item["call_id"]));
                content(&item["output"], "tool", said);
            }
            // Open reasoning is open elsewhere, too.
            "reasoning" if item["encrypted_content"].is_null() && !item["summary"].as_array().unwrap().is_empty() => {}
            "reasoning" if item["encrypted_content"].is_null() && item["content"].is_array() => {}
            other => said.special.push(other.to_owned()),
        }
    }
    let functions = body["tools"].as_array().into_iter().flatten().filter(|it| it["type"] == "function");
    said.tools.extend(functions.map(|it| text(&it["name"])));
}

fn content(content: &Value, role: &str, said: &mut Said) {
    let Some(parts) = content.as_array() else { return said.content(content, role) };
    for part in parts {
        match part["type"].as_str().unwrap() {
            "input_text" | "output_text" => said.content(&part["text"], role),
            "input_image" => said.images += 1,
            "input_file" => said.files += 1,
            "input_audio" => said.sounds += 1,
            other => said.special.push(other.to_owned()),
        }
    }
}

/// The fields of `/v1/responses` that a translated request may have.
const KNOWN: [&str; 16] = [
    "model",
    "input",
    "instructions",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "max_output_tokens",
    "temperature",
    "top_p",
    "reasoning",
    "text",
    "store",
    "stream",
    "stream_options",
    "user",
    "metadata",
];

/// The rules of `/v1/responses`.
pub(super) fn check_request(body: &Value, file: &str) {
    for key in body.as_object().unwrap().keys() {
        assert!(KNOWN.contains(&key.as_str()), "{file}: {key}");
    }
    assert_eq!(body["store"], false, "{file}: nobody asked for it to be kept");
    let mut waiting = BTreeSet::new();
    let items = body["input"].as_array().unwrap();
    assert!(!items.is_empty(), "{file}");
    for item in items {
        match item["type"].as_str().unwrap() {
            "message" => {
                let role = text(&item["role"]);
                assert!(["system", "developer", "user", "assistant"].contains(&role.as_str()), "{file}: {role}");
                check_content(&item["content"], &role, file);
            }
            "function_call" => {
                assert!(item["name"].is_string() && item["arguments"].is_string(), "{file}: {item}");
                assert!(waiting.insert(text(&item["call_id"])), "{file}: an id twice");
            }
            "function_call_output" => {
                let id = text(&item["call_id"]);
                assert!(waiting.remove(&id), "{file}: {id} answers no call");
                check_content(&item["output"], "tool", file);
            }
            other => panic!("{file}: {other}"),
        }
    }
    for tool in body["tools"].as_array().into_iter().flatten() {
        // The types of the SDK want all of these.
        assert_eq!(tool["type"], "function", "{file}");
        // One recording shows a schema of nothing but `true`, which its provider refuses.
        let schema = tool["parameters"].is_object() || tool["parameters"] == true;
        assert!(tool["name"].is_string() && schema && tool["strict"].is_boolean(), "{file}: {tool}");
    }
    if let Some(format) = body["text"].get("format").filter(|it| it["type"] == "json_schema") {
        assert!(format["name"].is_string() && format["schema"].is_object(), "{file}");
    }
}

fn check_content(content: &Value, role: &str, file: &str) {
    let Some(parts) = content.as_array() else {
        assert!(content.is_string(), "{file}: {content}");
        return;
    };
    for part in parts {
        let allowed: &[&str] = match role {
            "user" | "tool" => &["input_text", "input_image", "input_file", "input_audio"],
            "assistant" => &["output_text", "refusal"],
            _ => &["input_text"],
        };
        let kind = text(&part["type"]);
        assert!(allowed.contains(&kind.as_str()), "{file}: {kind} of {role}");
        let fits = match kind.as_str() {
            "input_image" => {
                (part["image_url"].is_string() || part["file_id"].is_string()) && part["detail"].is_string()
            }
            "input_file" => ["file_data", "file_url", "file_id"].iter().any(|it| part[it].is_string()),
            "input_audio" => part["input_audio"]["data"].is_string(),
            "refusal" => part["refusal"].is_string(),
            "output_text" => part["text"].is_string() && part["annotations"].is_array(),
            _ => part["text"].is_string(),
        };
        assert!(fits, "{file}: {part}");
    }
}

/// A response as a strict client parses it.
pub(super) fn check_response(body: &Value, file: &str) {
    assert_eq!(body["object"], "response", "{file}");
    assert!(body["id"].as_str().is_some_and(|it| it.starts_with("resp_")), "{file}: {body}");
    assert!(body["created_at"].is_i64() && body["model"].is_string(), "{file}");
    assert!(body["tools"].is_array() && body["parallel_tool_calls"].is_boolean(), "{file}");
    assert!(body["tool_choice"].is_string() || body["tool_choice"].is_object(), "{file}");
    assert!(body.get("error").is_some_and(Value::is_null), "{file}");
    let reason = &body["incomplete_details"]["reason"];
    match body["status"].as_str().unwrap() {
        "completed" => assert!(body["incomplete_details"].is_null(), "{file}"),
        "incomplete" => assert!(["max_output_tokens", "content_filter"].contains(&reason.as_str().unwrap()), "{file}"),
        other => panic!("{file}: {other}"),
    }
    let mut ids = BTreeSet::new();
    for item in body["output"].as_array().unwrap() {
        assert!(ids.insert(text(&item["id"])), "{file}: an id twice");
        match item["type"].as_str().unwrap() {
            "message" => {
                assert!(item["role"] == "assistant" && item["status"].is_string(), "{file}: {item}");
                for part in item["content"].as_array().unwrap() {
                    let text = part["text"].is_string() && part["annotations"].is_array();
                    let fits = if part["type"] == "refusal" { part["refusal"].is_string() } else { text };
                    assert!(fits, "{file}: {part}");
                }
            }
            "reasoning" => assert!(item["summary"].is_array(), "{file}: {item}"),
            "function_call" => {
                assert!(item["call_id"].is_string() && item["name"].is_string(), "{file}: {item}");
                assert!(item["arguments"].is_string() && item["status"].is_string(), "{file}: {item}");
            }
            other => panic!("{file}: {other}"),
        }
    }
    let usage = &body["usage"];
    if usage.is_object() {
        let count =
            |path: &str| usage.pointer(path).and_then(Value::as_u64).unwrap_or_else(|| panic!("{file}: {path}"));
        assert_eq!(count("/input_tokens") + count("/output_tokens"), count("/total_tokens"), "{file}");
        assert!(count("/input_tokens_details/cached_tokens") <= count("/input_tokens"), "{file}");
        assert!(count("/output_tokens_details/reasoning_tokens") <= count("/output_tokens"), "{file}");
    }
}
