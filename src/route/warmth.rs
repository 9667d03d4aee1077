//! What conversations have in the prompt caches of providers, as far as their answers told, as a value: it is told what an
//! answer used and when, and says what a provider is likely to know still. It reads no clock and takes no lock.
//!
//! A provider knows a prompt again that begins like an earlier one, for some minutes, and charges a fraction for that part.
//! Who moves a conversation throws that away (lead.md, item 5). Nothing of it outlives the process: after a restart the first
//! answer of a conversation tells anew.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::ask::Ask;
use crate::domain::clock::Moment;
use crate::domain::operation::Operation;
use crate::domain::quirks::{Keeps, PromptCache};
use crate::domain::usage::Usage;
use crate::route::conversation::{self, HELD_ELSEWHERE};
use crate::route::health::SeatId;

/// Conversations that are remembered; beyond that the half goes that was heard of longest ago.
const MOST: usize = 4096;
/// Seats that are remembered of one conversation, the latest.
const SEATS: usize = 4;
/// How long a provider keeps what was written for an hour.
const HOUR: Duration = Duration::from_secs(3600);
/// Turns that are told apart when it is asked how long conversations go on.
const TURNS: usize = 64;
/// So many conversations are taken to have come to each turn before any did, half of which went on.
const PRIOR: f64 = 4.0;
/// A conversation that has not gone on for so long has ended: whatever comes then finds nothing warm.
const ENDED: Duration = Duration::from_secs(600);
/// Turns that are waited upon, for whether another one follows; beyond that the oldest are not counted.
const OPEN: usize = 8192;

/// What is remembered of all conversations.
#[derive(Debug, Clone)]
pub struct Conversations {
    all: HashMap<u64, Conversation>,
    /// After their first turn, their second and so on: how many conversations went on, and how many did or ended.
    went_on: [(f64, f64); TURNS],
    /// Turns of which it is not known yet whether another one follows: when they were, of which conversation, and which.
    open: VecDeque<(Moment, u64, usize)>,
}

#[derive(Debug, Clone, Default)]
struct Conversation {
    turns: usize,
    at: Moment,
    warmth: Warmth,
}

/// What is known of one conversation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Warmth {
    /// Tokens of its latest prompt as its provider counted them; 0 = there was none yet.
    pub counted: u64,
    /// Tokens of the same prompt as they were estimated here.
    pub estimated: u64,
    /// Tokens of an answer, about.
    pub output: u64,
    /// Its client marks what is to be kept, where a provider wants that.
    pub marks: bool,
    /// How many more turns are to be expected in time after the one that comes now.
    pub further: f64,
    /// Where something of it is, or was.
    pub seats: Vec<Warm>,
}

/// What one seat has of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warm {
    /// Whose cache.
    pub seat: SeatId,
    /// Tokens of the prompt that are there.
    pub tokens: u64,
    /// Until when, if it is not used before.
    pub until: Moment,
    /// It was written for an hour.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub for_an_hour: bool,
    /// It was to be there and was not: from then on only what is read counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missed: bool,
}

/// What an answer told.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Tokens of the prompt as they were estimated.
    pub estimated: u64,
    /// What its provider counted.
    pub usage: &'a Usage,
    /// What that provider keeps of prompts.
    pub cache: PromptCache,
}

/// What the conversation of `ask` is remembered by, where it is the next turn of one: under another model it is another one,
/// for it has other targets. `None` also where only its target knows what it begins with.
#[must_use]
pub fn id(ask: &Ask) -> Option<u64> {
    let is_turn = matches!(ask.operation, Operation::Chat | Operation::Compact);
    let key = ask.conversation.filter(|it| is_turn && *it != HELD_ELSEWHERE)?;
    Some(key ^ conversation::hash(std::iter::once(ask.model.as_str())))
}

impl Default for Conversations {
    fn default() -> Self {
        Self { all: HashMap::new(), went_on: [(PRIOR / 2.0, PRIOR); TURNS], open: VecDeque::new() }
    }
}

