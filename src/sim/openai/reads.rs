//! What the simulated provider takes from a request in OpenAI chat completions, and what it refuses.

use serde_json::{Map, Value, json};

use crate::domain::dialect::Dialect;
use crate::sim::asked::{Asked, Choice, Rejected, Tool};

/// The top-level fields of the reference. Any other is refused, as OpenAI itself does.
const FIELDS: &[&str] = &[
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "metadata",
    "modalities",
    "moderation",
    "model",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
    "web_search_options",
];

type Read<T> = Result<T, Rejected>;

fn bad<T>(message: impl Into<String>, param: impl AsRef<str>) -> Read<T> {
    Err(Rejected::bad_request(Dialect::OpenaiChat, message, Some(param.as_ref())))
}

/// Reads a request body, or says why OpenAI would not take it.
pub(crate) fn read(body: &Value) -> Read<Asked> {
    let Some(fields) = body.as_object() else {
        return bad("We could not parse the JSON body of your request.", "body");
    };
    if let Some(unknown) = fields.keys().find(|it| !FIELDS.contains(&it.as_str())) {
        return bad(format!("Unrecognized request argument supplied: {unknown}"), unknown);
    }
    let Some(model) = body["model"].as_str().filter(|it| !it.is_empty()) else {
        return bad("you must provide a model parameter", "model");
    };
    let mut asked = Asked { model: model.to_owned(), parallel: true, ..Asked::default() };
    read_settings(fields, &mut asked)?;
    read_tools(fields, &mut asked)?;
    read_format(fields, &mut asked)?;
    let Some(messages) = body["messages"].as_array() else {
        return bad("Missing required parameter: 'messages'.", "messages");
    };
    if messages.is_empty() {
        return bad(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
            "messages",
        );
    }
    read_messages(messages, &mut asked)?;
    Ok(asked)
}

fn read_settings(fields: &Map<String, Value>, asked: &mut Asked) -> Read<()> {
    asked.stream = read_bool(fields, "stream")?.unwrap_or(false);
    if let Some(options) = fields.get("stream_options").filter(|it| !it.is_null()) {
        if !asked.stream {
            return bad("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options");
        }
        asked.include_usage = options["include_usage"].as_bool().unwrap_or(false);
    }
    for name in ["max_tokens", "max_completion_tokens"] {
        let Some(value) = fields.get(name).filter(|it| !it.is_null()) else { continue };
        let Some(limit) = value.as_u64().filter(|it| *it > 0) else {
            return bad(format!("Invalid '{name}': integer below minimum value. Expected a value >= 1."), name);
        };
        asked.max_tokens = Some(limit);
    }
    for (name, least, most) in [
        ("temperature", 0.0, 2.0),
        ("top_p", 0.0, 1.0),
        ("presence_penalty", -2.0, 2.0),
        ("frequency_penalty", -2.0, 2.0),
    ] {
        let Some(value) = fields.get(name).filter(|it| !it.is_null()) else { continue };
        if !value.as_f64().is_some_and(|it| (least..=most).contains(&it)) {
            return bad(format!("Invalid '{name}': expected a number between {least} and {most}."), name);
        }
    }
    if fields.get("n").is_some_and(|it| !it.is_null() && it.as_u64() != Some(1)) {
        return bad("Invalid 'n': the simulated provider answers with one choice.", "n");
    }
    match fields.get("stop") {
        None | Some(Value::Null) => {}
        Some(Value::String(stop)) => asked.stop.push(stop.clone()),
        Some(Value::Array(stops)) if stops.len() <= 4 && stops.iter().all(Value::is_string) => {
            asked.stop.extend(stops.iter().filter_map(Value::as_str).map(str::to_owned));
        }
        Some(_) => return bad("Invalid 'stop': expected a string or an array of at most 4 strings.", "stop"),
    }
    Ok(())
}

fn read_bool(fields: &Map<String, Value>, name: &str) -> Read<Option<bool>> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(it)) => Ok(Some(*it)),
        Some(_) => bad(format!("Invalid type for '{name}': expected a boolean."), name),
    }
}

