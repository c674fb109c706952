//! What can be seen of an expression by evaluating it: whether it is finite, periodic, not negative.
//!
//! Points are deterministic. Periodicity compares `f(p + L_i e_i)` with `f(p)`; the difference that rounding alone
//! can make is
//!
//! ```text
//! 1e-11 (max f - min f) + 64 eps max|f| + 16 eps sum_j (|origin_j| + 2 L_j) max|df/dp_j|,
//! ```
//!
//! the last term because coordinates and their multiples carry a relative error of some eps: `5*cos(40*pi*z)` passes, and a
//! period wrong by one part in 1e9 does not.

use super::Expression;
use super::domain::Domain;
use super::fault::Fault;
use super::source::{PayoffSource, Term};
use crate::torus::{Density, Grid, TorusError};

/// Most points at which a payoff is sampled.
const MAXIMUM_SAMPLE: usize = 1024;
/// Fewest, for expressions of a megabyte.
const MINIMUM_SAMPLE: usize = 64;
/// Operations a sample may cost, so that no expression takes seconds to check.
const SAMPLE_BUDGET: usize = 1 << 23;
/// Step of the difference quotient that estimates `df/dp_j`, in periods.
const SLOPE_STEP: f64 = 1e-7;

/// Points of a box: the lower corner, then a Kronecker sequence of the generalised golden ratio (its fractional parts
/// fill the box evenly for any number of points).
fn sample_points(period: &[f64], origin: &[f64], points: usize) -> Vec<Vec<f64>> {
    let dimension = period.len();
    let mut ratio = 2.0_f64;
    for _ in 0..64 {
        ratio = (1.0 + ratio).powf(1.0 / (dimension as f64 + 1.0));
    }
    (0..dimension)
        .map(|axis| {
            let stride = ratio.powi(-(axis as i32 + 1));
            (0..points).map(|j| origin[axis] + period[axis] * (j as f64 * stride).fract()).collect()
        })
        .collect()
}

fn sample_size(expression: &Expression) -> usize {
    (SAMPLE_BUDGET / expression.cost()).clamp(MINIMUM_SAMPLE, MAXIMUM_SAMPLE)
}

fn evaluate(expression: &Expression, points: &[Vec<f64>]) -> Vec<f64> {
    let slices: Vec<&[f64]> = points.iter().map(Vec::as_slice).collect();
    let mut values = vec![0.0; points[0].len()];
    expression.evaluate_many(&slices, &mut values);
    values
}

/// "x1 = 0.25, x2 = 0.5".
fn describe(names: &[String], points: &[Vec<f64>], j: usize) -> String {
    let parts: Vec<String> = names.iter().zip(points).map(|(name, axis)| format!("{name} = {}", axis[j])).collect();
    parts.join(", ")
}

fn not_finite(key: &str, value: f64, place: &str) -> Fault {
    if value.is_nan() {
        let message = format!("is not a real number at {place}");
        return Fault::new(key, message)
            .with_help("0/0, or a root, logarithm or fractional power of a negative number, has no real value");
    }
    Fault::new(key, format!("is infinite at {place}")).with_help("values must be finite on the whole domain")
}

/// Checks that an expression is finite on these domains, and periodic on those that are tori.
fn check_periodic(expression: &Expression, domains: &[&Domain], key: &str) -> Result<(), Fault> {
    let period: Vec<f64> = domains.iter().flat_map(|d| d.period().iter().copied()).collect();
    let origin: Vec<f64> = domains.iter().flat_map(|d| d.origin().iter().copied()).collect();
    let lines: Vec<bool> = domains.iter().flat_map(|d| vec![d.is_line(); d.dimension()]).collect();
    check_periodic_along(expression, (&period, &origin), &lines, key)
}

