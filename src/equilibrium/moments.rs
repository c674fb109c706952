//! The equations for the moments: from `(m, l)` to the Gibbs pair, its moments, and the residual.

use crate::diagnostics::log_normalise;
use crate::game::{Payoff, PayoffWork, Player};

/// Functions of one player are tabulated for covariances when a Newton matrix costs at most this many operations.
const MOST_COVARIANCE_OPERATIONS: usize = 40_000_000;
/// Largest Newton matrix that is factorised.
const MOST_DIRECT: usize = 128;

/// The equations and the state at which they were evaluated last.
///
/// Moments are one vector: `m` (as many as `Y` has functions), then `l` (as many as `X` has).
pub struct Problem<'a> {
    pub payoff: &'a Payoff,
    /// Number of functions of `X`, of `Y`.
    pub count: [usize; 2],
    /// Values of the functions, row by row, when the matrix is built explicitly.
    pub tables: Option<[Vec<f64>; 2]>,
    /// Largest value of each function.
    peaks: [Vec<f64>; 2],
    log_densities: [Vec<f64>; 2],
    pub densities: [Vec<f64>; 2],
    /// `moments - int (functions)(density of these moments)`.
    pub residual: Vec<f64>,
    /// Moments of the players' own functions under the densities.
    pub own_moments: [Vec<f64>; 2],
    weights: [Vec<f64>; 2],
    pub work: PayoffWork,
}

impl<'a> Problem<'a> {
    pub fn new(payoff: &'a Payoff) -> Problem<'a> {
        let count = Player::BOTH.map(|p| payoff.function_count(p));
        let nodes = Player::BOTH.map(|p| payoff.grid(p).len());
        let operations = count[0] * count[0] * nodes[0] + count[1] * count[1] * nodes[1];
        let direct = count[0].max(count[1]) <= MOST_DIRECT && operations <= MOST_COVARIANCE_OPERATIONS;
        let all = |player: Player| (0..payoff.function_count(player)).map(move |i| payoff.function(player, i));
        let tables = direct.then(|| Player::BOTH.map(|p| all(p).flatten().collect()));
        let peaks = Player::BOTH.map(|p| all(p).map(|t| t.iter().fold(0.0, |m: f64, v| m.max(v.abs()))).collect());
        Problem {
            payoff,
            tables,
            peaks,
            log_densities: nodes.map(|n| vec![0.0; n]),
            densities: nodes.map(|n| vec![0.0; n]),
            residual: vec![0.0; count[0] + count[1]],
            own_moments: count.map(|r| vec![0.0; r]),
            weights: count.map(|r| vec![0.0; r]),
            count,
            work: payoff.work(),
        }
    }

    /// Moments of the uniform pair.
    pub fn uniform_moments(&mut self) -> Vec<f64> {
        let [l, m] = Player::BOTH.map(|player| {
            let grid = self.payoff.grid(player);
            let uniform = vec![1.0 / grid.volume(); grid.len()];
            let mut moments = vec![0.0; self.count[player.index()]];
            self.payoff.function_integrals(player, &uniform, &mut moments, &mut self.work);
            moments
        });
        [m, l].concat()
    }

    /// Evaluates densities and residual; returns the residual of the log-densities (a bound on its maximum).
    pub fn evaluate(&mut self, moments: &[f64], temperature: [f64; 2]) -> f64 {
        let (m, l) = moments.split_at(self.count[1]);
        self.payoff.coupling().apply(m, &mut self.weights[0]);
        self.payoff.coupling().apply_transposed(l, &mut self.weights[1]);
        for player in Player::BOTH {
            let own = player.index();
            let slope = if player == Player::X { -1.0 } else { 1.0 } / temperature[own];
            let log_density = &mut self.log_densities[own];
            self.payoff.combination(player, 1.0, &self.weights[own], log_density, &mut self.work);
            log_density.iter_mut().for_each(|v| *v *= slope);
            log_normalise(self.payoff.grid(player), log_density);
            for (r, v) in self.densities[own].iter_mut().zip(&*log_density) {
                *r = v.exp();
            }
            let integrals = &mut self.own_moments[own];
            self.payoff.function_integrals(player, &self.densities[own], integrals, &mut self.work);
        }
        let computed = self.own_moments[1].iter().chain(&self.own_moments[0]);
        for ((r, z), c) in self.residual.iter_mut().zip(moments).zip(computed) {
            *r = z - c;
        }
        self.log_residual(temperature)
    }

    fn log_residual(&mut self, temperature: [f64; 2]) -> f64 {
        let (rm, rl) = self.residual.split_at(self.count[1]);
        self.payoff.coupling().apply(rm, &mut self.weights[0]);
        self.payoff.coupling().apply_transposed(rl, &mut self.weights[1]);
        let size = |p: usize| -> f64 {
            let sum: f64 = self.weights[p].iter().zip(&self.peaks[p]).map(|(w, a)| w.abs() * a).sum();
            sum / temperature[p]
        };
        let (x, y) = (size(0), size(1));
        if x.is_nan() || y.is_nan() { f64::INFINITY } else { x.max(y) }
    }

    /// Whichever of two starting points has the smaller residual.
    pub fn better_start(&mut self, here: &[f64], predicted: Option<Vec<f64>>, temperature: [f64; 2]) -> Vec<f64> {
        let Some(predicted) = predicted else { return here.to_vec() };
        if self.evaluate(&predicted, temperature) < self.evaluate(here, temperature) {
            predicted
        } else {
            here.to_vec()
        }
    }

    pub fn log_densities(&self) -> [Vec<f64>; 2] {
        self.log_densities.clone()
    }
}
