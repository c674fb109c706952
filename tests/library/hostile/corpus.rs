//! The inputs that fuzzing has kept (`fuzz/corpus`, one folder for each target), fed to the same functions: each must come back,
//! and soon.

use crate::support::hostile::WAYS;
use std::path::Path;
use std::time::{Duration, Instant};

/// A hang, in this build and on a busy machine; the fuzzer stops inputs at one second.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn every_input_that_fuzzing_has_kept_is_taken_or_refused() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let workspace = tempfile::tempdir().unwrap();
    for (name, way) in WAYS {
        let mut inputs: Vec<_> =
            std::fs::read_dir(root.join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        inputs.sort();
        assert!(inputs.len() >= 10, "{name} has {} inputs", inputs.len());
        for input in inputs {
            let bytes = std::fs::read(&input).unwrap();
            let started = Instant::now();
            way(workspace.path(), &bytes);
            assert!(started.elapsed() < PATIENCE, "{}: {:?}", input.display(), started.elapsed());
        }
    }
}
