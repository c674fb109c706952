//! The command `equilibrium`: the mixed Nash pair with its certificate.

use super::discretisation::temperatures;
use super::line::{LineSummary, line_records};
use super::summary::{EquilibriumSummary, GridSummary, PayoffSummary};
use super::{Discretisation, Measurement, RunError, discretise};
use crate::flow::PairLayout;
use crate::game::{GameFile, Player};
use crate::output::{EquilibriumRecord, Header, Layout, RunWriter, check_destination};
use serde::Serialize;
use std::path::Path;

/// The object of `equilibrium --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EquilibriumReport {
    /// Name of the game.
    pub game: String,
    /// The regulariser.
    pub regulariser: &'static str,
    /// Points per axis.
    pub grid: GridSummary,
    /// The payoff operator.
    pub payoff: PayoffSummary,
    /// The pair and its certificate.
    pub equilibrium: EquilibriumSummary,
    /// Largest node value of `mu*` and `nu*`.
    pub max_density: [f64; 2],
    /// Smallest node value of `mu*` and `nu*`.
    pub min_density: [f64; 2],
    /// Players on the line: their boxes and tails.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineSummary>,
    /// The output file, if one was asked for.
    pub output: Option<String>,
}

/// Where to write the arrays.
#[derive(Clone)]
pub struct Destination<'a> {
    /// The file.
    pub path: &'a Path,
    /// Whether an older file may be replaced.
    pub overwrite: bool,
    /// The command line, for the record.
    pub command: &'a str,
    /// Called when everything is computed, before the file is created.
    pub before_writing: &'a dyn Fn(),
}

/// Computes the equilibrium; with a destination, writes it as the only snapshot, at time 0, of an output file.
///
/// # Errors
/// [`RunError`]; nothing is written then.
pub fn equilibrium(file: &GameFile, destination: Option<Destination<'_>>) -> Result<EquilibriumReport, RunError> {
    if let Some(destination) = &destination {
        check_destination(destination.path, destination.overwrite)?;
    }
    let (discretisation, mut report) = solve_equilibrium(file)?;
    if let Some(destination) = destination {
        let (game, densities) = (file.game(), discretisation.equilibrium.densities());
        let (x, y) = (discretisation.grid(Player::X), discretisation.grid(Player::Y));
        let header = Header::new(file.text(), destination.command, game.name());
        let layout = Layout::new(x, y, &[0.0])?.with_lines(line_records(file));
        let state = PairLayout::new(x, y).from_values(densities);
        let mut measurement = Measurement::new(&discretisation, temperatures(game));
        let cells = (!discretisation.equilibrium.regulariser().is_entropy()).then(|| densities.map(<[f64]>::to_vec));
        let snapshot = measurement.measure(&discretisation.payoff, 0.0, &state, cells);
        (destination.before_writing)();
        let mut writer = RunWriter::create(destination.path, &header, &layout, destination.overwrite)?;
        writer.equilibrium(record(&discretisation))?;
        writer.snapshot(snapshot)?;
        writer.finish()?;
        report.output = Some(destination.path.display().to_string());
    }
    Ok(report)
}

/// Computes the equilibrium, on its grids, with what is said of it.
///
/// # Errors
/// [`RunError`].
pub fn solve_equilibrium(file: &GameFile) -> Result<(Discretisation, EquilibriumReport), RunError> {
    let game = file.game();
    let discretisation = discretise(game, file.solver())?;
    let densities = discretisation.equilibrium.densities();
    let extreme = |start: f64, pick: fn(f64, f64) -> f64| densities.map(|d| d.iter().copied().fold(start, pick));
    let report = EquilibriumReport {
        game: game.name().to_owned(),
        regulariser: game.regulariser().name(),
        grid: GridSummary::new(&discretisation),
        payoff: PayoffSummary::new(&discretisation),
        equilibrium: EquilibriumSummary::new(&discretisation),
        max_density: extreme(0.0, f64::max),
        min_density: extreme(f64::INFINITY, f64::min),
        lines: LineSummary::at_rest(game),
        output: None,
    };
    Ok((discretisation, report))
}

/// The equilibrium as the output file stores it.
pub(super) fn record(discretisation: &Discretisation) -> EquilibriumRecord {
    let equilibrium = &discretisation.equilibrium;
    let [mu, nu] = equilibrium.densities().map(<[f64]>::to_vec);
    let attributes = [
        ("nikaido_isoda", equilibrium.nikaido_isoda()),
        ("residual", equilibrium.residual()),
        ("energy", equilibrium.energy()),
    ];
    EquilibriumRecord { mu, nu, attributes: attributes.map(|(name, value)| (name.to_owned(), value)).to_vec() }
}
