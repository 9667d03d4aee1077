//! What each lane costs a request and a streamed event: time, and allocations.
//!
//! `cargo bench --bench lanes` prints a table. Times are the least of many short rounds, taken in turns, so that they
//! say little about what else the machine does; read ratios. The allocator counts, which costs a few nanoseconds each.

use std::alloc::System;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::quirks::Quirks;
use llmroute::engine::flow::Flow;
use llmroute::wire::json::{Edit, scan, splice};
use llmroute::wire::sse::Split as _;
use llmroute::wire::{Asked, codec, eventstream, sse};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Rounds of each measurement, of which the fastest counts.
const ROUNDS: usize = 400;
/// Events of a measured stream: one token each.
const EVENTS: usize = 200;

/// What something costs.
#[derive(Debug, Clone, Copy)]
struct Cost {
    nanoseconds: f64,
    allocations: f64,
}

#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn timed(run: &mut impl FnMut()) -> Duration {
    let begun = Instant::now();
    run();
    begun.elapsed()
}

/// The cost of one of `units` that `run` does.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn cost(units: usize, mut run: impl FnMut()) -> Cost {
    run();
    let region = Region::new(ALLOCATOR);
    run();
    let stats = region.change();
    let best = (0..ROUNDS).map(|_| timed(&mut run)).min().unwrap_or_default();
    Cost {
        nanoseconds: best.as_nanos() as f64 / units as f64,
        allocations: (stats.allocations + stats.reallocations) as f64 / units as f64,
    }
}

// === streams ===

/// The chunks of a stream in OpenAI's chat dialect.
fn chat() -> String {
    let mut text = String::new();
    for nth in 0..EVENTS {
        let (comma, finish) = if nth + 1 == EVENTS { ("", "\"stop\"") } else { (" tok", "null") };
        write!(
            text,
            "data: {{\"id\":\"chatcmpl-0123456789abcdef\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"small-1\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{comma}{nth}\"}},\"logprobs\":null,\"finish_reason\":{finish}}}],\"usage\":null}}\n\n"
        )
        .unwrap();
    }
    text + "data: [DONE]\n\n"
}

/// A stream as a provider of `dialect` sends it, one piece an event. Where llmroute writes the dialect for clients, it is
/// what it writes of the chat stream; providers write much the same.
fn stream(dialect: Dialect) -> Vec<Bytes> {
    let mut frames = Vec::new();
    let text = match dialect.name() {
        "openai-chat" => chat(),
        "bedrock-converse" => return converse(),
        "cohere" => cohere(),
        "ollama" => ollama(),
        _ => {
            let (mut reader, mut events) = (codec(Dialect::OpenaiChat).stream_reader(), Vec::new());
            let mut splitter = sse::Splitter::new();
            splitter.push(Bytes::from(chat()), &mut frames);
            for frame in frames.drain(..) {
                reader.read(&frame, &mut events).unwrap();
            }
            let (mut writer, mut out) = (codec(dialect).stream_writer(true), Vec::new());
            for event in &events {
                writer.write(event, &mut out);
            }
            String::from_utf8(out).unwrap()
        }
    };
    let mut splitter = codec(dialect).splitter();
    splitter.push(Bytes::from(text), &mut frames);
    // A piece of its own, as it comes off a socket.
    frames.iter().map(|it| Bytes::copy_from_slice(it.raw())).collect()
}

