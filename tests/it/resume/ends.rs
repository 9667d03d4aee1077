//! What is not gone on with, and what the client and the ledger are told then; and what else may happen on the way.

use std::time::Duration;

use llmroute::sim::{Answer, Call, Fault, Trouble};
use serde_json::{Value, json};

use super::*;
use crate::faults::hand::{Ear, soon};
use crate::house::{path_for, question, told_error};

const CLAUDE: Dialect = Dialect::Anthropic;

fn cut(text: &str) -> Script {
    Script::text(text).fault(cut_after(20, By::Reset))
}

/// The client was told of the cut, and of nothing that the second target said.
fn honest(client: Dialect, seen: &Seen, context: &str) {
    assert!(told_error(client, seen) && !ended_well(client, seen), "{context}: {seen:?}");
    let said = text(client, true, seen);
    assert!(!said.is_empty() && TEXT.starts_with(&said), "{context}: {seen:?}");
    is_stream_in(client, seen, true, context);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_not_told_and_still_paid_for() {
    for client in Dialect::CLIENTS {
        for asked in [Asked::Prefill, Asked::Anchor] {
            let context = format!("{client} {asked:?}");
            let other = Script::text("Something else altogether, at some length.");
            // Given the beginning, it would have to go on with the white space that this was cut at.
            let pair = pair((client, cut(TEXT)), (CLAUDE, other), asked).await;
            let seen = pair.house.ask(client, true).await;
            honest(client, &seen, &context);
            let (row, attempts) = pair.house.row(&seen).await;
            assert_eq!((row.outcome.as_deref(), row.provider.as_deref()), (Some("cut"), Some("first")), "{row:?}");
            assert_eq!(row.error.as_ref().map(|it| it.kind.as_str()), Some("cut"), "{context}: {row:?}");
            let [_, misfit] = attempts.as_slice() else { panic!("{context}: {attempts:?}") };
            assert_eq!(misfit.error.as_ref().map(|it| it.code.as_str()), Some("resume_misfit"), "{misfit:?}");
            assert!(cost(misfit) > 0, "{context}: {misfit:?}");
        }
    }
}

#[tokio::test]
async fn where_it_is_off_or_nobody_else_is_there_nothing_is_asked_twice() {
    for client in Dialect::CLIENTS {
        let (one, two) =
            (Sim::start(Persona::plain("one")).await.unwrap(), Sim::start(Persona::plain("two")).await.unwrap());
        one.script().always(cut(TEXT));
        two.script().always(Script::text(TEXT));
        let mut plan =
            Plan::new().target("one", client, &one.base_url(), 1.0).target("two", CHAT, &two.base_url(), 0.0);
        plan.quirks.prefill_models = vec!["*".to_owned()];
        let house = plan.open().await;
        honest(client, &house.ask(client, true).await, "off");
        assert_eq!(two.meter().arrived(), 0);
        let mut plan = Plan::new().target("one", client, &one.base_url(), 1.0);
        plan.resume = true;
        let house = plan.open().await;
        honest(client, &house.ask(client, true).await, "alone");
        assert_eq!(house.rows().await[0].1.len(), 1);
    }
}

#[tokio::test]
async fn a_third_target_goes_on_where_the_second_is_cut_too_or_fails() {
    for second in [cut(TEXT), Script::trouble(Trouble::Overloaded), Script::text("Something else.")] {
        let sims = [cut(TEXT), second, Script::text(TEXT)];
        let mut plan = Plan::new();
        plan.resume = true;
        let mut running = Vec::new();
        for (nth, script) in sims.into_iter().enumerate() {
            let sim = Sim::start(Persona::plain(format!("t{nth}"))).await.unwrap();
            sim.script().always(script);
            // The third is asked what the second was; its weight puts it last.
            let weight = [1.0, 0.001, 0.0][nth];
            plan = plan.target(&format!("t{nth}"), CHAT, &sim.base_url(), weight);
            running.push(sim);
        }
        let house = plan.open().await;
        let seen = house.ask(CLAUDE, true).await;
        let (row, attempts) = house.row(&seen).await;
        // The second may have been drawn first: then it failed before anybody heard it, or was itself gone on with.
        assert!(
            text(CLAUDE, true, &seen).contains(TEXT) || row.provider.as_deref() == Some("t1"),
            "{attempts:?} {seen:?}"
        );
        assert!(ended_well(CLAUDE, &seen) && attempts.len() <= 3, "{attempts:?}");
        is_stream_in(CLAUDE, &seen, false, "three");
    }
}

#[tokio::test]
async fn calls_are_gone_on_from_between_and_never_within() {
    let answer = Answer {
        text: "I look twice.".to_owned(),
        calls: vec![Call::new("look", r#"{"at":"the first thing"}"#), Call::new("look", r#"{"at":"the second"}"#)],
        ..Answer::default()
    };
    let calls = |seen: &Seen| -> Vec<Value> {
        let events: Vec<Value> = seen.data().iter().filter_map(|it| serde_json::from_str(it).ok()).collect();
        let named = events.iter().filter_map(|it| it["content_block"]["name"].as_str().map(|name| json!(name)));
        let arguments: String = events.iter().filter_map(|it| it["delta"]["partial_json"].as_str()).collect();
        named.chain([json!(arguments)]).collect()
    };
    let (mut repeated, mut within) = (0, 0);
    let mut whole = None;
    for after in 1.. {
        let script = Script::reply(answer.clone()).fault(Fault::Cut { after, mid_event: false, by: By::End });
        let pair = pair((CLAUDE, script), (CLAUDE, Script::reply(answer.clone())), Asked::Prefill).await;
        let seen = pair.house.ask(CLAUDE, true).await;
        let asked_again = pair.second.meter().arrived() == 1;
        let (_, attempts) = pair.house.row(&seen).await;
        if ended_well(CLAUDE, &seen) {
            let said = calls(&seen);
            assert_eq!(&said, whole.get_or_insert_with(|| said.clone()), "{after}");
            is_stream_in(CLAUDE, &seen, false, "calls");
            repeated += usize::from(attempts.last().unwrap().resume.as_deref() == Some("repeat"));
            if !asked_again {
                break;
            }
        } else {
            let (starts, stops) = ("content_block_start\"", "content_block_stop\"");
            let open = seen.body.matches(starts).count() > seen.body.matches(stops).count();
            assert!(told_error(CLAUDE, &seen) && !asked_again, "{after}: {seen:?}");
            within += usize::from(open);
        }
    }
    assert!(repeated >= 1 && within >= 2, "{repeated} between calls, {within} within one");
}

#[tokio::test]
async fn a_form_is_only_gone_on_with_where_the_whole_of_it_is_repeated() {
    let form = r#"{"name":"a proxy","means":"in between","stands":"between a client and a server, for each of them"}"#;
    for (other, fits) in [(form, true), (r#"{"name":"something else"}"#, false)] {
        let script = Script::text(form).fault(cut_after(8, By::Reset));
        let pair = pair((CHAT, script), (CHAT, Script::text(other)), Asked::Prefill).await;
        let mut body = question(CHAT, true);
        body["response_format"] = json!({"type": "json_object"});
        body["messages"][0]["content"] = "Answer in JSON: what is a proxy?".into();
        let seen = pair.house.post(path_for(CHAT, true), body.to_string()).await;
        assert_eq!(ended_well(CHAT, &seen), fits, "{seen:?}");
        if fits {
            assert_eq!(text(CHAT, true, &seen), form);
        }
        let sent = pair.second.meter().last().unwrap().json();
        assert_eq!(sent["messages"].as_array().map(Vec::len), Some(1), "the same question: {sent}");
    }
}

#[tokio::test]
async fn what_is_sent_leaves_the_clients_words_alone_and_takes_what_was_told_off_its_cap() {
    let pair = pair((CLAUDE, cut(TEXT)), (CLAUDE, Script::text(TEXT)), Asked::Prefill).await;
    let seen = pair.house.ask(CLAUDE, true).await;
    pair.joined(CLAUDE, &seen, "prefill", "sent").await;
    let sent = |sim: &Sim| sim.meter().last().unwrap().json();
    let (first, second) = (sent(&pair.first), sent(&pair.second));
    assert_eq!(first["messages"][0], second["messages"][0]);
    let begun = second["messages"][1]["content"].as_str().unwrap();
    assert!(TEXT.starts_with(begun) && begun.len() > 20 && second["messages"][1]["role"] == "assistant", "{second}");
    let cap = |it: &Value| it["max_tokens"].as_u64().unwrap();
    assert!(cap(&second) < cap(&first) && cap(&second) > 400, "{second}");
    // The client is told the prompt as its first target counted it, and every token once.
    let last: Vec<Value> = seen.data().iter().filter_map(|it| serde_json::from_str(it).ok()).collect();
    let usage = &last.iter().rev().find(|it| it["type"] == "message_delta").unwrap()["usage"];
    let billed = pair.first.meter().last().unwrap().outcome.billed.unwrap();
    assert_eq!(usage["input_tokens"].as_u64().or(Some(billed.input)), Some(billed.input), "{usage}");
    assert!(usage["output_tokens"].as_u64().unwrap() > 20, "{usage}");
}

#[tokio::test]
async fn a_response_of_two_targets_can_be_gone_on_from_by_its_id() {
    let answers = Dialect::OpenaiResponses;
    let pair = pair((answers, cut(TEXT)), (CHAT, Script::text(TEXT)), Asked::Anchor).await;
    let seen = pair.house.ask(answers, true).await;
    pair.joined(answers, &seen, "anchor", "kept").await;
    let last: Value = serde_json::from_str(seen.data().last().unwrap()).unwrap();
    let id = &last["response"]["id"];
    let more = json!({"model": "g", "input": "And then?", "previous_response_id": id});
    // It is written a moment after it was told.
    let mut again = pair.house.post(path_for(answers, false), more.to_string()).await;
    for _ in 0..50 {
        if again.status == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        again = pair.house.post(path_for(answers, false), more.to_string()).await;
    }
    assert_eq!(again.status, 200, "{again:?}");
    let sent = pair.second.meter().last().unwrap().json().to_string();
    assert!(sent.contains("où que ce soit, it answers."), "{sent}");
}

#[tokio::test]
async fn a_client_that_leaves_while_the_rest_is_awaited_pays_for_both_parts() {
    let waits = Script::text(TEXT).first(Duration::from_secs(120));
    let pair = pair((CHAT, cut(TEXT)), (CHAT, waits), Asked::Anchor).await;
    let mut ear = Ear::ask(&pair.house, CHAT).await;
    ear.hear("proxy", 1).await;
    soon(pair.second.meter().wait_for(1)).await;
    drop(ear);
    soon(pair.second.meter().wait_settled(1)).await;
    let rows = pair.house.rows().await;
    let (row, attempts) = &rows[0];
    assert_eq!((row.outcome.as_deref(), attempts.len()), (Some("client_gone"), 2), "{row:?} {attempts:?}");
    assert!(cost(&attempts[0]) > 0, "{attempts:?}");
}

#[tokio::test]
async fn a_shutdown_while_the_rest_is_awaited_tells_the_client_of_the_cut() {
    let waits = Script::text(TEXT).first(Duration::from_secs(120));
    let pair = pair((CHAT, cut(TEXT)), (CHAT, waits), Asked::Anchor).await;
    let asked = pair.house.ask(CHAT, true);
    let closed = async {
        soon(pair.second.meter().wait_for(1)).await;
        pair.house.engine.close_streams();
    };
    let (seen, ()) = tokio::join!(soon(asked), closed);
    honest(CHAT, &seen, "shutdown");
    let (row, _) = pair.house.row(&seen).await;
    assert_eq!(row.outcome.as_deref(), Some("cut"), "{row:?}");
}

#[tokio::test]
async fn what_a_content_policy_stops_is_not_sent_to_another_provider() {
    let refused = json!({"error": {"message": "Your request was flagged by our content policy.", "type": "invalid_request_error", "code": "content_policy_violation"}});
    let told = json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [{"index": 0, "delta": {"role": "assistant", "content": TEXT}, "finish_reason": null}]});
    let stream = format!("data: {told}\n\ndata: {refused}\n\n");
    let pair =
        pair((CHAT, Script::raw(200, "text/event-stream", stream)), (CHAT, Script::text(TEXT)), Asked::Anchor).await;
    let seen = pair.house.ask(CHAT, true).await;
    assert!(told_error(CHAT, &seen) && pair.second.meter().arrived() == 0, "{seen:?}");
}
