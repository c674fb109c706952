//! How fast eigenvalues can turn, and hence how many must be found before none can be missing.
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
//! with `Re lambda >= -r` therefore lies in the disc of radius `sqrt(r^2 + |R|^2)` around 0.

use super::generator::Generator;
use crate::game::payoff::dot;
use crate::game::{Payoff, Player};
use crate::torus::{Fourier, gradient};
use faer::Mat;

/// Up to so many functions the norm is computed; beyond, the larger Hilbert-Schmidt norm is cheaper.
const MOST_FUNCTIONS: usize = 256;

/// `|R|`, exactly up to rounding for the payoff's factors.
pub fn largest_frequency(payoff: &Payoff, generators: [&dyn Generator; 2], timescale: f64) -> f64 {
    let [left, right] = Player::BOTH.map(|player| gradient_gram(payoff, player, generators[player.index()]));
    let (rows, columns) = (payoff.coupling().rows(), payoff.coupling().columns());
    if rows == 0 || columns == 0 {
        return 0.0;
    }
    let entries = payoff.coupling().to_dense();
    let c = Mat::from_fn(rows, columns, |i, j| entries[i * columns + j]);
    if rows > MOST_FUNCTIONS {
        let product = left * &c * right * c.transpose();
        return (timescale * (0..rows).map(|i| product[(i, i)]).sum::<f64>()).max(0.0).sqrt();
    }
    // The eigenvalues of a product of two positive semidefinite matrices are real and not negative.
    let product = left * &c * right * c.transpose();
    let squares = product.eigenvalues().expect("the eigenvalues of a small matrix of finite numbers");
    timescale.sqrt() * squares.iter().map(|v| v.re).fold(0.0, f64::max).sqrt()
}

/// `int grad A_i . grad A_j dmu*` for all functions of a player.
fn gradient_gram(payoff: &Payoff, player: Player, generator: &dyn Generator) -> Mat<f64> {
    let grid = payoff.grid(player);
    let fourier = Fourier::new(grid);
    let mut scratch = fourier.scratch();
    let (mut spectrum, mut derivative) = (fourier.zero_spectrum(), fourier.zero_spectrum());
    let weighted: Vec<Vec<f64>> = (0..payoff.function_count(player))
        .map(|i| {
            fourier.forward(&payoff.function(player, i), &mut spectrum, &mut scratch);
            let mut gradients = Vec::with_capacity(grid.len() * grid.dimension());
            for axis in 0..grid.dimension() {
                gradient(grid, axis, &spectrum, &mut derivative);
                let mut values = vec![0.0; grid.len()];
                fourier.inverse(&derivative, &mut values, &mut scratch);
                values.iter_mut().zip(generator.ground_state()).for_each(|(v, q)| *v *= q);
                gradients.append(&mut values);
            }
            gradients
        })
        .collect();
    Mat::from_fn(weighted.len(), weighted.len(), |i, j| dot(&weighted[i], &weighted[j]))
}
