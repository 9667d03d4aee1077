//! Connections that are never made, or have gone stale: nothing is sent twice that may have been processed, and nobody
//! hears of what was provably never sent (faults.md rows 1 to 5, 35, 40).

use std::time::Duration;

use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Persona, Script, Sim, Slice};
use llmroute::store::Cost;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::faults::hand::{asker, soon};
use crate::house::{House, Plan, SECRET, Seen, bill, ended_well, path, question, text};

const CHAT: Dialect = Dialect::OpenaiChat;

/// A first target at `base`, and one that always answers.
async fn behind(base: &str, plan: Plan) -> (Sim, House) {
    let good = Sim::start(Persona::plain("good")).await.unwrap();
    let house = plan.target("a", CHAT, base, 1.0).target("good", CHAT, &good.base_url(), 0.0).open().await;
    (good, house)
}

/// The first target could not be reached: another one answers, nothing is booked for it, and it is told by what code.
async fn unreachable(house: &House, codes: &[&str]) -> Seen {
    let seen = soon(house.ask(CHAT, false)).await;
    assert!(seen.status == 200 && text(CHAT, false, &seen).contains("good"), "{seen:?}");
    let (row, attempts) = house.row(&seen).await;
    let error = attempts[0].error.as_ref().unwrap();
    assert_eq!((error.kind.as_str(), attempts[0].state.as_str()), ("unreachable", "voided"), "{error:?}");
    assert!(codes.contains(&error.code.as_str()), "{error:?}");
    assert!(matches!(attempts[0].cost, Some(Cost::Exact(it)) if it.pico() == 0), "{attempts:?}");
    assert!(row.moved && attempts.len() == 2, "{attempts:?}");
    let mut body = question(CHAT, true);
    body["model"] = "a/model".into();
    let alone = soon(house.post(path(CHAT), body.to_string())).await;
    assert_eq!((alone.status, alone.header("x-should-retry")), (502, "false"), "{alone:?}");
    alone
}

#[tokio::test]
pub(crate) async fn a_name_that_does_not_resolve_fails_over() {
    let mut plan = Plan::new();
    plan.deadlines.connect = Duration::from_secs(2);
    plan.deadlines.whole = Duration::from_secs(60);
    let (_good, house) = behind("http://nowhere.invalid", plan).await;
    // A resolver that never answers is a connection that is never made.
    let alone = unreachable(&house, &["upstream_dns", "upstream_connect_timeout"]).await;
    assert!(!alone.body.contains("http://"), "{alone:?}");
}

/// What a full queue does is the kernel's own affair: this is Linux's way.
#[cfg(target_os = "linux")]
#[tokio::test]
pub(crate) async fn a_host_that_swallows_connections_is_left_after_the_connect_deadline() {
    use socket2::{Domain, SockAddr, Socket, Type};
    // A queue of one place that nobody empties: once it is full, the kernel drops what knocks.
    let full = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    full.bind(&SockAddr::from(std::net::SocketAddr::from(([127, 0, 0, 1], 0)))).unwrap();
    full.listen(0).unwrap();
    let address = full.local_addr().unwrap().as_socket().unwrap();
    let mut knocking = Vec::new();
    for _ in 0..8 {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_nonblocking(true).unwrap();
        // In progress, and it stays so.
        let _ = socket.connect(&address.into());
        knocking.push(socket);
    }
    let mut plan = Plan::new();
    plan.deadlines.connect = Duration::from_millis(300);
    plan.deadlines.whole = Duration::from_secs(60);
    let (_good, house) = behind(&format!("http://{address}"), plan).await;
    unreachable(&house, &["upstream_connect_timeout"]).await;
}

/// A server that says `answer` to whatever comes first, and keeps what came.
async fn says(answer: &'static [u8]) -> (String, tokio::task::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let mut all = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut piece = vec![0; 4096];
            let n = stream.read(&mut piece).await.unwrap_or(0);
            all.extend_from_slice(&piece[..n]);
            let _ = stream.write_all(answer).await;
            if memchr::memmem::find(&all, b"END").is_some() {
                return all;
            }
        }
    });
    (base, serving)
}

