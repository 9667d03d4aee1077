//! The shape of a simulated answer in Anthropic messages, whole and streamed.

use serde_json::{Value, json};

use crate::sim::answer::{Call, Finish, Said, Thinking, json_tokens, prose_tokens, words_to_tokens};
use crate::sim::asked::Asked;
use crate::sim::delivery::Named;
use crate::sim::frame::{Frame, pieces, words};

/// One block of an answer.
enum Block<'a> {
    Thinking(&'a Thinking),
    Text(&'a str),
    ToolUse(String, &'a Call),
}

/// The blocks of an answer, in order.
fn blocks<'a>(said: &'a Said, named: &Named) -> Vec<Block<'a>> {
    let answer = &said.answer;
    let texts = std::iter::once(&answer.text).chain(&answer.refusal).filter(|it| !it.is_empty());
    let calls = answer.calls.iter().enumerate().map(|(at, it)| Block::ToolUse(it.id("toolu_", named.seq, at), it));
    answer.thinking.iter().map(Block::Thinking).chain(texts.map(|it| Block::Text(it))).chain(calls).collect()
}

impl Block<'_> {
    fn json(&self) -> Value {
        match self {
            Self::Thinking(it) => json!({"type": "thinking", "thinking": it.text, "signature": it.signature}),
            Self::Text(text) => json!({"type": "text", "text": text}),
            Self::ToolUse(id, call) => {
                // Arguments that are no JSON exist in streams only: a whole answer has nowhere to put them.
                let input: Value = serde_json::from_str(&call.arguments).unwrap_or_else(|_| json!({}));
                json!({"type": "tool_use", "id": id, "name": call.name, "input": input})
            }
        }
    }
}

/// A whole answer.
pub(crate) fn whole(said: &Said, asked: &Asked, named: &Named, states_usage: bool) -> Value {
    let mut whole = json!({
        "id": named.id("msg_"),
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": blocks(said, named).iter().map(Block::json).collect::<Vec<_>>(),
        "stop_reason": stop_reason(&said.finish),
        "stop_sequence": stop_sequence(&said.finish),
    });
    if states_usage {
        whole["usage"] = usage(said, said.billed.output);
    }
    whole
}

/// A streamed answer, event by event.
pub(crate) fn stream(said: &Said, asked: &Asked, named: &Named, states_usage: bool) -> Vec<Frame> {
    let mut message = json!({
        "id": named.id("msg_"), "type": "message", "role": "assistant", "model": asked.model,
        "content": [], "stop_reason": null, "stop_sequence": null,
    });
    if states_usage {
        message["usage"] = usage(said, said.billed.output.min(1));
    }
    let mut frames = vec![Frame::opening(event(&json!({"type": "message_start", "message": message})))];
    let mut tokens = 0;
    for (index, block) in blocks(said, named).iter().enumerate() {
        push_block(block, index, &mut tokens, &mut frames);
        if index == 0 {
            // Where the provider puts its first ping: right after the first block has opened.
            frames.insert(2, Frame::opening(event(&json!({"type": "ping"}))));
        }
    }
    let mut end = json!({
        "type": "message_delta",
        "delta": {"stop_reason": stop_reason(&said.finish), "stop_sequence": stop_sequence(&said.finish)},
    });
    if states_usage {
        end["usage"] = usage(said, said.billed.output);
    }
    frames.push(Frame::closing(event(&end), tokens));
    frames.push(Frame::terminal(event(&json!({"type": "message_stop"})), tokens));
    frames
}

/// The events of one block.
fn push_block(block: &Block<'_>, index: usize, tokens: &mut u64, frames: &mut Vec<Frame>) {
    let delta = |delta: Value| event(&json!({"type": "content_block_delta", "index": index, "delta": delta}));
    let start =
        |content: Value| event(&json!({"type": "content_block_start", "index": index, "content_block": content}));
    let mut speak = |kind: &str, field: &str, text: &str, frames: &mut Vec<Frame>| {
        for (nth, piece) in words(text).enumerate() {
            frames.push(Frame::content(delta(json!({"type": kind, field: piece})), *tokens + words_to_tokens(nth + 1)));
        }
        *tokens += prose_tokens(text);
    };
    match block {
        Block::Thinking(it) => {
            frames.push(Frame::opening(start(json!({"type": "thinking", "thinking": "", "signature": ""}))));
            speak("thinking_delta", "thinking", &it.text, frames);
            frames.push(Frame::content(delta(json!({"type": "signature_delta", "signature": it.signature})), *tokens));
        }
        Block::Text(text) => {
            frames.push(Frame::opening(start(json!({"type": "text", "text": ""}))));
            speak("text_delta", "text", text, frames);
        }
        Block::ToolUse(id, call) => {
            frames.push(Frame::opening(start(json!({"type": "tool_use", "id": id, "name": call.name, "input": {}}))));
            frames.push(Frame::opening(delta(json!({"type": "input_json_delta", "partial_json": ""}))));
            *tokens += json_tokens(&call.name);
            let mut bytes = 0;
            for piece in pieces(&call.arguments, 12) {
                bytes += piece.len() as u64;
                let more = delta(json!({"type": "input_json_delta", "partial_json": piece}));
                frames.push(Frame::content(more, *tokens + bytes.div_ceil(4)));
            }
            *tokens += json_tokens(&call.arguments);
        }
    }
    frames.push(Frame::opening(event(&json!({"type": "content_block_stop", "index": index}))));
}

/// The error object as an event.
pub(crate) fn error_event(error: &Value) -> String {
    format!("event: error\ndata: {error}\n\n")
}

/// The list of models.
pub(crate) fn models(models: &[String]) -> Value {
    let data: Vec<Value> = models
        .iter()
        .map(|it| json!({"type": "model", "id": it, "display_name": it, "created_at": "2025-01-01T00:00:00Z"}))
        .collect();
    json!({"data": data, "has_more": false, "first_id": models.first(), "last_id": models.last()})
}

fn event(data: &Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap_or_default())
}

const fn stop_reason(finish: &Finish) -> &'static str {
    match finish {
        Finish::Stop => "end_turn",
        Finish::StopSequence(_) => "stop_sequence",
        Finish::Length => "max_tokens",
        Finish::Calls => "tool_use",
        Finish::Refusal => "refusal",
    }
}

fn stop_sequence(finish: &Finish) -> Option<&str> {
    match finish {
        Finish::StopSequence(it) => Some(it),
        _ => None,
    }
}

/// Here `input_tokens` are the uncached ones only, unlike in the other dialect.
fn usage(said: &Said, output: u64) -> Value {
    let it = said.billed;
    json!({
        "input_tokens": it.input.saturating_sub(it.cache_read + it.cache_write),
        "cache_creation_input_tokens": it.cache_write,
        "cache_read_input_tokens": it.cache_read,
        "cache_creation": {"ephemeral_5m_input_tokens": it.cache_write, "ephemeral_1h_input_tokens": 0},
        "output_tokens": output,
        "service_tier": "standard",
    })
}
