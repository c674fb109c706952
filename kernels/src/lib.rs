//! Transforms and factorisations in double precision, compiled once.
//!
//! rustfft and faer are generic in the type of their numbers, so their code is compiled wherever it is called: without this
//! crate a third of what the compiler does for nashflow, and that twice, for the library and for its unit tests. Here is what
//! nashflow calls of both, with the type fixed and never inlined. There is no mathematics in it.

pub mod eigen;
pub mod factor;
pub mod plan;
pub mod sparse;
