//! The near door: who is let in, what limits hold, how the house closes.

use std::time::Duration;

use llmroute::domain::dialect::Dialect;
use llmroute::server::Closing;
use llmroute::server::listen::{self, BindError};
use llmroute::sim::{Persona, Script, Sim};
use llmroute::store::Cost;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::house::{House, Plan, TOKEN, billed, ended_well, question, text, told_error};

async fn open() -> (Sim, House) {
    let sim = Sim::start(Persona::plain("sim")).await.unwrap();
    let house = Plan::new().target("sim", Dialect::OpenaiChat, &sim.base_url(), 1.0).open().await;
    (sim, house)
}

/// Sends raw bytes and returns everything that comes back until the server closes or falls silent.
async fn raw(port: u16, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let reading = async {
        let mut chunk = [0; 4096];
        while let Ok(n @ 1..) = stream.read(&mut chunk).await {
            answer.extend_from_slice(&chunk[..n]);
        }
    };
    // A kept connection stays open after its answer.
    let _ = tokio::time::timeout(Duration::from_millis(400), reading).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn post(port: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {TOKEN}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or_else(|| panic!("no status in {answer:?}"))
}

#[tokio::test]
async fn only_exact_hosts_are_served() {
    let (sim, house) = open().await;
    let port = house.port;
    let get = |host: &str| format!("GET /health HTTP/1.1\r\nhost: {host}\r\n\r\n");
    for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}")] {
        assert_eq!(status(&raw(port, get(&host).as_bytes()).await), 200, "{host}");
    }
    let wrong = ["evil.com", "127.0.0.1", "0.0.0.0", "127.1", "localhost.", "[::ffff:127.0.0.1]", "127.0.0.1:1", ""];
    for host in wrong {
        let named = format!("{host}:{port}");
        for host in [host, named.as_str()] {
            if host == format!("127.0.0.1:{port}") {
                continue;
            }
            let answer = raw(port, get(host).as_bytes()).await;
            assert!(matches!(status(&answer), 421 | 400), "{host}: {answer}");
        }
    }
    assert_eq!(status(&raw(port, b"GET /health HTTP/1.1\r\n\r\n").await), 421, "no Host");
    let two = format!("GET /health HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nhost: evil.com\r\n\r\n");
    assert!(matches!(status(&raw(port, two.as_bytes()).await), 421 | 400), "two Hosts");
    let absolute = format!("GET http://evil.com/health HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n");
    assert_eq!(status(&raw(port, absolute.as_bytes()).await), 421, "absolute form");
    assert!(sim.meter().arrivals().is_empty());
}

#[tokio::test]
async fn a_port_that_somebody_holds_on_one_address_is_not_taken_on_the_other() {
    // Whoever squats on [::1] would be sent tokens and prompts by every client that tries `localhost` there first.
    let Ok(squatter) = std::net::TcpListener::bind("[::1]:0") else {
        return eprintln!("skipped: this machine has no IPv6");
    };
    let address = squatter.local_addr().unwrap();
    match listen::bind(address.port()) {
        Err(BindError::Taken { address: named }) => assert_eq!(named, address),
        other => panic!("{other:?}"),
    }
    assert!(std::net::TcpListener::bind(("127.0.0.1", address.port())).is_ok(), "nothing of it is held on to");
    drop(squatter);
    let held = listen::bind(0).unwrap();
    assert!(std::net::TcpListener::bind(("::1", held.port)).is_err(), "both addresses are ours");
}

#[tokio::test]
async fn no_web_page_gets_in_and_no_cors_header_gets_out() {
    let (sim, house) = open().await;
    let body = question(Dialect::OpenaiChat, false).to_string();
    let headers =
        ["origin: https://evil.com", "origin: null", "sec-fetch-site: cross-site", "sec-fetch-site: same-site"];
    for header in headers {
        let answer = raw(house.port, post(house.port, &format!("{header}\r\n"), &body).as_bytes()).await;
        assert_eq!(status(&answer), 403, "{header}: {answer}");
        assert!(!answer.to_ascii_lowercase().contains("access-control"), "{answer}");
    }
    let form = post(house.port, "", &body).replace("application/json", "text/plain");
    assert_eq!(status(&raw(house.port, form.as_bytes()).await), 403);
    let preflight = format!(
        "OPTIONS /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{}\r\norigin: https://evil.com\r\n\r\n",
        house.port
    );
    let answer = raw(house.port, preflight.as_bytes()).await;
    assert_eq!(status(&answer), 403);
    assert!(!answer.to_ascii_lowercase().contains("access-control"), "{answer}");
    assert!(sim.meter().arrivals().is_empty());
}

