//! The Bedrock codec against recorded traffic: what it reads must be what a plain look at the JSON, and at the binary
//! stream, finds.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::{Block, Event, Finish};
use llmroute::domain::quirks::Quirks;
use llmroute::domain::reply::Reply;
use llmroute::wire::sse::Frame;
use llmroute::wire::{Codec, codec};
use serde_json::{Value, json};

use crate::recorded_anthropic::{check_grammar, events};

/// One recorded exchange.
pub(crate) struct Exchange {
    pub(crate) file: String,
    pub(crate) model: String,
    pub(crate) status: u64,
    pub(crate) class: Option<String>,
    pub(crate) request: Value,
    pub(crate) answer: Answer,
}

pub(crate) enum Answer {
    Whole(Value),
    Stream(Vec<u8>),
}

/// The recorded exchanges, or `None`, said aloud, where the recordings are not there.
pub(crate) fn recorded() -> Option<Vec<Exchange>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recorded");
    let Ok(index) = std::fs::read_to_string(folder.join("index.jsonl")) else {
        eprintln!("skipped: no recorded traffic in {}", folder.display());
        return None;
    };
    let lines = index.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let all = lines.filter(|it| it["api"] == "bedrock.converse").map(|line| {
        let file = line["file"].as_str().unwrap().to_owned();
        let mut it: Value = serde_json::from_str(&std::fs::read_to_string(folder.join(&file)).unwrap()).unwrap();
        let path = it["request"]["path"].as_str().unwrap().to_owned();
        let model = path.strip_prefix("/model/").unwrap().rsplit_once('/').unwrap().0;
        let model = model.replace("%3A", ":").replace("%2F", "/");
        let response = &it["response"];
        let answer = match response["body_base64"].as_str() {
            Some(text) => Answer::Stream(STANDARD.decode(text).unwrap()),
            None => Answer::Whole(response["body_json"].clone()),
        };
        let (status, class) = (response["status"].as_u64().unwrap(), response["headers"]["x-amzn-errortype"].as_str());
        Exchange { status, class: class.map(str::to_owned), request: it["request"]["body"].take(), answer, file, model }
    });
    Some(all.collect())
}

fn bedrock() -> &'static dyn Codec {
    codec(Dialect::BedrockConverse)
}

/// The frames of a stream that comes in these chunks.
fn frames<'c>(chunks: impl IntoIterator<Item = &'c [u8]>) -> Vec<Frame> {
    let (mut splitter, mut frames) = (bedrock().splitter(), Vec::new());
    for chunk in chunks {
        splitter.push(Bytes::copy_from_slice(chunk), &mut frames);
    }
    frames.extend(splitter.finish());
    frames
}

#[test]
fn requests_survive_the_hub() {
    let Some(exchanges) = recorded() else { return };
    for Exchange { file, model, request, .. } in &exchanges {
        let prompt = bedrock().read_request(request.to_string().as_bytes()).unwrap_or_else(|it| panic!("{file}: {it}"));
        let written = bedrock().write_request(&prompt, model, &Quirks::default());
        let again: Value = serde_json::from_slice(&written.body).unwrap();
        let losses: Vec<_> = written.losses.iter().map(|it| it.what.as_str()).collect();
        assert_eq!(losses, [""; 0], "{file}");
        assert_eq!(plain(request), plain(&again), "{file}");
    }
    assert_eq!(exchanges.len(), 26, "the index has changed");
}

/// A request without differences that mean nothing: empty lists and objects for nothing.
fn plain(request: &Value) -> Value {
    let mut request = request.clone();
    let fields = request.as_object_mut().unwrap();
    fields.retain(|_, value| *value != json!([]) && *value != json!({}));
    // A whole number stays one, however it is spelled.
    if let Some(temperature) = fields.get_mut("inferenceConfig").and_then(|it| it.get_mut("temperature"))
        && *temperature == json!(0.0)
    {
        *temperature = json!(0);
    }
    request
}

