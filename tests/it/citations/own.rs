//! What no recording has: places in texts of characters of several bytes, notes before their text, other kinds of sources,
//! and citations that come back with the conversation.

use llmroute::domain::dialect::Dialect;
use llmroute::domain::quirks::Quirks;
use llmroute::domain::reply::Reply;
use llmroute::wire::codec;
use serde_json::{Value, json};

use super::look::{self, Page};
use super::told;
use crate::recorded::streams::{events, frames};

const URL: &str = "https://a.example/é";

/// An emoji has four bytes, two UTF-16 units and is one character; a flag is two characters.
const TEXT: &str = "Zürich 🇨🇭 ist schön 😀. Mehr.";
const WORDS: &str = "ist schön 😀.";

fn page(words: &str) -> Vec<Page> {
    vec![Page { words: words.to_owned(), url: URL.to_owned() }]
}

fn read(dialect: Dialect, body: &Value) -> Reply {
    codec(dialect).read_reply(body.to_string().as_bytes()).unwrap()
}

fn streamed(dialect: Dialect, stream: &str, size: usize) -> Reply {
    Reply::of(events(dialect, &frames(dialect, stream.as_bytes(), size)))
}

fn sse(events: &[Value]) -> String {
    events.iter().map(|it| format!("data: {it}\n\n")).collect::<Vec<_>>().concat()
}

/// Characters before the words, and behind them.
fn span() -> (usize, usize) {
    let before = TEXT[..TEXT.find(WORDS).unwrap()].chars().count();
    (before, before + WORDS.chars().count())
}

fn chat(note: &Value) -> Value {
    json!({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [{"index": 0,
        "finish_reason": "stop", "message": {"role": "assistant", "content": TEXT, "annotations": [note]}}]})
}

fn gemini(start: usize, end: usize) -> Value {
    json!({"candidates": [{"content": {"role": "model", "parts": [{"text": TEXT}]}, "finishReason": "STOP", "index": 0,
        "groundingMetadata": {"webSearchQueries": ["q"], "groundingChunks": [{"web": {"uri": URL, "title": "A"}}],
            "groundingSupports": [{"segment": {"startIndex": start, "endIndex": end, "text": WORDS},
                "groundingChunkIndices": [0], "confidenceScores": [0.9]}]}}], "modelVersion": "m", "responseId": "r"})
}

/// The same answer in every dialect that has places.
fn answers() -> Vec<(Dialect, Value)> {
    let (start, end) = span();
    let flat = json!({"type": "url_citation", "start_index": start, "end_index": end, "url": URL, "title": "A"});
    let wrapped = json!({"start_index": start, "end_index": end, "url": URL, "title": "A"});
    let byte = TEXT.find(WORDS).unwrap();
    vec![
        (Dialect::OpenaiChat, chat(&json!({"type": "url_citation", "url_citation": wrapped}))),
        (
            Dialect::OpenaiResponses,
            json!({"id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "m",
                "output": [{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [
                    {"type": "output_text", "text": TEXT, "annotations": [flat]}]}]}),
        ),
        (Dialect::Gemini, gemini(byte, byte + WORDS.len())),
        // As Google sometimes counts: then its words decide.
        (Dialect::Gemini, gemini(byte + 3, byte + 3 + WORDS.len())),
        (
            Dialect::Cohere,
            json!({"id": "c", "finish_reason": "COMPLETE", "message": {"role": "assistant",
                "content": [{"type": "text", "text": TEXT}],
                "citations": [{"start": start, "end": end, "text": WORDS, "type": "TEXT_CONTENT", "sources": [
                    {"type": "document", "id": "d", "document": {"id": "d", "url": URL, "title": "A"}}]}]}}),
        ),
    ]
}

