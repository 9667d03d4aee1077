//! Recorded traffic replayed through a running house: a simulated provider answers with a recording's bytes, a client
//! asks with the recording's request, and the recording itself, looked at as plain JSON, says what must come of it.

pub(crate) mod look;
mod record;

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::FutureExt as _;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::money::Usd;
use llmroute::domain::policy::Deadlines;
use llmroute::sim::{Persona, Script, Sim, Slice};
use llmroute::store::Cost;
use llmroute::store::requests::{AttemptRow, RequestRow};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::grammar::is_stream_in;
use crate::house::{self, House, Plan, Seen, ended_well, question, told_error};
use look::{Tokens, Told, is_answer_in};
use record::{Exchange, recorded};

/// A house with one provider, which answers as it is told.
struct Stage {
    sim: Sim,
    house: House,
}

impl Stage {
    async fn open(speaks: Dialect) -> Self {
        let mut persona = Persona::plain("replay");
        persona.keep_arrivals = 1000;
        let sim = Sim::start(persona).await.unwrap();
        let mut plan = Plan::new();
        // Nothing here is about deadlines, and the machine may be busy.
        plan.deadlines = Deadlines::default();
        // The table knows most of the recorded models by the names they answered under; the user's own price for the
        // name that was asked for comes first all the same.
        // Recorded requests go on from answers that only their provider has.
        plan.quirks.keeps_responses = true;
        // Some were recorded at a gateway, with a wish for one provider behind it.
        plan.quirks.provider_routing = true;
        let price_id = match speaks {
            Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
            Dialect::BedrockConverse => unreachable!("no client speaks it"),
            Dialect::OpenaiChat | Dialect::OpenaiResponses => "openai",
            Dialect::Anthropic => "anthropic",
            Dialect::Gemini => "google",
            Dialect::Cohere => "cohere",
            // What runs at home has no price.
            Dialect::Ollama => "ollama",
        };
        plan.price_id = Some(price_id.to_owned());
        let house = plan.target("replay", speaks, &sim.base_url(), 1.0).open().await;
        Self { sim, house }
    }

    /// Lets the provider answer with the recording, however often it is asked.
    async fn play(&self, it: &Exchange, slice: Slice, client: Dialect, body: &str) -> Seen {
        let kind = match (it.streams, it.dialect) {
            (false, _) => "application/json",
            (true, Dialect::Ollama) => "application/x-ndjson",
            (true, _) => "text/event-stream; charset=utf-8",
        };
        let script = Script::raw(it.status, kind, Bytes::from(it.answer.clone())).slice(slice);
        self.sim.script().always(script);
        self.house.post(house::path_for(client, it.streams), body).await
    }
}

/// The provider's words, wherever its dialect puts them.
fn words(said: &Value) -> &str {
    let places = [&said["error"]["message"], &said["error"], &said["message"], &said["detail"]];
    places.into_iter().find_map(Value::as_str).unwrap_or_else(|| panic!("no words in {said}"))
}

/// Exchanges that leave their target healthy share a house, the others get one each.
struct Stages {
    speaks: Dialect,
    shared: Stage,
}

/// What came of one exchange.
struct Outcome {
    seen: Seen,
    row: RequestRow,
    attempts: Vec<AttemptRow>,
    upstream: Vec<Bytes>,
    /// The paths those came to.
    paths: Vec<String>,
}

impl Stages {
    async fn open(speaks: Dialect) -> Self {
        Self { speaks, shared: Stage::open(speaks).await }
    }

    /// The house of an exchange that must not spoil the shared one.
    async fn own(&self, it: &Exchange) -> Option<Stage> {
        if it.is_good() { None } else { Some(Stage::open(self.speaks).await) }
    }

