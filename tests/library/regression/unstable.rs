//! An unstable step makes densities negative long before anything overflows: such a run is a failure whose last good
//! state is kept, not a summary.

use assert_cmd::Command;
use serde_json::Value;
use std::path::Path;

const GAME: &str = "[game]\npayoff = \"cos(2*pi*x) - cos(2*pi*y)\"\ntemperature = 0.05\n\
                    [initial]\nx = \"1\"\ny = \"1\"\n";

fn run(folder: &Path, settings: &[&str]) -> (i32, Value, String) {
    std::fs::write(folder.join("game.toml"), GAME).unwrap();
    let mut command = Command::cargo_bin("nashflow").unwrap();
    command.current_dir(folder).args(["run", "game.toml", "--json", "--quiet", "--force"]);
    for setting in settings {
        command.args(["--set", setting]);
    }
    let output = command.output().unwrap();
    let summary = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap_or(-1), summary, String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_run_whose_densities_have_become_negative_fails_with_the_last_good_time() {
    let folder = tempfile::tempdir().unwrap();
    for scheme in ["imex-euler", "sbdf2", "etdrk4"] {
        for step in ["1", "0.1", "0.03"] {
            let (scheme_key, step_key) = (format!("solver.scheme={scheme}"), format!("solver.step={step}"));
            let (status, summary, message) = run(folder.path(), &[&scheme_key, &step_key, "solver.time=5"]);
            println!("{scheme}, step {step}: {message}");
            assert_eq!(status, 3, "{scheme}, step {step}: {summary}");
            assert!(message.contains("negative") && message.contains("solver.step"), "{scheme}, {step}: {message}");
        }
    }
}

#[test]
fn every_step_is_watched_not_only_the_snapshots() {
    let folder = tempfile::tempdir().unwrap();
    for scheme in ["imex-euler", "sbdf2", "etdrk4"] {
        let scheme_key = format!("solver.scheme={scheme}");
        let settings = [&scheme_key, "solver.step=0.03", "solver.time=30", "output.snapshots=1"];
        let (status, _, message) = run(folder.path(), &settings);
        assert_eq!(status, 3, "{scheme}: {message}");
        let time: f64 = message.split_whitespace().skip_while(|word| *word != "time").nth(1).unwrap().parse().unwrap();
        assert!(time < 1.0, "{scheme}: the first dip was seen at {time}");
    }
}

#[test]
fn the_scheme_advised_after_such_a_failure_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let (_, _, message) = run(folder.path(), &["solver.scheme=etdrk4", "solver.step=0.1", "solver.time=5"]);
    assert!(message.contains("adaptive"), "{message}");
    let (status, summary, message) = run(folder.path(), &["solver.scheme=adaptive", "solver.time=5"]);
    assert_eq!(status, 0, "{message}");
    assert_eq!(summary["verdict"], "converged", "{summary}");
}
