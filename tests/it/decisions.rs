//! What is kept of decisions: every request can be decided again from its record, and a request that is explained is
//! not made.

use llmroute::domain::dialect::Dialect;
use llmroute::domain::id::RequestId;
use llmroute::domain::policy::Policy;
use llmroute::engine::explain::Explained;
use llmroute::route::record::{Recomputed, Record};
use llmroute::sim::{Persona, Script, Sim};
use llmroute::store::decisions::{self, DecisionRow};
use llmroute::store::{Access, open};
use serde_json::json;

use crate::house::{House, Plan, Seen, question, question_to};

pub(crate) async fn kept(house: &House, seen: &Seen) -> (DecisionRow, Record, Policy) {
    let (row, _) = house.row(seen).await;
    let db = open(&house.path, Access::ReadOnly).unwrap();
    let kept = decisions::of(&db, row.id).unwrap().unwrap();
    let policy = decisions::policy(&db, kept.policy).unwrap().unwrap();
    assert!(!policy.contains("sk-canary"), "a secret was written down");
    let (record, policy) = (serde_json::from_str(&kept.record).unwrap(), serde_json::from_str(&policy).unwrap());
    (kept, record, policy)
}

async fn two_sims() -> (Sim, Sim) {
    (Sim::start(Persona::plain("a")).await.unwrap(), Sim::start(Persona::plain("b")).await.unwrap())
}

fn over(a: &Sim, b: &Sim) -> Plan {
    Plan::new().target_with_keys("a", Dialect::OpenaiChat, &a.base_url(), 3.0, 2).target(
        "b",
        Dialect::Anthropic,
        &b.base_url(),
        0.7,
    )
}

#[tokio::test]
async fn every_request_is_decided_again_to_the_last_bit() {
    let (a, b) = two_sims().await;
    let house = over(&a, &b).open().await;
    // Some of them meet a fleet that is not well: the breakers of `a` trip, and its keys rest one by one.
    for n in 0..40 {
        if n == 10 {
            a.script().always(Script::status(503));
        }
        let seen = house.ask(Dialect::CLIENTS[n % 4], n % 3 == 0).await;
        assert_eq!(seen.status, 200, "{seen:?}");
    }
    let (_, body) = question_to("a/model", Dialect::OpenaiChat, false);
    house.post("/v1/chat/completions", body.to_string()).await;
    let (_, body) = question_to("nobody/knows-it", Dialect::OpenaiChat, false);
    assert_eq!(house.post("/v1/chat/completions", body.to_string()).await.status, 404);
    let db = open(&house.path, Access::ReadOnly).unwrap();
    let rows = house.rows().await;
    assert_eq!(rows.len(), 42);
    let (mut unwell, mut refused) = (0, 0);
    for (row, attempts) in rows {
        let kept = decisions::of(&db, row.id).unwrap().unwrap();
        let record: Record = serde_json::from_str(&kept.record).unwrap();
        let policy: Policy = serde_json::from_str(&decisions::policy(&db, kept.policy).unwrap().unwrap()).unwrap();
        assert_eq!(record.recompute(&policy, row.id, kept.salt), Recomputed::Same, "{}", kept.record);
        assert_eq!(serde_json::to_string(&record).unwrap(), kept.record, "what is read is what was written");
        unwell += usize::from(!record.fleet.is_calm());
        refused += usize::from(record.refusal.as_deref() == Some("no_route"));
        if let (Some(first), Some((target, _))) = (attempts.first(), record.plan.first()) {
            assert_eq!(
                (first.provider.as_str(), first.model.as_str()),
                (target.provider.as_str(), target.model.as_str())
            );
        }
    }
    assert!(unwell > 0, "no decision met a fleet that was not well");
    assert_eq!(refused, 1);
}

#[tokio::test]
async fn another_policy_throw_or_fleet_is_a_difference_that_is_named() {
    let (a, b) = two_sims().await;
    let house = over(&a, &b).open().await;
    let seen = house.ask(Dialect::OpenaiChat, false).await;
    let (kept, record, policy) = kept(&house, &seen).await;
    assert_eq!(record.recompute(&policy, kept.id, kept.salt), Recomputed::Same);
    let mut without = policy.clone();
    without.providers.remove("b");
    let told = |it: Recomputed| match it {
        Recomputed::Differs(what) => what,
        Recomputed::Same => panic!("no difference"),
    };
    let what = told(record.recompute(&without, kept.id, kept.salt));
    assert!(what.contains("step 2") && what.contains("b/model"), "{what}");
    let what = told(record.recompute(&policy, RequestId(kept.id.0 + 1), kept.salt));
    assert!(what.contains("throw"), "{what}");
}

#[tokio::test]
async fn a_record_is_small_and_a_policy_is_kept_once() {
    let (a, b) = two_sims().await;
    let house = over(&a, &b).open().await;
    let mut records = Vec::new();
    for n in 0..20 {
        let seen = house.ask(Dialect::OpenaiChat, n % 2 == 0).await;
        let (kept, ..) = kept(&house, &seen).await;
        records.push(kept);
    }
    assert!(records.iter().all(|it| it.policy == records[0].policy));
    let largest = records.iter().map(|it| it.record.len()).max().unwrap();
    eprintln!("bytes of a record: {largest}: {}", records[0].record);
    assert!(largest <= 320, "{largest} bytes: {}", records[0].record);
}

#[tokio::test]
async fn what_is_explained_is_not_made() {
    let (a, b) = two_sims().await;
    let house = over(&a, &b).open().await;
    for (path, dialect) in [
        ("v1/chat/completions", Dialect::OpenaiChat),
        ("v1/messages", Dialect::Anthropic),
        ("v1/responses", Dialect::OpenaiResponses),
        ("v1/completions", Dialect::OpenaiCompletions),
        ("v1beta/models/g:streamGenerateContent?alt=sse", Dialect::Gemini),
    ] {
        let body = match dialect {
            Dialect::OpenaiCompletions => json!({"model": "g", "prompt": "hi", "stream": true}),
            _ => question(dialect, true),
        };
        let seen = house.post(&format!("/explain/{path}"), body.to_string()).await;
        assert_eq!(seen.status, 200, "{seen:?}");
        let explained: Explained = serde_json::from_str(&seen.body).unwrap();
        assert_eq!((explained.record.plan.len(), &explained.refusal), (2, &None));
        assert!(explained.record.ask.stream && explained.record.ask.dialect == dialect);
    }
    let (_, body) = question_to("nobody/knows-it", Dialect::OpenaiChat, false);
    let seen = house.post("/explain/v1/chat/completions", body.to_string()).await;
    let explained: Explained = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(explained.record.refusal.as_deref(), Some("no_route"));
    assert!(explained.refusal.unwrap().contains("nobody/knows-it"));
    assert_eq!(house.post("/explain/v1/chat/completions", "{").await.status, 400);
    assert_eq!(house.post("/explain/v1beta/models/g:predict", "{}").await.status, 404);
    let stranger = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://127.0.0.1:{}/explain/v1/chat/completions", house.port);
    let request = stranger.post(url).header("content-type", "application/json").body("{}");
    assert_eq!(request.send().await.unwrap().status(), 401);
    assert!(house.rows().await.is_empty(), "a row was left");
    assert!(a.meter().arrivals().is_empty() && b.meter().arrivals().is_empty(), "something was sent");
}
