//! Streams, in and out.

use llmroute::domain::citation::Citation;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::{Block, Delta, Event, Finish};
use llmroute::domain::failure::{Failure, Kind};
use llmroute::domain::id::RequestId;
use llmroute::domain::prompt::Opaque;
use llmroute::domain::reply::Reply;
use llmroute::domain::usage::Usage;
use serde_json::{Value, json};

use super::{anthropic, foreign, golden, raw};
use crate::recorded_anthropic::{check_grammar, events, frames};

// === streams in ===

pub(super) fn read(text: &str) -> Vec<Event> {
    let events = events(anthropic(), &frames(text));
    check_grammar(&events, text);
    events
}

/// A citation of the dialect's own.
fn cited(citation: &Value) -> Delta {
    Delta::Citation(Box::new(Citation::told(Dialect::Anthropic, &raw(citation), None, Vec::new())))
}

/// Frames without an `event` line: the `type` in the data decides.
fn bare(data: &[Value]) -> String {
    let frames: Vec<String> = data.iter().map(|it| format!("data: {it}\n\n")).collect();
    frames.concat()
}

#[test]
fn what_sloppy_gateways_send_is_understood() {
    let text = |at: u64, text: &str| json!({"type": "content_block_delta", "index": at, "delta": {"type": "text_delta", "text": text}});
    // No event lines, no start of the message or of the block, a start given with content, a block never closed.
    let reply = Reply::of(read(&bare(&[
        text(0, "a"),
        json!({"type": "content_block_start", "index": 5, "content_block": {"type": "text", "text": "b", "citations": null}}),
        text(5, "c"),
        json!({"type": "content_block_stop", "index": 5}),
        json!({"type": "content_block_start", "index": 5, "content_block":
            {"type": "tool_use", "id": "t", "name": "n", "input": {"x": 1}}}),
        json!({"type": "content_block_start", "index": 9, "content_block":
            {"type": "tool_use", "id": "u", "name": "n", "input": {}}}),
        json!({"type": "content_block_delta", "index": 9, "delta": {"type": "input_json_delta", "partial_json": "{\"y\":2}"}}),
        json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"input_tokens": 3, "output_tokens": 4}}),
        json!({"type": "an_event_of_tomorrow", "x": 1}),
        json!({"type": "message_stop"}),
        text(0, "after the end"),
    ])));
    let texts: Vec<_> = reply.blocks.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(texts, ["a", "bc", r#"{"x":1}"#, r#"{"y":2}"#]);
    assert_eq!((reply.finish, reply.ended), (Some(Finish::ToolCalls), true));
    assert_eq!(reply.extra[0].name, "event an_event_of_tomorrow");
    assert_eq!(reply.usage.map(|it| (it.input, it.output)), Some((3, 4)));
}

#[test]
fn errors_inside_a_stream_end_it() {
    for (text, message) in [
        (
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}\n\n",
            "m",
        ),
        (
            "data: {\"type\":\"error\",\"error\":{\"details\":null,\"type\":\"overloaded_error\",\"message\":\"m\"}}\n\n",
            "m",
        ),
        ("data: {\"error\":{\"message\":\"m\",\"code\":500}}\n\n", "m"),
        ("event: error\ndata: upstream timed out\n\n", "upstream timed out"),
    ] {
        let all = format!("{text}event: message_stop\ndata: {{\"type\":\"message_stop\"}}\n\n");
        let events = read(&all);
        assert!(matches!(&events[..], [Event::Fault(it)] if it.message == message), "{events:?}");
        let mut watcher = anthropic().watcher();
        let sight = watcher.watch(&frames(text)[0]);
        assert_eq!(sight.fault.map(|it| it.message).as_deref(), Some(message));
        assert!(watcher.facts().fault.is_some());
    }
}

