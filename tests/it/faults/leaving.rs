//! Clients that leave: before the first byte, in the middle, while the walk goes on. The provider is let go or read to its
//! end, a row says what is known, and nothing stays behind (faults.md rows 46 to 48).

use std::time::Duration;

use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Persona, Script, Sim};
use llmroute::store::Cost;
use llmroute::store::requests::{AttemptRow, RequestRow};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::faults::hand::{Ear, Hand, asker, event_bytes, soon, until, whole};
use crate::house::{House, Plan, TOKEN, billed, path_for, question};

const CHAT: Dialect = Dialect::OpenaiChat;

fn plan() -> Plan {
    let mut plan = Plan::new();
    let long = Duration::from_secs(120);
    plan.deadlines.first_content = long;
    plan.deadlines.byte_gap = long;
    plan.deadlines.content_gap = long;
    plan.deadlines.whole = long;
    plan
}

/// A raw client that has sent its request.
async fn asked(house: &House, dialect: Dialect, stream: bool) -> TcpStream {
    let mut socket = TcpStream::connect(("127.0.0.1", house.port)).await.unwrap();
    let body = question(dialect, stream).to_string();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nauthorization: Bearer {TOKEN}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        path_for(dialect, stream),
        house.port,
        body.len()
    );
    socket.write_all((head + &body).as_bytes()).await.unwrap();
    socket
}

/// The one row of `house` says that its client left, after this many attempts, and nothing is open any more.
async fn gone(house: &House, attempts: usize) {
    until(|| house.open.count() == 0).await;
    let rows = house.rows().await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    let (row, tried) = &rows[0];
    assert_eq!(
        (row.outcome.as_deref(), row.status, tried.len()),
        (Some("client_gone"), Some(499), attempts),
        "{row:?}"
    );
    // Something was sent: what it cost is known, estimated or in doubt, and never nothing.
    assert!(row.cost.and_then(Cost::amount).is_some_and(|it| it.pico() > 0), "{row:?}");
}

#[tokio::test]
async fn a_client_that_leaves_before_the_first_byte_ends_the_call() {
    for target in Dialect::ALL {
        for stream in [false, true] {
            let hand = Hand::open().await;
            let house = plan().target("a", target, &hand.base, 1.0).open().await;
            let client = asked(&house, asker(target), stream).await;
            let exchange = hand.request().await;
            assert_eq!(house.open.count(), 1);
            drop(client);
            exchange.left().await;
            gone(&house, 1).await;
        }
    }
}

#[tokio::test]
async fn a_client_that_leaves_after_a_ping_ends_the_call() {
    for target in Dialect::ALL {
        let mut plan = plan();
        plan.deadlines.ping = Duration::from_millis(20);
        let hand = Hand::open().await;
        let house = plan.target("a", target, &hand.base, 1.0).open().await;
        let (ear, exchange) = tokio::join!(Ear::ask(&house, asker(target)), hand.request());
        drop(ear);
        exchange.left().await;
        gone(&house, 1).await;
    }
}

#[tokio::test]
async fn a_client_that_leaves_during_failover_ends_it() {
    for stream in [false, true] {
        let (first, second) = (Hand::open().await, Hand::open().await);
        let third = Sim::start(Persona::plain("c")).await.unwrap();
        let plan = plan().target("a", CHAT, &first.base, 1.0).target("b", Dialect::Anthropic, &second.base, 0.5);
        let house = plan.target("c", CHAT, &third.base_url(), 0.0).open().await;
        // The weights make the first two change places now and then.
        let client = asked(&house, CHAT, stream).await;
        let (mut failing, other) = tokio::select! {
            it = first.request() => (it, &second),
            it = second.request() => (it, &first),
        };
        failing.answer(503, &json!({"error": {"message": "busy"}})).await;
        let exchange = other.request().await;
        drop(client);
        exchange.left().await;
        gone(&house, 2).await;
        assert_eq!(third.meter().arrived(), 0, "nobody waits for an answer any more");
    }
}

#[tokio::test]
async fn a_client_that_leaves_in_the_middle_ends_the_call() {
    for client in Dialect::CLIENTS {
        for target in Dialect::ALL {
            let hand = Hand::open().await;
            let house = plan().target("a", target, &hand.base, 1.0).open().await;
            let (mut ear, mut exchange) = tokio::join!(Ear::ask(&house, client), async {
                let mut exchange = hand.request().await;
                exchange.begin_stream().await;
                let [opening, content, _] = event_bytes(target, "some words");
                exchange.say([opening, content].concat()).await;
                exchange
            });
            ear.hear("some words", 1).await;
            assert_eq!(house.open.count(), 1);
            drop(ear);
            // A provider that is silent at this moment is let go as well.
            exchange.say("").await;
            exchange.left().await;
            gone(&house, 1).await;
        }
    }
}

#[tokio::test]
async fn what_a_provider_bills_anyway_is_read_to_its_end() {
    for target in Dialect::ALL {
        let mut persona = Persona::plain("a");
        persona.cancels = false;
        let sim = Sim::start(persona).await.unwrap();
        sim.script().always(Script::slow(Duration::from_millis(5)));
        let mut plan = plan();
        plan.quirks.cancels = false;
        let house = plan.target("a", target, &sim.base_url(), 1.0).open().await;
        let mut ear = Ear::ask(&house, asker(target)).await;
        ear.hear("This", 1).await;
        drop(ear);
        soon(sim.meter().wait_settled(1)).await;
        let outcome = &sim.meter().arrivals()[0].outcome;
        assert!(outcome.completed && !outcome.cancelled_by_client, "{outcome:?}");
        gone(&house, 1).await;
        let cost = house.rows().await[0].0.cost;
        assert!(matches!(cost, Some(Cost::Exact(it)) if it.pico() == billed(&sim)), "{cost:?}");
    }
}

