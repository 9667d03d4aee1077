//! What an answer cost. Prices come from the user's own rows first, then from the compiled-in table; where neither
//! knows the model the answer is `None`, which is shown as `?` and is never zero.
//!
//! The table is that of `genai-prices`, for the providers whose row names a `price_id`; its crate does the sums.

use crate::domain::clock::Stamp;
use crate::domain::id::{ModelName, ProviderName};
use crate::domain::money::Usd;
use crate::domain::policy::{Billing, Provider};
pub use crate::domain::rates::UnitPrices;
use crate::domain::target::Target;
use crate::domain::usage::{ServiceTier, Source, Usage};

pub use book::{BrokenTable, PriceBook};
pub use compact::compact;

mod book;
mod compact;
mod list;
mod rates;
mod table;
#[cfg(test)]
mod tests;
mod tiers;

/// What the amounts of the user's own rows are called in the ledger.
/// How far an amount may be from the one that a provider states: they are stated in millionths of a cent, or less.
const ROUNDING: i64 = 10_000;

const OWN: &str = "own";

/// What the amounts of free keys and local servers are called in the ledger.
pub const FREE: &str = "free";

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
    let it = Coherent::of(usage);
    let writes = it.cache_write + it.cache_write_1h;
    let uncached = it.input - it.cache_read - writes;
    // Which of the cached tokens are sound nobody says: sound is taken to be among the others.
    let audio = it.input_audio.min(uncached);
    let write = prices.cache_write.unwrap_or(prices.input);
    let parts = [
        (uncached - audio, prices.input),
        (audio, prices.input_audio.unwrap_or(prices.input)),
        (it.cache_read, prices.cache_read.unwrap_or(prices.input)),
        (it.cache_write, write),
        (it.cache_write_1h, prices.cache_write_1h.unwrap_or(write)),
        (it.output - it.reasoning - it.output_audio, prices.output),
        (it.reasoning, prices.reasoning.unwrap_or(prices.output)),
        (it.output_audio, prices.output_audio.unwrap_or(prices.output)),
    ];
    let mut total: i128 = PER / 2;
    for (tokens, each) in parts {
        total = total.checked_add(i128::from(tokens).checked_mul(i128::from(each.pico()))?)?;
    }
    let tokens = i64::try_from(total.div_euclid(PER)).ok().map(Usd::from_pico)?;
    let searches = i64::try_from(it.web_searches).ok()?.checked_mul(prices.search.unwrap_or_default().pico())?;
    Some(tokens + prices.request.unwrap_or_default() + Usd::from_pico(searches))
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
        let priced = self.listed(provider, model, billing, usage, at)?;
        // What its provider says costs something else has a price of which somebody knows more: a fee that no count shows.
        let agrees = usage.cost_reported.is_none_or(|it| (it.pico() - priced.usd.pico()).abs() <= ROUNDING);
        Some(Priced { exact: priced.exact && (agrees || priced.version == FREE), ..priced })
    }

    fn listed(
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
