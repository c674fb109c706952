//! A simulation as named numbers and back, to the bit.

use super::positivity::Lowest;
use super::{Clock, Discretisation, Measurement, Simulation};
use crate::flow::Flow;
use crate::game::Player;
use crate::output::{Checkpoint, Diagnostics, OutputError, fingerprint};
use crate::stepper::{Memory, Semilinear, Stepper};
use crate::transport::Potential;
use num_complex::Complex64;
use std::path::Path;

/// Key of the fingerprint of the snapshots.
const FINGERPRINT: &str = "snapshots";

/// Key of the largest share of a density in the seam.
const SEAM: &str = "seam";

/// Everything that is needed to go on from here, and what the summary will have to tell.
pub fn store(
    simulation: &Simulation<Box<dyn Flow>>,
    measurement: &Measurement,
    notes: &[String],
    lowest: Option<&Lowest>,
    seam: Option<f64>,
    snapshots: &[(f64, Diagnostics)],
) -> Checkpoint {
    let mut checkpoint = Checkpoint {
        time: simulation.clock().time,
        snapshot_count: snapshots.len() as u64,
        step_count: simulation.clock().steps as u64,
        ..Checkpoint::default()
    };
    let Checkpoint { numbers, integers, texts, .. } = &mut checkpoint;
    let memory = simulation.memory();
    numbers.insert("state".to_owned(), interleaved(simulation.state()));
    numbers.insert("stepper".to_owned(), memory.numbers);
    for (i, state) in memory.states.iter().enumerate() {
        numbers.insert(format!("stepper_state_{i}"), interleaved(state));
    }
    texts.extend(notes.iter().enumerate().map(|(i, note)| (format!("note_{i}"), note.clone())));
    if let Some(lowest) = lowest {
        integers.insert("lowest_player".to_owned(), vec![lowest.player.index() as u64]);
        numbers.insert("lowest".to_owned(), vec![lowest.time, lowest.minimum, lowest.maximum]);
    }
    numbers.extend(seam.map(|share| (SEAM.to_owned(), vec![share])));
    integers.insert(FINGERPRINT.to_owned(), vec![fingerprint(snapshots)]);
    integers.insert("rejected".to_owned(), vec![simulation.rejected() as u64]);
    for (player, potential) in Player::BOTH.into_iter().zip(measurement.warm_starts()) {
        let letter = player.letter();
        if let Some(reason) = &measurement.failures()[player.index()] {
            texts.insert(failure_key(player), reason.clone());
        }
        let shape = |points: Vec<usize>| points.into_iter().map(|n| n as u64).collect::<Vec<u64>>();
        integers.insert(format!("shape_{letter}"), shape(simulation.flow().layout().grid(player).shape()));
        if let Some(potential) = potential {
            integers.insert(format!("potential_shape_{letter}"), shape(potential.grid.shape()));
            numbers.insert(format!("potential_{letter}"), potential.values);
        }
    }
    checkpoint
}

