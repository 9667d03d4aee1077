//! The shape of a simulated answer in Cohere's chat, whole and streamed.

use serde_json::{Value, json};

use crate::sim::answer::{Finish, Said, json_tokens, prose_tokens, words_to_tokens};
use crate::sim::asked::Asked;
use crate::sim::delivery::Named;
use crate::sim::frame::{Frame, pieces, words};

/// What Cohere's own template adds to a prompt: counted, and not billed.
const TEMPLATE: u64 = 496;

/// A whole answer. It does not say which model made it.
pub(crate) fn whole(said: &Said, _asked: &Asked, named: &Named, states_usage: bool) -> Value {
    let answer = &said.answer;
    let mut content = Vec::new();
    content.extend(answer.thinking.as_ref().map(|it| json!({"type": "thinking", "thinking": it.text})));
    let text = answer.refusal.as_deref().unwrap_or(&answer.text);
    if !text.is_empty() {
        content.push(json!({"type": "text", "text": text}));
    }
    let mut message = json!({"role": "assistant"});
    if !content.is_empty() {
        message["content"] = content.into();
    }
    let call = |(at, it): (usize, &crate::sim::answer::Call)| {
        json!({"id": it.id("", named.seq, at), "type": "function",
            "function": {"name": it.name, "arguments": it.arguments}})
    };
    if !answer.calls.is_empty() {
        message["tool_plan"] = PLAN.into();
        message["tool_calls"] = answer.calls.iter().enumerate().map(call).collect();
    }
    let mut whole = json!({"id": named.id("co-"), "message": message, "finish_reason": reason(&said.finish)});
    if states_usage {
        whole["usage"] = usage(said);
    }
    whole
}

/// What the model says it will do before it calls tools.
const PLAN: &str = "I will use the tools.";

/// A streamed answer, event by event.
pub(crate) fn stream(said: &Said, _asked: &Asked, named: &Named, states_usage: bool) -> Vec<Frame> {
    let event = |kind: &str, index: Option<usize>, message: Value| {
        let mut event = json!({"type": kind});
        if let Some(index) = index {
            event["index"] = index.into();
        }
        if !message.is_null() {
            event["delta"] = json!({"message": message});
        }
        if kind == "message-start" {
            event["id"] = named.id("co-").into();
        }
        format!("event: {kind}\ndata: {event}\n\n")
    };
    let answer = &said.answer;
    let opening = json!({"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []});
    let mut frames = vec![Frame::opening(event("message-start", None, opening))];
    let mut tokens = 0;
    let text = answer.refusal.as_deref().unwrap_or(&answer.text);
    let thinking = answer.thinking.iter().map(|it| ("thinking", it.text.as_str()));
    let said_texts = thinking.chain([("text", text)]).filter(|(_, text)| !text.is_empty());
    for (index, (kind, text)) in said_texts.enumerate() {
        let start = json!({"content": {"type": kind, kind: ""}});
        frames.push(Frame::closing(event("content-start", Some(index), start), tokens));
        for (nth, piece) in words(text).enumerate() {
            let more = json!({"content": {kind: piece}});
            let so_far = tokens + words_to_tokens(nth + 1);
            frames.push(Frame::content(event("content-delta", Some(index), more), so_far));
        }
        tokens += prose_tokens(text);
        frames.push(Frame::closing(event("content-end", Some(index), Value::Null), tokens));
    }
    if !answer.calls.is_empty() {
        for piece in words(PLAN) {
            frames.push(Frame::content(event("tool-plan-delta", None, json!({"tool_plan": piece})), tokens));
        }
    }
    for (at, call) in answer.calls.iter().enumerate() {
        let function = json!({"name": call.name, "arguments": ""});
        let head = json!({"tool_calls":
            {"id": call.id("", named.seq, at), "type": "function", "function": function}});
        tokens += json_tokens(&call.name);
        frames.push(Frame::content(event("tool-call-start", Some(at), head), tokens));
        let mut bytes = 0;
        for piece in pieces(&call.arguments, 12) {
            bytes += piece.len() as u64;
            let more = json!({"tool_calls": {"function": {"arguments": piece}}});
            frames.push(Frame::content(event("tool-call-delta", Some(at), more), tokens + bytes.div_ceil(4)));
        }
        tokens += json_tokens(&call.arguments);
        frames.push(Frame::closing(event("tool-call-end", Some(at), Value::Null), tokens));
    }
    let mut delta = json!({"finish_reason": reason(&said.finish)});
    if states_usage {
        delta["usage"] = usage(said);
    }
    let last = json!({"type": "message-end", "delta": delta});
    frames.push(Frame::terminal(format!("event: message-end\ndata: {last}\n\n"), tokens));
    frames
}

const fn reason(finish: &Finish) -> &'static str {
    match finish {
        Finish::Stop | Finish::Refusal => "COMPLETE",
        Finish::StopSequence(_) => "STOP_SEQUENCE",
        Finish::Length => "MAX_TOKENS",
        Finish::Calls => "TOOL_CALL",
    }
}

fn usage(said: &Said) -> Value {
    let it = said.billed;
    json!({
        "billed_units": {"input_tokens": it.input, "output_tokens": it.output},
        "tokens": {"input_tokens": it.input + TEMPLATE, "output_tokens": it.output + 2, "reasoning_tokens": said.reasoning},
        "cached_tokens": 0,
    })
}
