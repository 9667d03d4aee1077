//! A second target asked because the first is slow to begin: the first content wins, both bills are booked, and there are
//! never more than one extra request in twenty (routing.md §6).

use std::time::Duration;

use llmroute::domain::dialect::Dialect;
use llmroute::domain::policy::Hedge;
use llmroute::sim::{Persona, Script, Sim, Trouble, When};
use llmroute::store::Cost;
use llmroute::store::requests::AttemptRow;

use crate::faults::hand::{Ear, Hand, events, soon};
use crate::house::{House, Plan, Seen, billed, ended_well, question, text};

const CHAT: Dialect = Dialect::OpenaiChat;
/// So late that only a test that fails waits for it.
const NEVER: Duration = Duration::from_secs(120);

/// Deadlines as patient as the usual ones, and a hedge after next to no time.
fn plan() -> Plan {
    let mut plan = Plan::new();
    plan.deadlines.first_content = NEVER;
    plan.deadlines.byte_gap = NEVER;
    plan.deadlines.content_gap = NEVER;
    plan.deadlines.whole = NEVER;
    plan.hedge = Hedge::After(Duration::from_millis(30));
    plan
}

async fn sim(name: &str, cancels: bool) -> Sim {
    Sim::start(Persona { cancels, ..Persona::plain(name) }).await.unwrap()
}

fn two(plan: Plan, first: &Sim, second: &Sim) -> Plan {
    plan.target("first", CHAT, &first.base_url(), 1.0).target("second", CHAT, &second.base_url(), 0.0)
}

fn arrivals(sims: &[&Sim]) -> Vec<u64> {
    sims.iter().map(|it| it.meter().arrived()).collect()
}

fn cost(attempt: &AttemptRow) -> i64 {
    match attempt.cost {
        Some(Cost::Exact(it) | Cost::Estimated(it)) => it.pico(),
        ref other => panic!("{other:?} of {attempt:?}"),
    }
}

#[tokio::test]
async fn the_second_target_answers_for_one_that_is_late() {
    for client in Dialect::CLIENTS {
        for stream in [true, false] {
            let (first, second) = (sim("first", true).await, sim("second", true).await);
            first.script().always(Script::natural().first(NEVER));
            let house = two(plan(), &first, &second).open().await;
            let seen = soon(house.ask(client, stream)).await;
            assert!(seen.status == 200 && text(client, stream, &seen).contains("second"), "{seen:?}");
            assert!(!stream || ended_well(client, &seen), "{seen:?}");
            assert_eq!(seen.header("x-llmroute-attempts"), "first/model hedge_lost, second/model 200");
            assert_eq!(arrivals(&[&first, &second]), [1, 1], "{client} {stream}");
            // The loser was hung up on, and what it had read by then is on the bill.
            soon(first.meter().wait_settled(1)).await;
            assert!(first.meter().last().unwrap().outcome.cancelled_by_client);
            let (row, attempts) = house.row(&seen).await;
            assert!(row.moved && row.outcome.as_deref() == Some("ok"), "{row:?}");
            let [lost, won] = attempts.as_slice() else { panic!("{attempts:?}") };
            assert_eq!(lost.error.as_ref().map(|it| it.code.as_str()), Some("hedge_lost"), "{lost:?}");
            assert!(matches!(lost.cost, Some(Cost::Estimated(_))) && cost(lost) > 0, "{lost:?}");
            assert!(won.error.is_none() && cost(won) == billed(&second), "{won:?}");
            let Some(Cost::Estimated(sum)) = row.cost else { panic!("{row:?}") };
            assert_eq!(sum.pico(), cost(lost) + cost(won));
        }
    }
}

