//! Leave to go on, booked on every limit that covers it.

use crate::domain::clock::Moment;
use crate::engine::limits::{Limits, Which};

/// Leave for one request, or for one attempt of it. Dropped, it gives its places back, and what it was booked with stays
/// counted: nobody has said how much it was.
#[derive(Debug)]
#[must_use]
pub struct Leave {
    limits: Limits,
    at: Moment,
    booked: Vec<(Which, u64)>,
}

impl Leave {
    pub(super) fn new(limits: Limits, at: Moment, booked: Vec<(Which, u64)>) -> Self {
        Self { limits, at, booked }
    }

    /// It is over, and had so many tokens; `None` = nobody knows.
    pub fn over(mut self, tokens: Option<u64>) {
        self.end(tokens);
    }

    /// Nothing was sent on this, if there was any.
    pub fn none(leave: Option<Self>) {
        if let Some(it) = leave {
            it.undo();
        }
    }

    /// Nothing was sent.
    pub fn undo(mut self) {
        let booked = std::mem::take(&mut self.booked);
        if booked.is_empty() {
            return;
        }
        let mut state = self.limits.0.lock();
        for (which, tokens) in booked {
            if let Some(it) = state.meter(&which) {
                it.undo(self.at, tokens);
            }
        }
        drop(state);
        self.limits.0.changed.notify_waiters();
    }

    fn end(&mut self, tokens: Option<u64>) {
        let booked = std::mem::take(&mut self.booked);
        if booked.is_empty() {
            return;
        }
        let now = self.limits.0.clock.now().mono;
        let mut state = self.limits.0.lock();
        for (which, was) in booked {
            if let Some(it) = state.meter(&which) {
                it.over((self.at, now), was, tokens);
            }
        }
        drop(state);
        self.limits.0.changed.notify_waiters();
    }
}

impl Drop for Leave {
    fn drop(&mut self) {
        self.end(None);
    }
}