#[test]
fn places_are_counted_in_what_each_dialect_counts_in() {
    for (dialect, body) in answers() {
        let reply = read(dialect, &body);
        for client in Dialect::CLIENTS {
            for (heard, losses) in told(client, &reply) {
                let words = if client == Dialect::Anthropic { TEXT } else { WORDS };
                assert_eq!(look::cited(client, &heard), (page(words), 0), "{dialect} → {client}: {heard}");
                let named = losses.iter().any(|it| it.ends_with("citation.span"));
                assert_eq!(named, client == Dialect::Anthropic, "{dialect} → {client}: {losses:?}");
                // What Google says beside it is named each by itself.
                let queries = losses.iter().any(|it| it == "candidate.groundingMetadata.webSearchQueries");
                let scores = losses.iter().any(|it| it.ends_with("groundingSupports.confidenceScores"));
                let lost = dialect == Dialect::Gemini && client != Dialect::Gemini;
                assert_eq!((queries, scores), (lost, lost), "{dialect} → {client}: {losses:?}");
                if client == Dialect::Gemini {
                    let segment = &heard["candidates"][0]["groundingMetadata"]["groundingSupports"][0]["segment"];
                    if dialect != Dialect::Gemini {
                        let start = usize::try_from(segment["startIndex"].as_u64().unwrap()).unwrap();
                        let end = usize::try_from(segment["endIndex"].as_u64().unwrap()).unwrap();
                        assert_eq!(&TEXT[start..end], WORDS);
                    }
                }
            }
        }
    }
}

