//! Concentrated initial densities: von Mises densities of concentration 800, whose formula overflows.

use crate::support::comparison::{assert_at_most, assert_close, assert_relative};
use crate::support::evolution::game;
use crate::support::experiment::{Ran, run_game};
use nashflow::game::GameFile;

/// The start of a game whose x player has this potential at temperature 1/800, and this initial density.
fn start(potential: &str, initial: &str) -> Ran {
    let text = format!(
        "[game]\npayoff = \"{potential} + cos(2*pi*y)\"\ntemperature = {{ x = \"1/800\", y = 1.0 }}\n\
         [initial]\nx = \"{initial}\"\n[solver]\ntime = 0\n"
    );
    run_game(&game(&text, &[]))
}

#[test]
fn two_sharp_peaks_are_as_far_apart_as_their_centres() {
    for initial in ["exp(800*(cos(2*pi*(x-0.1))-1))", "exp(800*cos(2*pi*(x-0.1)))"] {
        let ran = start("-cos(2*pi*(x-0.3))", initial);
        let w2 = ran.summary.initial.w2_x.expect("a distance");
        assert_close(&format!("{initial}: distance 0.2"), w2, 0.2, 1e-12, 1.0);
        assert_at_most("its error bar", ran.summary.initial.w2_error.expect("a bar"), 1e-8);
        assert!(ran.summary.grid.x[0] >= 256, "automatic grid {:?}", ran.summary.grid.x);
    }
}

#[test]
fn a_sharp_peak_is_at_the_computed_distance_from_uniform() {
    for initial in ["exp(800*(cos(2*pi*(x-0.1))-1))", "exp(800*cos(2*pi*x))"] {
        let ran = start("0", initial);
        let w2 = ran.summary.initial.w2_x.expect("a distance");
        assert_close(&format!("{initial} against uniform"), w2, 0.283_177_371_660_519, 1e-12, 1.0);
    }
}

#[test]
fn the_overflowing_formula_has_the_right_height() {
    let text = "[game]\npayoff = \"cos(2*pi*(x-y))\"\ntemperature = 0.1\n[initial]\nx = \"exp(800*cos(2*pi*x))\"\n\
                [solver]\ngrid = 512\ntime = 0\n";
    let file: GameFile = game(text, &[]);
    let mu = run_game(&file).row("mu", 0);
    assert_relative("height of exp(800 cos)", mu[0], 70.887_070_133_466_2, 1e-12);
}
