//! Counts. This dialect counts cached prompt tokens beside `inputTokens`, the hub inside; `totalTokens` is the sum of all.

use serde_json::value::RawValue;

use crate::domain::usage::{ServiceTier, Source, Usage};
use crate::wire::bedrock_converse::fields;
use crate::wire::json::{self, Object, ObjectWriter};

/// No answer has more tokens; a figure beyond it is broken.
const ABSURD: u64 = 1_000_000_000_000;

/// Reads a `usage` object; `None` where it says nothing.
fn read(raw: &RawValue) -> Option<Usage> {
    let mut broken = false;
    let Some(mut it) = Object::of(raw) else {
        return (raw.get() != "null").then(|| Usage { source: Source::Provider, suspect: true, ..Usage::default() });
    };
    let mut count = |key: &str| count(&mut it, key, &mut broken);
    let (input, output, total) = (count("inputTokens"), count("outputTokens"), count("totalTokens"));
    let read = count("cacheReadInputTokens").unwrap_or(0);
    let written = count("cacheWriteInputTokens").unwrap_or(0);
    let hour = hour(&mut it).min(written);
    if input.is_none() && output.is_none() && !broken {
        return None;
    }
    let (uncached, output_tokens) = (input.unwrap_or(0), output.unwrap_or(0));
    let cached = read.saturating_add(written);
    // Should a model count like OpenAI's, cached tokens inside, the total says so.
    let inside = cached > 0 && cached <= uncached && total == Some(uncached.saturating_add(output_tokens));
    Some(Usage {
        input: if inside { uncached } else { uncached.saturating_add(cached) },
        cache_read: read,
        cache_write: written - hour,
        cache_write_1h: hour,
        output: output_tokens,
        source: Source::Provider,
        suspect: broken || input.is_none() || output.is_none(),
        ..Usage::default()
    })
}

/// The counts of an answer, or of the last event of a stream, with the tier it was served at, which stands beside them.
pub(super) fn take(it: &mut Object) -> Option<Usage> {
    let usage = it.take("usage").and_then(read)?;
    let tier = it
        .get("serviceTier")
        .and_then(Object::of)
        .and_then(|it| json::text(it.get("type")?).map(std::borrow::Cow::into_owned));
    Some(Usage { tier: tier.map_or(ServiceTier::Standard, |it| ServiceTier::named(&it)), ..usage })
}

/// Of the tokens written to the cache, those that stay an hour.
fn hour(it: &mut Object) -> u64 {
    let details = it.take("cacheDetails").and_then(|it| fields::items(it).ok()).unwrap_or_default();
    let of = |raw: &RawValue| {
        let mut it = Object::of(raw)?;
        let long = fields::some_text(&mut it, "ttl")? == "1h";
        long.then(|| it.take("inputTokens").and_then(|it| json::integer(it.get().as_bytes())))?
    };
    details.into_iter().filter_map(of).fold(0, u64::saturating_add)
}

fn count(it: &mut Object, key: &str, broken: &mut bool) -> Option<u64> {
    let raw = it.take(key)?;
    let count = json::integer(raw.get().as_bytes()).filter(|it| *it <= ABSURD);
    *broken |= count.is_none();
    count
}

/// Writes the fields of a `usage` object.
pub(super) fn write(usage: &Usage, out: &mut ObjectWriter) {
    let written = usage.cache_write.saturating_add(usage.cache_write_1h);
    out.plain("inputTokens", usage.input_uncached());
    out.plain("outputTokens", usage.output);
    out.plain("totalTokens", usage.input.saturating_add(usage.output));
    if usage.cache_read > 0 || written > 0 {
        out.plain("cacheReadInputTokens", usage.cache_read);
        out.plain("cacheWriteInputTokens", written);
    }
    if usage.cache_write_1h > 0 {
        let split = [("5m", usage.cache_write), ("1h", usage.cache_write_1h)];
        out.list("cacheDetails", split.iter().filter(|it| it.1 > 0), |(ttl, count), out| {
            fields::write(out, |out| {
                out.text("ttl", ttl);
                out.plain("inputTokens", count);
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Option<Usage> {
        read(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn cached_tokens_become_part_of_the_input() {
        let it = of(r#"{"inputTokens":3,"outputTokens":121,"totalTokens":2072,"cacheReadInputTokens":1712,
            "cacheWriteInputTokens":236,"cacheDetails":[{"ttl":"5m","inputTokens":200},{"ttl":"1h","inputTokens":36}]}"#)
        .unwrap();
        assert_eq!((it.input, it.cache_read, it.cache_write, it.cache_write_1h), (1951, 1712, 200, 36));
        assert_eq!((it.output, it.input_uncached(), it.suspect), (121, 3, false));
        let mut out = Vec::new();
        fields::write(&mut out, |out| write(&it, out));
        assert_eq!(of(std::str::from_utf8(&out).unwrap()), Some(it));
    }

    #[test]
    fn a_total_that_already_counts_the_cached_tokens_is_believed() {
        let it = of(r#"{"inputTokens":100,"outputTokens":5,"totalTokens":105,"cacheReadInputTokens":80}"#).unwrap();
        assert_eq!((it.input, it.cache_read, it.input_uncached()), (100, 80, 20));
    }

    #[test]
    fn broken_figures_are_left_out_and_say_so() {
        for bad in ["-1", "1.5", "1e18", "\"7\"", "[]"] {
            let it = of(&format!(r#"{{"inputTokens":{bad},"outputTokens":3}}"#)).unwrap();
            assert_eq!((it.input, it.output, it.suspect), (0, 3, true), "{bad}");
        }
        assert_eq!(of("{}"), None);
        assert_eq!(of("null"), None);
        assert!(of("7").unwrap().suspect);
    }
}
