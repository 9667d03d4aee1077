//! What the fleet is told of every attempt beside its breaker: when it was sent, when it answered or failed, and that it
//! is over.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::clock::Moment;
use crate::domain::target::Seat;
use crate::engine::fleet::Fleet;
use crate::route::breaker::Standing;
use crate::route::health::{LiveSeats, SeatId};
use crate::route::live::{Class, Live};
use crate::route::order::adaptive::Assessment;

/// Seats whose windows are kept; beyond that those are forgotten that were used longest ago.
const SEATS: usize = 512;
/// What was not used for so long says nothing any more.
const FORGET: Duration = Duration::from_secs(6 * 3600);

/// The windows of all seats that were used lately. Decisions hold them as a value: they are only copied where one of
/// them is being made just then.
#[derive(Debug, Default)]
pub(super) struct Windows {
    seats: Arc<LiveSeats>,
    assessment: Arc<Assessment>,
}

impl Windows {
    /// The windows, and how the seats stood at the last assessment; if that is due, it is made.
    pub(super) fn view(
        &mut self,
        standings: &HashMap<SeatId, Standing>,
        now: Moment,
    ) -> (Arc<LiveSeats>, Arc<Assessment>) {
        if self.assessment.is_due(now) {
            self.assessment = Arc::new(self.assessment.next(&self.seats, standings, now));
        }
        (Arc::clone(&self.seats), Arc::clone(&self.assessment))
    }

    fn tell(&mut self, seat: &Seat, now: Moment, what: impl FnOnce(&mut Live)) {
        let seats = &mut Arc::make_mut(&mut self.seats).0;
        what(Arc::make_mut(seats.entry(SeatId::of(seat)).or_default()));
        if seats.len() > SEATS {
            forget(seats, now);
        }
    }
}

/// Makes room: what is out of date goes, and if that is not enough the older half.
fn forget(seats: &mut HashMap<SeatId, Arc<Live>>, now: Moment) {
    seats.retain(|_, it| it.in_flight > 0 || now.since(it.at()) < FORGET);
    if seats.len() > SEATS {
        let mut used: Vec<Moment> = seats.values().map(|it| it.at()).collect();
        let (_, median, _) = used.select_nth_unstable(SEATS / 2);
        let median = *median;
        seats.retain(|_, it| it.in_flight > 0 || it.at() > median);
    }
}

impl Fleet {
    /// An attempt is about to be sent to `seat`; [`Fleet::over`] must follow.
    pub fn sent(&self, seat: &Seat) {
        self.tell(seat, Live::sent);
    }

    /// An attempt is over, however it went.
    pub fn over(&self, seat: &Seat) {
        self.tell(seat, |live, _| live.over());
    }

    /// It answered after `time`: its first content, or all of it where it is no stream. `class` is `None` where its time
    /// compares with no other.
    pub fn answered(&self, seat: &Seat, class: Option<Class>, time: Duration) {
        self.tell(seat, |live, now| match class {
            Some(class) => live.answered(class, time, now),
            None => live.went_well(now),
        });
    }

    /// It failed after `time`, by a fault that says something about the seat.
    pub fn failed(&self, seat: &Seat, class: Option<Class>, time: Duration) {
        self.tell(seat, |live, now| match class {
            Some(class) => live.failed(class, time, now),
            None => live.cut(now),
        });
    }

    /// The client left after `time` without an answer.
    pub fn left(&self, seat: &Seat, class: Class, time: Duration) {
        self.tell(seat, |live, now| live.left(class, time, now));
    }

    /// The whole answer was of `tokens`, a stream's told in `time` from its first content on.
    pub fn told(&self, seat: &Seat, tokens: u64, time: Option<Duration>) {
        self.tell(seat, |live, now| live.told(tokens, time, now));
    }

    /// An answer that had begun broke off.
    pub(super) fn broke_off(&self, seat: &Seat) {
        self.tell(seat, Live::cut);
    }

    fn tell(&self, seat: &Seat, what: impl FnOnce(&mut Live, Moment)) {
        let now = self.clock.now().mono;
        self.lock().windows.tell(seat, now, |live| what(live, now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::target::Target;

    fn seat(n: usize) -> Seat {
        Seat { target: Target { provider: "p".into(), model: format!("m{n}").into() }, key: None }
    }

    fn at(seconds: u64) -> Moment {
        Moment::default().plus(Duration::from_secs(seconds))
    }

    #[test]
    fn memory_is_bounded_and_what_is_in_flight_stays() {
        let mut windows = Windows::default();
        for n in 0..5 * SEATS {
            let now = at(n as u64);
            windows.tell(&seat(n), now, |it| {
                it.sent(now);
                if n > 0 {
                    it.over();
                }
            });
            assert!(windows.seats.0.len() <= SEATS + 1);
        }
        assert_eq!(windows.seats.0[&SeatId::of(&seat(0))].in_flight, 1);
        assert!(windows.seats.0.contains_key(&SeatId::of(&seat(5 * SEATS - 1))));
    }

    #[test]
    fn a_view_does_not_change_any_more() {
        let mut windows = Windows::default();
        windows.tell(&seat(1), at(1), |it| it.sent(at(1)));
        let (before, _) = windows.view(&HashMap::new(), at(1));
        windows.tell(&seat(1), at(2), |it| it.sent(at(2)));
        let (after, _) = windows.view(&HashMap::new(), at(2));
        let of = |it: &LiveSeats| it.0[&SeatId::of(&seat(1))].in_flight;
        assert_eq!((of(&before), of(&after)), (1, 2));
    }

    #[test]
    fn seats_are_assessed_every_five_seconds() {
        let mut windows = Windows::default();
        let mut assessed = |seconds| windows.view(&HashMap::new(), at(seconds)).1.at;
        assert_eq!([0, 4, 5, 9, 12].map(&mut assessed), [0, 0, 5, 5, 12].map(|it| Some(at(it))));
    }
}
