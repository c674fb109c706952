//! How a game is to be solved and when its state is to be written.

use super::fault::Fault;
use super::{Game, GameError, Player};

/// The time stepping schemes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Embedded pair with step control (the default).
    Adaptive,
    /// Implicit-explicit Euler, order 1.
    ImexEuler,
    /// Second-order semi-implicit backward differences.
    Sbdf2,
    /// Fourth-order exponential Runge-Kutta.
    Etdrk4,
}

impl Scheme {
    /// All schemes.
    pub const ALL: [Scheme; 4] = [Scheme::Adaptive, Scheme::ImexEuler, Scheme::Sbdf2, Scheme::Etdrk4];

    /// Evaluations of the right-hand side that so many steps take.
    pub fn evaluations(self, accepted: usize, rejected: usize) -> usize {
        match self {
            Scheme::Adaptive => 1 + 4 * (accepted + rejected),
            Scheme::ImexEuler | Scheme::Sbdf2 => accepted,
            Scheme::Etdrk4 => 4 * accepted,
        }
    }

    /// As written in a game file.
    pub fn name(self) -> &'static str {
        match self {
            Scheme::Adaptive => "adaptive",
            Scheme::ImexEuler => "imex-euler",
            Scheme::Sbdf2 => "sbdf2",
            Scheme::Etdrk4 => "etdrk4",
        }
    }
}

/// How the grids are chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GridChoice {
    /// By the program, from the spectral tails.
    Auto,
    /// Points per axis of the x player and of the y player.
    Fixed([Vec<usize>; 2]),
}

/// `[solver]`, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Solver {
    grid: GridChoice,
    scheme: Scheme,
    step: Option<f64>,
    tolerance: f64,
    time: f64,
    largest_tail: Option<f64>,
}

impl Solver {
    /// Tolerance when none is given.
    pub const DEFAULT_TOLERANCE: f64 = 1e-8;
    /// Smallest and largest tolerance.
    pub const TOLERANCES: [f64; 2] = [1e-14, 0.1];
    /// Final time when none is given.
    pub const DEFAULT_TIME: f64 = 10.0;
    /// Most steps of fixed length in one run.
    pub const MAXIMUM_STEPS: f64 = 1e9;

    /// Checks the settings against the dimensions of the game.
    ///
    /// # Errors
    /// [`GameError::Invalid`] with the key `solver.grid`, `solver.step`, `solver.tolerance` or `solver.time`.
    pub fn new(
        game: &Game,
        grid: GridChoice,
        scheme: Scheme,
        step: Option<f64>,
        tolerance: f64,
        time: f64,
    ) -> Result<Solver, GameError> {
        let domains = Player::BOTH.map(|player| game.domain(player));
        Ok(Self::checked(domains, Solver::unchecked(grid, scheme, step, tolerance, time))?)
    }

    pub(super) fn checked(domains: [&super::Domain; 2], solver: Solver) -> Result<Solver, Fault> {
        if let GridChoice::Fixed(points) = &solver.grid {
            for (player, points) in Player::BOTH.into_iter().zip(points) {
                let key = format!("solver.grid.{}", player.letter());
                let domain = domains[player.index()];
                if points.len() != domain.dimension() {
                    return Err(Fault::axis_count(key, domain.dimension(), points.len()));
                }
                domain.grid(points).map_err(|error| Fault::new(key, error.to_string()))?;
            }
        }
        if !(solver.time >= 0.0 && solver.time.is_finite()) {
            return Err(Fault::new("solver.time", format!("must be finite and not negative, got {:?}", solver.time)));
        }
        let [least, most] = Self::TOLERANCES;
        if !(solver.tolerance >= least && solver.tolerance <= most) {
            let message = format!("must lie between {least:e} and {most}, got {:?}", solver.tolerance);
            return Err(Fault::new("solver.tolerance", message));
        }
        Self::check_step(&solver)?;
        Ok(solver)
    }

    fn check_step(solver: &Solver) -> Result<(), Fault> {
        let name = solver.scheme.name();
        match (solver.scheme, solver.step) {
            (Scheme::Adaptive, None) => Ok(()),
            (Scheme::Adaptive, Some(_)) => Err(Fault::new("solver.step", "the scheme adaptive chooses its own steps")
                .with_help("leave step out, or choose imex-euler, sbdf2 or etdrk4")),
            (_, None) => Err(Fault::new("solver.scheme", format!("the scheme {name} needs a step"))
                .with_help("add for example step = 1e-3, or choose adaptive")),
            (_, Some(step)) if !(step.is_normal() && step > 0.0) => {
                Err(Fault::new("solver.step", format!("must be positive and finite, got {step:?}")))
            }
            (_, Some(step)) if solver.time / step > Self::MAXIMUM_STEPS => {
                let message = format!(
                    "would need {:.1e} steps; at most {:.0e} are allowed",
                    solver.time / step,
                    Self::MAXIMUM_STEPS
                );
                Err(Fault::new("solver.step", message))
            }
            _ => Ok(()),
        }
    }

    /// The grids, or that the program chooses them.
    pub fn grid(&self) -> &GridChoice {
        &self.grid
    }

    /// The time stepping scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The step, for the schemes of fixed step.
    pub fn step(&self) -> Option<f64> {
        self.step
    }

    /// Tolerance of the final state.
    pub fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// Final time.
    pub fn time(&self) -> f64 {
        self.time
    }

