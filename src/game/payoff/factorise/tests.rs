//! The ways of factorising against each other and against all values on small grids.

use super::*;
use crate::form::tries;
use crate::game::payoff::PayoffForm;
use crate::game::payoff::sample::Sequence;
use crate::game::{Expression, PayoffSource, Scope, Term};
use std::f64::consts::PI;
use std::sync::atomic::{AtomicUsize, Ordering};

fn grid(points: &[usize]) -> Grid {
    Grid::new(points, &vec![1.0; points.len()], &vec![0.0; points.len()]).unwrap()
}

/// Largest difference from `f` over all pairs of nodes.
fn error_everywhere(payoff: &Payoff, f: &impl PairFunction) -> f64 {
    let [x, y] = payoff.grids().clone();
    let samples = Samples::take(f, &x, &y).unwrap();
    let mut work = payoff.work();
    let mut largest = 0.0_f64;
    for j in 0..y.len() {
        let column = payoff.column(j, &mut work);
        for (i, value) in column.iter().enumerate() {
            let difference = (value - samples.values[i * y.len() + j]).abs();
            assert!(!difference.is_nan(), "a value at {i}, {j} is no number");
            largest = largest.max(difference);
        }
    }
    largest
}

/// Smooth, and no short sum of products.
fn generic(p: &[f64], q: &[f64]) -> f64 {
    let angle = |t: f64| 2.0 * PI * t;
    let (a, b, c, d) = (angle(p[0]), angle(p[1]), angle(q[0]), angle(q[1]));
    (0.6 * (a - c).cos() + 0.5 * (b + d).sin() * (a - d).cos()).exp()
}

#[test]
fn crosses_on_demand_are_right_at_all_pairs_of_nodes() {
    // Odd grids: on even ones the spectral form drops the mode whose sine vanishes at all nodes.
    let (x, y) = (grid(&[21, 19]), grid(&[19, 21]));
    let range = range_of_function(&generic, &x, &y).unwrap();
    let payoff = on_demand(&generic, &x, &y, &x, &y, ROUNDING * 3.0, range).unwrap();
    assert!((100..=400).contains(&payoff.rank()), "rank {}", payoff.rank());
    let largest = error_everywhere(&payoff, &generic) / payoff.range();
    assert!(payoff.error() <= 1e-12, "stated error {:e}", payoff.error());
    assert!(largest <= payoff.error(), "largest error {largest:e}, stated {:e}", payoff.error());
    let dense = Samples::take(&generic, &x, &y).unwrap();
    let known = from_samples(&dense, &x, &y, ROUNDING * 3.0).unwrap();
    let difference = error_everywhere(&known, &generic) / payoff.range();
    assert!(difference <= 1e-12, "from all values: {difference:e}, rank {}", known.rank());
}

#[test]
fn a_large_generic_payoff_is_answered_or_refused_from_few_of_its_values() {
    let n = grid(&[tries(64, 128); 2]);
    let count = AtomicUsize::new(0);
    let counted = |weight: f64| {
        let count = &count;
        move |p: &[f64], q: &[f64]| {
            count.fetch_add(1, Ordering::Relaxed);
            generic(p, q) + weight * (2.0 * PI * (20.0 * p[0] - 20.0 * q[1])).cos()
        }
    };
    let answered = on_demand(&counted(0.1), &n, &n, &n, &n, 1e-4, [0.0, 3.0]);
    let taken = count.swap(0, Ordering::Relaxed);
    let rank = answered.unwrap().rank();
    assert!(taken <= 2 * n.len() * (2 * rank + 20), "{taken} values for rank {rank}");
    let random = |p: &[f64], q: &[f64]| {
        count.fetch_add(1, Ordering::Relaxed);
        (1e3 * (p[0] * 1.7 + p[1] * 2.3 + q[0] * 1.9) * (1.0 + q[1] * p[0])).sin()
    };
    let refused = on_demand(&random, &n, &n, &n, &n, ROUNDING, [-1.0, 1.0]);
    assert!(
        matches!(refused, Err(PayoffError::TooComplex { rank: MOST_CROSSES, .. })),
        "{:?}",
        refused.map(|p| p.rank())
    );
    let taken = count.load(Ordering::Relaxed);
    assert!(taken <= 2 * n.len() * (MOST_CROSSES + 20), "{taken} of {} values", n.len() * n.len());
}

/// A random sum of products of cosines and sines of sums of all variables.
fn random_trigonometric(names: &[&str], count: usize, highest: usize, seed: u64) -> String {
    let mut sequence = Sequence::new(seed);
    let terms = (0..count).map(|_| {
        let function = ["sin", "cos"][sequence.below(2)];
        let mut sum = String::from("0.3");
        for name in names {
            sum += &format!(" + {}*{name}", sequence.below(2 * highest + 1) as i64 - highest as i64);
        }
        format!("{:.6}*{function}(2*pi*({sum}))", 2.0 * sequence.unit() - 1.0)
    });
    terms.collect::<Vec<_>>().join(" + ")
}

