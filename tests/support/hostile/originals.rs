//! One small good file of every kind that the program writes, made once by the library itself.

use nashflow::experiment::{
    CloudSource, ComparisonRequest, ConvergenceRequest, Destination, ParticleOutput, ParticleRequest, RunOptions,
    RunSource, Shard, SweepRequest, TimeChoice, ValidationRequest, compare, converge, equilibrium, particles, run,
    spectrum, sweep, validate, vocabulary,
};
use nashflow::game::{GameFile, SweepFile};
use nashflow::output::{BranchRecord, Header, Layout, OrbitRecord, OrbitRow, write_orbit};
use nashflow::particle::{ParticleScheme, Sampling};
use num_complex::Complex64;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The game of all of them: smooth, so that few points do.
pub const GAME: &str = "[game]\npayoff = \"cos(2*pi*(x - y)) + 0.3*cos(2*pi*x)\"\ntemperature = 0.6\n[initial]\n\
                        x = \"1 + 0.5*cos(2*pi*x)\"\n[solver]\ngrid = 20\ntime = 0.01\ntolerance = 1e-2\n[output]\n\
                        snapshots = 2\n";
const SWEEP: &str = "[sweep]\ngame = \"game.toml\"\nrecord = [\"verdict\", \"energy\"]\n[[axis]]\n\
                     key = \"game.temperature\"\nvalues = [0.6, 0.7]\n";

