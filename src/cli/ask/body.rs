//! A question as an openai-chat request body.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::cli::ask::material::Material;

/// The body that asks `model`. A stream is asked for its usage, which the receipt shows.
#[must_use]
pub(super) fn write(material: &Material, model: &str, stream: bool) -> Bytes {
    let mut messages = Vec::new();
    if let Some(system) = &material.system {
        messages.push(json!({"role": "system", "content": system}));
    }
    messages.push(json!({"role": "user", "content": content(material)}));
    let mut body = json!({"model": model, "messages": messages, "stream": stream});
    if stream && let Some(fields) = body.as_object_mut() {
        fields.insert("stream_options".to_owned(), json!({"include_usage": true}));
    }
    Bytes::from(body.to_string())
}

/// Plain text where there is nothing else: every provider understands it.
fn content(material: &Material) -> Value {
    if material.images.is_empty() {
        return Value::from(material.text.as_str());
    }
    let mut parts: Vec<Value> =
        material.images.iter().map(|url| json!({"type": "image_url", "image_url": {"url": url}})).collect();
    if !material.text.is_empty() {
        parts.push(json!({"type": "text", "text": material.text}));
    }
    Value::from(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_alone_and_text_with_an_image() {
        let mut material = Material { system: Some("be brief".into()), text: "hi".into(), images: Vec::new() };
        let read = |it: &Material, stream| serde_json::from_slice::<Value>(&write(it, "fast", stream)).unwrap();
        assert_eq!(
            read(&material, true),
            json!({"model": "fast", "stream": true, "stream_options": {"include_usage": true}, "messages": [
                {"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}]})
        );
        material.images.push("data:image/png;base64,AA==".into());
        assert_eq!(
            read(&material, false)["messages"][1]["content"],
            json!([{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}, {"type": "text", "text": "hi"}])
        );
    }
}
