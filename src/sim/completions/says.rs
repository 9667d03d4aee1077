//! The shape of a simulated answer in text completions, whole and streamed.

use serde_json::{Value, json};

use crate::sim::answer::{Finish, Said, words_to_tokens};
use crate::sim::asked::Asked;
use crate::sim::delivery::Named;
use crate::sim::frame::{Frame, words};

/// A whole answer.
pub(crate) fn whole(said: &Said, asked: &Asked, named: &Named, states_usage: bool) -> Value {
    let choice = json!({"text": said.answer.text, "index": 0, "logprobs": null, "finish_reason": reason(&said.finish)});
    let mut whole = json!({
        "id": named.id("cmpl-"),
        "object": "text_completion",
        "created": named.created,
        "model": asked.model,
        "choices": [choice],
    });
    if states_usage {
        whole["usage"] = usage(said);
    }
    whole
}

/// A streamed answer, event by event.
pub(crate) fn stream(said: &Said, asked: &Asked, named: &Named, states_usage: bool) -> Vec<Frame> {
    let chunk = |choices: Value| {
        json!({
            "id": named.id("cmpl-"),
            "object": "text_completion",
            "created": named.created,
            "choices": choices,
            "model": asked.model,
        })
    };
    let text = |text: &str, finish: Value| {
        format!("data: {}\n\n", chunk(json!([{"text": text, "index": 0, "logprobs": null, "finish_reason": finish}])))
    };
    let pieces = words(&said.answer.text).enumerate();
    let mut frames: Vec<Frame> =
        pieces.map(|(nth, it)| Frame::content(text(it, Value::Null), words_to_tokens(nth + 1))).collect();
    let tokens = said.billed.output;
    frames.push(Frame::closing(text("", json!(reason(&said.finish))), tokens));
    if asked.include_usage && states_usage {
        let mut last = chunk(json!([]));
        last["usage"] = usage(said);
        frames.push(Frame::closing(format!("data: {last}\n\n"), tokens));
    }
    frames.push(Frame::terminal("data: [DONE]\n\n", tokens));
    frames
}

const fn reason(finish: &Finish) -> &'static str {
    match finish {
        Finish::Length => "length",
        _ => "stop",
    }
}

fn usage(said: &Said) -> Value {
    let it = said.billed;
    json!({"prompt_tokens": it.input, "completion_tokens": it.output, "total_tokens": it.input + it.output})
}
