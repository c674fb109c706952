//! Orders 1, 2 and 4 of the schemes with a fixed step, against the adaptive pair at tolerance 1e-12.

use super::games::cases;
use crate::support::comparison::{assert_at_most, assert_between};
use crate::support::evolution::evolve;
use crate::support::form::tries;

/// Rungs of the ladder of halvings.
const RUNGS: i32 = 4;

#[test]
fn the_fixed_step_schemes_show_their_order_on_every_game() {
    // In the short form one game in one dimension and one in two.
    for case in cases().into_iter().skip(tries(1, 0)).step_by(tries(2, 1)) {
        let reference = case.reference();
        for (scheme, order, first) in
            [("imex-euler", 1.0, case.steps[0]), ("sbdf2", 2.0, case.steps[1]), ("etdrk4", 4.0, case.steps[2])]
        {
            let error = |rung: i32| {
                let (scheme, step) =
                    (format!("solver.scheme={scheme}"), format!("solver.step={:e}", first * 0.5_f64.powi(rung)));
                evolve(&case.file(&[&scheme, &step])).final_difference(&reference)
            };
            let errors: Vec<f64> = (0..RUNGS).map(error).collect();
            let observed: Vec<f64> = errors.windows(2).map(|e| (e[0] / e[1]).log2()).collect();
            println!("{}, {scheme}: errors {errors:?}, orders {observed:.2?}", case.name);
            let last = observed[observed.len() - 1];
            assert_between(&format!("{}, {scheme}: order", case.name), last, order - 0.15, order + 0.25);
            assert_at_most(&format!("{}, {scheme}: coarsest error", case.name), errors[0], 0.3);
        }
    }
}
