//! Mean-field Langevin descent-ascent, the Wasserstein gradient descent-ascent flow of `F(mu, nu)`:
//!
//! ```text
//! d_t mu =       div(mu grad V[nu]) + tau_x Lap mu
//! d_t nu = eta ( -div(nu grad U[mu]) + tau_y Lap nu )
//! ```
//!
//! Seo, Shin, Monmarche & Choi, arXiv 2602.01564, eq. (1); docs/model.md, section 1. Fourier pseudo-spectral: diffusion
//! is the symbol `-tau |k|^2`; the drift is the transform of its node values, computed between transforms
//! (`nodal_drift.rs`) or, for a payoff of few waves, as the convolution that this is (`harmonic_drift.rs`), whichever
//! costs less. The coefficient of `k = 0` of the drift is exactly 0, so mass is conserved to the last bit of that
//! coefficient.

use super::harmonic_drift::{HarmonicDrift, HarmonicFields};
use super::nodal_drift::{NodalDrift, NodalFields};
use super::pair::PairLayout;
use super::{Flow, PARALLEL_NODES};
use crate::game::{Payoff, Player};
use crate::stepper::Semilinear;
use crate::torus::{Fourier, Grid};
use num_complex::Complex64;

/// How the drift is computed.
#[derive(Debug)]
enum Drift {
    Nodal(Box<NodalDrift>),
    Harmonic(Box<HarmonicDrift>),
}

impl Drift {
    /// The convolution for functions of no more than `most` waves on their grid.
    fn new(payoff: &Payoff, timescale: f64, most: impl Fn(&Grid) -> usize) -> Drift {
        match HarmonicDrift::new(payoff, timescale, most) {
            Some(drift) => Drift::Harmonic(Box::new(drift)),
            None => Drift::Nodal(Box::new(NodalDrift::new(payoff, timescale))),
        }
    }
}

/// What the derivative of the drift at a state is made of, of both players.
#[derive(Debug, Clone, PartialEq)]
pub struct Fields(Kind);

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Nodal(NodalFields),
    Harmonic(HarmonicFields),
}

/// The flow of one game on two grids.
#[derive(Debug)]
pub struct MflDa {
    payoff: Payoff,
    layout: PairLayout,
    symbol: Vec<f64>,
    drift: Drift,
}

impl MflDa {
    /// The flow at these temperatures; `timescale` is `eta`, the speed of the y player.
    pub fn new(payoff: Payoff, temperature: [f64; 2], timescale: f64) -> MflDa {
        let layout = PairLayout::new(payoff.grid(Player::X), payoff.grid(Player::Y));
        let mut symbol = Vec::with_capacity(layout.len());
        for (player, rate) in Player::BOTH.into_iter().zip([temperature[0], timescale * temperature[1]]) {
            symbol.extend(layout.grid(player).symbol(|k| -rate * k.iter().map(|k| k * k).sum::<f64>()));
        }
        let drift = Drift::new(&payoff, timescale, HarmonicDrift::most_waves);
        MflDa { payoff, layout, symbol, drift }
    }

    /// What [`MflDa::drift_derivative`] at this state needs.
    pub fn fields(&mut self, state: &[Complex64]) -> Fields {
        Fields(match &mut self.drift {
            Drift::Nodal(drift) => Kind::Nodal(drift.fields(&self.payoff, &self.layout, state)),
            Drift::Harmonic(drift) => Kind::Harmonic(drift.fields(&self.layout, state)),
        })
    }

    /// Writes `N'(u) w`, the derivative of the drift at the state of `fields` in the direction `w`, to `out`: for x
    /// `div(w_x grad V[nu] + mu grad V[w_y])`, for y likewise. It costs about what the drift costs.
    ///
    /// # Panics
    /// With the fields of another flow.
    pub fn drift_derivative(&mut self, fields: &Fields, direction: &[Complex64], out: &mut [Complex64]) {
        match (&mut self.drift, &fields.0) {
            (Drift::Nodal(drift), Kind::Nodal(fields)) => {
                drift.derivative(&self.payoff, &self.layout, fields, direction, out)
            }
            (Drift::Harmonic(drift), Kind::Harmonic(fields)) => drift.derivative(&self.layout, fields, direction, out),
            _ => panic!("the fields are those of another flow"),
        }
    }

