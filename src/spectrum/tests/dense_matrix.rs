//! Eigenvalues, copies, eigenfunctions and growth against a dense matrix.

use super::matrices::{dense, dense_factored};
use super::uniform_game::players_2x2;
use super::*;
use crate::form::tries;
use crate::spectrum::galerkin::{PlayerSpace, Projection};
use nashflow_kernels::eigen;

#[track_caller]
fn agrees_with_dense<F: Fn(&[f64], &[f64]) -> f64 + Sync>(case: &Case<F>, count: usize) {
    let payoff = case.payoff();
    let equilibrium = Equilibrium::solve(&payoff, case.temperature).unwrap();
    let found = Spectrum::solve(&payoff, &equilibrium, case.timescale, count).unwrap();
    let matrix = dense(&payoff, &equilibrium, &case.f, case.timescale);
    let all = eigen::values(&matrix).unwrap();
    let mut values: Vec<Complex64> = all.iter().map(|v| Complex64::new(v.re, v.im)).collect();
    values.sort_by(|a, b| a.norm().total_cmp(&b.norm()));
    assert!(values[1].norm() < 1e-7 * values[2].norm(), "two zeros of mass: {:?}", &values[..3]);
    assert_same_eigenvalues(&found.eigenvalues, &leading(values[2..].to_vec()), 1e-8);
    assert_eq!(found.eigenvalues.len(), count);
    assert!(found.complete);
}

#[test]
fn the_spectrum_is_that_of_the_dense_matrix() {
    let hard = |x: &[f64], y: &[f64]| {
        (4.0 * PI * x[0]).sin() + (4.0 * PI * y[0]).sin() + 2.0 * (2.0 * PI * (x[0] + y[0])).cos()
    };
    agrees_with_dense(
        &Case { f: hard, grids: [circle(81, 1.0), circle(81, 1.0)], temperature: [0.4; 2], timescale: 1.0 },
        8,
    );
    let unlike = |x: &[f64], y: &[f64]| {
        (2.0 * PI * (x[0] - y[0])).cos() + 0.5 * (4.0 * PI * x[0]).cos() - 0.5 * (4.0 * PI * y[0]).sin()
    };
    agrees_with_dense(
        &Case { f: unlike, grids: [circle(71, 1.0), circle(61, 1.0)], temperature: [0.4, 0.5], timescale: 2.0 },
        8,
    );
}

#[test]
fn the_spectrum_in_two_dimensions_is_that_of_the_dense_matrix() {
    let f = |x: &[f64], y: &[f64]| {
        (2.0 * PI * (x[0] - y[0])).cos() + 0.5 * (2.0 * PI * x[0]).sin() * (2.0 * PI * y[1]).cos()
            - 0.6 * (2.0 * PI * (x[1] + y[1])).sin()
            + 0.3 * (2.0 * PI * (x[0] + x[1])).cos()
    };
    agrees_with_dense(&Case { f, grids: [square(19), square(19)], temperature: [1.2, 1.0], timescale: 1.5 }, 6);
    let f = |x: &[f64], y: &[f64]| {
        (2.0 * PI * (x[0] - y[0])).cos() + 0.5 * (2.0 * PI * x[0]).sin() * (PI * y[1]).cos()
            - 0.3 * (2.0 * PI * y[0] + PI * y[1]).cos()
    };
    let torus = Grid::new(&[21, 23], &[1.0, 2.0], &[0.0, -1.0]).unwrap();
    let grids = [circle(23, 1.0), torus.clone()];
    agrees_with_dense(&Case { f, grids, temperature: [0.8, 1.0], timescale: 1.0 }, 6);
    let f = |x: &[f64], y: &[f64]| -f(y, x);
    agrees_with_dense(&Case { f, grids: [torus, circle(23, 1.0)], temperature: [1.0, 0.8], timescale: 1.0 }, 6);
}

/// A payoff as a function of both points.
type Payoffs = dyn Fn(&[f64], &[f64]) -> f64 + Sync;

