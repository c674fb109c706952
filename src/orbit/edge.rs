//! The boundary between the basin of the equilibrium and that of a cycle: bisection between two states.
//!
//! Mixtures `u(s) = (1 - s) u_a + s u_b` of two pairs of densities are pairs of densities. When `u_a` goes to the
//! equilibrium and `u_b` to the cycle, the interval of `s` is halved until both its ends are as close as asked: between
//! them lies a state of the boundary. Its path stays near the boundary for a time proportional to the logarithm of the
//! width, and lingers at the edge state, an orbit that attracts within the boundary and repels across it (Skufca, Yorke
//! & Eckhardt, Phys. Rev. Lett. 96 (2006)). Newton's method from the closest return of that path finds it.
//!
//! A state has arrived at the equilibrium, or at the cycle, when its distance is a small share of the distance between
//! the two; the cycle is known by samples, between which the squared distance is taken for a parabola. Where mass has to pass
//! barriers, the way to the equilibrium takes `exp(barrier/tau)`: a path that all but rests is taken to be on it, as there is
//! no other state of rest.

use super::coordinates::{difference, sum};
use super::find::{Finding, Orbit, find, refine, shoot_stably};
use super::search::Search;
use super::shooting::{Point, Shooting};
use super::{OrbitError, Symmetry};
use crate::flow::{Flow, MflDa, PairLayout};
use crate::stepper::{Etd43, Semilinear, Stepper};
use num_complex::Complex64;
use std::collections::VecDeque;

/// A state this close to the equilibrium, as a share of its distance from the cycle, has arrived: a sink takes in all
/// that comes this near, unless the edge state is as near, which Newton's method then shows.
const AT_EQUILIBRIUM: f64 = 0.1;
/// A state this close to the cycle, as a share of the same, has arrived. The edge state can be near it.
const AT_CYCLE: f64 = 0.01;
/// A path that moved by no more than this share of the same during a period of the cycle all but rests. Slower modes move
/// less, and faster ones reach the equilibrium within some hundred periods; an edge state moves as far as the cycle does.
const AT_REST: f64 = 0.01;
/// Looks at the distance per period of the cycle.
const LOOKS: f64 = 8.0;
/// Newton steps towards the edge state.
const MOST_ITERATIONS: usize = 15;

/// How the boundary is to be found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EdgeSearch {
    /// Width of the last interval of `s`.
    pub width: f64,
    /// Longest time that a state may take to an attractor.
    pub time: f64,
    /// Orbits.
    pub finding: Finding,
}

/// A state on the boundary.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The last interval of `s`: its low end goes to the equilibrium, its high end to the cycle, or the other way round
    /// when the two states were given in that order.
    pub interval: [f64; 2],
    /// The state in its middle.
    pub state: Vec<Complex64>,
    /// Distance between the states at its two ends.
    pub distance: f64,
    /// The cycle.
    pub cycle: Orbit,
    /// The orbit that the path lingers at, or why it could not be had.
    pub edge: Result<Orbit, OrbitError>,
    /// When the path of the middle was closest to closing, and by what share of the amplitude it missed.
    pub lingering: Option<(f64, f64)>,
    /// Whether the first state is the one that goes to the equilibrium.
    pub first_goes_to_equilibrium: bool,
}

/// Finds a state on the boundary between two states, and the edge state.
///
/// # Errors
/// [`OrbitError::SameBasin`] when both go to the cycle, [`OrbitError::NoCycle`] when none does; [`OrbitError::Undecided`] when a state takes too long;
/// whatever [`find`] says of the cycle.
pub fn edge(
    flow: &mut MflDa,
    temperature: [f64; 2],
    symmetry: &Symmetry,
    equilibrium: &[Complex64],
    states: [&[Complex64]; 2],
    how: &EdgeSearch,
) -> Result<Edge, OrbitError> {
    let ends = states.map(|state| {
        let mut state = state.to_vec();
        symmetry.project(&mut state);
        state
    });
    let (cycle, first_goes_to_equilibrium) = the_cycle(flow, temperature, symmetry, equilibrium, &ends, how)?;
    let attractors = Attractors::new(flow.layout(), equilibrium, &cycle);
    let mixture = |s: f64| sum(&ends[0], s, &difference(&ends[1], &ends[0]));
    let mut interval = [0.0, 1.0];
    while interval[1] - interval[0] > how.width {
        let middle = 0.5 * (interval[0] + interval[1]);
        let to_equilibrium = attractors.reaches_equilibrium(flow, mixture(middle), how)?;
        interval[usize::from(to_equilibrium != first_goes_to_equilibrium)] = middle;
    }
    let state = mixture(0.5 * (interval[0] + interval[1]));
    let (edge, lingering) = edge_state(flow, temperature, symmetry, &state, how)?;
    let distance = flow.norm(&difference(&mixture(interval[1]), &mixture(interval[0])));
    Ok(Edge { interval, state, distance, cycle, edge, lingering, first_goes_to_equilibrium })
}

/// The cycle that exactly one of the states goes to.
fn the_cycle(
    flow: &mut MflDa,
    temperature: [f64; 2],
    symmetry: &Symmetry,
    equilibrium: &[Complex64],
    ends: &[Vec<Complex64>; 2],
    how: &EdgeSearch,
) -> Result<(Orbit, bool), OrbitError> {
    let found = [0, 1].map(|i| find(flow, temperature, symmetry, &ends[i], &how.finding));
    let (cycle, other, first) = match found {
        [Ok(_), Ok(_)] => return Err(OrbitError::SameBasin),
        [Err(_), Ok(cycle)] => (cycle, 0, true),
        [Ok(cycle), Err(_)] => (cycle, 1, false),
        [Err(first), Err(second)] => {
            return Err(OrbitError::NoCycle { first: Box::new(first), second: Box::new(second) });
        }
    };
    let attractors = Attractors::new(flow.layout(), equilibrium, &cycle);
    if attractors.reaches_equilibrium(flow, ends[other].clone(), how)? {
        Ok((cycle, first))
    } else {
        Err(OrbitError::SameBasin)
    }
}

