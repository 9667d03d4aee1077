//! Many requests at once, or many in a row, at targets that fail: who is let through, who waits, how often anything is
//! tried (faults.md rows 26 to 28, routing.md §5 and §6).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use llmroute::domain::clock::Clock;
use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Persona, Script, Sim, Trouble};
use tokio::task::JoinSet;

use crate::faults::hand::{Exchange, Hand, events, soon, until};
use crate::house::{House, Plan, Seen, ended_well, path, question};

const CHAT: Dialect = Dialect::OpenaiChat;

/// A clock that a test moves.
#[derive(Clone)]
struct Hands(Arc<AtomicU64>);

impl Hands {
    fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_800_000_000_000_000)))
    }

    fn clock(&self) -> Clock {
        Clock::Manual(Arc::clone(&self.0))
    }

    fn forward(&self, by: Duration) {
        self.0.fetch_add(u64::try_from(by.as_micros()).unwrap(), Ordering::Relaxed);
    }
}

fn plan(hands: &Hands) -> Plan {
    let mut plan = Plan::new();
    plan.clock = hands.clock();
    plan.deadlines.first_content = Duration::from_secs(120);
    plan.deadlines.whole = Duration::from_secs(120);
    plan
}

/// Asks `n` times at once.
fn crowd(house: &Arc<House>, n: usize) -> JoinSet<Seen> {
    let mut asking = JoinSet::new();
    for _ in 0..n {
        let house = Arc::clone(house);
        asking.spawn(async move { house.ask(CHAT, true).await });
    }
    asking
}

async fn answer(mut exchange: Exchange) {
    exchange.begin_stream().await;
    exchange.say(events(CHAT, "back again").concat()).await;
}

/// Three failures in a row take a target out.
async fn trip(house: &House, hand: &Hand) {
    for _ in 0..3 {
        let failing = async { hand.request().await.answer(500, &serde_json::json!({"error": {"message": "x"}})).await };
        let (seen, ()) = tokio::join!(house.ask(CHAT, true), failing);
        assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, "b"), "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
pub(crate) async fn one_probe_is_sent_when_fifty_wait_for_a_recovering_target() {
    let (hands, hand) = (Hands::new(), Hand::open().await);
    let good = Sim::start(Persona::plain("b")).await.unwrap();
    let plan = plan(&hands).target("a", CHAT, &hand.base, 1.0).target("b", CHAT, &good.base_url(), 0.0);
    let house = Arc::new(plan.open().await);
    trip(&house, &hand).await;
    // While it is out, nobody goes there.
    assert_eq!(house.ask(CHAT, true).await.header("x-llmroute-provider"), "b");
    assert_eq!(good.meter().arrived(), 4);
    hands.forward(Duration::from_secs(6));
    let mut asking = crowd(&house, 50);
    let probe = hand.request().await;
    // The probe is held open until everybody else has been answered, elsewhere.
    for _ in 0..49 {
        let seen = soon(asking.join_next()).await.unwrap().unwrap();
        assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, "b"), "{seen:?}");
    }
    let second = tokio::time::timeout(Duration::from_millis(200), hand.request()).await;
    assert!(second.is_err(), "a second probe");
    let (seen, ()) = tokio::join!(soon(asking.join_next()), answer(probe));
    assert_eq!(seen.unwrap().unwrap().header("x-llmroute-provider"), "a");
    assert_eq!(good.meter().arrived(), 4 + 49);
}

#[tokio::test]
pub(crate) async fn a_probe_whose_client_leaves_is_given_back() {
    let (hands, hand) = (Hands::new(), Hand::open().await);
    let good = Sim::start(Persona::plain("b")).await.unwrap();
    let plan = plan(&hands).target("a", CHAT, &hand.base, 1.0).target("b", CHAT, &good.base_url(), 0.0);
    let house = Arc::new(plan.open().await);
    trip(&house, &hand).await;
    hands.forward(Duration::from_secs(6));
    let mut leaving = crowd(&house, 1);
    let probe = hand.request().await;
    leaving.abort_all();
    probe.left().await;
    until(|| house.open.count() == 0).await;
    let mut next = crowd(&house, 1);
    let probe = hand.request().await;
    let (seen, ()) = tokio::join!(soon(next.join_next()), answer(probe));
    assert_eq!(seen.unwrap().unwrap().header("x-llmroute-provider"), "a");
}

