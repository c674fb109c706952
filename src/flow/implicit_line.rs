//! One implicit Euler step of a drift and a nonlinear diffusion along a closed line of `n` cells,
//!
//! ```text
//! v_j = u_j - (Phi_{j+1/2} - Phi_{j-1/2}),      Phi = r (alpha v_j - beta v_{j+1}),      r = step/h^2,
//! ```
//!
//! with coefficients of the state `u` at the start of the step, such that `Phi` is the flux of `u` where `v = u`. With
//! `a = u_j`, `b = u_{j+1}`, the rise `dV` of the potential and the chord `D = tau (P(b) - P(a))/(b - a)`,
//!
//! ```text
//! flux = D (a - b) - m dV = -m (dV + tau (phi'(b) - phi'(a))),      m = (P(b) - P(a))/(phi'(b) - phi'(a)).
//! ```
//!
//! The mean `m` makes it second order in `h`, and exactly 0 where `V + tau phi'(u)` is constant: the discrete best response
//! is a stationary state. Where the cell that gives is much emptier than the other, `m` is replaced by twice its value, so
//! that an empty cell gives nothing. `alpha, beta >= 0` because the drift is counted with the cell that gives: the matrix has
//! columns of sum 1 and no positive entry off its diagonal, so that `v >= 0` and the mass is kept for every step, however
//! long.
//!
//! The elimination adds and multiplies numbers that are not negative (Grassmann, Taksar & Heyman, Oper. Res. 33 (1985)): every
//! cell comes out with its own relative accuracy, however stiff the step. Means of this kind: Chang & Cooper, J. Comput. Phys. 6
//! (1970); Bessemoulin-Chatard & Filbet, SIAM J. Sci. Comput. 34 (2012). Cost: `O(n)`.

use crate::regulariser::ConvexFunction;

/// A cell gives at most as if the density at its face were this many times its own.
const MOST_OF_GIVER: f64 = 2.0;

/// Work space for lines of some length.
#[derive(Debug, Clone, Default)]
pub(super) struct ImplicitLine {
    /// `r alpha` and `r beta` of the face after each cell.
    forward: Vec<f64>,
    backward: Vec<f64>,
    /// `v_j = next_j v_{j+1} + last_j v_{n-1} + known_j`, later without `next_j`.
    next: Vec<f64>,
    last: Vec<f64>,
    known: Vec<f64>,
    /// The state before the step, the potential, and the result.
    pub(super) before: Vec<f64>,
    pub(super) potential: Vec<f64>,
    pub(super) after: Vec<f64>,
    /// What went through the face after each cell.
    pub(super) amounts: Vec<f64>,
}

impl ImplicitLine {
    pub(super) fn new(cells: usize) -> ImplicitLine {
        let zeros = || vec![0.0; cells];
        ImplicitLine {
            forward: zeros(),
            backward: zeros(),
            next: zeros(),
            last: zeros(),
            known: zeros(),
            before: zeros(),
            potential: zeros(),
            after: zeros(),
            amounts: zeros(),
        }
    }

    /// The step from `before` under `potential`, into `after` and `amounts`; `r` is its length over `h^2`.
    pub(super) fn step(&mut self, function: &dyn ConvexFunction, temperature: f64, r: f64) {
        let n = self.before.len();
        for j in 0..n {
            let k = (j + 1) % n;
            let rise = self.potential[k] - self.potential[j];
            let (alpha, beta) = coefficients(function, temperature, self.before[j], self.before[k], rise);
            (self.forward[j], self.backward[j]) = (r * alpha, r * beta);
        }
        self.eliminate();
        self.find_amounts();
    }

    /// `r` times the fluxes of `before` under `potential`, into `amounts`.
    pub(super) fn fluxes(&mut self, function: &dyn ConvexFunction, temperature: f64, r: f64) {
        let n = self.before.len();
        for j in 0..n {
            let k = (j + 1) % n;
            let (a, b) = (self.before[j], self.before[k]);
            let rise = self.potential[k] - self.potential[j];
            let (alpha, beta) = coefficients(function, temperature, a, b, rise);
            self.amounts[j] = r * (alpha * a - beta * b);
        }
    }

    /// Solves `(1 + f_j + g_{j-1}) v_j = u_j + f_{j-1} v_{j-1} + g_j v_{j+1}`, `f` and `g` being `forward` and `backward`.
    fn eliminate(&mut self) {
        let ImplicitLine { forward, backward, next, last, known, before, after, .. } = self;
        let n = before.len();
        // The pivot is f_j + rest: what leaves for cells that are eliminated comes back or does not.
        let mut rest = 1.0 + backward[n - 1];
        let mut pivot = forward[0] + rest;
        (next[0], last[0], known[0]) = (backward[0] / pivot, forward[n - 1] / pivot, before[0] / pivot);
        for j in 1..n - 1 {
            rest = 1.0 + backward[j - 1] * (rest / pivot);
            pivot = forward[j] + rest;
            let incoming = forward[j - 1];
            next[j] = backward[j] / pivot;
            last[j] = incoming * last[j - 1] / pivot;
            known[j] = (before[j] + incoming * known[j - 1]) / pivot;
        }
        last[n - 2] += next[n - 2];
        let mut sum = 1.0 + last[n - 2];
        for j in (0..n - 2).rev() {
            last[j] += next[j] * last[j + 1];
            known[j] += next[j] * known[j + 1];
            sum += last[j];
        }
        let end = (before[n - 1] + forward[n - 2] * known[n - 2] + backward[n - 1] * known[0]) / sum;
        after[n - 1] = end;
        (0..n - 1).for_each(|j| after[j] = known[j] + last[j] * end);
    }

