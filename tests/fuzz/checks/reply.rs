//! Whole answers and errors: what can be read can be written in every client's dialect, and streamed to it.

use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::Event;
use llmroute::domain::reply::Reply;
use llmroute::wire::codec;

use super::events::{self, Told};
use super::stream::told_to;
use super::{is_json, same, split};

/// A dialect's letter, then a body.
pub(super) fn check(data: &[u8]) {
    let Some((dialect, body)) = split(data) else { return };
    let fault = codec(dialect).read_error(body);
    // Bytes that are no text are read as if they were one.
    if !is_json(String::from_utf8_lossy(body).as_bytes()) {
        assert!(fault.message.chars().count() <= 300, "{} characters of message", fault.message.chars().count());
        assert!(!fault.message.chars().any(char::is_control), "{:?}", fault.message);
    }
    let facts = codec(dialect).read_facts(body);
    let Ok(reply) = codec(dialect).read_reply(body) else { return };
    let facts = facts.unwrap_or_else(|it| panic!("{it}, but it reads as an answer"));
    assert_eq!((&facts.usage, &facts.fault), (&reply.usage, &reply.fault), "{facts:?} {reply:?}");
    assert!(reply.fault.is_some() || facts.finish.is_some() == reply.finish.is_some(), "{facts:?} {reply:?}");
    let told = Told::of(&reply);
    if reply.fault.is_some() || !told.is_sound() {
        return;
    }
    for to in Dialect::CLIENTS {
        let codec = codec(to);
        let written = codec.write_reply(&reply);
        let shown = || String::from_utf8_lossy(&written.body).into_owned();
        assert!(is_json(&written.body), "{} is not JSON: {}", to, shown());
        let back = codec.read_reply(&written.body);
        let back = back.unwrap_or_else(|it| panic!("{} does not read back: {it}: {}", to, shown()));
        told.must_be_heard_as(&Told::of(&back), || format!("in {}: {}", to, shown()));
        let twice = codec.write_reply(&back).body;
        let thrice = codec.write_reply(&codec.read_reply(&twice).unwrap()).body;
        same(&twice, &thrice, || format!("{to} changes when it is said again"));
        let mut as_events = reply.clone().into_events();
        events::check(&as_events);
        as_events.retain(|it| !matches!(it, Event::End));
        as_events.push(Event::End);
        if reply.has_content() {
            let streamed = told_to(dialect, to, &as_events, None);
            told.must_be_heard_as(&Told::of(&Reply::of(streamed)), || format!("streamed in {to}"));
        }
    }
}