#[test]
fn whole_answers_and_errors_say_what_their_json_says() {
    let Some(exchanges) = recorded() else { return };
    let (mut answers, mut errors) = (0, 0);
    for Exchange { file, status, class, answer, .. } in &exchanges {
        let Answer::Whole(whole) = answer else { continue };
        let body = whole.to_string();
        if *status >= 400 {
            let header = |name: &str| (name == "x-amzn-errortype").then(|| class.clone()).flatten();
            let fault = bedrock().read_error_of(&header, body.as_bytes());
            assert_eq!(fault.kind.as_deref(), class.as_deref().map(|it| it.split(':').next().unwrap()), "{file}");
            assert_eq!(Some(fault.message.as_str()), whole["message"].as_str(), "{file}");
            errors += 1;
            continue;
        }
        let reply = bedrock().read_reply(body.as_bytes()).unwrap_or_else(|it| panic!("{file}: {it}"));
        assert_eq!(told(&reply), direct(whole), "{file}");
        let facts = bedrock().read_facts(body.as_bytes()).unwrap();
        assert_eq!((&facts.usage, &facts.finish), (&reply.usage, &reply.finish), "{file}");
        assert_eq!(facts.content, reply.has_content(), "{file}");
        assert_eq!(facts.content, facts.content_bytes > 0, "{file}");
        let written = bedrock().write_reply(&reply);
        assert_eq!(written.losses, [], "{file}");
        same_answer(whole, &serde_json::from_slice(&written.body).unwrap(), file);
        answers += 1;
    }
    assert_eq!((answers, errors), (11, 5));
}

/// Everything of a written answer must be as it came, apart from `usage`, which holds the figures the hub knows.
fn same_answer(before: &Value, after: &Value, file: &str) {
    for (key, value) in before.as_object().unwrap() {
        if key != "usage" {
            assert_eq!(Some(value), after.get(key), "{file} {key}");
        }
    }
    for key in ["inputTokens", "outputTokens", "totalTokens", "cacheReadInputTokens", "cacheWriteInputTokens"] {
        let count = |it: &Value| it["usage"][key].as_u64().unwrap_or(0);
        assert_eq!(count(before), count(after), "{file} {key}");
    }
}

#[test]
fn streams_say_what_their_messages_say() {
    let Some(exchanges) = recorded() else { return };
    let mut checked = 0;
    for Exchange { file, answer, .. } in &exchanges {
        let Answer::Stream(bytes) = answer else { continue };
        let frames = frames([&bytes[..]]);
        assert_eq!(frames.iter().map(|it| it.raw().to_vec()).collect::<Vec<_>>().concat(), *bytes, "{file}");
        let plainly = messages(bytes);
        let seen = frames.iter().map(|it| (it.event().to_owned(), it.data().into_owned()));
        assert_eq!(seen.collect::<Vec<_>>(), plainly, "{file}");
        let events = events(bedrock(), &frames);
        check_grammar(&events, file);
        let reply = Reply::of(events);
        assert!(reply.ended, "{file}");
        let expected = accumulated(&plainly);
        assert_eq!(told(&reply), expected, "{file}");
        let mut watcher = bedrock().watcher();
        let mut ends = 0;
        for frame in &frames {
            let sight = watcher.watch(frame);
            assert!(!sight.malformed && !sight.usage_only && sight.fault.is_none(), "{file}: {:?}", frame.raw());
            ends += u32::from(sight.end);
        }
        let facts = watcher.facts();
        assert_eq!(ends, 1, "{file}");
        assert_eq!((&facts.usage, &facts.finish), (&reply.usage, &reply.finish), "{file}");
        assert_eq!(facts.content, reply.has_content(), "{file}");
        // Written again, it says the same.
        let mut writer = bedrock().stream_writer(true);
        let mut out = Vec::new();
        for event in crate::recorded_anthropic::events(bedrock(), &frames) {
            writer.write(&event, &mut out);
        }
        assert_eq!(writer.losses(), [], "{file}");
        assert_eq!(accumulated(&messages(&out)), expected, "{file}");
        checked += 1;
    }
    assert_eq!(checked, 10, "the index has changed");
}

#[test]
fn where_a_stream_is_cut_into_chunks_changes_nothing() {
    let Some(exchanges) = recorded() else { return };
    for Exchange { file, answer, .. } in &exchanges {
        let Answer::Stream(bytes) = answer else { continue };
        let raws = |frames: &[Frame]| frames.iter().map(|it| it.raw().clone()).collect::<Vec<_>>();
        let whole = raws(&frames([&bytes[..]]));
        assert_eq!(raws(&frames(bytes.chunks(1))), whole, "{file}");
        assert_eq!(raws(&frames(bytes.chunks(7))), whole, "{file}");
        for cut in 0..=bytes.len() {
            assert_eq!(raws(&frames([&bytes[..cut], &bytes[cut..]])), whole, "{file} cut at {cut}");
        }
    }
}

