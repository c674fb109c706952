//! A small table: labels on the left, values on the right.

/// Lines of a table under construction.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<(String, String)>,
}

impl Table {
    /// An empty table.
    pub fn new() -> Table {
        Table::default()
    }

    /// Adds a row.
    pub fn row(&mut self, label: &str, value: impl Into<String>) -> &mut Table {
        self.rows.push((label.to_owned(), value.into()));
        self
    }

    /// The table as text, every line ended.
    pub fn render(&self) -> String {
        let width = self.rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
        self.rows.iter().map(|(label, value)| format!("  {label:width$}  {value}\n")).collect()
    }
}

/// Lines of several columns under a line of titles.
#[derive(Debug)]
pub struct Columns {
    lines: Vec<Vec<String>>,
}

impl Columns {
    /// A table with these titles.
    pub fn new(titles: &[&str]) -> Columns {
        Columns { lines: vec![titles.iter().map(|title| (*title).to_owned()).collect()] }
    }

    /// Adds a line, one text for each title.
    pub fn row(&mut self, texts: Vec<String>) {
        self.lines.push(texts);
    }

    /// The table as text, every line ended.
    pub fn render(&self) -> String {
        let width = |column: usize| self.lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.lines[0].len()).map(width).collect();
        let line = |texts: &Vec<String>| {
            let padded: Vec<String> = texts.iter().zip(&widths).map(|(text, width)| format!("{text:width$}")).collect();
            format!("  {}\n", padded.join("  ").trim_end())
        };
        self.lines.iter().map(line).collect()
    }
}
