//! The linearisation projected on spaces of both players, and how it is made exact.
//!
//! With `h = A v` (for `y`: `eta A_y`) the linearisation is `d_t v = -M A v`, and in the tangent norm of W2, `|v|_A^2 = <v, A v>`,
//!
//! ```text
//! <w, M A v>_A = <A w, M A v> = tau <A w, A v> + (a skew coupling)                                (Galerkin's matrix T)
//! ```
//!
//! for bases `v` with `<v_i, A v_j> = delta_ij` of each player. So `T` is what the linearisation is: symmetric and positive
//! on each player, skew between them; its eigenvalues `z` have `Re z >= guaranteed rate`, as have `z = -lambda`. Its left
//! eigenvectors are the right ones with the sign of one player turned, so they are in the space as well, and eigenvalues
//! are right to second order in the residual
//!
//! ```text
//! rho = M h - z v,    |(L - lambda) h| = |rho|_A    in the tangent norm, for h of norm 1.
//! ```
//!
//! The space holds energy modes (`A u = a u`) and corrections: `P^-1 M^-1 rho` is what an eigenvector lacks, up to the
//! preconditioner `P` of the generators (Davidson's method). Tiny energies enter as such, never as differences of products.
//!
//! Reference: Saad (2011), sections 4.3 and 8.5.

use super::energy_modes::EnergyModes;
use super::generator::Generator;
use super::linearisation::Coupling;
use super::subspace::{Subspace, norm};
use crate::game::payoff::dot;
use faer::Mat;
use nashflow_kernels::eigen;

/// The space of one player.
pub struct PlayerSpace {
    /// Energy modes.
    pub modes: EnergyModes,
    /// Corrections, orthogonal to the modes.
    pub corrections: Subspace,
    /// `1` or `eta`.
    share: f64,
    temperature: f64,
}

/// The basis of a player in which the tangent norm is Euclidean: modes first, then corrections.
struct TangentBasis {
    /// `1/sqrt(share a)` for every mode.
    scales: Vec<f64>,
    /// Corrections of tangent norm 1, as combinations of the columns of the corrections.
    rotation: Mat<f64>,
    /// The player's block of `T`.
    block: Mat<f64>,
    /// Moments of the payoff's functions with `h` of every basis vector.
    moments: Mat<f64>,
}

/// `T` with what leads from its vectors to functions.
pub struct Projection {
    /// `T`, the first player's vectors first.
    pub matrix: Mat<f64>,
    bases: [TangentBasis; 2],
}

/// Real and imaginary part of a function of both players, one player after the other.
pub type Pair = [Vec<f64>; 2];

/// An eigenvector of `T` as functions.
pub struct Lifted {
    /// Perturbation `h`.
    pub perturbation: Pair,
    /// `A^-1 h`.
    pub potential: Pair,
    /// Bound on the residual that the modes' own residuals add, per unit of the eigenvalue.
    pub mode_residual: f64,
}

impl PlayerSpace {
    /// With modes only.
    pub fn new(modes: EnergyModes, share: f64, temperature: f64) -> PlayerSpace {
        let corrections = Subspace::empty(modes.vectors.nrows());
        PlayerSpace { modes, corrections, share, temperature }
    }

    /// The energy, in units of rates, above which modes may be missing.
    pub fn cut(&self) -> f64 {
        let last = self.modes.energies.last().copied().unwrap_or(f64::INFINITY);
        if self.modes.energies.len() + 1 >= self.modes.vectors.nrows() {
            return f64::INFINITY;
        }
        self.share * self.temperature * last
    }

    fn basis(&self, functions: &[Vec<f64>]) -> TangentBasis {
        let EnergyModes { energies, vectors, .. } = &self.modes;
        let (m, q) = (energies.len(), self.corrections.len());
        let aw = &self.corrections.images;
        let energy = &self.corrections.projected;
        let eigen = eigen::symmetric_pairs(energy).expect("the eigenvalues of a small matrix");
        let rotation = Mat::from_fn(q, q, |i, j| eigen.U()[(i, j)] / (self.share * eigen.S()[j]).sqrt());
        let squares = rotation.transpose() * (aw.transpose() * aw) * &rotation;
        let rate = self.share * self.temperature;
        let block = Mat::from_fn(m + q, m + q, |i, j| match (i < m, j < m) {
            (true, true) if i == j => rate * energies[i],
            (false, false) => rate * self.share * squares[(i - m, j - m)],
            _ => 0.0,
        });
        let moments_of = |columns: &Mat<f64>| {
            Mat::from_fn(functions.len(), columns.ncols(), |i, j| dot(&functions[i], columns.col_as_slice(j)))
        };
        let (of_modes, of_corrections) = (moments_of(vectors), moments_of(aw) * &rotation);
        let moments = Mat::from_fn(functions.len(), m + q, |i, j| {
            if j < m {
                (self.share * energies[j]).sqrt() * of_modes[(i, j)]
            } else {
                self.share * of_corrections[(i, j - m)]
            }
        });
        TangentBasis {
            scales: energies.iter().map(|a| 1.0 / (self.share * a).sqrt()).collect(),
            rotation,
            block,
            moments,
        }
    }

