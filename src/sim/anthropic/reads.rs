//! What the simulated provider takes from a request in Anthropic messages, and what it refuses.

use serde_json::{Map, Value};

use crate::domain::dialect::Dialect;
use crate::sim::asked::{Asked, Choice, Rejected, Tool};

/// The top-level fields of the reference and its betas. Any other is refused, as Anthropic itself does.
const FIELDS: &[&str] = &[
    "betas",
    "cache_control",
    "container",
    "context_management",
    "inference_geo",
    "max_tokens",
    "mcp_servers",
    "messages",
    "metadata",
    "model",
    "output_config",
    "output_format",
    "service_tier",
    "speed",
    "stop_sequences",
    "stream",
    "system",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
    "top_k",
    "top_p",
];

type Read<T> = Result<T, Rejected>;

fn bad<T>(message: impl Into<String>) -> Read<T> {
    Err(Rejected::bad_request(Dialect::Anthropic, message, None))
}

/// Reads a request body, or says why Anthropic would not take it. `version` is the `anthropic-version` header;
/// `counting` is set for the token counting endpoint, which needs no limit.
pub(crate) fn read(body: &Value, version: Option<&str>, counting: bool) -> Read<Asked> {
    if version.is_none_or(str::is_empty) {
        return bad("anthropic-version: header is required");
    }
    let Some(fields) = body.as_object() else { return bad("The request body is not valid JSON") };
    if let Some(unknown) = fields.keys().find(|it| !FIELDS.contains(&it.as_str())) {
        return bad(format!("{unknown}: Extra inputs are not permitted"));
    }
    let Some(model) = body["model"].as_str().filter(|it| !it.is_empty()) else { return bad("model: Field required") };
    let mut asked = Asked { model: model.to_owned(), include_usage: true, parallel: true, ..Asked::default() };
    asked.max_tokens = match fields.get("max_tokens") {
        None if counting => None,
        None => return bad("max_tokens: Field required"),
        Some(it) => match it.as_u64().filter(|it| *it > 0) {
            Some(limit) => Some(limit),
            None => return bad("max_tokens: Input should be greater than or equal to 1"),
        },
    };
    read_settings(fields, &mut asked)?;
    read_system(fields, &mut asked)?;
    read_tools(fields, &mut asked)?;
    let Some(messages) = body["messages"].as_array() else { return bad("messages: Field required") };
    if messages.is_empty() {
        return bad("messages: at least one message is required");
    }
    read_messages(messages, &mut asked)?;
    Ok(asked)
}

