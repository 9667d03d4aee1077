//! The OpenAI chat codec against recorded traffic of 15 providers: what it reads must be what a plain look at the JSON
//! finds, and what it writes back must be what came, but for the differences listed here.

use bytes::Bytes;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::{Block, Delta, Event, Finish};
use llmroute::domain::quirks::Quirks;
use llmroute::domain::reply::Reply;
use llmroute::wire::sse::{Frame, Split as _, Splitter};
use llmroute::wire::{Codec, Facts, codec};
use serde_json::{Map, Value, json};

use crate::recorded_anthropic::{Answer, Exchange, recorded};

fn chat() -> &'static dyn Codec {
    codec(Dialect::OpenaiChat)
}

fn exchanges() -> Option<Vec<Exchange>> {
    let all = recorded("openai.chat")?;
    assert_eq!(all.len(), 125, "the index has changed");
    Some(all)
}

// === requests ===

/// What the codec is expected to write for a recorded request. Every rule is a difference without a meaning, or one that
/// must have been named as a loss.
fn expected_request(original: &Value, lost: &[String]) -> Value {
    let is_lost = |what: &str| lost.iter().any(|it| it == what);
    let mut body = original.as_object().unwrap().clone();
    drop_nulls(&mut body);
    // The cap has two names; the default quirks say `max_tokens`.
    if let Some(cap) = body.remove("max_completion_tokens") {
        body.insert("max_tokens".into(), cap);
    }
    // `stream: false` is the default, and a stream is always asked for its usage.
    if body.get("stream") == Some(&json!(false)) {
        body.remove("stream");
    } else if body.contains_key("stream") {
        let options = body.entry("stream_options").or_insert_with(|| json!({}));
        options["include_usage"] = json!(true);
    }
    // One stop text may be sent bare.
    if let Some(stop @ Value::String(_)) = body.get_mut("stop") {
        *stop = json!([stop.clone()]);
    }
    if body.get("response_format") == Some(&json!({"type": "text"})) {
        body.remove("response_format");
    }
    // A bare switch for thinking, and a budget, have no place in OpenAI's own dialect.
    if is_lost("thinking") {
        body.remove("thinking");
    }
    if is_lost("thinking.budget_tokens") {
        body.remove("reasoning").expect("a budget");
        body.insert("reasoning_effort".into(), json!("low"));
    }
    if body.get("tools") == Some(&json!([])) {
        body.remove("tools");
    }
    for tool in body.get_mut("tools").and_then(Value::as_array_mut).into_iter().flatten() {
        if is_lost("cache_control") {
            tool.as_object_mut().unwrap().remove("cache_control");
        }
    }
    for message in body["messages"].as_array_mut().unwrap() {
        expected_message(message.as_object_mut().unwrap(), is_lost("cache_control"));
    }
    plain_numbers(Value::Object(body))
}

fn expected_message(message: &mut Map<String, Value>, cache_lost: bool) {
    drop_nulls(message);
    // Reasoning text has two names; the default quirks say `reasoning_content`.
    if let Some(text) = message.remove("reasoning") {
        message.insert("reasoning_content".into(), text);
    }
    for part in message.get_mut("content").and_then(Value::as_array_mut).into_iter().flatten() {
        let Value::Object(part) = part else { continue };
        drop_nulls(part);
        if cache_lost {
            part.remove("cache_control");
        }
    }
    // A list of one plain text is that text.
    let single = message.get("content").and_then(Value::as_array).and_then(|it| match it.as_slice() {
        [Value::Object(part)] if part.len() == 2 && part.contains_key("text") => Some(part["text"].clone()),
        _ => None,
    });
    if let Some(text) = single {
        message.insert("content".into(), text);
    }
    // Between calls and no text there is one way to say no text.
    let empty = message.get("content").is_none_or(|it| it == "");
    if empty {
        let nothing = if message.contains_key("tool_calls") { Value::Null } else { json!("") };
        message.insert("content".into(), nothing);
    }
    for call in message.get_mut("tool_calls").and_then(Value::as_array_mut).into_iter().flatten() {
        call.as_object_mut().unwrap().entry("type").or_insert(json!("function"));
    }
}

