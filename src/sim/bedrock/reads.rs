//! What the simulated provider takes from a Converse request, and what it refuses.

use serde_json::{Map, Value};

use crate::domain::dialect::Dialect;
use crate::sim::asked::{Asked, Choice, Rejected, Tool};
use crate::sim::line::Incoming;

/// The top-level fields of the service's model. Any other is refused, as Bedrock itself does.
const FIELDS: &[&str] = &[
    "additionalModelRequestFields",
    "additionalModelResponseFieldPaths",
    "guardrailConfig",
    "inferenceConfig",
    "messages",
    "outputConfig",
    "performanceConfig",
    "promptVariables",
    "requestMetadata",
    "serviceTier",
    "system",
    "toolConfig",
];

/// The members of a content block.
const BLOCKS: &[&str] = &[
    "audio",
    "cachePoint",
    "citationsContent",
    "document",
    "guardContent",
    "image",
    "json",
    "reasoningContent",
    "searchResult",
    "text",
    "toolResult",
    "toolUse",
    "video",
];

type Read<T> = Result<T, Rejected>;

fn bad<T>(message: impl Into<String>) -> Read<T> {
    Err(Rejected::bad_request(Dialect::BedrockConverse, message, None))
}

/// How a path ends that asks for a count of tokens.
pub(crate) const COUNT: &str = "/count-tokens";

/// What a path asks for: the model, and whether to stream.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) model: String,
    pub(crate) stream: bool,
}

/// Reads a path that ends as the service's do.
pub(crate) fn method(path: &str) -> Option<Method> {
    let route = path.split('?').next().unwrap_or_default();
    let (rest, stream) = match route.strip_suffix("/converse-stream") {
        Some(rest) => (rest, true),
        None => (route.strip_suffix("/converse").or_else(|| route.strip_suffix(COUNT))?, false),
    };
    let (_, model) = rest.rsplit_once("/model/")?;
    (!model.is_empty() && !model.contains('/')).then(|| Method { model: unescaped(model), stream })
}

