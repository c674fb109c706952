//! What a report shows of a sweep, read from its file.

use crate::output::{ArrayReader, OutputError, Source, StoredArray};
use crate::report::ReportError;
use crate::report::drawing::style::tick;
use std::path::Path;

/// Most points of a sweep that are shown.
const MOST_POINTS: usize = 1 << 22;
/// The array of texts that says what went wrong.
const MESSAGE: &str = "message";
/// Longest label of an axis.
const LABEL: usize = 14;

/// An axis of a sweep.
pub(super) struct Axis {
    pub name: String,
    /// Its values as they are written at ticks.
    pub labels: Vec<String>,
    /// Its values, where they are numbers.
    pub numbers: Option<Vec<f64>>,
}

/// What was recorded of every point.
pub(super) struct Quantity {
    pub name: String,
    pub long_name: String,
    /// Point by point, the last axis fastest; NaN where there is none.
    pub values: Vec<f64>,
    /// What the values stand for, where they are codes.
    pub codes: Option<Vec<(f64, String)>>,
}

impl Quantity {
    /// What it is, in words: a list of codes is none.
    pub fn title(&self) -> &str {
        if self.codes.is_some() { &self.name } else { &self.long_name }
    }

    /// The codes that occur, with their number in the list of all.
    pub fn occurring(&self) -> impl Iterator<Item = (usize, &(f64, String))> {
        let occurs = |(_, (code, _)): &(usize, &(f64, String))| self.values.contains(code);
        self.codes.iter().flatten().enumerate().filter(occurs)
    }

    /// The value of a point in words.
    pub fn text(&self, point: usize) -> String {
        let value = self.values[point];
        match &self.codes {
            Some(codes) => {
                codes.iter().find(|(code, _)| *code == value).map(|(_, name)| name.clone()).unwrap_or_default()
            }
            None => crate::report::page::cell(value),
        }
    }
}

/// A sweep as it is shown.
pub(super) struct Record {
    pub source: Source,
    pub sweep: String,
    pub game: String,
    pub axes: Vec<Axis>,
    pub quantities: Vec<Quantity>,
    /// 0 done, 2 bad input, 3 numerical failure, -1 missing.
    pub status: Vec<i64>,
}

