//! The payoff as an operator: potentials `V[nu](x) = int f(x,y) nu(y) dy`, `U[mu](y) = int f(x,y) mu(x) dx` and
//! their gradients, on one grid per player.
//!
//! Every payoff becomes
//!
//! ```text
//! f(x, y) = S(x) + T(y) + sum_ij C_ij A_i(x) B_j(y),
//! V[nu] = mass(nu) S + int T nu + sum_i u_i A_i,   u = C m,    m_j = int B_j nu,
//! U[mu] = mass(mu) T + int S mu + sum_j w_j B_j,   w = C^T l,  l_i = int A_i mu,
//! ```
//!
//! in one of two forms. **Low rank**: the functions are tables (`tables.rs`), moments are sums over rows, and an
//! application costs `O(N r)`. **Spectral**: the functions are Fourier modes (`modes.rs`), moments are Fourier
//! coefficients, and an application costs `O(N log N)` and one product with `C`, which is (nearly) diagonal for a
//! convolution `f = k(x - y)`. The cheaper form is taken; values of `f` on all pairs of nodes are never stored.

mod accuracy;
mod application;
mod assemble;
mod convolution;
mod coupling;
mod cross;
mod error;
mod factorise;
mod harmonics;
mod kernels;
mod line;
mod modes;
mod operator;
mod resolution;
mod sample;
mod separate;
mod source;
mod table;
mod tables;
mod trigonometric;
mod work;

pub use assemble::ProductTerm;
pub use coupling::Coupling;
pub use error::PayoffError;
pub use harmonics::Harmonics;
pub use kernels::{dot, sum};
pub use line::ProductFactors;
pub use operator::{Payoff, PayoffForm};
pub use table::{Table, TableError};
pub use tables::FactorFunction;
pub use work::PayoffWork;

#[cfg(test)]
mod tests;
