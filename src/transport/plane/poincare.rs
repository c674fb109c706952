//! The Poincare constant of a density on the plane: the smallest `P` with `int |grad h|^2 g = P int h^2 g` for an `h` of mean 0,
//! by inverse iteration in the space of splines. It is an upper estimate, as accurate as the splines resolve `h`.

use super::newton::dot;
use super::spline::Lattice;
use super::stiffness::Pattern;

/// The thin plate where there is no mass.
const PENALTY: f64 = 1e-12;
/// Iterations; equal lowest eigenvalues do not slow the quotient down.
const STEPS: usize = 200;
/// The quotient has converged when a step changes it by less than this share.
const SETTLED: f64 = 1e-4;

/// `P` of a density given at the nodes; none when the matrix cannot be factorised.
pub fn constant(lattice: &Lattice, pattern: &Pattern, density: &[f64]) -> Option<f64> {
    let stiffness = pattern.weighted(lattice, density, PENALTY)?;
    let weight = lattice.weight();
    let mass: f64 = weight * density.iter().sum::<f64>();
    let middle = [0, 1].map(|i| lattice.axes[i].coordinate(lattice.axes[i].nodes() / 2));
    // A slope that is neither axis nor diagonal meets every symmetry.
    let mut coefficients = lattice.quadratic(middle, [1.0, 0.7], [0.0, 0.3, 0.0]);
    let mut before = f64::INFINITY;
    for _ in 0..STEPS {
        let fields = lattice.fields(&coefficients);
        let mean = weight * dot(&fields.value, density) / mass;
        let centred: Vec<f64> = fields.value.iter().zip(density).map(|(h, g)| (h - mean) * g).collect();
        let square: f64 = weight * fields.value.iter().zip(&centred).map(|(h, v)| (h - mean) * v).sum::<f64>();
        let slopes = fields.slope[0].iter().zip(&fields.slope[1]).zip(density);
        let quotient = weight * slopes.map(|((a, b), g)| (a * a + b * b) * g).sum::<f64>() / square;
        if (quotient - before).abs() <= SETTLED * quotient {
            return Some(quotient);
        }
        before = quotient;
        coefficients = stiffness.solve(&lattice.moments(&centred, [0, 0]));
        let size = dot(&coefficients, &coefficients).sqrt();
        coefficients.iter_mut().for_each(|c| *c /= size);
    }
    None
}
