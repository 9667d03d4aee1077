//! Token counts of this dialect ↔ the hub's. Cached and reasoning tokens are parts, as in the hub.

use serde_json::value::RawValue;

use crate::domain::usage::{Source, Usage};
use crate::wire::json::{Object, ObjectWriter};
use crate::wire::openai_chat::usage::{Figures, tier};

/// Counts of a response object. `None` where it has none.
pub(super) fn find(response: &Object) -> Option<Usage> {
    let mut usage = read(response.get("usage")?)?;
    // Searches are counted beside the tokens, not among them.
    let searches = || {
        let tools = response.get("tool_usage").and_then(Object::of)?;
        let search = tools.get("web_search").and_then(Object::of)?;
        serde_json::from_str(search.get("num_requests")?.get()).ok()
    };
    usage.web_searches = searches().unwrap_or(0);
    usage.tier = tier(response);
    Some(usage)
}

/// Reads a `usage` object.
fn read(value: &RawValue) -> Option<Usage> {
    let object = Object::of(value)?;
    let mut figures = Figures::default();
    let part = |key: &str| object.get(key).and_then(Object::of);
    let (input_details, output_details) = (part("input_tokens_details"), part("output_tokens_details"));
    let input = figures.required(&object, "input_tokens");
    let mut output = figures.required(&object, "output_tokens");
    let reasoning = figures.optional(output_details.as_ref(), "reasoning_tokens").unwrap_or(0);
    if reasoning > output {
        // Who counts reasoning beside the output says so in the total, as in the chat dialect.
        let total = figures.optional(Some(&object), "total_tokens");
        figures.suspect |= total != Some(input.saturating_add(output).saturating_add(reasoning));
        output = output.saturating_add(reasoning);
    }
    let mut usage = Usage {
        input,
        cache_read: figures.optional(input_details.as_ref(), "cached_tokens").unwrap_or(0),
        cache_write: figures.optional(input_details.as_ref(), "cache_write_tokens").unwrap_or(0),
        output,
        reasoning,
        cost_reported: figures.cost(&object),
        source: Source::Provider,
        ..Usage::default()
    };
    figures.suspect |= usage.cache_read > usage.input;
    usage.cache_read = usage.cache_read.min(usage.input);
    let room = usage.input - usage.cache_read;
    figures.suspect |= usage.cache_write > room;
    usage.cache_write = usage.cache_write.min(room);
    usage.suspect = figures.suspect;
    Some(usage)
}

/// Writes a `usage` object. Details are always there: strict clients read them without asking.
pub(super) fn write(usage: &Usage, out: &mut Vec<u8>) {
    let mut object = ObjectWriter::begin(out);
    object.plain("input_tokens", usage.input);
    let mut input = object.object("input_tokens_details");
    input.plain("cached_tokens", usage.cache_read);
    input.plain("cache_write_tokens", usage.cache_write.saturating_add(usage.cache_write_1h));
    input.end();
    object.plain("output_tokens", usage.output);
    let mut output = object.object("output_tokens_details");
    output.plain("reasoning_tokens", usage.reasoning);
    output.end();
    object.plain("total_tokens", usage.input.saturating_add(usage.output));
    if let Some(cost) = usage.cost_reported {
        object.float("cost", cost.dollars());
    }
    object.end();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Usd;

    fn usage(json: &str) -> Usage {
        find(&Object::parse(json.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn parts_are_within_the_whole() {
        let read = usage(
            r#"{"usage":{"input_tokens":480,"input_tokens_details":{"cached_tokens":384,"cache_write_tokens":10},
                "output_tokens":63,"output_tokens_details":{"reasoning_tokens":48},"total_tokens":543,"cost":0.5},
                "tool_usage":{"web_search":{"num_requests":2}}}"#,
        );
        let expected = Usage {
            input: 480,
            cache_read: 384,
            cache_write: 10,
            output: 63,
            reasoning: 48,
            web_searches: 2,
            cost_reported: Usd::from_dollars(0.5),
            source: Source::Provider,
            ..Usage::default()
        };
        assert_eq!(read, expected);
        let mut out = Vec::new();
        write(&read, &mut out);
        let again = format!(r#"{{"usage":{}}}"#, std::str::from_utf8(&out).unwrap());
        assert_eq!(usage(&again), Usage { web_searches: 0, ..expected });
    }

    #[test]
    fn figures_that_cannot_be_are_left_out_and_said() {
        for bad in ["null", "-1", "1.5", "1e18", "\"7\"", "{}"] {
            let read = usage(&format!(r#"{{"usage":{{"input_tokens":{bad},"output_tokens":7}}}}"#));
            assert_eq!((read.input, read.output, read.suspect), (0, 7, true), "{bad}");
        }
        let beside = usage(
            r#"{"usage":{"input_tokens":1,"output_tokens":2,"total_tokens":8,"output_tokens_details":{"reasoning_tokens":5}}}"#,
        );
        assert_eq!((beside.output, beside.suspect), (7, false));
        let odd = usage(r#"{"usage":{"input_tokens":1,"output_tokens":2,"input_tokens_details":{"cached_tokens":9}}}"#);
        assert_eq!((odd.cache_read, odd.suspect), (1, true));
        assert!(find(&Object::parse(br#"{"usage":null}"#).unwrap()).is_none());
        assert!(find(&Object::parse(br#"{"usage":[]}"#).unwrap()).is_none());
    }
}
