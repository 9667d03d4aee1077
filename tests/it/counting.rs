//! Counts of tokens: the provider's where it has one, a guess that says so everywhere else, and never an error because of
//! a provider.

use bytes::Bytes;
use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Persona, Script, Sim};
use serde_json::{Value, json};

use crate::house::{House, Plan, Seen};
use crate::recorded_anthropic::{Answer, recorded};

/// Those that a client may ask for a count in.
const COUNTING: [Dialect; 3] = [Dialect::Anthropic, Dialect::Gemini, Dialect::OpenaiResponses];

/// Those that a provider may be asked in.
fn asked() -> impl Iterator<Item = Dialect> {
    COUNTING.into_iter().chain([Dialect::BedrockConverse])
}

async fn stage(speaks: Dialect, counts: bool) -> (Sim, House) {
    let sim = Sim::start(Persona::plain("count")).await.unwrap();
    let mut plan = Plan::new().target("count", speaks, &sim.base_url(), 1.0);
    plan.quirks.counts_tokens = counts;
    (sim, plan.open().await)
}

fn path(client: Dialect, model: &str) -> String {
    match client {
        Dialect::Anthropic => "/v1/messages/count_tokens?beta=true".to_owned(),
        Dialect::Gemini => format!("/v1beta/models/{model}:countTokens"),
        _ => "/v1/responses/input_tokens".to_owned(),
    }
}

fn question(client: Dialect, model: &str) -> Value {
    let text = "What is a proxy, and why would anybody want one between a program and its model?";
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    match client {
        Dialect::Anthropic => {
            json!({"model": model, "system": "Be brief.", "messages": [{"role": "user", "content": text}],
            "tools": [{"name": "look", "input_schema": schema}]})
        }
        Dialect::Gemini => json!({"contents": [{"role": "user", "parts": [{"text": text}]}]}),
        _ => json!({"model": model, "instructions": "Be brief.", "input": text,
            "tools": [{"type": "function", "name": "look", "parameters": schema, "strict": false}]}),
    }
}

async fn ask(house: &House, client: Dialect, model: &str) -> Seen {
    house.post(&path(client, model), question(client, model).to_string()).await
}

fn told(client: Dialect, seen: &Seen) -> u64 {
    let body = seen.json();
    if client == Dialect::OpenaiResponses {
        assert_eq!(body["object"], "response.input_tokens");
    }
    let key = if client == Dialect::Gemini { "totalTokens" } else { "input_tokens" };
    body[key].as_u64().unwrap_or_else(|| panic!("{seen:?}"))
}

#[tokio::test]
async fn a_provider_that_counts_is_asked_in_its_own_dialect() {
    for speaks in asked() {
        let (sim, house) = stage(speaks, true).await;
        for client in COUNTING {
            for model in ["g", "count/model"] {
                let seen = ask(&house, client, model).await;
                assert_eq!((seen.status, seen.header("x-llmroute-estimate")), (200, ""), "{client} {speaks}: {seen:?}");
                assert!(told(client, &seen) > 10, "{client} {speaks}: {seen:?}");
                let arrival = sim.meter().arrivals().pop().unwrap();
                assert_eq!(arrival.violation, None, "{client} {speaks}: {:?}", arrival.body);
                assert!(String::from_utf8_lossy(&arrival.body).contains("What is a proxy"), "{client} {speaks}");
            }
        }
        let (anthropic, whole) = (path(Dialect::Anthropic, "g"), question(Dialect::Anthropic, "g").to_string());
        let under = house.post(&format!("/anthropic{anthropic}"), whole).await;
        assert_eq!(under.status, 200, "{under:?}");
        // Costs nothing, and its row says what it was.
        for (row, attempts) in house.rows().await {
            assert_eq!((row.operation.as_str(), row.cost.unwrap().amount().unwrap().pico()), ("count-tokens", 0));
            assert!(row.tokens.is_none() && attempts.len() == 1, "{row:?}");
            assert_eq!(attempts[0].cost.unwrap().amount().unwrap().pico(), 0);
        }
    }
}

