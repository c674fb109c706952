//! `game.regulariser` as users type it.

use crate::contents::{assert_same, open};
use crate::resume::kill_and_resume;
use crate::workspace::{CIRCLES, Workspace};

/// The game on two circles under chi^2, with a vacuum.
fn chi_squared() -> String {
    CIRCLES
        .replace("temperature = 0.1", "temperature = 0.15\nregulariser = \"chi2\"")
        .replace("exp(3*cos(2*pi*(x - 0.25)))", "max(0, cos(2*pi*(x - 0.25)))")
        .replace("tolerance = 1e-6", "tolerance = 1e-6\ngrid = 64")
}

#[test]
fn a_run_under_chi_squared_is_positive_keeps_its_mass_and_says_how_it_was_stepped() {
    let workspace = Workspace::new();
    workspace.write("game.toml", chi_squared());
    let set = ["--set", "solver.time=20", "--set", "game.parameters.c=0.4"];
    let summary =
        workspace.run(&[&["run", "game.toml", "--json", "-o", "out.h5"], &set[..]].concat()).succeeds().json();
    assert_eq!((&summary["regulariser"], &summary["scheme"]), (&"chi2".into(), &"finite-volume".into()));
    let support = summary["equilibrium"]["support"][1].as_f64().unwrap();
    assert!(support < 1.0 && support > 0.3, "{support}");
    assert!(summary["equilibrium"]["kl_bound"][0].is_null() && summary["spectrum"].is_null());
    let notes = summary["notes"].to_string();
    assert!(notes.contains("finite volumes") && notes.contains("nothing is linear"), "{notes}");
    assert_eq!(summary["verdict"], "converged", "{}", summary["reason"]);
    let file = open(&workspace.path("out.h5"));
    for (name, points) in [("mu", 64), ("nu", 64)] {
        let values = file.dataset(name).unwrap().read_raw::<f64>().unwrap();
        assert!(values.iter().all(|u| *u >= 0.0), "{name}");
        for snapshot in values.chunks_exact(points) {
            let mass = snapshot.iter().sum::<f64>() / points as f64;
            assert!((mass - 1.0).abs() <= 1e-12, "{name}: mass {mass}");
        }
    }
    let people = workspace.run(&["equilibrium", "game.toml"]).succeeds().stdout;
    assert!(people.contains("regulariser") && people.contains("of the torus") && people.contains("slopes"), "{people}");
}

#[test]
fn killed_runs_of_finite_volumes_resume_to_the_same_bytes_and_any_number_of_threads_gives_them() {
    let met = kill_and_resume(&chi_squared(), 3, "0", 19);
    assert!(met >= 1, "only {met} kills met a running program");
    let workspace = Workspace::new();
    workspace.write("game.toml", chi_squared().replace("time = 0.5", "time = 0.1"));
    for threads in ["1", "3"] {
        let output = format!("{threads}.h5");
        workspace.run(&["run", "game.toml", "-o", &output, "--threads", threads]).succeeds();
    }
    assert_same(&workspace.path("1.h5"), &workspace.path("3.h5"));
}

#[test]
fn the_measured_decay_is_the_spectral_gap_up_to_the_error_of_the_grid() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    let own = "solver.grid=96 solver.time=0.8 solver.tolerance=1e-8 output.snapshots=160 game.temperature=0.4";
    let own = own.split(' ').flat_map(|setting| ["--set", setting]).collect::<Vec<_>>();
    for regulariser in [&["game.regulariser=reverse-kl"][..], &["game.regulariser=tsallis", "game.tsallis_q=1.5"]] {
        let set = regulariser.iter().flat_map(|setting| ["--set", *setting]).collect::<Vec<_>>();
        let arguments = [&["run", "game.toml", "--json", "--force", "-o", "out.h5"], &own[..], &set].concat();
        let summary = workspace.run(&arguments).succeeds().json();
        let ratio = summary["rates"]["to_gap"].as_f64().unwrap();
        assert!((ratio - 1.0).abs() <= 5e-3, "{regulariser:?}: {ratio} of the gap");
        assert!(summary["equilibrium"]["support"] == serde_json::json!([1.0, 1.0]));
    }
}

