//! Files of the program itself: every reader of them, and going on with what was left.

use super::damage::damaged;
use super::originals::{game, originals, particle_output, particle_request, run_options};
use nashflow::experiment::{particles, run};
use nashflow::game::Player;
use nashflow::output::{
    ArrayReader, FileKind, OrbitReader, RunReader, StateIndex, finished_run, read_journal, read_state, read_times,
};
use std::path::Path;
use std::sync::atomic::AtomicBool;

const WHICH: [StateIndex; 4] =
    [StateIndex::Last, StateIndex::Snapshot(0), StateIndex::Time(0.005), StateIndex::Equilibrium];

/// A damaged output file through the readers of what it claims to be, or through all when it claims nothing: see [`damaged`].
pub fn output(folder: &Path, script: &[u8]) {
    let Some((_, bytes)) = damaged(originals(), script) else { return };
    let path = folder.join("output.h5");
    std::fs::write(&path, bytes).expect("room for a small file");
    match FileKind::of(&path) {
        Ok(FileKind::Run) => {
            read_states(&path);
            let _ = finished_run(&path);
            read_run(&path);
        }
        Ok(FileKind::Orbit) => {
            read_states(&path);
            read_orbit(&path);
        }
        Ok(_) => read_arrays(&path),
        Err(_) => {
            let _ = (read_times(&path), finished_run(&path), read_journal(&path));
            read_states(&path);
            read_run(&path);
            read_orbit(&path);
            read_arrays(&path);
        }
    }
}

fn read_states(path: &Path) {
    for (player, which) in Player::BOTH.into_iter().flat_map(|player| WHICH.map(|which| (player, which))) {
        if let Ok(state) = read_state(path, player, which) {
            assert!(state.values.iter().all(|value| value.is_finite()), "{player:?} {which:?}");
            assert_eq!(state.values.len(), state.grid.len(), "{player:?} {which:?}");
        }
    }
}

fn read_run(path: &Path) {
    let Ok(reader) = RunReader::open(path) else { return };
    for player in Player::BOTH {
        for row in 0..reader.times().len() {
            let _ = reader.density(player, row);
        }
        let _ = reader.equilibrium(player);
    }
    let _ = (reader.diagnostic("w2"), reader.diagnostic("energy"), reader.steps());
}

fn read_orbit(path: &Path) {
    let Ok(reader) = OrbitReader::open(path) else { return };
    for player in Player::BOTH {
        for row in 0..reader.times().len() {
            let _ = reader.density(player, row);
        }
    }
    let _ = (reader.number("period"), reader.diagnostic("energy"), reader.multipliers(), reader.branch());
}

fn read_arrays(path: &Path) {
    let Ok(reader) = ArrayReader::open(path) else { return };
    for array in &reader.source().arrays {
        let _ = (reader.numbers(&array.name), reader.integers(&array.name), reader.row(&array.name, 0));
    }
    let _ = (reader.times(), reader.text("game"), reader.grid(Player::X), reader.grid(Player::Y));
}

/// A damaged unfinished run, or damaged unfinished particles: taken up again, and stopped at once.
pub fn resume(folder: &Path, script: &[u8]) {
    let Some((original, bytes)) = damaged(originals(), script) else { return };
    let interrupt = AtomicBool::new(true);
    let output = folder.join("resume.h5");
    let part = folder.join("resume.h5.part");
    if original.name.contains("particles") {
        std::fs::write(&part, bytes).expect("room for a small file");
        let _ = particles(&game(), &particle_request(), Some(&particle_output(&output, &interrupt)), &mut |_| {});
    } else {
        std::fs::write(&output, bytes).expect("room for a small file");
        let _ = run(&game(), &run_options(&output), &interrupt, &mut |_| {});
    }
    for path in [&output, &part] {
        let _ = std::fs::remove_file(path);
    }
}