/// The simulation and the warm starts behind [`store`].
///
/// # Errors
/// [`OutputError::Damaged`] when the checkpoint does not hold what this program writes.
pub fn restore(
    checkpoint: &Checkpoint,
    flow: Box<dyn Flow>,
    stepper: Box<dyn Stepper<f64>>,
    mut clock: Clock,
    measurement: &mut Measurement,
    discretisation: &Discretisation,
    path: &Path,
) -> Result<Simulation<Box<dyn Flow>>, OutputError> {
    let damaged = |reason: String| OutputError::Damaged { path: path.to_path_buf(), reason };
    let state = take_state(checkpoint, "state", flow.symbol().len()).map_err(damaged)?;
    let numbers = checkpoint.numbers.get("stepper").cloned().unwrap_or_default();
    let states = (0..)
        .map(|i| format!("stepper_state_{i}"))
        .take_while(|name| checkpoint.numbers.contains_key(name))
        .map(|name| take_state(checkpoint, &name, flow.symbol().len()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(damaged)?;
    clock.time = checkpoint.time;
    clock.steps = checkpoint.step_count as usize;
    let rejected = checkpoint.integers.get("rejected").and_then(|v| v.first()).copied().unwrap_or(0);
    let mut potentials = [None, None];
    for (player, slot) in Player::BOTH.into_iter().zip(&mut potentials) {
        *slot = take_potential(checkpoint, player, discretisation).map_err(damaged)?;
    }
    measurement.set_warm_starts(potentials).map_err(|error| damaged(error.to_string()))?;
    measurement.keep_failures(failures(checkpoint));
    Ok(Simulation::resume(flow, stepper, state, &Memory { numbers, states }, clock, rejected as usize))
}

/// Whether these are the snapshots before the checkpoint.
pub fn belongs_to(checkpoint: &Checkpoint, snapshots: &[(f64, Diagnostics)]) -> bool {
    checkpoint.integers.get(FINGERPRINT).is_some_and(|stored| stored[..] == [fingerprint(snapshots)])
}

/// The notes behind [`store`], in their order.
pub fn notes(checkpoint: &Checkpoint) -> Vec<String> {
    (0..).map_while(|i| checkpoint.texts.get(&format!("note_{i}")).cloned()).collect()
}

/// The deepest dip behind [`store`].
pub fn lowest(checkpoint: &Checkpoint) -> Option<Lowest> {
    let player = *checkpoint.integers.get("lowest_player")?.first()?;
    let [time, minimum, maximum] = *checkpoint.numbers.get("lowest")?.first_chunk()?;
    Some(Lowest { time, player: *Player::BOTH.get(player as usize)?, minimum, maximum })
}

/// The largest share of a density in the seam of a box on the line.
pub fn seam(checkpoint: &Checkpoint) -> Option<f64> {
    checkpoint.numbers.get(SEAM)?.first().copied()
}

/// Why distances are missing, per player.
pub fn failures(checkpoint: &Checkpoint) -> [Option<String>; 2] {
    Player::BOTH.map(|player| checkpoint.texts.get(&failure_key(player)).cloned())
}

fn failure_key(player: Player) -> String {
    format!("failure_{}", player.letter())
}

/// Points per axis on which the checkpoint was made.
pub fn shapes(checkpoint: &Checkpoint) -> Option<[Vec<usize>; 2]> {
    let shape = |letter: &str| {
        let points = checkpoint.integers.get(&format!("shape_{letter}"))?;
        Some(points.iter().map(|&n| n as usize).collect::<Vec<usize>>())
    };
    Some([shape("x")?, shape("y")?])
}

fn interleaved(state: &[Complex64]) -> Vec<f64> {
    state.iter().flat_map(|c| [c.re, c.im]).collect()
}

fn take_state(checkpoint: &Checkpoint, name: &str, len: usize) -> Result<Vec<Complex64>, String> {
    let numbers = checkpoint.numbers.get(name).ok_or_else(|| format!("its checkpoint has no {name}"))?;
    if numbers.len() != 2 * len {
        return Err(format!("its checkpoint has {} numbers in {name}, not {}", numbers.len(), 2 * len));
    }
    Ok(numbers.chunks_exact(2).map(|c| Complex64::new(c[0], c[1])).collect())
}

fn take_potential(
    checkpoint: &Checkpoint,
    player: Player,
    discretisation: &Discretisation,
) -> Result<Option<Potential>, String> {
    let letter = player.letter();
    let Some(values) = checkpoint.numbers.get(&format!("potential_{letter}")) else { return Ok(None) };
    let key = format!("potential_shape_{letter}");
    let shape = checkpoint.integers.get(&key).ok_or_else(|| format!("its checkpoint has no {key}"))?;
    let shape: Vec<usize> = shape.iter().map(|&n| n as usize).collect();
    if shape.len() != discretisation.grid(player).dimension() {
        return Err(format!("its checkpoint has {key} = {shape:?}"));
    }
    let grid = discretisation.grid(player).with_points(&shape).map_err(|error| error.to_string())?;
    Ok(Some(Potential { grid, values: values.clone() }))
}
