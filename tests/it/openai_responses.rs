//! The responses codec: own cases for what recordings do not show, and bytes of any kind.

use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::{Block, Delta, Event, Finish};
use llmroute::domain::failure::{Failure, Kind};
use llmroute::domain::id::RequestId;
use llmroute::domain::quirks::Quirks;
use llmroute::domain::reply::Reply;
use llmroute::wire::{Asked, Codec, Written, codec};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::anthropic::any_input::wild;
use crate::anthropic::golden;
use crate::recorded_anthropic::{check_grammar, events, frames};
use crate::responses_stream::fold;

fn responses() -> &'static dyn Codec {
    codec(Dialect::OpenaiResponses)
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

fn everything() -> String {
    let path = format!("{}/tests/golden/openai_responses/everything.in.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

// === requests ===

#[test]
fn a_request_with_everything_comes_back() {
    let prompt = responses().read_request(everything().as_bytes()).unwrap();
    golden("openai_responses/everything.hub.txt", &format!("{prompt:#?}\n"));
    let written = responses().write_request(&prompt, "gpt-6-sol", &Quirks::default());
    assert_eq!(written.losses, []);
    golden("openai_responses/everything.out.json", &shown(&written));
    let text = std::str::from_utf8(&written.body).unwrap();
    // Spelling that a value would lose is still there.
    for kept in [
        r#""big": 123456789012345678901234567890"#,
        r#""x-order": 1.50"#,
        r#""{ \"at\" : \"the \\u00e9tage\" }""#,
        r#"{"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}"#,
    ] {
        assert!(text.contains(kept), "{kept}");
    }
    // Every item is there, in its order.
    let kinds = |body: &Value| {
        let items = body["input"].as_array().unwrap().clone();
        items.iter().map(|it| it["type"].as_str().unwrap_or("message").to_owned()).collect::<Vec<_>>()
    };
    let (before, after) = (serde_json::from_str(&everything()).unwrap(), serde_json::from_str(text).unwrap());
    assert_eq!(kinds(&before), kinds(&after));
}

#[test]
fn a_request_with_everything_in_other_dialects() {
    let prompt = responses().read_request(everything().as_bytes()).unwrap();
    for (dialect, model) in [(Dialect::OpenaiChat, "gpt-5"), (Dialect::Anthropic, "claude-sonnet-4-5")] {
        let written = codec(dialect).write_request(&prompt, model, &Quirks::default());
        golden(&format!("openai_responses/everything.{dialect}.json"), &shown(&written));
    }
}

/// The items of a request from another dialect, each by who it is of and what it says.
fn items_from(dialect: Dialect, request: &Value) -> (Vec<(String, Value)>, Written) {
    let prompt = codec(dialect).read_request(request.to_string().as_bytes()).unwrap();
    let written = responses().write_request(&prompt, "gpt-5", &Quirks::default());
    let body: Value = serde_json::from_slice(&written.body).unwrap();
    let one = |it: &Value| match it["type"].as_str() {
        Some("message") => (it["role"].as_str().unwrap().to_owned(), it["content"].clone()),
        kind => (kind.unwrap().to_owned(), it["call_id"].clone()),
    };
    (body["input"].as_array().unwrap().iter().map(one).collect(), written)
}

#[test]
fn each_text_of_another_dialects_model_is_a_message_of_its_own_in_its_place() {
    let text = |it: &str| json!({"type": "text", "text": it});
    let request = json!({"model": "m", "max_tokens": 99, "messages": [
        {"role": "user", "content": "Go."},
        {"role": "assistant", "content": [text("One."), text("Two."),
            {"type": "tool_use", "id": "c1", "name": "look", "input": {}}, text("Three.")]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "seen"}]},
    ]});
    let (items, written) = items_from(Dialect::Anthropic, &request);
    let of = |who: &str, said: &str| (who.to_owned(), json!(said));
    let expected = [
        of("user", "Go."),
        of("assistant", "One."),
        of("assistant", "Two."),
        of("function_call", "c1"),
        of("assistant", "Three."),
        of("function_call_output", "c1"),
    ];
    assert_eq!(items, expected);
    assert_eq!(written.losses, []);

    let request = json!({"model": "m", "messages": [{"role": "user", "content": "Go."},
        {"role": "assistant", "content": "So.", "refusal": "I will not."}, {"role": "user", "content": "Why?"}]});
    let (items, written) = items_from(Dialect::OpenaiChat, &request);
    assert_eq!(items[1..3], [of("assistant", "So."), of("assistant", "I will not.")]);
    assert_eq!(written.losses.iter().map(|it| &*it.what).collect::<Vec<_>>(), ["messages[1].refusal"]);
}

