//! What a restart does not make well: seats that are out stay out as long as they were to be (routing.md §5).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use llmroute::domain::clock::Clock;
use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Persona, Script, Sim, Trouble};
use llmroute::store::{Access, health, open, weights};

use crate::house::{House, Plan};

const CHAT: Dialect = Dialect::OpenaiChat;
const SECOND: u64 = 1_000_000;

/// Who answered.
async fn by(house: &House) -> String {
    let seen = house.ask(CHAT, false).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    seen.header("x-llmroute-provider").to_owned()
}

/// Stops a house and opens it anew over its file.
async fn again(house: House, plan: &Plan) -> House {
    house.engine.ledger().flush().await.unwrap();
    let folder = Arc::clone(&house.folder);
    let ledger = house.engine.ledger().clone();
    house.stop().await;
    tokio::task::spawn_blocking(move || ledger.close()).await.unwrap();
    plan.clone().open_in(folder).await
}

#[tokio::test]
async fn a_seat_that_is_out_stays_out_over_a_restart_and_comes_back_in_time() {
    let refused = Script::trouble(Trouble::BadKey);
    let limited = Script::trouble(Trouble::RateLimited).header("retry-after", "90");
    // What it says, how often, and how many seconds it is out.
    for (script, times, out) in [(refused, 1, 1800), (limited, 1, 90), (Script::trouble(Trouble::NoModel), 1, 600)] {
        let hands = Arc::new(AtomicU64::new(1_900_000_000 * SECOND));
        let (first, second) =
            (Sim::start(Persona::plain("first")).await.unwrap(), Sim::start(Persona::plain("second")).await.unwrap());
        let mut plan = Plan::new().target("first", CHAT, &first.base_url(), 1.0);
        plan = plan.target("second", CHAT, &second.base_url(), 0.0);
        plan.clock = Clock::Manual(Arc::clone(&hands));
        let house = plan.clone().open().await;
        for _ in 0..times {
            first.script().push(script.clone());
            assert_eq!(by(&house).await, "second", "{script:?}");
        }
        let asked = first.meter().arrived();
        let house = again(house, &plan).await;
        assert_eq!(by(&house).await, "second", "{script:?}");
        assert_eq!(first.meter().arrived(), asked, "not asked again: {script:?}");
        hands.fetch_add((out - 5) * SECOND, Ordering::Relaxed);
        let house = again(house, &plan).await;
        assert_eq!(by(&house).await, "second", "{script:?}");
        hands.fetch_add(10 * SECOND, Ordering::Relaxed);
        assert_eq!(by(&house).await, "first", "{script:?}");
    }
}

#[tokio::test]
async fn a_breaker_that_tripped_stays_open_and_its_cool_down_goes_on_growing() {
    let hands = Arc::new(AtomicU64::new(1_900_000_000 * SECOND));
    let (first, second) =
        (Sim::start(Persona::plain("first")).await.unwrap(), Sim::start(Persona::plain("second")).await.unwrap());
    let mut plan = Plan::new().target("first", CHAT, &first.base_url(), 1.0);
    plan = plan.target("second", CHAT, &second.base_url(), 0.0);
    plan.clock = Clock::Manual(Arc::clone(&hands));
    let mut house = plan.clone().open().await;
    first.script().always(Script::status(500));
    for _ in 0..3 {
        assert_eq!(by(&house).await, "second");
    }
    assert_eq!(first.meter().arrived(), 3);
    // The trip is 100 s ago, over two restarts: the next cool-down is 15 s, not the least one of 5.
    for _ in 0..2 {
        house = again(house, &plan).await;
        assert_eq!(by(&house).await, "second");
        assert_eq!(first.meter().arrived(), 3);
        // A failed probe keeps it open; what is over is not kept, so the restart comes before its end.
        hands.fetch_add(4 * SECOND, Ordering::Relaxed);
    }
    hands.fetch_add(92 * SECOND, Ordering::Relaxed);
    assert_eq!(by(&house).await, "second");
    assert_eq!(first.meter().arrived(), 4, "the probe");
    for wait in [6, 6] {
        hands.fetch_add(wait * SECOND, Ordering::Relaxed);
        assert_eq!(by(&house).await, "second");
        assert_eq!(first.meter().arrived(), 4, "fifteen seconds are not over");
    }
    first.script().always(Script::natural());
    hands.fetch_add(Duration::from_secs(6).as_secs() * SECOND, Ordering::Relaxed);
    assert_eq!(by(&house).await, "first");
}

/// An edit of the policy gives refused keys another chance, also at the next start.
#[tokio::test]
async fn what_was_forgiven_is_not_remembered() {
    let (first, second) =
        (Sim::start(Persona::plain("first")).await.unwrap(), Sim::start(Persona::plain("second")).await.unwrap());
    let plan = Plan::new().target("first", CHAT, &first.base_url(), 1.0);
    let plan = plan.target("second", CHAT, &second.base_url(), 0.0);
    first.script().push(Script::trouble(Trouble::BadKey));
    let house = plan.clone().open().await;
    assert_eq!(by(&house).await, "second");
    let (policy, keyring) = plan.policy();
    house.engine.swap(policy, keyring, plan.prices());
    let house = again(house, &plan).await;
    assert_eq!(by(&house).await, "first");
}

/// The same where nothing runs that could be told of the edit.
#[tokio::test]
async fn an_edit_of_the_file_forgives_what_it_may_have_mended_and_nothing_else() {
    for (trouble, stays) in [(Trouble::BadKey, false), (Trouble::NoModel, false), (Trouble::RateLimited, true)] {
        let (first, second) =
            (Sim::start(Persona::plain("first")).await.unwrap(), Sim::start(Persona::plain("second")).await.unwrap());
        let plan = Plan::new().target("first", CHAT, &first.base_url(), 1.0);
        let plan = plan.target("second", CHAT, &second.base_url(), 0.0);
        first.script().push(Script::trouble(trouble).header("retry-after", "600"));
        let house = plan.open().await;
        assert_eq!(by(&house).await, "second");
        house.engine.ledger().flush().await.unwrap();
        let now = Clock::system().now().wall;
        let mut db = open(&house.path, Access::ReadWrite).unwrap();
        assert_eq!(health::out(&db, now).unwrap().len(), 1, "{trouble:?}");
        weights::set(&mut db, "g", &[("first/model".to_owned(), 2.0)]).unwrap();
        assert_eq!(!health::out(&db, now).unwrap().is_empty(), stays, "{trouble:?}");
    }
}
