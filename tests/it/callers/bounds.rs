//! Whatever is asked and whatever fails: the requests of a bounded key reach what it may use, and nothing else.

use std::time::Duration;

use llmroute::domain::dialect::Dialect;
use llmroute::domain::dice::Dice;
use llmroute::domain::id::RequestId;
use llmroute::domain::policy::{Canary, Hedge, Policy, Privacy};
use llmroute::domain::rule::{Destination, Rule, Rules, Scope};
use llmroute::domain::target::Target;
use llmroute::domain::virtual_key::Grant;
use llmroute::route::rules::compile;
use llmroute::sim::{By, Persona, Script, Sim, When};
use serde_json::{Value, json};

use super::{CHAT, ask_as, key, models, put, send};
use crate::house::{House, Plan, TOKEN, question, question_to};

const ALLOWED: [&str; 2] = ["ok1", "ok2"];
const FORBIDDEN: [&str; 3] = ["no1", "no2", "no3"];
/// The keys, each bound in another way to the same two providers.
const KEYS: [&str; 5] = ["models", "group", "providers", "privacy", "region"];

struct Town {
    allowed: Vec<Sim>,
    forbidden: Vec<Sim>,
    house: House,
}

async fn town(hedged: bool) -> Town {
    let mut plan = Plan::new();
    plan.hedge = if hedged { Hedge::After(Duration::from_millis(5)) } else { Hedge::Off };
    plan.resume = true;
    let (mut allowed, mut forbidden) = (Vec::new(), Vec::new());
    // The forbidden ones come first wherever somebody chooses, and are never the last resort of anybody.
    let dialects = [CHAT, Dialect::Anthropic, Dialect::OpenaiResponses];
    for (name, speaks) in FORBIDDEN.into_iter().zip(dialects) {
        let sim = Sim::start(Persona::plain(name)).await.unwrap();
        plan = plan.target(name, speaks, &sim.base_url(), 5.0);
        forbidden.push(sim);
    }
    for (name, speaks) in ALLOWED.into_iter().zip([CHAT, Dialect::Anthropic]) {
        let sim = Sim::start(Persona::plain(name)).await.unwrap();
        plan = plan.target(name, speaks, &sim.base_url(), 1.0);
        allowed.push(sim);
    }
    let rules =
        [("tools", "has_tools", "no1/model"), ("long", "prompt_tokens > 500", "no2/model")].map(|(name, when, to)| {
            std::sync::Arc::new(Rule {
                name: name.into(),
                scope: Scope::Global,
                priority: 0,
                when: std::sync::Arc::new(compile(when).unwrap()),
                targets: vec![(Destination::parse(to).unwrap(), 1.0)],
                fallbacks: vec![Destination::parse("g").unwrap()],
                chain: false,
            })
        });
    plan.rules = Rules::new(rules.into(), jiff::tz::TimeZone::UTC);
    let house = plan.clone().open().await;
    let keys = vec![
        key(1, "models", models(&["ok1/model", "ok2/*"]), None),
        key(2, "group", models(&["small"]), None),
        key(3, "providers", Grant { providers: ALLOWED.map(Into::into).into(), ..Grant::default() }, None),
        key(4, "privacy", Grant { privacy: Privacy::Zdr, ..Grant::default() }, None),
        key(5, "region", Grant { regions: vec!["eu".into()], ..Grant::default() }, None),
    ];
    put(&house, &plan, keys, change);
    Town { allowed, forbidden, house }
}

fn change(policy: &mut Policy) {
    let target = |name: &str| Target { provider: name.into(), model: "model".into() };
    for name in ALLOWED {
        let it = std::sync::Arc::make_mut(policy.providers.get_mut(name).unwrap());
        (it.privacy, it.region) = (Privacy::Zdr, Some("eu-central-1".to_owned()));
    }
    let group = std::sync::Arc::make_mut(policy.groups.get_mut("g").unwrap());
    group.targets.retain(|it| it.0.provider.as_str() != "no3");
    group.canary = Some(Canary { target: target("no3"), share: 0.9, began: llmroute::domain::clock::Stamp(1) });
    let mut small = group.clone();
    small.name = "small".into();
    small.canary = None;
    small.targets.retain(|it| ALLOWED.contains(&it.0.provider.as_str()));
    policy.groups.insert("small".into(), std::sync::Arc::new(small));
    policy.aliases = [("nick".into(), "no1/model".to_owned()), ("good".into(), "ok1/model".to_owned())].into();
}

