//! `prices set` and `prices remove`, checked.

use crate::config::edits::{Edits, names};
use crate::config::refusal::Refusal;
use crate::domain::money::Usd;
use crate::domain::rates::UnitPrices;
use crate::store::prices::{self, PriceRow, PriceTable};

/// The parts of a price that can be named, as `NAME=USD`: per million tokens, but for the last two.
const PARTS: [&str; 10] = [
    "in",
    "out",
    "cache-read",
    "cache-write",
    "cache-write-1h",
    "reasoning",
    "audio-in",
    "audio-out",
    "request",
    "search",
];

impl Edits<'_> {
    /// Sets the user's own price of `provider/model` from parts like `in=3`, `out=15`, `cache-read=0.3`.
    ///
    /// # Errors
    /// The target is no target, a part is unknown, given twice or no amount, or `in` or `out` is missing.
    pub fn set_price(
        &mut self,
        target: &str,
        parts: &[String],
        from: crate::domain::clock::Stamp,
        ceiling: bool,
    ) -> Result<PriceRow, Refusal> {
        let named = names::target(target)?;
        self.provider(named.provider.as_str())?;
        let mut amounts: [Option<Usd>; PARTS.len()] = [None; PARTS.len()];
        for part in parts {
            let (name, text) = part.split_once('=').unwrap_or((part, ""));
            let Some(slot) = PARTS.iter().position(|it| *it == name) else {
                return Err(refuse(target, format!("`{part}` names no price: there are {}", PARTS.join(", "))));
            };
            // A price a token is a millionth of this, so the amount must be whole in millionths of a pico-dollar.
            let amount = text.trim_start_matches('$').parse().ok().and_then(Usd::from_dollars);
            let Some(amount) = amount else {
                return Err(refuse(target, format!("`{text}` is not an amount of dollars (of `{part}`)")));
            };
            if amounts[slot].replace(amount).is_some() {
                return Err(refuse(target, format!("`{name}` is given twice")));
            }
        }
        let [Some(input), Some(output), rest @ ..] = amounts else {
            return Err(refuse(target, "a price needs `in` and `out`".to_owned()));
        };
        let [cache_read, cache_write, cache_write_1h, reasoning, input_audio, output_audio, request, search] = rest;
        let prices = UnitPrices {
            input,
            output,
            cache_read,
            cache_write,
            cache_write_1h,
            reasoning,
            input_audio,
            output_audio,
            request,
            search,
        };
        let row = PriceRow { target: target.to_owned(), prices, from, ceiling };
        prices::set(self.db, &row)?;
        Ok(row)
    }

    /// Takes over a fetched price table, whose form and prices the caller has looked at.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put_price_table(&mut self, table: &PriceTable) -> Result<(), Refusal> {
        Ok(prices::put_table(self.db, table)?)
    }

    /// Goes back to the table that is compiled in. Says whether another one was in force.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn drop_price_table(&mut self) -> Result<bool, Refusal> {
        Ok(prices::drop_table(self.db)?)
    }

    /// Removes the user's own prices of a target.
    ///
    /// # Errors
    /// There are none.
    pub fn remove_price(&mut self, target: &str) -> Result<usize, Refusal> {
        match prices::remove(self.db, target)? {
            0 => Err(Refusal::new(
                "unknown-price",
                "nothing was changed",
                format!("there is no price of your own for `{target}`"),
                "llmroute prices   lists them",
            )),
            n => Ok(n),
        }
    }
}

fn refuse(target: &str, why: String) -> Refusal {
    let fix =
        format!("llmroute prices set {target} in=3 out=15   (dollars per million tokens; request and search apiece)");
    Refusal::new("bad-price", "the price was not saved", why, fix)
}
