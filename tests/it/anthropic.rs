//! The Anthropic codec against cases of our own: what no recording holds.

pub(crate) mod any_input;
pub(crate) mod streams;

use std::path::Path;

use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::{Block, Finish};
use llmroute::domain::prompt::{
    Body, CacheMark, Format, Media, Opaque, Part, Prompt, Reasoning, Role, Sampling, Tool, ToolChoice, Turn,
};
use llmroute::domain::quirks::Quirks;
use llmroute::domain::reply::{Piece, Reply};
use llmroute::domain::signature::Signature;
use llmroute::domain::usage::Usage;
use llmroute::wire::{Codec, codec};
use serde_json::value::RawValue;
use serde_json::{Value, json};

fn anthropic() -> &'static dyn Codec {
    codec(Dialect::Anthropic)
}

/// Compares with `tests/golden/{name}`, which `UPDATE_GOLDEN=1` rewrites.
pub(crate) fn golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    #[expect(clippy::disallowed_methods, reason = "a switch for people, read by tests only")]
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_else(|it| panic!("{}: {it}", path.display()));
    let differs = |(_, (is, was)): &(usize, (&str, &str))| is != was;
    let end = std::iter::once("(end)");
    let lines = actual.lines().chain(end.clone()).zip(expected.lines().chain(end)).enumerate();
    let Some((nth, (is, was))) = lines.into_iter().find(differs) else { return };
    panic!("{name} differs in line {}; UPDATE_GOLDEN=1 rewrites it\n  is  {is}\n  was {was}", nth + 1);
}

fn raw(json: &Value) -> Box<RawValue> {
    RawValue::from_string(json.to_string()).unwrap()
}

