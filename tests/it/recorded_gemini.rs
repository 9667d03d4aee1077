//! The Gemini codec against recorded traffic: what it reads must be what a plain look at the JSON finds.

use bytes::Bytes;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::{Block, Event, Finish};
use llmroute::domain::quirks::Quirks;
use llmroute::domain::reply::Reply;
use llmroute::domain::usage::Source;
use llmroute::wire::sse::{Split as _, Splitter};
use llmroute::wire::{Codec, codec};
use serde_json::{Map, Value, json};

use crate::recorded_anthropic::{Answer, Exchange, check_grammar, events, frames, recorded};

fn gemini() -> &'static dyn Codec {
    codec(Dialect::Gemini)
}

fn exchanges() -> Option<Vec<Exchange>> {
    let all = recorded("gemini.generateContent")?;
    assert_eq!(all.len(), 45, "the index has changed");
    Some(all)
}

// === requests ===

#[test]
fn requests_survive_the_hub() {
    let Some(exchanges) = exchanges() else { return };
    let mut checked = 0;
    for Exchange { file, request, .. } in &exchanges {
        let Some(request) = request else { continue };
        let prompt = gemini().read_request(request.to_string().as_bytes()).unwrap_or_else(|it| panic!("{file}: {it}"));
        // Each generation has its own words for thinking.
        let budget = request.to_string().contains("thinkingBudget");
        let model = if budget { "gemini-2.5-flash" } else { "gemini-3-flash-preview" };
        let written = gemini().write_request(&prompt, model, &Quirks::default());
        let again: Value = serde_json::from_slice(&written.body).unwrap();
        assert_eq!(written.losses, [], "{file}");
        assert_eq!(plain(request), plain(&again), "{file}");
        // Once more gives the same bytes.
        let prompt = gemini().read_request(&written.body).unwrap();
        let twice = gemini().write_request(&prompt, model, &Quirks::default());
        assert_eq!(String::from_utf8(written.body).unwrap(), String::from_utf8(twice.body).unwrap(), "{file}");
        checked += 1;
    }
    // Three of the recordings are answers only.
    assert_eq!(checked + 3, exchanges.len());
}

/// A request without differences that mean nothing: the two spellings of names, `null` and defaults for nothing, one
/// element for an array of it, how tools are bundled, and the role of a system instruction, which has none.
fn plain(request: &Value) -> Value {
    let mut request = camel(request);
    let fields = request.as_object_mut().unwrap();
    if let Some(system) = fields.get_mut("systemInstruction") {
        system.as_object_mut().unwrap().remove("role");
    }
    for content in fields["contents"].as_array_mut().unwrap() {
        for part in content["parts"].as_array_mut().unwrap() {
            let result = part.get("functionResponse").and_then(|it| it.get("response")).is_none();
            if let Some(it) = part.get_mut("functionResponse").filter(|_| result) {
                it["response"] = json!({"output": ""});
            }
            if let Some(it) = part.get_mut("functionCall").filter(|it| it.get("args").is_none()) {
                it["args"] = json!({});
            }
        }
    }
    if let Some(tools) = fields.remove("tools") {
        let tools = tools.as_array().cloned().unwrap_or_else(|| vec![tools]);
        let mut bundle: Vec<Value> = Vec::new();
        for tool in &tools {
            for (kind, value) in tool.as_object().unwrap() {
                match value.as_array().filter(|_| kind == "functionDeclarations") {
                    Some(functions) => bundle.extend(functions.iter().cloned()),
                    None => bundle.push(json!({ kind: value })),
                }
            }
        }
        bundle.sort_by_key(Value::to_string);
        fields.insert("tools".to_owned(), bundle.into());
    }
    if fields.get("generationConfig").is_some_and(|it| *it == json!({})) {
        fields.remove("generationConfig");
    }
    request
}

/// What the model and the tools' authors wrote is not of the protocol.
const FREE: [&str; 6] =
    ["args", "response", "parameters", "parametersJsonSchema", "responseJsonSchema", "responseSchema"];

