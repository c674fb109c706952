//! Mean-field Langevin descent-ascent on flat tori: equilibrium, evolution and exact Wasserstein-2 distances.
//!
//! # Model
//!
//! Two players with densities `mu` on a torus `X` and `nu` on a torus `Y`; the first lowers, the second raises
//!
//! ```text
//! F(mu, nu) = int int f dmu dnu + tau_x int mu log mu - tau_y int nu log nu,
//! d_t mu =       div(mu grad V[nu]) + tau_x Lap mu,              V[nu](x) = int f(x, y) nu(y) dy,
//! d_t nu = eta ( -div(nu grad U[mu]) + tau_y Lap nu ),           U[mu](y) = int f(x, y) mu(x) dx.
//! ```
//!
//! The only stationary state is the mixed Nash equilibrium `mu* = exp(-V[nu*]/tau_x)/Z`, `nu* = exp(+U[mu*]/tau_y)/Z`.
//!
//! # Conventions
//!
//! - A torus has one or two axes; axis `i` is `[origin_i, origin_i + period_i)` with nodes `origin_i + j period_i / n_i`.
//! - Arrays are row-major, last axis fastest. Fourier coefficients are `(1/|X|) int u exp(-i k.(x - origin)) dx`.
//! - Densities are with respect to Lebesgue measure: `mean * volume = 1`.
//! - Pairs hold the x player, who minimises, first.
//! - Lengths, times and energies are those of the game; nothing is rescaled.
//!
//! # Rooms
//!
//! | room | holds |
//! |---|---|
//! | [`torus`] | grids, Fourier transforms, densities |
//! | [`game`] | expressions, game files, bundled games, the payoff operator |
//! | [`regulariser`] | entropy, Tsallis, chi^2, reverse KL: best responses, duality gaps |
//! | [`equilibrium`] | the mixed Nash pair with its certificate |
//! | [`spectrum`] | the linearisation at the equilibrium, its leading eigenvalues, the guaranteed rate |
//! | [`flow`] | right-hand sides |
//! | [`stepper`] | time stepping schemes and step control |
//! | [`orbit`] | limit cycles: shooting, multipliers, continuation |
//! | [`particle`] | the N-particle system: random streams, samples of densities, drift, schemes |
//! | [`transport`] | exact Wasserstein-2 distances with error bars |
//! | [`validation`] | clouds of particles judged against densities |
//! | [`diagnostics`] | energy, entropies, duality gap, decay |
//! | [`experiment`] | what the commands do |
//! | [`output`] | the HDF5 file |
//! | [`report`] | pictures of a run, and a page that shows it |
//! | [`array_file`] | arrays of numbers from npy, npz, HDF5 and text files |
//! | [`cli`] | the command line |
//!
//! `torus`, `stepper` and `transport` know nothing of games. Formulas with their sources are in `docs/numerics.md`.
//!
//! # Example
//!
//! ```
//! use nashflow::{experiment::discretise, game::catalogue};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let file = catalogue::get("limit-cycle")?.load(&["game.temperature=0.1".to_owned()])?;
//! let solved = discretise(file.game(), file.solver())?;
//! let error = solved.equilibrium.nikaido_isoda();
//! println!("{}: duality gap {error:.1e}", file.game().name());
//! assert!(error <= 1e-12);
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

pub mod array_file;
pub mod cli;
pub mod diagnostics;
mod digits;
pub mod equilibrium;
pub mod experiment;
pub mod flow;
#[cfg(test)]
#[path = "../tests/support/form.rs"]
mod form;
pub mod game;
pub mod orbit;
pub mod output;
pub mod particle;
mod registers;
pub mod regulariser;
pub mod report;
pub mod spectrum;
pub mod stepper;
pub mod torus;
pub mod transport;
pub mod validation;

/// The examples of README.md, compiled and run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