#[test]
fn a_stream_that_is_cut_in_the_middle_of_a_character_cites_the_same_words() {
    let (start, end) = span();
    // The halves of the emoji come in two pieces, the note before the text.
    let (before, after) = TEXT.split_once('😀').unwrap();
    let quoted = serde_json::to_string(before).unwrap();
    let (first, second) = (format!("{}\\ud83d\"", &quoted[..quoted.len() - 1]), format!("\"\\ude00{after}\""));
    let piece = |text: &str| {
        format!(r#"data: {{"id":"c","model":"m","choices":[{{"index":0,"delta":{{"content":{text}}}}}]}}"#) + "\n\n"
    };
    let note = json!({"type": "url_citation",
        "url_citation": {"start_index": start, "end_index": end, "url": URL, "title": "A", "content": "Quote."}});
    let stream = sse(&[json!({"id": "c", "model": "m", "choices": [{"index": 0,
            "delta": {"role": "assistant", "content": "", "annotations": [note]}}]})])
        + &piece(&first)
        + &piece(&second)
        + &sse(&[json!({"id": "c", "model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})])
        + "data: [DONE]\n\n";
    for size in [1, 7, stream.len()] {
        let reply = streamed(Dialect::OpenaiChat, &stream, size);
        assert_eq!(reply.blocks[0].text, TEXT);
        for client in [Dialect::OpenaiResponses, Dialect::Gemini] {
            for (heard, losses) in told(client, &reply) {
                assert_eq!(look::cited(client, &heard).0, page(WORDS), "{client}");
                assert!(losses.iter().any(|it| it.ends_with("citation.quote")), "{client}: {losses:?}");
            }
        }
    }
}

/// What thinking or a call stands between is one message to a client of chat completions.
#[test]
fn a_place_is_found_in_the_second_of_two_texts() {
    let body = json!({"id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
        "stop_sequence": null, "usage": {"input_tokens": 1, "output_tokens": 1}, "content": [
            {"type": "text", "text": "Grüße 😀. "},
            {"type": "text", "text": WORDS, "citations": [{"type": "web_search_result_location", "cited_text": "q",
                "url": URL, "title": null, "encrypted_index": "E"}]},
            {"type": "text", "text": " Ende."}]});
    let reply = read(Dialect::Anthropic, &body);
    for client in [Dialect::OpenaiChat, Dialect::OpenaiResponses, Dialect::Gemini] {
        for (heard, _) in told(client, &reply) {
            assert_eq!(look::cited(client, &heard).0, page(WORDS), "{client}: {heard}");
        }
    }
    let whole = &told(Dialect::OpenaiChat, &reply)[0].0["choices"][0]["message"];
    // Read back, it is where it was, now of one text.
    let again = read(Dialect::OpenaiChat, &json!({"choices": [{"message": whole, "finish_reason": "stop"}]}));
    assert_eq!(again.blocks[0].citations[0].span, Some(9..9 + WORDS.chars().count() as u64));
}

#[test]
fn documents_are_cited_alike_by_anthropic_and_bedrock() {
    let sources = [
        json!({"type": "char_location", "cited_text": "q", "document_index": 1, "document_title": "D",
            "start_char_index": 2, "end_char_index": 5}),
        json!({"type": "page_location", "cited_text": "q", "document_index": 0, "document_title": "D",
            "start_page_number": 1, "end_page_number": 3}),
        json!({"type": "content_block_location", "cited_text": "q", "document_index": 0, "document_title": "D",
            "start_block_index": 0, "end_block_index": 1}),
        json!({"type": "search_result_location", "cited_text": "q", "title": "D", "source": "s",
            "search_result_index": 3, "start_block_index": 0, "end_block_index": 1}),
        json!({"type": "web_search_result_location", "cited_text": "q", "title": "D", "url": URL,
            "encrypted_index": ""}),
    ];
    let locations = [
        json!({"documentChar": {"documentIndex": 1, "start": 2, "end": 5}}),
        json!({"documentPage": {"documentIndex": 0, "start": 1, "end": 3}}),
        json!({"documentChunk": {"documentIndex": 0, "start": 0, "end": 1}}),
        json!({"searchResultLocation": {"searchResultIndex": 3, "start": 0, "end": 1}}),
        json!({"web": {"url": URL}}),
    ];
    let body = json!({"id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
        "content": [{"type": "text", "text": "x", "citations": sources}]});
    let written = codec(Dialect::BedrockConverse).write_reply(&read(Dialect::Anthropic, &body));
    assert_eq!(written.losses, []);
    let bedrock: Value = serde_json::from_slice(&written.body).unwrap();
    let block = &bedrock["output"]["message"]["content"][0]["citationsContent"];
    assert_eq!(block["content"], json!([{"text": "x"}]));
    let told: Vec<&Value> = block["citations"].as_array().unwrap().iter().map(|it| &it["location"]).collect();
    assert_eq!(told, locations.iter().collect::<Vec<_>>());
    for it in block["citations"].as_array().unwrap() {
        assert_eq!((&it["title"], &it["sourceContent"]), (&json!("D"), &json!([{"text": "q"}])));
    }
    assert_eq!(block["citations"][3]["source"], "s");
    let back = codec(Dialect::Anthropic).write_reply(&read(Dialect::BedrockConverse, &bedrock));
    let back_body: Value = serde_json::from_slice(&back.body).unwrap();
    assert_eq!(back_body["content"][0]["citations"], json!(sources));
    assert_eq!(back.losses, []);
    // Streamed, they are deltas of their own.
    let mut writer = codec(Dialect::BedrockConverse).stream_writer(true);
    let mut out = Vec::new();
    for event in read(Dialect::Anthropic, &body).into_events() {
        writer.write(&event, &mut out);
    }
    let again = Reply::of(events(Dialect::BedrockConverse, &frames(Dialect::BedrockConverse, &out, out.len())));
    assert_eq!(again.blocks[0].citations.len(), locations.len());
}

#[test]
fn what_a_dialect_cannot_cite_is_named() {
    let body = json!({"id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1}, "content": [{"type": "text", "text": "x", "citations": [
            {"type": "char_location", "cited_text": "q", "document_index": 0, "document_title": "D",
                "start_char_index": 0, "end_char_index": 1}]}]});
    let reply = read(Dialect::Anthropic, &body);
    for client in [Dialect::OpenaiChat, Dialect::OpenaiResponses] {
        for (heard, losses) in told(client, &reply) {
            assert_eq!(look::cited(client, &heard).0, []);
            assert!(losses.iter().any(|it| it.ends_with("citation")), "{client}: {losses:?}");
        }
    }
    // Gemini can say what, not where.
    for (heard, losses) in told(Dialect::Gemini, &reply) {
        let chunks = &heard["candidates"][0]["groundingMetadata"]["groundingChunks"];
        assert_eq!(*chunks, json!([{"retrievedContext": {"title": "D", "text": "q"}}]));
        assert!(losses.iter().any(|it| it.ends_with("citation.place")), "{losses:?}");
    }
    for dialect in [Dialect::Ollama, Dialect::OpenaiCompletions] {
        let written = codec(dialect).write_reply(&reply);
        assert!(written.losses.iter().any(|it| it.what.ends_with("citation")), "{dialect}: {:?}", written.losses);
    }
}

#[test]
fn an_uploaded_file_is_cited_where_its_note_would_stand() {
    let note = json!({"type": "file_citation", "file_id": "file-1", "filename": "a.pdf", "index": 6});
    let body = json!({"id": "resp_1", "object": "response", "status": "completed", "model": "m", "output": [
        {"type": "message", "id": "msg_1", "role": "assistant", "content": [
            {"type": "output_text", "text": TEXT, "annotations": [note, {"type": "file_path", "file_id": "f", "index": 0}]}]}]});
    let reply = read(Dialect::OpenaiResponses, &body);
    assert_eq!(reply.blocks[0].citations[0].span, Some(6..6));
    // To its own dialect both go back.
    let own: Value = serde_json::from_slice(&codec(Dialect::OpenaiResponses).write_reply(&reply).body).unwrap();
    assert_eq!(own["output"][0]["content"][0]["annotations"], body["output"][0]["content"][0]["annotations"]);
    let [(heard, losses), _] = told(Dialect::Gemini, &reply);
    let grounding = &heard["candidates"][0]["groundingMetadata"];
    assert_eq!(grounding["groundingChunks"], json!([{"retrievedContext": {"uri": "file-1", "title": "a.pdf"}}]));
    assert_eq!(grounding["groundingSupports"][0]["segment"], json!({"startIndex": 7, "endIndex": 7, "text": ""}));
    assert_eq!(losses, ["content[0].annotations"]);
}

#[test]
fn lists_beside_an_answer_go_back_as_they_came() {
    let body = json!({"id": "c", "object": "chat.completion", "created": 1, "model": "sonar",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "See [1]."}}],
        "citations": [URL], "search_results": [{"url": URL, "title": "A", "snippet": "s", "date": "2026-01-01"}]});
    let reply = read(Dialect::OpenaiChat, &body);
    let back: Value = serde_json::from_slice(&codec(Dialect::OpenaiChat).write_reply(&reply).body).unwrap();
    assert_eq!((&back["citations"], &back["search_results"]), (&body["citations"], &body["search_results"]));
    assert!(back["choices"][0]["message"].get("annotations").is_none());
    for (heard, losses) in told(Dialect::Anthropic, &reply) {
        assert_eq!(look::cited(Dialect::Anthropic, &heard).0, page("See [1]."));
        assert!(losses.iter().any(|it| it == "search_results.date"), "{losses:?}");
    }
}

