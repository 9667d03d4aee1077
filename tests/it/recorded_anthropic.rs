//! The Anthropic codec against recorded traffic: what it reads must be what a plain look at the JSON finds.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::{Block, Event, Finish};
use llmroute::domain::quirks::Quirks;
use llmroute::domain::reply::Reply;
use llmroute::domain::usage::Usage;
use llmroute::wire::sse::{Frame, Split as _, Splitter};
use llmroute::wire::{Codec, codec};
use serde_json::{Value, json};

/// One recorded exchange.
pub(crate) struct Exchange {
    pub(crate) file: String,
    pub(crate) status: u64,
    pub(crate) request: Option<Value>,
    pub(crate) answer: Answer,
}

pub(crate) enum Answer {
    Whole(Value),
    Stream(String),
    Other,
}

/// The recorded exchanges of one API, or `None`, said aloud, where the recordings are not there.
pub(crate) fn recorded(api: &str) -> Option<Vec<Exchange>> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recorded");
    let Ok(index) = std::fs::read_to_string(folder.join("index.jsonl")) else {
        eprintln!("skipped: no recorded traffic in {}", folder.display());
        return None;
    };
    let lines = index.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_api = lines.filter(|it| it["api"] == api);
    Some(of_api.map(|it| exchange(&folder, it["file"].as_str().unwrap())).collect())
}

fn exchange(folder: &Path, file: &str) -> Exchange {
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let mut it: Value = serde_json::from_str(&text).unwrap();
    let request = it["request"]["body"].take();
    let status = it["response"]["status"].as_u64().unwrap();
    let answer = match (it["response"]["body_json"].take(), it["response"]["body_text"].take()) {
        (Value::Null, Value::String(text)) => Answer::Stream(text),
        (Value::Null, _) => Answer::Other,
        (whole, _) => Answer::Whole(whole),
    };
    Exchange { file: file.to_owned(), status, request: request.is_object().then_some(request), answer }
}

fn anthropic() -> &'static dyn Codec {
    codec(Dialect::Anthropic)
}

pub(crate) fn frames(text: &str) -> Vec<Frame> {
    frames_of(anthropic(), text)
}

/// The frames of a stream of any dialect.
pub(crate) fn frames_of(codec: &dyn Codec, text: &str) -> Vec<Frame> {
    let mut splitter = codec.splitter();
    let mut frames = Vec::new();
    splitter.push(Bytes::copy_from_slice(text.as_bytes()), &mut frames);
    frames.extend(splitter.finish());
    frames
}

pub(crate) fn events(codec: &dyn Codec, frames: &[Frame]) -> Vec<Event> {
    let mut reader = codec.stream_reader();
    let mut events = Vec::new();
    for frame in frames {
        reader.read(frame, &mut events).unwrap_or_else(|error| panic!("{error} in {:?}", frame.raw()));
    }
    reader.closed(&mut events);
    events
}

#[test]
fn requests_survive_the_hub() {
    let Some(exchanges) = recorded("anthropic.messages") else { return };
    let mut checked = 0;
    for Exchange { file, request, .. } in &exchanges {
        let Some(request) = request else { continue };
        let prompt =
            anthropic().read_request(request.to_string().as_bytes()).unwrap_or_else(|it| panic!("{file}: {it}"));
        let model = request["model"].as_str().unwrap();
        assert_eq!(prompt.model, model, "{file}");
        let written = anthropic().write_request(&prompt, model, &Quirks::default());
        let again: Value = serde_json::from_slice(&written.body).unwrap();
        let (mut before, mut after) = (plain(request.clone()), plain(again));
        let losses: Vec<_> = written.losses.iter().map(|it| it.what.as_str()).collect();
        match file.as_str() {
            // A temperature the API refuses.
            "anthropic/error-identity-edge-validation-error-carries-identity.json" => {
                assert_eq!(losses, ["temperature: set to 0"], "{file}");
                before["temperature"] = json!(0);
            }
            // An effort without thinking asks a model of this generation to think; it has no effort of that name.
            "anthropic/test-anthropic-test-anthropic-explicit-effort-xhigh-unsupported-model-errors.json" => {
                assert_eq!(losses, ["reasoning effort xhigh: set to high"], "{file}");
                assert_eq!(after["thinking"].take(), json!({"type": "adaptive"}));
                after.as_object_mut().unwrap().remove("thinking");
                before["output_config"]["effort"] = json!("high");
            }
            _ => assert_eq!(losses, [""; 0], "{file}"),
        }
        assert_eq!(before, after, "{file}");
        checked += 1;
    }
    // Six of the recordings are answers only.
    assert_eq!(checked + 6, exchanges.len());
    assert_eq!(exchanges.len(), 54, "the index has changed");
}

