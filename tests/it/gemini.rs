//! The Gemini codec where the field is awkward: both spellings, calls without ids, signatures, the words of each
//! generation, streams without an end mark.

pub(crate) mod door;

use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::{Block, Delta, Event, Finish};
use llmroute::domain::prompt::{
    Body, CacheMark, Loss, Media, Opaque, Part, Prompt, Reasoning, Role, Tool, ToolChoice, Turn,
};
use llmroute::domain::quirks::Quirks;
use llmroute::domain::reply::{Piece, Reply};
use llmroute::domain::signature::Signature;
use llmroute::domain::usage::{Source, Usage};
use llmroute::wire::{Codec, codec};
use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::anthropic::any_input::wild;
use crate::anthropic::golden;
use crate::recorded_anthropic::{check_grammar, events, frames};

fn gemini() -> &'static dyn Codec {
    codec(Dialect::Gemini)
}

fn read(request: &Value) -> Prompt {
    gemini().read_request(request.to_string().as_bytes()).unwrap()
}

fn named(losses: &[Loss]) -> Vec<String> {
    losses.iter().map(|it| format!("{}: {}", it.what, it.why)).collect()
}

fn written(prompt: &Prompt, model: &str) -> (Value, Vec<String>) {
    let it = gemini().write_request(prompt, model, &Quirks::default());
    (serde_json::from_slice(&it.body).unwrap(), named(&it.losses))
}

fn turn(role: Role, parts: Vec<Part>) -> Turn {
    Turn { role, parts, extra: Vec::new() }
}

fn call(id: &str, arguments: &str) -> Part {
    Body::ToolCall { id: id.into(), name: "look".into(), arguments: arguments.into() }.into()
}

fn result(id: &str, text: &str) -> Part {
    Body::ToolResult { id: id.into(), content: vec![Part::text(text)], is_error: false }.into()
}

// === requests ===

#[test]
fn a_request_with_everything_is_read_and_comes_back() {
    let request = json!({
        "model": "models/gemini-3-pro",
        "system_instruction": {"parts": [{"text": "one"}, {"text": "two"}]},
        "contents": [
            {"parts": [
                {"text": "look", "partMetadata": {"a": 1}},
                {"inlineData": {"mimeType": "image/png", "data": "QUJD"}, "mediaResolution": {"level": "HIGH"}},
                {"inline_data": {"mime_type": "audio/wav", "data": "UklG"}},
                {"fileData": {"mimeType": "application/pdf", "fileUri": "https://example.com/a.pdf"}},
                {"fileData": {"mimeType": "video/mp4", "fileUri": "https://youtu.be/x"}, "videoMetadata": {"fps": 2}},
                {"file_data": {"file_uri": "gs://bucket/x.bin", "mime_type": "image/heic"}},
            ]},
            {"role": "model", "parts": [
                {"text": "hm", "thought": true, "thoughtSignature": "c2ln"},
                {"text": "I call two", "thoughtSignature": "dGV4dA=="},
                {"functionCall": {"name": "a", "args": {"x": 1.50}}, "thoughtSignature": "Y2FsbA=="},
                {"function_call": {"name": "a"}},
                {"functionCall": {"id": "b1", "name": "b", "args": {}}},
                {"executableCode": {"language": "PYTHON", "code": "1"}},
                {"thoughtSignature": "bGFzdA=="},
            ]},
            {"role": "user", "parts": [
                {"functionResponse": {"name": "a", "response": {"result": "first"}}},
                {"functionResponse": {"name": "a", "response": {"error": "second"}}},
                {"functionResponse": {"id": "b1", "name": "b", "response": {"n": 1, "m": 2},
                    "parts": [{"inlineData": {"mimeType": "image/png", "data": "QQ=="}}]}},
            ]},
        ],
        "tools": [
            {"functionDeclarations": [
                {"name": "a", "description": "d", "parameters": {"type": "OBJECT", "properties": {"x": {"type": "NUMBER"}}}},
                {"name": "b", "parametersJsonSchema": {"type": "object"}, "behavior": "BLOCKING"},
            ], "codeExecution": {}},
            {"googleSearch": {}},
        ],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["a", "b"]},
            "retrievalConfig": {"languageCode": "de"}},
        "generationConfig": {"temperature": 0.5, "topP": 0.9, "topK": 40, "maxOutputTokens": 500, "stopSequences": ["END"],
            "candidateCount": 1, "seed": 7, "presencePenalty": 0.1, "frequencyPenalty": 0.2,
            "responseMimeType": "application/json", "responseSchema": {"type": "OBJECT", "nullable": true},
            "thinkingConfig": {"thinkingLevel": "LOW", "includeThoughts": true}, "responseModalities": ["TEXT"],
            "logprobs": 3},
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
        "cachedContent": "cachedContents/1", "labels": {"team": "x"},
    });
    let prompt = read(&request);
    assert_eq!(prompt.model, "gemini-3-pro");
    golden("gemini/everything.hub.txt", &format!("{prompt:#?}\n"));
    let (body, losses) = written(&prompt, "gemini-3-pro");
    let shown = serde_json::to_string_pretty(&json!({ "body": body, "losses": losses })).unwrap();
    golden("gemini/everything.out.json", &format!("{shown}\n"));
    assert_eq!(losses, [""; 0]);
}