/// `%3A` as `:`.
fn unescaped(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |it: Option<u8>| it.and_then(|it| char::from(it).to_digit(16));
        out.push(match byte {
            b'%' => {
                let (high, low) = (digit(rest.next()), digit(rest.next()));
                u8::try_from(high.unwrap_or(0) * 16 + low.unwrap_or(0)).unwrap_or(b'?')
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The key a request shows: a Bedrock API key, or the id of the access key that signed it.
pub(crate) fn key(incoming: &Incoming) -> Option<&str> {
    let authorization = incoming.header("authorization")?;
    if let Some(signed) = authorization.strip_prefix("AWS4-HMAC-SHA256 ") {
        let (_, credential) = signed.split_once("Credential=")?;
        return credential.split('/').next();
    }
    authorization.strip_prefix("Bearer ")
}

/// Reads a request body, or says why Bedrock would not take it.
pub(crate) fn read(body: &Value, method: Method) -> Read<Asked> {
    let Some(fields) = body.as_object() else { return bad("The request body is not valid JSON") };
    if let Some(unknown) = fields.keys().find(|it| !FIELDS.contains(&it.as_str())) {
        return bad(format!("Malformed input request: extraneous key [{unknown}] is not permitted"));
    }
    let Method { model, stream } = method;
    let mut asked = Asked { model, stream, include_usage: true, parallel: true, ..Asked::default() };
    read_settings(fields, &mut asked)?;
    for block in array(body, "system")? {
        let Some(text) = block["text"].as_str() else {
            if only_key(block).is_some_and(|it| matches!(it, "cachePoint" | "guardContent")) {
                continue;
            }
            return bad("system: a block must be text, guardContent or cachePoint");
        };
        if text.trim().is_empty() {
            return bad("The text field in the ContentBlock object at system is blank.");
        }
        asked.has_system = true;
        asked.count_text(text);
    }
    let mentions = read_messages(array(body, "messages")?, &mut asked)?;
    read_tools(body, mentions, &mut asked)?;
    Ok(asked)
}

fn array<'v>(body: &'v Value, key: &str) -> Read<&'v [Value]> {
    match &body[key] {
        Value::Null => Ok(&[]),
        Value::Array(items) => Ok(items),
        _ => bad(format!("{key}: expected a list")),
    }
}

fn only_key(block: &Value) -> Option<&str> {
    let fields = block.as_object().filter(|it| it.len() == 1)?;
    fields.keys().next().map(String::as_str)
}

fn read_settings(fields: &Map<String, Value>, asked: &mut Asked) -> Read<()> {
    let config = fields.get("inferenceConfig").unwrap_or(&Value::Null);
    for (name, value) in config.as_object().into_iter().flatten() {
        match name.as_str() {
            "maxTokens" => match value.as_u64().filter(|it| *it > 0) {
                Some(limit) => asked.max_tokens = Some(limit),
                None => return bad("inferenceConfig.maxTokens: must be greater than or equal to 1"),
            },
            "temperature" | "topP" => {
                if !value.as_f64().is_some_and(|it| (0.0..=1.0).contains(&it)) {
                    return bad(format!("inferenceConfig.{name}: must be from 0 to 1"));
                }
            }
            "stopSequences" => {
                for stop in array(config, "stopSequences")? {
                    match stop.as_str().filter(|it| !it.trim().is_empty()) {
                        Some(stop) => asked.stop.push(stop.to_owned()),
                        None => return bad("inferenceConfig.stopSequences: blank"),
                    }
                }
            }
            _ => return bad(format!("inferenceConfig: extraneous key [{name}] is not permitted")),
        }
    }
    let more = fields.get("additionalModelRequestFields").unwrap_or(&Value::Null);
    asked.thinks = matches!(more["thinking"]["type"].as_str(), Some("enabled" | "adaptive"))
        || more["reasoningConfig"]["type"] == "enabled"
        || more["reasoning_effort"].is_string();
    if let Some(format) = fields.get("outputConfig").map(|it| &it["textFormat"]) {
        let schema = format["structure"]["jsonSchema"]["schema"].as_str();
        let schema = schema.and_then(|it| serde_json::from_str::<Value>(it).ok()).filter(Value::is_object);
        let Some(schema) = schema.filter(|_| format["type"] == "json_schema") else {
            return bad("outputConfig.textFormat: the schema must be a JSON object in a string");
        };
        asked.count_json(&schema);
        asked.schema = Some(schema);
    }
    Ok(())
}

fn read_tools(body: &Value, mentions: bool, asked: &mut Asked) -> Read<()> {
    let config = &body["toolConfig"];
    if config.is_null() {
        if mentions {
            return bad("The toolConfig field must be defined when using toolUse and toolResult content blocks.");
        }
        return Ok(());
    }
    let tools = array(config, "tools")?;
    if tools.is_empty() {
        return bad("toolConfig.tools: Member must have length greater than or equal to 1");
    }
    for tool in tools {
        let spec = match only_key(tool) {
            Some("toolSpec") => &tool["toolSpec"],
            Some("cachePoint" | "systemTool") => continue,
            _ => return bad("toolConfig.tools: a tool must be toolSpec, systemTool or cachePoint"),
        };
        let name = spec["name"].as_str().unwrap_or_default();
        if name.is_empty()
            || name.len() > 64
            || !name.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-".contains(&it))
        {
            return bad("toolSpec.name: must satisfy regular expression pattern: [a-zA-Z0-9_-]+");
        }
        if spec["description"].as_str() == Some("") {
            return bad("toolSpec.description: Member must have length greater than or equal to 1");
        }
        let schema = &spec["inputSchema"]["json"];
        if schema["type"] != "object" {
            return bad(
                "The value at toolConfig.tools.toolSpec.inputSchema.json.type must be one of the following: object.",
            );
        }
        asked.count_json(tool);
        asked.tools.push(Tool { name: name.to_owned(), parameters: schema.clone(), custom: false });
    }
    let choice = &config["toolChoice"];
    asked.choice = match (choice.is_null(), only_key(choice)) {
        (true, _) | (_, Some("auto")) => Choice::Auto,
        (_, Some("any")) => Choice::Any,
        (_, Some("tool")) => {
            let name = choice["tool"]["name"].as_str().unwrap_or_default();
            if !asked.tools.iter().any(|it| it.name == name) {
                return bad("toolConfig.toolChoice.tool.name: no such tool");
            }
            Choice::Named(name.to_owned())
        }
        _ => return bad("toolConfig.toolChoice: must be auto, any or tool"),
    };
    Ok(())
}

/// Reads the conversation; whether tools are mentioned in it. `open` holds the ids of the calls of the message before, each
/// of which wants its result in the next message.
fn read_messages(messages: &[Value], asked: &mut Asked) -> Read<bool> {
    let mut open: Vec<String> = Vec::new();
    let mut mentions = false;
    let mut before = "assistant";
    if messages.is_empty() {
        return bad("messages: at least one message is required");
    }
    for (at, message) in messages.iter().enumerate() {
        asked.count_message();
        let role = message["role"].as_str().unwrap_or_default();
        if !matches!(role, "user" | "assistant") {
            return bad(format!("messages.{at}.role: must be user or assistant"));
        }
        if at == 0 && role != "user" {
            return bad(
                "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
            );
        }
        if role == before {
            return bad("A conversation must alternate between user and assistant roles.");
        }
        before = role;
        let mut said = Content::default();
        asked.tool_results.clear();
        let blocks = array(message, "content")?;
        if blocks.is_empty() {
            return bad(format!("The content field in the Message object at messages.{at} is empty."));
        }
        for (nth, block) in blocks.iter().enumerate() {
            read_block(block, role, &format!("messages.{at}.content.{nth}"), asked, &mut said)?;
        }
        if said.documents && said.text.is_empty() {
            return bad("A text block must be included in the same message as a document.");
        }
        mentions |= !said.calls.is_empty() || !said.answered.is_empty();
        let asked_for = std::mem::take(&mut open);
        if said.answered.len() > asked_for.len() {
            return bad("The number of toolResult blocks exceeds the number of toolUse blocks of previous turn.");
        }
        if let Some(missing) = asked_for.iter().find(|it| !said.answered.contains(it)) {
            return bad(format!(
                "Expected toolResult blocks at messages.{at}.content for the following Ids: {missing}"
            ));
        }
        asked.begun = if role == "assistant" { said.text.clone() } else { String::new() };
        if role == "user" && (!said.text.is_empty() || said.answered.is_empty()) {
            asked.last_user = said.text;
        }
        open = said.calls;
    }
    match open.first() {
        Some(missing) => bad(format!("Expected toolResult blocks for the following Ids: {missing}")),
        None => Ok(mentions),
    }
}

/// What one message holds.
#[derive(Debug, Default)]
struct Content {
    text: String,
    documents: bool,
    calls: Vec<String>,
    answered: Vec<String>,
}

fn read_block(block: &Value, role: &str, place: &str, asked: &mut Asked, said: &mut Content) -> Read<()> {
    let Some(kind) = only_key(block).filter(|it| BLOCKS.contains(it)) else {
        return bad(format!("{place}: a content block must have exactly one known member"));
    };
    let value = &block[kind];
    match (kind, role) {
        ("text", _) => match value.as_str() {
            Some(text) if !text.trim().is_empty() => {
                asked.count_text(text);
                said.text.push_str(text);
            }
            _ => {
                return bad(format!(
                    "The text field in the ContentBlock object at {place} is blank. Add text to the text field, and try again."
                ));
            }
        },
        ("json", "result") => {
            asked.count_json(value);
            said.text.push_str(&value.to_string());
        }
        ("image", _) if role != "assistant" => {
            source(value, &["png", "jpeg", "gif", "webp"], place)?;
            asked.count_image();
        }
        ("document", _) if role != "assistant" => {
            source(value, &["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"], place)?;
            let legal = |it: char| it.is_ascii_alphanumeric() || " -()[]".contains(it);
            let name = value["name"].as_str().unwrap_or_default();
            if name.is_empty() || !name.chars().all(legal) || name.contains("  ") {
                return bad(
                    "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets.",
                );
            }
            said.documents |= role == "user";
            asked.count_json(value);
        }
        ("toolUse", "assistant") => {
            let id = tool_id(value, place)?;
            if !value["input"].is_object() {
                return bad(format!(
                    "The format of the value at {place}.toolUse.input is invalid. Provide a json object for the field and try again."
                ));
            }
            asked.count_json(value);
            if value["type"] != "server_tool_use" {
                said.calls.push(id);
            }
        }
        ("toolResult", "user" | "assistant") => {
            let id = tool_id(value, place)?;
            let mut inner = Content::default();
            for (nth, it) in array(value, "content")?.iter().enumerate() {
                read_block(it, "result", &format!("{place}.toolResult.content.{nth}"), asked, &mut inner)?;
            }
            if role == "user" {
                said.answered.push(id);
                asked.tool_results.push(inner.text);
            }
        }
        ("reasoningContent", "assistant") => {
            let it = &value["reasoningText"];
            let signed = it["signature"].as_str().is_some_and(|it| !it.is_empty());
            if !signed && !value["redactedContent"].is_string() {
                return bad(format!("{place}.reasoningContent.reasoningText.signature: Field required"));
            }
            asked.count_text(it["text"].as_str().unwrap_or_default());
        }
        ("cachePoint", _) if value["type"] == "default" && role != "result" => {}
        ("audio" | "guardContent" | "searchResult" | "video", "user")
        | ("video" | "searchResult", "result")
        | ("citationsContent", "assistant") => asked.count_json(value),
        _ => return bad(format!("{place}: {kind} cannot stand in the content of {role}")),
    }
    Ok(())
}

fn tool_id(value: &Value, place: &str) -> Read<String> {
    let id = value["toolUseId"].as_str().unwrap_or_default();
    let legal = |it: u8| it.is_ascii_alphanumeric() || b"_.:-".contains(&it);
    if id.is_empty() || id.len() > 64 || !id.bytes().all(legal) {
        return bad(format!("{place}.toolUseId: must satisfy regular expression pattern: [a-zA-Z0-9_.:-]+"));
    }
    Ok(id.to_owned())
}

fn source(value: &Value, formats: &[&str], place: &str) -> Read<()> {
    if !value["format"].as_str().is_some_and(|it| formats.contains(&it)) {
        return bad(format!("{place}.format: must be one of {}", formats.join(", ")));
    }
    let it = &value["source"];
    let inline = ["bytes", "text"].iter().any(|key| it[*key].as_str().is_some_and(|it| !it.is_empty()));
    if !inline && !it["s3Location"]["uri"].as_str().is_some_and(|it| it.starts_with("s3://")) {
        return bad(format!("{place}.source: must be bytes, text or s3Location"));
    }
    Ok(())
}