#[test]
fn frames_that_are_not_json_are_malformed() {
    for text in ["data: {\"type\":\n\n", "event: content_block_delta\ndata: <html>\n\n", "data: 7\n\n"] {
        let frame = &frames(text)[0];
        assert!(anthropic().stream_reader().read(frame, &mut Vec::new()).is_err(), "{text}");
        assert!(anthropic().watcher().watch(frame).malformed, "{text}");
    }
    for text in [": keep-alive\n\n", "event: ping\ndata: {\"type\": \"ping\"}\n\n", "event: ping\ndata:\n\n"] {
        let frame = &frames(text)[0];
        let mut events = Vec::new();
        anthropic().stream_reader().read(frame, &mut events).unwrap();
        assert!(matches!(events[..], [Event::Ping]), "{text}");
        assert_eq!(anthropic().watcher().watch(frame), llmroute::wire::Sight::default(), "{text}");
    }
    let nowhere = bare(&[
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": "{"}}),
    ]);
    assert!(anthropic().stream_reader().read(&frames(&nowhere)[0], &mut Vec::new()).is_err());
}

#[test]
fn a_character_cut_between_its_halves_is_whole_again() {
    let start = json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}});
    let delta = |text: &str| {
        format!(
            "data: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":\"{text}\"}}}}\n\n"
        )
    };
    let reply = Reply::of(read(&(bare(&[start]) + &delta("a\\ud83d") + &delta("\\ude00b") + &delta("\\ud83d"))));
    assert_eq!(reply.blocks[0].text, "a\u{1F600}b");
    let stop = bare(&[json!({"type": "content_block_stop", "index": 0})]);
    let reply = Reply::of(read(&(delta("x\\ud83d") + &stop)));
    assert_eq!(reply.blocks[0].text, "x\u{FFFD}");
}

#[test]
fn a_watcher_counts_only_what_is_content() {
    let content = |data: Value| {
        let mut watcher = anthropic().watcher();
        let named = format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap());
        let sights = [named, bare(&[data])].map(|it| watcher.watch(&frames(&it)[0]));
        assert_eq!(sights[0], sights[1]);
        assert!(!sights[0].malformed);
        assert_eq!(watcher.facts().content, sights[0].content);
        sights[0].content
    };
    let delta = |it: Value| json!({"type": "content_block_delta", "index": 0, "delta": it});
    let start = |it: Value| json!({"type": "content_block_start", "index": 0, "content_block": it});
    assert!(content(delta(json!({"type": "text_delta", "text": "\"text\":\"\""}))));
    assert!(content(delta(json!({"type": "thinking_delta", "thinking": " "}))));
    assert!(content(delta(json!({"type": "input_json_delta", "partial_json": "{"}))));
    assert!(content(start(json!({"type": "tool_use", "id": "t", "name": "n", "input": {}}))));
    assert!(content(start(json!({"type": "server_tool_use", "id": "t", "name": "n", "input": {}}))));
    assert!(content(start(json!({"type": "redacted_thinking", "data": "x"}))));
    assert!(!content(delta(json!({"type": "text_delta", "text": ""}))));
    assert!(!content(delta(json!({"type": "input_json_delta", "partial_json": ""}))));
    assert!(!content(delta(json!({"type": "signature_delta", "signature": "abc"}))));
    assert!(!content(delta(json!({"type": "citations_delta", "citation": {"text": "x", "type": "\"text_delta\""}}))));
    assert!(!content(start(json!({"type": "text", "text": ""}))));
    assert!(!content(start(json!({"type": "thinking", "thinking": "", "signature": ""}))));
    assert!(!content(json!({"type": "message_start", "message": {"content": [], "model": "m"}})));
    // Spelled with spaces, the fast look does not see it; the slow one does.
    let spaced = "event: content_block_delta\ndata: {\"delta\" : {\"type\" : \"text_delta\", \"text\" : \"x\"}}\n\n";
    assert!(anthropic().watcher().watch(&frames(spaced)[0]).content);
}

// === streams out ===

fn open(index: u32, block: Block) -> Event {
    Event::Open { index, block }
}

fn say(index: u32, text: &str) -> Event {
    Event::Delta { index, delta: Delta::Text(text.into()) }
}

fn argue(index: u32, text: &str) -> Event {
    Event::Delta { index, delta: Delta::Arguments(text.into()) }
}

pub(super) fn stream(events: &[Event]) -> String {
    let mut out = Vec::new();
    let mut writer = anthropic().stream_writer(true);
    for event in events {
        writer.write(event, &mut out);
    }
    let text = String::from_utf8(out).unwrap();
    check_stream(&text);
    text
}