#[test]
fn bytes_in_the_alphabet_for_urls_become_plain_base64() {
    let image =
        |data: &str| json!({"contents": [{"parts": [{"inline_data": {"mime_type": "image/png", "data": data}}]}]});
    for (data, expected) in [("-_8", "+/8="), ("-_8=", "+/8="), ("QUJD", "QUJD"), ("+/8=", "+/8=")] {
        let prompt = read(&image(data));
        let openai = codec(Dialect::OpenaiChat).write_request(&prompt, "m", &Quirks::default());
        let body: Value = serde_json::from_slice(&openai.body).unwrap();
        let url = &body["messages"][0]["content"][0]["image_url"]["url"];
        assert_eq!(*url, format!("data:image/png;base64,{expected}"), "{data}");
    }
}

#[test]
fn the_chunks_of_an_answer_in_a_history_are_one_turn() {
    let model = |part: Value| json!({"role": "model", "parts": [part]});
    let request = json!({"contents": [
        {"role": "user", "parts": [{"text": "go"}]},
        model(json!({"text": "I "})), model(json!({"text": "look."})),
        model(json!({"functionCall": {"name": "a", "args": {}}, "thoughtSignature": "c2ln"})),
        model(json!({"functionCall": {"name": "b", "args": {}}})), model(json!({"text": ""})),
        {"role": "user", "parts": [{"functionResponse": {"name": "b", "response": {"output": "2"}}},
                                   {"functionResponse": {"name": "a", "response": {"output": "1"}}}]},
    ]});
    let prompt = read(&request);
    assert_eq!(prompt.turns.iter().map(|it| it.parts.len()).collect::<Vec<_>>(), [1, 4, 2]);
    let openai = codec(Dialect::OpenaiChat).write_request(&prompt, "m", &Quirks::default());
    let body: Value = serde_json::from_slice(&openai.body).unwrap();
    let roles: Vec<_> = body["messages"].as_array().unwrap().iter().map(|it| it["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant", "tool", "tool"]);
    assert_eq!(body["messages"][1]["tool_calls"].as_array().map(Vec::len), Some(2));
}

#[test]
fn calls_without_ids_get_ids_that_are_not_sent_back() {
    let request = json!({"contents": [
        {"role": "user", "parts": [{"text": "go"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "a", "args": {}}}, {"functionCall": {"name": "a", "args": {}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "a", "response": {"output": "1"}}},
                                   {"functionResponse": {"name": "a", "response": {"output": "2"}}}]},
    ]});
    let prompt = read(&request);
    let ids = |nth: usize| {
        let of = |part: &Part| match &part.body {
            Body::ToolCall { id, .. } | Body::ToolResult { id, .. } => id.clone(),
            other => panic!("{other:?}"),
        };
        prompt.turns[nth].parts.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(ids(1), ids(2));
    assert_ne!(ids(1)[0], ids(1)[1]);
    assert_eq!(written(&prompt, "gemini-2.5-pro").0, request);
    // In the order of their calls, by which alone the provider can tell them apart.
    let mut swapped = prompt.clone();
    swapped.turns[2].parts.reverse();
    assert_eq!(written(&swapped, "gemini-2.5-pro").0, request);
    // Another provider's ids do go out: they cost nothing, and a result finds its call by them.
    let foreign = Prompt {
        turns: vec![
            turn(Role::User, vec![Part::text("go")]),
            turn(Role::Assistant, vec![call("toolu_1", "{}")]),
            turn(Role::User, vec![result("toolu_1", "r")]),
        ],
        ..Prompt::default()
    };
    let (body, losses) = written(&foreign, "gemini-2.5-pro");
    assert_eq!(body["contents"][1]["parts"][0]["functionCall"]["id"], "toolu_1");
    let response = json!({"id": "toolu_1", "name": "look", "response": {"output": "r"}});
    assert_eq!(body["contents"][2]["parts"][0]["functionResponse"], response);
    assert_eq!(losses, [""; 0]);
}