fn read_tools(fields: &Map<String, Value>, asked: &mut Asked) -> Read<()> {
    if let Some(tools) = fields.get("tools").filter(|it| !it.is_null()) {
        let Some(tools) = tools.as_array().filter(|it| !it.is_empty()) else {
            return bad("Invalid 'tools': empty array. Expected an array with minimum length 1.", "tools");
        };
        for (at, tool) in tools.iter().enumerate() {
            let function = &tool["function"];
            if tool["type"] != "function" || !function.is_object() {
                return bad(format!("Missing required parameter: 'tools[{at}].function'."), format!("tools[{at}]"));
            }
            let name = function["name"].as_str().unwrap_or_default();
            if !is_tool_name(name, 64) {
                let message = format!(
                    "Invalid 'tools[{at}].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
                );
                return bad(message, format!("tools[{at}].function.name"));
            }
            if function.get("parameters").is_some_and(|it| !it.is_object()) {
                return bad(
                    format!("Invalid type for 'tools[{at}].function.parameters': expected an object."),
                    "tools",
                );
            }
            asked.count_json(tool);
            asked.tools.push(Tool { name: name.to_owned(), parameters: function["parameters"].clone(), custom: false });
        }
    }
    asked.parallel = read_bool(fields, "parallel_tool_calls")?.unwrap_or(true);
    let Some(choice) = fields.get("tool_choice").filter(|it| !it.is_null()) else { return Ok(()) };
    if asked.tools.is_empty() {
        return bad("'tool_choice' is only allowed when 'tools' are specified.", "tool_choice");
    }
    asked.choice = match (choice.as_str(), choice["function"]["name"].as_str()) {
        (Some("auto"), _) => Choice::Auto,
        (Some("none"), _) => Choice::Never,
        (Some("required"), _) => Choice::Any,
        (None, Some(name)) if asked.tools.iter().any(|it| it.name == name) => Choice::Named(name.to_owned()),
        _ => return bad("Invalid value for 'tool_choice': the specified function is not in 'tools'.", "tool_choice"),
    };
    Ok(())
}

fn read_format(fields: &Map<String, Value>, asked: &mut Asked) -> Read<()> {
    let Some(format) = fields.get("response_format").filter(|it| !it.is_null()) else { return Ok(()) };
    match format["type"].as_str() {
        Some("text") => {}
        Some("json_object") => {
            asked.schema = Some(json!({"type": "object", "properties": {"answer": {"type": "string"}}}));
        }
        Some("json_schema") => {
            let spec = &format["json_schema"];
            if !spec["name"].as_str().is_some_and(|it| is_tool_name(it, 64)) {
                return bad(
                    "Missing required parameter: 'response_format.json_schema.name'.",
                    "response_format.json_schema.name",
                );
            }
            if !spec["schema"].is_object() {
                return bad(
                    "Missing required parameter: 'response_format.json_schema.schema'.",
                    "response_format.json_schema.schema",
                );
            }
            asked.count_json(&spec["schema"]);
            asked.schema = Some(spec["schema"].clone());
        }
        _ => {
            return bad(
                "Invalid value for 'response_format.type'. Supported values are: 'json_object', 'json_schema', and 'text'.",
                "response_format.type",
            );
        }
    }
    Ok(())
}

fn is_tool_name(name: &str, longest: usize) -> bool {
    !name.is_empty()
        && name.len() <= longest
        && name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-'))
}

/// Reads the conversation. `open` holds the tool calls that still want a result.
fn read_messages(messages: &[Value], asked: &mut Asked) -> Read<()> {
    let mut open: Vec<String> = Vec::new();
    let mut answered: Vec<String> = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        let role = message["role"].as_str().unwrap_or_default();
        asked.count_message();
        if role == "tool" {
            let Some(id) = message["tool_call_id"].as_str() else {
                return bad(format!("Missing required parameter: 'messages[{at}].tool_call_id'."), "messages");
            };
            if let Some(found) = open.iter().position(|it| it == id) {
                answered.push(open.swap_remove(found));
            } else if !answered.iter().any(|it| it == id) {
                return bad(
                    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
                    format!("messages.[{at}].role"),
                );
            }
            let text = read_content(message, at, asked)?;
            asked.tool_results.push(text);
            continue;
        }
        if let Some(id) = open.first() {
            return bad(
                format!(
                    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: {id}"
                ),
                format!("messages.[{at}].role"),
            );
        }
        asked.tool_results.clear();
        answered.clear();
        asked.begun.clear();
        match role {
            "user" => asked.last_user = read_content(message, at, asked)?,
            "system" | "developer" => {
                asked.has_system = true;
                read_content(message, at, asked)?;
            }
            "assistant" => read_assistant(message, at, asked, &mut open)?,
            _ => {
                return bad(
                    format!(
                        "Invalid value: '{role}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'."
                    ),
                    format!("messages[{at}].role"),
                );
            }
        }
    }
    if let Some(id) = open.first() {
        return bad(
            format!(
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: {id}"
            ),
            "messages",
        );
    }
    Ok(())
}

