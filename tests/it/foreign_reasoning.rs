//! Reasoning that nobody signed goes to no provider whose dialect has no proof of who wrote it: another model's thoughts only
//! lead it astray, and a turn of nothing else is left out.

use llmroute::domain::dialect::Dialect;
use llmroute::domain::quirks::Quirks;
use llmroute::wire::codec;
use serde_json::{Value, json};

const TARGETS: [Dialect; 3] = [Dialect::OpenaiChat, Dialect::Cohere, Dialect::Ollama];

/// The request as a provider gets it, and what is named as lost.
fn sent(target: Dialect, contents: &Value, quirks: &Quirks) -> (Value, Vec<String>) {
    let ask = json!({"contents": contents});
    let prompt = codec(Dialect::Gemini).read_request(ask.to_string().as_bytes()).unwrap();
    let written = codec(target).write_request(&prompt, "m", quirks);
    let losses = written.losses.into_iter().map(|it| it.what).collect();
    (serde_json::from_slice(&written.body).unwrap(), losses)
}

fn roles(body: &Value) -> Vec<&str> {
    body["messages"].as_array().unwrap().iter().map(|it| it["role"].as_str().unwrap()).collect()
}

#[test]
fn it_is_left_out_and_named() {
    let contents = json!([
        {"role": "user", "parts": [{"text": "q"}]},
        {"role": "model", "parts": [{"text": "hm", "thought": true}, {"text": "a"}]},
        {"role": "user", "parts": [{"text": "r"}]}
    ]);
    for target in TARGETS {
        let (body, losses) = sent(target, &contents, &Quirks::default());
        assert_eq!(roles(&body), ["user", "assistant", "user"], "{target}");
        assert!(!body.to_string().contains("hm"), "{target}: {body}");
        assert!(losses.iter().any(|it| it.starts_with("messages[1].")), "{target}: {losses:?}");
        // Who wants it back gets it.
        let quirks = Quirks { replays_reasoning: true, ..Quirks::default() };
        let (body, losses) = sent(target, &contents, &quirks);
        assert!(body["messages"][1].to_string().contains("hm"), "{target}: {body}");
        assert!(!losses.iter().any(|it| it.starts_with("messages[1].")), "{target}: {losses:?}");
    }
}

#[test]
fn a_turn_of_nothing_else_becomes_no_empty_message() {
    let contents = json!([
        {"role": "user", "parts": [{"text": "q"}]},
        {"role": "model", "parts": [{"text": "hm", "thought": true}]},
        {"role": "user", "parts": [{"text": "r"}]}
    ]);
    for target in TARGETS {
        let (body, losses) = sent(target, &contents, &Quirks::default());
        assert_eq!(roles(&body), ["user", "user"], "{target}: {body}");
        assert!(losses.iter().any(|it| it.starts_with("messages[1]")), "{target}: {losses:?}");
    }
}
