//! Token counts of this dialect ↔ the hub's. Figures come from strangers: each is checked, none is trusted.

use serde_json::value::RawValue;

use crate::domain::money::Usd;
use crate::domain::usage::{ServiceTier, Source, Usage};
use crate::wire::json::{self, Object, ObjectWriter};

/// No answer has so many tokens, and up to here a price cannot overflow (faults.md row 23).
const MOST: u64 = 10_000_000_000;

/// Pico-dollars in one of xAI's `cost_in_usd_ticks`.
const TICK: i64 = 100;

/// Counts in an object that may have them: `usage`, or `x_groq.usage`. `None` where there are none.
pub(in crate::wire) fn find(object: &Object) -> Option<Usage> {
    let usage = object.get("usage").and_then(read);
    let usage = usage.or_else(|| read(Object::of(object.get("x_groq")?)?.get("usage")?))?;
    Some(Usage { tier: tier(object), ..usage })
}

/// What `service_tier` beside the counts says; both dialects of OpenAI have it.
pub(in crate::wire) fn tier(object: &Object) -> ServiceTier {
    object.get("service_tier").and_then(json::text).map_or(ServiceTier::Standard, |it| ServiceTier::named(&it))
}

/// Reads a `usage` object.
///
/// The dialect counts cached tokens in `prompt_tokens` and reasoning in `completion_tokens`, as the hub does. xAI leaves
/// reasoning out of `completion_tokens`; `total_tokens` tells, and where that does not, more reasoning than output does.
pub(super) fn read(value: &RawValue) -> Option<Usage> {
    let object = Object::of(value)?;
    let mut figures = Figures::default();
    let part = |key: &str| object.get(key).and_then(Object::of);
    let (prompt, completion) = (part("prompt_tokens_details"), part("completion_tokens_details"));
    let mut input = figures.required(&object, "prompt_tokens");
    let mut output = figures.required(&object, "completion_tokens");
    let total = figures.optional(Some(&object), "total_tokens");
    let mut reasoning = figures
        .optional(completion.as_ref(), "reasoning_tokens")
        .or_else(|| figures.optional(Some(&object), "reasoning_tokens"))
        .unwrap_or(0);
    if reasoning > 0 && total == Some(input + output + reasoning) {
        output += reasoning;
    } else if reasoning > output {
        figures.suspect = true;
        if total == Some(input + output) {
            reasoning = output;
        } else {
            output += reasoning;
        }
    }
    // Mistral counts sound beside the prompt; the total tells.
    let sound = figures.optional(prompt.as_ref(), "audio_tokens").unwrap_or(0);
    if sound > input && total == Some(input + output + sound) {
        input += sound;
    }
    // DeepSeek's and Moonshot's own spellings come second: where both are there they agree.
    let cache_read = figures
        .optional(prompt.as_ref(), "cached_tokens")
        .or_else(|| figures.optional(Some(&object), "prompt_cache_hit_tokens"))
        .or_else(|| figures.optional(Some(&object), "cached_tokens"));
    let searches = part("server_tool_use").or_else(|| part("server_tool_use_details"));
    let mut usage = Usage {
        input,
        cache_read: cache_read.unwrap_or(0),
        cache_write: figures.optional(prompt.as_ref(), "cache_write_tokens").unwrap_or(0),
        cache_write_1h: 0,
        input_audio: sound,
        output,
        reasoning,
        output_audio: figures.optional(completion.as_ref(), "audio_tokens").unwrap_or(0),
        web_searches: figures.optional(searches.as_ref(), "web_search_requests").unwrap_or(0),
        tier: ServiceTier::Standard,
        cost_reported: figures.cost(&object),
        source: Source::Provider,
        suspect: false,
    };
    // A part cannot be larger than the whole.
    for (part, whole) in [
        (&mut usage.cache_read, usage.input),
        (&mut usage.input_audio, usage.input),
        (&mut usage.output_audio, usage.output),
    ] {
        figures.suspect |= *part > whole;
        *part = whole.min(*part);
    }
    let room = usage.input - usage.cache_read;
    figures.suspect |= usage.cache_write > room;
    usage.cache_write = usage.cache_write.min(room);
    usage.suspect = figures.suspect;
    Some(usage)
}