    /// Largest spectral tail that a density may have on a fixed grid: the tolerance, unless more is allowed.
    pub fn largest_tail(&self) -> f64 {
        self.largest_tail.unwrap_or(self.tolerance)
    }

    /// The spectral tail that fixed grids may leave of densities and equilibrium in place of what a run accepts.
    pub fn allowed_tail(&self) -> Option<f64> {
        self.largest_tail
    }

    /// Allows fixed grids to leave this much: for measuring what a coarse grid costs.
    pub(super) fn allow_tail(&mut self, largest_tail: f64) {
        self.largest_tail = Some(largest_tail);
    }

    pub(super) fn unchecked(grid: GridChoice, scheme: Scheme, step: Option<f64>, tolerance: f64, time: f64) -> Solver {
        Solver { grid, scheme, step, tolerance, time, largest_tail: None }
    }
}

/// When the state is to be written.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// `snapshots + 1` times `0, T/snapshots, .., T`.
    Snapshots(f64),
    /// `0, every, 2 every, ..` below `T`, and `T`.
    Every(f64),
    /// These times; 0 and `T` are added when missing.
    Times(Vec<f64>),
}

/// `[output]`, checked: the snapshot times.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    times: Vec<f64>,
}

impl Output {
    /// Number of intervals between snapshots when nothing is asked for.
    pub const DEFAULT_SNAPSHOTS: usize = 100;
    /// Most snapshots of one run.
    pub const MAXIMUM_SNAPSHOTS: usize = 1_000_000;
    /// Most bytes of snapshots of one run, 64 GiB.
    pub const MAXIMUM_BYTES: f64 = (1_u64 << 36) as f64;

    /// The snapshot times of a run: strictly increasing, the first 0, the last the final time exactly; one snapshot
    /// when the final time is 0. A multiple of `every` within rounding of the final time is the final time.
    ///
    /// # Errors
    /// [`GameError::Invalid`] with the key `output.snapshots`, `output.every` or `output.times`.
    pub fn new(schedule: &Schedule, solver: &Solver) -> Result<Output, GameError> {
        Ok(Self::checked(schedule, solver)?)
    }

    pub(super) fn checked(schedule: &Schedule, solver: &Solver) -> Result<Output, Fault> {
        let (key, count) = match schedule {
            Schedule::Snapshots(count) => ("output.snapshots", *count),
            Schedule::Every(every) if !(every.is_normal() && *every > 0.0) => {
                return Err(Fault::new("output.every", format!("must be positive and finite, got {every:?}")));
            }
            Schedule::Every(every) => ("output.every", (solver.time / every).ceil()),
            Schedule::Times(times) => ("output.times", times.len() as f64),
        };
        if matches!(schedule, Schedule::Snapshots(_)) && !(count >= 1.0 && count.fract() == 0.0) {
            return Err(Fault::new(key, format!("must be a whole number, at least 1, got {count}")));
        }
        Self::check_size(key, count, solver)?;
        let end = solver.time;
        let times = match schedule {
            _ if end == 0.0 && !matches!(schedule, Schedule::Times(_)) => vec![0.0],
            Schedule::Snapshots(count) => (0..=*count as usize).map(|i| i as f64 / count * end).collect(),
            Schedule::Every(every) => {
                let below = |i: &usize| (*i as f64) * every < end * (1.0 - 4.0 * f64::EPSILON);
                (0..).take_while(below).map(|i| i as f64 * every).chain([end]).collect()
            }
            Schedule::Times(times) => Self::given(times, end)?,
        };
        Ok(Output { times })
    }

    fn given(times: &[f64], end: f64) -> Result<Vec<f64>, Fault> {
        for (i, &time) in times.iter().enumerate() {
            let key = format!("output.times[{i}]");
            if !(time.is_finite() && time >= 0.0) {
                return Err(Fault::new(key, format!("must be finite and not negative, got {time:?}")));
            }
            if time > end {
                return Err(Fault::new(key, format!("lies after the final time {end:?}: {time:?}")));
            }
            if i > 0 && times[i - 1] >= time {
                let message = format!("times must increase, got {time:?} after {:?}", times[i - 1]);
                return Err(Fault::new(key, message));
            }
        }
        let mut all: Vec<f64> = Vec::with_capacity(times.len() + 2);
        all.push(0.0);
        all.extend(times.iter().filter(|&&t| t > 0.0));
        if all.last() != Some(&end) {
            all.push(end);
        }
        Ok(all)
    }

    /// Refuses from the arithmetic what would not fit, before anything is allocated.
    fn check_size(key: &str, count: f64, solver: &Solver) -> Result<(), Fault> {
        if count > Self::MAXIMUM_SNAPSHOTS as f64 {
            let message = format!("asks for {count} snapshots; at most {} are allowed", Self::MAXIMUM_SNAPSHOTS);
            return Err(Fault::new(key, message));
        }
        let GridChoice::Fixed(points) = &solver.grid else { return Ok(()) };
        let nodes: f64 = points.iter().map(|axes| axes.iter().map(|&n| n as f64).product::<f64>()).sum();
        let bytes = 8.0 * nodes * (count + 1.0);
        if bytes > Self::MAXIMUM_BYTES {
            let message = format!(
                "{} snapshots of this grid need {bytes:.3e} bytes; at most {:.3e} are allowed",
                count + 1.0,
                Self::MAXIMUM_BYTES
            );
            return Err(Fault::new(key, message));
        }
        Ok(())
    }

    /// Snapshot times: strictly increasing from 0 to the final time.
    pub fn times(&self) -> &[f64] {
        &self.times
    }
}