/// A request without differences that mean nothing: `null` for nothing, a string for one block of text, defaults in so
/// many words, the beta name of `output_config.format`.
fn plain(mut request: Value) -> Value {
    let fields = request.as_object_mut().unwrap();
    fields.retain(|_, value| !value.is_null() && *value != json!([]));
    if fields.get("stream") == Some(&json!(false)) {
        fields.remove("stream");
    }
    // A whole number stays one, however it is spelled.
    if fields.get("temperature") == Some(&json!(0.0)) {
        fields.insert("temperature".to_owned(), json!(0));
    }
    if let Some(format) = fields.remove("output_format") {
        fields.insert("output_config".to_owned(), json!({ "format": format }));
    }
    if let Some(system) = fields.get_mut("system") {
        as_blocks(system);
    }
    for message in fields["messages"].as_array_mut().unwrap() {
        as_blocks(&mut message["content"]);
    }
    for tool in fields.get_mut("tools").and_then(Value::as_array_mut).into_iter().flatten() {
        if tool.get("type").is_none() {
            tool.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        }
    }
    request
}

fn as_blocks(content: &mut Value) {
    if let Some(text) = content.as_str() {
        *content = json!([{ "type": "text", "text": text }]);
    }
    for block in content.as_array_mut().unwrap() {
        if block["type"] == "tool_result" {
            if block.get("is_error") == Some(&json!(false)) {
                block.as_object_mut().unwrap().remove("is_error");
            }
            if block.get("content").is_some() {
                as_blocks(&mut block["content"]);
            }
        }
    }
}

#[test]
fn whole_answers_and_errors_say_what_their_json_says() {
    let Some(exchanges) = recorded("anthropic.messages") else { return };
    let (mut answers, mut errors, mut streams) = (0, 0, 0);
    for Exchange { file, status, answer, .. } in &exchanges {
        match answer {
            Answer::Whole(whole) if *status >= 400 => {
                let fault = anthropic().read_error(whole.to_string().as_bytes());
                assert_eq!(fault.kind.as_deref(), whole["error"]["type"].as_str(), "{file}");
                assert_eq!(Some(fault.message.as_str()), whole["error"]["message"].as_str(), "{file}");
                let reply = anthropic().read_reply(whole.to_string().as_bytes()).unwrap();
                assert_eq!(reply.fault, Some(fault), "{file}");
                errors += 1;
            }
            Answer::Whole(whole) => {
                let body = whole.to_string();
                let reply = anthropic().read_reply(body.as_bytes()).unwrap_or_else(|it| panic!("{file}: {it}"));
                assert_eq!(told(&reply), direct(whole), "{file}");
                let facts = anthropic().read_facts(body.as_bytes()).unwrap();
                assert_eq!(facts.usage, reply.usage, "{file}");
                assert_eq!(
                    (facts.model.as_deref(), facts.finish.as_ref()),
                    (Some(reply.model.as_str()), reply.finish.as_ref())
                );
                assert_eq!(facts.content, reply.has_content(), "{file}");
                assert_eq!(facts.content, facts.content_bytes > 0, "{file}");
                let written = anthropic().write_reply(&reply);
                assert_eq!(written.losses, [], "{file}");
                let again: Value = serde_json::from_slice(&written.body).unwrap();
                same_answer(whole, &again, file);
                answers += 1;
            }
            Answer::Stream(_) => streams += 1,
            Answer::Other => panic!("{file} has no answer"),
        }
    }
    assert_eq!((answers, errors, streams), (19, 10, 25));
}

