//! Clouds, end to end: what their paths and bodies have of their own, and what of their answers reaches a client.

use llmroute::domain::id::KeyId;
use llmroute::domain::policy::{Billing, Group, Key, Policy};
use llmroute::domain::secret::{Keyring, Secret};
use llmroute::domain::target::Target;
use serde_json::{Value, json};

use super::*;
use crate::faults::hand::{Exchange, Hand, events, soon};
use crate::house::{House, Plan, Seen};

/// A house whose group `r` is `model` of a built-in provider, at `hand` instead of its own host.
async fn house(row: &str, model: &str, hand: &Hand) -> House {
    let mut it = all(SETTINGS).remove(row).unwrap();
    for speech in &mut it.speaks {
        for url in [Some(&mut speech.url), speech.stream_url.as_mut()].into_iter().flatten() {
            *url = format!("{}/{}", hand.base, url.splitn(4, '/').nth(3).unwrap());
        }
    }
    let key = Key {
        id: KeyId(1),
        name: "main".into(),
        weight: 1.0,
        billing: Billing::Metered,
        enabled: true,
        models: Vec::new(),
        problem: None,
    };
    it.keys = vec![key];
    let mut keyring = Keyring::default();
    keyring.insert(KeyId(1), Secret::new("ya29.a-token-0123456789".to_owned()));
    let targets = vec![(Target { provider: it.name.clone(), model: model.into() }, 1.0)];
    let group = Group::new("r".into(), targets);
    let providers = [(it.name.clone(), std::sync::Arc::new(it))].into();
    let policy = Policy {
        version: 1,
        providers,
        groups: [(group.name.clone(), std::sync::Arc::new(group))].into(),
        ..Policy::default()
    };
    let house = Plan::new().open().await;
    house.engine.swap(policy, keyring, Vec::new());
    house
}

/// Asks, has the upstream answer with `answer`, and returns what both saw.
async fn ask(house: &House, hand: &Hand, path: &str, body: &Value, answer: &Value) -> (Exchange, Seen) {
    let answering = async {
        let mut sent = hand.request().await;
        sent.answer(200, answer).await;
        sent
    };
    soon(async { tokio::join!(answering, house.post(path, body.to_string())) }).await
}

#[tokio::test]
async fn claude_on_vertex_is_asked_by_path_and_told_its_version_in_the_body() {
    let hand = Hand::open().await;
    let house = house("vertex-anthropic", "claude-opus-5-5", &hand).await;
    let answer = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-opus-5-5",
        "content": [{ "type": "text", "text": "hello" }], "stop_reason": "end_turn",
        "usage": { "input_tokens": 3, "output_tokens": 1 },
    });
    let messages = json!([{ "role": "user", "content": "hi" }]);
    let own = json!({ "model": "r", "max_tokens": 9, "messages": messages, "thinking": { "type": "disabled" } });
    let (sent, seen) = ask(&house, &hand, "/v1/messages", &own, &answer).await;
    let path = "/v1/projects/my-project/locations/europe-west4/publishers/anthropic/models/claude-opus-5-5";
    assert!(sent.head.starts_with(&format!("post {path}:rawpredict http/1.1")), "{}", sent.head);
    assert!(sent.head.lines().any(|it| it == "authorization: bearer ya29.a-token-0123456789"), "{}", sent.head);
    let body: Value = serde_json::from_str(&sent.body).unwrap();
    let expected = json!({
        "max_tokens": 9, "messages": messages, "thinking": { "type": "disabled" },
        "anthropic_version": "vertex-2023-10-16",
    });
    assert_eq!((body, seen.status), (expected, 200));

    // The same for a client of another dialect, whose request is translated.
    let chat = json!({ "model": "r", "messages": messages });
    let (sent, seen) = ask(&house, &hand, "/v1/chat/completions", &chat, &answer).await;
    let body: Value = serde_json::from_str(&sent.body).unwrap();
    assert_eq!((body.get("model"), &body["anthropic_version"]), (None, &Value::from("vertex-2023-10-16")));
    assert_eq!(seen.json()["choices"][0]["message"]["content"], "hello");
}

#[tokio::test]
async fn what_azures_content_filters_say_reaches_the_client() {
    let hand = Hand::open().await;
    let house = house("azure-deployments", "my-gpt", &hand).await;
    let filtered = json!({ "hate": { "filtered": false, "severity": "safe" } });
    let answer = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4o-2024-08-06",
        "choices": [{
            "index": 0, "finish_reason": "stop", "content_filter_results": filtered,
            "message": { "role": "assistant", "content": "hello" },
        }],
        "prompt_filter_results": [{ "prompt_index": 0, "content_filter_results": filtered }],
        "usage": { "prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4 },
    });
    let question = json!({ "model": "r", "messages": [{ "role": "user", "content": "hi" }] });
    let (sent, seen) = ask(&house, &hand, "/v1/chat/completions", &question, &answer).await;
    let path = "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21";
    assert!(sent.head.starts_with(&format!("post {path} http/1.1")), "{}", sent.head);
    assert!(sent.head.lines().any(|it| it.starts_with("api-key: ")), "{}", sent.head);
    assert_eq!(seen.json(), answer);
}

/// llmgateway #3264: a client that hears a stream of another dialect than Anthropic's has to be told what the cache saved.
#[tokio::test]
async fn a_stream_of_claude_on_vertex_keeps_its_counts() {
    let hand = Hand::open().await;
    let house = house("vertex-anthropic", "claude-opus-5-5", &hand).await;
    let messages = json!([{ "role": "user", "content": "hi" }]);
    for (path, body) in [
        ("/v1/messages", json!({ "model": "r", "max_tokens": 9, "messages": messages, "stream": true })),
        ("/v1/chat/completions", json!({ "model": "r", "messages": messages, "stream": true })),
    ] {
        let answering = async {
            let mut sent = hand.request().await;
            sent.begin_stream().await;
            let all = events(Dialect::Anthropic, "hello").concat();
            sent.say(all.replace("\"input_tokens\":9", "\"cache_read_input_tokens\":700,\"input_tokens\":9")).await;
            sent.head
        };
        let (head, seen) = soon(async { tokio::join!(answering, house.post(path, body.to_string())) }).await;
        assert!(head.contains(":streamrawpredict http/1.1"), "{head}");
        let tokens = house.row(&seen).await.0.tokens.unwrap();
        assert_eq!((tokens.input, tokens.cache_read, tokens.output), (709, 700, 3), "{path}: {seen:?}");
    }
}
