//! What passes in either direction and what stays: redirects, cookies, encodings, hop-by-hop headers, hosts named by a
//! client, and what another dialect cannot say (faults.md rows 19 to 22, 54, 57, 105, 106).

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Persona, Script, Sim};
use serde_json::{Value, json};

use crate::faults::hand::{Hand, asker, events, soon};
use crate::house::{House, Plan, TOKEN, ended_well, path, question, question_to, seen, text, unheard};

const CHAT: Dialect = Dialect::OpenaiChat;

async fn lone(target: Dialect) -> (Sim, House) {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    let house = Plan::new().target("a", target, &sim.base_url(), 1.0).open().await;
    (sim, house)
}

async fn pair(target: Dialect, script: Script) -> (Sim, Sim, House) {
    let (bad, good) =
        (Sim::start(Persona::plain("bad")).await.unwrap(), Sim::start(Persona::plain("good")).await.unwrap());
    bad.script().always(script);
    let plan = Plan::new().target("bad", target, &bad.base_url(), 1.0).target("good", CHAT, &good.base_url(), 0.0);
    (bad, good, plan.open().await)
}

#[tokio::test]
pub(crate) async fn a_redirect_is_never_followed() {
    for target in Dialect::ALL {
        let client = asker(target);
        for status in [301, 302, 303, 307, 308] {
            let elsewhere = Sim::start(Persona::plain("elsewhere")).await.unwrap();
            let location = format!("{}{}", elsewhere.base_url(), path(client));
            let script = Script::status_with(status, "text/plain", "moved").header("location", location);
            let (bad, good, house) = pair(target, script).await;
            let got = house.ask(client, false).await;
            assert!(got.status == 200 && text(client, false, &got).contains("good"), "{status} {got:?}");
            assert_eq!((bad.meter().arrived(), good.meter().arrived()), (1, 1), "{status}");
            let (path, body) = question_to("bad/model", client, true);
            let alone = house.post(&path, body.to_string()).await;
            assert_eq!((alone.status, alone.header("x-llmroute-error")), (502, "upstream_redirect"), "{alone:?}");
            assert_eq!(alone.header("location"), "");
            assert_eq!(elsewhere.meter().arrived(), 0, "{status}");
        }
    }
}

#[tokio::test]
async fn what_a_provider_says_to_browsers_and_proxies_stays_here() {
    let stays = [
        ("set-cookie", "a=b"),
        ("access-control-allow-origin", "*"),
        ("access-control-allow-private-network", "true"),
        ("alt-svc", "h3=\":443\""),
        ("server", "nginx/1.0"),
        ("strict-transport-security", "max-age=1"),
        ("location", "http://evil.example"),
        ("www-authenticate", "Bearer"),
        ("x-powered-by", "php"),
        ("x-llmroute-id", "r9999"),
        ("x-should-retry", "true"),
        ("via", "1.1 x"),
        ("keep-alive", "timeout=1"),
        ("upgrade", "h2c"),
    ];
    for target in Dialect::ALL {
        let dialect = asker(target);
        for (stream, status) in [(false, 200), (true, 200), (false, 400), (false, 529)] {
            let (sim, house) = lone(target).await;
            let mut script = if status == 200 { Script::natural() } else { Script::status(status) };
            for (name, value) in stays {
                script = script.header(name, value);
            }
            sim.script().always(script.header("x-ratelimit-remaining-requests", "7").header("request-id", "req_1"));
            let got = house.ask(dialect, stream).await;
            for (name, value) in stays {
                assert_ne!(got.header(name), value, "{stream} {status} {got:?}");
            }
            // What a client of the dialect reads does pass; of a dialect that none speaks there is nothing to read.
            if dialect != target {
                continue;
            }
            assert_eq!(got.header("x-ratelimit-remaining-requests"), "7", "{stream} {status} {got:?}");
            assert_eq!(got.header("request-id"), "req_1");
        }
    }
}

