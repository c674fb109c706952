//! (stepper)
