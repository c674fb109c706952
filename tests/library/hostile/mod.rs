//! Input that nobody has thought of, and numbers at the edge of what can be computed.

mod corpus;
mod every_byte;
mod numbers;
mod random_game;
mod random_games;

use std::path::Path;

/// Datasets of a run in which nothing may be missing.
const COMPLETE: [&str; 8] =
    ["time", "mu", "nu", "equilibrium/mu", "equilibrium/nu", "energy", "nikaido_isoda", "steps/time"];

/// No number of the file of a run is missing where there should be one.
#[track_caller]
fn check_file(path: &Path, what: &str) {
    let mut options = hdf5::File::with_options();
    options.with_fapl(|access| access.file_locking(false));
    let file = options.open(path).unwrap_or_else(|error| panic!("{what}: {error}"));
    for name in COMPLETE {
        let values = file.dataset(name).and_then(|d| d.read_raw::<f64>());
        let values = values.unwrap_or_else(|error| panic!("{what}: {name}: {error}"));
        let bad = values.iter().position(|value| !value.is_finite());
        assert!(bad.is_none(), "{what}: {name} has {} at {}", values[bad.unwrap()], bad.unwrap());
    }
}
