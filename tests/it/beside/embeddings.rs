//! Vectors.

use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Persona, Sim};
use llmroute::store::Cost;
use serde_json::json;

use super::{by_hand, exchanged};
use crate::faults::hand::{Hand, soon};
use crate::house::Plan;

#[tokio::test]
async fn in_the_same_dialect_only_the_model_is_changed() {
    let vectors = json!({"object": "list", "model": "served", "data": [{"object": "embedding", "index": 0, "embedding": [0.1, -2e-9]}],
        "usage": {"prompt_tokens": 5, "total_tokens": 5}});
    for speaks in [Dialect::OpenaiChat, Dialect::OpenaiResponses] {
        let it = by_hand(speaks).await;
        let body = r#"{"input": ["a", "b"],  "model":"g","dimensions":1e1, "x":{"y":1}}"#;
        let (line, sent, seen) = exchanged(&it, "/v1/embeddings", body, 200, &vectors).await;
        assert_eq!(line, "post /v1/embeddings http/1.1");
        assert_eq!(sent, body.replace("\"g\"", "\"model\""));
        assert_eq!((seen.status, seen.body.as_str()), (200, vectors.to_string().as_str()));
        assert_eq!(seen.header("x-llmroute-provider"), "one");
        assert_eq!(seen.header("x-llmroute-cost-usd"), "0.000005000000");
        let (row, attempts) = it.1.row(&seen).await;
        assert_eq!((row.operation.as_str(), row.asked.as_str(), row.outcome.as_deref()), ("embed", "g", Some("ok")));
        let tokens = row.tokens.unwrap();
        assert_eq!((tokens.input, tokens.output, tokens.estimated), (5, 0, false));
        assert!(matches!(row.cost, Some(Cost::Exact(it)) if it.pico() == 5_000_000), "{row:?}");
        assert_eq!(row.served.as_deref(), Some("served"));
        assert_eq!((attempts.len(), attempts[0].lane.as_deref()), (1, Some("splice")));
    }
}

