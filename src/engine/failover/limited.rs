//! Limits on the way through a plan: a target without room is passed over, and room is waited for where nobody else can
//! take the request.

use std::sync::Arc;

use crate::domain::failure::Failure;
use crate::domain::target::Seat;
use crate::engine::committed::Committed;
use crate::engine::failover::Walk;
use crate::engine::failover::failures::crowded;
use crate::engine::limits::Leave;
use crate::engine::rooms::Place;
use crate::route::Stop;

impl Walk {
    /// Leave to try `seat`, the `at`th of the plan; an error where there is no room, which is kept in mind.
    pub(super) fn pass(&mut self, at: usize, seat: &Seat) -> Result<Option<Leave>, ()> {
        let Some(need) = self.ways.need else { return Ok(None) };
        match self.engine.limits.enter(self.ask.who(), seat, need) {
            Ok(leave) => Ok(Some(leave)),
            Err(short) => {
                self.short.push((at, seat.clone(), short));
                Err(())
            }
        }
    }

    /// Waits for room at a target that limits had none for, as long as they say, and tries it then. `None` if the walk goes on
    /// all the same.
    pub(super) async fn limited(&mut self, plan: &[Stop]) -> Option<Result<Committed, Failure>> {
        let mut short = std::mem::take(&mut self.short);
        short.retain(|it| self.has_room(&plan[it.0]));
        let need = self.ways.need?;
        if short.is_empty() || self.left == 0 {
            return None;
        }
        let (engine, ask) = (Arc::clone(&self.engine), Arc::clone(&self.ask));
        let seats: Vec<&Seat> = short.iter().map(|it| &it.1).collect();
        match engine.limits.wait(ask.who(), &seats, need, ask.priority).await {
            Err(it) => {
                self.note(it.failure());
                None
            }
            Ok((which, leave)) => {
                let (at, seat, _) = &short[which];
                let Ok(place) = self.place(seat) else {
                    leave.undo();
                    return None;
                };
                self.try_once(*at, &plan[*at], (seat, place, Some(leave))).await
            }
        }
    }

    /// A place at the target of `seat`, where places are counted; an error where there is none, which is told.
    fn place(&mut self, seat: &Seat) -> Result<Option<Place>, ()> {
        let room = self.ways.room;
        if room.most.is_none() {
            return Ok(None);
        }
        let rooms = self.engine.fleet.rooms();
        if let Some(it) = rooms.enter(&seat.target, room) {
            return Ok(Some(it));
        }
        let wait = rooms.wait(&seat.target, room);
        self.note(crowded(wait));
        Err(())
    }
}
