//! Gemini `generateContent`, whose names come in two spellings.

use serde_json::{Map, Value, json};

use super::{Asked, first, list, text};

/// What the model and the tools' authors wrote is not of the protocol.
const FREE: [&str; 6] =
    ["args", "response", "parameters", "parametersJsonSchema", "responseJsonSchema", "responseSchema"];

pub(super) fn look(body: &Value, asked: &mut Asked) {
    let body = camel(body);
    parts(&body["systemInstruction"]["parts"], "system", asked);
    for content in list(&body["contents"]) {
        parts(&content["parts"], if content["role"] == "model" { "assistant" } else { "user" }, asked);
    }
    for tool in list(&body["tools"]) {
        for function in list(&tool["functionDeclarations"]) {
            let schema = first(&[&function["parametersJsonSchema"], &function["parameters"]]);
            asked.tool(&function["name"], &small(schema));
        }
    }
    let config = &body["generationConfig"];
    for (name, key) in [
        ("max_tokens", "maxOutputTokens"),
        ("temperature", "temperature"),
        ("top_p", "topP"),
        ("top_k", "topK"),
        ("seed", "seed"),
        ("frequency_penalty", "frequencyPenalty"),
        ("presence_penalty", "presencePenalty"),
        ("stop", "stopSequences"),
    ] {
        asked.set(name, &config[key]);
    }
    asked.set("format", first(&[&config["responseJsonSchema"], &config["responseSchema"]]));
    if config["responseMimeType"] == "application/json" && !asked.settings.contains_key("format") {
        asked.set("format", &json!("object"));
    }
    asked.set("budget", &config["thinkingConfig"]["thinkingBudget"]);
    asked.set("effort", &json!(config["thinkingConfig"]["thinkingLevel"].as_str().map(str::to_lowercase)));
    let calling = &body["toolConfig"]["functionCallingConfig"];
    match (text(&calling["mode"]).as_str(), calling["allowedFunctionNames"].as_array().map(Vec::as_slice)) {
        ("ANY", Some([name])) => asked.set("tool_choice", name),
        ("ANY", _) => asked.set("tool_choice", &json!("required")),
        ("NONE", _) => asked.set("tool_choice", &json!("none")),
        _ => {}
    }
}

fn parts(parts: &Value, role: &'static str, asked: &mut Asked) {
    for part in list(parts) {
        let (call, result) = (&part["functionCall"], &part["functionResponse"]);
        if call.is_object() {
            asked.call(&call["id"], &call["name"], &call["args"]);
        } else if result.is_object() {
            asked.results.push(text(first(&[&result["id"], &result["name"]])));
            // A lone value is what the tool returned, whatever it goes by; everything else is JSON.
            let response = &result["response"];
            let lone = response.as_object().filter(|it| it.len() == 1);
            let known =
                lone.map_or(&Value::Null, |_| first(&[&response["output"], &response["result"], &response["error"]]));
            let returned = first(&[known, response]);
            let spelled = returned.as_str().map_or_else(|| returned.to_string(), str::to_owned);
            asked.say("tool", &json!(spelled));
            self::parts(&result["parts"], "tool", asked);
        } else if part["thought"] != true {
            asked.say(role, &part["text"]);
            for key in ["inlineData", "fileData"] {
                if part[key].is_object() {
                    asked.medium(first(&[&part[key]["data"], &part[key]["fileUri"]]));
                }
            }
        }
    }
}

/// The API's own schemas shout their types.
fn small(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let lower = |value: &Value| value.as_str().map(|it| json!(it.to_lowercase()));
            let field = |(key, value): (&String, &Value)| {
                let own = lower(value).filter(|_| key == "type").unwrap_or_else(|| small(value));
                (key.clone(), own)
            };
            Value::Object(fields.iter().map(field).collect())
        }
        Value::Array(items) => items.iter().map(small).collect(),
        other => other.clone(),
    }
}

fn camel(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut out = Map::new();
            for (key, value) in fields {
                let mut words = key.split('_');
                let first = words.next().unwrap_or_default().to_owned();
                let key = first + &words.map(|it| it[..1].to_uppercase() + &it[1..]).collect::<String>();
                let inner = if FREE.contains(&key.as_str()) { value.clone() } else { camel(value) };
                out.insert(key, inner);
            }
            Value::Object(out)
        }
        Value::Array(items) => items.iter().map(camel).collect(),
        other => other.clone(),
    }
}
