//! Who takes over, and when.

use std::sync::Arc;
use std::time::Duration;

use llmroute::domain::dialect::Dialect;
use llmroute::domain::policy::Group;
use llmroute::domain::target::Target;
use llmroute::sim::{Persona, Script, Sim, Trouble};

use crate::faults::hand::{Ear, Hand, asker, event_bytes, soon};
use crate::house::{Plan, ended_well, text};

#[tokio::test]
async fn keep_alives_before_any_content_put_no_deadline_off() {
    for target in Dialect::ALL {
        let client = asker(target);
        let (hand, good) = (Hand::open().await, Sim::start(Persona::plain("good")).await.unwrap());
        let mut plan = Plan::new();
        // Only the wait for the first content can end it.
        plan.deadlines.byte_gap = Duration::from_secs(60);
        plan.deadlines.content_gap = Duration::from_secs(60);
        plan.deadlines.whole = Duration::from_secs(60);
        let plan = plan.target("a", target, &hand.base, 1.0).target("good", client, &good.base_url(), 0.0);
        let house = plan.open().await;
        let alive = async {
            let mut exchange = hand.request().await;
            exchange.begin_stream().await;
            let [opening, ..] = event_bytes(target, "");
            let sign = crate::faults::pings::sign_of_life(target);
            let mut going = exchange.say(opening).await;
            while going {
                tokio::time::sleep(Duration::from_millis(20)).await;
                going = exchange.say(&sign).await;
            }
        };
        let (seen, ()) = tokio::join!(soon(house.ask(client, true)), soon(alive));
        assert!(text(client, true, &seen).contains("good") && ended_well(client, &seen), "{target}: {seen:?}");
        let (_, attempts) = house.row(&seen).await;
        assert_eq!(attempts[0].error.as_ref().unwrap().kind, "silent", "{target}: {attempts:?}");
    }
}

#[tokio::test]
async fn a_stream_goes_on_to_the_next_key_too() {
    for target in Dialect::ALL {
        for trouble in [Trouble::BadKey, Trouble::NoQuota] {
            let sim = Sim::start(Persona::plain("two")).await.unwrap();
            sim.script().push(Script::trouble(trouble));
            let house = Plan::new().target_with_keys("two", target, &sim.base_url(), 1.0, 2).open().await;
            let seen = house.ask(asker(target), true).await;
            let key = seen.header("x-llmroute-key");
            assert_eq!((seen.status, key), (200, "key1"), "{target} {trouble:?}: {seen:?}");
            assert!(ended_well(asker(target), &seen), "{target} {trouble:?}: {seen:?}");
        }
    }
}

#[tokio::test]
async fn a_200_that_says_the_connection_was_lost_is_no_answer() {
    let lost = "Network connection lost.";
    for target in Dialect::ALL {
        let client = asker(target);
        let json = format!("{{\"error\":{{\"message\":\"{lost}\"}}}}");
        for (kind, body) in [("text/plain", lost.to_owned()), ("application/json", json)] {
            for stream in [false, true] {
                let bad = Sim::start(Persona::plain("bad")).await.unwrap();
                let good = Sim::start(Persona::plain("good")).await.unwrap();
                bad.script().always(Script::raw(200, kind, body.clone()));
                let plan = Plan::new().target("bad", target, &bad.base_url(), 1.0);
                let house = plan.target("good", client, &good.base_url(), 0.0).open().await;
                let seen = house.ask(client, stream).await;
                assert!(text(client, stream, &seen).contains("good"), "{target} {kind} {stream}: {seen:?}");
                assert_eq!((bad.meter().arrived(), good.meter().arrived()), (1, 1), "{target} {kind} {stream}");
            }
        }
    }
}

#[tokio::test]
async fn the_first_words_do_not_wait_for_the_last() {
    for target in Dialect::ALL {
        for client in Dialect::CLIENTS {
            let hand = Hand::open().await;
            let mut plan = Plan::new();
            plan.deadlines.byte_gap = Duration::from_secs(60);
            plan.deadlines.content_gap = Duration::from_secs(60);
            plan.deadlines.first_content = Duration::from_secs(60);
            let house = plan.target("a", target, &hand.base, 1.0).open().await;
            let [opening, content, closing] = event_bytes(target, "first words");
            let (mut ear, mut exchange) = tokio::join!(Ear::ask(&house, client), async {
                let mut exchange = hand.request().await;
                exchange.begin_stream().await;
                exchange.say([opening, content].concat()).await;
                exchange
            });
            // The rest is not sent before they were heard.
            ear.hear("first words", 1).await;
            exchange.say(closing).await;
            drop(exchange);
            ear.end().await;
        }
    }
}

#[tokio::test]
async fn another_model_takes_over() {
    let sim = Sim::start(Persona { models: vec!["small".to_owned()], ..Persona::plain("a") }).await.unwrap();
    let plan = Plan::new().target("a", Dialect::OpenaiChat, &sim.base_url(), 1.0);
    let (mut policy, keyring) = plan.policy();
    let target = |model: &str| Target { provider: "a".into(), model: model.into() };
    let targets = vec![(target("large"), 1.0), (target("small"), 0.0)];
    let group = Group { targets, ..Group::clone(&policy.groups["g"]) };
    policy.groups.insert(group.name.clone(), Arc::new(group));
    let prices = plan.prices();
    let house = plan.open().await;
    house.engine.swap(policy, keyring, prices);
    for client in Dialect::CLIENTS {
        for stream in [false, true] {
            let seen = house.ask(client, stream).await;
            assert!(seen.status == 200 && text(client, stream, &seen).contains("model small"), "{seen:?}");
            assert!(seen.header("x-llmroute-model").contains("small"), "{seen:?}");
        }
    }
}
