//! The command `particles`: the N-particle system of a game, measured against the densities of infinitely many.
//!
//! Order of things: the request is checked, clouds and forces are prepared ([`setup`]), the densities are computed at the
//! snapshot times ([`mean_field`]), all replicas move from snapshot to snapshot and are measured there ([`replicas`],
//! [`distance`]). A [`ladder`] does so for several numbers of particles.

mod distance;
mod ladder;
mod mean_field;
mod replicas;
mod report;
mod setup;

pub use ladder::{LadderReport, LadderRequest, Power, Rung, RungDecay, ladder};
#[cfg(test)]
pub(crate) use mean_field::mean_field;
pub use report::{DistanceSummary, ParticleCounts, ParticleReport, SnapshotSummary};
pub use setup::ParticleRequest;

use super::{Destination, Progress, RunError};
use crate::game::GameFile;
use crate::output::{OutputError, check_destination, write_particles};
use replicas::Replicas;
use setup::Setup;
use std::time::Instant;

/// Most numbers of clouds that are kept for the output file: 2 GiB.
const MOST_VALUES: usize = 1 << 28;

/// Simulates the particle system of a game; with a destination, writes clouds and distances.
///
/// # Errors
/// [`RunError`]; nothing is written then.
pub fn particles(
    file: &GameFile,
    request: &ParticleRequest,
    destination: Option<Destination<'_>>,
    watch: &mut dyn FnMut(&Progress),
) -> Result<ParticleReport, RunError> {
    let started = Instant::now();
    if let Some(destination) = &destination {
        check_destination(destination.path, destination.overwrite).map_err(without_resume)?;
    }
    let setup = Setup::new(file, request)?;
    let counts = setup.counts();
    if destination.is_some() {
        check_memory(file, request, counts)?;
    }
    let mut replicas = Replicas::new(&setup, counts, destination.is_some());
    replicas.run(watch);
    let record = replicas.finish();
    let mut report = ParticleReport::new(&setup, &record, counts);
    if let Some(destination) = destination {
        (destination.before_writing)();
        let (game, command) = (file.text(), destination.command);
        let (path, overwrite) = (destination.path, destination.overwrite);
        write_particles(path, overwrite, game, command, &record.to_file(&setup)).map_err(without_resume)?;
        report.output = Some(path.display().to_string());
    }
    report.wall_seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// A cloud cannot be resumed.
fn without_resume(error: OutputError) -> RunError {
    match error {
        OutputError::Exists { path, .. } => {
            RunError::option("-o", format!("{} already exists; --force replaces it", path.display()))
        }
        error => error.into(),
    }
}

fn check_memory(file: &GameFile, request: &ParticleRequest, counts: [usize; 2]) -> Result<(), RunError> {
    let of_player = |player: crate::game::Player| counts[player.index()] * file.game().domain(player).dimension();
    let one = crate::game::Player::BOTH.map(of_player).iter().sum::<usize>();
    let values = one as f64 * request.replicas as f64 * file.output().times().len() as f64;
    if values > MOST_VALUES as f64 {
        let message = format!(
            "the clouds of {} snapshots and {} replicas need {:.1e} bytes; at most {:.1e} are kept: ask for fewer snapshots \
             (--set output.snapshots=10), or leave -o out",
            file.output().times().len(),
            request.replicas,
            8.0 * values,
            8.0 * MOST_VALUES as f64
        );
        return Err(RunError::option("-o", message));
    }
    Ok(())
}
