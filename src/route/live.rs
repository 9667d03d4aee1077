//! What a seat has done lately, as a value: it is told what happened and when, and says how fast, how reliable and how
//! busy the seat is. It reads no clock and takes no lock (smart.md §3.4).
//!
//! Times are kept as natural logarithms of seconds: they are spread over orders of magnitude, and what is twice as slow is
//! as far off at the bottom as at the top.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::clock::Moment;

/// Sizes of prompts whose times are kept apart: a long prompt takes longer to its first token everywhere.
pub const SIZES: usize = 5;
/// Up to how many prompt tokens each size but the last goes.
const SIZE_MOST: [u64; SIZES - 1] = [1_000, 8_000, 32_000, 128_000];
/// Observations that a discounted mean remembers.
const MEMORY: f64 = 14.0;
/// A failure counts as an answer that took this long, however fast it came: a seat that refuses in a millisecond must
/// not look like the fastest of all.
const FAILURE_TIME: Duration = Duration::from_secs(10);
/// What a seat does just now is a mean over about so long …
const LATELY: Duration = Duration::from_secs(8);
/// … and what is usual for it over about so long.
const USUALLY: Duration = Duration::from_secs(300);
/// Good and bad outcomes are counted in slots of so many seconds …
const SLOT: u64 = 5;
/// … over half a minute.
const SLOTS: usize = 6;

/// Which times can be compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    /// A stream's time is that to its first content; any other answer's is the whole.
    pub stream: bool,
    size: usize,
}

impl Class {
    /// The class of a request for a prompt of `tokens`, those left out that the provider reads from its cache.
    #[must_use]
    pub fn of(stream: bool, tokens: u64) -> Self {
        let size = SIZE_MOST.iter().position(|most| tokens <= *most).unwrap_or(SIZES - 1);
        Self { stream, size }
    }

    /// The class of that size.
    pub(super) const fn at(stream: bool, size: usize) -> Self {
        Self { stream, size }
    }

    /// Its size, below [`SIZES`].
    pub(super) const fn size(self) -> usize {
        self.size
    }
}

/// A mean that forgets by the number of observations since.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Gauge {
    /// The mean.
    pub mean: f64,
    /// How many observations it is worth; 0 = none was made.
    pub weight: f64,
    /// When the last was made.
    pub at: Moment,
}

impl Gauge {
    fn push(&mut self, value: f64, now: Moment) {
        self.weight = (self.weight + 1.0).min(MEMORY);
        self.mean += (value - self.mean) / self.weight;
        self.at = self.at.max(now);
    }

    /// The mean, where anything was observed.
    #[must_use]
    pub fn get(&self) -> Option<f64> {
        (self.weight > 0.0).then_some(self.mean)
    }

    fn join(&mut self, other: &Self) {
        let weight = self.weight + other.weight;
        if weight > 0.0 {
            self.mean = (self.mean * self.weight + other.mean * other.weight) / weight;
        }
        self.weight = weight.min(MEMORY);
        self.at = self.at.max(other.at);
    }
}

/// A mean that forgets by the time since.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Fading {
    mean: f64,
    weight: f64,
    at: Moment,
}

impl Fading {
    fn push(&mut self, value: f64, now: Moment, over: Duration) {
        self.weight = self.weight(now, over) + 1.0;
        self.mean += (value - self.mean) / self.weight;
        self.at = self.at.max(now);
    }

    /// How many observations it is still worth.
    fn weight(&self, now: Moment, over: Duration) -> f64 {
        self.weight * (-now.since(self.at).as_secs_f64() / over.as_secs_f64()).exp()
    }

    fn join(&mut self, other: &Self, now: Moment, over: Duration) {
        let (own, others) = (self.weight(now, over), other.weight(now, over));
        if own + others > 0.0 {
            self.mean = (self.mean * own + other.mean * others) / (own + others);
        }
        *self = Self { mean: self.mean, weight: own + others, at: now };
    }
}

/// The times of one class.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Times {
    /// For the draw of the strategy `latency`.
    pub gauge: Gauge,
    lately: Fading,
    usually: Fading,
}

/// An estimate of a logarithm of seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Its mean.
    pub mean: f64,
    /// How many observations it is worth.
    pub weight: f64,
    /// How long ago the last was made.
    pub idle: Duration,
}

