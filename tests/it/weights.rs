//! Weights as traffic sees them: a thousand requests through the running house, a drained target, an edit under load.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Persona, Script, Sim};
use tokio::task::JoinSet;

use crate::faults::hand::until;
use crate::house::{House, Plan, Seen, ended_well, text};

const NAMES: [&str; 3] = ["a", "b", "c"];
const WEIGHTS: [f64; 3] = [60.0, 30.0, 10.0];
const REQUESTS: usize = 1000;

struct Town {
    sims: Vec<Sim>,
    house: Arc<House>,
}

/// Providers called `a`, `b` and so on, one for each weight, speaking the two dialects by turns.
async fn town(weights: &[f64]) -> Town {
    let mut sims = Vec::new();
    for name in NAMES.iter().take(weights.len()) {
        sims.push(Sim::start(Persona::plain(*name)).await.unwrap());
    }
    let house = Arc::new(plan(&sims, weights).open().await);
    Town { sims, house }
}

fn plan(sims: &[Sim], weights: &[f64]) -> Plan {
    let mut plan = Plan::new();
    // The machine may be busy, and a deadline that passes moves a request to another target.
    plan.deadlines = llmroute::domain::policy::Deadlines::default();
    let targets = NAMES.into_iter().zip(sims).zip(weights).enumerate();
    targets.fold(plan, |plan, (nth, ((name, sim), weight))| {
        plan.target(name, Dialect::CLIENTS[nth % 2], &sim.base_url(), *weight)
    })
}

/// Asks in one of the four ways, by turns, and checks that an answer came.
async fn ask(house: &House, nth: usize) -> Seen {
    let (dialect, stream) = (Dialect::CLIENTS[nth % 2], nth % 4 < 2);
    let seen = house.ask(dialect, stream).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    assert!(!text(dialect, stream, &seen).is_empty(), "{seen:?}");
    assert!(!stream || ended_well(dialect, &seen), "{seen:?}");
    seen
}

/// A thousand requests, some at once; how many each provider answered.
async fn sample(town: &Town) -> Vec<usize> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut clients = JoinSet::new();
    for _ in 0..16 {
        let (house, next) = (Arc::clone(&town.house), Arc::clone(&next));
        clients.spawn(async move {
            let mut answered = BTreeMap::<String, usize>::new();
            loop {
                let nth = next.fetch_add(1, Ordering::Relaxed);
                if nth >= REQUESTS {
                    return answered;
                }
                let seen = ask(&house, nth).await;
                *answered.entry(seen.header("x-llmroute-provider").to_owned()).or_default() += 1;
            }
        });
    }
    let mut answered = BTreeMap::<String, usize>::new();
    while let Some(of_client) = clients.join_next().await {
        for (name, n) in of_client.unwrap() {
            *answered.entry(name).or_default() += n;
        }
    }
    NAMES.iter().map(|it| answered.get(*it).copied().unwrap_or(0)).collect()
}