#[test]
fn interleaved_calls_come_out_one_after_the_other() {
    let start = Event::Start { id: "chatcmpl-1".into(), model: "gpt".into(), created: Some(7) };
    let call = |id: &str| Block::ToolCall { id: id.into(), name: "look".into() };
    let text = stream(&[
        start,
        open(0, Block::Thinking),
        say(0, "hm"),
        open(1, Block::Text),
        open(2, Block::Text),
        say(2, "I "),
        Event::Close { index: 0 },
        say(2, "look"),
        open(3, call("a")),
        Event::Close { index: 1 },
        argue(3, "{\"x\""),
        open(4, call("b")),
        argue(4, "{"),
        Event::Ping,
        Event::Close { index: 2 },
        argue(3, ":1}"),
        argue(4, "}"),
        open(5, call("c")),
        Event::Close { index: 4 },
        Event::Close { index: 5 },
        Event::Close { index: 3 },
        Event::Finish { reason: Finish::ToolCalls, stop: None },
        Event::Usage(Usage { input: 10, cache_read: 4, output: 7, ..Usage::default() }),
        Event::End,
        say(0, "too late"),
    ]);
    golden("anthropic/interleaved_calls.sse", &text);
}

#[test]
fn counts_known_at_the_start_are_told_at_the_start() {
    let text = stream(&[
        Event::Ping,
        Event::Start { id: "m".into(), model: "m".into(), created: None },
        Event::Usage(Usage { input: 12, output: 1, ..Usage::default() }),
        open(0, Block::Text),
        say(0, "x"),
        Event::Close { index: 0 },
        Event::Finish { reason: Finish::StopSequence, stop: Some("END".into()) },
        Event::Usage(Usage { input: 12, output: 5, ..Usage::default() }),
        Event::End,
    ]);
    let data: Vec<Value> =
        text.lines().filter_map(|it| it.strip_prefix("data: ")).map(|it| serde_json::from_str(it).unwrap()).collect();
    assert_eq!(data[0]["type"], "ping");
    assert_eq!((&data[1]["message"]["id"], &data[1]["message"]["usage"]["input_tokens"]), (&json!("m"), &json!(12)));
    let end = &data[data.len() - 2];
    assert_eq!((&end["usage"]["output_tokens"], &end["delta"]["stop_sequence"]), (&json!(5), &json!("END")));
}

#[test]
fn a_stream_of_the_dialect_keeps_what_the_hub_has_no_noun_for() {
    let own = |name: &str, json: Value| Opaque { dialect: Dialect::Anthropic, name: name.into(), raw: raw(&json) };
    let server = json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}});
    let citation = json!({"type": "char_location", "cited_text": "x"});
    let mut writer = anthropic().stream_writer(true);
    let mut out = Vec::new();
    for event in [
        Event::Start { id: "m".into(), model: "m".into(), created: None },
        open(0, Block::Opaque(own("server_tool_use", server.clone()))),
        Event::Close { index: 0 },
        open(1, Block::Opaque(foreign("audio"))),
        Event::Close { index: 1 },
        open(2, Block::Text),
        Event::Delta { index: 2, delta: cited(&citation) },
        say(2, "x"),
        Event::Delta { index: 2, delta: Delta::Opaque(foreign("logprobs")) },
        Event::Delta { index: 2, delta: Delta::Opaque(foreign("logprobs")) },
        Event::Close { index: 2 },
        Event::Opaque(own("event tomorrow", json!({"type": "tomorrow"}))),
        Event::Opaque(own("stop_details", json!({"type": "refusal"}))),
        Event::Finish { reason: Finish::Refusal, stop: None },
        Event::End,
    ] {
        writer.write(&event, &mut out);
    }
    let losses: Vec<_> = writer.losses().iter().map(|it| it.what.as_str()).collect();
    assert_eq!(losses, ["audio", "logprobs"]);
    let text = String::from_utf8(out).unwrap();
    let reply = Reply::of(read(&text));
    assert_eq!(reply.blocks.len(), 2);
    let Block::Opaque(whole) = &reply.blocks[0].block else { panic!("{:?}", reply.blocks[0]) };
    assert_eq!(whole.raw.get(), server.to_string());
    assert_eq!(reply.blocks[1].citations[0].raw.as_ref().unwrap().get(), citation.to_string());
    let names: Vec<_> = reply.extra.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["event tomorrow", "stop_details"]);
}

