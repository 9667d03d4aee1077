//! What the simulated provider takes from a request in OpenAI responses, and what it refuses.

use serde_json::{Map, Value, json};

use crate::domain::dialect::Dialect;
use crate::sim::asked::{Asked, Choice, Rejected, Tool};

/// The top-level fields of the reference. Any other is refused, as OpenAI itself does.
const FIELDS: &[&str] = &[
    "background",
    "context_management",
    "conversation",
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "model",
    "moderation",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
];

type Read<T> = Result<T, Rejected>;

fn bad<T>(message: impl Into<String>, param: impl AsRef<str>) -> Read<T> {
    Err(Rejected::bad_request(Dialect::OpenaiResponses, message, Some(param.as_ref())))
}

/// Reads a request body, or says why OpenAI would not take it.
pub(crate) fn read(body: &Value) -> Read<Asked> {
    let Some(fields) = body.as_object() else {
        return bad("We could not parse the JSON body of your request.", "body");
    };
    if let Some(unknown) = fields.keys().find(|it| !FIELDS.contains(&it.as_str())) {
        return bad(format!("Unknown parameter: '{unknown}'."), unknown);
    }
    let Some(model) = body["model"].as_str().filter(|it| !it.is_empty()) else {
        return bad("Missing required parameter: 'model'.", "model");
    };
    // Counts always come at the end of a stream.
    let mut asked = Asked { model: model.to_owned(), parallel: true, include_usage: true, ..Asked::default() };
    read_settings(fields, &mut asked)?;
    read_tools(fields, &mut asked)?;
    read_format(&body["text"], &mut asked)?;
    if let Some(id) = body["previous_response_id"].as_str() {
        let message = format!("Previous response with id '{id}' not found.");
        let body = json!({"error": {"message": message, "type": "invalid_request_error",
            "param": "previous_response_id", "code": "previous_response_not_found"}});
        return Err(Rejected { status: 400, body, reason: message });
    }
    if let Some(text) = body["instructions"].as_str() {
        asked.has_system = true;
        asked.count_message();
        asked.count_text(text);
    }
    match &body["input"] {
        Value::String(text) => {
            asked.count_message();
            asked.count_text(text);
            asked.last_user.clone_from(text);
        }
        Value::Array(items) if !items.is_empty() => read_items(items, &mut asked)?,
        Value::Array(_) | Value::Null => return bad("One of \"input\" or \"prompt\" must be provided.", "input"),
        _ => return bad("Invalid type for 'input': expected a string or an array of input items.", "input"),
    }
    Ok(asked)
}

fn read_settings(fields: &Map<String, Value>, asked: &mut Asked) -> Read<()> {
    let flag = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(it)) => Ok(Some(*it)),
        Some(_) => bad(format!("Invalid type for '{name}': expected a boolean."), name),
    };
    asked.stream = flag("stream")?.unwrap_or(false);
    asked.parallel = flag("parallel_tool_calls")?.unwrap_or(true);
    flag("store")?;
    if fields.get("stream_options").is_some_and(|it| !it.is_null()) && !asked.stream {
        return bad("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options");
    }
    if let Some(value) = fields.get("max_output_tokens").filter(|it| !it.is_null()) {
        let Some(limit) = value.as_u64().filter(|it| *it >= 16) else {
            return bad(
                "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16.",
                "max_output_tokens",
            );
        };
        asked.max_tokens = Some(limit);
    }
    for (name, most) in [("temperature", 2.0), ("top_p", 1.0)] {
        let Some(value) = fields.get(name).filter(|it| !it.is_null()) else { continue };
        if !value.as_f64().is_some_and(|it| (0.0..=most).contains(&it)) {
            return bad(format!("Invalid '{name}': expected a number between 0 and {most}."), name);
        }
    }
    if let Some(reasoning) = fields.get("reasoning").filter(|it| !it.is_null()) {
        let Some(reasoning) = reasoning.as_object() else {
            return bad("Invalid type for 'reasoning': expected an object.", "reasoning");
        };
        let effort = reasoning.get("effort").and_then(Value::as_str);
        let known = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
        if effort.is_some_and(|it| !known.contains(&it)) {
            return bad("Invalid value for 'reasoning.effort'.", "reasoning.effort");
        }
        asked.thinks = effort.is_some_and(|it| it != "none");
    }
    let includes = fields.get("include").and_then(Value::as_array);
    asked.encrypts = includes.is_some_and(|it| it.iter().any(|it| it == "reasoning.encrypted_content"));
    Ok(())
}

