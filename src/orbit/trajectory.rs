//! One period of the flow in equal steps, and the exact derivative of its end with respect to its start.
//!
//! A step is Krogstad's exponential scheme of order 4, the one the adaptive pair propagates (`stepper/etd43.rs`):
//!
//! ```text
//! u2 = e^{Lh/2} u + (h/2) phi_1' N1                                  phi_k' = phi_k(Lh/2), phi_k = phi_k(Lh)
//! u3 = e^{Lh/2} u + h [ (phi_1'/2 - phi_2') N1 + phi_2' N2 ]
//! u4 = e^{Lh} u   + h [ (phi_1 - 2 phi_2) N1 + 2 phi_2 N3 ]
//! v  = e^{Lh} u   + h [ (phi_1 - 3 phi_2 + 4 phi_3) N1 + (2 phi_2 - 4 phi_3)(N2 + N3) + (4 phi_3 - phi_2) N4 ]
//! ```
//!
//! The tangent of a step is the same formula with `N_j` replaced by `N'(u_j) w_j`: the exact derivative of the discrete
//! flow. Densities and forces at the stages of all steps are kept, `4 steps (1 + dimension)` arrays of node values for each
//! player; a tangent costs as many evaluations as the path.

use super::OrbitError;
use crate::flow::{Fields, Flow, MflDa};
use crate::game::Player;
use crate::stepper::{Semilinear, phi};
use num_complex::Complex64;

/// Most memory for the stages of one period.
const MOST_BYTES: f64 = 2e9;

/// The coefficients of the scheme for one step length.
#[derive(Debug, Clone)]
struct Table {
    full: Vec<f64>,
    half: Vec<f64>,
    half1: Vec<f64>,
    half2: Vec<f64>,
    full1: Vec<f64>,
    full2: Vec<f64>,
    full3: Vec<f64>,
}

impl Table {
    fn new(symbol: &[f64], h: f64) -> Table {
        let [mut full, mut half, mut half1, mut half2, mut full1, mut full2, mut full3] = [const { Vec::new() }; 7];
        for &l in symbol {
            let [p0, p1, p2, p3] = phi(l * h);
            let [q0, q1, q2, _] = phi(0.5 * l * h);
            full.push(p0);
            full1.push(h * p1);
            full2.push(h * p2);
            full3.push(h * p3);
            half.push(q0);
            half1.push(h * q1);
            half2.push(h * q2);
        }
        Table { full, half, half1, half2, full1, full2, full3 }
    }

    /// One step from `u`; `slope(j, stage, out)` writes the drift of stage `j`, from 0, to `out`.
    fn step(
        &self,
        u: &mut [Complex64],
        stage: &mut [Complex64],
        n: &mut [Vec<Complex64>; 4],
        mut slope: impl FnMut(usize, &[Complex64], &mut [Complex64]),
    ) {
        let [n1, n2, n3, n4] = n;
        let len = u.len();
        slope(0, u, n1);
        for j in 0..len {
            stage[j] = u[j] * self.half[j] + n1[j] * (0.5 * self.half1[j]);
        }
        slope(1, stage, n2);
        for j in 0..len {
            stage[j] = u[j] * self.half[j] + n1[j] * (0.5 * self.half1[j]) + (n2[j] - n1[j]) * self.half2[j];
        }
        slope(2, stage, n3);
        for j in 0..len {
            stage[j] = u[j] * self.full[j] + n1[j] * self.full1[j] + (n3[j] - n1[j]) * (2.0 * self.full2[j]);
        }
        slope(3, stage, n4);
        for j in 0..len {
            let (p1, p2, p3) = (self.full1[j], self.full2[j], self.full3[j]);
            u[j] = u[j] * self.full[j]
                + n1[j] * (p1 - 3.0 * p2 + 4.0 * p3)
                + (n2[j] + n3[j]) * (2.0 * p2 - 4.0 * p3)
                + n4[j] * (4.0 * p3 - p2);
        }
    }
}

/// Work space of a step.
#[derive(Debug, Clone)]
struct Work {
    stage: Vec<Complex64>,
    slopes: [Vec<Complex64>; 4],
}

impl Work {
    fn new(len: usize) -> Work {
        let zero = || vec![Complex64::ZERO; len];
        Work { stage: zero(), slopes: [zero(), zero(), zero(), zero()] }
    }
}

/// The end of the path of `length` from `start` in `steps` equal steps; `watch` sees every state but the first.
///
/// A scheme that blows up ends in NaN, which the caller's norms see.
pub(super) fn follow(
    flow: &mut MflDa,
    start: &[Complex64],
    length: f64,
    steps: usize,
    mut watch: impl FnMut(&mut MflDa, &[Complex64]),
) -> Vec<Complex64> {
    let table = Table::new(flow.symbol(), length / steps as f64);
    let mut work = Work::new(start.len());
    let mut state = start.to_vec();
    for _ in 0..steps {
        let Work { stage, slopes } = &mut work;
        table.step(&mut state, stage, slopes, |_, u, out| flow.nonlinear(u, out));
        watch(flow, &state);
    }
    state
}

/// A path with all its stages, ready for tangents.
#[derive(Debug, Clone)]
pub(super) struct Trajectory {
    table: Table,
    /// Four stages for each step.
    stages: Vec<Fields>,
    work: Work,
}

impl Trajectory {
    /// The path of `length` from `start` in `steps` equal steps.
    ///
    /// # Errors
    /// [`OrbitError::Memory`].
    pub fn new(flow: &mut MflDa, start: &[Complex64], length: f64, steps: usize) -> Result<Trajectory, OrbitError> {
        let numbers = |player: Player| flow.layout().grid(player).len() * (1 + flow.layout().grid(player).dimension());
        let bytes = 8.0 * 4.0 * steps as f64 * Player::BOTH.map(numbers).iter().sum::<usize>() as f64;
        if bytes > MOST_BYTES {
            return Err(OrbitError::Memory { steps, bytes, most: MOST_BYTES });
        }
        let mut stages = Vec::with_capacity(4 * steps);
        let table = Table::new(flow.symbol(), length / steps as f64);
        let mut work = Work::new(start.len());
        let mut state = start.to_vec();
        for _ in 0..steps {
            let Work { stage, slopes } = &mut work;
            table.step(&mut state, stage, slopes, |_, u, out| {
                stages.push(flow.fields(u));
                flow.nonlinear(u, out);
            });
        }
        Ok(Trajectory { table, stages, work })
    }

    /// The derivative of the end in the direction `direction` of the start.
    pub fn tangent(&mut self, flow: &mut MflDa, direction: &[Complex64]) -> Vec<Complex64> {
        let Trajectory { table, stages, work: Work { stage, slopes } } = self;
        let mut w = direction.to_vec();
        for step in stages.chunks_exact(4) {
            table.step(&mut w, stage, slopes, |j, w, out| flow.drift_derivative(&step[j], w, out));
        }
        w
    }
}

/// `du/dt = L u + N(u)`.
pub(super) fn velocity(flow: &mut MflDa, u: &[Complex64]) -> Vec<Complex64> {
    let mut out = vec![Complex64::ZERO; u.len()];
    flow.nonlinear(u, &mut out);
    for ((f, l), u) in out.iter_mut().zip(flow.symbol()).zip(u) {
        *f += u * *l;
    }
    out
}
