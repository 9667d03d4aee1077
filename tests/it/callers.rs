//! Virtual keys as clients and providers meet them: who is let in, what each may use, and that nothing else is ever
//! reached (money.md, routing.md §2).

mod bounds;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use llmroute::config::token::digest_of;
use llmroute::domain::caller::{Caller, Member};
use llmroute::domain::clock::{Clock, Stamp};
use llmroute::domain::dialect::Dialect;
use llmroute::domain::policy::{Policy, Privacy};
use llmroute::domain::rule::{Destination, Rule, Rules, Scope};
use llmroute::domain::virtual_key::{Digest, Found, Grant, VirtualKey, VirtualKeys};
use llmroute::route::rules::compile;
use llmroute::sim::{Persona, Sim};
use serde_json::{Value, json};

use crate::house::{House, Plan, Seen, TOKEN, path, question, question_to, seen};

const CHAT: Dialect = Dialect::OpenaiChat;

fn member(id: i64, name: &str) -> Member {
    Member { id, name: name.into() }
}

/// A virtual key of team red of customer acme, with its token `llmr_NAME`.
fn key(id: i64, name: &str, grant: Grant, expires: Option<Stamp>) -> (Digest, Found) {
    let caller =
        Caller { virtual_key: member(id, name), team: Some(member(5, "red")), customer: Some(member(6, "acme")) };
    let key = VirtualKey { caller: Arc::new(caller), grant, expires };
    (digest_of(format!("llmr_{name}").as_bytes()), Found::Live(Arc::new(key)))
}

fn models(names: &[&str]) -> Grant {
    Grant { models: names.iter().map(|it| it.parse().unwrap()).collect(), ..Grant::default() }
}

/// Puts the policy of `plan` in force with these keys, and with whatever else is to be another.
fn put(house: &House, plan: &Plan, keys: Vec<(Digest, Found)>, change: impl FnOnce(&mut Policy)) {
    let (mut policy, keyring) = plan.policy();
    policy.virtual_keys = VirtualKeys::new(HashMap::from_iter(keys));
    change(&mut policy);
    house.engine.swap(policy, keyring, plan.prices());
}

/// Sends a request with the token of the virtual key `name`.
async fn ask_as(house: &House, name: &str, path: &str, body: &Value) -> Seen {
    send(house, "POST", path, &format!("llmr_{name}"), Some(body)).await
}

async fn send(house: &House, method: &str, path: &str, token: &str, body: Option<&Value>) -> Seen {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http.request(method.parse().unwrap(), format!("http://127.0.0.1:{}{path}", house.port));
    let request = request.bearer_auth(token);
    let request = match body {
        Some(it) => request.header("content-type", "application/json").body(it.to_string()),
        None => request,
    };
    seen(request.send().await.unwrap()).await
}

async fn two() -> ([Sim; 2], Plan) {
    let sims = [Sim::start(Persona::plain("a")).await.unwrap(), Sim::start(Persona::plain("b")).await.unwrap()];
    let plan = Plan::new().target("a", CHAT, &sims[0].base_url(), 1.0).target("b", CHAT, &sims[1].base_url(), 0.0);
    (sims, plan)
}

#[tokio::test]
async fn a_virtual_key_is_let_in_and_named_in_the_ledger_until_it_is_removed_or_expires() {
    let (sims, mut plan) = two().await;
    let clock = Arc::new(AtomicU64::new(1_795_176_000_000_000));
    plan.clock = Clock::Manual(Arc::clone(&clock));
    let house = plan.clone().open().await;
    let body = question(CHAT, false);
    let refused = |seen: &Seen, code: &str| {
        assert_eq!((seen.status, seen.header("x-llmroute-error")), (401, code), "{seen:?}");
    };
    refused(&ask_as(&house, "ci", path(CHAT), &body).await, "unauthorized");

    let expires = Stamp(1_795_176_000_000_000 + 3_600_000_000);
    put(&house, &plan, vec![key(9, "ci", Grant::default(), Some(expires))], |_| {});
    let seen = ask_as(&house, "ci", path(CHAT), &body).await;
    assert_eq!(seen.status, 200, "an edit reaches the running server at once");
    let db = rusqlite_row(&house, &seen).await;
    assert_eq!(db, (Some(9), Some(5), Some(6)));
    let own = house.ask(CHAT, false).await;
    assert_eq!(rusqlite_row(&house, &own).await, (None, None, None), "the owner is nobody in particular");

    clock.store(u64::try_from(expires.0).unwrap(), Ordering::Relaxed);
    refused(&ask_as(&house, "ci", path(CHAT), &body).await, "key_expired");
    let removed = (digest_of(b"llmr_ci"), Found::Removed("ci".into()));
    put(&house, &plan, vec![removed], |_| {});
    let seen = ask_as(&house, "ci", path(CHAT), &body).await;
    refused(&seen, "key_removed");
    assert!(seen.body.contains("`ci` was removed"), "{seen:?}");
    refused(&ask_as(&house, "ci2", path(CHAT), &body).await, "unauthorized");
    assert_eq!(house.ask(CHAT, false).await.status, 200);
    assert_eq!(sims[0].meter().arrived(), 3);
}

