//! What is charged, and what is kept of it.

use std::time::Duration;

use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Answer, Billed, Persona, Script, Sim};
use llmroute::store::Cost;

use crate::faults::hand::{Ear, Hand, asker, soon, until};
use crate::house::{Plan, bill, question};

/// The prompt was sent, so something may be billed; that it was, nobody knows, and nothing was generated.
#[tokio::test]
async fn a_client_that_leaves_before_the_first_token_is_not_charged_for_an_answer() {
    for target in Dialect::ALL {
        let mut plan = Plan::new();
        plan.deadlines.ping = Duration::from_millis(20);
        plan.deadlines.first_content = Duration::from_secs(60);
        let hand = Hand::open().await;
        let house = plan.target("a", target, &hand.base, 1.0).open().await;
        let (ear, exchange) = tokio::join!(Ear::ask(&house, asker(target)), hand.request());
        drop(ear);
        exchange.left().await;
        until(|| house.open.count() == 0).await;
        let rows = house.rows().await;
        let (row, attempts) = &rows[0];
        assert!(matches!(row.cost, Some(Cost::InDoubt(_))), "{target}: {row:?}");
        assert_eq!(attempts[0].state, "uncertain", "{target}");
        assert!(row.tokens.is_none_or(|it| it.output == 0 || it.estimated), "{target}: {row:?}");
    }
}

#[tokio::test]
async fn cached_tokens_are_billed_once_streamed_and_not() {
    let counts = Billed { input: 1000, cache_read: 700, cache_write: 200, output: 10 };
    for target in Dialect::ALL {
        for stream in [false, true] {
            let sim = Sim::start(Persona::plain("a")).await.unwrap();
            let answer = Answer { text: "It is one.".to_owned(), counts: Some(counts), ..Answer::default() };
            sim.script().always(Script::reply(answer));
            let house = Plan::new().target("a", target, &sim.base_url(), 1.0).open().await;
            let seen = house.ask(asker(target), stream).await;
            let (row, _) = house.row(&seen).await;
            let tokens = row.tokens.unwrap();
            assert_eq!((tokens.input, tokens.output), (1000, 10), "{target} {stream}: {row:?}");
            // Not every dialect has a word for each; no part is ever more than it was.
            assert!([0, 700].contains(&tokens.cache_read), "{target} {stream}: {row:?}");
            assert!([0, 200].contains(&(tokens.cache_write + tokens.cache_write_1h)), "{target} {stream}: {row:?}");
            if [Dialect::Anthropic, Dialect::BedrockConverse].contains(&target) {
                assert_eq!((tokens.cache_read, tokens.cache_write), (700, 200), "{target} {stream}: {row:?}");
            }
            // The prices here are the same for every part of the input.
            assert!(matches!(row.cost, Some(Cost::Exact(it)) if it.pico() == bill(&counts)), "{target}: {row:?}");
        }
    }
}

#[tokio::test]
async fn a_price_of_ones_own_is_charged_once() {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    let answer = Answer { counts: Some(Billed::of(1_000_000, 500_000)), text: "x".to_owned(), ..Answer::default() };
    sim.script().always(Script::reply(answer));
    let house = Plan::new().target("a", Dialect::OpenaiChat, &sim.base_url(), 1.0).open().await;
    for stream in [false, true] {
        let seen = house.ask(Dialect::OpenaiChat, stream).await;
        // $1 a million in, $2 a million out.
        let (row, attempts) = house.row(&seen).await;
        let two_dollars = |it: Option<Cost>| matches!(it, Some(Cost::Exact(it)) if it.pico() == 2_000_000_000_000);
        assert!(two_dollars(row.cost) && two_dollars(attempts[0].cost), "{row:?} {attempts:?}");
    }
}

#[tokio::test]
async fn an_alias_costs_what_its_target_costs() {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    sim.script().always(Script::text("It is one."));
    let house = Plan::new().target("a", Dialect::OpenaiChat, &sim.base_url(), 1.0).open().await;
    let mut costs = Vec::new();
    for model in ["g", "a/model"] {
        let mut body = question(Dialect::OpenaiChat, false);
        body["model"] = model.into();
        let seen = house.post("/v1/chat/completions", body.to_string()).await;
        costs.push(house.row(&seen).await.0.cost);
    }
    assert!(matches!(costs[0], Some(Cost::Exact(it)) if it.pico() > 0), "{costs:?}");
    assert_eq!(costs[0], costs[1]);
}

#[tokio::test]
async fn a_row_holds_nothing_of_what_was_said() {
    const SAID: &str = "a-secret-of-the-conversation";
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    sim.script().always(Script::text(SAID));
    let house = Plan::new().target("a", Dialect::Anthropic, &sim.base_url(), 1.0).open().await;
    for client in [Dialect::OpenaiChat, Dialect::Anthropic, Dialect::Gemini] {
        for stream in [false, true] {
            let body = question(client, stream).to_string().replace("What is a proxy?", SAID);
            let seen = house.post(crate::house::path_for(client, stream), body).await;
            assert!(seen.status == 200 && seen.body.contains(SAID), "{seen:?}");
        }
    }
    assert_eq!(house.rows().await.len(), 6);
    let folder = house.path.parent().unwrap().to_owned();
    let _kept = std::sync::Arc::clone(&house.folder);
    soon(house.stop()).await;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(memchr::memmem::find(&bytes, SAID.as_bytes()).is_none(), "it is in {}", path.display());
        }
    }
}
