//! From any state to a guess of an orbit: following the flow until it returns to where it was.
//!
//! The section is the plane through an anchor `u_s` on the path, orthogonal to the velocity there; a return is the next
//! passage in the same direction. The anchor moves to every return, and forward in time when there is none. With `d_n`
//! the miss of the n-th return in a row and `r = d_n/d_{n-1}`, the orbit is about `d_n/(1 - r)` away when it attracts: a
//! slow spiral has small misses too, and is told from a cycle by that.

use super::OrbitError;
use super::coordinates::{Coordinates, difference};
use super::shooting::Point;
use super::trajectory::velocity;
use crate::flow::{Flow, MflDa};
use crate::stepper::{Etd43, Semilinear, Stepper};
use num_complex::Complex64;

/// A return misses by at most this share of the amplitude; passages further off belong to another part of the path.
const FARTHEST_RETURN: f64 = 0.3;
/// The first window in which a return is waited for, in units of `|u|/|du/dt|`.
const FIRST_WINDOW: f64 = 10.0;
/// Growth of the window when there was no return.
const WINDOW_GROWTH: f64 = 1.5;
/// Below this `|du/dt|/|u|` times the time passed the flow is at rest ..
const REST: f64 = 1e-6;
/// .. and so it is when it turns with an amplitude below this share of the state.
const REST_AMPLITUDE: f64 = 1e-8;

/// A return to the section.
#[derive(Debug, Clone, PartialEq)]
pub struct Return {
    /// The state on the section and the time since the last passage.
    pub point: Point,
    /// Distance from the last passage, as a share of the amplitude.
    pub miss: f64,
    /// Estimated distance from the orbit, as a share of the amplitude; infinite at the first return of a series.
    pub distance: f64,
    /// Half the largest distance from the last passage, over the norm of the state.
    pub amplitude: f64,
    /// Accepted steps since the last passage.
    pub steps: usize,
    /// Time of the return.
    pub time: f64,
}

/// The flow under observation.
pub struct Search<'a> {
    flow: &'a mut MflDa,
    stepper: Etd43<f64>,
    coordinates: Coordinates,
    state: Vec<Complex64>,
    time: f64,
    end: f64,
    anchor: Anchor,
    window: f64,
    /// Miss of the last return, if the last anchor was one.
    before: Option<f64>,
    best: f64,
}

struct Anchor {
    state: Vec<Complex64>,
    velocity: Vec<Complex64>,
    time: f64,
    farthest: f64,
    steps: usize,
}

impl<'a> Search<'a> {
    /// Starts at `state`, to run for at most `time` with steps of this tolerance.
    pub fn new(flow: &'a mut MflDa, state: Vec<Complex64>, time: f64, tolerance: f64) -> Search<'a> {
        let coordinates = Coordinates::new(flow.layout());
        let velocity = velocity(flow, &state);
        let window = FIRST_WINDOW * flow.norm(&state) / flow.norm(&velocity).max(f64::MIN_POSITIVE);
        let anchor = Anchor { state: state.clone(), velocity, time: 0.0, farthest: 0.0, steps: 0 };
        let stepper = Etd43::new(tolerance);
        Search {
            flow,
            stepper,
            coordinates,
            state,
            time: 0.0,
            end: time,
            anchor,
            window,
            before: None,
            best: f64::INFINITY,
        }
    }

    /// Keeps the first anchor until the time is over: for a state that is taken to be on a cycle already.
    pub fn keep_anchor(mut self) -> Search<'a> {
        self.window = self.end;
        self
    }

    /// The flow.
    pub fn flow(&mut self) -> &mut MflDa {
        self.flow
    }

    /// The state now.
    pub fn state(&self) -> &[Complex64] {
        &self.state
    }

    /// Time passed.
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The smallest miss of all returns; infinite when there was none.
    pub fn best_miss(&self) -> f64 {
        self.best
    }

