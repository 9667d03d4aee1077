//! Floor 5: the terminal. One file a subcommand, which holds its arguments and what it does with the rooms below;
//! [`view`] draws. Decides nothing about requests.

pub mod args;
mod decision;
pub mod diag;
pub mod keyshape;
mod live;
pub mod question;
pub mod session;
mod start;
mod status;
mod throwaway;
pub mod usage;
pub mod view;

pub mod ask;
pub mod bench;
pub mod completions;
pub mod database;
pub mod explain;
pub mod groups;
pub mod keys;
pub mod limits;
pub mod members;
pub mod models;
pub mod prices;
pub mod providers;
pub mod requests;
pub mod rules;
pub mod serve;
pub mod simulate;
pub mod stats;
pub mod virtual_keys;
pub mod weights;
pub mod why;

use std::ffi::OsString;
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::Parser as _;

use crate::cli::args::{Cli, Command};
use crate::cli::diag::{Diag, Done, Exit, Stop};
use crate::cli::session::Session;
use crate::cli::view::screen::{Format, Screen};

/// Runs one command line and says how the process ends.
pub fn run(argv: impl IntoIterator<Item = OsString>) -> ExitCode {
    let argv: Vec<OsString> = argv.into_iter().collect();
    let cli = match Cli::try_parse_from(&argv) {
        Ok(cli) => cli,
        Err(error) => return not_parsed(&error, &argv),
    };
    let session = Session::new(cli.global);
    let screen = session.screen;
    finish(dispatch(cli.command, session), screen)
}

fn dispatch(command: Option<Command>, session: Session) -> Done {
    match command {
        None => status::run(&session),
        Some(Command::Serve(it)) => it.run(session),
        Some(Command::Ask(it)) => it.run(&session),
        Some(Command::Providers(it)) => it.run(&session),
        Some(Command::Keys(it)) => it.run(&session),
        Some(Command::Groups(it)) => it.run(&session),
        Some(Command::Weights(it)) => it.run(&session),
        Some(Command::Rules(it)) => it.run(&session),
        Some(Command::VirtualKeys(it)) => it.run(&session),
        Some(Command::Teams(it)) => it.run(&session),
        Some(Command::Customers(it)) => it.run(&session),
        Some(Command::Limits(it)) => it.run(&session),
        Some(Command::Models(it)) => it.run(&session),
        Some(Command::Prices(it)) => it.run(&session),
        Some(Command::Bench(it)) => it.run(&session),
        Some(Command::Stats(it)) => it.run(&session),
        Some(Command::Requests(it)) => it.run(&session),
        Some(Command::Db(it)) => it.run(&session),
        Some(Command::Explain(it)) => it.run(&session),
        Some(Command::Why(it)) => it.run(&session),
        Some(Command::Simulate(it)) => it.run(&session),
        Some(Command::Completions(it)) => it.run(session.screen),
    }
}

fn finish(done: Done, screen: Screen) -> ExitCode {
    let exit = match done {
        Ok(()) => Exit::Ok,
        Err(Stop::Quiet(exit)) => exit,
        Err(Stop::Refused(diag)) => {
            diag.print(screen);
            diag.exit
        }
    };
    ExitCode::from(exit as u8)
}

/// Help and version are asked for and go to stdout; everything else is a refusal. The options could not be read, so
/// whether JSON is wanted is looked up in the words themselves.
fn not_parsed(error: &clap::Error, argv: &[OsString]) -> ExitCode {
    let asked = |word: &str| argv.iter().any(|it| it == word);
    let json = asked("--json") || asked("--format=json");
    let format = if json { Format::Json } else { Format::Table };
    let screen = Screen::new(format, false, ColorChoice::Auto);
    if !error.use_stderr() {
        return finish(screen.say(error.render().ansi().to_string().trim_end()), screen);
    }
    let refused: Diag = usage::diag(error, argv);
    finish(Err(refused.into()), screen)
}