#[test]
fn texts_of_one_message_of_this_dialect_stay_one() {
    let content = json!([{"type": "output_text", "text": "One.", "annotations": []},
        {"type": "refusal", "refusal": "Two."}]);
    let message =
        json!({"type": "message", "role": "assistant", "id": "msg_1", "status": "completed", "content": content});
    let request = json!({"model": "m", "input": [{"type": "message", "role": "user", "content": "Go."}, message]});
    let (items, written) = items_from(Dialect::OpenaiResponses, &request);
    assert_eq!(items[1], ("assistant".to_owned(), content));
    assert_eq!(written.losses, []);
}

#[test]
fn a_cap_below_what_openai_takes_is_raised_for_clients_of_other_dialects_only() {
    let cap = |dialect: Dialect, field: &str, cap: u64| {
        let said = if dialect == Dialect::OpenaiResponses { "input" } else { "messages" };
        let request = json!({"model": "m", said: [{"role": "user", "content": "Go."}], field: cap});
        let prompt = codec(dialect).read_request(request.to_string().as_bytes()).unwrap();
        let written = responses().write_request(&prompt, "gpt-5", &Quirks::default());
        let body: Value = serde_json::from_slice(&written.body).unwrap();
        (body["max_output_tokens"].as_u64().unwrap(), written.losses.into_iter().map(|it| it.what).collect::<Vec<_>>())
    };
    let named = || vec!["max_tokens: raised to 16".to_owned()];
    assert_eq!(cap(Dialect::Anthropic, "max_tokens", 1), (16, named()));
    assert_eq!(cap(Dialect::OpenaiChat, "max_completion_tokens", 15), (16, named()));
    assert_eq!(cap(Dialect::Anthropic, "max_tokens", 16), (16, vec![]));
    assert_eq!(cap(Dialect::OpenaiResponses, "max_output_tokens", 1), (1, vec![]));
}

#[test]
fn errors_in_a_request_say_where() {
    for (body, param) in [
        (json!({"input": "x"}), "model"),
        (json!({"model": "m", "input": 7}), "input"),
        (json!({"model": "m", "input": [7]}), "input[0].item"),
        (json!({"model": "m", "input": [{"role": "user", "content": 7}]}), "input[0].content"),
        (
            json!({"model": "m", "input": [{"role": "user", "content": [{"type": "input_text", "text": 7}]}]}),
            "input[0].content[0].text",
        ),
        (json!({"model": "m", "input": [{"type": "message"}]}), "input[0].role"),
        (json!({"model": "m", "tools": [{"type": "function"}]}), "tools[0].name"),
        (json!({"model": "m", "temperature": "hot"}), "temperature"),
        (json!({"model": "m", "text": {"format": 7}}), "text.format"),
        (json!({"model": "m", "reasoning": {"effort": 7}}), "reasoning.effort"),
    ] {
        let error = responses().read_request(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.param.as_deref(), Some(param), "{body}: {error}");
    }
}

