//! (d) Any split of a stream's bytes gives the same events, and the accumulated stream equals the whole answer.

use bytes::Bytes;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::Event;
use llmroute::domain::reply::Reply;
use llmroute::wire::codec;
use llmroute::wire::sse::Frame;

use super::Outcome;
use super::answers::{agrees, heard, whole};
use super::exchange::{Answer, Exchange};
use crate::replay::look::Told;

/// The frames of a stream that comes in chunks of `size` bytes.
pub(crate) fn frames(dialect: Dialect, bytes: &[u8], size: usize) -> Vec<Frame> {
    let mut splitter = codec(dialect).splitter();
    let mut frames = Vec::new();
    for chunk in bytes.chunks(size) {
        splitter.push(Bytes::copy_from_slice(chunk), &mut frames);
    }
    frames.extend(splitter.finish());
    frames
}

/// What the codec makes of frames.
pub(crate) fn events(dialect: Dialect, frames: &[Frame]) -> Vec<Event> {
    let mut reader = codec(dialect).stream_reader();
    let mut events = Vec::new();
    for frame in frames {
        reader.read(frame, &mut events).unwrap_or_else(|it| panic!("{it}"));
    }
    reader.closed(&mut events);
    events
}

/// The events of a whole answer as a client's stream.
pub(super) fn written(client: Dialect, events: &[Event]) -> String {
    let mut writer = codec(client).stream_writer(true);
    let mut out = Vec::new();
    let ended = matches!(events.last(), Some(Event::End));
    for event in events.iter().chain((!ended).then_some(&Event::End)) {
        writer.write(event, &mut out);
    }
    String::from_utf8(out).unwrap()
}

pub(super) fn is_the_same_however_it_is_cut(exchange: &Exchange) -> Outcome {
    let dialect = exchange.dialect().unwrap();
    let Answer::Stream(bytes) = &exchange.answer else { return Outcome::Beside("not streamed") };
    let whole_frames = frames(dialect, bytes, bytes.len());
    let shown = |frames: &[Frame]| format!("{:?}", events(dialect, frames));
    let seen = |frames: &[Frame]| {
        let mut watcher = codec(dialect).watcher();
        let sights: Vec<_> = frames.iter().map(|it| watcher.watch(it)).collect();
        (sights, watcher.facts().clone(), watcher.may_close())
    };
    let relayed = |frames: &[Frame]| frames.iter().flat_map(|it| it.raw().to_vec()).collect::<Vec<u8>>();
    assert_eq!(relayed(&whole_frames), *bytes, "the client's bytes are not the provider's");
    let (expected, facts) = (shown(&whole_frames), seen(&whole_frames));
    for size in [1, 2, 3, 5, 7, 16, 61, 256, 1000, 4096] {
        let cut = frames(dialect, bytes, size);
        assert_eq!(relayed(&cut), *bytes, "in chunks of {size}");
        assert_eq!(shown(&cut), expected, "in chunks of {size}");
        assert_eq!(seen(&cut), facts, "in chunks of {size}");
    }
    let told = Told::of_bytes(dialect, bytes);
    let reply = Reply::of(events(dialect, &whole_frames));
    if told.error.is_some() {
        assert_eq!(reply.fault.map(|it| it.message), told.error);
        return Outcome::Passed;
    }
    agrees(&reply, &told);
    // Accumulated, it is the whole answer one would build from it.
    let client = if Dialect::CLIENTS.contains(&dialect) { dialect } else { Dialect::OpenaiChat };
    heard(&told, &whole(client, &reply, &exchange.file), client, true);
    Outcome::Passed
}
