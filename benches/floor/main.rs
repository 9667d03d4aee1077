//! `cargo bench --bench relay`: llmroute beside the least a proxy for models can do.
//!
//! The yardstick is a bare relay (`relay.rs`): hyper in front, hyper's client behind, the body buffered, `model` and
//! `stream` read, the answer passed on. It checks no key, chooses nothing, counts nothing and writes nothing down, so
//! what llmroute costs beyond it is what its work costs. A simulated provider, the relay and llmroute run as
//! processes of their own; the same load goes straight, through the relay and through llmroute, in rounds whose order
//! is drawn anew. Read the ratios: the absolute figures belong to the machine.
//!
//! Options after `--`: `--rounds N` (10), `--floor-only` (leaves llmroute out).

mod relay;
mod rounds;
mod stage;
mod table;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use llmroute::sim::{Canned, Latency, Persona, Sim};

use crate::rounds::Rounds;
use crate::stage::Stage;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What this process is: the benchmark, or one of the actors it starts as children of its own.
enum Role {
    Benchmark {
        rounds: usize,
        floor_only: bool,
    },
    Relay {
        upstream: SocketAddr,
    },
    Provider,
    /// Started by `cargo test`, which runs benchmarks to see that they start.
    Nothing,
}

/// Streams of the benchmark: this many events, this far apart.
const STREAM: (usize, Duration) = (50, Duration::from_millis(20));

fn main() -> anyhow::Result<()> {
    let role = role(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match role {
            Role::Nothing => {
                println!("the relay benchmark runs under `cargo bench --bench relay`");
                Ok(())
            }
            Role::Relay { upstream } => stage::act(relay::Relay::start(upstream).await?).await,
            Role::Provider => {
                let latency = Latency { first: Duration::ZERO, per_token: STREAM.1 };
                let persona = Persona::bench(latency, Canned { events: STREAM.0, text_bytes: 300 });
                stage::act(Sim::start(persona).await?).await
            }
            Role::Benchmark { rounds, floor_only } => {
                let mut stage = Stage::set(floor_only).await?;
                let rounds = Rounds::measure(&mut stage, rounds).await?;
                print!("{}", table::draw(&stage, &rounds));
                if rounds.failed() > 0 {
                    bail!("{} requests failed", rounds.failed());
                }
                Ok(())
            }
        }
    })
}

fn role(mut args: impl Iterator<Item = String>) -> anyhow::Result<Role> {
    let (mut benchmark, mut rounds, mut floor_only) = (false, 10, false);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--bench" => benchmark = true,
            "--floor-only" => floor_only = true,
            "--rounds" => rounds = args.next().context("--rounds needs a number")?.parse().context("--rounds N")?,
            "act-relay" => {
                let upstream = args.next().context("act-relay needs an address")?.parse()?;
                return Ok(Role::Relay { upstream });
            }
            "act-provider" => return Ok(Role::Provider),
            // Flags that cargo hands to the standard harness mean nothing here.
            _ => {}
        }
    }
    Ok(if benchmark { Role::Benchmark { rounds, floor_only } } else { Role::Nothing })
}
