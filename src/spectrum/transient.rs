//! How far a perturbation can grow before it decays: non-normality of the linearisation.
//!
//! The energy `E = <h, A_x^-1 h>/2 + <g, A_y^-1 g>/(2 eta)`, half the squared tangent norm of W2 at `eta = 1`, obeys
//! `dE/dt = -tau_x |h|^2 - tau_y |g|^2`: the coupling cancels, and nothing grows in it. In `L2(1/mu*)` of densities, where
//! the norm of `(mu* h, nu* g)` is `|z|^2 = |h|^2 + |g|^2` in `L2(mu*)` and `L2(nu*)`, the coupling leaves a trace,
//!
//! ```text
//! d|z|^2/dt <= 2 omega |z|^2,    omega = max(0, |A_x K - eta K A_y|/2 - guaranteed rate).
//! ```
//!
//! `|z|^2 + (2 omega/min(tau_x, tau_y)) E` does not grow, so that for all times
//!
//! ```text
//! |z(t)|^2 <= |z(0)|^2 (1 + omega/min(tau_x, tau_y) max(1/C_x, 1/(eta C_y))).
//! ```
//!
//! The same with `|h|^2 + |g|^2/eta`, in which the commutator is `sqrt(eta) |A_x K - K A_y|`, gives a second bound, larger
//! by `sqrt(max(1, eta)/min(1, eta))` for the change of norm; the smaller of both is taken. It is 1 when `A_x K = K A_y`, as
//! for payoffs of `x - y`.

use super::completeness::operator_norm;
use super::generator::Generator;
use super::linearisation::gram;
use faer::Mat;

/// What the bound needs beside the payoff's functions.
pub struct Rates {
    /// `(tau_x, tau_y)`.
    pub temperature: [f64; 2],
    /// `eta`.
    pub timescale: f64,
    /// Poincare constants.
    pub poincare: [f64; 2],
}

impl Rates {
    /// `min(tau_x C_x, eta tau_y C_y)`.
    pub fn guaranteed(&self) -> f64 {
        (self.temperature[0] * self.poincare[0]).min(self.timescale * self.temperature[1] * self.poincare[1])
    }
}

/// A bound on `|z(t)|/|z(0)|` over all perturbations and times.
pub fn growth_bound(
    functions: &[Vec<Vec<f64>>; 2],
    coupling: &Mat<f64>,
    generators: [&mut dyn Generator; 2],
    rates: &Rates,
) -> f64 {
    let [x, y] = generators;
    let mut left = products(&functions[0], x);
    left.extend_from_slice(&functions[0]);
    let mut right = functions[1].clone();
    right.append(&mut products(&functions[1], y));
    let (left, right) = (gram(&left), gram(&right));
    let commutator = |share: f64| operator_norm(&left, &beside(coupling, share), &right);
    let (eta, [tau_x, tau_y], [c_x, c_y]) = (rates.timescale, rates.temperature, rates.poincare);
    let excess = |norm: f64| (0.5 * norm - rates.guaranteed()).max(0.0);
    let plain = 1.0 + excess(commutator(eta)) / tau_x.min(tau_y) * (1.0 / c_x).max(1.0 / (eta * c_y));
    let weighted = 1.0 + excess(eta.sqrt() * commutator(1.0)) / tau_x.min(eta * tau_y) * (1.0 / c_x).max(1.0 / c_y);
    plain.min(weighted * eta.max(1.0 / eta)).sqrt()
}

/// `A` of all functions.
fn products(functions: &[Vec<f64>], generator: &mut dyn Generator) -> Vec<Vec<f64>> {
    let product = |u: &Vec<f64>| {
        let mut out = vec![0.0; u.len()];
        generator.apply(u, &mut out);
        out
    };
    functions.iter().map(product).collect()
}

/// `diag(C, -share C)`.
fn beside(c: &Mat<f64>, share: f64) -> Mat<f64> {
    let (rows, columns) = (c.nrows(), c.ncols());
    Mat::from_fn(2 * rows, 2 * columns, |i, j| match (i < rows, j < columns) {
        (true, true) => c[(i, j)],
        (false, false) => -share * c[(i - rows, j - columns)],
        _ => 0.0,
    })
}