#[tokio::test]
pub(crate) async fn nobody_is_turned_away_while_the_only_target_is_probed() {
    for recovers in [true, false] {
        let (hands, hand) = (Hands::new(), Hand::open().await);
        let house = Arc::new(plan(&hands).target("a", CHAT, &hand.base, 1.0).open().await);
        for _ in 0..3 {
            let failing = async {
                let mut exchange = hand.request().await;
                exchange.answer(504, &serde_json::json!({"error": {"message": "x"}})).await;
            };
            let (seen, ()) = tokio::join!(house.ask(CHAT, true), failing);
            assert_eq!(seen.status, 504, "{seen:?}");
        }
        hands.forward(Duration::from_secs(6));
        let mut asking = crowd(&house, 20);
        let mut probe = hand.request().await;
        until(|| house.open.count() == 20).await;
        let second = tokio::time::timeout(Duration::from_millis(200), hand.request()).await;
        assert!(second.is_err(), "a second probe");
        assert!(asking.try_join_next().is_none(), "somebody was turned away");
        let ending = async {
            if recovers {
                answer(probe).await;
            } else {
                probe.answer(504, &serde_json::json!({"error": {"message": "x"}})).await;
            }
            for _ in 0..19 {
                answer(hand.request().await).await;
            }
        };
        let all = async {
            let mut ok = 0;
            while let Some(seen) = asking.join_next().await {
                let seen = seen.unwrap();
                ok += usize::from(seen.status == 200 && ended_well(CHAT, &seen));
            }
            ok
        };
        let (ok, ()) = soon(futures_util::future::join(all, ending)).await;
        assert_eq!(ok, if recovers { 20 } else { 19 });
    }
}

#[tokio::test]
pub(crate) async fn all_targets_cooling_down_is_a_503_at_once_with_the_soonest_wait() {
    for client in Dialect::CLIENTS {
        let (hands, a) = (Hands::new(), Sim::start(Persona::plain("a")).await.unwrap());
        let b = Sim::start(Persona::plain("b")).await.unwrap();
        a.script().always(Script::trouble(Trouble::RateLimited).header("retry-after", "90"));
        b.script().always(Script::trouble(Trouble::Overloaded).header("retry-after", "40"));
        let plan = plan(&hands).target("a", CHAT, &a.base_url(), 1.0);
        let house = plan.target("b", Dialect::Anthropic, &b.base_url(), 0.0).open().await;
        // Both are asked and say when they may be asked again: the client is told the sooner of the two.
        let first = house.ask(client, false).await;
        assert_eq!((first.status, first.header("retry-after")), (429, "40"), "{first:?}");
        hands.forward(Duration::from_secs(10));
        for stream in [false, true] {
            let seen = house.ask(client, stream).await;
            assert_eq!((seen.status, seen.header("retry-after")), (503, "30"), "{seen:?}");
            assert_eq!(seen.header("x-should-retry"), "false");
            assert_eq!(seen.header("x-llmroute-error"), "all_resting");
            let told = seen.json()["error"]["message"].as_str().unwrap().to_owned();
            assert!(told.contains("a/model") && told.contains("b/model"), "each with its reason: {told}");
            if client == Dialect::Anthropic {
                assert_eq!(seen.json()["type"], "error");
            }
        }
        assert_eq!((a.meter().arrived(), b.meter().arrived()), (1, 1));
        let rows = house.rows().await;
        assert_eq!(rows.len(), 3);
        assert!(rows[1..].iter().all(|it| it.0.outcome.as_deref() == Some("failed") && it.1.is_empty()), "{rows:?}");
        // The sooner one may be asked again when its wait is over, and not before.
        b.script().always(Script::natural());
        hands.forward(Duration::from_secs(29));
        assert_eq!(house.ask(client, false).await.header("retry-after"), "1");
        hands.forward(Duration::from_secs(1));
        assert_eq!(house.ask(client, false).await.header("x-llmroute-provider"), "b");
        assert_eq!(a.meter().arrived(), 1);
    }
}