/// One failure of a provider, or none.
fn script(dice: &mut Dice) -> Script {
    match dice.word() % 10 {
        0 => Script::status(500),
        1 => Script::status(429),
        2 => Script::status(401),
        3 => Script::cut(2, By::Reset),
        4 => Script::reset_before(),
        5 => Script::error_event(When::BeforeContent),
        6 => Script::empty_200(),
        7 => Script::natural().first(Duration::from_millis(40)),
        _ => Script::natural(),
    }
}

/// Something a client may send: where, and what.
fn request(dice: &mut Dice) -> (String, Value) {
    const NAMES: [&str; 11] = [
        "g",
        "small",
        "model",
        "nick",
        "good",
        "no1/model",
        "no2/other",
        "ok1/model",
        "ok2/other",
        "g:floor",
        "model:nitro",
    ];
    let mut pick = |all: usize| usize::try_from(dice.word() % u64::try_from(all).unwrap()).unwrap();
    let name = NAMES[pick(NAMES.len())];
    let stream = pick(2) == 0;
    let way = pick(12);
    let conversation = Dialect::CLIENTS[pick(Dialect::CLIENTS.len())];
    let (path, mut body) = question_to(name, conversation, stream);
    match way {
        0 => return ("/v1/embeddings".to_owned(), json!({"model": name, "input": "x"})),
        1 => return ("/v1/images/generations".to_owned(), json!({"model": name, "prompt": "x"})),
        2 => return ("/v1/files".to_owned(), json!({"purpose": "batch"})),
        3 => {
            let body = json!({"model": name, "messages": [{"role": "user", "content": "x"}]});
            return ("/v1/messages/count_tokens".to_owned(), body);
        }
        4 => return ("/v1/responses/compact".to_owned(), json!({"model": name, "input": "x"})),
        5 => return ("/v1/completions".to_owned(), json!({"model": name, "prompt": "x", "stream": stream})),
        6 if conversation == CHAT => {
            body["models"] = json!([NAMES[pick(NAMES.len())], "no1/model", NAMES[pick(NAMES.len())]]);
        }
        7 if conversation == CHAT => {
            body["provider"] = json!({"order": ["no1", "no2"], "only": ["no1", "ok1"], "allow_fallbacks": false});
        }
        8 if conversation == CHAT => body["fallbacks"] = json!(["no2/model", {"model": NAMES[pick(NAMES.len())]}]),
        9 if conversation == CHAT => {
            body["tools"] = json!([{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]);
        }
        10 if conversation == CHAT => body["messages"][0]["content"] = json!("word ".repeat(600)),
        _ => {}
    }
    (path, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_a_bounded_key_reach_what_it_may_use_and_nothing_else() {
    let mut answered = 0;
    for seed in 0..2_u64 {
        let town = town(seed % 2 == 0).await;
        let mut dice = Dice::of(RequestId(seed), 0xb0a7);
        for _ in 0..120 {
            for sim in &town.allowed {
                sim.script().push(script(&mut dice));
            }
            let who = KEYS[usize::try_from(dice.word() % 5).unwrap()];
            let (path, body) = request(&mut dice);
            let seen = ask_as(&town.house, who, &path, &body).await;
            answered += u32::from(seen.status == 200);
            for sim in &town.forbidden {
                assert_eq!(sim.meter().arrived(), 0, "{} for {who}: {path} {body} → {seen:?}", sim.persona().name);
            }
            // Health is not what this is about: nobody stays out for what a script did.
            for sim in &town.allowed {
                sim.script().clear();
            }
        }
        assert!(town.allowed.iter().all(|it| it.meter().arrived() > 0));
        // The same requests of the owner's do reach the others, so that the scripts above could have.
        let (path, body) = (crate::house::path(CHAT), question(CHAT, false));
        for _ in 0..20 {
            send(&town.house, "POST", path, TOKEN, Some(&body)).await;
        }
        assert!(town.forbidden.iter().any(|it| it.meter().arrived() > 0));
    }
    assert!(answered > 40, "{answered} of 240 were answered at all");
}