/// Everything of a written answer must be as it came, apart from `usage`, which holds the figures the hub knows.
fn same_answer(before: &Value, after: &Value, file: &str) {
    for (key, value) in before.as_object().unwrap() {
        match key.as_str() {
            "usage" => {
                for key in ["input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"] {
                    assert_eq!(value[key].as_u64().unwrap_or(0), after["usage"][key].as_u64().unwrap(), "{file} {key}");
                }
            }
            "content" => {
                let nulls = |it: &Value| {
                    let mut it = it.clone();
                    it.as_object_mut().unwrap().retain(|_, value| !value.is_null());
                    it
                };
                let blocks = |it: &Value| it.as_array().unwrap().iter().map(nulls).collect::<Vec<_>>();
                assert_eq!(blocks(value), blocks(&after["content"]), "{file}");
            }
            _ if value.is_null() => assert!(after.get(key).is_none_or(Value::is_null), "{file} {key}"),
            _ => assert_eq!(Some(value), after.get(key), "{file} {key}"),
        }
    }
}

#[test]
fn streams_say_what_their_frames_say() {
    let Some(exchanges) = recorded("anthropic.messages") else { return };
    let mut checked = 0;
    for Exchange { file, answer, .. } in &exchanges {
        let Answer::Stream(text) = answer else { continue };
        let frames = frames(text);
        let events = events(anthropic(), &frames);
        check_grammar(&events, file);
        let reply = Reply::of(events);
        assert_eq!(told(&reply), accumulated(text), "{file}");
        assert!(reply.ended, "{file}");
        let mut watcher = anthropic().watcher();
        let mut ends = 0;
        for frame in &frames {
            let sight = watcher.watch(frame);
            assert!(!sight.malformed && !sight.usage_only && sight.fault.is_none(), "{file}: {:?}", frame.raw());
            ends += u32::from(sight.end);
        }
        let facts = watcher.facts();
        assert_eq!(ends, 1, "{file}");
        assert_eq!(facts.usage, reply.usage, "{file}");
        assert_eq!(
            (facts.model.as_deref(), facts.finish.as_ref()),
            (Some(reply.model.as_str()), reply.finish.as_ref())
        );
        assert_eq!(facts.content, reply.has_content(), "{file}");
        checked += 1;
    }
    assert_eq!(checked, 25, "the index has changed");
}

