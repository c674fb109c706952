//! Equilibria that are computed by hand.

use super::{payoff_of, with_settings};
use nashflow::equilibrium::Equilibrium;
use nashflow::game::GameFile;
use std::f64::consts::PI;

const RANK_ONE: &str = r#"
    [game]
    payoff = "a*cos(2*pi*x)*cos(2*pi*y) + b*cos(2*pi*x) - d*cos(2*pi*y)"
    temperature = 1.5
    regulariser = "chi2"
    parameters = { a = 0.8, b = 0.5, d = 0.3 }
    [solver]
    grid = 64
"#;

fn solve(file: &GameFile) -> Equilibrium {
    let (payoff, temperature) = payoff_of(file);
    Equilibrium::solve_regularised(&payoff, temperature, file.game().regulariser().regulariser()).unwrap()
}

#[test]
fn chi_squared_on_a_game_of_rank_one_with_full_support_is_linear_algebra() {
    let (tau, a, b, d): (f64, f64, f64, f64) = (1.5, 0.8, 0.5, 0.3);
    // mu = 1 - (a n + b) cos/tau, nu = 1 + (a m - d) cos/tau, m = int cos mu, n = int cos nu.
    let m = (a * d / (2.0 * tau) - b) / (2.0 * tau) / (1.0 + (a / (2.0 * tau)).powi(2));
    let n = (a * m - d) / (2.0 * tau);
    let found = solve(&with_settings(RANK_ONE, &[]));
    assert_eq!(found.vacuum(), None);
    for j in 0..64 {
        let cosine = (2.0 * PI * j as f64 / 64.0).cos();
        let [mu, nu] = [1.0 - (a * n + b) * cosine / tau, 1.0 + (a * m - d) * cosine / tau];
        assert!((found.densities()[0][j] - mu).abs() <= 1e-14 * 4.0, "{} against {mu}", found.densities()[0][j]);
        assert!((found.densities()[1][j] - nu).abs() <= 1e-14 * 4.0, "{} against {nu}", found.densities()[1][j]);
    }
    assert!(found.nikaido_isoda() <= 1e-28 && found.residual() <= 1e-14, "{:e}", found.nikaido_isoda());
}

#[test]
fn chi_squared_with_a_vacuum_has_the_edge_that_the_mass_asks_for() {
    // mu = ((c - cos 2 pi x)/tau)_+; the support is cos < c = cos t: c (pi - t) + sin t = pi tau.
    let tau = 0.4;
    let (mut low, mut high) = (0.0, PI);
    for _ in 0..100 {
        let t: f64 = 0.5 * (low + high);
        if t.cos() * (PI - t) + t.sin() > PI * tau { low = t } else { high = t }
    }
    let edge = low / (2.0 * PI);
    for points in [400_usize, 800] {
        let text = RANK_ONE.replace("1.5", "0.4").replace("a = 0.8, b = 0.5, d = 0.3", "a = 0, b = 1, d = 1");
        let found = solve(&with_settings(&text, &[format!("solver.grid={points}")]));
        let h = 1.0 / points as f64;
        let mu = found.densities()[0];
        let empty = (0..points).filter(|j| mu[*j] == 0.0).count();
        assert!((empty as f64 * h - 2.0 * edge).abs() <= 2.0 * h, "{empty} empty cells, edge {edge}");
        let largest = (0..points).map(|j| {
            let exact = ((low.cos() - (2.0 * PI * j as f64 * h).cos()) / tau).max(0.0);
            (mu[j] - exact).abs()
        });
        let largest = largest.fold(0.0, f64::max);
        // The trapezoid rule of a kink errs by h^2/12 times the jump of the slope at most.
        assert!(largest <= 2.0 * h * h * 2.0 * PI / tau, "{points}: {largest:e}");
        assert!(found.nikaido_isoda() <= 1e-25, "{:e}", found.nikaido_isoda());
    }
}

#[test]
fn a_reference_density_is_the_equilibrium_of_no_payoff_and_a_uniform_one_is_the_entropy() {
    let text = r#"
        [game]
        payoff = "0*x*y"
        temperature = 0.3
        regulariser = "kl"
        reference = { x = "exp(300*cos(2*pi*x))", y = "2 + sin(2*pi*y)" }
        [solver]
        grid = 400
    "#;
    let found = solve(&with_settings(text, &[]));
    let bessel: f64 =
        (0..400).map(|j| (300.0 * ((2.0 * PI * j as f64 / 400.0).cos() - 1.0)).exp()).sum::<f64>() / 400.0;
    for j in 0..400 {
        let s = 2.0 * PI * j as f64 / 400.0;
        let exact = [(300.0 * (s.cos() - 1.0)).exp() / bessel, 1.0 + 0.5 * s.sin()];
        for p in [0, 1] {
            let error = (found.densities()[p][j] - exact[p]).abs();
            assert!(error <= 1e-12 * exact[p].max(1e-3), "{p} {j}: {error:e}");
        }
    }
    assert!(found.energy().abs() <= 1e-12 * 300.0, "KL(pi|pi) = {:e}", found.energy());
    let uniform = text.replace("0*x*y", "cos(2*pi*(x - y)) + sin(2*pi*x)").replace("exp(300*cos(2*pi*x))", "7");
    let uniform = uniform.replace("2 + sin(2*pi*y)", "0.5");
    let entropy = uniform.replace("\"kl\"", "\"entropy\"").replace("reference = { x = \"7\", y = \"0.5\" }", "");
    let [one, other] = [&uniform, &entropy].map(|text| solve(&with_settings(text, &[])));
    for p in [0, 1] {
        for (a, b) in one.densities()[p].iter().zip(other.densities()[p]) {
            assert!((a - b).abs() <= 1e-13 * b.max(1.0), "{a} against {b}");
        }
    }
    assert!((one.energy() - other.energy()).abs() <= 1e-14, "{} and {}", one.energy(), other.energy());
}