#[tokio::test]
async fn a_loser_that_is_billed_anyway_is_read_to_its_end() {
    for stream in [true, false] {
        let (first, second) = (sim("first", false).await, sim("second", true).await);
        // Late enough to lose, soon enough to be waited for.
        first.script().always(Script::natural().first(Duration::from_millis(400)));
        let mut plan = plan();
        plan.quirks.cancels = false;
        let house = two(plan, &first, &second).open().await;
        let seen = soon(house.ask(CHAT, stream)).await;
        assert!(text(CHAT, stream, &seen).contains("second"), "{seen:?}");
        let (row, attempts) = house.row(&seen).await;
        let [lost, won] = attempts.as_slice() else { panic!("{attempts:?}") };
        assert_eq!(lost.error.as_ref().map(|it| it.code.as_str()), Some("hedge_lost"), "{lost:?}");
        assert_eq!((cost(lost), cost(won)), (billed(&first), billed(&second)), "{attempts:?}");
        let Some(Cost::Exact(sum)) = row.cost else { panic!("{row:?}") };
        assert_eq!(sum.pico(), billed(&first) + billed(&second), "the ledger is the providers' bill");
        assert!(!first.meter().last().unwrap().outcome.cancelled_by_client);
    }
}

#[tokio::test]
async fn the_first_target_may_still_win() {
    let (first, second) = (Hand::open().await, Hand::open().await);
    let plan = plan().target("first", CHAT, &first.base, 1.0).target("second", CHAT, &second.base, 0.0);
    let house = plan.open().await;
    let asked = house.ask(CHAT, true);
    let played = async {
        let mut at_first = first.request().await;
        let mut at_second = second.request().await;
        // Headers and an opening event are no content.
        at_second.begin_stream().await;
        at_second.say(&events(CHAT, "")[0]).await;
        at_first.begin_stream().await;
        assert!(at_first.say(events(CHAT, "I was late.").concat()).await);
        drop(at_first);
        at_second.left().await;
    };
    let (seen, ()) = tokio::join!(soon(asked), played);
    assert!(text(CHAT, true, &seen).contains("I was late.") && ended_well(CHAT, &seen), "{seen:?}");
    let (row, attempts) = house.row(&seen).await;
    assert!(!row.moved && row.provider.as_deref() == Some("first"), "{row:?}");
    assert_eq!(attempts[1].error.as_ref().map(|it| it.code.as_str()), Some("hedge_lost"), "{attempts:?}");
}

#[tokio::test]
async fn at_most_one_request_in_twenty_is_sent_twice() {
    let (first, second) = (sim("first", true).await, sim("second", true).await);
    first.script().always(Script::natural().first(Duration::from_millis(100)));
    let house = two(plan(), &first, &second).open().await;
    for _ in 0..120 {
        assert_eq!(soon(house.ask(CHAT, true)).await.status, 200);
    }
    // All of them were late. Three may be sent twice before anybody has paid for them.
    assert_eq!(arrivals(&[&first, &second]), [120, 6]);
}

#[tokio::test]
async fn a_hedge_that_fails_makes_room_for_the_next() {
    // An error inside a stream that began is no content either.
    for fails in [Script::trouble(Trouble::Overloaded), Script::error_event(When::BeforeContent)] {
        let (first, third) = (sim("first", true).await, sim("third", true).await);
        let second = sim("second", true).await;
        first.script().always(Script::natural().first(NEVER));
        second.script().always(fails);
        let plan = two(plan(), &first, &second).target("third", CHAT, &third.base_url(), 0.0);
        let house = plan.open().await;
        let seen = soon(house.ask(CHAT, true)).await;
        assert!(text(CHAT, true, &seen).contains("third"), "{seen:?}");
        assert_eq!(arrivals(&[&first, &second, &third]), [1, 1, 1]);
    }
}

#[tokio::test]
async fn a_refusal_of_the_request_itself_ends_the_race() {
    let (first, second) = (sim("first", true).await, sim("second", true).await);
    first.script().always(Script::natural().first(NEVER));
    second.script().always(Script::trouble(Trouble::ContentPolicy));
    let house = two(plan(), &first, &second).open().await;
    let seen = soon(house.ask(CHAT, true)).await;
    assert_eq!(seen.status, 400, "{seen:?}");
    soon(first.meter().wait_settled(1)).await;
}