/// The ids of virtual key, team and customer in the row of the request.
async fn rusqlite_row(house: &House, seen: &Seen) -> (Option<i64>, Option<i64>, Option<i64>) {
    let (row, _) = house.row(seen).await;
    let caller = row.caller;
    (caller.virtual_key, caller.team, caller.customer)
}

#[tokio::test]
async fn what_is_told_of_everybody_is_told_to_the_owner_only() {
    let (_sims, plan) = two().await;
    let house = plan.clone().open().await;
    put(&house, &plan, vec![key(1, "ci", Grant::default(), None)], |_| {});
    let body = question(CHAT, false);
    for (method, path) in [("GET", "/llmroute/fleet"), ("POST", "/explain/v1/chat/completions")] {
        let body = (method == "POST").then_some(&body);
        let seen = send(&house, method, path, "llmr_ci", body).await;
        assert_eq!((seen.status, seen.header("x-llmroute-error")), (403, "owner_only"), "{path}: {seen:?}");
        assert_eq!(send(&house, method, path, TOKEN, body).await.status, 200, "{path}");
    }
    // The owner may ask what would become of a request of a key.
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let explained = async |name: &str| {
        let url = format!("http://127.0.0.1:{}/explain/v1/chat/completions", house.port);
        let request = http.post(url).bearer_auth(TOKEN).header("content-type", "application/json");
        seen(request.header("x-llmroute-virtual-key", name).body(body.to_string()).send().await.unwrap()).await
    };
    assert_eq!(explained("ci").await.json()["record"]["ask"]["caller"]["virtual_key"]["name"], "ci");
    assert_eq!(explained("none").await.status, 404);
}

#[tokio::test]
async fn a_key_sees_and_is_told_of_what_it_may_use() {
    let (sims, plan) = two().await;
    let house = plan.clone().open().await;
    put(&house, &plan, vec![key(1, "ci", models(&["b/model"]), None)], |policy| {
        policy.aliases = [("first".into(), "a/model".to_owned()), ("second".into(), "b/model".to_owned())].into();
    });
    let listed = async |token: &str| {
        let list = send(&house, "GET", "/v1/models", token, None).await.json();
        list["data"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(TOKEN).await, ["g", "first", "second", "a/model", "b/model"]);
    assert_eq!(listed("llmr_ci").await, ["g", "second", "b/model"]);
    assert_eq!(send(&house, "GET", "/v1/models/first", "llmr_ci", None).await.status, 404);
    assert_eq!(send(&house, "GET", "/v1/models/second", "llmr_ci", None).await.status, 200);
    let gemini = send(&house, "GET", "/v1beta/models", "llmr_ci", None).await.json();
    assert_eq!(gemini["models"].as_array().unwrap().len(), 3);

    for dialect in Dialect::CLIENTS {
        let (path, body) = question_to("a/model", dialect, false);
        let seen = ask_as(&house, "ci", &path, &body).await;
        assert_eq!((seen.status, seen.header("x-llmroute-error")), (403, "not_allowed"), "{dialect}: {seen:?}");
        let told = seen.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(told.contains("`ci`") && told.contains("models b/model"), "{dialect}: {told}");
        let (path, body) = question_to("g", dialect, false);
        let seen = ask_as(&house, "ci", &path, &body).await;
        assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, "b"), "{dialect}: {seen:?}");
    }
    let (path, body) = question_to("modle", CHAT, false);
    let told = ask_as(&house, "ci", &path, &body).await;
    assert!(told.status == 404 && !told.body.contains("a/model"), "{told:?}");
    assert_eq!(sims[0].meter().arrived(), 0);
}

#[tokio::test]
async fn a_provider_fits_by_its_promises_and_its_place() {
    let (_sims, plan) = two().await;
    let house = plan.clone().open().await;
    let regions = |all: &[&str]| Grant { regions: all.iter().map(|it| (*it).into()).collect(), ..Grant::default() };
    let keys = vec![
        key(1, "zdr", Grant { privacy: Privacy::Zdr, ..Grant::default() }, None),
        key(2, "local", Grant { privacy: Privacy::Local, ..Grant::default() }, None),
        key(3, "eu", regions(&["eu"]), None),
        key(4, "us", regions(&["us", "ap-south-1"]), None),
    ];
    put(&house, &plan, keys, |policy| {
        let change = |policy: &mut Policy, name: &str, privacy, region: Option<&str>| {
            let it = Arc::make_mut(policy.providers.get_mut(name).unwrap());
            (it.privacy, it.region) = (privacy, region.map(ToOwned::to_owned));
        };
        change(policy, "a", Privacy::Any, Some("eu-west-1"));
        change(policy, "b", Privacy::Zdr, Some("europe"));
    });
    let asked = async |name: &str, model: &str| {
        let (path, body) = question_to(model, CHAT, false);
        let seen = ask_as(&house, name, &path, &body).await;
        if seen.status == 200 { seen.header("x-llmroute-provider").to_owned() } else { seen.body }
    };
    assert_eq!(asked("zdr", "g").await, "b");
    assert_eq!(asked("eu", "g").await, "a", "a part of the region is in it, what only begins alike is not");
    assert!(asked("zdr", "a/model").await.contains("it may use: privacy zdr"));
    assert!(asked("local", "g").await.contains("privacy local"));
    assert!(asked("us", "g").await.contains("regions us, ap-south-1"));
}

