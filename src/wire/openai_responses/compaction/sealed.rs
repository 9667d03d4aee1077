//! The content of an item of our own, and the way back from it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde_json::value::RawValue;

use crate::wire::json::{self, Edit, Object, ObjectWriter};

/// What our content begins with: whose it is, and how what follows is to be read. No provider's encryption begins so.
const PREFIX: &str = "llmroute.summary.1.";
/// What a summary is introduced with when it takes the place of its conversation.
const INTRODUCTION: &str = "What was said before has been replaced by this summary of it:\n\n";

/// The content of an item that holds `summary`.
pub(super) fn seal(summary: &str) -> String {
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(summary))
}

/// The summary in the content of an item; `None` for a content that is not ours.
fn open(content: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(content.strip_prefix(PREFIX)?).ok()?).ok()
}

/// The body with the items of our own told as what a user says; `None` where it has none.
#[must_use]
pub fn unfold(body: &Bytes) -> Option<Bytes> {
    memchr::memmem::find(body, PREFIX.as_bytes())?;
    let fields = json::scan(body).ok()?;
    let input = fields.find(body, "input").map(|it| &body[it])?;
    let items: Vec<&RawValue> = serde_json::from_slice(input).ok()?;
    let mut any = false;
    let mut list = vec![b'['];
    for (nth, item) in items.into_iter().enumerate() {
        if nth > 0 {
            list.push(b',');
        }
        match summary_of(item) {
            Some(summary) => {
                any = true;
                say(&format!("{INTRODUCTION}{summary}"), &mut list);
            }
            None => list.extend_from_slice(item.get().as_bytes()),
        }
    }
    list.push(b']');
    any.then(|| json::splice(body, &fields, &[Edit::Set { key: "input", value: Cow::Owned(list) }]))
}

fn summary_of(item: &RawValue) -> Option<String> {
    let item = Object::of(item)?;
    let kind = item.get("type").and_then(json::text)?;
    // `compaction_summary` is what the item was called at first, and what some clients still send.
    if !matches!(&*kind, "compaction" | "compaction_summary") {
        return None;
    }
    open(&item.get("encrypted_content").and_then(json::text)?)
}

/// Writes a message of the user.
pub(super) fn say(text: &str, out: &mut Vec<u8>) {
    let mut message = ObjectWriter::begin(out);
    message.text("type", "message");
    message.text("role", "user");
    message.text("content", text);
    message.end();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_items_are_unfolded() {
        let content = seal("We chose \"B\".\nNext: ü.");
        assert_eq!(open(&content).as_deref(), Some("We chose \"B\".\nNext: ü."));
        let body = format!(
            r#"{{"model":"m","input":[{{"role":"user","content":"a"}},{{"type":"compaction","id":"x","encrypted_content":"{content}"}},
               {{"type":"compaction","encrypted_content":"gAAAA"}},{{"type":"message","role":"user","content":"{content}"}}], "n":1e400}}"#
        );
        let unfolded = unfold(&Bytes::from(body)).unwrap();
        let text = String::from_utf8(unfolded.to_vec()).unwrap();
        assert!(text.contains(r#"{"type":"message","role":"user","content":"What was said before"#), "{text}");
        assert!(text.contains(r#"We chose \"B\".\nNext: ü."#), "{text}");
        assert!(text.contains(r#"{"type":"compaction","encrypted_content":"gAAAA"}"#), "{text}");
        assert!(text.contains(&format!(r#""content":"{content}""#)) && text.ends_with(r#"], "n":1e400}"#), "{text}");
        for none in [
            r#"{"input":"llmroute.summary.1.x"}"#.to_owned(),
            r#"{"input":[{"type":"compaction","encrypted_content":"llmroute.summary.1.%%%"}]}"#.to_owned(),
            r#"{"input":[{"type":"compaction","encrypted_content":"llmroute.summary.1._w"}]}"#.to_owned(),
            r#"{"input":[7,"llmroute.summary.1."]}"#.to_owned(),
            "llmroute.summary.1.".to_owned(),
        ] {
            assert_eq!(unfold(&Bytes::from(none.clone())), None, "{none}");
        }
    }
}