    /// Writes the drift of `u` under the forces of `acting`, for x `div(mu grad V[acting_y])`, to `out`.
    pub(super) fn drift_under(&mut self, acting: &[Complex64], u: &[Complex64], out: &mut [Complex64]) {
        let parallel = self.is_large();
        match &mut self.drift {
            Drift::Nodal(drift) => drift.evaluate_under(&self.payoff, &self.layout, acting, u, out, parallel),
            Drift::Harmonic(drift) => drift.evaluate_under(&self.layout, acting, u, out, parallel),
        }
    }

    /// Whether two threads pay.
    fn is_large(&self) -> bool {
        Player::BOTH.map(|player| self.layout.grid(player).len()).iter().sum::<usize>() >= PARALLEL_NODES
    }
}

impl Semilinear<f64> for MflDa {
    fn symbol(&self) -> &[f64] {
        &self.symbol
    }

    fn nonlinear(&mut self, u: &[Complex64], out: &mut [Complex64]) {
        let parallel = self.is_large();
        match &mut self.drift {
            Drift::Nodal(drift) => drift.evaluate(&self.payoff, &self.layout, u, out, parallel),
            Drift::Harmonic(drift) => drift.evaluate(&self.layout, u, out, parallel),
        }
    }

    fn norm(&self, u: &[Complex64]) -> f64 {
        self.layout.norm(u)
    }
}

impl Flow for MflDa {
    fn layout(&self) -> &PairLayout {
        &self.layout
    }

    fn payoff(&self) -> &Payoff {
        &self.payoff
    }

