//! Two grids: what does not move is confirmed, what moves is not.

use super::*;
use crate::experiment::Discretisation;
use crate::game::catalogue;

#[test]
fn a_finer_grid_does_not_change_the_spectrum_of_the_cycle() {
    let file = catalogue::get("limit-cycle").unwrap().load(&["game.temperature=0.1".to_owned()]).unwrap();
    let solve = |n: usize| {
        let d = Discretisation::new(file.game(), &[vec![n], vec![n]]).unwrap();
        Spectrum::solve(&d.payoff, &d.equilibrium, 1.0, 8).unwrap()
    };
    let (coarse, fine) = (solve(225), solve(271));
    assert_same_eigenvalues(&coarse.eigenvalues, &fine.eigenvalues, 1e-4);
    assert_same_eigenvalues(&coarse.eigenvalues[..2], &fine.eigenvalues[..2], 1e-8);
    let both = ConfirmedSpectrum::new(&coarse, &fine).unwrap();
    assert!(both.eigenvalues.len() >= 5 && both.gap.error < 1e-6 * both.gap.value, "{both:?}");
}

#[test]
fn what_moves_with_the_grid_is_not_confirmed() {
    let f = |x: &[f64], y: &[f64]| (2.0 * PI * (x[0] - y[0])).cos();
    let case = Case { f, grids: [circle(21, 1.0), circle(21, 1.0)], temperature: [0.1; 2], timescale: 1.0 };
    let mut fine = case.solve(4);
    let mut coarse = fine.clone();
    coarse.eigenvalues[2] *= 1.001;
    let both = ConfirmedSpectrum::new(&coarse, &fine).unwrap();
    assert_eq!((both.eigenvalues.len(), both.unconfirmed, both.complete), (2, 2, false));
    coarse.eigenvalues[0] *= 1.001;
    assert!(matches!(ConfirmedSpectrum::new(&coarse, &fine), Err(SpectrumError::Unconfirmed { .. })));
    let mut coarse = fine.clone();
    (fine.multiplicities[1], coarse.multiplicities[1]) = (Some(2), Some(1));
    let both = ConfirmedSpectrum::new(&coarse, &fine).unwrap();
    assert_eq!((both.eigenvalues.len(), both.unconfirmed), (1, 3), "a copy that the other grid lacks");
    (fine.multiplicities, coarse.multiplicities) = (vec![Some(1); 4], vec![Some(1); 4]);
    let mut coarse = fine.clone();
    coarse.poincare[1] *= 1.001;
    assert!(matches!(ConfirmedSpectrum::new(&coarse, &fine), Err(SpectrumError::Unconfirmed { .. })));
}