#[test]
fn separation_agrees_with_the_numerical_search_and_is_never_dearer() {
    for (names, x, y, count) in [
        (vec!["x", "y"], grid(&[48]), grid(&[45]), 12),
        (vec!["x1", "x2", "y1", "y2"], grid(&[16, 15]), grid(&[15, 16]), 3),
        (vec!["x1", "x2", "y1", "y2"], grid(&[16, 15]), grid(&[15, 16]), 9),
        (vec!["x", "y1", "y2"], grid(&[24]), grid(&[15, 16]), 6),
    ] {
        for seed in 1..4 {
            let text = random_trigonometric(&names, count, 3, seed);
            let f = Expression::parse(&text, &Scope::new(names.iter().copied())).unwrap();
            let range = range_of_function(&f, &x, &y).unwrap();
            let symbolic = separated(&f, [&x, &y], [&x, &y], range).unwrap().expect("trigonometric sums separate");
            let numeric = Payoff::from_function(|p, q| f.evaluate(&[p, q].concat()), &x, &y).unwrap();
            let size = range[0].abs().max(range[1].abs());
            let largest = error_everywhere(&symbolic, &f);
            assert!(largest <= 1e-13 * size, "{text}: error {largest:e}");
            assert!(error_everywhere(&numeric, &f) <= 1e-13 * size, "{text}");
            let summary = |p: &Payoff| format!("{:?} rank {} cost {}", p.form(), p.rank(), p.cost());
            assert!(symbolic.cost() <= numeric.cost(), "{text}: {} against {}", summary(&symbolic), summary(&numeric));
            let chosen = factorise(&f, &x, &y).unwrap();
            assert!(chosen.cost() <= numeric.cost() && chosen.error() <= 1e-14, "{text}: {}", summary(&chosen));
        }
    }
}

#[test]
fn dependent_products_are_dropped() {
    let (x, y) = (grid(&[32]), grid(&[32]));
    let text = "(cos(2*pi*x) + sin(2*pi*y))^3 + cos(2*pi*x)*(1 + 3*sin(2*pi*y)) + cos(2*pi*x)*exp(sin(2*pi*y))";
    let f = Expression::parse(text, &Scope::new(["x", "y"])).unwrap();
    let payoff = factorise(&f, &x, &y).unwrap();
    // cos x and cos^2 x, and the two static functions.
    assert_eq!((payoff.form(), payoff.rank()), (PayoffForm::LowRank, 4));
    assert!(error_everywhere(&payoff, &f) <= 1e-14 * 16.0);
}

#[test]
fn separation_with_overflowing_factors_falls_back() {
    let (x, y) = (grid(&[48]), grid(&[48]));
    let text = "exp(710*(1 + 0.001*cos(2*pi*x)) - 710*(1 + 0.001*sin(2*pi*y)))";
    let f = Expression::parse(text, &Scope::new(["x", "y"])).unwrap();
    let range = range_of_function(&f, &x, &y).unwrap();
    assert!(separated(&f, [&x, &y], [&x, &y], range).unwrap().is_none());
    assert!(error_everywhere(&factorise(&f, &x, &y).unwrap(), &f) <= 1e-12 * range[1]);
}

#[test]
fn terms_of_wide_kernels_take_the_form_that_costs_less() {
    let n = grid(&[48, 48]);
    let parse = |text: &str, names: &[&str]| Expression::parse(text, &Scope::new(names.iter().copied())).unwrap();
    let mut terms = Vec::new();
    for k in 1..20 {
        for (of_x, of_y) in [("cos", "cos"), ("sin", "sin")] {
            let wave = |f: &str, v: &str| format!("{f}(2*pi*({}*{v}1 + {}*{v}2))", 5 * k % 20, k);
            terms.push(Term {
                coefficient: 1.0 / k as f64,
                x: parse(&wave(of_x, "x"), &["x1", "x2"]),
                y: parse(&wave(of_y, "y"), &["y1", "y2"]),
            });
        }
    }
    let source = PayoffSource::Terms(terms.clone());
    let payoff = Payoff::new(&source, &n, &n).unwrap();
    assert_eq!(payoff.form(), PayoffForm::Spectral, "rank {}", payoff.rank());
    assert!(payoff.error() <= 1e-14, "{:e}", payoff.error());
    let one = Payoff::new(&PayoffSource::Terms(terms[..1].to_vec()), &n, &n).unwrap();
    assert_eq!(one.form(), PayoffForm::LowRank);
}
