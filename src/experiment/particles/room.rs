//! The memory that clouds and densities of all snapshots take, from the arithmetic, before anything is computed for them.

use super::ParticleRequest;
use crate::experiment::{Discretisation, RunError};
use crate::game::{GameFile, Player};

/// Most numbers of clouds that are kept for the output file, and of densities that are kept for distances: 2 GiB.
const MOST_VALUES: usize = 1 << 28;

/// Refuses clouds that are too many to be kept for the output file.
///
/// # Errors
/// [`RunError::Option`] with the bytes they need.
pub(super) fn check_clouds(file: &GameFile, request: &ParticleRequest, counts: [usize; 2]) -> Result<(), RunError> {
    let weight = usize::from(!file.flow().is_mfl_da());
    let of_player = |player: Player| counts[player.index()] * (file.game().domain(player).dimension() + weight);
    let one = Player::BOTH.map(of_player).iter().sum::<usize>();
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

/// Why the densities of all snapshots are too many to be kept, if they are.
///
/// # Errors
/// The reason.
pub(super) fn check_densities(solved: &Discretisation, snapshots: usize) -> Result<(), String> {
    let nodes = Player::BOTH.map(|player| solved.grid(player).len()).iter().sum::<usize>();
    let values = nodes as f64 * snapshots as f64;
    if values <= MOST_VALUES as f64 {
        return Ok(());
    }
    Err(format!(
        "the densities of {snapshots} snapshots need {:.1e} bytes; at most {:.1e} are kept",
        8.0 * values,
        8.0 * MOST_VALUES as f64
    ))
}
