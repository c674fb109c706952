//! What is known about a map once it has been evaluated on a grid twice as fine as the one it was found on.
//!
//! **Floor.** `T` is optimal from `mu_e = (1 - e) mu + e u` to `nu_e`, at the cost `C_e`; `D` is the diameter. Two bounds
//! lead to the pair itself, and the better one is taken:
//!
//! ```text
//! near  |W2 - |T - x|_{L2(mu)}| <= W2(T#mu, nu) <= D sqrt((e / (2 (1 - e))) mean |det DT - 1|),
//! far   C_e <= (1 - e) W2^2 <= C_e + e D^2.
//! ```
//!
//! Near: `(1 - e)(T#mu - nu) = e (u - T#u)`, `|u - T#u|_1 = mean |det DT - 1|`, and only the mass that differs moves. Far:
//! left, an optimal plan for the pair and the identity for `u`; right, the potentials `a, b` of the pair serve the lifted
//! one too, and `a(x) + b(x) = min_z d(x, z)^2 + a(x) - a(z) >= min d^2 - 2 D d >= -D^2`, no slope being steeper than `2 D`.
//!
//! **Convexity.** Where `I + H` or `I - H` has an eigenvalue `-e` the potential is shrunk by `1 + e`: then neither has, and
//! the bound by the residual holds for the map of the shrunk potential, a little wider.
//!
//! **Between the nodes.** These bounds hold for integrals; what is known are sums over nodes. Three parts of the bar are
//! therefore estimates, made from how fast the spectra of the integrands fall on the finer grid: the error of the sums,
//! the part of the residual beyond the grid's modes (as many as the grid has, each as large as the largest outer one),
//! and the sag of the smallest eigenvalue between its nodes.

use super::level::{Level, mean};

/// Error of off-grid values, as a share of the largest one.
const OFF_GRID: f64 = 1e-13;
/// Modes that alias to the mean: the four nearest ones.
const ALIASES: f64 = 4.0;

/// A residual below this multiple of the data's noise, plus this fraction of the floor's part, is not worth a finer grid.
const LIMITED: f64 = 4.0;

/// The distance read off a map, its error bar in parts, and how convex the map is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Certificate {
    /// The distance.
    pub value: f64,
    /// Bound of `W2(T#mu, nu)` from the residual, with what the grid may hide of it.
    pub residual: f64,
    /// Rounding and quadrature.
    pub rounding: f64,
    /// The part of `rounding` that the data bring with them.
    pub noise: f64,
    /// Bound of what the floor changes.
    pub floor: f64,
    /// Lower estimate of the smallest eigenvalue of `I + H` and `I - H` between the nodes.
    pub convexity: f64,
}

impl Certificate {
    /// Reads the fields of a level that has just been evaluated; `noise` is what the data's rounding leaves open.
    pub fn of(level: &mut Level, floor: f64, noise: f64) -> Certificate {
        let (value, floor_bar) = without_floor(level, floor);
        Certificate {
            value,
            residual: residual(level) / (1.0 - floor).sqrt(),
            rounding: (quadrature(level) + OFF_GRID) * value + noise,
            noise,
            floor: floor_bar,
            convexity: convexity(level),
        }
    }

    /// The whole error bar.
    pub fn error(&self) -> f64 {
        self.residual + self.rounding + self.floor
    }

    /// Whether a better map could not make the bar much smaller.
    pub fn is_limited(&self) -> bool {
        self.residual + self.rounding <= LIMITED * self.noise + self.floor / LIMITED
    }
}

/// The distance of the pair itself and the bar on it that the floor leaves (header).
pub(super) fn without_floor(level: &Level, floor: f64) -> (f64, f64) {
    let lifted = level.value();
    if floor == 0.0 {
        return (lifted, 0.0);
    }
    let low = lifted / (1.0 - floor).sqrt();
    let high = (lifted * lifted + floor * diameter(level).powi(2)).sqrt() / (1.0 - floor).sqrt();
    let far = (0.5 * (low + high), 0.5 * (high - low));
    let near = (value_over_source(level, floor), moved_by_floor(level, floor));
    if near.1 < far.1 { near } else { far }
}

/// `|T - x|` in `L2(mu)`, the floor taken out of the weight.
fn value_over_source(level: &Level, floor: f64) -> f64 {
    let [d1, d2] = &level.displacement;
    let shrinkage = |j: usize| {
        let (trace, determinant) = level.invariants(j);
        1.0 - trace + determinant
    };
    let sum: f64 =
        (0..level.grid.len()).map(|j| (d1[j] * d1[j] + d2[j] * d2[j]) * (level.pulled[j] - floor * shrinkage(j))).sum();
    2.0 * (sum / (level.grid.len() as f64 * (1.0 - floor))).max(0.0).sqrt()
}

/// The near bound of the header.
fn moved_by_floor(level: &Level, floor: f64) -> f64 {
    // Over the midpoints |det DT - 1| dx = |det(I + H) - det(I - H)| dm = 2 |tr H| dm.
    let change =
        (0..level.grid.len()).map(|j| 2.0 * level.invariants(j).0.abs()).sum::<f64>() / level.grid.len() as f64;
    diameter(level) * (0.5 * floor / (1.0 - floor) * change).sqrt()
}

/// The bound by the residual on the grid, and an estimate of what lies beyond its modes: a flux through all of them, or
/// the mass in them moved by one cell, whichever costs less.
fn residual(level: &mut Level) -> f64 {
    let length = level.residual_length();
    let unresolved = level.residual_tail() * (level.grid.len() as f64).sqrt();
    let [a, b] = [0, 1].map(|axis| level.grid.axis(axis).spacing());
    let weight: Vec<f64> = (0..level.grid.len())
        .map(|j| {
            let [p, q, r] = [1.0 + level.hessian[0][j], level.hessian[1][j], 1.0 + level.hessian[2][j]];
            0.5 * (p * p + 2.0 * q * q + r * r) / level.pushed[j]
        })
        .collect();
    let by_flux = unresolved * a.max(b) / std::f64::consts::PI * mean(&weight).sqrt();
    let by_mass = a.hypot(b) * (0.5 * unresolved).sqrt();
    level.bar_constant() * length + by_flux.min(by_mass)
}

/// Mass is conserved by a convex map exactly, so what the sums find missing measures them; the cost has its own spectrum.
fn quadrature(level: &mut Level) -> f64 {
    let missing = (mean(&level.pushed) - 1.0).abs() + (mean(&level.pulled) - 1.0).abs();
    let [d1, d2] = &level.displacement;
    let scale = d1.iter().chain(d2).fold(f64::MIN_POSITIVE, |m, d| m.max(d.abs()));
    let squared = |d: f64| (d / scale) * (d / scale);
    let cost: Vec<f64> = (0..level.grid.len()).map(|j| (squared(d1[j]) + squared(d2[j])) * level.pulled[j]).collect();
    missing + 0.5 * ALIASES * level.tail_of(&cost)
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
