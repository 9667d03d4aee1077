//! A conversation in the running house stays where its prompt cache is warm, unless going is cheaper: learnt from what
//! providers say that they read, told in the record, and worked out again from it (lead.md, items 4 and 5).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use llmroute::catalog::prices::{Override, UnitPrices};
use llmroute::domain::dialect::Dialect;
use llmroute::domain::money::Usd;
use llmroute::domain::policy::{Affinity, Hedge, Policy};
use llmroute::domain::quirks::{Keeps, PromptCache};
use llmroute::domain::strategy::Strategy;
use llmroute::route::explain::Step;
use llmroute::route::record::{Recomputed, Record};
use llmroute::sim::{Answer, Billed, Persona, Script, Sim};
use llmroute::store::{Access, decisions, open};
use serde_json::{Value, json};

use crate::house::{House, Plan, Seen, path_for};

const CHAT: Dialect = Dialect::OpenaiChat;
/// Providers, and the dialects they speak.
const NAMES: [(&str, Dialect); 3] = [("a", CHAT), ("b", Dialect::Anthropic), ("c", CHAT)];

struct Town {
    sims: Vec<Sim>,
    house: House,
    /// What each provider has of each conversation, in tokens.
    kept: BTreeMap<(usize, u64), u64>,
}

/// The providers, each of which knows again what it was asked before.
async fn town(quirk: impl FnOnce(&mut Plan)) -> Town {
    let mut plan = Plan::new();
    plan.quirks.prompt_cache = PromptCache { keeps: Keeps::Everything, ..PromptCache::default() };
    let mut sims = Vec::new();
    for (name, dialect) in NAMES {
        let sim = Sim::start(Persona::plain(name)).await.unwrap();
        plan = plan.target(name, dialect, &sim.base_url(), 1.0);
        sims.push(sim);
    }
    quirk(&mut plan);
    Town { sims, house: plan.open().await, kept: BTreeMap::new() }
}

/// The body of a turn: what was said before, and one thing more.
fn body(dialect: Dialect, conversation: u64, turn: u64) -> Value {
    // Four bytes are a token: 4,000 of them, and 1,000 more with every turn.
    let said = |n: u64| format!("part {n} of {conversation}: {}", "word ".repeat(if n == 0 { 3_200 } else { 400 }));
    let word = |n: u64, by: &str| json!({"role": by, "content": said(n)});
    let model = if dialect == Dialect::Gemini { "model" } else { "assistant" };
    let turns = (0..=2 * turn).map(|n| match (dialect, n % 2) {
        (Dialect::Gemini, side) => {
            json!({"role": if side == 0 { "user" } else { model }, "parts": [{"text": said(n)}]})
        }
        (_, 0) => word(n, "user"),
        _ => word(n, model),
    });
    let turns: Vec<Value> = turns.collect();
    match dialect {
        Dialect::Gemini => json!({"contents": turns}),
        Dialect::OpenaiResponses => json!({"model": "g", "input": turns}),
        _ => json!({"model": "g", "messages": turns, "max_tokens": 1000}),
    }
}

impl Town {
    /// One turn: where it was answered. Every provider says truly what it would read of it.
    async fn turn(&mut self, dialect: Dialect, conversation: u64, turn: u64) -> (usize, Seen) {
        let input = 4_000 + 1_000 * turn;
        for (at, sim) in self.sims.iter().enumerate() {
            let read = self.kept.get(&(at, conversation)).copied().unwrap_or(0);
            let counts = Billed { input, cache_read: read, cache_write: 0, output: 100 };
            let answer = Answer { text: "yes".to_owned(), counts: Some(counts), ..Answer::default() };
            sim.script().always(Script::reply(answer));
        }
        let body = body(dialect, conversation, turn).to_string();
        let seen = self.house.post(path_for(dialect, false), body).await;
        assert_eq!(seen.status, 200, "{seen:?}");
        // Its account is closed a moment after its last byte.
        self.house.row(&seen).await;
        let at = NAMES.iter().position(|it| it.0 == seen.header("x-llmroute-provider")).unwrap();
        self.kept.insert((at, conversation), input);
        (at, seen)
    }

    /// The step that tells of the cache, and that it comes to the same again.
    async fn told(&self, seen: &Seen) -> Option<Step> {
        let (row, _) = self.house.row(seen).await;
        let db = open(&self.house.path, Access::ReadOnly).unwrap();
        let kept = decisions::of(&db, row.id).unwrap().unwrap();
        let policy: Policy = serde_json::from_str(&decisions::policy(&db, kept.policy).unwrap().unwrap()).unwrap();
        let record: Record = serde_json::from_str(&kept.record).unwrap();
        assert_eq!(record.recompute(&policy, row.id, kept.salt), Recomputed::Same, "{}", kept.record);
        record.trail.into_iter().find(|it| matches!(it, Step::Affinity { .. }))
    }

    /// Gives targets other weights, and dollars a million new tokens; those that are read again cost a tenth.
    fn edit(&self, weights: [f64; 3], prices: &[(&str, f64)]) {
        let mut policy = Policy::clone(&self.house.engine.policy());
        policy.version += 1;
        let group = std::sync::Arc::make_mut(policy.groups.get_mut("g").unwrap());
        for (target, weight) in group.targets.iter_mut().zip(weights) {
            target.1 = weight;
        }
        let mut plan = Plan::new();
        for (name, dialect) in NAMES {
            plan = plan.target(name, dialect, "http://127.0.0.1:1", 1.0);
        }
        let usd = |it: f64| Usd::from_dollars(it).unwrap();
        let own = prices.iter().map(|(name, input)| Override {
            provider: (*name).into(),
            model: "model".into(),
            prices: UnitPrices {
                input: usd(*input),
                output: usd(5.0 * input),
                cache_read: Some(usd(input / 10.0)),
                ..UnitPrices::default()
            },
            from: None,
            ceiling: false,
        });
        self.house.engine.swap(policy, plan.policy().1, own.collect());
    }
}

