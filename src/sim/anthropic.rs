//! Anthropic messages as the simulated provider speaks them: what it refuses, and the shape of its answers.
//! Written from the provider's reference and the recorded exchanges, with no line shared with `wire`.

use serde_json::{Map, Value, json};

use crate::domain::dialect::Dialect;
use crate::sim::answer::{Call, Finish, Said, Thinking, json_tokens, prose_tokens, words_to_tokens};
use crate::sim::asked::{Asked, Choice, Rejected, Tool};
use crate::sim::delivery::{Frame, Named, pieces, words};

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
            asked.tools.push(Tool { name: name.to_owned(), parameters: tool["input_schema"].clone() });
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
        let asked_before = std::mem::take(&mut open);
        let mut answered = Vec::new();
        asked.tool_results.clear();
        let text = match &message["content"] {
            Value::String(text) => {
                asked.count_text(text);
                text.clone()
            }
            Value::Array(blocks) => {
                let mut text = String::new();
                for (nth, block) in blocks.iter().enumerate() {
                    let place = format!("messages.{at}.content.{nth}");
                    read_block(block, role, &place, asked, &mut text)?;
                    match block["type"].as_str() {
                        Some("tool_use") => open.extend(block["id"].as_str().map(str::to_owned)),
                        Some("tool_result") => {
                            let id = block["tool_use_id"].as_str().unwrap_or_default().to_owned();
                            if !asked_before.contains(&id) {
                                return bad(format!(
                                    "{place}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
                                ));
                            }
                            if answered.contains(&id) {
                                return bad(format!(
                                    "{place}: each tool_use must have a single result. Found multiple `tool_result` blocks with id: {id}"
                                ));
                            }
                            answered.push(id);
                        }
                        _ => {}
                    }
                }
                text
            }
            _ => return bad(format!("messages.{at}.content: Input should be a valid list")),
        };
        let empty = matches!(&message["content"], Value::String(it) if it.is_empty())
            || matches!(&message["content"], Value::Array(it) if it.is_empty());
        if empty && !(at == last && role == "assistant") {
            return bad(format!(
                "messages.{at}: all messages must have non-empty content except for the optional final assistant message"
            ));
        }
        if let Some(id) = asked_before.iter().find(|it| !answered.contains(it)) {
            return bad(format!(
                "messages.{}: `tool_use` ids were found without `tool_result` blocks immediately after: {id}. Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
                at.saturating_sub(1)
            ));
        }
        if role == "assistant" && at == last && text.ends_with(char::is_whitespace) {
            return bad("messages: final assistant content cannot end with trailing whitespace");
        }
        if role == "user" && (!text.is_empty() || answered.is_empty()) {
            asked.last_user = text;
        }
    }
    if let Some(id) = open.first() {
        return bad(format!(
            "messages.{last}: `tool_use` ids were found without `tool_result` blocks immediately after: {id}. Each `tool_use` block must have a corresponding `tool_result` block in the next message."
        ));
    }
    Ok(())
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
        (
            "redacted_thinking" | "server_tool_use" | "web_search_tool_result" | "search_result" | "container_upload",
            _,
        ) => {
            asked.count_json(block);
        }
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
        asked.count_image()
    } else {
        asked.count_json(source)
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

// === answers ===

/// One block of an answer.
enum Block<'a> {
    Thinking(&'a Thinking),
    Text(&'a str),
    ToolUse(String, &'a Call),
}

/// The blocks of an answer, in order.
fn blocks<'a>(said: &'a Said, named: &Named) -> Vec<Block<'a>> {
    let answer = &said.answer;
    let texts = std::iter::once(&answer.text).chain(&answer.refusal).filter(|it| !it.is_empty());
    let calls = answer.calls.iter().enumerate().map(|(at, it)| Block::ToolUse(it.id("toolu_", named.seq, at), it));
    answer.thinking.iter().map(Block::Thinking).chain(texts.map(|it| Block::Text(it))).chain(calls).collect()
}

impl Block<'_> {
    fn json(&self) -> Value {
        match self {
            Self::Thinking(it) => json!({"type": "thinking", "thinking": it.text, "signature": it.signature}),
            Self::Text(text) => json!({"type": "text", "text": text}),
            Self::ToolUse(id, call) => {
                // Arguments that are no JSON exist in streams only: a whole answer has nowhere to put them.
                let input: Value = serde_json::from_str(&call.arguments).unwrap_or_else(|_| json!({}));
                json!({"type": "tool_use", "id": id, "name": call.name, "input": input})
            }
        }
    }
}

/// A whole answer.
pub(crate) fn whole(said: &Said, asked: &Asked, named: &Named, states_usage: bool) -> Value {
    let mut whole = json!({
        "id": named.id("msg_"),
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": blocks(said, named).iter().map(Block::json).collect::<Vec<_>>(),
        "stop_reason": stop_reason(&said.finish),
        "stop_sequence": stop_sequence(&said.finish),
    });
    if states_usage {
        whole["usage"] = usage(said, said.billed.output);
    }
    whole
}

