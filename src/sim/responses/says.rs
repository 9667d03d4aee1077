//! The shape of a simulated answer in OpenAI responses, whole and streamed.

use serde_json::{Value, json};

use super::reads::ENCRYPTED;
use crate::sim::answer::{Call, Finish, Said, json_tokens, prose_tokens, words_to_tokens};
use crate::sim::asked::Asked;
use crate::sim::delivery::Named;
use crate::sim::frame::{Frame, pieces, words};

/// A whole answer.
pub(crate) fn whole(said: &Said, asked: &Asked, named: &Named, states_usage: bool) -> Value {
    response(said, asked, named, &items(said, asked, named), ended(&said.finish), states_usage)
}

/// The response object around `output`.
fn response(said: &Said, asked: &Asked, named: &Named, output: &[Value], status: &str, states_usage: bool) -> Value {
    let over = status != "in_progress";
    json!({
        "id": named.id("resp_"),
        "object": "response",
        "created_at": named.created,
        "status": status,
        "background": false,
        "error": null,
        "incomplete_details": if status == "incomplete" { json!({"reason": "max_output_tokens"}) } else { Value::Null },
        "instructions": null,
        "max_output_tokens": asked.max_tokens,
        "model": asked.model,
        "output": output,
        "parallel_tool_calls": asked.parallel,
        "previous_response_id": null,
        "reasoning": {"effort": null, "summary": null},
        "store": false,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": if over && states_usage { usage(said) } else { Value::Null },
        "user": null,
        "metadata": {},
    })
}

const fn ended(finish: &Finish) -> &'static str {
    match finish {
        Finish::Length => "incomplete",
        Finish::Stop | Finish::StopSequence(_) | Finish::Calls | Finish::Refusal => "completed",
    }
}

/// The items of an answer as they are when they are done.
fn items(said: &Said, asked: &Asked, named: &Named) -> Vec<Value> {
    let answer = &said.answer;
    let mut items = Vec::new();
    if let Some(thinking) = &answer.thinking {
        let mut item = json!({"id": format!("{}_0", named.id("rs_")), "type": "reasoning",
            "summary": [{"type": "summary_text", "text": thinking.text}]});
        if asked.encrypts {
            item["encrypted_content"] = json!(format!("{ENCRYPTED}{}", thinking.signature));
        }
        items.push(item);
    }
    let mut content = Vec::new();
    if !answer.text.is_empty() || (answer.calls.is_empty() && answer.refusal.is_none()) {
        content.push(json!({"type": "output_text", "annotations": [], "logprobs": [], "text": answer.text}));
    }
    content.extend(answer.refusal.iter().map(|it| json!({"type": "refusal", "refusal": it})));
    if !content.is_empty() {
        items.push(json!({"id": format!("{}_{}", named.id("msg_"), items.len()), "type": "message",
            "status": ended(&said.finish), "content": content, "role": "assistant"}));
    }
    for (at, call) in answer.calls.iter().enumerate() {
        let id = call.id("call_", named.seq, at);
        items.push(if is_custom(call, asked) {
            json!({"id": format!("{}_{}", named.id("ctc_"), items.len()), "type": "custom_tool_call",
                "status": "completed", "call_id": id, "input": call.arguments, "name": call.name})
        } else {
            json!({"id": format!("{}_{}", named.id("fc_"), items.len()), "type": "function_call",
                "status": "completed", "arguments": call.arguments, "call_id": id, "name": call.name})
        });
    }
    items
}

fn is_custom(call: &Call, asked: &Asked) -> bool {
    asked.tools.iter().any(|it| it.custom && it.name == call.name)
}

/// Numbers events and turns them into frames.
struct Events {
    frames: Vec<Frame>,
    tokens: u64,
}

impl Events {
    fn event(&self, mut data: Value) -> String {
        data["sequence_number"] = json!(self.frames.len());
        format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap_or_default())
    }

    fn opening(&mut self, data: Value) {
        let event = self.event(data);
        self.frames.push(if self.tokens == 0 { Frame::opening(event) } else { Frame::closing(event, self.tokens) });
    }

    fn content(&mut self, data: Value, more: u64) {
        let event = self.event(data);
        self.frames.push(Frame::content(event, self.tokens + more));
    }

    /// A text in words, in an event of this kind with these fields.
    fn speak(&mut self, kind: &str, at: &Value, text: &str) {
        for (nth, piece) in words(text).enumerate() {
            let mut data = at.clone();
            data["type"] = json!(kind);
            data["delta"] = json!(piece);
            self.content(data, words_to_tokens(nth + 1));
        }
        self.tokens += prose_tokens(text);
    }
}