#[test]
fn an_error_after_content_is_the_last_word() {
    let mut out = Vec::new();
    let mut writer = anthropic().stream_writer(true);
    writer.write(&Event::Start { id: "m".into(), model: "m".into(), created: None }, &mut out);
    writer.write(&open(0, Block::Text), &mut out);
    writer.write(&say(0, "x"), &mut out);
    writer.write(&Event::Fault(llmroute::domain::event::Fault::default()), &mut out);
    out.extend(anthropic().write_stream_error(&Failure::upstream(Kind::Overload, "c", "busy"), RequestId(1)));
    let text = String::from_utf8(out).unwrap();
    assert!(!text.contains("message_stop"));
    let Some(Event::Fault(fault)) = read(&text).pop() else { panic!("no fault in {text}") };
    assert_eq!((fault.kind.as_deref(), fault.message.as_str()), (Some("overloaded_error"), "busy"));
    let ping = frames(std::str::from_utf8(anthropic().ping()).unwrap());
    assert_eq!((ping.len(), ping[0].event()), (1, "ping"));
}

/// Checks a written stream the way a strict client reads it: names, order, contiguous indexes, one block at a time,
/// deltas of the kind of their block, complete counts. A stream may stop early, but not go wrong.
pub(crate) fn check_stream(text: &str) {
    let mut state = "nothing";
    let (mut next, mut open) = (0, None);
    for frame in frames(text) {
        let it: Value = serde_json::from_slice(&frame.data()).unwrap();
        let kind = it["type"].as_str().unwrap();
        assert_eq!(kind, frame.event());
        assert_ne!(state, "stopped", "{kind} after message_stop");
        match kind {
            "ping" => {}
            "message_start" => {
                assert_eq!(state, "nothing");
                let message = &it["message"];
                assert!(message["id"].is_string() && message["model"].is_string());
                assert_eq!((&message["type"], &message["role"]), (&json!("message"), &json!("assistant")));
                assert_eq!((&message["content"], &message["stop_reason"]), (&json!([]), &Value::Null));
                assert!(message["usage"]["input_tokens"].is_u64() && message["usage"]["output_tokens"].is_u64());
                state = "begun";
            }
            "content_block_start" => {
                assert_eq!((state, &open), ("begun", &None));
                assert_eq!(it["index"], next);
                let block = &it["content_block"];
                match block["type"].as_str().unwrap() {
                    "text" => assert_eq!(block["text"], ""),
                    "thinking" => assert_eq!((&block["thinking"], &block["signature"]), (&json!(""), &json!(""))),
                    "tool_use" => {
                        assert!(block["id"].is_string() && block["name"].is_string());
                        assert_eq!(block["input"], json!({}));
                    }
                    _ => {}
                }
                open = Some((block["type"].as_str().unwrap().to_owned(), String::new()));
            }
            "content_block_delta" => {
                assert_eq!(it["index"], next);
                let (block, json) = open.as_mut().expect("a delta outside of a block");
                let delta = &it["delta"];
                match (delta["type"].as_str().unwrap(), block.as_str()) {
                    ("text_delta", "text") => assert_ne!(delta["text"].as_str().unwrap(), ""),
                    ("thinking_delta", "thinking") => assert_ne!(delta["thinking"].as_str().unwrap(), ""),
                    ("signature_delta", "thinking") => {
                        assert!(json.is_empty(), "a client takes the last signature for the whole");
                        json.push_str(delta["signature"].as_str().unwrap());
                    }
                    ("input_json_delta", "tool_use") => json.push_str(delta["partial_json"].as_str().unwrap()),
                    ("citations_delta", "text") => assert!(delta["citation"].is_object()),
                    (delta, block) => {
                        assert!(!["text", "thinking", "tool_use"].contains(&block), "{delta} in {block}");
                    }
                }
            }
            "content_block_stop" => {
                assert_eq!(it["index"], next);
                let (block, json) = open.take().expect("a stop outside of a block");
                assert!(block != "tool_use" || !json.is_empty(), "a call without arguments");
                next += 1;
            }
            "message_delta" => {
                assert_eq!((state, &open), ("begun", &None));
                assert!(it["delta"]["stop_reason"].is_string());
                for key in ["input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"] {
                    assert!(it["usage"][key].is_u64(), "{key}");
                }
                state = "explained";
            }
            "message_stop" => {
                assert_eq!(state, "explained");
                state = "stopped";
            }
            _ => assert!(!kind.starts_with("content_") && !kind.starts_with("message_"), "{kind}"),
        }
    }
}
