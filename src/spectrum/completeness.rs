//! How fast eigenvalues can turn, and when none can be missing.
//!
//! In the tangent norm of W2 the linearisation is `-(S + R)` with `S = diag(tau_x A_x, eta tau_y A_y)` and `R` skew,
//! `R = sqrt(eta) A_x^1/2 K A_y^1/2` above the diagonal. An eigenvalue is `-<z, S z> - <z, R z>` for a unit vector `z`,
//! so that
//!
//! ```text
//! Re lambda <= -guaranteed rate,     |Im lambda| <= |R| = sqrt(eta) |grad_x grad_y f|,
//! ```
//!
//! the norm of the operator with kernel `grad_x grad_y f` between gradients in `L2(nu*)` and `L2(mu*)`. An eigenvalue
//! with `Re lambda >= -r` therefore lies in the disc of radius `sqrt(r^2 + |R|^2)` around 0: when all of the disc are known,
//! none is missing.
//!
//! A second way counts. Let `T` be `S + R` on energy modes that hold all energies (of `S`) below a cut `c`, `N` what `R` leads
//! from them to the other modes, where `S >= c`, and `0 < r < c`. The coupling back is `-N^T`, and with it turned up from 0 to
//! its full size, an eigenvalue of `S + R` at `z`, `Re z = r`, solves `det(T - z + N^T (S' + R' - z)^-1 N) = 0`, in which the
//! inverse is at most `1/(c - r)`. So none crosses the line `Re z = r`, and as many eigenvalues have `Re lambda > -r` as `T` has
//! of `Re z < r`, if
//!
//! ```text
//! sup over real w of |N (T - r - i w)^-1 N^T| < c - r.
//! ```
//!
//! This is an H-infinity norm: it holds if and only if a Hamiltonian matrix of twice the size has no eigenvalue on the
//! imaginary axis, with `G = N^T N` and `A = T - r`, `A^T = J A J`,
//!
//! ```text
//! ( A        J G J/(c - r) )
//! ( -G/(c - r)        -A^T ),        J = diag(1, -1).
//! ```
//!
//! Known up to rounding and to the residuals of the modes, and as far as these are all modes below the cut: a block of more
//! vectors than modes, from all modes of a coarse grid, misses none but by an accident of its start.
//!
//! Reference: Boyd, Balakrishnan & Kabamba, Math. Control Signals Systems 2 (1989) 207, theorem 2.

use super::energy_modes::Cascade;
use super::galerkin::{PlayerSpace, Projection};
use super::generator::Generator;
use super::linearisation::{Coupling, gram};
use super::subspace::remove;
use faer::Mat;
use nashflow_kernels::eigen;

/// Up to so many functions the norm is computed; beyond, the larger Hilbert-Schmidt norm is cheaper.
const MOST_FUNCTIONS: usize = 256;

/// `|R|` from the payoff's weighted functions and matrix, exact up to rounding or a little too large.
pub fn largest_frequency(
    functions: &[Vec<Vec<f64>>; 2],
    coupling: &Mat<f64>,
    generators: [&mut dyn Generator; 2],
    timescale: f64,
) -> f64 {
    let [x, y] = generators;
    let slopes = |functions: &[Vec<f64>], generator: &mut dyn Generator| -> Vec<Vec<f64>> {
        let slope = |u: &Vec<f64>| {
            let mut slope = Vec::new();
            generator.factor_products(u, &mut slope);
            slope
        };
        functions.iter().map(slope).collect()
    };
    let (left, right) = (slopes(&functions[0], x), slopes(&functions[1], y));
    timescale.sqrt() * operator_norm(&gram(&left), coupling, &gram(&right))
}