#[tokio::test]
async fn the_token_is_needed_and_goes_no_further() {
    let (sim, house) = open().await;
    let body = question(Dialect::OpenaiChat, false).to_string();
    for (header, want) in [
        ("authorization", format!("Bearer {TOKEN}")),
        ("x-api-key", TOKEN.to_owned()),
        ("x-goog-api-key", TOKEN.to_owned()),
        ("x-llmroute-key", TOKEN.to_owned()),
    ] {
        let request = post(house.port, &format!("{header}: {want}\r\n"), &body);
        let request = request.replacen(&format!("authorization: Bearer {TOKEN}\r\n"), "", 1);
        assert_eq!(status(&raw(house.port, request.as_bytes()).await), 200, "{header}");
    }
    let arrivals = sim.meter().arrivals();
    assert_eq!(arrivals.len(), 4);
    for arrival in &arrivals {
        let all = format!("{:?}", arrival.headers);
        assert!(!all.contains(TOKEN), "{all}");
    }
    let wrong = post(house.port, "", &body).replace(TOKEN, "wrong");
    let answer = raw(house.port, wrong.as_bytes()).await;
    assert_eq!(status(&answer), 401);
    assert!(answer.contains("\"error\"") && !answer.contains(TOKEN), "{answer}");
    let none = post(house.port, "", &body).replace(&format!("authorization: Bearer {TOKEN}\r\n"), "");
    assert_eq!(status(&raw(house.port, none.as_bytes()).await), 401);
    assert_eq!(sim.meter().arrivals().len(), 4);
}

#[tokio::test]
async fn headers_pass_by_allow_list() {
    let (sim, house) = open().await;
    let body = question(Dialect::OpenaiChat, false).to_string();
    let headers = "cookie: a=b\r\nx-forwarded-for: 1.2.3.4\r\nopenai-organization: org\r\nopenai-beta: x=1\r\n\
                   idempotency-key: k1\r\nproxy-authorization: Basic eA==\r\nconnection: x-api-key\r\n";
    assert_eq!(status(&raw(house.port, post(house.port, headers, &body).as_bytes()).await), 200);
    let arrival = &sim.meter().arrivals()[0];
    let names: Vec<&str> = arrival.headers.iter().map(|it| it.0.as_str()).collect();
    assert!(names.contains(&"openai-beta") && names.contains(&"idempotency-key"), "{names:?}");
    for stays in ["cookie", "x-forwarded-for", "openai-organization", "proxy-authorization", "connection"] {
        assert!(!names.contains(&stays), "{names:?}");
    }
}

#[tokio::test]
async fn bad_bodies_are_refused_with_where_and_nothing_is_sent() {
    let (sim, house) = open().await;
    let deep = format!("{{\"model\":\"g\",\"messages\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let bodies = [
        String::new(),
        "{".to_owned(),
        "[]".to_owned(),
        "{\"model\": \"g\"}".to_owned(),
        "{\"model\": 7, \"messages\": []}".to_owned(),
        "{\"model\": \"g\", \"model\": \"h\", \"messages\": []}".to_owned(),
        "{\"model\": \"g\", \"mod\\u0065l\": \"h\", \"messages\": []}".to_owned(),
        "{\"model\": \"g\", \"messages\": [], \"stream\": \"yes\"}".to_owned(),
        "{\"model\": \"g\", \"messages\": []} trailing".to_owned(),
        deep,
    ];
    for body in bodies {
        for path in ["/v1/chat/completions", "/v1/messages"] {
            let seen = house.post(path, body.clone()).await;
            let shown: String = body.chars().take(60).collect();
            assert_eq!(seen.status, 400, "{shown}: {seen:?}");
            assert!(seen.json()["error"]["message"].is_string(), "{shown}: {seen:?}");
        }
    }
    assert!(sim.meter().arrivals().is_empty());
    let missing = house.post("/v1/chat/completions", json!({"model": "modl", "messages": []}).to_string()).await;
    assert_eq!(missing.status, 404);
    assert!(missing.json()["error"]["message"].as_str().unwrap().contains("nearest: model"), "{missing:?}");
}