impl Conversations {
    /// The conversation `id` was answered by `seat`.
    pub fn learn(&mut self, id: u64, seat: SeatId, told: Told<'_>, now: Moment) {
        if self.all.len() >= MOST && !self.all.contains_key(&id) {
            self.forget();
        }
        self.close(now);
        let it = self.all.entry(id).or_default();
        if let Some(before) = it.turns.checked_sub(1)
            && now.since(it.at) <= ENDED
        {
            let (on, all) = &mut self.went_on[before.min(TURNS - 1)];
            (*on, *all) = (*on + 1.0, *all + 1.0);
        }
        it.at = it.at.max(now);
        it.turns += 1;
        it.warmth.learn(seat, told, now);
        self.open.push_back((now, id, it.turns));
    }

    /// Counts the turns that no other followed.
    fn close(&mut self, now: Moment) {
        while let Some((at, id, turns)) = self.open.front().copied() {
            let is_over = now.since(at) > ENDED;
            if !is_over && self.open.len() <= OPEN {
                return;
            }
            self.open.pop_front();
            if is_over && self.all.get(&id).is_some_and(|it| it.turns == turns) {
                self.went_on[(turns - 1).min(TURNS - 1)].1 += 1.0;
            }
        }
    }

    /// What is known of the conversation `id`; of one that nothing is known of, how long it is likely to go on.
    #[must_use]
    pub fn warmth(&self, id: u64) -> Warmth {
        let known = self.all.get(&id);
        let further = self.further(known.map_or(0, |it| it.turns));
        Warmth { further, ..known.map_or_else(Warmth::default, |it| it.warmth.clone()) }
    }

    /// How many turns follow in time, on the average, upon the one that comes after `turns`: the odds of each, that all
    /// before it came too.
    fn further(&self, turns: usize) -> f64 {
        let mut odds = 1.0;
        let follows = (turns..turns + TURNS).map(|it| {
            let (on, all) = self.went_on[it.min(TURNS - 1)];
            odds *= on / all;
            odds
        });
        follows.sum()
    }

    /// Makes room: the half that was heard of longest ago goes.
    fn forget(&mut self) {
        let mut heard: Vec<Moment> = self.all.values().map(|it| it.at).collect();
        let middle = heard.len() / 2;
        let (_, median, _) = heard.select_nth_unstable(middle);
        let median = *median;
        self.all.retain(|_, it| it.at > median);
    }
}

impl Warmth {
    /// What the seat has of it at `now`, and for how long yet.
    #[must_use]
    pub fn at(&self, seat: &SeatId, now: Moment) -> Option<(u64, Duration)> {
        let it = self.seats.iter().find(|it| it.seat == *seat && it.tokens > 0 && it.until > now)?;
        Some((it.tokens, it.until.since(now)))
    }

    /// The same as it was at `then`, seen from `now`: what was to be warm for some time still is.
    #[must_use]
    pub fn moved(&self, then: Moment, now: Moment) -> Self {
        let mut moved = self.clone();
        for it in &mut moved.seats {
            it.until = now.plus(it.until.since(then));
        }
        moved
    }

    /// How many tokens a provider is likely to count in a prompt that is estimated at so many: as before with the one
    /// before.
    #[must_use]
    pub fn prompt(&self, estimated: u64) -> u64 {
        if self.counted == 0 || self.estimated == 0 {
            return estimated;
        }
        let scaled = u128::from(estimated) * u128::from(self.counted) / u128::from(self.estimated);
        u64::try_from(scaled).unwrap_or(u64::MAX)
    }