// OmniRoute #2504: a lost signature makes the provider refuse the conversation.
#[test]
fn signatures_come_back_where_they_were_and_foreign_ones_never() {
    let signed = |dialect, part: Part| Part { signature: Signature::of(dialect, "c2ln"), ..part };
    let prompt = |dialect| Prompt {
        turns: vec![
            turn(Role::User, vec![Part::text("old")]),
            turn(Role::Assistant, vec![call("o", "{}")]),
            turn(Role::User, vec![result("o", "r")]),
            turn(Role::User, vec![Part::text("go")]),
            turn(
                Role::Assistant,
                vec![
                    signed(dialect, Body::Thinking("hm".into()).into()),
                    signed(dialect, Part::text("I call")),
                    signed(dialect, call("a", "{}")),
                    call("b", "{}"),
                ],
            ),
            turn(Role::User, vec![result("a", "1"), result("b", "2")]),
            turn(Role::Assistant, vec![call("c", "{}")]),
            turn(Role::User, vec![result("c", "3")]),
        ],
        ..Prompt::default()
    };
    let signatures = |body: &Value| {
        let parts = body["contents"].as_array().unwrap().iter().flat_map(|it| it["parts"].as_array().unwrap());
        parts.map(|it| it["thoughtSignature"].as_str().unwrap_or("-").to_owned()).collect::<Vec<_>>()
    };
    let skip = "skip_thought_signature_validator";
    let (body, losses) = written(&prompt(Dialect::Gemini), "gemini-3-pro-preview");
    assert_eq!(signatures(&body), ["-", "-", "-", "-", "c2ln", "c2ln", "c2ln", "-", "-", "-", skip, "-"]);
    assert_eq!(losses.len(), 1, "{losses:?}");
    // The generations before did not look.
    let (body, losses) = written(&prompt(Dialect::Gemini), "gemini-2.5-pro");
    assert_eq!(signatures(&body).iter().filter(|it| *it == skip).count(), 0);
    assert_eq!(losses, [""; 0]);
    let (body, losses) = written(&prompt(Dialect::Anthropic), "gemini-3-pro-preview");
    assert!(!body.to_string().contains("c2ln"), "{body}");
    assert_eq!(signatures(&body).iter().filter(|it| *it == skip).count(), 2, "{body}");
    for lost in ["messages[4].content[0]: ", "messages[4].content[1].signature: ", "messages[4].content[2].signature: "]
    {
        assert!(losses.iter().any(|it| it.starts_with(lost)), "{lost} is not in {losses:?}");
    }
}

