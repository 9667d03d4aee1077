//! `bench proxy`: what llmroute adds to a call. The same requests go directly to a simulated provider and through
//! llmroute to it, in blocks whose order is drawn anew each time, so that drift of the machine hits both alike. What
//! is compared is the difference of the two within a block.

use std::io;

use serde::Serialize;

use crate::bench::connection::Sample;
use crate::bench::figures::{Interval, Quantiles, median};
use crate::bench::load::{Pace, Pool, Run};
use crate::bench::process::{Memory, Process};
use crate::bench::shape::{Endpoint, Shape};
use crate::domain::dice::Dice;
use crate::domain::id::RequestId;

/// What is measured.
#[derive(Debug, Clone, PartialEq)]
pub struct ProxyPlan {
    /// Numbers of connections, one row each.
    pub connections: Vec<usize>,
    /// Shapes of request, one row each.
    pub shapes: Vec<Shape>,
    /// Pairs of blocks a row. Six is the least that carries an interval.
    pub blocks: usize,
    /// Requests in a block of one connection; more connections send four each. A stream takes its time whatever the
    /// proxy does, so of streams there are an eighth as many, and one for each connection.
    pub requests: usize,
    /// Requests a connection sends before anything counts; of streams, one.
    pub warm_up: usize,
    /// Of the blocks' order.
    pub seed: u64,
}

/// How far a measurement is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Blocks done, of all rows.
    pub done: usize,
    /// Blocks in all.
    pub total: usize,
    /// The row being measured: `small chat × 10`.
    pub row: String,
}

/// The blocks of one row, in pairs.
#[derive(Debug, Clone, Default)]
pub struct PairedRun {
    /// Straight to the provider, block by block.
    pub direct: Vec<Run>,
    /// Through llmroute, block by block.
    pub through: Vec<Run>,
    /// Nanoseconds of CPU that llmroute used in each block of `through`, where they can be read.
    pub cpu_nanos: Vec<u64>,
}

/// The whole measurement. Times are in microseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProxyReport {
    /// Of this structure.
    pub schema_version: u32,
    /// Of llmroute.
    pub version: String,
    /// Of the blocks' order.
    pub seed: u64,
    /// Pairs of blocks a row.
    pub blocks: usize,
    /// What was measured.
    pub rows: Vec<ProxyRow>,
    /// llmroute's memory after all of it.
    pub memory: Option<Memory>,
    /// What a reader must know: figures that are missing, and why.
    pub notes: Vec<String>,
}

/// One shape at one number of connections.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProxyRow {
    /// What was asked.
    pub shape: Shape,
    /// Over how many connections.
    pub connections: usize,
    /// Straight to the provider.
    pub direct: Side,
    /// Through llmroute.
    pub through: Side,
    /// What llmroute adds to the median time to the last byte.
    pub added: Option<Interval>,
    /// What it adds to the median time to the first content of a stream.
    pub added_first: Option<Interval>,
    /// What it adds to the median of the streams' longest silences.
    pub added_gap: Option<Interval>,
    /// llmroute's CPU time for a request.
    pub cpu_per_request: Option<Interval>,
    /// llmroute's CPU time for an event of a stream, the request's own share included.
    pub cpu_per_event: Option<Interval>,
}

/// One side of a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// Complete answers.
    pub answered: usize,
    /// Exchanges that failed.
    pub failed: u64,
    /// Why the first of them did.
    pub first_failure: Option<String>,
    /// Answers a second, in a closed loop.
    pub per_second: f64,
    /// To the last byte.
    pub latency: Quantiles,
    /// To the first content of a stream.
    pub first: Option<Quantiles>,
    /// The longest silence of each stream after its first content.
    pub longest_gap: Option<Quantiles>,
}

impl Default for ProxyPlan {
    fn default() -> Self {
        Self {
            connections: vec![1, 10, 100],
            shapes: Shape::ALL.to_vec(),
            blocks: 12,
            requests: 40,
            warm_up: 5,
            seed: 42,
        }
    }
}

