//! The shape of a simulated answer in Gemini's dialect, whole and streamed.

use serde_json::{Value, json};

use crate::sim::answer::{Call, Finish, Said, json_tokens, prose_tokens, words_to_tokens};
use crate::sim::asked::Asked;
use crate::sim::delivery::Named;
use crate::sim::frame::{Frame, words};

/// What the real provider puts on the first call of an answer.
const SIGNATURE: &str = "c2ltdWxhdGVkIHNpZ25hdHVyZSBvZiBhIGNhbGw=";

/// A whole answer.
pub(crate) fn whole(said: &Said, asked: &Asked, named: &Named, states_usage: bool) -> Value {
    let answer = &said.answer;
    let mut parts = Vec::new();
    parts.extend(answer.thinking.as_ref().map(|it| json!({"text": it.text, "thought": true})));
    if !answer.text.is_empty() {
        parts.push(json!({"text": answer.text}));
    }
    parts.extend(answer.calls.iter().enumerate().map(call));
    let mut candidate = json!({"finishReason": reason(&said.finish), "index": 0});
    candidate["content"] = if parts.is_empty() { json!({}) } else { json!({"parts": parts, "role": "model"}) };
    let mut whole = json!({"candidates": [candidate], "modelVersion": asked.model, "responseId": named.id("gem")});
    if states_usage {
        whole["usageMetadata"] = usage(said, said.billed.output);
    }
    whole
}

/// A streamed answer, event by event. The last one is known by its finish reason; nothing comes after it.
pub(crate) fn stream(said: &Said, asked: &Asked, named: &Named, states_usage: bool) -> Vec<Frame> {
    let event = |part: Value, reason: Option<&str>, tokens: u64| {
        let mut candidate = json!({"content": {"parts": [part], "role": "model"}, "index": 0});
        if let Some(reason) = reason {
            candidate["finishReason"] = reason.into();
        }
        let mut event = json!({"candidates": [candidate], "modelVersion": asked.model, "responseId": named.id("gem")});
        if states_usage {
            event["usageMetadata"] = usage(said, tokens);
        }
        format!("data: {event}\r\n\r\n")
    };
    let mut frames = Vec::new();
    let mut tokens = 0;
    let answer = &said.answer;
    let thinking = answer.thinking.iter().map(|it| (it.text.as_str(), true));
    for (text, thought) in thinking.chain([(answer.text.as_str(), false)]) {
        for (nth, piece) in words(text).enumerate() {
            let part = if thought { json!({"text": piece, "thought": true}) } else { json!({"text": piece}) };
            let so_far = tokens + words_to_tokens(nth + 1);
            frames.push(Frame::content(event(part, None, so_far), so_far));
        }
        tokens += prose_tokens(text);
    }
    for it in answer.calls.iter().enumerate() {
        tokens += json_tokens(&it.1.arguments) + json_tokens(&it.1.name);
        frames.push(Frame::content(event(call(it), None, tokens), tokens));
    }
    let last = event(json!({"text": ""}), Some(reason(&said.finish)), said.billed.output);
    frames.push(Frame::terminal(last, tokens));
    frames
}

/// A call. The provider gives it an id only where somebody insists.
fn call((nth, it): (usize, &Call)) -> Value {
    // Arguments that are no JSON have nowhere to go.
    let args: Value = serde_json::from_str(&it.arguments).unwrap_or_else(|_| json!({}));
    let mut part = json!({"functionCall": {"name": it.name, "args": args}});
    if let Some(id) = &it.id {
        part["functionCall"]["id"] = id.as_str().into();
    }
    if nth == 0 {
        part["thoughtSignature"] = SIGNATURE.into();
    }
    part
}

/// The error object as an event.
pub(crate) fn error_event(error: &Value) -> String {
    format!("data: {error}\r\n\r\n")
}

/// The list of models.
pub(crate) fn models(models: &[String]) -> Value {
    let model = |it: &String| {
        json!({"name": format!("models/{it}"), "displayName": it,
            "supportedGenerationMethods": ["generateContent", "countTokens"]})
    };
    json!({"models": models.iter().map(model).collect::<Vec<_>>()})
}

const fn reason(finish: &Finish) -> &'static str {
    match finish {
        Finish::Stop | Finish::StopSequence(_) | Finish::Calls => "STOP",
        Finish::Length => "MAX_TOKENS",
        Finish::Refusal => "SAFETY",
    }
}

/// Here thinking is counted beside the answer, and every event counts what there is so far. A count of zero is left out.
fn usage(said: &Said, output: u64) -> Value {
    let it = said.billed;
    let thoughts = said.reasoning.min(output);
    let mut usage = json!({
        "promptTokenCount": it.input,
        "totalTokenCount": it.input + output,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": it.input}],
    });
    for (name, count) in [
        ("candidatesTokenCount", output - thoughts),
        ("thoughtsTokenCount", thoughts),
        ("cachedContentTokenCount", it.cache_read),
    ] {
        if count > 0 {
            usage[name] = count.into();
        }
    }
    usage
}
