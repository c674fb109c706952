//! `orbit --edge A B`: a state on the boundary between the basin of the equilibrium and that of a cycle.

use super::super::discretisation::discretise_with_initial;
use super::super::summary::GridSummary;
use super::super::{Destination, Discretisation, RunError};
use super::report::{OrbitSummary, symmetries};
use super::{OrbitRequest, Setting, record};
use crate::game::GameFile;
use crate::orbit::{EdgeSearch, edge as find_edge};
use crate::output::check_destination;
use crate::torus::pad_values;
use serde::Serialize;

/// Longest time that a state may take to an attractor, when nothing else is asked for.
const LONGEST_PATH: f64 = 2000.0;

/// The object of `orbit --edge --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EdgeReport {
    /// Name of the game.
    pub game: String,
    /// Points per axis.
    pub grid: GridSummary,
    /// The boundary passes between these two shares of the second state in the mixture of both.
    pub interval: [f64; 2],
    /// Distance between the two mixtures in the norm of the flow.
    pub distance: f64,
    /// Which of the states goes to the equilibrium: 1 or 2.
    pub equilibrium_from: u8,
    /// When the path of the middle came closest to closing.
    pub lingers_at: Option<f64>,
    /// By what share of the amplitude it missed then.
    pub lingering_miss: Option<f64>,
    /// The orbit it lingers at.
    pub edge: Option<OrbitSummary>,
    /// Why there is none.
    pub edge_failure: Option<String>,
    /// The cycle.
    pub cycle: OrbitSummary,
    /// Maps of a player's torus that change no force.
    pub symmetry: Vec<String>,
    /// The output file with the edge state, if one was asked for.
    pub output: Option<String>,
}

/// Finds the boundary between the initial states of two files, which differ in nothing else; writes the edge state.
///
/// # Errors
/// [`RunError`]; with a destination also when there is no edge state to write.
pub fn edge(
    files: [&GameFile; 2],
    request: &OrbitRequest,
    width: f64,
    destination: Option<Destination<'_>>,
) -> Result<EdgeReport, RunError> {
    files.iter().try_for_each(|file| RunError::unless_mfl_da("orbit", file))?;
    if let Some(destination) = &destination {
        check_destination(destination.path, destination.overwrite)?;
    }
    let game = files[0].game();
    let parts = files.map(|file| discretise_with_initial(file.game(), file.solver()));
    let [first, second] = parts;
    let ((one, first), (two, second)) = (first?, second?);
    let shapes = [0, 1].map(|p| {
        let pair = one.shapes()[p].clone().into_iter().zip(two.shapes()[p].clone());
        pair.map(|(a, b)| a.max(b)).collect::<Vec<usize>>()
    });
    let setting = Setting::new(files[0], Discretisation::new(game, &shapes)?);
    let layout = setting.layout();
    let state = |densities: &[crate::torus::Density; 2]| {
        let values = crate::game::Player::BOTH.map(|player| {
            let density = &densities[player.index()];
            pad_values(density.grid(), layout.grid(player), density.values())
        });
        layout.from_values([&values[0], &values[1]])
    };
    let finding = request.finding(files[0]);
    let how = EdgeSearch { width, time: request.time.unwrap_or(LONGEST_PATH), finding };
    let equilibrium = layout.from_values(setting.discretisation.equilibrium.densities());
    let states = [state(&first), state(&second)];
    let mut flow = setting.flow();
    let found =
        find_edge(&mut flow, setting.temperature(), &setting.symmetry, &equilibrium, [&states[0], &states[1]], &how)?;
    let finer = setting.grown(&found.cycle.portrait.samples)?;
    if let Some(finer) = finer {
        let advice = format!("fix solver.grid, for example at {:?}", finer.discretisation.shapes());
        let (what, player, shape) = ("the cycle".to_owned(), crate::game::Player::X, shapes[0].clone());
        return Err(RunError::Unresolved { what, player, time: None, shape, tail: f64::NAN, advice });
    }
    let output = match &destination {
        Some(destination) => {
            record::write(&setting, found.edge.as_ref().map_err(|e| e.clone())?, None, destination)?;
            Some(destination.path.display().to_string())
        }
        None => None,
    };
    Ok(EdgeReport {
        game: game.name().to_owned(),
        grid: GridSummary::new(&setting.discretisation),
        interval: found.interval,
        distance: found.distance,
        equilibrium_from: if found.first_goes_to_equilibrium { 1 } else { 2 },
        lingers_at: found.lingering.map(|(time, _)| time),
        lingering_miss: found.lingering.map(|(_, miss)| miss),
        edge: found.edge.as_ref().ok().map(OrbitSummary::new),
        edge_failure: found.edge.as_ref().err().map(ToString::to_string),
        cycle: OrbitSummary::new(&found.cycle),
        symmetry: symmetries(&setting),
        output,
    })
}
