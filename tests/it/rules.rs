//! Rules as clients meet them: through the running server, told apart by what they send and when.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use jiff::tz::TimeZone;
use llmroute::domain::clock::Clock;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::rule::{Destination, Rule, Rules, Scope};
use llmroute::route::rules::compile;
use llmroute::sim::{Persona, Sim};
use serde_json::json;

use crate::house::{House, Plan, Seen, path_for, question};

/// 2026-11-20, a Friday, 12:00 UTC, in microseconds.
const FRIDAY_NOON: u64 = 1_795_176_000_000_000;
const HOUR: u64 = 3_600_000_000;

struct Town {
    /// Both keep running for as long as the house asks them.
    _sims: [Sim; 2],
    house: House,
    clock: Arc<AtomicU64>,
}

/// Two providers: `usual`, which gets everything, and `other`, which only rules send to.
async fn town(rules: Vec<Rule>) -> Town {
    let sims = [Sim::start(Persona::plain("usual")).await.unwrap(), Sim::start(Persona::plain("other")).await.unwrap()];
    let clock = Arc::new(AtomicU64::new(FRIDAY_NOON));
    let mut plan = Plan::new()
        .target("usual", Dialect::OpenaiChat, &sims[0].base_url(), 1.0)
        .target("other", Dialect::Anthropic, &sims[1].base_url(), 0.0)
        // Nobody listens there.
        .target("dead", Dialect::OpenaiChat, "http://127.0.0.1:9", 0.0);
    plan.deadlines = llmroute::domain::policy::Deadlines::default();
    plan.clock = Clock::Manual(Arc::clone(&clock));
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    plan.rules = Rules::new(rules.into_iter().map(Arc::new).collect(), zone);
    Town { house: plan.open().await, _sims: sims, clock }
}

pub(crate) fn rule(name: &str, when: &str, to: &str) -> Rule {
    Rule {
        name: name.into(),
        scope: Scope::Global,
        priority: 0,
        when: Arc::new(compile(when).unwrap()),
        targets: vec![(Destination::parse(to).unwrap(), 1.0)],
        fallbacks: Vec::new(),
        chain: false,
    }
}

fn by(seen: &Seen) -> &str {
    assert_eq!(seen.status, 200, "{seen:?}");
    seen.header("x-llmroute-provider")
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_and_parameters_choose() {
    let rules = vec![
        rule("team", r#"headers[?"x-team"].orValue("") == "red""#, "other/model"),
        rule("tag", r#""cheap" in tags"#, "other/model"),
        rule("parameter", r#"has(params.where) && params.where.matches("^o.h")"#, "other/model"),
        rule("token", r#"has(headers.authorization) || "cookie" in headers"#, "other/model"),
    ];
    let town = town(rules).await;
    let body = question(Dialect::OpenaiChat, false).to_string();
    let path = path_for(Dialect::OpenaiChat, false);
    let ask = async |path: &str, name: &str, value: &str| {
        let request = town.house.request(path, body.clone()).header(name, value);
        by(&crate::house::seen(request.send().await.unwrap()).await).to_owned()
    };
    assert_eq!(ask(path, "X-Team", "red").await, "other");
    assert_eq!(ask(path, "X-Team", "blue").await, "usual");
    assert_eq!(ask(path, "x-llmroute-tags", "big, cheap").await, "other");
    assert_eq!(ask(&format!("{path}?where=o%74her"), "x-a", "b").await, "other");
    assert_eq!(ask(path, "cookie", "a=b").await, "usual", "no rule sees who somebody is");
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_size_and_dialect_choose() {
    let rules = vec![
        rule("tools", "has_tools", "other/model"),
        rule("long", "prompt_tokens > 1000 && messages == 1", "other/model"),
        rule("claude", r#"request_type == "messages" && stream"#, "other/model"),
    ];
    let town = town(rules).await;
    let path = path_for(Dialect::OpenaiChat, false);
    let ask = async |content: &str, tools: serde_json::Value| {
        let mut body = json!({"model": "g", "messages": [{"role": "user", "content": content}]});
        if !tools.is_null() {
            body["tools"] = tools;
        }
        by(&town.house.post(path, body.to_string()).await).to_owned()
    };
    let tool = json!([{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]);
    assert_eq!(ask("hello", serde_json::Value::Null).await, "usual");
    assert_eq!(ask("hello", tool).await, "other");
    assert_eq!(ask(&"word ".repeat(2000), serde_json::Value::Null).await, "other");
    assert_eq!(by(&town.house.ask(Dialect::Anthropic, true).await), "other");
    assert_eq!(by(&town.house.ask(Dialect::Anthropic, false).await), "usual");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_request_would_cost_chooses() {
    // A dollar for a million tokens in, two for a million out.
    let town = town(vec![rule("dear", "est_cost > 0.01", "other/model")]).await;
    let ask = async |most: u32| {
        let mut body = question(Dialect::OpenaiChat, false);
        body["max_tokens"] = json!(most);
        by(&town.house.post(path_for(Dialect::OpenaiChat, false), body.to_string()).await).to_owned()
    };
    assert_eq!(ask(100).await, "usual");
    assert_eq!(ask(6000).await, "other", "1.2 cents of output");
    assert_eq!(town.house.engine.rule_failures(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hour_chooses_in_the_configured_zone() {
    // Noon in UTC is 13 in Berlin.
    let town = town(vec![rule("work", "weekday <= 5 && hour >= 9 && hour < 17", "other/model")]).await;
    let ask = async |at: u64| {
        town.clock.store(at, std::sync::atomic::Ordering::Relaxed);
        by(&town.house.ask(Dialect::OpenaiChat, false).await).to_owned()
    };
    assert_eq!(ask(FRIDAY_NOON).await, "other");
    assert_eq!(ask(FRIDAY_NOON + 3 * HOUR).await, "other", "16 in Berlin");
    assert_eq!(ask(FRIDAY_NOON + 4 * HOUR).await, "usual", "17 in Berlin");
    assert_eq!(ask(FRIDAY_NOON + 24 * HOUR).await, "usual", "a Saturday");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_names_a_model_nobody_has_and_its_fallback_takes_over() {
    let mut moved = rule("moved", r#"model == "gpt-3""#, "dead/model");
    moved.fallbacks = vec![Destination::parse("other/model").unwrap()];
    let mut broken = rule("broken", r#"headers["x-none"] == "a""#, "other/model");
    broken.priority = -1;
    let town = town(vec![moved, broken]).await;
    let mut body = question(Dialect::OpenaiChat, false);
    body["model"] = json!("gpt-3");
    let seen = town.house.post(path_for(Dialect::OpenaiChat, false), body.to_string()).await;
    assert_eq!(by(&seen), "other");
    let (row, attempts) = town.house.row(&seen).await;
    assert_eq!(row.asked, "gpt-3");
    assert_eq!(attempts[0].provider, "dead", "the rule's target was tried first");
    assert_eq!(town.house.engine.rule_failures(), 1, "a rule that fails is counted");
}
