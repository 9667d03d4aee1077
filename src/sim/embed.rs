//! Vectors as a simulated provider makes them, in OpenAI's and Google's words: always the same for the same text, and the
//! more alike the more words two texts share, so that a search over them finds something. Written from the vendors'
//! references, with no line shared with `wire`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::domain::dialect::Dialect;
use crate::sim::answer::prose_tokens;
use crate::sim::asked::Rejected;
use crate::sim::meter::Billed;

/// Length of a vector where none is asked for.
const LENGTH: usize = 16;
/// Longest vector that is made.
const LONGEST: u64 = 3072;

/// A whole answer, and what it is charged.
pub(crate) type Made = (Value, Billed);

/// The dialect and, where the path says it, the model and whether it asks for many; `None` for a path that asks for no
/// vectors.
pub(crate) fn method(path: &str) -> Option<(Dialect, Option<String>, bool)> {
    let route = path.split('?').next().unwrap_or_default();
    if route.ends_with("/embeddings") {
        return Some((Dialect::OpenaiChat, None, true));
    }
    let (rest, method) = route.rsplit_once(':')?;
    let many = match method {
        "embedContent" => false,
        "batchEmbedContents" => true,
        _ => return None,
    };
    let (_, model) = rest.rsplit_once("/models/")?;
    Some((Dialect::Gemini, Some(model.replace("%2F", "/").replace("%3A", ":")), many))
}

/// The answer of OpenAI's `/v1/embeddings`, or why it takes no such request.
pub(crate) fn openai(body: &Value) -> Result<Made, Rejected> {
    let bad = |message: &str, param| Err(Rejected::bad_request(Dialect::OpenaiChat, message, Some(param)));
    let Some(model) = body["model"].as_str().filter(|it| !it.is_empty()) else {
        return bad("you must provide a model parameter", "model");
    };
    let texts = match &body["input"] {
        Value::String(text) => vec![text.clone()],
        // Tokens, and lists of them, are texts of an unknown language.
        Value::Array(list) if list.iter().all(Value::is_u64) && !list.is_empty() => vec![body["input"].to_string()],
        Value::Array(list) if !list.is_empty() => {
            list.iter().map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned)).collect()
        }
        _ => return bad("'$.input' is invalid. Please check the API reference.", "input"),
    };
    let length = match &body["dimensions"] {
        Value::Null => LENGTH,
        it => match it.as_u64().filter(|it| (1..=LONGEST).contains(it)) {
            Some(it) => usize::try_from(it).unwrap_or(LENGTH),
            None => return bad("Invalid value for 'dimensions'.", "dimensions"),
        },
    };
    let base64 = match body["encoding_format"].as_str() {
        None | Some("float") => false,
        Some("base64") => true,
        Some(_) => return bad("Invalid value for 'encoding_format'.", "encoding_format"),
    };
    let data = texts.iter().enumerate().map(|(nth, text)| {
        let vector = vector(text, length);
        let embedding = if base64 {
            json!(STANDARD.encode(vector.iter().flat_map(|it| it.to_le_bytes()).collect::<Vec<u8>>()))
        } else {
            json!(vector)
        };
        json!({"object": "embedding", "index": nth, "embedding": embedding})
    });
    let data: Vec<Value> = data.collect();
    let tokens = texts.iter().map(|it| prose_tokens(it)).sum();
    let usage = json!({"prompt_tokens": tokens, "total_tokens": tokens});
    let body = json!({"object": "list", "data": data, "model": model, "usage": usage});
    Ok((body, Billed::of(tokens, 0)))
}

/// The answer of Google's `embedContent` and, for `many`, `batchEmbedContents`, or why it takes no such request.
pub(crate) fn gemini(body: &Value, model: &str, many: bool) -> Result<Made, Rejected> {
    let bad = |message: &str| Err(Rejected::bad_request(Dialect::Gemini, message, None));
    let requests = match (many, body["requests"].as_array()) {
        (true, Some(list)) if !list.is_empty() => list.clone(),
        (true, _) => return bad("* BatchEmbedContentsRequest.requests: requests must not be empty"),
        (false, _) => vec![body.clone()],
    };
    let mut vectors = Vec::with_capacity(requests.len());
    let mut tokens = 0;
    for request in &requests {
        let named = request["model"].as_str();
        if named.map_or(many, |it| it.strip_prefix("models/") != Some(model)) {
            return bad("* BatchEmbedContentsRequest.requests: model must match the one in the path");
        }
        let parts = request["content"]["parts"].as_array().filter(|it| !it.is_empty());
        let texts: Option<Vec<&str>> = parts.and_then(|it| it.iter().map(|it| it["text"].as_str()).collect());
        let Some(texts) = texts else { return bad("* EmbedContentRequest.content: content is required") };
        let text = texts.join("\n");
        let length = request["outputDimensionality"].as_u64().filter(|it| *it <= LONGEST);
        let length = length.and_then(|it| usize::try_from(it).ok()).unwrap_or(LENGTH);
        vectors.push(json!({"values": vector(&text, length)}));
        tokens += prose_tokens(&text);
    }
    let usage = json!({"promptTokenCount": tokens});
    let body = match (many, vectors.pop()) {
        (false, Some(one)) => json!({"embedding": one, "usageMetadata": usage}),
        (_, last) => {
            vectors.extend(last);
            json!({"embeddings": vectors, "usageMetadata": usage})
        }
    };
    Ok((body, Billed::of(tokens, 0)))
}

/// A direction for each word, added up and brought to length one.
fn vector(text: &str, length: usize) -> Vec<f32> {
    let mut sum = vec![0.0f32; length];
    for word in text.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()) {
        // FNV-1a, then one step of a 64-bit linear congruential generator for each number.
        let mut state = word
            .to_lowercase()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        for number in &mut sum {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *number += f32::from((state >> 48) as u16) / 32_768.0 - 1.0;
        }
    }
    let size = sum.iter().map(|it| it * it).sum::<f32>().sqrt();
    if size > 0.0 { sum.iter().map(|it| it / size).collect() } else { sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(a: &str, b: &str) -> f32 {
        vector(a, 64).iter().zip(vector(b, 64)).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn texts_that_share_words_are_alike() {
        assert!((likeness("the cat sat", "The cat, sat!") - 1.0).abs() < 1e-5);
        assert!(likeness("the cat sat", "the cat ran") > likeness("the cat sat", "stock prices fell") + 0.3);
        assert_eq!(vector("", 3), [0.0; 3]);
    }
}
