//! What an answer cites, read as plain JSON. Nothing of llmroute's codecs is used.

use llmroute::domain::dialect::Dialect;
use serde_json::{Value, json};

use crate::grammar::{data, frames};

/// A page that an answer cites, and the words of the answer that it is cited for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Page {
    pub(super) words: String,
    pub(super) url: String,
}

/// The pages, and how many other things are cited.
pub(super) fn cited(dialect: Dialect, whole: &Value) -> (Vec<Page>, usize) {
    let mut pages = match dialect {
        Dialect::Anthropic => anthropic(whole),
        Dialect::OpenaiChat => chat(whole),
        Dialect::OpenaiResponses => responses(whole),
        Dialect::Gemini => gemini(whole),
        Dialect::Cohere => cohere(whole),
        _ => Vec::new(),
    };
    let all = pages.len();
    pages.retain(|it| !it.url.is_empty());
    pages.sort();
    let others = all - pages.len();
    (pages, others)
}

/// A stream as the whole answer that it tells.
pub(super) fn folded(dialect: Dialect, stream: &str) -> Value {
    let events: Vec<Value> = frames(stream).map(data).filter(Value::is_object).collect();
    match dialect {
        Dialect::OpenaiChat => fold_chat(&events),
        Dialect::OpenaiResponses => {
            events.iter().rev().find(|it| it["response"]["output"].is_array()).unwrap()["response"].clone()
        }
        Dialect::Anthropic => fold_anthropic(&events),
        Dialect::Gemini => fold_gemini(&events),
        Dialect::Cohere => fold_cohere(&events),
        other => panic!("nothing is cited in {other}"),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Characters of a text; all of it, where a range says nothing.
fn characters(of: &str, start: &Value, end: &Value) -> String {
    let (start, end) = (start.as_u64().unwrap_or(0), end.as_u64().unwrap_or(0));
    if end == 0 {
        return of.to_owned();
    }
    of.chars().skip(usize::try_from(start).unwrap()).take(usize::try_from(end - start).unwrap()).collect()
}

fn anthropic(whole: &Value) -> Vec<Page> {
    let of = |block: &Value| {
        let words = text(&block["text"]);
        let pages =
            list(&block["citations"]).iter().map(move |it| Page { words: words.clone(), url: text(&it["url"]) });
        pages.collect::<Vec<_>>()
    };
    list(&whole["content"]).iter().flat_map(of).collect()
}

fn note(of: &str, it: &Value) -> Option<Page> {
    let it = if it["url_citation"].is_object() { &it["url_citation"] } else { it };
    it["url"]
        .as_str()
        .map(|url| Page { words: characters(of, &it["start_index"], &it["end_index"]), url: url.to_owned() })
}

fn chat(whole: &Value) -> Vec<Page> {
    let message = &whole["choices"][0]["message"];
    let said = text(&message["content"]);
    let mut pages: Vec<Page> = list(&message["annotations"]).iter().filter_map(|it| note(&said, it)).collect();
    let beside = list(&whole["citations"]).iter().map(|it| Page { words: said.clone(), url: text(it) });
    pages.extend(beside);
    pages
}

fn responses(whole: &Value) -> Vec<Page> {
    let parts = list(&whole["output"]).iter().flat_map(|it| list(&it["content"]));
    parts.flat_map(|part| list(&part["annotations"]).iter().filter_map(|it| note(part["text"].as_str()?, it))).collect()
}

/// The words that stand beside a range decide; of a page without a range, the whole text.
fn gemini(whole: &Value) -> Vec<Page> {
    let candidate = &whole["candidates"][0];
    let said = list(&candidate["content"]["parts"]).iter().filter(|it| it["thought"] != true);
    let said: String = said.filter_map(|it| it["text"].as_str()).collect();
    let chunks = list(&candidate["groundingMetadata"]["groundingChunks"]);
    let url = |it: &Value| text(if it["web"].is_object() { &it["web"]["uri"] } else { &Value::Null });
    let mut used = vec![false; chunks.len()];
    let mut pages = Vec::new();
    for support in list(&candidate["groundingMetadata"]["groundingSupports"]) {
        for at in list(&support["groundingChunkIndices"]) {
            let at = usize::try_from(at.as_u64().unwrap()).unwrap();
            used[at] = true;
            pages.push(Page { words: text(&support["segment"]["text"]), url: url(&chunks[at]) });
        }
    }
    let unused = chunks.iter().zip(used).filter(|it| !it.1);
    pages.extend(unused.map(|(it, _)| Page { words: said.clone(), url: url(it) }));
    pages
}

fn cohere(whole: &Value) -> Vec<Page> {
    let of = |it: &Value| {
        let words = text(&it["text"]);
        let one = move |it: &Value| Page { words: words.clone(), url: text(&it["document"]["url"]) };
        list(&it["sources"]).iter().map(one).collect::<Vec<_>>()
    };
    list(&whole["message"]["citations"]).iter().flat_map(of).collect()
}

fn fold_chat(events: &[Value]) -> Value {
    let mut message = json!({"content": "", "annotations": []});
    let mut said = String::new();
    let mut whole = json!({});
    for event in events {
        let delta = &event["choices"][0]["delta"];
        said.push_str(delta["content"].as_str().unwrap_or_default());
        message["annotations"].as_array_mut().unwrap().extend(list(&delta["annotations"]).iter().cloned());
        if event["citations"].is_array() {
            whole["citations"] = event["citations"].clone();
        }
    }
    message["content"] = said.into();
    whole["choices"] = json!([{"message": message}]);
    whole
}

fn fold_anthropic(events: &[Value]) -> Value {
    let mut content: Vec<Value> = Vec::new();
    for event in events {
        if event["type"] == "content_block_start" {
            content.push(json!({"text": event["content_block"]["text"], "citations": []}));
        }
        let Some(block) = content.last_mut() else { continue };
        if let Some(more) = event["delta"]["text"].as_str() {
            block["text"] = (text(&block["text"]) + more).into();
        }
        if event["delta"]["type"] == "citations_delta" {
            block["citations"].as_array_mut().unwrap().push(event["delta"]["citation"].clone());
        }
    }
    json!({"content": content})
}

fn fold_gemini(events: &[Value]) -> Value {
    let mut said = String::new();
    let mut grounding = Value::Null;
    for event in events {
        let candidate = &event["candidates"][0];
        let parts = list(&candidate["content"]["parts"]).iter().filter(|it| it["thought"] != true);
        said.extend(parts.filter_map(|it| it["text"].as_str()));
        if candidate["groundingMetadata"].is_object() {
            grounding = candidate["groundingMetadata"].clone();
        }
    }
    json!({"candidates": [{"content": {"parts": [{"text": said}]}, "groundingMetadata": grounding}]})
}

fn fold_cohere(events: &[Value]) -> Value {
    let cited = events.iter().filter(|it| it["type"] == "citation-start");
    let cited: Vec<Value> = cited.map(|it| it["delta"]["message"]["citations"].clone()).collect();
    json!({"message": {"citations": cited}})
}