    async fn play(&self, it: &Exchange, client: Dialect, body: &str) -> Outcome {
        let own = self.own(it).await;
        let stage = own.as_ref().unwrap_or(&self.shared);
        let before = stage.sim.meter().arrived();
        let seen = stage.play(it, Slice::Events, client, body).await;
        let arrivals = stage.sim.meter().arrivals();
        let fresh = || arrivals.iter().filter(|it| it.seq > before);
        let (upstream, paths) =
            (fresh().map(|it| it.body.clone()).collect(), fresh().map(|it| it.path.clone()).collect());
        let (row, attempts) = stage.house.row(&seen).await;
        Outcome { seen, row, attempts, upstream, paths }
    }
}

// === same dialect ===

#[tokio::test]
async fn every_openai_exchange_replays_byte_for_byte() {
    assert!(same_dialect(Dialect::OpenaiChat).await.is_none_or(|it| it == (59, 15, 51)));
}

#[tokio::test]
async fn every_responses_exchange_replays_byte_for_byte() {
    assert!(same_dialect(Dialect::OpenaiResponses).await.is_none_or(|it| it == (28, 10, 28)));
}

#[tokio::test]
async fn every_anthropic_exchange_replays_byte_for_byte() {
    assert!(same_dialect(Dialect::Anthropic).await.is_none_or(|it| it == (19, 10, 25)));
}

#[tokio::test]
async fn every_gemini_exchange_replays_byte_for_byte() {
    assert!(same_dialect(Dialect::Gemini).await.is_none_or(|it| it == (21, 6, 18)));
}

/// How many answers, errors and streams were replayed; `None` without recordings.
async fn same_dialect(dialect: Dialect) -> Option<(usize, usize, usize)> {
    let all = recorded(dialect)?;
    let stages = Stages::open(dialect).await;
    Some(
        count(&all, async |it| {
            let posted = it.posted();
            let outcome = stages.play(it, dialect, &posted).await;
            for body in &outcome.upstream {
                let expected = record::upstream_body(dialect, &posted);
                assert_eq!(String::from_utf8_lossy(body), expected, "{}", it.file);
            }
            if dialect == Dialect::Gemini {
                let method = if it.streams { "streamGenerateContent?alt=sse" } else { "generateContent" };
                let path = format!("/v1beta/models/model:{method}");
                assert!(outcome.paths.iter().all(|it| *it == path), "{}: {:?}", it.file, outcome.paths);
            }
            if it.status >= 400 {
                return refused(it, &outcome);
            }
            if it.fails_at_once() {
                return failed_at_once(it, dialect, &outcome);
            }
            assert_eq!(outcome.upstream.len(), 1, "{}", it.file);
            assert_eq!(outcome.seen.status, 200, "{}: {:?}", it.file, outcome.seen);
            assert_eq!(outcome.seen.body, it.expected(&posted), "{}", it.file);
            settled(it, &outcome);
        })
        .await,
    )
}

/// Runs all exchanges through `run` and counts answers, errors and streams. Every disagreement is told, not only the
/// first.
async fn count(all: &[Exchange], run: impl AsyncFn(&Exchange)) -> (usize, usize, usize) {
    let (mut counts, mut failed) = ((0, 0, 0), Vec::new());
    for it in all {
        if AssertUnwindSafe(run(it)).catch_unwind().await.is_err() {
            failed.push(it.file.as_str());
        }
        match it.status {
            400.. => counts.1 += 1,
            _ if it.streams => counts.2 += 1,
            _ => counts.0 += 1,
        }
    }
    assert!(failed.is_empty(), "{} disagree: {failed:#?}", failed.len());
    counts
}

