//! The rules of Cohere's and Ollama's own dialects, and what a conversation in Ollama's says, by a plain look at the JSON.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Said, text};

/// The fields of `/v2/chat`.
const COHERE: [&str; 21] = [
    "model",
    "messages",
    "tools",
    "strict_tools",
    "documents",
    "citation_options",
    "response_format",
    "safety_mode",
    "max_tokens",
    "stop_sequences",
    "temperature",
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "k",
    "p",
    "logprobs",
    "tool_choice",
    "thinking",
    "priority",
    "stream",
];

/// The rules of `/v2/chat`.
pub(super) fn check_cohere(body: &Value, file: &str) {
    for key in body.as_object().unwrap().keys() {
        assert!(COHERE.contains(&key.as_str()), "{file}: {key} is no field of the dialect");
    }
    let mut waiting: BTreeSet<String> = BTreeSet::new();
    let messages = body["messages"].as_array().unwrap();
    assert!(!messages.is_empty(), "{file}");
    for message in messages {
        let role = text(&message["role"]);
        if role == "tool" {
            waiting.remove(&text(&message["tool_call_id"]));
        } else {
            assert!(waiting.is_empty(), "{file}: {waiting:?} are not answered");
        }
        for item in message["content"].as_array().into_iter().flatten() {
            let kind = text(&item["type"]);
            let allowed: &[&str] = match role.as_str() {
                "user" => &["text", "image_url"],
                "assistant" => &["text", "thinking"],
                "tool" => &["text", "document"],
                _ => &["text"],
            };
            assert!(allowed.contains(&kind.as_str()), "{file}: {kind} in a message of {role}");
            let value = if kind == "image_url" { &item["image_url"]["url"] } else { &item[&kind] };
            assert!(value.is_string(), "{file}: {item}");
        }
        let said = message["content"].is_string() || message["content"].as_array().is_some_and(|it| !it.is_empty());
        assert!(said || message["tool_calls"].is_array(), "{file}: {message}");
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            assert_eq!((role.as_str(), &call["type"]), ("assistant", &json!("function")), "{file}");
            assert!(call["function"]["arguments"].is_string() && call["function"]["name"].is_string(), "{file}");
            waiting.insert(text(&call["id"]));
        }
        assert!(message.get("tool_plan").is_none_or(|it| it.is_string() && message["tool_calls"].is_array()), "{file}");
    }
    check_functions(body, file);
    if body.get("tool_choice").is_some() {
        assert!(body["tools"].is_array(), "{file}");
        assert!(["REQUIRED", "NONE"].contains(&body["tool_choice"].as_str().unwrap()), "{file}");
    }
    if let Some(format) = body.get("response_format") {
        assert!(format["type"] == "json_object" && body["tools"].is_null(), "{file}: {format}");
    }
    for (key, least, most) in
        [("p", 0.01, 0.99), ("k", 0.0, 500.0), ("frequency_penalty", 0.0, 1.0), ("presence_penalty", 0.0, 1.0)]
    {
        assert!(body[key].as_f64().is_none_or(|it| (least..=most).contains(&it)), "{file}: {key}");
    }
    assert!(body["stop_sequences"].as_array().is_none_or(|it| it.len() <= 5), "{file}");
    if let Some(thinking) = body.get("thinking") {
        assert!(["enabled", "disabled"].contains(&thinking["type"].as_str().unwrap()), "{file}");
        assert!(text(&body["model"]).contains("reasoning"), "{file}: a model that cannot think");
    }
    assert!(body["stream"].is_boolean(), "{file}");
}

fn check_functions(body: &Value, file: &str) {
    for tool in body["tools"].as_array().into_iter().flatten() {
        assert_eq!(tool["type"], "function", "{file}");
        assert!(tool["function"]["name"].is_string() && tool["function"]["parameters"].is_object(), "{file}: {tool}");
    }
}

