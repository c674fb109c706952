//! The loop: a flow, a stepper and a clock. It knows when to stop and when somebody wants to look; it knows nothing of
//! files.

use crate::flow::Flow;
use crate::stepper::{Memory, Semilinear, Step, Stepper, StepperError};
use num_complex::Complex64;

/// A flow under way.
pub struct Simulation<F> {
    flow: F,
    stepper: Box<dyn Stepper<f64>>,
    state: Vec<Complex64>,
    clock: Clock,
    rejected: usize,
}

/// Time, kept so that it does not depend on rounding sums where the steps are equal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    /// Time now.
    pub time: f64,
    /// Steps taken.
    pub steps: usize,
    /// Time at which the run ends.
    end: f64,
    /// Length of equal steps; `None` when the stepper chooses.
    fixed_step: Option<f64>,
}

impl Clock {
    /// A clock at time 0.
    pub fn new(end: f64, fixed_step: Option<f64>) -> Clock {
        Clock { time: 0.0, steps: 0, end, fixed_step }
    }

    /// What is left of the run.
    pub fn left(&self) -> f64 {
        self.end - self.time
    }

    /// Moves on by a step of length `taken`.
    fn tick(&mut self, taken: f64) {
        self.steps += 1;
        self.time = if taken >= self.left() {
            self.end
        } else {
            match self.fixed_step {
                Some(h) => h * self.steps as f64,
                None => self.time + taken,
            }
        };
    }
}

/// The last step, seen from inside the loop: the state anywhere in it can be asked for.
pub struct Stretch<'a, F> {
    /// Start of the step.
    pub from: f64,
    /// End of the step: the time now.
    pub to: f64,
    /// The step.
    pub step: Step,
    simulation: &'a mut Simulation<F>,
}

impl<F: Semilinear<f64>> Stretch<'_, F> {
    /// The flow.
    pub fn flow(&self) -> &F {
        &self.simulation.flow
    }

    /// The state at the end of the step.
    pub fn state(&self) -> &[Complex64] {
        &self.simulation.state
    }

    /// Writes the state at `time`, `from < time <= to`, to `out`.
    ///
    /// # Panics
    /// When `time` is outside the step.
    pub fn state_at(&mut self, time: f64, out: &mut Vec<Complex64>) {
        assert!(self.from < time && time <= self.to, "{time} is not in the step from {} to {}", self.from, self.to);
        out.clone_from(&self.simulation.state);
        if time < self.to {
            let theta = (time - self.from) / (self.to - self.from);
            let Simulation { flow, stepper, .. } = &mut *self.simulation;
            stepper.interpolate(flow, theta, out);
        }
    }
}

impl<F: Semilinear<f64>> Simulation<F> {
    /// Starts at time 0 from `state`.
    pub fn new(flow: F, stepper: Box<dyn Stepper<f64>>, state: Vec<Complex64>, clock: Clock) -> Simulation<F> {
        Simulation { flow, stepper, state, clock, rejected: 0 }
    }

    /// Continues where another simulation with this state, memory and clock stood.
    pub fn resume(
        mut flow: F,
        mut stepper: Box<dyn Stepper<f64>>,
        state: Vec<Complex64>,
        memory: &Memory,
        clock: Clock,
        rejected: usize,
    ) -> Simulation<F> {
        stepper.restore(&mut flow, &state, memory);
        Simulation { flow, stepper, state, clock, rejected }
    }