fn foreign(name: &str) -> Opaque {
    Opaque { dialect: Dialect::OpenaiChat, name: name.to_owned(), raw: raw(&json!({"x": 1})) }
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

fn base64(media_type: &str, data: &str) -> Media {
    Media::Base64 { media_type: media_type.into(), data: data.into() }
}

fn written(prompt: &Prompt, model: &str) -> (Value, Vec<String>) {
    let written = anthropic().write_request(prompt, model, &Quirks::default());
    let losses = written.losses.iter().map(|it| format!("{}: {}", it.what, it.why)).collect();
    (serde_json::from_slice(&written.body).unwrap(), losses)
}

// === requests ===

/// A request with everything this dialect cannot take or takes in another form.
fn awkward() -> Prompt {
    let tool = |name: &str, server: Option<Opaque>| Tool {
        name: name.into(),
        description: None,
        schema: None,
        strict: Some(true),
        cache: None,
        server,
        freeform: None,
        extra: vec![foreign("deferred")],
    };
    let user = vec![
        Part::text("first"),
        Part::text(""),
        Part::text(" \n"),
        Body::Image { source: Media::Url("data:image/png;base64,QUJD".into()), detail: Some("high".into()) }.into(),
        Body::Image { source: Media::Url("https://example.com/a.png".into()), detail: Some("auto".into()) }.into(),
        Body::Image { source: Media::FileId("file-abc".into()), detail: None }.into(),
        Body::File { source: base64("application/pdf", "JVBE"), name: Some("a.pdf".into()) }.into(),
        Body::File { source: base64("text/csv", "YSxi"), name: Some("a.csv".into()) }.into(),
        Body::File { source: base64("application/zip", "UEs="), name: None }.into(),
        Body::Audio { source: base64("audio/wav", "UklG") }.into(),
        Body::Opaque(foreign("input_video")).into(),
    ];
    let model = vec![
        Body::Thinking("unsigned".into()).into(),
        Body::Refusal("no".into()).into(),
        call("functions.look:0", r#"{"a": 1.0}"#),
        call("", "not json"),
        call("plain", ""),
    ];
    Prompt {
        model: "whatever".into(),
        system: vec![Part::text("one"), Part { cache: Some(CacheMark::OneHour), ..Part::text("two") }],
        turns: vec![
            turn(Role::User, user),
            Turn { extra: vec![foreign("name")], ..turn(Role::User, vec![Part::text("second")]) },
            turn(Role::Assistant, model),
            turn(Role::System, vec![Part::text("now be brief")]),
            turn(Role::User, vec![result("", "b"), Part::text("so?")]),
            turn(Role::User, vec![result("functions.look:0", "a"), result("plain", "")]),
            turn(Role::Assistant, vec![Part::text("")]),
            turn(Role::User, vec![Part::text("go on")]),
            turn(Role::Assistant, vec![Part::text("well, \n")]),
        ],
        tools: vec![tool("look", None), tool("web_search", Some(foreign("web_search")))],
        tool_choice: Some(ToolChoice::Auto),
        parallel_tools: Some(false),
        format: Format::JsonObject,
        sampling: Sampling {
            temperature: Some(1.7),
            top_p: Some(0.5),
            top_k: Some(3),
            frequency_penalty: Some(0.5),
            presence_penalty: Some(0.0),
            seed: Some(7),
            stop: vec!["END".into(), "\n".into()],
            choices: Some(2),
            max_tokens: None,
        },
        reasoning: None,
        stream: true,
        stream_usage: true,
        user: Some("u".repeat(257)),
        extra: vec![foreign("logit_bias")],
    }
}

#[test]
fn an_awkward_request_becomes_a_valid_one_and_every_change_is_named() {
    let (body, losses) = written(&awkward(), "claude-haiku-4-5");
    let shown = json!({ "body": body, "losses": losses });
    golden("anthropic/awkward_request.json", &format!("{}\n", serde_json::to_string_pretty(&shown).unwrap()));
}

#[test]
fn a_request_of_the_dialect_keeps_all_of_its_own() {
    let request = json!({
        "model": "claude-opus-4-8",
        "max_tokens": 4096,
        "system": [
            {"type": "text", "text": "attribution"},
            {"type": "text", "text": "rules", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            {"type": "text", "text": "odd mark", "cache_control": {"type": "ephemeral", "scope": "global"}},
        ],
        "messages": [
            {"role": "user", "content": [
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJD"}},
                {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
                {"type": "image", "source": {"type": "file", "file_id": "file_011"}, "cache_control": {"type": "ephemeral"}},
                {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"},
                 "title": "t", "context": "c", "citations": {"enabled": true}},
                {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}},
                {"type": "document", "source": {"type": "content", "content": "inline"}},
                {"type": "document", "source": {"type": "url", "url": "https://example.com/a.pdf", "new": 1}},
                {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "x"}]},
                {"type": "text", "text": "hi", "citations": [{"type": "char_location", "cited_text": "x"}]},
            ]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm", "signature": "sig=="},
                {"type": "redacted_thinking", "data": "xyz"},
                {"type": "text", "text": "let me look"},
                {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}},
                {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
                {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"a": [1, 2.50, {"b": "c"}]},
                 "caller": {"type": "direct"}, "cache_control": {"type": "ephemeral", "ttl": "5m"}},
                {"type": "tool_use", "id": "toolu_2", "name": "look", "input": {}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "is_error": true, "content": [
                    {"type": "text", "text": "failed"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJD"}},
                    {"type": "tool_reference", "tool_name": "other"},
                ]},
                {"type": "tool_result", "tool_use_id": "toolu_2"},
                {"type": "text", "text": "go on"},
            ]},
        ],
        "tools": [
            {"name": "look", "description": "d", "input_schema": {"type": "object", "properties": {"a": {}}}, "strict": true,
             "cache_control": {"type": "ephemeral"}, "defer_loading": true},
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 3, "cache_control": {"type": "ephemeral"}},
            {"type": "mcp_toolset", "mcp_server_name": "m"},
        ],
        "tool_choice": {"type": "auto", "disable_parallel_tool_use": true},
        "stop_sequences": ["END"],
        "stream": true,
        "metadata": {"user_id": "u", "team": "t"},
        "thinking": {"type": "adaptive", "display": "summarized"},
        "output_config": {"effort": "xhigh", "task_budget": {"total": 20000},
            "format": {"type": "json_schema", "schema": {"type": "object"}}},
        "service_tier": "auto",
        "context_management": {"edits": []},
        "mcp_servers": [{"type": "url", "url": "https://example.com", "name": "m"}],
        "container": "container_1",
        "a_field_of_tomorrow": [null],
    });
    let prompt = anthropic().read_request(request.to_string().as_bytes()).unwrap();
    assert_eq!(prompt.parallel_tools, Some(false));
    assert_eq!(prompt.user.as_deref(), Some("u"));
    let (body, losses) = written(&prompt, "claude-opus-4-8");
    assert_eq!(losses, [""; 0]);
    assert_eq!(body, request);
}

