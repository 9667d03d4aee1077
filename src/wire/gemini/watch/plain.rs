//! The chunk that nearly every chunk is: one candidate with one part of text, and counts. Found by substring, which is
//! sound because a quoted key cannot occur inside a JSON string, whose quotes are escaped.

use std::sync::LazyLock;

use memchr::memchr2;
use memchr::memmem::Finder;
use serde_json::value::RawValue;

use crate::domain::usage::Usage;
use crate::wire::gemini::usage;

/// What it says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plain {
    /// Bytes of text, as it is spelled.
    pub(super) bytes: u64,
    /// Counts.
    pub(super) usage: Option<Usage>,
}

static PARTS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"parts\""));
static USAGE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"usageMetadata\""));
/// Fields that say more than a text, and the names that fields have in the protocol's own spelling.
static MORE: LazyLock<[Finder<'static>; 6]> = LazyLock::new(|| {
    [
        &b"\"error\""[..],
        b"\"finishReason\"",
        b"\"promptFeedback\"",
        b"\"finish_reason\"",
        b"\"prompt_feedback\"",
        b"\"usage_metadata\"",
    ]
    .map(Finder::new)
});

/// Reads a chunk; `None` if it is not one of those, or not surely. That it is valid JSON is not checked: it is relayed as
/// it is.
pub(super) fn read(data: &[u8]) -> Option<Plain> {
    if data.first() != Some(&b'{') || data.last() != Some(&b'}') || MORE.iter().any(|it| it.find(data).is_some()) {
        return None;
    }
    let rest = data.get(PARTS.find(data)? + PARTS.needle().len()..)?;
    let rest = after(after(after(rest, b":")?, b"[")?, b"{")?;
    // A thought says so before its text or after it.
    let rest = field(rest, b"\"thought\"").and_then(|it| after(after(it, b"true")?, b",")).unwrap_or(rest);
    let (length, rest) = text(field(rest, b"\"text\"")?)?;
    let thought = |it| after(field(after(it, b",")?, b"\"thought\"")?, b"true");
    let rest = thought(rest).unwrap_or(rest);
    let signature = |it| text(field(after(it, b",")?, b"\"thoughtSignature\"")?);
    let rest = signature(rest).map_or(rest, |(_, rest)| rest);
    let rest = after(after(rest, b"}")?, b"]")?;
    // Another candidate.
    if PARTS.find(rest).is_some() {
        return None;
    }
    let usage = match USAGE.find(data) {
        Some(at) => {
            let counts = after(data.get(at + USAGE.needle().len()..)?, b":")?;
            let raw = serde_json::Deserializer::from_slice(counts).into_iter::<&RawValue>().next()?.ok()?;
            // `null` and an absent field are the same.
            if raw.get() == "null" { None } else { usage::read(raw) }
        }
        None => None,
    };
    Some(Plain { bytes: length as u64, usage })
}

/// What comes after a token.
fn after<'d>(data: &'d [u8], token: &[u8]) -> Option<&'d [u8]> {
    data.trim_ascii_start().strip_prefix(token)
}

/// What comes after a field's name.
fn field<'d>(data: &'d [u8], name: &[u8]) -> Option<&'d [u8]> {
    after(after(data, name)?, b":")
}

/// Length of the string that comes next, and what comes after it.
fn text(data: &[u8]) -> Option<(usize, &[u8])> {
    let inner = after(data, b"\"")?;
    let mut at = 0;
    loop {
        at += memchr2(b'"', b'\\', inner.get(at..)?)?;
        if inner.get(at) == Some(&b'"') {
            return Some((at, inner.get(at + 1..)?));
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: &str = r#"{"candidates": [{"content": {"parts": [{"text": "caf\u00e9 \"}]"}],"role": "model"},"index": 0}],
        "usageMetadata": {"promptTokenCount": 5,"candidatesTokenCount": 7,"totalTokenCount": 12},"modelVersion": "m"}"#;

    #[test]
    fn the_usual_chunk_is_read() {
        let it = read(USUAL.as_bytes()).unwrap();
        assert_eq!((it.bytes, it.usage.as_ref().map(|it| (it.input, it.output))), (14, Some((5, 7))));
        for (from, to) in [
            ("}],\"role\"", ",\"thought\":true}],\"role\""),
            ("}],\"role\"", ", \"thoughtSignature\": \"c2ln\" } ],\"role\""),
            ("{\"text\"", "{\"thought\": true, \"text\""),
        ] {
            let other = USUAL.replace(from, to);
            assert_ne!(other, USUAL);
            assert_eq!(read(other.as_bytes()).as_ref(), Some(&it), "{other}");
        }
    }

    #[test]
    fn counts_that_are_null_are_none() {
        let (before, rest) = USUAL.split_once("{\"promptTokenCount\"").unwrap();
        let other = format!("{before}null{}", rest.split_once('}').unwrap().1);
        assert_eq!(read(other.as_bytes()), Some(Plain { bytes: 14, usage: None }));
    }

    #[test]
    fn whatever_differs_is_left_to_the_other_reader() {
        for (from, to) in [
            ("\"index\": 0", "\"finishReason\": \"STOP\""),
            ("{\"text\"", "{\"functionCall\": {\"name\": \"x\"}}, {\"text\""),
            ("}],\"role\"", "}, {\"text\": \"b\"}],\"role\""),
            ("}],\"role\"", ", \"videoMetadata\": {}}],\"role\""),
            ("\"index\": 0}", "\"index\": 0}, {\"content\": {\"parts\": []}}"),
            ("\"modelVersion\"", "\"promptFeedback\": {}, \"modelVersion\""),
            ("\"modelVersion\"", "\"error\": {}, \"modelVersion\""),
            ("\"usageMetadata\"", "\"usage_metadata\""),
            ("\"text\": \"", "\"text\": null, \"x\": \""),
            ("\"modelVersion\": \"m\"}", "\"modelVersion\": \"m\""),
        ] {
            let other = USUAL.replace(from, to);
            assert_ne!(other, USUAL, "{from}");
            assert_eq!(read(other.as_bytes()), None, "{other}");
        }
    }
}