/// The same for a box, `lines` telling along which axes nothing is periodic.
fn check_periodic_along(
    expression: &Expression,
    (period, origin): (&[f64], &[f64]),
    lines: &[bool],
    key: &str,
) -> Result<(), Fault> {
    let points = sample_points(period, origin, sample_size(expression));
    let names = expression.variables();
    let values = evaluate(expression, &points);
    if let Some(j) = values.iter().position(|v| !v.is_finite()) {
        return Err(not_finite(key, values[j], &describe(names, &points, j)));
    }
    let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
    let mut rounding = 1e-11 * (high - low) + 64.0 * f64::EPSILON * high.abs().max(low.abs());
    let moved = |axis: usize, by: f64| {
        let mut moved = points.clone();
        moved[axis].iter_mut().for_each(|p| *p += by);
        evaluate(expression, &moved)
    };
    for axis in expression.variables_used() {
        let step = SLOPE_STEP * period[axis];
        let slopes = moved(axis, step).into_iter().zip(&values).map(|(beside, value)| ((beside - value) / step).abs());
        let steepest = slopes.filter(|slope| slope.is_finite()).fold(0.0, f64::max);
        let farthest = origin[axis].abs() + 2.0 * period[axis];
        rounding += 16.0 * f64::EPSILON * farthest * steepest;
    }
    for axis in expression.variables_used().into_iter().filter(|axis| !lines[*axis]) {
        let there = moved(axis, period[axis]);
        for j in 0..values.len() {
            let difference = there[j] - values[j];
            if difference.is_nan() || difference.abs() > rounding {
                let place = describe(names, &points, j);
                let message = format!(
                    "is not periodic in {} with period {}: it changes by {:.3e} from {place} to the same point one period on",
                    names[axis], period[axis], difference
                );
                let (name, period) = (&names[axis], period[axis]);
                let wave = if period == 1.0 { format!("2*pi*{name}") } else { format!("2*pi*{name}/{period}") };
                return Err(Fault::new(key, message).with_help(format!(
                    "payoffs are functions on the torus: write waves as cos({wave}), or set the period of {name} in [game.domain]"
                )));
            }
        }
    }
    Ok(())
}

/// Checks that a payoff is finite and periodic.
pub(super) fn check_payoff(source: &PayoffSource, domain: &[Domain; 2]) -> Result<(), Fault> {
    let [x, y] = domain;
    match source {
        PayoffSource::Expression(f) => check_periodic(f, &[x, y], "game.payoff"),
        PayoffSource::Kernel(kernel) => {
            let lowest: Vec<f64> = (0..x.dimension()).map(|i| x.origin()[i] - y.origin()[i] - y.period()[i]).collect();
            check_periodic_along(kernel, (x.period(), &lowest), &vec![false; x.dimension()], "game.kernel")
        }
        PayoffSource::Terms(terms) => check_terms(terms, x, y),
        PayoffSource::Table { .. } => Ok(()),
    }
}

fn check_terms(terms: &[Term], x: &Domain, y: &Domain) -> Result<(), Fault> {
    if terms.is_empty() {
        return Err(Fault::new("game.terms", "expected at least one term"));
    }
    for (k, term) in terms.iter().enumerate() {
        if !term.coefficient.is_finite() {
            let key = format!("game.terms[{k}].coefficient");
            return Err(Fault::new(key, format!("must be finite, got {:?}", term.coefficient)));
        }
        check_periodic(&term.x, &[x], &format!("game.terms[{k}].x"))?;
        check_periodic(&term.y, &[y], &format!("game.terms[{k}].y"))?;
    }
    Ok(())
}

/// Nodes per axis of the grid on which an initial density is looked at.
fn density_sample(expression: &Expression, dimension: usize) -> usize {
    let points = SAMPLE_BUDGET / expression.cost();
    if dimension == 1 { points.clamp(MINIMUM_SAMPLE, 4096) } else { points.isqrt().clamp(8, 128) }
}