/// The row says what the recording says.
fn settled(it: &Exchange, outcome: &Outcome) {
    let (row, file) = (&outcome.row, &it.file);
    let told = it.told();
    let wanted = if told.error.is_some() { "cut" } else { "ok" };
    assert_eq!((row.outcome.as_deref(), row.status), (Some(wanted), Some(200)), "{file}: {row:?}");
    assert_eq!((outcome.attempts.len(), outcome.attempts[0].state.as_str()), (1, "settled"), "{file}");
    let tokens = row.tokens.unwrap_or_else(|| panic!("{file}: {row:?}"));
    if let Some(stated) = told.tokens {
        assert_eq!(Tokens::of_row(&tokens), stated, "{file}");
        assert_eq!((tokens.estimated, tokens.suspect), (false, told.suspect), "{file}: {tokens:?}");
    } else {
        // Nobody counted, so we did, and said so.
        let silent = told.text.is_empty() && told.calls.is_empty();
        assert!(tokens.estimated && tokens.input > 0 && (tokens.output > 0) != silent, "{file}: {tokens:?}");
    }
    assert_eq!(outcome.attempts[0].tokens, row.tokens, "{file}");
    let cost = row.cost.filter(|it| matches!(it, Cost::Exact(_) | Cost::Estimated(_))).and_then(Cost::amount);
    let own = i64::try_from(tokens.input * 1_000_000 + tokens.output * 2_000_000).unwrap();
    assert_eq!(cost.map(Usd::pico), Some(own), "{file}: {row:?}");
    assert_eq!(row.finish, told.finish, "{file}");
    assert_eq!(row.served, told.model, "{file}");
    assert_eq!(row.reported_cost.map(Usd::pico), told.cost, "{file}");
}

/// An error in place of a stream is an error in place of an answer.
fn failed_at_once(it: &Exchange, client: Dialect, outcome: &Outcome) {
    let message = look::error_message(client, &outcome.seen.json());
    assert!(outcome.seen.status >= 400 && message.contains(&it.told().error.unwrap()), "{}: {message}", it.file);
    assert_eq!(outcome.row.outcome.as_deref(), Some("failed"), "{}: {:?}", it.file, outcome.row);
}

/// An error came back as it was, unless it is about our own account.
fn refused(it: &Exchange, outcome: &Outcome) {
    let Outcome { seen, row, attempts, upstream, .. } = outcome;
    let (file, said) = (&it.file, serde_json::from_str::<Value>(&it.answer).unwrap());
    let status = if it.about_our_key() { 424 } else { it.status };
    assert_eq!(seen.status, status, "{file}: {seen:?}");
    if it.about_our_key() {
        // Our own key: the client could do nothing with the provider's words, and might rotate its own.
        assert!(!seen.body.contains(words(&said)), "{file}: {seen:?}");
        assert!(seen.json()["error"]["message"].as_str().unwrap().contains("key"), "{file}: {seen:?}");
    } else {
        assert_eq!(seen.body, it.answer, "{file}");
    }
    // Too many requests: a lone target is worth two more tries, unless it asks to be left alone for long.
    let tries = if it.status == 429 && !it.answer.contains("retryDelay") { 3 } else { 1 };
    assert_eq!(upstream.len(), tries, "{file}");
    assert_eq!(attempts.len(), upstream.len(), "{file}");
    assert_eq!(seen.header("x-should-retry"), if it.status == 429 { "false" } else { "" }, "{file}");
    let wanted = match it.status {
        400 if said["error"]["code"] == "model_not_found" => ("failed", "model"),
        400 if it.about_our_key() => ("failed", "auth"),
        400 => ("refused", "client"),
        401 => ("failed", "auth"),
        404 => ("failed", "model"),
        _ => ("failed", "rate"),
    };
    let kind = row.error.as_ref().map_or("", |it| it.kind.as_str());
    assert_eq!((row.outcome.as_deref().unwrap(), kind), wanted, "{file}: {row:?}");
    assert_eq!((row.status, row.tokens, row.finish.as_deref()), (Some(status), None, None), "{file}: {row:?}");
    for attempt in attempts {
        assert_eq!((attempt.state.as_str(), attempt.status), ("voided", Some(it.status)), "{file}: {attempt:?}");
    }
    assert_eq!(row.cost.and_then(Cost::amount).map(Usd::pico), Some(0), "{file}");
}

// === the other dialect ===

#[tokio::test]
async fn every_openai_answer_reaches_an_anthropic_client() {
    assert!(other_dialect(Dialect::OpenaiChat, Dialect::Anthropic).await.is_none_or(|it| it == (59, 15, 51)));
}

