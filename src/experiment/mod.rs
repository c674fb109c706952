//! (experiment)
