//! What the simulated provider takes from a request in Ollama's chat, and what it refuses. Ollama is lenient: a field it
//! does not know is ignored, and one of a wrong type is what it complains of.

use serde_json::{Value, json};

use crate::domain::dialect::Dialect;
use crate::sim::asked::{Asked, Rejected, Tool};

type Read<T> = Result<T, Rejected>;

fn bad<T>(message: impl Into<String>) -> Read<T> {
    Err(Rejected::bad_request(Dialect::Ollama, message, None))
}

/// Reads a request body, or says why Ollama would not take it.
pub(crate) fn read(body: &Value) -> Read<Asked> {
    let Some(model) = body["model"].as_str().filter(|it| !it.is_empty()) else { return bad("model is required") };
    let mut asked = Asked { model: model.to_owned(), parallel: true, include_usage: true, ..Asked::default() };
    asked.stream = match &body["stream"] {
        // Its own default.
        Value::Null => true,
        Value::Bool(it) => *it,
        _ => return bad("json: cannot unmarshal into Go struct field ChatRequest.stream of type bool"),
    };
    read_settings(body, &mut asked)?;
    for tool in body["tools"].as_array().into_iter().flatten() {
        let function = &tool["function"];
        let Some(name) = function["name"].as_str().filter(|_| function["parameters"].is_object()) else {
            return bad("json: cannot unmarshal into Go struct field ChatRequest.tools");
        };
        asked.count_json(tool);
        asked.tools.push(Tool { name: name.to_owned(), parameters: function["parameters"].clone(), custom: false });
    }
    let Some(messages) = body["messages"].as_array() else { return bad("messages must be an array") };
    for message in messages {
        read_message(message, &mut asked)?;
    }
    Ok(asked)
}

fn read_settings(body: &Value, asked: &mut Asked) -> Read<()> {
    let options = &body["options"];
    for name in ["num_predict", "top_k", "seed", "num_ctx"] {
        if !options[name].is_null() && !options[name].is_i64() {
            return bad(format!("option \"{name}\" must be of type integer"));
        }
    }
    for name in ["temperature", "top_p", "frequency_penalty", "presence_penalty"] {
        if !options[name].is_null() && !options[name].is_number() {
            return bad(format!("option \"{name}\" must be of type float32"));
        }
    }
    asked.max_tokens = options["num_predict"].as_u64();
    let stops = options["stop"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !stops.iter().all(Value::is_string) {
        return bad("option \"stop\" must be of an array of strings");
    }
    asked.stop.extend(stops.iter().filter_map(Value::as_str).map(str::to_owned));
    match &body["think"] {
        Value::Null | Value::Bool(false) => {}
        Value::Bool(true) => asked.thinks = true,
        Value::String(level) if ["low", "medium", "high"].contains(&level.as_str()) => asked.thinks = true,
        other => return bad(format!("invalid think value: {other}")),
    }
    match &body["format"] {
        Value::Null => {}
        Value::String(it) if it.is_empty() => {}
        Value::String(it) if it == "json" => {
            asked.schema = Some(json!({"type": "object", "properties": {"answer": {"type": "string"}}}));
        }
        schema if schema.is_object() => {
            asked.count_json(schema);
            asked.schema = Some(schema.clone());
        }
        other => return bad(format!("invalid format: {other}; expected \"json\" or a valid JSON Schema object")),
    }
    Ok(())
}

fn read_message(message: &Value, asked: &mut Asked) -> Read<()> {
    asked.count_message();
    let text = match &message["content"] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        _ => return bad("json: cannot unmarshal into Go struct field ChatRequest.messages.content of type string"),
    };
    asked.count_text(&text);
    for image in message["images"].as_array().into_iter().flatten() {
        let base64 = |it: &str| it.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/' | b'='));
        if !image.as_str().is_some_and(base64) {
            return bad("illegal base64 data at input byte 4");
        }
        asked.count_image();
    }
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        if !call["function"]["arguments"].is_object() {
            return bad(
                "json: cannot unmarshal string into Go struct field ChatRequest.messages.tool_calls.function.arguments of type map[string]interface {}",
            );
        }
        asked.count_json(&call["function"]);
    }
    match message["role"].as_str() {
        Some("tool") => {
            asked.tool_results.push(text);
            return Ok(());
        }
        Some("system") => asked.has_system = true,
        Some("user") => asked.last_user = text,
        Some("assistant") => {}
        _ => return bad("invalid role"),
    }
    asked.tool_results.clear();
    Ok(())
}
