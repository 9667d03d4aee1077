//! Many connections at once. When requests leave (`Pace`) is apart from sending them: in a closed loop each
//! connection sends as soon as it has its answer, in an open one requests leave at planned moments and wait for a
//! free connection if there is none.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::task::JoinSet;

use crate::bench::connection::{Broken, Connection, Sample};
use crate::bench::shape::{Endpoint, Shape};
use crate::domain::clock::{Clock, Moment};
use crate::domain::dice::Dice;
use crate::domain::id::RequestId;

/// When requests leave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// As soon as a connection is free.
    Closed,
    /// At random moments (exponential gaps), this many a second on average, of this seed.
    Open {
        /// Requests a second.
        per_second: f64,
        /// Of the gaps.
        seed: u64,
    },
}

/// The kept connections to one endpoint, and what they send.
#[derive(Debug)]
pub struct Pool {
    endpoint: Endpoint,
    shape: Shape,
    request: Bytes,
    connections: Vec<Connection>,
    wanted: usize,
    clock: Clock,
}

/// What a load brought.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// The complete answers.
    pub samples: Vec<Sample>,
    /// Exchanges that failed.
    pub failed: u64,
    /// Why the first of them did.
    pub first_failure: Option<String>,
    /// From start to the last answer.
    pub took: Duration,
}

// === impl Pool ===

impl Pool {
    /// Opens `connections` connections.
    ///
    /// # Errors
    /// One cannot be opened.
    pub async fn open(endpoint: Endpoint, shape: Shape, connections: usize) -> io::Result<Self> {
        let clock = Clock::system();
        let request = shape.request(&endpoint);
        let mut pool = Self { endpoint, shape, request, connections: Vec::new(), wanted: connections.max(1), clock };
        pool.fill().await?;
        Ok(pool)
    }

    async fn fill(&mut self) -> io::Result<()> {
        while self.connections.len() < self.wanted {
            self.connections.push(Connection::open(self.endpoint.address, self.clock.clone()).await?);
        }
        Ok(())
    }

    /// Sends `requests` requests over all connections and waits for every answer. A connection that breaks is
    /// replaced before the next run.
    ///
    /// # Errors
    /// A broken connection cannot be replaced, or a task of the load died.
    pub async fn run(&mut self, requests: usize, pace: Pace) -> io::Result<Run> {
        self.fill().await?;
        let began = self.clock.now().mono;
        let plan = Arc::new(Plan { departures: departures(requests, pace, began), next: AtomicUsize::new(0) });
        let mut workers = JoinSet::new();
        for connection in self.connections.drain(..) {
            let (plan, request, clock) = (Arc::clone(&plan), self.request.clone(), self.clock.clone());
            workers.spawn(work(connection, plan, request, clock, self.shape.streams()));
        }
        let mut run = Run::default();
        while let Some(joined) = workers.join_next().await {
            let (connection, part) = joined.map_err(io::Error::other)?;
            self.connections.extend(connection);
            run.absorb(part);
        }
        run.took = self.clock.now().mono.since(began);
        Ok(run)
    }
}

// === impl Run ===

impl Run {
    /// Takes over what another load brought.
    pub fn absorb(&mut self, other: Self) {
        self.samples.extend(other.samples);
        self.failed += other.failed;
        self.first_failure = self.first_failure.take().or(other.first_failure);
        self.took += other.took;
    }

    /// Answers a second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of answers are far below 2^53")]
    pub fn per_second(&self) -> f64 {
        let seconds = self.took.as_secs_f64();
        if seconds > 0.0 { self.samples.len() as f64 / seconds } else { 0.0 }
    }
}

/// When one request leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Departure {
    AtOnce,
    At(Moment),
}

/// What the workers of one run share: the departures, and which is next.
#[derive(Debug)]
struct Plan {
    departures: Vec<Departure>,
    next: AtomicUsize,
}

impl Plan {
    fn next(&self) -> Option<Departure> {
        self.departures.get(self.next.fetch_add(1, Ordering::Relaxed)).copied()
    }
}

fn departures(requests: usize, pace: Pace, began: Moment) -> Vec<Departure> {
    let Pace::Open { per_second, seed } = pace else { return vec![Departure::AtOnce; requests] };
    let mut dice = Dice::of(RequestId(0), seed);
    let mut at = 0.0;
    let mut moments = Vec::with_capacity(requests);
    for _ in 0..requests {
        at += -(1.0 - dice.unit()).ln() / per_second.max(1e-6);
        moments.push(Departure::At(began.plus(Duration::try_from_secs_f64(at).unwrap_or(Duration::MAX))));
    }
    moments
}

/// One connection's share of a run. It is given back unless it broke.
async fn work(
    mut connection: Connection,
    plan: Arc<Plan>,
    request: Bytes,
    clock: Clock,
    streams: bool,
) -> (Option<Connection>, Run) {
    let mut run = Run::default();
    while let Some(departure) = plan.next() {
        let began = match departure {
            Departure::AtOnce => clock.now().mono,
            Departure::At(planned) => {
                tokio::time::sleep(planned.since(clock.now().mono)).await;
                planned
            }
        };
        match connection.exchange(&request, began, streams).await {
            Ok(sample) => run.samples.push(sample),
            Err(broken) => {
                run.failed += 1;
                run.first_failure.get_or_insert_with(|| broken.to_string());
                // An error status may leave a usable connection, but its body is not read: a fresh one is simpler.
                match reopen(&connection, &broken).await {
                    Some(fresh) => connection = fresh,
                    None => return (None, run),
                }
            }
        }
    }
    (Some(connection), run)
}

async fn reopen(broken: &Connection, why: &Broken) -> Option<Connection> {
    tracing::debug!(%why, "a measured exchange failed");
    broken.again().await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_departures_keep_their_rate_and_order() {
        let pace = Pace::Open { per_second: 100.0, seed: 5 };
        let moments: Vec<u64> = departures(10_000, pace, Moment(7))
            .into_iter()
            .filter_map(|it| if let Departure::At(moment) = it { Some(moment.0) } else { None })
            .collect();
        assert!(moments.is_sorted() && moments.len() == 10_000);
        let seconds = moments.last().copied().unwrap_or(0) / 1_000_000;
        assert!((95..=105).contains(&seconds), "{seconds} s for 10,000 requests at 100/s");
        assert_eq!(departures(3, Pace::Closed, Moment(0)), [Departure::AtOnce; 3]);
    }
}
