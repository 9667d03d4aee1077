//! Answers, whole and streamed: what is written is read again as it was, however the bytes of a stream are cut.

use bytes::Bytes;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::{Block, Event};
use llmroute::domain::reply::Reply;
use llmroute::wire::codec;
use llmroute::wire::sse::Frame;
use proptest::prelude::*;

use super::said::{Answer, answer, events};
use super::{DIALECTS, Word};
use crate::recorded_anthropic::check_grammar;

/// What an answer says, a line for each thing, without how its dialect spells it.
fn lines(reply: &Reply, lacks: &[Word]) -> Vec<String> {
    let has = |word| !lacks.contains(&word);
    let mut lines = Vec::new();
    if has(Word::AnswerId) {
        lines.push(format!("id {}", reply.id));
    }
    if has(Word::AnswerModel) {
        lines.push(format!("model {}", reply.model));
    }
    if has(Word::Created) {
        lines.push(format!("created {:?}", reply.created));
    }
    for it in &reply.blocks {
        lines.push(match &it.block {
            Block::ToolCall { id, name } => format!("calls {id} {name} {}", it.text),
            block => format!("{block:?} {:?}", it.text),
        });
    }
    lines.push(format!("{:?} {:?} {:?} {}", reply.finish, reply.usage, reply.fault, reply.ended));
    lines
}

/// Whether it comes back as it was, whole; how not, where not.
pub(super) fn comes_back(said: &Answer, dialect: Dialect, lacks: &[Word]) -> Result<(), String> {
    let reply = said.reply(lacks);
    let written = codec(dialect).write_reply(&reply);
    let body = String::from_utf8(written.body).unwrap();
    if !written.losses.is_empty() {
        return Err(format!("{dialect}: {:?} in {body}", written.losses));
    }
    let again = codec(dialect).read_reply(body.as_bytes()).map_err(|it| format!("{dialect}: {it} in {body}"))?;
    let (before, after) = (lines(&reply, lacks), lines(&again, lacks));
    if before == after { Ok(()) } else { Err(format!("{dialect}: {before:#?} became {after:#?} in {body}")) }
}

fn written(dialect: Dialect, events: &[Event]) -> Vec<u8> {
    let mut writer = codec(dialect).stream_writer(true);
    let mut out = Vec::new();
    for event in events {
        writer.write(event, &mut out);
    }
    assert!(writer.losses().is_empty(), "{dialect}: {:?}", writer.losses());
    out
}

/// The frames of bytes that come in pieces of these sizes, over and over.
fn frames(dialect: Dialect, bytes: &[u8], sizes: &[usize]) -> Vec<Frame> {
    let mut splitter = codec(dialect).splitter();
    let (mut frames, mut rest) = (Vec::new(), bytes);
    for size in sizes.iter().cycle() {
        let (piece, more) = rest.split_at((*size).min(rest.len()));
        splitter.push(Bytes::copy_from_slice(piece), &mut frames);
        rest = more;
        if rest.is_empty() {
            break;
        }
    }
    frames.extend(splitter.finish());
    frames
}

fn read(dialect: Dialect, frames: &[Frame]) -> Vec<Event> {
    let mut reader = codec(dialect).stream_reader();
    let mut events = Vec::new();
    for frame in frames {
        reader.read(frame, &mut events).unwrap_or_else(|it| panic!("{dialect}: {it}"));
    }
    reader.closed(&mut events);
    events
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_an_answer_says_is_read_as_it_was_written(said in answer()) {
        let all = DIALECTS.into_iter().map(|(dialect, _, lacks)| comes_back(&said, dialect, lacks));
        let failed: Vec<String> = all.filter_map(Result::err).collect();
        prop_assert!(failed.is_empty(), "{}", failed.join("\n"));
    }

    #[test]
    fn what_a_stream_says_is_read_as_it_was_written(said in answer(), size in 1_usize..9, mixed in any::<bool>()) {
        let mut failed = Vec::new();
        for (dialect, _, lacks) in DIALECTS {
            let reply = said.reply(lacks);
            let bytes = written(dialect, &events(&reply, size, mixed));
            let back = read(dialect, &frames(dialect, &bytes, &[bytes.len()]));
            check_grammar(&back, dialect.name());
            let (mut before, mut after) = (lines(&reply, lacks), lines(&Reply::of(back), lacks));
            if mixed {
                // Calls that come at the same time are told as they are complete where a dialect has no pieces of them.
                before.sort();
                after.sort();
            }
            if before != after {
                failed.push(format!("{dialect}: {before:#?} became {after:#?} in {}", String::from_utf8_lossy(&bytes)));
            }
        }
        prop_assert!(failed.is_empty(), "{}", failed.join("\n"));
    }

    #[test]
    fn any_cut_of_a_streams_bytes_gives_the_same_events(
        said in answer(),
        size in 1_usize..9,
        mixed in any::<bool>(),
        sizes in prop::collection::vec(1_usize..40, 1..12),
    ) {
        for (dialect, _, lacks) in DIALECTS {
            let bytes = written(dialect, &events(&said.reply(lacks), size, mixed));
            let whole = frames(dialect, &bytes, &[bytes.len()]);
            let cut = frames(dialect, &bytes, &sizes);
            let raw = |frames: &[Frame]| frames.iter().flat_map(|it| it.raw().to_vec()).collect::<Vec<u8>>();
            prop_assert_eq!(raw(&cut), bytes, "{}: what is relayed", dialect);
            let told = |frames: &[Frame]| format!("{:?}", read(dialect, frames));
            prop_assert_eq!(told(&cut), told(&whole), "{}", dialect);
            let seen = |frames: &[Frame]| {
                let mut watcher = codec(dialect).watcher();
                let sights: Vec<_> = frames.iter().map(|it| watcher.watch(it)).collect();
                (sights, watcher.facts().clone(), watcher.may_close())
            };
            prop_assert_eq!(seen(&cut), seen(&whole), "{}", dialect);
        }
    }
}
