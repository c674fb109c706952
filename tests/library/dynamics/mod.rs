//! The dynamics beside mean-field Langevin descent-ascent: closed forms, linear theory, a slow second implementation,
//! orders of the schemes, invariants, and what a run says of them.

mod agreement;
mod closed_form;
mod invariant;
mod linear_theory;
mod order;
mod run;
