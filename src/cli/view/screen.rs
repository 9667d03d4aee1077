//! The two streams. Answers and data go to stdout, everything about them to stderr; each stream decides by itself
//! whether it is a terminal, and a pipe never sees an escape code or a bar.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::cli::diag::{Done, Stop};
use crate::cli::view::{DIM, Frame, WARN, paint, rows, safe};

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// The same without colour, bars and the width of a terminal.
    Plain,
    /// One JSON document.
    Json,
    /// A JSON document for each row, one a line.
    Ndjson,
    /// The rows with all their fields, those of fields in fields as `a.b`.
    Csv,
    /// For people, with tables in Markdown.
    Md,
}

/// Where a command prints.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    /// How data is printed.
    pub format: Format,
    /// Notes and receipts are left out.
    pub quiet: bool,
    color: ColorChoice,
    stdout_tty: bool,
    stderr_tty: bool,
}

impl Screen {
    /// The process's own streams.
    #[must_use]
    pub fn new(format: Format, quiet: bool, color: ColorChoice) -> Self {
        let (stdout_tty, stderr_tty) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        Self { format, quiet, color, stdout_tty, stderr_tty }
    }

    /// Whether data is printed for programs: what people are told beside it is left out.
    #[must_use]
    pub fn json(self) -> bool {
        matches!(self.format, Format::Json | Format::Ndjson | Format::Csv)
    }

    /// Whether stdout is a terminal.
    #[must_use]
    pub const fn stdout_is_terminal(self) -> bool {
        self.stdout_tty
    }

    /// Whether stderr is a terminal.
    #[must_use]
    pub const fn stderr_is_terminal(self) -> bool {
        self.stderr_tty
    }

    /// What drawings on stdout may use.
    #[must_use]
    pub fn frame(self) -> Frame {
        match self.format {
            Format::Md => return Frame::MARKDOWN,
            Format::Plain => return Frame::PIPED,
            _ if !self.stdout_tty => return Frame::PIPED,
            _ => {}
        }
        let columns = terminal_size::terminal_size_of(io::stdout()).map_or(80, |(width, _)| width.0);
        // A terminal that says it has none has never been told.
        Frame { columns: Some(if columns == 0 { 80 } else { columns }) }
    }

    /// Prints data: as JSON, or as `draw` makes it.
    ///
    /// # Errors
    /// Stdout cannot be written.
    pub fn show<T: Serialize>(self, data: &T, draw: impl FnOnce(&T, Frame) -> String) -> Done {
        if self.json() { self.document(data) } else { self.say(draw(data, self.frame())) }
    }

    /// The same for data of several lists, of which `list` is the one whose rows are meant.
    ///
    /// # Errors
    /// Stdout cannot be written.
    pub fn show_list<T: Serialize>(self, data: &T, list: &str, draw: impl FnOnce(&T, Frame) -> String) -> Done {
        if !matches!(self.format, Format::Ndjson | Format::Csv) {
            return self.show(data, draw);
        }
        let rows = serde_json::to_value(data).map_err(io::Error::from)?.get_mut(list).map(serde_json::Value::take);
        self.document(&serde_json::json!({ "rows": rows }))
    }

    /// Prints data for programs: one JSON document, or the rows that it lists.
    ///
    /// # Errors
    /// Stdout cannot be written.
    pub fn document<T: Serialize>(self, data: &T) -> Done {
        let text = match self.format {
            Format::Ndjson => rows::ndjson(&serde_json::to_value(data).map_err(io::Error::from)?),
            Format::Csv => rows::csv(&serde_json::to_value(data).map_err(io::Error::from)?)?,
            _ => {
                let mut text = serde_json::to_vec_pretty(data).map_err(io::Error::from)?;
                text.push(b'\n');
                text
            }
        };
        let mut out = io::stdout().lock();
        out.write_all(&text)?;
        Ok(out.flush()?)
    }

    /// Prints a line (or several) that may carry style codes. An empty text prints nothing.
    ///
    /// # Errors
    /// Stdout cannot be written.
    pub fn say(self, text: impl Display) -> Done {
        let text = text.to_string();
        if text.is_empty() {
            return Ok(());
        }
        let mut out = AutoStream::new(io::stdout(), self.choice(&io::stdout())).lock();
        writeln!(out, "{text}")?;
        Ok(out.flush()?)
    }

    /// Prints a piece of a model's answer: as it is into a pipe, without control sequences on a terminal unless
    /// `raw`.
    ///
    /// # Errors
    /// Stdout cannot be written.
    pub fn answer(self, text: &str, raw: bool) -> Done {
        let text = if self.stdout_tty && !raw { safe::text(text) } else { Cow::Borrowed(text) };
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// What a command did, for people; nothing in JSON mode, whose document says it.
    ///
    /// # Errors
    /// Stdout cannot be written.
    pub fn did<T: Serialize>(self, data: &T, text: impl Display) -> Done {
        if self.json() {
            return self.document(data);
        }
        if self.quiet { Ok(()) } else { self.say(text) }
    }

    /// A remark on stderr, dim. Left out by `-q` and when it cannot be written.
    pub fn note(self, text: impl Display) {
        if !self.quiet {
            self.print_err(&paint(DIM, &text.to_string()));
        }
    }

    /// A warning on stderr. Not left out by `-q`.
    pub fn warn(self, text: impl Display) {
        self.print_err(&format!("{} {text}", paint(WARN, "warning:")));
    }

    /// Lines on stderr that may carry style codes. There is nobody left to tell when stderr is closed.
    pub fn print_err(self, text: &str) {
        let mut err = AutoStream::new(io::stderr(), self.choice(&io::stderr())).lock();
        let _ = writeln!(err, "{text}");
    }

    fn choice(self, stream: &impl anstream::stream::RawStream) -> ColorChoice {
        match self.color {
            ColorChoice::Auto if !stream.is_terminal() => ColorChoice::Never,
            _ if matches!(self.format, Format::Plain | Format::Md) => ColorChoice::Never,
            ColorChoice::Auto => AutoStream::choice(stream),
            fixed => fixed,
        }
    }
}

impl From<io::Error> for Stop {
    /// A reader that closed the pipe (`| head -1`) has seen enough; that is no failure.
    fn from(error: io::Error) -> Self {
        use crate::cli::diag::{Diag, Exit};
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Quiet(Exit::Ok);
        }
        Diag::new(Exit::Failed, "io", "the output could not be written", error)
            .fix("check the disk or the file stdout points to")
            .into()
    }
}
