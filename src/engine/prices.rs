//! Prices as the engine needs them: the table is decoded in the background, because that takes longer than the first
//! request, and waited for only where something has to be priced.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::catalog::prices::{self, Override, PriceBook, Tariff};
use crate::domain::clock::Stamp;
use crate::domain::id::ModelName;
use crate::domain::policy::{Billing, Provider};
use crate::domain::target::Target;
use crate::domain::usage::Usage;
use crate::store::Cost;

/// The user's own prices and the table.
#[derive(Debug)]
pub struct Prices {
    overrides: ArcSwap<Vec<Override>>,
    book: OnceLock<PriceBook>,
    loaded: watch::Sender<bool>,
}

impl Prices {
    /// Prices with the user's own rows; the table is loaded on a thread of its own from now on.
    #[must_use]
    pub fn loading(overrides: Vec<Override>) -> Arc<Self> {
        let (loaded, _) = watch::channel(false);
        let prices = Arc::new(Self { overrides: ArcSwap::from_pointee(overrides), book: OnceLock::new(), loaded });
        let mine = Arc::clone(&prices);
        let load = move || mine.load();
        if let Err(error) = std::thread::Builder::new().name("prices".to_owned()).spawn(load) {
            tracing::warn!("no thread to read the price table on ({error}): reading it now");
            prices.load();
        }
        prices
    }

    fn load(&self) {
        self.book.get_or_init(PriceBook::load);
        self.loaded.send_replace(true);
    }

    /// Replaces the user's own prices.
    pub fn replace(&self, overrides: Vec<Override>) {
        self.overrides.store(Arc::new(overrides));
    }

    /// Whether the table is there.
    #[must_use]
    pub fn are_loaded(&self) -> bool {
        self.book.get().is_some()
    }

    /// Waits until the table is there: some tens of milliseconds after the start, nothing after that.
    pub async fn ready(&self) {
        if self.book.get().is_none() {
            // The sender lives as long as `self`, so waiting cannot fail.
            let _ = self.loaded.subscribe().wait_for(|it| *it).await;
        }
    }

    /// What `usage` costs at `provider`, paid with a key of that `billing`. `models`: the names the model goes by, the
    /// best first. The user's own price for any of them comes before the table's for the first: providers answer with
    /// the name of a snapshot that nobody would think of pricing.
    #[must_use]
    pub fn cost(&self, provider: &Provider, billing: Billing, models: &[&str], usage: &Usage, at: Stamp) -> Cost {
        let overrides = self.overrides.load();
        let tariff = Tariff { overrides: &overrides, book: self.book.get() };
        let models = models.iter().map(|it| ModelName::from(*it));
        let is_own = |model: &ModelName| {
            prices::find(&overrides, &Target { provider: provider.name.clone(), model: model.clone() }, at).is_some()
        };
        let of = |model: ModelName| tariff.cost(provider, &model, billing, usage, at);
        match models.clone().find(is_own).and_then(of).or_else(|| models.clone().find_map(of)) {
            None => Cost::Unpriced,
            Some(priced) if priced.exact => Cost::Exact(priced.usd),
            Some(priced) => Cost::Estimated(priced.usd),
        }
    }
}
