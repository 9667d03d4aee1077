//! What the table charges for a model, as whole pico-dollars for each million tokens: found by asking the table a few
//! times, and kept only where its answers are those of a straight line: the table walks its models and their rules
//! anew each time it is asked.

use crate::catalog::prices::list::PriceList;
use crate::catalog::prices::{Coherent, Priced};
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::domain::usage::{Source, Usage};

/// Up to how many prompt tokens a line is vouched for.
const MOST: u64 = 100_000;
const MILLION: i128 = 1_000_000;

/// Prices of one model at one time, for usage of the common kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rates {
    input: i64,
    /// `None`: the table has no price for such tokens of this model.
    cache_read: Option<i64>,
    cache_write: Option<i64>,
    cache_write_1h: Option<i64>,
    output: i64,
    version: &'static str,
}

impl Rates {
    /// The rates of `model`, where the table has a price for it and that price is a straight line up to
    /// 100,000 prompt tokens.
    #[must_use]
    pub(super) fn of(list: &PriceList, model: &str, at: Stamp) -> Option<Self> {
        let ask = |usage: Usage| list.ask(model, &Usage { source: Source::Provider, ..usage }, at);
        let rate = |usage: Usage| ask(usage)?.usd.pico().checked_mul(10);
        let all = Usage { input: MOST, ..Usage::default() };
        let rates = Self {
            input: rate(all.clone())?,
            cache_read: rate(Usage { cache_read: MOST, ..all.clone() }),
            cache_write: rate(Usage { cache_write: MOST, ..all.clone() }),
            cache_write_1h: rate(Usage { cache_write_1h: MOST, ..all }),
            output: rate(Usage { output: MOST, ..Usage::default() })?,
            version: list.version(),
        };
        // Unequal parts of everything, large and small: on a line, and only there, they add up.
        let mixed = |unit: u64| Usage {
            input: 61 * unit,
            cache_read: rates.cache_read.map_or(0, |_| 17 * unit),
            cache_write: rates.cache_write.map_or(0, |_| 7 * unit),
            cache_write_1h: rates.cache_write_1h.map_or(0, |_| 3 * unit),
            output: 29 * unit,
            reasoning: 11 * unit,
            source: Source::Provider,
            ..Usage::default()
        };
        let on_the_line = |unit| {
            let usage = mixed(unit);
            let (Some(table), Some(line)) = (ask(usage.clone()), rates.price(&usage)) else { return false };
            table == line
        };
        [1, 13, 1_600].into_iter().all(on_the_line).then_some(rates)
    }

    /// The price of `usage`; `None` where it is not of the common kind and the table itself has to be asked.
    #[must_use]
    pub(super) fn price(&self, usage: &Usage) -> Option<Priced> {
        let it = Coherent::of(usage);
        if it.input > MOST || it.input_audio > 0 || it.output_audio > 0 || it.web_searches > 0 || self.output == 0 {
            return None;
        }
        let uncached = it.input - it.cache_read - it.cache_write - it.cache_write_1h;
        let parts = [
            (uncached, Some(self.input)),
            (it.cache_read, self.cache_read),
            (it.cache_write, self.cache_write),
            (it.cache_write_1h, self.cache_write_1h),
            (it.output, Some(self.output)),
        ];
        let mut sum: i128 = 0;
        for (tokens, rate) in parts.into_iter().filter(|it| it.0 > 0) {
            sum += i128::from(tokens) * i128::from(rate?);
        }
        let usd = i64::try_from((sum + MILLION / 2).div_euclid(MILLION)).ok().map(Usd::from_pico)?;
        Some(Priced { usd, exact: it.exact, version: self.version })
    }
}
