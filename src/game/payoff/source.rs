//! From a checked [`PayoffSource`] to the operator, and to the grids it needs.

use super::assemble::{ProductTerm, assemble};
use super::operator::Payoff;
use super::resolution::{self, RESOLUTION_TOLERANCE, check_grids};
use super::sample::{PairFunction, range_of_function};
use super::separate::{SumOfProducts, cheapest, tabulated};
use super::table::Table;
use super::tables::FactorFunction;
use super::{PayoffError, convolution, factorise};
use crate::game::{Expression, PayoffSource, Player, Term};
use crate::torus::Grid;

impl Payoff {
    /// The operator of a finite sum of products, on the grids on which their factors are given.
    ///
    /// # Errors
    /// [`PayoffError::NotFinite`] when a value of a factor is.
    ///
    /// # Panics
    /// When a factor has another number of values than its grid.
    pub fn from_factors(x: &Grid, y: &Grid, terms: &[ProductTerm]) -> Result<Payoff, PayoffError> {
        assemble(x, y, terms)
    }

    /// The operator of a function, factorised numerically; exact (to rounding) for trigonometric sums.
    ///
    /// # Errors
    /// [`PayoffError`] when the function is not finite, not smooth and periodic, not resolved on these grids, or too
    /// complex for either form.
    pub fn from_function(f: impl Fn(&[f64], &[f64]) -> f64, x: &Grid, y: &Grid) -> Result<Payoff, PayoffError> {
        factorise::factorise(&f, x, y)
    }

    /// The operator of a convolution `f(x, y) = k(x - y)`.
    ///
    /// # Errors
    /// [`PayoffError`] when the players' domains differ, or the kernel is not finite, smooth, periodic and resolved.
    pub fn from_kernel(k: impl Fn(&[f64]) -> f64, x: &Grid, y: &Grid) -> Result<Payoff, PayoffError> {
        convolution::convolution(&k, x, y)
    }

    /// The operator of a payoff on these grids.
    ///
    /// # Errors
    /// [`PayoffError`] when the payoff is not finite, not smooth and periodic, not resolved on these grids, too complex
    /// for either form, or its table cannot be used.
    pub fn new(source: &PayoffSource, x: &Grid, y: &Grid) -> Result<Payoff, PayoffError> {
        match source {
            PayoffSource::Expression(f) => factorise::factorise(f, x, y),
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
            PayoffSource::Expression(f) => needed_by_function(f, x, y),
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

fn needed_by_function(f: &impl PairFunction, x: &Grid, y: &Grid) -> Result<[Vec<usize>; 2], PayoffError> {
    let range = range_of_function(f, &lattice(x), &lattice(y))?;
    resolution::points_needed(f, x, y, range, RESOLUTION_TOLERANCE)
}

/// A factor as a function of a pair of points.
struct Factor<'a> {
    expression: &'a Expression,
    player: Player,
}

impl PairFunction for Factor<'_> {
    fn evaluate(&self, x: &[Vec<f64>], y: &[Vec<f64>], out: &mut [f64]) {
        let variables: Vec<&[f64]> = [x, y][self.player.index()].iter().map(Vec::as_slice).collect();
        self.expression.evaluate_many(&variables, out);
    }
}

fn peak(table: &FactorFunction, grid: &Grid) -> f64 {
    table.values(grid).iter().fold(0.0_f64, |m, v| m.max(v.abs()))
}

/// Points per player and axis that the factors need, each beside the largest value of its partner and the payoff's range.
///
/// With grids that are to be used, `checked` refuses the first one that leaves out too much of a factor.
fn needed_by_factors(
    terms: &[Term],
    tables: &[ProductTerm],
    grids: [&Grid; 2],
    range: f64,
    checked: Option<[&Grid; 2]>,
) -> Result<[Vec<usize>; 2], PayoffError> {
    let mut needed = grids.map(|grid| vec![Grid::MINIMUM_POINTS; grid.dimension()]);
    for (term, table) in terms.iter().zip(tables) {
        let weights = [peak(&table.y, grids[1]), peak(&table.x, grids[0])];
        for (player, expression) in Player::BOTH.into_iter().zip([&term.x, &term.y]) {
            let own = player.index();
            let weight = (weights[own] * term.coefficient).abs().max(f64::MIN_POSITIVE);
            let f = Factor { expression, player };
            let points = needed_by_factor(&f, grids[own], range / weight)?;
            if let Some([x, y]) = checked {
                let mut both = [vec![0; x.dimension()], vec![0; y.dimension()]];
                both[own].clone_from(&points);
                check_grids(&f, x, y, [0.0, range / weight], &both)?;
            }
            needed[own].iter_mut().zip(points).for_each(|(most, n)| *most = (*most).max(n));
        }
    }
    Ok(needed)
}

/// A finite sum of products: its factors are known exactly; each is checked for resolution on its own.
fn products(terms: &[Term], x: &Grid, y: &Grid) -> Result<Payoff, PayoffError> {
    let tables = tabulated(terms, x, y);
    let assembled = assemble(x, y, &tables)?;
    let needed = needed_by_factors(terms, &tables, [x, y], assembled.range(), Some([x, y]))?;
    let coarse = [factorise::coarse(x, &needed[0]), factorise::coarse(y, &needed[1])];
    let mut payoff = cheapest(terms, x, y, [&coarse[0], &coarse[1]])?;
    payoff.error = payoff.sampled_error(&SumOfProducts(terms))?;
    Ok(payoff)
}

/// Points per axis of one factor, small next to `range` (the payoff's range over the factor's weight).
fn needed_by_factor(f: &Factor, grid: &Grid, range: f64) -> Result<Vec<usize>, PayoffError> {
    if f.expression.as_constant().is_some() {
        return Ok(vec![Grid::MINIMUM_POINTS; grid.dimension()]);
    }
    resolution::points_needed_of_factor(f, f.player, grid, [0.0, range])
}

fn needed_by_terms(terms: &[Term], x: &Grid, y: &Grid) -> Result<[Vec<usize>; 2], PayoffError> {
    let (coarse_x, coarse_y) = (lattice(x), lattice(y));
    let tables = tabulated(terms, &coarse_x, &coarse_y);
    let range = assemble(&coarse_x, &coarse_y, &tables)?.range();
    needed_by_factors(terms, &tables, [&coarse_x, &coarse_y], range, None)
}
