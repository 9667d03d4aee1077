//! Every way a provider and its streams can fail (faults.md §2, rows 1 to 45), in one table: absorbed, an honest error, or
//! wrong. `cargo test --test it wall -- --nocapture` prints it. A row is the tests that hold it to its promise.
//!
//! Stand-ins, because this runs without privileges: a resolver that fails is a name that does not resolve, a black hole is
//! a listener whose queue is full, a TLS fault is a server that is none or has a certificate for another name (`tls`), and
//! time that has to pass is a deadline that is short.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use llmroute::domain::dialect::Dialect;
use llmroute::sim::{Persona, Script, Sim, Slice};
use llmroute::store::Cost;
use serde_json::json;

use crate::faults::hand::soon;
use crate::faults::{connections, crowds, headers, pings, pressure};
use crate::house::{House, Plan, Seen, ended_well, path, text};
use crate::{bedrock, cross_dialect, door, error_classes, gemini, sse, wall};

const CHAT: Dialect = Dialect::OpenaiChat;

/// How a row is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Score {
    /// The client sees an answer and nothing else.
    Absorbed,
    /// The client is told, in its own dialect.
    Honest,
}

use Score::{Absorbed, Honest};

/// Number, fault, how it ends, and the tests that say so.
type Row = (u8, &'static str, Score, &'static [fn()]);

