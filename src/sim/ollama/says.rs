//! The shape of a simulated answer in Ollama's chat, whole and streamed.

use serde_json::{Value, json};

use crate::sim::answer::{Call, Finish, Said, json_tokens, prose_tokens, words_to_tokens};
use crate::sim::asked::Asked;
use crate::sim::delivery::Named;
use crate::sim::frame::{Frame, words};

/// When the simulator answers. The sub-seconds tell answers apart.
fn time(named: &Named) -> String {
    format!("2026-08-04T19:58:38.{:06}Z", named.seq % 1_000_000)
}

/// A whole answer.
pub(crate) fn whole(said: &Said, asked: &Asked, named: &Named, states_usage: bool) -> Value {
    let answer = &said.answer;
    let mut message = json!({"role": "assistant", "content": answer.refusal.as_deref().unwrap_or(&answer.text)});
    if let Some(thinking) = &answer.thinking {
        message["thinking"] = thinking.text.as_str().into();
    }
    if !answer.calls.is_empty() {
        message["tool_calls"] = answer.calls.iter().enumerate().map(call).collect();
    }
    last(said, asked, named, &message, states_usage)
}

/// A streamed answer, line by line.
pub(crate) fn stream(said: &Said, asked: &Asked, named: &Named, states_usage: bool) -> Vec<Frame> {
    let line = |key: &str, value: Value| {
        let mut message = json!({"role": "assistant", "content": ""});
        message[key] = value;
        let line = json!({"model": asked.model, "created_at": time(named), "message": message, "done": false});
        format!("{line}\n")
    };
    let answer = &said.answer;
    let mut frames = Vec::new();
    let mut tokens = 0;
    let thinking = answer.thinking.iter().map(|it| ("thinking", it.text.as_str()));
    let text = answer.refusal.as_deref().unwrap_or(&answer.text);
    for (key, text) in thinking.chain([("content", text)]) {
        for (nth, piece) in words(text).enumerate() {
            frames.push(Frame::content(line(key, piece.into()), tokens + words_to_tokens(nth + 1)));
        }
        tokens += prose_tokens(text);
    }
    for it in answer.calls.iter().enumerate() {
        tokens += json_tokens(&it.1.arguments) + json_tokens(&it.1.name);
        frames.push(Frame::content(line("tool_calls", json!([call(it)])), tokens));
    }
    let end = last(said, asked, named, &json!({"role": "assistant", "content": ""}), states_usage);
    frames.push(Frame::terminal(format!("{end}\n"), tokens));
    frames
}

/// The line that ends an answer, or is all of it.
fn last(said: &Said, asked: &Asked, named: &Named, message: &Value, states_usage: bool) -> Value {
    let reason = if said.finish == Finish::Length { "length" } else { "stop" };
    let mut line = json!({
        "model": asked.model, "created_at": time(named), "message": message, "done": true, "done_reason": reason,
        "total_duration": 4_000_000, "load_duration": 1_000_000,
    });
    if states_usage {
        line["prompt_eval_count"] = said.billed.input.into();
        line["prompt_eval_duration"] = 1_000_000.into();
        line["eval_count"] = said.billed.output.into();
        line["eval_duration"] = 2_000_000.into();
    }
    line
}

/// A call, as a version of before ids tells it unless somebody insists.
fn call((nth, it): (usize, &Call)) -> Value {
    // Arguments that are no JSON have nowhere to go.
    let arguments: Value = serde_json::from_str(&it.arguments).unwrap_or_else(|_| json!({}));
    let mut call = json!({"function": {"index": nth, "name": it.name, "arguments": arguments}});
    if let Some(id) = &it.id {
        call["id"] = id.as_str().into();
    }
    call
}

/// The list of models.
pub(crate) fn models(models: &[String]) -> Value {
    let models: Vec<Value> = models.iter().map(|it| json!({"name": it, "model": it})).collect();
    json!({"models": models})
}
