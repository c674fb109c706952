//! Players on the plane: distances and eigenvalues of linear drifts in closed form, and products of players on lines.

use crate::support::comparison::{assert_at_most, assert_close};
use crate::support::evolution::game;
use crate::support::experiment::run_game;
use nashflow::experiment::spectrum;

/// `x1' = -x1`, `x2' = -2 x2` with noise: the equilibrium is `N(0, tau)` times `N(0, tau/2)`, and Gaussians stay Gaussian.
const LINEAR: &str = r#"
    [game]
    payoff = "x1^2/2 + x2^2 - 3*y^2/4"
    temperature = 0.2
    [game.domain]
    x = { dim = 2, space = "line", period = [7, 6] }
    y = { space = "line", period = 7 }
    [initial]
    x = "exp(-((x1 - 0.7)^2 + (x2 + 0.5)^2)/(2*0.1))"
    y = "exp(-(y - 0.3)^2/(2*0.1))"
    [solver]
    time = 0.4
    tolerance = 1e-8
    [output]
    snapshots = 4
"#;

#[test]
fn distances_along_a_run_are_those_of_gaussians() {
    let ran = run_game(&game(LINEAR, &[]));
    let exact = |t: f64| -> f64 {
        let axis = |rate: f64, mean: f64| -> f64 {
            let rest = 0.2 / rate;
            let variance = rest + (0.1 - rest) * (-2.0 * rate * t).exp();
            (mean * (-rate * t).exp()).powi(2) + (variance.sqrt() - rest.sqrt()).powi(2)
        };
        (axis(1.0, 0.7) + axis(2.0, -0.5)).sqrt()
    };
    for (i, w2) in ran.dataset("/w2_x").iter().enumerate() {
        assert_close("W2 of x", *w2, exact(0.1 * i as f64), 1e-7, 1.0);
    }
    assert!(ran.dataset("/w2_error").iter().all(|error| *error < 1e-6));
    let spectrum = ran.summary.spectrum.as_ref().expect("a spectrum");
    assert_close("gap", spectrum.gap, 1.0, 1e-9, 1.0);
    assert_close("guaranteed rate", spectrum.guaranteed_rate, 1.0, 1e-9, 1.0);
}

#[test]
fn eigenvalues_of_coupled_linear_drifts_are_those_of_the_matrix_of_the_means() {
    let text = LINEAR.replace("x1^2/2 + x2^2 - 3*y^2/4", "x1^2/2 + x2^2 + x1*y/2 - x2*y - y^2/2");
    let found = spectrum(&game(&text, &[]), 3, None).unwrap().spectrum;
    // d/dt (E x1, E x2, E y) = -(E x1 + E y/2, 2 E x2 - E y, E y - E x1/2 + E x2): a cubic of the rates.
    let cubic = |z: num_complex::Complex64| {
        let one = num_complex::Complex64::ONE;
        (one - z) * (2.0 * one - z) * (one - z) + (one - z) + 0.25 * (2.0 * one - z)
    };
    for pair in &found.eigenvalues[..3] {
        let rate = num_complex::Complex64::new(-pair[0], -pair[1]);
        assert_at_most("characteristic polynomial", cubic(rate).norm(), 1e-8);
    }
    assert!(found.eigenvalues[1][1] > 0.5 && found.eigenvalues[2][1] < -0.5, "{:?}", found.eigenvalues);
}

#[test]
fn a_well_beside_a_player_on_the_line_adds_its_rates() {
    // x = (x1, x2): x1 plays the double well of the line with y, x2 has a double well of his own.
    let wells = "x1^4/12 - x1^2/2 + 1.5*x1*y - y^4/12 + y^2/2";
    let hot = LINEAR.replace("temperature = 0.2", "temperature = 0.5").replace("period = 7 ", "period = 8.4 ");
    let plane = hot.replace("x1^2/2 + x2^2 - 3*y^2/4", &format!("{wells} + x2^4/12 - x2^2/2")).replace("[7, 6]", "8");
    let line = hot.replace("x1^2/2 + x2^2 - 3*y^2/4", &wells.replace("x1", "x")).replace("dim = 2, ", "");
    let line = line.replace("((x1 - 0.7)^2 + (x2 + 0.5)^2)", "(x - 0.7)^2").replace("[7, 6]", "8");
    let rates = |text: &str, count| spectrum(&game(text, &[]), count, None).unwrap().spectrum.eigenvalues;
    let (both, pair) = (rates(&plane, 4), rates(&line, 2));
    let own = rates(&line.replace(" + 1.5*x*y", ""), 1)[0];
    // The modes of both wells of x together: `h(x1) h(x2)` has mean 0 over x1, and nothing reaches y.
    let expected = [own, [2.0 * own[0], 0.0], pair[0], pair[1]];
    for (found, exact) in both.iter().zip(expected) {
        assert_close("real part", found[0], exact[0], 1e-8, 1.0);
        assert_close("imaginary part", found[1], exact[1], 1e-8, 1.0);
    }
}
