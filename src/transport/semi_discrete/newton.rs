//! Damped Newton for the weights of the power diagram (Kitagawa, Merigot, Thibert 2019, algorithm 1).
//!
//! ```text
//! maximise  D(w) = sum_a t_a w_a + int min_a (|x - y_a|^2 - w_a) rho(x) dx,    grad D = t - rho(C(w)),
//! d rho(C_a) / d w_b = -H_ab,    H_ab = int over the facet of rho / (2 |y_a - y_b|)
//! ```
//!
//! A step is halved until every cell keeps a share of its mass and the residual falls. Then all steps are short enough for
//! the triangulation to follow by flips.
//!
//! **Vacuum.** Where the first cells have too little mass, the density is replaced by `rho_s = s + (1 - s) rho`, whose
//! masses are `s |C_a| + (1 - s) rho(C_a)`; from `s = 1` it is lowered by a factor of [`THINNER`] at a time. The solution
//! for one `s` leaves every cell at least that share of its mass for the next, so the damping always starts inside its
//! domain. The last stage is `s = 0`.

use super::along::Along;
use super::conjugate_gradients::System;
use super::double_double::DoubleDouble;
use super::field::Field;
use super::laplacian::Laplacian;
use super::power_diagram::{Facet, PowerDiagram, Weighted};
use super::sites::Sites;
use super::triangulation::Triangulation;

/// Factor by which the uniform part is lowered from stage to stage.
const THINNER: f64 = 0.125;
/// A cell may keep this share of the smaller of its target and its first mass.
const KEEP: f64 = 0.5;
/// With at least this share of its target in every cell no uniform part is added.
const ENOUGH_MASS: f64 = 1e-3;
/// Largest relative mismatch of a cell that ends a stage before the last.
pub(super) const STAGE_DONE: f64 = 0.25;
/// How exactly directions are solved for, as residual over right side, and how often a step along each is halved before the
/// next is tried. A cell at its floor grows along the exact direction, but its own share of the right side is lost in the
/// residual of a rough one, which may starve it: 1e-3 mends most such steps for twice the price. The last is as exact as
/// rounding allows where weights differ by a factor of 1e4; clusters of diameter 1e-12 start with cells of area 1e-24.
const DIRECTIONS: [(f64, usize); 4] = [(0.03, 2), (1e-3, 4), (1e-6, 8), (1e-10, 100)];
/// Mismatch of the cells at the end: with it the gap is small enough for most clouds.
const LAST_MISMATCH: f64 = 2e-9;
/// A step this short that keeps all cells and does not lower the residual shows rounding.
const SHORTEST_DESCENT: f64 = 1e-3;
/// A step that lowers the residual less than this, and raises the least mass no more, gains nothing.
const PROGRESS: f64 = 0.99;
/// So many such steps in a row are given up. Light cells beside heavy ones allow short steps only: some dozens come before
/// longer ones where weights differ by a factor of 1e4.
const IDLE_STEPS: usize = 60;
/// Newton steps of one distance; clusters of diameter 1e-12 take about a hundred.
const MOST_STEPS: usize = 400;
/// Steps of the linear solver.
const MOST_LINEAR_STEPS: usize = 400;

/// Weights and the diagram that belongs to them.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// `w`.
    pub weights: Vec<DoubleDouble>,
    /// Regular for them.
    pub triangulation: Triangulation,
    /// Read off.
    pub diagram: PowerDiagram,
    /// `rho_s(C_a)`.
    pub masses: Vec<f64>,
    /// `(a, b, H_ab)` of every facet.
    pub couplings: Vec<(u32, u32, f64)>,
}

/// Work of a distance: a change in it without a change in the numbers is a loss of efficiency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SemiDiscreteEffort {
    /// Newton steps, those of all stages.
    pub newton_steps: usize,
    /// Steps of conjugate gradients in all of them.
    pub linear_steps: usize,
}

/// Newton's method for one cloud and one density.
pub(super) struct Newton<'a> {
    pub sites: &'a Sites,
    pub field: &'a Field,
    /// Uniform part `s` of the density.
    pub uniform_part: f64,
    /// Work done so far.
    pub effort: SemiDiscreteEffort,
}

