//! Anthropic messages.

use serde_json::{Value, json};

use super::{Asked, first, list, text};

pub(super) fn look(body: &Value, asked: &mut Asked) {
    content(&body["system"], "system", asked);
    for message in list(&body["messages"]) {
        let role = match text(&message["role"]).as_str() {
            "assistant" => "assistant",
            "system" => "system",
            _ => "user",
        };
        content(&message["content"], role, asked);
    }
    for tool in list(&body["tools"]) {
        if tool.get("type").is_none_or(|it| it.is_null() || it == "custom") {
            asked.tool(&tool["name"], &tool["input_schema"]);
        }
    }
    for name in ["max_tokens", "temperature", "top_p", "top_k"] {
        asked.set(name, &body[name]);
    }
    asked.set("stop", &body["stop_sequences"]);
    let choice = &body["tool_choice"];
    match text(&choice["type"]).as_str() {
        "any" => asked.set("tool_choice", &json!("required")),
        "none" => asked.set("tool_choice", &json!("none")),
        "tool" => asked.set("tool_choice", &choice["name"]),
        _ => {}
    }
    if choice["disable_parallel_tool_use"] == true {
        asked.set("parallel", &json!(false));
    }
    let format = first(&[&body["output_config"]["format"], &body["output_format"]]);
    asked.set("format", &format["schema"]);
    asked.set("effort", &body["output_config"]["effort"]);
    asked.set("budget", &body["thinking"]["budget_tokens"]);
}

fn content(content: &Value, role: &'static str, asked: &mut Asked) {
    if content.is_string() {
        return asked.say(role, content);
    }
    for block in list(content) {
        match text(&block["type"]).as_str() {
            "text" => asked.say(role, &block["text"]),
            "image" => source(&block["source"], role, asked),
            "document" => source(&block["source"], role, asked),
            "tool_use" => asked.call(&block["id"], &block["name"], &block["input"]),
            "tool_result" => {
                asked.results.push(text(&block["tool_use_id"]));
                self::content(&block["content"], "tool", asked);
            }
            // Thinking, and what only this dialect has.
            _ => {}
        }
    }
}

fn source(source: &Value, role: &'static str, asked: &mut Asked) {
    match text(&source["type"]).as_str() {
        "content" => content(&source["content"], role, asked),
        _ => asked.medium(first(&[&source["data"], &source["url"], &source["file_id"]])),
    }
}