/// What one seat has done lately.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Live {
    first: [Times; SIZES],
    whole: [Times; SIZES],
    /// Logarithm of tokens a second, from the first content of a stream to its end.
    pub speed: Gauge,
    /// Logarithm of tokens an answer has.
    pub output: Gauge,
    good: f64,
    bad: f64,
    judged: Moment,
    slots: [Slot; SLOTS],
    /// Attempts that are running.
    pub in_flight: u32,
    sent: Fading,
    at: Moment,
}

#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Slot {
    /// Which slot since the clock began; the place of another one is taken.
    at: u64,
    good: u32,
    bad: u32,
}

impl Live {
    /// An attempt is sent.
    pub fn sent(&mut self, now: Moment) {
        self.in_flight += 1;
        self.sent.push(1.0, now, USUALLY);
        self.at = self.at.max(now);
    }

    /// An attempt is over, however it went.
    pub fn over(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// The answer came after `time`: its first content, or all of it where it is no stream.
    pub fn answered(&mut self, class: Class, time: Duration, now: Moment) {
        self.timed(class, time, now);
        self.judge(now, true);
    }

    /// The attempt failed after `time`.
    pub fn failed(&mut self, class: Class, time: Duration, now: Moment) {
        self.timed(class, time.max(FAILURE_TIME), now);
        self.judge(now, false);
    }

    /// The client left after `time` without an answer. Says something only where that is longer than was to be expected.
    pub fn left(&mut self, class: Class, time: Duration, now: Moment) {
        if self.estimate(class, now).is_none_or(|it| ln(time) > it.mean) {
            self.timed(class, time, now);
        }
    }

    /// It answered, in a time that compares with no other.
    pub fn went_well(&mut self, now: Moment) {
        self.judge(now, true);
    }

    /// An answer that had begun broke off, or an attempt failed whose time compares with no other.
    pub fn cut(&mut self, now: Moment) {
        self.judge(now, false);
    }

    /// A whole answer of `tokens`, of which a stream took `time` from its first content on.
    pub fn told(&mut self, tokens: u64, time: Option<Duration>, now: Moment) {
        #[expect(clippy::cast_precision_loss, reason = "an answer has few tokens")]
        let tokens = tokens as f64;
        if tokens < 1.0 {
            return;
        }
        self.output.push(tokens.ln(), now);
        if let Some(time) = time.filter(|it| !it.is_zero()) {
            self.speed.push((tokens / time.as_secs_f64()).ln(), now);
        }
    }

    /// The time to be expected, from this class or, where nothing is known of it, from the class of the next size.
    #[must_use]
    pub fn estimate(&self, class: Class, now: Moment) -> Option<Estimate> {
        let all = self.times(class.stream);
        let at = nearest(class.size, |size| all[size].gauge.weight > 0.0)?;
        let gauge = all[at].gauge;
        // Another size is only a hint.
        let weight = if at == class.size { gauge.weight } else { 1.0 };
        Some(Estimate { mean: gauge.mean, weight, idle: now.since(gauge.at) })
    }

    /// The time a token of a stream takes, from the first content on.
    #[must_use]
    pub fn pace(&self, now: Moment) -> Option<Estimate> {
        let Gauge { mean, weight, at } = self.speed;
        (weight > 0.0).then(|| Estimate { mean: -mean, weight, idle: now.since(at) })
    }

    /// What the seat takes just now: what it took lately, or what is usual for it the longer nothing was seen of it. That
    /// a slow seat is slow is so forgotten within half a minute, and found out again, or not.
    #[must_use]
    pub fn just_now(&self, class: Class, now: Moment) -> Option<f64> {
        const DOUBT: f64 = 0.3;
        let all = self.times(class.stream);
        let it = &all[nearest(class.size, |size| all[size].usually.weight > 0.0)?];
        let lately = it.lately.weight(now, LATELY);
        Some((it.lately.mean * lately + it.usually.mean * DOUBT) / (lately + DOUBT))
    }

    /// What is usual for the seat.
    #[must_use]
    pub fn usual(&self, class: Class) -> Option<f64> {
        let all = self.times(class.stream);
        nearest(class.size, |size| all[size].usually.weight > 0.0).map(|at| all[at].usually.mean)
    }

    /// The class of which most is known of late, to judge the seat as a whole by.
    #[must_use]
    pub fn main_class(&self, now: Moment) -> Class {
        let classes = [true, false].into_iter().flat_map(|stream| (0..SIZES).map(move |size| Class { stream, size }));
        let known = |it: &Class| self.times(it.stream)[it.size].usually.weight(now, USUALLY);
        classes.max_by(|a, b| known(a).total_cmp(&known(b))).unwrap_or(Class { stream: true, size: 0 })
    }

    /// Failures and successes among the last outcomes, less what time has taken off them.
    #[must_use]
    pub fn odds(&self, now: Moment) -> (f64, f64) {
        let fade = (-now.since(self.judged).as_secs_f64() / USUALLY.as_secs_f64()).exp();
        (self.bad * fade, self.good * fade)
    }

    /// Good and bad outcomes of the last half minute.
    #[must_use]
    pub fn recent(&self, now: Moment) -> (u32, u32) {
        self.since(now, SLOTS as u64)
    }

    /// Bad outcomes of the last five to ten seconds.
    #[must_use]
    pub fn failing(&self, now: Moment) -> u32 {
        self.since(now, 2).1
    }

    /// About how many attempts were sent in the last five minutes.
    #[must_use]
    pub fn received(&self, now: Moment) -> f64 {
        self.sent.weight(now, USUALLY)
    }

    /// When it was last used.
    #[must_use]
    pub fn at(&self) -> Moment {
        self.at
    }

    /// What several keys of one target have done together.
    #[must_use]
    pub fn joined<'a>(all: impl IntoIterator<Item = &'a Self>, now: Moment) -> Self {
        all.into_iter().fold(Self::default(), |mut sum, it| {
            let times = sum.first.iter_mut().zip(&it.first).chain(sum.whole.iter_mut().zip(&it.whole));
            for (own, other) in times {
                own.gauge.join(&other.gauge);
                own.lately.join(&other.lately, now, LATELY);
                own.usually.join(&other.usually, now, USUALLY);
            }
            sum.speed.join(&it.speed);
            sum.output.join(&it.output);
            let ((bad, good), (more_bad, more_good)) = (sum.odds(now), it.odds(now));
            (sum.bad, sum.good, sum.judged) = (bad + more_bad, good + more_good, now);
            for slot in it.slots {
                let own = sum.slot(slot.at);
                if own.at == slot.at {
                    (own.good, own.bad) = (own.good + slot.good, own.bad + slot.bad);
                }
            }
            sum.in_flight += it.in_flight;
            sum.sent.join(&it.sent, now, USUALLY);
            sum.at = sum.at.max(it.at);
            sum
        })
    }
}