/// A streamed answer, event by event.
pub(crate) fn stream(said: &Said, asked: &Asked, named: &Named, states_usage: bool) -> Vec<Frame> {
    let mut message = json!({
        "id": named.id("msg_"), "type": "message", "role": "assistant", "model": asked.model,
        "content": [], "stop_reason": null, "stop_sequence": null,
    });
    if states_usage {
        message["usage"] = usage(said, said.billed.output.min(1));
    }
    let mut frames = vec![Frame::opening(event(&json!({"type": "message_start", "message": message})))];
    let mut tokens = 0;
    for (index, block) in blocks(said, named).iter().enumerate() {
        push_block(block, index, &mut tokens, &mut frames);
        if index == 0 {
            // Where the provider puts its first ping: right after the first block has opened.
            frames.insert(2, Frame::opening(event(&json!({"type": "ping"}))));
        }
    }
    let mut end = json!({
        "type": "message_delta",
        "delta": {"stop_reason": stop_reason(&said.finish), "stop_sequence": stop_sequence(&said.finish)},
    });
    if states_usage {
        end["usage"] = usage(said, said.billed.output);
    }
    frames.push(Frame::closing(event(&end), tokens));
    frames.push(Frame::terminal(event(&json!({"type": "message_stop"})), tokens));
    frames
}

/// The events of one block.
fn push_block(block: &Block<'_>, index: usize, tokens: &mut u64, frames: &mut Vec<Frame>) {
    let delta = |delta: Value| event(&json!({"type": "content_block_delta", "index": index, "delta": delta}));
    let start =
        |content: Value| event(&json!({"type": "content_block_start", "index": index, "content_block": content}));
    let mut speak = |kind: &str, field: &str, text: &str, frames: &mut Vec<Frame>| {
        for (nth, piece) in words(text).enumerate() {
            frames.push(Frame::content(delta(json!({"type": kind, field: piece})), *tokens + words_to_tokens(nth + 1)));
        }
        *tokens += prose_tokens(text);
    };
    match block {
        Block::Thinking(it) => {
            frames.push(Frame::opening(start(json!({"type": "thinking", "thinking": "", "signature": ""}))));
            speak("thinking_delta", "thinking", &it.text, frames);
            frames.push(Frame::content(delta(json!({"type": "signature_delta", "signature": it.signature})), *tokens));
        }
        Block::Text(text) => {
            frames.push(Frame::opening(start(json!({"type": "text", "text": ""}))));
            speak("text_delta", "text", text, frames);
        }
        Block::ToolUse(id, call) => {
            frames.push(Frame::opening(start(json!({"type": "tool_use", "id": id, "name": call.name, "input": {}}))));
            frames.push(Frame::opening(delta(json!({"type": "input_json_delta", "partial_json": ""}))));
            *tokens += json_tokens(&call.name);
            let mut bytes = 0;
            for piece in pieces(&call.arguments, 12) {
                bytes += piece.len() as u64;
                let more = delta(json!({"type": "input_json_delta", "partial_json": piece}));
                frames.push(Frame::content(more, *tokens + bytes.div_ceil(4)));
            }
            *tokens += json_tokens(&call.arguments);
        }
    }
    frames.push(Frame::opening(event(&json!({"type": "content_block_stop", "index": index}))));
}

/// The error object as an event.
pub(crate) fn error_event(error: &Value) -> String {
    format!("event: error\ndata: {error}\n\n")
}

/// The list of models.
pub(crate) fn models(models: &[String]) -> Value {
    let data: Vec<Value> = models
        .iter()
        .map(|it| json!({"type": "model", "id": it, "display_name": it, "created_at": "2025-01-01T00:00:00Z"}))
        .collect();
    json!({"data": data, "has_more": false, "first_id": models.first(), "last_id": models.last()})
}

fn event(data: &Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap_or_default())
}

const fn stop_reason(finish: &Finish) -> &'static str {
    match finish {
        Finish::Stop => "end_turn",
        Finish::StopSequence(_) => "stop_sequence",
        Finish::Length => "max_tokens",
        Finish::Calls => "tool_use",
        Finish::Refusal => "refusal",
    }
}

fn stop_sequence(finish: &Finish) -> Option<&str> {
    match finish {
        Finish::StopSequence(it) => Some(it),
        _ => None,
    }
}

/// Here `input_tokens` are the uncached ones only, unlike in the other dialect.
fn usage(said: &Said, output: u64) -> Value {
    let it = said.billed;
    json!({
        "input_tokens": it.input.saturating_sub(it.cache_read + it.cache_write),
        "cache_creation_input_tokens": it.cache_write,
        "cache_read_input_tokens": it.cache_read,
        "cache_creation": {"ephemeral_5m_input_tokens": it.cache_write, "ephemeral_1h_input_tokens": 0},
        "output_tokens": output,
        "service_tier": "standard",
    })
}
