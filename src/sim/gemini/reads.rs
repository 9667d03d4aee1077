//! What the simulated provider takes from a request in Gemini's dialect, and what it refuses.

use serde_json::{Map, Value};

use crate::domain::dialect::Dialect;
use crate::sim::asked::{Asked, Choice, Rejected, Tool};

/// The fields of `GenerateContentRequest`; the parser of the real provider refuses any other.
const FIELDS: [&str; 11] = [
    "cachedContent",
    "contents",
    "generationConfig",
    "labels",
    "model",
    "safetySettings",
    "serviceTier",
    "store",
    "systemInstruction",
    "toolConfig",
    "tools",
];

/// The fields of `GenerationConfig`.
const CONFIG: [&str; 21] = [
    "candidateCount",
    "enableEnhancedCivicAnswers",
    "frequencyPenalty",
    "imageConfig",
    "logprobs",
    "maxOutputTokens",
    "mediaResolution",
    "presencePenalty",
    "responseJsonSchema",
    "responseLogprobs",
    "responseMimeType",
    "responseModalities",
    "responseSchema",
    "seed",
    "speechConfig",
    "stopSequences",
    "temperature",
    "thinkingConfig",
    "topK",
    "topP",
    "responseFormat",
];

/// What a part may consist of.
const DATA: [&str; 9] = [
    "codeExecutionResult",
    "executableCode",
    "fileData",
    "functionCall",
    "functionResponse",
    "inlineData",
    "text",
    "toolCall",
    "toolResponse",
];

type Read<T> = Result<T, Rejected>;

fn bad<T>(message: impl Into<String>) -> Read<T> {
    Err(Rejected::bad_request(Dialect::Gemini, message, None))
}

/// What a path asks of which model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Method {
    pub(crate) model: String,
    pub(crate) stream: bool,
}

/// Reads a path: `…/models/MODEL:METHOD`.
pub(crate) fn method(path: &str) -> Option<Method> {
    let (route, _) = path.split_once('?').unwrap_or((path, ""));
    let (rest, method) = route.rsplit_once(':')?;
    let stream = match method {
        "generateContent" => false,
        "streamGenerateContent" => true,
        _ => return None,
    };
    let (_, model) = rest.rsplit_once("/models/")?;
    Some(Method { model: model.replace("%2F", "/").replace("%3A", ":"), stream })
}

/// Reads a request body, or says why Google would not take it.
pub(crate) fn read(body: &Value, method: &Method, query: &str) -> Read<Asked> {
    let Some(fields) = body.as_object() else {
        return bad("Invalid JSON payload received. Unexpected token.");
    };
    known(fields, &FIELDS, "")?;
    if method.stream && !query.split('&').any(|it| it == "alt=sse") {
        return bad("The simulated provider streams events only: alt=sse is missing.");
    }
    let mut asked = Asked {
        model: method.model.clone(),
        stream: method.stream,
        include_usage: true,
        parallel: true,
        ..Asked::default()
    };
    if let Some(system) = field(body, "systemInstruction") {
        asked.has_system = true;
        read_parts(system, "system_instruction", &mut asked)?;
    }
    read_tools(body, &mut asked)?;
    read_config(body, &mut asked)?;
    let contents = field(body, "contents").and_then(Value::as_array).cloned().unwrap_or_default();
    if contents.is_empty() {
        return bad("* GenerateContentRequest.contents: contents is not specified\n");
    }
    read_contents(&contents, &mut asked)?;
    Ok(asked)
}

/// A field under its own name or the protocol's; null is none.
fn field<'v>(of: &'v Value, name: &str) -> Option<&'v Value> {
    of.get(name).or_else(|| of.get(snake(name))).filter(|it| !it.is_null())
}

fn snake(name: &str) -> String {
    let spelled = name
        .chars()
        .map(|it| if it.is_ascii_uppercase() { format!("_{}", it.to_ascii_lowercase()) } else { it.to_string() });
    spelled.collect()
}

fn known(fields: &Map<String, Value>, names: &[&str], place: &str) -> Read<()> {
    let is_known = |it: &str| names.iter().any(|name| *name == it || snake(name) == it);
    match fields.keys().find(|it| !is_known(it)) {
        None => Ok(()),
        Some(it) if place.is_empty() => {
            bad(format!("Invalid JSON payload received. Unknown name \"{it}\": Cannot find field."))
        }
        Some(it) => {
            bad(format!("Invalid JSON payload received. Unknown name \"{it}\" at '{place}': Cannot find field."))
        }
    }
}

