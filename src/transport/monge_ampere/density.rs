//! A density off the grid, relative to the uniform one, and raised by the floor of the pair.

use super::off_grid::OffGrid;

/// `(1 - floor) |X| mu + floor` and its gradient.
#[derive(Debug, Clone)]
pub(super) struct OffGridDensity {
    /// `|X| mu`.
    pub function: OffGrid,
    /// Share of the uniform density mixed in.
    pub floor: f64,
}

impl OffGridDensity {
    pub fn value_and_gradient(&self, x: [f64; 2]) -> (f64, [f64; 2]) {
        let (value, [a, b]) = self.function.value_and_gradient(x);
        let share = 1.0 - self.floor;
        (share * value + self.floor, [share * a, share * b])
    }
}

/// The two densities of one distance, each with the exponent `power`: 1 for the pair itself, less on the way there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Densities<'a> {
    pub source: &'a OffGridDensity,
    pub target: &'a OffGridDensity,
    pub power: f64,
}
