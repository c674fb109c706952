//! From a checked [`PayoffSource`] to the operator, and to the grids it needs.

use super::assemble::assemble;
use super::resolution::{self, RESOLUTION_TOLERANCE, check_grids};
use super::sample::{node_coordinates, range_of_function};
use super::table::Table;
use super::{FactorFunction, Payoff, PayoffError, ProductTerm, convolution, factorise};
use crate::game::{Expression, PayoffSource, Player, Term};
use crate::torus::Grid;

impl Payoff {
    /// The operator of a payoff on these grids.
    ///
    /// # Errors
    /// [`PayoffError`] when the payoff is not finite, not smooth and periodic, not resolved on these grids, too complex
    /// for either form, or its table cannot be used.
    pub fn new(source: &PayoffSource, x: &Grid, y: &Grid) -> Result<Payoff, PayoffError> {
        match source {
            PayoffSource::Expression(f) => factorise::factorise(&of_two(f), x, y),
            PayoffSource::Kernel(k) => convolution::convolution(&|z: &[f64]| k.evaluate(z), x, y),
            PayoffSource::Terms(terms) => products(terms, x, y),
            PayoffSource::Table { path, dataset } => {
                Table::read(path, dataset.as_deref(), x.dimension() + y.dimension())?.payoff(x, y)
            }
        }
    }

    /// The smallest fast number of points per player and axis at which the payoff itself is resolved to rounding. The
    /// shapes of the two grids do not matter, only their domains. A state, and its products with forces, need more.
    ///
    /// # Errors
    /// [`PayoffError`] when no grid would do.
    pub fn points_needed(source: &PayoffSource, x: &Grid, y: &Grid) -> Result<[Vec<usize>; 2], PayoffError> {
        match source {
            PayoffSource::Expression(f) => needed_by_function(&of_two(f), x, y),
            PayoffSource::Kernel(k) => {
                convolution::check_domains(x, y)?;
                needed_by_function(&convolution::pairwise(&|z: &[f64]| k.evaluate(z)), x, y)
            }
            PayoffSource::Terms(terms) => needed_by_terms(terms, x, y),
            PayoffSource::Table { path, dataset } => {
                Table::read(path, dataset.as_deref(), x.dimension() + y.dimension())?.points_needed(x, y)
            }
        }
    }
}

/// Sampling lattices of their own, so that ranges and needs do not depend on the grids of the caller.
fn lattice(grid: &Grid) -> Grid {
    grid.with_points(&vec![64; grid.dimension()]).expect("64 points per axis are a grid")
}

fn needed_by_function(f: &impl Fn(&[f64], &[f64]) -> f64, x: &Grid, y: &Grid) -> Result<[Vec<usize>; 2], PayoffError> {
    let range = range_of_function(f, &lattice(x), &lattice(y))?;
    resolution::points_needed(f, x, y, range, RESOLUTION_TOLERANCE)
}

/// An expression of all variables as a function of two points.
fn of_two(f: &Expression) -> impl Fn(&[f64], &[f64]) -> f64 {
    move |x, y| {
        let mut point = [0.0; 4];
        point[..x.len()].copy_from_slice(x);
        point[x.len()..x.len() + y.len()].copy_from_slice(y);
        f.evaluate(&point[..x.len() + y.len()])
    }
}

/// A finite sum of products: its factors are known exactly; each is checked for resolution on its own.
fn products(terms: &[Term], x: &Grid, y: &Grid) -> Result<Payoff, PayoffError> {
    let tabulated: Vec<ProductTerm> = terms
        .iter()
        .map(|t| ProductTerm { coefficient: t.coefficient, x: tabulate(&t.x, x), y: tabulate(&t.y, y) })
        .collect();
    let payoff = assemble(x, y, &tabulated)?;
    for (term, table) in terms.iter().zip(&tabulated) {
        let weight = |other: &FactorFunction, grid: &Grid| {
            let peak = other.values(grid).iter().fold(0.0_f64, |m, v| m.max(v.abs()));
            (term.coefficient * peak).abs().max(f64::MIN_POSITIVE)
        };
        let f = |p: &[f64], _: &[f64]| term.x.evaluate(p);
        let needed = needed_by_factor(&term.x, Player::X, x, payoff.range() / weight(&table.y, y))?;
        let scaled = |weight: f64| [0.0, payoff.range() / weight];
        check_grids(&f, x, y, scaled(weight(&table.y, y)), &[needed, vec![0; y.dimension()]])?;
        let g = |_: &[f64], q: &[f64]| term.y.evaluate(q);
        let needed = needed_by_factor(&term.y, Player::Y, y, payoff.range() / weight(&table.x, x))?;
        check_grids(&g, x, y, scaled(weight(&table.x, x)), &[vec![0; x.dimension()], needed])?;
    }
    Ok(payoff)
}

fn tabulate(f: &Expression, grid: &Grid) -> FactorFunction {
    let points: Vec<Vec<f64>> = (0..grid.len()).map(|j| node_coordinates(grid, j)).collect();
    let columns: Vec<Vec<f64>> = (0..grid.dimension()).map(|axis| points.iter().map(|p| p[axis]).collect()).collect();
    let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let mut values = vec![0.0; grid.len()];
    f.evaluate_many(&slices, &mut values);
    FactorFunction::Dense(values)
}

/// Points per axis of one factor, small next to `range` (the payoff's range over the factor's weight).
fn needed_by_factor(f: &Expression, player: Player, grid: &Grid, range: f64) -> Result<Vec<usize>, PayoffError> {
    if f.as_constant().is_some() {
        return Ok(vec![Grid::MINIMUM_POINTS; grid.dimension()]);
    }
    resolution::points_needed_of_factor(&|p: &[f64]| f.evaluate(p), player, grid, [0.0, range])
}

fn needed_by_terms(terms: &[Term], x: &Grid, y: &Grid) -> Result<[Vec<usize>; 2], PayoffError> {
    let (coarse_x, coarse_y) = (lattice(x), lattice(y));
    let tabulated: Vec<ProductTerm> = terms
        .iter()
        .map(|t| ProductTerm { coefficient: t.coefficient, x: tabulate(&t.x, &coarse_x), y: tabulate(&t.y, &coarse_y) })
        .collect();
    let range = assemble(&coarse_x, &coarse_y, &tabulated)?.range();
    let mut needed = [vec![Grid::MINIMUM_POINTS; x.dimension()], vec![Grid::MINIMUM_POINTS; y.dimension()]];
    for (term, table) in terms.iter().zip(&tabulated) {
        let peak = |f: &FactorFunction, grid: &Grid| f.values(grid).iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let weights = [peak(&table.y, &coarse_y), peak(&table.x, &coarse_x)];
        let factors = [(&term.x, Player::X, x), (&term.y, Player::Y, y)];
        for ((f, player, grid), weight) in factors.into_iter().zip(weights) {
            let weight = (weight * term.coefficient).abs().max(f64::MIN_POSITIVE);
            let points = needed_by_factor(f, player, grid, range / weight)?;
            for (most, n) in needed[player.index()].iter_mut().zip(points) {
                *most = (*most).max(n);
            }
        }
    }
    Ok(needed)
}
