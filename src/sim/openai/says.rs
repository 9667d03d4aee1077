//! The shape of a simulated answer in OpenAI chat completions, whole and streamed.

use serde_json::{Value, json};

use crate::sim::answer::{Finish, Said, json_tokens, prose_tokens, words_to_tokens};
use crate::sim::asked::Asked;
use crate::sim::delivery::Named;
use crate::sim::frame::{Frame, pieces, words};

/// A whole answer.
pub(crate) fn whole(said: &Said, asked: &Asked, named: &Named, states_usage: bool) -> Value {
    let answer = &said.answer;
    let mut message = json!({
        "role": "assistant",
        "content": if answer.text.is_empty() && (!answer.calls.is_empty() || answer.refusal.is_some()) { Value::Null } else { json!(answer.text) },
        "refusal": answer.refusal,
        "annotations": [],
    });
    if let Some(thinking) = &answer.thinking {
        message["reasoning_content"] = json!(thinking.text);
    }
    if !answer.calls.is_empty() {
        let calls = answer.calls.iter().enumerate().map(|(at, it)| {
            json!({"id": it.id("call_", named.seq, at), "type": "function", "function": {"name": it.name, "arguments": it.arguments}})
        });
        message["tool_calls"] = calls.collect();
    }
    let mut whole = json!({
        "id": named.id("chatcmpl-"),
        "object": "chat.completion",
        "created": named.created,
        "model": asked.model,
        "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": finish_reason(&said.finish)}],
        "service_tier": "default",
        "system_fingerprint": "fp_sim",
    });
    if states_usage {
        whole["usage"] = usage(said);
    }
    whole
}

/// A streamed answer, event by event.
pub(crate) fn stream(said: &Said, asked: &Asked, named: &Named, states_usage: bool) -> Vec<Frame> {
    let counts = asked.include_usage && states_usage;
    let chunk = |choices: Value, usage: Value| {
        let mut it = json!({
            "id": named.id("chatcmpl-"),
            "object": "chat.completion.chunk",
            "created": named.created,
            "model": asked.model,
            "service_tier": "default",
            "system_fingerprint": "fp_sim",
            "choices": choices,
        });
        if counts {
            it["usage"] = usage;
        }
        format!("data: {it}\n\n")
    };
    let delta = |delta: Value, finish: Value| {
        chunk(json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]), Value::Null)
    };
    let answer = &said.answer;
    let mut frames =
        vec![Frame::opening(delta(json!({"role": "assistant", "content": "", "refusal": null}), Value::Null))];
    let mut tokens = 0;
    let mut speak = |field: &str, text: &str, frames: &mut Vec<Frame>| {
        for (nth, piece) in words(text).enumerate() {
            let said = tokens + words_to_tokens(nth + 1);
            frames.push(Frame::content(delta(json!({field: piece}), Value::Null), said));
        }
        tokens += prose_tokens(text);
    };
    if let Some(thinking) = &answer.thinking {
        speak("reasoning_content", &thinking.text, &mut frames);
    }
    speak("content", &answer.text, &mut frames);
    if let Some(refusal) = &answer.refusal {
        speak("refusal", refusal, &mut frames);
    }
    for (at, call) in answer.calls.iter().enumerate() {
        let head = json!({"tool_calls": [{"index": at, "id": call.id("call_", named.seq, at), "type": "function", "function": {"name": call.name, "arguments": ""}}]});
        tokens += json_tokens(&call.name);
        frames.push(Frame::content(delta(head, Value::Null), tokens));
        let mut bytes = 0;
        for piece in pieces(&call.arguments, 12) {
            bytes += piece.len() as u64;
            let more = json!({"tool_calls": [{"index": at, "function": {"arguments": piece}}]});
            frames.push(Frame::content(delta(more, Value::Null), tokens + bytes.div_ceil(4)));
        }
        tokens += json_tokens(&call.arguments);
    }
    frames.push(Frame::closing(delta(json!({}), json!(finish_reason(&said.finish))), tokens));
    if counts {
        frames.push(Frame::closing(chunk(json!([]), usage(said)), tokens));
    }
    frames.push(Frame::terminal("data: [DONE]\n\n", tokens));
    frames
}

/// The error object as an event.
pub(crate) fn error_event(error: &Value) -> String {
    format!("data: {error}\n\n")
}

/// The list of models.
pub(crate) fn models(models: &[String], owner: &str) -> Value {
    let data: Vec<Value> = models
        .iter()
        .map(|it| json!({"id": it, "object": "model", "created": 1_700_000_000, "owned_by": owner}))
        .collect();
    json!({"object": "list", "data": data})
}

const fn finish_reason(finish: &Finish) -> &'static str {
    match finish {
        Finish::Stop | Finish::StopSequence(_) | Finish::Refusal => "stop",
        Finish::Length => "length",
        Finish::Calls => "tool_calls",
    }
}

fn usage(said: &Said) -> Value {
    let it = said.billed;
    json!({
        "prompt_tokens": it.input,
        "completion_tokens": it.output,
        "total_tokens": it.input + it.output,
        "prompt_tokens_details": {"cached_tokens": it.cache_read, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": said.reasoning, "audio_tokens": 0,
            "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
        },
    })
}
