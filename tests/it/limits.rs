//! Limits on the rate of requests, through the running server (money.md, Rate limits): never more than a limit says, room
//! elsewhere is used, who waits waits in order, and who is refused is told when to come back.

use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use llmroute::domain::clock::Clock;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::limit::Limit;
use llmroute::domain::policy::Hedge;
use llmroute::sim::{Persona, Script, Sim};
use llmroute::store::decisions;
use llmroute::store::{Access, open};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::faults::hand::{Exchange, Hand, events, soon, until};
use crate::house::{House, Plan, Seen, path, question, question_to, seen, text};

const CHAT: Dialect = Dialect::OpenaiChat;
const NOON: u64 = 1_795_176_000_000_000;
const LONG: Duration = Duration::from_secs(120);

fn limit(scope: &str, requests: u32, tokens: u64, parallel: u32, queue: Duration) -> Limit {
    Limit {
        scope: scope.parse().unwrap(),
        requests: NonZeroU32::new(requests),
        tokens: NonZeroU64::new(tokens),
        parallel: NonZeroU32::new(parallel),
        queue,
    }
}

fn put(house: &House, plan: &Plan, limits: Vec<Limit>) {
    let (mut policy, keyring) = plan.policy();
    policy.limits = limits;
    house.engine.swap(policy, keyring, plan.prices());
}

/// Two providers, `a` always first, and a clock that is moved by hand.
async fn two() -> ([Sim; 2], Plan, Arc<AtomicU64>) {
    let sims = [Sim::start(Persona::plain("a")).await.unwrap(), Sim::start(Persona::plain("b")).await.unwrap()];
    let clock = Arc::new(AtomicU64::new(NOON));
    let mut plan = Plan::new().target("a", CHAT, &sims[0].base_url(), 1.0).target("b", CHAT, &sims[1].base_url(), 0.0);
    plan.clock = Clock::Manual(Arc::clone(&clock));
    plan.hedge = Hedge::Off;
    (sims, plan, clock)
}

async fn asked(house: &House, model: &str, most: u64) -> Seen {
    let (path, mut body) = question_to(model, CHAT, false);
    body["max_tokens"] = json!(most);
    house.post(&path, body.to_string()).await
}

fn arrived(sims: &[Sim]) -> Vec<u64> {
    sims.iter().map(|it| it.meter().arrived()).collect()
}

/// The steps of the decision about the request.
async fn steps(house: &House, seen: &Seen) -> String {
    house.row(seen).await;
    house.engine.ledger().flush().await.unwrap();
    let db = open(&house.path, Access::ReadOnly).unwrap();
    let kept = decisions::of(&db, seen.header("x-llmroute-id").parse().unwrap()).unwrap().unwrap();
    let record: Value = serde_json::from_str(&kept.record).unwrap();
    record["trail"].to_string()
}

#[tokio::test]
async fn a_target_without_room_is_passed_over_and_comes_back_when_it_has_some() {
    for scope in ["provider:a", "model:a/model", "key:a/key0"] {
        let (sims, plan, clock) = two().await;
        let house = plan.clone().open().await;
        put(&house, &plan, vec![limit(scope, 2, 0, 0, Duration::ZERO)]);
        let mut by = Vec::new();
        for _ in 0..4 {
            by.push(asked(&house, "g", 10).await);
        }
        let names: Vec<&str> = by.iter().map(|it| it.header("x-llmroute-provider")).collect();
        assert_eq!(names, ["a", "a", "b", "b"], "{scope}");
        assert_eq!(by[3].header("x-llmroute-attempts"), "b/model 200", "nothing was tried where there is no room");
        assert!(steps(&house, &by[3]).await.contains("\"full\""), "{scope}");
        clock.fetch_add(60_000_000, Ordering::Relaxed);
        assert_eq!(asked(&house, "g", 10).await.header("x-llmroute-provider"), "a");
        assert_eq!(arrived(&sims), [3, 2]);
    }
}

#[tokio::test]
async fn whoever_is_over_its_limit_is_told_when_to_come_back_in_its_own_dialect() {
    let (sims, plan, clock) = two().await;
    let house = plan.clone().open().await;
    put(&house, &plan, vec![limit("all", 1, 0, 0, Duration::ZERO)]);
    assert_eq!(asked(&house, "g", 10).await.status, 200);
    clock.fetch_add(20_000_000, Ordering::Relaxed);
    for dialect in Dialect::CLIENTS {
        for stream in [false, true] {
            let (path, body) = question_to("g", dialect, stream);
            let seen = house.post(&path, body.to_string()).await;
            assert_eq!((seen.status, seen.header("x-llmroute-error")), (429, "rate_limited"), "{dialect}: {seen:?}");
            assert_eq!(seen.header("retry-after"), "40", "{dialect}");
            let told = seen.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
            assert!(told.contains("1 requests a minute for all") && told.contains("40 s"), "{dialect}: {told}");
            let (row, attempts) = house.row(&seen).await;
            assert_eq!((row.outcome.as_deref(), attempts.len()), (Some("refused"), 0));
        }
    }
    // A count costs nothing, and counts as nothing.
    let body = json!({"model": "g", "messages": [{"role": "user", "content": "x"}]});
    assert_eq!(house.post("/v1/messages/count_tokens", body.to_string()).await.status, 200);
    clock.fetch_add(40_000_000, Ordering::Relaxed);
    assert_eq!(asked(&house, "g", 10).await.status, 200, "the wait was a true one");
    assert_eq!(sims[1].meter().arrived(), 0);
}

