//! Snapshot schedules: the times are those promised, no step is a sliver, and the steps do not depend on them.

use crate::support::evolution::bundled;
use crate::support::experiment::{Ran, run_game};

fn run_with(schedule: &str, time: f64) -> Ran {
    run_game(&bundled(
        "rotation",
        &[schedule, &format!("solver.time={time:?}"), "solver.grid=64", "solver.tolerance=1e-6"],
    ))
}

#[test]
fn snapshot_times_are_those_promised() {
    let tenths: Vec<f64> = (0..10).map(|i| f64::from(i) * 0.1).chain([1.0]).collect();
    let cases: [(&str, f64, Vec<f64>); 7] = [
        ("output.times=[0.1, 0.10000000000000002, 0.3, 1.0]", 1.0, vec![0.0, 0.1, 0.100_000_000_000_000_02, 0.3, 1.0]),
        ("output.every=0.1", 1.0, tenths),
        ("output.every=0.3", 1.0, vec![0.0, 0.3, 0.6, 0.3 * 3.0, 1.0]),
        ("output.snapshots=1", 1.0, vec![0.0, 1.0]),
        ("output.snapshots=4", 1.0, vec![0.0, 0.25, 0.5, 0.75, 1.0]),
        ("output.every=5.0", 1.0, vec![0.0, 1.0]),
        ("output.snapshots=10", 0.0, vec![0.0]),
    ];
    for (schedule, time, expected) in cases {
        let ran = run_with(schedule, time);
        assert_eq!(ran.dataset("time"), expected, "{schedule}");
        assert_eq!(ran.summary.snapshots, expected.len(), "{schedule}");
        assert_eq!(ran.summary.time, time, "{schedule}");
        if time > 0.0 {
            let shortest = ran.dataset("steps/step").into_iter().fold(f64::INFINITY, f64::min);
            assert!(shortest > 1e-10, "{schedule}: a step of {shortest:e}");
        }
    }
}

#[test]
fn the_final_state_does_not_depend_on_the_snapshot_times_by_a_single_bit() {
    let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<u64>>();
    let last = |ran: &Ran, name: &str| bits(ran.row(name, ran.summary.snapshots - 1));
    let reference = run_with("output.snapshots=1", 1.0);
    let steps = bits(reference.dataset("steps/time"));
    for schedule in ["output.times=[0.1, 0.10000000000000002, 0.3, 1.0]", "output.every=0.1", "output.snapshots=333"] {
        let ran = run_with(schedule, 1.0);
        assert!(bits(ran.dataset("steps/time")) == steps, "{schedule}: the steps differ");
        for name in ["mu", "nu"] {
            assert!(last(&ran, name) == last(&reference, name), "{schedule}: {name} differs");
        }
    }
}

#[test]
fn fixed_steps_end_at_the_final_time_whatever_the_step() {
    for (scheme, step) in [("imex-euler", 1e-3), ("sbdf2", 0.7e-3), ("etdrk4", 0.3e-2)] {
        let ran = run_game(&bundled(
            "rotation",
            &[
                &format!("solver.scheme={scheme}"),
                &format!("solver.step={step:e}"),
                "solver.time=0.1",
                "output.every=0.03",
            ],
        ));
        let times = ran.dataset("time");
        assert_eq!(times, vec![0.0, 0.03, 0.06, 0.09, 0.1], "{scheme}");
        let steps = ran.dataset("steps/time");
        assert_eq!(steps[steps.len() - 1], 0.1, "{scheme}");
        assert_eq!(steps.len(), (0.1_f64 / step - 1e-6).ceil() as usize, "{scheme}");
    }
}
