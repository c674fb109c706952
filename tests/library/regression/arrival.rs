//! A state that has not moved has not converged, however coarse the tolerance; and a grid so small that only the Nyquist
//! mode is left to look at does not pass for resolved.

use crate::support::experiment::{run_game, try_run};
use crate::support::form::tries;
use nashflow::experiment::{RunError, Verdict};
use nashflow::game::{GameFile, catalogue};

const START: [&str; 3] = ["initial.x=1+0.1*cos(2*pi*x)", "initial.y=1+0*y", "output.snapshots=10"];

fn rotation(settings: &[&str]) -> GameFile {
    let overrides: Vec<String> = START.iter().chain(settings).map(|s| s.to_string()).collect();
    catalogue::get("rotation").unwrap().load(&overrides).unwrap()
}

#[test]
fn a_coarse_tolerance_is_no_convergence() {
    for tolerance in ["solver.tolerance=1e-1", "solver.tolerance=1e-3"] {
        let ran = run_game(&rotation(&[tolerance, "solver.time=1"]));
        assert_eq!(ran.summary.verdict, Verdict::Undecided, "{tolerance}: {}", ran.summary.reason);
    }
}

#[test]
fn small_grids_are_refused_or_right() {
    let on = |points: usize| rotation(&["solver.time=1", &format!("solver.grid={points}")]);
    let fine = run_game(&on(64)).summary.last.w2.unwrap();
    let mut refused = vec![];
    for points in (4..=24).step_by(tries(5, 1)) {
        match try_run(&on(points)) {
            Ok(ran) => {
                let w2 = ran.summary.last.w2.unwrap();
                assert!((w2 - fine).abs() <= 1e-7 * fine, "{points} points: {w2} against {fine}");
            }
            Err(error) => {
                assert!(matches!(error, RunError::Unresolved { .. }), "{points} points: {error}");
                refused.push(points);
            }
        }
    }
    assert!(refused.contains(&4) && !refused.contains(&24), "refused: {refused:?}");
}
