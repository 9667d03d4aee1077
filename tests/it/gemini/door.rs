//! Gemini's clients at the near door: what their paths say, how they show the token, how a stream is framed.

use std::time::Duration;

use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Answer, Call, Persona, Script, Sim, Thinking, When};
use serde_json::{Value, json};

use crate::house::{House, Plan, SECRET, Seen, TOKEN, ended_well, path_for, question, seen, text, told_error, unheard};

async fn open(speaks: Dialect) -> (Sim, House) {
    let sim = Sim::start(Persona::plain("sim")).await.unwrap();
    let house = Plan::new().target("sim", speaks, &sim.base_url(), 1.0).open().await;
    (sim, house)
}

fn asked() -> String {
    question(Dialect::Gemini, false).to_string()
}

#[tokio::test]
async fn the_model_and_the_method_are_in_the_path() {
    for speaks in Dialect::CLIENTS {
        let (sim, house) = open(speaks).await;
        for (at, stream) in [
            ("/v1beta/models/g:generateContent", false),
            ("/v1beta/models/g:streamGenerateContent?alt=sse", true),
            ("/v1/models/g:generateContent", false),
            ("/v1alpha/models/g:streamGenerateContent?foo=1&alt=sse", true),
            ("/v1beta/models/sim/model:generateContent", false),
            ("/v1beta/models/sim%2Fmodel:streamGenerateContent?alt=sse", true),
            ("/v1beta/models/models/g:generateContent", false),
        ] {
            let seen = house.post(at, asked()).await;
            assert_eq!(seen.status, 200, "{speaks} {at}: {seen:?}");
            assert!(text(Dialect::Gemini, stream, &seen).contains("This is sim, model model."), "{at}: {seen:?}");
            assert!(!stream || ended_well(Dialect::Gemini, &seen), "{at}: {seen:?}");
        }
        for arrival in sim.meter().arrivals() {
            assert_eq!((arrival.violation, arrival.model.as_deref()), (None, Some("model")), "{speaks}");
            assert_eq!(arrival.path.contains("models/model:"), speaks == Dialect::Gemini, "{}", arrival.path);
            assert!(!arrival.path.contains("key="), "{}", arrival.path);
        }
    }
}