fn drop_nulls(object: &mut Map<String, Value>) {
    object.retain(|_, value| !value.is_null());
}

/// 1.0 and 1 are the same number.
fn plain_numbers(value: Value) -> Value {
    match value {
        Value::Number(it) => match it.as_f64().filter(|it| it.fract() == 0.0 && it.abs() < 1e15) {
            #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
            Some(whole) => json!(whole as i64),
            None => Value::Number(it),
        },
        Value::Array(items) => items.into_iter().map(plain_numbers).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, plain_numbers(value))).collect(),
        other => other,
    }
}

#[test]
fn requests_come_back_as_they_were() {
    let Some(all) = exchanges() else { return };
    let with_body = all.iter().filter(|it| it.request.is_some()).count();
    let mut checked = 0;
    for Exchange { file, request, answer, .. } in &all {
        let Some(request) = request else { continue };
        let body = serde_json::to_vec(request).unwrap();
        let prompt = match chat().read_request(&body) {
            Ok(prompt) => prompt,
            Err(error) => {
                // The provider refused it too, for the same field.
                let Answer::Whole(answer) = answer else { panic!("{file}: {error}") };
                let told = answer["error"]["message"].as_str().unwrap();
                assert!(told.contains(&error.param.unwrap()), "{file}: {told}");
                assert_eq!(file, "llamacpp/error-matrix-malformed-request-field.json");
                checked += 1;
                continue;
            }
        };
        assert_eq!(prompt.model, request["model"], "{file}");
        let written = chat().write_request(&prompt, &prompt.model, &Quirks::default());
        let lost: Vec<String> = written.losses.iter().map(|it| it.what.clone()).collect();
        let known = ["cache_control", "thinking", "thinking.budget_tokens"];
        assert!(lost.iter().all(|it| known.contains(&it.as_str())), "{file}: {:?}", written.losses);
        let back: Value = serde_json::from_slice(&written.body).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(plain_numbers(back), expected_request(request, &lost), "{file}");
        // Once said in the hub's way, it stays so to the byte.
        let again = chat().read_request(&written.body).unwrap();
        let twice = chat().write_request(&again, &again.model, &Quirks::default());
        assert_eq!(String::from_utf8_lossy(&twice.body), String::from_utf8_lossy(&written.body), "{file}");
        checked += 1;
    }
    assert_eq!(checked, with_body);
    assert_eq!(checked, 115, "the index has changed");
}

// === answers, as a plain look at the JSON finds them ===

/// What an answer says.
#[derive(Debug, Default, PartialEq)]
struct Said {
    text: String,
    thinking: String,
    refusal: String,
    /// Id, name, arguments as text.
    calls: Vec<(String, String, String)>,
    finish: Option<String>,
    /// Prompt, cached, completion, reasoning.
    usage: Option<[u64; 4]>,
    error: Option<String>,
}

impl Said {
    /// Looks at one message or delta, without the codec.
    fn look(&mut self, message: &Value) {
        let add = |to: &mut String, value: &Value| to.push_str(value.as_str().unwrap_or_default());
        add(&mut self.text, &message["content"]);
        add(&mut self.refusal, &message["refusal"]);
        let reasoning = [&message["reasoning_content"], &message["reasoning"]];
        add(&mut self.thinking, reasoning.into_iter().find(|it| it.is_string()).unwrap_or(&Value::Null));
        for (nth, call) in message["tool_calls"].as_array().into_iter().flatten().enumerate() {
            let nth = call["index"].as_u64().map_or(nth, |it| usize::try_from(it).unwrap());
            if self.calls.len() <= nth {
                self.calls.resize_with(nth + 1, Default::default);
            }
            let at = &mut self.calls[nth];
            add(&mut at.0, &call["id"]);
            add(&mut at.1, &call["function"]["name"]);
            add(&mut at.2, &call["function"]["arguments"]);
        }
    }