#[tokio::test]
async fn every_openai_answer_reaches_a_gemini_client() {
    assert!(other_dialect(Dialect::OpenaiChat, Dialect::Gemini).await.is_none_or(|it| it == (59, 15, 51)));
}

#[tokio::test]
async fn every_anthropic_answer_reaches_a_gemini_client() {
    assert!(other_dialect(Dialect::Anthropic, Dialect::Gemini).await.is_none_or(|it| it == (19, 10, 25)));
}

#[tokio::test]
async fn every_gemini_answer_reaches_an_openai_client() {
    assert!(other_dialect(Dialect::Gemini, Dialect::OpenaiChat).await.is_none_or(|it| it == (21, 6, 18)));
}

#[tokio::test]
async fn every_gemini_answer_reaches_an_anthropic_client() {
    assert!(other_dialect(Dialect::Gemini, Dialect::Anthropic).await.is_none_or(|it| it == (21, 6, 18)));
}

#[tokio::test]
async fn every_anthropic_answer_reaches_an_openai_client() {
    assert!(other_dialect(Dialect::Anthropic, Dialect::OpenaiChat).await.is_none_or(|it| it == (19, 10, 25)));
}

#[tokio::test]
async fn every_openai_answer_reaches_a_responses_client() {
    let done = other_dialect(Dialect::OpenaiChat, Dialect::OpenaiResponses).await;
    assert!(done.is_none_or(|it| it == (59, 15, 51)));
}

#[tokio::test]
async fn every_anthropic_answer_reaches_a_responses_client() {
    let done = other_dialect(Dialect::Anthropic, Dialect::OpenaiResponses).await;
    assert!(done.is_none_or(|it| it == (19, 10, 25)));
}

#[tokio::test]
async fn every_responses_answer_reaches_an_openai_client() {
    let done = other_dialect(Dialect::OpenaiResponses, Dialect::OpenaiChat).await;
    assert!(done.is_none_or(|it| it == (28, 10, 28)));
}

#[tokio::test]
async fn every_responses_answer_reaches_an_anthropic_client() {
    let done = other_dialect(Dialect::OpenaiResponses, Dialect::Anthropic).await;
    assert!(done.is_none_or(|it| it == (28, 10, 28)));
}

/// Cohere's and Ollama's answers: to every client.
#[tokio::test]
async fn every_cohere_answer_reaches_every_client() {
    for client in Dialect::CLIENTS {
        assert!(other_dialect(Dialect::Cohere, client).await.is_none_or(|it| it == (9, 1, 8)), "{client}");
    }
}

#[tokio::test]
async fn every_ollama_answer_reaches_every_client() {
    for client in Dialect::CLIENTS {
        assert!(other_dialect(Dialect::Ollama, client).await.is_none_or(|it| it == (3, 0, 3)), "{client}");
    }
}

#[tokio::test]
async fn every_responses_answer_reaches_a_gemini_client() {
    let done = other_dialect(Dialect::OpenaiResponses, Dialect::Gemini).await;
    assert!(done.is_none_or(|it| it == (28, 10, 28)));
}

#[tokio::test]
async fn every_gemini_answer_reaches_a_responses_client() {
    let done = other_dialect(Dialect::Gemini, Dialect::OpenaiResponses).await;
    assert!(done.is_none_or(|it| it == (21, 6, 18)));
}

/// Mistral's dialect is openai-chat with content in parts and its own errors.
#[tokio::test]
async fn every_mistral_answer_reaches_every_other_client() {
    let Some(all) = record::recorded_as(Dialect::OpenaiChat, "mistral.chat") else { return };
    for client in Dialect::CLIENTS.into_iter().filter(|it| *it != Dialect::OpenaiChat) {
        assert_eq!(across(&all, Dialect::OpenaiChat, client).await, (8, 3, 8), "{client}");
    }
}

