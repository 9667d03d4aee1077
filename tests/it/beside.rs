//! Operations beside chat over the running server: the same decision, walk and ledger as a conversation has.

mod embeddings;
mod recorded;
mod relay;

use llmroute::domain::dialect::Dialect;
use serde_json::{Value, json};

use crate::faults::hand::{Hand, soon};
use crate::house::{House, Plan, Seen};

/// A house over one provider played by hand.
pub(crate) async fn by_hand(speaks: Dialect) -> (Hand, House) {
    let hand = Hand::open().await;
    let house = Plan::new().target("one", speaks, &hand.base, 1.0).open().await;
    (hand, house)
}

/// Posts JSON to `path`; the one provider answers with `status` and `answer`. What the provider saw, and what the client.
pub(crate) async fn exchanged(
    (hand, house): &(Hand, House),
    path: &str,
    body: &str,
    status: u16,
    answer: &Value,
) -> (String, String, Seen) {
    let provider = async {
        let mut exchange = hand.request().await;
        exchange.answer(status, answer).await;
        (exchange.head, exchange.body)
    };
    let ((head, sent), seen) = soon(async { tokio::join!(provider, house.post(path, body)) }).await;
    (head.lines().next().unwrap_or_default().to_owned(), sent, seen)
}

#[tokio::test]
async fn a_refusal_is_no_word_about_a_conversation_with_the_same_model() {
    let it = by_hand(Dialect::OpenaiChat).await;
    let chat = json!({"id": "c", "object": "chat.completion", "created": 1, "model": "model", "choices": [{"index": 0,
        "finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}});
    for (status, refusal) in [
        (
            403,
            json!({"error": {"message": "You are not allowed to generate embeddings from this model", "code": null}}),
        ),
        (404, json!({"error": {"message": "Unknown request URL", "code": "unknown_url"}})),
        (404, json!({"error": {"message": "The model `model` does not exist", "code": "model_not_found"}})),
    ] {
        let (_, _, seen) = exchanged(&it, "/v1/embeddings", r#"{"model":"g","input":"hi"}"#, status, &refusal).await;
        assert_eq!((seen.status, seen.body.as_str()), (status, refusal.to_string().as_str()), "as it came");
        let question = r#"{"model":"g","messages":[{"role":"user","content":"hi"}]}"#;
        let (_, _, seen) = exchanged(&it, "/v1/chat/completions", question, 200, &chat).await;
        assert_eq!(seen.status, 200, "{seen:?}");
    }
}
