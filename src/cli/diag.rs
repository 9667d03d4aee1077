//! Refusals. Each has a stable code and three parts: what, why, fix. This is the one place that words them for the
//! terminal and that turns what other rooms report into an exit status.

use std::borrow::Cow;
use std::fmt::{self, Display};

use serde::Serialize;

use crate::cli::view::screen::Screen;
use crate::cli::view::{BAD, BOLD, paint, safe};

/// Exit statuses, part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Ok = 0,
    /// It failed.
    Failed = 1,
    /// The command line, or what it names, is wrong.
    Usage = 2,
    /// No provider could answer.
    NoProvider = 3,
    /// A key is missing or was refused.
    Key = 4,
    /// A budget refused it.
    Budget = 5,
    /// It took too long.
    TimedOut = 6,
    /// The answer was cut off; the part that came is on stdout.
    Cut = 7,
    /// The server is not running.
    NoServer = 8,
    /// Ctrl-C.
    Interrupted = 130,
}

/// One refusal.
#[derive(Debug, Clone)]
pub struct Diag {
    /// Stable, for programs: `no-key`, `usage`.
    pub code: Cow<'static, str>,
    /// What could not be done, in one sentence.
    pub what: String,
    /// Why.
    pub why: String,
    /// What to do about it.
    pub fix: String,
    /// The exit status that goes with it.
    pub exit: Exit,
}

impl Diag {
    /// A refusal; [`Diag::fix`] adds the third part.
    #[must_use]
    pub fn new(exit: Exit, code: impl Into<Cow<'static, str>>, what: impl Display, why: impl Display) -> Self {
        Self {
            code: code.into(),
            what: what.to_string(),
            why: why.to_string(),
            fix: "llmroute --help".to_owned(),
            exit,
        }
    }

    /// The command line asks for something that does not exist or makes no sense.
    #[must_use]
    pub fn usage(what: impl Display, why: impl Display) -> Self {
        Self::new(Exit::Usage, "usage", what, why)
    }

    /// Says what to do about it.
    #[must_use]
    pub fn fix(mut self, fix: impl Display) -> Self {
        self.fix = fix.to_string();
        self
    }

    /// Prints it on stderr: three lines, or one JSON object in JSON mode.
    pub fn print(&self, screen: Screen) {
        if screen.json() {
            let shown = Shown { schema_version: 1, error: self.into() };
            match serde_json::to_string(&shown) {
                Ok(text) => screen.print_err(&text),
                Err(error) => screen.print_err(&error.to_string()),
            }
            return;
        }
        screen.print_err(&self.render());
    }

    fn render(&self) -> String {
        let head = paint(BAD, &format!("error[{}]:", safe::line(&self.code)));
        let mut out = format!("{head} {}", safe::line(&self.what));
        for (name, text) in [("why:", &self.why), ("fix:", &self.fix)] {
            for (at, line) in text.lines().enumerate() {
                let name = if at == 0 { paint(BOLD, name) } else { "    ".to_owned() };
                out.extend(["\n  ", &name, "  ", &safe::line(line)]);
            }
        }
        out
    }
}

impl Display for Diag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    schema_version: u32,
    error: Fields<'a>,
}

#[derive(Serialize)]
struct Fields<'a> {
    code: &'a str,
    what: &'a str,
    why: &'a str,
    fix: &'a str,
    exit: u8,
}

impl<'a> From<&'a Diag> for Fields<'a> {
    fn from(it: &'a Diag) -> Self {
        Self { code: &it.code, what: &it.what, why: &it.why, fix: &it.fix, exit: it.exit as u8 }
    }
}

/// Why a command ended early.
#[derive(Debug)]
pub enum Stop {
    /// With a refusal to print.
    Refused(Box<Diag>),
    /// Without a word: the reader of a pipe went away, or everything was already said.
    Quiet(Exit),
}

/// What a command returns.
pub type Done<T = ()> = Result<T, Stop>;

impl From<Diag> for Stop {
    fn from(it: Diag) -> Self {
        Self::Refused(Box::new(it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_parts_and_no_sequences() {
        let diag = Diag::new(Exit::Key, "no-key", "nothing to ask: no provider has a key", "looked at 0 stored keys")
            .fix("llmroute keys add openai\nor \u{1b}[31mexport OPENAI_API_KEY=…");
        let plain = anstream::adapter::strip_str(&diag.render()).to_string();
        assert_eq!(
            plain,
            "error[no-key]: nothing to ask: no provider has a key\n  why:  looked at 0 stored keys\n  \
             fix:  llmroute keys add openai\n        or \\x1b[31mexport OPENAI_API_KEY=…"
        );
    }
}
