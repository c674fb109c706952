//! The ladders: which runs are made.
//!
//! One ladder of grids at the finest tolerance or step, one of tolerances (scheme `adaptive`) or steps (the other schemes)
//! on the finest grid. The finest rung of both is one and the same run. A ladder of one rung holds its parameter fixed.
//!
//! A rung of the grids is the number of points of the longest axis: with `solver.grid = "auto"`, or one number for all, of all
//! axes of both players; with unequal axes in the game file the others keep their ratio to the longest, rounded.

use super::ConvergenceRequest;
use crate::experiment::RunError;
use crate::experiment::discretisation::discretise_evolution;
use crate::game::{GameFile, GridChoice, Player, Scheme, Solver};
use crate::torus::Grid;

/// Fewest rungs that show an order.
pub const FEWEST_RUNGS: usize = 3;
/// Most rungs of a ladder.
const MOST_RUNGS: usize = 32;
/// Grids where none are asked for, as shares of the one that the game asks for.
const DEFAULT_GRIDS: [f64; 6] = [0.375, 0.5, 0.625, 0.75, 1.0, 1.25];
/// Tolerances where none are asked for, in units of the game's: its own is judged by a finer one.
const DEFAULT_TOLERANCES: [f64; 4] = [100.0, 10.0, 1.0, 0.1];
/// Steps where none are asked for, in units of the game's.
const DEFAULT_STEPS: [f64; 4] = [1.0, 0.5, 0.25, 0.125];
/// Tolerances below this are rounding; the ladder begins higher instead.
const FINEST_TOLERANCE: f64 = 1e-13;
/// Spectral tail with which a coarse grid is still run, to see its error; a run accepts no more than its tolerance.
pub const LARGEST_TAIL: f64 = 5e-3;

/// What a ladder varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Points of the longest axis.
    Grid,
    /// The tolerance of the scheme `adaptive`.
    Tolerance,
    /// The step of the other schemes.
    Step,
}

impl Axis {
    /// As in the report.
    pub fn name(self) -> &'static str {
        match self {
            Axis::Grid => "grid",
            Axis::Tolerance => "tolerance",
            Axis::Step => "step",
        }
    }

    /// As typed.
    fn option(self) -> &'static str {
        match self {
            Axis::Grid => "--grids",
            Axis::Tolerance => "--tolerances",
            Axis::Step => "--steps",
        }
    }
}

/// One run to be made.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its game file, as a user would run it.
    pub file: GameFile,
    /// Points per axis.
    pub shapes: [Vec<usize>; 2],
    /// Points of the longest axis.
    pub points: usize,
    /// Tolerance or step.
    pub accuracy: f64,
}

/// The runs and the two ladders through them.
#[derive(Debug, Clone)]
pub struct Ladders {
    /// All runs, each once.
    pub settings: Vec<Setting>,
    /// Numbers of the runs along the grids, coarse to fine.
    pub grids: Vec<usize>,
    /// The same along the tolerances or steps; the last is that of the grids.
    pub times: Vec<usize>,
    /// What the second ladder varies.
    pub time_axis: Axis,
    /// Whether anything that is compared depends on it.
    pub time_matters: bool,
}

impl Ladders {
    /// The ladders of a game.
    ///
    /// # Errors
    /// [`RunError`] for ladders that are none, and for rungs that the game file would not take; nothing is computed and
    /// nothing large allocated before.
    pub fn new(file: &GameFile, request: &ConvergenceRequest) -> Result<Ladders, RunError> {
        let (time_axis, times) = time_rungs(file, request)?;
        let asked = request.grids.as_ref().map(|grids| points(grids)).transpose()?;
        if times.len() == 1 && asked.as_ref().is_some_and(|grids| grids.len() == 1) {
            let message = format!("one grid and one {} leave nothing to compare", time_axis.name());
            return Err(RunError::option(Axis::Grid.option(), message));
        }
        // The finer rungs fail before anything is computed for the default grids.
        let finest = times[times.len() - 1];
        for accuracy in &times {
            setting(file, time_axis, *accuracy, None)?;
        }
        let grids = match asked {
            Some(grids) => grids,
            None => default_grids(file)?,
        };
        let mut settings = Vec::with_capacity(grids.len() + times.len() - 1);
        for points in &grids {
            settings.push(setting(file, time_axis, finest, Some(*points))?);
        }
        let base = grids.len() - 1;
        for accuracy in &times[..times.len() - 1] {
            settings.push(setting(file, time_axis, *accuracy, Some(grids[base]))?);
        }
        Ok(Ladders {
            grids: (0..grids.len()).collect(),
            times: (grids.len()..settings.len()).chain([base]).collect(),
            settings,
            time_axis,
            time_matters: true,
        })
    }

    /// Leaves out the runs that differ in the tolerance or step only, for quantities that depend on neither.
    pub fn hold_time(&mut self) {
        self.time_matters = false;
        self.times = vec![self.base()];
        self.settings.truncate(self.grids.len());
    }