/// The norm of `P C Q^T` from the Gram matrices `P^T P` and `Q^T Q`, or a bound on it.
pub fn operator_norm(left: &Mat<f64>, coupling: &Mat<f64>, right: &Mat<f64>) -> f64 {
    let size = coupling.nrows();
    if size == 0 || coupling.ncols() == 0 {
        return 0.0;
    }
    let inner = coupling * right * coupling.transpose();
    if size > MOST_FUNCTIONS {
        let product = left * inner;
        return (0..size).map(|i| product[(i, i)]).sum::<f64>().max(0.0).sqrt();
    }
    // With left = R R^T the squared norm is the largest eigenvalue of the symmetric matrix R^T inner R.
    let eigen = eigen::symmetric_pairs(left).expect("the eigenvalues of a small matrix of finite numbers");
    let (values, vectors) = (eigen.S(), eigen.U());
    let root = Mat::from_fn(size, size, |i, j| vectors[(i, j)] * values[j].max(0.0).sqrt());
    let product = root.transpose() * inner * &root;
    let squares = eigen::symmetric_values(&product).expect("the eigenvalues of a small symmetric matrix");
    squares.into_iter().fold(0.0, f64::max).sqrt()
}

/// The size of `|Re|`, relative to the line, below which an eigenvalue of the Hamiltonian matrix may be on the axis.
const OFF_AXIS: f64 = 1e-6;

/// What the modes lack of the payoff's functions: Gram matrices in the tangent norm, `G = M^T C^T tail C M` for moments `M`.
pub struct Tails([Mat<f64>; 2]);

impl Tails {
    /// Of the modes of both players.
    pub fn new(spaces: &[PlayerSpace; 2], coupling: &Coupling, cascades: &mut [Cascade; 2], timescale: f64) -> Tails {
        Tails([0, 1].map(|player| {
            let share = if player == 0 { 1.0 } else { timescale };
            let mut slopes = Vec::new();
            let lacking = |function: &Vec<f64>| {
                let mut rest = function.clone();
                for _ in 0..2 {
                    for j in 0..spaces[player].modes.energies.len() {
                        remove(spaces[player].modes.vectors.col_as_slice(j), &mut rest);
                    }
                }
                cascades[player].generator.factor_products(&rest, &mut slopes);
                slopes.iter().map(|s| share.sqrt() * s).collect::<Vec<f64>>()
            };
            gram(&coupling.functions[player].iter().map(lacking).collect::<Vec<_>>())
        }))
    }
}

/// Whether the projection on energy modes has as many eigenvalues before the line as the linearisation, all energies below
/// `cut` being among those of the modes.
pub fn is_counted(projection: &Projection, coupling: &Coupling, tails: &Tails, line: f64, cut: f64) -> bool {
    if cut.is_infinite() {
        return true;
    }
    let (size, first) = (projection.matrix.nrows(), projection.first());
    let c = &coupling.matrix;
    let [of_x, of_y] = [projection.moments(0), projection.moments(1)];
    // The first player's modes lead to the second's functions, and the other way round.
    let from_x = of_x.transpose() * c * &tails.0[1] * c.transpose() * of_x;
    let from_y = of_y.transpose() * c.transpose() * &tails.0[0] * c * of_y;
    let gram = |i: usize, j: usize| match (i < first, j < first) {
        (true, true) => from_x[(i, j)],
        (false, false) => from_y[(i - first, j - first)],
        _ => 0.0,
    };
    let shifted = |i: usize, j: usize| projection.matrix[(i, j)] - if i == j { line } else { 0.0 };
    let room = cut - line;
    let hamiltonian = Mat::from_fn(2 * size, 2 * size, |i, j| match (i < size, j < size) {
        (true, true) => shifted(i, j),
        // J G J = G: the blocks between the players vanish.
        (true, false) => gram(i, j - size) / room,
        (false, true) => -gram(i - size, j) / room,
        (false, false) => -shifted(j - size, i - size),
    });
    let values = eigen::values(&hamiltonian).expect("the eigenvalues of a matrix of finite numbers");
    values.iter().all(|value| value.re.abs() > OFF_AXIS * line)
}
