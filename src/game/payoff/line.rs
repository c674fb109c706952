//! The payoff of players on the line, periodised: the functions of a finite sum of products, as they are, on a box.
//!
//! Continued periodically they have a kink or a jump at the seam of the box, where there is no mass. That is harmless for
//! node values and fatal for spectral derivatives, whose Gibbs error of relative size `1/n` is everywhere. So the slopes
//! are tables of their own, made from the derivatives of the expressions, which are exact:
//!
//! ```text
//! f(x, y) = S(x) + T(y) + sum_k c_k A_k(x) B_k(y),    tables of S, S', A_k, A_k' and T, T', B_k, B_k'.
//! ```
//!
//! Functions are not merged: an application costs `O(N t)` for `t` products.

use super::PayoffError;
use super::coupling::Coupling;
use super::operator::{Payoff, Side};
use super::sample::{PairFunction, checked, repeated};
use super::separate::SumOfProducts;
use super::tables::FactorTables;
use crate::game::{Expression, PayoffSource, Player, Term};
use crate::torus::Grid;

/// Values of a function at the nodes, and its slopes along every axis.
type Sloped = Vec<Vec<f64>>;

/// The functions of a payoff that is a finite sum of products, as they were written:
/// `f = sum c S(x) + sum c T(y) + sum_k c_k A_k(x) B_k(y)`. They have values at every place, in a box and outside.
#[derive(Debug, Clone)]
pub struct ProductFactors {
    /// `A_k` of x, `B_k` of y, in the order of the functions of [`Payoff::on_line`].
    pub coupled: [Vec<Expression>; 2],
    /// `c_k`.
    pub coefficients: Vec<f64>,
    /// The terms of `S` and of `T` with their coefficients.
    pub statics: [Vec<(f64, Expression)>; 2],
}

impl ProductFactors {
    /// Of a payoff; `x_dimension` is that of the x player.
    ///
    /// # Errors
    /// [`PayoffError::NotSeparable`] when the payoff is no finite sum of products that its text shows.
    pub fn new(source: &PayoffSource, x_dimension: usize) -> Result<ProductFactors, PayoffError> {
        match source {
            PayoffSource::Expression(f) => {
                Ok(Self::of_terms(&PairFunction::separated(f, x_dimension).ok_or(PayoffError::NotSeparable)?))
            }
            PayoffSource::Terms(terms) => Ok(Self::of_terms(terms)),
            PayoffSource::Kernel(_) | PayoffSource::Table { .. } => Err(PayoffError::NotSeparable),
        }
    }

    fn of_terms(terms: &[Term]) -> ProductFactors {
        let (mut coupled, mut coefficients, mut statics) = ([vec![], vec![]], vec![], [vec![], vec![]]);
        for Term { coefficient, x: a, y: b } in terms {
            match (a.as_constant(), b.as_constant()) {
                (_, Some(value)) => statics[0].push((coefficient * value, a.clone())),
                (Some(value), None) => statics[1].push((coefficient * value, b.clone())),
                (None, None) => {
                    coefficients.push(*coefficient);
                    coupled[0].push(a.clone());
                    coupled[1].push(b.clone());
                }
            }
        }
        ProductFactors { coupled, coefficients, statics }
    }
}

impl Payoff {
    /// The operator of a payoff on the boxes of two grids, with exact derivatives and without a look at periodicity; `lines` says which players live on the line.
    ///
    /// # Errors
    /// [`PayoffError`] when the payoff is no finite sum of products, or not finite at a node.
    pub fn on_line(source: &PayoffSource, lines: [bool; 2], x: &Grid, y: &Grid) -> Result<Payoff, PayoffError> {
        let factors = ProductFactors::new(source, x.dimension())?;
        match source {
            PayoffSource::Expression(f) => build(&factors, f, lines, x, y),
            PayoffSource::Terms(terms) => build(&factors, &SumOfProducts(terms), lines, x, y),
            PayoffSource::Kernel(_) | PayoffSource::Table { .. } => Err(PayoffError::NotSeparable),
        }
    }
}

fn build(
    factors: &ProductFactors,
    f: &impl PairFunction,
    lines: [bool; 2],
    x: &Grid,
    y: &Grid,
) -> Result<Payoff, PayoffError> {
    check_finite(f, x, y)?;
    let mut functions: [Vec<Sloped>; 2] = [Vec::new(), Vec::new()];
    let mut statics: [Sloped; 2] = [x, y].map(|grid| vec![vec![0.0; grid.len()]; 1 + grid.dimension()]);
    for player in Player::BOTH {
        let (p, grid) = (player.index(), [x, y][player.index()]);
        for (coefficient, function) in &factors.statics[p] {
            add(*coefficient, &sloped(function, grid, player)?, &mut statics[p]);
        }
        functions[p] =
            factors.coupled[p].iter().map(|function| sloped(function, grid, player)).collect::<Result<_, _>>()?;
    }
    let entries = factors.coefficients.iter().enumerate().map(|(k, c)| (k as u32, k as u32, *c)).collect();
    let moving = statics.iter().filter(|s| s[1..].iter().flatten().any(|slope| *slope != 0.0)).count();
    let rank = functions[0].len() + moving;
    let [x_side, y_side] = [0, 1].map(|p| FactorTables::with_slopes([x, y][p], &functions[p], &statics[p]));
    let mut payoff = Payoff {
        grids: [x.clone(), y.clone()],
        coupling: Coupling::new(functions[0].len(), functions[1].len(), entries),
        sides: [Side::Tables(x_side), Side::Tables(y_side)],
        rank,
        error: 0.0,
        range: [0.0, 0.0],
        lines,
    };
    payoff.range = payoff.sampled_range();
    payoff.error = payoff.sampled_error(f)?;
    Ok(payoff)
}

