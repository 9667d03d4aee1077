//! What the simulated provider takes from a request in Cohere's chat, and what it refuses.

use serde_json::{Value, json};

use crate::domain::dialect::Dialect;
use crate::sim::asked::{Asked, Choice, Rejected, Tool};

/// The top-level fields of the reference. Any other is refused.
const FIELDS: &[&str] = &[
    "citation_options",
    "documents",
    "frequency_penalty",
    "k",
    "logprobs",
    "max_tokens",
    "messages",
    "model",
    "p",
    "presence_penalty",
    "priority",
    "response_format",
    "safety_mode",
    "seed",
    "stop_sequences",
    "stream",
    "strict_tools",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
];

type Read<T> = Result<T, Rejected>;

fn bad<T>(message: impl Into<String>) -> Read<T> {
    Err(Rejected::bad_request(Dialect::Cohere, format!("invalid request: {}", message.into()), None))
}

/// Reads a request body, or says why Cohere would not take it.
pub(crate) fn read(body: &Value) -> Read<Asked> {
    let Some(fields) = body.as_object() else { return bad("the body must be an object") };
    if let Some(unknown) = fields.keys().find(|it| !FIELDS.contains(&it.as_str())) {
        return bad(format!("unknown field: {unknown}"));
    }
    let Some(model) = body["model"].as_str().filter(|it| !it.is_empty()) else { return bad("model is required") };
    let mut asked = Asked { model: model.to_owned(), parallel: true, include_usage: true, ..Asked::default() };
    read_settings(body, &mut asked)?;
    read_tools(body, &mut asked)?;
    let Some(messages) = body["messages"].as_array().filter(|it| !it.is_empty()) else {
        return bad("messages must not be empty");
    };
    let mut open: Vec<&str> = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        read_message(message, at, &mut open, &mut asked)?;
    }
    if let Some(id) = open.first() {
        return bad(format!("the tool call with id '{id}' has no result"));
    }
    Ok(asked)
}

fn read_settings(body: &Value, asked: &mut Asked) -> Read<()> {
    asked.stream = match &body["stream"] {
        Value::Null => false,
        Value::Bool(it) => *it,
        _ => return bad("stream must be a boolean"),
    };
    for (name, least, most) in [
        ("temperature", 0.0, 2.0),
        ("p", 0.01, 0.99),
        ("frequency_penalty", 0.0, 1.0),
        ("presence_penalty", 0.0, 1.0),
        ("k", 0.0, 500.0),
    ] {
        let value = &body[name];
        if !value.is_null() && !value.as_f64().is_some_and(|it| (least..=most).contains(&it)) {
            return bad(format!("{name} must be between {least} and {most} inclusive"));
        }
    }
    if !body["max_tokens"].is_null() {
        asked.max_tokens = body["max_tokens"].as_u64().filter(|it| *it > 0);
        if asked.max_tokens.is_none() {
            return bad("max_tokens must be greater than or equal to 1");
        }
    }
    let stops = body["stop_sequences"].as_array().map(Vec::as_slice).unwrap_or_default();
    if stops.len() > 5 || !stops.iter().all(Value::is_string) {
        return bad("stop_sequences takes up to 5 strings");
    }
    asked.stop.extend(stops.iter().filter_map(Value::as_str).map(str::to_owned));
    match body["thinking"]["type"].as_str() {
        Some("enabled") => asked.thinks = true,
        None if body["thinking"].is_null() => {}
        Some("disabled") => {}
        _ => return bad("thinking.type must be 'enabled' or 'disabled'"),
    }
    match body["response_format"]["type"].as_str() {
        None | Some("text") => {}
        Some("json_object") if !body["tools"].is_null() || !body["documents"].is_null() => {
            return bad("response_format is not supported with tools or documents");
        }
        Some("json_object") => {
            let schema = &body["response_format"]["json_schema"];
            let any = json!({"type": "object", "properties": {"answer": {"type": "string"}}});
            asked.schema = Some(if schema.is_null() { any } else { schema.clone() });
        }
        Some(_) => return bad("response_format.type must be 'text' or 'json_object'"),
    }
    Ok(())
}