#[test]
fn tool_arguments_keep_every_byte() {
    let spelled = "{ \"a\" : 1.50,\"b\":\"\\u00e9\\/\" , \"a\":2 }";
    let body = format!(
        r#"{{"model":"m","messages":[{{"role":"assistant","content":[{{"type":"tool_use","id":"t","name":"n","input":{spelled}}}]}}]}}"#
    );
    let prompt = anthropic().read_request(body.as_bytes()).unwrap();
    let Body::ToolCall { arguments, .. } = &prompt.turns[0].parts[0].body else { panic!("no call") };
    assert_eq!(arguments, spelled);
    let written = anthropic().write_request(&prompt, "m", &Quirks::default());
    assert!(String::from_utf8(written.body).unwrap().contains(spelled));
}

#[test]
fn system_turns_stay_where_they_are() {
    let body = json!({"model": "m", "max_tokens": 1, "messages": [
        {"role": "user", "content": "a"}, {"role": "system", "content": "b"}, {"role": "assistant", "content": "c"},
        {"role": "user", "content": "d"},
    ]});
    let prompt = anthropic().read_request(body.to_string().as_bytes()).unwrap();
    assert_eq!(prompt.turns[1].role, Role::System);
    let (body, losses) = written(&prompt, "m");
    assert_eq!(losses, ["messages[1].role: a system text inside the conversation is sent as user text"]);
    assert_eq!(body["messages"][0]["content"][1]["text"], "<system>\nb\n</system>");
}

#[test]
fn a_conversation_without_a_user_gets_one() {
    for turns in [Vec::new(), vec![turn(Role::Assistant, vec![Part::text("hello")])]] {
        let prompt = Prompt { turns, ..Prompt::default() };
        let (body, losses) = written(&prompt, "m");
        assert_eq!(body["messages"][0]["role"], "user");
        assert_eq!(losses.len(), 2, "{losses:?}");
    }
}

#[test]
fn providers_that_take_less_get_less() {
    let schema = raw(&json!({"type": "object"}));
    let mut prompt = awkward();
    prompt.format = Format::JsonSchema { name: None, description: None, schema, strict: None };
    prompt.tool_choice = Some(ToolChoice::Required);
    let quirks = Quirks { images: false, tools: false, json_schema: false, ..Quirks::default() };
    let written = anthropic().write_request(&prompt, "m", &quirks);
    let text = String::from_utf8(written.body).unwrap();
    for absent in ["\"image\"", "\"tools\"", "\"tool_choice\"", "\"output_config\""] {
        assert!(!text.contains(absent), "{absent}");
    }
    for lost in ["tools", "tool_choice", "response_format", "messages[0].content[3]"] {
        assert!(written.losses.iter().any(|it| it.what == lost), "{lost}");
    }
}