#[tokio::test]
async fn the_same_dialect_is_passed_on_as_it_came() {
    let (sim, house) = stage(Dialect::Anthropic, true).await;
    let body = r#"{ "messages":[{"role":"user","content":"a"}],"model":"count/model", "future":1e400 }"#;
    let answer = r#"{"input_tokens":641, "context_management":{"original_input_tokens":700}}"#;
    sim.script().push(Script::raw(200, "application/json", Bytes::from_static(answer.as_bytes())));
    let request = house.request(&path(Dialect::Anthropic, "g"), body.to_owned()).header("anthropic-beta", "x-2026");
    let seen = crate::house::seen(request.send().await.unwrap()).await;
    assert_eq!((seen.status, seen.body.as_str()), (200, answer), "{seen:?}");
    let arrival = sim.meter().arrivals().pop().unwrap();
    assert_eq!(String::from_utf8_lossy(&arrival.body), body.replace("count/model", "model"));
    assert!(arrival.headers.iter().any(|it| it.0 == "anthropic-beta" && it.1 == "x-2026"));
    // A whole request within Gemini's names the model once more.
    let (sim, house) = stage(Dialect::Gemini, true).await;
    let whole = json!({"generateContentRequest": {"model": "models/g", "contents": [{"role": "user", "parts": [{"text": "a"}]}],
        "systemInstruction": {"parts": [{"text": "b"}]}}});
    let seen = house.post(&path(Dialect::Gemini, "g"), whole.to_string()).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    assert_eq!(seen.json()["promptTokensDetails"][0]["modality"], "TEXT", "passed on with all it says");
    let sent: Value = serde_json::from_slice(&sim.meter().arrivals().pop().unwrap().body).unwrap();
    assert_eq!(sent["generateContentRequest"]["model"], "models/model");
}

