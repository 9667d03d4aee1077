//! Chat completions, and the dialects of the same build: Mistral's, Cohere's, Ollama's.

use serde_json::{Value, json};

use super::{Asked, first, list, text};

pub(super) fn look(body: &Value, asked: &mut Asked) {
    for message in list(&body["messages"]) {
        let role = match text(&message["role"]).as_str() {
            "system" | "developer" => "system",
            "assistant" => "assistant",
            "tool" => "tool",
            _ => "user",
        };
        if role == "tool" {
            asked.results.push(text(first(&[&message["tool_call_id"], &message["tool_name"]])));
        }
        content(&message["content"], role, asked);
        for image in list(&message["images"]) {
            asked.medium(image);
        }
        for call in list(&message["tool_calls"]) {
            asked.call(&call["id"], &call["function"]["name"], &call["function"]["arguments"]);
        }
    }
    for tool in list(&body["tools"]) {
        if !tool["function"].is_null() {
            asked.tool(&tool["function"]["name"], &tool["function"]["parameters"]);
        }
    }
    settings(body, asked);
}

fn content(content: &Value, role: &'static str, asked: &mut Asked) {
    if content.is_string() {
        return asked.say(role, content);
    }
    for part in list(content) {
        match text(&part["type"]).as_str() {
            "text" => asked.say(role, &part["text"]),
            "refusal" => asked.say(role, &part["refusal"]),
            "image_url" => asked.medium(first(&[&part["image_url"]["url"], &part["image_url"]])),
            "input_audio" => asked.medium(first(&[&part["input_audio"]["data"], &part["input_audio"]])),
            "file" => asked.medium(first(&[&part["file"]["file_data"], &part["file"]["file_id"]])),
            "document_url" => asked.medium(&part["document_url"]),
            "document" => asked.medium(&part["document"]["data"]),
            "thinking" => {}
            other => panic!("content of type {other}"),
        }
    }
}

fn settings(body: &Value, asked: &mut Asked) {
    let options = &body["options"];
    asked.set("max_tokens", first(&[&body["max_tokens"], &body["max_completion_tokens"], &options["num_predict"]]));
    asked.set("temperature", first(&[&body["temperature"], &options["temperature"]]));
    asked.set("top_p", first(&[&body["top_p"], &body["p"], &options["top_p"]]));
    asked.set("top_k", first(&[&body["top_k"], &body["k"], &options["top_k"]]));
    asked.set("seed", first(&[&body["seed"], &body["random_seed"], &options["seed"]]));
    asked.set("frequency_penalty", first(&[&body["frequency_penalty"], &options["frequency_penalty"]]));
    asked.set("presence_penalty", first(&[&body["presence_penalty"], &options["presence_penalty"]]));
    let stop = first(&[&body["stop"], &body["stop_sequences"], &options["stop"]]);
    asked.set("stop", &list(stop).into_iter().cloned().collect());
    let choice = &body["tool_choice"];
    match choice.as_str().map(str::to_lowercase).as_deref() {
        Some("auto") | None if choice["function"].is_null() => {}
        Some("any") => asked.set("tool_choice", &json!("required")),
        Some(word) => asked.set("tool_choice", &json!(word)),
        None => asked.set("tool_choice", &choice["function"]["name"]),
    }
    let format = &body["response_format"];
    match text(&format["type"]).as_str() {
        "json_schema" => asked.set("format", &format["json_schema"]["schema"]),
        "json_object" => asked.set("format", first(&[&format["json_schema"], &format["schema"], &json!("object")])),
        _ => {}
    }
    asked.set("format", if body["format"] == "json" { &Value::Null } else { &body["format"] });
    if body["parallel_tool_calls"] == false {
        asked.set("parallel", &json!(false));
    }
    if body["n"].as_u64().is_some_and(|it| it > 1) {
        asked.set("n", &body["n"]);
    }
    asked.set("effort", first(&[&body["reasoning_effort"], &body["reasoning"]["effort"]]));
}