#[test]
fn no_pair_and_no_copy_is_missed_where_the_equilibrium_is_not_uniform() {
    let wells = |x: &[f64], y: &[f64]| {
        players_2x2(x, y) + 0.1 * (2.0 * PI * x[0]).cos() - 0.08 * (2.0 * PI * (y[0] + y[1])).sin()
    };
    let plain = |x: &[f64], y: &[f64]| players_2x2(x, y);
    for (first, f) in [&wells as &Payoffs, &plain].into_iter().enumerate() {
        let cases = [([0.05; 2], 1.0), ([0.1, 0.07], 1.0), ([0.2; 2], 2.5)];
        // In the short form each case with one of the payoffs.
        for (tau, eta) in cases.into_iter().skip(first % tries(2, 1)).step_by(tries(2, 1)) {
            // One player's modes come from a cascade of grids, the other's from its matrix.
            let case = Case { f, grids: [square(23), square(15)], temperature: tau, timescale: eta };
            let payoff = case.payoff();
            let equilibrium = Equilibrium::solve_on_grid(&payoff, tau).unwrap();
            let found = Spectrum::solve(&payoff, &equilibrium, eta, 12).unwrap();
            let matrix = dense_factored(&payoff, &equilibrium, f, eta);
            let all = eigen::values(&matrix).unwrap();
            let mut values: Vec<Complex64> = all.iter().map(|v| -Complex64::new(v.re, v.im)).collect();
            values.sort_by(|a, b| a.norm().total_cmp(&b.norm()));
            assert!(values[1].norm() < 1e-8 * values[2].norm(), "two zeros of mass: {:?}", &values[..3]);
            let mut values = values[2..].to_vec();
            sort_leading(&mut values, |value| *value);
            println!("tau {tau:?}: {:?} {:?} vectors {}", found.eigenvalues, found.multiplicities, found.vectors);
            assert_eq!(found.eigenvalues.len(), 12);
            assert_counted(&found, &counted(&values), 1e-9);
        }
    }
}

#[test]
fn what_is_counted_has_as_many_eigenvalues_before_the_line_as_the_projection() {
    let f = |x: &[f64], y: &[f64]| {
        players_2x2(x, y) + 0.1 * (2.0 * PI * x[0]).cos() - 0.08 * (2.0 * PI * (y[0] + y[1])).sin()
    };
    let tau = [0.05, 0.06];
    let case = Case { f, grids: [square(15), square(13)], temperature: tau, timescale: 1.0 };
    let payoff = case.payoff();
    let equilibrium = Equilibrium::solve_on_grid(&payoff, tau).unwrap();
    let all = eigen::values(&dense_factored(&payoff, &equilibrium, f, 1.0)).unwrap();
    let mut rates: Vec<f64> = all.iter().map(|v| v.re).filter(|re| *re > 1e-6).collect();
    rates.sort_by(f64::total_cmp);
    let mut cascades = Player::BOTH.map(|player| Cascade::new(Landscape::new(&payoff, &equilibrium, player)).unwrap());
    let [x, y] = &mut cascades;
    let functions = [
        generator::weighted_functions(&payoff, Player::X, &*x.generator),
        generator::weighted_functions(&payoff, Player::Y, &*y.generator),
    ];
    let coupling = Coupling::new(functions, generator::coupling_matrix(&payoff), tau);
    let (mut counted, mut wrong) = (0, 0);
    for modes in [4, 8, 12, 18, 24, 36, 60] {
        let spaces = [0, 1].map(|p| PlayerSpace::new(cascades[p].modes(modes).lowest(modes), 1.0, tau[p]));
        let projection = Projection::new(&spaces, &coupling);
        let cut = spaces[0].cut().min(spaces[1].cut());
        let tails = completeness::Tails::new(&spaces, &coupling, &mut cascades, 1.0);
        let projected = eigen::values(&projection.matrix).unwrap();
        for line in (1..60).map(f64::from).filter(|line| *line < cut) {
            let here = projected.iter().filter(|z| z.re < line).count();
            let there = rates.iter().filter(|rate| **rate < line).count();
            if completeness::is_counted(&projection, &coupling, &tails, line, cut) {
                assert_eq!(here, there, "{modes} modes, line at {line}, energies up to {cut}");
                counted += 1;
            } else if here != there {
                wrong += 1;
            }
        }
    }
    assert!(counted > 20 && wrong > 2, "{counted} lines are counted, {wrong} would be counted wrongly");
}

