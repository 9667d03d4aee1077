//! What a request says of where it wants to go: OpenRouter's `models` and `provider`, LiteLLM's `fallbacks`.

use std::sync::Arc;

use llmroute::catalog::prices::{Override, UnitPrices};
use llmroute::domain::dialect::Dialect;
use llmroute::domain::money::Usd;
use llmroute::domain::policy::{Policy, Privacy, Provider};
use llmroute::domain::secret::Keyring;
use llmroute::domain::strategy::Strategy;
use llmroute::sim::{Persona, Script, Sim};
use serde_json::{Value, json};

use crate::house::{House, Plan, Seen, question, text};

struct Town {
    a: Sim,
    b: Sim,
    c: Sim,
    house: House,
}

/// Three providers in one group, the first of which would always be first.
async fn town(quirk: impl FnOnce(&mut Plan)) -> Town {
    let (a, b, c) = (
        Sim::start(Persona::plain("a")).await.unwrap(),
        Sim::start(Persona::plain("b")).await.unwrap(),
        Sim::start(Persona::plain("c")).await.unwrap(),
    );
    let mut plan = Plan::new()
        .target("a", Dialect::OpenaiChat, &a.base_url(), 1.0)
        .target("b", Dialect::OpenaiChat, &b.base_url(), 0.0)
        .target("c", Dialect::Anthropic, &c.base_url(), 0.0);
    quirk(&mut plan);
    let house = plan.open().await;
    Town { a, b, c, house }
}

impl Town {
    async fn ask(&self, wishes: Value) -> Seen {
        let mut body = question(Dialect::OpenaiChat, false);
        body.as_object_mut().unwrap().extend(wishes.as_object().unwrap().clone());
        self.house.post("/v1/chat/completions", body.to_string()).await
    }

    /// The body that a provider was last sent.
    fn sent(sim: &Sim) -> Value {
        serde_json::from_slice(&sim.meter().last().unwrap().body).unwrap()
    }

    /// Changes the provider rows of the running house.
    fn edit(&self, change: impl Fn(&mut Provider)) {
        self.swap(change, Vec::new());
    }

    /// The dollars a million tokens of the prompt cost, those of the answer costing twice as much; of everybody else
    /// nothing is known. The group tries them as listed from then on, none of them drained.
    fn price(&self, all: &[(&str, f64)]) {
        let dollars = |it| Usd::from_dollars(it).unwrap();
        let own = all.iter().map(|(name, input)| Override {
            provider: (*name).into(),
            model: "model".into(),
            prices: UnitPrices { input: dollars(*input), output: dollars(2.0 * input), ..UnitPrices::default() },
            from: None,
            ceiling: false,
        });
        self.swap(|_| (), own.collect());
    }

    fn swap(&self, change: impl Fn(&mut Provider), prices: Vec<Override>) {
        let mut policy = Policy::clone(&self.house.engine.policy());
        policy.version += 1;
        if !prices.is_empty() {
            let group = Arc::make_mut(policy.groups.get_mut("g").unwrap());
            group.strategy = Strategy::Priority;
            group.targets.iter_mut().for_each(|it| it.1 = 1.0);
        }
        for provider in policy.providers.values_mut() {
            change(Arc::make_mut(provider));
        }
        let (_, keyring): (_, Keyring) = Plan::new()
            .target("a", Dialect::OpenaiChat, "http://x", 1.0)
            .target("b", Dialect::OpenaiChat, "http://x", 1.0)
            .target("c", Dialect::Anthropic, "http://x", 1.0)
            .policy();
        self.house.engine.swap(policy, keyring, prices);
    }
}

#[tokio::test]
async fn the_models_after_the_first_take_over_and_no_provider_sees_the_wish() {
    let town = town(|_| ()).await;
    for wish in [json!({"models": ["a/model", "b/model"]}), json!({"fallbacks": [{"model": "b/model"}]})] {
        town.a.script().push(Script::status(500));
        let mut wish = wish;
        wish["model"] = "a/model".into();
        let seen = town.ask(wish).await;
        assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, "b"), "{seen:?}");
        assert!(!text(Dialect::OpenaiChat, false, &seen).is_empty());
        for sim in [&town.a, &town.b] {
            let sent = Town::sent(sim);
            let keys: Vec<&String> = sent.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["messages", "model"], "{sent}");
            assert_eq!(sent["model"], "model");
        }
    }
}

