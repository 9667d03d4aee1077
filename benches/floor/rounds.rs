//! The load, in rounds: in each, every case goes every way once, in an order drawn anew.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::Duration;

use llmroute::bench::figures::{Interval, Quantiles, median};
use llmroute::bench::load::{Pace, Pool, Run};
use llmroute::bench::process::Process;
use llmroute::bench::shape::{Endpoint, Shape};
use llmroute::domain::dice::Dice;
use llmroute::domain::id::RequestId;

use crate::stage::Stage;

/// A way to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    Direct,
    Relay,
    Llmroute,
}

/// A kind of load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Case {
    /// Small chats over 64 connections.
    Chat,
    /// 100 KB agent requests over 16 connections.
    Agent,
    /// 64 streams.
    Stream,
    /// One small chat at a time.
    Lone,
}

/// One case, one way, one round.
#[derive(Debug, Clone, Default)]
struct Block {
    run: Run,
    /// Microseconds of CPU of the process under test.
    cpu: Option<f64>,
}

/// All that was measured.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    blocks: BTreeMap<(Case, Way), Vec<Block>>,
    /// KiB of resident memory that each of many slow streams adds.
    pub(crate) kib_per_stream: BTreeMap<Way, f64>,
}

/// Streams open at once when their memory is looked at.
const SLOW_STREAMS: usize = 400;

impl Case {
    const ALL: [Self; 4] = [Self::Chat, Self::Agent, Self::Stream, Self::Lone];

    const fn shape(self) -> Shape {
        match self {
            Self::Chat | Self::Lone => Shape::SmallChat,
            Self::Agent => Shape::Agent,
            Self::Stream => Shape::SmallStream,
        }
    }

    /// Connections, and requests in a block.
    const fn size(self) -> (usize, usize) {
        match self {
            Self::Chat => (64, 3_000),
            Self::Agent => (16, 400),
            Self::Stream => (64, 64),
            Self::Lone => (1, 200),
        }
    }
}

impl Rounds {
    /// Runs `rounds` rounds, after one that does not count.
    pub(crate) async fn measure(stage: &mut Stage, rounds: usize) -> anyhow::Result<Self> {
        let mut ways = vec![(Way::Direct, stage.direct.clone(), None)];
        ways.push((Way::Relay, stage.relay.endpoint.clone(), Some(stage.relay.process)));
        if let Some(it) = &stage.llmroute {
            ways.push((Way::Llmroute, it.endpoint.clone(), Some(it.process)));
        }
        let mut measured = Self::default();
        let mut dice = Dice::of(RequestId(0), 7);
        for case in Case::ALL {
            let mut pools = Vec::new();
            for (way, endpoint, process) in &ways {
                pools.push((*way, Pool::open(endpoint.clone(), case.shape(), case.size().0).await?, *process));
            }
            for round in 0..=rounds {
                shuffle(&mut pools, &mut dice);
                for (way, pool, process) in &mut pools {
                    let block = block(pool, *process, case.size().1).await?;
                    if round > 0 {
                        measured.blocks.entry((case, *way)).or_default().push(block);
                    }
                }
                if std::io::stderr().is_terminal() {
                    eprint!("\r{case:?}: round {round} of {rounds}   ");
                }
            }
        }
        for (way, endpoint, process) in ways {
            if let Some(kib) = slow_streams(endpoint, process).await? {
                measured.kib_per_stream.insert(way, kib);
            }
        }
        Ok(measured)
    }

    /// Microseconds of CPU for a request.
    pub(crate) fn cpu_per_request(&self, case: Case, way: Way) -> Vec<f64> {
        self.each(case, way, |it| Some(it.cpu? / as_f64(it.run.samples.len() as u64)))
    }

    /// Microseconds of CPU for an event of a stream.
    pub(crate) fn cpu_per_event(&self, way: Way) -> Vec<f64> {
        self.each(Case::Stream, way, |it| Some(it.cpu? / as_f64(it.run.samples.iter().map(|it| it.events).sum())))
    }

    /// The median latency of a lone request, in microseconds, round by round.
    pub(crate) fn lone(&self, way: Way) -> Vec<f64> {
        self.each(Case::Lone, way, |it| Some(median(it.run.samples.iter().map(|it| as_f64(it.latency)))?.value))
    }

    /// Small chats answered a second.
    pub(crate) fn per_second(&self, way: Way) -> Vec<f64> {
        self.each(Case::Chat, way, |it| Some(it.run.per_second()))
    }

    /// The longest silences of all streams, in milliseconds.
    pub(crate) fn gaps(&self, way: Way) -> Quantiles {
        let blocks = self.blocks.get(&(Case::Stream, way)).map(Vec::as_slice).unwrap_or_default();
        Quantiles::of(blocks.iter().flat_map(|it| &it.run.samples).map(|it| as_f64(it.longest_gap) / 1_000.0))
    }

    /// Exchanges that failed, on any way.
    pub(crate) fn failed(&self) -> u64 {
        self.blocks.values().flatten().map(|it| it.run.failed).sum()
    }

    /// Why the first of them did.
    pub(crate) fn first_failure(&self) -> Option<String> {
        let of = |((case, way), block): (&(Case, Way), &Block)| {
            block.run.first_failure.as_ref().map(|it| format!("{case:?} by way of {way:?}: {it}"))
        };
        self.blocks.iter().flat_map(|(key, blocks)| blocks.iter().map(move |it| (key, it))).find_map(of)
    }

    fn each(&self, case: Case, way: Way, figure: impl Fn(&Block) -> Option<f64>) -> Vec<f64> {
        let blocks = self.blocks.get(&(case, way)).map(Vec::as_slice).unwrap_or_default();
        blocks.iter().filter(|it| !it.run.samples.is_empty()).filter_map(figure).collect()
    }
}

/// The median of the rounds' ratios.
pub(crate) fn ratio(of: &[f64], to: &[f64]) -> Option<Interval> {
    median(of.iter().zip(to).map(|(of, to)| of / to))
}

async fn block(pool: &mut Pool, process: Option<Process>, requests: usize) -> anyhow::Result<Block> {
    let before = process.and_then(Process::cpu);
    let run = pool.run(requests, Pace::Closed).await?;
    let after = process.and_then(Process::cpu);
    Ok(Block { run, cpu: before.zip(after).map(|(before, after)| as_f64(after.since(&before)) / 1_000.0) })
}

/// Opens many slow streams and weighs one, from what they add to the process while all are open.
async fn slow_streams(endpoint: Endpoint, process: Option<Process>) -> anyhow::Result<Option<f64>> {
    let Some(before) = process.and_then(Process::memory) else { return Ok(None) };
    let mut pool = Pool::open(endpoint, Shape::SmallStream, SLOW_STREAMS).await?;
    let streaming = tokio::spawn(async move { pool.run(SLOW_STREAMS, Pace::Closed).await });
    tokio::time::sleep(Duration::from_millis(600)).await;
    let during = process.and_then(Process::memory);
    streaming.await??;
    let added = during.map(|it| it.resident_kib.saturating_sub(before.resident_kib));
    Ok(added.map(|it| as_f64(it) / as_f64(SLOW_STREAMS as u64)))
}

fn shuffle<T>(items: &mut [T], dice: &mut Dice) {
    for last in (1..items.len()).rev() {
        items.swap(last, usize::try_from(dice.word() % (last as u64 + 1)).unwrap_or(0));
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds and counts are far below 2^53")]
fn as_f64(n: u64) -> f64 {
    n as f64
}