/// vercel/ai #17326: a 404 for every model that is not Claude.
#[tokio::test]
async fn whoever_does_not_count_is_guessed_at() {
    for speaks in Dialect::ALL {
        let (sim, house) = stage(speaks, false).await;
        for client in COUNTING {
            for model in ["g", "count/model", "nobody/has-this"] {
                let seen = ask(&house, client, model).await;
                assert_eq!(
                    (seen.status, seen.header("x-llmroute-estimate")),
                    (200, "true"),
                    "{client} {speaks}: {seen:?}"
                );
                assert!((20..800).contains(&told(client, &seen)), "{client} {speaks}: {seen:?}");
            }
        }
        assert!(sim.meter().arrivals().is_empty());
        for (row, attempts) in house.rows().await {
            assert_eq!(
                (row.outcome.as_deref(), row.cost.unwrap().amount().unwrap().pico()),
                (Some("ok"), 0),
                "{row:?}"
            );
            assert!(attempts.is_empty());
        }
    }
    let (_sim, house) = stage(Dialect::OpenaiChat, false).await;
    let nameless = house.post("/v1/responses/input_tokens", r#"{"input":"How many?"}"#).await;
    assert_eq!((nameless.status, nameless.header("x-llmroute-estimate")), (200, "true"), "{nameless:?}");
}

#[tokio::test]
async fn no_failure_of_a_provider_keeps_a_count_away() {
    for client in COUNTING {
        let (sim, house) = stage(client, true).await;
        for status in [401, 403, 404, 429, 500, 503] {
            sim.script().push(Script::status(status));
            let seen = ask(&house, client, "g").await;
            assert_eq!((seen.status, seen.header("x-llmroute-estimate")), (200, "true"), "{client} {status}: {seen:?}");
        }
        sim.script().push(Script::raw(200, "application/json", Bytes::from_static(b"{\"tokens\":1}")));
        assert_eq!(ask(&house, client, "g").await.header("x-llmroute-estimate"), "true");
        // Its key and its model are as good as before for what is not a count.
        assert_eq!(house.ask(client, false).await.status, 200, "{client}");
        assert_eq!(ask(&house, client, "g").await.header("x-llmroute-estimate"), "", "{client}");
    }
}

#[tokio::test]
async fn a_fault_of_the_request_is_told() {
    let (sim, house) = stage(Dialect::Anthropic, true).await;
    let error = r#"{"type":"error","error":{"type":"invalid_request_error","message":"messages: first must be user"}}"#;
    sim.script().push(Script::raw(400, "application/json", Bytes::from_static(error.as_bytes())));
    let seen = ask(&house, Dialect::Anthropic, "g").await;
    assert_eq!((seen.status, seen.body.as_str()), (400, error));
    for (client, body) in [
        (Dialect::Anthropic, r#"{"model":"g"}"#),
        (Dialect::Anthropic, r#"{"messages":[]}"#),
        (Dialect::Gemini, "[]"),
        (Dialect::Gemini, r#"{"generateContentRequest":7}"#),
        (Dialect::OpenaiResponses, "{"),
        (Dialect::OpenaiResponses, r#"{"input":7}"#),
    ] {
        let (_sim, house) = stage(Dialect::OpenaiChat, false).await;
        let seen = house.post(&path(client, "g"), body).await;
        assert!(seen.status == 400 && seen.body.contains("error"), "{client} {body}: {seen:?}");
    }
}

#[tokio::test]
async fn recorded_counts_are_asked_and_answered_as_they_were() {
    let Some(all) = recorded("count_tokens") else { return };
    let mut counted = 0;
    for it in all {
        let (provider, _) = it.file.split_once('/').unwrap();
        let dialect = match provider {
            "anthropic" => Dialect::Anthropic,
            "gemini" => Dialect::Gemini,
            "bedrock" => continue,
            other => panic!("{other}: nobody has looked at its counts"),
        };
        let (sim, house) = stage(dialect, true).await;
        let Answer::Whole(answer) = &it.answer else { panic!("{}", it.file) };
        let status = u16::try_from(it.status).unwrap();
        sim.script().push(Script::raw(status, "application/json", Bytes::from(answer.to_string())));
        let mut body = it.request.clone().unwrap();
        if dialect == Dialect::Anthropic {
            body["model"] = json!("count/model");
        }
        let seen = house.post(&path(dialect, "count%2Fmodel"), body.to_string()).await;
        let sent: Value = serde_json::from_slice(&sim.meter().arrivals().pop().unwrap().body).unwrap();
        if dialect == Dialect::Anthropic {
            body["model"] = json!("model");
        }
        assert_eq!(sent, body, "{}", it.file);
        if status == 200 {
            assert_eq!((seen.status, &seen.json()), (200, answer), "{}", it.file);
        } else {
            // Whether it is the model or the path that is not found there is not told apart.
            assert_eq!((seen.status, seen.header("x-llmroute-estimate")), (200, "true"), "{}: {seen:?}", it.file);
        }
        counted += 1;
    }
    assert_eq!(counted, 4);
}

/// Nobody asks in Converse's words: the conversation that was counted is asked about in a client's.
#[tokio::test]
async fn bedrocks_recorded_counts_are_asked_and_answered_as_they_were() {
    let Some(all) = recorded("count_tokens") else { return };
    let mut counted = 0;
    for it in all.into_iter().filter(|it| it.file.starts_with("bedrock/")) {
        let (sim, house) = stage(Dialect::BedrockConverse, true).await;
        let Answer::Whole(answer) = &it.answer else { panic!("{}", it.file) };
        let status = u16::try_from(it.status).unwrap();
        sim.script().push(Script::raw(status, "application/json", Bytes::from(answer.to_string())));
        let recorded = it.request.unwrap()["input"].take();
        // Or the body of an `InvokeModel` in base64, a form that is not spoken: its conversation is asked about in Converse.
        let invoked = recorded["invokeModel"]["body"].as_str().map(|it| {
            let body = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, it).unwrap();
            serde_json::from_slice::<Value>(&body).unwrap()["messages"].take()
        });
        let turns = invoked.as_ref().unwrap_or(&recorded["converse"]["messages"]);
        let text = turns[0]["content"][0]["text"].clone();
        let body = json!({"model": "g", "messages": [{"role": "user", "content": text}]});
        let seen = house.post(&path(Dialect::Anthropic, "g"), body.to_string()).await;
        let arrival = sim.meter().arrivals().pop().unwrap();
        assert_eq!((arrival.path.as_str(), arrival.violation), ("/model/model/count-tokens", None), "{}", it.file);
        let sent: Value = serde_json::from_slice(&arrival.body).unwrap();
        let expected = json!({"input": {"converse": {"messages": [{"role": "user", "content": [{"text": text}]}]}}});
        assert_eq!(sent, expected, "{}", it.file);
        if invoked.is_none() {
            assert_eq!(sent["input"]["converse"]["messages"], recorded["converse"]["messages"], "{}", it.file);
            assert_eq!(recorded["converse"]["system"], json!([]), "{}: and nothing else was asked", it.file);
        }
        match status {
            200 => {
                assert_eq!((seen.status, seen.header("x-llmroute-estimate")), (200, ""), "{}: {seen:?}", it.file);
                assert_eq!(told(Dialect::Anthropic, &seen), answer["inputTokens"].as_u64().unwrap(), "{}", it.file);
            }
            // A model that cannot be counted, or is not there: a guess, and no error.
            _ => assert_eq!((seen.status, seen.header("x-llmroute-estimate")), (200, "true"), "{}: {seen:?}", it.file),
        }
        counted += 1;
    }
    assert_eq!(counted, 3);
}