async fn other_dialect(speaks: Dialect, client: Dialect) -> Option<(usize, usize, usize)> {
    Some(across(&recorded(speaks)?, speaks, client).await)
}

async fn across(all: &[Exchange], speaks: Dialect, client: Dialect) -> (usize, usize, usize) {
    let stages = Stages::open(speaks).await;
    count(all, async |it| {
        let outcome = stages.play(it, client, &question(client, it.streams).to_string()).await;
        let (seen, file) = (&outcome.seen, &it.file);
        if it.status >= 400 {
            let said = serde_json::from_str::<Value>(&it.answer).unwrap();
            let status = match it.status {
                _ if it.about_our_key() => 424,
                // In other words than the provider's, what is not there is a 404.
                400 if said["error"]["code"] == "model_not_found" => 404,
                other => other,
            };
            assert_eq!(seen.status, status, "{file}: {seen:?}");
            let message = look::error_message(client, &seen.json());
            assert_eq!(message.contains(words(&said)), !it.about_our_key(), "{file}: {message}");
            return;
        }
        if it.fails_at_once() {
            return failed_at_once(it, client, &outcome);
        }
        assert_eq!(seen.status, 200, "{file}: {seen:?}");
        let told = it.told();
        let heard = if it.streams {
            is_stream_in(client, &seen.body, told.error.is_some(), file);
            assert_eq!(told_error(client, seen), told.error.is_some(), "{file}: {seen:?}");
            assert_eq!(ended_well(client, seen), told.error.is_none(), "{file}: {seen:?}");
            Told::of_stream(client, &seen.body)
        } else {
            is_answer_in(client, &seen.json(), file);
            Told::of_whole(client, &seen.json())
        };
        settled(it, &outcome);
        assert_eq!(heard.text, told.text, "{file}");
        assert_eq!(heard.thinking, told.thinking, "{file}");
        let mut calls = told.calls.clone();
        // A chunk of Gemini's holds whole arguments, as its whole answer does.
        if !it.streams || client == Dialect::Gemini {
            for call in &mut calls {
                look::wrap_input(client, &mut call.1);
            }
        }
        assert_eq!(heard.calls, calls, "{file}");
        if told.error.is_none() {
            assert_eq!(heard.finish, told.finish_in(client), "{file}");
        }
        if told.error.is_none() && told.tokens.is_some() {
            // Gemini has no word for what was written to a cache.
            let unsaid = |it: Tokens| Tokens { cache_write: 0, ..it };
            let stated = told.tokens.map(|it| if client == Dialect::Gemini { unsaid(it) } else { it });
            assert_eq!(heard.tokens, stated, "{file}");
        }
        // What is cited is looked at where all of it is: `citations`.
        let cited =
            |it: &&String| !["citation", "annotations", "groundingMetadata", "citationMetadata"].contains(&&***it);
        for what in told.special.iter().filter(cited) {
            let losses = &outcome.row.losses;
            assert!(losses.iter().any(|it| it.contains(what.as_str())), "{file}: {what} is not in {losses:?}");
        }
    })
    .await
}

// === split ===