/// Anthropic knows the pages that it found by a handle; those of another provider have none, and it would refuse them.
#[test]
fn pages_of_another_provider_do_not_go_back_to_anthropic() {
    let reply = read(Dialect::OpenaiChat, &answers()[0].1);
    let [(told, _), _] = told(Dialect::Anthropic, &reply);
    let own = json!({"type": "char_location", "cited_text": "x", "document_index": 0, "document_title": null,
        "start_char_index": 0, "end_char_index": 1});
    let mut cited = told["content"][0].clone();
    cited["citations"].as_array_mut().unwrap().push(own.clone());
    let ask = json!({"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "a"},
        {"role": "assistant", "content": [told["content"][0], cited]}, {"role": "user", "content": "b"}]});
    let prompt = codec(Dialect::Anthropic).read_request(ask.to_string().as_bytes()).unwrap();
    let written = codec(Dialect::Anthropic).write_request(&prompt, "m", &Quirks::default());
    let body: Value = serde_json::from_slice(&written.body).unwrap();
    let content = &body["messages"][1]["content"];
    assert_eq!((content[0]["citations"].as_array().map(Vec::len), &content[1]["citations"]), (Some(0), &json!([own])));
    assert!(written.losses.iter().any(|it| it.what == "messages[1].content[0].citations"), "{:?}", written.losses);
}

#[test]
fn a_document_to_cite_from_is_one_to_bedrock_too() {
    let document = json!({"type": "document", "title": "D", "context": "c", "citations": {"enabled": true},
        "source": {"type": "text", "media_type": "text/plain", "data": "t"}});
    let ask = json!({"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": [document,
        {"type": "text", "text": "q"}]}]});
    let prompt = codec(Dialect::Anthropic).read_request(ask.to_string().as_bytes()).unwrap();
    let model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    let written = codec(Dialect::BedrockConverse).write_request(&prompt, model, &Quirks::default());
    let body: Value = serde_json::from_slice(&written.body).unwrap();
    let said = &body["messages"][0]["content"][0]["document"];
    assert_eq!((&said["citations"], &said["context"]), (&json!({"enabled": true}), &json!("c")));
    assert!(!written.losses.iter().any(|it| it.what.contains("citations")), "{:?}", written.losses);
    let back = codec(Dialect::BedrockConverse).read_request(&written.body).unwrap();
    let back = codec(Dialect::Anthropic).write_request(&back, "m", &Quirks::default());
    let back: Value = serde_json::from_slice(&back.body).unwrap();
    let said = &back["messages"][0]["content"][0];
    assert_eq!((&said["citations"], &said["context"]), (&json!({"enabled": true}), &json!("c")));
    let chat = codec(Dialect::OpenaiChat).write_request(&prompt, "m", &Quirks::default());
    assert!(chat.losses.iter().any(|it| it.what.ends_with(".citations")), "{:?}", chat.losses);
}
