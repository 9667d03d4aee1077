//! Any input at all: nothing may panic, and what comes out must hold to the rules whatever went in.

use bytes::Bytes;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::{Block, Delta, Event, Finish};
use llmroute::domain::quirks::Quirks;
use llmroute::domain::reply::{Piece, Reply};
use llmroute::domain::signature::Signature;
use llmroute::wire::sse::{self, Split as _, Splitter};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::anthropic;
use super::streams::{read, stream};
use crate::recorded_anthropic::check_grammar;

/// JSON that looks like the dialect without following it.
pub(crate) fn wild() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "text",
        "thinking",
        "tool_use",
        "tool_result",
        "server_tool_use",
        "image",
        "document",
        "user",
        "assistant",
        "system",
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
        "text_delta",
        "input_json_delta",
        "signature_delta",
        "citations_delta",
        "error",
        "ping",
        "base64",
        "url",
        "enabled",
        "adaptive",
        "auto",
        "tool",
        "json_schema",
        "ephemeral",
        "{\"a\":",
        "1}",
        "",
    ]);
    let leaf = prop_oneof![
        word.prop_map(|it| json!(it)),
        any::<i64>().prop_map(|it| json!(it)),
        any::<f64>().prop_map(|it| json!(it)),
        any::<bool>().prop_map(|it| json!(it)),
        Just(Value::Null),
        ".{0,8}".prop_map(|it| json!(it)),
    ];
    let key = prop::sample::select(vec![
        "type",
        "text",
        "thinking",
        "signature",
        "id",
        "name",
        "input",
        "content",
        "role",
        "messages",
        "model",
        "system",
        "tools",
        "tool_choice",
        "source",
        "data",
        "media_type",
        "url",
        "cache_control",
        "ttl",
        "usage",
        "input_tokens",
        "output_tokens",
        "index",
        "delta",
        "content_block",
        "message",
        "stop_reason",
        "partial_json",
        "error",
        "citation",
        "citations",
        "thinking",
        "output_config",
        "effort",
        "format",
        "schema",
        "budget_tokens",
        "max_tokens",
        "is_error",
        "tool_use_id",
        "details",
        "type",
    ]);
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((key.clone(), inner), 0..8)
                .prop_map(|it| Value::Object(it.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())),
        ]
    })
}

/// Events in the right order, of interleaved blocks.
fn plays() -> impl Strategy<Value = Vec<Event>> {
    let step = (0u8..6, 0u32..6, "[a-z{}\" ]{0,4}");
    prop::collection::vec(step, 0..60).prop_map(|steps| {
        let mut events = vec![Event::Start { id: "i".into(), model: "m".into(), created: None }];
        let (mut next, mut open, mut starts) = (0, Vec::<(u32, bool)>::new(), Vec::new());
        for (what, which, text) in steps {
            let at = (which as usize) % open.len().max(1);
            match (what, open.get(at).copied()) {
                (0 | 1, _) => {
                    let call = which % 2 == 0;
                    let block = match which {
                        0 | 2 | 4 => Block::ToolCall { id: format!("c{next}"), name: "n".into() },
                        1 => Block::Thinking,
                        3 => Block::Refusal,
                        _ => Block::Text,
                    };
                    starts.push(events.len());
                    events.push(Event::Open { index: next, block });
                    open.push((next, call));
                    next += 1;
                }
                (2..=4, Some((index, call))) => {
                    let thinks = matches!(&events[starts[index as usize]], Event::Open { block: Block::Thinking, .. });
                    let delta = match what {
                        _ if call => Delta::Arguments(text),
                        4 if thinks && !text.is_empty() => {
                            Delta::Signature(Signature { dialect: Dialect::Anthropic, text })
                        }
                        _ => Delta::Text(text),
                    };
                    events.push(Event::Delta { index, delta });
                }
                (5, Some((index, _))) => {
                    events.push(Event::Close { index });
                    open.remove(at);
                }
                _ => events.push(Event::Ping),
            }
        }
        events.extend(open.into_iter().map(|(index, _)| Event::Close { index }));
        events.push(Event::Finish { reason: Finish::Stop, stop: None });
        events.push(Event::End);
        events
    })
}

