//! The linearisation of MFL-DA at the equilibrium, inverted.
//!
//! With `mu = mu*(1 + h)`, `nu = nu*(1 + g)` and `K g = int f g dnu*`,
//!
//! ```text
//! d_t (h, g) = L (h, g) = -diag(A_x, eta A_y) M (h, g),     M = ( tau_x   K     ),
//!                                                              ( -K^T    tau_y )
//! -L^-1 = M^-1 diag(A_x^-1, A_y^-1/eta)      on pairs of functions of mean zero.
//! ```
//!
//! An eigenvalue `theta` of `-L^-1` is the eigenvalue `-1/theta` of `L`: the leading ones come first and with relative
//! accuracy. `M^-1` is one solve with the matrix of the payoff's moments: with the centred factors `K = A C B^T`,
//!
//! ```text
//! (tau_x tau_y + G_A C G_B C^T) z = tau_y A^T (a - K b/tau_y),   G_A = A^T A,   G_B = B^T B,
//! u = (a - K b/tau_y - A C G_B C^T z/tau_y)/tau_x,               w = (b + K^T u)/tau_y,
//! ```
//!
//! in which the product of two positive semidefinite matrices has no negative eigenvalue.

use super::SpectrumError;
use super::generator::Generator;
use crate::game::payoff::dot;
use crate::game::{Payoff, Player};
use faer::Mat;
use faer::linalg::solvers::{PartialPivLu, Solve};

/// `-L^-1` on pairs `(u, w)` in the coordinates of the players' generators, one after the other.
pub struct InverseLinearisation<'a> {
    generators: [&'a mut dyn Generator; 2],
    temperature: [f64; 2],
    timescale: f64,
    coupling: Coupling,
    middle: Vec<f64>,
}

/// `M^-1` through the payoff's factors.
struct Coupling {
    /// `A^T` and `B^T`: for every function its centred values times `sqrt(mu* cell)`.
    factors: [Vec<Vec<f64>>; 2],
    /// `C`.
    matrix: Mat<f64>,
    /// `C G_B C^T`.
    returned: Mat<f64>,
    /// Factors of `tau_x tau_y + G_A C G_B C^T`.
    system: PartialPivLu<f64>,
}

impl<'a> InverseLinearisation<'a> {
    /// Of a payoff on the grids of the generators.
    pub fn new(
        payoff: &Payoff,
        generators: [&'a mut dyn Generator; 2],
        temperature: [f64; 2],
        timescale: f64,
    ) -> InverseLinearisation<'a> {
        let coupling = Coupling::new(payoff, [&*generators[0], &*generators[1]], temperature);
        let middle = vec![0.0; generators[0].len() + generators[1].len()];
        InverseLinearisation { generators, temperature, timescale, coupling, middle }
    }

    /// Nodes of both players.
    pub fn len(&self) -> usize {
        self.middle.len()
    }

    /// `out = -L^-1 input`; both of mean zero.
    ///
    /// # Errors
    /// Those of the generators.
    pub fn apply(&mut self, input: &[f64], out: &mut [f64]) -> Result<(), SpectrumError> {
        let n = self.generators[0].len();
        let (a, b) = self.middle.split_at_mut(n);
        self.generators[0].apply_inverse(&input[..n], a)?;
        self.generators[1].apply_inverse(&input[n..], b)?;
        b.iter_mut().for_each(|v| *v /= self.timescale);
        self.coupling.solve(self.temperature, a, b, out);
        let (u, w) = out.split_at_mut(n);
        self.generators[0].centre(u);
        self.generators[1].centre(w);
        Ok(())
    }
}

impl Coupling {
    fn new(payoff: &Payoff, generators: [&dyn Generator; 2], temperature: [f64; 2]) -> Coupling {
        let factors = Player::BOTH.map(|player| {
            let generator = generators[player.index()];
            let weighted = |i: usize| {
                let mut values = payoff.function(player, i);
                values.iter_mut().zip(generator.ground_state()).for_each(|(v, q)| *v *= q);
                generator.centre(&mut values);
                values
            };
            (0..payoff.function_count(player)).map(weighted).collect::<Vec<_>>()
        });
        let (rows, columns) = (payoff.coupling().rows(), payoff.coupling().columns());
        let entries = payoff.coupling().to_dense();
        let matrix = Mat::from_fn(rows, columns, |i, j| entries[i * columns + j]);
        let returned = &matrix * gram(&factors[1]) * matrix.transpose();
        let mut system = gram(&factors[0]) * &returned;
        (0..rows).for_each(|i| system[(i, i)] += temperature[0] * temperature[1]);
        Coupling { factors, matrix, returned, system: system.partial_piv_lu() }
    }

    /// `out = M^-1 (a, b)`.
    fn solve(&self, [tau_x, tau_y]: [f64; 2], a: &[f64], b: &[f64], out: &mut [f64]) {
        let [left, right] = &self.factors;
        let (u, w) = out.split_at_mut(a.len());
        let sent = &self.matrix * moments(right, b);
        u.copy_from_slice(a);
        subtract(u, left, &sent, 1.0 / tau_y);
        let mut z = moments(left, u) * tau_y;
        self.system.solve_in_place(z.as_mut());
        subtract(u, left, &(&self.returned * z), 1.0 / tau_y);
        u.iter_mut().for_each(|v| *v /= tau_x);
        w.copy_from_slice(b);
        subtract(w, right, &(self.matrix.transpose() * moments(left, u)), -1.0);
        w.iter_mut().for_each(|v| *v /= tau_y);
    }
}

/// `F^T u` for factors `F`, as a column.
fn moments(factors: &[Vec<f64>], u: &[f64]) -> Mat<f64> {
    Mat::from_fn(factors.len(), 1, |i, _| dot(&factors[i], u))
}

/// `u -= share F weights`.
fn subtract(u: &mut [f64], factors: &[Vec<f64>], weights: &Mat<f64>, share: f64) {
    for (i, factor) in factors.iter().enumerate() {
        let weight = share * weights[(i, 0)];
        u.iter_mut().zip(factor).for_each(|(u, f)| *u -= weight * f);
    }
}

/// `F^T F`.
fn gram(factors: &[Vec<f64>]) -> Mat<f64> {
    Mat::from_fn(factors.len(), factors.len(), |i, j| dot(&factors[i], &factors[j]))
}
