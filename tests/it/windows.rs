//! A prompt that is too long for one target goes on to one with a larger window, and to no other (routing.md §5).

use std::sync::Arc;

use llmroute::domain::dialect::Dialect;
use llmroute::domain::model::{ModelFacts, ModelTable};
use llmroute::domain::policy::{Policy, Provider};
use llmroute::sim::{Persona, Script, Sim, Trouble};

use crate::house::{House, Plan, text};

const CHAT: Dialect = Dialect::OpenaiChat;

/// Providers `p0`, `p1` … in that order, each with a window of so many tokens.
async fn town(windows: &[Option<u64>]) -> (House, Vec<Sim>) {
    let mut plan = Plan::new();
    let mut sims = Vec::new();
    for at in 0..windows.len() {
        let sim = Sim::start(Persona::plain(format!("p{at}"))).await.unwrap();
        plan = plan.target(&format!("p{at}"), CHAT, &sim.base_url(), if at == 0 { 1.0 } else { 0.0 });
        sims.push(sim);
    }
    let keyring = plan.policy().1;
    let house = plan.open().await;
    let mut policy = Policy::clone(&house.engine.policy());
    for (at, window) in windows.iter().enumerate() {
        let provider = policy.providers.get_mut(format!("p{at}").as_str()).unwrap();
        let facts = ModelFacts { window: *window, ..ModelFacts::default() };
        let facts = Arc::new(ModelTable::new([("model".into(), facts)].into()));
        *provider = Arc::new(Provider { facts, ..Provider::clone(provider) });
    }
    house.engine.swap(policy, keyring, Vec::new());
    (house, sims)
}

fn asked(sims: &[Sim]) -> Vec<usize> {
    sims.iter().map(|it| it.meter().arrivals().len()).collect()
}

#[tokio::test]
async fn only_a_larger_window_is_tried() {
    for stream in [false, true] {
        let (house, sims) = town(&[Some(8_000), Some(8_000), None, Some(4_000), Some(200_000)]).await;
        sims[0].script().push(Script::trouble(Trouble::ContextLength));
        let seen = house.ask(CHAT, stream).await;
        assert_eq!((seen.status, seen.header("x-llmroute-provider")), (200, "p4"), "{seen:?}");
        assert!(text(CHAT, stream, &seen).contains("p4"), "{seen:?}");
        assert_eq!(asked(&sims), [1, 0, 0, 0, 1], "nobody with an equal, a smaller or an unknown window");
        let (row, attempts) = house.row(&seen).await;
        assert!(row.moved);
        assert_eq!(attempts[0].error.as_ref().map(|it| it.kind.as_str()), Some("context"));
    }
}

#[tokio::test]
async fn where_none_is_larger_the_client_is_told_at_once_in_the_words_of_its_provider() {
    for windows in [[Some(8_000), Some(8_000)], [None, Some(200_000)], [Some(8_000), None]] {
        let (house, sims) = town(&windows).await;
        sims[0].script().push(Script::trouble(Trouble::ContextLength));
        let seen = house.ask(CHAT, false).await;
        assert_eq!((seen.status, asked(&sims)), (400, vec![1, 0]), "{windows:?} {seen:?}");
        assert!(seen.body.contains("context_length_exceeded"), "{seen:?}");
    }
}

#[tokio::test]
async fn a_prompt_that_is_too_long_for_the_larger_one_too_needs_a_still_larger_one() {
    let (house, sims) = town(&[Some(8_000), Some(32_000), Some(16_000), Some(32_000), Some(128_000)]).await;
    for at in [0, 1, 4] {
        sims[at].script().push(Script::trouble(Trouble::ContextLength));
    }
    let seen = house.ask(CHAT, false).await;
    assert_eq!((seen.status, asked(&sims)), (400, vec![1, 1, 0, 0, 1]), "{seen:?}");
    assert!(seen.body.contains("context_length_exceeded"), "{seen:?}");
}

#[tokio::test]
async fn nobody_smaller_is_tried_again_after_it() {
    // The first fails in passing, and would be worth waiting for if its window were larger.
    let (house, sims) = town(&[Some(4_000), Some(8_000)]).await;
    sims[0].script().push(Script::status(500));
    sims[1].script().push(Script::trouble(Trouble::ContextLength));
    let seen = house.ask(CHAT, false).await;
    assert_eq!((seen.status, asked(&sims)), (400, vec![1, 1]), "{seen:?}");
    assert!(seen.body.contains("context_length_exceeded"), "{seen:?}");
}