fn read_assistant(message: &Value, at: usize, asked: &mut Asked, open: &mut Vec<String>) -> Read<()> {
    let calls = message.get("tool_calls").filter(|it| !it.is_null());
    if let Some(calls) = calls {
        let Some(calls) = calls.as_array().filter(|it| !it.is_empty()) else {
            return bad(
                format!("Invalid 'messages[{at}].tool_calls': empty array. Expected an array with minimum length 1."),
                "messages",
            );
        };
        for (nth, call) in calls.iter().enumerate() {
            let place = format!("messages[{at}].tool_calls[{nth}]");
            let Some(id) = call["id"].as_str().filter(|it| !it.is_empty()) else {
                return bad(format!("Missing required parameter: '{place}.id'."), place);
            };
            if call["type"] != "function" || !call["function"]["name"].is_string() {
                return bad(format!("Missing required parameter: '{place}.function.name'."), place);
            }
            let arguments = &call["function"]["arguments"];
            if !arguments.is_string() {
                return bad(
                    format!(
                        "Invalid type for '{place}.function.arguments': expected a string, but got {} instead.",
                        kind_of(arguments)
                    ),
                    place,
                );
            }
            asked.count_json(&call["function"]);
            open.push(id.to_owned());
        }
    }
    let says_something = !message["content"].is_null() || !message["refusal"].is_null();
    if says_something {
        asked.begun = read_content(message, at, asked)?;
    } else if calls.is_none() && message.get("function_call").is_none_or(Value::is_null) {
        return bad(
            format!("Invalid value for 'content': expected a string, got null. (messages[{at}])"),
            format!("messages.[{at}].content"),
        );
    }
    Ok(())
}

/// Reads a message's content and returns its text.
fn read_content(message: &Value, at: usize, asked: &mut Asked) -> Read<String> {
    let parts = match &message["content"] {
        Value::String(text) => {
            asked.count_text(text);
            return Ok(text.clone());
        }
        Value::Null if message["role"] == "assistant" => return Ok(String::new()),
        Value::Array(parts) if !parts.is_empty() => parts,
        other => {
            return bad(
                format!(
                    "Invalid type for 'messages[{at}].content': expected one of a string or array of objects, but got {} instead.",
                    kind_of(other)
                ),
                format!("messages[{at}].content"),
            );
        }
    };
    let mut whole = String::new();
    for (nth, part) in parts.iter().enumerate() {
        let place = format!("messages[{at}].content[{nth}]");
        match part["type"].as_str() {
            Some("text") => {
                let Some(text) = part["text"].as_str() else {
                    return bad(format!("Missing required parameter: '{place}.text'."), place);
                };
                asked.count_text(text);
                whole.push_str(text);
            }
            Some("refusal") if message["role"] == "assistant" => {
                asked.count_text(part["refusal"].as_str().unwrap_or_default());
            }
            Some("image_url") if message["role"] == "user" => {
                let url = part["image_url"]["url"].as_str().unwrap_or_default();
                if !["data:image/", "http://", "https://"].iter().any(|it| url.starts_with(it)) {
                    return bad(
                        format!("Invalid '{place}.image_url.url'. Expected a valid URL or a base64 data URL."),
                        place,
                    );
                }
                asked.count_image();
            }
            Some("file" | "input_audio") if message["role"] == "user" => asked.count_json(part),
            other => {
                return bad(
                    format!(
                        "Invalid value: '{}'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', and 'file'.",
                        other.unwrap_or("null")
                    ),
                    place,
                );
            }
        }
    }
    Ok(whole)
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