/// What Codex asks, to a target that knows functions only, and its answer on the way back.
#[test]
fn codex_patches_files_through_a_dialect_without_custom_tools() {
    let request = json!({
        "model": "gpt-6-sol", "instructions": "You are Codex.", "store": false, "stream": true,
        "include": ["reasoning.encrypted_content"], "prompt_cache_key": "t", "tool_choice": "auto",
        "parallel_tool_calls": false, "reasoning": {"effort": "medium", "summary": "auto"},
        "input": [
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Add a file."}]},
            {"type": "custom_tool_call", "call_id": "c1", "name": "apply_patch", "input": "*** Begin Patch\n\"1\"\n*** End Patch"},
            {"type": "custom_tool_call_output", "call_id": "c1", "output": "Success"},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Another."}]},
        ],
        "tools": [
            {"type": "custom", "name": "apply_patch", "description": "Edits files.",
             "format": {"type": "grammar", "syntax": "lark", "definition": "start: x"}},
            {"type": "function", "name": "shell", "parameters": {"type": "object"}, "strict": false},
        ],
    });
    let body = request.to_string();
    let prompt = responses().read_request(body.as_bytes()).unwrap();
    let written = codec(Dialect::OpenaiChat).write_request(&prompt, "m", &Quirks::default());
    let chat: Value = serde_json::from_slice(&written.body).unwrap();
    let tool = &chat["tools"][0]["function"];
    assert_eq!(tool["parameters"]["required"], json!(["input"]));
    assert!(tool["description"].as_str().unwrap().contains("start: x"), "{tool}");
    let call = &chat["messages"][2]["tool_calls"][0]["function"];
    assert_eq!(call["arguments"], json!({"input": "*** Begin Patch\n\"1\"\n*** End Patch"}).to_string());
    assert!(written.losses.iter().any(|it| it.what == "tools.apply_patch.format"), "{:?}", written.losses);

    let patch = "*** Begin Patch\n*** Add File: é.txt\n+\"2\"\n*** End Patch";
    let arguments = json!({ "input": patch }).to_string();
    let (head, tail) = arguments.split_at(17);
    let asked = Asked { id: RequestId(7), body: body.as_bytes(), usage: false, created: 1_700_000_000, model: "" };
    let told = [
        Event::Start { id: "chatcmpl-9".to_owned(), model: "m".to_owned(), created: None },
        Event::Open { index: 0, block: Block::ToolCall { id: "c2".to_owned(), name: "apply_patch".to_owned() } },
        Event::Delta { index: 0, delta: Delta::Arguments(head.to_owned()) },
        Event::Open { index: 1, block: Block::ToolCall { id: "c3".to_owned(), name: "shell".to_owned() } },
        Event::Delta { index: 1, delta: Delta::Arguments("{\"a\":1}".to_owned()) },
        Event::Delta { index: 0, delta: Delta::Arguments(tail.to_owned()) },
        Event::Close { index: 0 },
        Event::Close { index: 1 },
        Event::Finish { reason: Finish::ToolCalls, stop: None },
        Event::End,
    ];
    let mut writer = responses().stream_writer_to(&asked);
    let mut out = Vec::new();
    for event in &told {
        writer.write(event, &mut out);
    }
    let stream = String::from_utf8(out).unwrap();
    golden("openai_responses/codex.out.sse", &stream);
    let last = fold(&stream, "codex");
    let reply = Reply::of(told);
    let whole: Value = serde_json::from_slice(&responses().write_reply_to(&asked, &reply).body).unwrap();
    for answer in [&last, &whole] {
        let item = &answer["output"][0];
        assert_eq!((&item["type"], &item["input"]), (&json!("custom_tool_call"), &json!(patch)), "{answer}");
        assert_eq!(
            (&answer["output"][1]["type"], &answer["output"][1]["arguments"]),
            (&json!("function_call"), &json!("{\"a\":1}"))
        );
        assert_eq!(answer["id"], "resp_r0007xchatcmpl9");
        assert_eq!(answer["created_at"], 1_700_000_000);
        // The request is told back.
        assert_eq!((&answer["tools"], &answer["store"]), (&request["tools"], &json!(false)));
        assert_eq!(answer["instructions"], "You are Codex.");
    }
    assert_eq!(last["output"], whole["output"]);
}

// === answers ===