#[tokio::test]
async fn the_first_of_models_stands_for_the_model_that_is_missing() {
    let town = town(|_| ()).await;
    let body = json!({"models": ["c/model", "b/model"], "messages": [{"role": "user", "content": "hi"}]});
    let seen = town.house.post("/v1/chat/completions", body.to_string()).await;
    assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, "c"), "{seen:?}");
    let body = json!({"models": ["b/model"], "messages": [{"role": "user", "content": "hi"}]});
    let seen = town.house.post("/v1/chat/completions", body.to_string()).await;
    assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, "b"), "{seen:?}");
    assert_eq!(Town::sent(&town.b)["model"], "model");
}

#[tokio::test]
async fn providers_are_ordered_chosen_and_left_out_by_name() {
    let town = town(|_| ()).await;
    for (wish, answered) in [
        (json!({}), "a"),
        (json!({"order": ["B"]}), "b"),
        (json!({"order": ["nobody", "c/fast"]}), "c"),
        (json!({"only": ["c"]}), "c"),
        (json!({"ignore": ["a", "b"]}), "c"),
        (json!({"order": ["c"], "ignore": ["c"]}), "a"),
    ] {
        let seen = town.ask(json!({"provider": wish})).await;
        assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, answered), "{wish}: {seen:?}");
    }
    let seen = town.ask(json!({"provider": {"only": ["nobody"]}})).await;
    let told = seen.json()["error"]["message"].as_str().unwrap().to_owned();
    assert_eq!((seen.status, seen.header("x-llmroute-error")), (400, "no_fit"), "{seen:?}");
    for target in ["a/model", "b/model", "c/model"] {
        assert!(told.contains(&format!("{target}: the request allows only nobody")), "{told}");
    }
}

#[tokio::test]
async fn without_fallbacks_nobody_else_is_tried() {
    let town = town(|_| ()).await;
    town.a.script().always(Script::status(400));
    town.b.script().always(Script::status(503));
    let seen = town.ask(json!({"provider": {"order": ["b"], "allow_fallbacks": false}})).await;
    assert_eq!(seen.status, 503, "{seen:?}");
    town.a.script().always(Script::status(503));
    let seen = town.ask(json!({"provider": {"allow_fallbacks": false}})).await;
    assert_eq!(seen.status, 503, "{seen:?}");
    assert!(town.c.meter().arrivals().is_empty(), "the third provider was asked");
}

#[tokio::test]
async fn what_must_not_be_kept_goes_only_where_that_is_promised() {
    let town = town(|_| ()).await;
    for wish in [json!({"data_collection": "deny"}), json!({"zdr": true})] {
        let seen = town.ask(json!({"provider": wish})).await;
        assert_eq!((seen.status, seen.header("x-llmroute-error")), (400, "no_fit"), "{seen:?}");
        assert!(seen.body.contains("--privacy zdr"), "{seen:?}");
    }
    assert!(town.a.meter().arrivals().is_empty());
    town.edit(|it| it.privacy = if it.name.as_str() == "c" { Privacy::Zdr } else { Privacy::Any });
    let seen = town.ask(json!({"provider": {"data_collection": "deny"}})).await;
    assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, "c"), "{seen:?}");
    let seen = town.ask(json!({"provider": {"data_collection": "allow"}})).await;
    assert_eq!(seen.header("x-llmroute-provider"), "a");
}

#[tokio::test]
async fn a_gateway_is_sent_what_it_understands_and_knows_more_models() {
    let town = town(|plan| plan.quirks.provider_routing = true).await;
    let wish = json!({"order": ["somebody-behind"], "only": ["somebody-behind"], "quantizations": ["fp8"]});
    town.a.script().push(Script::status(500));
    let seen = town.ask(json!({"model": "a/model", "models": ["vendor/other"], "provider": wish})).await;
    // The simulated provider is no gateway, and refuses what it does not know: it was asked, and asked last.
    assert_eq!(seen.header("x-llmroute-attempts"), "a/model 500, a/vendor/other 400", "{seen:?}");
    assert!(seen.body.contains("Unrecognized request argument supplied: provider"), "{seen:?}");
    let sent = Town::sent(&town.a);
    assert_eq!((&sent["provider"], &sent["model"]), (&wish, &"vendor/other".into()), "{sent}");
    assert!(sent.get("models").is_none() && seen.header("x-llmroute-dropped").is_empty(), "{sent}");
}

