//! Strategies in the running house: that its windows are told of what happens, that a group's strategy orders its targets,
//! and that the server tells how they do.

use std::sync::Arc;
use std::time::Duration;

use llmroute::catalog::prices::{Override, UnitPrices};
use llmroute::domain::dialect::Dialect;
use llmroute::domain::money::Usd;
use llmroute::domain::strategy::Strategy;
use llmroute::engine::standing::{SeatLive, Told};
use llmroute::sim::{Persona, Script, Sim};

use crate::house::{House, Plan, TOKEN};

struct Town {
    sims: Vec<Sim>,
    plan: Plan,
    house: House,
}

/// Providers `a` and `b` of equal weight in a group of that strategy.
async fn town(strategy: Strategy) -> Town {
    let sims = vec![Sim::start(Persona::plain("a")).await.unwrap(), Sim::start(Persona::plain("b")).await.unwrap()];
    let mut plan = Plan::new();
    plan.deadlines = llmroute::domain::policy::Deadlines::default();
    let plan = plan.target("a", Dialect::OpenaiChat, &sims[0].base_url(), 1.0);
    let plan = plan.target("b", Dialect::Anthropic, &sims[1].base_url(), 1.0);
    let house = plan.clone().open().await;
    let town = Town { sims, plan, house };
    town.swap(strategy, town.plan.prices());
    town
}

impl Town {
    fn swap(&self, strategy: Strategy, prices: Vec<Override>) {
        let (mut policy, keyring) = self.plan.policy();
        Arc::make_mut(policy.groups.get_mut("g").unwrap()).strategy = strategy;
        // Another one than that of the house as it was opened.
        policy.version += 1;
        self.house.engine.swap(policy, keyring, prices);
    }

    async fn ask(&self) -> String {
        let seen = self.house.ask(Dialect::OpenaiChat, true).await;
        assert_eq!(seen.status, 200, "{seen:?}");
        seen.header("x-llmroute-provider").to_owned()
    }

    /// What the server tells of a provider.
    fn told(&self, provider: &str) -> SeatLive {
        let told = self.house.engine.standing();
        told.seats.into_iter().find(|it| it.provider == provider).unwrap_or_else(|| panic!("nothing of {provider}"))
    }

    /// The same once nothing is in flight there: a client has its last byte a moment before the account is closed.
    async fn settled(&self, provider: &str) -> SeatLive {
        for _ in 0..400 {
            let told = self.told(provider);
            if told.in_flight == 0 {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("something stays in flight at {provider}")
    }
}

#[tokio::test]
async fn windows_are_told_of_every_attempt_and_nothing_stays_in_flight() {
    let town = town(Strategy::Priority).await;
    for _ in 0..3 {
        assert_eq!(town.ask().await, "a");
    }
    let seen = town.house.ask(Dialect::Anthropic, false).await;
    assert_eq!(seen.status, 200);
    town.sims[0].script().always(Script::status(500));
    assert_eq!(town.ask().await, "b");
    let (a, b) = (town.settled("a").await, town.settled("b").await);
    assert_eq!((a.good, a.bad), (4, 1));
    assert_eq!((b.good, b.bad), (1, 0));
    assert!(a.first_s.is_some_and(|it| it > 0.0), "{a:?}");
    assert!((4.5..=5.0).contains(&a.recent), "{a:?}");
    // A client that hangs up leaves nothing in flight either.
    town.sims[1].script().always(Script::slow(Duration::from_millis(500)));
    let body = crate::house::question(Dialect::OpenaiChat, true).to_string();
    let response = town.house.request("/v1/chat/completions", body).send().await.unwrap();
    assert_eq!(town.told("b").in_flight, 1);
    drop(response);
    let b = town.settled("b").await;
    assert_eq!(b.bad, 0, "that a client leaves is no fault of its target");
}

#[tokio::test]
async fn a_target_that_refuses_at_once_is_not_the_fastest() {
    let town = town(Strategy::Priority).await;
    town.sims[0].script().always(Script::status(503));
    assert_eq!(town.ask().await, "b");
    assert!(town.settled("a").await.first_s.is_some_and(|it| it > 5.0));
    town.swap(Strategy::Latency, town.plan.prices());
    for _ in 0..12 {
        assert_eq!(town.ask().await, "b");
    }
    // It was asked once: its breaker has nothing against it yet.
    assert_eq!(town.sims[0].meter().arrived(), 1);
}

#[tokio::test]
async fn cost_goes_by_the_prices_of_the_moment() {
    let town = town(Strategy::Cost).await;
    let prices = |a: f64, b: f64| {
        let mut own = town.plan.prices();
        for (row, dollars) in own.iter_mut().zip([a, b]) {
            let usd = Usd::from_dollars(dollars).unwrap();
            row.prices = UnitPrices { input: usd, output: usd, ..UnitPrices::default() };
        }
        own
    };
    town.swap(Strategy::Cost, prices(3.0, 2.0));
    for _ in 0..3 {
        assert_eq!(town.ask().await, "b");
    }
    town.swap(Strategy::Cost, prices(1.0, 2.0));
    for _ in 0..3 {
        assert_eq!(town.ask().await, "a");
    }
}

#[tokio::test]
async fn the_server_tells_who_has_the_token_how_its_targets_do() {
    let town = town(Strategy::Priority).await;
    town.ask().await;
    town.settled("a").await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://127.0.0.1:{}/llmroute/fleet", town.house.port);
    assert_eq!(client.get(&url).send().await.unwrap().status(), 401);
    let answer = client.get(&url).bearer_auth(TOKEN).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let told: Told = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(told.schema_version, 1);
    assert_eq!(told.seats.len(), 1, "{told:?}");
    assert_eq!((told.seats[0].provider.as_str(), told.seats[0].standing.as_str()), ("a", "healthy"));
    assert_eq!(told.cooling, []);
    town.sims[0].script().push(Script::status(401));
    assert_eq!(town.ask().await, "b");
    let answer = client.get(&url).bearer_auth(TOKEN).send().await.unwrap();
    let told: Told = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let out = &told.cooling[0];
    assert_eq!((out.provider.as_str(), out.key.as_deref(), &out.model), ("a", Some("key0"), &None), "{told:?}");
    assert!(out.left_s > 1_700 && out.why.contains("refused"), "{told:?}");
}
