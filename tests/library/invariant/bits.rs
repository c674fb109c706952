//! The bytes of the output do not depend on the number of threads nor on repetition.

use crate::support::evolution::{bundled, stepper};
use crate::support::form::tries;
use crate::support::run_file::assert_same_datasets;
use assert_cmd::Command;
use nashflow::flow::MflDa;
use nashflow::game::{Payoff, Player};
use nashflow::stepper::Semilinear;
use num_complex::Complex64;
use std::path::{Path, PathBuf};

fn run(folder: &Path, name: &str, game: &str, settings: &[&str], threads: &str) -> PathBuf {
    let output = folder.join(name);
    let mut command = Command::cargo_bin("nashflow").unwrap();
    command.args(["run", game, "--quiet", "--threads", threads, "-o"]).arg(&output);
    for setting in settings {
        command.args(["--set", setting]);
    }
    command.assert().success();
    output
}

/// The numbers of threads in `short`, or all in the long form; one is a repetition.
#[track_caller]
fn assert_bytes_do_not_depend_on_threads(game: &str, settings: &[&str], short: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let reference = run(folder.path(), "reference.h5", game, settings, "1");
    let all = ["1", "2", "3", "8"];
    let threads = if tries(0, 1) == 1 { &all[..] } else { short };
    for threads in threads {
        let other = run(folder.path(), &format!("{threads}.h5"), game, settings, threads);
        assert_same_datasets(&reference, &other);
    }
}

#[test]
fn one_dimension_gives_the_same_bytes_on_any_number_of_threads_and_again() {
    assert_bytes_do_not_depend_on_threads("limit-cycle", &["solver.time=1", "output.snapshots=10"], &["1", "3"]);
    assert_bytes_do_not_depend_on_threads("convolution", &["solver.time=0.1", "output.snapshots=5"], &["2"]);
}

#[test]
fn two_dimensions_give_the_same_bytes_on_any_number_of_threads_and_again() {
    assert_bytes_do_not_depend_on_threads("players-2x2", &["solver.time=0.003", "output.snapshots=2"], &["1"]);
    // Large enough that the players are advanced on two threads.
    let large = ["solver.grid={ x = [192, 192], y = [192, 180] }", "solver.time=0.0005", "output.snapshots=1"];
    assert_bytes_do_not_depend_on_threads("players-2x2", &large, &["2"]);
    assert_bytes_do_not_depend_on_threads("players-1x2", &["solver.time=0.003", "output.snapshots=2"], &["8"]);
}

/// Steps before anything else must not show in a later evaluation.
#[test]
fn evaluations_do_not_depend_on_what_was_evaluated_before() {
    for (name, grid) in [
        ("limit-cycle", "solver.grid=96"),
        ("convolution", "solver.grid=80"),
        ("players-2x2", "solver.grid={ x = [24, 20], y = [18, 25] }"),
    ] {
        let file = bundled(name, &[grid, "solver.time=0.01"]);
        let game = file.game();
        let [x, y] = crate::support::evolution::grids(&file);
        let payoff = Payoff::new(game.source(), &x, &y).unwrap();
        let new = || MflDa::new(payoff.clone(), Player::BOTH.map(|player| game.temperature(player)), game.timescale());
        let simulation = crate::support::evolution::simulation(&file);
        let state = simulation.state();
        let (mut clean, mut dirty) = (new(), new());
        let mut expected = vec![Complex64::ZERO; state.len()];
        clean.nonlinear(state, &mut expected);
        let nan = vec![Complex64::new(f64::NAN, f64::INFINITY); state.len()];
        let mut got = nan.clone();
        dirty.nonlinear(&nan, &mut got);
        let mut got = nan.clone();
        dirty.nonlinear(state, &mut got);
        let bits = |u: &[Complex64]| u.iter().flat_map(|c| [c.re.to_bits(), c.im.to_bits()]).collect::<Vec<u64>>();
        assert!(bits(&got) == bits(&expected), "{name}: NaN left in the work space shows");
        // And a stepper that has been somewhere else.
        let advance = |stepper: &mut Box<dyn nashflow::stepper::Stepper<f64>>| {
            let mut u = state.to_vec();
            let mut flow = new();
            stepper.advance(&mut flow, &mut u, 1e-4).unwrap();
            bits(&u)
        };
        let fixed = bundled(name, &[grid, "solver.time=0.01", "solver.scheme=etdrk4", "solver.step=1e-4"]);
        let mut used = stepper(&fixed);
        let first = advance(&mut used);
        assert!(first == advance(&mut used), "{name}: a stepper used before gives other bits");
    }
}