    fn look_at_usage(&mut self, holder: &Value) {
        let usage = [&holder["usage"], &holder["x_groq"]["usage"]].into_iter().find(|it| it.is_object());
        let Some(usage) = usage else { return };
        let figure = |value: &Value| value.as_u64().unwrap_or(0);
        let (input, mut output) = (figure(&usage["prompt_tokens"]), figure(&usage["completion_tokens"]));
        let reasoning = figure(&usage["completion_tokens_details"]["reasoning_tokens"]);
        // xAI counts reasoning beside the completion.
        if reasoning > 0 && figure(&usage["total_tokens"]) == input + output + reasoning {
            output += reasoning;
        }
        let cached = [&usage["prompt_tokens_details"]["cached_tokens"], &usage["cached_tokens"]];
        let cached = cached.into_iter().find(|it| it.is_u64()).map_or(0, figure);
        self.usage = Some([input, cached, output, reasoning.min(output)]);
    }

    fn look_at_finish(&mut self, choice: &Value) {
        if let Some(reason) = choice["finish_reason"].as_str().filter(|it| !it.is_empty()) {
            self.finish.get_or_insert_with(|| reason.to_owned());
        }
    }

    fn of_whole(body: &Value) -> Self {
        let mut said = Self::default();
        said.look(&body["choices"][0]["message"]);
        said.look_at_usage(body);
        said.look_at_finish(&body["choices"][0]);
        said.settle();
        said
    }

    fn of_stream(text: &str) -> Self {
        let mut said = Self::default();
        for line in text.lines().filter_map(|it| it.strip_prefix("data:")) {
            let Ok(chunk) = serde_json::from_str::<Value>(line) else { continue };
            said.look_at_usage(&chunk);
            for choice in chunk["choices"].as_array().into_iter().flatten() {
                said.look(&choice["delta"]);
                said.look_at_usage(choice);
                said.look_at_finish(choice);
            }
            if let Some(error) = chunk["error"].as_object() {
                said.error = error["message"].as_str().map(str::to_owned);
            }
        }
        said.settle();
        said
    }

    /// An answer that does not say why it ended, ended well; one that does not mention its calls, meant them.
    fn settle(&mut self) {
        let reason = if self.calls.is_empty() { "stop" } else { "tool_calls" };
        if self.error.is_none() && self.finish.as_deref().is_none_or(|it| it == "stop") {
            self.finish = Some(reason.to_owned());
        }
    }

    /// The same of what the codec read.
    fn of_reply(reply: &Reply) -> Self {
        let mut said = Self::default();
        for piece in &reply.blocks {
            match &piece.block {
                Block::Text => said.text.push_str(&piece.text),
                Block::Thinking => said.thinking.push_str(&piece.text),
                Block::Refusal => said.refusal.push_str(&piece.text),
                Block::ToolCall { id, name } => said.calls.push((id.clone(), name.clone(), piece.text.clone())),
                other => panic!("unexpected {other:?}"),
            }
        }
        said.finish = reply.finish.as_ref().map(|it| match it {
            Finish::Stop => "stop".to_owned(),
            Finish::Length => "length".to_owned(),
            Finish::ToolCalls => "tool_calls".to_owned(),
            Finish::ContentFilter => "content_filter".to_owned(),
            other => panic!("unexpected {other:?}"),
        });
        said.usage = reply.usage.as_ref().map(|it| [it.input, it.cache_read, it.output, it.reasoning]);
        said.error = reply.fault.as_ref().map(|it| it.message.clone());
        said
    }
}

