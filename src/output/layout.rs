//! What decides the shapes in a file: the two grids and the planned snapshot times.

use super::OutputError;
use crate::game::Player;
use crate::torus::Grid;

/// Grids of both players and the times at which snapshots will be taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    x: Grid,
    y: Grid,
    times: Vec<f64>,
}

impl Layout {
    /// # Errors
    /// [`OutputError::Order`] when the times are not finite and strictly increasing.
    ///
    /// # Panics
    /// When `times` is empty: every run has a snapshot of its initial state.
    #[track_caller]
    pub fn new(x: &Grid, y: &Grid, times: &[f64]) -> Result<Layout, OutputError> {
        assert!(!times.is_empty(), "a run has at least one snapshot time, got 0");
        if !times[0].is_finite() {
            return Err(OutputError::Order { before: f64::NEG_INFINITY, after: times[0] });
        }
        for pair in times.windows(2) {
            if !(pair[1].is_finite() && pair[0] < pair[1]) {
                return Err(OutputError::Order { before: pair[0], after: pair[1] });
            }
        }
        Ok(Layout { x: x.clone(), y: y.clone(), times: times.to_vec() })
    }

    /// Grid of one player.
    pub fn grid(&self, player: Player) -> &Grid {
        match player {
            Player::X => &self.x,
            Player::Y => &self.y,
        }
    }

    /// Planned snapshot times.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The same times on other grids of the same tori.
    #[must_use]
    pub fn with_grids(&self, x: &Grid, y: &Grid) -> Layout {
        Layout { x: x.clone(), y: y.clone(), times: self.times.clone() }
    }

    /// The same grids with the first `count` times.
    pub(super) fn truncated(&self, count: usize) -> Layout {
        Layout { x: self.x.clone(), y: self.y.clone(), times: self.times[..count].to_vec() }
    }
}

/// Names of the coordinate datasets of a player: `x`, or `x1` and `x2`.
pub(super) fn coordinate_names(player: Player, dimension: usize) -> Vec<String> {
    let letter = player.letter();
    match dimension {
        1 => vec![letter.to_string()],
        _ => (1..=dimension).map(|axis| format!("{letter}{axis}")).collect(),
    }
}
