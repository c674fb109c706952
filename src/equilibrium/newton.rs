//! Newton's method at one temperature.
//!
//! With the covariances `K_A = int A A^T mu - l l^T`, `K_B` likewise, the Newton equations
//!
//! ```text
//! dm - K_B C^T dl / tau_y = -R_m,      dl + K_A C dm / tau_x = -R_l
//! ```
//!
//! reduce to `(1 + K_A C K_B C^T/(tau_x tau_y)) dl = -R_l + K_A C R_m/tau_x`, in which the product of two positive
//! semidefinite matrices has no negative eigenvalue: the system is never singular. Small systems are factorised,
//! others solved by GMRES, where a product with a covariance is one combination and one set of moments.
//!
//! With another regulariser than the entropy densities and temperatures of the covariances are those of `moments.rs`; the
//! functions have kinks where a support ends, and the method is a semi-smooth one.

use super::gmres::gmres;
use super::moments::Problem;
use crate::game::{PayoffWork, Player};
use faer::{Mat, MatRef};
use nashflow_kernels::factor::Lu;

/// Steps at one level of the continuation, and at the last one.
const MOST_STEPS: usize = 14;
const MOST_LAST_STEPS: usize = 60;
/// Residual of the log-densities at which a level serves as a start for the next.
const LEVEL_TOLERANCE: f64 = 1e-2;
/// Below this multiple of the rounding of the potentials, over the temperature, the last level may stop.
const ROUNDING_FACTOR: f64 = 256.0;
/// The shortest step of the line search.
const SHORTEST_STEP: f64 = 1.0 / 4096.0;
/// Relative residual of GMRES and its largest number of steps.
const LINEAR_TOLERANCE: f64 = 1e-11;
const MOST_LINEAR_STEPS: usize = 250;

/// How a level ended.
pub struct Outcome {
    pub moments: Vec<f64>,
    pub residual: f64,
    pub iterations: usize,
    pub converged: bool,
}

/// Solves at one temperature, to rounding if it is the `last`.
pub fn solve_level(problem: &mut Problem, start: Vec<f64>, temperature: [f64; 2], last: bool) -> Outcome {
    let rounding = rounding_of_log_densities(problem, temperature);
    let accepted = if last { ROUNDING_FACTOR * rounding } else { LEVEL_TOLERANCE.max(ROUNDING_FACTOR * rounding) };
    let mut moments = start;
    let mut residual = problem.evaluate(&moments, temperature);
    let mut iterations = 0;
    let most = if last { MOST_LAST_STEPS } else { MOST_STEPS };
    let enough = |residual: f64| residual == 0.0 || (!last && residual <= accepted);
    while !enough(residual) && iterations < most {
        let direction = direction(problem, temperature);
        iterations += 1;
        match line_search(problem, &moments, &direction, residual, temperature) {
            // At rounding level a step that does not help ends the iteration; elsewhere it is a failure.
            Some((next, smaller)) => {
                let stalled = residual <= accepted && smaller > 0.5 * residual;
                (moments, residual) = (next, smaller);
                if stalled {
                    break;
                }
            }
            None => break,
        }
    }
    Outcome { converged: residual <= accepted, moments, residual, iterations }
}

/// `eps max|f| / tau`: what rounding of the potentials does to the log-densities.
fn rounding_of_log_densities(problem: &Problem, temperature: [f64; 2]) -> f64 {
    let [low, high] = problem.payoff.extremes();
    f64::EPSILON * low.abs().max(high.abs()).max(f64::MIN_POSITIVE) / temperature[0].min(temperature[1])
}

fn line_search(
    problem: &mut Problem,
    moments: &[f64],
    direction: &[f64],
    residual: f64,
    temperature: [f64; 2],
) -> Option<(Vec<f64>, f64)> {
    let mut step = 1.0;
    while step >= SHORTEST_STEP {
        let trial: Vec<f64> = moments.iter().zip(direction).map(|(z, d)| z + step * d).collect();
        let smaller = problem.evaluate(&trial, temperature);
        if smaller < residual * (1.0 - 1e-4 * step) {
            return Some((trial, smaller));
        }
        step *= 0.5;
    }
    problem.evaluate(moments, temperature);
    None
}

