//! Questions to the person at the terminal. Never asked when stdin is not a terminal or `--no-input` was given.

use std::io::{self, IsTerminal as _, Read as _, Write as _};

use crate::cli::args::Global;
use crate::cli::diag::{Diag, Done, Exit, Stop};

/// The longest secret that is read; real ones have a few hundred bytes, service account files a few thousand.
const SECRET_CAP: u64 = 64 * 1024;

/// Whether somebody is there to answer.
#[must_use]
pub fn possible(global: &Global) -> bool {
    !global.no_input && io::stdin().is_terminal()
}

/// Asks for a secret without showing it.
///
/// # Errors
/// The terminal cannot be read, or nothing was typed.
pub fn secret(prompt: &str) -> Done<String> {
    let text = rpassword::prompt_password(prompt).map_err(|error| unreadable("the terminal", &error))?;
    not_empty(&text)
}

/// Reads a secret from stdin; one line feed at the end is not part of it.
///
/// # Errors
/// Stdin cannot be read, is empty, or is not UTF-8.
pub fn secret_from_stdin() -> Done<String> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(SECRET_CAP + 1).read_to_end(&mut bytes).map_err(|error| unreadable("stdin", &error))?;
    if bytes.len() as u64 > SECRET_CAP {
        return Err(Diag::new(Exit::Usage, "bad-key", "stdin holds no key", "it is larger than 64 KiB")
            .fix("pass the key alone: llmroute keys add PROVIDER --stdin < FILE")
            .into());
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        Stop::from(
            Diag::new(Exit::Usage, "bad-key", "stdin holds no key", "it is not UTF-8 text")
                .fix("pass the key alone: llmroute keys add PROVIDER --stdin < FILE"),
        )
    })?;
    not_empty(&text)
}

/// Asks before something is lost. `-y` says yes; where nobody can be asked, the command itself is the answer.
///
/// # Errors
/// The answer is no, or the terminal cannot be read.
pub fn confirm(global: &Global, question: &str) -> Done {
    if global.yes || !possible(global) {
        return Ok(());
    }
    let mut err = io::stderr().lock();
    let mut answer = String::new();
    let asked = write!(err, "{question} [y/N] ").and_then(|()| err.flush());
    drop(err);
    asked.and_then(|()| io::stdin().read_line(&mut answer)).map_err(|error| unreadable("the terminal", &error))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(Diag::new(Exit::Failed, "not-confirmed", "nothing was changed", "the question was not answered with y")
        .fix("answer y, or add -y")
        .into())
}

fn not_empty(text: &str) -> Done<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Diag::new(Exit::Usage, "empty-key", "no key was given; nothing was stored", "the input is empty")
            .fix("llmroute keys add PROVIDER --stdin < FILE   or   --from env:NAME")
            .into());
    }
    Ok(text.to_owned())
}

fn unreadable(what: &str, error: &io::Error) -> Stop {
    if error.kind() == io::ErrorKind::Interrupted {
        return Stop::Quiet(Exit::Interrupted);
    }
    Diag::new(Exit::Failed, "io", format_args!("{what} could not be read"), error)
        .fix("pipe the key in: llmroute keys add PROVIDER --stdin < FILE")
        .into()
}