/// Measures. `direct` and `through` lead to the same provider, best one whose streams have some 20 events 5 ms apart:
/// enough silence to see a stall in, and a row of streams is done in seconds; `through_pid` is llmroute's process, where its CPU
/// time is wanted. `progress` is told after every pair of blocks.
///
/// # Errors
/// An endpoint cannot be connected to. Failed requests are no error: they are in the report.
pub async fn proxy(
    plan: &ProxyPlan,
    direct: Endpoint,
    through: Endpoint,
    through_pid: Option<u32>,
    mut progress: impl FnMut(&Progress),
) -> io::Result<ProxyReport> {
    let process = through_pid.map(Process);
    let mut dice = Dice::of(RequestId(0), plan.seed);
    let mut rows = Vec::new();
    let total = plan.shapes.len() * plan.connections.len() * plan.blocks;
    for &shape in &plan.shapes {
        for &connections in &plan.connections {
            let mut pair = Pair {
                direct: Pool::open(direct.clone(), shape, connections).await?,
                through: Pool::open(through.clone(), shape, connections).await?,
                process,
                paired: PairedRun::default(),
            };
            pair.warm_up(plan.warm_up_of(shape, connections)).await?;
            for block in 0..plan.blocks {
                pair.block(plan.requests_of(shape, connections), dice.unit() < 0.5).await?;
                let done = rows.len() * plan.blocks + block + 1;
                progress(&Progress { done, total, row: format!("{} × {connections}", shape.name()) });
            }
            rows.push(pair.paired.row(shape, connections));
        }
    }
    let mut notes = Vec::new();
    if rows.iter().any(|it: &ProxyRow| it.cpu_per_request.is_none()) {
        notes.push("CPU time of llmroute is not shown: it can be read on Linux only, from /proc.".to_owned());
    }
    if rows.iter().any(|it| it.direct.failed + it.through.failed > 0) {
        notes.push("Requests failed: the times are of those that were answered.".to_owned());
    }
    Ok(ProxyReport {
        schema_version: 1,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: plan.seed,
        blocks: plan.blocks,
        rows,
        memory: process.and_then(Process::memory),
        notes,
    })
}

/// Both ways to the provider, kept open for a row.
struct Pair {
    direct: Pool,
    through: Pool,
    process: Option<Process>,
    paired: PairedRun,
}

impl Pair {
    async fn warm_up(&mut self, requests: usize) -> io::Result<()> {
        self.direct.run(requests, Pace::Closed).await?;
        self.through.run(requests, Pace::Closed).await?;
        Ok(())
    }

    /// One block each way.
    async fn block(&mut self, requests: usize, direct_first: bool) -> io::Result<()> {
        if direct_first {
            self.paired.direct.push(self.direct.run(requests, Pace::Closed).await?);
        }
        let before = self.process.and_then(Process::cpu);
        let run = self.through.run(requests, Pace::Closed).await?;
        let after = self.process.and_then(Process::cpu);
        if let Some((before, after)) = before.zip(after) {
            self.paired.cpu_nanos.push(after.since(&before));
        }
        self.paired.through.push(run);
        if !direct_first {
            self.paired.direct.push(self.direct.run(requests, Pace::Closed).await?);
        }
        Ok(())
    }
}

// === impl ProxyPlan ===

impl ProxyPlan {
    fn warm_up_of(&self, shape: Shape, connections: usize) -> usize {
        if shape.streams() { connections } else { self.warm_up * connections }
    }

    /// Requests in a block: enough that every connection is busy for a while.
    fn requests_of(&self, shape: Shape, connections: usize) -> usize {
        if shape.streams() { (self.requests / 8).max(connections) } else { self.requests.max(connections * 4) }
    }
}

// === impl PairedRun ===