#[tokio::test]
async fn tokens_are_booked_as_estimated_and_settled_to_what_they_were() {
    let (_sims, plan, _clock) = two().await;
    let house = plan.clone().open().await;
    put(
        &house,
        &plan,
        vec![limit("provider:a", 0, 2_000, 0, Duration::ZERO), limit("all", 0, 5_000, 0, Duration::ZERO)],
    );
    // Each books nearly all of it, and has a few dozen.
    for _ in 0..3 {
        assert_eq!(asked(&house, "g", 1_900).await.header("x-llmroute-provider"), "a");
        until(|| house.engine.standing().limits.iter().all(|it| it.parallel == 0)).await;
    }
    let told = house.engine.standing().limits;
    assert!(told.iter().all(|it| it.requests == 3 && it.tokens > 0 && it.tokens < 500), "{told:?}");
    let body = json!({"model": "g", "messages": [{"role": "user", "content": "word ".repeat(5_000)}]});
    let seen = house.post(path(CHAT), body.to_string()).await;
    assert_eq!((seen.status, seen.header("x-llmroute-error")), (400, "over_limit"), "{seen:?}");
}

#[tokio::test]
async fn editing_a_limit_keeps_what_was_counted() {
    let (_sims, plan, _clock) = two().await;
    let house = plan.clone().open().await;
    put(&house, &plan, vec![limit("all", 10, 0, 0, Duration::ZERO)]);
    for _ in 0..3 {
        assert_eq!(asked(&house, "g", 10).await.status, 200);
    }
    put(&house, &plan, vec![limit("all", 3, 0, 0, Duration::ZERO)]);
    assert_eq!(asked(&house, "g", 10).await.status, 429);
    put(&house, &plan, vec![limit("all", 4, 0, 0, Duration::ZERO)]);
    assert_eq!(asked(&house, "g", 10).await.status, 200);
    put(&house, &plan, Vec::new());
    assert_eq!(asked(&house, "g", 10).await.status, 200);
}

#[tokio::test]
async fn each_session_is_counted_by_itself() {
    let (_sims, plan, _clock) = two().await;
    let house = plan.clone().open().await;
    put(&house, &plan, vec![limit("session:*", 1, 0, 0, Duration::ZERO)]);
    let asked = async |session: &str| {
        let request =
            house.request(path(CHAT), question(CHAT, false).to_string()).header("x-llmroute-session", session);
        seen(request.send().await.unwrap()).await.status
    };
    assert_eq!((asked("one").await, asked("two").await, asked("one").await), (200, 200, 429));
    assert_eq!(house.ask(CHAT, false).await.status, 200, "who is in no session is not counted");
}

#[tokio::test]
async fn a_crowd_is_let_through_to_the_last_one_and_no_further() {
    let (sims, plan, _clock) = two().await;
    let house = Arc::new(plan.clone().open().await);
    put(&house, &plan, vec![limit("all", 40, 0, 0, Duration::ZERO), limit("provider:a", 25, 0, 0, Duration::ZERO)]);
    let asking: Vec<JoinHandle<Seen>> = (0..80)
        .map(|n| {
            let house = Arc::clone(&house);
            tokio::spawn(async move { house.ask(CHAT, n % 2 == 0).await })
        })
        .collect();
    let mut answered = 0;
    for it in asking {
        let seen = soon(it).await.unwrap();
        assert!(matches!(seen.status, 200 | 429), "{seen:?}");
        answered += u32::from(seen.status == 200);
    }
    assert_eq!((answered, arrived(&sims)), (40, vec![25, 15]));
    until(|| house.engine.standing().limits.iter().all(|it| it.parallel == 0)).await;
}

#[tokio::test]
async fn a_failed_attempt_and_a_client_that_leaves_give_their_places_back() {
    let (sims, plan, _clock) = two().await;
    let house = Arc::new(plan.clone().open().await);
    put(&house, &plan, vec![limit("provider:a", 0, 0, 1, Duration::ZERO), limit("all", 0, 0, 1, Duration::ZERO)]);
    for script in [Script::status(500), Script::reset_before(), Script::natural()] {
        sims[0].script().push(script);
        assert_eq!(asked(&house, "g", 10).await.status, 200);
        until(|| house.engine.standing().limits.iter().all(|it| it.parallel == 0)).await;
    }
    sims[0].script().push(Script::hang());
    let leaves = {
        let house = Arc::clone(&house);
        tokio::spawn(async move { house.ask(CHAT, true).await })
    };
    until(|| house.engine.standing().limits.iter().any(|it| it.parallel == 1)).await;
    assert_eq!(asked(&house, "g", 10).await.status, 429);
    leaves.abort();
    until(|| house.engine.standing().limits.iter().all(|it| it.parallel == 0)).await;
    assert_eq!(asked(&house, "b/model", 10).await.status, 200);
}