#[tokio::test]
pub(crate) async fn a_wait_that_a_provider_names_is_kept_even_when_it_is_the_only_one() {
    let (hands, sim) = (Hands::new(), Sim::start(Persona::plain("a")).await.unwrap());
    sim.script().push(Script::trouble(Trouble::RateLimited).header("retry-after", "3600"));
    let house = plan(&hands).target("a", CHAT, &sim.base_url(), 1.0).open().await;
    house.ask(CHAT, false).await;
    for _ in 0..10 {
        assert_eq!(house.ask(CHAT, false).await.status, 503);
    }
    assert_eq!(sim.meter().arrived(), 1);
    hands.forward(Duration::from_secs(3600));
    assert_eq!(house.ask(CHAT, false).await.status, 200);
}

/// How many attempts `asked` requests may make in one second at `targets` targets: the first try of each, and the
/// budget for further tries.
fn most(asked: u64, targets: u64) -> u64 {
    asked * targets + (asked / 10).max(3)
}

#[tokio::test]
pub(crate) async fn total_failure_stays_within_the_retry_budget() {
    const ASKED: u64 = 60;
    for (name, script) in [
        ("500", Script::trouble(Trouble::Internal)),
        ("503", Script::status(503)),
        ("reset", Script::reset_after()),
        ("empty", Script::empty_200()),
    ] {
        for targets in [1, 2] {
            let hands = Hands::new();
            let sims = [Sim::start(Persona::plain("a")).await.unwrap(), Sim::start(Persona::plain("b")).await.unwrap()];
            let mut plan = plan(&hands);
            for (sim, name) in sims.iter().zip(["a", "b"]).take(targets) {
                sim.script().always(script.clone());
                plan = plan.target(name, CHAT, &sim.base_url(), 1.0);
            }
            let house = Arc::new(plan.open().await);
            let mut asking = crowd(&house, usize::try_from(ASKED).unwrap());
            while let Some(seen) = soon(asking.join_next()).await {
                let seen = seen.unwrap();
                assert!(seen.status >= 500, "{seen:?}");
                assert_eq!(seen.header("x-should-retry"), "false", "an SDK must not multiply it: {seen:?}");
            }
            let attempts: u64 = sims.iter().map(|it| it.meter().arrived()).sum();
            let most = most(ASKED, targets as u64);
            assert!((ASKED..=most).contains(&attempts), "{name}: {attempts} attempts, at most {most} are allowed");
            let rows = house.rows().await;
            let recorded: usize = rows.iter().map(|it| it.1.len()).sum();
            assert_eq!((rows.len() as u64, recorded as u64), (ASKED, attempts), "{name}: each has its row");
            assert!(rows.iter().all(|it| it.1.len() <= 3), "{name}: at most three attempts for one request");
        }
    }
}

#[tokio::test]
pub(crate) async fn one_request_makes_three_attempts_at_most_however_many_keys_there_are() {
    for trouble in [Trouble::BadKey, Trouble::RateLimited, Trouble::NoModel] {
        let (hands, sim) = (Hands::new(), Sim::start(Persona::plain("a")).await.unwrap());
        sim.script().always(Script::trouble(trouble));
        let plan = plan(&hands).target_with_keys("a", CHAT, &sim.base_url(), 1.0, 8);
        let house = plan.open().await;
        let mut body = question(CHAT, false);
        body["model"] = "a/model".into();
        let seen = house.post(path(CHAT), body.to_string()).await;
        assert!(seen.status >= 400, "{seen:?}");
        assert_eq!(sim.meter().arrived(), 3, "{trouble:?}");
    }
}