fn read_config(body: &Value, asked: &mut Asked) -> Read<()> {
    let Some(config) = field(body, "generationConfig") else { return Ok(()) };
    known(config.as_object().unwrap_or(&Map::new()), &CONFIG, "generation_config")?;
    if let Some(most) = field(config, "maxOutputTokens") {
        let Some(most) = most.as_u64().filter(|it| *it > 0) else {
            return bad(
                "* GenerateContentRequest.generation_config.max_output_tokens: max_output_tokens must be positive.\n",
            );
        };
        asked.max_tokens = Some(most);
    }
    if field(config, "temperature").is_some_and(|it| !it.as_f64().is_some_and(|it| (0.0..=2.0).contains(&it))) {
        return bad(
            "* GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0].\n",
        );
    }
    if field(config, "candidateCount").is_some_and(|it| it != 1) {
        return bad("Only one candidate can be specified in the current model");
    }
    let stops = field(config, "stopSequences").and_then(Value::as_array).cloned().unwrap_or_default();
    if stops.len() > 5 {
        return bad(
            "* GenerateContentRequest.generation_config.stop_sequences: at most 5 stop sequences may be given.\n",
        );
    }
    asked.stop = stops.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let json = field(config, "responseMimeType").is_some_and(|it| it == "application/json");
    let (subset, full) = (field(config, "responseSchema"), field(config, "responseJsonSchema"));
    match (subset, full) {
        (Some(_), Some(_)) => return bad("Only one of response_schema and response_json_schema may be set."),
        (None, None) if json => {
            asked.schema = Some(serde_json::json!({"type": "object", "properties": {"answer": {"type": "string"}}}));
        }
        (None, None) => {}
        (Some(it), None) | (None, Some(it)) if json => {
            asked.count_json(it);
            asked.schema = Some(lowered(it));
        }
        _ => return bad("response_schema is only supported with response_mime_type application/json."),
    }
    if let Some(thinking) = field(config, "thinkingConfig") {
        if field(thinking, "thinkingBudget").is_some() && field(thinking, "thinkingLevel").is_some() {
            return bad("You can only set only one of thinking budget and thinking level.");
        }
        asked.thinks = field(thinking, "includeThoughts").is_some_and(|it| it == true)
            && field(thinking, "thinkingBudget").is_none_or(|it| it != 0);
    }
    Ok(())
}

/// Types are upper case in the schema of the protocol.
fn lowered(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let lower = |(name, value): (&String, &Value)| match value {
                Value::String(kind) if name == "type" => (name.clone(), kind.to_lowercase().into()),
                other => (name.clone(), lowered(other)),
            };
            Value::Object(fields.iter().map(lower).collect())
        }
        Value::Array(items) => items.iter().map(lowered).collect(),
        other => other.clone(),
    }
}

fn read_tools(body: &Value, asked: &mut Asked) -> Read<()> {
    for tool in field(body, "tools").and_then(Value::as_array).into_iter().flatten() {
        let functions = field(tool, "functionDeclarations").and_then(Value::as_array);
        for function in functions.into_iter().flatten() {
            let name = function["name"].as_str().unwrap_or_default();
            let first = name.bytes().next().is_some_and(|it| it.is_ascii_alphabetic() || it == b'_');
            let rest = name.bytes().all(|it| it.is_ascii_alphanumeric() || b"_.:-".contains(&it));
            if !first || !rest || name.len() > 128 {
                return bad(
                    "* GenerateContentRequest.tools[0].function_declarations[0].name: Invalid function name. Must start with a letter or an underscore.\n",
                );
            }
            let (subset, full) = (field(function, "parameters"), field(function, "parametersJsonSchema"));
            if subset.is_some() && full.is_some() {
                return bad("Only one of parameters and parameters_json_schema may be set.");
            }
            asked.count_json(function);
            let parameters = subset.or(full).map(lowered).unwrap_or_default();
            asked.tools.push(Tool { name: name.to_owned(), parameters, custom: false });
        }
    }
    let calling = field(body, "toolConfig").and_then(|it| field(it, "functionCallingConfig"));
    let Some(calling) = calling else { return Ok(()) };
    if asked.tools.is_empty() {
        return bad("Function calling config is set without function_declarations.");
    }
    let allowed = field(calling, "allowedFunctionNames").and_then(Value::as_array);
    let mode = field(calling, "mode").and_then(Value::as_str).unwrap_or("AUTO").to_uppercase();
    if allowed.is_some() && mode != "ANY" && mode != "VALIDATED" {
        return bad("allowed_function_names should only be set when the function calling mode is ANY or VALIDATED.");
    }
    asked.choice = match (mode.as_str(), allowed.and_then(|it| it.first()).and_then(Value::as_str)) {
        ("AUTO" | "VALIDATED" | "MODE_UNSPECIFIED", _) => Choice::Auto,
        ("NONE", _) => Choice::Never,
        ("ANY", None) => Choice::Any,
        ("ANY", Some(name)) if asked.tools.iter().any(|it| it.name == name) => Choice::Named(name.to_owned()),
        _ => return bad("allowed_function_names contains a function that is not declared."),
    };
    Ok(())
}

