//! Spectral convergence in the number of points.

use crate::support::comparison::{assert_at_most, largest_difference};
use crate::support::evolution::{Evolution, bundled, evolve};
use nashflow::game::Player;
use nashflow::torus::resample;

/// Largest difference of the coefficients of two evolutions on different grids, as modes of the finer one.
fn difference(coarse: &Evolution, fine: &Evolution) -> f64 {
    let last = fine.states.len() - 1;
    let flat = |u: &[num_complex::Complex64]| u.iter().flat_map(|c| [c.re, c.im]).collect::<Vec<f64>>();
    let mut largest = 0.0_f64;
    for player in Player::BOTH {
        let (from, to) = (coarse.layout.grid(player), fine.layout.grid(player));
        let moved = resample(from, to, coarse.spectrum(last, player));
        let off = largest_difference(&flat(&moved), &flat(fine.spectrum(last, player))) * to.volume();
        assert!(off.is_finite());
        largest = largest.max(off);
    }
    largest
}

/// Errors at these grids against the last one: each must shrink by `factor`, down to the floor.
fn assert_spectral(name: &str, settings: &[&str], grids: &[&str], factor: f64, floor: f64) {
    let at = |grid: &str| {
        evolve(&bundled(name, &[settings, &["solver.tolerance=1e-13", &format!("solver.grid={grid}")]].concat()))
    };
    let evolutions: Vec<Evolution> = grids.iter().map(|grid| at(grid)).collect();
    let finest = &evolutions[evolutions.len() - 1];
    let errors: Vec<f64> = evolutions[..evolutions.len() - 1].iter().map(|e| difference(e, finest)).collect();
    println!("{name}: grids {grids:?}, errors {errors:?}");
    for pair in errors.windows(2) {
        assert!(pair[1] <= (pair[0] / factor).max(floor), "{name}: errors {errors:?} must fall by {factor}");
    }
    assert_at_most(&format!("{name}: error on the last but one grid"), errors[errors.len() - 1], floor);
}

#[test]
fn the_error_falls_exponentially_with_the_number_of_points() {
    assert_spectral(
        "two-temperatures",
        &["solver.time=0.05", "output.snapshots=1"],
        &["24", "32", "40", "48", "63", "80", "128"],
        5.0,
        1e-12,
    );
    assert_spectral(
        "players-2x2",
        &["solver.time=0.02", "output.snapshots=1"],
        &[
            "{ x = [16, 16], y = [16, 18] }",
            "{ x = [24, 24], y = [24, 25] }",
            "{ x = [32, 33], y = [33, 36] }",
            "{ x = [40, 40], y = [40, 45] }",
            "{ x = [45, 54], y = [48, 54] }",
        ],
        10.0,
        1e-10,
    );
}
