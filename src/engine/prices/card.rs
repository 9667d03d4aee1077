//! What the targets of the groups charge, as values for decisions: asked of the tables once an hour and after an edit,
//! because a table takes longer to ask than a decision to make.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::clock::Stamp;
use crate::domain::money::Usd;
use crate::domain::policy::{Billing, Policy, Provider};
use crate::domain::rates::{Rates, Tariff};
use crate::domain::target::Target;
use crate::domain::usage::{Source, Usage};
use crate::engine::prices::Prices;
use crate::route::health::RateCard;

/// Sizes of prompts, in tokens, up to which the price of the common tables holds: two of them charge more from there on.
const SIZES: [u64; 3] = [200_000, 272_000, 1_000_000];
/// Prices begin at whole hours, if not days.
const HOUR: i64 = 3600;

/// The card, and what it was made for.
#[derive(Debug, Default)]
pub(super) struct Made {
    version: i64,
    hour: i64,
    loaded: bool,
    card: Arc<RateCard>,
}

impl Prices {
    /// What the targets of the policy's groups charge at `at`.
    #[must_use]
    pub fn card(&self, policy: &Policy, at: Stamp) -> Arc<RateCard> {
        let (version, hour, loaded) = (policy.version, at.seconds().div_euclid(HOUR), self.are_loaded());
        let made = self.card.load();
        if (made.version, made.hour, made.loaded) == (version, hour, loaded) {
            return Arc::clone(&made.card);
        }
        let card = Arc::new(self.make(policy, at));
        self.card.store(Arc::new(Made { version, hour, loaded, card: Arc::clone(&card) }));
        card
    }

    fn make(&self, policy: &Policy, at: Stamp) -> RateCard {
        let targets = policy.groups.values().flat_map(|it| it.targets.iter().map(|it| &it.0));
        let mut card = HashMap::new();
        for target in targets {
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
            let read = ask(Usage { cache_read: size, ..prompt }).unwrap_or(input);
            let each = |it: Usd| {
                Some(Usd::from_pico(i64::try_from(i128::from(it.pico()) * 1_000_000 / i128::from(size)).ok()?))
            };
            let output = Usd::from_pico(whole.pico().saturating_sub(input.pico()));
            Some((size, Rates { input: each(input)?, cache_read: each(read)?, output: each(output)? }))
        };
        let tiers: Vec<_> = SIZES.into_iter().filter_map(tier).collect();
        (!tiers.is_empty()).then_some(Tariff { tiers })
    }
}