impl PairedRun {
    /// What the way through llmroute adds to the median of `figure`: the median of the blocks' differences.
    #[must_use]
    pub fn added(&self, figure: impl Fn(&Sample) -> u64) -> Option<Interval> {
        let middle = |run: &Run| median(run.samples.iter().map(|it| as_f64(figure(it)))).map(|it| it.value);
        let pairs = self.direct.iter().zip(&self.through);
        median(pairs.filter_map(|(direct, through)| Some(middle(through)? - middle(direct)?)))
    }

    /// Microseconds of CPU for each of what `count` counts, over the blocks.
    fn cpu_per(&self, count: impl Fn(&Run) -> u64) -> Option<Interval> {
        let blocks = self.through.iter().zip(&self.cpu_nanos);
        median(
            blocks.filter(|(run, _)| count(run) > 0).map(|(run, nanos)| as_f64(*nanos) / 1_000.0 / as_f64(count(run))),
        )
    }

    fn row(&self, shape: Shape, connections: usize) -> ProxyRow {
        let streams = shape.streams();
        ProxyRow {
            shape,
            connections,
            direct: Side::of(&self.direct, streams),
            through: Side::of(&self.through, streams),
            added: self.added(|it| it.latency),
            added_first: self.added(|it| it.first).filter(|_| streams),
            added_gap: self.added(|it| it.longest_gap).filter(|_| streams),
            cpu_per_request: self.cpu_per(|run| run.samples.len() as u64),
            cpu_per_event: self.cpu_per(|run| run.samples.iter().map(|it| it.events).sum()).filter(|_| streams),
        }
    }
}

// === impl Side ===

impl Side {
    fn of(blocks: &[Run], streams: bool) -> Self {
        let mut all = Run::default();
        for block in blocks {
            all.absorb(block.clone());
        }
        let quantiles = |figure: fn(&Sample) -> u64| Quantiles::of(all.samples.iter().map(|it| as_f64(figure(it))));
        Self {
            answered: all.samples.len(),
            failed: all.failed,
            first_failure: all.first_failure.clone(),
            per_second: all.per_second(),
            latency: quantiles(|it| it.latency),
            first: streams.then(|| quantiles(|it| it.first)),
            longest_gap: streams.then(|| quantiles(|it| it.longest_gap)),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds and counts are far below 2^53")]
fn as_f64(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn run(latencies: &[u64]) -> Run {
        let samples = latencies.iter().map(|it| Sample { latency: *it, events: 4, ..Sample::default() }).collect();
        Run { samples, took: Duration::from_secs(1), ..Run::default() }
    }

    #[test]
    fn the_added_time_is_the_median_of_the_blocks_differences() {
        // A drift of 1000 between blocks hits both sides and must not show.
        let paired = PairedRun {
            direct: (0..7).map(|it| run(&[it * 1_000, it * 1_000 + 10, it * 1_000 + 20])).collect(),
            through: (0..7).map(|it| run(&[it * 1_000 + 50, it * 1_000 + 60 + it, it * 1_000 + 90])).collect(),
            cpu_nanos: vec![120_000; 7],
        };
        let added = paired.added(|it| it.latency).expect("seven blocks");
        assert!((added.value - 53.0).abs() < 1e-9, "{added:?}");
        assert_eq!((added.low, added.high), (Some(50.0), Some(56.0)));
        let row = paired.row(Shape::SmallStream, 3);
        assert_eq!(row.cpu_per_request.map(|it| it.value), Some(40.0));
        assert_eq!(row.cpu_per_event.map(|it| it.value), Some(10.0));
        assert_eq!((row.direct.answered, row.direct.failed), (21, 0));
        assert!((row.direct.per_second - 3.0).abs() < 1e-9);
    }

    #[test]
    fn no_blocks_no_figures() {
        let row = PairedRun::default().row(Shape::SmallChat, 1);
        assert_eq!((row.added, row.cpu_per_request, row.direct.answered), (None, None, 0));
    }
}
