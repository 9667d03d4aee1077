//! Budgets hold, whatever happens at the same time: what is refused and how, what is held and when it is free again, what
//! a restart and an edit keep (money.md, faults.md §3 and rows 74 to 87).

mod crowds;
mod keeping;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::tz::TimeZone;
use llmroute::domain::budget::{Budget, Then};
use llmroute::domain::clock::Clock;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::money::Usd;
use llmroute::domain::rule::Rules;
use llmroute::domain::scope::Who;
use llmroute::domain::virtual_key::Grant;
use llmroute::route::budget::Fund;
use llmroute::route::record::Recomputed;
use llmroute::sim::{Answer, Billed, Persona, Script, Sim};
use serde_json::{Value, json};

use crate::callers::{ask_as, key, put};
use crate::house::{House, Plan, Seen, path_for, question};

pub(crate) const CHAT: Dialect = Dialect::OpenaiChat;

/// A budget of so many millionths of a dollar: at the prices of [`Plan`], of so many tokens of a prompt.
pub(crate) fn budget(scope: &str, tokens: i64, period: &str) -> Budget {
    let amount = Usd::from_pico(tokens * 1_000_000);
    Budget::new(scope.parse().unwrap(), amount, period.parse().unwrap(), TimeZone::UTC)
}

/// An answer that its provider counts so.
pub(crate) fn counted(input: u64, output: u64) -> Script {
    Script::reply(Answer {
        text: "It is one.".to_owned(),
        counts: Some(Billed::of(input, output)),
        ..Answer::default()
    })
}

/// A small question whose answer has at most `most` tokens.
pub(crate) fn short(dialect: Dialect, stream: bool, most: u64) -> Value {
    let mut body = question(dialect, stream);
    match dialect {
        Dialect::Gemini => body["generationConfig"] = json!({"maxOutputTokens": most}),
        Dialect::OpenaiResponses => body["max_output_tokens"] = most.into(),
        _ => body["max_tokens"] = most.into(),
    }
    body
}

pub(crate) async fn ask(house: &House, dialect: Dialect, stream: bool, most: u64) -> Seen {
    house.post(path_for(dialect, stream), short(dialect, stream, most).to_string()).await
}

/// The budgets that count everybody, as they stand.
pub(crate) fn funds(house: &House) -> Vec<Fund> {
    house.engine.purse().funds(Who::default(), house.engine.now().wall)
}

