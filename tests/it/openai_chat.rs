//! The OpenAI chat codec: own cases for what recordings do not show, and bytes of any kind.

use bytes::Bytes;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::{Block, Delta, Event, Finish};
use llmroute::domain::failure::{Failure, Kind};
use llmroute::domain::id::RequestId;
use llmroute::domain::prompt::{
    Body, CacheMark, Format, Media, Opaque, Part, Prompt, Reasoning, Role, Tool, ToolChoice, Turn,
};
use llmroute::domain::quirks::{OutputCap, Quirks, ReasoningField};
use llmroute::domain::reply::Reply;
use llmroute::domain::signature::Signature;
use llmroute::domain::usage::{Source, Usage};
use llmroute::wire::json::scan;
use llmroute::wire::sse::{Frame, Split as _, Splitter};
use llmroute::wire::{Codec, Written, codec};
use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::anthropic::golden;
use crate::recorded_openai::check_grammar;

fn chat() -> &'static dyn Codec {
    codec(Dialect::OpenaiChat)
}

fn input(name: &str) -> String {
    std::fs::read_to_string(format!("{}/tests/golden/openai_chat/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Body and losses as one golden text.
fn shown(written: &Written) -> String {
    let body: Value = serde_json::from_slice(&written.body).unwrap();
    let mut text = serde_json::to_string_pretty(&body).unwrap() + "\n";
    for loss in &written.losses {
        text.extend(["- ", &loss.what, ": ", loss.why, "\n"]);
    }
    text
}

fn parsed(written: &Written) -> Value {
    serde_json::from_slice(&written.body).unwrap()
}

// === requests ===

fn all_quirks() -> Quirks {
    Quirks {
        output_cap: OutputCap::MaxCompletionTokens,
        developer_role: true,
        reasoning_field: ReasoningField::Reasoning,
        ..Quirks::default()
    }
}

#[test]
fn a_request_with_everything_comes_back() {
    let body = input("everything.in.json");
    let prompt = chat().read_request(body.as_bytes()).unwrap();
    golden("openai_chat/everything.hub.txt", &format!("{prompt:#?}\n"));
    let written = chat().write_request(&prompt, "other-2", &all_quirks());
    golden("openai_chat/everything.out.json", &shown(&written));
    // Spelling that a value would lose is still there.
    let text = std::str::from_utf8(&written.body).unwrap();
    for kept in
        [r#""big":123456789012345678901234567890"#, r#""x-order": 1.50"#, r#""{ \"at\" : \"the \\u00e9tage\" }""#]
    {
        assert!(text.contains(kept), "{kept}");
    }
}

fn opaque(dialect: Dialect, name: &str) -> Opaque {
    Opaque { dialect, name: name.to_owned(), raw: RawValue::from_string("{\"x\": 1}".to_owned()).unwrap() }
}

fn signed(text: &str) -> Signature {
    Signature { dialect: Dialect::Anthropic, text: text.to_owned() }
}

/// A request as it may come from another dialect.
fn foreign() -> Prompt {
    let base64 = |media_type: &str| Media::Base64 { media_type: media_type.to_owned(), data: "QUJD".to_owned() };
    let image = |source| Part::from(Body::Image { source, detail: None });
    let thinking =
        |signature: Option<&str>| Part { signature: signature.map(signed), ..Body::Thinking("Hm.".to_owned()).into() };
    let result =
        |id: &str, content: Vec<Part>, is_error| Part::from(Body::ToolResult { id: id.to_owned(), content, is_error });
    let call = |id: &str| {
        Part::from(Body::ToolCall { id: id.to_owned(), name: "look".to_owned(), arguments: "{}".to_owned() })
    };
    let mut marked = Part::text("Second.");
    marked.cache = Some(CacheMark::Default);
    let mut cited = Part::text("Third.");
    cited.extra.push(opaque(Dialect::Anthropic, "citations"));
    let turn = |role, parts| Turn { role, parts, extra: Vec::new() };
    let file = |source, name: Option<&str>| Part::from(Body::File { source, name: name.map(str::to_owned) });
    Prompt {
        model: "claude".to_owned(),
        system: vec![Part::text("First."), marked, cited],
        turns: vec![
            turn(
                Role::User,
                vec![
                    image(base64("image/png")),
                    image(Media::FileId("file_1".to_owned())),
                    file(Media::Text("plain".to_owned()), Some("note.txt")),
                    file(Media::Url("https://example.org/a.pdf".to_owned()), None),
                    file(base64("application/pdf"), None),
                    Body::Opaque(opaque(Dialect::Anthropic, "search_result")).into(),
                ],
            ),
            turn(
                Role::Assistant,
                vec![
                    thinking(Some("sig")),
                    Body::RedactedThinking(signed("enc")).into(),
                    thinking(None),
                    call("t1"),
                    call("t2"),
                ],
            ),
            turn(
                Role::User,
                vec![
                    result("t1", vec![Part::text("a cat"), image(base64("image/jpeg"))], false),
                    Part::text("And now?"),
                    result("t2", vec![image(Media::Url("https://example.org/b.png".to_owned()))], true),
                ],
            ),
            turn(Role::Assistant, vec![Part::text("One. "), Part::text("Two.")]),
        ],
        tools: vec![Tool {
            name: "web_search".to_owned(),
            description: None,
            schema: None,
            strict: None,
            cache: None,
            server: Some(opaque(Dialect::Anthropic, "web_search_20250305")),
            freeform: None,
            extra: Vec::new(),
        }],
        tool_choice: Some(ToolChoice::Required),
        reasoning: Some(Reasoning { enabled: true, effort: None, budget: Some(10_000), adaptive: false }),
        extra: vec![opaque(Dialect::Anthropic, "context_management")],
        ..Prompt::default()
    }
}

#[test]
fn reasoning_of_another_dialect_goes_only_to_a_provider_that_takes_it_back() {
    let sent = |prompt: &Prompt, quirks: &Quirks| {
        let written = chat().write_request(prompt, "small-1", quirks);
        let body: Value = serde_json::from_slice(&written.body).unwrap();
        let messages = body["messages"].as_array().unwrap().iter();
        let texts: Vec<String> =
            messages.filter_map(|it| it[quirks.reasoning_field.name()].as_str().map(str::to_owned)).collect();
        let named = written.losses.iter().filter(|it| it.why == "the provider does not take reasoning back").count();
        (texts, named)
    };
    let takes = Quirks { replays_reasoning: true, ..Quirks::default() };
    let spelled = Quirks { reasoning_field: ReasoningField::Reasoning, ..takes.clone() };
    let parts = Quirks { reasoning_field: ReasoningField::Parts, ..Quirks::default() };
    // One of its pieces of reasoning is unsigned.
    let foreign = foreign();
    assert_eq!(sent(&foreign, &Quirks::default()), (vec![], 1));
    assert_eq!(sent(&foreign, &parts), (vec![], 1));
    assert_eq!(sent(&foreign, &takes), (vec!["Hm.".to_owned()], 0));
    assert_eq!(sent(&foreign, &spelled), (vec!["Hm.".to_owned()], 0));
    let own = json!({"model": "m", "messages": [{"role": "user", "content": "Go."},
        {"role": "assistant", "content": "Gone.", "reasoning_content": "Hm."}]});
    let own = chat().read_request(own.to_string().as_bytes()).unwrap();
    assert_eq!(sent(&own, &Quirks::default()), (vec!["Hm.".to_owned()], 0), "who wrote it in this dialect takes it");
}

#[test]
fn a_call_without_an_id_gets_the_same_one_whole_and_streamed() {
    let call = |id: Value| json!({"id": id, "type": "function", "function": {"name": "look", "arguments": "{}"}});
    let calls = [call(Value::Null), call(json!("given")), call(json!(""))];
    let whole = json!({"id": "chatcmpl-7", "choices": [{"index": 0, "finish_reason": "tool_calls",
        "message": {"role": "assistant", "content": null, "tool_calls": calls}}]});
    let ids = |reply: &Reply| {
        let ids = reply.blocks.iter().filter_map(|it| match &it.block {
            Block::ToolCall { id, .. } => Some(id.clone()),
            _ => None,
        });
        ids.collect::<Vec<_>>()
    };
    let expected = ["call_0_chatcmpl7", "given", "call_2_chatcmpl7"];
    assert_eq!(ids(&chat().read_reply(whole.to_string().as_bytes()).unwrap()), expected);
    let numbered = (0..).zip(calls).map(|(nth, mut call)| {
        call["index"] = json!(nth);
        json!({"id": "chatcmpl-7", "choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": null}]})
            .to_string()
    });
    let lines: Vec<String> = numbered.collect();
    let streamed = Reply::of(events(&sse(&lines.iter().map(String::as_str).collect::<Vec<_>>())));
    assert_eq!(ids(&streamed), expected);
}

#[test]
fn what_another_dialect_says_is_said_or_named() {
    let mut prompt = foreign();
    prompt.sampling.top_k = Some(5);
    let schema = RawValue::from_string("{}".to_owned()).unwrap();
    prompt.format = Format::JsonSchema { name: None, description: None, schema, strict: None };
    let quirks = Quirks { json_schema: false, ..Quirks::default() };
    golden("openai_chat/foreign.out.json", &shown(&chat().write_request(&prompt, "small-1", &quirks)));
}

#[test]
fn thinking_becomes_an_effort() {
    let asked = |reasoning: Reasoning| {
        let prompt = Prompt { reasoning: Some(reasoning), ..Prompt::default() };
        let written = chat().write_request(&prompt, "m", &Quirks::default());
        (parsed(&written)["reasoning_effort"].clone(), written.losses.len())
    };
    let on = Reasoning { enabled: true, ..Reasoning::default() };
    let budget = |tokens| asked(Reasoning { budget: Some(tokens), ..on.clone() });
    assert_eq!(
        [budget(1024), budget(4097), budget(32_000)],
        [(json!("low"), 1), (json!("medium"), 1), (json!("high"), 1)]
    );
    let effort = Reasoning { effort: Some("xhigh".to_owned()), budget: Some(1), ..on.clone() };
    assert_eq!(asked(effort), (json!("xhigh"), 0));
    assert_eq!(asked(Reasoning { adaptive: true, ..on.clone() }), (Value::Null, 0));
    assert_eq!(asked(on), (Value::Null, 1));
    assert_eq!(asked(Reasoning::default()), (Value::Null, 1));
    let none = Reasoning { effort: Some("none".to_owned()), ..Reasoning::default() };
    assert_eq!(asked(none), (json!("none"), 0));
}

#[test]
fn other_providers_reasoning_objects_are_understood_and_come_back() {
    for (said, expected) in [
        (
            json!({"reasoning": {"effort": "low"}}),
            Reasoning { enabled: true, effort: Some("low".into()), ..Default::default() },
        ),
        (json!({"reasoning": {"max_tokens": 7}}), Reasoning { enabled: true, budget: Some(7), ..Default::default() }),
        (json!({"reasoning": {"enabled": false}}), Reasoning::default()),
        (json!({"thinking": {"type": "disabled"}}), Reasoning::default()),
        (
            json!({"thinking": {"type": "enabled", "budget_tokens": 9}}),
            Reasoning { enabled: true, budget: Some(9), ..Default::default() },
        ),
        (json!({"reasoning_effort": "none"}), Reasoning { effort: Some("none".into()), ..Default::default() }),
    ] {
        let mut body = json!({"model": "m", "messages": []});
        body.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
        let prompt = chat().read_request(body.to_string().as_bytes()).unwrap();
        assert_eq!(prompt.reasoning, Some(expected), "{said}");
        assert!(prompt.extra.is_empty());
    }
    for body in [
        json!({"model": "m", "messages": [], "reasoning": {"effort": "low", "exclude": true}}),
        json!({"model": "m", "messages": [], "thinking": {"type": "enabled", "budget_tokens": 3, "clear_thinking": false}}),
    ] {
        let prompt = chat().read_request(body.to_string().as_bytes()).unwrap();
        assert_eq!(parsed(&chat().write_request(&prompt, "m", &Quirks::default())), body);
    }
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (body, param) in [
        (json!({"messages": []}), "model"),
        (json!({"model": "m"}), "messages"),
        (json!({"model": 7, "messages": []}), "model"),
        (json!({"model": "m", "messages": "hi"}), "messages"),
        (json!({"model": "m", "messages": [{"role": "user"}, 5]}), "messages[1]"),
        (json!({"model": "m", "messages": [{"content": "x"}]}), "messages[0].role"),
        (json!({"model": "m", "messages": [{"role": "user", "content": 5}]}), "messages[0].content"),
        (
            json!({"model": "m", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": 1}}]}]}),
            "messages[0].content[0].image_url.url",
        ),
        (
            json!({"model": "m", "messages": [{"role": "assistant", "tool_calls": [{"id": "1", "type": "function"}]}]}),
            "messages[0].tool_calls[0].function",
        ),
        (json!({"model": "m", "messages": [], "max_tokens": -1}), "max_tokens"),
        (json!({"model": "m", "messages": [], "stop": [1]}), "stop"),
        (
            json!({"model": "m", "messages": [], "tools": [{"type": "function", "function": {}}]}),
            "tools[0].function.name",
        ),
        (
            json!({"model": "m", "messages": [], "response_format": {"type": "json_schema"}}),
            "response_format.json_schema",
        ),
    ] {
        let error = chat().read_request(body.to_string().as_bytes()).expect_err(param);
        assert_eq!(error.param.as_deref(), Some(param), "{error}");
        assert!(error.what.contains(param), "{error}");
    }
    let error = chat().read_request(b"{\"model\": }").unwrap_err();
    assert_eq!(error.at, Some(10));
}

// === streams ===

fn frames(text: &str) -> Vec<Frame> {
    let mut splitter = Splitter::new();
    let mut out = Vec::new();
    splitter.push(Bytes::copy_from_slice(text.as_bytes()), &mut out);
    out.extend(splitter.finish());
    out
}

/// Data lines, each a frame.
fn sse(lines: &[&str]) -> String {
    lines.iter().flat_map(|it| ["data: ", it, "\n\n"]).collect()
}

fn events(text: &str) -> Vec<Event> {
    let mut reader = chat().stream_reader();
    let mut out = Vec::new();
    for frame in frames(text) {
        reader.read(&frame, &mut out).unwrap();
    }
    check_grammar(&out, false, text);
    out
}

fn written(events: &[Event], usage: bool) -> String {
    let mut writer = chat().stream_writer(usage);
    let mut out = Vec::new();
    for event in events {
        writer.write(event, &mut out);
    }
    String::from_utf8(out).unwrap()
}

/// Chunks with these tool-call items, then the end.
fn calls(items: &[&str]) -> Vec<(String, String, String)> {
    let mut lines: Vec<String> = items
        .iter()
        .map(|it| format!(r#"{{"id":"chat-abc123","choices":[{{"index":0,"delta":{{"tool_calls":[{it}]}}}}]}}"#))
        .collect();
    lines.push(r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#.to_owned());
    let reply = Reply::of(events(&sse(&lines.iter().map(String::as_str).collect::<Vec<_>>())));
    assert_eq!(reply.finish, Some(Finish::ToolCalls));
    let call = |piece: llmroute::domain::reply::Piece| match piece.block {
        Block::ToolCall { id, name } => (id, name, piece.text),
        other => panic!("{other:?}"),
    };
    reply.blocks.into_iter().map(call).collect()
}

fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
    (id.to_owned(), name.to_owned(), arguments.to_owned())
}

#[test]
fn an_awkward_stream_reads_and_comes_back() {
    let events = events(&input("awkward.in.sse"));
    let lines: String = events.iter().map(|it| format!("{it:?}\n")).collect::<Vec<_>>().concat();
    golden("openai_chat/awkward.events.txt", &lines);
    golden("openai_chat/awkward.out.sse", &written(&events, true));
    let mut watcher = chat().watcher();
    let seen = frames(&input("awkward.in.sse"));
    let sights = seen.iter().map(|it| format!("{:?}\n", watcher.watch(it))).collect::<Vec<_>>().concat();
    golden("openai_chat/awkward.sights.txt", &format!("{sights}{:#?}\n", watcher.facts()));
}

#[test]
fn tool_calls_are_told_apart_however_they_come() {
    // Numbered and interleaved.
    let by_number = [
        r#"{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}},{"index":1,"id":"b","function":{"name":"g","arguments":"{"}}"#,
        r#"{"index":1,"function":{"arguments":"}"}}"#,
        r#"{"index":0,"function":{"arguments":":1}"}}"#,
    ];
    assert_eq!(calls(&by_number), [call("a", "f", r#"{"x":1}"#), call("b", "g", "{}")]);
    // Every call is number 0, and whole.
    let all_zero = [
        r#"{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}"#,
        r#"{"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}"#,
    ];
    assert_eq!(calls(&all_zero), [call("a", "f", "{}"), call("b", "f", "{}")]);
    // No numbers: ids tell.
    let by_id = [
        r#"{"id":"a","function":{"name":"f","arguments":"{"}},{"id":"b","function":{"name":"g","arguments":"["}}"#,
        r#"{"id":"a","function":{"arguments":"}"}}"#,
        r#"{"id":"b","function":{"arguments":"]"}}"#,
    ];
    assert_eq!(calls(&by_id), [call("a", "f", "{}"), call("b", "g", "[]")]);
    // Neither: names begin calls, and ids are made up.
    let by_name = [
        r#"{"function":{"name":"f","arguments":"{"}}"#,
        r#"{"function":{"arguments":"}"}}"#,
        r#"{"function":{"name":"g","arguments":{"y":2}}}"#,
    ];
    assert_eq!(calls(&by_name), [call("call_0_chatabc123", "f", "{}"), call("call_1_chatabc123", "g", r#"{"y":2}"#)]);
    // The id and the name again in every piece.
    let again = [
        r#"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{"}}"#,
        r#"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"}"}}"#,
    ];
    assert_eq!(calls(&again), [call("a", "f", "{}")]);
    // The name later than the arguments, or never.
    let late = [
        r#"{"index":0,"id":"a","function":{"arguments":"{"}}"#,
        r#"{"index":0,"function":{"name":"f","arguments":"}"}}"#,
        r#"{"index":1,"id":"b","function":{"arguments":"{}"}}"#,
    ];
    assert_eq!(calls(&late), [call("a", "f", "{}"), call("b", "", "{}")]);
}

#[test]
fn usage_is_found_wherever_it_is() {
    let counts = r#"{"prompt_tokens":3,"completion_tokens":4}"#;
    let expected = Usage { input: 3, output: 4, source: Source::Provider, ..Usage::default() };
    for last in [
        format!(r#"{{"id":"c","choices":[],"usage":{counts}}}"#),
        format!(r#"{{"id":"c","choices":[{{"index":0,"delta":{{}},"finish_reason":"stop"}}],"usage":{counts}}}"#),
        format!(r#"{{"id":"c","choices":[{{"index":0,"delta":{{}},"finish_reason":"stop","usage":{counts}}}]}}"#),
        format!(r#"{{"id":"c","choices":[{{"index":0,"delta":{{}}}}],"x_groq":{{"usage":{counts}}}}}"#),
    ] {
        let hello = r#"{"id":"c","choices":[{"index":0,"delta":{"content":"hello"}}],"usage":null}"#;
        // Also at the end of the stream without a blank line.
        for text in [sse(&[hello, &last, "[DONE]"]), sse(&[hello, &last]).trim_end().to_owned()] {
            assert_eq!(Reply::of(events(&text)).usage.as_ref(), Some(&expected), "{text}");
            let mut watcher = chat().watcher();
            let sights: Vec<_> = frames(&text).iter().map(|it| watcher.watch(it)).collect();
            assert_eq!(watcher.facts().usage.as_ref(), Some(&expected), "{text}");
            assert_eq!(sights[1].usage_only, last.contains(r#""choices":[]"#), "{text}");
            assert!(!sights[0].usage_only);
        }
    }
    // Before anything else.
    assert_eq!(Reply::of(events(&sse(&[&format!(r#"{{"usage":{counts}}}"#)]))).usage.as_ref(), Some(&expected));
    // Cumulative counts in every chunk: the last one holds.
    let many = |n| {
        format!(
            r#"{{"id":"c","choices":[{{"index":0,"delta":{{"content":"x"}}}}],"usage":{{"prompt_tokens":3,"completion_tokens":{n}}}}}"#
        )
    };
    let text = sse(&[&many(1), &many(2), &many(4)]);
    assert_eq!(Reply::of(events(&text)).usage, Some(expected));
}

#[test]
fn errors_in_a_stream_are_faults() {
    let hello = r#"{"id":"c","choices":[{"index":0,"delta":{"content":"hello"}}]}"#;
    for (error, message) in [
        (r#"data: {"error":{"message":"busy","code":502}}"#, "busy"),
        (r#"data: {"error":"busy"}"#, "busy"),
        (r#"data: [{"error":{"message":"busy"}}]"#, "busy"),
        ("event: error\ndata: {\"message\":\"busy\"}", "busy"),
        ("event: error\ndata: it broke", "it broke"),
        (
            r#"data: {"id":"c","error":{"message":"busy"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}"#,
            "busy",
        ),
        (
            r#"data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"error"}]}"#,
            "the provider ended with an error",
        ),
        (
            r#"data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"error","error":{"message":"busy"}}]}"#,
            "busy",
        ),
    ] {
        for before in ["", &sse(&[hello])] {
            let text = format!("{before}{error}\n\ndata: {hello}\n\ndata: [DONE]\n\n");
            let reply = Reply::of(events(&text));
            assert_eq!(reply.fault.as_ref().map(|it| &*it.message), Some(message), "{text}");
            assert!(!reply.ended && reply.finish.is_none(), "{text}");
            let mut watcher = chat().watcher();
            let sights: Vec<_> = frames(&text).iter().map(|it| watcher.watch(it)).collect();
            assert!(sights.iter().any(|it| it.fault.is_some() && !it.malformed), "{text}");
            assert!(!sights.iter().any(|it| it.end), "{text}");
            assert_eq!(watcher.facts().fault, reply.fault, "{text}");
        }
    }
}

#[test]
fn data_that_is_no_json_is_malformed_at_any_time() {
    let hello = r#"{"id":"c","choices":[{"index":0,"delta":{"content":"hello"}}]}"#;
    for bad in ["<html>busy</html>", "upstream timed out", "\"text\"", "12"] {
        for before in ["", &sse(&[hello, hello])] {
            let frames = frames(&format!("{before}data: {bad}\n\n"));
            let (last, first) = frames.split_last().unwrap();
            let mut watcher = chat().watcher();
            let mut reader = chat().stream_reader();
            let mut out = Vec::new();
            for frame in first {
                assert!(!watcher.watch(frame).malformed);
                reader.read(frame, &mut out).unwrap();
            }
            assert!(watcher.watch(last).malformed, "{bad}");
            assert!(reader.read(last, &mut out).is_err(), "{bad}");
        }
    }
    let mut watcher = chat().watcher();
    assert!(watcher.watch(&frames("data: {\"choices\":[\n\n")[0]).malformed);
    assert!(watcher.watch(&frames("data: [1]\n\n")[0]).malformed);
}

#[test]
fn only_content_is_content() {
    let cases = [
        (r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#, false),
        (r#"{"choices":[{"index":0,"delta":{"content":null,"reasoning":null}}]}"#, false),
        (r#"{"choices":[],"usage":null}"#, false),
        (r#"{"choices":[{"index":0,"delta":{"tool_calls":[]}}]}"#, false),
        (r#"{"choices":[{"index":0,"delta":{"annotations":[1]}}]}"#, false),
        (r#"{"choices":[{"index":0,"delta":{"content":"x"}}]}"#, true),
        (r#"{"choices":[{"index":0,"delta":{"reasoning_content":"x"}}]}"#, true),
        (r#"{"choices":[{"index":0,"delta":{"reasoning":"x"}}]}"#, true),
        (r#"{"choices":[{"index":0,"delta":{"refusal":"x"}}]}"#, true),
        (r#"{"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"x"}]}}]}"#, true),
        (
            r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]}}]}"#,
            true,
        ),
    ];
    for (chunk, content) in cases {
        let mut watcher = chat().watcher();
        let sight = watcher.watch(&frames(&sse(&[chunk]))[0]);
        assert_eq!((sight.content, watcher.facts().content), (content, content), "{chunk}");
    }
    for text in [": ping\n\n", "\n", "data:\n\n", "event: ping\n\n", "retry: 5\n\n"] {
        let mut watcher = chat().watcher();
        assert_eq!(watcher.watch(&frames(text)[0]), llmroute::wire::Sight::default(), "{text:?}");
    }
}

#[test]
fn content_is_counted_without_reading_every_chunk() {
    let chunk = |text: &str| {
        format!(
            r#"{{"id":"c","model":"m","choices":[{{"index":0,"delta":{{"content":"{text}"}},"finish_reason":null}}],"usage":null}}"#
        )
    };
    let pieces: Vec<String> =
        ["one", " two", " three", "", " says \\\"usage\\\": 1"].iter().map(|it| chunk(it)).collect();
    let mut watcher = chat().watcher();
    for frame in frames(&sse(&pieces.iter().map(String::as_str).collect::<Vec<_>>())) {
        watcher.watch(&frame);
    }
    // Exact but for the two escapes in the last piece.
    assert_eq!(watcher.facts().content_bytes, 3 + 4 + 6 + 16 + 2);
    assert_eq!(watcher.facts().usage, None);
}

#[test]
fn a_stream_for_a_client_is_what_its_sdk_expects() {
    let usage = Usage { input: 5, output: 2, source: Source::Provider, ..Usage::default() };
    let all = [
        Event::Start { id: "msg_1".to_owned(), model: "m".to_owned(), created: None },
        Event::Ping,
        Event::Open { index: 0, block: Block::Thinking },
        Event::Delta { index: 0, delta: Delta::Text("Hm".to_owned()) },
        Event::Delta { index: 0, delta: Delta::Signature(signed("sig")) },
        Event::Close { index: 0 },
        Event::Usage(Usage::default()),
        Event::Open { index: 1, block: Block::Text },
        Event::Delta { index: 1, delta: Delta::Text("a\n\"b\"".to_owned()) },
        Event::Close { index: 1 },
        Event::Open { index: 2, block: Block::ToolCall { id: "t1".to_owned(), name: "f".to_owned() } },
        Event::Open { index: 3, block: Block::ToolCall { id: "t2".to_owned(), name: "g".to_owned() } },
        Event::Delta { index: 3, delta: Delta::Arguments("{\"x\":".to_owned()) },
        Event::Delta { index: 3, delta: Delta::Arguments("1}".to_owned()) },
        Event::Close { index: 2 },
        Event::Close { index: 3 },
        Event::Usage(usage),
        Event::Finish { reason: Finish::ToolCalls, stop: None },
        Event::End,
    ];
    golden("openai_chat/client.out.sse", &written(&all, true));
    let quiet = written(&all, false);
    assert!(!quiet.contains("usage") && quiet.ends_with("data: [DONE]\n\n"));
    let mut writer = chat().stream_writer(true);
    for event in &all {
        writer.write(event, &mut Vec::new());
    }
    assert_eq!(writer.losses().iter().map(|it| &*it.what).collect::<Vec<_>>(), ["thinking.signature"]);
}

#[test]
fn a_failed_stream_ends_with_an_error_and_no_mark_of_success() {
    let failure = Failure::upstream(Kind::Cut, "upstream_cut", "the provider\nbroke off");
    let text = String::from_utf8(chat().write_stream_error(&failure, RequestId(3))).unwrap();
    let frames = frames(&text);
    assert_eq!(frames.len(), 1);
    assert!(text.ends_with("\n\n") && !text.contains("[DONE]"));
    let body: Value = serde_json::from_slice(&frames[0].data()).unwrap();
    assert_eq!(body["error"]["message"], "the provider\nbroke off");
    assert!(Frame::is_comment(&self::frames(std::str::from_utf8(chat().ping()).unwrap())[0]));
}

// === whole answers ===

#[test]
fn answers_of_every_kind_read() {
    let read = |body: Value| chat().read_reply(body.to_string().as_bytes());
    let fault = |body: Value| {
        let reply = read(body.clone()).unwrap();
        let facts = chat().read_facts(body.to_string().as_bytes()).unwrap();
        assert_eq!(facts.fault, reply.fault);
        assert!(!reply.ended && !reply.has_content() && !facts.content);
        reply.fault.unwrap().message
    };
    assert_eq!(fault(json!({"error": {"message": "no", "code": 500}})), "no");
    assert_eq!(fault(json!({"error": "no"})), "no");
    assert_eq!(fault(json!([{"error": {"message": "no"}}])), "no");
    assert_eq!(
        fault(
            json!({"choices": [{"index": 0, "message": {"content": ""}, "finish_reason": "error", "error": {"message": "no"}}]})
        ),
        "no"
    );
    for bad in [json!({}), json!([]), json!(5), json!({"choices": 5}), json!({"choices": [5]})] {
        assert!(read(bad.clone()).is_err(), "{bad}");
    }
    assert!(chat().read_facts(b"<html>").is_err());
    assert!(!read(json!({"choices": []})).unwrap().has_content());
    let parts =
        json!([{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}, {"type": "text", "text": "Yes"}]);
    let reply = read(json!({"id": "1", "choices": [{"message": {"content": parts}, "finish_reason": "model_length"}]}))
        .unwrap();
    assert_eq!(reply.blocks.iter().map(|it| &*it.text).collect::<Vec<_>>(), ["Hm", "Yes"]);
    assert_eq!(reply.finish, Some(Finish::ContextFull));
    let two = json!({"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}, {"index": 1, "message": {"content": "b"}}]});
    let reply = read(two).unwrap();
    assert_eq!((reply.blocks.len(), &*reply.extra[0].name), (1, "choices[1]"));
    assert_eq!(parsed(&chat().write_reply(&reply))["choices"][1]["message"]["content"], "b");
}

#[test]
fn an_answer_from_another_dialect_is_whole_and_names_what_it_lacks() {
    let piece = |block, text: &str| llmroute::domain::reply::Piece::new(block, text);
    let mut thinking = piece(Block::Thinking, "Hm");
    thinking.signature = Some(signed("sig"));
    let mut cited = piece(Block::Text, "One ");
    cited.extra.push(opaque(Dialect::Anthropic, "citations_delta"));
    let reply = Reply {
        id: "msg_1".to_owned(),
        model: "m".to_owned(),
        blocks: vec![
            thinking,
            piece(Block::RedactedThinking(signed("enc")), ""),
            cited,
            piece(Block::Opaque(opaque(Dialect::Anthropic, "server_tool_use")), ""),
            piece(Block::Text, "two."),
            piece(Block::ToolCall { id: "t".to_owned(), name: "f".to_owned() }, ""),
        ],
        finish: Some(Finish::Stop),
        stop: Some("END".to_owned()),
        usage: Some(Usage { input: 9, cache_read: 4, output: 2, source: Source::Provider, ..Usage::default() }),
        extra: vec![opaque(Dialect::Anthropic, "container")],
        ..Reply::default()
    };
    golden("openai_chat/reply.out.json", &shown(&chat().write_reply(&reply)));
}

// === any bytes ===

fn quirks() -> impl Strategy<Value = Quirks> {
    any::<[bool; 5]>().prop_map(|[usage_in_stream, cap, json_schema, developer_role, reasoning]| Quirks {
        usage_in_stream,
        json_schema,
        developer_role,
        output_cap: if cap { OutputCap::MaxCompletionTokens } else { OutputCap::MaxTokens },
        reasoning_field: if reasoning { ReasoningField::Reasoning } else { ReasoningField::ReasoningContent },
        ..Quirks::default()
    })
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "text",
            "function",
            "user",
            "tool",
            "error",
            "stop",
            "data:,",
            "data:a/b;base64,QQ=="
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec(
                (
                    prop::sample::select(vec!["type", "text", "index", "id", "name", "content", "usage", "error", "x"]),
                    inner
                ),
                0..3,
            )
            .prop_map(|it| Value::Object(it.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())),
        ]
    })
}

/// Every place in a value.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(nth, it)| places(it, &format!("{at}/{nth}"), out)),
        Value::Object(fields) => fields.iter().for_each(|(key, it)| places(it, &format!("{at}/{key}"), out)),
        _ => {}
    }
}

/// The template with some places given other values.
fn spoilt(template: Value) -> impl Strategy<Value = Value> {
    prop::collection::vec((any::<prop::sample::Index>(), any_value()), 0..4).prop_map(move |changes| {
        let mut value = template.clone();
        for (place, other) in changes {
            let mut all = Vec::new();
            places(&value, "", &mut all);
            *value.pointer_mut(&all[place.index(all.len())]).unwrap() = other;
        }
        value
    })
}

fn chunk() -> impl Strategy<Value = Value> {
    let delta = json!({"role": "assistant", "content": "x", "reasoning": "y", "refusal": "z", "note": 1, "tool_calls": [
        {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "{"}},
        {"index": 1, "function": {"arguments": "}"}, "extra": 1}]});
    prop_oneof![
        Just(json!({"id": "c", "choices": [{"index": 0, "delta": delta}], "usage": {"prompt_tokens": 1, "completion_tokens": 2,
            "completion_tokens_details": {"reasoning_tokens": 1}}, "x_groq": {"usage": {}}})),
        Just(json!({"id": "c", "model": "m", "created": 1, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})),
        Just(json!({"error": {"message": "m", "code": 1, "details": [{"retryDelay": "1s"}]}, "choices": []})),
    ]
    .prop_flat_map(spoilt)
}

fn top_level_is_sound(body: &[u8]) {
    let fields = scan(body).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(body)));
    let mut keys: Vec<&[u8]> = fields.fields.iter().map(|it| &body[it.key.clone()]).collect();
    keys.sort_unstable();
    let count = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), count, "a key twice: {}", String::from_utf8_lossy(body));
}

fn try_stream(text: &[u8]) {
    let mut splitter = Splitter::new();
    let mut frames = Vec::new();
    splitter.push(Bytes::copy_from_slice(text), &mut frames);
    frames.extend(splitter.finish());
    let (mut reader, mut watcher) = (chat().stream_reader(), chat().watcher());
    let mut out = Vec::new();
    for frame in &frames {
        let read = reader.read(frame, &mut out);
        let sight = watcher.watch(frame);
        assert!(!sight.malformed || read.is_err() || out.iter().any(|it| matches!(it, Event::Fault(_) | Event::End)));
    }
    check_grammar(&out, false, "random");
    let again = written(&out, true);
    for frame in self::frames(&again) {
        let data = frame.data();
        assert!(frame.is_comment() || *data == *b"[DONE]" || serde_json::from_slice::<Value>(&data).is_ok());
    }
    check_grammar(&events(&again), false, "random, written");
}

fn try_whole(body: &[u8], quirks: &Quirks) {
    if let Ok(prompt) = chat().read_request(body) {
        let written = chat().write_request(&prompt, "m", quirks);
        top_level_is_sound(&written.body);
        let again = chat().read_request(&written.body).unwrap();
        assert!(again.turns.len() >= prompt.turns.len() && again.system.len() == prompt.system.len());
    }
    if let Ok(reply) = chat().read_reply(body) {
        let facts = chat().read_facts(body).unwrap();
        assert_eq!((facts.usage, facts.fault), (reply.usage.clone(), reply.fault.clone()));
        let written = chat().write_reply(&reply);
        top_level_is_sound(&written.body);
        check_grammar(&reply.into_events(), false, "random reply");
    }
    let fault = chat().read_error(body);
    assert!(fault.message.chars().count() <= 2000 && !fault.message.contains(char::is_control));
}

proptest! {
    #[test]
    fn any_bytes_harm_nobody(body in prop::collection::vec(any::<u8>(), 0..200), quirks in quirks()) {
        try_whole(&body, &quirks);
        try_stream(&body);
        try_stream(&[b"data: ", &body[..], b"\n\n"].concat());
    }

    #[test]
    fn spoilt_requests_harm_nobody(body in spoilt(serde_json::from_str(&input("everything.in.json")).unwrap()), quirks in quirks()) {
        try_whole(body.to_string().as_bytes(), &quirks);
    }

    #[test]
    fn spoilt_answers_harm_nobody(body in spoilt(json!({
        "id": "1", "object": "chat.completion", "created": 1, "model": "m", "system_fingerprint": "f",
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": null, "message": {"role": "assistant", "content": "x",
            "reasoning": "y", "refusal": null, "annotations": [], "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 1}, "cost": 0.1},
    })), quirks in quirks()) {
        try_whole(body.to_string().as_bytes(), &quirks);
    }

    #[test]
    fn spoilt_streams_harm_nobody(chunks in prop::collection::vec(chunk(), 0..6), done: bool) {
        let mut text = chunks.iter().map(|it| format!("data: {it}\n\n")).collect::<Vec<_>>().concat();
        if done {
            text += "data: [DONE]\n\n";
        }
        try_stream(text.as_bytes());
    }

    #[test]
    fn spoilt_errors_harm_nobody(body in spoilt(json!([{"error": {"message": "try again in 5s", "code": 1, "status": "S",
        "metadata": {"raw": "r"}, "details": [{"retryDelay": "1.5s"}], "detail": [{"loc": ["a", 1], "msg": "m"}]}}]))) {
        try_whole(body.to_string().as_bytes(), &Quirks::default());
    }

    #[test]
    fn text_of_any_kind_survives_the_stream(pieces in prop::collection::vec(any::<String>(), 0..6)) {
        let mut all = vec![Event::Start { id: "1".to_owned(), model: "m".to_owned(), created: Some(1) },
            Event::Open { index: 0, block: Block::Text }];
        all.extend(pieces.iter().map(|it| Event::Delta { index: 0, delta: Delta::Text(it.clone()) }));
        all.extend([Event::Close { index: 0 }, Event::Finish { reason: Finish::Stop, stop: None }, Event::End]);
        let reply = Reply::of(events(&written(&all, false)));
        prop_assert_eq!(reply.blocks.first().map(|it| it.text.clone()).unwrap_or_default(), pieces.concat());
        prop_assert!(reply.ended);
    }
}
