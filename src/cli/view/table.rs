//! Tables without boxes: a header, aligned columns, two spaces between them.

use comfy_table::{CellAlignment, ContentArrangement, Table as Grid, TableStyle};

use crate::cli::view::{BOLD, DIM, Frame, paint, safe};

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    title: &'static str,
    right: bool,
    when: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    Wide,
    Drawn,
}

/// A column of words.
#[must_use]
pub const fn left(title: &'static str) -> Column {
    Column { title, right: false, when: When::Always }
}

/// A column of figures.
#[must_use]
pub const fn right(title: &'static str) -> Column {
    Column { title, right: true, when: When::Always }
}

impl Column {
    /// Left out on terminals under 100 columns.
    #[must_use]
    pub const fn wide(self) -> Self {
        Self { when: When::Wide, ..self }
    }

    /// Made of bars: only on terminals of 100 columns and more.
    #[must_use]
    pub const fn drawn(self) -> Self {
        Self { when: When::Drawn, ..self }
    }

    fn shows(self, frame: Frame) -> bool {
        match self.when {
            When::Always => true,
            When::Wide => frame.wide(),
            When::Drawn => frame.wide() && frame.draws(),
        }
    }
}

/// A table being filled.
#[derive(Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    /// What stands above the row of that index.
    headings: Vec<(usize, String)>,
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(columns: &[Column]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new(), headings: Vec::new() }
    }

    /// Adds a row; one cell for each column. Control characters in cells are written out.
    pub fn row<const N: usize>(&mut self, cells: [impl AsRef<str>; N]) {
        debug_assert_eq!(N, self.columns.len(), "one cell a column");
        self.rows.push(cells.into_iter().map(|it| safe::line(it.as_ref()).into_owned()).collect());
    }

    /// Names the rows that follow.
    pub fn heading(&mut self, text: &str) {
        self.headings.push((self.rows.len(), text.to_owned()));
    }

    /// The table as text, without a line feed at the end.
    #[must_use]
    pub fn draw(&self, frame: Frame) -> String {
        let shown: Vec<usize> =
            self.columns.iter().enumerate().filter(|(_, it)| it.shows(frame)).map(|(at, _)| at).collect();
        if frame.is_markdown() {
            return self.markdown(&shown);
        }
        let mut grid = Grid::new();
        grid.load_style(TableStyle::new());
        grid.set_content_arrangement(ContentArrangement::Disabled);
        let pick =
            |cells: &[String]| -> Vec<String> { shown.iter().filter_map(|at| cells.get(*at).cloned()).collect() };
        let titles: Vec<String> = self.columns.iter().map(|it| it.title.to_owned()).collect();
        grid.set_header(pick(&titles));
        for row in &self.rows {
            grid.add_row(pick(row));
        }
        for (column, at) in grid.column_iter_mut().zip(&shown) {
            column.set_padding((0, 2));
            if self.columns.get(*at).is_some_and(|it| it.right) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let text: Vec<String> = grid.lines().map(|it| it.trim_end().to_owned()).collect();
        match text.split_first() {
            Some((head, body)) => {
                let mut out = paint(BOLD, head);
                for (at, line) in body.iter().enumerate() {
                    for (_, heading) in self.headings.iter().filter(|it| it.0 == at) {
                        out.push('\n');
                        out.push_str(&paint(DIM, heading));
                    }
                    out.push('\n');
                    out.push_str(line);
                }
                out
            }
            None => String::new(),
        }
    }
}

// === impl Table ===

impl Table {
    fn markdown(&self, shown: &[usize]) -> String {
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let pick = |cells: &[String]| {
            line(shown.iter().filter_map(|at| cells.get(*at)).map(|it| it.trim().replace('|', "\\|")).collect())
        };
        let columns = || shown.iter().filter_map(|at| self.columns.get(*at));
        let mut lines = vec![
            line(columns().map(|it| it.title.to_owned()).collect()),
            line(columns().map(|it| if it.right { "---:" } else { "---" }.to_owned()).collect()),
        ];
        for (at, row) in self.rows.iter().enumerate() {
            for (_, heading) in self.headings.iter().filter(|it| it.0 == at) {
                lines.push(line(vec![format!("**{}**", heading.replace('|', "\\|"))]));
            }
            lines.push(pick(row));
        }
        // A page runs lines together that no empty one parts.
        format!("\n{}\n", lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&[left("MODEL"), right("REQ"), right("IN").wide(), left("SHARE").drawn()]);
        table.row(["openai/gpt", "1,204", "22.1M", "███"]);
        table.row(["a\u{1b}[2J", "7", "1", "▏"]);
        table
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn wide_terminals_get_everything() {
        let drawn = plain(&table().draw(Frame { columns: Some(120) }));
        assert_eq!(
            drawn,
            "MODEL         REQ     IN  SHARE\nopenai/gpt  1,204  22.1M  ███\na\\x1b[2J        7      1  ▏"
        );
    }

    #[test]
    fn headings_stand_above_their_rows_and_nowhere_else() {
        let mut table = Table::new(&[left("A")]);
        table.heading("nothing");
        table.heading("first");
        table.row(["x"]);
        table.row(["y"]);
        table.heading("second");
        table.row(["z"]);
        table.heading("last");
        let drawn = plain(&table.draw(Frame { columns: Some(120) }));
        assert_eq!(drawn, "A\nnothing\nfirst\nx\ny\nsecond\nz");
    }

    #[test]
    fn a_page_gets_a_table_of_its_own() {
        let mut table = table();
        table.row(["a|b", "1", "2", ""]);
        let drawn = table.draw(Frame::MARKDOWN);
        let lines: Vec<_> = drawn.trim().lines().collect();
        assert_eq!(lines[..3], ["| MODEL | REQ | IN |", "| --- | ---: | ---: |", "| openai/gpt | 1,204 | 22.1M |"]);
        assert_eq!(lines[4], "| a\\|b | 1 | 2 |");
    }

    #[test]
    fn narrow_ones_drop_columns_and_pipes_drop_bars() {
        let narrow = plain(&table().draw(Frame { columns: Some(80) }));
        assert_eq!(narrow.lines().next(), Some("MODEL         REQ"));
        let piped = plain(&table().draw(Frame::PIPED));
        assert_eq!(piped.lines().next(), Some("MODEL         REQ     IN"));
    }
}