fn camel(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut out = Map::new();
            for (key, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                let mut words = key.split('_');
                let first = words.next().unwrap().to_owned();
                let key = first + &words.map(|it| it[..1].to_uppercase() + &it[1..]).collect::<String>();
                if key == "thought" && *value == false {
                    continue;
                }
                // Bytes may be in either alphabet.
                let bytes = value.as_str().filter(|_| key == "data").map(|it| it.replace('-', "+").replace('_', "/"));
                let inner = if FREE.contains(&key.as_str()) { value.clone() } else { camel(value) };
                out.insert(key, bytes.map_or(inner, Value::String));
            }
            Value::Object(out)
        }
        Value::Array(items) => items.iter().map(camel).collect(),
        // A whole number stays one, however it is spelled.
        Value::Number(it) => it.as_f64().map_or_else(|| value.clone(), |it| json!(it)),
        other => other.clone(),
    }
}

// === answers ===

/// What chunks say, by a plain look at them.
#[derive(Debug, Default, PartialEq)]
struct Plain {
    text: String,
    thinking: String,
    /// Name, arguments, signature.
    calls: Vec<(String, Value, Option<String>)>,
    /// The signatures of everything else, in order.
    signatures: Vec<String>,
    /// Kinds of other parts.
    other: Vec<String>,
    finish: Option<String>,
    usage: Option<[u64; 4]>,
    id: String,
    model: String,
}

