//! The decoded prices of one provider: by date, context tier and kind of token. They are calculated in doubles, and each
//! amount is rounded once, here, into integer pico-dollars.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use genai_prices::{Calculator, PriceRequest, UsageKey};

use crate::catalog::prices::rates::Rates;
use crate::catalog::prices::{Coherent, Priced};
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::domain::usage::Usage;

/// How many models' lines are remembered.
const MOST_LINES: usize = 512;

/// What one provider charges.
pub(super) struct PriceList {
    /// The table's name for the provider.
    price_id: String,
    calculator: Calculator,
    /// Of the table.
    version: &'static str,
    /// By model.
    lines: RwLock<HashMap<String, Line>>,
}

/// What was found of a model's prices.
#[derive(Debug, Clone, Copy)]
struct Line {
    /// In which minute: prices change by the clock, too.
    minute: i64,
    /// The straight line, if they are one.
    rates: Option<Rates>,
}

/// Dollars.
pub(super) struct Total {
    pub(super) all: f64,
    pub(super) output: f64,
}

impl PriceList {
    /// The prices of the provider that `calculator` calls `price_id`.
    pub(super) fn new(price_id: String, calculator: Calculator, version: &'static str) -> Self {
        Self { price_id, calculator, version, lines: RwLock::default() }
    }

    /// What the ledger calls the table.
    pub(super) fn version(&self) -> &'static str {
        self.version
    }

    /// The price of `usage` of `model` at `at`. `None` if the model is not listed, or no amount for what was used.
    pub(super) fn price(&self, model: &str, usage: &Usage, at: Stamp) -> Option<Priced> {
        let line = self.line(model, at).and_then(|it| it.price(usage));
        line.or_else(|| self.ask(model, usage, at))
    }

    /// The straight line that a model's prices are at this minute, if they are one.
    pub(super) fn line(&self, model: &str, at: Stamp) -> Option<Rates> {
        let minute = at.0.div_euclid(60_000_000);
        let lines = self.lines.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get(model).filter(|it| it.minute == minute) {
            return line.rates;
        }
        drop(lines);
        let rates = Rates::of(self, model, at);
        let mut lines = self.lines.write().unwrap_or_else(PoisonError::into_inner);
        // A client can make up model names without end.
        if lines.len() >= MOST_LINES {
            lines.clear();
        }
        lines.insert(model.to_owned(), Line { minute, rates });
        rates
    }

    /// The price as the table itself calculates it.
    pub(super) fn ask(&self, model: &str, usage: &Usage, at: Stamp) -> Option<Priced> {
        let coherent = Coherent::of(usage);
        let (units, certain) = units(&coherent);
        let total = self.total(model, &units, at)?;
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
            self.total(model, &without, at).is_none_or(|it| it.all >= total.all)
        };
        // Sound for which the table has no price of its own is priced as text, which it hardly ever costs as little as.
        let sound_unpriced = (coherent.input_audio > 0 || coherent.output_audio > 0) && {
            let mut text = units.clone();
            text.remove(UsageKey::INPUT_AUDIO_TOKENS);
            text.remove(UsageKey::OUTPUT_AUDIO_TOKENS);
            #[expect(clippy::float_cmp, reason = "the same prices add up to the same")]
            self.total(model, &text, at).is_none_or(|it| it.all == total.all)
        };
        Some(Priced {
            usd: Usd::from_dollars(total.all)?,
            exact: certain && coherent.exact && !output_unpriced && !searches_unpriced && !sound_unpriced,
            version: self.version,
        })
    }

    /// What the table adds up to.
    pub(super) fn total(&self, model: &str, units: &genai_prices::Usage, at: Stamp) -> Option<Total> {
        total(&self.calculator, &self.price_id, model, units, at)
    }
}

/// What a table adds up to. `None` where it has no price for a part.
pub(super) fn total(
    calculator: &Calculator,
    price_id: &str,
    model: &str,
    units: &genai_prices::Usage,
    at: Stamp,
) -> Option<Total> {
    let request = PriceRequest::new(model, units).with_provider_id(price_id).with_timestamp(system_time(at)?);
    let found = calculator.calculate(&request).ok()?;
    // A warning names a part the crate could not price.
    found.warnings.is_empty().then_some(Total { all: found.total_price, output: found.output_price })
}

fn system_time(at: Stamp) -> Option<SystemTime> {
    let distance = Duration::from_micros(at.0.unsigned_abs());
    if at.0 < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
}

/// The counts under the table's names, and whether that took no assumption. As here, the table's input includes cached
/// tokens and its output includes reasoning; unlike here, its cache writes include those for an hour.
pub(super) fn units(usage: &Coherent) -> (genai_prices::Usage, bool) {
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
