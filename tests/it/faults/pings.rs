//! Keep-alives of our own: they reach a client that waits, never fall into the middle of an event, and never keep a dead
//! upstream alive (faults.md rows 36 to 39).

use std::time::Duration;

use llmroute::domain::dialect::Dialect;

use crate::faults::hand::{Ear, Exchange, Hand, asker, converse_event, event_bytes, events, ping, soon};
use crate::house::{House, Plan, Seen, ended_well, told_error};

const fn other(dialect: Dialect) -> Dialect {
    match dialect {
        Dialect::OpenaiCompletions | Dialect::BedrockConverse => Dialect::OpenaiChat,
        Dialect::OpenaiChat => Dialect::OpenaiResponses,
        Dialect::OpenaiResponses => Dialect::Anthropic,
        Dialect::Anthropic => Dialect::Gemini,
        Dialect::Gemini => Dialect::Cohere,
        Dialect::Cohere => Dialect::Ollama,
        Dialect::Ollama => Dialect::OpenaiChat,
    }
}

/// Nothing but pings is quick.
fn plan() -> Plan {
    let mut plan = Plan::new();
    let long = Duration::from_secs(120);
    plan.deadlines.ping = Duration::from_millis(20);
    plan.deadlines.first_content = long;
    plan.deadlines.byte_gap = long;
    plan.deadlines.content_gap = long;
    plan
}

/// One target that is played by hand, its request sent and its client waiting.
async fn lone(plan: Plan, client: Dialect, target: Dialect) -> (House, Ear, Exchange) {
    let hand = Hand::open().await;
    let house = plan.target("a", target, &hand.base, 1.0).open().await;
    let (ear, mut exchange) = tokio::join!(Ear::ask(&house, client), async {
        let mut exchange = hand.request().await;
        exchange.begin_stream().await;
        exchange
    });
    let [opening, ..] = event_bytes(target, "");
    assert!(exchange.say(opening).await);
    (house, ear, exchange)
}

fn seen(ear: &Ear, body: String) -> Seen {
    Seen { status: ear.status(), headers: std::collections::BTreeMap::new(), body }
}

#[tokio::test]
pub(crate) async fn a_client_that_waits_through_failovers_hears_pings() {
    for client in Dialect::CLIENTS {
        let (first, second) = (Hand::open().await, Hand::open().await);
        let plan = plan().target("a", other(client), &first.base, 1.0).target("b", client, &second.base, 0.0);
        let house = plan.open().await;
        let (mut ear, mut at_first) = tokio::join!(Ear::ask(&house, client), first.request());
        assert_eq!(ear.status(), 200);
        ear.hear(ping(client), 2).await;
        at_first.answer(503, &serde_json::json!({"error": {"message": "busy"}})).await;
        let mut at_second = second.request().await;
        ear.hear(ping(client), 2).await;
        // Headers, an opening event, the upstream's own keep-alives: all of that is no content yet.
        at_second.begin_stream().await;
        let [opening, content, closing] = events(client, "It is one.");
        at_second.say(opening).await;
        ear.hear(ping(client), 2).await;
        assert_eq!(ear.count("role"), 0, "nothing is relayed before the first content");
        at_second.say(content + &closing).await;
        drop(at_second);
        let all = ear.end().await;
        let seen = seen(&ear, all);
        assert!(seen.body.contains("It is one.") && ended_well(client, &seen), "{seen:?}");
        let rows = house.rows().await;
        assert_eq!((rows[0].0.outcome.as_deref(), rows[0].1.len()), (Some("ok"), 2), "{rows:?}");
    }
}

#[tokio::test]
async fn a_failure_after_the_first_ping_is_told_in_the_stream() {
    for client in Dialect::CLIENTS {
        let hand = Hand::open().await;
        let house = plan().target("a", other(client), &hand.base, 1.0).open().await;
        let (mut ear, mut exchange) = tokio::join!(Ear::ask(&house, client), hand.request());
        ear.hear(ping(client), 1).await;
        exchange.answer(400, &serde_json::json!({"error": {"message": "roles must alternate"}})).await;
        let all = ear.end().await;
        let seen = seen(&ear, all);
        assert!(told_error(client, &seen) && seen.body.contains("roles must alternate"), "{seen:?}");
        assert!(!ended_well(client, &seen), "{seen:?}");
        let rows = house.rows().await;
        let (row, attempts) = &rows[0];
        assert_eq!((row.outcome.as_deref(), attempts.len()), (Some("refused"), 1), "{row:?}");
    }
}

#[tokio::test]
pub(crate) async fn pings_fill_a_silence_and_never_fall_into_an_event() {
    for client in Dialect::CLIENTS {
        for target in Dialect::ALL {
            let (house, mut ear, mut exchange) = lone(plan(), client, target).await;
            let [_, content, closing] = event_bytes(target, "one two");
            let (head, tail) = content.split_at(content.len() / 2);
            exchange.say(&content).await;
            ear.hear("one two", 1).await;
            ear.hear(ping(client), 2).await;
            // In the middle of an event, and in the middle of its line.
            exchange.say(head).await;
            ear.hear(ping(client), 2).await;
            exchange.say(tail).await;
            ear.hear("one two", 1).await;
            exchange.say(closing).await;
            drop(exchange);
            let all = ear.end().await;
            let seen = seen(&ear, all.clone());
            assert!(ended_well(client, &seen), "{client:?} {target:?} {seen:?}");
            for event in all.split_inclusive("\n\n").filter(|it| *it != ping(client)) {
                assert!(!event.contains("llmroute") && !event.contains("ping"), "{event:?} in {all:?}");
            }
            if client == target {
                let [opening, content, closing] = events(target, "one two");
                let expected = opening + &content + &content + &closing;
                assert_eq!(all.replace(ping(client), ""), expected, "without the pings it is what was sent");
            }
            assert_eq!(house.rows().await[0].0.outcome.as_deref(), Some("ok"));
        }
    }
}