#[tokio::test]
async fn when_both_fail_the_rest_of_the_plan_is_tried() {
    let (first, second) = (sim("first", true).await, sim("second", true).await);
    let third = sim("third", true).await;
    first.script().always(Script::status(500).first(Duration::from_millis(200)));
    second.script().always(Script::status(503).first(Duration::from_millis(300)));
    let mut plan = two(plan(), &first, &second).target("third", CHAT, &third.base_url(), 0.0);
    plan.hedge = Hedge::After(Duration::from_millis(150));
    let house = plan.open().await;
    let seen = soon(house.ask(CHAT, true)).await;
    assert!(text(CHAT, true, &seen).contains("third"), "{seen:?}");
    assert_eq!(arrivals(&[&first, &second, &third]), [1, 1, 1]);
    assert_eq!(house.row(&seen).await.1.len(), 3);
}

#[tokio::test]
async fn nothing_is_sent_twice_where_that_is_off_or_nobody_else_is_there() {
    for hedge in [Hedge::Off, Hedge::Auto] {
        let (first, second) = (sim("first", true).await, sim("second", true).await);
        first.script().always(Script::natural().first(Duration::from_millis(200)));
        let mut plan = two(plan(), &first, &second);
        plan.hedge = hedge;
        let house = plan.open().await;
        let seen = soon(house.ask(CHAT, true)).await;
        assert!(text(CHAT, true, &seen).contains("first"), "{seen:?}");
        assert_eq!(arrivals(&[&first, &second]), [1, 0], "{hedge:?}");
    }
    let first = sim("first", true).await;
    first.script().always(Script::natural().first(Duration::from_millis(200)));
    let house = plan().target("first", CHAT, &first.base_url(), 1.0).open().await;
    assert_eq!(soon(house.ask(CHAT, true)).await.status, 200);
    assert_eq!(arrivals(&[&first]), [1]);
}

/// A client that hangs up while two targets are at work pays for both, where both bill it anyway.
#[tokio::test]
async fn a_client_that_leaves_a_race_pays_for_both() {
    let (first, second) = (sim("first", false).await, sim("second", false).await);
    first.script().always(Script::natural().first(Duration::from_millis(500)));
    second.script().always(Script::natural().first(Duration::from_millis(300)));
    let mut plan = plan();
    plan.quirks.cancels = false;
    let house = two(plan, &first, &second).open().await;
    let asked = house.request("/v1/chat/completions", question(CHAT, true).to_string());
    let client = tokio::spawn(asked.send());
    soon(second.meter().wait_for(1)).await;
    client.abort();
    soon(first.meter().wait_settled(1)).await;
    soon(second.meter().wait_settled(1)).await;
    let rows = house.rows().await;
    let (row, attempts) = &rows[0];
    assert_eq!(row.outcome.as_deref(), Some("client_gone"), "{row:?}");
    let costs: i64 = attempts.iter().map(cost).sum();
    assert_eq!(costs, billed(&first) + billed(&second), "{attempts:?}");
}

/// A shutdown does not wait for losers: the row leaves with what is known.
#[tokio::test]
async fn a_shutdown_settles_a_loser_that_is_still_read() {
    let (first, second) = (sim("first", false).await, sim("second", true).await);
    first.script().always(Script::natural().first(NEVER));
    let mut plan = plan();
    plan.quirks.cancels = false;
    let house = two(plan, &first, &second).open().await;
    let seen = soon(house.ask(CHAT, true)).await;
    assert_eq!(seen.status, 200);
    house.engine.close_streams();
    let (row, attempts) = house.row(&seen).await;
    assert_eq!((row.outcome.as_deref(), attempts[0].state.as_str()), (Some("ok"), "uncertain"), "{attempts:?}");
    assert!(matches!(row.cost, Some(Cost::InDoubt(Some(_)))), "{row:?}");
}

