//! What answers beside conversations have in common: most say which model answered and what they used, in one of a few
//! spellings.

use serde_json::value::RawValue;

use crate::domain::usage::{Source, Usage};
use crate::wire::json::{self, Object};
use crate::wire::{Facts, Malformed};

/// No answer has so many tokens (faults.md row 23).
const MOST: u64 = 10_000_000_000;

/// What the ledger needs of an answer of any operation beside chat. What is billed by another measure than tokens
/// (seconds, searches, pictures) has no usage here.
///
/// # Errors
/// It is not a JSON object.
pub fn facts(body: &[u8]) -> Result<Facts, Malformed> {
    let object = Object::parse(body)?;
    let model = object.get("model").or_else(|| object.get("modelVersion")).and_then(json::text);
    let usage = ["usage", "usageMetadata"].iter().find_map(|it| usage(object.get(it)?));
    Ok(Facts { usage, model: model.map(std::borrow::Cow::into_owned), content: true, ..Facts::default() })
}

/// Whether an answer is an error although its status is none: an object that says so and holds nothing else of use.
#[must_use]
pub fn has_error(body: &[u8]) -> bool {
    Object::parse(body).is_ok_and(|it| it.get("error").is_some_and(|it| it.get().starts_with(['{', '"'])))
}

/// Counts in a `usage` object of whatever API; `None` where none of its figures is a count of tokens.
#[must_use]
pub fn usage(value: &RawValue) -> Option<Usage> {
    let object = Object::of(value)?;
    let mut suspect = false;
    let mut count = |keys: &[&str]| {
        let value = keys.iter().find_map(|it| object.get(it))?;
        let read = json::integer(value.get().as_bytes()).filter(|it| *it <= MOST);
        suspect |= read.is_none();
        read
    };
    let input = count(&["prompt_tokens", "input_tokens", "promptTokenCount"]);
    let output = count(&["completion_tokens", "output_tokens", "candidatesTokenCount"]);
    let total = count(&["total_tokens", "totalTokenCount"]);
    // Some count but one of the two, and name only the sum.
    let input = input.or_else(|| total.map(|it| it.saturating_sub(output.unwrap_or(0))))?;
    Some(Usage { input, output: output.unwrap_or(0), source: Source::Provider, suspect, ..Usage::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Option<(u64, u64, bool)> {
        facts(body.as_bytes()).unwrap().usage.map(|it| (it.input, it.output, it.suspect))
    }

    #[test]
    fn counts_are_read_in_every_spelling() {
        for (usage, expected) in [
            (r#"{"prompt_tokens":5,"total_tokens":5}"#, Some((5, 0, false))),
            (r#"{"total_tokens":7}"#, Some((7, 0, false))),
            (r#"{"input_tokens":14,"output_tokens":45,"total_tokens":59}"#, Some((14, 45, false))),
            (r#"{"type":"duration","seconds":7}"#, None),
            (r#"{"prompt_tokens":-1,"total_tokens":3}"#, Some((3, 0, true))),
            (r#"{"prompt_tokens":null,"total_tokens":1.5}"#, None),
            ("null", None),
            ("7", None),
        ] {
            assert_eq!(read(&format!(r#"{{"model":"m","usage":{usage}}}"#)), expected, "{usage}");
        }
        assert_eq!(read(r#"{"usageMetadata":{"promptTokenCount":9}}"#), Some((9, 0, false)));
        assert!(facts(b"[]").is_err());
    }
}