#[test]
fn thinking_is_said_in_the_words_of_the_model() {
    let effort = |it: &str| Some(Reasoning { enabled: true, effort: Some(it.into()), ..Reasoning::default() });
    let budget = |it| Some(Reasoning { enabled: true, budget: Some(it), ..Reasoning::default() });
    let adaptive = Some(Reasoning { enabled: true, adaptive: true, ..Reasoning::default() });
    let off = Some(Reasoning { effort: Some("none".into()), ..Reasoning::default() });
    let enabled = |budget: u64| json!({"type": "enabled", "budget_tokens": budget});
    for (model, reasoning, cap, thinking, word, changes) in [
        ("claude-haiku-4-5", effort("low"), Some(32_000), enabled(2048), None, 0),
        ("claude-haiku-4-5", effort("high"), None, enabled(16_384), None, 1),
        ("claude-haiku-4-5", effort("high"), Some(4000), enabled(2000), None, 1),
        ("claude-haiku-4-5", effort("high"), Some(1025), enabled(1024), None, 1),
        ("claude-haiku-4-5", effort("high"), Some(1024), Value::Null, None, 1),
        ("claude-haiku-4-5", budget(500), Some(9000), enabled(1024), None, 1),
        ("claude-haiku-4-5", adaptive.clone(), Some(9000), enabled(4500), None, 2),
        ("kimi-k3", effort("new word"), Some(32_000), enabled(8192), None, 0),
        ("claude-sonnet-4-6", budget(2000), Some(9000), enabled(2000), None, 0),
        ("claude-sonnet-4-6", effort("xhigh"), Some(9000), json!({"type": "adaptive"}), Some("high"), 1),
        ("claude-opus-4-8", effort("xhigh"), Some(9000), json!({"type": "adaptive"}), Some("xhigh"), 0),
        ("claude-opus-4-8", effort("minimal"), Some(9000), json!({"type": "adaptive"}), Some("low"), 1),
        ("claude-opus-4-8", budget(9000), Some(20_000), json!({"type": "adaptive"}), Some("medium"), 1),
        ("claude-opus-4-8", adaptive, Some(9000), json!({"type": "adaptive"}), None, 0),
        ("claude-opus-4-8", off.clone(), Some(9000), json!({"type": "disabled"}), None, 0),
        ("claude-fable-5", off, Some(9000), Value::Null, None, 1),
    ] {
        let sampling = Sampling { max_tokens: cap, ..Sampling::default() };
        let turns = vec![turn(Role::User, vec![Part::text("a")])];
        let case = format!("{model} {reasoning:?}");
        let prompt = Prompt { turns, reasoning, sampling, ..Prompt::default() };
        let (body, losses) = written(&prompt, model);
        assert_eq!(body["thinking"], thinking, "{case}");
        assert_eq!(body["output_config"]["effort"].as_str(), word, "{case}");
        assert_eq!(losses.len(), changes, "{case} {losses:?}");
        let max = body["max_tokens"].as_u64().unwrap();
        assert!(thinking["budget_tokens"].as_u64().unwrap_or(0) < max, "{case}");
    }
}

#[test]
fn thinking_gives_way_to_what_it_cannot_be_combined_with() {
    let reasoning = Some(Reasoning { enabled: true, effort: Some("low".into()), ..Reasoning::default() });
    let sampling = Sampling { max_tokens: Some(9000), temperature: Some(0.3), top_k: Some(2), ..Sampling::default() };
    let tools = awkward().tools;
    let turns = vec![turn(Role::User, vec![Part::text("a")])];
    let prompt = Prompt { turns, reasoning, sampling, tools, ..Prompt::default() };
    let (body, losses) = written(&prompt, "claude-haiku-4-5");
    assert_eq!((&body["temperature"], &body["top_k"]), (&Value::Null, &Value::Null));
    assert!(losses.iter().any(|it| it.starts_with("temperature: ")), "{losses:?}");
    assert!(losses.iter().any(|it| it.starts_with("top_k: ")), "{losses:?}");

    let forced = Prompt { tool_choice: Some(ToolChoice::Named("look".into())), ..prompt.clone() };
    let (body, losses) = written(&forced, "claude-haiku-4-5");
    assert_eq!((&body["thinking"], &body["temperature"]), (&Value::Null, &json!(0.3)));
    assert!(losses.iter().any(|it| it.starts_with("reasoning: ")), "{losses:?}");

    // Another vendor's model made the call, so there is no signed thinking before it.
    let mut looped = prompt.clone();
    looped.turns.push(turn(Role::Assistant, vec![call("c", "{}")]));
    looped.turns.push(turn(Role::User, vec![result("c", "r")]));
    let (body, losses) = written(&looped, "claude-haiku-4-5");
    assert_eq!(body["thinking"], Value::Null);
    assert!(losses.iter().any(|it| it.starts_with("reasoning: ")), "{losses:?}");
    let thought = |dialect| Part { signature: Signature::of(dialect, "s"), ..Body::Thinking("t".into()).into() };
    looped.turns[1].parts.insert(0, thought(Dialect::OpenaiChat));
    let (body, losses) = written(&looped, "claude-haiku-4-5");
    assert_eq!(body["thinking"], Value::Null, "another provider's signature proves nothing here");
    assert!(losses.iter().any(|it| it.contains("provider's signature")), "{losses:?}");
    assert!(!body.to_string().contains("\"s\""));
    looped.turns[1].parts[0] = thought(Dialect::Anthropic);
    assert_eq!(written(&looped, "claude-haiku-4-5").0["thinking"]["type"], "enabled");

    // The newest models take no sampling parameters, whether they think or not.
    let (body, losses) = written(&Prompt { reasoning: None, ..prompt }, "claude-opus-5");
    assert_eq!(body["temperature"], Value::Null);
    assert!(losses.iter().any(|it| it.starts_with("temperature: ")), "{losses:?}");
}

