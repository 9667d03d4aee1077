//! What an answer cost. Prices come from the user's own rows first, then from the compiled-in table; where neither
//! knows the model the answer is `None`, which is shown as `?` and is never zero.
//!
//! The table is the `genai-prices` crate's: prices by date, context tier and kind of token, for the providers whose
//! row names a `price_id`. It calculates in doubles; each amount is rounded once, here, into integer pico-dollars.

use std::collections::HashMap;
use std::fmt;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use genai_prices::{Calculator, PriceRequest, UsageKey};

use crate::domain::clock::Stamp;
use crate::domain::id::{ModelName, ProviderName};
use crate::domain::money::Usd;
use crate::domain::policy::{Billing, Provider};
use crate::domain::target::Target;
use crate::domain::usage::{Source, Usage};

use rates::Rates;

mod rates;
#[cfg(test)]
mod tests;

/// What the compiled-in table is called in the ledger. A test holds it to `Cargo.lock`.
const BUNDLED: &str = "genai-prices 0.2.1";

/// What the amounts of the user's own rows are called in the ledger.
const OWN: &str = "own";

/// What the amounts of free keys and local servers are called in the ledger.
const FREE: &str = "free";

/// Models of one provider whose line is remembered.
const MOST_LINES: usize = 512;

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

/// The compiled-in price table. Decoding it takes tens of milliseconds and megabytes, so a server does it once, on a
/// thread of its own, and prices as unknown what is settled before it is there.
pub struct PriceBook {
    table: Table,
    version: &'static str,
    /// By provider and model.
    lines: RwLock<HashMap<String, HashMap<String, Line>>>,
}

/// What was found of a model's prices.
#[derive(Debug, Clone, Copy)]
struct Line {
    /// In which minute: prices change by the clock, too.
    minute: i64,
    /// The straight line, if they are one.
    rates: Option<Rates>,
}

enum Table {
    Bundled(&'static Calculator),
    Own(Box<Calculator>),
}

/// The text is not a price table.
#[derive(Debug, thiserror::Error)]
#[error("the price table cannot be read: {0}")]
pub struct BrokenTable(genai_prices::Error);

impl fmt::Debug for PriceBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PriceBook").field("version", &self.version).finish_non_exhaustive()
    }
}

impl PriceBook {
    /// Decodes the compiled-in table; the second call in a process costs nothing.
    #[must_use]
    pub fn load() -> Self {
        Self::over(Table::Bundled(Calculator::bundled()), BUNDLED)
    }

    /// Decodes a table in the crate's own form (its "v2" data). `version` is what the ledger will call it.
    ///
    /// # Errors
    /// The text is not such a table.
    pub fn from_json(text: &[u8], version: &'static str) -> Result<Self, BrokenTable> {
        let calculator = Calculator::from_json(text).map_err(BrokenTable)?;
        Ok(Self::over(Table::Own(Box::new(calculator)), version))
    }

    fn over(table: Table, version: &'static str) -> Self {
        Self { table, version, lines: RwLock::default() }
    }

    /// What the ledger calls this table.
    #[must_use]
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// The price of `usage` of `model` at provider `price_id` (the table's name for it), at `at`. `None` if the table
    /// does not know the model, or knows no amount for what was used.
    #[must_use]
    pub fn price(&self, price_id: &str, model: &str, usage: &Usage, at: Stamp) -> Option<Priced> {
        let line = self.line(price_id, model, at).and_then(|it| it.price(usage));
        line.or_else(|| self.ask(price_id, model, usage, at))
    }

    /// The straight line that a model's prices are at this minute, if they are one.
    fn line(&self, price_id: &str, model: &str, at: Stamp) -> Option<Rates> {
        let minute = at.0.div_euclid(60_000_000);
        let lines = self.lines.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get(price_id).and_then(|it| it.get(model)).filter(|it| it.minute == minute) {
            return line.rates;
        }
        drop(lines);
        let rates = Rates::of(self, price_id, model, at);
        let mut lines = self.lines.write().unwrap_or_else(PoisonError::into_inner);
        let models = lines.entry(price_id.to_owned()).or_default();
        // A client can make up model names without end.
        if models.len() >= MOST_LINES {
            models.clear();
        }
        models.insert(model.to_owned(), Line { minute, rates });
        rates
    }