#[tokio::test]
async fn conversations_are_drawn_once_and_then_stay_whatever_their_client_speaks() {
    let mut town = town(|_| ()).await;
    let mut drawn = BTreeSet::new();
    for conversation in 0..12 {
        let dialect = Dialect::CLIENTS[usize::try_from(conversation).unwrap() % 4];
        let (at, seen) = town.turn(dialect, conversation, 0).await;
        assert_eq!(town.told(&seen).await, None, "nothing is warm yet");
        drawn.insert(at);
        for turn in 1..4 {
            let (next, seen) = town.turn(dialect, conversation, turn).await;
            let Some(Step::Affinity { seat, warm, stays, .. }) = town.told(&seen).await else { panic!("{seen:?}") };
            assert_eq!((next, stays), (at, true), "{dialect} {conversation} {turn}");
            assert_eq!((seat.target.provider.as_str(), warm), (NAMES[at].0, 4_000 + 1_000 * (turn - 1)));
        }
    }
    assert!(drawn.len() > 1, "the first turns are the strategy's");
}

#[tokio::test]
async fn a_session_is_one_conversation_and_without_affinity_nobody_stays() {
    let mut town = town(|plan| plan.affinity = Affinity::Off).await;
    let mut moved = 0;
    for conversation in 0..8 {
        let (at, _) = town.turn(CHAT, conversation, 0).await;
        for turn in 1..4 {
            let (next, seen) = town.turn(CHAT, conversation, turn).await;
            moved += usize::from(next != at);
            assert_eq!(town.told(&seen).await, None);
        }
    }
    assert!(moved > 0, "24 draws among three fell on the one before");
}

#[tokio::test]
async fn it_goes_where_that_is_cheaper_including_the_cache_and_the_record_has_both_sums() {
    let mut town = town(|plan| plan.strategy = Strategy::Priority).await;
    town.edit([0.0, 1.0, 0.0], &[("a", 1.2), ("b", 2.0)]);
    let (at, _) = town.turn(CHAT, 1, 0).await;
    assert_eq!(at, 1);
    // `a` would be first, at little more than half the price: less than what is new at `b`, and what is read again there at a
    // tenth.
    town.edit([1.0, 1.0, 0.0], &[("a", 1.2), ("b", 2.0)]);
    let (at, seen) = town.turn(CHAT, 1, 1).await;
    let Some(Step::Affinity { stay: Some(stay), go: Some(go), stays, .. }) = town.told(&seen).await else {
        panic!("{seen:?}")
    };
    assert!(at == 1 && stays && stay <= go, "{stay} {go}");
    // At a tenth of it, it goes.
    town.edit([1.0, 1.0, 0.0], &[("a", 0.2), ("b", 2.0)]);
    let (at, seen) = town.turn(CHAT, 1, 2).await;
    let Some(Step::Affinity { seat, stay: Some(stay), go: Some(go), stays, .. }) = town.told(&seen).await else {
        panic!("{seen:?}")
    };
    assert!(at == 0 && !stays && go < stay, "{stay} {go}");
    assert_eq!(seat.target.provider.as_str(), "b");
    // And stays there, also where the one before has the better price again.
    town.edit([1.0, 1.0, 0.0], &[("a", 2.0), ("b", 1.9)]);
    let (at, _) = town.turn(CHAT, 1, 3).await;
    assert_eq!(at, 0);
}

#[tokio::test]
async fn health_comes_first_and_the_conversation_stays_where_it_had_to_go() {
    let mut town = town(|plan| plan.strategy = Strategy::Priority).await;
    let (at, _) = town.turn(CHAT, 1, 0).await;
    assert_eq!(at, 0);
    town.sims[0].script().push(Script::status(503));
    let (at, seen) = town.turn(CHAT, 1, 1).await;
    assert_eq!((at, seen.header("x-llmroute-attempts")), (1, "a/model 503, b/model 200"));
    // Both have it now; the second has more of it. Nothing says that the first, which the strategy prefers, is cheaper.
    let (at, seen) = town.turn(CHAT, 1, 2).await;
    let Some(Step::Affinity { seat, .. }) = town.told(&seen).await else { panic!("{seen:?}") };
    assert_eq!((at, seat.target.provider.as_str()), (1, "b"));
}

#[tokio::test]
async fn what_is_warm_is_never_asked_twice_for_being_late() {
    let mut town = town(|plan| {
        plan.strategy = Strategy::Priority;
        plan.hedge = Hedge::After(Duration::from_millis(30));
        plan.deadlines.whole = Duration::from_secs(60);
    })
    .await;
    let late = |cache_read| {
        let counts = Some(Billed { input: 9_000, cache_read, cache_write: 0, output: 9 });
        Script::reply(Answer { text: "late".to_owned(), counts, ..Answer::default() }).first(Duration::from_millis(900))
    };
    town.turn(CHAT, 1, 0).await;
    let before = town.sims[1].meter().arrived();
    town.sims[0].script().push(late(4_000));
    let (at, _) = town.turn(CHAT, 1, 1).await;
    assert_eq!((at, town.sims[1].meter().arrived()), (0, before), "the second would have read all of it anew");
    // Of another conversation nothing is warm.
    town.sims[0].script().push(late(0));
    let (at, _) = town.turn(CHAT, 2, 0).await;
    assert_eq!((at, town.sims[1].meter().arrived()), (1, before + 1));
}
