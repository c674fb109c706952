//! The target density off the grid, relative to the uniform one, and raised by the floor of the pair.

use super::off_grid::OffGrid;

/// `(1 - floor) |X| nu + floor` and its gradient.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// `|X| nu`.
    pub density: OffGrid,
    /// Share of the uniform density mixed in.
    pub floor: f64,
}

impl Target {
    pub fn value_and_gradient(&self, x: [f64; 2]) -> (f64, [f64; 2]) {
        let (value, [a, b]) = self.density.value_and_gradient(x);
        let share = 1.0 - self.floor;
        (share * value + self.floor, [share * a, share * b])
    }
}
