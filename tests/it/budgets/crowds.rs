//! Many requests at once at the edge of a budget, and what the providers bill for them.

use std::sync::Arc;
use std::time::Duration;

use llmroute::domain::clock::Clock;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::dice::Dice;
use llmroute::domain::id::RequestId;
use llmroute::sim::{Persona, Script, Sim, Trouble};
use llmroute::store::Cost;
use llmroute::store::requests::{AttemptRow, RequestRow};
use tokio::task::JoinSet;

use super::{CHAT, ask, budget, counted, short, spent};
use crate::faults::hand::{soon, until};
use crate::house::{House, Plan, billed, path_for, setting};

/// The whole budget, in millionths of a dollar.
const AMOUNT: i64 = 1_000_000;
/// The longest answer that is asked for.
const MOST: u64 = 100;

/// At 99 % of its budget.
async fn nearly_spent(house: &House, first: &Sim) {
    first.script().push(counted(990_000, 0));
    assert_eq!(ask(house, CHAT, false, MOST).await.status, 200);
    assert_eq!(spent(house, 0).await, 990_000 * 1_000_000);
}

/// What is booked for attempts that are no more than an estimate.
fn estimated(rows: &[(RequestRow, Vec<AttemptRow>)]) -> usize {
    rows.iter().flat_map(|it| &it.1).filter(|it| !matches!(it.cost, Some(Cost::Exact(_)))).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
pub(crate) async fn two_hundred_at_once_at_99_percent_of_a_budget_overshoot_by_nothing() {
    for stream in [false, true] {
        let sim = Sim::start(Persona::plain("a")).await.unwrap();
        let mut plan = Plan::new().target("a", CHAT, &sim.base_url(), 1.0);
        plan.deadlines.whole = Duration::from_secs(60);
        plan.deadlines.first_content = Duration::from_secs(60);
        plan.budgets = vec![budget("all", AMOUNT, "day")];
        let house = Arc::new(plan.open().await);
        nearly_spent(&house, &sim).await;
        sim.script().always(counted(2_000, MOST));
        let mut asking = JoinSet::new();
        for _ in 0..200 {
            let house = Arc::clone(&house);
            asking.spawn(async move { ask(&house, CHAT, stream, MOST).await.status });
        }
        let mut answered = 0;
        while let Some(status) = soon(asking.join_next()).await {
            let status = status.unwrap();
            assert!([200, 429].contains(&status), "{status}");
            answered += i64::from(status == 200);
        }
        // What is left is worth four of them, each of which costs nearly what is held for it.
        assert_eq!(answered, 4, "streamed: {stream}");
        let all = spent(&house, 0).await;
        assert_eq!(all, billed(&sim));
        assert!(all <= AMOUNT * 1_000_000, "{all}");
        assert_eq!(house.engine.purse().overrun().1, 1, "the first alone cost more than was thought");
    }
}

/// One request of a crowd: asked for whole or as a stream, and left alone, hung up on, or lost in a panic.
async fn one(house: Arc<House>, mut dice: Dice) {
    let stream = dice.unit() < 0.5;
    let dialect = if dice.unit() < 0.5 { CHAT } else { Dialect::Anthropic };
    let patience = Duration::from_micros(dice.word() % 30_000);
    match dice.word() % 4 {
        0 => drop(tokio::time::timeout(patience, ask(&house, dialect, stream, MOST)).await),
        1 => {
            // In this process, in the middle of an answer or before one.
            let call = llmroute::engine::Call {
                at: house.engine.now(),
                dialect,
                operation: llmroute::domain::operation::Operation::Chat,
                path: None,
                body: short(dialect, stream, MOST).to_string().into(),
                headers: Vec::new(),
                client: "test".to_owned(),
                session: None,
                priority: None,
                strict: false,
                recalled: None,
                envelope: llmroute::domain::ask::Envelope::default(),
                own_key: None,
                caller: None,
            };
            let panics = tokio::spawn(async move {
                let answer = tokio::time::timeout(patience, house.engine.answer(call)).await;
                std::panic::resume_unwind(Box::new(answer.is_ok()));
            });
            assert!(panics.await.is_err());
        }
        _ => {
            let seen = house.post(path_for(dialect, stream), short(dialect, stream, MOST).to_string()).await;
            assert!(seen.status == 200 || seen.status >= 400, "{seen:?}");
        }
    }
}

fn scripts(dice: &mut Dice) -> Script {
    match dice.word() % 8 {
        0 => Script::trouble(Trouble::Internal),
        1 => Script::trouble(Trouble::RateLimited),
        2 => Script::reset_after(),
        3 => Script::empty_200(),
        4 => Script::no_usage(),
        5 => counted(1_500, 90).gap(Duration::from_millis(2)),
        6 => counted(1_500, 90).first(Duration::from_millis(10)),
        _ => counted(2_000, MOST),
    }
}

/// Providers fail, clients leave, code panics, all at the edge of a budget.
async fn rough(seed: u64) {
    let mut dice = Dice::of(RequestId(seed), 7);
    let sims = [Sim::start(Persona::plain("a")).await.unwrap(), Sim::start(Persona::plain("b")).await.unwrap()];
    let mut plan = Plan::new().target("a", CHAT, &sims[0].base_url(), 1.0);
    plan = plan.target("b", Dialect::Anthropic, &sims[1].base_url(), 0.0);
    plan.clock = Clock::system();
    plan.budgets = vec![budget("all", AMOUNT, "day"), budget("b", AMOUNT / 100, "30d"), budget("a", AMOUNT, "month")];
    let house = Arc::new(plan.open().await);
    nearly_spent(&house, &sims[0]).await;
    for sim in &sims {
        sim.script().extend((0..100).map(|_| scripts(&mut dice)));
        sim.script().always(counted(2_000, MOST));
    }
    let mut asking = JoinSet::new();
    for nth in 0..200 {
        asking.spawn(one(Arc::clone(&house), Dice::of(RequestId(seed), 100 + nth)));
    }
    while let Some(ended) = asking.join_next().await {
        ended.unwrap();
    }
    until(|| house.open.count() == 0).await;
    let rows = house.rows().await;
    let all = spent(&house, 0).await;
    let (over, times) = house.engine.purse().overrun();
    // The first request cost more than was thought, and no other one did.
    assert_eq!(times, 1, "seed {seed}: {over}");
    assert!(all <= AMOUNT * 1_000_000, "seed {seed}: {all} was spent");
    let booked: i64 = rows.iter().flat_map(|it| &it.1).filter_map(|it| Some(it.cost?.amount()?.pico())).sum();
    assert_eq!(all, booked, "seed {seed}: what the purse says is what the rows say");
    // Who left, or fell silent, may have been billed more than anybody could know: never more than was held for it.
    let truth: i64 = sims.iter().map(billed).sum();
    let held = i64::try_from(2_048 + 200 + 2 * MOST).unwrap() * 1_000_000;
    let most = AMOUNT * 1_000_000 + held * i64::try_from(estimated(&rows)).unwrap();
    assert!(truth <= most, "seed {seed}: {truth} was billed, {most} at the most");
    for nth in [1, 2] {
        let _free = spent(&house, nth).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn failures_panics_and_clients_that_leave_do_not_overspend_or_leak() {
    for seed in 0..4 {
        rough(seed).await;
    }
}

/// The same over as many seeds as `LLMROUTE_SEEDS` says, a thousand without it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes half an hour"]
async fn a_thousand_seeds_do_not_overspend_or_leak() {
    for seed in 0..setting("LLMROUTE_SEEDS").unwrap_or(1_000) {
        rough(u64::try_from(seed).unwrap()).await;
    }
}