#[tokio::test]
pub(crate) async fn a_server_that_does_not_prove_who_it_is_gets_neither_key_nor_prompt() {
    let plain = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
    // A fatal alert (handshake_failure), a plain answer where TLS was meant, and a close.
    for answer in [&[21_u8, 3, 3, 0, 2, 2, 40][..], plain, b""] {
        let (base, serving) = says(answer).await;
        let (_good, house) = behind(&base, Plan::new()).await;
        unreachable(&house, &["upstream_tls"]).await;
        let mut last = tokio::net::TcpStream::connect(base.strip_prefix("https://").unwrap()).await.unwrap();
        last.write_all(b"END").await.unwrap();
        let all = soon(serving).await.unwrap();
        for secret in [SECRET, "What is a proxy?", "Bearer"] {
            assert!(memchr::memmem::find(&all, secret.as_bytes()).is_none(), "{secret} was sent");
        }
    }
}

#[tokio::test]
pub(crate) async fn a_pooled_connection_that_went_stale_is_replaced_unseen() {
    const TIMES: usize = 50;
    for stream in [false, true] {
        let sim = Sim::start(Persona::plain("a")).await.unwrap();
        // Closed without a word after each answer, which the client side learns of at its own time.
        sim.script().always(Script::natural().then_close());
        let house = Plan::new().target("a", CHAT, &sim.base_url(), 1.0).open().await;
        for n in 0..TIMES {
            let seen = soon(house.ask(CHAT, stream)).await;
            assert!(seen.status == 200 && !text(CHAT, stream, &seen).is_empty(), "{n}: {seen:?}");
            assert_eq!(seen.header("x-llmroute-attempts"), "a/model 200", "{n}: nothing to be seen of it");
        }
        assert_eq!(sim.meter().arrived(), TIMES as u64, "no request was sent twice");
        assert_eq!(sim.meter().connections(), TIMES as u64, "each connection was good for one");
        let rows = house.rows().await;
        assert!(rows.iter().all(|it| it.1.len() == 1 && it.0.outcome.as_deref() == Some("ok")), "{rows:?}");
    }
}

#[tokio::test]
pub(crate) async fn a_kept_connection_is_used_again() {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    let house = Plan::new().target("a", CHAT, &sim.base_url(), 1.0).open().await;
    for n in 0..50 {
        let seen = house.ask(CHAT, n % 2 == 0).await;
        assert_eq!(seen.status, 200, "{n}: {seen:?}");
    }
    assert_eq!((sim.meter().arrived(), sim.meter().connections()), (50, 1));
}

#[tokio::test]
pub(crate) async fn a_request_that_may_have_been_processed_is_not_sent_again() {
    const TIMES: usize = 50;
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    for _ in 0..TIMES {
        // The second of each pair goes over the connection that the first left open, and is read whole.
        sim.script().extend([Script::natural(), Script::reset_after()]);
    }
    let house = Plan::new().target("a", CHAT, &sim.base_url(), 1.0).open().await;
    for n in 0..TIMES {
        let seen = soon(house.ask(CHAT, true)).await;
        assert!(seen.status == 200 && ended_well(CHAT, &seen), "{n}: {seen:?}");
        let seen = soon(house.ask(CHAT, true)).await;
        assert_eq!((seen.status, seen.header("x-should-retry")), (504, "false"), "{n}: {seen:?}");
    }
    assert_eq!(sim.meter().arrived(), 2 * TIMES as u64, "each request arrived once");
    assert_eq!(sim.meter().connections(), TIMES as u64, "and half of them over a used connection");
    let rows = house.rows().await;
    let uncertain = rows.iter().filter(|it| it.1[0].state == "uncertain");
    assert_eq!(uncertain.count(), TIMES);
    assert!(rows.iter().all(|it| it.1.len() == 1), "{rows:?}");
}

#[tokio::test]
pub(crate) async fn an_answer_and_the_end_of_its_connection_in_one_piece_is_whole() {
    for target in Dialect::ALL {
        let dialect = asker(target);
        for stream in [false, true] {
            let sim = Sim::start(Persona::plain("a")).await.unwrap();
            sim.script().always(Script::natural().slice(Slice::Merge(10_000)).until_close());
            let house = Plan::new().target("a", target, &sim.base_url(), 1.0).open().await;
            let seen = soon(house.ask(dialect, stream)).await;
            assert!(!stream || ended_well(dialect, &seen), "{seen:?}");
            assert!(text(dialect, stream, &seen).contains("This is a"), "{seen:?}");
            let (row, _) = house.row(&seen).await;
            let billed = sim.meter().arrivals()[0].outcome.billed.as_ref().map(bill);
            assert!(matches!(row.cost, Some(Cost::Exact(it)) if Some(it.pico()) == billed), "{row:?}");
        }
    }
}
