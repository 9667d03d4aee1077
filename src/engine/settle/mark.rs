//! How far a stream has come, noted while it runs: what its attempt is booked with if the process dies (faults.md §3.8).

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::operation::Operation;
use crate::domain::usage::Usage;
use crate::engine::settle::Settlement;
use crate::engine::settle::account::BYTES_A_TOKEN;
use crate::store::Mark;
use crate::wire::Facts;

/// A stream is marked this often, if something was generated since.
const EVERY: Duration = Duration::from_secs(5);
/// And after so many tokens.
const TOKENS: u64 = 2_000;

/// When a stream was marked last, and how many bytes of content it had by then.
#[derive(Debug)]
pub struct Pace {
    at: Instant,
    bytes: u64,
}

impl Pace {
    /// Begins at `now`.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self { at: now, bytes: 0 }
    }

    /// Whether it is time for a mark, with so many bytes of content by `now`; the next is counted from here.
    pub fn is_due(&mut self, now: Instant, bytes: u64) -> bool {
        let due = bytes.saturating_sub(self.bytes) >= TOKENS * BYTES_A_TOKEN || now - self.at >= EVERY;
        if due {
            *self = Self { at: now, bytes };
        }
        due
    }
}

impl Settlement {
    /// Notes how far the answering attempt has come.
    pub fn mark(&self, facts: &Facts) {
        let ask = self.ask();
        let book = self.account.book();
        let Some((at, it)) = book.answering.and_then(|at| Some((at, book.tries.get(at)?))) else { return };
        if ask.operation != Operation::Chat {
            return;
        }
        let told = facts.usage.as_ref();
        let input = told.map_or(ask.needs.prompt_tokens, |it| it.input.max(ask.needs.prompt_tokens));
        let output = told.map_or(0, |it| it.output).max(facts.content_bytes.div_ceil(BYTES_A_TOKEN));
        let model = it.seat.target.model.as_str();
        let engine = &self.account.engine;
        let usage = Usage::estimated(input, output);
        let spent = engine.prices.cost(&it.provider, it.billing, &[model], &usage, ask.at.wall).amount();
        let attempt = u32::try_from(at + 1).unwrap_or(u32::MAX);
        drop(book);
        engine.ledger.mark(&Mark { id: ask.id, attempt, input, output, spent });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_mark_is_due_after_five_seconds_or_two_thousand_tokens() {
        let mut pace = Pace::new(Instant::now());
        assert!(!pace.is_due(Instant::now(), 7_999));
        assert!(pace.is_due(Instant::now(), 8_000));
        assert!(!pace.is_due(Instant::now(), 8_100));
        tokio::time::advance(EVERY).await;
        assert!(pace.is_due(Instant::now(), 8_100));
        assert!(!pace.is_due(Instant::now(), 8_200));
    }
}