fn read_settings(fields: &Map<String, Value>, asked: &mut Asked) -> Read<()> {
    asked.stream = match fields.get("stream") {
        None => false,
        Some(Value::Bool(it)) => *it,
        Some(_) => return bad("stream: Input should be a valid boolean"),
    };
    for name in ["temperature", "top_p"] {
        if let Some(value) = fields.get(name)
            && !value.as_f64().is_some_and(|it| (0.0..=1.0).contains(&it))
        {
            return bad(format!("{name}: range: 0..1"));
        }
    }
    if let Some(stops) = fields.get("stop_sequences") {
        let Some(stops) = stops.as_array() else { return bad("stop_sequences: Input should be a valid list") };
        for (at, stop) in stops.iter().enumerate() {
            match stop.as_str() {
                Some(stop) if !stop.trim().is_empty() => asked.stop.push(stop.to_owned()),
                _ => return bad(format!("stop_sequences: each stop sequence must contain non-whitespace ({at})")),
            }
        }
    }
    if let Some(thinking) = fields.get("thinking") {
        match thinking["type"].as_str() {
            Some("disabled" | "adaptive") => {}
            Some("enabled") => {
                let Some(budget) = thinking["budget_tokens"].as_u64().filter(|it| *it >= 1024) else {
                    return bad("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
                };
                asked.thinks = true;
                if asked.max_tokens.is_some_and(|it| it <= budget) {
                    return bad("`max_tokens` must be greater than `thinking.budget_tokens`.");
                }
            }
            _ => {
                return bad(
                    "thinking: Input tag does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'",
                );
            }
        }
    }
    let format = fields.get("output_config").map_or(&Value::Null, |it| &it["format"]);
    let format = fields.get("output_format").unwrap_or(format);
    if !format.is_null() {
        if format["type"] != "json_schema" || !format["schema"].is_object() {
            return bad("output_config.format: Input should be a JSON schema format");
        }
        asked.count_json(&format["schema"]);
        asked.schema = Some(format["schema"].clone());
    }
    Ok(())
}

fn read_system(fields: &Map<String, Value>, asked: &mut Asked) -> Read<()> {
    match fields.get("system") {
        None => {}
        Some(Value::String(text)) => {
            asked.has_system = !text.is_empty();
            asked.count_text(text);
        }
        Some(Value::Array(blocks)) => {
            for (at, block) in blocks.iter().enumerate() {
                let Some(text) = block["text"].as_str().filter(|_| block["type"] == "text") else {
                    return bad(format!("system.{at}: Input should be a text block"));
                };
                if text.is_empty() {
                    return bad("system: text content blocks must be non-empty");
                }
                asked.has_system = true;
                asked.count_text(text);
            }
        }
        Some(_) => return bad("system: Input should be a valid list"),
    }
    Ok(())
}

fn read_tools(fields: &Map<String, Value>, asked: &mut Asked) -> Read<()> {
    let tools = match fields.get("tools") {
        None => &[][..],
        Some(Value::Array(tools)) => tools,
        Some(_) => return bad("tools: Input should be a valid list"),
    };
    for (at, tool) in tools.iter().enumerate() {
        let name = tool["name"].as_str().unwrap_or_default();
        let legal = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-');
        if name.is_empty() || name.len() > 128 || !name.bytes().all(legal) {
            return bad(format!("tools.{at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"));
        }
        if asked.tools.iter().any(|it| it.name == name) {
            return bad("tools: Tool names must be unique.");
        }
        // A tool of the server's own has a dated type and no schema.
        let custom = tool["type"].as_str().is_none_or(|it| it == "custom");
        if custom && tool["input_schema"]["type"] != "object" {
            return bad(format!("tools.{at}.custom.input_schema.type: Field required"));
        }
        asked.count_json(tool);
        if custom {
            asked.tools.push(Tool { name: name.to_owned(), parameters: tool["input_schema"].clone(), custom: false });
        }
    }
    let Some(choice) = fields.get("tool_choice") else { return Ok(()) };
    if tools.is_empty() {
        return bad("tool_choice: `tool_choice` may only be specified while providing `tools`.");
    }
    asked.parallel = !choice["disable_parallel_tool_use"].as_bool().unwrap_or(false);
    asked.choice = match (choice["type"].as_str(), choice["name"].as_str()) {
        (Some("auto"), _) => Choice::Auto,
        (Some("none"), _) => Choice::Never,
        (Some("any"), _) => Choice::Any,
        (Some("tool"), Some(name)) if asked.tools.iter().any(|it| it.name == name) => Choice::Named(name.to_owned()),
        (Some("tool"), _) => return bad("tool_choice: Tool not found in provided tools"),
        _ => {
            return bad(
                "tool_choice: Input tag does not match any of the expected tags: 'auto', 'any', 'tool', 'none'",
            );
        }
    };
    Ok(())
}

/// Reads the conversation. `open` holds the `tool_use` ids of the message before, each of which wants its result in
/// the next message.
fn read_messages(messages: &[Value], asked: &mut Asked) -> Read<()> {
    let mut open: Vec<String> = Vec::new();
    let last = messages.len().saturating_sub(1);
    for (at, message) in messages.iter().enumerate() {
        asked.count_message();
        let role = message["role"].as_str().unwrap_or_default();
        if !matches!(role, "user" | "assistant") {
            return bad(format!(
                "messages.{at}.role: Input should be 'user' or 'assistant' (got '{role}'). The Messages API accepts a top-level `system` parameter."
            ));
        }
        if at == 0 && role != "user" {
            return bad("messages: first message must use the \"user\" role");
        }
        let before = std::mem::take(&mut open);
        let said = read_content(&message["content"], at, role, &before, asked)?;
        if said.empty && !(at == last && role == "assistant") {
            return bad(format!(
                "messages.{at}: all messages must have non-empty content except for the optional final assistant message"
            ));
        }
        if let Some(id) = before.iter().find(|it| !said.answered.contains(it)) {
            return unanswered(at.saturating_sub(1), id);
        }
        if role == "assistant" && at == last && said.text.ends_with(char::is_whitespace) {
            return bad("messages: final assistant content cannot end with trailing whitespace");
        }
        if role == "assistant" && at == last {
            asked.begun.clone_from(&said.text);
        }
        if role == "user" && (!said.text.is_empty() || said.answered.is_empty()) {
            asked.last_user = said.text;
        }
        open = said.uses;
    }
    open.first().map_or(Ok(()), |id| unanswered(last, id))
}

fn unanswered(at: usize, id: &str) -> Read<()> {
    bad(format!(
        "messages.{at}: `tool_use` ids were found without `tool_result` blocks immediately after: {id}. Each `tool_use` block must have a corresponding `tool_result` block in the next message."
    ))
}

/// What one message holds.
#[derive(Debug, Default)]
struct Content {
    text: String,
    /// No block at all, or an empty string.
    empty: bool,
    /// The ids of its `tool_use` blocks.
    uses: Vec<String>,
    /// The ids its `tool_result` blocks answer.
    answered: Vec<String>,
}

fn read_content(content: &Value, at: usize, role: &str, before: &[String], asked: &mut Asked) -> Read<Content> {
    asked.tool_results.clear();
    let mut said = Content::default();
    let blocks = match content {
        Value::String(text) => {
            asked.count_text(text);
            return Ok(Content { text: text.clone(), empty: text.is_empty(), ..said });
        }
        Value::Array(blocks) => blocks,
        _ => return bad(format!("messages.{at}.content: Input should be a valid list")),
    };
    said.empty = blocks.is_empty();
    for (nth, block) in blocks.iter().enumerate() {
        let place = format!("messages.{at}.content.{nth}");
        read_block(block, role, &place, asked, &mut said.text)?;
        match block["type"].as_str() {
            Some("tool_use") => said.uses.extend(block["id"].as_str().map(str::to_owned)),
            Some("tool_result") => {
                let id = block["tool_use_id"].as_str().unwrap_or_default().to_owned();
                if !before.contains(&id) {
                    return bad(format!(
                        "{place}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
                    ));
                }
                if said.answered.contains(&id) {
                    return bad(format!(
                        "{place}: each tool_use must have a single result. Found multiple `tool_result` blocks with id: {id}"
                    ));
                }
                said.answered.push(id);
            }
            _ => {}
        }
    }
    Ok(said)
}

/// Reads one block of a message; its text, if it is any, is added to `text`.
fn read_block(block: &Value, role: &str, place: &str, asked: &mut Asked, text: &mut String) -> Read<()> {
    match (block["type"].as_str().unwrap_or_default(), role) {
        ("text", _) => match block["text"].as_str() {
            Some("") => return bad("messages: text content blocks must be non-empty"),
            Some(it) => {
                asked.count_text(it);
                text.push_str(it);
            }
            None => return bad(format!("{place}.text.text: Field required")),
        },
        ("image" | "document", "user") => read_source(block, place, asked)?,
        ("tool_use", "assistant") => {
            let id = block["id"].as_str().unwrap_or_default();
            if id.is_empty() || !id.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-')) {
                return bad(format!("{place}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"));
            }
            if !block["input"].is_object() {
                return bad(format!("{place}.tool_use.input: Input should be a valid dictionary"));
            }
            asked.count_json(block);
        }
        ("tool_result", "user") => read_tool_result(block, place, asked)?,
        ("thinking", "assistant") => {
            if block["signature"].as_str().is_none_or(str::is_empty) {
                return bad(format!("{place}.thinking.signature: Field required"));
            }
            asked.count_text(block["thinking"].as_str().unwrap_or_default());
        }
        ("redacted_thinking" | "server_tool_use" | "mcp_tool_use", "assistant")
        | ("search_result" | "container_upload" | "tool_reference", "user") => asked.count_json(block),
        // What tools of the server's own gave back: `web_search_tool_result`, `bash_code_execution_tool_result` …
        (other, "assistant") if other.ends_with("_tool_result") => asked.count_json(block),
        (other, _) => {
            return bad(format!(
                "{place}: Input tag '{other}' found using 'type' does not match any of the expected tags for the role {role}"
            ));
        }
    }
    Ok(())
}

