//! Answers that are known in closed form, from the literature, or from independent high-precision computations.

mod cycle;
mod equilibrium;
mod initial_state;
mod line;
mod plane;
mod resolution;
mod rotation;
mod schedule;
mod stiff_kernel;
mod table;