#[test]
fn thinking_is_said_in_the_words_of_the_model() {
    let said = |reasoning: Reasoning, model: &str| {
        let prompt = Prompt {
            turns: vec![turn(Role::User, vec![Part::text("x")])],
            reasoning: Some(reasoning),
            ..Prompt::default()
        };
        let (body, losses) = written(&prompt, model);
        (body["generationConfig"]["thinkingConfig"].clone(), losses.len())
    };
    let on = || Reasoning { enabled: true, ..Reasoning::default() };
    let effort = |it: &str| Reasoning { effort: Some(it.into()), ..on() };
    let budget = |it| Reasoning { budget: Some(it), ..on() };
    let adaptive = || Reasoning { adaptive: true, ..on() };
    let (flash, pro, lite) = ("gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.5-flash-lite");
    for (asked, model, expected, losses) in [
        (effort("low"), flash, json!({"thinkingBudget": 1024, "includeThoughts": true}), 0),
        (budget(2000), flash, json!({"thinkingBudget": 2000, "includeThoughts": true}), 0),
        (budget(100_000), flash, json!({"thinkingBudget": 24_576, "includeThoughts": true}), 1),
        (budget(64), lite, json!({"thinkingBudget": 512, "includeThoughts": true}), 1),
        (adaptive(), pro, json!({"thinkingBudget": -1, "includeThoughts": true}), 0),
        (Reasoning::default(), flash, json!({"thinkingBudget": 0}), 0),
        (Reasoning::default(), pro, json!({"thinkingBudget": 128}), 1),
        (effort("medium"), "gemini-3-flash-preview", json!({"thinkingLevel": "MEDIUM", "includeThoughts": true}), 0),
        (effort("medium"), "gemini-3-pro-preview", json!({"thinkingLevel": "HIGH", "includeThoughts": true}), 1),
        (effort("medium"), "gemini-3.1-pro-preview", json!({"thinkingLevel": "MEDIUM", "includeThoughts": true}), 0),
        (effort("max"), "gemini-4-argon", json!({"thinkingLevel": "HIGH", "includeThoughts": true}), 1),
        (budget(2000), "gemini-3.8-flash", json!({"thinkingLevel": "LOW", "includeThoughts": true}), 1),
        (adaptive(), "gemini-3-pro-preview", json!({"includeThoughts": true}), 0),
        (Reasoning::default(), "gemini-3.8-flash", json!({"thinkingLevel": "MINIMAL"}), 1),
        (effort("high"), "gemini-2.0-flash", Value::Null, 1),
    ] {
        assert_eq!(said(asked.clone(), model), (expected, losses), "{model}: {asked:?}");
    }
}

