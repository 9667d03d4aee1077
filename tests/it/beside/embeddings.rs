//! Vectors.

use llmroute::domain::dialect::Dialect;
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
