//! What providers want back of their answers, behind clients that cannot carry it: tool loops over the running server,
//! through providers that refuse a conversation without their own proof, or with anybody else's.

mod client;
mod upstream;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use client::{Client, Habits};
use llmroute::domain::dialect::Dialect;
use llmroute::domain::quirks::{CallIds, Quirks};
use serde_json::{Value, json};
use upstream::{ROUNDS, Strict};

use crate::house::{House, Plan};

/// A plan with the quirks of providers that want everything back.
fn plan() -> Plan {
    let mut plan = Plan::new();
    plan.quirks.replays_reasoning = true;
    plan.quirks.encrypted_reasoning = true;
    // One whose calls have to be signed.
    "gemini-3-pro-preview".clone_into(&mut plan.model);
    plan.deadlines.first_content = Duration::from_secs(5);
    plan.deadlines.whole = Duration::from_secs(5);
    plan
}

async fn stage(name: &str, dialect: Dialect) -> (Arc<Strict>, House) {
    let strict = Strict::start(name, dialect).await;
    let house = plan().target(name, dialect, strict.base(), 1.0).open().await;
    (strict, house)
}

/// Two targets of two dialects, the first before the second.
async fn pair(first: Dialect, second: Dialect) -> (Arc<Strict>, Arc<Strict>, Plan) {
    let (a, b) = (Strict::start("a", first).await, Strict::start("b", second).await);
    let plan = plan().target("a", first, a.base(), 1.0).target("b", second, b.base(), 0.0);
    (a, b, plan)
}

/// Lets health forget what it has seen.
fn forgive(house: &House, plan: &Plan) {
    let (policy, keyring) = plan.policy();
    house.engine.swap(policy, keyring, plan.prices());
}

/// The pairs whose client cannot carry what the provider wants.
fn pairs() -> impl Iterator<Item = (Dialect, Dialect)> {
    let all = Dialect::CLIENTS.into_iter().flat_map(|it| Dialect::CLIENTS.into_iter().map(move |to| (it, to)));
    all.filter(|(client, provider)| client != provider || *client == Dialect::OpenaiChat)
}

/// Every pair, streamed or not, through every habit of clients: the loop ends, and so does a second one after it.
async fn loops(client: Dialect, provider: Dialect) {
    let habits = [
        Habits::default(),
        Habits { forgets: true, ..Habits::default() },
        Habits { rewrites: true, forgets: true, ..Habits::default() },
        Habits { renames: true, rewrites: true, forgets: true },
    ];
    for stream in [false, true] {
        // A provider is left to its own dialect's ids.
        for habits in habits.into_iter().filter(|it| client != provider || !it.renames) {
            let (strict, house) = stage("a", provider).await;
            let mut it = Client::new(client, stream, habits, "Look around.");
            assert_eq!(it.finish(&house).await, ROUNDS, "{client} {provider} {habits:?}");
            it.user("And what did you see?");
            assert_eq!(it.finish(&house).await, 0);
            assert_eq!(strict.asked().len(), ROUNDS + 2);
        }
    }
}

#[tokio::test]
async fn a_gemini_thought_signature_is_not_lost() {
    for client in [Dialect::OpenaiChat, Dialect::OpenaiResponses, Dialect::Anthropic] {
        loops(client, Dialect::Gemini).await;
    }
}

#[tokio::test]
async fn signed_thinking_comes_back_before_its_call() {
    for client in [Dialect::OpenaiChat, Dialect::OpenaiResponses, Dialect::Gemini] {
        loops(client, Dialect::Anthropic).await;
    }
}

#[tokio::test]
async fn encrypted_reasoning_comes_back_between_the_calls() {
    for client in [Dialect::OpenaiChat, Dialect::Anthropic, Dialect::Gemini] {
        loops(client, Dialect::OpenaiResponses).await;
    }
}

#[tokio::test]
async fn reasoning_content_is_passed_back_for_clients_that_drop_it() {
    for client in Dialect::CLIENTS {
        loops(client, Dialect::OpenaiChat).await;
    }
}

