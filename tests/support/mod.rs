//! What the kinds of evidence share: comparisons, evolutions through the library, runs with their output file, files without
//! a solver, other programs, and a slow second implementation.

pub mod comparison;
pub mod evolution;
pub mod experiment;
pub mod form;
pub mod hostile;
pub mod limit;
pub mod particles;
pub mod python;
pub mod run_file;
pub mod slow;
pub mod slow_dynamics;
pub mod two_circles;