/// Spent and held of the budget of that label, once nothing is held any more.
pub(crate) async fn spent(house: &House, nth: usize) -> i64 {
    for _ in 0..400 {
        let told = house.engine.purse().told(house.engine.now().wall);
        if told[nth].held == 0 {
            return told[nth].spent;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("still held: {:?}", house.engine.purse().told(house.engine.now().wall))
}

#[tokio::test]
async fn every_dialect_is_refused_in_its_own_words_and_told_not_to_try_again() {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    let mut plan = Plan::new().target("a", CHAT, &sim.base_url(), 1.0);
    plan.budgets = vec![budget("all", 100, "day")];
    let house = plan.open().await;
    for dialect in Dialect::CLIENTS {
        for stream in [false, true] {
            let seen = ask(&house, dialect, stream, 10).await;
            let error = &seen.json()["error"];
            assert_eq!((seen.status, seen.header("x-should-retry")), (429, "false"), "{seen:?}");
            assert_eq!(seen.header("x-llmroute-error"), "budget_exhausted");
            let wait: u64 = seen.header("retry-after").parse().unwrap();
            assert!((1..=86_400).contains(&wait), "until midnight: {wait}");
            let (field, word) = match dialect {
                Dialect::Anthropic => ("type", "billing_error"),
                Dialect::Gemini => ("status", "RESOURCE_EXHAUSTED"),
                _ => ("code", "insufficient_quota"),
            };
            assert_eq!(error[field], word, "{seen:?}");
            let told = error["message"].as_str().unwrap();
            for part in ["all/day", "$0.0001 left", "may cost $0.00", "more in ", "llmroute budgets lift all --for 2h"]
            {
                assert!(told.contains(part), "{part}: {told}");
            }
        }
    }
    assert_eq!(sim.meter().arrived(), 0);
    let rows = house.rows().await;
    assert!(rows.iter().all(|it| it.0.outcome.as_deref() == Some("refused") && it.1.is_empty()), "{rows:?}");
}

#[tokio::test]
async fn what_a_request_costs_is_spent_of_every_budget_that_counts_it_and_of_no_other() {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    let mut plan = Plan::new().target("a", CHAT, &sim.base_url(), 1.0);
    let scopes = ["all", "a", "model:a/model", "key:a/key0", "b", "model:a/other", "key:a/key1", "session:*"];
    plan.budgets = scopes.map(|it| budget(it, 100_000, "day")).to_vec();
    let house = plan.open().await;
    for stream in [false, true] {
        sim.script().push(counted(1_000, 100));
        assert_eq!(ask(&house, CHAT, stream, 200).await.status, 200);
    }
    let expected = 2 * (1_000 + 2 * 100) * 1_000_000;
    for (nth, scope) in scopes.into_iter().enumerate() {
        assert_eq!(spent(&house, nth).await, if nth < 4 { expected } else { 0 }, "{scope}");
    }
    let body = short(CHAT, false, 200).to_string();
    sim.script().push(counted(1_000, 0));
    let request = house.request("/v1/chat/completions", body).header("x-session-id", "s1");
    assert_eq!(request.send().await.unwrap().status().as_u16(), 200);
    assert_eq!(spent(&house, 7).await, 1_000 * 1_000_000);
}

#[tokio::test]
async fn a_target_without_room_is_left_out_and_the_trail_says_so() {
    let (a, b) = (Sim::start(Persona::plain("a")).await.unwrap(), Sim::start(Persona::plain("b")).await.unwrap());
    let mut plan = Plan::new().target("a", CHAT, &a.base_url(), 1.0).target("b", CHAT, &b.base_url(), 0.0);
    plan.budgets = vec![budget("a", 100, "day"), budget("all", 100_000, "month")];
    let house = plan.open().await;
    let seen = ask(&house, CHAT, false, 10).await;
    assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, "b"), "{seen:?}");
    assert_eq!(a.meter().arrived(), 0);
    let (row, record, policy) = crate::decisions::kept(&house, &seen).await;
    let id = seen.header("x-llmroute-id").parse().unwrap();
    assert_eq!(record.recompute(&policy, id, row.salt), Recomputed::Same);
    let trail: Vec<String> = record.trail.iter().map(ToString::to_string).collect();
    assert!(
        trail.iter().any(|it| it.contains("a/model") && it.contains("a/day has $0.0001 left, needs $0.002")),
        "{trail:?}"
    );
}

#[tokio::test]
async fn without_a_price_nothing_is_let_through_that_a_hard_budget_counts() {
    for (then, status) in [(Then::Stop, 429), (Then::Warn, 200)] {
        let sim = Sim::start(Persona::plain("a")).await.unwrap();
        let mut plan = Plan::new().target("a", CHAT, &sim.base_url(), 1.0);
        plan.priced = false;
        plan.budgets = vec![Budget { then, ..budget("all", 100_000, "day") }];
        let house = plan.open().await;
        let seen = ask(&house, CHAT, false, 10).await;
        assert_eq!(seen.status, status, "{seen:?}");
        if status == 429 {
            assert_eq!(seen.header("x-llmroute-error"), "budget_unpriced");
            assert!(seen.body.contains("price unknown while a hard dollar budget applies"), "{seen:?}");
        }
    }
}

#[tokio::test]
async fn counting_tokens_and_listing_models_cost_nothing_and_are_never_refused() {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    let mut plan = Plan::new().target("a", Dialect::Anthropic, &sim.base_url(), 1.0);
    plan.budgets = vec![budget("all", 1, "day")];
    let house = plan.open().await;
    let seen = house.post("/v1/messages/count_tokens", question(Dialect::Anthropic, false).to_string()).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    let url = format!("http://127.0.0.1:{}/v1/models", house.port);
    let models = reqwest::Client::new().get(url).bearer_auth(crate::house::TOKEN).send().await.unwrap();
    assert_eq!(models.status().as_u16(), 200);
    assert_eq!(spent(&house, 0).await, 0);
}