/// What a client of a held stream hears while two targets are at work.
#[tokio::test]
async fn pings_go_on_during_a_race() {
    let (first, second) = (Hand::open().await, Hand::open().await);
    let mut plan = plan().target("first", CHAT, &first.base, 1.0).target("second", CHAT, &second.base, 0.0);
    plan.deadlines.ping = Duration::from_millis(50);
    let house = plan.open().await;
    let (mut ear, _at_first) = tokio::join!(Ear::ask(&house, CHAT), first.request());
    let mut at_second = second.request().await;
    ear.hear(": llmroute", 2).await;
    at_second.begin_stream().await;
    assert!(at_second.say(events(CHAT, "Here I am.").concat()).await);
    drop(at_second);
    let body = ear.end().await;
    let seen = Seen { status: ear.status(), headers: std::collections::BTreeMap::new(), body };
    assert!(text(CHAT, true, &seen).contains("Here I am.") && ended_well(CHAT, &seen), "{seen:?}");
}

/// On default settings: the first content would come after 20 s, and the second target answers within 15. Takes ten
/// seconds: `cargo test --test it hedging -- --ignored`.
#[tokio::test]
#[ignore = "takes ten seconds"]
async fn a_primary_that_needs_20_s_is_answered_for_within_15() {
    let (first, second) = (sim("first", true).await, sim("second", true).await);
    first.script().always(Script::natural().first(Duration::from_secs(20)));
    let mut plan = two(Plan::new(), &first, &second);
    plan.deadlines = llmroute::domain::policy::Deadlines::default();
    let house = plan.open().await;
    let asked = tokio::time::timeout(Duration::from_secs(15), house.ask(CHAT, true));
    let seen = asked.await.expect("answered within 15 s");
    assert!(text(CHAT, true, &seen).contains("second"), "{seen:?}");
}

/// The figures: `cargo test --release --test it hedging::figures -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a minute"]
async fn figures() {
    const REQUESTS: usize = 1000;
    let mut p99 = Vec::new();
    for hedge in [Hedge::Off, Hedge::After(Duration::from_millis(150))] {
        let slow = Persona {
            failure_rate: 0.05,
            failures: vec![Script::natural().first(Duration::from_secs(2))],
            seed: 7,
            ..Persona::plain("first")
        };
        let (first, second) = (Sim::start(slow).await.unwrap(), sim("second", true).await);
        let mut plan = two(plan(), &first, &second);
        plan.hedge = hedge;
        let house = plan.open().await;
        let mut firsts = first_contents(&house, REQUESTS).await;
        firsts.sort_unstable();
        let at = |share: usize| firsts[firsts.len() * share / 1000];
        let extra = arrivals(&[&first, &second]).iter().sum::<u64>() - REQUESTS as u64;
        println!(
            "{hedge:?}: first content p50 {:?} p95 {:?} p99 {:?}; {extra} extra of {REQUESTS}",
            at(500),
            at(950),
            at(990)
        );
        assert!(extra * 20 <= REQUESTS as u64);
        let known: i64 = house.rows().await.iter().flat_map(|it| &it.1).filter(|it| it.error.is_none()).map(cost).sum();
        let bill = billed(&first) + billed(&second);
        println!("    ledger of answers {known}, meter {bill} pico-dollars; the rest are losers, estimated");
        p99.push(at(990));
    }
    assert!(p99[1] * 2 <= p99[0], "{p99:?}");
}

/// Microseconds to the first content as the ledger has them.
async fn first_contents(house: &House, requests: usize) -> Vec<u64> {
    for _ in 0..requests / 20 {
        let asked = (0..20).map(|_| house.ask(CHAT, true));
        for seen in futures_util::future::join_all(asked).await {
            assert_eq!(seen.status, 200, "{seen:?}");
        }
    }
    house.rows().await.iter().filter_map(|it| it.0.first_us).collect()
}
