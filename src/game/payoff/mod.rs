//! The payoff as an operator: potentials `V[nu](x) = int f(x,y) nu(y) dy`, `U[mu](y) = int f(x,y) mu(x) dx` and
//! their gradients, on one grid per player.
//!
//! Every payoff becomes
//!
//! ```text
//! f(x, y) = S(x) + T(y) + sum_ij C_ij A_i(x) B_j(y),
//! V[nu] = mass(nu) S + int T nu + sum_i u_i A_i,   u = C m,    m_j = int B_j nu,
//! U[mu] = mass(mu) T + int S mu + sum_j w_j B_j,   w = C^T l,  l_i = int A_i mu,
//! ```
//!
//! in one of two forms. **Low rank**: the functions are tables (`tables.rs`), moments are sums over rows, and an
//! application costs `O(N r)`. **Spectral**: the functions are Fourier modes (`modes.rs`), moments are Fourier
//! coefficients, and an application costs `O(N log N)` and one product with `C`, which is (nearly) diagonal for a
//! convolution `f = k(x - y)`. The cheaper form is taken; values of `f` on all pairs of nodes are never stored.

mod assemble;
mod convolution;
mod coupling;
mod cross;
mod error;
mod factorise;
mod kernels;
mod modes;
mod resolution;
mod sample;
mod source;
mod table;
mod tables;
mod work;

pub use assemble::ProductTerm;
pub use coupling::Coupling;
pub use error::PayoffError;
pub use kernels::dot;
pub use table::{Table, TableError};
pub use tables::FactorFunction;
pub use work::PayoffWork;

use super::Player;
use crate::torus::Grid;
use modes::Modes;
use num_complex::Complex64;
use sample::node_coordinates;
use tables::FactorTables;
use work::Transforms;

/// How a payoff is represented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayoffForm {
    /// A sum of products of tables.
    LowRank,
    /// Fourier modes of both players, coupled by a matrix.
    Spectral,
}

impl PayoffForm {
    /// `low-rank` or `spectral`, as in summaries.
    pub fn name(self) -> &'static str {
        match self {
            PayoffForm::LowRank => "low-rank",
            PayoffForm::Spectral => "spectral",
        }
    }
}

/// One player's functions `A_i` and `S` (or `B_j` and `T`).
#[derive(Debug, Clone)]
enum Side {
    Tables(FactorTables),
    Modes(Modes),
}

/// The payoff `f(x, y)` on two grids; see the head of this module.
#[derive(Debug, Clone)]
pub struct Payoff {
    grids: [Grid; 2],
    sides: [Side; 2],
    coupling: Coupling,
    rank: usize,
    error: f64,
    range: [f64; 2],
}

impl Payoff {
    /// The operator of a finite sum of products, on the grids on which their factors are given.
    ///
    /// # Errors
    /// [`PayoffError::NotFinite`] when a value of a factor is.
    ///
    /// # Panics
    /// When a factor has another number of values than its grid.
    pub fn from_factors(x: &Grid, y: &Grid, terms: &[ProductTerm]) -> Result<Payoff, PayoffError> {
        assemble::assemble(x, y, terms)
    }

    /// The operator of a function, factorised numerically; exact (to rounding) for trigonometric sums.
    ///
    /// # Errors
    /// [`PayoffError`] when the function is not finite, not smooth and periodic, not resolved on these grids, or too
    /// complex for either form.
    pub fn from_function(f: impl Fn(&[f64], &[f64]) -> f64, x: &Grid, y: &Grid) -> Result<Payoff, PayoffError> {
        factorise::factorise(&f, x, y)
    }

    /// The operator of a convolution `f(x, y) = k(x - y)`.
    ///
    /// # Errors
    /// [`PayoffError`] when the players' domains differ, or the kernel is not finite, smooth, periodic and resolved.
    pub fn from_kernel(k: impl Fn(&[f64]) -> f64, x: &Grid, y: &Grid) -> Result<Payoff, PayoffError> {
        convolution::convolution(&k, x, y)
    }

    /// The grid of a player.
    pub fn grid(&self, player: Player) -> &Grid {
        &self.grids[player.index()]
    }

