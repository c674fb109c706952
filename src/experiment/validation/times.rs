//! Which times are compared: those of the cloud, matched with the snapshots of the run.

use super::ValidationError;
use crate::array_file::{ArrayAddress, NumericArray, position_of_time};

/// Times that are asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TimeChoice<'a> {
    /// All times of the cloud.
    OfCloud,
    /// These; of a cloud with times of its own only these rows.
    These(&'a [f64]),
    /// The times of the rows of the cloud stand in this file.
    InFile(&'a str),
    /// The cloud has no time: it is compared with the equilibrium.
    Equilibrium,
}

/// The times of the rows of a cloud, and which rows are compared.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rows {
    /// Time of every row; `None` for a cloud of one row without a time, compared with the equilibrium.
    pub times: Option<Vec<f64>>,
    /// Rows that are compared.
    pub chosen: Vec<usize>,
    /// Relative rounding of the times.
    pub rounding: f64,
}

impl Rows {
    /// From the times in the cloud's file, if it has any, and the choice.
    ///
    /// # Errors
    /// [`ValidationError::Input`] when there are no times, too many sources of them, or one that is not a number.
    pub fn new(
        word: &str,
        in_file: Option<&ArrayAddress>,
        choice: TimeChoice<'_>,
        notes: &mut Vec<String>,
    ) -> Result<Rows, ValidationError> {
        let stored = in_file.map(|address| read_times(word, address, notes)).transpose()?;
        let f64_rounding = f64::EPSILON;
        match (stored, choice) {
            (Some((times, rounding)), TimeChoice::OfCloud) => {
                Ok(Rows { chosen: (0..times.len()).collect(), times: Some(times), rounding })
            }
            (Some((times, rounding)), TimeChoice::These(wanted)) => {
                check_distinct("--time", wanted)?;
                let chosen = wanted.iter().map(|time| {
                    position_of_time(&times, *time).map_err(|nearest| no_such_time(word, *time, nearest, "cloud"))
                });
                Ok(Rows { chosen: chosen.collect::<Result<_, _>>()?, times: Some(times), rounding })
            }
            (Some(_), TimeChoice::InFile(_)) => {
                Err(ValidationError::input("--times", format!("{word} has times of its own; leave the option out")))
            }
            (Some((times, rounding)), TimeChoice::Equilibrium) => {
                let last = times.len() - 1;
                if last > 0 {
                    notes.push(format!(
                        "of {} times of the cloud the last, {}, is compared with the equilibrium",
                        last + 1,
                        times[last]
                    ));
                }
                Ok(Rows { chosen: vec![last], times: Some(times), rounding })
            }
            (None, TimeChoice::These(times)) => {
                check_distinct("--time", times)?;
                let chosen = (0..times.len()).collect();
                Ok(Rows { times: Some(times.to_vec()), chosen, rounding: f64_rounding })
            }
            (None, TimeChoice::InFile(text)) => {
                let (times, rounding) = read_times("--times", &ArrayAddress::parse(text), notes)?;
                Ok(Rows { chosen: (0..times.len()).collect(), times: Some(times), rounding })
            }
            (None, TimeChoice::Equilibrium) => Ok(Rows { times: None, chosen: vec![0], rounding: f64_rounding }),
            (None, TimeChoice::OfCloud) => Err(ValidationError::input(
                word,
                "has no times; --time T gives the time of its points, --times FILE those of its leading axis, \
                 --equilibrium compares it with the equilibrium",
            )),
        }
    }

    /// Number of rows that the arrays must have.
    pub fn count(&self) -> usize {
        self.times.as_ref().map_or(1, Vec::len)
    }

    /// The snapshot time of the run that the time of a row means; equal up to the rounding of both.
    ///
    /// # Errors
    /// [`ValidationError::Input`] with the nearest snapshot.
    pub fn snapshot(&self, word: &str, time: f64, snapshots: &[f64]) -> Result<f64, ValidationError> {
        match position_of_time(snapshots, time) {
            Ok(row) => Ok(snapshots[row]),
            Err(Some(nearest)) if (nearest - time).abs() <= 2.0 * self.rounding * time.abs() => Ok(nearest),
            Err(nearest) => Err(no_such_time(word, time, nearest, "run")),
        }
    }
}

fn no_such_time(word: &str, time: f64, nearest: Option<f64>, whose: &str) -> ValidationError {
    let nearest = nearest.map(|nearest| format!("; the nearest is {nearest}")).unwrap_or_default();
    ValidationError::input(word, format!("the {whose} has no state of time {time}{nearest}"))
}

/// Finite times with their rounding. Rows of a file that is still being written have no time yet, and do not count.
fn read_times(word: &str, address: &ArrayAddress, notes: &mut Vec<String>) -> Result<(Vec<f64>, f64), ValidationError> {
    let NumericArray { shape, mut values, rounding } = address.read()?;
    if !matches!(shape.as_slice(), [_] | [_, 1] | [1, _]) {
        return Err(ValidationError::input(
            word,
            format!("its times have shape {shape:?}; expected one number for each row"),
        ));
    }
    let all = values.len();
    while values.last().is_some_and(|time| time.is_nan()) && values.len() > 1 {
        values.pop();
    }
    if values.len() < all {
        notes.push(format!("{word}: {} of {all} rows have no time yet and were left out", all - values.len()));
    }
    match values.iter().position(|time| !time.is_finite()) {
        Some(index) => {
            Err(ValidationError::input(word, format!("time {index} is {}; times must be finite", values[index])))
        }
        None if values.is_empty() => Err(ValidationError::input(word, "holds no times")),
        None => check_distinct(word, &values).map(|()| (values, rounding)),
    }
}

fn check_distinct(word: &str, times: &[f64]) -> Result<(), ValidationError> {
    let Some([first, second]) = repeated(times) else { return Ok(()) };
    let message = format!("times {first} and {second} are both {}; each may occur once", times[first]);
    Err(ValidationError::input(word, message))
}

/// Positions of two equal times.
fn repeated(times: &[f64]) -> Option<[usize; 2]> {
    let mut order: Vec<usize> = (0..times.len()).collect();
    order.sort_by(|&a, &b| times[a].total_cmp(&times[b]).then(a.cmp(&b)));
    order.windows(2).find(|pair| times[pair[0]] == times[pair[1]]).map(|pair| [pair[0], pair[1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(times: &[f64], rounding: f64) -> Rows {
        Rows { times: Some(times.to_vec()), chosen: (0..times.len()).collect(), rounding }
    }

    #[test]
    fn a_time_is_matched_up_to_its_rounding_and_otherwise_the_nearest_is_named() {
        let snapshots = [0.0, 0.1, 0.3, 2.0];
        let double = rows(&[0.1 + 0.2], f64::EPSILON);
        assert_eq!(double.snapshot("a", 0.1 + 0.2, &snapshots).unwrap(), 0.3);
        let error = double.snapshot("a", f64::from(0.3_f32), &snapshots).unwrap_err().to_string();
        assert!(error.contains("nearest is 0.3"), "{error}");
        let single = rows(&[0.3], f64::from(f32::EPSILON));
        assert_eq!(single.snapshot("a", f64::from(0.3_f32), &snapshots).unwrap(), 0.3);
        assert!(single.snapshot("a", 0.31, &snapshots).is_err());
    }

    #[test]
    fn repeated_times_are_found_wherever_they_stand() {
        assert_eq!(repeated(&[0.0, 0.5, 1.0]), None);
        assert_eq!(repeated(&[0.5, 0.0, 1.0, 0.5]), Some([0, 3]));
    }
}
