//! What a payoff and an initial state are made from, as written by the user and checked.

use super::{Expression, Scope};
use std::path::PathBuf;

/// Where the payoff `f(x, y)` comes from.
#[derive(Debug, Clone)]
pub enum PayoffSource {
    /// An expression of the x variables followed by the y variables: `x, y`; `x1, x2, y`; `x1, x2, y1, y2`.
    Expression(Expression),
    /// `sum_k c_k u_k(x) v_k(y)`.
    Terms(Vec<Term>),
    /// `f(x, y) = k(x - y)`: an expression of `z` or `z1, z2`, periodic with the common period of both players.
    Kernel(Expression),
    /// Values on a grid, in a file that is read later.
    Table {
        /// The file, npy or HDF5; relative names are relative to the folder of the game file.
        path: PathBuf,
        /// The dataset of an HDF5 file, written `file.h5:/dataset`.
        dataset: Option<String>,
    },
}

impl PayoffSource {
    /// The key of the game file that it comes from.
    pub fn key(&self) -> &'static str {
        match self {
            PayoffSource::Expression(_) => "game.payoff",
            PayoffSource::Terms(_) => "game.terms",
            PayoffSource::Kernel(_) => "game.kernel",
            PayoffSource::Table { .. } => "game.table",
        }
    }
}

/// One term `c u(x) v(y)` of a finite sum of products.
#[derive(Debug, Clone)]
pub struct Term {
    /// `c`.
    pub coefficient: f64,
    /// `u`, of `x` or `x1, x2`.
    pub x: Expression,
    /// `v`, of `y` or `y1, y2`.
    pub y: Expression,
}

/// Where the initial density of one player comes from.
#[derive(Debug, Clone)]
pub enum Initial {
    /// An unnormalised density on `[origin, origin + period)`, of `x` or `x1, x2` (for the y player `y` or `y1, y2`).
    /// It need not be periodic as an expression.
    Expression(Expression),
    /// A state in a file that is read later.
    File(PathBuf),
    /// A particle cloud in a file that is read later.
    Cloud(PathBuf),
}

impl Initial {
    /// The uniform density of a player whose variables are those of `scope`.
    pub fn uniform(scope: &Scope) -> Initial {
        Initial::Expression(Expression::constant(1.0, scope))
    }
}

/// Names of the coordinates of a space: `x` in one dimension, `x1, x2` in two.
pub fn coordinate_names(letter: &str, dimension: usize) -> Vec<String> {
    match dimension {
        1 => vec![letter.to_owned()],
        _ => (1..=dimension).map(|axis| format!("{letter}{axis}")).collect(),
    }
}