#[tokio::test]
async fn another_target_takes_over() {
    let (down, up) = (Hand::open().await, Hand::open().await);
    let plan = Plan::new().target("down", Dialect::OpenaiChat, &down.base, 1.0);
    let house = plan.target("up", Dialect::OpenaiChat, &up.base, 0.0).open().await;
    let vectors = json!({"object": "list", "model": "model", "data": [], "usage": {"total_tokens": 2}});
    let providers = async {
        down.request().await.answer(503, &json!({"error": {"message": "no capacity"}})).await;
        up.request().await.answer(200, &vectors).await;
    };
    let ((), seen) =
        soon(async { tokio::join!(providers, house.post("/v1/embeddings", r#"{"model":"g","input":"x"}"#)) }).await;
    assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, "up"), "{seen:?}");
    assert_eq!(seen.header("x-llmroute-attempts"), "down/model 503, up/model 200");
    let (row, attempts) = house.row(&seen).await;
    assert!(row.moved && attempts.len() == 2, "{row:?}");
}

#[tokio::test]
async fn where_nobody_has_them_it_is_said_what_to_do() {
    let (_, house) = by_hand(Dialect::Anthropic).await;
    let seen = house.post("/v1/embeddings", r#"{"model":"g","input":"x"}"#).await;
    assert_eq!((seen.status, seen.header("x-llmroute-error")), (404, "not_offered"), "{seen:?}");
    assert!(seen.body.contains("one/model") && seen.body.contains("embed"), "{seen:?}");
    for (body, what) in [(r#"{"input":"x"}"#, "`model`"), (r#"{"model":"g"}"#, "`input`"), ("{", "byte")] {
        let seen = house.post("/v1/embeddings", body).await;
        assert!(seen.status == 400 && seen.body.contains(what), "{seen:?}");
    }
}

#[tokio::test]
async fn an_openai_client_gets_vectors_from_gemini() {
    let it = by_hand(Dialect::Gemini).await;
    let answer = json!({"embeddings": [{"values": [0.5, -0.25]}, {"values": [1.0, 2.0]}], "usageMetadata": {"promptTokenCount": 4}});
    let body = r#"{"model":"g","input":["a","b"],"dimensions":2,"encoding_format":"base64","user":"u"}"#;
    let (line, sent, seen) = exchanged(&it, "/v1/embeddings", body, 200, &answer).await;
    assert_eq!(line, "post /v1beta/models/model:batchembedcontents http/1.1");
    let one = |text: &str| json!({"model": "models/model", "content": {"parts": [{"text": text}]}, "outputDimensionality": 2});
    assert_eq!(serde_json::from_str::<serde_json::Value>(&sent).unwrap(), json!({"requests": [one("a"), one("b")]}));
    assert_eq!(seen.status, 200, "{seen:?}");
    let vectors = seen.json();
    assert_eq!((&vectors["data"][0]["embedding"], &vectors["data"][1]["index"]), (&json!("AAAAPwAAgL4="), &json!(1)));
    assert_eq!((&vectors["model"], &vectors["usage"]), (&json!("g"), &json!({"prompt_tokens": 4, "total_tokens": 4})));
    assert_eq!(seen.header("x-llmroute-dropped"), "user");
    let (row, attempts) = it.1.row(&seen).await;
    assert_eq!((row.losses, attempts[0].lane.as_deref()), (vec!["user".to_owned()], Some("translate")));
    assert!(matches!(row.cost, Some(Cost::Exact(it)) if it.pico() == 4_000_000), "{:?}", row.cost);

    // One vector too few is no answer.
    let short = json!({"embeddings": [{"values": [0.5]}]});
    let (_, _, seen) = exchanged(&it, "/v1/embeddings", body, 200, &short).await;
    assert_eq!((seen.status, seen.header("x-llmroute-error")), (502, "upstream_broken_answer"), "{seen:?}");
    let strict = it.1.request("/v1/embeddings", body.to_owned()).header("x-llmroute-strict", "true");
    let refused = crate::house::seen(strict.send().await.unwrap()).await;
    assert!(refused.status == 400 && refused.body.contains("user"), "{refused:?}");
    let tokens = it.1.post("/v1/embeddings", r#"{"model":"g","input":[1,2]}"#).await;
    assert!(tokens.status == 400 && tokens.body.contains("vocabulary"), "{tokens:?}");
}

#[tokio::test]
async fn a_gemini_client_gets_vectors_from_openai_and_from_gemini() {
    let it = by_hand(Dialect::OpenaiChat).await;
    let answer = json!({"object": "list", "data": [{"index": 0, "embedding": [0.1]}], "model": "m"});
    let one = r#"{"content":{"parts":[{"text":"hello there"}]},"taskType":"RETRIEVAL_QUERY"}"#;
    let (line, sent, seen) = exchanged(&it, "/v1beta/models/g:embedContent", one, 200, &answer).await;
    assert_eq!(
        (line.as_str(), sent.as_str()),
        ("post /v1/embeddings http/1.1", r#"{"model":"model","input":["hello there"]}"#)
    );
    assert_eq!(seen.json(), json!({"embedding": {"values": [0.1]}}));
    assert_eq!(seen.header("x-llmroute-dropped"), "taskType");
    let (row, _) = it.1.row(&seen).await;
    let tokens = row.tokens.unwrap();
    assert!(tokens.estimated && tokens.input > 0 && tokens.output == 0, "nobody counted: {tokens:?}");
    assert!(matches!(row.cost, Some(Cost::Estimated(_))), "{:?}", row.cost);

    let it = by_hand(Dialect::Gemini).await;
    let many = r#"{"requests": [ {"model":"models/g", "content":{"parts":[{"text":"g"}]}},{"content":{"parts":[{"text":"models/g"}]}, "model" : "models/g","x":1.0}]}"#;
    let answer = json!({"embeddings": [{"values": [1]}, {"values": [2]}]});
    let (line, sent, seen) = exchanged(&it, "/v1beta/models/g:batchEmbedContents", many, 200, &answer).await;
    assert_eq!(line, "post /v1beta/models/model:batchembedcontents http/1.1");
    let renamed = many.replace(r#""model":"models/g""#, r#""model":"models/model""#);
    assert_eq!(sent, renamed.replace(r#""model" : "models/g""#, r#""model" : "models/model""#));
    assert_eq!(seen.body, answer.to_string());
    let (line, sent, _) =
        exchanged(&it, "/v1beta/models/g:embedContent", one, 200, &json!({"embedding": {"values": [1]}})).await;
    assert_eq!((line.as_str(), sent.as_str()), ("post /v1beta/models/model:embedcontent http/1.1", one));
    // An error in the words of the client's dialect, whoever made it.
    let refusal = json!({"error": {"code": 400, "message": "too long", "status": "INVALID_ARGUMENT"}});
    let (_, _, seen) = exchanged(&it, "/v1/embeddings", r#"{"model":"g","input":"x"}"#, 400, &refusal).await;
    assert_eq!(
        (seen.status, seen.json()["error"]["message"].as_str().is_some_and(|it| it.contains("too long"))),
        (400, true)
    );
    let inside = json!({"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}});
    let (_, _, seen) = exchanged(&it, "/v1/embeddings", r#"{"model":"g","input":"x"}"#, 200, &inside).await;
    assert_eq!(seen.header("x-llmroute-error"), "upstream_overloaded", "{seen:?}");
}

#[tokio::test]
async fn the_simulated_providers_make_vectors() {
    let length = |it: &serde_json::Value| it.as_array().map(Vec::len);
    for speaks in [Dialect::OpenaiChat, Dialect::Gemini] {
        let sim = Sim::start(Persona::plain("sim")).await.unwrap();
        let house = Plan::new().target("sim", speaks, &sim.base_url(), 1.0).open().await;
        let openai = house.post("/v1/embeddings", r#"{"model":"g","input":["a cat","a cat"],"dimensions":4}"#).await;
        let data = openai.json()["data"].clone();
        assert_eq!((length(&data), length(&data[0]["embedding"])), (Some(2), Some(4)), "{openai:?}");
        assert_eq!(data[0]["embedding"], data[1]["embedding"], "the same text, the same vector");
        let one = r#"{"content":{"parts":[{"text":"a cat"}]},"outputDimensionality":4}"#;
        let google = house.post("/v1beta/models/g:embedContent", one).await;
        assert_eq!(google.json()["embedding"]["values"], data[0]["embedding"], "{google:?}");
        let (row, _) = house.row(&openai).await;
        assert!(matches!(row.cost, Some(Cost::Exact(it)) if it.pico() > 0), "{row:?}");
        let violations: Vec<_> = sim.meter().arrivals().into_iter().filter_map(|it| it.violation).collect();
        assert!(violations.is_empty(), "{violations:?}");
        assert_eq!(
            house
                .rows()
                .await
                .iter()
                .filter_map(|it| it.0.cost?.amount())
                .map(llmroute::domain::money::Usd::pico)
                .sum::<i64>(),
            crate::house::billed(&sim)
        );
    }
}