fn converse() -> Vec<Bytes> {
    let message = |name: &str, payload: String| {
        let mut out = Vec::new();
        let headers = [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")];
        eventstream::write(&headers, payload.as_bytes(), &mut out);
        Bytes::from(out)
    };
    let mut all = vec![message("messageStart", "{\"role\":\"assistant\"}".to_owned())];
    for nth in 0..EVENTS {
        let payload =
            format!("{{\"contentBlockIndex\":0,\"delta\":{{\"text\":\" tok{nth}\"}},\"p\":\"abcdefghijkl\"}}");
        all.push(message("contentBlockDelta", payload));
    }
    all.push(message("contentBlockStop", "{\"contentBlockIndex\":0}".to_owned()));
    all.push(message("messageStop", "{\"stopReason\":\"end_turn\"}".to_owned()));
    all
}

fn cohere() -> String {
    let mut text = String::from(
        "event: message-start\ndata: {\"id\":\"i\",\"type\":\"message-start\",\"delta\":{\"message\":{\"role\":\"assistant\",\"content\":[],\"tool_plan\":\"\",\"tool_calls\":[],\"citations\":[]}}}\n\nevent: content-start\ndata: {\"type\":\"content-start\",\"index\":0,\"delta\":{\"message\":{\"content\":{\"type\":\"text\",\"text\":\"\"}}}}\n\n",
    );
    for nth in 0..EVENTS {
        write!(text, "event: content-delta\ndata: {{\"type\":\"content-delta\",\"index\":0,\"delta\":{{\"message\":{{\"content\":{{\"text\":\" tok{nth}\"}}}}}}}}\n\n").unwrap();
    }
    text + "event: content-end\ndata: {\"type\":\"content-end\",\"index\":0}\n\nevent: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"COMPLETE\",\"usage\":{\"billed_units\":{\"input_tokens\":9,\"output_tokens\":200}}}}\n\n"
}

fn ollama() -> String {
    let mut text = String::new();
    for nth in 0..EVENTS {
        writeln!(text, "{{\"model\":\"small-1\",\"created_at\":\"2026-08-04T19:58:20.563117Z\",\"message\":{{\"role\":\"assistant\",\"content\":\" tok{nth}\"}},\"done\":false}}").unwrap();
    }
    text + "{\"model\":\"small-1\",\"created_at\":\"2026-08-04T19:58:39.613084Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":9,\"eval_count\":200}\n"
}

/// One whole stream on its way from a provider to a client, a piece at a time.
fn relay(pieces: &[Bytes], theirs: Dialect, ours: Dialect) {
    let mut flow = Flow::new(theirs, ours, &Asked::default(), false);
    for piece in pieces {
        black_box(flow.take(piece.clone()));
    }
    black_box(flow.finish());
}

fn streams() {
    println!("a streamed event\n{:<18} {:<18} {:>10} {:>8} {:>12}", "provider", "client", "ns", "ratio", "allocations");
    for theirs in Dialect::ALL {
        let pieces = stream(theirs);
        let of = |ours: Dialect| cost(pieces.len(), || relay(&pieces, theirs, ours));
        let verbatim = of(theirs);
        for ours in Dialect::CLIENTS {
            let it = if ours == theirs { verbatim } else { of(ours) };
            let name = if ours == theirs { "(verbatim)" } else { ours.name() };
            println!(
                "{:<18} {name:<18} {:>10.0} {:>8.1} {:>12.1}",
                theirs.name(),
                it.nanoseconds,
                it.nanoseconds / verbatim.nanoseconds,
                it.allocations
            );
        }
        if !Dialect::CLIENTS.contains(&theirs) {
            println!("{:<18} {:<18} {:>10.0}", theirs.name(), "(only watched)", verbatim.nanoseconds);
        }
    }
}

// === requests ===

/// A request as an agent sends it: long texts with the escapes of source code, some tools, calls and their results.
fn agent(size: usize) -> Bytes {
    let text =
        "    let total = rows.iter().map(|row| row.cost).sum::<u64>();\\n    println!(\\\"{total}\\\");\\n".repeat(12);
    let mut body = String::from(r#"{"model":"small-1","stream":true,"max_tokens":4096,"tools":["#);
    for nth in 0..8 {
        let comma = if nth > 0 { "," } else { "" };
        write!(body, r#"{comma}{{"type":"function","function":{{"name":"tool_{nth}","description":"Does one thing and says so in a line or two of text.","parameters":{{"type":"object","properties":{{"path":{{"type":"string","description":"Where"}}}},"required":["path"]}}}}}}"#).unwrap();
    }
    body.push_str(r#"],"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Go on."}"#);
    let mut nth = 0;
    while body.len() < size {
        write!(body, r#",{{"role":"assistant","content":null,"tool_calls":[{{"id":"call_{nth}","type":"function","function":{{"name":"tool_1","arguments":"{{\"path\":\"src/main.rs\"}}"}}}}]}},{{"role":"tool","tool_call_id":"call_{nth}","content":"{text}"}}"#).unwrap();
        nth += 1;
    }
    body.push_str("]}");
    Bytes::from(body)
}

fn requests() {
    println!("\na request\n{:<18} {:<18} {:>8} {:>10} {:>12}", "client", "provider", "bytes", "us", "allocations");
    let row = |client: &str, provider: &str, bytes: usize, it: Cost| {
        println!("{client:<18} {provider:<18} {bytes:>8} {:>10.1} {:>12.0}", it.nanoseconds / 1000.0, it.allocations);
    };
    for size in [4 << 10, 100 << 10] {
        let chat = agent(size);
        let prompt = codec(Dialect::OpenaiChat).read_request(&chat).unwrap();
        for ours in Dialect::CLIENTS {
            let body = if ours == Dialect::OpenaiChat {
                chat.clone()
            } else {
                Bytes::from(codec(ours).write_request(&prompt, "small-1", &Quirks::default()).body)
            };
            row(ours.name(), "(verbatim)", body.len(), cost(1, || drop(black_box(scan(black_box(&body))))));
            let edits = [Edit::Set { key: "model", value: b"\"other-2\"".into() }];
            let spliced = cost(1, || {
                let fields = scan(black_box(&body)).unwrap();
                black_box(splice(&body, &fields, &edits));
            });
            row(ours.name(), "(splice)", body.len(), spliced);
            for theirs in Dialect::ALL.into_iter().filter(|it| *it != ours) {
                let translated = cost(1, || {
                    let prompt = codec(ours).read_request(black_box(&body)).unwrap();
                    black_box(codec(theirs).write_request(&prompt, "other-2", &Quirks::default()));
                });
                row(ours.name(), theirs.name(), body.len(), translated);
            }
        }
    }
}

fn main() {
    streams();
    requests();
}
