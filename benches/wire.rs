//! What the verbatim lane costs a request and a frame: scan, splice, framing, watching.
//! Run with `cargo bench --bench wire`.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::hint::black_box;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use llmroute::domain::dialect::Dialect;
use llmroute::wire::codec;
use llmroute::wire::json::{Edit, scan, splice};
use llmroute::wire::sse::{Frame, Split as _, Splitter};
use llmroute::wire::tokens::estimate;

/// A request as an agent sends it: long texts with the escapes of source code, some tool schemas.
fn agent_body(size: usize) -> Bytes {
    let text =
        "    let total = rows.iter().map(|row| row.cost).sum::<u64>();\\n    println!(\\\"{total}\\\");\\n".repeat(30);
    let mut body = String::from(r#"{"model":"small-1","stream":true,"max_tokens":4096,"tools":["#);
    for nth in 0..20 {
        let comma = if nth > 0 { "," } else { "" };
        write!(
            body,
            r#"{comma}{{"type":"function","function":{{"name":"tool_{nth}","description":"Does one thing and says so in a line or two of text.","parameters":{{"type":"object","properties":{{"path":{{"type":"string","description":"Where"}},"limit":{{"type":"integer","minimum":1}}}},"required":["path"]}}}}}}"#
        )
        .unwrap();
    }
    body.push_str(r#"],"messages":[{"role":"system","content":"Be brief."}"#);
    while body.len() < size {
        write!(body, r#",{{"role":"user","content":"{text}"}}"#).unwrap();
    }
    body.push_str("]}");
    Bytes::from(body)
}

/// A stream of one-token chunks, some 210 bytes each.
fn stream(events: usize) -> Bytes {
    let mut text = String::new();
    for nth in 0..events {
        write!(
            text,
            "data: {{\"id\":\"chatcmpl-0123456789abcdef\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"small-1\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\" tok{nth}\"}},\"logprobs\":null,\"finish_reason\":null}}],\"usage\":null}}\n\n"
        )
        .unwrap();
    }
    Bytes::from(text)
}

/// The same in Gemini's dialect, whose events say all that there is so far, some 330 bytes each.
fn gemini_stream(events: usize) -> Bytes {
    let mut text = String::new();
    for nth in 0..events {
        write!(
            text,
            "data: {{\"candidates\":[{{\"content\":{{\"parts\":[{{\"text\":\" tok{nth}\"}}],\"role\":\"model\"}},\"index\":0}}],\"usageMetadata\":{{\"promptTokenCount\":423,\"candidatesTokenCount\":{nth},\"totalTokenCount\":551,\"promptTokensDetails\":[{{\"modality\":\"TEXT\",\"tokenCount\":423}}],\"thoughtsTokenCount\":88}},\"modelVersion\":\"small-1\",\"responseId\":\"QUVVadTSNJ6_qtsPvN7J8Q0\"}}\r\n\r\n"
        )
        .unwrap();
    }
    Bytes::from(text)
}

/// Cuts the stream into frames, `size` bytes a chunk.
fn split(whole: &Bytes, size: usize) -> Vec<Frame> {
    let mut splitter = Splitter::new();
    let mut frames = Vec::new();
    let mut at = 0;
    while at < whole.len() {
        let end = whole.len().min(at + size);
        splitter.push(whole.slice(at..end), &mut frames);
        at = end;
    }
    frames
}

fn json(c: &mut Criterion) {
    let mut group = c.benchmark_group("json");
    for size in [4 << 10, 100 << 10, 1 << 20] {
        let body = agent_body(size);
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(format!("scan {} KB", size >> 10), |b| b.iter(|| scan(black_box(&body)).unwrap()));
        let fields = scan(&body).unwrap();
        group.bench_function(format!("splice {} KB", size >> 10), |b| {
            let edits = [
                Edit::Set { key: "model", value: Cow::Borrowed(b"\"other-2\"") },
                Edit::Set { key: "stream_options", value: Cow::Borrowed(b"{\"include_usage\":true}") },
            ];
            b.iter(|| splice(black_box(&body), &fields, &edits));
        });
    }
    let body = agent_body(100 << 10);
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("estimate tokens 100 KB", |b| b.iter(|| estimate(black_box(&body))));
    group.finish();
}

fn sse(c: &mut Criterion) {
    const EVENTS: usize = 1000;
    let whole = stream(EVENTS);
    let mut group = c.benchmark_group("sse, 1000 events");
    group.throughput(Throughput::Elements(EVENTS as u64));
    for size in [64, 1400, 16 << 10] {
        group.bench_function(format!("split, {size} B chunks"), |b| b.iter(|| split(black_box(&whole), size)));
    }
    for (dialect, whole) in [(Dialect::OpenaiChat, whole), (Dialect::Gemini, gemini_stream(EVENTS))] {
        let frames = split(&whole, 1400);
        let codec = codec(dialect);
        group.bench_function(format!("watch {dialect}"), |b| {
            b.iter(|| {
                let mut watcher = codec.watcher();
                for frame in &frames {
                    black_box(watcher.watch(frame));
                }
            });
        });
        group.bench_function(format!("read {dialect}"), |b| {
            b.iter(|| {
                let mut reader = codec.stream_reader();
                let mut events = Vec::new();
                for frame in &frames {
                    reader.read(frame, &mut events).unwrap();
                }
                events
            });
        });
    }
    group.finish();
}

criterion_group!(benches, json, sse);
criterion_main!(benches);