    /// Both grids.
    pub fn grids(&self) -> &[Grid; 2] {
        &self.grids
    }

    /// Number of products `A(x) B(y)` in the sum (static functions count as one each), or of modes in the spectral
    /// form.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Which form was taken.
    pub fn form(&self) -> PayoffForm {
        match self.sides[0] {
            Side::Tables(_) => PayoffForm::LowRank,
            Side::Modes(_) => PayoffForm::Spectral,
        }
    }

    /// Largest error of the representation found at random points, relative to [`Payoff::range`].
    pub fn error(&self) -> f64 {
        self.error
    }

    /// `max f - min f`, sampled; at least the smallest positive number.
    pub fn range(&self) -> f64 {
        (self.range[1] - self.range[0]).max(f64::MIN_POSITIVE)
    }

    /// The smallest and the largest value of `f` that was sampled.
    pub fn extremes(&self) -> [f64; 2] {
        self.range
    }

    /// Multiplications of one application for both players (moments, coupling and all gradients).
    pub fn cost(&self) -> usize {
        2 * self.coupling.cost() + self.sides.iter().map(Side::cost).sum::<usize>()
    }

    /// The matrix `C`.
    pub fn coupling(&self) -> &Coupling {
        &self.coupling
    }

    /// Number of functions `A_i` of `X`, or `B_j` of `Y`.
    pub fn function_count(&self, player: Player) -> usize {
        self.sides[player.index()].count()
    }

    /// Values of one of the player's functions `A_i` or `B_j` at all nodes of his grid.
    pub fn function(&self, player: Player, i: usize) -> Vec<f64> {
        match &self.sides[player.index()] {
            Side::Tables(tables) => tables.function(i),
            Side::Modes(modes) => modes.function(i),
        }
    }

    /// Values of the static function `S` of `X`, or `T` of `Y`, at all nodes of his grid.
    pub fn static_function(&self, player: Player) -> Vec<f64> {
        match &self.sides[player.index()] {
            Side::Tables(tables) => tables.static_function(),
            Side::Modes(modes) => modes.static_function(),
        }
    }

    /// New work space; one for each player if the players are worked on at the same time.
    pub fn work(&self) -> PayoffWork {
        let count = self.sides[0].count().max(self.sides[1].count());
        let row = self.sides.iter().map(Side::scratch_len).max().unwrap_or(0);
        let transforms = match &self.sides {
            [Side::Modes(x), Side::Modes(y)] => Some(Box::new(Transforms {
                spectrum: [x, y].map(|m| m.fourier().zero_spectrum()),
                derivative: [x, y].map(|m| m.fourier().zero_spectrum()),
                gradients: [x, y].map(|m| vec![vec![0.0; m.fourier().grid().len()]; m.fourier().grid().dimension()]),
                scratch: [x, y].map(|m| m.fourier().scratch()),
            })),
            _ => None,
        };
        PayoffWork { moments: vec![0.0; count], mass: 0.0, weights: vec![0.0; count], row: vec![0.0; row], transforms }
    }

    /// Starts a new application: zeroes the moments.
    pub fn begin(&self, work: &mut PayoffWork) {
        work.moments.fill(0.0);
        work.mass = 0.0;
    }

    /// Takes row `row` of the opponent's node values (in one dimension there is one row). Rows come in any order, each
    /// once. The spectral form does nothing here.
    pub fn observe_row(&self, opponent: Player, row: usize, values: &[f64], work: &mut PayoffWork) {
        if let Side::Tables(tables) = &self.sides[opponent.index()] {
            let moments = &mut work.moments[..tables.count()];
            work.mass += tables.observe_row(row, values, moments, &mut work.row[..tables.scratch_len()]);
        }
    }

