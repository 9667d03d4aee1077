//! The rules of Gemini's dialect, and what a conversation in it says, by a plain look at the JSON.

use serde_json::{Map, Value, json};

use super::{Said, text};
use crate::recorded_anthropic::frames;

/// The kinds of a part.
const DATA: [&str; 9] = [
    "text",
    "inlineData",
    "fileData",
    "functionCall",
    "functionResponse",
    "executableCode",
    "codeExecutionResult",
    "toolCall",
    "toolResponse",
];

/// The same value with the names of the protocol in camelCase, and without what is null or nothing.
pub(super) fn camel(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(_, value)| !value.is_null());
            let renamed = kept.map(|(key, value)| {
                let raw = ["args", "response", "parameters", "parameters_json_schema", "parametersJsonSchema"];
                let inner = if raw.contains(&key.as_str()) { value.clone() } else { camel(value) };
                (camel_name(key), inner)
            });
            Value::Object(renamed.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(camel).collect(),
        other => other.clone(),
    }
}

fn camel_name(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    first + &words.map(|it| it[..1].to_uppercase() + &it[1..]).collect::<String>()
}

/// What a conversation says.
pub(super) fn said(body: &Value) -> Said {
    let body = camel(body);
    let mut said = Said::default();
    // Calls without an id are known by their number.
    let mut open: Vec<(String, String)> = Vec::new();
    let system = body.get("systemInstruction").map(|it| (it, "system"));
    let contents = body["contents"].as_array().unwrap().iter();
    let turns = contents.map(|it| (it, if it["role"] == "model" { "assistant" } else { "user" }));
    for (content, role) in system.into_iter().chain(turns) {
        for part in content["parts"].as_array().into_iter().flatten() {
            said_part(&mut said, part, role, &mut open);
        }
    }
    // One tool may stand by itself, without an array around it.
    let tools = body["tools"].as_array().cloned().unwrap_or_else(|| vec![body["tools"].clone()]);
    for tool in &tools {
        let functions = tool["functionDeclarations"].as_array().into_iter().flatten();
        said.tools.extend(functions.map(|it| text(&it["name"])));
    }
    said
}

fn said_part(said: &mut Said, part: &Value, role: &str, open: &mut Vec<(String, String)>) {
    let data = DATA.into_iter().find(|it| part.get(it).is_some()).unwrap_or("nothing");
    let value = &part[data];
    match data {
        "text" if part["thought"] == true => said.special.push("thinking".to_owned()),
        "text" => said.content(value, role),
        "inlineData" | "fileData" => match text(&value["mimeType"]).split('/').next() {
            Some("image") => said.images += 1,
            Some("audio") => said.sounds += 1,
            _ => said.files += 1,
        },
        "functionCall" => {
            let id = value["id"].as_str().map_or_else(|| format!("#{}", said.calls.len()), str::to_owned);
            open.push((id.clone(), text(&value["name"])));
            let arguments = if value["args"].is_object() { value["args"].clone() } else { json!({}) };
            said.calls.push((id, text(&value["name"]), arguments));
        }
        "functionResponse" => {
            let by_id = value["id"].as_str().map(str::to_owned);
            let of_name = open
                .iter()
                .position(|(id, name)| by_id.as_ref().map_or_else(|| value["name"] == name.as_str(), |it| it == id));
            let id = by_id.or_else(|| of_name.map(|at| open[at].0.clone()));
            if let Some(at) = of_name {
                open.remove(at);
            }
            said.results.push(id.unwrap_or_else(|| text(&value["name"])));
            said_result(said, &value["response"]);
            for part in value["parts"].as_array().into_iter().flatten() {
                said_part(said, part, "tool", open);
            }
        }
        // A signature without anything that it signs.
        "nothing" => {}
        other => said.special.push(other.to_owned()),
    }
}

/// An object of one customary field says the value of that field, every other itself.
fn said_result(said: &mut Said, response: &Value) {
    let only = response.as_object().filter(|it| it.len() == 1).and_then(|it| it.iter().next());
    match only {
        Some((key, Value::String(value))) if ["output", "result", "error"].contains(&key.as_str()) => {
            said.content(&json!(value), "tool");
        }
        Some((key, value)) if ["output", "result", "error"].contains(&key.as_str()) => {
            said.content(&json!(value.to_string()), "tool");
        }
        _ => said.content(&json!(response.to_string()), "tool"),
    }
}

