//! What decides the shapes in a file: the two grids and the planned snapshot times; and what it says of players on the
//! line.

use super::OutputError;
use crate::game::Player;
use crate::torus::Grid;

/// Grids of both players and the times at which snapshots will be taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    x: Grid,
    y: Grid,
    times: Vec<f64>,
    lines: [Option<LineRecord>; 2],
}

/// What the coordinate datasets of a player on the line or plane say beside period and origin: the attribute `line` is 1,
/// and where there is a bound for all times of the mass outside of a ball, `tail_..` have its constants.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LineRecord {
    /// `tail_a`, `tail_b`, `tail_q`, `tail_radius`, `tail_mass`.
    pub bound: Option<[f64; 5]>,
    /// `tail_centre`, one for each axis; empty without a bound.
    pub centre: Vec<f64>,
}

/// Names of the attributes of [`LineRecord::bound`].
const BOUND: [&str; 5] = ["tail_a", "tail_b", "tail_q", "tail_radius", "tail_mass"];
/// Name of the attribute of [`LineRecord::centre`].
const CENTRE: &str = "tail_centre";
/// Name of the attribute that tells a line.
pub(super) const LINE: &str = "line";

impl LineRecord {
    /// Attributes of the coordinate dataset of an axis.
    pub(super) fn attributes(&self, axis: usize) -> Vec<(&'static str, f64)> {
        let mut attributes = vec![(LINE, 1.0)];
        if let Some(bound) = self.bound {
            attributes.extend(BOUND.into_iter().zip(bound));
            attributes.push((CENTRE, self.centre[axis]));
        }
        attributes
    }

    /// From the attributes of the coordinate datasets of a player; `None` on a torus. `number(axis, name)` is `None` for an
    /// attribute that is not there.
    pub(super) fn read(dimension: usize, number: impl Fn(usize, &str) -> Option<f64>) -> Option<LineRecord> {
        number(0, LINE).filter(|line| *line == 1.0)?;
        let bound: Option<Vec<f64>> = BOUND.iter().map(|name| number(0, name)).collect();
        let centre: Option<Vec<f64>> = (0..dimension).map(|axis| number(axis, CENTRE)).collect();
        let bound = bound.and_then(|bound| bound.try_into().ok());
        Some(match (bound, centre) {
            (Some(bound), Some(centre)) => LineRecord { bound: Some(bound), centre },
            _ => LineRecord::default(),
        })
    }
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
        Ok(Layout { x: x.clone(), y: y.clone(), times: times.to_vec(), lines: [None, None] })
    }

    /// The same layout with what is to be said of players on the line.
    #[must_use]
    pub fn with_lines(self, lines: [Option<LineRecord>; 2]) -> Layout {
        Layout { lines, ..self }
    }

    /// What the file says of a player on the line; `None` on a torus.
    pub fn line(&self, player: Player) -> Option<&LineRecord> {
        self.lines[player.index()].as_ref()
    }

    /// Attributes of the coordinate dataset of an axis.
    pub(super) fn axis_attributes(&self, player: Player, axis: usize) -> Vec<(&'static str, f64)> {
        let place = self.grid(player).axis(axis);
        let mut attributes = vec![("period", place.period), ("origin", place.origin)];
        attributes.extend(self.line(player).map(|line| line.attributes(axis)).unwrap_or_default());
        attributes
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
        Layout { x: x.clone(), y: y.clone(), ..self.clone() }
    }

    /// The same grids with the first `count` times.
    pub(super) fn truncated(&self, count: usize) -> Layout {
        Layout { times: self.times[..count].to_vec(), ..self.clone() }
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