/// Says a whole stream.
async fn answer(mut exchange: Exchange, words: &str) {
    exchange.begin_stream().await;
    exchange.say(events(CHAT, words).concat()).await;
}

#[tokio::test]
async fn who_finds_no_room_anywhere_waits_for_it_the_most_urgent_first() {
    for scope in ["all", "provider:only"] {
        let hand = Hand::open().await;
        let mut plan = Plan::new().target("only", CHAT, &hand.base, 1.0);
        plan.deadlines.first_content = LONG;
        plan.deadlines.byte_gap = LONG;
        plan.deadlines.content_gap = LONG;
        let house = Arc::new(plan.clone().open().await);
        put(&house, &plan, vec![limit(scope, 0, 0, 1, LONG)]);
        let ask = |priority: &'static str| {
            let house = Arc::clone(&house);
            tokio::spawn(async move {
                let request = house.request(path(CHAT), question(CHAT, true).to_string());
                seen(request.header("x-llmroute-priority", priority).send().await.unwrap()).await
            })
        };
        let first = ask("normal");
        let mut exchange = Some(hand.request().await);
        let mut waiting = Vec::new();
        for (n, priority) in ["low", "normal", "high"].into_iter().enumerate() {
            waiting.push(ask(priority));
            until(|| house_waits(&house, n + 1)).await;
        }
        for words in ["a", "b", "c", "d"] {
            let at = match exchange.take() {
                Some(it) => it,
                None => soon(hand.request()).await,
            };
            answer(at, words).await;
        }
        let said = |seen: Seen| text(CHAT, true, &seen);
        assert_eq!(said(soon(first).await.unwrap()), "a");
        let mut answers = Vec::new();
        for it in waiting {
            answers.push(said(soon(it).await.unwrap()));
        }
        assert_eq!(answers, ["d", "c", "b"], "{scope}: low last, high first");
    }
}

fn house_waits(house: &House, n: usize) -> bool {
    house.engine.standing().limits.iter().map(|it| it.waiting).sum::<usize>() == n
}

#[tokio::test]
async fn a_wait_that_is_too_short_is_not_begun_and_one_that_is_long_enough_ends_in_an_answer() {
    let (_sims, mut plan, _clock) = two().await;
    plan.clock = Clock::system();
    let house = plan.clone().open().await;
    put(&house, &plan, vec![limit("all", 1, 0, 0, Duration::from_secs(2))]);
    assert_eq!(asked(&house, "g", 10).await.status, 200);
    let refused = soon(asked(&house, "g", 10)).await;
    assert_eq!(refused.status, 429, "in two seconds there is no room either: it is told so at once");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 50, "{refused:?}");
}

#[tokio::test]
async fn no_request_is_sent_where_the_provider_said_that_nothing_is_left() {
    let (sims, plan, clock) = two().await;
    let house = plan.clone().open().await;
    let spent = Script::natural()
        .header("x-ratelimit-limit-requests", "3")
        .header("x-ratelimit-remaining-requests", "0")
        .header("x-ratelimit-reset-requests", "30s");
    sims[0].script().push(spent);
    assert_eq!(asked(&house, "g", 10).await.header("x-llmroute-provider"), "a", "that answer is one");
    let moved = asked(&house, "g", 10).await;
    assert_eq!((moved.header("x-llmroute-provider"), moved.header("x-llmroute-attempts")), ("b", "b/model 200"));
    assert!(steps(&house, &moved).await.contains("used-up"));
    let refused = asked(&house, "a/model", 10).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "30"), "{refused:?}");
    clock.fetch_add(31_000_000, Ordering::Relaxed);
    assert_eq!(asked(&house, "g", 10).await.header("x-llmroute-provider"), "a");
    assert_eq!(arrived(&sims), [2, 1]);

    // A limit of none at all is nobody's limit, and what is left is left.
    for (limit, left) in [("0", "0"), ("3", "1")] {
        let script = Script::natural()
            .header("x-ratelimit-limit-tokens", limit)
            .header("x-ratelimit-remaining-tokens", left)
            .header("x-ratelimit-reset-tokens", "30s");
        sims[0].script().push(script);
        asked(&house, "g", 10).await;
        assert_eq!(asked(&house, "g", 10).await.header("x-llmroute-provider"), "a", "{limit} {left}");
    }
}