const ROWS: &[Row] = &[
    (1, "a name that does not resolve", Absorbed, &[connections::a_name_that_does_not_resolve_fails_over]),
    (2, "refused, or swallowed", Absorbed, &[wall::a_refused_connection_is_absorbed, SWALLOWED]),
    (
        3,
        "TLS that proves nothing",
        Absorbed,
        &[connections::a_server_that_does_not_prove_who_it_is_gets_neither_key_nor_prompt],
    ),
    (
        4,
        "reset after the request",
        Absorbed,
        &[
            wall::a_reset_before_and_after_the_request_is_absorbed,
            connections::a_request_that_may_have_been_processed_is_not_sent_again,
        ],
    ),
    (
        5,
        "a pooled connection gone stale",
        Absorbed,
        &[connections::a_pooled_connection_that_went_stale_is_replaced_unseen],
    ),
    (6, "REFUSED_STREAM over HTTP/2", Absorbed, &[HANDED_BACK]),
    (
        7,
        "accepted, then silence",
        Absorbed,
        &[wall::silence_before_and_after_the_headers_is_absorbed, wall::a_silent_target_is_never_tried_again],
    ),
    (8, "a stall in the middle", Honest, &[wall::a_stream_cut_after_content_is_told_and_never_ends_well]),
    (
        9,
        "a stream without an end",
        Honest,
        &[pressure::a_line_without_an_end_ends_with_the_longest_time_a_stream_may_take],
    ),
    (10, "a delivery network's page", Absorbed, &[wall::an_html_page_is_absorbed, pages_of_every_kind_are_absorbed]),
    (
        11,
        "Retry-After in every form",
        Absorbed,
        &[wall::a_429_is_absorbed_and_its_retry_after_is_kept_in_all_its_forms],
    ),
    (12, "a quota used up", Absorbed, &[wall::an_exhausted_account_moves_on]),
    (13, "503 and 529", Absorbed, &[wall::a_503_and_a_529_are_absorbed]),
    (
        14,
        "the prompt does not fit",
        Honest,
        &[wall::context_length_and_content_policy_come_back_as_they_came_from_one_attempt],
    ),
    (15, "content policy", Honest, &[error_classes::a_refusal_is_passed_on_only_where_that_is_wanted]),
    (
        16,
        "a refused key",
        Absorbed,
        &[
            wall::a_refused_key_moves_to_the_next_key_and_then_to_the_next_target,
            wall::a_refused_key_alone_is_424_and_not_the_clients_401,
        ],
    ),
    (17, "no such model", Absorbed, &[wall::an_exhausted_account_moves_on]),
    (
        18,
        "a 200 that is none",
        Absorbed,
        &[
            wall::an_error_inside_a_200_is_absorbed,
            wall::an_empty_200_is_absorbed,
            wall::invalid_json_before_content_is_absorbed,
            wall::a_gemini_call_that_is_none_is_absorbed,
        ],
    ),
    (19, "a stream of the wrong type", Absorbed, &[headers::a_stream_is_a_stream_whatever_its_content_type_says]),
    (20, "a redirect", Absorbed, &[headers::a_redirect_is_never_followed]),
    (21, "a compressed answer", Absorbed, &[headers::a_compressed_answer_is_neither_unpacked_nor_relayed]),
    (
        22,
        "a head that is no head",
        Absorbed,
        &[headers::a_head_that_is_no_head_fails_over, headers::interim_answers_and_trailers_do_not_matter],
    ),
    (
        23,
        "usage that cannot be",
        Absorbed,
        &[usage_that_cannot_be_is_booked_without_a_crash, wall::a_stream_without_usage_is_estimated_and_says_so],
    ),
    (24, "another model than asked for", Absorbed, &[the_model_that_served_is_the_one_that_is_booked]),
    (25, "a clock that is off", Honest, &[a_clock_that_is_off_is_named_and_the_key_stays]),
    (
        26,
        "retries upon retries",
        Honest,
        &[
            crowds::one_request_makes_three_attempts_at_most_however_many_keys_there_are,
            crowds::total_failure_stays_within_the_retry_budget,
            wall::when_everything_fails_the_most_telling_error_comes_back_once,
        ],
    ),
    (
        27,
        "all targets down",
        Honest,
        &[
            crowds::all_targets_cooling_down_is_a_503_at_once_with_the_soonest_wait,
            wall::a_lone_target_that_fails_in_passing_gets_two_more_tries,
        ],
    ),
    (
        28,
        "a crowd at a recovering target",
        Absorbed,
        &[
            crowds::one_probe_is_sent_when_fifty_wait_for_a_recovering_target,
            crowds::nobody_is_turned_away_while_the_only_target_is_probed,
        ],
    ),
    (29, "a turn that only one provider knows", Honest, &[a_turn_that_nobody_knows_is_an_error_that_says_so]),
    (
        30,
        "every split of every event",
        Absorbed,
        &[
            sse::a_stream_cut_at_every_offset_is_the_same_stream,
            streams_in_pieces_of_every_size_are_the_same_to_the_client,
        ],
    ),
    (
        31,
        "line ends and marks",
        Absorbed,
        &[sse::mixed_line_ends_and_odd_places_for_a_mark, awkward_streams_are_answers],
    ),
    (32, "odd but lawful events", Absorbed, &[awkward_streams_are_answers]),
    (
        33,
        "an event of 64 MiB",
        Absorbed,
        &[pressure::an_event_of_64_mib_is_relayed_while_it_comes, sse::a_huge_event_in_small_chunks_takes_linear_time],
    ),
    (
        34,
        "an error event",
        Honest,
        &[
            wall::an_error_event_before_content_is_absorbed,
            wall::an_error_event_after_content_is_told,
            wall::invalid_json_after_content_is_told,
        ],
    ),
    (35, "no terminal event", Honest, &[wall::a_missing_terminal_event_is_told]),
    (36, "left open after its end", Absorbed, &[wall::a_stream_left_open_after_its_end_is_closed_at_once]),
    (37, "a failure after partial text", Honest, &[wall::a_stream_cut_after_content_is_told_and_never_ends_well]),
    (
        38,
        "minutes of silent thought",
        Absorbed,
        &[
            pings::pings_fill_a_silence_and_never_fall_into_an_event,
            pings::a_client_that_waits_through_failovers_hears_pings,
        ],
    ),
    (39, "pings over a dead upstream", Honest, &[pings::a_dead_upstream_times_out_although_our_pings_flow]),
    (
        40,
        "all of it in one segment",
        Absorbed,
        &[connections::an_answer_and_the_end_of_its_connection_in_one_piece_is_whole],
    ),
    (
        41,
        "usage that was not asked for",
        Absorbed,
        &[door::usage_that_the_client_did_not_ask_for_is_kept_from_it_and_still_counted],
    ),
    (
        42,
        "arguments in pieces",
        Absorbed,
        &[cross_dialect::there_and_back_keeps_calls_byte_for_byte, arguments_in_single_bytes_are_the_same_json],
    ),
    (43, "a slow reader", Absorbed, &[pressure::a_client_that_reads_slowly_holds_its_provider_back_and_nobody_else]),
    (44, "very many small events", Absorbed, &[very_many_events_all_come]),
    (
        45,
        "other framings, spoilt",
        Honest,
        &[
            bedrock::what_goes_wrong_in_a_stream_is_told_or_answered_by_another,
            gemini::door::a_stream_that_was_not_asked_for_as_events_is_an_array,
            spoilt_lines_are_told,
        ],
    ),
];