/// Writes a `usage` object. Details are always there: strict clients read them without asking.
pub(in crate::wire) fn write(usage: &Usage, out: &mut Vec<u8>) {
    let mut object = ObjectWriter::begin(out);
    object.plain("prompt_tokens", usage.input);
    object.plain("completion_tokens", usage.output);
    object.plain("total_tokens", usage.input.saturating_add(usage.output));
    let mut prompt = object.object("prompt_tokens_details");
    prompt.plain("cached_tokens", usage.cache_read);
    prompt.plain("audio_tokens", usage.input_audio);
    let written = usage.cache_write.saturating_add(usage.cache_write_1h);
    if written > 0 {
        prompt.plain("cache_write_tokens", written);
    }
    prompt.end();
    let mut completion = object.object("completion_tokens_details");
    completion.plain("reasoning_tokens", usage.reasoning);
    completion.plain("audio_tokens", usage.output_audio);
    completion.end();
    if let Some(cost) = usage.cost_reported {
        object.float("cost", cost.dollars());
    }
    object.end();
}

/// Reads figures and remembers whether one was not to be believed.
#[derive(Debug, Default)]
pub(in crate::wire) struct Figures {
    /// One was left out.
    pub(in crate::wire) suspect: bool,
}

impl Figures {
    /// A figure that has to be there.
    pub(in crate::wire) fn required(&mut self, object: &Object, key: &str) -> u64 {
        let figure = self.optional(Some(object), key);
        self.suspect |= figure.is_none();
        figure.unwrap_or(0)
    }

    /// A figure that may be missing or null. A negative, fractional or absurd one is left out.
    pub(in crate::wire) fn optional(&mut self, object: Option<&Object>, key: &str) -> Option<u64> {
        let value = object?.get(key)?;
        let figure = serde_json::from_str::<u64>(value.get()).ok().filter(|it| *it <= MOST);
        self.suspect |= figure.is_none();
        figure
    }

    /// What the provider says it cost: `cost` in dollars (OpenRouter), `cost.total_cost` (Perplexity), or xAI's ticks.
    pub(in crate::wire) fn cost(&mut self, object: &Object) -> Option<Usd> {
        if let Some(ticks) = self.optional(Some(object), "cost_in_usd_ticks") {
            return i64::try_from(ticks).ok()?.checked_mul(TICK).map(Usd::from_pico);
        }
        let value = object.get("cost")?;
        let parts = Object::of(value);
        let value = parts.as_ref().map_or(Some(value), |it| it.get("total_cost"))?;
        let cost = serde_json::from_str::<f64>(value.get()).ok().and_then(Usd::from_dollars);
        self.suspect |= cost.is_none();
        cost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(json: &str) -> Usage {
        read(&RawValue::from_string(json.to_owned()).unwrap()).unwrap()
    }

    #[test]
    fn cached_and_reasoning_are_parts_of_the_whole() {
        let read = usage(
            r#"{"prompt_tokens":480,"completion_tokens":63,"total_tokens":543,
                "prompt_tokens_details":{"cached_tokens":384,"cache_write_tokens":10,"audio_tokens":2},
                "completion_tokens_details":{"reasoning_tokens":48,"audio_tokens":1},"cost":0.00147}"#,
        );
        let expected = Usage {
            input: 480,
            cache_read: 384,
            cache_write: 10,
            input_audio: 2,
            output: 63,
            reasoning: 48,
            output_audio: 1,
            cost_reported: Usd::from_dollars(0.00147),
            source: Source::Provider,
            ..Usage::default()
        };
        assert_eq!(read, expected);
        assert_eq!(read.input_uncached(), 86);
    }