#[test]
fn a_stream_that_stops_early_is_not_an_end() {
    let Some(exchanges) = recorded() else { return };
    for Exchange { file, answer, .. } in &exchanges {
        let Answer::Stream(bytes) = answer else { continue };
        let all = frames([&bytes[..]]);
        let last = all.iter().position(|it| it.event() == "messageStop").unwrap();
        for many in 0..=all.len() {
            let events = events(bedrock(), &all[..many]);
            // Why it ended is said before the counts: with that the answer is whole.
            assert_eq!(events.iter().any(|it| matches!(it, Event::End)), many > last, "{file} after {many}");
            let mut watcher = bedrock().watcher();
            let ended = all[..many].iter().any(|it| watcher.watch(it).end);
            assert_eq!((ended, watcher.may_close()), (many == all.len(), many > last), "{file} after {many}");
        }
        // Cut within a message, nothing of it is told.
        let cut = frames([&bytes[..bytes.len() - 3]]);
        assert_eq!(cut.len(), all.len() - 1, "{file}");
    }
}

#[test]
fn a_damaged_stream_is_malformed_and_says_why() {
    let Some(exchanges) = recorded() else { return };
    for Exchange { file, answer, .. } in &exchanges {
        let Answer::Stream(bytes) = answer else { continue };
        for at in (0..bytes.len()).step_by(5) {
            let mut bytes = bytes.clone();
            bytes[at] ^= 0x20;
            let (mut reader, mut watcher) = (bedrock().stream_reader(), bedrock().watcher());
            let mut told = None;
            for frame in frames([&bytes[..]]) {
                let malformed = watcher.watch(&frame).malformed;
                let error = reader.read(&frame, &mut Vec::new()).err();
                assert_eq!(malformed, error.is_some(), "{file} at {at}");
                if let Some(error) = error {
                    told = Some(error.what);
                    break;
                }
            }
            assert!(told.as_deref().is_some_and(|it| it.contains("event stream message")), "{file} at {at}: {told:?}");
        }
    }
}

// === an independent reader ===

/// What an answer says, in a form both sides can be brought to.
#[derive(Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) blocks: Vec<Value>,
    pub(crate) reason: Option<String>,
    /// Input, cached, written, output.
    pub(crate) counts: Option<[u64; 4]>,
}

fn told(reply: &Reply) -> Told {
    let blocks = reply.blocks.iter().map(|it| match &it.block {
        Block::Text => json!({ "text": it.text }),
        Block::Thinking => {
            json!({ "thinking": it.text, "signature": it.signature.as_ref().map(|it| &*it.text).unwrap_or_default() })
        }
        Block::RedactedThinking(data) => json!({ "redacted": data.text }),
        Block::ToolCall { id, name } => json!({ "id": id, "name": name, "input": input(&it.text) }),
        Block::Opaque(whole) => serde_json::from_str(whole.raw.get()).unwrap(),
        Block::Refusal => panic!("the dialect has no refusal blocks"),
    });
    let reason = reply.finish.as_ref().map(|it| match it {
        Finish::Stop => "end_turn",
        Finish::Length => "max_tokens",
        Finish::ToolCalls => "tool_use",
        other => panic!("{other:?} is in no recording"),
    });
    let counts = reply.usage.as_ref().map(|it| [it.input, it.cache_read, it.cache_write, it.output]);
    Told { blocks: blocks.collect(), reason: reason.map(str::to_owned), counts }
}

/// Arguments as a value; none at all are an empty object.
fn input(arguments: &str) -> Value {
    if arguments.is_empty() { json!({}) } else { serde_json::from_str(arguments).unwrap() }
}

/// A whole answer, read directly.
pub(crate) fn direct(whole: &Value) -> Told {
    let blocks = whole["output"]["message"]["content"].as_array().unwrap().iter();
    Told {
        blocks: blocks.map(direct_block).collect(),
        reason: whole["stopReason"].as_str().map(str::to_owned),
        counts: direct_counts(&whole["usage"]),
    }
}

