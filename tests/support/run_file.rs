//! A run without a solver: every number is a simple function of the snapshot and the node, exact in binary, so that
//! Python computes the same bits.

use nashflow::game::Player;
use nashflow::output::{
    Checkpoint, Diagnostics, EquilibriumRecord, Header, Layout, OutputError, RunWriter, Snapshot, StepRecord,
};
use nashflow::torus::Grid;
use std::collections::BTreeMap;
use std::path::Path;

pub const STEPS_PER_SNAPSHOT: usize = 3;

pub fn layout(x: &[usize], y: &[usize], snapshots: usize) -> Layout {
    let grid = |points: &[usize], scale: f64| {
        let period: Vec<f64> = (0..points.len()).map(|axis| scale + axis as f64).collect();
        Grid::new(points, &period, &vec![-0.5; points.len()]).unwrap()
    };
    let times: Vec<f64> = (0..snapshots).map(|k| k as f64 / 8.0).collect();
    Layout::new(&grid(x, 1.0), &grid(y, 3.0), &times).unwrap()
}

pub fn header() -> Header {
    Header::new("[game]\nname = \"stub\"\n", "nashflow run stub.toml", "stub")
}

fn density(layout: &Layout, player: Player, k: usize) -> Vec<f64> {
    let p = player.index();
    (0..layout.grid(player).len()).map(|j| 1.0 + ((7 * k + 3 * j + 5 * p) % 11) as f64 / 16.0).collect()
}

pub fn snapshot(layout: &Layout, k: usize) -> Snapshot {
    let mut diagnostics = Diagnostics::from_values(std::array::from_fn(|column| (k + 1) as f64 / (column + 1) as f64));
    if k == 0 {
        diagnostics.w2 = f64::NAN;
    }
    Snapshot {
        time: layout.times()[k],
        mu: density(layout, Player::X, k),
        nu: density(layout, Player::Y, k),
        diagnostics,
    }
}

pub fn equilibrium(layout: &Layout) -> EquilibriumRecord {
    let attributes = [("energy", -2.0), ("nikaido_isoda", 0.25), ("residual", 0.5), ("w2_bound", 0.125)];
    EquilibriumRecord {
        mu: density(layout, Player::X, 1000),
        nu: density(layout, Player::Y, 1000),
        attributes: attributes.map(|(name, value)| (name.to_string(), value)).to_vec(),
    }
}

/// What happens in the run, and when.
#[derive(Clone)]
pub struct Script {
    pub layout: Layout,
    /// A checkpoint before every snapshot whose index is a multiple of this, the first excepted.
    pub checkpoint_every: usize,
    /// Grids from this snapshot on.
    pub regrids: BTreeMap<usize, Layout>,
    /// Whether the equilibrium is stored.
    pub has_equilibrium: bool,
}

impl Script {
    pub fn new(layout: &Layout, checkpoint_every: usize) -> Script {
        Script { layout: layout.clone(), checkpoint_every, regrids: BTreeMap::new(), has_equilibrium: true }
    }

    pub fn snapshots(&self) -> usize {
        self.layout.times().len()
    }

    pub fn checkpoint(&self, writer: &RunWriter) -> Checkpoint {
        let k = writer.snapshot_count();
        Checkpoint {
            time: writer.layout().times()[k.min(self.snapshots() - 1)],
            snapshot_count: k as u64,
            step_count: writer.step_count() as u64,
            numbers: BTreeMap::from([("mu".to_string(), density(writer.layout(), Player::X, k))]),
            integers: BTreeMap::from([("k".to_string(), vec![k as u64])]),
            texts: BTreeMap::from([("note".to_string(), format!("after {k} snapshots"))]),
        }
    }

    /// Hands over what a run does before its first snapshot.
    pub fn begin(&self, writer: &mut RunWriter) -> Result<(), OutputError> {
        if writer.layout() != &self.layout {
            writer.regrid(&self.layout, None)?;
        }
        if self.has_equilibrium { writer.equilibrium(equilibrium(&self.layout)) } else { Ok(()) }
    }

