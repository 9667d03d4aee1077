//! The simulated providers, seen from a bare socket: every script does on the wire what its name says, and the meter
//! charges what it should.

mod recorded;
mod requests;
mod socket;

use std::time::Duration;

use llmroute::domain::clock::{Clock, Moment};
use llmroute::sim::{Answer, Billed, By, Canned, Fault, Latency, Persona, Script, Sim, Slice, Trouble, When};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use socket::{Ended, SOON, anthropic, chat, exchange, message, openai, plain, under};

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
        assert!(outcome.settled.is_some() && outcome.sent == meter.sent());
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
    let clock = Clock::system();
    exchange(sim.addr(), &openai(&chat(true)), SOON).await;
    let took = clock.now().mono.since(Moment::default());
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
