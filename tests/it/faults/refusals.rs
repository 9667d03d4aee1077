//! Requests that are refused before anything is sent: each has an id that can be asked about, each that was let in has its
//! row, and one that brings llmroute down takes nobody with it (faults.md rows 53, 59, 117).

use std::collections::BTreeSet;

use llmroute::domain::dialect::Dialect;
use llmroute::domain::failure::{Failure, Origin};
use llmroute::sim::{Persona, Sim};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::faults::hand::{soon, until};
use crate::house::{House, PANIC, Plan, Seen, TOKEN, path, path_for, question, seen, unheard};

async fn open() -> (Sim, House) {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    let house = Plan::new().target("a", Dialect::OpenaiChat, &sim.base_url(), 1.0).open().await;
    (sim, house)
}

/// The id of a refusal: in its header, and the same in its body.
fn id(dialect: Dialect, seen: &Seen) -> String {
    let body = seen.json();
    let told = match dialect {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        Dialect::BedrockConverse => unreachable!("no client speaks it"),
        Dialect::OpenaiChat | Dialect::OpenaiResponses => &body["error"]["request_id"],
        Dialect::Anthropic => &body["request_id"],
        Dialect::Gemini => &body["error"]["details"][0]["metadata"]["request_id"],
        Dialect::Cohere | Dialect::Ollama => unheard(dialect),
    };
    assert_eq!(told, seen.header("x-llmroute-id"), "{seen:?}");
    assert_ne!(told, "r0000", "{seen:?}");
    seen.header("x-llmroute-id").to_owned()
}

#[tokio::test]
async fn every_refused_body_has_an_id_and_a_row() {
    let (sim, house) = open().await;
    let mut ids = BTreeSet::new();
    for dialect in Dialect::CLIENTS {
        // Where the path says the model, it is known whatever the body is.
        let in_path =
            [("", "bad_json", "g"), ("{", "bad_json", "g"), ("[]", "bad_json", "g"), ("{}", "bad_request", "g")];
        let in_body = [
            ("", "bad_json", ""),
            ("{", "bad_json", ""),
            ("[]", "bad_json", ""),
            ("{\"messages\":[]}", "bad_request", ""),
            ("{\"model\":7,\"messages\":[]}", "bad_request", ""),
            ("{\"model\":\"g\"}", "bad_request", "g"),
            ("{\"model\":\"g\",\"messages\":[],\"stream\":1}", "bad_request", "g"),
            ("{\"model\":\"nobody\",\"messages\":[]}", "no_route", "nobody"),
        ];
        let cases = if dialect.model_in_path() { &in_path[..] } else { &in_body };
        for &(body, code, asked) in cases {
            let body =
                if dialect == Dialect::OpenaiResponses { body.replace("messages", "input") } else { body.to_owned() };
            let seen = house.post(path(dialect), &*body).await;
            assert_eq!(seen.header("x-llmroute-error"), code, "{body}: {seen:?}");
            assert!(ids.insert(id(dialect, &seen)), "{body}: an id was given out twice: {seen:?}");
            let (row, attempts) = house.row(&seen).await;
            assert_eq!((row.outcome.as_deref(), row.status), (Some("refused"), Some(seen.status)), "{row:?}");
            assert_eq!((row.asked.as_str(), row.dialect.as_str(), attempts.len()), (asked, dialect.name(), 0));
            assert_eq!(row.error.unwrap().code, code);
        }
    }
    assert_eq!((sim.meter().arrived(), house.rows().await.len()), (0, ids.len()));
}

#[tokio::test]
async fn a_body_that_is_not_read_has_its_row_too() {
    let (_sim, house) = open().await;
    for dialect in Dialect::CLIENTS {
        let request = house.request(path(dialect), "{}".to_owned()).header("content-encoding", "gzip");
        let refused = seen(request.header("user-agent", "curl/8").send().await.unwrap()).await;
        assert_eq!((refused.status, refused.header("x-llmroute-error")), (415, "encoded_body"), "{refused:?}");
        id(dialect, &refused);
        let (row, attempts) = house.row(&refused).await;
        assert_eq!((row.outcome.as_deref(), row.client.as_str(), attempts.len()), (Some("refused"), "curl", 0));
        let big = house.request(path(dialect), " ".repeat((64 << 20) + 1)).send().await;
        // The refusal may cross the body on its way, and then the client sees a broken connection first.
        if let Ok(answer) = big {
            let refused = seen(answer).await;
            assert_eq!((refused.status, refused.header("x-llmroute-error")), (413, "body_too_large"));
            assert_eq!(house.row(&refused).await.0.status, Some(413));
        }
    }
}

