//! The simulated providers, seen from a bare socket: every script does on the wire what its name says, the meter
//! charges what it should, and requests a real provider would refuse are refused.

use std::net::SocketAddr;
use std::time::Duration;

use llmroute::sim::{
    Admits, Answer, Billed, By, Canned, Fault, Latency, Meter, Persona, Script, Sim, Slice, Trouble, When,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(5);

/// How the server's side of the connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Fin,
    Reset,
    Open,
}

/// What came back: the status, the headers as text, the body with its chunked framing removed, and the ending.
#[derive(Debug)]
struct Got {
    status: u16,
    head: String,
    /// The body's chunks; one for a body with a length.
    chunks: Vec<Vec<u8>>,
    /// The body came to the end that its framing promises.
    whole: bool,
    ended: Ended,
}

impl Got {
    fn body(&self) -> String {
        String::from_utf8(self.chunks.concat()).expect("simulated bodies are text")
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.chunks.concat()).expect("a JSON body")
    }

    /// The data of every event, `[DONE]` included.
    fn events(&self) -> Vec<String> {
        let body = self.body();
        let data = body.split("\n\n").filter_map(|it| it.lines().find_map(|line| line.strip_prefix("data: ")));
        data.map(str::to_owned).collect()
    }
}

/// Sends these bytes and reads until the server ends, or until nothing came for `patience`.
async fn exchange(address: SocketAddr, request: &[u8], patience: Duration) -> Got {
    let mut stream = TcpStream::connect(address).await.expect("connect");
    // A server that resets at once may do so before this write.
    let _ = stream.write_all(request).await;
    let mut bytes = Vec::new();
    let ended = loop {
        match timeout(patience, stream.read_buf(&mut bytes)).await {
            Err(_) => break Ended::Open,
            Ok(Ok(0)) => break Ended::Fin,
            Ok(Ok(_)) => {}
            Ok(Err(_)) => break Ended::Reset,
        }
    };
    parse(&bytes, ended)
}

fn parse(bytes: &[u8], ended: Ended) -> Got {
    let end = bytes.windows(4).position(|it| it == b"\r\n\r\n");
    let Some(end) = end else {
        assert!(bytes.is_empty(), "half a head: {bytes:?}");
        return Got { status: 0, head: String::new(), chunks: Vec::new(), whole: false, ended };
    };
    let head = String::from_utf8(bytes[..end].to_vec()).expect("a text head").to_lowercase();
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
    let mut rest = &bytes[end + 4..];
    if !head.contains("transfer-encoding: chunked") {
        let promised = head.lines().find_map(|it| it.strip_prefix("content-length: ")).map(|it| it.parse::<usize>());
        let whole = promised.map_or(ended == Ended::Fin, |it| it == Ok(rest.len()));
        return Got { status, head, chunks: vec![rest.to_vec()], whole, ended };
    }
    let mut chunks = Vec::new();
    let mut whole = false;
    while let Some(line) = rest.windows(2).position(|it| it == b"\r\n") {
        let size = std::str::from_utf8(&rest[..line]).ok().and_then(|it| usize::from_str_radix(it, 16).ok());
        let size = size.expect("a chunk size");
        if size == 0 {
            whole = true;
            break;
        }
        let Some(chunk) = rest.get(line + 2..line + 2 + size) else { break };
        chunks.push(chunk.to_vec());
        rest = rest.get(line + 4 + size..).unwrap_or_default();
    }
    Got { status, head, chunks, whole, ended }
}