/// A request under the names that the other dialects have for its fields.
pub(super) fn flat(body: &Value) -> Value {
    const NAMES: [(&str, &str); 13] = [
        ("contents", "messages"),
        ("systemInstruction", "system"),
        ("maxOutputTokens", "max_tokens"),
        ("topP", "top_p"),
        ("topK", "top_k"),
        ("stopSequences", "stop_sequences"),
        ("frequencyPenalty", "frequency_penalty"),
        ("presencePenalty", "presence_penalty"),
        ("candidateCount", "n"),
        ("responseMimeType", "response_format"),
        ("thinkingConfig", "thinking"),
        ("toolConfig", "tool_choice"),
        ("responseModalities", "stream_options"),
    ];
    let body = camel(body);
    let mut flat = Map::from_iter([("model".to_owned(), json!("in the path"))]);
    let config = body.get("generationConfig").and_then(Value::as_object).into_iter().flatten();
    for (key, value) in config.chain(body.as_object().unwrap()).filter(|it| *it.0 != "generationConfig") {
        let name = NAMES.iter().find(|(it, _)| it == key).map_or(key.as_str(), |(_, name)| name);
        flat.insert(name.to_owned(), value.clone());
    }
    if let Some(Value::Object(mut config)) = flat.remove("tool_choice") {
        flat.extend(config.remove("functionCallingConfig").map(|it| ("tool_choice".to_owned(), it)));
        flat.extend(config.into_iter().map(|(key, value)| (format!("toolConfig.{key}"), value)));
    }
    if flat.contains_key("response_format") {
        flat.remove("responseSchema");
        flat.remove("responseJsonSchema");
    }
    // Only whether thoughts are shown: every other dialect shows them.
    let shown_only = |it: &Value| it.as_object().is_some_and(|it| it.keys().all(|key| key == "includeThoughts"));
    if flat.get("thinking").is_some_and(shown_only) {
        flat.remove("thinking");
    }
    Value::Object(flat)
}

/// A conversation with what Google's own clients send.
pub(super) fn conversation() -> Value {
    json!({
        "systemInstruction": {"role": "user", "parts": [{"text": "one"}, {"text": "two"}]},
        "contents": [
            {"role": "user", "parts": [
                {"text": "look"},
                {"inlineData": {"mimeType": "image/png", "data": "QUJD"}},
                {"inlineData": {"mimeType": "application/pdf", "data": "JVBE"}},
                {"fileData": {"mimeType": "image/jpeg", "fileUri": "https://example.com/a.jpg"}},
                {"fileData": {"mimeType": "video/mp4", "fileUri": "gs://bucket/film.mp4"}},
            ]},
            {"role": "model", "parts": [{"text": "hm", "thought": true}]},
            {"role": "model", "parts": [{"text": "I call two"}]},
            {"role": "model", "parts": [{"functionCall": {"name": "a", "args": {"x": 1}}, "thoughtSignature": "c2ln"}]},
            {"role": "model", "parts": [{"functionCall": {"name": "a"}}]},
            {"role": "user", "parts": [
                {"functionResponse": {"name": "a", "response": {"output": "one"}}},
                {"functionResponse": {"name": "a", "response": {"error": "two"}}},
                {"text": "and now?"},
            ]},
        ],
        "tools": [
            {"functionDeclarations": [{"name": "a", "description": "d", "parameters": {"type": "OBJECT",
                "properties": {"x": {"type": "INTEGER", "nullable": true}}}}]},
            {"googleSearch": {}},
        ],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["a"]}},
        "generationConfig": {"temperature": 1.5, "topP": 0.9, "topK": 40, "maxOutputTokens": 4000, "stopSequences": ["END"],
            "seed": 7, "thinkingConfig": {"thinkingBudget": 2000, "includeThoughts": true},
            "responseMimeType": "application/json", "responseSchema": {"type": "OBJECT"}, "responseModalities": ["TEXT"]},
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    })
}

