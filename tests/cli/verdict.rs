//! No success by timeout: the verdict is `converged` only where the state has arrived.

use crate::workspace::{CIRCLES, Workspace};

#[test]
fn time_running_out_is_undecided() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    for (time, verdict) in [("0.5", "undecided"), ("8", "converged")] {
        let time = format!("solver.time={time}");
        let object = workspace.run(&["run", "game.toml", "--force", "--json", "--set", &time]).succeeds().json();
        assert_eq!(object["verdict"], verdict, "{object:#}");
        assert!(object["reason"].as_str().unwrap().contains("W2"), "{object:#}");
    }
}

#[test]
fn a_run_too_short_for_its_slowest_mode_says_so() {
    let workspace = Workspace::new();
    let object = workspace.run(&["run", "two-temperatures", "--json", "--set", "solver.time=0.5"]).succeeds().json();
    let reason = object["reason"].as_str().unwrap();
    assert!(reason.contains("the slowest mode takes 27.8"), "{reason}");
}

#[test]
fn a_state_stuck_in_one_of_two_wells_is_undecided_although_it_no_longer_moves() {
    let workspace = Workspace::new();
    let game = "[game]\npayoff = \"0.5*cos(4*pi*x) - 0.5*cos(4*pi*y)\"\ntemperature = 0.05\n[initial]\n\
                x = \"exp(40*cos(2*pi*(x-0.25)))\"\ny = \"exp(-10*cos(4*pi*y))\"\n[solver]\ntime = 20\n";
    workspace.write("wells.toml", game);
    let object = workspace.run(&["run", "wells.toml", "--json"]).succeeds().json();
    assert_eq!(object["verdict"], "undecided", "{object:#}");
    // The duality gap stays at tau log 2: half of the mass is missing in the other well.
    let gap = object["final"]["nikaido_isoda"].as_f64().unwrap();
    assert!((gap - 0.05 * 2f64.ln()).abs() <= 1e-5, "{gap}");
    let distance = object["final"]["w2_x"].as_f64().unwrap();
    assert!((distance - 0.316).abs() <= 0.002, "{distance}");
    let rate = object["decay"]["rate"].as_f64().unwrap_or(0.0);
    assert!(rate.abs() < 1e-6, "{rate}");
}