    /// The number of the finest run of both ladders.
    pub fn base(&self) -> usize {
        self.grids[self.grids.len() - 1]
    }
}

/// The tolerances or the steps, coarse to fine.
fn time_rungs(file: &GameFile, request: &ConvergenceRequest) -> Result<(Axis, Vec<f64>), RunError> {
    let solver = file.solver();
    let name = solver.scheme().name();
    let (axis, asked) = match solver.scheme() {
        Scheme::Adaptive if request.steps.is_some() => {
            let message =
                format!("the scheme {name} chooses its own steps; give --tolerances, or --set solver.scheme=..");
            return Err(RunError::option("--steps", message));
        }
        Scheme::Adaptive => (Axis::Tolerance, &request.tolerances),
        _ if request.tolerances.is_some() => {
            let message = format!("the scheme {name} has a fixed step and no tolerance to vary; give --steps");
            return Err(RunError::option("--tolerances", message));
        }
        _ => (Axis::Step, &request.steps),
    };
    if let Some(values) = asked {
        let [least, most] = match axis {
            Axis::Step => [solver.time() / Solver::MAXIMUM_STEPS, f64::MAX],
            _ => Solver::TOLERANCES,
        };
        let is_allowed = |value: &f64| *value > 0.0 && *value >= least && *value <= most;
        let allowed = match axis {
            Axis::Step => format!("positive and finite, and at least {least:e} (of {:e} steps)", Solver::MAXIMUM_STEPS),
            _ => format!("between {least:e} and {most}"),
        };
        check_ladder(axis, values, is_allowed, &allowed, |coarse, fine| coarse > fine, "decrease")?;
        return Ok((axis, values.clone()));
    }
    let values = match (axis, solver.step()) {
        (Axis::Step, Some(step)) => DEFAULT_STEPS.map(|share| share * step).to_vec(),
        _ => default_tolerances(solver.tolerance()),
    };
    Ok((axis, values))
}

fn default_tolerances(tolerance: f64) -> Vec<f64> {
    let finest = (DEFAULT_TOLERANCES[3] * tolerance).max(FINEST_TOLERANCE);
    // From the decimal digits, so that 1e-8/10 is the number that is written 1e-9.
    let decimal = |value: f64| format!("{value:.6e}").parse().expect("a number as Rust writes it");
    DEFAULT_TOLERANCES.map(|factor| decimal(factor / DEFAULT_TOLERANCES[3] * finest)).to_vec()
}

/// Numbers of points, checked: whole, within what a grid may have, increasing.
fn points(grids: &[f64]) -> Result<Vec<usize>, RunError> {
    let (fewest, most) = (Grid::MINIMUM_POINTS as f64, Grid::MAXIMUM_POINTS as f64);
    let whole = |points: &f64| points.fract() == 0.0 && *points >= fewest && *points <= most;
    let allowed = format!("whole numbers between {fewest} and {most}");
    check_ladder(Axis::Grid, grids, whole, &allowed, |coarse, fine| coarse < fine, "increase")?;
    Ok(grids.iter().map(|points| *points as usize).collect())
}

fn check_ladder(
    axis: Axis,
    values: &[f64],
    is_allowed: impl Fn(&f64) -> bool,
    allowed: &str,
    is_finer: impl Fn(f64, f64) -> bool,
    direction: &str,
) -> Result<(), RunError> {
    let refuse = |message: String| Err(RunError::option(axis.option(), message));
    if let Some(value) = values.iter().find(|value| !is_allowed(value)) {
        return refuse(format!("rungs are {allowed}, got {value:?}"));
    }
    if let Some(pair) = values.windows(2).find(|pair| !is_finer(pair[0], pair[1])) {
        return refuse(format!("rungs must {direction}, from coarse to fine, got {:?} after {:?}", pair[1], pair[0]));
    }
    match values.len() {
        0 => refuse("has no rung".to_owned()),
        1 => Ok(()),
        count if count < FEWEST_RUNGS => refuse(format!(
            "an order needs at least {FEWEST_RUNGS} rungs, got {count}; one rung holds the {} fixed",
            axis.name()
        )),
        count if count > MOST_RUNGS => refuse(format!("at most {MOST_RUNGS} rungs are allowed, got {count}")),
        _ => Ok(()),
    }
}

/// Around the grid that the game asks for, or on which an automatic one begins.
fn default_grids(file: &GameFile) -> Result<Vec<usize>, RunError> {
    let shapes = match file.solver().grid() {
        GridChoice::Fixed(shapes) => shapes.clone(),
        GridChoice::Auto => discretise_evolution(file)?.0.shapes(),
    };
    let longest = longest(&shapes);
    let even = |share: f64| (2.0 * (0.5 * share * longest as f64).round()).max(Grid::MINIMUM_POINTS as f64) as usize;
    let mut grids = DEFAULT_GRIDS.map(even).to_vec();
    grids.dedup();
    if grids.len() < FEWEST_RUNGS {
        let message = format!("{longest} points leave no ladder of coarser grids: say which grids");
        return Err(RunError::option(Axis::Grid.option(), message));
    }
    Ok(grids)
}

