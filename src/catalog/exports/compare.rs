//! A provider's figures beside our own, day by day and model by model.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::domain::money::Usd;

/// Counts and money of one day and model; `None` = not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Requests.
    pub requests: Option<u64>,
    /// Prompt tokens, cached ones included.
    pub input: Option<u64>,
    /// Of `input`: read from the provider's cache.
    pub cached: Option<u64>,
    /// Generated tokens.
    pub output: Option<u64>,
    /// Money.
    pub cost: Option<Usd>,
}

/// How two figures compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They are the same, or off by no more than was allowed.
    Agrees,
    /// They are not.
    Differs,
    /// Only the provider counted something: it was used beside llmroute.
    OnlyTheirs,
    /// Only the ledger has something: the provider did not bill it, or bills it on another day or account.
    OnlyOurs,
}

impl Verdict {
    /// The word on screens and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Differs => "differs",
            Self::OnlyTheirs => "only theirs",
            Self::OnlyOurs => "only ours",
        }
    }
}

/// One figure of one day and model.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The day, UTC.
    pub day: Date,
    /// The model; `None` = all of that day.
    pub model: Option<String>,
    /// `requests`, `input`, `cached`, `output` or `cost`.
    pub measure: &'static str,
    /// The provider's figure: a count, or pico-dollars.
    pub theirs: i64,
    /// The ledger's.
    pub ours: i64,
    /// What to make of it.
    pub verdict: Verdict,
}

/// Money that is no difference: half a cent, because exports are rounded to cents.
const HALF_A_CENT: i64 = 5_000_000_000;

impl Sums {
    /// Adds what is told.
    pub fn add(&mut self, other: &Self) {
        let count = |a: Option<u64>, b: Option<u64>| match (a, b) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (a, b) => a.or(b),
        };
        self.requests = count(self.requests, other.requests);
        self.input = count(self.input, other.input);
        self.cached = count(self.cached, other.cached);
        self.output = count(self.output, other.output);
        self.cost = match (self.cost, other.cost) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
    }

    fn measures(&self) -> [(&'static str, Option<i64>); 5] {
        let count = |n: Option<u64>| n.map(|it| i64::try_from(it).unwrap_or(i64::MAX));
        [
            ("requests", count(self.requests)),
            ("input", count(self.input)),
            ("cached", count(self.cached)),
            ("output", count(self.output)),
            ("cost", self.cost.map(Usd::pico)),
        ]
    }
}

/// Compares what both tell. `tolerance`: by which part of the larger of two figures they may be off. Of a day that the
/// provider does not tell models apart on, ours are added up.
#[must_use]
pub fn compare(
    theirs: &BTreeMap<(Date, Option<String>), Sums>,
    ours: &BTreeMap<(Date, Option<String>), Sums>,
    tolerance: f64,
) -> Vec<Line> {
    let whole: BTreeSet<Date> = theirs.keys().filter(|it| it.1.is_none()).map(|it| it.0).collect();
    let mut mine: BTreeMap<(Date, Option<String>), Sums> = BTreeMap::new();
    for ((day, model), it) in ours {
        let model = model.clone().filter(|_| !whole.contains(day));
        mine.entry((*day, model)).or_default().add(it);
    }
    // What a file is silent about on every day is no difference.
    let told = |measure: usize| theirs.values().any(|it| it.measures()[measure].1.is_some());
    let keys: BTreeSet<_> = theirs.keys().chain(mine.keys()).collect();
    let mut lines = Vec::new();
    for key in keys {
        let of = |side: &BTreeMap<_, Sums>| side.get(key).copied().unwrap_or_default().measures();
        for (at, ((measure, theirs), (_, ours))) in of(theirs).into_iter().zip(of(&mine)).enumerate() {
            let (theirs, ours) = (theirs.unwrap_or(0), ours.unwrap_or(0));
            if !told(at) || (theirs == 0 && ours == 0) {
                continue;
            }
            let verdict = verdict(theirs, ours, tolerance, if measure == "cost" { HALF_A_CENT } else { 0 });
            lines.push(Line { day: key.0, model: key.1.clone(), measure, theirs, ours, verdict });
        }
    }
    lines
}

#[expect(clippy::cast_precision_loss, reason = "parts of a hundred")]
fn verdict(theirs: i64, ours: i64, tolerance: f64, floor: i64) -> Verdict {
    let off = theirs.abs_diff(ours);
    let larger = theirs.unsigned_abs().max(ours.unsigned_abs());
    if off <= floor.unsigned_abs() || off as f64 <= tolerance * larger as f64 {
        return Verdict::Agrees;
    }
    match (theirs, ours) {
        (_, 0) => Verdict::OnlyTheirs,
        (0, _) => Verdict::OnlyOurs,
        _ => Verdict::Differs,
    }
}
