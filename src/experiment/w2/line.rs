//! Measures on the line and plane: the torus on which their distance is that of the line.
//!
//! The boxes of all states, and the points of clouds, are put into one box, and that into a torus twice as long along every
//! axis (`torus/room.rs`). Nothing is nearer the other way round there. States whose boxes are the common one keep their
//! nodes; others are evaluated as band-limited functions of their own box.

use super::W2Error;
use super::frame::Frame;
use crate::array_file::NumericArray;
use crate::output::StoredState;
use crate::torus::{Axis, Density, Fourier, Grid, axis_by_axis, evaluate, next_fast_size, with_room};

/// The smallest box that holds what has been added.
#[derive(Debug, Clone, Default)]
pub(super) struct Hull {
    ends: Vec<[f64; 2]>,
}

impl Hull {
    fn add(&mut self, axis: usize, low: f64, high: f64) {
        if self.ends.len() <= axis {
            self.ends.push([low, high]);
        }
        let [a, b] = self.ends[axis];
        self.ends[axis] = [a.min(low), b.max(high)];
    }

    /// Adds the box of a state.
    pub fn add_box(&mut self, grid: &Grid) {
        for (i, axis) in grid.axes().iter().enumerate() {
            self.add(i, axis.origin, axis.origin + axis.period);
        }
    }

    /// Adds points.
    pub fn add_points(&mut self, array: &NumericArray, dimension: usize) {
        for point in array.values.chunks_exact(dimension) {
            point.iter().enumerate().filter(|(_, z)| z.is_finite()).for_each(|(axis, z)| self.add(axis, *z, *z));
        }
    }

    /// The torus twice as long; `None` when nothing was added. Along an axis without extent it has any length.
    pub fn frame(&self) -> Option<Frame> {
        let period = |[low, high]: &[f64; 2]| if high > low { 2.0 * (high - low) } else { 1.0 };
        (!self.ends.is_empty()).then(|| Frame {
            periods: self.ends.iter().map(period).collect(),
            origins: self.ends.iter().map(|[low, _]| *low).collect(),
            line: true,
        })
    }
}

/// Mass that a formula may have outside of the box.
const MOST_OUTSIDE: f64 = 1e-12;

/// Refuses a density with mass outside of the box, where distances are not those of the line.
///
/// # Errors
/// [`W2Error`].
pub(super) fn check_inside(word: &str, density: &Density) -> Result<(), W2Error> {
    let grid = density.grid();
    let outside = |j: usize| grid.node(j).iter().zip(grid.axes()).any(|(i, axis)| 2 * i >= axis.points);
    let values: Vec<f64> =
        density.values().iter().enumerate().map(|(j, value)| if outside(j) { *value } else { 0.0 }).collect();
    let mass = grid.integral(&values);
    if mass <= MOST_OUTSIDE {
        return Ok(());
    }
    let ends = grid.axes().iter().map(|axis| format!("[{}, {}]", axis.origin, axis.origin + 0.5 * axis.period));
    let message = format!(
        "has a mass of {mass:.1e} outside of {}, the box of the other density",
        ends.collect::<Vec<_>>().join(" x ")
    );
    Err(W2Error::input(word, message))
}

/// The node values of a state on the torus of a frame.
///
/// # Errors
/// [`W2Error`] when the box of the state is not that of the frame and the values are read as histogram, or the torus has too
/// many nodes.
pub(super) fn on_torus(
    word: &str,
    state: &StoredState,
    frame: &Frame,
    band_limited: bool,
) -> Result<(Grid, Vec<f64>), W2Error> {
    let (torus, values) = with_room(&state.grid, &state.values);
    if torus.periods() == frame.periods && torus.origins() == frame.origins {
        return Ok((torus, values));
    }
    if !band_limited {
        let message = format!(
            "lives in the box of periods {:?} and origins {:?}, which does not hold the other measure; it can be read as \
             band-limited function all the same",
            state.grid.periods(),
            state.grid.origins()
        );
        return Err(W2Error::input(word, message));
    }
    // Twice as many as the box of the frame has, so that it can be told from the room again.
    let points = |(axis, period): (&Axis, &f64)| {
        2 * next_fast_size((0.5 * period / axis.period * axis.points as f64).ceil() as usize)
    };
    let points: Vec<usize> = state.grid.axes().iter().zip(&frame.periods).map(points).collect();
    let grid = frame.grid(&points).map_err(|error| W2Error::input(word, error.to_string()))?;
    let values = axis_by_axis(&state.grid, &grid, &state.values, band_limited_along);
    Ok((grid, values))
}

/// Values at the nodes of another axis of the band-limited function of a box, 0 outside of it.
fn band_limited_along(from: &Axis, to: &Axis, values: &[f64]) -> Vec<f64> {
    let grid = Grid::new(&[from.points], &[from.period], &[from.origin]).expect("an axis of a grid is one");
    let fourier = Fourier::new(&grid);
    let mut spectrum = fourier.zero_spectrum();
    fourier.forward(values, &mut spectrum, &mut fourier.scratch());
    let inside = |x: f64| x >= from.origin && x < from.origin + from.period;
    let value = |x: f64| if inside(x) { evaluate(&grid, &spectrum, &[x]) } else { 0.0 };
    to.coordinates().into_iter().map(value).collect()
}