#[tokio::test]
async fn no_ping_falls_into_an_event_that_is_too_large_to_be_held() {
    for dialect in Dialect::CLIENTS {
        let (_house, mut ear, mut exchange) = lone(plan(), dialect, dialect).await;
        let text = "word ".repeat(400_000);
        let [opening, content, closing] = events(dialect, &text);
        let (head, tail) = content.split_at(content.len() - 1000);
        exchange.say(head).await;
        // What came of it has gone on: the head of an event whose end is still to come.
        ear.hear("word ", 300_000).await;
        let more = tokio::time::timeout(Duration::from_millis(300), ear.hear(ping(dialect), 1)).await;
        assert!(more.is_err(), "a ping in the middle of an event");
        exchange.say(tail).await;
        ear.hear("word ", 1).await;
        exchange.say(closing.clone()).await;
        drop(exchange);
        let all = ear.end().await;
        assert_eq!(all.replace(ping(dialect), "").len(), opening.len() + content.len() + closing.len());
        assert!(ended_well(dialect, &seen(&ear, all)));
    }
}

#[tokio::test]
async fn an_error_in_the_middle_of_such_an_event_is_an_event_of_its_own() {
    for dialect in Dialect::CLIENTS {
        let (house, mut ear, mut exchange) = lone(plan(), dialect, dialect).await;
        let [_, content, _] = events(dialect, &"word ".repeat(400_000));
        exchange.say(&content[..content.len() - 1000]).await;
        drop(exchange);
        let all = ear.end().await;
        let seen = seen(&ear, all);
        assert!(told_error(dialect, &seen), "…{}", &seen.body[seen.body.len() - 400..]);
        assert!(!ended_well(dialect, &seen));
        assert_eq!(house.rows().await[0].0.outcome.as_deref(), Some("cut"));
    }
}

#[tokio::test]
pub(crate) async fn a_dead_upstream_times_out_although_our_pings_flow() {
    for target in Dialect::ALL {
        let client = asker(target);
        // Before any content …
        let mut before = plan();
        before.deadlines.first_content = Duration::from_secs(1);
        let hand = Hand::open().await;
        let house = before.target("a", target, &hand.base, 1.0).open().await;
        let (mut ear, exchange) = tokio::join!(Ear::ask(&house, client), hand.request());
        ear.hear(ping(client), 3).await;
        let all = ear.end().await;
        let told = seen(&ear, all);
        assert!(told_error(client, &told) && !ended_well(client, &told), "{told:?}");
        soon(exchange.left()).await;
        let rows = house.rows().await;
        let error = rows[0].1[0].error.as_ref().unwrap();
        assert_eq!((rows[0].0.outcome.as_deref(), error.code.as_str()), (Some("failed"), "upstream_silent"));

        // … and after it.
        let mut after = plan();
        after.deadlines.byte_gap = Duration::from_secs(1);
        let (house, mut ear, mut exchange) = lone(after, client, target).await;
        exchange.say(&event_bytes(target, "half an ans")[1]).await;
        ear.hear("half an ans", 1).await;
        ear.hear(ping(client), 3).await;
        let all = ear.end().await;
        let told = seen(&ear, all);
        assert!(told_error(client, &told) && !ended_well(client, &told), "{told:?}");
        assert!(told.body.contains("fell silent"), "{told:?}");
        soon(exchange.left()).await;
        assert_eq!(house.rows().await[0].0.outcome.as_deref(), Some("cut"));
    }
}

/// What a provider says to show that it lives: a comment, an empty line, an event that says nothing.
pub(crate) fn sign_of_life(target: Dialect) -> Vec<u8> {
    match target {
        Dialect::Ollama => b"\n".to_vec(),
        Dialect::BedrockConverse => converse_event("stillHere", &serde_json::json!({})),
        _ => b": still here\n\n".to_vec(),
    }
}

#[tokio::test]
async fn an_upstream_that_only_says_that_it_lives_times_out() {
    for target in Dialect::ALL {
        let client = asker(target);
        let mut plan = plan();
        plan.deadlines.content_gap = Duration::from_secs(1);
        let (house, mut ear, mut exchange) = lone(plan, client, target).await;
        exchange.say(&event_bytes(target, "half an ans")[1]).await;
        let alive = async {
            while exchange.say(sign_of_life(target)).await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let (all, ()) = tokio::join!(ear.end(), soon(alive));
        let told = seen(&ear, all);
        assert_eq!(
            told.body.contains(": still here"),
            client == target,
            "comments are passed on as they are: {told:?}"
        );
        assert!(told_error(client, &told) && !ended_well(client, &told), "{target}: {told:?}");
        assert_eq!(house.rows().await[0].0.outcome.as_deref(), Some("cut"));
    }
}
