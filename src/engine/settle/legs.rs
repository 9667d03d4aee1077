//! An answer that several targets give one after the other: each of them an attempt with its own bill.

use std::sync::Arc;

use crate::domain::failure::Failure;
use crate::domain::prompt::Loss;
use crate::domain::usage::Usage;
use crate::engine::drain;
use crate::engine::flow::Flow;
use crate::engine::resume::Leg;
use crate::engine::settle::Settlement;
use crate::store::Outcome;
use crate::upstream::Incoming;

impl Settlement {
    /// The answer may be gone on with if it is cut: what its client is told is to be remembered.
    pub fn may_go_on(&mut self, wanted: bool) {
        self.account.resumes = wanted;
    }

    /// The answer that the client was being told was cut, after `flow` of it; what it is booked with.
    pub fn broke_off(&mut self, flow: &Flow, failure: &Failure) -> Option<Usage> {
        let answering = self.account.book().told().map(|it| it.seat.clone());
        if let Some(seat) = &answering {
            self.account.engine.fleet.cut(seat);
        }
        self.losses.extend(flow.losses().iter().map(|it| it.what.clone()));
        self.close_answer(flow.facts(), Outcome::Cut, Some(failure.clone()));
        let mut book = self.account.book();
        let at = book.answering?;
        book.heard.push(at);
        book.tries.get(at)?.usage.clone()
    }

    /// An answer that was to go on from another does not, which says nothing against its target: nobody heard of it. It is
    /// hung up on, or read on where that would not stop its bill.
    pub fn misfit(&mut self, flow: Box<Flow>, incoming: Option<Box<Incoming>>, failure: &Failure) {
        let mut book = self.account.book();
        let heard = book.heard.last().copied();
        let at = std::mem::replace(&mut book.answering, heard);
        let Some((at, it)) = at.and_then(|at| Some((at, book.tries.get_mut(at)?))) else { return };
        it.failure = Some(failure.clone());
        let bills_anyway = !it.provider.quirks.cancels;
        drop(book);
        let account = self.account.clone();
        match (incoming, tokio::runtime::Handle::try_current()) {
            (Some(incoming), Ok(runtime)) if bills_anyway => {
                self.wait_for(runtime.spawn(drain::unheard(flow, incoming, account, at)));
            }
            _ => account.read_on(at, flow.facts()),
        }
    }

    /// Another target is asked for the rest.
    pub fn go_on(&mut self, leg: &Arc<Leg>) {
        self.place = None;
        self.account.leg = Some(Arc::clone(leg));
        self.account.book().reopen();
    }

    /// Nobody went on: the client was told of the cut.
    pub fn gave_up(mut self, losses: &[Loss], failure: Failure) {
        self.losses.extend(losses.iter().map(|it| it.what.clone()));
        self.finish(Outcome::Cut, 200, Some(failure));
    }
}