    /// Completes what [`Payoff::drift_row`] of `player` needs: the weights of his functions, in the spectral form also
    /// his gradients at all nodes. `opponent_spectrum`, the Fourier coefficients of the opponent's values, is read by
    /// the spectral form only and may be empty otherwise. Once for each [`Payoff::begin`].
    pub fn finish(&self, player: Player, opponent_spectrum: &[Complex64], work: &mut PayoffWork) {
        let (own, other) = (player.index(), player.opponent().index());
        match &self.sides[other] {
            Side::Tables(_) => {
                let cell = self.grids[other].cell_volume();
                work.moments.iter_mut().for_each(|m| *m *= cell);
                work.mass *= cell;
                self.couple(player, work);
            }
            Side::Modes(opponent) => {
                work.mass = opponent.moments(opponent_spectrum, &mut work.moments[..opponent.count()]);
                self.couple(player, work);
                let PayoffWork { weights, transforms, mass, .. } = work;
                if let (Side::Modes(modes), Some(t)) = (&self.sides[own], transforms) {
                    let spectrum = &mut t.spectrum[own];
                    modes.combination(*mass, &weights[..modes.count()], spectrum);
                    modes.gradients(spectrum, &mut t.derivative[own], &mut t.gradients[own], &mut t.scratch[own]);
                }
            }
        }
    }

    /// `u = C m` for `X`, `w = C^T l` for `Y`.
    fn couple(&self, player: Player, work: &mut PayoffWork) {
        let (rows, columns) = (self.coupling.rows(), self.coupling.columns());
        match player {
            Player::X => self.coupling.apply(&work.moments[..columns], &mut work.weights[..rows]),
            Player::Y => self.coupling.apply_transposed(&work.moments[..rows], &mut work.weights[..columns]),
        }
    }

    /// Row `row` of `dV[nu]/dx_axis` (for `X`) or `dU[mu]/dy_axis` (for `Y`), after [`Payoff::finish`].
    pub fn drift_row(&self, player: Player, axis: usize, row: usize, work: &mut PayoffWork, out: &mut [f64]) {
        self.value_row(player, Some(axis), row, work, out);
    }

    /// Row of the potential without the constant `int T nu`, or of its derivative.
    fn value_row(&self, player: Player, derivative: Option<usize>, row: usize, work: &mut PayoffWork, out: &mut [f64]) {
        let own = player.index();
        match (&self.sides[own], derivative) {
            (Side::Tables(tables), _) => {
                let weights = &work.weights[..tables.count()];
                tables.combination_row(derivative, row, work.mass, weights, &mut work.row, out);
            }
            (Side::Modes(_), Some(axis)) => {
                let transforms = work.transforms.as_ref().expect("work space of this payoff");
                let n = out.len();
                out.copy_from_slice(&transforms.gradients[own][axis][row * n..(row + 1) * n]);
            }
            (Side::Modes(_), None) => unreachable!("the spectral form makes potentials by one transform"),
        }
    }

