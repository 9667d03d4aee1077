//! The responses codec against recorded traffic: what it reads must be what a plain look at the JSON finds.

use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::{Block, Event, Finish};
use llmroute::domain::prompt::Opaque;
use llmroute::domain::quirks::Quirks;
use llmroute::domain::reply::Reply;
use llmroute::domain::usage::Usage;
use llmroute::wire::sse::{Frame, Split as _, Splitter};
use llmroute::wire::{Codec, codec};
use serde_json::{Map, Value, json};

use crate::recorded_anthropic::{Answer, Exchange, check_grammar, events, frames, recorded};
use crate::responses_stream::fold;

fn responses() -> &'static dyn Codec {
    codec(Dialect::OpenaiResponses)
}

fn exchanges() -> Option<Vec<Exchange>> {
    let all = recorded("openai.responses")?;
    assert_eq!(all.len(), 66, "the index has changed");
    Some(all)
}

// === requests ===

#[test]
fn requests_survive_the_hub() {
    let Some(exchanges) = exchanges() else { return };
    let mut checked = 0;
    for Exchange { file, request, .. } in &exchanges {
        let Some(request) = request else { continue };
        let prompt = responses().read_request(request.to_string().as_bytes());
        let prompt = prompt.unwrap_or_else(|it| panic!("{file}: {it}"));
        let model = request["model"].as_str().unwrap();
        assert_eq!(prompt.model, model, "{file}");
        let written = responses().write_request(&prompt, model, &Quirks::default());
        assert_eq!(written.losses, [], "{file}");
        let again: Value = serde_json::from_slice(&written.body).unwrap();
        assert_eq!(plain(request.clone()), plain(again), "{file}");
        checked += 1;
    }
    // Six of the recordings are answers only.
    assert_eq!(checked, 60);
}

/// A request without differences that mean nothing: `null` for nothing, a string for one part of text, a message without
/// its type, empty annotations, defaults in so many words.
fn plain(mut request: Value) -> Value {
    let fields = request.as_object_mut().unwrap();
    fields.retain(|_, value| !value.is_null() && *value != json!([]));
    for (key, default) in [
        ("stream", json!(false)),
        ("truncation", json!("disabled")),
        ("background", json!(false)),
        ("metadata", json!({})),
    ] {
        if fields.get(key) == Some(&default) {
            fields.remove(key);
        }
    }
    if let Some(text) = fields["input"].as_str() {
        fields["input"] = json!([{"role": "user", "content": text}]);
    }
    for item in fields["input"].as_array_mut().unwrap() {
        plain_item(item.as_object_mut().unwrap());
    }
    for tool in fields.get_mut("tools").and_then(Value::as_array_mut).into_iter().flatten() {
        if tool["type"] == "function" {
            tool.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        }
    }
    for key in ["reasoning", "text"] {
        if let Some(it) = fields.get_mut(key).and_then(Value::as_object_mut) {
            it.retain(|_, value| !value.is_null());
        }
    }
    for key in ["temperature", "top_p"] {
        if let Some(number) = fields.get(key).and_then(Value::as_f64) {
            fields.insert(key.to_owned(), json!(number));
        }
    }
    request
}

fn plain_item(item: &mut Map<String, Value>) {
    let kind = item.entry("type").or_insert(json!("message")).as_str().unwrap().to_owned();
    // Reasoning and what the hub has no noun for goes as it came, to the byte.
    if !["message", "function_call", "function_call_output"].contains(&kind.as_str()) {
        return;
    }
    item.retain(|_, value| !value.is_null());
    let spoken = if item.get("role") == Some(&json!("assistant")) { "output_text" } else { "input_text" };
    for key in ["content", "output"] {
        let Some(content) = item.get_mut(key) else { continue };
        if let Some(text) = content.as_str() {
            *content = json!([{"type": spoken, "text": text}]);
        }
        for part in content.as_array_mut().unwrap() {
            part.as_object_mut().unwrap().retain(|key, value| {
                let empty = (key == "annotations" || key == "logprobs") && *value == json!([]);
                !empty && !value.is_null()
            });
        }
    }
}

// === whole answers ===