fn read_source(block: &Value, place: &str, asked: &mut Asked) -> Read<()> {
    let source = &block["source"];
    let complete = match source["type"].as_str() {
        Some("base64" | "text") => {
            source["data"].as_str().is_some_and(|it| !it.is_empty()) && source["media_type"].is_string()
        }
        Some("url") => source["url"].as_str().is_some_and(|it| it.starts_with("http")),
        Some("file") => source["file_id"].is_string(),
        Some("content") => !source["content"].is_null(),
        _ => false,
    };
    if !complete {
        return bad(format!("{place}.source: Input should be a complete base64, url or file source"));
    }
    if block["type"] == "image" {
        asked.count_image();
    } else {
        asked.count_json(source);
    }
    Ok(())
}

fn read_tool_result(block: &Value, place: &str, asked: &mut Asked) -> Read<()> {
    let mut result = String::new();
    match &block["content"] {
        Value::Null => {}
        Value::String(text) => {
            asked.count_text(text);
            result.push_str(text);
        }
        Value::Array(parts) => {
            for (nth, part) in parts.iter().enumerate() {
                let place = format!("{place}.tool_result.content.{nth}");
                read_block(part, "user", &place, asked, &mut result)?;
            }
        }
        _ => return bad(format!("{place}.tool_result.content: Input should be a valid list")),
    }
    asked.tool_results.push(result);
    Ok(())
}
