//! What a request was let through on by limits, until it is known how many tokens it had.

use crate::domain::usage::Usage;
use crate::engine::limits::Leave;
use crate::engine::settle::Settlement;

/// Leave that is held.
#[derive(Debug, Default)]
pub(super) struct Limited {
    /// To come in, by who asks.
    entrance: Option<Leave>,
    /// To be where it is answered, by whom is asked.
    answering: Option<Leave>,
}

impl Settlement {
    /// Keeps the leave by which the request came in.
    pub fn let_in(&mut self, leave: Leave) {
        self.limited.entrance = Some(leave);
    }

    /// Keeps the leave of the attempt that answers.
    pub fn let_through(&mut self, leave: Option<Leave>) {
        self.limited.answering = leave;
    }

    /// The answer is over: what was booked for it is settled to what it had.
    pub(super) fn give_back(&mut self) {
        let Limited { entrance, answering } = std::mem::take(&mut self.limited);
        if entrance.is_none() && answering.is_none() {
            return;
        }
        let book = self.account.book();
        let used = |it: &Usage| it.input + it.output;
        let told = book.told().and_then(|it| it.usage.as_ref()).map(used);
        // Of an attempt without a count nobody knows whether it had any.
        let known = book.tries.iter().all(|it| it.usage.is_some() || it.sent.is_none() || it.status.is_some());
        let all = known.then(|| book.tries.iter().filter_map(|it| it.usage.as_ref()).map(used).sum());
        drop(book);
        if let Some(it) = answering {
            it.over(told);
        }
        if let Some(it) = entrance {
            it.over(all);
        }
    }
}