#[test]
fn whole_answers_and_errors_say_what_their_json_says() {
    let Some(exchanges) = exchanges() else { return };
    let (mut answers, mut errors, mut streams) = (0, 0, 0);
    for Exchange { file, status, answer, .. } in &exchanges {
        match answer {
            Answer::Whole(whole) if *status >= 400 => {
                let body = whole.to_string();
                let fault = responses().read_error(body.as_bytes());
                let message = whole["error"]["message"].as_str().or(whole["error"].as_str());
                assert_eq!(Some(fault.message.as_str()), message, "{file}");
                assert_eq!(fault.param.as_deref(), whole["error"]["param"].as_str(), "{file}");
                let code =
                    whole["error"]["code"].as_str().or(whole["code"].as_str()).filter(|_| whole["error"].is_object());
                assert_eq!(fault.code.as_deref(), code, "{file}");
                let reply = responses().read_reply(body.as_bytes()).unwrap();
                assert_eq!(reply.fault, Some(fault), "{file}");
                errors += 1;
            }
            Answer::Whole(whole) => {
                let body = whole.to_string();
                let reply = responses().read_reply(body.as_bytes()).unwrap_or_else(|it| panic!("{file}: {it}"));
                assert_eq!(told(&reply), direct(whole), "{file}");
                agree(&reply, &responses().read_facts(body.as_bytes()).unwrap(), file);
                let written = responses().write_reply(&reply);
                assert_eq!(written.losses, [], "{file}");
                same_answer(whole, &serde_json::from_slice(&written.body).unwrap(), file);
                answers += 1;
            }
            Answer::Stream(_) => streams += 1,
            Answer::Other => panic!("{file} has no answer"),
        }
    }
    assert_eq!((answers, errors, streams), (28, 10, 28));
}

fn agree(reply: &Reply, facts: &llmroute::wire::Facts, file: &str) {
    assert_eq!(facts.usage, reply.usage, "{file}");
    assert_eq!(facts.finish, reply.finish, "{file}");
    assert_eq!(facts.model.as_deref(), Some(reply.model.as_str()), "{file}");
    assert_eq!(facts.content, reply.has_content(), "{file}");
    assert_eq!(facts.fault, reply.fault, "{file}");
}

/// Everything of a written answer must be as it came, apart from `usage`, which holds the figures the hub knows.
fn same_answer(before: &Value, after: &Value, file: &str) {
    for (key, value) in before.as_object().unwrap() {
        match key.as_str() {
            "usage" => {
                for key in ["input_tokens", "output_tokens", "total_tokens"] {
                    assert_eq!(value[key], after["usage"][key], "{file} {key}");
                }
                let (cached, thought) =
                    ("/input_tokens_details/cached_tokens", "/output_tokens_details/reasoning_tokens");
                for path in [cached, thought] {
                    let count = |it: &Value| it.pointer(path).and_then(Value::as_u64).unwrap_or(0);
                    assert_eq!(count(value), count(&after["usage"]), "{file} {path}");
                }
            }
            "output" => {
                let items = |it: &Value| {
                    let mut items = it.as_array().unwrap().clone();
                    items.iter_mut().for_each(plain_output);
                    items
                };
                assert_eq!(items(value), items(&after["output"]), "{file}");
            }
            // The dialect's ids begin with `resp_`; not every provider's do.
            "id" => {
                assert!(after["id"] == *value || tail(&after["id"]).ends_with(&tail(value)), "{file}: {}", after["id"]);
            }
            _ if value.is_null() => assert!(after.get(key).is_none_or(Value::is_null), "{file} {key}"),
            _ => assert_eq!(Some(value), after.get(key), "{file} {key}"),
        }
    }
}

