//! Bedrock converse.

use serde_json::{Value, json};

use super::{Asked, list, text};

pub(super) fn look(body: &Value, asked: &mut Asked) {
    blocks(&body["system"], "system", asked);
    for message in list(&body["messages"]) {
        blocks(&message["content"], if message["role"] == "assistant" { "assistant" } else { "user" }, asked);
    }
    for tool in list(&body["toolConfig"]["tools"]) {
        let spec = &tool["toolSpec"];
        if spec.is_object() {
            asked.tool(&spec["name"], &spec["inputSchema"]["json"]);
        }
    }
    let config = &body["inferenceConfig"];
    for (name, key) in
        [("max_tokens", "maxTokens"), ("temperature", "temperature"), ("top_p", "topP"), ("stop", "stopSequences")]
    {
        asked.set(name, &config[key]);
    }
    asked.set("top_k", &body["additionalModelRequestFields"]["top_k"]);
    asked.set("budget", &body["additionalModelRequestFields"]["thinking"]["budget_tokens"]);
    let choice = &body["toolConfig"]["toolChoice"];
    if choice["any"].is_object() {
        asked.set("tool_choice", &json!("required"));
    }
    asked.set("tool_choice", &choice["tool"]["name"]);
    let schema = &body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"];
    let parsed = schema.as_str().and_then(|it| serde_json::from_str(it).ok());
    asked.set("format", parsed.as_ref().unwrap_or(schema));
}

fn blocks(content: &Value, role: &'static str, asked: &mut Asked) {
    for block in list(content) {
        asked.say(role, &block["text"]);
        for kind in ["image", "document", "video", "audio"] {
            let source = &block[kind]["source"];
            for key in ["bytes", "text", "uri"] {
                if source[key].is_string() {
                    asked.medium(&source[key]);
                }
            }
        }
        let call = &block["toolUse"];
        // What the provider itself runs is told of in the answer's own words.
        if call.is_object() && call["type"] != "server_tool_use" {
            asked.call(&call["toolUseId"], &call["name"], &call["input"]);
        }
        let result = &block["toolResult"];
        if result.is_object() && result["type"].is_null() {
            asked.results.push(text(&result["toolUseId"]));
            for inner in list(&result["content"]) {
                if inner["json"].is_object() {
                    asked.say("tool", &json!(inner["json"].to_string()));
                }
            }
            blocks(&result["content"], "tool", asked);
        }
    }
}
