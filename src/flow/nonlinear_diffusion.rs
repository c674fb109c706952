//! Mean-field descent-ascent under a regulariser that is not the entropy, by finite volumes:
//!
//! ```text
//! d_t mu =      div(mu grad ( V[nu] + tau_x phi'(mu))),
//! d_t nu = eta  div(nu grad (-U[mu] + tau_y phi'(nu))).
//! ```
//!
//! docs/regularisers.md. The state are the means over the cells around the nodes. A first-order step is implicit Euler along
//! one axis after the other (`implicit_line.rs`), under the potentials at its start; a step is two halves `v` of that and one
//! whole `w`, extrapolated:
//!
//! ```text
//! u -> v - div C,      C = theta (amounts of both halves - amounts of the whole),      theta = 1: 2 v - w.
//! ```
//!
//! It is of order 2 in time and in space. `v >= 0` for every step, and the shares `theta` of the faces are such that no cell
//! gives away more than half of `v` (Boris & Book 1973; Zalesak 1979): the density is never negative, and the mass changes by
//! rounding only. The discrete equilibrium is stationary to rounding. What is lost beside the spectral flow of the entropy is
//! its accuracy in space, and at the edge of a support, where the density has a kink, the order of the maximum norm.
//!
//! The error of a step is taken to be `|v - w|`, which is of first order.
//! Cost: three implicit sweeps along every axis and two pairs of potentials.

use super::implicit_line::ImplicitLine;
use super::{Flow, PARALLEL_NODES, PairLayout};
use crate::game::{Payoff, PayoffWork, Player};
use crate::regulariser::Regulariser;
use crate::stepper::Semilinear;
use crate::torus::Grid;
use num_complex::Complex64;

/// No extrapolation takes more than this share of a cell.
const MOST_TAKEN: f64 = 0.5;

/// The cells of one player.
#[derive(Debug)]
struct Cells {
    player: Player,
    grid: Grid,
    regulariser: Regulariser,
    temperature: f64,
    speed: f64,
    /// At the start of the step.
    values: Vec<f64>,
    /// `V`, or `-U`: the player goes down.
    potential: Vec<f64>,
    /// After the whole step and after the halves.
    whole: Vec<f64>,
    halves: Vec<f64>,
    /// What went through the faces, an array per axis: halves less whole.
    corrections: Vec<Vec<f64>>,
    /// Work space of the sweeps, for every axis.
    lines: Vec<ImplicitLine>,
    shares: Vec<f64>,
    work: PayoffWork,
}

impl Cells {
    fn find_potential(&mut self, payoff: &Payoff, opponent: &[f64]) {
        payoff.potential(self.player, opponent, &mut self.potential, &mut self.work);
        if self.player == Player::Y {
            self.potential.iter_mut().for_each(|u| *u = -*u);
        }
    }

    /// One first-order step of the whole length and the first half, from `values`.
    fn begin(&mut self, h: f64) {
        self.corrections.iter_mut().for_each(|c| c.fill(0.0));
        let mut whole = std::mem::take(&mut self.whole);
        whole.copy_from_slice(&self.values);
        self.sweep(&mut whole, h, -1.0);
        self.whole = whole;
        let mut halves = std::mem::take(&mut self.halves);
        halves.copy_from_slice(&self.values);
        self.sweep(&mut halves, 0.5 * h, 1.0);
        self.halves = halves;
    }

    /// The second half, and the extrapolation into `values`.
    fn end(&mut self, h: f64) {
        let mut halves = std::mem::take(&mut self.halves);
        self.sweep(&mut halves, 0.5 * h, 1.0);
        self.halves = halves;
        self.extrapolate();
    }

    /// Implicit Euler along one axis after the other; adds `sign` times what went through the faces to the corrections.
    fn sweep(&mut self, values: &mut [f64], h: f64, sign: f64) {
        let function = self.regulariser.function();
        for axis in 0..self.grid.dimension() {
            let r = h * self.speed / self.grid.axis(axis).spacing().powi(2);
            let (line, corrections) = (&mut self.lines[axis], &mut self.corrections[axis]);
            for (start, stride) in lines(&self.grid, axis) {
                for (i, (u, v)) in line.before.iter_mut().zip(&mut line.potential).enumerate() {
                    (*u, *v) = (values[start + i * stride], self.potential[start + i * stride]);
                }
                line.step(function, self.temperature, r);
                for (i, (v, amount)) in line.after.iter().zip(&line.amounts).enumerate() {
                    values[start + i * stride] = *v;
                    corrections[start + i * stride] += sign * amount;
                }
            }
        }
    }