#[test]
fn what_other_dialects_say_is_said_or_named() {
    let foreign = |name: &str| Opaque {
        dialect: Dialect::OpenaiChat,
        name: name.into(),
        raw: RawValue::from_string("1".into()).unwrap(),
    };
    let base64 = |kind: &str, data: &str| Media::Base64 { media_type: kind.into(), data: data.into() };
    let user = vec![
        Part { cache: Some(CacheMark::Default), ..Part::text("first") },
        Part::text(""),
        Body::Image { source: Media::Url("data:image/png;base64,QUJD".into()), detail: Some("high".into()) }.into(),
        Body::Image { source: Media::Url("https://example.com/a".into()), detail: None }.into(),
        Body::Image { source: Media::FileId("file-abc".into()), detail: None }.into(),
        Body::File { source: base64("application/pdf", "JVBE"), name: Some("a.pdf".into()) }.into(),
        Body::File { source: Media::Text("plain".into()), name: None }.into(),
        Body::Audio { source: base64("audio/mpeg", "SUQz") }.into(),
        Body::Opaque(foreign("input_video")).into(),
    ];
    let image = Part::from(Body::Image { source: base64("image/png", "QQ=="), detail: None });
    let with_image =
        Body::ToolResult { id: "functions.look:0".into(), content: vec![Part::text("see"), image], is_error: false };
    let failed = Body::ToolResult { id: String::new(), content: vec![Part::text("{\"a\": 1}")], is_error: true };
    let tool = |name: &str, server| Tool {
        name: name.into(),
        description: None,
        schema: Some(
            RawValue::from_string(r#"{"type":"object","properties":{"z":{"type":"string"},"a":{}}}"#.into()).unwrap(),
        ),
        strict: Some(true),
        cache: None,
        server,
        freeform: None,
        extra: vec![foreign("defer")],
    };
    let prompt = Prompt {
        model: "whatever".into(),
        system: vec![Part::text("one"), Part::text("two")],
        turns: vec![
            turn(Role::Assistant, vec![call("z", "{}")]),
            turn(Role::User, vec![result("z", "0")]),
            turn(Role::User, user),
            turn(
                Role::Assistant,
                vec![
                    Body::Thinking("unsigned".into()).into(),
                    Body::Refusal("no".into()).into(),
                    call("functions.look:0", r#"{ "a": 1.0 }"#),
                    call("", "not json"),
                ],
            ),
            turn(Role::User, vec![with_image.into(), failed.into(), Part::text("and?")]),
            turn(Role::System, vec![Part::text("be brief")]),
        ],
        tools: vec![tool("look", None), tool("web", Some(foreign("web_search")))],
        tool_choice: Some(ToolChoice::Named("look".into())),
        parallel_tools: Some(false),
        user: Some("u".into()),
        extra: vec![foreign("logit_bias")],
        ..Prompt::default()
    };
    let mut prompt = prompt;
    prompt.sampling.temperature = Some(2.5);
    prompt.sampling.stop = (0..7).map(|it| it.to_string()).collect();
    for model in ["gemini-2.5-flash", "gemini-3-flash-preview"] {
        let (body, losses) = written(&prompt, model);
        let shown = serde_json::to_string_pretty(&json!({ "body": body, "losses": losses })).unwrap();
        golden(&format!("gemini/foreign.{model}.json"), &format!("{shown}\n"));
    }
}

#[test]
fn what_is_no_request_is_refused_by_name() {
    for (body, param) in [
        (json!({}), "contents"),
        (json!({"contents": 5}), "contents"),
        (json!({"contents": [{"role": "assistant", "parts": []}]}), "contents[0].role"),
        (json!({"contents": [{"parts": [{"text": 5}]}]}), "contents[0].parts[0].text"),
        (json!({"contents": [{"parts": [{"fileData": {}}]}]}), "contents[0].parts[0].fileData.fileUri"),
        (json!({"contents": [], "tools": [{"functionDeclarations": [{}]}]}), "tools[0].functionDeclarations[0].name"),
        (json!({"contents": [], "generationConfig": {"topK": "x"}}), "generationConfig.topK"),
        (
            json!({"contents": [], "generation_config": {"thinking_config": {"thinking_budget": "x"}}}),
            "generationConfig.thinkingConfig.thinkingBudget",
        ),
    ] {
        let error = gemini().read_request(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.param.as_deref(), Some(param), "{body}: {error}");
        assert!(error.what.contains(param), "{error}");
    }
}

// === answers ===

#[test]
fn an_answer_of_another_dialect_is_whole_and_names_what_it_lacks() {
    let piece = |block, text: &str| Piece::new(block, text);
    let named_call = |id: &str| Block::ToolCall { id: id.into(), name: "look".into() };
    let reply = Reply {
        id: "msg_1".into(),
        model: "m".into(),
        blocks: vec![
            Piece { signature: Signature::of(Dialect::Anthropic, "sig"), ..piece(Block::Thinking, "Hm") },
            piece(Block::RedactedThinking(Signature { dialect: Dialect::Anthropic, text: "enc".into() }), ""),
            piece(Block::Text, "Text"),
            piece(named_call("toolu_1"), "{\n \"x\": 1}"),
            piece(named_call("toolu_2"), "cut {"),
            piece(named_call("toolu_3"), ""),
        ],
        finish: Some(Finish::Other("made_up".into())),
        stop: Some("END".into()),
        usage: Some(Usage {
            input: 100,
            cache_read: 60,
            output: 20,
            reasoning: 5,
            input_audio: 10,
            source: Source::Provider,
            ..Usage::default()
        }),
        ended: true,
        ..Reply::default()
    };
    let it = gemini().write_reply(&reply);
    let body: Value = serde_json::from_slice(&it.body).unwrap();
    let shown = serde_json::to_string_pretty(&json!({ "body": body, "losses": named(&it.losses) })).unwrap();
    golden("gemini/reply.out.json", &format!("{shown}\n"));
    let mut writer = gemini().stream_writer(true);
    let mut out = Vec::new();
    for event in reply.into_events() {
        writer.write(&event, &mut out);
    }
    golden("gemini/reply.out.sse", &String::from_utf8(out).unwrap());
    assert!(writer.losses().iter().any(|it| it.what == "redacted_thinking"));
}

#[test]
fn signatures_and_finish_reasons_of_a_stream_are_read_where_they_come() {
    let chunk = |part: Value, finish: Value| {
        let candidate = json!({"content": {"role": "model", "parts": [part]}, "finishReason": finish, "index": 0});
        format!("data: {}\r\n\r\n", json!({"candidates": [candidate], "responseId": "r-1", "modelVersion": "models/m"}))
    };
    let stream = [
        chunk(json!({"text": "a"}), json!("STOP")),
        chunk(json!({"text": "b", "thoughtSignature": "x"}), Value::Null),
        chunk(json!({"text": "c"}), Value::Null),
        chunk(json!({"functionCall": {"name": "f"}, "thoughtSignature": "y"}), Value::Null),
        chunk(json!({"text": "", "thoughtSignature": "z"}), json!("STOP")),
    ]
    .concat();
    let all = events(gemini(), &frames(&stream));
    check_grammar(&all, "stream");
    let reply = Reply::of(all);
    let told: Vec<_> = reply.blocks.iter().map(|it| (&*it.text, it.signature.as_ref().map(|it| &*it.text))).collect();
    assert_eq!(told, [("ab", Some("x")), ("c", None), ("", Some("y")), ("", Some("z"))]);
    assert!(matches!(&reply.blocks[2].block, Block::ToolCall { id, name } if id == "gem_r-1_0" && name == "f"));
    assert_eq!((reply.finish, &*reply.model, reply.ended), (Some(Finish::ToolCalls), "m", true));
}

// vercel/ai #17326: counts of nothing at the beginning.
#[test]
fn the_size_of_the_prompt_is_told_before_the_first_text() {
    let chunk = json!({"candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 42, "candidatesTokenCount": 1}});
    let mut writer = codec(Dialect::Anthropic).stream_writer(true);
    let mut out = Vec::new();
    for event in events(gemini(), &frames(&format!("data: {chunk}\n\n"))) {
        writer.write(&event, &mut out);
    }
    let start = &frames(&String::from_utf8(out).unwrap())[0];
    let start: Value = serde_json::from_slice(&start.data()).unwrap();
    assert_eq!((&start["type"], &start["message"]["usage"]["input_tokens"]), (&json!("message_start"), &json!(42)));
}

#[test]
fn faults_and_strange_chunks_are_told_apart() {
    let last = |stream: &str| Reply::of(events(gemini(), &frames(stream)));
    let error = json!({"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}});
    let reply = last(&format!("data: {{\"candidates\":[]}}\n\ndata: {error}\n\n"));
    assert_eq!(reply.fault.map(|it| it.message).as_deref(), Some("busy"));
    assert!(!reply.ended);
    assert!(last("\n\n: x\n\ndata: [DONE]\n\n").finish.is_none());
    let mut reader = gemini().stream_reader();
    assert!(reader.read(&frames("data: {\"a\n\n")[0], &mut Vec::new()).is_err());
    let blocked = last("data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\n\n");
    assert_eq!((blocked.finish, blocked.ended), (Some(Finish::ContentFilter), true));
    for (word, finish) in [
        ("RECITATION", Some(Finish::ContentFilter)),
        ("MALFORMED_FUNCTION_CALL", Some(Finish::Other("MALFORMED_FUNCTION_CALL".into()))),
        ("FINISH_REASON_UNSPECIFIED", None),
    ] {
        let body = json!({"candidates": [{"content": {"parts": [{"text": "x"}]}, "finishReason": word}]}).to_string();
        let reply = gemini().read_reply(body.as_bytes()).unwrap();
        assert_eq!(reply.finish, finish);
        let again: Value = serde_json::from_slice(&gemini().write_reply(&reply).body).unwrap();
        assert!(finish.is_none() || again["candidates"][0]["finishReason"] == word, "{again}");
    }
    for bad in ["{}", "[]x", "5", "<html>", "{\"id\":1}"] {
        assert!(gemini().read_reply(bad.as_bytes()).is_err(), "{bad}");
        assert!(gemini().read_facts(bad.as_bytes()).is_err(), "{bad}");
    }
    let fault = gemini().read_reply(error.to_string().as_bytes()).unwrap().fault;
    assert_eq!(fault.and_then(|it| it.kind).as_deref(), Some("UNAVAILABLE"));
}

#[test]
fn several_candidates_are_kept_apart() {
    let candidate =
        |nth: u32, text: &str| json!({"content": {"parts": [{"text": text}]}, "finishReason": "STOP", "index": nth});
    let body = json!({"candidates": [candidate(1, "b"), candidate(0, "a")]}).to_string();
    let reply = gemini().read_reply(body.as_bytes()).unwrap();
    assert_eq!((reply.blocks.len(), &*reply.blocks[0].text, &*reply.extra[0].name), (1, "a", "candidates[1]"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_json_makes_it_panic(value in wild()) {
        let requests = [
            value.clone(),
            json!({"contents": [{"role": "user", "parts": [value]}, {"role": "model", "parts": [value]}], "tools": [value],
                "generationConfig": value, "toolConfig": value, "systemInstruction": value}),
            json!({"contents": [{"parts": [{"functionResponse": value}, {"functionCall": value}, {"inlineData": value}]}]}),
        ];
        for request in requests {
            let Ok(prompt) = gemini().read_request(request.to_string().as_bytes()) else { continue };
            let written = gemini().write_request(&prompt, "gemini-3-pro", &Quirks::default());
            prop_assert!(gemini().read_request(&written.body).is_ok(), "{}", String::from_utf8_lossy(&written.body));
        }
        let chunks = [
            value.clone(),
            json!({"candidates": value, "usageMetadata": value, "promptFeedback": value}),
            json!({"candidates": [{"content": {"parts": [value, {"functionCall": value}]}, "finishReason": value}]}),
            json!({"candidates": [{"content": {"parts": [{"functionCall": {"name": "f", "partialArgs": value, "willContinue": true}}]}}]}),
            json!({"error": value}),
        ];
        let mut reader = gemini().stream_reader();
        let mut watcher = gemini().watcher();
        let mut all = Vec::new();
        for chunk in chunks {
            let body = chunk.to_string();
            if let Ok(reply) = gemini().read_reply(body.as_bytes()) {
                let written = gemini().write_reply(&reply);
                prop_assert!(serde_json::from_slice::<Value>(&written.body).is_ok());
            }
            drop(gemini().read_error(body.as_bytes()));
            for frame in frames(&format!("data: {body}\n\n")) {
                watcher.watch(&frame);
                drop(reader.read(&frame, &mut all));
            }
        }
        reader.closed(&mut all);
        check_grammar(&all, "wild");
    }

    #[test]
    fn what_is_written_for_a_client_reads_the_same(texts in proptest::collection::vec((0..4u8, ".*"), 0..8)) {
        let mut all = vec![Event::Start { id: "r".into(), model: "m".into(), created: None }];
        for (index, (kind, text)) in (0u32..).zip(texts) {
            let arguments = json!({ "text": text }).to_string();
            let (block, delta) = match kind {
                0 => (Block::Thinking, Delta::Text(text)),
                1 => (Block::ToolCall { id: format!("c{index}"), name: "f".into() }, Delta::Arguments(arguments)),
                _ => (Block::Text, Delta::Text(text)),
            };
            all.extend([Event::Open { index, block }, Event::Delta { index, delta }, Event::Close { index }]);
        }
        all.extend([Event::Finish { reason: Finish::Length, stop: None }, Event::End]);
        let mut writer = gemini().stream_writer(true);
        let mut out = Vec::new();
        for event in &all {
            writer.write(event, &mut out);
        }
        let again = Reply::of(events(gemini(), &frames(&String::from_utf8(out).unwrap())));
        let said = |reply: &Reply, thinking: bool| {
            let of = reply.blocks.iter().filter(|it| matches!(it.block, Block::Thinking) == thinking);
            let words = of.filter(|it| !matches!(it.block, Block::ToolCall { .. }));
            words.map(|it| it.text.as_str()).collect::<String>()
        };
        let calls = |reply: &Reply| {
            let of = reply.blocks.iter().filter(|it| matches!(it.block, Block::ToolCall { .. }));
            of.map(|it| (format!("{:?}", it.block), it.text.clone())).collect::<Vec<_>>()
        };
        let before = Reply::of(all);
        prop_assert_eq!((said(&before, true), said(&before, false)), (said(&again, true), said(&again, false)));
        prop_assert_eq!(calls(&before), calls(&again));
        prop_assert_eq!((before.finish, before.ended), (again.finish, again.ended));
    }
}
