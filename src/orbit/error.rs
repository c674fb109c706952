//! Why there is no orbit to report.

use crate::stepper::StepperError;

/// What can prevent an orbit, a branch or an edge state from being found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OrbitError {
    /// The flow came to rest.
    #[error(
        "no orbit from this state: by time {time:.4} the flow has come to rest (|du/dt| = {speed:.1e} in units of the state)"
    )]
    AtRest {
        /// Time at which it rests.
        time: f64,
        /// `|du/dt|/|u|`, per unit of time.
        speed: f64,
    },
    /// The flow did not return to where it had been.
    #[error(
        "no orbit from this state: within {time:.4} time units the flow did not settle on returns to one section; the \
         best return missed by {miss:.1e} of the amplitude{}",
        attempts(*failures)
    )]
    NoReturn {
        /// Time that the search was given.
        time: f64,
        /// Smallest distance of a return from the place it started at, as a share of the amplitude; infinite when
        /// there was none.
        miss: f64,
        /// Starts of Newton's method that came to nothing.
        failures: usize,
    },
    /// Newton's method stopped short of the tolerance.
    #[error(
        "the return map closes to {residual:.1e} only (asked for {tolerance:.0e}) after {iterations} Newton steps with \
         {steps} steps a period"
    )]
    NotConverged {
        /// `|phi_T(u) - u|/|u|` reached.
        residual: f64,
        /// The same asked for.
        tolerance: f64,
        /// Newton steps.
        iterations: usize,
        /// Time steps of a period.
        steps: usize,
    },
    /// Newton's method ended at a state that does not move.
    #[error(
        "Newton's method ended at the equilibrium, which is no orbit (period {period:.4}, amplitude {amplitude:.1e})"
    )]
    Equilibrium {
        /// Period at the end.
        period: f64,
        /// Length of the path in units of the state.
        amplitude: f64,
    },
    /// The time stepping error of the period could not be brought down.
    #[error("the period is known to {error:.1e} only (asked for {tolerance:.0e} of it) with {steps} steps a period")]
    Inaccurate {
        /// Estimated error of the period.
        error: f64,
        /// Share of the period asked for.
        tolerance: f64,
        /// Most steps tried.
        steps: usize,
    },
    /// The trajectory of one period would take too much memory.
    #[error("one period in {steps} steps needs {bytes:.1e} bytes; at most {most:.1e} are allowed: take a coarser grid")]
    Memory {
        /// Time steps of a period.
        steps: usize,
        /// Bytes needed.
        bytes: f64,
        /// Bytes allowed.
        most: f64,
    },
    /// Multipliers did not settle.
    #[error("{found} of {wanted} Floquet multipliers settled in a Krylov space of dimension {dimension}")]
    Multipliers {
        /// How many settled.
        found: usize,
        /// How many were asked for.
        wanted: usize,
        /// Dimension of the space.
        dimension: usize,
    },
    /// Both ends of a bisection go to the cycle.
    #[error("both states go to the cycle; a bisection needs one that goes to the equilibrium")]
    SameBasin,
    /// Neither end of a bisection goes to a cycle.
    #[error("neither state leads to a cycle: from the first, {first}; from the second, {second}")]
    NoCycle {
        /// What became of the first.
        first: Box<OrbitError>,
        /// What became of the second.
        second: Box<OrbitError>,
    },
    /// A state between the two ends went nowhere in the time allowed.
    #[error("a state between the two had reached neither the equilibrium nor the cycle by time {time:.4}")]
    Undecided {
        /// The time allowed.
        time: f64,
    },
    /// The game cannot be had at this value of the parameter.
    #[error("at {key} = {value}: {message}")]
    Parameter {
        /// The key.
        key: String,
        /// Its value.
        value: f64,
        /// What is wrong.
        message: String,
    },
    /// A state is not near the orbit that was found from it.
    #[error("the state is {distance:.1e} of the amplitude away from the orbit of period {period:.4} found from it")]
    Apart {
        /// Distance as a share of the amplitude.
        distance: f64,
        /// Period of the orbit.
        period: f64,
    },
    /// The orbit found does not attract.
    #[error("the orbit of period {period:.4} does not attract: its largest multiplier has the modulus {multiplier:.4}")]
    Repelling {
        /// Period of the orbit.
        period: f64,
        /// Largest modulus.
        multiplier: f64,
    },
    /// The linearised flow was not followed.
    #[error(
        "the multiplier along the orbit, which is 1, is off by {off:.1e}: the time steps are too long for the linearised flow"
    )]
    Trivial {
        /// Distance of the nearest multiplier from 1.
        off: f64,
    },
    /// A time step failed.
    #[error("at time {time:.4} of the search: {source}")]
    Step {
        /// Time.
        time: f64,
        /// What happened.
        source: StepperError,
    },
}

fn attempts(failures: usize) -> String {
    match failures {
        0 => String::new(),
        1 => ", and one start of Newton's method came to nothing".to_owned(),
        n => format!(", and {n} starts of Newton's method came to nothing"),
    }
}