#[tokio::test]
async fn after_a_failover_in_the_middle_nobody_gets_what_another_made() {
    for (first, second) in pairs().filter(|(first, second)| first != second) {
        for (client, stream) in Dialect::CLIENTS.into_iter().flat_map(|it| [(it, false), (it, true)]) {
            let (a, b, plan) = pair(first, second).await;
            let house = plan.clone().open().await;
            // A client of one target's dialect carries what it has got of that one, and of the other.
            let forgets = client != first && client != second;
            let mut it = Client::new(client, stream, Habits { forgets, ..Habits::default() }, "Look around.");
            for turn in 0..ROUNDS {
                // The second of three rounds goes elsewhere.
                a.down.store(turn == 1, Ordering::Relaxed);
                assert!(it.ask(&house).await, "{client} {first} {second}");
                it.run();
                let sent = if turn == 1 { b.asked() } else { a.asked() };
                assert!(!sent.is_empty(), "{client} {first} {second}");
                forgive(&house, &plan);
            }
            a.down.store(false, Ordering::Relaxed);
            assert!(!it.ask(&house).await);
            assert_eq!((a.asked().len(), b.asked().len()), (ROUNDS + 1, 1), "{client} {first} {second}");
        }
    }
}

#[tokio::test]
async fn originals_outlive_the_server() {
    for (client, provider) in pairs() {
        let strict = Strict::start("a", provider).await;
        let plan = plan().target("a", provider, strict.base(), 1.0);
        let house = plan.clone().open().await;
        let mut it = Client::new(client, true, Habits { forgets: true, ..Habits::default() }, "Look around.");
        assert!(it.ask(&house).await);
        it.run();
        let folder = Arc::clone(&house.folder);
        house.stop().await;
        let house = plan.open_in(folder).await;
        assert_eq!(it.finish(&house).await, ROUNDS - 1, "{client} {provider}");
    }
}

#[tokio::test]
async fn conversations_at_once_do_not_get_each_others() {
    for (client, provider) in pairs() {
        let (_strict, house) = stage("a", provider).await;
        let habits = Habits { renames: client != provider, rewrites: true, forgets: true };
        let mut all: Vec<Client> =
            (0..4).map(|it| Client::new(client, it % 2 == 0, habits, &format!("Question {it}."))).collect();
        for _ in 0..=ROUNDS {
            for it in &mut all {
                if it.ask(&house).await {
                    it.run();
                }
            }
        }
        let many = all.iter_mut().map(|it| async {
            it.user("Once more.");
            it.ask(&house).await
        });
        assert_eq!(futures_util::future::join_all(many).await, [false; 4]);
    }
}