/// What one Newton direction says about the state it starts from.
pub(super) struct Direction {
    /// `delta`, with `A delta = t - m`.
    pub step: Vec<f64>,
    /// `t - m - A delta`.
    pub unsolved: Vec<f64>,
    /// Norm of `t - m`.
    pub residual: f64,
}

impl Newton<'_> {
    /// The state with these weights; `None` when a cell is empty or the flips were blocked.
    pub fn state(&mut self, weights: Vec<DoubleDouble>, mut triangulation: Triangulation) -> Option<State> {
        let sites = self.sites;
        if !triangulation.move_weights(&sites.positions, sites.lengths, &weights) {
            return None;
        }
        let mut state = State {
            weights,
            triangulation,
            diagram: PowerDiagram::default(),
            masses: vec![0.0; sites.len()],
            couplings: Vec::new(),
        };
        self.measure(&mut state);
        Some(state)
    }

    /// Masses and couplings of a state whose triangulation is regular.
    pub fn measure(&mut self, state: &mut State) {
        let State { weights, triangulation, diagram, masses, couplings } = state;
        let sites = Weighted { positions: &self.sites.positions, lengths: self.sites.lengths, weights, triangulation };
        diagram.read(&sites);
        masses.fill(0.0);
        couplings.clear();
        let share = 1.0 - self.uniform_part;
        let uniform = matches!(self.field, Field::Uniform) || share == 0.0;
        let along = |facet: &Facet| {
            if uniform || facet.ratio <= 0.0 {
                return Along::default();
            }
            let [p, q] = diagram.ends(facet.half_edge, &sites);
            self.field.along(p, q)
        };
        let parts = |facet: &Facet| {
            let Along { flux, excess } = along(facet);
            let [area_a, area_b] = facet.areas();
            let coupling = facet.ratio / 2.0 * (1.0 + share * excess);
            let ends = (facet.a as u32, facet.b as u32, coupling.max(0.0));
            (ends, [area_a + share * flux, area_b - share * flux])
        };
        for (ends, [mass_a, mass_b]) in diagram.map_facets(&sites, parts) {
            masses[ends.0 as usize] += mass_a;
            masses[ends.1 as usize] += mass_b;
            couplings.push(ends);
        }
    }

    /// The linear system of the Newton direction at a state.
    fn system(&self, state: &State) -> System {
        System::new(Laplacian::new(self.sites.len(), state.couplings.iter().copied()))
    }

    /// The Newton direction at a state, to a relative `tolerance`.
    pub fn direction(&mut self, state: &State, tolerance: f64) -> Direction {
        let mut system = self.system(state);
        let mut direction = self.no_direction(state);
        self.sharpen(&mut direction, &mut system, tolerance);
        direction
    }

    /// Where the solution of the linear system starts.
    fn no_direction(&self, state: &State) -> Direction {
        let unsolved: Vec<f64> = self.sites.masses.iter().zip(&state.masses).map(|(t, m)| t - m).collect();
        Direction { step: vec![0.0; unsolved.len()], residual: norm(&unsolved), unsolved }
    }

    /// Solves for a direction to a relative `tolerance`, from where it was left.
    fn sharpen(&mut self, direction: &mut Direction, system: &mut System, tolerance: f64) {
        let Direction { step, unsolved, residual } = direction;
        self.effort.linear_steps += system.solve(unsolved, step, tolerance * *residual, MOST_LINEAR_STEPS);
        let mean = step.iter().sum::<f64>() / step.len() as f64;
        step.iter_mut().for_each(|d| *d -= mean);
    }

    /// How exactly the first direction at a state is solved for: near the end as exactly as Newton's method converges, but no
    /// more exactly than the end asks for.
    fn forcing(&self, state: &State) -> f64 {
        let mismatch = self.mismatch(state);
        DIRECTIONS[0].0.min(mismatch.max(LAST_MISMATCH / mismatch))
    }

    /// The smallest mass of a cell relative to its target.
    pub fn least_share(&self, state: &State) -> f64 {
        state.masses.iter().zip(&self.sites.masses).map(|(m, t)| m / t).fold(f64::INFINITY, f64::min)
    }

    /// The largest relative mismatch of a cell.
    pub fn mismatch(&self, state: &State) -> f64 {
        state.masses.iter().zip(&self.sites.masses).map(|(m, t)| ((m - t) / t).abs()).fold(0.0, f64::max)
    }

    /// The longest step `first 2^-j`, `j < halvings`, along a direction that keeps all cells and lowers the residual; `None`
    /// when there is none.
    fn damped(
        &mut self,
        state: &State,
        direction: &Direction,
        floors: &[f64],
        first: f64,
        halvings: usize,
    ) -> Option<(State, f64)> {
        let mut length = first;
        for _ in 0..halvings {
            let weights = state.weights.iter().zip(&direction.step).map(|(w, d)| w.plus(length * d)).collect();
            if let Some(next) = self.state(weights, state.triangulation.clone()) {
                let kept = next.masses.iter().zip(floors).all(|(m, floor)| m >= floor);
                let residual = self.residual(&next);
                if kept && residual <= (1.0 - length / 2.0) * direction.residual {
                    return Some((next, length));
                }
                if kept && length < SHORTEST_DESCENT {
                    return None;
                }
            }
            length /= 2.0;
        }
        None
    }

    fn residual(&self, state: &State) -> f64 {
        let squares = self.sites.masses.iter().zip(&state.masses).map(|(t, m)| (t - m) * (t - m));
        squares.sum::<f64>().sqrt()
    }

    /// Takes Newton steps until `done(state, direction)` or no step lowers the residual; whether `done` was reached.
    pub fn iterate(&mut self, state: &mut State, mut done: impl FnMut(&mut Self, &State, &Direction) -> bool) -> bool {
        let floors: Vec<f64> = state.masses.iter().zip(&self.sites.masses).map(|(m, t)| KEEP * m.min(*t)).collect();
        let mut first = 1.0;
        let mut idle = 0;
        loop {
            let mut system = self.system(state);
            let mut direction = self.no_direction(state);
            self.sharpen(&mut direction, &mut system, self.forcing(state));
            if done(self, state, &direction) {
                return true;
            }
            if self.effort.newton_steps >= MOST_STEPS || idle >= IDLE_STEPS {
                return false;
            }
            self.effort.newton_steps += 1;
            let mut found = self.damped(state, &direction, &floors, first, DIRECTIONS[0].1);
            for (tolerance, halvings) in &DIRECTIONS[1..] {
                if found.is_none() {
                    self.sharpen(&mut direction, &mut system, *tolerance);
                    found = self.damped(state, &direction, &floors, first, *halvings);
                }
            }
            let Some((next, length)) = found else {
                return false;
            };
            let gained = self.residual(&next) < PROGRESS * direction.residual
                || PROGRESS * self.least_share(&next) > self.least_share(state);
            idle = if gained { 0 } else { idle + 1 };
            *state = next;
            first = (4.0 * length).min(1.0);
        }
    }

    /// Lowers the uniform part from 1 to 0 in stages, unless every cell has mass without it. On failure the uniform
    /// part that could not be left.
    pub fn thin_out(&mut self, state: &mut State) -> Result<(), f64> {
        if self.least_share(state) >= ENOUGH_MASS || matches!(self.field, Field::Uniform) {
            return Ok(());
        }
        self.lower_uniform_part(state)
    }

    /// The same, however much mass every cell has.
    pub fn lower_uniform_part(&mut self, state: &mut State) -> Result<(), f64> {
        self.uniform_part = 1.0;
        self.measure(state);
        loop {
            let done = self.iterate(state, |newton, state, _| newton.mismatch(state) <= STAGE_DONE);
            if !done {
                return Err(self.uniform_part);
            }
            let before = std::mem::replace(&mut self.uniform_part, 0.0);
            self.measure(state);
            if self.least_share(state) >= THINNER / 2.0 {
                return Ok(());
            }
            self.uniform_part = before * THINNER;
            self.measure(state);
        }
    }
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}