    fn learn(&mut self, seat: SeatId, told: Told<'_>, now: Moment) {
        let Told { estimated, usage, cache } = told;
        let (read, short, long) = (usage.cache_read, usage.cache_write, usage.cache_write_1h);
        let written = short.saturating_add(long);
        let before = self.seats.iter().position(|it| it.seat == seat).map(|at| self.seats.remove(at));
        let had = before.as_ref().filter(|it| it.until > now).map_or(0, |it| it.tokens);
        // A side question of the same session is shorter, and says nothing about what is kept of the conversation.
        let has_grown = estimated >= self.estimated;
        let missed = read == 0 && has_grown && (had > 0 || before.as_ref().is_some_and(|it| it.missed));
        let whole = if usage.input >= cache.least && !missed { usage.input } else { 0 };
        let tokens = match cache.keeps {
            Keeps::Everything => whole.max(read),
            Keeps::WhatIsMarked => read.saturating_add(written),
            // Who reads what nobody had to write keeps everything.
            Keeps::Unknown if read > 0 && written == 0 => usage.input,
            Keeps::Unknown => read.saturating_add(written),
        };
        let tokens = if missed { tokens } else { tokens.max(had) };
        let for_an_hour = long > 0 || before.is_some_and(|it| it.for_an_hour && it.until > now);
        let time = if for_an_hour { HOUR } else { Duration::from_secs(cache.seconds) };
        self.seats.truncate(SEATS - 1);
        self.seats.insert(0, Warm { seat, tokens, until: now.plus(time), for_an_hour, missed });
        self.marks |= written > 0 && cache.keeps == Keeps::WhatIsMarked;
        self.output = if self.counted == 0 {
            usage.output
        } else {
            self.output.saturating_mul(3).saturating_add(usage.output) / 4
        };
        (self.counted, self.estimated) = (usage.input, estimated);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::KeyId;

    const MARKED: PromptCache = PromptCache { keeps: Keeps::WhatIsMarked, seconds: 300, least: 1024 };
    const ALL: PromptCache = PromptCache { keeps: Keeps::Everything, seconds: 600, least: 1024 };
    const UNKNOWN: PromptCache = PromptCache { keeps: Keeps::Unknown, seconds: 300, least: 1024 };

    fn at(seconds: u64) -> Moment {
        Moment::default().plus(Duration::from_secs(seconds))
    }

    fn seat(name: &str) -> SeatId {
        SeatId { provider: name.into(), model: Some("m".into()), key: Some(KeyId(1)) }
    }

    fn used(input: u64, cache_read: u64, cache_write: u64) -> Usage {
        Usage { input, cache_read, cache_write, output: 100, ..Usage::default() }
    }

    /// Tells one conversation of answers of `a`: when, what was used.
    fn told(cache: PromptCache, answers: &[(u64, Usage)]) -> Warmth {
        let mut all = Conversations::default();
        for (when, usage) in answers {
            all.learn(1, seat("a"), Told { estimated: usage.input, usage, cache }, at(*when));
        }
        all.warmth(1)
    }

    fn tokens(it: &Warmth, seconds: u64) -> Option<u64> {
        it.at(&seat("a"), at(seconds)).map(|it| it.0)
    }

    #[test]
    fn what_is_marked_is_warm_as_far_as_it_was_written_or_read_until_it_was_not_used_for_its_time() {
        let it = told(MARKED, &[(0, used(10_000, 0, 9_000)), (200, used(12_000, 9_000, 2_500))]);
        assert_eq!((tokens(&it, 200), tokens(&it, 499), tokens(&it, 501)), (Some(11_500), Some(11_500), None));
        assert_eq!(it.at(&seat("a"), at(400)).unwrap().1, Duration::from_secs(100));
        assert!(it.marks && it.at(&seat("b"), at(200)).is_none());
        let long = Usage { cache_write_1h: 9_000, ..used(10_000, 0, 0) };
        let it = told(MARKED, &[(0, long), (60, used(10_500, 9_000, 0))]);
        assert_eq!((tokens(&it, 3_600), tokens(&it, 3_661)), (Some(9_000), None), "read again, it stays for its hour");
        let it = told(MARKED, &[(0, used(10_000, 0, 0))]);
        assert_eq!((tokens(&it, 0), it.marks), (None, false));
    }

    #[test]
    fn who_keeps_everything_is_warm_from_the_first_answer_until_what_should_be_there_is_not() {
        let first = (0, used(10_000, 0, 0));
        assert_eq!(tokens(&told(ALL, &[(0, used(1_000, 0, 0))]), 1), None, "too short to be kept");
        assert_eq!(tokens(&told(ALL, std::slice::from_ref(&first)), 1), Some(10_000));
        let missed = told(ALL, &[first.clone(), (60, used(11_000, 0, 0)), (120, used(12_000, 0, 0))]);
        assert_eq!(tokens(&missed, 121), None);
        let back = told(ALL, &[first.clone(), (60, used(11_000, 0, 0)), (120, used(12_000, 10_000, 0))]);
        assert_eq!(tokens(&back, 121), Some(12_000));
        // A side question of the same session takes nothing away.
        let side = told(ALL, &[first, (60, used(2_000, 0, 0))]);
        assert_eq!(tokens(&side, 61), Some(10_000));
    }

    #[test]
    fn of_whom_nobody_said_anything_its_answers_say_it() {
        assert_eq!(tokens(&told(UNKNOWN, &[(0, used(10_000, 0, 0))]), 1), None);
        assert_eq!(tokens(&told(UNKNOWN, &[(0, used(10_000, 0, 0)), (9, used(11_000, 9_984, 0))]), 10), Some(11_000));
        assert_eq!(tokens(&told(UNKNOWN, &[(0, used(10_000, 0, 8_000))]), 1), Some(8_000));
    }

    #[test]
    fn seen_from_another_time_it_is_warm_for_as_long() {
        let it = told(MARKED, &[(0, used(10_000, 0, 9_000))]).moved(at(100), at(5_000));
        assert_eq!((tokens(&it, 5_199), tokens(&it, 5_201)), (Some(9_000), None));
    }

    #[test]
    fn a_prompt_is_counted_as_the_one_before_it_was() {
        let mut all = Conversations::default();
        assert_eq!(all.warmth(1).prompt(1_000), 1_000);
        let usage = used(12_000, 0, 0);
        all.learn(1, seat("a"), Told { estimated: 10_000, usage: &usage, cache: ALL }, at(0));
        assert_eq!(all.warmth(1).prompt(11_000), 13_200);
    }

    #[test]
    fn how_long_conversations_go_on_is_learnt_from_those_that_were() {
        let near = |it: f64, wanted: f64| assert!((it - wanted).abs() < 0.3, "{it} {wanted}");
        let mut all = Conversations::default();
        for turns in [0, 1, 20, 63, 64, 1_000] {
            near(all.further(turns), 1.0);
        }
        let usage = used(2_000, 0, 0);
        let told = Told { estimated: 2_000, usage: &usage, cache: ALL };
        // Nine of ten are a single question, and one goes on for thirty turns, a turn a second.
        let mut turns: Vec<(u64, u64)> = Vec::new();
        for id in 0..1_000 {
            turns.extend((0..if id % 10 == 0 { 30 } else { 1 }).map(|it| (id * 10 + it, id)));
        }
        turns.sort_unstable();
        for (when, id) in &turns {
            all.learn(*id, seat("a"), told, at(*when));
        }
        // 2.9 and 28 if nothing else were taken to have been.
        let (first, second) = (all.further(0), all.further(1));
        assert!((2.0..3.0).contains(&first) && (18.0..28.0).contains(&second), "{first} {second}");
        near(all.warmth(5_000_000).further, first);
        // Whoever comes back after an hour has begun anew, as far as caches go.
        let mut late = Conversations::default();
        for when in 0..40 {
            late.learn(1, seat("a"), told, at(3_600 * when));
        }
        assert!(late.further(0) < 1.0 && late.further(5) < 0.9, "{} {}", late.further(0), late.further(5));
    }

    #[test]
    fn memory_is_bounded_and_the_latest_stay() {
        let mut all = Conversations::default();
        let usage = used(2_000, 0, 0);
        for id in 0..3 * MOST as u64 {
            for name in ["a", "b", "c", "d", "e", "f"] {
                all.learn(id, seat(name), Told { estimated: 2_000, usage: &usage, cache: ALL }, at(id));
            }
            assert!(all.all.len() <= MOST);
        }
        let last = all.warmth(3 * MOST as u64 - 1);
        assert_eq!(last.seats.iter().map(|it| it.seat.clone()).collect::<Vec<_>>(), ["f", "e", "d", "c"].map(seat));
        assert!(all.warmth(0).seats.is_empty());
    }

    #[test]
    fn figures_that_cannot_be_do_no_harm_and_it_reads_back_what_it_writes() {
        let most = Usage {
            input: u64::MAX,
            cache_read: u64::MAX,
            cache_write: u64::MAX,
            cache_write_1h: u64::MAX,
            output: u64::MAX,
            ..Usage::default()
        };
        for cache in [MARKED, ALL, UNKNOWN] {
            let it = told(cache, &[(0, most.clone()), (1, Usage::default()), (2, most.clone())]);
            assert_eq!(it.prompt(u64::MAX), u64::MAX);
            let text = serde_json::to_string(&it).unwrap();
            assert_eq!(serde_json::from_str::<Warmth>(&text).unwrap(), it);
        }
    }
}
