//! What a restart, an edit, and a clock that jumps keep of what was spent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use llmroute::domain::budget::{Budget, Then};
use llmroute::domain::clock::Clock;
use llmroute::domain::money::Usd;
use llmroute::sim::{Persona, Sim};

use super::{CHAT, ask, budget, counted, funds, spent};
use crate::faults::hand::{soon, until};
use crate::house::{House, Plan};

const DAY: u64 = 86_400_000_000;
/// 2027-01-15, eight in the morning.
const BEGIN: u64 = 1_800_000_000_000_000;

fn plan(sim: &Sim, hands: &Arc<AtomicU64>, budgets: &[(&str, i64, &str)]) -> Plan {
    let mut plan = Plan::new().target("a", CHAT, &sim.base_url(), 1.0);
    plan.clock = Clock::Manual(Arc::clone(hands));
    plan.budgets = budgets.iter().map(|it| budget(it.0, it.1, it.2)).collect();
    plan
}

/// One request that costs this many millionths of a dollar.
async fn spend(house: &House, sim: &Sim, tokens: u64) {
    sim.script().push(counted(tokens, 0));
    assert_eq!(ask(house, CHAT, false, 10).await.status, 200);
    let _settled = spent(house, 0).await;
}

fn swap(house: &House, plan: &Plan) {
    let (policy, keyring) = plan.policy();
    house.engine.swap(policy, keyring, plan.prices());
}

#[tokio::test]
async fn a_restart_keeps_what_was_spent_in_every_kind_of_window() {
    let (sim, hands) = (Sim::start(Persona::plain("a")).await.unwrap(), Arc::new(AtomicU64::new(BEGIN)));
    let budgets = [("all", 100_000, "day"), ("a", 100_000, "24h"), ("model:a/model", 100_000, "total")];
    let house = plan(&sim, &hands, &budgets).open().await;
    spend(&house, &sim, 40_000).await;
    hands.fetch_add(DAY / 2, Ordering::Relaxed);
    spend(&house, &sim, 20_000).await;
    let _rows = house.rows().await;
    let folder = Arc::clone(&house.folder);
    soon(house.stop()).await;
    // A day and a quarter later: another day, the second within 24 hours, both of them for ever.
    hands.fetch_add(3 * DAY / 4, Ordering::Relaxed);
    let house = plan(&sim, &hands, &budgets).open_in(folder).await;
    let told: Vec<i64> =
        house.engine.purse().told(house.engine.now().wall).iter().map(|it| it.spent / 1_000_000).collect();
    assert_eq!(told, [0, 20_000, 60_000]);
}

#[tokio::test]
async fn an_edit_keeps_what_was_spent_and_a_limit_below_that_refuses_at_once() {
    let (sim, hands) = (Sim::start(Persona::plain("a")).await.unwrap(), Arc::new(AtomicU64::new(BEGIN)));
    let house = plan(&sim, &hands, &[("all", 100_000, "day")]).open().await;
    spend(&house, &sim, 40_000).await;
    swap(&house, &plan(&sim, &hands, &[("all", 30_000, "day")]));
    let seen = ask(&house, CHAT, false, 10).await;
    assert_eq!((seen.status, funds(&house)[0].left), (429, Usd::ZERO), "{seen:?}");
    // A budget of another period is told what was spent before there was one.
    swap(&house, &plan(&sim, &hands, &[("all", 100_000, "month"), ("a", 41_000, "week")]));
    until(|| funds(&house).len() == 2).await;
    let told: Vec<i64> =
        house.engine.purse().told(house.engine.now().wall).iter().map(|it| it.spent / 1_000_000).collect();
    assert_eq!(told, [40_000, 40_000]);
    assert_eq!(ask(&house, CHAT, false, 10).await.status, 429, "what is left for the provider is too little");
    swap(&house, &plan(&sim, &hands, &[]));
    assert_eq!(ask(&house, CHAT, false, 10).await.status, 200);
    assert!(!house.engine.purse().counts());
}