#[test]
fn what_is_no_request_is_refused_by_name() {
    for (body, param, what) in [
        ("", "", "JSON"),
        ("[1]", "", "object"),
        ("{", "", "JSON"),
        (r#"{"messages":[]}"#, "model", "is missing"),
        (r#"{"model":1,"messages":[]}"#, "model", "must be a string"),
        (r#"{"model":"m"}"#, "messages", "is missing"),
        (r#"{"model":"m","messages":{}}"#, "messages", "must be an array"),
        (r#"{"model":"m","messages":[{"role":"tool","content":"x"}]}"#, "messages[0].role", "must be user"),
        (r#"{"model":"m","messages":[{"role":"user"}]}"#, "messages[0].content", "is missing"),
        (r#"{"model":"m","messages":[{"role":"user","content":7}]}"#, "messages[0].content", "must be a string or"),
        (
            r#"{"model":"m","messages":[{"role":"user","content":[{"text":"x"}]}]}"#,
            "messages[0].content[0].type",
            "is missing",
        ),
        (
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text"}]}]}]}"#,
            "messages[0].content[0].content[0].text",
            "is missing",
        ),
        (
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"image","source":{"type":"url"}}]}]}"#,
            "messages[0].content[0].source.url",
            "is missing",
        ),
        (r#"{"model":"m","messages":[],"max_tokens":-1}"#, "max_tokens", "whole number"),
        (r#"{"model":"m","messages":[],"stream":"yes"}"#, "stream", "true or false"),
        (r#"{"model":"m","messages":[],"tools":[{}]}"#, "tools[0].name", "is missing"),
        (r#"{"model":"m","messages":[],"tool_choice":{"type":"tool"}}"#, "tool_choice.name", "is missing"),
        (r#"{"model":"m","messages":[],"thinking":{"type":"often"}}"#, "thinking.type", "must be"),
        (
            r#"{"model":"m","messages":[],"output_config":{"format":{"type":"json_schema"}}}"#,
            "output_config.format.schema",
            "is missing",
        ),
        (r#"{"model":"m","messages":[],"stop_sequences":[1]}"#, "stop_sequences", "must be strings"),
    ] {
        let error = anthropic().read_request(body.as_bytes()).unwrap_err();
        assert_eq!(error.param.unwrap_or_default(), param, "{body}");
        assert!(error.what.contains(what), "{body}: {}", error.what);
        assert!(error.what.contains(param), "{body}: {}", error.what);
    }
}

#[test]
fn deep_nesting_is_no_danger() {
    let depth = 20_000;
    let mut body = r#"{"model":"m","messages":[{"role":"user","content":"#.to_owned();
    body += &r#"[{"type":"tool_result","tool_use_id":"t","content":"#.repeat(depth);
    body += "[]";
    body += &"}]".repeat(depth);
    body += "}]}";
    let prompt = anthropic().read_request(body.as_bytes()).unwrap();
    let Body::ToolResult { content, .. } = &prompt.turns[0].parts[0].body else { panic!("no result") };
    assert!(matches!(&content[0].body, Body::Opaque(it) if it.name == "tool_result"));
    drop(anthropic().write_request(&prompt, "m", &Quirks::default()));
}

// === answers ===

fn piece(block: Block, text: &str) -> Piece {
    Piece::new(block, text)
}

#[test]
fn an_answer_of_another_dialect_becomes_one_a_strict_client_parses() {
    let call = |id: &str| Block::ToolCall { id: id.into(), name: "look".into() };
    let reply = Reply {
        id: "chatcmpl-1".into(),
        model: "gpt".into(),
        blocks: vec![
            piece(Block::Thinking, "hm"),
            piece(Block::Text, ""),
            piece(Block::Text, "I look"),
            piece(call("call_1"), r#"{"a": 1.0}"#),
            piece(call("call_2"), ""),
            piece(call("call_3"), "{\"cut"),
            piece(Block::Opaque(foreign("audio")), ""),
        ],
        finish: Some(Finish::Stop),
        usage: Some(Usage {
            input: 100,
            cache_read: 60,
            cache_write: 10,
            cache_write_1h: 5,
            output: 9,
            reasoning: 4,
            web_searches: 1,
            ..Usage::default()
        }),
        extra: vec![foreign("system_fingerprint")],
        ended: true,
        ..Reply::default()
    };
    let written = anthropic().write_reply(&reply);
    let losses: Vec<_> = written.losses.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(losses, ["content[5].input", "content[6].audio", "system_fingerprint"]);
    let body: Value = serde_json::from_slice(&written.body).unwrap();
    assert_eq!(
        body,
        json!({
            "id": "chatcmpl-1", "type": "message", "role": "assistant", "model": "gpt",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": ""},
                {"type": "text", "text": "I look"},
                {"type": "tool_use", "id": "call_1", "name": "look", "input": {"a": 1.0}},
                {"type": "tool_use", "id": "call_2", "name": "look", "input": {}},
                {"type": "tool_use", "id": "call_3", "name": "look", "input": {"_raw": "{\"cut"}},
            ],
            // The provider said `stop`; a client runs the tools only if told so.
            "stop_reason": "tool_use", "stop_sequence": null,
            "usage": {
                "input_tokens": 25, "cache_creation_input_tokens": 15, "cache_read_input_tokens": 60,
                "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 5},
                "output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4},
                "server_tool_use": {"web_search_requests": 1},
            },
        })
    );
    let back = anthropic().read_reply(&written.body).unwrap();
    assert_eq!(back.usage.unwrap().input, 100);
}

#[test]
fn every_stop_reason_has_its_word() {
    for (finish, word) in [
        (Finish::Stop, "end_turn"),
        (Finish::StopSequence, "stop_sequence"),
        (Finish::Length, "max_tokens"),
        (Finish::ToolCalls, "tool_use"),
        (Finish::Refusal, "refusal"),
        (Finish::Pause, "pause_turn"),
        (Finish::ContextFull, "model_context_window_exceeded"),
    ] {
        let reply = Reply { finish: Some(finish.clone()), ..Reply::default() };
        let written = anthropic().write_reply(&reply);
        assert!(written.losses.is_empty());
        let body: Value = serde_json::from_slice(&written.body).unwrap();
        assert_eq!(body["stop_reason"], word);
        assert_eq!(anthropic().read_reply(&written.body).unwrap().finish, Some(finish));
    }
    let odd = Reply { finish: Some(Finish::Other("eos".into())), ..Reply::default() };
    let written = anthropic().write_reply(&odd);
    assert_eq!(written.losses[0].what, "finish reason eos");
    let refused = Reply { blocks: vec![piece(Block::Refusal, "no")], finish: Some(Finish::Stop), ..Reply::default() };
    let body: Value = serde_json::from_slice(&anthropic().write_reply(&refused).body).unwrap();
    assert_eq!((&body["stop_reason"], &body["content"][0]["text"]), (&json!("refusal"), &json!("no")));
}

#[test]
fn bodies_that_are_no_answer() {
    for body in ["", "[]", "{}", r#"{"content":7}"#, r#"{"content":[7]}"#, r#"{"id":"x","choices":[]}"#] {
        assert!(anthropic().read_reply(body.as_bytes()).is_err(), "{body}");
    }
    for body in
        [r#"{"type":"error","error":{"type":"overloaded_error","message":"m"}}"#, r#"{"error":{"message":"m"}}"#]
    {
        assert_eq!(anthropic().read_reply(body.as_bytes()).unwrap().fault.unwrap().message, "m");
        assert_eq!(anthropic().read_facts(body.as_bytes()).unwrap().fault.unwrap().message, "m");
    }
}
