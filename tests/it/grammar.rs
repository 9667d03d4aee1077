//! The grammars that the clients of each dialect hold a stream to, read as plain JSON. Nothing of llmroute's codecs is
//! used.

use llmroute::domain::dialect::Dialect;
use serde_json::{Value, json};

/// Checks the grammar of a stream of `dialect`. `cut`: it ends with an error.
pub(crate) fn is_stream_in(dialect: Dialect, stream: &str, cut: bool, file: &str) {
    match dialect {
        Dialect::OpenaiCompletions => unreachable!("it holds no conversations"),
        Dialect::BedrockConverse => unreachable!("no client speaks it"),
        Dialect::OpenaiChat => is_openai_stream(stream, cut, file),
        Dialect::OpenaiResponses if cut => {
            let last: Vec<Value> = frames(stream).map(data).collect();
            let kinds: Vec<_> = last.iter().rev().take(2).map(|it| it["type"].as_str().unwrap_or_default()).collect();
            assert_eq!(kinds, ["response.failed", "error"], "{file}: {stream}");
        }
        Dialect::OpenaiResponses => {
            crate::responses_stream::fold(stream, file);
        }
        Dialect::Anthropic => is_anthropic_stream(stream, cut, file),
        Dialect::Gemini => is_gemini_stream(stream, cut, file),
        Dialect::Cohere | Dialect::Ollama => unreachable!("no client speaks {dialect}"),
    }
}

/// Checks one chunk of Gemini's, or a whole answer: `last` says that it is the end.
pub(crate) fn is_candidate(chunk: &Value, last: bool, file: &str) {
    let candidate = &chunk["candidates"][0];
    assert_eq!((&candidate["content"]["role"], &candidate["index"]), (&json!("model"), &json!(0)), "{file}: {chunk}");
    assert_eq!(candidate["finishReason"].is_string(), last, "{file}: {chunk}");
    for part in candidate["content"]["parts"].as_array().unwrap() {
        let call = &part["functionCall"];
        let called = call["name"].is_string() && call["args"].is_object();
        assert!(part["text"].is_string() != called, "{file}: {part}");
    }
}

fn is_gemini_stream(stream: &str, cut: bool, file: &str) {
    let mut chunks: Vec<Value> = frames(stream).map(data).filter(|it| !it.is_null()).collect();
    assert_eq!(chunks.len(), stream.lines().filter(|it| it.starts_with("data: {")).count(), "{file}");
    // Google's clients take everything else for JSON.
    let others = stream.lines().filter(|it| !it.starts_with("data: {") && !it.is_empty()).count();
    assert_eq!(others, 0, "{file}: {stream}");
    if cut {
        assert!(chunks.pop().is_some_and(|it| it["error"].is_object()), "{file}");
        assert!(stream.lines().rev().find(|it| !it.is_empty()).unwrap().starts_with("data: {\"error\":"), "{file}");
    }
    for (nth, chunk) in chunks.iter().enumerate() {
        is_candidate(chunk, !cut && nth + 1 == chunks.len(), file);
    }
}

fn is_openai_stream(stream: &str, cut: bool, file: &str) {
    let mut chunks: Vec<Value> = frames(stream).filter(|it| it.starts_with("data: {")).map(data).collect();
    assert_eq!(stream.ends_with("data: [DONE]\n\n"), !cut, "{file}");
    if cut {
        assert!(chunks.pop().is_some_and(|it| it["error"].is_object()), "{file}");
    }
    // Comments are pings.
    let others = frames(stream).filter(|it| !it.starts_with(':')).count();
    assert_eq!(chunks.len() + 1, others, "{file}: {stream}");
    let mut reasons = 0;
    for (nth, chunk) in chunks.iter().enumerate() {
        assert!(chunk["object"] == "chat.completion.chunk" && chunk["id"] == chunks[0]["id"], "{file}: {chunk}");
        assert!(chunk["choices"].is_array() && chunk["created"].is_i64(), "{file}: {chunk}");
        let choice = &chunk["choices"][0];
        assert_eq!(choice["delta"]["role"] == "assistant", nth == 0, "{file}: {chunk}");
        assert!(reasons == 0 || choice.is_null(), "{file}: {chunk} after the end");
        reasons += usize::from(choice["finish_reason"].is_string());
    }
    // It may be cut between the reason and the end.
    assert!(reasons == 1 || (cut && reasons == 0), "{file}: {stream}");
}

fn is_anthropic_stream(stream: &str, cut: bool, file: &str) {
    let (mut next, mut open, mut begun, mut ending, mut over) = (0, None, false, false, false);
    for frame in frames(stream) {
        let event = data(frame);
        let kind = event["type"].as_str().unwrap_or_else(|| panic!("{file}: {frame}"));
        assert_eq!(frame.lines().next(), Some(format!("event: {kind}").as_str()), "{file}: {frame}");
        assert!(!over, "{file}: {frame} after the end");
        let index = event["index"].as_u64();
        if kind == "ping" {
            continue;
        }
        assert_eq!(kind == "message_start", !begun, "{file}: {frame}");
        begun = true;
        match kind {
            "content_block_start" => {
                assert!(open.is_none() && index == Some(next) && !ending, "{file}: {frame}");
                open = index;
                next += 1;
            }
            "content_block_delta" => assert!(index.is_some() && index == open, "{file}: {frame}"),
            "content_block_stop" => assert!(index.is_some() && open.take() == index, "{file}: {frame}"),
            "message_delta" => {
                assert!(open.is_none() && event["delta"]["stop_reason"].is_string(), "{file}: {frame}");
                ending = true;
            }
            "message_stop" => {
                assert!(ending && !cut, "{file}: {frame}");
                over = true;
            }
            "error" => over = cut,
            "message_start" => {}
            other => panic!("{file}: {other}"),
        }
    }
    assert!(over, "{file}: no end in {stream}");
}

/// The events of a stream with the blank lines that end them.
pub(crate) fn frames(text: &str) -> impl Iterator<Item = &str> {
    let blank = match text.as_bytes().first() {
        // Lines, not events.
        Some(b'{') => "\n",
        _ if text.contains("\r\n\r\n") => "\r\n\r\n",
        _ => "\n\n",
    };
    text.split_inclusive(blank)
}

/// The data of an event as JSON; null where it is none.
pub(crate) fn data(frame: &str) -> Value {
    let line = frame.lines().find_map(|it| it.strip_prefix("data:")).or(frame.starts_with('{').then_some(frame));
    line.and_then(|it| serde_json::from_str(it).ok()).unwrap_or_default()
}