#[tokio::test]
async fn what_a_provider_bills_anyway_is_waited_for_even_before_its_first_byte() {
    for target in Dialect::ALL {
        for (stream, pings) in [(false, false), (true, false), (true, true)] {
            let (hand, other) = (Hand::open().await, Sim::start(Persona::plain("b")).await.unwrap());
            let mut plan = plan();
            plan.quirks.cancels = false;
            plan.deadlines.ping = Duration::from_millis(if pings { 20 } else { 60_000 });
            let plan = plan.target("a", target, &hand.base, 1.0).target("b", target, &other.base_url(), 0.0);
            let house = plan.open().await;
            let mut client = asked(&house, asker(target), stream).await;
            let mut exchange = hand.request().await;
            if pings {
                soon(client.read_exact(&mut [0; 300])).await.unwrap();
            }
            drop(client);
            until(|| house.open.count() == 0).await;
            // It does not know, works on, and says at the end what it bills.
            if stream {
                exchange.begin_stream().await;
                exchange.say(event_bytes(target, "for nobody").concat()).await;
            } else {
                exchange.answer(200, &whole(target, "for nobody")).await;
            }
            drop(exchange);
            let rows = settled(&house).await;
            let (row, attempts) = &rows[0];
            assert_eq!((row.outcome.as_deref(), attempts.len()), (Some("client_gone"), 1), "{row:?}");
            // $1 a million in, $2 out.
            assert!(matches!(row.cost, Some(Cost::Exact(it)) if it.pico() == 15_000_000), "{row:?}");
            assert_eq!(other.meter().arrived(), 0);
        }
    }
}

#[tokio::test]
async fn nothing_is_tried_for_a_client_that_has_left() {
    let (hand, other) = (Hand::open().await, Sim::start(Persona::plain("b")).await.unwrap());
    let mut plan = plan();
    plan.quirks.cancels = false;
    let house = plan.target("a", CHAT, &hand.base, 1.0).target("b", CHAT, &other.base_url(), 0.0).open().await;
    let client = asked(&house, CHAT, true).await;
    let mut exchange = hand.request().await;
    drop(client);
    until(|| house.open.count() == 0).await;
    exchange.answer(503, &json!({"error": {"message": "busy"}})).await;
    let rows = settled(&house).await;
    assert_eq!((rows[0].0.outcome.as_deref(), rows[0].1.len()), (Some("client_gone"), 1), "{rows:?}");
    assert_eq!(rows[0].1[0].status, Some(503));
    assert_eq!(other.meter().arrived(), 0);
}

/// All rows, as soon as there is one and none is open.
async fn settled(house: &House) -> Vec<(RequestRow, Vec<AttemptRow>)> {
    soon(async {
        loop {
            let rows = house.rows().await;
            if !rows.is_empty() && rows.iter().all(|it| it.0.outcome.is_some()) {
                return rows;
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_client_that_closes_its_own_side_is_not_left_hanging_and_has_its_row() {
    for stream in [false, true] {
        let (sim, hand) = (Sim::start(Persona::plain("b")).await.unwrap(), Hand::open().await);
        let house = plan().target("a", CHAT, &hand.base, 1.0).target("b", CHAT, &sim.base_url(), 0.0).open().await;
        let mut client = asked(&house, CHAT, stream).await;
        let exchange = hand.request().await;
        // As `nc -N` does: no more from me, but I listen. It counts as leaving, as it does for every server of this kind.
        client.shutdown().await.unwrap();
        let mut rest = Vec::new();
        soon(client.read_to_end(&mut rest)).await.unwrap();
        exchange.left().await;
        gone(&house, 1).await;
    }
}

#[tokio::test]
async fn a_thousand_clients_that_leave_leave_nothing_behind() {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    sim.script().always(Script::slow(Duration::from_millis(1)));
    let house = std::sync::Arc::new(plan().target("a", CHAT, &sim.base_url(), 1.0).open().await);
    let mut leaving = tokio::task::JoinSet::new();
    for n in 0..1000_u64 {
        if leaving.len() >= 50 {
            leaving.join_next().await.unwrap().unwrap();
        }
        let house = std::sync::Arc::clone(&house);
        leaving.spawn(async move {
            let mut client = asked(&house, CHAT, n % 3 != 0).await;
            // At any moment: before the call, before its first byte, in the middle, after the end.
            let mut piece = [0; 512];
            for _ in 0..n % 7 {
                let _ = tokio::time::timeout(Duration::from_millis(n % 11), client.read(&mut piece)).await;
            }
        });
    }
    while let Some(left) = leaving.join_next().await {
        left.unwrap();
    }
    until(|| house.open.count() == 0).await;
    let arrived = sim.meter().arrived();
    soon(sim.meter().wait_settled(arrived)).await;
    // What reached the provider has its row, one attempt in each, none of them open.
    let rows = house.rows().await;
    assert!(rows.iter().all(|it| it.0.outcome.is_some() && it.1.len() == 1), "a row is open");
    assert!(rows.len() as u64 >= arrived, "{} rows for {arrived} calls", rows.len());
    // And the house is as good as new.
    let seen = house.ask(CHAT, true).await;
    assert_eq!(seen.status, 200, "{seen:?}");
}