#[tokio::test]
async fn what_a_client_says_to_us_goes_no_further() {
    let stays = [
        ("cookie", "a=b"),
        ("x-llmroute-session", "s1"),
        ("x-llmroute-key", TOKEN),
        ("forwarded", "for=1.2.3.4"),
        ("x-forwarded-for", "1.2.3.4"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-real-ip", "1.2.3.4"),
        ("referer", "http://secret.example/page"),
        ("te", "trailers"),
        ("proxy-authorization", "Basic eA=="),
        ("x-api-base", "http://evil.example"),
        ("openai-organization", "org-1"),
        ("x-stainless-lang", "python"),
        ("accept-language", "de"),
    ];
    for client in Dialect::CLIENTS {
        for target in Dialect::ALL {
            let (sim, house) = lone(target).await;
            let mut request = house.request(path(client), question(client, false).to_string());
            for (name, value) in stays {
                request = request.header(name, value);
            }
            let request = request.header("accept-encoding", "gzip, br").header("user-agent", "curl/8");
            assert_eq!(seen(request.send().await.unwrap()).await.status, 200);
            let arrival = &sim.meter().arrivals()[0];
            for (name, value) in stays {
                assert_ne!(arrival.header(name), Some(value), "{:?}", arrival.headers);
            }
            assert!(!format!("{:?}", arrival.headers).contains(TOKEN), "{:?}", arrival.headers);
            assert_eq!(arrival.header("accept-encoding"), Some("identity"));
            assert_eq!(arrival.header("host"), sim.base_url().strip_prefix("http://"));
            assert!(arrival.header("user-agent").unwrap().starts_with("llmroute/"));
        }
    }
}

#[tokio::test]
async fn a_host_that_a_request_names_is_never_asked() {
    for target in Dialect::ALL {
        let dialect = asker(target);
        let (sim, house) = lone(target).await;
        let evil = Sim::start(Persona::plain("evil")).await.unwrap();
        let mut body = question(dialect, false);
        for field in ["api_base", "base_url", "api_key", "proxy", "endpoint", "custom_llm_provider"] {
            body[field] = evil.base_url().into();
        }
        let mut request = house.request(path(dialect), body.to_string());
        for name in ["x-api-base", "x-base-url", "x-upstream-host", "helicone-target-url", "x-portkey-custom-host"] {
            request = request.header(name, evil.base_url());
        }
        seen(request.send().await.unwrap()).await;
        assert_eq!((sim.meter().arrived(), evil.meter().arrived()), (1, 0));
    }
}

#[tokio::test]
async fn headers_of_the_request_as_such_pass_in_every_dialect() {
    for client in Dialect::CLIENTS {
        for target in Dialect::ALL {
            let (sim, house) = lone(target).await;
            let request = house.request(path(client), question(client, false).to_string());
            let request = request.header("idempotency-key", "k-1").header("x-stainless-retry-count", "1");
            let request = request.header("anthropic-beta", "context-1m").header("openai-beta", "x=1");
            let got = seen(request.send().await.unwrap()).await;
            assert_eq!(got.status, 200, "{got:?}");
            let arrival = &sim.meter().arrivals()[0];
            assert_eq!(arrival.header("idempotency-key"), Some("k-1"));
            assert_eq!(arrival.header("x-stainless-retry-count"), Some("1"));
            // A beta means something in its own dialect only; where it has to stay, the client hears of it.
            let beta = arrival.header("anthropic-beta");
            assert_eq!(beta.is_some(), client == target, "{:?}", arrival.headers);
            let dropped = got.header("x-llmroute-dropped");
            assert_eq!(dropped.contains("anthropic-beta"), client != target, "{dropped}");
            assert_eq!(house.rows().await[0].0.losses.iter().any(|it| it.contains("anthropic-beta")), client != target);
        }
    }
}

/// A request with a field that no other dialect can say, and that field.
fn peculiar(dialect: Dialect) -> (Value, &'static str) {
    let mut body = question(dialect, false);
    let field = match dialect {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        Dialect::BedrockConverse => unreachable!("no client speaks it"),
        Dialect::OpenaiChat => {
            body["logit_bias"] = json!({"50256": -100});
            "logit_bias"
        }
        Dialect::OpenaiResponses => {
            body["metadata"] = json!({"a": "b"});
            "metadata"
        }
        Dialect::Anthropic => {
            body["top_k"] = json!(5);
            "top_k"
        }
        Dialect::Gemini => {
            body["safetySettings"] = json!([{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]);
            "safetySettings"
        }
        Dialect::Cohere | Dialect::Ollama => unheard(dialect),
    };
    (body, field)
}

#[tokio::test]
async fn what_a_target_cannot_say_is_named_or_refused() {
    for client in Dialect::CLIENTS {
        let target = if client == CHAT { Dialect::Anthropic } else { CHAT };
        let (sim, house) = lone(target).await;
        let (body, field) = peculiar(client);
        let got = house.post(path(client), body.to_string()).await;
        assert_eq!(got.status, 200, "{got:?}");
        assert!(got.header("x-llmroute-dropped").contains(field), "{got:?}");
        let ask = |strict: &str| house.request(path(client), body.to_string()).header("x-llmroute-strict", strict);
        let got = seen(ask("true").send().await.unwrap()).await;
        assert_eq!((got.status, got.header("x-llmroute-error")), (400, "untranslatable"), "{got:?}");
        assert!(got.json()["error"]["message"].as_str().unwrap().contains(field), "{got:?}");
        assert_eq!(sim.meter().arrived(), 1, "nothing is sent that would lose something");
        let rows = house.rows().await;
        assert_eq!((rows[1].0.outcome.as_deref(), rows[1].1.len()), (Some("refused"), 0), "{rows:?}");
        // Without the field there is nothing to refuse. (A cap is there in any case: one set by us would be a change.)
        let mut plain = question(client, false);
        match client {
            Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
            Dialect::BedrockConverse => unreachable!("no client speaks it"),
            Dialect::OpenaiChat | Dialect::Anthropic => plain["max_tokens"] = 500.into(),
            Dialect::OpenaiResponses => plain["max_output_tokens"] = 500.into(),
            Dialect::Gemini => plain["generationConfig"] = json!({"maxOutputTokens": 500}),
            Dialect::Cohere | Dialect::Ollama => unheard(client),
        }
        let plain = house.request(path(client), plain.to_string()).header("x-llmroute-strict", "true");
        let got = seen(plain.send().await.unwrap()).await;
        assert_eq!(got.status, 200, "{got:?}");
    }
}

#[tokio::test]
async fn strict_goes_on_to_a_target_that_can_say_it() {
    for client in Dialect::CLIENTS {
        let target = if client == CHAT { Dialect::Anthropic } else { CHAT };
        let first = Sim::start(Persona::plain("first")).await.unwrap();
        let second = Sim::start(Persona::plain("second")).await.unwrap();
        let plan = Plan::new().target("first", target, &first.base_url(), 1.0);
        let house = plan.target("second", client, &second.base_url(), 0.0).open().await;
        let (body, _) = peculiar(client);
        let request = house.request(path(client), body.to_string()).header("x-llmroute-strict", "true");
        let got = seen(request.send().await.unwrap()).await;
        assert_eq!((got.status, got.header("x-llmroute-provider")), (200, "second"), "{got:?}");
        assert_eq!(got.header("x-llmroute-dropped"), "");
        assert_eq!((first.meter().arrived(), second.meter().arrived()), (0, 1));
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
pub(crate) async fn a_compressed_answer_is_neither_unpacked_nor_relayed() {
    // 64 MiB of blanks in 64 KiB, which somebody would have to hold.
    let bomb = gzip(&" ".repeat(64 << 20));
    let [opening, content, closing] = events(CHAT, "hidden");
    let stream = gzip(&(opening + &content + &closing));
    // Two megabytes without a line break: as an event it would be too large to be looked at, and pass.
    let noise: Vec<u8> = (0..2_u32 << 20).map(|n| b'!' + (n.wrapping_mul(2_654_435_761) >> 25) as u8 % 90).collect();
    for (body, streams, status) in
        [(bomb.clone(), false, 200), (stream, true, 200), (bomb, false, 500), (noise, true, 200)]
    {
        let kind = if streams { "text/event-stream" } else { "application/json" };
        let script = Script::raw(status, kind, Bytes::from(body)).header("content-encoding", "gzip");
        let (bad, _good, house) = pair(CHAT, script).await;
        let got = soon(house.ask(CHAT, streams)).await;
        assert!(got.status == 200 && text(CHAT, streams, &got).contains("good"), "{got:?}");
        assert_eq!((bad.meter().arrived(), got.header("content-encoding")), (1, ""));
        let mut body = question(CHAT, streams);
        body["model"] = "bad/model".into();
        let alone = house.post(path(CHAT), body.to_string()).await;
        assert!(alone.status == 502 && alone.json()["error"]["message"].is_string(), "{alone:?}");
        assert!(alone.body.is_ascii(), "nothing of the compressed bytes: {alone:?}");
    }
}

#[tokio::test]
pub(crate) async fn a_head_that_is_no_head_fails_over() {
    let ok = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let many = format!("x-many: {}\r\n", "a".repeat(100)).repeat(5000);
    for (name, bytes) in [
        ("a bomb of headers", format!("{ok}{many}content-length: 2\r\n\r\n{{}}")),
        ("one endless header", format!("{ok}x: {}\r\n\r\n{{}}", "a".repeat(4 << 20))),
        ("NUL in a header", format!("{ok}x: a\0b\r\ncontent-length: 2\r\n\r\n{{}}")),
        ("a bare CR in a header", format!("{ok}request-id: a\rset-cookie: b=c\r\ncontent-length: 2\r\n\r\n{{}}")),
        ("no HTTP", "SSH-2.0-OpenSSH_9.2\r\n".to_owned()),
        ("two lengths", format!("{ok}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}")),
        ("a length that is none", format!("{ok}content-length: -2\r\n\r\n{{}}")),
        ("nothing", String::new()),
    ] {
        let (bad, good, house) = pair(CHAT, Script::wire(bytes)).await;
        let got = soon(house.ask(CHAT, false)).await;
        assert!(got.status == 200 && text(CHAT, false, &got).contains("good"), "{name}: {got:?}");
        assert_eq!((bad.meter().arrived(), good.meter().arrived()), (1, 1), "{name}");
        assert_eq!(got.header("set-cookie"), "", "{name}");
    }
}

#[tokio::test]
pub(crate) async fn interim_answers_and_trailers_do_not_matter() {
    let hand = Hand::open().await;
    let house = Plan::new().target("a", CHAT, &hand.base, 1.0).open().await;
    let answering = async {
        let mut exchange = hand.request().await;
        for _ in 0..100 {
            exchange.say("HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n").await;
        }
        let body: String = events(CHAT, "fine").concat();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
        let chunk = format!("{:x};ext=\"1\"\r\n{body}\r\n0\r\nx-trailer: 1\r\nset-cookie: a=b\r\n\r\n", body.len());
        exchange.say(head.to_owned() + &chunk).await;
        exchange
    };
    let (got, _open) = tokio::join!(house.ask(CHAT, true), answering);
    assert!(got.status == 200 && ended_well(CHAT, &got) && text(CHAT, true, &got) == "fine", "{got:?}");
    assert_eq!((got.header("link"), got.header("set-cookie"), got.header("x-trailer")), ("", "", ""));
}

#[tokio::test]
pub(crate) async fn a_stream_is_a_stream_whatever_its_content_type_says() {
    for kind in ["application/json", "text/plain", "application/octet-stream", ""] {
        let (sim, house) = lone(CHAT).await;
        let body: String = events(CHAT, "fine").concat();
        sim.script().always(Script::raw(200, kind, Bytes::from(body.clone())));
        let got = house.ask(CHAT, true).await;
        assert_eq!((got.status, got.header("content-type")), (200, "text/event-stream"), "{kind}: {got:?}");
        assert_eq!((got.body, sim.meter().arrived()), (body, 1), "{kind}: it is not asked for again");
    }
}
