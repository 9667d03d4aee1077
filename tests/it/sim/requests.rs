//! What a simulated provider understands of a request, and what it refuses as the real one does.

use llmroute::sim::{Admits, Persona, Sim};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::socket::{SOON, anthropic, chat, exchange, gemini, gemini_stream, message, openai, plain, post};

#[tokio::test]
async fn answers_honour_limits_stops_images_tools_and_schemas() {
    let (sim, meter) = plain().await;
    let ask = async |body: Value| exchange(sim.addr(), &openai(&body), SOON).await.json();
    let user = |text: &str| json!([{"role": "user", "content": text}]);
    let short = ask(json!({"model": "m", "max_tokens": 4, "messages": user("hi")})).await;
    assert_eq!(
        (&short["choices"][0]["finish_reason"], &short["usage"]["completion_tokens"]),
        (&json!("length"), &json!(4))
    );
    let stopped = ask(json!({"model": "m", "stop": ["model"], "messages": user("hi")})).await;
    assert_eq!(stopped["choices"][0]["message"]["content"], "This is p, ");
    let seen = ask(json!({"model": "m", "messages": [{"role": "user", "content": [
        {"type": "text", "text": "what"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]}]}))
    .await;
    assert!(seen["choices"][0]["message"]["content"].as_str().is_some_and(|it| it.starts_with("I see 1 image(s).")));
    assert_eq!(seen["usage"]["prompt_tokens"], 3 + 2 + 85);
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}, "of": {"$ref": "#/$defs/K"}}, "$defs": {"K": {"enum": ["x", "y"]}}});
    let shaped = ask(json!({"model": "m", "messages": user("hi"),
        "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": schema}}}))
    .await;
    assert_eq!(shaped["choices"][0]["message"]["content"], r#"{"n":7,"of":"x"}"#);
    let tool = |name: &str| json!({"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}});
    let called = ask(json!({"model": "m", "messages": user("Use tools!"), "tools": [tool("a"), tool("b")]})).await;
    let calls = called["choices"][0]["message"]["tool_calls"].as_array().expect("calls").clone();
    assert_eq!((calls.len(), &calls[0]["function"]["arguments"]), (2, &json!(r#"{"city":"sample"}"#)));
    let followed = ask(json!({"model": "m", "tools": [tool("a")], "messages": [
        {"role": "user", "content": "Use tools!"}, {"role": "assistant", "content": null, "tool_calls": calls},
        {"role": "tool", "tool_call_id": calls[0]["id"], "content": "sunny"}, {"role": "tool", "tool_call_id": calls[1]["id"], "content": "warm"}]})).await;
    assert!(
        followed["choices"][0]["message"]["content"]
            .as_str()
            .is_some_and(|it| it.starts_with("The tools answered: sunny; warm."))
    );
    assert!(meter.arrivals().iter().all(|it| it.violation.is_none()));
}

#[tokio::test]
async fn openai_refuses_what_openai_refuses() {
    let (sim, meter) = plain().await;
    let user = json!([{"role": "user", "content": "hi"}]);
    let call = json!({"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}});
    let cases = [
        json!({"messages": user}),
        json!({"model": "m", "messages": []}),
        json!({"model": "m", "messages": user, "top_k": 3}),
        json!({"model": "m", "messages": user, "max_tokens": 0}),
        json!({"model": "m", "messages": user, "temperature": 3}),
        json!({"model": "m", "messages": user, "stream_options": {"include_usage": true}}),
        json!({"model": "m", "messages": user, "tool_choice": "auto"}),
        json!({"model": "m", "messages": user, "tools": [{"name": "f", "input_schema": {}}]}),
        json!({"model": "m", "messages": user, "response_format": {"type": "json_schema", "json_schema": {"schema": {}}}}),
        json!({"model": "m", "messages": [{"role": "user", "content": null}]}),
        json!({"model": "m", "messages": [{"role": "user", "content": [{"type": "image", "source": {}}]}]}),
        json!({"model": "m", "messages": [{"role": "tool", "tool_call_id": "c1", "content": "x"}]}),
        json!({"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]}]}),
        json!({"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]}, {"role": "user", "content": "x"}]}),
        json!({"model": "m", "messages": [{"role": "assistant", "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "f", "arguments": {}}}]}]}),
    ];
    for case in &cases {
        let got = exchange(sim.addr(), &openai(case), SOON).await;
        assert_eq!((got.status, got.json()["error"]["type"].as_str()), (400, Some("invalid_request_error")), "{case}");
    }
    let got = exchange(sim.addr(), &post("/v1/chat/completions", "", &chat(false)), SOON).await;
    assert_eq!((got.status, got.json()["error"]["code"].as_str()), (401, Some("invalid_api_key")));
    timeout(SOON, meter.wait_settled(16)).await.expect("settled");
    assert!(meter.arrivals().iter().all(|it| it.violation.is_some() && it.outcome.billed.is_none()));
}

#[tokio::test]
async fn anthropic_refuses_what_anthropic_refuses() {
    let (sim, _) = plain().await;
    let user = json!([{"role": "user", "content": "hi"}]);
    let tool_use =
        json!({"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "f", "input": {}}]});
    let result =
        |id: &str| json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": "x"}]});
    let with = |messages: Value| json!({"model": "m", "max_tokens": 9, "messages": messages});
    let cases = [
        json!({"model": "m", "messages": user}),
        json!({"model": "m", "max_tokens": 9, "messages": user, "frequency_penalty": 1}),
        json!({"model": "m", "max_tokens": 9, "messages": user, "system": [{"type": "text", "text": ""}]}),
        json!({"model": "m", "max_tokens": 9, "messages": user, "thinking": {"type": "enabled", "budget_tokens": 2000}}),
        json!({"model": "m", "max_tokens": 9, "messages": user, "tool_choice": {"type": "auto"}}),
        json!({"model": "m", "max_tokens": 9, "messages": user, "tools": [{"name": "f", "input_schema": {}}]}),
        with(json!([])),
        with(json!([{"role": "system", "content": "x"}])),
        with(json!([{"role": "assistant", "content": "x"}])),
        with(json!([{"role": "user", "content": ""}])),
        with(json!([{"role": "user", "content": [{"type": "text", "text": ""}]}])),
        with(json!([{"role": "user", "content": "x"}, {"role": "assistant", "content": "ends in space "}])),
        with(json!([{"role": "user", "content": "x"}, tool_use])),
        with(json!([{"role": "user", "content": "x"}, tool_use, {"role": "user", "content": "y"}])),
        with(json!([{"role": "user", "content": "x"}, tool_use, result("t2")])),
        with(json!([{"role": "user", "content": [{"type": "image", "source": {"type": "base64", "data": ""}}]}])),
    ];
    for case in &cases {
        let got = exchange(sim.addr(), &anthropic(case), SOON).await;
        assert_eq!((got.status, got.json()["error"]["type"].as_str()), (400, Some("invalid_request_error")), "{case}");
    }
    let fine = with(json!([{"role": "user", "content": "x"}, tool_use, result("t1")]));
    assert_eq!(exchange(sim.addr(), &anthropic(&fine), SOON).await.status, 200);
    let no_version = post("/v1/messages", "x-api-key: k\r\n", &message(false));
    assert_eq!(exchange(sim.addr(), &no_version, SOON).await.status, 400);
    let no_key = post("/v1/messages", "anthropic-version: 2023-06-01\r\n", &message(false));
    assert_eq!(exchange(sim.addr(), &no_key, SOON).await.status, 401);
}

#[tokio::test]
async fn gemini_refuses_what_gemini_refuses() {
    let (sim, _) = plain().await;
    let user = json!({"role": "user", "parts": [{"text": "hi"}]});
    let call = json!({"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]});
    let result = json!({"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {}}}]});
    let with = |config: Value| json!({"contents": [user], "generationConfig": config});
    let cases = [
        json!({}),
        json!({"contents": []}),
        json!({"contents": [user], "messages": []}),
        json!({"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}),
        json!({"contents": [{"role": "user", "parts": []}]}),
        json!({"contents": [{"role": "user", "parts": [{}]}]}),
        json!({"contents": [{"role": "user", "parts": [{"text": "x", "inlineData": {}}]}]}),
        json!({"contents": [{"role": "user", "parts": [{"text": "x", "thoughtSignature": "not base 64!"}]}]}),
        json!({"contents": [call, result]}),
        json!({"contents": [user, call]}),
        json!({"contents": [user, call, user]}),
        json!({"contents": [user, result]}),
        json!({"contents": [user], "toolConfig": {"functionCallingConfig": {"mode": "ANY"}}}),
        json!({"contents": [user], "tools": [{"functionDeclarations": [{"name": "1"}]}]}),
        with(json!({"max_tokens": 5})),
        with(json!({"temperature": 3})),
        with(json!({"responseSchema": {"type": "OBJECT"}})),
        with(json!({"thinkingConfig": {"thinkingBudget": 1, "thinkingLevel": "LOW"}})),
        with(json!({"stopSequences": ["1", "2", "3", "4", "5", "6"]})),
    ];
    for case in &cases {
        let got = exchange(sim.addr(), &gemini(case), SOON).await;
        assert_eq!((got.status, got.json()["error"]["status"].as_str()), (400, Some("INVALID_ARGUMENT")), "{case}");
    }
    let fine = json!({"contents": [user, call, result]});
    assert_eq!(exchange(sim.addr(), &gemini(&fine), SOON).await.status, 200);
    // Newer models want their signature back.
    let newer = post("/v1beta/models/gemini-3-pro:generateContent", "x-goog-api-key: k\r\n", &fine);
    let got = exchange(sim.addr(), &newer, SOON).await;
    assert!(got.status == 400 && got.body().contains("thought_signature"), "{got:?}");
    let in_query = post("/v1beta/models/m:generateContent?key=k", "", &fine);
    let got = exchange(sim.addr(), &in_query, SOON).await;
    assert_eq!(got.json()["error"]["details"][0]["reason"], "API_KEY_INVALID");
    let no_events = post("/v1beta/models/m:streamGenerateContent", "x-goog-api-key: k\r\n", &fine);
    assert_eq!(exchange(sim.addr(), &no_events, SOON).await.status, 400);
}

#[tokio::test]
async fn gemini_answers_as_gemini_does() {
    let (sim, _) = plain().await;
    let ask = json!({"contents": [{"parts": [{"text": "Use tools!"}]}],
        "tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "OBJECT", "properties": {"n": {"type": "INTEGER"}}}}]}]});
    let whole = exchange(sim.addr(), &gemini(&ask), SOON).await.json();
    let part = &whole["candidates"][0]["content"]["parts"][0];
    assert_eq!(part["functionCall"], json!({"name": "f", "args": {"n": 7}}));
    assert!(part["thoughtSignature"].is_string());
    assert_eq!((&whole["candidates"][0]["finishReason"], &whole["modelVersion"]), (&json!("STOP"), &json!("m")));
    let thinks = json!({"contents": [{"parts": [{"text": "hi"}]}],
        "generationConfig": {"thinkingConfig": {"includeThoughts": true}}});
    let got = exchange(sim.addr(), &gemini_stream(&thinks), SOON).await;
    let body = got.body();
    let chunks: Vec<Value> = body
        .split("\r\n\r\n")
        .filter_map(|it| it.strip_prefix("data: "))
        .map(|it| serde_json::from_str(it).expect("a chunk"))
        .collect();
    let last = chunks.last().expect("chunks");
    let of = |key: &str| last["usageMetadata"][key].as_u64().unwrap_or(0);
    assert_eq!(
        of("totalTokenCount"),
        of("promptTokenCount") + of("candidatesTokenCount") + of("thoughtsTokenCount"),
        "{last}"
    );
    assert!(of("thoughtsTokenCount") > 0 && chunks[0]["candidates"][0]["content"]["parts"][0]["thought"] == true);
    let ends: Vec<_> = chunks.iter().filter(|it| !it["candidates"][0]["finishReason"].is_null()).collect();
    assert_eq!((ends.len(), ends[0]), (1, last));
}

#[tokio::test]
async fn any_base_works_and_other_paths_keys_and_models_do_not() {
    let persona =
        Persona { admits: Admits::Key("right".to_owned()), models: vec!["m".to_owned()], ..Persona::plain("p") };
    let sim = Sim::start(persona).await.expect("start");
    let right = "authorization: Bearer right\r\n";
    let status = async |path: &str, headers: &str, body: &Value| {
        exchange(sim.addr(), &post(path, headers, body), SOON).await.status
    };
    assert_eq!(status("/openai/v2/chat/completions?x=1", right, &chat(false)).await, 200);
    assert_eq!(status("/chat/completions", "authorization: Bearer wrong\r\n", &chat(false)).await, 401);
    assert_eq!(status("/v1/realtime", right, &chat(false)).await, 404);
    let mut other = chat(false);
    other["model"] = json!("other");
    assert_eq!(status("/v1/chat/completions", right, &other).await, 404);
    let list = exchange(
        sim.addr(),
        b"GET /v1/models HTTP/1.1\r\nauthorization: Bearer right\r\nconnection: close\r\n\r\n",
        SOON,
    )
    .await;
    assert_eq!(list.json()["data"][0]["id"], "m");
}
