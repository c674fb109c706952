//! (equilibrium)