#[test]
fn whole_answers_read_as_they_are_and_come_back() {
    let Some(all) = exchanges() else { return };
    let mut checked = 0;
    for Exchange { file, status, answer, .. } in &all {
        let Answer::Whole(body) = answer else { continue };
        checked += 1;
        let bytes = serde_json::to_vec(body).unwrap();
        if *status >= 400 {
            let fault = chat().read_error(&bytes);
            let told = body["error"]["message"].as_str().unwrap();
            assert!(!told.is_empty() && fault.message.starts_with(told), "{file}: {fault:?}");
            let code = &body["error"]["code"];
            let code = code.as_str().map(str::to_owned).or_else(|| code.as_u64().map(|it| it.to_string()));
            assert_eq!(fault.code, code, "{file}");
            assert_eq!(fault.kind.as_deref(), body["error"]["type"].as_str(), "{file}");
            continue;
        }
        let reply = chat().read_reply(&bytes).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(Said::of_reply(&reply), Said::of_whole(body), "{file}");
        assert_eq!(
            (&*reply.id, &*reply.model),
            (body["id"].as_str().unwrap(), body["model"].as_str().unwrap()),
            "{file}"
        );
        let facts = chat().read_facts(&bytes).unwrap();
        agree(&facts, &reply, file);
        assert_eq!(facts.content_bytes, length(&reply), "{file}");

        let written = chat().write_reply(&reply);
        assert!(written.losses.is_empty(), "{file}: {:?}", written.losses);
        let back: Value = serde_json::from_slice(&written.body).unwrap();
        assert_eq!(expected_reply(back), expected_reply(body.clone()), "{file}");
        assert_eq!(chat().read_reply(&written.body).unwrap().usage, reply.usage, "{file}");
        // Unfolded into events and folded again it says the same.
        assert_eq!(Said::of_reply(&Reply::of(reply.clone().into_events())), Said::of_reply(&reply), "{file}");
    }
    let whole = all.iter().filter(|it| matches!(it.answer, Answer::Whole(_))).count();
    assert_eq!(checked, whole);
    assert_eq!(checked, 74, "the index has changed");
}

/// An answer without the differences that mean nothing: `null` for absent, an empty text for none, the other name of
/// reasoning, the kind of object, `""` for no arguments. Counts the hub has no noun for (times, costs in parts) are lost;
/// the others are compared as the codec reads them.
fn expected_reply(mut body: Value) -> Value {
    let top = body.as_object_mut().unwrap();
    top.remove("usage");
    top.remove("object");
    drop_nulls(top);
    // Strict clients need the field, and there is no clock to make one up with.
    top.entry("created").or_insert(json!(0));
    for choice in top.get_mut("choices").unwrap().as_array_mut().unwrap() {
        let choice = choice.as_object_mut().unwrap();
        drop_nulls(choice);
        let message = choice.get_mut("message").unwrap().as_object_mut().unwrap();
        drop_nulls(message);
        if let Some(text) = message.remove("reasoning") {
            message.insert("reasoning_content".into(), text);
        }
        message
            .retain(|key, value| !(matches!(key.as_str(), "content" | "refusal" | "reasoning_content") && value == ""));
        let mut calls = false;
        for call in message.get_mut("tool_calls").and_then(Value::as_array_mut).into_iter().flatten() {
            calls = true;
            call.as_object_mut().unwrap().remove("index");
            if call["function"]["arguments"].as_str().unwrap_or_default().is_empty() {
                call["function"]["arguments"] = json!("{}");
            }
        }
        if message.get("tool_calls").is_some_and(|it| it == &json!([])) {
            message.remove("tool_calls");
        }
        let reason = choice["finish_reason"].as_str().unwrap_or_default();
        if matches!(reason, "" | "stop") {
            choice.insert("finish_reason".into(), json!(if calls { "tool_calls" } else { "stop" }));
        }
    }
    body
}

/// Facts of a relayed answer are those of a translated one.
fn agree(facts: &Facts, reply: &Reply, file: &str) {
    assert_eq!(facts.usage, reply.usage, "{file}");
    assert_eq!(facts.finish, reply.finish, "{file}");
    assert_eq!(facts.content, reply.has_content(), "{file}");
    assert_eq!(facts.fault, reply.fault, "{file}");
    if !reply.model.is_empty() {
        assert_eq!(facts.model.as_deref(), Some(&*reply.model), "{file}");
    }
}

