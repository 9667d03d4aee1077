//! Attempts that run at the same time: the one that was asked first, and a hedge beside it. The first *content* wins; who
//! loses is hung up on, or read on where its provider bills it anyway.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::time::{Instant, timeout_at};

use crate::domain::failure::Failure;
use crate::domain::policy::Deadlines;
use crate::domain::target::Seat;
use crate::engine::committed::Committed;
use crate::engine::fleet::Ticket;
use crate::engine::limits::Leave;
use crate::engine::rooms::Place;
use crate::engine::settle::{Account, Settlement};
use crate::engine::{attempt, drain};
use crate::route::Stop;

/// An attempt that still runs. It owns all it needs, so that it can outlive the walk that began it.
pub type Trying = Pin<Box<dyn Future<Output = Result<Committed, Failure>> + Send>>;

/// One attempt in a race.
pub struct Racer<'a> {
    /// Where its target stands in the plan.
    pub at: usize,
    /// Whom it asks.
    pub seat: Seat,
    /// Its word to the fleet.
    pub ticket: Ticket<'a>,
    /// Its place there, where places are counted.
    pub place: Option<Place>,
    /// Its leave to be there, where limits count it.
    pub leave: Option<Leave>,
    /// When it began.
    pub began: Instant,
    /// It should have begun to answer by now.
    pub late: bool,
    /// Its provider goes on, and bills, when it is hung up on.
    bills_anyway: bool,
    trying: Trying,
}

/// The attempts of one walk that run just now.
#[derive(Debug, Default)]
pub struct Race<'a> {
    racers: Vec<Racer<'a>>,
}

/// What a race was woken by.
#[derive(Debug)]
pub enum Woken<'a> {
    /// This attempt has content.
    Won(Box<Racer<'a>>, Box<Committed>),
    /// This attempt failed.
    Failed(Box<Racer<'a>>, Box<Failure>),
    /// The time is over.
    Late,
}

// === impl Racer ===

impl std::fmt::Debug for Racer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Racer").field("seat", &self.seat).field("late", &self.late).finish_non_exhaustive()
    }
}

// === impl Race ===

impl<'a> Race<'a> {
    /// Sends one more attempt.
    pub fn start(
        &mut self,
        at: usize,
        stop: &Stop,
        (seat, place, leave): (&Seat, Option<Place>, Option<Leave>),
        ticket: Ticket<'a>,
        deadlines: Deadlines,
        account: &Account,
    ) {
        let (stop, bills_anyway) = (stop.clone(), !stop.provider.quirks.cancels);
        let (their_seat, account) = (seat.clone(), account.clone());
        let trying = Box::pin(async move {
            let (engine, ask) = (Arc::clone(account.engine()), Arc::clone(account.ask()));
            attempt::run(&engine, &ask, &stop, &their_seat, &deadlines, &account).await
        });
        let began = Instant::now();
        self.racers.push(Racer {
            at,
            seat: seat.clone(),
            place,
            leave,
            ticket,
            began,
            late: false,
            bills_anyway,
            trying,
        });
    }

    /// Nobody runs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.racers.is_empty()
    }

    /// The one that runs alone.
    #[must_use]
    pub fn alone(&self) -> Option<&Racer<'a>> {
        self.racers.first().filter(|_| self.racers.len() == 1)
    }

    /// The one that runs alone is late; where its target stands in the plan.
    pub fn mark_late(&mut self) -> usize {
        self.racers.iter_mut().fold(0, |_, it| {
            it.late = true;
            it.at
        })
    }

    /// Waits until one of them ends, or until `late`. Nobody running is never woken.
    pub async fn woken(&mut self, late: Option<Instant>) -> Woken<'a> {
        let racers = &mut self.racers;
        let ended = poll_fn(|cx| {
            let ended = racers.iter_mut().enumerate().find_map(|(at, it)| match it.trying.as_mut().poll(cx) {
                Poll::Ready(outcome) => Some((at, outcome)),
                Poll::Pending => None,
            });
            ended.map_or(Poll::Pending, Poll::Ready)
        });
        let ended = match late {
            Some(late) => timeout_at(late, ended).await.ok(),
            None => Some(ended.await),
        };
        match ended {
            Some((at, Ok(it))) => Woken::Won(Box::new(self.racers.swap_remove(at)), Box::new(it)),
            Some((at, Err(it))) => Woken::Failed(Box::new(self.racers.swap_remove(at)), Box::new(it)),
            None => Woken::Late,
        }
    }

    /// It is decided: whoever still runs has lost. That another one was faster says nothing against its target's health.
    pub fn over(&mut self, settlement: &mut Settlement) {
        if !self.racers.is_empty() {
            settlement.account().decide();
        }
        for racer in self.racers.drain(..) {
            // Dropped, it hangs up.
            if racer.bills_anyway {
                let (account, held) = (settlement.account().clone(), (racer.place, racer.leave));
                settlement.wait_for(tokio::spawn(async move {
                    drain::outrun(racer.trying, account).await;
                    drop(held);
                }));
            }
        }
    }
}