fn look(chunks: &[Value]) -> Plain {
    let mut plain = Plain::default();
    let mut piece = String::new();
    for chunk in chunks {
        if plain.id.is_empty() {
            plain.id = text(&chunk["responseId"]);
            plain.model = text(&chunk["modelVersion"]).replace("models/", "");
        }
        let candidate = &chunk["candidates"][0];
        for part in candidate["content"]["parts"].as_array().into_iter().flatten() {
            let signature = part["thoughtSignature"].as_str().map(str::to_owned);
            let call = &part["functionCall"];
            if let Some(said) = part["text"].as_str() {
                (if part["thought"] == true { &mut plain.thinking } else { &mut plain.text }).push_str(said);
                plain.signatures.extend(signature);
            } else if call["name"].is_string() {
                let arguments = if call["args"].is_object() { call["args"].clone() } else { json!({}) };
                plain.calls.push((text(&call["name"]), arguments, signature));
                piece.clear();
            } else if let Some(pieces) = call.get("partialArgs") {
                // The one recording of its kind has one argument a call, a text.
                piece.push_str(pieces[0]["stringValue"].as_str().unwrap());
                let key = text(&pieces[0]["jsonPath"]).trim_start_matches("$.").to_owned();
                plain.calls.last_mut().unwrap().1 = json!({ key: piece });
            } else if !call.is_object() {
                let kinds = part.as_object().unwrap().keys().filter(|it| *it != "thoughtSignature");
                plain.other.extend(kinds.cloned());
            }
        }
        plain.finish = candidate["finishReason"].as_str().map(str::to_owned).or(plain.finish.take());
        if chunk["promptFeedback"]["blockReason"].is_string() {
            plain.finish = Some("SAFETY".to_owned());
        }
        let usage = &chunk["usageMetadata"];
        let of = |key: &str| usage[key].as_u64().unwrap_or(0);
        if usage["promptTokenCount"].is_u64() {
            plain.usage = Some([
                of("promptTokenCount") + of("toolUsePromptTokenCount"),
                of("cachedContentTokenCount"),
                of("candidatesTokenCount") + of("thoughtsTokenCount"),
                of("thoughtsTokenCount"),
            ]);
        }
    }
    plain
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn heard(reply: &Reply) -> Plain {
    let mut plain = Plain { id: reply.id.clone(), model: reply.model.clone(), ..Plain::default() };
    for piece in &reply.blocks {
        let signature = piece.signature.as_ref().map(|it| {
            assert_eq!(it.dialect, Dialect::Gemini);
            it.text.clone()
        });
        match &piece.block {
            Block::Text => plain.text.push_str(&piece.text),
            Block::Thinking => plain.thinking.push_str(&piece.text),
            Block::ToolCall { id, name } => {
                assert!(!id.is_empty() && id.len() <= 40, "{id}");
                let arguments = if piece.text.is_empty() { "{}" } else { &piece.text };
                plain.calls.push((name.clone(), serde_json::from_str(arguments).unwrap(), signature));
                continue;
            }
            Block::Opaque(it) => plain.other.push(it.name.clone()),
            other => panic!("{other:?}"),
        }
        plain.signatures.extend(signature);
    }
    plain.finish = reply.finish.as_ref().map(|it| {
        let word = match it {
            Finish::Stop | Finish::ToolCalls => "STOP",
            Finish::Length => "MAX_TOKENS",
            Finish::ContentFilter => "SAFETY",
            other => other.name(),
        };
        word.to_owned()
    });
    assert_eq!(matches!(reply.finish, Some(Finish::ToolCalls)), !plain.calls.is_empty());
    plain.usage = reply.usage.as_ref().map(|it| {
        assert_eq!((it.source, it.suspect, it.cache_write), (Source::Provider, false, 0));
        [it.input, it.cache_read, it.output, it.reasoning]
    });
    plain
}

#[test]
fn whole_answers_and_errors_say_what_their_json_says() {
    let Some(exchanges) = exchanges() else { return };
    let (mut answers, mut errors) = (0, 0);
    for Exchange { file, status, answer, .. } in exchanges {
        let Answer::Whole(whole) = answer else { continue };
        let body = whole.to_string();
        if status >= 400 {
            let fault = gemini().read_error(body.as_bytes());
            assert_eq!(fault.message, text(&whole["error"]["message"]), "{file}");
            assert_eq!(fault.kind, Some(text(&whole["error"]["status"])), "{file}");
            errors += 1;
            continue;
        }
        let reply = gemini().read_reply(body.as_bytes()).unwrap_or_else(|it| panic!("{file}: {it}"));
        assert_eq!(heard(&reply), look(std::slice::from_ref(&whole)), "{file}");
        assert!(reply.ended, "{file}");
        facts_agree(&reply, &gemini().read_facts(body.as_bytes()).unwrap(), &file);
        // The same as the array of one chunk that a stream without `alt=sse` is.
        let array = gemini().read_reply(format!("[{body}]").as_bytes()).unwrap();
        assert_eq!(heard(&array), heard(&reply), "{file}");
        answers += 1;
    }
    assert_eq!((answers, errors), (21, 6));
}

fn facts_agree(reply: &Reply, facts: &llmroute::wire::Facts, file: &str) {
    assert_eq!((&facts.usage, &facts.finish), (&reply.usage, &reply.finish), "{file}");
    assert_eq!(facts.model.as_deref(), Some(reply.model.as_str()), "{file}");
    assert_eq!((facts.content, facts.content_bytes > 0), (reply.has_content(), reply.has_content()), "{file}");
}

/// The chunks of a stream.
fn chunks(text: &str) -> Vec<Value> {
    let data = text.lines().filter_map(|it| it.strip_prefix("data:"));
    data.map(|it| serde_json::from_str(it).unwrap()).collect()
}

#[test]
fn streams_say_what_their_chunks_say() {
    let Some(exchanges) = exchanges() else { return };
    let mut checked = 0;
    for Exchange { file, answer, .. } in exchanges {
        let Answer::Stream(stream) = answer else { continue };
        let all = events(gemini(), &frames(&stream));
        check_grammar(&all, &file);
        let reply = Reply::of(all);
        assert_eq!(heard(&reply), look(&chunks(&stream)), "{file}");
        assert!(reply.ended && reply.fault.is_none(), "{file}");
        let mut watcher = gemini().watcher();
        for frame in frames(&stream) {
            let sight = watcher.watch(&frame);
            assert!(!sight.end && !sight.malformed && sight.fault.is_none() && !sight.usage_only, "{file}: {sight:?}");
        }
        assert!(watcher.may_close(), "{file}");
        facts_agree(&reply, watcher.facts(), &file);
        // A provider that ignores `alt=sse` sends the same as one array.
        let array = Value::from(chunks(&stream)).to_string();
        assert_eq!(heard(&gemini().read_reply(array.as_bytes()).unwrap()), heard(&reply), "{file}");
        checked += 1;
    }
    assert_eq!(checked, 18);
}

/// The watcher has a short way for the usual chunk. A field that means nothing keeps it from taking that.
#[test]
fn the_short_way_through_a_stream_sees_what_the_long_way_sees() {
    let Some(exchanges) = exchanges() else { return };
    let mut compared = 0;
    for Exchange { file, answer, .. } in exchanges {
        let Answer::Stream(stream) = answer else { continue };
        let (mut short, mut long) = (gemini().watcher(), gemini().watcher());
        for frame in frames(&stream) {
            let data = String::from_utf8(frame.data().to_vec()).unwrap();
            let Some(fields) = data.trim().strip_prefix('{') else { continue };
            let odd = format!("data: {{\"prompt_feedback\":null,{}\n\n", fields.replace('\n', " "));
            assert_eq!(short.watch(&frame), long.watch(&frames(&odd)[0]), "{file}: {data}");
            assert_eq!(short.facts(), long.facts(), "{file}: {data}");
            compared += 1;
        }
    }
    assert!(compared > 60, "{compared}");
}

/// What a client of this dialect gets of an answer in it says what the provider said, though it went through the hub.
#[test]
fn answers_survive_the_hub() {
    let Some(exchanges) = exchanges() else { return };
    for Exchange { file, status, answer, .. } in exchanges {
        let (stream, all) = match answer {
            Answer::Whole(whole) if status < 400 => (false, vec![whole]),
            Answer::Stream(stream) => (true, chunks(&stream)),
            _ => continue,
        };
        let said = look(&all);
        let body = if stream { Value::from(all.clone()) } else { all[0].clone() }.to_string();
        let reply = gemini().read_reply(body.as_bytes()).unwrap();
        let written = gemini().write_reply(&reply);
        assert_eq!(written.losses, [], "{file}");
        let whole: Value = serde_json::from_slice(&written.body).unwrap();
        assert_eq!(look(std::slice::from_ref(&whole)), said, "{file}");
        for key in ["groundingMetadata", "safetyRatings", "citationMetadata"] {
            let before = all.iter().rev().map(|it| &it["candidates"][0][key]).find(|it| !it.is_null());
            assert_eq!(before.unwrap_or(&Value::Null), &whole["candidates"][0][key], "{file}: {key}");
        }
        let mut writer = gemini().stream_writer(true);
        let mut out = Vec::new();
        for event in reply.into_events() {
            writer.write(&event, &mut out);
        }
        assert_eq!(writer.losses(), [], "{file}");
        assert_eq!(look(&chunks(&String::from_utf8(out).unwrap())), said, "{file}");
    }
}

#[test]
fn where_a_stream_is_cut_into_chunks_changes_nothing() {
    let Some(exchanges) = exchanges() else { return };
    for Exchange { file, answer, .. } in exchanges {
        let Answer::Stream(stream) = answer else { continue };
        let whole = format!("{:?}", events(gemini(), &frames(&stream)));
        for size in [1, 2, 3, 7, 64, 1000] {
            let mut splitter = Splitter::new();
            let mut cut = Vec::new();
            for chunk in stream.as_bytes().chunks(size) {
                splitter.push(Bytes::copy_from_slice(chunk), &mut cut);
            }
            cut.extend(splitter.finish());
            assert_eq!(format!("{:?}", events(gemini(), &cut)), whole, "{file} in chunks of {size}");
        }
    }
}

#[test]
fn a_stream_that_stops_early_is_not_an_end() {
    let Some(exchanges) = exchanges() else { return };
    let mut cuts = 0;
    for Exchange { file, answer, .. } in exchanges {
        let Answer::Stream(stream) = answer else { continue };
        let frames = frames(&stream);
        for kept in 0..frames.len() {
            let frames = &frames[..kept];
            let finished = frames.iter().any(|it| String::from_utf8_lossy(&it.data()).contains("\"finishReason\""));
            let mut watcher = gemini().watcher();
            for frame in frames {
                watcher.watch(frame);
            }
            assert_eq!(watcher.may_close(), finished, "{file} after {kept}");
            let all = events(gemini(), frames);
            assert_eq!(all.iter().any(|it| matches!(it, Event::End)), finished, "{file} after {kept}");
            cuts += usize::from(!finished);
        }
    }
    assert!(cuts > 60, "{cuts}");
}