#[cfg(target_os = "linux")]
const SWALLOWED: fn() = connections::a_host_that_swallows_connections_is_left_after_the_connect_deadline;
#[cfg(not(target_os = "linux"))]
const SWALLOWED: fn() = || {};

#[cfg(all(unix, not(target_vendor = "apple")))]
const HANDED_BACK: fn() = crate::tls::a_request_that_was_handed_back_untouched_is_sent_again_twice_and_no_more;
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
const HANDED_BACK: fn() = || {};

/// Each test on a thread of its own, because each makes a runtime.
fn holds(tests: &'static [fn()]) -> bool {
    tests.iter().all(|test| std::thread::spawn(*test).join().is_ok())
}

/// All rows, some at a time: most of what they do is waiting.
fn all_hold() -> Vec<bool> {
    let held: Vec<OnceLock<bool>> = ROWS.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(row) = ROWS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    held[usize::from(row.0) - 1].set(holds(row.3)).expect("each row once");
                }
            });
        }
    });
    held.into_iter().map(|it| it.into_inner().expect("each row")).collect()
}

#[test]
fn the_wall_stands_in_every_row() {
    let numbers: Vec<u8> = ROWS.iter().map(|it| it.0).collect();
    assert_eq!(numbers, (1..=45).collect::<Vec<u8>>(), "a row is missing");
    let held = all_hold();
    println!("row  fault                                 score");
    for ((n, fault, score, _), held) in ROWS.iter().zip(&held) {
        let score = match score {
            _ if !held => "WRONG",
            Absorbed => "absorbed",
            Honest => "honest error",
        };
        println!("{n:>3}  {fault:<36}  {score}");
    }
    let of = |score| ROWS.iter().zip(&held).filter(|(row, held)| row.2 == score && **held).count();
    let wrong = held.iter().filter(|it| !**it).count();
    println!("absorbed {}, honest error {}, wrong {wrong}", of(Absorbed), of(Honest));
    assert_eq!(wrong, 0);
}

// === rows that no other test holds whole ===

async fn behind(script: Script) -> (Sim, Sim, House) {
    let (bad, good) =
        (Sim::start(Persona::plain("bad")).await.unwrap(), Sim::start(Persona::plain("good")).await.unwrap());
    bad.script().always(script);
    let plan = Plan::new().target("bad", CHAT, &bad.base_url(), 1.0).target("good", CHAT, &good.base_url(), 0.0);
    let house = plan.open().await;
    (bad, good, house)
}

async fn lone(dialect: Dialect, script: Script) -> (Sim, House) {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    sim.script().always(script);
    let house = Plan::new().target("a", dialect, &sim.base_url(), 1.0).open().await;
    (sim, house)
}

#[tokio::test]
async fn pages_of_every_kind_are_absorbed() {
    for status in [502, 520, 521, 522, 523, 524] {
        for script in [Script::html(status), Script::status_with(status, "text/plain", "")] {
            let (_bad, _good, house) = behind(script).await;
            for stream in [true, false] {
                let seen = soon(house.ask(CHAT, stream)).await;
                assert!(seen.status == 200 && text(CHAT, stream, &seen).contains("good"), "{status} {seen:?}");
            }
        }
    }
}

#[tokio::test]
async fn usage_that_cannot_be_is_booked_without_a_crash() {
    for usage in [
        "null",
        "{}",
        r#"{"prompt_tokens":-5,"completion_tokens":1e18}"#,
        r#"{"prompt_tokens":2.5,"completion_tokens":"x"}"#,
        "7",
    ] {
        let body = format!(
            r#"{{"id":"c","object":"chat.completion","created":1,"model":"model","choices":[{{"index":0,"message":{{"role":"assistant","content":"Hi."}},"finish_reason":"stop"}}],"usage":{usage}}}"#
        );
        let (_sim, house) = lone(CHAT, Script::raw(200, "application/json", body)).await;
        let seen = soon(house.ask(CHAT, false)).await;
        assert_eq!((seen.status, text(CHAT, false, &seen).as_str()), (200, "Hi."), "{usage}");
        let (row, _) = house.row(&seen).await;
        let sane = match row.cost {
            // A number that no answer can have used is not taken for one.
            Some(Cost::Exact(it) | Cost::Estimated(it)) => it.pico() >= 0,
            Some(Cost::InDoubt(_) | Cost::Unpriced) => true,
            None => false,
        };
        assert!(sane && row.outcome.as_deref() == Some("ok"), "{usage}: {row:?}");
    }
}

