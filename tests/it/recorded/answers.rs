//! (c) What an answer says, in its own dialect and in every client's, equals a plain reading of the recording. (e) Its
//! counts and its cost are the provider's.

use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::Block;
use llmroute::domain::failure::{Failure, Kind};
use llmroute::domain::id::RequestId;
use llmroute::domain::reply::Reply;
use llmroute::wire::codec;
use serde_json::Value;

use super::Outcome;
use super::exchange::{Answer, Exchange};
use super::streams::{events, frames, written};
use crate::replay::look::{Tokens, Told, error_message, is_answer_in, wrap_input};

const REFUSED: Outcome = Outcome::Beside("an error in place of an answer");

/// A plain reading of the recording.
fn told(exchange: &Exchange) -> Told {
    let dialect = exchange.dialect().unwrap();
    match &exchange.answer {
        Answer::Whole(body) => Told::of_whole(dialect, &serde_json::from_str(body).unwrap()),
        Answer::Stream(bytes) => Told::of_bytes(dialect, bytes),
    }
}

/// The hub's reading of it.
pub(super) fn reply(exchange: &Exchange) -> Reply {
    let dialect = exchange.dialect().unwrap();
    match &exchange.answer {
        Answer::Whole(body) => codec(dialect).read_reply(body.as_bytes()).unwrap_or_else(|it| panic!("{it}")),
        Answer::Stream(bytes) => Reply::of(events(dialect, &frames(dialect, bytes, bytes.len()))),
    }
}

/// What a refusal says, by a plain look.
fn refusal(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap();
    let places = [&body["error"]["message"], &body["error"], &body["message"], &body["Message"], &body["detail"]];
    let told = places.into_iter().find_map(Value::as_str);
    told.map_or_else(|| body["detail"].to_string(), str::to_owned)
}

pub(super) fn says_what_its_json_says(exchange: &Exchange) -> Outcome {
    let dialect = exchange.dialect().unwrap();
    let body = match &exchange.answer {
        Answer::Whole(body) => body,
        Answer::Stream(_) => return Outcome::Beside("a stream: see split"),
    };
    if exchange.status >= 400 {
        let fault = codec(dialect).read_error(body.as_bytes());
        let said = refusal(body);
        assert!(
            !fault.message.is_empty() && (said.contains(&fault.message) || fault.message.contains(&said)),
            "{fault:?}"
        );
        return Outcome::Passed;
    }
    let (told, reply) = (told(exchange), reply(exchange));
    let facts = codec(dialect).read_facts(body.as_bytes()).unwrap();
    assert_eq!((&facts.usage, &facts.finish), (&reply.usage, &reply.finish));
    assert_eq!((facts.content, &facts.fault), (reply.has_content(), &reply.fault));
    agrees(&reply, &told);
    Outcome::Passed
}

/// The hub heard what a plain reading finds.
pub(super) fn agrees(reply: &Reply, told: &Told) {
    let of = |wanted: fn(&Block) -> bool| {
        reply.blocks.iter().filter(|it| wanted(&it.block)).map(|it| it.text.as_str()).collect::<String>()
    };
    assert_eq!(of(|it| matches!(it, Block::Text | Block::Refusal)), told.text);
    assert_eq!(of(|it| matches!(it, Block::Thinking)), told.thinking);
    let calls = reply.blocks.iter().filter_map(|it| match &it.block {
        Block::ToolCall { name, .. } => Some((name.clone(), crate::replay::look::parsed(&it.text))),
        _ => None,
    });
    assert_eq!(calls.collect::<Vec<_>>(), told.calls);
    assert_eq!(reply.finish.as_ref().map(|it| it.name().to_owned()), told.finish);
    assert_eq!(Some(reply.model.as_str()).filter(|it| !it.is_empty()), told.model.as_deref());
}