#[test]
fn an_answer_cut_short_says_which_item() {
    let told = |finish: Finish| {
        let mut writer = responses().stream_writer(true);
        let mut out = Vec::new();
        for event in [
            Event::Start { id: "a".to_owned(), model: "m".to_owned(), created: Some(1) },
            Event::Open { index: 0, block: Block::Text },
            Event::Delta { index: 0, delta: Delta::Text("Two ".to_owned()) },
            Event::Close { index: 0 },
            Event::Open { index: 1, block: Block::ToolCall { id: "c".to_owned(), name: "f".to_owned() } },
            Event::Delta { index: 1, delta: Delta::Arguments("{\"a".to_owned()) },
            Event::Close { index: 1 },
            Event::Finish { reason: finish, stop: None },
            Event::End,
        ] {
            writer.write(&event, &mut out);
        }
        let last = fold(&String::from_utf8(out).unwrap(), "cut");
        let status = |at: usize| last["output"][at]["status"].as_str().unwrap().to_owned();
        (
            last["status"].as_str().unwrap().to_owned(),
            status(0),
            status(1),
            last["incomplete_details"]["reason"].clone(),
        )
    };
    let whole = |it: &str| ("completed".to_owned(), "completed".to_owned(), it.to_owned(), Value::Null);
    assert_eq!(told(Finish::ToolCalls), whole("completed"));
    let cut = |reason: &str| ("incomplete".to_owned(), "completed".to_owned(), "incomplete".to_owned(), json!(reason));
    assert_eq!(told(Finish::Length), cut("max_output_tokens"));
    assert_eq!(told(Finish::ContextFull), cut("max_output_tokens"));
    assert_eq!(told(Finish::ContentFilter), cut("content_filter"));
    assert_eq!(told(Finish::Refusal), cut("content_filter"));
}

/// A reader is told the same by a provider that sends few events, or none but the last.
#[test]
fn what_deltas_leave_out_is_told_from_the_items() {
    let output = json!([
        {"id": "rs", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}], "encrypted_content": "e"},
        {"id": "m", "type": "message", "role": "assistant", "status": "completed", "content": [
            {"type": "output_text", "text": "Hi.", "annotations": []}, {"type": "refusal", "refusal": "No."}]},
        {"id": "f", "type": "function_call", "call_id": "c", "name": "n", "arguments": "{}", "status": "completed"},
        {"id": "w", "type": "web_search_call", "status": "completed"},
    ]);
    let response = json!({"id": "resp_1", "object": "response", "model": "m", "created_at": 1.5, "status": "completed",
        "output": output, "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}});
    let event = |data: Value| format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap());
    let last = event(json!({"type": "response.completed", "response": response}));
    let items: String = output
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .map(|(at, item)| event(json!({"type": "response.output_item.done", "output_index": at, "item": item})))
        .collect();
    let nameless = last.replace("event: response.completed\n", "");
    let whole = responses().read_reply(response.to_string().as_bytes()).unwrap();
    for stream in [
        last.clone(),
        format!("{items}{last}"),
        nameless,
        format!(": ping\n\n{items}{items}{last}{last}data: [DONE]\n\n"),
    ] {
        let events = events(responses(), &frames(&stream));
        check_grammar(&events, &stream);
        let reply = Reply::of(events);
        assert!(reply.ended, "{stream}");
        let texts =
            |it: &Reply| it.blocks.iter().map(|it| (format!("{:?}", it.block), it.text.clone())).collect::<Vec<_>>();
        assert_eq!(texts(&reply), texts(&whole), "{stream}");
        let mut watcher = responses().watcher();
        let sights: Vec<_> = frames(&stream).iter().map(|it| watcher.watch(it)).collect();
        assert!(sights.iter().any(|it| it.content) && sights.iter().any(|it| it.end), "{stream}");
        assert_eq!((watcher.facts().finish.clone(), watcher.facts().content), (Some(Finish::ToolCalls), true));
    }
}

