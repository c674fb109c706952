//! The adaptive pair: the final error is proportional to the tolerance and within a small factor of it, and states
//! inside steps are as accurate as those at their ends.

use super::games::cases;
use crate::support::comparison::assert_between;
use crate::support::evolution::evolve;

#[test]
fn the_error_is_proportional_to_the_tolerance_and_below_it_within_a_small_factor() {
    for case in cases() {
        let reference = case.reference();
        let tolerances = [1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10];
        let error = |tolerance: &f64| {
            let evolution = evolve(&case.file(&[&format!("solver.tolerance={tolerance:e}")]));
            evolution.final_difference(&reference)
        };
        let ratios: Vec<f64> = tolerances.iter().map(|t| error(t) / t).collect();
        println!("{}: error / tolerance {ratios:.2?}", case.name);
        for (tolerance, ratio) in tolerances.iter().zip(&ratios) {
            assert_between(&format!("{}: error / tolerance at {tolerance:e}", case.name), *ratio, 1e-3, 1.0);
        }
    }
}

#[test]
fn states_inside_steps_are_as_accurate_as_the_tolerance() {
    for case in cases() {
        // Times that no step of a ladder of powers of 2^(1/8) hits.
        let fractions = [0.031_7, 0.113_1, 0.259_7, 0.412_3, 0.577_7, 0.731_9, 0.917_3];
        let end: f64 = case.settings.iter().find_map(|s| s.strip_prefix("solver.time=")?.parse().ok()).unwrap();
        let times = format!("output.times={:?}", fractions.map(|f| f * end));
        let reference = evolve(&case.file(&[&times, "solver.tolerance=1e-12"]));
        for tolerance in [1e-5, 1e-7, 1e-9] {
            let evolution = evolve(&case.file(&[&times, &format!("solver.tolerance={tolerance:e}")]));
            let errors: Vec<f64> = (1..=fractions.len()).map(|i| evolution.difference(&reference, i)).collect();
            let largest = errors.iter().copied().fold(0.0, |m: f64, e| if e.is_nan() || e > m { e } else { m });
            let what = format!("{}: error inside steps / tolerance at {tolerance:e}", case.name);
            assert_between(&what, largest / tolerance, 0.0, 1.0);
        }
    }
}
