//! Decisions of the past made again by another policy.
//!
//! What is kept of a request is asked about again; who was out then is out again, as far as the decision then had looked.
//! How fast, busy and reliable targets were is worked out from their attempts of that time, in order: what a target would
//! have done with requests that it was not sent is taken to be what it did with those that it was. Of a target that was not
//! asked nothing is known. A conversation is warm where it was then, also if the other policy had led it elsewhere before.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::clock::{Moment, Now, Stamp};
use crate::domain::dice::Dice;
use crate::domain::id::RequestId;
use crate::domain::policy::Policy;
use crate::route::breaker::Standing;
use crate::route::health::{FleetView, LiveSeats, RateCard, SeatId};
use crate::route::live::{Class, Live};
use crate::route::order::adaptive::Assessment;
use crate::route::record::Record;
use crate::route::{decide, rules};

/// One attempt of the past.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// At whom.
    pub seat: SeatId,
    /// When it was sent.
    pub at: Moment,
    /// What its time compares with; `None` = with no other.
    pub class: Option<Class>,
    /// From there to its first content.
    pub first: Option<Duration>,
    /// From there to its end.
    pub took: Duration,
    /// How it ended.
    pub end: End,
    /// Tokens of its answer.
    pub output: Option<u64>,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With an answer.
    Answered,
    /// By a fault of its target's.
    Failed,
    /// By something that says nothing of its target.
    Other,
}

/// A request of the past.
#[derive(Debug, Clone, Copy)]
pub struct Then<'a> {
    /// How it was decided.
    pub record: &'a Record,
    /// Its id.
    pub id: RequestId,
    /// The salt of its dice.
    pub salt: u64,
    /// When it came, on the clock of the attempts.
    pub at: Moment,
    /// The same, on the wall.
    pub wall: Stamp,
    /// Who asked.
    pub client: &'a str,
    /// The client's session.
    pub session: Option<&'a str>,
}

/// The past, up to where it has been played.
#[derive(Debug)]
pub struct Replay {
    doings: std::iter::Peekable<std::vec::IntoIter<Doing>>,
    live: Arc<LiveSeats>,
    assessment: Arc<Assessment>,
    rates: Arc<RateCard>,
}

/// What became known of a seat at one moment.
#[derive(Debug)]
struct Doing {
    at: Moment,
    seat: SeatId,
    what: What,
}

#[derive(Debug)]
enum What {
    Sent,
    Answered(Option<Class>, Duration),
    Failed(Option<Class>, Duration),
    Told(u64, Option<Duration>),
    Over,
}

impl Replay {
    /// A past of these attempts, in any order, with what targets charge.
    #[must_use]
    pub fn new(attempts: Vec<Past>, rates: Arc<RateCard>) -> Self {
        let mut doings: Vec<Doing> = attempts.into_iter().flat_map(doings).collect();
        // What is of the same moment stays in the order in which it happened.
        doings.sort_by_key(|it| it.at);
        Self { doings: doings.into_iter().peekable(), live: Arc::default(), assessment: Arc::default(), rates }
    }

    /// Decides about a request again, by `policy`. Requests must come in the order of time.
    pub fn decide(&mut self, policy: &Policy, then: &Then<'_>) -> Record {
        let now = then.at;
        self.play(now);
        let Then { record, .. } = then;
        let standings: HashMap<SeatId, Standing> =
            record.fleet.standings.iter().map(|(id, it)| (id.clone(), moved(*it, record.fleet.now, now))).collect();
        if self.assessment.is_due(now) {
            self.assessment = Arc::new(self.assessment.next(&self.live, &standings, now));
        }
        let fleet = FleetView {
            now,
            standings,
            live: Arc::clone(&self.live),
            assessment: Arc::clone(&self.assessment),
            rates: Arc::clone(&self.rates),
            canaries: record.fleet.canaries.clone(),
            full: record.fleet.full.clone(),
            warmth: record.fleet.warmth.as_ref().map(|it| Arc::new(it.moved(record.fleet.now, now))),
        };
        let mut ask = record.ask.ask(then.id, now);
        ask.at = Now { mono: now, wall: then.wall };
        then.client.clone_into(&mut ask.client);
        ask.session = then.session.map(ToOwned::to_owned);
        ask.verdicts = Some(rules::verdicts(&record.trail));
        ask.replays = true;
        let mut decision = decide(policy, &ask, &fleet, &mut Dice::of(then.id, then.salt));
        Record::of(&ask, FleetView::default(), &mut decision)
    }

    /// Everything up to `now` has happened.
    fn play(&mut self, now: Moment) {
        let seats = &mut Arc::make_mut(&mut self.live).0;
        while let Some(Doing { at, seat, what }) = self.doings.next_if(|it| it.at <= now) {
            let live: &mut Live = Arc::make_mut(seats.entry(seat).or_default());
            match what {
                What::Sent => live.sent(at),
                What::Answered(Some(class), time) => live.answered(class, time, at),
                What::Answered(None, _) => live.went_well(at),
                What::Failed(Some(class), time) => live.failed(class, time, at),
                What::Failed(None, _) => live.cut(at),
                What::Told(tokens, time) => live.told(tokens, time, at),
                What::Over => live.over(),
            }
        }
    }
}

fn doings(it: Past) -> Vec<Doing> {
    let Past { seat, at, class, first, took, end, output } = it;
    let over = at.plus(took);
    let mut all = vec![(at, What::Sent)];
    // A stream's time is that to its first content; any other answer's is the whole.
    let answered = first.filter(|_| class.is_none_or(|it| it.stream)).unwrap_or(took);
    match end {
        End::Answered => all.push((at.plus(answered), What::Answered(class, answered))),
        End::Failed if first.is_some() => {
            all.push((at.plus(answered), What::Answered(class, answered)));
            all.push((over, What::Failed(None, took)));
        }
        End::Failed => all.push((over, What::Failed(class, took))),
        End::Other => {}
    }
    if let (End::Answered, Some(tokens)) = (end, output) {
        let telling = first.filter(|_| class.is_some_and(|it| it.stream)).map(|first| took.saturating_sub(first));
        all.push((over, What::Told(tokens, telling)));
    }
    all.push((over, What::Over));
    all.into_iter().map(|(at, what)| Doing { at, seat: seat.clone(), what }).collect()
}

/// A standing as it was at `then`, seen from `now`: what was out stays out as long as it was to be.
fn moved(it: Standing, then: Moment, now: Moment) -> Standing {
    match it {
        Standing::Out { until, why } => Standing::Out { until: now.plus(until.since(then)), why },
        other => other,
    }
}