fn read_tools(fields: &Map<String, Value>, asked: &mut Asked) -> Read<()> {
    for (at, tool) in fields.get("tools").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let name = tool["name"].as_str().unwrap_or_default();
        let custom = match tool["type"].as_str() {
            Some("function") => {
                for field in ["parameters", "strict"] {
                    if tool.get(field).is_none() {
                        // The types of the SDK want both.
                        return bad(format!("Missing required parameter: 'tools[{at}].{field}'."), "tools");
                    }
                }
                false
            }
            Some("custom") => true,
            Some("web_search" | "file_search" | "mcp" | "code_interpreter" | "image_generation") => continue,
            other => {
                let other = other.unwrap_or("null");
                return bad(format!("Invalid value: '{other}' for 'tools[{at}].type'."), format!("tools[{at}].type"));
            }
        };
        if !is_tool_name(name) {
            return bad(
                format!("Invalid 'tools[{at}].name': string does not match pattern '^[a-zA-Z0-9_-]+$'."),
                format!("tools[{at}].name"),
            );
        }
        asked.count_json(tool);
        asked.tools.push(Tool { name: name.to_owned(), parameters: tool["parameters"].clone(), custom });
    }
    let Some(choice) = fields.get("tool_choice").filter(|it| !it.is_null()) else { return Ok(()) };
    asked.choice = match (choice.as_str(), choice["name"].as_str()) {
        (Some("auto"), _) => Choice::Auto,
        (Some("none"), _) => Choice::Never,
        (Some("required"), _) if !asked.tools.is_empty() => Choice::Any,
        (None, Some(name)) if asked.tools.iter().any(|it| it.name == name) => Choice::Named(name.to_owned()),
        _ => return bad("Tool choice not found in 'tools' parameter.", "tool_choice"),
    };
    Ok(())
}

fn is_tool_name(name: &str) -> bool {
    (1..=128).contains(&name.len()) && name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-'))
}

fn read_format(text: &Value, asked: &mut Asked) -> Read<()> {
    let format = &text["format"];
    match format["type"].as_str() {
        None if format.is_null() => {}
        Some("text") => {}
        Some("json_object") => {
            asked.schema = Some(json!({"type": "object", "properties": {"answer": {"type": "string"}}}));
        }
        Some("json_schema") => {
            if !format["name"].as_str().is_some_and(is_tool_name) {
                return bad("Missing required parameter: 'text.format.name'.", "text.format.name");
            }
            if !format["schema"].is_object() {
                return bad("Missing required parameter: 'text.format.schema'.", "text.format.schema");
            }
            asked.count_json(&format["schema"]);
            asked.schema = Some(format["schema"].clone());
        }
        _ => return bad("Invalid value for 'text.format.type'.", "text.format.type"),
    }
    Ok(())
}