    /// What went through the faces: from the coefficients at the face with the least traffic, at the others from what the
    /// cells between have gained, so that nothing cancels.
    fn find_amounts(&mut self) {
        let ImplicitLine { forward, backward, before, after, amounts, .. } = self;
        let n = before.len();
        let traffic = |j: usize| forward[j] * after[j] + backward[j] * after[(j + 1) % n];
        let quiet = (0..n).fold(0, |best, j| if traffic(j) < traffic(best) { j } else { best });
        amounts[quiet] = forward[quiet] * after[quiet] - backward[quiet] * after[(quiet + 1) % n];
        for i in 1..n {
            let (j, previous) = ((quiet + i) % n, (quiet + i - 1) % n);
            amounts[j] = amounts[previous] - (after[j] - before[j]);
        }
    }
}

/// `alpha` and `beta` of a face between cells of densities `a` and `b`, over which the potential rises by `rise`.
fn coefficients(function: &dyn ConvexFunction, temperature: f64, a: f64, b: f64, rise: f64) -> (f64, f64) {
    let mobility = function.mobility(a, b);
    if mobility == 0.0 {
        return (0.0, 0.0);
    }
    let chord = temperature * function.chord_diffusivity(a, b);
    let net = chord * (a - b) - mobility * rise;
    let giver = if net > 0.0 { a } else { b };
    if mobility > MOST_OF_GIVER * giver {
        let limited = MOST_OF_GIVER * net.abs() / mobility;
        return if net > 0.0 { (limited, 0.0) } else { (0.0, limited) };
    }
    let shared = mobility * rise / (a + b);
    if shared.abs() <= chord {
        (chord - shared, chord + shared)
    } else if net > 0.0 {
        ((net + chord * b) / a, chord)
    } else {
        (chord, (chord * a - net) / b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regulariser::{ChiSquared, Entropy, ReverseKl, Tsallis};

    fn flux(function: &dyn ConvexFunction, tau: f64, a: f64, b: f64, rise: f64) -> f64 {
        let (alpha, beta) = coefficients(function, tau, a, b, rise);
        assert!(alpha >= 0.0 && beta >= 0.0, "{alpha}, {beta} at {a}, {b}, {rise}");
        alpha * a - beta * b
    }

    #[test]
    fn the_flux_is_that_of_the_slopes_and_an_empty_cell_gives_nothing() {
        let tsallis = Tsallis::new(1.5);
        let functions: [&dyn ConvexFunction; 4] = [&Entropy, &ChiSquared, &tsallis, &ReverseKl];
        for function in functions {
            for (a, b) in [(1.0, 1.2), (2.0, 0.9), (0.7, 0.7)] {
                for rise in [-1.3, -0.01, 0.0, 0.02, 0.8] {
                    let expected = -function.mobility(a, b) * (rise + 0.3 * (function.slope(b) - function.slope(a)));
                    let found = flux(function, 0.3, a, b, rise);
                    assert!((found - expected).abs() <= 1e-14, "{found} against {expected}");
                }
            }
        }
        assert_eq!(flux(&ChiSquared, 0.1, 0.0, 1.0, -5.0), 0.0);
        assert_eq!(flux(&tsallis, 0.1, 2.0, 0.0, 50.0), 0.0);
        assert_eq!(coefficients(&ChiSquared, 0.1, 0.0, 0.0, 3.0), (0.0, 0.0));
    }

    #[test]
    fn the_elimination_solves_the_cyclic_system_and_keeps_signs_and_mass_however_stiff_it_is() {
        let n = 17;
        for stiffness in [1e-3, 1.0, 1e4, 1e12] {
            let mut line = ImplicitLine::new(n);
            for j in 0..n {
                line.before[j] =
                    if j % 5 == 0 { 0.0 } else { (1.3 * j as f64).sin().powi(2) * 10f64.powi(-(j as i32)) };
                line.forward[j] = stiffness * (0.7 * j as f64).cos().abs();
                line.backward[j] = stiffness * (0.4 * j as f64 + 1.0).sin().abs();
            }
            line.eliminate();
            line.find_amounts();
            let (total, mass): (f64, f64) = (line.before.iter().sum(), line.after.iter().sum());
            assert!((mass / total - 1.0).abs() <= 1e-14, "stiffness {stiffness}: {mass} of {total}");
            for j in 0..n {
                let (i, k) = ((j + n - 1) % n, (j + 1) % n);
                assert!(line.after[j] > 0.0);
                let inflow = line.before[j] + line.forward[i] * line.after[i] + line.backward[j] * line.after[k];
                let held = (1.0 + line.forward[j] + line.backward[i]) * line.after[j];
                assert!(
                    (inflow / held - 1.0).abs() <= 1e-13,
                    "stiffness {stiffness}, cell {j}: {inflow} against {held}"
                );
                let gained = line.amounts[i] - line.amounts[j];
                assert!((gained - (line.after[j] - line.before[j])).abs() <= 1e-15 * (1.0 + stiffness), "{gained}");
            }
        }
    }
}
