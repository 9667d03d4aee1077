//! The command line as it is typed. Each noun's verbs are declared in the noun's own file.

use std::path::PathBuf;

use anstream::ColorChoice;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::view::screen::{Format, Screen};
use crate::cli::{
    ask, bench, completions, database, explain, groups, keys, limits, members, models, prices, providers, requests,
    rules, serve, simulate, stats, virtual_keys, weights, why,
};

/// One local endpoint for every LLM provider: routes, fails over, keeps a truthful ledger.
#[derive(Debug, Parser)]
#[command(name = "llmroute", version, propagate_version = false, max_term_width = 100)]
#[command(after_help = "Example:\n  llmroute ask \"Capital of Australia?\"\n  llmroute serve")]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do; without one, the status card.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Print one JSON document instead of tables.
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub json: bool,
    /// How data is printed.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "table|json",
        hide_possible_values = true,
        conflicts_with = "json",
        help_heading = "Everywhere"
    )]
    pub format: Option<Format>,
    /// When to use colour. `NO_COLOR` is honoured.
    #[arg(long, global = true, value_enum, value_name = "auto|always|never", hide_possible_values = true, hide_default_value = true, default_value_t = Color::Auto, help_heading = "Everywhere")]
    pub color: Color,
    /// No notes, no receipt.
    #[arg(short, long, global = true, help_heading = "Everywhere")]
    pub quiet: bool,
    /// Never ask; refuse instead.
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub no_input: bool,
    /// Answer yes to every question.
    #[arg(short, long, global = true, help_heading = "Everywhere")]
    pub yes: bool,
    /// Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Everywhere")]
    pub home: Option<PathBuf>,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On terminals that can.
    Auto,
    /// Always, also into pipes.
    Always,
    /// Never.
    Never,
}

impl Global {
    /// The streams as these options want them.
    #[must_use]
    pub fn screen(&self) -> Screen {
        let format = if self.json { Format::Json } else { self.format.unwrap_or(Format::Table) };
        let color = match self.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Screen::new(format, self.quiet, color)
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask one question.
    Ask(ask::Ask),
    /// Run the server.
    Serve(serve::Serve),
    /// Who can be asked.
    Providers(providers::Providers),
    /// The credentials of providers.
    Keys(keys::Keys),
    /// Names that stand for weighted targets.
    Groups(groups::Groups),
    /// The shares of a group's targets, as meant and as they came out.
    Weights(weights::Weights),
    /// Where requests go that fulfil a condition.
    Rules(rules::Rules),
    /// Tokens for others, each with what it may be used for.
    #[command(visible_alias = "vk")]
    VirtualKeys(virtual_keys::VirtualKeys),
    /// Whom virtual keys belong to.
    Teams(members::Teams),
    /// Whom teams and virtual keys belong to.
    Customers(members::Customers),
    /// How many requests and tokens a minute, and how many requests at once.
    Limits(limits::Limits),
    /// What can be sent as `model`.
    Models(models::Models),
    /// Your own prices, and what is known of a target's.
    Prices(prices::Prices),
    /// Measurements.
    Bench(bench::Bench),
    /// What happened and what it cost.
    Stats(stats::Stats),
    /// Single requests out of the ledger.
    Requests(requests::Requests),
    /// The local file: where it is, what it holds, whether it is whole.
    Db(database::Database),
    /// What would become of a request. Sends nothing.
    Explain(explain::Explain),
    /// How a request was decided.
    Why(why::Why),
    /// What another policy would have done with the requests of the last days.
    Simulate(simulate::Simulate),
    /// Print the completion script of a shell.
    Completions(completions::Completions),
}
