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
//!
//! A tiny eigenvalue of a generator is lost in the rounding of its products, which is that of its largest one, but not in
//! the products of its factor. So the eigenvalue of a vector `x` is computed from `L x = -diag(A_x, eta A_y) y`, `y = M x`:
//!
//! ```text
//! lambda = -<y, diag(A_x, eta A_y) y>/<y, x> = -(|B_x y_1|^2 + eta |B_y y_2|^2)/<y, x>,
//! Re <y, x> = tau_x |x_1|^2 + tau_y |x_2|^2,
//! ```
//!
//! whose denominator cannot vanish. (The quotient with the left eigenvector `diag(1, -1) y` is of second order in the
//! error of `x`, but its denominator does vanish, for instance on equal eigenvalues of both players.)

use super::generator::Generator;
use crate::game::payoff::dot;
use faer::Mat;
use nashflow_kernels::factor::Lu;
use num_complex::Complex64;

/// `-L^-1` on pairs `(u, w)` in the coordinates of the players' generators, one after the other.
pub struct InverseLinearisation<'a> {
    generators: [&'a mut dyn Generator; 2],
    timescale: f64,
    coupling: Coupling,
}

/// `M` and its inverse through the payoff's factors.
pub struct Coupling {
    temperature: [f64; 2],
    /// `A^T` and `B^T`: for every function its centred values times `sqrt(mu* cell)`.
    pub functions: [Vec<Vec<f64>>; 2],
    /// `C`.
    pub matrix: Mat<f64>,
    /// `C G_B C^T`.
    returned: Mat<f64>,
    /// Factors of `tau_x tau_y + G_A C G_B C^T`.
    system: Lu,
}

impl<'a> InverseLinearisation<'a> {
    /// From the generators and what couples them.
    pub fn new(generators: [&'a mut dyn Generator; 2], coupling: Coupling, timescale: f64) -> InverseLinearisation<'a> {
        InverseLinearisation { generators, timescale, coupling }
    }

    /// Nodes of both players.
    pub fn len(&self) -> usize {
        self.generators[0].len() + self.generators[1].len()
    }

    /// The masses of both players, as orthonormal vectors.
    pub fn kernel(&self) -> Vec<Vec<f64>> {
        let [x, y] = self.generators.each_ref().map(|generator| generator.ground_state());
        vec![[x, &vec![0.0; y.len()]].concat(), [&vec![0.0; x.len()], y].concat()]
    }

    /// `out = -L^-1 input`; both of mean zero.
    pub fn apply(&mut self, input: &[f64], out: &mut [f64]) {
        let n = self.generators[0].len();
        let [mut a, mut b] = [&input[..n], &input[n..]].map(|part| Mat::from_fn(part.len(), 1, |i, _| part[i]));
        self.generators[0].precondition(&mut a);
        self.generators[1].precondition(&mut b);
        b.col_as_slice_mut(0).iter_mut().for_each(|v| *v /= self.timescale);
        self.coupling.solve(a.col_as_slice(0), b.col_as_slice(0), out);
        let (u, w) = out.split_at_mut(n);
        self.generators[0].centre(u);
        self.generators[1].centre(w);
    }

    /// The eigenvalue of `L` whose eigenvector is near `x`.
    pub fn quotient(&mut self, x: &[Complex64]) -> Complex64 {
        let n = self.generators[0].len();
        let parts = [x.iter().map(|v| v.re).collect::<Vec<f64>>(), x.iter().map(|v| v.im).collect()];
        let mut dissipation = 0.0;
        let mut y = [vec![0.0; x.len()], vec![0.0; x.len()]];
        let mut products = Vec::new();
        for (x, y) in parts.iter().zip(&mut y) {
            self.coupling.apply(&x[..n], &x[n..], y);
            for ((generator, share), y) in self.generators.iter_mut().zip([1.0, self.timescale]).zip([&y[..n], &y[n..]])
            {
                generator.factor_products(y, &mut products);
                dissipation += share * dot(&products, &products);
            }
        }
        let real = dot(&y[0], &parts[0]) + dot(&y[1], &parts[1]);
        let imaginary = dot(&y[0], &parts[1]) - dot(&y[1], &parts[0]);
        -dissipation / Complex64::new(real, imaginary)
    }
}

impl Coupling {
    /// From the payoff's weighted functions and matrix.
    pub fn new(functions: [Vec<Vec<f64>>; 2], matrix: Mat<f64>, temperature: [f64; 2]) -> Coupling {
        let returned = &matrix * gram(&functions[1]) * matrix.transpose();
        let mut system = gram(&functions[0]) * &returned;
        (0..matrix.nrows()).for_each(|i| system[(i, i)] += temperature[0] * temperature[1]);
        Coupling { temperature, functions, matrix, returned, system: Lu::new(&system) }
    }

    /// `out = M (u, w)`.
    pub fn apply(&self, u: &[f64], w: &[f64], out: &mut [f64]) {
        let [tau_x, tau_y] = self.temperature;
        let [left, right] = &self.functions;
        let (a, b) = out.split_at_mut(u.len());
        a.iter_mut().zip(u).for_each(|(a, u)| *a = tau_x * u);
        b.iter_mut().zip(w).for_each(|(b, w)| *b = tau_y * w);
        subtract(a, left, &(&self.matrix * moments(right, w)), -1.0);
        subtract(b, right, &(self.matrix.transpose() * moments(left, u)), 1.0);
    }

    /// `out = M^-1 (a, b)`.
    pub fn solve(&self, a: &[f64], b: &[f64], out: &mut [f64]) {
        let [tau_x, tau_y] = self.temperature;
        let [left, right] = &self.functions;
        let (u, w) = out.split_at_mut(a.len());
        let sent = &self.matrix * moments(right, b);
        u.copy_from_slice(a);
        subtract(u, left, &sent, 1.0 / tau_y);
        let mut z = moments(left, u) * tau_y;
        self.system.solve_in_place(&mut z);
        subtract(u, left, &(&self.returned * z), 1.0 / tau_y);
        u.iter_mut().for_each(|v| *v /= tau_x);
        w.copy_from_slice(b);
        subtract(w, right, &(self.matrix.transpose() * moments(left, u)), -1.0);
        w.iter_mut().for_each(|v| *v /= tau_y);
    }
}

/// `F^T u` for functions `F`, as a column.
fn moments(functions: &[Vec<f64>], u: &[f64]) -> Mat<f64> {
    Mat::from_fn(functions.len(), 1, |i, _| dot(&functions[i], u))
}

/// `u -= share F weights`.
fn subtract(u: &mut [f64], functions: &[Vec<f64>], weights: &Mat<f64>, share: f64) {
    for (i, function) in functions.iter().enumerate() {
        let weight = share * weights[(i, 0)];
        u.iter_mut().zip(function).for_each(|(u, f)| *u -= weight * f);
    }
}

/// `F^T F`.
pub fn gram(functions: &[Vec<f64>]) -> Mat<f64> {
    let size = functions.len();
    let mut out = Mat::zeros(size, size);
    for i in 0..size {
        for j in 0..=i {
            let product = dot(&functions[i], &functions[j]);
            out[(i, j)] = product;
            out[(j, i)] = product;
        }
    }
    out
}
