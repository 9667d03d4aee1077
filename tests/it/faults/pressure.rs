//! Too much and too fast: clients that read slowly, events without an end, answers without a bound. What is asserted is
//! how much an upstream could push, which bounds what can have piled up (faults.md rows 9, 33, 43).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Persona, Script, Sim};
use llmroute::store::Cost;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::faults::hand::{Ear, Exchange, Hand, asker, event_bytes, events, soon};
use crate::house::{House, Plan, Seen, TOKEN, ended_well, path, question, question_to, text, told_error};

const CHAT: Dialect = Dialect::OpenaiChat;
/// Bytes that may lie between an upstream and a client that reads nothing: what the kernel holds for the sockets of both
/// connections, and a megabyte for all of ours.
fn pile() -> u64 {
    let most = |name: &str| {
        let text = std::fs::read_to_string(format!("/proc/sys/net/ipv4/{name}")).unwrap_or_default();
        text.split_whitespace().nth(2).and_then(|it| it.parse().ok()).unwrap_or(16_u64 << 20)
    };
    2 * (most("tcp_rmem") + most("tcp_wmem")) + (1 << 20)
}

/// Waits until nothing has been pushed for a second; how much was.
async fn held_back(pushed: &AtomicU64) -> u64 {
    let (mut last, mut looks) = (0, 0);
    soon(async {
        while looks < 50 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let now = pushed.load(Ordering::Relaxed);
            assert!(now <= pile(), "{now} bytes piled up");
            looks = if now == last { looks + 1 } else { 0 };
            last = now;
        }
    })
    .await;
    last
}

fn plan() -> Plan {
    let mut plan = Plan::new();
    let long = Duration::from_secs(120);
    plan.deadlines.first_content = long;
    plan.deadlines.byte_gap = long;
    plan.deadlines.content_gap = long;
    plan.deadlines.whole = long;
    plan
}

/// Pushes `piece` again and again until the other side is gone; counts the bytes.
fn push(exchange: Exchange, piece: String) -> (Arc<AtomicU64>, JoinHandle<()>) {
    let pushed = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&pushed);
    let mut stream = exchange.into_stream();
    let pushing = tokio::spawn(async move {
        while let Ok(n) = stream.write(piece.as_bytes()).await {
            count.fetch_add(n as u64, Ordering::Relaxed);
        }
    });
    (pushed, pushing)
}

/// 64 KiB of content events.
fn contents(dialect: Dialect) -> String {
    let [_, content, _] = events(dialect, &"word ".repeat(100));
    content.repeat((64 << 10) / content.len())
}

/// An endless stream of content, on its way to whoever asks for it.
async fn endless(hand: &Hand) -> (Arc<AtomicU64>, JoinHandle<()>) {
    let mut exchange = hand.request().await;
    exchange.begin_stream().await;
    let [opening, ..] = events(CHAT, "");
    exchange.say(opening).await;
    push(exchange, contents(CHAT))
}

