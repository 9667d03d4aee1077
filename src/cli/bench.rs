//! `bench`: measurements.

mod draw;
mod house;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::bench::proxy::{Progress, ProxyPlan, proxy};
use crate::cli::diag::{Diag, Done, Exit};
use crate::cli::session::Session;
use crate::cli::start;
use crate::cli::view::screen::Screen;

/// `bench`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true, after_help = "Example:\n  llmroute bench proxy --connections 1,10")]
pub struct Bench {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// What llmroute itself adds to a call, against a simulated provider on this machine.
    Proxy(Proxy),
}

/// `bench proxy`.
#[derive(Debug, Args)]
#[command(
    after_help = "The same requests go directly and through llmroute, in blocks of random order; what is shown is the\n\
                        paired difference. Everything is on: token, routing, ledger, price.\n\n\
                        Example:\n  llmroute bench proxy\n  llmroute bench proxy --connections 1,10 --blocks 6 --json"
)]
struct Proxy {
    /// Numbers of connections to measure at.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "1,10,100", value_parser = clap::value_parser!(u16).range(1..=1000))]
    connections: Vec<u16>,
    /// Pairs of blocks; six is the least that carries an interval.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=1000))]
    blocks: u16,
    /// Requests in a block of one connection.
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u16).range(1..))]
    requests: u16,
    /// Seed of the blocks' order.
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
}

impl Bench {
    /// Measures and prints.
    ///
    /// # Errors
    /// The server or the simulated provider cannot be started.
    pub fn run(&self, session: &Session) -> Done {
        match &self.verb {
            Verb::Proxy(it) => it.run(session),
        }
    }
}

impl Proxy {
    fn run(&self, session: &Session) -> Done {
        start::raise_file_limit();
        let runtime = start::runtime()?;
        let plan = ProxyPlan {
            connections: self.connections.iter().map(|it| usize::from(*it)).collect(),
            blocks: usize::from(self.blocks),
            requests: usize::from(self.requests),
            seed: self.seed,
            ..ProxyPlan::default()
        };
        let report = runtime.block_on(async {
            let house = house::House::start(session).await?;
            let bar = progress_bar(session.screen);
            let (direct, through) = (house.direct(), house.through());
            let measuring = proxy(&plan, direct, through, Some(house.pid()), |it: &Progress| {
                bar.set_length(it.total as u64);
                bar.set_position(it.done as u64);
                bar.set_message(it.row.clone());
            });
            let measured = tokio::select! {
                it = measuring => it,
                _ = tokio::signal::ctrl_c() => {
                    return Err(crate::cli::diag::Stop::Quiet(Exit::Interrupted));
                }
            };
            bar.finish_and_clear();
            measured.map_err(|error| {
                Diag::new(Exit::Failed, "bench", "the measurement broke off", error)
                    .fix("close other programs that use many connections, or measure at fewer: --connections 1,10")
                    .into()
            })
        })?;
        session.screen.show(&report, draw::report)
    }
}

/// On a terminal only: a bar in a log is noise.
fn progress_bar(screen: Screen) -> ProgressBar {
    let hidden = screen.quiet || screen.json() || !screen.stderr_is_terminal();
    let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let style = ProgressStyle::with_template(" {msg:<20} {bar:30} {pos}/{len} {eta}");
    let bar = ProgressBar::with_draw_target(Some(0), target);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
