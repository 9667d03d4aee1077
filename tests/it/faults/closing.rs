//! A house that closes with many streams under way (faults.md row 114).

use llmroute::domain::dialect::Dialect;
use llmroute::server::Closing;
use llmroute::sim::{Persona, Script, Sim};
use std::time::Duration;

use crate::faults::hand::{Ear, soon, until};
use crate::house::{Plan, Seen, ended_well, told_error};

const STREAMS: usize = 50;

#[tokio::test]
async fn fifty_streams_are_told_and_settled_and_nobody_new_is_let_in() {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    // Far from its end for as long as the test takes.
    sim.script().always(Script::slow(Duration::from_secs(1)));
    let mut plan = Plan::new();
    plan.deadlines.first_content = Duration::from_secs(60);
    plan.deadlines.byte_gap = Duration::from_secs(60);
    plan.deadlines.content_gap = Duration::from_secs(60);
    let house = plan.target("a", Dialect::OpenaiChat, &sim.base_url(), 1.0).open().await;
    let ears = (0..STREAMS).map(|n| {
        let house = &house;
        async move {
            let dialect = Dialect::CLIENTS[n % 2];
            let mut ear = Ear::ask(house, dialect).await;
            ear.hear("This", 1).await;
            (dialect, ear)
        }
    });
    let ears = soon(futures_util::future::join_all(ears)).await;
    assert_eq!(house.open.count(), STREAMS);
    house.closing.send_replace(Closing::Draining);
    // The first signal: whoever is in may finish, nobody else comes in.
    until(|| std::net::TcpStream::connect(("127.0.0.1", house.port)).is_err()).await;
    assert_eq!(house.open.count(), STREAMS);
    // The second: each is told in its own dialect, and its row says what came of it.
    house.closing.send_replace(Closing::Now);
    let ends = ears.into_iter().map(|(dialect, mut ear)| async move {
        let body = ear.end().await;
        let seen = Seen { status: ear.status(), headers: std::collections::BTreeMap::new(), body };
        assert!(told_error(dialect, &seen) && !ended_well(dialect, &seen), "{seen:?}");
        assert!(seen.body.contains("shutting down"), "{seen:?}");
    });
    soon(futures_util::future::join_all(ends)).await;
    until(|| house.open.count() == 0).await;
    let rows = house.rows().await;
    assert_eq!(rows.len(), STREAMS);
    for (row, attempts) in &rows {
        assert_eq!((row.outcome.as_deref(), attempts[0].state.as_str()), (Some("cut"), "settled"), "{row:?}");
    }
    assert_eq!(soon(house.stop()).await, STREAMS);
}
