//! How much work a step takes: evaluations of the drift, and transforms for each of them.

use super::{MflDa, PairLayout};
use crate::game::payoff::{FactorFunction, ProductTerm};
use crate::game::{Payoff, Scheme};
use crate::stepper::{Etd43, Etdrk4, ImexEuler, Sbdf2, Semilinear, Stepper};
use crate::torus::{Grid, transform_count};
use num_complex::Complex64;

/// A flow on grids of this shape for both players, with a payoff of two products of many waves each, which has its
/// transforms, and an initial pair.
fn flow(shape: &[usize]) -> (MflDa, Vec<Complex64>) {
    let grid = Grid::new(shape, &vec![1.0; shape.len()], &vec![0.0; shape.len()]).unwrap();
    let dense = |a: f64| FactorFunction::Dense((0..grid.len()).map(|j| (a + (j * j) as f64).sin()).collect());
    let terms = [1.0, 2.0].map(|a| ProductTerm { coefficient: 0.1, x: dense(a), y: dense(2.5 * a) });
    let payoff = Payoff::from_factors(&grid, &grid, &terms).unwrap();
    let values: Vec<f64> = (0..grid.len()).map(|j| 1.0 + 0.1 * (j as f64).cos()).collect();
    let state = PairLayout::new(&grid, &grid).from_values([&values, &values]);
    (MflDa::new(payoff, [0.1, 0.2], 1.0), state)
}

/// Real transforms of one drift: the density of each player, and each component of each flux.
fn transforms_of_a_drift(shape: &[usize]) -> usize {
    2 * (1 + shape.len())
}

#[test]
fn a_drift_takes_one_transform_of_each_density_and_flux() {
    for shape in [&[74][..], &[6, 22]] {
        let (mut flow, state) = flow(shape);
        let mut out = vec![Complex64::ZERO; state.len()];
        let before = transform_count::of(shape);
        flow.nonlinear(&state, &mut out);
        assert_eq!(transform_count::of(shape) - before, transforms_of_a_drift(shape), "{shape:?}");
    }
}

type MakeStepper = fn() -> Box<dyn Stepper<f64>>;

/// Sixteen transforms for a step of ETDRK4 in one dimension, 24 in two.
#[test]
fn steps_take_the_evaluations_that_are_counted_for_them() {
    let schemes: [(Scheme, MakeStepper, &[usize], &[usize]); 4] = [
        (Scheme::ImexEuler, || Box::new(ImexEuler::new(1e-3)), &[82], &[6, 26]),
        (Scheme::Sbdf2, || Box::new(Sbdf2::new(1e-3)), &[86], &[10, 26]),
        (Scheme::Etdrk4, || Box::new(Etdrk4::new(1e-3)), &[94], &[14, 26]),
        (Scheme::Adaptive, || Box::new(Etd43::new(1e-6)), &[106], &[22, 26]),
    ];
    for (scheme, stepper, line, plane) in schemes {
        for shape in [line, plane] {
            let (mut flow, mut state) = flow(shape);
            let mut stepper = stepper();
            let before = transform_count::of(shape);
            let (mut accepted, mut rejected) = (0, 0);
            for _ in 0..5 {
                rejected += stepper.advance(&mut flow, &mut state, 1.0).unwrap().rejected;
                accepted += 1;
            }
            let evaluations = scheme.evaluations(accepted, rejected);
            let transforms = transform_count::of(shape) - before;
            assert_eq!(transforms, evaluations * transforms_of_a_drift(shape), "{scheme:?} on {shape:?}");
        }
    }
}
