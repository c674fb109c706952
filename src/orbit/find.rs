//! An orbit from any state: search, Newton's method, as many time steps as the period needs, multipliers.

use super::average::{Portrait, portrait};
use super::multipliers::{Block, Multiplier, multipliers};
use super::search::Search;
use super::shooting::{Closed, Point, Shooting, shoot};
use super::{OrbitError, Symmetry};
use crate::flow::MflDa;
use num_complex::Complex64;

/// Newton's method starts at a return whose orbit is estimated to be this close, as a share of the amplitude..
const CLOSE: f64 = 0.05;
/// .. or which misses by no more than this.
const TINY_MISS: f64 = 1e-3;
/// Starts of Newton's method before the search is given up.
const MOST_FAILURES: usize = 6;
/// Newton steps from a return; a good start needs three or four.
const MOST_ITERATIONS: usize = 12;
/// Doublings of the number of steps.
const MOST_DOUBLINGS: u32 = 6;
/// `|phi_T(u) - u|/|u|` that no return has: the steps were too long.
const BLOWN_UP: f64 = 1.0;
/// The error of a fourth-order scheme falls by 16 when the steps are halved.
pub(super) const RICHARDSON: f64 = 15.0;
/// Share of the difference from 1 up to which a mirror multiplier counts as nearly conserved.
const NEARLY_CONSERVED: f64 = 1e-4;

/// What is asked of an orbit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding {
    /// Time that the search may run.
    pub time: f64,
    /// Tolerance of the search; decides the number of time steps of a period.
    pub tolerance: f64,
    /// `|phi_T(u) - u|/|u|` to reach.
    pub residual: f64,
    /// Largest error of the period, as a share of it.
    pub period_error: f64,
    /// Number of multipliers.
    pub multipliers: usize,
}

impl Default for Finding {
    fn default() -> Finding {
        Finding { time: 200.0, tolerance: 1e-7, residual: 3e-12, period_error: 1e-9, multipliers: 4 }
    }
}

/// A periodic orbit.
#[derive(Debug, Clone, PartialEq)]
pub struct Orbit {
    /// A state on it, and its period.
    pub point: Point,
    /// Estimated error of the period, from two step sizes.
    pub period_error: f64,
    /// Time steps of a period.
    pub steps: usize,
    /// Time steps of a period for tangents.
    pub tangent_steps: usize,
    /// `|phi_T(u) - u|/|u|` in the norm of the flow.
    pub residual: f64,
    /// Newton steps in all.
    pub iterations: usize,
    /// Leading multipliers, largest modulus first; the trivial one is among them.
    pub multipliers: Vec<Multiplier>,
    /// Amplitude and averages.
    pub portrait: Portrait,
}

impl Orbit {
    /// The coupled multiplier next to 1: that of a shift in time.
    pub fn trivial(&self) -> Option<&Multiplier> {
        trivial(&self.multipliers)
    }

    /// Whether all coupled multipliers but the trivial one lie inside the unit circle. Those of mirror images always do:
    /// they belong to a Fokker-Planck equation, which contracts.
    pub fn is_stable(&self) -> bool {
        self.unstable_count() == 0
    }

    /// Coupled multipliers outside the unit circle, the trivial one left out.
    pub fn unstable_count(&self) -> usize {
        unstable_count(&self.multipliers)
    }

    /// Multipliers of mirror images so close to 1 that the share of mass on either side is nearly conserved.
    pub fn nearly_conserved(&self) -> usize {
        let near = |m: &&Multiplier| m.block != Block::Coupled && (m.value - 1.0).norm() <= NEARLY_CONSERVED;
        self.multipliers.iter().filter(near).count()
    }
}