#[test]
fn failures_are_told_as_the_sdks_and_codex_look_for_them() {
    let failure = Failure::upstream(Kind::Rate, "upstream_rate", "Try again in 3s.");
    let stream = String::from_utf8(responses().write_stream_error(&failure, RequestId(9))).unwrap();
    golden("openai_responses/failure.out.sse", &stream);
    let mut reader = responses().stream_reader();
    let mut told = Vec::new();
    for frame in frames(&stream) {
        reader.read(&frame, &mut told).unwrap();
    }
    let [Event::Fault(fault)] = &told[..] else { panic!("{told:?}") };
    assert_eq!((fault.code.as_deref(), fault.retry_after_ms), (Some("rate_limit_exceeded"), Some(3000)));
    let flat = "event: error\ndata: {\"type\":\"error\",\"code\":\"c\",\"message\":\"m\",\"param\":\"p\",\"sequence_number\":1}\n\n";
    let read = events(responses(), &frames(flat));
    let [Event::Fault(fault)] = &read[..] else { panic!("{read:?}") };
    assert_eq!((fault.code.as_deref(), &*fault.message, fault.param.as_deref()), (Some("c"), "m", Some("p")));
    let mut watcher = responses().watcher();
    // The provider's own end of a failed stream is still to come.
    assert_eq!(watcher.watch(&frames(flat)[0]).fault, None);
    assert_eq!(watcher.facts().fault.as_ref(), Some(fault));
}

// === any bytes ===

