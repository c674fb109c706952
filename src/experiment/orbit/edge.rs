//! `orbit --edge A B`: a state on the boundary between the basin of the equilibrium and that of a cycle.

use super::super::discretisation::discretise_with_initial;
use super::super::summary::GridSummary;
use super::super::{Destination, Discretisation, RunError};
use super::report::{OrbitSummary, symmetries};
use super::{OrbitRequest, Setting, record};
use crate::game::{GameFile, Player};
use crate::orbit::{Edge, EdgeSearch, edge as find_edge};
use crate::output::check_destination;
use crate::torus::{Density, pad_values};
use num_complex::Complex64;
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
    let files = in_common_boxes(files)?;
    let files = [&files[0], &files[1]];
    let game = files[0].game();
    let parts = files.map(|file| discretise_with_initial(file.game(), file.solver()));
    let [first, second] = parts;
    let ((one, first), (two, second)) = (first?, second?);
    let shapes = [0, 1].map(|p| {
        let pair = one.shapes()[p].clone().into_iter().zip(two.shapes()[p].clone());
        pair.map(|(a, b)| a.max(b)).collect::<Vec<usize>>()
    });
    let how = EdgeSearch { width, time: request.time.unwrap_or(LONGEST_PATH), finding: request.finding(files[0]) };
    let mut setting = Setting::new(files[0], Discretisation::new(game, &shapes)?);
    let mut found = bisected(&setting, [&first, &second], &how)?;
    while let Some(finer) = setting.grown(&samples(&found))? {
        setting = finer;
        found = bisected(&setting, [&first, &second], &how)?;
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
        edge: found.edge.as_ref().ok().map(|orbit| OrbitSummary::new(game, orbit)),
        edge_failure: found.edge.as_ref().err().map(ToString::to_string),
        cycle: OrbitSummary::new(game, &found.cycle),
        symmetry: symmetries(&setting),
        output,
    })
}

/// Both games in the boxes that hold those of either: the boxes of players on the line depend on the initial states.
fn in_common_boxes(files: [&GameFile; 2]) -> Result<[GameFile; 2], RunError> {
    let domains = files.map(|file| Player::BOTH.map(|player| file.game().domain(player).clone()));
    if domains[0] == domains[1] {
        return Ok(files.map(GameFile::clone));
    }
    let common = [domains[0][0].united(&domains[1][0])?, domains[0][1].united(&domains[1][1])?];
    Ok([files[0].in_boxes(common.clone())?, files[1].in_boxes(common)?])
}

/// The boundary on the grids of a setting, between states given on coarser ones.
fn bisected(setting: &Setting<'_>, states: [&[Density; 2]; 2], how: &EdgeSearch) -> Result<Edge, RunError> {
    let layout = setting.layout();
    let [first, second] = states.map(|densities| {
        let values = Player::BOTH.map(|player| {
            let density = &densities[player.index()];
            pad_values(density.grid(), layout.grid(player), density.values())
        });
        layout.from_values([&values[0], &values[1]])
    });
    let equilibrium = layout.from_values(setting.discretisation.equilibrium.densities());
    let (temperature, mut flow) = (setting.temperature(), setting.flow());
    Ok(find_edge(&mut flow, temperature, &setting.symmetry, &equilibrium, [&first, &second], how)?)
}

/// States along the cycle and the orbit on the boundary: what the grid has to resolve.
fn samples(found: &Edge) -> Vec<Vec<Complex64>> {
    let orbits = std::iter::once(&found.cycle).chain(&found.edge);
    orbits.flat_map(|orbit| orbit.portrait.samples.iter().cloned()).collect()
}
