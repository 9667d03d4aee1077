//! The shape of a simulated answer in Converse, whole and streamed.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::sim::answer::{Call, Finish, Said, Thinking, json_tokens, prose_tokens, words_to_tokens};
use crate::sim::bedrock::framing::message;
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
    let calls = answer.calls.iter().enumerate().map(|(at, it)| Block::ToolUse(it.id("tooluse_", named.seq, at), it));
    answer.thinking.iter().map(Block::Thinking).chain(texts.map(|it| Block::Text(it))).chain(calls).collect()
}

impl Block<'_> {
    fn json(&self) -> Value {
        match self {
            Self::Thinking(it) => {
                json!({"reasoningContent": {"reasoningText": {"text": it.text, "signature": it.signature}}})
            }
            Self::Text(text) => json!({"text": text}),
            Self::ToolUse(id, call) => {
                // Arguments that are no JSON exist in streams only: a whole answer has nowhere to put them.
                let input: Value = serde_json::from_str(&call.arguments).unwrap_or_else(|_| json!({}));
                json!({"toolUse": {"toolUseId": id, "name": call.name, "input": input}})
            }
        }
    }
}

/// A whole answer. It says neither its id nor its model.
pub(crate) fn whole(said: &Said, named: &Named, states_usage: bool) -> Value {
    let content: Vec<Value> = blocks(said, named).iter().map(Block::json).collect();
    let mut whole = json!({
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": stop_reason(&said.finish),
        "metrics": {"latencyMs": 1},
    });
    if states_usage {
        whole["usage"] = usage(said);
    }
    whole
}

/// A streamed answer, message by message. Without usage there is no last message: it exists for that.
pub(crate) fn stream(said: &Said, named: &Named, states_usage: bool) -> Vec<Frame> {
    let mut frames = vec![Frame::opening(event("messageStart", json!({"role": "assistant"})))];
    let mut tokens = 0;
    for (index, block) in blocks(said, named).iter().enumerate() {
        push_block(block, index, &mut tokens, &mut frames);
    }
    let stop = event("messageStop", json!({"stopReason": stop_reason(&said.finish)}));
    if !states_usage {
        frames.push(Frame::terminal(stop, tokens));
        return frames;
    }
    frames.push(Frame::closing(stop, tokens));
    let last = json!({"usage": usage(said), "metrics": {"latencyMs": 1}});
    frames.push(Frame::terminal(event("metadata", last), tokens));
    frames
}

/// The messages of one block. Only a call announces itself.
fn push_block(block: &Block<'_>, index: usize, tokens: &mut u64, frames: &mut Vec<Frame>) {
    let delta = |delta: Value| event("contentBlockDelta", json!({"contentBlockIndex": index, "delta": delta}));
    let mut speak = |of: &dyn Fn(&str) -> Value, text: &str, frames: &mut Vec<Frame>| {
        for (nth, piece) in words(text).enumerate() {
            frames.push(Frame::content(delta(of(piece)), *tokens + words_to_tokens(nth + 1)));
        }
        *tokens += prose_tokens(text);
    };
    match block {
        Block::Thinking(it) => {
            speak(&|it| json!({"reasoningContent": {"text": it}}), &it.text, frames);
            let proof = json!({"reasoningContent": {"signature": it.signature}});
            frames.push(Frame::content(delta(proof), *tokens));
        }
        Block::Text(text) => speak(&|it| json!({"text": it}), text, frames),
        Block::ToolUse(id, call) => {
            let start = json!({"toolUse": {"toolUseId": id, "name": call.name}});
            let start = json!({"contentBlockIndex": index, "start": start});
            frames.push(Frame::opening(event("contentBlockStart", start)));
            *tokens += json_tokens(&call.name);
            let mut bytes = 0;
            for piece in pieces(&call.arguments, 12) {
                bytes += piece.len() as u64;
                frames.push(Frame::content(delta(json!({"toolUse": {"input": piece}})), *tokens + bytes.div_ceil(4)));
            }
            *tokens += json_tokens(&call.arguments);
        }
    }
    frames.push(Frame::opening(event("contentBlockStop", json!({"contentBlockIndex": index}))));
}

/// The error object as a message.
pub(crate) fn error_event(error: &Value) -> Bytes {
    let class = error["__type"].as_str().unwrap_or("InternalServerException");
    let (first, rest) = class.split_at_checked(1).unwrap_or(("", class));
    let class = first.to_ascii_lowercase() + rest;
    let headers =
        [(":exception-type", class.as_str()), (":content-type", "application/json"), (":message-type", "exception")];
    message(&headers, &json!({"message": error["message"], "p": "abcdefgh"}).to_string())
}

/// An event. The real provider pads each with letters, so that its length does not tell what is said.
fn event(name: &str, mut data: Value) -> Bytes {
    data["p"] = "abcdefghijklmnopqrstuvwxyz".into();
    let headers = [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")];
    message(&headers, &data.to_string())
}

const fn stop_reason(finish: &Finish) -> &'static str {
    match finish {
        Finish::Stop => "end_turn",
        Finish::StopSequence(_) => "stop_sequence",
        Finish::Length => "max_tokens",
        Finish::Calls => "tool_use",
        Finish::Refusal => "content_filtered",
    }
}

/// Here `inputTokens` are the uncached ones only.
fn usage(said: &Said) -> Value {
    let it = said.billed;
    json!({
        "inputTokens": it.input.saturating_sub(it.cache_read + it.cache_write),
        "outputTokens": it.output,
        "totalTokens": it.input + it.output,
        "cacheReadInputTokens": it.cache_read,
        "cacheWriteInputTokens": it.cache_write,
        "serverToolUsage": {},
    })
}
