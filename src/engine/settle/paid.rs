//! What was held for an attempt is spent, or free again, as soon as it is known what it cost.

use std::sync::Arc;

use crate::domain::ask::Ask;
use crate::domain::money::Usd;
use crate::engine::Engine;
use crate::engine::settle::Account;
use crate::engine::settle::tried::Try;
use crate::engine::spending::{Parked, Spending};
use crate::store::Cost;

impl Account {
    /// What its attempts hold money by; `None` where nothing is counted.
    #[must_use]
    pub fn spending(&self) -> Option<&Arc<Spending>> {
        self.spending.as_ref()
    }

    /// The same account in the hands of one attempt, with what is held for that.
    #[must_use]
    pub fn holding(&self, parked: Option<Arc<Parked>>) -> Self {
        Self { parked, ..self.clone() }
    }
}

impl Try {
    /// It is on its way: what is held for it may have to be spent.
    pub(super) fn is_sent(&mut self) {
        if let Some(it) = &mut self.hold {
            it.sent();
        }
    }

    /// Puts a price on it once it is over. What is unknown stays open while the table is not there.
    pub(super) fn pay(&mut self, ask: &Ask, engine: &Engine) {
        if self.open || self.cost.is_some() {
            return;
        }
        let loaded = engine.prices.are_loaded();
        let (cost, priced_by) = self.price(ask, &engine.prices);
        if !loaded && matches!(cost, Cost::Unpriced | Cost::InDoubt(None)) {
            return;
        }
        (self.cost, self.priced_by) = (Some(cost), priced_by);
        if let Some(it) = &mut self.hold {
            it.settle(cost.amount().unwrap_or(Usd::ZERO));
        }
    }
}