    #[test]
    fn reasoning_outside_the_completion_count_is_added() {
        let xai = r#"{"prompt_tokens":291,"completion_tokens":26,"total_tokens":513,"cost_in_usd_ticks":1330500,
            "completion_tokens_details":{"reasoning_tokens":196}}"#;
        let read = usage(xai);
        assert_eq!((read.output, read.reasoning, read.suspect), (222, 196, false));
        assert_eq!(read.cost_reported, Usd::from_dollars(0.000_133_05));
        let no_total =
            usage(r#"{"prompt_tokens":1,"completion_tokens":2,"completion_tokens_details":{"reasoning_tokens":5}}"#);
        assert_eq!((no_total.output, no_total.suspect), (7, true));
        let total_without = usage(
            r#"{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"completion_tokens_details":{"reasoning_tokens":5}}"#,
        );
        assert_eq!((total_without.output, total_without.reasoning, total_without.suspect), (2, 2, true));
    }

    #[test]
    fn sound_outside_the_prompt_count_is_added() {
        let mistral = usage(
            r#"{"prompt_tokens":11,"completion_tokens":15,"total_tokens":401,"prompt_tokens_details":{"audio_tokens":375,"cached_tokens":9}}"#,
        );
        assert_eq!((mistral.input, mistral.input_audio, mistral.cache_read), (386, 375, 9));
        assert_eq!((mistral.output, mistral.suspect), (15, false));
    }

    #[test]
    fn other_spellings_of_the_same() {
        let deepseek = usage(
            r#"{"prompt_tokens":9,"completion_tokens":1,"prompt_cache_hit_tokens":8,"prompt_cache_miss_tokens":1}"#,
        );
        assert_eq!((deepseek.cache_read, deepseek.suspect), (8, false));
        assert_eq!(usage(r#"{"prompt_tokens":20,"completion_tokens":1,"cached_tokens":10}"#).cache_read, 10);
        assert_eq!(
            usage(r#"{"prompt_tokens":1,"completion_tokens":1,"cost":{"total_cost":0.0051}}"#).cost_reported,
            Usd::from_dollars(0.0051)
        );
        let groq =
            Object::parse(br#"{"x_groq":{"usage":{"prompt_tokens":3,"completion_tokens":4}},"usage":null}"#).unwrap();
        assert_eq!(find(&groq).unwrap().output, 4);
    }

    #[test]
    fn figures_that_cannot_be_are_left_out_and_said() {
        for bad in ["null", "-1", "1.5", "1e18", "1000000000000000000", "\"7\"", "{}", "1e400"] {
            let read = usage(&format!(r#"{{"prompt_tokens":{bad},"completion_tokens":7}}"#));
            assert_eq!((read.input, read.output, read.suspect), (0, 7, true), "{bad}");
        }
        for bad in ["-1", "1.5", "1e18", "\"x\""] {
            let json = format!(
                r#"{{"prompt_tokens":5,"completion_tokens":7,"prompt_tokens_details":{{"cached_tokens":{bad}}},"cost":-1}}"#
            );
            let read = usage(&json);
            assert_eq!((read.cache_read, read.cost_reported, read.suspect), (0, None, true), "{bad}");
        }
        let read = usage(
            r#"{"prompt_tokens":5,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":9,"cache_write_tokens":9}}"#,
        );
        assert_eq!((read.cache_read, read.cache_write, read.suspect), (5, 0, true));
        assert!(super::read(&RawValue::from_string("[]".to_owned()).unwrap()).is_none());
    }

    #[test]
    fn written_counts_read_back() {
        let before = usage(
            r#"{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"cost":0.25,
            "prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":2},"completion_tokens_details":{"reasoning_tokens":1}}"#,
        );
        let mut out = Vec::new();
        write(&before, &mut out);
        assert_eq!(usage(std::str::from_utf8(&out).unwrap()), before);
    }
}
