//! The money of one request: the most it may cost at each seat, and the hold that an attempt takes before it is sent.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::ask::Ask;
use crate::domain::failure::{Failure, Next};
use crate::domain::money::Usd;
use crate::domain::target::Seat;
use crate::engine::Engine;
use crate::engine::purse::{Hold, Payer, bound};
use crate::engine::settle::Account;
use crate::route::Stop;
use crate::route::budget::{told, worst_case};
use crate::route::health::RateCard;

/// What the attempts of a request go by. Only there where something is counted.
#[derive(Debug)]
pub struct Spending {
    rates: Arc<RateCard>,
    session: Option<Arc<str>>,
}

/// A hold on its way to the attempt it is for.
#[derive(Debug, Default)]
pub struct Parked(Mutex<Option<Hold>>);

impl Spending {
    /// By the prices that its decision went by.
    #[must_use]
    pub fn new(ask: &Ask, rates: Arc<RateCard>) -> Self {
        Self { rates, session: ask.session.as_deref().map(Arc::from) }
    }
}

impl Parked {
    /// Takes it, once.
    #[must_use]
    pub fn take(&self) -> Option<Hold> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Engine {
    /// Works out the most that `ask` can ask of a target, where a budget counts anything.
    pub(super) async fn bound(&self, ask: &mut Ask) {
        if self.purse.counts() {
            self.prices.ready().await;
            ask.needs.bound = Some(bound::of(ask));
        }
    }
}

impl Account {
    /// Holds what an attempt at `seat` may cost. `None`: nothing has to be held for it.
    ///
    /// # Errors
    /// A budget has no room for it just now: `budget_exhausted`.
    pub fn reserve(&self, stop: &Stop, seat: &Seat) -> Result<Option<Arc<Parked>>, Box<Failure>> {
        let Some(spending) = self.spending() else { return Ok(None) };
        let (engine, ask) = (self.engine(), self.ask());
        let worst = match self.leg() {
            // What was said so far is part of the prompt that asks for the rest.
            Some(_) => {
                let mut longer = Ask::clone(ask);
                if let Some(it) = &mut longer.needs.bound {
                    it.hidden = true;
                }
                worst_case(&longer, &stop.provider, seat, &spending.rates)
            }
            None => worst_case(ask, &stop.provider, seat, &spending.rates),
        };
        if worst == Some(Usd::ZERO) {
            return Ok(None);
        }
        let now = engine.now().wall;
        let (caller, session) = (ask.caller.clone(), spending.session.clone());
        let payer = Payer { request: ask.id, at: now, caller, session, seat: seat.clone() };
        // Without a price nothing can be held: a decision lets it through only where no hard budget counts it.
        match engine.purse.hold(payer, worst.unwrap_or(Usd::ZERO), now) {
            Ok(hold) => Ok(Some(Arc::new(Parked(Mutex::new(Some(hold)))))),
            Err(fund) => Err(Box::new(Failure { next: Next::Elsewhere, ..told(&fund, worst) })),
        }
    }
}