/// `exp(t L)` by its Taylor series and squaring.
fn exponential(l: &Mat<f64>, t: f64) -> Mat<f64> {
    let size = l.nrows();
    let halvings = 30;
    let small = l * faer::Scale(t / f64::from(1 << halvings));
    let mut e = Mat::<f64>::identity(size, size) + &small + &small * &small * faer::Scale(0.5);
    for _ in 0..halvings {
        e = &e * &e;
    }
    e
}

#[test]
fn nothing_grows_beyond_the_bound_and_something_grows() {
    let f =
        |x: &[f64], y: &[f64]| 2.0 * (2.0 * PI * x[0]).cos() * (4.0 * PI * y[0]).cos() + 0.2 * (2.0 * PI * x[0]).sin();
    for eta in [1.0, 3.0] {
        let case = Case { f, grids: [circle(25, 1.0), circle(25, 1.0)], temperature: [0.2, 0.1], timescale: eta };
        let payoff = case.payoff();
        let equilibrium = Equilibrium::solve_on_grid(&payoff, case.temperature).unwrap();
        let bound = Spectrum::solve(&payoff, &equilibrium, eta, 2).unwrap().growth_bound;
        let l = dense(&payoff, &equilibrium, f, eta);
        let weight: Vec<f64> = equilibrium.densities().iter().flat_map(|d| d.iter().map(|v| v.sqrt())).collect();
        let mut largest: f64 = 0.0;
        for t in [0.002, 0.005, 0.01, 0.02, 0.05, 0.1] {
            let e = exponential(&l, t);
            let scaled = Mat::from_fn(50, 50, |i, j| weight[i] * e[(i, j)] / weight[j]);
            largest = largest.max(eigen::singular(&scaled).unwrap().S()[0]);
        }
        println!("eta {eta}: bound {bound}, largest {largest}");
        assert!(largest > 1.2 && largest <= bound, "growth {largest}, bound {bound}");
    }
}

#[test]
fn eigenfunctions_solve_the_linearised_equation() {
    let f = |x: &[f64], y: &[f64]| {
        (2.0 * PI * (x[0] - y[0])).cos() + 0.5 * (4.0 * PI * x[0]).cos() - 0.5 * (4.0 * PI * y[0]).sin()
    };
    let case = Case { f, grids: [circle(61, 1.0), circle(63, 1.0)], temperature: [0.4, 0.5], timescale: 2.0 };
    let payoff = case.payoff();
    let equilibrium = Equilibrium::solve(&payoff, case.temperature).unwrap();
    let found = Spectrum::solve(&payoff, &equilibrium, 2.0, 4).unwrap();
    let l = dense(&payoff, &equilibrium, f, 2.0);
    for (value, parts) in found.eigenvalues.iter().zip(&found.eigenfunctions) {
        let h: Vec<Complex64> = parts
            .iter()
            .zip(equilibrium.densities())
            .flat_map(|(part, density)| part.iter().zip(density).map(|(a, b)| a / b))
            .collect();
        let size = h.iter().map(|v| v.norm()).fold(0.0, f64::max);
        for i in 0..h.len() {
            let product: Complex64 = (0..h.len()).map(|j| l[(i, j)] * h[j]).sum();
            assert!((product - value * h[i]).norm() < 1e-7 * value.norm() * size, "node {i} of {value}");
        }
        for part in parts {
            assert!(part.iter().sum::<Complex64>().norm() < 1e-10 * part.len() as f64, "mass");
        }
    }
}
