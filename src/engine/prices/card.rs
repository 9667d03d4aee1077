//! What targets charge, as values for decisions: asked of the tables once an hour and after an edit, because a table takes
//! longer to ask than a decision to make. Those that groups, rules and aliases name are there from the beginning, any other
//! from the first request on that goes by its price.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::ask::Ask;
use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::domain::policy::{Billing, Policy, Provider};
use crate::domain::rates::{Rates, Tariff};
use crate::domain::rule::Destination;
use crate::domain::target::Target;
use crate::domain::usage::{Source, Usage};
use crate::engine::prices::Prices;
use crate::route::health::RateCard;
use crate::route::{candidates, wishes};

/// Sizes of prompts, in tokens, up to which the price of the common tables holds: two of them charge more from there on.
const SIZES: [u64; 3] = [200_000, 272_000, 1_000_000];
/// Tokens of a prompt that no table has a tier for.
const FEW: u64 = 1_000;
/// Prices begin at whole hours, if not days.
const HOUR: i64 = 3600;
/// Targets on the card; what is asked for beyond that is looked up each time.
const MOST: usize = 4096;

/// The card, and what it was made for.
#[derive(Debug, Default)]
pub(super) struct Made {
    version: i64,
    hour: i64,
    loaded: bool,
    card: Arc<RateCard>,
}

impl Prices {
    /// What the targets that the policy names charge at `at`.
    #[must_use]
    pub fn card(&self, policy: &Policy, at: Stamp) -> Arc<RateCard> {
        let (version, hour, loaded) = (policy.version, at.seconds().div_euclid(HOUR), self.are_loaded());
        let made = self.card.load();
        if (made.version, made.hour, made.loaded) == (version, hour, loaded) {
            return Arc::clone(&made.card);
        }
        let card = Arc::new(self.make(policy, at));
        self.keep(policy, at, Arc::clone(&card));
        card
    }

    /// The same with the targets that the model of `ask` and its wishes stand for, where the request goes by price or
    /// `by_price` says that something else about it does.
    #[must_use]
    pub fn card_for(&self, policy: &Policy, ask: &Ask, by_price: bool) -> Arc<RateCard> {
        let at = ask.at.wall;
        let card = self.card(policy, at);
        let of_group = policy.groups.contains_key(ask.model.as_str());
        let asked = ask.wishes.is_some() || candidates::has_suffix(policy, &ask.model);
        if !asked && (of_group || !by_price) {
            return card;
        }
        let Ok((_, found)) = wishes::find(policy, ask, &ask.model, &mut Vec::new()) else { return card };
        let missing: Vec<_> = found.iter().filter(|it| !card.0.contains_key(&it.target)).collect();
        if missing.is_empty() {
            return card;
        }
        let mut card = RateCard::clone(&card);
        for it in missing {
            // Whose price nobody knows need not be looked up again.
            card.0.insert(it.target.clone(), self.tariff(&it.provider, &it.target, at).unwrap_or_default());
        }
        let card = Arc::new(card);
        if card.0.len() <= MOST {
            self.keep(policy, at, Arc::clone(&card));
        }
        card
    }

    fn keep(&self, policy: &Policy, at: Stamp, card: Arc<RateCard>) {
        let (version, hour, loaded) = (policy.version, at.seconds().div_euclid(HOUR), self.are_loaded());
        self.card.store(Arc::new(Made { version, hour, loaded, card }));
    }

    fn make(&self, policy: &Policy, at: Stamp) -> RateCard {
        let of_groups = policy.groups.values().flat_map(|it| it.targets.iter().map(|it| Cow::Borrowed(&it.0)));
        let of_rules = policy.rules.iter().flat_map(|it| it.targets.iter().map(|it| &it.0).chain(&it.fallbacks));
        let of_rules = of_rules.filter_map(|it| match it {
            Destination::Target(it) => Some(Cow::Borrowed(it)),
            Destination::Group(_) => None,
        });
        let of_aliases = policy.aliases.values().filter_map(|it| Target::parse(it).map(Cow::Owned));
        let mut card = HashMap::new();
        for target in of_groups.chain(of_rules).chain(of_aliases) {
            let target = target.as_ref();
            if let Some(provider) = policy.providers.get(&target.provider)
                && !card.contains_key(target)
                && let Some(tariff) = self.tariff(provider, target, at)
            {
                card.insert(target.clone(), tariff);
            }
        }
        RateCard(card)
    }

    /// `None` where nobody knows the price.
    fn tariff(&self, provider: &Provider, target: &Target, at: Stamp) -> Option<Tariff> {
        let model = target.model.as_str();
        let ask = |usage: Usage| {
            let usage = Usage { source: Source::Provider, ..usage };
            self.cost(provider, Billing::Metered, &[model], &usage, at).amount()
        };
        let tier = |size: u64| {
            let prompt = Usage { input: size, ..Usage::default() };
            let input = ask(prompt.clone())?;
            let whole = ask(Usage { output: size, ..prompt.clone() })?;
            let read = ask(Usage { cache_read: size, ..prompt.clone() }).unwrap_or(input);
            let written = ask(Usage { cache_write: size, ..prompt.clone() }).unwrap_or(input);
            let dearest = ask(Usage { cache_write_1h: size, ..prompt }).unwrap_or(input).max(written).max(input);
            let each = |it: Usd| {
                Some(Usd::from_pico(i64::try_from(i128::from(it.pico()) * 1_000_000 / i128::from(size)).ok()?))
            };
            let output = Usd::from_pico(whole.pico().saturating_sub(input.pico()));
            let (input, output) = (each(input)?, each(output)?);
            let (cache_read, cache_write, dearest) = (each(read)?, each(written)?, each(dearest)?);
            Some((size, Rates { input, cache_read, cache_write, output, dearest }))
        };
        let tiers: Vec<_> = SIZES.into_iter().filter_map(tier).collect();
        // Two prompts, one twice the other: what does not double is not asked for by the token.
        let sized = |size: u64| ask(Usage { input: size, ..Usage::default() });
        let request = sized(FEW).zip(sized(2 * FEW)).map_or(0, |(one, two)| 2 * one.pico() - two.pico()).max(0);
        let searching = |n: u64| ask(Usage { input: FEW, web_searches: n, ..Usage::default() });
        let search = searching(1).zip(sized(FEW)).map_or(0, |(with, without)| with.pico() - without.pico()).max(0);
        // Rounding leaves a pico-dollar or two.
        let fee = |pico: i64| Usd::from_pico(if pico < 10 { 0 } else { pico });
        (!tiers.is_empty()).then(|| Tariff { tiers, request: fee(request), search: fee(search) })
    }
}
