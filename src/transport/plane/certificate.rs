//! What is known about the distance from a potential, evaluated at twice as many nodes as it was found with.
//!
//! Any potential gives a lower bound, that of duality, and its map an upper one: with `T#mu - nu = r` and `A <= DT`
//!
//! ```text
//! D <= W2^2(mu, nu) <= D + W2^2(T#mu, nu)/A,      D = 4 int (|grad phi|^2 (q + q')/2 + phi (q - s q')) dm,
//! W2(T#mu, nu) <= C sqrt(int |r|^2/nu)/sqrt(P),   C = 2/(1 + sqrt(1 - sup(1 - q'/q)))        (Peyre 2018),
//! ```
//!
//! `P` the Poincare constant of `nu`. The first line: `u = |x|^2/2 + ..` has the gradient `T`, its conjugate the second derivative at
//! most `1/A`, and `int u dmu + int u* dnu` exceeds the largest correlation by at most
//! `int (u*(S y) - u*(y) - grad u*(y).(S y - y)) d(T#mu)`, `S` any map from `T#mu` to `nu`. So both errors are of second order in
//! that of the potential.
//!
//! Where there is almost no mass the defect `r` is not weighed by `1/nu`: its mass is taken to travel along the diagonal of the box.
//! The share of the density where that begins is the one of [`SHARES`] that gives the smallest bar.
//!
//! Estimates, not bounds: `P` (from the splines) and the error of the sums, from the mass they find missing and from what half of
//! the nodes give.

use super::densities::{AtNodes, Densities, PulledBack};
use super::spline::{Fields, Lattice};

/// Shares of the largest density below which the defect travels.
const SHARES: [f64; 8] = [1e-4, 1e-6, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13];
/// Error of off-grid values, as a share of the largest one.
const OFF_GRID: f64 = 1e-13;

/// The distance with its error bar.
#[derive(Debug, Clone, Copy)]
pub struct Certificate {
    /// The distance.
    pub value: f64,
    /// Its error bar.
    pub error: f64,
    /// Whether most of the bar is rounding where there is almost no mass: no other potential would have a smaller one.
    pub is_limited: bool,
}

impl Certificate {
    /// Of a potential on `coarse`, the lattice it was found on, judged on `fine`, each with the pair at its nodes; `poincare` is
    /// that of the target.
    pub fn of(
        densities: &Densities,
        [coarse, fine]: [(&Lattice, &AtNodes); 2],
        coefficients: &[f64],
        poincare: f64,
    ) -> Certificate {
        let half = Sums::of(densities, coarse, coefficients);
        let sums = Sums::of(densities, fine, coefficients);
        let fine = fine.0;
        let bars = SHARES.iter().filter_map(|share| sums.defect(fine, *share, poincare));
        let smallest = |best: [f64; 2], next: [f64; 2]| if next[0] + next[1] < best[0] + best[1] { next } else { best };
        let [near, far] = bars.fold([f64::INFINITY; 2], smallest);
        let squared = sums.dual.max(0.0);
        let quadrature = (sums.dual - half.dual).abs() + sums.missing * squared + OFF_GRID * squared;
        let value = squared.sqrt();
        let error = (squared + near + far + quadrature).sqrt() - (squared - quadrature).max(0.0).sqrt();
        Certificate { value, error, is_limited: far > near + quadrature }
    }

    /// Whether a better potential is not worth looking for.
    pub fn is_enough(&self, relative_tolerance: f64) -> bool {
        self.error <= relative_tolerance * self.value || self.is_limited && self.error <= LIMITED * self.value
    }
}

/// A bar of rounding that is larger than this share of the distance is still tried to be made smaller.
const LIMITED: f64 = 1e-4;

struct Sums {
    back: PulledBack,
    /// `D`.
    dual: f64,
    /// Mass that the sums find missing.
    missing: f64,
}

impl Sums {
    fn of(densities: &Densities, (lattice, nodes): (&Lattice, &AtNodes), coefficients: &[f64]) -> Sums {
        let fields = lattice.fields(coefficients);
        let back = densities.pull_back(lattice, nodes, &fields);
        let weight = lattice.weight();
        let mass = |q: &[f64]| weight * q.iter().sum::<f64>();
        let missing = (mass(&back.pushed) - 1.0).abs() + (mass(&back.pulled) - 1.0).abs();
        Sums { dual: dual(lattice, &fields, &back), missing, back }
    }

    /// The bar on `W2^2` of what is weighed and of what travels, below this share; none where the map is not convex above it.
    fn defect(&self, lattice: &Lattice, share: f64, poincare: f64) -> Option<[f64; 2]> {
        let PulledBack { pushed, pulled, largest, .. } = &self.back;
        let weight = lattice.weight();
        let (mut weighed, mut sum, mut travelling, mut worst) = (0.0, 0.0, 0.0, 0.0_f64);
        for (j, r) in self.back.residual.iter().enumerate() {
            if pushed[j].min(pulled[j]) > share * largest {
                weighed += r * r / pushed[j];
                sum += r;
                worst = worst.max(1.0 - pulled[j] / pushed[j]);
            } else {
                travelling += r.abs();
            }
        }
        let convexity = self.back.convexity_above(share);
        if convexity.is_nan() || convexity <= 0.0 {
            return None;
        }
        let constant = 2.0 / (1.0 + (1.0 - worst.min(1.0)).sqrt());
        let near = constant * constant * weight * weighed / poincare;
        let far = 0.5 * weight * (travelling + f64::abs(sum)) * lattice.diagonal().powi(2);
        let steepest = convexity / (2.0 - convexity);
        Some([near / steepest, far / steepest])
    }
}

fn dual(lattice: &Lattice, fields: &Fields, back: &PulledBack) -> f64 {
    let [d1, d2] = &fields.slope;
    let terms = (0..lattice.nodes()).map(|j| {
        0.5 * (d1[j] * d1[j] + d2[j] * d2[j]) * (back.pushed[j] + back.pulled[j]) + fields.value[j] * back.residual[j]
    });
    4.0 * lattice.weight() * terms.sum::<f64>()
}