    /// Moments `int B_j nu` of the opponent's functions, after [`Payoff::finish`]`(player, ..)`.
    pub fn moments<'a>(&self, player: Player, work: &'a PayoffWork) -> &'a [f64] {
        &work.moments[..self.function_count(player.opponent())]
    }

    /// The potential at all nodes of the player's grid: `V[nu]` for `X`, `U[mu]` for `Y`. Linear in the opponent's
    /// values, which need not be a density.
    pub fn potential(&self, player: Player, opponent_values: &[f64], out: &mut [f64], work: &mut PayoffWork) {
        let own = player.index();
        self.prepare(player, opponent_values, work);
        let constant = self.static_integral(player.opponent(), opponent_values, work);
        match &self.sides[own] {
            Side::Tables(_) => {
                for (row, out) in out.chunks_exact_mut(self.grids[own].row_len()).enumerate() {
                    self.value_row(player, None, row, work, out);
                }
            }
            Side::Modes(modes) => {
                let t = work.transforms.as_mut().expect("work space of this payoff");
                modes.fourier().inverse(&t.spectrum[own], out, &mut t.scratch[own]);
            }
        }
        out.iter_mut().for_each(|v| *v += constant);
    }

    /// The derivative along `axis` of [`Payoff::potential`], at all nodes of the player's grid.
    pub fn gradient(
        &self,
        player: Player,
        axis: usize,
        opponent_values: &[f64],
        out: &mut [f64],
        work: &mut PayoffWork,
    ) {
        self.prepare(player, opponent_values, work);
        for (row, out) in out.chunks_exact_mut(self.grids[player.index()].row_len()).enumerate() {
            self.drift_row(player, axis, row, work, out);
        }
    }

    /// `mass S + sum_i weights_i A_i` (for `Y`: of `T` and `B_j`) at all nodes of the player's grid.
    pub fn combination(&self, player: Player, mass: f64, weights: &[f64], out: &mut [f64], work: &mut PayoffWork) {
        let own = player.index();
        match &self.sides[own] {
            Side::Tables(tables) => {
                for (row, out) in out.chunks_exact_mut(self.grids[own].row_len()).enumerate() {
                    tables.combination_row(None, row, mass, weights, &mut work.row, out);
                }
            }
            Side::Modes(modes) => {
                let t = work.transforms.as_mut().expect("work space of this payoff");
                modes.combination(mass, weights, &mut t.spectrum[own]);
                modes.fourier().inverse(&t.spectrum[own], out, &mut t.scratch[own]);
            }
        }
    }

    /// `int A_i u` (for `Y`: `int B_j u`) of values on the player's own grid; returns `int u`.
    pub fn function_integrals(
        &self,
        player: Player,
        values: &[f64],
        integrals: &mut [f64],
        work: &mut PayoffWork,
    ) -> f64 {
        let own = player.index();
        let grid = &self.grids[own];
        match &self.sides[own] {
            Side::Tables(tables) => {
                integrals.fill(0.0);
                let rows = values.chunks_exact(grid.row_len()).enumerate();
                let scratch = &mut work.row[..tables.scratch_len()];
                let sum: f64 = rows.map(|(row, values)| tables.observe_row(row, values, integrals, scratch)).sum();
                integrals.iter_mut().for_each(|m| *m *= grid.cell_volume());
                sum * grid.cell_volume()
            }
            Side::Modes(modes) => {
                let t = work.transforms.as_mut().expect("work space of this payoff");
                modes.fourier().forward(values, &mut t.spectrum[own], &mut t.scratch[own]);
                modes.moments(&t.spectrum[own], integrals)
            }
        }
    }

    /// `begin`, all rows, `finish`.
    fn prepare(&self, player: Player, opponent_values: &[f64], work: &mut PayoffWork) {
        let opponent = player.opponent();
        let grid = self.grid(opponent);
        assert_eq!(opponent_values.len(), grid.len(), "values at the nodes of the opponent's grid");
        self.begin(work);
        for (row, values) in opponent_values.chunks_exact(grid.row_len()).enumerate() {
            self.observe_row(opponent, row, values, work);
        }
        let Side::Modes(modes) = &self.sides[opponent.index()] else {
            return self.finish(player, &[], work);
        };
        let mut spectrum = {
            let t = work.transforms.as_mut().expect("work space of this payoff");
            let mut spectrum = std::mem::take(&mut t.spectrum[opponent.index()]);
            modes.fourier().forward(opponent_values, &mut spectrum, &mut t.scratch[opponent.index()]);
            spectrum
        };
        self.finish(player, &spectrum, work);
        let t = work.transforms.as_mut().expect("work space of this payoff");
        std::mem::swap(&mut t.spectrum[opponent.index()], &mut spectrum);
    }

    /// `int S u` (or `int T u`) of the values just prepared.
    fn static_integral(&self, side: Player, values: &[f64], work: &mut PayoffWork) -> f64 {
        match &self.sides[side.index()] {
            Side::Tables(tables) => {
                tables.static_integral(values, &mut work.row) * self.grids[side.index()].cell_volume()
            }
            Side::Modes(modes) => {
                let t = work.transforms.as_ref().expect("work space of this payoff");
                modes.static_integral(&t.spectrum[side.index()])
            }
        }
    }
}

impl Side {
    fn count(&self) -> usize {
        match self {
            Side::Tables(tables) => tables.count(),
            Side::Modes(modes) => modes.count(),
        }
    }

    fn scratch_len(&self) -> usize {
        match self {
            Side::Tables(tables) => tables.scratch_len(),
            Side::Modes(_) => 0,
        }
    }

    fn cost(&self) -> usize {
        match self {
            Side::Tables(tables) => tables.cost(),
            Side::Modes(modes) => modes.cost(),
        }
    }
}

#[cfg(test)]
mod tests;
