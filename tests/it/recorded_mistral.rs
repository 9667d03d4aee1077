//! Mistral's API: openai-chat with the deviations that its built-in row tells. Its recorded requests must come out of the
//! hub as they went in, with that row's quirks. (What clients hear of its answers is in `replay`.)

use llmroute::catalog::providers;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::prompt::{Body, Media, Part, Prompt, Role, Turn};
use llmroute::domain::quirks::Quirks;
use llmroute::wire::codec;
use serde_json::{Value, json};

use crate::recorded_anthropic::{Exchange, recorded};

/// The quirks of the built-in row.
fn quirks() -> Quirks {
    providers().iter().find(|it| it.name == "mistral").unwrap().quirks.clone()
}

#[test]
fn requests_survive_the_hub() {
    let Some(exchanges) = recorded("mistral.chat") else { return };
    let (mut checked, many) = (0, exchanges.len());
    for Exchange { file, request, .. } in exchanges {
        let Some(request) = request else { continue };
        let chat = codec(Dialect::OpenaiChat);
        let prompt = chat.read_request(request.to_string().as_bytes()).unwrap_or_else(|it| panic!("{file}: {it}"));
        let written = chat.write_request(&prompt, request["model"].as_str().unwrap(), &quirks());
        assert_eq!(written.losses, [], "{file}");
        let mut ids = Vec::new();
        let before = plain(&request, &mut ids);
        let mut ids = Vec::new();
        let after = plain(&serde_json::from_slice(&written.body).unwrap(), &mut ids);
        assert_eq!(before, after, "{file}");
        assert!(ids.iter().all(|it| it.len() == 9), "{file}: {ids:?}");
        checked += 1;
    }
    // One of the recordings is an answer only.
    assert_eq!((checked, many), (18, 19), "the index has changed");
}

/// A request without differences that mean nothing: `null` and `[]` for nothing, no content for an empty one, a string for
/// one part of text, `auto`, a function that is not said to be one, and ids by their order.
fn plain(value: &Value, ids: &mut Vec<String>) -> Value {
    match value {
        Value::Object(fields) => {
            let nothing = |it: &Value| it.is_null() || *it == json!([]);
            let idle = |key: &str, it: &Value| {
                (key == "content" && *it == "")
                    || (key == "stream" && *it == false)
                    || (key == "type" && *it == "function")
            };
            let kept = fields.iter().filter(|(key, value)| !nothing(value) && !idle(key, value));
            let kept = kept.map(|(key, value)| match (key.as_str(), value.as_array().map(Vec::as_slice)) {
                ("id" | "tool_call_id", _) => {
                    let id = value.as_str().unwrap().to_owned();
                    let nth = ids.iter().position(|it| *it == id).unwrap_or(ids.len());
                    ids.extend((nth == ids.len()).then_some(id));
                    (key.clone(), json!(nth))
                }
                ("content", Some([only])) if only["type"] == "text" => (key.clone(), only["text"].clone()),
                // Mistral takes both words.
                ("tool_choice", None) if value == "any" => (key.clone(), json!("required")),
                ("stop", None) => (key.clone(), json!([value])),
                ("parameters" | "schema", _) => (key.clone(), value.clone()),
                _ => (key.clone(), plain(value, ids)),
            });
            Value::Object(kept.collect())
        }
        Value::Array(items) => items.iter().map(|it| plain(it, ids)).collect(),
        // A whole number stays one, however it is spelled.
        Value::Number(it) => json!(it.as_f64()),
        other => other.clone(),
    }
}

#[test]
fn what_other_dialects_say_goes_out_in_its_own_form() {
    let turn = |role, parts: Vec<Part>| Turn { role, parts, extra: Vec::new() };
    let pdf = Media::Base64 { media_type: "application/pdf".to_owned(), data: "JVBERi0=".to_owned() };
    let sound = Media::Base64 { media_type: "audio/wav".to_owned(), data: "UklGRg==".to_owned() };
    let prompt = Prompt {
        turns: vec![
            turn(
                Role::User,
                vec![
                    Body::File { source: pdf, name: Some("a.pdf".to_owned()) }.into(),
                    Body::File { source: Media::Url("https://x.test/b.pdf".to_owned()), name: None }.into(),
                    Body::Audio { source: sound }.into(),
                ],
            ),
            turn(
                Role::Assistant,
                vec![
                    Body::Thinking("hm".to_owned()).into(),
                    Part::text("I call"),
                    Body::ToolCall { id: "toolu_1".to_owned(), name: "f".to_owned(), arguments: "{}".to_owned() }
                        .into(),
                ],
            ),
            turn(
                Role::User,
                vec![
                    Body::ToolResult { id: "toolu_1".to_owned(), content: vec![Part::text("r")], is_error: false }
                        .into(),
                ],
            ),
            turn(Role::Assistant, vec![Part::text("It is")]),
        ],
        user: Some("u".to_owned()),
        stream: true,
        ..Prompt::default()
    };
    let sent = |quirks: &Quirks| {
        let written = codec(Dialect::OpenaiChat).write_request(&prompt, "m", quirks);
        let losses: Vec<String> = written.losses.into_iter().map(|it| it.what).collect();
        (serde_json::from_slice::<Value>(&written.body).unwrap(), losses)
    };
    let (body, losses) = sent(&quirks());
    assert_eq!(losses, ["messages[1].thinking", "user"]);
    assert_eq!(body["messages"][1]["content"], "I call", "somebody else's reasoning");
    let (body, losses) = sent(&Quirks { replays_reasoning: true, ..quirks() });
    assert_eq!(losses, ["user"]);
    let id = body["messages"][1]["tool_calls"][0]["id"].clone();
    assert!(id.as_str().is_some_and(|it| it.len() == 9 && it.bytes().all(|it| it.is_ascii_alphanumeric())), "{id}");
    let expected = json!({"model": "m", "stream": true, "messages": [
        {"role": "user", "content": [
            {"type": "document_url", "document_url": "data:application/pdf;base64,JVBERi0=", "document_name": "a.pdf"},
            {"type": "document_url", "document_url": "https://x.test/b.pdf"},
            {"type": "input_audio", "input_audio": "UklGRg=="}]},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "I call"}],
         "tool_calls": [{"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": id, "content": "r"},
        {"role": "assistant", "content": "It is", "prefix": true}]});
    assert_eq!(body, expected);
}