    /// The price as the table itself calculates it.
    fn ask(&self, price_id: &str, model: &str, usage: &Usage, at: Stamp) -> Option<Priced> {
        let coherent = Coherent::of(usage);
        let (units, certain) = units(&coherent);
        let total = self.total(price_id, model, &units, at)?;
        // A table that lists no amount for a model adds up to nothing. That is a gift only where the model says so.
        let used = coherent.input > 0 || coherent.output > 0;
        if used && total.all == 0.0 && !model.ends_with(":free") {
            return None;
        }
        // The same of a part: an embedding model has no output price, and few models state one for searches.
        let output_unpriced = coherent.output > 0 && total.output == 0.0 && total.all > 0.0;
        let searches_unpriced = coherent.web_searches > 0 && {
            let mut without = units.clone();
            without.remove(UsageKey::WEB_SEARCHES);
            self.total(price_id, model, &without, at).is_none_or(|it| it.all >= total.all)
        };
        Some(Priced {
            usd: Usd::from_dollars(total.all)?,
            exact: certain && coherent.exact && !output_unpriced && !searches_unpriced,
            version: self.version,
        })
    }

    fn total(&self, price_id: &str, model: &str, units: &genai_prices::Usage, at: Stamp) -> Option<Total> {
        let calculator = match &self.table {
            Table::Bundled(it) => *it,
            Table::Own(it) => it.as_ref(),
        };
        let request = PriceRequest::new(model, units).with_provider_id(price_id).with_timestamp(system_time(at)?);
        let found = calculator.calculate(&request).ok()?;
        // A warning names a part the crate could not price.
        found.warnings.is_empty().then_some(Total { all: found.total_price, output: found.output_price })
    }
}

struct Total {
    all: f64,
    output: f64,
}

fn system_time(at: Stamp) -> Option<SystemTime> {
    let distance = Duration::from_micros(at.0.unsigned_abs());
    if at.0 < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
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

/// The counts under the table's names, and whether that took no assumption. As here, the table's input includes cached
/// tokens and its output includes reasoning; unlike here, its cache writes include those for an hour.
fn units(usage: &Coherent) -> (genai_prices::Usage, bool) {
    let mut units = genai_prices::Usage::new();
    #[expect(clippy::cast_precision_loss, reason = "the table calculates in doubles; real counts are below 2^53")]
    let mut put = |key: UsageKey, count: u64| {
        if count > 0 {
            units.insert(key, count as f64);
        }
    };
    put(UsageKey::INPUT_TOKENS, usage.input);
    put(UsageKey::CACHE_READ_TOKENS, usage.cache_read);
    put(UsageKey::CACHE_WRITE_TOKENS, usage.cache_write + usage.cache_write_1h);
    put(UsageKey::CACHE_WRITE_1H_TOKENS, usage.cache_write_1h);
    put(UsageKey::INPUT_AUDIO_TOKENS, usage.input_audio);
    put(UsageKey::OUTPUT_TOKENS, usage.output);
    put(UsageKey::OUTPUT_REASONING_TOKENS, usage.reasoning);
    put(UsageKey::OUTPUT_AUDIO_TOKENS, usage.output_audio);
    put(UsageKey::WEB_SEARCHES, usage.web_searches);
    // The table wants to know how many tokens were of both kinds at once. Nobody says; cached audio is rare, so none.
    let cached = usage.cache_read + usage.cache_write + usage.cache_write_1h;
    if usage.input_audio > 0 && cached > 0 {
        units.insert(UsageKey::CACHE_AUDIO_READ_TOKENS, 0.0);
        units.insert(UsageKey::CACHE_AUDIO_WRITE_TOKENS, 0.0);
        units.insert(UsageKey::CACHE_AUDIO_WRITE_1H_TOKENS, 0.0);
    }
    if usage.output_audio > 0 && usage.reasoning > 0 {
        units.insert(UsageKey::OUTPUT_AUDIO_REASONING_TOKENS, 0.0);
    }
    (units, usage.input_audio == 0 || cached == 0)
}

/// Everything that can put a price on an answer, in order of precedence.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tariff<'a> {
    /// The user's own prices.
    pub overrides: &'a [Override],
    /// The table, once it is decoded.
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
            let exact = !own.ceiling && usage.web_searches == 0 && Coherent::of(usage).exact;
            return price(usage, &own.prices).map(|usd| Priced { usd, exact, version: OWN });
        }
        if provider.local {
            return Some(free);
        }
        self.book?.price(provider.price_id.as_deref()?, model.as_str(), usage, at)
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
