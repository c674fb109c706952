//! The output file of `orbit`.

use super::super::line::line_records;
use super::super::{Destination, RunError};
use super::{BranchRequest, OrbitSummary, Setting};
use crate::game::Player;
use crate::orbit::{Branch, BranchPoint, Orbit};
use crate::output::{BranchRecord, Header, Layout, OrbitRecord, OrbitRow, write_orbit};
use crate::torus::Fourier;
use num_complex::Complex64;

/// Writes an orbit and its branch.
pub(super) fn write(
    setting: &Setting<'_>,
    orbit: &Orbit,
    branch: Option<(&BranchRequest, &Branch)>,
    destination: &Destination<'_>,
) -> Result<(), RunError> {
    let samples = &orbit.portrait.samples;
    let spacing = orbit.point.period / samples.len() as f64;
    let times: Vec<f64> = (0..samples.len()).map(|i| i as f64 * spacing).collect();
    let grid = |player| setting.discretisation.grid(player);
    let layout = Layout::new(grid(Player::X), grid(Player::Y), &times)?.with_lines(line_records(setting.file));
    let header = Header::new(setting.file.text(), destination.command, setting.file.game().name());
    let nodes = Nodes::new(setting);
    let [mu, nu] = Player::BOTH.map(|player| samples.iter().flat_map(|s| nodes.values(player, s)).collect());
    let told = OrbitSummary::new(setting.file.game(), orbit);
    let record = OrbitRecord {
        mu,
        nu,
        nikaido_isoda: orbit.portrait.gaps.clone(),
        energy: orbit.portrait.energies.clone(),
        multipliers: orbit.multipliers.iter().map(|m| m.value).collect(),
        residuals: orbit.multipliers.iter().map(|m| m.residual).collect(),
        attributes: vec![
            ("period", told.period),
            ("period_error", told.period_error),
            ("residual", told.residual),
            ("amplitude_x", told.amplitude.x),
            ("amplitude_y", told.amplitude.y),
            ("amplitude_x_error", told.amplitude_error.x),
            ("amplitude_y_error", told.amplitude_error.y),
            ("nikaido_isoda", told.nikaido_isoda),
            ("energy", told.energy),
            ("stable", f64::from(u8::from(told.stable))),
        ],
    };
    let branch = branch.map(|(request, branch)| BranchRecord {
        key: request.key.clone(),
        points: branch.points.iter().map(|point| nodes.row(point, 0.0)).collect(),
        folds: branch.folds.iter().map(|fold| nodes.row(&fold.at, fold.error)).collect(),
    });
    (destination.before_writing)();
    Ok(write_orbit(destination.path, destination.overwrite, &header, &layout, &record, branch.as_ref())?)
}

/// From coefficients to node values.
struct Nodes {
    layout: crate::flow::PairLayout,
    fouriers: [Fourier; 2],
}

impl Nodes {
    fn new(setting: &Setting<'_>) -> Nodes {
        Nodes { layout: setting.layout(), fouriers: Player::BOTH.map(|p| Fourier::new(setting.discretisation.grid(p))) }
    }

    fn values(&self, player: Player, state: &[Complex64]) -> Vec<f64> {
        let fourier = &self.fouriers[player.index()];
        let mut values = vec![0.0; fourier.grid().len()];
        fourier.inverse(self.layout.part(player, state), &mut values, &mut fourier.scratch());
        values
    }

    fn row(&self, point: &BranchPoint, error: f64) -> OrbitRow {
        let missing = Complex64::new(f64::NAN, f64::NAN);
        let mut multipliers: Vec<Complex64> = point.multipliers.iter().map(|m| m.value).collect();
        multipliers.resize(super::branch::MULTIPLIERS, missing);
        OrbitRow {
            parameter: point.parameter,
            error,
            period: point.point.period,
            residual: point.residual,
            stable: point.is_stable(),
            multipliers,
            mu: self.values(Player::X, &point.point.state),
            nu: self.values(Player::Y, &point.point.state),
        }
    }
}