fn length(reply: &Reply) -> u64 {
    reply.blocks.iter().map(|it| it.text.len() as u64).sum()
}

// === streams ===

fn streams(all: &[Exchange]) -> impl Iterator<Item = (&str, &str)> {
    all.iter().filter_map(|it| match &it.answer {
        Answer::Stream(text) => Some((it.file.as_str(), text.as_str())),
        _ => None,
    })
}

/// Frames of a text that comes in chunks, cut at `cuts`.
fn frames(text: &str, cuts: &[usize]) -> Vec<Frame> {
    let whole = Bytes::copy_from_slice(text.as_bytes());
    let mut splitter = Splitter::new();
    let mut out = Vec::new();
    let mut from = 0;
    for &to in cuts.iter().chain([&whole.len()]) {
        splitter.push(whole.slice(from..to), &mut out);
        from = to;
    }
    out.extend(splitter.finish());
    out
}

fn events(frames: &[Frame], file: &str) -> Vec<Event> {
    let mut reader = chat().stream_reader();
    let mut out = Vec::new();
    for frame in frames {
        reader.read(frame, &mut out).unwrap_or_else(|error| panic!("{file}: {error}"));
    }
    out
}

/// The grammar of events: ascending blocks without gaps, each opened and closed once, nothing after the end.
pub(crate) fn check_grammar(events: &[Event], whole: bool, file: &str) {
    let (mut opened, mut closed) = (0, std::collections::BTreeSet::new());
    let mut over = false;
    let mut finished = false;
    for (nth, event) in events.iter().enumerate() {
        assert!(!over, "{file}: {event:?} after the end");
        match event {
            Event::Start { .. } => {
                assert!(events[..nth].iter().all(|it| matches!(it, Event::Ping)), "{file}: a late start");
            }
            Event::Open { index, .. } => {
                assert!(*index == opened && !finished, "{file}: {event:?}");
                opened += 1;
            }
            Event::Delta { index, delta } => {
                assert!(*index < opened && !closed.contains(index), "{file}: {event:?}");
                assert!(!matches!(delta, Delta::Text(it) | Delta::Arguments(it) if it.is_empty()), "{file}: empty");
            }
            Event::Close { index } => assert!(*index < opened && closed.insert(*index), "{file}: {event:?}"),
            Event::Finish { .. } => {
                assert!(!finished && closed.len() as u64 == u64::from(opened), "{file}: {event:?}");
                finished = true;
            }
            Event::Fault(_) => over = true,
            Event::End => {
                // The mark alone, of a stream that said nothing.
                let begun = events[..nth].iter().any(|it| matches!(it, Event::Start { .. }));
                assert!(finished || !begun, "{file}: an end without a finish");
                over = true;
            }
            Event::Usage(_) | Event::Ping | Event::Opaque(_) => {}
        }
    }
    assert!(!whole || over, "{file}: no end");
}

