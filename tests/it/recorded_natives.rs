//! The Cohere and the Ollama codec against recorded traffic: what they read must be what a plain look at the JSON finds.
//! (What clients of other dialects hear of the same answers is in `replay`.)

use bytes::Bytes;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::{Block, Event};
use llmroute::domain::quirks::Quirks;
use llmroute::domain::reply::Reply;
use llmroute::wire::sse::Frame;
use llmroute::wire::{Codec, codec};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::anthropic::any_input::wild;
use crate::recorded_anthropic::{Answer, Exchange, check_grammar, events, frames_of, recorded};

/// The dialects and what their recordings are called. Cohere's version 1 (`cohere.chat.v1`, two recordings) is another
/// dialect, which is not spoken.
const NATIVES: [(Dialect, &str); 2] = [(Dialect::Cohere, "cohere.chat.v2"), (Dialect::Ollama, "ollama.chat")];

fn all() -> Option<Vec<(&'static dyn Codec, Dialect, Exchange)>> {
    let mut all = Vec::new();
    for (dialect, api) in NATIVES {
        all.extend(recorded(api)?.into_iter().map(|it| (codec(dialect), dialect, it)));
    }
    Some(all)
}

#[test]
fn requests_survive_the_hub() {
    let Some(exchanges) = all() else { return };
    let (mut checked, many) = (0, exchanges.len());
    for (codec, _, Exchange { file, request, .. }) in exchanges {
        let Some(request) = request else { continue };
        let prompt = codec.read_request(request.to_string().as_bytes()).unwrap_or_else(|it| panic!("{file}: {it}"));
        let model = request["model"].as_str().unwrap();
        let written = codec.write_request(&prompt, model, &Quirks::default());
        assert_eq!(written.losses, [], "{file}");
        let again: Value = serde_json::from_slice(&written.body).unwrap();
        assert_eq!(plain(&request), plain(&again), "{file}");
        checked += 1;
    }
    // Three of the recordings are answers only.
    assert_eq!((checked, many), (21, 24), "the index has changed");
}