/// A good file.
pub struct Original {
    /// What it is.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The game of the originals.
pub fn game() -> GameFile {
    GameFile::parse("game.toml", GAME, &[]).expect("a good game")
}

/// How the run of `unfinished run` goes on.
pub fn run_options(output: &Path) -> RunOptions {
    RunOptions {
        output: output.to_path_buf(),
        overwrite: false,
        resume: true,
        command: "test".to_owned(),
        checkpoint_every: Duration::MAX,
    }
}

/// How the particles of `unfinished particles` go on.
pub fn particle_request() -> ParticleRequest {
    ParticleRequest {
        counts: Some([3, 2]),
        scheme: ParticleScheme::EulerMaruyama,
        step: Some(1e-3),
        replicas: 1,
        seed: 1,
        sampling: Sampling::Independent,
        distances: true,
        bandwidth: None,
    }
}

/// Where they go.
pub fn particle_output<'a>(path: &'a Path, interrupted: &'a AtomicBool) -> ParticleOutput<'a> {
    ParticleOutput {
        path,
        overwrite: false,
        resume: true,
        command: "test",
        checkpoint_every: Duration::ZERO,
        before_moving: &|| {},
        interrupted,
    }
}

/// All good files, in an order that never changes: scripts name them by their number.
pub fn originals() -> &'static [Original] {
    static ORIGINALS: OnceLock<Vec<Original>> = OnceLock::new();
    ORIGINALS.get_or_init(|| {
        let folder = std::env::temp_dir().join(format!("nashflow-originals-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let originals = make(&folder);
        std::fs::remove_dir_all(&folder).expect("the folder is ours");
        originals
    })
}

fn make(folder: &Path) -> Vec<Original> {
    let file = game();
    let at = |name: &str| folder.join(name);
    let read = |name: &'static str, path: &str| Original { name, bytes: std::fs::read(folder.join(path)).expect(name) };
    let (never, now) = (AtomicBool::new(false), AtomicBool::new(true));
    let nothing: &dyn Fn() = &|| {};
    fn to<'a>(path: &'a Path, before_writing: &'a dyn Fn()) -> Option<Destination<'a>> {
        Some(Destination { path, overwrite: false, command: "test", before_writing })
    }
    run(&file, &run_options(&at("run.h5")), &never, &mut |_| {}).expect("a run");
    let interrupt = AtomicBool::new(false);
    let stop = run(&file, &run_options(&at("cut.h5")), &interrupt, &mut |progress| {
        interrupt.store(progress.steps > 0, Ordering::Relaxed);
    });
    stop.expect_err("an interrupted run");
    equilibrium(&file, to(&at("equilibrium.h5"), nothing)).expect("an equilibrium");
    spectrum(&file, 2, to(&at("spectrum.h5"), nothing)).expect("a spectrum");
    let request = particle_request();
    particles(&file, &request, Some(&particle_output(&at("particles.h5"), &never)), &mut |_| {}).expect("particles");
    let replicas = ParticleRequest { replicas: 2, ..request.clone() };
    particles(&file, &replicas, Some(&particle_output(&at("replicas.h5"), &never)), &mut |_| {}).expect("replicas");
    particles(&file, &request, Some(&particle_output(&at("moving.h5"), &now)), &mut |_| {}).expect_err("interrupted");
    let (cloud, against, judged) = (at("particles.h5"), at("run.h5"), at("validation.h5"));
    let judgement = validate(&ValidationRequest {
        cloud: CloudSource::Typed(cloud.to_str().expect("a plain name")),
        against: RunSource::File(&against),
        times: TimeChoice::OfCloud,
        has_replicas: false,
        samples: Some(39),
        false_alarm_rate: 0.05,
        seed: 1,
        destination: to(&judged, nothing),
        progress: &|_, _| {},
    });
    judgement.expect("a judgement");
    let dynamics = ["mfl-da", "fisher-rao"].map(str::to_owned).to_vec();
    let request = ComparisonRequest { dynamics, w2: vec![0.1], nikaido_isoda: vec![0.1] };
    compare(&file, &request, to(&at("comparison.h5"), nothing), &never, &mut |_| {}).expect("a comparison");
    let (grids, tolerances) = (Some(vec![20.0, 22.0, 24.0]), Some(vec![1e-2, 1e-3, 1e-4]));
    let request = ConvergenceRequest { grids, tolerances, ..ConvergenceRequest::default() };
    converge(&file, &request, to(&at("convergence.h5"), nothing), &never, &mut |_, _| {}).expect("ladders");
    std::fs::write(at("game.toml"), GAME).expect("a small file");
    let sweep_file = SweepFile::parse(&at("sweep.toml"), SWEEP, &[], vocabulary()).expect("a good sweep");
    for (output, keep_journal) in [("sweep.h5", false), ("sweep.jsonl", true)] {
        let request = SweepRequest {
            output: &at(output),
            keep_journal,
            shard: Shard::parse("0/1").expect("all"),
            overwrite: false,
            resume: false,
            threads: 1,
            before_writing: nothing,
        };
        sweep(&sweep_file, &request, &never, &mut |_| {}).expect("a sweep");
    }
    orbit(&at("orbit.h5"));
    vec![
        read("run", "run.h5"),
        read("unfinished run", "cut.h5"),
        read("equilibrium", "equilibrium.h5"),
        read("orbit", "orbit.h5"),
        read("spectrum", "spectrum.h5"),
        read("sweep", "sweep.h5"),
        read("journal", "sweep.jsonl"),
        read("particles", "particles.h5"),
        read("replicas", "replicas.h5"),
        read("unfinished particles", "moving.h5.part"),
        read("validation", "validation.h5"),
        read("comparison", "comparison.h5"),
        read("convergence", "convergence.h5"),
    ]
}

/// An orbit with a branch of two points and a fold; the numbers mean nothing.
fn orbit(path: &Path) {
    let file = game();
    let grid = |player| file.game().domain(player).grid(&[20]).expect("a grid");
    let layout = Layout::new(&grid(nashflow::game::Player::X), &grid(nashflow::game::Player::Y), &[0.0, 0.5, 1.0]);
    let layout = layout.expect("increasing times");
    let pair = vec![Complex64::new(0.6, 0.0), Complex64::new(0.1, 0.2)];
    let orbit = OrbitRecord {
        mu: vec![1.0; 60],
        nu: vec![1.0; 60],
        nikaido_isoda: vec![0.5; 3],
        energy: vec![-0.5; 3],
        multipliers: pair.clone(),
        residuals: vec![1e-9; 2],
        attributes: vec![
            ("period", 1.5),
            ("period_error", 1e-9),
            ("residual", 1e-11),
            ("amplitude_x", 0.5),
            ("amplitude_y", 0.25),
            ("stable", 1.0),
            ("nearly_conserved", 0.0),
        ],
    };
    let row = |parameter: f64| OrbitRow {
        parameter,
        error: 0.0,
        period: 1.5,
        residual: 1e-11,
        stable: true,
        multipliers: pair.clone(),
        mu: vec![1.0; 20],
        nu: vec![1.0; 20],
    };
    let key = "game.temperature".to_owned();
    let branch = BranchRecord { key, points: vec![row(0.6), row(0.65)], folds: vec![row(0.7)] };
    write_orbit(path, false, &Header::new(GAME, "test", "stub"), &layout, &orbit, Some(&branch)).expect("an orbit");
}