#[tokio::test]
async fn what_the_guard_turns_away_has_an_id_and_no_row() {
    let (sim, house) = open().await;
    let mut ids = BTreeSet::new();
    for dialect in Dialect::CLIENTS {
        let body = question(dialect, false).to_string();
        // A path without a dialect of its own is answered in the one that the client's version names.
        let request = |path: &str| match dialect {
            Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
            Dialect::BedrockConverse => unreachable!("no client speaks it"),
            Dialect::OpenaiChat | Dialect::OpenaiResponses => house.request(path, body.clone()),
            Dialect::Anthropic => house.request(path, body.clone()).header("anthropic-version", "2023-06-01"),
            Dialect::Gemini => house.request(path, body.clone()).header("x-goog-api-key", "x"),
            Dialect::Cohere | Dialect::Ollama => unheard(dialect),
        };
        for (request, status) in [
            (request(path(dialect)), 401),
            (request(path(dialect)).header("origin", "https://evil.example"), 403),
            (request("/nothing"), 404),
            (request("/keys"), 404),
            (request("/v1//keys"), 404),
            (request("/admin/keys"), 404),
            (request("/config"), 404),
        ] {
            // A second authorization beside the right one is not what is meant here.
            let (client, request) = request.build_split();
            let mut request = request.unwrap();
            if status == 401 {
                request.headers_mut().insert("authorization", "Bearer wrong".parse().unwrap());
            }
            let refused = seen(client.execute(request).await.unwrap()).await;
            assert_eq!(refused.status, status, "{refused:?}");
            assert!(ids.insert(id(dialect, &refused)), "{refused:?}");
        }
    }
    assert_eq!((sim.meter().arrived(), house.rows().await.len()), (0, 0));
    // More of them than ids are kept at hand: they go on being told apart, and answers are not held up.
    let failure = Failure::local(Origin::Client, "x", 401, "x");
    for _ in 0..5000 {
        assert_eq!(house.engine.turn_away(Dialect::OpenaiChat, &failure).status, 401);
    }
    let answered = soon(house.ask(Dialect::OpenaiChat, false)).await;
    assert_eq!(answered.status, 200, "{answered:?}");
    let next = house.post("/nothing", "{}").await;
    assert!(ids.insert(id(Dialect::OpenaiChat, &next)));
}