    /// `-div` of the fluxes of `values`, into `halves`.
    fn find_rates(&mut self) {
        self.halves.fill(0.0);
        for axis in 0..self.grid.dimension() {
            let r = self.speed / self.grid.axis(axis).spacing().powi(2);
            let line = &mut self.lines[axis];
            for (start, stride) in lines(&self.grid, axis) {
                for (i, (u, v)) in line.before.iter_mut().zip(&mut line.potential).enumerate() {
                    (*u, *v) = (self.values[start + i * stride], self.potential[start + i * stride]);
                }
                line.fluxes(self.regulariser.function(), self.temperature, r);
                let n = line.amounts.len();
                for (i, amount) in line.amounts.iter().enumerate() {
                    self.halves[start + i * stride] -= amount;
                    self.halves[start + (i + 1) % n * stride] += amount;
                }
            }
        }
    }

    /// `values = halves - div(share corrections)`.
    fn extrapolate(&mut self) {
        let Cells { grid, values, halves, corrections, shares, .. } = self;
        shares.fill(0.0);
        for (axis, corrections) in corrections.iter().enumerate() {
            for_each_face(grid, axis, |j, k| {
                let amount = corrections[j];
                shares[if amount > 0.0 { j } else { k }] += amount.abs();
            });
        }
        for (share, v) in shares.iter_mut().zip(halves.iter()) {
            *share = if *share <= MOST_TAKEN * v { 1.0 } else { MOST_TAKEN * v / *share };
        }
        values.copy_from_slice(halves);
        for (axis, corrections) in corrections.iter().enumerate() {
            for_each_face(grid, axis, |j, k| {
                let amount = corrections[j] * shares[if corrections[j] > 0.0 { j } else { k }];
                values[j] -= amount;
                values[k] += amount;
            });
        }
    }

    /// `|X|^(1/2) |.|_L2` of the difference of halves and whole.
    fn error(&self) -> f64 {
        let sum: f64 = self.halves.iter().zip(&self.whole).map(|(v, w)| (v - w).powi(2)).sum();
        self.grid.volume() * (sum / self.grid.len() as f64).sqrt()
    }
}

/// First cell and stride of every line along an axis.
fn lines(grid: &Grid, axis: usize) -> impl Iterator<Item = (usize, usize)> {
    let points = grid.axis(axis).points;
    let stride: usize = grid.axes()[axis + 1..].iter().map(|a| a.points).product();
    let blocks = grid.len() / (points * stride);
    (0..blocks).flat_map(move |block| (0..stride).map(move |i| (block * points * stride + i, stride)))
}

/// Calls `f` with the cells on both sides of every face across an axis.
fn for_each_face(grid: &Grid, axis: usize, mut f: impl FnMut(usize, usize)) {
    let points = grid.axis(axis).points;
    for (start, stride) in lines(grid, axis) {
        (0..points).for_each(|i| f(start + i * stride, start + (i + 1) % points * stride));
    }
}

/// The flow of one game on two grids. Its state are the values of the cells, x first, as the real parts of complex numbers.
#[derive(Debug)]
pub struct NonlinearDiffusion {
    payoff: Payoff,
    layout: PairLayout,
    /// There is no diagonal part: 0 for every cell.
    symbol: Vec<f64>,
    cells: [Cells; 2],
}

impl NonlinearDiffusion {
    /// The flow at these temperatures; `timescale` is `eta`, the speed of the y player.
    pub fn new(payoff: Payoff, regulariser: Regulariser, temperature: [f64; 2], timescale: f64) -> NonlinearDiffusion {
        let layout = PairLayout::new(payoff.grid(Player::X), payoff.grid(Player::Y));
        let cells = Player::BOTH.map(|player| {
            let grid = payoff.grid(player).clone();
            let zeros = || vec![0.0; grid.len()];
            Cells {
                player,
                regulariser,
                temperature: temperature[player.index()],
                speed: if player == Player::X { 1.0 } else { timescale },
                values: zeros(),
                potential: zeros(),
                whole: zeros(),
                halves: zeros(),
                corrections: grid.axes().iter().map(|_| zeros()).collect(),
                lines: grid.axes().iter().map(|a| ImplicitLine::new(a.points)).collect(),
                shares: zeros(),
                work: payoff.work(),
                grid,
            }
        });
        let symbol = vec![0.0; cells.iter().map(|c| c.values.len()).sum()];
        NonlinearDiffusion { payoff, layout, symbol, cells }
    }

