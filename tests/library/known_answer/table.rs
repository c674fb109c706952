//! A payoff given as a table: the end point sampled twice is detected, the right table is the game it samples.

use crate::support::comparison::assert_relative;
use crate::support::evolution::game;
use crate::support::experiment::{run_error, run_game};
use nashflow::game::GameFile;
use ndarray::Array2;
use std::f64::consts::PI;
use std::path::Path;

/// A game whose table has `points` samples per axis at spacing `1/intervals`.
fn tabulated(folder: &Path, points: usize, intervals: usize) -> GameFile {
    let table =
        Array2::from_shape_fn((points, points), |(i, j)| (2.0 * PI * (i as f64 - j as f64) / intervals as f64).cos());
    let path = folder.join(format!("payoff-{points}.npy"));
    ndarray_npy::write_npy(&path, &table).unwrap();
    game(
        &format!(
            "[game]\ntable = \"{}\"\ntemperature = 0.1\n[initial]\nx = \"exp(0.1*cos(2*pi*(x-0.25)))\"\n\
             y = \"exp(0.1*cos(2*pi*y))\"\n[solver]\ntime = 4.0\n[output]\nsnapshots = 100\n",
            path.display()
        ),
        &[],
    )
}

#[test]
fn a_table_with_the_end_point_twice_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = run_error(&tabulated(folder.path(), 65, 64));
    assert_eq!(error.exit_status(), 2, "{error}");
    println!("{error}");
    assert!(error.to_string().contains("65 points"), "names the axis that is one too long: {error}");
}

#[test]
fn the_game_of_the_right_table_decays_at_four_pi_squared_tau() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run_game(&tabulated(folder.path(), 64, 64));
    let decay = ran.summary.decay.expect("a decay");
    assert_relative("64 x 64 table: rate", decay.rate, 3.947_841_760_435_74, 1e-6);
}
