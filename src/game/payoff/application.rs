//! Applying a payoff: moments of the opponent's density, weights, then potentials and gradients row by row.
//!
//! One application is [`Payoff::begin`], [`Payoff::observe_row`] for every row, [`Payoff::finish`], and
//! [`Payoff::drift_row`] for the rows wanted. The spectral form takes the opponent's coefficients in `finish` instead of
//! his rows.

use super::operator::{Payoff, Side};
use super::work::{PayoffWork, Transforms};
use crate::game::Player;
use num_complex::Complex64;

impl Payoff {
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