#[tokio::test]
async fn what_nobody_here_understands_is_said_and_refused_where_it_must_not_be_dropped() {
    let town = town(|_| ()).await;
    let seen = town.ask(json!({"provider": {"quantizations": ["int4"]}})).await;
    assert_eq!((seen.status, seen.header("x-llmroute-dropped")), (200, "provider.quantizations"), "{seen:?}");
    assert!(Town::sent(&town.a).get("provider").is_none());
    // Anthropic's dialect has no `logit_bias`, and another target does.
    let wish = json!({"order": ["c"], "require_parameters": true});
    let seen = town.ask(json!({"logit_bias": {"50256": -100}, "provider": wish})).await;
    assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, "a"), "{seen:?}");
    assert!(town.c.meter().arrivals().is_empty());
}

#[tokio::test]
async fn a_wish_that_is_none_is_refused_before_anything_is_sent() {
    let town = town(|_| ()).await;
    for wish in [json!({"provider": "a"}), json!({"models": "a/model"}), json!({"provider": {"order": [7]}})] {
        let seen = town.ask(wish).await;
        assert_eq!((seen.status, seen.header("x-llmroute-error")), (400, "bad_request"), "{seen:?}");
    }
    assert!(town.a.meter().arrivals().is_empty());
}

#[tokio::test]
async fn the_cheapest_is_asked_first_where_that_is_wished_for() {
    let town = town(|_| ()).await;
    town.price(&[("a", 3.0), ("b", 1.0), ("c", 2.0)]);
    // However it is said. (A weight of 0 stays a fallback.)
    for (model, wish) in [
        ("g", json!({"sort": "price"})),
        ("g", json!({"sort": {"by": "price", "partition": "model"}})),
        ("g:floor", json!({})),
        ("model:floor", json!({})),
        ("model", json!({"sort": "price"})),
        // What the field says is meant, not what the suffix does.
        ("model:nitro", json!({"sort": "price"})),
    ] {
        for (down, answered) in [(false, "b"), (true, "c")] {
            if down {
                town.b.script().push(Script::status(500));
            }
            let seen = town.ask(json!({"model": model, "provider": wish})).await;
            assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, answered), "{model} {wish}: {seen:?}");
            assert_eq!(Town::sent(&town.b)["model"], "model", "the suffix is nobody's");
        }
        // Three failures in a row would open the breaker.
        town.ask(json!({"model": "b/model"})).await;
    }
    let seen = town.ask(json!({"model": "a/model:floor"})).await;
    assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, "a"), "{seen:?}");
    let seen = town.ask(json!({"model": "model:fast"})).await;
    assert_eq!((seen.status, seen.header("x-llmroute-error")), (404, "no_route"), "no suffix of that name: {seen:?}");
}

#[tokio::test]
async fn a_suffix_goes_on_to_a_gateway_that_is_named() {
    let town = town(|plan| plan.quirks.provider_routing = true).await;
    let seen = town.ask(json!({"model": "a/vendor/m:nitro"})).await;
    assert_eq!(Town::sent(&town.a)["model"], "vendor/m:nitro", "{seen:?}");
}

#[tokio::test]
async fn nobody_answers_who_costs_more_than_is_allowed() {
    let town = town(|_| ()).await;
    town.price(&[("a", 3.0), ("b", 1.0)]);
    // $3 in and $6 out; $1 and $2; and nobody knows what the third asks.
    for (most, answered) in [
        (json!({"prompt": 3, "completion": "6"}), "a"),
        (json!({"prompt": 2.99}), "b"),
        (json!({"completion": 5.99}), "b"),
        (json!({"prompt": 1.0, "completion": 2.0}), "b"),
        (json!({}), "a"),
    ] {
        let seen = town.ask(json!({"provider": {"max_price": most}})).await;
        assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, answered), "{most}: {seen:?}");
    }
    let seen = town.ask(json!({"provider": {"max_price": {"prompt": 0.5}}})).await;
    assert_eq!((seen.status, seen.header("x-llmroute-error")), (400, "no_fit"), "{seen:?}");
    for part in ["a/model: a million prompt tokens cost $3, and the request allows $0.5", "c/model: the request has"] {
        assert!(seen.body.contains(part), "{seen:?}");
    }
}
