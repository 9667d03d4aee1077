//! What a service tier costs, as parts of the standard price: `tiers.tsv`, made by `tests/tools/service_tiers.py` from the
//! prices that LiteLLM's table (MIT licence) states for both.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::catalog::prices::{PriceBook, Priced};
use crate::domain::clock::Stamp;
use crate::domain::model::canonical;
use crate::domain::money::Usd;
use crate::domain::usage::{ServiceTier, Usage};

/// The compiled-in table: price id, tier, three factors, models.
const TIERS: &str = include_str!("tiers.tsv");

/// By price id, tier and canonical name of the model.
type Known<'a> = HashMap<(&'a str, &'a str, String), Factors>;

static KNOWN: LazyLock<Known<'static>> = LazyLock::new(|| known(TIERS));

/// A part of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Factor {
    over: i128,
    under: i128,
}

/// What each kind of token costs, as part of what it usually costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Factors {
    input: Factor,
    cache_read: Factor,
    output: Factor,
}

/// What `usage` costs at the tier it was served at. Where nobody has said what that tier costs, the standard price stands in
/// for it, and is no exact one.
pub(super) fn price(book: &PriceBook, price_id: &str, model: &str, usage: &Usage, at: Stamp) -> Option<Priced> {
    let of = |usage: &Usage| book.price(price_id, model, usage, at);
    let standard = of(usage)?;
    if usage.tier == ServiceTier::Standard {
        return Some(standard);
    }
    let known = usage.tier.name().and_then(|tier| KNOWN.get(&(price_id, tier, canonical(model))));
    let Some(factors) = known else { return Some(Priced { exact: false, ..standard }) };
    // Parts are told apart by leaving others out, at the same length of prompt: that decides which prices hold.
    let amount = |usage: &Usage| of(usage).map(|it| i128::from(it.usd.pico()));
    let all = i128::from(standard.usd.pico());
    let tokens = amount(&Usage { web_searches: 0, ..usage.clone() })?;
    let prompt = Usage { output: 0, reasoning: 0, output_audio: 0, web_searches: 0, ..usage.clone() };
    let input = if prompt.input == 0 { 0 } else { amount(&prompt)? };
    let cached = if usage.cache_read == 0 || factors.input == factors.cache_read {
        0
    } else {
        let plain = amount(&Usage { cache_read: 0, ..prompt.clone() })?;
        // What these tokens would cost uncached, less what they cost less for being cached.
        let bare =
            amount(&Usage { cache_read: 0, cache_write: 0, cache_write_1h: 0, input_audio: 0, ..prompt.clone() })?;
        bare * i128::from(usage.cache_read) / i128::from(prompt.input) - (plain - input)
    };
    let scaled = factors.input.of(input - cached) + factors.cache_read.of(cached) + factors.output.of(tokens - input);
    let usd = Usd::from_pico(i64::try_from(scaled + (all - tokens)).ok()?);
    Some(Priced { usd, ..standard })
}

impl Factor {
    /// Rounded to the nearest pico-dollar.
    const fn of(self, amount: i128) -> i128 {
        (2 * amount * self.over + self.under).div_euclid(2 * self.under)
    }

    fn read(text: &str) -> Option<Self> {
        let (over, under) = text.split_once('/').unwrap_or((text, "1"));
        Some(Self { over: over.parse().ok()?, under: under.parse().ok().filter(|it| *it > 0)? })
    }
}

/// The lines of a table. One that cannot be read is left out: a test counts them.
fn known(text: &str) -> Known<'_> {
    let line = |line| {
        let [price_id, tier, input, cache_read, output, models] = cells(line)?;
        let [input, cache_read, output] = [Factor::read(input)?, Factor::read(cache_read)?, Factor::read(output)?];
        let factors = Factors { input, cache_read, output };
        Some(models.split(' ').map(move |model| ((price_id, tier, canonical(model)), factors)))
    };
    text.lines().filter_map(line).flatten().collect()
}

fn cells(line: &str) -> Option<[&str; 6]> {
    line.split('\t').collect::<Vec<_>>().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::usage::Source;

    #[test]
    fn every_line_is_read_and_every_tier_is_one_that_answers_name() {
        for line in TIERS.lines() {
            let [price_id, tier, _, _, _, models] = cells(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(ServiceTier::named(tier).name(), Some(tier), "{line}");
            for model in models.split(' ') {
                assert!(KNOWN.contains_key(&(price_id, tier, canonical(model))), "{line}");
            }
        }
    }

    #[test]
    fn a_tier_costs_what_its_provider_publishes() {
        let book = PriceBook::bundled();
        for price_id in ["openai", "google", "anthropic", "groq"] {
            book.load(price_id).unwrap();
        }
        // 2026-11-20, 12:00 UTC.
        let now = Stamp(1_795_176_000_000_000);
        let cost = |price_id: &str, model: &str, tier, usage: Usage| {
            let usage = Usage { tier, source: Source::Provider, ..usage };
            price(&book, price_id, model, &usage, now).map(|it| (it.usd.dollars(), it.exact)).unwrap()
        };
        let usage = Usage { input: 100_000, cache_read: 60_000, output: 10_000, ..Usage::default() };
        let is = |(usd, exact): (f64, bool), wanted: f64| {
            assert!(exact && (usd - wanted).abs() < 1e-11, "{usd} {wanted} {exact}");
        };
        // gpt-5: 1.25, 0.125 and 10 dollars a million; flex half of each, priority double.
        let standard = 0.04 * 1.25 + 0.06 * 0.125 + 0.01 * 10.0;
        is(cost("openai", "gpt-5", ServiceTier::Standard, usage.clone()), standard);
        is(cost("openai", "gpt-5", ServiceTier::Flex, usage.clone()), standard / 2.0);
        is(cost("openai", "gpt-5", ServiceTier::Priority, usage.clone()), standard * 2.0);
        // gemini-2.5-pro: 1.25, 0.125 and 10 again, but what is cached costs the same at flex.
        is(
            cost("google", "gemini-2.5-pro", ServiceTier::Flex, usage.clone()),
            0.02 * 1.25 + 0.06 * 0.125 + 0.005 * 10.0,
        );
        // Searches are no tokens.
        let searched = Usage { web_searches: 3, ..usage.clone() };
        let plain = cost("anthropic", "claude-haiku-4-5", ServiceTier::Standard, searched.clone()).0;
        let without = cost("anthropic", "claude-haiku-4-5", ServiceTier::Standard, usage.clone()).0;
        is(cost("anthropic", "claude-haiku-4-5", ServiceTier::Batch, searched), without / 2.0 + (plain - without));
        // What nobody has published is the standard price, and only an estimate.
        assert!(!cost("groq", "openai/gpt-oss-120b", ServiceTier::Flex, usage.clone()).1);
        assert!(!cost("openai", "gpt-5", ServiceTier::Other, usage).1);
    }
}