/// The rules of `generateContent`.
pub(super) fn check_request(body: &Value, file: &str) {
    const FIELDS: [&str; 5] = ["contents", "systemInstruction", "tools", "toolConfig", "generationConfig"];
    for key in body.as_object().unwrap().keys() {
        assert!(FIELDS.contains(&key.as_str()), "{file}: {key} is no field of the dialect");
    }
    let contents = body["contents"].as_array().unwrap();
    assert!(!contents.is_empty(), "{file}");
    let mut open = 0;
    for (nth, content) in contents.iter().enumerate() {
        let role = text(&content["role"]);
        assert!(role == "user" || role == "model", "{file}: {role}");
        let parts = content["parts"].as_array().unwrap();
        assert!(!parts.is_empty(), "{file}");
        for part in parts {
            check_part(part, &role, file);
        }
        let count = |key: &str| parts.iter().filter(|it| it.get(key).is_some()).count();
        assert_eq!(count("functionResponse"), open, "{file}: results must answer the calls of the turn before");
        open = count("functionCall");
        assert!(open == 0 || nth > 0, "{file}: a call before anything was asked");
    }
    for part in body["systemInstruction"]["parts"].as_array().into_iter().flatten() {
        assert!(part["text"].is_string(), "{file}: {part}");
    }
    let mut functions = 0;
    for tool in body["tools"].as_array().into_iter().flatten() {
        for function in tool["functionDeclarations"].as_array().into_iter().flatten() {
            functions += 1;
            assert!(function["name"].is_string(), "{file}: {function}");
            let schemas = ["parameters", "parametersJsonSchema"].iter().filter(|it| function.get(it).is_some());
            assert!(schemas.count() <= 1, "{file}: {function}");
        }
    }
    if let Some(calling) = body["toolConfig"].get("functionCallingConfig") {
        assert!(functions > 0, "{file}");
        let mode = text(&calling["mode"]);
        assert!(["AUTO", "ANY", "NONE"].contains(&mode.as_str()), "{file}: {mode}");
        assert!(calling.get("allowedFunctionNames").is_none() || mode == "ANY", "{file}");
    }
    let config = &body["generationConfig"];
    let schemas = ["responseSchema", "responseJsonSchema"].iter().filter(|it| config.get(it).is_some()).count();
    assert!(schemas == 0 || (schemas == 1 && config["responseMimeType"] == "application/json"), "{file}: {config}");
    let thinking = &config["thinkingConfig"];
    assert!(thinking.get("thinkingBudget").is_none() || thinking.get("thinkingLevel").is_none(), "{file}: {config}");
    assert!(config["stopSequences"].as_array().is_none_or(|it| it.len() <= 5), "{file}");
}

fn check_part(part: &Value, role: &str, file: &str) {
    let data: Vec<&str> = DATA.into_iter().filter(|it| part.get(it).is_some()).collect();
    assert_eq!(data.len(), 1, "{file}: {part}");
    let value = &part[data[0]];
    match (data[0], role) {
        ("text", _) => assert!(value.as_str().is_some_and(|it| !it.is_empty()), "{file}: {part}"),
        ("inlineData", _) => assert!(value["mimeType"].is_string() && value["data"].is_string(), "{file}: {part}"),
        ("fileData", _) => assert!(value["mimeType"].is_string() && value["fileUri"].is_string(), "{file}: {part}"),
        ("functionCall", "model") => {
            assert!(value["name"].is_string() && value["args"].as_object().is_some() != value.get("args").is_none());
        }
        ("functionResponse", "user") => {
            assert!(value["name"].is_string() && value["response"].is_object(), "{file}: {part}");
        }
        (data, role) => panic!("{file}: {data} in a turn of the {role}"),
    }
    assert!(part.get("thoughtSignature").is_none_or(|it| it == "skip_thought_signature_validator"), "{file}: {part}");
}

/// An answer as a strict client parses it.
pub(super) fn check_answer(body: &Value, file: &str) {
    check_candidate(&body["candidates"][0], true, file);
    assert_eq!(body["candidates"].as_array().map(Vec::len), Some(1), "{file}");
    let usage = &body["usageMetadata"];
    if usage.is_object() {
        let of = |key: &str| usage[key].as_u64().unwrap_or(0);
        let sum = of("promptTokenCount") + of("candidatesTokenCount") + of("thoughtsTokenCount");
        assert_eq!(usage["totalTokenCount"].as_u64(), Some(sum), "{file}: {usage}");
    }
}

fn check_candidate(candidate: &Value, last: bool, file: &str) {
    assert_eq!((&candidate["content"]["role"], &candidate["index"]), (&json!("model"), &json!(0)), "{file}");
    for part in candidate["content"]["parts"].as_array().unwrap() {
        let call = &part["functionCall"];
        let called = call["name"].is_string() && call["args"].is_object();
        assert!(part["text"].is_string() != called, "{file}: {part}");
    }
    let reason = candidate["finishReason"].as_str();
    assert_eq!(reason.is_some(), last, "{file}: {candidate}");
    let known = ["STOP", "MAX_TOKENS", "SAFETY", "OTHER"];
    assert!(reason.is_none_or(|it| known.contains(&it)), "{file}: {reason:?}");
}

/// Chunks: the reason in the last only, one id, nothing but data.
pub(super) fn check_chunks(written: &str, cut: bool, file: &str) {
    let frames = frames(written);
    let chunks: Vec<Value> = frames
        .iter()
        .filter(|it| !it.data().is_empty())
        .map(|it| serde_json::from_slice(&it.data()).unwrap_or_else(|error| panic!("{file}: {error}")))
        .collect();
    for (nth, chunk) in chunks.iter().enumerate() {
        let last = !cut && nth + 1 == chunks.len();
        check_candidate(&chunk["candidates"][0], last, file);
        assert_eq!(chunk["responseId"], chunks[0]["responseId"], "{file}");
    }
    assert!(written.lines().all(|it| it.is_empty() || it.starts_with("data: {")), "{file}: {written}");
}
