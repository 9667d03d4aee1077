//! Sums over the requests and attempts of one hour, and their form in the file.

use std::ops::{Index, IndexMut};

use crate::store::rollups::bytes::{Reader, put, put_signed};
use crate::store::rollups::histogram::Histogram;

/// What is summed up. The numbers are written into files: a new one goes to the end, and none is ever given to
/// something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(in crate::store) enum Sum {
    /// Requests, in the cell of whoever answered them.
    Requests = 0,
    /// Of these: answered in full.
    Ok,
    /// Refused by llmroute or for a fault of their own.
    Refused,
    /// No target could answer.
    Failed,
    /// Cut after content had reached the client.
    Cut,
    /// The client hung up.
    ClientGone,
    /// Left open by a process that died.
    InDoubtRequests,
    /// Answered in full after an attempt had failed.
    Rescued,
    /// Attempts, in the cell of whoever was asked.
    Attempts,
    /// Those that were the first of their request.
    First,
    /// Of these: those that answered.
    FirstOk,
    /// Prompt tokens of attempts.
    Input,
    /// Of them: read from the provider's cache.
    CacheRead,
    /// Written to it for five minutes.
    CacheWrite,
    /// Written to it for an hour.
    CacheWrite1h,
    /// Generated tokens of attempts.
    Output,
    /// Of them: reasoning.
    Reasoning,
    /// Pico-dollars of attempts, exact.
    Exact,
    /// Estimated.
    Estimated,
    /// In doubt, as far as there is a price.
    InDoubt,
    /// Attempts in doubt.
    InDoubtAttempts,
    /// Attempts without a price.
    Unpriced,
    /// Answers paid by a flat fee.
    Subscription,
    /// Answers that were free.
    Free,
}

const SUMS: usize = Sum::Free as usize + 1;

/// Sums over some requests and attempts.
#[derive(Debug, Clone, Default)]
pub(in crate::store) struct Cell {
    sums: [i64; SUMS],
    /// Time to first content of streamed attempts that had one, each from its own beginning, in microseconds.
    pub(in crate::store) ttft: Histogram,
    /// From beginning to end of attempts that answered.
    pub(in crate::store) total: Histogram,
    /// Time spent in llmroute before the first byte of a request left for a provider.
    pub(in crate::store) overhead: Histogram,
}

impl Cell {
    /// Adds `n` to one of the sums. They stop at what an `i64` holds: nine million dollars.
    pub(super) fn plus(&mut self, sum: Sum, n: i64) {
        self[sum] = self[sum].saturating_add(n);
    }

    /// Takes in all of `other`.
    pub(in crate::store) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.sums.iter_mut().zip(&other.sums) {
            *mine = mine.saturating_add(*theirs);
        }
        for (mine, theirs) in self.histograms().into_iter().zip([&other.ttft, &other.total, &other.overhead]) {
            mine.merge(theirs);
        }
    }

    /// The form in the file: the sums that are not 0, each as its distance from the one before and its value; then
    /// the histograms.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        let set = || (0u64..).zip(&self.sums).filter(|it| *it.1 != 0);
        put(&mut out, set().count() as u64);
        let mut last = 0;
        for (at, n) in set() {
            put(&mut out, at - last);
            put_signed(&mut out, *n);
            last = at;
        }
        for it in [&self.ttft, &self.total, &self.overhead] {
            it.encode(&mut out);
        }
        out
    }

    /// Takes in what [`Self::encode`] wrote; `None` if that is not what it is.
    pub(super) fn absorb(&mut self, bytes: &[u8]) -> Option<()> {
        let mut from = Reader::new(bytes);
        let mut at = 0u64;
        for _ in 0..from.number()? {
            at = at.checked_add(from.number()?)?;
            let n = from.signed()?;
            let sum = self.sums.get_mut(usize::try_from(at).ok()?)?;
            *sum = sum.saturating_add(n);
        }
        for it in self.histograms() {
            it.absorb(&mut from)?;
        }
        from.is_done().then_some(())
    }

    fn histograms(&mut self) -> [&mut Histogram; 3] {
        [&mut self.ttft, &mut self.total, &mut self.overhead]
    }
}

impl Index<Sum> for Cell {
    type Output = i64;

    fn index(&self, sum: Sum) -> &i64 {
        &self.sums[sum as usize]
    }
}

impl IndexMut<Sum> for Cell {
    fn index_mut(&mut self, sum: Sum) -> &mut i64 {
        &mut self.sums[sum as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell() -> Cell {
        let mut it = Cell::default();
        it.plus(Sum::Requests, 3);
        it.plus(Sum::Exact, 84_100_000_000_000);
        it.plus(Sum::Free, -1);
        (0..40).for_each(|n| it.ttft.add(400_000 + n * 9_000));
        it.overhead.add(30);
        it
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = cell().encode();
        let mut read = cell();
        read.absorb(&bytes).unwrap();
        let mut twice = cell();
        twice.merge(&cell());
        assert_eq!(read.encode(), twice.encode());
        assert_eq!((read[Sum::Requests], read[Sum::Exact], read[Sum::Free]), (6, 168_200_000_000_000, -2));
        assert_eq!((read.ttft.len(), read.total.len(), read.overhead.len()), (80, 0, 2));
        assert!(bytes.len() < 120, "{} bytes", bytes.len());
    }

    #[test]
    fn what_is_cut_or_longer_is_refused() {
        let bytes = cell().encode();
        for cut in 0..bytes.len() {
            assert!(Cell::default().absorb(&bytes[..cut]).is_none(), "{cut} of {} bytes", bytes.len());
        }
        assert!(Cell::default().absorb(&[&bytes[..], &[0]].concat()).is_none());
    }

    #[test]
    fn sums_stop_where_a_number_ends() {
        let mut it = Cell::default();
        it.plus(Sum::Exact, i64::MAX);
        it.plus(Sum::Exact, 1);
        assert_eq!(it[Sum::Exact], i64::MAX);
    }
}
