//! `nashflow w2 --plan`: the plan in the file has the cost that was printed.

use crate::workspace::{Workspace, signal};
use ndarray::array;
use ndarray_npy::write_npy;

fn numbers(file: &hdf5::File, name: &str) -> Vec<f64> {
    file.dataset(name).unwrap().read_raw().unwrap()
}

fn indices(file: &hdf5::File, name: &str) -> Vec<usize> {
    let numbers: Vec<i64> = file.dataset(name).unwrap().read_raw().unwrap();
    numbers.into_iter().map(|number| number as usize).collect()
}

#[track_caller]
fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a:e} {b:e}");
}

#[test]
fn arcs_between_points_keep_their_numbers() {
    let workspace = Workspace::new();
    write_npy(workspace.path("p.npy"), &array![0.7, 1.1, 0.95, 0.4]).unwrap();
    write_npy(workspace.path("wp.npy"), &array![0.1, 0.4, 0.3, 0.2]).unwrap();
    write_npy(workspace.path("q.npy"), &array![0.05, 0.55, 0.8]).unwrap();
    write_npy(workspace.path("wq.npy"), &array![0.5, 0.25, 0.25]).unwrap();
    let arguments = ["w2", "p.npy", "q.npy", "--weights-a", "wp.npy", "--weights-b", "wq.npy", "--plan", "plan.h5"];
    let object = workspace.run(&[&arguments[..], &["--json"]].concat()).succeeds().json();
    assert_eq!(object["plan"], "plan.h5");
    let file = hdf5::File::open(workspace.path("plan.h5")).unwrap();
    let (from, to, mass) = (indices(&file, "source"), indices(&file, "target"), numbers(&file, "mass"));
    let (source, target) = (numbers(&file, "source_point"), numbers(&file, "target_point"));
    let mut left = numbers(&file, "source_mass");
    let mut cost = 0.0;
    for ((i, j), mass) in from.into_iter().zip(to).zip(mass) {
        let distance = source[i] - target[j];
        cost += mass * (distance - distance.round()).powi(2);
        left[i] -= mass;
    }
    close(cost, 101.0 / 8000.0, 1e-15);
    assert!(left.iter().all(|mass| mass.abs() <= 1e-15), "{left:?}");
    assert_eq!(numbers(&file, "period"), [1.0]);
    close(file.attr("w2").unwrap().read_scalar::<f64>().unwrap(), object["w2"].as_f64().unwrap(), 0.0);
    drop(file);
    workspace.run(&arguments).fails(2, &["plan.h5 already exists", "--force"]);
    workspace.run(&[&arguments[..], &["--force"]].concat()).succeeds();
    assert_eq!(workspace.names(), ["p.npy", "plan.h5", "q.npy", "wp.npy", "wq.npy"]);
}

#[test]
fn a_map_moves_a_density_by_its_distance() {
    let workspace = Workspace::new();
    let cases = [
        ("expr:exp(cos(2*pi*x))", "expr:exp(sin(2*pi*x))", vec!["displacement_x"]),
        (
            "expr:exp(cos(2*pi*x1))",
            "expr:exp(sin(2*pi*x1))*(2+cos(2*pi*x2))",
            vec!["displacement_x1", "displacement_x2"],
        ),
    ];
    for (a, b, names) in cases {
        let arguments = ["w2", a, b, "--plan", "plan.h5", "--force", "--json"];
        let w2 = workspace.run(&arguments).succeeds().json()["w2"].as_f64().unwrap();
        let file = hdf5::File::open(workspace.path("plan.h5")).unwrap();
        let density = numbers(&file, "source_density");
        let mut cost = 0.0;
        for name in names {
            cost += numbers(&file, name).iter().zip(&density).map(|(d, rho)| d * d * rho).sum::<f64>();
        }
        // The displacement is not resolved by the nodes that resolve the densities.
        close((cost / density.len() as f64).sqrt(), w2, 1e-5);
    }
}

#[test]
fn plans_of_both_players_stand_in_groups() {
    let workspace = Workspace::new();
    let arguments = ["run", "rotation", "--set", "solver.time=0.1", "--set", "output.snapshots=1", "-o", "run.h5"];
    workspace.run(&arguments).succeeds();
    workspace.run(&["w2", "run.h5@0", "run.h5:/equilibrium", "--plan", "plan.h5"]).succeeds();
    let file = hdf5::File::open(workspace.path("plan.h5")).unwrap();
    for name in ["x/displacement_x", "y/displacement_x"] {
        assert!(numbers(&file, name).iter().all(|number| number.is_finite()), "{name}");
    }
}

#[test]
fn a_signal_ends_it_with_status_130() {
    let workspace = Workspace::new();
    // Slow enough to be met: a density of high contrast in dimension 2.
    let arguments =
        ["w2", "expr:exp(9*cos(2*pi*x1)+9*cos(2*pi*(x2-x1)))", "expr:exp(9*sin(4*pi*x1)+9*cos(2*pi*x2))", "--json"];
    let mut child = workspace.start(&arguments);
    std::thread::sleep(std::time::Duration::from_millis(300));
    if child.try_wait().unwrap().is_none() {
        signal(&child, libc::SIGINT);
    }
    let outcome = workspace.finish(child, &arguments);
    if outcome.status == Some(130) {
        assert_eq!(outcome.json()["status"], 130);
        assert!(outcome.stderr.contains("interrupted"), "{}", outcome.stderr);
    }
}
