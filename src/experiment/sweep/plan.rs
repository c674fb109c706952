//! What is recorded in a row, and how rows become arrays.

use super::point::Findings;
use super::quantity::{NAMES, QUANTITIES, Quantity, RESERVED, Reading, Stage, Threshold};
use crate::game::{AxisVariable, SweepFile, Vocabulary};
use crate::output::{PointRow, SweepAxisRecord, SweepColumn, SweepRecord, SweepValues};

/// Thresholds where a sweep file has none.
const THRESHOLDS: [&[f64]; 2] = [&[1e-1, 1e-2, 1e-4], &[1e-2, 1e-4]];
/// Status of a point that is not there.
pub const MISSING: i64 = -1;
/// Stands for a whole number that could not be had.
const NONE: i64 = -1;

/// What a sweep file may name.
pub fn vocabulary() -> Vocabulary<'static> {
    Vocabulary { quantities: &NAMES, reserved: &RESERVED, thresholds: THRESHOLDS }
}

/// The quantities of a sweep, in the order of a row.
pub struct Plan {
    quantities: Vec<&'static Quantity>,
    thresholds: [Vec<f64>; 2],
}

impl Plan {
    /// What a checked sweep file records.
    pub fn new(sweep: &SweepFile) -> Plan {
        let known = |name: &String| QUANTITIES.iter().find(|quantity| quantity.name == name).expect("a checked name");
        Plan { quantities: sweep.record().iter().map(known).collect(), thresholds: sweep.thresholds().clone() }
    }

    /// Whether something needs this to be computed.
    pub fn needs(&self, stage: Stage) -> bool {
        self.quantities.iter().any(|quantity| quantity.stage == stage)
    }

    /// Numbers in a row.
    pub fn columns(&self) -> usize {
        self.quantities.iter().map(|quantity| self.width(quantity)).sum()
    }

    fn width(&self, quantity: &Quantity) -> usize {
        match quantity.reading {
            Reading::Times(threshold) => self.thresholds[threshold.index()].len(),
            Reading::Number(_) | Reading::Code(_) => 1,
        }
    }

    /// The numbers of a point; NaN where there is none.
    pub fn values(&self, findings: &Findings) -> Vec<f64> {
        let of = |quantity: &&Quantity| -> Vec<Option<f64>> {
            match (quantity.reading, &findings.recorded) {
                (Reading::Number(read), _) => vec![read(findings)],
                (Reading::Code(read), _) => vec![read(findings).map(|code| code as f64)],
                (Reading::Times(threshold), Some(recorded)) => {
                    threshold.times(&recorded.snapshots, &self.thresholds[threshold.index()])
                }
                (Reading::Times(_), None) => vec![None; self.width(quantity)],
            }
        };
        let finite = |value: Option<f64>| value.filter(|value| value.is_finite()).unwrap_or(f64::NAN);
        self.quantities.iter().flat_map(of).map(finite).collect()
    }

    /// The arrays; `rows` has an entry for every point of the sweep, in order.
    pub fn record<'a>(&self, sweep: &'a SweepFile, rows: &[Option<&PointRow>]) -> SweepRecord<'a> {
        let mut offset = 0;
        let mut columns = Vec::new();
        for quantity in &self.quantities {
            let width = self.width(quantity);
            let of = |row: &Option<&PointRow>| match row {
                Some(row) => row.values[offset..offset + width].to_vec(),
                None => vec![f64::NAN; width],
            };
            let values: Vec<f64> = rows.iter().flat_map(of).collect();
            let whole = |value: &f64| if value.is_nan() { NONE } else { *value as i64 };
            columns.push(SweepColumn {
                name: quantity.name.to_owned(),
                long_name: quantity.meaning.to_owned(),
                threshold: match quantity.reading {
                    Reading::Times(threshold) => Some(threshold.scale().0),
                    _ => None,
                },
                values: match quantity.reading {
                    Reading::Code(_) => SweepValues::Integers(values.iter().map(whole).collect()),
                    _ => SweepValues::Numbers(values),
                },
            });
            offset += width;
        }
        columns.push(SweepColumn {
            name: "status".to_owned(),
            long_name: "0 done, 2 bad input, 3 numerical failure, -1 missing".to_owned(),
            threshold: None,
            values: SweepValues::Integers(rows.iter().map(|row| row.map_or(MISSING, |row| row.status)).collect()),
        });
        columns.push(SweepColumn {
            name: "message".to_owned(),
            long_name: "what went wrong".to_owned(),
            threshold: None,
            values: SweepValues::Texts(rows.iter().map(|row| row.map_or("", |row| &row.message).to_owned()).collect()),
        });
        let is_used = |threshold: &Threshold| {
            self.quantities.iter().any(|q| matches!(q.reading, Reading::Times(used) if used == *threshold))
        };
        let scale = |threshold: Threshold| {
            let (name, meaning) = threshold.scale();
            (name, meaning, self.thresholds[threshold.index()].clone())
        };
        SweepRecord {
            title: sweep.name(),
            sweep: sweep.text(),
            game: &sweep.base().text,
            axes: axes(sweep),
            thresholds: Threshold::ALL.into_iter().filter(is_used).map(scale).collect(),
            columns,
        }
    }
}

fn axes(sweep: &SweepFile) -> Vec<SweepAxisRecord> {
    let values = |variable: &AxisVariable| match variable {
        AxisVariable::Numbers(numbers) => SweepValues::Numbers(numbers.clone()),
        AxisVariable::Texts(texts) => SweepValues::Texts(texts.clone()),
    };
    let of = |axis: &crate::game::SweepAxis| SweepAxisRecord {
        name: axis.name().to_owned(),
        long_name: axis.keys().join(", "),
        values: axis.variable().map_or_else(|| SweepValues::Integers((0..axis.len() as i64).collect()), values),
        tied: axis
            .tied()
            .iter()
            .zip(axis.keys())
            .map(|((name, variable), key)| (name.clone(), key.clone(), values(variable)))
            .collect(),
    };
    sweep.axes().iter().map(of).collect()
}