/// An event of this dialect, more or less.
fn event() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(vec![
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.output_item.done",
        "response.content_part.added",
        "response.content_part.done",
        "response.output_text.delta",
        "response.output_text.done",
        "response.refusal.delta",
        "response.refusal.done",
        "response.reasoning_summary_text.delta",
        "response.reasoning_text.delta",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.custom_tool_call_input.delta",
        "response.completed",
        "response.incomplete",
        "response.new",
        "keepalive",
    ]);
    let item = prop::sample::select(vec![
        json!({"type": "message", "id": "m", "content": []}),
        json!({"type": "message", "id": "m", "content": [{"type": "output_text", "text": "whole"}, {"type": "x"}]}),
        json!({"type": "reasoning", "summary": [{"type": "summary_text", "text": "s"}], "encrypted_content": "e"}),
        json!({"type": "function_call", "call_id": "c", "name": "n", "arguments": "{}"}),
        json!({"type": "custom_tool_call", "call_id": "c", "name": "n", "input": "text"}),
        json!({"type": "web_search_call", "id": "w"}),
        json!(null),
        json!("odd"),
    ]);
    let part =
        prop::sample::select(vec![json!({"type": "output_text"}), json!({"type": "refusal"}), json!({"type": "x"})]);
    (kind, 0_u64..3, 0_u64..3, ".{0,3}", item, part).prop_map(|(kind, at, content, text, item, part)| {
        let data = json!({"type": kind, "output_index": at, "content_index": content, "summary_index": content, "delta": text,
            "text": text, "item": item, "part": part, "response": {"id": "r", "model": "m", "status": "completed",
            "output": [item], "usage": {"input_tokens": at, "output_tokens": content}}});
        format!("event: {kind}\ndata: {data}\n\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_events_make_a_stream_that_holds_to_the_grammar(parts in prop::collection::vec(event(), 0..12), whole in any::<bool>()) {
        let stream = parts.concat();
        let told = events(responses(), &frames(&stream));
        check_grammar(&told, &stream);
        let mut watcher = responses().watcher();
        for frame in frames(&stream) {
            let _ = watcher.watch(&frame);
        }
        let mut writer = responses().stream_writer(whole);
        let mut out = Vec::new();
        for event in told.iter().filter(|it| !matches!(it, Event::End | Event::Fault(_))).chain([&Event::End]) {
            writer.write(event, &mut out);
        }
        fold(&String::from_utf8(out).unwrap(), &stream);
    }

    #[test]
    fn nothing_makes_the_codec_panic(value in wild(), text in ".{0,40}") {
        let turns = json!([{"role": "user", "content": [value]}, value, {"type": "reasoning", "summary": [value]}]);
        for request in [value.clone(), json!({"model": "m", "input": turns, "tools": [value], "text": value})] {
            if let Ok(prompt) = responses().read_request(request.to_string().as_bytes()) {
                let written = responses().write_request(&prompt, "m", &Quirks::default());
                prop_assert!(serde_json::from_slice::<Value>(&written.body).is_ok());
            }
        }
        let answer = json!({"id": "r", "model": "m", "output": [value, {"type": "message", "content": [value]}], "usage": value, "error": value});
        for body in [value.to_string(), answer.to_string(), text] {
            if let Ok(reply) = responses().read_reply(body.as_bytes()) {
                let written = responses().write_reply(&reply);
                prop_assert!(serde_json::from_slice::<Value>(&written.body).is_ok());
            }
            let _ = responses().read_facts(body.as_bytes());
            let _ = responses().read_error(body.as_bytes());
        }
    }
}

/// Codex offers the tools of the newest models in an item of the conversation, and in namespaces.
#[test]
fn tools_in_items_and_namespaces_are_offered_to_every_dialect() {
    let function =
        |name: &str| json!({"type": "function", "name": name, "parameters": {"type": "object"}, "strict": false});
    let exec = json!({"type": "custom", "name": "exec", "description": "Runs.", "format": {"type": "text"}});
    let request = json!({
        "model": "m",
        "input": [
            {"type": "additional_tools", "role": "developer", "tools": [
                {"type": "namespace", "name": "functions", "description": "", "tools": [exec, function("wait")]},
                {"type": "namespace", "name": "agents", "description": "Agents.", "tools": [function("spawn"), function("wait")]},
            ]},
            {"type": "message", "role": "developer", "content": "Be brief."},
            {"type": "message", "role": "user", "content": "Go."},
        ],
        "tools": [function("look"), {"type": "namespace", "name": "crm", "tools": [function("find"), function("save")]}],
    });
    let body = request.to_string();
    let prompt = responses().read_request(body.as_bytes()).unwrap();
    let names: Vec<&str> = prompt.tools.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["exec", "wait", "spawn", "agents__wait", "look", "find", "save"]);
    for dialect in [Dialect::OpenaiChat, Dialect::Anthropic] {
        let written = codec(dialect).write_request(&prompt, "claude-sonnet-4-5", &Quirks::default());
        let sent: Value = serde_json::from_slice(&written.body).unwrap();
        assert_eq!(sent["tools"].as_array().unwrap().len(), 7, "{sent}");
        let lost = written.losses.iter().map(|it| &it.what).filter(|it| it.contains("tools")).count();
        assert_eq!(lost, 0, "{:?}", written.losses);
    }
    let written = responses().write_request(&prompt, "m", &Quirks::default());
    let again: Value = serde_json::from_slice(&written.body).unwrap();
    assert_eq!((&again["tools"], &again["input"], written.losses), (&request["tools"], &request["input"], Vec::new()));

    let asked = Asked { body: body.as_bytes(), ..Asked::default() };
    let call = |index: u32, name: &str, arguments: &str| {
        let block = Block::ToolCall { id: format!("c{index}"), name: name.to_owned() };
        let delta = Delta::Arguments(arguments.to_owned());
        [Event::Open { index, block }, Event::Delta { index, delta }, Event::Close { index }]
    };
    let mut told = vec![Event::Start { id: "a".to_owned(), model: "m".to_owned(), created: None }];
    told.extend(call(0, "exec", r#"{"input":"ls()"}"#));
    told.extend(call(1, "agents__wait", "{}"));
    told.extend(call(2, "look", "{}"));
    told.push(Event::End);
    let mut writer = responses().stream_writer_to(&asked);
    let mut out = Vec::new();
    for event in &told {
        writer.write(event, &mut out);
    }
    let last = fold(&String::from_utf8(out).unwrap(), "namespaces");
    let said = |at: usize| {
        let item = &last["output"][at];
        (item["type"].as_str().unwrap(), item["namespace"].as_str(), item["name"].as_str().unwrap())
    };
    assert_eq!(said(0), ("custom_tool_call", Some("functions"), "exec"));
    assert_eq!((said(1), said(2)), (("function_call", Some("agents"), "wait"), ("function_call", None, "look")));
}