/// Distance of the cuts made in one replay: over as many replays every byte has been cut at.
const COMB: usize = 32;
/// Streams up to this size are cut by the comb at every byte, larger ones at some places.
const LARGE: usize = 8 << 10;
/// Streams up to this size are also cut once, at every byte; `LLMROUTE_SPLITS` raises it for long runs.
const SMALL: usize = 950;
/// Replays under way at once, each with a house of its own.
const LANES: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_stream_arrives_the_same_wherever_it_is_split() {
    // Binary streams are cut at every byte where they are read, in `recorded_bedrock`.
    let text = |it: &Dialect| *it != Dialect::BedrockConverse;
    let spoken: Vec<Dialect> = Dialect::ALL.into_iter().filter(text).collect();
    let Some(all) = spoken.iter().copied().map(recorded).collect::<Option<Vec<_>>>() else { return };
    let mut streams: Vec<Exchange> = all.into_iter().flatten().filter(|it| it.streams).collect();
    let many = streams.len();
    assert_eq!(many, 133, "the index has changed");
    // The largest first, so that no lane is left with one at the end.
    streams.sort_by_key(|it| std::cmp::Reverse(it.answer.len()));
    let queue = Arc::new(Mutex::new(VecDeque::from(streams)));
    let mut lanes = JoinSet::new();
    for _ in 0..LANES {
        let (queue, spoken) = (Arc::clone(&queue), spoken.clone());
        lanes.spawn(async move {
            let mut stages = Vec::new();
            for speaks in spoken {
                stages.push(Stages::open(speaks).await);
            }
            let mut done = 0;
            loop {
                let Some(it) = queue.lock().unwrap().pop_front() else { return done };
                let stages = stages.iter().find(|stages| stages.speaks == it.dialect).unwrap();
                for client in Dialect::CLIENTS {
                    split(stages, &it, client).await;
                }
                done += 1;
            }
        });
    }
    let mut replayed = 0;
    while let Some(done) = lanes.join_next().await {
        replayed += done.unwrap();
    }
    assert_eq!(replayed, many);
}

/// Replays one stream cut at every byte, all of them at once and each by itself or nearly so.
async fn split(stages: &Stages, it: &Exchange, client: Dialect) {
    if it.fails_at_once() {
        // It takes its key out, so that nothing can be asked twice, and nothing of it is ever a stream.
        return;
    }
    let own = stages.own(it).await;
    let stage = own.as_ref().unwrap_or(&stages.shared);
    let posted = if client == it.dialect { it.posted() } else { question(client, true).to_string() };
    // Our own error frames name the request, and an answer whose provider gives no date has that of its request.
    let nameless = |seen: &Seen| {
        let body = seen.body.replace(seen.header("x-llmroute-id"), "");
        if client == it.dialect {
            return body;
        }
        ["\"created_at\":", "\"created\":"].iter().fold(body, |body, date| undated(&body, date))
    };
    let whole = nameless(&stage.play(it, Slice::Merge(usize::MAX), client, &posted).await);
    if client == it.dialect {
        assert_eq!(whole, it.expected(&posted), "{}", it.file);
    }
    // What follows the end mark is waited for half a second, which writing some ten thousand single bytes can take.
    let goes_on = it.answer.matches("\"type\":\"response.completed\"").count() > 1;
    let mut slices = slices(it.answer.len(), client == it.dialect);
    slices.retain(|it| !(goes_on && *it == Slice::Bytes(1)));
    for slice in slices {
        let seen = stage.play(it, slice, client, &posted).await;
        assert_eq!(nameless(&seen), whole, "{} {slice:?}", it.file);
        if slice == Slice::Bytes(1) && it.is_good() {
            let (row, attempts) = stage.house.row(&seen).await;
            settled(it, &Outcome { seen, row, attempts, upstream: Vec::new(), paths: Vec::new() });
        }
    }
}

/// `body` without the numbers that follow `date`.
fn undated(body: &str, date: &str) -> String {
    let mut pieces = body.split(date);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |whole, it| whole + date + it.trim_start_matches(|it: char| it.is_ascii_digit()))
}

/// The ways in which a stream of `length` bytes is cut.
fn slices(length: usize, same_dialect: bool) -> Vec<Slice> {
    let most = house::setting("LLMROUTE_SPLITS").unwrap_or(SMALL);
    let mut slices = vec![Slice::Bytes(1), Slice::Bytes(7), Slice::Merge(3)];
    if !same_dialect {
        // The frames are the same by then; what is made of them need not be tried as often.
        slices.extend((1..=4).map(|first| Slice::Comb { first, step: COMB }));
        return slices;
    }
    if length <= LARGE {
        slices.extend((1..=COMB).map(|first| Slice::Comb { first, step: COMB }));
    }
    let step = if length <= most { 1 } else { length / 24 };
    slices.extend((1..length).step_by(step).map(Slice::At));
    slices
}
