//! What an answer cost. Prices come from the user's own rows first, then from the compiled-in table; where neither
//! knows the model the answer is `None`, which is shown as `?` and is never zero.
//!
//! The table is that of `genai-prices`, for the providers whose row names a `price_id`; its crate does the sums.

use crate::domain::clock::Stamp;
use crate::domain::id::{ModelName, ProviderName};
use crate::domain::money::Usd;
use crate::domain::policy::{Billing, Provider};
use crate::domain::target::Target;
use crate::domain::usage::{ServiceTier, Source, Usage};

pub use book::{BrokenTable, PriceBook};

mod book;
mod list;
mod rates;
mod table;
#[cfg(test)]
mod tests;
mod tiers;

/// What the amounts of the user's own rows are called in the ledger.
const OWN: &str = "own";

/// What the amounts of free keys and local servers are called in the ledger.
const FREE: &str = "free";

/// The price of one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Priced {
    /// The amount.
    pub usd: Usd,
    /// Both the usage and every price that applies to it are stated by somebody who knows: the provider, the table,
    /// the user. Otherwise the amount is an estimate.
    pub exact: bool,
    /// Where the prices come from: a table with its version, `own` or `free`.
    pub version: &'static str,
}

/// Prices in dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitPrices {
    /// Of prompt tokens.
    pub input: Usd,
    /// Of generated tokens, reasoning included.
    pub output: Usd,
    /// Of prompt tokens read from the provider's cache; as `input` where not given.
    pub cache_read: Option<Usd>,
    /// Of prompt tokens written to the provider's cache; as `input` where not given.
    pub cache_write: Option<Usd>,
}

/// A price the user set (`prices set P/M in=… out=…`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The provider it is for.
    pub provider: ProviderName,
    /// The model it is for, as the provider names it.
    pub model: ModelName,
    /// The prices.
    pub prices: UnitPrices,
    /// From when on; `None` = always.
    pub from: Option<Stamp>,
    /// Not the true price but one it will not exceed.
    pub ceiling: bool,
}

/// The price of `usage`: integer pico-dollars, rounded half up once. Searches of server-side tools are not in it.
/// `None` if the amount does not fit.
#[must_use]
pub fn price(usage: &Usage, prices: &UnitPrices) -> Option<Usd> {
    const PER: i128 = 1_000_000;
    let usage = Coherent::of(usage);
    let writes = usage.cache_write + usage.cache_write_1h;
    let uncached = usage.input - usage.cache_read - writes;
    let parts = [
        (uncached, prices.input),
        (usage.cache_read, prices.cache_read.unwrap_or(prices.input)),
        (writes, prices.cache_write.unwrap_or(prices.input)),
        (usage.output, prices.output),
    ];
    let mut total: i128 = PER / 2;
    for (tokens, each) in parts {
        total = total.checked_add(i128::from(tokens).checked_mul(i128::from(each.pico()))?)?;
    }
    i64::try_from(total.div_euclid(PER)).ok().map(Usd::from_pico)
}

/// A provider's counts made to add up: a whole is never less than its parts.
struct Coherent {
    input: u64,
    cache_read: u64,
    cache_write: u64,
    cache_write_1h: u64,
    input_audio: u64,
    output: u64,
    reasoning: u64,
    output_audio: u64,
    web_searches: u64,
    /// The provider counted, and its counts added up as they came.
    exact: bool,
}

impl Coherent {
    fn of(usage: &Usage) -> Self {
        let cached = usage.cache_read.saturating_add(usage.cache_write).saturating_add(usage.cache_write_1h);
        let input = usage.input.max(cached).max(usage.input_audio);
        let output = usage.output.max(usage.reasoning.saturating_add(usage.output_audio));
        let as_stated = input == usage.input && output == usage.output;
        // Only counts near 2^64 can overrun here; they are nonsense and priced by the whole alone.
        let sane = cached <= input && cached != u64::MAX && output != u64::MAX;
        let part = |tokens: u64| if sane { tokens } else { 0 };
        Self {
            input,
            cache_read: part(usage.cache_read),
            cache_write: part(usage.cache_write),
            cache_write_1h: part(usage.cache_write_1h),
            input_audio: part(usage.input_audio),
            output,
            reasoning: part(usage.reasoning),
            output_audio: part(usage.output_audio),
            web_searches: usage.web_searches,
            exact: usage.source == Source::Provider && !usage.suspect && as_stated && sane,
        }
    }
}

/// Everything that can put a price on an answer, in order of precedence.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tariff<'a> {
    /// The user's own prices.
    pub overrides: &'a [Override],
    /// The table.
    pub book: Option<&'a PriceBook>,
}

impl Tariff<'_> {
    /// What `usage` of `model` at `provider` cost at `at`, paid with a key of that `billing`. `None` = unknown.
    #[must_use]
    pub fn cost(
        &self,
        provider: &Provider,
        model: &ModelName,
        billing: Billing,
        usage: &Usage,
        at: Stamp,
    ) -> Option<Priced> {
        let free = Priced { usd: Usd::ZERO, exact: true, version: FREE };
        if billing != Billing::Metered {
            return Some(free);
        }
        let target = Target { provider: provider.name.clone(), model: model.clone() };
        if let Some(own) = find(self.overrides, &target, at) {
            let exact = !own.ceiling
                && usage.web_searches == 0
                && usage.tier == ServiceTier::Standard
                && Coherent::of(usage).exact;
            return price(usage, &own.prices).map(|usd| Priced { usd, exact, version: OWN });
        }
        if provider.local {
            return Some(free);
        }
        tiers::price(self.book?, provider.price_id.as_deref()?, model.as_str(), usage, at)
    }
}

/// The user's price for `target` that is in force at `at`: the one with the latest start not after it.
#[must_use]
pub fn find<'a>(overrides: &'a [Override], target: &Target, at: Stamp) -> Option<&'a Override> {
    overrides
        .iter()
        .filter(|it| it.provider == target.provider && it.model == target.model)
        .filter(|it| it.from.is_none_or(|from| from <= at))
        .max_by_key(|it| it.from)
}
