//! The scripts that wait for requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::sim::script::{Act, Script};

/// The scripts of one simulated provider: a queue used up one a request, then what holds for all others.
#[derive(Debug, Clone, Default)]
pub struct Scripts(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    queue: VecDeque<Script>,
    always: Option<Script>,
}

// === impl Scripts ===

impl Scripts {
    /// Adds a script to the queue: the next request that no earlier one takes gets it.
    pub fn push(&self, script: Script) {
        self.lock().queue.push_back(script);
    }

    /// Adds these in order.
    pub fn extend(&self, scripts: impl IntoIterator<Item = Script>) {
        self.lock().queue.extend(scripts);
    }

    /// What every request gets for which the queue holds nothing.
    pub fn always(&self, script: Script) {
        self.lock().always = Some(script);
    }

    /// Forgets the queue and what holds always: the persona answers by itself again.
    pub fn clear(&self) {
        *self.lock() = Waiting::default();
    }

    /// Scripts of the queue that no request has taken yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.lock().queue.len()
    }

    /// Takes the script of the next request.
    pub(crate) fn next(&self) -> Option<Script> {
        let mut it = self.lock();
        it.queue.pop_front().or_else(|| it.always.clone())
    }

    /// Takes the script of the next request if it is a reset before reading, which is decided before there is one.
    pub(crate) fn next_reset(&self) -> Option<Script> {
        let mut it = self.lock();
        let resets = |script: &Script| matches!(script.act, Act::ResetBefore);
        if it.queue.front().is_some_and(resets) {
            return it.queue.pop_front();
        }
        if it.queue.is_empty() { it.always.clone().filter(resets) } else { None }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