/// The coupled multiplier next to 1.
pub(super) fn trivial(multipliers: &[Multiplier]) -> Option<&Multiplier> {
    let distance = |m: &Multiplier| (m.value - 1.0).norm();
    let coupled = multipliers.iter().filter(|m| m.block == Block::Coupled);
    coupled.min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// Coupled multipliers outside the unit circle, the trivial one left out.
pub(super) fn unstable_count(multipliers: &[Multiplier]) -> usize {
    let trivial = trivial(multipliers);
    let outside = |m: &&Multiplier| m.block == Block::Coupled && m.value.norm() > 1.0 && Some(*m) != trivial;
    multipliers.iter().filter(outside).count()
}

/// Follows the flow from `start` until it returns, and finds the orbit there.
///
/// Where forces are blind to a symmetry the orbit is the one that is invariant under it.
///
/// # Errors
/// [`OrbitError`].
pub fn find(
    flow: &mut MflDa,
    temperature: [f64; 2],
    symmetry: &Symmetry,
    start: &[Complex64],
    how: &Finding,
) -> Result<Orbit, OrbitError> {
    let mut start = start.to_vec();
    symmetry.project(&mut start);
    let (closed, steps) = first_orbit(flow, symmetry, start, how)?;
    refine(flow, temperature, symmetry, closed, steps, how)
}

/// The first orbit that Newton's method finds at a return, with the time steps it was found with.
fn first_orbit(
    flow: &mut MflDa,
    symmetry: &Symmetry,
    start: Vec<Complex64>,
    how: &Finding,
) -> Result<(Closed, usize), OrbitError> {
    let mut search = Search::new(flow, start, how.time, how.tolerance);
    let mut failures = 0;
    while let Some(found) = search.next_return()? {
        if found.distance > CLOSE && found.miss > TINY_MISS {
            continue;
        }
        let (outcome, steps) = shoot_stably(search.flow(), symmetry, &found.point, found.steps.max(16), |steps| {
            shooting(steps, steps, how.residual)
        });
        match outcome {
            Ok(closed) => return Ok((closed, steps)),
            Err(error @ OrbitError::Memory { .. }) => return Err(error),
            Err(_) if failures + 1 < MOST_FAILURES => failures += 1,
            Err(error) => return Err(error),
        }
    }
    Err(OrbitError::NoReturn { time: search.time(), miss: search.best_miss(), failures })
}

/// Newton's method with a number of equal steps or, where these blow up, with twice as many, ..
/// `shooting` makes its settings from the number of steps, the second result.
///
/// The steps of the search are short where the drift is strong, which keeps them stable there: their mean may be too long.
pub(super) fn shoot_stably(
    flow: &mut MflDa,
    symmetry: &Symmetry,
    guess: &Point,
    mut steps: usize,
    shooting: impl Fn(usize) -> Shooting,
) -> (Result<Closed, OrbitError>, usize) {
    for _ in 0..MOST_DOUBLINGS {
        match shoot(flow, symmetry, guess, &shooting(steps)) {
            Err(OrbitError::NotConverged { residual, .. }) if residual >= BLOWN_UP => steps *= 2,
            outcome => return (outcome, steps),
        }
    }
    (shoot(flow, symmetry, guess, &shooting(steps)), steps)
}

fn shooting(steps: usize, tangent_steps: usize, tolerance: f64) -> Shooting {
    Shooting { steps, tangent_steps, tolerance, most_iterations: MOST_ITERATIONS }
}

/// Doubles the time steps until the period is as accurate as asked, then computes multipliers and averages.
///
/// # Errors
/// [`OrbitError`].
pub fn refine(
    flow: &mut MflDa,
    temperature: [f64; 2],
    symmetry: &Symmetry,
    mut closed: Closed,
    tangent_steps: usize,
    how: &Finding,
) -> Result<Orbit, OrbitError> {
    let (mut iterations, mut error) = (closed.iterations, f64::INFINITY);
    for doubling in 1..=MOST_DOUBLINGS {
        let steps = tangent_steps << doubling;
        let finer = shoot(flow, symmetry, &closed.point, &shooting(steps, tangent_steps, how.residual))?;
        error = (finer.point.period - closed.point.period).abs() / RICHARDSON;
        iterations += finer.iterations;
        closed = finer;
        if error <= how.period_error * closed.point.period {
            // The change of the period with the step shows how much the multipliers change.
            let coarse_is_enough = doubling == 1 && RICHARDSON * error <= how.period_error * closed.point.period;
            let multiplier_steps = if coarse_is_enough { tangent_steps } else { 2 * tangent_steps };
            let multipliers = multipliers(flow, symmetry, &closed.point, multiplier_steps, how.multipliers)?;
            let portrait = portrait(flow, temperature, &closed.point, steps);
            let Closed { point, residual, .. } = closed;
            return Ok(Orbit {
                point,
                period_error: error,
                steps,
                tangent_steps,
                residual,
                iterations,
                multipliers,
                portrait,
            });
        }
    }
    Err(OrbitError::Inaccurate { error, tolerance: how.period_error, steps: tangent_steps << MOST_DOUBLINGS })
}
