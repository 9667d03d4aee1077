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
    /// The most that a token of the prompt can cost, whatever cache it is written to.
    #[serde(default)]
    pub dearest: Usd,
}

/// The most that is to be reckoned with of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Most {
    /// Tokens of its prompt.
    pub prompt: u64,
    /// Tokens of its answer, or of all its answers.
    pub output: u64,
    /// Searches that a tool of the provider's makes for it.
    pub searches: u64,
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
    /// For each request, beside its tokens.
    #[serde(default)]
    pub request: Usd,
    /// For each search that a tool of the provider's makes.
    #[serde(default)]
    pub search: Usd,
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

    /// What a request of which no more than `most` is to be reckoned with costs at the worst, rounded up; `None` where no
    /// price is known. Amounts beyond what [`Usd`] holds are the largest that it holds.
    #[must_use]
    pub fn worst(&self, most: Most) -> Option<Usd> {
        const PER: i128 = 1_000_000;
        let of = |rates: &Rates| {
            let input = rates.dearest.max(rates.input).max(rates.cache_write);
            i128::from(most.prompt) * i128::from(input.pico())
                + i128::from(most.output) * i128::from(rates.output.pico())
        };
        // A prompt may turn out smaller than was reckoned with, and smaller ones be dearer.
        let at = self.tiers.iter().position(|(up_to, _)| most.prompt <= *up_to).unwrap_or(self.tiers.len());
        let tokens = self.tiers.iter().take(at + 1).map(|it| of(&it.1)).max()?;
        let fees = i128::from(self.request.pico()) + i128::from(most.searches) * i128::from(self.search.pico());
        let pico = (tokens + PER - 1).div_euclid(PER) + fees;
        Some(Usd::from_pico(i64::try_from(pico).unwrap_or(i64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(input: f64, cache_read: f64, output: f64) -> Rates {
        let usd = |it| Usd::from_dollars(it).unwrap();
        let (input, cache_write) = (usd(input), usd(1.25 * input));
        Rates {
            input,
            cache_read: usd(cache_read),
            cache_write,
            output: usd(output),
            dearest: usd(2.0 * input.dollars()),
        }
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
        let tiers = vec![(200_000, rates(3.0, 0.3, 15.0)), (1_000_000, rates(6.0, 0.6, 22.5))];
        let tariff = Tariff { tiers, ..Tariff::default() };
        let input = |tokens| tariff.at(tokens).unwrap().input.dollars();
        assert!((input(200_000) - 3.0).abs() < 1e-9 && (input(200_001) - 6.0).abs() < 1e-9);
        assert!((input(5_000_000) - 6.0).abs() < 1e-9);
        assert_eq!(Tariff::default().at(1), None);
    }

    #[test]
    fn the_worst_case_is_the_dearest_token_and_every_fee() {
        let usd = |it| Usd::from_dollars(it).unwrap();
        let tiers = vec![(200_000, rates(3.0, 0.3, 15.0)), (1_000_000, rates(1.0, 0.1, 5.0))];
        let tariff = Tariff { tiers, request: usd(0.014), search: usd(0.01) };
        let worst = |prompt, output, searches| tariff.worst(Most { prompt, output, searches }).unwrap().dollars();
        let near = |is: f64, wanted: f64| assert!((is - wanted).abs() < 1e-11, "{is} {wanted}");
        // An hour in the cache is twice the price.
        near(worst(100_000, 1_000, 0), 0.6 + 0.015 + 0.014);
        near(worst(100_000, 1_000, 3), 0.6 + 0.015 + 0.014 + 0.03);
        // The prompt may be smaller, and then dearer.
        near(worst(300_000, 0, 0), 1.8 + 0.014);
        // Never less than it costs.
        let rates = rates(3.000_001, 0.3, 15.0);
        let tariff = Tariff { tiers: vec![(10, rates)], ..Tariff::default() };
        assert!(
            tariff.worst(Most { prompt: 7, ..Most::default() }).unwrap()
                >= rates.cost(Tokens { input: 7, ..Tokens::default() })
        );
        assert_eq!(
            tariff.worst(Most { prompt: u64::MAX, output: u64::MAX, searches: u64::MAX }),
            Some(Usd::from_pico(i64::MAX))
        );
        assert_eq!(Tariff::default().worst(Most::default()), None);
    }
}
