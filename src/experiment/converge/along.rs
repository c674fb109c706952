//! One quantity along one ladder, from the runs to the report.

use super::ladder::{Axis, Setting};
use super::quantity::Measured;
use super::report::{AlongReport, ExtrapolationReport, FitsReport};
use super::rung::{Outcome, Pair};
use super::series::{Behaviour, Series};

/// Differences that do not fall are the floor when so many of the finest rungs agree within their stated error bars.
const STATED_RUNGS: usize = 2;

/// The runs of a ladder, coarse to fine.
pub struct Ladder<'a> {
    /// What it varies.
    pub axis: Axis,
    /// The declared order of steps and tolerances.
    pub declared: Option<f64>,
    /// The runs.
    pub runs: Vec<(&'a Setting, &'a Outcome)>,
}

impl Ladder<'_> {
    fn parameter(&self, run: usize) -> f64 {
        match self.axis {
            Axis::Grid => self.runs[run].0.points as f64,
            Axis::Tolerance | Axis::Step => self.runs[run].0.accuracy,
        }
    }

    /// Whether all runs that went to their end took as many steps.
    pub fn has_equal_steps(&self) -> bool {
        let steps = |outcome: &Outcome| {
            outcome.findings.recorded.as_ref().map(|recorded| (recorded.summary.steps, recorded.summary.rejected))
        };
        let all: Vec<(usize, usize)> = self.runs.iter().filter_map(|(_, outcome)| steps(outcome)).collect();
        all.windows(2).all(|pair| pair[0] == pair[1])
    }

    /// What a quantity does along the ladder; differences at or below `floor`, and those that are rounding, say nothing.
    /// `None` when the ladder has one rung.
    pub fn follow(&self, measured: &Measured, floor: f64) -> Option<AlongReport> {
        if self.runs.len() < 2 {
            return None;
        }
        let values: Vec<Option<f64>> = self.runs.iter().map(|(_, outcome)| measured.value(outcome)).collect();
        let stated: Vec<Option<f64>> =
            self.runs.iter().map(|(setting, outcome)| measured.stated(outcome, setting)).collect();
        let present: Vec<usize> = match measured.is_state() {
            true => (0..self.runs.len()).filter(|run| self.runs[*run].1.last.is_some()).collect(),
            false => (0..self.runs.len()).filter(|run| values[*run].is_some()).collect(),
        };
        let nothing = vec![None; self.runs.len()];
        if present.len() < 2 {
            return Some(AlongReport {
                values,
                differences: nothing.clone(),
                errors: nothing.clone(),
                orders: nothing.clone(),
                behaviour: None,
                order: None,
                rate: None,
                fits: None,
                richardson: None,
                reason: Some(format!("{} of {} rungs have a value", present.len(), self.runs.len())),
                error: None,
                floor: None,
                stated,
                held: vec![None; self.runs.len()],
            });
        }
        let floor = floor.max(measured.rounding(self.runs[present[present.len() - 1]].1));
        let series = self.series(measured, &present, &values, floor);
        let mut analysis = match self.declared {
            Some(declared) => series.along_times(self.axis, declared),
            None => series.along_grids(),
        };
        if self.axis == Axis::Grid {
            analysis.error += measured.transport_error(self.runs[present[present.len() - 1]].1);
        }
        let is_stated = |(run, difference): (&usize, &f64)| stated[*run].is_some_and(|stated| *difference <= stated);
        let mut finest = present.iter().zip(&series.to_finest).rev().take(STATED_RUNGS);
        if analysis.behaviour == Behaviour::NotConverging && finest.all(is_stated) {
            // A quantity near its own error bar, as the runs say themselves.
            analysis.behaviour = Behaviour::AtFloor;
        }
        let spread = |numbers: &[f64]| {
            let mut all = nothing.clone();
            present.iter().zip(numbers).for_each(|(run, number)| all[*run] = Some(*number));
            all
        };
        let mut orders = nothing.clone();
        for (i, order) in analysis.orders.iter().enumerate() {
            orders[present[i + 2]] = *order;
        }
        let (observed, bar) = series.observed(&analysis);
        let observed = spread(&observed);
        let held = |run: usize| holds(observed[run]?, bar, stated[run]?);
        Some(AlongReport {
            differences: spread(&series.to_finest),
            errors: spread(&series.errors(&analysis)),
            orders,
            behaviour: Some(analysis.behaviour),
            order: analysis.order,
            rate: analysis.rate,
            fits: analysis.fits.map(|[e, p]| FitsReport { exponential: e.into(), power: p.into() }),
            richardson: analysis.richardson.map(|r| ExtrapolationReport { value: r.value, error: r.error }),
            reason: analysis.no_richardson,
            error: Some(analysis.error),
            floor: Some(floor),
            held: (0..self.runs.len()).map(held).collect(),
            values,
            stated,
        })
    }

    fn series(&self, measured: &Measured, present: &[usize], values: &[Option<f64>], floor: f64) -> Series {
        let parameters = present.iter().map(|run| self.parameter(*run)).collect();
        if !measured.is_state() {
            return Series::of_values(parameters, present.iter().filter_map(|run| values[*run]).collect(), floor);
        }
        let pairs: Vec<&Pair> = present.iter().filter_map(|run| self.runs[*run].1.last.as_ref()).collect();
        let finest = pairs[pairs.len() - 1];
        Series {
            parameters,
            values: None,
            successive: pairs.windows(2).map(|two| two[0].distance(two[1])).collect(),
            to_finest: pairs.iter().map(|pair| pair.distance(finest)).collect(),
            floor,
        }
    }
}

/// Whether an error of `observed`, known up to `bar`, is within what was stated; `None` when that is not known.
fn holds(observed: f64, bar: f64, stated: f64) -> Option<bool> {
    if observed + bar <= stated {
        Some(true)
    } else if observed - bar > stated {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_holds_fails_or_is_undecided() {
        assert_eq!(holds(1e-7, 1e-8, 2e-7), Some(true));
        assert_eq!(holds(1e-6, 1e-8, 2e-7), Some(false));
        assert_eq!(holds(1.95e-7, 1e-8, 2e-7), None);
    }
}
