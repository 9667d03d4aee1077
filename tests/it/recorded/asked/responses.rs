//! OpenAI responses.

use serde_json::{Value, json};

use super::{Asked, first, list, text};

pub(super) fn look(body: &Value, asked: &mut Asked) {
    asked.say("system", &body["instructions"]);
    asked.say("user", &body["input"]);
    for item in body["input"].as_array().into_iter().flatten() {
        match item["type"].as_str().unwrap_or("message") {
            "message" => {
                let role = match text(&item["role"]).as_str() {
                    "system" | "developer" => "system",
                    "assistant" => "assistant",
                    _ => "user",
                };
                content(&item["content"], role, asked);
            }
            "function_call" => asked.call(&item["call_id"], &item["name"], &item["arguments"]),
            "custom_tool_call" => asked.call(&item["call_id"], &item["name"], &json!({"input": item["input"]})),
            "function_call_output" | "custom_tool_call_output" => {
                asked.results.push(text(&item["call_id"]));
                content(&item["output"], "tool", asked);
            }
            // Reasoning, and what only this dialect has.
            _ => {}
        }
    }
    for tool in list(&body["tools"]) {
        if tool["type"] == "function" {
            asked.tool(&tool["name"], &tool["parameters"]);
        }
    }
    asked.set("max_tokens", &body["max_output_tokens"]);
    asked.set("temperature", &body["temperature"]);
    asked.set("top_p", &body["top_p"]);
    match &body["tool_choice"] {
        Value::String(word) if word != "auto" => asked.set("tool_choice", &json!(word)),
        choice => asked.set("tool_choice", &choice["name"]),
    }
    let format = &body["text"]["format"];
    match text(&format["type"]).as_str() {
        "json_schema" => asked.set("format", &format["schema"]),
        "json_object" => asked.set("format", &json!("object")),
        _ => {}
    }
    if body["parallel_tool_calls"] == false {
        asked.set("parallel", &json!(false));
    }
    asked.set("effort", &body["reasoning"]["effort"]);
}

fn content(content: &Value, role: &'static str, asked: &mut Asked) {
    if content.is_string() {
        return asked.say(role, content);
    }
    for part in list(content) {
        match text(&part["type"]).as_str() {
            "input_text" | "output_text" => asked.say(role, &part["text"]),
            "refusal" => asked.say(role, &part["refusal"]),
            "input_image" => asked.medium(first(&[&part["image_url"], &part["file_id"]])),
            "input_file" => asked.medium(first(&[&part["file_data"], &part["file_url"], &part["file_id"]])),
            "input_audio" => asked.medium(&part["input_audio"]["data"]),
            other => panic!("content of type {other}"),
        }
    }
}
