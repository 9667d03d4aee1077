//! Counts. This dialect counts cached prompt tokens beside `input_tokens`, the hub inside; and it sends counts twice in
//! a stream, where the later ones replace the earlier ones and are never added to them.

use serde_json::value::RawValue;

use crate::domain::money::Usd;
use crate::domain::usage::{ServiceTier, Source, Usage};
use crate::wire::anthropic::fields;
use crate::wire::json::{self, Object, ObjectWriter};

/// No answer has more tokens; a figure beyond it is broken.
const ABSURD: u64 = 1_000_000_000_000;

/// The counts of one answer as far as they are known.
#[derive(Debug, Default, Clone)]
pub(super) struct Counts {
    uncached: Option<u64>,
    created: Option<u64>,
    created_5m: Option<u64>,
    created_1h: Option<u64>,
    read: Option<u64>,
    output: Option<u64>,
    thinking: Option<u64>,
    searches: Option<u64>,
    cost: Option<Usd>,
    tier: Option<ServiceTier>,
    broken: bool,
}

impl Counts {
    /// Takes in a `usage` object. What it does not mention keeps its value. For the prompt, a zero does not replace a
    /// count either: the prompt does not shrink while it is answered, and gateways fill in zeros for what they do not
    /// know.
    pub(super) fn update(&mut self, raw: &RawValue) {
        let Ok(mut it) = fields::object(raw) else {
            self.broken |= raw.get() != "null";
            return;
        };
        let broken = &mut self.broken;
        let prompt = |known: &mut Option<u64>, said: Option<u64>| match said {
            Some(0) if known.is_some() => {}
            Some(_) => *known = said,
            None => {}
        };
        prompt(&mut self.uncached, count(&mut it, "input_tokens", broken));
        prompt(&mut self.created, count(&mut it, "cache_creation_input_tokens", broken));
        prompt(&mut self.read, count(&mut it, "cache_read_input_tokens", broken));
        if let Some(mut split) = part(&mut it, "cache_creation") {
            prompt(&mut self.created_5m, count(&mut split, "ephemeral_5m_input_tokens", broken));
            prompt(&mut self.created_1h, count(&mut split, "ephemeral_1h_input_tokens", broken));
        }
        self.output = count(&mut it, "output_tokens", broken).or(self.output);
        if let Some(mut details) = part(&mut it, "output_tokens_details") {
            self.thinking = count(&mut details, "thinking_tokens", broken).or(self.thinking);
        }
        if let Some(mut tools) = part(&mut it, "server_tool_use") {
            self.searches = count(&mut tools, "web_search_requests", broken).or(self.searches);
        }
        // Each of these changes what a token costs.
        let named = ["service_tier", "speed", "inference_geo"].map(|key| it.take(key).and_then(json::text));
        if named.iter().any(Option::is_some) {
            let tiers = named.into_iter().flatten().map(|it| ServiceTier::named(&it));
            self.tier = Some(tiers.fold(ServiceTier::Standard, ServiceTier::and));
        }
        let dollars = it.take("cost").and_then(|it| serde_json::from_str(it.get()).ok());
        self.cost = dollars.and_then(Usd::from_dollars).or(self.cost);
    }

    /// The counts so far in the hub's terms; `None` where nothing was said.
    pub(super) fn usage(&self) -> Option<Usage> {
        if self.uncached.is_none() && self.output.is_none() && self.read.is_none() && !self.broken {
            return None;
        }
        let split = self.created_5m.unwrap_or(0).saturating_add(self.created_1h.unwrap_or(0));
        let created = self.created.unwrap_or(split);
        let hour = self.created_1h.unwrap_or(0).min(created);
        let read = self.read.unwrap_or(0);
        let output = self.output.unwrap_or(0);
        Some(Usage {
            input: self.uncached.unwrap_or(0).saturating_add(created).saturating_add(read),
            cache_read: read,
            cache_write: created - hour,
            cache_write_1h: hour,
            output,
            reasoning: self.thinking.unwrap_or(0).min(output),
            web_searches: self.searches.unwrap_or(0),
            tier: self.tier.unwrap_or_default(),
            cost_reported: self.cost,
            source: Source::Provider,
            suspect: self.broken || self.uncached.is_none() || self.output.is_none(),
            ..Usage::default()
        })
    }
}