fn post(path: &str, headers: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nhost: sim\r\nconnection: close\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn openai(body: &Value) -> Vec<u8> {
    post("/v1/chat/completions", "authorization: Bearer sk-sim\r\n", body)
}

fn anthropic(body: &Value) -> Vec<u8> {
    post("/v1/messages", "x-api-key: sk-sim\r\nanthropic-version: 2023-06-01\r\n", body)
}

fn chat(stream: bool) -> Value {
    json!({"model": "m", "stream": stream, "messages": [{"role": "user", "content": "one two three"}]})
}

fn message(stream: bool) -> Value {
    json!({"model": "m", "stream": stream, "max_tokens": 100, "messages": [{"role": "user", "content": "one two three"}]})
}

async fn plain() -> (Sim, Meter) {
    let sim = Sim::start(Persona::plain("p")).await.expect("start");
    let meter = sim.meter();
    (sim, meter)
}

/// Runs one request under one script and returns what came and what was booked.
async fn under(script: Script, request: &[u8]) -> (Got, llmroute::sim::Arrival) {
    let (sim, meter) = plain().await;
    sim.script().push(script);
    let got = exchange(sim.addr(), request, Duration::from_millis(300)).await;
    timeout(SOON, meter.wait_settled(1)).await.expect("settled");
    (got, meter.last().expect("an arrival"))
}

#[tokio::test]
async fn an_openai_answer_comes_whole_and_is_charged_as_stated() {
    let (got, arrival) = under(Script::text("alpha beta gamma"), &openai(&chat(false))).await;
    let answer = got.json();
    assert_eq!((got.status, got.ended, got.whole), (200, Ended::Fin, true));
    assert_eq!(answer["choices"][0]["message"]["content"], "alpha beta gamma");
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
    // Three words are four tokens; the request has a message (3) and three words (4).
    assert_eq!(answer["usage"]["prompt_tokens"], 7);
    assert_eq!(answer["usage"]["completion_tokens"], 4);
    assert_eq!(arrival.outcome.billed, Some(Billed::of(7, 4)));
    assert!(arrival.outcome.completed && !arrival.outcome.cancelled_by_client);
    assert_eq!((arrival.model.as_deref(), arrival.path.as_str()), (Some("m"), "/v1/chat/completions"));
    assert_eq!(arrival.header("authorization"), Some("Bearer sk-sim"));
}

#[tokio::test]
async fn an_openai_stream_is_word_by_word_with_usage_only_when_asked() {
    let (got, _) = under(Script::text("alpha beta gamma"), &openai(&chat(true))).await;
    assert!(got.whole && got.head.contains("text/event-stream"));
    assert_eq!(got.events().last().map(String::as_str), Some("[DONE]"));
    assert!(!got.body().contains("\"usage\""));
    let mut asking = chat(true);
    asking["stream_options"] = json!({"include_usage": true});
    let (got, arrival) = under(Script::text("alpha beta gamma"), &openai(&asking)).await;
    let events = got.events();
    // Role, three words, finish, usage, done: and each was a write of its own.
    assert_eq!((events.len(), got.chunks.len()), (7, 7));
    let chunk: Value = serde_json::from_str(&events[5]).expect("usage chunk");
    assert_eq!((&chunk["choices"], &chunk["usage"]["completion_tokens"]), (&json!([]), &json!(4)));
    assert_eq!(arrival.outcome.billed, Some(Billed::of(7, 4)));
}

#[tokio::test]
async fn an_anthropic_stream_has_all_its_stations() {
    let (got, arrival) = under(Script::thinking("hm", "c2ln", "alpha beta"), &anthropic(&message(true))).await;
    let kinds: Vec<String> = got
        .events()
        .iter()
        .map(|it| serde_json::from_str::<Value>(it).expect("JSON")["type"].as_str().expect("type").to_owned())
        .collect();
    let expected = [
        "message_start",
        "content_block_start",
        "ping",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ];
    assert_eq!(kinds, expected);
    // "hm" is 2 tokens, "alpha beta" 3.
    assert_eq!(arrival.outcome.billed, Some(Billed::of(7, 5)));
    assert!(got.body().contains("signature_delta"));
}

#[tokio::test]
async fn an_anthropic_answer_comes_whole() {
    let (got, _) = under(Script::text("alpha beta gamma"), &anthropic(&message(false))).await;
    let answer = got.json();
    assert_eq!(answer["content"], json!([{"type": "text", "text": "alpha beta gamma"}]));
    assert_eq!((&answer["stop_reason"], &answer["usage"]["output_tokens"]), (&json!("end_turn"), &json!(4)));
}

#[tokio::test]
async fn parallel_tool_calls_come_in_both_dialects() {
    let calls = || Script::calls([("a", r#"{"x":"é"}"#), ("b", "{}")]);
    let (got, _) = under(calls(), &openai(&chat(true))).await;
    let arguments: String = got
        .events()
        .iter()
        .filter_map(|it| serde_json::from_str::<Value>(it).ok())
        .filter(|it| it["choices"][0]["delta"]["tool_calls"][0]["index"] == 0)
        .filter_map(|it| {
            it["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"].as_str().map(str::to_owned)
        })
        .collect();
    assert_eq!(arguments, r#"{"x":"é"}"#);
    let (got, _) = under(calls(), &anthropic(&message(false))).await;
    let answer = got.json();
    assert_eq!(answer["stop_reason"], "tool_use");
    assert_eq!((&answer["content"][0]["input"]["x"], &answer["content"][1]["name"]), (&json!("é"), &json!("b")));
}

#[tokio::test]
async fn refusals_have_each_dialects_own_shape() {
    let (got, _) = under(Script::refusal("no"), &openai(&chat(false))).await;
    assert_eq!(got.json()["choices"][0]["message"]["refusal"], "no");
    let (got, _) = under(Script::refusal("no"), &anthropic(&message(false))).await;
    assert_eq!(got.json()["stop_reason"], "refusal");
}

#[tokio::test]
async fn statuses_cost_nothing_and_carry_their_headers() {
    let script = Script::trouble(Trouble::RateLimited).header("retry-after", "7");
    let (got, arrival) = under(script, &openai(&chat(true))).await;
    assert_eq!(got.status, 429);
    assert!(got.head.contains("retry-after: 7"));
    assert_eq!(got.json()["error"]["code"], "rate_limit_exceeded");
    assert_eq!(arrival.outcome.billed, None);
    let (got, _) = under(Script::status(529), &anthropic(&message(true))).await;
    assert_eq!((got.status, &got.json()["error"]["type"]), (529, &json!("overloaded_error")));
    let (got, _) = under(Script::status_with(503, "text/plain", "busy"), &openai(&chat(false))).await;
    assert_eq!((got.status, got.body().as_str()), (503, "busy"));
}

#[tokio::test]
async fn a_hang_sends_no_byte_and_keeps_the_socket() {
    let (sim, meter) = plain().await;
    sim.script().push(Script::hang());
    let got = exchange(sim.addr(), &openai(&chat(false)), Duration::from_millis(200)).await;
    assert_eq!((got.status, got.ended), (0, Ended::Open));
    timeout(SOON, meter.wait_settled(1)).await.expect("settled once the client is gone");
    let outcome = meter.last().expect("arrival").outcome;
    assert!(outcome.cancelled_by_client);
    assert_eq!((outcome.billed, outcome.sent), (None, 0));
}

#[tokio::test]
async fn resets_are_resets() {
    let (got, arrival) = under(Script::reset_after(), &openai(&chat(false))).await;
    assert_eq!((got.status, got.ended), (0, Ended::Reset));
    assert_eq!(arrival.method, "POST");
    let (got, arrival) = under(Script::reset_before(), &openai(&chat(false))).await;
    assert_eq!((got.status, got.ended), (0, Ended::Reset));
    assert_eq!((arrival.method.as_str(), arrival.outcome.billed), ("", None));
}

#[tokio::test]
async fn headers_then_silence_is_headers_then_silence() {
    let (got, _) = under(Script::headers_then_silence(), &openai(&chat(true))).await;
    assert_eq!((got.status, got.ended, got.chunks.len()), (200, Ended::Open, 0));
}

#[tokio::test]
async fn cuts_are_where_and_how_the_script_says() {
    // Role, "This ", "is ": three events, of which two words are three tokens.
    for (by, ended, whole) in [
        (By::Reset, Ended::Reset, false),
        (By::Fin, Ended::Fin, false),
        (By::End, Ended::Fin, true),
        (By::Silence, Ended::Open, false),
    ] {
        let (got, arrival) = under(Script::cut(3, by), &openai(&chat(true))).await;
        assert_eq!((got.ended, got.whole), (ended, whole), "{by:?}");
        if by != By::Reset {
            // A reset may overtake what the receiver has not read yet.
            assert_eq!(got.events().len(), 3, "{by:?}");
        }
        assert_eq!(arrival.outcome.billed, Some(Billed::of(7, 3)), "{by:?}");
        assert!(!arrival.outcome.completed);
    }
    let (got, arrival) = under(Script::cut_mid_event(1, By::Fin), &openai(&chat(true))).await;
    assert_eq!(got.chunks.len(), 2);
    assert!(!got.body().ends_with("\n\n"));
    assert_eq!(arrival.outcome.billed, None, "broken before its first token");
    let (got, _) = under(Script::cut(1, By::Fin), &openai(&chat(false))).await;
    assert!(!got.whole && !got.chunks[0].is_empty());
}

#[tokio::test]
async fn errors_inside_a_200_come_before_or_after_content() {
    let (got, arrival) = under(Script::error_event(When::BeforeContent), &anthropic(&message(true))).await;
    assert_eq!(got.status, 200);
    assert!(got.body().contains("event: error") && !got.body().contains("text_delta"));
    assert_eq!(arrival.outcome.billed, None);
    let (got, arrival) = under(Script::error_event(When::AfterContent(3)), &openai(&chat(true))).await;
    let events = got.events();
    assert!(events.last().is_some_and(|it| it.starts_with("{\"error\"")), "{events:?}");
    assert_eq!((events.len(), arrival.outcome.billed), (5, Some(Billed::of(7, 4))));
    let (got, _) = under(Script::error_event(When::BeforeContent), &openai(&chat(false))).await;
    assert_eq!((got.status, got.json()["error"]["type"].as_str()), (200, Some("server_error")));
}

#[tokio::test]
async fn garbage_is_garbage() {
    let (got, _) = under(Script::invalid_json(When::AfterContent(2)), &openai(&chat(true))).await;
    let last = got.events().pop().expect("events");
    assert!(serde_json::from_str::<Value>(&last).is_err());
    let (got, _) = under(Script::invalid_json(When::BeforeContent), &anthropic(&message(false))).await;
    assert!(got.whole && serde_json::from_slice::<Value>(&got.chunks[0]).is_err());
    let (got, _) = under(Script::html(502), &openai(&chat(true))).await;
    assert_eq!(got.status, 502);
    assert!(got.body().starts_with("<html>") && got.head.contains("text/html"));
    for body in [chat(true), chat(false)] {
        let (got, arrival) = under(Script::empty_200(), &openai(&body)).await;
        assert_eq!((got.status, got.body().as_str(), arrival.outcome.billed), (200, "", None));
    }
}

#[tokio::test]
async fn endings_without_terminal_usage_or_close() {
    let (got, arrival) = under(Script::no_terminal(), &openai(&chat(true))).await;
    assert!(got.whole && !got.body().contains("[DONE]") && got.body().contains("\"finish_reason\":\"stop\""));
    let billed = arrival.outcome.billed.expect("all of it was generated");
    assert!(!arrival.outcome.completed && billed.output > 10);
    let (got, arrival) = under(Script::no_usage(), &anthropic(&message(true))).await;
    assert!(!got.body().contains("usage") && got.body().contains("message_stop"));
    assert!(arrival.outcome.billed.is_some());
    let (got, arrival) = under(Script::open_after_end(), &openai(&chat(true))).await;
    assert_eq!((got.ended, got.whole), (Ended::Open, false));
    assert!(got.body().ends_with("[DONE]\n\n") && arrival.outcome.completed);
    assert!(!arrival.outcome.cancelled_by_client);
}

#[tokio::test]
async fn bodies_are_sliced_as_told_and_stay_the_same() {
    let (usual, _) = under(Script::text("añb c"), &openai(&chat(true))).await;
    let whole = usual.chunks.concat();
    for slice in [Slice::Bytes(1), Slice::Bytes(7), Slice::Merge(2), Slice::Merge(100), Slice::At(40)] {
        let (got, arrival) = under(Script::text("añb c").slice(slice), &openai(&chat(true))).await;
        assert_eq!(got.chunks.concat().len(), whole.len(), "{slice:?}");
        assert_eq!(got.events().len(), usual.events().len());
        let pieces = match slice {
            Slice::Bytes(n) => whole.len().div_ceil(n),
            Slice::Merge(n) => usual.chunks.len().div_ceil(n),
            _ => 2,
        };
        assert_eq!((got.chunks.len(), arrival.outcome.completed), (pieces, true), "{slice:?}");
    }
}

#[tokio::test]
async fn recorded_bytes_are_replayed_exactly() {
    let recorded = "data: {\"a\":1}\r\n\r\n: comment\n\ndata: [DONE]\n\n";
    let (got, arrival) = under(Script::raw(200, "text/event-stream", recorded), &openai(&json!({}))).await;
    assert_eq!((got.body().as_str(), got.chunks.len()), (recorded, 3));
    assert!(got.head.contains("content-type: text/event-stream\r\n"));
    assert!(arrival.outcome.completed && arrival.violation.is_some());
    let script =
        Script::raw(200, "text/event-stream", recorded).fault(Fault::Cut { after: 1, mid_event: true, by: By::Fin });
    let (got, _) = under(script, &openai(&json!({}))).await;
    assert_eq!((got.body().as_str(), got.whole), ("data: {\"a\":1}\r\n\r\n: com", false));
    let (got, _) =
        under(Script::wire("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx"), &openai(&json!({}))).await;
    assert_eq!(got.status, 103);
    let (got, _) = under(Script::text("x").until_close(), &openai(&chat(true))).await;
    assert!(got.whole && !got.head.contains("chunked") && got.body().contains("[DONE]"));
}

#[tokio::test]
async fn a_client_that_hangs_up_pays_what_was_generated_or_everything() {
    for (cancels, expected) in [(true, None), (false, Some(Billed::of(7, 40)))] {
        let sim = Sim::start(Persona { cancels, ..Persona::plain("p") }).await.expect("start");
        let meter = sim.meter();
        sim.script().push(Script::text("word ".repeat(30)).gap(Duration::from_millis(10)));
        let mut stream = TcpStream::connect(sim.addr()).await.expect("connect");
        stream.write_all(&openai(&chat(true))).await.expect("write");
        let mut bytes = Vec::new();
        while !String::from_utf8_lossy(&bytes).contains("word ") {
            stream.read_buf(&mut bytes).await.expect("read");
        }
        drop(stream);
        timeout(SOON, meter.wait_settled(1)).await.expect("noticed");
        let outcome = meter.last().expect("arrival").outcome;
        assert!(outcome.cancelled_by_client && !outcome.completed);
        let billed = outcome.billed.expect("a hang-up is charged");
        match expected {
            Some(whole) => assert_eq!(billed, whole),
            None => assert!((2..20).contains(&billed.output), "{billed:?}"),
        }
        assert_eq!(meter.billed_total(), billed);
    }
}

#[tokio::test]
async fn scripts_are_used_up_in_order_and_then_what_holds_always() {
    let (sim, meter) = plain().await;
    sim.script().extend([Script::status(500), Script::text("second").billed(Billed::of(1, 2))]);
    sim.script().always(Script::status(503));
    for status in [500, 200, 503, 503] {
        assert_eq!(exchange(sim.addr(), &openai(&chat(false)), SOON).await.status, status);
    }
    sim.script().clear();
    assert_eq!(exchange(sim.addr(), &openai(&chat(false)), SOON).await.status, 200);
    timeout(SOON, meter.wait_settled(5)).await.expect("settled");
    let names: Vec<String> = meter.arrivals().iter().map(|it| it.script.to_string()).collect();
    assert_eq!(names, ["status-500", "reply", "status-503", "status-503", "natural"]);
    assert_eq!(meter.arrivals()[1].outcome.billed, Some(Billed::of(1, 2)));
}

#[tokio::test]
async fn a_kept_connection_serves_on_and_can_go_stale() {
    let (sim, meter) = plain().await;
    sim.script().extend([Script::text("one"), Script::text("two").then_close()]);
    let request = String::from_utf8(openai(&chat(false))).expect("text").replace("connection: close\r\n", "");
    let got = exchange(sim.addr(), request.repeat(2).as_bytes(), SOON).await;
    assert_eq!(got.ended, Ended::Fin);
    assert_eq!((meter.connections(), meter.arrived()), (1, 2));
}

#[tokio::test]
async fn the_same_seed_fails_the_same_requests() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let quick = Latency::default();
        let sim = Sim::start(Persona { latency: quick, ..Persona::flaky(3) }).await.expect("start");
        let body = json!({"model": "sim-cheap", "messages": [{"role": "user", "content": "hi"}]});
        for _ in 0..40 {
            exchange(sim.addr(), &openai(&body), SOON).await;
        }
        timeout(SOON, sim.meter().wait_settled(40)).await.expect("settled");
        runs.push(sim.meter().arrivals().iter().map(|it| it.script.to_string()).collect::<Vec<_>>());
    }
    assert_eq!(runs[0], runs[1]);
    let failed = runs[0].iter().filter(|it| *it != "natural").count();
    assert!((14..35).contains(&failed), "{failed} of 40 failed, and about 24 should");
    let kinds: std::collections::BTreeSet<&String> = runs[0].iter().collect();
    assert!(kinds.len() >= 5, "{kinds:?}");
}

#[tokio::test]
async fn a_request_can_order_its_own_fate() {
    let (sim, _) = plain().await;
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "please sim:context-length now"}]});
    let got = exchange(sim.addr(), &openai(&body), SOON).await;
    assert_eq!((got.status, &got.json()["error"]["code"]), (400, &json!("context_length_exceeded")));
}