#[tokio::test]
async fn the_model_that_served_is_the_one_that_is_booked() {
    let body = r#"{"id":"c","object":"chat.completion","created":1,"model":"another-model","choices":[{"index":0,"message":{"role":"assistant","content":"Hi."},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}"#;
    let (_sim, house) = lone(CHAT, Script::raw(200, "application/json", body)).await;
    let seen = soon(house.ask(CHAT, false)).await;
    let (row, _) = house.row(&seen).await;
    assert_eq!((row.model.as_deref(), row.served.as_deref()), (Some("model"), Some("another-model")), "{row:?}");
}

#[tokio::test]
async fn a_clock_that_is_off_is_named_and_the_key_stays() {
    let sim = Sim::start(Persona::plain("a")).await.unwrap();
    let expired = json!({"message": "Signature expired: 20261121T100000Z is now earlier than 20261121T115500Z (20261121T120000Z - 5 min.)"});
    let script = Script::status_with(403, "application/json", expired.to_string())
        .header("x-amzn-errortype", "InvalidSignatureException")
        .header("date", "Sat, 01 Jan 2000 00:00:00 GMT");
    sim.script().always(script);
    let house = Plan::new().target("a", Dialect::BedrockConverse, &sim.base_url(), 1.0).open().await;
    let seen = soon(house.ask(CHAT, false)).await;
    assert_eq!(seen.status, 502, "{seen:?}");
    assert!(seen.body.contains("the clock of this machine is off by"), "{seen:?}");
    // The key is no worse for it: the next request goes out again.
    let before = sim.meter().arrived();
    sim.script().always(Script::natural());
    let seen = soon(house.ask(CHAT, false)).await;
    assert!(sim.meter().arrived() > before, "{seen:?}");
}

#[tokio::test]
async fn a_turn_that_nobody_knows_is_an_error_that_says_so() {
    let (sim, house) = lone(CHAT, Script::natural()).await;
    let body = json!({"model": "g", "input": "And then?", "previous_response_id": "resp_of_somebody_else"});
    let seen = soon(house.post(path(Dialect::OpenaiResponses), body.to_string())).await;
    assert!((400..500).contains(&seen.status) && seen.body.contains("resp_of_somebody_else"), "{seen:?}");
    assert_eq!(sim.meter().arrived(), 0);
}

#[tokio::test]
async fn streams_in_pieces_of_every_size_are_the_same_to_the_client() {
    for dialect in Dialect::CLIENTS {
        let (sim, house) = lone(dialect, Script::text("Grüße: 日本語 🙂.")).await;
        let whole = soon(house.ask(dialect, true)).await;
        assert!(ended_well(dialect, &whole), "{whole:?}");
        for step in [1, 2, 3, 5, 7, 64] {
            sim.script().always(Script::text("Grüße: 日本語 🙂.").slice(Slice::Bytes(step)));
            let seen = soon(house.ask(dialect, true)).await;
            assert!(ended_well(dialect, &seen), "{step} {seen:?}");
            assert_eq!(text(dialect, true, &seen), "Grüße: 日本語 🙂.", "{dialect} {step}");
        }
    }
}