fn read_tools(body: &Value, asked: &mut Asked) -> Read<()> {
    for tool in body["tools"].as_array().into_iter().flatten() {
        let function = &tool["function"];
        let Some(name) = function["name"].as_str().filter(|it| !it.is_empty() && tool["type"] == "function") else {
            return bad("a tool must be a function with a name");
        };
        if !function["parameters"].is_object() {
            return bad("function parameters must be an object");
        }
        asked.count_json(tool);
        asked.tools.push(Tool { name: name.to_owned(), parameters: function["parameters"].clone(), custom: false });
    }
    asked.choice = match body["tool_choice"].as_str() {
        None if body["tool_choice"].is_null() => Choice::Auto,
        Some(_) if asked.tools.is_empty() => return bad("tool_choice requires tools"),
        Some("REQUIRED") => Choice::Any,
        Some("NONE") => Choice::Never,
        _ => return bad("tool_choice must be 'REQUIRED' or 'NONE'"),
    };
    Ok(())
}

fn read_message<'b>(message: &'b Value, at: usize, open: &mut Vec<&'b str>, asked: &mut Asked) -> Read<()> {
    let role = message["role"].as_str().unwrap_or_default();
    asked.count_message();
    if role != "tool" {
        if let Some(id) = open.first() {
            return bad(format!("the tool call with id '{id}' has no result"));
        }
        asked.tool_results.clear();
    }
    let text = read_content(&message["content"], role, at, asked)?;
    match role {
        "system" => asked.has_system = true,
        "user" => asked.last_user = text,
        "tool" => {
            let id = message["tool_call_id"].as_str().unwrap_or_default();
            let Some(found) = open.iter().position(|it| *it == id) else {
                return bad(format!("messages[{at}]: no tool call with id '{id}'"));
            };
            open.remove(found);
            asked.tool_results.push(text);
        }
        "assistant" => {
            let calls = message["tool_calls"].as_array().map(Vec::as_slice).unwrap_or_default();
            for call in calls {
                let arguments = call["function"]["arguments"].as_str();
                let object = arguments.and_then(|it| serde_json::from_str::<Value>(it).ok());
                let (Some(id), true) = (call["id"].as_str(), object.is_some_and(|it| it.is_object())) else {
                    return bad(format!("messages[{at}]: a tool call must have an id and arguments"));
                };
                asked.count_json(&call["function"]);
                open.push(id);
            }
            if calls.is_empty() && text.is_empty() && message["content"].is_null() {
                return bad(format!("messages[{at}]: an assistant message must have content or tool calls"));
            }
        }
        _ => return bad(format!("messages[{at}]: unknown role '{role}'")),
    }
    Ok(())
}

/// Reads a message's content and returns its text.
fn read_content(content: &Value, role: &str, at: usize, asked: &mut Asked) -> Read<String> {
    let items = match content {
        Value::String(text) => {
            asked.count_text(text);
            return Ok(text.clone());
        }
        Value::Null if role == "assistant" => return Ok(String::new()),
        Value::Array(items) => items,
        _ => return bad(format!("messages[{at}]: content must be a string or an array")),
    };
    let mut whole = String::new();
    for item in items {
        match item["type"].as_str() {
            Some("text") => {
                let Some(text) = item["text"].as_str() else { return bad(format!("messages[{at}]: text is missing")) };
                asked.count_text(text);
                whole.push_str(text);
            }
            Some("thinking") if role == "assistant" => asked.count_text(item["thinking"].as_str().unwrap_or_default()),
            Some("image_url") if role == "user" => {
                let url = item["image_url"]["url"].as_str().unwrap_or_default();
                if !["data:image/", "http://", "https://"].iter().any(|it| url.starts_with(it)) {
                    return bad(format!("messages[{at}]: image_url.url is neither an address nor a picture"));
                }
                asked.count_image();
            }
            Some("document") if role == "tool" => asked.count_json(item),
            _ => return bad(format!("messages[{at}]: unknown content type {}", item["type"])),
        }
    }
    Ok(whole)
}
