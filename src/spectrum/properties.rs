//! What holds for every game: the guaranteed rate, the swap of players, the meaning of the timescale.

use super::tests::{Case, assert_same_eigenvalues, circle};
use super::*;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::f64::consts::PI;

/// Coefficients of `f = sum c_kl trig(k x) trig(l y)` for `k, l <= 2`.
fn payoff(c: &[f64; 16]) -> impl Fn(&[f64], &[f64]) -> f64 + Sync {
    move |x: &[f64], y: &[f64]| {
        let waves = |s: f64| [(2.0 * PI * s).cos(), (2.0 * PI * s).sin(), (4.0 * PI * s).cos(), (4.0 * PI * s).sin()];
        let (a, b) = (waves(x[0]), waves(y[0]));
        (0..16).map(|i| c[i] * a[i / 4] * b[i % 4]).sum::<f64>() + c[3] * a[0] + c[5] * b[1]
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12, failure_persistence: None, rng_seed: RngSeed::Fixed(5), ..ProptestConfig::default()
    })]

    #[test]
    fn no_eigenvalue_is_above_minus_the_guaranteed_rate(
        c in prop::array::uniform16(-1.0..1.0_f64), tau in prop::array::uniform2(0.1..0.5_f64), eta in 0.2..5.0_f64
    ) {
        let case = Case { f: payoff(&c), grids: [circle(85, 1.0), circle(85, 1.0)], temperature: tau, timescale: eta };
        let found = case.solve(6);
        prop_assert!(found.guaranteed_rate > 0.0);
        for value in &found.eigenvalues {
            prop_assert!(value.re <= -found.guaranteed_rate * (1.0 - 1e-9), "{} above -{}", value, found.guaranteed_rate);
            prop_assert!(value.im.abs() <= found.largest_frequency * (1.0 + 1e-9));
        }
        prop_assert!(found.complete && found.growth_bound >= 1.0);
    }

    #[test]
    fn swapping_the_players_and_their_timescale_scales_the_spectrum(
        c in prop::array::uniform16(-1.0..1.0_f64), tau in prop::array::uniform2(0.1..0.5_f64), eta in 0.2..5.0_f64
    ) {
        let grids = [circle(85, 1.0), circle(87, 1.0)];
        let [x, y] = grids.clone();
        let one = Case { f: payoff(&c), grids, temperature: tau, timescale: eta }.solve(6);
        let f = payoff(&c);
        let swapped = move |x: &[f64], y: &[f64]| -f(y, x);
        let other = Case { f: swapped, grids: [y, x], temperature: [tau[1], tau[0]], timescale: 1.0 / eta }.solve(6);
        let scaled: Vec<Complex64> = other.eigenvalues.iter().map(|v| v * eta).collect();
        assert_same_eigenvalues(&one.eigenvalues, &scaled, 1e-8);
        prop_assert!((other.guaranteed_rate * eta - one.guaranteed_rate).abs() < 1e-9 * one.guaranteed_rate);
        prop_assert!((other.growth_bound - one.growth_bound).abs() < 1e-6 * one.growth_bound);
    }
}