#[tokio::test]
async fn too_large_and_encoded_bodies_are_refused_before_they_are_read() {
    let (sim, house) = open().await;
    let port = house.port;
    let huge = post(port, "", "").replace("content-length: 0", "content-length: 70000000");
    let answer = raw(port, huge.as_bytes()).await;
    assert_eq!(status(&answer), 413, "{answer}");
    let gzip = post(port, "content-encoding: gzip\r\n", "{}");
    assert_eq!(status(&raw(port, gzip.as_bytes()).await), 415);
    let head = format!("GET /health HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nx: {}\r\n\r\n", "a".repeat(70_000));
    assert_eq!(status(&raw(port, head.as_bytes()).await), 431);
    assert!(sim.meter().arrivals().is_empty());
}

#[tokio::test]
async fn ambiguous_framing_is_refused_and_never_forwarded() {
    let (sim, house) = open().await;
    let port = house.port;
    let body = question(Dialect::OpenaiChat, false).to_string();
    let chunked = format!("transfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let base = post(port, "", "");
    let base = base.trim_end_matches("\r\n");
    let cases = [
        ("two lengths", post(port, "content-length: 1\r\n", &body)),
        ("xchunked", base.replace("content-length: 0", "transfer-encoding: xchunked") + "\r\n\r\n"),
        (
            "chunked twice",
            base.replace("content-length: 0", "transfer-encoding: chunked, chunked") + "\r\n\r\n0\r\n\r\n",
        ),
        ("space before colon", base.replace("content-length: 0", "content-length : 0") + "\r\n\r\n"),
        ("h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned()),
        ("CONNECT", format!("CONNECT evil.com:443 HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n")),
        ("TRACE", format!("TRACE / HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n")),
    ];
    for (name, bytes) in cases {
        let answer = raw(port, bytes.as_bytes()).await;
        assert!(answer.is_empty() || status(&answer) >= 400, "{name}: {answer}");
    }
    assert!(sim.meter().arrivals().is_empty());
    // A length beside chunks: the chunks hold (RFC 9112 §6.3), and the connection is not used again.
    let both = base.to_owned() + "\r\n" + &chunked;
    let answer = raw(port, both.as_bytes()).await;
    assert!(status(&answer) == 400 || sim.meter().arrivals().iter().all(|it| it.violation.is_none()), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_trickling_head_and_a_stalled_body_time_out() {
    let (sim, house) = open().await;
    let mut head = TcpStream::connect(("127.0.0.1", house.port)).await.unwrap();
    head.write_all(b"POST /v1/chat/completions HTTP/1.1\r\nhost:").await.unwrap();
    let mut answer = String::new();
    head.read_to_string(&mut answer).await.unwrap();
    assert_eq!(status(&answer), 408, "{answer}");
    let mut body = TcpStream::connect(("127.0.0.1", house.port)).await.unwrap();
    let half = post(house.port, "", "{}").replace("content-length: 2", "content-length: 2000");
    body.write_all(half.as_bytes()).await.unwrap();
    let mut answer = vec![0; 2000];
    let n = body.read(&mut answer).await.unwrap();
    assert_eq!(status(&String::from_utf8_lossy(&answer[..n])), 408);
    assert!(sim.meter().arrivals().is_empty());
}

#[tokio::test]
async fn a_kept_connection_rests_longer_than_a_head_may_take() {
    let (_sim, house) = open().await;
    let body = question(Dialect::OpenaiChat, false).to_string();
    let request = post(house.port, "", &body);
    let mut stream = TcpStream::connect(("127.0.0.1", house.port)).await.unwrap();
    let mut answer = vec![0; 65_536];
    stream.write_all(request.as_bytes()).await.unwrap();
    let n = stream.read(&mut answer).await.unwrap();
    assert_eq!(status(&String::from_utf8_lossy(&answer[..n])), 200);
    tokio::time::sleep(Duration::from_secs(12)).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let n = stream.read(&mut answer).await.unwrap();
    assert_eq!(status(&String::from_utf8_lossy(&answer[..n])), 200);
}

#[tokio::test]
pub(crate) async fn usage_that_the_client_did_not_ask_for_is_kept_from_it_and_still_counted() {
    let (sim, house) = open().await;
    let mut body = question(Dialect::OpenaiChat, true);
    body.as_object_mut().unwrap().remove("stream_options");
    let seen = house.post("/v1/chat/completions", body.to_string()).await;
    assert!(ended_well(Dialect::OpenaiChat, &seen) && !seen.body.contains("\"usage\":{"), "{seen:?}");
    let rows = house.rows().await;
    assert!(matches!(rows[0].0.cost, Some(Cost::Exact(it)) if it.pico() == billed(&sim)), "{rows:?}");
}

#[tokio::test]
async fn the_same_dialect_passes_byte_for_byte_but_for_the_model() {
    let (sim, house) = open().await;
    let body = r#"{ "messages" : [{"role":"user","content":"\u0068i é"}],
        "metadata":{"b":"1","a":"12345678901234567890123"}, "model":"g","temperature":0.50 }"#;
    let seen = house.post("/v1/chat/completions", body).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    let arrived = &sim.meter().arrivals()[0].body;
    assert_eq!(std::str::from_utf8(arrived).unwrap(), body.replace("\"g\"", "\"model\""));
}

#[tokio::test]
async fn closing_drains_streams_and_the_second_signal_tells_their_clients() {
    let (sim, house) = open().await;
    sim.script().push(Script::slow(Duration::from_millis(10)));
    sim.script().push(Script::slow(Duration::from_millis(200)));
    let quick = house.ask(Dialect::OpenaiChat, true);
    let closing = async {
        tokio::time::sleep(Duration::from_millis(60)).await;
        house.closing.send_replace(Closing::Draining);
    };
    let (seen, ()) = tokio::join!(quick, closing);
    assert!(ended_well(Dialect::OpenaiChat, &seen), "a running stream may finish: {seen:?}");

    let (sim, house) = open().await;
    sim.script().always(Script::slow(Duration::from_millis(100)));
    let slow = house.ask(Dialect::Anthropic, true);
    let closing = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        house.closing.send_replace(Closing::Draining);
        house.closing.send_replace(Closing::Now);
    };
    let (seen, ()) = tokio::join!(slow, closing);
    assert!(told_error(Dialect::Anthropic, &seen), "{seen:?}");
    assert!(!text(Dialect::Anthropic, true, &seen).is_empty());
    assert_eq!(house.rows().await[0].0.outcome.as_deref(), Some("cut"));
    assert_eq!(house.stop().await, 1);
}

#[tokio::test]
async fn models_and_health_answer_both_worlds() {
    let (_sim, house) = open().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let get = async |path: &str| {
        let url = format!("http://127.0.0.1:{}{path}", house.port);
        crate::house::seen(client.get(url).bearer_auth(TOKEN).send().await.unwrap()).await
    };
    let models = get("/v1/models").await.json();
    assert_eq!(models["data"][0]["id"], "g");
    assert_eq!(models["data"][1]["id"], "sim/model");
    assert_eq!((&models["object"], &models["has_more"]), (&json!("list"), &json!(false)));
    assert_eq!(get("/v1/models/sim/model").await.json()["type"], "model");
    assert_eq!(get("/v1/models/nope").await.status, 404);
    let bare = client.get(format!("http://127.0.0.1:{}/health", house.port)).send().await.unwrap();
    assert_eq!(crate::house::seen(bare).await.json()["status"], "ok");
    assert_eq!(get("/nowhere").await.status, 404);
    assert_eq!(house.request("/health", String::new()).send().await.unwrap().status(), 405);
}
