//! The command `orbit`: a limit cycle with its multipliers, its branch in a parameter, or a state on the boundary of
//! its basin.

mod branch;
mod edge;
mod record;
mod report;

pub use branch::BranchRequest;
pub use edge::{EdgeReport, edge};
pub use report::{BranchReport, FoldReport, OrbitReport, OrbitSummary, RowReport};

use super::discretisation::{discretise_with_initial, temperatures};
use super::grid_growth::{automatic_tail, grown_shape};
use super::{Destination, Discretisation, RunError, seam};
use crate::flow::{MflDa, PairLayout};
use crate::game::{GameFile, GridChoice, Player};
use crate::orbit::{Finding, Invariance, Orbit, Symmetry, find};
use crate::output::check_destination;
use crate::torus::spectral_tail;
use num_complex::Complex64;

/// Times `solver.time` that the search for a return runs, when nothing else is asked for ..
const SEARCH_FACTOR: f64 = 10.0;
/// .. and at least this.
const SHORTEST_SEARCH: f64 = 200.0;
/// Tails of an orbit on a grid that may grow, and on one that may not.
const ORBIT_TAIL: f64 = 1e-10;

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct OrbitRequest {
    /// Number of multipliers.
    pub multipliers: usize,
    /// Time of the search; by default ten times `solver.time`, and at least 200.
    pub time: Option<f64>,
    /// A branch to be followed.
    pub branch: Option<BranchRequest>,
}

impl OrbitRequest {
    pub(super) fn finding(&self, file: &GameFile) -> Finding {
        let time = self.time.unwrap_or_else(|| (SEARCH_FACTOR * file.solver().time()).max(SHORTEST_SEARCH));
        Finding { time, multipliers: self.multipliers, ..Finding::default() }
    }
}

/// A game, its flow, and where it starts.
struct Setting<'a> {
    file: &'a GameFile,
    discretisation: Discretisation,
    symmetry: Symmetry,
}

impl<'a> Setting<'a> {
    fn new(file: &'a GameFile, discretisation: Discretisation) -> Setting<'a> {
        let symmetry = Symmetry::find(&discretisation.payoff);
        Setting { file, discretisation, symmetry }
    }

    fn temperature(&self) -> [f64; 2] {
        temperatures(self.file.game())
    }

    fn flow(&self) -> MflDa {
        MflDa::new(self.discretisation.payoff.clone(), self.temperature(), self.file.game().timescale())
    }

    fn layout(&self) -> PairLayout {
        PairLayout::new(self.discretisation.grid(Player::X), self.discretisation.grid(Player::Y))
    }

    /// The same game on the next larger grids for what these samples need; `None` when they are resolved.
    ///
    /// # Errors
    /// [`RunError::Unresolved`] when the grid is fixed.
    fn grown(&self, samples: &[Vec<Complex64>]) -> Result<Option<Setting<'a>>, RunError> {
        let layout = self.layout();
        let mut shapes = self.discretisation.shapes();
        let mut resolved = true;
        for player in Player::BOTH {
            let grid = layout.grid(player);
            let tail = samples.iter().map(|s| spectral_tail(grid, layout.part(player, s))).fold(0.0, f64::max);
            if tail <= ORBIT_TAIL {
                continue;
            }
            if let GridChoice::Fixed(_) = self.file.solver().grid() {
                let advice = "take a finer solver.grid, or \"auto\"".to_owned();
                let (what, shape) = ("the orbit".to_owned(), grid.shape());
                return Err(RunError::Unresolved { what, player, time: None, shape, tail, advice });
            }
            resolved = false;
            let tails = vec![tail; grid.dimension()];
            let limit = automatic_tail(self.file.solver().tolerance());
            shapes[player.index()] = grown_shape(grid, &tails, limit, "the orbit", player)?;
        }
        if resolved {
            return Ok(None);
        }
        Ok(Some(Setting::new(self.file, Discretisation::new(self.file.game(), &shapes)?)))
    }
}

/// Finds the orbit that the flow goes to from the initial state of a game, and follows its branch if asked to.
///
/// `watch` is told what is being done.
///
/// # Errors
/// [`RunError`]; nothing is written then.
pub fn orbit(
    file: &GameFile,
    request: &OrbitRequest,
    destination: Option<Destination<'_>>,
    watch: &mut dyn FnMut(&str),
) -> Result<OrbitReport, RunError> {
    RunError::unless_mfl_da("orbit", file)?;
    RunError::unless_entropy("the command orbit", file)?;
    if let Some(destination) = &destination {
        check_destination(destination.path, destination.overwrite)?;
    }
    if let Some(branch) = &request.branch {
        branch.check(file)?;
    }
    let (discretisation, [mu, nu]) = discretise_with_initial(file.game(), file.solver())?;
    let mut setting = Setting::new(file, discretisation);
    let start = setting.layout().from_values([mu.values(), nu.values()]);
    watch("searching");
    let (orbit, grown) = resolved_orbit(setting, start, &request.finding(file))?;
    setting = grown;
    let branch = match &request.branch {
        Some(branch) => Some(branch.follow(&setting, &orbit, watch)?),
        None => None,
    };
    let output = destination.as_ref().map(|d| d.path.display().to_string());
    let report = OrbitReport::new(&setting, &orbit, request.branch.as_ref().zip(branch.as_ref()), output);
    if let Some(destination) = destination {
        record::write(&setting, &orbit, request.branch.as_ref().zip(branch.as_ref()), &destination)?;
    }
    Ok(report)
}

/// The orbit on grids that resolve it.
fn resolved_orbit<'a>(
    mut setting: Setting<'a>,
    mut start: Vec<Complex64>,
    finding: &Finding,
) -> Result<(Orbit, Setting<'a>), RunError> {
    loop {
        let mut flow = setting.flow();
        let orbit = find(&mut flow, setting.temperature(), &setting.symmetry, &start, finding)?;
        let Some(finer) = setting.grown(&orbit.portrait.samples)? else {
            for sample in &orbit.portrait.samples {
                seam::check_state(setting.file, &setting.layout(), sample)?;
            }
            return Ok((orbit, setting));
        };
        start = setting.layout().resample(&finer.layout(), &orbit.point.state);
        setting = finer;
    }
}

/// An invariance in words.
fn in_words(player: Player, map: &Invariance, axes: usize) -> String {
    let name = |axis: usize| match axes {
        1 => player.letter().to_owned(),
        _ => format!("{}{}", player.letter(), axis + 1),
    };
    match map {
        Invariance::Reflection { axis, centre } => format!("{0} -> {1:.6} - {0}", name(*axis), 2.0 * centre),
        Invariance::Shift { axis, order } => format!("{0} -> {0} + period/{order}", name(*axis)),
    }
}