    fn load(&mut self, u: &[Complex64]) {
        let mut values = u.iter().map(|c| c.re);
        for cells in &mut self.cells {
            cells.values.iter_mut().zip(&mut values).for_each(|(v, u)| *v = u);
        }
    }

    fn for_both(&mut self, f: impl Fn(&mut Cells, &Payoff) + Sync) {
        let NonlinearDiffusion { payoff, cells: [x, y], .. } = self;
        if payoff.grids().iter().map(Grid::len).sum::<usize>() >= PARALLEL_NODES {
            rayon::join(|| f(x, payoff), || f(y, payoff));
        } else {
            f(x, payoff);
            f(y, payoff);
        }
    }

    /// The potentials that these arrays of the opponents make.
    fn find_potentials(&mut self, pick: fn(&mut Cells) -> &mut Vec<f64>) {
        let [x, y] = &mut self.cells;
        // Lent to the other side for a moment.
        let (mu, nu) = (std::mem::take(pick(x)), std::mem::take(pick(y)));
        self.for_both(|cells, payoff| cells.find_potential(payoff, if cells.player == Player::X { &nu } else { &mu }));
        let [x, y] = &mut self.cells;
        (*pick(x), *pick(y)) = (mu, nu);
    }

    fn store(&self, out: &mut [Complex64]) {
        let values = self.cells.iter().flat_map(|cells| &cells.values);
        out.iter_mut().zip(values).for_each(|(o, v)| *o = Complex64::new(*v, 0.0));
    }
}

impl Semilinear<f64> for NonlinearDiffusion {
    fn symbol(&self) -> &[f64] {
        &self.symbol
    }

    /// `-div` of the fluxes.
    fn nonlinear(&mut self, u: &[Complex64], out: &mut [Complex64]) {
        self.load(u);
        self.find_potentials(|cells| &mut cells.values);
        self.for_both(|cells, _| cells.find_rates());
        let rates = self.cells.iter().flat_map(|cells| &cells.halves);
        out.iter_mut().zip(rates).for_each(|(o, rate)| *o = Complex64::new(*rate, 0.0));
    }

    fn norm(&self, u: &[Complex64]) -> f64 {
        let mut rest = u;
        let mut norms = self.cells.iter().map(|cells| {
            let (own, others) = rest.split_at(cells.values.len());
            rest = others;
            let sum: f64 = own.iter().map(|c| c.re * c.re).sum();
            cells.grid.volume() * (sum / own.len() as f64).sqrt()
        });
        let (x, y) = (norms.next().unwrap_or(0.0), norms.next().unwrap_or(0.0));
        if x >= y { x } else { y + 0.0 * x }
    }

    fn own_step(&mut self, u: &[Complex64], h: f64, out: &mut [Complex64]) -> Option<f64> {
        self.load(u);
        self.find_potentials(|cells| &mut cells.values);
        self.for_both(|cells, _| cells.begin(h));
        self.find_potentials(|cells| &mut cells.halves);
        self.for_both(|cells, _| cells.end(h));
        self.store(out);
        let [x, y] = self.cells.each_ref().map(Cells::error);
        Some(if x >= y { x } else { y + 0.0 * x })
    }
}

impl Flow for NonlinearDiffusion {
    fn layout(&self) -> &PairLayout {
        &self.layout
    }

    fn payoff(&self) -> &Payoff {
        &self.payoff
    }

    fn start(&self, densities: [&[f64]; 2]) -> Vec<Complex64> {
        densities.iter().flat_map(|values| values.iter().map(|v| Complex64::new(*v, 0.0))).collect()
    }

    fn pair<'a>(&mut self, state: &'a [Complex64], buffer: &'a mut Vec<Complex64>) -> &'a [Complex64] {
        let [mu, nu] = self.cells(state).expect("the state of this flow is made of cells");
        *buffer = self.layout.from_values([&mu, &nu]);
        buffer
    }

    fn cells(&self, state: &[Complex64]) -> Option<[Vec<f64>; 2]> {
        let (mu, nu) = state.split_at(self.cells[0].values.len());
        Some([mu, nu].map(|part| part.iter().map(|c| c.re).collect()))
    }
}
