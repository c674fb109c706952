//! What cannot be resolved is refused with what would do; nothing is clipped and no NaN comes out.

use crate::support::comparison::assert_between;
use crate::support::evolution::game;
use crate::support::experiment::{run_error, run_game};
use nashflow::experiment::RunError;

const SHARP: &str = r#"
    [game]
    payoff = "cos(2*pi*x) - cos(2*pi*y)"
    temperature = 1e-3
    [initial]
    x = "1"
    y = "1"
    [solver]
    grid = 32
    "#;

/// The numbers in a message.
fn numbers(message: &str) -> Vec<f64> {
    message.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect()
}

#[test]
fn a_grid_too_coarse_for_the_equilibrium_is_refused_with_the_grid_needed() {
    let error = run_error(&game(SHARP, &[]));
    assert_eq!(error.exit_status(), 3, "{error}");
    let message = error.to_string();
    println!("{message}");
    let needed = message.split("about ").nth(1).map(|rest| numbers(rest)[0]).expect("the grid needed");
    assert_between("grid needed at tau = 1e-3", needed, 256.0, 600.0);
    let set = format!("solver.grid={needed}");
    let ran = run_game(&game(SHARP, &[&set, "solver.time=0"]));
    assert!(ran.summary.equilibrium.tail <= 1e-10, "tail {:e} on the grid advised", ran.summary.equilibrium.tail);
}

#[test]
fn a_step_too_large_is_refused_with_the_last_good_time() {
    for (scheme, step) in [("imex-euler", 1.0), ("sbdf2", 1.0), ("etdrk4", 1.0)] {
        let error = run_error(&game(
            SHARP,
            &[
                "game.temperature=0.05",
                "solver.grid=96",
                &format!("solver.scheme={scheme}"),
                &format!("solver.step={step:?}"),
                "solver.time=100",
            ],
        ));
        assert_eq!(error.exit_status(), 3, "{scheme}: {error}");
        println!("{scheme}: {error}");
        let has_time = matches!(
            error,
            RunError::Step { .. } | RunError::Negative { .. } | RunError::Unresolved { time: Some(_), .. }
        );
        assert!(has_time, "{scheme}: {error:?}");
    }
}