/// A streamed answer, event by event.
pub(crate) fn stream(said: &Said, asked: &Asked, named: &Named, states_usage: bool) -> Vec<Frame> {
    let mut events = Events { frames: Vec::new(), tokens: 0 };
    for kind in ["response.created", "response.in_progress"] {
        let begun = response(said, asked, named, &[], "in_progress", states_usage);
        events.opening(json!({"type": kind, "response": begun}));
    }
    let items = items(said, asked, named);
    for (at, item) in items.iter().enumerate() {
        let mut begun = item.clone();
        if begun.get("status").is_some() {
            begun["status"] = json!("in_progress");
        }
        for (key, empty) in
            [("content", json!([])), ("summary", json!([])), ("arguments", json!("")), ("input", json!(""))]
        {
            if begun.get(key).is_some() {
                begun[key] = empty;
            }
        }
        events.opening(json!({"type": "response.output_item.added", "output_index": at, "item": begun}));
        push_item(item, at, &mut events);
        events.opening(json!({"type": "response.output_item.done", "output_index": at, "item": item}));
    }
    let status = ended(&said.finish);
    let last = json!({"type": format!("response.{status}"),
        "response": response(said, asked, named, &items, status, states_usage)});
    let event = events.event(last);
    events.frames.push(Frame::terminal(event, events.tokens));
    events.frames
}

/// What happens between an item's coming and its being done.
fn push_item(item: &Value, at: usize, events: &mut Events) {
    let place = json!({"item_id": item["id"], "output_index": at});
    let with = |more: Value| {
        let mut it = place.clone();
        for (key, value) in more.as_object().into_iter().flatten() {
            it[key] = value.clone();
        }
        it
    };
    match item["type"].as_str() {
        Some("reasoning") => {
            let text = item["summary"][0]["text"].as_str().unwrap_or_default();
            let part = |text: &str| json!({"type": "summary_text", "text": text});
            let summary = |kind: &str| with(json!({"type": kind, "summary_index": 0}));
            let mut added = summary("response.reasoning_summary_part.added");
            added["part"] = part("");
            events.opening(added);
            events.speak("response.reasoning_summary_text.delta", &with(json!({"summary_index": 0})), text);
            let mut done = summary("response.reasoning_summary_text.done");
            done["text"] = json!(text);
            events.opening(done);
            let mut done = summary("response.reasoning_summary_part.done");
            done["part"] = part(text);
            events.opening(done);
        }
        Some("message") => {
            for (nth, part) in item["content"].as_array().into_iter().flatten().enumerate() {
                let refusal = part["type"] == "refusal";
                let (key, kind) = if refusal { ("refusal", "refusal") } else { ("text", "output_text") };
                let mut empty = part.clone();
                empty[key] = json!("");
                let index = json!({"content_index": nth});
                let told = |kind: &str, key: &str, value: &Value| {
                    let mut it = with(index.clone());
                    it["type"] = json!(kind);
                    it[key] = value.clone();
                    if kind == "response.output_text.done" {
                        it["logprobs"] = json!([]);
                    }
                    it
                };
                events.opening(told("response.content_part.added", "part", &empty));
                let mut delta = with(index.clone());
                if !refusal {
                    delta["logprobs"] = json!([]);
                }
                events.speak(&format!("response.{kind}.delta"), &delta, part[key].as_str().unwrap_or_default());
                events.opening(told(&format!("response.{kind}.done"), key, &part[key]));
                events.opening(told("response.content_part.done", "part", part));
            }
        }
        kind => {
            let custom = kind == Some("custom_tool_call");
            let key = if custom { "input" } else { "arguments" };
            let name = if custom { "custom_tool_call_input" } else { "function_call_arguments" };
            let said = item[key].as_str().unwrap_or_default();
            events.tokens += json_tokens(item["name"].as_str().unwrap_or_default());
            let mut bytes = 0;
            for piece in pieces(said, 12) {
                bytes += piece.len() as u64;
                let mut data = with(json!({"type": format!("response.{name}.delta")}));
                data["delta"] = json!(piece);
                events.content(data, bytes.div_ceil(4));
            }
            events.tokens += json_tokens(said);
            let mut done = with(json!({"type": format!("response.{name}.done")}));
            done[key] = json!(said);
            events.opening(done);
        }
    }
}

/// The two events a failed stream ends with.
pub(crate) fn error_events(error: &Value) -> String {
    let inner = &error["error"];
    let event = json!({"type": "error", "sequence_number": 90, "error": inner});
    let failed = json!({"type": "response.failed", "sequence_number": 91, "response": {
        "id": "resp_sim", "object": "response", "status": "failed", "output": [], "usage": null,
        "error": {"code": inner["code"], "message": inner["message"]},
    }});
    format!("event: error\ndata: {event}\n\nevent: response.failed\ndata: {failed}\n\n")
}

fn usage(said: &Said) -> Value {
    let it = said.billed;
    json!({
        "input_tokens": it.input,
        "input_tokens_details": {"cached_tokens": it.cache_read},
        "output_tokens": it.output,
        "output_tokens_details": {"reasoning_tokens": said.reasoning},
        "total_tokens": it.input + it.output,
    })
}

/// The answer to a request for a compaction. It is not billed: nothing here generates it.
pub(crate) fn compacted(asked: &Asked, named: &Named) -> Value {
    json!({
        "id": named.id("resp_"),
        "object": "response.compaction",
        "created_at": named.created,
        "output": [{"id": named.id("cmp_"), "type": "compaction", "encrypted_content": format!("{ENCRYPTED}compaction")}],
        "usage": {
            "input_tokens": asked.input_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 4,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": asked.input_tokens + 4,
        },
    })
}