fn direct_block(it: &Value) -> Value {
    let reasoning = &it["reasoningContent"];
    if let Some(said) = reasoning.get("reasoningText") {
        return json!({ "thinking": said["text"].as_str().unwrap_or_default(), "signature": said["signature"].as_str().unwrap_or_default() });
    }
    if let Some(data) = reasoning["redactedContent"].as_str() {
        return json!({ "redacted": String::from_utf8(STANDARD.decode(data).unwrap()).unwrap() });
    }
    let call = &it["toolUse"];
    if call.is_object() && call["type"] != "server_tool_use" {
        return json!({ "id": call["toolUseId"], "name": call["name"], "input": call["input"] });
    }
    it.clone()
}

fn direct_counts(usage: &Value) -> Option<[u64; 4]> {
    let count = |key: &str| usage[key].as_u64().unwrap_or(0);
    let (read, written) = (count("cacheReadInputTokens"), count("cacheWriteInputTokens"));
    let input = count("inputTokens") + read + written;
    assert_eq!(count("totalTokens"), input + count("outputTokens"), "the total is the sum of all");
    usage.is_object().then(|| [input, read, written, count("outputTokens")])
}

/// The messages of a stream: their type and payload. Read by hand, checksums included.
pub(crate) fn messages(mut bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let crc = |bytes: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum()
    };
    let word = |at: usize, bytes: &[u8]| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        let (total, of_headers) = (word(0, bytes) as usize, word(4, bytes) as usize);
        assert_eq!(word(8, bytes), crc(&bytes[..8]));
        assert_eq!(word(total - 4, bytes), crc(&bytes[..total - 4]));
        let mut headers = &bytes[12..12 + of_headers];
        let mut name = String::new();
        while let [length, rest @ ..] = headers {
            let (key, rest) = rest.split_at(usize::from(*length));
            assert_eq!(rest[0], 7, "a header of text");
            let size = usize::from(u16::from_be_bytes([rest[1], rest[2]]));
            if key == b":event-type" || key == b":exception-type" {
                name = String::from_utf8(rest[3..3 + size].to_vec()).unwrap();
            }
            headers = &rest[3 + size..];
        }
        messages.push((name, bytes[12 + of_headers..total - 4].to_vec()));
        bytes = &bytes[total..];
    }
    messages
}

/// A stream, put together directly: blocks by index, texts appended.
pub(crate) fn accumulated(messages: &[(String, Vec<u8>)]) -> Told {
    let mut blocks: Vec<(u64, Value)> = Vec::new();
    let (mut reason, mut counts) = (None, None);
    for (name, payload) in messages {
        let it: Value = serde_json::from_slice(payload).unwrap();
        let at = it["contentBlockIndex"].as_u64().unwrap_or(0);
        match name.as_str() {
            "contentBlockStart" => blocks.push((at, it["start"].clone())),
            "contentBlockDelta" => {
                if blocks.last().is_none_or(|it| it.0 != at) {
                    blocks.push((at, json!({})));
                }
                add(&mut blocks.last_mut().unwrap().1, &it["delta"]);
            }
            "messageStop" => reason = it["stopReason"].as_str().map(str::to_owned),
            "metadata" => counts = direct_counts(&it["usage"]),
            _ => {}
        }
    }
    let said = blocks.into_iter().map(|it| it.1).filter(|it| it["text"] != json!(""));
    let blocks = said.map(|mut block| {
        if block["toolUse"].is_object() {
            let text = block["toolUse"]["input"].as_str().unwrap_or_default().to_owned();
            block["toolUse"]["input"] = input(&text);
        }
        direct_block(&block)
    });
    Told { blocks: blocks.collect(), reason, counts }
}

fn add(block: &mut Value, delta: &Value) {
    for (key, value) in delta.as_object().unwrap() {
        match (key.as_str(), value) {
            ("reasoningContent", it) if it.get("redactedContent").is_some() => block[key] = it.clone(),
            ("reasoningContent", it) => add(&mut block[key]["reasoningText"], it),
            ("toolResult", it) => block[key]["content"] = it.clone(),
            (_, Value::Object(_)) => add(&mut block[key], value),
            (_, more) => {
                let text = block[key].as_str().unwrap_or_default().to_owned() + more.as_str().unwrap();
                block[key] = json!(text);
            }
        }
    }
}
