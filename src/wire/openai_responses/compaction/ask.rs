//! Whether a request asks for a compaction, and what is asked of a model in its place.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::sealed::say;
use crate::domain::ask::Fields;
use crate::wire::Malformed;
use crate::wire::json::{self, Edit, Object, wrong};

const TRIGGER: &str = "compaction_trigger";

/// What a model is told where a provider that compacts would be given the trigger.
const WANTED: &str = "Everything above is about to be replaced by one summary, and whoever goes on with this conversation \
will know nothing but that. Write it now. Say what the user wants, in the user's own words where the wording matters; what \
was decided, and why; what was done and with what result, naming files, functions, commands and addresses as they are \
spelled; what was tried and failed; what is still open, and the next step. Leave out courtesies and detours. Call no tool. \
Answer with the summary alone.";

/// Whether the last item of `input` asks for a compaction.
#[must_use]
pub fn asks(input: &[u8]) -> bool {
    // Two thirds of a request are read by nobody, so most are not parsed for this.
    memchr::memmem::find(input, TRIGGER.as_bytes()).is_some()
        && serde_json::from_slice::<Vec<&RawValue>>(input)
            .is_ok_and(|items| items.last().is_some_and(|it| is_trigger(it)))
}

fn is_trigger(item: &RawValue) -> bool {
    Object::of(item).and_then(|it| it.get("type").and_then(json::text)).is_some_and(|it| it == TRIGGER)
}

/// The request for a summary in place of one for a compaction, with or without the trigger.
///
/// # Errors
/// Its input is neither a text nor a list of items.
pub fn instead(body: &Bytes, fields: &Fields) -> Result<Bytes, Malformed> {
    let input = fields.find(body, "input").map_or(&b"[]"[..], |it| &body[it]);
    let mut list = vec![b'['];
    if input.starts_with(b"\"") {
        list.extend_from_slice(br#"{"type":"message","role":"user","content":"#);
        list.extend_from_slice(input);
        list.extend_from_slice(b"},");
    } else if input != b"null" {
        let items: Vec<&RawValue> =
            serde_json::from_slice(input).map_err(|_| wrong("input", "a string or an array of items"))?;
        for item in items.into_iter().filter(|it| !is_trigger(it)) {
            list.extend_from_slice(item.get().as_bytes());
            list.push(b',');
        }
    }
    say(WANTED, &mut list);
    list.push(b']');
    let mut edits = vec![
        Edit::Set { key: "input", value: Cow::Owned(list) },
        // Of these the first would make the summary something else, and the others mean nothing without a compaction.
        Edit::Remove { key: "text" },
        Edit::Remove { key: "context_management" },
        Edit::Remove { key: "image" },
    ];
    // Not taken away: a conversation with calls in it is not taken without its tools.
    if fields.find(body, "tools").is_some_and(|it| !matches!(&body[it], b"[]" | b"null")) {
        edits.push(Edit::Set { key: "tool_choice", value: Cow::Borrowed(b"\"none\"") });
    }
    Ok(json::splice(body, fields, &edits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summarised(body: &'static str) -> serde_json::Value {
        let body = Bytes::from_static(body.as_bytes());
        let fields = json::scan(&body).unwrap();
        serde_json::from_slice(&instead(&body, &fields).unwrap()).unwrap()
    }

    #[test]
    fn a_trigger_asks_only_at_the_end() {
        assert!(asks(br#"[{"role":"user","content":"a"}, {"type":"compaction_trigger"}]"#));
        for not in [
            r#"[{"type":"compaction_trigger"},{"role":"user","content":"a"}]"#,
            r#"[{"role":"user","content":"compaction_trigger"}]"#,
            r#""compaction_trigger""#,
            r#"[{"type":"compaction_trigger"#,
            "[]",
        ] {
            assert!(!asks(not.as_bytes()), "{not}");
        }
    }

    #[test]
    fn a_summary_is_asked_for_in_its_place() {
        let it = summarised(
            r#"{"model":"m","tools":[{"type":"x"}],"text":{"format":{}},"stream":true,
                "input":[{"role":"user","content":"a"},{"type":"compaction_trigger","id":"t"}]}"#,
        );
        assert_eq!((&it["input"][0]["content"], &it["tool_choice"]), (&"a".into(), &"none".into()));
        assert!(it["input"][1]["content"].as_str().unwrap().contains("summary") && it["input"].get(2).is_none());
        assert!(it.get("text").is_none() && it["stream"] == true, "{it}");
        let it = summarised(r#"{"model":"m","input":"b","tools":[]}"#);
        assert_eq!(it["input"][0]["content"], "b");
        assert_eq!(it["input"].as_array().unwrap().len(), 2);
        assert!(it.get("tool_choice").is_none());
        assert_eq!(summarised(r#"{"model":"m","input":null}"#)["input"].as_array().unwrap().len(), 1);
        let body = Bytes::from_static(br#"{"input":7}"#);
        assert_eq!(instead(&body, &json::scan(&body).unwrap()).unwrap_err().param.as_deref(), Some("input"));
    }
}