#[tokio::test]
async fn a_clock_that_jumps_grants_nothing_that_was_spent() {
    let (sim, hands) = (Sim::start(Persona::plain("a")).await.unwrap(), Arc::new(AtomicU64::new(BEGIN)));
    let house = plan(&sim, &hands, &[("all", 100_000, "day")]).open().await;
    spend(&house, &sim, 60_000).await;
    let jump = async |to: u64| {
        hands.store(to, Ordering::Relaxed);
        // What lies behind is read anew by whoever asks first.
        let _first = ask(&house, CHAT, false, 1_000_000).await;
        until(|| house.engine.purse().is_settled()).await;
        funds(&house)[0].left.pico() / 1_000_000
    };
    assert_eq!(jump(BEGIN + 40 * DAY).await, 100_000, "another day");
    spend(&house, &sim, 10_000).await;
    let _rows = house.rows().await;
    assert_eq!(jump(BEGIN).await, 30_000, "both are spent of today");
    assert_eq!(jump(BEGIN - 3_600_000_000).await, 30_000);
    assert_eq!(jump(BEGIN - 10 * DAY).await, 30_000);
    assert_eq!(jump(BEGIN + 1).await, 30_000);
    assert_eq!(jump(BEGIN + 40 * DAY + 1).await, 90_000);
}

#[tokio::test]
async fn a_request_over_midnight_is_of_the_day_it_began_on_once() {
    let (sim, hands) = (Sim::start(Persona::plain("a")).await.unwrap(), Arc::new(AtomicU64::new(BEGIN)));
    let mut plan = plan(&sim, &hands, &[("all", 100_000, "day"), ("a", 100_000, "total")]);
    plan.deadlines.first_content = Duration::from_secs(60);
    plan.deadlines.whole = Duration::from_secs(60);
    let house = Arc::new(plan.open().await);
    sim.script().push(counted(40_000, 0).first(Duration::from_millis(200)));
    let asking = {
        let house = Arc::clone(&house);
        tokio::spawn(async move { ask(&house, CHAT, false, 10).await })
    };
    until(|| sim.meter().arrived() == 1).await;
    let told = || house.engine.purse().told(house.engine.now().wall);
    assert!(told().iter().all(|it| it.held > 0), "{:?}", told());
    hands.fetch_add(DAY, Ordering::Relaxed);
    assert_eq!(soon(asking).await.unwrap().status, 200);
    assert_eq!((spent(&house, 0).await, spent(&house, 1).await), (0, 40_000_000_000));
}

#[tokio::test]
async fn while_rows_are_refused_nothing_is_sent_that_a_hard_budget_counts() {
    for hard in [true, false] {
        let sim = Sim::start(Persona::plain("a")).await.unwrap();
        let mut plan = Plan::new().target("a", CHAT, &sim.base_url(), 1.0);
        let budget = budget("all", 1_000_000, "day");
        plan.budgets = vec![if hard { budget } else { Budget { then: Then::Warn, ..budget } }];
        let house = plan.open().await;
        assert_eq!(ask(&house, CHAT, false, 10).await.status, 200);
        house.engine.ledger().flush().await.unwrap();

        // As a full disk does.
        let other = rusqlite::Connection::open(&house.path).unwrap();
        let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON ledger_requests BEGIN SELECT RAISE(ABORT, 'no room'); END";
        other.execute_batch(refuse).unwrap();
        assert_eq!(ask(&house, CHAT, false, 10).await.status, 200, "nobody knows yet");
        while !house.engine.ledger().failing() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let seen = ask(&house, CHAT, false, 10).await;
        let asked = sim.meter().arrived();
        if hard {
            assert_eq!((seen.status, asked), (503, 2), "{seen:?}");
            assert_eq!(seen.header("x-llmroute-error"), "ledger_unavailable");
        } else {
            assert_eq!((seen.status, asked), (200, 3), "{seen:?}");
        }
        other.execute_batch("DROP TRIGGER refuse").unwrap();
        while house.engine.ledger().flush().await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(ask(&house, CHAT, false, 10).await.status, 200, "it goes on by itself");
    }
}