#[tokio::test]
async fn rules_are_asked_from_the_narrowest_scope_and_know_who_asks() {
    let (_sims, mut plan) = two().await;
    let rule = |name: &str, scope: Scope, when: &str, to: &str| {
        Arc::new(Rule {
            name: name.into(),
            scope,
            priority: 0,
            when: Arc::new(compile(when).unwrap()),
            targets: vec![(Destination::parse(to).unwrap(), 1.0)],
            fallbacks: Vec::new(),
            chain: false,
        })
    };
    let rules = vec![
        rule("everybody", Scope::Global, "customer == 'acme' && team == 'red' && virtual_key == 'two'", "b/model"),
        rule("customer", Scope::Customer("acme".to_owned()), "stream", "a/model"),
        rule("other", Scope::Team("blue".to_owned()), "true", "b/model"),
        rule("team", Scope::Team("red".to_owned()), "stream", "b/model"),
        rule("key", Scope::VirtualKey("one".to_owned()), "true", "b/model"),
    ];
    plan.rules = Rules::new(rules, jiff::tz::TimeZone::UTC);
    let house = plan.clone().open().await;
    put(&house, &plan, vec![key(1, "one", Grant::default(), None), key(2, "two", Grant::default(), None)], |_| {});
    let by = async |name: Option<&str>, stream: bool| {
        let body = question(CHAT, stream);
        let token = name.map_or_else(|| TOKEN.to_owned(), |it| format!("llmr_{it}"));
        let seen = send(&house, "POST", path(CHAT), &token, Some(&body)).await;
        seen.header("x-llmroute-provider").to_owned()
    };
    assert_eq!(by(Some("one"), false).await, "b", "the key's own rule");
    assert_eq!(by(Some("two"), false).await, "b", "a rule for everybody that names all three");
    assert_eq!(by(Some("two"), true).await, "b", "the team's comes before the customer's");
    assert_eq!(by(None, true).await, "a", "none of them is the owner's");
}

#[tokio::test]
async fn a_provider_key_is_used_for_its_models_only() {
    let (sims, plan) = two().await;
    let plan = plan.target_with_keys("c", CHAT, &sims[0].base_url(), 0.0, 3);
    let house = plan.clone().open().await;
    put(&house, &plan, Vec::new(), |policy| {
        let it = Arc::make_mut(policy.providers.get_mut("c").unwrap());
        it.keys[0].models = vec!["other*".parse().unwrap()];
        it.keys[1].models = vec!["mod*".parse().unwrap()];
        it.keys[2].models = vec!["nothing".parse().unwrap()];
    });
    let asked = async |model: &str| {
        let (path, body) = question_to(model, CHAT, false);
        house.post(&path, body.to_string()).await
    };
    assert_eq!(asked("c/model").await.header("x-llmroute-key"), "key1");
    assert_eq!(asked("c/other-1").await.header("x-llmroute-key"), "key0");
    let refused = asked("c/else").await;
    assert_eq!((refused.status, refused.header("x-llmroute-error")), (424, "no_key"), "{refused:?}");
    assert!(refused.body.contains("no key of c is for else"), "{refused:?}");
}

#[tokio::test]
async fn a_kept_answer_is_its_own_key_s_only() {
    let (_sims, plan) = two().await;
    let house = plan.clone().open().await;
    put(&house, &plan, vec![key(1, "one", Grant::default(), None), key(2, "two", Grant::default(), None)], |_| {});
    let body = question(Dialect::OpenaiResponses, false);
    let made = ask_as(&house, "one", "/v1/responses", &body).await.json();
    let id = made["id"].as_str().unwrap();
    let path = format!("/v1/responses/{id}");
    let found = async |method: &str, path: &str, token: &str| send(&house, method, path, token, None).await.status;
    assert_eq!(found("GET", &path, "llmr_two").await, 404);
    assert_eq!(found("GET", &format!("{path}/input_items"), "llmr_two").await, 404);
    assert_eq!(found("DELETE", &path, "llmr_two").await, 404);
    assert_eq!((found("GET", &path, "llmr_one").await, found("GET", &path, TOKEN).await), (200, 200));
    let further = json!({"model": "g", "previous_response_id": id, "input": "and now?"});
    assert_eq!(ask_as(&house, "two", "/v1/responses", &further).await.status, 400);
    assert_eq!(ask_as(&house, "one", "/v1/responses", &further).await.status, 200);
    assert_eq!(found("DELETE", &path, "llmr_one").await, 200);
}
