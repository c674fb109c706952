//! One point: what tells its game from others, and what is computed of it.

use super::plan::Plan;
use super::quantity::Stage;
use crate::experiment::run::{Recorded, run_point};
use crate::experiment::workplace::without_sentences_on;
use crate::experiment::{
    Discretisation, EquilibriumSummary, RunError, RunOptions, SpectrumSummary, discretise, linear_spectrum,
};
use crate::game::{BaseGame, FILE_KEYS, GameError, GameFile, Player, SweepFile, file_part};
use crate::output::{PointRow, digest};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Wall time between checkpoints of a run that is a point.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(10);

/// What is known of a point.
#[derive(Default)]
pub struct Findings {
    /// The equilibrium.
    pub equilibrium: Option<EquilibriumSummary>,
    /// Nodes of both grids.
    pub nodes: Option<[usize; 2]>,
    /// The spectrum.
    pub spectrum: Option<SpectrumSummary>,
    /// The evolution.
    pub recorded: Option<Recorded>,
}

/// Hashes of games with the files that they name.
#[derive(Default)]
pub struct Identities {
    files: HashMap<PathBuf, u64>,
}

impl Identities {
    /// The hash of the game of a point, comments and order of keys aside, and of the bytes of the files in it.
    ///
    /// # Errors
    /// [`GameError`] for a key that cannot be set.
    pub fn of(&mut self, sweep: &SweepFile, point: usize) -> Result<String, GameError> {
        let text = sweep.game_text(point)?;
        let mut bytes = match text.parse::<toml::Table>() {
            Ok(table) => {
                let files = files(&table, sweep.base());
                let mut bytes = toml::Value::Table(table).to_string().into_bytes();
                files.into_iter().for_each(|file| bytes.extend(self.of_file(file).to_le_bytes()));
                bytes
            }
            Err(_) => text.into_bytes(),
        };
        bytes.extend(sweep.record().join(",").bytes());
        bytes.extend(sweep.thresholds().iter().flatten().flat_map(|value| value.to_le_bytes()));
        Ok(format!("{:016x}", digest(&bytes)))
    }

    /// 0 for a file that cannot be read: its point will say so.
    fn of_file(&mut self, path: PathBuf) -> u64 {
        *self.files.entry(path).or_insert_with_key(|path| {
            let is_file = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
            if is_file { std::fs::read(path).map_or(0, |bytes| digest(&bytes)) } else { 0 }
        })
    }
}

/// The files that a game names.
fn files(table: &toml::Table, base: &BaseGame) -> Vec<PathBuf> {
    let folder = base.path.parent().unwrap_or(Path::new(""));
    let text = |keys: &[&str]| {
        let mut value = table.get(keys[0])?;
        for key in &keys[1..] {
            value = value.get(key)?;
        }
        value.as_str()
    };
    FILE_KEYS.iter().filter_map(|keys| text(keys)).map(|name| folder.join(file_part(name))).collect()
}

/// Computes a point; `None` when it was interrupted. A run under way is kept in the folder `work`, where a later call finds it.
///
/// What fails is in the row: the status of the first failure, its message, and whatever could be had all the same.
pub fn compute(
    sweep: &SweepFile,
    plan: &Plan,
    (index, id): (usize, &str),
    work: &Path,
    interrupt: &AtomicBool,
) -> Option<PointRow> {
    let mut findings = Findings::default();
    let mut failure: Option<(i32, String)> = None;
    let mut fail = |what: &str, error: &RunError| {
        let message = without_sentences_on(work, &error.to_string());
        failure.get_or_insert((error.exit_status(), format!("{what}{message}")));
    };
    match sweep.game(index) {
        Err(error) => fail("", &RunError::Game(error)),
        Ok(file) => {
            if plan.needs(Stage::Evolution) {
                match evolve(&file, &work.join(format!("{id}.h5")), interrupt) {
                    Ok(recorded) => findings.take_run(recorded),
                    Err(RunError::Interrupted { .. }) => return None,
                    Err(error) => fail("evolution: ", &error),
                }
            }
            let wants_spectrum = plan.needs(Stage::Spectrum);
            if wants_spectrum || (plan.needs(Stage::Equilibrium) && findings.equilibrium.is_none()) {
                match discretise(file.game(), file.solver()) {
                    Ok(discretisation) => {
                        findings.take_equilibrium(&discretisation);
                        if wants_spectrum {
                            match spectrum(&file, &discretisation) {
                                Ok(found) => findings.spectrum = Some(found),
                                Err(error) => fail("spectrum: ", &error),
                            }
                        }
                    }
                    Err(error) => fail("equilibrium: ", &error),
                }
            }
        }
    }
    let (status, message) = failure.unwrap_or_default();
    let message = message.replace('\0', " ");
    Some(PointRow { index, id: id.to_owned(), status: status.into(), message, values: plan.values(&findings) })
}

impl Findings {
    /// Takes a finished run.
    pub(in crate::experiment) fn take_run(&mut self, recorded: Recorded) {
        let product = |shape: &[usize]| shape.iter().product();
        self.nodes = Some([product(&recorded.summary.grid.x), product(&recorded.summary.grid.y)]);
        self.equilibrium = Some(recorded.summary.equilibrium.clone());
        self.recorded = Some(recorded);
    }

    /// The equilibrium of the grids of a run stays.
    pub(in crate::experiment) fn take_equilibrium(&mut self, discretisation: &Discretisation) {
        self.nodes.get_or_insert_with(|| Player::BOTH.map(|player| discretisation.grid(player).len()));
        self.equilibrium.get_or_insert_with(|| EquilibriumSummary::new(discretisation));
    }
}

/// The run; its file is removed unless it was interrupted.
fn evolve(file: &GameFile, output: &Path, interrupt: &AtomicBool) -> Result<Recorded, RunError> {
    let options = RunOptions {
        output: output.to_path_buf(),
        overwrite: true,
        resume: true,
        command: String::new(),
        checkpoint_every: CHECKPOINT_EVERY,
    };
    let recorded = run_point(file, &options, interrupt);
    if !matches!(recorded, Err(RunError::Interrupted { .. })) {
        // What stays behind is removed with the folder.
        let _ = std::fs::remove_file(output);
    }
    recorded
}

fn spectrum(file: &GameFile, discretisation: &Discretisation) -> Result<SpectrumSummary, RunError> {
    RunError::unless_mfl_da("spectrum", file)?;
    let linear = linear_spectrum(file.game(), &discretisation.shapes(), 1)?;
    Ok(SpectrumSummary::new(&linear, file.game(), 1))
}