    /// Plays snapshots up to `end`; `done` is called with the writer and the index of each.
    pub fn play(
        &self,
        writer: &mut RunWriter,
        end: usize,
        mut done: impl FnMut(&mut RunWriter, usize),
    ) -> Result<(), OutputError> {
        for k in writer.snapshot_count()..end {
            match self.regrids.get(&k) {
                Some(layout) if writer.layout() != layout => {
                    let finer = self.checkpoint(writer);
                    writer.regrid(layout, Some(finer))?;
                }
                _ if k > 0 && k.is_multiple_of(self.checkpoint_every) => writer.checkpoint(self.checkpoint(writer))?,
                _ => {}
            }
            if k > 0 {
                self.steps(writer, k)?;
            }
            writer.snapshot(snapshot(writer.layout(), k))?;
            done(writer, k);
        }
        Ok(())
    }

    fn steps(&self, writer: &mut RunWriter, k: usize) -> Result<(), OutputError> {
        let (before, after) = (self.layout.times()[k - 1], self.layout.times()[k]);
        for i in 1..=STEPS_PER_SNAPSHOT {
            let step = (after - before) / STEPS_PER_SNAPSHOT as f64;
            writer.step(StepRecord { time: before + step * i as f64, step, error: 1.0 / (k + i) as f64 })?;
        }
        Ok(())
    }

    /// Creates or resumes, plays to the end, finishes.
    pub fn complete(&self, path: &Path, done: impl FnMut(&mut RunWriter, usize)) -> Result<(), OutputError> {
        let mut writer = match RunWriter::resume(path)? {
            None => {
                let mut writer = RunWriter::create(path, &header(), &self.layout, false)?;
                self.begin(&mut writer)?;
                writer
            }
            Some(resumed) => {
                let Some(mut writer) = resumed.writer else { return Ok(()) };
                if resumed.checkpoint.is_none() {
                    self.begin(&mut writer)?;
                }
                writer
            }
        };
        self.play(&mut writer, self.snapshots(), done)?;
        let last = self.checkpoint(&writer);
        writer.checkpoint(last)?;
        writer.finish()
    }
}

/// Paths, shapes and bytes of every dataset of a file.
pub fn datasets(path: &Path) -> BTreeMap<String, (Vec<usize>, Vec<u8>)> {
    let file = open(path);
    let mut all = BTreeMap::new();
    collect(&file, "", &mut all);
    all
}

pub fn open(path: &Path) -> hdf5::File {
    let mut options = hdf5::File::with_options();
    options.with_fapl(|access| access.file_locking(false));
    options.open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn collect(group: &hdf5::Group, prefix: &str, all: &mut BTreeMap<String, (Vec<usize>, Vec<u8>)>) {
    for name in group.member_names().unwrap() {
        let path = format!("{prefix}/{name}");
        match group.dataset(&name) {
            Ok(dataset) => {
                let bytes = match dataset.dtype().unwrap().size() {
                    1 => dataset.read_raw::<u8>().unwrap(),
                    _ if dataset.dtype().unwrap().is::<f64>() => {
                        dataset.read_raw::<f64>().unwrap().iter().flat_map(|v| v.to_bits().to_le_bytes()).collect()
                    }
                    _ => dataset.read_raw::<i64>().unwrap().iter().flat_map(|v| v.to_le_bytes()).collect(),
                };
                all.insert(path, (dataset.shape(), bytes));
            }
            Err(_) => collect(&group.group(&name).unwrap(), &path, all),
        }
    }
}

/// Compares all datasets of two files as bytes.
#[track_caller]
pub fn assert_same_datasets(a: &Path, b: &Path) {
    let (a, b) = (datasets(a), datasets(b));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, (shape, bytes)) in &a {
        assert_eq!(shape, &b[name].0, "shape of {name}");
        assert!(bytes == &b[name].1, "the bytes of {name} differ");
    }
}
