//! The clouds of all times and players against the densities: the statistics of each, and what is to be noted.

use super::functions::PayoffFunctions;
use super::report::PlayerReport;
use super::{Pair, ValidationError, ValidationRequest};
use crate::experiment::notes::left_out;
use crate::game::{GameFile, Player};
use crate::output::{StateIndex, StoredState};
use crate::torus::Density;
use crate::validation::{Comparison, Trial};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A deviation of the samples' law, in units of the noise, that is worth a note.
const LARGE_DEVIATION: f64 = 0.1;

/// A trial with what is reported of it, or why the density cannot be compared with.
pub(super) type Judged = Result<(Trial, PlayerReport), String>;

/// Judges every pair.
///
/// # Errors
/// [`ValidationError`] when a cloud or a state cannot be read, or a function has no value at a point.
pub(super) fn trials(
    request: &ValidationRequest<'_>,
    file: &GameFile,
    pairs: &[Pair<'_>],
    functions: &PayoffFunctions,
    samples: usize,
    notes: &mut Vec<String>,
) -> Result<Vec<Judged>, ValidationError> {
    let done = AtomicUsize::new(0);
    let all = pairs.len() * samples;
    let drawn = || (request.progress)(1 + done.fetch_add(1, Ordering::Relaxed), all);
    let mut judged = Vec::new();
    let mut last: Option<(Option<f64>, [StoredState; 2])> = None;
    for pair in pairs {
        // Both players of a time are compared with the same states.
        let states = match last.take() {
            Some((snapshot, states)) if snapshot == pair.snapshot => states,
            _ => {
                let which = pair.snapshot.map_or(StateIndex::Equilibrium, StateIndex::Time);
                let [x, y] = Player::BOTH.map(|player| request.against.state(file, player, which));
                [x?, y?]
            }
        };
        let (_, states) = last.insert((pair.snapshot, states));
        let own = &states[pair.player.index()];
        let on_line = file.game().domain(pair.player).is_line();
        let density = Density::computed(&own.grid, own.values.clone(), on_line).map_err(|error| error.to_string());
        let comparison = density.and_then(|density| {
            if density.left_out() > 0.0 {
                notes.push(format!("{}: {}", name(pair), left_out(&density)));
            }
            comparison(file, pair, functions, &density, &states[pair.player.opponent().index()].values)
        });
        judged.push(match comparison {
            Err(reason) => {
                done.fetch_add(samples, Ordering::Relaxed);
                notes.push(format!("{}: the density cannot be compared with: {reason}", name(pair)));
                Err(reason)
            }
            Ok(comparison) => {
                let points = pair.cloud.row(pair.row, pair.time)?;
                let comparison = match pair.weights {
                    Some(weights) => comparison
                        .with_weights(&weights.row(pair.row, pair.time)?)
                        .map_err(|error| ValidationError::input(request.cloud.name(), error.to_string()))?,
                    None => comparison,
                };
                let stream = [request.seed, pair.row as u64, pair.player.index() as u64];
                let trial = Trial::new(&comparison, &points, samples, &stream, &drawn)
                    .map_err(|error| ValidationError::input(request.cloud.name(), error.to_string()))?;
                check_means(request, pair, &comparison, &trial)?;
                remark(pair, &comparison, &trial, notes);
                let report = PlayerReport::new(&comparison, &trial);
                Ok((trial, report))
            }
        });
    }
    Ok(judged)
}

/// What a cloud is compared with.
fn comparison(
    file: &GameFile,
    pair: &Pair<'_>,
    functions: &PayoffFunctions,
    density: &Density,
    opponent: &[f64],
) -> Result<Comparison, String> {
    let (player, size) = (pair.player, pair.cloud.size());
    let comparison = match tail_distance(file, player, pair.snapshot.is_none()) {
        None => Comparison::new(density, &functions.of(player, opponent), size),
        Some(tail) => Comparison::on_line(density, &functions.on_line(player, opponent), size, tail.unwrap_or(0.0)),
    };
    comparison.map_err(|error| error.to_string())
}

/// What the mass outside of the box of a player on the line may add to distances, or why that is not known. It is proved for
/// states at rest and one dynamics alone.
pub(super) fn tail_distance(file: &GameFile, player: Player, at_rest: bool) -> Option<Result<f64, String>> {
    Some(match file.game().tail(player)?.distance() {
        Ok(_) if !at_rest && !file.flow().is_mfl_da() => Err("it is proved for mfl-da alone".to_owned()),
        known => known.map_err(str::to_owned),
    })
}

/// Refuses a cloud with a point at which a function of the payoff has no value.
fn check_means(
    request: &ValidationRequest<'_>,
    pair: &Pair<'_>,
    comparison: &Comparison,
    trial: &Trial,
) -> Result<(), ValidationError> {
    let means = trial.observed.moments.means.iter().zip(comparison.moments().observables().list());
    match means.into_iter().find(|(mean, _)| !mean.is_finite()) {
        None => Ok(()),
        Some((_, observable)) => {
            let message = format!("{}: {} is not finite at a point", name(pair), observable.name);
            Err(ValidationError::input(request.cloud.name(), message))
        }
    }
}

/// `x at time 0.5`.
fn name(pair: &Pair<'_>) -> String {
    let state = pair.snapshot.map_or("the equilibrium".to_owned(), |time| format!("time {time}"));
    format!("{} at {state}", pair.player.letter())
}

/// Notes on one comparison.
fn remark(pair: &Pair<'_>, comparison: &Comparison, trial: &Trial, notes: &mut Vec<String>) {
    if let Some(error) = trial.failure() {
        notes.push(format!("{}: the distance is left out: {error}", name(pair)));
    }
    let deviation = comparison.sampler().deviation() * (pair.cloud.size().total() as f64).sqrt();
    if deviation > LARGE_DEVIATION {
        notes.push(format!(
            "{}: samples are drawn from a density that differs by {deviation:.1e} of the noise of the points",
            name(pair)
        ));
    }
    let left_out = comparison.moments().observables().left_out();
    if !left_out.is_empty() {
        let why = if comparison.is_on_line() { "that are not finite in the box" } else { "of too many waves" };
        notes.push(format!("{}: functions {why} were left out: {}", name(pair), left_out.join(", ")));
    }
    if comparison.is_on_line()
        && let Err(reason) = comparison.asymptotic_law()
    {
        notes.push(format!("{}: no law of the distance of many points: {reason}", name(pair)));
    }
}