    /// `h`, `v` and the bound on the modes' residual from coordinates in the basis.
    fn lift(&self, basis: &TangentBasis, coordinates: &[f64]) -> (Vec<f64>, Vec<f64>, f64) {
        let n = self.modes.vectors.nrows();
        let (mut h, mut v) = (vec![0.0; n], vec![0.0; n]);
        let add = |column: &[f64], scale: f64, out: &mut [f64]| {
            out.iter_mut().zip(column).for_each(|(o, c)| *o += scale * c);
        };
        let m = basis.scales.len();
        let beyond = self.modes.energies.last().copied().unwrap_or(1.0).sqrt();
        let mut residual = 0.0;
        for (j, (coordinate, scale)) in coordinates.iter().zip(&basis.scales).enumerate() {
            let column = self.modes.vectors.col_as_slice(j);
            add(column, coordinate / scale, &mut h);
            add(column, coordinate * scale, &mut v);
            residual += (coordinate * scale * self.modes.residuals[j] / beyond).abs() * self.share.sqrt();
        }
        for i in 0..self.corrections.len() {
            let weight: f64 = (0..self.corrections.len()).map(|j| basis.rotation[(i, j)] * coordinates[m + j]).sum();
            add(self.corrections.images.col_as_slice(i), self.share * weight, &mut h);
            add(self.corrections.vectors.col_as_slice(i), weight, &mut v);
        }
        (h, v, residual)
    }
}

impl Projection {
    /// Of the linearisation on the spaces of both players.
    pub fn new(spaces: &[PlayerSpace; 2], coupling: &Coupling) -> Projection {
        let bases = [0, 1].map(|p| spaces[p].basis(&coupling.functions[p]));
        let sent = bases[0].moments.transpose() * &coupling.matrix * &bases[1].moments;
        let (a, b) = (sent.nrows(), sent.ncols());
        let matrix = Mat::from_fn(a + b, a + b, |i, j| match (i < a, j < a) {
            (true, true) => bases[0].block[(i, j)],
            (true, false) => sent[(i, j - a)],
            (false, true) => -sent[(j, i - a)],
            (false, false) => bases[1].block[(i - a, j - a)],
        });
        Projection { matrix, bases }
    }

    /// Basis vectors of the first player.
    pub fn first(&self) -> usize {
        self.bases[0].block.nrows()
    }

    /// Moments of the payoff's functions with the basis of a player.
    pub fn moments(&self, player: usize) -> &Mat<f64> {
        &self.bases[player].moments
    }

    /// The functions of a vector of `T`, given by real and imaginary part.
    pub fn lift(&self, spaces: &[PlayerSpace; 2], parts: [&[f64]; 2]) -> Lifted {
        let n = self.first();
        let mut mode_residual = 0.0;
        let lifted = parts.map(|part| {
            let (mut h, mut v, one) = spaces[0].lift(&self.bases[0], &part[..n]);
            let (g, w, two) = spaces[1].lift(&self.bases[1], &part[n..]);
            mode_residual += one + two;
            h.extend(g);
            v.extend(w);
            (h, v)
        });
        let [(h, v), (g, w)] = lifted;
        Lifted { perturbation: [h, g], potential: [v, w], mode_residual }
    }
}

impl Lifted {
    /// `rho = M h - z v`.
    pub fn defect(&self, coupling: &Coupling, z: num_complex::Complex64, nodes: usize) -> Pair {
        let applied = self.perturbation.each_ref().map(|h| {
            let mut out = vec![0.0; h.len()];
            let (u, w) = h.split_at(nodes);
            coupling.apply(u, w, &mut out);
            out
        });
        let [mut re, mut im] = applied;
        let [v, w] = &self.potential;
        for i in 0..re.len() {
            re[i] -= z.re * v[i] - z.im * w[i];
            im[i] -= z.re * w[i] + z.im * v[i];
        }
        [re, im]
    }

    /// Rounding of a defect's tangent norm.
    pub fn rounding(&self, largest_temperature: f64, factor_norm: f64) -> f64 {
        let size = norm(&self.perturbation[0]).hypot(norm(&self.perturbation[1]));
        f64::EPSILON * size * largest_temperature * factor_norm
    }
}

/// `|rho|_A` of each player.
pub fn tangent_norms(defect: &Pair, generators: &mut [&mut dyn Generator; 2], timescale: f64) -> [f64; 2] {
    let n = generators[0].len();
    let mut products = Vec::new();
    [0, 1].map(|player| {
        let share = if player == 0 { 1.0 } else { timescale };
        let squares = defect.each_ref().map(|part| {
            let own = if player == 0 { &part[..n] } else { &part[n..] };
            generators[player].factor_products(own, &mut products);
            share * dot(&products, &products)
        });
        (squares[0] + squares[1]).sqrt()
    })
}