#[test]
fn streams_read_as_they_are() {
    let Some(all) = exchanges() else { return };
    let mut checked = 0;
    for (file, text) in streams(&all) {
        checked += 1;
        let frames = frames(text, &[]);
        let raws: Vec<u8> = frames.iter().flat_map(|it| it.raw().to_vec()).collect();
        assert_eq!(raws, text.as_bytes(), "{file}");
        let events = events(&frames, file);
        check_grammar(&events, text.contains("[DONE]"), file);
        let reply = Reply::of(events.clone());
        let mut expected = Said::of_stream(text);
        if !reply.ended {
            // Cut short in the recording: then nobody said that it ended.
            expected.finish = reply.finish.as_ref().and(expected.finish);
        }
        assert_eq!(Said::of_reply(&reply), expected, "{file}");

        let mut watcher = chat().watcher();
        let sights: Vec<_> = frames.iter().map(|it| watcher.watch(it)).collect();
        agree(watcher.facts(), &reply, file);
        assert_eq!(sights.iter().any(|it| it.end), reply.ended, "{file}");
        assert!(!sights.iter().any(|it| it.malformed), "{file}");
        let counted = watcher.facts().content_bytes;
        assert_eq!(counted > 0, length(&reply) > 0, "{file}");

        // Written for a client and read again it says the same.
        let mut writer = chat().stream_writer(true);
        let mut out = Vec::new();
        for event in &events {
            writer.write(event, &mut out);
        }
        if reply.fault.is_none() {
            let again = Reply::of(self::events(&self::frames(std::str::from_utf8(&out).unwrap(), &[]), file));
            let mut said = Said::of_reply(&reply);
            for call in &mut said.calls {
                if call.2.is_empty() {
                    call.2 = "{}".to_owned();
                }
            }
            assert_eq!(Said::of_reply(&again), said, "{file}");
        }
    }
    assert_eq!(checked, streams(&all).count());
    assert_eq!(checked, 51, "the index has changed");
    let (whole, other) = (
        all.iter().filter(|it| matches!(it.answer, Answer::Whole(_))).count(),
        all.iter().filter(|it| matches!(it.answer, Answer::Other)).count(),
    );
    assert_eq!(checked + whole + other, all.len());
    assert_eq!(other, 0, "an answer that is neither whole nor streamed");
}

#[test]
fn streams_cut_at_every_byte_say_the_same() {
    let Some(all) = exchanges() else { return };
    let mut checked = 0;
    for (file, text) in streams(&all) {
        let whole = frames(text, &[]);
        let shown = |it: &[Frame]| format!("{:?}", events(it, file));
        let expected = shown(&whole);
        // In single bytes: cut everywhere at once.
        let everywhere: Vec<usize> = (1..text.len()).collect();
        assert_eq!(shown(&frames(text, &everywhere)), expected, "{file}");
        // Cut once, at every place (of streams beyond 3 kB, at some thousand). The frames decide the events.
        let raws = |it: &[Frame]| it.iter().map(|it| it.raw().len()).collect::<Vec<_>>();
        let expected = raws(&whole);
        let step = 1 + text.len() / 6_000;
        for cut in (0..text.len()).step_by(step) {
            assert_eq!(raws(&frames(text, &[cut])), expected, "{file} at {cut}");
        }
        checked += 1;
    }
    assert_eq!(checked, streams(&all).count());
}

#[test]
fn streams_stopped_anywhere_harm_nobody() {
    let Some(all) = exchanges() else { return };
    let mut checked = 0;
    for (file, text) in streams(&all) {
        let whole = frames(text, &[]);
        let step = 1 + whole.len() / 40;
        for stop in (0..whole.len()).step_by(step) {
            let events = events(&whole[..stop], file);
            check_grammar(&events, false, file);
            assert!(!events.iter().any(|it| matches!(it, Event::End)) || stop >= whole.len() - 2, "{file}");
            let mut writer = chat().stream_writer(false);
            let mut out = Vec::new();
            for event in &events {
                writer.write(event, &mut out);
            }
            let again = frames(std::str::from_utf8(&out).unwrap(), &[]);
            check_grammar(&self::events(&again, file), false, file);
        }
        // In the middle of a frame: half a frame may be malformed, but must not be more than that.
        for cut in (0..text.len()).step_by(1 + text.len() / 100) {
            let Some(head) = text.get(..cut) else { continue };
            let mut reader = chat().stream_reader();
            let mut watcher = chat().watcher();
            let mut out = Vec::new();
            for frame in frames(head, &[]) {
                let _may_be_malformed = reader.read(&frame, &mut out);
                watcher.watch(&frame);
            }
            check_grammar(&out, false, file);
        }
        checked += 1;
    }
    assert_eq!(checked, streams(&all).count());
}