fn poke(bytes: &[u8]) {
    let codec = anthropic();
    if let Ok(prompt) = codec.read_request(bytes) {
        for model in ["claude-haiku-4-5", "claude-opus-5", "other"] {
            let written = codec.write_request(&prompt, model, &Quirks::default());
            assert!(
                serde_json::from_slice::<Value>(&written.body).is_ok(),
                "{}",
                String::from_utf8_lossy(&written.body)
            );
        }
    }
    match codec.read_reply(bytes) {
        Ok(reply) => {
            let body = codec.write_reply(&reply).body;
            assert!(serde_json::from_slice::<Value>(&body).is_ok(), "{}", String::from_utf8_lossy(&body));
        }
        Err(malformed) => assert!(!malformed.what.is_empty()),
    }
    let _ = codec.read_facts(bytes);
    let _ = codec.read_error(bytes);
}

fn poke_stream(bytes: &[u8]) {
    let mut splitter = Splitter::new();
    let mut frames = Vec::new();
    splitter.push(Bytes::copy_from_slice(bytes), &mut frames);
    frames.extend(splitter.finish());
    let (mut reader, mut watcher) = (anthropic().stream_reader(), anthropic().watcher());
    let mut events = Vec::new();
    for frame in &frames {
        let _ = reader.read(frame, &mut events);
        watcher.watch(frame);
    }
    check_grammar(&events, "random frames");
    let mut out = Vec::new();
    let mut writer = anthropic().stream_writer(true);
    for event in &events {
        writer.write(event, &mut out);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        poke(&bytes);
        poke_stream(&bytes);
    }

    #[test]
    fn no_json_makes_it_panic(values in prop::collection::vec(wild(), 1..12)) {
        let mut stream = Vec::new();
        for value in &values {
            poke(value.to_string().as_bytes());
            let request = json!({"model": "m", "messages": [{"role": "user", "content": [value]}, value], "system": value});
            poke(request.to_string().as_bytes());
            poke(json!({"model": "m", "messages": [{"role": "assistant", "content": [value]}]}).to_string().as_bytes());
            poke(json!({"type": "message", "content": [value], "usage": value}).to_string().as_bytes());
            let name = value["type"].as_str().map(|it| it.replace(['\n', '\r'], ""));
            sse::frame(name.as_deref(), value.to_string().as_bytes(), &mut stream);
            for kind in ["content_block_start", "content_block_delta", "message_delta", "message_start"] {
                let key = match kind { "content_block_start" => "content_block", "message_start" => "message", _ => "delta" };
                sse::frame(Some(kind), json!({"type": kind, "index": 0, key: value}).to_string().as_bytes(), &mut stream);
            }
        }
        poke_stream(&stream);
    }

    #[test]
    fn any_order_of_blocks_becomes_a_stream_a_strict_client_reads(events in plays()) {
        let text = stream(&events);
        let kept = |reply: Reply| {
            let signed = |it: &Piece| it.signature.is_some();
            let worth = |it: &Piece| matches!(it.block, Block::ToolCall { .. }) || !it.text.is_empty() || signed(it);
            let shown = |it: Piece| match it.block {
                Block::ToolCall { id, .. } => format!("{id} {}", if it.text.is_empty() { "{}" } else { &it.text }),
                Block::Thinking => format!("thinking {} {}", it.text, it.signature.map(|it| it.text).unwrap_or_default()),
                _ => it.text,
            };
            reply.blocks.into_iter().filter(worth).map(shown).collect::<Vec<_>>()
        };
        prop_assert_eq!(kept(Reply::of(read(&text))), kept(Reply::of(events)));
    }
}
