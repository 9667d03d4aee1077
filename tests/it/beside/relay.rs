//! What is passed on as it is: the same bytes both ways but for the model, never translated, in the ledger all the same.

use llmroute::domain::dialect::Dialect;
use llmroute::store::Cost;
use serde_json::{Value, json};

use super::{by_hand, exchanged};
use crate::faults::hand::{Exchange, Hand, soon, until};
use crate::house::{House, Plan, Seen, TOKEN, seen};

/// A request that is no POST of JSON.
fn request(house: &House, method: &str, path: &str) -> reqwest::RequestBuilder {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    http.request(method.parse().unwrap(), format!("http://127.0.0.1:{}{path}", house.port)).bearer_auth(TOKEN)
}

/// Sends `request`; the provider answers with the bytes of `answer`, head and all, and closes.
async fn told(hand: &Hand, request: reqwest::RequestBuilder, answer: &[u8]) -> (Exchange, reqwest::Response) {
    let provider = async {
        let mut exchange = hand.request().await;
        assert!(exchange.say(answer).await);
        exchange
    };
    let (exchange, response) = soon(async { tokio::join!(provider, request.send()) }).await;
    (exchange, response.unwrap())
}

fn ok(kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nset-cookie: a=b\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn pictures_are_asked_for_and_booked() {
    let it = by_hand(Dialect::OpenaiChat).await;
    let answer = json!({"created": 1, "data": [{"b64_json": "aGk="}], "model": "gpt-image-2",
        "usage": {"input_tokens": 10, "output_tokens": 100, "total_tokens": 110, "input_tokens_details": {"text_tokens": 10, "image_tokens": 0}}});
    let body = r#"{"prompt":"a cat",  "model" : "g","n":1.0}"#;
    let (line, sent, seen) = exchanged(&it, "/v1/images/generations", body, 200, &answer).await;
    assert_eq!(
        (line.as_str(), sent.as_str()),
        ("post /v1/images/generations http/1.1", body.replace("\"g\"", "\"model\"").as_str())
    );
    assert_eq!((seen.status, seen.body), (200, answer.to_string()));
    let (row, attempts) = it.1.row(&Seen { body: String::new(), ..seen }).await;
    assert_eq!((row.operation.as_str(), row.asked.as_str(), attempts.len()), ("images/generations", "g", 1));
    let tokens = row.tokens.unwrap();
    assert_eq!((tokens.input, tokens.output), (10, 100));
    // The price of text for tokens of pictures is a guess, and is said to be one.
    assert!(matches!(row.cost, Some(Cost::Estimated(it)) if it.pico() == 210_000_000), "{row:?}");
}

#[tokio::test]
async fn a_form_goes_through_but_for_its_model() {
    let (hand, house) = by_hand(Dialect::OpenaiChat).await;
    let form = |model: &str| {
        let mut body = b"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\nContent-Type: audio/mpeg\r\n\r\n".to_vec();
        body.extend_from_slice(&[0, 255, 13, 10, 45, 45, 88, 1]);
        body.extend_from_slice(
            format!("\r\n--XX\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n{model}\r\n--XX--\r\n")
                .as_bytes(),
        );
        body
    };
    for (model, lane) in [("g", "splice"), ("model", "verbatim"), ("one/model", "splice")] {
        let asked = request(&house, "POST", "/v1/audio/transcriptions")
            .header("content-type", "multipart/form-data; boundary=XX")
            .body(form(model));
        let (exchange, response) = told(&hand, asked, &ok("text/plain; charset=utf-8", b"hello there\n")).await;
        assert_eq!(exchange.bytes, form("model"), "{model}");
        assert!(exchange.head.contains("content-type: multipart/form-data; boundary=xx"), "{}", exchange.head);
        let seen = seen(response).await;
        assert_eq!((seen.status, seen.body.as_str()), (200, "hello there\n"));
        assert_eq!(seen.header("content-type"), "text/plain; charset=utf-8");
        assert!(!seen.headers.contains_key("set-cookie"));
        let (row, attempts) = house.row(&seen).await;
        assert_eq!((row.operation.as_str(), attempts[0].lane.as_deref()), ("audio/transcriptions", Some(lane)));
        // Seconds are billed, and how many there were nobody said: that is unknown, not nothing.
        assert!(matches!((row.cost, row.tokens), (Some(Cost::Unpriced), None)), "{row:?}");
    }
    let twice = [
        &form("g")[..form("g").len() - 8],
        b"\r\n--XX\r\nContent-Disposition: form-data; name=model\r\n\r\nx\r\n--XX--",
    ]
    .concat();
    for broken in [b"--YY--".to_vec(), twice] {
        let asked = request(&house, "POST", "/v1/audio/transcriptions")
            .header("content-type", "multipart/form-data; boundary=XX")
            .body(broken);
        let refused = seen(asked.send().await.unwrap()).await;
        assert_eq!((refused.status, refused.header("x-llmroute-error")), (400, "bad_json"), "{refused:?}");
    }
}

#[tokio::test]
async fn sound_streams_and_a_cut_is_seen() {
    let (hand, house) = by_hand(Dialect::OpenaiChat).await;
    let speech = || house.request("/v1/audio/speech", json!({"model": "g", "input": "hi", "voice": "x"}).to_string());
    for whole in [true, false] {
        let provider = async {
            let mut exchange = hand.request().await;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ntransfer-encoding: chunked\r\n\r\n";
            assert!(exchange.say([head.as_bytes(), b"4\r\n\0\xff\x01\x02\r\n"].concat()).await);
            exchange
        };
        let (mut exchange, response) = soon(async { tokio::join!(provider, speech().send()) }).await;
        let mut response = response.unwrap();
        // The first bytes are here while the rest is not even made.
        assert_eq!(soon(response.chunk()).await.unwrap().unwrap(), &b"\0\xff\x01\x02"[..]);
        assert_eq!(response.headers()["content-type"], "audio/mpeg");
        let id = response.headers()["x-llmroute-id"].to_str().unwrap().to_owned();
        let head = Seen { status: 200, headers: [("x-llmroute-id".to_owned(), id)].into(), body: String::new() };
        if whole {
            assert!(exchange.say("2\r\nab\r\n0\r\n\r\n").await);
            assert_eq!(soon(response.bytes()).await.unwrap(), "ab");
            assert_eq!(house.row(&head).await.0.outcome.as_deref(), Some("ok"));
        } else {
            drop(exchange);
            assert!(soon(response.chunk()).await.is_err(), "half a sound must not look like a whole one");
            assert_eq!(house.row(&head).await.0.outcome.as_deref(), Some("cut"));
        }
    }
    // Silence after the first bytes is not waited for for ever.
    let provider = async {
        let mut exchange = hand.request().await;
        assert!(exchange.say("HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: 9\r\n\r\nab").await);
        exchange
    };
    let (_exchange, response) = soon(async { tokio::join!(provider, speech().send()) }).await;
    assert!(soon(response.unwrap().bytes()).await.is_err());
}

#[tokio::test]
async fn what_a_stream_of_events_used_is_read_in_passing() {
    let (hand, house) = by_hand(Dialect::OpenaiChat).await;
    let events = "event: transcript.text.delta\ndata: {\"type\":\"transcript.text.delta\",\"delta\":\"hi\"}\n\n\
        data: {\"type\":\"transcript.text.done\",\"text\":\"hi\",\"usage\":{\"type\":\"tokens\",\"input_tokens\":14,\"output_tokens\":2,\"total_tokens\":16}}\n\n";
    let asked = house.request("/v1/audio/transcriptions", json!({"model": "g", "stream": true}).to_string());
    let (_, response) = told(&hand, asked, &ok("text/event-stream", events.as_bytes())).await;
    let seen = seen(response).await;
    assert_eq!(seen.body, events);
    let (row, _) = house.row(&seen).await;
    assert_eq!(row.tokens.map(|it| (it.input, it.output)), Some((14, 2)), "{row:?}");
}

/// A client that leaves does not hide what its provider goes on to bill: the rest is read for that.
#[tokio::test]
async fn a_stream_of_events_that_its_client_has_left_is_read_where_it_is_billed_anyway() {
    for cancels in [false, true] {
        let hand = Hand::open().await;
        let mut plan = Plan::new().target("one", Dialect::OpenaiChat, &hand.base, 1.0);
        plan.quirks.cancels = cancels;
        let house = plan.open().await;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        let first = "data: {\"type\":\"transcript.text.delta\",\"delta\":\"hi\"}\n\n";
        let last = "data: {\"type\":\"transcript.text.done\",\"usage\":{\"input_tokens\":14,\"output_tokens\":2}}\n\n";
        let asked = house.request("/v1/audio/transcriptions", json!({"model": "g", "stream": true}).to_string());
        let (mut exchange, mut response) = told(&hand, asked, &[head, first].concat().into_bytes()).await;
        assert_eq!(soon(response.chunk()).await.unwrap().unwrap(), first);
        let id = response.headers()["x-llmroute-id"].to_str().unwrap().to_owned();
        drop(response);
        if cancels {
            exchange.left().await;
        } else {
            // It has left by the time that nothing is being answered any more.
            until(|| house.open.count() == 0).await;
            assert!(exchange.say(last).await);
            drop(exchange);
        }
        let seen = Seen { status: 200, headers: [("x-llmroute-id".to_owned(), id)].into(), body: String::new() };
        let (row, _) = house.row(&seen).await;
        assert_eq!(row.outcome.as_deref(), Some("client_gone"), "{row:?}");
        assert_eq!(row.tokens.map(|it| (it.input, it.output)), (!cancels).then_some((14, 2)), "{row:?}");
    }
}

#[tokio::test]
async fn method_query_status_and_error_body_are_kept() {
    let (hand, house) = by_hand(Dialect::OpenaiResponses).await;
    let (exchange, response) =
        told(&hand, request(&house, "GET", "/v1/files?limit=2&after=x"), &ok("application/json", b"{\"data\": [ ]}"))
            .await;
    assert!(exchange.head.starts_with("get /v1/files?limit=2&after=x http/1.1"), "{}", exchange.head);
    assert!(exchange.bytes.is_empty() && !exchange.head.contains("content-type") && !exchange.head.contains(TOKEN));
    let listed = seen(response).await;
    assert_eq!((listed.status, listed.body.as_str()), (200, "{\"data\": [ ]}"));
    let (row, attempts) = house.row(&listed).await;
    assert_eq!(
        (row.operation.as_str(), row.asked.as_str(), row.model.as_deref()),
        ("GET files", "GET files", Some("files"))
    );
    assert_eq!(attempts[0].lane.as_deref(), Some("verbatim"));

    let gone = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
    let (exchange, response) = told(&hand, request(&house, "DELETE", "/v1/files/file-1"), gone).await;
    assert!(exchange.head.starts_with("delete /v1/files/file-1 http/1.1"), "{}", exchange.head);
    let deleted = seen(response).await;
    assert_eq!((deleted.status, deleted.body.as_str()), (204, ""));
    assert_eq!(house.row(&deleted).await.0.status, Some(204));

    let unknown = json!({"error": {"message": "No such File object: x", "type": "invalid_request_error", "param": "id", "code": null}});
    let answer = format!(
        "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\nx-request-id: r1\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{unknown}",
        unknown.to_string().len()
    );
    for _ in 0..2 {
        let (_, response) = told(&hand, request(&house, "GET", "/v1/files/x/content"), answer.as_bytes()).await;
        let missing = seen(response).await;
        assert_eq!(
            (missing.status, missing.body, missing.headers["x-request-id"].as_str()),
            (404, unknown.to_string(), "r1")
        );
    }
}

#[tokio::test]
async fn another_target_takes_over_before_the_first_byte() {
    let (down, up) = (Hand::open().await, Hand::open().await);
    let plan = Plan::new().target("down", Dialect::OpenaiChat, &down.base, 1.0);
    let house = plan.target("up", Dialect::OpenaiChat, &up.base, 0.0).open().await;
    let providers = async {
        down.request().await.answer(500, &json!({"error": {"message": "oops"}})).await;
        up.request().await.answer(200, &json!({"results": [], "usage": {"total_tokens": 3}})).await;
    };
    let asked = house.post("/v1/rerank", r#"{"model":"g","query":"q","documents":["a"]}"#);
    let ((), seen) = soon(async { tokio::join!(providers, asked) }).await;
    assert_eq!((seen.status, seen.header("x-llmroute-attempts")), (200, "down/model 500, up/model 200"), "{seen:?}");
    assert!(house.row(&seen).await.0.moved);
}

#[tokio::test]
async fn without_a_model_the_provider_is_named_or_the_only_one() {
    let (first, second) = (Hand::open().await, Hand::open().await);
    let plan = Plan::new().target("first", Dialect::OpenaiChat, &first.base, 1.0);
    let plan = plan.target("second", Dialect::OpenaiChat, &second.base, 1.0);
    let house = plan.target("third", Dialect::Anthropic, &second.base, 1.0).open().await;
    let refused = seen(request(&house, "GET", "/v1/files").send().await.unwrap()).await;
    assert_eq!((refused.status, refused.header("x-llmroute-error")), (400, "which_provider"), "{refused:?}");
    assert!(refused.body.contains("first, second") && refused.body.contains("x-llmroute-provider"), "{refused:?}");

    let named = request(&house, "GET", "/v1/files").header("x-llmroute-provider", "second");
    let (exchange, response) = told(&second, named, &ok("application/json", b"{}")).await;
    assert!(!exchange.head.contains("x-llmroute"), "{}", exchange.head);
    assert_eq!(seen(response).await.header("x-llmroute-provider"), "second");

    // The only one with the client's API.
    let batches = request(&house, "GET", "/v1/messages/batches/b/results").header("anthropic-version", "2023-06-01");
    let (exchange, response) = told(&second, batches, &ok("application/x-jsonl", b"{}\n{}\n")).await;
    assert!(exchange.head.starts_with("get /v1/messages/batches/b/results "), "{}", exchange.head);
    assert_eq!(seen(response).await.body, "{}\n{}\n");

    let google = request(&house, "GET", "/v1beta/files");
    let none = seen(google.send().await.unwrap()).await;
    assert_eq!((none.status, none.header("x-llmroute-error")), (404, "not_offered"), "{none:?}");
    assert_eq!(none.json()["error"]["status"], "NOT_FOUND");
    let unknown = request(&house, "GET", "/v1/files").header("x-llmroute-provider", "nobody");
    assert_eq!(seen(unknown.send().await.unwrap()).await.status, 404);
    let other = request(&house, "GET", "/v1/files").header("x-llmroute-provider", "third");
    assert_eq!(seen(other.send().await.unwrap()).await.header("x-llmroute-error"), "not_offered");
    // A model says it, too: it is the client's API that the group's target lacks.
    let (_, house) = by_hand(Dialect::Anthropic).await;
    let speech = house.post("/v1/audio/speech", r#"{"model":"g","input":"x"}"#).await;
    assert_eq!((speech.status, speech.header("x-llmroute-error")), (404, "not_offered"), "{speech:?}");
}

#[tokio::test]
async fn geminis_methods_and_resources_name_the_targets_model() {
    let it = by_hand(Dialect::Gemini).await;
    let (line, sent, _) = exchanged(
        &it,
        "/v1beta/models/g:predict?key=llmr_test_token",
        r#"{"instances": [1.0]}"#,
        200,
        &json!({"predictions": []}),
    )
    .await;
    assert_eq!(
        (line.as_str(), sent.as_str()),
        ("post /v1beta/models/model:predict http/1.1", r#"{"instances": [1.0]}"#)
    );
    let cached = r#"{"model": "models/g", "ttl": "60s"}"#;
    let (line, sent, _) =
        exchanged(&it, "/v1beta/cachedContents", cached, 200, &json!({"name": "cachedContents/1"})).await;
    assert_eq!((line.as_str(), sent), ("post /v1beta/cachedcontents http/1.1", cached.replace("/g", "/model")));
}

#[tokio::test]
async fn a_page_can_send_neither_a_form_nor_text() {
    let (_hand, house) = by_hand(Dialect::OpenaiChat).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://127.0.0.1:{}/v1/audio/transcriptions", house.port);
    for kind in ["multipart/form-data; boundary=b", "text/plain", "application/x-www-form-urlencoded"] {
        let simple = http.post(&url).header("content-type", kind).body("--b--");
        let refused = seen(simple.send().await.unwrap()).await;
        assert_eq!((refused.status, refused.header("x-llmroute-error")), (403, "bad_content_type"), "{refused:?}");
        let page = request(&house, "POST", "/v1/files").header("content-type", kind).header("origin", "https://x.test");
        assert_eq!(seen(page.send().await.unwrap()).await.status, 403);
        let wrong = http.post(&url).header("content-type", kind).bearer_auth("wrong").body("x");
        assert_eq!(wrong.send().await.unwrap().status(), 401);
    }
    let chat = request(&house, "POST", "/v1/chat/completions").header("content-type", "text/plain").body("{}");
    assert_eq!(seen(chat.send().await.unwrap()).await.header("x-llmroute-error"), "bad_content_type");
    let realtime: Value = seen(request(&house, "GET", "/v1/realtime").send().await.unwrap()).await.json();
    assert!(realtime["error"]["message"].is_string(), "{realtime}");
}
