//! Everything that draws: tables, amounts, bars, the receipt line. Takes values, gives text; fetches nothing and
//! decides nothing.

pub mod amounts;
pub mod bars;
pub mod instant;
pub mod receipt;
pub mod safe;
pub mod screen;
pub mod shell;
pub mod table;

use anstyle::{AnsiColor, Style};

/// Less important than the rest: headers of tables, the receipt.
pub const DIM: Style = Style::new().dimmed();
/// Headings.
pub const BOLD: Style = Style::new().bold();
/// Something works.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Worth a look.
pub const WARN: Style = AnsiColor::Yellow.on_default();
/// Something is refused or broken.
pub const BAD: Style = AnsiColor::Red.on_default().bold();

/// `text` in `style`. The stream it is printed on strips the codes where colour is not wanted.
#[must_use]
pub fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// What a drawing may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Columns of the terminal; `None` when the output is piped, which has neither bars nor a width.
    pub columns: Option<u16>,
}

impl Frame {
    /// Output that goes to a file or another program.
    pub const PIPED: Self = Self { columns: None };

    /// Whether bars and charts are drawn.
    #[must_use]
    pub const fn draws(self) -> bool {
        self.columns.is_some()
    }

    /// Whether the wide columns of tables fit. Piped output keeps them all: a program reads it.
    #[must_use]
    pub fn wide(self) -> bool {
        self.columns.is_none_or(|it| it >= 100)
    }
}