// === impl Live ===

impl Live {
    fn times(&self, stream: bool) -> &[Times; SIZES] {
        if stream { &self.first } else { &self.whole }
    }

    fn timed(&mut self, class: Class, time: Duration, now: Moment) {
        let all = if class.stream { &mut self.first } else { &mut self.whole };
        let it = &mut all[class.size];
        it.gauge.push(ln(time), now);
        it.lately.push(ln(time), now, LATELY);
        it.usually.push(ln(time), now, USUALLY);
        self.at = self.at.max(now);
    }

    fn judge(&mut self, now: Moment, good: bool) {
        let keep = 1.0 - 1.0 / MEMORY;
        (self.bad, self.good) = self.odds(now);
        self.bad = self.bad * keep + f64::from(u8::from(!good));
        self.good = self.good * keep + f64::from(u8::from(good));
        self.judged = self.judged.max(now);
        self.at = self.at.max(now);
        let slot = self.slot(slot_of(now));
        if good {
            slot.good += 1;
        } else {
            slot.bad += 1;
        }
    }

    /// The place of a slot, emptied of an older one. A newer one is left as it is.
    fn slot(&mut self, at: u64) -> &mut Slot {
        let place = usize::try_from(at % SLOTS as u64).unwrap_or_default();
        let slot = &mut self.slots[place];
        if slot.at < at {
            *slot = Slot { at, good: 0, bad: 0 };
        }
        slot
    }

    fn since(&self, now: Moment, slots: u64) -> (u32, u32) {
        let newest = slot_of(now);
        let live = self.slots.iter().filter(|it| newest.saturating_sub(it.at) < slots);
        live.fold((0, 0), |(good, bad), it| (good + it.good, bad + it.bad))
    }
}

fn slot_of(now: Moment) -> u64 {
    now.0 / (SLOT * 1_000_000)
}

/// The logarithm of seconds; of a millisecond where it was less.
fn ln(time: Duration) -> f64 {
    time.as_secs_f64().max(0.001).ln()
}