fn tail(id: &Value) -> String {
    id.as_str().unwrap().chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Lists that are there because the schema wants them may come and go.
fn plain_output(item: &mut Value) {
    if item["type"] == "message" {
        for part in item["content"].as_array_mut().unwrap() {
            part.as_object_mut()
                .unwrap()
                .retain(|key, it| !((key == "logprobs" || key == "annotations") && *it == json!([])));
        }
    }
}

// === streams ===

#[test]
fn streams_say_what_their_last_event_says() {
    let Some(exchanges) = exchanges() else { return };
    let (mut whole, mut failed) = (0, 0);
    for Exchange { file, answer, .. } in &exchanges {
        let Answer::Stream(text) = answer else { continue };
        let frames = frames(text);
        let events = events(responses(), &frames);
        check_grammar(&events, file);
        let reply = Reply::of(events);
        let mut watcher = responses().watcher();
        let (mut ends, mut faults) = (0, 0);
        for frame in &frames {
            let sight = watcher.watch(frame);
            assert!(!sight.malformed && !sight.usage_only, "{file}: {:?}", frame.raw());
            ends += u32::from(sight.end);
            faults += u32::from(sight.fault.is_some());
            if sight.end {
                break;
            }
        }
        let last = last_response(text);
        if last["status"] == "failed" {
            assert_eq!(reply.fault.as_ref().map(|it| it.message.as_str()), last["error"]["message"].as_str(), "{file}");
            assert!(!reply.ended && ends == 0 && faults > 0, "{file}");
            failed += 1;
            continue;
        }
        assert_eq!(told(&reply), direct(&last), "{file}");
        assert!(reply.ended && ends == 1 && faults == 0, "{file}");
        agree(&reply, watcher.facts(), file);
        assert!(watcher.facts().content_bytes > 0 || !reply.has_content() || only_encrypted(&reply), "{file}");
        whole += 1;
    }
    assert_eq!((whole, failed), (27, 1), "the index has changed");
}

fn only_encrypted(reply: &Reply) -> bool {
    reply.blocks.iter().all(|it| it.text.is_empty())
}

/// The response object of the last event that has one, with the items as they were when they were done: OpenAI encrypts
/// reasoning anew for the end, and says that the item's own is the one to keep.
fn last_response(stream: &str) -> Value {
    let data = stream.lines().filter_map(|it| it.strip_prefix("data:"));
    let mut events: Vec<Value> = data.filter_map(|it| serde_json::from_str(it).ok()).collect();
    // One file holds the streams of several turns, one after the other.
    if let Some(end) = events.iter().position(|it| it["type"] == "response.completed") {
        events.truncate(end + 1);
    }
    let done = events.iter().filter(|it| it["type"] == "response.output_item.done");
    let mut items: Vec<(u64, Value)> =
        done.map(|it| (it["output_index"].as_u64().unwrap(), it["item"].clone())).collect();
    items.sort_by_key(|it| it.0);
    let mut last = events.iter().rfind(|it| it["response"].is_object()).unwrap()["response"].clone();
    last["output"] = items.into_iter().map(|it| it.1).collect();
    last
}

#[test]
fn where_a_stream_is_cut_into_chunks_changes_nothing() {
    let Some(exchanges) = exchanges() else { return };
    for Exchange { file, answer, .. } in &exchanges {
        let Answer::Stream(text) = answer else { continue };
        let expected = format!("{:?}", events(responses(), &frames(text)));
        // Byte by byte: every cut at once. A reader sees frames only, and the splitter's own tests cut it at each by itself.
        let mut splitter = Splitter::new();
        let mut single: Vec<Frame> = Vec::new();
        for byte in text.as_bytes() {
            splitter.push(bytes::Bytes::copy_from_slice(&[*byte]), &mut single);
        }
        single.extend(splitter.finish());
        assert_eq!(format!("{:?}", events(responses(), &single)), expected, "{file}");
    }
}

#[test]
fn a_stream_that_stops_early_is_not_an_end() {
    let Some(exchanges) = exchanges() else { return };
    for Exchange { file, answer, .. } in &exchanges {
        let Answer::Stream(text) = answer else { continue };
        let frames = frames(text);
        let ends = |it: &Frame| ["response.completed", "response.incomplete"].contains(&it.event());
        let Some(last) = frames.iter().position(ends) else { continue };
        for many in 0..=last {
            let events = events(responses(), &frames[..many]);
            assert!(!events.iter().any(|it| matches!(it, Event::End)), "{file} after {many} frames");
            let mut written = Vec::new();
            let mut writer = responses().stream_writer(true);
            for event in &events {
                writer.write(event, &mut written);
            }
            let written = String::from_utf8(written).unwrap();
            assert!(!written.contains("event: response.completed"), "{file} after {many} frames");
            let mut watcher = responses().watcher();
            assert!(!frames[..many].iter().any(|it| watcher.watch(it).end), "{file} after {many} frames");
        }
    }
}

/// A stream that is written says at its end what its events have said, and what the stream it was made from said.
#[test]
fn a_written_stream_folds_to_its_last_event() {
    let Some(exchanges) = exchanges() else { return };
    let mut checked = 0;
    for Exchange { file, answer, .. } in &exchanges {
        let (events, expected) = match answer {
            Answer::Stream(text) => (events(responses(), &frames(text)), direct(&last_response(text))),
            Answer::Whole(whole) if whole["output"].is_array() => {
                (responses().read_reply(whole.to_string().as_bytes()).unwrap().into_events(), direct(whole))
            }
            _ => continue,
        };
        let mut writer = responses().stream_writer(true);
        let mut out = Vec::new();
        for event in &events {
            writer.write(event, &mut out);
        }
        if events.iter().any(|it| matches!(it, Event::Fault(_))) {
            continue;
        }
        assert_eq!(writer.losses(), [], "{file}");
        let written = String::from_utf8(out).unwrap();
        let last = fold(&written, file);
        assert_eq!(direct(&last), expected, "{file}");
        checked += 1;
    }
    assert_eq!(checked, 28 + 27);
}

// === what an answer says ===

/// What an answer says, for comparison.
#[derive(Debug, PartialEq)]
struct Told {
    model: String,
    blocks: Vec<Value>,
    /// Status and reason.
    ended: (String, Option<String>),
    /// Input, cached, written, output, reasoning.
    counts: Option<[u64; 5]>,
}

fn told(reply: &Reply) -> Told {
    let blocks = reply.blocks.iter().filter(|it| !silent(&it.block, &it.text, it.signature.is_some())).map(|it| {
        let beside = |key: &str| {
            let found = it.extra.iter().find(|it: &&Opaque| it.name == key);
            found.map_or(json!([]), |it| serde_json::from_str(it.raw.get()).unwrap())
        };
        let encrypted = it.signature.as_ref().map(|it| unredacted(&it.text));
        match &it.block {
            Block::Text => {
                let mut notes = beside("annotations");
                let cited = it.citations.iter().map(|it| serde_json::from_str(it.raw.as_ref().unwrap().get()).unwrap());
                notes.as_array_mut().unwrap().splice(0..0, cited.collect::<Vec<Value>>());
                json!({"text": it.text, "annotations": notes, "logprobs": beside("logprobs")})
            }
            Block::Refusal => json!({"refusal": it.text}),
            Block::Thinking => json!({"thinking": it.text, "encrypted": encrypted}),
            Block::ToolCall { id, name } => json!({"id": id, "name": name, "said": it.text}),
            Block::Opaque(whole) => serde_json::from_str(whole.raw.get()).unwrap(),
            Block::RedactedThinking(_) => panic!("the dialect has no such blocks"),
        }
    });
    let counts = |it: &Usage| [it.input, it.cache_read, it.cache_write, it.output, it.reasoning];
    let ended = match reply.finish.as_ref() {
        Some(Finish::Stop | Finish::ToolCalls) => ("completed", None),
        Some(Finish::Length) => ("incomplete", Some("max_output_tokens")),
        other => panic!("{other:?} is in no recording"),
    };
    Told {
        model: reply.model.clone(),
        blocks: blocks.collect(),
        ended: (ended.0.to_owned(), ended.1.map(str::to_owned)),
        counts: reply.usage.as_ref().map(counts),
    }
}

/// The recorder gave every occurrence of encrypted reasoning a number of its own.
fn unredacted(text: &str) -> String {
    text.trim_end_matches(|it: char| it.is_ascii_digit()).to_owned()
}

/// Reasoning that says nothing, not even in code.
fn silent(block: &Block, text: &str, signed: bool) -> bool {
    matches!(block, Block::Thinking) && text.is_empty() && !signed
}

/// A part of a message, read directly.
fn direct_part(it: &Value) -> Value {
    if it["type"] == "refusal" {
        return json!({"refusal": it["refusal"]});
    }
    let list = |key: &str| it[key].as_array().cloned().unwrap_or_default();
    json!({"text": it["text"], "annotations": list("annotations"), "logprobs": list("logprobs")})
}

/// A whole answer, read directly.
fn direct(whole: &Value) -> Told {
    let mut blocks = Vec::new();
    for item in whole["output"].as_array().unwrap() {
        match item["type"].as_str().unwrap() {
            "message" => {
                blocks.extend(item["content"].as_array().unwrap().iter().map(direct_part));
            }
            "reasoning" => {
                let texts = |key: &str| {
                    let parts = item[key].as_array().into_iter().flatten();
                    parts.filter_map(|it| it["text"].as_str()).collect::<Vec<_>>()
                };
                let summary = texts("summary").join("\n\n");
                let text = if summary.is_empty() { texts("content").concat() } else { summary };
                let encrypted = item["encrypted_content"].as_str().filter(|it| !it.is_empty());
                if !text.is_empty() || encrypted.is_some() {
                    blocks.push(json!({"thinking": text, "encrypted": encrypted.map(unredacted)}));
                }
            }
            "function_call" => {
                blocks.push(json!({"id": item["call_id"], "name": item["name"], "said": item["arguments"]}));
            }
            "custom_tool_call" => {
                let said = json!({"input": item["input"]}).to_string();
                blocks.push(json!({"id": item["call_id"], "name": item["name"], "said": said}));
            }
            _ => blocks.push(item.clone()),
        }
    }
    let usage = &whole["usage"];
    let count = |path: &str| usage.pointer(path).and_then(Value::as_u64).unwrap_or(0);
    Told {
        model: whole["model"].as_str().unwrap().to_owned(),
        blocks,
        ended: (
            whole["status"].as_str().unwrap().to_owned(),
            whole["incomplete_details"]["reason"].as_str().map(str::to_owned),
        ),
        counts: usage.is_object().then(|| {
            [
                count("/input_tokens"),
                count("/input_tokens_details/cached_tokens"),
                count("/input_tokens_details/cache_write_tokens"),
                count("/output_tokens"),
                count("/output_tokens_details/reasoning_tokens"),
            ]
        }),
    }
}