#[tokio::test]
async fn answers_honour_limits_stops_images_tools_and_schemas() {
    let (sim, meter) = plain().await;
    let ask = async |body: Value| exchange(sim.addr(), &openai(&body), SOON).await.json();
    let user = |text: &str| json!([{"role": "user", "content": text}]);
    let short = ask(json!({"model": "m", "max_tokens": 4, "messages": user("hi")})).await;
    assert_eq!(
        (&short["choices"][0]["finish_reason"], &short["usage"]["completion_tokens"]),
        (&json!("length"), &json!(4))
    );
    let stopped = ask(json!({"model": "m", "stop": ["model"], "messages": user("hi")})).await;
    assert_eq!(stopped["choices"][0]["message"]["content"], "This is p, ");
    let seen = ask(json!({"model": "m", "messages": [{"role": "user", "content": [
        {"type": "text", "text": "what"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]}]}))
    .await;
    assert!(seen["choices"][0]["message"]["content"].as_str().is_some_and(|it| it.starts_with("I see 1 image(s).")));
    assert_eq!(seen["usage"]["prompt_tokens"], 3 + 2 + 85);
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}, "of": {"$ref": "#/$defs/K"}}, "$defs": {"K": {"enum": ["x", "y"]}}});
    let shaped = ask(json!({"model": "m", "messages": user("hi"),
        "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": schema}}}))
    .await;
    assert_eq!(shaped["choices"][0]["message"]["content"], r#"{"n":7,"of":"x"}"#);
    let tool = |name: &str| json!({"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}});
    let called = ask(json!({"model": "m", "messages": user("Use tools!"), "tools": [tool("a"), tool("b")]})).await;
    let calls = called["choices"][0]["message"]["tool_calls"].as_array().expect("calls").clone();
    assert_eq!((calls.len(), &calls[0]["function"]["arguments"]), (2, &json!(r#"{"city":"sample"}"#)));
    let followed = ask(json!({"model": "m", "tools": [tool("a")], "messages": [
        {"role": "user", "content": "Use tools!"}, {"role": "assistant", "content": null, "tool_calls": calls},
        {"role": "tool", "tool_call_id": calls[0]["id"], "content": "sunny"}, {"role": "tool", "tool_call_id": calls[1]["id"], "content": "warm"}]})).await;
    assert!(
        followed["choices"][0]["message"]["content"]
            .as_str()
            .is_some_and(|it| it.starts_with("The tools answered: sunny; warm."))
    );
    assert!(meter.arrivals().iter().all(|it| it.violation.is_none()));
}

#[tokio::test]
async fn openai_refuses_what_openai_refuses() {
    let (sim, meter) = plain().await;
    let user = json!([{"role": "user", "content": "hi"}]);
    let call = json!({"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}});
    let cases = [
        json!({"messages": user}),
        json!({"model": "m", "messages": []}),
        json!({"model": "m", "messages": user, "top_k": 3}),
        json!({"model": "m", "messages": user, "max_tokens": 0}),
        json!({"model": "m", "messages": user, "temperature": 3}),
        json!({"model": "m", "messages": user, "stream_options": {"include_usage": true}}),
        json!({"model": "m", "messages": user, "tool_choice": "auto"}),
        json!({"model": "m", "messages": user, "tools": [{"name": "f", "input_schema": {}}]}),
        json!({"model": "m", "messages": user, "response_format": {"type": "json_schema", "json_schema": {"schema": {}}}}),
        json!({"model": "m", "messages": [{"role": "user", "content": null}]}),
        json!({"model": "m", "messages": [{"role": "user", "content": [{"type": "image", "source": {}}]}]}),
        json!({"model": "m", "messages": [{"role": "tool", "tool_call_id": "c1", "content": "x"}]}),
        json!({"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]}]}),
        json!({"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]}, {"role": "user", "content": "x"}]}),
        json!({"model": "m", "messages": [{"role": "assistant", "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "f", "arguments": {}}}]}]}),
    ];
    for case in &cases {
        let got = exchange(sim.addr(), &openai(case), SOON).await;
        assert_eq!((got.status, got.json()["error"]["type"].as_str()), (400, Some("invalid_request_error")), "{case}");
    }
    let got = exchange(sim.addr(), &post("/v1/chat/completions", "", &chat(false)), SOON).await;
    assert_eq!((got.status, got.json()["error"]["code"].as_str()), (401, Some("invalid_api_key")));
    timeout(SOON, meter.wait_settled(16)).await.expect("settled");
    assert!(meter.arrivals().iter().all(|it| it.violation.is_some() && it.outcome.billed.is_none()));
}

#[tokio::test]
async fn anthropic_refuses_what_anthropic_refuses() {
    let (sim, _) = plain().await;
    let user = json!([{"role": "user", "content": "hi"}]);
    let used = json!({"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "f", "input": {}}]});
    let result =
        |id: &str| json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": "x"}]});
    let with = |messages: Value| json!({"model": "m", "max_tokens": 9, "messages": messages});
    let cases = [
        json!({"model": "m", "messages": user}),
        json!({"model": "m", "max_tokens": 9, "messages": user, "frequency_penalty": 1}),
        json!({"model": "m", "max_tokens": 9, "messages": user, "system": [{"type": "text", "text": ""}]}),
        json!({"model": "m", "max_tokens": 9, "messages": user, "thinking": {"type": "enabled", "budget_tokens": 2000}}),
        json!({"model": "m", "max_tokens": 9, "messages": user, "tool_choice": {"type": "auto"}}),
        json!({"model": "m", "max_tokens": 9, "messages": user, "tools": [{"name": "f", "input_schema": {}}]}),
        with(json!([])),
        with(json!([{"role": "system", "content": "x"}])),
        with(json!([{"role": "assistant", "content": "x"}])),
        with(json!([{"role": "user", "content": ""}])),
        with(json!([{"role": "user", "content": [{"type": "text", "text": ""}]}])),
        with(json!([{"role": "user", "content": "x"}, {"role": "assistant", "content": "ends in space "}])),
        with(json!([{"role": "user", "content": "x"}, used])),
        with(json!([{"role": "user", "content": "x"}, used, {"role": "user", "content": "y"}])),
        with(json!([{"role": "user", "content": "x"}, used, result("t2")])),
        with(json!([{"role": "user", "content": [{"type": "image", "source": {"type": "base64", "data": ""}}]}])),
    ];
    for case in &cases {
        let got = exchange(sim.addr(), &anthropic(case), SOON).await;
        assert_eq!((got.status, got.json()["error"]["type"].as_str()), (400, Some("invalid_request_error")), "{case}");
    }
    let fine = with(json!([{"role": "user", "content": "x"}, used, result("t1")]));
    assert_eq!(exchange(sim.addr(), &anthropic(&fine), SOON).await.status, 200);
    let no_version = post("/v1/messages", "x-api-key: k\r\n", &message(false));
    assert_eq!(exchange(sim.addr(), &no_version, SOON).await.status, 400);
    let no_key = post("/v1/messages", "anthropic-version: 2023-06-01\r\n", &message(false));
    assert_eq!(exchange(sim.addr(), &no_key, SOON).await.status, 401);
}

#[tokio::test]
async fn any_base_works_and_other_paths_keys_and_models_do_not() {
    let persona =
        Persona { admits: Admits::Key("right".to_owned()), models: vec!["m".to_owned()], ..Persona::plain("p") };
    let sim = Sim::start(persona).await.expect("start");
    let right = "authorization: Bearer right\r\n";
    let status = async |path: &str, headers: &str, body: &Value| {
        exchange(sim.addr(), &post(path, headers, body), SOON).await.status
    };
    assert_eq!(status("/openai/v2/chat/completions?x=1", right, &chat(false)).await, 200);
    assert_eq!(status("/chat/completions", "authorization: Bearer wrong\r\n", &chat(false)).await, 401);
    assert_eq!(status("/v1/responses", right, &chat(false)).await, 404);
    let mut other = chat(false);
    other["model"] = json!("other");
    assert_eq!(status("/v1/chat/completions", right, &other).await, 404);
    let list = exchange(
        sim.addr(),
        b"GET /v1/models HTTP/1.1\r\nauthorization: Bearer right\r\nconnection: close\r\n\r\n",
        SOON,
    )
    .await;
    assert_eq!(list.json()["data"][0]["id"], "m");
}

#[tokio::test]
async fn chunked_requests_are_read() {
    let (sim, meter) = plain().await;
    let body = chat(false).to_string();
    let (a, b) = body.split_at(10);
    let request = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nauthorization: Bearer k\r\nconnection: close\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{a}\r\n{:x}\r\n{b}\r\n0\r\n\r\n",
        a.len(),
        b.len()
    );
    assert_eq!(exchange(sim.addr(), request.as_bytes(), SOON).await.status, 200);
    assert_eq!(meter.last().expect("arrival").body, body);
}

#[tokio::test]
async fn waits_are_kept() {
    let (sim, _) = plain().await;
    sim.script().push(Script::text("a b c").first(Duration::from_millis(80)).gap(Duration::from_millis(10)));
    let clock = llmroute::domain::clock::Clock::system();
    exchange(sim.addr(), &openai(&chat(true)), SOON).await;
    let took = clock.now().mono.since(llmroute::domain::clock::Moment::default());
    assert!(took >= Duration::from_millis(120), "{took:?}: 80 ms and four tokens of 10 ms");
}

#[tokio::test]
async fn the_canned_provider_answers_prebuilt_bytes() {
    let canned = Canned { events: 5, text_bytes: 100 };
    let sim = Sim::start(Persona::bench(Latency::default(), canned)).await.expect("start");
    let got = exchange(sim.addr(), &openai(&json!({"stream": true})), SOON).await;
    // Role, five words, finish, usage, done.
    assert_eq!((got.status, got.events().len()), (200, 9));
    let got = exchange(sim.addr(), &anthropic(&json!({"model": "x"})), SOON).await;
    assert_eq!(got.json()["content"][0]["text"].as_str().map(str::len), Some(100));
    timeout(SOON, sim.meter().wait_settled(2)).await.expect("settled");
    assert!(sim.meter().billed_total().output > 0);
}

#[tokio::test]
async fn empty_answers_are_well_formed() {
    let (got, _) = under(Script::reply(Answer::default()), &anthropic(&message(true))).await;
    assert!(got.body().contains("message_stop") && !got.body().contains("content_block"));
    let (got, _) = under(Script::reply(Answer::default()), &openai(&chat(false))).await;
    assert_eq!(got.json()["choices"][0]["message"]["content"], "");
}