#[tokio::test]
async fn a_request_that_makes_llmroute_panic_is_refused_and_others_are_not_touched() {
    let (_sim, house) = open().await;
    for dialect in Dialect::CLIENTS {
        let mut running =
            house.request(path_for(dialect, true), question(dialect, true).to_string()).send().await.unwrap();
        let mut request = house.request(path(dialect), question(dialect, false).to_string()).build().unwrap();
        request.headers_mut().insert("authorization", format!("Bearer {PANIC}").parse().unwrap());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let refused = seen(client.execute(request).await.unwrap()).await;
        assert_eq!((refused.status, refused.header("x-llmroute-error")), (500, "internal"), "{refused:?}");
        id(dialect, &refused);
        while running.chunk().await.unwrap().is_some() {}
        assert_eq!(house.ask(dialect, true).await.status, 200);
    }
    until(|| house.open.count() == 0).await;
    assert_eq!(house.rows().await.len(), 2 * Dialect::CLIENTS.len());
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_a_row_and_nothing_open() {
    let (sim, house) = open().await;
    let mut client = TcpStream::connect(("127.0.0.1", house.port)).await.unwrap();
    let head = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nauthorization: Bearer {TOKEN}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{{\"mod\r\nnot a length\r\n",
        house.port
    );
    client.write_all(head.as_bytes()).await.unwrap();
    until(|| house.open.count() == 0).await;
    drop(client);
    let rows = soon(async {
        loop {
            let rows = house.rows().await;
            if !rows.is_empty() {
                return rows;
            }
        }
    })
    .await;
    assert_eq!((rows[0].0.outcome.as_deref(), rows[0].0.status), (Some("refused"), Some(400)), "{rows:?}");
    assert_eq!(rows[0].0.error.as_ref().unwrap().code, "body_cut");
    assert_eq!(sim.meter().arrived(), 0);
}

#[tokio::test]
async fn odd_bodies_are_answered_and_harm_nobody() {
    let (sim, house) = open().await;
    let wrap =
        |what: &str| format!("{{\"model\":\"g\",\"messages\":[{{\"role\":\"user\",\"content\":\"x\"}}],{what}}}");
    let told = |what: &str| format!("{{\"contents\":[{{\"parts\":[{{\"text\":\"x\"}}]}}],{what}}}");
    let keys: Vec<String> = (0..200_000).map(|n| format!("\"k{n}\":{n}")).collect();
    let bodies: Vec<Vec<u8>> = vec![
        wrap(&keys.join(",")).into_bytes(),
        wrap(&format!("\"seed\":{}", "9".repeat(100_000))).into_bytes(),
        wrap("\"temperature\":1e999999999").into_bytes(),
        wrap("\"max_tokens\":-9223372036854775809").into_bytes(),
        b"{\"model\":\"\\ud800\",\"messages\":[]}".to_vec(),
        b"{\"model\":\"g\",\"messages\":[{\"role\":\"user\",\"content\":\"\\udc00\"}]}".to_vec(),
        b"{\"model\":\"g\xff\",\"messages\":[]}".to_vec(),
        b"{\"model\":\"g\",\"messages\":[{\"role\":\"user\",\"content\":\"\xc3\x28\"}]}".to_vec(),
        b"\xef\xbb\xbf{\"model\":\"g\",\"messages\":[]}".to_vec(),
        b"{\"model\":\"g\0\",\"messages\":[]}".to_vec(),
        told(&keys.join(",")).into_bytes(),
        told("\"generationConfig\":{\"temperature\":1e999999999}").into_bytes(),
        told("\"generationConfig\":{\"maxOutputTokens\":-9223372036854775809}").into_bytes(),
        b"{\"contents\":[{\"parts\":[{\"text\":\"\\udc00\"}]}]}".to_vec(),
        b"{\"contents\":[{\"parts\":[{\"text\":\"\xc3\x28\"}]}]}".to_vec(),
    ];
    for dialect in Dialect::CLIENTS {
        for body in &bodies {
            let shown = String::from_utf8_lossy(&body[..body.len().min(90)]).into_owned();
            let request = house.request(path(dialect), String::new()).body(body.clone());
            let seen = seen(soon(request.send()).await.unwrap()).await;
            // Refused here or by the provider, or taken: what never happens is a fault of our own.
            assert!(seen.status == 200 || (400..500).contains(&seen.status), "{shown}: {seen:?}");
            assert!(seen.status == 200 || seen.json()["error"]["message"].is_string(), "{shown}: {seen:?}");
            assert_eq!(house.row(&seen).await.0.status, Some(seen.status), "{shown}");
        }
        assert_eq!(house.ask(dialect, true).await.status, 200);
    }
    assert!(sim.meter().arrivals().iter().all(|it| it.model.as_deref() == Some("model") || it.violation.is_some()));
}

#[tokio::test]
async fn no_path_leads_anywhere_but_to_what_is_served() {
    let (sim, house) = open().await;
    let body = question(Dialect::OpenaiChat, false).to_string();
    for path in [
        "/",
        "/v1",
        "//v1/chat/completions",
        "/v1/chat/completions/",
        "/v1/chat%2fcompletions",
        "/v1/..%2fv1/chat/completions",
        "/V1/CHAT/COMPLETIONS",
        "/v1/chat/completions;x",
        "/anthropic/messages/batches",
        "/v1/realtime",
        "/http://evil.example/v1/chat/completions",
    ] {
        let raw = format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nauthorization: Bearer {TOKEN}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            house.port,
            body.len()
        );
        let mut client = TcpStream::connect(("127.0.0.1", house.port)).await.unwrap();
        client.write_all(raw.as_bytes()).await.unwrap();
        let mut answer = String::new();
        soon(client.read_to_string(&mut answer)).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
        assert!(answer.contains("\"error\"") && !answer.contains("r0000"), "{path}: {answer}");
    }
    assert_eq!(sim.meter().arrived(), 0);
    // A query does not change the path: Claude Code sends one.
    assert_eq!(house.post("/v1/messages?beta=true", question(Dialect::Anthropic, false).to_string()).await.status, 200);
}
