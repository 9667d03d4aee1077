//! What was spent before: read from the rows of the ledger, for budgets that are counted anew.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::domain::budget::Budget;
use crate::domain::clock::Stamp;
use crate::domain::id::RequestId;
use crate::engine::purse::Purse;
use crate::engine::purse::counter::{Counter, State};
use crate::store::spent::{Question, spent};
use crate::store::{self, Access, Db, LedgerError, StoreError};

/// Between two tries to read what cannot be read.
const PAUSE: Duration = Duration::from_secs(1);

impl Counter {
    /// A request that it counts by itself while its rows are read.
    pub(super) fn see(&mut self, request: RequestId) {
        if let State::Reading(seen) | State::Blind(seen) = &mut self.state {
            seen.insert(request.0);
        }
    }

    fn is_known(&self) -> bool {
        matches!(self.state, State::Known)
    }

    fn seen(&self) -> Vec<RequestId> {
        match &self.state {
            State::Reading(seen) | State::Blind(seen) => seen.iter().map(|it| RequestId(*it)).collect(),
            State::Known => Vec::new(),
        }
    }
}

impl Purse {
    /// Reads what is not known, once, here.
    pub(super) fn read_now(self: &Arc<Self>) {
        if let Err(error) = self.read() {
            tracing::error!(%error, "what was spent cannot be read: hard budgets let nothing through until it can");
            self.read_beside();
        }
    }

    /// Counts what lies before the window of a counter whose clock was put back. Until that is read the old one goes on: it
    /// is of a later window, so it grants nothing that was spent.
    pub(super) fn put_back(self: &Arc<Self>, now: Stamp) {
        let mut book = self.book();
        let behind = |it: &&Counter| it.is_ahead(now);
        let budgets: Vec<Arc<Budget>> = book.counters.iter().filter(behind).map(|it| Arc::clone(&it.budget)).collect();
        for budget in budgets {
            let is_read = |it: &Counter| it.is_same(&budget) && !it.is_known();
            if !book.counters.iter().any(is_read) {
                tracing::warn!("the clock was put back: what was spent of {} is read anew", budget.label());
                let counter = book.counted(&budget, now, State::Reading);
                book.counters.push(counter);
            }
        }
        drop(book);
        self.read_beside();
    }

    /// Reads what is not known, on a thread of its own.
    pub(super) fn read_beside(self: &Arc<Self>) {
        if self.reading.swap(true, Ordering::AcqRel) {
            return;
        }
        let purse = Arc::downgrade(self);
        let reads = std::thread::Builder::new().name("llmroute-budgets".to_owned()).spawn(move || until_known(&purse));
        if let Err(error) = reads {
            self.reading.store(false, Ordering::Release);
            tracing::error!(%error, "no thread to read on what was spent");
        }
    }

    fn read(&self) -> Result<(), StoreError> {
        let db = store::open(self.ledger.path(), Access::ReadOnly)?;
        while let Some((budget, since)) = self.unknown() {
            self.answer(&db, &budget, since)?;
        }
        Ok(())
    }

    /// A budget whose sums are to be read, and since when.
    pub(super) fn unknown(&self) -> Option<(Arc<Budget>, Stamp)> {
        let book = self.book();
        let it = book.counters.iter().find(|it| !it.is_known())?;
        Some((Arc::clone(&it.budget), it.window().start))
    }

    fn answer(&self, db: &Db, budget: &Arc<Budget>, since: Stamp) -> Result<(), StoreError> {
        let question = Question { scope: &budget.scope, since, part: budget.period.part() };
        let rows =
            spent(db, &question, || self.unread(budget).map(|it| self.book().counters[it].seen()).unwrap_or_default())?;
        let Some(at) = self.unread(budget) else { return Ok(()) };
        let mut book = self.book();
        // It may have gone on to another window meanwhile: then it is asked about once more.
        let Some(counter) = book.counters.get_mut(at).filter(|it| it.is_same(budget) && it.window().start == since)
        else {
            return Ok(());
        };
        counter.fill(&rows);
        // The one that it stands in for.
        let mut nth = 0;
        book.counters.retain(|it| {
            nth += 1;
            nth - 1 == at || !it.is_same(budget)
        });
        book.check();
        Ok(())
    }

    fn unread(&self, budget: &Budget) -> Option<usize> {
        self.book().counters.iter().position(|it| it.is_same(budget) && !it.is_known())
    }
}

fn until_known(purse: &Weak<Purse>) {
    loop {
        let Some(purse) = purse.upgrade() else { return };
        // What has ended has its row once the ledger has written what it was sent.
        let flushed = tokio::runtime::Builder::new_current_thread().build().map(|it| it.block_on(purse.ledger.flush()));
        let done = match flushed {
            Ok(Ok(())) => purse.read().map_err(|it| it.to_string()),
            // The process ends: nothing will be spent any more.
            Ok(Err(LedgerError::Closed)) => return,
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = done {
            tracing::error!("what was spent cannot be read: {error}");
            drop(purse);
            std::thread::sleep(PAUSE);
            continue;
        }
        purse.reading.store(false, Ordering::Release);
        // Somebody may have asked for more just before that.
        if purse.unknown().is_none() || purse.reading.swap(true, Ordering::AcqRel) {
            return;
        }
    }
}