/// The events of a chat answer, written so that only a parser to the letter of the specification reads them.
#[tokio::test]
async fn awkward_streams_are_answers() {
    let chunk = |delta: &str, finish: &str| {
        format!(
            r#"{{"id":"c","object":"chat.completion.chunk","created":1,"model":"model","choices":[{{"index":0,"delta":{delta},"finish_reason":{finish}}}]}}"#
        )
    };
    let (hello, there, stop) =
        (chunk(r#"{"content":"Hello"}"#, "null"), chunk(r#"{"content":" there"}"#, "null"), chunk("{}", "\"stop\""));
    let usage = r#"{"id":"c","object":"chat.completion.chunk","created":1,"model":"model","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}"#;
    for (first, end) in [("", "\n"), ("\u{feff}", "\n"), ("", "\r\n"), ("", "\r"), ("\u{feff}", "\r\n")] {
        let body = [
            first.to_owned(),
            format!(": a comment{end}{end}"),
            format!("id: 7{end}retry: 3000{end}odd: x{end}data:{hello}{end}{end}"),
            format!("event: message{end}data: {there}{end}{end}"),
            format!("data: {stop}{end}{end}data: {usage}{end}{end}data: [DONE]{end}{end}"),
        ];
        for slice in [Slice::Events, Slice::Bytes(1)] {
            let script = Script::raw(200, "text/event-stream", Bytes::from(body.concat())).slice(slice);
            for client in Dialect::CLIENTS {
                let (_sim, house) = lone(CHAT, script.clone()).await;
                let seen = soon(house.ask(client, true)).await;
                assert_eq!(said(client, &seen), "Hello there", "{end:?} {client} {seen:?}");
                let (row, _) = house.row(&seen).await;
                assert!(matches!(row.cost, Some(Cost::Exact(it)) if it.pico() == 13_000_000), "{row:?}");
            }
        }
    }
}

/// The text of a stream whatever its line ends.
fn said(client: Dialect, seen: &Seen) -> String {
    let body = seen.body.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    text(client, true, &Seen { body, ..seen.clone() })
}

#[tokio::test]
async fn arguments_in_single_bytes_are_the_same_json() {
    let arguments = r#"{"path":"C:\\Grüße\\😀.txt","lines":["a\"b","\u00e9"],"n":1e2}"#;
    for target in Dialect::CLIENTS {
        for client in Dialect::CLIENTS {
            let sim = Sim::start(Persona::plain("a")).await.unwrap();
            let house = Plan::new().target("a", target, &sim.base_url(), 1.0).open().await;
            let mut bodies = Vec::new();
            for slice in [Slice::Events, Slice::Bytes(1)] {
                sim.script().always(Script::calls([("save", arguments)]).slice(slice));
                let seen = soon(house.ask(client, true)).await;
                assert!(ended_well(client, &seen), "{client} {target} {seen:?}");
                // Ids and times of two answers differ; what is called, and with what, does not.
                bodies.push(
                    seen.data()
                        .iter()
                        .filter(|it| it.contains("arguments") || it.contains("args") || it.contains("partial_json"))
                        .count(),
                );
            }
            assert_eq!(bodies[0], bodies[1], "{client} {target}");
        }
    }
}

#[tokio::test]
async fn very_many_events_all_come() {
    const EVENTS: usize = 20_000;
    let chunk = r#"data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"model","choices":[{"index":0,"delta":{"content":"w "},"finish_reason":null}]}"#;
    let end = r#"data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"model","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
    let body = format!("{}{end}\n\ndata: [DONE]\n\n", format!("{chunk}\n\n").repeat(EVENTS));
    for client in [CHAT, Dialect::Anthropic] {
        let (_sim, house) =
            lone(CHAT, Script::raw(200, "text/event-stream", body.clone()).slice(Slice::Bytes(4096))).await;
        let seen = soon(house.ask(client, true)).await;
        assert!(ended_well(client, &seen), "{client}");
        assert_eq!(text(client, true, &seen).len(), 2 * EVENTS, "{client}");
    }
}

/// A line of JSON that is none, in the framing of lines.
#[tokio::test]
async fn spoilt_lines_are_told() {
    let line = |text: &str| {
        format!(
            r#"{{"model":"model","created_at":"2026-08-04T19:58:38Z","message":{{"role":"assistant","content":"{text}"}},"done":false}}"#
        )
    };
    let body = format!("{}\n{}\n{{\"message\":{{\"role\n", line("Half an"), line(" answer"));
    for client in Dialect::CLIENTS {
        let (_sim, house) = lone(Dialect::Ollama, Script::raw(200, "application/x-ndjson", body.clone())).await;
        let seen = soon(house.ask(client, true)).await;
        assert!(crate::house::told_error(client, &seen) && !ended_well(client, &seen), "{client} {seen:?}");
    }
    // A client of another dialect is not kept waiting by it either.
    let (_sim, house) = lone(Dialect::Ollama, Script::raw(200, "application/x-ndjson", "{\"message\":\n")).await;
    let seen = tokio::time::timeout(Duration::from_secs(30), house.ask(CHAT, true)).await.expect("an answer");
    assert!(seen.status >= 500 || crate::house::told_error(CHAT, &seen), "{seen:?}");
}
