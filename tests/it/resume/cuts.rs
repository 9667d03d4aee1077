//! The cut at every place of a stream, and in every way.

use bytes::Bytes;
use llmroute::sim::{Billed, Fault, When};

use super::*;
use crate::house::{path_for, question};

/// Of few words, each an event, and longer than an anchor.
const WORDS: &str = "incomprehensibilities-of-every-kind où-que-ce-soit-🙂-et-encore counterrevolutionaries-and-others \
                     were-heard.";

/// What a target of `dialect` sends to say [`WORDS`], whole.
async fn whole(dialect: Dialect) -> Bytes {
    let sim = Sim::start(Persona::plain("whole")).await.unwrap();
    sim.script().always(Script::text(WORDS));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(format!("{}{}", sim.base_url(), path_for(dialect, true))).bearer_auth("k");
    let request =
        request.header("x-api-key", "k").header("x-goog-api-key", "k").header("anthropic-version", "2023-06-01");
    let request = request.header("content-type", "application/json").body(question(dialect, true).to_string());
    request.send().await.unwrap().bytes().await.unwrap()
}

/// At each byte of the stream: before the first content another target answers, after it one goes on, and after the last
/// the answer is whole or its end is missing; never is a character lost or told twice.
async fn at_every_byte(client: Dialect, first: Dialect, asked: Asked) {
    let all = whole(first).await;
    let pair = pair((first, Script::natural()), (CHAT, Script::text(WORDS)), asked).await;
    let (mut joined, mut ours) = (0, 0);
    for at in 0..=all.len() {
        let script = Script::raw(200, "text/event-stream", all.slice(..at)).billed(Billed::of(9, 9));
        pair.first.script().always(script);
        let seen = pair.ask_later(client).await;
        let context = format!("{client} {first} {asked:?} at {at}: {seen:?}");
        let said = text(client, true, &seen);
        if !ended_well(client, &seen) {
            // All was said, and only the end mark is missing: there is nothing to go on with.
            assert!(crate::house::told_error(client, &seen) && said == WORDS, "{context}");
            continue;
        }
        assert_eq!(said, WORDS, "{context}");
        is_stream_in(client, &seen, false, &context);
    }
    // What the second target was asked for is on the bill as its provider's meter has it.
    for (row, attempts) in pair.house.rows().await {
        joined += usize::from(attempts.last().is_some_and(|it| it.resume.is_some()));
        for it in attempts.iter().filter(|it| it.provider == "second") {
            assert!(matches!(it.cost, Some(Cost::Exact(_))), "{row:?} {it:?}");
            ours += cost(it);
        }
    }
    assert_eq!(ours, billed(&pair.second));
    assert!(joined * 4 > all.len(), "{client} {first}: {joined} of {}", all.len());
}

#[tokio::test]
async fn chat_at_every_byte() {
    at_every_byte(CHAT, CHAT, Asked::Anchor).await;
}

#[tokio::test]
async fn anthropic_at_every_byte() {
    at_every_byte(Dialect::Anthropic, Dialect::Anthropic, Asked::Prefill).await;
}

#[tokio::test]
async fn responses_at_every_byte() {
    at_every_byte(Dialect::OpenaiResponses, Dialect::OpenaiResponses, Asked::Anchor).await;
}

#[tokio::test]
async fn gemini_at_every_byte() {
    at_every_byte(Dialect::Gemini, Dialect::Gemini, Asked::Prefill).await;
}

#[tokio::test]
async fn across_dialects_at_every_byte() {
    at_every_byte(Dialect::Anthropic, CHAT, Asked::Anchor).await;
}

#[tokio::test]
async fn however_it_is_cut() {
    let cuts = [By::Reset, By::Fin, By::End, By::Silence]
        .into_iter()
        .flat_map(|by| [false, true].into_iter().map(move |mid_event| Fault::Cut { after: 12, mid_event, by }));
    let faults = cuts.chain([Fault::ErrorEvent(When::AfterContent(9)), Fault::InvalidJson(When::AfterContent(9))]);
    for fault in faults {
        for client in Dialect::CLIENTS {
            let context = format!("{fault:?} {client}");
            let pair = pair((client, Script::text(TEXT).fault(fault)), (CHAT, Script::text(TEXT)), Asked::Anchor).await;
            let seen = pair.house.ask(client, true).await;
            pair.joined(client, &seen, "anchor", &context).await;
        }
    }
}
