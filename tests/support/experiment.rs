//! The commands `run` and `equilibrium` through the library, with the output file of the former.

use nashflow::experiment::{EquilibriumReport, RunError, RunOptions, Summary, equilibrium, run};
use nashflow::game::GameFile;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tempfile::TempDir;

/// A finished run and its file.
pub struct Ran {
    pub summary: Summary,
    pub path: PathBuf,
    _folder: TempDir,
}

/// Runs a game that must succeed.
#[track_caller]
pub fn run_game(file: &GameFile) -> Ran {
    try_run(file).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs a game.
pub fn try_run(file: &GameFile) -> Result<Ran, RunError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("run.h5");
    let options = RunOptions {
        output: path.clone(),
        overwrite: false,
        resume: false,
        command: "test".to_owned(),
        checkpoint_every: Duration::MAX,
    };
    let summary = run(file, &options, &AtomicBool::new(false), &mut |_| {})?;
    Ok(Ran { summary, path, _folder: folder })
}

/// The error of a run that must fail.
#[track_caller]
pub fn run_error(file: &GameFile) -> RunError {
    match try_run(file) {
        Ok(ran) => panic!("the run should fail: {:?}", ran.summary),
        Err(error) => error,
    }
}

/// The equilibrium of a game, as the command reports it.
#[track_caller]
pub fn equilibrium_of(file: &GameFile) -> EquilibriumReport {
    equilibrium(file, None).unwrap_or_else(|error| panic!("{error}"))
}

impl Ran {
    /// A dataset, flat.
    #[track_caller]
    pub fn dataset(&self, name: &str) -> Vec<f64> {
        dataset(&self.path, name)
    }

    /// Row `i` of a dataset of snapshots.
    #[track_caller]
    pub fn row(&self, name: &str, i: usize) -> Vec<f64> {
        let all = self.dataset(name);
        let length = all.len() / self.summary.snapshots;
        all[i * length..(i + 1) * length].to_vec()
    }
}

#[track_caller]
pub fn dataset(path: &Path, name: &str) -> Vec<f64> {
    let mut options = hdf5::File::with_options();
    options.with_fapl(|access| access.file_locking(false));
    let file = options.open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    file.dataset(name).and_then(|d| d.read_raw::<f64>()).unwrap_or_else(|error| panic!("{name}: {error}"))
}
