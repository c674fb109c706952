//! Every bundled game runs short: exit status 0, one JSON object of finite numbers, resolved.

use crate::support::comparison::assert_at_most;
use crate::support::form::tries;
use assert_cmd::Command;
use nashflow::game::catalogue;
use serde_json::Value;

/// Fails on anything in the summary that a healthy run cannot have.
fn assert_healthy(name: &str, summary: &Value) {
    let number = |path: &str| summary.pointer(path).and_then(Value::as_f64).unwrap_or(f64::NAN);
    assert_at_most(&format!("{name}: mass error"), number("/final/mass_error"), 1e-12);
    // Finite volumes are not judged by a spectral tail.
    if summary["scheme"] != "finite-volume" {
        assert_at_most(&format!("{name}: tail"), number("/final/tail"), 1e-10);
    }
    assert_at_most(&format!("{name}: dip below zero"), (-number("/final/min_density")).max(0.0), 1e-9);
    assert_at_most(&format!("{name}: error bar of w2"), number("/final/w2_error"), 1e-8);
    assert_at_most(&format!("{name}: duality gap of the equilibrium"), number("/equilibrium/nikaido_isoda"), 1e-14);
    assert_at_most(&format!("{name}: residual of the equilibrium"), number("/equilibrium/residual"), 1e-11);
    assert_at_most(&format!("{name}: error of the payoff"), number("/payoff/error"), 1e-12);
    for key in ["/initial/w2", "/final/w2", "/final/nikaido_isoda"] {
        assert!(number(key) > 0.0, "{name}: {key} is {:?}", summary.pointer(key));
    }
    assert!(number("/steps") >= 1.0 && number("/rejected") <= 0.2 * number("/steps"), "{name}: {summary}");
}

#[test]
fn every_bundled_game_runs_short_and_is_healthy() {
    let snapshots = format!("output.snapshots={}", tries(1, 4));
    for game in catalogue::list() {
        let folder = tempfile::tempdir().unwrap();
        let output = Command::cargo_bin("nashflow")
            .unwrap()
            .current_dir(folder.path())
            .args(["run", game.name, "--json", "--quiet", "--set", "solver.time=0.05", "--set", &snapshots])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{}: {}\n{text}", game.name, String::from_utf8_lossy(&output.stderr));
        let summary: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", game.name));
        assert_healthy(game.name, &summary);
        assert!(folder.path().join(format!("{}.h5", game.name)).is_file(), "{}: its file", game.name);
    }
}

#[test]
fn the_warm_limit_cycle_game_arrives_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::cargo_bin("nashflow")
        .unwrap()
        .current_dir(folder.path())
        .args(["run", "limit-cycle-warm", "--json", "--quiet"])
        .output()
        .unwrap();
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["verdict"], "converged", "{summary}");
}
