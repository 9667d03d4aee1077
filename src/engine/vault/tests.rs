use serde_json::{Value, json};

use crate::domain::dialect::Dialect;
use crate::domain::quirks::Quirks;
use crate::domain::reply::Reply;
use crate::engine::vault::original::Original;
use crate::engine::vault::place::{canonical, same_words};
use crate::engine::vault::{Maker, family, restore};
use crate::wire::codec;
use crate::wire::sse::{Split as _, Splitter};

#[test]
fn builds_of_a_model_are_one_family() {
    for (model, name) in [
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
        ("gpt-5.4-mini-2026-01-31", "gpt-5.4-mini"),
        ("mistral-small-latest", "mistral-small"),
        ("gemini-3.1-pro-preview", "gemini-3.1-pro-preview"),
        ("claude-opus-4-8", "claude-opus-4-8"),
        ("deepseek-flash", "deepseek-flash"),
        ("20250929", "20250929"),
        ("m\u{e9}-1", "m\u{e9}-1"),
    ] {
        assert_eq!(family(model), name);
    }
}

#[test]
fn arguments_are_the_same_however_they_are_spelled() {
    for (left, right) in [
        (r#"{ "b": 1.0, "a": ["\u00fc"] }"#, r#"{"a":["ü"],"b":1}"#),
        ("", "{}"),
        ("null", " {} "),
        (r#"{"n":12345678901234567890}"#, r#"{"n":12345678901234567000}"#),
    ] {
        assert_eq!(canonical(left), canonical(right), "{left}");
    }
    for (left, right) in [(r#"{"a":1}"#, r#"{"a":"1"}"#), (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#), ("{broken", "{}")] {
        assert_ne!(canonical(left), canonical(right), "{left}");
    }
    assert!(same_words(" I  look.\n", "I look.") && !same_words("I look", "I, look"));
}

/// OpenRouter's list of what the provider behind it wants back comes beside the message, and goes back beside the calls.
#[test]
fn reasoning_details_come_back_with_the_call_they_led_to() {
    let list = json!([{"type": "reasoning.text", "text": "Hm. So.", "signature": "S", "format": "anthropic-claude-v1",
        "index": 0}]);
    let call =
        json!([{"index": 0, "id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}]);
    let whole = json!({"id": "gen-1", "model": "m", "choices": [{"index": 0, "finish_reason": "tool_calls", "message":
        {"role": "assistant", "content": "I look.", "reasoning_details": list, "tool_calls": call}}]});
    let piece = |text: &str| json!({"reasoning_details": [{"type": "reasoning.text", "text": text, "index": 0}]});
    let signed = json!({"reasoning_details": [
        {"type": "reasoning.text", "signature": "S", "format": "anthropic-claude-v1", "index": 0}]});
    let deltas = [piece("Hm. "), piece("So."), signed, json!({"content": "I look."}), json!({"tool_calls": call})];
    let mut chunks =
        deltas.map(|it| json!({"id": "gen-1", "model": "m", "choices": [{"index": 0, "delta": it}]})).to_vec();
    chunks.push(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}));
    let frames: Vec<String> = chunks.iter().map(|it| format!("data: {it}\n\n")).collect();
    let stream = frames.concat() + "data: [DONE]\n\n";
    let chat = codec(Dialect::OpenaiChat);
    let mut splitter = Splitter::new();
    let (mut frames, mut events) = (Vec::new(), Vec::new());
    splitter.push(stream.into_bytes().into(), &mut frames);
    let mut reader = chat.stream_reader();
    for it in &frames {
        reader.read(it, &mut events).unwrap();
    }
    for reply in [chat.read_reply(whole.to_string().as_bytes()).unwrap(), Reply::of(events)] {
        let maker = Maker { dialect: Dialect::OpenaiChat, replays: false, name: "m".to_owned() };
        // What its client is told of it, and brings back.
        let written = codec(Dialect::Anthropic).write_reply(&reply);
        assert!(written.losses.iter().any(|it| it.what.ends_with("reasoning_details")), "{:?}", written.losses);
        let told: Value = serde_json::from_slice(&written.body).unwrap();
        let ask = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "q"},
            {"role": "assistant", "content": told["content"]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": "r"}]}]});
        let mut prompt = codec(Dialect::Anthropic).read_request(ask.to_string().as_bytes()).unwrap();
        let original = Original::of(reply.blocks, &maker).expect("what its maker wants back");
        restore::put_back(&mut prompt, 1, original, &maker);
        let written = chat.write_request(&prompt, "m", &Quirks::default());
        let sent: Value = serde_json::from_slice(&written.body).unwrap();
        assert_eq!(sent["messages"][1]["reasoning_details"], list);
        assert_eq!(sent["messages"][1]["tool_calls"][0]["id"], "call_1");
    }
}