#[test]
fn what_is_not_known_for_a_regulariser_is_refused_with_the_reason() {
    let workspace = Workspace::new();
    workspace.write("game.toml", chi_squared());
    for (arguments, words) in [
        (
            &["orbit", "game.toml"][..],
            "game.regulariser: the command orbit is for the regularisers entropy and kl, not for chi2",
        ),
        (&["particles", "game.toml"], "the command particles is for the regularisers entropy and kl, not for chi2"),
        (
            &["run", "game.toml", "--set", "solver.grid=auto"],
            "solver.grid: the regulariser chi2 is stepped by finite volumes",
        ),
        (
            &["equilibrium", "game.toml", "--set", "solver.grid=auto"],
            "solver.grid: the equilibrium density of player y vanishes",
        ),
        (
            &["compare", "game.toml", "--dynamics", "mfl-da,fisher-rao"],
            "fisher-rao is not there for the regulariser chi2",
        ),
        (
            &["run", "game.toml", "--set", "game.regulariser=reverse-kl", "--set", "game.temperature=2"],
            "initial.x: vanishes at a node; with the regulariser reverse-kl",
        ),
        (&["run", "game.toml", "--set", "game.regulariser=chi"], "did you mean `chi2`? allowed: entropy, kl, tsallis"),
    ] {
        workspace.refuses(arguments, &["game.toml", words]);
    }
    workspace
        .run(&["spectrum", "game.toml"])
        .fails(3, &["player y vanishes on part of the torus", "nothing is linear"]);
    workspace.run(&["run", "game.toml", "-o", "out.h5", "--set", "solver.time=0.01"]).succeeds();
    workspace
        .run(&["validate", "out.h5", "--against", "out.h5"])
        .fails(2, &["with the regulariser chi2", "entropy and kl"]);
}

#[test]
fn setting_the_regulariser_removes_the_keys_of_the_former_one() {
    let workspace = Workspace::new();
    workspace.write(
        "game.toml",
        CIRCLES.replace("temperature = 0.1", "temperature = 2\nregulariser = \"tsallis\"\ntsallis_q = 3"),
    );
    let name = |set: &[&str]| {
        let outcome = workspace.run(&[&["equilibrium", "game.toml", "--json"], set].concat()).succeeds();
        outcome.json()["regulariser"].as_str().unwrap().to_owned()
    };
    assert_eq!(name(&[]), "tsallis");
    assert_eq!(name(&["--set", "game.regulariser=chi2"]), "chi2");
    assert_eq!(name(&["--set", "game.regulariser=kl", "--set", "game.reference.x=2 + cos(2*pi*x)"]), "kl");
}

#[test]
fn every_command_takes_a_reference_density_as_the_shift_of_the_payoff_that_it_is() {
    let workspace = Workspace::new();
    workspace.write(
        "kl.toml",
        CIRCLES.replace(
            "temperature = 0.1",
            "temperature = 0.1\nregulariser = \"kl\"\nreference = { x = \"exp(cos(2*pi*x))\" }",
        ),
    );
    workspace.write("shifted.toml", CIRCLES.replace("- 0.2*sin(4*pi*y)", "- 0.2*sin(4*pi*y) - 0.1*cos(2*pi*x)"));
    let own = ["--json", "--set", "solver.time=0.1"];
    let both = |command: &[&str]| {
        ["kl.toml", "shifted.toml"]
            .map(|name| workspace.run(&[&[command[0], name], &command[1..], &own[..]].concat()).succeeds().json())
    };
    let close = |a: &serde_json::Value, b: &serde_json::Value| {
        let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
        assert!((a - b).abs() <= 1e-9 * b.abs(), "{a} against {b}");
    };
    let [kl, shifted] = both(&["run", "-o", "out.h5", "--force"]);
    for key in ["w2", "nikaido_isoda"] {
        close(&kl["final"][key], &shifted["final"][key]);
    }
    close(&kl["spectrum"]["gap"], &shifted["spectrum"]["gap"]);
    assert_eq!((&kl["regulariser"], &shifted["regulariser"]), (&"kl".into(), &"entropy".into()));
    let [kl, shifted] = both(&["spectrum"]);
    close(&kl["spectrum"]["guaranteed_rate"], &shifted["spectrum"]["guaranteed_rate"]);
    let [kl, shifted] = both(&["particles", "-n", "40"]);
    assert_eq!(kl["steps"], shifted["steps"]);
    let [kl, shifted] = both(&["run", "-o", "out.h5", "--force", "--set", "flow.dynamics=fisher-rao"]);
    close(&kl["final"]["w2"], &shifted["final"]["w2"]);
}
