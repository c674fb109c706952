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
