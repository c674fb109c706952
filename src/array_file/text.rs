//! Columns of numbers as text: what numpy's `savetxt`, pandas and spreadsheets write.
//!
//! One row a line; columns separated by commas, semicolons, tabs or blanks, the same in every line. Empty lines and what
//! follows a `#` do not count; a first line of names is a header. One column is an array of one axis.

use super::{ArrayError, NumericArray};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Longest line in bytes.
const LONGEST_LINE: u64 = 1 << 20;
/// Most characters of a field that a message shows.
const SHOWN: usize = 24;
/// Suffixes of files whose contents a message may show; others may never have been meant for us.
const TEXT_SUFFIXES: [&str; 4] = ["csv", "txt", "dat", "tsv"];

/// Reads a file of text.
pub(super) fn read(path: &Path) -> Result<NumericArray, ArrayError> {
    let file = File::open(path).map_err(|error| ArrayError::read(path, error))?;
    let mut table = Table { path, separator: None, columns: 0, header: false, values: Vec::new() };
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let length = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
        if length.map_err(|error| ArrayError::read(path, error))? == 0 {
            break;
        }
        if line.len() as u64 == LONGEST_LINE {
            return Err(table.fault(number, format!("the line is longer than {LONGEST_LINE} bytes")));
        }
        table.add(number, &line)?;
    }
    table.finish()
}

/// A table under construction.
struct Table<'a> {
    path: &'a Path,
    separator: Option<Separator>,
    columns: usize,
    header: bool,
    values: Vec<f64>,
}

impl Table<'_> {
    fn fault(&self, line: usize, reason: String) -> ArrayError {
        ArrayError::Line { path: self.path.into(), line, reason }
    }

    fn add(&mut self, number: usize, line: &[u8]) -> Result<(), ArrayError> {
        let line = if number == 1 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        let text = std::str::from_utf8(line).map_err(|_| self.fault(number, "the line is not UTF-8 text".into()))?;
        let text = text.split('#').next().expect("splitting gives at least one part").trim();
        if text.is_empty() {
            return Ok(());
        }
        let separator = *self.separator.get_or_insert_with(|| Separator::of(text));
        let fields: Vec<&str> = separator.split(text);
        let numbers: Vec<Option<f64>> = fields.iter().map(|field| parse(field)).collect();
        if self.values.is_empty() && !self.header && fields.iter().all(|field| is_name(field)) {
            self.header = true;
            // The header may have one word and no separator.
            self.separator = None;
            return Ok(());
        }
        if let Some(column) = numbers.iter().position(Option::is_none) {
            let field = self.show(fields[column], separator);
            return Err(self.fault(number, format!("column {}: expected a number{field}", column + 1)));
        }
        if self.columns == 0 {
            self.columns = numbers.len();
        } else if self.columns != numbers.len() {
            let reason = format!("expected {} columns as in the lines before, got {}", self.columns, numbers.len());
            return Err(self.fault(number, reason));
        }
        self.values.extend(numbers.into_iter().flatten());
        if self.values.len() > NumericArray::MOST_VALUES {
            let most = NumericArray::MOST_VALUES;
            return Err(self.fault(number, format!("the file holds more than {most} numbers, the most that are read")));
        }
        Ok(())
    }

    /// `, got "1,5"`.
    fn show(&self, field: &str, separator: Separator) -> String {
        let suffix = self.path.extension().and_then(|suffix| suffix.to_str()).unwrap_or_default();
        if !TEXT_SUFFIXES.contains(&suffix.to_ascii_lowercase().as_str()) {
            return String::new();
        }
        let shown: String = field.chars().take(SHOWN).collect();
        let decimal_comma = separator != Separator::Comma && parse(&field.replacen(',', ".", 1)).is_some();
        let hint = if decimal_comma { " (decimals are written with a point)" } else { "" };
        format!(", got {shown:?}{hint}")
    }

    fn finish(self) -> Result<NumericArray, ArrayError> {
        if self.columns == 0 {
            return Err(ArrayError::format(self.path, "it holds no numbers"));
        }
        let rows = self.values.len() / self.columns;
        let shape = if self.columns == 1 { vec![rows] } else { vec![rows, self.columns] };
        Ok(NumericArray { shape, values: self.values, rounding: f64::EPSILON })
    }
}

/// Whether a field may stand in a header: it is no number and does not begin like one.
fn is_name(field: &str) -> bool {
    parse(field).is_none()
        && !field.trim_start_matches('"').starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
}

fn parse(field: &str) -> Option<f64> {
    field.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(field).trim().parse().ok()
}

/// What stands between two columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    Comma,
    Semicolon,
    Tab,
    Blank,
}

impl Separator {
    /// That of the first line: semicolons before commas, which may be decimal commas.
    fn of(line: &str) -> Separator {
        match line {
            _ if line.contains(';') => Separator::Semicolon,
            _ if line.contains(',') => Separator::Comma,
            _ if line.contains('\t') => Separator::Tab,
            _ => Separator::Blank,
        }
    }

    fn split(self, line: &str) -> Vec<&str> {
        match self {
            Separator::Comma => line.split(',').map(str::trim).collect(),
            Separator::Semicolon => line.split(';').map(str::trim).collect(),
            Separator::Tab => line.split('\t').map(str::trim).collect(),
            Separator::Blank => line.split_whitespace().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Result<NumericArray, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("points.csv");
        std::fs::write(&path, text).unwrap();
        read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn what_common_programs_write_is_read() {
        for text in [
            "0.1,0.2\n0.3,0.4\n",
            "\u{feff}x1,x2\r\n0.1,0.2\r\n0.3,0.4\r\n",
            "# by hand\n\n0.1 0.2 # first\n  0.3\t0.4",
            "x1;x2\n1e-1; .2\n+0.3;4e-1\n",
            "\"x1\"\t\"x2\"\n\"0.1\"\t0.2\n0.3\t0.4\n",
        ] {
            let array = table(text).unwrap();
            assert_eq!((array.shape, array.values), (vec![2, 2], vec![0.1, 0.2, 0.3, 0.4]), "{text:?}");
        }
        assert_eq!(table("x\n1\n2\n3\n").unwrap().shape, [3]);
        assert!(table("1 nan\n").unwrap().values[1].is_nan());
    }

    #[test]
    fn a_line_that_is_not_numbers_is_named() {
        for (text, words) in [
            ("1,2\n3\n", &["points.csv:2:", "expected 2 columns", "got 1"][..]),
            ("1,2\n\n3,x\n", &["points.csv:3:", "column 2", "\"x\""]),
            ("a,b\nc,d\n", &["points.csv:2:", "column 1"]),
            ("0,1;0,2\n", &["points.csv:1:", "\"0,1\""]),
            ("1;2\n0,1;0,2\n", &["points.csv:2:", "decimals are written with a point"]),
            ("", &["no numbers"]),
            ("x1,x2\n", &["no numbers"]),
        ] {
            let error = table(text).unwrap_err();
            assert!(words.iter().all(|word| error.contains(word)), "{text:?}: {error}");
        }
    }
}