/// A request without differences that mean nothing: `null`, `[]` and `{}` for nothing, no content for an empty one, a
/// string for one item of text.
fn plain(value: &Value) -> Value {
    let nothing = |it: &Value| it.is_null() || *it == json!([]) || *it == json!({});
    match value {
        Value::Object(fields) => {
            let default = |key: &str| {
                ["content", "stream"].iter().position(|it| *it == key).map(|at| [json!(""), json!(false)][at].clone())
            };
            let says = |key: &str, value: &Value| !nothing(value) && default(key).as_ref() != Some(value);
            let kept = fields.iter().filter(|(key, value)| says(key, value));
            let kept = kept.map(|(key, value)| match (key.as_str(), value.as_array().map(Vec::as_slice)) {
                ("content", Some([only])) if only["type"] == "text" => (key.clone(), only["text"].clone()),
                // Schemas and arguments are the client's own, empty objects and all.
                ("parameters" | "arguments", _) => (key.clone(), value.clone()),
                _ => (key.clone(), plain(value)),
            });
            Value::Object(kept.collect())
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        // A whole number stays one, however it is spelled.
        Value::Number(it) => json!(it.as_f64()),
        other => other.clone(),
    }
}

#[test]
fn whole_answers_and_errors_say_what_their_json_says() {
    let Some(exchanges) = all() else { return };
    let (mut answers, mut errors, mut streams) = (0, 0, 0);
    for (codec, dialect, Exchange { file, status, answer, .. }) in exchanges {
        match answer {
            Answer::Whole(whole) if status >= 400 => {
                let body = whole.to_string();
                let fault = codec.read_error(body.as_bytes());
                assert_eq!(Some(fault.message.as_str()), whole["message"].as_str(), "{file}");
                assert_eq!(codec.read_reply(body.as_bytes()).unwrap().fault, Some(fault), "{file}");
                errors += 1;
            }
            Answer::Whole(whole) => {
                let body = whole.to_string();
                let reply = codec.read_reply(body.as_bytes()).unwrap_or_else(|it| panic!("{file}: {it}"));
                assert_eq!(
                    told(&reply),
                    if dialect == Dialect::Cohere { cohere(&whole) } else { ollama(&whole) },
                    "{file}"
                );
                let facts = codec.read_facts(body.as_bytes()).unwrap();
                assert_eq!((&facts.usage, &facts.finish), (&reply.usage, &reply.finish), "{file}");
                assert_eq!(facts.model.unwrap_or_default(), reply.model, "{file}");
                assert_eq!((facts.content, facts.content_bytes > 0), (reply.has_content(), true), "{file}");
                let written = codec.write_reply(&reply);
                assert_eq!(written.losses, [], "{file}");
                assert_eq!(plain(&whole), plain(&serde_json::from_slice(&written.body).unwrap()), "{file}");
                answers += 1;
            }
            Answer::Stream(_) => streams += 1,
            Answer::Other => panic!("{file} has no answer"),
        }
    }
    assert_eq!((answers, errors, streams), (9 + 3, 1, 8 + 3));
}

#[test]
fn streams_say_what_their_frames_say() {
    let Some(exchanges) = all() else { return };
    let mut checked = 0;
    for (codec, dialect, Exchange { file, answer, .. }) in exchanges {
        let Answer::Stream(text) = answer else { continue };
        let frames = frames_of(codec, &text);
        let events = events(codec, &frames);
        check_grammar(&events, &file);
        let reply = Reply::of(events.clone());
        assert_eq!(told(&reply), accumulated(dialect, &text), "{file}");
        assert!(reply.ended, "{file}");
        for piece in reply.blocks.iter().filter(|_| dialect == Dialect::Ollama) {
            // What the model wrote stands whole in a line: its bytes are kept.
            let called = matches!(piece.block, Block::ToolCall { .. });
            assert!(!called || text.contains(&piece.text), "{file}: {}", piece.text);
        }
        let mut watcher = codec.watcher();
        let mut ends = 0;
        for frame in &frames {
            let sight = watcher.watch(frame);
            assert!(!sight.malformed && !sight.usage_only && sight.fault.is_none(), "{file}: {:?}", frame.raw());
            ends += u32::from(sight.end);
        }
        let facts = watcher.facts();
        assert_eq!((ends, &facts.usage, &facts.finish), (1, &reply.usage, &reply.finish), "{file}");
        assert_eq!(facts.model.clone().unwrap_or_default(), reply.model, "{file}");
        assert_eq!(facts.content, reply.has_content(), "{file}");
        // Told again, it says the same.
        let mut writer = codec.stream_writer(true);
        let mut out = Vec::new();
        for event in &events {
            writer.write(event, &mut out);
        }
        assert_eq!(writer.losses(), [], "{file}");
        let again = accumulated(dialect, std::str::from_utf8(&out).unwrap());
        assert_eq!(again, accumulated(dialect, &text), "{file}");
        checked += 1;
    }
    assert_eq!(checked, 11, "the index has changed");
}

#[test]
fn where_a_stream_is_cut_into_chunks_changes_nothing() {
    let Some(exchanges) = all() else { return };
    for (codec, _, Exchange { file, answer, .. }) in exchanges {
        let Answer::Stream(text) = answer else { continue };
        let whole = frames_of(codec, &text);
        assert_eq!(whole.iter().map(|it| it.raw().len()).sum::<usize>(), text.len(), "{file}");
        let raws =
            |frames: &[Frame]| frames.iter().map(|it| (it.raw().clone(), it.data().into_owned())).collect::<Vec<_>>();
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        for size in [1, 2, 7, 64, 1000] {
            let mut splitter = codec.splitter();
            let mut frames = Vec::new();
            for at in (0..bytes.len()).step_by(size) {
                splitter.push(bytes.slice(at..bytes.len().min(at + size)), &mut frames);
            }
            frames.extend(splitter.finish());
            assert_eq!(raws(&frames), raws(&whole), "{file} in pieces of {size}");
        }
        // Every cut by itself. A reader sees frames only, so the same frames are the same events.
        let mut start = 0;
        for pair in whole.windows(2) {
            let end = start + pair[0].raw().len() + pair[1].raw().len();
            for cut in start..=end {
                let mut splitter = codec.splitter();
                let mut frames = Vec::new();
                splitter.push(bytes.slice(start..cut), &mut frames);
                splitter.push(bytes.slice(cut..end), &mut frames);
                frames.extend(splitter.finish());
                assert_eq!(raws(&frames), raws(pair), "{file} cut at {cut}");
            }
            start += pair[0].raw().len();
        }
    }
}

#[test]
fn a_stream_that_stops_early_is_not_an_end() {
    let Some(exchanges) = all() else { return };
    for (codec, dialect, Exchange { file, answer, .. }) in exchanges {
        let Answer::Stream(text) = answer else { continue };
        let frames = frames_of(codec, &text);
        let mark = if dialect == Dialect::Cohere { "message-end" } else { "\"done\":true" };
        let last = frames.iter().position(|it| String::from_utf8_lossy(it.raw()).contains(mark)).unwrap();
        for many in 0..=last {
            let events = events(codec, &frames[..many]);
            assert!(!events.iter().any(|it| matches!(it, Event::End)), "{file} after {many} frames");
            let mut watcher = codec.watcher();
            assert!(!frames[..many].iter().any(|it| watcher.watch(it).end), "{file} after {many} frames");
            assert!(!watcher.may_close(), "{file} after {many} frames");
        }
    }
}

#[test]
fn an_error_inside_a_stream_is_a_fault() {
    for (dialect, text, message) in [
        (Dialect::Ollama, "{\"model\":\"m\",\"message\":{\"content\":\"a\"}}\n{\"error\":\"it broke\"}\n", "it broke"),
        (Dialect::Ollama, "{\"error\":\"it broke\"}", "it broke"),
        (
            Dialect::Cohere,
            "event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"ERROR\",\"error\":\"it broke\"}}\n\n",
            "it broke",
        ),
        (
            Dialect::Cohere,
            "data: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"TIMEOUT\"}}\n\n",
            "the provider ran out of time",
        ),
        (Dialect::Cohere, "data: {\"id\":\"x\",\"message\":\"it broke\"}\n\n", "it broke"),
    ] {
        let codec = codec(dialect);
        let frames = frames_of(codec, text);
        let reply = Reply::of(events(codec, &frames));
        assert_eq!(reply.fault.as_ref().map(|it| it.message.as_str()), Some(message), "{text}");
        assert!(!reply.ended && reply.finish.is_none(), "{text}");
        let mut watcher = codec.watcher();
        let seen = frames.iter().map(|it| watcher.watch(it)).last().unwrap();
        assert_eq!((seen.fault, seen.end), (reply.fault, false), "{text}");
    }
}

/// What an answer says, in a form both sides can be brought to.
#[derive(Debug, PartialEq, Default)]
struct Told {
    model: String,
    text: String,
    thinking: String,
    calls: Vec<(String, Value)>,
    /// Ids that the provider gave.
    ids: Vec<String>,
    citations: Vec<Value>,
    reason: String,
    /// Input, output, reasoning.
    counts: [u64; 3],
}

fn told(reply: &Reply) -> Told {
    let mut told = Told { model: reply.model.clone(), ..Told::default() };
    for piece in &reply.blocks {
        match &piece.block {
            Block::Text => told.text.push_str(&piece.text),
            Block::Thinking => told.thinking.push_str(&piece.text),
            Block::ToolCall { id, name } => {
                told.calls.push((name.clone(), input(&piece.text)));
                told.ids.extend((!id.starts_with("oll_")).then(|| id.clone()));
            }
            other => panic!("{other:?} is in no recording"),
        }
        let citations = piece.citations.iter().map(|it| it.raw.as_ref().unwrap());
        told.citations.extend(citations.map(|it| serde_json::from_str::<Value>(it.get()).unwrap()));
    }
    reply.finish.as_ref().unwrap().name().clone_into(&mut told.reason);
    let usage = reply.usage.as_ref().unwrap();
    assert!(!usage.suspect);
    told.counts = [usage.input, usage.output, usage.reasoning];
    told
}

/// Arguments as a value; none are an empty object.
fn input(arguments: &str) -> Value {
    if arguments.is_empty() { json!({}) } else { serde_json::from_str(arguments).unwrap_or(json!(arguments)) }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A whole answer of Cohere's, read directly.
fn cohere(whole: &Value) -> Told {
    let message = &whole["message"];
    let mut told = Told { citations: items(&message["citations"]).to_vec(), ..Told::default() };
    for item in items(&message["content"]) {
        told.text.push_str(text(&item["text"]));
        told.thinking.push_str(text(&item["thinking"]));
    }
    told.thinking.push_str(text(&message["tool_plan"]));
    for call in items(&message["tool_calls"]) {
        told.calls.push((text(&call["function"]["name"]).to_owned(), input(text(&call["function"]["arguments"]))));
        told.ids.push(text(&call["id"]).to_owned());
    }
    told.ends(text(&whole["finish_reason"]), &whole["usage"]);
    told
}

/// A line of Ollama's, read directly.
fn ollama(line: &Value) -> Told {
    let message = &line["message"];
    let mut told = Told {
        model: text(&line["model"]).to_owned(),
        text: text(&message["content"]).to_owned(),
        thinking: text(&message["thinking"]).to_owned(),
        ..Told::default()
    };
    for call in items(&message["tool_calls"]) {
        let function = &call["function"];
        told.calls.push((text(&function["name"]).to_owned(), function["arguments"].clone()));
        told.ids.extend(call["id"].as_str().map(str::to_owned));
    }
    let count = |key: &str| line[key].as_u64().unwrap_or(0);
    text(&line["done_reason"]).clone_into(&mut told.reason);
    told.counts = [count("prompt_eval_count"), count("eval_count"), 0];
    if told.reason == "stop" && !told.calls.is_empty() {
        "tool_calls".clone_into(&mut told.reason);
    }
    told
}

impl Told {
    fn ends(&mut self, reason: &str, usage: &Value) {
        let word = match reason {
            "COMPLETE" => "stop",
            "STOP_SEQUENCE" => "stop_sequence",
            "MAX_TOKENS" => "length",
            "TOOL_CALL" => "tool_calls",
            other => panic!("{other} is in no recording"),
        };
        word.clone_into(&mut self.reason);
        let count = |path: &str| usage.pointer(path).and_then(Value::as_u64).unwrap_or(0);
        self.counts = [
            count("/billed_units/input_tokens"),
            count("/billed_units/output_tokens"),
            count("/tokens/reasoning_tokens"),
        ];
    }
}

/// A stream, put together directly.
fn accumulated(dialect: Dialect, stream: &str) -> Told {
    let mut told = Told::default();
    let mut spelled: Vec<String> = Vec::new();
    if dialect == Dialect::Ollama {
        for line in stream.lines() {
            let it = ollama(&serde_json::from_str(line).unwrap());
            told.text += &it.text;
            told.thinking += &it.thinking;
            told.calls.extend(it.calls);
            told.ids.extend(it.ids);
            (told.model, told.reason, told.counts) = (it.model, it.reason, it.counts);
        }
        if told.reason == "stop" && !told.calls.is_empty() {
            "tool_calls".clone_into(&mut told.reason);
        }
        return told;
    }
    for data in stream.lines().filter_map(|it| it.strip_prefix("data: ")).filter(|it| *it != "[DONE]") {
        let event: Value = serde_json::from_str(data).unwrap();
        let message = &event["delta"]["message"];
        told.text += text(&message["content"]["text"]);
        told.thinking += text(&message["content"]["thinking"]);
        told.thinking += text(&message["tool_plan"]);
        let call = &message["tool_calls"];
        if event["type"] == "tool-call-start" {
            told.calls.push((text(&call["function"]["name"]).to_owned(), Value::Null));
            spelled.push(String::new());
            told.ids.push(text(&call["id"]).to_owned());
        }
        if event["type"] == "tool-call-delta" {
            let nth = usize::try_from(event["index"].as_u64().unwrap()).unwrap();
            spelled[nth] += text(&call["function"]["arguments"]);
        }
        if event["type"] == "citation-start" {
            told.citations.push(message["citations"].clone());
        }
        if event["type"] == "message-end" {
            told.ends(text(&event["delta"]["finish_reason"]), &event["delta"]["usage"]);
        }
    }
    for (call, arguments) in told.calls.iter_mut().zip(&spelled) {
        call.1 = input(arguments);
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Any JSON in any place: nothing panics, and the grammar of events holds.
    #[test]
    fn no_answer_makes_a_native_codec_panic(value in wild(), kind in 0..10_usize) {
        const KINDS: [&str; 10] = [
            "message-start", "content-start", "content-delta", "content-end", "tool-plan-delta", "tool-call-start",
            "tool-call-delta", "tool-call-end", "citation-start", "message-end",
        ];
        let cohere = [
            json!({"type": KINDS[kind], "index": value, "delta": {"message": value, "finish_reason": value, "usage": value}}),
            json!({"type": KINDS[kind], "index": 0, "delta": {"message": {"content": value, "tool_calls": value, "tool_plan": value, "citations": value}}}),
            value.clone(),
        ];
        let ollama = [
            json!({"model": value, "created_at": value, "message": value, "done": value}),
            json!({"message": {"content": value, "thinking": value, "tool_calls": [value, {"function": value}]}, "done": true, "eval_count": value}),
            value.clone(),
        ];
        for (dialect, lines) in [(Dialect::Cohere, cohere), (Dialect::Ollama, ollama)] {
            let codec = codec(dialect);
            let end = if dialect == Dialect::Cohere { "\n\n" } else { "\n" };
            let begin = if dialect == Dialect::Cohere { "data: " } else { "" };
            let text: Vec<String> = lines.iter().chain(&lines).map(|it| format!("{begin}{it}{end}")).collect();
            let text = text.concat();
            let (mut reader, mut watcher, mut events) = (codec.stream_reader(), codec.watcher(), Vec::new());
            for frame in frames_of(codec, &text) {
                let read = reader.read(&frame, &mut events);
                let seen = watcher.watch(&frame);
                prop_assert!(!seen.malformed || read.is_err() || events.iter().any(|it| matches!(it, Event::End | Event::Fault(_))));
            }
            check_grammar(&events, "any");
            for line in &lines {
                let body = line.to_string();
                let _reply = codec.read_reply(body.as_bytes());
                let _facts = codec.read_facts(body.as_bytes());
                let _fault = codec.read_error(body.as_bytes());
            }
            let request = json!({"model": "m", "messages": [value, {"role": "user", "content": value, "images": [value]},
                {"role": "assistant", "content": [value], "tool_calls": [value, {"function": value}]},
                {"role": "tool", "content": value}], "tools": [value], "options": value, "think": value, "format": value});
            let _prompt = codec.read_request(request.to_string().as_bytes());
        }
    }
}