/// The fields of `/api/chat`.
const OLLAMA: [&str; 10] =
    ["model", "messages", "tools", "format", "options", "think", "stream", "keep_alive", "logprobs", "top_logprobs"];

/// The rules of `/api/chat`.
pub(super) fn check_ollama(body: &Value, file: &str) {
    for key in body.as_object().unwrap().keys() {
        assert!(OLLAMA.contains(&key.as_str()), "{file}: {key} is no field of the dialect");
    }
    for message in body["messages"].as_array().unwrap() {
        let role = text(&message["role"]);
        assert!(["system", "user", "assistant", "tool"].contains(&role.as_str()), "{file}: {role}");
        assert!(message["content"].is_string(), "{file}: {message}");
        for image in message["images"].as_array().into_iter().flatten() {
            assert!(image.as_str().is_some_and(|it| !it.contains(':') && !it.contains(',')), "{file}: {image}");
        }
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            assert!(role == "assistant" && call["function"]["arguments"].is_object(), "{file}: {call}");
            assert!(call["function"]["name"].is_string(), "{file}: {call}");
        }
        assert!(role == "assistant" || message.get("thinking").is_none(), "{file}");
    }
    check_functions(body, file);
    // Said in any case: otherwise every answer would be streamed.
    assert!(body["stream"].is_boolean(), "{file}");
    let think = &body["think"];
    assert!(think.is_null() || think.is_boolean() || ["low", "medium", "high"].contains(&&*text(think)), "{file}");
    assert!(body["format"].is_null() || body["format"] == "json" || body["format"].is_object(), "{file}");
}

/// What a conversation in Ollama's dialect says. Where a call has no id, neither has its result, and the tool's name and
/// the order tell which is meant.
pub(super) fn said(body: &Value) -> Said {
    let mut said = Said::default();
    let mut open: Vec<(String, String)> = Vec::new();
    for message in body["messages"].as_array().unwrap() {
        let role = text(&message["role"]);
        said.content(&message["content"], &role);
        said.images += message["images"].as_array().map_or(0, Vec::len);
        if message["thinking"].is_string() {
            said.special.push("thinking".to_owned());
        }
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            let name = text(&call["function"]["name"]);
            let id = call["id"].as_str().map_or_else(|| format!("#{}", said.calls.len()), str::to_owned);
            open.push((id.clone(), name.clone()));
            said.calls.push((id, name, call["function"]["arguments"].clone()));
        }
        if role == "tool" {
            let known = |(id, name): &(String, String)| match message["tool_call_id"].as_str() {
                Some(it) => it == id,
                None => message["tool_name"] == name.as_str(),
            };
            let at = open.iter().position(known);
            let id = at.map(|at| open.remove(at).0);
            said.results.push(id.unwrap_or_else(|| text(&message["tool_call_id"])));
        }
    }
    for tool in body["tools"].as_array().into_iter().flatten() {
        said.tools.push(text(&tool["function"]["name"]));
    }
    said
}

/// A request under the names that the other dialects have for its fields.
pub(super) fn flat_ollama(body: &Value) -> Value {
    let options = body.get("options").and_then(Value::as_object).into_iter().flatten();
    renamed(
        options.chain(body.as_object().unwrap()).filter(|it| it.0 != "options"),
        &[("num_predict", "max_tokens"), ("format", "response_format"), ("think", "thinking")],
    )
}

/// The same for Cohere's.
pub(super) fn flat_cohere(body: &Value) -> Value {
    renamed(body.as_object().unwrap().iter(), &[("p", "top_p"), ("k", "top_k")])
}

fn renamed<'b>(fields: impl Iterator<Item = (&'b String, &'b Value)>, names: &[(&str, &str)]) -> Value {
    let flat = fields.map(|(key, value)| {
        let name = names.iter().find(|(it, _)| it == key).map_or(key.as_str(), |(_, name)| name);
        (name.to_owned(), value.clone())
    });
    Value::Object(flat.collect::<Map<_, _>>())
}