/// A payoff that is finite against the first, the middle and the last node of the opponent.
fn check_finite(f: &impl PairFunction, x: &Grid, y: &Grid) -> Result<(), PayoffError> {
    let (places_x, places_y) = (x.node_coordinates(), y.node_coordinates());
    let node = |places: &[Vec<f64>], j: usize| -> Vec<f64> { places.iter().map(|axis| axis[j]).collect() };
    for end in [0, y.len() / 2, y.len() - 1] {
        checked(f, &places_x, &repeated(&node(&places_y, end), x.len()))?;
    }
    for end in [0, x.len() / 2, x.len() - 1] {
        checked(f, &repeated(&node(&places_x, end), y.len()), &places_y)?;
    }
    Ok(())
}

fn sloped(function: &Expression, grid: &Grid, player: Player) -> Result<Sloped, PayoffError> {
    let nodes = grid.node_coordinates();
    let slices: Vec<&[f64]> = nodes.iter().map(Vec::as_slice).collect();
    let table = |f: &Expression| -> Result<Vec<f64>, PayoffError> {
        let mut values = vec![0.0; grid.len()];
        f.evaluate_many(&slices, &mut values);
        match values.iter().position(|v| !v.is_finite()) {
            Some(j) => {
                let place = nodes.iter().map(|axis| axis[j]).collect();
                Err(PayoffError::FactorNotFinite { player, place, value: values[j] })
            }
            None => Ok(values),
        }
    };
    let slopes = (0..grid.dimension()).map(|axis| table(&function.derivative(axis)));
    std::iter::once(table(function)).chain(slopes).collect()
}

fn add(coefficient: f64, function: &[Vec<f64>], sum: &mut [Vec<f64>]) {
    for (sum, table) in sum.iter_mut().zip(function) {
        sum.iter_mut().zip(table).for_each(|(s, t)| *s += coefficient * t);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::Scope;

    fn double_well(shape: [usize; 2]) -> Payoff {
        let scope = Scope::default().with_variables(["x", "y"]);
        let text = "x^4/12 - x^2/2 + 1.5*x*y + x*y^2/8 - (y^4/12 - y^2/2) + exp(-x^2)*tanh(y)";
        let source = PayoffSource::Expression(Expression::parse(text, &scope).unwrap());
        let [x, y] = shape.map(|n| Grid::new(&[n], &[7.0], &[-3.5]).unwrap());
        Payoff::on_line(&source, [true, true], &x, &y).unwrap()
    }

    #[test]
    fn forces_under_a_point_mass_are_the_derivatives_by_hand_up_to_the_seam() {
        let payoff = double_well([40, 57]);
        let [x, y] = payoff.grids().clone();
        let mut work = payoff.work();
        let (j, i) = (13, 31);
        let (b, a) = (y.node_coordinates()[0][j], x.node_coordinates()[0][i]);
        let mut mass = vec![0.0; y.len()];
        mass[j] = 1.0 / y.cell_volume();
        let mut slope = vec![0.0; x.len()];
        payoff.gradient(Player::X, 0, &mass, &mut slope, &mut work);
        for (x, slope) in x.node_coordinates()[0].iter().zip(&slope) {
            let exact = x.powi(3) / 3.0 - x + 1.5 * b + b * b / 8.0 - 2.0 * x * (-x * x).exp() * b.tanh();
            assert!((slope - exact).abs() <= 64.0 * f64::EPSILON * 15.0, "at {x}: {slope} for {exact}");
        }
        let mut mass = vec![0.0; x.len()];
        mass[i] = 1.0 / x.cell_volume();
        let mut slope = vec![0.0; y.len()];
        payoff.gradient(Player::Y, 0, &mass, &mut slope, &mut work);
        for (y, slope) in y.node_coordinates()[0].iter().zip(&slope) {
            let exact = 1.5 * a + a * y / 4.0 - (y.powi(3) / 3.0 - y) + (-a * a).exp() / y.cosh().powi(2);
            assert!((slope - exact).abs() <= 64.0 * f64::EPSILON * 15.0, "at {y}: {slope} for {exact}");
        }
        assert!(payoff.error() <= 16.0 * f64::EPSILON, "{}", payoff.error());
    }

    #[test]
    fn what_is_no_sum_of_products_is_refused() {
        let scope = Scope::default().with_variables(["x", "y"]);
        let source = PayoffSource::Expression(Expression::parse("x^2 + exp(-(x - y)^2) - y^2", &scope).unwrap());
        let grid = Grid::new(&[32], &[8.0], &[-4.0]).unwrap();
        let error = Payoff::on_line(&source, [true, true], &grid, &grid).unwrap_err();
        assert_eq!(error, PayoffError::NotSeparable);
    }
}
