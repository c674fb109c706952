//! Periodic orbits by Newton's method on the return map, without a matrix.
//!
//! With `phi_T` the flow over the time `T`, the unknowns are a state `u` and the period `T`:
//!
//! ```text
//! phi_T(u) - u = 0,        < f(u_0), u - u_0 > = 0,        f(u) = du/dt
//! ```
//!
//! The second line is the section through the present guess `u_0`, orthogonal to the flow: it fixes the phase. Newton's
//! equations, with `M = D phi_T(u)` as tangents of the discrete flow (`trajectory.rs`),
//!
//! ```text
//! (M - 1) du + f(phi_T(u)) dT = u - phi_T(u),        < f(u), du > = 0,
//! ```
//!
//! are solved by GMRES. The flow is dissipative: all but a few multipliers are close to 0, `M - 1` is close to `-1`, and
//! a dozen products suffice (Sanchez, Net, Garcia-Archilla & Simo, J. Comput. Phys. 201 (2004)).
//!
//! The tangents may be those of a coarser time step than the residual: the limit is the same and every step still gains
//! the digits in which the two agree.

use super::coordinates::{Coordinates, difference, dot, sum};
use super::trajectory::{Trajectory, follow, velocity};
use super::{OrbitError, Symmetry};
use crate::equilibrium::gmres::gmres;
use crate::flow::{Flow, MflDa};
use crate::stepper::Semilinear;
use num_complex::Complex64;

/// Relative residual of the linear systems.
const FORCING: f64 = 1e-3;
/// Most products for one linear system.
const MOST_PRODUCTS: usize = 40;
/// Largest Newton step, as a share of the state and of the period.
const LARGEST_STEP: f64 = 0.3;
/// A Newton step is halved this often at most.
const MOST_HALVINGS: usize = 4;
/// A path shorter than this share of the state is no orbit.
pub(super) const SHORTEST_PATH: f64 = 1e-6;

/// A guess, or an orbit: a state on it and its period.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Fourier coefficients of the pair.
    pub state: Vec<Complex64>,
    /// Period.
    pub period: f64,
}

/// How Newton's method is to be run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shooting {
    /// Time steps of a period for the residual.
    pub steps: usize,
    /// Time steps of a period for the tangents.
    pub tangent_steps: usize,
    /// `|phi_T(u) - u|/|u|` to reach.
    pub tolerance: f64,
    /// Most Newton steps.
    pub most_iterations: usize,
}

/// A converged point with what Newton's method did.
#[derive(Debug, Clone, PartialEq)]
pub struct Closed {
    /// The orbit.
    pub point: Point,
    /// `|phi_T(u) - u|/|u|`.
    pub residual: f64,
    /// Newton steps.
    pub iterations: usize,
}

/// `|phi_T(u) - u|/|u|` in the norm of the flow, and the end of the path.
fn closure(flow: &mut MflDa, symmetry: &Symmetry, point: &Point, steps: usize) -> (f64, Vec<Complex64>) {
    let mut end = follow(flow, &point.state, point.period, steps, |_, _| {});
    symmetry.project(&mut end);
    let miss = flow.norm(&difference(&end, &point.state)) / flow.norm(&point.state);
    (if miss.is_nan() { f64::INFINITY } else { miss }, end)
}

/// Newton's method from a guess.
///
/// # Errors
/// [`OrbitError::NotConverged`]; [`OrbitError::Equilibrium`] when the state found does not move.
pub fn shoot(flow: &mut MflDa, symmetry: &Symmetry, guess: &Point, how: &Shooting) -> Result<Closed, OrbitError> {
    let coordinates = Coordinates::new(flow.layout());
    let mut point = guess.clone();
    symmetry.project(&mut point.state);
    let (mut residual, mut end) = closure(flow, symmetry, &point, how.steps);
    for iterations in 0..=how.most_iterations {
        if residual <= how.tolerance {
            let amplitude = path_length(flow, &point);
            if amplitude < SHORTEST_PATH {
                return Err(OrbitError::Equilibrium { period: point.period, amplitude });
            }
            return Ok(Closed { point, residual, iterations });
        }
        if iterations == how.most_iterations || !residual.is_finite() {
            break;
        }
        let step = newton_step(flow, &coordinates, symmetry, &point, &end, how.tangent_steps)?;
        let Some(next) = accept(flow, symmetry, &point, &step, residual, how.steps) else { break };
        (point, residual, end) = next;
    }
    let (tolerance, steps) = (how.tolerance, how.steps);
    Err(OrbitError::NotConverged { residual, tolerance, iterations: how.most_iterations, steps })
}

/// `|f(u)| T/|u|`: the length of the path in units of the state, but for a factor of order 1.
pub(super) fn path_length(flow: &mut MflDa, point: &Point) -> f64 {
    let speed = velocity(flow, &point.state);
    flow.norm(&speed) * point.period / flow.norm(&point.state)
}

/// The change of state and period.
fn newton_step(
    flow: &mut MflDa,
    coordinates: &Coordinates,
    symmetry: &Symmetry,
    point: &Point,
    end: &[Complex64],
    tangent_steps: usize,
) -> Result<Point, OrbitError> {
    let mut trajectory = Trajectory::new(flow, &point.state, point.period, tangent_steps)?;
    let start_velocity = coordinates.pack(&velocity(flow, &point.state));
    let end_velocity = coordinates.pack(&velocity(flow, end));
    let speed = dot(&start_velocity, &start_velocity).sqrt();
    let mut right = coordinates.pack(&difference(&point.state, end));
    right.push(0.0);
    let len = coordinates.len();
    // The last unknown is `speed dT`, so that all have the unit of a state.
    let product = |v: &[f64]| {
        let direction = coordinates.unpack(&v[..len]);
        let mut image = trajectory.tangent(flow, &direction);
        symmetry.project(&mut image);
        let mut out = coordinates.pack(&image);
        let time = v[len] / speed;
        for ((o, v), f) in out.iter_mut().zip(v).zip(&end_velocity) {
            *o += f * time - v;
        }
        out.push(dot(&start_velocity, &v[..len]) / speed);
        out
    };
    let solution = gmres(product, &right, FORCING, MOST_PRODUCTS);
    Ok(Point { state: coordinates.unpack(&solution[..len]), period: solution[len] / speed })
}

/// The longest part of a step, in halves, that does not raise the residual much.
fn accept(
    flow: &mut MflDa,
    symmetry: &Symmetry,
    point: &Point,
    step: &Point,
    residual: f64,
    steps: usize,
) -> Option<(Point, f64, Vec<Complex64>)> {
    let size = (flow.norm(&step.state) / flow.norm(&point.state)).max(step.period.abs() / point.period);
    let mut share = (LARGEST_STEP / size).min(1.0);
    for _ in 0..=MOST_HALVINGS {
        let next = Point { state: sum(&point.state, share, &step.state), period: point.period + share * step.period };
        let (miss, end) = closure(flow, symmetry, &next, steps);
        if miss < 0.9 * residual {
            return Some((next, miss, end));
        }
        share *= 0.5;
    }
    None
}