/// Whether `n` of a thousand lies within the 99 % interval of its share.
fn is_likely(n: usize, share: f64) -> bool {
    let (n, all) = (f64::from(u32::try_from(n).unwrap()), f64::from(u32::try_from(REQUESTS).unwrap()));
    (n - all * share).abs() <= 2.5758 * (all * share * (1.0 - share)).sqrt() + 0.5
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_fall_as_the_weights_say() {
    // Each house draws anew. By chance alone 1 sample of 50 lies outside, and 3 in a row once in 100,000.
    let mut outside = Vec::new();
    for _ in 0..3 {
        let town = town(&WEIGHTS).await;
        let answered = sample(&town).await;
        assert_eq!(answered.iter().sum::<usize>(), REQUESTS);
        // The providers saw what the clients were told, and so did the ledger.
        let arrived: Vec<usize> = town.sims.iter().map(|it| usize::try_from(it.meter().arrived()).unwrap()).collect();
        assert_eq!(arrived, answered);
        let rows = town.house.rows().await;
        assert_eq!(rows.len(), REQUESTS);
        let rows_of = |name: &str| rows.iter().filter(|it| it.0.provider.as_deref() == Some(name)).count();
        assert_eq!(NAMES.map(rows_of).to_vec(), answered);
        assert!(rows.iter().all(|it| it.1.len() == 1 && !it.0.moved));
        if answered.iter().zip(WEIGHTS).all(|(n, weight)| is_likely(*n, weight / 100.0)) {
            return;
        }
        outside.push(answered);
    }
    panic!("60/30/10 became {outside:?}");
}

#[tokio::test]
async fn a_drained_target_gets_nothing_until_the_others_fail() {
    let town = town(&[1.0, 0.0]).await;
    let arrived = || (town.sims[0].meter().arrived(), town.sims[1].meter().arrived());
    for nth in 0..100 {
        ask(&town.house, nth).await;
    }
    assert_eq!(arrived(), (100, 0));
    town.sims[0].script().always(Script::status(500));
    for nth in 0..100 {
        let seen = ask(&town.house, nth).await;
        // A stream names who answers, and so does everything else.
        assert_eq!(seen.header("x-llmroute-provider"), "b", "{seen:?}");
    }
    // Three failures in a row, then it is left alone.
    assert_eq!(arrived(), (103, 100));
    let rows = town.house.rows().await;
    assert_eq!(rows.iter().filter(|it| it.0.moved).count(), 3);
    // Back after its cool-down: the drained one has nothing again.
    town.sims[0].script().clear();
    tokio::time::sleep(Duration::from_millis(5600)).await;
    for nth in 0..20 {
        ask(&town.house, nth).await;
    }
    assert_eq!(arrived(), (123, 100));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_under_load_fails_nothing_and_holds_for_whatever_comes_after_it() {
    let town = town(&[1.0, 0.0, 0.0]).await;
    for sim in &town.sims {
        sim.script().always(Script::slow(Duration::from_millis(4)));
    }
    let (edited, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let answered = Arc::new(AtomicUsize::new(0));
    let mut clients = JoinSet::new();
    for client in 0..24 {
        let (house, edited, stop) = (Arc::clone(&town.house), Arc::clone(&edited), Arc::clone(&stop));
        let answered = Arc::clone(&answered);
        clients.spawn(async move {
            let mut seen = Vec::new();
            while !stop.load(Ordering::SeqCst) {
                let before = edited.load(Ordering::SeqCst);
                let answer = ask(&house, client + seen.len()).await;
                seen.push((before, edited.load(Ordering::SeqCst), answer.header("x-llmroute-provider").to_owned()));
                answered.fetch_add(1, Ordering::SeqCst);
            }
            seen
        });
    }
    // However slow the machine is: four answers for each client, most of which began after the last edit.
    let some_answers = || async {
        let enough = answered.load(Ordering::SeqCst) + 24 * 4;
        until(|| answered.load(Ordering::SeqCst) >= enough).await;
    };
    // First the weights move, then the provider with all of them goes, while it is answering.
    let edits = [plan(&town.sims, &[0.0, 1.0, 0.0]), plan(&town.sims, &[0.0, 0.0, 1.0])];
    for (nth, edit) in (1..).zip(&edits) {
        some_answers().await;
        let (mut policy, keyring) = edit.policy();
        if nth == 2 {
            policy.providers.remove("b");
        }
        town.house.engine.swap(policy, keyring, edit.prices());
        edited.store(nth, Ordering::SeqCst);
    }
    some_answers().await;
    stop.store(true, Ordering::SeqCst);
    let (mut spanning, mut settled) = (0, [0; 3]);
    while let Some(seen) = clients.join_next().await {
        for (before, after, name) in seen.unwrap() {
            // What began before an edit keeps its policy; the answer of what began after it must be of the new one.
            let allowed = &NAMES[before..=(after + 1).min(2)];
            assert!(allowed.contains(&name.as_str()), "{name} answered between edits {before} and {after}");
            spanning += usize::from(before != after);
            if before == after {
                settled[before] += usize::from(name == NAMES[before]);
            }
        }
    }
    assert!(spanning > 10 && settled.iter().all(|it| *it > 10), "{spanning} {settled:?}");
    let rows = town.house.rows().await;
    assert!(rows.iter().all(|it| it.0.outcome.as_deref() == Some("ok")), "{rows:?}");
}