/// A `usage` object by itself.
pub(super) fn read(raw: &RawValue) -> Option<Usage> {
    let mut counts = Counts::default();
    counts.update(raw);
    counts.usage()
}

/// Writes the fields of a `usage` object. Cumulative, as both places of a stream want it.
pub(super) fn write(usage: &Usage, out: &mut ObjectWriter) {
    out.plain("input_tokens", usage.input_uncached());
    out.plain("cache_creation_input_tokens", usage.cache_write.saturating_add(usage.cache_write_1h));
    out.plain("cache_read_input_tokens", usage.cache_read);
    fields::nest(out, "cache_creation", |out| {
        out.plain("ephemeral_5m_input_tokens", usage.cache_write);
        out.plain("ephemeral_1h_input_tokens", usage.cache_write_1h);
    });
    out.plain("output_tokens", usage.output);
    if usage.reasoning > 0 {
        fields::nest(out, "output_tokens_details", |out| out.plain("thinking_tokens", usage.reasoning));
    }
    if usage.web_searches > 0 {
        fields::nest(out, "server_tool_use", |out| out.plain("web_search_requests", usage.web_searches));
    }
}

fn part<'a>(it: &mut Object<'a>, key: &str) -> Option<Object<'a>> {
    it.take(key).and_then(|raw| fields::object(raw).ok())
}

fn count(it: &mut Object, key: &str, broken: &mut bool) -> Option<u64> {
    let raw = it.take(key)?;
    let count = json::integer(raw.get().as_bytes()).filter(|it| *it <= ABSURD);
    *broken |= count.is_none();
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pieces: &[&str]) -> Option<Usage> {
        let mut counts = Counts::default();
        for it in pieces {
            counts.update(serde_json::from_str(it).unwrap());
        }
        counts.usage()
    }

    #[test]
    fn cached_tokens_become_part_of_the_input() {
        let it = counts(&[r#"{"input_tokens":4,"cache_creation_input_tokens":426,"cache_read_input_tokens":14210,
            "cache_creation":{"ephemeral_5m_input_tokens":400,"ephemeral_1h_input_tokens":26},"output_tokens":290,
            "output_tokens_details":{"thinking_tokens":15},"server_tool_use":{"web_search_requests":2}}"#])
        .unwrap();
        assert_eq!((it.input, it.cache_read, it.cache_write, it.cache_write_1h), (14_640, 14_210, 400, 26));
        assert_eq!((it.output, it.reasoning, it.web_searches, it.input_uncached()), (290, 15, 2, 4));
        assert_eq!((it.source, it.suspect), (Source::Provider, false));
    }

    // agent-framework #7143 summed the two; agentgateway #2977 ignored the second.
    #[test]
    fn later_counts_replace_earlier_ones() {
        let start = r#"{"input_tokens":43,"cache_read_input_tokens":7,"output_tokens":1}"#;
        let it = counts(&[start, r#"{"input_tokens":61,"output_tokens":2}"#]).unwrap();
        assert_eq!((it.input, it.output), (68, 2));
        let it = counts(&[start, r#"{"input_tokens":0,"cache_read_input_tokens":0,"output_tokens":9}"#]).unwrap();
        assert_eq!((it.input, it.output), (50, 9));
        let it = counts(&[start, r#"{"output_tokens":0}"#]).unwrap();
        assert_eq!((it.input, it.output), (50, 0));
    }

    #[test]
    fn broken_figures_are_left_out_and_say_so() {
        for bad in ["-1", "1.5", "1e18", "\"7\"", "[]", "1000000000001"] {
            let it = counts(&[&format!(r#"{{"input_tokens":{bad},"output_tokens":3}}"#)]).unwrap();
            assert_eq!((it.input, it.output, it.suspect), (0, 3, true), "{bad}");
        }
        assert_eq!(counts(&["null"]), None);
        assert_eq!(counts(&["{}"]), None);
        assert!(counts(&["7"]).unwrap().suspect);
        assert!(counts(&[r#"{"output_tokens":3}"#]).unwrap().suspect);
    }

    #[test]
    fn a_cost_the_provider_states_is_kept() {
        let it = counts(&[r#"{"input_tokens":1,"output_tokens":3,"cost":0.000112}"#]).unwrap();
        assert_eq!(it.cost_reported, Usd::from_dollars(0.000_112));
    }
}