    fn explicit_drift(&self, pair: &[Complex64]) -> Option<[f64; 2]> {
        let mut work = self.payoff.work();
        let values = Player::BOTH.map(|player| {
            let fourier = Fourier::new(self.layout.grid(player));
            let mut values = vec![0.0; fourier.grid().len()];
            fourier.inverse(self.layout.part(player, pair), &mut values, &mut fourier.scratch());
            values
        });
        Some(Player::BOTH.map(|player| {
            let grid = self.layout.grid(player);
            let mut squared = vec![0.0; grid.len()];
            let mut component = vec![0.0; grid.len()];
            for axis in 0..grid.dimension() {
                let opponent = &values[player.opponent().index()];
                self.payoff.gradient(player, axis, opponent, &mut component, &mut work);
                squared.iter_mut().zip(&component).for_each(|(s, c)| *s += c * c);
            }
            squared.into_iter().fold(0.0, f64::max).sqrt()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::payoff::{FactorFunction, ProductTerm};
    use crate::torus::divergence;

    /// A pair of grids of any shape, a payoff of two waves and one static one for each player.
    struct Case {
        payoff: Payoff,
        grids: [Grid; 2],
    }

    const TIMESCALE: f64 = 1.7;

    impl Case {
        fn all() -> Vec<Case> {
            let shapes = [
                [vec![24], vec![15]],
                [vec![12, 10], vec![9, 14]],
                [vec![20], vec![8, 9]],
                [vec![11, 9], vec![31]],
                [vec![10, 11], vec![7, 7]],
            ];
            shapes.into_iter().map(Case::new).collect()
        }

        fn new(shapes: [Vec<usize>; 2]) -> Case {
            let grids = shapes.map(|shape| {
                let axes = shape.len();
                Grid::new(&shape, &[2.0, 3.0][..axes], &[0.5, -1.0][..axes]).unwrap()
            });
            let dense = |p: usize, turns: [f64; 2], a: f64| FactorFunction::Dense(wave(&grids[p], turns, a));
            let term = |coefficient, x, y| ProductTerm { coefficient, x, y };
            let terms = [
                term(1.3, dense(0, [1.0, -1.0], 0.4), dense(1, [2.0, 1.0], 1.9)),
                term(-0.8, dense(0, [2.0, 3.0], 0.1), dense(1, [1.0, 0.0], 0.7)),
                term(0.6, dense(0, [3.0, 1.0], 1.1), FactorFunction::one(&grids[1])),
                term(0.5, FactorFunction::one(&grids[0]), dense(1, [1.0, -2.0], 0.2)),
            ];
            Case { payoff: Payoff::from_factors(&grids[0], &grids[1], &terms).unwrap(), grids }
        }

        /// The flow with the drift computed in one way and in the other.
        fn flows(&self) -> [MflDa; 2] {
            [0, 4].map(|most| {
                let mut flow = MflDa::new(self.payoff.clone(), [0.1, 0.2], TIMESCALE);
                flow.drift = Drift::new(&self.payoff, TIMESCALE, |_| most);
                assert_eq!(matches!(flow.drift, Drift::Harmonic(_)), most > 0);
                flow
            })
        }

        /// Node values with all modes of the grid in them, no density.
        fn values(&self, a: f64) -> [Vec<f64>; 2] {
            self.grids.each_ref().map(|grid| (0..grid.len()).map(|j| (1.7 * a + (3 * j * j) as f64).sin()).collect())
        }

        fn state(&self, a: f64) -> Vec<Complex64> {
            let [mu, nu] = self.values(a);
            PairLayout::new(&self.grids[0], &self.grids[1]).from_values([&mu, &nu])
        }
    }

    fn wave(grid: &Grid, turns: [f64; 2], a: f64) -> Vec<f64> {
        let phase = |j: usize| -> f64 {
            let node = grid.node(j);
            node.iter().zip(grid.axes()).zip(turns).map(|((&i, axis), m)| m * i as f64 / axis.points as f64).sum()
        };
        (0..grid.len()).map(|j| (a + 2.0 * std::f64::consts::PI * phase(j)).sin()).collect()
    }

    fn unset(len: usize) -> Vec<Complex64> {
        vec![Complex64::new(f64::NAN, f64::NAN); len]
    }

    /// The drift is quadratic, so that a central difference is its derivative but for rounding.
    #[test]
    fn the_derivative_of_the_drift_is_its_central_difference() {
        for case in Case::all() {
            let (u, w) = (case.state(0.0), case.state(2.5));
            for mut flow in case.flows() {
                let mut shifted = |sign: f64| {
                    let mut out = unset(u.len());
                    flow.nonlinear(&u.iter().zip(&w).map(|(u, w)| u + w * sign).collect::<Vec<_>>(), &mut out);
                    out
                };
                let (plus, minus) = (shifted(1.0), shifted(-1.0));
                let fields = flow.fields(&u);
                let mut computed = unset(u.len());
                flow.drift_derivative(&fields, &w, &mut computed);
                let size = flow.norm(&computed);
                let error: Vec<Complex64> =
                    computed.iter().zip(plus.iter().zip(&minus)).map(|(c, (p, m))| c - (p - m) * 0.5).collect();
                assert!(flow.norm(&error) <= 1e-13 * size, "{} of {size}", flow.norm(&error));
            }
        }
    }

    #[test]
    fn the_drift_is_the_divergence_of_the_fluxes_transformed_one_by_one_in_both_ways() {
        for case in Case::all() {
            let (values, state) = (case.values(0.3), case.state(0.3));
            for mut flow in case.flows() {
                let mut computed = unset(state.len());
                flow.nonlinear(&state, &mut computed);
                for (player, scale) in [(Player::X, 1.0), (Player::Y, -TIMESCALE)] {
                    let grid = &case.grids[player.index()];
                    let fourier = Fourier::new(grid);
                    let mut expected = fourier.zero_spectrum();
                    for axis in 0..grid.dimension() {
                        let mut flux = vec![0.0; grid.len()];
                        let opponent = &values[player.opponent().index()];
                        case.payoff.gradient(player, axis, opponent, &mut flux, &mut case.payoff.work());
                        flux.iter_mut().zip(&values[player.index()]).for_each(|(f, u)| *f *= u);
                        let mut spectrum = fourier.zero_spectrum();
                        fourier.forward(&flux, &mut spectrum, &mut fourier.scratch());
                        divergence(grid, axis, scale, &spectrum, &mut expected);
                    }
                    let part = flow.layout().part(player, &computed);
                    assert_eq!(part[0], Complex64::ZERO, "mass");
                    let size = expected.iter().map(|c| c.norm()).fold(0.0, f64::max);
                    for (c, e) in part.iter().zip(&expected) {
                        let shape = grid.shape();
                        assert!(
                            (c - e).norm() <= 4e-15 * size,
                            "{player:?} on {shape:?}: {c} against {e}, of {size:e}"
                        );
                    }
                }
            }
        }
    }
}
