//! What is known about a map once it has been evaluated on a grid twice as fine as the one it was found on.

use super::level::{Level, mean};

/// Share of the rounding of one node's density in the norm of the error bar, per `1/sqrt(nodes)` and unit of length.
const ROUNDING: f64 = 2.0 * f64::EPSILON;

/// The distance read off a map, its error bar in parts, and how convex the map is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Certificate {
    /// `|T - x|` in `L2(mu)`, without the floor.
    pub value: f64,
    /// Bound of `W2(T#mu, nu)` from the residual.
    pub residual: f64,
    /// Rounding and quadrature.
    pub rounding: f64,
    /// Bound of what the floor changes.
    pub floor: f64,
    /// Lower estimate of the smallest eigenvalue of `I + H` and `I - H` between the nodes.
    pub convexity: f64,
}

impl Certificate {
    /// Reads the fields of a level that has just been evaluated.
    pub fn of(level: &mut Level, floor: f64) -> Certificate {
        let value = value_without_floor(level, floor);
        let residual = level.bar_constant() * level.residual_length();
        Certificate {
            value,
            residual,
            rounding: rounding(level, value),
            floor: floor_effect(level, floor),
            convexity: convexity(level),
        }
    }

    /// The whole error bar.
    pub fn error(&self) -> f64 {
        self.residual + self.rounding + self.floor
    }
}

fn value_without_floor(level: &Level, floor: f64) -> f64 {
    let [d1, d2] = &level.displacement;
    let shrinkage = |j: usize| {
        let (trace, determinant) = level.invariants(j);
        1.0 - trace + determinant
    };
    let sum: f64 =
        (0..level.grid.len()).map(|j| (d1[j] * d1[j] + d2[j] * d2[j]) * (level.pulled[j] - floor * shrinkage(j))).sum();
    2.0 * (sum / (level.grid.len() as f64 * (1.0 - floor))).max(0.0).sqrt()
}

/// Mass is conserved by a convex map exactly, so what the quadrature finds missing measures the quadrature.
fn rounding(level: &Level, value: f64) -> f64 {
    let quadrature = (mean(&level.pushed) - 1.0).abs() + (mean(&level.pulled) - 1.0).abs();
    (quadrature + ROUNDING) * value + ROUNDING / (level.grid.len() as f64).sqrt() * diameter(level)
}

/// The bound in the header of the pair's file.
fn floor_effect(level: &Level, floor: f64) -> f64 {
    if floor == 0.0 {
        return 0.0;
    }
    // Over the midpoints |det DT - 1| dx = |det(I + H) - det(I - H)| dm = 2 |tr H| dm.
    let change =
        (0..level.grid.len()).map(|j| 2.0 * level.invariants(j).0.abs()).sum::<f64>() / level.grid.len() as f64;
    diameter(level) * (0.5 * floor / (1.0 - floor) * change).sqrt()
}

/// Half the diagonal: no two points of the torus are further apart.
pub(super) fn diameter(level: &Level) -> f64 {
    0.5 * level.grid.axis(0).period.hypot(level.grid.axis(1).period)
}

/// Smallest eigenvalue at a node less the sag of a parabola through it and its neighbours.
fn convexity(level: &Level) -> f64 {
    let (rows, n) = (level.grid.rows(), level.grid.row_len());
    let eigenvalue: Vec<f64> = (0..level.grid.len()).map(|j| level.eigenvalue(j)).collect();
    let at = |i: usize, j: usize| eigenvalue[(i % rows) * n + j % n];
    let mut smallest = f64::INFINITY;
    for i in 0..rows {
        for j in 0..n {
            let here = at(i, j);
            let across = at(i + rows - 1, j) + at(i + 1, j) - 2.0 * here;
            let along = at(i, j + n - 1) + at(i, j + 1) - 2.0 * here;
            smallest = smallest.min(here - (across.abs() + along.abs()) / 8.0);
        }
    }
    smallest
}