fn longest(shapes: &[Vec<usize>; 2]) -> usize {
    shapes.iter().flatten().copied().max().expect("every player has an axis")
}

/// The game with this tolerance or step, and with so many points along its longest axis.
fn setting(file: &GameFile, axis: Axis, accuracy: f64, points: Option<usize>) -> Result<Setting, RunError> {
    let time = format!("solver.{}={accuracy:e}", axis.name());
    let Some(points) = points else {
        let file = GameFile::parse(file.path(), file.text(), &[time])?;
        return Ok(Setting { file, shapes: [vec![], vec![]], points: 0, accuracy });
    };
    let shapes = scaled(file, points);
    for player in Player::BOTH {
        if let Err(error) = file.game().domain(player).grid(&shapes[player.index()]) {
            let message = format!(
                "{points} points give player {} the grid {:?}: {error}",
                player.letter(),
                shapes[player.index()]
            );
            return Err(RunError::option(Axis::Grid.option(), message));
        }
    }
    let grid = format!("solver.grid={{ x = {:?}, y = {:?} }}", shapes[0], shapes[1]);
    let file = GameFile::parse(file.path(), file.text(), &[grid, time])?;
    Ok(Setting { file, shapes, points, accuracy })
}

/// Points per axis when the longest axis has so many.
fn scaled(file: &GameFile, points: usize) -> [Vec<usize>; 2] {
    match file.solver().grid() {
        GridChoice::Auto => Player::BOTH.map(|player| vec![points; file.game().domain(player).dimension()]),
        GridChoice::Fixed(shapes) => {
            let longest = longest(shapes) as f64;
            let scale = |axis: &usize| (*axis as f64 / longest * points as f64).round() as usize;
            shapes.clone().map(|shape| shape.iter().map(scale).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::catalogue;

    fn ladders(game: &str, overrides: &[&str], request: &ConvergenceRequest) -> Result<Ladders, RunError> {
        let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
        Ladders::new(&catalogue::get(game).unwrap().load(&overrides).unwrap(), request)
    }

    #[test]
    fn both_ladders_end_in_the_same_run_and_no_other_is_made_twice() {
        let request = ConvergenceRequest {
            grids: Some(vec![16.0, 24.0, 32.0, 64.0]),
            tolerances: Some(vec![1e-3, 1e-5, 1e-7]),
            ..ConvergenceRequest::default()
        };
        let found = ladders("rotation", &[], &request).unwrap();
        assert_eq!((found.settings.len(), found.base()), (6, 3));
        assert_eq!((&found.grids[..], &found.times[..]), (&[0, 1, 2, 3][..], &[4, 5, 3][..]));
        let of = |run: usize| (found.settings[run].points, found.settings[run].file.solver().tolerance());
        assert_eq!([of(0), of(3), of(4), of(5)], [(16, 1e-7), (64, 1e-7), (64, 1e-3), (64, 1e-5)]);
    }

    #[test]
    fn unequal_axes_keep_their_ratio_and_automatic_ones_are_equal() {
        let request = ConvergenceRequest { grids: Some(vec![20.0, 40.0, 80.0]), ..ConvergenceRequest::default() };
        let found = ladders("players-1x2", &["solver.grid={ x = 64, y = [32, 24] }"], &request).unwrap();
        assert_eq!(found.settings[0].shapes, [vec![20], vec![10, 8]]);
        assert_eq!(found.settings[2].shapes, [vec![80], vec![40, 30]]);
        let found = ladders("players-1x2", &[], &request).unwrap();
        assert_eq!(found.settings[1].shapes, [vec![40], vec![40, 40]]);
    }

    #[test]
    fn defaults_stand_around_what_the_game_asks_for() {
        let found = ladders("rotation", &["solver.grid=64"], &ConvergenceRequest::default()).unwrap();
        let points: Vec<usize> = found.grids.iter().map(|run| found.settings[*run].points).collect();
        let tolerances: Vec<f64> = found.times.iter().map(|run| found.settings[*run].accuracy).collect();
        assert_eq!((points, tolerances), (vec![24, 32, 40, 48, 64, 80], vec![1e-6, 1e-7, 1e-8, 1e-9]));
        let found = ladders("rotation", &["solver.grid=64", "solver.tolerance=1e-14"], &ConvergenceRequest::default());
        let tolerances: Vec<f64> = found.unwrap().settings[5..].iter().map(|setting| setting.accuracy).collect();
        assert_eq!(tolerances, [1e-13, 1e-10, 1e-11, 1e-12]);
        let fixed = ["solver.grid=64", "solver.scheme=sbdf2", "solver.step=1e-3"];
        let found = ladders("rotation", &fixed, &ConvergenceRequest::default()).unwrap();
        assert_eq!((found.time_axis, found.settings[found.base()].file.solver().step()), (Axis::Step, Some(1.25e-4)));
    }
}