/// The orbit near the closest return of the path from `state`.
#[allow(clippy::type_complexity)]
fn edge_state(
    flow: &mut MflDa,
    temperature: [f64; 2],
    symmetry: &Symmetry,
    state: &[Complex64],
    how: &EdgeSearch,
) -> Result<(Result<Orbit, OrbitError>, Option<(f64, f64)>), OrbitError> {
    let mut search = Search::new(flow, state.to_vec(), how.time, how.finding.tolerance);
    let mut closest: Option<(f64, f64, Point, usize)> = None;
    while let Some(found) = search.next_return()? {
        // The path leaves the edge state once its misses have grown: what comes after is the way to an attractor.
        match &closest {
            Some((miss, ..)) if found.miss > 30.0 * miss => break,
            Some((miss, ..)) if found.miss >= *miss => {}
            _ => closest = Some((found.miss, found.time, found.point, found.steps)),
        }
    }
    let Some((miss, time, point, steps)) = closest else {
        let (time, miss) = (search.time(), f64::INFINITY);
        return Ok((Err(OrbitError::NoReturn { time, miss, failures: 0 }), None));
    };
    let steps = steps.max(16);
    let tolerance = how.finding.residual;
    let (outcome, steps) = shoot_stably(flow, symmetry, &point, steps, |steps| Shooting {
        steps,
        tangent_steps: steps,
        tolerance,
        most_iterations: MOST_ITERATIONS,
    });
    let orbit = outcome.and_then(|closed| refine(flow, temperature, symmetry, closed, steps, &how.finding));
    Ok((orbit, Some((time, miss))))
}

/// The two attractors, as far as a path needs to know them.
struct Attractors {
    layout: PairLayout,
    equilibrium: Vec<Complex64>,
    cycle: Vec<Vec<Complex64>>,
    period: f64,
    separation: f64,
}

impl Attractors {
    fn new(layout: &PairLayout, equilibrium: &[Complex64], cycle: &Orbit) -> Attractors {
        let samples = cycle.portrait.samples.clone();
        let away = |u: &Vec<Complex64>| layout.norm(&difference(u, equilibrium));
        let separation = samples.iter().map(away).fold(f64::INFINITY, f64::min);
        Attractors {
            layout: layout.clone(),
            equilibrium: equilibrium.to_vec(),
            cycle: samples,
            period: cycle.point.period,
            separation,
        }
    }

    /// Whether the path from `state` ends at the equilibrium and not at the cycle.
    fn reaches_equilibrium(
        &self,
        flow: &mut MflDa,
        mut state: Vec<Complex64>,
        how: &EdgeSearch,
    ) -> Result<bool, OrbitError> {
        let mut stepper = Etd43::new(how.finding.tolerance);
        let (mut time, mut next_look) = (0.0, 0.0);
        let mut recent = Recent::default();
        while time < how.time {
            let step = stepper
                .advance(flow, &mut state, how.time - time)
                .map_err(|source| OrbitError::Step { time, source })?;
            time += step.length;
            if time < next_look {
                continue;
            }
            next_look = time + self.period / LOOKS;
            let near = |other: &[Complex64], share: f64| {
                self.layout.norm(&difference(&state, other)) <= share * self.separation
            };
            if near(&self.equilibrium, AT_EQUILIBRIUM) {
                return Ok(true);
            }
            if self.distance_to_cycle(&state) <= AT_CYCLE * self.separation {
                return Ok(false);
            }
            if recent.cover(time - self.period) && recent.states().all(|other| near(other, AT_REST)) {
                return Ok(true);
            }
            recent.add(time, &state);
        }
        Err(OrbitError::Undecided { time: how.time })
    }

    fn distance_to_cycle(&self, state: &[Complex64]) -> f64 {
        let squares: Vec<f64> =
            self.cycle.iter().map(|sample| self.layout.norm(&difference(state, sample)).powi(2)).collect();
        let n = squares.len();
        let nearest = (0..n).min_by(|a, b| squares[*a].total_cmp(&squares[*b])).expect("an orbit has samples");
        let (left, middle, right) = (squares[(nearest + n - 1) % n], squares[nearest], squares[(nearest + 1) % n]);
        let (slope, curvature) = (0.5 * (right - left), left + right - 2.0 * middle);
        (middle - 0.5 * slope * slope / curvature.max(f64::MIN_POSITIVE)).max(0.0).sqrt()
    }
}

/// Where a path has been of late.
#[derive(Default)]
struct Recent(VecDeque<(f64, Vec<Complex64>)>);

impl Recent {
    fn add(&mut self, time: f64, state: &[Complex64]) {
        self.0.push_back((time, state.to_vec()));
    }

    /// Forgets what is not needed since `from`; whether there is something that old.
    fn cover(&mut self, from: f64) -> bool {
        while self.0.get(1).is_some_and(|(time, _)| *time <= from) {
            self.0.pop_front();
        }
        self.0.front().is_some_and(|(time, _)| *time <= from)
    }

    fn states(&self) -> impl Iterator<Item = &[Complex64]> {
        self.0.iter().map(|(_, state)| &state[..])
    }
}
