//! The file of `validate -o`.

use super::cloud::PlayerCloud;
use super::report::{PlayerReport, ValidationReport};
use super::{Pair, ValidationError, ValidationRequest};
use crate::experiment::Destination;
use crate::game::{GameFile, Player};
use crate::output::{Header, JudgedCloud, JudgedColumn, StateIndex, ValidationRecord, write_validation};
use crate::torus::Grid;
use crate::transport::Cloud;

/// Most points of a cloud that are written one by one, at each time.
const MOST_POINTS: usize = 1000;
/// Most node values of a player (2 GiB).
const MOST_VALUES: usize = 1 << 28;

/// Writes what was compared and what was found.
pub(super) fn write(
    request: &ValidationRequest<'_>,
    file: &GameFile,
    pairs: &[Pair<'_>],
    report: &ValidationReport,
    destination: &Destination<'_>,
) -> Result<(), ValidationError> {
    let [x, y] = Player::BOTH.map(|player| request.against.state(file, player, which(&pairs[0])));
    let grids = [x?.grid, y?.grid];
    let times: Vec<f64> = report.all().iter().map(|at| at.time.unwrap_or(f64::NAN)).collect();
    let largest = grids.iter().map(Grid::len).max().unwrap_or(1);
    if largest.saturating_mul(times.len()) > MOST_VALUES {
        let message =
            format!("{} times of {largest} nodes are more than a file is given; choose some with --time", times.len());
        return Err(ValidationError::input(destination.path.display(), message));
    }
    let [x, y] = Player::BOTH.map(|player| {
        let own: Vec<&Pair<'_>> = pairs.iter().filter(|pair| pair.player == player).collect();
        let Some(first) = own.first() else { return Ok(None) };
        let shown = first.cloud.size().total().min(MOST_POINTS);
        let mut judged = JudgedCloud {
            density: Vec::new(),
            cloud: Vec::new(),
            points: Vec::new(),
            shown,
            columns: columns(report, player),
        };
        for pair in own {
            append(request, file, pair, &mut judged)?;
        }
        Ok::<_, ValidationError>(Some(judged))
    });
    let record = ValidationRecord {
        report: &serde_json::to_string(report).expect("numbers and texts are valid JSON"),
        grids,
        times,
        players: [x?, y?],
    };
    let header = Header::new(file.text(), destination.command, file.game().name());
    (destination.before_writing)();
    Ok(write_validation(destination.path, destination.overwrite, &header, &record)?)
}

fn which(pair: &Pair<'_>) -> StateIndex {
    pair.snapshot.map_or(StateIndex::Equilibrium, StateIndex::Time)
}

/// Adds one time.
fn append(
    request: &ValidationRequest<'_>,
    file: &GameFile,
    pair: &Pair<'_>,
    judged: &mut JudgedCloud,
) -> Result<(), ValidationError> {
    let state = request.against.state(file, pair.player, which(pair))?;
    let domain = file.game().domain(pair.player);
    let row = |cloud: &PlayerCloud| cloud.row(pair.row, pair.time);
    let (points, weights) = (row(pair.cloud)?, pair.weights.map(row).transpose()?);
    let cloud =
        Cloud::placed(&points, weights.as_deref(), &state.grid.periods(), &state.grid.origins(), domain.is_line());
    let cloud = cloud.map_err(|error| ValidationError::input(request.cloud.name(), error.to_string()))?;
    judged.cloud.extend(state.grid.histogram(cloud.positions(), cloud.weights().iter().copied()));
    let (dimension, places) = (cloud.dimension(), cloud.coordinates());
    for k in 0..judged.shown {
        let at = k * cloud.len() / judged.shown;
        judged.points.extend(&places[at * dimension..(at + 1) * dimension]);
    }
    judged.density.extend(state.values);
    Ok(())
}

/// What was found of a player, time by time.
fn columns(report: &ValidationReport, player: Player) -> Vec<JudgedColumn> {
    let column = |name, long_name, pick: fn(&PlayerReport) -> Option<f64>| {
        let of = |at: &super::TimeReport| {
            let found = if player == Player::X { &at.x } else { &at.y };
            found.as_ref().and_then(pick).unwrap_or(f64::NAN)
        };
        JudgedColumn { name, long_name, values: report.all().iter().map(of).collect() }
    };
    vec![
        column("w2", "distance of the points from the density", |r| r.w2),
        column("w2_error", "error bar of the distance", |r| r.error),
        column("floor", "mean distance of as many independent points", |r| r.floor.map(|f| f.mean)),
        column("floor_low", "distance that 5 % of independent clouds stay below", |r| r.floor.map(|f| f.low)),
        column("floor_high", "distance that 5 % of independent clouds exceed", |r| r.floor.map(|f| f.high)),
        column("p_value", "share of independent clouds at least as far", |r| r.p_value),
        column("excess", "distance beyond that of independent points", |r| r.excess),
        column("p_biased", "p-value of a bias, adjusted for all tests", |r| Some(r.p_biased)),
    ]
}