/// The size nearest to `size` of which something is known, the smaller of two.
fn nearest(size: usize, known: impl Fn(usize) -> bool) -> Option<usize> {
    (0..SIZES).filter(|it| known(*it)).min_by_key(|it| (it.abs_diff(size), *it))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAT: u64 = 500;

    fn at(seconds: f64) -> Moment {
        Moment::default().plus(Duration::from_secs_f64(seconds))
    }

    fn fed(times: &[(f64, f64)]) -> Live {
        let mut live = Live::default();
        for (when, took) in times {
            live.answered(Class::of(true, CHAT), Duration::from_secs_f64(*took), at(*when));
        }
        live
    }

    #[test]
    fn a_mean_remembers_fourteen_observations() {
        let mut live = fed(&[(0.0, 1.0)]);
        for n in 1..200 {
            live.answered(Class::of(true, CHAT), Duration::from_secs_f64(2.0), at(f64::from(n)));
        }
        let it = live.estimate(Class::of(true, CHAT), at(199.0)).unwrap();
        assert!((it.mean - 2.0_f64.ln()).abs() < 1e-3 && (it.weight - 14.0).abs() < 1e-9, "{it:?}");
    }

    #[test]
    fn sizes_and_kinds_are_kept_apart_and_stand_in_for_each_other_as_a_hint() {
        let live = fed(&[(0.0, 1.0), (1.0, 1.0)]);
        let of = |stream, tokens| live.estimate(Class::of(stream, tokens), at(2.0));
        assert!((of(true, 1_000).unwrap().weight - 2.0).abs() < 1e-9);
        assert!((of(true, 1_001).unwrap().weight - 1.0).abs() < 1e-9);
        assert_eq!(of(false, 1_000), None);
    }

    #[test]
    fn a_failure_in_a_millisecond_counts_as_slow() {
        let mut live = Live::default();
        live.failed(Class::of(true, CHAT), Duration::from_millis(1), at(0.0));
        assert!(live.estimate(Class::of(true, CHAT), at(0.0)).unwrap().mean > 2.0);
    }

    #[test]
    fn a_client_that_leaves_early_says_nothing_and_one_that_leaves_late_something() {
        let mut live = fed(&[(0.0, 2.0)]);
        let mean = |it: &Live| it.estimate(Class::of(true, CHAT), at(1.0)).unwrap().mean;
        let before = mean(&live);
        live.left(Class::of(true, CHAT), Duration::from_millis(300), at(1.0));
        assert!((mean(&live) - before).abs() < 1e-12);
        live.left(Class::of(true, CHAT), Duration::from_secs(30), at(1.0));
        assert!(mean(&live) > before + 1.0);
    }

    #[test]
    fn slowness_shows_at_once_and_is_forgotten_in_half_a_minute() {
        let usual: Vec<(f64, f64)> = (0..120).map(|n| (f64::from(n), 1.0)).collect();
        let mut live = fed(&usual);
        for n in 120..130 {
            live.answered(Class::of(true, CHAT), Duration::from_secs(3), at(f64::from(n)));
        }
        let chat = Class::of(true, CHAT);
        let (then, later) = (live.just_now(chat, at(130.0)).unwrap(), live.just_now(chat, at(170.0)).unwrap());
        assert!(then > 0.6 && later < 0.3, "{then} {later}");
    }

    #[test]
    fn outcomes_are_counted_over_half_a_minute() {
        let mut live = Live::default();
        live.cut(at(1.0));
        live.answered(Class::of(true, CHAT), Duration::from_secs(1), at(14.0));
        assert_eq!(live.recent(at(14.0)), (1, 1));
        assert_eq!(live.recent(at(33.0)), (1, 0));
        assert_eq!(live.recent(at(60.0)), (0, 0));
        assert_eq!((live.failing(at(9.0)), live.failing(at(14.0))), (1, 0));
    }

    #[test]
    fn two_keys_join_into_what_they_did_together() {
        let (mut one, two) = (fed(&[(0.0, 1.0), (1.0, 1.0)]), fed(&[(0.5, 4.0), (1.5, 4.0)]));
        one.sent(at(1.0));
        one.cut(at(1.0));
        let both = Live::joined([&one, &two], at(2.0));
        let it = both.estimate(Class::of(true, CHAT), at(2.0)).unwrap();
        assert!((it.mean - 2.0_f64.ln()).abs() < 1e-9 && (it.weight - 4.0).abs() < 1e-9, "{it:?}");
        assert_eq!((both.recent(at(2.0)), both.in_flight), ((4, 1), 1));
        assert!((both.received(at(1.0)) - 1.0).abs() < 0.01);
    }

    #[test]
    fn it_reads_back_what_it_writes() {
        let live = fed(&[(0.0, 1.0), (3.0, 2.5)]);
        let text = serde_json::to_string(&live).unwrap();
        assert_eq!(serde_json::from_str::<Live>(&text).unwrap(), live);
    }
}