#[tokio::test]
async fn a_body_that_repeats_the_model_does_not_contradict_the_path() {
    let (sim, house) = open(Dialect::Gemini).await;
    let body = r#"{"model": "models/g",  "contents":[{"parts":[{"text":"hi"}]}]}"#;
    assert_eq!(house.post(path_for(Dialect::Gemini, false), body).await.status, 200);
    let arrival = &sim.meter().arrivals()[0];
    let sent = std::str::from_utf8(&arrival.body).unwrap();
    assert!(!sent.contains("model\"") && sent.contains(r#""contents":[{"parts":[{"text":"hi"}]}]"#), "{sent}");
}

#[tokio::test]
async fn the_token_may_be_in_a_header_or_the_query_and_goes_no_further() {
    let (sim, house) = open(Dialect::Gemini).await;
    let at = |path: &str| format!("http://127.0.0.1:{}{path}", house.port);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let posted = |url: String| http.post(url).header("content-type", "application/json").body(asked());
    let generate = "/v1beta/models/g:generateContent";
    assert_eq!(posted(at(generate)).header("x-goog-api-key", TOKEN).send().await.unwrap().status(), 200);
    assert_eq!(posted(at(&format!("{generate}?key={TOKEN}"))).send().await.unwrap().status(), 200);
    assert_eq!(posted(at(&format!("{generate}?key=wrong"))).send().await.unwrap().status(), 401);
    let none = seen(posted(at(generate)).send().await.unwrap()).await;
    assert_eq!((none.status, &none.json()["error"]["status"]), (401, &json!("UNAUTHENTICATED")));
    // Nowhere else, where it would be written down by others.
    let chat = posted(at(&format!("/v1/chat/completions?key={TOKEN}"))).send().await.unwrap();
    assert_eq!(chat.status(), 401);
    let arrivals = sim.meter().arrivals();
    assert_eq!(arrivals.len(), 2);
    for arrival in arrivals {
        let all = format!("{} {:?}", arrival.path, arrival.headers);
        assert!(!all.contains(TOKEN) && all.contains(SECRET) && all.contains("x-goog-api-key"), "{all}");
    }
    for (row, attempts) in house.rows().await {
        assert!(!format!("{row:?} {attempts:?}").contains(TOKEN));
    }
}

#[tokio::test]
pub(crate) async fn a_stream_that_was_not_asked_for_as_events_is_an_array() {
    let at = "/v1beta/models/g:streamGenerateContent";
    for speaks in Dialect::CLIENTS {
        let (sim, house) = open(speaks).await;
        let seen = house.post(at, asked()).await;
        assert_eq!((seen.status, seen.header("content-type")), (200, "application/json"), "{seen:?}");
        let chunks = seen.json();
        let chunks = chunks.as_array().unwrap();
        assert!(chunks.len() > 3, "{seen:?}");
        let text: String =
            chunks.iter().filter_map(|it| it["candidates"][0]["content"]["parts"][0]["text"].as_str()).collect();
        assert!(text.starts_with("This is sim, model model."), "{text}");
        assert_eq!(chunks.last().unwrap()["candidates"][0]["finishReason"], "STOP");
        // What goes wrong before the first word, and after it.
        sim.script().always(Script::status(400));
        let refused = house.post(at, asked()).await;
        assert_eq!(refused.status, 400);
        assert!(refused.json()[0]["error"]["message"].is_string(), "{refused:?}");
        sim.script().always(Script::error_event(When::AfterContent(2)));
        let cut = house.post(at, asked()).await;
        let chunks = cut.json();
        assert!(chunks.as_array().unwrap().last().unwrap()["error"]["code"].is_u64(), "{cut:?}");
    }
}

#[tokio::test]
async fn models_are_listed_in_geminis_shape() {
    let (_sim, house) = open(Dialect::OpenaiChat).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let get = async |path: &str| {
        let url = format!("http://127.0.0.1:{}{path}", house.port);
        seen(http.get(url).header("x-goog-api-key", TOKEN).send().await.unwrap()).await
    };
    let list = get("/v1beta/models?pageSize=50").await.json();
    let names: Vec<&str> = list["models"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["models/g", "models/sim/model"]);
    assert!(list["models"][0]["supportedGenerationMethods"].as_array().unwrap().contains(&json!("generateContent")));
    for at in ["/v1/models", "/v1alpha/models"] {
        assert_eq!(get(at).await.json(), list, "{at}");
    }
    for at in ["/v1beta/models/sim/model", "/v1beta/models/sim%2Fmodel", "/v1/models/sim/model"] {
        assert_eq!(get(at).await.json()["name"], "models/sim/model", "{at}");
    }
    let unknown = get("/v1beta/models/nobody").await;
    assert_eq!((unknown.status, &unknown.json()["error"]["status"]), (404, &json!("NOT_FOUND")));
}

#[tokio::test]
async fn what_is_not_served_is_said_in_geminis_words() {
    let (sim, house) = open(Dialect::Gemini).await;
    let error = |seen: &Seen| seen.json()["error"]["status"].clone();
    for (at, body, status) in [
        ("/v1beta/models/g", asked(), 404),
        ("/v1beta//corpora", asked(), 404),
        ("/v1beta/models/nobody:generateContent", asked(), 404),
        ("/v1beta/models/g:generateContent", "{".to_owned(), 400),
        ("/v1beta/models/g:generateContent", "{}".to_owned(), 400),
    ] {
        let seen = house.post(at, body).await;
        assert_eq!(seen.status, status, "{at}: {seen:?}");
        let expected = if status == 404 { "NOT_FOUND" } else { "INVALID_ARGUMENT" };
        assert_eq!((error(&seen), &seen.json()["error"]["code"]), (json!(expected), &json!(status)), "{at}: {seen:?}");
    }
    assert!(sim.meter().arrivals().is_empty());
    let (_sim, house) = open(Dialect::OpenaiChat).await;
    let strict = house.request(
        path_for(Dialect::Gemini, false),
        json!({"contents": [{"parts": [{"text": "x"}]}],
        "safetySettings": [{"category": "c", "threshold": "t"}]})
        .to_string(),
    );
    let refused = seen(strict.header("x-llmroute-strict", "true").send().await.unwrap()).await;
    assert_eq!((refused.status, error(&refused)), (400, json!("INVALID_ARGUMENT")), "{refused:?}");
    assert!(refused.body.contains("safetySettings"), "{refused:?}");
}

#[tokio::test]
async fn a_tool_loop_goes_round_between_every_two_dialects() {
    for client in Dialect::CLIENTS {
        for speaks in Dialect::CLIENTS {
            let (sim, house) = open(speaks).await;
            for stream in [false, true] {
                let answer = Answer {
                    thinking: Some(Thinking { text: "Two cities.".to_owned(), signature: "c2ln".to_owned() }),
                    text: "I look.".to_owned(),
                    calls: vec![Call::new("look", r#"{"city":"Rome"}"#), Call::new("look", r#"{"city":"Oslo"}"#)],
                    ..Answer::default()
                };
                sim.script().push(Script::reply(answer));
                let first =
                    house.post(path_for(client, stream), asked_with_tools(client, stream, &[]).to_string()).await;
                let calls = calls(client, stream, &first);
                let cities: Vec<&str> = calls.iter().map(|it| it.1["city"].as_str().unwrap()).collect();
                assert_eq!(cities, ["Rome", "Oslo"], "{client} over {speaks}: {first:?}");
                let again = asked_with_tools(client, stream, &calls).to_string();
                let second = house.post(path_for(client, stream), again).await;
                let heard = text(client, stream, &second);
                assert!(heard.contains("The tools answered: warm; cold."), "{client} over {speaks}: {second:?}");
            }
            let violations: Vec<_> = sim.meter().arrivals().into_iter().filter_map(|it| it.violation).collect();
            assert!(violations.is_empty(), "{client} over {speaks}: {violations:?}");
        }
    }
}

/// A conversation with a tool, before or after its two calls were answered.
fn asked_with_tools(client: Dialect, stream: bool, calls: &[(String, Value)]) -> Value {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let results = [("warm", 0), ("cold", 1)];
    let results = results.iter().filter_map(|(word, nth)| Some((word, calls.get(*nth)?)));
    let mut body = question(client, stream);
    match client {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        Dialect::BedrockConverse => unreachable!("no client speaks it"),
        Dialect::OpenaiChat => {
            body["tools"] = json!([{"type": "function", "function": {"name": "look", "parameters": schema}}]);
            let made = |it: &(String, Value)| json!({"id": it.0, "type": "function", "function": {"name": "look", "arguments": it.1.to_string()}});
            let mut more = vec![
                json!({"role": "assistant", "content": null, "tool_calls": calls.iter().map(made).collect::<Vec<_>>()}),
            ];
            more.extend(results.map(|(word, it)| json!({"role": "tool", "tool_call_id": it.0, "content": word})));
            extend(&mut body["messages"], more, calls);
        }
        Dialect::OpenaiResponses => {
            body["tools"] = json!([{"type": "function", "name": "look", "parameters": schema, "strict": false}]);
            let made = |it: &(String, Value)| json!({"type": "function_call", "call_id": it.0, "name": "look", "arguments": it.1.to_string()});
            let mut more: Vec<Value> = calls.iter().map(made).collect();
            more.extend(
                results.map(|(word, it)| json!({"type": "function_call_output", "call_id": it.0, "output": word})),
            );
            extend(&mut body["input"], more, calls);
        }
        Dialect::Anthropic => {
            body["tools"] = json!([{"name": "look", "input_schema": schema}]);
            let made = |it: &(String, Value)| json!({"type": "tool_use", "id": it.0, "name": "look", "input": it.1});
            let results =
                results.map(|(word, it)| json!({"type": "tool_result", "tool_use_id": it.0, "content": word}));
            let more = vec![
                json!({"role": "assistant", "content": calls.iter().map(made).collect::<Vec<_>>()}),
                json!({"role": "user", "content": results.collect::<Vec<_>>()}),
            ];
            extend(&mut body["messages"], more, calls);
        }
        Dialect::Cohere | Dialect::Ollama => unheard(client),
        Dialect::Gemini => {
            body["tools"] = json!([{"functionDeclarations": [{"name": "look", "parameters":
                {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}}]}]);
            let made =
                |it: &(String, Value)| json!({"functionCall": with_id(&it.0, json!({"name": "look", "args": it.1}))});
            let answered = |(word, it): (&&str, &(String, Value))| json!({"functionResponse": with_id(&it.0, json!({"name": "look", "response": {"output": word}}))});
            let more = vec![
                json!({"role": "model", "parts": calls.iter().map(made).collect::<Vec<_>>()}),
                json!({"role": "user", "parts": results.map(answered).collect::<Vec<_>>()}),
            ];
            extend(&mut body["contents"], more, calls);
        }
    }
    body
}

fn with_id(id: &str, mut it: Value) -> Value {
    if !id.is_empty() {
        it["id"] = json!(id);
    }
    it
}

fn extend(turns: &mut Value, more: Vec<Value>, calls: &[(String, Value)]) {
    if !calls.is_empty() {
        turns.as_array_mut().unwrap().extend(more);
    }
}

/// Ids and arguments of the calls of an answer.
fn calls(client: Dialect, stream: bool, seen: &Seen) -> Vec<(String, Value)> {
    let parsed = |it: &str| serde_json::from_str::<Value>(it).unwrap();
    let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let chunks: Vec<Value> = if stream {
        seen.data().iter().filter_map(|it| serde_json::from_str(it).ok()).collect()
    } else {
        vec![seen.json()]
    };
    let list = |it: &Value| it.as_array().cloned().unwrap_or_default();
    let mut calls: Vec<(String, String)> = Vec::new();
    for chunk in &chunks {
        match client {
            Dialect::Cohere | Dialect::Ollama => unheard(client),
            Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
            Dialect::BedrockConverse => unreachable!("no client speaks it"),
            Dialect::Gemini => {
                for part in list(&chunk["candidates"][0]["content"]["parts"]) {
                    if let Some(call) = part.get("functionCall") {
                        calls.push((text(&call["id"]), call["args"].to_string()));
                    }
                }
            }
            Dialect::OpenaiChat => {
                let choice = &chunk["choices"][0];
                for call in
                    list(&choice["message"]["tool_calls"]).into_iter().chain(list(&choice["delta"]["tool_calls"]))
                {
                    if call["id"].is_string() {
                        calls.push((text(&call["id"]), String::new()));
                    }
                    calls.last_mut().unwrap().1.push_str(&text(&call["function"]["arguments"]));
                }
            }
            Dialect::OpenaiResponses => {
                let done = (chunk["type"] == "response.output_item.done").then(|| chunk["item"].clone());
                for item in list(&chunk["output"]).into_iter().chain(done) {
                    if item["type"] == "function_call" {
                        calls.push((text(&item["call_id"]), text(&item["arguments"])));
                    }
                }
            }
            Dialect::Anthropic => {
                for block in list(&chunk["content"]) {
                    if block["type"] == "tool_use" {
                        calls.push((text(&block["id"]), block["input"].to_string()));
                    }
                }
                if chunk["content_block"]["type"] == "tool_use" {
                    calls.push((text(&chunk["content_block"]["id"]), String::new()));
                }
                if let Some(more) = chunk["delta"]["partial_json"].as_str() {
                    calls.last_mut().unwrap().1.push_str(more);
                }
            }
        }
    }
    calls.into_iter().map(|(id, arguments)| (id, parsed(&arguments))).collect()
}

#[tokio::test]
async fn a_silent_provider_is_bridged_with_what_geminis_clients_skip() {
    // Their clients take an SSE comment for a piece of JSON, so a ping is a blank line.
    let ping = llmroute::wire::codec(Dialect::Gemini).ping();
    assert!(ping.iter().all(u8::is_ascii_whitespace));
    let (sim, house) = open(Dialect::OpenaiChat).await;
    sim.script().always(Script::natural().first(Duration::from_millis(50)));
    let seen = house.ask(Dialect::Gemini, true).await;
    assert!(seen.body.lines().all(|it| it.is_empty() || it.starts_with("data: {")), "{seen:?}");
    assert!(!told_error(Dialect::Gemini, &seen));
}