/// The Newton direction at the state evaluated last.
fn direction(problem: &mut Problem, temperature: [f64; 2]) -> Vec<f64> {
    let covariances = problem.tables.as_ref().map(|tables| {
        [0, 1].map(|p| {
            let (density, mean) = problem.sensitivity(p);
            covariance(&tables[p], density, mean, cell(problem, p))
        })
    });
    let (rm, rl) = problem.residual.split_at(problem.count[1]);
    let (rm, rl) = (rm.to_vec(), rl.to_vec());
    let [tau_x, tau_y] = problem.sensitivity_temperature(temperature);
    let mut work = problem.work.clone();
    let c_rm = coupled(problem, &rm);
    let driven = apply_covariance(problem, &covariances, Player::X, &c_rm, &mut work);
    let right: Vec<f64> = rl.iter().zip(&driven).map(|(r, k)| k / tau_x - r).collect();
    let dl = match &covariances {
        Some([ka, kb]) => solve_directly(problem, ka, kb, tau_x * tau_y, &right),
        None => {
            let product = |v: &[f64]| {
                let inner = coupled_transposed(problem, v);
                let inner = apply_covariance(problem, &None, Player::Y, &inner, &mut work);
                let outer = coupled(problem, &inner);
                let outer = apply_covariance(problem, &None, Player::X, &outer, &mut work);
                v.iter().zip(outer).map(|(v, k)| v + k / (tau_x * tau_y)).collect()
            };
            gmres(product, &right, LINEAR_TOLERANCE, MOST_LINEAR_STEPS)
        }
    };
    let c_dl = coupled_transposed(problem, &dl);
    let moved = apply_covariance(problem, &covariances, Player::Y, &c_dl, &mut work);
    let dm = rm.iter().zip(&moved).map(|(r, k)| k / tau_y - r);
    dm.chain(dl.iter().copied()).collect()
}

fn cell(problem: &Problem, p: usize) -> f64 {
    problem.payoff.grids()[p].cell_volume()
}

/// `K = int (A - l)(A - l)^T mu`, centred before it is summed: differences of second moments would cancel.
fn covariance(tables: &[f64], density: &[f64], mean: &[f64], cell: f64) -> Mat<f64> {
    let n = density.len();
    let root: Vec<f64> = density.iter().map(|r| (r.max(0.0) * cell).sqrt()).collect();
    let mut weighted = tables.to_vec();
    for (row, mean) in weighted.chunks_exact_mut(n).zip(mean) {
        row.iter_mut().zip(&root).for_each(|(a, w)| *a = (*a - mean) * w);
    }
    let rows: Vec<&[f64]> = weighted.chunks_exact(n).collect();
    let mut k = Mat::zeros(mean.len(), mean.len());
    for i in 0..mean.len() {
        for j in 0..=i {
            let value = crate::game::payoff::dot(rows[i], rows[j]);
            k[(i, j)] = value;
            k[(j, i)] = value;
        }
    }
    k
}

/// `K v`, with the matrix or, without it, as `int A (A^T v - mean) mu`.
fn apply_covariance(
    problem: &Problem,
    matrices: &Option<[Mat<f64>; 2]>,
    player: Player,
    v: &[f64],
    work: &mut PayoffWork,
) -> Vec<f64> {
    let p = player.index();
    if let Some(matrices) = matrices {
        let product = &matrices[p] * MatRef::from_column_major_slice(v, v.len(), 1);
        return product.col(0).iter().copied().collect();
    }
    let grid = &problem.payoff.grids()[p];
    let mut values = vec![0.0; grid.len()];
    problem.payoff.combination(player, 0.0, v, &mut values, work);
    let (density, moments) = problem.sensitivity(p);
    let mean = moments.iter().zip(v).map(|(l, v)| l * v).sum::<f64>();
    for (a, r) in values.iter_mut().zip(density) {
        *a = (*a - mean) * r;
    }
    let mut out = vec![0.0; v.len()];
    problem.payoff.function_integrals(player, &values, &mut out, work);
    out
}

fn coupled(problem: &Problem, v: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; problem.count[0]];
    problem.payoff.coupling().apply(v, &mut out);
    out
}

fn coupled_transposed(problem: &Problem, v: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; problem.count[1]];
    problem.payoff.coupling().apply_transposed(v, &mut out);
    out
}

fn solve_directly(problem: &Problem, ka: &Mat<f64>, kb: &Mat<f64>, tau_product: f64, right: &[f64]) -> Vec<f64> {
    let [rows, columns] = problem.count;
    if rows == 0 {
        return Vec::new();
    }
    let dense = problem.payoff.coupling().to_dense();
    let c = Mat::from_fn(rows, columns, |i, j| dense[i * columns + j]);
    let product = ka * (&c * kb * c.transpose());
    let matrix = Mat::from_fn(rows, rows, |i, j| product[(i, j)] / tau_product + f64::from(u8::from(i == j)));
    let mut solution = Mat::from_fn(rows, 1, |i, _| right[i]);
    Lu::new(&matrix).solve_in_place(&mut solution);
    solution.col(0).iter().copied().collect()
}