#[tokio::test]
async fn a_budget_that_names_a_group_sends_there_what_it_has_no_room_for_and_from_its_last_warning_on() {
    let (a, b) = (Sim::start(Persona::plain("a")).await.unwrap(), Sim::start(Persona::plain("b")).await.unwrap());
    let mut plan = Plan::new().target("a", CHAT, &a.base_url(), 1.0).target("b", CHAT, &b.base_url(), 0.0);
    let hours = Arc::new(AtomicU64::new(1_800_000_000_000_000));
    plan.clock = Clock::Manual(Arc::clone(&hours));
    let then = Then::Downgrade("cheap".into());
    plan.budgets = vec![Budget { then, warn: vec![10, 50], ..budget("all", 100_000, "day") }];
    plan.more_groups = vec![("cheap".to_owned(), vec!["b".to_owned()])];
    let house = plan.open().await;
    let answers = async |most| {
        let seen = ask(&house, CHAT, false, most).await;
        (seen.status, seen.header("x-llmroute-provider").to_owned())
    };
    assert_eq!(answers(10).await, (200, "a".to_owned()));
    // Too much for it, whoever is asked.
    assert_eq!(answers(1_000_000).await.0, 429);
    a.script().push(counted(51_000, 0));
    assert_eq!(answers(10).await, (200, "a".to_owned()));
    let _settled = spent(&house, 0).await;
    assert_eq!(answers(10).await, (200, "b".to_owned()), "beyond the last warning");
    b.script().push(counted(48_000, 0));
    assert_eq!(answers(10).await, (200, "b".to_owned()));
    let _settled = spent(&house, 0).await;
    assert_eq!(answers(10).await.0, 429, "nothing fits");
    hours.fetch_add(86_400_000_000, Ordering::Relaxed);
    assert_eq!(answers(10).await, (200, "a".to_owned()), "back on reset");
}

#[tokio::test]
async fn rules_see_how_much_of_a_budget_is_used() {
    let sims = [Sim::start(Persona::plain("a")).await.unwrap(), Sim::start(Persona::plain("b")).await.unwrap()];
    let mut plan = Plan::new();
    for (sim, name) in sims.iter().zip(["a", "b"]) {
        plan = plan.target(name, CHAT, &sim.base_url(), if name == "a" { 1.0 } else { 0.0 });
    }
    plan.rules =
        Rules::new(vec![Arc::new(crate::rules::rule("saving", "budget_used > 40.0", "b/model"))], TimeZone::UTC);
    plan.budgets = vec![budget("all", 100_000, "day")];
    let house = plan.open().await;
    assert_eq!(ask(&house, CHAT, false, 10).await.header("x-llmroute-provider"), "a");
    sims[0].script().push(counted(45_000, 0));
    assert_eq!(ask(&house, CHAT, false, 10).await.header("x-llmroute-provider"), "a");
    let _settled = spent(&house, 0).await;
    assert_eq!(ask(&house, CHAT, false, 10).await.header("x-llmroute-provider"), "b");
    assert!(funds(&house)[0].used > 45.0);
}

#[tokio::test]
async fn a_virtual_key_its_team_and_its_customer_have_budgets_of_their_own() {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    for (scope, refused) in [
        ("virtual-key:ci", &["ci"][..]),
        ("virtual-key:ci/provider:a", &["ci"]),
        ("virtual-key:ci/provider:b", &[]),
        ("team:red", &["ci", "home"]),
        ("customer:acme", &["ci", "home"]),
        ("customer:other", &[]),
    ] {
        let mut plan = Plan::new().target("a", CHAT, &sim.base_url(), 1.0);
        plan.budgets = vec![budget("all", 100_000_000, "day")];
        let house = plan.clone().open().await;
        plan.budgets.push(budget(scope, 10_000, "day"));
        let keys = || [key(1, "ci", Grant::default(), None), key(2, "home", Grant::default(), None)].into();
        put(&house, &plan, keys(), |_| {});
        crate::faults::hand::until(|| house.engine.purse().is_settled()).await;
        sim.script().push(counted(9_000, 0));
        let body = short(CHAT, false, 10);
        assert_eq!(ask_as(&house, "ci", "/v1/chat/completions", &body).await.status, 200, "{scope}");
        let _settled = spent(&house, 0).await;
        for name in ["ci", "home"] {
            let status = ask_as(&house, name, "/v1/chat/completions", &body).await.status;
            assert_eq!(status, if refused.contains(&name) { 429 } else { 200 }, "{scope}: {name}");
        }
        // The owner's own requests are nobody's in particular.
        assert_eq!(ask(&house, CHAT, false, 10).await.status, 200, "{scope}");
    }
}