/// Reads the conversation. Every output must have its call before it, and every call its output after it.
fn read_items(items: &[Value], asked: &mut Asked) -> Read<()> {
    let mut open: Vec<(&str, &str)> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let kind = item["type"].as_str().unwrap_or("message");
        match kind {
            "message" => {
                asked.count_message();
                let text = read_content(&item["content"], item["role"].as_str().unwrap_or_default(), at, asked)?;
                match item["role"].as_str() {
                    Some("user") => {
                        asked.last_user = text;
                        asked.tool_results.clear();
                    }
                    Some("assistant") => {}
                    Some("system" | "developer") => asked.has_system = true,
                    _ => return bad(format!("Invalid value for 'input[{at}].role'."), format!("input[{at}].role")),
                }
            }
            "function_call" | "custom_tool_call" => {
                let said = if kind == "function_call" { &item["arguments"] } else { &item["input"] };
                let (Some(id), Some(_), Some(said)) = (item["call_id"].as_str(), item["name"].as_str(), said.as_str())
                else {
                    return bad(format!("Missing required parameter: 'input[{at}].call_id'."), format!("input[{at}]"));
                };
                asked.count_text(said);
                open.push((
                    id,
                    if kind == "function_call" { "function_call_output" } else { "custom_tool_call_output" },
                ));
            }
            "function_call_output" | "custom_tool_call_output" => {
                let id = item["call_id"].as_str().unwrap_or_default();
                let Some(found) = open.iter().position(|it| *it == (id, kind)) else {
                    return bad(format!("No tool call found for function call output with call_id {id}."), "input");
                };
                open.swap_remove(found);
                let text = read_content(&item["output"], "tool", at, asked)?;
                asked.tool_results.push(text);
            }
            "reasoning" => {
                if !item["summary"].is_array() {
                    return bad(format!("Missing required parameter: 'input[{at}].summary'."), format!("input[{at}]"));
                }
                let ours = |it: &str| it.starts_with(ENCRYPTED);
                if item["encrypted_content"].as_str().is_some_and(|it| !ours(it)) {
                    return bad(format!("The encrypted content for item input[{at}] could not be verified."), "input");
                }
            }
            "compaction" => {
                if !item["encrypted_content"].as_str().is_some_and(|it| it.starts_with(ENCRYPTED)) {
                    return bad(format!("The encrypted content for item input[{at}] could not be verified."), "input");
                }
            }
            "item_reference" | "web_search_call" => {}
            other => {
                return bad(format!("Invalid value: '{other}' for 'input[{at}].type'."), format!("input[{at}].type"));
            }
        }
    }
    if let Some((id, _)) = open.first() {
        return bad(format!("No tool output found for function call {id}."), "input");
    }
    Ok(())
}

/// What encrypted reasoning of the simulator's own begins with.
pub(super) const ENCRYPTED: &str = "gAAAAAsim";

/// Reads content and returns its text.
fn read_content(content: &Value, role: &str, at: usize, asked: &mut Asked) -> Read<String> {
    let parts = match content {
        Value::String(text) => {
            asked.count_text(text);
            return Ok(text.clone());
        }
        Value::Array(parts) => parts,
        _ => return bad(format!("Invalid type for 'input[{at}].content'."), format!("input[{at}].content")),
    };
    let mut whole = String::new();
    for (nth, part) in parts.iter().enumerate() {
        let place = format!("input[{at}].content[{nth}]");
        match (part["type"].as_str(), role) {
            (Some("output_text"), "assistant") | (Some("input_text"), "user" | "system" | "developer" | "tool") => {
                let Some(text) = part["text"].as_str() else {
                    return bad(format!("Missing required parameter: '{place}.text'."), place);
                };
                asked.count_text(text);
                whole.push_str(text);
            }
            (Some("refusal"), "assistant") => asked.count_text(part["refusal"].as_str().unwrap_or_default()),
            (Some("input_image"), "user" | "tool") => {
                let url = part["image_url"].as_str().unwrap_or_default();
                let fits = ["data:image/", "http://", "https://"].iter().any(|it| url.starts_with(it));
                if !fits && !part["file_id"].is_string() {
                    return bad(format!("Invalid '{place}.image_url'. Expected a valid URL."), place);
                }
                asked.count_image();
            }
            (Some("input_file"), "user" | "tool") => asked.count_json(part),
            (other, _) => {
                let other = other.unwrap_or("null");
                return bad(format!("Invalid value: '{other}' for '{place}.type'."), place);
            }
        }
    }
    Ok(whole)
}