#[tokio::test]
async fn what_has_expired_is_missing_and_named() {
    for (client, provider, named) in [
        (Dialect::Anthropic, Dialect::Gemini, "signature: set to skip_thought_signature_validator"),
        (Dialect::Anthropic, Dialect::OpenaiChat, "reasoning_content: set to a full stop"),
        (Dialect::OpenaiChat, Dialect::OpenaiChat, "reasoning_content: set to a full stop"),
        (Dialect::Gemini, Dialect::Anthropic, ""),
        (Dialect::Gemini, Dialect::OpenaiResponses, ""),
    ] {
        let strict = Strict::start("a", provider).await;
        strict.lenient.store(true, Ordering::Relaxed);
        let mut plan = plan().target("a", provider, strict.base(), 1.0);
        plan.keep_originals = Duration::ZERO;
        let house = plan.open().await;
        let mut it = Client::new(client, false, Habits { forgets: true, ..Habits::default() }, "Look around.");
        assert!(it.ask(&house).await);
        it.run();
        // The clock of the file has microseconds.
        tokio::time::sleep(Duration::from_millis(5)).await;
        let seen = it.post(&house).await;
        assert_eq!(seen.status, 200, "{seen:?}");
        assert!(seen.header("x-llmroute-dropped").contains(named), "{client} {provider}: {seen:?}");
        assert!(house.row(&seen).await.0.losses.join(", ").contains(named));
        // One that takes nothing less says so itself.
        strict.lenient.store(false, Ordering::Relaxed);
        assert_eq!(it.post(&house).await.status, 400, "{client} {provider}");
        strict.lenient.store(true, Ordering::Relaxed);
        if !named.is_empty() {
            let body = it.body().to_string();
            let strict = house.request(crate::house::path_for(client, false), body).header("x-llmroute-strict", "true");
            let refused = crate::house::seen(strict.send().await.unwrap()).await;
            assert_eq!(refused.status, 400, "{refused:?}");
            assert!(refused.body.contains(named), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn a_stream_that_breaks_after_its_call_can_be_gone_on_from() {
    for (client, provider) in [
        (Dialect::Anthropic, Dialect::Gemini),
        (Dialect::OpenaiChat, Dialect::Anthropic),
        (Dialect::OpenaiChat, Dialect::OpenaiResponses),
    ] {
        let (strict, house) = stage("a", provider).await;
        strict.cuts.store(true, Ordering::Relaxed);
        let mut it = Client::new(client, true, Habits { forgets: true, ..Habits::default() }, "Look around.");
        let seen = it.post(&house).await;
        assert!(crate::house::told_error(client, &seen), "{seen:?}");
        assert!(it.take(&seen), "the client has the whole call: {seen:?}");
        it.run();
        strict.cuts.store(false, Ordering::Relaxed);
        assert_eq!(it.finish(&house).await, ROUNDS - 1, "{client} {provider}");
    }
}

#[tokio::test]
async fn a_client_of_the_targets_own_dialect_is_left_to_carry_its_own() {
    for dialect in [Dialect::OpenaiResponses, Dialect::Anthropic, Dialect::Gemini] {
        let (strict, house) = stage("a", dialect).await;
        let mut it = Client::new(dialect, true, Habits::default(), "Look around.");
        assert_eq!(it.finish(&house).await, ROUNDS);
        let kept = std::fs::read(&house.path).unwrap();
        assert!(memchr::memmem::find(&kept, b"proof+a").is_none(), "{dialect}: nothing is kept of it");
        for (row, attempts) in house.rows().await {
            assert_ne!(attempts[0].lane.as_deref(), Some("translate"), "{row:?}");
        }
        assert_eq!(strict.asked().len(), ROUNDS + 1);
    }
}

#[tokio::test]
async fn empty_text_blocks_do_not_kill_a_session() {
    let strict = Strict::start("a", Dialect::Anthropic).await;
    let house = plan().target("a", Dialect::Anthropic, strict.base(), 1.0).open().await;
    for messages in [
        json!([{"role": "user", "content": "Hi."}, {"role": "assistant", "content": ""}, {"role": "user", "content": "Hm?"}]),
        json!([{"role": "user", "content": [{"type": "text", "text": ""}, {"type": "text", "text": "Hi."}]},
               {"role": "assistant", "content": " \n"}, {"role": "user", "content": "Hm?"}]),
        json!([{"role": "system", "content": ""}, {"role": "user", "content": "Hi."},
               {"role": "assistant", "content": "", "tool_calls": [{"id": "c", "type": "function",
                "function": {"name": "look", "arguments": "{}"}}]},
               {"role": "tool", "tool_call_id": "c", "content": ""}]),
    ] {
        let seen = house.post("/v1/chat/completions", json!({"model": "g", "messages": messages}).to_string()).await;
        assert_eq!(seen.status, 200, "{seen:?}");
    }
    let sent: Vec<Value> = strict.asked();
    assert_eq!(sent.len(), 3, "the provider itself looks for empty texts");
}

/// A chat client goes from one provider of its dialect to another, whose ids of calls have another form, and back.
#[tokio::test]
async fn ids_of_calls_are_ones_the_target_takes_and_come_back_as_they_were() {
    let (first, second) =
        (Strict::start("a", Dialect::OpenaiChat).await, Strict::start("b", Dialect::OpenaiChat).await);
    let mut plan = plan().target("a", Dialect::OpenaiChat, first.base(), 1.0);
    let first_quirks = plan.quirks.clone();
    plan = plan.target("b", Dialect::OpenaiChat, second.base(), 0.0);
    let house = plan.clone().open().await;
    let (mut policy, keyring) = plan.policy();
    let mistral = Arc::make_mut(policy.providers.get_mut("b").unwrap());
    mistral.quirks = Quirks { call_ids: CallIds::NineAlphanumerics, ..first_quirks };
    house.engine.swap(policy.clone(), keyring.clone(), plan.prices());
    for client in [Dialect::OpenaiChat, Dialect::Anthropic] {
        first.down.store(false, Ordering::Relaxed);
        let mut it = Client::new(client, false, Habits { forgets: true, ..Habits::default() }, "Look around.");
        assert!(it.ask(&house).await);
        it.run();
        first.down.store(true, Ordering::Relaxed);
        assert!(it.ask(&house).await);
        it.run();
        let body = second.asked().pop().unwrap();
        let (call, result) = (&body["messages"][1]["tool_calls"][0]["id"], &body["messages"][2]["tool_call_id"]);
        let id = call.as_str().unwrap();
        assert_eq!((id.len(), call), (9, result), "{body}");
        assert!(id.bytes().all(|it| it.is_ascii_alphanumeric()), "{body}");
        first.down.store(false, Ordering::Relaxed);
        house.engine.swap(policy.clone(), keyring.clone(), plan.prices());
        // The first provider looks for its own ids, and for its reasoning.
        assert!(it.ask(&house).await);
        assert_eq!(first.asked().pop().unwrap()["messages"][1]["tool_calls"][0]["id"], "functions.look:0");
    }
}