/// Checks that an expression is an unnormalised density: finite in logarithms, nowhere negative, not 0 everywhere.
pub(super) fn check_density(expression: &Expression, domain: &Domain, key: &str) -> Result<(), Fault> {
    let points = vec![density_sample(expression, domain.dimension()); domain.dimension()];
    let grid = domain.grid(&points).map_err(|error| Fault::new(key, error.to_string()))?;
    let coordinates = grid.node_coordinates();
    match logarithms(expression, &coordinates) {
        Ok(_) => Ok(()),
        Err(NotADensity::Zero) => Err(Fault::new(key, "is zero everywhere; a density needs mass")),
        Err(NotADensity::Value { position, value }) => {
            let place = describe(expression.variables(), &coordinates, position);
            Err(if value < 0.0 && value.is_finite() {
                Fault::new(key, format!("is negative at {place}: {value:?}")).with_help("densities are >= 0")
            } else {
                not_finite(key, value, &place)
            })
        }
    }
}

/// The logarithm of the integral of a reference density, when its logarithm `log_density` is finite and periodic.
pub(super) fn check_reference(
    density: &Expression,
    log_density: &Expression,
    domain: &Domain,
    key: &str,
) -> Result<f64, Fault> {
    check_density(density, domain, key)?;
    let points = vec![density_sample(density, domain.dimension()); domain.dimension()];
    let grid = domain.grid(&points).map_err(|error| Fault::new(key, error.to_string()))?;
    let coordinates = grid.node_coordinates();
    let logs = evaluate(log_density, &coordinates);
    if let Some(j) = logs.iter().position(|log| !log.is_finite()) {
        let place = describe(density.variables(), &coordinates, j);
        let message = format!("has no finite logarithm at {place}");
        return Err(Fault::new(key, message).with_help("a reference density is positive everywhere"));
    }
    check_periodic(log_density, &[domain], key).map_err(|fault| {
        let message = format!("its logarithm {}", fault.message);
        Fault { message, ..fault }.with_help("a reference density is a function on the torus, like exp(cos(2*pi*x))")
    })?;
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Ok(largest + (logs.iter().map(|log| (log - largest).exp()).sum::<f64>() * grid.cell_volume()).ln())
}

enum NotADensity {
    Zero,
    Value { position: usize, value: f64 },
}

/// Logarithms of the density at the points; negative values that are rounding count as 0.
fn logarithms(expression: &Expression, coordinates: &[Vec<f64>]) -> Result<Vec<f64>, NotADensity> {
    let slices: Vec<&[f64]> = coordinates.iter().map(Vec::as_slice).collect();
    let mut logs = vec![0.0; coordinates[0].len()];
    expression.evaluate_log_many(&slices, &mut logs);
    let largest = logs.iter().fold(f64::NEG_INFINITY, |m, &l| if l > m { l } else { m });
    for (position, log) in logs.iter_mut().enumerate() {
        if *log < f64::INFINITY {
            continue;
        }
        let point: Vec<f64> = coordinates.iter().map(|axis| axis[position]).collect();
        let value = expression.evaluate(&point);
        if !(log.is_nan() && value >= -Density::ROUNDING * largest.exp() && value <= 0.0) {
            return Err(NotADensity::Value { position, value: if log.is_nan() { value } else { f64::INFINITY } });
        }
        *log = f64::NEG_INFINITY;
    }
    if largest == f64::NEG_INFINITY { Err(NotADensity::Zero) } else { Ok(logs) }
}

/// The normalised density of an expression on a grid, evaluated in logarithms, so that `exp(800*cos(2*pi*x))` does
/// not overflow.
///
/// # Errors
/// [`TorusError`] when a value is negative, infinite or not a number, or all are 0.
pub fn sample_density(expression: &Expression, grid: &Grid) -> Result<Density, TorusError> {
    let logs = logarithms(expression, &grid.node_coordinates()).map_err(|fault| match fault {
        NotADensity::Zero => TorusError::NoMass(0.0),
        NotADensity::Value { position, value } if value < 0.0 && value.is_finite() => {
            TorusError::Negative { index: grid.node(position), value }
        }
        NotADensity::Value { position, value } => TorusError::NotFinite { index: grid.node(position), value },
    })?;
    let largest = logs.iter().fold(f64::NEG_INFINITY, |m, &l| m.max(l));
    Density::normalised(grid, logs.into_iter().map(|log| (log - largest).exp()).collect())
}
