//! The parts of a payoff operator and what can be read off them.

use super::coupling::Coupling;
use super::modes::Modes;
use super::tables::FactorTables;
use crate::game::Player;
use crate::torus::Grid;

/// How a payoff is represented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayoffForm {
    /// A sum of products of tables.
    LowRank,
    /// Fourier modes of both players, coupled by a matrix.
    Spectral,
}

impl PayoffForm {
    /// `low-rank` or `spectral`, as in summaries.
    pub fn name(self) -> &'static str {
        match self {
            PayoffForm::LowRank => "low-rank",
            PayoffForm::Spectral => "spectral",
        }
    }
}

/// One player's functions `A_i` and `S` (or `B_j` and `T`).
#[derive(Debug, Clone)]
pub(super) enum Side {
    Tables(FactorTables),
    Modes(Modes),
}

/// The payoff `f(x, y)` on two grids; see the head of this module.
#[derive(Debug, Clone)]
pub struct Payoff {
    pub(super) grids: [Grid; 2],
    pub(super) sides: [Side; 2],
    pub(super) coupling: Coupling,
    pub(super) rank: usize,
    pub(super) error: f64,
    pub(super) range: [f64; 2],
    /// Which players live on the line; their tables have a kink at the seam of the box.
    pub(super) lines: [bool; 2],
}

impl Payoff {
    /// The grid of a player.
    pub fn grid(&self, player: Player) -> &Grid {
        &self.grids[player.index()]
    }

    /// Whether the player lives on the line, his grid being a box that holds all his mass.
    pub fn is_on_line(&self, player: Player) -> bool {
        self.lines[player.index()]
    }

    /// Both grids.
    pub fn grids(&self) -> &[Grid; 2] {
        &self.grids
    }

    /// Number of products `A(x) B(y)` in the sum (static functions count as one each), or of modes in the spectral
    /// form.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Which form was taken.
    pub fn form(&self) -> PayoffForm {
        match self.sides[0] {
            Side::Tables(_) => PayoffForm::LowRank,
            Side::Modes(_) => PayoffForm::Spectral,
        }
    }

    /// Largest error of the representation found at random points, relative to [`Payoff::range`].
    pub fn error(&self) -> f64 {
        self.error
    }

    /// `max f - min f`, sampled; at least the smallest positive number.
    pub fn range(&self) -> f64 {
        (self.range[1] - self.range[0]).max(f64::MIN_POSITIVE)
    }

    /// The smallest and the largest value of `f` that was sampled.
    pub fn extremes(&self) -> [f64; 2] {
        self.range
    }

    /// Multiplications of one application for both players (moments, coupling and all gradients).
    pub fn cost(&self) -> usize {
        2 * self.coupling.cost() + self.sides.iter().map(Side::cost).sum::<usize>()
    }

    /// The matrix `C`.
    pub fn coupling(&self) -> &Coupling {
        &self.coupling
    }

    /// Number of functions `A_i` of `X`, or `B_j` of `Y`.
    pub fn function_count(&self, player: Player) -> usize {
        self.sides[player.index()].count()
    }

    /// Values of one of the player's functions `A_i` or `B_j` at all nodes of his grid.
    pub fn function(&self, player: Player, i: usize) -> Vec<f64> {
        match &self.sides[player.index()] {
            Side::Tables(tables) => tables.function(i),
            Side::Modes(modes) => modes.function(i),
        }
    }

    /// Values of the static function `S` of `X`, or `T` of `Y`, at all nodes of his grid.
    pub fn static_function(&self, player: Player) -> Vec<f64> {
        match &self.sides[player.index()] {
            Side::Tables(tables) => tables.static_function(),
            Side::Modes(modes) => modes.static_function(),
        }
    }
}

impl Side {
    pub(super) fn count(&self) -> usize {
        match self {
            Side::Tables(tables) => tables.count(),
            Side::Modes(modes) => modes.count(),
        }
    }

    pub(super) fn scratch_len(&self) -> usize {
        match self {
            Side::Tables(tables) => tables.scratch_len(),
            Side::Modes(_) => 0,
        }
    }

    pub(super) fn cost(&self) -> usize {
        match self {
            Side::Tables(tables) => tables.cost(),
            Side::Modes(modes) => modes.cost(),
        }
    }
}
