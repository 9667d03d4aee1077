//! What a target charges for tokens, as values that a decision can reckon with.

use serde::{Deserialize, Serialize};

use crate::domain::money::Usd;

/// The prices that somebody sets for a model: dollars for each million tokens, but where something else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UnitPrices {
    /// Of prompt tokens that no cache knows.
    pub input: Usd,
    /// Of generated tokens.
    pub output: Usd,
    /// Of prompt tokens read from the provider's cache; `None` = as `input`.
    pub cache_read: Option<Usd>,
    /// Of prompt tokens written to the provider's cache; `None` = as `input`.
    pub cache_write: Option<Usd>,
    /// Of those that stay there for an hour; `None` = as `cache_write`.
    pub cache_write_1h: Option<Usd>,
    /// Of reasoning; `None` = as `output`.
    pub reasoning: Option<Usd>,
    /// Of sound in the prompt; `None` = as `input`.
    pub input_audio: Option<Usd>,
    /// Of generated sound; `None` = as `output`.
    pub output_audio: Option<Usd>,
    /// Dollars for each request that is answered; `None` = nothing.
    pub request: Option<Usd>,
    /// Dollars for each search of a server-side tool; `None` = unknown.
    pub search: Option<Usd>,
}

impl UnitPrices {
    /// One price for what goes in and one for what comes out.
    #[must_use]
    pub const fn new(input: Usd, output: Usd) -> Self {
        Self {
            input,
            output,
            cache_read: None,
            cache_write: None,
            cache_write_1h: None,
            reasoning: None,
            input_audio: None,
            output_audio: None,
            request: None,
            search: None,
        }
    }
}

/// Prices in dollars for each million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rates {
    /// Of prompt tokens that no cache knows.
    pub input: Usd,
    /// Of prompt tokens read from the provider's cache; as `input` where it has no such price.
    pub cache_read: Usd,
    /// Of prompt tokens written to the provider's cache; as `input` where it has no such price.
    pub cache_write: Usd,
    /// Of generated tokens.
    pub output: Usd,
}

/// Token counts to put a price on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    /// All of the prompt.
    pub input: u64,
    /// Of `input`: read from the provider's cache.
    pub cache_read: u64,
    /// Of `input`: written to the provider's cache.
    pub cache_write: u64,
    /// Generated ones.
    pub output: u64,
}

/// The prices of one target by size of prompt: many providers charge more for a long one, and then for all of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tariff {
    /// Prompts of up to so many tokens, ascending, and what holds for them. The last holds for whatever is longer, too.
    pub tiers: Vec<(u64, Rates)>,
}

impl Rates {
    /// What these tokens cost. Of a prompt there cannot be more read or written than there is.
    #[must_use]
    pub fn cost(&self, tokens: Tokens) -> Usd {
        const PER: i128 = 1_000_000;
        let Tokens { input, cache_read, cache_write, output } = tokens;
        let read = cache_read.min(input);
        let written = cache_write.min(input - read);
        let parts = [
            (input - read - written, self.input),
            (read, self.cache_read),
            (written, self.cache_write),
            (output, self.output),
        ];
        let sum: i128 = parts.iter().map(|(tokens, each)| i128::from(*tokens) * i128::from(each.pico())).sum();
        Usd::from_pico(i64::try_from((sum + PER / 2).div_euclid(PER)).unwrap_or(i64::MAX))
    }
}

impl Tariff {
    /// The prices for a prompt of `input` tokens; `None` where none is known.
    #[must_use]
    pub fn at(&self, input: u64) -> Option<&Rates> {
        self.tiers.iter().find(|(most, _)| input <= *most).or(self.tiers.last()).map(|it| &it.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(input: f64, cache_read: f64, output: f64) -> Rates {
        let usd = |it| Usd::from_dollars(it).unwrap();
        Rates { input: usd(input), cache_read: usd(cache_read), cache_write: usd(1.25 * input), output: usd(output) }
    }

    #[test]
    fn cached_tokens_are_a_part_of_the_prompt() {
        let rates = rates(3.0, 0.3, 15.0);
        let cost = |input, cache_read, cache_write, output| {
            rates.cost(Tokens { input, cache_read, cache_write, output }).dollars()
        };
        let near = |is: f64, wanted: f64| assert!((is - wanted).abs() < 1e-11, "{is} {wanted}");
        near(cost(1_000_000, 900_000, 0, 100_000), 0.3 + 0.27 + 1.5);
        near(cost(1_000_000, 900_000, 100_000, 0), 0.27 + 0.375);
        // More cached than sent cannot be: all of it is.
        near(cost(1_000, 5_000, 5_000, 0), 0.0003);
    }

    #[test]
    fn a_long_prompt_has_the_prices_of_its_size() {
        let tariff = Tariff { tiers: vec![(200_000, rates(3.0, 0.3, 15.0)), (1_000_000, rates(6.0, 0.6, 22.5))] };
        let input = |tokens| tariff.at(tokens).unwrap().input.dollars();
        assert!((input(200_000) - 3.0).abs() < 1e-9 && (input(200_001) - 6.0).abs() < 1e-9);
        assert!((input(5_000_000) - 6.0).abs() < 1e-9);
        assert_eq!(Tariff::default().at(1), None);
    }
}
