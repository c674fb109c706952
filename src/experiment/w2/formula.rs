//! A density given as a formula, on the smallest grid that resolves it.

use super::W2Error;
use super::frame::Frame;
use crate::experiment::discretisation::FEWEST_POINTS;
use crate::experiment::grid_growth::enlarged;
use crate::game::{Expression, Scope, coordinate_names, sample_density};
use crate::torus::{Density, tails_of_values};

/// Spectral tail of a resolved density: what rounding leaves.
const TAIL: f64 = 1e-13;

/// A formula whose dimension may still be open.
#[derive(Debug)]
pub(super) struct Formula<'a> {
    /// The word on the command line.
    word: &'a str,
    text: &'a str,
    /// Dimension that its variables show; `None` for a constant.
    pub dimension: Option<usize>,
}

impl<'a> Formula<'a> {
    /// Parses with the variables of either dimension.
    pub fn parse(word: &'a str, text: &'a str) -> Result<Formula<'a>, W2Error> {
        let scope = Scope::new(["x", "x1", "x2"]);
        let expression = Expression::parse(text, &scope).map_err(|error| W2Error::input(word, error.to_string()))?;
        let dimension = match expression.variables_used().as_slice() {
            [] => None,
            [0] => Some(1),
            [0, ..] => {
                return Err(W2Error::input(
                    word,
                    "x is the variable of a circle, x1 and x2 those of a torus: not both",
                ));
            }
            _ => Some(2),
        };
        Ok(Formula { word, text, dimension })
    }

    /// The normalised density, and its integral before (infinite when it overflows).
    pub fn density(&self, frame: &Frame, start: &[usize]) -> Result<(Density, f64), W2Error> {
        let scope = Scope::new(coordinate_names("x", frame.dimension()));
        let expression =
            Expression::parse(self.text, &scope).map_err(|error| W2Error::input(self.word, error.to_string()))?;
        let refuse = |error: crate::torus::TorusError| W2Error::input(self.word, error.to_string());
        let fewest = FEWEST_POINTS[frame.dimension() - 1];
        let mut shape: Vec<usize> =
            (0..frame.dimension()).map(|i| start.get(i).map_or(fewest, |n| *n.max(&fewest))).collect();
        loop {
            let grid = frame.grid(&shape).map_err(refuse)?;
            let density = sample_density(&expression, &grid).map_err(refuse)?;
            let tails = tails_of_values(&grid, density.values());
            if tails.iter().all(|tail| *tail <= TAIL) {
                let integral = integral(&expression, &density);
                return Ok((density, integral));
            }
            shape = enlarged(&grid, &tails, TAIL).map_err(|most| {
                let tail = tails.iter().copied().fold(0.0, f64::max);
                let message = format!(
                    "no grid of up to {most} nodes resolves this density: on {shape:?} nodes its spectral tail is still \
                     {tail:.1e}; it has a jump or a kink on the torus (periods {:?}), or a feature too narrow: smooth it, or \
                     put values on a grid into a file (density:FILE with --reading constant)",
                    frame.periods
                );
                W2Error::input(self.word, message)
            })?;
        }
    }
}

/// The integral of the formula, from its largest value and that of the normalised density there.
fn integral(expression: &Expression, density: &Density) -> f64 {
    let values = density.values();
    let peak = (0..values.len()).max_by(|&a, &b| values[a].total_cmp(&values[b])).expect("a grid has nodes");
    let grid = density.grid();
    let point: Vec<f64> = grid.node(peak).iter().zip(grid.axes()).map(|(&j, axis)| axis.coordinates()[j]).collect();
    expression.evaluate(&point) / values[peak]
}
