//! How many requests are at each target, and who waits for a place there: a target that is full is passed over, a request
//! that nobody else can take waits in a queue that has an end, and whoever finds it full is told when to come back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::domain::ask::Priority;
use crate::domain::policy::Room;
use crate::domain::target::Target;

/// Share of the latest stay in the running mean.
const LATEST: f64 = 0.2;

/// The places at all targets. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Rooms(Arc<Mutex<HashMap<Target, Hall>>>);

/// One target's places.
#[derive(Debug, Default)]
struct Hall {
    busy: u32,
    waiting: Vec<Waiter>,
    /// Who came when, to be fair among equals.
    came: u64,
    /// Seconds that a place is held, on average.
    stay: Option<f64>,
}

#[derive(Debug)]
struct Waiter {
    priority: Priority,
    came: u64,
    most: u32,
    turn: oneshot::Sender<Place>,
}

/// A place at a target. Dropped, it goes to whoever waits for it.
#[derive(Debug)]
pub struct Place {
    rooms: Rooms,
    target: Target,
    since: Instant,
}

/// There is no place, and no room to wait for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full {
    /// When one is likely to be free for who comes then.
    pub wait: Duration,
}

// === impl Rooms ===

impl Rooms {
    /// A place at `target`, if there is one.
    #[must_use]
    pub fn enter(&self, target: &Target, room: Room) -> Option<Place> {
        let mut halls = self.lock();
        let hall = halls.entry(target.clone()).or_default();
        // Whoever waits has been there before.
        if room.most.is_some_and(|most| hall.busy >= most.get() || !hall.waiting.is_empty()) {
            return None;
        }
        hall.busy += 1;
        drop(halls);
        Some(self.place(target))
    }

    /// Waits for a place at `target`, which is full. Dropped, the receiver gives up its turn.
    ///
    /// # Errors
    /// As many as may wait do so already, and none of them for something less urgent.
    pub fn queue(&self, target: &Target, room: Room, priority: Priority) -> Result<oneshot::Receiver<Place>, Full> {
        let mut halls = self.lock();
        let hall = halls.entry(target.clone()).or_default();
        hall.waiting.retain(|it| !it.turn.is_closed());
        let most = room.most.map_or(u32::MAX, std::num::NonZeroU32::get);
        if hall.waiting.len() >= room.queue as usize {
            let full = Full { wait: hall.wait(most) };
            // The last of the least urgent makes room for something more urgent, and is told so by its closed turn.
            let behind =
                hall.waiting.iter().enumerate().min_by_key(|(_, it)| (it.priority, std::cmp::Reverse(it.came)));
            match behind.map(|(at, it)| (at, it.priority)) {
                Some((at, least)) if least < priority => drop(hall.waiting.swap_remove(at)),
                _ => return Err(full),
            }
        }
        hall.came += 1;
        let (turn, place) = oneshot::channel();
        hall.waiting.push(Waiter { priority, came: hall.came, most, turn });
        drop(halls);
        // A place may have been left between looking and waiting.
        self.call(target);
        Ok(place)
    }

    /// When a place at `target` is likely to be free.
    #[must_use]
    pub fn wait(&self, target: &Target, room: Room) -> Duration {
        let most = room.most.map_or(u32::MAX, std::num::NonZeroU32::get);
        self.lock().get(target).map_or(Duration::from_secs(1), |it| it.wait(most))
    }

    /// Gives free places to those who wait, the most urgent first, among equals the first come.
    fn call(&self, target: &Target) {
        loop {
            let mut halls = self.lock();
            let Some(hall) = halls.get_mut(target) else { return };
            let next = hall.waiting.iter().enumerate().max_by_key(|(_, it)| (it.priority, std::cmp::Reverse(it.came)));
            let Some((at, waiter)) = next else {
                if hall.busy == 0 && hall.stay.is_none() {
                    halls.remove(target);
                }
                return;
            };
            if hall.busy >= waiter.most {
                return;
            }
            let waiter = hall.waiting.swap_remove(at);
            hall.busy += 1;
            drop(halls);
            // Whoever has given up hands the place back by dropping it, outside the lock.
            let _gone = waiter.turn.send(self.place(target));
        }
    }

    fn place(&self, target: &Target) -> Place {
        Place { rooms: self.clone(), target: target.clone(), since: Instant::now() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Target, Hall>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hall {
    /// A place is free each time one of `most` stays ends, and those who wait come first.
    fn wait(&self, most: u32) -> Duration {
        let ahead = u32::try_from(self.waiting.len()).map_or(f64::from(u32::MAX), f64::from) + 1.0;
        let seconds = self.stay.unwrap_or(1.0) * ahead / f64::from(most.max(1));
        Duration::from_secs_f64(seconds.clamp(1.0, 600.0))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let stayed = self.since.elapsed().as_secs_f64();
        {
            let mut halls = self.rooms.lock();
            if let Some(hall) = halls.get_mut(&self.target) {
                hall.busy = hall.busy.saturating_sub(1);
                hall.stay = Some(hall.stay.map_or(stayed, |it| it + LATEST * (stayed - it)));
            }
        }
        self.rooms.call(&self.target);
    }
}