    /// The next return; `None` when the time is over.
    ///
    /// # Errors
    /// [`OrbitError::AtRest`], [`OrbitError::Step`].
    pub fn next_return(&mut self) -> Result<Option<Return>, OrbitError> {
        while self.time < self.end {
            let before = self.height(&self.state);
            let step = self
                .stepper
                .advance(self.flow, &mut self.state, self.end - self.time)
                .map_err(|source| OrbitError::Step { time: self.time, source })?;
            let from = self.time;
            self.time += step.length;
            self.anchor.steps += 1;
            let distance = self.flow.norm(&difference(&self.state, &self.anchor.state));
            self.anchor.farthest = self.anchor.farthest.max(distance);
            let after = self.height(&self.state);
            if before < 0.0 && after >= 0.0 {
                let (state, share) = self.passage(before, after);
                let found = self.judge(state, from + share * step.length);
                if found.as_ref().is_some_and(|found| found.amplitude < REST_AMPLITUDE) {
                    return Err(OrbitError::AtRest { time: self.time, speed: self.speed() });
                }
                if found.is_some() {
                    return Ok(found);
                }
            }
            if self.time - self.anchor.time > self.window {
                self.move_on()?;
            }
        }
        Ok(None)
    }

    /// Height above the section.
    fn height(&self, state: &[Complex64]) -> f64 {
        let Anchor { state: anchor, velocity, .. } = &self.anchor;
        self.coordinates.product(velocity, state) - self.coordinates.product(velocity, anchor)
    }

    /// Where in the last step the height is 0, by bisection with secants on the dense output.
    fn passage(&mut self, before: f64, after: f64) -> (Vec<Complex64>, f64) {
        let (mut low, mut high) = ((0.0, before), (1.0, after));
        let mut state = self.state.clone();
        for _ in 0..50 {
            let share = (low.0 * high.1 - high.0 * low.1) / (high.1 - low.1);
            if !(low.0 < share && share < high.0) || high.0 - low.0 < 1e-13 {
                break;
            }
            self.stepper.interpolate(self.flow, share, &mut state);
            let height = self.height(&state);
            if height.abs() <= 1e-14 * (after - before) {
                return (state, share);
            }
            // The end that stays is halved (Illinois), so that both ends move.
            if height > 0.0 {
                (high, low.1) = ((share, height), 0.5 * low.1);
            } else {
                (low, high.1) = ((share, height), 0.5 * high.1);
            }
        }
        (state, 0.5 * (low.0 + high.0))
    }

    /// Takes a passage for a return if it is close, and makes it the anchor.
    fn judge(&mut self, state: Vec<Complex64>, time: f64) -> Option<Return> {
        let amplitude = 0.5 * self.anchor.farthest;
        let miss = self.flow.norm(&difference(&state, &self.anchor.state)) / amplitude;
        if miss.is_nan() || miss > FARTHEST_RETURN {
            return None;
        }
        let ratio = self.before.map_or(f64::NAN, |before| miss / before);
        let distance = if ratio < 1.0 { miss / (1.0 - ratio) } else { f64::INFINITY };
        let found = Return {
            miss,
            distance,
            amplitude: amplitude / self.flow.norm(&state),
            steps: self.anchor.steps,
            time,
            point: Point { state: state.clone(), period: time - self.anchor.time },
        };
        self.best = self.best.min(miss);
        self.before = Some(miss);
        let velocity = velocity(self.flow, &state);
        self.anchor = Anchor { state, velocity, time, farthest: 0.0, steps: 0 };
        self.window = self.window.max(3.0 * found.point.period);
        Some(found)
    }

    /// `|du/dt|/|u|` now.
    fn speed(&mut self) -> f64 {
        let velocity = velocity(self.flow, &self.state);
        self.flow.norm(&velocity) / self.flow.norm(&self.state)
    }

    /// Gives the anchor up for the present state.
    fn move_on(&mut self) -> Result<(), OrbitError> {
        let speed = self.speed();
        if speed * self.time.max(1.0) < REST {
            return Err(OrbitError::AtRest { time: self.time, speed });
        }
        let velocity = velocity(self.flow, &self.state);
        self.anchor = Anchor { state: self.state.clone(), velocity, time: self.time, farthest: 0.0, steps: 0 };
        self.window *= WINDOW_GROWTH;
        self.before = None;
        Ok(())
    }
}