impl Record {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ReportError`] when it is damaged.
    pub fn read(path: &Path) -> Result<Record, ReportError> {
        let reader = ArrayReader::open(path)?;
        let over = reader.stored("status")?.axes.clone();
        let axes = over.iter().map(|name| axis(&reader, name)).collect::<Result<Vec<_>, _>>()?;
        let points: usize = axes.iter().map(|axis| axis.labels.len()).product();
        if axes.is_empty() || points == 0 || points > MOST_POINTS {
            return Err(reader.damaged(format!("it has {points} points")).into());
        }
        if let Some(name) = reader.source().arrays.iter().map(|stored| &stored.name).find(|name| !is_plain(name)) {
            return Err(reader.damaged(format!("the name {name:?} is none that a sweep gives")).into());
        }
        let status = reader.integers("status")?;
        let mut quantities = Vec::new();
        for stored in &reader.source().arrays {
            let is_found = stored.name != "status" && !reader.source().coordinates.contains(&stored.name);
            if !is_found || stored.name == MESSAGE || stored.axes.len() < over.len() {
                continue;
            }
            quantities.extend(columns(&reader, stored, &over, points)?);
        }
        if let Some(odd) = quantities.iter().find(|quantity| quantity.values.len() != points) {
            return Err(reader.damaged(format!("{} has {} values of {points}", odd.name, odd.values.len())).into());
        }
        if status.len() != points {
            return Err(reader.damaged(format!("status has {} values of {points}", status.len())).into());
        }
        let (sweep, game) = (reader.text("sweep")?, reader.text("game")?);
        Ok(Record { source: reader.source().clone(), sweep, game, axes, quantities, status })
    }

    /// Indices along the axes of a point.
    pub fn place(&self, point: usize) -> Vec<usize> {
        let mut rest = point;
        let mut place: Vec<usize> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let k = rest % axis.labels.len();
                rest /= axis.labels.len();
                k
            })
            .collect();
        place.reverse();
        place
    }

    /// How many planes of the last two axes there are.
    pub fn slices(&self) -> usize {
        let last = self.axes.len().saturating_sub(2);
        self.axes[..last].iter().map(|axis| axis.labels.len()).product()
    }

    /// Whether a quantity stands in the figure of another: errors as bars, the guaranteed rate beside the gap.
    pub fn is_drawn_with_another(&self, quantity: &Quantity) -> bool {
        let has = |name: &str| self.quantities.iter().any(|other| other.name == name);
        let base = quantity.name.strip_suffix("_error");
        let is_bar = base.is_some_and(has);
        is_bar || (self.axes.len() == 1 && quantity.name == "guaranteed_rate" && has("gap"))
    }

    /// A quantity by its name.
    pub fn quantity(&self, name: &str) -> Option<&Quantity> {
        self.quantities.iter().find(|quantity| quantity.name == name)
    }
}

fn axis(reader: &ArrayReader, name: &str) -> Result<Axis, OutputError> {
    let stored = reader.stored(name)?;
    let (labels, numbers) = match &stored.texts {
        Some(texts) => (texts.iter().map(|text| shortened(text)).collect(), None),
        None => {
            let numbers = reader.numbers(name)?;
            (numbers.iter().map(|value| tick(*value)).collect(), Some(numbers))
        }
    };
    Ok(Axis { name: name.to_owned(), labels, numbers })
}

/// Whether a name may be part of the name of a file.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    (1..=100).contains(&name.len()) && name.chars().all(plain) && !["report", "animation"].contains(&name)
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LABEL {
        return text.to_owned();
    }
    text.chars().take(LABEL - 2).collect::<String>() + ".."
}

/// The columns of an array over the axes of the sweep; one for each threshold, where it has such a last axis.
fn columns(
    reader: &ArrayReader,
    stored: &StoredArray,
    over: &[String],
    points: usize,
) -> Result<Vec<Quantity>, OutputError> {
    if stored.axes[..over.len()] != *over {
        return Ok(Vec::new());
    }
    let codes = codes(&stored.long_name);
    let values = match codes {
        Some(_) => reader.integers(&stored.name)?.into_iter().map(|code| code as f64).collect(),
        // Of whole numbers -1 stands for none.
        None if reader.holds_integers(&stored.name)? => {
            let number = |value: i64| if value < 0 { f64::NAN } else { value as f64 };
            reader.integers(&stored.name)?.into_iter().map(number).collect()
        }
        None => reader.numbers(&stored.name)?,
    };
    let whole = |values| Quantity {
        name: stored.name.clone(),
        long_name: stored.long_name.clone(),
        values,
        codes: codes.clone(),
    };
    let [threshold] = &stored.axes[over.len()..] else { return Ok(vec![whole(values)]) };
    let thresholds = reader.numbers(threshold)?;
    let each = thresholds.len();
    if values.len() != points * each {
        return Ok(vec![whole(values)]);
    }
    let of = |(k, level): (usize, &f64)| Quantity {
        name: format!("{}-{}", stored.name, tick(*level)),
        long_name: format!("{} ({threshold} {})", stored.long_name, tick(*level)),
        values: values.iter().skip(k).step_by(each).copied().collect(),
        codes: None,
    };
    Ok(thresholds.iter().enumerate().map(of).collect())
}

/// What codes stand for, from a meaning like `0 undecided, 1 converged, 2 periodic, -1 none`.
fn codes(meaning: &str) -> Option<Vec<(f64, String)>> {
    let part = |text: &str| {
        let (code, name) = text.trim().split_once(' ')?;
        Some((code.parse::<i64>().ok()? as f64, name.to_owned()))
    };
    meaning.split(',').map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meanings_of_codes_are_told_from_other_meanings() {
        let found = codes("0 undecided, 1 converged, -1 none").unwrap();
        assert_eq!(found[2], (-1.0, "none".to_owned()));
        assert_eq!(codes("spectral gap: rate of decay in the end"), None);
    }

    #[test]
    fn names_of_files_stay_in_their_folder() {
        assert!(is_plain("w2_time-0") && !is_plain("../x") && !is_plain("a/b") && !is_plain("") && !is_plain("report"));
    }

    #[test]
    fn long_labels_are_cut() {
        assert_eq!(shortened("exp(-x^2)"), "exp(-x^2)");
        assert_eq!(shortened("exp((cos((x-start)/3)-1))").chars().count(), LABEL);
    }
}
