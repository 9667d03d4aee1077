//! Streams: what any bytes are read as, and what every client is told of it, must hold to the grammar on both sides.

use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::Event;
use llmroute::domain::failure::{Failure, Kind};
use llmroute::domain::id::RequestId;
use llmroute::domain::reply::Reply;
use llmroute::wire::codec;
use llmroute::wire::sse::Frame;

use super::events::{self, Told};
use super::{frames, split};
use crate::grammar;

/// A dialect's letter, then the bytes of a stream.
pub(super) fn check(data: &[u8]) {
    let Some((dialect, text)) = split(data) else { return };
    let (frames, _) = frames::cut(dialect, text, text.len().max(1));
    // Nothing stops anybody from reading on after an event that was none.
    let mut reader = codec(dialect).stream_reader();
    let mut events = Vec::new();
    for frame in &frames {
        let _malformed = reader.read(frame, &mut events);
    }
    reader.closed(&mut events);
    events::check(&events);
    // As the engine reads it: up to the first event that ends it, one way or another.
    let read = read(dialect, &frames);
    events::check(&read.events);
    let reply = Reply::of(read.events.clone());
    if read.fault || !reply.has_content() {
        return;
    }
    for to in Dialect::CLIENTS {
        let cut = (!read.whole).then(|| Failure::upstream(Kind::Cut, "upstream_cut", "it was cut"));
        let back = told_to(dialect, to, &read.events, cut.as_ref());
        let told = Told::of(&reply);
        // Who calls a tool without a name is not understood everywhere.
        if read.whole && told.is_sound() && !events::mixes_texts(&read.events) {
            told.must_be_heard_as(&Told::of(&Reply::of(back)), || format!("from {dialect} in {to}"));
        }
    }
}

/// What the translate lane makes of a stream.
struct Read {
    events: Vec<Event>,
    /// It ended as its dialect ends.
    whole: bool,
    /// It ended with an error.
    fault: bool,
}

/// An event that is one thing by its line and another by its data.
fn has_two_names(frame: &Frame) -> bool {
    let data = serde_json::from_slice::<serde_json::Value>(&frame.data()).unwrap_or_default();
    !frame.event().is_empty() && data["type"].as_str().is_none_or(|it| it != frame.event())
}

fn read(dialect: Dialect, frames: &[Frame]) -> Read {
    let mut reader = codec(dialect).stream_reader();
    let mut watcher = codec(dialect).watcher();
    let mut read = Read { events: Vec::new(), whole: false, fault: false };
    for frame in frames {
        let sight = watcher.watch(frame);
        if sight.malformed || sight.fault.is_some() {
            read.fault = sight.fault.is_some();
            return read;
        }
        if reader.read(frame, &mut read.events).is_err() {
            return read;
        }
        if matches!(read.events.last(), Some(Event::Fault(_))) {
            // A dialect may tell an error before the event that ends the stream for it.
            assert!(watcher.facts().fault.is_some(), "the watcher sees no fault: {:?}", read.events);
            read.fault = true;
            return read;
        }
        let ended = matches!(read.events.last(), Some(Event::End));
        // An event of two names may be the end to one of them only; the client must have its end in any case.
        assert!(ended || !sight.end, "the watcher sees an end that the client is not told: {:?}", read.events);
        if ended {
            read.whole = true;
            break;
        }
    }
    if !read.whole && watcher.facts().fault.is_some() {
        read.fault = true;
        return read;
    }
    if !read.whole && watcher.may_close() {
        reader.closed(&mut read.events);
        assert!(matches!(read.events.last(), Some(Event::End)), "it may close, but does not end: {:?}", read.events);
        read.whole = true;
    }
    let (facts, reply) = (watcher.facts(), Reply::of(read.events.clone()));
    assert!(
        facts.usage == reply.usage || frames.iter().any(has_two_names),
        "the watcher and the reader count differently: {:?} {:?}",
        facts.usage,
        read.events
    );
    read
}

/// Writes the events for a client, with the error they end with if they were cut, checks the grammar of what was
/// written, and gives back what the dialect's own reader makes of it.
pub(super) fn told_to(from: Dialect, to: Dialect, events: &[Event], cut: Option<&Failure>) -> Vec<Event> {
    let codec = codec(to);
    let mut writer = codec.stream_writer(true);
    let mut out = Vec::new();
    for event in events {
        writer.write(event, &mut out);
    }
    if let Some(failure) = cut {
        out.extend_from_slice(&codec.write_stream_error(failure, RequestId(1)));
    }
    let text = String::from_utf8(out).expect("a stream is UTF-8");
    // A dialect's own pieces that the hub has no noun for are written back to it as they came.
    if to != from {
        grammar::is_stream_in(to, &text, cut.is_some(), "what was written");
    }
    let mut reader = codec.stream_reader();
    let mut back = Vec::new();
    for frame in frames::cut(to, text.as_bytes(), text.len().max(1)).0 {
        reader.read(&frame, &mut back).unwrap_or_else(|it| panic!("{to} does not read back: {it}: {text}"));
    }
    reader.closed(&mut back);
    events::check(&back);
    back
}