pub(super) fn reaches_every_client(exchange: &Exchange) -> Outcome {
    let dialect = exchange.dialect().unwrap();
    for client in Dialect::CLIENTS.into_iter().filter(|it| *it != dialect) {
        if exchange.status >= 400 {
            let Answer::Whole(body) = &exchange.answer else { panic!("an error that streams") };
            let fault = codec(dialect).read_error(body.as_bytes());
            let failure = Failure::upstream(Kind::Client, "upstream_refused", fault.message.clone());
            let (status, body) = codec(client).write_error(&failure, RequestId(1));
            let message = error_message(client, &serde_json::from_slice(&body).unwrap());
            assert!(status >= 400 && message.contains(&fault.message), "{client}: {message}");
            continue;
        }
        let (told, reply) = (told(exchange), reply(exchange));
        if told.error.is_some() {
            assert_eq!(reply.fault.map(|it| it.message), told.error, "{client}");
            continue;
        }
        heard(&told, &whole(client, &reply, &exchange.file), client, true);
        let stream = written(client, &reply.into_events());
        crate::grammar::is_stream_in(client, &stream, false, &exchange.file);
        heard(&told, &Told::of_stream(client, &stream), client, client == Dialect::Gemini);
    }
    Outcome::Passed
}

/// A plain reading of the whole answer as it is written for a client.
pub(super) fn whole(client: Dialect, reply: &Reply, file: &str) -> Told {
    let body: Value = serde_json::from_slice(&codec(client).write_reply(reply).body).unwrap();
    // Pieces of its own that the hub has no noun for are written back to a dialect as they came.
    let own = |it: &Block| matches!(it, Block::Opaque(it) if it.dialect == client);
    // Converse does not say which model answers.
    if reply.usage.is_some() && !reply.model.is_empty() && !reply.blocks.iter().any(|it| own(&it.block)) {
        is_answer_in(client, &body, file);
    }
    Told::of_whole(client, &body)
}

/// The client heard what the provider told, as far as its dialect can say it.
pub(super) fn heard(told: &Told, heard: &Told, client: Dialect, whole: bool) {
    assert_eq!(heard.text, told.text, "{client}");
    assert_eq!(heard.thinking, told.thinking, "{client}");
    let mut calls = told.calls.clone();
    if whole {
        for call in &mut calls {
            wrap_input(client, &mut call.1);
        }
    }
    let plain = |calls: &[(String, Value)]| calls.iter().map(|it| (it.0.clone(), unwrapped(&it.1))).collect::<Vec<_>>();
    assert_eq!(plain(&heard.calls), plain(&calls), "{client}");
    assert_eq!(heard.finish, told.finish_in(client), "{client}");
    if let Some(stated) = told.tokens {
        // Gemini has no word for what was written to a cache.
        let cache_write = if client == Dialect::Gemini { 0 } else { stated.cache_write };
        assert_eq!(heard.tokens, Some(Tokens { cache_write, ..stated }), "{client}");
    }
}

/// Arguments that are no object, out of the one they stand in where there must be one, in whatever spelling.
fn unwrapped(arguments: &Value) -> Value {
    match &arguments["_raw"] {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())),
        other => if arguments.get("_raw").is_some() { other } else { arguments }.clone(),
    }
}

pub(super) fn counts_what_is_stated(exchange: &Exchange) -> Outcome {
    if exchange.status >= 400 {
        return REFUSED;
    }
    let (told, reply) = (told(exchange), reply(exchange));
    let ours = reply.usage.map(|it| Tokens {
        input: it.input,
        cache_read: it.cache_read,
        cache_write: it.cache_write + it.cache_write_1h,
        output: it.output,
        reasoning: it.reasoning,
    });
    if told.tokens.is_none() && ours.is_none() {
        return Outcome::Beside("no counts are stated");
    }
    assert_eq!(ours, told.tokens);
    Outcome::Passed
}

pub(super) fn costs_what_is_stated(exchange: &Exchange) -> Outcome {
    if exchange.status >= 400 {
        return REFUSED;
    }
    let (told, reply) = (told(exchange), reply(exchange));
    let ours = reply.usage.and_then(|it| it.cost_reported).map(llmroute::domain::money::Usd::pico);
    // The index says whose provider states it.
    let stated = exchange.features.iter().any(|it| it == "cost_reported");
    assert_eq!(ours, told.cost);
    assert!(ours.is_some() || !stated, "the index says that a cost is stated");
    if ours.is_some() { Outcome::Passed } else { Outcome::Beside("no cost is stated") }
}
