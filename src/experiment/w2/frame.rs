//! The torus that both measures live on: from the file of a run, from the options, or of period 1.

use super::W2Error;
use crate::torus::{Grid, TorusError};

/// Periods and origins of a torus.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Frame {
    pub periods: Vec<f64>,
    pub origins: Vec<f64>,
    /// Whether it stands for the line or plane, being twice as long as all measures together.
    pub line: bool,
}

/// What the options say.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Wanted<'a> {
    pub periods: Option<&'a [f64]>,
    pub origins: Option<&'a [f64]>,
    /// Whether points live on the line or plane.
    pub line: bool,
}

impl Frame {
    /// The torus of this dimension with the periods and origins of the options.
    pub fn new(dimension: usize, wanted: &Wanted) -> Result<Frame, W2Error> {
        let of = |option: &str, numbers: Option<&[f64]>, default: f64| match numbers {
            None => Ok(vec![default; dimension]),
            Some([one]) => Ok(vec![*one; dimension]),
            Some(numbers) if numbers.len() == dimension => Ok(numbers.to_vec()),
            Some(numbers) => {
                let message = format!("expected one number per axis, that is {dimension}, got {}", numbers.len());
                Err(W2Error::input(option, message))
            }
        };
        let (periods, origins) = (of("--period", wanted.periods, 1.0)?, of("--origin", wanted.origins, 0.0)?);
        let frame = Frame { periods, origins, line: false };
        if let Some(bad) = frame.periods.iter().find(|period| !(period.is_normal() && **period > 0.0)) {
            return Err(W2Error::input("--period", format!("must be positive and finite, got {bad:?}")));
        }
        if let Some(bad) = frame.origins.iter().find(|origin| !origin.is_finite()) {
            return Err(W2Error::input("--origin", format!("must be finite, got {bad:?}")));
        }
        Ok(frame)
    }

    /// The torus of a stored density, which the options may repeat but not change.
    pub fn stored(word: &str, grid: &Grid, wanted: &Wanted) -> Result<Frame, W2Error> {
        let frame = Frame { periods: grid.periods(), origins: grid.origins(), line: false };
        let asked = Frame::new(grid.dimension(), wanted)?;
        let conflict = |option: &str, asked: &[f64], stored: &[f64]| {
            let same = asked.iter().zip(stored).all(|(a, b)| (a - b).abs() <= 4.0 * f64::EPSILON * b.abs());
            let message = format!("{asked:?} contradicts {word}, which has {stored:?}; leave the option out");
            if same { Ok(()) } else { Err(W2Error::input(option, message)) }
        };
        if wanted.periods.is_some() {
            conflict("--period", &asked.periods, &frame.periods)?;
        }
        if wanted.origins.is_some() {
            conflict("--origin", &asked.origins, &frame.origins)?;
        }
        Ok(frame)
    }

    pub fn dimension(&self) -> usize {
        self.periods.len()
    }

    pub fn grid(&self, shape: &[usize]) -> Result<Grid, TorusError> {
        Grid::new(shape, &self.periods, &self.origins)
    }
}
