//! The best response of a player to a potential, for any regulariser.
//!
//! It minimises `int V b + tau int phi(b)` over the densities: `V + tau phi'(b) = c` where `b > 0`, and
//! `V + tau phi'(0) >= c` elsewhere. With `d = (V - min V)/tau` it is `b = lower(peak, d)`, the density whose slope lies `d`
//! below that of its peak, and the peak is fixed by the mass:
//!
//! ```text
//! M(peak) = int lower(peak, d) = 1,      M' = phi''(peak) int 1/phi''(b) > 0,      1/|X| <= peak <= 1/cell.
//! ```
//!
//! The unknown is the peak and not `c`: for densities with power laws `c` differs from its largest possible value by less
//! than rounding. Newton's method in `log peak`, kept in a bracket. Cost: some ten sweeps over the nodes.

use super::ConvexFunction;
use crate::torus::Grid;

/// Steps of the search; each at least halves the bracket of the logarithm when Newton's step leaves it.
const MOST_STEPS: usize = 200;
/// A mass this near to 1 is 1.
const ENOUGH: f64 = 4.0 * f64::EPSILON;

/// A best response at the nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct BestResponse {
    /// The density; 0 on a vacuum.
    pub density: Vec<f64>,
    /// `(V - min V)/tau`, for the ascending player `(max U - U)/tau`.
    pub drops: Vec<f64>,
    /// Its value where the drop is 0.
    pub peak: f64,
}

/// The best response to the potential that a player faces: `per_temperature` is `1/tau` for the player who minimises and
/// `-1/tau` for the one who maximises.
pub fn best_response(
    function: &dyn ConvexFunction,
    grid: &Grid,
    per_temperature: f64,
    potential: &[f64],
) -> BestResponse {
    let mut drops: Vec<f64> = potential.iter().map(|v| per_temperature * v).collect();
    let lowest = drops.iter().copied().fold(f64::INFINITY, f64::min);
    drops.iter_mut().for_each(|d| *d -= lowest);
    from_drops(function, grid, drops)
}

/// The density of mass 1 with these drops.
pub(crate) fn from_drops(function: &dyn ConvexFunction, grid: &Grid, drops: Vec<f64>) -> BestResponse {
    let cell = grid.cell_volume();
    let mut bracket = [(1.0 / grid.volume()).ln(), (1.0 / cell).ln()];
    let mut guess = bracket[0];
    for _ in 0..MOST_STEPS {
        let peak = guess.exp();
        let excess = mass(function, &drops, peak, cell) - 1.0;
        if excess.is_nan() || excess.abs() <= ENOUGH {
            break;
        }
        bracket[usize::from(excess > 0.0)] = guess;
        let newton = guess - excess / (peak * growth(function, &drops, peak, cell));
        let inside = newton > bracket[0] && newton < bracket[1];
        let next = if inside { newton } else { 0.5 * (bracket[0] + bracket[1]) };
        if next == guess || bracket[1] - bracket[0] <= f64::EPSILON {
            break;
        }
        guess = next;
    }
    let peak = guess.exp();
    BestResponse { density: drops.iter().map(|d| function.lower(peak, *d)).collect(), drops, peak }
}

fn mass(function: &dyn ConvexFunction, drops: &[f64], peak: f64, cell: f64) -> f64 {
    drops.iter().map(|d| function.lower(peak, *d)).sum::<f64>() * cell
}

/// The derivative of the mass with respect to the peak.
fn growth(function: &dyn ConvexFunction, drops: &[f64], peak: f64, cell: f64) -> f64 {
    let compliance = |d: &f64| match function.lower(peak, *d) {
        b if b > 0.0 => function.compliance(b),
        _ => 0.0,
    };
    drops.iter().map(compliance).sum::<f64>() * cell / function.compliance(peak)
}
