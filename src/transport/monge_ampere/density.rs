//! The two densities of one distance off the grid, relative to the uniform one and lifted by a floor.

use super::off_grid::OffGrid;

/// `(1 - e) u + e` for both densities `u`, with the floor `e`: 0 for the pair itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Densities<'a> {
    pub source: &'a OffGrid,
    pub target: &'a OffGrid,
    /// Share of the uniform density mixed in.
    pub floor: f64,
}

impl Densities<'_> {
    /// The lifted source and its gradient.
    pub fn source_at(&self, x: [f64; 2]) -> (f64, [f64; 2]) {
        self.lift(self.source.value_and_gradient(x))
    }

    /// The lifted target and its gradient.
    pub fn target_at(&self, y: [f64; 2]) -> (f64, [f64; 2]) {
        self.lift(self.target.value_and_gradient(y))
    }

    /// A value at a node, lifted.
    pub fn lift_value(&self, value: f64) -> f64 {
        (1.0 - self.floor) * value + self.floor
    }

    fn lift(&self, (value, [a, b]): (f64, [f64; 2])) -> (f64, [f64; 2]) {
        let share = 1.0 - self.floor;
        (self.lift_value(value), [share * a, share * b])
    }
}