fn read_contents(contents: &[Value], asked: &mut Asked) -> Read<()> {
    let of = |content: &Value, name: &str| -> Vec<Value> {
        let parts = content["parts"].as_array().into_iter().flatten();
        parts.filter_map(|it| field(it, name)).cloned().collect()
    };
    let running = contents.iter().rposition(|it| it["role"] != "model" && of(it, "functionResponse").is_empty());
    let mut open = 0;
    for (at, content) in contents.iter().enumerate() {
        let role = content["role"].as_str().unwrap_or("user");
        if !["user", "model", "function"].contains(&role) {
            return bad("Please use a valid role: user, model.");
        }
        asked.count_message();
        let (calls, results) = (of(content, "functionCall"), of(content, "functionResponse"));
        if open != results.len() {
            return bad(
                "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.",
            );
        }
        open = calls.len();
        if at == 0 && open > 0 {
            return bad(
                "Please ensure that function call turn comes immediately after a user turn or after a function response turn.",
            );
        }
        let unsigned = || {
            let parts = content["parts"].as_array().into_iter().flatten();
            let first = parts.into_iter().find(|it| field(it, "functionCall").is_some());
            first.is_some_and(|it| field(it, "thoughtSignature").is_none())
        };
        if asked.model.contains("gemini-3") && running.is_some_and(|it| at > it) && open > 0 && unsigned() {
            return bad(
                "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly.",
            );
        }
        let text = read_parts(content, "contents", asked)?;
        if role == "model" {
            asked.tool_results.clear();
        } else if results.is_empty() {
            asked.tool_results.clear();
            asked.last_user = text;
        } else {
            asked.tool_results = results.iter().map(said).collect();
        }
    }
    if open > 0 {
        return bad(
            "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.",
        );
    }
    Ok(())
}

/// What a result says, as far as the simulated model repeats it.
fn said(result: &Value) -> String {
    let response = &result["response"];
    let only = response.as_object().filter(|it| it.len() == 1).and_then(|it| it.values().next());
    only.and_then(Value::as_str).map_or_else(|| response.to_string(), str::to_owned)
}

/// Checks parts and returns their text.
fn read_parts(content: &Value, place: &str, asked: &mut Asked) -> Read<String> {
    let parts = content["parts"].as_array().cloned().unwrap_or_default();
    if parts.is_empty() {
        return bad(format!("* GenerateContentRequest.{place}.parts: contents.parts must not be empty.\n"));
    }
    let mut text = String::new();
    for part in &parts {
        let data: Vec<&str> = DATA.into_iter().filter(|it| field(part, it).is_some()).collect();
        let [data] = *data else {
            return bad(format!("{place}.parts.data: required oneof field 'data' must have one initialized field"));
        };
        if field(part, "thoughtSignature").is_some_and(|it| !it.as_str().is_some_and(is_base64)) {
            return bad(format!(
                "Invalid value at '{place}.parts.thought_signature' (TYPE_BYTES), Base64 decoding failed"
            ));
        }
        let value = field(part, data).unwrap_or(&Value::Null);
        match data {
            "text" => {
                let said = value.as_str().unwrap_or_default();
                asked.count_text(said);
                text.push_str(said);
            }
            "inlineData" => {
                let kind = field(value, "mimeType").and_then(Value::as_str).unwrap_or_default();
                if kind.is_empty() || !value["data"].as_str().is_some_and(is_base64) {
                    return bad(format!(
                        "Invalid value at '{place}.parts.inline_data.data' (TYPE_BYTES), Base64 decoding failed"
                    ));
                }
                if kind.starts_with("image/") {
                    asked.count_image();
                }
            }
            "fileData" => {
                if !field(value, "fileUri").is_some_and(Value::is_string) {
                    return bad("Unsupported file uri: ");
                }
                if field(value, "mimeType").and_then(Value::as_str).is_some_and(|it| it.starts_with("image/")) {
                    asked.count_image();
                }
            }
            "functionCall" | "functionResponse" => {
                let object = if data == "functionCall" { value.get("args") } else { Some(&value["response"]) };
                if !value["name"].is_string() || object.is_some_and(|it| !it.is_object()) {
                    return bad(format!("Invalid value at '{place}.parts.{}': a Struct is expected", snake(data)));
                }
                asked.count_json(value);
            }
            _ => asked.count_json(value),
        }
    }
    Ok(text)
}

/// Both alphabets are taken, as the protocol's JSON has it.
fn is_base64(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_alphanumeric() || b"+/=-_".contains(&it))
}