    /// Takes one step; `None` when the run is over.
    ///
    /// # Errors
    /// [`StepperError`]; the state and the clock are then those before the step.
    pub fn advance(&mut self) -> Result<Option<Stretch<'_, F>>, StepperError> {
        let left = self.clock.left();
        if left <= 0.0 {
            return Ok(None);
        }
        let step = self.stepper.advance(&mut self.flow, &mut self.state, left)?;
        let from = self.clock.time;
        self.clock.tick(step.length);
        self.rejected += step.rejected;
        Ok(Some(Stretch { from, to: self.clock.time, step, simulation: self }))
    }

    /// The flow.
    pub fn flow(&self) -> &F {
        &self.flow
    }

    /// The state now.
    pub fn state(&self) -> &[Complex64] {
        &self.state
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Steps rejected so far.
    pub fn rejected(&self) -> usize {
        self.rejected
    }

    /// What the stepper remembers.
    pub fn memory(&self) -> Memory {
        self.stepper.memory()
    }
}

impl<F: Flow> Stretch<'_, F> {
    /// The flow, and the coefficients of the pair for which `state` stands, this step's end without one.
    pub fn flow_and_pair<'b>(
        &'b mut self,
        state: Option<&'b [Complex64]>,
        buffer: &'b mut Vec<Complex64>,
    ) -> (&'b F, &'b [Complex64]) {
        let Simulation { flow, state: end, .. } = &mut *self.simulation;
        let pair = flow.pair(state.unwrap_or(end), buffer);
        (flow, pair)
    }
}

impl<F: Flow> Simulation<F> {
    /// The flow, and the coefficients of the pair of densities now; `buffer` is room for them.
    pub fn flow_and_pair<'b>(&'b mut self, buffer: &'b mut Vec<Complex64>) -> (&'b F, &'b [Complex64]) {
        let pair = self.flow.pair(&self.state, buffer);
        (&self.flow, pair)
    }

    /// Replaces the flow by the same flow on another grid.
    pub fn regrid(&mut self, flow: F) {
        let mut memory = self.stepper.memory();
        let moved = |state: &[Complex64]| self.flow.resample(flow.layout(), state);
        memory.states.iter_mut().for_each(|s| *s = moved(s));
        self.state = moved(&self.state);
        self.flow = flow;
        self.stepper.restore(&mut self.flow, &self.state, &memory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stepper::ImexEuler;

    struct Still;

    impl Semilinear<f64> for Still {
        fn symbol(&self) -> &[f64] {
            &[0.0]
        }
        fn nonlinear(&mut self, _: &[Complex64], out: &mut [Complex64]) {
            out[0] = Complex64::ONE;
        }
        fn norm(&self, u: &[Complex64]) -> f64 {
            u[0].norm()
        }
    }

    fn times(end: f64, step: f64) -> Vec<f64> {
        let stepper = Box::new(ImexEuler::new(step));
        let mut run = Simulation::new(Still, stepper, vec![Complex64::ZERO], Clock::new(end, Some(step)));
        let mut times = vec![];
        while let Some(stretch) = run.advance().unwrap() {
            times.push(stretch.to);
        }
        times
    }

    #[test]
    fn equal_steps_end_exactly_at_the_end_without_a_sliver() {
        let tenth = times(1.0, 0.1);
        assert_eq!(tenth.len(), 10);
        assert_eq!(tenth[2], 0.1 * 3.0);
        assert_eq!(*tenth.last().unwrap(), 1.0);
        let third = times(1.0, 0.3);
        assert_eq!(third.len(), 4);
        assert_eq!(*third.last().unwrap(), 1.0);
        assert_eq!(times(0.0, 0.1), Vec::<f64>::new());
        assert_eq!(times(1.0, 5.0), vec![1.0]);
    }

    #[test]
    fn the_state_can_be_seen_anywhere_in_the_last_step() {
        let stepper = Box::new(ImexEuler::new(0.25));
        let mut run = Simulation::new(Still, stepper, vec![Complex64::ZERO], Clock::new(1.0, Some(0.25)));
        let mut out = vec![];
        let mut stretch = run.advance().unwrap().unwrap();
        stretch.state_at(0.1, &mut out);
        assert!((out[0].re - 0.1).abs() <= 1e-16);
        stretch.state_at(0.25, &mut out);
        assert_eq!(out[0].re, 0.25);
    }
}
