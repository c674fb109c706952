//! The equations for the moments: from `(m, l)` to the pair of best responses, its moments, and the residual.
//!
//! With the entropy best responses are Gibbs densities, and they move with the potential by the weights `mu/tau` of the
//! covariances of `newton.rs`. With another regulariser the weights are `1/(tau phi''(mu))`, 0 on a vacuum. Written as
//! `p/tau_p` with a density `p` of mass 1 they are a covariance under `p` at the temperature `tau_p`:
//!
//! ```text
//! p = (1/phi''(mu))/W,      tau_p = tau/W,      W = int 1/phi''(mu).
//! ```

use crate::diagnostics::log_normalise;
use crate::game::{Payoff, PayoffWork, Player};
use crate::regulariser::{BestResponse, Regulariser, best_response};

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
    regulariser: Regulariser,
    /// What replaces densities and temperatures in the covariances, with another regulariser than the entropy.
    tilted: Option<[Tilted; 2]>,
    /// `moments - int (functions)(density of these moments)`.
    pub residual: Vec<f64>,
    /// Moments of the players' own functions under the densities.
    pub own_moments: [Vec<f64>; 2],
    weights: [Vec<f64>; 2],
    pub work: PayoffWork,
}

/// A pair of best responses.
pub struct Pair {
    /// `-inf` on a vacuum.
    pub log_densities: [Vec<f64>; 2],
    pub densities: [Vec<f64>; 2],
    /// Those of [`BestResponse`]; for the entropy they are in the logarithms.
    pub drops: Option<[Vec<f64>; 2]>,
}

/// `p` of the file head, the moments of the player's functions under it, and `W`; his best response.
struct Tilted {
    density: Vec<f64>,
    moments: Vec<f64>,
    mass: f64,
    response: BestResponse,
}

impl<'a> Problem<'a> {
    pub fn new(payoff: &'a Payoff, regulariser: Regulariser) -> Problem<'a> {
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
            regulariser,
            tilted: None,
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

    /// The density under which covariances are taken, and the moments under it.
    pub fn sensitivity(&self, p: usize) -> (&[f64], &[f64]) {
        match &self.tilted {
            Some(tilted) => (&tilted[p].density, &tilted[p].moments),
            None => (&self.densities[p], &self.own_moments[p]),
        }
    }

    /// The temperatures that go with [`Problem::sensitivity`].
    pub fn sensitivity_temperature(&self, temperature: [f64; 2]) -> [f64; 2] {
        match &self.tilted {
            Some(tilted) => [0, 1].map(|p| temperature[p] / tilted[p].mass),
            None => temperature,
        }
    }

    /// How much a uniform density spreads at the unit of temperature: `P'(1/|X|)`.
    pub fn uniform_diffusivity(&self, p: usize) -> f64 {
        self.regulariser.function().pressure_slope(1.0 / self.payoff.grids()[p].volume())
    }

    /// Evaluates densities and residual; returns the residual of the log-densities (a bound on its maximum).
    pub fn evaluate(&mut self, moments: &[f64], temperature: [f64; 2]) -> f64 {
        let (m, l) = moments.split_at(self.count[1]);
        self.payoff.coupling().apply(m, &mut self.weights[0]);
        self.payoff.coupling().apply_transposed(l, &mut self.weights[1]);
        if !self.regulariser.is_entropy() {
            let [x, y] = Player::BOTH.map(|player| self.respond(player, temperature[player.index()]));
            self.tilted = Some([x, y]);
            self.find_residual(moments);
            return self.log_residual(temperature);
        }
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
        self.find_residual(moments);
        self.log_residual(temperature)
    }

    fn find_residual(&mut self, moments: &[f64]) {
        let computed = self.own_moments[1].iter().chain(&self.own_moments[0]);
        for ((r, z), c) in self.residual.iter_mut().zip(moments).zip(computed) {
            *r = z - c;
        }
    }

    /// The best response of a player to the potential of `weights`, with its density, moments and weights.
    fn respond(&mut self, player: Player, temperature: f64) -> Tilted {
        let own = player.index();
        let grid = self.payoff.grid(player);
        let function = self.regulariser.function();
        let mut potential = vec![0.0; grid.len()];
        self.payoff.combination(player, 1.0, &self.weights[own], &mut potential, &mut self.work);
        let sign = if player == Player::X { 1.0 } else { -1.0 };
        let response = best_response(function, grid, sign / temperature, &potential);
        self.densities[own].copy_from_slice(&response.density);
        let integrals = &mut self.own_moments[own];
        self.payoff.function_integrals(player, &response.density, integrals, &mut self.work);
        let compliance = |b: &f64| if *b > 0.0 { function.compliance(*b) } else { 0.0 };
        let mut density: Vec<f64> = response.density.iter().map(compliance).collect();
        let mass = grid.integral(&density);
        density.iter_mut().for_each(|p| *p /= mass);
        let mut moments = vec![0.0; self.count[own]];
        self.payoff.function_integrals(player, &density, &mut moments, &mut self.work);
        Tilted { density, moments, mass, response }
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

    /// What was evaluated last.
    pub fn pair(&self) -> Pair {
        match &self.tilted {
            None => Pair {
                log_densities: self.log_densities.clone(),
                densities: [0, 1].map(|p| self.log_densities[p].iter().map(|v| v.exp()).collect()),
                drops: None,
            },
            Some(tilted) => Pair {
                log_densities: [0, 1].map(|p| self.densities[p].iter().map(|r| r.ln()).collect()),
                densities: self.densities.clone(),
                drops: Some([0, 1].map(|p| tilted[p].response.drops.clone())),
            },
        }
    }
}
