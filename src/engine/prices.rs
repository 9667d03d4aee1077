//! Prices as the engine needs them: those of the providers in use are decoded in the background, because that takes
//! longer than the first request, and waited for only where something has to be priced.

mod card;

use std::collections::BTreeSet;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::catalog::prices::{self, Override, PriceBook, Tariff};
use crate::domain::ask::Ask;
use crate::domain::clock::Stamp;
use crate::domain::id::ModelName;
use crate::domain::money::Usd;
use crate::domain::policy::{Billing, Policy, Provider};
use crate::domain::target::Target;
use crate::domain::usage::Usage;
use crate::route::{Candidate, candidates};
use crate::store::Cost;

/// The user's own prices and the table.
#[derive(Debug)]
pub struct Prices {
    overrides: ArcSwap<Vec<Override>>,
    book: ArcSwap<PriceBook>,
    /// Loads under way.
    loads: watch::Sender<usize>,
    /// What was last told to decisions.
    card: ArcSwap<card::Made>,
}

/// A load under way, until it is dropped: a load that panics holds nothing up.
struct Load(Arc<Prices>);

impl Prices {
    /// Prices with the user's own rows; what the table knows of the policy's providers is loaded on a thread of its
    /// own from now on.
    #[must_use]
    pub fn loading(overrides: Vec<Override>, policy: &Policy) -> Arc<Self> {
        Self::by(Arc::default(), overrides, policy)
    }

    /// The same by another table than the one compiled in.
    #[must_use]
    pub fn by(book: Arc<PriceBook>, overrides: Vec<Override>, policy: &Policy) -> Arc<Self> {
        let (loads, _) = watch::channel(0);
        let (overrides, book) = (ArcSwap::from_pointee(overrides), ArcSwap::new(book));
        let prices = Arc::new(Self { overrides, book, loads, card: ArcSwap::default() });
        prices.load(policy);
        prices
    }

    /// Replaces the user's own prices, and loads what the policy needs that is not loaded yet. To be called before that
    /// policy is in force.
    pub fn replace(self: &Arc<Self>, overrides: Vec<Override>, policy: &Policy) {
        self.overrides.store(Arc::new(overrides));
        self.card.store(Arc::default());
        self.load(policy);
    }

    /// Prices by `book` from now on. What the policy needs of it is loaded by the [`Self::replace`] that follows.
    pub fn change_table(&self, book: Arc<PriceBook>) {
        self.book.store(book);
    }

    /// The version of the table.
    #[must_use]
    pub fn version(&self) -> &'static str {
        self.book.load().version()
    }

    fn load(self: &Arc<Self>, policy: &Policy) {
        let book = self.book.load();
        let ids = policy.providers.values().filter(|it| it.is_usable()).filter_map(|it| it.price_id.as_deref());
        let missing: BTreeSet<String> = ids.filter(|it| !book.holds(it)).map(ToOwned::to_owned).collect();
        if missing.is_empty() {
            return;
        }
        let load = Load::begin(self);
        let ids = missing.clone();
        let spawned = std::thread::Builder::new().name("prices".to_owned()).spawn(move || load.run(&ids));
        if let Err(error) = spawned {
            tracing::warn!("no thread to read the price table on ({error}): reading it now");
            Load::begin(self).run(&missing);
        }
    }

    /// Whether all that is needed of the table is there.
    #[must_use]
    pub fn are_loaded(&self) -> bool {
        *self.loads.borrow() == 0
    }

    /// Waits until all that is needed of the table is there: some milliseconds after the start, or after an edit that
    /// brought a provider.
    pub async fn ready(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.loads.subscribe().wait_for(|it| *it == 0).await;
    }

    /// Whether nothing that is asked of `provider` with a key of that `billing` costs anything.
    #[must_use]
    pub fn is_free(&self, provider: &Provider, billing: Billing) -> bool {
        let priced = || self.overrides.load().iter().any(|it| it.provider == provider.name);
        billing != Billing::Metered || (provider.local && !priced())
    }

    /// What the cheapest of the targets that the model of `ask` stands for is expected to ask, by the same estimate as
    /// the ledger's: the prompt, and as much output as the request allows, or none where it does not say. `None` where
    /// no price is known.
    #[must_use]
    pub fn quote(&self, policy: &Policy, ask: &Ask) -> Option<Usd> {
        let likely = Usage::estimated(ask.needs.prompt_tokens, ask.needs.max_tokens.unwrap_or(0));
        let (_, found) = candidates::find(policy, ask, &ask.model, &mut Vec::new()).ok()?;
        let of = |it: &Candidate| {
            let provider = &it.provider;
            let models = [it.target.model.as_str()];
            let costs = provider.billings().map(|billing| self.cost(provider, billing, &models, &likely, ask.at.wall));
            costs.filter_map(Cost::amount).min()
        };
        found.iter().filter_map(of).min()
    }

    /// What `usage` costs at `provider`, paid with a key of that `billing`. `models`: the names the model goes by, the
    /// best first. The user's own price for any of them comes before the table's for the first: providers answer with
    /// the name of a snapshot that nobody would think of pricing.
    #[must_use]
    pub fn cost(&self, provider: &Provider, billing: Billing, models: &[&str], usage: &Usage, at: Stamp) -> Cost {
        self.costed(provider, billing, models, usage, at).0
    }

    /// The same, and which prices that is by: a table with its version, or `own`; `None` where none are needed or known.
    #[must_use]
    pub fn costed(
        &self,
        provider: &Provider,
        billing: Billing,
        models: &[&str],
        usage: &Usage,
        at: Stamp,
    ) -> (Cost, Option<&'static str>) {
        let overrides = self.overrides.load();
        let book = self.book.load();
        let tariff = Tariff { overrides: &overrides, book: Some(&book) };
        let models = models.iter().map(|it| ModelName::from(*it));
        let is_own = |model: &ModelName| {
            prices::find(&overrides, &Target { provider: provider.name.clone(), model: model.clone() }, at).is_some()
        };
        let of = |model: ModelName| tariff.cost(provider, &model, billing, usage, at);
        let found = models.clone().find(is_own).and_then(of).or_else(|| models.clone().find_map(of));
        let Some(priced) = found else { return (Cost::Unpriced, None) };
        let cost = if priced.exact { Cost::Exact(priced.usd) } else { Cost::Estimated(priced.usd) };
        (cost, Some(priced.version).filter(|it| *it != prices::FREE))
    }
}

