//! Games whose equilibrium is uniform, with their exact spectra.

use super::uniform_game::{PLAYERS_2X2, players_2x2};
use super::*;

#[test]
fn the_rotation_game_has_its_exact_spectrum() {
    for (c, tau, eta) in
        [(1.0, [0.1, 0.1], 1.0), (0.01, [0.1, 0.1], 1.0), (100.0, [0.1, 0.1], 1.0), (2.0, [0.05, 0.2], 3.0)]
    {
        let f = move |x: &[f64], y: &[f64]| c * (2.0 * PI * (x[0] - y[0])).cos();
        let case = Case { f, grids: [circle(65, 1.0), circle(65, 1.0)], temperature: tau, timescale: eta };
        let found = case.solve(8);
        let k2 = 4.0 * PI * PI;
        let mut all = pair(k2 * tau[0], eta * k2 * tau[1], 0.5 * k2 * c, 0.5 * eta * k2 * c).to_vec();
        for m in 2..=32 {
            let m2 = f64::from(m * m);
            all.extend([tau[0], eta * tau[1]].map(|t| Complex64::new(-k2 * m2 * t, 0.0)));
        }
        assert_same_eigenvalues(&found.eigenvalues, &leading(all), 1e-11);
        assert_eq!(found.eigenvalues.len(), 8);
        assert!(found.complete);
        assert_near(found.guaranteed_rate, k2 * tau[0].min(eta * tau[1]), 1e-9, "guaranteed rate");
        assert_near(found.largest_frequency, eta.sqrt() * 0.5 * k2 * c, 1e-9 * k2 * c, "largest frequency");
        if eta == 1.0 {
            assert_near(found.growth_bound, 1.0, 0.0, "growth: A_x K = K A_y");
        }
    }
}

#[test]
fn periods_may_differ() {
    let (c, tau, eta, periods) = (1.5, [0.1, 0.3], 0.5, [2.0, 3.0]);
    let k = periods.map(|l| 2.0 * PI / l);
    let f = move |x: &[f64], y: &[f64]| c * (k[0] * x[0]).cos() * (k[1] * y[0]).cos();
    let grids = [circle(45, periods[0]), circle(51, periods[1])];
    let found = Case { f, grids, temperature: tau, timescale: eta }.solve(6);
    let [a, b] = [tau[0] * k[0] * k[0], eta * tau[1] * k[1] * k[1]];
    let mut all = pair(a, b, 0.5 * k[0] * k[0] * c, 0.5 * eta * k[1] * k[1] * c).to_vec();
    for m in 1..=20 {
        let m2 = f64::from(m * m);
        all.extend([a, b].map(|v| Complex64::new(-v * m2, 0.0)));
    }
    assert_same_eigenvalues(&found.eigenvalues, &leading(all), 1e-11);
    for (p, k) in k.into_iter().enumerate() {
        assert_near(found.poincare[p], k * k, 1e-11 * k * k, "Poincare constant");
    }
}

#[test]
fn waves_in_two_dimensions_have_their_exact_pairs_and_multiplicities() {
    for (tau, eta) in [([0.05; 2], 1.0), ([0.1; 2], 1.0), ([0.05, 0.08], 1.5)] {
        let case = Case { f: players_2x2, grids: [square(27), square(25)], temperature: tau, timescale: eta };
        let found = case.solve(12);
        println!("tau {tau:?}: {:?} {:?} vectors {}", found.eigenvalues, found.multiplicities, found.vectors);
        assert_eq!(found.eigenvalues.len(), 12);
        assert_counted(&found, &counted(&PLAYERS_2X2.eigenvalues(tau, eta, 20)), 1e-11);
    }
}
