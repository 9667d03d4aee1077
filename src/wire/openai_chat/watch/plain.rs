//! The answer that nearly every answer is: one choice, one text, counts. Read in one pass that keeps nothing; whatever
//! looks different in any way is left to the reader that knows every form.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, Visitor};
use serde_json::value::RawValue;

use super::super::{finish_with_calls, read_finish, usage};
use crate::domain::usage::{ServiceTier, Usage};
use crate::wire::Facts;

/// The top level. A field that is there twice is an error, and so not plain.
#[derive(Deserialize)]
struct Top<'a> {
    #[serde(borrow)]
    model: Option<Text<'a>>,
    #[serde(borrow)]
    choices: (Choice<'a>,),
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
    #[serde(borrow)]
    service_tier: Option<Text<'a>>,
    error: Option<IgnoredAny>,
    x_groq: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    message: Message<'a>,
    #[serde(borrow)]
    finish_reason: Option<Text<'a>>,
    error: Option<IgnoredAny>,
    usage: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Message<'a> {
    content: Length,
    reasoning_content: Option<IgnoredAny>,
    reasoning: Option<IgnoredAny>,
    refusal: Option<IgnoredAny>,
    #[serde(borrow)]
    tool_calls: Option<&'a RawValue>,
}

/// A text, borrowed unless it has escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// How many bytes a text has.
struct Length(usize);

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Counts;

        impl Visitor<'_> for Counts {
            type Value = Length;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Length, E> {
                Ok(Length(text.len()))
            }
        }

        deserializer.deserialize_str(Counts)
    }
}

/// Facts of a plain answer; `None` if it is not one.
pub(super) fn read(body: &[u8]) -> Option<Facts> {
    let top: Top<'_> = serde_json::from_slice(body).ok()?;
    let (choice,) = top.choices;
    let message = choice.message;
    let is_plain = top.error.is_none()
        && top.x_groq.is_none()
        && choice.error.is_none()
        && choice.usage.is_none()
        && message.reasoning_content.is_none()
        && message.reasoning.is_none()
        && message.refusal.is_none()
        && message.tool_calls.is_none_or(|it| matches!(it.get(), "null" | "[]"));
    let reason = choice.finish_reason.as_ref().map(|it| &*it.0);
    if !is_plain || reason == Some("error") {
        return None;
    }
    let tier = top.service_tier.map_or(ServiceTier::Standard, |it| ServiceTier::named(&it.0));
    let Length(bytes) = message.content;
    Some(Facts {
        usage: top.usage.filter(|it| it.get() != "null").and_then(usage::read).map(|it| Usage { tier, ..it }),
        model: top.model.map(|it| it.0.into_owned()).filter(|it| !it.is_empty()),
        finish: Some(finish_with_calls(reason.and_then(read_finish), false)),
        content: bytes > 0,
        content_bytes: bytes as u64,
        fault: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: &str = r#"{"id":"x","object":"chat.completion","created":1,"model":"m-1","choices":[{"index":0,
        "message":{"role":"assistant","content":"caf\u00e9 \"x\"","refusal":null,"tool_calls":[]},"logprobs":null,
        "finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}}"#;

    #[test]
    fn the_usual_answer_is_read_as_the_other_reader_reads_it() {
        let plain = read(USUAL.as_bytes()).unwrap();
        assert_eq!((plain.content, plain.content_bytes), (true, 9));
        // The same with a field that only the other reader knows.
        let other = USUAL.replace("\"logprobs\":null", "\"usage\":{\"prompt_tokens\":9}");
        assert!(read(other.as_bytes()).is_none());
        assert_eq!(super::super::read_facts(other.as_bytes()).unwrap(), plain);
    }

    #[test]
    fn whatever_differs_is_left_to_the_other_reader() {
        let odd = [
            ("\"tool_calls\":[]", "\"tool_calls\":[{}]"),
            ("\"refusal\":null", "\"refusal\":\"no\""),
            ("\"refusal\":null", "\"reasoning\":\"hm\""),
            ("\"content\":\"caf\\u00e9 \\\"x\\\"\"", "\"content\":null"),
            ("\"content\":\"caf\\u00e9 \\\"x\\\"\"", "\"content\":[{\"type\":\"text\",\"text\":\"a\"}]"),
            ("\"length\"", "\"error\""),
            ("\"model\":\"m-1\"", "\"model\":\"a\",\"model\":\"b\""),
            ("\"created\":1", "\"error\":{}"),
            ("\"created\":1", "\"x_groq\":{}"),
            ("}],\"usage\"", "},{\"index\":1}],\"usage\""),
        ];
        for (from, to) in odd {
            let body = USUAL.replace(from, to);
            assert_ne!(body, USUAL, "{from}");
            assert!(read(body.as_bytes()).is_none(), "{to}");
        }
    }
}
