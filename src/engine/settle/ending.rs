//! The end of a settlement: its record is sent once, by whoever finishes it or by its drop.

use std::sync::Arc;

use crate::domain::clock::Moment;
use crate::domain::failure::{Failure, Origin};
use crate::engine::settle::account::Account;
use crate::engine::settle::{CLIENT_GONE, Settlement};
use crate::store::Outcome;

impl Settlement {
    /// Sends the record: now, or as soon as every attempt is over and there are prices to write into it.
    pub(super) fn finish(mut self, outcome: Outcome, status: u16, failure: Option<Failure>) {
        let ended = self.account.engine.now().mono;
        let strays = std::mem::take(&mut self.strays);
        self.place = None;
        self.give_back();
        // A record in memory is lost with the process, so none waits that the table has nothing to say about.
        self.price();
        if strays.is_empty() && self.total_cost().is_some() {
            return self.send(outcome, status, failure.as_ref(), ended);
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return self.send(outcome, status, failure.as_ref(), ended);
        };
        let prices = Arc::clone(&self.account.engine.prices);
        let open = Open { settlement: self, outcome, status, failure, ended };
        runtime.spawn(async move {
            for stray in strays {
                // One that panicked leaves its attempt uncertain, which is what it is.
                let _ = stray.await;
            }
            prices.ready().await;
            drop(open);
        });
    }

    fn send(&mut self, outcome: Outcome, status: u16, failure: Option<&Failure>, ended: Moment) {
        let Some(slot) = self.slot.take() else { return };
        // Nothing is waited for any more: what is still open is as uncertain as it was when it was sent.
        let Account { ask, engine, .. } = &self.account;
        for it in self.account.book().tries.iter_mut().filter(|it| it.open) {
            it.given_up(ask, engine);
            it.ended = ended;
        }
        if let Some(side) = self.decision.as_ref().and_then(|it| it.side())
            && let Some(seen) = self.account.book().seen(side, ask)
        {
            engine.canaries.tell(side, &seen, engine.now());
        }
        self.price();
        let record = Arc::new(self.record(outcome, status, failure, ended));
        let engine = &self.account.engine;
        if engine.finished.receiver_count() > 0 {
            // Nobody listening is no failure.
            let _ = engine.finished.send(Arc::clone(&record));
        }
        slot.settle(record);
    }

    /// Everything this is the account of, handed on; what is left behind records nothing.
    fn take(&mut self) -> Self {
        Self {
            account: self.account.clone(),
            slot: self.slot.take(),
            decision: self.decision.take(),
            losses: std::mem::take(&mut self.losses),
            strays: std::mem::take(&mut self.strays),
            place: self.place.take(),
            limited: std::mem::take(&mut self.limited),
        }
    }
}

/// A record that waits for prices or for attempts that lost, and is sent without them where the runtime ends first.
struct Open {
    settlement: Settlement,
    outcome: Outcome,
    status: u16,
    failure: Option<Failure>,
    ended: Moment,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.settlement.send(self.outcome, self.status, self.failure.as_ref(), self.ended);
    }
}

impl Drop for Settlement {
    fn drop(&mut self) {
        // A request of which nothing was sent and nobody was told leaves no row: there is nothing true to say of it.
        if self.slot.is_none() || self.account.book().tries.is_empty() {
            return self.give_back();
        }
        let settlement = self.take();
        let Account { ask, engine, .. } = &settlement.account;
        // The walk, and with it every attempt that is not read on as a stray, ends with this.
        let mut book = settlement.account.book();
        let answering = book.answering;
        for (at, it) in book.tries.iter_mut().enumerate().filter(|it| it.1.open) {
            if settlement.strays.is_empty() || answering == Some(at) {
                it.given_up(ask, engine);
            }
        }
        drop(book);
        if std::thread::panicking() {
            let failure = Failure::local(Origin::Local, "internal", 500, "llmroute itself failed on this request");
            return settlement.finish(Outcome::Failed, 500, Some(failure));
        }
        settlement.finish(Outcome::ClientGone, CLIENT_GONE, None);
    }
}
