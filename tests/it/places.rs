//! How many requests a target takes at once, who waits, and who is told to come back (routing.md §2, money.md).

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use llmroute::domain::dialect::Dialect;
use llmroute::domain::policy::Room;
use llmroute::sim::{Persona, Script, Sim};
use tokio::task::JoinHandle;

use crate::faults::hand::{Exchange, Hand, events, soon, until};
use crate::house::{House, Plan, Seen, ended_well, path, question, seen, text};

const CHAT: Dialect = Dialect::OpenaiChat;
const LONG: Duration = Duration::from_secs(120);

/// Deadlines nobody meets, and so many places at each target.
fn plan(most: u32, queue: u32) -> Plan {
    let mut plan = Plan::new();
    plan.deadlines.first_content = LONG;
    plan.deadlines.byte_gap = LONG;
    plan.deadlines.content_gap = LONG;
    plan.deadlines.whole = LONG;
    plan.room = Room { most: NonZeroU32::new(most), queue };
    plan
}

/// Asks in the background.
fn ask(house: &Arc<House>, priority: &'static str) -> JoinHandle<Seen> {
    let house = Arc::clone(house);
    tokio::spawn(async move {
        let request = house.request(path(CHAT), question(CHAT, true).to_string());
        seen(request.header("x-llmroute-priority", priority).send().await.unwrap()).await
    })
}

async fn answer(mut exchange: Exchange, words: &str) {
    exchange.begin_stream().await;
    exchange.say(events(CHAT, words).concat()).await;
}

#[tokio::test]
async fn a_full_target_is_passed_over_for_the_next() {
    let (hand, other) = (Hand::open().await, Sim::start(Persona::plain("other")).await.unwrap());
    let plan = plan(1, 5).target("first", CHAT, &hand.base, 1.0).target("other", CHAT, &other.base_url(), 0.0);
    let house = Arc::new(plan.open().await);
    let first = ask(&house, "normal");
    let exchange = hand.request().await;
    for n in 1..=3 {
        let seen = soon(house.ask(CHAT, true)).await;
        assert!(text(CHAT, true, &seen).contains("other"), "{seen:?}");
        assert_eq!(other.meter().arrived(), n);
    }
    answer(exchange, "first").await;
    assert!(ended_well(CHAT, &soon(first).await.unwrap()));
    // The place is free again.
    until(|| house.open.count() == 0).await;
    let next = ask(&house, "normal");
    answer(hand.request().await, "first").await;
    assert!(text(CHAT, true, &soon(next).await.unwrap()).contains("first"));
    assert_eq!(other.meter().arrived(), 3);
}

#[tokio::test]
async fn who_nobody_else_can_take_waits_the_most_urgent_first() {
    let hand = Hand::open().await;
    let house = Arc::new(plan(1, 3).target("only", CHAT, &hand.base, 1.0).open().await);
    let first = ask(&house, "normal");
    let exchange = hand.request().await;
    let mut waiting = Vec::new();
    for (n, priority) in ["low", "normal", "high"].into_iter().enumerate() {
        waiting.push(ask(&house, priority));
        until(|| house.open.count() == n + 2).await;
        // It is counted before it waits; whoever is asked later must come later.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut exchange = Some(exchange);
    let mut order = Vec::new();
    for words in ["a", "b", "c", "d"] {
        let at = match exchange.take() {
            Some(it) => it,
            None => hand.request().await,
        };
        answer(at, words).await;
        order.push(words);
    }
    let said = |seen: Seen| text(CHAT, true, &seen);
    assert_eq!(said(soon(first).await.unwrap()), "a");
    let mut answers = Vec::new();
    for it in waiting {
        answers.push(said(soon(it).await.unwrap()));
    }
    assert_eq!(answers, ["d", "c", "b"], "low last, high first");
    assert!(house.rows().await.iter().all(|it| it.1.len() == 1 && it.0.outcome.as_deref() == Some("ok")));
}

#[tokio::test]
async fn a_full_queue_is_said_at_once_with_a_true_wait_and_something_urgent_takes_a_place_in_it() {
    let hand = Hand::open().await;
    let house = Arc::new(plan(1, 1).target("only", CHAT, &hand.base, 1.0).open().await);
    let first = ask(&house, "normal");
    let exchange = hand.request().await;
    let waits = ask(&house, "low");
    until(|| house.open.count() == 2).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let shed = soon(ask(&house, "low")).await.unwrap();
    assert_eq!((shed.status, shed.header("x-llmroute-error")), (503, "queue_full"), "{shed:?}");
    assert!(shed.header("retry-after").parse::<u64>().unwrap() >= 1, "{shed:?}");
    // Nobody has tried anything for it: an SDK may come back.
    assert_eq!(shed.header("x-should-retry"), "", "{shed:?}");
    let urgent = ask(&house, "high");
    let pushed_out = soon(waits).await.unwrap();
    assert_eq!((pushed_out.status, pushed_out.header("x-llmroute-error")), (503, "queue_full"), "{pushed_out:?}");
    answer(exchange, "a").await;
    answer(hand.request().await, "b").await;
    assert_eq!(text(CHAT, true, &soon(first).await.unwrap()), "a");
    assert_eq!(text(CHAT, true, &soon(urgent).await.unwrap()), "b");
}

#[tokio::test]
async fn a_client_that_leaves_gives_up_its_turn_and_its_place() {
    let hand = Hand::open().await;
    let house = Arc::new(plan(1, 5).target("only", CHAT, &hand.base, 1.0).open().await);
    let first = ask(&house, "normal");
    let exchange = hand.request().await;
    let (gone, stays) = (ask(&house, "high"), ask(&house, "normal"));
    until(|| house.open.count() == 3).await;
    gone.abort();
    until(|| house.open.count() == 2).await;
    // The one in the place leaves too.
    first.abort();
    exchange.left().await;
    answer(hand.request().await, "b").await;
    assert_eq!(text(CHAT, true, &soon(stays).await.unwrap()), "b");
}

#[tokio::test]
async fn never_more_than_the_limit_are_at_a_target_and_none_is_lost() {
    let sim = Sim::start(Persona::plain("only")).await.unwrap();
    sim.script().always(Script::natural().first(Duration::from_millis(20)));
    let house = Arc::new(plan(3, 100).target("only", CHAT, &sim.base_url(), 1.0).open().await);
    let asking: Vec<_> = (0..60).map(|_| ask(&house, "normal")).collect();
    let mut most = 0;
    for it in asking {
        let seen = soon(it).await.unwrap();
        assert!(seen.status == 200 && ended_well(CHAT, &seen), "{seen:?}");
        let arrivals = sim.meter().arrivals();
        most = most.max(arrivals.iter().filter(|it| it.outcome.settled.is_none()).count());
    }
    assert!(most <= 3, "{most} at once");
    assert_eq!(sim.meter().arrived(), 60);
}

#[tokio::test]
async fn a_priority_that_is_none_is_refused_by_name() {
    let sim = Sim::start(Persona::plain("only")).await.unwrap();
    let house = Arc::new(plan(1, 1).target("only", CHAT, &sim.base_url(), 1.0).open().await);
    let seen = soon(ask(&house, "urgent")).await.unwrap();
    assert!(seen.status == 400 && seen.body.contains("high, normal or low"), "{seen:?}");
    assert_eq!(sim.meter().arrived(), 0);
}
