//! Counts. The dialect tells two: `billed_units`, which is what is charged, and `tokens`, which counts what Cohere itself
//! put around the prompt and the answer as well. The hub's count is the one that is billed: a price belongs to it, and
//! it is what other providers call the prompt. `cached_tokens` counts of the other, and lowers no charge.

use serde_json::value::RawValue;

use crate::domain::usage::{Source, Usage};
use crate::wire::json::{self, Object, ObjectWriter};

/// No answer has more tokens; a figure beyond it is broken.
const MOST: u64 = 10_000_000_000;

/// Name under which the counts are kept as they came.
pub(super) const AS_TOLD: &str = "usage";

/// Reads `usage`. `None` where it counts nothing.
pub(super) fn read(raw: &RawValue) -> Option<Usage> {
    let it = Object::of(raw)?;
    let (billed, tokens) = (it.get("billed_units").and_then(Object::of), it.get("tokens").and_then(Object::of));
    let told = billed.as_ref().filter(|it| it.get("input_tokens").is_some() || it.get("output_tokens").is_some());
    let counts = told.or(tokens.as_ref())?;
    let mut suspect = false;
    // The dialect's numbers are floats that happen to be whole.
    let mut count = |it: &Object, key: &str| {
        let value = it.get(key).and_then(|it| json::integer(it.get().as_bytes())).filter(|it| *it <= MOST);
        suspect |= value.is_none();
        value.unwrap_or(0)
    };
    let (input, output) = (count(counts, "input_tokens"), count(counts, "output_tokens"));
    let thought = tokens.as_ref().and_then(|it| json::integer(it.get("reasoning_tokens")?.get().as_bytes()));
    let reasoning = thought.unwrap_or(0).min(output);
    Some(Usage { input, output, reasoning, source: Source::Provider, suspect, ..Usage::default() })
}

/// Writes `usage`.
pub(super) fn write(usage: &Usage, out: &mut Vec<u8>) {
    let mut object = ObjectWriter::begin(out);
    for key in ["billed_units", "tokens"] {
        let mut counts = object.object(key);
        counts.plain("input_tokens", usage.input);
        counts.plain("output_tokens", usage.output);
        if key == "tokens" && usage.reasoning > 0 {
            counts.plain("reasoning_tokens", usage.reasoning);
        }
        counts.end();
    }
    object.end();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(text: &str) -> Option<Usage> {
        read(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn what_is_billed_is_what_counts() {
        let it = usage(
            r#"{"billed_units":{"input_tokens":84.0,"output_tokens":314},"cached_tokens":1008,
            "tokens":{"input_tokens":1501,"output_tokens":346,"reasoning_tokens":304}}"#,
        )
        .unwrap();
        assert_eq!((it.input, it.output, it.reasoning, it.cache_read, it.suspect), (84, 314, 304, 0, false));
        let it = usage(r#"{"tokens":{"input_tokens":7,"output_tokens":9}}"#).unwrap();
        assert_eq!((it.input, it.output), (7, 9));
        assert_eq!((usage("{}"), usage("7"), usage(r#"{"billed_units":{"search_units":1}}"#)), (None, None, None));
        for bad in ["-1", "1.5", "\"x\"", "1e18"] {
            let it = usage(&format!(r#"{{"billed_units":{{"input_tokens":{bad},"output_tokens":3}}}}"#)).unwrap();
            assert_eq!((it.input, it.output, it.suspect), (0, 3, true), "{bad}");
        }
    }

    #[test]
    fn written_counts_read_back() {
        let before = usage(r#"{"tokens":{"input_tokens":7,"output_tokens":9,"reasoning_tokens":2}}"#).unwrap();
        let mut out = Vec::new();
        write(&before, &mut out);
        assert_eq!(usage(std::str::from_utf8(&out).unwrap()), Some(before));
    }
}