impl Load {
    fn begin(prices: &Arc<Prices>) -> Self {
        prices.loads.send_modify(|it| *it += 1);
        Self(Arc::clone(prices))
    }

    fn run(self, price_ids: &BTreeSet<String>) {
        for price_id in price_ids {
            if let Err(error) = self.0.book.load().load(price_id) {
                tracing::warn!("answers of {price_id} have no price: {error}");
            }
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.0.loads.send_modify(|it| *it -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::KeyId;
    use crate::domain::policy::Key;

    use crate::domain::usage::Source;

    /// A policy with `openai`, keyed or not, and `groq`, keyed and switched on or not.
    fn policy(openai: bool, groq: bool) -> Policy {
        let key = Key {
            id: KeyId(1),
            name: "main".into(),
            billing: Billing::Metered,
            weight: 1.0,
            enabled: true,
            models: Vec::new(),
            problem: None,
        };
        let provider = |name: &str, keys: Vec<Key>, enabled| Provider {
            keys,
            enabled,
            price_id: Some(name.to_owned()),
            ..Provider::new(name.into(), Vec::new(), crate::domain::policy::Auth::Bearer)
        };
        let openai = provider("openai", if openai { vec![key.clone()] } else { Vec::new() }, true);
        let all = [openai, provider("groq", vec![key], groq)];
        Policy { providers: all.into_iter().map(|it| (it.name.clone(), Arc::new(it))).collect(), ..Policy::default() }
    }

    fn cost(prices: &Prices, policy: &Policy, name: &str, model: &str) -> Cost {
        let usage = Usage { input: 1_000, source: Source::Provider, ..Usage::default() };
        // 2026-11-20, 12:00 UTC.
        let at = Stamp(1_795_176_000_000_000);
        prices.cost(&policy.providers[name], Billing::Metered, &[model], &usage, at)
    }

    #[test]
    fn nothing_is_read_for_providers_that_cannot_be_asked() {
        let policy = policy(false, false);
        let prices = Prices::loading(Vec::new(), &policy);
        assert!(prices.are_loaded());
        assert!(!prices.book.load().holds("openai") && !prices.book.load().holds("groq"));
        assert_eq!(cost(&prices, &policy, "openai", "gpt-5.4-mini"), Cost::Unpriced);
    }

    #[tokio::test]
    async fn an_edit_that_brings_a_provider_brings_its_prices() {
        let (before, after) = (policy(true, false), policy(true, true));
        let prices = Prices::loading(Vec::new(), &before);
        prices.ready().await;
        assert!(prices.are_loaded() && prices.book.load().holds("openai") && !prices.book.load().holds("groq"));
        assert_eq!(cost(&prices, &before, "openai", "gpt-5.4-mini"), Cost::Exact(Usd::from_pico(750_000_000)));
        prices.replace(Vec::new(), &after);
        prices.ready().await;
        assert!(matches!(cost(&prices, &after, "groq", "openai/gpt-oss-20b"), Cost::Exact(_)));
        prices.replace(Vec::new(), &before);
        assert!(prices.are_loaded() && prices.book.load().holds("groq"));
    }

    #[tokio::test]
    async fn decisions_are_told_the_prices_of_the_groups_targets_by_size_of_prompt() {
        use crate::domain::policy::Group;
        use crate::domain::rates::Tokens;

        let mut policy = policy(true, true);
        let target = |text| (Target::parse(text).unwrap(), 1.0);
        let targets = vec![target("openai/gpt-5.4-mini"), target("groq/nobody-knows"), target("gone/x")];
        let group = Group::new("g".into(), targets);
        policy.groups.insert(group.name.clone(), Arc::new(group));
        let prices = Prices::loading(Vec::new(), &policy);
        prices.ready().await;
        let at = Stamp(1_795_176_000_000_000);
        let card = prices.card(&policy, at);
        assert_eq!(card.0.len(), 1, "{card:?}");
        let rates = card.0[&Target::parse("openai/gpt-5.4-mini").unwrap()].at(1_000).unwrap();
        let cost = |input, cache_read, output| {
            let usage = Usage { input, cache_read, output, source: Source::Provider, ..Usage::default() };
            prices.cost(&policy.providers["openai"], Billing::Metered, &["gpt-5.4-mini"], &usage, at).amount().unwrap()
        };
        let of_card = |input, cache_read, output| rates.cost(Tokens { input, cache_read, output, ..Tokens::default() });
        assert_eq!(of_card(1_000, 0, 300), cost(1_000, 0, 300));
        assert_eq!(of_card(1_000, 800, 300), cost(1_000, 800, 300));
        assert!(Arc::ptr_eq(&card, &prices.card(&policy, Stamp(at.0 + 1))), "made once an hour");
        let own = Override {
            provider: "openai".into(),
            model: "gpt-5.4-mini".into(),
            prices: crate::catalog::prices::UnitPrices {
                input: Usd::from_pico(7_000_000_000_000),
                output: Usd::from_pico(9_000_000_000_000),
                ..Default::default()
            },
            from: None,
            ceiling: false,
        };
        prices.replace(vec![own], &policy);
        let card = prices.card(&policy, at);
        let rates = card.0[&Target::parse("openai/gpt-5.4-mini").unwrap()].at(1).copied().unwrap();
        assert_eq!(
            (rates.input, rates.cache_read, rates.output),
            (Usd::from_pico(7_000_000_000_000), Usd::from_pico(7_000_000_000_000), Usd::from_pico(9_000_000_000_000))
        );
    }

    #[tokio::test]
    async fn who_goes_by_price_is_told_that_of_targets_in_no_group_too() {
        use crate::domain::clock::Now;
        use crate::domain::dialect::Dialect;
        use crate::domain::id::RequestId;
        use crate::domain::operation::Operation;

        let policy = policy(true, true);
        let prices = Prices::loading(Vec::new(), &policy);
        prices.ready().await;
        let now = Now { wall: Stamp(1_795_176_000_000_000), ..Now::default() };
        let ask = |model: &str| Ask::new(RequestId(1), now, Dialect::OpenaiChat, Operation::Chat, model.to_owned());
        assert!(prices.card_for(&policy, &ask("openai/gpt-5.4-mini"), false).0.is_empty());
        let dear = Target::parse("openai/gpt-5.4-mini").unwrap();
        for (ask, by_price) in [(ask("openai/gpt-5.4-mini:floor"), false), (ask("openai/gpt-5.4-mini"), true)] {
            let card = prices.card_for(&policy, &ask, by_price);
            assert_eq!(card.0[&dear].at(1).map(|it| it.input), Some(Usd::from_pico(750_000_000_000)));
        }
        let wishes =
            crate::domain::wishes::Wishes { models: vec!["groq/nobody-knows".to_owned()], ..Default::default() };
        let card =
            prices.card_for(&policy, &Ask { wishes: Some(Box::new(wishes)), ..ask("openai/gpt-5.4-mini") }, false);
        assert!(card.0[&Target::parse("groq/nobody-knows").unwrap()].at(1).is_none(), "looked for once, and not found");
        assert_eq!(card.0.len(), 2);
        assert!(Arc::ptr_eq(&card, &prices.card(&policy, now.wall)), "kept for the next");
    }

    #[tokio::test]
    async fn a_load_that_panics_holds_nothing_up() {
        let prices = Prices::loading(Vec::new(), &Policy::default());
        let load = Load::begin(&prices);
        assert!(!prices.are_loaded());
        let ended = std::thread::spawn(move || {
            let _load = load;
            panic!("on purpose");
        });
        assert!(ended.join().is_err());
        prices.ready().await;
        assert!(prices.are_loaded());
    }
}
