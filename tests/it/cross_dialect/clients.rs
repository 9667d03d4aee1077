//! What real clients stumbled over when a provider of another dialect answered them.

use std::collections::BTreeSet;

use llmroute::domain::dialect::Dialect;
use llmroute::domain::event::Block;
use llmroute::domain::id::RequestId;
use llmroute::domain::quirks::Quirks;
use llmroute::domain::reply::Reply;
use llmroute::wire::{Asked, codec};
use serde_json::{Value, json};

use super::{frames, translated};

/// A stream of Gemini whose chunks say no more than they have to: no id, no model.
fn gemini_stream(parts: &[&str], finish: &str) -> String {
    let said = parts.iter().map(|it| format!(r#"{{"candidates":[{{"content":{{"parts":[{it}]}}}}]}}"#));
    let chunks = said.chain([format!(r#"{{"candidates":[{{"finishReason":"{finish}"}}]}}"#)]);
    chunks.flat_map(|it| ["data: ".to_owned(), it, "\n\n".to_owned()]).collect()
}

fn finish_reasons(chunks: &str) -> Vec<Value> {
    let chunks = frames(chunks).into_iter().filter_map(|it| serde_json::from_slice::<Value>(&it.data()).ok());
    let reasons = chunks.map(|it| it["choices"][0]["finish_reason"].clone());
    reasons.filter(|it| !it.is_null()).collect()
}

#[test]
fn a_finish_reason_that_only_gemini_has_does_not_break_chat_clients() {
    let call = r#"{"functionCall":{"name":"look","args":{}}}"#;
    for (part, finish, expected) in [
        (call, "FUNCTION_CALL", "tool_calls"),
        (r#"{"text":"Hi"}"#, "UNEXPECTED_TOOL_CALL", "stop"),
        (r#"{"text":"Hi"}"#, "OTHER", "stop"),
    ] {
        let stream = gemini_stream(&[part], finish);
        assert_eq!(finish_reasons(&translated(&stream, Dialect::Gemini, Dialect::OpenaiChat)), [expected], "{finish}");

        let whole = json!({"candidates": [{"content": {"parts": [serde_json::from_str::<Value>(part).unwrap()]},
            "finishReason": finish}]});
        let reply = codec(Dialect::Gemini).read_reply(whole.to_string().as_bytes()).unwrap();
        let written = codec(Dialect::OpenaiChat).write_reply(&reply);
        let body: Value = serde_json::from_slice(&written.body).unwrap();
        assert_eq!(body["choices"][0]["finish_reason"], expected, "{finish}");
        assert!(written.losses.iter().any(|it| it.what.contains(finish)), "{:?}", written.losses);
    }
}

#[test]
fn a_gemini_text_cut_in_the_middle_of_a_character_is_joined() {
    let say = |it: &str| format!("{{\"text\":\"{it}\"}}");
    let think = |it: &str| format!("{{\"text\":\"{it}\",\"thought\":true}}");
    let told = |parts: &[String], dialect| {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        translated(&gemini_stream(&parts, "STOP"), Dialect::Gemini, dialect)
    };
    let crab = [say(r"a\ud83e"), say(r"\udd80b")];
    for dialect in [Dialect::OpenaiChat, Dialect::Anthropic, Dialect::OpenaiResponses] {
        let text = told(&crab, dialect);
        assert!(text.contains('🦀') && !text.contains('\u{FFFD}'), "{text}");
    }
    // A half that nothing completes is not forgotten, nor joined with what is not its own text.
    for parts in [vec![think(r"a\ud83e"), say(r"\udd80b")], vec![say(r"a\ud83e")]] {
        let text = told(&parts, Dialect::Anthropic);
        assert!(text.contains('\u{FFFD}') && !text.contains('🦀'), "{text}");
    }
}

/// Agents keep results by the ids of calls: with the same id in every turn they send the first result for ever.
#[test]
fn calls_of_two_answers_without_ids_do_not_share_one() {
    let call = r#"{"functionCall":{"name":"look","args":{}}}"#;
    let stream = gemini_stream(&[call, call], "STOP");
    let whole = format!(r#"{{"candidates":[{{"content":{{"parts":[{call},{call}]}},"finishReason":"STOP"}}]}}"#);
    let mut ids = BTreeSet::new();
    for id in [7, 8] {
        let asked = Asked { id: RequestId(id), ..Asked::default() };
        let (mut reader, mut events) = (codec(Dialect::Gemini).stream_reader_to(&asked), Vec::new());
        for frame in frames(&stream) {
            reader.read(&frame, &mut events).unwrap();
        }
        reader.closed(&mut events);
        let read = codec(Dialect::Gemini).read_reply_to(&asked, whole.as_bytes()).unwrap();
        let told = [Reply::of(events), read].map(|reply| {
            let calls = reply.blocks.into_iter().filter_map(|it| match it.block {
                Block::ToolCall { id, .. } => Some(id),
                _ => None,
            });
            calls.collect::<Vec<String>>()
        });
        assert_eq!(told[0], told[1], "streamed or not, a call goes by one id");
        ids.extend(told.into_iter().flatten());
    }
    assert_eq!(ids.len(), 4, "{ids:?}");
}

#[test]
fn an_answer_without_a_time_is_not_of_1970_for_chat_clients() {
    let asked = Asked { created: 1_770_000_000, ..Asked::default() };
    let stream = gemini_stream(&[r#"{"text":"Hi"}"#], "STOP");
    let mut reader = codec(Dialect::Gemini).stream_reader();
    let mut writer = codec(Dialect::OpenaiChat).stream_writer_to(&asked);
    let (mut events, mut out) = (Vec::new(), Vec::new());
    for frame in frames(&stream) {
        reader.read(&frame, &mut events).unwrap();
    }
    reader.closed(&mut events);
    for event in &events {
        writer.write(event, &mut out);
    }
    let written = String::from_utf8(out).unwrap();
    let mut chunks = 0;
    for chunk in frames(&written).iter().filter_map(|it| serde_json::from_slice::<Value>(&it.data()).ok()) {
        assert_eq!(chunk["created"], 1_770_000_000, "{chunk}");
        chunks += 1;
    }
    assert!(chunks > 2, "{written}");

    let whole = br#"{"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP"}]}"#;
    let reply = codec(Dialect::Gemini).read_reply(whole).unwrap();
    let written = codec(Dialect::OpenaiChat).write_reply_to(&asked, &reply);
    let body: Value = serde_json::from_slice(&written.body).unwrap();
    assert_eq!(body["created"], 1_770_000_000);
}

#[test]
fn a_response_that_is_incomplete_for_no_stated_reason_is_not_told_as_whole() {
    let body = json!({"id": "resp_1", "object": "response", "status": "incomplete", "model": "m", "output": [
        {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "Hel"}]}]});
    let reply = codec(Dialect::OpenaiResponses).read_reply(body.to_string().as_bytes()).unwrap();
    for (dialect, place, expected) in [
        (Dialect::OpenaiChat, "/choices/0/finish_reason", "length"),
        (Dialect::Anthropic, "/stop_reason", "max_tokens"),
        (Dialect::Gemini, "/candidates/0/finishReason", "MAX_TOKENS"),
    ] {
        let told: Value = serde_json::from_slice(&codec(dialect).write_reply(&reply).body).unwrap();
        assert_eq!(told.pointer(place), Some(&json!(expected)), "{dialect:?}");
    }
}

#[test]
fn what_claude_code_is_billed_to_stays_out_of_other_providers_prompts() {
    let attribution =
        |nonce: &str| format!("x-anthropic-billing-header: cc_version=2.1.330.a1b; cc_entrypoint=cli; cch={nonce};");
    let request = |first: &str| {
        let text = |it: &str| json!({"type": "text", "text": it});
        json!({"model": "m", "max_tokens": 99, "system": [text(first), text("You are Claude Code.")],
            "messages": [{"role": "user", "content": "Go."}]})
    };
    let written = |first: &str, to: Dialect| {
        let prompt = codec(Dialect::Anthropic).read_request(request(first).to_string().as_bytes()).unwrap();
        codec(to).write_request(&prompt, "m", &Quirks::default())
    };
    for to in Dialect::ALL.into_iter().filter(|it| it.converses()) {
        let [one, other] = ["0aaa9", "36ee5"].map(|it| written(&attribution(it), to));
        let body = String::from_utf8(one.body.clone()).unwrap();
        assert!(body.contains("You are Claude Code."), "{to}: {body}");
        let named = one.losses.iter().filter(|it| it.what.ends_with("x-anthropic-billing-header")).count();
        if to == Dialect::Anthropic {
            let body: Value = serde_json::from_slice(&one.body).unwrap();
            assert_eq!((&body["system"], named), (&request(&attribution("0aaa9"))["system"], 0));
        } else {
            assert!(!body.contains("cch="), "{to}: {body}");
            assert_eq!((&one.body, named), (&other.body, 1), "{to}: one prompt for every request; {:?}", one.losses);
            // What somebody wrote about it, or behind it, is a prompt.
            for kept in ["What is x-anthropic-billing-header: for?", &format!("{}\nBe brief.", attribution("0aaa9"))] {
                let kept_body: Value = serde_json::from_slice(&written(kept, to).body).unwrap();
                assert!(kept_body.to_string().contains("x-anthropic-billing-header"), "{to}: {kept_body}");
            }
        }
    }
}