#[test]
fn where_a_stream_is_cut_into_chunks_changes_nothing() {
    let Some(exchanges) = recorded("anthropic.messages") else { return };
    for Exchange { file, answer, .. } in &exchanges {
        let Answer::Stream(text) = answer else { continue };
        let whole = frames(text);
        let expected = format!("{:?}", events(anthropic(), &whole));
        // Byte by byte: every cut at once.
        let mut splitter = Splitter::new();
        let mut single = Vec::new();
        for byte in text.as_bytes() {
            splitter.push(Bytes::copy_from_slice(&[*byte]), &mut single);
        }
        single.extend(splitter.finish());
        assert_eq!(format!("{:?}", events(anthropic(), &single)), expected, "{file}");
        // Every cut by itself. A reader sees frames only, so the same frames are the same events.
        let raws = |frames: &[Frame]| frames.iter().map(|it| it.raw().clone()).collect::<Vec<_>>();
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        let mut start = 0;
        for pair in whole.windows(2) {
            let end = start + pair[0].raw().len() + pair[1].raw().len();
            for cut in start..=end {
                let mut splitter = Splitter::new();
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
    let Some(exchanges) = recorded("anthropic.messages") else { return };
    for Exchange { file, answer, .. } in &exchanges {
        let Answer::Stream(text) = answer else { continue };
        let frames = frames(text);
        let last = frames.iter().position(|it| it.event() == "message_stop").unwrap();
        for many in 0..=last {
            let events = events(anthropic(), &frames[..many]);
            assert!(!events.iter().any(|it| matches!(it, Event::End)), "{file} after {many} frames");
            let mut written = Vec::new();
            let mut writer = anthropic().stream_writer(true);
            for event in &events {
                writer.write(event, &mut written);
            }
            let written = String::from_utf8(written).unwrap();
            assert!(!written.contains("message_stop"), "{file} after {many} frames");
            let mut watcher = anthropic().watcher();
            assert!(!frames[..many].iter().any(|it| watcher.watch(it).end), "{file} after {many} frames");
        }
    }
}

/// Checks the order that [`Event`] promises.
pub(crate) fn check_grammar(events: &[Event], file: &str) {
    let (mut next, mut open, mut started, mut finished, mut ended) = (0, Vec::new(), false, false, false);
    for event in events {
        assert!(!ended, "{file}: {event:?} after the end");
        match event {
            Event::Start { .. } => assert!(!std::mem::replace(&mut started, true), "{file}: two starts"),
            Event::Open { index, .. } => {
                assert!(started && !finished, "{file}: a block out of place");
                assert_eq!(*index, next, "{file}");
                open.push(*index);
                next += 1;
            }
            Event::Delta { index, .. } => assert!(open.contains(index), "{file}: a delta of no block"),
            Event::Close { index } => {
                assert!(open.contains(index), "{file}: a close of no block");
                open.retain(|it| it != index);
            }
            Event::Finish { .. } => {
                assert!(started && open.is_empty(), "{file}: a finish with open blocks");
                assert!(!std::mem::replace(&mut finished, true), "{file}: two finishes");
            }
            Event::End => {
                assert!(open.is_empty(), "{file}: an end with open blocks");
                ended = true;
            }
            Event::Fault(_) => ended = true,
            Event::Usage(_) | Event::Ping | Event::Opaque(_) => {}
        }
    }
}

/// What an answer says, in a form both sides can be brought to.
#[derive(Debug, PartialEq)]
struct Told {
    id: String,
    model: String,
    blocks: Vec<Value>,
    reason: Option<String>,
    stop: Option<String>,
    /// Input, cached, written (short, long), output, searches.
    counts: Option<[u64; 6]>,
}

fn told(reply: &Reply) -> Told {
    let blocks = reply.blocks.iter().map(|it| {
        let citations: Vec<Value> = it
            .citations
            .iter()
            .map(|it| serde_json::from_str(it.raw.as_ref().unwrap().get()).unwrap())
            .collect();
        match &it.block {
            Block::Text => json!({ "text": it.text, "citations": citations }),
            Block::Thinking => json!({ "thinking": it.text, "signature": it.signature.as_ref().map(|it| &*it.text).unwrap_or_default() }),
            Block::RedactedThinking(data) => json!({ "redacted": data.text }),
            Block::ToolCall { id, name } => {
                json!({ "id": id, "name": name, "input": input(&it.text) })
            }
            Block::Opaque(whole) => serde_json::from_str(whole.raw.get()).unwrap(),
            Block::Refusal => panic!("the dialect has no refusal blocks"),
        }
    });
    let counts = |it: &Usage| [it.input, it.cache_read, it.cache_write, it.cache_write_1h, it.output, it.web_searches];
    let reason = reply.finish.as_ref().map(|it| match it {
        Finish::Stop => "end_turn",
        Finish::StopSequence => "stop_sequence",
        Finish::Length => "max_tokens",
        Finish::ToolCalls => "tool_use",
        Finish::Refusal => "refusal",
        other => panic!("{other:?} is in no recording"),
    });
    Told {
        id: reply.id.clone(),
        model: reply.model.clone(),
        blocks: blocks.collect(),
        reason: reason.map(str::to_owned),
        stop: reply.stop.clone(),
        counts: reply.usage.as_ref().map(counts),
    }
}

/// Arguments as a value; what does not parse stays text.
fn input(arguments: &str) -> Value {
    serde_json::from_str(arguments).unwrap_or_else(|_| json!(arguments))
}

/// A whole answer, read directly.
fn direct(whole: &Value) -> Told {
    let blocks = whole["content"].as_array().unwrap().iter().map(direct_block);
    Told {
        id: whole["id"].as_str().unwrap().to_owned(),
        model: whole["model"].as_str().unwrap().to_owned(),
        blocks: blocks.collect(),
        reason: whole["stop_reason"].as_str().map(str::to_owned),
        stop: whole["stop_sequence"].as_str().map(str::to_owned),
        counts: Some(direct_counts(&whole["usage"])),
    }
}

fn direct_block(it: &Value) -> Value {
    match it["type"].as_str().unwrap() {
        "text" => json!({ "text": it["text"], "citations": it["citations"].as_array().cloned().unwrap_or_default() }),
        "thinking" => json!({ "thinking": it["thinking"], "signature": it["signature"].as_str().unwrap_or_default() }),
        "redacted_thinking" => json!({ "redacted": it["data"] }),
        "tool_use" => json!({ "id": it["id"], "name": it["name"], "input": it["input"] }),
        _ => it.clone(),
    }
}

fn direct_counts(usage: &Value) -> [u64; 6] {
    let count = |it: &Value| it.as_u64().unwrap_or(0);
    let (created, read) = (count(&usage["cache_creation_input_tokens"]), count(&usage["cache_read_input_tokens"]));
    let hour = count(&usage["cache_creation"]["ephemeral_1h_input_tokens"]);
    let searches = count(&usage["server_tool_use"]["web_search_requests"]);
    [
        count(&usage["input_tokens"]) + created + read,
        read,
        created - hour,
        hour,
        count(&usage["output_tokens"]),
        searches,
    ]
}

/// A stream, put together directly: blocks by message and index, texts appended, later counts over earlier ones.
fn accumulated(text: &str) -> Told {
    let mut whole = Value::Null;
    let mut blocks: Vec<((String, u64), Value, String)> = Vec::new();
    let mut current = String::new();
    let mut usage = json!({});
    for line in text.lines() {
        let Some(data) = line.strip_prefix("data:").map(str::trim).filter(|it| *it != "[DONE]") else { continue };
        let it: Value = serde_json::from_str(data).unwrap();
        let key = (current.clone(), it["index"].as_u64().unwrap_or(0));
        match it["type"].as_str().unwrap() {
            "message_start" => {
                it["message"]["id"].as_str().unwrap().clone_into(&mut current);
                if whole.is_null() {
                    whole = it["message"].clone();
                }
                merge(&mut usage, &it["message"]["usage"]);
            }
            "content_block_start" => blocks.push((key, it["content_block"].clone(), String::new())),
            "content_block_delta" => {
                let (_, block, json) = blocks.iter_mut().rev().find(|(it, ..)| *it == key).unwrap();
                let delta = &it["delta"];
                match delta["type"].as_str().unwrap() {
                    "text_delta" => append(block, "text", &delta["text"]),
                    "thinking_delta" => append(block, "thinking", &delta["thinking"]),
                    "signature_delta" => append(block, "signature", &delta["signature"]),
                    "input_json_delta" => json.push_str(delta["partial_json"].as_str().unwrap()),
                    "citations_delta" => {
                        let mut all = block["citations"].as_array().cloned().unwrap_or_default();
                        all.push(delta["citation"].clone());
                        block["citations"] = Value::Array(all);
                    }
                    other => panic!("{other} is new"),
                }
            }
            "message_delta" => {
                whole["stop_reason"] = it["delta"]["stop_reason"].clone();
                whole["stop_sequence"] = it["delta"]["stop_sequence"].clone();
                merge(&mut usage, &it["usage"]);
            }
            _ => {}
        }
    }
    let blocks = blocks.into_iter().map(|(_, mut block, json)| {
        if !json.is_empty() {
            block["input"] = input(&json);
        }
        direct_block(&block)
    });
    whole["content"] = Value::Array(Vec::new());
    whole["usage"] = usage;
    Told { blocks: blocks.collect(), ..direct(&whole) }
}

fn append(block: &mut Value, key: &str, more: &Value) {
    let text = block[key].as_str().unwrap_or_default().to_owned() + more.as_str().unwrap();
    block[key] = Value::String(text);
}

fn merge(usage: &mut Value, later: &Value) {
    for (key, value) in later.as_object().into_iter().flatten() {
        let zero = *value == json!(0) && key != "output_tokens";
        if value.is_object() {
            if usage[key].is_null() {
                usage[key] = json!({});
            }
            merge(&mut usage[key], value);
        } else if !(value.is_null() || zero && usage[key].is_u64()) {
            usage[key] = value.clone();
        }
    }
}