/// A client that has asked for a stream and read nothing of it yet.
async fn slow_client(house: &House) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", house.port)).await.unwrap();
    let body = question(CHAT, true).to_string();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nauthorization: Bearer {TOKEN}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        path(CHAT),
        house.port,
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
pub(crate) async fn a_client_that_reads_slowly_holds_its_provider_back_and_nobody_else() {
    let (hand, quick) = (Hand::open().await, Sim::start(Persona::plain("quick")).await.unwrap());
    let plan = plan().target("a", CHAT, &hand.base, 1.0).target("quick", CHAT, &quick.base_url(), 0.0);
    let house = plan.open().await;

    let (mut client, (pushed, pushing)) = tokio::join!(slow_client(&house), endless(&hand));
    let full = held_back(&pushed).await;
    assert!(full > 0);
    let mut body = question(CHAT, false);
    body["model"] = "quick/model".into();
    let mut sip = [0; 1024];
    for _ in 0..50 {
        soon(client.read_exact(&mut sip)).await.unwrap();
        let other = soon(house.post(path(CHAT), body.to_string())).await;
        assert_eq!(other.status, 200, "{other:?}");
    }
    held_back(&pushed).await;
    // It is the client that holds it back, nothing else: as it drinks, more comes.
    let mut draught = vec![0; 1 << 20];
    while pushed.load(Ordering::Relaxed) < full + (8 << 20) {
        soon(client.read_exact(&mut draught)).await.unwrap();
    }
    drop(client);
    soon(pushing).await.unwrap();
    let rows = house.rows().await;
    let slow = rows.iter().rfind(|it| it.0.stream).unwrap();
    assert_eq!(slow.0.outcome.as_deref(), Some("client_gone"), "{slow:?}");
    assert!(matches!(slow.0.cost, Some(Cost::Estimated(it)) if it.pico() > 0), "{slow:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_rests_does_not_make_its_provider_silent() {
    let mut plan = plan();
    plan.deadlines.byte_gap = Duration::from_millis(1500);
    plan.deadlines.content_gap = Duration::from_millis(1500);
    let hand = Hand::open().await;
    let house = plan.target("a", CHAT, &hand.base, 1.0).open().await;
    let (mut client, (pushed, pushing)) = tokio::join!(slow_client(&house), endless(&hand));
    let mut piece = vec![0; 1 << 20];
    for _ in 0..2 {
        // Long enough for every buffer on the way to fill up and for both deadlines to pass.
        tokio::time::sleep(Duration::from_secs(3)).await;
        let enough = pushed.load(Ordering::Relaxed) + (4 << 20);
        while pushed.load(Ordering::Relaxed) < enough {
            let n = soon(client.read(&mut piece)).await.unwrap();
            assert!(n > 0 && memchr::memmem::find(&piece[..n], b"error").is_none(), "the stream was cut");
        }
    }
    drop(client);
    soon(pushing).await.unwrap();
    assert_eq!(house.rows().await[0].0.outcome.as_deref(), Some("client_gone"));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_for_minutes_is_let_go_and_billed() {
    let hand = Hand::open().await;
    let house = Plan::new().target("a", CHAT, &hand.base, 1.0).open().await;
    let (client, (_, pushing)) = tokio::join!(slow_client(&house), endless(&hand));
    // The clock moves on by itself as soon as nothing else can.
    pushing.await.unwrap();
    let rows = house.rows().await;
    assert_eq!(rows[0].0.outcome.as_deref(), Some("client_gone"), "{rows:?}");
    assert!(matches!(rows[0].0.cost, Some(Cost::Estimated(it)) if it.pico() > 0), "{rows:?}");
    assert_eq!(house.open.count(), 0);
    drop(client);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
pub(crate) async fn an_event_of_64_mib_is_relayed_while_it_comes() {
    for dialect in Dialect::CLIENTS {
        let hand = Hand::open().await;
        let house = plan().target("a", dialect, &hand.base, 1.0).open().await;
        let (mut ear, mut exchange) = tokio::join!(Ear::ask(&house, dialect), async {
            let mut exchange = hand.request().await;
            exchange.begin_stream().await;
            let [opening, content, _] = events(dialect, "small");
            exchange.say(opening + &content).await;
            exchange
        });
        let [_, content, closing] = events(dialect, &"x".repeat(64 << 20));
        let (head, tail) = content.split_at(content.len() - 16);
        // The client must have nearly all of it before its end is sent.
        tokio::join!(ear.hear_bytes(62 << 20), exchange.say(head));
        exchange.say(tail.to_owned() + &closing).await;
        drop(exchange);
        let all = ear.end().await;
        let [opening, small, _] = events(dialect, "small");
        assert!(all == opening + &small + &content + &closing, "the bytes are not those that were sent");
        let row = &house.rows().await[0].0;
        // The usage stands in an event of its own, which is read again.
        assert_eq!((row.outcome.as_deref(), row.tokens.map(|it| it.output)), (Some("ok"), Some(3)), "{row:?}");
    }
}

/// A line without an end: `data: xxxx…`.
async fn endless_line(hand: &Hand, begin: impl AsRef<[u8]>) -> (Arc<AtomicU64>, JoinHandle<()>) {
    let mut exchange = hand.request().await;
    exchange.begin_stream().await;
    exchange.say(begin).await;
    push(exchange, "x".repeat(64 << 10))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
pub(crate) async fn a_line_without_an_end_ends_with_the_longest_time_a_stream_may_take() {
    let mut plan = plan();
    plan.deadlines.stream = Duration::from_secs(1);
    let hand = Hand::open().await;
    let house = plan.target("a", CHAT, &hand.base, 1.0).open().await;
    let (mut ear, (_, pushing)) = tokio::join!(Ear::ask(&house, CHAT), endless_line(&hand, "data: {\"x\":\""));
    let all = ear.end().await;
    let seen = Seen { status: ear.status(), headers: std::collections::BTreeMap::new(), body: all };
    let end = &seen.body[seen.body.len() - 400..];
    assert!(told_error(CHAT, &seen) && !ended_well(CHAT, &seen), "…{end}");
    assert!(end.contains("longest time a stream may take"), "…{end}");
    soon(pushing).await.unwrap();
    assert_eq!(house.rows().await[0].0.outcome.as_deref(), Some("cut"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_no_bound_before_any_content_goes_elsewhere() {
    let comment = format!(": {}\n\n", "x".repeat(60_000));
    // In another dialect an event must be understood to be told; comments never are content; a whole answer is held.
    for (client, target, stream, piece) in [
        (Dialect::Anthropic, CHAT, true, "x".repeat(64 << 10)),
        (CHAT, Dialect::Anthropic, true, "x".repeat(64 << 10)),
        (CHAT, CHAT, true, comment),
        (CHAT, CHAT, false, " ".repeat(64 << 10)),
    ] {
        let (hand, good) = (Hand::open().await, Sim::start(Persona::plain("good")).await.unwrap());
        let plan = plan().target("a", target, &hand.base, 1.0).target("good", client, &good.base_url(), 0.0);
        let house = plan.open().await;
        let bad = async {
            let mut exchange = hand.request().await;
            exchange.begin_stream().await;
            push(exchange, piece)
        };
        let (seen, (pushed, pushing)) = tokio::join!(soon(house.ask(client, stream)), bad);
        assert_eq!(seen.status, 200, "{seen:?}");
        assert!(text(client, stream, &seen).contains("good"), "{seen:?}");
        soon(pushing).await.unwrap();
        let held = if stream { 1 << 20 } else { 64 << 20 };
        assert!(pushed.load(Ordering::Relaxed) < held + pile(), "{client:?} {target:?} {stream}: {pushed:?}");
        let error = house.rows().await[0].1[0].error.clone().unwrap();
        assert_eq!(error.kind, "broken", "{error:?}");
    }
}

/// The beginning of an event that is never complete.
fn begun_and_endless(dialect: Dialect) -> Vec<u8> {
    match dialect {
        Dialect::Ollama => b"{\"x\":\"".to_vec(),
        Dialect::BedrockConverse => {
            // The two lengths and their checksum: as long as a message may be said to be, and without headers.
            let lengths = [u32::MAX.to_be_bytes(), 0_u32.to_be_bytes()].concat();
            [&lengths[..], &crc32fast::hash(&lengths).to_be_bytes()].concat()
        }
        _ => b"data: {\"x\":\"".to_vec(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_too_large_to_be_told_in_another_dialect_is_an_honest_cut() {
    let others = Dialect::ALL.into_iter().filter(|it| *it != CHAT).map(|target| (CHAT, target));
    let here = Dialect::CLIENTS.into_iter().filter(|it| *it != CHAT).map(|client| (client, CHAT));
    for (client, target) in others.chain(here) {
        let hand = Hand::open().await;
        let house = plan().target("a", target, &hand.base, 1.0).open().await;
        let [opening, content, _] = event_bytes(target, "small");
        let begin = [opening, content, begun_and_endless(target)].concat();
        let (mut ear, (pushed, pushing)) = tokio::join!(Ear::ask(&house, client), endless_line(&hand, &begin));
        let all = ear.end().await;
        let seen = Seen { status: ear.status(), headers: std::collections::BTreeMap::new(), body: all };
        assert!(seen.body.contains("small") && told_error(client, &seen) && !ended_well(client, &seen), "{seen:?}");
        soon(pushing).await.unwrap();
        assert!(pushed.load(Ordering::Relaxed) < pile());
        assert_eq!(house.rows().await[0].0.outcome.as_deref(), Some("cut"));
    }
}

#[tokio::test]
async fn an_error_page_of_any_size_is_told_in_the_clients_own_words() {
    let page = |size: usize| format!("<html>{}</html>", "x".repeat(size));
    for target in Dialect::ALL {
        let client = asker(target);
        for status in [502, 520, 522, 524] {
            for (kind, body) in [
                ("text/html", String::new()),
                ("text/html", page(100)),
                ("text/html", page(4 << 20)),
                ("application/json", format!("{{\"error\":{{\"message\":\"{}\"}}}}", "x".repeat(4 << 20))),
                ("application/json", "{\"error\":".to_owned()),
            ] {
                let (bad, good) = (
                    Sim::start(Persona::plain("bad")).await.unwrap(),
                    Sim::start(Persona::plain("good")).await.unwrap(),
                );
                bad.script().always(Script::status_with(status, kind, body));
                let plan = plan().target("bad", target, &bad.base_url(), 1.0);
                let house = plan.target("good", target, &good.base_url(), 0.0).open().await;
                let seen = soon(house.ask(client, false)).await;
                assert!(seen.status == 200 && text(client, false, &seen).contains("good"), "{status}: {seen:?}");
                let (path, alone) = question_to("bad/model", client, true);
                let seen = soon(house.post(&path, alone.to_string())).await;
                assert!(seen.status >= 500 && seen.json()["error"]["message"].is_string(), "{status}: {seen:?}");
                assert!(seen.body.len() <= 64 << 10, "{status}: {} bytes", seen.body.len());
                assert_eq!(seen.header("content-type"), "application/json");
                assert!(house.row(&seen).await.0.error.unwrap().detail.len() < 3000, "{status}");
            }
        }
    }
}
