//! The flows: right-hand sides of the pair `(mu, nu)`, one file per dynamics.
//!
//! A flow steps a state of its own, which stands for the pair: the Fourier coefficients of both densities, of their
//! logarithms, or the densities followed by what the dynamics remembers. Everything else asks for the pair.
//!
//! | dynamics | file | state |
//! |---|---|---|
//! | mean-field Langevin descent-ascent | `mfl_da.rs` | the densities |
//! | Fisher-Rao | `fisher_rao.rs` | their logarithms |
//! | best response | `best_response.rs` | the densities |
//! | forgetting average | `forgetting_average.rs` | the densities and their averages |
//! | Wasserstein-Fisher-Rao | `wasserstein_fisher_rao.rs` | the densities |
//! | annealing | `annealing.rs` | the densities and the clock |
//! | averaged gradient | `averaged_gradient.rs` | the densities, their averages and the time |
//! | optimistic | `optimistic.rs` | the densities and their averages |
//! | extragradient | `extragradient.rs` | the densities |
//! | quasistatic | `quasistatic.rs` | the density of x |
//! | any regulariser but the entropies | `nonlinear_diffusion.rs` | the cells of both densities |

mod annealing;
mod averaged_gradient;
mod best_response;
mod extragradient;
mod fisher_rao;
mod forgetting_average;
mod harmonic_drift;
mod implicit_line;
mod mfl_da;
mod nodal_drift;
mod node_space;
mod nonlinear_diffusion;
mod optimistic;
mod pair;
mod quasistatic;
mod wasserstein_fisher_rao;
#[cfg(test)]
mod work;

pub use annealing::Annealing;
pub use averaged_gradient::AveragedGradient;
pub use best_response::BestResponse;
pub use extragradient::Extragradient;
pub use fisher_rao::FisherRao;
pub use forgetting_average::ForgettingAverage;
pub use mfl_da::{Fields, MflDa};
pub use nonlinear_diffusion::NonlinearDiffusion;
pub use optimistic::optimistic;
pub use pair::PairLayout;
pub use quasistatic::Quasistatic;
pub use wasserstein_fisher_rao::WassersteinFisherRao;

use crate::game::{FlowChoice, Payoff};
use crate::stepper::Semilinear;
use num_complex::Complex64;

/// From this many nodes for both players together, the players are advanced on two threads.
const PARALLEL_NODES: usize = 4 * 128 * 128;

/// A dynamics of the pair `(mu, nu)` on two grids.
pub trait Flow: Semilinear<f64> {
    /// Where the two densities stand in a pair.
    fn layout(&self) -> &PairLayout;

    /// The payoff operator.
    fn payoff(&self) -> &Payoff;

    /// The state at time 0 of a pair with these node values.
    fn start(&self, densities: [&[f64]; 2]) -> Vec<Complex64> {
        self.layout().from_values(densities)
    }

    /// The Fourier coefficients of the pair for which `state` stands: its beginning but for flows that step something
    /// else; `buffer` is room for them.
    fn pair<'a>(&mut self, state: &'a [Complex64], _buffer: &'a mut Vec<Complex64>) -> &'a [Complex64] {
        &state[..self.layout().len()]
    }

    /// The state moved to other grids: pairs of functions one after the other, and numbers that belong to no grid.
    fn resample(&self, to: &PairLayout, state: &[Complex64]) -> Vec<Complex64> {
        let pairs = state.chunks_exact(self.layout().len());
        let numbers = pairs.remainder();
        let mut moved: Vec<Complex64> = pairs.flat_map(|pair| self.layout().resample(to, pair)).collect();
        moved.extend(numbers);
        moved
    }

    /// `max |grad V|` and `max |grad U|` over the nodes at this pair, where these bound an explicit step.
    fn explicit_drift(&self, _pair: &[Complex64]) -> Option<[f64; 2]> {
        None
    }

    /// The values of both densities where the state is made of these and nothing else, cell by cell.
    fn cells(&self, _state: &[Complex64]) -> Option<[Vec<f64>; 2]> {
        None
    }

    /// The clock of the steps at a time: the time itself but for flows with a clock of their own.
    fn clock(&self, time: f64) -> f64 {
        time
    }

    /// The time at which the clock of the steps shows this.
    fn time(&self, clock: f64) -> f64 {
        clock
    }
}

impl Semilinear<f64> for Box<dyn Flow> {
    fn symbol(&self) -> &[f64] {
        (**self).symbol()
    }

    fn nonlinear(&mut self, u: &[Complex64], out: &mut [Complex64]) {
        (**self).nonlinear(u, out);
    }

    fn norm(&self, u: &[Complex64]) -> f64 {
        (**self).norm(u)
    }

    fn own_step(&mut self, u: &[Complex64], h: f64, out: &mut [Complex64]) -> Option<f64> {
        (**self).own_step(u, h, out)
    }
}

impl Flow for Box<dyn Flow> {
    fn layout(&self) -> &PairLayout {
        (**self).layout()
    }

    fn payoff(&self) -> &Payoff {
        (**self).payoff()
    }

    fn start(&self, densities: [&[f64]; 2]) -> Vec<Complex64> {
        (**self).start(densities)
    }

    fn pair<'a>(&mut self, state: &'a [Complex64], buffer: &'a mut Vec<Complex64>) -> &'a [Complex64] {
        (**self).pair(state, buffer)
    }

    fn resample(&self, to: &PairLayout, state: &[Complex64]) -> Vec<Complex64> {
        (**self).resample(to, state)
    }

    fn explicit_drift(&self, pair: &[Complex64]) -> Option<[f64; 2]> {
        (**self).explicit_drift(pair)
    }

    fn cells(&self, state: &[Complex64]) -> Option<[Vec<f64>; 2]> {
        (**self).cells(state)
    }

    fn clock(&self, time: f64) -> f64 {
        (**self).clock(time)
    }

    fn time(&self, clock: f64) -> f64 {
        (**self).time(clock)
    }
}

/// The dynamics that was chosen, at these temperatures; `timescale` is `eta`, the speed of the y player.
pub fn chosen_flow(choice: &FlowChoice, payoff: Payoff, temperature: [f64; 2], timescale: f64) -> Box<dyn Flow> {
    match choice {
        FlowChoice::MflDa => Box::new(MflDa::new(payoff, temperature, timescale)),
        FlowChoice::FisherRao => Box::new(FisherRao::new(payoff, temperature, timescale)),
        FlowChoice::BestResponse { rate } => Box::new(BestResponse::new(payoff, temperature, timescale, *rate)),
        FlowChoice::ForgettingAverage { rate } => {
            Box::new(ForgettingAverage::new(payoff, temperature, timescale, *rate))
        }
        FlowChoice::WassersteinFisherRao { weight } => {
            Box::new(WassersteinFisherRao::new(payoff, temperature, timescale, *weight))
        }
        FlowChoice::Annealing { schedule } => {
            Box::new(Annealing::new(payoff, temperature, timescale, schedule.clone()))
        }
        FlowChoice::AveragedGradient { exponent } => {
            Box::new(AveragedGradient::new(payoff, temperature, timescale, *exponent))
        }
        FlowChoice::Optimistic { rate } => Box::new(optimistic(payoff, temperature, timescale, *rate)),
        FlowChoice::Extragradient { lookahead } => {
            Box::new(Extragradient::new(payoff, temperature, timescale, *lookahead))
        }
        FlowChoice::Quasistatic => Box::new(Quasistatic::new(payoff, temperature)),
    }
}
